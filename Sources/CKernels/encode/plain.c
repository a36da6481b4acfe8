// Blocks of 32 with one scale: q8_0, q4_0, q5_0, and with a minimum q4_1, q5_1.

#include "encode.h"

/// The nearest integer, halves away from 0; |value| is below 2^23.
CK_INLINE int8_t nearest(float value) {
    float size = fabsf(value);
    size = size < 127.0f ? size : 127.0f;
    int32_t whole = (int32_t)size;
    whole += size - (float)whole >= 0.5f;
    return (int8_t)(value < 0 ? -whole : whole);
}

static void encode_q8_0(const float *x, uint8_t *out) {
    float scale = fabsf(extreme(x, QUANT_BLOCK)) / 127.0f, factor = inverse(scale);
    put_f16(out, scale);
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        out[2 + i] = (uint8_t)nearest(x[i] * factor);
}

/// The integers x * factor + shift + 1/2, rounded down, from 0 to most.
CK_INLINE void quantize_shifted(const float *x, float minimum, float factor, float shift, float most,
                                uint8_t *integers) {
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        float value = (x[i] - minimum) * factor + shift;
        value = value > 0.0f ? value : 0.0f;
        value = value < most ? value : most;
        integers[i] = (uint8_t)value;
    }
}

/// Bit 4 of each of 32 integers.
CK_INLINE uint32_t fifth_bits(const uint8_t *integers) {
    uint32_t bits = 0;
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        bits |= (uint32_t)(integers[i] >> 4 & 1) << i;
    return bits;
}

CK_INLINE void put_integers(const uint8_t *integers, bool has_fifth, uint8_t *out) {
    if (has_fifth) {
        uint32_t fifth = fifth_bits(integers);
        put_u16(out, (uint16_t)fifth);
        put_u16(out + 2, (uint16_t)(fifth >> 16));
        out += 4;
    }
    pack_nibbles(integers, out);
}

/// q4_0 and q5_0: the value of the largest magnitude becomes the lowest integer.
CK_INLINE void encode_centred(const float *x, float half, uint8_t *out) {
    float scale = extreme(x, QUANT_BLOCK) / -half;
    uint8_t integers[QUANT_BLOCK];
    put_f16(out, scale);
    quantize_shifted(x, 0, inverse(scale), half + 0.5f, 2 * half - 1, integers);
    put_integers(integers, half == 16, out + 2);
}

/// q4_1 and q5_1.
CK_INLINE void encode_ranged(const float *x, float most, uint8_t *out) {
    float low = x[0], high = x[0];
    for (size_t i = 1; i < QUANT_BLOCK; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    float scale = (high - low) / most;
    uint8_t integers[QUANT_BLOCK];
    put_f16(out, scale);
    put_f16(out + 2, low);
    quantize_shifted(x, low, inverse(scale), 0.5f, most, integers);
    put_integers(integers, most == 31, out + 4);
}

void ck_encode_plain(enum ck_format format, const float *x, uint8_t *out, size_t n) {
    size_t bytes = block_of(format).bytes;
    for (size_t i = 0; i < n; i += QUANT_BLOCK, x += QUANT_BLOCK, out += bytes)
        switch (format) {
        case ck_format_q4_0:
            encode_centred(x, 8, out);
            break;
        case ck_format_q5_0:
            encode_centred(x, 16, out);
            break;
        case ck_format_q4_1:
            encode_ranged(x, 15, out);
            break;
        case ck_format_q5_1:
            encode_ranged(x, 31, out);
            break;
        default:
            encode_q8_0(x, out);
        }
}
