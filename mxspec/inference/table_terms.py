"""Terms of a table as a whole, which no row breaks alone: no repeats, no fall, shares of missing values.

    5,000 rows, each 'id' once, 'coupon' missing in 2,600  ->  unique=('id',), missing={'coupon': 0.54}

Each has a bound. That no value of a sample repeats says that few do; a share of missing values is at most its
bound with the confidence of the contract (Clopper and Pearson, 1934). Of the number of rows one table says
nothing, so `min_rows` is for whoever knows it.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mxspec.errors import SpecDefinitionError
from mxspec.inference.sketch import DIGESTED, Shape, Values
from mxspec.predicates import is_nat_int, is_number
from mxspec.promises.bounds import binomial_cdf, most_refused
from mxspec.promises.promise import round_up, share_text
from mxspec.values import is_hashable, repr_of, short_repr

LEAST_UNIQUE: Final = 100  # values without a repeat that state a key
_MISSING: Final = frozenset({"none", "nan", "decimal nan"})


@dataclasses.dataclass(frozen=True)
class TableTerms:
    """Terms of a table.

    Attributes:
        unique: the columns where no value occurs twice.
        missing: the largest share of rows where a column has no value, None or NaN.
        min_rows: the least number of rows; 0 says nothing.
        confidence: the confidence of these shares, and that no such table is refused for one of them.
        monotone: the columns where no value is less than the one before it, of rows in their order.
    """

    unique: tuple[Any, ...] = ()
    missing: Mapping[Any, float] = dataclasses.field(default_factory=dict)
    min_rows: int = 0
    confidence: float = 0.99
    monotone: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        shares = all(is_number(share) and 0 <= share <= 1 for share in self.missing.values())
        if not (shares and is_nat_int(self.min_rows)):
            raise SpecDefinitionError(
                "the terms of a table are unique=(column, ...), missing={column: share from 0 to 1} and "
                f"min_rows from 0, not {short_repr(self)}"
            )

    def allows_missing(self, column: Any, missing: int, rows: int) -> bool:
        """True if so many missing values are no more than the share of a column explains."""
        share = self.missing.get(column, 1.0)
        if missing <= share * rows:
            return True
        return share > 0 and 1 - binomial_cdf(missing - 1, rows, share) >= 1 - self.confidence

    def problems(self, rows: Iterable[Mapping[Any, Any]]) -> list[str]:
        """Return the terms that rows break, in words.

        Example:
            >>> TableTerms(unique=("id",), missing={"coupon": 0.5}).problems([{"id": 7}, {"id": 7}] * 5)
            ["'id': 7 occurs 10 times", "'coupon': missing in 10 of 10 rows, at most 50% may be"]
            >>> TableTerms(monotone=("id",)).problems([{"id": 7}, {"id": 9}, {"id": 8}])
            ["'id': 8 comes after 9"]
        """
        rows = [*rows]
        problems = [f"{len(rows):,} rows, at least {self.min_rows:,} are required"]
        problems = problems if len(rows) < self.min_rows else []
        for column in self.unique:
            values = [x for row in rows if (x := row.get(column)) is not None]
            keys = (x if is_hashable(x) else repr_of(x) for x in values)
            for x, count in collections.Counter(keys).most_common(1):
                if count > 1:
                    problems.append(f"{column!r}: {short_repr(x)} occurs {count:,} times")
        for column in self.monotone:
            values = [x for row in rows if (x := row.get(column)) is not None]
            with contextlib.suppress(
                TypeError
            ):  # of values of several types, which the rows' own spec refuses
                for a, b in [pair for pair in itertools.pairwise(values) if pair[1] < pair[0]][:1]:
                    problems.append(f"{column!r}: {short_repr(b)} comes after {short_repr(a)}")
        for column, share in self.missing.items():
            missing = sum((x := row.get(column)) is None or x != x for row in rows)
            if not self.allows_missing(column, missing, len(rows)):
                words = f"missing in {missing:,} of {len(rows):,} rows, at most {share_text(share)} may be"
                problems.append(f"{column!r}: {words}")
        return problems


def terms_of(columns: Shape | None, confidence: float, monotone: tuple[Any, ...] = ()) -> TableTerms:
    """Return the terms that rows with these columns state, some of which never fall."""
    if columns is None:
        return TableTerms(confidence=confidence)
    missing: dict[Any, float] = {}
    for key, place in columns.values.items():
        count = columns.count - sum(kind.count for word, kind in place.kinds.items() if word not in _MISSING)
        if count:
            missing[key] = round_up(most_refused(count, columns.count, confidence))
    unique = tuple(key for key, place in columns.values.items() if is_unique(place))
    return TableTerms(unique, missing, confidence=confidence, monotone=monotone)


def is_unique(place: Values) -> bool:
    """True if none of many values at a place occurs twice, of those that are kept."""
    kinds = [kind for word, kind in place.kinds.items() if word not in _MISSING]
    if len(kinds) != 1 or kinds[0].word not in DIGESTED:
        return False
    counts = kinds[0].digests.values()
    return len(counts) >= LEAST_UNIQUE and max(counts) == 1
