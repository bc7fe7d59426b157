"""The autoencoder of the post: it reconstructs an image from a code of 50 numbers.

`python -m autoencoder.auto_encoder` trains it and draws test images. Its `train` is the loop of all networks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autoencoder.data.pictures import Array, pictures
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import DEFAULT, SHOWN, TrainingResult, TrainingRun
from autoencoder.viz import im_sav

if TYPE_CHECKING:
    from autoencoder.networks.training import Batches


def get_symbol(pixels: int, sym: Any = mx.sym) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels, built of the operators sym."""
    x = sym.Variable(DATA)  # (batch, pixels)
    # encode
    x = sym.FullyConnected(x, name="encode1", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid1", act_type="sigmoid")
    x = sym.FullyConnected(x, name="encode2", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid2", act_type="sigmoid")
    # decode
    x = sym.FullyConnected(x, name="decode1", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid3", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid4", act_type="sigmoid")
    # output
    x = sym.FullyConnected(x, name="result", num_hidden=pixels)  # -> (batch, pixels)
    x = sym.Activation(x, name="sigmoid5", act_type="sigmoid")
    return sym.LinearRegressionOutput(x, sym.Variable(LABEL), name="output")


def feed(images: Array, labels: Array) -> tuple[Array, Array]:
    """Return the images (n, pixels) as inputs and as targets; the labels are not used."""
    return images, images


NETWORK = Network("autoencoder", get_symbol, feed, metric="mse", pixels_axis=("encode1_weight", 1))


def train(
    module: mx.mod.Module,
    train_data: Batches,
    my_metric: mx.metric.EvalMetric,
    num_epochs: int,
    end_epoch: Callable[[mx.metric.EvalMetric], object] = print,
) -> None:
    """Train a module: the loop of the original, for all networks.

    Args:
        module: a module with parameters and an optimizer, as `build` returns it.
        train_data: the batches; its `epoch` counts the epochs, also of a training that was resumed.
        my_metric: the metric, updated before the parameters are.
        num_epochs: the number of the last epoch.
        end_epoch: called with the metric after each epoch.
    """
    while train_data.epoch < num_epochs:
        train_data.reset()
        my_metric.reset()
        for batch in train_data:
            module.forward(batch, is_train=True)
            module.update_metric(my_metric, batch.label)
            module.backward()
            module.update()
        end_epoch(my_metric)


def main(run: TrainingRun = DEFAULT) -> TrainingResult:
    """Train the autoencoder: the original's comment block.

    Args:
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError, OSError: as in `TrainingRun` and `Watch`.
    """
    from autoencoder.networks.training import MeanSquaredError  # late: it imports MXNet

    with run.edit() as new:
        labels, images = run.load()
        test_images = run.load_test(labels).images[:SHOWN]
        im_sav("originals", run.output, pictures(images.images[:SHOWN], labels.shape))

        train_data = run.batches(NETWORK, images)
        model = run.build(NETWORK, labels.pixels, train_data)

        # before training
        preds = predict(model, test_images)
        im_sav("autoencoder-before-training-preds", run.output, pictures(preds, labels.shape))

        watch = run.watch(NETWORK, model, train_data, labels, new)
        train(model, train_data, MeanSquaredError(), watch.epochs, watch.end_epoch)

        # after training
        preds = predict(model, test_images)
        im_sav("autoencoder-after-training-preds", run.output, pictures(preds, labels.shape))

        return run.save_checkpoint(NETWORK, model, watch.values, labels, new)


if __name__ == "__main__":
    main()
