#pragma once

// One row of activations by strips side by side of q4_k to q6_k: what the blocks of a block of 256 share is unpacked
// at once, and a block of 32 or two of each strip meet the row in turn, on their way from memory.

#include "blocktile.h"

CK_TARGET_BEGIN

enum {
    /// Bytes that each strip is fetched ahead.
    SUPER_AHEAD = 512,
};

/// Whether the rows go through the format's strips side by side, block by block of 256.
CK_INLINE bool walks_superblocks(enum ck_format format, size_t rows) {
    return rows == 1 && (format == ck_format_q4_k || format == ck_format_q5_k || format == ck_format_q6_k);
}

/// A block's sums in 32 bits. 16 bits hold the sums of integers of 5 bits less 16 times the activations'.
CK_INLINE __m256i wide_sums(bool fifth, __m256i sums, const struct quantized *x) {
    const __m256i ones = _mm256_set1_epi16(1);
    if (!fifth)
        return _mm256_madd_epi16(sums, ones);
    __m256i zeros = _mm256_slli_epi16(_mm256_add_epi16(broadcast4(x->quarters[0]), broadcast4(x->quarters[1])), 4);
    return _mm256_add_epi32(_mm256_madd_epi16(_mm256_sub_epi16(sums, zeros), ones), _mm256_madd_epi16(zeros, ones));
}

/// Two neighbouring blocks of q4_k or q5_k: the low and the high nibbles of the same bytes.
CK_INLINE void two_blocks(enum ck_format format, const struct super_header *header, const uint8_t *packed, size_t j,
                          const struct quantized *x, float *sums) {
    bool fifth = format == ck_format_q5_k;
    const uint8_t *p = packed + ((fifth ? 48 : 16) + j * 16) * STRIP;
    __m256i products[2][VECTORS];
#pragma clang loop unroll(full)
    for (size_t step = 0; step < STEPS; step++) {
        __m256i first = broadcast4(x[0].integers + 4 * step), second = broadcast4(x[1].integers + 4 * step);
        fetch_blocks(format, packed, j, 2, step, SUPER_AHEAD);
        for (size_t v = 0; v < VECTORS; v++) {
            __m256i bytes = dwords_at(p, 4 * step, v), low = masked(bytes, 15), high = masked(right(bytes, 4), 15);
            if (fifth) {
                __m256i bits = right(dwords_at(packed, 16 + 4 * step, v), j);
                low = _mm256_or_si256(low, masked(left(bits, 4), 16));
                high = _mm256_or_si256(high, masked(left(bits, 3), 16));
            }
            low = _mm256_maddubs_epi16(low, first);
            high = _mm256_maddubs_epi16(high, second);
            products[0][v] = step == 0 ? low : _mm256_add_epi16(products[0][v], low);
            products[1][v] = step == 0 ? high : _mm256_add_epi16(products[1][v], high);
        }
    }
    for (size_t v = 0; v < VECTORS; v++) {
        __m256 sum = _mm256_load_ps(sums + 8 * v);
        for (size_t b = 0; b < 2; b++) {
            __m256i integers = wide_sums(fifth, products[b][v], x + b);
            __m256 scale = header_scale(header, j + b, v), minimum = header_minimum(header, j + b, v);
            scale = _mm256_mul_ps(scale, _mm256_set1_ps(x[b].scale));
            sum = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(integers), sum);
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
        for (size_t step = h * STEPS / 2; step < (h + 1) * STEPS / 2; step++)
            fetch_blocks(ck_format_q6_k, packed, j, 1, step, SUPER_AHEAD);
        __m256i zeros = _mm256_slli_epi16(broadcast4(x->quarters[h]), 5);
        for (size_t v = 0; v < VECTORS; v++) {
            __m256i a = dwords_at(p, 0, v), b = dwords_at(p, 4, v), c = dwords_at(p, 8, v);
            __m256i last = last_sixths(a, b, c);
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
    size_t step = format == ck_format_q6_k ? 1 : 2;
    for (size_t s = 0; s < tile->strips; s++)
        unpack_header(format, packed + s * tile->strip_bytes, headers + s);
    for (size_t j = 0; j < SUPER_PARTS; j += step)
        for (size_t s = 0; s < tile->strips; s++)
            if (format == ck_format_q6_k)
                one_block_q6_k(headers + s, packed + s * tile->strip_bytes, j, x + j, tile->sums + s * STRIP);
            else
                two_blocks(format, headers + s, packed + s * tile->strip_bytes, j, x + j, tile->sums + s * STRIP);
}

CK_TARGET_END
