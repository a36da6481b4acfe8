"""Load on a running server, with one thread and the standard library alone, so that it can be run by itself:

    python3 Tests/Clients/load.py idle 10000 http://127.0.0.1:8000
    python3 Tests/Clients/load.py streams 1000 http://127.0.0.1:8000
    python3 Tests/Clients/load.py stalled 50 http://127.0.0.1:8000

Memory and threads are told where the server runs on this machine.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import select
import selectors
import socket
import ssl
import time
import urllib.parse


class Target:
    """The server under load, with what /proc tells of it."""

    def __init__(self, url, pid=None):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        self.context = None
        if parts.scheme == "https":
            self.context = ssl.create_default_context()
            self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.pid = pid or self._find()

    def _find(self):
        """The process of this machine that listens on the port."""
        nodes = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in pathlib.Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == self.address[1]:
                    nodes.add(f"socket:[{fields[9]}]")
        for folder in pathlib.Path("/proc").glob("[0-9]*/fd"):
            try:
                if nodes & {os.readlink(entry) for entry in folder.iterdir()}:
                    return int(folder.parent.name)
            except OSError:
                continue
        return None

    def connect(self, buffer=None):
        """`buffer` is the most that the kernel takes for a client that does not read."""
        connection = socket.socket()
        connection.settimeout(30)
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect(self.address)
        return self.context.wrap_socket(connection) if self.context else connection

    def get(self, path):
        """Status, and seconds from before the connection until after the answer."""
        begin = time.perf_counter()
        with self.connect() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return int(answer[9:12]), time.perf_counter() - begin

    @property
    def memory(self):
        """Resident bytes."""
        return int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize()

    @property
    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def processor_time(self):
        """Seconds of all its threads so far."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Probe:
    """Times of /health on fresh connections: accepting included."""

    def __init__(self, target):
        self.target, self.times, self.failures = target, [], 0

    def ask(self):
        try:
            status, seconds = self.target.get("/health")
        except OSError:
            status, seconds = 0, 0
        if status == 200:
            self.times.append(seconds)
        else:
            self.failures += 1

    def percentile(self, percent):
        """In milliseconds."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

    def __str__(self):
        return (
            f"health: {len(self.times)} answers, {self.failures} failures, p50 {self.percentile(50):.1f} ms, "
            f"p99 {self.percentile(99):.1f} ms, max {self.percentile(100):.1f} ms"
        )


class Streams:
    """Server-sent events that are read as they come, on one thread."""

    def __init__(self, target, count, max_tokens, prompt="What is 27 + 58?", buffer=None, **fields):
        self.target, self.selector = target, selectors.DefaultSelector()
        self.events, self.tokens, self.whole, self.broken, self.open, self.statuses = 0, 0, 0, 0, 0, {}
        for seed in range(count):
            body = {
                "messages": [{"role": "user", "content": prompt}], "stream": True, "max_tokens": max_tokens,
                "ignore_eos": True, "seed": seed, "stream_options": {"include_usage": True},
            }  # fmt: skip
            self._open(json.dumps(body | fields).encode(), buffer)

    def _open(self, body, buffer):
        connection = self.target.connect(buffer)
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: load\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, bytearray())
        self.open += 1

    def read(self, seconds):
        """Reads for so long, or until all streams have ended."""
        deadline = time.monotonic() + seconds
        while self.open and (rest := deadline - time.monotonic()) > 0:
            for key, _ in self.selector.select(rest):
                self._receive(key.fileobj, key.data)

    def _receive(self, connection, tail):
        try:
            data = connection.recv(1 << 18)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            data = b""
        if data.startswith(b"HTTP/1.1 "):
            self.statuses[data[9:12]] = self.statuses.get(data[9:12], 0) + 1
        self.events += data.count(b"data: ")
        tail += data
        del tail[:-2000]
        if b"data: [DONE]" in tail:
            self.whole += 1
            self.tokens += int(re.findall(rb'"completion_tokens":(\d+)', tail)[-1])
        elif not data:
            self.broken += 1
        else:
            return
        self.open -= 1
        self.selector.unregister(connection)
        connection.close()

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def open_idle(target, count):
    """Keep-alive connections that have had one answer."""
    connections = []
    for _ in range(count):
        connection = target.connect()
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: load\r\n\r\n")
        connections.append(connection)
    for connection in connections:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    return connections


def idle(target, count):
    """Memory and threads with so many idle keep-alive connections; then all of them are asked once more."""
    before = target.memory
    connections = open_idle(target, count)
    probe, used, begin = Probe(target), target.processor_time, time.monotonic()
    while time.monotonic() < begin + 5:
        probe.ask()
        time.sleep(0.01)
    load = (target.processor_time - used) / (time.monotonic() - begin)
    print(f"memory: {(target.memory - before) / 1024 / count:.1f} KiB per connection")
    print(f"threads: {target.threads}; processor: {100 * load:.1f} %")
    print(probe)
    for connection in connections:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: load\r\n\r\n")
    alive = sum(connection.recv(4096).startswith(b"HTTP/1.1 200 ") for connection in connections)
    print(f"still answered: {alive} of {count}")
    for connection in connections:
        connection.close()


class Prober:
    """Asks /health again and again in a process of its own, until it is asked what it saw."""

    def __init__(self, target):
        self._reader, writer = os.pipe()
        stop, self._stop = os.pipe()
        if os.fork() == 0:
            os.close(self._stop)
            probe = Probe(target)
            while not select.select([stop], [], [], 0.02)[0]:
                probe.ask()
            os.write(writer, str(probe).encode())
            os._exit(0)

    def result(self):
        os.close(self._stop)
        os.wait()
        return os.read(self._reader, 4096).decode()


def streams(target, count, max_tokens=250):
    """So many streams at once, each to its end, with /health beside them."""
    prober = Prober(target)
    begin = time.monotonic()
    running = Streams(target, count, max_tokens)
    threads = memory = 0
    while running.open:
        running.read(1)
        threads, memory = max(threads, target.threads), max(memory, target.memory)
    seconds = time.monotonic() - begin
    print(f"streams: {running.statuses}, {running.whole} whole, {running.broken} broken")
    print(f"tokens: {running.tokens} of {count * max_tokens} in {seconds:.0f} s, {running.tokens / seconds:.0f} per second")
    print(f"threads: {threads}; memory: {memory / 2**20:.0f} MiB")
    print(prober.result())
    running.close()


def stalled(target, count):
    """Eight streams that are read: alone, beside so many others that are read, and beside as many that nobody reads."""
    # Large events fill what the kernel and the server hold for a reader in a moment.
    large = {"max_tokens": 4000, "logprobs": True, "top_logprobs": 20}
    for others in ("nobody", f"{count} that are read", f"{count} that nobody reads"):
        watched = Streams(target, 8, max_tokens=4000)
        watched.read(1)
        before = target.descriptors
        unread = 4096 if "nobody reads" in others else None
        beside = Streams(target, 0 if others == "nobody" else count, **large, buffer=unread)
        begin, first = time.monotonic(), watched.events
        while time.monotonic() < begin + 15:
            watched.read(0.02)
            if not unread:
                beside.read(0.02)
        rate = (watched.events - first) / (time.monotonic() - begin)
        print(f"beside {others}: 8 streams take {rate:.0f} events/s, {watched.broken} broken")
        while unread and target.descriptors > before and time.monotonic() < begin + 120:
            watched.read(0.2)
        if unread:
            print(f"after {time.monotonic() - begin:.0f} s, {target.descriptors - before} of those are left")
        watched.close()
        beside.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["idle", "streams", "stalled"])
    parser.add_argument("count", type=int)
    parser.add_argument("url")
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    {"idle": idle, "streams": streams, "stalled": stalled}[arguments.kind](Target(arguments.url), arguments.count)


if __name__ == "__main__":
    main()
