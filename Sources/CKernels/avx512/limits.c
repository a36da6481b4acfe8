#if defined(__x86_64__)
#include "avx512.h"
#include "vectors.h"

#include "../vector/limits.h"

CK_TARGET_BEGIN

double ck_avx512_integer_loop(size_t iterations, uint64_t *checksum) {
    enum { SUMS = 12 };
    __m512i sums[SUMS], a = _mm512_set1_epi8(1), b = _mm512_set1_epi8(1);
    for (size_t i = 0; i < SUMS; i++)
        sums[i] = _mm512_setzero_si512();
    for (size_t n = 0; n < iterations; n++)
        for (size_t i = 0; i < SUMS; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
            // Opaque to the compiler: each sum is computed.
            __asm__ volatile("" : "+v"(a), "+v"(sums[i]));
        }
    for (size_t i = 1; i < SUMS; i++)
        sums[0] = _mm512_add_epi32(sums[0], sums[i]);
    *checksum = (uint64_t)_mm512_reduce_add_epi64(sums[0]);
    return 2.0 * 64 * SUMS * (double)iterations;
}

CK_TARGET_END
#endif
