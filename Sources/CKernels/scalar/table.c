#include "../elementwise.h"
#include "../tables.h"
#include "scalar.h"

const struct ck_kernels ck_kernels_scalar = {
    .isa = ck_isa_scalar,
    .matmul = ck_scalar_matmul,
    .quantize = ck_scalar_quantize,
    .attention = ck_scalar_attention,
    .merge = merge,
    .rms_norm = rms_norm,
    .silu_mul = silu_mul,
    .rope = rope,
    .add = add,
    .scaled_add = scaled_add,
    .sigmoid = sigmoid,
    .exp = exponentials,
    .store = ck_scalar_store,
    .load = ck_scalar_load,
    .max = largest,
    .log_sum_exp = log_sum_exp,
    .argmax = argmax,
    .read_loop = ck_scalar_read_loop,
    .arithmetic_loop = ck_scalar_arithmetic_loop,
    .integer_loop = ck_scalar_integer_loop,
};
