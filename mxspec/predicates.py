"""The named predicates of clojure.core, for Python values.

Vectors are lists, Clojure's lists are tuples, maps are Mappings, keywords are strings. A predicate answers
False on a value of another type, where some of Clojure's throw.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import numbers
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any


class Tagged(tuple[str, Any]):
    """The pair of a tag and a value that or_ and alt conform to; a vector to clojure, so `is_list` holds."""

    __slots__ = ()


_TEXT = (str, bytes, bytearray, memoryview)


def is_any(x: Any) -> bool:
    """True of everything (clojure.core/any?)."""
    return True


def is_some(x: Any) -> bool:
    """True of everything but None (some?)."""
    return x is not None


def is_none(x: Any) -> bool:
    """True of None (nil?)."""
    return x is None


def is_true(x: Any) -> bool:
    """True of True alone, not of 1 (true?)."""
    return x is True


def is_false(x: Any) -> bool:
    """True of False alone, not of 0 (false?)."""
    return x is False


def is_bool(x: Any) -> bool:
    """True and False (boolean?)."""
    return isinstance(x, bool)


def is_number(x: Any) -> bool:
    """A real number: int, float, Fraction, Decimal or a numpy real scalar; bool is none (number?)."""
    return isinstance(x, (numbers.Real, decimal.Decimal)) and not isinstance(x, bool)


def is_int(x: Any) -> bool:
    """An int, and not a bool (int?, integer?).

    Example:
        >>> is_int(3), is_int(True), is_int(3.0)
        (True, False, False)
    """
    return isinstance(x, int) and not isinstance(x, bool)


def is_pos_int(x: Any) -> bool:
    """An int above 0 (pos-int?)."""
    return is_int(x) and x > 0


def is_neg_int(x: Any) -> bool:
    """An int below 0 (neg-int?)."""
    return is_int(x) and x < 0


def is_nat_int(x: Any) -> bool:
    """An int from 0 (nat-int?)."""
    return is_int(x) and x >= 0


def is_float(x: Any) -> bool:
    """A float (float?, double?)."""
    return isinstance(x, float)


def is_decimal(x: Any) -> bool:
    """A decimal.Decimal (decimal?)."""
    return isinstance(x, decimal.Decimal)


def is_rational(x: Any) -> bool:
    """An int, a Fraction or a Decimal (rational?)."""
    return is_int(x) or isinstance(x, (fractions.Fraction, decimal.Decimal))


def is_ratio(x: Any) -> bool:
    """A Fraction that is no whole number (ratio?)."""
    return isinstance(x, fractions.Fraction) and x.denominator != 1


def is_infinite(x: Any) -> bool:
    """A float that is plus or minus infinity (infinite?)."""
    return isinstance(x, float) and math.isinf(x)


def is_nan(x: Any) -> bool:
    """A float that is not a number (NaN?)."""
    return isinstance(x, float) and math.isnan(x)


def is_even(x: Any) -> bool:
    """An int divisible by 2 (even?)."""
    return is_int(x) and x % 2 == 0


def is_odd(x: Any) -> bool:
    """An int not divisible by 2 (odd?)."""
    return is_int(x) and x % 2 == 1


def is_pos(x: Any) -> bool:
    """A number above 0 (pos?)."""
    return is_number(x) and bool(x > 0)


def is_neg(x: Any) -> bool:
    """A number below 0 (neg?)."""
    return is_number(x) and bool(x < 0)


def is_zero(x: Any) -> bool:
    """A number equal to 0 (zero?)."""
    return is_number(x) and bool(x == 0)


def is_str(x: Any) -> bool:
    """A string (string?)."""
    return isinstance(x, str)


def is_char(x: Any) -> bool:
    """A string of one character (char?)."""
    return isinstance(x, str) and len(x) == 1


def is_ident(x: Any) -> bool:
    """A name, qualified or not (ident?, keyword?, symbol?)."""
    return is_simple_ident(x) or is_qualified_ident(x)


def is_simple_ident(x: Any) -> bool:
    """A name without a namespace, such as `"number"` (simple-ident?)."""
    return isinstance(x, str) and re.fullmatch(r"[^\s/]+", x) is not None


def is_qualified_ident(x: Any) -> bool:
    """A name with a namespace, such as `"mnist/number"` (qualified-ident?).

    Example:
        >>> is_qualified_ident("mnist/number"), is_qualified_ident("number")
        (True, False)
    """
    return isinstance(x, str) and re.fullmatch(r"[^\s/]+/[^\s/]+", x) is not None


def is_uri(x: Any) -> bool:
    """A string with a scheme, such as `"http://example.com"` (uri?)."""
    return isinstance(x, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", x) is not None


def is_uuid(x: Any) -> bool:
    """A uuid.UUID (uuid?)."""
    return isinstance(x, uuid.UUID)


def is_inst(x: Any) -> bool:
    """A moment: a datetime.datetime (inst?)."""
    return isinstance(x, datetime.datetime)


def is_bytes(x: Any) -> bool:
    """A bytes or bytearray (bytes?)."""
    return isinstance(x, (bytes, bytearray))


def is_coll(x: Any) -> bool:
    """A collection: a sequence other than text, a Mapping or a Set (coll?)."""
    return isinstance(x, (list, tuple, dict, set, frozenset)) or (
        isinstance(x, (Sequence, Mapping, Set)) and not isinstance(x, _TEXT)
    )


def is_sequential(x: Any) -> bool:
    """A sequence other than text: list, tuple, range, deque (sequential?)."""
    return isinstance(x, (list, tuple)) or (isinstance(x, Sequence) and not isinstance(x, _TEXT))


def is_indexed(x: Any) -> bool:
    """A sequence whose items are found by position; in Python, every sequence other than text (indexed?)."""
    return is_sequential(x)


def is_list(x: Any) -> bool:
    """A list, or the pair that or_ and alt conform to (vector?)."""
    return isinstance(x, (list, Tagged))


def is_tuple(x: Any) -> bool:
    """A tuple, other than the pair that or_ and alt conform to (list?, seq?)."""
    return isinstance(x, tuple) and not isinstance(x, Tagged)


def is_dict(x: Any) -> bool:
    """A dict or any other Mapping (map?)."""
    return isinstance(x, (dict, Mapping))


def is_set(x: Any) -> bool:
    """A set, frozenset or any other Set (set?)."""
    return isinstance(x, (set, frozenset, Set))


def is_associative(x: Any) -> bool:
    """A Mapping or a list (associative?)."""
    return is_dict(x) or is_list(x)


def is_seqable(x: Any) -> bool:
    """None or anything that can be iterated over (seqable?)."""
    return x is None or isinstance(x, Iterable)


def is_empty(x: Any) -> bool:
    """None, or a collection or text without elements (empty?)."""
    return x is None or ((is_coll(x) or isinstance(x, _TEXT)) and len(x) == 0)


def is_callable(x: Any) -> bool:
    """Anything that can be called (ifn?, fn?)."""
    return callable(x)
