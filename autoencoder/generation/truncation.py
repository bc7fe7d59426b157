"""Truncation: styles that would be misread are scaled towards the middle.

The truncation of Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
scales all styles alike, and so costs variety where nothing is misread. Here a perceptron predicts, from a
label and a style, how surely a reader will read the image, and a style is scaled down where that is not sure
enough. The perceptron is part of the generator's graph: an image depends only on its label and style, drawing
asks no reader, and near styles give near images, also where they are scaled.
"""

from collections.abc import Mapping

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.networks.layers import dense
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.training import loop

PARAMETERS = ("truncation1_weight", "truncation1_bias", "truncation2_weight", "truncation2_bias")

UNITS = 64  # 128 predict no better
EPOCHS = 20
SUREST = 4.0  # log-odds, 98.2%, beyond which more confidence makes no difference
NEAREST = 0.6  # the scale of a style that is certain to be misread; hardly any style so near is
STEEPNESS = 2.0  # of the scale, per unit of log-odds


def truncated(label: mx.sym.Symbol, z: mx.sym.Symbol) -> mx.sym.Symbol:
    """Return the graph: labels (batch, labels), one-hot, and styles (batch, n) in, scaled styles out.

    Styles stay as they are where the perceptron predicts 0 or more, as it does if its parameters are 0.
    """
    prediction = _log_odds(mx.sym.concat(label, z, dim=1))
    missing = mx.sym.Activation(-1 * prediction, act_type="relu", name="truncation3_relu")
    missing = mx.sym.Activation(missing, act_type="tanh", name="truncation3")  # -> (batch, 1), 0..1
    return mx.sym.broadcast_mul(z, 1 + (NEAREST - 1) * missing)


def learn(inputs: Array, log_odds: Array, seed: int) -> dict[str, Array]:
    """Return the parameters of a perceptron that predicts log-odds.

    Args:
        inputs: (n, labels + STYLE), labels, one-hot, and styles.
        log_odds: (n,), a reader's log-odds that the image has its label.
        seed: the same seed, inputs and number of threads give the same parameters.
    """
    targets = np.clip(log_odds, -SUREST, SUREST)
    training_set = Dataset(np.asarray(inputs, np.float32), targets, (1, inputs.shape[1]))
    trained = loop.train(_NETWORK, training_set, EPOCHS, seed=seed, progress=False, report=lambda line: None)
    return {name: value.asnumpy() for name, value in trained.module.get_params()[0].items()}


def cautious(parameters: Mapping[str, Array], least: float) -> dict[str, Array]:
    """Return parameters that scale styles down where the predicted log-odds are below `least`.

    Args:
        parameters: the result of `learn`.
        least: the lowest log-odds with which a style stays as it is.
    """
    weight, bias = parameters["truncation2_weight"], parameters["truncation2_bias"]
    last = {"truncation2_weight": STEEPNESS * weight, "truncation2_bias": STEEPNESS * (bias - least)}
    return {**parameters, **last}


def _log_odds(x: mx.sym.Symbol) -> mx.sym.Symbol:
    """Return the perceptron: labels and styles (batch, labels + n) in, log-odds (batch, 1) out."""
    x = mx.sym.Activation(dense(x, "truncation1", UNITS), act_type="relu", name="truncation1_relu")
    return dense(x, "truncation2", 1)


def _get_symbol(inputs: int) -> mx.sym.Symbol:
    x = _log_odds(mx.sym.Variable(DATA))
    return mx.sym.LinearRegressionOutput(x, mx.sym.Variable(LABEL), name="output")


_NETWORK = Network(
    "truncation",
    _get_symbol,
    lambda inputs, log_odds: (inputs, np.asarray(log_odds, np.float32)[:, None]),
    metric="mse",
    pixels_axis=("truncation1_weight", 1),
    initializer=mx.init.Xavier,
    decay=0.85,
)
