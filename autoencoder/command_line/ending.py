"""The end of a command: by a signal, in one line and at once; in order where nobody reads what it writes.

It imports nothing that takes time, so that a command can be interrupted while it imports the rest.
"""

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, TextIO

IN_ORDER = 1.0  # seconds that a command has to end in order once it is interrupted
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interrupted(KeyboardInterrupt):
    """The process is asked to end by a signal.

    Attributes:
        number: that of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def by_signals(name: str) -> Iterator[None]:
    """End the process by Ctrl-C or SIGTERM with one line on standard error and exit code 130 or 143.

    What is done inside is interrupted by an exception, so that it can remove its temporary files. Where it
    takes longer than IN_ORDER, since it waits for C code or for threads, the process ends all the same.

    Args:
        name: that of the command, with which the line begins.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone can be interrupted
        yield
        return
    # One that is ignored, as by nohup, stays so.
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
    if os.name == "nt":  # where Python has no such pipes
        yield ended
        return
    # Python's own handlers run between two lines of Python. This pipe is written to at once, whatever runs.
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
    for other in SIGNALS:  # once is enough, while files are removed
        signal.signal(other, lambda number, frame: None)
    # In a callback of the garbage collector it goes nowhere, and is printed. The watch ends the process then.
    sys.unraisablehook = _say_unless_interrupted
    raise Interrupted(number)


def _say_unless_interrupted(unraisable: Any) -> None:
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
    # Not sys.exit: threads that train go on while Python ends, and use what it has thrown away.
    with contextlib.suppress(OSError):
        bar = "\n" if os.isatty(2) else ""  # where a bar may stand
        os.write(2, f"{bar}{name}: ended by {SIGNALS[signal.Signals(number)]}\n".encode())
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    os._exit(128 + number)


class Outlet:
    """A text stream that says once that it can't be written to, and then takes what is written all the same.

    Args:
        stream: the stream.
        name: that of the command.

    Attributes:
        error: why nothing can be written to it; None as long as it can.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.error: OSError | None = None

    @property
    def is_well(self) -> bool:
        """True if nothing was lost but what nobody wanted: a reader that went, such as head, had enough."""
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
        """Write what waits to be written."""
        if self.error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._close(error)

    def _close(self, error: OSError) -> None:
        self.error = error
        reason = error.strerror or error
        print(f"{self._name}: standard output is gone ({reason}); going on without it", file=sys.stderr)
        # What waits in the stream is written when Python ends, and would fail again.
        with contextlib.suppress(OSError, ValueError):
            number = self._stream.fileno()
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, number)
            os.close(descriptor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def without_readers(name: str) -> Iterator[Outlet]:
    """Let a command go on where standard output is closed, full, or can't show some letters.

    Args:
        name: that of the command, with which the line about it begins.
    """
    # A file would get the number of a stream that is closed, and with it what MXNet has to say.
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
