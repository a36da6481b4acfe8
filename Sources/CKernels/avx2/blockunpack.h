#pragma once

// Strips of block formats, unpacked: their integers as the products take them, their scales as f32.

#include "target.h"

#include "../vector/blocks.h"

CK_TARGET_BEGIN

enum {
    /// Vectors of eight rows in a strip.
    VECTORS = STRIP / 8,
    /// Steps of two values of 16 bits in a block of 32.
    WIDE_STEPS = QUANT_BLOCK / 2,
};

/// How a format's integers are multiplied.
enum arithmetic {
    /// Unsigned integers of at most 5 bits: a block's sums fit 16 bits.
    arithmetic_unsigned,
    /// Unsigned integers of at most 6 bits with a factor for each 16: a half's sums fit 16 bits.
    arithmetic_halves,
    /// Signed integers of 8 bits; in panels they are widened to 16.
    arithmetic_signed,
};

CK_INLINE enum arithmetic arithmetic_of(enum ck_format format) {
    if (format == ck_format_q8_0 || format == ck_format_iq4_nl || format == ck_format_iq4_xs)
        return arithmetic_signed;
    return has_halves(format) ? arithmetic_halves : arithmetic_unsigned;
}

/// log2 of what the unsigned integers are too large by; 0: nothing.
CK_INLINE int zero_shift(enum ck_format format) {
    switch (format) {
    case ck_format_q3_k:
        return 2;
    case ck_format_q4_0:
        return 3;
    case ck_format_q5_0:
        return 4;
    case ck_format_q6_k:
        return 5;
    default:
        return 0;
    }
}

/// A stretch of a strip's weights, [block][step][row][values of the step].
struct panel {
    _Alignas(64) uint8_t integers[PANEL_BLOCKS * WIDE_STEPS * VECTORS * 32];
    float scales[PANEL_BLOCKS][VECTORS][8];
    /// Formats without halves have only the first.
    float minima[PANEL_BLOCKS][2][VECTORS][8];
    /// Formats with halves: each row's factor twice.
    __m256i factors[PANEL_BLOCKS][2][VECTORS];
};

CK_INLINE __m256i masked(__m256i x, int mask) { return _mm256_and_si256(x, _mm256_set1_epi8((char)mask)); }
/// Each byte shifted, with bits of its neighbours: to be masked.
CK_INLINE __m256i right(__m256i x, size_t bits) { return _mm256_srl_epi16(x, _mm_cvtsi64_si128((int64_t)bits)); }
CK_INLINE __m256i left(__m256i x, size_t bits) { return _mm256_sll_epi16(x, _mm_cvtsi64_si128((int64_t)bits)); }

/// Four bytes of eight rows' blocks, from byte `offset` of the block on.
CK_INLINE __m256i dwords_at(const uint8_t *packed, size_t offset, size_t v) {
    return _mm256_loadu_si256((const __m256i *)(packed + offset * STRIP + v * 32));
}

/// Their byte `offset`.
CK_INLINE __m256i bytes_at(const uint8_t *packed, size_t offset, size_t v) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(packed + offset * STRIP + v * 8)));
}

/// Their f16 at `offset`.
CK_INLINE __m256 f16s_at(const uint8_t *packed, size_t offset, size_t v) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(packed + offset * STRIP + v * 16)));
}

/// Bits [shift, shift + bits) of 32-bit lanes.
CK_INLINE __m256i lane_field(__m256i x, size_t shift, size_t bits) {
    return _mm256_and_si256(_mm256_srl_epi32(x, _mm_cvtsi64_si128((int64_t)shift)), _mm256_set1_epi32((1 << bits) - 1));
}

CK_INLINE __m256i nibbles(const uint8_t *packed, size_t offset, size_t high, size_t v) {
    return masked(right(dwords_at(packed, offset, v), 4 * high), 15);
}

/// The fourth of every four integers of q6_k, whose bits lie above those of the other three, see arrange_sixths.
CK_INLINE __m256i last_sixths(__m256i first, __m256i second, __m256i third) {
    __m256i low = _mm256_or_si256(masked(right(first, 6), 3), masked(right(second, 4), 12));
    return _mm256_or_si256(low, masked(right(third, 2), 48));
}

/// The values [4 step, 4 step + 4) of block j of 32 in the packed block, of eight rows.
CK_INLINE __m256i step_integers(enum ck_format format, const uint8_t *packed, size_t j, size_t step, size_t v) {
    size_t quarter = step % 4 * 4, dword = step * 4;
    switch (format) {
    case ck_format_q8_0:
        return dwords_at(packed, 2 + dword, v);
    case ck_format_q4_0:
    case ck_format_iq4_nl:
        return nibbles(packed, 2 + quarter, step / 4, v);
    case ck_format_q4_1:
        return nibbles(packed, 4 + quarter, step / 4, v);
    case ck_format_q5_0:
    case ck_format_q5_1: {
        size_t fifths = fifths_offset(format);
        __m256i high = left(right(dwords_at(packed, fifths, v), step), 4);
        return _mm256_or_si256(nibbles(packed, fifths + 4 + quarter, step / 4, v), masked(high, 16));
    }
    case ck_format_q2_k:
        return masked(right(dwords_at(packed, 16 + j / 4 * 32 + dword, v), j % 4 * 2), 3);
    case ck_format_q3_k: {
        __m256i low = masked(right(dwords_at(packed, 32 + j / 4 * 32 + dword, v), j % 4 * 2), 3);
        return _mm256_or_si256(low, masked(left(right(dwords_at(packed, dword, v), j), 2), 4));
    }
    case ck_format_q4_k:
        return nibbles(packed, 16 + j / 2 * 32 + dword, j % 2, v);
    case ck_format_q5_k: {
        __m256i high = left(right(dwords_at(packed, 16 + dword, v), j), 4);
        return _mm256_or_si256(nibbles(packed, 48 + j / 2 * 32 + dword, j % 2, v), masked(high, 16));
    }
    case ck_format_q6_k: {
        const uint8_t *half = packed + (SIXTHS_OFFSET + (2 * j + step / 4) * SIXTHS_BYTES) * STRIP;
        if (step % 4 < 3)
            return masked(dwords_at(half, quarter, v), 63);
        return last_sixths(dwords_at(half, 0, v), dwords_at(half, 4, v), dwords_at(half, 8, v));
    }
    case ck_format_iq4_xs:
        return nibbles(packed, 8 + j * 16 + quarter, step / 4, v);
    default:
        return _mm256_setzero_si256();
    }
}

CK_INLINE __m256 negated(__m256 x) { return _mm256_xor_ps(x, _mm256_set1_ps(-0.0f)); }

/// What the blocks of a block of 256 share: its f16 scales, those of the minima negated, and with q4_k and q5_k the
/// factors of both, [block][row].
struct super_header {
    __m256 scale[VECTORS], minimum[VECTORS];
    __m256i factors[SUPER_PARTS / 2], least[SUPER_PARTS / 2];
};

/// Of q4_k, q5_k and q6_k.
CK_INLINE void unpack_header(enum ck_format format, const uint8_t *packed, struct super_header *header) {
    for (size_t v = 0; v < VECTORS; v++) {
        header->scale[v] = f16s_at(packed, 0, v);
        if (has_minimum(format))
            header->minimum[v] = negated(f16s_at(packed, 2, v));
    }
    if (!has_minimum(format))
        return;
    // A vector holds two bytes of each row, see scale_and_minimum.
    for (size_t i = 0; i < 2; i++) {
        __m256i first = dwords_at(packed, 4 + 2 * i, 0), second = dwords_at(packed, 8 + 2 * i, 0);
        __m256i last = dwords_at(packed, 12 + 2 * i, 0);
        header->factors[i] = masked(first, 63);
        header->least[i] = masked(second, 63);
        header->factors[2 + i] = _mm256_or_si256(masked(last, 15), masked(right(first, 2), 48));
        header->least[2 + i] = _mm256_or_si256(masked(right(last, 4), 15), masked(right(second, 2), 48));
    }
}

/// The products of eight rows' scales with their bytes.
CK_INLINE __m256 scaled_bytes(__m256 scale, const __m256i *bytes, size_t j, size_t v) {
    const char *p = (const char *)bytes + j * STRIP + v * 8;
    return _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p))));
}

CK_INLINE __m256 header_scale(const struct super_header *header, size_t j, size_t v) {
    return scaled_bytes(header->scale[v], header->factors, j, v);
}

CK_INLINE __m256 header_minimum(const struct super_header *header, size_t j, size_t v) {
    return scaled_bytes(header->minimum[v], header->least, j, v);
}

CK_INLINE __m256 block_scales(enum ck_format format, const uint8_t *packed, size_t j, size_t v) {
    switch (format) {
    case ck_format_q2_k:
        return f16s_at(packed, 80, v);
    case ck_format_q3_k:
        return f16s_at(packed, 108, v);
    case ck_format_iq4_xs: {
        __m128i high = _mm_loadu_si128((const __m128i *)(packed + 2 * STRIP + v * 16));
        __m256i top = lane_field(_mm256_cvtepu16_epi32(high), 2 * j, 2);
        __m256i factor = lane_field(bytes_at(packed, 4 + j / 2, v), j % 2 * 4, 4);
        factor = _mm256_sub_epi32(_mm256_or_si256(factor, _mm256_slli_epi32(top, 4)), _mm256_set1_epi32(32));
        return _mm256_mul_ps(f16s_at(packed, 0, v), _mm256_cvtepi32_ps(factor));
    }
    default:
        return f16s_at(packed, 0, v);
    }
}

/// Minima of half h of block j.
CK_INLINE __m256 block_minima(enum ck_format format, const uint8_t *packed, size_t j, size_t h, size_t v) {
    if (format != ck_format_q2_k)
        return f16s_at(packed, 2, v);
    __m256i factor = lane_field(bytes_at(packed, 2 * j + h, v), 4, 4);
    return negated(_mm256_mul_ps(f16s_at(packed, 82, v), _mm256_cvtepi32_ps(factor)));
}

/// The factors of half h of block j, each twice in 16 bits.
CK_INLINE __m256i block_factors(enum ck_format format, const uint8_t *packed, size_t j, size_t h, size_t v) {
    size_t i = 2 * j + h;
    __m256i factors;
    switch (format) {
    case ck_format_q2_k:
        factors = lane_field(bytes_at(packed, i, v), 0, 4);
        break;
    case ck_format_q3_k: {
        __m256i top = lane_field(bytes_at(packed, 104 + i % 4, v), i / 4 * 2, 2);
        factors = lane_field(bytes_at(packed, 96 + i % 8, v), i / 8 * 4, 4);
        factors = _mm256_sub_epi32(_mm256_or_si256(factors, _mm256_slli_epi32(top, 4)), _mm256_set1_epi32(32));
        break;
    }
    default:
        factors = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(packed + (2 + i) * STRIP + v * 8)));
    }
    return _mm256_blend_epi16(factors, _mm256_slli_epi32(factors, 16), 0xaa);
}

CK_INLINE void store_wide(__m256i bytes, uint8_t *out) {
    const __m256i first = _mm256_setr_epi8(-1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, //
                                           -1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13);
    const __m256i second = _mm256_setr_epi8(-1, 2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15, //
                                            -1, 2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15);
    _mm256_store_si256((__m256i *)out, _mm256_srai_epi16(_mm256_shuffle_epi8(bytes, first), 8));
    _mm256_store_si256((__m256i *)(out + VECTORS * 32), _mm256_srai_epi16(_mm256_shuffle_epi8(bytes, second), 8));
}

/// The same as the products take them: table values for their numbers.
CK_INLINE __m256i step_weights(enum ck_format format, const uint8_t *packed, size_t j, size_t step, size_t v) {
    __m256i integers = step_integers(format, packed, j, step, v);
    if (format != ck_format_iq4_nl && format != ck_format_iq4_xs)
        return integers;
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)iq4_values)), integers);
}

/// Unpacks the integers of block j of a packed block into block `place` of the panel.
CK_INLINE void unpack_integers(enum ck_format format, const uint8_t *packed, size_t j, size_t place,
                               struct panel *panel) {
    bool wide = arithmetic_of(format) == arithmetic_signed;
    uint8_t *out = panel->integers + place * (wide ? WIDE_STEPS : STEPS) * VECTORS * 32;
#pragma clang loop unroll(full)
    for (size_t step = 0; step < STEPS; step++) {
        fetch_ahead(format, packed, j, step);
        for (size_t v = 0; v < VECTORS; v++) {
            __m256i integers = step_weights(format, packed, j, step, v);
            if (wide)
                store_wide(integers, out + (2 * step * VECTORS + v) * 32);
            else
                _mm256_store_si256((__m256i *)(out + (step * VECTORS + v) * 32), integers);
        }
    }
}

/// Unpacks all but the integers.
CK_INLINE void unpack_scales(enum ck_format format, const uint8_t *packed, size_t j, size_t place,
                             struct panel *panel) {
    for (size_t v = 0; v < VECTORS; v++) {
        _mm256_store_ps(panel->scales[place][v], block_scales(format, packed, j, v));
        for (size_t h = 0; h < (has_halves(format) ? 2 : 1); h++) {
            if (has_minimum(format))
                _mm256_store_ps(panel->minima[place][h][v], block_minima(format, packed, j, h, v));
            if (has_halves(format))
                panel->factors[place][h][v] = block_factors(format, packed, j, h, v);
        }
    }
}

/// The same of a block of 256.
CK_INLINE void unpack_super_scales(enum ck_format format, const uint8_t *packed, struct panel *panel) {
    if (format != ck_format_q4_k && format != ck_format_q5_k) {
#pragma clang loop unroll(full)
        for (size_t j = 0; j < SUPER_PARTS; j++)
            unpack_scales(format, packed, j, j, panel);
        return;
    }
    struct super_header header;
    unpack_header(format, packed, &header);
    for (size_t j = 0; j < SUPER_PARTS; j++)
        for (size_t v = 0; v < VECTORS; v++) {
            _mm256_store_ps(panel->scales[j][v], header_scale(&header, j, v));
            _mm256_store_ps(panel->minima[j][0][v], header_minimum(&header, j, v));
        }
}

CK_TARGET_END
