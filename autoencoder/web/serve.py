"""The server on this computer, its connections, and the browser that shows its page."""

import asyncio
import contextlib
import ipaddress
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from autoencoder.families import use_models
from autoencoder.web.app import create_app
from autoencoder.web.studio import Studio

# --- connections ------------------------------------------------------------------------------------------

# uvicorn bounds only the time between two requests, and each byte extends it. So clients that connect and
# send nothing, or a byte now and then, or that read no answer, would keep all places for ever ("slowloris").

HEAD = 5.0  # seconds in which the head of a request has to arrive, from the connection or the last answer on
ANSWER = 30.0  # seconds in which a client has to read what the server holds for it
MOST = 0.75  # of the places; if more are taken, connections that wait make room
PATIENCE = 1.0  # seconds after which a connection in the middle of a request or an answer makes room


class PromptConnection(H11Protocol):
    """A connection with deadlines for its client.

    It waits for its client while a head, a body or the reading of an answer is due. If most places are taken,
    a new connection closes the one that has waited for the longest time; never one that the server is at
    work for. The rest of the places is for the time in which the work for closed connections ends.
    """

    _deadline: asyncio.TimerHandle | None = None
    _waiting_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, and make room for this connection."""
        super().connection_made(transport)
        self._await_head()
        if self.limit_concurrency is not None and len(self.connections) > MOST * self.limit_concurrency:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._await_until(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handle what has arrived; a whole head ends the waiting for it."""
        cycle = self.cycle
        super().handle_events()
        if self.cycle is not cycle:
            self._await_until(None)  # `read_body` has a deadline of its own

    def on_response_complete(self) -> None:
        """Wait for the head of the next request."""
        self._await_head()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._await_until(ANSWER)

    def resume_writing(self) -> None:
        """Go on with the answer; after its end, wait for the next head."""
        super().resume_writing()
        if self._is_answering():
            self._await_until(None)
        else:
            self._await_head()

    def is_waiting(self) -> bool:
        """True if this connection waits for its client, and may be closed to make room."""
        if not self._is_answering() and not self.transport.get_write_buffer_size():
            return True
        if self._is_answering() and not self.cycle.more_body and not self.flow.write_paused:
            return False
        return self.loop.time() - self._waiting_since > PATIENCE

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._await_until(ANSWER if self.transport.get_write_buffer_size() else HEAD)

    def _await_until(self, seconds: float | None) -> None:
        """Let the client be due now, and close the connection after some seconds; None means never."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._waiting_since = self.loop.time()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._close)

    def _make_room(self) -> None:
        connections = [each for each in self.connections if isinstance(each, PromptConnection)]
        waiting = [each for each in connections if each is not self and each.is_waiting()]
        if waiting:
            min(waiting, key=lambda each: each._waiting_since)._close()

    def _close(self) -> None:
        """Close at once, without what is not yet written."""
        self.connections.discard(self)  # the loop calls connection_lost later
        self.transport.abort()


# --- the server -------------------------------------------------------------------------------------------

CONNECTIONS = 64  # open at once, one more than are answered; while all are at work, further ones get 503


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
            print(f"warning: {host} is open to everybody on the network, without a password", file=sys.stderr)
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
    """Return the server of an application, which bounds its connections, in number and in time."""
    config = uvicorn.Config(
        app,
        http=PromptConnection,
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
