"""curl and raw sockets against the server."""

import gzip
import json
import socket
import subprocess
import time

from server import chat_body


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "60", *arguments], capture_output=True, check=True)
    return done.stdout.decode()


def request_bytes(path, body=None, version="1.1", headers=""):
    data = b"" if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    head = f"{method} {path} HTTP/{version}\r\nHost: x\r\n{headers}"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return (head + "\r\n").encode() + data


def test_curl_streams_reasoning_then_content(server):
    body = json.dumps(chat_body("What is 27 + 58?", stream=True))
    lines = curl("-N", f"{server.url}/v1/chat/completions", "-d", body).split("\n\n")
    assert lines[-2] == "data: [DONE]"
    deltas = [json.loads(x[6:])["choices"][0]["delta"] for x in lines if x.startswith("data: {")]
    assert deltas[0]["role"] == "assistant"
    kinds = [k for d in deltas for k in ("reasoning_content", "content") if d.get(k)]
    assert kinds == sorted(kinds, reverse=True), "all reasoning comes before the answer"
    assert "85" in "".join(d.get("content") or "" for d in deltas)


def test_curl_uploads_in_chunks(server):
    body = json.dumps(chat_body("What is 1 + 1?", max_tokens=2))
    answer = curl(
        f"{server.url}/v1/chat/completions", "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue", "-d", body
    )
    assert json.loads(answer)["usage"]["completion_tokens"] == 2


def test_head_and_options(server):
    head = curl("-I", f"{server.url}/health")
    assert head.startswith("HTTP/1.1 200")
    status, headers, _ = server.request(
        "OPTIONS",
        "/v1/chat/completions",
        headers={
            "Origin": "http://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert status in (200, 204)
    assert headers["Access-Control-Allow-Origin"] in ("*", "http://example.org")
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert "authorization" in headers["Access-Control-Allow-Headers"].lower()


def test_pipelined_requests_are_answered_in_order(server):
    slow = request_bytes("/v1/chat/completions", chat_body("What is 2 + 2?", max_tokens=30))
    quick = request_bytes("/version", headers="Connection: close\r\n")
    answer = server.raw(slow + quick)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"chat.completion") < answer.index(b'"version"')


def test_http_1_0_gets_a_stream_that_ends_with_the_connection(server):
    body = chat_body("What is 2 + 2?", stream=True, max_tokens=5)
    answer = server.raw(request_bytes("/v1/chat/completions", body, version="1.0"))
    assert b"Transfer-Encoding" not in answer and answer.rstrip().endswith(b"data: [DONE]")


def test_framing_errors_have_their_status(server):
    cases = {
        b"NONSENSE\r\n\r\n": b"400",
        b"GET / HTTP/1.1\r\n\r\n": b"400",
        b"GET / HTTP/3.7\r\nHost: x\r\n\r\n": b"505",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab": b"400",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": b"400",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000 + b"\r\n\r\n": b"431",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n": b"414",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n": b"413",
    }
    for data, status in cases.items():
        assert server.raw(data).startswith(b"HTTP/1.1 " + status), data[:80]
    assert server.get("/health")[0] == 200


def test_errors_use_the_envelope(server):
    for method, path, body, status in [
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/v1/models", None, 405),
        ("POST", "/v1/chat/completions", b"{not json", 400),
        ("POST", "/v1/chat/completions", b"[]", 400),
        ("GET", "/v1/models/none", None, 404),
    ]:
        got, _, content = server.request(method, path, body)
        assert got == status, (path, content)
        assert set(json.loads(content)["error"]) == {"message", "type", "param", "code"}


def test_a_wrong_method_is_told_the_right_ones(server):
    status, headers, content = server.get("/v1/chat/completions")
    assert status == 405 and headers["Allow"] == "POST, OPTIONS"
    assert "POST" in json.loads(content)["error"]["message"]


def test_an_encoded_body_is_refused_by_its_encoding(server):
    body = gzip.compress(json.dumps(chat_body("Hi")).encode())
    status, _, content = server.request("POST", "/v1/chat/completions", body, {"Content-Encoding": "gzip"})
    assert status == 415 and "gzip" in json.loads(content)["error"]["message"]


def test_requests_have_names(server):
    for stream in (False, True):
        body = chat_body("Hi", max_tokens=1, stream=stream)
        for sent, known in (("order-66", True), ('no "such" name', False), ("", False), ("x" * 129, False)):
            status, headers, content = server.request("POST", "/v1/chat/completions", body, {"X-Request-Id": sent})
            assert status == 200
            name = headers["X-Request-Id"]
            assert name == sent if known else name.startswith("chatcmpl-")
            assert name.encode() in content


def test_tokenize_and_back(server):
    status, answer = server.post("/tokenize", {"model": "apus-nano", "prompt": "27 + 58 = 85, 你好 🙂"})
    assert status == 200 and answer["count"] == len(answer["tokens"]) and answer["max_model_len"] == 4096
    status, back = server.post("/detokenize", {"model": "apus-nano", "tokens": answer["tokens"]})
    assert status == 200 and back["prompt"] == "27 + 58 = 85, 你好 🙂"
    status, chat = server.post("/tokenize", chat_body("Hi"))
    assert status == 200 and chat["tokens"][0] == 0


def test_token_ids_are_returned(server):
    body = {"model": "apus-nano", "prompt": [[0, 5, 6]], "max_tokens": 3, "return_token_ids": True, "seed": 1}
    status, answer = server.post("/v1/completions", body)
    assert status == 200
    assert len(answer["choices"][0]["token_ids"]) == answer["usage"]["completion_tokens"]


def test_metrics_and_version(server):
    _, headers, text = server.get("/metrics")
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for name in (
        "num_requests_running",
        "num_requests_waiting",
        "kv_cache_usage_perc",
        "prompt_tokens_total",
        "generation_tokens_total",
        "request_success_total",
        "time_to_first_token_seconds_count",
        "e2e_request_latency_seconds_bucket",
        "prefix_cache_hits_total",
    ):
        assert f"\napus:{name}" in text.decode(), name
    assert json.loads(server.get("/version")[2])["version"]


def test_repeated_prompt_comes_from_the_cache(server):
    text = "Add these numbers: " + " + ".join(map(str, range(40)))
    first = server.chat(text, max_tokens=1)["usage"]
    second = server.chat(text, max_tokens=1)["usage"]
    assert second["prompt_tokens_details"]["cached_tokens"] >= 32 > first["prompt_tokens"] - second["prompt_tokens"]
    assert second["prompt_cache_hit_tokens"] == second["prompt_tokens_details"]["cached_tokens"]


def endless(**fields):
    return chat_body("What is 27 + 58?", max_tokens=4000, ignore_eos=True, **fields)


def test_disconnected_clients_free_their_blocks(server):
    for stream in (True, False):
        for head_start in (0.0, 0.2):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(request_bytes("/v1/chat/completions", endless(stream=stream)))
            time.sleep(head_start)
            connection.close()
            server.wait_until(
                lambda: server.metric("apus:num_requests_running") == server.metric("apus:num_requests_waiting") == 0,
                "idle",
                5,
            )
    assert server.metric("apus:kv_cache_usage_perc") == 0


def test_waiting_streams_get_comments(start):
    server = start("--max-num-seqs", "1", "--sse-keep-alive-interval", "0.1")
    first = socket.create_connection(("127.0.0.1", server.port))
    first.sendall(request_bytes("/v1/chat/completions", endless(stream=True)))
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 1, "busy")
    second = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    second.sendall(request_bytes("/v1/chat/completions", endless(stream=True)))
    received = b""
    while b": keep-alive\n\n" not in received:
        received += second.recv(4096)
    assert b"data:" not in received
    first.close()
    second.close()


def test_requests_above_the_size_limit_are_refused(start):
    server = start("--max-request-size", "10K")
    status, body = server.post("/v1/chat/completions", chat_body("x" * 20_000))
    assert status == 413 and body["error"]["message"]
    assert server.get("/health")[0] == 200


def test_without_a_key_no_body_is_read(start):
    server = start("--api-key", "SECRET")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    assert server.raw(head).startswith(b"HTTP/1.1 401 ")
    assert server.get("/health")[0] == 200
