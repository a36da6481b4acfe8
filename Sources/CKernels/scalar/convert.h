#pragma once

#include "../common.h"

/// Decodes n values starting at element `first` of a row, without scales.
CK_INLINE void decode(enum ck_format format, const void *row, size_t first, float *out, size_t n) {
    switch (format) {
    case ck_format_f32:
        memcpy(out, (const float *)row + first, n * sizeof *out);
        break;
    case ck_format_f16:
        for (size_t i = 0; i < n; i++)
            out[i] = f32_of_f16(((const uint16_t *)row)[first + i]);
        break;
    case ck_format_bf16:
        for (size_t i = 0; i < n; i++)
            out[i] = f32_of_bf16(((const uint16_t *)row)[first + i]);
        break;
    case ck_format_f8e4m3:
        for (size_t i = 0; i < n; i++)
            out[i] = f32_of_f8e4m3(((const uint8_t *)row)[first + i]);
        break;
    default: // in blocks: load_blocks
        break;
    }
}
