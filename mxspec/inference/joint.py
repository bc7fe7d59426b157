"""Relations between columns: the anomaly score of a whole row by its numbers and categories."""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.spec import Spec
from mxspec.inference.copula import MOST_CATEGORIES, Path, cells
from mxspec.inference.from_examples import ExamplesModel, ExamplesSpec
from mxspec.promises.conformal import conformal

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_MOST_LEARNT: Final = 5000  # rows; each score compares with all of them


@dataclasses.dataclass(frozen=True)
class RowEncoder:
    """The features of rows: a column for each number, and one for each category.

    Attributes:
        columns: the number where there is no value, by the place of a column, and a category if it is of one.
    """

    columns: Mapping[tuple[Path, str | None], float]

    def __call__(self, row: Any) -> Floats:
        features: Floats = self.batch([row])[0]
        return features

    def batch(self, rows: Sequence[Any]) -> Floats:
        """Return rows as numbers (n, d)."""
        import numpy as np

        place = {column: i for i, column in enumerate(self.columns)}
        encoded = np.tile([*self.columns.values()], (len(rows), 1))
        for out, row in zip(encoded, rows, strict=True):
            for path, x in cells(row):
                name, number = (x, 1.0) if type(x) is str else (None, _as_number(x))
                if number is not None and (path, name) in place:
                    out[place[path, name]] = number
        return encoded


def learn_joint(base: Sequence[Any], rest: Sequence[Any], alpha: float, confidence: float) -> Spec | None:
    """Return the spec of rows whose columns go together, or None if there are no two columns.

    Args:
        base: the rows to learn from.
        rest: the rows that set the threshold.
        alpha, confidence: as in `conformal`.
    """
    from mxspec.inference.linear_autoencoder import NEAREST, column_scales, learn  # imports numpy

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
    encoder = RowEncoder(columns)
    rows = encoder.batch(base[:_MOST_LEARNT])
    autoencoder = learn(rows, column_scales(rows))
    scores = autoencoder.anomaly_scores(encoder.batch(rest))
    threshold = conformal(
        scores, alpha, confidence, of="rows", ordered=False
    )  # infer tests the order of rows
    low, high, examples = rows.min(axis=0), rows.max(axis=0), tuple(base[i] for i in autoencoder.order)
    model = ExamplesModel(autoencoder, threshold, rows.shape[1:], rows.dtype, low, high, encoder, examples)
    return ExamplesSpec(model)


def _as_number(x: Any) -> float | None:
    """Return a number, a bool or a date as a float, or None for anything else, NaN too."""
    if isinstance(x, datetime.date):
        x = x.toordinal() + (x.hour / 24 if isinstance(x, datetime.datetime) else 0)
    return float(x) if isinstance(x, (int, float)) and x == x and abs(x) < 1e300 else None
