#pragma once

// What the tables of vectors share in products with block formats. Include the table's target.h first.

#include "../packed.h"
#include <immintrin.h>

CK_TARGET_BEGIN

enum {
    /// Steps of four values in a block of 32.
    STEPS = QUANT_BLOCK / 4,
    /// Blocks of 32 in a panel: one stays in L1 while tile after tile of rows streams it.
    PANEL_BLOCKS = SUPER_PARTS,
    /// Bytes that weights are fetched ahead of their unpacking.
    AHEAD = 8192,
    /// Most strips that few rows go through side by side.
    STRIPS_ABREAST = 4,
};

/// A stretch of a strip's weights, unpacked.
struct panel;

/// A strip's weights by a few rows of quantised activations, or those of a few strips, block by block.
struct block_tile {
    /// For each strip.
    const struct panel *panel;
    /// Where integers come straight from them: the first strip, the bytes from strip to strip, and how many there are.
    const uint8_t *strip;
    size_t strip_bytes, strips;
    /// The first block's number in the strip, and how many there are in the panel.
    size_t block, count;
    /// The first block of the first row, as the arithmetic reads it.
    const char *x;
    /// Bytes from row to row.
    size_t stride;
    /// [strip][row][16], added to.
    float *sums;
};

CK_INLINE size_t quantized_block_bytes(bool wide) {
    return wide ? sizeof(struct quantized_wide) : sizeof(struct quantized);
}

/// Strips that few rows go through side by side, block by block: memory serves four streams faster than one. What takes
/// longer to compute than to read goes strip by strip, and its weights are fetched ahead.
CK_INLINE size_t strips_abreast(enum ck_format format, size_t rows) {
    bool slow = block_of(format).values > QUANT_BLOCK || format == ck_format_iq4_nl;
    return !slow && rows <= (format == ck_format_q8_0 ? 2 : 1) ? STRIPS_ABREAST : 1;
}

/// Fetches what lies `ahead` of step `step` of the blocks [j, j + blocks): the steps share the lines of their bytes, in
/// ascending order, which the processor's own prefetching follows.
CK_INLINE void fetch_blocks(enum ck_format format, const uint8_t *packed, size_t j, size_t blocks, size_t step,
                            size_t ahead) {
    size_t share = block_of(format).bytes * STRIP * QUANT_BLOCK / block_of(format).values;
    size_t lines = (blocks * share + 63) / 64;
    for (size_t line = step * lines / STEPS; line < (step + 1) * lines / STEPS; line++)
        _mm_prefetch((const char *)packed + j * share + line * 64 + ahead, _MM_HINT_T0);
}

/// Fetches what lies AHEAD of step `step` of block j.
CK_INLINE void fetch_ahead(enum ck_format format, const uint8_t *packed, size_t j, size_t step) {
    fetch_blocks(format, packed, j, 1, step, AHEAD);
}

CK_TARGET_END
