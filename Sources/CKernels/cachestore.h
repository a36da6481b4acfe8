#pragma once

// Cached keys and values of 8 bits, written in the layout of q8_0: plain loops that give the same bits in all tables.
// Include it after the table's target region has begun.

#include "blocks.h"

/// Writes one block of `count` values, at most 32. What does not fit f16's range under the scale becomes NaN.
CK_INLINE void store_block_q8_0(const float *x, size_t count, uint8_t *out) {
    float values[QUANT_BLOCK] = {0}, most = 0;
    memcpy(values, x, count * sizeof *x);
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        most = fabsf(values[i]) > most || values[i] != values[i] ? fabsf(values[i]) : most;
    uint32_t poisoned = 0;
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        poisoned |= !(fabsf(values[i]) < INFINITY);
    uint16_t stored = f16_of_f32(most / 127.0f);
    float scale = f32_of_f16(stored);
    if (poisoned || scale == INFINITY) {
        stored = 0x7e00;
        scale = 0;
    }
    memcpy(out, &stored, sizeof stored);
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        float integer = scale == 0 ? 0 : values[i] / scale;
        integer = integer > 127 ? 127 : integer;
        integer = integer < -127 ? -127 : integer;
        // Adding and taking away 1.5 * 2^23 rounds to an integer.
        out[2 + i] = (uint8_t)(int8_t)((integer + 0x1.8p23f) - 0x1.8p23f);
    }
}

static inline __attribute__((unused)) void store_q8_0(const float *x, void *out, size_t n) {
    uint8_t *p = out;
    for (size_t first = 0; first < n; first += QUANT_BLOCK, p += 34)
        store_block_q8_0(x + first, smaller(QUANT_BLOCK, n - first), p);
}
