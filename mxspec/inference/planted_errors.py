"""The power of a spec, measured: single errors of usual kinds, planted in rows that it accepts.

    {'age': 34, 'plan': 'pro'}, a right row  ->  {'age': 34000, ...}, {'age': -34, ...}, {'plan': 'rpo', ...}

Each kind of error is planted in each column that it changes, in some rows, one error a row. Nobody knows how
frequent the kinds are in other data, so each has the same weight: 88% is a share of kinds, not of errors to
come. Real damage is mostly of whole columns, and noticed more often.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mxspec.base.values import INVALID
from mxspec.errors import SpecDefinitionError
from mxspec.inference.column_sketch import sketch
from mxspec.inference.next_values import columns_with_next
from mxspec.inference.rows import rows_of
from mxspec.predicates import is_gap
from mxspec.promises.power import HARDLY, Power
from mxspec.specs.compiled import valid_each
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.spec import Spec, specize

_IN_CELLS: Final = 10  # errors of a kind in a column
_MOST_COLUMNS: Final = 60
_MOST_ROWS: Final = 1000  # that errors are planted in
_STALE: Final = 30  # years
_FIRST_YEAR, _LAST_YEAR = 1900, 2100  # ints between them are years
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_VOWEL: Final = re.compile("[aeiouAEIOU]")


class _Error(NamedTuple):
    """A kind of error: which values it changes, and what it makes of them."""

    changes: Callable[[Any], Any]
    damage: Callable[[Any], Any]


def power(spec: Any, rows: Any) -> Power:
    """Return the power of a spec: the share of single errors that it notices in rows that it accepts.

    Some dozen kinds of errors are planted: numbers in another unit, with a decimal shifted, with another
    sign, as text; -999 and None for a value; swapped columns; texts that are cut, empty, mistyped, in another
    case or encoding, with a blank, of a new category; dates in another format, and 30 years ago. A contract
    of `infer` knows its power, and its promise states it.

    Args:
        spec: a spec of maps or of single values, written by hand or inferred.
        rows: rows of the usual kind, as `infer` takes them; up to 1,000 that the spec accepts are used.

    Returns:
        The shares by kind. It also names the columns where the spec refuses each next value that is likely to
        come, such as a new year, since the shares do not cover such rows.

    Raises:
        SpecDefinitionError: the spec accepts none of the rows, or no kind of error changes them.

    Example:
        >>> import mxspec as s
        >>> age = s.keys(req_un={"age": s.int_in(0, 150), "name": str})
        >>> rows = [{"age": 18 + i % 70, "name": f"N{i}"} for i in range(100)]
        >>> s.power(age, rows)
        notices 50% of 12 kinds of errors in a cell of rows like these; hardly any in 'name'; least: blank
        (0%), case (0%), cut (0%)
    """
    own = specize(spec)
    drawn = [*itertools.islice(rows_of(rows), _MOST_ROWS * 10)]
    right = [row for row, x in zip(drawn, conform_each(own, drawn), strict=True) if x is not INVALID]
    if not right:
        raise SpecDefinitionError(
            f"errors are planted in rows that the spec accepts, and of {len(drawn):,} it accepts none"
        )
    shape = sketch(right).columns
    always: tuple[Any, ...] = ()
    if shape is not None:
        always = tuple(
            columns_with_next(shape, right, {}, lambda row: conform_each(own, [row])[0] is not INVALID)
        )
    answer = power_in(own, right, always)
    if answer is None:
        raise SpecDefinitionError("no kind of error changes these rows; try maps, numbers or texts")
    return answer


def power_in(spec: Spec, right: Sequence[Any], always: tuple[Any, ...]) -> Power | None:
    """Return the power of a spec in rows that it accepts; None if no kind of error changes them."""
    some = right[:: math.ceil(len(right) / _MOST_ROWS)]
    planted = [*rows_with_errors(some)]
    counts: dict[Any, list[int]] = collections.defaultdict(lambda: [0, 0])
    for (kind, key, _), is_right in zip(planted, valid_each(spec, [row for *_, row in planted]), strict=True):
        for own in (kind, ("in", key)):
            counts[own][0] += not is_right
            counts[own][1] += 1
    asked = {kind: counts[kind] for kind in (*_KINDS, _SWAP) if kind in counts}
    kinds = {kind: math.floor(100 * k / n) / 100 for kind, (k, n) in asked.items() if k < n}
    columns = dict.fromkeys(key for _, key, _ in planted if key is not None)
    hardly = tuple(key for key in columns if counts["in", key][0] < HARDLY * counts["in", key][1])
    return Power(kinds, len(asked), hardly, always) if asked else None


def rows_with_errors(rows: Sequence[Any], most: int = _IN_CELLS) -> Iterator[tuple[str, Any, Any]]:
    """Yield the kind of an error, its column, and a row with it; the column is None for rows without keys,
    and where two are swapped.

    Args:
        rows: the rows.
        most: the most errors of a kind in a column.
    """
    if not all(isinstance(row, Mapping) for row in rows):
        for kind, _, wrong in _errors_in(rows, most):
            yield kind, None, wrong
        return
    keys = [*dict.fromkeys(itertools.chain.from_iterable(rows))]
    keys = keys[:: math.ceil(len(keys) / _MOST_COLUMNS)] if keys else keys
    for key in keys:
        own = [row for row in rows if key in row]
        for kind, i, wrong in _errors_in([row[key] for row in own], most):
            yield kind, key, {**own[i], key: wrong}
    for a, b in itertools.pairwise(keys):
        if not _are_plain(rows, a) or not _are_plain(rows, b):
            continue
        both = [
            row for row in rows if a in row and b in row and type(row[a]) is type(row[b]) and row[a] != row[b]
        ]
        for row in both[:: max(1, len(both) // most)][:most]:
            yield _SWAP, None, {**row, a: row[b], b: row[a]}


def _are_plain(rows: Sequence[Any], key: Any) -> bool:
    return {type(row.get(key)) for row in rows} <= _PLAIN


def _errors_in(xs: Sequence[Any], most: int) -> Iterator[tuple[str, int, Any]]:
    """Yield the kind of an error, the place of a value, and what the error makes of it."""
    ints = [x for x in xs if type(x) is int]
    has_years = bool(ints) and min(ints) >= _FIRST_YEAR and max(ints) <= _LAST_YEAR
    for kind, error in _KINDS.items():
        places = [i for i, x in enumerate(xs) if error.changes(x)]
        if kind == "stale date" and not has_years:
            places = [i for i in places if type(xs[i]) is not int]
        for i in places[:: max(1, len(places) // most)][:most]:
            wrong = error.damage(xs[i])
            if (type(wrong), wrong) != (type(xs[i]), xs[i]):
                yield kind, i, wrong


def _is_number(x: Any) -> bool:
    if type(x) is decimal.Decimal and not x.is_finite():
        return False
    return type(x) in (int, float, decimal.Decimal) and abs(x) < 10**15  # neither NaN nor too large


def _is_text(x: Any) -> bool:
    return type(x) is str and bool(x.strip())


def _is_word(x: Any) -> bool:
    return _is_text(x) and not _ISO_DAY.match(x)


def _may_be_stale(x: Any) -> bool:
    return (
        type(x) is int or isinstance(x, datetime.date) or (type(x) is str and _ISO_DAY.match(x) is not None)
    )


def _mistype(x: str) -> str:
    i = len(x) // 2
    swapped = x[: i - 1] + x[i] + x[i - 1] + x[i + 1 :] if i else x + x
    return swapped if swapped != x else x[:i] + x[i + 1 :]


def _make_stale(x: Any) -> Any:
    if type(x) is int:
        return x - _STALE
    if type(x) is str:
        return f"{max(1, int(x[:4]) - _STALE):04}{x[4:]}"
    return x.replace(year=max(1, x.year - _STALE), day=min(x.day, 28))


_PLAIN: Final = frozenset({type(None), bool, int, float, str, datetime.date, datetime.datetime})
_SWAP: Final = "swapped columns"

_KINDS: Final[Mapping[str, _Error]] = {
    "units x 1,000": _Error(_is_number, lambda x: x * 1000),
    "decimal x 10": _Error(_is_number, lambda x: x * 10),
    "decimal / 10": _Error(lambda x: _is_number(x) and type(x) is not int, lambda x: x / 10),
    "sign": _Error(_is_number, lambda x: -x),
    "-999": _Error(_is_number, lambda x: type(x)(-999)),
    "number as text": _Error(_is_number, str),
    "null": _Error(lambda x: not is_gap(x), lambda x: None),
    "empty": _Error(_is_text, lambda x: ""),
    "cut": _Error(_is_text, lambda x: x[: len(x) // 2]),
    "typo": _Error(_is_word, _mistype),
    "new category": _Error(_is_word, lambda x: "other"),
    "case": _Error(_is_text, str.swapcase),
    "blank": _Error(_is_text, lambda x: x + " "),
    "encoding": _Error(_is_text, lambda x: _VOWEL.sub("\u00c3\u00a9", x, count=1)),
    "date format": _Error(
        lambda x: type(x) is str and _ISO_DAY.match(x), lambda x: _ISO_DAY.sub(r"\3.\2.\1", x, count=1)
    ),
    "stale date": _Error(_may_be_stale, _make_stale),
}
"""The kinds of errors in a cell."""
