"""From strategies to values: samples, a filter that explains why it gives up, and trials of a function.

`Drawing(integers(), seed=1, what="int").take(3)` reads three ints from random bytes, through Hypothesis's
hook for fuzzers. The same seed reads the same values, which may repeat. A search for a value counts its steps
(`Effort`), so that it ends after the same work on any machine, and its error names the filter that refused.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
import numbers
import os
import random
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from mxspec.base.forks import call_in_child, renewed_lock
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr
from mxspec.errors import GeneratorError, SpecDefinitionError

# --- Hypothesis's folder, which nothing here makes --------------------------------------------------------

_NOWHERE: Final = Path(os.devnull, "hypothesis")

_lock = renewed_lock()
_users: list[int] = []  # the threads inside a block, once for each block that they are in
_home = _NOWHERE  # the folder before the first thread entered


@contextlib.contextmanager
def leave_no_files() -> Iterator[None]:
    """Keep Hypothesis from making its folder inside the block.

    Hypothesis keeps tables of characters and constants in that folder, in the working directory, for the next
    process. If the folder exists, because tests with `@given` made it, it stays in use. If not, we name a
    folder that can't be made, and Hypothesis works without one, as on a read-only disk.
    """
    from hypothesis import configuration

    global _home
    thread = threading.get_ident()
    with _lock:
        if not _users:
            _home = configuration.storage_directory(intent_to_write=False).home_directory
            if not _home.exists():
                configuration.set_hypothesis_home_dir(_NOWHERE)
        _users.append(thread)
    try:
        yield
    finally:
        with _lock:
            _users.remove(thread)
            if not _users:
                configuration.set_hypothesis_home_dir(_home)


# --- samples ----------------------------------------------------------------------------------------------

T = TypeVar("T")

TRIES: Final = 100
"""The number of values that a filter draws before it gives up: clojure's number; Hypothesis has 3."""

_LONGEST_REASON: Final = 300  # characters

_MAX_EMPTY_READS: Final = 20  # the number of reads in a row that may give no value

MAX_REFUSALS: Final = _MAX_EMPTY_READS * TRIES
"""The number of values in a row that may be refused before a sample gives up."""

MOST_STEPS: Final = 200_000
"""The number of steps without a value after which a sample gives up: a second or so of filters in filters."""

_STEPS_OF_A_TRY: Final = 20

_MOST_THREADS: Final = 1000  # one for each level of nested draws inside a test

_MIN_BYTES, _MAX_BYTES = 1 << 9, 1 << 22  # the sizes of the buffers that values are read from


class Effort:
    """The work of a search for a value, in steps of a few microseconds, the same on any machine.

    Attributes:
        steps: the number of derivatives of regexes, 5 for each part that is drawn, and 20 for each value that
            a filter refused.
        most: the number of steps at which the search ends.
        reasons: functions that return why filters gave up, the last one at the end.
    """

    __slots__ = ("most", "reasons", "steps")

    def __init__(self) -> None:
        self.steps, self.most = 0, MOST_STEPS
        self.reasons: list[Callable[[], str]] = []

    @property
    def is_spent(self) -> bool:
        return self.steps > self.most

    def renew(self) -> None:
        """Allow as many steps again, after a value."""
        self.most = self.steps + MOST_STEPS


@contextlib.contextmanager
def count_effort(search: Effort | None) -> Iterator[None]:
    """Count the steps inside the block for a search, or for none."""
    token = combine.effort.set(search)
    try:
        yield
    finally:
        combine.effort.reset(token)


def such_that(
    pred: Callable[[Any], Any],
    strategy: Strategy,
    what: str | None = None,
    *,
    make: Callable[[Any], Any] | None = None,
    why_refused: Callable[[Any], str] | None = None,
) -> Strategy:
    """Return a strategy of the values that pred accepts, each in at most 100 draws (gen/such-that).

    Args:
        pred: a predicate of one argument.
        strategy: a Hypothesis strategy.
        what: the name of pred in the error of a sample that finds no value; by default its repr.
        make: a function from a drawn value to the value. Hypothesis prints the repr of the value; with `fmap`
            it may print the call.
        why_refused: a function from a value to the reason why pred refused it, for that error.

    Example:
        >>> import mxspec as s
        >>> s.generate(s.such_that(s.is_even, s.gen({1, 2, 3})), seed=0)
        2
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    @st.composite
    def draw_accepted(draw: Callable[[Strategy], Any]) -> Any:
        search = combine.effort.get()
        for tried in range(TRIES):
            combine.count_draw()
            # As in clojure, each try is larger: pred may refuse all of the smallest values.
            with combine.enlarge(tried):
                drawn = draw(strategy)
            x = drawn if make is None else make(drawn)
            if pred(x):
                return x
            if search is not None:
                search.steps += _STEPS_OF_A_TRY
                if search.is_spent:
                    return reject()
        if search is not None:
            why = None if why_refused is None else functools.partial(why_refused, x)
            search.reasons.append(lambda: refusals_text(what or repr(pred), TRIES, why))
        return reject()

    return draw_accepted()


def refusals_text(what: str, count: int, why: Callable[[], str] | None) -> str:
    """Return the reason why a filter gave up: its name, and why it refused the last value."""
    try:
        reason = f", the last: {textwrap.shorten(why(), _LONGEST_REASON)}" if why is not None else ""
    except Exception:  # the value can't be explained either
        reason = ""
    return f"{what} refused {count:,} values in a row{reason}"


def check_count(name: str, n: Any, least: int = 0) -> None:
    """Raise SpecDefinitionError unless n, which the message calls by name, is an int from least."""
    if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < least:
        raise SpecDefinitionError(f"{name} is an int from {least}, not {short_repr(n)}")


def draw_values(
    strategy: Strategy,
    n: int,
    seed: int | None,
    what: str,
    size: int | None = None,
    *,
    sized: bool = True,
    search: Effort | None = None,
) -> list[Any]:
    """Draw n independent values of strategy, which may repeat.

    They have the given size, or sizes that grow from 0. With sized=False they are drawn as in a test.
    A search takes fewer if its steps are spent, or if no more are found.

    Raises:
        GeneratorError: no value is found; the message calls the values `what`, and names the predicate that
            refused.
    """
    return outside_test(lambda: Drawing(strategy, seed, what, size, sized=sized, search=search).take(n))


def outside_test(run: Callable[[], T]) -> T:
    """Return run(), which may draw values even inside a test of Hypothesis.

    Hypothesis refuses a test within a test, since it would multiply the work. It remembers by thread which
    test is running, so run gets another thread. The thread is kept for the next run: for each new thread
    Hypothesis collects the garbage of the whole process, 10 ms in a small one and 200 ms in a large test
    suite.
    """
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        return run()
    return _threads().submit(contextvars.copy_context().run, run).result()


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return a pool with a thread for each run inside another run; a free thread is used again."""
    return ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="mxspec-outside-test")


# Hypothesis holds these locks for microseconds of a draw. In 3 of 150 forks a child would wait for one
# forever.
_LOCKS_OF_HYPOTHESIS: Final = {
    "hypothesis.internal.conjecture.junkdrawer": "_stackframe_limiter_lock",
    "hypothesis.strategies._internal.strategies": "label_lock",
}


@call_in_child
def _forget_draws() -> None:
    """Forget the draws of the parent's other threads."""
    _threads.cache_clear()
    for module, name in _LOCKS_OF_HYPOTHESIS.items():
        lock: Any = getattr(sys.modules.get(module), name, None)
        if lock is not None:
            lock._at_fork_reinit()
    if _users:
        from hypothesis import configuration

        _users[:] = [thread for thread in _users if thread == threading.get_ident()]
        if not _users:
            configuration.set_hypothesis_home_dir(_home)


def read_seed(seed: Any) -> int | None:
    """Return a seed as random takes it: an int of numpy as Python's.

    Raises:
        SpecDefinitionError: seed is neither; the message has the call for overrides in its place.
    """
    if seed is None:
        return None
    if isinstance(seed, numbers.Integral) and not isinstance(seed, bool):
        return int(seed)
    hint = "; generators by name are overrides={...}" if isinstance(seed, Mapping) else ""
    raise SpecDefinitionError(f"seed is an int, or None for new values, not {short_repr(seed)}{hint}")


class Drawing:
    """A source of values of a strategy, any number at any time.

    Hypothesis's own runner never draws a value twice, and stops when a small space is exhausted; `.example()`
    is only for interactive use. So we feed random bytes to a test that stores its argument, through the
    public hook for fuzzers. The hook reads one value from the start of a buffer. If the buffer is too short,
    it yields no value, and the next buffer is twice as long. After each value the size is halved again: most
    values need few bytes, and the rest of a buffer costs time.
    """

    def __init__(
        self,
        strategy: Strategy,
        seed: int | None,
        what: str,
        size: int | None = None,
        *,
        sized: bool = True,
        search: Effort | None = None,
        draw: Callable[[random.Random, int], list[Any]] | None = None,
    ) -> None:
        from hypothesis import errors, given, settings

        self._what = what
        self._size_of_all = size
        self._sized = sized
        self._values: list[Any] = []
        self._drawn = 0
        self._random = random.Random(read_seed(seed))
        self._bytes = _MIN_BYTES
        self.effort = Effort()
        self._search = search
        self._draw = draw

        @settings(database=None)
        @given(strategy)
        def keep(x: Any) -> None:
            self._values.append(x)

        try:
            with leave_no_files():
                self._read = keep.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
        except errors.InvalidArgument as error:
            raise self.gives_up(f"Hypothesis says {error}") from error

    def take(self, n: int) -> list[Any]:
        from hypothesis.errors import InvalidArgument

        reasons, search = self.effort.reasons, self._search
        reasons.clear()
        self._values.clear()
        empty_reads = 0
        if self._draw is not None:
            if search is not None:
                n = min(n, max(0, search.most - search.steps) // _STEPS_OF_A_TRY)
                search.steps += _STEPS_OF_A_TRY * (n + 1)
            return self._draw(self._random, n)
        try:
            with leave_no_files(), count_effort(self.effort):
                while len(self._values) < n and (search is None or not search.is_spent):
                    values_before, reasons_before = len(self._values), len(reasons)
                    steps_before = self.effort.steps
                    with combine.at_size(self._size(empty_reads)):
                        self._read(self._random.randbytes(self._bytes))
                    if search is not None:
                        search.steps += _STEPS_OF_A_TRY + self.effort.steps - steps_before
                    if len(self._values) > values_before:
                        self._bytes, empty_reads = max(_MIN_BYTES, self._bytes // 2), 0
                        self._drawn += 1
                        self.effort.renew()
                        continue
                    empty_reads += 1
                    if len(reasons) == reasons_before:
                        self._bytes *= 2  # most likely the buffer was too short for the value
                    if self._bytes > _MAX_BYTES or empty_reads > _MAX_EMPTY_READS or self.effort.is_spent:
                        if search is not None and self._values:
                            break
                        raise self.gives_up(reasons[-1]() if reasons else "all were refused")
        except InvalidArgument as error:
            raise self.gives_up(f"Hypothesis says {error}") from error
        return list(self._values)

    def _size(self, empty_reads: int) -> int | None:
        """Return the size of the next value; it grows with each read without a value."""
        if not self._sized:
            return None
        size = self._drawn % combine.LARGEST if self._size_of_all is None else self._size_of_all
        return size + 4 * empty_reads

    def gives_up(self, why: str) -> GeneratorError:
        """Return the error for a source that finds no more values."""
        return GeneratorError(
            f"found no value for {self._what}: {why}; a generator that makes valid ones helps: "
            "s.with_gen(spec, lambda: strategy)"
        )


# --- trials of a function ---------------------------------------------------------------------------------

Test = Callable[[Any], Any]
"""A function from an example to None, or to the reason why the example fails."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """A failing example, and the reason that the test returned."""

    example: Any
    reason: Any


@dataclasses.dataclass(frozen=True)
class Trials:
    """The outcome of the trials.

    Attributes:
        tried: the number of different examples up to the first failing one.
        first: the first failing example, or None.
        smallest: the smallest failing example, or None.
    """

    tried: int
    first: Failure | None = None
    smallest: Failure | None = None


class _ExampleFailure(Exception):
    """The exception that reports a failing example to Hypothesis."""


class _RunStop(BaseException):
    """The exception that ends a run of Hypothesis, which would shrink an Exception as a failure."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def run_trials(
    strategy: Strategy,
    test: Test,
    n: int,
    seed: int,
    what: str,
    *,
    shrink: bool = True,
    steered: bool = False,
) -> Trials:
    """Run test on n examples of strategy, and on smaller ones if an example fails.

    The same seed tries the same examples. An exception of test is reraised.

    Args:
        shrink: False to keep the first failing example as the smallest.
        steered: True if test calls `steer`.

    Raises:
        GeneratorError: strategy is empty; the message calls it `what`.
        SpecDefinitionError: n is not an int from 1, or seed is not an int.
    """
    check_count("the number of tests", n, least=1)
    # One draw finds out that a strategy is empty, and why; the runner would search for long.
    draw_values(strategy, 1, seed, what, sized=False)
    failures: list[Failure] = []
    tried = 0

    def trial(example: Any) -> None:
        nonlocal tried
        tried += not failures
        try:
            reason = test(example)
        except Exception as error:
            raise _RunStop(error) from error
        if reason is not None:
            failures.append(Failure(example, reason))
            # One place raises all failures, since Hypothesis tells failures apart by their place.
            raise _ExampleFailure

    def search() -> Trials:
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, settings
        from hypothesis import seed as seeded

        run = settings(
            max_examples=n,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, *[Phase.target] * steered, *[Phase.shrink] * shrink],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )
        try:
            with leave_no_files(), count_effort(None):
                seeded(read_seed(seed))(run(given(strategy)(trial)))()
        except _RunStop as stop:
            raise stop.error from None
        except (_ExampleFailure, errors.Flaky):
            # The last failure is the smallest, or if test is flaky, the smallest that is known.
            if not failures:
                raise
            return Trials(tried, failures[0], failures[-1])
        except errors.Unsatisfiable:
            raise GeneratorError(
                f"found no value for {what}; a generator that makes valid ones helps: "
                "s.with_gen(spec, lambda: strategy)"
            ) from None
        return Trials(tried)

    # In another thread, Hypothesis sees no test around this one.
    return outside_test(search)


def steer(nearness: float) -> None:
    """Make `run_trials` try examples near the ones that its test calls nearest to a failure.

    Source: Löscher and Sagonas, "Targeted property-based testing" (2017).
    """
    from hypothesis import target

    target(nearness)
