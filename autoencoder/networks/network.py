"""Descriptions of networks: graph, inputs, initial values and learning rate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoencoder.data.idx import DataError
from autoencoder.data.pictures import Array
from autoencoder.networks.mx import mx, start_engine
from mxspec.base.forks import renewed_lock

DATA, LABEL = "input", "input_"  # the original's names, part of every checkpoint
BATCH_SIZE = 100  # the original's
EPOCHS = 3  # the original's
SEED = 0
# The original's `:learning-rage 0.001` is a misspelt key, so Clojure's default trained its models.
LEARNING_RATE = 0.002
SMALLEST = 4  # pixels a side; two halvings of a shorter side leave nothing


@dataclass(frozen=True)
class Network:
    """The description of a network.

    Attributes:
        name: the name of its checkpoints.
        get_symbol: returns the graph for a number of pixels of an image, with the variables DATA and LABEL.
            For export it also takes the operators: `mx.sym`, or an `onnx.OnnxGraph`.
        feed: returns inputs and targets, n rows each, for images (n, pixels) and labels (n,).
        metric: "accuracy", the share of correctly read images, or "mse", the mean squared error.
        pixels: the number of pixels of an image.
        initializer: returns MXNet's initializer of the parameters.
        learning_rate: Adam's, in the first epoch.
        decay: the factor of the learning rate after each epoch.
        trained_as: its name in `python -m autoencoder train`, if different.
        parts: the networks whose checkpoints hold its parameters; () for a network with its own
            checkpoint.
        fastest: the preferred runtime if both are installed and have its files.
    """

    name: str
    get_symbol: Callable[..., Any]
    feed: Callable[[Array, Array], tuple[Array, Array]]
    metric: str
    pixels: int
    initializer: Callable[[], mx.init.Initializer] = lambda: mx.init.Uniform(1)
    learning_rate: float = LEARNING_RATE
    decay: float = 1.0
    trained_as: str = ""
    parts: tuple[Network, ...] = ()
    fastest: str = "mxnet"


def symbol_for(network: Network) -> mx.sym.Symbol:
    """Return the graph of a network, with reproducible names."""
    with mx.name.NameManager():  # or MXNet numbers unnamed nodes across the whole process
        return network.get_symbol(network.pixels)


_seeding = renewed_lock()


@contextlib.contextmanager
def seed_mxnet(seed: int) -> Iterator[None]:
    """Seed MXNet's process-wide random generator, and keep other threads from using it meanwhile."""
    start_engine()
    with _seeding:
        mx.random.seed(seed)
        yield


def feed_shapes(network: Network, batch_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of a batch of inputs and of targets."""
    x, y = network.feed(np.zeros((batch_size, network.pixels), np.float32), np.zeros(batch_size, np.int64))
    return x.shape, y.shape


def check_image_size(shape: tuple[int, int]) -> None:
    """Check that images (height, width) are large enough for the convolutions.

    Raises:
        DataError: a side is too short.

    >>> check_image_size((28, 28))
    """
    if min(shape) < SMALLEST:
        raise DataError(
            f"expected images of {SMALLEST}x{SMALLEST} pixels or more, found {shape[0]}x{shape[1]}; "
            "try to enlarge them"
        )
