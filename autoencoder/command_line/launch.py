"""A group of processes on this machine: a scheduler, servers and workers, which start and end together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from autoencoder.training.group import JOINED, ROLE, SETTINGS

LOCALHOST = "127.0.0.1"
JOIN_TIMEOUT = 10.0  # seconds since the last process joined
START_TIMEOUT = 60.0  # seconds for the first one; a busy machine takes long to start Python
_END_TIMEOUT = 2.0
_ALONE_TIMEOUT = 5.0  # for workers after the scheduler or a server has ended
_TICK = 0.05
_PR_SET_PDEATHSIG = 1
# Schedulers and servers only import MXNet, which serves until the workers are done, and exits.
_SERVE = "from autoencoder.networks.mx import mx"


class LaunchError(OSError):
    """A process of a group died, or never joined; the message names it and its log."""


class _Process:
    """A process of a group, whose output goes to a log; the lines of workers are also reported.

    Attributes:
        title: such as "worker 1".
        log: the path of the log.
        has_started: set when it has written a line.
        has_joined: set when it has joined the group; servers do not say.
    """

    def __init__(
        self,
        title: str,
        command: Sequence[str],
        environment: dict[str, str],
        log: Path,
        report: Callable[[str], object] | None,
    ) -> None:
        self.title, self.log = title, log
        self.has_started, self.has_joined = threading.Event(), threading.Event()
        self._report = report
        self._output: set[str] = set()  # lines of standard output; other lines of the log are errors
        log.write_bytes(b"")
        with log.open("ab") as errors:
            self.child = subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                errors="replace",
                start_new_session=True,  # so that Ctrl-C reaches only the parent, and the group can be killed
                preexec_fn=_dying_with_parent(),
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        with self.log.open("a+b", buffering=0) as log:
            for line in self.child.stdout:
                _append(log, line)
                self._output.add(line.rstrip("\n"))
                self.has_started.set()
                if line.rstrip().endswith(JOINED):
                    self.has_joined.set()
                elif self._report is not None and line.strip():
                    self._report(line.rstrip("\n"))

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, number)

    def failure(self) -> LaunchError:
        """Return the error for a process that has ended."""
        self._reader.join(1)
        code = self.child.returncode
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        lines = [line for line in self.log.read_text("utf-8", "replace").split("\n") if line.strip()]
        errors = [line for line in lines if line not in self._output]
        last = (errors or lines or ["it printed nothing"])[-1]
        return LaunchError(
            f"{self.title} ended {how}, and with it the training: {last.strip()}; see {self.log}"
        )

    def finish(self) -> None:
        """Wait until all its output is reported."""
        self._reader.join()


def launch(
    command: Sequence[str], workers: int, servers: int, logs: Path, report: Callable[[str], object]
) -> None:
    """Run a command in several workers, with a scheduler and servers, and wait for its end.

    Args:
        command: the arguments of Python for a worker, which makes a `training.group.Group`.
        workers, servers: the number of each.
        logs: the beginning of the paths of the logs.
        report: called with the lines that workers write to standard output.

    Raises:
        LaunchError: a process died, or never joined; the others are ended.
        OSError: a log can't be written.
    """
    logs.parent.mkdir(parents=True, exist_ok=True)
    settings = (LOCALHOST, str(_free_port()), str(workers), str(servers))
    shared = {**os.environ, **dict(zip(SETTINGS, settings, strict=True)), "DMLC_NODE_HOST": LOCALHOST}
    shared["PYTHONUNBUFFERED"] = "1"
    roles = [("scheduler", 1), ("server", servers), ("worker", workers)]
    with _ended_as_one() as processes:
        for role, count in roles:
            for number in range(count):
                is_worker = role == "worker"
                title = role if role == "scheduler" else f"{role} {number}"
                log = logs.with_name(f"{logs.name}-{title.replace(' ', '-')}.log")
                arguments = command if is_worker else ["-c", _SERVE]
                environment = {**shared, ROLE: role}
                processes.append(_Process(title, arguments, environment, log, report if is_worker else None))
        at_work = processes[-workers:]
        _await_group(processes, at_work)
        # The scheduler and the servers end when the workers do, or a little before.
        seconds_alone = 0.0
        while any(process.child.poll() is None for process in at_work):
            _check(processes)
            is_served = all(process.child.poll() is None for process in processes[:-workers])
            seconds_alone = 0.0 if is_served else seconds_alone + _TICK
            if seconds_alone > _ALONE_TIMEOUT:
                raise next(process for process in processes if process.child.poll() is not None).failure()
            time.sleep(_TICK)
        _check(processes)
        for process in at_work:
            process.finish()


def _append(log: FileIO, line: str) -> None:
    """Write a line of output to a log, which the child may be in the middle of writing an error to."""
    begins = not log.seek(0, os.SEEK_END)
    if not begins:
        log.seek(-1, os.SEEK_END)
        begins = log.read(1) == b"\n"
    log.write((line if begins else f"\n{line}").encode())


def _await_group(processes: list[_Process], workers: list[_Process]) -> None:
    """Wait until all workers have joined the group."""
    progress, deadline = 0, time.monotonic() + START_TIMEOUT
    while not all(process.has_joined.is_set() for process in workers):
        _check(processes)
        now = sum(process.has_started.is_set() + process.has_joined.is_set() for process in workers)
        if now > progress:
            progress, deadline = now, time.monotonic() + JOIN_TIMEOUT
        if time.monotonic() > deadline:
            late = [process for process in workers if not process.has_joined.is_set()]
            names = ", ".join(process.title for process in late)
            raise LaunchError(
                f"{names} did not join the group within {JOIN_TIMEOUT if progress else START_TIMEOUT:.0f} s, "
                "and a server may be missing too; the training is ended, "
                f"see {late[0].log} and those beside it"
            )
        time.sleep(_TICK)


def _check(processes: Sequence[_Process]) -> None:
    """Check that no process has failed."""
    failed = [process for process in processes if process.child.poll() not in (None, 0)]
    # Where several have failed, the cause is most likely one that was killed by a signal.
    for process in sorted(failed, key=lambda process: process.child.returncode >= 0):
        raise process.failure()


@contextlib.contextmanager
def _ended_as_one() -> Iterator[list[_Process]]:
    """Collect processes, and end all that still run at the end of the block."""
    processes: list[_Process] = []
    try:
        yield processes
        _wait(processes)  # the workers are done, and the others end by themselves
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in processes:
                if process.child.poll() is None:
                    process.signal(number)
            _wait(processes)


def _wait(processes: Sequence[_Process]) -> None:
    deadline = time.monotonic() + _END_TIMEOUT
    while time.monotonic() < deadline and any(process.child.poll() is None for process in processes):
        time.sleep(_TICK)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind((LOCALHOST, 0))
        return int(server.getsockname()[1])


def _dying_with_parent() -> Callable[[], object] | None:
    """Return a function for a child to call first, by which Linux kills it when its parent dies."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded here, since a forked child should load nothing
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
