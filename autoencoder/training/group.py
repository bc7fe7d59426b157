"""A group of processes that train one network together, over MXNet's parameter server (KVStore).

Each worker takes its share of every batch. The servers add up the gradients of all shares, and each worker
takes the same step with the sum, so that N workers follow one that trains on whole batches. As is MXNet's
way, a cluster's launcher describes the group in the environment variables `DMLC_*`.
"""

import hashlib
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.networks.mx import SettingError, memory, mx, start_engine
from autoencoder.training.learner import Learner

SYNCHRONOUS = "dist_sync"
ROLE = "DMLC_ROLE"
NUMBERS = ("DMLC_PS_ROOT_PORT", "DMLC_NUM_WORKER", "DMLC_NUM_SERVER")
SETTINGS = ("DMLC_PS_ROOT_URI", *NUMBERS)
_ENGINE = "ThreadedEnginePerDevice"  # the synchronous engine can't wait for other machines


class GroupError(ValueError):
    """The workers of a group came to different parameters."""


class Group:
    """The group that this process is a worker of.

    Attributes:
        rank: the number of this worker, from 0; worker 0 saves.
        size: the number of workers.

    Raises:
        SettingError: the environment does not describe a group.
        ImportError: MXNet is not installed.
    """

    def __init__(self) -> None:
        check_settings()
        start_engine(_ENGINE)
        self._store = mx.kv.create(SYNCHRONOUS)
        self.rank, self.size = int(self._store.rank), int(self._store.num_workers)
        self._keys = 0

    def share(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return this worker's share of the rows of a batch; shares differ by one row at most."""
        return rows[self.rank :: self.size]

    def share_learner(self, learner: Learner) -> "SharedLearner":
        """Give all workers the parameters of worker 0; each calls this for its copy of a learner."""
        self._keys += 3
        return SharedLearner(self._store, self._keys, learner)


class SharedLearner:
    """A learner that the workers of a group train together; made by `Group.share_learner`."""

    def __init__(self, store: Any, key: int, learner: Learner) -> None:
        self._store, self._learner = store, learner
        self._gradients, self._sums, self._digests = key, key + 1, key + 2
        store.init([self._sums, self._digests], [mx.nd.zeros((2,)), mx.nd.zeros((store.num_workers, 32))])
        # The same key holds the parameters at first, then the sums of gradients, which have the same length.
        store.init(self._gradients, learner.values)
        store.pull(self._gradients, out=learner.values)
        learner.values.wait_to_read()

    def add_up(self, is_empty: bool) -> None:
        """Replace the gradients by the sum of those of all workers.

        Args:
            is_empty: True if this worker had no row of the batch, so that its gradients are those of an
                earlier one.
        """
        if is_empty:
            self._learner.gradients[:] = 0
        self._sum(self._gradients, self._learner.gradients)

    def total(self, value: float, count: int) -> tuple[float, int]:
        """Return the sums of a value and a count over all workers."""
        total, number = self._sum(self._sums, mx.nd.array([value, count])).asnumpy()
        return float(total), round(float(number))

    def check_equal(self) -> str:
        """Return the SHA-256 of the parameters, in hexadecimal, which has to be the same for all workers.

        Raises:
            GroupError: it differs.
        """
        digest = hashlib.sha256(memory(self._learner.values).tobytes()).digest()
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


def check_settings() -> None:
    """Check that the environment describes a group; if it does not, MXNet ends the process.

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
