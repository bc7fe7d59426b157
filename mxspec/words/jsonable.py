"""Any value as JSON: what JSON can say as it is, everything else as text, shortened."""

from __future__ import annotations

import datetime
import decimal
import math
import pathlib
import types
import uuid
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from mxspec.forms import predicate_text
from mxspec.values import in_order
from mxspec.words.values import short

MOST_PARTS: Final = 1000  # of one value; what comes after them is text
MOST_LEVELS: Final = 20
MOST_CHARACTERS: Final = 1000
MORE: Final = "..."
WIDEST_INT: Final = 64  # bits: many readers of JSON know no larger numbers

_AS_TEXT: Final = (decimal.Decimal, Fraction, uuid.UUID, pathlib.PurePath)
_MOMENTS: Final = (datetime.date, datetime.time)  # a datetime is a date
_BUILTIN: Final = (list, tuple, set, frozenset)
_FUNCTIONS: Final = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def jsonable(x: object) -> Any:
    """Return x as json.dumps takes it with allow_nan=False, and as UTF-8 can hold it.

    None, bools, ints of 64 bits, finite floats, strings, lists and dicts with string keys stay what they are,
    up to a thousand parts and twenty levels; tuples and sets become lists, NaN and infinity "NaN" and
    "Infinity". Arrays become their shape, dtype and range, functions and classes their names, moments ISO
    8601, and anything else its repr, shortened. A value is never asked more than reading it takes, and one
    that raises is said to.

    Example:
        >>> import numpy as np
        >>> jsonable({"a": (1, float("nan")), 2: {"y", "x"}, "f": len, "b": b"no text"})
        {'a': [1, 'NaN'], '2': ['x', 'y'], 'f': 'len', 'b': "b'no text'"}
        >>> jsonable(np.zeros((28, 28))), jsonable(np.float32(0.5))
        ('array of shape (28, 28), float64, 0.0 to 0.0', 0.5)
    """
    return _Reader().value(x, MOST_LEVELS)


def text(x: str) -> str:
    """Return a string cut off where it is long, without the lone surrogates that UTF-8 can't hold.

    Example:
        >>> text("caf\\ud800"), text("x" * 2000)[-23:]
        ('caf\\\\ud800', '... (2,000 characters)')
    """
    # A subclass may answer anything to its own methods.
    plain = str.__str__(x)
    if len(plain) > MOST_CHARACTERS:
        plain = f"{plain[:MOST_CHARACTERS]}... ({len(plain):,} characters)"
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


def repr_text(x: object) -> str:
    """Return the repr of x, shortened, as UTF-8 can hold it; the name of its type if there is none."""
    try:
        return text(short(x))
    except Exception:
        return f"<{type(x).__name__}>"


class _Reader:
    """Turns one value into JSON, part by part, until it has turned MOST_PARTS of them."""

    def __init__(self) -> None:
        self._parts = 0

    def value(self, x: Any, levels: int) -> Any:
        # By the type that x has, since `__class__` is what x says, and it may raise.
        kind = type(x)
        self._parts += 1
        try:
            if x is None or x is True or x is False:
                return x
            if issubclass(kind, str):
                return text(x)
            if issubclass(kind, int):
                return _int(int.__int__(x))
            if issubclass(kind, float):
                return _float(float.__float__(x))
            if not issubclass(kind, (Mapping, *_BUILTIN)):
                return self._leaf(x, kind, levels)
            if not levels or self._parts >= MOST_PARTS:
                return MORE
            if issubclass(kind, Mapping):
                items = dict.items(x) if issubclass(kind, dict) else x.items()
                return self._mapping(items, levels - 1)
            # By the builtin's own method, since that of a subclass may have no end.
            elements = next(builtin for builtin in _BUILTIN if issubclass(kind, builtin)).__iter__(x)
            is_set = issubclass(kind, (set, frozenset))
            return self._elements(in_order(elements) if is_set else elements, levels - 1)
        except Exception:  # whatever a value's own methods raise
            return repr_text(x)

    def _elements(self, xs: Iterable[object], levels: int) -> list[Any]:
        elements = []
        for x in xs:
            if self._parts >= MOST_PARTS:
                elements.append(MORE)
                break
            elements.append(self.value(x, levels))
        return elements

    def _mapping(self, items: Iterable[tuple[Any, object]], levels: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in items:
            if self._parts >= MOST_PARTS:
                entries[MORE] = MORE
                break
            name = text(key) if issubclass(type(key), str) else repr_text(key)
            if name in entries:  # 1 beside "1"
                name = f"{name} ({type(key).__name__})"
            entries[name] = self.value(value, levels)
        return entries

    def _leaf(self, x: Any, kind: type, levels: int) -> Any:
        if kind.__module__ == "numpy" and getattr(x, "shape", None) == () and kind.__name__ != "ndarray":
            item = x.item()
            return repr_text(item) if type(item) is kind else self.value(item, levels)
        if issubclass(kind, _MOMENTS):
            return text(x.isoformat())
        if issubclass(kind, _AS_TEXT):
            return text(str(x))
        return text(predicate_text(x)) if issubclass(kind, _FUNCTIONS) else repr_text(x)


def _int(x: int) -> int | str:
    return x if x.bit_length() < WIDEST_INT else repr_text(x)


def _float(x: float) -> float | str:
    if math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def words_of(say: Callable[[Any], str], x: object) -> str:
    """Return what a function says of x as UTF-8 can hold it; the repr of x, shortened, if it raises."""
    try:
        return text(say(x))
    except Exception:
        return repr_text(x)


# --- numbers ----------------------------------------------------------------------------------------------

_MOST_BITS: Final = 14_000  # Python writes out no ints of more than 4,300 digits


def json_number(x: Any) -> int | float | None:
    """Return a number as JSON can say it, or None where it can't, or not exactly."""
    if isinstance(x, (str, bytes, bool)) or x is None:
        return None
    try:
        number = x if type(x) is int else float(x)
        return number if is_json_scalar(number) and number == x else None
    except (TypeError, ValueError, ArithmeticError):
        return None


def is_json_scalar(x: object) -> bool:
    """True for None, a bool, a string and a number, of just these types, that JSON can say."""
    if type(x) is int:
        return x.bit_length() <= _MOST_BITS
    return math.isfinite(x) if type(x) is float else type(x) in (str, bool, type(None))
