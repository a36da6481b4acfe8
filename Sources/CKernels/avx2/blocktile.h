#pragma once

// Tiles of products: a strip's weights by a few rows of quantised activations. Where one tile holds all rows, the
// integers come straight from the strip; else from a panel that tile after tile reads.

#include "blockunpack.h"

CK_TARGET_BEGIN

/// Rows of a tile: the sums of five rows and two vectors leave registers for what they are made of.
enum { TILE_HEIGHT_MAX = 5 };

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
    float *sums;
};

/// What multiplies integers: 8 by 8 bits with 16-bit sums, the same of signed weights with 32-bit sums, or 16 by 16.
enum multiplier {
    multiplier_unsigned,
    multiplier_signed,
    multiplier_wide,
};

CK_INLINE __m256i broadcast4(const void *p) {
    int bits;
    memcpy(&bits, p, sizeof bits);
    return _mm256_set1_epi32(bits);
}

CK_INLINE __m256 broadcast_float(const char *p) { return _mm256_castsi256_ps(broadcast4(p)); }

CK_INLINE __m256i product_of(enum multiplier multiplier, __m256i weights, __m256i values) {
    switch (multiplier) {
    case multiplier_unsigned:
        return _mm256_maddubs_epi16(weights, values);
    case multiplier_signed: {
        __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(values, weights));
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
    case multiplier_wide:
        return _mm256_madd_epi16(weights, values);
    }
}

CK_INLINE __m256i sum_of(enum multiplier multiplier, __m256i a, __m256i b) {
    return multiplier == multiplier_unsigned ? _mm256_add_epi16(a, b) : _mm256_add_epi32(a, b);
}

/// Keeps two sums in their registers, and what follows behind them: reordered, the loops would spill.
#define HOLD(a, b) __asm__ volatile("" : "+x"(a), "+x"(b))

/// The sums of the products of the block's steps [begin, end) with the rows' integers.
CK_INLINE void multiply_steps(enum ck_format format, bool direct, enum multiplier multiplier, size_t rows,
                              const struct tile_block *block, size_t begin, size_t end, __m256i *sums) {
    size_t steps = multiplier == multiplier_wide ? WIDE_STEPS : STEPS;
    const __m256i *panel = (const __m256i *)block->panel->integers + block->index * steps * VECTORS;
#pragma clang loop unroll(full)
    for (size_t step = begin; step < end; step++) {
        __m256i weights[VECTORS];
        if (direct && strips_abreast(format, rows) == 1)
            fetch_ahead(format, block->packed, block->j, step);
        for (size_t v = 0; v < VECTORS; v++)
            weights[v] = direct ? step_weights(format, block->packed, block->j, step, v)
                                : _mm256_load_si256(panel + step * VECTORS + v);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            __m256i values = broadcast4(block->x + block->offsets[r] + step * 4), *sum = sums + r * VECTORS;
            for (size_t v = 0; v < VECTORS; v++) {
                __m256i product = product_of(multiplier, weights[v], values);
                sum[v] = step == begin ? product : sum_of(multiplier, sum[v], product);
            }
            HOLD(sum[0], sum[1]);
        }
    }
}

/// Adds a block's integer products to the sums of one row, whose quantised block is at x.
CK_INLINE void add_products(enum ck_format format, const struct tile_block *block, size_t r, __m256 factor,
                            const __m256i *products) {
    const struct panel *panel = block->panel;
    const char *x = block->x + block->offsets[r];
    float *sums = block->sums + r * STRIP;
    __m256 sum[VECTORS];
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 scale = _mm256_mul_ps(_mm256_load_ps(panel->scales[block->index][v]), factor);
        sum[v] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(products[v]), _mm256_load_ps(sums + 8 * v));
    }
    if (has_minimum(format) && !has_halves(format)) {
        __m256 weighted = broadcast_float(x + offsetof(struct quantized, weighted_sum));
        for (size_t v = 0; v < VECTORS; v++)
            sum[v] = _mm256_fmadd_ps(_mm256_load_ps(panel->minima[block->index][0][v]), weighted, sum[v]);
    }
    for (size_t h = 0; has_minimum(format) && has_halves(format) && h < 2; h++) {
        __m256i quarters = broadcast4(x + offsetof(struct quantized, quarters) + h * 4);
        __m256i integers = _mm256_madd_epi16(quarters, _mm256_set1_epi16(1));
        __m256 weighted = _mm256_mul_ps(factor, _mm256_cvtepi32_ps(integers));
        for (size_t v = 0; v < VECTORS; v++)
            sum[v] = _mm256_fmadd_ps(_mm256_load_ps(panel->minima[block->index][h][v]), weighted, sum[v]);
    }
    for (size_t v = 0; v < VECTORS; v++)
        _mm256_store_ps(sums + 8 * v, sum[v]);
}

CK_INLINE void tile_block_unsigned(enum ck_format format, bool direct, size_t rows, const struct tile_block *block) {
    const __m256i ones = _mm256_set1_epi16(1);
    bool fifth = format == ck_format_q5_0 || format == ck_format_q5_1 || format == ck_format_q5_k;
    int shift = fifth ? 4 : zero_shift(format);
    __m256i sums[TILE_HEIGHT_MAX * VECTORS];
    multiply_steps(format, direct, multiplier_unsigned, rows, block, 0, STEPS, sums);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        const char *x = block->x + block->offsets[r], *quarters = x + offsetof(struct quantized, quarters);
        __m256i *sum = sums + r * VECTORS, zeros, back;
        // 16 bits hold the sums less 16 times the activations', if not the sums of integers of 5 bits.
        if (shift)
            zeros = _mm256_slli_epi16(_mm256_add_epi16(broadcast4(quarters), broadcast4(quarters + 4)), shift);
        if (fifth && !zero_shift(format))
            back = _mm256_madd_epi16(zeros, ones);
        for (size_t v = 0; v < VECTORS; v++) {
            if (shift)
                sum[v] = _mm256_sub_epi16(sum[v], zeros);
            sum[v] = _mm256_madd_epi16(sum[v], ones);
            if (fifth && !zero_shift(format))
                sum[v] = _mm256_add_epi32(sum[v], back);
        }
        add_products(format, block, r, broadcast_float(x + offsetof(struct quantized, scale)), sum);
    }
}

CK_INLINE void tile_block_halves(enum ck_format format, bool direct, size_t rows, const struct tile_block *block) {
    __m256i products[TILE_HEIGHT_MAX * VECTORS];
#pragma clang loop unroll(full)
    for (size_t h = 0; h < 2; h++) {
        __m256i sums[TILE_HEIGHT_MAX * VECTORS];
        multiply_steps(format, direct, multiplier_unsigned, rows, block, h * STEPS / 2, (h + 1) * STEPS / 2, sums);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            const char *x = block->x + block->offsets[r];
            __m256i *product = products + r * VECTORS, zeros;
            if (zero_shift(format))
                zeros =
                    _mm256_slli_epi16(broadcast4(x + offsetof(struct quantized, quarters) + h * 4), zero_shift(format));
            for (size_t v = 0; v < VECTORS; v++) {
                __m256i sum = sums[r * VECTORS + v];
                if (zero_shift(format))
                    sum = _mm256_sub_epi16(sum, zeros);
                sum = _mm256_madd_epi16(sum, block->panel->factors[block->index][h][v]);
                product[v] = h == 0 ? sum : _mm256_add_epi32(product[v], sum);
            }
            if (h == 1)
                add_products(format, block, r, broadcast_float(x + offsetof(struct quantized, scale)), product);
        }
    }
}

CK_INLINE void tile_block_signed(enum ck_format format, bool direct, size_t rows, const struct tile_block *block) {
    __m256i sums[TILE_HEIGHT_MAX * VECTORS];
    multiply_steps(format, direct, direct ? multiplier_signed : multiplier_wide, rows, block, 0,
                   direct ? STEPS : WIDE_STEPS, sums);
    size_t scale = direct ? offsetof(struct quantized, scale) : offsetof(struct quantized_wide, scale);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
        add_products(format, block, r, broadcast_float(block->x + block->offsets[r] + scale), sums + r * VECTORS);
}

/// Whether rows are read as 16-bit integers.
CK_INLINE bool reads_wide(enum ck_format format, bool direct) {
    return !direct && arithmetic_of(format) == arithmetic_signed;
}

CK_INLINE void one_block(enum ck_format format, bool direct, size_t rows, const struct tile_block *block) {
    switch (arithmetic_of(format)) {
    case arithmetic_unsigned:
        return tile_block_unsigned(format, direct, rows, block);
    case arithmetic_halves:
        return tile_block_halves(format, direct, rows, block);
    case arithmetic_signed:
        return tile_block_signed(format, direct, rows, block);
    }
}

CK_INLINE void block_tile(enum ck_format format, bool direct, size_t rows, const struct block_tile *tile) {
    size_t offsets[TILE_HEIGHT_MAX], parts = block_of(format).values / QUANT_BLOCK;
    size_t count = tile->count, strips = direct ? tile->strips : 1;
    for (size_t r = 0; r < rows; r++)
        offsets[r] = r * tile->stride;
    struct tile_block block = {.x = tile->x, .offsets = offsets};
    if (direct && parts == PANEL_BLOCKS && rows <= 2) {
        // A superblock: the numbers of its blocks are constants of the code.
        block.panel = tile->panel;
        block.sums = tile->sums;
        block.packed = packed_at(format, tile->strip, tile->block);
#pragma clang loop unroll(full)
        for (block.index = 0; block.index < PANEL_BLOCKS; block.index++, block.x += sizeof(struct quantized)) {
            block.j = block.index;
            one_block(format, direct, rows, &block);
        }
        return;
    }
    for (; block.index < count; block.index++, block.x += quantized_block_bytes(reads_wide(format, direct))) {
        if (direct)
            block.j = (tile->block + block.index) % parts;
        for (size_t strip = 0; strip < strips; strip++) {
            block.panel = tile->panel + strip;
            block.sums = tile->sums + strip * rows * STRIP;
            if (direct)
                block.packed = packed_at(format, tile->strip + strip * tile->strip_bytes, tile->block + block.index);
            one_block(format, direct, rows, &block);
        }
    }
}

/// Of at most TILE_HEIGHT_MAX rows.
CK_INLINE void run_tile(enum ck_format format, bool direct, size_t rows, const struct block_tile *tile) {
    switch (rows) {
    case 5:
        return block_tile(format, direct, 5, tile);
    case 4:
        return block_tile(format, direct, 4, tile);
    case 3:
        return block_tile(format, direct, 3, tile);
    case 2:
        return block_tile(format, direct, 2, tile);
    default:
        return block_tile(format, direct, 1, tile);
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

/// Writes row m of a strip's outputs, in part if the range begins or ends inside; n is the strip's first output and the
/// sums of segment s are at sums + s * stride.
CK_INLINE void finish_strip(const struct ck_matmul *job, size_t m, size_t n, const float *sums, size_t stride) {
    float *y = job->y + m * job->y_stride + n;
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 parts[8];
        for (size_t segment = 0; segment < job->segment_count; segment++)
            parts[segment] = _mm256_load_ps(sums + segment * stride + 8 * v);
        if (job->segment_count == 8)
            parts[0] =
                _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(parts[0], parts[1]), _mm256_add_ps(parts[2], parts[3])),
                              _mm256_add_ps(_mm256_add_ps(parts[4], parts[5]), _mm256_add_ps(parts[6], parts[7])));
        write_outputs(job, y + 8 * v, n + 8 * v, parts[0]);
    }
}

CK_TARGET_END
