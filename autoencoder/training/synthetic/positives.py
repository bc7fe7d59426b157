"""Further positives: digits redrawn and typeset with the pens and fonts of the negatives."""

import numpy as np
import numpy.typing as npt

from autoencoder.data.pictures import Array
from autoencoder.training.synthetic import overwriting, renderer, sources
from autoencoder.training.synthetic.renderer import Points, trace
from autoencoder.training.synthetic.sources import ImageSource, Random

Labels = npt.NDArray[np.int64]

REDRAWN, TYPED, TYPED_BY_HAND, PLAIN, EXTENDED = 0.4, 0.2, 0.08, 0.03, 0.08  # for each image of the data set


def training_positives(source: ImageSource, seed: int) -> tuple[Array, Labels]:
    """Return further images of a data set's labels, (n, height * width), and their labels, (n,).

    For digits these are redrawn and typeset digits; for other data sets the arrays are empty.
    """
    count, random = len(source.dataset), np.random.default_rng([seed, 7])
    parts = [(np.zeros((0, source.shape[0] * source.shape[1]), np.float32), np.zeros(0, np.int64))]
    if source.are_digits:
        parts.append(redraw_images(source, round(count * REDRAWN), random))
        parts.append(typeset_digits(source, round(count * TYPED), random))
        parts.append(trace_typeset_digits(source, round(count * TYPED_BY_HAND), random))
        parts.append(plain_digits(source, round(count * PLAIN), random))
        parts.append(overwriting.extended_digits(source, round(count * EXTENDED), random))
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def redraw_images(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return images redrawn with a pen, and their labels."""
    numbers = random.integers(len(source.dataset), size=count)
    lines = trace(source.dataset.images[numbers].reshape(-1, *source.shape))
    images = _flatten_pictures([renderer.handwrite(line, source.frame, random) for line in lines], source)
    return images, source.dataset.labels[numbers]


def typeset_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return typeset digits and their labels."""
    inks, numbers = sources.draw_digits(count, random)
    images = _flatten_pictures([renderer.typeset(ink, source.frame, random) for ink in inks], source)
    return images, np.array(numbers, np.int64)


def trace_typeset_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return typeset digits redrawn with a pen, and their labels."""
    images, numbers = typeset_digits(source, count, random)
    lines = trace(images.reshape(-1, *source.shape))
    return _flatten_pictures(
        [renderer.handwrite(line, source.frame, random) for line in lines], source
    ), numbers


def plain_digits(source: ImageSource, count: int, random: Random) -> tuple[Array, Labels]:
    """Return digits of straight lines, as in schoolbooks, and their labels.

    They add the 1 with a flag and without a foot, which MNIST's mostly American writers and the fonts lack.
    """
    labels = random.choice([1, 1, 1, 4, 7, 7], count)
    strokes = [_PLAIN[label](random) for label in labels.tolist()]
    return _flatten_pictures(
        [renderer.handwrite(each, source.frame, random) for each in strokes], source
    ), labels


def _one(random: Random) -> list[Points]:
    across, down = random.uniform(0.15, 0.45), random.uniform(0.12, 0.4)
    return [np.array([[-across, down], [0, 0], [0, 1]])]


def _four(random: Random) -> list[Points]:
    bar, stem = random.uniform(0.6, 0.75), random.uniform(0.45, 0.6)
    foot = np.array([[stem, 0 if random.random() < 0.7 else 0.35], [stem, 1]])
    return [
        np.array([[random.uniform(0.3, stem), 0], [0, bar], [stem + random.uniform(0.1, 0.25), bar]]),
        foot,
    ]


def _seven_strokes(random: Random) -> list[Points]:
    wide, foot = random.uniform(0.5, 0.75), random.uniform(0.0, 0.35)
    lines = [np.array([[0, 0], [wide, 0], [foot, 1]])]
    if random.random() < 0.35:
        middle = np.array([(wide + foot) / 2, random.uniform(0.45, 0.55)])
        lines.append(middle + np.array([[-0.2, 0], [0.2, 0]]))
    if random.random() < 0.2:
        lines[0] = np.concatenate([[[0, random.uniform(0.08, 0.18)]], lines[0]])
    return lines


_PLAIN = {1: _one, 4: _four, 7: _seven_strokes}


def _flatten_pictures(pictures: list[npt.NDArray[np.float32]], source: ImageSource) -> Array:
    return np.array(pictures, np.float32).reshape(-1, source.shape[0] * source.shape[1])
