"""Keys from a file, their scopes and limits, the audit log, and what responses tell of times and limits."""

import contextlib
import hashlib
import json
import re
import signal
import socket
import subprocess

import anthropic
import openai
import pytest
from server import APUS, ROOT, chat_body
from test_http import curl

# One token, as many requests as wanted.
BRIEF = chat_body("Hi", max_tokens=1, ignore_eos=True)
ENDLESS = chat_body("Hi", max_tokens=4000, ignore_eos=True, stream=True)


def create(*arguments):
    """A key and its entry."""
    done = subprocess.run([APUS, "key", "create", *arguments], capture_output=True, text=True, timeout=60, check=True)
    key = done.stderr.split()[-1]
    assert key.startswith("sk-apus-") and key not in done.stdout
    assert hashlib.sha256(key.encode()).hexdigest() in done.stdout
    return key, done.stdout


class Keys:
    """A file of keys; `secrets` has them by name."""

    def __init__(self, path):
        self.path, self.secrets, self.entries = path, {}, {}
        self.write()

    def add(self, name, *arguments):
        self.secrets[name], self.entries[name] = create(name, *arguments)
        self.write()

    def write(self):
        self.path.write_text("keys:\n" + "".join(self.entries.values()) if self.entries else "keys: []\n")

    def header(self, name):
        return {"Authorization": f"Bearer {self.secrets[name]}"}


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys.yaml")


def reload(server, words):
    """Sends SIGHUP and waits for the line that tells what came of it."""
    before = len(server.lines)
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: any(words in line for line in server.lines[before:]), words)
    return next(line for line in server.lines[before:] if words in line)


@contextlib.contextmanager
def busy(server, header):
    """An answer that does not end by itself."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    body = json.dumps(ENDLESS).encode()
    fields = "".join(f"{name}: {value}\r\n" for name, value in header.items())
    connection.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = b""
    while b'"delta"' not in answer:
        answer += connection.recv(65536)
    yield
    connection.close()


def test_keys_open_their_scopes(start, keys):
    keys.add("user")
    keys.add("monitor", "--scope", "metrics")
    keys.add("boss", "--scope", "admin", "--scope", "inference")
    server = start("--api-key-file", str(keys.path), "--api-key", "given")
    given = {"x-api-key": "given"}

    def statuses(header):
        paths = [("GET", "/v1/models"), ("POST", "/v1/chat/completions"), ("GET", "/metrics"), ("GET", "/v1/requests"), ("POST", "/reset_prefix_cache")]
        return [server.request(method, path, BRIEF if "chat" in path else None, header)[0] for method, path in paths]

    assert statuses({}) == [401] * 5
    assert statuses({"Authorization": "Bearer sk-apus-none"}) == [401] * 5
    assert statuses(keys.header("user")) == [200, 200, 403, 403, 403]
    assert statuses(keys.header("monitor")) == [403, 403, 200, 200, 403]
    assert statuses(keys.header("boss")) == [200, 200, 403, 403, 200]
    assert statuses(given) == [200, 200, 200, 200, 403]
    metrics = server.get("/metrics", given)[2].decode()
    for name, status, count in [("user", 200, 2), ("user", 403, 3), ("boss", 200, 3), ("api-key", 403, 1)]:
        assert f'apus:key_requests_total{{model_name="apus-nano",key="{name}",status="{status}"}} {count}.0' in metrics
    assert 'apus:key_generation_tokens_total{model_name="apus-nano",key="user"} 1.0' in metrics
    for path in ("/health", "/live", "/version", "/openapi.json"):
        assert server.get(path)[0] == 200


def test_keys_are_reloaded_and_wrong_files_change_nothing(start, keys):
    keys.add("first")
    server = start("--api-key-file", str(keys.path))
    keys.add("second")
    keys.entries.pop("first")
    keys.write()
    assert server.get("/v1/models", keys.header("second"))[0] == 401
    reload(server, "The keys are reloaded")
    assert server.get("/v1/models", keys.header("second"))[0] == 200
    assert server.get("/v1/models", keys.header("first"))[0] == 401
    keys.path.write_text("keys:\n  - name: third\n    sha256: sk-apus-plain\n")
    line = reload(server, "the old ones stay")
    assert "keys.yaml, line 3: sha256 must be" in line and "ERROR" in line and "sk-apus-plain" not in line
    keys.path.unlink()
    reload(server, "the old ones stay")
    assert server.get("/v1/models", keys.header("second"))[0] == 200


@pytest.mark.parametrize(
    "text, named",
    [("", "list named keys"), ("keys:\n  - name: a\n", "line 2"), (None, "keys.yaml"), ("keys: [", "YAML")],
)
def test_a_wrong_file_stops_the_start(tmp_path, text, named):
    path = tmp_path / "keys.yaml"
    if text is not None:
        path.write_text(text)
    done = subprocess.run([APUS, "serve", "--port", "0", "--api-key-file", str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "--api-key-file" in done.stderr and named in done.stderr


def test_the_example_is_valid(start):
    example = ROOT / "config" / "keys.yaml"
    assert start("--api-key-file", str(example)).get("/v1/models")[0] == 401


@pytest.mark.parametrize("arguments", [["1st"], ["a b"], ["a", "--scope", "root"], ["a", "--max-concurrent", "0"]])
def test_key_create_refuses_what_no_file_may_hold(arguments):
    done = subprocess.run([APUS, "key", "create", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "sk-apus" not in done.stderr and not done.stdout


def test_requests_per_minute(start, keys):
    keys.add("user", "--requests-per-minute", "2")
    server = start("--api-key-file", str(keys.path))
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=keys.secrets["user"], max_retries=0)
    client.models.list()
    for left in (1, 0):
        answer = client.chat.completions.with_raw_response.create(**{k: v for k, v in BRIEF.items() if k != "ignore_eos"})
        assert answer.headers["x-ratelimit-limit-requests"] == "2"
        assert answer.headers["x-ratelimit-remaining-requests"] == str(left)
        assert re.fullmatch(r"(\d+m)?[\d.]+m?s", answer.headers["x-ratelimit-reset-requests"])
    with pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model="apus-nano", messages=BRIEF["messages"])
    assert refused.value.type == "requests" and refused.value.code == "rate_limit_exceeded"
    assert 25 <= int(refused.value.response.headers["retry-after"]) <= 30
    claude = anthropic.Anthropic(base_url=server.url, api_key=keys.secrets["user"], max_retries=0)
    with pytest.raises(anthropic.RateLimitError) as refused:
        claude.messages.create(model="apus-nano", max_tokens=1, messages=BRIEF["messages"])
    assert refused.value.body["error"]["type"] == "rate_limit_error"
    assert 25 <= int(refused.value.response.headers["retry-after"]) <= 30
    # Questions about the server are free.
    client.models.list()


def test_tokens_per_minute_are_waited_for_by_the_openai_package(start, keys):
    keys.add("user", "--tokens-per-minute", "60")
    server = start("--api-key-file", str(keys.path))
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=keys.secrets["user"], max_retries=3)

    def ask(tokens):
        return client.chat.completions.with_raw_response.create(
            model="apus-nano", messages=BRIEF["messages"], max_tokens=tokens, extra_body={"ignore_eos": True}
        )

    first = ask(55)
    usage = first.parse().usage
    second = ask(1)
    # Overdrawn by the prompt's tokens, which come back one a second.
    assert usage.total_tokens > 60 and second.retries_taken > 0
    assert second.headers["x-ratelimit-limit-tokens"] == "60"
    lines = [line for line in server.lines if "status=429" in line]
    assert lines and all("key=user" in line for line in lines)


def test_requests_at_once(start, keys):
    keys.add("user", "--max-concurrent", "1")
    keys.add("other")
    server = start("--api-key-file", str(keys.path))
    user = keys.header("user")
    with busy(server, user):
        status, headers, content = server.request("POST", "/v1/completions", {"prompt": "Hi"}, user)
        assert status == 429 and headers["Retry-After"] == "1" and json.loads(content)["error"]["type"] == "requests"
        # Before its body was read.
        head = b"POST /tokenize HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Length: 9000000\r\n\r\n"
        assert server.raw(head % keys.secrets["user"].encode(), 5).startswith(b"HTTP/1.1 429 ")
        assert server.request("POST", "/v1/chat/completions", BRIEF, keys.header("other"))[0] == 200
    server.wait_until(lambda: server.request("POST", "/tokenize", {"prompt": "Hi"}, user)[0] == 200, "free")
    # The place is free as soon as the last byte is there.
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=keys.secrets["user"], max_retries=0)
    for stream in [True, False] * 15:
        answer = client.chat.completions.create(model="apus-nano", messages=BRIEF["messages"], max_tokens=2, stream=stream)
        if stream:
            assert list(answer)[-1].choices[0].finish_reason == "length"


def timing(text):
    phases = dict(re.findall(r"(\w+);dur=([\d.]+)", text))
    assert list(phases) == ["queue", "prefill", "decode"]
    return {name: float(value) for name, value in phases.items()}


@pytest.mark.parametrize(
    "path, body",
    [
        ("/v1/chat/completions", BRIEF | {"max_tokens": 4}),
        ("/v1/completions", {"prompt": "Hi", "max_tokens": 4, "ignore_eos": True}),
        ("/v1/responses", {"input": "Hi", "max_output_tokens": 16}),
        ("/v1/messages", {"messages": BRIEF["messages"], "max_tokens": 4}),
    ],
)
@pytest.mark.parametrize("protocol", ["--http1.1", "--http2-prior-knowledge"])
def test_server_timing(server, tmp_path, path, body, protocol):
    def fields(body, *more):
        arguments = ["-D", "-", "-o", str(tmp_path / "body"), *more, server.url + path, "-d", json.dumps(body)]
        return curl(protocol, *arguments).lower()

    whole = fields(body)
    phases = timing(re.search(r"^server-timing: (.*)$", whole, re.M).group(1))
    assert phases["decode"] > 0 and "server-timing" in re.search("^access-control-expose-headers: .*$", whole, re.M).group(0)
    # The answer goes on to be one.
    assert json.loads((tmp_path / "body").read_text())
    streamed = fields(body | {"stream": True}, "-H", "TE: trailers", "-H", "Connection: TE")
    head, _, trailers = streamed.partition("\r\n\r\n")
    assert "trailer: server-timing" in head and "server-timing: " not in head
    assert timing(trailers)["decode"] > 0
    assert "server-timing: " not in fields(body | {"stream": True})


def audit(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_audit_log_has_a_line_for_each_request_and_no_secrets(start, keys, tmp_path):
    keys.add("alice")
    log = tmp_path / "audit.log"
    server = start("--api-key-file", str(keys.path), "--audit-log", str(log), "--log-format", "json")
    header = keys.header("alice") | {"X-Request-Id": "mine"}
    question = chat_body("A very private matter", max_tokens=3, ignore_eos=True)
    server.request("POST", "/v1/chat/completions?token=hidden", question, header)
    server.request("POST", "/v1/chat/completions", question | {"stream": True}, keys.header("alice"))
    server.request("POST", "/v1/messages", {"messages": question["messages"]}, keys.header("alice"))
    server.request("POST", "/v1/chat/completions", question, {"Authorization": "Bearer wrong-secret"})
    server.request("GET", "/no/such", headers=keys.header("alice"))
    with busy(server, keys.header("alice")):
        pass
    server.wait_until(lambda: len(audit(log)) == 6, "six lines")
    whole, streamed, refused, unknown, missing, left = audit(log)
    assert whole["id"] == "chatcmpl-mine" and whole["key"] == "alice" and whole["client"] == "127.0.0.1"
    assert (whole["method"], whole["path"], whole["model"]) == ("POST", "/v1/chat/completions", "apus-nano")
    assert (whole["status"], whole["finish"], whole["stream"]) == (200, "length", False)
    assert whole["prompt_tokens"] > 0 and whole["completion_tokens"] == 3 and whole["reasoning_tokens"] == 3
    assert whole["cached_tokens"] == 0
    assert 0 < whole["queue_ms"] < whole["first_token_ms"] < whole["total_ms"]
    assert streamed["stream"] is True and streamed["status"] == 200
    assert refused["status"] == 400 and refused["key"] == "alice" and refused["path"] == "/v1/messages"
    assert unknown["status"] == 401 and "key" not in unknown
    assert missing["status"] == 404
    assert left["status"] == 499 and left["finish"] == "none" and "abandoned" in left["message"]
    everything = log.read_text() + "".join(server.lines)
    for secret in (keys.secrets["alice"], "private", "hidden", "wrong-secret", "Bearer"):
        assert secret not in everything
    assert not any("finished" in line for line in server.lines)


def test_the_audit_log_is_opened_again_and_prompts_are_logged_where_wanted(start, tmp_path):
    log = tmp_path / "audit.log"
    server = start("--audit-log", str(log), "--log-requests", "--log-format", "json")
    server.chat("One private matter", max_tokens=1)
    assert "One private matter" in audit(log)[0]["prompts"][0]
    log.rename(tmp_path / "audit.log.1")
    reload(server, "The audit log is opened again")
    server.chat("Another", max_tokens=1)
    assert "Another" in audit(log)[0]["prompts"][0] and len(audit(tmp_path / "audit.log.1")) == 1


def test_without_a_file_audit_lines_stand_in_the_log(start):
    server = start()
    server.chat("A private matter", max_tokens=1)
    server.wait_until(lambda: any("Chat completion finished" in line for line in server.lines), "logged")
    line = next(line for line in server.lines if "Chat completion finished" in line)
    assert " status=200 " in line and " client=127.0.0.1 " in line and " path=/v1/chat/completions " in line
    assert "private" not in "".join(server.lines)


def test_a_full_disk_stops_no_answer(start):
    server = start("--audit-log", "/dev/full")
    for _ in range(3):
        server.chat("Hi", max_tokens=1)
    assert sum("cannot be written: No space left on device" in line for line in server.lines) == 1


def test_a_full_queue_tells_when_to_come_again(start):
    server = start("--max-num-seqs", "1", "--max-num-queued-reqs", "1")
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0)
    for _ in range(3):
        server.chat("Hi", max_tokens=1)
    with busy(server, {}):
        waiting = socket.create_connection(("127.0.0.1", server.port))
        body = json.dumps(BRIEF).encode()
        waiting.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        server.wait_until(lambda: server.metric("apus:num_requests_waiting") == 1, "waiting")
        with pytest.raises(openai.RateLimitError) as refused:
            client.chat.completions.create(model="apus-nano", messages=BRIEF["messages"])
        assert 1 <= int(refused.value.response.headers["retry-after"]) <= 60
        assert refused.value.code == "rate_limit_exceeded"
    server.wait_until(lambda: server.metric("apus:num_requests_waiting") == 0, "idle")
    assert client.chat.completions.create(model="apus-nano", messages=BRIEF["messages"], max_tokens=1)
    waiting.close()


def test_what_the_codec_refuses_has_the_shape_of_its_path(start):
    server = start("--max-request-size", "1K", "--root-path", "/llm")
    for path, shape in [("/v1/messages", {"type", "error"}), ("/llm/v1/messages", {"type", "error"}), ("/v1/responses", {"error"})]:
        status, headers, content = server.request("POST", path, b"x" * 2_000)
        assert status == 413 and set(json.loads(content)) == shape
        assert headers["Access-Control-Allow-Origin"] == "*"
    head = b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    answer = server.raw(head, 5)
    assert answer.startswith(b"HTTP/1.1 400 ") and b'"type":"invalid_request_error"' in answer and b'"param"' not in answer
