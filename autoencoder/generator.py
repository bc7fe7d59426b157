"""The generator of the post: a digit goes in, the image of one should come out."""

from collections.abc import Sequence

from autoencoder import networks, runs, training
from autoencoder._mxnet import mx
from autoencoder.layers import CLASSES, classes, dense, sigmoid


def get_symbol(pixels: int) -> mx.sym.Symbol:
    """The graph, for images of so many pixels."""
    x = mx.sym.Variable(networks.DATA)  # (batch,)
    x = mx.sym.one_hot(x, depth=CLASSES, name="onehot")  # -> (batch, 10)
    x = sigmoid(dense(x, "decode1", 50), "sigmoid3")  # -> (batch, 50)
    x = sigmoid(dense(x, "decode2", 100), "sigmoid4")  # -> (batch, 100)
    x = sigmoid(dense(x, "result", pixels), "sigmoid5")  # -> (batch, pixels)
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(networks.LABEL), name="output")


def feed(images: networks.Array, labels: networks.Array) -> tuple[networks.Array, networks.Array]:
    """The labels (n,) go in, the images (n, pixels) should come out.

    Raises:
        DataError: a label is not within 0..9.
    """
    return classes(labels), images


NETWORK = networks.Network("generator", get_symbol, feed, metric="mse", pixels_axis=("result_weight", 0))


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = networks.EPOCHS,
    seed: int = networks.SEED,
) -> training.Trained:
    """Train, save and draw, with what the network makes of test labels before and after; see `runs.run`."""
    return runs.run(NETWORK, runs.draw_predictions, data_dir, model_dir, output, epochs, seed)


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.generator --help`."""
    runs.main(train, argv)


if __name__ == "__main__":
    main()
