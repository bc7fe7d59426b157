"""Truncation: styles that would be misread are drawn nearer to the middle.

The truncation of Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
scales all styles alike, and so costs variety also where nothing is misread. Here a perceptron foretells, from
a label and a style alone, how surely a reader reads the image, and a style is scaled down where that is not
sure enough. It is a part of the generator's graph: an image depends on its label and style alone, no reader
is asked when one is drawn, and near styles make near images, also where they are scaled.
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

UNITS = 64  # 128 foretell it no better
EPOCHS = 20
SUREST = 4.0  # log-odds beyond which it makes no difference how sure a reader is: 98.2%
NEAREST = 0.6  # the scale of a style that is certain to be misread: of styles so near, hardly any is
STEEPNESS = 2.0  # of the scale, for one of log-odds


def truncated(label: mx.sym.Symbol, z: mx.sym.Symbol) -> mx.sym.Symbol:
    """Return the graph: labels (batch, labels), one-hot, and styles (batch, n) in, scaled styles out.

    Styles stay as they are where the perceptron answers 0 or more, and so if its parameters are 0.
    """
    answer = _log_odds(mx.sym.concat(label, z, dim=1))
    missing = mx.sym.Activation(-1 * answer, act_type="relu", name="truncation3_relu")
    missing = mx.sym.Activation(missing, act_type="tanh", name="truncation3")  # -> (batch, 1), 0..1
    return mx.sym.broadcast_mul(z, 1 + (NEAREST - 1) * missing)


def learn(inputs: Array, log_odds: Array, seed: int) -> dict[str, Array]:
    """Return the parameters of a perceptron that foretells log-odds.

    Args:
        inputs: (n, labels + STYLE), labels, one-hot, and styles.
        log_odds: (n,), those of a reader that the image has its label.
        seed: the same seed, inputs and number of threads give the same parameters.
    """
    targets = np.clip(log_odds, -SUREST, SUREST)
    lesson = Dataset(np.asarray(inputs, np.float32), targets, (1, inputs.shape[1]))
    trained = loop.train(_NETWORK, lesson, EPOCHS, seed=seed, progress=False, report=lambda line: None)
    return {name: value.asnumpy() for name, value in trained.module.get_params()[0].items()}


def cautious(learnt: Mapping[str, Array], least: float) -> dict[str, Array]:
    """Return parameters by which styles are scaled down where the foretold log-odds are less than `least`.

    Args:
        learnt: the result of `learn`.
        least: the log-odds with which a style is still left as it is.
    """
    weight, bias = learnt["truncation2_weight"], learnt["truncation2_bias"]
    last = {"truncation2_weight": STEEPNESS * weight, "truncation2_bias": STEEPNESS * (bias - least)}
    return {**learnt, **last}


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
