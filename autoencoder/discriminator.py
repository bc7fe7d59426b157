"""The discriminator of the post: a classifier of images, with a probability for each of the ten digits.

`python -m autoencoder.discriminator` trains it and prints how it reads test images before and after.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autoencoder.auto_encoder import train
from autoencoder.data.idx import Dataset, load
from autoencoder.data.labels import DIGITS, Name, as_floats
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
    x = sym.Variable("input")  # (batch, pixels)
    # encode
    x = sym.FullyConnected(x, name="encode1", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid1", act_type="sigmoid")
    x = sym.FullyConnected(x, name="encode2", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid2", act_type="sigmoid")
    # output: this last bit changed from the autoencoder
    x = sym.FullyConnected(x, name="result", num_hidden=labels)  # -> (batch, 10)
    return sym.SoftmaxOutput(x, sym.Variable("input_"), name="output")


def feed(images: Array, labels: Array, count: int = 10) -> tuple[Array, Array]:
    """Return images (n, pixels) as inputs and labels (n,), 0 to count - 1, as targets."""
    return images, as_floats(labels, count)


def network(labels: int = 10, pixels: int = 784) -> Network:
    """Return what the checkpoints of the network are compared with."""
    symbol = functools.partial(get_symbol, labels=labels)
    fed = functools.partial(feed, count=labels)
    return Network("discriminator", symbol, fed, metric="accuracy", pixels=pixels)


def get_module(symbol: mx.sym.Symbol, train_data: Batches) -> mx.mod.Module:
    """Return a module of a graph, bound to the shapes of batches, with random parameters and an optimizer."""
    module = mx.mod.Module(symbol, data_names=["input"], label_names=["input_"])
    module.bind(train_data.provide_data, train_data.provide_label)
    module.init_params(mx.init.Uniform(1))
    module.init_optimizer(optimizer="adam", optimizer_params={"learning_rate": 0.002})  # as in auto_encoder
    return module


def show_predictions(
    model: mx.mod.Module,
    test: Dataset,
    moment: str,
    output: Folder,
    names: Sequence[Name] = DIGITS.names,
    report: Callable[[str], object] = print,
) -> None:
    """Draw test images and say how they are read, at the moment "before" or "after" training."""
    im_sav("test-images", output, pictures(test.images[:SHOWN], test.shape))
    preds = predict(model, test.images).argmax(axis=1)
    first = " ".join(str(names[number]) for number in preds[:10])
    report(f"discriminator {moment} training reads the first test images as {first}")
    report(f"discriminator {moment} training: test accuracy {(preds == test.labels).mean():.4f}")


def main(model_dir: Folder = MODEL_DIR, output: Folder = OUTPUT) -> None:
    """Train the discriminator: the original's comment block; the folders are as in `auto_encoder.main`."""
    from autoencoder.networks.training import Batches  # late: it imports MXNet

    images, test = load("train"), load("t10k")
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))

    train_data = Batches(*feed(images.images, images.labels), BATCH_SIZE, seed=SEED)
    mx.random.seed(SEED)
    model = get_module(get_symbol(images.images.shape[1]), train_data)

    show_predictions(model, test, "before", output)
    train(model, train_data, mx.metric.Accuracy(), EPOCHS)
    show_predictions(model, test, "after", output)

    with new_checkpoint(model_dir, "discriminator", images.shape) as prefix:
        model.save_checkpoint(prefix, EPOCHS)


if __name__ == "__main__":
    run_file(main)
