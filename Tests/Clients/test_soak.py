"""Mixed traffic for SOAK_SECONDS, 600 for the long run: memory and descriptors do not grow."""

import json
import os
import random
import socket
import struct
import threading
import time
from collections import Counter

from http2 import Client
from load import Target
from pauses import clock
from server import chat_body

# A step that takes longer has stalled; the slowest take some seconds on a busy machine.
STALL = 120
SECONDS = float(os.environ.get("SOAK_SECONDS", 9))
THREADS = 6
TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "parameters": {
            "type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False,
        },
    },
}  # fmt: skip
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"], "additionalProperties": False}


class Traffic:
    """One client that does one thing after the other, in an order of its own."""

    def __init__(self, server, seed):
        self.server, self.random, self.counts = server, random.Random(seed), Counter()
        self.doing, self.since = None, clock.time
        self.kinds = [getattr(self, name) for name in dir(self) if name.startswith("do_")]

    def step(self):
        kind = self.random.choice(self.kinds)
        self.doing, self.since = kind.__name__, clock.time
        kind()
        self.counts[kind.__name__] += 1

    def post(self, path, body, *statuses):
        status, headers, content = self.server.request("POST", path, body)
        assert status in (statuses or (200,)), (path, status, content[:300])
        return headers, content

    def question(self):
        return f"What is {self.random.randrange(90)} + {self.random.randrange(90)}?"

    def do_chat(self):
        self.post("/v1/chat/completions", chat_body(self.question(), max_tokens=self.random.randrange(1, 40)))

    def do_stream(self):
        body = chat_body(self.question(), max_tokens=40, stream=True, n=self.random.randrange(1, 4), logprobs=True)
        assert self.post("/v1/chat/completions", body)[1].endswith(b"data: [DONE]\n\n")

    def do_text(self):
        body = {"prompt": [self.question()] * self.random.randrange(1, 5), "max_tokens": 20, "echo": True, "logprobs": 2}
        self.post("/v1/completions", body)

    def do_responses(self):
        first = json.loads(self.post("/v1/responses", {"input": self.question(), "max_output_tokens": 20})[1])["id"]
        body = {"input": "And again?", "previous_response_id": first, "max_output_tokens": 20, "stream": True}
        assert b"event: response.incomplete" in self.post("/v1/responses", body)[1]
        assert self.server.request("DELETE", f"/v1/responses/{first}")[0] == 200

    def do_messages(self):
        body = chat_body(self.question(), max_tokens=20, stream=self.random.random() < 0.5)
        self.post("/v1/messages", body)
        self.post("/v1/messages/count_tokens", body)

    def do_tools(self):
        body = chat_body("Add.", max_tokens=40, tools=[TOOL], tool_choice="required", stream=self.random.random() < 0.5)
        self.post("/v1/chat/completions", body | {"thinking": {"type": "disabled"}})

    def do_grammar(self):
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA | {"title": str(self.random.random())}}}
        body = chat_body("JSON.", max_tokens=30, response_format=form, thinking={"type": "disabled"})
        self.post("/v1/chat/completions", body)
        self.post("/v1/completions", {"prompt": "1", "max_tokens": 8, "structured_outputs": {"regex": "[0-9]{3}"}})

    def do_big_prompt(self):
        text = " + ".join(str(self.random.randrange(99)) for _ in range(self.random.randrange(200, 600)))
        self.post("/v1/chat/completions", chat_body(text, max_tokens=2), 200, 400)

    def do_errors(self):
        self.post("/v1/chat/completions", b"{", 400)
        self.post("/v1/chat/completions", chat_body("Hi", temperature=9), 400)
        self.post("/v1/chat/completions", chat_body("Hi", model="other"), 404)
        self.post("/v1/completions", {"prompt": "x" * 200_000}, 400)
        self.post("/nowhere", {}, 404)
        self.server.raw(b"GET / HTTP/1.1\r\n\r\n", seconds=300)

    def do_tell(self):
        for path in ("/v1/models", "/health", "/metrics", "/load", "/props", "/slots", "/v1/requests", "/openapi.json", "/"):
            assert self.server.get(path)[0] == 200, path
        tokens = json.loads(self.post("/tokenize", {"prompt": self.question()})[1])["tokens"]
        self.post("/detokenize", {"tokens": tokens})
        self.post("/apply-template", chat_body("Hi"))

    def do_leave(self):
        data = json.dumps(chat_body(self.question(), max_tokens=500, ignore_eos=True, stream=True)).encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as connection:
            head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(data)
            connection.sendall((head + data)[: self.random.choice([20, 100, 1000])])
            connection.settimeout(self.random.uniform(0.001, 0.2))
            try:
                connection.recv(self.random.randrange(1, 4000))
            except TimeoutError:
                pass
            if self.random.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def do_http2(self):
        client = Client(self.server.port, seconds=STALL)
        streams = [
            client.request("/v1/chat/completions", chat_body(self.question(), max_tokens=10, stream=True)) for _ in range(3)
        ]
        client.h2.reset_stream(streams.pop())
        client.flush()
        for stream in streams:
            assert client.answer(stream)[0] == 200
        client.close()


def test_soak(start):
    server = start(
        "--max-num-seqs", "8", "--max-num-batched-tokens", "256", "--kv-cache-memory", "16M", "--max-stored-responses", "8"
    )
    target = Target(server.url, server.process.pid)
    clients = [Traffic(server, seed) for seed in range(THREADS)]
    failures = []

    def run(client, seconds):
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline and not failures:
                client.step()
        except Exception as error:
            failures.append(error)
            raise

    def traffic(seconds):
        threads = [threading.Thread(target=run, args=(client, seconds), daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        for thread, client in zip(threads, clients):
            while thread.is_alive():
                thread.join(1)
                assert clock.time < client.since + STALL, f"{client.doing} stalls\n{server.state()}"
        assert not failures, failures
        server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "idle")
        assert server.metric("apus:num_requests_waiting") == 0 and server.metric("apus:kv_cache_used_blocks") == 0
        del server.lines[:]
        return target.memory / 2**20

    # Caches fill in the first third.
    rounds = 12
    memory = []
    for number in range(rounds):
        memory.append(traffic(SECONDS / rounds))
        print(f"{(number + 1) * SECONDS / rounds:6.0f} s {memory[-1]:7.1f} MiB, {target.descriptors} descriptors")
    counts = sum((client.counts for client in clients), Counter())
    print(f"{counts.total()} steps: {dict(counts)}")
    server.wait_until(lambda: target.descriptors <= 16, "all descriptors closed", 15)
    # A short run is still filling its caches at the end, and notices only what grows by the request.
    allowance = 8 if SECONDS >= 300 else 40
    assert min(memory[-3:]) - memory[rounds // 3] < allowance, memory
    assert server.chat("What is 27 + 58?", max_tokens=2)["usage"]["completion_tokens"] == 2
