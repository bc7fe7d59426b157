"""The terms of a table that its rows state: each with a law that bounds how often the next table breaks it.

    2,000 rows, 'id' from 0 to 1999, each once       ->  unique=('id',)
    100 rows, 'id' below 10,000,000, each once       ->  nothing: so are numbers at random
    5,000 rows, 'plan' pro in 1,700, team in 3       ->  occur={'plan': {'pro': 38}}

**No repeat.** The probability that n values drawn at random out of N do not repeat is about
exp(-n (n - 1) / 2 N): the birthday problem (Feller, "An introduction to probability theory", 1968, II.3). A
column is a key if this is less than 1 - confidence, for all such columns together; else chance explains it. N
is the number of ints from the least to the greatest, or of texts that are laid out alike. Where there is no
such number, as for names and UUIDs, N is a million: there may be so many things with a name.

**A value that occurs.** If its share is q or more, it is absent from m rows with a probability of at most
(1 - q)^m. q is a bound (Clopper and Pearson, 1934), and m is the least number that makes this at most the
value's part of 1 - confidence: half is for the bounds, half for the next table, divided among all candidate
values. It is stated if m is at most the number of rows; it does not bind tables of fewer than m rows.

**Missing values** get a bound on their share, by the same theorem, unless the column drifts with the rows, or
they come in an order: a share of January predicts nothing about February then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from mxspec.base.values import stable_order
from mxspec.inference.layouts import Layout, Run
from mxspec.inference.sketch import COUNTED, MISSING, Kind, Shape, Sketch
from mxspec.inference.structure import LEAST_SERIAL
from mxspec.inference.table_terms import TableTerms
from mxspec.promises.bounds import most_refused
from mxspec.promises.promise import round_up

LEAST_UNIQUE: Final = 100  # values without a repeat that state a key
_THINGS: Final = 1_000_000  # that may have a name each
_RANDOM: Final = 1 << 60  # so many names are drawn at random, not counted up
_MOST_VALUES: Final = 50  # of a column with values that have to occur
_LETTERS: Final[Mapping[str, int]] = {"9": 10, "F": 6, "Z": 20, "f": 6, "z": 20}
_NO_DIGITS: Final = re.compile(r"[^0-9]+")


def terms_of(
    sketch: Sketch,
    confidence: float,
    monotone: tuple[Any, ...] = (),
    categories: Collection[Any] = (),
    counted: int | None = None,
    unsteady: Collection[Any] = (),
) -> TableTerms:
    """Return the terms of a table that rows state.

    Args:
        sketch: the rows.
        confidence: the confidence of the terms.
        monotone: the columns that never fall.
        categories: the columns with few values, which may have to occur.
        counted: the number of independent rows that the rows count as, None for all.
        unsteady: the columns where the share of missing values predicts nothing about later rows.
    """
    columns = sketch.columns if sketch.groups is None else None
    if columns is None:
        return TableTerms(confidence=confidence)
    missing: dict[Any, float] = {}
    candidates = []
    for key, place in columns.values.items():
        kinds = [kind for word, kind in place.kinds.items() if word not in MISSING]
        gaps = columns.count - sum(kind.count for kind in kinds)
        if gaps and key not in unsteady:
            independent = counted or columns.count
            most = math.ceil(gaps * independent / columns.count)
            missing[key] = round_up(most_refused(most, independent, confidence))
        digests = sketch.apart.get(key) or b""
        if len(kinds) == 1 and kinds[0].count >= LEAST_UNIQUE and len(digests) == 8 * kinds[0].count:
            candidates.append((key, kinds[0]))
    chance = (1 - confidence) / max(len(candidates), 1)
    sample = [row for _, row in sketch.sample if isinstance(row, Mapping)]
    unique = tuple(
        (key,) if isinstance(key, tuple) else key
        for key, kind in candidates
        if kind.count * (kind.count - 1) / 2
        >= -math.log(chance) * _pool(kind, [row.get(key) for row in sample])
    )
    occur = _values_that_occur(columns, categories, counted or columns.count, confidence)
    return TableTerms(unique, monotone, missing, confidence=confidence, occur=occur)


def _values_that_occur(
    columns: Shape, categories: Collection[Any], counted: int, confidence: float
) -> dict[Any, dict[Any, int]]:
    """Return the values that occur in each table of so many rows, by column."""
    asked: dict[Any, dict[Any, int]] = {}
    for key, place in columns.values.items():
        kinds = [kind for word, kind in place.kinds.items() if word not in MISSING]
        if key in categories and len(kinds) == 1 and kinds[0].word in COUNTED:
            counts = {x: count for x, (count, _) in (kinds[0].values or {}).items()}
            if 1 < len(counts) <= _MOST_VALUES:
                asked[key] = counts
    chance = (1 - confidence) / 2 / max(1, sum(map(len, asked.values())))
    rows_each = columns.count / counted
    occur: dict[Any, dict[Any, int]] = {}
    for key, counts in asked.items():
        for x in stable_order(counts):
            independent = int(counts[x] / rows_each)
            share = 1 - most_refused(counted - independent, counted, 1 - chance)
            least = math.inf if share <= 0 else math.log(chance) / math.log1p(-share) * rows_each
            if least <= columns.count:
                occur.setdefault(key, {})[x] = math.ceil(least)
    return occur


# --- how many values there may be ---------------------------------------------------------------------------


def are_serial(kind: Kind, sample: list[Any]) -> bool:
    """Return True for texts with serial numbers: none repeats, and half of those laid out alike occur."""
    is_apart = kind.word == "str" and kind.count >= LEAST_SERIAL and max(kind.digests.values()) == 1
    return is_apart and _pool(kind, sample, math.inf) < 2 * kind.count


def _pool(kind: Kind, sample: list[Any], things: float = _THINGS) -> float:
    """Return the number of values that a column may draw from; things if that is not known."""
    if kind.word == "int":
        return float(kind.highs["value"][0] - kind.lows["value"][0] + 1)
    layouts = (kind.layouts.get("runs") or kind.layouts.get("words") or {}) if kind.word == "str" else {}
    pool = float(sum(map(_texts_of, layouts.values()))) or math.inf
    if len(layouts) == 1 and 1 < pool < _RANDOM:
        numbers = [int(digits) for x in sample if isinstance(x, str) and (digits := _NO_DIGITS.sub("", x))]
        [layout] = layouts.values()
        if len(numbers) > 1 and all(_has_one_text(run) or "9" in run.classes for run in layout.runs):
            width = max(numbers) - min(numbers)  # of a sample; all rows may reach farther
            return min(pool, width * (len(numbers) + 1) / (len(numbers) - 1) + 1)
    return pool if pool < _RANDOM else things


def _has_one_text(run: Run) -> bool:
    return bool(run.positions) and all(position.other is None for position in run.positions)


def _texts_of(layout: Layout) -> int:
    """Return the number of texts with this layout."""
    total = 1
    for run in layout.runs:
        if run.positions:
            own = [1 if at.other is None else _letters_of(at.classes) for at in run.positions]
            total *= math.prod(own)
        else:
            letters = _letters_of(run.classes)
            total *= sum(letters**length for length in range(run.low[0], run.high[0] + 1))
    return total


def _letters_of(classes: Collection[str]) -> int:
    return sum(_LETTERS[each] for each in classes)
