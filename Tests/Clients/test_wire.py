"""Attacks on the wire: each is refused as the RFCs and the limits say, others notice nothing, and nothing is left of it.

WIRE_SCALE multiplies connections, streams and frames.
"""

import contextlib
import json
import os
import selectors
import socket
import ssl
import threading
import time

import pytest
from certificates import Identity
from http2 import Client
from server import Server, chat_body
from test_abuse import Level, warmed
from wire import (
    ACKNOWLEDGES, CALM, CANCEL, CLOSED, COMPRESSION, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW, GOAWAY, HEADERS,
    NO_ERROR, PADDED, PING, PREFACE, PRIORITY, PROTOCOL, PUSH, RESET, SETTINGS, SIZE, WINDOW_UPDATE, Attacker, big, block,
    frame, head, request, setting, text,
)  # fmt: skip

SCALE = int(os.environ.get("WIRE_SCALE", 1))
# Seconds that a client may take, where the default is 30.
PATIENCE = 2
MEMORY = 4 << 20
# A pool of blocks becomes resident block by block, as further prompts fill it: not what is looked for here.
SMALL_POOL = ("--kv-cache-memory", "8M")


@pytest.fixture(scope="module")
def clear():
    server = Server(
        "--client-timeout", str(PATIENCE), "--request-memory", str(MEMORY), "--max-request-size", "1M", *SMALL_POOL,
    )  # fmt: skip
    yield warmed(server)
    server.kill()


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    identity = Identity(tmp_path_factory.mktemp("tls"), "localhost")
    server = Server(
        "--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key, "--client-timeout", str(2 * PATIENCE), *SMALL_POOL,
        context=ssl.create_default_context(cafile=identity.certificate),
    )  # fmt: skip
    yield warmed(server)
    server.kill()


@pytest.fixture(params=["clear", "tls"])
def level(request):
    return request.getfixturevalue("clear" if request.param == "clear" else "secure")


@contextlib.contextmanager
def nobody_notices(level, megabytes=24):
    """Others go on during the attack, and behind it the server holds what it held before."""
    ends, failures, rounds = threading.Event(), [], 0

    def live():
        nonlocal rounds
        while not ends.is_set() or not rounds:
            try:
                assert level.server.get("/health")[0] == 200
                events = level.server.stream("/v1/chat/completions", chat_body("Hi", max_tokens=3, ignore_eos=True))
                assert len(events) >= 3
                rounds += 1
            except Exception as error:
                failures.append(error)
                return

    bystander = threading.Thread(target=live)
    bystander.start()
    try:
        yield
    finally:
        ends.set()
        bystander.join()
    assert not failures, failures
    level.check(megabytes)


# MARK: Frames that break the protocol

FIELDS = [(":method", "GET"), (":scheme", "http"), (":path", "/version"), (":authority", "localhost")]


def fields(stream, *pairs):
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, block(*pairs))


# What ends the connection, with the code of the GOAWAY.
BROKEN_CONNECTIONS = {
    "a frame larger than was agreed": (request(1, "POST", ends=False) + frame(DATA, 0, 1, bytes(16_385)), SIZE),
    "a frame of the largest size": (b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", SIZE),
    "settings of no whole number": (frame(SETTINGS, payload=bytes(5)), SIZE),
    "settings of a stream": (frame(SETTINGS, 0, 1), PROTOCOL),
    "settings acknowledged with content": (frame(SETTINGS, ACKNOWLEDGES, 0, bytes(6)), SIZE),
    "a window beyond all windows": (frame(SETTINGS, payload=setting(4, 1 << 31)), FLOW),
    "frames smaller than the smallest": (frame(SETTINGS, payload=setting(5, 16_383)), PROTOCOL),
    "a push that is neither on nor off": (frame(SETTINGS, payload=setting(2, 2)), PROTOCOL),
    "a ping of nine bytes": (frame(PING, payload=bytes(9)), SIZE),
    "a ping of a stream": (frame(PING, 0, 1, bytes(8)), PROTOCOL),
    "a reset of three bytes": (request(1, "POST", ends=False) + frame(RESET, 0, 1, bytes(3)), SIZE),
    "a reset of a stream that never was": (frame(RESET, 0, 5, big(8)), PROTOCOL),
    "a GOAWAY of a stream": (frame(GOAWAY, 0, 1, bytes(8)), PROTOCOL),
    # An error of the stream alone, which may be treated so: RFC 9113, section 5.4.1.
    "a window update of nothing for a stream": (
        request(1, "POST", ends=False) + frame(WINDOW_UPDATE, 0, 1, big(0)), PROTOCOL,
    ),
    "a window update of five bytes": (frame(WINDOW_UPDATE, payload=bytes(5)), SIZE),
    "a window update of nothing": (frame(WINDOW_UPDATE, payload=big(0)), PROTOCOL),
    "a window update of a stream that never was": (frame(WINDOW_UPDATE, 0, 5, big(1)), PROTOCOL),
    "a window that overflows": (frame(WINDOW_UPDATE, payload=big((1 << 31) - 1)) * 2, FLOW),
    "a promise by the client": (frame(PUSH, END_HEADERS, 1, big(2) + head()), PROTOCOL),
    "a head of no stream": (frame(HEADERS, END_HEADERS | END_STREAM, 0, head()), PROTOCOL),
    "a head of the server's stream": (request(2), PROTOCOL),
    "data of no stream": (frame(DATA, 0, 0, b"x"), PROTOCOL),
    "data of a stream that never was": (frame(DATA, 0, 1, b"x"), PROTOCOL),
    "padding longer than its frame": (request(1, "POST", ends=False) + frame(DATA, PADDED, 1, b"\x05abc"), PROTOCOL),
    "a continuation of nothing": (frame(CONTINUATION, END_HEADERS, 1, head()), PROTOCOL),
    "something within a head": (frame(HEADERS, END_STREAM, 1, head()) + frame(PING, payload=bytes(8)), PROTOCOL),
    "a continuation of another stream": (
        frame(HEADERS, END_STREAM, 1, head()) + frame(CONTINUATION, END_HEADERS, 3), PROTOCOL,
    ),
    "an index beyond the tables": (frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x82\x86\xff\x7f"), COMPRESSION),
    "a string longer than its block": (frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x40\x7f\xff\x7f"), COMPRESSION),
    "a table larger than was agreed": (frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x3f\xe1\xff\x03"), COMPRESSION),
    "data behind the end": (
        request(1, "POST", "/v1/completions", ends=False) + frame(DATA, END_STREAM, 1, b"x") + frame(DATA, 0, 1, b"y"),
        CLOSED,
    ),
}  # fmt: skip

# What ends its stream alone, with the code of the reset.
BROKEN_STREAMS = {
    "a name in capitals": (fields(1, *FIELDS, ("X-Name", "a")), PROTOCOL),
    "no path": (fields(1, *FIELDS[:2], FIELDS[3]), PROTOCOL),
    "an empty path": (fields(1, *FIELDS[:2], (":path", ""), FIELDS[3]), PROTOCOL),
    "two methods": (fields(1, *FIELDS, FIELDS[0]), PROTOCOL),
    "a pseudo field behind others": (fields(1, *FIELDS[1:], ("a", "b"), FIELDS[0]), PROTOCOL),
    "a pseudo field that is none": (fields(1, *FIELDS, (":status", "200")), PROTOCOL),
    "a field of one connection": (fields(1, *FIELDS, ("connection", "close")), PROTOCOL),
    "a transfer coding": (fields(1, *FIELDS, ("transfer-encoding", "chunked")), PROTOCOL),
    "a line break in a value": (fields(1, *FIELDS, ("a", "b\r\nc: d")), PROTOCOL),
    "a body longer than announced": (
        request(1, "POST", "/version", ("content-length", "1"), ends=False) + frame(DATA, END_STREAM, 1, b"xx"), PROTOCOL,
    ),
    "a body shorter than announced": (
        request(1, "POST", "/version", ("content-length", "3"), ends=False) + frame(DATA, END_STREAM, 1, b"xx"), PROTOCOL,
    ),
    "a window that overflows": (
        request(1, "POST", ends=False) + frame(WINDOW_UPDATE, 0, 1, big((1 << 31) - 1)) * 2, FLOW,
    ),
}  # fmt: skip


def test_what_breaks_the_protocol_has_its_code(level):
    found = {}
    with nobody_notices(level):
        for name, (data, _) in BROKEN_CONNECTIONS.items():
            attacker = Attacker(level.server, tls=level.server.context)
            attacker.send(data)
            attacker.drain()
            found[name] = attacker.goaway
        assert found == {name: code for name, (_, code) in BROKEN_CONNECTIONS.items()}
        found = {}
        for name, (data, _) in BROKEN_STREAMS.items():
            attacker = Attacker(level.server, tls=level.server.context)
            # A second stream has its answer all the same.
            attacker.send(data + request(3))
            attacker.wait(lambda: 3 in attacker.ended)
            found[name] = attacker.resets.get(1)
            assert attacker.statuses[3] == 200 and attacker.goaway is None, name
            attacker.close()
        assert found == {name: code for name, (_, code) in BROKEN_STREAMS.items()}


# MARK: Floods

PINGS = frame(PING, payload=bytes(8))
BOMB = b"\x40" + text("x") + text("A" * 4000)

# What comes, how often, and the code of the GOAWAY, which is lost where the flood is still coming.
FLOODS = {
    "pings": (PINGS * 500, 40, CALM),
    "settings": (frame(SETTINGS) * 500, 40, CALM),
    "settings that change": (frame(SETTINGS, payload=setting(4, 0) + setting(4, 65_535)) * 500, 40, CALM),
    "window updates": (frame(WINDOW_UPDATE, payload=big(1)) * 500, 40, CALM),
    "priorities": (frame(PRIORITY, 0, 3, bytes(4) + b"\x10") * 500, 40, CALM),
    "empty data": (request(1, "POST", ends=False) + frame(DATA, 0, 1) * 20_000, 1, CALM),
    "resets of streams that are gone": (
        request(1) + frame(RESET, 0, 1, big(8)) + frame(RESET, 0, 1, big(8)) * 20_000, 1, CALM,
    ),
    "continuations": (frame(HEADERS, 0, 1, head()) + frame(CONTINUATION, 0, 1, block(("x", "y"))) * 50_000, 1, CALM),
    "empty continuations": (frame(HEADERS, 0, 1, head()) + frame(CONTINUATION, 0, 1) * 50_000, 1, CALM),
    "continuations that end": (
        b"".join(
            frame(HEADERS, END_STREAM, stream, head()) + frame(CONTINUATION, 0, stream) * 7
            + frame(CONTINUATION, END_HEADERS, stream)
            for stream in range(1, 8001, 2)
        ), 1, CALM,
    ),
    "a header bomb": (frame(HEADERS, END_HEADERS | END_STREAM, 1, head() + BOMB + b"\xbe" * 12_000), 1, CALM),
    "heads beyond the streams": (b"".join(request(s, "POST", ends=False) for s in range(1, 20_001, 2)), 1, CALM),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOODS)
def test_floods_end_the_connection(clear, name):
    data, count, code = FLOODS[name]
    with nobody_notices(clear):
        attacker = Attacker(clear.server)
        for _ in range(count * SCALE):
            attacker.send(data)
        attacker.drain()
        assert attacker.closed and attacker.goaway in (code, None)


def test_what_is_ignored_keeps_no_connection_open(clear):
    floods = [
        frame(77) * 20_000,
        request(1, "POST", ends=False) + frame(DATA, PADDED, 1, b"\xff" + bytes(255)) * 20_000,
        request(1, "POST", ends=False) + frame(RESET, 0, 1, big(CANCEL)) + frame(DATA, 0, 1) * 20_000,
    ]
    with nobody_notices(clear):
        attackers = [Attacker(clear.server) for _ in floods]
        for attacker, flood in zip(attackers, floods):
            attacker.send(flood)
        for attacker in attackers:
            attacker.drain()
            assert attacker.goaway == NO_ERROR and attacker.statuses in ({}, {1: 408})


def test_floods_over_tls_end_the_connection(secure):
    with nobody_notices(secure):
        for name in ("pings", "continuations", "a header bomb", "heads beyond the streams"):
            data, count, code = FLOODS[name]
            attacker = Attacker(secure.server, tls=True)
            for _ in range(count * SCALE):
                attacker.send(data)
            attacker.drain()
            assert attacker.closed and attacker.goaway in (code, None), name


def test_rapid_resets_end_the_connection_and_start_no_work(clear):
    body = json.dumps(chat_body("Hi", max_tokens=4000, ignore_eos=True, stream=True)).encode()
    data = b"".join(
        request(stream, "POST", "/v1/chat/completions", ends=False)
        + frame(DATA, END_STREAM, stream, body)
        + frame(RESET, 0, stream, big(CANCEL))
        for stream in range(1, 20_001 * SCALE, 2)
    )
    with nobody_notices(clear):
        attacker = Attacker(clear.server)
        attacker.send(data)
        attacker.drain()
        assert attacker.closed and attacker.goaway in (CALM, None)


# MARK: Clients that take their time


def slow(server, pieces, count, seconds=0.05):
    """Sends a piece on each of so many connections, again and again, until the server has closed all; what it said."""
    selector, answers = selectors.DefaultSelector(), []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        selector.register(connection, selectors.EVENT_READ, [bytearray(), iter(pieces())])
    deadline = time.monotonic() + 60
    while selector.get_map():
        assert time.monotonic() < deadline, "the server waits"
        begin = time.monotonic()
        for key in list(selector.get_map().values()):
            with contextlib.suppress(OSError, StopIteration):
                key.fileobj.sendall(next(key.data[1]))
        while (rest := begin + seconds - time.monotonic()) > 0 and selector.get_map():
            for key, _ in selector.select(rest):
                try:
                    part = key.fileobj.recv(65536)
                except OSError:
                    part = b""
                key.data[0].extend(part)
                if not part:
                    answers.append(bytes(key.data[0]))
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
    return answers


def bytes_of(start, repeated):
    """A beginning at once, and then the same for ever."""

    def pieces():
        yield start
        while True:
            yield repeated

    return pieces


HTTP1 = b"POST /v1/completions HTTP/1.1\r\nHost: x\r\n"
HTTP2 = PREFACE + frame(SETTINGS)
SLOW = {
    "nothing": (bytes_of(b"", b""), b""),
    "a head": (bytes_of(HTTP1 + b"X: ", b"x"), b"HTTP/1.1 408"),
    "a head of many fields": (bytes_of(HTTP1, b"X: x\r\n"), b"HTTP/1.1 408"),
    "a body": (bytes_of(HTTP1 + b"Content-Length: 100000\r\n\r\n", b"x"), b"HTTP/1.1 408"),
    "a body of chunks": (bytes_of(HTTP1 + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), b"HTTP/1.1 408"),
    "a preface": (bytes_of(PREFACE[:14], b""), b""),
    "a head in HTTP/2": (bytes_of(HTTP2 + frame(HEADERS, 4, 1, head() + b"\0\1x\x7f\xa1\x1e")[:-1], b"x"), frame(GOAWAY)[3:5]),
    "a continuation": (bytes_of(HTTP2 + frame(HEADERS, 0, 1, head()), b""), frame(GOAWAY)[3:5]),
}


def test_slow_clients_are_dropped(clear):
    with nobody_notices(clear):
        outcomes = {}

        def attack(name):
            outcomes[name] = slow(clear.server, SLOW[name][0], 24 * SCALE)

        threads = [threading.Thread(target=attack, args=(name,)) for name in SLOW]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, (_, expected) in SLOW.items():
            assert len(outcomes[name]) == 24 * SCALE
            for answer in outcomes[name]:
                found = answer.startswith(expected) if expected.startswith(b"HTTP") else expected in answer
                assert found and (expected or not answer), (name, answer[:200])


def test_a_slow_body_in_http2_is_answered_and_its_stream_ended(clear):
    with nobody_notices(clear):
        attackers = [Attacker(clear.server) for _ in range(8 * SCALE)]
        for attacker in attackers:
            attacker.send(request(1, "POST", "/v1/completions", ends=False))
        open_ones = list(attackers)
        while open_ones:
            for attacker in list(open_ones):
                attacker.send(frame(DATA, 0, 1, b"x") + PINGS)
                pongs = attacker.pongs
                attacker.wait(lambda: attacker.pongs > pongs or 1 in attacker.resets)
                if 1 in attacker.resets:
                    open_ones.remove(attacker)
            time.sleep(0.1)
        for attacker in attackers:
            assert attacker.statuses[1] == 408 and attacker.resets[1] == NO_ERROR and attacker.goaway is None
            attacker.close()


def test_slow_handshakes_are_broken_off(secure):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = secure.server.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    with nobody_notices(secure):
        answers = slow(secure.server, lambda: (hello[i : i + 1] for i in range(len(hello) - 1)), 64 * SCALE)
        assert answers == [b""] * 64 * SCALE


# MARK: Readers that take nothing


def test_answers_whose_windows_stay_shut_are_dropped(clear):
    with nobody_notices(clear):
        attackers = [Attacker(clear.server, settings=setting(4, 0)) for _ in range(4 * SCALE)]
        streams = range(1, 201, 2)
        for attacker in attackers:
            attacker.send(b"".join(request(stream, path="/openapi.json") for stream in streams))
        for attacker in attackers:
            attacker.wait(lambda: len(attacker.statuses) == len(streams))
            attacker.wait(lambda: len(attacker.resets) + len(attacker.ended) == len(streams) or attacker.goaway is not None)
            assert set(attacker.statuses.values()) <= {200, 503} and not attacker.bytes
            assert set(attacker.resets.values()) <= {CANCEL} and attacker.goaway in (None, CALM)
            attacker.close()


def test_streams_whose_windows_stay_shut_are_dropped_and_their_work_ends(clear):
    client = Client(clear.server.port, window=0)
    body = chat_body("Hi", max_tokens=4000, ignore_eos=True, stream=True)
    streams = [client.request("/v1/chat/completions", body) for _ in range(8 * SCALE)]
    with nobody_notices(clear):
        client.wait(lambda: len(client.resets) == len(streams))
        assert set(client.resets.values()) == {CANCEL} and not client.data
        client.close()


def test_windows_of_one_byte_let_one_byte_through(clear):
    with nobody_notices(clear):
        attacker = Attacker(clear.server, settings=setting(4, 1))
        attacker.send(request(1) + request(3))
        for count in range(1, 20):
            attacker.wait(lambda: attacker.bytes.get(1, 0) == count)
            attacker.send(frame(WINDOW_UPDATE, 0, 1, big(1)))
        attacker.wait(lambda: 3 in attacker.resets)
        assert attacker.resets[3] == CANCEL and attacker.bytes[3] == 1
        attacker.close()


# MARK: Clients that break off


@pytest.mark.parametrize("how", ["resets", "closes"])
def test_many_streams_broken_off_in_their_answers_leave_nothing(clear, how):
    body = chat_body("Hi", max_tokens=4000, ignore_eos=True, stream=True)
    with nobody_notices(clear):
        for _ in range(4 * SCALE):
            client = Client(clear.server.port)
            streams = [client.request("/v1/chat/completions", body) for _ in range(25)]
            client.wait(lambda: len(client.headers) == len(streams))
            if how == "resets":
                for stream in streams:
                    client.h2.reset_stream(stream, CANCEL)
                client.flush()
                assert client.answer(client.request("/version"))[0] == 200
            client.close()


def test_a_client_that_says_goodbye_reads_its_streams_to_their_end(clear):
    attacker = Attacker(clear.server)
    body = json.dumps(chat_body("Hi", max_tokens=40, ignore_eos=True, stream=True)).encode()
    with nobody_notices(clear):
        attacker.send(request(1, "POST", "/v1/chat/completions", ends=False) + frame(DATA, END_STREAM, 1, body))
        attacker.wait(lambda: attacker.bytes)
        attacker.send(frame(GOAWAY, payload=bytes(8)))
        attacker.drain()
        assert 1 in attacker.ended and attacker.statuses[1] == 200 and not attacker.resets


# MARK: Memory


def test_heads_and_bodies_of_all_connections_have_one_bound(clear):
    """Each connection keeps as much as it may; together they ask for many times the memory that there is."""
    large = ("x-large", "x" * 60_000)
    kinds = [
        (HTTP2 + b"".join(request(s, "POST", "/v1/completions", large, ends=False) for s in (1, 3, 5, 7)), 80),
        (HTTP1 + b"X-Large: " + b"x" * 60_000, 80),
        (HTTP1 + b"Content-Length: 1000000\r\n\r\n" + b"x" * 900_000, 40),
    ]
    with nobody_notices(clear, megabytes=48):
        connections, most = [], 0
        for data, count in kinds:
            for _ in range(count * SCALE):
                connections.append(socket.create_connection(("127.0.0.1", clear.server.port), timeout=30))
                with contextlib.suppress(OSError):
                    connections[-1].sendall(data)
                most = max(most, clear.target.memory)
        answers = [b""] * len(connections)
        for index, connection in enumerate(connections):
            with contextlib.suppress(OSError):
                while part := connection.recv(65536):
                    answers[index] += part
            connection.close()
        assert sum(answer.startswith(b"HTTP/1.1 503") for answer in answers) > len(connections) // 4
        assert most - clear.memory < 48 << 20


# MARK: Smuggling

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
GET, POST, LENGTH, CHUNKED = b"GET /version HTTP/1.1\r\nHost: x\r\n", HTTP1, b"Content-Length: 4\r\n", b"Transfer-Encoding: chunked\r\n"

# What servers and proxies have read in two ways; RFC 9112, sections 2.2, 5.1, 5.2, 6.1, 6.3 and 7.1.
SMUGGLING = {
    "both lengths": POST + LENGTH + CHUNKED + b"\r\n0\r\n\r\n",
    "both lengths, the other way round": POST + CHUNKED + LENGTH + b"\r\n0\r\n\r\n",
    "two lengths": POST + LENGTH + b"Content-Length: 5\r\n\r\nabcd",
    "two equal lengths": POST + LENGTH * 2 + b"\r\nabcd",
    "a list of lengths": POST + b"Content-Length: 4, 4\r\n\r\nabcd",
    "a length with a sign": POST + b"Content-Length: +4\r\n\r\nabcd",
    "a hexadecimal length": POST + b"Content-Length: 0x4\r\n\r\nabcd",
    "an empty length": POST + b"Content-Length:\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a length with a space before its colon": POST + b"Content-Length : 4\r\n\r\nabcd",
    "a length with a tab in its name": POST + b"Content-Length\t: 4\r\n\r\nabcd",
    "a folded length": POST + b"Content-Length:\r\n 4\r\n\r\nabcd",
    "a folded field": GET + b"A: b\r\n Content-Length: 4\r\n\r\n",
    "a first line that is folded": b"GET /version HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n",
    "a bare line feed in a head": GET + b"A: b\n\r\n",
    "a bare line feed behind the first line": b"GET /version HTTP/1.1\nHost: x\r\n\r\n",
    "bare line feeds": b"GET /version HTTP/1.1\nHost: x\n\n",
    "a bare carriage return": GET + b"A: b\rContent-Length: 4\r\n\r\n",
    "a nil in a value": GET + b"A: b\0c\r\n\r\n",
    "a name that is empty": GET + b": b\r\n\r\n",
    "a line without a colon": GET + b"A\r\n\r\n",
    "chunked twice": POST + CHUNKED * 2 + b"\r\n0\r\n\r\n",
    "chunked and identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked behind gzip": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked behind a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "quoted chunked": POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: x\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "an empty coding": POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n",
    "a chunk size with a prefix": POST + CHUNKED + b"\r\n0x4\r\nabcd\r\n0\r\n\r\n",
    "a chunk size with a sign": POST + CHUNKED + b"\r\n+4\r\nabcd\r\n0\r\n\r\n",
    "a chunk size with a space in front": POST + CHUNKED + b"\r\n 4\r\nabcd\r\n0\r\n\r\n",
    "a chunk size beyond all numbers": POST + CHUNKED + b"\r\n10000000000000004\r\nabcd\r\n0\r\n\r\n",
    "a chunk size that ends in a line feed": POST + CHUNKED + b"\r\n4\nabcd\r\n0\r\n\r\n",
    "a chunk that ends in a line feed": POST + CHUNKED + b"\r\n4\r\nabcd\n0\r\n\r\n",
    "a chunk longer than its size": POST + CHUNKED + b"\r\n4\r\nabcdefgh\r\n0\r\n\r\n",
    "an extension with a line feed": POST + CHUNKED + b"\r\n4;a\nb\r\nabcd\r\n0\r\n\r\n",
    "a trailer that is none": POST + CHUNKED + b"\r\n0\r\nA : b\r\n\r\n",
    "no host": b"GET /version HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: y\r\n\r\n",
    "two spaces in the first line": b"GET  /version HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the path": b"GET /ver sion HTTP/1.1\r\nHost: x\r\n\r\n",
    "a version in small letters": b"GET /version http/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /version\r\n\r\n",
}  # fmt: skip


def test_what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(clear):
    level, wrong = Level(clear.server), {}
    for name, data in SMUGGLING.items():
        answer = clear.server.raw(data + SMUGGLED)
        statuses = [line[9:12] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]
        if len(statuses) != 1 or statuses[0] not in (b"400", b"501", b"505") or b"\r\nConnection: close\r\n" not in answer:
            wrong[name] = answer
    assert not wrong
    level.check()


def test_what_is_no_tls_gets_an_alert_and_an_end(secure):
    with nobody_notices(secure):
        for data in (b"\0" * 4096, b"\xff" * 4096, os.urandom(4096), b"\x16\x03\x01\xff\xff" + b"\1" * 70_000, HTTP2):
            answer = secure.server.raw(data)
            assert not answer or answer[0] == 21, data[:20]
        # Behind a handshake too.
        connection = socket.create_connection(("127.0.0.1", secure.server.port), timeout=30)
        encrypted = secure.server.context.wrap_socket(connection, server_hostname="localhost")
        with socket.socket(fileno=encrypted.detach()) as raw:
            raw.settimeout(30)
            raw.sendall(b"\x17\x03\x03\x40\x00" + os.urandom(0x4000))
            with contextlib.suppress(ConnectionError):
                while raw.recv(65536):
                    pass
