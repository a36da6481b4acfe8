#pragma once

// Matrix times many rows: panels of weights are decoded once into scratch, and blocks of x are packed beside them.

#include "tiles.h"

CK_TARGET_BEGIN

enum {
    /// Elements of k in a panel, in runs of f8e4m3.
    RUNS_MAX = 4,
    PANEL_DEPTH = RUNS_MAX * CK_SCALE_BLOCK,
    /// Floats from row to row of a panel; not a power of two, so that rows do not share cache sets.
    PANEL_STRIDE = PANEL_DEPTH + 16,
    /// Outputs in a panel, which stays in L1 beside three rows of x.
    PANEL_OUTPUTS = 8,
    /// Outputs and rows that share a packed block of x, which stays in L2.
    BLOCK_OUTPUTS = 12 * PANEL_OUTPUTS,
    BLOCK_ROWS = 66,
};

struct scratch {
    /// Decoded weights [output][depth], each run padded with zeros to whole vectors.
    _Alignas(64) float panel[PANEL_OUTPUTS][PANEL_STRIDE];
    /// x, laid out like the panel.
    _Alignas(64) float x[BLOCK_ROWS][PANEL_STRIDE];
    /// Accumulators of a segment between two panels.
    _Alignas(64) float lanes[BLOCK_ROWS][BLOCK_OUTPUTS][LANES];
    /// Sums of the segments.
    _Alignas(64) float sums[8][BLOCK_ROWS][BLOCK_OUTPUTS];
};
static_assert(sizeof(struct scratch) <= CK_SCRATCH_BYTES);

/// A stretch of k that panels hold at once: one run, or up to four of f8e4m3.
struct depth {
    size_t runs;
    /// Run i is k in [begin[i], begin[i + 1]) and starts at column[i] of the panel.
    size_t begin[RUNS_MAX + 1];
    size_t column[RUNS_MAX + 1];
    /// Whether it begins or ends its segment.
    bool first, last;
};

/// The depth that starts at k, in the segment [begin, end).
CK_INLINE struct depth depth_at(enum ck_format format, size_t k, size_t begin, size_t end) {
    struct depth depth = {.begin = {k}, .first = k == begin};
    size_t stop = end;
    if (format != ck_format_f8e4m3) {
        // Equal depths, of whole vectors.
        size_t count = (end - begin + PANEL_DEPTH - 1) / PANEL_DEPTH;
        size_t step = ((end - begin + count - 1) / count + LANES - 1) / LANES * LANES;
        stop = smaller(k + step, end);
    }
    while (depth.runs < RUNS_MAX && k < stop) {
        size_t column = depth.column[depth.runs], next = run_end(format, k, stop);
        depth.runs++;
        depth.begin[depth.runs] = next;
        depth.column[depth.runs] = column + (next - k + LANES - 1) / LANES * LANES;
        k = next;
    }
    depth.last = k == end;
    return depth;
}

/// Decodes one row's elements of a depth, without scales; `next` is the row that is decoded later.
CK_INLINE void decode_row(enum ck_format format, const void *row, const void *next, const struct depth *depth,
                          float *out) {
    size_t width = width_of(format);
    for (size_t run = 0; run < depth->runs; run++) {
        size_t skipped = depth->begin[run] * width;
        decode(format, (const char *)row + skipped, (const char *)next + skipped,
               depth->begin[run + 1] - depth->begin[run], out + depth->column[run]);
    }
}

/// One tile over one depth: rows of the packed block by rows of the panel.
struct panel_tile {
    const float *x, *w;
    const struct depth *depth;
    /// scales[run][output], f8e4m3 only.
    const float (*scales)[PANEL_OUTPUTS];
    /// Of the first row's first output; rows are BLOCK_OUTPUTS apart.
    float (*lanes)[LANES];
    float *sums;
};

static const _Alignas(64) float zeros[LANES];

CK_INLINE void panel_tile(bool scaled, size_t rows, const struct panel_tile *tile) {
    const struct depth *depth = tile->depth;
    vector acc[TILE];
    for (size_t run = 0; run < depth->runs; run++) {
        // The first run of a segment starts from zeros.
        const float *from = depth->first && run == 0 ? zeros : tile->lanes[0];
        size_t step = depth->first && run == 0 ? 0 : LANES;
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < TILE_OUTPUTS; c++)
                acc[r * TILE_OUTPUTS + c] = scaled ? (vector){0} : load_aligned(from + (r * BLOCK_OUTPUTS + c) * step);
        dot_tile(rows, tile->x, PANEL_STRIDE, tile->w, PANEL_STRIDE, depth->column[run], depth->column[run + 1], acc);
        for (size_t r = 0; scaled && r < rows; r++)
            for (size_t c = 0; c < TILE_OUTPUTS; c++) {
                vector *sum = acc + r * TILE_OUTPUTS + c;
                *sum = multiply_add(*sum, splat(tile->scales[run][c]),
                                    load_aligned(from + (r * BLOCK_OUTPUTS + c) * step));
                store_aligned(tile->lanes[r * BLOCK_OUTPUTS + c], *sum);
            }
    }
    for (size_t r = 0; r < rows; r++) {
        const vector *row = acc + r * TILE_OUTPUTS;
        if (depth->last)
            _mm_storeu_ps(tile->sums + r * BLOCK_OUTPUTS, sums4(row[0], row[1], row[2], row[3]));
        else if (!scaled)
            for (size_t c = 0; c < TILE_OUTPUTS; c++)
                store_aligned(tile->lanes[r * BLOCK_OUTPUTS + c], row[c]);
    }
}

// Functions of their own: inlined into their callers, they would share registers with them.
#define PANEL_TILE(name, scaled, rows)                                                                                 \
    static __attribute__((noinline)) void name(const struct panel_tile *tile) { panel_tile(scaled, rows, tile); }
PANEL_TILE(panel_tile_1, false, 1)
PANEL_TILE(panel_tile_2, false, 2)
PANEL_TILE(panel_tile_3, false, 3)
PANEL_TILE(panel_tile_scaled_1, true, 1)
PANEL_TILE(panel_tile_scaled_2, true, 2)
PANEL_TILE(panel_tile_scaled_3, true, 3)
#undef PANEL_TILE

/// The factors of output n's runs; NaN for a run with a NaN.
CK_INLINE void run_scales(const struct ck_matmul *job, const char *weights, size_t n, const struct depth *depth,
                          size_t output, float (*scales)[PANEL_OUTPUTS]) {
    for (size_t run = 0; run < depth->runs; run++) {
        size_t k = depth->begin[run], end = depth->begin[run + 1];
        __m256i seen = see_nan_run_f8(weights + k, end - k, _mm256_setzero_si256());
        scales[run][output] = saw_nan_f8(seen) ? NAN : run_scale(job, n, k);
    }
}

/// Outputs n ... n + outputs of the packed rows over one depth; `column` is n's place in the block.
CK_INLINE void panel(enum ck_format format, const struct ck_matmul *job, struct scratch *scratch,
                     const struct depth *depth, size_t rows, size_t n, size_t outputs, size_t column,
                     float (*sums)[BLOCK_OUTPUTS]) {
    bool scaled = format == ck_format_f8e4m3;
    float scales[RUNS_MAX][PANEL_OUTPUTS] = {0};
    size_t padded = (outputs + TILE_OUTPUTS - 1) / TILE_OUTPUTS * TILE_OUTPUTS;
    for (size_t c = 0; c < outputs; c++) {
        const char *weights = (const char *)job->weights + (n + c) * job->weight_stride;
        decode_row(format, weights, weights + PANEL_OUTPUTS * job->weight_stride, depth, scratch->panel[c]);
        if (scaled)
            run_scales(job, weights, n + c, depth, c, scales);
    }
    for (size_t c = outputs; c < padded; c++)
        memset(scratch->panel[c], 0, sizeof scratch->panel[c]);
    for (size_t row = 0, height; row < rows; row += height) {
        height = tile_height(rows - row);
        for (size_t c = 0; c < padded; c += TILE_OUTPUTS) {
            struct panel_tile tile = {
                .x = scratch->x[row],
                .w = scratch->panel[c],
                .depth = depth,
                .scales = (const void *)(scales[0] + c),
                .lanes = scratch->lanes[row] + column + c,
                .sums = sums[row] + column + c,
            };
            switch (height) {
            case 3:
                (scaled ? panel_tile_scaled_3 : panel_tile_3)(&tile);
                break;
            case 2:
                (scaled ? panel_tile_scaled_2 : panel_tile_2)(&tile);
                break;
            default:
                (scaled ? panel_tile_scaled_1 : panel_tile_1)(&tile);
            }
        }
    }
}

/// Writes one row of a block's outputs to y.
CK_INLINE void finish_row(const struct ck_matmul *job, struct scratch *scratch, size_t row, float *restrict y, size_t n,
                          size_t outputs) {
    float *restrict sums = scratch->sums[0][row];
    if (job->segment_count == 8)
        for (size_t c = 0; c < outputs; c++) {
            float parts[8];
            for (size_t segment = 0; segment < 8; segment++)
                parts[segment] = scratch->sums[segment][row][c];
            sums[c] = sum_of_segments(parts, 8);
        }
    const float *restrict bias = job->bias;
    for (size_t c = 0; bias && c < outputs; c++)
        sums[c] += bias[n + c];
    if (job->accumulate)
        for (size_t c = 0; c < outputs; c++)
            y[c] += sums[c];
    else
        memcpy(y, sums, outputs * sizeof *y);
}

/// Outputs [n, n + outputs) of rows [m, m + rows).
CK_INLINE void block(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t n,
                     size_t outputs) {
    struct scratch *scratch = job->scratch;
    for (size_t segment = 0, begin = 0, end; segment < job->segment_count; segment++, begin = end) {
        end = segment_end(job, segment);
        if (begin == end)
            memset(scratch->sums[segment], 0, sizeof scratch->sums[segment]);
        for (size_t k = begin; k < end;) {
            struct depth depth = depth_at(format, k, begin, end);
            for (size_t row = 0; row < rows; row++) {
                const float *x = job->x + (m + row) * job->x_stride;
                decode_row(ck_format_f32, x, x + job->x_stride, &depth, scratch->x[row]);
            }
            for (size_t c = 0; c < outputs; c += PANEL_OUTPUTS)
                panel(format, job, scratch, &depth, rows, n + c, smaller(PANEL_OUTPUTS, outputs - c), c,
                      scratch->sums[segment]);
            k = depth.begin[depth.runs];
        }
    }
    for (size_t row = 0; row < rows; row++)
        finish_row(job, scratch, row, job->y + (m + row) * job->y_stride + n, n, outputs);
}

/// All rows, in blocks of equal height, of whole tiles.
CK_INLINE void panels(enum ck_format format, const struct ck_matmul *job) {
    size_t blocks = (job->m + BLOCK_ROWS - 1) / BLOCK_ROWS;
    size_t height = ((job->m + blocks - 1) / blocks + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
    for (size_t n = job->n_begin; n < job->n_end; n += BLOCK_OUTPUTS)
        for (size_t m = 0; m < job->m; m += height)
            block(format, job, m, smaller(height, job->m - m), n, smaller(BLOCK_OUTPUTS, job->n_end - n));
}

CK_TARGET_END
