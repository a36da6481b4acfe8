#if defined(__x86_64__)
#include "avx2.h"
#include "blockpanel.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

void ck_avx2_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride) {
    quantize_rows(x, x_stride, rows, k, out, out_stride);
}

#define FORMATS(DO)                                                                                                    \
    DO(q8_0) DO(q4_0) DO(q4_1) DO(q5_0) DO(q5_1) DO(q2_k)                                                              \
    DO(q3_k) DO(q4_k) DO(q5_k) DO(q6_k) DO(iq4_nl) DO(iq4_xs)

// Functions of their own, or the compiler would need minutes for the one that holds them all.
#define FORMAT(name)                                                                                                   \
    static __attribute__((noinline)) void multiply_##name(const struct ck_matmul *job) {                               \
        block_panels(ck_format_##name, job);                                                                               \
    }
FORMATS(FORMAT)
#undef FORMAT

void ck_avx2_matmul_blocks(const struct ck_matmul *job) {
    switch (job->format) {
#define FORMAT(name)                                                                                                   \
    case ck_format_##name:                                                                                             \
        return multiply_##name(job);
        FORMATS(FORMAT)
#undef FORMAT
    default:
        return;
    }
}

#pragma clang attribute pop
#endif
