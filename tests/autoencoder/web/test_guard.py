"""What the server refuses: other hosts, large bodies, bombs, and too many requests at once."""

import asyncio
import struct
import threading
import zlib

import anyio
import httpx
import pytest

from autoencoder.web import app as app_module
from autoencoder.web.app import create_app
from autoencoder.web.guard import Guard


def test_every_answer_says_what_a_page_may_do(client, six):
    for response in (client.get("/"), client.get("/nowhere"), client.post("/look", content=six)):
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_another_host_is_refused_as_by_dns_rebinding(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    ("origin", "code"), [("http://127.0.0.1", 200), ("http://evil.example", 403), ("null", 403)]
)
def test_pages_of_others_may_not_post(client, six, origin, code):
    assert client.post("/look", content=six, headers={"Origin": origin}).status_code == code


def test_a_body_that_is_too_large_is_413_whatever_its_head_says(client):
    large = b"x" * (4 * 2**20 + 1)

    def in_pieces():
        for _ in range(5):
            yield b"x" * 2**20

    assert client.post("/look", content=large).status_code == 413
    assert client.post("/valid/digits/image", content=in_pieces()).status_code == 413


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("size", [(5000, 5000), (30000, 30000)])
def test_a_decompression_bomb_is_refused_by_its_head(client, size):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    response = client.post("/valid/digits/image", content=bomb)
    assert response.status_code == 422
    assert "at most 16,000,000 are accepted" in response.json()["errors"][0]["msg"]


def test_more_requests_than_there_are_places_are_503_and_the_others_are_answered(studio, six):
    release, begun = threading.Event(), threading.Semaphore(0)

    class Slow:
        def look(self, content):
            begun.release()
            release.wait(10)
            return {"blank": True}

    async def run():
        app = create_app(Slow(), places=3)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            tasks = [asyncio.create_task(client.post("/look", content=six)) for _ in range(3)]
            for _ in range(3):
                await asyncio.to_thread(begun.acquire)
            refused = await client.get("/")
            release.set()
            answered = await asyncio.gather(*tasks)
            later = await client.get("/")
        return refused, [response.status_code for response in answered], later.status_code

    refused, answered, later = anyio.run(run)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (answered, later) == ([200] * 3, 200)


def test_few_requests_are_worked_on_at_once(six):
    working, most, lock = 0, 0, threading.Lock()

    class Counting:
        def look(self, content):
            nonlocal working, most
            with lock:
                working += 1
                most = max(most, working)
            threading.Event().wait(0.02)
            with lock:
                working -= 1
            return {"blank": True}

    async def run():
        transport = httpx.ASGITransport(create_app(Counting()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await asyncio.gather(*(client.post("/look", content=six) for _ in range(12)))

    assert {response.status_code for response in anyio.run(run)} == {200}
    assert 1 < most <= app_module.AT_ONCE


def test_a_body_that_does_not_come_is_408():
    async def never():
        await asyncio.sleep(60)

    async def run():
        sent = []

        async def send(message):
            sent.append(message)

        guard = Guard(lambda *_: None, is_ours=lambda host: True, seconds=0.01)
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"x")]}
        await guard(scope, never, send)
        return sent[0]["status"]

    assert asyncio.run(run()) == 408
