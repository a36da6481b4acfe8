#pragma once

// Eight blocks of 32 weights at once, unpacked into registers: one block of the K formats and iq4_xs, eight of the
// others.

#include "../blocks.h"
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

/// How a format's integers are multiplied.
enum arithmetic {
    /// Unsigned integers of at most 5 bits.
    arithmetic_unsigned,
    /// Unsigned integers of at most 6 bits, a factor for each 16.
    arithmetic_halves,
    /// Signed integers of 8 bits.
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

struct group {
    /// The integers of block j: unsigned, too large by 1 << zero_shift, or signed.
    __m256i integers[GROUP];
    /// Lane j: block j's.
    __m256 scales;
    /// Of the first and the second halves; formats without halves have the first only.
    __m256 minima[2];
    /// Formats with halves: the factors twice, in the quarters' order.
    __m256i factors[2];
};

CK_INLINE __m256i bytes32(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
CK_INLINE __m256i mask_bytes(__m256i x, int mask) { return _mm256_and_si256(x, _mm256_set1_epi8((char)mask)); }

/// 32 nibbles of 16 bytes: the low ones, then the high ones.
CK_INLINE __m256i nibbles32(const uint8_t *p) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    return mask_bytes(_mm256_set_m128i(_mm_srli_epi16(bytes, 4), bytes), 15);
}

CK_INLINE __m256i table32(const uint8_t *p) {
    __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)iq4_values));
    return _mm256_shuffle_epi8(table, nibbles32(p));
}

/// 16 in each byte whose bit of the 32 is set.
CK_INLINE __m256i fifths32(uint32_t bits) {
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i select = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread);
    return mask_bytes(_mm256_cmpeq_epi8(_mm256_and_si256(bytes, select), select), 16);
}

/// Each byte shifted right (left if negative), with bits of its neighbours: to be masked.
CK_INLINE __m256i shifted(__m256i x, int right) {
    return right < 0 ? _mm256_slli_epi16(x, -right) : _mm256_srli_epi16(x, right);
}

/// The f16 at p + at[j].
CK_INLINE __m256 halves_at(const uint8_t *p, const size_t at[GROUP]) {
    __m128i bits = _mm_setr_epi16((short)u16_at(p + at[0]), (short)u16_at(p + at[1]), (short)u16_at(p + at[2]),
                                  (short)u16_at(p + at[3]), (short)u16_at(p + at[4]), (short)u16_at(p + at[5]),
                                  (short)u16_at(p + at[6]), (short)u16_at(p + at[7]));
    return _mm256_cvtph_ps(bits);
}

CK_INLINE __m256 half_at(const uint8_t *p) { return _mm256_cvtph_ps(_mm_set1_epi16((short)u16_at(p))); }
CK_INLINE __m256 negated(__m256 x) { return _mm256_xor_ps(x, _mm256_set1_ps(-0.0f)); }
CK_INLINE __m256 floats_of_bytes(uint64_t bytes) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)bytes)));
}

/// Lanes with the first `count` set.
CK_INLINE __m256i first_lanes(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// Factors from the signed bytes [block][half].
CK_INLINE void spread_factors(__m128i bytes, struct group *group) {
    const __m256i order = _mm256_setr_epi8(-1, 0, -1, 0, -1, 2, -1, 2, -1, 4, -1, 4, -1, 6, -1, 6, //
                                           -1, 1, -1, 1, -1, 3, -1, 3, -1, 5, -1, 5, -1, 7, -1, 7);
    __m256i low = _mm256_broadcastsi128_si256(bytes), high = _mm256_srli_si256(low, 8);
    group->factors[0] = _mm256_srai_epi16(_mm256_shuffle_epi8(low, order), 8);
    group->factors[1] = _mm256_srai_epi16(_mm256_shuffle_epi8(high, order), 8);
}

CK_INLINE void group_q2_k(const uint8_t *p, struct group *group) {
    for (int j = 0; j < GROUP; j++)
        group->integers[j] = mask_bytes(shifted(bytes32(p + 16 + j / 4 * 32), j % 4 * 2), 3);
    __m128i bytes = _mm_loadu_si128((const __m128i *)p), low = _mm_set1_epi8(15);
    spread_factors(_mm_and_si128(bytes, low), group);
    __m128i minima = _mm_and_si128(_mm_srli_epi16(bytes, 4), low);
    __m256 scale = negated(half_at(p + 82));
    __m128i first = _mm_and_si128(minima, _mm_set1_epi16(255)), second = _mm_srli_epi16(minima, 8);
    group->scales = half_at(p + 80);
    group->minima[0] = _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(first)));
    group->minima[1] = _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(second)));
}

CK_INLINE void group_q3_k(const uint8_t *p, struct group *group) {
    __m256i high = bytes32(p);
    for (int j = 0; j < GROUP; j++) {
        __m256i low = mask_bytes(shifted(bytes32(p + 32 + j / 4 * 32), j % 4 * 2), 3);
        group->integers[j] = _mm256_or_si256(low, mask_bytes(shifted(high, j - 2), 4));
    }
    uint32_t a = u32_at(p + 96), b = u32_at(p + 100), c = u32_at(p + 104), low = 0x0f0f0f0f, top = 0x03030303;
    __m128i factors = _mm_setr_epi32((int)((a & low) | (c & top) << 4), (int)((b & low) | (c >> 2 & top) << 4),
                                     (int)((a >> 4 & low) | (c >> 4 & top) << 4),
                                     (int)((b >> 4 & low) | (c >> 6 & top) << 4));
    spread_factors(_mm_sub_epi8(factors, _mm_set1_epi8(32)), group);
    group->scales = half_at(p + 108);
}

CK_INLINE void group_q4_k(const uint8_t *p, bool fifth, struct group *group) {
    const uint8_t *low = fifth ? p + 48 : p + 16;
    __m256i high = fifth ? bytes32(p + 16) : _mm256_setzero_si256();
    for (int j = 0; j < GROUP; j++) {
        __m256i integers = mask_bytes(shifted(bytes32(low + j / 2 * 32), j % 2 * 4), 15);
        group->integers[j] = fifth ? _mm256_or_si256(integers, mask_bytes(shifted(high, j - 4), 16)) : integers;
    }
    uint32_t a = u32_at(p + 4), b = u32_at(p + 8), c = u32_at(p + 12), nibble = 0x0f0f0f0f, top = 0x30303030;
    uint64_t factors = (a & 0x3f3f3f3f) | (uint64_t)((c & nibble) | (a >> 2 & top)) << 32;
    uint64_t minima = (b & 0x3f3f3f3f) | (uint64_t)((c >> 4 & nibble) | (b >> 2 & top)) << 32;
    group->scales = _mm256_mul_ps(half_at(p), floats_of_bytes(factors));
    group->minima[0] = negated(_mm256_mul_ps(half_at(p + 2), floats_of_bytes(minima)));
}

CK_INLINE void group_q6_k(const uint8_t *p, struct group *group) {
    for (int j = 0; j < GROUP; j++) {
        __m256i low = mask_bytes(shifted(bytes32(p + j / 4 * 64 + j % 2 * 32), j / 2 % 2 * 4), 15);
        __m256i high = mask_bytes(shifted(bytes32(p + 128 + j / 4 * 32), j % 4 * 2 - 4), 48);
        group->integers[j] = _mm256_or_si256(low, high);
    }
    spread_factors(_mm_loadu_si128((const __m128i *)(p + 192)), group);
    group->scales = half_at(p + 208);
}

CK_INLINE void group_iq4_xs(const uint8_t *p, struct group *group) {
    for (int j = 0; j < GROUP; j++)
        group->integers[j] = table32(p + 8 + 16 * j);
    uint32_t nibbles = u32_at(p + 4);
    __m256i low = _mm256_srlv_epi32(_mm256_set1_epi32((int)nibbles), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
    __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(u16_at(p + 2)), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14));
    low = _mm256_and_si256(low, _mm256_set1_epi32(15));
    high = _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4);
    __m256i factors = _mm256_sub_epi32(_mm256_or_si256(low, high), _mm256_set1_epi32(32));
    group->scales = _mm256_mul_ps(half_at(p), _mm256_cvtepi32_ps(factors));
}

/// Blocks of 32: `last` is the number of the last block that may be read; those beyond are copies of it.
CK_INLINE void group_of_blocks(enum ck_format format, const uint8_t *p, size_t last, struct group *group) {
    size_t at[GROUP];
    for (size_t j = 0; j < GROUP; j++)
        at[j] = smaller(j, last) * block_of(format).bytes;
    for (size_t j = 0; j < GROUP; j++) {
        const uint8_t *block = p + at[j];
        switch (format) {
        case ck_format_q8_0:
            group->integers[j] = bytes32(block + 2);
            break;
        case ck_format_q4_0:
            group->integers[j] = nibbles32(block + 2);
            break;
        case ck_format_q4_1:
            group->integers[j] = nibbles32(block + 4);
            break;
        case ck_format_q5_0:
            group->integers[j] = _mm256_or_si256(nibbles32(block + 6), fifths32(u32_at(block + 2)));
            break;
        case ck_format_q5_1:
            group->integers[j] = _mm256_or_si256(nibbles32(block + 8), fifths32(u32_at(block + 4)));
            break;
        default:
            group->integers[j] = table32(block + 2);
        }
    }
    group->scales = halves_at(p, at);
    if (has_minimum(format))
        group->minima[0] = halves_at(p + 2, at);
}

/// The group that starts at p. `last` < 7 only in formats of 32.
CK_INLINE void unpack_group(enum ck_format format, const uint8_t *p, size_t last, struct group *group) {
    switch (format) {
    case ck_format_q2_k:
        return group_q2_k(p, group);
    case ck_format_q3_k:
        return group_q3_k(p, group);
    case ck_format_q4_k:
        return group_q4_k(p, false, group);
    case ck_format_q5_k:
        return group_q4_k(p, true, group);
    case ck_format_q6_k:
        return group_q6_k(p, group);
    case ck_format_iq4_xs:
        return group_iq4_xs(p, group);
    default:
        return group_of_blocks(format, p, last, group);
    }
}

#pragma clang attribute pop
