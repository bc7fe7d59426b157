"""The server on this computer, and the browser that shows its page."""

import contextlib
import ipaddress
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from autoencoder.families import use_models
from autoencoder.web.app import create_app
from autoencoder.web.studio import Studio

CONNECTIONS = 64  # open at once, one more than are answered; with more, each request gets 503


def serve(
    spec: str = "digits/image",
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
    seed: int | None = None,
    model_dir: str | None = None,
    modules: Sequence[str] = (),
) -> int:
    """Open the page and serve it until interrupted; return the exit code, 0.

    Args:
        spec: the first spec of the page; its family answers.
        host: the address to listen at; an address open to the network prints a warning.
        port: the port; 0 takes a free one.
        browser: if True, open the page in the user's browser.
        seed: makes the samples repeatable.
        model_dir: the folder of the networks; None means the package's networks.
        modules: names of modules to import; they may register specs.

    Raises:
        CheckpointError, LabelError, UnknownSpecError, NotPicturesError: the spec or the folder can't be used.
        OSError: the address is in use or not this computer's.
    """
    family, folder = use_models(model_dir, spec, modules)
    print(f"models: {folder}", file=sys.stderr)
    studio = Studio(family, spec, seed)
    with contextlib.closing(listen(host, port)) as listening:
        studio.warm_up()
        url = address(listening, host)
        if not is_loopback(host):
            print(
                f"warning: {host} is open to everybody on the network, without a password; "
                f"who keeps {CONNECTIONS} connections open shuts out others, so put a proxy before it",
                file=sys.stderr,
            )
        print(f"draw at {url} (Ctrl+C ends)", flush=True)
        if browser:
            threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
        server(create_app(studio, host)).run(sockets=[listening])
    return 0


class _Server(uvicorn.Server):
    """A server that leaves signals to the command; uvicorn's own prints the traceback of an open request."""

    def capture_signals(self) -> contextlib.nullcontext[None]:  # type: ignore[override]
        """Keep the handlers of the signals."""
        return contextlib.nullcontext()


def server(app: FastAPI, connections: int = CONNECTIONS) -> uvicorn.Server:
    """Return the server of an application, with bounded connections."""
    config = uvicorn.Config(
        app,
        http="h11",  # it bounds the head of a request, at 64 KiB; httptools, if installed, does not
        log_level="warning",
        limit_concurrency=connections,
        timeout_graceful_shutdown=1,
        server_header=False,
        ws="none",
    )
    return _Server(config)


def is_loopback(host: str) -> bool:
    """True if a host is a loopback address.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Raises:
        OSError: the address is in use or not this computer's; the message says what to try.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except (OSError, OverflowError) as error:
        listening.close()
        raise OSError(
            f"can't listen at {host}, port {port}: {error}; try another --port, or 0 for a free one"
        ) from error
    return listening


def address(listening: socket.socket, host: str) -> str:
    """Return the URL of a listening socket, for a browser on this computer."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listening.getsockname()[1]}/"
