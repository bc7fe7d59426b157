"""Networks that answer: any number of inputs, a batch at a time."""

import os
import threading

import numpy as np
import numpy.typing as npt

from autoencoder.networks.checkpoints import load
from autoencoder.networks.module import LearningModule, apart, memory
from autoencoder.networks.mx import mx
from autoencoder.networks.network import Array, Network


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
    if isinstance(module, LearningModule):
        module = apart(module)
    return _Bound(module).predict(_fitting(module, x))


class Predictor:
    """A checkpoint that answers, from any number of threads.

    A Module shared by threads mixes up their answers, so a Predictor owns its modules and asks them under a
    lock. There is one for each batch size, bound when it is first needed.

    Args:
        prefix, epoch, network: as `load` takes them.
        batch_size: the number of inputs that go through the network at a time; of several sizes, the smallest
            that takes all of them, or the largest again and again. A batch is filled up with zeros.

    Attributes:
        shape: the shape of one input; `(784,)` for the pixels of an image.

    Raises:
        CheckpointError: as `load` does.

    >>> from autoencoder.networks.checkpoints import SHIPPED
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
        batch_size: int | tuple[int, ...] = 1,
    ) -> None:
        self._sizes = [batch_size] if isinstance(batch_size, int) else sorted(batch_size)
        self._bound = {self._sizes[0]: _Bound(load(prefix, epoch, network, batch_size=self._sizes[0]))}
        self._lock = threading.Lock()
        self.shape: tuple[int, ...] = tuple(self._bound[self._sizes[0]].module.data_shapes[0].shape[1:])

    def __call__(self, x: Array) -> npt.NDArray[np.float32]:
        """Return the outputs for inputs (n, ...): a float32 copy (n, outputs), as `predict` does."""
        size = next((size for size in self._sizes if size >= len(x)), self._sizes[-1])
        with self._lock:
            first = self._bound[self._sizes[0]]
            x = _fitting(first.module, x)
            if size not in self._bound:
                self._bound[size] = first.of_size(size)
            return self._bound[size].predict(x)


class _Bound:
    """A module with an array for its inputs, for one thread at a time.

    Making an array for each question took as long as the answer.
    """

    def __init__(self, module: mx.mod.Module) -> None:
        self.module = module
        self._array = mx.nd.zeros(module.data_shapes[0].shape)
        self._data = memory(self._array)

    def of_size(self, size: int) -> "_Bound":
        """Return the same network for batches of another size."""
        return _Bound(apart(self.module, size))

    def predict(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        result = np.empty((len(x), *self.module.output_shapes[0][1][1:]), np.float32)
        batch_size = len(self._data)
        for start in range(0, len(x), batch_size):
            rows = x[start : start + batch_size]
            self.module.forward(mx.io.DataBatch([self._batch(rows)]), is_train=False)
            # asnumpy() copies. The NDArray is a buffer that the next forward() fills with something else.
            result[start : start + len(rows)] = self.module.get_outputs()[0].asnumpy()[: len(rows)]
        return result

    def _batch(self, rows: npt.NDArray[np.float32]) -> mx.nd.NDArray:
        if len(rows) == len(self._data) > 1 and rows.flags.c_contiguous:
            # The rows as they are, which costs more than to copy one of them. MXNet locks this view of them
            # against writing, not the array of the caller, and has read them once its answer is there.
            return mx.nd.from_numpy(rows, zero_copy=True)
        # The answers to the last batch have been copied, so nobody reads this memory any more.
        self._data[: len(rows)] = rows
        # A short batch is filled up: another shape would have MXNet bind its graph again.
        self._data[len(rows) :] = 0
        return self._array


def _fitting(module: mx.mod.Module, x: Array) -> npt.NDArray[np.float32]:
    x = np.asarray(x, np.float32)
    shape = module.data_shapes[0].shape[1:]
    if x.ndim == 0 or x.shape[1:] != tuple(shape):
        expected = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"the network takes an array of shape ({expected}), but this one has {x.shape}")
    return x
