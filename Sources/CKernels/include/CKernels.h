#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampling.h"

/// The loops that touch weights, activations and the key/value cache: one table of functions per instruction set.
///
/// Rules of every kernel:
/// - A row's result is the same bits whatever other rows, outputs or threads are computed beside it. The order of the
///   additions depends on the row's own sizes and on the table, never on the number of rows or on the range asked for.
/// - `exp`, `sigmoid`, `silu_mul`, `rope`, `add`, `scaled_add`, `rms_norm`, `load`, `store`, `quantize`, `max`,
///   `argmax`, `log_sum_exp`, `matmul` of block formats and `attention` in integers give the same bits in all tables.
///   `matmul` of the other formats and `attention` in f32 differ between tables in rounding.
/// - Strides of float arrays count floats, strides of storage (weights, cache) count bytes. Sizes may be 0 and need not
///   be multiples of anything. No pointer needs alignment beyond its type; 64 bytes are fastest for float rows.
/// - Buffers do not overlap unless a comment allows it. Arguments are not checked. Kernels are pure functions of their
///   arguments: any number of threads may run them at once, each with its own scratch.
/// - NaN and infinities propagate as the formulas say; the sign and payload of a NaN are not specified.

#pragma clang assume_nonnull begin

/// How stored values (weights, cached keys and values) are encoded.
enum __attribute__((enum_extensibility(closed))) ck_format {
    ck_format_f32,
    ck_format_f16,
    ck_format_bf16,
    /// OCP e4m3 (bias 7, no infinities, 0x7f and 0xff are NaN) with one f32 scale per 128 x 128 block: weights only.
    ck_format_f8e4m3,
    // GGUF's block formats: weights only, little-endian, as ggml-common.h lays them out. The values of a row are cut
    // into blocks (see ck_block), each with scales of its own.
    ck_format_q8_0,
    ck_format_q4_0,
    ck_format_q4_1,
    ck_format_q5_0,
    ck_format_q5_1,
    ck_format_q2_k,
    ck_format_q3_k,
    ck_format_q4_k,
    ck_format_q5_k,
    ck_format_q6_k,
    ck_format_iq4_nl,
    ck_format_iq4_xs,
};

/// A format's blocks: how many values of a row one holds and its size. Formats without blocks hold one value.
struct ck_block {
    size_t values, bytes;
};

enum {
    /// Side of the square blocks of f8e4m3 weights that share one scale.
    CK_SCALE_BLOCK = 128,
    /// Bytes of scratch that `matmul` and `attention` may overwrite; one buffer per thread, aligned to 64 bytes.
    CK_SCRATCH_BYTES = 2 << 20,
    /// Keys per step of the online softmax: steps start at absolute multiples of this.
    CK_KEY_TILE = 128,
    /// Upper bound for the `key_size` and `value_size` of `attention`.
    CK_HEAD_SIZE_MAX = 1024,
    /// Activations that share one scale when they are quantised, see `quantize`.
    CK_QUANT_BLOCK = 32,
    /// Outputs whose weights in block formats are packed together.
    CK_STRIP_OUTPUTS = 16,
};

/// y[m][n] = sum over k of x[m][k] * w[n][k], then + bias[n] if there is one; added to y[m][n] if `accumulate`.
/// Computes outputs n in [n_begin, n_end) of all m rows and touches nothing else in y.
struct ck_matmul {
    enum ck_format format;
    /// w, row-major [n][k]: row n starts at `weights + n * weight_stride` bytes. Block formats: as `ck_pack` packs
    /// them, without a stride.
    const void *weights;
    size_t weight_stride;
    /// f8e4m3 only (else NULL): the value of w[n][k] is e4m3 * scales[(n / 128) * scale_stride + k / 128], that is
    /// `weight_scale_inv` [ceil(n/128)][ceil(k/128)]. A view of a matrix must start at a multiple of 128 rows.
    const float *_Nullable scales;
    size_t scale_stride;
    /// [m][k]; NULL with block formats.
    const float *_Nullable x;
    size_t x_stride;
    /// Block formats only (else NULL): x as `quantize` wrote it, one row every `quantized_stride` bytes.
    const void *_Nullable quantized;
    size_t quantized_stride;
    /// [m][n]
    float *y;
    size_t y_stride;
    /// [n], indexed by absolute n, or NULL.
    const float *_Nullable bias;
    bool accumulate;
    /// Rows of x and y.
    size_t m;
    /// Output range.
    size_t n_begin, n_end;
    size_t k;
    /// `segment_count + 1` ascending cut points along k, from 0 to k; equal neighbours make an empty segment (sum 0).
    /// Each segment is summed by itself. NULL: one segment. Block formats: k and the cuts are multiples of a block.
    const size_t *_Nullable cuts;
    /// 1, or 8: then the sum is ((0+1)+(2+3))+((4+5)+(6+7)) of the segments' sums.
    size_t segment_count;
    /// CK_SCRATCH_BYTES
    void *scratch;
};

// Products with block formats. x is quantised in blocks of 32: integers a in -127...127, a scale dx, the integers'
// sums. A block of 32 weights is scale * factor[half] * q + minimum[half], see blocks.h. Per block, exactly:
//   I = factor[0] * (sum of q a over the first 16) + factor[1] * (sum over the last 16), in 32-bit integers
// A segment's sum goes through its blocks in ascending order, in f32:
//   sum = fma(scale * dx, I, sum); formats with minima: then sum = fma(minimum, dx * (sum of a), sum), or for q2_k one
//   such step per half of 16
// All tables give the same bits.

/// A paged cache of one key/value head. With a sequence's block table, its token j is in block t[j / block_tokens]:
///   key of token j   = keys   + block * key_block_stride   + (j % block_tokens) * key_stride
///   value of token j = values + block * value_block_stride + (j % block_tokens) * value_stride
/// With a latent cache (MLA) `values == keys` and both strides agree: a value is then the first `value_size` elements
/// of its key and is decoded once.
struct ck_cache {
    /// f32, f16, bf16, or q8_0: blocks of 32 values, the last one of a key or value whole whatever its size.
    enum ck_format format;
    const void *keys;
    const void *values;
    /// Bytes from block to block.
    size_t key_block_stride, value_block_stride;
    /// Bytes from token to token inside a block.
    size_t key_stride, value_stride;
    size_t block_tokens;
};

/// One position whose heads query the cache.
struct ck_position {
    /// Where its queries and outputs are, counted in position strides.
    size_t row;
    /// Its sequence's blocks.
    const int32_t *block_table;
    /// Number of visible keys, counted from token 0 (position p of a causal sequence: p + 1).
    int32_t limit;
};

/// Partial attention of `count * heads` query rows that share a key/value head over keys [key_begin, key_end).
/// Row r = position * heads + head sees the keys j with key_begin <= j < min(key_end, limit of the position):
///   s_j = scale * (q_r . k_j);  max[r] = max s_j;  sum[r] = sum exp(s_j - max[r]);
///   accumulator[r][d] = sum exp(s_j - max[r]) * v_j[d]
/// A row that sees no key gets max = -inf, sum = 0, accumulator = 0. Keys a row does not see contribute nothing at all
/// (not even a NaN), and keys that no row sees are not read, nor are their block table entries.
/// The result depends on key_begin and on the row's own keys and end; it does not depend on the other rows. Neighbours
/// whose block tables agree over a tile of keys read it together, be they of one sequence or of several.
///
/// The sums are in f32 if the cache is f32 or latent (values_in_keys), else in integers:
/// - A block of 128 elements of a key, and a value, are integers of at most 13 and 12 bits times a power of two, the
///   one that gives those bits to the largest magnitude (q8_0: to 128 times the largest scale): numbers of bf16 down to
///   1/32 and 1/16 of the largest stay what they are.
/// - A block of 128 elements of a query is integers of at most 15 bits times the smallest step with which their
///   magnitudes sum to at most 262,000. Products with a block of a key are added up in 32 bits, exactly.
/// - The weights exp(s_j - max) of a tile of CK_KEY_TILE keys, times the powers of two of their values, are such
///   integers with sums of at most 524,000. Products with the values of the tile are added up in 32 bits, exactly, and
///   tiles in f32.
/// Rounding is to nearest even, a weight below e^-87 is 0, and so is a block whose step were below 2^-100. A block or
/// value with a NaN or an infinity is NaN as a whole. attentionquant.h has the arithmetic to the bit.
struct ck_attention {
    struct ck_cache cache;
    size_t key_size, value_size;
    size_t heads;
    /// [count]
    const struct ck_position *positions;
    size_t count;
    /// Query of (position, head): q + row * q_position_stride + head * q_head_stride.
    const float *q;
    size_t q_position_stride, q_head_stride;
    float scale;
    size_t key_begin, key_end;
    /// Goes on from max, sum and accumulator as an earlier call for the keys before key_begin left them.
    bool resumes;
    /// [count * heads]
    float *max;
    /// [count * heads]
    float *sum;
    /// [count * heads][value_size], dense
    float *accumulator;
    /// CK_SCRATCH_BYTES
    void *scratch;
};

/// Combines the partials of one group of rows, given in ascending order of their key ranges, into
/// out[position][head][d] = sum_p accumulator_p e^(max_p - M) / sum_p sum_p e^(max_p - M), M the largest max_p.
/// Partial p's arrays start at max + p * rows, sum + p * rows, accumulator + p * rows * value_size, where
/// rows = count * heads. Partials without keys are skipped; a row without any key gives 0.
struct ck_merge {
    size_t partials;
    size_t heads, value_size;
    /// [count]; only their rows matter.
    const struct ck_position *positions;
    size_t count;
    const float *max;
    const float *sum;
    const float *accumulator;
    /// Output of (position, head): out + row * out_position_stride + head * out_head_stride.
    float *out;
    size_t out_position_stride, out_head_stride;
};

enum __attribute__((enum_extensibility(closed))) ck_rope_layout {
    /// Pairs (x[i], x[i + d/2]): Qwen2 and Llama as Hugging Face stores them.
    ck_rope_layout_halves,
    /// Pairs (x[2i], x[2i+1]): DeepSeek-V3.
    ck_rope_layout_adjacent,
};

enum __attribute__((enum_extensibility(closed))) ck_isa {
    ck_isa_scalar,
    /// AVX2 with FMA and F16C.
    ck_isa_avx2,
    /// AVX-512 F, BW, DQ, VL and VNNI: Ice Lake, Zen 4 and newer.
    ck_isa_avx512,
};

struct ck_kernels {
    enum ck_isa isa;

    void (*matmul)(const struct ck_matmul *);
    /// Quantises rows of k values (a multiple of 32) for products with block formats: row r goes to
    /// out + r * out_stride, ck_quantized_bytes(k) bytes on a boundary of 4. Per block of 32 the scale is the largest
    /// magnitude / 127 in f32 and the integers are x * (127 / that magnitude) to nearest even; a block below 2^-100
    /// becomes 0, one with a NaN or an infinity gets the scale NaN.
    void (*quantize)(const float *x, size_t x_stride, size_t rows, size_t k, void *out, size_t out_stride);
    void (*attention)(const struct ck_attention *);
    void (*merge)(const struct ck_merge *);

    /// y[r][i] = x[r][i] / sqrt(mean over i of x[r][i]^2 + epsilon) * weight[i] for rows r; y may be x.
    void (*rms_norm)(const float *x, size_t x_stride, const float *weight, float epsilon, size_t rows, size_t n,
                     float *y, size_t y_stride);
    /// out[i] = gate[i] / (1 + e^-gate[i]) * up[i]; out may be gate or up.
    void (*silu_mul)(const float *gate, const float *up, float *out, size_t n);
    /// Rotates `heads` vectors of `size` values (even) by one position's angles, cosines[size/2] and sines[size/2]:
    /// a pair (a, b) becomes (a cos - b sin, a sin + b cos), stored where the pair was. out may be x if the strides
    /// agree.
    void (*rope)(enum ck_rope_layout layout, const float *x, size_t x_stride, const float *cosines, const float *sines,
                 size_t heads, size_t size, float *out, size_t out_stride);
    /// out[i] = a[i] + b[i]; out may be a or b.
    void (*add)(const float *a, const float *b, float *out, size_t n);
    /// y[i] = y[i] + (scale * x[i]), rounded twice.
    void (*scaled_add)(float scale, const float *x, float *y, size_t n);
    /// out[i] = 1 / (1 + e^-x[i]); out may be x.
    void (*sigmoid)(const float *x, float *out, size_t n);
    /// out[i] = e^x[i] within 2 ulp (subnormal results included); out may be x.
    void (*exp)(const float *x, float *out, size_t n);

    /// Encodes n values as f32, f16 or bf16, rounding to nearest even; overflow gives infinity, NaN stays NaN. q8_0: a
    /// block's scale is its largest magnitude / 127 as f16 and the integers are x / scale to nearest even; the last
    /// block is filled with zeros, and a block with a NaN or an infinity decodes to NaN.
    void (*store)(enum ck_format format, const float *x, void *out, size_t n);
    /// Decodes n values of a row that starts at a multiple of 128 (of a block in block formats; the last one is read
    /// whole); f8e4m3 multiplies by scales[i / 128] (NULL: no scaling), the other formats ignore `scales`. Block
    /// formats decode as the `gguf` Python package does, in f32, bit for bit.
    void (*load)(enum ck_format format, const void *x, const float *_Nullable scales, float *out, size_t n);

    /// The largest value; NaN if there is one, -inf for n = 0.
    float (*max)(const float *x, size_t n);
    /// log of the sum of e^x[i], summed in f64: log-probability i is x[i] minus this. -inf for n = 0 or all -inf.
    double (*log_sum_exp)(const float *x, size_t n);
    /// Index of the largest value, the lowest among equals; a NaN never wins. 0 if there is no value to choose.
    size_t (*argmax)(const float *x, size_t n);

    /// Reads `bytes` rounded down to 256, as fast as one thread can, and stores a checksum; returns the bytes read.
    size_t (*read_loop)(const void *buffer, size_t bytes, uint64_t *checksum);
    /// Runs independent f32 multiply-adds for `iterations` rounds and stores a checksum; returns the operations done
    /// (2 per multiply-add).
    double (*arithmetic_loop)(size_t iterations, float *checksum);
    /// The same of 8-bit products and their sums in the narrowest integers that the table's products use.
    double (*integer_loop)(size_t iterations, uint64_t *checksum);
};

/// The table for `isa`, or NULL if this machine cannot run it.
const struct ck_kernels *_Nullable ck_kernels_for(enum ck_isa isa);
/// The fastest table that this machine can run.
const struct ck_kernels *ck_kernels_best(void);
/// The table of that name ("scalar", "avx2", "avx512"); the best one for NULL or "", NULL if the name is unknown or
/// this machine cannot run the table.
const struct ck_kernels *_Nullable ck_kernels_named(const char *_Nullable name);
/// The table that the environment variable APUS_ISA names, see ck_kernels_named.
const struct ck_kernels *_Nullable ck_kernels_selected(void);
/// "scalar", "avx2", "avx512".
const char *ck_isa_name(enum ck_isa isa);

/// The blocks of a format.
struct ck_block ck_block_of(enum ck_format format);
/// Bytes that `quantize` writes for a row of k values.
size_t ck_quantized_bytes(size_t k);
/// Bytes of a matrix [n][k] in a block format, packed: those of its rows, and of as many more as fill the last strip.
size_t ck_packed_bytes(enum ck_format format, size_t n, size_t k);
/// Packs the strips [strip_begin, strip_end) of a matrix in a block format, whose rows lie one after the other, for
/// products: strip s holds the rows from CK_STRIP_OUTPUTS * s on; `out` is where strip 0 is. See packed.h.
void ck_pack(enum ck_format format, const void *weights, size_t n, size_t k, size_t strip_begin, size_t strip_end,
             void *out);

/// One value's conversions, the same as `store` and `load` make.
uint16_t ck_f16_from_f32(float value);
float ck_f32_from_f16(uint16_t bits);
uint16_t ck_bf16_from_f32(float value);
float ck_f32_from_bf16(uint16_t bits);
float ck_f32_from_f8e4m3(uint8_t bits);

// Encoding of weights, the same on every machine.

/// Encodes n values, whole blocks, in a block format: the scales that llama.cpp's quantiser finds without importance
/// matrix, each operation rounded by itself. A block with a NaN or an infinity decodes to NaN.
void ck_encode(enum ck_format format, const float *x, void *out, size_t n);

#pragma clang assume_nonnull end
