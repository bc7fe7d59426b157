"""The limit to what a benchmark may take: one that is slow, or waits for ever, loses its own row alone."""

import contextlib
import signal
from collections.abc import Iterator

LIMIT = 60.0  # seconds, with what the benchmark prepares


class Cut(BaseException):
    """A benchmark is over its limit. It is no Exception, which Hypothesis would take for a failed example."""


@contextlib.contextmanager
def cut_after(seconds: float, reason: str) -> Iterator[None]:
    """Raise Cut in the main thread as soon as so many seconds are over and a call into C has returned.

    >>> import time
    >>> with cut_after(0.01, "cut after 0.01 s"):
    ...     time.sleep(10)
    Traceback (most recent call last):
    tests.benchmarks.limit.Cut: cut after 0.01 s
    """

    def cut(*_: object) -> None:
        raise Cut(reason)

    before = signal.signal(signal.SIGALRM, cut)
    # Again and again: Python prints what is raised while an object is deleted, and goes on.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
