"""Worker processes that train together on this machine: when one fails, all end.

MXNet's launcher (`dmlc_tracker`, in its wheel) does not work here: it calls `Thread.isAlive`, which Python
3.9 dropped; it listens on the network; and when a worker dies, the others wait forever.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autoencoder.training.group import ROLE, SETTINGS

LOCALHOST = "127.0.0.1"
_TICK = 0.05  # seconds
# A member reads its standard input, which this process holds open; at end of file it ends as well.
_MEMBER = """
import os, threading
def end_with_parent():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=end_with_parent, daemon=True).start()
"""
# A scheduler or server only imports MXNet, which serves until the workers are done.
_SERVE = "from autoencoder.networks.mx import load_mxnet; load_mxnet()"


class LaunchError(OSError):
    """A process of a group failed; the message names the process and its log."""


def launch(program: str, arguments: Sequence[str], workers: int, servers: int, logs: Path) -> None:
    """Run a program in several workers, with a scheduler and servers, and wait for its end.

    Args:
        program: the source of a worker's program; it creates a `training.group.WorkerGroup`.
        arguments: its arguments.
        workers, servers: the numbers of processes.
        logs: the prefix of the log files, one for the standard error of each process.

    Raises:
        LaunchError: a process failed; the others are killed.
        OSError: a log can't be written.
    """
    logs.parent.mkdir(parents=True, exist_ok=True)
    settings = (LOCALHOST, str(_free_port()), str(workers), str(servers))
    environment = {**os.environ, **dict(zip(SETTINGS, settings, strict=True)), "DMLC_NODE_HOST": LOCALHOST}
    titles = ["scheduler", *(f"server {n}" for n in range(servers)), *(f"worker {n}" for n in range(workers))]
    members: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for title in titles:
            role = title.partition(" ")[0]
            source = _MEMBER + (program if role == "worker" else _SERVE)
            with _log_path(logs, title).open("wb") as log:
                members[title] = subprocess.Popen(
                    [sys.executable, "-c", source, *arguments],
                    env=environment | {ROLE: role},
                    stdin=subprocess.PIPE,
                    stderr=log,
                )
        while any(members[title].poll() is None for title in titles[-workers:]):
            _check_members(members, logs)
            time.sleep(_TICK)
        _check_members(members, logs)
    finally:
        for member in members.values():
            member.kill()  # all workers are done, or one has failed
            member.communicate()


def _check_members(members: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    """Check that no member has failed; report a member killed by a signal first, as the likely cause."""
    failed = {title: code for title, member in members.items() if (code := member.poll())}
    if failed:
        title = min(failed, key=failed.__getitem__)
        code = failed[title]
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        lines = _log_path(logs, title).read_text("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it printed no error")
        raise LaunchError(
            f"{title} ended {how}, and with it the training: {last}; see {_log_path(logs, title)}"
        )


def _log_path(logs: Path, title: str) -> Path:
    return logs.with_name(f"{logs.name}-{title.replace(' ', '-')}.log")


def _free_port() -> int:
    with socket.socket() as server:
        server.bind((LOCALHOST, 0))
        return int(server.getsockname()[1])
