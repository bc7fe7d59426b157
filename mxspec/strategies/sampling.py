"""From strategies to values, and the filter that says when it gives up."""

from __future__ import annotations

import contextvars
import dataclasses
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from mxspec.errors import GeneratorError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

T = TypeVar("T")

TRIES = 100
"""How many values are drawn before a filter gives up; clojure's number, where Hypothesis takes 3."""

TOGETHER = 1000
"""How many values a model is asked about, or makes, at once; it copies them, so not all there are."""

_REFUSALS = 20  # how many draws in a row may come to nothing

_LEAST_BYTES, _MOST_BYTES = 1 << 9, 1 << 22  # the buffers that a sample may be read from

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

    Raises:
        GeneratorError: no value is found, with the name of the predicate that refused them all.
    """
    return outside(lambda: _Source(strategy, seed, what).take(n))


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How values are made many at once.

    Attributes:
        parts: a strategy of what one value is made of.
        make: a function from a list of such parts to as many values.
    """

    parts: Strategy
    make: Callable[[list[Any]], list[Any]]


def made(
    recipe: Recipe, accepted: Callable[[list[Any]], list[Any]], n: int, seed: int | None, what: str
) -> list[Any]:
    """n values of a recipe, in rounds: what accepted leaves out of one is made up for in the next.

    Raises:
        GeneratorError: as many values were refused in a row as a filter would have drawn.
    """
    return outside(lambda: _made(recipe, accepted, n, _Source(recipe.parts, seed, what)))


def _made(recipe: Recipe, accepted: Callable[[list[Any]], list[Any]], n: int, source: _Source) -> list[Any]:
    found: list[Any] = []
    refused = 0
    while len(found) < n:
        # As many as are missing; more where few were accepted, so that the rounds do not become many.
        size = min(max(n - len(found), refused), TOGETHER)
        kept = accepted(recipe.make(source.take(size)))
        found += kept
        refused = 0 if kept else refused + size
        if refused > _REFUSALS * TRIES:
            raise source.nothing(f"{source.what} refused {TRIES} values in a row")
    return found[:n]


def outside(run: Callable[[], T]) -> T:
    """What run returns, which may draw values also within a test of Hypothesis.

    There Hypothesis refuses @given, where it would multiply the work; a thread of its own it does not see.
    """
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        return run()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, run).result()


class _Source:
    """Values of a strategy, as many as are asked for and when.

    Hypothesis's own runner never draws a value twice and stops when a small space is used up, and
    `.example()` is for interactive use alone; so the values are read from random bytes through the public
    fuzzing hook.
    """

    def __init__(self, strategy: Strategy, seed: int | None, what: str) -> None:
        from hypothesis import given, settings

        self.what = what
        self._drawn: list[Any] = []
        self._bytes = random.Random(seed)
        self._size = _LEAST_BYTES

        @settings(database=None)
        @given(strategy)
        def take(x: Any) -> None:
            self._drawn.append(x)

        self._read = take.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def take(self, n: int) -> list[Any]:
        """The next n values."""
        gave_up: list[str] = []
        token = _gave_up.set(gave_up)
        self._drawn.clear()
        refused = 0
        try:
            while len(self._drawn) < n:
                before = len(self._drawn), len(gave_up)
                self._read(self._bytes.randbytes(self._size))
                if len(self._drawn) > before[0]:
                    self._size, refused = max(_LEAST_BYTES, self._size // 2), 0
                    continue
                refused += 1
                if len(gave_up) == before[1]:
                    self._size *= 2  # most likely the value needed more bytes than there were
                if self._size > _MOST_BYTES or refused > _REFUSALS:
                    refusing = f"{gave_up[-1]} refused {TRIES} values in a row" if gave_up else None
                    raise self.nothing(refusing or "all were refused")
        finally:
            _gave_up.reset(token)
        return list(self._drawn)

    def nothing(self, why: str) -> GeneratorError:
        """The error of a source that is dry."""
        return GeneratorError(
            f"found no value for {self.what}: {why}; a generator that makes valid ones helps: "
            "s.with_gen(spec, lambda: strategy)"
        )
