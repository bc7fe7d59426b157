r"""Patterns that engines read alike: Rust's (polars), RE2 (pyarrow, DuckDB) and Java's (Spark).

`\d{3}` becomes `[0-9]{3}`, `.` becomes `[^\x0a]`, `a?-` becomes `(?:a){0,1}\x2d`: Python's parser turns
a pattern into a tree, which is then written in the few forms that mean the same everywhere. Python alone
matches the rest: a lookaround, a backreference, a flag, an atomic group or a possessive repetition.
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any, Final

MOST_REPEATED: Final = 1000
"""The greatest number of turns that RE2 takes, and of letters of a pattern here, turns written out."""

_CLASSES: Final = {"DIGIT": "0-9", "WORD": "0-9A-Z_a-z", "SPACE": r"\x09-\x0d\x20"}


@functools.lru_cache(maxsize=1000)
def shared_pattern(pattern: str) -> str | None:
    r"""Return a pattern for whole texts that all engines read as `str_in` does, or None.

    The classes of str_in match ASCII alone. Greedy and lazy repetitions match the same whole texts.

    Example:
        >>> shared_pattern(r"[A-Z]{2}-\d+?"), shared_pattern(r"(a)\1")
        ('^(?:[A-Z]{2}\\x2d[0-9]{1,})\\z', None)
    """
    parser: Any = importlib.import_module("re._parser")
    tree = parser.parse(pattern, re.ASCII)
    if tree.state.flags & ~re.ASCII:
        return None
    nodes = [*tree]
    if nodes and str(nodes[0][0]) == "AT" and str(nodes[0][1]) in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        nodes.pop(0)
    if nodes and str(nodes[-1][0]) == "AT" and str(nodes[-1][1]) in ("AT_END", "AT_END_STRING"):
        nodes.pop()
    try:
        text, size = _sequence_text(nodes)
    except _NotSharedError:
        return None
    return f"^(?:{text})\\z" if size <= MOST_REPEATED else None


class _NotSharedError(Exception):
    """The error for a part of a pattern that engines may read differently."""


def _sequence_text(nodes: Any) -> tuple[str, int]:
    """Return the text of a sequence, and its number of letters with repetitions written out."""
    parts = [_node_text(str(op), argument) for op, argument in nodes]
    return "".join(text for text, _ in parts), sum(size for _, size in parts)


def _node_text(op: str, argument: Any) -> tuple[str, int]:
    match op:
        case "LITERAL":
            return _letter_text(argument), 1
        case "NOT_LITERAL":
            return f"[^{_letter_text(argument)}]", 1
        case "ANY":
            return r"[^\x0a]", 1
        case "IN":
            return _set_text(argument), 1
        case "SUBPATTERN":
            _, more, fewer, inner = argument
            if more or fewer:
                raise _NotSharedError
            text, size = _sequence_text(inner)
            return f"(?:{text})", size
        case "BRANCH":
            branches = [_sequence_text(branch) for branch in argument[1]]
            return f"(?:{'|'.join(text for text, _ in branches)})", sum(size for _, size in branches)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, inner = argument
            text, size = _sequence_text(inner)
            is_unbounded = str(most) == "MAXREPEAT"
            turns = f"{{{least},{'' if is_unbounded else most}}}" if most != least else f"{{{least}}}"
            # Each engine counts a class as one letter; RE2 multiplies nested repetitions.
            return (text if len(inner) == 1 and size == 1 and text[0] == "[" else f"(?:{text})") + turns, max(
                1, size
            ) * max(1, least if is_unbounded else most)
        case _:
            raise _NotSharedError


def _set_text(members: Any) -> str:
    if {str(argument) for _, argument in members} == {"CATEGORY_SPACE", "CATEGORY_NOT_SPACE"}:
        return "(?s:.)"
    negates = bool(members) and str(members[0][0]) == "NEGATE"
    parts = []
    for op, argument in members[negates:]:
        match str(op):
            case "LITERAL":
                parts.append(_letter_text(argument))
            case "RANGE":
                parts.append("-".join(map(_letter_text, argument)))
            case "CATEGORY" if "NOT" not in str(argument):
                parts.append(_CLASSES[str(argument).rpartition("_")[2]])
            case _:
                raise _NotSharedError
    return f"[{'^' if negates else ''}{''.join(parts)}]"


def _letter_text(code: int) -> str:
    """Return a letter or a digit as it is, other ASCII as its code, since escapes differ between engines."""
    if 0xD800 <= code <= 0xDFFF or (code > 127 and not chr(code).isprintable()):
        raise _NotSharedError  # a surrogate, or a letter that a set may read differently
    return chr(code) if code > 127 or chr(code).isalnum() else f"\\x{code:02x}"
