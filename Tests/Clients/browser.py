"""Drives Debian's Chromium over the DevTools protocol."""

import base64
import contextlib
import itertools
import json
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time

from websockets.sync.client import connect

KEYS = {
    "Enter": (13, "\r"),
    "Escape": (27, None),
    "Tab": (9, None),
    "ArrowUp": (38, None),
    "ArrowDown": (40, None),
    "Delete": (46, None),
    "F2": (113, None),
}


class Browser:
    """A headless Chromium with a profile of its own."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="apus-browser-")
        arguments = [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--mute-audio",
            "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port, path = self._address()
        self.opened = contextlib.ExitStack()
        self.socket = self.opened.enter_context(connect(f"ws://127.0.0.1:{port}{path}", max_size=None, compression=None))
        self.numbers = itertools.count(1)
        self.answers, self.pages = {}, {}
        threading.Thread(target=self._receive, daemon=True).start()

    def _address(self):
        file = pathlib.Path(self.profile, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"chromium ended with {self.process.returncode}")
            if file.exists() and len(lines := file.read_text().split()) == 2:
                return lines
            time.sleep(0.02)
        raise RuntimeError("chromium does not listen")

    def _receive(self):
        try:
            for text in self.socket:
                message = json.loads(text)
                if "id" in message:
                    self.answers.pop(message["id"]).put(message)
                elif page := self.pages.get(message.get("sessionId")):
                    page.note(message["method"], message["params"])
        except Exception:  # the browser is gone; whoever waits runs into a timeout
            pass

    def call(self, method, session=None, **parameters):
        number = next(self.numbers)
        answer = self.answers[number] = queue.Queue()
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        self.socket.send(json.dumps(message))
        result = answer.get(timeout=60)
        if "error" in result:
            raise RuntimeError(f"{method}: {result['error']}")
        return result["result"]

    def page(self, **options):
        """A page in storage of its own."""
        return Page(self, self.call("Target.createBrowserContext")["browserContextId"], **options)

    def close(self):
        self.opened.close()
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """A page; what it asks of the network and says on the console is kept."""

    def __init__(self, browser, context, width=1280, height=860, dark=False, languages="en-US", scale=1, touch=False):
        self.browser, self.context = browser, context
        self.requests, self.complaints, self.bodies = [], [], []
        self.target = browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)
        self.session = attached["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Network", "Log", "DOM", "CSS"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch)
        if touch:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.dark(dark)
        agent = browser.call("Browser.getVersion")["userAgent"]
        self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=languages)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def note(self, method, parameters):
        if method == "Network.requestWillBeSent":
            request = parameters["request"]
            self.requests.append(request["url"])
            if "postData" in request:
                self.bodies.append((request["url"], request["postData"]))
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
            self.complaints.append(" ".join(str(x.get("value", x.get("description"))) for x in parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])

    def dark(self, is_dark):
        value = "dark" if is_dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && document.querySelector('main')")

    def reload(self):
        self.run("window.isOld = true")
        self.call("Page.reload")
        self.wait("!window.isOld && document.readyState === 'complete' && document.querySelector('main')")

    def run(self, script):
        """The value of an expression, or of the promise that it is."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]) + f"\nin: {script}")
        return result["result"].get("value")

    def wait(self, condition, seconds=30):
        """Waits until an expression holds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self.run(f"Boolean({condition})"):
                    return
            except RuntimeError as error:
                # The page is on its way to another document, or the element is not there yet.
                if not any(word in str(error) for word in ("context", "Inspected target", "of null", "of undefined")):
                    raise
            if time.monotonic() > deadline:
                raise AssertionError(f"{condition} does not come to hold in {seconds} s; {self.complaints}")
            time.sleep(0.03)

    def text(self, selector):
        return self.run(f"[...document.querySelectorAll({json.dumps(selector)})].at(-1)?.innerText ?? null")

    def count(self, selector):
        return self.run(f"document.querySelectorAll({json.dumps(selector)}).length")

    def click(self, selector):
        """Presses the mouse on the last element that a selector finds, once it is there to be seen."""
        self.wait(f"[...document.querySelectorAll({json.dumps(selector)})].at(-1).checkVisibility()")
        x, y = self.run(f"""(() => {{
            const element = [...document.querySelectorAll({json.dumps(selector)})].at(-1);
            element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            const place = element.getBoundingClientRect();
            return [place.x + place.width / 2, place.y + place.height / 2];
        }})()""")
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def focus(self, selector):
        self.run(f"[...document.querySelectorAll({json.dumps(selector)})].at(-1).focus()")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key, control=False, shift=False, alt=False):
        code, text = KEYS.get(key, (ord(key.upper()[0]), None))
        modifiers = alt + 2 * control + 8 * shift
        common = {"key": key, "code": key if key in KEYS else f"Key{key.upper()}", "windowsVirtualKeyCode": code}
        kind = {"type": "keyDown", "text": text} if text and not modifiers else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **kind, **common, modifiers=modifiers)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common, modifiers=modifiers)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
        self.browser.pages.pop(self.session, None)
