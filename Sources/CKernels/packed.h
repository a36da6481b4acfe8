#pragma once

// Block formats as the kernels stream them: strips of sixteen rows, whose blocks of the same number lie together with
// their bytes interleaved, so that a vector holds the same bytes of all rows. No bit is added, lost or changed in
// value: of a row's block, its bits arranged as arrange_block says, byte b of the unit of `unit` bytes that starts at
// `offset` is at 16 * offset + row * unit + b.

#include "blocks.h"

enum {
    STRIP = CK_STRIP_OUTPUTS,
    BLOCK_BYTES_MAX = 210,
};

/// A run of a block's bytes that are interleaved in units of the same size.
struct run {
    uint8_t unit, bytes;
};

enum { RUNS_MAX = 4 };

/// The runs of a block, in order; unused ones are empty. Integers are interleaved by four bytes, numbers of 16 bits by
/// two, small factors by one.
CK_INLINE void runs_of(enum ck_format format, struct run runs[RUNS_MAX]) {
    memset(runs, 0, RUNS_MAX * sizeof *runs);
#define RUN(i, u, n) runs[i] = (struct run){.unit = u, .bytes = n}
    switch (format) {
    case ck_format_q8_0:
        RUN(0, 2, 2), RUN(1, 4, 32);
        break;
    case ck_format_q4_0:
    case ck_format_iq4_nl:
        RUN(0, 2, 2), RUN(1, 4, 16);
        break;
    case ck_format_q4_1:
        RUN(0, 2, 4), RUN(1, 4, 16);
        break;
    case ck_format_q5_0:
        RUN(0, 2, 2), RUN(1, 4, 20);
        break;
    case ck_format_q5_1:
        RUN(0, 2, 4), RUN(1, 4, 20);
        break;
    case ck_format_q2_k:
        RUN(0, 1, 16), RUN(1, 4, 64), RUN(2, 2, 4);
        break;
    case ck_format_q3_k:
        RUN(0, 4, 96), RUN(1, 1, 12), RUN(2, 2, 2);
        break;
    case ck_format_q4_k:
        RUN(0, 2, 4), RUN(1, 1, 12), RUN(2, 4, 128);
        break;
    case ck_format_q5_k:
        RUN(0, 2, 4), RUN(1, 1, 12), RUN(2, 4, 160);
        break;
    case ck_format_q6_k:
        RUN(0, 2, 2), RUN(1, 1, 16), RUN(2, 4, 192);
        break;
    case ck_format_iq4_xs:
        RUN(0, 2, 4), RUN(1, 1, 4), RUN(2, 4, 128);
        break;
    default:
        break;
    }
#undef RUN
}

/// Where q5_0 and q5_1 keep the fifth bits of their 32 values, or 0.
CK_INLINE size_t fifths_offset(enum ck_format format) {
    return format == ck_format_q5_0 ? 2 : format == ck_format_q5_1 ? 4 : 0;
}

/// Packed, bit s of byte c is the fifth bit of value 4 s + c: one shift gives those of four neighbours.
CK_INLINE uint32_t packed_fifths(uint32_t bits) {
    uint32_t packed = 0;
    for (size_t i = 0; i < 32; i++)
        packed |= (bits >> i & 1) << (i % 4 * 8 + i / 4);
    return packed;
}

CK_INLINE uint32_t unpacked_fifths(uint32_t packed) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 32; i++)
        bits |= (packed >> (i % 4 * 8 + i / 4) & 1) << i;
    return bits;
}

enum {
    /// Where q6_k's integers begin, arranged, and the bytes of 16 of them: twelve hold four triples of bytes.
    SIXTHS_OFFSET = 18,
    SIXTHS_BYTES = 12,
};

/// GGUF's 192 bytes of low and high bits of q6_k, arranged: of 16 neighbours value i < 12 is in the low bits of byte i,
/// and the high bits of the bytes c, 4 + c, 8 + c are value 12 + c, its lowest bits first.
CK_INLINE void arrange_sixths(const uint8_t *p, uint8_t *out) {
    for (size_t half = 0; half < SUPER_BLOCK / HALF_BLOCK; half++, out += SIXTHS_BYTES) {
        size_t j = half / 2, first = half % 2 * HALF_BLOCK;
        const uint8_t *low = p + j / 4 * 64 + j % 2 * 32 + first, *high = p + 128 + j / 4 * 32 + first;
        uint8_t values[HALF_BLOCK];
        for (size_t i = 0; i < HALF_BLOCK; i++)
            values[i] = (uint8_t)((low[i] >> j / 2 % 2 * 4 & 15) | (high[i] >> j % 4 * 2 & 3) << 4);
        for (size_t i = 0; i < SIXTHS_BYTES; i++)
            out[i] = (uint8_t)(values[i] | values[12 + i % 4] >> i / 4 * 2 << 6);
    }
}

CK_INLINE void restore_sixths(const uint8_t *arranged, uint8_t *out) {
    memset(out, 0, 192);
    for (size_t half = 0; half < SUPER_BLOCK / HALF_BLOCK; half++, arranged += SIXTHS_BYTES) {
        size_t j = half / 2, first = half % 2 * HALF_BLOCK;
        uint8_t *low = out + j / 4 * 64 + j % 2 * 32 + first, *high = out + 128 + j / 4 * 32 + first;
        for (size_t i = 0; i < HALF_BLOCK; i++) {
            int top = arranged[i % 4] >> 6 | arranged[4 + i % 4] >> 6 << 2 | arranged[8 + i % 4] >> 6 << 4;
            int value = i < SIXTHS_BYTES ? arranged[i] & 63 : top;
            low[i] |= (uint8_t)((value & 15) << j / 2 % 2 * 4);
            high[i] |= (uint8_t)(value >> 4 << j % 4 * 2);
        }
    }
}

CK_INLINE void store_u32(uint8_t *p, uint32_t value) {
    for (size_t i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

/// Whether arrange_block changes anything.
CK_INLINE bool is_arranged(enum ck_format format) { return fifths_offset(format) || format == ck_format_q6_k; }

/// GGUF's block as it is interleaved.
CK_INLINE void arrange_block(enum ck_format format, const uint8_t *block, uint8_t *arranged) {
    size_t fifths = fifths_offset(format);
    if (format == ck_format_q6_k) {
        memcpy(arranged, block + 208, 2);
        memcpy(arranged + 2, block + 192, 16);
        arrange_sixths(block, arranged + SIXTHS_OFFSET);
        return;
    }
    memcpy(arranged, block, block_of(format).bytes);
    if (fifths)
        store_u32(arranged + fifths, packed_fifths(u32_at(block + fifths)));
}

CK_INLINE void restore_block(enum ck_format format, const uint8_t *arranged, uint8_t *block) {
    size_t fifths = fifths_offset(format);
    if (format == ck_format_q6_k) {
        restore_sixths(arranged + SIXTHS_OFFSET, block);
        memcpy(block + 192, arranged + 2, 16);
        memcpy(block + 208, arranged, 2);
        return;
    }
    memcpy(block, arranged, block_of(format).bytes);
    if (fifths)
        store_u32(block + fifths, unpacked_fifths(u32_at(arranged + fifths)));
}

/// Bytes of a strip of rows of k values.
CK_INLINE size_t strip_bytes(enum ck_format format, size_t k) {
    struct ck_block shape = block_of(format);
    return k / shape.values * shape.bytes * STRIP;
}

/// The strip of output n.
CK_INLINE const uint8_t *strip_of(const struct ck_matmul *job, size_t n) {
    return (const uint8_t *)job->weights + n / STRIP * strip_bytes(job->format, job->k);
}

/// The packed block that holds the block of 32 of this number.
CK_INLINE const uint8_t *packed_at(enum ck_format format, const uint8_t *strip, size_t block) {
    struct ck_block shape = block_of(format);
    return strip + block / (shape.values / QUANT_BLOCK) * shape.bytes * STRIP;
}

/// One row's block as GGUF has it.
CK_INLINE void gather_block(enum ck_format format, const uint8_t *packed, size_t row, uint8_t *block) {
    struct run runs[RUNS_MAX];
    uint8_t arranged[BLOCK_BYTES_MAX];
    runs_of(format, runs);
    for (size_t i = 0, offset = 0; i < RUNS_MAX; offset += runs[i++].bytes)
        for (size_t b = 0; b < runs[i].bytes; b++)
            arranged[offset + b] = packed[(offset + b / runs[i].unit * runs[i].unit) * STRIP + row * runs[i].unit +
                                          b % runs[i].unit];
    restore_block(format, arranged, block);
}
