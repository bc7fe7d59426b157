"""The autoencoder of the post: reconstructs an image from a code of 50 numbers."""

from autoencoder.data.images import Array
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels."""
    x = mx.sym.Variable(DATA)  # (batch, pixels)
    x = sigmoid(dense(x, "encode1", 100), "sigmoid1")  # -> (batch, 100)
    x = sigmoid(dense(x, "encode2", 50), "sigmoid2")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode1", 50), "sigmoid3")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode2", 100), "sigmoid4")  # -> (batch, 100)
    x = sigmoid(dense(x, "result", pixels), "sigmoid5")  # -> (batch, pixels)
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(LABEL), name="output")


def feed(images: Array, labels: Array) -> tuple[Array, Array]:
    """Return the images (n, pixels) as inputs and as targets; the labels are not used."""
    return images, images


NETWORK = Network("autoencoder", get_symbol, feed, metric="mse", pixels_axis=("encode1_weight", 1))
