"""The tuning of a trained generator: plain style of each label, spread and truncation of styles.

The choices use training digits and readers trained on half of them. Training and evaluation use other random
styles.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.data.pictures import Array
from autoencoder.digits import digit_generator
from autoencoder.digits.digit_generator import STYLE, generator_inputs, styles
from autoencoder.digits.training import learning
from autoencoder.digits.training.judge import Reader, SampleEvaluator
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.networks.predictor import predict

CANDIDATES = 1000  # candidates for the plain style of a label
SPREADS = (0.95, 1.0, 1.05, 1.1, 1.15)
MEASURED = 10_000  # samples to choose the spread, and as many others for the truncation
LEARNT = 60_000  # samples to train the truncation
# The shares that the judge has to read right, of all samples and of each label. The aim is 99.2%; an
# independent judge reads up to 0.0012 less, with a deviation of 0.0009 for 10,000 samples.
READ, READ_OF_EACH = 0.9945, 0.98
CAUTIONS = tuple(n / 10 for n in range(10, 41))  # log-odds; the smallest sufficient one is chosen

EPOCHS = 20  # of the truncating perceptron
SUREST = 4.0  # log-odds, 98.2%, beyond which more confidence makes no difference
STEEPNESS = 2.0  # of the scale, per unit of log-odds


def tune(
    module: mx.mod.Module, yardstick: SampleEvaluator, readers: Sequence[Reader], dataset: Dataset, seed: int
) -> None:
    """Set the plain styles, the spread, and the truncation, which depends on the spread.

    Args:
        module: the generator, with TUNED parameters as initialised by `gan.GanTrainer`.
        yardstick: measures samples to choose the spread and the truncation.
        readers: return the probability of each label, (n, count), for images (n, pixels), to choose the plain
            styles together with the judge.
        dataset: the training digits, with every label.
        seed: the seed of the random styles.
    """
    arguments, auxiliaries = module.get_params()
    means = np.stack(
        [dataset.images[dataset.labels == label].mean(axis=0) for label in np.unique(dataset.labels)]
    )
    count, read = len(means), yardstick.judge.probabilities
    labels = np.repeat(np.arange(count), MEASURED // count)

    def draw(labels: Array, z: Array) -> Array:
        return predict(module, generator_inputs(labels, z, count))

    def set_to(**values: Array | float) -> None:
        for name, value in values.items():
            arguments[name][:] = value
        module.set_params(arguments, auxiliaries)

    set_to(plain_weight=find_plain_styles(module, [read, *readers], means, seed))
    z = styles(len(labels), [seed, 3])
    distances = [yardstick.distance(draw(labels, spread * z)) for spread in SPREADS]
    spread = SPREADS[int(np.argmin(distances))]
    set_to(spread_weight=spread)
    some = np.arange(LEARNT) % count
    z = styles(LEARNT, [seed, 5])
    targets = log_odds(read(draw(some, z))[np.arange(LEARNT), some])
    inputs = np.concatenate([np.eye(count)[some], spread * z], axis=1)
    perceptron = learn_truncation(inputs, targets, seed)
    z = styles(len(labels), [seed, 2])

    def suffices(caution: float) -> bool:
        set_to(**apply_caution(perceptron, caution))
        right = read(draw(labels, z)).argmax(axis=1) == labels
        of_each = [right[labels == label].mean() for label in range(count)]
        return bool(right.mean() >= READ and min(of_each) >= READ_OF_EACH)

    first = min(bisect.bisect_left(CAUTIONS, True, key=suffices), len(CAUTIONS) - 1)
    set_to(**apply_caution(perceptron, CAUTIONS[first]))


def log_odds(probabilities: Array) -> Array:
    """Return the log-odds of probabilities, clipped to be finite.

    >>> log_odds(np.array([0.5, 0.9])).round(2)
    array([0. , 2.2])
    """
    inside = np.clip(np.asarray(probabilities, np.float64), 1e-7, 1 - 1e-7)
    result: Array = np.log(inside / (1 - inside))
    return result


def find_plain_styles(module: mx.mod.Module, readers: Sequence[Reader], means: Array, seed: int) -> Array:
    """Return a plain style of each label, (STYLE, count): of the surest read, the nearest to the mean digit.

    Args:
        module: the generator, with plain styles of 0.
        readers: return the probability of each label, (n, count), for images (n, pixels).
        means: the mean digit of each label, (count, pixels).
        seed: the seed of the candidates.
    """
    z = 0.7 * styles(CANDIDATES, [seed, 4])  # nearer to the middle than random styles
    best = np.empty((STYLE, len(means)), np.float32)
    for label, mean in enumerate(means):
        images = predict(module, generator_inputs(np.full(len(z), label), z, len(means)))
        sure = np.min([read(images)[:, label] for read in readers], axis=0)
        candidates = np.argsort(-sure, kind="stable")[:20]
        distances = np.square(images[candidates] - mean).sum(axis=1)
        best[:, label] = z[candidates[distances.argmin()]]
    return best


def learn_truncation(inputs: Array, targets: Array, seed: int) -> dict[str, Array]:
    """Train a perceptron to predict log-odds and return its parameters.

    Args:
        inputs: one-hot labels and styles, (n, labels + STYLE).
        targets: a reader's log-odds of the label, (n,).
        seed: the same seed, inputs and number of threads give the same parameters.
    """
    limited = np.clip(targets, -SUREST, SUREST)
    training_set = Dataset(np.asarray(inputs, np.float32), limited, (1, inputs.shape[1]))
    trained = learning.train_epochs(
        _perceptron(inputs.shape[1]), training_set, EPOCHS, seed=seed, report=None
    )
    return {name: value.asnumpy() for name, value in trained.module.get_params()[0].items()}


def apply_caution(parameters: Mapping[str, Array], least: float) -> dict[str, Array]:
    """Return parameters that scale styles down if their predicted log-odds are below `least`.

    Args:
        parameters: the result of `learn_truncation`.
        least: the lowest log-odds of an unchanged style.
    """
    weight, bias = parameters["truncation2_weight"], parameters["truncation2_bias"]
    last = {"truncation2_weight": STEEPNESS * weight, "truncation2_bias": STEEPNESS * (bias - least)}
    return {**parameters, **last}


def _perceptron(inputs: int) -> Network:
    return Network(
        "truncation",
        lambda pixels: mx.sym.LinearRegressionOutput(
            digit_generator.predict_log_odds(mx.sym.Variable(DATA)), mx.sym.Variable(LABEL), name="output"
        ),
        lambda rows, targets: (rows, np.asarray(targets, np.float32)[:, None]),
        metric="mse",
        pixels=inputs,
        initializer=lambda: mx.init.Xavier(),
        decay=0.85,
    )
