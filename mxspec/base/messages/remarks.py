"""Remarks on a refused value: its missing, surplus or wrong parts.

tuple_(int, str) refuses [1]: "count is 2; 1 is 1 too few". datetime.date refuses "2020-13-01": "date; there
is no month 13". A remark is about one value, so tables of reasons leave it out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec.base.formats import fault_of, has_format
from mxspec.base.lazy import LateModule
from mxspec.base.messages.reasons import kind_text, not_loaded
from mxspec.base.messages.requirements import takes_json_text
from mxspec.base.messages.text import head_of
from mxspec.base.predicate_rows import row_of, row_of_form
from mxspec.base.value_types import TEXTS

late: Final = LateModule("mxspec.transform.json_values")  # which words its own errors by these


def remark(form: Any, val: object) -> str:
    """Return a clause about a value that a form refuses, "" if there is nothing to remark.

    Example:
        >>> import datetime
        >>> remark(("count", 2), [1]), remark(("count", 0, 1), [1, 2, 3]), remark(("count", 2), None)
        ('; 1 is 1 too few', '; 3 is 2 too many', '')
        >>> remark(datetime.date, "2020-02-30"), remark(dict, '{"a": 1}')
        ('; February 2020 has no day 30', '; a text of JSON: json.loads reads it')
    """
    try:
        words = _length_remark(form, val) or _fault_of_text(form, val)
    except Exception:  # a value's own methods may raise anything
        return ""
    if words:
        return f"; {words}"
    words = not_loaded(val)
    return words if words and takes_json_text(form) else ""


def _length_remark(form: Any, x: Any) -> str:
    """Return how many elements there are, and how many too few or too many."""
    head = head_of(form)
    row = row_of_form(form) if head else None
    if row is None or (row.least is None and row.most is None):
        return ""
    if head == "str_in" and not issubclass(type(x), str):
        return ""
    n = len(x)
    if row.least is not None and n < row.least:
        return f"{n:,} is {row.least - n:,} too few"
    if row.most is not None and n > row.most:
        return f"{n:,} is {n - row.most:,} too many"
    return ""


def _fault_of_text(form: Any, x: Any) -> str:
    """Return what is wrong in a text that nearly has a format, or that decode nearly reads."""
    if not issubclass(type(x), str):
        return ""
    if head_of(form) == "str_in":
        name = form[1].get("format") if len(form) > 1 else None
    else:
        row = None if head_of(form) else row_of(form)
        name = None if row is None else _WRITTEN.get(row.classes[0])
    return "" if name is None or has_format(name, str.__str__(x)) else fault_of(name, x)


def advice(form: Any, x: object) -> str:
    """Return a clause with the call that makes the required value of x, a text, a number or a collection.

    It is for who writes Python, not for the sender of x.

    Example:
        >>> import datetime
        >>> advice(float, 4), advice(float, "x"), advice(list, (1,))
        ('; s.decode(float, x) makes a float of an int', '', '; list(x) makes one')
        >>> advice(int, "4"), advice(datetime.date, "2020-02-28")
        ('; s.decode(int, x, strings=True) reads it', '; s.decode(datetime.date, x) reads it')
    """
    try:
        words = _making_call(form, x)
    except Exception:  # a value's own methods may raise anything
        return ""
    return f"; {words}" if words else ""


def _making_call(form: Any, x: Any) -> str:
    if isinstance(form, type) and isinstance(x, type) and issubclass(x, form):
        return f"{x.__name__}(...) makes one"
    row = row_of_form(form) if head_of(form) else row_of(form)
    if row is not None and len(row.members or ()) > _MOST_MEMBERS:
        return ""
    kind = row.classes[0] if row is not None and len({*row.classes} - {object}) == 1 else form
    if kind in _COLLECTIONS and type(x) in _COLLECTIONS:
        return f"{kind.__name__}(x) makes one"
    for option in ("", ", strings=True") if type(x) is str else ("",) if type(x) in (int, float) else ():
        read = late.scalar_reader(kind, bool(option))
        try:
            value = x if read is None else read(x)
        except Exception:  # the text is none of this type
            continue
        if type(value) in (type(x), type(None)) or isinstance(value, Collection):
            continue
        call = f"s.decode({_kind_text(kind)}, x{option})"
        return f"{call} reads it" if type(x) is str else f"{call} makes {kind_text(value)} of {kind_text(x)}"
    return ""


def _kind_text(kind: Any) -> str:
    """Return a type as a user writes it, and `spec` for a set."""
    if not isinstance(kind, type):
        return "spec"
    module = kind.__module__.removesuffix("._local")  # where Python 3.13 has the classes of pathlib
    return f"{module}.{kind.__qualname__}" if module in _MODULES else kind.__qualname__


_MOST_MEMBERS: Final = 1000  # a reader of 100,000 takes .7 s
_COLLECTIONS: Final = (list, tuple, set, frozenset)
_MODULES: Final = frozenset({"datetime", "decimal", "fractions", "ipaddress", "numpy", "pathlib", "uuid"})

_WRITTEN: Final[Mapping[Any, str]] = MappingProxyType(
    {row.cls: row.json["format"].replace("-", "") for row in TEXTS if "format" in row.json}
)
"""The formats of strings that decode reads as instances of a class."""
