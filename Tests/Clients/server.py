"""Starts `apus serve` for a test and speaks HTTP with it."""

import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Another build may be tested: APUS_BINARY=.build/debug/apus
APUS = pathlib.Path(os.environ.get("APUS_BINARY") or ROOT / ".build" / "release" / "apus").absolute()
# Under one of these a server is ten times slower.
SANITIZED = {"ASAN_OPTIONS", "TSAN_OPTIONS"} & os.environ.keys()
PATIENCE = 600 if SANITIZED else 60


class Server:
    """A running server; its log is kept in `lines`.

    `context` is an SSL context for one that speaks TLS, `descriptors` the most files that it may open, and `log` where
    its log goes in place of `lines`.
    """

    def __init__(self, *arguments, environment=None, context=None, descriptors=None, log=None):
        self.context = context
        self.process = subprocess.Popen(
            [APUS, "serve", *arguments, *([] if "--port" in arguments else ["--port", "0"])],
            stderr=log or subprocess.PIPE,
            preexec_fn=descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))),
            stdout=subprocess.DEVNULL,
            text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("APUS_")} | (environment or {}),
        )
        self.lines, self.port = [], None
        self.listening = threading.Event()
        if log:
            self.port = int(arguments[arguments.index("--port") + 1])
            self.wait_until(self._is_ready, "ready")
            return
        threading.Thread(target=self._read_log, daemon=True).start()
        if not self.listening.wait(PATIENCE):
            self.kill()
            raise RuntimeError("the server does not listen:\n" + "".join(self.lines))
        self.wait_until(self._is_ready, "ready")

    def _read_log(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"https?://[^ :/]+:(\d+)", line):
                self.port = self.port or int(found.group(1))
                self.listening.set()
        self.listening.set()

    def _is_ready(self):
        try:
            return self.get("/health")[0] == 200
        except OSError:
            return False

    def wait_until(self, condition, what, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n" + "".join(self.lines))
            if condition():
                return
            time.sleep(0.01)
        raise RuntimeError(f"not {what} within {seconds} s:\n" + "".join(self.lines))

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def request(self, method, path, body=None, headers=None, seconds=300):
        """Status, headers and body; a body that is not bytes is sent as JSON."""
        if self.context:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=seconds, context=self.context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, {"Content-Type": "application/json"} | (headers or {}))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.headers, content

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        """Status and parsed JSON."""
        status, _, content = self.request("POST", path, body, headers)
        return status, json.loads(content)

    def chat(self, text, **fields):
        status, body = self.post("/v1/chat/completions", chat_body(text, **fields))
        assert status == 200, body
        return body

    def stream(self, path, body):
        """The payloads of a streamed answer, parsed, without the closing [DONE]."""
        status, headers, content = self.request("POST", path, body | {"stream": True})
        assert status == 200, content
        assert headers["Content-Type"].startswith("text/event-stream")
        events = [e for e in content.decode().split("\n\n") if e and not e.startswith(":")]
        assert events[-1] == "data: [DONE]"
        return [json.loads(e.removeprefix("data: ")) for e in events[:-1]]

    def metric(self, name):
        """Sum of a metric's samples over all labels."""
        text = self.get("/metrics")[2].decode()
        samples = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? ([0-9.e+-]+)$", text, re.M)
        assert samples, f"{name} is not in /metrics"
        return sum(map(float, samples))

    def state(self):
        """What the server does, for the message of a test that waits in vain."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        threads = [f"{(task / 'stat').read_text().split(')')[0]}) {(task / 'wchan').read_text()}" for task in tasks]
        # With their queues.
        sockets = [s for s in pathlib.Path("/proc/net/tcp").read_text().splitlines() if f":{self.port:04X} " in s]
        try:
            told = self.request("GET", "/slots", seconds=20)[2] + self.request("GET", "/metrics", seconds=20)[2]
        except OSError as error:
            told = repr(error).encode()
        return "\n".join([*threads, *sockets, told.decode()])

    def raw(self, data, seconds=10):
        """What the server answers to these bytes until it closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
            except TimeoutError:
                pass
            return answer

    def terminate(self, seconds=PATIENCE):
        """Sends SIGTERM and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """Ends the server; one under a sanitizer in good order, since leaks are looked for then."""
        if self.process.poll() is None and SANITIZED:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                pass
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def chat_body(text, **fields):
    return {"model": "apus-nano", "messages": [{"role": "user", "content": text}]} | fields
