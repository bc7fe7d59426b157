"""The guard of the server: requests have to be for this server, small enough, and not too many at once."""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY = 4 * 2**20  # bytes of the largest body
SECONDS = 10.0  # in which a body has to arrive
PLACES = 16  # requests at once, waiting or handled

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Guard:
    """Passes on requests that are for this server, small enough, and not too many at once.

    Args:
        app: the application that answers them.
        is_ours: returns True for a Host header that names this server.
        body: the largest body in bytes.
        places: the largest number of requests at once.
        seconds: the time in which a body has to arrive.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_ours: Callable[[str], bool],
        body: int = BODY,
        places: int = PLACES,
        seconds: float = SECONDS,
    ) -> None:
        self._app, self._is_ours = app, is_ours
        self._body, self._places, self._seconds = body, places, seconds
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the lifespan; there are no web sockets
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if (refusal := self._refusal(Headers(scope=scope), scope["method"])) is not None:
            return await refusal(scope, receive, send_with_headers)
        self._in_progress += 1
        try:
            await self._answer(scope, receive, send_with_headers)
        finally:
            self._in_progress -= 1
        return None

    def _refusal(self, headers: Headers, method: str) -> JSONResponse | None:
        """Return the response to a request that its headers alone refuse, or None."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_ours(host):
            return _refused(421, f"this server is not {host!r}; use the address that it printed")
        if method not in ("GET", "HEAD") and origin is not None and origin.partition("://")[2] != host:
            return _refused(403, f"pages of {origin!r} may not use this server")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._body:
            return self._too_large()
        if self._in_progress >= self._places:
            response = _refused(503, f"{self._places} requests are being answered; try again in a second")
            response.headers["Retry-After"] = "1"
            return response
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await asyncio.wait_for(self._read(receive), self._seconds)
        except TimeoutError:
            return await _refused(408, f"the body did not arrive within {self._seconds:g} seconds")(
                scope, receive, send
            )
        if body is None:
            return await self._too_large()(scope, receive, send)
        message: Message = {"type": "http.request", "body": body, "more_body": False}
        messages = [message]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        return await self._app(scope, replay, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """Return the body, or None if it is too large, whatever its headers say."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return bytes(body)
            body += message.get("body", b"")
            if len(body) > self._body:
                return None
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> JSONResponse:
        return _refused(413, f"a body has {self._body:,} bytes at most; make the picture smaller")


def _refused(code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, code)
