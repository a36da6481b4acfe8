#pragma once

// Weights in blocks times rows: strips of sixteen outputs are unpacked once, a panel at a time, and multiplied by every
// row. Include the table's tiles first.

#include "blocks.h"

CK_TARGET_BEGIN

/// Rows that share a panel: those of common sizes stay in L2 beside it.
enum { PANEL_ROWS = 130 };

struct block_scratch {
    struct panel panels[STRIPS_ABREAST];
    /// Of the segments; of strips side by side, strip after strip.
    _Alignas(64) float sums[8][PANEL_ROWS][STRIP];
};
static_assert(sizeof(struct block_scratch) <= CK_SCRATCH_BYTES);
static_assert(STRIPS_ABREAST * TILE_HEIGHT_MAX <= PANEL_ROWS);

/// Unpacks the scales of the blocks [block, block + count) of 32 of a strip.
CK_INLINE void unpack_panel_scales(enum ck_format format, const uint8_t *strip, size_t block, size_t count,
                                   struct panel *panel) {
    size_t parts = block_of(format).values / QUANT_BLOCK;
    if (parts == PANEL_BLOCKS)
        return unpack_super_scales(format, packed_at(format, strip, block), panel);
    for (size_t i = 0; i < count; i++)
        unpack_scales(format, packed_at(format, strip, block + i), (block + i) % parts, i, panel);
}

/// Unpacks the blocks [block, block + count) of 32 of a strip.
CK_INLINE void unpack_panel(enum ck_format format, const uint8_t *strip, size_t block, size_t count,
                            struct panel *panel) {
    size_t parts = block_of(format).values / QUANT_BLOCK;
    unpack_panel_scales(format, strip, block, count, panel);
    for (size_t i = 0; i < count; i++)
        unpack_integers(format, packed_at(format, strip, block + i), (block + i) % parts, i, panel);
}

/// How many tiles rows are cut into, of nearly equal height, and where tile i starts.
CK_INLINE size_t row_tiles(size_t rows) { return (rows + TILE_HEIGHT_MAX - 1) / TILE_HEIGHT_MAX; }
CK_INLINE size_t first_row(size_t rows, size_t i) { return rows * i / row_tiles(rows); }

/// Where the activations of row m are, from this block of 32 on.
CK_INLINE const char *row_at(enum ck_format format, bool direct, const struct ck_matmul *job, size_t m, size_t block) {
    bool wide = reads_wide(format, direct);
    return (const char *)job_row(job, m) + (wide ? wide_offset(job->k) : 0) + block * quantized_block_bytes(wide);
}

/// Rows that one tile holds, by `strips` strips side by side, the first of output n and each `apart` strips from the
/// one before: straight from the strips.
CK_INLINE void few_rows(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t n,
                        size_t strips, size_t apart) {
    struct block_scratch *scratch = job->scratch;
    bool walks = walks_superblocks(format, rows);
    size_t bytes = apart * strip_bytes(format, job->k), most = strips_abreast(format, rows) == 1 ? PANEL_BLOCKS : 1;
    struct block_tile tile = {
        .panel = scratch->panels,
        .strip = strip_of(job, n),
        .strip_bytes = bytes,
        .strips = strips,
        .stride = job->quantized_stride,
    };
    for (size_t segment = 0; segment < job->segment_count; segment++) {
        size_t end = segment_end(job, segment) / QUANT_BLOCK;
        tile.sums = scratch->sums[segment][0];
        memset(tile.sums, 0, strips * rows * sizeof scratch->sums[0][0]);
        for (; tile.block < end; tile.block += tile.count) {
            tile.count = smaller(most, end - tile.block);
            tile.x = row_at(format, true, job, m, tile.block);
            for (size_t s = 0; !walks && s < strips; s++)
                unpack_panel_scales(format, tile.strip + s * bytes, tile.block, tile.count, scratch->panels + s);
            if (walks)
                superblocks(format, &tile);
            else
                run_tile(format, true, rows, &tile);
        }
    }
    for (size_t s = 0; s < strips; s++)
        for (size_t row = 0; row < rows; row++)
            finish_strip(job, m + row, n + s * apart * STRIP, scratch->sums[0][s * rows + row],
                         sizeof scratch->sums[0] / sizeof(float));
}

/// Rows that one tile holds, by all strips from output `begin` on: each of a few runs of neighbouring strips is a
/// stream of its own, since long streams are what the processor's prefetching follows.
CK_INLINE void direct_strips(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t begin) {
    size_t count = (job->n_end - begin + STRIP - 1) / STRIP;
    size_t streams = walks_superblocks(format, rows) ? STRIPS_ABREAST : strips_abreast(format, rows);
    size_t apart = (count + streams - 1) / streams;
    for (size_t i = 0; i < apart; i++) {
        size_t strips = streams == 1 ? 1 : (count - i + apart - 1) / apart;
        few_rows(format, job, m, rows, begin + i * STRIP, strips, apart);
    }
}

/// Adds the products of the panel's blocks [block, block + count) with the rows [m, m + rows) to the rows' sums.
CK_INLINE void panel_rows(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t block,
                          size_t count, const struct panel *panel, float (*sums)[STRIP]) {
    for (size_t i = 0; i < row_tiles(rows); i++) {
        size_t first = first_row(rows, i);
        struct block_tile tile = {
            .panel = panel,
            .block = block,
            .count = count,
            .x = row_at(format, false, job, m + first, block),
            .stride = job->quantized_stride,
            .sums = sums[first],
        };
        run_tile(format, false, first_row(rows, i + 1) - first, &tile);
    }
}

/// All rows of the strip that starts at output n.
CK_INLINE void block_strip(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t n) {
    struct block_scratch *scratch = job->scratch;
    const uint8_t *strip = strip_of(job, n);
    for (size_t segment = 0, block = 0; segment < job->segment_count; segment++) {
        size_t end = segment_end(job, segment) / QUANT_BLOCK;
        memset(scratch->sums[segment], 0, rows * sizeof scratch->sums[0][0]);
        for (size_t count; block < end; block += count) {
            count = smaller(PANEL_BLOCKS, end - block);
            unpack_panel(format, strip, block, count, scratch->panels);
            panel_rows(format, job, m, rows, block, count, scratch->panels, scratch->sums[segment]);
        }
    }
    for (size_t row = 0; row < rows; row++)
        finish_strip(job, m + row, n, scratch->sums[0][row], sizeof scratch->sums[0] / sizeof(float));
}

/// All rows, in blocks of equal height.
CK_INLINE void block_panels(enum ck_format format, const struct ck_matmul *job) {
    size_t blocks = (job->m + PANEL_ROWS - 1) / PANEL_ROWS, begin = job->n_begin / STRIP * STRIP;
    for (size_t block = 0; block < blocks; block++) {
        size_t m = job->m * block / blocks, rows = job->m * (block + 1) / blocks - m;
        if (rows <= TILE_HEIGHT_MAX)
            direct_strips(format, job, m, rows, begin);
        else
            for (size_t n = begin; n < job->n_end; n += STRIP)
                block_strip(format, job, m, rows, n);
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
