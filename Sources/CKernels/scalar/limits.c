#include "scalar.h"

size_t ck_scalar_read_loop(const void *buffer, size_t bytes, uint64_t *checksum) {
    const uint64_t *words = buffer;
    size_t count = bytes / 256 * 32;
    uint64_t lanes[8] = {0};
    for (size_t i = 0; i < count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            lanes[lane] += words[i + lane];
    *checksum = 0;
    for (size_t lane = 0; lane < 8; lane++)
        *checksum += lanes[lane];
    return count * sizeof *words;
}

double ck_scalar_arithmetic_loop(size_t iterations, float *checksum) {
    float lanes[32] = {0};
    // Opaque to the compiler: otherwise it would compute the sum beforehand.
    float a = 1.0f, b = 0.5f;
    __asm__ volatile("" : "+r"(a), "+r"(b));
    for (size_t i = 0; i < iterations; i++)
        for (size_t lane = 0; lane < 32; lane++)
            lanes[lane] = lanes[lane] * b + a;
    *checksum = 0;
    for (size_t lane = 0; lane < 32; lane++)
        *checksum += lanes[lane];
    return 64.0 * (double)iterations;
}

double ck_scalar_integer_loop(size_t iterations, uint64_t *checksum) {
    uint64_t lanes[32] = {0};
    uint32_t a = 3, b = 5;
    for (size_t i = 0; i < iterations; i++) {
        // Opaque to the compiler: otherwise it would compute the sum beforehand.
        __asm__ volatile("" : "+r"(a), "+r"(b));
        for (size_t lane = 0; lane < 32; lane++)
            lanes[lane] += a * b;
    }
    *checksum = 0;
    for (size_t lane = 0; lane < 32; lane++)
        *checksum += lanes[lane];
    return 64.0 * (double)iterations;
}
