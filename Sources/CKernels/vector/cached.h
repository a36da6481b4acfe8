#pragma once

// Rows of the cache: where a tile's keys and values are, and their decoding to vectors.

#include "../blocks.h"
#include "tiles.h"

CK_TARGET_BEGIN

CK_INLINE size_t padded(size_t n) { return (n + LANES - 1) / LANES * LANES; }

/// Decodes a vector of values of a row from `column`, a multiple of LANES, on.
CK_INLINE vector load_cached(enum ck_format format, const char *row, size_t column) {
    if (format != ck_format_q8_0)
        return load_values(format, row + column * width_of(format));
    const char *block = row + column / QUANT_BLOCK * 34;
    uint16_t bits;
    memcpy(&bits, block, sizeof bits);
    vector scale = splat(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits))));
    return load_integers(block + 2 + column % QUANT_BLOCK) * scale;
}

/// Whether load_cached may read n values: whole vectors, or whatever fills the last block.
CK_INLINE bool has_whole_vectors(enum ck_format format, size_t n) { return n % LANES == 0 || format == ck_format_q8_0; }

/// Decodes n values to out, with zeros up to a whole vector.
CK_INLINE void decode_cached(enum ck_format format, const char *from, size_t n, float *out) {
    size_t i = 0;
#pragma clang loop unroll_count(4)
    for (; i + LANES <= n; i += LANES)
        store_aligned(out + i, load_cached(format, from, i));
    if (i == n)
        return;
    if (format != ck_format_q8_0)
        return store_aligned(out + i, load_tail(format, from + i * width_of(format), n - i));
    _Alignas(64) float tail[LANES];
    store_aligned(tail, load_cached(format, from, i));
    for (size_t lane = 0; lane < LANES; lane++)
        out[i + lane] = i + lane < n ? tail[lane] : 0;
}

/// Bytes of a row of n values.
CK_INLINE size_t row_bytes(enum ck_format format, size_t n) {
    return format == ck_format_q8_0 ? (n + QUANT_BLOCK - 1) / QUANT_BLOCK * 34 : n * width_of(format);
}

/// Tokens from the one that is converted to the one that is fetched.
enum { FETCH_KEYS = 16 };

/// Where the tokens [begin, end) of one tile are stored; begin and end count from the tile's first token. Places beside
/// them fill whole vectors and FETCH_KEYS after these: before them the first is repeated, after them follow the next
/// tokens as far as some row sees them, then the last is repeated.
struct places {
    size_t begin, end;
    const char *keys[CK_KEY_TILE + FETCH_KEYS], *values[CK_KEY_TILE + FETCH_KEYS];
};

/// `visible` tokens of the table may be looked up.
static void find_places(const struct ck_cache *cache, const int32_t *table, size_t tile, size_t begin, size_t end,
                        size_t visible, struct places *places) {
    places->begin = begin - tile;
    places->end = end - tile;
    size_t last = smaller(end + FETCH_KEYS, visible), i = places->begin;
    for (size_t token = begin, next; token < last; token = next) {
        next = smaller((token / cache->block_tokens + 1) * cache->block_tokens, last);
        const char *key = cached_key(cache, table, token), *value = cached_value(cache, table, token);
        for (; i < next - tile; i++, key += cache->key_stride, value += cache->value_stride) {
            places->keys[i] = key;
            places->values[i] = value;
        }
    }
    for (; i < padded(places->end) + FETCH_KEYS; i++) {
        places->keys[i] = places->keys[i - 1];
        places->values[i] = places->values[i - 1];
    }
    for (i = places->begin / LANES * LANES; i < places->begin; i++) {
        places->keys[i] = places->keys[places->begin];
        places->values[i] = places->values[places->begin];
    }
}

CK_TARGET_END
