"""The discriminator of the post: a classifier of images, with a probability for each of the ten digits.

`python -m autoencoder.discriminator` trains it and prints how it reads test images before and after.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from autoencoder.auto_encoder import train
from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.data.pictures import Array, pictures
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import DEFAULT, SHOWN, TrainingResult, TrainingRun
from autoencoder.viz import im_sav


def get_symbol(pixels: int, sym: Any = mx.sym, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and a number of labels, built of the operators sym."""
    x = sym.Variable(DATA)  # (batch, pixels)
    # encode
    x = sym.FullyConnected(x, name="encode1", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid1", act_type="sigmoid")
    x = sym.FullyConnected(x, name="encode2", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid2", act_type="sigmoid")
    # output: this last bit changed from the autoencoder
    x = sym.FullyConnected(x, name="result", num_hidden=labels)  # -> (batch, 10)
    return sym.SoftmaxOutput(x, sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are images (n, pixels), targets are labels (n,)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return images, as_floats(classes, labels)

    symbol = functools.partial(get_symbol, labels=labels)
    return Network("discriminator", symbol, feed, metric="accuracy", pixels_axis=("encode1_weight", 1))


NETWORK = network(len(DIGITS))


def main(run: TrainingRun = DEFAULT) -> TrainingResult:
    """Train the discriminator: the original's comment block.

    Args:
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError, OSError: as in `TrainingRun` and `Watch`.
    """
    with run.edit() as new:
        labels, images = run.load()
        test, described = run.load_test(labels), network(len(labels))
        im_sav("originals", run.output, pictures(images.images[:SHOWN], labels.shape))

        train_data = run.batches(described, images)
        model = run.build(described, labels.pixels, train_data)

        def read_test_images(moment: str) -> None:
            numbers = predict(model, test.images).argmax(axis=1)
            names = " ".join(str(labels.name(number)) for number in numbers[:10])
            run.report(f"discriminator {moment} training reads the first test images as {names}")
            accuracy = np.mean(numbers == test.labels)
            run.report(f"discriminator {moment} training: test accuracy {accuracy:.4f}")

        # before training
        im_sav("test-images", run.output, pictures(test.images[:SHOWN], labels.shape))
        read_test_images("before")

        watch = run.watch(described, model, train_data, labels, new)
        train(model, train_data, mx.metric.Accuracy(), watch.epochs, watch.end_epoch)

        # after training
        read_test_images("after")

        return run.save_checkpoint(described, model, watch.values, labels, new)


if __name__ == "__main__":
    main()
