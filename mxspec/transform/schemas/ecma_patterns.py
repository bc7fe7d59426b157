r"""JavaScript's patterns, as used by JSON Schema, in Python's syntax.

`^a\/\d+$` becomes `^a/\d+\Z`. In JavaScript, `$` matches only at the end of the text, `.` excludes four
line breaks, and `\s` matches different characters than in Python. A pattern without a Python syntax is an
error.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mxspec.base.patterns import check_search, check_size, has_match
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.logic import and_
from mxspec.specs.ranges import str_in

_ECMA_TOKENS: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|"  # a surrogate pair
    r"\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\."
    r"|\(\?<(?=[A-Za-z_$])|\[\^?|\{\d+(?:,\d*)?\}|.",
    re.DOTALL,
)
_SPACE: Final = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_PLAIN_ESCAPES: Final = frozenset("dDwWbBnrtvf")
_ANYTHING: Final = r"[\s\S]*"


def ecma_pattern(pattern: str) -> str:
    r"""Return JavaScript's pattern in Python's syntax, for `re.search`.

    Raises:
        SpecDefinitionError: Python can't express the pattern, it is not a pattern, or takes exponential time.

    Example:
        >>> ecma_pattern(r"^a\/\d+$"), ecma_pattern("[^]")
        ('^a/\\d+\\Z', '[\\s\\S]')
    """
    check_size(pattern)
    text = "".join(_python_tokens(pattern))
    check_search(text)
    return text


def _python_tokens(pattern: str) -> Iterator[str]:
    tokens = iter(_ECMA_TOKENS.findall(pattern))
    for token in tokens:
        if token in ("[", "[^"):
            yield _letter_class(token, tokens, pattern)
        elif token == "(?<":
            yield "(?P<"
        elif token in ("{", "$", "."):
            yield {"{": r"\{", "$": r"\Z", ".": r"[^\n\r\u2028\u2029]"}[token]
        else:
            yield _python_token(token, pattern, f"[{_SPACE}]", f"[^{_SPACE}]")


def _letter_class(start: str, tokens: Iterator[str], pattern: str) -> str:
    """Return a character class; its first bracket has been read."""
    parts: list[str] = []
    has_no_space = False
    for token in tokens:
        if token == "]":
            return _whole_class(start == "[^", "".join(parts), has_no_space)
        if token == r"\S":
            has_no_space = True
        elif token in ("[", "[^"):
            parts.append("\\" + token)
        elif token == r"\b":
            parts.append(r"\x08")
        elif token in ("&", "~", "|"):  # Python reserves doubled ones for sets
            parts.append("\\" + token)
        elif len(token) > 1 and not token.startswith("\\"):  # {2} within brackets
            parts.append(token)
        else:
            parts.append(_python_token(token, pattern, _SPACE, ""))
    raise SpecDefinitionError(f"{short_repr(pattern)} is not a regular expression: a bracket is not closed")


def _whole_class(is_negated: bool, letters: str, has_no_space: bool) -> str:
    """Return a class of some characters; has_no_space adds all characters except spaces."""
    if not has_no_space:
        nothing = r"[\s\S]" if is_negated else r"[^\s\S]"
        return f"[{'^' * is_negated}{letters}]" if letters else nothing
    if _SPACE in letters:
        return r"[^\s\S]" if is_negated else r"[\s\S]"
    if is_negated:
        return f"(?![{letters}])[{_SPACE}]" if letters else f"[{_SPACE}]"
    return f"(?:[^{_SPACE}]|[{letters}])" if letters else f"[^{_SPACE}]"


def _python_token(token: str, pattern: str, space: str, no_space: str) -> str:
    """Return one character or escape in Python's syntax."""
    if not token.startswith("\\"):
        return token
    letter = token[1:2]
    if letter in _PLAIN_ESCAPES or (letter in "xu" and len(token) in (4, 6) and not token.startswith("\\u{")):
        return token
    if letter in "sS":
        return space if letter == "s" else no_space
    if token.startswith("\\u{") and (code := int(token[3:-1], 16)) <= sys.maxunicode:
        return re.escape(chr(code))
    if letter == "u" and len(token) == 12:
        return re.escape(str(json.loads(f'"{token}"')))
    if letter == "c" and len(token) == 3:
        return f"\\x{ord(token[2]) % 32:02x}"
    if letter == "0":
        return r"\x00"
    if letter.isalnum():
        raise SpecDefinitionError(
            f"{short_repr(pattern)} has {token[:20]}, which Python's patterns do not have"
        )
    return token if letter in ".^$*+?{}[]\\|()-" else re.escape(letter)


@functools.lru_cache(maxsize=1000)
def whole_pattern(search: str) -> str:
    r"""Return a pattern for `re.fullmatch` that matches each text that `re.search` matches with a pattern.

    Example:
        >>> whole_pattern(r"^a|b\Z"), whole_pattern(r"^(?:x|y)\Z")
        ('a[\\s\\S]*|[\\s\\S]*b', '(?:x|y)')
    """
    return "|".join(map(_whole, _ways(_ECMA_TOKENS.findall(search))))


def _ways(tokens: Sequence[str]) -> Iterator[list[str]]:
    depth, in_class = 0, False
    way: list[str] = []
    for token in tokens:
        in_class = token != "]" if in_class else token in ("[", "[^")
        depth += 0 if in_class else (token in ("(", "(?<")) - (token == ")")
        if token == "|" and not depth and not in_class:
            yield way
            way = []
        else:
            way.append(token)
    yield way


def _whole(way: Sequence[str]) -> str:
    at_start, at_end = way[:1] == ["^"], way[-1:] == [r"\Z"]
    inner = "".join(way[at_start : len(way) - at_end])
    return ("" if at_start else _ANYTHING) + inner + ("" if at_end else _ANYTHING)


def text_spec(pattern: str) -> Spec:
    """Return the spec of texts that contain a match of a JavaScript pattern."""
    search = ecma_pattern(pattern)
    try:
        return str_in(pattern=whole_pattern(search))
    except SpecDefinitionError:  # too many steps: very long texts are undecided
        test: Any = functools.partial(has_match, f"(?a){search}")
        return and_(str, Predicate(test, bare=True))
