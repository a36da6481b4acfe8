#include "../blocks.h"
#include "scalar.h"

void ck_scalar_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride) {
    quantize_rows(x, x_stride, rows, k, out, out_stride);
}

/// Adds the part `part` of a decoded block, which is the block of 32 of number `index`, to its lane.
CK_INLINE float add_block(enum ck_format format, const struct block *w, size_t part, const struct quantized *x,
                          size_t index, float lane) {
    const int8_t *integers = x->integers + index * QUANT_BLOCK, *weights = w->integers + part * QUANT_BLOCK;
    int32_t product = 0;
    for (size_t h = 0; h < 2; h++) {
        int32_t sum = 0;
        for (size_t i = h * HALF_BLOCK; i < (h + 1) * HALF_BLOCK; i++)
            sum += weights[i] * integers[i];
        product += w->factors[2 * part + h] * sum;
    }
    lane = fmaf(w->scales[part] * x->scales[index], (float)product, lane);
    if (!has_minimum(format))
        return lane;
    if (!has_halves(format))
        return fmaf(w->minima[2 * part], x->weighted_sums[index], lane);
    for (size_t h = 0; h < 2; h++) {
        const int16_t *quarters = x->quarters + quarter_index(index, h);
        lane = fmaf(w->minima[2 * part + h], x->scales[index] * (float)(quarters[0] + quarters[1]), lane);
    }
    return lane;
}

enum { ROWS = 32 };

/// Sums one segment of output n for the rows [m, m + rows): sums[row][segment].
static void sum_segment(const struct ck_matmul *job, size_t n, size_t m, size_t rows, size_t begin, size_t end,
                        size_t segment, float sums[ROWS][8]) {
    enum ck_format format = job->format;
    const void *row = (const char *)job->weights + n * job->weight_stride;
    size_t parts = block_of(format).values / QUANT_BLOCK;
    struct quantized x[ROWS];
    for (size_t r = 0; r < rows; r++)
        x[r] = job_row(job, m + r);
    float lanes[ROWS][CK_LANES] = {0};
    for (size_t index = begin; index < end; index += parts) {
        struct block block;
        unpack_block(format, weights_at(format, row, index), &block);
        for (size_t r = 0; r < rows; r++)
            for (size_t part = 0; part < parts; part++) {
                float *lane = lanes[r] + (index + part - begin) % CK_LANES;
                *lane = add_block(format, &block, part, x + r, index + part, *lane);
            }
    }
    for (size_t r = 0; r < rows; r++)
        sums[r][segment] = sum_of_lanes(lanes[r]);
}

void ck_scalar_matmul_blocks(const struct ck_matmul *job) {
    for (size_t n = job->n_begin; n < job->n_end; n++)
        for (size_t m = 0; m < job->m; m += ROWS) {
            size_t rows = smaller(ROWS, job->m - m);
            float sums[ROWS][8];
            for (size_t segment = 0, begin = 0; segment < job->segment_count; segment++) {
                size_t end = segment_end(job, segment) / QUANT_BLOCK;
                sum_segment(job, n, m, rows, begin, end, segment, sums);
                begin = end;
            }
            for (size_t r = 0; r < rows; r++) {
                float *y = job->y + (m + r) * job->y_stride + n;
                float result = sum_of_segments(sums[r], job->segment_count);
                if (job->bias)
                    result += job->bias[n];
                *y = job->accumulate ? *y + result : result;
            }
        }
}
