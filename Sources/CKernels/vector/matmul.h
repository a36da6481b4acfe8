#pragma once

// Products of the formats without blocks. Include the table's vectors.h first.

#include "panel.h"
#include "stream.h"

CK_TARGET_BEGIN

// Streams and panels add in the same order: lane i of an accumulator takes the elements i, i + LANES, ... of a segment
// with one fused multiply-add each. In f8e4m3 that holds within a run, and the run enters the segment's lanes with one
// more fused multiply-add by its scale.

CK_INLINE void multiply(enum ck_format format, const struct ck_matmul *job) {
    if (job->m <= stream_rows_max(format))
        stream(format, job);
    else
        panels(format, job);
}

static void multiply_f32(const struct ck_matmul *job) { multiply(ck_format_f32, job); }
static void multiply_f16(const struct ck_matmul *job) { multiply(ck_format_f16, job); }
static void multiply_bf16(const struct ck_matmul *job) { multiply(ck_format_bf16, job); }
static void multiply_f8e4m3(const struct ck_matmul *job) { multiply(ck_format_f8e4m3, job); }

void CK_TABLE(matmul)(const struct ck_matmul *job) {
    switch (job->format) {
    case ck_format_f32:
        return multiply_f32(job);
    case ck_format_f16:
        return multiply_f16(job);
    case ck_format_bf16:
        return multiply_bf16(job);
    case ck_format_f8e4m3:
        return multiply_f8e4m3(job);
    default:
        return CK_TABLE(matmul_blocks)(job);
    }
}

CK_TARGET_END
