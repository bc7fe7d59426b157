"""Work that runs code of others, in a separate process.

A contract may end its process with `os._exit`, crash it or leave files behind. So the work runs in a child
process; its result comes back through a pipe, and this process cleans up, whatever happened to the child. If
this process is killed, the child ends, with all that it started; the next command removes its folder.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import mxspec as s
from mxspec.base.files import temporary_folder
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
    ours, theirs = multiprocessing.Pipe()
    with temporary_folder() as folder:
        process = multiprocessing.Process(target=_run_work, args=(ours, theirs, str(folder), work, arguments))
        with ending.at_the_end(lambda: _clean_up(process, folder)):
            process.start()
            theirs.close()
            # A child of the other process may keep the pipe open after that process ends.
            while not ours.poll(_WAIT) and process.is_alive():
                pass
            try:
                is_well, answer = ours.recv() if ours.poll() else (False, "")
            except EOFError:
                is_well, answer = False, ""
            if not answer:
                process.join()
                answer = f"a file that it runs ends the process, {_way_of(process.exitcode)}"
    if not is_well:
        raise s.SpecError(answer)
    return answer


def _run_work(
    theirs: Connection, ours: Connection, folder: str, work: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    theirs.close()
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that all its children end with it
    for number in ending.SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    _watch(ours)
    os.dup2(2, 1)
    tempfile.tempdir = folder
    answer: tuple[bool, Any]
    try:
        answer = True, work(*arguments)
    except BaseException as error:  # a contract may raise any
        text = _text_of(error)
        is_known = isinstance(error, (s.SpecError, OSError, ImportError)) and text
        answer = False, text if is_known else f"{type(error).__name__} is raised{f': {text}' * bool(text)}"
    ours.send(answer)
    os._exit(0)  # threads of a contract may run forever


def _watch(pipe: Connection) -> None:
    """End this process and its children once the other process is gone, which holds the other end of a pipe.

    A process waits for that, since code that holds Python's lock would stop a thread. It is a child of init,
    so that no file that is run waits for it; it ends with the group.
    """

    def wait() -> None:
        pipe.poll(None)
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    if not hasattr(os, "fork"):
        threading.Thread(target=wait, daemon=True).start()
    elif (between := os.fork()) == 0:
        if os.fork() == 0:
            wait()
        os._exit(0)
    else:
        os.waitpid(between, 0)


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


def _clean_up(process: multiprocessing.Process, folder: Path) -> None:
    """End a process and the processes that it started; remove a folder, though they may still write to it."""
    if process.pid is not None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.join()
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
        time.sleep(_WAIT)
