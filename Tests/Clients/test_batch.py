"""`apus run-batch`: OpenAI's batch format, without a server."""

import json
import os
import pty
import select
import subprocess
import time

import pytest
from server import APUS, chat_body


def line(name, body=None, url="/v1/chat/completions", **fields):
    return {"custom_id": name, "method": "POST", "url": url, "body": body or chat_body("Hi", max_tokens=4)} | fields


def write(path, lines):
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines))


def results(path):
    return [json.loads(x) for x in path.read_text().splitlines()]


@pytest.fixture
def batch(tmp_path):
    def run(lines, *arguments):
        write(tmp_path / "in.jsonl", lines)
        return subprocess.run(
            [APUS, "run-batch", tmp_path / "in.jsonl", tmp_path / "out.jsonl", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.output = tmp_path / "out.jsonl"
    return run


def test_every_line_is_answered_in_openai_format(batch, server):
    question = chat_body("What is 27 + 58?", seed=7)
    lines = [line(f"chat-{i}", question | {"seed": i}) for i in range(20)]
    lines.append(line("text", {"prompt": "27 + 58 =", "max_tokens": 3, "seed": 1}, "/v1/completions"))
    done = batch(lines)
    assert done.returncode == 0, done.stderr
    assert "21 answered, 0 failed" in done.stdout
    answers = {x["custom_id"]: x for x in results(batch.output)}
    assert set(answers) == {x["custom_id"] for x in lines}
    for answer in answers.values():
        assert set(answer) == {"id", "custom_id", "response", "error"} and answer["error"] is None
        assert answer["response"]["status_code"] == 200
        assert answer["response"]["request_id"] == answer["response"]["body"]["id"]
    served = server.chat("What is 27 + 58?", seed=3)
    assert answers["chat-3"]["response"]["body"]["choices"] == served["choices"]


def test_failures_are_told_line_by_line(batch):
    done = batch(
        [
            line("good"),
            line("url", url="/v1/embeddings"),
            line("method", method="GET"),
            line("field", chat_body("Hi", temperature=9)),
            line("model", {"model": "gpt", "messages": []}),
            line("stream", chat_body("Hi", stream=True)),
            line("good"),
            "{no json",
            {"url": "/v1/completions"},
            "",
            '"text"',
        ]
    )
    assert done.returncode == 0 and "1 answered, 9 failed" in done.stdout
    refused = {x["error"]["line"]: x["error"]["code"] for x in results(batch.output) if x["error"]}
    assert refused == {
        7: "duplicate_custom_id",
        8: "invalid_json_line",
        9: "invalid_custom_id",
        11: "invalid_json_line",
    }
    statuses = {
        x["custom_id"]: (x["response"]["status_code"], x["response"]["body"].get("error", {}).get("param"))
        for x in results(batch.output)
        if x["response"]
    }
    assert statuses == {
        "good": (200, None),
        "url": (400, "url"),
        "method": (400, "method"),
        "field": (400, "temperature"),
        "model": (404, "model"),
        "stream": (400, "stream"),
    }


def test_a_killed_run_is_resumed(batch, tmp_path):
    lines = [line(f"r{i}", chat_body("What is 27 + 58?", max_tokens=200, ignore_eos=True)) for i in range(60)]
    lines.insert(5, "broken")
    write(tmp_path / "in.jsonl", lines)
    command = [APUS, "run-batch", tmp_path / "in.jsonl", batch.output, "--max-num-seqs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if batch.output.exists() and batch.output.read_bytes().count(b"\n") >= 4:
            break
        time.sleep(0.005)
    process.kill()
    process.wait()
    before = batch.output.read_bytes()
    whole = before.count(b"\n")
    assert 4 <= whole < 61
    # What a crash in the middle of a write leaves behind.
    batch.output.write_bytes(before[: before.rfind(b"\n") + 1] + b'{"id": "batch_req_1", "custom')
    done = batch(lines)
    assert done.returncode == 0, done.stderr
    assert f"{whole} were there before" in done.stdout
    names = [x["custom_id"] for x in results(batch.output)]
    assert sorted(filter(None, names)) == sorted(f"r{i}" for i in range(60)) and names.count(None) == 1
    assert batch.output.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    again = batch(lines)
    assert "0 answered, 0 failed, 61 were there before" in again.stdout and len(results(batch.output)) == 61


def test_wrong_files_are_named(batch, tmp_path):
    missing = subprocess.run(
        [APUS, "run-batch", "/no/such/file", batch.output], capture_output=True, text=True, timeout=60
    )
    assert missing.returncode == 1 and "/no/such/file" in missing.stderr
    batch.output.write_text("notes\n")
    other = batch([line("a")])
    assert other.returncode == 1 and "out.jsonl" in other.stderr and "line 1" in other.stderr
    assert batch.output.read_text() == "notes\n"


def test_progress_is_shown_on_a_terminal(tmp_path):
    write(tmp_path / "in.jsonl", [line(f"r{i}") for i in range(8)])
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [APUS, "run-batch", tmp_path / "in.jsonl", tmp_path / "out.jsonl"],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    while select.select([main], [], [], 60)[0]:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(main)
    assert process.wait(60) == 0
    assert "Answering" in shown.decode() and "8/8" in shown.decode()
