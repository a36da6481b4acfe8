"""HTTP/2 to the byte: frames of any kind on a raw connection, and what a server says to them."""

import socket
import ssl

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACKNOWLEDGES, END_HEADERS, PADDED = 1, 1, 4, 8
# Error codes: RFC 9113, section 7.
NO_ERROR, PROTOCOL, INTERNAL, FLOW, SETTINGS_TIMEOUT, CLOSED, SIZE, REFUSED, CANCEL, COMPRESSION, CONNECT, CALM = range(12)


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def big(number):
    return number.to_bytes(4, "big")


def setting(name, value):
    return name.to_bytes(2, "big") + big(value)


def text(value):
    """A string of HPACK without Huffman's code."""
    data = value.encode()
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, length = len(data) - 127, b"\x7f"
    while rest >= 128:
        length += bytes([rest & 127 | 128])
        rest >>= 7
    return length + bytes([rest]) + data


def block(*fields):
    """Fields that leave the dynamic table alone."""
    return b"".join(b"\x00" + text(name) + text(value) for name, value in fields)


def head(method="GET", path="/version", *more):
    return block((":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"), *more)


def request(stream, method="GET", path="/version", *more, ends=True):
    data = head(method, path, *more)
    pieces = [data[i : i + 16_384] for i in range(0, len(data), 16_384)]
    frames = b""
    for number, piece in enumerate(pieces):
        flags = (END_HEADERS if piece is pieces[-1] else 0) | (END_STREAM if ends and not number else 0)
        frames += frame(CONTINUATION if number else HEADERS, flags, stream, piece)
    return frames


class Attacker:
    """A raw connection that keeps account of GOAWAY, resets, statuses and bytes of bodies."""

    def __init__(self, server, settings=b"", seconds=30, tls=False):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=seconds)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket)
        self.goaway, self.closed, self.resets, self.statuses, self.bytes, self.pongs = None, False, {}, {}, {}, 0
        self.ended = set()
        self._input, self._decoder = b"", hpack.Decoder()
        self.send(PREFACE + frame(SETTINGS, payload=settings))

    def send(self, data):
        """Returns whether all could be sent."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def receive(self):
        """Takes what comes next; False once the server has closed."""
        try:
            part = self.socket.recv(1 << 16)
        except TimeoutError:
            raise
        except OSError:
            part = b""
        self._input += part
        while len(self._input) >= 9 and len(self._input) >= 9 + int.from_bytes(self._input[:3], "big"):
            end = 9 + int.from_bytes(self._input[:3], "big")
            kind, flags, stream = self._input[3], self._input[4], int.from_bytes(self._input[5:9], "big")
            self._take(kind, flags, stream, self._input[9:end])
            self._input = self._input[end:]
        self.closed = self.closed or not part
        return not self.closed

    def _take(self, kind, flags, stream, payload):
        if kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        elif kind == RESET:
            self.resets[stream] = int.from_bytes(payload, "big")
        elif kind == DATA:
            self.bytes[stream] = self.bytes.get(stream, 0) + len(payload)
        elif kind == HEADERS:
            fields = dict(self._decoder.decode(payload))
            if ":status" in fields:
                self.statuses[stream] = int(fields[":status"])
        elif kind == PING and flags & ACKNOWLEDGES:
            self.pongs += 1
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.ended.add(stream)

    def wait(self, condition):
        while not condition() and self.receive():
            pass
        assert condition(), vars(self)

    def drain(self):
        """Reads until the server closes."""
        while self.receive():
            pass
        self.close()

    def close(self):
        self.socket.close()
