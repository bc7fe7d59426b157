"""Lines, bars and clocks for people who wait."""

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]

AFTER = 1.0  # seconds; what is done sooner needs no clock
TICK = 0.2


T = TypeVar("T")


def print_line(line: str) -> None:
    """Print a line in one piece, so that those of networks that train side by side do not mix."""
    sys.stdout.write(f"{line}\n")


def progress_bar(items: Iterable[T], title: str, count: int, progress: bool) -> Iterable[T]:
    """Return the items, with a bar on standard error while they are gone through, if that is a terminal."""
    bar: Iterable[T] = tqdm(items, title, count, leave=False, disable=None if progress else True)
    return bar


@contextlib.contextmanager
def clock(title: str, progress: bool = True) -> Iterator[None]:
    """Show on standard error, if that is a terminal, a title and how long the work has taken so far.

    Args:
        title: what is being done.
        progress: if False, show nothing.

    >>> with clock("adding"):
    ...     1 + 1
    2
    """
    bar = tqdm(
        desc=title,
        bar_format="{desc}: {elapsed}",
        leave=False,
        disable=None if progress else True,
        delay=AFTER,
    )
    done = threading.Event()

    def tick() -> None:
        while not done.wait(TICK):
            bar.update()

    thread = threading.Thread(target=tick, daemon=True)
    if not bar.disable:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread.is_alive():
            thread.join()
        bar.close()
