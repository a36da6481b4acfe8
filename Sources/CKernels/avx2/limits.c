#if defined(__x86_64__)
#include "avx2.h"
#include "vectors.h"

#include "../vector/limits.h"

CK_TARGET_BEGIN

size_t ck_avx2_read_loop(const void *buffer, size_t bytes, uint64_t *checksum) {
    // Four streams with prefetching, as matmul reads its weights.
    enum { STREAMS = 4, LINE = 64, AHEAD = 512 };
    size_t part = bytes / (STREAMS * LINE) * LINE;
    __m256i sums[2 * STREAMS] = {0};
    for (size_t i = 0; i < part; i += LINE)
        for (size_t stream = 0; stream < STREAMS; stream++) {
            const char *p = (const char *)buffer + stream * part + i;
            _mm_prefetch(p + AHEAD, _MM_HINT_T0);
            __m256i *sum = sums + 2 * stream;
            sum[0] = _mm256_add_epi64(sum[0], _mm256_loadu_si256((const __m256i *)p));
            sum[1] = _mm256_add_epi64(sum[1], _mm256_loadu_si256((const __m256i *)p + 1));
        }
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < 2 * STREAMS; i++)
        sum = _mm256_add_epi64(sum, sums[i]);
    uint64_t words[4];
    _mm256_storeu_si256((__m256i *)words, sum);
    *checksum = words[0] + words[1] + words[2] + words[3];
    return part * STREAMS;
}

double ck_avx2_integer_loop(size_t iterations, uint64_t *checksum) {
    enum { SUMS = 12 };
    __m256i sums[SUMS], a = _mm256_set1_epi8(1), b = _mm256_set1_epi8(1);
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = _mm256_setzero_si256();
    for (size_t n = 0; n < iterations; n++)
        for (size_t i = 0; i < SUMS; i++) {
            __m256i product = _mm256_maddubs_epi16(a, b);
            sums[i] = _mm256_add_epi16(sums[i], product);
            // Opaque to the compiler: each product and each sum is computed.
            __asm__ volatile("" : "+x"(a), "+x"(sums[i]));
        }
    for (size_t i = 1; i < SUMS; i++)
        sums[0] = _mm256_add_epi16(sums[0], sums[i]);
    uint64_t words[4];
    _mm256_storeu_si256((__m256i *)words, sums[0]);
    *checksum = words[0] ^ words[1] ^ words[2] ^ words[3];
    return 2.0 * 32 * SUMS * (double)iterations;
}

CK_TARGET_END
#endif
