"""The line between digits and other pictures: a conformal threshold of one score.

The score of a picture is the log-odds that it is something else rather than any of the labels, averaged over
the readers. The threshold is set on digits that took no part in training, so that it keeps its promise for
digits that are exchangeable with them (`mxspec.conformal`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.images import Array

ALPHA, CONFIDENCE = 0.01, 0.99  # at most 1% of all digits are refused, with a certainty of 99%
_LEAST = 1e-30  # stands for a probability that a reader has rounded to 0
STRANGEST = 70.0  # a score above any that probabilities give


def strangeness(probabilities: Sequence[Array], labels: int) -> npt.NDArray[np.float64]:
    """Return the scores of pictures, (n,): the larger, the stranger.

    Args:
        probabilities: of each reader (n, classes), of which the first are those of the labels.
        labels: the number of labels.

    >>> strangeness([np.array([[0.5, 0.5], [0.99, 0.01]])], 1).round(1).tolist()
    [0.0, -4.6]
    """
    odds = [
        np.log(np.maximum(each[:, labels:].sum(axis=1, dtype=np.float64), _LEAST))
        - np.log(np.maximum(each[:, :labels].sum(axis=1, dtype=np.float64), _LEAST))
        for each in probabilities
    ]
    return np.asarray(np.mean(odds, axis=0))


def calibrate(scores: npt.NDArray[np.float64], of: str) -> s.ConformalThreshold:
    """Return the threshold for the scores (n,) of held-back images.

    Fewer than 459 images can't promise ALPHA; then alpha is the least that their number can promise.

    Args:
        scores: of images that took no part in training.
        of: their name in messages, such as "digits".

    >>> calibrate(np.arange(1000.0), "digits").alpha, round(calibrate(np.arange(50.0), "digits").alpha, 2)
    (0.01, 0.09)
    """
    rounded = np.round(scores, 4)  # as they are saved, so that a threshold is the same once it is loaded
    attainable = 1 - (1 - CONFIDENCE) ** (1 / len(scores))
    return s.conformal(rounded, max(ALPHA, attainable * (1 + 1e-9)), CONFIDENCE, of=of)


def as_data(threshold: s.ConformalThreshold) -> dict[str, Any]:
    """Return a threshold as numbers and lists, for a JSON file."""
    return {
        "alpha": threshold.alpha,
        "confidence": threshold.confidence,
        "of": threshold.of,
        "scores": list(threshold.scores),
    }


def from_data(data: dict[str, Any]) -> s.ConformalThreshold:
    """Return the threshold that `as_data` returned.

    Raises:
        LookupError, TypeError, ValueError: the data are not those of a threshold.
    """
    return s.conformal(data["scores"], data["alpha"], data["confidence"], of=str(data["of"]))
