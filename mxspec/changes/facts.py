"""Entailment: a predicate follows from others if the conditions of its row follow from their rows.

`is_nat_int` follows from `is_pos_int`, because a bound of 0 follows from a bound of 1. So pairs of predicates
need no rows.
"""

from __future__ import annotations

import abc
import contextlib
import enum
import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.base.predicate_rows import UNKNOWN, Bound, PredicateRow, whole
from mxspec.base.value_types import NUMBERS
from mxspec.changes.used_values import EXACT
from mxspec.predicates import TaggedValue
from mxspec.specs.arrays import ArraySpec, covers_shape, int_range
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.ranges import IntIn
from mxspec.transform.annotations.constraints import Literal
from mxspec.transform.schemas.json_kinds import JsonNumber

# --- what follows -----------------------------------------------------------------------------------------

# collections.abc counts these among its abstract classes. For any other class only its base classes count.
_BUILTIN: Final = frozenset(
    {int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, Decimal, Fraction}
)
_PLAIN_CHECKS: Final[tuple[Any, ...]] = (type.__instancecheck__, abc.ABCMeta.__instancecheck__)


def is_subclass(cls: Any, base: Any) -> bool:
    """True if every instance of cls, and of its subclasses, is an instance of base."""
    if base is object or cls is base:
        return True
    if not all(type(tp).__instancecheck__ in _PLAIN_CHECKS for tp in (cls, base)):
        return False  # a metaclass may answer anything
    return base in cls.__mro__ or (cls in _BUILTIN and issubclass(cls, base))


def _is_apart(excluded: type, cls: Any) -> bool:
    """True if no value is an instance of both, assuming that no class derives from text and a collection."""
    try:
        return not issubclass(excluded, cls)
    except Exception:
        return False


def has_classes(
    known: Sequence[PredicateRow], classes: tuple[Any, ...], excluded: tuple[type, ...] = ()
) -> bool:
    """True if every value that all of known accept is an instance of one of classes, and not of excluded."""
    out = [cls for row in known for cls in row.excluded]
    return any(
        all(
            any(is_subclass(cls, base) for base in classes)
            and all(any(issubclass(no, one) for one in out) or _is_apart(no, cls) for no in excluded)
            for cls in row.classes
        )
        for row in known or (PredicateRow(),)
    )


def follows(known: Sequence[PredicateRow], asked: PredicateRow) -> bool:
    """True if asked accepts every value that all predicates in known accept."""
    if asked is UNKNOWN or not has_classes(known, asked.classes, asked.excluded):
        return False
    is_int = has_classes(known, (int,))
    marks = frozenset[str]().union(*map(_marks_of, known))
    if is_int:
        marks |= {"whole", "json number"}
    elif {"not nan", "not infinite"} <= marks and has_classes(known, (int, float)):
        marks |= {"json number"}
    is_whole = "whole" in marks
    # A whole number above 0.5 is at least 1.
    lows = [whole(row.low, up=True) if is_whole else row.low for row in known if row.low is not None]
    highs = [whole(row.high, up=False) if is_whole else row.high for row in known if row.high is not None]
    marks |= _marks_of_bounds(known, lows, highs)
    return (
        (asked.low is None or any(is_within(low, asked.low, is_low=True) for low in lows))
        and (asked.high is None or any(is_within(high, asked.high, is_low=False) for high in highs))
        and (asked.factor is None or (is_whole and any(_is_multiple_of(row, asked) for row in known)))
        and (asked.least is None or any((row.least or 0) >= asked.least for row in known))
        and (asked.most is None or any(row.most is not None and row.most <= asked.most for row in known))
        and _marks_of(asked) <= marks
        and asked.members is None
        and not asked.zones
    )


def is_within(bound: Bound, asked: Bound, *, is_low: bool) -> bool:
    """True if all values within a bound, a low or a high one, are within another one."""
    (limit, is_open), (other, is_other_open) = bound, asked
    try:
        is_tighter = limit > other if is_low else limit < other
        return bool(is_tighter or (limit == other and (is_open or not is_other_open)))
    except Exception:  # they do not compare
        return False


def _is_multiple_of(known: PredicateRow, asked: PredicateRow) -> bool:
    """True if asked's factor and remainder follow from known's: 4n + 1 is odd."""
    a, b = known.factor, asked.factor
    are_ints = type(a) is int and type(b) is int and b != 0
    return are_ints and a % b == 0 and (known.remainder - asked.remainder) % b == 0


def _marks_of(row: PredicateRow) -> frozenset[str]:
    return row.marks if row.pattern is None else row.marks | {row.pattern}


def _marks_of_bounds(known: Sequence[PredicateRow], lows: list[Bound], highs: list[Bound]) -> set[str]:
    """Return the marks that follow from bounds: a number within bounds is not NaN."""
    marks = set()
    if (lows or highs) and has_classes(known, (float,)):
        marks.add("not nan")
    if any(map(_is_finite, lows)) and any(map(_is_finite, highs)) and has_classes(known, (float, int)):
        marks |= {"not nan", "not infinite"}
    return marks


def _is_finite(bound: Bound) -> bool:
    try:
        return bool(-sys.float_info.max <= bound[0] <= sys.float_info.max)
    except Exception:
        return False


# --- members ----------------------------------------------------------------------------------------------

_MANY: Final = 300
"""The greatest number of ints of a range that a proof tries one by one."""


def members_of(spec: Spec) -> list[Any] | None:
    """Return all values that a spec accepts, or None if they are many.

    Of values that equal each other, one of each sort is enough: `{1}` also accepts members of an IntEnum, and
    `{0.0}` accepts -0.0. A number of a different class, such as numpy's int64(1), counts as the member that
    it equals.
    """
    if isinstance(spec, IntIn):
        few = spec.end - spec.start <= _MANY
        return [y for x in range(spec.start, spec.end) for y in _sorts_of(x)] if few else None
    if isinstance(spec, JsonNumber) and spec.low is not None and spec.low == spec.high:
        return [y for x in _equal_numbers(spec.low[0]) for y in _sorts_of(x)]
    if isinstance(spec, Literal):
        return list(spec.examples)
    if not isinstance(spec, Predicate) or spec.row.values is None:
        return None
    members, pred = [*spec.row.values], spec.pred
    if isinstance(pred, (set, frozenset)):
        return [y for x in members for y in _sorts_of(x)] if all(map(_is_plain, members)) else None
    if isinstance(pred, enum.EnumType):
        # An enum without members may have subclasses.
        is_closed = members and not issubclass(pred, enum.Flag)
        return [*vars(pred)["_member_map_"].values()] if is_closed else None
    return members


def _equal_numbers(x: Any) -> Iterator[Any]:
    """Yield a number as an int and as a float, where it has these forms."""
    for kind in (int, float):
        with contextlib.suppress(OverflowError):
            if kind(x) == x:
                yield kind(x)


def _is_plain(x: Any) -> bool:
    """True if the sorts of values that equal x are known."""
    if isinstance(x, tuple):
        return all(map(_is_plain, x))
    return isinstance(x, (*EXACT, *NUMBERS, str, enum.Enum))


def _sorts_of(x: Any) -> Iterator[Any]:
    """Yield x and values that equal it: of the plain type, of a subclass, with the other sign of zero."""
    yield x
    if isinstance(x, tuple):
        yield from (tuple(x), TaggedValue(x))
        for i, part in enumerate(x):
            yield from ((*x[:i], other, *x[i + 1 :]) for other in itertools.islice(_sorts_of(part), 1, None))
    elif not isinstance(x, EXACT):
        for plain, subclass in _SUBCLASSES.items():
            if isinstance(x, plain):
                # str's own method: an Enum may have another text.
                same = str.__str__(x) if isinstance(x, str) else plain(x)
                yield from (same, subclass(same), *([0.0, -0.0] if plain is float and x == 0 else []))


_SUBCLASSES: Final[dict[Any, Any]] = {
    plain: type(f"{plain.__name__}Subclass", (plain,), {}) for plain in (int, str, float)
}


# --- arrays -----------------------------------------------------------------------------------------------


def covers_arrays(old: ArraySpec, new: ArraySpec) -> bool:
    """True if it is proved that new accepts every array of old."""
    import numpy as np

    dtype = old.dtype if isinstance(old.dtype, np.dtype) else None
    if new.shapes is not None and not (
        old.shapes is not None
        and all(any(covers_shape(wider, shape) for wider in new.shapes) for shape in old.shapes)
    ):
        return False
    if isinstance(new.dtype, np.dtype):
        if dtype is None or dtype != new.dtype:
            return False
    elif new.dtype is not None and (old.dtype is None or not np.issubdtype(old.dtype, new.dtype)):
        return False
    is_whole = dtype is not None and dtype.kind in "biu"
    least, most = int_range(dtype) if is_whole else (-math.inf, math.inf)
    low = max(least, -math.inf if old.min is None else old.min)
    high = min(most, math.inf if old.max is None else old.max)
    limits = [limit for limit in (new.min, new.max) if limit is not None]
    # An array without bounds may hold NaN, or objects that do not compare.
    is_float = dtype is not None and dtype.kind == "f" and old.finite
    if limits and not (is_whole or is_float or old.min is not None or old.max is not None):
        return False
    if (new.min is not None and low < new.min) or (new.max is not None and high > new.max):
        return False
    is_bounded = math.isfinite(low) and math.isfinite(high)
    return not new.finite or old.finite or is_whole or is_bounded
