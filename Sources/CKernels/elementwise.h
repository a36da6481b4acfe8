#pragma once

// Kernels that are plain loops, written once: a table includes this inside its target region and the compiler makes
// vectors of the table's width. Sums have a fixed number of lanes, so that all tables give the same bits.

#include "common.h"

/// For loops whose output may be an input: no iteration reads what another writes, so that vectors are safe.
#define IN_PLACE _Pragma("clang loop vectorize(assume_safety)")

/// Lanes of the sums over a row: four vectors of eight.
enum { CK_ROW_LANES = 32 };

/// Lanes added in halves: i + 16, i + 8, i + 4, ...
CK_INLINE float sum_of_row_lanes(float *lanes) {
    for (size_t half = CK_ROW_LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

CK_INLINE float sum_of_squares(const float *x, size_t n) {
    float lanes[CK_ROW_LANES] = {0};
    size_t i = 0;
    for (; i + CK_ROW_LANES <= n; i += CK_ROW_LANES)
        for (size_t lane = 0; lane < CK_ROW_LANES; lane++)
            lanes[lane] += x[i + lane] * x[i + lane];
    for (size_t lane = 0; i + lane < n; lane++)
        lanes[lane] += x[i + lane] * x[i + lane];
    return sum_of_row_lanes(lanes);
}

static void rms_norm(const float *x, size_t x_stride, const float *weight, float epsilon, size_t rows, size_t n,
                     float *y, size_t y_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        float factor = 1.0f / sqrtf(sum_of_squares(x, n) / (float)n + epsilon);
        IN_PLACE
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] * factor * weight[i];
    }
}

static void silu_mul(const float *gate, const float *up, float *out, size_t n) {
    IN_PLACE
    for (size_t i = 0; i < n; i++)
        out[i] = gate[i] / (1.0f + exp_of(-gate[i])) * up[i];
}

static void rope(enum ck_rope_layout layout, const float *x, size_t x_stride, const float *cosines, const float *sines,
                 size_t heads, size_t size, float *out, size_t out_stride) {
    size_t pairs = size / 2;
    for (size_t head = 0; head < heads; head++, x += x_stride, out += out_stride) {
        switch (layout) {
        case ck_rope_layout_halves:
            IN_PLACE
            for (size_t i = 0; i < pairs; i++) {
                float a = x[i], b = x[i + pairs];
                out[i] = a * cosines[i] - b * sines[i];
                out[i + pairs] = a * sines[i] + b * cosines[i];
            }
            break;
        case ck_rope_layout_adjacent:
            IN_PLACE
            for (size_t i = 0; i < pairs; i++) {
                float a = x[2 * i], b = x[2 * i + 1];
                out[2 * i] = a * cosines[i] - b * sines[i];
                out[2 * i + 1] = a * sines[i] + b * cosines[i];
            }
            break;
        }
    }
}

static void add(const float *a, const float *b, float *out, size_t n) {
    IN_PLACE
    for (size_t i = 0; i < n; i++)
        out[i] = a[i] + b[i];
}

static void scaled_add(float scale, const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] += scale * x[i];
}

static void sigmoid(const float *x, float *out, size_t n) {
    IN_PLACE
    for (size_t i = 0; i < n; i++)
        out[i] = sigmoid_of(x[i]);
}

static void exponentials(const float *x, float *out, size_t n) {
    IN_PLACE
    for (size_t i = 0; i < n; i++)
        out[i] = exp_of(x[i]);
}

/// The largest of a and b; NaN if either is, once a lane has met one.
CK_INLINE float larger(float a, float b) { return a >= b || a != a ? a : b; }

static float largest(const float *x, size_t n) {
    float lanes[CK_ROW_LANES];
    for (size_t lane = 0; lane < CK_ROW_LANES; lane++)
        lanes[lane] = -INFINITY;
    size_t i = 0;
    for (; i + CK_ROW_LANES <= n; i += CK_ROW_LANES)
        for (size_t lane = 0; lane < CK_ROW_LANES; lane++)
            lanes[lane] = larger(lanes[lane], x[i + lane]);
    for (size_t lane = 0; i + lane < n; lane++)
        lanes[lane] = larger(lanes[lane], x[i + lane]);
    float result = lanes[0];
    for (size_t lane = 1; lane < CK_ROW_LANES; lane++)
        result = larger(result, lanes[lane]);
    return result;
}

static double log_sum_exp(const float *x, size_t n) {
    float most = largest(x, n);
    if (most == -INFINITY || most != most)
        return most;
    double lanes[CK_LANES] = {0};
    size_t i = 0;
    for (; i + CK_LANES <= n; i += CK_LANES)
        for (size_t lane = 0; lane < CK_LANES; lane++)
            lanes[lane] += exp_of(x[i + lane] - most);
    for (size_t lane = 0; i + lane < n; lane++)
        lanes[lane] += exp_of(x[i + lane] - most);
    double sum = 0;
    for (size_t lane = 0; lane < CK_LANES; lane++)
        sum += lanes[lane];
    return most + log(sum);
}

static size_t argmax(const float *x, size_t n) {
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < n; i++)
        if (x[i] == most)
            return i;
    return 0;
}

/// Combines the partials of one row.
CK_INLINE void merge_row(const struct ck_merge *job, size_t row, float *out) {
    size_t rows = job->heads * job->count, size = job->value_size;
    float most = -INFINITY, total = 0;
    for (size_t p = 0; p < job->partials; p++)
        if (job->sum[p * rows + row] != 0)
            most = larger(most, job->max[p * rows + row]);
    bool first = true;
    for (size_t p = 0; p < job->partials; p++) {
        float sum = job->sum[p * rows + row];
        if (sum == 0)
            continue;
        float factor = exp_of(job->max[p * rows + row] - most);
        const float *accumulator = job->accumulator + (p * rows + row) * size;
        if (first) {
            total = sum * factor;
            for (size_t i = 0; i < size; i++)
                out[i] = accumulator[i] * factor;
        } else {
            total += sum * factor;
            for (size_t i = 0; i < size; i++)
                out[i] += accumulator[i] * factor;
        }
        first = false;
    }
    if (first)
        memset(out, 0, size * sizeof *out);
    else
        for (size_t i = 0; i < size; i++)
            out[i] /= total;
}

static void merge(const struct ck_merge *job) {
    for (size_t position = 0; position < job->count; position++)
        for (size_t head = 0; head < job->heads; head++)
            merge_row(job, position * job->heads + head,
                      job->out + job->positions[position].row * job->out_position_stride +
                          head * job->out_head_stride);
}
