"""Probes: pictures that have none of the labels, made of the test images of any data set.

They come from images and seeds that no training uses. Some kinds resemble those that training shows, others
do not, and neither shares code with them.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.progress import progress_bar
from autoencoder.training.synthetic.pieces import grid
from autoencoder.training.synthetic.source import Random, rows_of_two_labels

Maker = Callable[[Dataset, int, Random], Array]  # the test images, the number of probes -> (number, pixels)


def uniform_noise(test: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent uniform noise within 0..1."""
    return random.random((count, test.images.shape[1]))


def gaussian_noise(test: Dataset, count: int, random: Random) -> Array:
    """Return pixels of independent Gaussian noise around 0.5, with a deviation of 0.3."""
    return (0.5 + 0.3 * random.standard_normal((count, test.images.shape[1]))).clip(0, 1)


def constants(test: Dataset, count: int, random: Random) -> Array:
    """Return one level of grey each, from black to white in even steps."""
    return np.repeat(np.linspace(0, 1, count)[:, None], test.images.shape[1], axis=1)


def inverted(test: Dataset, count: int, random: Random) -> Array:
    """Return test images in black on white."""
    return np.asarray(1 - test.images[random.integers(len(test), size=count)])


def stripes(test: Dataset, count: int, random: Random) -> Array:
    """Return stripes 2 to 14 pixels apart in any direction, soft in every other picture, hard in the rest."""
    y, x = grid(test.shape)
    angle = random.uniform(0, np.pi, (count, 1))
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    apart = random.uniform(2, 14, (count, 1))
    wave = np.sin((np.cos(angle) * x + np.sin(angle) * y) * 2 * np.pi / apart + phase)
    return np.where(np.arange(count)[:, None] % 2, (wave + 1) / 2, wave > 0)


def shuffled_pixels(test: Dataset, count: int, random: Random) -> Array:
    """Return test images with shuffled pixels, each in its own order."""
    return random.permuted(test.images[random.integers(len(test), size=count)], axis=1)


def filled_rectangles(test: Dataset, count: int, random: Random) -> Array:
    """Return upright rectangles of 5 to 24 pixels a side, of any grey from 0.3 to 1.0, anywhere on black."""
    height, width = test.shape
    result = np.zeros((count, height, width))
    for picture in result:
        h, w = random.integers(5, 25, 2)
        y, x = random.integers(0, max(height - h, 0) + 1), random.integers(0, max(width - w, 0) + 1)
        picture[y : y + h, x : x + w] = random.uniform(0.3, 1)
    return result.reshape(count, -1)


def half_masked(test: Dataset, count: int, random: Random) -> Array:
    """Return test images whose left, right, upper or lower half is black."""
    images = test.images[random.integers(len(test), size=count)]
    return np.where(_half(test.shape, random.integers(4, size=count)), images, 0)


def collages(test: Dataset, count: int, random: Random) -> Array:
    """Return halves of two images of different labels, left and right or upper and lower."""
    first, second = rows_of_two_labels(test.labels, count, random)
    half = _half(test.shape, random.integers(4, size=count))
    return np.where(half, test.images[first], test.images[second])


KINDS: Mapping[str, Maker] = {
    "uniform noise": uniform_noise,
    "gaussian noise": gaussian_noise,
    "constants": constants,
    "inverted images": inverted,
    "stripes": stripes,
    "shuffled pixels": shuffled_pixels,
    "filled rectangles": filled_rectangles,
    "half-masked images": half_masked,
    "collages of halves": collages,
}


def make(
    test: Dataset, count: int, seed: int, kinds: Mapping[str, Maker] = KINDS, progress: bool = False
) -> dict[str, Array]:
    """Return probes of each kind, float32 (count, height * width), 0..1.

    Args:
        test: the images that they are made of.
        count: the number of probes of each kind.
        seed: the same seed makes the same probes of a kind, whatever other kinds there are.
        kinds: the makers by name.
        progress: if True, show a bar on standard error where that is a terminal.
    """
    return {
        kind: np.asarray(maker(test, count, np.random.default_rng([seed, *kind.encode()])), np.float32)
        for kind, maker in progress_bar(kinds.items(), "probes", len(kinds), progress)
    }


def _half(shape: tuple[int, int], which: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return where the right, left, lower or upper half is, for which (n,) of 0..3: (n, height * width)."""
    y, x = grid(shape)
    return np.stack([x > 0, x < 0, y > 0, y < 0])[which]
