"""What a network is, before and beside its training: its graph, its feed, how it is drawn and learns."""

import contextlib
import ctypes
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.networks.module import LearningModule
from autoencoder.networks.mx import mx

DATA, LABEL = "input", "input_"  # the original's names, part of every checkpoint
BATCH_SIZE = 100  # the original's
EPOCHS = 3  # the original's
SEED = 0
# The original's `:learning-rage 0.001` is a misspelt key, so Clojure's default trained its models.
LEARNING_RATE = 0.002

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Network:
    """What tells one network from another; the rest of this file is the same for all.

    Attributes:
        name: what its checkpoints are called.
        get_symbol: from the number of pixels of an image to the graph, with DATA and LABEL as its variables.
        feed: from images (n, pixels) and labels (n,) to what goes in and what should come out, n rows each.
        metric: "accuracy" or "mse", the mean over the images of what is right, or of the squared error.
        pixels_axis: the parameter, and its axis, whose length is the number of pixels: by it a checkpoint
            tells the size of the images it was trained on. Or the number itself, for a graph that is made
            for images of one size and has no such parameter.
        initializer: makes what the parameters are drawn by.
        learning_rate: Adam's, in the first epoch.
        decay: what the learning rate is multiplied by after each epoch.
        augment: from inputs, the rows of one batch, and a generator of random numbers to what is shown in
            their place, of the same shape; None shows them as they are.
        trained_as: what `python -m autoencoder train` calls it, if not by its name.
    """

    name: str
    get_symbol: Callable[[int], mx.sym.Symbol]
    feed: Callable[[Array, Array], tuple[Array, Array]]
    metric: str
    pixels_axis: tuple[str, int] | int
    initializer: Callable[[], mx.init.Initializer] = lambda: mx.init.Uniform(1)
    learning_rate: float = LEARNING_RATE
    decay: float = 1.0
    augment: Callable[[Array, np.random.Generator], Array] | None = None
    trained_as: str = ""


def build(
    network: Network,
    pixels: int,
    *,
    batch_size: int = BATCH_SIZE,
    seed: int = SEED,
    steps: int | None = None,
) -> mx.mod.Module:
    """A module with random parameters, ready to be trained.

    Args:
        network: which one.
        pixels: the number of pixels of an image.
        batch_size: the number of images in a step.
        seed: the same seed makes the same parameters. It seeds MXNet's own generator; numpy's is left alone.
        steps: the number of steps in an epoch, for a network whose learning rate decays; None lets it stay.
    """
    module = bind(network, network.get_symbol(pixels), pixels, batch_size, for_training=True)
    with seeded(seed):
        module.init_params(network.initializer())
    scheduler = None
    if steps is not None and network.decay != 1:
        scheduler = mx.lr_scheduler.FactorScheduler(steps, network.decay, base_lr=network.learning_rate)
    # The slopes are sums over the batch, so they are scaled to its mean.
    module.init_optimizer(
        optimizer=mx.optimizer.Adam(
            learning_rate=network.learning_rate, lr_scheduler=scheduler, rescale_grad=1 / batch_size
        )
    )
    return module


_seeding = threading.Lock()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """MXNet's random numbers as the seed has them, for one thread: a process has one generator."""
    with _seeding:
        mx.random.seed(seed)
        yield


def bind(
    network: Network, symbol: mx.sym.Symbol, pixels: int, batch_size: int, *, for_training: bool
) -> mx.mod.Module:
    kind = LearningModule if for_training else mx.mod.Module
    module = kind(symbol, data_names=[DATA], label_names=[LABEL])
    data, label = feed_shapes(network, pixels, batch_size)
    module.bind([(DATA, data)], [(LABEL, label)], for_training=for_training)
    return module


def feed_shapes(network: Network, pixels: int, batch_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    x, y = network.feed(np.zeros((batch_size, pixels), np.float32), np.zeros(batch_size, np.int64))
    return x.shape, y.shape


def memory(array: mx.nd.NDArray) -> npt.NDArray[np.float32]:
    """The numbers of a float32 NDArray, as numpy on the same memory; `asnumpy()` copies."""
    # MXNet may work in the background, and what it still reads has to be read before it is written to.
    mx.base.check_call(mx.base._LIB.MXNDArrayWaitToWrite(array.handle))
    pointer = ctypes.c_void_p()
    mx.base.check_call(mx.base._LIB.MXNDArrayGetData(array.handle, ctypes.byref(pointer)))
    return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), shape=array.shape)
