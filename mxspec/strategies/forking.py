"""Forks wait for draws: a child that is forked while another thread draws would never draw.

Hypothesis holds locks of its own for moments of every draw. A child has only the thread that forked, and none
to release what others held.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Final

from mxspec.strategies import storage

# For draws that take longer, such as one that waits for what forks: the child may then wait for a lock.
_PATIENCE: Final = 5.0  # seconds

_forking = threading.RLock()
_drawing: set[int] = set()  # threads


class drawing:
    """Keep other threads from forking, for a moment that ends; begin after one that forks now."""

    __slots__ = ("_thread",)

    def __enter__(self) -> None:
        self._thread: int | None = threading.get_ident()
        if (
            self._thread in _drawing
        ):  # a draw within a draw, which is not to wait for a fork that waits for it
            self._thread = None
            return
        with _forking:
            _drawing.add(self._thread)

    def __exit__(self, *error: object) -> None:
        if self._thread is not None:
            _drawing.discard(self._thread)


def before_fork() -> None:
    """Wait until no other thread draws, and let none begin."""
    _forking.acquire()
    end = time.monotonic() + _PATIENCE
    while _drawing - {threading.get_ident()} and time.monotonic() < end:
        time.sleep(0.001)
    storage.lock.acquire()


def after_fork() -> None:
    """Let other threads draw again, once this was called as often as `before_fork`."""
    storage.lock.release()
    _forking.release()


def _after_fork_in_child() -> None:
    _drawing.intersection_update({threading.get_ident()})
    after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=before_fork, after_in_parent=after_fork, after_in_child=_after_fork_in_child)
