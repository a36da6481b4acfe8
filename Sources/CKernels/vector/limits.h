#pragma once

// The multiply-add limit. Include the table's vectors.h first.

CK_TARGET_BEGIN

double CK_TABLE(arithmetic_loop)(size_t iterations, float *checksum) {
    enum { SUMS = 12 };
    vector acc[SUMS], a = splat(0.5f), b = splat(1.0f);
    // Opaque to the compiler: otherwise it would compute the sum beforehand.
    __asm__ volatile("" : "+v"(a), "+v"(b));
    for (size_t i = 0; i < SUMS; i++)
        acc[i] = (vector){0};
    for (size_t n = 0; n < iterations; n++)
        for (size_t i = 0; i < SUMS; i++)
            acc[i] = multiply_add(acc[i], a, b);
    vector sum = {0};
    for (size_t i = 0; i < SUMS; i++)
        sum = sum + acc[i];
    float lanes[CK_LANES];
    _mm256_storeu_ps(lanes, summed_to_eight(sum));
    *checksum = sum_of_lanes(lanes);
    return 2.0 * LANES * SUMS * (double)iterations;
}

CK_TARGET_END
