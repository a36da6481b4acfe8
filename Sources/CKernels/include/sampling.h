#pragma once

#include <stddef.h>
#include <stdint.h>

/// The loops over a row of logits that drawing a token needs. They give the same bits on every processor: weights come
/// from one polynomial without fused operations, and masses are integers, so that no order of addition matters.

#pragma clang assume_nonnull begin

enum {
    /// The mass of the most likely token is 2^44: a million tokens fit in 64 bits.
    CK_MASS_BITS = 44,
    CK_DISTANCE_BINS = 2048,
    /// Bins per unit of distance. No token of the last bin has any mass: e^(-2047/64) is less than 2^-45.
    CK_BINS_PER_UNIT = 64,
};

/// A row's tokens. A token's distance is (logit - maximum) * scale, at most 0, and its weight the exponential of that.
struct ck_row {
    const float *logits, *weights;
    size_t count;
    float maximum, scale;
};

/// The tokens of a row that are kept: no further than `floor` from the maximum, and in the order (logit descending,
/// token ascending) no later than the token `token` with the logit `logit`.
struct ck_kept {
    float floor, logit;
    size_t token;
};

/// The tokens of one bin.
struct ck_bin {
    uint64_t count, mass;
};

/// The first token with the largest logit, `count` where the row is empty or holds a NaN.
size_t ck_most_likely(const float *logits, size_t count);

/// The first index from `start` on whose value is larger than `threshold`, else `count`.
size_t ck_next_above(const float *x, size_t start, size_t count, float threshold);

/// Makes the logits of all tokens but those of a set -INFINITY: token t is bit t % 32 of word t / 32.
void ck_keep(float *logits, size_t count, const uint32_t *words, size_t word_count);

/// Writes each logit's weight.
void ck_weigh(const float *logits, size_t count, float maximum, float scale, float *weights);

/// The mass of the kept tokens.
uint64_t ck_kept_mass(const struct ck_row *row, const struct ck_kept *kept);

/// The first token at which the mass of the kept ones up to it, in the order of their ids, exceeds `target`.
size_t ck_kept_token(const struct ck_row *row, const struct ck_kept *kept, uint64_t target);

/// Counts the tokens no further than `floor` into CK_DISTANCE_BINS bins by their distance, nearest first.
void ck_fill_bins(const struct ck_row *row, float floor, struct ck_bin *bins);

/// Writes the tokens of bin `index` no further than `floor`, by id, and returns their number.
size_t ck_bin_members(const struct ck_row *row, float floor, size_t index, uint32_t *tokens);

/// A token's mass.
uint64_t ck_mass(float weight);

#pragma clang assume_nonnull end
