"""Hypothesis's folder `.hypothesis`, which nothing here makes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NOWHERE: Final = Path(os.devnull, "hypothesis")

lock = threading.RLock()  # a fork takes it, too
_users = 0  # the blocks that are being run
_home = _NOWHERE  # the folder as it was before the first of them


@contextlib.contextmanager
def leaving_no_files() -> Iterator[None]:
    """Keep Hypothesis from making its folder inside the block.

    It keeps tables of characters and of constants there, for the next process, in the folder that the program
    runs in. Whoever has that folder keeps it in use: tests with `@given` make it, and its settings name it.
    Where there is none, Hypothesis is told of one that can't be made, and goes without, as it does where it
    can't write.
    """
    from hypothesis import configuration

    global _users, _home
    with lock:
        if not _users:
            _home = configuration.storage_directory(intent_to_write=False).home_directory
            if not _home.exists():
                configuration.set_hypothesis_home_dir(_NOWHERE)
        _users += 1
    try:
        yield
    finally:
        with lock:
            _users -= 1
            if not _users:
                configuration.set_hypothesis_home_dir(_home)
