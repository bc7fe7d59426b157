"""Tuning of a trained generator: the spread of its styles, the plain style of each label, the sharpness.

Training digits decide, and readers that were trained on a half of them; of the test digits one number alone
is known, see FARTHER. The random styles for it are neither those of training nor those that a finished
generator is measured with.
"""

from collections.abc import Sequence

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.generation.distances import nearest
from autoencoder.generation.judge import Reader
from autoencoder.generation.network import STYLE, rows, styles
from autoencoder.networks.mx import mx
from autoencoder.networks.network import Array
from autoencoder.networks.predictor import predict

# The share of the samples of a label that the first reader has to read right; of all samples 0.991 are then.
# With 0.990 here 0.992 are, but samples come nearer to training digits and vary less.
READ = 0.987
SPREADS = (1.0, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86)  # below, a label would lose too much of its variety
CANDIDATES = 1000  # styles of a label, of which the plain one is chosen; twice as many decide its spread
SHARPNESSES = (1.0, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.14, 1.16, 1.18, 1.2)
# The distance of samples to the nearest training digit, over that of training digits to each other.
# MNIST's test digits, by other writers, are 1.4% farther; the rest is for luck.
FARTHER = 1.02
MEASURED = 10_000  # samples that decide the sharpness
COMPARED = 5_000  # training digits whose distance to each other is measured


def tune(module: mx.mod.Module, readers: Sequence[Reader], dataset: Dataset, count: int, seed: int) -> None:
    """Set the spreads, then the plain styles, and then the sharpness, which depends on both.

    Args:
        module: the generator, in which they are still 1, 0 and 1.
        readers: return the probability of each label, (n, count), for images (n, pixels). All of them choose
            the plain styles, the first alone the spreads.
        dataset: the training digits, some of each label.
        count: the number of labels.
        seed: the seed of the styles to choose by.
    """
    arguments, auxiliaries = module.get_params()

    def set_to(name: str, value: Array | float) -> None:
        arguments[name][:] = value
        module.set_params(arguments, auxiliaries)

    spread = spreads(module, readers[0], count, seed)
    set_to("spread_weight", spread)
    means = np.stack([dataset.images[dataset.labels == label].mean(axis=0) for label in range(count)])
    set_to("plain_weight", spread * plainest(module, readers, means, seed))
    labels = np.repeat(np.arange(count), MEASURED // count)
    inputs = rows(labels, styles(len(labels), [seed, 3]), count)
    enough = FARTHER * between(dataset, seed)
    for sharpness in SHARPNESSES:
        set_to("sharpness_weight", sharpness)
        samples = predict(module, inputs)
        if np.median(nearest(samples, dataset.images)) >= enough:
            break


def spreads(module: mx.mod.Module, read: Reader, count: int, seed: int) -> Array:
    """Return the spread of each label's styles, (1, count): the first of SPREADS that is read well enough.

    It is the truncation of Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image
    Synthesis".

    Args:
        module: the generator, whose spreads are still 1.
        read: returns the probability of each label, (n, count), for images (n, pixels).
        count: the number of labels.
        seed: the seed of the styles to look at.
    """
    z = styles(2 * CANDIDATES, [seed, 2])
    chosen = np.full((1, count), SPREADS[-1], np.float32)
    for label in range(count):
        for spread in SPREADS:
            images = predict(module, rows(np.full(len(z), label), spread * z, count))
            if (read(images).argmax(axis=1) == label).mean() >= READ:
                chosen[0, label] = spread
                break
    return chosen


def between(dataset: Dataset, seed: int) -> float:
    """Return the median distance of an image to the nearest other one, for COMPARED images."""
    some = np.random.default_rng([seed, 5]).permutation(len(dataset))[:COMPARED]
    return float(np.median(nearest(dataset.images[some], dataset.images, without=some)))


def plainest(module: mx.mod.Module, readers: Sequence[Reader], means: Array, seed: int) -> Array:
    """Return the style of each label, (STYLE, count), that is read best and nearest to the mean digit.

    Args:
        module: the generator, whose plain styles are still 0.
        readers: return the probability of each label, (n, count), for images (n, pixels).
        means: (count, pixels), the mean digit of each label.
        seed: the seed of the styles to choose from.
    """
    z = 0.7 * styles(CANDIDATES, [seed, 4])  # nearer to the middle than most
    best = np.empty((STYLE, len(means)), np.float32)
    for label, mean in enumerate(means):
        images = predict(module, rows(np.full(len(z), label), z, len(means)))
        sure = np.min([read(images)[:, label] for read in readers], axis=0)
        candidates = np.argsort(-sure, kind="stable")[:20]
        distances = np.square(images[candidates] - mean).sum(axis=1)
        best[:, label] = z[candidates[distances.argmin()]]
    return best
