"""Writes what other rules say of the pairs of math-pairs.jsonl into it.

Each line has a gold answer, another answer and, in "equal", whether Apus's strict rules are to call them the same. This
script adds "math_verify", the verdict of that package, and for pairs of plain numbers "qwen", by the rule of Qwen2.5-Math:
equal to the gold answer, its hundredth or its hundredfold within a ten-thousandth. The test reads all of them.

    pip install math-verify==0.9.0 && python math_pairs.py
"""

import json
import math
import pathlib
import re

from math_verify import parse, verify

PATH = pathlib.Path(__file__).with_name("math-pairs.jsonl")


def math_verify(gold: str, answer: str) -> bool:
    read = [parse(f"$\\boxed{{{text}}}$") for text in (gold, answer)]
    return bool(verify(*read))


def number(text: str) -> float | None:
    """Also with commas between groups of digits and a percent sign, which Qwen's rules take away."""
    match = re.fullmatch(r"(-?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?)(\\?%)?", text.strip())
    if match is None or not match[1].strip("-"):
        return None
    return float(match[1].replace(",", "")) / (100 if match[2] else 1)


def qwen(gold: str, answer: str) -> bool | None:
    a, b = number(gold), number(answer)
    if a is None or b is None:
        return None
    return any(math.isclose(b, value, rel_tol=1e-4) for value in (a / 100, a, a * 100))


def main() -> None:
    lines = []
    for line in PATH.read_text().splitlines():
        pair = json.loads(line)
        pair["math_verify"] = math_verify(pair["gold"], pair["answer"])
        if (verdict := qwen(pair["gold"], pair["answer"])) is not None:
            pair["qwen"] = verdict
        lines.append(json.dumps(pair, ensure_ascii=False))
    PATH.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
