"""Health, the end of a server by a signal, and what is on disk when it was killed."""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

import httpx
import pytest
from server import APUS, ROOT, chat_body

NANO = ROOT / "Sources" / "CBuiltinModel" / "model"
# How long files are written and killed again and again.
KILL_SECONDS = float(os.environ.get("KILL_SECONDS", 2))
# Swift's own backtrace, which follows the report where the toolchain is installed, takes its time.
NO_BACKTRACE = {"SWIFT_BACKTRACE": "enable=no"}
READY = ["/health", "/v1/health", "/healthz", "/ready", "/readyz", "/ping"]
LIVE = ["/live", "/livez"]


def endless(stream, **fields):
    return {"max_tokens": 4000, "ignore_eos": True, "stream": stream} | fields


# MARK: Health


def test_while_the_model_loads_the_server_lives_and_is_not_ready(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for file in NANO.iterdir():
        if file.name != "tokenizer.json":
            (folder / file.name).symlink_to(file)
    # Loading waits for whoever writes to the pipe.
    os.mkfifo(folder / "tokenizer.json")
    log = tmp_path / "log"
    with log.open("w") as lines:
        process = subprocess.Popen([APUS, "serve", folder, "--port", "0"], stderr=lines)
    try:
        deadline = time.monotonic() + 30
        while "Listening on http://127.0.0.1:" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        url = log.read_text().split("Listening on ")[1].split()[0]
        for path in LIVE:
            assert httpx.get(url + path).status_code == 200
        for path in READY:
            answer = httpx.get(url + path)
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0, path
            assert answer.json()["error"]["code"] == "service_unavailable"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, "a server that loads ends at once"
    finally:
        process.kill()
        process.wait()


def test_a_server_that_drains_takes_no_connection_and_finishes_what_runs(start):
    server = start()
    client = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    body = json.dumps(chat_body("Hi", **endless(False, max_tokens=400))).encode()
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1, "busy")
    server.process.send_signal(signal.SIGTERM)
    server.wait_until(lambda: any("Draining" in line for line in server.lines), "draining")
    time.sleep(0.1)
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    answer = b""
    while part := client.recv(65536):
        answer += part
    assert answer.startswith(b"HTTP/1.1 200") and b"Connection: close" in answer
    assert server.process.wait(30) == 0


# MARK: SIGTERM


def failure(path, body):
    """The error at the end of a stream, in the way of the route."""
    events = [dict(l.split(": ", 1) for l in e.split("\n") if ": " in l) for e in body.split("\n\n") if e.strip()]
    if path == "/v1/messages":
        assert events[-1]["event"] == "error"
        return json.loads(events[-1]["data"])["error"]["type"]
    if path == "/v1/responses":
        assert events[-1]["event"] in ("response.failed", "error")
        return json.loads(events[-1]["data"])["response"]["error"]["code"]
    assert events[-1]["data"] == "[DONE]"
    return json.loads(events[-2]["data"])["error"]["code"]


@pytest.mark.parametrize("http2", [False, True])
def test_answers_that_outlast_the_shutdown_are_told_so_in_every_dialect(start, http2):
    server = start("--shutdown-timeout", "0.3")
    bodies = {
        "/v1/chat/completions": chat_body("Hi"),
        "/v1/completions": {"prompt": "Hi"},
        "/v1/responses": {"input": "Hi", "max_output_tokens": 4000},
        "/v1/messages": chat_body("Hi"),
    }
    answers = {}

    def ask(path, stream):
        with httpx.Client(http1=not http2, http2=http2, timeout=60) as client:
            answers[path, stream] = client.post(server.url + path, json=bodies[path] | endless(stream))

    threads = [threading.Thread(target=ask, args=(path, stream)) for path in bodies for stream in (True, False)]
    for thread in threads:
        thread.start()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 8, "busy")
    assert server.terminate(10) == 0
    for thread in threads:
        thread.join()
    for path in bodies:
        streamed, whole = answers[path, True], answers[path, False]
        assert streamed.status_code == 200, path
        expected = {"/v1/messages": "overloaded_error", "/v1/responses": "server_error"}
        assert failure(path, streamed.text) == expected.get(path, "service_unavailable"), path
        assert whole.status_code == (529 if path == "/v1/messages" else 503), path
        assert "shutting down" in whole.json()["error"]["message"] and int(whole.headers["Retry-After"]) > 0


def test_a_client_on_h2_reads_its_stream_to_the_end_while_the_server_drains(start):
    server = start()
    text = ""
    with httpx.Client(http1=False, http2=True, timeout=60) as client:
        body = chat_body("Hi", **endless(True, max_tokens=200))
        with client.stream("POST", server.url + "/v1/chat/completions", json=body) as stream:
            for line in stream.iter_lines():
                if not text:
                    server.process.send_signal(signal.SIGTERM)
                text += line + "\n"
    assert text.endswith("data: [DONE]\n\n") and server.process.wait(30) == 0


@pytest.mark.parametrize("numbers", [(signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGTERM)])
def test_a_second_signal_ends_the_server_at_once(start, numbers):
    server = start()
    client = socket.create_connection(("127.0.0.1", server.port))
    body = json.dumps(chat_body("Hi", **endless(True))).encode()
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1, "busy")
    server.process.send_signal(numbers[0])
    server.wait_until(lambda: any("Draining" in line for line in server.lines), "draining")
    server.process.send_signal(numbers[1])
    assert server.process.wait(5) == 128 + numbers[1]
    client.close()


# MARK: Fatal signals


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGTRAP])
def test_a_fatal_signal_tells_what_was_running(start, number):
    server = start(environment=NO_BACKTRACE)
    client = socket.create_connection(("127.0.0.1", server.port))
    body = json.dumps(chat_body("A private matter", **endless(True, request_id="mine-1", n=2))).encode()
    client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    answer = b""
    while answer.count(b"data: ") < 8:
        answer += client.recv(4096)
    server.process.send_signal(number)
    assert server.process.wait(10) == -number, "the exit status is the signal's"
    server.listening.wait(1)
    time.sleep(0.1)
    text = "".join(server.lines)
    assert f"is ended by {number.name}" in text and f"sent by process {os.getpid()}" in text, text
    assert "rows of 1 request: chatcmpl-mine-1" in text and "private" not in text, text
    client.close()


def test_a_checkpoint_that_is_truncated_while_it_is_served_is_named(start, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(NANO, folder)
    server = start(str(folder), "--served-model-name", "apus-nano", environment=NO_BACKTRACE)
    os.truncate(folder / "model.safetensors", 4096)
    try:
        server.post("/v1/chat/completions", chat_body("Hi", max_tokens=4))
    except OSError:
        pass
    assert server.process.wait(10) == -signal.SIGBUS
    time.sleep(0.1)
    text = "".join(server.lines)
    assert "is ended by SIGBUS" in text and "in thread" in text, text
    assert "model.safetensors, which was truncated while it was mapped" in text, text
    assert "prompt rows and 0 generated rows of 1 request: chatcmpl-" in text, text


# MARK: SIGKILL


def test_a_batch_that_is_killed_at_any_moment_keeps_what_it_told(tmp_path):
    lines = [
        json.dumps({"custom_id": f"r{i}", "method": "POST", "url": "/v1/completions",
                    "body": {"prompt": f"{i} + {i}", "max_tokens": 4, "seed": i}})
        for i in range(4000)
    ]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    output = tmp_path / "out.jsonl"
    random.seed(7)
    deadline, kept, kills = time.monotonic() + KILL_SECONDS, b"", 0
    while time.monotonic() < deadline:
        process = subprocess.Popen(
            [APUS, "run-batch", tmp_path / "in.jsonl", output, "--max-num-seqs", "4"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(random.uniform(0.1, 0.8))
        process.kill()
        assert process.wait() in (-signal.SIGKILL, 0)
        content = output.read_bytes() if output.exists() else b""
        assert content.startswith(kept), "whole lines are never lost or changed"
        kept = content[: content.rfind(b"\n") + 1]
        kills += 1
    names = [json.loads(line)["custom_id"] for line in kept.splitlines()]
    assert kills > 1 and names and len(set(names)) == len(names), (kills, len(names))


def test_packed_weights_whose_writing_is_killed_are_never_used(tmp_path):
    cache, output = tmp_path / "cache", tmp_path / "out.jsonl"
    body = {"prompt": "27 + 58 =", "max_tokens": 8, "temperature": 0}
    request = {"custom_id": "a", "method": "POST", "url": "/v1/completions", "body": body}
    (tmp_path / "in.jsonl").write_text(json.dumps(request))
    command = [APUS, "run-batch", tmp_path / "in.jsonl", output, "--model", NANO, "--quantization", "q8_0"]

    def answer(*options):
        output.unlink(missing_ok=True)
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(output.read_text())["response"]["body"]["choices"][0]["text"]

    expected = answer()
    cache.mkdir()
    begin = time.monotonic()
    assert answer("--weight-cache", cache) == expected
    took = time.monotonic() - begin
    assert any(file.is_file() for file in cache.rglob("*")), "the cache is written"
    random.seed(8)
    deadline = time.monotonic() + KILL_SECONDS / 2
    while time.monotonic() < deadline:
        shutil.rmtree(cache)
        cache.mkdir()
        output.unlink(missing_ok=True)
        process = subprocess.Popen([*command, "--weight-cache", cache], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, took))
        process.kill()
        process.wait()
        assert answer("--weight-cache", cache) == expected


def test_a_quantised_file_whose_writing_is_killed_has_no_name(tmp_path):
    output = tmp_path / "out.gguf"
    command = [APUS, "quantize", "built-in", output, "--type", "q8_0", "--force"]
    begin = time.monotonic()
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    took, whole = time.monotonic() - begin, output.read_bytes()
    random.seed(9)
    deadline = time.monotonic() + KILL_SECONDS / 2
    while time.monotonic() < deadline:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, took))
        process.kill()
        process.wait()
        assert output.read_bytes() == whole
