"""HTTP/2: curl, nghttp and h2load, many streams, back-pressure and drain; test_wire.py has the attacks."""

import json
import re
import signal
import socket
import ssl
import subprocess

import pytest
from certificates import Identity
from http2 import Client
from server import chat_body
from test_http import curl
from wire import PREFACE

def endless(**fields):
    return chat_body("What is 27 + 58?", max_tokens=4000, ignore_eos=True, stream=True, **fields)


def test_curl_streams_by_prior_knowledge(server):
    body = json.dumps(chat_body("What is 27 + 58?", stream=True, seed=3))
    arguments = ["-N", f"{server.url}/v1/chat/completions", "-d", body]
    answer = curl("--http2-prior-knowledge", *arguments)
    assert answer.endswith("data: [DONE]\n\n")

    def words(text):
        events = [json.loads(e[6:]) for e in text.split("\n\n") if e.startswith("data: {")]
        return [c["delta"] for e in events for c in e["choices"]]

    assert words(answer) == words(curl(*arguments))
    status = curl("--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", server.url + "/x")
    assert status == "2 404"


def test_curl_uploads_and_waits_for_100_continue(server):
    text = "x" * 300_000
    answer = curl(
        "--http2-prior-knowledge", "-H", "Expect: 100-continue", f"{server.url}/tokenize", "-d",
        json.dumps({"prompt": "hi " + text[:1000]}),
    )  # fmt: skip
    assert json.loads(answer)["count"] > 0


def test_nghttp_and_h2load_run_clean(start, tmp_path):
    identity = Identity(tmp_path, "localhost")
    secure = start(
        "--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key,
        context=ssl.create_default_context(cafile=identity.certificate),
    )  # fmt: skip
    for url in (secure.url, start().url):
        shown = subprocess.run(["nghttp", "-nv", f"{url}/version"], capture_output=True, text=True, timeout=60)
        assert shown.returncode == 0 and ":status: 200" in shown.stdout and "RST_STREAM" not in shown.stdout
        load = subprocess.run(
            ["h2load", "-n", "2000", "-c", "8", "-m", "32", f"{url}/version"], capture_output=True, text=True, timeout=120
        )
        assert "2000 succeeded, 0 failed, 0 errored, 0 timeout" in load.stdout, load.stdout
        assert re.search(r"Application protocol: h2c?\n", load.stdout) or url.startswith("http:"), load.stdout


def test_streams_run_beside_each_other(server):
    client = Client(server.port)
    streams = {client.request("/v1/chat/completions", chat_body(f"What is {n} + 2?", max_tokens=5)): n for n in range(100)}
    for stream in streams:
        status, body = client.answer(stream)
        assert status == 200 and json.loads(body)["usage"]["completion_tokens"] == 5
    client.close()


def test_every_event_is_sent_at_once(server):
    client = Client(server.port)
    stream = client.request("/v1/chat/completions", chat_body("What is 2 + 2?", stream=True, max_tokens=20))
    _, body = client.answer(stream)
    assert client.frames[stream] >= body.count(b"data: ")
    client.close()


def test_a_reset_stops_the_work_of_its_stream_alone(start):
    server = start()
    client = Client(server.port)
    first, second = (client.request("/v1/chat/completions", endless()) for _ in range(2))
    client.wait(lambda: first in client.data and second in client.data)
    client.h2.reset_stream(first, 8)
    client.flush()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1, "one request running")
    before = len(client.data[second])
    client.wait(lambda: len(client.data[second]) > before)
    client.close()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "idle")


def test_a_slow_reader_stops_its_stream_alone(start):
    server = start()
    client = Client(server.port, window=1000)
    slow = client.request("/v1/chat/completions", endless())
    client.wait(lambda: len(client.data.get(slow, b"")) == 1000, gives_window=lambda stream: False)
    for _ in range(3):
        quick = client.request("/v1/chat/completions", chat_body("What is 2 + 2?", stream=True, max_tokens=30))
        client.wait(lambda: quick in client.ended, gives_window=lambda stream: stream != slow)
        assert client.data[quick].endswith(b"data: [DONE]\n\n")
    assert len(client.data[slow]) == 1000
    client.h2.increment_flow_control_window(1 << 20, slow)
    client.flush()
    client.wait(lambda: len(client.data[slow]) > 50_000)
    client.close()


def test_sigterm_lets_streams_finish_and_says_goodbye(start):
    server = start()
    body = json.dumps(chat_body("What is 27 + 58?", stream=True, max_tokens=400, ignore_eos=True))
    arguments = ["curl", "-sSN", "--http2-prior-knowledge", f"{server.url}/v1/chat/completions", "-d", body]
    stream = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    first = stream.stdout.readline()
    idle = Client(server.port)
    assert idle.answer(idle.request("/version"))[0] == 200
    server.process.send_signal(signal.SIGTERM)
    answer = first + stream.stdout.read()
    assert stream.wait(60) == 0 and answer.endswith(b"data: [DONE]\n\n")
    idle.drain()
    assert idle.goaway == 0 and server.process.wait(30) == 0


def test_what_begins_like_http2_and_is_not(server):
    assert server.raw(PREFACE[:18] + b"XX\r\n\r\n").startswith(b"HTTP/1.1 505")
    for length in range(1, len(PREFACE), 5):
        assert not server.raw(PREFACE[:length], seconds=0.2).startswith(b"HTTP/1.1 2")
    assert server.get("/health")[0] == 200
