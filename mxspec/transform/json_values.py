"""Values beyond JSON's own: their JSON by type, and back by predicate or type.

datetime.date(2019, 10, 11) is written as "2019-10-11", which the reader of datetime.date reads. Each row of
READERS reads what a row of _WRITERS wrote: moments in ISO 8601, bytes in base64, other scalars by their own
text, sets and tuples as arrays, instances with typed fields as objects.
"""

from __future__ import annotations

import collections
import contextlib
import decimal
import enum
import fractions
import functools
import itertools
import json
import math
import re
import sys
from collections import abc
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mxspec.base.fields import class_fields, has_typed_fields, is_unset, struct_tag
from mxspec.base.predicate_rows import ROWS, PredicateRow
from mxspec.base.value_types import TEXTS, VALUE_TYPES
from mxspec.base.values import class_name, is_long, stable_order
from mxspec.specs import reading
from mxspec.specs.arrays import ArraySpec, are_lists_of_few, read_lists
from mxspec.specs.core.question import refusal
from mxspec.transform.annotations.converted import held_value
from mxspec.transform.annotations.owners import gives, has_core_schema

# --- values as JSON ---------------------------------------------------------------------------------------


class NoJsonError(Exception):
    """The error for a value without JSON; the message is the reason."""


class JsonWriter:
    """A writer of values as JSON; it writes a part once, however often the value has it.

    Args:
        strings: True to write numbers, booleans and None as text.

    Attributes:
        at: the keys and indices that lead to the current part; after an error, to the part without JSON.
    """

    def __init__(self, strings: bool = False) -> None:
        self.at: list[Any] = []
        self._strings = strings
        self._known: dict[int, tuple[Any, Any]] = {}
        self._inside: set[int] = set()

    def write(self, x: Any) -> Any:
        """Return x as JSON.

        Raises:
            NoJsonError: JSON can't write x, or the part at `at`.
        """
        if type(x) in (str, int, bool, float, type(None)):
            if self._strings and type(x) is float:
                return json.dumps(x)  # as text, NaN and infinity are numbers too
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
            except Exception as error:  # the methods of the value may raise anything
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
        raise NoJsonError("JSON has no NaN and no infinity")
    elif type(x) is int and is_long(x):
        raise NoJsonError("it has more digits than Python writes")
    return x


def is_written_as_it_is(x: Any) -> bool:
    """True for a value of the types str, int, float, bool and None that is its own JSON.

    Example:
        >>> [*map(is_written_as_it_is, ["a", 1, None, math.nan, (1,)])]
        [True, True, True, False, False]
    """
    kind = type(x)
    if kind is str:
        return x.isascii() or not _SURROGATES.search(x)
    if kind is int:
        return not is_long(x)
    return math.isfinite(x) if kind is float else x is None or kind is bool


# A high and a low surrogate in a row are two characters to Python, and one to JSON.
_SURROGATES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")

# A level of lists or maps takes only two frames of the stack, so that JSON may be as deep as specs follow.


def _write_elements(x: Any, writer: JsonWriter) -> Any:
    written = []
    for i, part in enumerate(stable_order(x) if isinstance(x, (set, frozenset)) else reading.elements(x)):
        writer.at.append(i)
        written.append(writer.write(part))
        writer.at.pop()
    return written


def _write_map(x: Any, writer: JsonWriter) -> Any:
    """Return a map as an object; as a list of entries if its keys can't be text, or share a text."""
    entries = []
    for key, value in reading.items(x):
        writer.at.append(key)
        is_text = type(key) is float and not math.isfinite(key)  # a key is text, and these are numbers there
        entries.append([key_text(key) if is_text else writer.write(key), writer.write(value)])
        writer.at.pop()
    if any(isinstance(key, (list, dict)) for key, _ in entries):
        return entries
    by_text = {key_text(key): value for key, value in entries}
    return by_text if len(by_text) == len(entries) else entries


def _write_record(x: Any, writer: JsonWriter) -> Any:
    values = {field.key: getattr(x, field.name) for field in class_fields(x) if field.is_argument}
    tag = struct_tag(type(x))
    tagged = {} if tag.key is None else {tag.key: tag.value}
    if tag.is_list:
        while values and is_unset([*values.values()][-1]):
            values.popitem()
        return [*tagged.values(), *_write_map(values, writer).values()]
    return _write_map(
        {**tagged, **{key: value for key, value in values.items() if not is_unset(value)}}, writer
    )


def _write_member(x: enum.Enum, writer: JsonWriter) -> Any:
    at = len(writer.at)
    try:
        return writer.write(x.value)
    except NoJsonError:
        del writer.at[at:]
        return x.name


def _write_array(x: Any, writer: JsonWriter) -> Any:
    numpy: Any = sys.modules.get("numpy")
    array = x.asnumpy() if callable(getattr(type(x), "asnumpy", None)) else x
    is_array = numpy is not None and isinstance(array, (numpy.generic, numpy.ndarray))
    if is_array and not isinstance(array, numpy.ma.MaskedArray):
        return writer.write(array.tolist())
    raise NoJsonError(f"a value of the type {class_name(x)} has none")


def _write_held(x: Any, writer: JsonWriter) -> Any:
    """Return what pydantic writes for a value that it reads by a class with a core schema."""
    adapter = held_value(type(x)).adapter
    written = adapter.dump_python(x, mode="json", round_trip=True)
    if not gives(adapter, written, x):
        raise NoJsonError(f"pydantic does not read what it writes for {class_name(x)}: {written!r}")
    return writer.write(written)


Write = Callable[[Any, JsonWriter], Any]


def _writer_of_text(write: Callable[[Any], str]) -> Write:
    return lambda x, writer: write(x)


_WRITERS: Final[Mapping[type, Write]] = {
    **dict.fromkeys((list, tuple, set, frozenset, collections.deque), _write_elements),
    **{cls: _writer_of_text(row.write) for cls, row in VALUE_TYPES.items() if row.write is not None},
    enum.Enum: _write_member,
    str: lambda x, writer: writer.write(str.__str__(x)),  # the plain value of a subclass
    float: lambda x, writer: writer.write(float.__float__(x)),
    int: lambda x, writer: writer.write(int.__int__(x)),
}


def _writer_of(kind: type) -> Write:
    if has_typed_fields(kind):
        return _write_record
    if hasattr(kind, "__pydantic_fields__"):
        return lambda x, writer: writer.write(x.model_dump(mode="json", by_alias=True))
    if has_core_schema(kind) and not any(base in _WRITERS for base in kind.__mro__):
        return _write_held
    otherwise = _write_map if issubclass(kind, abc.Mapping) else _write_array
    return next((_WRITERS[base] for base in kind.__mro__ if base in _WRITERS), otherwise)


# --- values of predicates and types, out of JSON ------------------------------------------------------------

_RATIO: Final = re.compile(r"[+-]?([0-9]+(/[0-9]+)?|[0-9]*\.[0-9]+)")

Read = Callable[[Any, bool], Any]
"""A function from a scalar of JSON to a value, which raises if it can't; True if numbers come as text."""


def _digits(x: str) -> str:
    """Return the text of a number; refuse blanks, underscores and other scripts, which Python takes."""
    if type(x) is not str or not x.isascii() or x != x.strip() or "_" in x:
        raise ValueError(x)
    return x


def _read_int(x: Any, strings: bool) -> Any:
    if type(x) is float and x.is_integer():
        return int(x)
    return int(_digits(x)) if strings else x


def _read_float(x: Any, strings: bool) -> Any:
    if type(x) is int:
        # An int beyond 2**53 may not be exact as a float, and stays an int.
        near = float(x)
        return near if near == x else x
    return float(_digits(x)) if strings else x


def _read_number(x: Any, strings: bool) -> Any:
    if strings:
        with contextlib.suppress(ValueError):
            return int(_digits(x))
    return _read_float(x, strings) if type(x) is str else x


def read_number_text(x: str, strings: bool) -> Any:
    """Return the number of a text if numbers come as text; else the text."""
    try:
        return _read_number(x, strings)
    except ValueError:
        return x


def _text_of_number(x: Any) -> str:
    """Return a number as text; a text stays. Raise ValueError for a bool, a list, or other digits."""
    return repr(x) if type(x) in (int, float) else _digits(x)


def _read_decimal(x: Any, strings: bool) -> Any:
    return decimal.Decimal(x if type(x) is int else _text_of_number(x))


def _read_fraction(x: Any, strings: bool) -> Any:
    ratio: Any = _RATIO.fullmatch(_text_of_number(x))
    return fractions.Fraction(ratio[0])


def _read_complex(x: Any, strings: bool) -> Any:
    return complex(x if type(x) in (int, float) else _digits(x))


def _read_rational(x: Any, strings: bool) -> Any:
    if strings:
        with contextlib.suppress(ValueError):
            return int(_digits(x))
    return (_read_fraction if type(x) is str and "/" in x else _read_decimal)(x, strings)


def _read_bool(x: Any, strings: bool) -> Any:
    return _BOOLS[x.lower()] if strings else x


_BOOLS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _read_none(x: Any, strings: bool) -> Any:
    return None if strings and x in ("", "null") else x


def as_member(x: Any) -> Any:
    """Return x with its lists as tuples, so that it has a hash.

    Raises:
        ValueError: x has more than 10,000 parts. A part counts each time it occurs, since Python hashes it
            each time.
    """
    if type(x) not in (list, tuple):
        return x
    numbers = itertools.count(1)

    def convert(x: Any) -> Any:
        if next(numbers) > _MOST_IN_MEMBER:
            raise ValueError(f"a member of a set or a key of more than {_MOST_IN_MEMBER:,} parts")
        return tuple(map(convert, x)) if type(x) in (list, tuple) else x

    return convert(x)


def _as_members(x: list[Any]) -> Iterable[Any]:
    """Return the members of a set; raise ValueError if one would be lost: True equals 1."""
    members = [*map(as_member, x)]
    kept = {member: member for member in members}
    if any(isinstance(kept[member], bool) is not isinstance(member, bool) for member in members):
        raise ValueError("True and 1 are one member of a set")
    return kept


_MOST_IN_MEMBER: Final = 10_000


def _from(kind: type, make: Callable[[Any], Any]) -> Read:
    """Return a reader that makes values of one type of JSON into others."""
    return lambda x, strings: make(x) if type(x) is kind else x


# fmt: off
READERS: Final[Mapping[type, Read]] = {
    int: _read_int,
    float: _read_float,
    decimal.Decimal: _read_decimal,
    fractions.Fraction: _read_fraction,
    complex: _read_complex,
    bool: _read_bool,
    type(None): _read_none,
    **{row.cls: _from(str, row.read) for row in TEXTS if row.read is not None},
    str: _from(str, str),
    **dict.fromkeys((set, abc.Set, abc.MutableSet), _from(list, lambda x: set(_as_members(x)))),
    frozenset: _from(list, lambda x: frozenset(_as_members(x))),
    tuple: _from(list, tuple),
    collections.deque: _from(list, collections.deque),
    collections.OrderedDict: _from(dict, collections.OrderedDict),
    collections.defaultdict: _from(dict, functools.partial(collections.defaultdict, None)),
}
# fmt: on


def _reader_of_row(row: PredicateRow) -> Read | None:
    """Return the reader for the first class of a row, or for numbers if it has several classes."""
    first, *others = row.classes
    if first is int and others:
        return _read_number if float in others else _read_rational
    return READERS.get(first) if first is not str else None


def scalar_reader(pred: Any, strings: bool) -> Callable[[Any], Any] | None:
    """Return a function from JSON to a value of a predicate or a type; it raises if it can't read.

    Args:
        pred: the predicate, type or set.
        strings: True if numbers come as text.

    Returns:
        None if JSON has all values of pred as they are.

    Example:
        >>> import datetime
        >>> scalar_reader(datetime.date, False)("2019-10-11"), scalar_reader(int, True)("12")
        (datetime.date(2019, 10, 11), 12)
        >>> scalar_reader(str, True) is None
        True
    """
    try:
        if isinstance(pred, (set, frozenset)):
            return member_reader(stable_order(pred), strings)
        if isinstance(pred, type):
            return _class_reader(pred, strings)
        row = ROWS.get(pred)
        return None if row is None else _plain_reader(_reader_of_row(row), strings)
    except Exception:  # a class of the user may raise, a callable may be unhashable
        return None


def _plain_reader(read: Read | None, strings: bool) -> Callable[[Any], Any] | None:
    if read is None or (read in (_read_bool, _read_none) and not strings):
        return None
    return lambda x: read(x, strings)


def _class_reader(cls: Any, strings: bool) -> Callable[[Any], Any] | None:
    if issubclass(cls, enum.Enum):
        read_member = member_reader(cls, strings)
        return _flag_reader(cls, read_member) if issubclass(cls, enum.Flag) else read_member
    # The first class with a reader, from the class itself to its bases.
    for base in cls.__mro__:
        if base.__module__ == "numpy" and base.__name__ in ("ndarray", "generic"):
            return read_lists if base.__name__ == "ndarray" else _numpy_reader(cls, strings)
        read = _plain_reader(READERS.get(base), strings)
        if READERS.get(base) is not None:
            return (
                None if base is cls is str else read if base is cls else _subclass_reader(cls, base, strings)
            )
    return None


def _subclass_reader(cls: Any, base: type, strings: bool) -> Callable[[Any], Any]:
    def read(x: Any) -> Any:
        value = READERS[base](x, strings)
        if isinstance(value, cls) or type(value) is bool or not isinstance(value, base):
            return value
        return cls(value)  # pandas has a subclass for moments

    return read


def _flag_reader(cls: Any, read_member: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(x: Any) -> Any:
        member = read_member(x)
        return cls(x) if member is x else member

    return read


def _numpy_reader(cls: Any, strings: bool) -> Callable[[Any], Any] | None:
    """Return a reader of numpy's scalars: it reads Python's number, if the type can hold it."""
    import numpy as np

    # numpy makes no scalar of an abstract class, such as np.floating.
    if cls not in {*np.sctypeDict.values()}:
        return None
    kind = np.dtype(cls).kind
    reads = {"b": _read_bool, "i": _read_int, "u": _read_int, "f": _read_float, "c": _read_complex}
    if kind not in reads:
        return lambda x: cls(x) if type(x) is str else x

    def read(x: Any) -> Any:
        value = x if type(x) is float and kind == "f" else reads[kind](x, strings)
        if type(value) not in _NUMPY_TAKES[kind]:
            return x
        if kind in "iu" and not np.iinfo(cls).min <= value <= np.iinfo(cls).max:
            return x
        number = cls(value)
        return number if np.isfinite(number) or not np.isfinite(value) else x

    return read


_NUMPY_TAKES: Final = {"b": (bool,), "i": (int,), "u": (int,), "f": (float,), "c": (complex,)}


def member_reader(members: Iterable[Any], strings: bool) -> Callable[[Any], Any]:
    """Return a function from JSON to the member of an enum or a set with that JSON; other JSON stays."""
    members = list(members)
    by_json: dict[tuple[type, Any], Any] = {}
    by_number = _members_by_number(members) if strings else {}
    others: list[tuple[Any, Any]] = []
    for member in members:
        for writer in (JsonWriter(), *[JsonWriter(strings=True)] * strings):
            with contextlib.suppress(NoJsonError):
                written = writer.write(member)
                if type(written) in (list, dict):
                    others.append((written, member))
                else:
                    by_json.setdefault((type(written), written), member)

    def read(x: Any) -> Any:
        if type(x) in (str, int, float, bool, type(None)):
            member = by_json.get((type(x), x), x)
            if member is x and type(x) in (int, float):
                return by_json.get(_same_number(x), x)
            if member is x and by_number and type(x) is str:
                with contextlib.suppress(ValueError, ArithmeticError, TypeError):  # not a number
                    return by_number.get(decimal.Decimal(_digits(x)), x)
            return member
        equal = (member for written, member in others if type(x) is type(written) and x == written)
        return next(equal, x)

    return read


def _same_number(x: float) -> tuple[type, float]:
    """Return a number as JSON writes it otherwise, 1 for 1.0, with its type; x itself if there is no such."""
    with contextlib.suppress(OverflowError, ValueError):  # of an int beyond all floats, infinity, NaN
        other = float(x) if type(x) is int else int(x)
        if other == x:
            return type(other), other
    return type(x), x


def _members_by_number(members: Iterable[Any]) -> dict[decimal.Decimal, Any]:
    """Return the members that are finite numbers by their value, which 19.90 and 19.9 share."""
    numbers = [x for x in members if type(x) in (int, float, decimal.Decimal)]
    values = [decimal.Decimal(repr(x) if type(x) is float else x) for x in numbers]
    return {value: x for value, x in zip(values, numbers, strict=True) if value.is_finite()}


# --- queries -----------------------------------------------------------------------------------------------


def as_query(x: Any) -> Any:
    """Return a query as a map, with a list under a key that recurs; any other value as it is.

    Args:
        x: pairs of text, as parse_qsl returns, or a multidict of Starlette, Werkzeug, Django or aiohttp.

    Example:
        >>> as_query([("tags", "a"), ("tags", "b"), ("page", "2")])
        {'tags': ['a', 'b'], 'page': '2'}
    """
    try:
        if type(x) in (list, tuple):
            pairs = x
            if not x:
                return x
        elif hasattr(x, "multi_items"):
            pairs = x.multi_items()
        elif hasattr(x, "lists"):
            pairs = [(key, value) for key, values in x.lists() for value in values]
        elif hasattr(x, "getall"):
            pairs = x.items()
        else:
            return x
        query: dict[str, list[str]] = {}
        for key, value in pairs:
            if type(key) is not str or type(value) is not str:
                return x
            query.setdefault(key, []).append(value)
    except Exception:  # a list of something else, or a class that raises
        return x
    return {key: values if len(values) > 1 else values[0] for key, values in query.items()}


# --- maps without text keys, and arrays ---------------------------------------------------------------------


def as_map(entries: Any) -> Any:
    """Return a map of its entries, JSON's form of a map without text keys; other values as they are."""
    try:
        decoded = {as_member(key): value for key, value in entries}
    except Exception:  # not an entry, or an object that raises when it is read
        return entries
    return decoded if len(decoded) == len(entries) else entries


def array_reader(spec: ArraySpec, strings: bool) -> Callable[[Any], Any]:
    """Return a reader of the array that an array spec requires: from a number, or from nested lists."""
    import numpy as np

    kind = getattr(spec.dtype, "kind", "c" if spec.dtype is np.complexfloating else "")
    read_number = functools.partial(read_number_text, strings=strings)

    def read_array(x: Any) -> Any:
        is_number = type(x) in (int, float, bool) and (spec.shapes is None or () in spec.exact)
        if not (is_number or are_lists_of_few(x)):
            return x
        try:
            if kind in ("U", "c"):
                dtype = spec.dtype if isinstance(spec.dtype, np.dtype) else None
                numbers = _with_numbers(x, complex) if kind == "c" else x
                array = np.asarray(numbers, dtype)
                if array.size and (array.tolist() != x if kind == "U" else np.asarray(numbers).dtype == bool):
                    return x  # numpy would cut a text, write a number as text, or count True as 1
            elif type(x) is list:
                array = read_lists(_with_numbers(x, read_number), spec.dtype)
            else:
                array = np.asarray(read_lists([x], spec.dtype)[0])
            return spec.with_all_lengths(array) if isinstance(array, np.ndarray) else x
        except Exception:  # an element may raise
            return x

    return read_array


def _with_numbers(x: Any, read: Any) -> Any:
    """Return nested lists with numbers instead of text."""
    if type(x) is list:
        return [_with_numbers(part, read) for part in x]
    return read(x) if type(x) is str else x
