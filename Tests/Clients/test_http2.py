"""HTTP/2: curl, nghttp and h2load, many streams, back-pressure, drain and floods."""

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

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CALM = 11


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


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


def flood(server, data, repeat=1):
    """Sends preface and frames again and again; returns whether the server closed, and its GOAWAY's error code."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        answer = b""
        try:
            connection.sendall(PREFACE + frame(4))
            for _ in range(repeat):
                connection.sendall(data)
        except OSError:
            pass
        try:
            while part := connection.recv(65536):
                answer += part
        except TimeoutError:
            return False, None
        except ConnectionError:
            pass
    code = None
    while len(answer) >= 9:
        end = 9 + int.from_bytes(answer[:3], "big")
        if answer[3] == 7:
            code = int.from_bytes(answer[13:17], "big")
        answer = answer[end:]
    return True, code


HEAD = b"\x82\x86\x84\x41\x01a"
FLOODS = {
    "pings": (frame(6, 0, 0, bytes(8)) * 500, 40),
    "settings": (frame(4) * 500, 40),
    "window updates": (frame(8, 0, 0, b"\0\0\0\1") * 500, 40),
    "priorities": (frame(2, 0, 3, b"\0\0\0\0\x10") * 500, 40),
    "empty data": (frame(1, 4, 1, b"\x83\x86\x84\x41\x01a") + frame(0, 0, 1) * 20_000, 1),
    "continuations": (frame(1, 0, 1, HEAD) + frame(9, 0, 1, b"\0\1x\1y") * 100_000, 1),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_end_the_connection(server, name):
    assert flood(server, *FLOODS[name])[0]
    assert server.get("/health")[0] == 200


def test_rapid_resets_end_the_connection_and_start_no_work(start):
    server = start()
    body = json.dumps(endless()).encode()
    data = b""
    for stream in range(1, 20_001, 2):
        data += frame(1, 4, stream, b"\x83\x86\x04\x14/v1/chat/completions\x41\x01a") + frame(0, 1, stream, body)
        data += frame(3, 0, stream, (8).to_bytes(4, "big"))
    closed, code = flood(server, data)
    assert closed and code in (CALM, None), "the GOAWAY is lost where the flood is still being sent"
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "idle")
    assert server.metric("apus:num_requests_waiting") == 0


def test_a_header_bomb_is_refused(server):
    entry = b"\x40\x01x\x7f\xa1\x1e" + b"A" * 4000
    assert flood(server, frame(1, 5, 1, HEAD + entry + b"\xbe" * 12_000)) == (True, CALM)
    assert server.get("/health")[0] == 200


def test_what_begins_like_http2_and_is_not(server):
    assert server.raw(PREFACE[:18] + b"XX\r\n\r\n").startswith(b"HTTP/1.1 505")
    for length in range(1, len(PREFACE), 5):
        assert not server.raw(PREFACE[:length], seconds=0.2).startswith(b"HTTP/1.1 2")
    assert server.get("/health")[0] == 200
