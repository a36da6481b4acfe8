#if defined(__x86_64__)
#include "avx2.h"
#include "superblock.h"

#include "../vector/blockpanel.h"

CK_TARGET_BEGIN

/// As the scalar table quantises a block, with the same bits.
CK_INLINE void quantize_vectors(const float *x, struct quantized *out, struct quantized_wide *wide) {
    enum { COUNT = QUANT_BLOCK / 8 };
    __m256 values[COUNT];
    __m256i most = _mm256_setzero_si256();
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = _mm256_loadu_ps(x + 8 * i);
        most = _mm256_max_epu32(most, _mm256_and_si256(_mm256_castps_si256(values[i]), _mm256_set1_epi32(0x7fffffff)));
    }
    __m128i top = _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    top = _mm_max_epu32(top, _mm_unpackhi_epi64(top, top));
    top = _mm_max_epu32(top, _mm_srli_epi64(top, 32));
    uint32_t magnitude = (uint32_t)_mm_cvtsi128_si32(top);
    bool finite = magnitude < 0x7f800000, zero = !finite || float_of(magnitude) < 0x1p-100f;
    if (zero) {
        memset(out, 0, sizeof *out);
        memset(wide, 0, sizeof *wide);
        out->scale = wide->scale = finite ? 0.0f : NAN;
        out->weighted_sum = out->scale * 0.0f;
        return;
    }
    const __m256 factor = _mm256_set1_ps(127.0f / float_of(magnitude)), shift = _mm256_set1_ps(0x1.8p23f);
    __m256i integers[COUNT], halves[2];
    for (size_t i = 0; i < COUNT; i++) {
        __m256 shifted = _mm256_add_ps(_mm256_mul_ps(values[i], factor), shift);
        integers[i] = _mm256_sub_epi32(_mm256_castps_si256(shifted), _mm256_castps_si256(shift));
    }
    for (size_t h = 0; h < 2; h++) {
        halves[h] = _mm256_packs_epi32(integers[2 * h], integers[2 * h + 1]);
        halves[h] = _mm256_permute4x64_epi64(halves[h], 0xd8);
        _mm256_storeu_si256((__m256i *)(wide->integers + h * HALF_BLOCK), halves[h]);
        // Pairs of integers, then every second pair.
        __m256i pairs = _mm256_madd_epi16(halves[h], _mm256_set1_epi16(1));
        __m128i quarters = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
        quarters = _mm_add_epi32(quarters, _mm_unpackhi_epi64(quarters, quarters));
        out->quarters[h][0] = (int16_t)_mm_cvtsi128_si32(quarters);
        out->quarters[h][1] = (int16_t)_mm_extract_epi32(quarters, 1);
    }
    __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(halves[0], halves[1]), 0xd8);
    _mm256_storeu_si256((__m256i *)out->integers, bytes);
    out->scale = wide->scale = float_of(magnitude) / 127.0f;
    out->weighted_sum =
        out->scale * (float)(out->quarters[0][0] + out->quarters[0][1] + out->quarters[1][0] + out->quarters[1][1]);
}

void ck_avx2_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride) {
    for (size_t row = 0; row < rows; row++) {
        char *place = (char *)out + row * out_stride;
        struct quantized *blocks = (struct quantized *)place;
        struct quantized_wide *wide = (struct quantized_wide *)(place + wide_offset(k));
        for (size_t block = 0; block < k / QUANT_BLOCK; block++)
            quantize_vectors(x + row * x_stride + block * QUANT_BLOCK, blocks + block, wide + block);
    }
}

CK_TARGET_END
#endif
