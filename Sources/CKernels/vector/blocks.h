#pragma once

// What the tables of vectors share in products with block formats. Include the table's target.h first.

#include "../packed.h"
#include <immintrin.h>

CK_TARGET_BEGIN

enum {
    /// Steps of four values in a block of 32.
    STEPS = QUANT_BLOCK / 4,
    /// Blocks of 32 in a panel: one stays in L1 while tile after tile of rows streams it.
    PANEL_BLOCKS = 8,
    /// Bytes that weights are fetched ahead of their unpacking.
    AHEAD = 8192,
};

/// A stretch of a strip's weights, unpacked.
struct panel;

/// A strip's weights by a few rows of quantised activations.
struct block_tile {
    const struct panel *panel;
    /// Where integers come straight from it: the strip.
    const uint8_t *strip;
    /// The first block's number in the strip, and how many there are in the panel.
    size_t block, count;
    /// The first block of the first row, as the arithmetic reads it.
    const char *x;
    /// Bytes from row to row.
    size_t stride;
    /// [row][16], added to.
    float *sums;
};

CK_INLINE size_t quantized_block_bytes(bool wide) {
    return wide ? sizeof(struct quantized_wide) : sizeof(struct quantized);
}

/// Fetches what lies AHEAD of step `step` of block j: the steps of a block share the lines of its bytes.
CK_INLINE void fetch_ahead(enum ck_format format, const uint8_t *packed, size_t j, size_t step) {
    size_t share = block_of(format).bytes * STRIP * QUANT_BLOCK / block_of(format).values;
    for (size_t line = step * 64; line < share; line += STEPS * 64)
        _mm_prefetch((const char *)packed + j * share + line + AHEAD, _MM_HINT_T0);
}

CK_TARGET_END
