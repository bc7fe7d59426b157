"""The autoencoder of the post: reconstructs an image from a code of 50 numbers."""

from __future__ import annotations

from typing import Any

from autoencoder.data.pictures import Array
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network


def get_symbol(pixels: int, sym: Any = mx.sym) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels, built of the operators sym."""
    x = sym.Variable(DATA)  # (batch, pixels)
    x = sym.FullyConnected(x, name="encode1", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid1", act_type="sigmoid")
    x = sym.FullyConnected(x, name="encode2", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid2", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode1", num_hidden=50)  # -> (batch, 50)
    x = sym.Activation(x, name="sigmoid3", act_type="sigmoid")
    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)
    x = sym.Activation(x, name="sigmoid4", act_type="sigmoid")
    x = sym.FullyConnected(x, name="result", num_hidden=pixels)  # -> (batch, pixels)
    x = sym.Activation(x, name="sigmoid5", act_type="sigmoid")
    return sym.LinearRegressionOutput(x, sym.Variable(LABEL), name="output")


def feed(images: Array, labels: Array) -> tuple[Array, Array]:
    """Return the images (n, pixels) as inputs and as targets; the labels are not used."""
    return images, images


NETWORK = Network("autoencoder", get_symbol, feed, metric="mse", pixels_axis=("encode1_weight", 1))
