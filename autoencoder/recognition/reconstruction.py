"""An autoencoder that knows digits: what it cannot draw again is none.

Wider than the post's and of rectified linear units (after Hinton and Salakhutdinov, "Reducing the
dimensionality of data with neural networks", Science 313, 2006). What it leaves
unexplained of a picture is measured against the picture's own variance, or every blank page would pass.
"""

import numpy as np
import numpy.typing as npt

from autoencoder.networks import network as networks
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx

EPOCHS = 8
CODE = 32  # numbers an image goes through
HIDDEN = 256

_NO_CONTRAST = 1e-6  # keeps the unexplained part of a picture without any contrast finite


def get_symbol(pixels: int) -> mx.sym.Symbol:
    """The graph, for images of so many pixels."""
    x = mx.sym.Variable(networks.DATA)  # (batch, pixels)
    x = _relu(dense(x, "encode1", HIDDEN), "relu1")  # -> (batch, 256)
    x = dense(x, "encode2", CODE)  # -> (batch, 32)
    x = _relu(dense(x, "decode1", HIDDEN), "relu2")  # -> (batch, 256)
    x = sigmoid(dense(x, "result", pixels), "sigmoid")  # -> (batch, pixels)
    # MXNet divides the error by the number of outputs; times that number it is the sum of squares.
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(networks.LABEL), name="output", grad_scale=pixels)


def feed(images: networks.Array, labels: networks.Array) -> tuple[networks.Array, networks.Array]:
    """The images (n, pixels) are both what goes in and what should come out; the labels play no part."""
    return images, images


NETWORK = networks.Network(
    "digits-autoencoder",
    get_symbol,
    feed,
    metric="mse",
    pixels_axis=("encode1_weight", 1),
    initializer=mx.init.Xavier,
    learning_rate=0.002,
    decay=0.8,
    trained_as="digits",
)


def unexplained(images: networks.Array, drawn: networks.Array) -> npt.NDArray[np.float64]:
    """The part of each image that its drawing does not explain: mean squared error / variance of the image.

    Args:
        images: (n, pixels).
        drawn: (n, pixels), what the autoencoder makes of them.

    Returns:
        (n,), 0 for a perfect drawing, 1 for one no better than the image's mean grey, more for a worse one:
        an image without contrast has next to nothing to explain.

    >>> unexplained(np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.5, 0.5]])).round(3).tolist()
    [0.0, 1.0]
    """
    images = np.asarray(images, np.float64)
    error = np.square(images - drawn).mean(axis=1)
    return np.asarray(error / (images.var(axis=1) + _NO_CONTRAST))


def _relu(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    return mx.sym.Activation(x, name=name, act_type="relu")
