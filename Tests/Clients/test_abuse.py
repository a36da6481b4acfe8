"""What clients and machines do to a server: afterwards it answers, and holds no more than before."""

import json
import os
import pathlib
import random
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest
from certificates import Identity
from http2 import Client
from load import Target
from server import Server, chat_body

# A client leaves at every byte with 1; by default at every eleventh, beginning anywhere.
STRIDE = int(os.environ.get("DISCONNECT_STRIDE", 11))
# Descriptors of clocks, which Dispatch makes when they are first needed, and keeps.
TIMERS = 1


def places(count):
    return range(random.randrange(STRIDE), count, STRIDE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(body, path="/v1/chat/completions", close=False):
    data = json.dumps(body).encode()
    more = b"Connection: close\r\n" if close else b""
    return b"POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n" % (path.encode(), more, len(data)) + data


def leave(connection, resets):
    """Closes, with a reset or in good order."""
    if resets:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Level:
    """What a server holds before an abuse, and whether it is the same after."""

    def __init__(self, server):
        self.server, self.target = server, Target(server.url, server.process.pid)
        server.chat("What is 27 + 58?", max_tokens=2)
        self.descriptors, self.memory = self._settled(), self.target.memory

    def _settled(self):
        """Descriptors once no connection lingers."""
        last, since = None, time.monotonic()
        while time.monotonic() < since + 0.3:
            now = self.target.descriptors
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.02)
        return last

    def check(self, megabytes=24):
        server = self.server
        for name in ("num_requests_running", "num_requests_waiting", "kv_cache_used_blocks"):
            server.wait_until(lambda: server.metric(f"apus:{name}") == 0, f"{name} 0")
        server.wait_until(lambda: self.target.descriptors <= self.descriptors + TIMERS, "all descriptors closed", 15)
        assert self.target.memory - self.memory < megabytes << 20
        assert server.chat("What is 27 + 58?", max_tokens=2)["usage"]["completion_tokens"] == 2


# MARK: Descriptors


def test_out_of_descriptors_the_server_rests_and_goes_on(start):
    server = start(descriptors=100)
    target = Target(server.url, server.process.pid)
    connections = []
    for _ in range(130):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=0.3)
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        connections.append(connection)
    statuses = []
    for connection in connections:
        try:
            statuses.append(connection.recv(4096)[9:12])
        except TimeoutError:
            statuses.append(b"waits")
    assert statuses.count(b"200") >= 50, statuses
    before = target.processor_time
    time.sleep(1)
    assert target.processor_time - before < 0.3, "waiting for descriptors takes no processor"
    for connection in connections:
        connection.close()
    question = {"prompt": "1", "max_tokens": 1}
    server.wait_until(lambda: server.post("/v1/completions", question)[0] == 200, "answering again")
    assert sum("open files" in line for line in server.lines) <= 1


def test_the_limit_of_descriptors_is_raised_to_what_is_allowed(server):
    limits = open(f"/proc/{server.process.pid}/limits").read()
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    assert line.split()[3] == line.split()[4]


# MARK: Logs


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_log_on_a_full_disk_stops_nothing(start, format):
    with open("/dev/full", "w") as full:
        server = start("--port", str(free_port()), "--log-format", format, log=full)
        assert server.chat("Hi", max_tokens=2) and server.terminate() == 0


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 64 KiB, in a mount namespace of its own."""
    script = f"mount -t tmpfs -o size=64k apus {tmp_path} && echo mounted && exec sleep infinity"
    holder = subprocess.Popen(["unshare", "-rm", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if not holder.stdout.readline():
        holder.wait()
        pytest.skip("no namespace for mounts")
    yield pathlib.Path(f"/proc/{holder.pid}/root{tmp_path}")
    holder.kill()
    holder.wait()


def test_logs_on_a_disk_that_is_full_go_on_when_there_is_room(start, small_disk):
    with open(small_disk / "log", "w") as log:
        server = start("--port", str(free_port()), "--audit-log", str(small_disk / "audit"), log=log)
    with open(small_disk / "rest", "wb", buffering=0) as rest, pytest.raises(OSError):
        while rest.write(b"x" * 4096):
            pass
    # The last pages of the logs take some lines still.
    asked = 30
    for _ in range(asked):
        server.chat("Hi", max_tokens=1)
    assert len((small_disk / "audit").read_text().splitlines()) < asked
    (small_disk / "rest").unlink()
    server.request("POST", "/v1/chat/completions", chat_body("Hi", max_tokens=1), {"X-Request-Id": "the-last"})
    server.wait_until(lambda: "is written again" in (small_disk / "log").read_text(), "word of the lines that were lost")
    assert "the-last" in (small_disk / "audit").read_text().splitlines()[-1]
    assert server.terminate() == 0 and "Stopped" in (small_disk / "log").read_text()


def test_a_log_that_nobody_reads_any_more_stops_nothing(start):
    reader, writer = os.pipe()
    os.close(reader)
    server = start("--port", str(free_port()), log=writer)
    os.close(writer)
    assert server.chat("Hi", max_tokens=2) and server.terminate() == 0


def test_a_log_whose_reader_sleeps_stops_nothing_and_tells_what_was_lost(start):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    server = start("--port", str(free_port()), log=writer)
    os.close(writer)
    assert server.chat("Hi", max_tokens=2)
    os.set_blocking(reader, False)
    try:
        while os.read(reader, 65536):
            pass
    except BlockingIOError:
        pass
    assert server.terminate() == 0
    text = os.read(reader, 65536).decode()
    os.close(reader)
    assert "Lines of the log were lost here" in text and "Draining" in text


# MARK: Memory for keys and values


def test_when_the_pool_is_full_every_request_still_ends(start):
    server = start("--kv-cache-memory", "1M", "--max-model-len", "256", "--max-num-seqs", "32")
    level = Level(server)
    statuses, lengths = [], []

    def ask(seed):
        status, _, content = server.request(
            "POST", "/v1/completions", {"prompt": f"{seed} + ", "max_tokens": 200, "ignore_eos": True, "seed": seed}
        )
        statuses.append(status)
        lengths.append(json.loads(content)["usage"]["completion_tokens"])

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 16 and lengths == [200] * 16
    assert server.metric("apus:num_preemptions_total") > 0, "the pool was full"
    level.check()


# MARK: Clients that leave


def warmed(server):
    """The level once the server has what it makes at its first clients and keeps."""
    for hurried in range(32):
        connection = socket.create_connection(("127.0.0.1", server.port))
        if server.context:
            connection = server.context.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(request(chat_body("Hi", max_tokens=2, stream=True), close=True))
        if not server.context and hurried % 2:
            connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        connection.close()
    return Level(server)


@pytest.fixture(scope="module")
def level():
    server = Server("--max-num-seqs", "16")
    yield warmed(server)
    server.kill()


def test_clients_that_leave_at_every_byte_of_a_request(level):
    data = request(chat_body("Hi", max_tokens=2, stream=True))
    for count in places(len(data) + 1):
        with socket.create_connection(("127.0.0.1", level.server.port)) as connection:
            connection.sendall(data[:count])
            leave(connection, resets=count % 2)
    level.check()


@pytest.mark.parametrize("stream", [False, True])
def test_clients_that_leave_at_every_byte_of_a_response(level, stream):
    data = request(chat_body("Hi", max_tokens=3, seed=1, temperature=0, stream=stream), close=True)
    with socket.create_connection(("127.0.0.1", level.server.port)) as connection:
        connection.sendall(data)
        length = 0
        while part := connection.recv(65536):
            length += len(part)
    for count in places(length):
        with socket.create_connection(("127.0.0.1", level.server.port)) as connection:
            connection.sendall(data)
            rest = count
            while rest > 0:
                rest -= len(connection.recv(rest))
            leave(connection, resets=count % 2)
    level.check()


def test_clients_of_http2_that_leave_at_every_byte(level):
    recorded = bytearray()

    class Recorder(Client):
        def flush(self):
            data = self.h2.data_to_send()
            recorded.extend(data)
            self.socket.sendall(data)

    body = chat_body("Hi", max_tokens=3, seed=1, temperature=0, stream=True)
    recorder = Recorder(level.server.port)
    assert recorder.answer(recorder.request("/v1/chat/completions", body))[0] == 200
    recorder.close()

    def talk(sent, received):
        """Sends and reads so many bytes, and returns how many there were to read."""
        with socket.create_connection(("127.0.0.1", level.server.port), timeout=1) as connection:
            connection.sendall(recorded[:sent])
            count = 0
            try:
                while count < received and (part := connection.recv(received - count)):
                    count += len(part)
            except TimeoutError:
                pass
            leave(connection, resets=(sent + received) % 2)
            return count

    length = talk(len(recorded), 1 << 20)
    assert length > 500
    for count in places(len(recorded)):
        talk(count, 0)
    for count in places(length):
        talk(len(recorded), count)
    level.check()


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    identity = Identity(tmp_path_factory.mktemp("tls"), "localhost")
    context = ssl.create_default_context(cafile=identity.certificate)
    server = Server("--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key, context=context)
    yield warmed(server)
    server.kill()


def test_clients_of_tls_that_leave_at_every_byte(secure):
    data = request(chat_body("Hi", max_tokens=3, seed=1, temperature=0, stream=True), close=True)

    def talk(sends, receives):
        """Speaks TLS until so many bytes of it are sent or received; returns how many were."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = secure.server.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        sent = received = 0
        steps = [session.do_handshake, lambda: session.write(data)]
        with socket.create_connection(("127.0.0.1", secure.server.port), timeout=10) as connection:
            while sent < sends and received < receives:
                try:
                    steps[0]() if steps else session.read(1 << 16)
                    steps = steps[1:]
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLZeroReturnError:
                    break
                if part := outgoing.read(sends - sent):
                    connection.sendall(part)
                    sent += len(part)
                elif not steps or not session.version() or incoming.pending == 0 and len(steps) == 2:
                    part = connection.recv(min(1 << 16, receives - received))
                    if not part:
                        break
                    incoming.write(part)
                    received += len(part)
            leave(connection, resets=(sent + received) % 2)
        return sent, received

    sent, received = talk(1 << 20, 1 << 20)
    assert sent > 800 and received > 1500
    for count in places(sent):
        talk(count, 1 << 20)
    for count in places(received):
        talk(1 << 20, count)
    secure.check()
