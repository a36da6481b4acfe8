"""Checkpoints of every architecture over HTTP, against what transformers computed."""

import json
import shutil
import struct

import pytest
from server import ROOT

FIXTURES = ROOT / "Tests" / "ModelsTests" / "Fixtures"


def golden_tokens(folder, name):
    """An integer tensor of goldens.safetensors."""
    data = (folder / "goldens.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    entry = json.loads(data[8 : 8 + length])[name]
    begin, end = (8 + length + offset for offset in entry["data_offsets"])
    form = {"I64": "q", "I32": "i"}[entry["dtype"]]
    return list(struct.unpack(f"<{(end - begin) // struct.calcsize(form)}{form}", data[begin:end]))


def byte_tokenizer(size):
    """A tokenizer.json with a token for each byte, no merges, and unused tokens up to a size."""
    plain = [b for b in range(256) if chr(b).isprintable() and b not in (32, 173) and (b < 127 or b > 160)]
    others = iter(range(256, 512))
    letters = [chr(b) if b in plain else chr(next(others)) for b in range(256)]
    letters += [f"unused{i}" for i in range(256, size)]
    return {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {letter: i for i, letter in enumerate(letters)}, "merges": []},
    }


@pytest.mark.parametrize("name", ["tiny-qwen2", "tiny-llama", "tiny-deepseek-v3", "tiny-deepseek-v3-fp8"])
def test_greedy_continuations_are_those_of_transformers(start, tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(FIXTURES / name, folder)
    (folder / "tokenizer.json").write_text(json.dumps(byte_tokenizer(512)))
    for chunk in ("512", "5"):
        server = start(str(folder), "--max-num-batched-tokens", chunk)
        status, answer = server.post(
            "/v1/completions",
            {
                "model": name,
                "prompt": golden_tokens(folder, "greedy_prompt"),
                "temperature": 0,
                "max_tokens": 32,
                "ignore_eos": True,
                "return_token_ids": True,
            },
        )
        assert status == 200, answer
        assert answer["choices"][0]["token_ids"] == golden_tokens(folder, "greedy_tokens")


def test_ids_beyond_the_vocabulary_are_refused(start, tmp_path):
    folder = tmp_path / "tiny-qwen2"
    shutil.copytree(FIXTURES / "tiny-qwen2", folder)
    (folder / "tokenizer.json").write_text(json.dumps(byte_tokenizer(513)))
    with pytest.raises(RuntimeError, match="tokenizer.json.*512"):
        start(str(folder))


def test_quantised_weights_answer_nearly_as_the_plain_ones(start, tmp_path):
    folder = tmp_path / "tiny-qwen2"
    shutil.copytree(FIXTURES / "tiny-qwen2", folder)
    (folder / "tokenizer.json").write_text(json.dumps(byte_tokenizer(512)))
    settings = tmp_path / "apus.yaml"
    settings.write_text("quantization: q8_0\n")
    prompt = golden_tokens(folder, "greedy_prompt")
    request = {"model": "tiny-qwen2", "prompt": prompt, "temperature": 0, "max_tokens": 1, "logprobs": 1}
    answers = [
        start(str(folder), *options).post("/v1/completions", request)
        for options in ([], ["--quantization", "q8_0"], ["--config", str(settings)])
    ]
    assert [status for status, _ in answers] == [200] * 3, answers
    plain, quantised, configured = (answer["choices"][0]["logprobs"]["token_logprobs"][0] for _, answer in answers)
    assert quantised == configured and quantised != plain and abs(quantised - plain) < 0.1
    assert len({answer["system_fingerprint"] for _, answer in answers}) == 2
