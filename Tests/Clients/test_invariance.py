"""The bytes of an answer depend on the model, the request and its seed alone."""

import concurrent.futures
import random
import sys

import pytest
from server import ROOT

sys.path.insert(0, str(ROOT / "Sources" / "CBuiltinModel" / "training"))
from problems import problem  # noqa: E402


def questions(count, seed):
    generator = random.Random(seed)
    return [problem(generator) for _ in range(count)]


def streamed(server, question, seed):
    body = {
        "model": "apus-nano",
        "messages": [{"role": "user", "content": question}],
        "seed": seed,
        "max_tokens": 400,
    }
    texts = {"reasoning_content": "", "content": ""}
    finish = None
    for chunk in server.stream("/v1/chat/completions", body):
        for choice in chunk["choices"]:
            for field in texts:
                texts[field] += choice["delta"].get(field) or ""
            finish = choice["finish_reason"] or finish
    return texts["reasoning_content"], texts["content"], finish


def all_answers(server, asked, workers):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda case: streamed(server, case[1], case[0]), enumerate(asked)))


@pytest.fixture(scope="module")
def asked():
    return [question for question, _, _ in questions(64, 5)]


@pytest.fixture(scope="module")
def alone(server, asked):
    return all_answers(server, asked, 1)


def test_64_concurrent_streams_get_the_bytes_they_get_alone(server, asked, alone):
    assert all_answers(server, asked, 64) == alone


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threads", "1"],
        ["--max-num-batched-tokens", "7", "--max-num-seqs", "5"],
        ["--no-enable-prefix-caching", "--max-num-batched-tokens", "1"],
        ["--kv-cache-memory", "1500K"],
    ],
    ids=["one thread", "chunks of 7", "no prefix cache, chunks of 1", "preemption"],
)
def test_settings_do_not_change_the_bytes(start, asked, alone, arguments):
    server = start(*arguments)
    assert all_answers(server, asked, 64) == alone
    if "--kv-cache-memory" in arguments:
        assert server.metric("apus:num_preemptions_total") > 0


def test_greedy_accuracy_is_what_training_reached(server):
    log = (ROOT / "Sources" / "CBuiltinModel" / "training" / "training.log").read_text()
    trained = float(log.strip().splitlines()[-1].split()[-1])
    cases = questions(200, 987654321)

    def right(case):
        question, _, answer = case
        body = {"model": "apus-nano", "messages": [{"role": "user", "content": question}], "temperature": 0}
        status, reply = server.post("/v1/chat/completions", body)
        assert status == 200
        return (reply["choices"][0]["message"]["content"] or "").strip() == answer.strip()

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        accuracy = sum(pool.map(right, cases)) / len(cases)
    print(f"greedy accuracy on {len(cases)} problems: {accuracy:.3f}, training printed {trained:.3f}")
    assert abs(accuracy - trained) <= 0.02
