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

/// weight_of_score of each lane of one vector or of two, whose chains of operations overlap.
CK_INLINE void weights_of_scores(size_t vectors, const vector *x, vector *out) {
    vector n[2], f[2], square[2], high[2], middle[2], low[2];
#define EACH for (size_t v = 0; v < vectors; v++)
    EACH n[v] = splat(ROUND_MAGIC) - multiply_add(x[v], splat(EXP_LOG2E), splat(ROUND_MAGIC));
    EACH f[v] = multiply_add(x[v], splat(EXP_LOG2E), n[v]);
    EACH square[v] = f[v] * f[v];
    EACH high[v] = multiply_add(splat(EXP_C5), f[v], splat(EXP_C4));
    EACH middle[v] = multiply_add(splat(EXP_C3), f[v], splat(EXP_C2));
    EACH low[v] = multiply_add(splat(EXP_C1), f[v], splat(1.0f));
    EACH high[v] = multiply_add(high[v], square[v], middle[v]);
    EACH high[v] = multiply_add(high[v], square[v], low[v]);
    EACH out[v] = unless_below(x[v], splat(EXP_LEAST), over_power(high[v], n[v]));
#undef EACH
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
