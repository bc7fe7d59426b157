"""From strategies to values, and the filter that says when it gives up."""

from __future__ import annotations

import contextvars
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from mxspec.errors import GeneratorError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

TRIES = 100
"""How many values are drawn before a filter gives up; clojure's number, where Hypothesis takes 3."""

_MAX_BYTES = 1 << 22  # the largest buffer a sample may be read from

# The predicate that gave up during a draw by `draws`, for its message.
_gave_up: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("gave_up", default=None)


def such_that(pred: Callable[[Any], Any], strategy: Strategy, what: str | None = None) -> Strategy:
    """A strategy of those values of strategy that pred accepts, each drawn at most 100 times (gen/such-that).

    Args:
        pred: a predicate of one argument.
        strategy: a Hypothesis strategy.
        what: the name of pred in the message of a sample that finds no value; by default pred's own.

    Example:
        >>> import mxspec as s
        >>> s.generate(s.such_that(s.is_even, s.gen({1, 2, 3})), seed=0)
        2
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    @st.composite
    def that(draw: Callable[[Strategy], Any]) -> Any:
        for _ in range(TRIES):
            x = draw(strategy)
            if pred(x):
                return x
        gave_up = _gave_up.get()
        if gave_up is not None:
            gave_up.append(what or repr(pred))
        return reject()

    return that()


def draws(strategy: Strategy, n: int, seed: int | None, what: str) -> list[Any]:
    """n values of strategy, each drawn by itself, so that they repeat as chance has it.

    Hypothesis's own runner never draws a value twice and stops when a small space is used up, and
    `.example()` is for interactive use alone; so the values are read from random bytes through the public
    fuzzing hook.

    Raises:
        GeneratorError: no value is found, with the name of the predicate that refused them all.
    """
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        return _draws(strategy, n, seed, what)
    # Hypothesis refuses @given within a running test, where it would multiply the work; here nothing is
    # searched or shrunk inside, so a thread of its own is all that is needed.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_draws, strategy, n, seed, what).result()


def _draws(strategy: Strategy, n: int, seed: int | None, what: str) -> list[Any]:
    from hypothesis import given, settings

    drawn: list[Any] = []

    @settings(database=None)
    @given(strategy)
    def take(x: Any) -> None:
        drawn.append(x)

    read = take.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    source = random.Random(seed)
    size, refused = 512, 0
    gave_up: list[str] = []
    token = _gave_up.set(gave_up)
    try:
        while len(drawn) < n:
            before = len(drawn), len(gave_up)
            read(source.randbytes(size))
            if len(drawn) > before[0]:
                size, refused = max(512, size // 2), 0
                continue
            refused += 1
            if len(gave_up) == before[1]:
                size *= 2  # most likely the value needed more bytes than there were
            if size > _MAX_BYTES or refused > 20:
                why = f"{gave_up[-1]} refused {TRIES} values in a row" if gave_up else "all were refused"
                raise GeneratorError(
                    f"found no value for {what}: {why}; a generator that makes valid ones helps: "
                    "s.with_gen(spec, lambda: strategy)"
                )
    finally:
        _gave_up.reset(token)
    return drawn
