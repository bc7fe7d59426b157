"""From strategies to values, and the filter that says when it gives up."""

from __future__ import annotations

import contextvars
import functools
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mxspec.errors import GeneratorError
from mxspec.strategies import sizes
from mxspec.strategies.forking import drawing
from mxspec.strategies.storage import leaving_no_files

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]

T = TypeVar("T")

TRIES: Final = 100
"""How many values are drawn before a filter gives up; clojure's number, where Hypothesis takes 3."""

_MAX_EMPTY_READS: Final = 20  # how many reads in a row may come to nothing

MAX_REFUSALS: Final = _MAX_EMPTY_READS * TRIES
"""How many values in a row may be refused before a sample gives up."""

_MOST_THREADS: Final = 1000  # for draws within draws within a test, each of which takes one

_MIN_BYTES, _MAX_BYTES = 1 << 9, 1 << 22  # the sizes of the buffers that values are read from

# The names of the predicates that gave up during a draw by `Drawing`, for its message.
_gave_up: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("gave_up", default=None)


def such_that(
    pred: Callable[[Any], Any],
    strategy: Strategy,
    what: str | None = None,
    *,
    make: Callable[[Any], Any] | None = None,
) -> Strategy:
    """Return a strategy of the values of strategy that pred accepts, in at most 100 draws (gen/such-that).

    Args:
        pred: a predicate of one argument.
        strategy: a Hypothesis strategy.
        what: the name of pred in the message of a sample that finds no value; by default pred's own.
        make: a function that makes the values of what strategy draws; Hypothesis prints those by their repr,
            where with `fmap` it may print the call.

    Example:
        >>> import mxspec as s
        >>> s.generate(s.such_that(s.is_even, s.gen({1, 2, 3})), seed=0)
        2
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    @st.composite
    def accepted(draw: Callable[[Strategy], Any]) -> Any:
        for tried in range(TRIES):
            # As in clojure, each try is larger: of the smallest there may be none that pred accepts.
            with sizes.larger(tried):
                drawn = draw(strategy)
            x = drawn if make is None else make(drawn)
            if pred(x):
                return x
        gave_up = _gave_up.get()
        if gave_up is not None:
            gave_up.append(what or repr(pred))
        return reject()

    return accepted()


def draw(
    strategy: Strategy, n: int, seed: int | None, what: str, size: int | None = None, *, sized: bool = True
) -> list[Any]:
    """Draw n values of strategy, each by itself, so that they repeat as chance has it.

    Args:
        strategy: a Hypothesis strategy.
        n: how many.
        seed: an int for the same values every time.
        what: the name of strategy in messages.
        size: the size of the values; None for sizes that grow from 0.
        sized: False for values that are drawn as in a test.

    Raises:
        GeneratorError: no value is found; the message calls them what, and names the predicate that refused.
    """
    return outside_test(lambda: Drawing(strategy, seed, what, size, sized=sized).take(n))


def outside_test(run: Callable[[], T]) -> T:
    """Return run(), which may draw values also where a test of Hypothesis is running.

    Hypothesis refuses a test within a test, as it would multiply the work. It remembers by thread which test
    is running, so run gets a thread of its own. That is kept for the next run: for each new thread Hypothesis
    collects all garbage of the process, 10 ms in a small one and 200 in a large test suite.
    """
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        return run()
    return _threads().submit(contextvars.copy_context().run, run).result()


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return threads, as many as runs are within each other; each is used again once it is free."""
    return ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="mxspec-outside-test")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # a child has none of them


class Drawing:
    """A source of values of a strategy, as many as are asked for and when.

    Hypothesis's own runner never draws a value twice and stops when a small space is used up, and
    `.example()` is for interactive use alone. So a test that does nothing but keep its argument is fed with
    random bytes through the public hook for fuzzers, which reads one value from the start of a buffer. A
    buffer that is too short yields nothing, and the next one is made twice as long. After each value the size
    is halved again, as most values need few bytes, and making the others takes time.
    """

    def __init__(
        self, strategy: Strategy, seed: int | None, what: str, size: int | None = None, *, sized: bool = True
    ) -> None:
        from hypothesis import errors, given, settings

        self._what = what
        self._size_of_all = size
        self._sized = sized
        self._values: list[Any] = []
        self._drawn = 0
        self._random = random.Random(seed)
        self._bytes = _MIN_BYTES

        @settings(database=None)
        @given(strategy)
        def keep(x: Any) -> None:
            self._values.append(x)

        try:
            with leaving_no_files(), drawing():
                self._read = keep.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
        except errors.InvalidArgument as error:
            raise self.gives_up(f"Hypothesis says {error}") from error

    def take(self, n: int) -> list[Any]:
        """Return the next n values."""
        from hypothesis.errors import InvalidArgument

        gave_up: list[str] = []
        token = _gave_up.set(gave_up)
        self._values.clear()
        empty_reads = 0
        try:
            with leaving_no_files():
                while len(self._values) < n:
                    values_before, gave_up_before = len(self._values), len(gave_up)
                    with sizes.at_size(self._size(empty_reads)), drawing():
                        self._read(self._random.randbytes(self._bytes))
                    if len(self._values) > values_before:
                        self._bytes, empty_reads = max(_MIN_BYTES, self._bytes // 2), 0
                        self._drawn += 1
                        continue
                    empty_reads += 1
                    if len(gave_up) == gave_up_before:
                        self._bytes *= 2  # most likely the value needed more bytes than there were
                    if self._bytes > _MAX_BYTES or empty_reads > _MAX_EMPTY_READS:
                        refusing = f"{gave_up[-1]} refused {TRIES} values in a row" if gave_up else None
                        raise self.gives_up(refusing or "all were refused")
        except InvalidArgument as error:
            raise self.gives_up(f"Hypothesis says {error}") from error
        finally:
            _gave_up.reset(token)
        return list(self._values)

    def _size(self, empty_reads: int) -> int | None:
        """Return the size of the next value, which is larger after reads that came to nothing."""
        if not self._sized:
            return None
        size = self._drawn % sizes.LARGEST if self._size_of_all is None else self._size_of_all
        return size + 4 * empty_reads

    def gives_up(self, why: str) -> GeneratorError:
        """Return the error of a source that finds no more values."""
        return GeneratorError(
            f"found no value for {self._what}: {why}; a generator that makes valid ones helps: "
            "s.with_gen(spec, lambda: strategy)"
        )
