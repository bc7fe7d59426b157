"""The types of values, a row each; JSON, source, examples, borders, proofs and columns read it.

`VALUE_TYPES[datetime.date]` states once that JSON has a date as a text such as "2019-10-11", that a day lies
between two of them, and that a frame has it in a column of the type Date. `value_type_of` also finds the row
of a subclass, by its base classes in order: a datetime is a date to Python, and has a row of its own. So a
new type of value is one row:

    ValueType(MacAddress, {"type": "string"}, str, MacAddress, kinds={"mac": MacAddress("00:00:00:00:00:00")})
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import functools
import ipaddress
import operator
import pathlib
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final


@dataclasses.dataclass(frozen=True, eq=False)
class ValueType:
    """The facts about the values of a type.

    Attributes:
        cls: the type.
        json: the JSON Schema of its JSON.
        write: a function from a value to the text that JSON has of it; None if JSON has it as it is.
        read: the function from such a text to the value; None where a text alone does not tell it.
        words: a function from a value to its text in messages; None for its repr.
        source: a function from a value to a call of its class, with or without the module of the class.
        kinds: an example of each kind of its values, by name. Values of one kind compare with each other, if
            they have an order: a time with a zone does not compare with a time without one.
        steps: differences between a value and its neighbours, the finest first; or a function of the value.
        add: a function from a value and a step, or the opposite of one, to the value that far away.
        count: a function from a value to its place among all values, and back, and the place of the last one;
            None for values that no one counts, and for moments, which have the bounds of their class.
        draw: a function from the module `hypothesis.strategies` to the strategy of examples; None for the
            one that Hypothesis has for the type.
        alike: a function from a value to values of other types that are taken for it, beside its text.
        is_number: True if its values compare with the numbers of other types.
        is_apart: True if no value equals one of a different type to clojure, though it may to Python.
        is_exact: True if no value equals one of a different type to Python, except True and 1, or bytes and
            a bytearray.
        has_zones: True if a value may be in a time zone; two equal ones may be in different zones.
        dtype: the name that Narwhals and polars give to the type of a column of its values; None without one
            type, as that of Decimals has their number of places.
        dtype_of_pandas: the dtype of such a column in pandas, where it is not `object`.
        word: its name in what is known of the values of a column; None if such values have a class alone.
    """

    cls: type
    json: Mapping[str, Any]
    write: Callable[[Any], str] | None = None
    read: Callable[[str], Any] | None = None
    words: Callable[[Any], str] | None = None
    source: Callable[[Any], str] = repr
    kinds: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    steps: tuple[Any, ...] | Callable[[Any], tuple[Any, ...]] = ()
    add: Callable[[Any, Any], Any] = operator.add
    count: tuple[Callable[[Any], int], Callable[[int], Any], int] | None = None
    draw: Callable[[Any], Any] | None = None
    alike: Callable[[Any], Iterable[Any]] = lambda x: ()
    is_number: bool = False
    is_apart: bool = False
    is_exact: bool = False
    has_zones: bool = False
    dtype: str | None = None
    dtype_of_pandas: str | None = None
    word: str | None = None

    @property
    def example(self) -> Any:
        """A value of the type."""
        return next(iter(self.kinds.values())) if self.kinds else self.cls()

    @property
    def has_hash(self) -> bool:
        """True if a value may be a member of a set."""
        return self.cls.__hash__ is not None

    @property
    def has_order(self) -> bool:
        """True if each value has others next to it."""
        return self.count is not None or self.steps != ()

    @property
    def has_text(self) -> bool:
        """True if JSON has the values as texts, and a text alone tells the value."""
        return self.write is not None and self.read is not None

    def neighbours(self, x: Any) -> list[Any]:
        """Return the values next to one, and some a step away, where the type has them.

        Example:
            >>> VALUE_TYPES[datetime.date].neighbours(datetime.date.min), VALUE_TYPES[str].neighbours("a")
            ([datetime.date(1, 1, 2)], [])
        """
        if self.count is not None:
            place, value, last = self.count
            return [value(n) for n in (place(x) - 1, place(x) + 1) if 0 <= n <= last]
        steps = self.steps(x) if callable(self.steps) else self.steps
        near = []
        for step in (sign * step for step in steps for sign in (-1, 1)):
            try:
                near.append(self.add(x, step))
            except (ArithmeticError, ValueError):  # beyond the range of the type
                continue
        return near


def value_type_of(cls: Any) -> ValueType | None:
    """Return the row of a class, or the first one of its bases; None without one.

    Example:
        >>> import enum
        >>> value_type_of(enum.IntEnum).cls, value_type_of(datetime.datetime).cls, value_type_of(list)
        (<class 'int'>, <class 'datetime.datetime'>, None)
    """
    rows = VALUE_TYPES
    return rows.get(cls) or next((rows[base] for base in cls.__mro__ if base in rows), None)


# --- texts ------------------------------------------------------------------------------------------------


def read_moment(x: str) -> Any:
    """Return the moment of a text in ISO 8601; a date stays text."""
    # Python reads a date as midnight of that day, but a text of up to ten characters is a date alone.
    return datetime.datetime.fromisoformat(x) if len(x) > len("2019-10-11") else x


_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?=.)((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?=.)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+)(\.(?P<fraction>\d{1,6}))?S)?)?",
    re.ASCII,
)


def write_duration(x: datetime.timedelta) -> str:
    """Return a duration in ISO 8601."""
    sign, x = ("-", -x) if x.days < 0 else ("", x)
    seconds = f"{x.seconds}.{x.microseconds:06}".rstrip("0").rstrip(".") if x.microseconds else x.seconds
    return f"{sign}P{x.days}DT{seconds}S"


def _read_duration(x: str) -> datetime.timedelta:
    match: Any = _DURATION.fullmatch(x)
    parts = {name: int(match[name] or 0) for name in ("weeks", "days", "hours", "minutes", "seconds")}
    microseconds = int((match["fraction"] or "").ljust(6, "0"))
    duration = datetime.timedelta(**parts, microseconds=microseconds)
    return -duration if match["sign"] == "-" else duration


def write_base64(x: bytes | bytearray) -> str:
    """Return bytes in base64."""
    return binascii.b2a_base64(x, newline=False).decode("ascii")


_read_base64: Final = functools.partial(base64.b64decode, validate=True)


def write_ratio(x: Fraction) -> str:
    """Return a fraction as its numerator and its denominator."""
    return f"{x.numerator}/{x.denominator}"


# --- steps ------------------------------------------------------------------------------------------------


def time_after(x: datetime.time, step: datetime.timedelta) -> datetime.time:
    """Return the time of a day a step later, on the same day.

    Raises:
        ValueError: it is on another day.
    """
    day = datetime.datetime(2000, 1, 1)
    moment = datetime.datetime.combine(day, x) + step
    if moment.date() != day.date():
        raise ValueError("it is on another day")
    return moment.timetz()


def _steps_of_decimal(x: Decimal) -> tuple[Any, ...]:
    """Return a step finer than the last digit, and 1."""
    exponent = x.as_tuple().exponent
    return (Decimal((0, (1,), exponent - 1)), 1) if isinstance(exponent, int) else ()


def _seconds(*numbers: float) -> tuple[datetime.timedelta, ...]:
    return tuple(datetime.timedelta(seconds=number) for number in numbers)


# --- the rows ---------------------------------------------------------------------------------------------


def _json_text(**keywords: Any) -> dict[str, Any]:
    return {"type": "string", **keywords}


_NUMBER_OR_TEXT: Final[dict[str, Any]] = {"type": ["number", "string"]}
_DAY: Final = datetime.timedelta(days=1)


def _address_row(cls: Any, example: str, bits: int = 0, **keywords: str) -> ValueType:
    kinds, count = {cls.__name__: cls(example)}, (int, cls, (1 << bits) - 1) if bits else None
    return ValueType(cls, _json_text(**keywords), str, cls, str, kinds=kinds, count=count, is_exact=True)


def _path_row(cls: type, **keywords: Any) -> ValueType:
    def draw(st: Any) -> Any:
        return st.lists(st.text("abcz.-_ é", min_size=1), max_size=4).map(lambda names: cls(*names))

    return ValueType(cls, _json_text(), str, cls, str, draw=draw, **keywords)


VALUE_TYPES: Final[Mapping[type, ValueType]] = MappingProxyType({row.cls: row for row in (
    ValueType(bool, {"type": "boolean"}, is_apart=True, is_exact=True, dtype="Boolean",
              dtype_of_pandas="bool", word="bool"),
    ValueType(int, {"type": "integer"}, is_number=True, dtype="Int64", dtype_of_pandas="int64", word="int"),
    ValueType(float, {"type": "number"}, is_number=True, is_apart=True, dtype="Float64",
              dtype_of_pandas="float64", word="float"),
    ValueType(complex, _NUMBER_OR_TEXT, str, source=lambda x: f"complex('{x}')", is_apart=True),
    ValueType(
        Decimal, _NUMBER_OR_TEXT, str, words=str, kinds={"decimal": Decimal(0), "NaN": Decimal("NaN")},
        steps=_steps_of_decimal, alike=lambda x: (float(x), Decimal("NaN")), is_number=True, is_apart=True,
        word="decimal",
    ),
    ValueType(
        Fraction, _NUMBER_OR_TEXT, write_ratio, words=str, kinds={"fraction": Fraction(1, 3)},
        steps=(Fraction(1, 1000), 1), is_number=True, is_apart=True,
    ),
    ValueType(str, {"type": "string"}, dtype="String", word="str"),
    ValueType(
        bytes, _json_text(format="binary"), write_base64, _read_base64, kinds={"bytes": b""},
        alike=lambda x: (x.decode("latin-1"),), is_exact=True, dtype="Binary", word="bytes",
    ),
    ValueType(bytearray, _json_text(format="binary"), write_base64, lambda x: bytearray(_read_base64(x)),
              kinds={"bytearray": bytearray()}),
    ValueType(
        uuid.UUID, _json_text(format="uuid"), str, uuid.UUID, str, kinds={"uuid": uuid.UUID(int=0)},
        count=(int, lambda n: uuid.UUID(int=n), (1 << 128) - 1), alike=lambda x: (x.int,), is_exact=True,
        word="uuid",
    ),
    ValueType(
        datetime.date, _json_text(format="date"), datetime.date.isoformat, datetime.date.fromisoformat,
        datetime.date.isoformat, kinds={"date": datetime.date(2000, 1, 1)}, steps=(_DAY,),
        alike=lambda x: (datetime.datetime(x.year, x.month, x.day),), is_exact=True, dtype="Date",
        word="date",
    ),
    ValueType(
        datetime.datetime, _json_text(format="date-time"), datetime.datetime.isoformat, read_moment,
        datetime.datetime.isoformat,
        kinds={"datetime": datetime.datetime(2000, 1, 1),
               "datetime with a zone": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)},
        steps=(datetime.datetime.resolution, _DAY),
        alike=lambda x: (x.replace(tzinfo=None if x.tzinfo else datetime.UTC), x.date()),
        draw=lambda st: st.datetimes(timezones=st.just(datetime.UTC)), has_zones=True, dtype="Datetime",
        dtype_of_pandas="datetime64[us]", word="datetime",
    ),
    ValueType(
        datetime.time, _json_text(format="time"), datetime.time.isoformat, datetime.time.fromisoformat,
        datetime.time.isoformat,
        kinds={"time": datetime.time(), "time with a zone": datetime.time(tzinfo=datetime.UTC)},
        steps=_seconds(1e-6, 1, 600, 3600), add=time_after, is_exact=True, has_zones=True, dtype="Time",
        word="time",
    ),
    ValueType(
        datetime.timedelta, _json_text(format="duration"), write_duration, _read_duration,
        kinds={"timedelta": datetime.timedelta()}, steps=_seconds(1e-6, 1, 1800, 86_400),
        alike=lambda x: (x.total_seconds(), str(x)), is_exact=True, dtype="Duration", word="timedelta",
    ),
    _address_row(ipaddress.IPv4Address, "10.0.0.1", 32, format="ipv4"),
    _address_row(ipaddress.IPv6Address, "::1", 128, format="ipv6"),
    _address_row(ipaddress.IPv4Interface, "10.0.0.1/8"),
    _address_row(ipaddress.IPv6Interface, "::1/64"),
    _address_row(ipaddress.IPv4Network, "10.0.0.0/8"),
    _address_row(ipaddress.IPv6Network, "::/64"),
    _path_row(pathlib.Path, source=lambda x: f"Path({str(x)!r})"),  # its instances are of the system's class
    *map(_path_row, (pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath)),
)})  # fmt: skip
"""The rows of the types of values."""

TEXTS: Final = tuple(row for row in VALUE_TYPES.values() if row.has_text)
"""The rows of the types that JSON has as texts."""

NUMBERS: Final = tuple(cls for cls, row in VALUE_TYPES.items() if row.is_number)
"""The types of numbers that compare with each other."""
