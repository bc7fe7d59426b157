"""The guard of the server: requests have to be for this server, and bodies small and soon complete."""

import asyncio
import ipaddress
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Receive, Scope, Send

BODY = 4 * 2**20  # bytes of the largest body
SECONDS = 10.0  # in which a body has to arrive

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


class OwnHostMiddleware(TrustedHostMiddleware):
    """Answers requests for the allowed names, and for any IP address.

    The page of another site can't reach a server on this computer, unless the site's name server answers with
    this computer's address (DNS rebinding). The browser then still sends the site's name as the Host, which
    is not allowed. An address is not looked up, so it can't be rebound.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with 400."""
        if scope["type"] == "http" and _is_address(Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _is_address(header: str) -> bool:
    """True if a Host header has an IP address, with a port or without."""
    try:
        ipaddress.ip_address(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False
    return True


async def guard_pages(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse what pages of other sites post, and tell browsers what the page may do."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if request.method not in ("GET", "HEAD") and origin is not None and origin.partition("://")[2] != host:
        response: Response = JSONResponse({"detail": f"pages of {origin!r} may not use this server"}, 403)
    else:
        response = await call_next(request)
    response.headers.update(HEADERS)
    return response


async def read_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: it is too large, whatever its headers say, or does not arrive.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > BODY:
                    raise HTTPException(413, f"a body has {BODY:,} bytes at most; make the picture smaller")
    except TimeoutError:
        raise HTTPException(408, f"the body did not arrive within {SECONDS:g} seconds") from None
    return bytes(body)
