#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where a search through one subject stands. Positions are bytes from the subject's start.
typedef struct {
    size_t position;       // the next search starts here; beyond the subject's length: the search has ended
    size_t last_match_end; // SIZE_MAX: nothing matched yet
} cpcre2_cursor;

static inline cpcre2_cursor cpcre2_cursor_at_start(void) {
    cpcre2_cursor cursor = {.position = 0, .last_match_end = SIZE_MAX};
    return cursor;
}

// Compiles UTF-8 `pattern` with Unicode properties and `^`/`$` at every line, line ends being LF alone, as Oniguruma.
// Returns NULL and sets `*error` and `*offset` (in bytes) if the pattern is invalid.
static inline pcre2_code_8 *cpcre2_compile(const uint8_t *pattern, size_t length, int *error, size_t *offset) {
    pcre2_compile_context_8 *context = pcre2_compile_context_create_8(NULL);
    if (context == NULL) {
        *error = PCRE2_ERROR_NOMEMORY;
        *offset = 0;
        return NULL;
    }
    pcre2_set_newline_8(context, PCRE2_NEWLINE_LF);
    pcre2_set_bsr_8(context, PCRE2_BSR_UNICODE);
    pcre2_code_8 *code =
        pcre2_compile_8(pattern, length, PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, error,
                        offset, context);
    pcre2_compile_context_free_8(context);
    if (code != NULL) {
        pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE);
    }
    return code;
}

static inline bool cpcre2_has_jit(const pcre2_code_8 *code) {
    size_t size = 0;
    return pcre2_pattern_info_8(code, PCRE2_INFO_JITSIZE, &size) == 0 && size > 0;
}

// Creates a match context whose limits no input reaches; `stack` is what JIT code runs on.
static inline pcre2_match_context_8 *cpcre2_match_context_create(pcre2_jit_stack_8 *stack) {
    pcre2_match_context_8 *context = pcre2_match_context_create_8(NULL);
    if (context == NULL) {
        return NULL;
    }
    pcre2_set_match_limit_8(context, UINT32_MAX);
    pcre2_set_depth_limit_8(context, UINT32_MAX);
    pcre2_set_heap_limit_8(context, UINT32_MAX);
    pcre2_jit_stack_assign_8(context, NULL, stack);
    return context;
}

// Finds the next matches in the subject `bytes[start ..< start + length]`, which stands alone: no assertion sees beyond
// it. Writes (first byte, end) pairs, counted from `bytes`, and returns the number of pairs, at most `capacity`; fewer
// means that the subject is exhausted. An empty match directly after a match is passed over, as Oniguruma's bindings do.
// `bytes` must be valid UTF-8. A match that JIT's stack cannot hold is repeated by the interpreter, on the heap.
static inline size_t cpcre2_find(const pcre2_code_8 *code, bool jit, pcre2_match_data_8 *data,
                                 pcre2_match_context_8 *context, const uint8_t *bytes, size_t start, size_t length,
                                 cpcre2_cursor *cursor, uint32_t *pairs, size_t capacity) {
    const uint8_t *subject = bytes + start;
    size_t count = 0;
    while (count < capacity && cursor->position <= length) {
        int result = jit ? pcre2_jit_match_8(code, subject, length, cursor->position, 0, data, context)
                         : pcre2_match_8(code, subject, length, cursor->position, PCRE2_NO_UTF_CHECK, data, context);
        if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
            result = pcre2_match_8(code, subject, length, cursor->position, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data,
                                   context);
        }
        if (result < 0) {
            cursor->position = length + 1;
            break;
        }
        const size_t *offsets = pcre2_get_ovector_pointer_8(data);
        size_t first = offsets[0], end = offsets[1];
        if (first == end && end == cursor->last_match_end) {
            size_t next = cursor->position + 1;
            while (next < length && (subject[next] & 0xC0) == 0x80) {
                next++;
            }
            cursor->position = next;
            continue;
        }
        cursor->position = end;
        cursor->last_match_end = end;
        pairs[2 * count] = (uint32_t)(start + first);
        pairs[2 * count + 1] = (uint32_t)(start + end);
        count++;
    }
    return count;
}

