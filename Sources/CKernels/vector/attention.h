#pragma once

// Attention: rows in passes, keys in tiles. Include the table's vectors.h first.

#include "attentionintegers.h"
#include "attentiontiles.h"

CK_TARGET_BEGIN

/// Turns one row's scores of the keys [first, stop) of a tile into weights; updates its maximum, sum and accumulator.
static void weigh(const struct pass *pass, size_t row, size_t first, size_t stop) {
    const struct ck_attention *job = pass->job;
    float *weights = weights_of(pass, row);
    float *max = job->max + pass->first + row, *sum = job->sum + pass->first + row;
    size_t begin = first / LANES * LANES, end = padded(stop);
    for (size_t i = begin; i < first; i++)
        weights[i] = -INFINITY;
    for (size_t i = stop; i < end; i++)
        weights[i] = -INFINITY;
    // The maximum of a NaN and a number is the second operand.
    vector largest = splat(*max);
    for (size_t i = begin; i < end; i += LANES)
        largest = larger(load_aligned(weights + i), largest);
    float most = largest_lane(largest_of_eight(largest));
    float origin = most == -INFINITY ? 0 : most;
    vector lanes = (vector){0}, shift = splat(origin);
    for (size_t i = begin; i < end; i += LANES) {
        vector x = load_aligned(weights + i) - shift, weight;
        weights_of_scores(1, &x, &weight);
        store_aligned(weights + i, weight);
        lanes = lanes + weight;
    }
    // Where the maximum stays, the factor is 1.
    float factor = most == *max ? 1 : exp_of(*max - origin);
    *sum = *sum * factor + sum_of_eight(summed_to_eight(lanes));
    *max = most;
    if (factor == 1)
        return;
    float *accumulator = pass->scratch->accumulators + row * pass->value_stride;
    vector factors = splat(factor);
    for (size_t i = 0; i < job->value_size; i += LANES)
        store_aligned(accumulator + i, load_aligned(accumulator + i) * factors);
}

static void weigh_all(const struct group *group) {
    for (size_t row = group->row; row < group->row + group->rows; row++)
        if (group->places->begin < group->pass->scratch->stops[row])
            weigh(group->pass, row, group->places->begin, group->pass->scratch->stops[row]);
}

/// Decodes rows of the cache to out.
static void decode_rows(enum ck_format format, const char *const *places, size_t count, size_t size, size_t stride,
                        float *out) {
    switch (format) {
#define DECODE(name)                                                                                                   \
    case ck_format_##name:                                                                                             \
        for (size_t i = 0; i < count; i++)                                                                             \
            decode_cached(ck_format_##name, places[i], size, out + i * stride);                                        \
        return;
        DECODE(f32)
        DECODE(f16)
        DECODE(bf16)
        DECODE(q8_0)
#undef DECODE
    default: // not a cache format
        return;
    }
}

/// Many rows: the tile is decoded to memory.
static void attend_many(const struct group *group) {
    const struct pass *pass = group->pass;
    const struct ck_attention *job = pass->job;
    const struct places *places = group->places;
    float *decoded = pass->scratch->floats.decoded;
    size_t step = pass->key_stride * GROUP_KEYS <= GROUP_FLOATS ? GROUP_KEYS : GROUP_KEYS_MIN;
    for (size_t key = places->begin / LANES * LANES, next; key < places->end; key = next) {
        next = smaller(key / step * step + step, padded(places->end));
        // Only keys that are values too are needed once more.
        float *keys = pass->shared ? decoded + key * pass->key_stride : decoded;
        decode_rows(job->cache.format, places->keys + key, next - key, job->key_size, pass->key_stride, keys);
        score_many(group, key, next, keys);
    }
    weigh_all(group);
    if (!pass->shared)
        decode_rows(job->cache.format, places->values + places->begin, places->end - places->begin, job->value_size,
                    pass->value_stride, decoded + places->begin * pass->value_stride);
    add_many(group);
}

/// A few rows: the cache is decoded in registers.
static void attend_few(const struct group *group) {
    switch (group->pass->job->cache.format) {
#define ATTEND(name)                                                                                                   \
    case ck_format_##name:                                                                                             \
        score_few_##name(group);                                                                                       \
        weigh_all(group);                                                                                              \
        return add_few_##name(group);
        ATTEND(f32)
        ATTEND(f16)
        ATTEND(bf16)
        ATTEND(q8_0)
#undef ATTEND
    default: // not a cache format
        return;
    }
}

/// Whether two sequences keep the tokens [begin, end) in the same blocks.
static bool agree(const struct ck_cache *cache, const int32_t *a, const int32_t *b, size_t begin, size_t end) {
    if (a == b)
        return true;
    size_t first = begin / cache->block_tokens, last = (end - 1) / cache->block_tokens;
    return memcmp(a + first, b + first, (last - first + 1) * sizeof *a) == 0;
}

/// The rows of a pass that see the keys from `begin` on, over the tile that ends at `end`: neighbouring positions
/// whose tables agree make a group.
static void attend_tile(const struct pass *pass, size_t tile, size_t begin, size_t end) {
    const struct ck_attention *job = pass->job;
    struct scratch *scratch = pass->scratch;
    size_t after = pass->first + pass->rows, positions = (after + job->heads - 1) / job->heads;
    for (size_t position = pass->first / job->heads, next; position < positions; position = next) {
        next = position + 1;
        size_t stop = smaller(end, visible_end(job, position));
        if (stop <= begin)
            continue;
        const int32_t *table = job->positions[position].block_table;
        size_t owner = position;
        for (; next < positions; next++) {
            const int32_t *other = job->positions[next].block_table;
            size_t visible = smaller(end, visible_end(job, next));
            if (visible <= begin || !agree(&job->cache, table, other, begin, smaller(stop, visible)))
                break;
            if (visible <= stop)
                continue;
            table = other;
            owner = next;
            stop = visible;
        }
        size_t row = position * job->heads, row_end = smaller(next * job->heads, after);
        row = (row > pass->first ? row : pass->first) - pass->first;
        struct places places;
        find_places(&job->cache, table, tile, begin, stop, visible_end(job, owner), &places);
        struct group group = {pass, &places, row, row_end - pass->first - row};
        for (size_t i = 0; i < group.rows; i++)
            scratch->stops[row + i] = smaller(end, visible_end(job, (pass->first + row + i) / job->heads)) - tile;
        bool whole = has_whole_vectors(job->cache.format, job->key_size) &&
                     has_whole_vectors(job->cache.format, job->value_size);
        if (pass->integers)
            attend_integers(&group);
        else if (whole && group.rows <= FEW_ROWS)
            attend_few(&group);
        else
            attend_many(&group);
    }
}

/// The rows of one pass over all keys.
static void attend(const struct pass *pass) {
    const struct ck_attention *job = pass->job;
    struct scratch *scratch = pass->scratch;
    size_t end = 0;
    for (size_t row = 0; row < pass->rows; row++) {
        size_t position = (pass->first + row) / job->heads, head = (pass->first + row) % job->heads;
        const float *q = job->q + job->positions[position].row * job->q_position_stride + head * job->q_head_stride;
        if (pass->integers)
            quantize_query(pass, row, q);
        else
            decode_cached(ck_format_f32, (const char *)q, job->key_size,
                          scratch->floats.queries + row * pass->key_stride);
        size_t visible = visible_end(job, position);
        end = visible > end ? visible : end;
        float *accumulator = scratch->accumulators + row * pass->value_stride;
        if (job->resumes) {
            memcpy(accumulator, job->accumulator + (pass->first + row) * job->value_size,
                   job->value_size * sizeof *accumulator);
            continue;
        }
        job->max[pass->first + row] = -INFINITY;
        job->sum[pass->first + row] = 0;
        memset(accumulator, 0, padded(job->value_size) * sizeof *accumulator);
    }
    for (size_t begin = job->key_begin, next; begin < end; begin = next) {
        size_t tile = begin / CK_KEY_TILE * CK_KEY_TILE;
        next = smaller(tile + CK_KEY_TILE, end);
        attend_tile(pass, tile, begin, next);
    }
    for (size_t row = 0; row < pass->rows; row++)
        memcpy(job->accumulator + (pass->first + row) * job->value_size,
               scratch->accumulators + row * pass->value_stride, job->value_size * sizeof(float));
}

void CK_TABLE(attention)(const struct ck_attention *job) {
    struct pass pass = {
        .job = job,
        .scratch = job->scratch,
        .key_stride = padded(job->key_size) + LANES,
        .value_stride = padded(job->value_size) + LANES,
        .shared = values_in_keys(&job->cache),
        .integers = attends_in_integers(job),
    };
    size_t rows = job->count * job->heads;
    for (pass.first = 0; pass.first < rows; pass.first += PASS_ROWS) {
        pass.rows = smaller(PASS_ROWS, rows - pass.first);
        attend(&pass);
    }
}

CK_TARGET_END
