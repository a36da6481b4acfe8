#pragma once

#include "../common.h"

void ck_scalar_matmul(const struct ck_matmul *job);
void ck_scalar_matmul_blocks(const struct ck_matmul *job);
void ck_scalar_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride);
void ck_scalar_attention(const struct ck_attention *job);
void ck_scalar_store(enum ck_format format, const float *x, void *out, size_t n);
void ck_scalar_load(enum ck_format format, const void *x, const float *scales, float *out, size_t n);
size_t ck_scalar_read_loop(const void *buffer, size_t bytes, uint64_t *checksum);
double ck_scalar_arithmetic_loop(size_t iterations, float *checksum);
double ck_scalar_integer_loop(size_t iterations, uint64_t *checksum);
