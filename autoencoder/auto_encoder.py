"""The autoencoder of the post: it reconstructs an image from a code of 50 numbers.

`python -m autoencoder.auto_encoder` trains it and draws test images. Its `train` is the loop of all networks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autoencoder.data.idx import Dataset, load
from autoencoder.data.pictures import Array, pictures
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network
from autoencoder.networks.predictor import predict
from autoencoder.networks.progress import print_epoch
from autoencoder.networks.run import MODEL_DIR, OUTPUT, SHOWN, Folder, new_checkpoint, run_file
from autoencoder.viz import im_sav

if TYPE_CHECKING:
    from autoencoder.networks.training import Batches


def get_symbol(pixels: int = 784, sym: Any = mx.sym) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels, built of the operators sym."""
    x = sym.Variable("input")  # (batch, pixels)
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
    return sym.LinearRegressionOutput(x, sym.Variable("input_"), name="output")


def feed(images: Array, labels: Array) -> tuple[Array, Array]:
    """Return the images (n, pixels) as inputs and as targets; the labels are not used."""
    return images, images


def network(labels: int = 10, pixels: int = 784) -> Network:
    """Return the network that checkpoints are compared with; it knows nothing of labels."""
    return Network("autoencoder", get_symbol, feed, metric="mse", pixels=pixels)


def get_module(symbol: mx.sym.Symbol, train_data: Batches) -> mx.mod.Module:
    """Return a module of a graph, bound to the shapes of batches, with random parameters and an optimizer."""
    module = mx.mod.Module(symbol, data_names=["input"], label_names=["input_"])
    module.bind(train_data.provide_data, train_data.provide_label)
    module.init_params(mx.init.Uniform(1))
    # The original's `:learning-rage 0.001` is a misspelt key, so Clojure's default trained its models.
    module.init_optimizer(optimizer="adam", optimizer_params={"learning_rate": 0.002})
    return module


def train(
    module: mx.mod.Module,
    train_data: Batches,
    my_metric: mx.metric.EvalMetric,
    num_epochs: int,
    end_epoch: Callable[[int, mx.metric.EvalMetric], object] = print_epoch,
) -> None:
    """Train a module: the loop of the original, for all networks.

    Args:
        module: a module with parameters and an optimizer, as `get_module` returns it.
        train_data: the batches; its `epoch` counts the epochs, also of a training that was resumed.
        my_metric: the metric, updated before the parameters are.
        num_epochs: the number of the last epoch.
        end_epoch: called with the number of the epoch and the metric after each epoch.
    """
    while train_data.epoch < num_epochs:
        train_data.reset()
        my_metric.reset()
        for batch in train_data:
            module.forward(batch, is_train=True)
            module.update_metric(my_metric, batch.label)
            module.backward()
            module.update()
        end_epoch(train_data.epoch, my_metric)


def show_predictions(model: mx.mod.Module, test: Dataset, moment: str, output: Folder) -> None:
    """Draw what the network makes of test images, at the moment "before" or "after" training."""
    preds = predict(model, test.images[:SHOWN])
    im_sav(f"autoencoder-{moment}-training-preds", output, pictures(preds, test.shape))


def main(model_dir: Folder = MODEL_DIR, output: Folder = OUTPUT) -> None:
    """Train the autoencoder: the original's comment block.

    Args:
        model_dir: the folder for the checkpoint: `autoencoder-symbol.json` and `autoencoder-0003.params`.
        output: the folder for the pictures.
    """
    from autoencoder.networks.training import Batches  # late: it imports MXNet

    images, test = load("train"), load("t10k")
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))

    train_data = Batches(*feed(images.images, images.labels), BATCH_SIZE, seed=SEED)
    mx.random.seed(SEED)
    model = get_module(get_symbol(images.images.shape[1]), train_data)

    show_predictions(model, test, "before", output)
    train(model, train_data, mx.metric.MSE(), EPOCHS)
    show_predictions(model, test, "after", output)

    with new_checkpoint(model_dir, "autoencoder", images.shape) as prefix:
        model.save_checkpoint(prefix, EPOCHS)


if __name__ == "__main__":
    run_file(main)
