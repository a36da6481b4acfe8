#pragma once

// Weights in blocks times rows: strips of sixteen outputs are unpacked once, a panel at a time, and multiplied by every
// row.

#include "blocktile.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

/// Rows that share a panel: those of common sizes stay in L2 beside it.
enum { PANEL_ROWS = 130 };

struct block_scratch {
    struct panel panel;
    /// Of the segments.
    _Alignas(64) float sums[8][PANEL_ROWS][STRIP];
};
static_assert(sizeof(struct block_scratch) <= CK_SCRATCH_BYTES);

/// How many tiles rows are cut into, of nearly equal height, and where tile i starts.
CK_INLINE size_t row_tiles(size_t rows) { return (rows + TILE_HEIGHT_MAX - 1) / TILE_HEIGHT_MAX; }
CK_INLINE size_t first_row(size_t rows, size_t i) { return rows * i / row_tiles(rows); }

/// Adds the products of the panel's blocks [block, block + count) with the rows [m, m + rows) to the rows' sums.
CK_INLINE void panel_rows(enum ck_format format, bool direct, const struct ck_matmul *job, const uint8_t *strip,
                          size_t m, size_t rows, size_t block, size_t count, const struct panel *panel,
                          float (*sums)[STRIP]) {
    bool wide = reads_wide(format, direct);
    for (size_t i = 0; i < row_tiles(rows); i++) {
        size_t first = first_row(rows, i);
        struct block_tile tile = {
            .panel = panel,
            .strip = strip,
            .block = block,
            .count = count,
            .x = (const char *)job_row(job, m + first) + (wide ? wide_offset(job->k) : 0) +
                 block * quantized_block_bytes(wide),
            .stride = job->quantized_stride,
            .sums = sums[first],
        };
        run_tile(format, direct, first_row(rows, i + 1) - first, &tile);
    }
}

/// The lanes i with begin <= n + i < end.
CK_INLINE __m256i lanes_between(size_t begin, size_t end, size_t n) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i first = _mm256_set1_epi32(begin > n ? (int)smaller(begin - n, 8) : 0);
    __m256i last = _mm256_set1_epi32(end > n ? (int)smaller(end - n, 8) : 0);
    return _mm256_andnot_si256(_mm256_cmpgt_epi32(first, lanes), _mm256_cmpgt_epi32(last, lanes));
}

/// Writes the outputs from n on that are in the job's range.
CK_INLINE void write_outputs(const struct ck_matmul *job, float *y, size_t n, __m256 sums) {
    if (n >= job->n_begin && n + 8 <= job->n_end) {
        if (job->bias)
            sums = _mm256_add_ps(sums, _mm256_loadu_ps(job->bias + n));
        _mm256_storeu_ps(y, job->accumulate ? _mm256_add_ps(_mm256_loadu_ps(y), sums) : sums);
        return;
    }
    __m256i mask = lanes_between(job->n_begin, job->n_end, n);
    if (job->bias)
        sums = _mm256_add_ps(sums, _mm256_maskload_ps(job->bias + n, mask));
    if (job->accumulate)
        sums = _mm256_add_ps(_mm256_maskload_ps(y, mask), sums);
    _mm256_maskstore_ps(y, mask, sums);
}

/// Writes one row of a strip's outputs, in part if the range begins or ends inside; n is the strip's first output.
CK_INLINE void finish_strip(const struct ck_matmul *job, const struct block_scratch *scratch, size_t row, size_t m,
                            size_t n) {
    float *y = job->y + (m + row) * job->y_stride + n;
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 parts[8];
        for (size_t segment = 0; segment < job->segment_count; segment++)
            parts[segment] = _mm256_load_ps(scratch->sums[segment][row] + 8 * v);
        if (job->segment_count == 8)
            parts[0] = _mm256_add_ps(
                _mm256_add_ps(_mm256_add_ps(parts[0], parts[1]), _mm256_add_ps(parts[2], parts[3])),
                _mm256_add_ps(_mm256_add_ps(parts[4], parts[5]), _mm256_add_ps(parts[6], parts[7])));
        write_outputs(job, y + 8 * v, n + 8 * v, parts[0]);
    }
}

/// All rows of the strip that starts at output n.
CK_INLINE void block_strip(enum ck_format format, bool direct, const struct ck_matmul *job, size_t m, size_t rows, size_t n) {
    struct block_scratch *scratch = job->scratch;
    const uint8_t *strip = strip_of(job, n);
    for (size_t segment = 0, block = 0; segment < job->segment_count; segment++) {
        size_t end = segment_end(job, segment) / QUANT_BLOCK;
        memset(scratch->sums[segment], 0, rows * sizeof scratch->sums[0][0]);
        for (size_t count; block < end; block += count) {
            count = smaller(PANEL_BLOCKS, end - block);
            unpack_panel(format, strip, block, count, direct, &scratch->panel);
            panel_rows(format, direct, job, strip, m, rows, block, count, &scratch->panel, scratch->sums[segment]);
        }
    }
    for (size_t row = 0; row < rows; row++)
        finish_strip(job, scratch, row, m, n);
}

/// All rows, in blocks of equal height.
CK_INLINE void block_panels(enum ck_format format, const struct ck_matmul *job) {
    size_t blocks = (job->m + PANEL_ROWS - 1) / PANEL_ROWS;
    for (size_t block = 0; block < blocks; block++) {
        size_t m = job->m * block / blocks, rows = job->m * (block + 1) / blocks - m;
        for (size_t n = job->n_begin / STRIP * STRIP; n < job->n_end; n += STRIP)
            if (rows <= TILE_HEIGHT_MAX)
                block_strip(format, true, job, m, rows, n);
            else
                block_strip(format, false, job, m, rows, n);
    }
}

#pragma clang attribute pop
