"""The end of a command: a signal ends it with one line, a closed standard output does not crash it.

And the printer of all commands. Text of others never controls the terminal or the machine that runs CI,
whichever command prints it, and also where code that a command runs prints it: both streams escape each
unprintable character, except line feeds, and what a CI runner would take for a command, a line that begins
with `::` (GitHub) and `##vso[` (Azure, TeamCity). What we make ourselves, such as progress, is printed to the
stream's `own`.

This module imports only what loads fast, so that Ctrl-C works during the other imports.
"""

import codecs
import contextlib
import errno
import functools
import itertools
import json
import os
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TextIO

from mxspec.base.messages.text import in_one_line
from mxspec.base.values import class_name, plain_text
from mxspec.errors import LONGEST_LINE

_actions: list[Callable[[], None]] = []

_COMMAND: Final = re.compile(r"#(?=#\w*\[)")

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
if hasattr(signal, "SIGHUP"):  # not on Windows
    SIGNALS[signal.SIGHUP] = "SIGHUP"


class Exit(SystemExit):
    """The exit of the parser, after its help or an error; no other SystemExit decides an exit code."""


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


def error_words(error: BaseException) -> str:
    """Return the class and the first line of a foreign exception, which may itself raise in `str`."""
    text = ""
    with contextlib.suppress(BaseException):
        text = plain_text(str(error)).partition("\n")[0][:LONGEST_LINE]
    return f"{class_name(error)}{f': {text}' * bool(text)}"


class PrintedStream:
    """Standard output or standard error, which escapes what the docstring of this module names.

    It discards all output after its first error, and reports it on standard error. A reader that closes the
    pipe, as head does, has what it needs; that is not reported.

    Args:
        stream: the stream.
        name: the name of the command.

    Attributes:
        error: the first error of a write; None if all writes worked.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._is_blank = True  # so far the line has only blanks
        self.error: OSError | None = None

    @property
    def is_well(self) -> bool:
        """True if all output was written, or its reader closed the pipe, as head does."""
        return self.error is None or self.error.errno == errno.EPIPE

    def write(self, text: str) -> int:
        """Write text, escaped."""
        lines = map(self._escape, plain_text(text).split("\n"), itertools.count())
        self.write_own(escape_commands("\n".join(lines)))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several texts, escaped."""
        for text in texts:
            self.write(text)

    def write_own(self, text: str) -> int:
        """Write text as it is."""
        with self._notice_failure():
            self._stream.write(text)
        return len(text)

    @property
    def own(self) -> "OwnStream":
        """The stream for what this program makes itself, such as a progress bar: nothing is escaped."""
        self._is_blank = True  # it may end the line
        return OwnStream(self)

    def _escape(self, line: str, number: int) -> str:
        """Return a line of a text; the first one goes on with the line before."""
        line = in_one_line(line)
        is_start, rest = self._is_blank or number > 0, line.lstrip()
        self._is_blank = is_start and not rest
        if is_start and rest.startswith(":"):
            return f"{line[: -len(rest)]}\\u003a{rest[1:]}"
        return line

    def flush(self) -> None:
        """Write the buffered text."""
        with self._notice_failure():
            self._stream.flush()

    @contextlib.contextmanager
    def _notice_failure(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a ValueError if code that was run closed it
            if self.error is None:
                self.error = error if isinstance(error, OSError) else OSError(errno.EBADF, str(error))
                if self._name and not self.is_well:
                    why = self.error.strerror or self.error
                    gone = f"standard output is gone ({why}); continuing without it"
                    print(f"{self._name}: {gone}", file=sys.stderr)
            # Python flushes its buffer at exit; the descriptor now leads nowhere.
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class OwnStream:
    """A stream of text that is written as it is."""

    def __init__(self, stream: PrintedStream) -> None:
        self._stream, self.write = stream, stream.write_own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __eq__(self, other: object) -> bool:  # tqdm hides a bar on standard error while others write
        return other is self._stream or other is self

    __hash__ = object.__hash__


def own_stream(stream: Any) -> Any:
    """Return the stream for commands to a runner and codes for a terminal, which are not escaped."""
    return getattr(stream, "own", stream)


def escape_commands(text: str) -> str:
    """Return text in which no line has a command such as `##vso[task.complete]`, for a machine of CI."""
    return _COMMAND.sub(r"\\u0023", text)


def _escape_as_json(error: UnicodeError) -> tuple[str, int]:
    """Return characters that an output's encoding has not, as JSON escapes them."""
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("escape_as_json", _escape_as_json)


def _show_in_one_line(
    name: str, message: object, category: type[Warning], *where: object, **options: object
) -> None:
    """Print a warning as a line of the program, without the place in the source.

    A DeprecationWarning is for who maintains the code, such as that a process with threads forks.
    """
    if not issubclass(category, DeprecationWarning):
        print(in_one_line(f"{name}: {message}"), file=sys.stderr)


@contextlib.contextmanager
def show_seconds(title: str) -> Iterator[None]:
    """Show on a terminal, after two seconds, how long the block has worked."""
    stream = own_stream(sys.stderr)
    if not stream.isatty():
        yield
        return
    start, is_done = time.monotonic(), threading.Event()

    def show() -> None:
        while not is_done.wait(TICK):
            if (seconds := time.monotonic() - start) > AFTER:
                print(f"\r{title}: {seconds:.0f} s", end="", file=stream, flush=True)
        if time.monotonic() - start > AFTER:
            print("\r\x1b[K", end="", file=stream, flush=True)

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


AFTER: Final = 2.0  # seconds; shorter work shows no progress
TICK: Final = 1.0  # seconds


@contextlib.contextmanager
def guard_output(name: str) -> Iterator[PrintedStream]:
    """Escape what is printed, and keep a command running when an output is closed, full, or not of UTF-8.

    Args:
        name: the name of the command; the warning begins with it.
    """
    # Otherwise the next open file gets the number of a closed stream, and MXNet writes to it.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    before, show_before = (sys.stdout, sys.stderr), warnings.showwarning
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    streams = [each or nowhere for each in before]
    for each in streams:
        if hasattr(each, "reconfigure"):
            each.reconfigure(errors="escape_as_json", line_buffering=True)
    output, errors = PrintedStream(streams[0], name), PrintedStream(streams[1], "")
    sys.stdout, sys.stderr = output, errors
    warnings.showwarning = functools.partial(_show_in_one_line, name)
    try:
        yield output
    finally:
        output.flush()
        errors.flush()
        sys.stdout, sys.stderr = before
        warnings.showwarning = show_before
        nowhere.close()
