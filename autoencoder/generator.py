"""The generator of the post: it draws one image of each digit.

`python -m autoencoder.generator` trains it and draws the labels of test images before and after.
"""

from __future__ import annotations

import functools
from typing import Any

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
    x = sym.Variable(DATA)  # (batch,)
    x = sym.one_hot(x, depth=labels, name="onehot")  # -> (batch, 10)
    # decode
    x = sym.FullyConnected(x, name="decode1", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid3", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid4", act_type="sigmoid")
    # output
    x = sym.FullyConnected(x, name="result", num_hidden=pixels)  # -> (batch, pixels)
    x = sym.Activation(x, name="sigmoid5", act_type="sigmoid")
    return sym.LinearRegressionOutput(x, sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are labels (n,), targets are images (n, pixels)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return as_floats(classes, labels), images

    symbol = functools.partial(get_symbol, labels=labels)
    return Network("generator", symbol, feed, metric="mse", pixels_axis=("result_weight", 0))


NETWORK = network(len(DIGITS))


def main(run: TrainingRun = DEFAULT) -> TrainingResult:
    """Train the generator: the original's comment block.

    Args:
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError, OSError: as in `TrainingRun` and `Watch`.
    """
    from autoencoder.networks.training import MeanSquaredError  # late: it imports MXNet

    with run.edit() as new:
        labels, images = run.load()
        test, described = run.load_test(labels), network(len(labels))
        test_labels, _ = described.feed(test.images[:SHOWN], test.labels[:SHOWN])
        im_sav("originals", run.output, pictures(images.images[:SHOWN], labels.shape))

        train_data = run.batches(described, images)
        model = run.build(described, labels.pixels, train_data)

        # before training
        preds = predict(model, test_labels)
        im_sav("generator-before-training-preds", run.output, pictures(preds, labels.shape))

        watch = run.watch(described, model, train_data, labels, new)
        train(model, train_data, MeanSquaredError(), watch.epochs, watch.end_epoch)

        # after training
        preds = predict(model, test_labels)
        im_sav("generator-after-training-preds", run.output, pictures(preds, labels.shape))

        return run.save_checkpoint(described, model, watch.values, labels, new)


if __name__ == "__main__":
    main()
