#if defined(__x86_64__)
#include "../common.h"
#include "../tables.h"
#include "avx2.h"
#include "target.h"

CK_TARGET_BEGIN
#include "../elementwise.h"
CK_TARGET_END

const struct ck_kernels ck_kernels_avx2 = {
    .isa = ck_isa_avx2,
    .matmul = ck_avx2_matmul,
    .quantize = ck_avx2_quantize,
    .attention = ck_avx2_attention,
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
    .arithmetic_loop = ck_avx2_arithmetic_loop,
    .integer_loop = ck_avx2_integer_loop,
};
#endif
