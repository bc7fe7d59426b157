"""Budgets of work on what a stranger wrote: a document is read, and compared, in so many steps and seconds.

    with Budget(Deadline(2.0)).in_force():
        read(document)  # each loop over the document calls spend(); the budget's end is an error

A call of the library counts steps, which are the same on any machine. A comparison has a clock of the
process's working time, and its answer states if the clock ended it.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

from mxspec.base.values import short_repr
from mxspec.errors import LimitError, SpecDefinitionError

SECONDS: Final = 2.0
"""The seconds of a comparison, unless the caller gives a limit."""

MOST_STEPS: Final = 5_000_000
"""The most steps of reading a document, at 3 to 8 us each; GitHub's OpenAPI, of 12 MB, takes 300,000."""

_STEPS_BETWEEN: Final = 1000  # two looks at the clock


class OutOfTimeError(LimitError):
    """The error for work that a clock ended.

    Attributes:
        limit: the limit of a comparison, in seconds.
    """

    def __init__(self, limit: float) -> None:
        super().__init__(out_of_time_text(limit))
        self.limit = limit


def out_of_time_text(limit: float) -> str:
    """Return the words for work that a clock ended.

    Example:
        >>> out_of_time_text(2.0)
        'out of time (2 s; limit=10 or --limit 10 gives more)'
    """
    more = f"{5 * limit:g}"
    return f"out of time ({limit:g} s; limit={more} or --limit {more} gives more)"


def read_limit(limit: Any) -> float:
    """Return a limit in seconds.

    Raises:
        SpecDefinitionError: it is no positive number.
    """
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 < limit < math.inf:
        raise SpecDefinitionError(f"limit is a positive number of seconds, not {short_repr(limit)}")
    return float(limit)


class Deadline:
    """The end of some work, by the time that the process has worked.

    Examples are drawn beside it: draws count only after they took as long together as the work may. So an
    answer does not depend on what the first draw of a process has to load.

    Args:
        limit: the limit of a comparison, in seconds.
        times: how many times as long the work may take.

    Attributes:
        clock: a function that returns the time in seconds.
        has_ended: True if some work was left out for lack of time, or of steps that are in proportion to it.
    """

    clock: ClassVar[Callable[[], float]] = time.process_time

    def __init__(self, limit: float = SECONDS, times: float = 1) -> None:
        self.limit, self._seconds, self.has_ended = limit, limit * times, False
        self._start, self._drawn = type(self).clock(), 0.0
        self._draw_start: float | None = None

    def share(self) -> float:
        """Return the share of the time that is over."""
        now = type(self).clock()
        drawn = self._drawn + (0 if self._draw_start is None else now - self._draw_start)
        return (now - self._start - min(drawn, self._seconds)) / self._seconds

    def is_after(self, share: float) -> bool:
        """True if more than this share of the time is over; the caller then leaves some work out."""
        is_late = self.share() > share
        self.has_ended = self.has_ended or is_late
        return is_late

    @property
    def is_over(self) -> bool:
        return self.is_after(1)

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """Count the time in the block as that of draws."""
        if self._draw_start is not None:
            yield
            return
        self._draw_start = start = type(self).clock()
        try:
            yield
        finally:
            self._drawn += type(self).clock() - start
            self._draw_start = None


class Budget:
    """The steps and the time of work on one document, or on one part of it.

    Args:
        deadline: the end of the work; None to count steps instead.
    """

    def __init__(self, deadline: Deadline | None = None) -> None:
        self._deadline, self._steps, self._next_look = deadline, 0, _STEPS_BETWEEN

    def spend(self, steps: int) -> None:
        """Take steps; raise LimitError if there are none left, or no time."""
        self._steps += steps
        if self._deadline is None:
            if self._steps > MOST_STEPS:
                raise LimitError(f"the document takes more than {MOST_STEPS:,} steps to read")
        elif self._steps >= self._next_look:
            self._next_look = self._steps + _STEPS_BETWEEN
            if self._deadline.is_over:
                raise OutOfTimeError(self._deadline.limit)

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Let `spend` take from this budget inside the block."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: contextvars.ContextVar[Budget | None] = contextvars.ContextVar("budget", default=None)


@contextlib.contextmanager
def within_budget() -> Iterator[None]:
    """Work within the budget in force, or else count steps."""
    if _current.get() is not None:
        yield
        return
    with Budget().in_force():
        yield


def spend(steps: int = 1) -> None:
    """Take steps of some microseconds from the budget in force.

    Raises:
        LimitError: the budget is spent.
    """
    if (budget := _current.get()) is not None:
        budget.spend(steps)
