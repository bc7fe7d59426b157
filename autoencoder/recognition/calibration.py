"""Where to draw the line: two measures of how strange a picture is, made one by their ranks among digits.

Each measure is replaced by its rank among digits that were kept out of all training: the share of those
that are less strange. Ranks compare where the measures themselves do not, and the larger is the score. A
quantile of the score among the same digits is the threshold, so the share of digits that are turned away is
chosen (as in split conformal prediction: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random
World", 2005).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

QUANTILE = 0.992  # 0.8% of digits are turned away: what is left of 1% once luck with the test digits is paid
TAIL = (
    0.05  # the part of the ranks whose every value is kept; below, where nothing is decided, each 5th percent
)

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """The rank of any value of a measure among those of held-back digits.

    Attributes:
        values: (k,) values of the measure, each larger than the one before it.
        ranks: (k,) their ranks, more than 0 and less than 1, likewise.
    """

    values: Values
    ranks: Values

    def __post_init__(self) -> None:
        for array in (self.values, self.ranks):
            if (
                array.ndim != 1
                or not array.size
                or not np.isfinite(array).all()
                or (np.diff(array) <= 0).any()
            ):
                raise ValueError("ranks need values that rise, all of them finite")
        if len(self.values) != len(self.ranks) or self.ranks[0] <= 0 or self.ranks[-1] >= 1:
            raise ValueError("ranks need one rank within 0..1 for each value")

    def __call__(self, x: Any) -> Values:
        """The ranks of values (n,), also a list: (n,), 1 for what is stranger than every held-back digit.

        >>> Ranks(np.array([1.0, 3.0]), np.array([0.5, 0.75]))([0, 2, 3, 4]).tolist()
        [0.5, 0.625, 0.75, 1.0]
        """
        return np.interp(x, self.values, self.ranks, right=1.0)

    def value(self, rank: float) -> float:
        """The value that has a rank."""
        return float(np.interp(rank, self.ranks, self.values))


def ranks(measured: Values) -> Ranks:
    """The ranks among values (n,), n of 1 or more, in any order; their tail exactly, the rest in steps.

    >>> ranks(np.arange(99.0))([0, 49, 98, 99]).round(2).tolist()
    [0.01, 0.5, 0.99, 1.0]
    """
    rising, count = np.unique(measured, return_counts=True)
    rank = np.cumsum(count) / (len(measured) + 1)  # equal values have the rank of the last
    steps = np.searchsorted(rank, np.arange(0, 1 - TAIL, 0.05)).clip(max=len(rank) - 1)
    kept = np.unique(np.concatenate([steps, np.flatnonzero(rank >= 1 - TAIL), [len(rank) - 1]]))
    return Ranks(rising[kept], rank[kept])


@dataclass(frozen=True, eq=False)
class Calibration:
    """What tells digits from the rest.

    Attributes:
        unexplained: the ranks of what the autoencoder leaves unexplained.
        other: the ranks of how likely the reader takes a picture for none of its labels.
        threshold: the largest score that a digit may have.
        quantile: the share of the held-back digits whose score is at most that.
        held_back: how many digits it was set on.
    """

    unexplained: Ranks
    other: Ranks
    threshold: float
    quantile: float
    held_back: int

    def score(self, unexplained: Values, other: Values) -> Values:
        """The larger of the two ranks of each picture, (n,)."""
        return np.maximum(self.unexplained(unexplained), self.other(other))

    @property
    def unexplained_allowed(self) -> float:
        """The most that may be unexplained."""
        return self.unexplained.value(self.threshold)

    @property
    def other_allowed(self) -> float:
        """The largest probability of "other" that a digit may have."""
        return self.other.value(self.threshold)

    def as_data(self) -> dict[str, Any]:
        """Numbers and lists, for a JSON file."""
        return {
            "held_back": self.held_back,
            "quantile": self.quantile,
            "threshold": self.threshold,
            "unexplained": _as_data(self.unexplained),
            "other": _as_data(self.other),
        }


def calibrate(unexplained: Values, other: Values, quantile: float = QUANTILE) -> Calibration:
    """Set the threshold on held-back digits.

    Args:
        unexplained: (n,) what is unexplained of each.
        other: (n,) how likely each is taken for none of the labels.
        quantile: the share of them that is to be recognised.
    """
    first, second = ranks(unexplained), ranks(other)
    threshold = float(np.quantile(np.maximum(first(unexplained), second(other)), quantile))
    return Calibration(first, second, threshold, quantile, len(unexplained))


def from_data(data: dict[str, Any]) -> Calibration:
    """The opposite of `Calibration.as_data`.

    Raises:
        LookupError, TypeError, ValueError: the data are no such thing.
    """
    first, second = (
        Ranks(np.array(data[name]["values"], np.float64), np.array(data[name]["ranks"], np.float64))
        for name in ("unexplained", "other")
    )
    threshold, quantile, held_back = float(data["threshold"]), float(data["quantile"]), int(data["held_back"])
    if not 0 < threshold < 1 or not 0 < quantile < 1 or held_back < 1:
        raise ValueError("the threshold and the quantile of a calibration are within 0..1")
    return Calibration(first, second, threshold, quantile, held_back)


def _as_data(ranks: Ranks) -> dict[str, list[float]]:
    return {"values": ranks.values.tolist(), "ranks": ranks.ranks.tolist()}
