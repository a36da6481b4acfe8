"""encoded.py LIBRARY

Writes encoded.txt: values, and the blocks that llama.cpp's quantiser makes of them without importance matrix.
LIBRARY is libggml-base.so of a build for x86-64 without -march=native, which has no fused multiply-adds; the
llama-cpp-python package has one.

The first line holds the values (f32, little-endian), the others a format and its blocks, all in hexadecimal.
"""

import ctypes
import pathlib
import sys

import numpy as np

# ggml's number, values and bytes of a block.
FORMATS = {
    "q8_0": (8, 32, 34), "q4_0": (2, 32, 18), "q4_1": (3, 32, 20), "q5_0": (6, 32, 22), "q5_1": (7, 32, 24),
    "q2_k": (10, 256, 84), "q3_k": (11, 256, 110), "q4_k": (12, 256, 144), "q5_k": (13, 256, 176),
    "q6_k": (14, 256, 210), "iq4_nl": (20, 32, 18), "iq4_xs": (23, 256, 136),
}


def blocks(random):
    """Weights as models have them, and what searches stumble over."""
    normal = random.standard_normal((6, 256))
    yield normal[0] * 0.02
    yield (normal[1].astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)  # bf16
    yield random.laplace(size=256) * np.repeat(np.exp(random.standard_normal(8)), 32)
    yield np.abs(normal[2])
    yield -np.abs(normal[3]) - 1
    yield normal[4] * (random.random(256) < 0.1)
    yield random.integers(-4, 5, 256) * 0.25
    yield normal[5] * np.repeat(10.0 ** random.integers(-7, 3, 8), 32)
    yield np.repeat([0, 1, -1, 0, 1e-20, -3, 0.1, 0], 32)
    yield np.zeros(256)


def main(library):
    quantize = ctypes.CDLL(library, mode=1).ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    quantize.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
    values = np.concatenate(list(blocks(np.random.default_rng(7)))).astype("<f4")
    lines = [values.tobytes().hex()]
    for name, (number, length, size) in FORMATS.items():
        out = np.zeros(values.size // length * size, np.uint8)
        rows = values.size // 256
        assert quantize(number, values.ctypes.data, out.ctypes.data, 0, rows, 256, None) == out.size
        lines.append(f"{name} {out.tobytes().hex()}")
    pathlib.Path(__file__).with_name("encoded.txt").write_text("\n".join(lines) + "\n")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
