#include "../blocks.h"
#include "convert.h"
#include "scalar.h"

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

static void decode_cached(enum ck_format format, const void *from, float *out, size_t n) {
    if (is_blocked(format))
        load_blocks(format, from, out, n);
    else
        decode(format, from, 0, out, n);
}

/// The heads of one position over all its keys.
static void attend(const struct ck_attention *job, size_t index) {
    const struct ck_cache *cache = &job->cache;
    const struct ck_position *position = job->positions + index;
    bool shared = values_in_keys(cache);
    float *keys = job->scratch, *values = shared ? keys : keys + CK_KEY_TILE * job->key_size;
    size_t value_stride = shared ? job->key_size : job->value_size, end = visible_end(job, index);
    for (size_t begin = job->key_begin, next; begin < end; begin = next) {
        size_t tile = begin / CK_KEY_TILE * CK_KEY_TILE;
        next = smaller(tile + CK_KEY_TILE, end);
        for (size_t token = begin; token < next; token++) {
            decode_cached(cache->format, cached_key(cache, position->block_table, token),
                          keys + (token - tile) * job->key_size, job->key_size);
            if (!shared)
                decode_cached(cache->format, cached_value(cache, position->block_table, token),
                              values + (token - tile) * job->value_size, job->value_size);
        }
        for (size_t head = 0; head < job->heads; head++) {
            size_t row = index * job->heads + head;
            step(job, job->q + position->row * job->q_position_stride + head * job->q_head_stride, keys, values,
                 value_stride, begin - tile, next - tile, job->max + row, job->sum + row,
                 job->accumulator + row * job->value_size);
        }
    }
}

void ck_scalar_attention(const struct ck_attention *job) {
    size_t rows = job->count * job->heads;
    for (size_t row = 0; row < rows && !job->resumes; row++) {
        job->max[row] = -INFINITY;
        job->sum[row] = 0;
    }
    if (!job->resumes)
        memset(job->accumulator, 0, rows * job->value_size * sizeof(float));
    for (size_t index = 0; index < job->count; index++)
        attend(job, index);
}
