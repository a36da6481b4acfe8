#pragma once

// Weights in blocks times many rows: strips of sixteen outputs are unpacked once and multiplied by every row.

#include "blockpack.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

/// Rows of a tile and the panel's stretch of k.
struct block_tile {
    const struct block_panel *panel;
    /// The first row, and the bytes from it to row r.
    struct quantized x;
    size_t offsets[TILE_HEIGHT_MAX];
    /// The first block's number, and how many there are.
    size_t block, count;
    /// [lane][row][vector][8]
    float *lanes;
};

/// What a tile reads of one block, in the first row.
struct block_place {
    const char *integers, *scales, *sums, *weighted_sums, *quarters[2];
    const int8_t (*weights)[STEPS][32];
    size_t index;
    float *lanes;
};

/// Hides a pointer's origin, so that the compiler adds a row's offset where it loads and not, for every row, before.
#define HIDE(pointer) __asm__("" : "+r"(pointer))

/// Keeps sums in their registers and what follows behind them: reordered, the loops would spill.
#define HOLD(sums, count)                                                                                              \
    for (size_t held = 0; held < (count); held++)                                                                      \
    __asm__ volatile("" : "+x"((sums)[held]))

CK_INLINE struct block_place block_place(size_t rows, const struct block_tile *tile, size_t index) {
    size_t block = tile->block + index;
    struct block_place place = {
        .integers = (const char *)(tile->x.integers + block * QUANT_BLOCK),
        .scales = (const char *)(tile->x.scales + block),
        .sums = (const char *)(tile->x.sums + block),
        .weighted_sums = (const char *)(tile->x.weighted_sums + block),
        .quarters = {(const char *)(tile->x.quarters + quarter_index(block, 0)),
                     (const char *)(tile->x.quarters + quarter_index(block, 1))},
        .weights = tile->panel->integers[index],
        .index = index,
        .lanes = tile->lanes + index % CK_LANES * rows * STRIP_OUTPUTS,
    };
    HIDE(place.integers);
    HIDE(place.scales);
    HIDE(place.sums);
    HIDE(place.weighted_sums);
    HIDE(place.quarters[0]);
    HIDE(place.quarters[1]);
    return place;
}

CK_INLINE __m256i broadcast4(const void *p) {
    int bits;
    memcpy(&bits, p, sizeof bits);
    return _mm256_set1_epi32(bits);
}

/// The integers' products with steps [begin, end) of a block: pairs of 16-bit sums.
CK_INLINE void multiply_steps(size_t rows, const struct block_tile *tile, const struct block_place *place,
                              size_t begin, size_t end, __m256i *sums) {
#pragma clang loop unroll(full)
    for (size_t step = begin; step < end; step++) {
        __m256i w[STRIP_VECTORS];
        for (size_t v = 0; v < STRIP_VECTORS; v++)
            w[v] = _mm256_load_si256((const __m256i *)place->weights[v][step]);
        for (size_t r = 0; r < rows; r++) {
            __m256i x = broadcast4(place->integers + tile->offsets[r] + step * 4);
            for (size_t v = 0; v < STRIP_VECTORS; v++) {
                __m256i product = _mm256_maddubs_epi16(w[v], x), *sum = sums + r * STRIP_VECTORS + v;
                *sum = step == begin ? product : _mm256_add_epi16(*sum, product);
            }
        }
        HOLD(sums, rows * STRIP_VECTORS);
    }
}

/// The same of signed integers in one vector of outputs: 32-bit sums.
CK_INLINE void multiply_signed(size_t rows, const struct block_tile *tile, const struct block_place *place, size_t v,
                               __m256i *sums) {
    const __m256i ones = _mm256_set1_epi16(1);
#pragma clang loop unroll(full)
    for (size_t step = 0; step < STEPS; step++) {
        __m256i w = _mm256_load_si256((const __m256i *)place->weights[v][step]);
        __m256i magnitude = _mm256_abs_epi8(w);
        for (size_t r = 0; r < rows; r++) {
            __m256i x = broadcast4(place->integers + tile->offsets[r] + step * 4);
            __m256i product = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(x, w)), ones);
            sums[r] = step == 0 ? product : _mm256_add_epi32(sums[r], product);
        }
        HOLD(sums, rows);
    }
}

/// Adds a block's products of row r to their lanes: of `count` vectors, from number `first` on.
CK_INLINE void add_products(enum ck_format format, const struct block_tile *tile, const struct block_place *place,
                            size_t r, size_t first, size_t count, const __m256i *products) {
    const struct block_panel *panel = tile->panel;
    size_t offset = tile->offsets[r], index = place->index;
    float *lanes = place->lanes + (r * STRIP_VECTORS + first) * 8;
    __m256 factor = _mm256_broadcast_ss((const float *)(place->scales + offset)), lane[STRIP_VECTORS];
    for (size_t v = 0; v < count; v++) {
        __m256 scale = _mm256_mul_ps(_mm256_load_ps(panel->scales[index][first + v]), factor);
        lane[v] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(products[v]), _mm256_load_ps(lanes + 8 * v));
    }
    if (has_minimum(format) && !has_halves(format)) {
        __m256 sum = _mm256_broadcast_ss((const float *)(place->weighted_sums + offset));
        for (size_t v = 0; v < count; v++)
            lane[v] = _mm256_fmadd_ps(_mm256_load_ps(panel->minima[index][first + v][0]), sum, lane[v]);
    }
    for (size_t h = 0; has_minimum(format) && has_halves(format) && h < 2; h++) {
        __m256i integers = _mm256_madd_epi16(broadcast4(place->quarters[h] + offset), _mm256_set1_epi16(1));
        __m256 sum = _mm256_mul_ps(factor, _mm256_cvtepi32_ps(integers));
        for (size_t v = 0; v < count; v++)
            lane[v] = _mm256_fmadd_ps(_mm256_load_ps(panel->minima[index][first + v][h]), sum, lane[v]);
    }
    for (size_t v = 0; v < count; v++)
        _mm256_store_ps(lanes + 8 * v, lane[v]);
}

CK_INLINE void block_tile_unsigned(enum ck_format format, size_t rows, const struct block_tile *tile, size_t index) {
    const __m256i ones = _mm256_set1_epi16(1);
    bool fifth = format == ck_format_q5_0 || format == ck_format_q5_1 || format == ck_format_q5_k;
    int shift = fifth ? 4 : zero_shift(format);
    struct block_place place = block_place(rows, tile, index);
    __m256i sums[TILE_HEIGHT_MAX * STRIP_VECTORS];
    multiply_steps(rows, tile, &place, 0, STEPS, sums);
    for (size_t r = 0; r < rows; r++) {
        size_t offset = tile->offsets[r];
        // 16 bits hold the sums less 16 times the activations', if not the sums of integers of 5 bits.
        __m256i first = broadcast4(place.quarters[0] + offset), second = broadcast4(place.quarters[1] + offset);
        __m256i zeros = _mm256_slli_epi16(_mm256_add_epi16(first, second), shift);
        __m256i back = _mm256_slli_epi32(broadcast4(place.sums + offset), 4);
        __m256i *row = sums + r * STRIP_VECTORS;
        for (size_t v = 0; v < STRIP_VECTORS; v++) {
            if (shift)
                row[v] = _mm256_sub_epi16(row[v], zeros);
            row[v] = _mm256_madd_epi16(row[v], ones);
            if (fifth && !zero_shift(format))
                row[v] = _mm256_add_epi32(row[v], back);
        }
        add_products(format, tile, &place, r, 0, STRIP_VECTORS, row);
    }
}

CK_INLINE void block_tile_halves(enum ck_format format, size_t rows, const struct block_tile *tile, size_t index) {
    struct block_place place = block_place(rows, tile, index);
    __m256i products[TILE_HEIGHT_MAX * STRIP_VECTORS];
    for (size_t h = 0; h < 2; h++) {
        __m256i sums[TILE_HEIGHT_MAX * STRIP_VECTORS];
        multiply_steps(rows, tile, &place, h * STEPS / 2, (h + 1) * STEPS / 2, sums);
        for (size_t r = 0; r < rows; r++) {
            __m256i zeros = _mm256_slli_epi16(broadcast4(place.quarters[h] + tile->offsets[r]), zero_shift(format));
            for (size_t v = 0; v < STRIP_VECTORS; v++) {
                __m256i sum = sums[r * STRIP_VECTORS + v], *product = products + r * STRIP_VECTORS + v;
                if (zero_shift(format))
                    sum = _mm256_sub_epi16(sum, zeros);
                sum = _mm256_madd_epi16(sum, _mm256_load_si256((const __m256i *)tile->panel->factors[index][v][h]));
                *product = h == 0 ? sum : _mm256_add_epi32(*product, sum);
            }
            if (h == 1)
                add_products(format, tile, &place, r, 0, STRIP_VECTORS, products + r * STRIP_VECTORS);
        }
    }
}

CK_INLINE void block_tile_signed(enum ck_format format, size_t rows, const struct block_tile *tile, size_t index) {
    struct block_place place = block_place(rows, tile, index);
    for (size_t v = 0; v < STRIP_VECTORS; v++) {
        __m256i sums[TILE_HEIGHT_MAX];
        multiply_signed(rows, tile, &place, v, sums);
        for (size_t r = 0; r < rows; r++)
            add_products(format, tile, &place, r, v, 1, sums + r);
    }
}

CK_INLINE void block_tile(enum ck_format format, size_t rows, const struct block_tile *tile) {
    struct block_tile local = *tile;
    for (size_t index = 0; index < local.count; index++)
        switch (arithmetic_of(format)) {
        case arithmetic_unsigned:
            block_tile_unsigned(format, rows, &local, index);
            break;
        case arithmetic_halves:
            block_tile_halves(format, rows, &local, index);
            break;
        case arithmetic_signed:
            block_tile_signed(format, rows, &local, index);
            break;
        }
}

/// How many tiles rows are cut into, of nearly equal height, and where tile i starts.
CK_INLINE size_t row_tiles(size_t rows) { return (rows + TILE_HEIGHT_MAX - 1) / TILE_HEIGHT_MAX; }
CK_INLINE size_t first_row(size_t rows, size_t i) { return rows * i / row_tiles(rows); }

CK_INLINE void run_tile(enum ck_format format, size_t rows, const struct block_tile *tile) {
    switch (rows) {
    case 6:
        return block_tile(format, 6, tile);
    case 5:
        return block_tile(format, 5, tile);
    case 4:
        return block_tile(format, 4, tile);
    case 3:
        return block_tile(format, 3, tile);
    case 2:
        return block_tile(format, 2, tile);
    default:
        return block_tile(format, 1, tile);
    }
}

/// Sums the lanes of a tile.
CK_INLINE void sum_lanes(const float *lanes, size_t rows, float *sums) {
    size_t stride = rows * STRIP_OUTPUTS;
    for (size_t i = 0; i < stride; i += 8) {
        __m256 l[CK_LANES];
        for (size_t lane = 0; lane < CK_LANES; lane++)
            l[lane] = _mm256_load_ps(lanes + lane * stride + i);
        __m256 even = _mm256_add_ps(_mm256_add_ps(l[0], l[4]), _mm256_add_ps(l[2], l[6]));
        __m256 odd = _mm256_add_ps(_mm256_add_ps(l[1], l[5]), _mm256_add_ps(l[3], l[7]));
        _mm256_store_ps(sums + i, _mm256_add_ps(even, odd));
    }
}

/// A segment of a sum: blocks [begin, end).
struct stretch {
    size_t begin, end, segment;
};

/// All of `rows` rows by the panel of the blocks [block, block + count).
CK_INLINE void panel_rows(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows,
                          const struct stretch *stretch, size_t block, size_t count) {
    struct block_scratch *scratch = job->scratch;
    bool whole = stretch->end - stretch->begin <= PANEL_BLOCKS;
    for (size_t i = 0; i < row_tiles(rows); i++) {
        size_t first = first_row(rows, i), height = first_row(rows, i + 1) - first;
        struct block_tile tile = {
            .panel = &scratch->panel,
            .x = job_row(job, m + first),
            .block = block,
            .count = count,
            .lanes = scratch->lanes[whole ? 0 : first],
        };
        for (size_t r = 0; r < height; r++)
            tile.offsets[r] = r * job->quantized_stride;
        if (block == stretch->begin)
            memset(tile.lanes, 0, height * sizeof scratch->lanes[0]);
        run_tile(format, height, &tile);
        if (block + count == stretch->end)
            sum_lanes(tile.lanes, height, scratch->sums[stretch->segment][first]);
    }
}

/// The outputs from n on that fit a strip, of the rows [m, m + rows), as far as the segment's panels give them.
CK_INLINE void strip_segment(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows,
                             const char *const weights[STRIP_OUTPUTS], const struct stretch *stretch) {
    struct block_scratch *scratch = job->scratch;
    if (stretch->begin == stretch->end)
        memset(scratch->sums[stretch->segment], 0, rows * sizeof scratch->sums[0][0]);
    for (size_t block = stretch->begin, count; block < stretch->end; block += count) {
        count = smaller(PANEL_BLOCKS, stretch->end - block);
        for (size_t i = 0; i < count; i += GROUP)
            for (size_t v = 0; v < STRIP_VECTORS; v++)
                pack_group(format, scratch, weights + 8 * v, block + i, stretch->end - block - i - 1, i, v);
        panel_rows(format, job, m, rows, stretch, block, count);
    }
}

/// Writes one row of a strip's outputs, in part if the range ends.
CK_INLINE void finish_strip(const struct ck_matmul *job, const struct block_scratch *scratch, size_t row, size_t m,
                            size_t n) {
    for (size_t v = 0; v < STRIP_VECTORS && n + 8 * v < job->n_end; v++) {
        __m256 parts[8];
        for (size_t segment = 0; segment < job->segment_count; segment++)
            parts[segment] = _mm256_load_ps(scratch->sums[segment][row] + 8 * v);
        if (job->segment_count == 8)
            parts[0] = _mm256_add_ps(
                _mm256_add_ps(_mm256_add_ps(parts[0], parts[1]), _mm256_add_ps(parts[2], parts[3])),
                _mm256_add_ps(_mm256_add_ps(parts[4], parts[5]), _mm256_add_ps(parts[6], parts[7])));
        float *y = job->y + (m + row) * job->y_stride + n + 8 * v;
        __m256i mask = first_lanes(smaller(job->n_end - n - 8 * v, 8));
        if (job->bias)
            parts[0] = _mm256_add_ps(parts[0], _mm256_maskload_ps(job->bias + n + 8 * v, mask));
        if (job->accumulate)
            parts[0] = _mm256_add_ps(_mm256_maskload_ps(y, mask), parts[0]);
        _mm256_maskstore_ps(y, mask, parts[0]);
    }
}

/// All rows of the outputs from n on that fit a strip.
CK_INLINE void block_strip(enum ck_format format, const struct ck_matmul *job, size_t m, size_t rows, size_t n) {
    const char *weights[STRIP_OUTPUTS];
    for (size_t i = 0; i < STRIP_OUTPUTS; i++) {
        weights[i] = (const char *)job->weights + smaller(n + i, job->n_end - 1) * job->weight_stride;
        // The next strip's beginnings, while this one is multiplied.
        for (size_t line = 0; line < STRIP_AHEAD; line += 64)
            _mm_prefetch(weights[i] + STRIP_OUTPUTS * job->weight_stride + line, _MM_HINT_T1);
    }
    struct stretch stretch = {0};
    for (; stretch.segment < job->segment_count; stretch.segment++, stretch.begin = stretch.end) {
        stretch.end = segment_end(job, stretch.segment) / QUANT_BLOCK;
        strip_segment(format, job, m, rows, weights, &stretch);
    }
    for (size_t row = 0; row < rows; row++)
        finish_strip(job, job->scratch, row, m, n);
}

/// All rows, in blocks of equal height.
CK_INLINE void block_panels(enum ck_format format, const struct ck_matmul *job) {
    size_t blocks = (job->m + PANEL_ROWS - 1) / PANEL_ROWS, height = (job->m + blocks - 1) / blocks;
    for (size_t m = 0; m < job->m; m += height)
        for (size_t n = job->n_begin; n < job->n_end; n += STRIP_OUTPUTS)
            block_strip(format, job, m, smaller(height, job->m - m), n);
}

#pragma clang attribute pop
