"""The named predicates of clojure.core, for Python values.

    anything         is_any is_some is_none is_callable is_uuid is_inst is_inst_in_range
    truth            is_true is_false is_bool
    numbers          is_number is_int is_float is_decimal is_rational is_ratio is_infinite is_nan
                     is_even is_odd is_pos is_neg is_zero is_pos_int is_neg_int is_nat_int is_int_in_range
    texts            is_str is_char is_bytes is_ident is_simple_ident is_qualified_ident is_uri
    collections      is_coll is_list is_tuple is_dict is_set is_sequential is_indexed is_associative
                     is_seqable is_empty

    >>> import mxspec as s
    >>> from mxspec.predicates import is_even
    >>> s.valid(s.coll_of(is_even), [2, 4])
    True

Vectors are lists, Clojure's lists are tuples, maps are Mappings, keywords are strings. A predicate answers
False on a value of a different type, where some of Clojure's throw. For a predicate of your own there is
`predicate_row`, of `mxspec.specs`.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import numbers
import re
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.base.own_rows import predicate_row as predicate_row

# fmt: off
__all__ = [
    "is_any", "is_associative", "is_bool", "is_bytes", "is_callable", "is_char", "is_coll", "is_decimal",
    "is_dict", "is_empty", "is_even", "is_false", "is_float", "is_ident", "is_indexed", "is_infinite",
    "is_inst", "is_inst_in_range", "is_int", "is_int_in_range", "is_list", "is_nan", "is_nat_int", "is_neg",
    "is_neg_int", "is_none", "is_number", "is_odd", "is_pos", "is_pos_int", "is_qualified_ident",
    "is_ratio", "is_rational", "is_seqable", "is_sequential", "is_set", "is_simple_ident", "is_some",
    "is_str", "is_true", "is_tuple", "is_uri", "is_uuid", "is_zero",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.base.own_rows": "predicate_row",
    },
)

# --- scalars of numpy and pandas --------------------------------------------------------------------------


class Met:
    """The scalars that were met, in any thread: `last` is another object after each.

    Compiled code accepts a scalar for the Python value that it holds, and has the interpreter conform it.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = object()


SCALARS: Final = Met()

PLAIN_TYPES: Final = frozenset({int, str, float, bool, type(None), list, dict, tuple, set, bytes})
"""The types of most values, which are no scalars."""

_KINDS: Final = frozenset("biufcSU")  # of dtypes: booleans, numbers, bytes, text; not of moments
_module_of: Final = type.__dict__["__module__"].__get__


def scalar_value(x: Any) -> Any:
    """Return the Python value that a scalar of numpy holds, None for pandas' NA and NaT, or x itself.

    Example:
        >>> import numpy as np
        >>> scalar_value(np.int64(3)), scalar_value(np.float32(0.5)), scalar_value(3), scalar_value("x")
        (3, 0.5, 3, 'x')
    """
    kind = type(x)
    module = _module_of(kind)
    if module == "numpy":
        if isinstance(x, sys.modules["numpy"].generic) and x.dtype.kind in _KINDS:
            value = x.item()
            if type(value) is not kind:  # as of a longdouble: no type of Python's matches it
                SCALARS.last = object()
                return value
    elif type(module) is str and module.startswith("pandas.") and kind.__name__ in ("NAType", "NaTType"):
        SCALARS.last = object()
        return None
    return x


# --- None, truth, and values of a few single types --------------------------------------------------------


def is_any(x: object) -> bool:
    """True for everything (clojure.core/any?).

    Example:
        >>> is_any(None), is_any(3)
        (True, True)
    """
    return True


def is_some(x: object) -> bool:
    """True for everything but None and pandas' NA (some?).

    Example:
        >>> is_some(0), is_some(None)
        (True, False)
    """
    return x is not None and (type(x) in PLAIN_TYPES or scalar_value(x) is not None)


def is_none(x: object) -> bool:
    """True for None, and pandas' NA and NaT (nil?).

    Example:
        >>> is_none(None), is_none(0)
        (True, False)
    """
    return x is None or (type(x) not in PLAIN_TYPES and scalar_value(x) is None)


def is_true(x: object) -> bool:
    """True for True alone, not for 1 (true?).

    Example:
        >>> is_true(True), is_true(1)
        (True, False)
    """
    return x is True or (type(x) not in PLAIN_TYPES and scalar_value(x) is True)


def is_false(x: object) -> bool:
    """True for False alone, not for 0 (false?).

    Example:
        >>> is_false(False), is_false(0)
        (True, False)
    """
    return x is False or (type(x) not in PLAIN_TYPES and scalar_value(x) is False)


def is_bool(x: object) -> bool:
    """True for True and False (boolean?).

    Example:
        >>> is_bool(False), is_bool(0)
        (True, False)
    """
    return isinstance(x, bool) or isinstance(scalar_value(x), bool)


def is_uuid(x: object) -> bool:
    """True for a uuid.UUID (uuid?).

    Example:
        >>> is_uuid(uuid.UUID(int=0)), is_uuid("0")
        (True, False)
    """
    return isinstance(x, uuid.UUID)


def is_inst(x: object) -> bool:
    """True for a moment: a datetime.datetime (inst?).

    Example:
        >>> is_inst(datetime.datetime(2019, 10, 11)), is_inst("2019-10-11")
        (True, False)
    """
    # pandas' NaT is an instance of datetime, and is missing.
    return type(x) is datetime.datetime or (isinstance(x, datetime.datetime) and scalar_value(x) is not None)


def is_callable(x: object) -> bool:
    """True for anything that can be called (ifn?, fn?).

    Example:
        >>> is_callable(len), is_callable(3)
        (True, False)
    """
    return callable(x)


# --- numbers ----------------------------------------------------------------------------------------------


def is_number(x: object) -> bool:
    """True for a real number: int, float, Fraction, Decimal, a numpy real scalar; not for a bool (number?).

    Example:
        >>> is_number(1.5), is_number(True), is_number("1")
        (True, False, False)
    """
    x = x if type(x) in PLAIN_TYPES else scalar_value(x)
    # numpy's durations are registered as integers.
    is_real = isinstance(x, (numbers.Real, decimal.Decimal)) and type(x).__name__ != "timedelta64"
    return is_real and not isinstance(x, bool)


def is_int(x: object) -> bool:
    """True for an int that is not a bool (int?, integer?).

    Example:
        >>> is_int(3), is_int(True), is_int(3.0)
        (True, False, False)
    """
    x = x if type(x) in PLAIN_TYPES else scalar_value(x)
    return isinstance(x, int) and not isinstance(x, bool)


def is_pos_int(x: Any) -> bool:
    """True for an int above 0 (pos-int?).

    Example:
        >>> is_pos_int(1), is_pos_int(0)
        (True, False)
    """
    return x > 0 if type(x) is int else is_int(x) and bool(x > 0)


def is_neg_int(x: Any) -> bool:
    """True for an int below 0 (neg-int?).

    Example:
        >>> is_neg_int(-1), is_neg_int(0)
        (True, False)
    """
    return x < 0 if type(x) is int else is_int(x) and bool(x < 0)


def is_nat_int(x: Any) -> bool:
    """True for an int that is 0 or more (nat-int?).

    Example:
        >>> is_nat_int(0), is_nat_int(-1)
        (True, False)
    """
    return x >= 0 if type(x) is int else is_int(x) and bool(x >= 0)


def is_float(x: object) -> bool:
    """True for a float (float?, double?).

    Example:
        >>> is_float(1.0), is_float(1)
        (True, False)
    """
    return isinstance(x if type(x) in PLAIN_TYPES else scalar_value(x), float)


def is_decimal(x: object) -> bool:
    """True for a decimal.Decimal (decimal?).

    Example:
        >>> is_decimal(decimal.Decimal("1.5")), is_decimal(1.5)
        (True, False)
    """
    return isinstance(x, decimal.Decimal)


def is_rational(x: object) -> bool:
    """True for an int, a Fraction or a Decimal (rational?).

    Example:
        >>> is_rational(3), is_rational(fractions.Fraction(1, 3)), is_rational(0.5)
        (True, True, False)
    """
    return is_int(x) or isinstance(x, (fractions.Fraction, decimal.Decimal))


def is_ratio(x: object) -> bool:
    """True for a Fraction that is not a whole number (ratio?).

    Example:
        >>> is_ratio(fractions.Fraction(1, 3)), is_ratio(fractions.Fraction(3, 1))
        (True, False)
    """
    return isinstance(x, fractions.Fraction) and x.denominator != 1


def is_infinite(x: object) -> bool:
    """True for a float that is plus or minus infinity (infinite?).

    Example:
        >>> is_infinite(float("-inf")), is_infinite(1.0)
        (True, False)
    """
    return is_float(x) and math.isinf(x)  # type: ignore[arg-type]


def is_nan(x: object) -> bool:
    """True for a float that is not a number (NaN?).

    Example:
        >>> is_nan(float("nan")), is_nan(1.0)
        (True, False)
    """
    return is_float(x) and math.isnan(x)  # type: ignore[arg-type]


def is_gap(x: Any) -> bool:
    """True for a missing value: None, NaN, pandas' NA and NaT, and a Decimal that is not a number."""
    if x is None or type(x) is float:
        return x is None or x != x
    return is_none(x) or is_nan(x) or (isinstance(x, decimal.Decimal) and x.is_nan())


def is_even(x: Any) -> bool:
    """True for an int divisible by 2 (even?).

    Example:
        >>> is_even(4), is_even(3), is_even(4.0)
        (True, False, False)
    """
    return x % 2 == 0 if type(x) is int else is_int(x) and bool(x % 2 == 0)


def is_odd(x: Any) -> bool:
    """True for an int not divisible by 2 (odd?).

    Example:
        >>> is_odd(3), is_odd(4)
        (True, False)
    """
    return x % 2 == 1 if type(x) is int else is_int(x) and bool(x % 2 == 1)


def is_pos(x: Any) -> bool:
    """True for a number above 0 (pos?).

    Example:
        >>> is_pos(0.5), is_pos(0)
        (True, False)
    """
    return is_number(x) and bool(x > 0)


def is_neg(x: Any) -> bool:
    """True for a number below 0 (neg?).

    Example:
        >>> is_neg(-0.5), is_neg(0)
        (True, False)
    """
    return is_number(x) and bool(x < 0)


def is_zero(x: Any) -> bool:
    """True for a number equal to 0 (zero?).

    Example:
        >>> is_zero(0.0), is_zero(1), is_zero(False)
        (True, False, False)
    """
    return is_number(x) and bool(x == 0)


# --- text, bytes and names --------------------------------------------------------------------------------


def is_str(x: object) -> bool:
    """True for a string (string?).

    Example:
        >>> is_str("x"), is_str(b"x")
        (True, False)
    """
    return isinstance(x if type(x) in PLAIN_TYPES else scalar_value(x), str)


def is_char(x: object) -> bool:
    """True for a string of one character (char?).

    Example:
        >>> is_char("x"), is_char("xy")
        (True, False)
    """
    return is_str(x) and len(x) == 1  # type: ignore[arg-type]


def is_bytes(x: object) -> bool:
    """True for a bytes or bytearray (bytes?).

    Example:
        >>> is_bytes(b"x"), is_bytes("x")
        (True, False)
    """
    return isinstance(x if type(x) in PLAIN_TYPES else scalar_value(x), (bytes, bytearray))


SIMPLE_IDENT: Final = r"[^\s/]+"
QUALIFIED_IDENT: Final = f"{SIMPLE_IDENT}/{SIMPLE_IDENT}"
IDENT: Final = f"{SIMPLE_IDENT}(/{SIMPLE_IDENT})?"
URI: Final = r"[A-Za-z][A-Za-z0-9+.-]*:\S+"


def is_ident(x: object) -> bool:
    """True for a name, qualified or not (ident?, keyword?, symbol?).

    Example:
        >>> is_ident("number"), is_ident("mnist/number"), is_ident("a b")
        (True, True, False)
    """
    return is_str(x) and re.fullmatch(IDENT, x) is not None  # type: ignore[call-overload]


def is_simple_ident(x: object) -> bool:
    """True for a name without a namespace, such as `"number"` (simple-ident?).

    Example:
        >>> is_simple_ident("number"), is_simple_ident("mnist/number")
        (True, False)
    """
    return is_str(x) and re.fullmatch(SIMPLE_IDENT, x) is not None  # type: ignore[call-overload]


def is_qualified_ident(x: object) -> bool:
    """True for a name with a namespace, such as `"mnist/number"` (qualified-ident?).

    Example:
        >>> is_qualified_ident("mnist/number"), is_qualified_ident("number")
        (True, False)
    """
    return is_str(x) and re.fullmatch(QUALIFIED_IDENT, x) is not None  # type: ignore[call-overload]


def is_uri(x: object) -> bool:
    """True for a string with a scheme, such as `"http://example.com"` (uri?).

    Example:
        >>> is_uri("http://example.com"), is_uri("example")
        (True, False)
    """
    return is_str(x) and re.fullmatch(URI, x) is not None  # type: ignore[call-overload]


# --- collections ------------------------------------------------------------------------------------------


class TaggedValue(tuple[str, Any]):
    """The pair of a tag and a value that or_ and alt conform to; a vector to clojure, so `is_list` holds."""

    __reduce_ex__ = reduce_by_name

    __slots__ = ()


_TEXT = (str, bytes, bytearray, memoryview)


def is_coll(x: object) -> bool:
    """True for a collection: a sequence other than text, a Mapping or a Set (coll?).

    Example:
        >>> is_coll([]), is_coll({}), is_coll("x")
        (True, True, False)
    """
    return isinstance(x, (list, tuple, dict, set, frozenset)) or (
        isinstance(x, (Sequence, Mapping, Set)) and not isinstance(x, _TEXT)
    )


def is_sequential(x: object) -> bool:
    """True for a sequence other than text: list, tuple, range, deque (sequential?).

    Example:
        >>> is_sequential([1]), is_sequential(range(3)), is_sequential({1})
        (True, True, False)
    """
    return isinstance(x, (list, tuple)) or (isinstance(x, Sequence) and not isinstance(x, _TEXT))


def is_indexed(x: object) -> bool:
    """True for a sequence with items by position: in Python, all but text (indexed?).

    Example:
        >>> is_indexed((1, 2)), is_indexed({1})
        (True, False)
    """
    return is_sequential(x)


def is_list(x: object) -> bool:
    """True for a list, and for the pair that or_ and alt conform to (vector?).

    Example:
        >>> is_list([1]), is_list((1,))
        (True, False)
    """
    return isinstance(x, (list, TaggedValue))


def is_tuple(x: object) -> bool:
    """True for a tuple other than the pair that or_ and alt conform to (list?, seq?).

    Example:
        >>> is_tuple((1,)), is_tuple([1])
        (True, False)
    """
    return isinstance(x, tuple) and not isinstance(x, TaggedValue)


def is_dict(x: object) -> bool:
    """True for a dict or any other Mapping (map?).

    Example:
        >>> is_dict({}), is_dict([])
        (True, False)
    """
    return isinstance(x, (dict, Mapping))


def is_set(x: object) -> bool:
    """True for a set, frozenset or any other Set (set?).

    Example:
        >>> is_set({1}), is_set([1])
        (True, False)
    """
    return isinstance(x, (set, frozenset, Set))


def is_associative(x: object) -> bool:
    """True for a Mapping or a list (associative?).

    Example:
        >>> is_associative({}), is_associative([]), is_associative(())
        (True, True, False)
    """
    return is_dict(x) or is_list(x)


def is_seqable(x: object) -> bool:
    """True for None and for anything that can be iterated over (seqable?).

    Example:
        >>> is_seqable(None), is_seqable("x"), is_seqable(3)
        (True, True, False)
    """
    return isinstance(x, Iterable) or is_none(x)


def is_empty(x: Any) -> bool:
    """True for None, and for a collection or text without elements (empty?).

    Example:
        >>> is_empty([]), is_empty(None), is_empty("x")
        (True, True, False)
    """
    return is_none(x) or ((is_coll(x) or isinstance(x, _TEXT)) and len(x) == 0)


# --- in a range -------------------------------------------------------------------------------------------


def is_int_in_range(start: int, end: int, x: Any) -> bool:
    """True if x is an int from start up to, but not including, end (s/int-in-range?).

    Example:
        >>> import mxspec as s
        >>> s.is_int_in_range(0, 10, 9), s.is_int_in_range(0, 10, 10)
        (True, False)
    """
    return is_int(x) and bool(start <= x < end)


def is_inst_in_range(start: datetime.datetime, end: datetime.datetime, x: Any) -> bool:
    """True if x is a datetime from start up to, but not including, end (s/inst-in-range?).

    Example:
        >>> import datetime as dt, mxspec as s
        >>> s.is_inst_in_range(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1), dt.datetime(2019, 10, 11))
        True
    """
    return is_inst(x) and has_zone(x) == has_zone(start) and start <= x < end


def has_zone(moment: datetime.datetime) -> bool:
    return moment.tzinfo is not None
