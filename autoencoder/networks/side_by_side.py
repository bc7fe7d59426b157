"""Independent calls in threads, as many at once as there are processors for."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from autoencoder.networks.mx import at_once

T = TypeVar("T")


def side_by_side(calls: Sequence[Callable[[], T]], most: int | None = None) -> list[T]:
    """Call functions without arguments in threads, and return their results in order.

    Args:
        calls: the functions, which begin in this order; the longest should come first.
        most: the largest number that run at a time; None is as many as there are processors for, each with
            the threads of an operator of MXNet (the environment variable `OMP_NUM_THREADS`).

    Raises:
        The exception of the first call that fails, once those that have begun are over; no other begins.

    >>> side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    numbers = iter(range(len(calls)))  # each goes to one of the threads
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def work() -> None:
        for number in numbers:
            if failures:
                return
            try:
                results[number] = calls[number]()
            except BaseException as error:
                failures.append(error)

    # Not concurrent.futures, which waits for its threads when the user interrupts the process.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(most or at_once(), len(calls)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(calls))]
