#pragma once

// Vectors of eight floats: what the shared loops of products and attention are built from.

#include "target.h"

#include "../common.h"
#include <immintrin.h>

CK_TARGET_BEGIN

typedef __m256 vector;
enum { LANES = 8 };

CK_INLINE vector splat(float x) { return _mm256_set1_ps(x); }
/// At a boundary of a whole vector.
CK_INLINE vector load_aligned(const float *p) { return _mm256_load_ps(p); }
CK_INLINE void store_aligned(float *p, vector x) { _mm256_store_ps(p, x); }
CK_INLINE vector multiply_add(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
/// The second operand where one is NaN.
CK_INLINE vector larger(vector a, vector b) { return _mm256_max_ps(a, b); }

/// x divided by 2 to the whole number n, x where n is NaN.
CK_INLINE vector over_power(vector x, vector n) {
    __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23); // a NaN's integer is 2^31, whose shift is 0
    return _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(x), exponent));
}

/// The lanes of y, 0 where x is below the limit.
CK_INLINE vector unless_below(vector x, vector limit, vector y) {
    return _mm256_andnot_ps(_mm256_cmp_ps(x, limit, _CMP_LT_OQ), y);
}

/// Eight lanes with the same sum, and eight with the same maximum.
CK_INLINE __m256 summed_to_eight(vector x) { return x; }
CK_INLINE __m256 largest_of_eight(vector x) { return x; }

/// Decodes a vector of values at p; f8e4m3 comes out divided by CK_F8_FACTOR, and its NaN as a number.
CK_INLINE vector load_values(enum ck_format format, const void *p) {
    switch (format) {
    case ck_format_f32:
        return _mm256_loadu_ps(p);
    case ck_format_f16:
        return _mm256_cvtph_ps(_mm_loadu_si128(p));
    case ck_format_bf16:
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(p)), 16));
    case ck_format_f8e4m3: {
        // Sign-extended, shifted: the sign is in bits 15 and 14, exponent and mantissa in 13...7.
        __m128i wide = _mm_slli_epi16(_mm_cvtepi8_epi16(_mm_loadl_epi64(p)), 7);
        return _mm256_cvtph_ps(_mm_and_si128(wide, _mm_set1_epi16((short)0xbfff)));
    }
    default: // in blocks: never decoded here
        return _mm256_setzero_ps();
    }
}

/// Decodes two vectors of e4m3 values at p in the same way.
CK_INLINE void load_pair_f8(const void *p, vector pair[2]) {
    __m256i wide = _mm256_slli_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(p)), 7);
    wide = _mm256_and_si256(wide, _mm256_set1_epi16((short)0xbfff));
    pair[0] = _mm256_cvtph_ps(_mm256_castsi256_si128(wide));
    pair[1] = _mm256_cvtph_ps(_mm256_extracti128_si256(wide, 1));
}

/// A vector of 8-bit integers as floats.
CK_INLINE vector load_integers(const void *p) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p))); }

/// A vector of pairs of 16-bit integers, or of 32-bit sums of products.
typedef __m256i pairs;

CK_INLINE pairs load_pairs(const int16_t *p) { return _mm256_load_si256((const __m256i *)p); }
CK_INLINE pairs splat_pair(const int16_t *p) {
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return _mm256_set1_epi32(pair);
}
/// sums + a[0] * b[0] + a[1] * b[1] of each pair.
CK_INLINE pairs add_products(pairs sums, pairs a, pairs b) { return _mm256_add_epi32(sums, _mm256_madd_epi16(a, b)); }
CK_INLINE vector floats_of(pairs sums) { return _mm256_cvtepi32_ps(sums); }

/// Writes two vectors as 16-bit integers, to nearest even.
CK_INLINE void store_rounded(int16_t *out, vector a, vector b) {
    __m256i both = _mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b));
    _mm256_store_si256((__m256i *)out, _mm256_permute4x64_epi64(both, 0xd8));
}

/// Lane i gets the lanes i, i + 8, ... of x in ascending order.
CK_INLINE __m256 added_to_eight(__m256 sums, vector x) { return _mm256_add_ps(sums, x); }

CK_TARGET_END
