"""The page's files over HTTP, and the dashboard in a browser."""

import hashlib
import json
import re

import pytest
from accessibility import problems
from server import ROOT, chat_body
from test_page import origins

FILES = ROOT / "Sources" / "CPage" / "page"


def references(server, path):
    return re.findall(r'(?:href|src)="(page/[^"]+)"', server.get(path)[2].decode())


def test_the_page_is_small(server):
    sizes = {file.name: file.stat().st_size for file in FILES.iterdir()}
    assert sum(sizes.values()) < 300_000
    embedded = re.findall(r'#embed "page/([^"]+)"', (FILES.parent / "CPage.c").read_text())
    assert sorted(embedded) == sorted(sizes)


@pytest.mark.parametrize("path", ["/", "/status"])
def test_headers_keep_everything_else_out(server, path):
    status, headers, _ = server.get(path)
    assert status == 200
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'", "'script'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/status"])
def test_files_are_fetched_once(server, path):
    status, headers, content = server.get(path)
    assert headers["Cache-Control"] == "no-cache"
    assert server.get(path, {"If-None-Match": headers["ETag"]})[0] == 304
    head = server.request("HEAD", path)
    assert head[0] == 200 and head[2] == b"" and int(head[1]["Content-Length"]) == len(content)
    for reference in references(server, path):
        status, headers, content = server.get("/" + reference)
        assert status == 200 and "immutable" in headers["Cache-Control"], reference
        # Modules name each other without a version: they share one folder.
        for name in re.findall(r"from '\./([\w-]+\.js)'", content.decode()):
            assert f"page/{reference.split('/')[1]}/{name}" in references(server, path), f"{name} is not preloaded"


def test_no_ui(start):
    quiet = start("--no-ui")
    for path in ("/", "/status", "/page/0/chat.js"):
        status, headers, content = quiet.get(path)
        assert status == 404 and json.loads(content)["error"]["code"] == "not_found"


def test_the_last_requests_need_the_key_and_tell_no_text(start):
    keyed = start("--api-key", "secret")
    assert keyed.get("/")[0] == 200, "the page itself is open: it asks for the key"
    assert keyed.get("/v1/requests")[0] == 401
    key = {"Authorization": "Bearer secret"}
    status, answer = keyed.post("/v1/chat/completions", chat_body("What is 27 + 58?"), key)
    assert status == 200
    content = keyed.get("/v1/requests", key)[2]
    entry = json.loads(content)["data"][0]
    assert entry["id"] == answer["id"] and entry["status"] == 200
    assert entry["usage"]["completion_tokens"] == answer["usage"]["completion_tokens"]
    assert entry["total_seconds"] >= entry["first_token_seconds"] > 0
    assert b"27" not in re.sub(rb'[\d.]+|"id":"[^"]*"', b"", content) and b"What" not in content


@pytest.mark.parametrize("dark", [False, True])
def test_the_dashboard(start, browser, dark):
    busy = start()
    for question in ("What is 27 + 58?", "What is 27 + 58?"):
        busy.chat(question)
    page = browser.page(dark=dark)
    page.open(busy.url + "/status")
    page.wait("document.querySelector('.server-state').dataset.state === 'ready'")
    page.wait("document.querySelectorAll('tbody tr').length === 2 && document.querySelectorAll('.histogram').length === 4")
    page.wait("document.querySelector('.model-name').textContent === 'apus-nano'")
    # A line is there from the second sample on.
    page.wait("document.querySelectorAll('.chart polyline').length >= 4")
    text = page.text("main")
    for words in ("running", "0 waiting", "2 finished", "blocks in use", "shared", "of prompt tokens found", "half under"):
        assert words in text, words
    assert "chat.completion" in text and "thought" in text
    assert problems(page) == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert origins(page) == {busy.url}
    assert page.complaints == []
    busy.kill()
    page.wait("document.querySelector('.server-state').dataset.state === 'unreachable'")
    page.close()


@pytest.mark.parametrize("scopes", [None, "metrics", "inference, metrics"])
def test_the_dashboard_asks_for_the_key(start, browser, tmp_path, scopes):
    """Also for one of a file, without which /metrics are closed and which need not open anything else."""
    path = tmp_path / "keys.yaml"
    digest = hashlib.sha256(b"secret").hexdigest()
    path.write_text(f"keys:\n  - {{name: monitor, sha256: {digest}, scopes: [{scopes}]}}\n")
    keyed = start("--api-key-file", str(path)) if scopes else start("--api-key", "secret")
    page = browser.page(width=390, height=800, touch=True)
    page.open(keyed.url + "/status")
    page.click(".requests button")
    page.wait("document.querySelector('dialog[open] #key-field')")
    page.type("secret")
    page.press("Enter")
    page.wait("document.querySelector('.requests').textContent.includes('No request has ended')")
    page.wait("document.querySelector('.server-state').dataset.state === 'ready'")
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_grafana_asks_for_metrics_that_there_are(server):
    dashboard = json.loads((ROOT / "config" / "grafana.json").read_text())
    server.chat("What is 1 + 1?")
    text = server.get("/metrics")[2].decode()
    names = set(re.findall(r"^([\w:]+)(?:\{| )", text, re.M)) | {"apus:admission_rejections_total"}
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 12
    for expression in expressions:
        for name in re.findall(r"apus:\w+", expression):
            assert name in names, name
