#pragma once

// Strips of block formats, unpacked: a vector has one lane of 32 bits for each of the sixteen rows. All formats'
// integers become unsigned bytes, those of 8 bits too, as the products take them; their scales become f32.

#include "target.h"

#include "../vector/blocks.h"

CK_TARGET_BEGIN

/// What the unsigned integers are too large by.
CK_INLINE int zero_of(enum ck_format format) {
    switch (format) {
    case ck_format_q3_k:
        return 4;
    case ck_format_q4_0:
        return 8;
    case ck_format_q5_0:
        return 16;
    case ck_format_q6_k:
        return 32;
    case ck_format_q8_0:
    case ck_format_iq4_nl:
    case ck_format_iq4_xs:
        return 128;
    default:
        return 0;
    }
}

struct panel {
    /// [block][step]: four values of each row.
    __m512i integers[PANEL_BLOCKS][STEPS];
    __m512 scales[PANEL_BLOCKS];
    /// Formats without halves have only the first.
    __m512 minima[PANEL_BLOCKS][2];
    /// Formats with halves.
    __m512 factors[PANEL_BLOCKS][2];
};

/// Four bytes of the rows' blocks, from byte `offset` of the block on.
CK_INLINE __m512i dwords_at(const uint8_t *packed, size_t offset) {
    return _mm512_loadu_si512(packed + offset * STRIP);
}

/// One byte of each, zero-extended.
CK_INLINE __m512i bytes_at(const uint8_t *packed, size_t offset) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(packed + offset * STRIP)));
}

CK_INLINE __m512 f16s_at(const uint8_t *packed, size_t offset) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(packed + offset * STRIP)));
}

/// Bits [from, from + bits) of every byte, moved to bit `to`: a rotation of four bytes brings each byte its own.
CK_INLINE __m512i byte_field(__m512i x, size_t from, size_t bits, size_t to) {
    __m512i turned = _mm512_rorv_epi32(x, _mm512_set1_epi32((int)from - (int)to));
    return _mm512_and_si512(turned, _mm512_set1_epi8((char)(((1 << bits) - 1) << to)));
}

/// Bits [shift, shift + bits) of 32-bit lanes.
CK_INLINE __m512i lane_field(__m512i x, size_t shift, size_t bits) {
    return _mm512_and_si512(_mm512_srlv_epi32(x, _mm512_set1_epi32((int)shift)), _mm512_set1_epi32((1 << bits) - 1));
}

CK_INLINE __m512i nibbles(const uint8_t *packed, size_t offset, size_t high) {
    return byte_field(dwords_at(packed, offset), 4 * high, 4, 0);
}

CK_INLINE __m512i table_values(__m512i numbers) {
    __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)iq4_values));
    return _mm512_shuffle_epi8(_mm512_xor_si512(table, _mm512_set1_epi8((char)0x80)), numbers);
}

/// The values [4 step, 4 step + 4) of block j of 32 in the packed block.
CK_INLINE __m512i step_weights(enum ck_format format, const uint8_t *packed, size_t j, size_t step) {
    size_t quarter = step % 4 * 4, dword = step * 4;
    switch (format) {
    case ck_format_q8_0: // adds 128
        return _mm512_xor_si512(dwords_at(packed, 2 + dword), _mm512_set1_epi8((char)0x80));
    case ck_format_q4_0:
        return nibbles(packed, 2 + quarter, step / 4);
    case ck_format_iq4_nl:
        return table_values(nibbles(packed, 2 + quarter, step / 4));
    case ck_format_q4_1:
        return nibbles(packed, 4 + quarter, step / 4);
    case ck_format_q5_0:
    case ck_format_q5_1: {
        size_t fifths = fifths_offset(format);
        __m512i high = byte_field(dwords_at(packed, fifths), step, 1, 4);
        return _mm512_or_si512(nibbles(packed, fifths + 4 + quarter, step / 4), high);
    }
    case ck_format_q2_k:
        return byte_field(dwords_at(packed, 16 + j / 4 * 32 + dword), j % 4 * 2, 2, 0);
    case ck_format_q3_k:
        return _mm512_or_si512(byte_field(dwords_at(packed, 32 + j / 4 * 32 + dword), j % 4 * 2, 2, 0),
                               byte_field(dwords_at(packed, dword), j, 1, 2));
    case ck_format_q4_k:
        return nibbles(packed, 16 + j / 2 * 32 + dword, j % 2);
    case ck_format_q5_k:
        return _mm512_or_si512(nibbles(packed, 48 + j / 2 * 32 + dword, j % 2),
                               byte_field(dwords_at(packed, 16 + dword), j, 1, 4));
    case ck_format_q6_k: {
        size_t half = SIXTHS_OFFSET + (2 * j + step / 4) * SIXTHS_BYTES;
        if (step % 4 < 3)
            return byte_field(dwords_at(packed, half + quarter), 0, 6, 0);
        __m512i low = _mm512_or_si512(byte_field(dwords_at(packed, half), 6, 2, 0),
                                      byte_field(dwords_at(packed, half + 4), 6, 2, 2));
        return _mm512_or_si512(low, byte_field(dwords_at(packed, half + 8), 6, 2, 4));
    }
    case ck_format_iq4_xs:
        return table_values(nibbles(packed, 8 + j * 16 + quarter, step / 4));
    default:
        return _mm512_setzero_si512();
    }
}

CK_INLINE __m512 negated(__m512 x) { return _mm512_xor_ps(x, _mm512_set1_ps(-0.0f)); }

/// Scale or minimum j of eight: `own` is where its low bits are, see scale_and_minimum.
CK_INLINE __m512i k_factor(const uint8_t *packed, size_t j, bool minimum) {
    size_t own = 4 + j + (minimum ? 4 : 0);
    if (j < 4)
        return lane_field(bytes_at(packed, own), 0, 6);
    __m512i low = lane_field(bytes_at(packed, 8 + j), minimum ? 4 : 0, 4);
    __m512i top = lane_field(bytes_at(packed, own - 4), 6, 2);
    return _mm512_or_si512(low, _mm512_slli_epi32(top, 4));
}

CK_INLINE __m512 block_scales(enum ck_format format, const uint8_t *packed, size_t j) {
    switch (format) {
    case ck_format_q2_k:
        return f16s_at(packed, 80);
    case ck_format_q3_k:
        return f16s_at(packed, 108);
    case ck_format_q4_k:
    case ck_format_q5_k:
        return _mm512_mul_ps(f16s_at(packed, 0), _mm512_cvtepi32_ps(k_factor(packed, j, false)));
    case ck_format_iq4_xs: {
        __m256i high = _mm256_loadu_si256((const __m256i *)(packed + 2 * STRIP));
        __m512i top = lane_field(_mm512_cvtepu16_epi32(high), 2 * j, 2);
        __m512i factor = lane_field(bytes_at(packed, 4 + j / 2), j % 2 * 4, 4);
        factor = _mm512_sub_epi32(_mm512_or_si512(factor, _mm512_slli_epi32(top, 4)), _mm512_set1_epi32(32));
        return _mm512_mul_ps(f16s_at(packed, 0), _mm512_cvtepi32_ps(factor));
    }
    default:
        return f16s_at(packed, 0);
    }
}

/// Minima of half h of block j.
CK_INLINE __m512 block_minima(enum ck_format format, const uint8_t *packed, size_t j, size_t h) {
    switch (format) {
    case ck_format_q2_k: {
        __m512i factor = lane_field(bytes_at(packed, 2 * j + h), 4, 4);
        return negated(_mm512_mul_ps(f16s_at(packed, 82), _mm512_cvtepi32_ps(factor)));
    }
    case ck_format_q4_k:
    case ck_format_q5_k:
        return negated(_mm512_mul_ps(f16s_at(packed, 2), _mm512_cvtepi32_ps(k_factor(packed, j, true))));
    default:
        return f16s_at(packed, 2);
    }
}

/// The factors of half h of block j.
CK_INLINE __m512 block_factors(enum ck_format format, const uint8_t *packed, size_t j, size_t h) {
    size_t i = 2 * j + h;
    switch (format) {
    case ck_format_q2_k:
        return _mm512_cvtepi32_ps(lane_field(bytes_at(packed, i), 0, 4));
    case ck_format_q3_k: {
        __m512i top = lane_field(bytes_at(packed, 104 + i % 4), i / 4 * 2, 2);
        __m512i factors = lane_field(bytes_at(packed, 96 + i % 8), i / 8 * 4, 4);
        factors = _mm512_or_si512(factors, _mm512_slli_epi32(top, 4));
        return _mm512_cvtepi32_ps(_mm512_sub_epi32(factors, _mm512_set1_epi32(32)));
    }
    default: {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(packed + (2 + i) * STRIP));
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
    }
    }
}

/// Unpacks the integers of block j of a packed block into block `place` of the panel.
CK_INLINE void unpack_integers(enum ck_format format, const uint8_t *packed, size_t j, size_t place,
                               struct panel *panel) {
#pragma clang loop unroll(full)
    for (size_t step = 0; step < STEPS; step++) {
        fetch_ahead(format, packed, j, step);
        panel->integers[place][step] = step_weights(format, packed, j, step);
    }
}

/// Unpacks all but the integers.
CK_INLINE void unpack_scales(enum ck_format format, const uint8_t *packed, size_t j, size_t place,
                             struct panel *panel) {
    panel->scales[place] = block_scales(format, packed, j);
    for (size_t h = 0; h < (has_halves(format) ? 2 : 1); h++) {
        if (has_minimum(format))
            panel->minima[place][h] = block_minima(format, packed, j, h);
        if (has_halves(format))
            panel->factors[place][h] = block_factors(format, packed, j, h);
    }
}

/// The same of a block of 256.
CK_INLINE void unpack_super_scales(enum ck_format format, const uint8_t *packed, struct panel *panel) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < SUPER_PARTS; j++)
        unpack_scales(format, packed, j, j, panel);
}

CK_TARGET_END
