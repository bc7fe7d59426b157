"""The generator of the post: a digit goes in, the image of one should come out."""

from collections.abc import Sequence
from typing import Unpack

from autoencoder.data.labels import DIGITS, numbers
from autoencoder.networks import network as networks
from autoencoder.networks import run as runs
from autoencoder.networks import training
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx


def get_symbol(pixels: int, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """The graph, for images of so many pixels and so many labels."""
    x = mx.sym.Variable(networks.DATA)  # (batch,)
    x = mx.sym.one_hot(x, depth=labels, name="onehot")  # -> (batch, 10)
    x = sigmoid(dense(x, "decode1", 50), "sigmoid3")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode2", 100), "sigmoid4")  # -> (batch, 100)
    x = sigmoid(dense(x, "result", pixels), "sigmoid5")  # -> (batch, pixels)
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(networks.LABEL), name="output")


def network(labels: int) -> networks.Network:
    """The network for so many labels: labels (n,) go in, images (n, pixels) should come out."""

    def feed(images: networks.Array, classes: networks.Array) -> tuple[networks.Array, networks.Array]:
        return numbers(classes, labels), images

    return networks.Network(
        "generator",
        lambda pixels: get_symbol(pixels, labels),
        feed,
        metric="mse",
        pixels_axis=("result_weight", 0),
    )


NETWORK = network(len(DIGITS))


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = networks.EPOCHS,
    seed: int = networks.SEED,
    **words: Unpack[runs.Words],
) -> training.Trained:
    """Train, save and draw, with what the network makes of test labels before and after; see `runs.run`."""
    return runs.run(network, runs.draw_predictions, data_dir, model_dir, output, epochs, seed, **words)


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.generator --help`."""
    runs.main(train, argv)


if __name__ == "__main__":
    main()
