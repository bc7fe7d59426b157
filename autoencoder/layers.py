"""Layers that the graphs share."""

from autoencoder._mxnet import mx


def dense(x: mx.sym.Symbol, name: str, outputs: int) -> mx.sym.Symbol:
    """A fully connected layer, (batch, anything) -> (batch, outputs)."""
    return mx.sym.FullyConnected(x, name=name, num_hidden=outputs)


def sigmoid(x: mx.sym.Symbol, name: str) -> mx.sym.Symbol:
    """The sigmoid of every value, the shape stays."""
    return mx.sym.Activation(x, name=name, act_type="sigmoid")
