"""Descriptions of networks (graph, feed, initial values, learning rate), and the modules built from them."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.data.pictures import Array
from autoencoder.networks.mx import mx, start_engine

DATA, LABEL = "input", "input_"  # the original's names, part of every checkpoint
BATCH_SIZE = 100  # the original's
EPOCHS = 3  # the original's
SEED = 0
# The original's `:learning-rage 0.001` is a misspelt key, so Clojure's default trained its models.
LEARNING_RATE = 0.002
SMALLEST = 4  # pixels a side; convolutions that halve a shorter side twice leave nothing


@dataclass(frozen=True)
class Network:
    """The description of a network: all that differs from one network to another.

    Attributes:
        name: the name of its checkpoints.
        get_symbol: returns the graph for a number of pixels of an image, with DATA and LABEL as its
            variables. Where the network is exported, it also takes the operators to build the graph of:
            `mx.sym`, or an `onnx.OnnxGraph`.
        feed: returns the inputs and the targets, n rows each, for images (n, pixels) and labels (n,).
        metric: "accuracy", the share of images that are read right, or "mse", the mean squared error.
        pixels_axis: the name of a parameter, and its axis whose length is the number of pixels; a
            checkpoint's image size is read from there. Or the number of pixels itself, for a graph of one
            size without such a parameter.
        initializer: returns MXNet's initializer of the parameters.
        learning_rate: Adam's, in the first epoch.
        decay: the factor that the learning rate is multiplied by after each epoch.
        trained_as: its name in `python -m autoencoder train`, if that is another.
        parts: the networks that it is made of, whose checkpoints hold its parameters; () for one that is
            trained itself.
        fastest: the runtime that it answers on where both are installed, and have its files.
    """

    name: str
    get_symbol: Callable[..., Any]
    feed: Callable[[Array, Array], tuple[Array, Array]]
    metric: str
    pixels_axis: tuple[str, int] | int
    initializer: Callable[[], mx.init.Initializer] = lambda: mx.init.Uniform(1)
    learning_rate: float = LEARNING_RATE
    decay: float = 1.0
    trained_as: str = ""
    parts: tuple["Network", ...] = ()
    fastest: str = "mxnet"


def build(
    network: Network,
    pixels: int,
    *,
    batch_size: int = BATCH_SIZE,
    seed: int = SEED,
    steps: int | None = None,
) -> mx.mod.Module:
    """Return a module with random parameters, ready to be trained.

    Args:
        network: the description.
        pixels: the number of pixels of an image.
        batch_size: the number of images in a step.
        seed: the same seed gives the same parameters. It seeds MXNet's generator, and not numpy's.
        steps: the number of steps in an epoch, for a network whose learning rate decays; None keeps the
            rate constant.
    """
    module = bind(network, symbol_for(network, pixels), pixels, batch_size, for_training=True)
    with seed_mxnet(seed):
        module.init_params(network.initializer())
    scheduler = None
    if steps is not None and network.decay != 1:
        scheduler = mx.lr_scheduler.FactorScheduler(steps, network.decay, base_lr=network.learning_rate)
    # MXNet sums gradients over the batch; they are scaled to the mean.
    module.init_optimizer(
        optimizer=mx.optimizer.Adam(
            learning_rate=network.learning_rate, lr_scheduler=scheduler, rescale_grad=1 / batch_size
        )
    )
    return module


def symbol_for(network: Network, pixels: int) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels, always with the same names."""
    with mx.name.NameManager():  # or MXNet would number unnamed nodes through the whole process
        return network.get_symbol(pixels)


_seeding = threading.Lock()


@contextlib.contextmanager
def seed_mxnet(seed: int) -> Iterator[None]:
    """Seed MXNet's random generator, which is one for the process, for one thread at a time."""
    start_engine()
    with _seeding:
        mx.random.seed(seed)
        yield


def bind(
    network: Network, symbol: mx.sym.Symbol, pixels: int, batch_size: int, *, for_training: bool
) -> mx.mod.Module:
    """Return a module of a graph without parameters."""
    start_engine()
    data, label = feed_shapes(network, pixels, batch_size)
    labels = [(LABEL, label)] if LABEL in symbol.list_arguments() else []
    module = mx.mod.Module(symbol, data_names=[DATA], label_names=[name for name, _ in labels])
    module.bind([(DATA, data)], labels or None, for_training=for_training)
    return module


def feed_shapes(network: Network, pixels: int, batch_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of a batch of inputs and of targets."""
    x, y = network.feed(np.zeros((batch_size, pixels), np.float32), np.zeros(batch_size, np.int64))
    return x.shape, y.shape


def check_image_size(shape: tuple[int, int]) -> None:
    """Check that images (height, width) are large enough for convolutions.

    Raises:
        DataError: a side is too short.

    >>> check_image_size((28, 28))
    """
    if min(shape) < SMALLEST:
        raise DataError(
            f"expected images of {SMALLEST}x{SMALLEST} pixels or more, found {shape[0]}x{shape[1]}; "
            "try to enlarge them"
        )
