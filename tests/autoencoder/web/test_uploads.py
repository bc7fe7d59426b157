"""Hostile uploads to a real server: each gets a right answer or a short error, and the server lives on."""

import gzip
import http.client
import io
import itertools
import json
import re
import socket
import threading
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.autoencoder.bombs import bitmap, chunk, gif, icon, in_strips, jpeg, png, text_chunks, tiled, zeros
from tests.autoencoder.mnist import first_image
from tests.autoencoder.networks.processes import start

EVEN = "/valid/digits/even-image"
SHORT = 2000  # bytes of an error
MEMORY = 600  # MB that the process may have had, of which it needs 200 before the first request


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server's process and its address."""
    folder = tmp_path_factory.mktemp("server")
    with start("draw", "--no-browser", cwd=folder, environment={"PYTHONUNBUFFERED": "1"}) as process:
        url = urlsplit(process.stdout.readline().split()[2])
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process, (url.hostname, url.port)
        process.kill()


def request(body=b"", path=EVEN, method="POST", **headers):
    """Return a request as it is sent; a header of None is left out."""
    given = {"Host": "localhost", "Content-Length": len(body), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1") + body


def answer_to(address, sent, *, is_cut=False):
    """Send a request; return the status of the answer, its type and its body."""
    with socket.create_connection(address, 30) as connection:
        try:
            connection.sendall(sent)
            if is_cut:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # it was refused before all of it was sent
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.getheader("content-type") or "", response.read()


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def six(mode="L"):
    """A 6, dark on light."""
    grey = 255 * np.kron(1 - first_image(6).reshape(28, 28), np.ones((8, 8)))
    return Image.fromarray(grey.astype(np.uint8)).convert(mode)


def deep():
    return Image.fromarray(np.asarray(six()).astype(np.uint16) * 257)


def with_holes():
    grey = np.asarray(six(), np.float32).copy()
    grey[0, :8] = np.nan
    return Image.fromarray(grey)


def with_names():
    """A form as a browser sends one, with a file whose name is a path."""
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../../../etc/passwd\0.png"\r\n\r\n'
    return head + saved(six(), "PNG") + b"\r\n--x--\r\n"


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.py", "raise SystemExit")
    return file.getvalue()


SCRIPT = b"<script>alert(1)</script>"
PNG = saved(six(), "PNG")
JPEG = saved(six("RGB"), "JPEG")
FEW = zeros(1000)
METADATA = {"lossless": True, "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0", "xmp": SCRIPT}


def with_frames(kind):
    frames = [Image.new("L", (224, 224), shade) for shade in range(50)]
    return saved(six(), kind, save_all=True, append_images=frames)


def behind_the_head(data):
    return PNG[:33] + data + PNG[33:]


RIGHT = {
    "a CMYK JPEG": lambda: saved(six("CMYK"), "JPEG"),
    "a PNG of 16 bits": lambda: saved(deep(), "PNG"),
    "a PNG of one bit": lambda: saved(six("1"), "PNG"),
    "a palette of 256 colours": lambda: saved(six("P"), "PNG"),
    "a WebP with metadata": lambda: saved(six("RGB"), "WEBP", **METADATA),
    "a TIFF of floats": lambda: saved(Image.fromarray(np.asarray(six(), np.float32)), "TIFF"),
    "a TIFF with NaN": lambda: saved(with_holes(), "TIFF"),
    "a GIF of 51 frames": lambda: with_frames("GIF"),
    "a PNG of 51 frames": lambda: with_frames("PNG"),
    "a progressive JPEG": lambda: saved(six(), "JPEG", progressive=True),
    "a PNG that is a ZIP too": lambda: PNG + zipped(),
    "a JPEG that is a script too": lambda: JPEG[:2] + b"\xff\xfe\0\x1b" + SCRIPT + JPEG[2:],
    "a PNG with a text": lambda: behind_the_head(chunk(b"tEXt", b"Comment\0" + SCRIPT)),
}
TYPES = itertools.cycle(
    ["image/png", "text/html", "image/svg+xml; charset=x", "multipart/form-data", "no type"]
)


@pytest.mark.few(4)
@pytest.mark.parametrize(("make", "kind"), [*zip(RIGHT.values(), TYPES, strict=False)], ids=RIGHT)
def test_an_odd_picture_of_a_six_is_a_six_whatever_type_it_is_sent_as(server, make, kind):
    status, _, body = answer_to(server[1], request(make(), Content_Type=kind))
    assert (status, json.loads(body)["label"]) == (200, 6)


def chunked(*parts):
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


CHUNKED = {"Content_Length": None, "Transfer_Encoding": "chunked"}
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>"
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n"
FORM = "multipart/form-data; boundary=x"
ZIPPED = {"Content_Encoding": "gzip"}
MOST = "4,194,304 bytes at most"
AS_JSON = {"Content_Type": "application/json"}

WRONG = {
    "nothing": (lambda: request(), 422, "picture"),
    "a drawing in SVG": (lambda: request(SVG), 422, "picture"),
    "PostScript": (lambda: request(POSTSCRIPT), 422, "picture"),
    "a page": (lambda: request(b"<html>" + SCRIPT, Content_Type="image/png"), 422, "picture"),
    "an archive": (lambda: request(zipped()), 422, "picture"),
    "a compressed bomb": (lambda: request(gzip.compress(bytes(10**7)), **ZIPPED), 422, "picture"),
    "a form": (lambda: request(with_names(), Content_Type=FORM), 422, "send the file as the body"),
    "half a PNG": (lambda: request(PNG[: len(PNG) // 2]), 422, "picture"),
    "half a JPEG": (lambda: request(JPEG[: len(JPEG) // 2]), 422, "picture"),
    "a wide PNG": (lambda: request(png(80_000_000, 1)), 422, "65,535 a side at most are read"),
    "a high PNG": (lambda: request(png(1, 80_000_000, pixels=FEW)), 422, "65,535 a side at most are read"),
    "a large PNG": (lambda: request(png(9000, 9000, pixels=FEW)), 422, "16,000,000 at most are read"),
    "a huge PNG": (lambda: request(png(60_000, 60_000, pixels=b"")), 422, "exceeds limit"),
    "a large frame": (lambda: request(gif((9, 9), (60_000, 60_000))), 422, "exceeds limit"),
    "a bitmap upside down": (lambda: request(bitmap(4, -(2**31))), 422, "exceeds limit"),
    "text in chunks": (lambda: request(png(28, 28, *text_chunks(100))), 422, "picture"),
    "a profile": (lambda: request(png(28, 28, chunk(b"iCCP", b"p\0\0" + zeros(10**7)))), 422, "picture"),
    "an orientation": (lambda: request(behind_the_head(chunk(b"eXIf", bytes(range(99))))), 422, "picture"),
    "an icon": (lambda: request(icon(png(13_000, 13_000, pixels=FEW))), 422, "picture"),
    "a tile": (lambda: request(tiled(99, 99, (30_000, 30_000), FEW)), 422, "tiles of 900,000,000"),
    "strips": (lambda: request(in_strips(1, 60_000, 1_900_000)), 422, "1,900,000 values"),
    "scans": (lambda: request(jpeg((1000, 1000), 100_000)), 422, "100,006 scans"),
    "a PNG as JSON": (lambda: request(PNG, **AS_JSON), 422, "not JSON"),
    "a deep list": (lambda: request(b"[" * 10**6, **AS_JSON), 422, "not JSON"),
    "a deep map": (lambda: request(b'{"a":' * 10**5 + b"1" + b"}" * 10**5, **AS_JSON), 422, "not JSON"),
    "a long number": (lambda: request(b"9" * 10**6, **AS_JSON), 422, "not JSON"),
    "letters of no code": (lambda: request(b'["\xff\xfe"]', **AS_JSON), 422, "not JSON"),
    "infinite pixels": (lambda: request(b"[1e999, -1e999]", **AS_JSON), 422, "array"),
    "a million pixels": (lambda: request(b"[" + b"0," * 10**6 + b"0]", **AS_JSON), 422, "shape"),
    "a name that is a path": (lambda: request(PNG, path="/valid/..%2f..%2fetc%2fpasswd"), 404, "no spec"),
    "a name of nothing": (lambda: request(PNG, path="/valid/%00%ff"), 404, "no spec"),
    "a name of 60,000 letters": (lambda: request(PNG, path="/valid/" + "a" * 60_000), 404, "no spec"),
    "a path outside": (lambda: request(method="GET", path="/../../../etc/passwd"), 404, "Not Found"),
    "the same in code": (lambda: request(method="GET", path="/%2e%2e/%2e%2e/etc/passwd"), 404, "Not Found"),
    "another method": (lambda: request(PNG, method="PUT"), 405, "Method Not Allowed"),
    "10 GB": (lambda: request(Content_Length=10**10), 413, MOST),
    "10 GB, as 5 bytes arrive": (lambda: request(b"GIF89", Content_Length=10**10), 413, MOST),
    "5 MB in parts": (lambda: request(**CHUNKED) + chunked(*[bytes(2**20)] * 5), 413, MOST),
    "parts that are none": (lambda: request(**CHUNKED) + b"zz\r\nxx", 400, "Invalid HTTP request"),
    "two lengths": (lambda: request(PNG, content_length=3), 400, "Invalid HTTP request"),
    "less than nothing": (lambda: request(Content_Length=-1), 400, "Invalid HTTP request"),
    "no host": (lambda: request(PNG, Host=None), 400, "Invalid HTTP request"),
    "another host": (lambda: request(PNG, Host="evil.example"), 400, "names another server"),
    "another page": (lambda: request(PNG, Origin="http://evil.example"), 403, "pages of other sites"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "code", "words"), WRONG.values(), ids=WRONG)
def test_a_hostile_request_gets_a_short_error_and_the_next_one_its_answer(server, make, code, words):
    process, address = server
    status, kind, body = answer_to(address, make())
    assert (status, len(body) < SHORT) == (code, True), body[:SHORT]
    text = body.decode()
    assert words in text
    if "Invalid HTTP request" in words:  # of the protocol
        assert kind.startswith("text/plain")
    else:
        assert kind == "application/json"
        answer = json.loads(text)
        assert "detail" in answer or (not answer["valid"] and answer["errors"])
    assert process.poll() is None
    assert answer_to(address, request(method="GET", path="/about"))[0] == 200


def test_a_client_that_goes_before_the_end_of_its_body_gets_no_answer(server):
    with pytest.raises(http.client.RemoteDisconnected):
        answer_to(server[1], request(PNG[:9], Content_Length=len(PNG)), is_cut=True)
    assert answer_to(server[1], request(PNG))[0] == 200


@pytest.mark.slow
def test_bodies_that_arrive_by_the_byte_are_408_after_10_s_and_keep_nobody_waiting(server):
    """Of twenty clients, each of which sends a byte in a tenth of a second."""
    _, address = server
    began = time.monotonic()
    slow = [socket.create_connection(address, 30) for _ in range(20)]
    for connection in slow:
        connection.sendall(request(Content_Length=len(PNG)))
    left = set(slow)
    while left and time.monotonic() - began < 30:
        assert answer_to(address, request(PNG))[0] == 200
        for connection in list(left):
            try:
                connection.sendall(b"\x89")
            except ConnectionError:
                left.discard(connection)
        time.sleep(0.1)
    assert not left
    for connection in slow:
        with connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="where Linux tells the peak of memory")
def test_none_of_it_took_much_memory(server):
    """The last test of this file, so after all of them."""
    status = Path(f"/proc/{server[0].pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) >> 10
    assert peak < MEMORY, f"{peak} MB"
