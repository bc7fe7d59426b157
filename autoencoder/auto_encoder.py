"""The autoencoder of the post: reconstructs an image from a code of 50 numbers."""

from autoencoder.data.images import Array
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.training.loop import Trained
from autoencoder.training.post_run import draw_predictions, train_network
from autoencoder.training.run import DEFAULT, Run


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


def train(run: Run = DEFAULT) -> Trained:
    """Train the autoencoder, save it, and draw its outputs for test images before and after training.

    Argument, result and errors are those of `train_network`.
    """
    return train_network(lambda labels: NETWORK, draw_predictions, run)
