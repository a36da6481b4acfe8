"""A small HTTP/2 client on the h2 package that lets a test decide about windows and frames."""

import json
import select
import socket

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
from pauses import clock


class Client:
    """Waits `seconds` for what the server says next."""

    def __init__(self, port, window=None, context=None, seconds=30):
        self.seconds = seconds
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        if context:
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(validate_outbound_headers=False))
        self.h2.initiate_connection()
        if window is not None:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.events, self.data, self.headers, self.ended, self.resets = [], {}, {}, set(), {}
        self.goaway, self.closed, self.frames = None, False, {}
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def request(self, path, body=None, method=None, headers=()):
        """Sends a request and returns its stream."""
        stream = self.h2.get_next_available_stream_id()
        fields = [
            (":method", method or ("GET" if body is None else "POST")), (":scheme", "http"), (":path", path),
            (":authority", "localhost"), ("content-type", "application/json"), *headers,
        ]  # fmt: skip
        self.h2.send_headers(stream, fields, end_stream=body is None)
        if body is not None:
            self.h2.send_data(stream, json.dumps(body).encode(), end_stream=True)
        self.flush()
        return stream

    def is_readable(self, seconds):
        """Whether something has come, at the latest after so long."""
        pending = getattr(self.socket, "pending", lambda: 0)
        return pending() > 0 or bool(select.select([self.socket], [], [], seconds)[0])

    def receive(self, gives_window=lambda stream: True):
        """Takes what comes next. Returns False once the server has closed."""
        deadline = clock.time + self.seconds
        while not self.is_readable(1):
            if clock.time > deadline:
                raise TimeoutError(f"the server said nothing for {self.seconds} s")
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.closed = True
            return False
        for event in self.h2.receive_data(data):
            stream = getattr(event, "stream_id", None)
            if isinstance(event, h2.events.ResponseReceived):
                self.headers[stream] = {k.decode(): v.decode() for k, v in event.headers}
            elif isinstance(event, h2.events.DataReceived):
                self.data[stream] = self.data.get(stream, b"") + event.data
                self.frames[stream] = self.frames.get(stream, 0) + 1
                if event.flow_controlled_length and self.h2.state_machine.state.name != "CLOSED":
                    self.took(stream, event.flow_controlled_length, gives_window(stream))
            elif isinstance(event, h2.events.StreamEnded):
                self.ended.add(stream)
            elif isinstance(event, h2.events.StreamReset):
                self.resets[stream] = event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.goaway = event.error_code
        try:
            self.flush()
        except OSError:
            pass
        return True

    def took(self, stream, count, gives_window):
        """Gives room for as much again."""
        self.give_window(None, count)
        if gives_window:
            self.give_window(stream, count)

    def give_window(self, stream, count):
        """`stream` is None for the connection."""
        try:
            self.h2.increment_flow_control_window(count, stream)
        except (h2.exceptions.StreamClosedError, KeyError):  # closed, or even forgotten
            pass

    def wait(self, condition, **options):
        while not condition() and self.receive(**options):
            pass
        assert condition(), (self.goaway, self.resets, self.closed)

    def answer(self, stream):
        """Status and body of a whole response."""
        self.wait(lambda: stream in self.ended)
        return int(self.headers[stream][":status"]), self.data.get(stream, b"")

    def drain(self):
        """Reads until the server closes."""
        while self.receive():
            pass

    def close(self):
        self.socket.close()
