#include "sampling.h"
#include "common.h"

// Each loop is compiled for AVX2 too; the loader picks. The bits are the same, so that no choice by hand is needed.
#if defined(__x86_64__)
// ThreadSanitizer's calls would stand in the functions that choose a clone, which run before it has begun.
#if __has_feature(thread_sanitizer)
#define CK_CLONES
#else
#define CK_CLONES __attribute__((target_clones("avx2", "default")))
#endif
#else
#define CK_CLONES
#endif

enum { LANES = 32, BLOCK = 1024 };

CK_INLINE uint64_t mass_of(float weight) {
    // Adding 2^52 rounds to an integer in the low bits.
    double shifted = (double)weight * (double)(1ull << CK_MASS_BITS) + 0x1p52;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits & ((1ull << 52) - 1);
}

uint64_t ck_mass(float weight) { return mass_of(weight); }

CK_INLINE float distance_of(const struct ck_row *row, size_t i) {
    return (row->logits[i] - row->maximum) * row->scale;
}

CK_INLINE float larger(float a, float b) { return a >= b || a != a ? a : b; }

/// The largest of a block's values, NaN if one is.
CK_INLINE float largest(const float *x, size_t n) {
    float lanes[LANES];
    for (size_t lane = 0; lane < LANES; lane++)
        lanes[lane] = -INFINITY;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            lanes[lane] = larger(lanes[lane], x[i + lane]);
    for (; i < n; i++)
        lanes[0] = larger(lanes[0], x[i]);
    for (size_t lane = 1; lane < LANES; lane++)
        lanes[0] = larger(lanes[0], lanes[lane]);
    return lanes[0];
}

CK_CLONES size_t ck_most_likely(const float *logits, size_t count) {
    float most = -INFINITY;
    size_t start = 0;
    for (size_t block = 0; block < count; block += BLOCK) {
        float here = largest(logits + block, smaller(BLOCK, count - block));
        if (here != here)
            return count;
        if (here > most) {
            most = here;
            start = block;
        }
    }
    while (start < count && logits[start] != most)
        start++;
    return start;
}

CK_CLONES size_t ck_next_above(const float *x, size_t start, size_t count, float threshold) {
    size_t i = start;
    for (; i + LANES <= count; i += LANES) {
        int found = 0;
        for (size_t lane = 0; lane < LANES; lane++)
            found |= x[i + lane] > threshold;
        if (found)
            break;
    }
    while (i < count && !(x[i] > threshold))
        i++;
    return i;
}

CK_CLONES void ck_keep(float *logits, size_t count, const uint32_t *words, size_t word_count) {
    const uint32_t negative_infinity = 0xff800000;
    size_t whole = smaller(count / LANES, word_count);
    for (size_t word = 0; word < whole; word++) {
        uint32_t bits = words[word];
        uint32_t lanes[LANES];
        memcpy(lanes, logits + word * LANES, sizeof lanes);
        for (uint32_t lane = 0; lane < LANES; lane++) {
            uint32_t keep = 0u - (bits >> lane & 1);
            lanes[lane] = (lanes[lane] & keep) | (negative_infinity & ~keep);
        }
        memcpy(logits + word * LANES, lanes, sizeof lanes);
    }
    for (size_t i = whole * LANES; i < count; i++)
        if (i / LANES >= word_count || !(words[i / LANES] >> i % LANES & 1))
            logits[i] = -INFINITY;
}

CK_CLONES void ck_weigh(const float *logits, size_t count, float maximum, float scale, float *weights) {
    for (size_t i = 0; i < count; i++)
        weights[i] = exp_of((logits[i] - maximum) * scale);
}

/// A token's mass if it is kept, else 0.
CK_INLINE uint64_t kept_mass_of(const struct ck_row *row, const struct ck_kept *kept, size_t i) {
    float logit = row->logits[i];
    int is_first = (logit > kept->logit) | ((logit == kept->logit) & (i <= kept->token));
    int is_kept = is_first & (distance_of(row, i) >= kept->floor);
    return mass_of(is_kept ? row->weights[i] : 0.0f);
}

CK_INLINE uint64_t mass_between(const struct ck_row *row, const struct ck_kept *kept, size_t start, size_t end) {
    uint64_t mass = 0;
    for (size_t i = start; i < end; i++)
        mass += kept_mass_of(row, kept, i);
    return mass;
}

CK_CLONES uint64_t ck_kept_mass(const struct ck_row *row, const struct ck_kept *kept) {
    struct ck_row r = *row;
    struct ck_kept k = *kept;
    return mass_between(&r, &k, 0, r.count);
}

CK_CLONES size_t ck_kept_token(const struct ck_row *row, const struct ck_kept *kept, uint64_t target) {
    struct ck_row r = *row;
    struct ck_kept k = *kept;
    uint64_t before = 0;
    size_t block = 0;
    for (; block + BLOCK < r.count; block += BLOCK) {
        uint64_t mass = mass_between(&r, &k, block, block + BLOCK);
        if (before + mass > target)
            break;
        before += mass;
    }
    size_t i = block;
    for (; i + 1 < r.count; i++) {
        before += kept_mass_of(&r, &k, i);
        if (before > target)
            break;
    }
    return i;
}

CK_INLINE size_t bin_of(float distance) {
    float bin = distance * -(float)CK_BINS_PER_UNIT;
    return (size_t)(int)(bin < CK_DISTANCE_BINS - 1 ? bin : CK_DISTANCE_BINS - 1);
}

CK_INLINE void count_token(const struct ck_row *row, float floor, size_t i, struct ck_bin *bins) {
    float distance = distance_of(row, i);
    if (!(distance >= floor))
        return;
    struct ck_bin *bin = &bins[bin_of(distance)];
    bin->count++;
    bin->mass += mass_of(row->weights[i]);
}

CK_CLONES void ck_fill_bins(const struct ck_row *row, float floor, struct ck_bin *bins) {
    struct ck_row r = *row;
    memset(bins, 0, CK_DISTANCE_BINS * sizeof *bins);
    size_t start = 0;
    for (; start + LANES <= r.count; start += LANES) {
        int near = 0, far = 0;
        uint32_t indices[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            float distance = distance_of(&r, start + lane);
            near |= distance >= floor;
            far |= !(distance >= floor);
            indices[lane] = (uint32_t)bin_of(distance);
        }
        if (!near)
            continue;
        if (far) {
            for (size_t lane = 0; lane < LANES; lane++)
                count_token(&r, floor, start + lane, bins);
            continue;
        }
        uint64_t masses[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            masses[lane] = mass_of(r.weights[start + lane]);
        for (size_t lane = 0; lane < LANES; lane++) {
            bins[indices[lane]].count++;
            bins[indices[lane]].mass += masses[lane];
        }
    }
    for (; start < r.count; start++)
        count_token(&r, floor, start, bins);
}

CK_CLONES size_t ck_bin_members(const struct ck_row *row, float floor, size_t index, uint32_t *tokens) {
    struct ck_row r = *row;
    // Distances of the bin, a little more since both ends are rounded; `bin_of` decides.
    float nearest = -((float)index - 0.5f) / CK_BINS_PER_UNIT, furthest = -((float)index + 1.5f) / CK_BINS_PER_UNIT;
    if (index == CK_DISTANCE_BINS - 1)
        furthest = -INFINITY;
    size_t members = 0;
    for (size_t start = 0; start < r.count; start += LANES) {
        size_t end = smaller(start + LANES, r.count);
        if (end - start == LANES) {
            int found = 0;
            for (size_t lane = 0; lane < LANES; lane++) {
                float distance = distance_of(&r, start + lane);
                found |= (distance <= nearest) & (distance >= furthest);
            }
            if (!found)
                continue;
        }
        for (size_t i = start; i < end; i++) {
            float distance = distance_of(&r, i);
            if (distance >= floor && bin_of(distance) == index)
                tokens[members++] = (uint32_t)i;
        }
    }
    return members;
}
