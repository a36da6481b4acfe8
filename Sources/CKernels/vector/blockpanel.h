#pragma once

// Weights in blocks times rows: strips of sixteen outputs are unpacked once, a panel at a time, and multiplied by every
// row. Include the table's tiles first.

#include "blocks.h"

CK_TARGET_BEGIN

/// Rows that share a panel: those of common sizes stay in L2 beside it.
enum { PANEL_ROWS = 130 };

struct block_scratch {
    struct panel panel;
    /// Of the segments.
    _Alignas(64) float sums[8][PANEL_ROWS][STRIP];
};
static_assert(sizeof(struct block_scratch) <= CK_SCRATCH_BYTES);

/// Unpacks the blocks [block, block + count) of 32 of a strip, or of their scales alone.
CK_INLINE void unpack_panel(enum ck_format format, const uint8_t *strip, size_t block, size_t count, bool scales_alone,
                            struct panel *panel) {
    size_t parts = block_of(format).values / QUANT_BLOCK;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *packed = packed_at(format, strip, block + i);
        unpack_scales(format, packed, (block + i) % parts, i, panel);
        if (!scales_alone)
            unpack_integers(format, packed, (block + i) % parts, i, panel);
    }
}

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

/// All rows of the strip that starts at output n.
CK_INLINE void block_strip(enum ck_format format, bool direct, const struct ck_matmul *job, size_t m, size_t rows,
                           size_t n) {
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
        finish_strip(job, m + row, n, scratch->sums[0][row], sizeof scratch->sums[0] / sizeof(float));
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

#define FORMATS(DO)                                                                                                    \
    DO(q8_0) DO(q4_0) DO(q4_1) DO(q5_0) DO(q5_1) DO(q2_k) DO(q3_k) DO(q4_k) DO(q5_k) DO(q6_k) DO(iq4_nl) DO(iq4_xs)

// Functions of their own, or the compiler would need minutes for the one that holds them all.
#define FORMAT(name)                                                                                                   \
    static __attribute__((noinline)) void multiply_##name(const struct ck_matmul *job) {                               \
        block_panels(ck_format_##name, job);                                                                           \
    }
FORMATS(FORMAT)
#undef FORMAT

void CK_TABLE(matmul_blocks)(const struct ck_matmul *job) {
    switch (job->format) {
#define FORMAT(name)                                                                                                   \
    case ck_format_##name:                                                                                             \
        return multiply_##name(job);
        FORMATS(FORMAT)
#undef FORMAT
    default:
        return;
    }
}

CK_TARGET_END
