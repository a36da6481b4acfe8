// Blocks of 256 whose 16 parts are scale * integer: q3_k and q6_k.

#include "encode.h"

enum { PARTS = SUPER_BLOCK / HALF_BLOCK };

/// What the parts of a block are encoded with; integers count from the lowest, 0.
struct parts {
    float scales[PARTS];
    uint8_t integers[SUPER_BLOCK];
};

CK_INLINE lanes integers_of(lanes x, lanes factor, float half) { return rounded_lanes(factor * x, -half, half - 1); }

CK_INLINE struct sums sums_of(const lanes *x, lanes factor, float half) {
    struct sums sums = {0, 0};
    for (size_t i = 0; i < HALF_BLOCK; i++) {
        lanes weight = x[i] * x[i], q = integers_of(x[i], factor, half);
        sums.qx += weight * x[i] * q;
        sums.qq += weight * q * q;
    }
    return sums;
}

CK_INLINE void keep_integers(const lanes *q, lanes extreme, float half, uint8_t *integers) {
    for (size_t i = 0; i < HALF_BLOCK; i++) {
        lanes shifted = magnitude(extreme) < NEGLIGIBLE ? (lanes)0 : q[i] + half;
        for (size_t run = 0; run < RUNS; run++)
            integers[run * HALF_BLOCK + i] = (uint8_t)shifted[run];
    }
}

/// q6_k: of 19 factors around the one that the extreme value gives, the one whose least-squares scale fits best.
CK_INLINE lanes search_factor(const lanes *x, uint8_t *integers) {
    const float half = 32;
    lanes extreme = extreme_of(x, HALF_BLOCK);
    lanes factor = -half / extreme;
    struct sums sums = sums_of(x, factor, half);
    lanes scale = sums.qq != 0 ? sums.qx / sums.qq : (lanes)0, best = scale * sums.qx;
    for (int step = -9; step <= 9; step++) {
        if (step == 0)
            continue;
        lanes tried = -(half + 0.1f * (float)step) / extreme;
        sums = sums_of(x, tried, half);
        lanes bound = sums.qq > 0 ? best * sums.qq : sums.qx * sums.qx, gain = sums.qx * sums.qx;
        lanes candidate = sums.qx / sums.qq;
        factor = gain > bound ? tried : factor;
        scale = gain > bound ? candidate : scale;
        best = gain > bound ? candidate * sums.qx : best;
    }
    lanes q[HALF_BLOCK];
    for (size_t i = 0; i < HALF_BLOCK; i++)
        q[i] = integers_of(x[i], factor, half);
    keep_integers(q, extreme, half, integers);
    return magnitude(extreme) < NEGLIGIBLE ? (lanes)0 : scale;
}

/// q3_k: from the factor that the extreme value gives, changes one integer after another where that improves the
/// least-squares scale, in at most five rounds.
CK_INLINE lanes refine_integers(const lanes *x, uint8_t *integers) {
    const float half = 4;
    lanes extreme = extreme_of(x, HALF_BLOCK), factor = -half / extreme;
    lanes q[HALF_BLOCK];
    for (size_t i = 0; i < HALF_BLOCK; i++)
        q[i] = integers_of(x[i], factor, half);
    struct sums sums = sums_of(x, factor, half);
    for (int round = 0; round < 5; round++)
        for (size_t i = 0; i < HALF_BLOCK; i++) {
            lanes weight = x[i] * x[i], weighted = weight * x[i];
            lanes rest_x = sums.qx - weighted * q[i], rest_q = sums.qq - weight * q[i] * q[i];
            lanes changed = rounded_lanes(x[i] * rest_q / rest_x, -half, half - 1);
            changed = rest_x > 0 ? changed : q[i];
            lanes qx = rest_x + weighted * changed, qq = rest_q + weight * changed * changed;
            lanes gain = qx * qx * sums.qq, bound = sums.qx * sums.qx * qq;
            bound = changed != q[i] ? bound : gain;
            bound = qq > 0 ? bound : gain;
            q[i] = gain > bound ? changed : q[i];
            sums.qx = gain > bound ? qx : sums.qx;
            sums.qq = gain > bound ? qq : sums.qq;
        }
    keep_integers(q, extreme, half, integers);
    lanes scale = sums.qq > 0 ? sums.qx / sums.qq : (lanes)0;
    return magnitude(extreme) < NEGLIGIBLE ? (lanes)0 : scale;
}

CK_INLINE void fit_block(enum ck_format format, const float *x, struct parts *parts) {
    for (size_t part = 0; part < PARTS; part += RUNS) {
        lanes values[HALF_BLOCK];
        interleave(x + part * HALF_BLOCK, HALF_BLOCK, values);
        uint8_t *integers = parts->integers + part * HALF_BLOCK;
        lanes scales = format == ck_format_q6_k ? search_factor(values, integers) : refine_integers(values, integers);
        memcpy(parts->scales + part, &scales, sizeof scales);
    }
}

/// The integers anew, for scales as they are stored. Parts without a scale keep theirs.
CK_INLINE void requantize(const float *x, float scale, const int8_t *factors, float half, struct parts *parts) {
    for (size_t part = 0; part < PARTS; part++) {
        float part_scale = scale * (float)factors[part];
        if (part_scale == 0)
            continue;
        for (size_t i = part * HALF_BLOCK; i < (part + 1) * HALF_BLOCK; i++)
            parts->integers[i] = (uint8_t)(rounded(x[i] / part_scale, -half, half - 1) + half);
    }
}

/// The parts' scales as integers from -half on, the largest magnitude at -half; returns their unit, 0 for no scales.
CK_INLINE float quantize_scales(const float *scales, float half, int8_t *factors) {
    float largest = extreme(scales, PARTS);
    float factor = -half / largest;
    for (size_t i = 0; i < PARTS; i++)
        factors[i] = (int8_t)rounded(factor * scales[i], -half, half - 1);
    return largest != 0 ? 1.0f / factor : 0.0f;
}

static void encode_q3_k(const float *x, uint8_t *out) {
    struct parts parts;
    int8_t factors[PARTS];
    fit_block(ck_format_q3_k, x, &parts);
    float unit = quantize_scales(parts.scales, 32, factors);
    requantize(x, put_f16(out + 108, unit), factors, 4, &parts);
    memset(out, 0, 32);
    for (size_t i = 0; i < SUPER_BLOCK; i++)
        out[i % 32] |= (uint8_t)((parts.integers[i] >> 2) << i / 32);
    pack_quarters(parts.integers, out + 32);
    memset(out + 96, 0, 12);
    for (size_t j = 0; j < PARTS && unit != 0; j++) {
        int field = factors[j] + 32;
        out[96 + j % 8] |= (uint8_t)((field & 15) << j / 8 * 4);
        out[104 + j % 4] |= (uint8_t)(field >> 4 << j / 4 * 2);
    }
}

static void encode_q6_k(const float *x, uint8_t *out) {
    struct parts parts;
    int8_t factors[PARTS];
    fit_block(ck_format_q6_k, x, &parts);
    if (fabsf(extreme(parts.scales, PARTS)) < NEGLIGIBLE) {
        memset(out, 0, block_of(ck_format_q6_k).bytes);
        return;
    }
    float scale = put_f16(out + 208, quantize_scales(parts.scales, 128, factors));
    requantize(x, scale, factors, 32, &parts);
    memcpy(out + 192, factors, PARTS);
    const uint8_t *q = parts.integers;
    for (size_t half = 0; half < 2; half++, q += 128)
        for (size_t i = 0; i < 64; i++)
            out[64 * half + i] = (uint8_t)((q[i] & 15) | q[64 + i] << 4);
    for (size_t i = 0; i < SUPER_BLOCK; i++)
        parts.integers[i] >>= 4;
    pack_quarters(parts.integers, out + 128);
}

void ck_encode_symmetric(enum ck_format format, const float *x, uint8_t *out, size_t n) {
    size_t bytes = block_of(format).bytes;
    for (size_t i = 0; i < n; i += SUPER_BLOCK, x += SUPER_BLOCK, out += bytes)
        if (format == ck_format_q3_k)
            encode_q3_k(x, out);
        else
            encode_q6_k(x, out);
}
