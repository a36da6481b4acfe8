#include "convert.h"
#include "scalar.h"

/// Rows that share one decoding of the weights.
enum { ROWS = 32, CHUNK = CK_SCALE_BLOCK };

/// lanes[i % 8] += x[i] * w[i]
static void dot(const float *x, const float *w, size_t n, float lanes[CK_LANES]) {
    size_t i = 0;
    for (; i + CK_LANES <= n; i += CK_LANES)
        for (size_t lane = 0; lane < CK_LANES; lane++)
            lanes[lane] += x[i + lane] * w[i + lane];
    for (size_t lane = 0; i + lane < n; lane++)
        lanes[lane] += x[i + lane] * w[i + lane];
}

/// Sums one segment of output n for some rows: sums[row][segment].
static void sum_segment(const struct ck_matmul *job, size_t n, const float *x, size_t rows, size_t begin, size_t end,
                        size_t segment, float sums[ROWS][8]) {
    const void *weights = (const char *)job->weights + n * job->weight_stride;
    float lanes[ROWS][CK_LANES] = {0}, w[CHUNK];
    for (size_t k = begin, next; k < end; k = next) {
        next = smaller(k + CHUNK, run_end(job->format, k, end));
        decode(job->format, weights, k, w, next - k);
        for (size_t row = 0; row < rows; row++) {
            const float *values = x + row * job->x_stride + k;
            if (job->format == ck_format_f8e4m3) {
                float scale = job->scales[n / CK_SCALE_BLOCK * job->scale_stride + k / CK_SCALE_BLOCK];
                float run[CK_LANES] = {0};
                dot(values, w, next - k, run);
                for (size_t lane = 0; lane < CK_LANES; lane++)
                    lanes[row][lane] += run[lane] * scale;
            } else {
                dot(values, w, next - k, lanes[row]);
            }
        }
    }
    for (size_t row = 0; row < rows; row++)
        sums[row][segment] = sum_of_lanes(lanes[row]);
}

void ck_scalar_matmul(const struct ck_matmul *job) {
    if (job->format >= ck_format_q8_0)
        return ck_scalar_matmul_blocks(job);
    for (size_t n = job->n_begin; n < job->n_end; n++)
        for (size_t first = 0; first < job->m; first += ROWS) {
            size_t rows = smaller(ROWS, job->m - first);
            float sums[ROWS][8];
            for (size_t segment = 0, begin = 0; segment < job->segment_count; segment++) {
                size_t end = segment_end(job, segment);
                sum_segment(job, n, job->x + first * job->x_stride, rows, begin, end, segment, sums);
                begin = end;
            }
            for (size_t row = 0; row < rows; row++) {
                float *y = job->y + (first + row) * job->y_stride + n;
                float result = sum_of_segments(sums[row], job->segment_count);
                if (job->bias)
                    result += job->bias[n];
                *y = job->accumulate ? *y + result : result;
            }
        }
}
