"""Runs a command on a pseudo-terminal whose screen can be read."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte


class Terminal:
    """A process on a terminal; `raw` is every byte that it wrote."""

    def __init__(self, command, columns=80, rows=24, folder=None, environment=None):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw, self.status = b"", None
        kept = {k: v for k, v in os.environ.items() if not k.startswith("APUS_") and k not in ("NO_COLOR", "OPENAI_API_KEY")}
        # The size must be there when the process starts: it is set before the child is let go.
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.read(ready, 1)
            os.chdir(folder or ".")
            os.execve(command[0], command, kept | {"TERM": "xterm-256color"} | (environment or {}))
        self._set_size(columns, rows)
        os.write(go, b"x")
        os.close(ready)
        os.close(go)

    def _set_size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def send(self, text):
        os.write(self.master, text.encode())

    def read(self, seconds=0.05):
        """Takes what comes within this time; returns whether there may be more."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    @property
    def lines(self):
        """The screen's rows, as far as anything stands in them."""
        lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait(self, condition, seconds=60):
        """Until a text is on the screen, or a condition holds."""
        check = condition if callable(condition) else lambda: condition in self.text
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if check():
                return
            if not self.read():
                break
        assert check(), f"not seen: {condition}\n{self.text}"

    def wait_for_prompt(self):
        """Until the empty prompt is the last row."""
        self.wait(lambda: self.lines[-1:] == [">"])

    @property
    def is_raw(self):
        return not termios.tcgetattr(self.master)[3] & termios.ICANON

    def end(self, seconds=30):
        """Waits for the process's end; returns its status as Popen gives it."""
        deadline = time.monotonic() + seconds
        while self.status is None and time.monotonic() < deadline:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        assert self.status is not None, "the process does not end:\n" + self.text
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
