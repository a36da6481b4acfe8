#pragma once

#include "CKernels.h"

extern const struct ck_kernels ck_kernels_scalar;
#if defined(__x86_64__)
extern const struct ck_kernels ck_kernels_avx2;
extern const struct ck_kernels ck_kernels_avx512;
#endif
