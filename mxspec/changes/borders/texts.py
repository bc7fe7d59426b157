"""Texts near a text or a pattern: slips, other lengths, another text for a part, odd letters."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mxspec.base.patterns import MOST_STEPS, compile_pattern, steps_to_match

LONGEST: Final = 10_000  # the greatest length of a text or a list to make
_MOST_SIGNS: Final = 6  # first characters of a text to change
_MOST_RUNS: Final = 5  # parts of a text to change
_MOST_PARTS: Final = 12  # parts of a pattern to replace
_FEW: Final = 6


def edits_of(x: Any, places: Iterable[int] = ()) -> Iterator[tuple[str, str]]:
    """Yield copies of x, each with a common slip against a pattern, after the words for the slip.

    A part is a run of letters of one kind: "AB-123" has three.
    """
    if type(x) is not str:
        return
    parts = [[*part] for _, part in itertools.groupby(range(len(x)), lambda i: _kind_of_letter(x[i]))]
    for n, part in enumerate(parts if len(parts) <= _MOST_RUNS else [*parts[: _MOST_RUNS - 1], parts[-1]], 1):
        first, last = part[0], part[-1]
        yield f"part {n} shorter", x[:last] + x[last + 1 :]
        yield f"part {n} longer", x[:last] + x[last] + x[last:]
        yield f"without part {n}", x[:first] + x[last + 1 :]
        for i in dict.fromkeys((first, last)):
            for letter in ("9", "0", "a", "Z", "\u0663", x[i].swapcase()):
                kind = "letter" if letter.isalpha() else "digit" if letter.isascii() else "digit beyond ASCII"
                yield f"a {kind} in part {n}", x[:i] + letter + x[i + 1 :]
    places = dict.fromkeys((*range(min(len(x), _MOST_SIGNS)), len(x) - 1, *places))
    yield from ((f"a sign at {i}", x[:i] + "_" + x[i + 1 :]) for i in places if 0 <= i < len(x))
    yield from (("nothing", ""), ("other case", x.swapcase()), ("a letter more", x + "a"), ("twice", x + x))
    yield from (("a line more", x + "\n"), ("a blank before", " " + x), ("a blank after", x + " "))


def _kind_of_letter(letter: str) -> str:
    """Return the kind of a letter; each sign is its own kind."""
    if letter.isdigit():
        return "digit"
    return ("upper" if letter.isupper() else "lower") if letter.isalpha() else letter


# --- the parts of a pattern -------------------------------------------------------------------------------

_ATOM: Final = re.compile(
    r"(?P<class>\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|[^\\()|])(?P<times>(?:[*+?]|\{\d*+(?:,\d*+)?\})[+?]?)?",
    re.DOTALL,
)
_BACK: Final = re.compile(r"\\[1-9]|\(\?P?[=(]")  # a reference to a group
_FLAGS: Final = re.compile(r"\(\?[a-zA-Z]*[-)]")
_TIMES: Final = re.compile(r"(?:[*+?]|\{\d*,?\d*\})?[+?]?")


def parts_of_pattern(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern in their order: letters in a row, a class, or a group, each repeated.

    Return nothing for a pattern that is one part, alternatives, or read by flags.

    Example:
        >>> parts_of_pattern("[A-Z]{3}-[0-9]+(kg|g)?"), parts_of_pattern("a|b")
        (('[A-Z]{3}', '-', '[0-9]+', '(kg|g)?'), ())
    """
    parts: list[str] = []
    at = 0
    while at < len(pattern) and not _FLAGS.search(pattern):
        if pattern[at] == "(":
            end = _end_of_group(pattern, at)
        else:
            atom = _ATOM.match(pattern, at)
            if atom is None:  # alternatives
                return ()
            end = atom.end()
        end = max(end, _TIMES.match(pattern, end).end())  # type: ignore[union-attr]
        part = pattern[at:end]
        if parts and part.isalnum() and parts[-1].isalnum():
            parts[-1] += part
        else:
            parts.append(part)
        at = end
    return (*parts,) if 1 < len(parts) <= _MOST_PARTS else ()


def _end_of_group(pattern: str, at: int) -> int:
    """Return the index after the bracket that closes a group; the end of the pattern if none does."""
    depth = 0
    while at < len(pattern):
        atom = _ATOM.match(pattern, at) if pattern[at] not in "()|" else None
        depth += {"(": 1, ")": -1}.get(pattern[at], 0)
        at = at + 1 if atom is None else atom.end("class")
        if depth == 0:
            break
    return at


def wider_pattern(pattern: str, i: int) -> re.Pattern[str] | None:
    """Return a pattern with any text in place of its part i; None if the part has no meaning alone."""
    parts = parts_of_pattern(pattern)
    if parts[i].startswith((".", "(?=", "(?!", "(?<=", "(?<!", "(?#", "^", "$", "\\b", "\\A", "\\Z")):
        return None  # a place, or a part that any text may stand for
    wider = "".join((*parts[:i], "(?s:.*)", *parts[i + 1 :]))
    try:
        return compile_pattern(wider) if steps_to_match(wider) <= MOST_STEPS else None
    except (re.error, ValueError, OverflowError):
        return None


def loosened_patterns(pattern: str) -> Iterator[str]:
    """Yield a pattern with one part repeated any number of times, and with any letters in place of a part.

    Example:
        >>> [*loosened_patterns("[A-Z]{3}-")]
        ['(?:[A-Z])*-', '(?s:.){3}-', '[A-Z]{3}(?:-)*', '[A-Z]{3}(?s:.)']
    """
    parts = parts_of_pattern(pattern) or (pattern,)
    for i, part in enumerate(parts) if parts_alone(pattern) or _ATOM.fullmatch(pattern) else ():
        atom = _ATOM.fullmatch(part)
        end = _end_of_group(part, 0) if part[0] == "(" else len(part) if atom is None else atom.end("class")
        base, times = part[:end], part[end:]
        letters = f"(?s:.{{{len(base)}}})" if base.isalnum() and len(base) > 1 else f"(?s:.){times}"
        several = (f"(?:{base})*", letters) if part[0] != "(" else (f"(?:{base})*",)
        yield from ("".join((*parts[:i], new, *parts[i + 1 :])) for new in several if new[3:-2] + "*" != part)


def parts_alone(pattern: str) -> dict[int, str]:
    """Return words for each part of a pattern that texts may break alone, by its index."""
    parts = parts_of_pattern(pattern)
    return {
        i: f"no {part}" + (f" as part {i + 1}" if parts.count(part) > 1 else "")
        for i, part in enumerate(parts)
        if wider_pattern(pattern, i) is not None
    }


def texts_beside(pattern: str, x: Any) -> Iterator[tuple[str, str]]:
    """Yield copies of a text that one part of a pattern alone refuses, each after words for the part."""
    parts = parts_of_pattern(pattern)
    if type(x) is not str or not parts or _BACK.search(pattern):
        return
    own = compile_pattern(pattern)
    grouped = "".join(f"(?P<part_{i}>{part})" for i, part in enumerate(parts))
    match: Any = compile_pattern(grouped).fullmatch(x)
    for i, words in parts_alone(pattern).items() if match else ():
        start, end = match.span(f"part_{i}")
        piece = x[start:end]
        others = (piece[:-1], piece + piece[-1:], "", piece + "$", "0" + piece, piece.swapcase())
        several = dict.fromkeys(x[:start] + other + x[end:] for other in (*others, *"0aA -"))
        wider: Any = wider_pattern(pattern, i)
        wrong = (new for new in several if not own.fullmatch(new) and wider.fullmatch(new))
        yield from ((words, new) for new in itertools.islice(wrong, _FEW))


# --- odd letters ------------------------------------------------------------------------------------------

_ODD: Final = {
    "composed": "\u00e9", "decomposed": "e\u0301", "folded to two": "\u00df", "a sign for k": "\u212a",
    "a small capital": "\u0131", "a raised digit": "\u00b2", "a digit of another script": "\u0663",
    "a wide letter": "\uff21", "without width": "\u200b", "a line end": "\n", "a zero": "\0",
    "a delete": "\x7f", "a control beyond ASCII": "\x85", "a blank that holds": "\u00a0",
    "a mark alone": "\u0301", "beyond 16 bits": "\U0001f600",
}  # fmt: skip
"""Letters that functions of texts treat differently: forms, cases, digits, widths, controls."""


def texts_of_odd_letters(lengths: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Yield texts of one letter and of some lengths, of a letter that functions count differently."""
    for n in sorted({1, *(n for n in lengths if 0 < n < LONGEST)}):
        for letter in (" ", "\t", "\u00e9", "\u0301", "\U0001f600", "\0", "\u00df"):
            yield f"{n} times {letter!r}", letter * n


def odd_texts(x: Any, named: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield texts with an odd letter in place of one, alone or at the end, and the normal forms of x.

    Args:
        named: texts that a function names; x is changed to have them, or to have them no longer.
    """
    if type(x) is not str:
        return
    for text in named:
        half = len(x) // 2
        for new in (x + text, text + x, x[: -len(text)] + text, x[:half] + text + x[half + len(text) :]):
            yield f"with {text!r}", new
        plain = "a" * len(text)
        yield f"{text!r} moved", x.replace(text, plain) + text
        for other in (text[:-1] + "a", "a" + text[1:]):
            yield f"{other!r} for {text!r}", x.replace(text, other)
        yield f"without {text!r}", x.replace(text, "")
    for words, odd in _ODD.items():
        yield from ((words, new) for new in (odd, x[:-1] + odd, odd + x[1:], x + odd))
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield form, unicodedata.normalize(form, x)


# --- formats ----------------------------------------------------------------------------------------------

_U: Final = "01234567-89ab-cdef-0123-456789abcdef"
_OF_FORMATS: Final = {
    "date": (
        "2020-02-29 2021-02-29 2020-02-30 2020-02-31 2020-04-31 2020-13-01 2020-00-10 2020-01-00 2020-01-32 "
        "20200101 2020-W01-1 2020-001 2020-1-1 20-01-01 01-01-2020 2020/01/01 0000-01-01 0001-01-01 "
        "9999-12-31 10000-01-01 2020-01-01T00:00:00 2020-01-01Z"
    ),
    "datetime": (
        "2020-02-29T00:00:00 2021-02-29T00:00:00 2020-01-01 2020-01-01T00:00 2020-01-01T24:00:00 "
        "2020-01-01T23:59:60 2020-01-01T00:00:00Z 2020-01-01T00:00:00+14:00 2020-01-01T00:00:00+24:00 "
        "2020-01-01T00:00:00-00:00 2020-01-01t00:00:00z 2020-01-01T00:00:00.5 2020-01-01T00:00:00.123456789 "
        "20200101T000000 2020-01-01T0:00 2020-01-01T00:60:00 2020-W01-1T00:00"
    ),
    "number": "0 1 -1 +1 01 1. .5 1,0 1e5 1E+400 -0 inf nan 0x10 1_0 --1 1e . \u0663",
    "ipv4": (
        "0.0.0.0 255.255.255.255 256.0.0.1 1.2.3.256 1.2.3 1.2.3.4.5 01.2.3.4 0x1.2.3.4 1.2.3.4/8 1.2.3.-4 "
        "1..2.3 1.2.3.\u0663 1234"
    ),
    "ipv6": (
        ":: ::1 1::1 1::2::3 ::: 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 ::ffff:1.2.3.4 ::1%eth0 "
        "[::1] g:: 12345:: 1.2.3.4 ::1/64"
    ),
    "uuid": (
        f"{_U} {_U.upper()} {_U.replace('-', '')} {{{_U}}} urn:uuid:{_U} {_U[:-1]} {_U}0 {_U[:-1]}g "
        f"{_U.replace('-', '_')} 0123456789ab-cdef-0123-4567-89abcdef"
    ),
    "email": (
        "a@b.co a@b a.b@c.co a@b.c a..b@c.co .a@b.co a@-b.co a@b@c.co @b.co a@.co a+b@c.co \u00e9@b.co "
        "a@b_c.co A@B.CO a@b.co. a@b..co"
    ),
    "url": (
        "http://a https://a ftp://a HTTP://a http:/a http:// //a a http://a:80 http://a:port http://\u00e9 "
        "javascript:1 mailto:a@b.co http://a?x=1#y http://u:p@a http://a."
    ),
}
"""Texts that parsers of a format treat differently; the spec decides which are wrong."""


def texts_of_format(name: str) -> Iterator[tuple[str, str]]:
    """Yield texts that a format takes or refuses, and that its other readers may not."""
    yield from ((repr(text), text) for text in _OF_FORMATS.get(name, "").split())
