"""Formats of strings: a UUID, a date, a moment, a number, the address of a mail, a page or a machine."""

from __future__ import annotations

import calendar
import contextlib
import datetime
import functools
import ipaddress
import itertools
import re
import string
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mxspec.addresses import with_address

_UUID: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_NUMBER: Final = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_NAME: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"  # a part of the name of a host
_EMAIL: Final = rf"[A-Za-z0-9._%+'-]{{1,64}}@({_NAME}\.){{1,8}}[A-Za-z]{{2,24}}"
_URL: Final = rf"https?://({_NAME}\.){{0,8}}{_NAME}(:\d{{1,5}})?([/?#][!-~]*)?"
_BYTE: Final = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"


class Format(NamedTuple):
    """A format of strings.

    Attributes:
        test: a function that is true for a string of this format.
        words: the format in words.
        schema: the JSON Schema, beside the type.
        kind: the predicate or type of the values that are written in this format; str if they are texts.
        write: a function that writes such a value.
        read: a function that reads it, if such values have an order; else None.
        pattern: a regular expression of the strings, where kind is str.
    """

    test: Callable[[str], Any]
    words: str
    schema: dict[str, Any]
    kind: Any
    write: Callable[[Any], str]
    read: Callable[[str], Any] | None = None
    pattern: str | None = None


def _is_date(x: str) -> bool:
    return len(x) == 10 and x[4] == x[7] == "-" and bool(datetime.date.fromisoformat(x))


def _is_moment(x: str) -> bool:
    return len(x) >= 16 and x[10] in "T " and bool(datetime.datetime.fromisoformat(x))


def _matcher(regex: str) -> Callable[[str], Any]:
    return re.compile(regex, re.ASCII).fullmatch


def _is_ipv6(x: str) -> bool:
    return ":" in x and "%" not in x and bool(ipaddress.IPv6Address(x))


def _text_format(regex: str, words: str, name: str) -> Format:
    return Format(_matcher(regex), words, {"format": name}, str, str, None, regex)


_DAY: Final = datetime.date
_MOMENT: Final = datetime.datetime

# fmt: off
FORMATS: Final = MappingProxyType(
    {
        "uuid": Format(_matcher(_UUID), "a UUID", {"format": "uuid"}, "uuid", str),
        "date": Format(_is_date, "a date", {"format": "date"}, _DAY, _DAY.isoformat, _DAY.fromisoformat),
        "datetime": Format(
            _is_moment, "a date and time", {}, _MOMENT, _MOMENT.isoformat, _MOMENT.fromisoformat
        ),
        "number": Format(_matcher(_NUMBER), "a number", {"pattern": f"^{_NUMBER}$"}, float, repr, float),
        "email": _text_format(_EMAIL, "an e-mail address", "email"),
        "url": _text_format(_URL, "a URL", "uri"),
        "ipv4": _text_format(rf"({_BYTE}\.){{3}}{_BYTE}", "an IPv4 address", "ipv4"),
        "ipv6": Format(_is_ipv6, "an IPv6 address", {"format": "ipv6"}, ipaddress.IPv6Address, str),
    }
)
# fmt: on
"""The formats by name. A name with `%` in it is a format of `strptime`; `%-d` is a day without a 0."""

_TOGETHER: Final = 1000  # strings that are tested as one text
_TIME: Final = re.compile("%-?[HIMSfXc]")  # in the format of a moment, not of a date


@functools.lru_cache(maxsize=1000)
def format_of(name: str) -> Format | None:
    """Return the format of a name, or None without one.

    Example:
        >>> format_of("%d/%m/%Y").words, format_of("dates")
        ("a date as '%d/%m/%Y'", None)
        >>> format_of("%-m/%-d/%Y %-H:%M").read("1/31/2010 0:05")
        datetime.datetime(2010, 1, 31, 0, 5)
    """
    if "%" not in name:
        return FORMATS.get(name)
    test, read = functools.partial(_is_written_as, name), functools.partial(_read_as, name)
    write = functools.partial(_write_as, name)
    if _TIME.search(name):
        return Format(test, f"a date and time as {name!r}", {}, _MOMENT, write, read)
    return Format(test, f"a date as {name!r}", {}, _DAY, write, lambda x: read(x).date())


def _read_as(name: str, x: str) -> datetime.datetime:
    return datetime.datetime.strptime(x, name.replace("%-", "%"))


def _write_as(name: str, day: datetime.date) -> str:
    return day.strftime(re.sub("%-(.)", lambda each: str(int(day.strftime("%" + each[1]))), name))


def _is_written_as(name: str, x: str) -> bool:
    signs = _letters_of_format(name)
    if signs and x.strip(signs):
        return False  # early: strptime takes 30 times as long to refuse other letters
    # strptime accepts a day of one digit too; such a column has two.
    return _write_as(name, _read_as(name, x)) == x


@with_address
def has_format(name: str, x: str) -> bool:
    """True if a string has a format.

    Example:
        >>> has_format("date", "2019-10-11"), has_format("date", "2019-13-11"), has_format("number", "1e3")
        (True, False, True)
    """
    kind = format_of(name)
    try:
        return kind is not None and bool(kind.test(x))
    except ValueError:
        return False


def first_without(name: str, xs: Sequence[str]) -> int | None:
    """Return the place of the first string without a format, or None.

    Example:
        >>> first_without("number", ["1", "2e3", "x"])
        2
    """
    kind = format_of(name)
    i = 0
    if kind is not None:
        test, start = kind.test, 0
        if isinstance(pattern := getattr(test, "__self__", None), re.Pattern) and xs and test(xs[0]):
            while start < len(xs) and _fit_lines(pattern, xs[start : start + _TOGETHER]):
                start += _TOGETHER
        with contextlib.suppress(ValueError):
            for i, x in enumerate(itertools.islice(xs, start, None), start):
                if not test(x):
                    return i
            return None
    return i if xs else None


def _fit_lines(pattern: re.Pattern[str], xs: Sequence[str]) -> bool:
    """True if all strings fit a pattern; neither they nor the pattern may contain line breaks."""
    text = "\n".join([*xs, ""])
    return text.count("\n") == len(xs) and _lines_pattern(pattern).fullmatch(text) is not None


@functools.lru_cache(maxsize=100)
def _lines_pattern(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(f"(?:(?:{pattern.pattern})\n)*+", re.ASCII)


@with_address
def is_from(name: str, least: str, x: str) -> bool:
    """True if a string of a format stands for the same value as another one, or a greater one.

    Example:
        >>> is_from("date", "2024-01-31", "2024-02-01"), is_from("number", "9", "10")
        (True, True)
    """
    kind = format_of(name)
    return kind is not None and kind.read is not None and bool(kind.read(x) >= kind.read(least))


def is_to(name: str, most: str, x: str) -> bool:
    """True if a string of a format stands for the same value as another one, or a smaller one."""
    kind = format_of(name)
    return kind is not None and kind.read is not None and bool(kind.read(x) <= kind.read(most))


@functools.lru_cache(maxsize=100)
def _letters_of_format(name: str) -> str:
    """Return all that stands in strings of a format of numbers alone, "" for another format."""
    signs = re.sub("%-?[YmdHMS]", "", name)
    return "" if "%" in signs else string.digits + signs


# --- why a string does not fit a format -------------------------------------------------------------------

_MOST_LETTERS: Final = 100  # of a string that is examined
_FIELDS: Final = MappingProxyType(
    {"Y": "year", "m": "month", "d": "day", "H": "hour", "M": "minute", "S": "second", "f": "fraction"}
)
_READ: Final = MappingProxyType({"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M%S", "time": "%H:%M%S"})


def fault_of(name: str, x: str) -> str:
    """Return what is wrong in a string that nearly has a format, "" if nothing is known.

    Args:
        name: the name of a format, or "time".
        x: a string without this format.

    Example:
        >>> fault_of("date", "2019-13-11"), fault_of("date", "2019-02-30"), fault_of("time", "25:00")
        ('there is no month 13', 'February 2019 has no day 30', 'there is no hour 25')
        >>> fault_of("ipv4", "10.0.0.256"), fault_of("date", "yesterday")
        ('256 is more than 255', '')
    """
    x = str.__str__(x)
    if len(x) > _MOST_LETTERS:
        return ""
    if name in _FAULTS:
        return _FAULTS[name](x)
    pattern = _READ.get(name, name if "%" in name else "")
    match = _pattern_of_moments(pattern).fullmatch(x) if pattern else None
    return "" if match is None else _fault_of_moment({k: v for k, v in match.groupdict().items() if v})


@functools.lru_cache(maxsize=100)
def _pattern_of_moments(name: str) -> re.Pattern[str]:
    """Return a pattern of the strings that strptime may read by a format, with a group for each number."""
    parts = []
    seen = set()
    for token in re.findall(r"%-?.|[^%]", name, re.DOTALL):
        field = _FIELDS.get(token[-1]) if token[0] == "%" else None
        if token == "T":
            parts.append("[T ]")
        elif token == "%S" and name in _READ.values():  # ISO 8601 may leave it out, and continue
            parts.append(r"(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
        elif field is None or field in seen:
            parts.append(".{1,20}?" if token[0] == "%" else re.escape(token))
        else:
            seen.add(field)
            parts.append(rf"(?P<{field}>\d{{1,6}})")
    return re.compile("".join(parts), re.ASCII)


def _fault_of_moment(fields: dict[str, str]) -> str:
    """Return the first number that no date or time can have, in words; the fields are digits by name."""
    n = {name: int(digits) for name, digits in fields.items()}
    if not 1 <= n.get("year", 1) <= datetime.MAXYEAR:
        return f"there is no year {fields['year']}"
    if not 1 <= n.get("month", 1) <= 12:
        return f"there is no month {fields['month']}"
    month, day = n.get("month"), n.get("day", 1)
    if not 1 <= day <= 31:
        return f"there is no day {fields['day']}"
    if month is not None and day > calendar.monthrange(n.get("year", 2000), month)[1]:
        year = f" {n['year']}" if "year" in n else ""
        return f"{calendar.month_name[month]}{year} has no day {day}"
    for name, end in (("hour", 24), ("minute", 60), ("second", 60)):
        if n.get(name, 0) >= end:
            return f"there is no {name} {fields[name]}"
    return ""


def _fault_of_uuid(x: str) -> str:
    digits = x.replace("-", "")
    strange = next((c for c in digits if c not in string.hexdigits), None)
    if not digits or strange is not None:
        return f"{strange!r} is not a hexadecimal digit" if len(digits) == 32 else ""
    if len(digits) != 32:
        return f"it has {len(digits)} hexadecimal digits, not 32" if "-" in x or len(digits) > 16 else ""
    return "its groups do not have 8, 4, 4, 4 and 12 digits"


def _fault_of_ipv4(x: str) -> str:
    numbers = x.split(".")
    if not all(re.fullmatch("[0-9]{1,9}", each) for each in numbers):
        return ""
    if len(numbers) != 4:
        return f"it has {len(numbers)} number{'s' * (len(numbers) > 1)}, not 4"
    for each in numbers:
        if int(each) > 255:
            return f"{each} is more than 255"
        if len(each) > 1 and each[0] == "0":
            return f"{each!r} begins with a 0"
    return ""


def _fault_of_email(x: str) -> str:
    n = x.count("@")
    return "" if n == 1 else f"it has {n} '@'s, not one" if n else "it has no '@'"


def _fault_of_url(x: str) -> str:
    return "" if x.startswith(("http://", "https://")) else "it does not begin with http:// or https://"


_FAULTS: Final = MappingProxyType(
    {"uuid": _fault_of_uuid, "ipv4": _fault_of_ipv4, "email": _fault_of_email, "url": _fault_of_url}
)
