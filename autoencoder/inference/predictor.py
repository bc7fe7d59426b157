"""Networks that answer: any number of inputs, in batches, from any number of threads."""

import functools
import os
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from autoencoder.checkpoints.mxnet_files import load
from autoencoder.checkpoints.paths import params_path
from autoencoder.data.images import Array
from autoencoder.data.manifest import CheckpointError, FileSet
from autoencoder.inference.pool import Answering, Pool, loading
from autoencoder.inference.session import Session
from autoencoder.networks.module import Bound
from autoencoder.networks.mx import at_once, mx
from autoencoder.networks.network import BATCH_SIZE, Network
from autoencoder.networks.runtime import ONNX
from autoencoder.networks.runtime import runtime as choose
from autoencoder.networks.side_by_side import side_by_side

# The least share of a batch for which it is padded; fewer inputs go in a smaller batch.
_FULL_ENOUGH = 0.75
# The share of a batch that is worth a thread of its own: starting one takes as long as a few images.
_WORTH_A_THREAD = 0.25


def predict(module: mx.mod.Module, x: Array) -> npt.NDArray[np.float32]:
    """Return the outputs of a module for some inputs.

    Args:
        module: a bound module with parameters.
        x: (n, ...), any number n of inputs of the shape the module is bound to.

    Returns:
        float32 (n, outputs), a copy that is the caller's own.

    Raises:
        ValueError: the inputs have another shape.
    """
    bound = Bound(module)
    x = _fitting(bound.shape, x)
    result = np.empty((len(x), *bound.outputs), np.float32)
    for start in range(0, len(x), bound.size):
        bound.answer(x[start : start + bound.size], result[start : start + bound.size])
    return result


class Predictor:
    """A checkpoint that answers, from any number of threads.

    A Module shared by threads mixes up their answers, so a Predictor owns its modules and lends each to one
    thread at a time. Each size of batch has several, made when first needed, so that as many batches run side
    by side as there are processors for.

    Sums are rounded differently in batches of other sizes, which moves an output by some 1e-6; where that
    matters, use `autoencoder.inference.near_ties`.

    Args:
        prefix, epoch, network: as `load` takes them; ONNX Runtime reads `PREFIX-EPOCH.onnx`.
        batch_size: the largest number of inputs that go through the network at a time. The rest goes
            in batches of powers of two, so that little is padded.
        runtime: "mxnet" or "onnx", as `autoencoder.networks.runtime` chooses if it is None.
        files: as `load` takes them.

    Attributes:
        name: that of the network.
        digest: the SHA-256 of the parameters that it answers with, those of MXNet's checkpoint.
        shape: the shape of one input; `(784,)` for the pixels of an image.

    Raises:
        CheckpointError: as `load` and `Session` do.
        ImportError: the runtime is not installed.

    >>> from autoencoder.checkpoints.paths import SHIPPED
    >>> from autoencoder.discriminator import NETWORK
    >>> Predictor(SHIPPED / "discriminator", 3, NETWORK)(np.zeros((2, 784))).shape
    (2, 10)
    """

    def __init__(
        self,
        prefix: str | os.PathLike[str],
        epoch: int,
        network: Network,
        *,
        batch_size: int = BATCH_SIZE,
        runtime: str | None = None,
        files: FileSet | None = None,
    ) -> None:
        self._first: Answering
        path = params_path(prefix, epoch)
        files = files or FileSet.of(path.parent)
        with loading:
            if choose(runtime) == ONNX:
                session = Session(prefix, epoch, network, files)
                self._first, self.digest = session, session.params_digest
            else:
                self._first = Bound(load(prefix, epoch, network, files=files))
                self.digest = files.digest(path.name, CheckpointError)
        self._pools = {1: Pool(self._first)}
        self._batch_size = batch_size
        self.name = network.name
        self._worth_a_thread = max(1, round(batch_size * _WORTH_A_THREAD))
        self.shape = self._first.shape

    def __call__(self, x: Array) -> npt.NDArray[np.float32]:
        """Return the outputs for inputs (n, ...): a float32 copy (n, outputs), as `predict` does."""
        x = _fitting(self.shape, x)
        result = np.empty((len(x), *self._first.outputs), np.float32)
        threads = len(x) // self._worth_a_thread
        if threads > 1 and (threads := min(threads, at_once())) > 1:
            parts = zip(np.array_split(x, threads), np.array_split(result, threads), strict=True)
            side_by_side([functools.partial(self._answer, *part) for part in parts], threads)
        else:
            self._answer(x, result)
        return result

    def _answer(self, x: npt.NDArray[np.float32], result: npt.NDArray[np.float32]) -> None:
        start = 0
        for count, size in batches(len(x), self._batch_size):
            pool = self._pools.get(size) or self._pools.setdefault(size, Pool(self._first, size))
            stop = start + count
            with pool.borrow() as bound:
                bound.answer(x[start:stop], result[start:stop])
            start = stop


def batches(count: int, largest: int) -> Iterator[tuple[int, int]]:
    """Yield the batches for some inputs: of each its number of inputs, and the size that it is padded to.

    Args:
        count: the number of inputs.
        largest: the size of the largest batch; the smaller ones are powers of two.

    >>> list(batches(250, 100)), list(batches(7, 100)), list(batches(5, 100))
    ([(100, 100), (100, 100), (50, 64)], [(7, 8)], [(4, 4), (1, 1)])
    """
    while count:
        size = largest if count >= largest else 1 << count.bit_length() - 1
        larger = min(2 * size, largest)
        if count >= _FULL_ENOUGH * larger:
            size = larger
        yield min(count, size), size
        count -= min(count, size)


def _fitting(shape: tuple[int, ...], x: Array) -> npt.NDArray[np.float32]:
    x = np.asarray(x, np.float32)
    if x.ndim == 0 or x.shape[1:] != shape:
        expected = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"the network takes an array of shape ({expected}), but this one has {x.shape}")
    return x
