#if defined(__x86_64__)
#include "avx2.h"
#include "vectors.h"

#include "../blocks.h"
#include "../vector/tiles.h"

CK_TARGET_BEGIN
#include "../cachestore.h"

void ck_avx2_store(enum ck_format format, const float *x, void *out, size_t n) {
    size_t i = 0;
    switch (format) {
    case ck_format_f32:
        memcpy(out, x, n * sizeof *x);
        break;
    case ck_format_f16:
        for (; i + CK_LANES <= n; i += CK_LANES)
            _mm_storeu_si128((__m128i *)((uint16_t *)out + i),
                             _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
        for (; i < n; i++)
            ((uint16_t *)out)[i] = f16_of_f32(x[i]);
        break;
    case ck_format_bf16:
        for (; i < n; i++)
            ((uint16_t *)out)[i] = bf16_of_f32(x[i]);
        break;
    case ck_format_q8_0:
        store_q8_0(x, out, n);
        break;
    default: // weights only: nothing is stored in them
        break;
    }
}

CK_INLINE void load_row(enum ck_format format, const void *x, float *out, size_t n) {
    size_t i = 0;
    for (; i + CK_LANES <= n; i += CK_LANES)
        _mm256_storeu_ps(out + i, load_values(format, (const char *)x + i * width_of(format)));
    if (i < n) {
        float tail[CK_LANES];
        _mm256_storeu_ps(tail, load_tail(format, (const char *)x + i * width_of(format), n - i));
        memcpy(out + i, tail, (n - i) * sizeof *out);
    }
}

void ck_avx2_load(enum ck_format format, const void *x, const float *scales, float *out, size_t n) {
    switch (format) {
    case ck_format_f32:
        memcpy(out, x, n * sizeof *out);
        break;
    case ck_format_f16:
        load_row(ck_format_f16, x, out, n);
        break;
    case ck_format_bf16:
        load_row(ck_format_bf16, x, out, n);
        break;
    case ck_format_f8e4m3:
        for (size_t i = 0; i < n; i++)
            out[i] = f32_of_f8e4m3(((const uint8_t *)x)[i]);
        for (size_t i = 0; scales && i < n; i++)
            out[i] *= scales[i / CK_SCALE_BLOCK];
        break;
    default:
        load_blocks(format, x, out, n);
        break;
    }
}

CK_TARGET_END
#endif
