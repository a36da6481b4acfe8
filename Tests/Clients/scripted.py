"""Stands before a server: chat completions are answered from a script, everything else by the server itself."""

import http.client
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def reasoning(text):
    return {"choices": [{"index": 0, "delta": {"reasoning_content": text, "content": None}, "finish_reason": None}]}


def content(text):
    return {"choices": [{"index": 0, "delta": {"content": text, "reasoning_content": None}, "finish_reason": None}]}


def ending(reason="stop"):
    return {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": reason}]}


class ScriptedServer:
    """`script(body)` gives an answer's steps: chunks, seconds to wait, `Refusal`s, events to wait for, or CUT."""

    def __init__(self, upstream, port=0):
        self.script, self.bodies, self.controls = None, [], []
        #: Status of /v1/chat/completions/control.
        self.control = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                if not self.is_gone():
                    self.forward()

            def is_gone(self):
                # Connections that are kept alive end, too.
                self.close_connection = self.close_connection or outer.closed
                return outer.closed

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.is_gone():
                    return
                if self.path == "/v1/chat/completions":
                    outer.bodies.append(json.loads(body))
                    self.answer(outer.script(json.loads(body)))
                elif self.path == "/v1/chat/completions/control":
                    outer.controls.append(json.loads(body))
                    self.refuse(Refusal(outer.control, "not found"))
                else:
                    self.forward(body)

            def forward(self, body=None):
                connection = http.client.HTTPConnection(urlsplit(upstream).netloc, timeout=60)
                fields = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                connection.request(self.command, self.path, body, fields)
                response = connection.getresponse()
                content = response.read()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "content-length", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                connection.close()

            def answer(self, steps):
                self.close_connection = True
                begun = False
                try:
                    for step in steps:
                        if isinstance(step, Refusal):
                            return self.refuse(step)
                        if not begun:
                            self.send_response(200)
                            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
                            self.send_header("Connection", "close")
                            self.end_headers()
                            begun = True
                        if step is CUT:
                            return
                        if isinstance(step, threading.Event):
                            step.wait(30)
                        elif isinstance(step, dict):
                            data = json.dumps({"id": "chatcmpl-1", "model": "apus-nano"} | step, ensure_ascii=False)
                            self.wfile.write(f"data: {data}\n\n".encode())
                            self.wfile.flush()
                        else:
                            time.sleep(step)
                    self.wfile.write(b"data: [DONE]\n\n")
                except (BrokenPipeError, ConnectionResetError):
                    outer.left = True

            def refuse(self, refusal):
                error = {"message": refusal.message, "type": "error", "param": None, "code": refusal.code}
                content = json.dumps({"error": error}).encode()
                self.send_response(refusal.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                if refusal.retry_after is not None:
                    self.send_header("Retry-After", str(refusal.retry_after))
                self.end_headers()
                self.wfile.write(content)

        self.left = self.closed = False
        self.http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def say(self, text, thought="", piece=400):
        """Answers with a text in pieces."""
        parts = [reasoning(thought[at : at + piece]) for at in range(0, len(thought), piece)]
        parts += [content(text[at : at + piece]) for at in range(0, len(text), piece)]
        self.script = lambda body: [*parts, ending()]

    def close(self):
        self.closed = True
        self.http.shutdown()
        self.http.server_close()


class Refusal:
    def __init__(self, status, message="no", code=None, retry_after=None):
        self.status, self.message, self.code, self.retry_after = status, message, code, retry_after


#: Ends the connection in the middle.
CUT = object()
