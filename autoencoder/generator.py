"""The generator of the post: it draws one image of each digit.

`python -m autoencoder.generator` trains it and draws the labels of test images before and after.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from autoencoder.auto_encoder import train
from autoencoder.data.idx import Dataset, load
from autoencoder.data.labels import as_floats
from autoencoder.data.pictures import Array, pictures
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, SEED, Network
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import MODEL_DIR, OUTPUT, SHOWN, Folder, new_checkpoint, run_file
from autoencoder.viz import im_sav

if TYPE_CHECKING:
    from autoencoder.networks.training import Batches


def get_symbol(pixels: int = 784, sym: Any = mx.sym, labels: int = 10) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and a number of labels, built of the operators sym."""
    x = sym.Variable("input")  # (batch,)
    x = sym.one_hot(x, depth=labels, name="onehot")  # -> (batch, 10)
    # decode
    x = sym.FullyConnected(x, name="decode1", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid3", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid4", act_type="sigmoid")
    # output
    x = sym.FullyConnected(x, name="result", num_hidden=pixels)  # -> (batch, pixels)
    x = sym.Activation(x, name="sigmoid5", act_type="sigmoid")
    return sym.LinearRegressionOutput(x, sym.Variable("input_"), name="output")


def feed(images: Array, labels: Array, count: int = 10) -> tuple[Array, Array]:
    """Return labels (n,), 0 to count - 1, as inputs and images (n, pixels) as targets."""
    return as_floats(labels, count), images


def network(labels: int = 10, pixels: int = 784) -> Network:
    """Return what the checkpoints of the network are compared with."""
    symbol = functools.partial(get_symbol, labels=labels)
    fed = functools.partial(feed, count=labels)
    return Network("generator", symbol, fed, metric="mse", pixels=pixels)


def get_module(symbol: mx.sym.Symbol, train_data: Batches) -> mx.mod.Module:
    """Return a module of a graph, bound to the shapes of batches, with random parameters and an optimizer."""
    module = mx.mod.Module(symbol, data_names=["input"], label_names=["input_"])
    module.bind(train_data.provide_data, train_data.provide_label)
    module.init_params(mx.init.Uniform(1))
    module.init_optimizer(optimizer="adam", optimizer_params={"learning_rate": 0.002})  # as in auto_encoder
    return module


def show_predictions(model: mx.mod.Module, test: Dataset, moment: str, output: Folder) -> None:
    """Draw the labels of test images, at the moment "before" or "after" training."""
    preds = predict(model, test.labels[:SHOWN])
    im_sav(f"generator-{moment}-training-preds", output, pictures(preds, test.shape))


def main(model_dir: Folder = MODEL_DIR, output: Folder = OUTPUT) -> None:
    """Train the generator: the original's comment block; the folders are as in `auto_encoder.main`."""
    from autoencoder.networks.training import Batches  # late: it imports MXNet

    images, test = load("train"), load("t10k")
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))

    train_data = Batches(*feed(images.images, images.labels), BATCH_SIZE, seed=SEED)
    mx.random.seed(SEED)
    model = get_module(get_symbol(images.images.shape[1]), train_data)

    show_predictions(model, test, "before", output)
    train(model, train_data, mx.metric.MSE(), EPOCHS)
    show_predictions(model, test, "after", output)

    with new_checkpoint(model_dir, "generator", images.shape) as prefix:
        model.save_checkpoint(prefix, EPOCHS)


if __name__ == "__main__":
    run_file(main)
