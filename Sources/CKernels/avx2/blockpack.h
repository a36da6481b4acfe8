#pragma once

// Strips of sixteen outputs' weights, unpacked into scratch: four values of eight outputs to a register.

#include "groups.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

enum {
    /// Vectors of eight outputs in a strip.
    STRIP_VECTORS = 2,
    STRIP_OUTPUTS = 8 * STRIP_VECTORS,
    /// Blocks of 32 in a panel, which stays in L2 while tile after tile of rows streams it.
    PANEL_BLOCKS = 512,
    /// Rows that share a panel: those of common sizes stay in L2 beside it.
    PANEL_ROWS = 132,
    /// Rows of a tile.
    TILE_HEIGHT_MAX = 6,
    /// Bytes that each output's weights are fetched ahead.
    STRIP_AHEAD = 512,
    /// Registers' worth of integers in a block of eight outputs.
    STEPS = QUANT_BLOCK / 4,
};

/// A strip's weights, [block][vector of outputs]...
struct block_panel {
    _Alignas(64) int8_t integers[PANEL_BLOCKS][STRIP_VECTORS][STEPS][32];
    /// ...[half], each factor twice.
    int16_t factors[PANEL_BLOCKS][STRIP_VECTORS][2][16];
    float scales[PANEL_BLOCKS][STRIP_VECTORS][8];
    /// ...[half]
    float minima[PANEL_BLOCKS][STRIP_VECTORS][2][8];
};

struct block_scratch {
    struct block_panel panel;
    /// Eight outputs' groups on their way into the panel.
    _Alignas(64) int32_t unpacked[GROUP][8][8];
    int32_t factors[2][8][8];
    int32_t scales[8][8];
    int32_t minima[2][8][8];
    /// Tiles, one after the other: [lane][row of the tile][output]. The first one's place serves all tiles where a
    /// segment fits one panel.
    _Alignas(64) float lanes[PANEL_ROWS][CK_LANES * STRIP_OUTPUTS];
    /// Sums of the segments.
    float sums[8][PANEL_ROWS][STRIP_OUTPUTS];
};
static_assert(sizeof(struct block_scratch) <= CK_SCRATCH_BYTES);

CK_INLINE void transpose8(const int32_t from[8][8], __m256i to[8]) {
    __m256i a[8], b[8];
    for (size_t i = 0; i < 8; i++)
        a[i] = _mm256_load_si256((const __m256i *)from[i]);
    for (size_t i = 0; i < 8; i += 2) {
        b[i] = _mm256_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm256_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (size_t i = 0; i < 8; i += 4)
        for (size_t j = 0; j < 2; j++) {
            a[i + 2 * j] = _mm256_unpacklo_epi64(b[i + j], b[i + j + 2]);
            a[i + 2 * j + 1] = _mm256_unpackhi_epi64(b[i + j], b[i + j + 2]);
        }
    for (size_t i = 0; i < 4; i++) {
        to[i] = _mm256_permute2x128_si256(a[i], a[i + 4], 0x20);
        to[i + 4] = _mm256_permute2x128_si256(a[i], a[i + 4], 0x31);
    }
}

CK_INLINE void store8(void *to, __m256i value) { _mm256_store_si256(to, value); }

/// Unpacks the group at block `block` of eight outputs into vector `v` of the panel's blocks from `place` on.
CK_INLINE void pack_group(enum ck_format format, struct block_scratch *scratch, const char *const rows[8],
                          size_t block, size_t last, size_t place, size_t v) {
    struct block_panel *panel = &scratch->panel;
    for (size_t i = 0; i < 8; i++) {
        struct group group;
        const uint8_t *p = weights_at(format, rows[i], block);
        for (size_t line = 0; line < block_of(format).bytes * SUPER_BLOCK / block_of(format).values; line += 64)
            _mm_prefetch(p + STRIP_AHEAD + line, _MM_HINT_T0);
        unpack_group(format, p, last, &group);
        for (size_t j = 0; j < GROUP; j++)
            store8(scratch->unpacked[j][i], group.integers[j]);
        store8(scratch->scales[i], _mm256_castps_si256(group.scales));
        for (size_t h = 0; has_halves(format) && h < 2; h++)
            store8(scratch->factors[h][i], group.factors[h]);
        for (size_t h = 0; has_minimum(format) && h <= (size_t)has_halves(format); h++)
            store8(scratch->minima[h][i], _mm256_castps_si256(group.minima[h]));
    }
    __m256i columns[8];
    for (size_t j = 0; j < GROUP; j++) {
        transpose8(scratch->unpacked[j], columns);
        for (size_t i = 0; i < STEPS; i++)
            store8(panel->integers[place + j][v][i], columns[i]);
    }
    transpose8(scratch->scales, columns);
    for (size_t j = 0; j < GROUP; j++)
        store8(panel->scales[place + j][v], columns[j]);
    for (size_t part = 0; has_halves(format) && part < 2; part++) {
        transpose8(scratch->factors[part], columns);
        for (size_t i = 0; i < 8; i++)
            store8(panel->factors[place + part * 4 + i % 4][v][i / 4], columns[i]);
    }
    for (size_t h = 0; has_minimum(format) && h <= (size_t)has_halves(format); h++) {
        transpose8(scratch->minima[h], columns);
        for (size_t j = 0; j < GROUP; j++)
            store8(panel->minima[place + j][v][h], columns[j]);
    }
}

#pragma clang attribute pop
