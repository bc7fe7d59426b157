"""Forked children start fresh: with free locks, and without the work of the parent's other threads.

A child has only the thread that forked, so a lock that another thread held would stay locked for ever. Python
offers no public way to free it; `_at_fork_reinit` is what its own logging, random and threading call.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

Renew = TypeVar("Renew", bound=Callable[[], object])

_renewals: Final[list[Callable[[], object]]] = []


def call_in_child(renew: Renew) -> Renew:
    """Register a function to call in each forked child, before anything else runs there; return it.

    Example:
        >>> pools = {}
        >>> call_in_child(pools.clear) == pools.clear
        True
    """
    _renewals.append(renew)
    return renew


def renewed_lock() -> Any:
    """Return a `threading.RLock`; in a child it is free, unless the thread that forked holds it.

    Example:
        >>> with renewed_lock():
        ...     pass
    """
    lock: Any = threading.RLock()

    @call_in_child
    def free() -> None:
        if not lock._is_owned():
            lock._at_fork_reinit()

    return lock


def _start_anew() -> None:
    for renew in _renewals:
        renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
