"""Many connections and streams at once, in small; `load.py` does the same in large and tells figures."""

import os

from certificates import Identity
from load import Probe, Streams, Target, open_idle

IDLE = int(os.environ.get("LOAD_IDLE", 1000))
STREAMS = int(os.environ.get("LOAD_STREAMS", 200))


def idle_memory(server, count):
    """Bytes that each of so many idle connections takes; all of them still answer."""
    target = Target(server.url, server.process.pid)
    for connection in open_idle(target, 50):
        connection.close()
    threads, before = target.threads, target.memory
    connections = open_idle(target, count)
    memory = (target.memory - before) / count
    assert target.threads <= threads + 4, "no thread per connection"
    for connection in connections:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    for connection in connections:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        connection.close()
    return memory


def test_idle_connections_take_little(start):
    assert idle_memory(start(), IDLE) < 32 << 10


def test_idle_connections_over_tls_take_little(start, tmp_path):
    identity = Identity(tmp_path, "localhost")
    target = Target("https://127.0.0.1:0", pid=0)
    server = start("--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key, context=target.context)
    assert idle_memory(server, IDLE // 4) < 64 << 10


def test_streams_beside_each_other_all_end_and_health_answers_meanwhile(start):
    server = start("--max-num-seqs", "64")
    target = Target(server.url, server.process.pid)
    threads = target.threads
    streams, probe = Streams(target, STREAMS, max_tokens=8), Probe(target)
    while streams.open:
        streams.read(0.05)
        probe.ask()
    assert streams.whole == STREAMS and streams.broken == 0 and streams.statuses == {b"200": STREAMS}
    assert probe.failures == 0 and target.threads <= threads + 8
    server.wait_until(lambda: server.metric("apus:kv_cache_used_blocks") == 0, "all blocks free")


def test_readers_that_stop_hold_nobody_up(start):
    server = start("--max-num-seqs", "16")
    target = Target(server.url, server.process.pid)
    stopped = Streams(target, 12, max_tokens=1500, buffer=4096)
    assert server.chat("What is 27 + 58?", max_tokens=16)["usage"]["completion_tokens"] == 16
    reading = Streams(target, 4, max_tokens=50)
    while reading.open:
        reading.read(1)
    assert reading.whole == 4
    stopped.close()
    server.wait_until(lambda: server.metric("apus:num_requests_running") == 0, "idle")
    assert server.post("/v1/completions", {"prompt": "1", "max_tokens": 1})[0] == 200
