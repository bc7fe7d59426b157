"""The end of a command: a signal ends it with one line, a closed standard output does not crash it.

This module imports only what loads fast, so that Ctrl-C works during the other imports.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TextIO

_actions: list[Callable[[], None]] = []

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
if hasattr(signal, "SIGHUP"):  # not on Windows
    SIGNALS[signal.SIGHUP] = "SIGHUP"


@contextlib.contextmanager
def end_by_signals(name: str) -> Iterator[None]:
    """End the process by Ctrl-C, SIGTERM or SIGHUP with one line on standard error, and code 130, 143 or 129.

    Only `at_the_end` cleans up: each file is whole or has a temporary name, and the next command removes
    temporary files.

    Args:
        name: the name of the command; the line begins with it.
    """

    def end(number: int, frame: Any) -> None:
        # An exception would be lost in a callback of the garbage collector, and would wait for threads.
        with contextlib.suppress(OSError):
            bar = "\n" if os.isatty(2) else ""  # to end a progress bar
            os.write(2, f"{bar}{name}: ended by {SIGNALS[signal.Signals(number)]}\n".encode())
        for action in _actions:
            with contextlib.suppress(Exception):
                action()
        os._exit(128 + number)

    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():  # Python lets only the main thread set handlers
        # An ignored signal stays ignored, as under nohup.
        before = {number: signal.getsignal(number) for number in SIGNALS}
        before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def at_the_end(action: Callable[[], None]) -> Iterator[None]:
    """Run an action after the block, even if a signal ends the process in the block."""
    _actions.append(action)
    try:
        yield
    finally:
        action()
        _actions.remove(action)


class ResilientStdout:
    """Standard output that discards all output after its first error, and reports it on standard error.

    A reader that closes the pipe, as head does, has what it needs; that is not reported.

    Args:
        stream: the stream.
        name: the name of the command.

    Attributes:
        error: the first error of a write; None if all writes worked.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.error: OSError | None = None

    @property
    def is_well(self) -> bool:
        """True if all output was written, or its reader closed the pipe, as head does."""
        return self.error is None or self.error.errno == errno.EPIPE

    def write(self, text: str) -> int:
        """Write text."""
        with self._notice_failure():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write the buffered text."""
        with self._notice_failure():
            self._stream.flush()

    @contextlib.contextmanager
    def _notice_failure(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.error is None:
                self.error = error
                if not self.is_well:
                    gone = f"standard output is gone ({error.strerror or error}); continuing without it"
                    print(f"{self._name}: {gone}", file=sys.stderr)
            # Python flushes its buffer at exit; the descriptor now leads nowhere.
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def guard_output(name: str) -> Iterator[ResilientStdout]:
    """Keep a command running when standard output is closed, full, or can't encode some letters.

    Args:
        name: the name of the command; the warning begins with it.
    """
    # Otherwise the next open file gets the number of a closed stream, and MXNet writes to it.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    before = sys.stdout, sys.stderr
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    stream, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for each in (stream, sys.stderr):
        if hasattr(each, "reconfigure"):
            each.reconfigure(errors="backslashreplace", line_buffering=True)
    sys.stdout = ResilientStdout(stream, name)
    try:
        yield sys.stdout
    finally:
        sys.stdout.flush()
        sys.stdout, sys.stderr = before
        nowhere.close()
