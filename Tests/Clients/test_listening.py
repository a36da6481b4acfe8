"""Where the server listens: several addresses, Unix sockets, sockets of systemd, a path behind a proxy; and compression."""

import contextlib
import gzip
import json
import os
import shlex
import signal
import socket
import subprocess
import time

from server import APUS
from test_http import curl


@contextlib.contextmanager
def serving(command, **options):
    """Runs a command that serves; yields the process."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(path):
    done = subprocess.run(["curl", "-sS", "--unix-socket", path, "http://a/version"], capture_output=True, text=True)
    return '"version"' in done.stdout


def test_a_unix_socket_is_served_replaced_when_dead_and_removed(tmp_path):
    path = str(tmp_path / "apus.sock")
    with serving([APUS, "serve", "--uds", path]) as first:
        wait_for(lambda: answers(path))
        second = subprocess.run([APUS, "serve", "--uds", path], capture_output=True, text=True, timeout=60)
        assert second.returncode == 1 and path in second.stderr and "another process" in second.stderr
        assert answers(path)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert os.path.exists(path)
    with serving([APUS, "serve", "--uds", path]) as process:
        wait_for(lambda: answers(path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not os.path.exists(path)


def test_several_addresses_are_served_on_one_port(start):
    server = start("--host", "127.0.0.1", "--host", "127.0.0.2", "--host", "::1")
    server.wait_until(lambda: sum("Listening" in line for line in server.lines) == 3, "listening three times")
    for host in ("127.0.0.1", "127.0.0.2", "[::1]"):
        assert '"version"' in curl(f"http://{host}:{server.port}/version")


def test_sockets_of_systemd_are_taken_over(tmp_path):
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    script = f"exec 3<&{listening.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec {shlex.quote(str(APUS))} serve"
    with serving(["bash", "-c", script], pass_fds=[listening.fileno()]) as process:
        assert '"version"' in curl("--retry", "5", f"http://127.0.0.1:{port}/version")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    listening.close()
    script = "exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec " + shlex.quote(str(APUS)) + " serve"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "descriptor 3" in done.stderr


def test_a_root_path_is_taken_off(start):
    server = start("--root-path", "/llm")
    assert server.get("/llm/version")[0] == server.get("/version")[0] == 200
    assert server.get("/llmversion")[0] == server.get("/other/version")[0] == 404


def test_whole_responses_are_compressed_where_asked(server):
    status, headers, body = server.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip" and headers["Vary"] == "Accept-Encoding"
    assert b"apus:num_requests_running" in gzip.decompress(body)
    assert "Content-Encoding" not in server.get("/metrics")[1]
    stream = curl(
        "--compressed", "-i", f"{server.url}/v1/completions", "-d", json.dumps({"prompt": "a", "stream": True})
    )
    assert "encoding: gzip" not in stream.lower() and stream.endswith("data: [DONE]\n\n")
