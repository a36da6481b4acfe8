#pragma once

// Decoding, tails, dot products and sums, of the vectors of the table: include its vectors.h first.

CK_TARGET_BEGIN

/// Stored e4m3 decodes as an f16 of the same bits: 2^8 too small. Scales take the factor back.
#define CK_F8_FACTOR 0x1p8f

enum {
    /// A tile of dot products: three rows by four outputs fill the sixteen registers (twelve sums, three rows' values
    /// and one output's).
    TILE_ROWS = 3,
    TILE_OUTPUTS = 4,
    TILE = TILE_ROWS * TILE_OUTPUTS,
};

/// Like load_values for fewer values than a vector holds; the lanes beyond are 0.
CK_INLINE vector load_tail(enum ck_format format, const void *p, size_t n) {
    char bytes[LANES * 4] = {0};
    memcpy(bytes, p, n * width_of(format));
    return load_values(format, bytes);
}

/// The sums of the lanes of a, b, c and d, each in the order of sum_of_lanes once there are eight.
CK_INLINE __m128 sums4(vector a, vector b, vector c, vector d) {
    __m256 a8 = summed_to_eight(a), b8 = summed_to_eight(b), c8 = summed_to_eight(c), d8 = summed_to_eight(d);
    __m128 a4 = _mm_add_ps(_mm256_castps256_ps128(a8), _mm256_extractf128_ps(a8, 1));
    __m128 b4 = _mm_add_ps(_mm256_castps256_ps128(b8), _mm256_extractf128_ps(b8, 1));
    __m128 c4 = _mm_add_ps(_mm256_castps256_ps128(c8), _mm256_extractf128_ps(c8, 1));
    __m128 d4 = _mm_add_ps(_mm256_castps256_ps128(d8), _mm256_extractf128_ps(d8, 1));
    __m128 ab = _mm_add_ps(_mm_unpacklo_ps(a4, b4), _mm_unpackhi_ps(a4, b4));
    __m128 cd = _mm_add_ps(_mm_unpacklo_ps(c4, d4), _mm_unpackhi_ps(c4, d4));
    return _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
}

/// Writes one result.
CK_INLINE void finish(const struct ck_matmul *job, size_t m, size_t n, float result) {
    float *y = job->y + m * job->y_stride + n;
    if (job->bias)
        result += job->bias[n];
    *y = job->accumulate ? *y + result : result;
}

/// Collects in `seen` whether one of 32 e4m3 values at p is NaN: without its sign, 0xff stands for NaN alone.
CK_INLINE __m256i see_nan_f8(const void *p, __m256i seen) {
    return _mm256_max_epu8(seen, _mm256_or_si256(_mm256_loadu_si256(p), _mm256_set1_epi8((char)0x80)));
}

CK_INLINE bool saw_nan_f8(__m256i seen) {
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(seen, _mm256_set1_epi8((char)0xff))) != 0;
}

/// The same of n values at p.
CK_INLINE __m256i see_nan_run_f8(const char *p, size_t n, __m256i seen) {
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
        seen = see_nan_f8(p + i, seen);
    if (i == n)
        return seen;
    uint8_t tail[32] = {0};
    memcpy(tail, p + i, n - i);
    return see_nan_f8(tail, seen);
}

/// The factor of the run of e4m3 values of output n at k.
CK_INLINE float run_scale(const struct ck_matmul *job, size_t n, size_t k) {
    return job->scales[n / CK_SCALE_BLOCK * job->scale_stride + k / CK_SCALE_BLOCK] * CK_F8_FACTOR;
}

/// Decodes n values to out, with zeros up to a whole vector, and fetches n values at `next`; f8e4m3 as load_values.
CK_INLINE void decode(enum ck_format format, const void *from, const void *next, size_t n, float *out) {
    size_t width = width_of(format), line = 64 / width, i = 0;
    const char *p = from;
    for (; i + line <= n; i += line) {
        _mm_prefetch((const char *)next + i * width, _MM_HINT_T0);
        for (size_t j = i; j < i + line; j += LANES)
            store_aligned(out + j, load_values(format, p + j * width));
    }
    for (; i + LANES <= n; i += LANES)
        store_aligned(out + i, load_values(format, p + i * width));
    if (i < n)
        store_aligned(out + i, load_tail(format, p + i * width, n - i));
}

/// The height of the next tile when `left` rows are to do: threes, then twos; one only if there is but one.
CK_INLINE size_t tile_height(size_t left) { return left == 4 ? 2 : smaller(left, TILE_ROWS); }

/// Keeps the compiler from loading the next output's weights before this output's three sums have used theirs: there
/// is no register left.
CK_INLINE void hold_order(vector *acc) {
    __asm__ volatile("" : "+v"(acc[0]), "+v"(acc[TILE_OUTPUTS]), "+v"(acc[2 * TILE_OUTPUTS]) : : "memory");
}

/// acc[r * TILE_OUTPUTS + c] += x[r] * w[c] over the columns [k, end), whole vectors of aligned rows.
CK_INLINE void dot_tile(size_t rows, const float *x, size_t x_stride, const float *w, size_t w_stride, size_t k,
                        size_t end, vector *acc) {
#pragma clang loop unroll_count(4)
    for (; k < end; k += LANES) {
        vector values[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            values[r] = load_aligned(x + r * x_stride + k);
        for (size_t c = 0; c < TILE_OUTPUTS; c++) {
            vector weights = load_aligned(w + c * w_stride + k);
            for (size_t r = 0; r < rows; r++)
                acc[r * TILE_OUTPUTS + c] = multiply_add(values[r], weights, acc[r * TILE_OUTPUTS + c]);
            if (rows == TILE_ROWS)
                hold_order(acc + c);
        }
    }
}

CK_TARGET_END
