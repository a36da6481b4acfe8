#pragma once

// GGUF's block formats, decoded to their integers and scales: what every table shares, and what defines them.
// Layouts: ggml-common.h; arithmetic: the gguf Python package. Include it after the table's target region has begun.

#include "common.h"

enum {
    /// Values of a block of the K formats and of iq4_xs.
    SUPER_BLOCK = 256,
    /// Values that share one scale when weights meet quantised activations.
    QUANT_BLOCK = CK_QUANT_BLOCK,
    /// Of them in a block of 256.
    SUPER_PARTS = SUPER_BLOCK / QUANT_BLOCK,
    /// Values that share one integer factor of that scale.
    HALF_BLOCK = QUANT_BLOCK / 2,
};

CK_INLINE bool is_blocked(enum ck_format format) { return format >= ck_format_q8_0; }

CK_INLINE struct ck_block block_of(enum ck_format format) {
    switch (format) {
    case ck_format_q8_0:
        return (struct ck_block){QUANT_BLOCK, 34};
    case ck_format_q4_0:
    case ck_format_iq4_nl:
        return (struct ck_block){QUANT_BLOCK, 18};
    case ck_format_q4_1:
        return (struct ck_block){QUANT_BLOCK, 20};
    case ck_format_q5_0:
        return (struct ck_block){QUANT_BLOCK, 22};
    case ck_format_q5_1:
        return (struct ck_block){QUANT_BLOCK, 24};
    case ck_format_q2_k:
        return (struct ck_block){SUPER_BLOCK, 84};
    case ck_format_q3_k:
        return (struct ck_block){SUPER_BLOCK, 110};
    case ck_format_q4_k:
        return (struct ck_block){SUPER_BLOCK, 144};
    case ck_format_q5_k:
        return (struct ck_block){SUPER_BLOCK, 176};
    case ck_format_q6_k:
        return (struct ck_block){SUPER_BLOCK, 210};
    case ck_format_iq4_xs:
        return (struct ck_block){SUPER_BLOCK, 136};
    case ck_format_f32:
    case ck_format_f16:
    case ck_format_bf16:
    case ck_format_f8e4m3:
        return (struct ck_block){1, width_of(format)};
    }
}

/// Whether the values of 32 are scale * integer + minimum.
CK_INLINE bool has_minimum(enum ck_format format) {
    return format == ck_format_q4_1 || format == ck_format_q5_1 || format == ck_format_q4_k ||
           format == ck_format_q5_k || format == ck_format_q2_k;
}

/// Whether the factors, and with them the minima, change every 16 values.
CK_INLINE bool has_halves(enum ck_format format) {
    return format == ck_format_q2_k || format == ck_format_q3_k || format == ck_format_q6_k;
}

/// One block. Value i is (scales[i / 32] * factors[i / 16]) * integers[i], then + minima[i / 16] if the format has
/// them.
struct block {
    int8_t integers[SUPER_BLOCK];
    /// Of each half; 1 in formats without halves, whose factor is in the scale. A product with the scale is exact.
    int16_t factors[SUPER_BLOCK / HALF_BLOCK];
    float scales[SUPER_BLOCK / QUANT_BLOCK];
    /// Equal for both halves in formats without halves.
    float minima[SUPER_BLOCK / HALF_BLOCK];
};

/// The integers of iq4_nl and iq4_xs.
static const int8_t iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

CK_INLINE uint16_t u16_at(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
CK_INLINE uint32_t u32_at(const uint8_t *p) { return u16_at(p) | (uint32_t)u16_at(p + 2) << 16; }
CK_INLINE float f16_at(const uint8_t *p) { return f32_of_f16(u16_at(p)); }

/// Bits [shift, shift + bits) of a byte.
CK_INLINE int field(uint8_t byte, size_t shift, size_t bits) { return byte >> shift & ((1 << bits) - 1); }

/// 32 values of 4 bits: the low nibbles, then the high ones; `fifth` holds bit 4 of each and `zero` is subtracted.
CK_INLINE void unpack_nibbles(const uint8_t *p, uint32_t fifth, int zero, int8_t *integers) {
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        int low = field(p[i % 16], i / 16 * 4, 4);
        integers[i] = (int8_t)((low | (int)(fifth >> i & 1) << 4) - zero);
    }
}

CK_INLINE void unpack_table(const uint8_t *p, int8_t *integers) {
    for (size_t i = 0; i < QUANT_BLOCK; i++)
        integers[i] = iq4_values[field(p[i % 16], i / 16 * 4, 4)];
}

/// The scale and minimum of part j of eight, in the twelve bytes of q4_k and q5_k.
CK_INLINE void scale_and_minimum(const uint8_t *p, size_t j, int *scale, int *minimum) {
    if (j < 4) {
        *scale = field(p[j], 0, 6);
        *minimum = field(p[j + 4], 0, 6);
    } else {
        *scale = field(p[j + 4], 0, 4) | field(p[j - 4], 6, 2) << 4;
        *minimum = field(p[j + 4], 4, 4) | field(p[j], 6, 2) << 4;
    }
}

CK_INLINE void unpack_q2_k(const uint8_t *p, struct block *block) {
    float scale = f16_at(p + 80), minimum = f16_at(p + 82);
    for (size_t i = 0; i < SUPER_BLOCK; i++)
        block->integers[i] = (int8_t)field(p[16 + i / 128 * 32 + i % 32], i / 32 % 4 * 2, 2);
    for (size_t j = 0; j < 16; j++) {
        block->scales[j / 2] = scale;
        block->factors[j] = (int16_t)field(p[j], 0, 4);
        block->minima[j] = -(minimum * (float)field(p[j], 4, 4));
    }
}

CK_INLINE void unpack_q3_k(const uint8_t *p, struct block *block) {
    const uint8_t *factors = p + 96;
    for (size_t i = 0; i < SUPER_BLOCK; i++) {
        int low = field(p[32 + i / 128 * 32 + i % 32], i / 32 % 4 * 2, 2);
        block->integers[i] = (int8_t)((low | field(p[i % 32], i / 32, 1) << 2) - 4);
    }
    for (size_t j = 0; j < 16; j++) {
        block->scales[j / 2] = f16_at(p + 108);
        int factor = field(factors[j % 8], j / 8 * 4, 4) | field(factors[8 + j % 4], j / 4 * 2, 2) << 4;
        block->factors[j] = (int16_t)(factor - 32);
    }
}

CK_INLINE void unpack_q4_k(const uint8_t *p, bool fifth, struct block *block) {
    const uint8_t *high = p + 16, *low = fifth ? p + 48 : p + 16;
    float scale = f16_at(p), minimum = f16_at(p + 2);
    for (size_t i = 0; i < SUPER_BLOCK; i++) {
        int integer = field(low[i / 64 * 32 + i % 32], i / 32 % 2 * 4, 4);
        block->integers[i] = (int8_t)(fifth ? integer | field(high[i % 32], i / 32, 1) << 4 : integer);
    }
    for (size_t j = 0; j < 8; j++) {
        int factor, least;
        scale_and_minimum(p + 4, j, &factor, &least);
        block->scales[j] = scale * (float)factor;
        block->minima[2 * j] = block->minima[2 * j + 1] = -(minimum * (float)least);
    }
}

CK_INLINE void unpack_q6_k(const uint8_t *p, struct block *block) {
    for (size_t i = 0; i < SUPER_BLOCK; i++) {
        int low = field(p[i / 128 * 64 + i % 64], i / 64 % 2 * 4, 4);
        int high = field(p[128 + i / 128 * 32 + i % 32], i / 32 % 4 * 2, 2);
        block->integers[i] = (int8_t)((low | high << 4) - 32);
    }
    for (size_t j = 0; j < 16; j++) {
        block->scales[j / 2] = f16_at(p + 208);
        block->factors[j] = (int8_t)p[192 + j];
    }
}

CK_INLINE void unpack_iq4_xs(const uint8_t *p, struct block *block) {
    for (size_t j = 0; j < 8; j++) {
        unpack_table(p + 8 + 16 * j, block->integers + QUANT_BLOCK * j);
        int factor = field(p[4 + j / 2], j % 2 * 4, 4) | (u16_at(p + 2) >> 2 * j & 3) << 4;
        block->scales[j] = f16_at(p) * (float)(factor - 32);
    }
}

/// Decodes the block at p; `minima` only if the format has them.
CK_INLINE void unpack_block(enum ck_format format, const uint8_t *p, struct block *block) {
    for (size_t j = 0; !has_halves(format) && j < 16; j++)
        block->factors[j] = 1;
    switch (format) {
    case ck_format_q8_0:
        memcpy(block->integers, p + 2, QUANT_BLOCK);
        break;
    case ck_format_q4_0:
        unpack_nibbles(p + 2, 0, 8, block->integers);
        break;
    case ck_format_q4_1:
        unpack_nibbles(p + 4, 0, 0, block->integers);
        break;
    case ck_format_q5_0:
        unpack_nibbles(p + 6, u32_at(p + 2), 16, block->integers);
        break;
    case ck_format_q5_1:
        unpack_nibbles(p + 8, u32_at(p + 4), 0, block->integers);
        break;
    case ck_format_iq4_nl:
        unpack_table(p + 2, block->integers);
        break;
    case ck_format_q2_k:
        return unpack_q2_k(p, block);
    case ck_format_q3_k:
        return unpack_q3_k(p, block);
    case ck_format_q4_k:
        return unpack_q4_k(p, false, block);
    case ck_format_q5_k:
        return unpack_q4_k(p, true, block);
    case ck_format_q6_k:
        return unpack_q6_k(p, block);
    case ck_format_iq4_xs:
        return unpack_iq4_xs(p, block);
    default:
        return;
    }
    block->scales[0] = f16_at(p);
    if (has_minimum(format))
        block->minima[0] = block->minima[1] = f16_at(p + 2);
}

/// 32 quantised activations.
struct quantized {
    int8_t integers[QUANT_BLOCK];
    /// Sums of the integers by half h (i / 16) and parity p (i / 2 % 2): [h][p].
    int16_t quarters[2][2];
    float scale;
    /// The scale times the sum of all integers.
    float weighted_sum;
};

/// The same once more, for products of 16-bit integers.
struct quantized_wide {
    int16_t integers[QUANT_BLOCK];
    float scale;
};

/// A quantised row of k values: k / 32 of the first kind, then as many of the second.
CK_INLINE size_t quantized_bytes(size_t k) {
    return k / QUANT_BLOCK * (sizeof(struct quantized) + sizeof(struct quantized_wide));
}
CK_INLINE size_t wide_offset(size_t k) { return k / QUANT_BLOCK * sizeof(struct quantized); }

/// The quantised row m of a job.
CK_INLINE const struct quantized *job_row(const struct ck_matmul *job, size_t m) {
    return (const struct quantized *)((const char *)job->quantized + m * job->quantized_stride);
}

CK_INLINE void load_format(enum ck_format format, const uint8_t *p, float *out, size_t n) {
    struct ck_block shape = block_of(format);
    struct block block;
    for (size_t first = 0; first < n; first += shape.values, p += shape.bytes) {
        unpack_block(format, p, &block);
        size_t count = smaller(shape.values, n - first);
        for (size_t i = 0; i < count; i++) {
            float value = block.scales[i / QUANT_BLOCK] * (float)block.factors[i / HALF_BLOCK];
            value *= (float)block.integers[i];
            out[first + i] = has_minimum(format) ? value + block.minima[i / HALF_BLOCK] : value;
        }
    }
}

/// Decodes n values of a row that starts with the block at p.
static inline __attribute__((unused)) void load_blocks(enum ck_format format, const void *p, float *out, size_t n) {
    switch (format) {
#define LOAD(name)                                                                                                     \
    case ck_format_##name:                                                                                             \
        return load_format(ck_format_##name, p, out, n);
        LOAD(q8_0)
        LOAD(q4_0)
        LOAD(q4_1)
        LOAD(q5_0)
        LOAD(q5_1)
        LOAD(q2_k)
        LOAD(q3_k)
        LOAD(q4_k)
        LOAD(q5_k)
        LOAD(q6_k)
        LOAD(iq4_nl)
        LOAD(iq4_xs)
#undef LOAD
    default:
        return;
    }
}
