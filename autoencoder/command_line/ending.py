"""The end of a command: prompt and in one line at a signal, and orderly where standard output is gone.

This module imports nothing that takes time, so that a command can be interrupted while it imports the rest.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, TextIO

IN_ORDER = 1.0  # seconds that an interrupted command has to clean up
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interrupted(KeyboardInterrupt):
    """A signal asks the process to end.

    Attributes:
        number: the number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def by_signals(name: str) -> Iterator[None]:
    """End the process by Ctrl-C or SIGTERM with one line on standard error and exit code 130 or 143.

    The block is interrupted by an exception, so that it can remove its temporary files. If that takes longer
    than IN_ORDER, since the block waits for C code or for threads, the process is ended.

    Args:
        name: the name of the command, with which the line begins.
    """
    if threading.current_thread() is not threading.main_thread():  # only that one can be interrupted
        yield
        return
    # A signal that is ignored, as under nohup, stays ignored.
    before = {number: signal.getsignal(number) for number in SIGNALS}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    with _watched(name) as ended:
        for number in before:
            signal.signal(number, _interrupt)
        try:
            yield
        except Interrupted as interrupted:
            ended.set()
            _end(name, interrupted.number)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _watched(name: str) -> Iterator[threading.Event]:
    """End the process IN_ORDER seconds after a signal, unless the event is set by then."""
    ended = threading.Event()
    if os.name == "nt":  # Python can't write signals to pipes there
        yield ended
        return
    # Python runs its handlers between two of its own instructions; this pipe is written to at once, whatever
    # runs.
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    threading.Thread(target=_watch, args=(reading, ended, name), daemon=True).start()
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield ended
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)  # which ends the thread


def _interrupt(number: int, frame: Any) -> None:
    for other in SIGNALS:  # further signals are ignored while files are removed
        signal.signal(other, lambda number, frame: None)
    # In a callback of the garbage collector the exception is only printed. The watch then ends the process.
    sys.unraisablehook = _print_unless_interrupted
    raise Interrupted(number)


def _print_unless_interrupted(unraisable: Any) -> None:
    if not isinstance(unraisable.exc_value, Interrupted):
        sys.__unraisablehook__(unraisable)


def _watch(reading: int, ended: threading.Event, name: str) -> None:
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while byte := pipe.read(1):
            if byte[0] in SIGNALS:
                if not ended.wait(IN_ORDER):
                    _end(name, byte[0])
                return


def _end(name: str, number: int) -> None:
    # Not sys.exit: threads that train would run on while Python shuts down, and use what it has freed.
    with contextlib.suppress(OSError):
        bar = "\n" if os.isatty(2) else ""  # below a progress bar
        os.write(2, f"{bar}{name}: ended by {SIGNALS[signal.Signals(number)]}\n".encode())
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    os._exit(128 + number)


class Outlet:
    """A text stream that reports once that it can't be written to, and then discards what is written.

    Args:
        stream: the stream.
        name: the name of the command.

    Attributes:
        error: the error that writing raised; None as long as writing works.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.error: OSError | None = None

    @property
    def is_well(self) -> bool:
        """True if no output was lost that anybody wanted: a reader that left, such as head, had enough."""
        return self.error is None or self.error.errno in (errno.EPIPE, errno.EBADF)

    def write(self, text: str) -> int:
        """Write text."""
        if self.error is None:
            try:
                return self._stream.write(text)
            except OSError as error:
                self._close(error)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        if self.error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._close(error)

    def _close(self, error: OSError) -> None:
        self.error = error
        reason = error.strerror or error
        print(f"{self._name}: standard output is gone ({reason}); continuing without it", file=sys.stderr)
        # What is buffered is written when Python ends, and would fail again.
        with contextlib.suppress(OSError, ValueError):
            number = self._stream.fileno()
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, number)
            os.close(descriptor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def without_readers(name: str) -> Iterator[Outlet]:
    """Let a command go on where standard output is closed, full, or can't encode some letters.

    Args:
        name: the name of the command, with which the line about it begins.
    """
    # Otherwise a file that is opened would get the number of a closed stream, and MXNet would write to it.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    before = sys.stdout, sys.stderr
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    is_closed = sys.stdout is None
    stream = open(os.devnull, "w", encoding="utf-8") if is_closed else sys.stdout  # noqa: SIM115
    for each in (stream, sys.stderr):
        if hasattr(each, "reconfigure"):
            each.reconfigure(errors="backslashreplace", line_buffering=True)
    outlet = Outlet(stream, name)
    if is_closed:
        outlet._close(OSError(errno.EBADF, "it is closed"))
    sys.stdout = outlet
    try:
        yield outlet
    finally:
        outlet.flush()
        sys.stdout, sys.stderr = before
