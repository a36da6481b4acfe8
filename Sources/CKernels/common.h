#pragma once

// What every table shares: conversions of one value, the exponential, and the order of sums over lanes and segments.
// Tables include this inside their own target region, so that the loops built on it use the table's instructions.

#include "CKernels.h"
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define CK_INLINE static inline __attribute__((always_inline, unused))

/// Lanes of an accumulator: lane i sums the elements i, i + 8, i + 16, ... of its run.
enum { CK_LANES = 8 };

CK_INLINE uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

CK_INLINE float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CK_INLINE float f32_of_bf16(uint16_t bits) { return float_of((uint32_t)bits << 16); }

CK_INLINE uint16_t bf16_of_f32(float value) {
    uint32_t bits = bits_of(value);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    uint32_t quieted = (bits >> 16) | 0x40;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quieted : rounded);
}

CK_INLINE float f32_of_f16(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t magnitude = (uint32_t)(bits & 0x7fff) << 13;
    // The exponent bias differs by 112: a product with 2^112 also normalises the subnormals.
    uint32_t finite = bits_of(float_of(magnitude) * 0x1p112f);
    uint32_t special = magnitude | 0x7f800000 | (magnitude > 0x0f800000 ? 0x400000 : 0);
    return float_of(sign | (magnitude >= 0x0f800000 ? special : finite));
}

CK_INLINE uint16_t f16_of_f32(float value) {
    uint32_t bits = bits_of(value);
    uint32_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return (uint16_t)(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
    if (magnitude >= 0x477ff000) // 65520: halfway between the largest f16 and 2^16
        return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x38800000) // below 2^-14: adding 0.5 leaves the subnormal's bits, rounded, at the bottom
        return (uint16_t)(sign | (bits_of(float_of(magnitude) + 0.5f) - bits_of(0.5f)));
    return (uint16_t)(sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13));
}

CK_INLINE float f32_of_f8e4m3(uint8_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x80) << 24;
    uint32_t magnitude = (uint32_t)(bits & 0x7f) << 20;
    uint32_t finite = bits_of(float_of(magnitude) * 0x1p120f);
    return float_of(sign | (magnitude == 0x07f00000 ? 0x7fc00000 : finite));
}

/// e^x by x = n ln2 + r and a polynomial in r (Cephes expf), without fused operations so that all tables agree.
CK_INLINE float exp_of(float x) {
    x = x < -104.0f ? -104.0f : x;
    x = x > 89.0f ? 89.0f : x;
    float shifted = x * 1.44269504f + 0x1.8p23f; // rounds to an integer in the low bits
    uint32_t n = bits_of(shifted) - bits_of(0x1.8p23f);
    float whole = shifted - 0x1.8p23f;
    float r = x - whole * 0.693359375f;
    r = r - whole * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    // Two factors: 2^n alone may leave f32's range where the result does not.
    uint32_t half = (uint32_t)((int32_t)n >> 1);
    return p * float_of((half + 127) << 23) * float_of((n - half + 127) << 23);
}

CK_INLINE float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

/// The sum of an accumulator's lanes: halves first.
CK_INLINE float sum_of_lanes(const float lanes[CK_LANES]) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// A matmul's result from its segments' sums.
CK_INLINE float sum_of_segments(const float *sums, size_t count) {
    if (count != 8)
        return sums[0];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// Bytes of one stored value; formats with blocks have none.
CK_INLINE size_t width_of(enum ck_format format) {
    switch (format) {
    case ck_format_f32:
        return 4;
    case ck_format_f16:
    case ck_format_bf16:
        return 2;
    case ck_format_f8e4m3:
        return 1;
    default:
        return 0;
    }
}

CK_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/// Where segment `index` of a matmul ends; it starts where the one before ends.
CK_INLINE size_t segment_end(const struct ck_matmul *job, size_t index) {
    return job->cuts ? job->cuts[index + 1] : job->k;
}

/// The end of the run that starts at k: f8e4m3 sums stop at scale blocks, the others run to the segment's end.
CK_INLINE size_t run_end(enum ck_format format, size_t k, size_t segment_end) {
    return format == ck_format_f8e4m3 ? smaller((k / CK_SCALE_BLOCK + 1) * CK_SCALE_BLOCK, segment_end) : segment_end;
}

/// Whether values are the first elements of their keys.
CK_INLINE bool values_in_keys(const struct ck_cache *cache) {
    return cache->keys == cache->values && cache->key_stride == cache->value_stride &&
           cache->key_block_stride == cache->value_block_stride;
}

/// The end of the keys that a position sees.
CK_INLINE size_t visible_end(const struct ck_attention *job, size_t position) {
    int32_t limit = job->positions[position].limit;
    return smaller(job->key_end, limit < 0 ? 0 : (size_t)limit);
}

CK_INLINE const char *cached_key(const struct ck_cache *cache, const int32_t *table, size_t token) {
    size_t block = (size_t)table[token / cache->block_tokens], offset = token % cache->block_tokens;
    return (const char *)cache->keys + block * cache->key_block_stride + offset * cache->key_stride;
}

CK_INLINE const char *cached_value(const struct ck_cache *cache, const int32_t *table, size_t token) {
    size_t block = (size_t)table[token / cache->block_tokens], offset = token % cache->block_tokens;
    return (const char *)cache->values + block * cache->value_block_stride + offset * cache->value_stride;
}
