#pragma once

// Matrix times few rows: weights are decoded on their way from memory to the multiply-add.

#include "tiles.h"

CK_TARGET_BEGIN

/// Bytes that a stream of weights is fetched ahead.
enum { AHEAD = 512 };

/// What one tile reads: `rows` rows of x and TILE_OUTPUTS rows of weights.
struct streams {
    const float *x[TILE_ROWS];
    const char *w[TILE_OUTPUTS];
};

/// acc[r * TILE_OUTPUTS + c] += x[r] * w[c] over a vector of elements from k on, or fewer with `tail`.
CK_INLINE void stream_step(enum ck_format format, size_t rows, const struct streams *in, size_t k, size_t tail,
                           vector *acc) {
    vector x[TILE_ROWS];
    for (size_t r = 0; r < rows; r++)
        x[r] = tail ? load_tail(ck_format_f32, in->x[r] + k, tail) : load_values(ck_format_f32, in->x[r] + k);
    for (size_t c = 0; c < TILE_OUTPUTS; c++) {
        const char *p = in->w[c] + k * width_of(format);
        vector w = tail ? load_tail(format, p, tail) : load_values(format, p);
        for (size_t r = 0; r < rows; r++)
            acc[r * TILE_OUTPUTS + c] = multiply_add(x[r], w, acc[r * TILE_OUTPUTS + c]);
        if (rows == TILE_ROWS)
            hold_order(acc + c);
    }
}

/// The same over the 64 bytes of weights at k.
CK_INLINE void stream_line(enum ck_format format, size_t rows, const struct streams *in, size_t k, vector *acc) {
    size_t width = width_of(format);
    for (size_t c = 0; c < TILE_OUTPUTS; c++)
        _mm_prefetch(in->w[c] + k * width + AHEAD, _MM_HINT_T0);
    for (size_t i = 0; i < 64 / width; i += LANES)
        stream_step(format, rows, in, k + i, 0, acc);
}

/// The same over the 64 e4m3 values at k, also collecting NaN.
CK_INLINE void stream_line_f8(size_t rows, const struct streams *in, size_t k, vector *acc, __m256i *seen) {
    for (size_t c = 0; c < TILE_OUTPUTS; c++) {
        const char *p = in->w[c] + k;
        _mm_prefetch(p + AHEAD, _MM_HINT_T0);
        *seen = see_nan_f8(p + 32, see_nan_f8(p, *seen));
    }
// Unrolled, the sums would not stay in registers.
#pragma clang loop unroll(disable)
    for (size_t i = k; i < k + 64; i += 2 * LANES)
        for (size_t c = 0; c < TILE_OUTPUTS; c++) {
            vector w[2];
            load_pair_f8(in->w[c] + i, w);
            for (size_t r = 0; r < rows; r++) {
                vector *sum = acc + r * TILE_OUTPUTS + c;
                *sum = multiply_add(load_values(ck_format_f32, in->x[r] + i), w[0], *sum);
                *sum = multiply_add(load_values(ck_format_f32, in->x[r] + i + LANES), w[1], *sum);
            }
        }
}

/// acc += x * w over [k, end).
CK_INLINE void stream_run(enum ck_format format, size_t rows, const struct streams *in, size_t k, size_t end,
                          vector *acc, __m256i *seen) {
    for (size_t line = 64 / width_of(format); k + line <= end; k += line)
        if (format == ck_format_f8e4m3)
            stream_line_f8(rows, in, k, acc, seen);
        else
            stream_line(format, rows, in, k, acc);
    for (size_t c = 0; format == ck_format_f8e4m3 && k < end && c < TILE_OUTPUTS; c++)
        *seen = see_nan_run_f8(in->w[c] + k, end - k, *seen);
    for (; k + LANES <= end; k += LANES)
        stream_step(format, rows, in, k, 0, acc);
    if (k < end)
        stream_step(format, rows, in, k, end - k, acc);
}

/// acc += scale * (x * w) over [begin, end), run by run; acc becomes NaN where a weight is.
CK_INLINE void stream_runs_f8(size_t rows, const struct streams *in, const float *const *scales, size_t begin,
                              size_t end, vector *acc) {
    __m256i seen = _mm256_setzero_si256();
    for (size_t k = begin, next; k < end; k = next) {
        next = run_end(ck_format_f8e4m3, k, end);
        vector run[TILE];
        for (size_t i = 0; i < rows * TILE_OUTPUTS; i++)
            run[i] = (vector){0};
        stream_run(ck_format_f8e4m3, rows, in, k, next, run, &seen);
        for (size_t c = 0; c < TILE_OUTPUTS; c++) {
            vector scale = splat(scales[c][k / CK_SCALE_BLOCK] * CK_F8_FACTOR);
            for (size_t i = c; i < rows * TILE_OUTPUTS; i += TILE_OUTPUTS)
                acc[i] = multiply_add(run[i], scale, acc[i]);
        }
    }
    if (!saw_nan_f8(seen))
        return;
    for (size_t c = 0; c < TILE_OUTPUTS; c++)
        if (saw_nan_f8(see_nan_run_f8(in->w[c] + begin, end - begin, _mm256_setzero_si256())))
            for (size_t i = c; i < rows * TILE_OUTPUTS; i += TILE_OUTPUTS)
                acc[i] = splat(NAN);
}

/// The outputs n, n + apart, ... of the rows [m, m + rows); those past n_end are computed from its last weights and
/// dropped.
CK_INLINE void stream_tile(enum ck_format format, size_t rows, const struct ck_matmul *job, size_t m, size_t n,
                           size_t apart) {
    struct streams in;
    const float *scales[TILE_OUTPUTS];
    float sums[8][TILE];
    for (size_t r = 0; r < rows; r++)
        in.x[r] = job->x + (m + r) * job->x_stride;
    for (size_t c = 0; c < TILE_OUTPUTS; c++) {
        size_t output = smaller(n + c * apart, job->n_end - 1);
        in.w[c] = (const char *)job->weights + output * job->weight_stride;
        if (format == ck_format_f8e4m3)
            scales[c] = job->scales + output / CK_SCALE_BLOCK * job->scale_stride;
    }
    for (size_t segment = 0, begin = 0, end; segment < job->segment_count; segment++, begin = end) {
        end = segment_end(job, segment);
        vector acc[TILE];
        for (size_t i = 0; i < rows * TILE_OUTPUTS; i++)
            acc[i] = (vector){0};
        if (format == ck_format_f8e4m3)
            stream_runs_f8(rows, &in, scales, begin, end, acc);
        else
            stream_run(format, rows, &in, begin, end, acc, NULL);
        for (size_t i = 0; i < rows * TILE_OUTPUTS; i += TILE_OUTPUTS)
            _mm_storeu_ps(sums[segment] + i, sums4(acc[i], acc[i + 1], acc[i + 2], acc[i + 3]));
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < TILE_OUTPUTS && n + c * apart < job->n_end; c++) {
            float parts[8];
            for (size_t segment = 0; segment < job->segment_count; segment++)
                parts[segment] = sums[segment][r * TILE_OUTPUTS + c];
            finish(job, m + r, n + c * apart, sum_of_segments(parts, job->segment_count));
        }
}

/// The most rows for which decoding the weights anew for every tile is cheaper than a panel.
CK_INLINE size_t stream_rows_max(enum ck_format format) { return format == ck_format_f8e4m3 ? 2 : 24; }

/// Four streams of weights, each through a quarter of the outputs: long streams are what the prefetchers follow.
CK_INLINE void stream(enum ck_format format, const struct ck_matmul *job) {
    size_t apart = (job->n_end - job->n_begin + TILE_OUTPUTS - 1) / TILE_OUTPUTS;
    for (size_t n = job->n_begin; n < job->n_begin + apart; n++)
        for (size_t m = 0, height; m < job->m; m += height) {
            height = tile_height(job->m - m);
            switch (height) {
            case 3:
                if (format != ck_format_f8e4m3) // never that many
                    stream_tile(format, 3, job, m, n, apart);
                break;
            case 2:
                stream_tile(format, 2, job, m, n, apart);
                break;
            default:
                stream_tile(format, 1, job, m, n, apart);
            }
        }
}

CK_TARGET_END
