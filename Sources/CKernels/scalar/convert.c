#include "../blocks.h"
#include "../cachestore.h"
#include "convert.h"
#include "scalar.h"

void ck_scalar_store(enum ck_format format, const float *x, void *out, size_t n) {
    switch (format) {
    case ck_format_f32:
        memcpy(out, x, n * sizeof *x);
        break;
    case ck_format_f16:
        for (size_t i = 0; i < n; i++)
            ((uint16_t *)out)[i] = f16_of_f32(x[i]);
        break;
    case ck_format_bf16:
        for (size_t i = 0; i < n; i++)
            ((uint16_t *)out)[i] = bf16_of_f32(x[i]);
        break;
    case ck_format_q8_0:
        store_q8_0(x, out, n);
        break;
    default: // weights only: nothing is stored in them
        break;
    }
}

void ck_scalar_load(enum ck_format format, const void *x, const float *scales, float *out, size_t n) {
    if (is_blocked(format))
        return load_blocks(format, x, out, n);
    decode(format, x, 0, out, n);
    if (format == ck_format_f8e4m3 && scales)
        for (size_t i = 0; i < n; i++)
            out[i] *= scales[i / CK_SCALE_BLOCK];
}

uint16_t ck_f16_from_f32(float value) { return f16_of_f32(value); }
float ck_f32_from_f16(uint16_t bits) { return f32_of_f16(bits); }
uint16_t ck_bf16_from_f32(float value) { return bf16_of_f32(value); }
float ck_f32_from_bf16(uint16_t bits) { return f32_of_bf16(bits); }
float ck_f32_from_f8e4m3(uint8_t bits) { return f32_of_f8e4m3(bits); }
