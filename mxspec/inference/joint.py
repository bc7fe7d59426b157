"""Relations between columns: an anomaly score of a whole row, under a conformal threshold."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.inference.copula import MOST_CATEGORIES, Path, cells
from mxspec.models.conformal import ConformalThreshold, conformal

if TYPE_CHECKING:
    import numpy as np

    from mxspec.models.linear_autoencoder import LinearAutoencoder

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_MOST_LEARNT: Final = 5000  # rows; each score compares with all of them
_ROUNDING: Final = 1e-9  # of a score: a sum of floats depends on the number of rows that are scored together

Columns = Mapping[tuple[Path, str | None], float]
"""The number where there is no value, by the place of a column, and a category if it is one of these."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JointModel:
    """A predicate: the anomaly score of a row is at most a threshold.

    Attributes:
        columns: the columns of a row in numbers.
        autoencoder: the linear autoencoder of the columns, each in its standard deviation.
        threshold: the conformal threshold of the scores.
    """

    columns: Columns
    autoencoder: LinearAutoencoder
    threshold: ConformalThreshold

    def __call__(self, row: Any) -> bool:
        return bool(self.score(row) <= self.threshold.value * (1 + _ROUNDING))

    def score(self, row: Any) -> float:
        """Return the anomaly score of a row."""
        return float(self.autoencoder.anomaly_scores(_encode([row], self.columns))[0])

    def why_not(self, row: Any) -> str:
        """Return the reason why a row is refused."""
        return self.threshold.why_not(self.score(row))

    def __repr__(self) -> str:
        return f"<columns go together as in {self.threshold.n:,} {self.threshold.of}>"


def learn_joint(
    base: Sequence[Any], rest: Sequence[Any], alpha: float, confidence: float
) -> JointModel | None:
    """Return the model of some rows, with a threshold set on others; None if there are no two columns.

    Args:
        base: the rows to learn from.
        rest: the rows that set the threshold.
        alpha, confidence: as in `conformal`.
    """
    from mxspec.models.linear_autoencoder import NEAREST, column_scales, learn  # imports numpy

    values: dict[Path, list[Any]] = collections.defaultdict(list)
    for row in base:
        for path, x in cells(row):
            values[path].append(x)
    columns: dict[tuple[Path, str | None], float] = {}
    for path, xs in values.items():
        numbers = [number for x in xs if (number := _as_number(x)) is not None]
        if len(numbers) == sum(x is not None and x == x for x in xs) and numbers:
            columns[path, None] = sum(numbers) / len(numbers)
        elif len(names := {x for x in xs if type(x) is str}) <= MOST_CATEGORIES:
            columns |= {(path, name): 0.0 for name in sorted(names)}
    if len({path for path, _ in columns}) < 2 or len(base) <= NEAREST:
        return None
    rows = _encode(base[:_MOST_LEARNT], columns)
    autoencoder = learn(rows, column_scales(rows))
    scores = autoencoder.anomaly_scores(_encode(rest, columns))
    return JointModel(columns, autoencoder, conformal(scores, alpha, confidence, of="rows"))


def _as_number(x: Any) -> float | None:
    """Return a number, a bool or a date as a float, or None for anything else, NaN too."""
    if isinstance(x, datetime.date):
        x = x.toordinal() + (x.hour / 24 if isinstance(x, datetime.datetime) else 0)
    return float(x) if isinstance(x, (int, float)) and x == x and abs(x) < 1e300 else None


def _encode(rows: Sequence[Any], columns: Columns) -> Floats:
    """Return rows as numbers (n, d)."""
    import numpy as np

    place = {column: i for i, column in enumerate(columns)}
    encoded = np.tile([*columns.values()], (len(rows), 1))
    for out, row in zip(encoded, rows, strict=True):
        for path, x in cells(row):
            name, number = (x, 1.0) if type(x) is str else (None, _as_number(x))
            if number is not None and (path, name) in place:
                out[place[path, name]] = number
    return encoded
