"""Texts at the borders of a pattern: what a slip of its author would take, or refuse.

We write a text that the pattern matches, and change it as a slip changes a pattern: a part once less or more
often than it may be, a letter from another part or just beyond a range, a sign in place of a different one.
Two letters are alike to a pattern if each of its classes has both or neither; one of them is enough.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec.base.patterns import flags_inside, letter_bits

_MOST_LETTERS: Final = 600  # of a text
_MOST_RUNS: Final = 4  # runs of letters in a class, as a-z and 0-9
_MOST_NODES: Final = 30  # of a pattern
_STRANGE: Final = "0aZ_-. /\u00e9\u0663"
_SIGNS: Final = "-_ .,:;/\t"
_MATCHES_ONE: Final = ("LITERAL", "NOT_LITERAL", "ANY", "IN")


@dataclasses.dataclass(frozen=True, eq=False)
class PatternNode:
    """A part of a pattern, with the least and the greatest number of its turns.

    Attributes:
        ways: its alternatives, each some parts in a row; none for a letter.
        bits: the letters that it matches, if it is a letter, as a set of bits.
        letter: one of them.
    """

    least: int
    most: int
    ways: tuple[tuple[PatternNode, ...], ...] = ()
    bits: int = 0
    letter: str = ""


class _UnreadError(Exception):
    """The error for a part that depends on the match of another part, and for a long text."""


def _nodes(tree: Any, flags: int, least: int = 1, most: int = 1) -> Iterator[PatternNode]:
    for op, argument in tree:
        match str(op):
            case name if name in _MATCHES_ONE:
                bits = letter_bits(name, argument, flags)
                yield PatternNode(least, most, (), bits, _letter_of(bits, argument))
            case "SUBPATTERN":
                yield PatternNode(least, most, ((*_nodes(argument[3], flags_inside(argument, flags)),),))
            case "ATOMIC_GROUP":
                yield PatternNode(least, most, ((*_nodes(argument, flags),),))
            case "BRANCH":
                yield PatternNode(least, most, tuple((*_nodes(way, flags),) for way in argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = argument
                if len(inner) == 1 and str(inner[0][0]) in (*_MATCHES_ONE, "SUBPATTERN", "BRANCH"):
                    yield from _nodes(inner, flags, int(low), int(high))
                else:
                    yield PatternNode(int(low), int(high), ((*_nodes(inner, flags),),))
            case "AT" | "ASSERT" | "ASSERT_NOT":
                continue
            case _:
                raise _UnreadError


def _ends_of_runs(bits: int) -> str:
    """Return the first and the last letter of each run in a set of ASCII letters, alphanumeric ones first."""
    letters = [chr(i) for i in range(128) if bits >> i & 1]
    ends = [c for c in letters if not bits >> ord(c) + 1 & 1 or ord(c) == 0 or not bits >> ord(c) - 1 & 1]
    ends += [c for c in "aA0" if c in letters]
    return "".join(sorted(dict.fromkeys(ends), key=lambda c: not c.isalnum()))


def _letter_of(bits: int, argument: Any) -> str:
    """Return a letter of a class."""
    if isinstance(argument, int) and bits.bit_count() == 1:
        return chr(argument)
    letters = _ends_of_runs(bits)
    if letters:
        return letters[0]
    first = argument[0][1] if isinstance(argument, list) else None
    return chr(first[0] if isinstance(first, tuple) else first) if first is not None else "\u00e9"


def _walk_pattern(
    nodes: Iterable[PatternNode], shown: Mapping[PatternNode, int]
) -> Iterator[tuple[PatternNode, dict[PatternNode, int]]]:
    """Yield each node, with the alternatives to take so that a text has it."""
    for node in nodes:
        yield node, {**shown}
        for i, way in enumerate(node.ways):
            yield from _walk_pattern(way, {**shown, node: i})


def _write(
    nodes: Iterable[PatternNode], turns: Mapping[PatternNode, int], ways: Mapping[PatternNode, int]
) -> list[Any]:
    """Return a text as pairs of a letter and its node."""
    letters: list[Any] = []
    for node in nodes:
        usual = max(node.least, min(node.most, 1 if node.ways else 3))
        several = turns.get(node, usual)
        once = _write(node.ways[ways.get(node, 0)], turns, ways) if node.ways else [(node.letter, node)]
        if len(letters) + len(once) * several > _MOST_LETTERS:
            raise _UnreadError
        letters += once * several
    return letters


@functools.lru_cache(500)
def slips_of(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return texts at the borders of a pattern, each after words for its slip.

    Example:
        >>> slips = dict(slips_of("[a-z]{2}-[0-9]+"))
        >>> slips["part 1 once more"], slips["'0' in part 1 at the end"], slips["',' for '-'"]
        ('aaa-000', 'a0-000', 'aa,000')
    """
    parser: Any = importlib.import_module("re._parser")
    texts: dict[str, str] = {}
    try:
        tree = parser.parse(pattern, int(re.ASCII))
        for words, text in _slips((*_nodes(tree, tree.state.flags),)):
            if text not in texts:
                texts[text] = words
    except (_UnreadError, re.error, RecursionError, OverflowError, ValueError):
        return ()
    return tuple((words, text) for text, words in texts.items())


def _slips(nodes: tuple[PatternNode, ...]) -> Iterator[tuple[str, str]]:
    walked = [*_walk_pattern(nodes, {})][:_MOST_NODES]
    classes = [node for node, _ in walked if not node.ways]
    for k, (node, ways) in enumerate(walked, 1):
        several = {"once less": node.least - 1, "as rarely as can be": node.least, "once more": node.most + 1}
        for words, n in (several | {"as often as can be": node.most, "often": max(3, node.least)}).items():
            with contextlib.suppress(_UnreadError):  # the text is too long
                if n >= 0:
                    yield f"part {k} {words}", _text_of_letters(_write(nodes, {node: n}, ways))
        for i in range(1, len(node.ways)):
            yield f"alternative {i + 1} of part {k}", _text_of_letters(_write(nodes, {}, {**ways, node: i}))
        if not node.ways:
            yield from _with_other_letters(k, node, _write(nodes, {}, ways), classes)
    for text in dict.fromkeys(_text_of_letters(_write(nodes, {}, ways)) for _, ways in walked):
        yield from _with_all_changed(text)


def _with_other_letters(
    k: int, node: PatternNode, letters: list[Any], classes: list[PatternNode]
) -> Iterator[tuple[str, str]]:
    """Yield texts with another letter at the first, the last or at all places of a part."""
    places = [i for i, (_, own) in enumerate(letters) if own is node]
    if not places:
        return
    spots = {"at the start": places[:1], "at the end": places[-1:], "throughout": places}
    spots |= {"within": places[len(places) // 2 :][:1]} if len(places) > 2 else {}
    several = {_likeness(c, classes): c for c in reversed(_strange(node, classes))}.values()
    for letter in dict.fromkeys((*_ends_of_ranges(node), *several, *_letters_beyond(node))):
        for words, some in spots.items() if len(places) > 1 else [("", places)]:
            if words == "throughout" and letter.isascii() and not letter.isalnum():
                continue
            changed = [(letter, own) if i in some else (c, own) for i, (c, own) in enumerate(letters)]
            yield f"{_name_of_letter(letter)} in part {k} {words}".strip(), _text_of_letters(changed)


def _name_of_letter(letter: str) -> str:
    return repr(letter) if letter.isascii() else f"a {'digit' if letter.isdigit() else 'letter'} beyond ASCII"


def _strange(node: PatternNode, classes: list[PatternNode]) -> str:
    """Return letters to put in a part: of each class of the pattern, of the other case, and odd ones."""
    own = _ends_of_runs(node.bits)
    others = "".join(_ends_of_runs(each.bits)[:_MOST_RUNS] or each.letter for each in classes)
    return "".join(dict.fromkeys(own + node.letter.swapcase() + others + _STRANGE))


def _ends_of_ranges(node: PatternNode) -> list[str]:
    return [c for c in _ends_of_runs(node.bits) if c.isalnum()][: 2 * _MOST_RUNS]


def _letters_beyond(node: PatternNode) -> Iterator[str]:
    """Yield the letters just beyond the ranges of a class."""
    for c in _ends_of_ranges(node):
        yield from (new for new in map(chr, (ord(c) - 1, ord(c) + 1)) if not node.bits >> ord(new) & 1)
    missing = [chr(i) for i in range(32, 127) if not node.bits >> i & 1]
    yield from missing if len(missing) <= _MOST_RUNS else ()  # as of [^,;]


def _likeness(letter: str, classes: list[PatternNode]) -> Any:
    """Return what classes see of a letter, and its own kind; letters with the same are alike."""
    bit = min(ord(letter), 128)
    kind = letter.isdigit(), letter.isupper(), letter.islower(), letter.isspace() and letter, letter.isascii()
    return kind, tuple(each.bits >> bit & 1 for each in classes)


def _with_all_changed(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text with each of its signs replaced by another sign, or in other letters throughout."""
    for sign in dict.fromkeys(c for c in text if not c.isalnum()):
        yield from ((f"{other!r} for {sign!r}", text.replace(sign, other)) for other in ("", *_SIGNS))
    yield from (("other case", text.swapcase()), ("a capital first", text.capitalize()))
    kin = {True: "\u00c9", False: "\u00e9"}
    yield "letters beyond ASCII", "".join(kin[c.isupper()] if c.isalpha() else c for c in text)
    yield "digits beyond ASCII", re.sub("[0-9]", "\u0663", text)
    yield from (("a line more", text + "\n"), ("a blank before", " " + text), ("a blank after", text + " "))
    yield from (("a letter after", text + "a"), ("a digit after", text + "0"))
    yield from (("twice", text + text), ("a sign after", text + "-"), ("a sign before", "-" + text))


def _text_of_letters(letters: list[Any]) -> str:
    return "".join(letter for letter, _ in letters)
