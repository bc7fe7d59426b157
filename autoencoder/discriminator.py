"""The discriminator of the post: a classifier of images, with a probability for each of the ten digits."""

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.inference.predictor import predict
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and this number of labels."""
    x = mx.sym.Variable(DATA)  # (batch, pixels)
    x = sigmoid(dense(x, "encode1", 100), "sigmoid1")  # -> (batch, 100)
    x = sigmoid(dense(x, "encode2", 50), "sigmoid2")  # -> (batch, 50)
    x = dense(x, "result", labels)  # -> (batch, 10)
    return mx.sym.SoftmaxOutput(x, mx.sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are images (n, pixels), targets are labels (n,)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return images, as_floats(classes, labels)

    return Network(
        "discriminator",
        lambda pixels: get_symbol(pixels, labels),
        feed,
        metric="accuracy",
        pixels_axis=("encode1_weight", 1),
        classes=labels,
    )


NETWORK = network(len(DIGITS))


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """Return the accuracy of a trained module on labelled images, 0..1."""
    labels = predict(module, dataset.images).argmax(axis=1)
    return float((labels == dataset.labels).mean())
