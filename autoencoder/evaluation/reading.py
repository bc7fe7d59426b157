"""Measures of reading: the confusion matrix, the calibration of confidence, and the separation of scores."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]

BINS = 15  # as in Guo et al.
LEAST = (None, 0.9, 0.99, 0.999)  # the values of `min_confidence` to report
TRUE_POSITIVES = 0.95  # the share of test images at which the false positive rate is measured


def confusion(labels: Ints, read: Ints, count: int) -> npt.NDArray[np.int64]:
    """Return the confusion matrix, (count, count + 1), whose last column is for "not recognised".

    Args:
        labels: (n,) the labels of the images, 0 to count - 1.
        read: (n,) the labels that they were read as, or a negative number for none.
        count: the number of labels.

    >>> confusion(np.array([0, 0, 1, 1]), np.array([0, 1, 1, -1]), 2).tolist()
    [[1, 1, 0], [0, 1, 1]]
    """
    columns = np.where(np.asarray(read) < 0, count, read)
    matrix = np.zeros((count, count + 1), np.int64)
    np.add.at(matrix, (labels, columns), 1)
    return matrix


def recall(matrix: Ints) -> list[float | None]:
    """Return the share of each label's images that are read as it, None for a label without images.

    >>> recall(np.array([[3, 0, 1], [0, 0, 0]]))
    [0.75, None]
    """
    rows = zip(matrix.diagonal(), matrix.sum(axis=1), strict=True)
    return [float(right / images) if images else None for right, images in rows]


class Bin(NamedTuple):
    """The images whose confidence is within a range.

    Attributes:
        low, high: the range, which includes high but not low; 0 belongs to the first range.
        images: the number of images.
        confidence: their mean confidence, 0 if there are none.
        accuracy: the share of them that was read right, 0 if there are none.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float


def reliability(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """Return the images in bins of equal width by their confidence.

    Args:
        confidence: (n,) within 0..1, the confidence of each reading.
        right: (n,) True where the reading was right.
        bins: the number of ranges.

    >>> [(bin.images, bin.accuracy) for bin in reliability(np.array([0.5, 0.9, 1.0]), np.array([1, 0, 1]), 2)]
    [(1, 1.0), (2, 0.5)]
    """
    edges = np.linspace(0, 1, bins + 1)
    places = np.searchsorted(edges[1:-1], confidence, side="left")
    result = []
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        rows = places == number
        means = (float(confidence[rows].mean()), float(right[rows].mean())) if rows.any() else (0.0, 0.0)
        result.append(Bin(float(low), float(high), int(rows.sum()), *means))
    return result


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean difference of confidence and accuracy over images (Guo et al. 2017, "On Calibration of
    Modern Neural Networks").

    >>> expected_calibration_error([Bin(0, 0.5, 1, 0.5, 1.0), Bin(0.5, 1, 3, 0.75, 0.75)])
    0.125
    """
    gaps = sum(bin.images * abs(bin.confidence - bin.accuracy) for bin in bins)
    return gaps / sum(bin.images for bin in bins)


def brier_score(confidence: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return the mean squared difference of confidence and truth, 1 for right readings and 0 for wrong ones
    (Brier 1950, "Verification of Forecasts Expressed in Terms of Probability").

    >>> brier_score(np.array([1.0, 0.5]), np.array([True, False]))
    0.125
    """
    return float(np.square(confidence - right).mean())


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95% confidence interval of a share that was measured on count images (Wilson 1927).

    >>> [round(end, 3) for end in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    middle = share + z**2 / (2 * count)
    width = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    return float((middle - width) / scale), float((middle + width) / scale)


class Coverage(NamedTuple):
    """The share of images accepted with a least confidence.

    Attributes:
        min_confidence: the least confidence, None for any.
        accepted: the share of the images that are recognised with it.
        errors: the share of these that are read wrong, 0 if there are none.
    """

    min_confidence: float | None
    accepted: float
    errors: float


def coverage(
    labels: Ints, read: Ints, confidence: Floats, least: Sequence[float | None] = LEAST
) -> list[Coverage]:
    """Return the shares of images accepted, and of those read wrong, for each least confidence.

    Args:
        labels: (n,) the labels of the images.
        read: (n,) the labels that they were read as, or a negative number for none.
        confidence: (n,) within 0..1, the confidence of each reading.
        least: the least confidences; None is any.

    >>> labels, read, confidence = np.array([[1, 2, 3, 4], [1, 2, 4, -1], [0.9, 0.99, 0.5, 1.0]])
    >>> coverage(labels, read, confidence, [None, 0.9])
    [Coverage(min_confidence=None, accepted=0.75, errors=0.3333333333333333),
     Coverage(min_confidence=0.9, accepted=0.5, errors=0.0)]
    """
    result = []
    for each in least:
        accepted = (read >= 0) & (confidence >= (0 if each is None else each))
        wrong = accepted & (read != labels)
        result.append(Coverage(each, float(accepted.mean()), float(wrong.sum() / max(1, accepted.sum()))))
    return result


def auroc(images: Floats, probes: Floats) -> float:
    """Return the area under the receiver operating characteristic: the probability that the score of a probe
    is above that of an image; equal ones count half.

    >>> auroc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    rising = np.sort(images)
    below = np.searchsorted(rising, probes, "left") + np.searchsorted(rising, probes, "right")
    return float(below.mean() / 2 / len(images))


def false_positives(images: Floats, probes: Floats) -> float:
    """Return the share of probes with scores as small as those of 95% of the images.

    >>> false_positives(np.arange(100.0), np.array([50.0, 94.0, 96.0, 200.0]))
    0.5
    """
    return float((probes <= np.quantile(images, TRUE_POSITIVES, method="lower")).mean())
