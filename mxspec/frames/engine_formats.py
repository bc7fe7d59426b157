r"""The formats of texts as patterns that engines read: exactly, or with the few texts that are in doubt.

    date       2024-02-29    exactly, leap years too
    datetime   2024-02-29T10:00:00Z is one, 2024-W09-4T10 is in doubt, yesterday is none
    %d/%m/%Y   28/02/2024 is one, 31/02/2024 is in doubt

Python checks only the texts in doubt. The engine compares the ends of dates, moments and numbers.
"""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any, Final

from mxspec.base.formats import FORMATS, format_of

_YEAR: Final = r"(\d{3}[1-9]|\d{2}[1-9]\d|\d[1-9]\d{2}|[1-9]\d{3})"
_FOURS: Final = "(0[48]|[2468][048]|[13579][26])"  # multiples of four from 04
_MONTHS: Final = (
    r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
)
_DATE: Final = rf"({_YEAR}-{_MONTHS}|(\d\d{_FOURS}|{_FOURS}00)-02-29)"
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d"
_PLAIN_MOMENT: Final = rf"{_DATE}[T ]{_CLOCK}(:[0-5]\d(\.\d{{3}}|\.\d{{6}})?)?"
_ANY_MOMENT: Final = r"[\s\S]{10}[T ][\s\S]{5,}"
_NUMBER: Final = r"-?\d{1,15}(\.\d{1,15})?"  # which all engines read as Python does

_HEX: Final = "[0-9a-fA-F]{1,4}"
_IPV4: Final = str(FORMATS["ipv4"].pattern)


def _ipv6() -> str:
    """Return the pattern of IPv6 addresses: eight groups, or fewer with ::, and at times IPv4 at the end."""
    forms = [rf"({_HEX}:){{6}}({_HEX}:{_HEX}|{_IPV4})"]
    for before in range(8):
        head = "" if not before else rf"{_HEX}(:{_HEX}){{{before - 1}}}"
        after = 7 - before
        tails = [] if not after else [rf"{_HEX}(:{_HEX}){{0,{after - 1}}}"]
        tails += [rf"({_HEX}:){{0,{after - 2}}}{_IPV4}"] if after > 1 else []
        forms.append(f"{head}::({'|'.join(tails)})?" if tails else f"{head}::")
    return "|".join(forms)


_PARTS: Final = {
    "%Y": ("[1-9][0-9]{3}", "[0-9]{4}"),
    "%m": ("(0[1-9]|1[0-2])",) * 2,
    "%-m": ("([1-9]|1[0-2])",) * 2,
    "%d": ("(0[1-9]|1[0-9]|2[0-8])", "(0[1-9]|[12][0-9]|3[01])"),
    "%-d": ("([1-9]|1[0-9]|2[0-8])", "([1-9]|[12][0-9]|3[01])"),
    "%H": ("([01][0-9]|2[0-3])",) * 2,
    "%-H": ("(1?[0-9]|2[0-3])",) * 2,
    "%M": ("[0-5][0-9]",) * 2,
    "%S": ("[0-5][0-9]", "[0-9]{2}"),
}
"""The directives of strptime, each with a pattern of what it surely takes, and of all that it may take."""


@functools.lru_cache(maxsize=1000)
def patterns_of_format(name: str) -> tuple[str | None, str | None]:
    """Return a pattern of texts that have a format, and one of all texts that may have it; None if unknown.

    Example:
        >>> patterns_of_format("%d.%m.%Y")[0]
        '(0[1-9]|1[0-9]|2[0-8])\\\\.(0[1-9]|1[0-2])\\\\.[1-9][0-9]{3}'
        >>> patterns_of_format("%b %Y")
        (None, None)
    """
    if "%" in name:
        return _patterns_of_directives(name)
    if name == "date":
        return _DATE, _DATE
    if name == "ipv6":
        return (_ipv6(),) * 2
    if name == "datetime":
        return rf"{_PLAIN_MOMENT}(Z|[+-]{_CLOCK})?", _ANY_MOMENT
    kind = format_of(name)
    pattern = getattr(getattr(kind and kind.test, "__self__", None), "pattern", None)
    return pattern, pattern


def _patterns_of_directives(name: str) -> tuple[str | None, str | None]:
    tokens = re.findall(r"%-?.|[^%]", name, re.DOTALL)
    known = [token for token in tokens if token[0] == "%"]
    are_apart = not re.search("%-?.%", name)
    if len({token[-1] for token in known}) < len(known) or not ({*known} <= {*_PARTS} and are_apart):
        return None, None
    if {"Y", "m", "d"} - {token[-1] for token in known}:
        return None, None  # strptime supplies a part
    sure, possible = (
        "".join(_PARTS[token][i] if token in _PARTS else re.escape(token) for token in tokens) for i in (0, 1)
    )
    return sure, possible


# --- ends -------------------------------------------------------------------------------------------------


def has_plain_ends(name: str, ends: list[str]) -> bool:
    """True if an engine compares the texts of a format with such ends: dates, numbers, moments in no zone."""
    if name == "datetime":
        return all(datetime.datetime.fromisoformat(end).utcoffset() is None for end in ends)
    return name in ("date", "number")


def plain_pattern(name: str) -> str:
    """Return the pattern of the texts of a format that an engine compares."""
    return {"date": _DATE, "number": _NUMBER, "datetime": _PLAIN_MOMENT}[name]


def comparable(name: str, expr: Any, is_plain: Any) -> Any:
    """Return the expression of what the engine compares: a text of full length, or a number."""
    import narwhals as nw

    if name == "date":
        return expr
    if name == "number":
        return nw.when(is_plain).then(expr).otherwise(nw.lit("0")).cast(nw.Float64)
    rest = nw.lit("")
    for length, missing in ((16, ":00.000000"), (19, ".000000"), (23, "000")):
        rest = nw.when(expr.str.len_chars() == length).then(nw.lit(missing)).otherwise(rest)
    return nw.concat_str(expr.str.slice(0, 10), nw.lit("T"), expr.str.slice(11), rest)


def comparable_end(name: str, end: str) -> Any:
    """Return an end as `comparable` returns cells."""
    if name == "datetime":
        return datetime.datetime.fromisoformat(end).isoformat(timespec="microseconds")
    return float(end) if name == "number" else end
