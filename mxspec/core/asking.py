"""Questions that are answered without Python's stack, however deep a value is nested.

A kind of spec that has parts says what to ask of them as a generator: it yields a request, and is sent the
answer (`conforming`, `unforming`, `explaining`). `ask` keeps the generators of all levels in a list of its
own, so that a value of 100,000 levels needs no more of Python's stack than one of two, and the answer does
not depend on the depth that the caller stands at. That is the meaning of a spec. What it is compiled to
(`mxspec.api.compiled`) is the same meaning as plain function calls, several times as fast, and gives up at
`mxspec.api.compiled.LEVELS` levels, from where this here answers.

A thread with a large stack and a higher recursion limit would be less code, and not sound. The recursion
limit is one for all threads of an interpreter, so that a runaway recursion in another thread would end the
process. Since 3.12 calls that pass through C have a limit of their own, which can't be raised. And predicates
and networks may hold on to the thread that they are called in (`torch.no_grad`, database connections).

A part that is met again, in a value that several ways lead to, is answered from memory: an `or_` of two
branches that both refer back to it would otherwise ask twice as often with each level.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Generator
from typing import Any, Final, NoReturn, Protocol

from mxspec.core.problems import Place, bundled, unbundled
from mxspec.errors import SpecError
from mxspec.words.reasons import AS_BEFORE

CONFORM: Final = "conform"
UNFORM: Final = "unform"
EXPLAIN: Final = "explain"

Request = tuple[Any, ...]
"""What to ask of a part: `(CONFORM, spec, x)`, `(UNFORM, spec, x)` or `(EXPLAIN, spec, x, place)`."""

Steps = Generator[Request, Any, Any]
"""The requests of one question, which returns the answer."""

LIMIT: Final = 1_000_000
"""How many levels are followed before the question is given up. Each takes some 500 bytes."""

REMEMBER_FROM: Final = 8
"""From which level on answers are remembered. Above it, to ask again costs less than to remember."""

REMEMBER_EXPLAINED: Final = 10_000
"""The number of explanations in one question from which on the same spec explains the same value once.

Where two branches both lead back to it, the problems would be twice as many with each level.
"""

_FRAMES_NEEDED: Final = 100  # of Python's stack, for a question and the predicates that it asks


class Circular(SpecError):
    """A value contains itself, so that no end of it fits a spec that has to follow it."""


class Asked(Protocol):
    """A spec, or a part of a regex; its steps are None where there are no parts to ask."""

    def conforming(self, x: Any) -> Steps | None: ...
    def unforming(self, x: Any) -> Steps | None: ...
    def explaining(self, x: Any, place: Place) -> Steps | None: ...


_PENDING: Final = object()


def ask(request: Request) -> Any:
    """Return the answer to a request.

    Raises:
        Circular: the value contains itself, and nothing but that decides.
        SpecError: the spec refers to itself without end, or LIMIT is passed.
    """
    steps: list[Steps] = []
    requests: list[Request] = []
    memory: dict[tuple[str, int, int], list[Any]] = {}
    explained = 0
    while True:
        error: Exception | None = None
        answer: Any = None
        op, spec = request[0], request[1]
        try:
            if op is CONFORM:
                begun = spec.conforming(request[2])
            elif op is UNFORM:
                begun = spec.unforming(request[2])
            else:
                begun = spec.explaining(request[2], request[3])
            if begun is None:
                answer = _without_steps(request)
            elif op is EXPLAIN:
                explained += 1
                if explained > REMEMBER_EXPLAINED and _is_again(request, memory):
                    answer = [request[3].problem(spec.name or spec.form(), request[2], reason=AS_BEFORE)]
                else:
                    steps.append(begun)
                    requests.append(request)
            elif len(steps) < REMEMBER_FROM:
                steps.append(begun)
                requests.append(request)
            else:
                # What is remembered keeps spec and value alive, whose ids would be given to others.
                known = memory.setdefault((op, id(spec), id(request[2])), [request, _PENDING])
                if known[1] is not _PENDING:
                    answer = known[1]
                elif known[0] is not request:
                    _refuse_circle(request, requests)
                else:
                    steps.append(begun)
                    requests.append(request)
            if len(steps) > LIMIT:
                raise SpecError(f"nested deeper than {LIMIT:,} levels", spec=requests[0][1])
        except RecursionError:
            raise
        except Exception as raised:
            error = raised
        while steps:
            try:
                request = steps[-1].send(answer) if error is None else steps[-1].throw(error)
                break
            except StopIteration as stop:
                answer, error = stop.value, None
            except RecursionError:
                raise
            except Exception as raised:
                error = raised
            steps.pop()
            request = requests.pop()
            if request[0] is EXPLAIN:
                answer = bundled(answer) if error is None and steps else answer
            elif len(steps) >= REMEMBER_FROM:
                key = (request[0], id(request[1]), id(request[2]))
                if error is None:
                    memory[key][1] = answer
                else:
                    del memory[key]
        else:
            if error is not None:
                raise error
            return unbundled(answer) if request[0] is EXPLAIN else answer


def _without_steps(request: Request) -> Any:
    op, spec, x, *place = request
    if op is CONFORM:
        return spec.conform(x)
    return spec.unform(x) if op is UNFORM else spec.explain(x, *place)


def without_steps(op: str, spec: Any) -> Callable[[Any], Any] | None:
    """Return what answers a CONFORM or an UNFORM of a spec that has no steps, or None if it has."""
    if spec.has_steps:
        return None
    convert: Callable[[Any], Any] = spec.conform if op is CONFORM else spec.unform
    return convert


def _is_again(request: Request, memory: dict[tuple[str, int, int], list[Any]]) -> bool:
    """True if the same spec was asked to explain the same value, wherever that is."""
    key = (EXPLAIN, id(request[1]), id(request[2]))
    return memory.setdefault(key, [request])[0] is not request


def _refuse_circle(request: Request, requests: list[Request]) -> NoReturn:
    """Raise the error for a request that is met again before it is answered."""
    _, spec, x = request
    between = [
        request,
        *itertools.takewhile(lambda above: above[1] is not spec or above[2] is not x, reversed(requests)),
    ]
    parts = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ()
    if any(above[2] is not x or getattr(above[1], "looks_inside", False) for above in between) or any(
        part is x for part in parts
    ):
        raise Circular(f"the value contains itself: a {type(x).__name__} is met again inside itself")
    raise SpecError(
        f"{spec!r} refers to itself without looking into the value, and so without end", spec=spec
    )


def out_of_stack(error: RecursionError, spec: object) -> None:
    """Raise a SpecError if error is for want of stack; return if a predicate's own recursion raised it.

    A predicate that recurses without end, or further than Python goes, has not accepted its value, as if it
    had raised anything else. But if the caller has left it no stack to speak of, or a kind of spec that is
    not asked in steps has filled it, there is no answer.
    """
    limit = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    if depth > limit - _FRAMES_NEEDED:
        raise SpecError(
            f"asked at {depth:,} frames of Python's recursion limit of {limit:,}, "
            "which leaves no room to answer",
            spec=spec,
        ) from None
    own, traceback = 0, error.__traceback__
    while traceback is not None:
        own += str(traceback.tb_frame.f_globals.get("__name__")).startswith("mxspec.")
        traceback = traceback.tb_next
    if own > _FRAMES_NEEDED:
        raise SpecError(
            f"nested deeper than Python's recursion limit of {limit:,} lets specs of this kind follow",
            spec=spec,
        ) from None
