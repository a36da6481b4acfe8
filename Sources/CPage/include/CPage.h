// The files of the chat page and the dashboard, linked into the binary as they are.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

struct page_file {
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

/// The file of that ordinal, counted from 0; NULL past the last.
const struct page_file *_Nullable page_file(size_t ordinal) __attribute__((const));

#pragma clang assume_nonnull end
