#!/usr/bin/env python3
"""Record in converted.json what llama.cpp's converter and quantiser make of the tiny checkpoints.

    python3 converted.py LLAMA_CPP TOKENIZER_FOLDER

Needs llama.cpp's tree with a built llama-quantize, numpy, torch, transformers and sentencepiece. The tokenizer, any
byte-level one of 512 tokens, only makes the converter run: its keys are left out. A tensor's bytes are recorded as
their FNV-1a hash.
"""
import json, os, re, shutil, subprocess, sys, tempfile

ROOT, TOKENIZER = map(os.path.abspath, sys.argv[1:3])
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [ROOT, ROOT + "/gguf-py"]

CONVERT = """
import runpy, sys
sys.path[:0] = [{0!r}, {0!r} + "/gguf-py"]
import transformers
transformers.AutoTokenizer.from_pretrained = transformers.PreTrainedTokenizerFast.from_pretrained
from conversion import base
base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "deepseek-v3"
sys.argv[0] = {0!r} + "/convert_hf_to_gguf.py"
runpy.run_path(sys.argv[0], run_name="__main__")
""".format(ROOT)


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def described(path):
    import numpy as np
    from gguf import GGUFReader
    file = GGUFReader(path)
    metadata = {}
    for key, field in file.fields.items():
        if key.startswith(("GGUF.", "tokenizer.")) or key in ("general.name", "general.basename", "general.version"):
            continue
        metadata[key] = [field.types[0].name, field.contents()]
    tensors = {t.name: [t.tensor_type.name, [int(n) for n in reversed(t.shape)],
                        fnv(np.ascontiguousarray(t.data).view(np.uint8).tobytes())] for t in file.tensors}
    return {"metadata": metadata, "tensors": tensors}


result = {}
with tempfile.TemporaryDirectory() as work:
    for name in ("tiny-qwen2", "tiny-llama", "tiny-deepseek-v3"):
        folder = f"{work}/{name}"
        shutil.copytree(f"{HERE}/{name}", folder)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(f"{TOKENIZER}/{file}", folder)
        os.remove(f"{folder}/goldens.safetensors")
        plain, blocks = f"{folder}/f32.gguf", f"{folder}/q4_k_m.gguf"
        subprocess.run([sys.executable, "-c", CONVERT, folder, "--outtype", "f32", "--outfile", plain], check=True)
        subprocess.run([ROOT + "/build/bin/llama-quantize", plain, blocks, "Q4_K_M"], check=True)
        result[name] = {"f32": described(plain), "q4_k_m": described(blocks)}
text = json.dumps(result, indent=0, sort_keys=True)
for _ in range(2):
    text = re.sub(r"\[\n([^{}\[\]]*?(?:\[[^{}\[\]]*\][^{}\[\]]*?)*)\n\]", lambda match: "[" + match[1].replace("\n", " ") + "]", text)
with open(f"{HERE}/converted.json", "w") as file:
    file.write(text + "\n")
