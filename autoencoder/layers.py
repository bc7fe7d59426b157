"""What the graphs and the feeds of the three networks share."""

from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder._mxnet import mx
from autoencoder.data import DataError

CLASSES = 10  # the digits


def dense(x: mx.sym.Symbol, name: str, outputs: int) -> mx.sym.Symbol:
    """A fully connected layer, (batch, anything) -> (batch, outputs)."""
    return mx.sym.FullyConnected(x, name=name, num_hidden=outputs)


def sigmoid(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    """The sigmoid of every value, the shape stays."""
    return mx.sym.Activation(x, name=name, act_type="sigmoid")


def classes(labels: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Labels as a network takes them, float32 (n,).

    Raises:
        DataError: a label is not within 0..9. MXNet would take it, and learn something else from it.

    >>> classes(np.array([7, 2]))
    array([7., 2.], dtype=float32)
    """
    outside = np.flatnonzero((labels < 0) | (labels >= CLASSES))
    if outside.size:
        first = outside[0]
        raise DataError(
            f"expected labels within 0..{CLASSES - 1}, found {labels[first]} at image {first}, "
            f"and {outside.size} such labels in all; try a data set of {CLASSES} classes"
        )
    return labels.astype(np.float32)
