"""JSON of values that JSON has not, by their type, and values of predicates and types out of JSON.

Each row of _ROWS reads what a row of _WRITERS wrote: moments in ISO 8601, bytes in base64, what has a
text of its own by that text, sets and tuples as arrays, instances with typed fields as objects.
"""

from __future__ import annotations

import base64
import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import itertools
import json
import math
import pathlib
import re
import sys
import uuid
from collections import abc
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mxspec import predicates as p
from mxspec.core.question import refusal
from mxspec.specs import reading
from mxspec.specs.arrays import read_lists
from mxspec.values import class_name, is_long, stable_order

# --- values as JSON ---------------------------------------------------------------------------------------


class NoJsonError(Exception):
    """The error for a value without JSON; the message is the reason."""


_NONFINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class JsonWriter:
    """A writer of values as JSON; a part that is in a value many times is written once.

    Args:
        strings: True to write numbers, booleans and None as text.

    Attributes:
        at: the keys and indices of the part that is being written; after an error, of the part without JSON.
    """

    def __init__(self, strings: bool = False) -> None:
        self.at: list[Any] = []
        self._strings = strings
        self._known: dict[int, tuple[Any, Any]] = {}
        self._inside: set[int] = set()

    def write(self, x: Any) -> Any:
        """Return x as JSON.

        Raises:
            NoJsonError: x, or the part at `at`, has no JSON.
        """
        if type(x) in (str, int, bool, float, type(None)):
            scalar = _write_scalar(x)
            return key_text(scalar) if self._strings else scalar
        known = self._known.get(id(x))
        if known is None:
            if id(x) in self._inside:
                raise NoJsonError("it contains itself")
            self._inside.add(id(x))
            try:
                known = self._known[id(x)] = x, _writer_of(type(x))(x, self)
            except (NoJsonError, RecursionError):
                raise
            except Exception as error:  # of the value's own methods
                raise NoJsonError(refusal(error)) from None
            self._inside.discard(id(x))
        return known[1]


def key_text(key: Any) -> str:
    """Return a scalar of JSON as the key of an object, as json.dumps does."""
    return key if isinstance(key, str) else json.dumps(key)


def _write_scalar(x: Any) -> Any:
    if isinstance(x, str):
        if _SURROGATES.search(x):
            raise NoJsonError("it has a surrogate pair, which JSON reads as one character")
    elif isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    elif type(x) is int and is_long(x):
        raise NoJsonError("it has more digits than Python writes")
    return x


_SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")

# A level of lists and of maps takes two frames of the stack, so that JSON may be as deep as specs follow it.


def _write_elements(x: Any, writer: JsonWriter) -> Any:
    written = []
    for i, part in enumerate(stable_order(x) if isinstance(x, (set, frozenset)) else reading.elements(x)):
        writer.at.append(i)
        written.append(writer.write(part))
        writer.at.pop()
    return written


def _write_map(x: Any, writer: JsonWriter) -> Any:
    """Return a map as an object, or as a list of entries if its keys have no text, or several the same."""
    entries = []
    for key, value in reading.items(x):
        writer.at.append(key)
        entries.append([writer.write(key), writer.write(value)])
        writer.at.pop()
    if any(isinstance(key, (list, dict)) for key, _ in entries):
        return entries
    by_text = {key_text(key): value for key, value in entries}
    return by_text if len(by_text) == len(entries) else entries


def _write_record(x: Any, writer: JsonWriter) -> Any:
    is_tuple = isinstance(x, tuple)
    names = x._fields if is_tuple else [field.name for field in dataclasses.fields(x) if field.init]
    return _write_map({name: getattr(x, name) for name in names}, writer)


def _write_member(x: enum.Enum, writer: JsonWriter) -> Any:
    at = len(writer.at)
    try:
        return writer.write(x.value)
    except NoJsonError:
        del writer.at[at:]
        return x.name


def _write_duration(x: datetime.timedelta, writer: JsonWriter) -> Any:
    sign, x = ("-", -x) if x.days < 0 else ("", x)
    seconds = f"{x.seconds}.{x.microseconds:06}".rstrip("0").rstrip(".") if x.microseconds else x.seconds
    return f"{sign}P{x.days}DT{seconds}S"


def _write_array(x: Any, writer: JsonWriter) -> Any:
    numpy: Any = sys.modules.get("numpy")
    array = x.asnumpy() if callable(getattr(type(x), "asnumpy", None)) else x
    is_array = numpy is not None and isinstance(array, (numpy.generic, numpy.ndarray))
    if is_array and not isinstance(array, numpy.ma.MaskedArray):
        return writer.write(array.tolist())
    raise NoJsonError(f"a value of the type {class_name(x)} has none")


Write = Callable[[Any, JsonWriter], Any]

_WRITERS: Final[Mapping[type, Write]] = {
    **dict.fromkeys((list, tuple, set, frozenset, collections.deque), _write_elements),
    **dict.fromkeys((datetime.date, datetime.time), lambda x, writer: x.isoformat()),
    datetime.timedelta: _write_duration,
    **dict.fromkeys((uuid.UUID, pathlib.PurePath, decimal.Decimal, complex), lambda x, writer: str(x)),
    fractions.Fraction: lambda x, writer: f"{x.numerator}/{x.denominator}",
    **dict.fromkeys((bytes, bytearray), lambda x, writer: base64.b64encode(x).decode("ascii")),
    enum.Enum: _write_member,
    str: lambda x, writer: writer.write(str.__str__(x)),  # of a subclass the plain value
    float: lambda x, writer: writer.write(float.__float__(x)),
    int: lambda x, writer: writer.write(int.__int__(x)),
}


def _writer_of(kind: type) -> Write:
    if dataclasses.is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
        return _write_record
    otherwise = _write_map if issubclass(kind, abc.Mapping) else _write_array
    return next((_WRITERS[base] for base in kind.__mro__ if base in _WRITERS), otherwise)


# --- values of predicates and types, out of JSON ------------------------------------------------------------

_RATIO: Final = re.compile(r"[+-]?([0-9]+(/[0-9]+)?|[0-9]*\.[0-9]+)")
_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?=.)((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?=.)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+)(\.(?P<fraction>\d{1,6}))?S)?)?",
    re.ASCII,
)

Read = Callable[[Any, bool], Any]
"""A function from a scalar of JSON, and True if numbers come as text, to a value; it raises if it can't."""


def _digits(x: str) -> str:
    """Return the text of a number; Python takes blanks, underscores and other digits in it, too."""
    if not x.isascii() or x != x.strip() or "_" in x:
        raise ValueError(x)
    return x


def _read_int(x: Any, strings: bool) -> Any:
    if type(x) is float and x.is_integer():
        return int(x)
    return int(_digits(x)) if strings else x


def _read_float(x: Any, strings: bool) -> Any:
    if type(x) is int:
        near = float(x)
        return near if near == x else x
    return float(_digits(x)) if strings else _NONFINITE[x]


def _read_number(x: Any, strings: bool) -> Any:
    if strings:
        with contextlib.suppress(ValueError):
            return int(_digits(x))
    return _read_float(x, strings) if type(x) is str else x


def read_number_text(x: str, strings: bool) -> Any:
    """Return NaN or infinity, and where numbers come as text any number, for its text; or else the text."""
    try:
        return _read_number(x, strings)
    except (ValueError, KeyError):
        return x


def _read_decimal(x: Any, strings: bool) -> Any:
    return decimal.Decimal(repr(x) if type(x) is float else x)


def _read_fraction(x: Any, strings: bool) -> Any:
    ratio: Any = _RATIO.fullmatch(x if type(x) is str else repr(x))
    return fractions.Fraction(ratio[0])


def _read_rational(x: Any, strings: bool) -> Any:
    if strings:
        with contextlib.suppress(ValueError):
            return int(_digits(x))
    return (_read_fraction if type(x) is str and "/" in x else _read_decimal)(x, strings)


def _read_date(x: Any, strings: bool) -> Any:
    try:
        return datetime.date.fromisoformat(x)
    except ValueError:  # a moment is a date too
        return datetime.datetime.fromisoformat(x)


def _read_duration(x: Any, strings: bool) -> Any:
    match: Any = _DURATION.fullmatch(x)
    parts = {name: int(match[name] or 0) for name in ("weeks", "days", "hours", "minutes", "seconds")}
    microseconds = int((match["fraction"] or "").ljust(6, "0"))
    duration = datetime.timedelta(**parts, microseconds=microseconds)
    return -duration if match["sign"] == "-" else duration


def _read_bool(x: Any, strings: bool) -> Any:
    return {"true": True, "false": False}[x.lower()] if strings else x


def _read_none(x: Any, strings: bool) -> Any:
    return None if strings and x in ("", "null") else x


def as_member(x: Any) -> Any:
    """Return x with tuples for its lists, so that it has a hash.

    Raises:
        ValueError: x has more than 10,000 parts, each as often as it is there, which is how Python hashes it.
    """
    numbers = itertools.count(1)

    def convert(x: Any) -> Any:
        if next(numbers) > _MOST_IN_MEMBER:
            raise ValueError(f"a member of a set or a key of more than {_MOST_IN_MEMBER:,} parts")
        return tuple(map(convert, x)) if type(x) in (list, tuple) else x

    return convert(x)


_MOST_IN_MEMBER: Final = 10_000


def _from(kind: type, make: Callable[[Any], Any]) -> Read:
    """Return a function that makes values of a type of JSON into others."""
    return lambda x, strings: make(x) if type(x) is kind else x


# fmt: off
_ROWS: Final[list[tuple[Read, tuple[Any, ...]]]] = [
    (_read_int, (int, p.is_int, p.is_even, p.is_odd, p.is_pos_int, p.is_neg_int, p.is_nat_int)),
    (_read_float, (float, p.is_float, p.is_nan, p.is_infinite)),
    (_read_number, (p.is_number, p.is_pos, p.is_neg, p.is_zero)),
    (_read_decimal, (decimal.Decimal, p.is_decimal)),
    (_read_fraction, (fractions.Fraction, p.is_ratio)),
    (_read_rational, (p.is_rational,)),
    (lambda x, strings: complex(x), (complex,)),
    (_read_bool, (bool, p.is_bool, p.is_true, p.is_false)),
    (_read_none, (type(None), p.is_none)),
    (_from(str, datetime.datetime.fromisoformat), (datetime.datetime, p.is_inst)),
    (_from(str, datetime.time.fromisoformat), (datetime.time,)),
    (_read_date, (datetime.date,)),
    (_read_duration, (datetime.timedelta,)),
    (_from(str, uuid.UUID), (uuid.UUID, p.is_uuid)),
    (_from(str, functools.partial(base64.b64decode, validate=True)), (bytes, p.is_bytes)),
    (_from(str, lambda x: bytearray(base64.b64decode(x, validate=True))), (bytearray,)),
    (_from(str, str), (str,)),
    (_from(list, lambda x: set(map(as_member, x))), (set, p.is_set, abc.Set, abc.MutableSet)),
    (_from(list, lambda x: frozenset(map(as_member, x))), (frozenset,)),
    (_from(list, tuple), (tuple, p.is_tuple)),
    (_from(list, collections.deque), (collections.deque,)),
    (_from(dict, collections.OrderedDict), (collections.OrderedDict,)),
    (_from(dict, functools.partial(collections.defaultdict, None)), (collections.defaultdict,)),
    *((_from(str, cls), (cls,)) for cls in (pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath,
                                          pathlib.PureWindowsPath)),
]
# fmt: on
READERS: Final[Mapping[Any, Read]] = {pred: read for read, preds in _ROWS for pred in preds}


def read_scalar(pred: Any, x: Any, strings: bool) -> Any:
    """Return x as a value for a predicate or a type, or x itself if it can't be read as one.

    Example:
        >>> read_scalar(datetime.date, "2019-10-11", False)
        datetime.date(2019, 10, 11)
        >>> read_scalar(int, "12", False), read_scalar(int, "12", True)
        ('12', 12)
    """
    try:
        if isinstance(pred, (set, frozenset)):
            return read_member(stable_order(pred), x, strings)
        if isinstance(pred, type):
            return _read_instance(pred, x, strings)
        read = READERS.get(pred)
        return x if read is None else read(x, strings)
    except Exception:  # of a class of the user's too
        return x


def _read_instance(cls: Any, x: Any, strings: bool) -> Any:
    if issubclass(cls, enum.Enum):
        member = read_member(cls, x, strings)
        return cls(x) if member is x and issubclass(cls, enum.Flag) else member
    for base in cls.__mro__:
        if base.__module__ == "numpy" and base.__name__ in ("ndarray", "generic"):
            return read_lists(x) if base.__name__ == "ndarray" else cls(x)
        read = READERS.get(base)
        if read is not None:
            value = read(x, strings)
            if isinstance(value, cls) or type(value) is bool or not isinstance(value, base):
                return value
            return cls(value)  # of a subclass, as pandas has one for moments
    return x


def read_member(members: Iterable[Any], x: Any, strings: bool) -> Any:
    """Return the member of an enum or a set that has the JSON x, or x itself if none has."""
    for member in members:
        for writer in (JsonWriter(), *[JsonWriter(strings=True)] * strings):
            with contextlib.suppress(Exception):  # a member has no JSON, or a part of x can't be compared
                written = writer.write(member)
                if type(x) is type(written) and x == written:
                    return member
    return x
