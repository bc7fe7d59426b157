"""The next values of a column, such as a year or a patient not seen yet, and the contract's verdict on them.

    'year' is 1990 in all rows  ->  the contract refuses each row of 1991, and the promise says so
    'age' from 18 to 91         ->  92 is refused, too, but nothing says that 92 comes next

A promise covers rows like these. Rows of the next period or unit differ from these only in the value that
names the period or the unit, so a contract that refuses every such value refuses all of those rows. The next
values of a column are tested if they are likely to come:

- it has one value so far;
- it stands for time, by its name, or by its values: years, days, months, weeks, quarters, seconds of Unix, in
  many notations. A column of months with all twelve, or of all days of the week, has no next value;
- its name stands for units, such as `state`, `school` or `id`.

Columns that move with such a column, as the size of a school does, are guarded too
(`mxspec.inference.group_keys.columns_moved_by`).

Rows that are not maps are skipped.

Next values resemble the ones that occur: the next number or day, the same text with the next year or with
another letter or digit. results/contracts.md reports how often a broken promise was announced in this way.
Most columns are found by their names: a period or a unit goes unnoticed if neither the name nor the values
reveal it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.inference.sketch import MISSING, Kind, Shape, Values
from mxspec.inference.structure import Ease, Path
from mxspec.inference.wide_ends import step_of_time

_TIME: Final = re.compile(
    r"(^|_|\.)(yr|month|mon|quarter|qtr|week|date|day|wave|period|season|semester|decade|batch)s?$"
    r"|years?$|^time$"
    r"|^(year|month|quarter|week|date|wave|period)(_|\.)|(?-i:[a-z](Year|Date|Month))$",
    re.IGNORECASE,
)
_UNITS: Final = (
    "subject|subj|patient|person|child|student|school|class|firm|company|site|country|state|county|city|town"
    "|village|district|region|province|family|household|team|player|plot|tree|plant|animal|hospital|clinic"
    "|store|shop|location|station|device|sensor|user|customer|account|machine|cluster"
)
_UNIT: Final = re.compile(
    rf"(^|_|\.)(id|nr|no|code|key|name|{_UNITS})$|^id[a-z]*$|({_UNITS}|order|item)s?id$"
    r"|(?-i:[a-z]I[Dd])$|[a-z](code|name)$",
    re.IGNORECASE,
)
_MONTHS: Final = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_NOTATIONS: Final = re.compile(
    rf"{_MONTHS}\.?$|(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?$|((19|20)\d\d[- ]?)?[wq]\d\d?$"
    r"|(19|20)\d\d([-/.]?\d\d?){0,2}([T ].*)?$|\d\d?[./-]\d\d?[./-](19|20)?\d\d([T ].*)?$"
    rf"|\d\d?[- ]{_MONTHS}[- ](19|20)?\d\d([T ].*)?$|{_MONTHS} \d\d?,? (19|20)\d\d$",
    re.IGNORECASE,
)
"""Texts that stand for a month, a day of the week, a week, a quarter, a year, a day or a moment."""

_CYCLES: Final = {
    re.compile("quarter|qtr|season", re.IGNORECASE): (4,),
    re.compile("mon", re.IGNORECASE): (12,),
    re.compile("day", re.IGNORECASE): (7, 31, 366),
    re.compile("week", re.IGNORECASE): (7, 52, 53),
}
"""The sizes of full sets of quarters, months, days and weeks, without a next one, by words in a name."""

_NAMES_IN_CYCLE: Final = (4, 7, 12)  # of quarters, days and months
_TYPES: Final = frozenset({bool, int, float, str, datetime.date, datetime.datetime})
_LEAST: Final = 3  # units
_LONG_LIST: Final = 6  # values
_LONG: Final = 200  # characters
_MOST: Final = 20  # next values to test
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def columns_with_next(
    shape: Shape,
    rows: Sequence[Mapping[Any, Any]],
    eased: Mapping[Path, Ease],
    accepts: Callable[[Any], bool],
) -> Iterator[Any]:
    """Yield the columns of maps where the contract refuses each next value.

    Args:
        shape: the sketch of the maps.
        rows: some of them.
        eased: by path, the columns with looser bounds, or with none.
        accepts: the contract, a function of a map.

    Example:
        >>> from mxspec.inference.column_sketch import sketch
        >>> rows = [{"year": 1990, "v": i % 7 / 7, "state": "AB"[i % 2]} for i in range(100)]
        >>> shape = sketch(rows).columns
        >>> [*columns_with_next(shape, rows, {}, lambda row: row["year"] == 1990)]
        ['year']
    """
    for key, place in shape.values.items():
        kinds = [kind for word, kind in place.kinds.items() if word not in MISSING]
        row = next((row for row in rows if key in row), None)
        if eased.get((key,), Ease.TIGHT) < Ease.FROM and len(kinds) <= 1 and row is not None:
            cells = [each.get(key) for each in rows]
            values = _different_values(kinds[0], cells) if kinds else []
            count = kinds[0].count if kinds and kinds[0].values is not None else len(cells)
            nexts = [*_next_values(key, values, count)] if kinds else [1, "a", 1.5]
            if nexts and not any(accepts({**row, key: x}) for x in nexts):
                yield key


def is_short_list(key: Any, place: Values) -> bool:
    """True for a column of two to five values that do not stand for time, such as three countries.

    A new one may come, but while the rows are like these it is rarer than a mistyped one: they stay a set.
    """
    kinds = [kind for word, kind in place.kinds.items() if word not in MISSING]
    values = [*(kinds[0].values or ())] if len(kinds) == 1 else []
    is_time = bool(values) and (_are_times(values) or _TIME.search(key if isinstance(key, str) else ""))
    return 1 < len(values) < _LONG_LIST and not is_time


def _different_values(kind: Kind, sample: Sequence[Any]) -> list[Any]:
    """Return the different values of a column, or those in a sample, with the greatest value."""
    if kind.values is not None:
        return [*map(_plain_moment, kind.values)]
    there = [y for x in sample if type(y := _plain_moment(x)) in _TYPES and y == y]
    last = [_plain_moment(kind.highs["value"][0])] if there and "value" in kind.highs else []
    return [*dict.fromkeys(there + last)]


def _plain_moment(x: Any) -> Any:
    """Return a moment of pandas as one of Python, and other values as they are."""
    is_other = isinstance(x, datetime.datetime) and type(x) is not datetime.datetime and x == x  # no NaT
    return datetime.datetime.combine(x.date(), x.timetz()) if is_other else x


def _next_values(key: Any, values: list[Any], count: int) -> list[Any]:
    """Return the next values of a column if any are likely to come."""
    types = {*map(type, values)}
    if len(types) != 1 or not types <= _TYPES:
        return []
    name = key if isinstance(key, str) else ""
    is_time = _are_times(values)
    is_unit = (
        types <= {int, str} and len(values) >= _LEAST and _UNIT.search(name) and 2 * len(values) <= count
    )
    if not (len(values) == 1 or is_time or _TIME.search(name) or is_unit) or _is_cycle(name, values):
        return []
    if types == {str}:
        return _next_texts(values)
    last = max(values)
    if types == {bool}:
        return [not last] if len(values) == 1 else []
    if isinstance(last, datetime.date):
        try:
            return [last + datetime.timedelta(days=1)]
        except OverflowError:  # the last day of the calendar
            return []
    if isinstance(last, int):
        return [last + max(1, step_of_time(min(values), last))]
    if len(values) == 1 or all(map(float.is_integer, values)):
        return [last + 1]
    is_year = step_of_time(min(values), last) == 1  # as 2000.25 is April 2000
    return [last + (last - max(x for x in values if x < last))] if is_year else []


def _are_times(values: list[Any]) -> bool:
    if isinstance(values[0], str):
        return all(len(x) < _LONG and _NOTATIONS.match(x) for x in values)
    if type(values[0]) is int:
        return step_of_time(min(values), max(values)) > 0
    return isinstance(values[0], datetime.date)


def _is_cycle(name: str, values: list[Any]) -> bool:
    if isinstance(values[0], str):
        return len(values) in _NAMES_IN_CYCLE and not any(map(_YEAR.search, values)) and _are_times(values)
    lengths = {n for words, own in _CYCLES.items() if words.search(name) for n in own}
    return any({*values} == {*range(start, start + n)} for n in lengths for start in (0, 1))


def _next_texts(values: list[str]) -> list[Any]:
    """Return texts with the year after the last one or, without years, with another letter or digit."""
    seen, short = {*values}, [x for x in values if 0 < len(x) < _LONG]
    if years := _YEAR.findall(" ".join(short)):
        year = max(years)
        nexts = [x.replace(year, str(int(year) + 1)) for x in short if year in x]
        if nexts := [x for x in nexts if x not in seen][:_MOST]:
            return nexts
    nexts = []
    for x in short[: 3 * _MOST]:
        for i in reversed(range(len(x))):
            new = [y for each in _similar_letters(x[i]) if (y := x[:i] + each + x[i + 1 :]) not in seen]
            if new:
                nexts.append(new[len(new) // 2])
                break
    return nexts[:_MOST]


def _similar_letters(letter: str) -> str:
    """Return the letters or digits that may replace one."""
    if letter.isdigit():
        return "0123456789"
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters if letter.islower() else letters.upper() if letter.isupper() else ""
