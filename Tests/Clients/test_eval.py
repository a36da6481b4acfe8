"""`apus eval` with the built-in model: seeds, resumption, budgets, reports and exit codes."""

import json
import os
import signal
import subprocess
import time

import pytest
from server import APUS

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("APUS_", "OPENAI_"))}


def apus_eval(*arguments, code=0):
    """Standard output of a command that ends with `code`."""
    done = subprocess.run([APUS, "eval", *map(str, arguments)], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code in (0, 3) else done.stderr


def start_eval(*arguments):
    return subprocess.Popen(
        [APUS, "eval", *map(str, arguments)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def samples(folder):
    """What was answered, by question and index."""
    lines = [json.loads(line) for line in (folder / "samples.jsonl").read_text().split("\n") if line]
    return {(s["question"], s["index"]): (s["seed"], s["reasoning"], s["content"], s["verdict"]) for s in lines}


def figures(folder):
    """The report's text without its timings."""
    report = json.loads((folder / "report.json").read_text())
    assert report.pop("timings")
    return json.dumps(report)


def wait_for_samples(folder, count, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        file = folder / "samples.jsonl"
        if file.exists() and file.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"no {count} samples; the process ended with {process.poll()}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A complete run in the command's own process."""
    folder = tmp_path_factory.mktemp("eval") / "whole"
    apus_eval("builtin", "--limit", 6, "--samples", 4, "--concurrency", 16, "--out", folder, "-q")
    return folder


@pytest.mark.parametrize("concurrency", [1, 16])
def test_samples_depend_on_their_seeds_alone(server, whole, tmp_path, concurrency):
    apus_eval(
        "builtin", "--limit", 6, "--samples", 4, "--url", server.url, "--concurrency", concurrency, "--out", tmp_path, "-q"
    )
    assert samples(tmp_path) == samples(whole)
    assert len({seed for seed, *_ in samples(whole).values()}) == 24


def test_a_killed_run_resumes_with_the_same_report(whole, tmp_path):
    process = start_eval("builtin", "--limit", 6, "--samples", 4, "--concurrency", 2, "--out", tmp_path, "-q")
    wait_for_samples(tmp_path, 3, process)
    process.kill()
    process.wait()
    done = (tmp_path / "samples.jsonl").read_text()
    assert "report.json" not in os.listdir(tmp_path) and done.count("\n") < 24
    with open(tmp_path / "samples.jsonl", "a") as file:
        file.write('{"benchmark":"builtin","ques')
    apus_eval("resume", tmp_path, "-q")
    assert (tmp_path / "samples.jsonl").read_text().startswith(done)
    assert figures(tmp_path) == figures(whole)
    before = (tmp_path / "samples.jsonl").read_text()
    apus_eval("builtin", "--limit", 6, "--samples", 4, "--out", tmp_path, "-q")
    assert (tmp_path / "samples.jsonl").read_text() == before, "a complete run asks for nothing"


def test_an_interrupted_run_ends_with_a_partial_report(tmp_path):
    process = start_eval("builtin", "--samples", 64, "--concurrency", 4, "--out", tmp_path, "-q")
    wait_for_samples(tmp_path, 2, process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3 and b"Partial" in output
    assert json.loads((tmp_path / "report.json").read_text())["status"] == "partial"


def test_budgets_and_scores_set_the_exit_code(server, whole, tmp_path):
    output = apus_eval(
        "builtin", "--url", server.url, "--budget-tokens", 500, "--out", tmp_path, "--json", "-q", code=3
    )
    assert json.loads(output)["status"] == "partial"
    same = ["builtin", "--limit", 6, "--samples", 4, "--out", whole, "-q", "--min-score"]
    apus_eval(*same, 10)
    assert "builtin" in apus_eval(*same, 100.5, code=4)


def test_another_run_is_refused(whole):
    message = apus_eval("builtin", "--limit", 6, "--samples", 4, "--seed", 1, "--out", whole, code=1)
    assert "seed: 0 there, 1 here" in message and "--out" in message


def test_runs_are_reported_graded_compared_and_exported(whole, tmp_path):
    report = json.loads(apus_eval("report", whole, "--json"))
    assert report["status"] == "complete" and report["benchmarks"][0]["samples"] == 24
    assert (whole / "report.html").read_text().startswith("<!")
    assert "pass@1" in apus_eval("regrade", whole)
    assert json.loads(apus_eval("report", whole, "--json"))["benchmarks"] == report["benchmarks"]
    comparison = json.loads(apus_eval("compare", whole, whole, "--json"))
    assert comparison["benchmarks"][0]["difference"] == 0
    assert [c["generator"] for c in json.loads(apus_eval("export", "alpaca", whole))] == ["apus-nano"] * 6


def test_custom_questions_are_asked(server, tmp_path):
    data = tmp_path / "questions.jsonl"
    rows = [
        {"question": "What is 27 + 58?", "answer": 85},
        {"prompt": "What is 27 + 58?", "grader": "contains", "answer": "85", "id": "plain"},
    ]
    data.write_text("\n".join(map(json.dumps, rows)))
    arguments = ["custom", "--data", data, "--url", server.url, "--samples", 2, "--temperature", 0, "-q"]
    report = json.loads(apus_eval(*arguments, "--out", tmp_path / "run", "--json"))
    assert report["benchmarks"][0]["pass_at_1"]["value"] == 1
    data.write_text('{"question": "What is 27 + 58?"}')
    assert "questions.jsonl:1" in apus_eval(*arguments, "--out", tmp_path / "other", code=1)


def test_benchmarks_are_listed_and_shown():
    names = [line.split()[0] for line in apus_eval("list").splitlines()]
    assert {"builtin", "aime", "math", "gsm8k", "gpqa", "mmlu", "drop", "simpleqa", "custom"} <= set(names)
    assert "55.5" in apus_eval("show", "aime")
    assert "needs its data" in apus_eval("aime", code=1)
