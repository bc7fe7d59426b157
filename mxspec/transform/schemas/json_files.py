"""Files of JSON that anybody may have written: bounded in bytes, values and digits, and read strictly.

{"maximum": 1e999}              1e999 is too large for a number
{"type": "a", "type": "b"}      the key 'type' stands twice in an object
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mxspec.base.values import short_repr
from mxspec.specs.core.budget import spend

MOST_BYTES: Final = 50_000_000
"""The size of the largest document that is read."""

MOST_VALUES: Final = 2_000_000
"""The most values of a document."""

MOST_DIGITS: Final = 4300
"""The letters of the longest number, as Python reads them."""


def document_bytes(file: Path) -> bytes:
    """Return the bytes of a file; raise ValueError if it is a device or too large."""
    if not file.is_file() and file.exists():
        raise ValueError("it is no regular file")
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    return data


def json_of_bytes(data: bytes) -> Any:
    """Return a JSON document.

    Raises:
        ValueError: it is not JSON, has too many values or too long a number, or an object repeats a key.

    Example:
        >>> json_of_bytes(b'{"type": "integer", "type": "string"}')
        Traceback (most recent call last):
        ValueError: the key 'type' stands twice in an object
    """
    value = json.loads(
        data,
        parse_int=whole_number,
        parse_float=finite_float,
        parse_constant=_refuse_nan,
        object_pairs_hook=object_without_repeats,
    )
    left, waiting = MOST_VALUES, [value]
    while waiting:
        each = waiting.pop()
        if type(each) in (list, dict):
            spend(len(each))
            left -= len(each)
            waiting += each if type(each) is list else each.values()
        if left < 0:
            raise ValueError(f"it has more than {MOST_VALUES:,} values")
    return value


def whole_number(text: str) -> int:
    """Return an int, or raise ValueError if it has too many digits."""
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits is too long")
    return int(text)


def finite_float(text: str) -> float:
    """Return a float, or raise ValueError if it is too large to be one.

    Example:
        >>> finite_float("1e3")
        1000.0
    """
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _refuse_nan(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def object_without_repeats(pairs: Sequence[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return a dict of pairs; raise ValueError if a key repeats, since readers differ about that."""
    entries: dict[Any, Any] = {}
    for key, value in pairs:
        if key in entries:
            raise ValueError(f"the key {short_repr(key)} stands twice in an object")
        entries[key] = value
    return entries


def folder_of_references(file: Path) -> Path:
    """Return the folder with the files that a document may refer to: the working folder if the document is in
    it, else its own folder.
    """
    folder = file.resolve().parent
    return Path.cwd() if folder.is_relative_to(Path.cwd()) else folder
