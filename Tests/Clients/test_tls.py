"""TLS: handshakes, client certificates, resumption, reload, and what is refused at start."""

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import time

import httpx
import pytest
from certificates import Identity
from server import APUS, chat_body
from test_http import curl


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def identity(folder):
    return Identity(folder, "localhost")


def trusting(identity, client=None):
    context = ssl.create_default_context(cafile=identity.certificate)
    if client:
        context.load_cert_chain(client.certificate, client.key)
    return context


@pytest.fixture
def secure(start, identity):
    return start(
        "--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key, context=trusting(identity)
    )


def handshake(server, context, alpn=None):
    if alpn:
        context.set_alpn_protocols(alpn)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    return context.wrap_socket(raw, server_hostname="localhost")


def test_clients_speak_https(secure, identity):
    assert secure.chat("What is 27 + 58?", temperature=0)["choices"][0]["message"]["content"].strip().endswith("85")
    for version, name in (("--http1.1", "1.1"), ("--http2", "2")):
        answer = curl(version, "--cacert", identity.certificate, "-w", "%{http_version}", f"{secure.url}/version")
        assert answer.endswith(name) and '"version"' in answer
    with httpx.Client(http2=True, verify=trusting(identity)) as client:
        answer = client.post(f"{secure.url}/v1/chat/completions", json=chat_body("What is 2 + 2?", max_tokens=3))
        assert answer.http_version == "HTTP/2" and answer.json()["usage"]["completion_tokens"] == 3


def test_versions_and_protocols(secure, identity):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(identity)
        context.minimum_version = context.maximum_version = version
        with handshake(secure, context, ["http/1.1", "h2"]) as connection:
            assert connection.selected_alpn_protocol() == "h2"
    with handshake(secure, trusting(identity), ["http/1.1"]) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"
    with handshake(secure, trusting(identity)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(4096):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200")
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        handshake(secure, trusting(identity), ["spdy/3"])
    old = trusting(identity)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        handshake(secure, old)


def test_sessions_are_resumed(secure, identity):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(identity)
        context.minimum_version = context.maximum_version = version
        connection = handshake(secure, context, ["http/1.1"])
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.recv(4096)
        session = connection.session
        connection.close()
        raw = socket.create_connection(("127.0.0.1", secure.port), timeout=30)
        again = context.wrap_socket(raw, server_hostname="localhost", session=session)
        assert again.session_reused
        again.close()


def test_plain_http_is_no_tls(secure):
    answer = secure.raw(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert not answer.startswith(b"HTTP/")
    assert secure.get("/health")[0] == 200


def test_handshakes_cut_anywhere_do_no_harm(secure, identity):
    record = bytearray()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(identity).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    record += outgoing.read()
    for length in range(0, len(record), 16):
        with socket.create_connection(("127.0.0.1", secure.port), timeout=30) as connection:
            connection.sendall(record[:length])
    assert secure.get("/health")[0] == 200


def test_client_certificates(start, identity, folder):
    authority = Identity(folder, "authority")
    good, stranger = Identity(folder, "good", authority), Identity(folder, "stranger", Identity(folder, "elsewhere"))

    def ask(server, client=None):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", server.port, timeout=30, context=trusting(identity, client)
        )
        connection.request("GET", "/version")
        return connection.getresponse().status

    arguments = ["--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key]
    arguments += ["--ssl-ca-certs", authority.certificate]
    server = start(*arguments, "--ssl-cert-reqs", "required", context=trusting(identity, good))
    assert ask(server, good) == 200
    for client in (None, stranger):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ask(server, client)
    server = start(*arguments, "--ssl-cert-reqs", "1", context=trusting(identity))
    assert ask(server) == 200 and ask(server, good) == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(server, stranger)


def test_a_certificate_is_replaced_on_sighup_while_a_stream_runs(start, folder):
    first, second = Identity(folder, "first"), Identity(folder, "second", kind="rsa")
    certificate, key = str(folder / "live.pem"), str(folder / "live.key")
    for source, target in ((first.certificate, certificate), (first.key, key)):
        shutil.copy(source, target)
    server = start("--ssl-certfile", certificate, "--ssl-keyfile", key, context=trusting(first))

    stream = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=60, context=trusting(first))
    body = chat_body("What is 27 + 58?", stream=True, max_tokens=300, ignore_eos=True)
    stream.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = stream.getresponse()
    assert response.readline().startswith(b"data: ")

    def hang_up(expected):
        seen = len(server.lines)
        server.process.send_signal(signal.SIGHUP)
        server.wait_until(lambda: any(expected in line for line in server.lines[seen:]), expected)

    with open(key, "w") as file:
        file.write("nonsense")
    hang_up("is not reloaded")
    assert server.get("/health")[0] == 200

    for source, target in ((second.certificate, certificate), (second.key, key)):
        shutil.copy(source, target)
    hang_up("is reloaded")
    with pytest.raises(ssl.SSLError):
        server.get("/health")
    server.context = trusting(second)
    assert server.get("/health")[0] == 200
    assert response.read().endswith(b"data: [DONE]\n\n")


def test_an_encrypted_key_takes_its_password_from_the_environment(start, folder):
    locked = Identity(folder, "locked", password="sesame")
    arguments = ["--ssl-certfile", locked.certificate, "--ssl-keyfile", locked.key]
    done = subprocess.run([APUS, "serve", "--port", "0", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "APUS_SSL_KEYFILE_PASSWORD" in done.stderr
    server = start(*arguments, environment={"APUS_SSL_KEYFILE_PASSWORD": "sesame"}, context=trusting(locked))
    assert server.get("/health")[0] == 200


def test_what_is_wrong_is_said_at_start(identity, folder):
    other = Identity(folder, "other")
    nonsense = folder / "nonsense.pem"
    nonsense.write_text("nonsense")
    good = ["--ssl-certfile", identity.certificate, "--ssl-keyfile", identity.key]
    for arguments, words in (
        (["--ssl-certfile", "/no/such.pem"], ["/no/such.pem", "No such file"]),
        (["--ssl-certfile", str(nonsense)], [str(nonsense), "no certificate"]),
        (["--ssl-certfile", identity.certificate, "--ssl-keyfile", other.key], [other.key, "not the key"]),
        (["--ssl-keyfile", identity.key], ["--ssl-certfile"]),
        ([*good, "--ssl-cert-reqs", "required"], ["--ssl-ca-certs"]),
        ([*good, "--ssl-ca-certs", identity.certificate], ["--ssl-cert-reqs"]),
        ([*good, "--ssl-cert-reqs", "maybe"], ["maybe", "required"]),
    ):
        done = subprocess.run([APUS, "serve", "--port", "0", *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode != 0
        for word in words:
            assert word in done.stderr, done.stderr


def test_a_handshake_that_takes_too_long_is_broken_off(secure):
    with socket.create_connection(("127.0.0.1", secure.port), timeout=30) as connection:
        connection.sendall(b"\x16\x03\x01")
        begun = time.monotonic()
        try:
            assert connection.recv(100) == b""
        except ConnectionError:
            pass
        assert time.monotonic() - begun < 20


def test_health_command_over_tls(secure):
    assert subprocess.run([APUS, "health", "--tls", "--port", str(secure.port)]).returncode == 0
    assert subprocess.run([APUS, "health", "--port", str(secure.port)], stderr=subprocess.DEVNULL).returncode == 1
