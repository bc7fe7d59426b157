"""Networks that answer."""

import os
import threading

import numpy as np
import numpy.typing as npt

from autoencoder._mxnet import mx
from autoencoder.checkpoints import load
from autoencoder.networks import Array, Network


def predict(module: mx.mod.Module, x: Array) -> npt.NDArray[np.float32]:
    """What a module makes of some inputs.

    Args:
        module: a bound module with parameters.
        x: (n, ...), any number n of inputs of the shape the module is bound to.

    Returns:
        float32 (n, outputs), a copy that is the caller's own.

    Raises:
        ValueError: the inputs have another shape.
    """
    batch_size, *shape = module.data_shapes[0].shape
    x = np.asarray(x, np.float32)
    if x.shape[1:] != tuple(shape) or x.ndim == 0:
        wanted = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"the network takes an array of shape ({wanted}), but this one has {x.shape}")
    result = np.empty((len(x), *module.output_shapes[0][1][1:]), np.float32)
    for start in range(0, len(x), batch_size):
        rows = x[start : start + batch_size]
        # A last batch that is short is filled up: another shape would have MXNet bind its graph again.
        full = np.concatenate([rows, np.zeros((batch_size - len(rows), *shape), np.float32)])
        module.forward(mx.io.DataBatch([mx.nd.array(full)]), is_train=False)
        # asnumpy() copies. The NDArray is a buffer that the next forward() fills with something else.
        result[start : start + len(rows)] = module.get_outputs()[0].asnumpy()[: len(rows)]
    return result


class Predictor:
    """A checkpoint that answers, from any number of threads.

    A Module shared by threads mixes up their answers, so this one is its only owner and asks under a lock.

    Args:
        prefix, epoch, network, batch_size: as `load` takes them.

    Raises:
        CheckpointError: as `load` does.

    >>> from autoencoder.checkpoints import SHIPPED
    >>> from autoencoder.discriminator import NETWORK
    >>> Predictor(SHIPPED / "discriminator", 3, NETWORK)(np.zeros((2, 784))).shape
    (2, 10)
    """

    def __init__(
        self, prefix: str | os.PathLike[str], epoch: int, network: Network, *, batch_size: int = 1
    ) -> None:
        self._module = load(prefix, epoch, network, batch_size=batch_size)
        self._lock = threading.Lock()

    def __call__(self, x: Array) -> npt.NDArray[np.float32]:
        """As `predict`: (n, ...) in, a float32 copy (n, outputs) out."""
        with self._lock:
            return predict(self._module, x)
