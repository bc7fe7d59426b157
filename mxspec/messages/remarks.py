"""Remarks on a refused value: what it lacks, has too much of, or has wrong in it.

By tuple_(int, str) the list [1] is refused: "count is 2; 1 is missing". By datetime.date so is "2020-13-01":
"date; there is no month 13". A remark is of one value, so tables of reasons leave it out.
"""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec.formats import fault_of, has_format
from mxspec.messages.reasons import not_loaded
from mxspec.messages.requirements import takes_json_text
from mxspec.messages.text import head_of
from mxspec.predicate_rows import row_of


def remark(form: Any, val: object) -> str:
    """Return a clause about a value that a form refuses, "" if there is nothing to say.

    Example:
        >>> remark(("count", 2), [1]), remark(("count", 0, 1), [1, 2, 3]), remark(("count", 2), None)
        ('; 1 is missing', '; 2 are too many', '')
        >>> remark(datetime.date, "2020-02-30"), remark(dict, '{"a": 1}')
        ('; February 2020 has no day 30', '; a text of JSON: json.loads reads it')
    """
    head = head_of(form)
    words = ""
    try:
        if head in _LENGTHS:
            words = _length_remark(val, *_LENGTHS[head](*form[1:]))
        elif head == "str_in" and issubclass(type(val), str):
            words = _of_string(val, **(form[1] if len(form) > 1 else {}))
        elif not head and issubclass(type(val), str):
            row = row_of(form)
            kind = None if row is None else _WRITTEN.get(row.classes[0])
            words = "" if kind is None else fault_of(kind, val)  # type: ignore[arg-type]
    except Exception:  # whatever the methods of a value raise
        return ""
    if words:
        return f"; {words}"
    return not_loaded(val) if takes_json_text(form) else ""


def _of_string(x: Any, **options: Any) -> str:
    words = _length_remark(str.__str__(x), options.get("min_length"), options.get("max_length"))
    name = options.get("format")
    if words or name is None or has_format(name, str.__str__(x)):
        return words
    return fault_of(name, x)


def _length_remark(x: Any, least: int | None, most: int | None) -> str:
    """Return how many elements are missing or too many."""
    n = len(x)
    if least is not None and n < least:
        return f"{least - n:,} {'is' if least - n == 1 else 'are'} missing"
    if most is not None and n > most:
        return f"{n - most:,} {'is' if n - most == 1 else 'are'} too many"
    return ""


_LENGTHS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "count": lambda least, *most: (least, most[0] if most else least),
        "min_length": lambda least: (least, None),
        "max_length": lambda most: (None, most),
    }
)
"""The least and the most length by the head of a form."""

_WRITTEN: Final[Mapping[Any, str]] = MappingProxyType(
    {
        datetime.date: "date",
        datetime.datetime: "datetime",
        datetime.time: "time",
        uuid.UUID: "uuid",
        ipaddress.IPv4Address: "ipv4",
    }
)
"""The formats of strings that decode reads as instances of a class."""
