"""The discriminator of the post: a classifier of images, with a probability for each of the ten digits."""

from __future__ import annotations

import functools
from typing import Any

from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.data.pictures import Array
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int, sym: Any = mx.sym, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and a number of labels, built of the operators sym."""
    x = sym.Variable(DATA)  # (batch, pixels)
    x = sym.FullyConnected(x, name="encode1", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid1", act_type="sigmoid")
    x = sym.FullyConnected(x, name="encode2", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid2", act_type="sigmoid")
    x = sym.FullyConnected(x, name="result", num_hidden=labels)  # -> (batch, 10)
    return sym.SoftmaxOutput(x, sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are images (n, pixels), targets are labels (n,)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return images, as_floats(classes, labels)

    return Network(
        "discriminator",
        functools.partial(get_symbol, labels=labels),
        feed,
        metric="accuracy",
        pixels_axis=("encode1_weight", 1),
    )


NETWORK = network(len(DIGITS))
