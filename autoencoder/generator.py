"""The generator of the post: draws one image of each digit."""

from __future__ import annotations

import functools
from typing import Any

from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.data.pictures import Array
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int, sym: Any = mx.sym, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and a number of labels, built of the operators sym."""
    x = sym.Variable(DATA)  # (batch,)
    x = sym.one_hot(x, depth=labels, name="onehot")  # -> (batch, 10)
    x = sym.FullyConnected(x, name="decode1", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid3", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid4", act_type="sigmoid")
    x = sym.FullyConnected(x, name="result", num_hidden=pixels)  # -> (batch, pixels)
    x = sym.Activation(x, name="sigmoid5", act_type="sigmoid")
    return sym.LinearRegressionOutput(x, sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are labels (n,), targets are images (n, pixels)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return as_floats(classes, labels), images

    return Network(
        "generator",
        functools.partial(get_symbol, labels=labels),
        feed,
        metric="mse",
        pixels_axis=("result_weight", 0),
    )


NETWORK = network(len(DIGITS))
