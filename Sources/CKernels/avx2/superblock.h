#pragma once

// One row of activations by strips side by side of q4_k and q6_k: what the blocks of a block of 256 share is unpacked at
// once, and a block of 32 or two of each strip meet the row in turn, on their way from memory.

#include "blocktile.h"

CK_TARGET_BEGIN

enum {
    /// Bytes that each strip is fetched ahead.
    SUPER_AHEAD = 512,
};

/// Whether the rows go through the format's strips side by side, block by block of 256.
CK_INLINE bool walks_superblocks(enum ck_format format, size_t rows) {
    return rows == 1 && (format == ck_format_q4_k || format == ck_format_q6_k);
}

CK_INLINE void fetch_line(const uint8_t *p) { _mm_prefetch((const char *)p + SUPER_AHEAD, _MM_HINT_T0); }

/// Two neighbouring blocks of q4_k: the low and the high nibbles of the same bytes.
CK_INLINE void two_blocks_q4_k(const struct super_header *header, const uint8_t *packed, size_t j,
                               const struct quantized *x, float *sums) {
    const uint8_t *p = packed + (16 + j * 16) * STRIP;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i products[2][VECTORS];
#pragma clang loop unroll(full)
    for (size_t step = 0; step < STEPS; step++) {
        fetch_line(p + step * 64);
        __m256i first = broadcast4(x[0].integers + 4 * step), second = broadcast4(x[1].integers + 4 * step);
        for (size_t v = 0; v < VECTORS; v++) {
            __m256i bytes = dwords_at(p, 4 * step, v);
            __m256i low = _mm256_maddubs_epi16(masked(bytes, 15), first);
            __m256i high = _mm256_maddubs_epi16(masked(right(bytes, 4), 15), second);
            products[0][v] = step == 0 ? low : _mm256_add_epi16(products[0][v], low);
            products[1][v] = step == 0 ? high : _mm256_add_epi16(products[1][v], high);
        }
    }
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 sum = _mm256_load_ps(sums + 8 * v);
        for (size_t b = 0; b < 2; b++) {
            __m256 integers = _mm256_cvtepi32_ps(_mm256_madd_epi16(products[b][v], ones));
            __m256 scale = header_scale(header, j + b, v), minimum = header_minimum(header, j + b, v);
            sum = _mm256_fmadd_ps(_mm256_mul_ps(scale, _mm256_set1_ps(x[b].scale)), integers, sum);
            sum = _mm256_fmadd_ps(minimum, _mm256_set1_ps(x[b].weighted_sum), sum);
        }
        _mm256_store_ps(sums + 8 * v, sum);
    }
}

/// A block of q6_k.
CK_INLINE void one_block_q6_k(const struct super_header *header, const uint8_t *packed, size_t j,
                              const struct quantized *x, float *sums) {
    const uint8_t *p = packed + (SIXTHS_OFFSET + 2 * j * SIXTHS_BYTES) * STRIP;
    __m256i products[VECTORS];
#pragma clang loop unroll(full)
    for (size_t h = 0; h < 2; h++, p += SIXTHS_BYTES * STRIP) {
        const int8_t *integers = x->integers + h * HALF_BLOCK;
        for (size_t line = 0; line < SIXTHS_BYTES * STRIP; line += 64)
            fetch_line(p + line);
        __m256i zeros = _mm256_slli_epi16(broadcast4(x->quarters[h]), 5);
        for (size_t v = 0; v < VECTORS; v++) {
            __m256i a = dwords_at(p, 0, v), b = dwords_at(p, 4, v), c = dwords_at(p, 8, v);
            __m256i last = _mm256_or_si256(masked(right(a, 6), 3), masked(right(b, 4), 12));
            last = _mm256_or_si256(last, masked(right(c, 2), 48));
            a = _mm256_maddubs_epi16(masked(a, 63), broadcast4(integers));
            b = _mm256_maddubs_epi16(masked(b, 63), broadcast4(integers + 4));
            c = _mm256_maddubs_epi16(masked(c, 63), broadcast4(integers + 8));
            last = _mm256_maddubs_epi16(last, broadcast4(integers + 12));
            __m256i sum = _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, last));
            sum = _mm256_madd_epi16(_mm256_sub_epi16(sum, zeros), block_factors(ck_format_q6_k, packed, j, h, v));
            products[v] = h == 0 ? sum : _mm256_add_epi32(products[v], sum);
        }
    }
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 scale = _mm256_mul_ps(header->scale[v], _mm256_set1_ps(x->scale));
        __m256 sum = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(products[v]), _mm256_load_ps(sums + 8 * v));
        _mm256_store_ps(sums + 8 * v, sum);
    }
}

/// One block of 256 of each strip of the tile.
CK_INLINE void superblocks(enum ck_format format, const struct block_tile *tile) {
    struct super_header headers[STRIPS_ABREAST];
    const uint8_t *packed = packed_at(format, tile->strip, tile->block);
    const struct quantized *x = (const struct quantized *)tile->x;
    size_t step = format == ck_format_q4_k ? 2 : 1;
    for (size_t s = 0; s < tile->strips; s++)
        unpack_header(format, packed + s * tile->strip_bytes, headers + s);
    for (size_t j = 0; j < SUPER_PARTS; j += step)
        for (size_t s = 0; s < tile->strips; s++)
            if (format == ck_format_q4_k)
                two_blocks_q4_k(headers + s, packed + s * tile->strip_bytes, j, x + j, tile->sums + s * STRIP);
            else
                one_block_q6_k(headers + s, packed + s * tile->strip_bytes, j, x + j, tile->sums + s * STRIP);
}

CK_TARGET_END
