"""What the server refuses: other hosts, large bodies, bombs, and too many requests at once."""

import contextlib
import socket
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from autoencoder.web import app
from autoencoder.web.app import create_app
from tests.autoencoder.web.browser import serving


def test_every_response_has_security_headers(client, six):
    for response in (
        client.get("/"),
        client.get("/nowhere"),
        client.post("/look", content=six),
        client.get("/", headers={"Host": "evil.example"}),
    ):
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("localhost:80", 200), ("127.0.0.1", 200), ("127.8.0.9:80", 200), ("[::1]:80", 200), ("[::1]", 200),
        ("10.0.0.1:80", 200), ("[::ffff:10.0.0.1]", 200), ("mybox:80", 200), ("MyBox", 200),
        ("0.0.0.0:80", 400), ("[::]", 400), ("[::ffff:0.0.0.0]", 400), ("0", 400), ("10.0.0.2", 400),
        ("evil.example", 400), ("evil.example:80", 400), ("127.0.0.1.evil.example", 400), ("", 400),
        ("[", 400), ("1.2.3", 400), ("evil.example@127.0.0.1", 400), ("127.0.0.1/evil.example", 400),
        ("127.0.0.1:80:80", 400), ("localhost.evil.example", 400),
    ],
)  # fmt: skip
def test_a_host_is_an_own_name_the_address_of_the_connection_or_loopback(studio, host, code):
    # As of a connection that arrived at 10.0.0.1, of a server that listens at all addresses.
    with TestClient(create_app(studio, "MyBox", "0.0.0.0"), base_url="http://10.0.0.1") as client:
        response = client.get("/", headers={"Host": host})
    assert response.status_code == code
    if code == 400:
        assert response.json() == {
            "detail": "the Host header names another server; use this one's own name or address, or localhost"
        }


def own_addresses():
    """The addresses of this computer: loopback, and that of its network if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # of documents; nothing is sent
        return ["127.0.0.1", probe.getsockname()[0]]
    return ["127.0.0.1"]


def test_a_server_at_all_addresses_is_asked_by_its_own_and_not_through_0_0_0_0(studio):
    with serving(studio, host="0.0.0.0") as url:
        port = urlsplit(url).port
        for address in own_addresses():
            for host, code in [(address, 200), ("localhost", 200), ("0.0.0.0", 400), ("192.0.2.1", 400)]:
                response = httpx.get(f"http://{address}:{port}/about", headers={"Host": f"{host}:{port}"})
                assert (address, host, response.status_code) == (address, host, code)


@pytest.mark.parametrize(
    ("origin", "code"), [("http://127.0.0.1", 200), ("http://evil.example", 403), ("null", 403)]
)
def test_pages_of_others_may_not_ask(client, six, origin, code):
    headers = {"Origin": origin}
    assert client.post("/look", content=six, headers=headers).status_code == code
    # A fetch says its origin also where browsers leave out Sec-Fetch-Site: to addresses of a network.
    assert client.get("/about", headers=headers).status_code == code


@pytest.mark.parametrize(
    ("method", "path", "site", "mode", "code"),
    [
        ("GET", "/about", None, None, 200),  # a program
        ("GET", "/about", "none", "navigate", 200),  # the address typed in
        ("GET", "/about", "same-origin", "cors", 200),
        ("GET", "/about", "cross-site", "no-cors", 403),
        ("GET", "/about", "same-site", "no-cors", 403),  # another port of this computer
        ("GET", "/about", "cross-site", "navigate", 403),
        ("GET", "/sample/digits/image.png", "cross-site", "no-cors", 403),
        ("GET", "/", "cross-site", "navigate", 200),  # a link
        ("GET", "/", "cross-site", "no-cors", 403),
        ("POST", "/", "cross-site", "navigate", 403),
        ("POST", "/look", "cross-site", "navigate", 403),
        ("POST", "/look", "same-origin", "cors", 200),
    ],
)
def test_pages_of_others_may_ask_for_nothing_but_may_lead_to_the_page(
    client, six, method, path, site, mode, code
):
    headers = {"Host": "["} if code == 403 else {}  # checked first, however odd the rest
    headers |= {name: value for name, value in [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)] if value}
    content = six if method == "POST" else None
    response = client.request(method, path, headers=headers, content=content)
    assert response.status_code == code
    if code == 403:
        assert response.json()["detail"].endswith("open its own page, at the path /")


def test_a_body_that_is_too_large_is_413_for_any_headers(client):
    large = b"x" * (4 * 2**20 + 1)

    def in_pieces():
        for _ in range(5):
            yield b"x" * 2**20

    assert client.post("/look", content=large).status_code == 413
    assert client.post("/valid/digits/image", content=in_pieces()).status_code == 413


def test_a_body_that_is_declared_too_large_is_413_before_any_of_it_arrives(studio, monkeypatch):
    monkeypatch.setattr(app, "SECONDS", 60.0)
    with serving(studio) as url:
        for path in ("/look", "/valid/digits/image", "/valid/digits/od-image"):
            for length in (4 * 2**20 + 1, 10**10, 10**19):
                head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
                with connected(url, 1, head.encode()) as [connection]:
                    assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("size", "words"),
    [((5000, 5000), "16,000,000 at most are read"), ((30000, 30000), "exceeds limit of 178956970 pixels")],
)
def test_a_decompression_bomb_is_refused_by_its_head(client, size, words):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    response = client.post("/valid/digits/image", content=bomb)
    assert response.status_code == 422
    assert words in response.json()["errors"][0]["msg"]


class Slow:
    """A studio that answers when it is told to, and counts."""

    def __init__(self):
        self.release, self.begun, self.lock = threading.Event(), threading.Semaphore(0), threading.Lock()
        self.working = self.most = 0

    def look(self, content):
        with self.lock:
            self.working += 1
            self.most = max(self.most, self.working)
        self.begun.release()
        self.release.wait(10)
        with self.lock:
            self.working -= 1
        return {"blank": True}


def post_to(url):
    return httpx.post(f"{url}look", content=b"x").status_code


def test_more_connections_than_there_are_places_are_503_and_the_others_are_answered():
    studio = Slow()
    with serving(studio, connections=3) as url, ThreadPoolExecutor() as pool:
        answers = [pool.submit(post_to, url) for _ in range(2)]
        for _ in range(2):
            assert studio.begun.acquire(timeout=10)
        assert httpx.get(url).status_code == 503
        studio.release.set()
        assert [answer.result() for answer in answers] == [200, 200]
        assert httpx.get(url).status_code == 200


def test_few_requests_are_worked_on_at_once():
    studio = Slow()
    with serving(studio) as url, ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(post_to, url) for _ in range(12)]
        for _ in range(app.AT_ONCE):
            assert studio.begun.acquire(timeout=10)
        assert not studio.begun.acquire(timeout=0.2)
        studio.release.set()
        assert {answer.result() for answer in answers} == {200}
    assert studio.most == app.AT_ONCE


def test_photographs_leave_places_for_other_requests():
    studio = Slow()
    photograph = bytes(app.LARGE + 1)
    with serving(studio) as url, ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(httpx.post, f"{url}look", content=photograph) for _ in range(12)]
        for _ in range(app.LARGE_AT_ONCE):
            assert studio.begun.acquire(timeout=10)
        assert not studio.begun.acquire(timeout=0.2)
        with ThreadPoolExecutor() as drawing:
            others = [drawing.submit(post_to, url) for _ in range(app.AT_ONCE)]
            for _ in others:
                assert studio.begun.acquire(timeout=10)
            studio.release.set()
            assert {answer.result() for answer in others} == {200}
        assert {answer.result().status_code for answer in answers} == {200}


# --- a client that keeps the server waiting ---------------------------------------------------------------


@contextlib.contextmanager
def connected(url, count, sent):
    """Open connections and send the same to each; the value is a list of them."""
    with contextlib.ExitStack() as stack:
        address = ("127.0.0.1", urlsplit(url).port)
        connections = []
        for _ in range(count):
            connections.append(stack.enter_context(socket.create_connection(address, 10)))
            connections[-1].sendall(sent)
        yield connections


def test_a_body_that_does_not_come_is_408_and_the_connection_is_closed(studio, monkeypatch):
    monkeypatch.setattr(app, "SECONDS", 0.1)
    part = b"POST /look HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nx"
    with serving(studio) as url, connected(url, 1, part) as [slow]:
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
        while slow.recv(2**16):  # until it is closed, though the body is still due
            pass
