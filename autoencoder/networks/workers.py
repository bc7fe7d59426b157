"""A network that learns, and the processes that train one together over MXNet's parameter server."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.networks.mx import Memory, SettingError, binding, mx, start_engine
from mxspec.errors import BriefError

# --- the network that learns ------------------------------------------------------------------------------


class Learner:
    """A module in training, with all parameters in one contiguous array and all gradients in another.

    An elementwise optimizer such as Adam then updates all parameters by one operator, with bit-identical
    results. Module calls an operator for each parameter, which takes half of a step for ten parameters. Each
    parameter becomes a view of the array. Inference needs a `plain_copy` of the module, since MXNet then
    changes the layout of weights and does not accept views.

    Args:
        module: a Module for training on one device, with parameters and an optimizer.

    Attributes:
        module: that module.
        values, gradients: the two arrays.
    """

    def __init__(self, module: mx.mod.Module) -> None:
        self.module = module
        group, bound = module._exec_group, self._executor
        arguments, gradients, start = dict(bound.arg_dict), {}, 0
        names = [name for name in group.arg_names if name in set(group.param_names)]
        length = sum(arguments[name].size for name in names)
        self.values, self.gradients = mx.nd.zeros((length,)), mx.nd.zeros((length,))
        for name in names:
            values = arguments[name]
            end = start + values.size
            arguments[name] = self.values[start:end].reshape(values.shape)
            arguments[name][:] = values
            gradients[name] = self.gradients[start:end].reshape(values.shape)
            start = end
        # Replace the Module's executor; get_params and executors for other batch sizes use its arrays.
        with binding:
            group.execs[0] = group.symbol.bind(
                module._context[0], arguments, gradients, dict(group.grad_req), aux_states=bound.aux_dict
            )
        group._collect_arrays()

    @property
    def _executor(self) -> Any:
        return self.module._exec_group.execs[0]

    @property
    def label(self) -> mx.nd.NDArray:
        """The targets of the step."""
        return self._executor.arg_dict[self.module.label_names[0]]

    def arrays(self, size: int) -> tuple[Array, Array]:
        """Return the memory of the inputs and targets of a batch, to fill for the next step.

        It saves the copies of `mx.nd.array(inputs[rows])`, two for each batch, and of Module.forward.
        """
        module = self.module
        if module.data_shapes[0].shape[0] != size:
            shapes = (
                [(name, (size, *shape[1:])) for name, shape in descriptions]
                for descriptions in (module.data_shapes, module.label_shapes)
            )
            with binding:
                module.reshape(*shapes)
        return Memory(self._executor.arg_dict[module.data_names[0]]).view(), Memory(self.label).view()

    def forward(self) -> mx.nd.NDArray:
        """Return the outputs for the inputs."""
        self._executor.forward(is_train=True)
        return self._executor.outputs[0]

    def backward(self) -> None:
        """Compute the gradients."""
        self._executor.backward()

    def update(self) -> None:
        """Update all parameters by one step of the optimizer."""
        self.module._params_dirty = True
        self.module._updater(0, self.gradients, self.values)


def state_of(module: mx.mod.Module) -> dict[str, Array]:
    """Return the parameters of a module in training, and the state of its Adam optimizer."""
    mx.nd.waitall()
    optimizer_states = module._updater.states.items()
    kinds: dict[str, dict[Any, mx.nd.NDArray]] = dict(zip(("arg", "aux"), module.get_params(), strict=True))
    kinds["mean"], kinds["variance"] = ({key: pair[i] for key, pair in optimizer_states} for i in (0, 1))
    arrays = {f"{kind}:{key}": array.asnumpy() for kind in kinds for key, array in kinds[kind].items()}
    return arrays | {"steps": np.array(module._updater.optimizer.num_update)}


def set_state(module: mx.mod.Module, arrays: dict[str, Array]) -> None:
    """Set the state of a module to a result of `state_of`."""
    arguments, auxiliaries, means, variances = (
        {key: mx.nd.array(value) for key, value in select_arrays(arrays, f"{kind}:").items()}
        for kind in ("arg", "aux", "mean", "variance")
    )
    module.set_params(arguments, auxiliaries)
    updater = module._updater
    updater.states = {int(key): (means[key], variances[key]) for key in means}
    updater.states_synced = dict.fromkeys(updater.states, True)
    # MXNet counts on from here, and its schedules catch up.
    updater.optimizer.begin_num_update = updater.optimizer.num_update = int(arrays["steps"])


def select_arrays(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    """Return the arrays with a prefix of their names, keyed by the rest of the name."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


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

    Raises:
        SettingError: the environment does not describe a group.
        ImportError: MXNet is not installed.
    """

    def __init__(self) -> None:
        check_group_settings()
        start_engine(_ENGINE)
        self._store = mx.kv.create(SYNCHRONOUS)
        self.rank, self.size = int(self._store.rank), int(self._store.num_workers)
        self._keys = 0

    def share(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return this worker's rows of a batch; shares differ by at most one row."""
        return rows[self.rank :: self.size]

    def share_learner(self, learner: Learner) -> SharedLearner:
        """Give all workers the parameters of worker 0; each worker calls this with its learner."""
        self._keys += 3
        return SharedLearner(self._store, self._keys, learner)


class SharedLearner:
    """A learner trained by all workers of a group; created by `WorkerGroup.share_learner`."""

    def __init__(self, store: Any, key: int, learner: Learner) -> None:
        self._store, self._learner = store, learner
        self._gradients, self._sums, self._digests = key, key + 1, key + 2
        store.init([self._sums, self._digests], [mx.nd.zeros((2,)), mx.nd.zeros((store.num_workers, 32))])
        # The key holds first the parameters, then the sums of gradients, of the same length.
        store.init(self._gradients, learner.values)
        store.pull(self._gradients, out=learner.values)
        learner.values.wait_to_read()

    def add_up(self, is_empty: bool) -> None:
        """Replace the gradients by their sum over all workers.

        Args:
            is_empty: True if this worker had no row of the batch, so its gradients are outdated.
        """
        if is_empty:
            self._learner.gradients[:] = 0
        self._sum(self._gradients, self._learner.gradients)

    def total(self, value: float, count: int) -> tuple[float, int]:
        """Return the sums of a value and a count over all workers."""
        total, number = self._sum(self._sums, mx.nd.array([value, count])).asnumpy()
        return float(total), round(float(number))

    def check_equal(self) -> str:
        """Check that all workers have the same parameters; return their SHA-256 in hexadecimal.

        Raises:
            GroupError: the parameters differ.
        """
        digest = hashlib.sha256(Memory(self._learner.values).view().tobytes()).digest()
        mine = np.zeros((self._store.num_workers, 32), np.float32)
        mine[self._store.rank] = np.frombuffer(digest, np.uint8)
        digests = self._sum(self._digests, mx.nd.array(mine)).asnumpy()
        if (digests != digests[0]).any():
            raise GroupError(f"{len(digests)} workers came to different parameters; is a machine damaged?")
        return digest.hex()

    def _sum(self, key: int, array: mx.nd.NDArray) -> mx.nd.NDArray:
        self._store.push(key, array)
        self._store.pull(key, out=array)
        return array


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
