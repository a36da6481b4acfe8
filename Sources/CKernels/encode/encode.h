#pragma once

// What the encoders of block formats share. Searches run over four runs of values at once, one per lane, each in the
// order of its values, so that a block's bytes are the same whatever the machine.

#include "../blocks.h"

enum { RUNS = 4 };

typedef float lanes __attribute__((ext_vector_type(RUNS)));

/// Below this magnitude a run of values counts as zeros.
#define NEGLIGIBLE 1e-15f

void ck_encode_plain(enum ck_format format, const float *x, uint8_t *out, size_t n);
void ck_encode_affine(enum ck_format format, const float *x, uint8_t *out, size_t n);
void ck_encode_symmetric(enum ck_format format, const float *x, uint8_t *out, size_t n);
void ck_encode_table(enum ck_format format, const float *x, uint8_t *out, size_t n);

CK_INLINE void put_u16(uint8_t *p, uint16_t value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

/// Stores a scale as f16 and returns what it decodes to.
CK_INLINE float put_f16(uint8_t *p, float value) {
    uint16_t bits = f16_of_f32(value);
    put_u16(p, bits);
    return f32_of_f16(bits);
}

/// The nearest integer from low to high, ties to even; low for a NaN.
CK_INLINE float rounded(float value, float low, float high) {
    value = value > low ? value : low;
    value = value < high ? value : high;
    return (value + 0x1.8p23f) - 0x1.8p23f;
}

CK_INLINE lanes rounded_lanes(lanes value, float low, float high) {
    value = value > low ? value : (lanes)low;
    value = value < high ? value : (lanes)high;
    return (value + 0x1.8p23f) - 0x1.8p23f;
}

/// The reciprocal, or 0 for 0.
CK_INLINE float inverse(float value) { return value != 0 ? 1.0f / value : 0.0f; }

CK_INLINE lanes magnitude(lanes value) { return value < 0 ? -value : value; }

/// Value i of four runs of `count` values that lie one after the other goes to out[i].
CK_INLINE void interleave(const float *x, size_t count, lanes *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = (lanes){x[i], x[count + i], x[2 * count + i], x[3 * count + i]};
}

/// The value of the largest magnitude, the first among equals, with its sign.
CK_INLINE lanes extreme_of(const lanes *x, size_t count) {
    lanes most = 0, extreme = 0;
    for (size_t i = 0; i < count; i++) {
        lanes size = magnitude(x[i]);
        extreme = size > most ? x[i] : extreme;
        most = size > most ? size : most;
    }
    return extreme;
}

/// The same of plain values.
CK_INLINE float extreme(const float *x, size_t count) {
    float most = 0, extreme = 0;
    for (size_t i = 0; i < count; i++) {
        float size = fabsf(x[i]);
        extreme = size > most ? x[i] : extreme;
        most = size > most ? size : most;
    }
    return extreme;
}

/// Sums of a least-squares scale, each value weighed with its square.
struct sums {
    lanes qx, qq;
};

/// 32 integers of 4 bits as the low nibbles, then the high ones, of 16 bytes.
CK_INLINE void pack_nibbles(const uint8_t *integers, uint8_t *out) {
    for (size_t i = 0; i < 16; i++)
        out[i] = (uint8_t)((integers[i] & 15) | integers[16 + i] << 4);
}

/// 256 integers of 2 bits, those of each half by 32.
CK_INLINE void pack_quarters(const uint8_t *integers, uint8_t *out) {
    for (size_t half = 0; half < 2; half++, integers += 128, out += 32)
        for (size_t i = 0; i < 32; i++)
            out[i] = (uint8_t)((integers[i] & 3) | (integers[32 + i] & 3) << 2 | (integers[64 + i] & 3) << 4 |
                               (integers[96 + i] & 3) << 6);
}
