"""Relations between columns: an anomaly score of a whole row, under a conformal threshold."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.inference.copula import MOST_CATEGORIES, fields_in
from mxspec.models.conformal import ConformalThreshold, conformal
from mxspec.predicates import TaggedValue

if TYPE_CHECKING:
    import numpy as np

    from mxspec.models.linear_autoencoder import LinearAutoencoder

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_MOST_LEARNT: Final = 5000  # rows; each score compares with all of them
_ROUNDING: Final = 1e-9  # of a score: a sum of floats depends on the number of rows that are scored together

Path = tuple[Any, ...]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JointModel:
    """A predicate: the anomaly score of a row is at most a threshold.

    Attributes:
        means: the mean of each column of numbers, which stands for a missing one, by its place in a row.
        categories: the categories of each other column.
        autoencoder: the linear autoencoder of the columns, each in its standard deviation.
        threshold: the conformal threshold of the scores.
    """

    means: Mapping[Path, float]
    categories: Mapping[Path, tuple[str, ...]]
    autoencoder: LinearAutoencoder
    threshold: ConformalThreshold

    def __call__(self, row: Any) -> bool:
        return bool(self.score(row) <= self.threshold.value * (1 + _ROUNDING))

    def score(self, row: Any) -> float:
        """Return the anomaly score of a row."""
        return float(self.autoencoder.anomaly_scores(_encode([row], self.means, self.categories))[0])

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

    columns: dict[Path, list[Any]] = collections.defaultdict(list)
    for row in base:
        for path, x in _values(row):
            columns[path].append(x)
    means: dict[Path, float] = {}
    categories: dict[Path, tuple[str, ...]] = {}
    for path, xs in columns.items():
        numbers = [number for x in xs if (number := _as_number(x)) is not None]
        if len(numbers) == sum(x is not None and x == x for x in xs) and numbers:
            means[path] = sum(numbers) / len(numbers)
        elif len(names := {x for x in xs if type(x) is str}) <= MOST_CATEGORIES:
            categories[path] = tuple(sorted(names))
    if len(means) + len(categories) < 2 or len(base) <= NEAREST:
        return None
    rows = _encode(base[:_MOST_LEARNT], means, categories)
    autoencoder = learn(rows, column_scales(rows))
    scores = autoencoder.anomaly_scores(_encode(rest, means, categories))
    return JointModel(means, categories, autoencoder, conformal(scores, alpha, confidence, of="rows"))


def _values(row: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values in a row, each with its place, those of nested maps too."""
    if isinstance(row, TaggedValue):  # what or_ conforms to
        row = row[1]
    fields = fields_in(row)
    if fields is not None:
        for key, part in fields.items():
            yield from _values(part, (*path, key))
    elif not path and isinstance(row, (list, tuple)):
        for i, part in enumerate(row):
            yield from _values(part, (i,))
    else:
        yield path, row


def _as_number(x: Any) -> float | None:
    """Return a number, a bool or a date as a float, or None for anything else, NaN too."""
    if isinstance(x, datetime.date):
        x = x.toordinal() + (x.hour / 24 if isinstance(x, datetime.datetime) else 0)
    return float(x) if isinstance(x, (int, float)) and x == x and abs(x) < 1e300 else None


def _encode(
    rows: Sequence[Any], means: Mapping[Path, float], categories: Mapping[Path, tuple[str, ...]]
) -> Floats:
    """Return rows as numbers (n, d): a column for each number, and one for each category."""
    import numpy as np

    codes = {path: {name: i for i, name in enumerate(names)} for path, names in categories.items()}
    width = len(means) + sum(map(len, codes.values()))
    encoded = np.zeros((len(rows), width))
    encoded[:, : len(means)] = [*means.values()]
    place = {path: i for i, path in enumerate(means)}
    start = len(means)
    for path, names in codes.items():
        place[path], start = start, start + len(names)
    for out, row in zip(encoded, rows, strict=True):
        for path, x in _values(row):
            if path in means:
                number = _as_number(x)
                if number is not None:
                    out[place[path]] = number
            elif path in codes and type(x) is str and x in codes[path]:
                out[place[path] + codes[path][x]] = 1
    return encoded
