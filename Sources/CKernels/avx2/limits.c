#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "avx2.h"
#include "vectors.h"

size_t ck_avx2_read_loop(const void *buffer, size_t bytes, uint64_t *checksum) {
    enum { STEP = 256 };
    const char *p = buffer;
    size_t length = bytes / STEP * STEP;
    __m256i sums[8] = {0};
    for (size_t i = 0; i < length; i += STEP)
        for (size_t lane = 0; lane < 8; lane++)
            sums[lane] =
                _mm256_add_epi64(sums[lane], _mm256_loadu_si256((const __m256i *)(p + i + lane * sizeof(__m256i))));
    __m256i sum = _mm256_setzero_si256();
    for (size_t lane = 0; lane < 8; lane++)
        sum = _mm256_add_epi64(sum, sums[lane]);
    uint64_t words[4];
    _mm256_storeu_si256((__m256i *)words, sum);
    *checksum = words[0] + words[1] + words[2] + words[3];
    return length;
}

double ck_avx2_arithmetic_loop(size_t iterations, float *checksum) {
    __m256 acc[12], a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(1.0f);
    // Opaque to the compiler: otherwise it would compute the sum beforehand.
    __asm__ volatile("" : "+x"(a), "+x"(b));
    for (size_t i = 0; i < 12; i++)
        acc[i] = _mm256_setzero_ps();
    for (size_t n = 0; n < iterations; n++)
        for (size_t i = 0; i < 12; i++)
            acc[i] = _mm256_fmadd_ps(acc[i], a, b);
    __m256 sum = _mm256_setzero_ps();
    for (size_t i = 0; i < 12; i++)
        sum = _mm256_add_ps(sum, acc[i]);
    float lanes[CK_LANES];
    _mm256_storeu_ps(lanes, sum);
    *checksum = sum_of_lanes(lanes);
    return 2.0 * CK_LANES * 12 * (double)iterations;
}
#pragma clang attribute pop
#endif
