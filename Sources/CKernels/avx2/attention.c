#if defined(__x86_64__)
#include "avx2.h"
#include "vectors.h"
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

enum {
    /// Query rows that share one decoding of a tile of keys.
    BLOCK_ROWS = 66,
    /// Floats of a decoded key, value, query or accumulator at most.
    STRIDE_MAX = CK_HEAD_SIZE_MAX + CK_LANES,
    /// Keys whose scores are computed while they stay in L1.
    KEY_GROUP = 2 * TILE_OUTPUTS,
    /// Vectors of an accumulator that a tile of weighted sums holds per row.
    VALUE_VECTORS = 4,
};

struct scratch {
    _Alignas(64) float keys[CK_KEY_TILE * STRIDE_MAX];
    _Alignas(64) float values[CK_KEY_TILE * STRIDE_MAX];
    _Alignas(64) float queries[BLOCK_ROWS * STRIDE_MAX];
    _Alignas(64) float accumulators[BLOCK_ROWS * STRIDE_MAX];
    /// Scores of a tile, then the weights e^(score - max): 0 for keys that the row does not see.
    _Alignas(64) float weights[BLOCK_ROWS][CK_KEY_TILE];
    /// What a row's accumulator is multiplied by before a tile is added.
    float factors[BLOCK_ROWS];
    /// The keys [first, stops[row]) of a tile are visible.
    size_t stops[BLOCK_ROWS];
};
static_assert(sizeof(struct scratch) <= CK_SCRATCH_BYTES);

/// Rows [first, first + rows) of a job and the strides of their scratch.
struct block {
    const struct ck_attention *job;
    struct scratch *scratch;
    size_t first, rows;
    /// Whole vectors of a key and of a value, in floats.
    size_t key_width, value_width;
    /// Not powers of two, so that rows do not share cache sets.
    size_t key_stride, value_stride;
    const float *values;
    /// The value rows' stride: keys' where a value is part of its key.
    size_t tile_value_stride;
};

CK_INLINE size_t padded(size_t n) { return (n + CK_LANES - 1) / CK_LANES * CK_LANES; }

CK_INLINE void decode_cached(enum ck_format format, const void *from, const void *next, size_t n, float *out) {
    switch (format) {
    case ck_format_f32:
        return decode(ck_format_f32, from, next, n, out);
    case ck_format_f16:
        return decode(ck_format_f16, from, next, n, out);
    case ck_format_bf16:
        return decode(ck_format_bf16, from, next, n, out);
    default: // not a cache format
        return;
    }
}

/// Where the tokens [begin, end) of one tile are stored.
struct places {
    size_t begin, end;
    const char *keys[CK_KEY_TILE], *values[CK_KEY_TILE];
};

/// The tile at `begin`, cut at `end`.
static void find(const struct ck_cache *cache, size_t begin, size_t end, struct places *places) {
    places->begin = begin;
    places->end = smaller((begin / CK_KEY_TILE + 1) * CK_KEY_TILE, end);
    size_t block = begin / cache->block_tokens, offset = begin % cache->block_tokens;
    for (size_t i = 0; i + begin < places->end; i++) {
        size_t id = (size_t)cache->block_table[block];
        places->keys[i] = (const char *)cache->keys + id * cache->key_block_stride + offset * cache->key_stride;
        places->values[i] = (const char *)cache->values + id * cache->value_block_stride + offset * cache->value_stride;
        if (++offset == cache->block_tokens) {
            offset = 0;
            block++;
        }
    }
}

/// Decodes a tile and fetches the next one, if it has tokens.
static void decode_tile(const struct block *block, const struct places *places, const struct places *next) {
    const struct ck_attention *job = block->job;
    enum ck_format format = job->cache.format;
    size_t first = places->begin % CK_KEY_TILE, count = places->end - places->begin;
    for (size_t i = 0; i < count; i++) {
        const struct places *later = i < next->end - next->begin ? next : places;
        decode_cached(format, places->keys[i], later->keys[i], job->key_size,
                      block->scratch->keys + (first + i) * block->key_stride);
        if (!values_in_keys(&job->cache))
            decode_cached(format, places->values[i], later->values[i], job->value_size,
                          block->scratch->values + (first + i) * block->value_stride);
    }
}

/// Scores of `rows` rows by four keys.
CK_INLINE void score_tile(const struct block *block, size_t rows, size_t row, size_t key) {
    struct scratch *scratch = block->scratch;
    __m256 acc[TILE];
    for (size_t i = 0; i < rows * TILE_OUTPUTS; i++)
        acc[i] = _mm256_setzero_ps();
    dot_tile(rows, scratch->queries + row * block->key_stride, block->key_stride,
             scratch->keys + key * block->key_stride, block->key_stride, 0, block->key_width, acc);
    for (size_t r = 0; r < rows; r++) {
        const __m256 *sums = acc + r * TILE_OUTPUTS;
        _mm_store_ps(scratch->weights[row + r] + key,
                     _mm_mul_ps(sums4(sums[0], sums[1], sums[2], sums[3]), _mm_set1_ps(block->job->scale)));
    }
}

/// Scores of all rows by the keys [first, end) of the tile, and of some beside them that nobody looks at.
static void score(const struct block *block, size_t first, size_t end) {
    for (size_t group = first / KEY_GROUP * KEY_GROUP; group < end; group += KEY_GROUP)
        for (size_t row = 0, height; row < block->rows; row += height) {
            height = tile_height(block->rows - row);
            for (size_t key = group; key < group + KEY_GROUP; key += TILE_OUTPUTS)
                switch (height) {
                case 3:
                    score_tile(block, 3, row, key);
                    break;
                case 2:
                    score_tile(block, 2, row, key);
                    break;
                default:
                    score_tile(block, 1, row, key);
                }
        }
}

/// Turns one row's scores of the keys [first, stop) of a tile into weights and updates its maximum and sum.
static void weigh(const struct block *block, size_t row, size_t first, size_t stop) {
    const struct ck_attention *job = block->job;
    float *weights = block->scratch->weights[row];
    float *max = job->max + block->first + row, *sum = job->sum + block->first + row;
    if (first >= stop) {
        block->scratch->factors[row] = 1;
        return;
    }
    float most = *max;
    for (size_t i = 0; i < CK_KEY_TILE; i++)
        weights[i] = i < first || i >= stop ? -INFINITY : weights[i];
    float lanes[CK_LANES];
    for (size_t lane = 0; lane < CK_LANES; lane++)
        lanes[lane] = most;
    for (size_t i = 0; i < CK_KEY_TILE; i += CK_LANES)
        for (size_t lane = 0; lane < CK_LANES; lane++)
            lanes[lane] = weights[i + lane] > lanes[lane] ? weights[i + lane] : lanes[lane];
    for (size_t lane = 0; lane < CK_LANES; lane++)
        most = lanes[lane] > most ? lanes[lane] : most;
    float origin = most == -INFINITY ? 0 : most, factor = exp_of(*max - origin);
    for (size_t i = 0; i < CK_KEY_TILE; i++)
        weights[i] = exp_of(weights[i] - origin);
    for (size_t lane = 0; lane < CK_LANES; lane++)
        lanes[lane] = (weights[lane] + weights[lane + 8]) + (weights[lane + 16] + weights[lane + 24]);
    *sum = *sum * factor + sum_of_lanes(lanes);
    *max = most;
    block->scratch->factors[row] = factor;
}

/// accumulator[v] += weight[j] * value[j][v] for one row's keys [first, stop), ascending.
CK_INLINE void add_values(size_t vectors, const float *weights, const float *values, size_t stride, size_t first,
                          size_t stop, __m256 *acc) {
    for (size_t j = first; j < stop; j++)
        for (size_t v = 0; v < vectors; v++)
            acc[v] = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + j),
                                     _mm256_load_ps(values + j * stride + v * CK_LANES), acc[v]);
}

/// Weighted sums of the keys [first, ...) for `rows` rows and `vectors` vectors from column `column` on.
CK_INLINE void value_tile(const struct block *block, size_t rows, size_t vectors, size_t row, size_t column,
                          size_t first) {
    struct scratch *scratch = block->scratch;
    const float *values = block->values + column;
    size_t stride = block->tile_value_stride, common = CK_KEY_TILE;
    __m256 acc[TILE_ROWS][VALUE_VECTORS];
    for (size_t r = 0; r < rows; r++) {
        common = smaller(common, scratch->stops[row + r]);
        __m256 factor = _mm256_broadcast_ss(scratch->factors + row + r);
        const float *from = scratch->accumulators + (row + r) * block->value_stride + column;
        for (size_t v = 0; v < vectors; v++)
            acc[r][v] = _mm256_mul_ps(_mm256_load_ps(from + v * CK_LANES), factor);
    }
    for (size_t j = first; j < common; j++) {
        __m256 weights[TILE_ROWS];
        for (size_t r = 0; r < rows; r++)
            weights[r] = _mm256_broadcast_ss(scratch->weights[row + r] + j);
        for (size_t v = 0; v < vectors; v++) {
            __m256 value = _mm256_load_ps(values + j * stride + v * CK_LANES);
            for (size_t r = 0; r < rows; r++)
                acc[r][v] = _mm256_fmadd_ps(weights[r], value, acc[r][v]);
            if (rows == TILE_ROWS && vectors == VALUE_VECTORS)
                hold_order(acc[0] + v);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        // Rows that see more keys than the others go on alone.
        add_values(vectors, scratch->weights[row + r], values, stride, common > first ? common : first,
                   scratch->stops[row + r], acc[r]);
        float *to = scratch->accumulators + (row + r) * block->value_stride + column;
        for (size_t v = 0; v < vectors; v++)
            _mm256_store_ps(to + v * CK_LANES, acc[r][v]);
    }
}

CK_INLINE void value_columns(const struct block *block, size_t vectors, size_t column, size_t first) {
    for (size_t row = 0, height; row < block->rows; row += height) {
        height = tile_height(block->rows - row);
        switch (height) {
        case 3:
            value_tile(block, 3, vectors, row, column, first);
            break;
        case 2:
            value_tile(block, 2, vectors, row, column, first);
            break;
        default:
            value_tile(block, 1, vectors, row, column, first);
        }
    }
}

/// Adds the tile's weighted values to all rows.
static void add_weighted_values(const struct block *block, size_t first) {
    size_t column = 0;
    for (; column + VALUE_VECTORS * CK_LANES <= block->value_width; column += VALUE_VECTORS * CK_LANES)
        value_columns(block, VALUE_VECTORS, column, first);
    for (; column < block->value_width; column += CK_LANES)
        value_columns(block, 1, column, first);
}

/// The rows of one block over all keys.
static void attend(const struct block *block) {
    const struct ck_attention *job = block->job;
    struct scratch *scratch = block->scratch;
    size_t ends[BLOCK_ROWS], end = 0;
    for (size_t row = 0; row < block->rows; row++) {
        size_t position = (block->first + row) / job->heads, head = (block->first + row) % job->heads;
        const float *q = job->q + position * job->q_position_stride + head * job->q_head_stride;
        decode(ck_format_f32, q, q, job->key_size, scratch->queries + row * block->key_stride);
        ends[row] = visible_end(job, position);
        end = ends[row] > end ? ends[row] : end;
        job->max[block->first + row] = -INFINITY;
        job->sum[block->first + row] = 0;
    }
    memset(scratch->accumulators, 0, block->rows * block->value_stride * sizeof(float));

    struct places tiles[2], *places = &tiles[0], *next = &tiles[1];
    if (job->key_begin < end)
        find(&job->cache, job->key_begin, end, places);
    for (size_t begin = job->key_begin; begin < end; begin = places->begin) {
        size_t first = begin % CK_KEY_TILE, tile = begin - first, stop = places->end;
        find(&job->cache, stop, end, next);
        decode_tile(block, places, next);
        score(block, first, stop - tile);
        for (size_t row = 0; row < block->rows; row++) {
            size_t visible = smaller(ends[row], stop);
            scratch->stops[row] = visible > begin ? visible - tile : first;
            weigh(block, row, first, scratch->stops[row]);
        }
        add_weighted_values(block, first);
        struct places *done = places;
        places = next;
        next = done;
    }
    for (size_t row = 0; row < block->rows; row++)
        memcpy(job->accumulator + (block->first + row) * job->value_size,
               scratch->accumulators + row * block->value_stride, job->value_size * sizeof(float));
}

void ck_avx2_attention(const struct ck_attention *job) {
    struct scratch *scratch = job->scratch;
    bool shared = values_in_keys(&job->cache);
    struct block block = {
        .job = job,
        .scratch = scratch,
        .key_width = padded(job->key_size),
        .value_width = padded(job->value_size),
        .key_stride = padded(job->key_size) + CK_LANES,
        .value_stride = padded(job->value_size) + CK_LANES,
        .values = shared ? scratch->keys : scratch->values,
        .tile_value_stride = (shared ? padded(job->key_size) : padded(job->value_size)) + CK_LANES,
    };
    size_t rows = job->positions * job->heads;
    for (block.first = 0; block.first < rows; block.first += BLOCK_ROWS) {
        block.rows = smaller(BLOCK_ROWS, rows - block.first);
        attend(&block);
    }
}
#pragma clang attribute pop
#endif
