#include "../attentionquant.h"
#include "../blocks.h"
#include "convert.h"
#include "scalar.h"

/// Keys and values of a tile, decoded or as integers.
struct tile {
    size_t first, end;
    float *keys, *values;
    size_t value_stride;
    /// Of the integers.
    float key_steps[CK_KEY_TILE][HEAD_BLOCKS_MAX], value_steps[CK_KEY_TILE];
};

/// One row's state of the online softmax.
struct row {
    const float *q;
    float *max, *sum, *accumulator;
};

/// One row's online softmax over a tile in f32.
static void step(const struct ck_attention *job, const struct tile *tile, const struct row row) {
    float weights[CK_KEY_TILE], most = *row.max;
    for (size_t j = tile->first; j < tile->end; j++) {
        float lanes[CK_LANES] = {0};
        for (size_t i = 0; i < job->key_size; i++)
            lanes[i % CK_LANES] += row.q[i] * tile->keys[j * job->key_size + i];
        weights[j] = sum_of_lanes(lanes) * job->scale;
        most = weights[j] > most ? weights[j] : most;
    }
    float origin = most == -INFINITY ? 0 : most;
    float factor = exp_of(*row.max - origin);
    *row.sum *= factor;
    for (size_t i = 0; i < job->value_size; i++)
        row.accumulator[i] *= factor;
    for (size_t j = tile->first; j < tile->end; j++) {
        float weight = exp_of(weights[j] - origin);
        *row.sum += weight;
        for (size_t i = 0; i < job->value_size; i++)
            row.accumulator[i] += weight * tile->values[j * tile->value_stride + i];
    }
    *row.max = most;
}

/// Adds a row's scores of one block of its query's elements to `scores`.
static void score_block(const struct ck_attention *job, const struct tile *tile, const float *q, size_t block,
                        float *scores) {
    size_t first = block * HEAD_BLOCK, end = smaller(first + HEAD_BLOCK, job->key_size);
    float lanes[CK_LANES] = {0}, most = 0;
    for (size_t i = first; i < end; i++) {
        float magnitude = fabsf(q[i]);
        lanes[i % CK_LANES] += magnitude;
        most = magnitude > most ? magnitude : most;
    }
    struct step step = sum_step(most, sum_of_lanes(lanes), QUERY_SUM);
    for (size_t j = tile->first; j < tile->end; j++) {
        int64_t sum = 0;
        for (size_t i = first; i < end; i++)
            sum += rounded_integer(q[i], step) * (int64_t)tile->keys[j * job->key_size + i];
        scores[j] = fmaf((float)sum * tile->key_steps[j][block], step.step * job->scale, scores[j]);
    }
}

/// One row's online softmax over a tile in integers.
static void step_integers(const struct ck_attention *job, const struct tile *tile, const struct row row) {
    float scores[CK_KEY_TILE] = {0}, weights[CK_KEY_TILE], sums[CK_LANES] = {0}, totals[CK_LANES] = {0};
    for (size_t block = 0; block * HEAD_BLOCK < job->key_size; block++)
        score_block(job, tile, row.q, block, scores);
    float most = *row.max, heaviest = 0;
    for (size_t j = tile->first; j < tile->end; j++)
        most = scores[j] > most ? scores[j] : most;
    float origin = most == -INFINITY ? 0 : most;
    for (size_t j = tile->first; j < tile->end; j++) {
        float weight = weight_of_score(scores[j] - origin);
        weights[j] = scores[j] - origin < EXP_LEAST ? 0 : weight * tile->value_steps[j];
        sums[j % CK_LANES] += weight;
        totals[j % CK_LANES] += weights[j];
        heaviest = weights[j] > heaviest ? weights[j] : heaviest;
    }
    struct step step = sum_step(heaviest, sum_of_lanes(totals), WEIGHT_SUM);
    float factor = most == *row.max ? 1 : exp_of(*row.max - origin);
    for (size_t i = 0; i < job->value_size; i++) {
        int64_t sum = 0;
        for (size_t j = tile->first; j < tile->end && step.inverse > 0; j++)
            sum += (int64_t)rintf(weights[j] * step.inverse) * (int64_t)tile->values[j * tile->value_stride + i];
        row.accumulator[i] = fmaf((float)sum, step.step, row.accumulator[i] * factor);
    }
    *row.sum = *row.sum * factor + sum_of_lanes(sums);
    *row.max = most;
}

/// Turns n decoded values into integers; returns their step.
static float make_integers(enum ck_format format, const char *stored, float *values, size_t first, size_t n, int bits) {
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        // q8_0: the scale bounds them.
        float bound = format == ck_format_q8_0 ? f16_at((const uint8_t *)stored + (first + i) / QUANT_BLOCK * 34) * 128
                                               : values[i];
        uint32_t magnitude = bits_of(bound) & 0x7fffffff;
        most = magnitude > most ? magnitude : most;
    }
    struct step step = power_step(most, bits);
    for (size_t i = 0; i < n; i++)
        values[i] = rounded_integer(values[i], step);
    return step.step;
}

static void decode_cached(enum ck_format format, const void *from, float *out, size_t n) {
    if (is_blocked(format))
        load_blocks(format, from, out, n);
    else
        decode(format, from, 0, out, n);
}

/// Decodes the key and the value of a token, number j of a tile.
static void load_token(const struct ck_attention *job, const int32_t *table, size_t token, struct tile *tile,
                       size_t j) {
    const struct ck_cache *cache = &job->cache;
    const char *key = cached_key(cache, table, token), *value = cached_value(cache, table, token);
    float *keys = tile->keys + j * job->key_size, *values = tile->values + j * tile->value_stride;
    decode_cached(cache->format, key, keys, job->key_size);
    if (keys == values)
        return;
    decode_cached(cache->format, value, values, job->value_size);
    if (!attends_in_integers(job))
        return;
    for (size_t first = 0; first < job->key_size; first += HEAD_BLOCK)
        tile->key_steps[j][first / HEAD_BLOCK] = make_integers(cache->format, key, keys + first, first,
                                                               smaller(HEAD_BLOCK, job->key_size - first), KEY_BITS);
    tile->value_steps[j] = make_integers(cache->format, value, values, 0, job->value_size, VALUE_BITS);
}

/// The heads of one position over all its keys.
static void attend(const struct ck_attention *job, size_t index) {
    const struct ck_position *position = job->positions + index;
    bool shared = values_in_keys(&job->cache);
    struct tile tile = {.keys = job->scratch, .value_stride = shared ? job->key_size : job->value_size};
    tile.values = shared ? tile.keys : tile.keys + CK_KEY_TILE * job->key_size;
    size_t end = visible_end(job, index);
    for (size_t begin = job->key_begin, next; begin < end; begin = next) {
        size_t origin = begin / CK_KEY_TILE * CK_KEY_TILE;
        next = smaller(origin + CK_KEY_TILE, end);
        tile.first = begin - origin;
        tile.end = next - origin;
        for (size_t token = begin; token < next; token++)
            load_token(job, position->block_table, token, &tile, token - origin);
        for (size_t head = 0; head < job->heads; head++) {
            size_t number = index * job->heads + head;
            struct row row = {
                .q = job->q + position->row * job->q_position_stride + head * job->q_head_stride,
                .max = job->max + number,
                .sum = job->sum + number,
                .accumulator = job->accumulator + number * job->value_size,
            };
            if (attends_in_integers(job))
                step_integers(job, &tile, row);
            else
                step(job, &tile, row);
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
