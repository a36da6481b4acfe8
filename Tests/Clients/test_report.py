"""The report of a run in a browser, and the comparison of runs, from folders made by hand."""

import json
import subprocess

import pytest
from accessibility import problems
from server import APUS

HOSTILE = "</pre><script>window.attacked = true</script><img src=x onerror='window.attacked = true'>"


def apus(*arguments):
    return subprocess.run([APUS, "eval", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def question(benchmark, number, gold):
    return {"benchmark": benchmark, "id": f"{benchmark}-{number}", "prompt": f"Question {number}? {HOSTILE}", "gold": gold}


def sample(benchmark, number, index, answer, gold):
    """`answer` None stands for a sample that was cut while it reasoned."""
    verdict = {"score": 0} if answer is None else {"score": int(answer == gold), "answer": answer, "rule": "boxed"}
    return {
        "benchmark": benchmark, "question": f"{benchmark}-{number}", "index": index, "seed": 7 * index,
        "reasoning": f"Let me see. {HOSTILE}", "content": "" if answer is None else f"It is {answer}. {HOSTILE}",
        "finish_reason": "length" if answer is None else "stop", "prompt_tokens": 30, "cached_tokens": 16,
        "reasoning_tokens": 100 * (index + 1), "completion_tokens": 100 * (index + 1) + 12, "seconds": 1.5,
        "verdict": verdict,
    }  # fmt: skip


def write(folder, answers, model="DeepSeek-R1-Distill-Qwen-7B", grader="by hand"):
    """A run's folder; `answers` has a list of questions with their samples' answers for each benchmark."""
    folder.mkdir()
    questions, samples, parts = [], [], {}
    for benchmark, rows in answers.items():
        gold = "B" if benchmark == "gpqa" else "7"
        count = max(map(len, rows))
        parts[benchmark] = {"samples": count, "questions": len(rows), "grader": grader, "prompts_sha256": "0" * 64}
        for number, row in enumerate(rows):
            questions.append(question(benchmark, number, gold))
            samples += [sample(benchmark, number, index, answer, gold) for index, answer in enumerate(row)]
    manifest = {
        "format": 1, "apus": "test", "started": "2026-01-02T03:04:05Z", "model": model, "seed": 0,
        "sampling": {"temperature": 0.6, "top_p": 0.95, "max_tokens": 1000}, "benchmarks": parts,
        "server": {}, "machine": {}, "notes": ["the limit was lowered"],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name, lines in (("questions", questions), ("samples", samples)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    answers = {
        "aime": [["7", "7", "3", None], ["7", "3", "4", "7"], [None, None, "7"], ["3", "7", "3", "7"]],
        "gpqa": [["B"], ["A"], ["C"]],
    }
    folder = write(tmp_path_factory.mktemp("report") / "run", answers)
    result = apus("report", folder)
    assert result.returncode == 0, result.stderr
    return folder, result.stdout


def test_the_figures_are_those_computed_by_hand(run):
    folder, text = run
    aime = json.loads((folder / "report.json").read_text())["benchmarks"][0]
    # (2/4 + 2/4 + 1/3 + 2/4) / 4
    assert aime["pass_at_1"]["value"] == pytest.approx(11 / 24)
    # 1, 1, 1 of a single vote, 1/2 of a tie
    assert aime["consensus"]["value"] == pytest.approx(3.5 / 4)
    assert aime["rates"]["truncated"] == 3 and aime["status"] == "partial"
    assert "45.8" in text and "(partial)" in text and "the limit was lowered" in text


@pytest.mark.parametrize("width, dark", [(1280, False), (1280, True), (375, False), (375, True)])
def test_the_page_opens_without_network_and_is_accessible(run, browser, width, dark):
    page = browser.page(width=width, dark=dark)
    try:
        address = (run[0] / "report.html").as_uri()
        page.open(address)
        page.run("document.querySelectorAll('details').forEach((element) => { element.open = true })")
        assert problems(page) == []
        assert page.run("document.documentElement.scrollWidth") <= width
        assert page.requests == [address] and page.complaints == []
        assert not page.run("window.attacked ?? document.querySelector('script, img')")
        assert "45.8" in page.text(".scores")
        assert HOSTILE in page.text("main"), "what the model wrote is there to read"
    finally:
        page.close()


def test_a_sample_unfolds_and_its_reasoning_within(run, page):
    page.open((run[0] / "report.html").as_uri())
    within = "#b0 .sample"
    assert not page.run(f"document.querySelector('{within} pre').checkVisibility()")
    page.run(f"document.querySelectorAll('{within}').forEach((element, index) => index && element.remove())")
    page.click(f"{within} > summary")
    page.wait(f"document.querySelector('{within} > pre').checkVisibility()")
    assert not page.run(f"document.querySelector('{within} .reasoning pre').checkVisibility()")
    page.click(f"{within} .reasoning > summary")
    page.wait(f"document.querySelector('{within} .reasoning pre').checkVisibility()")


def test_questions_of_gpqa_stay_out_of_view(run, page):
    address = (run[0] / "report.html").as_uri()
    page.open(address)
    assert page.count("#b1 pre") == 0 and page.count("#b1 .sample") == 3
    assert apus("report", run[0], "--show-questions").returncode == 0
    page.reload()
    assert page.count("#b1 pre") == 9


def test_a_run_compared_with_itself_does_not_differ(run):
    result = apus("compare", run[0], run[0], "--json")
    assert result.returncode == 0, result.stderr
    for entry in json.loads(result.stdout)["benchmarks"]:
        assert entry["difference"] == 0 and entry["t_p"] == entry["permutation_p"] == 1


def test_runs_that_were_graded_otherwise_are_not_compared(tmp_path):
    rows = {"aime": [["7", "3"], ["3", "3"]]}
    one, other = write(tmp_path / "one", rows), write(tmp_path / "other", rows, grader="other rules")
    result = apus("compare", one, other)
    assert result.returncode == 1 and "graders differ: by hand and other rules" in result.stdout
    assert apus("compare", one, other, "--force").returncode == 0
