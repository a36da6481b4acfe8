// What texts are told by: n-grams of 55 languages, and how English sentences end. README.md has the layout.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

struct text_model {
    const unsigned char *bytes;
    size_t size;
};

struct text_model text_model_languages(void);
struct text_model text_model_sentences(void);

#pragma clang assume_nonnull end
