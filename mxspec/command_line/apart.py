"""Work that runs code of others, in a separate process.

A contract may end its process with `os._exit`, crash it or leave files behind. So the work runs in a child
process; its result comes back through a pipe, and this process cleans up, whatever happened to the child.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

import mxspec as s
from mxspec.command_line import ending

_WAIT: Final = 0.02  # seconds between two checks of the other process


def run_apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """Return what work returns in another process; remove its temporary files, even after Ctrl-C.

    Its standard output goes to standard error.

    Args:
        work: a module-level function with a result that can be pickled.
        arguments: its arguments, which can be pickled.

    Raises:
        SpecError: work raises an exception, with the same message, or the process ends without an answer.
    """
    folder = tempfile.mkdtemp(prefix="mxspec-apart-")
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_run_work, args=(sender, folder, work, arguments))

    def clean_up() -> None:
        _end(process)
        _remove(folder)

    with ending.at_the_end(clean_up):
        process.start()
        sender.close()
        # A child of the other process may keep the pipe open after that process ends.
        while not receiver.poll(_WAIT) and process.is_alive():
            pass
        try:
            is_well, answer = receiver.recv() if receiver.poll() else (False, "")
        except EOFError:
            is_well, answer = False, ""
        if not answer:
            process.join()
            answer = f"a file that it runs ends the process, {_way_of(process.exitcode)}"
    if not is_well:
        raise s.SpecError(answer)
    return answer


def _run_work(sender: Connection, folder: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that all its children end with it
    for number in ending.SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.dup2(2, 1)
    tempfile.tempdir = folder
    answer: tuple[bool, Any]
    try:
        answer = True, work(*arguments)
    except BaseException as error:  # a contract may raise any
        text = _text_of(error)
        is_known = isinstance(error, (s.SpecError, OSError, ImportError)) and text
        answer = False, text if is_known else f"{type(error).__name__} is raised{f': {text}' * bool(text)}"
    sender.send(answer)
    os._exit(0)  # threads of a contract may run forever


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception class of a contract may raise
        return ""


def _way_of(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"with exit code {code}"


def _end(process: multiprocessing.Process) -> None:
    """End a process, if it runs, and the processes that it started."""
    if process.pid is None:
        return
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _remove(folder: str) -> None:
    """Remove a folder, though a process may still write to it while ending."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
        time.sleep(_WAIT)
