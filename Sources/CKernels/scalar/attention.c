#include "convert.h"
#include "scalar.h"

static const void *cached(const void *base, size_t block_stride, size_t stride, const struct ck_cache *cache,
                          size_t token) {
    size_t block = (size_t)cache->block_table[token / cache->block_tokens];
    return (const char *)base + block * block_stride + token % cache->block_tokens * stride;
}

/// One row's online softmax over the keys [first, end) of one decoded tile.
static void step(const struct ck_attention *job, const float *q, const float *keys, const float *values,
                 size_t value_stride, size_t first, size_t end, float *max, float *sum, float *accumulator) {
    float weights[CK_KEY_TILE], most = *max;
    for (size_t j = first; j < end; j++) {
        float lanes[CK_LANES] = {0};
        for (size_t i = 0; i < job->key_size; i++)
            lanes[i % CK_LANES] += q[i] * keys[j * job->key_size + i];
        weights[j] = sum_of_lanes(lanes) * job->scale;
        most = weights[j] > most ? weights[j] : most;
    }
    float origin = most == -INFINITY ? 0 : most;
    float factor = exp_of(*max - origin);
    *sum *= factor;
    for (size_t i = 0; i < job->value_size; i++)
        accumulator[i] *= factor;
    for (size_t j = first; j < end; j++) {
        float weight = exp_of(weights[j] - origin);
        *sum += weight;
        for (size_t i = 0; i < job->value_size; i++)
            accumulator[i] += weight * values[j * value_stride + i];
    }
    *max = most;
}

/// Decodes the keys [begin, end) of the tile that starts at `tile`.
static void decode_tile(const struct ck_attention *job, size_t tile, size_t begin, size_t end, float *keys,
                        float *values) {
    const struct ck_cache *cache = &job->cache;
    for (size_t token = begin; token < end; token++) {
        decode(cache->format, cached(cache->keys, cache->key_block_stride, cache->key_stride, cache, token), 0,
               keys + (token - tile) * job->key_size, job->key_size);
        if (!values_in_keys(cache))
            decode(cache->format, cached(cache->values, cache->value_block_stride, cache->value_stride, cache, token),
                   0, values + (token - tile) * job->value_size, job->value_size);
    }
}

void ck_scalar_attention(const struct ck_attention *job) {
    size_t end = 0;
    for (size_t position = 0; position < job->positions; position++) {
        size_t visible = visible_end(job, position);
        end = visible > end ? visible : end;
    }
    size_t rows = job->positions * job->heads;
    for (size_t row = 0; row < rows; row++) {
        job->max[row] = -INFINITY;
        job->sum[row] = 0;
    }
    memset(job->accumulator, 0, rows * job->value_size * sizeof(float));

    float *keys = job->scratch;
    bool shared = values_in_keys(&job->cache);
    float *values = shared ? keys : keys + CK_KEY_TILE * job->key_size;
    size_t value_stride = shared ? job->key_size : job->value_size;
    for (size_t begin = job->key_begin, next; begin < end; begin = next) {
        size_t tile = begin / CK_KEY_TILE * CK_KEY_TILE;
        next = smaller(tile + CK_KEY_TILE, end);
        decode_tile(job, tile, begin, next, keys, values);
        for (size_t row = 0; row < rows; row++) {
            size_t position = row / job->heads, head = row % job->heads;
            size_t stop = smaller(next, visible_end(job, position));
            if (begin >= stop)
                continue;
            step(job, job->q + position * job->q_position_stride + head * job->q_head_stride, keys, values,
                 value_stride, begin - tile, stop - tile, job->max + row, job->sum + row,
                 job->accumulator + row * job->value_size);
        }
    }
}
