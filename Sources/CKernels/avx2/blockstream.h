#pragma once

// Weights in blocks times few rows: unpacked on their way from memory, eight blocks at a time, one in each lane.

#include "groups.h"
#include "vectors.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

enum {
    /// The most rows that share one unpacking.
    BLOCK_STREAM_ROWS = 3,
    /// Bytes that each of the four streams of weights is fetched ahead.
    BLOCK_AHEAD = 1024,
};

/// Sums of 32-bit integers if wide, else of 16-bit ones.
CK_INLINE __m256i add_by(bool wide, __m256i a, __m256i b) {
    return wide ? _mm256_add_epi32(a, b) : _mm256_add_epi16(a, b);
}

/// Four vectors' sums over the 32-bit elements of each 128-bit half: [a b c d | a b c d].
CK_INLINE __m256i sums_by_half(bool wide, const __m256i x[4]) {
    __m256i ab = add_by(wide, _mm256_unpacklo_epi32(x[0], x[1]), _mm256_unpackhi_epi32(x[0], x[1]));
    __m256i cd = add_by(wide, _mm256_unpacklo_epi32(x[2], x[3]), _mm256_unpackhi_epi32(x[2], x[3]));
    return add_by(wide, _mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
}

CK_INLINE __m256i join_halves(__m256i x, __m256i y) {
    return _mm256_add_epi32(_mm256_permute2x128_si256(x, y, 0x20), _mm256_permute2x128_si256(x, y, 0x31));
}

/// The integer products of eight blocks from number `block` on.
CK_INLINE __m256i group_product(enum ck_format format, const struct group *group, const struct quantized *x,
                                size_t block, size_t last) {
    const __m256i ones = _mm256_set1_epi16(1);
    bool wide = arithmetic_of(format) == arithmetic_signed;
    __m256i products[GROUP], halves[2];
    for (size_t j = 0; j < GROUP; j++) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(x->integers + (block + smaller(j, last)) * QUANT_BLOCK));
        __m256i w = group->integers[j];
        products[j] = wide ? _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(a, w)), ones)
                           : _mm256_maddubs_epi16(w, a);
    }
    for (size_t i = 0; i < 2; i++) {
        halves[i] = sums_by_half(wide, products + 4 * i);
        if (wide)
            continue;
        if (!has_halves(format)) {
            halves[i] = _mm256_madd_epi16(halves[i], ones);
            continue;
        }
        if (zero_shift(format)) {
            // 16 bits hold the difference, if not what it is taken from.
            __m256i quarters = _mm256_loadu_si256((const __m256i *)(x->quarters + quarter_index(block, 0)) + i);
            halves[i] = _mm256_sub_epi16(halves[i], _mm256_slli_epi16(quarters, zero_shift(format)));
        }
        halves[i] = _mm256_madd_epi16(halves[i], group->factors[i]);
    }
    return join_halves(halves[0], halves[1]);
}

/// Adds the `count` blocks from number `block` on to the lanes of `rows` rows.
CK_INLINE void add_group(enum ck_format format, size_t rows, const uint8_t *weights, const struct quantized *x,
                         size_t block, size_t count, __m256 *lanes) {
    bool partial = count < GROUP;
    struct group group;
    unpack_group(format, weights, count - 1, &group);
    __m256i mask = first_lanes(count);
    if (partial) {
        group.scales = _mm256_and_ps(group.scales, _mm256_castsi256_ps(mask));
        if (has_minimum(format))
            group.minima[0] = _mm256_and_ps(group.minima[0], _mm256_castsi256_ps(mask));
    }
    for (size_t r = 0; r < rows; r++) {
        __m256i product = group_product(format, &group, x + r, block, count - 1);
        if (zero_shift(format) && !has_halves(format)) {
            const int *sums = x[r].sums + block;
            __m256i zeros = partial ? _mm256_maskload_epi32(sums, mask) : _mm256_loadu_si256((const __m256i *)sums);
            product = _mm256_sub_epi32(product, _mm256_slli_epi32(zeros, zero_shift(format)));
        }
        const float *scales = x[r].scales + block, *weighted = x[r].weighted_sums + block;
        __m256 scale = partial ? _mm256_maskload_ps(scales, mask) : _mm256_loadu_ps(scales);
        lanes[r] = _mm256_fmadd_ps(_mm256_mul_ps(group.scales, scale), _mm256_cvtepi32_ps(product), lanes[r]);
        if (!has_minimum(format))
            continue;
        if (!has_halves(format)) {
            __m256 sums = partial ? _mm256_maskload_ps(weighted, mask) : _mm256_loadu_ps(weighted);
            lanes[r] = _mm256_fmadd_ps(group.minima[0], sums, lanes[r]);
            continue;
        }
        const __m256i *quarters = (const __m256i *)(x[r].quarters + quarter_index(block, 0));
        const __m256i ones = _mm256_set1_epi16(1);
        __m256i low = _mm256_madd_epi16(_mm256_loadu_si256(quarters), ones);
        __m256i high = _mm256_madd_epi16(_mm256_loadu_si256(quarters + 1), ones);
        __m256 first = _mm256_cvtepi32_ps(_mm256_permute2x128_si256(low, high, 0x20));
        __m256 second = _mm256_cvtepi32_ps(_mm256_permute2x128_si256(low, high, 0x31));
        lanes[r] = _mm256_fmadd_ps(group.minima[0], _mm256_mul_ps(scale, first), lanes[r]);
        lanes[r] = _mm256_fmadd_ps(group.minima[1], _mm256_mul_ps(scale, second), lanes[r]);
    }
}

/// Adds the blocks [block, end) of four outputs to the lanes of `rows` rows.
CK_INLINE void stream_segment(enum ck_format format, size_t rows, const char *const *weights,
                              const struct quantized *x, size_t block, size_t end, __m256 (*lanes)[4]) {
    size_t bytes = block_of(format).bytes * (block_of(format).values == SUPER_BLOCK ? 1 : GROUP);
    __m256 sums[4][BLOCK_STREAM_ROWS];
    for (size_t i = 0; i < 4; i++)
        for (size_t r = 0; r < rows; r++)
            sums[i][r] = _mm256_setzero_ps();
    for (; block + GROUP <= end; block += GROUP)
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4; i++) {
            const uint8_t *p = weights_at(format, weights[i], block);
            for (size_t line = 0; line < bytes; line += 64)
                _mm_prefetch(p + line + BLOCK_AHEAD, _MM_HINT_T0);
            add_group(format, rows, p, x, block, GROUP, sums[i]);
        }
    if (block < end && block_of(format).values == QUANT_BLOCK)
        for (size_t i = 0; i < 4; i++)
            add_group(format, rows, weights_at(format, weights[i], block), x, block, end - block, sums[i]);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < 4; i++)
            lanes[r][i] = sums[i][r];
}

/// The outputs n, n + apart, ... below n_end, at most four: streams far apart keep more of the memory busy than one.
CK_INLINE void stream_outputs(enum ck_format format, size_t rows, const struct ck_matmul *job,
                              const struct quantized *x, size_t n, size_t apart) {
    const char *weights[4];
    for (size_t i = 0; i < 4; i++)
        weights[i] = (const char *)job->weights + smaller(n + i * apart, job->n_end - 1) * job->weight_stride;
    float sums[8][BLOCK_STREAM_ROWS][4];
    for (size_t segment = 0, block = 0; segment < job->segment_count; segment++) {
        size_t end = segment_end(job, segment) / QUANT_BLOCK;
        __m256 lanes[BLOCK_STREAM_ROWS][4];
        stream_segment(format, rows, weights, x, block, end, lanes);
        for (size_t r = 0; r < rows; r++)
            _mm_storeu_ps(sums[segment][r], sums4(lanes[r][0], lanes[r][1], lanes[r][2], lanes[r][3]));
        block = end;
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < 4 && n + i * apart < job->n_end; i++) {
            float parts[8];
            for (size_t segment = 0; segment < job->segment_count; segment++)
                parts[segment] = sums[segment][r][i];
            finish(job, r, n + i * apart, sum_of_segments(parts, job->segment_count));
        }
}

CK_INLINE void block_stream_rows(enum ck_format format, size_t rows, const struct ck_matmul *job) {
    struct quantized x[BLOCK_STREAM_ROWS];
    for (size_t r = 0; r < rows; r++)
        x[r] = job_row(job, r);
    size_t apart = (job->n_end - job->n_begin + 3) / 4;
    for (size_t n = job->n_begin; n < job->n_begin + apart; n++)
        stream_outputs(format, rows, job, x, n, apart);
}

/// At most BLOCK_STREAM_ROWS rows.
CK_INLINE void block_stream(enum ck_format format, const struct ck_matmul *job) {
    switch (job->m) {
    case 1:
        return block_stream_rows(format, 1, job);
    case 2:
        return block_stream_rows(format, 2, job);
    case 3:
        return block_stream_rows(format, 3, job);
    default:
        return;
    }
}

#pragma clang attribute pop
