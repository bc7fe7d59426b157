"""Remarks on a refused value: its missing, surplus or wrong parts.

tuple_(int, str) refuses [1]: "count is 2; 1 is 1 too few". datetime.date refuses "2020-13-01": "date; there
is no month 13". A remark is about one value, so tables of reasons leave it out.
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
from mxspec.predicate_rows import PredicateRow, row_of, row_of_form


def remark(form: Any, val: object) -> str:
    """Return a clause about a value that a form refuses, "" if there is nothing to say.

    Example:
        >>> remark(("count", 2), [1]), remark(("count", 0, 1), [1, 2, 3]), remark(("count", 2), None)
        ('; 1 is 1 too few', '; 3 is 2 too many', '')
        >>> remark(float, 4), remark(float, "4"), remark(int, 4)
        ('; an int, s.decode(float, x) makes a float of it', '', '')
        >>> remark(datetime.date, "2020-02-30"), remark(dict, '{"a": 1}')
        ('; February 2020 has no day 30', '; a text of JSON: json.loads reads it')
    """
    head = head_of(form)
    words = ""
    try:
        row = row_of_form(form) if head else None
        if row is not None and not (head == "str_in" and not issubclass(type(val), str)):
            words = _length_remark(val, row)
        if not words and head == "str_in" and issubclass(type(val), str):
            words = _fault_of_format(val, **(form[1] if len(form) > 1 else {}))
        elif not head and issubclass(type(val), str):
            row = row_of(form)
            kind = None if row is None else _WRITTEN.get(row.classes[0])
            words = "" if kind is None else fault_of(kind, val)  # type: ignore[arg-type]
        elif type(val) is int and not head:
            words = _decoded_int(val, row_of(form))
    except Exception:  # a value's own methods may raise anything
        return ""
    if words:
        return f"; {words}"
    words = not_loaded(val)
    return words if words and takes_json_text(form) else ""


def _fault_of_format(x: Any, *, format: str | None = None, **options: Any) -> str:
    return "" if format is None or has_format(format, str.__str__(x)) else fault_of(format, x)


def _decoded_int(x: int, row: PredicateRow | None) -> str:
    """Return what makes a float of an int, which JSON writes alike; an empty text if no float is equal."""
    is_float = row is not None and row.classes == (float,)
    return "an int, s.decode(float, x) makes a float of it" if is_float and float(x) == x else ""


def _length_remark(x: Any, row: PredicateRow) -> str:
    """Return how many elements there are, and how many too few or too many."""
    if row.least is None and row.most is None:
        return ""
    n = len(x)
    if row.least is not None and n < row.least:
        return f"{n:,} is {row.least - n:,} too few"
    if row.most is not None and n > row.most:
        return f"{n:,} is {n - row.most:,} too many"
    return ""


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
