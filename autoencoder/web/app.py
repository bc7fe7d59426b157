"""The server's routes, documented in `/openapi.json`, and the guard before them."""

import asyncio
import contextlib
import ipaddress
import json
import mimetypes
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.middleware import Middleware
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

import mxspec as s
from autoencoder.data.pictures import ImageFileError
from autoencoder.families.answers import unreadable_answer
from autoencoder.web.studio import NotPicturesError, Studio

# --- the guard --------------------------------------------------------------------------------------------

BODY = 4 * 2**20  # bytes of the largest body
SECONDS = 10.0  # for a body to arrive

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


class OwnHostMiddleware:
    """Middleware that accepts only this server's own names and addresses as Host, against DNS rebinding.

    A site can let its host name resolve to this computer, so that its page reaches this server. The browser
    then sends the site's name as Host, which is refused. So is 0.0.0.0: it leads to this computer too, but
    browsers do not tell it which page asks. The address that a connection arrived at is accepted, and any
    loopback address.

    Args:
        app: the application.
        names: the host names of this server.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with 400."""
        answer = self.app
        if scope["type"] == "http" and not self._is_own(Headers(scope=scope).get("host", ""), scope):
            detail = "the Host header names another server; use this one's own name or address, or localhost"
            answer = JSONResponse({"detail": detail}, 400)
        await answer(scope, receive, send)

    def _is_own(self, header: str, scope: Scope) -> bool:
        match = _HOST.fullmatch(header)
        host = (match[1] or match[2]).lower() if match else ""
        if (address := _address(host)) is None:
            return host in self._names
        own = _address(scope["server"][0]) if scope.get("server") else None
        return address.is_loopback or (address == own and not address.is_unspecified)


_HOST = re.compile(r"(?:\[([^\[\]]*)\]|([^:\[\]/?#@]+))(?::[0-9]*)?")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a host as an IP address, None for a name; an IPv4 address in IPv6 counts as IPv4."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


async def guard_pages(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse requests from pages of other sites, and tell browsers what the page may do."""
    if _is_of_another_page(request):
        detail = "pages of other sites may not use this server; open its own page, at the path /"
        response: Response = JSONResponse({"detail": detail}, 403)
    else:
        response = await call_next(request)
    response.headers.update(HEADERS)
    return response


def _is_of_another_page(request: Request) -> bool:
    """True for a request by a page of another origin, except for one that leads to the page here.

    Browsers set the headers, which no page can change (https://www.w3.org/TR/fetch-metadata/). A page reads
    no answer from another origin, but its requests alone, as for an `<img>`, would take the server's time.
    The Host is one of this server's (`OwnHostMiddleware`), so an Origin that equals it is, too.
    """
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origin.partition("://")[2] != host:
        return True
    if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    is_link = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    return not (is_link and request.scope["path"] == "/")


async def read_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: the body is too large, by its header or in fact, or does not arrive.
    """
    too_large = HTTPException(413, f"a body has {BODY:,} bytes at most; make the picture smaller")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > BODY:
                    raise too_large
    except ClientDisconnect:
        raise HTTPException(400, "the connection was closed before the end of the body") from None
    except TimeoutError:
        detail = f"the body did not arrive within {SECONDS:g} seconds"
        raise HTTPException(408, detail, headers={"Connection": "close"}) from None
    return bytes(body)


# --- the routes -------------------------------------------------------------------------------------------

AT_ONCE = 4  # concurrent requests; further requests wait
LARGE = 2**16  # bytes of a body that may take long, as a photograph does and no drawing of the page
LARGE_AT_ONCE = 2  # of these; they have separate places, so that other requests need not wait for them
PAGE = Path(__file__).with_name("page")


class Reason(BaseModel):
    """A reason why a value does not fit, as `mxspec.explain_json` lists it."""

    loc: list[str | int]
    msg: Annotated[str, Field(examples=["read as 6 (1.00), but odd is required"])]
    type: str
    input: Any
    ctx: dict[str, Any]


class Verdict(BaseModel):
    """The answer of a spec about a value."""

    spec: str | None
    valid: bool
    label: Annotated[Any, Field(description="the label read; null if not recognised")]
    confidence: Annotated[float | None, Field(ge=0, le=1)]
    remark: Annotated[str | None, Field(examples=["without the line under it"])]
    errors: list[Reason]


Spec = Annotated[str, PathParameter(description="a registered name, such as digits/odd-image")]
Seed = Annotated[int | None, Query(ge=0, lt=2**63, description="makes the answer repeatable")]
Number = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Content = Annotated[bytes, Depends(read_body)]

_PICTURE = {"image/*": {"schema": {"type": "string", "format": "binary"}}}
_VALUE = {"application/json": {"schema": {"description": "pixels, 0 to 1, in rows or flat; or any value"}}}
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "a picture"}}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "the Host header names another server"},
    403: {"description": "a page of another site asks"},
    404: {"description": "there is no such spec, or it has no pictures"},
    408: {"description": "the body does not arrive"},
    413: {"description": "the body is too large"},
    503: {"description": "there are too many connections"},
}


def create_app(studio: Studio, *names: str) -> FastAPI:
    """Return the server's application, for uvicorn or any other server of ASGI.

    Args:
        studio: handles the requests.
        names: further host names of the server, besides localhost and the name of this computer, such as one
            at which a proxy is reached that hands requests on. The server's own addresses need no mention.
    """
    app = FastAPI(
        title="mxspec draw",
        version=s.__version__,
        description="Specs of pictures: is this one, why not, and show me some.",
        middleware=[
            Middleware(BaseHTTPMiddleware, dispatch=guard_pages),
            Middleware(OwnHostMiddleware, names=("localhost", socket.gethostname(), *names)),
        ],
        exception_handlers=_HANDLERS,
        responses=_REFUSALS,
        lifespan=_limit_threads,
        docs_url=None,  # these pages load scripts from other sites
        redoc_url=None,
    )

    @app.get("/about")
    def describe() -> dict[str, Any]:
        """List the specs, their labels, the sizes of images and styles, and the most bytes of a body."""
        return studio.describe() | {"most_bytes": BODY}

    photographs = CapacityLimiter(LARGE_AT_ONCE)

    async def work(content: bytes, ask: Callable[..., Any], *arguments: Any) -> Any:
        """Return the result of a function about a body, called in a thread."""
        return await run_sync(ask, *arguments, limiter=photographs if len(content) > LARGE else None)

    @app.post("/look", openapi_extra=_request_body(_PICTURE))
    async def look(content: Content) -> dict[str, Any]:
        """Analyse a picture for the page: its label, its redrawing and the answer of each spec."""
        result: dict[str, Any] = await work(content, studio.look, content)
        return result

    @app.post(
        "/valid/{spec:path}",
        openapi_extra=_request_body(_PICTURE | _VALUE),
        responses={
            200: {"model": Verdict, "description": "it fits"},
            422: {"model": Verdict, "description": "it does not fit; errors says why"},
        },
    )
    async def valid(spec: Spec, content: Content, request: Request) -> Response:
        """Check whether a picture or a value fits a spec."""
        if _is_json(request, content):
            answer = await work(content, lambda: studio.judge(spec, _json(content)))
        else:
            answer = await work(content, studio.judge_picture, spec, content)
        return JSONResponse(answer.as_data(), 200 if answer.valid else 422)

    @app.get("/sample/{spec:path}.png", response_class=Response, responses=_PNG)
    def sample(
        spec: Spec,
        n: Annotated[int, Query(ge=1, le=100, description="the number of samples")] = 1,
        seed: Seed = None,
        scale: Annotated[int, Query(ge=1, le=16, description="pixels a side for each pixel")] = 8,
    ) -> Response:
        """Draw a grid of samples of a spec; the header X-Labels has their labels as JSON."""
        png, labels = studio.samples(spec, n, seed, scale)
        headers = {"X-Labels": json.dumps(labels)}  # ASCII, as headers have to be
        return Response(png, media_type="image/png", headers=headers)

    @app.get("/one/{spec:path}")
    def draw_one(
        spec: Spec,
        label: Annotated[str | None, Query(description="the label to draw")] = None,
        style: Annotated[list[Number] | None, Query(description="each number of the style")] = None,
        seed: Seed = None,
    ) -> dict[str, Any]:
        """Draw one picture of a label and a style."""
        return studio.draw_one(spec, seed, label, style)

    @app.get("/counterexample")
    def counterexample(fits: str, but_not: str, seed: Seed = None) -> dict[str, Any]:
        """Find a picture that fits one spec but not the other, and both answers."""
        data = studio.counterexample(fits, but_not, seed)
        data.pop("png", None)
        return data

    @app.get("/counterexample.png", response_class=Response, responses=_PNG)
    def counterexample_png(fits: str, but_not: str, seed: Seed = None) -> Response:
        """Find a picture that fits one spec but not the other."""
        data = studio.counterexample(fits, but_not, seed)
        if data["image"] is None:
            raise HTTPException(404, f"no picture of {data['tried']} fits {data['fits']} alone")
        return Response(data["png"], media_type="image/png")

    mimetypes.add_type("text/javascript", ".js")  # the registry of Windows may have another type
    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


@contextlib.asynccontextmanager
async def _limit_threads(app: FastAPI) -> AsyncIterator[None]:
    """Limit concurrent requests, since a large picture takes much memory."""
    current_default_thread_limiter().total_tokens = AT_ONCE
    yield


def _request_body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


def _is_json(request: Request, content: bytes) -> bool:
    """True if the content type or the first byte of a body says JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return kind == "application/json" or content.lstrip()[:1] in (b"[", b"{")


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _NotJsonError(f"the body is not JSON: {error}") from None


class _NotJsonError(ValueError):
    """A body is not valid JSON."""


def _refuse(code: int) -> Callable[[Request, Exception], Response]:
    return lambda request, error: JSONResponse({"detail": str(error)}, code)


def _refuse_body(kind: str) -> Callable[[Request, Exception], Response]:
    """Return a handler that answers an unreadable body like a value that does not fit."""

    def refuse(request: Request, error: Exception) -> Response:
        is_form = request.headers.get("content-type", "").startswith("multipart/")
        reason = f"{error}; send the file as the body, not in a form" if is_form else str(error)
        return JSONResponse(unreadable_answer(request.path_params.get("spec"), reason, kind).as_data(), 422)

    return refuse


_HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    ImageFileError: _refuse_body("picture"),
    _NotJsonError: _refuse_body("json"),
    s.UnknownSpecError: _refuse(404),
    NotPicturesError: _refuse(404),
    s.GeneratorError: _refuse(422),
    ValueError: _refuse(422),
}
