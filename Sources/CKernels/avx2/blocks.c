#if defined(__x86_64__)
#include "avx2.h"
#include "blockpanel.h"
#include "blockstream.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

void ck_avx2_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride) {
    quantize_rows(x, x_stride, rows, k, out, out_stride);
}

CK_INLINE void multiply(enum ck_format format, const struct ck_matmul *job) {
    if (job->m <= BLOCK_STREAM_ROWS)
        block_stream(format, job);
    else
        block_panels(format, job);
}

// Functions of their own, or the compiler would need minutes for the one that holds them all.
#define FORMAT(name)                                                                                                   \
    static __attribute__((noinline)) void multiply_##name(const struct ck_matmul *job) {                               \
        multiply(ck_format_##name, job);                                                                               \
    }
FORMAT(q8_0)
FORMAT(q4_0)
FORMAT(q4_1)
FORMAT(q5_0)
FORMAT(q5_1)
FORMAT(q2_k)
FORMAT(q3_k)
FORMAT(q4_k)
FORMAT(q5_k)
FORMAT(q6_k)
FORMAT(iq4_nl)
FORMAT(iq4_xs)
#undef FORMAT

void ck_avx2_matmul_blocks(const struct ck_matmul *job) {
    switch (job->format) {
#define FORMAT(name)                                                                                                   \
    case ck_format_##name:                                                                                             \
        return multiply_##name(job);
        FORMAT(q8_0)
        FORMAT(q4_0)
        FORMAT(q4_1)
        FORMAT(q5_0)
        FORMAT(q5_1)
        FORMAT(q2_k)
        FORMAT(q3_k)
        FORMAT(q4_k)
        FORMAT(q5_k)
        FORMAT(q6_k)
        FORMAT(iq4_nl)
        FORMAT(iq4_xs)
#undef FORMAT
    default:
        return;
    }
}

#pragma clang attribute pop
#endif
