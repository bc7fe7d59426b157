"""The generator of the post: draws one image of each digit."""

from autoencoder.data.images import Array
from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and this number of labels."""
    x = mx.sym.Variable(DATA)  # (batch,)
    x = mx.sym.one_hot(x, depth=labels, name="onehot")  # -> (batch, 10)
    x = sigmoid(dense(x, "decode1", 50), "sigmoid3")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode2", 100), "sigmoid4")  # -> (batch, 100)
    x = sigmoid(dense(x, "result", pixels), "sigmoid5")  # -> (batch, pixels)
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are labels (n,), targets are images (n, pixels)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return as_floats(classes, labels), images

    return Network(
        "generator",
        lambda pixels: get_symbol(pixels, labels),
        feed,
        metric="mse",
        pixels_axis=("result_weight", 0),
    )


NETWORK = network(len(DIGITS))
