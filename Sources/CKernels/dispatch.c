#include "tables.h"
#include <stdlib.h>
#include <string.h>

/// Every table, the fastest last.
static const enum ck_isa isas[] = {ck_isa_scalar, ck_isa_avx2, ck_isa_avx512};
enum { ISA_COUNT = sizeof isas / sizeof *isas };

const struct ck_kernels *ck_kernels_for(enum ck_isa isa) {
    switch (isa) {
    case ck_isa_scalar:
        return &ck_kernels_scalar;
    case ck_isa_avx2:
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
            return &ck_kernels_avx2;
#endif
        return NULL;
    case ck_isa_avx512:
        // Each says too that the system keeps the registers; what has these features has AVX2, FMA and F16C.
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni"))
            return &ck_kernels_avx512;
#endif
        return NULL;
    }
}

const struct ck_kernels *ck_kernels_best(void) {
    for (size_t i = ISA_COUNT; i-- > 0;) {
        const struct ck_kernels *kernels = ck_kernels_for(isas[i]);
        if (kernels)
            return kernels;
    }
    return &ck_kernels_scalar;
}

const struct ck_kernels *ck_kernels_named(const char *name) {
    if (!name || !*name)
        return ck_kernels_best();
    for (size_t i = 0; i < ISA_COUNT; i++)
        if (strcmp(name, ck_isa_name(isas[i])) == 0)
            return ck_kernels_for(isas[i]);
    return NULL;
}

const struct ck_kernels *ck_kernels_selected(void) { return ck_kernels_named(getenv("APUS_ISA")); }

const char *ck_isa_name(enum ck_isa isa) {
    switch (isa) {
    case ck_isa_scalar:
        return "scalar";
    case ck_isa_avx2:
        return "avx2";
    case ck_isa_avx512:
        return "avx512";
    }
}
