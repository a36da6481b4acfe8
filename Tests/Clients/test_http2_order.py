"""HTTP/2 streams whose events come in any order: clients that hesitate, tiny windows, slow uploads, streams broken off.

HTTP2_SECONDS=300 looks for long. A wake-up that is lost shows where nothing comes any more.
"""

import json
import os
import random
import ssl
import threading
import time
import traceback
from collections import Counter

import pytest
from certificates import Identity
from http2 import Client
from pauses import clock
from server import chat_body

SECONDS = float(os.environ.get("HTTP2_SECONDS", 3))
STALL = 20
THREADS = 4


class Hesitant(Client):
    """Gives windows back late, in pieces and in any order."""

    def __init__(self, server, seed, context):
        self.random, self.owed, self.expected, self.uploads = random.Random(seed), [], {}, {}
        window = self.random.choice([50, 300, 1000, 20_000, None])
        super().__init__(server.port, window=window, context=context)
        self.server = server

    def took(self, stream, count, gives_window):
        self.owed += [(stream, count), (None, count)]

    def pay(self):
        self.random.shuffle(self.owed)
        for _ in range(self.random.randrange(1, len(self.owed) + 1)):
            stream, count = self.owed.pop()
            # Rarely, since frames that say little are a flood.
            part = self.random.randrange(1, count + 1) if self.random.random() < 0.05 else count
            if part < count:
                self.owed.append((stream, count - part))
            self.give_window(stream, part)
        self.flush()

    def ask(self):
        """Opens a stream of any kind; its body must end as `expected` says."""
        kind = self.random.randrange(6)
        question = f"What is {self.random.randrange(90)} + {self.random.randrange(90)}?"
        if kind == 0:
            self.expected[self.request(self.random.choice(["/health"] * 9 + ["/openapi.json"]))] = b""
        elif kind == 1:
            body = chat_body(question, max_tokens=self.random.randrange(1, 8))
            self.expected[self.request("/v1/chat/completions", body)] = b"}"
        elif kind == 2:
            self.upload(json.dumps({"prompt": "1" * self.random.randrange(60_000)}).encode())
        else:
            body = chat_body(question, max_tokens=self.random.randrange(1, 16), stream=True)
            self.expected[self.request("/v1/chat/completions", body)] = b"data: [DONE]\n\n"

    def upload(self, data):
        stream = self.h2.get_next_available_stream_id()
        fields = [(":method", "POST"), (":scheme", "http"), (":path", "/tokenize"), (":authority", "localhost")]
        self.h2.send_headers(stream, fields)
        self.flush()
        self.uploads[stream], self.expected[stream] = data, b"}"

    def send_pieces(self):
        stream, data = self.random.choice(list(self.uploads.items()))
        room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
        piece = data[: min(room, self.random.choice([1, 100, 5_000, 20_000]))]
        self.uploads[stream] = data[len(piece) :]
        self.h2.send_data(stream, piece, end_stream=not self.uploads[stream])
        if not self.uploads[stream]:
            del self.uploads[stream]
        self.flush()

    def break_off(self):
        stream = self.random.choice(list(self.expected))
        self.h2.reset_stream(stream, 8)
        self.forget(stream)
        self.flush()

    def forget(self, stream):
        del self.expected[stream]
        self.uploads.pop(stream, None)

    def run(self, count):
        """Asks `count` times; returns how many whole answers came."""
        whole, last, paused = 0, clock.time, clock.paused
        while count or self.expected:
            if count and len(self.expected) < 20 and self.random.random() < 0.5:
                self.ask()
                count -= 1
            if self.uploads:
                self.send_pieces()
            if self.is_readable(self.random.choice([0, 0.0005, 0.002, 0.01])):
                assert self.receive(), f"closed: {self.goaway}"
                last = clock.time
            if self.owed and self.random.random() < 0.4:
                self.pay()
                last = clock.time
            for stream in self.ended & self.expected.keys():
                status, body = self.headers[stream][":status"], self.data.get(stream, b"")
                is_whole = status == "200" and body.endswith(self.expected[stream])
                assert is_whole or clock.paused > paused + 10, (status, body[-300:])
                self.forget(stream)
                whole += is_whole
            for stream in self.resets.keys() & self.expected.keys():
                # The server's patience ends in a pause as well.
                assert clock.paused > paused + 10, f"stream {stream} is reset with {self.resets[stream]}"
                self.forget(stream)
            if self.expected and self.random.random() < 0.005:
                self.break_off()
            assert clock.time < last + STALL, f"nothing comes for {list(self.expected)}\n{self.server.state()}"
        self.close()
        return whole


@pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "tls"])
def test_streams_in_any_order_all_come_through(start, tmp_path, encrypted):
    options, trust, context = [], None, None
    if encrypted:
        identity = Identity(tmp_path, "localhost")
        options = ["--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key]
        trust, context = (ssl.create_default_context(cafile=identity.certificate) for _ in range(2))
    server = start("--max-num-seqs", "32", *options, context=trust)
    counts, failures, deadline = Counter(), [], time.monotonic() + SECONDS

    def work(number):
        seeds = random.Random(number + 1000 * os.getpid())
        while time.monotonic() < deadline and not failures:
            seed = seeds.random()
            try:
                counts[number] += Hesitant(server, seed, context).run(30)
            except Exception:
                failures.append(f"seed {seed}: {traceback.format_exc()}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{counts.total()} answers")
    assert not failures, "\n".join(failures)
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "idle")
    assert server.metric("apus:kv_cache_used_blocks") == 0
