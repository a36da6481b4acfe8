"""Time as a program sees it that is now and then paused as a whole: by a debugger, a frozen group, a machine that sleeps."""

import threading
import time


class Clock:
    """Seconds in which this process ran. A pause counts for one second at most, so what waits for a peer that was paused
    along with it waits on, while a peer that has stalled is noticed. `paused` is what was left out."""

    def __init__(self):
        self.time = self.paused = 0.0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        last = time.monotonic()
        while True:
            time.sleep(0.05)
            now = time.monotonic()
            self.time += min(now - last, 1)
            self.paused += max(now - last - 1, 0)
            last = now


clock = Clock()
