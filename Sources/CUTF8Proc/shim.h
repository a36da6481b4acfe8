#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <utf8proc.h>

// The canonical combining class of a code point: 0 for starters.
static inline int cutf8proc_combining_class(int32_t codepoint) {
    return utf8proc_get_property(codepoint)->combining_class;
}

// Writes the full canonical (or compatibility) decomposition of a code point, unordered; returns its length.
// 18 places are enough for every code point.
static inline ptrdiff_t cutf8proc_decompose(int32_t codepoint, bool compatibility, int32_t *result,
                                            ptrdiff_t capacity) {
    int boundary = 0;
    int options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compatibility ? UTF8PROC_COMPAT : 0);
    return utf8proc_decompose_char(codepoint, result, capacity, (utf8proc_option_t)options, &boundary);
}

// Composes decomposed, ordered code points in place; returns their new number.
static inline ptrdiff_t cutf8proc_compose(int32_t *codepoints, ptrdiff_t count) {
    return utf8proc_normalize_utf32(codepoints, count, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

