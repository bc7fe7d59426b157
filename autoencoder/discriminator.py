"""The discriminator of the post: an image goes in, how likely it is each of the ten digits comes out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from autoencoder.data.idx import Dataset
from autoencoder.data.labels import DIGITS, Labels, numbers
from autoencoder.networks import network as networks
from autoencoder.networks import predictor as inference
from autoencoder.networks import run as runs
from autoencoder.networks import training
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.viz import im_sav


def get_symbol(pixels: int, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """The graph, for images of so many pixels and so many labels."""
    x = mx.sym.Variable(networks.DATA)  # (batch, pixels)
    x = sigmoid(dense(x, "encode1", 100), "sigmoid1")  # -> (batch, 100)
    x = sigmoid(dense(x, "encode2", 50), "sigmoid2")  # -> (batch, 50)
    x = dense(x, "result", labels)  # -> (batch, 10)
    return mx.sym.SoftmaxOutput(x, mx.sym.Variable(networks.LABEL), name="output")


def network(labels: int) -> networks.Network:
    """The network for so many labels: images (n, pixels) go in, labels (n,) should come out."""

    def feed(images: networks.Array, classes: networks.Array) -> tuple[networks.Array, networks.Array]:
        return images, numbers(classes, labels)

    return networks.Network(
        "discriminator",
        lambda pixels: get_symbol(pixels, labels),
        feed,
        metric="accuracy",
        pixels_axis=("encode1_weight", 1),
    )


NETWORK = network(len(DIGITS))


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """The share of the images, 0..1, that a trained module reads as they are labelled."""
    read = inference.predict(module, dataset.images).argmax(axis=1)
    return float((read == dataset.labels).mean())


def train(
    data_dir: runs.Folder | None = None,
    model_dir: runs.Folder = runs.MODEL_DIR,
    output: runs.Folder = runs.OUTPUT,
    epochs: int = networks.EPOCHS,
    seed: int = networks.SEED,
    **words: Unpack[runs.Words],
) -> training.Trained:
    """Train, save and draw, and print how test images are read before and after; see `runs.run`."""
    return runs.run(network, _show, data_dir, model_dir, output, epochs, seed, **words)


def _show(
    network: networks.Network, module: mx.mod.Module, test: Dataset, known: Labels, moment: str, output: Path
) -> None:
    im_sav("test-images", output, runs.pictures(test.images[: runs.SHOWN], test.shape))
    read = inference.predict(module, test.images[:10]).argmax(axis=1)
    said = " ".join(str(known.name(number)) for number in read)
    training.print_line(f"{network.name} {moment} training reads the first test images as {said}")
    training.print_line(f"{network.name} {moment} training: test accuracy {accuracy(module, test):.4f}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: `python -m autoencoder.discriminator --help`."""
    runs.main(train, argv)


if __name__ == "__main__":
    main()
