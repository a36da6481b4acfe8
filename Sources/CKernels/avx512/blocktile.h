#pragma once

// Tiles of products: a strip's weights by a few rows of quantised activations. Where one tile holds all rows, the
// integers come straight from the strip; else from a panel that tile after tile reads. A row's sums of sixteen outputs
// and their integer products are one register each.

#include "blockunpack.h"

CK_TARGET_BEGIN

/// Rows of a tile: in formats with halves each takes three registers.
enum { TILE_HEIGHT_MAX = 8 };

/// One block of a tile.
struct tile_block {
    const struct panel *panel;
    /// The block's number in the panel.
    size_t index;
    /// The packed block that holds it, and its number there.
    const uint8_t *packed;
    size_t j;
    const char *x;
    const size_t *offsets;
};

CK_INLINE __m512i broadcast4(const char *p) {
    int bits;
    memcpy(&bits, p, sizeof bits);
    return _mm512_set1_epi32(bits);
}

CK_INLINE __m512 broadcast_float(const char *p) { return _mm512_castsi512_ps(broadcast4(p)); }

/// What the products of half h begin with: the zero of the integers times the sum of the activations, taken away.
CK_INLINE __m512i less_zeros(int zero, const char *x, size_t h, __m512i products) {
    if (zero == 0)
        return products;
    __m512i quarters = broadcast4(x + offsetof(struct quantized, quarters) + h * 4);
    return _mm512_dpwssd_epi32(products, quarters, _mm512_set1_epi16((short)-zero));
}

/// Adds the products of the block's steps [begin, end) with the rows' integers.
CK_INLINE void multiply_steps(enum ck_format format, bool direct, size_t rows, const struct tile_block *block,
                              size_t begin, size_t end, __m512i *products) {
#pragma clang loop unroll(full)
    for (size_t step = begin; step < end; step++) {
        if (direct && strips_abreast(format, rows) == 1)
            fetch_ahead(format, block->packed, block->j, step);
        __m512i weights =
            direct ? step_weights(format, block->packed, block->j, step) : block->panel->integers[block->index][step];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            __m512i values = broadcast4(block->x + block->offsets[r] + step * 4);
            products[r] = _mm512_dpbusd_epi32(products[r], weights, values);
        }
    }
}

/// Adds a block's products, whole numbers, to the sums of one row, whose quantised block is at x.
CK_INLINE __m512 add_products(enum ck_format format, const struct tile_block *block, const char *x, __m512 products,
                              __m512 sums) {
    const struct panel *panel = block->panel;
    __m512 factor = broadcast_float(x + offsetof(struct quantized, scale));
    sums = _mm512_fmadd_ps(_mm512_mul_ps(panel->scales[block->index], factor), products, sums);
    if (!has_minimum(format))
        return sums;
    if (!has_halves(format))
        return _mm512_fmadd_ps(panel->minima[block->index][0],
                               broadcast_float(x + offsetof(struct quantized, weighted_sum)), sums);
    for (size_t h = 0; h < 2; h++) {
        __m512i sum = less_zeros(-1, x, h, _mm512_setzero_si512()); // of the half's activations
        __m512 weighted = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), factor);
        sums = _mm512_fmadd_ps(panel->minima[block->index][h], weighted, sums);
    }
    return sums;
}

CK_INLINE void tile_block_whole(enum ck_format format, bool direct, size_t rows, const struct tile_block *block,
                                __m512 *sums) {
    __m512i products[TILE_HEIGHT_MAX];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        const char *x = block->x + block->offsets[r];
        products[r] = less_zeros(zero_of(format), x, 0, _mm512_setzero_si512());
        products[r] = less_zeros(zero_of(format), x, 1, products[r]);
    }
    multiply_steps(format, direct, rows, block, 0, STEPS, products);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
        sums[r] = add_products(format, block, block->x + block->offsets[r], _mm512_cvtepi32_ps(products[r]), sums[r]);
}

/// Halves meet their factors in f32, which holds such products and their sum exactly: they are below 2^24.
CK_INLINE void tile_block_halves(enum ck_format format, bool direct, size_t rows, const struct tile_block *block,
                                 __m512 *sums) {
    __m512 totals[TILE_HEIGHT_MAX];
    for (size_t r = 0; r < rows; r++)
        totals[r] = _mm512_setzero_ps();
#pragma clang loop unroll(full)
    for (size_t h = 0; h < 2; h++) {
        __m512i products[TILE_HEIGHT_MAX];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++)
            products[r] = less_zeros(zero_of(format), block->x + block->offsets[r], h, _mm512_setzero_si512());
        multiply_steps(format, direct, rows, block, h * STEPS / 2, (h + 1) * STEPS / 2, products);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++)
            totals[r] =
                _mm512_fmadd_ps(block->panel->factors[block->index][h], _mm512_cvtepi32_ps(products[r]), totals[r]);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
        sums[r] = add_products(format, block, block->x + block->offsets[r], totals[r], sums[r]);
}

/// Rows are read as 8-bit integers alone.
CK_INLINE bool reads_wide(enum ck_format format, bool direct) {
    (void)format, (void)direct;
    return false;
}

CK_INLINE void one_block(enum ck_format format, bool direct, size_t rows, const struct tile_block *block,
                         __m512 *sums) {
    if (has_halves(format))
        tile_block_halves(format, direct, rows, block, sums);
    else
        tile_block_whole(format, direct, rows, block, sums);
}

CK_INLINE void load_sums(size_t rows, const float *from, __m512 *sums) {
    for (size_t r = 0; r < rows; r++)
        sums[r] = _mm512_load_ps(from + r * STRIP);
}

CK_INLINE void store_sums(size_t rows, const __m512 *sums, float *to) {
    for (size_t r = 0; r < rows; r++)
        _mm512_store_ps(to + r * STRIP, sums[r]);
}

CK_INLINE void block_tile(enum ck_format format, bool direct, size_t rows, const struct block_tile *tile) {
    size_t offsets[TILE_HEIGHT_MAX], parts = block_of(format).values / QUANT_BLOCK;
    __m512 sums[TILE_HEIGHT_MAX];
    for (size_t r = 0; r < rows; r++)
        offsets[r] = r * tile->stride;
    struct tile_block block = {.panel = tile->panel, .x = tile->x, .offsets = offsets};
    if (!direct)
        load_sums(rows, tile->sums, sums);
    for (size_t count = tile->count; block.index < count; block.index++, block.x += sizeof(struct quantized)) {
        if (!direct) {
            one_block(format, direct, rows, &block, sums);
            continue;
        }
        block.j = (tile->block + block.index) % parts;
        for (size_t strip = 0; strip < tile->strips; strip++) {
            block.panel = tile->panel + strip;
            block.packed = packed_at(format, tile->strip + strip * tile->strip_bytes, tile->block + block.index);
            load_sums(rows, tile->sums + strip * rows * STRIP, sums);
            one_block(format, direct, rows, &block, sums);
            store_sums(rows, sums, tile->sums + strip * rows * STRIP);
        }
    }
    if (!direct)
        store_sums(rows, sums, tile->sums);
}

/// Whether rows go through strips side by side, block by block of 256: none do.
CK_INLINE bool walks_superblocks(enum ck_format format, size_t rows) {
    (void)format, (void)rows;
    return false;
}
CK_INLINE void superblocks(enum ck_format format, const struct block_tile *tile) { (void)format, (void)tile; }

/// Of at most TILE_HEIGHT_MAX rows.
CK_INLINE void run_tile(enum ck_format format, bool direct, size_t rows, const struct block_tile *tile) {
    switch (rows) {
#define ROWS(count)                                                                                                    \
    case count:                                                                                                        \
        return block_tile(format, direct, count, tile);
        ROWS(1)
        ROWS(2)
        ROWS(3)
        ROWS(4)
        ROWS(5)
        ROWS(6)
        ROWS(7)
        ROWS(8)
#undef ROWS
    default:
        return;
    }
}

/// Writes row m of a strip's outputs, in part if the range begins or ends inside; n is the strip's first output and the
/// sums of segment s are at sums + s * stride.
CK_INLINE void finish_strip(const struct ck_matmul *job, size_t m, size_t n, const float *sums, size_t stride) {
    size_t begin = job->n_begin > n ? job->n_begin - n : 0, end = smaller(job->n_end - n, STRIP);
    __mmask16 mask = (__mmask16)((1u << end) - (1u << begin));
    __m512 parts[8];
    for (size_t segment = 0; segment < job->segment_count; segment++)
        parts[segment] = _mm512_load_ps(sums + segment * stride);
    if (job->segment_count == 8)
        parts[0] = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(parts[0], parts[1]), _mm512_add_ps(parts[2], parts[3])),
                                 _mm512_add_ps(_mm512_add_ps(parts[4], parts[5]), _mm512_add_ps(parts[6], parts[7])));
    float *y = job->y + m * job->y_stride + n;
    if (job->bias)
        parts[0] = _mm512_add_ps(parts[0], _mm512_maskz_loadu_ps(mask, job->bias + n));
    if (job->accumulate)
        parts[0] = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), parts[0]);
    _mm512_mask_storeu_ps(y, mask, parts[0]);
}

CK_TARGET_END
