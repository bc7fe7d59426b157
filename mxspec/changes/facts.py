"""Facts about predicates and arrays: classes, bounds and members that they ask for, and what follows.

The table says of each named predicate exactly what it asks. So a predicate follows from others if what it
asks follows from what they ask, and no pair of predicates needs a row of its own.
"""

from __future__ import annotations

import abc
import dataclasses
import datetime
import enum
import functools
import itertools
import math
import numbers
import operator
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec import predicates as p
from mxspec.annotations.constraints import Literal, PromotingType
from mxspec.changes.sameness import EXACT
from mxspec.core.spec import Predicate, Spec
from mxspec.predicates import TaggedValue
from mxspec.specs.arrays import ArraySpec, int_range
from mxspec.specs.ranges import IntIn, is_inst_in_range, is_not_infinite, is_not_nan
from mxspec.strategies import simple

Bound = tuple[Any, bool]
"""A bound, and True if it is excluded."""


@dataclasses.dataclass(frozen=True)
class Facts:
    """The conditions of a predicate, exactly.

    Attributes:
        classes: the value is an instance of one of these.
        excluded: it is an instance of none of these.
        low, high: its bounds.
        factor: it is a multiple of this.
        least, most: the bounds of its length.
        marks: what else is asked, by name.
    """

    classes: tuple[Any, ...] = (object,)
    excluded: tuple[type, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    factor: Any = None
    least: int | None = None
    most: int | None = None
    marks: frozenset[str] = frozenset()


# --- the table --------------------------------------------------------------------------------------------

_NUMBERS: Final = (numbers.Real, Decimal)
_TEXT: Final = (str, bytes, bytearray, memoryview)
_NONE: Final = type(None)
_COLLECTIONS: Final = (list, tuple, dict, set, frozenset, Sequence, Mapping, Set)
_ints: Final = functools.partial(Facts, (int,), (bool,))
_numbers: Final = functools.partial(Facts, _NUMBERS, (bool,))
_texts: Final = functools.partial(Facts, (str,))


def _facts_with_marks(*marks: str, classes: tuple[Any, ...] = (object,)) -> Facts:
    return Facts(classes, marks=frozenset(marks))


NAMED: Final[dict[Any, Facts]] = {
    **dict.fromkeys((object, p.is_any), Facts()),
    **dict.fromkeys((int, p.is_int), _ints()),
    **dict.fromkeys((p.is_sequential, p.is_indexed), Facts((list, tuple, Sequence), _TEXT)),
    p.is_some: Facts(excluded=(_NONE,)),
    p.is_none: Facts((_NONE,)),
    p.is_bool: Facts((bool,)),
    p.is_uuid: Facts((uuid.UUID,)),
    p.is_inst: Facts((datetime.datetime,)),
    p.is_number: _numbers(),
    p.is_pos: _numbers(low=(0, True)),
    p.is_neg: _numbers(high=(0, True)),
    p.is_zero: _numbers(low=(0, False), high=(0, False)),
    p.is_pos_int: _ints(low=(0, True)),
    p.is_nat_int: _ints(low=(0, False)),
    p.is_neg_int: _ints(high=(0, True)),
    p.is_even: _ints(factor=2),
    p.is_odd: _ints(marks=frozenset({"odd"})),
    p.is_float: Facts((float,)),
    p.is_nan: _facts_with_marks("nan", classes=(float,)),
    p.is_infinite: _facts_with_marks("infinite", "not nan", classes=(float,)),
    is_not_nan: _facts_with_marks("not nan"),
    is_not_infinite: _facts_with_marks("not infinite"),
    p.is_decimal: Facts((Decimal,)),
    p.is_rational: Facts((int, Fraction, Decimal), (bool,)),
    p.is_ratio: _facts_with_marks("ratio", classes=(Fraction,)),
    p.is_str: _texts(),
    p.is_char: _texts(least=1, most=1),
    p.is_ident: _texts(marks=frozenset({"ident"})),
    p.is_simple_ident: _texts(marks=frozenset({"ident", "simple"})),
    p.is_qualified_ident: _texts(marks=frozenset({"ident", "qualified"})),
    p.is_uri: _texts(marks=frozenset({"uri"})),
    p.is_bytes: Facts((bytes, bytearray)),
    p.is_coll: Facts(_COLLECTIONS, _TEXT),
    p.is_list: Facts((list, TaggedValue)),
    p.is_tuple: Facts((tuple,), (TaggedValue,)),
    p.is_dict: Facts((dict, Mapping)),
    p.is_set: Facts((set, frozenset, Set)),
    p.is_associative: Facts((dict, Mapping, list, TaggedValue)),
    p.is_seqable: Facts((_NONE, Iterable)),
}

PARTIALS: Final[dict[Any, Callable[..., Facts]]] = {
    operator.le: lambda low: Facts(low=(low, False)),
    operator.lt: lambda low: Facts(low=(low, True)),
    operator.ge: lambda high: Facts(high=(high, False)),
    operator.gt: lambda high: Facts(high=(high, True)),
    simple.is_multiple: lambda factor: Facts(factor=factor),
    simple.has_length_from: lambda least: Facts(least=least),
    simple.has_length_to: lambda most: Facts(most=most),
    is_inst_in_range: lambda start, end: Facts((datetime.datetime,), low=(start, False), high=(end, True)),
}


def facts_of(spec: Spec) -> Facts | None:
    """Return what a predicate asks, or None if that is not known."""
    if not isinstance(spec, Predicate) or isinstance(spec, Literal):
        return None
    if isinstance(spec, PromotingType):
        return Facts((float, int) if spec.pred is float else (complex, float, int), (bool,))
    pred = spec.pred
    if isinstance(pred, functools.partial):
        read = PARTIALS.get(pred.func)
        try:
            return read(*pred.args) if read is not None and not pred.keywords else None
        except TypeError:  # of other arguments than we know
            return None
    try:
        known = NAMED.get(pred)
    except TypeError:  # a callable without a hash
        return None
    return Facts((pred,)) if known is None and isinstance(pred, type) else known


# --- what follows -----------------------------------------------------------------------------------------

# Classes that are of an abstract one as collections.abc has it; of others only a base class says so.
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
    """True if no value is an instance of both; no class derives from text and from a collection."""
    try:
        return not issubclass(excluded, cls)
    except Exception:
        return False


def has_classes(known: Sequence[Facts], classes: tuple[Any, ...], excluded: tuple[type, ...] = ()) -> bool:
    """True if a value with the known facts is an instance of one of classes, and of none excluded."""
    out = [cls for facts in known for cls in facts.excluded]
    return any(
        all(
            any(is_subclass(cls, base) for base in classes)
            and all(any(issubclass(no, one) for one in out) or _is_apart(no, cls) for no in excluded)
            for cls in facts.classes
        )
        for facts in known or (Facts(),)
    )


def follows(known: Sequence[Facts], asked: Facts) -> bool:
    """True if a value with all of the known facts has those that are asked."""
    if not has_classes(known, asked.classes, asked.excluded):
        return False
    is_int = has_classes(known, (int,))
    lows = [_whole(facts.low, is_int, up=True) for facts in known if facts.low is not None]
    highs = [_whole(facts.high, is_int, up=False) for facts in known if facts.high is not None]
    marks = frozenset[str]().union(*(facts.marks for facts in known), _marks_of_bounds(known, lows, highs))
    return (
        (asked.low is None or any(_is_within(low, asked.low, operator.gt) for low in lows))
        and (asked.high is None or any(_is_within(high, asked.high, operator.lt) for high in highs))
        and (asked.factor is None or (is_int and _is_factor(asked.factor, known)))
        and (asked.least is None or any((facts.least or 0) >= asked.least for facts in known))
        and (asked.most is None or any(f.most is not None and f.most <= asked.most for f in known))
        and asked.marks <= marks
    )


def _whole(bound: Bound, is_int: bool, *, up: bool) -> Bound:
    """Return a bound of ints as the int next to it."""
    limit, is_open = bound
    if not is_int:
        return bound
    try:
        near = math.ceil(limit) if up else math.floor(limit)
    except (TypeError, ValueError, OverflowError):  # infinity, or no number
        return bound
    return (near + (1 if up else -1) if is_open and near == limit else near), False


def _is_within(bound: Bound, asked: Bound, is_tighter: Callable[[Any, Any], Any]) -> bool:
    (limit, is_open), (other, is_other_open) = bound, asked
    try:
        return bool(is_tighter(limit, other) or (limit == other and (is_open or not is_other_open)))
    except Exception:  # they do not compare
        return False


def _is_factor(factor: Any, known: Iterable[Facts]) -> bool:
    return type(factor) is int and any(
        type(facts.factor) is int and factor and facts.factor % factor == 0 for facts in known
    )


def _marks_of_bounds(known: Sequence[Facts], lows: list[Bound], highs: list[Bound]) -> set[str]:
    """Return the marks of a number that is within bounds: NaN is within none."""
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
"""The greatest number of ints of a range that are looked at one by one."""

_FEW: Final[dict[Any, list[Any]]] = {
    **{pred: [None] for pred in (p.is_none, _NONE)},
    **{pred: [True, False] for pred in (p.is_bool, bool)},
    p.is_true: [True],
    p.is_false: [False],
}


def members_of(spec: Spec) -> list[Any] | None:
    """Return all values of a spec, for those that equal each other one of each sort; None if not so few.

    A set accepts what equals a member, so that `{1}` accepts members of an IntEnum, and `{0.0}` accepts -0.0.
    Numbers of other classes that it accepts, as numpy's int64(1), are taken for the member that they equal.
    """
    if isinstance(spec, IntIn):
        few = spec.end - spec.start <= _MANY
        return [y for x in range(spec.start, spec.end) for y in _sorts_of(x)] if few else None
    if isinstance(spec, Literal):
        return list(spec.examples)
    pred: Any = spec.pred if isinstance(spec, Predicate) else None
    if isinstance(pred, (set, frozenset)):
        members = [x for x in pred if x is not None and x is not False]
        return [y for x in members for y in _sorts_of(x)] if all(map(_is_plain, members)) else None
    if isinstance(pred, enum.EnumType) and not issubclass(pred, enum.Flag):
        # One without members may have subclasses.
        return [*vars(pred)["_member_map_"].values()] or None
    try:
        return _FEW.get(pred)
    except TypeError:  # a callable without a hash
        return None


def _is_plain(x: Any) -> bool:
    """True if the sorts of values that equal x are known."""
    if isinstance(x, tuple):
        return all(map(_is_plain, x))
    return isinstance(x, (*EXACT, int, float, str, Decimal, Fraction, enum.Enum))


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
                # By its own method, as an Enum may have another text.
                same = str.__str__(x) if isinstance(x, str) else plain(x)
                yield from (same, subclass(same), *([0.0, -0.0] if plain is float and x == 0 else []))


_SUBCLASSES: Final[dict[Any, Any]] = {
    plain: type(f"{plain.__name__}Subclass", (plain,), {}) for plain in (int, str, float)
}


# --- arrays -----------------------------------------------------------------------------------------------


def covers_arrays(old: ArraySpec, new: ArraySpec) -> bool:
    """True if it is proved that every array of old is valid for new."""
    import numpy as np

    dtype = old.dtype if isinstance(old.dtype, np.dtype) else None
    if new.shapes is not None and not (
        old.shapes is not None
        and all(any(_covers_shape(shape, wider) for wider in new.shapes) for shape in old.shapes)
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
    # Without a bound there may be NaN, or what does not compare.
    is_float = dtype is not None and dtype.kind == "f" and old.finite
    if limits and not (is_whole or is_float or old.min is not None or old.max is not None):
        return False
    if (new.min is not None and low < new.min) or (new.max is not None and high > new.max):
        return False
    is_bounded = math.isfinite(low) and math.isfinite(high)
    return not new.finite or old.finite or is_whole or is_bounded


def _covers_shape(shape: Sequence[int | None], wider: Sequence[int | None]) -> bool:
    return len(shape) == len(wider) and all(b in (None, a) for a, b in zip(shape, wider, strict=True))
