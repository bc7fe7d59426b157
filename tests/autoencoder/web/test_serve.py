"""`python -m autoencoder draw`: where it listens, and what it says."""

import contextlib
import signal
import socket
import time
import urllib.request
from urllib.parse import urlsplit

import pytest

from autoencoder.web.serve import address, listen
from tests.autoencoder.networks.processes import start


def test_a_free_port_is_taken_and_a_taken_one_is_named():
    with contextlib.closing(listen("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert address(listening, "127.0.0.1") == f"http://127.0.0.1:{port}/"
        with pytest.raises(OSError, match=rf"can't listen at 127.0.0.1, port {port}: .*; try another --port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")]
)
def test_the_address_is_one_that_a_browser_here_can_open(host, shown):
    try:
        listening = listen(host, 0)
    except OSError:
        pytest.skip(f"{host} is no address of this computer")
    with contextlib.closing(listening):
        assert address(listening, host) == f"http://{shown}:{listening.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--spec", "digits/od-image"], "did you mean 'digits/odd-image'?"),
        (["--spec", "digits/number"], "digits/number has no pictures; try one of "),
        (["--port", "70000"], "can't listen at 127.0.0.1, port 70000"),
        (["--host", "256.0.0.1"], "can't listen at 256.0.0.1"),
        (["--port", "x"], "invalid integer value"),
        (["--model-dir", "/nowhere"], "/nowhere"),
    ],
)
def test_an_error_of_serving_is_one_line(options, words, refused):
    assert words in refused("draw", "--no-browser", *options)


LONG = b"GET /counterexample?fits=digits/image&but_not=digits/even-image HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.slow
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_it_serves_until_it_is_interrupted(host, tmp_path):
    unbuffered = {"PYTHONUNBUFFERED": "1"}
    with start("draw", "--no-browser", "--host", host, cwd=tmp_path, environment=unbuffered) as process:
        url = process.stdout.readline().split()[2]
        with urllib.request.urlopen(f"{url}sample/digits/image.png") as response:
            assert response.read(4) == b"\x89PNG"
        with contextlib.ExitStack() as stack:
            for _ in range(12):  # requests that are at work for some seconds
                client = stack.enter_context(socket.create_connection(("127.0.0.1", urlsplit(url).port)))
                client.sendall(LONG)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    for words in ("open to everybody on the network", "64 connections open shuts out others"):
        assert (words in err) == (host == "0.0.0.0")
    assert not any(word in err for word in ("Traceback", "ERROR"))
