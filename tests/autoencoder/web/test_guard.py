"""What the server refuses: other hosts, large bodies, bombs, and too many requests at once."""

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
from autoencoder.web import app as app_module
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
        ("localhost:80", 200), ("[::1]:80", 200), ("[::1]", 200), ("10.0.0.1:80", 200), ("MyBox:80", 200),
        ("evil.example", 400), ("evil.example:80", 400), ("127.0.0.1.evil.example", 400), ("", 400),
        ("[", 400), ("1.2.3", 400),
    ],
)  # fmt: skip
def test_another_host_is_refused_as_by_dns_rebinding_and_an_address_can_not_be_rebound(studio, host, code):
    with TestClient(create_app(studio, "MyBox")) as client:
        assert client.get("/", headers={"Host": host.lower()}).status_code == code


@pytest.mark.parametrize(
    ("origin", "code"), [("http://127.0.0.1", 200), ("http://evil.example", 403), ("null", 403)]
)
def test_pages_of_others_may_not_post(client, six, origin, code):
    assert client.post("/look", content=six, headers={"Origin": origin}).status_code == code


def test_a_body_that_is_too_large_is_413_for_any_headers(client):
    large = b"x" * (4 * 2**20 + 1)

    def in_pieces():
        for _ in range(5):
            yield b"x" * 2**20

    assert client.post("/look", content=large).status_code == 413
    assert client.post("/valid/digits/image", content=in_pieces()).status_code == 413


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
        for _ in range(app_module.AT_ONCE):
            assert studio.begun.acquire(timeout=10)
        assert not studio.begun.acquire(timeout=0.2)
        studio.release.set()
        assert {answer.result() for answer in answers} == {200}
    assert studio.most == app_module.AT_ONCE


def test_a_body_that_does_not_come_is_408(studio, monkeypatch):
    monkeypatch.setattr(app, "SECONDS", 0.1)
    with serving(studio) as url, socket.create_connection(("127.0.0.1", urlsplit(url).port)) as connection:
        connection.sendall(b"POST /look HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nx")
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
