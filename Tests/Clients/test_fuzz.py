"""Mutated requests, templates, schemas and grammars: no crash, no hang, no 5xx, no leak.

FUZZ_SECONDS sets how long (20 unless given), FUZZ_SEED what is drawn.
"""

import http.client
import json
import os
import random
import threading
import time

import pytest
from server import Server

SECONDS = float(os.environ.get("FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
WORKERS = 6

TEXTS = ["", "Hi", "What is 27 + 58?", "<think>", "</think>", "<｜User｜>x", "\x00", "\ud7ff", "🙂" * 9, "a" * 300, "{", "\\"]
NUMBERS = [0, 1, -1, 2, 3.0, 0.5, 1e-300, 1e300, -0.0, 2**31, -(2**31) - 1, 2**63, 10**40, 127, 129]
ODDITIES = [None, True, False, [], {}, [[]], {"": ""}, [None], *TEXTS, *NUMBERS]

SCHEMAS = [
    {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"$ref": "#"}}, "required": ["a"]},
    {"enum": ["x", 1, None]},
    {"anyOf": [{"type": "string", "pattern": "^a+$"}, {"type": "array", "items": {"type": "number"}}]},
    {"$ref": "#/$defs/x", "$defs": {"x": {"type": "array", "items": {"$ref": "#/$defs/x"}}}},
    {"type": "string", "format": "date-time", "minLength": 3, "maxLength": 9},
    {"type": "number", "minimum": -5, "exclusiveMaximum": 7, "multipleOf": 3},
]
GRAMMARS = ['root ::= "a" | "b" root', "root ::= [0-9]+ root", "root ::= root", 'root ::= ("x"{2,3})*', "start: /[a-z]+/", "("]
PATTERNS = ["[a-z]+", "(a|b)*c", "a{3,5}", "(", "\\d{1,3}(\\.\\d+)?", "(?=x)y", "x" * 50, "((a*)*)*"]
TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMAS[0]}}

CHAT = {
    "model": "apus-nano",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is 27 + 58?"},
        {"role": "assistant", "content": "85", "reasoning_content": "27 + 58 = 85"},
        {"role": "user", "content": [{"type": "text", "text": "And 1 + 1?"}]},
    ],
    "max_tokens": 8,
}
TEXT = {"model": "apus-nano", "prompt": "27 + 58 =", "max_tokens": 6}


def extras(rng):
    """Fields of all the servers whose clients may come, valid or not far from it."""
    return {
        "temperature": rng.choice([0, 0.6, 2, 2.1]),
        "top_p": rng.choice([1, 0.1, 5e-324]),
        "top_k": rng.choice([-1, 0, 5]),
        "min_p": rng.choice([0, 0.1]),
        "n": rng.choice([1, 3]),
        "best_of": rng.choice([1, 4]),
        "seed": rng.choice(NUMBERS),
        "stop": rng.choice([["5"], "\n", ["</think>"], ["a"] * 17]),
        "stop_token_ids": rng.choice([[5], [1023, 1024]]),
        "logprobs": rng.choice([True, 2]),
        "top_logprobs": rng.choice([0, 20]),
        "prompt_logprobs": rng.choice([0, 3]),
        "logit_bias": {str(rng.randrange(1100)): rng.choice([-100, 100, 101])},
        "min_tokens": rng.choice([0, 4, 9]),
        "ignore_eos": True,
        "echo": True,
        "suffix": "x",
        "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": rng.choice([True, False])},
        "presence_penalty": rng.choice([0, 2, -2.5]),
        "repetition_penalty": rng.choice([1, 1.2, 0]),
        "return_token_ids": True,
        "return_progress": True,
        "timings_per_token": True,
        "priority": rng.choice([-1, 5]),
        "cache_salt": rng.choice(["a", "b"]),
        "bad_words": ["8"],
        "allowed_token_ids": [5, 6, 100],
        "response_format": rng.choice(
            [
                {"type": "json_object"},
                {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": rng.choice(SCHEMAS)}},
            ]
        ),
        "structured_outputs": rng.choice(
            [{"regex": rng.choice(PATTERNS)}, {"grammar": rng.choice(GRAMMARS)}, {"json": rng.choice(SCHEMAS)}]
        ),
        "guided_regex": rng.choice(PATTERNS),
        "guided_choice": ["a", "ab"],
        "tools": [TOOL],
        "tool_choice": rng.choice(["auto", "none", "required", {"type": "function", "function": {"name": "f"}}]),
        "thinking": rng.choice([{"type": "disabled"}, {"type": "enabled"}]),
        "reasoning_effort": rng.choice(["none", "low", "high"]),
        "thinking_token_budget": rng.choice([0, 3]),
        "repetition_detection": {"max_pattern_size": 4, "min_count": 3},
        "chat_template_kwargs": rng.choice([{"thinking": False}, {"messages": 3}, {"x": "{{ 7 * 7 }}"}]),
        "chat_template": rng.choice(["{{ messages }}", "{% for", "{% for i in range(10**9) %}x{% endfor %}"]),
        "continue_final_message": True,
        "add_generation_prompt": rng.choice([True, False]),
    }


def copy(value):
    return json.loads(json.dumps(value))


def mutated(value, rng):
    """The value with one part replaced, removed, doubled or wrapped."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        change = rng.random()
        if change < 0.12:
            del value[key]
        elif change < 0.2:
            value[rng.choice(TEXTS)] = copy(rng.choice(ODDITIES))
        else:
            value[key] = mutated(value[key], rng)
        return value
    if isinstance(value, list) and value and rng.random() < 0.85:
        index = rng.randrange(len(value))
        change = rng.random()
        if change < 0.15:
            del value[index]
        elif change < 0.3:
            value.append(copy(value[index]))
        else:
            value[index] = mutated(value[index], rng)
        return value
    if isinstance(value, str) and rng.random() < 0.5:
        place = rng.randrange(len(value) + 1)
        return value[:place] + rng.choice(TEXTS) + value[place:]
    if rng.random() < 0.1:
        nested = value
        for _ in range(rng.choice([1, 5, 200])):
            nested = [nested] if rng.random() < 0.5 else {"a": nested}
        return nested
    return copy(rng.choice(ODDITIES))


ROUTES = [
    ("/v1/chat/completions", CHAT),
    ("/v1/chat/completions", CHAT),
    ("/v1/completions", TEXT),
    ("/v1/chat/completions/render", CHAT),
    ("/v1/completions/render", TEXT),
    ("/apply-template", CHAT),
    ("/tokenize", TEXT),
    ("/tokenize", CHAT),
    ("/detokenize", {"tokens": [5, 6, 7]}),
    ("/v1/responses", {"model": "apus-nano", "input": "What is 27 + 58?", "max_output_tokens": 16}),
    ("/v1/messages", {k: v for k, v in CHAT.items()}),
    ("/v1/messages/count_tokens", {k: v for k, v in CHAT.items() if k != "max_tokens"}),
]


def request(rng):
    """A route and a body."""
    path, body = rng.choice(ROUTES)
    body = copy(body)
    fields = extras(rng)
    for name in rng.sample(list(fields), rng.randrange(4)):
        body[name] = copy(fields[name])
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        body = mutated(body, rng)
    data = json.dumps(body).encode()
    if rng.random() < 0.08:
        data = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        data = bytes(data)
    if rng.random() < 0.03:
        data = data[: rng.randrange(len(data))]
    return path, data


class Fuzzer:
    def __init__(self, server, deadline):
        self.server, self.deadline = server, deadline
        self.sent, self.statuses, self.failures = 0, {}, []
        self.lock = threading.Lock()

    def fail(self, path, data, what):
        with self.lock:
            self.failures.append(f"{path} {data[:2000]!r}: {what}")

    def run(self, seed):
        rng = random.Random(seed)
        connection = None
        while time.monotonic() < self.deadline and not self.failures:
            path, data = "", b""
            try:
                path, data = request(rng)
                leaves = rng.random() < 0.05
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
                connection.request("POST", path, data, {"Content-Type": "application/json"})
                if leaves:
                    connection.close()
                    connection = None
                    continue
                response = connection.getresponse()
                content = response.read()
            except Exception as error:
                self.fail(path, data, repr(error))
                return
            with self.lock:
                self.sent += 1
                self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
            self.check(path, data, response, content)

    def check(self, path, data, response, content):
        if response.status >= 500:
            return self.fail(path, data, f"{response.status} {content[:500]!r}")
        if response.getheader("Content-Type", "").startswith("text/event-stream"):
            for event in content.split(b"\n\n"):
                if b'"code":"internal_error"' in event:
                    self.fail(path, data, event)
            return
        body = json.loads(content)
        if response.status >= 400 and not body["error"]["message"]:
            self.fail(path, data, content)


@pytest.fixture(scope="module")
def target():
    server = Server("--max-model-len", "512", "--max-num-seqs", "8", "--kv-cache-memory", "8M")
    yield server
    server.kill()


def test_nothing_that_is_sent_harms_the_server(target):
    fuzzer = Fuzzer(target, time.monotonic() + SECONDS)
    threads = [threading.Thread(target=fuzzer.run, args=(SEED * 1000 + i,)) for i in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)
    assert not any(thread.is_alive() for thread in threads), "a request hangs"
    assert target.process.poll() is None, "the server ended:\n" + "".join(target.lines[-20:])
    assert not fuzzer.failures, fuzzer.failures[0]
    assert fuzzer.statuses.get(200, 0) > fuzzer.sent / 20 and fuzzer.statuses.get(400, 0) > fuzzer.sent / 20
    target.wait_until(
        lambda: target.metric("apus:num_requests_running") == target.metric("apus:num_requests_waiting") == 0, "idle", 30
    )
    assert target.metric("apus:kv_cache_usage_perc") == 0
    assert json.loads(target.get("/load")[2]) == {"server_load": 0}
    assert target.chat("What is 27 + 58?", max_tokens=400)["choices"][0]["finish_reason"] in ("stop", "length")
