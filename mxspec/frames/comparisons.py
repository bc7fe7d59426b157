"""Two columns compared by their engine, exactly as Python compares their cells.

An engine compares an int with a float as two floats, and moments of two units in the coarser one. Where that
loses something, the expressions require more.
"""

from __future__ import annotations

import datetime
import decimal
import operator
from typing import Any, Final

from mxspec.base.value_types import NUMBERS, VALUE_TYPES
from mxspec.frames.columns import Cells, NotAskedError, Verdict, conjunction, disjunction

_INT64: Final = 1 << 63
_EXACT: Final = 1 << 53  # ints up to it are floats


def compare_cells(a: Cells, b: Cells, or_equal: bool) -> Verdict:
    """Return the expression of rows with a cell less than another one, where both are there.

    Args:
        a, b: the cells of two columns.
        or_equal: True if equal cells are accepted.

    Raises:
        NotAskedError: the engine can't answer as Python does.
    """
    is_before = operator.le if or_equal else operator.lt
    kinds = a.kind, b.kind
    if kinds in ((int, float), (float, int)):
        return _compare_int_and_float(a, b, or_equal)
    if a.kind is not b.kind:
        if {*kinds} <= {*NUMBERS}:
            raise NotAskedError
        return False  # the comparison raises
    if a.kind is int:
        is_small = all(each.low >= -_INT64 and each.high < _INT64 for each in (a, b))
        if not is_small and (a.low, a.high) != (b.low, b.high):
            raise NotAskedError  # an engine may compare them as floats
        return is_before(a.expr, b.expr)  # type: ignore[no-any-return]
    if a.kind is datetime.datetime:
        if (a.zone is None) != (b.zone is None):
            return False
        return is_before(*_moments_in_one_unit(a, b))  # type: ignore[no-any-return]
    if a.kind is datetime.timedelta and (a.is_fine or b.is_fine or a.step != b.step):
        raise NotAskedError
    if a.kind is decimal.Decimal and a.scale != b.scale:
        raise NotAskedError
    if a.kind is str and not (a.engine.orders_texts and a.engine.compares_texts):
        raise NotAskedError
    row = VALUE_TYPES.get(a.kind)
    if row is None or not (row.is_number or row.has_order or a.kind is str):
        raise NotAskedError
    return is_before(a.expr, b.expr)  # type: ignore[no-any-return]


def _moments_in_one_unit(a: Cells, b: Cells) -> list[Any]:
    """Return the expressions of moments in one zone and one unit, in the microseconds that Python has."""
    import narwhals as nw

    if a.zone != b.zone and not a.engine.converts_zones:
        raise NotAskedError
    is_one_unit = (a.step, a.is_fine) == (b.step, b.is_fine)
    moments = []
    for each in (a, b):
        x: Any = each.expr.dt.truncate("1us") if each.is_fine else each.expr
        x = x if is_one_unit else x.cast(nw.Datetime("us", each.zone))
        moments.append(x if a.zone == b.zone else x.dt.convert_time_zone("UTC"))
    return moments


def _compare_int_and_float(a: Cells, b: Cells, or_equal: bool) -> Verdict:
    """Return the expression of an int less than a float, or a float less than an int.

    The float next to an int is on the same side of other floats as the int, since rounding keeps the order.
    Where it equals the other float, which is then whole, the int is compared with that as an int. That takes
    polars half the time of `_compare_by_floor`.
    """
    import narwhals as nw

    ints, floats = (a, b) if a.kind is int else (b, a)
    if ints.low < -_INT64 or ints.high >= _INT64:
        raise NotAskedError
    is_small = ints.low >= -_EXACT and ints.high <= _EXACT
    if not is_small and not a.engine.rounds_ints:
        return _compare_by_floor(ints.expr, floats.expr, ints is a, or_equal)
    x, y = ints.expr, floats.expr
    near: Any = x.cast(nw.Float64)
    is_before = operator.le if or_equal else operator.lt
    first, second = (near, y) if ints is a else (y, near)
    if is_small:
        return is_before(first, second)  # type: ignore[no-any-return]
    is_equal: Any = near == y
    whole: Any = nw.when(is_equal & (y < float(_INT64))).then(y).otherwise(nw.lit(0.0)).cast(nw.Int64)
    if ints is a:
        beside = disjunction([y >= float(_INT64), is_before(x, whole)])
    else:
        beside = conjunction([y < float(_INT64), is_before(whole, x)])
    return disjunction([first < second, conjunction([is_equal, beside])])


def _compare_by_floor(x: Any, y: Any, is_int_first: bool, or_equal: bool) -> Verdict:
    """Return the same for pyarrow and whatever may hold its columns, which make no float of a large int.

    A float within the ints of 64 bits is compared by the int below it, and by the fraction that is left.
    """
    import narwhals as nw

    is_inside: Any = (y >= float(-_INT64)) & (y < float(_INT64))
    inside = nw.when(is_inside).then(y).otherwise(nw.lit(0.0))
    floor = inside.floor().cast(nw.Int64)
    is_whole: Any = inside.floor() == inside
    if is_int_first:
        is_less = disjunction([x < floor, x == floor if or_equal else (x == floor) & ~is_whole])
        return disjunction([y >= float(_INT64), conjunction([is_inside, is_less])])
    is_less = disjunction([floor < x, *([(floor == x) & is_whole] if or_equal else [])])
    return disjunction([y < float(-_INT64), conjunction([is_inside, is_less])])
