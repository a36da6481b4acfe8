// Blocks of 256 whose parts are scale * integer - minimum: q2_k in 16 parts, q4_k and q5_k in 8.

#include "encode.h"

/// How a part's scale and minimum are looked for.
struct search {
    /// Values of a part.
    size_t count;
    /// The largest integer, and the largest of the block's integer scales and minima.
    float most, most_scale;
    /// The factors tried are (first + i / 10 + most) / range for i up to `steps`.
    float first;
    int steps;
    /// Whether values weigh as they are and errors count by magnitude, not squared.
    bool is_absolute;
};

/// x is about scale * q + minimum, where q is (x - base) * factor rounded.
struct fit {
    lanes scale, minimum, base, factor;
};

CK_INLINE lanes integers_of(lanes x, lanes base, lanes factor, float most) {
    return rounded_lanes(factor * (x - base), 0, most);
}

CK_INLINE lanes error_of(lanes difference, bool is_absolute) {
    return is_absolute ? magnitude(difference) : difference * difference;
}

/// The weighted error of values that `integers` stand for.
CK_INLINE lanes total_error(const lanes *x, const lanes *weights, const lanes *integers, lanes scale, lanes minimum,
                            const struct search *search) {
    lanes sum = 0;
    for (size_t i = 0; i < search->count; i++)
        sum += weights[i] * error_of(scale * integers[i] + minimum - x[i], search->is_absolute);
    return sum;
}

/// Tries factors around the one that the range gives and solves each for scale and minimum by least squares; minima
/// are at most 0.
CK_INLINE struct fit fit_parts(const lanes *x, const lanes *weights, const struct search *search) {
    size_t count = search->count;
    lanes low = x[0], high = x[0], sum_w = weights[0], sum_x = weights[0] * x[0];
    for (size_t i = 1; i < count; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
        sum_w += weights[i];
        sum_x += weights[i] * x[i];
    }
    low = low > 0 ? (lanes)0 : low;

    lanes integers[QUANT_BLOCK];
    struct fit fit = {.minimum = low, .base = low, .factor = search->most / (high - low)};
    fit.scale = 1.0f / fit.factor;
    for (size_t i = 0; i < count; i++)
        integers[i] = integers_of(x[i], fit.base, fit.factor, search->most);
    lanes least = total_error(x, weights, integers, fit.scale, fit.minimum, search);

    for (int step = 0; step <= search->steps; step++) {
        lanes base = fit.minimum;
        lanes factor = (search->first + 0.1f * (float)step + search->most) / (high - base);
        lanes sum_q = 0, sum_qq = 0, sum_qx = 0;
        for (size_t i = 0; i < count; i++) {
            integers[i] = integers_of(x[i], base, factor, search->most);
            lanes weighted = weights[i] * integers[i];
            sum_q += weighted;
            sum_qq += weighted * integers[i];
            sum_qx += weighted * x[i];
        }
        lanes determinant = sum_w * sum_qq - sum_q * sum_q;
        lanes scale = (sum_w * sum_qx - sum_x * sum_q) / determinant;
        lanes minimum = (sum_qq * sum_x - sum_q * sum_qx) / determinant;
        scale = minimum > 0 ? sum_qx / sum_qq : scale;
        minimum = minimum > 0 ? (lanes)0 : minimum;
        lanes error = total_error(x, weights, integers, scale, minimum, search);
        lanes candidate = determinant > 0 ? error : least;
        fit.scale = candidate < least ? scale : fit.scale;
        fit.minimum = candidate < least ? minimum : fit.minimum;
        fit.base = candidate < least ? base : fit.base;
        fit.factor = candidate < least ? factor : fit.factor;
        least = candidate < least ? candidate : least;
    }
    fit.scale = high == low ? (lanes)0 : fit.scale;
    fit.minimum = high == low ? low : fit.minimum;
    fit.factor = high == low ? (lanes)0 : fit.factor;
    return fit;
}

/// What the parts of a block are encoded with.
struct parts {
    float scales[16], minima[16];
    uint8_t integers[SUPER_BLOCK];
    /// Integers that `scales` and `minima` become.
    uint8_t factors[16], least[16];
};

CK_INLINE void weigh(const lanes *x, const struct search *search, lanes *weights) {
    lanes squares = 0;
    for (size_t i = 0; i < search->count; i++)
        squares += x[i] * x[i];
    squares /= (float)search->count;
    lanes base = search->is_absolute ? (lanes)0 : __builtin_elementwise_sqrt(squares);
    for (size_t i = 0; i < search->count; i++)
        weights[i] = base + magnitude(x[i]);
}

CK_INLINE void fit_block(const float *x, const struct search *search, struct parts *parts) {
    size_t count = search->count;
    for (size_t part = 0; part < SUPER_BLOCK / count; part += RUNS) {
        lanes values[QUANT_BLOCK], weights[QUANT_BLOCK];
        interleave(x + part * count, count, values);
        weigh(values, search, weights);
        struct fit fit = fit_parts(values, weights, search);
        for (size_t run = 0; run < RUNS; run++) {
            parts->scales[part + run] = fit.scale[run];
            parts->minima[part + run] = -fit.minimum[run];
        }
        for (size_t i = 0; i < count; i++) {
            lanes integers = integers_of(values[i], fit.base, fit.factor, search->most);
            for (size_t run = 0; run < RUNS; run++)
                parts->integers[(part + run) * count + i] = (uint8_t)integers[run];
        }
    }
}

/// Rounds `values` to multiples of a 1/most of the largest; returns that unit.
CK_INLINE float quantize_scales(const float *values, size_t count, float most, uint8_t *integers) {
    float largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = values[i] > largest ? values[i] : largest;
    float factor = largest > 0 ? most / largest : 0;
    for (size_t i = 0; i < count; i++)
        integers[i] = (uint8_t)rounded(factor * values[i], 0, most);
    return largest / most;
}

/// The integers anew, for scales and minima as they are stored. Parts without a scale keep theirs.
CK_INLINE void requantize(const float *x, const struct search *search, float scale, float minimum,
                          struct parts *parts) {
    size_t count = search->count;
    for (size_t part = 0; part < SUPER_BLOCK / count; part++) {
        float part_scale = scale * (float)parts->factors[part], part_minimum = minimum * (float)parts->least[part];
        if (part_scale == 0)
            continue;
        for (size_t i = part * count; i < (part + 1) * count; i++)
            parts->integers[i] = (uint8_t)rounded((x[i] + part_minimum) / part_scale, 0, search->most);
    }
}

/// Finds what a block is encoded with and stores its two scales.
CK_INLINE void quantize_affine(const float *x, const struct search *search, uint8_t *scales, struct parts *parts) {
    size_t count = SUPER_BLOCK / search->count;
    fit_block(x, search, parts);
    float scale = put_f16(scales, quantize_scales(parts->scales, count, search->most_scale, parts->factors));
    float minimum = put_f16(scales + 2, quantize_scales(parts->minima, count, search->most_scale, parts->least));
    requantize(x, search, scale, minimum, parts);
}

static void encode_q2_k(const float *x, uint8_t *out) {
    static const struct search search = {16, 3, 15, -0.5f, 15, true};
    struct parts parts;
    quantize_affine(x, &search, out + 80, &parts);
    for (size_t i = 0; i < 16; i++)
        out[i] = (uint8_t)(parts.factors[i] | parts.least[i] << 4);
    pack_quarters(parts.integers, out + 16);
}

/// Eight scales and minima of 6 bits in twelve bytes.
CK_INLINE void put_scales_and_minima(const struct parts *parts, uint8_t *out) {
    const uint8_t *scales = parts->factors, *minima = parts->least;
    for (size_t j = 0; j < 4; j++) {
        out[j] = (uint8_t)(scales[j] | scales[j + 4] >> 4 << 6);
        out[j + 4] = (uint8_t)(minima[j] | minima[j + 4] >> 4 << 6);
        out[j + 8] = (uint8_t)((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
    }
}

/// The low four bits of 256 integers, those of each 64 by 32.
CK_INLINE void put_low_bits(const uint8_t *integers, uint8_t *out) {
    for (size_t j = 0; j < 4; j++)
        for (size_t i = 0; i < 32; i++)
            out[32 * j + i] = (uint8_t)((integers[64 * j + i] & 15) | integers[64 * j + 32 + i] << 4);
}

static void encode_q4_k(const float *x, uint8_t *out) {
    static const struct search search = {32, 15, 63, -1.0f, 20, false};
    struct parts parts;
    quantize_affine(x, &search, out, &parts);
    put_scales_and_minima(&parts, out + 4);
    put_low_bits(parts.integers, out + 16);
}

static void encode_q5_k(const float *x, uint8_t *out) {
    static const struct search search = {32, 31, 63, -0.5f, 15, false};
    struct parts parts;
    quantize_affine(x, &search, out, &parts);
    put_scales_and_minima(&parts, out + 4);
    memset(out + 16, 0, 32);
    for (size_t i = 0; i < SUPER_BLOCK; i++)
        out[16 + i % 32] |= (uint8_t)(parts.integers[i] >> 4 << i / 32);
    put_low_bits(parts.integers, out + 48);
}

void ck_encode_affine(enum ck_format format, const float *x, uint8_t *out, size_t n) {
    size_t bytes = block_of(format).bytes;
    for (size_t i = 0; i < n; i += SUPER_BLOCK, x += SUPER_BLOCK, out += bytes)
        switch (format) {
        case ck_format_q2_k:
            encode_q2_k(x, out);
            break;
        case ck_format_q4_k:
            encode_q4_k(x, out);
            break;
        default:
            encode_q5_k(x, out);
        }
}
