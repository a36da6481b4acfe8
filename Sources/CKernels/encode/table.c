// Blocks whose integers come from the table of iq4_nl: one of 32 for iq4_nl, eight for iq4_xs.

#include "encode.h"

/// Factors tried on either side of the one that the extreme value gives.
enum { TRIES = 7 };

/// The number of the table's value that is nearest, the upper one of two.
CK_INLINE size_t nearest_index(float value) {
    size_t index = 0;
    for (size_t i = 0; i < 15; i++)
        index += value >= (float)(iq4_values[i] + iq4_values[i + 1]) / 2;
    return index;
}

/// The table's value itself.
CK_INLINE lanes nearest_value(lanes value) {
    lanes result = iq4_values[0];
    for (size_t i = 0; i < 15; i++) {
        lanes step = iq4_values[i + 1] - iq4_values[i];
        result += value >= (float)(iq4_values[i] + iq4_values[i + 1]) / 2 ? step : (lanes)0;
    }
    return result;
}

CK_INLINE struct sums sums_of(const lanes *x, lanes factor) {
    struct sums sums = {0, 0};
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        lanes q = nearest_value(factor * x[i]), weighted = x[i] * x[i] * q;
        sums.qx += weighted * x[i];
        sums.qq += weighted * q;
    }
    return sums;
}

/// The scales of four blocks of 32.
static lanes search_scales(const lanes *x) {
    lanes extreme = extreme_of(x, QUANT_BLOCK);
    struct sums sums = sums_of(x, 1.0f / (-extreme / iq4_values[0]));
    lanes scale = sums.qq > 0 ? sums.qx / sums.qq : (lanes)0, best = scale * sums.qx;
    for (int step = -TRIES; step <= TRIES; step++) {
        sums = sums_of(x, (float)(step + iq4_values[0]) / extreme);
        lanes gain = sums.qx * sums.qx, bound = sums.qq > 0 ? best * sums.qq : gain;
        lanes candidate = sums.qx / sums.qq;
        scale = gain > bound ? candidate : scale;
        best = gain > bound ? candidate * sums.qx : best;
    }
    return magnitude(extreme) < NEGLIGIBLE ? (lanes)0 : scale;
}

CK_INLINE void put_nearest(const float *x, float scale, uint8_t *out) {
    float factor = inverse(scale);
    uint8_t integers[QUANT_BLOCK];
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        integers[i] = (uint8_t)nearest_index(factor * x[i]);
    pack_nibbles(integers, out);
}

/// Up to four blocks of iq4_nl.
static void encode_four(const float *x, size_t count, uint8_t *out) {
    float padded[RUNS * QUANT_BLOCK] = {0};
    memcpy(padded, x, count * QUANT_BLOCK * sizeof *x);
    lanes values[QUANT_BLOCK];
    interleave(padded, QUANT_BLOCK, values);
    lanes scales = search_scales(values);
    for (size_t i = 0; i < count; i++, x += QUANT_BLOCK, out += 18) {
        put_f16(out, scales[i]);
        put_nearest(x, scales[i], out + 2);
    }
}

static void encode_iq4_xs(const float *x, uint8_t *out) {
    float scales[SUPER_PARTS];
    for (size_t part = 0; part < SUPER_PARTS; part += RUNS) {
        lanes values[QUANT_BLOCK];
        interleave(x + part * QUANT_BLOCK, QUANT_BLOCK, values);
        lanes found = search_scales(values);
        memcpy(scales + part, &found, sizeof found);
    }
    float scale = -extreme(scales, SUPER_PARTS) / 32, factor = inverse(scale);
    put_f16(out, scale);
    memset(out + 2, 0, 6);
    unsigned high = 0;
    for (size_t part = 0; part < SUPER_PARTS; part++) {
        int integer = (int)rounded(factor * scales[part], -32, 31);
        put_nearest(x + part * QUANT_BLOCK, scale * (float)integer, out + 8 + 16 * part);
        out[4 + part / 2] |= (uint8_t)((integer & 15) << part % 2 * 4);
        high |= (unsigned)(integer + 32) >> 4 << 2 * part;
    }
    put_u16(out + 2, (uint16_t)high);
}

void ck_encode_table(enum ck_format format, const float *x, uint8_t *out, size_t n) {
    if (format == ck_format_iq4_nl)
        for (size_t i = 0; i < n; i += RUNS * QUANT_BLOCK)
            encode_four(x + i, smaller(RUNS, (n - i) / QUANT_BLOCK), out + i / QUANT_BLOCK * 18);
    else
        for (size_t i = 0; i < n; i += SUPER_BLOCK)
            encode_iq4_xs(x + i, out + i / SUPER_BLOCK * 136);
}
