"""The routes of the server. Slow work is done in threads, a few at once."""

import functools
import importlib.resources
import json
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import mxspec as s
from autoencoder.answers.answer import unreadable
from autoencoder.data.pictures import ImageFileError
from autoencoder.web.guard import Guard
from autoencoder.web.hosts import is_allowed
from autoencoder.web.openapi import MOST_SAMPLES, MOST_SCALE, openapi
from autoencoder.web.studio import NotPicturesError, Studio

AT_ONCE = 4  # requests that are handled side by side; more wait
PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}

T = TypeVar("T")


def create_app(
    studio: Studio, *, host: str = "127.0.0.1", names: frozenset[str] = frozenset(), **limits: Any
) -> Guard:
    """Return the server's application, for uvicorn or any other server of ASGI.

    Args:
        studio: answers the requests.
        host: the address that the server listens at.
        names: further host names of the server.
        limits: options of `Guard`.
    """
    return Guard(
        Starlette(routes=_Routes(studio).routes(), exception_handlers=_HANDLERS),
        is_ours=functools.partial(is_allowed, bound=host, names=names),
        **limits,
    )


class _Routes:
    """The answers to requests, by a studio."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @functools.cached_property
    def _limiter(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        return [
            *(Route(path, functools.partial(_static, *file)) for path, file in PAGE.items()),
            Route("/about", self.about),
            Route("/look", self.look, methods=["POST"]),
            Route("/valid/{spec:path}", self.valid, methods=["POST"]),
            Route("/sample/{spec:path}.png", self.sample),
            Route("/one/{spec:path}", self.one),
            Route("/counterexample", self.counterexample),
            Route("/counterexample.png", self.counterexample_png),
            Route("/openapi.json", self.openapi),
        ]

    async def _work(self, work: Callable[[], T]) -> T:
        return await run_sync(work, limiter=self._limiter)

    async def about(self, request: Request) -> Response:
        return JSONResponse(await self._work(self._studio.about))

    async def look(self, request: Request) -> Response:
        content = await request.body()
        return JSONResponse(await self._work(lambda: self._studio.look(content)))

    async def valid(self, request: Request) -> Response:
        spec, content = request.path_params["spec"], await request.body()
        if _is_json(request, content):
            value = _json(content)
            answer = await self._work(lambda: self._studio.judge(spec, value))
        else:
            answer = await self._work(lambda: self._studio.judge_picture(spec, content))
        return JSONResponse(answer.as_data(), 200 if answer.valid else 422)

    async def sample(self, request: Request) -> Response:
        spec = request.path_params["spec"]
        count, seed = _int(request, "n", 1, 1, MOST_SAMPLES), _int(request, "seed", None, 0)
        scale = _int(request, "scale", 8, 1, MOST_SCALE)
        png, labels = await self._work(lambda: self._studio.samples(spec, count or 1, seed, scale or 1))
        headers = {"X-Labels": json.dumps(labels)}  # ASCII, as headers have to be
        return Response(png, media_type="image/png", headers=headers)

    async def one(self, request: Request) -> Response:
        spec, label = request.path_params["spec"], request.query_params.get("label")
        seed, style = _int(request, "seed", None, 0), _floats(request, "style")
        return JSONResponse(await self._work(lambda: self._studio.one(spec, seed, label, style)))

    async def counterexample(self, request: Request) -> Response:
        data = await self._counterexample(request)
        data.pop("png", None)
        return JSONResponse(data)

    async def counterexample_png(self, request: Request) -> Response:
        data = await self._counterexample(request)
        if data["image"] is None:
            raise HTTPException(404, f"none of {data['tried']} pictures fits {data['fits']} alone")
        return Response(data["png"], media_type="image/png")

    async def _counterexample(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        if missing := [name for name in ("fits", "but_not") if name not in query]:
            raise HTTPException(422, f"{' and '.join(missing)} has to name a spec")
        seed = _int(request, "seed", None, 0)
        return await self._work(lambda: self._studio.counterexample(query["fits"], query["but_not"], seed))

    async def openapi(self, request: Request) -> Response:
        return JSONResponse(openapi())


async def _static(name: str, media_type: str, request: Request) -> Response:
    content = importlib.resources.files("autoencoder.web").joinpath("page", name).read_bytes()
    return Response(content, media_type=media_type)


def _is_json(request: Request, content: bytes) -> bool:
    """True if a body is JSON, by its content type or its first byte, which no picture has."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return kind == "application/json" or content.lstrip()[:1] in (b"[", b"{")


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _BodyError("json", f"the body is not JSON: {error}") from None


class _BodyError(ValueError):
    """A body that is not a value."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _int(request: Request, name: str, otherwise: int | None, least: int, most: int = 2**63 - 1) -> int | None:
    text = request.query_params.get(name)
    if text is None or text == "":
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise HTTPException(422, f"{name} is a whole number from {least} to {most}, not {text[:40]!r}")
    return int(text)


def _floats(request: Request, name: str) -> list[float] | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise HTTPException(422, f"{name} is numbers with commas between, not {text[:40]!r}") from None
    if not all(-100 <= number <= 100 for number in numbers):  # NaN is not
        raise HTTPException(422, f"the numbers of {name} are from -100 to 100")
    return numbers


def _error(code: int) -> Callable[[Request, Exception], Response]:
    return lambda request, error: JSONResponse({"error": str(error)}, code)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


def _not_a_value(request: Request, error: Exception) -> Response:
    """Answer a body that is neither a picture nor JSON as a value that does not fit."""
    answer = unreadable(request.path_params.get("spec"), str(error), getattr(error, "kind", "picture"))
    return JSONResponse(answer.as_data(), 422)


_HANDLERS: dict[Any, Callable[[Request, Exception], Response]] = {
    HTTPException: _http_error,
    ImageFileError: _not_a_value,
    _BodyError: _not_a_value,
    s.UnknownSpecError: _error(404),
    NotPicturesError: _error(404),
    s.GeneratorError: _error(422),
    ValueError: _error(422),
}
