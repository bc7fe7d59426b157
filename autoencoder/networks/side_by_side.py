"""Independent trainings in threads, as many at once as there are processors for."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from autoencoder.networks.mx import at_once

T = TypeVar("T")


def side_by_side(works: Sequence[Callable[[], T]], most: int | None = None) -> list[T]:
    """Call functions of no argument in threads and return their results in order.

    Args:
        works: functions that begin in this order; the longest had better come first.
        most: the largest number that run at a time; None is as many as there are processors for, each with
            the threads that an operator of MXNet takes (the environment variable `OMP_NUM_THREADS`).

    Raises:
        The exception of the first work that fails, once those that have begun are over; no other begins.

    >>> side_by_side([lambda: 1, lambda: 2])
    [1, 2]
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(works)):
        waiting.put(number)
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def work() -> None:
        while not failures:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[number] = works[number]()
            except BaseException as error:
                failures.append(error)

    # Not concurrent.futures, which awaits its threads when the user interrupts the process; and none of it in
    # this thread, where an interrupt would be lost if it came while MXNet's arrays are being thrown away.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(most or at_once(), len(works)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(works))]
