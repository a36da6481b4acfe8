// The files of the built-in model, linked into the binary as they are.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

struct builtin_model_file {
    const char *name;
    /// Read-only memory of the binary, aligned to 64 bytes.
    const unsigned char *bytes;
    size_t length;
};

/// The file of that ordinal, counted from 0; NULL past the last.
const struct builtin_model_file *_Nullable builtin_model_file(size_t ordinal) __attribute__((const));

#pragma clang assume_nonnull end
