"""The learning of the perceptron that truncates styles, see `generation.network.truncate`."""

from collections.abc import Mapping

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.generation.network import log_odds as perceptron
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.training import loop

EPOCHS = 20
SUREST = 4.0  # log-odds, 98.2%, beyond which more confidence makes no difference
STEEPNESS = 2.0  # of the scale, per unit of log-odds


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


def _get_symbol(inputs: int) -> mx.sym.Symbol:
    x = perceptron(mx.sym.Variable(DATA))
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
