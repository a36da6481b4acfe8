"""Writes blocks.txt: blocks of every GGUF format and what the gguf package (0.19) decodes them to.

A line: the format, the blocks' bytes and the decoded f32 values (little-endian), both in hexadecimal.
Run: python blocks.py (needs gguf and numpy).
"""

import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType, quants

# Where a block's f16 scales are; the other bytes are random.
SCALES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "IQ4_NL": [0], "IQ4_XS": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def main():
    random = np.random.default_rng(3)
    lines = []
    for name, places in SCALES.items():
        kind = GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        count = 4 if values == 32 else 2
        blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
        for place in places:
            scales = random.normal(0, 0.01, count).astype(np.float16)
            scales[-1] = 3e-7  # subnormal
            blocks[:, place : place + 2] = scales.view(np.uint8).reshape(count, 2)
        decoded = quants.dequantize(blocks, kind).astype("<f4")
        lines.append(f"{name.lower()} {blocks.tobytes().hex()} {decoded.tobytes().hex()}")
    pathlib.Path(__file__).with_name("blocks.txt").write_text("\n".join(lines) + "\n")


main()
