#pragma once

// Attention of a group of query rows over one tile of keys in 16-bit integers: products are added in pairs, exactly, so
// that a row's bits do not depend on how the loops are cut. Keys, then values, are converted to panels that all rows of
// the group read.

#include "attentionpass.h"

CK_TARGET_BEGIN

/// Rounds up to whole vectors of 16-bit integers.
CK_INLINE size_t padded16(size_t n) { return (n + 15) / 16 * 16; }

/// The block of q8_0 that holds a column.
CK_INLINE const char *block_at(const char *row, size_t column) { return row + column / QUANT_BLOCK * 34; }

/// The magnitudes of sixteen values from `column` on, cut off to 16 bits: those of bf16, or f16's own; of q8_0 the
/// scale.
CK_INLINE __m256i magnitudes_at(enum ck_format format, const char *row, size_t column) {
    if (format == ck_format_q8_0) {
        uint16_t scale;
        memcpy(&scale, block_at(row, column), sizeof scale);
        return _mm256_set1_epi16((short)(scale & 0x7fff));
    }
    const char *p = row + column * width_of(format);
    __m256i x = _mm256_loadu_si256((const __m256i *)p);
    if (format == ck_format_f32) {
        __m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));
        x = _mm256_packus_epi32(_mm256_srli_epi32(x, 16), _mm256_srli_epi32(high, 16));
    }
    return _mm256_and_si256(x, _mm256_set1_epi16(0x7fff));
}

/// Steps and their inverses of the values [begin, end), whole sixteens, of eight rows, so that the largest of each row
/// gets `bits` bits.
CK_INLINE void find_steps(enum ck_format format, const char *const *rows, size_t begin, size_t end, int bits,
                          float *steps, float *inverses) {
    __m256i most[OCTET];
    for (size_t r = 0; r < OCTET; r++) {
        most[r] = magnitudes_at(format, rows[r], begin);
        for (size_t i = begin + 16; i < end; i += 16)
            most[r] = _mm256_max_epu16(most[r], magnitudes_at(format, rows[r], i));
    }
    for (size_t r = 0; r < 4; r++)
        most[r] = _mm256_max_epu16(_mm256_unpacklo_epi16(most[2 * r], most[2 * r + 1]),
                                   _mm256_unpackhi_epi16(most[2 * r], most[2 * r + 1]));
    for (size_t r = 0; r < 2; r++)
        most[r] = _mm256_max_epu16(_mm256_unpacklo_epi32(most[2 * r], most[2 * r + 1]),
                                   _mm256_unpackhi_epi32(most[2 * r], most[2 * r + 1]));
    __m256i all = _mm256_max_epu16(_mm256_unpacklo_epi64(most[0], most[1]), _mm256_unpackhi_epi64(most[0], most[1]));
    __m128i eight = _mm_max_epu16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    __m256i floats = _mm256_slli_epi32(_mm256_cvtepu16_epi32(eight), 16);
    if (format == ck_format_f16)
        floats = _mm256_castps_si256(_mm256_cvtph_ps(eight));
    if (format == ck_format_q8_0)
        floats = _mm256_castps_si256(_mm256_mul_ps(_mm256_cvtph_ps(eight), _mm256_set1_ps(128)));
    // As power_step.
    __m256i exponents = _mm256_srli_epi32(floats, 23),
            shifts = _mm256_sub_epi32(exponents, _mm256_set1_epi32(bits - 1));
    __m256i none = _mm256_cmpgt_epi32(_mm256_set1_epi32(STEP_EXPONENT_MIN), exponents);
    __m256i nan = _mm256_cmpeq_epi32(exponents, _mm256_set1_epi32(255));
    __m256i step = _mm256_andnot_si256(none, _mm256_slli_epi32(shifts, 23));
    __m256i inverse = _mm256_slli_epi32(_mm256_sub_epi32(_mm256_set1_epi32(254), shifts), 23);
    _mm256_storeu_si256((__m256i *)steps, _mm256_blendv_epi8(step, _mm256_set1_epi32(NAN_BITS), nan));
    _mm256_storeu_si256((__m256i *)inverses, _mm256_andnot_si256(_mm256_or_si256(none, nan), inverse));
}

/// x * inverse to nearest even in the low 16 bits of each lane.
CK_INLINE __m256i low_integers(__m256i x, __m256 inverse) {
    return _mm256_castps_si256(_mm256_fmadd_ps(_mm256_castsi256_ps(x), inverse, _mm256_set1_ps(ROUND_MAGIC)));
}

/// Pairs of 16-bit integers from the low halves of two vectors.
CK_INLINE __m256i paired(__m256i even, __m256i odd) {
    return _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa);
}

/// Sixteen values from `column` on as f32 bits: the even ones and the odd ones.
CK_INLINE void load_even_odd(enum ck_format format, const char *row, size_t column, __m256i *even, __m256i *odd) {
    if (format == ck_format_q8_0) {
        const char *block = block_at(row, column);
        uint16_t bits;
        memcpy(&bits, block, sizeof bits);
        __m256 scale = _mm256_set1_ps(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits))));
        __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(block + 2 + column % QUANT_BLOCK)));
        __m256i low = _mm256_srai_epi32(_mm256_slli_epi32(x, 16), 16), high = _mm256_srai_epi32(x, 16);
        *even = _mm256_castps_si256(_mm256_mul_ps(_mm256_cvtepi32_ps(low), scale));
        *odd = _mm256_castps_si256(_mm256_mul_ps(_mm256_cvtepi32_ps(high), scale));
        return;
    }
    const char *p = row + column * width_of(format);
    if (format == ck_format_bf16) {
        __m256i x = _mm256_loadu_si256((const __m256i *)p);
        *even = _mm256_slli_epi32(x, 16);
        *odd = _mm256_and_si256(x, _mm256_set1_epi32((int)0xffff0000));
        return;
    }
    bool half = format == ck_format_f16;
    __m256 low = half ? _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)) : _mm256_loadu_ps((const float *)p);
    __m256 high =
        half ? _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16))) : _mm256_loadu_ps((const float *)(p + 32));
    __m256 first = _mm256_permute2f128_ps(low, high, 0x20), second = _mm256_permute2f128_ps(low, high, 0x31);
    *even = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0x88));
    *odd = _mm256_castps_si256(_mm256_shuffle_ps(first, second, 0xdd));
}

/// Sixteen values as 16-bit integers.
CK_INLINE __m256i integers_at(enum ck_format format, const char *row, size_t column, __m256 inverse) {
    __m256i even, odd;
    load_even_odd(format, row, column, &even, &odd);
    return paired(low_integers(even, inverse), low_integers(odd, inverse));
}

/// Transposes eight rows of eight pairs.
CK_INLINE void transpose_pairs(__m256i r[8]) {
    __m256i t[8];
    for (size_t i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (size_t i = 0; i < 8; i += 4)
        for (size_t j = 0; j < 2; j++) {
            r[i + 2 * j] = _mm256_unpacklo_epi64(t[i + j], t[i + 2 + j]);
            r[i + 2 * j + 1] = _mm256_unpackhi_epi64(t[i + j], t[i + 2 + j]);
        }
    for (size_t i = 0; i < 4; i++) {
        __m256i low = r[i], high = r[i + 4];
        r[i] = _mm256_permute2x128_si256(low, high, 0x20);
        r[i + 4] = _mm256_permute2x128_si256(low, high, 0x31);
    }
}

/// Fetches what follows a column to L1, in steps of 32 values.
CK_INLINE void fetch(enum ck_format format, const char *row, size_t column) {
    if (column % QUANT_BLOCK == 0)
        _mm_prefetch(row + row_bytes(format, column), _MM_HINT_T0);
}

/// Writes eight keys to a panel, with the steps of their blocks to the rows of key_steps.
CK_INLINE void convert_keys(enum ck_format format, const char *const *rows, const char *const *ahead, size_t size,
                            float *steps, int16_t *out) {
    for (size_t first = 0; first < size; first += HEAD_BLOCK, steps += CK_KEY_TILE) {
        size_t end = smaller(first + HEAD_BLOCK, size);
        float inverses[OCTET];
        find_steps(format, rows, first, end, KEY_BITS, steps, inverses);
        for (size_t column = first; column < end; column += 16, out += 8 * 2 * PANEL) {
            __m256i pairs[OCTET];
            for (size_t i = 0; i < OCTET; i++)
                fetch(format, ahead[i], column);
            for (size_t i = 0; i < OCTET; i++)
                pairs[i] = integers_at(format, rows[i], column, _mm256_set1_ps(inverses[i]));
            transpose_pairs(pairs);
            for (size_t i = 0; i < OCTET; i++)
                _mm256_store_si256((__m256i *)(out + i * 2 * PANEL), pairs[i]);
        }
    }
}

/// Writes eight values to the panels of their columns: pairs of two values' elements, column by column.
CK_INLINE void convert_values(enum ck_format format, const char *const *rows, const char *const *ahead, size_t size,
                              float *steps, int16_t *out) {
    float inverses[OCTET];
    find_steps(format, rows, 0, size, VALUE_BITS, steps, inverses);
    for (size_t i = 0; i < OCTET; i += 2, out += 2 * PANEL) {
        __m256 a = _mm256_set1_ps(inverses[i]), b = _mm256_set1_ps(inverses[i + 1]);
        for (size_t column = 0; column < size; column += 16) {
            fetch(format, ahead[i], column);
            fetch(format, ahead[i + 1], column);
            __m256i even_a, odd_a, even_b, odd_b;
            load_even_odd(format, rows[i], column, &even_a, &odd_a);
            load_even_odd(format, rows[i + 1], column, &even_b, &odd_b);
            __m256i even = paired(low_integers(even_a, a), low_integers(even_b, b));
            __m256i odd = paired(low_integers(odd_a, a), low_integers(odd_b, b));
            __m256i low = _mm256_unpacklo_epi32(even, odd), high = _mm256_unpackhi_epi32(even, odd);
            int16_t *to = out + column / PANEL * VALUE_PANEL + column % PANEL * 2;
            _mm256_store_si256((__m256i *)to, _mm256_permute2x128_si256(low, high, 0x20));
            _mm256_store_si256((__m256i *)(to + 16), _mm256_permute2x128_si256(low, high, 0x31));
        }
    }
}

/// Copies rows that do not end with sixteen values to `out` and fills them up with zeros.
static void fill_up(enum ck_format format, const char *const *places, size_t size, char *out, const char **rows) {
    size_t bytes = row_bytes(format, size), filled = row_bytes(format, padded16(size));
    for (size_t i = 0; i < OCTET; i++, out += filled) {
        memcpy(out, places[i], bytes);
        memset(out + bytes, 0, filled - bytes);
        rows[i] = out;
    }
}

/// The keys and values of a tile that a group sees, in whole eights.
CK_INLINE void convert_tile(enum ck_format format, const struct group *group) {
    const struct ck_attention *job = group->pass->job;
    const struct places *places = group->places;
    struct integer_scratch *scratch = &group->pass->scratch->integers;
    size_t key_size = padded16(job->key_size), value_size = padded16(job->value_size);
    for (size_t key = places->begin / OCTET * OCTET; key < places->end; key += OCTET) {
        const char *filled[OCTET], *const *keys = places->keys + key, *const *values = places->values + key;
        if (key_size != job->key_size) {
            fill_up(format, keys, job->key_size, (char *)scratch->plain, filled);
            keys = filled;
        }
        convert_keys(format, keys, places->keys + key + FETCH_KEYS, key_size, scratch->key_steps[0] + key,
                     scratch->keys + key / PANEL * PANEL * key_size + key % PANEL * 2);
        if (value_size != job->value_size) {
            fill_up(format, values, job->value_size, (char *)scratch->plain, filled);
            values = filled;
        }
        convert_values(format, values, places->values + key + FETCH_KEYS, value_size, scratch->value_steps + key,
                       scratch->values + key * PANEL);
    }
}

/// Quantises the query of a pass's row.
static void quantize_query(const struct pass *pass, size_t row, const float *q) {
    struct scratch *scratch = pass->scratch;
    size_t size = padded16(pass->job->key_size);
    float *query = scratch->integers.plain;
    memcpy(query, q, pass->job->key_size * sizeof *q);
    memset(query + pass->job->key_size, 0, (size - pass->job->key_size) * sizeof *q);
    __m256 magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
    for (size_t first = 0; first < size; first += HEAD_BLOCK) {
        size_t end = smaller(first + HEAD_BLOCK, size), block = first / HEAD_BLOCK;
        __m256 sums = _mm256_setzero_ps(), most = sums;
        for (size_t i = first; i < end; i += 8) {
            __m256 x = _mm256_and_ps(_mm256_load_ps(query + i), magnitude);
            sums = _mm256_add_ps(sums, x);
            most = _mm256_max_ps(x, most);
        }
        struct step step = sum_step(largest_lane(most), sum_of_eight(sums), QUERY_SUM);
        scratch->integers.query_steps[block][row] = step.step * pass->job->scale;
        int16_t *out = scratch->integers.queries[block] + row * QUERY_STRIDE;
        for (size_t i = first; i < end; i += 16, out += 16)
            _mm256_storeu_si256((__m256i *)out,
                                integers_at(ck_format_f32, (const char *)query, i, _mm256_set1_ps(step.inverse)));
    }
}

/// sums[r] = the products of row r's pairs [begin, end) with those of a panel.
CK_INLINE void dot_panel(size_t rows, const int16_t *x, size_t stride, const int16_t *panel, size_t begin, size_t end,
                         pairs sums[PANEL_ROWS][2]) {
    for (size_t r = 0; r < rows; r++)
        sums[r][0] = sums[r][1] = (pairs){0};
#pragma clang loop unroll_count(2)
    for (size_t i = begin; i < end; i++) {
        pairs a = load_pairs(panel + i * 2 * PANEL), b = load_pairs(panel + i * 2 * PANEL + PANEL);
        for (size_t r = 0; r < rows; r++) {
            pairs factor = splat_pair(x + r * stride + 2 * i);
            sums[r][0] = add_products(sums[r][0], factor, a);
            sums[r][1] = add_products(sums[r][1], factor, b);
        }
    }
}

/// Scores of `rows` rows by a panel of keys.
CK_INLINE void score_panel(const struct pass *pass, size_t rows, size_t row, size_t key) {
    const struct integer_scratch *scratch = &pass->scratch->integers;
    size_t size = padded16(pass->job->key_size);
    const int16_t *panel = scratch->keys + key * size;
    for (size_t block = 0, left = size; left > 0; block++) {
        size_t count = smaller(HEAD_BLOCK, left);
        const int16_t *queries = scratch->queries[block] + row * QUERY_STRIDE;
        pairs sums[PANEL_ROWS][2];
        dot_panel(rows, queries, QUERY_STRIDE, panel, 0, count / 2, sums);
        for (size_t r = 0; r < rows; r++) {
            vector step = splat(scratch->query_steps[block][row + r]);
            for (size_t half = 0; half < 2; half++) {
                float *to = weights_of(pass, row + r) + key + half * LANES;
                vector score = block == 0 ? (vector){0} : load_aligned(to);
                vector part = floats_of(sums[r][half]) * load_aligned(scratch->key_steps[block] + key + half * LANES);
                store_aligned(to, multiply_add(part, step, score));
            }
        }
        panel += count * PANEL;
        left -= count;
    }
}

/// The sums of `rows` rows' weighted values in a panel of columns.
CK_INLINE void value_panel(const struct group *group, size_t rows, size_t row, size_t column) {
    const struct pass *pass = group->pass;
    struct scratch *scratch = pass->scratch;
    size_t stop = 0;
    for (size_t r = 0; r < rows; r++)
        stop = scratch->stops[row + r] > stop ? scratch->stops[row + r] : stop;
    pairs sums[PANEL_ROWS][2];
    dot_panel(rows, (const int16_t *)weights_of(pass, row), 2 * WEIGHT_STRIDE,
              scratch->integers.values + column / PANEL * VALUE_PANEL, group->places->begin / 2, (stop + 1) / 2, sums);
    for (size_t r = 0; r < rows; r++) {
        vector step = splat(scratch->integers.weight_steps[row + r]),
               factor = splat(scratch->integers.factors[row + r]);
        float *to = scratch->accumulators + (row + r) * pass->value_stride + column;
        for (size_t half = 0; half < 2; half++, to += LANES)
            store_aligned(to, multiply_add(floats_of(sums[r][half]), step, load_aligned(to) * factor));
    }
}

/// Calls f(..., rows, row, ...) with constant numbers of rows.
#define FOR_PANEL_ROWS(f, first, rows, row, last)                                                                      \
    switch (rows) {                                                                                                    \
    case 1:                                                                                                            \
        f(first, 1, row, last);                                                                                        \
        break;                                                                                                         \
    case 2:                                                                                                            \
        f(first, 2, row, last);                                                                                        \
        break;                                                                                                         \
    case 3:                                                                                                            \
        f(first, 3, row, last);                                                                                        \
        break;                                                                                                         \
    case 4:                                                                                                            \
        f(first, 4, row, last);                                                                                        \
        break;                                                                                                         \
    case 5:                                                                                                            \
        f(first, 5, row, last);                                                                                        \
        break;                                                                                                         \
    default:                                                                                                           \
        f(first, 6, row, last);                                                                                        \
    }

/// The height of the next tile when `left` rows are to do: as few tiles as can be, as even as can be.
CK_INLINE size_t panel_height(size_t left) {
    size_t tiles = (left + PANEL_ROWS - 1) / PANEL_ROWS;
    return (left + tiles - 1) / tiles;
}

static void score_integers(const struct group *group) {
    size_t first = group->places->begin / PANEL * PANEL, end = group->places->end;
    for (size_t begin = first, next; begin < end; begin = next) {
        next = smaller(begin + PANEL_KEYS, end);
        for (size_t row = group->row, left = group->rows, height; left > 0; row += height, left -= height) {
            height = panel_height(left);
            for (size_t key = begin; key < next; key += PANEL)
                FOR_PANEL_ROWS(score_panel, group->pass, height, row, key)
        }
    }
}

static void add_integers(const struct group *group) {
    size_t size = group->pass->job->value_size;
    for (size_t begin = 0, next; begin < size; begin = next) {
        next = smaller(begin + PANEL_COLUMNS, size);
        for (size_t row = group->row, left = group->rows, height; left > 0; row += height, left -= height) {
            height = panel_height(left);
            for (size_t column = begin; column < next; column += PANEL)
                FOR_PANEL_ROWS(value_panel, group, height, row, column)
        }
    }
}

/// A row's largest score so far, with those of a tile's keys [first, stop); those beside them become -inf.
CK_INLINE float largest_score(const struct pass *pass, size_t row, size_t first, size_t stop) {
    float *scores = weights_of(pass, row);
    size_t begin = first / PANEL * PANEL, end = (stop + PANEL - 1) / PANEL * PANEL;
    for (size_t i = begin; i < first; i++)
        scores[i] = -INFINITY;
    for (size_t i = stop; i < end; i++)
        scores[i] = -INFINITY;
    // The maximum of a NaN and a number is the second operand.
    vector even = splat(pass->job->max[pass->first + row]), odd = even;
    for (size_t i = begin; i < end; i += PANEL) {
        even = larger(load_aligned(scores + i), even);
        odd = larger(load_aligned(scores + i + LANES), odd);
    }
    return largest_lane(largest_of_eight(larger(even, odd)));
}

/// Turns a row's scores into weights times their values' steps; returns the sum of the weights.
CK_INLINE float weigh_scores(const struct pass *pass, size_t row, size_t first, size_t stop, float origin,
                             float *heaviest, float *total) {
    float *weights = weights_of(pass, row);
    const float *steps = pass->scratch->integers.value_steps;
    __m256 sums = _mm256_setzero_ps(), totals = sums;
    vector shift = splat(origin), most = (vector){0};
    for (size_t i = first / PANEL * PANEL; i < stop; i += PANEL) {
        vector x[2] = {load_aligned(weights + i) - shift, load_aligned(weights + i + LANES) - shift}, weight[2];
        weights_of_scores(2, x, weight);
        for (size_t v = 0; v < 2; v++) {
            vector valued = unless_below(x[v], splat(EXP_LEAST), weight[v] * load_aligned(steps + i + v * LANES));
            sums = added_to_eight(sums, weight[v]);
            totals = added_to_eight(totals, valued);
            most = larger(valued, most);
            store_aligned(weights + i + v * LANES, valued);
        }
    }
    *heaviest = largest_lane(largest_of_eight(most));
    *total = sum_of_eight(totals);
    return sum_of_eight(sums);
}

/// Turns weights into integers, with zeros for the keys past them.
CK_INLINE void round_weights(const struct pass *pass, size_t row, size_t first, size_t stop, float inverse) {
    const float *weights = weights_of(pass, row);
    int16_t *integers = (int16_t *)weights_of(pass, row);
    size_t i = first / PANEL * PANEL;
    for (; i < stop; i += PANEL)
        store_rounded(integers + i, load_aligned(weights + i) * splat(inverse),
                      load_aligned(weights + i + LANES) * splat(inverse));
    memset(integers + i, 0, (CK_KEY_TILE - i) * sizeof *integers);
}

/// Turns the scores of a few rows into integer weights; updates their maxima and sums. Stage by stage, so that the
/// rows' chains of dependent operations overlap.
static void weigh_few(const struct group *group, size_t row, size_t rows) {
    const struct pass *pass = group->pass;
    struct integer_scratch *scratch = &pass->scratch->integers;
    const size_t *stops = pass->scratch->stops + row;
    size_t first = group->places->begin;
    float *max = pass->job->max + pass->first + row, *sum = pass->job->sum + pass->first + row;
    float largest[PANEL_ROWS], origins[PANEL_ROWS], sums[PANEL_ROWS], heaviest[PANEL_ROWS], totals[PANEL_ROWS];
    for (size_t r = 0; r < rows; r++) {
        largest[r] = largest_score(pass, row + r, first, stops[r]);
        origins[r] = largest[r] == -INFINITY ? 0 : largest[r];
    }
    for (size_t r = 0; r < rows; r++)
        sums[r] = weigh_scores(pass, row + r, first, stops[r], origins[r], heaviest + r, totals + r);
    for (size_t r = 0; r < rows; r++) {
        struct step step = sum_step(heaviest[r], totals[r], WEIGHT_SUM);
        round_weights(pass, row + r, first, stops[r], step.inverse);
        // Where the maximum stays, the factor is 1.
        float factor = largest[r] == max[r] ? 1 : exp_of(max[r] - origins[r]);
        sum[r] = sum[r] * factor + sums[r];
        max[r] = largest[r];
        scratch->factors[row + r] = factor;
        scratch->weight_steps[row + r] = step.step;
    }
}

static void attend_integers(const struct group *group) {
    switch (group->pass->job->cache.format) {
    case ck_format_bf16:
        convert_tile(ck_format_bf16, group);
        break;
    case ck_format_f16:
        convert_tile(ck_format_f16, group);
        break;
    default:
        convert_tile(ck_format_q8_0, group);
    }
    score_integers(group);
    for (size_t row = 0; row < group->rows; row += PANEL_ROWS)
        weigh_few(group, group->row + row, smaller(PANEL_ROWS, group->rows - row));
    add_integers(group);
}

CK_TARGET_END
