"""Writes the scores of drop-scores.jsonl: exact match and F1 by the evaluation that lm-eval ships.

Each line has "predicted" and "gold", lists of spans. F1 is rounded to a hundredth of a percent, as simple-evals does.

    pip install lm-eval==0.4.13 scipy && python drop_scores.py
"""

import json
import pathlib

import numpy
from lm_eval.tasks.drop.utils import _align_bags, _answer_to_bags, get_metrics

PATH = pathlib.Path(__file__).with_name("drop-scores.jsonl")


def main() -> None:
    lines = []
    for line in PATH.read_text().splitlines():
        case = json.loads(line)
        predicted, gold = case["predicted"], case["gold"]
        exact, _ = get_metrics(predicted, gold)
        f1 = numpy.mean(_align_bags(_answer_to_bags(predicted)[1], _answer_to_bags(gold)[1]))
        case |= {"exact": exact == 1, "f1": round(float(f1) * 100, 2)}
        lines.append(json.dumps(case, ensure_ascii=False))
    PATH.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
