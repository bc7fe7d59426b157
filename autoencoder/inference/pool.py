"""Pools of copies of a network, each lent to one thread at a time, which survive a fork of the process.

A forked child has one thread, the one that forked. What the others held stays held forever: a copy that
was lent never comes back, and a lock inside MXNet is never released. So a fork waits until all copies are
back, and the child begins with all of them.
"""

import contextlib
import os
import queue
import threading
import weakref
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from autoencoder.inference.session import Session
from autoencoder.networks.mx import at_once, prepare_fork
from mxspec.strategies import forking

loading = threading.RLock()
"""Held while a network is copied or loaded."""


class Answering(Protocol):
    """A network that answers batches, on either runtime: `module.Bound` or `session.Session`."""

    size: int
    shape: tuple[int, ...]
    outputs: tuple[int, ...]

    def of_size(self, size: int) -> "Answering":
        """Return the network for batches of another size."""

    def answer(self, rows: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
        """Write the outputs for some inputs to out."""


class Pool:
    """The copies of a network for one size of batch.

    Args:
        first: the network.
        size: the size of batch; None is that of first, which then belongs to the pool.
    """

    def __init__(self, first: Answering, size: int | None = None) -> None:
        self._first = first
        self._size = first.size if size is None else size
        self._idle: queue.SimpleQueue[Answering] = queue.SimpleQueue()
        self._count = 0
        self._held: list[Answering] = []
        if size is None:
            self._idle.put(first)
            self._count = 1
        with loading:
            _pools.add(self)

    @contextlib.contextmanager
    def borrow(self) -> Iterator[Answering]:
        """Lend a copy that is idle or new; wait if there are as many as can work at once."""
        try:
            bound = self._idle.get_nowait()
        except queue.Empty:
            bound = self._another() or self._idle.get()
        try:
            yield bound
        finally:
            self._idle.put(bound)

    def _another(self) -> Answering | None:
        if self._count >= at_once():
            return None
        with loading:
            if self._count >= at_once():
                return None
            bound = self._first.of_size(self._size)
            self._count += 1
            return bound

    def close(self) -> None:
        """Wait until all copies are back, and hold them."""
        self._held = [self._idle.get() for _ in range(self._count)]

    def open(self) -> None:
        """Lend them again."""
        while self._held:
            self._idle.put(self._held.pop())

    def open_in_child(self) -> None:
        """Lend them again, where no other thread is left to wait for one."""
        self._idle = queue.SimpleQueue()
        for bound in self._held:
            if isinstance(bound, Session):
                bound.renew()
        self.open()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _before_fork() -> None:
    forking.before_fork()  # a draw may wait for a network
    loading.acquire()
    for pool in _pools:
        pool.close()
    prepare_fork()


def _after_fork_in_parent() -> None:
    for pool in _pools:
        pool.open()
    loading.release()
    forking.after_fork()


def _after_fork_in_child() -> None:
    for pool in _pools:
        pool.open_in_child()
    loading.release()
    forking.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
