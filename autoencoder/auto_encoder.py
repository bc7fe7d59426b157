"""The autoencoder of the post: an image goes in, through 50 numbers, and should come out again."""

from collections.abc import Sequence
from typing import Unpack

from autoencoder.networks import network as networks
from autoencoder.networks import run as runs
from autoencoder.networks import training
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx


def get_symbol(pixels: int) -> mx.sym.Symbol:
    """The graph, for images of so many pixels."""
    x = mx.sym.Variable(networks.DATA)  # (batch, pixels)
    x = sigmoid(dense(x, "encode1", 100), "sigmoid1")  # -> (batch, 100)
    x = sigmoid(dense(x, "encode2", 50), "sigmoid2")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode1", 50), "sigmoid3")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode2", 100), "sigmoid4")  # -> (batch, 100)
    x = sigmoid(dense(x, "result", pixels), "sigmoid5")  # -> (batch, pixels)
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(networks.LABEL), name="output")


def feed(images: networks.Array, labels: networks.Array) -> tuple[networks.Array, networks.Array]:
    """The images (n, pixels) are both what goes in and what should come out; the labels play no part."""
    return images, images


NETWORK = networks.Network("autoencoder", get_symbol, feed, metric="mse", pixels_axis=("encode1_weight", 1))


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = networks.EPOCHS,
    seed: int = networks.SEED,
    **words: Unpack[runs.Words],
) -> training.Trained:
    """Train, save and draw, with what the network makes of test images before and after; see `runs.run`."""
    return runs.run(
        lambda labels: NETWORK, runs.draw_predictions, data_dir, model_dir, output, epochs, seed, **words
    )


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.auto_encoder --help`."""
    runs.main(train, argv)


if __name__ == "__main__":
    main()
