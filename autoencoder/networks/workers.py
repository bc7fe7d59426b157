"""Workers: processes that train a network together over MXNet's parameter server."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoencoder.networks.mx import SettingError, mx, start_engine
from mxspec.errors import BriefError

# --- the group --------------------------------------------------------------------------------------------

SYNCHRONOUS = "dist_sync"
ROLE = "DMLC_ROLE"
NUMBERS = ("DMLC_PS_ROOT_PORT", "DMLC_NUM_WORKER", "DMLC_NUM_SERVER")
SETTINGS = ("DMLC_PS_ROOT_URI", *NUMBERS)
_ENGINE = "ThreadedEnginePerDevice"  # NaiveEngine can't wait for other machines


class GroupError(BriefError):
    """The workers of a group have different parameters."""


class WorkerGroup:
    """The group of this worker process.

    Attributes:
        rank: the number of this worker, from 0; worker 0 saves.
        size: the number of workers.
        store: MXNet's KVStore, which adds up arrays of all workers.

    Raises:
        SettingError: the environment does not describe a group.
        ImportError: MXNet is not installed.
    """

    def __init__(self) -> None:
        check_group_settings()
        start_engine(_ENGINE)
        self.store = mx.kv.create(SYNCHRONOUS)
        self.rank, self.size = int(self.store.rank), int(self.store.num_workers)
        self.store.init(["sums", "digests"], [mx.nd.zeros((2,)), mx.nd.zeros((self.size, 32))])

    def join(self, module: mx.mod.Module) -> SharedModule:
        """Return a module for the loop of a training that learns from the batches of all workers.

        All workers start with the parameters of the first.
        """
        return SharedModule(module, self.store)

    def share(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return this worker's rows of a batch; shares differ by at most one row."""
        return rows[self.rank :: self.size]

    def total(self, value: float, count: int) -> tuple[float, int]:
        """Return the sums of a value and a count over all workers."""
        total, number = self._sum("sums", np.array([value, count], np.float32))
        return float(total), round(float(number))

    def check_equal(self, module: mx.mod.Module) -> str:
        """Check that all workers have the same parameters; return their SHA-256 in hexadecimal.

        Raises:
            GroupError: the parameters differ.
        """
        arrays = [array.asnumpy() for _, array in sorted(module.get_params()[0].items())]
        digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).digest()
        mine = np.zeros((self.size, 32), np.float32)
        mine[self.rank] = np.frombuffer(digest, np.uint8)
        digests = self._sum("digests", mine)
        if (digests != digests[0]).any():
            raise GroupError(f"{len(digests)} workers came to different parameters; is a machine damaged?")
        return digest.hex()

    def _sum(self, key: str, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        array = mx.nd.array(values)
        self.store.push(key, array)
        self.store.pull(key, out=array)
        sums: npt.NDArray[np.float32] = array.asnumpy()
        return sums


class SharedModule:
    """A module in training, in the loop's four calls; `update` adds up the gradients of all workers first.

    They go through the store as one array, so that a step waits for the other workers once.

    Args:
        module: a module of one device, with parameters and an optimizer.
        store: MXNet's KVStore.
    """

    def __init__(self, module: mx.mod.Module, store: mx.kv.KVStore) -> None:
        self.forward, self.backward, self.update_metric = (
            module.forward,
            module.backward,
            module.update_metric,
        )
        self._module, self._store = module, store
        self._key = ",".join(module.symbol.list_arguments())  # no other module of the store has it
        arguments, auxiliaries = module.get_params()
        values = _concatenate(arguments.values())
        store.init(self._key, values)
        store.pull(self._key, out=values)
        _split(values, arguments.values())
        module.set_params(arguments, auxiliaries)

    def update(self) -> None:
        """Update all parameters by one step of the optimizer."""
        # A batch of another size has other arrays. MXNet has no public name for them.
        gradients = [array for (array,) in self._module._exec_group.grad_arrays]
        values = _concatenate(gradients)
        self._store.push(self._key, values)
        self._store.pull(self._key, out=values)
        _split(values, gradients)
        self._module.update()


def _concatenate(arrays: Iterable[mx.nd.NDArray]) -> mx.nd.NDArray:
    """Return the values of arrays in one array."""
    return mx.nd.concat(*(array.reshape((-1,)) for array in arrays), dim=0)


def _split(values: mx.nd.NDArray, arrays: Iterable[mx.nd.NDArray]) -> None:
    """Write the values of one array into several."""
    start = 0
    for array in arrays:
        array[:] = values[start : start + array.size].reshape(array.shape)
        start += array.size


def check_group_settings() -> None:
    """Check that the environment describes a group; otherwise MXNet would end the process.

    Raises:
        SettingError: a variable is missing or wrong.
    """
    if missing := [name for name in (ROLE, *SETTINGS) if not os.environ.get(name)]:
        raise SettingError(
            f"{SYNCHRONOUS} needs what a cluster's launcher sets: {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing; try --workers 2, which needs no cluster"
        )
    for name in NUMBERS:
        if not (os.environ[name].isdecimal() and int(os.environ[name]) > 0):
            raise SettingError(f"{name} is a number, 1 or more, not {os.environ[name]!r}")


# --- the processes of a group on this machine -------------------------------------------------------------

# When one process fails, all end. MXNet's launcher, `dmlc_tracker` in its wheel, does not work here: it calls
# `Thread.isAlive`, which Python 3.9 dropped; it listens on the network; and when a worker dies, the others
# wait for ever.

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
        program: the source of a worker's program; it creates a `WorkerGroup`.
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
