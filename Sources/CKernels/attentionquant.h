#pragma once

// Attention in 16-bit integers: the scales of queries, keys, values and weights, and the exponential, which every table
// shares. Sums of 128 products stay below 2^31, so that 32-bit integers hold them exactly, in any order.

#include "common.h"

enum {
    /// Elements of a query and of a key that have a scale in common.
    HEAD_BLOCK = 128,
    HEAD_BLOCKS_MAX = CK_HEAD_SIZE_MAX / HEAD_BLOCK,
    /// Bits of the largest magnitude among a block of a key's integers, and among a value's.
    KEY_BITS = 13,
    VALUE_BITS = 12,
    /// Bound of a query's or a weight's integer.
    FACTOR_MAX = 32767,
    /// Bounds of the sums of the magnitudes of a block of a query's integers and of a tile's weights, before they are
    /// rounded: with a half for each of 128, times 2^13 and 2^12, below 2^31.
    QUERY_SUM = 262000,
    WEIGHT_SUM = 524000,
    /// The exponent of 2^-100 in f32: blocks and values whose largest magnitude is below become 0.
    STEP_EXPONENT_MIN = 27,
    NAN_BITS = 0x7fc00000,
};
static_assert(CK_KEY_TILE <= 128 && HEAD_BLOCK <= 128);

/// How integers stand for numbers: number = step * integer, integer = number * inverse to nearest even.
struct step {
    float step, inverse;
};

/// Steps of numbers that cannot be had: what is too small to matter becomes 0, what is not finite NaN.
static const struct step no_step = {0, 0};
CK_INLINE struct step nan_step(void) { return (struct step){float_of(NAN_BITS), 0}; }

/// The power of two that gives the largest of some magnitudes `bits` bits; `most` is that magnitude's bits in f32.
CK_INLINE struct step power_step(uint32_t most, int bits) {
    int exponent = (int)(most >> 23);
    if (exponent == 255)
        return nan_step();
    if (exponent < STEP_EXPONENT_MIN)
        return no_step;
    uint32_t shift = (uint32_t)(exponent - (bits - 1));
    return (struct step){float_of(shift << 23), float_of((254 - shift) << 23)};
}

/// The smallest step that bounds the integers' magnitudes by FACTOR_MAX and their sum by `limit`.
CK_INLINE struct step sum_step(float most, float sum, float limit) {
    float least = most * (1.0f / FACTOR_MAX), step = sum * (1.0f / limit);
    step = least > step ? least : step;
    if (!(step < INFINITY))
        return nan_step();
    return step < 0x1p-100f ? no_step : (struct step){step, 1 / step};
}

/// A number's integer where it has fewer than 22 bits: what is left of the sum are its low bits.
#define ROUND_MAGIC 0x1.8p23f
CK_INLINE int16_t rounded_integer(float x, struct step step) {
    return (int16_t)bits_of(fmaf(x, step.inverse, ROUND_MAGIC));
}

// e^x = 2^n p(f), n the whole number next to x log2(e), f the rest and p a polynomial of degree 5 next to 2^f.
#define EXP_LOG2E 0x1.715476p0f
#define EXP_C1 0x1.62e42ap-1f
#define EXP_C2 0x1.ebf9bcp-3f
#define EXP_C3 0x1.c6b754p-5f
#define EXP_C4 0x1.3cea8ap-7f
#define EXP_C5 0x1.5bba00p-10f
/// What is below weighs nothing.
#define EXP_LEAST -87.0f

/// e^x for x <= 0 with a relative error of at most 2^-22 + |x| 2^-26; NaN stays NaN.
CK_INLINE float weight_of_score(float x) {
    float shifted = fmaf(x, EXP_LOG2E, ROUND_MAGIC), f = fmaf(x, EXP_LOG2E, ROUND_MAGIC - shifted), square = f * f;
    float high = fmaf(EXP_C5, f, EXP_C4), middle = fmaf(EXP_C3, f, EXP_C2), low = fmaf(EXP_C1, f, 1);
    float p = fmaf(fmaf(high, square, middle), square, low);
    return x < EXP_LEAST ? 0 : float_of(bits_of(p) + (bits_of(shifted) << 23));
}

/// Whether a job is computed in integers, see CKernels.h.
CK_INLINE bool attends_in_integers(const struct ck_attention *job) {
    return job->cache.format != ck_format_f32 && !values_in_keys(&job->cache) && job->key_size > 0 &&
           job->value_size > 0;
}
