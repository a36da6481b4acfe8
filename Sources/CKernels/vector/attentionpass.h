#pragma once

// Attention's passes: rows that walk the keys together, and the memory that this takes.

#include "../attentionquant.h"
#include "cached.h"

CK_TARGET_BEGIN

enum {
    /// Query rows of one pass over the keys.
    PASS_ROWS = 132,
    /// Floats of a decoded key, value, query or accumulator at most.
    STRIDE_MAX = CK_HEAD_SIZE_MAX + LANES,
    /// Floats from row to row of the weights; not a power of two.
    WEIGHT_STRIDE = CK_KEY_TILE + LANES,
    /// Integers from row to row of a block of queries; not a power of two.
    QUERY_STRIDE = HEAD_BLOCK + 8,
    /// Columns of a panel of integers, two vectors, and rows that meet it at once: twelve sums.
    PANEL = 2 * LANES,
    PANEL_ROWS = 6,
    /// Keys that are scored, and columns of values that are added up, while their panels stay in L1.
    PANEL_KEYS = 64,
    PANEL_COLUMNS = 64,
    /// Integers from panel to panel of values; not a power of two.
    VALUE_PANEL = (CK_KEY_TILE / 2 + 1) * 2 * PANEL,
    /// Keys that are converted to integers at once.
    OCTET = 8,
};

/// Memory of attention in f32.
struct float_scratch {
    /// A tile's keys, then its values.
    _Alignas(64) float decoded[CK_KEY_TILE * STRIDE_MAX];
    _Alignas(64) float queries[PASS_ROWS * STRIDE_MAX];
};

/// Memory of attention in integers.
struct integer_scratch {
    /// Panels of keys: row i has the elements 2 i and 2 i + 1 of each.
    _Alignas(64) int16_t keys[CK_KEY_TILE * CK_HEAD_SIZE_MAX];
    /// Panels of columns of values: row i has those of the keys 2 i and 2 i + 1.
    _Alignas(64) int16_t values[CK_HEAD_SIZE_MAX / PANEL * VALUE_PANEL];
    _Alignas(64) int16_t queries[HEAD_BLOCKS_MAX][PASS_ROWS * QUERY_STRIDE];
    _Alignas(64) float key_steps[HEAD_BLOCKS_MAX][CK_KEY_TILE];
    _Alignas(64) float value_steps[CK_KEY_TILE];
    float query_steps[HEAD_BLOCKS_MAX][PASS_ROWS];
    /// Of a row's weights in the tile, and what its earlier sums are multiplied by.
    float weight_steps[PASS_ROWS], factors[PASS_ROWS];
    /// A query, or keys or values, filled up with zeros.
    _Alignas(64) float plain[OCTET * STRIDE_MAX];
};

struct scratch {
    _Alignas(64) float accumulators[PASS_ROWS * STRIDE_MAX];
    /// Scores of a tile, then the weights e^(score - max).
    _Alignas(64) float weights[PASS_ROWS * WEIGHT_STRIDE];
    /// The keys [begin, stops[row]) of a tile are visible.
    size_t stops[PASS_ROWS];
    union {
        struct float_scratch floats;
        struct integer_scratch integers;
    };
};
static_assert(sizeof(struct scratch) <= CK_SCRATCH_BYTES);

/// Rows [first, first + rows) of a job and the strides of their scratch, in elements; no stride is a power of two, so
/// that rows do not share cache sets.
struct pass {
    const struct ck_attention *job;
    struct scratch *scratch;
    size_t first, rows;
    size_t key_stride, value_stride;
    /// Values are the beginnings of their keys.
    bool shared;
    /// The form, see CKernels.h.
    bool integers;
};

/// Rows [row, row + rows) of a pass, which read one tile in the same places.
struct group {
    const struct pass *pass;
    const struct places *places;
    size_t row, rows;
};

CK_INLINE float *weights_of(const struct pass *pass, size_t row) {
    return pass->scratch->weights + row * WEIGHT_STRIDE;
}

CK_INLINE float largest_lane(__m256 eight) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

/// In the order of sum_of_lanes.
CK_INLINE float sum_of_eight(__m256 eight) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

CK_TARGET_END
