"""The server on this computer, and the browser that is opened on it."""

import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp

from autoencoder.answers.lookup import use_models
from autoencoder.web.app import create_app
from autoencoder.web.hosts import is_loopback
from autoencoder.web.studio import Studio

CONNECTIONS = 64  # that are open at once
IDLE = 5  # seconds after which one is closed


def serve(
    spec: str = "digits/image",
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
    seed: int | None = None,
    model_dir: str | None = None,
    modules: Sequence[str] = (),
) -> int:
    """Open the page and answer until interrupted; return the exit code, 0.

    Args:
        spec: the spec that the page begins with; its family is asked.
        host: the address to listen at. One that is open to the network is warned of.
        port: 0 takes a free one.
        browser: if True, open the page in the user's browser.
        seed: makes the samples repeatable.
        model_dir: the folder of the networks; None is those that ship.
        modules: names of modules to import, which register specs of their own.

    Raises:
        CheckpointError, LabelError, UnknownSpecError, NotPicturesError: the spec or the folder can't be used.
        OSError: the address is taken or not this computer's.
    """
    family, folder = use_models(model_dir, spec, modules)
    print(f"models: {folder}", file=sys.stderr)
    studio = Studio(family, spec, seed)
    names = frozenset() if is_loopback(host) else frozenset({socket.gethostname().lower()})
    with contextlib.closing(listen(host, port)) as listening:
        studio.warm_up()
        _run(create_app(studio, host=host, names=names), listening, host, browser)
    return 0


def _run(app: ASGIApp, listening: socket.socket, host: str, browser: bool) -> None:
    """Say where the page is, open it, and answer until interrupted."""
    url = address(listening, host)
    if not is_loopback(host):
        print(f"warning: {host} is open to everybody on the network, without a password", file=sys.stderr)
    print(f"draw at {url} (Ctrl+C ends)", flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
    config = uvicorn.Config(
        app,
        log_level="warning",
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=1,
        server_header=False,
        ws="none",
    )
    uvicorn.Server(config).run(
        sockets=[listening]
    )  # which ends by the signal that ends it, once it has closed


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Raises:
        OSError: the address is taken or not this computer's; the message says what to try.
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
    """Return where a browser on this computer finds what listens."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}/"
