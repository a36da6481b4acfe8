#include "CBuiltinModel.h"

#define ALIGNED _Alignas(64) static const unsigned char

ALIGNED config[] = {
#embed "model/config.json"
};
ALIGNED generation_config[] = {
#embed "model/generation_config.json"
};
ALIGNED tokenizer[] = {
#embed "model/tokenizer.json"
};
ALIGNED tokenizer_config[] = {
#embed "model/tokenizer_config.json"
};
ALIGNED weights[] = {
#embed "model/model.safetensors"
};

static const struct builtin_model_file files[] = {
    {"config.json", config, sizeof config},
    {"generation_config.json", generation_config, sizeof generation_config},
    {"tokenizer.json", tokenizer, sizeof tokenizer},
    {"tokenizer_config.json", tokenizer_config, sizeof tokenizer_config},
    {"model.safetensors", weights, sizeof weights},
};

const struct builtin_model_file *builtin_model_file(size_t ordinal)
{
    return ordinal < sizeof files / sizeof *files ? &files[ordinal] : NULL;
}
