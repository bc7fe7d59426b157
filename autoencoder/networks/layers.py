"""Layers that several graphs share."""

from autoencoder.data.idx import DataError
from autoencoder.networks.mx import mx

SMALLEST = 4  # pixels a side; convolutions that halve a shorter side twice leave nothing


def dense(x: mx.sym.Symbol, name: str, outputs: int) -> mx.sym.Symbol:
    """Return a fully connected layer, (batch, anything) -> (batch, outputs)."""
    return mx.sym.FullyConnected(x, name=name, num_hidden=outputs)


def sigmoid(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    """Return the sigmoid of every value, in the same shape."""
    return mx.sym.Activation(x, name=name, act_type="sigmoid")


def check_size(shape: tuple[int, int]) -> None:
    """Check that images (height, width) are large enough for convolutions.

    Raises:
        DataError: a side is too short.

    >>> check_size((28, 28))
    """
    if min(shape) < SMALLEST:
        raise DataError(
            f"expected images of {SMALLEST}x{SMALLEST} pixels or more, found {shape[0]}x{shape[1]}; "
            "try to enlarge them"
        )
