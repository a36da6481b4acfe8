#pragma once

#include "../common.h"

void ck_avx512_matmul(const struct ck_matmul *job);
void ck_avx512_matmul_blocks(const struct ck_matmul *job);
void ck_avx512_attention(const struct ck_attention *job);
double ck_avx512_arithmetic_loop(size_t iterations, float *checksum);
double ck_avx512_integer_loop(size_t iterations, uint64_t *checksum);
