"""Formats of strings: what a string holds beside its letters, a UUID, a date, a moment, a number."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final, NamedTuple

_UUID: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_NUMBER: Final = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"


class Format(NamedTuple):
    """A format of strings.

    Attributes:
        test: a function that is true for a string of this format.
        words: the format in words.
        schema: the JSON Schema, beside the type.
        kind: the predicate or type of the values that are written in this format.
        write: a function that writes such a value.
    """

    test: Callable[[str], Any]
    words: str
    schema: dict[str, Any]
    kind: Any
    write: Callable[[Any], str]


def _is_date(x: str) -> bool:
    return len(x) == 10 and x[4] == x[7] == "-" and bool(datetime.date.fromisoformat(x))


def _is_moment(x: str) -> bool:
    return len(x) >= 16 and x[10] in "T " and bool(datetime.datetime.fromisoformat(x))


def _matcher(regex: str) -> Callable[[str], Any]:
    return re.compile(regex, re.ASCII).fullmatch


FORMATS: Final = MappingProxyType(
    {
        "uuid": Format(_matcher(_UUID), "a UUID", {"format": "uuid"}, "uuid", str),
        "date": Format(_is_date, "a date", {"format": "date"}, datetime.date, datetime.date.isoformat),
        "datetime": Format(_is_moment, "a date and time", {}, datetime.datetime, datetime.datetime.isoformat),
        "number": Format(_matcher(_NUMBER), "a number", {"pattern": f"^{_NUMBER}$"}, float, repr),
    }
)
"""The formats by name. A name with `%` in it is a format of `strptime`."""


def format_of(name: str) -> Format | None:
    """Return the format of a name, or None if there is none.

    Example:
        >>> format_of("%d/%m/%Y").words, format_of("dates")
        ("a date as '%d/%m/%Y'", None)
    """
    if "%" not in name:
        return FORMATS.get(name)
    words = f"a date as {name!r}"
    return Format(
        functools.partial(_is_written_as, name), words, {}, datetime.date, lambda day: day.strftime(name)
    )


def _is_written_as(name: str, x: str) -> bool:
    # strptime takes a day of one digit too, which such a column is not written with.
    moment = datetime.datetime.strptime(x, name)
    return moment.strftime(name) == x


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


def has_pattern(pattern: str, x: str) -> bool:
    """True if the whole of a string matches a regular expression, in which `\\d` is an ASCII digit.

    Example:
        >>> has_pattern(r"[A-Z]{2}-\\d{3}", "AB-123"), has_pattern(r"[A-Z]{2}-\\d{3}", "AB-1234")
        (True, False)
    """
    return compile_pattern(pattern).fullmatch(x) is not None


@functools.lru_cache(maxsize=1000)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern, whose classes are of ASCII as in JSON Schema."""
    return re.compile(pattern, re.ASCII)
