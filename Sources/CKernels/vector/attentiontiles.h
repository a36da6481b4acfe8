#pragma once

// Attention of a group of query rows over one tile of keys in f32: scores, and weighted sums of values. A group of few
// rows decodes the cache in registers, one of many to memory. Both add in the same order, so that a row's bits are the
// same: a score has the lanes of a dot product, a weighted sum takes its keys in ascending order.

#include "attentionpass.h"

CK_TARGET_BEGIN

enum {
    /// Rows up to which the cache is decoded in registers.
    FEW_ROWS = 8,
    /// Keys from the one that is scored to the one that is fetched.
    FETCH_DISTANCE = 8,
    /// Keys that are scored while they stay in L1: so many, or fewer if they are more floats than that.
    GROUP_KEYS = 32,
    GROUP_KEYS_MIN = 8,
    GROUP_FLOATS = 5120,
    /// Vectors of an accumulator that a tile of weighted sums holds per row.
    VALUE_VECTORS = 4,
};

/// The sums of the lanes of a[0], a[1], a[2], a[3], b[0], ..., b[3], each in the order of sums4.
CK_INLINE __m256 sums8(const vector *a, const vector *b) {
    __m256 fours[4];
    for (size_t i = 0; i < 4; i++) {
        __m256 x = summed_to_eight(a[i]), y = summed_to_eight(b[i]);
        fours[i] = _mm256_add_ps(_mm256_blend_ps(x, y, 0xf0), _mm256_permute2f128_ps(x, y, 0x21));
    }
    __m256 low = _mm256_add_ps(_mm256_unpacklo_ps(fours[0], fours[1]), _mm256_unpackhi_ps(fours[0], fours[1]));
    __m256 high = _mm256_add_ps(_mm256_unpacklo_ps(fours[2], fours[3]), _mm256_unpackhi_ps(fours[2], fours[3]));
    __m256d x = _mm256_castps_pd(low), y = _mm256_castps_pd(high);
    return _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(x, y)), _mm256_castpd_ps(_mm256_unpackhi_pd(x, y)));
}

/// Keeps four scores: of one row by four keys, or of two rows by two keys each, of which only `rows` count.
CK_INLINE void keep_four(const struct pass *pass, size_t rows, size_t keys, size_t row, size_t key, __m128 scores) {
    float *to = weights_of(pass, row) + key;
    if (keys == 4)
        return _mm_store_ps(to, scores);
    _mm_storel_pi((__m64 *)to, scores);
    if (rows > 1)
        _mm_storeh_pi((__m64 *)(to + WEIGHT_STRIDE), scores);
}

/// Scores of `rows` rows by `keys` keys (two or four) from sums of lanes.
CK_INLINE void keep_scores(const struct pass *pass, size_t rows, size_t keys, size_t row, size_t key,
                           const vector *acc) {
    size_t height = 4 / keys, r = 0;
    __m256 scale = _mm256_set1_ps(pass->job->scale);
    for (; r + 2 * height <= rows; r += 2 * height, acc += 8) {
        __m256 scores = _mm256_mul_ps(sums8(acc, acc + 4), scale);
        keep_four(pass, height, keys, row + r, key, _mm256_castps256_ps128(scores));
        keep_four(pass, height, keys, row + r + height, key, _mm256_extractf128_ps(scores, 1));
    }
    for (; r < rows; r += height, acc += 4) {
        bool whole = r + height <= rows;
        __m128 scores = sums4(acc[0], acc[1], acc[whole ? 2 : 0], acc[whole ? 3 : 1]);
        keep_four(pass, rows - r, keys, row + r, key, _mm_mul_ps(scores, _mm256_castps256_ps128(scale)));
    }
}

/// acc[r * keys + j] += query[r] * key[j] over a vector of columns.
CK_INLINE void score_columns(enum ck_format format, size_t rows, size_t keys, const float *queries, size_t stride,
                             const char *const *places, size_t column, vector *acc) {
    if (keys == 2) {
        vector a = load_cached(format, places[0], column), b = load_cached(format, places[1], column);
        for (size_t r = 0; r < rows; r++) {
            vector query = load_aligned(queries + r * stride + column);
            acc[2 * r] = multiply_add(query, a, acc[2 * r]);
            acc[2 * r + 1] = multiply_add(query, b, acc[2 * r + 1]);
        }
        return;
    }
    vector values[TILE_ROWS];
    for (size_t r = 0; r < rows; r++)
        values[r] = load_aligned(queries + r * stride + column);
    for (size_t j = 0; j < keys; j++) {
        vector key = load_cached(format, places[j], column);
        for (size_t r = 0; r < rows; r++)
            acc[r * keys + j] = multiply_add(values[r], key, acc[r * keys + j]);
        if (rows == TILE_ROWS)
            hold_order(acc + j);
    }
}

/// Fetches a key `distance` tokens ahead to L1 and this token's value, which is needed after all scores, to L2.
CK_INLINE void fetch_ahead(enum ck_format format, const struct group *group, size_t key, size_t distance) {
    const struct places *places = group->places;
    const struct ck_attention *job = group->pass->job;
    const char *ahead = places->keys[smaller(key + distance, places->end - 1)], *value = places->values[key];
    for (size_t i = 0; i < row_bytes(format, job->key_size); i += 64)
        _mm_prefetch(ahead + i, _MM_HINT_T0);
    if (!group->pass->shared)
        for (size_t i = 0; i < row_bytes(format, job->value_size); i += 64)
            _mm_prefetch(value + i, _MM_HINT_T1);
}

/// Scores of a few rows by the keys of a tile, decoded in registers: two keys at a time, or four for three rows and
/// fewer.
CK_INLINE void score_few(enum ck_format format, const struct group *group, size_t rows, size_t first_row) {
    const struct pass *pass = group->pass;
    const struct places *places = group->places;
    size_t keys = rows > TILE_ROWS ? 2 : 4, row = group->row + first_row, size = padded(pass->job->key_size);
    const float *queries = pass->scratch->floats.queries + row * pass->key_stride;
    for (size_t key = places->begin / keys * keys; key < places->end; key += keys) {
        for (size_t j = key; j < key + keys; j++)
            fetch_ahead(format, group, j, FETCH_DISTANCE);
        vector acc[2 * FEW_ROWS];
        for (size_t i = 0; i < rows * keys; i++)
            acc[i] = (vector){0};
        size_t column = 0;
        for (; column + QUANT_BLOCK <= size; column += QUANT_BLOCK)
            for (size_t part = 0; part < QUANT_BLOCK; part += LANES)
                score_columns(format, rows, keys, queries, pass->key_stride, places->keys + key, column + part, acc);
        for (; column < size; column += LANES)
            score_columns(format, rows, keys, queries, pass->key_stride, places->keys + key, column, acc);
        keep_scores(pass, rows, keys, row, key, acc);
    }
}

/// accumulator += weight * value over the keys [begin, end) of the tile, for `rows` rows and `vectors` vectors.
CK_INLINE void add_few(enum ck_format format, const struct group *group, size_t rows, size_t vectors, size_t row,
                       size_t column, size_t begin, size_t end) {
    const struct pass *pass = group->pass;
    float *sums = pass->scratch->accumulators + row * pass->value_stride + column;
    const float *weights = weights_of(pass, row);
    vector acc[FEW_ROWS * VALUE_VECTORS];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            acc[r * vectors + v] = load_aligned(sums + r * pass->value_stride + v * LANES);
#pragma clang loop unroll_count(2)
    for (size_t j = begin; j < end; j++) {
        if (rows <= TILE_ROWS) {
            vector few[TILE_ROWS];
            for (size_t r = 0; r < rows; r++)
                few[r] = splat(weights[r * WEIGHT_STRIDE + j]);
            for (size_t v = 0; v < vectors; v++) {
                vector value = load_cached(format, group->places->values[j], column + v * LANES);
                for (size_t r = 0; r < rows; r++)
                    acc[r * vectors + v] = multiply_add(few[r], value, acc[r * vectors + v]);
                if (rows == TILE_ROWS && vectors == VALUE_VECTORS)
                    hold_order(acc + v);
            }
            continue;
        }
        vector values[VALUE_VECTORS];
        for (size_t v = 0; v < vectors; v++)
            values[v] = load_cached(format, group->places->values[j], column + v * LANES);
        for (size_t r = 0; r < rows; r++) {
            vector weight = splat(weights[r * WEIGHT_STRIDE + j]);
            for (size_t v = 0; v < vectors; v++)
                acc[r * vectors + v] = multiply_add(weight, values[v], acc[r * vectors + v]);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            store_aligned(sums + r * pass->value_stride + v * LANES, acc[r * vectors + v]);
}

/// Adds the tile's weighted values to a few rows, decoded in registers.
CK_INLINE void add_few_rows(enum ck_format format, const struct group *group, size_t rows, size_t first_row) {
    const struct pass *pass = group->pass;
    size_t row = group->row + first_row, size = padded(pass->job->value_size);
    size_t vectors = rows > TILE_ROWS ? 2 : VALUE_VECTORS;
    const size_t *stops = pass->scratch->stops + row;
    size_t begin = group->places->begin, common = stops[0];
    for (size_t r = 1; r < rows; r++)
        common = smaller(common, stops[r]);
    common = common > begin ? common : begin;
    size_t column = 0;
    for (; column + vectors * LANES <= size; column += vectors * LANES)
        add_few(format, group, rows, vectors, row, column, begin, common);
    for (; column < size; column += LANES)
        add_few(format, group, rows, 1, row, column, begin, common);
    // Rows that see more keys than the others go on alone.
    for (size_t r = 0; r < rows; r++)
        for (column = 0; stops[r] > common && column < size; column += LANES)
            add_few(format, group, 1, 1, row + r, column, common, stops[r]);
}

/// Calls f(format, group, rows, first row) with constant numbers of rows.
#define FOR_FEW_ROWS(f, format, group)                                                                                 \
    switch ((group)->rows) {                                                                                           \
    case 1:                                                                                                            \
        return f(format, group, 1, 0);                                                                                 \
    case 2:                                                                                                            \
        return f(format, group, 2, 0);                                                                                 \
    case 3:                                                                                                            \
        return f(format, group, 3, 0);                                                                                 \
    case 4:                                                                                                            \
        return f(format, group, 4, 0);                                                                                 \
    case 5:                                                                                                            \
        return f(format, group, 5, 0);                                                                                 \
    case 6:                                                                                                            \
        return f(format, group, 6, 0);                                                                                 \
    case 7:                                                                                                            \
        f(format, group, 4, 0);                                                                                        \
        return f(format, group, 3, 4);                                                                                 \
    default:                                                                                                           \
        f(format, group, 4, 0);                                                                                        \
        return f(format, group, 4, 4);                                                                                 \
    }

#define FEW(name)                                                                                                      \
    static void score_few_##name(const struct group *group) { FOR_FEW_ROWS(score_few, ck_format_##name, group) }       \
    static void add_few_##name(const struct group *group) { FOR_FEW_ROWS(add_few_rows, ck_format_##name, group) }
FEW(f32)
FEW(f16)
FEW(bf16)
FEW(q8_0)
#undef FEW

/// Scores of `rows` rows by four decoded keys, the first of them `key`.
CK_INLINE void score_tile(const struct pass *pass, size_t rows, size_t row, size_t key, const float *decoded) {
    vector acc[TILE];
    for (size_t i = 0; i < rows * TILE_OUTPUTS; i++)
        acc[i] = (vector){0};
    dot_tile(rows, pass->scratch->floats.queries + row * pass->key_stride, pass->key_stride, decoded, pass->key_stride,
             0, padded(pass->job->key_size), acc);
    keep_scores(pass, rows, TILE_OUTPUTS, row, key, acc);
}

/// Scores of many rows by the decoded keys [begin, end), whole fours.
static void score_many(const struct group *group, size_t begin, size_t end, const float *decoded) {
    const struct pass *pass = group->pass;
    for (size_t row = group->row, left = group->rows, height; left > 0; row += height, left -= height) {
        height = tile_height(left);
        for (size_t key = begin; key < end; key += TILE_OUTPUTS) {
            const float *keys = decoded + (key - begin) * pass->key_stride;
            switch (height) {
            case 3:
                score_tile(pass, 3, row, key, keys);
                break;
            case 2:
                score_tile(pass, 2, row, key, keys);
                break;
            default:
                score_tile(pass, 1, row, key, keys);
            }
        }
    }
}

/// accumulator[v] += weight[j] * value[j][v] for one row's keys [first, stop), ascending.
CK_INLINE void add_alone(size_t vectors, const float *weights, const float *values, size_t stride, size_t first,
                         size_t stop, vector *acc) {
    for (size_t j = first; j < stop; j++)
        for (size_t v = 0; v < vectors; v++)
            acc[v] = multiply_add(splat(weights[j]), load_aligned(values + j * stride + v * LANES), acc[v]);
}

/// Weighted sums of decoded values for `rows` rows and `vectors` vectors from column `column` on.
CK_INLINE void value_tile(const struct group *group, size_t rows, size_t vectors, size_t row, size_t column) {
    const struct pass *pass = group->pass;
    struct scratch *scratch = pass->scratch;
    size_t stride = pass->shared ? pass->key_stride : pass->value_stride, first = group->places->begin;
    size_t common = CK_KEY_TILE;
    const float *values = scratch->floats.decoded + column, *tile_weights = weights_of(pass, row);
    float *sums = scratch->accumulators + row * pass->value_stride + column;
    vector acc[TILE_ROWS][VALUE_VECTORS];
    for (size_t r = 0; r < rows; r++) {
        common = smaller(common, scratch->stops[row + r]);
        for (size_t v = 0; v < vectors; v++)
            acc[r][v] = load_aligned(sums + r * pass->value_stride + v * LANES);
    }
#pragma clang loop unroll_count(2)
    for (size_t j = first; j < common; j++) {
        vector weights[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            weights[r] = splat(tile_weights[r * WEIGHT_STRIDE + j]);
        for (size_t v = 0; v < vectors; v++) {
            vector value = load_aligned(values + j * stride + v * LANES);
            for (size_t r = 0; r < rows; r++)
                acc[r][v] = multiply_add(weights[r], value, acc[r][v]);
            if (rows == TILE_ROWS && vectors == VALUE_VECTORS)
                hold_order(acc[0] + v);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        // Rows that see more keys than the others go on alone.
        add_alone(vectors, tile_weights + r * WEIGHT_STRIDE, values, stride, common > first ? common : first,
                  scratch->stops[row + r], acc[r]);
        for (size_t v = 0; v < vectors; v++)
            store_aligned(sums + r * pass->value_stride + v * LANES, acc[r][v]);
    }
}

CK_INLINE void value_columns(const struct group *group, size_t vectors, size_t column) {
    for (size_t row = group->row, left = group->rows, height; left > 0; row += height, left -= height) {
        height = tile_height(left);
        switch (height) {
        case 3:
            value_tile(group, 3, vectors, row, column);
            break;
        case 2:
            value_tile(group, 2, vectors, row, column);
            break;
        default:
            value_tile(group, 1, vectors, row, column);
        }
    }
}

/// Adds the tile's decoded and weighted values to many rows.
static void add_many(const struct group *group) {
    size_t column = 0, size = padded(group->pass->job->value_size);
    for (; column + VALUE_VECTORS * LANES <= size; column += VALUE_VECTORS * LANES)
        value_columns(group, VALUE_VECTORS, column);
    for (; column < size; column += LANES)
        value_columns(group, 1, column);
}

CK_TARGET_END
