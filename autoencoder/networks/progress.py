"""Progress reports: lines, bars and clocks."""

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
from tqdm import tqdm  # type: ignore[import-untyped]

AFTER = 1.0  # seconds; shorter work shows no clock
TICK = 0.2  # seconds


T = TypeVar("T")


def print_line(line: str) -> None:
    """Print a line atomically, so that lines of parallel trainings do not mix, at once, even to a file."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_epoch(epoch: int, metric: Any) -> None:
    """Print the mean of an MXNet metric over an epoch, as `epoch 1: mse 0.0651`."""
    name, value = metric.get()
    print_line(f"epoch {epoch}: {name} {value:.4f}")


def progress_bar(items: Iterable[T], title: str, count: int, progress: bool) -> Iterable[T]:
    """Return the items, with a progress bar on standard error if it is a terminal."""
    own = getattr(sys.stderr, "own", sys.stderr)  # a command's stream escapes codes for the terminal
    bar: Iterable[T] = tqdm(items, title, count, False, own, disable=None if progress else True)
    return bar


@contextlib.contextmanager
def clock(title: str, progress: bool = True) -> Iterator[None]:
    """Show a title and the elapsed time on standard error if it is a terminal.

    Args:
        title: the name of the work.
        progress: if False, show nothing.

    >>> with clock("adding"):
    ...     1 + 1
    2
    """
    bar = tqdm(
        desc=title,
        bar_format="{desc}: {elapsed}",
        leave=False,
        file=getattr(sys.stderr, "own", sys.stderr),
        disable=None if progress else True,
        delay=AFTER,
    )
    is_over = threading.Event()

    def tick() -> None:
        while not is_over.wait(TICK):
            bar.update()

    thread = threading.Thread(target=tick, daemon=True)
    if not bar.disable:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        if thread.is_alive():
            thread.join()
        bar.close()
