#!/usr/bin/env python3
"""generate.py OUTPUT

Writes the GGUF fixtures with the `gguf` package (0.19): a small file, and the same in two parts.
The tensors' values are their running numbers modulo 251, over 64; they serve the reader, not a model.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

TOKENS = ["a", "b", "ab", "<｜User｜>", "<think>", "<｜end▁of▁sentence｜>", "[PAD6]", "Ġ"]
TYPES = [1, 1, 1, 3, 4, 3, 5, 1]


def values(*shape):
    return ((np.arange(np.prod(shape)) % 251).astype(np.float32) / 64).reshape(shape)


def common(w, arch, hidden, layers, heads, inner, context, eps, theta):
    w.add_context_length(context)
    w.add_embedding_length(hidden)
    w.add_block_count(layers)
    w.add_feed_forward_length(inner)
    w.add_head_count(heads)
    w.add_layer_norm_rms_eps(eps)
    w.add_rope_freq_base(theta)
    w.add_file_type(gguf.LlamaFileType.ALL_F32)


def tokenizer(w, pre):
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre(pre)
    w.add_token_list(TOKENS)
    w.add_token_types(TYPES)
    w.add_token_merges(["a b"])
    w.add_bos_token_id(3)
    w.add_eos_token_id(5)
    w.add_pad_token_id(5)
    w.add_add_bos_token(True)
    w.add_chat_template("{{ messages[0].content }}")


def qwen2(path, **options):
    w = gguf.GGUFWriter(path, "qwen2", **options)
    common(w, "qwen2", 32, 1, 4, 48, 131072, 1e-6, 1000000.0)
    w.add_head_count_kv(2)
    # Beyond what the reader needs: every type that a value can have.
    w.add_uint8("test.u8", 200)
    w.add_int8("test.i8", -100)
    w.add_uint16("test.u16", 60000)
    w.add_int16("test.i16", -30000)
    w.add_int32("test.i32", -2000000000)
    w.add_uint64("test.u64", 1 << 40)
    w.add_int64("test.i64", -(1 << 40))
    w.add_float64("test.f64", 0.1)
    w.add_bool("test.bool", True)
    w.add_array("test.floats", [0.5, -2.0])
    w.add_array("test.booleans", [True, False])
    w.add_array("test.integers", [1, -2, 3])
    w.add_array("test.strings", ["", "é", "xyz"])
    w.add_key_value("general.sampling.temp", 0.6, gguf.GGUFValueType.FLOAT32)
    w.add_key_value("general.sampling.top_p", 0.95, gguf.GGUFValueType.FLOAT32)
    tokenizer(w, "deepseek-r1-qwen")
    w.add_tensor("token_embd.weight", values(8, 32))
    w.add_tensor("output_norm.weight", values(32))
    w.add_tensor("output.weight", values(8, 32).astype(np.float16))
    w.add_tensor("blk.0.attn_norm.weight", values(32))
    for name, rows in (("q", 32), ("k", 16), ("v", 16)):
        matrix = gguf.quants.quantize(values(rows, 32), gguf.GGMLQuantizationType.Q8_0)
        w.add_tensor(f"blk.0.attn_{name}.weight", matrix, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        w.add_tensor(f"blk.0.attn_{name}.bias", values(rows))
    w.add_tensor("blk.0.attn_output.weight", values(32, 32))
    w.add_tensor("blk.0.ffn_norm.weight", values(32))
    for name, shape in (("gate", (48, 32)), ("up", (48, 32))):
        matrix = gguf.quants.quantize(values(*shape), gguf.GGMLQuantizationType.Q4_0)
        w.add_tensor(f"blk.0.ffn_{name}.weight", matrix, raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    w.add_tensor("blk.0.ffn_down.weight", values(32, 48))
    write(w)


def write(w):
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def main(output):
    output.mkdir(exist_ok=True)
    qwen2(output / "qwen2.gguf")
    qwen2(output / "parts.gguf", split_max_tensors=8)


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(Path(sys.argv[1]))
