"""Decisions that do not depend on the batch: inputs that are nearly tied are asked about again, alone.

A network rounds sums differently in a batch of another size, which moves an output by some 1e-6. That changes
a decision only where the values that it compares, the probabilities of two labels or a score and its
threshold, are that near to each other. Such inputs are rare, and in a batch of one they always answer alike.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from autoencoder.data.images import Array
from mxspec.models.model_spec import NEARLY

Rows = npt.NDArray[np.float32]


def ask(
    network: Callable[[Rows], Array], rows: Rows, is_near: Callable[[Array], npt.NDArray[np.bool_]]
) -> Array:
    """Return the outputs for some inputs; those near a tie or a threshold are asked about again, alone.

    Args:
        network: returns the outputs (n, k) for inputs (n, ...), each row by itself but for rounding.
        rows: the inputs.
        is_near: returns which of the outputs (n, k) are near, (n,); `tied` and `near` help.

    >>> def rounded(rows):
    ...     return rows if len(rows) == 1 else rows + 1e-6
    >>> outputs = ask(rounded, np.array([[0.3], [0.5]]), lambda outputs: near(outputs[:, 0], 0.5))
    >>> (outputs - [[0.3], [0.5]]).ravel().round(9).tolist()
    [1e-06, 0.0]
    """
    outputs = network(rows)
    if len(rows) > 1:
        for row in np.flatnonzero(is_near(outputs)):
            outputs[row] = network(rows[row : row + 1])[0]
    return outputs


def near(values: Array, border: float, margin: float = NEARLY) -> npt.NDArray[np.bool_]:
    """Return which values (n,) are nearly equal to a border; margin is how near that is.

    >>> near(np.array([0.9, 0.99999]), 1).tolist()
    [False, True]
    """
    return np.asarray(np.abs(values - border) < margin)


def tied(probabilities: Array) -> npt.NDArray[np.bool_]:
    """Return in which rows (n, k) the two largest probabilities are nearly equal, in proportion.

    Args:
        probabilities: (n, k), 0 or more; a row sums to 1, or to less if some are left out.

    >>> tied(np.array([[0.2, 0.4, 0.4], [0.1, 0.5, 0.4], [0, 1e-3, 1e-3]])).tolist()
    [True, False, True]
    """
    result = np.zeros(len(probabilities), np.bool_)
    if probabilities.shape[1] > 1:
        # Two that are nearly equal are a half at most, and few rows have to be looked at closer.
        # (max(axis=1) takes twelve times as long as argmax.)
        largest = probabilities[np.arange(len(probabilities)), probabilities.argmax(axis=1)]
        unsure = np.flatnonzero(largest < 0.5 + NEARLY)
        second, first = np.partition(probabilities[unsure], (-2, -1))[:, -2:].T
        result[unsure] = first - second < NEARLY * first
    return result
