#include "CTextModels.h"

static const unsigned char languages[] = {
#embed "model/languages.bin"
};
static const unsigned char sentences[] = {
#embed "model/sentences.bin"
};

struct text_model text_model_languages(void)
{
    return (struct text_model){languages, sizeof languages};
}

struct text_model text_model_sentences(void)
{
    return (struct text_model){sentences, sizeof sentences};
}
