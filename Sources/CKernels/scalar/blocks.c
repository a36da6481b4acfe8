#include "../packed.h"
#include "scalar.h"

CK_INLINE void quantize_block(const float *x, struct quantized *out, struct quantized_wide *wide) {
    // Magnitudes compare like their bits, and NaN's are the largest.
    uint32_t most = 0;
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        uint32_t magnitude = bits_of(x[i]) & 0x7fffffff;
        most = magnitude > most ? magnitude : most;
    }
    bool finite = most < 0x7f800000, zero = !finite || float_of(most) < 0x1p-100f;
    float factor = 127.0f / (zero ? 1.0f : float_of(most));
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        float shifted = (zero ? 0.0f : x[i]) * factor + 0x1.8p23f; // rounds to an integer in the low bits
        wide->integers[i] = (int16_t)(bits_of(shifted) & 0xffff);
    }
    int16_t quarters[4] = {0};
    for (size_t i = 0; i < QUANT_BLOCK; i++) {
        out->integers[i] = (int8_t)wide->integers[i];
        quarters[i / HALF_BLOCK * 2 + i / 2 % 2] += wide->integers[i];
    }
    memcpy(out->quarters, quarters, sizeof quarters);
    out->scale = wide->scale = !finite ? NAN : zero ? 0.0f : float_of(most) / 127.0f;
    out->weighted_sum = out->scale * (float)(quarters[0] + quarters[1] + quarters[2] + quarters[3]);
}

void ck_scalar_quantize(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride) {
    for (size_t row = 0; row < rows; row++) {
        char *place = (char *)out + row * out_stride;
        struct quantized *blocks = (struct quantized *)place;
        struct quantized_wide *wide = (struct quantized_wide *)(place + wide_offset(k));
        for (size_t block = 0; block < k / QUANT_BLOCK; block++)
            quantize_block(x + row * x_stride + block * QUANT_BLOCK, blocks + block, wide + block);
    }
}

/// Adds the products of part `part` of a decoded block, which meets the activations x, to a segment's sum.
CK_INLINE float add_block(enum ck_format format, const struct block *w, size_t part, const struct quantized *x,
                          float sum) {
    const int8_t *weights = w->integers + part * QUANT_BLOCK;
    int32_t product = 0;
    for (size_t h = 0; h < 2; h++) {
        int32_t half = 0;
        for (size_t i = h * HALF_BLOCK; i < (h + 1) * HALF_BLOCK; i++)
            half += weights[i] * x->integers[i];
        product += w->factors[2 * part + h] * half;
    }
    sum = fmaf(w->scales[part] * x->scale, (float)product, sum);
    if (!has_minimum(format))
        return sum;
    if (!has_halves(format))
        return fmaf(w->minima[2 * part], x->weighted_sum, sum);
    for (size_t h = 0; h < 2; h++)
        sum = fmaf(w->minima[2 * part + h], x->scale * (float)(x->quarters[h][0] + x->quarters[h][1]), sum);
    return sum;
}

enum { ROWS = 32 };

/// Sums one segment, the blocks [begin, end), of output n for the rows [m, m + rows): sums[row][segment].
static void sum_segment(const struct ck_matmul *job, size_t n, size_t m, size_t rows, size_t begin, size_t end,
                        size_t segment, float sums[ROWS][8]) {
    enum ck_format format = job->format;
    const uint8_t *strip = strip_of(job, n);
    size_t parts = block_of(format).values / QUANT_BLOCK;
    for (size_t r = 0; r < rows; r++)
        sums[r][segment] = 0;
    for (size_t index = begin; index < end; index += parts) {
        uint8_t bytes[BLOCK_BYTES_MAX];
        struct block block;
        gather_block(format, packed_at(format, strip, index), n % STRIP, bytes);
        unpack_block(format, bytes, &block);
        for (size_t r = 0; r < rows; r++)
            for (size_t part = 0; part < parts; part++)
                sums[r][segment] =
                    add_block(format, &block, part, job_row(job, m + r) + index + part, sums[r][segment]);
    }
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
