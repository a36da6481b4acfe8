#if defined(__x86_64__)
#include "../avx2/avx2.h"
#include "../tables.h"
#include "avx512.h"
#include "target.h"

CK_TARGET_BEGIN
#include "../elementwise.h"
CK_TARGET_END

// AVX2's functions serve where little time goes.
const struct ck_kernels ck_kernels_avx512 = {
    .isa = ck_isa_avx512,
    .matmul = ck_avx512_matmul,
    .quantize = ck_avx2_quantize,
    .attention = ck_avx512_attention,
    .merge = merge,
    .rms_norm = rms_norm,
    .silu_mul = silu_mul,
    .rope = rope,
    .add = add,
    .scaled_add = scaled_add,
    .sigmoid = sigmoid,
    .exp = exponentials,
    .store = ck_avx2_store,
    .load = ck_avx2_load,
    .max = largest,
    .log_sum_exp = log_sum_exp,
    .argmax = argmax,
    .read_loop = ck_avx2_read_loop,
    .arithmetic_loop = ck_avx512_arithmetic_loop,
    .integer_loop = ck_avx512_integer_loop,
};
#endif
