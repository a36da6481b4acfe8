"""OpenAI's error envelope, whoever refuses: the codec, the router, the key check, a route or the engine."""

import json

import pytest
from server import chat_body


def envelope(content):
    body = json.loads(content)
    assert set(body) == {"error"} and set(body["error"]) == {"message", "type", "param", "code"}
    error = body["error"]
    assert error["message"] and error["type"]
    return error


def answer(raw):
    head, _, content = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), content


@pytest.mark.parametrize(
    "request_bytes, status, code",
    [
        (b"nonsense\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed_request"),
        (b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "malformed_request"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417, "expectation_failed"),
        (b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505, "http_version_not_supported"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413, "request_too_large"),
    ],
    ids=["line", "host", "length", "target", "fields", "expectation", "version", "body"],
)
def test_what_the_codec_refuses(server, request_bytes, status, code):
    got, head, content = answer(server.raw(request_bytes, 5))
    assert got == status and "content-type: application/json" in head
    error = envelope(content)
    assert error["code"] == code


def test_what_the_router_refuses(server):
    for method, path, status, code in [
        ("GET", "/no/such/route", 404, "not_found"),
        ("POST", "/v1/no", 404, "not_found"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("PUT", "/v1/models/apus-nano", 405, "method_not_allowed"),
    ]:
        got, headers, content = server.request(method, path)
        assert got == status and envelope(content)["code"] == code
        assert (status == 405) == ("Allow" in headers)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize", "/apply-template"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"null", b'{"model": 3}', b"{}" * 2])
def test_bodies_that_are_no_request(server, path, body):
    status, _, content = server.request("POST", path, body)
    assert status == 400 and envelope(content)["type"] == "invalid_request_error"


def test_encoded_bodies(server):
    status, _, content = server.request("POST", "/v1/completions", b"x", {"Content-Encoding": "br"})
    assert status == 415 and envelope(content)["code"] == "unsupported_encoding"


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_route_refuses_is_no_stream(server, stream):
    for fields, param, code in [
        ({"temperature": -1}, "temperature", None),
        ({"messages": []}, "messages", None),
        ({"max_tokens": 5000}, "messages", "context_length_exceeded"),
        ({"priority": 1.5}, "priority", None),
        ({"request_id": "a b"}, "request_id", None),
    ]:
        status, headers, content = server.request("POST", "/v1/chat/completions", chat_body("Hi", stream=stream) | fields)
        assert status == 400 and headers["Content-Type"] == "application/json"
        error = envelope(content)
        assert (error["param"], error["code"]) == (param, code)


def test_waiting_helps_where_retry_after_says_so(start):
    server = start("--max-num-seqs", "1", "--max-num-queued-reqs", "0", "--api-key", "k")
    key = {"Authorization": "Bearer k"}
    status, headers, content = server.request("POST", "/v1/completions", {"prompt": ["1", "2"], "max_tokens": 1}, key)
    assert status == 400 and envelope(content)["param"] == "prompt" and "Retry-After" not in headers
    status, headers, content = server.request("POST", "/v1/completions", {"prompt": "1"})
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer" and "Retry-After" not in headers
    assert envelope(content)["code"] == "invalid_api_key"
