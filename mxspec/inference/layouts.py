r"""Layouts of strings: where letters and digits stand, and the pattern that follows.

    'INV-7', 'INV-1234'  ->  INV-\d+              runs of capitals, small letters or digits, and signs
    '9f86d081'           ->  [0-9a-f]{8}          words of both, since such runs are laid out in many ways
    'DE44X', 'FR7A2'     ->  [A-Z]{2}\d[A-Z0-9]{2}

The strings of one layout have the same signs at the same places, such as `W-W`. For each run or word, a
layout has the range of lengths and the classes of letters, by position where all lengths are equal, each with
the first row that shows it. So layouts add up as sketches do, and have a bounded size.
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import functools
import itertools
import operator
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple

import numpy as np

from mxspec.addresses import reduce_by_name

MOST_LAYOUTS: Final = 3
_LONGEST: Final = 64  # characters of a string with a layout

_DIGITS, _CAPITALS, _SMALL = string.digits, string.ascii_uppercase, string.ascii_lowercase
_GRAINS: Final = {
    "runs": (
        re.compile("[0-9]+|[A-Z]+|[a-z]+"),
        str.maketrans(_DIGITS + _CAPITALS + _SMALL, "9" * 10 + "A" * 26 + "a" * 26),
    ),
    "words": (
        re.compile("[0-9A-Za-z]+"),
        str.maketrans(_DIGITS + _CAPITALS + _SMALL, "W" * 62),
    ),
}
"""The parts of a string, and the sign for each letter; equal signs of one part are one."""

_RUN: Final = re.compile("9+|A+|a+|W+")
_REPEATED: Final = {sign: re.compile(f"{sign}{{2,}}") for sign in "9AaW"}
_LETTER_CLASSES: Final = str.maketrans(
    _DIGITS + _CAPITALS + _SMALL, "9" * 10 + "F" * 6 + "Z" * 20 + "f" * 6 + "z" * 20
)
_RUNS: Final = {"9": "9", "F": "A", "Z": "A", "f": "a", "z": "a"}

Row = int
Classes = dict[str, Row]  # the first row with a letter of each


class Position(NamedTuple):
    """The letters at one position: the first one, and the first row with another."""

    letter: str
    first: Row
    other: Row | None
    classes: Classes

    def __reduce_ex__(self, protocol: Any) -> Any:
        return reduce_by_name(self, protocol)

    def merge(self, more: Position) -> Position:
        """Return the letters of both."""
        a, b = sorted((self, more), key=operator.itemgetter(1, 0))
        others = [row for row in (a.other, b.other if a.letter == b.letter else b.first) if row is not None]
        return Position(
            a.letter, a.first, min(others, default=None), _merge_classes(self.classes, more.classes)
        )


class Run(NamedTuple):
    """The runs or words at one place of a layout: lengths, letters, and positions if all have one length."""

    low: tuple[int, Row]
    high: tuple[int, Row]
    classes: Classes
    positions: tuple[Position, ...]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return reduce_by_name(self, protocol)

    def merge(self, more: Run) -> Run:
        """Return the runs of both."""
        low, high = min(self.low, more.low), max(self.high, more.high, key=lambda end: (end[0], -end[1]))
        pairs = zip(self.positions, more.positions, strict=True) if low[0] == high[0] else ()
        classes = _merge_classes(self.classes, more.classes)
        return Run(low, high, classes, tuple(a.merge(b) for a, b in pairs))


@dataclasses.dataclass
class Layout:
    """Strings with the same signs at the same places; a row may have several."""

    __reduce_ex__ = reduce_by_name

    count: int
    first: Row
    runs: tuple[Run, ...]

    def merge(self, more: Layout) -> Layout:
        """Return the strings of both."""
        runs = tuple(a.merge(b) for a, b in zip(self.runs, more.runs, strict=True))
        return Layout(self.count + more.count, min(self.first, more.first), runs)


Layouts = dict[str, dict[str, Layout] | None]  # by grain and signs; None if there are too many


def _merge_classes(a: Classes, b: Classes) -> Classes:
    return {word: min(x[word] for x in (a, b) if word in x) for word in {**a, **b}}


def merge_layouts(a: Layouts, b: Layouts) -> Layouts:
    """Return the layouts of the strings of both."""
    merged: Layouts = {**a, **b}
    for grain in a.keys() & b.keys():
        own, more = a[grain], b[grain]
        if own is None or more is None or len(own.keys() | more.keys()) > MOST_LAYOUTS:
            merged[grain] = None
        else:
            both = {signs: own[signs].merge(more[signs]) for signs in own.keys() & more.keys()}
            merged[grain] = {**own, **more, **both}
    return merged


# --- from strings to layouts -----------------------------------------------------------------------------

Signatures = dict[str, list[int]]
"""The numbers of the strings with the same sign for each letter, and so with one length."""


def describe_texts(firsts: Mapping[str, Row], counts: Mapping[str, int]) -> tuple[Layouts, Signs]:
    """Return the layouts, and the letters and signs, of different strings.

    Args:
        firsts: the first row of each string, in rising order.
        counts: how often each occurs.
    """
    texts, rows, totals = [*firsts], [*firsts.values()], [*map(counts.__getitem__, firsts)]
    is_short = max(map(len, texts)) <= _LONGEST
    seen = texts if is_short else [x[:1] + x[-1:] for x in texts]
    by_letters = _translate_all(seen, _GRAINS["runs"][1])
    occurrences: dict[str, tuple[int, Row]] = {}
    if 2 * len({*by_letters[:_HEAD]}) > len(by_letters[:_HEAD]):  # adding up equal ones saves little
        signs = _signs_of(by_letters, totals, rows)
    else:
        occurrences = _occurrences(by_letters, rows, totals)
        signs = _signs_of([*occurrences], *zip(*occurrences.values(), strict=True))
    if not is_short:
        return dict.fromkeys(_GRAINS), {**signs, "any": None}
    layouts: Layouts = {}
    for grain, (pattern, table) in _GRAINS.items():
        signatures = by_letters
        if grain == "words" and occurrences:  # of 1,000,000 texts in 0.04 s, one after the other in 0.2
            words = dict(zip(occurrences, _translate_all([*occurrences], table), strict=True))
            signatures = [*map(words.__getitem__, by_letters)]
        elif grain == "words":
            signatures = _translate_all(by_letters, table)
        layouts[grain] = _layouts_of(pattern, signatures, texts, rows, totals)
    return layouts, signs


_HEAD: Final = 1000  # strings that show whether the others are laid out alike


def _occurrences(xs: Sequence[str], rows: Sequence[Row], totals: Sequence[int]) -> dict[str, tuple[int, Row]]:
    """Return how often each string occurs, and the first row with it; the rows are in rising order."""
    counts: Mapping[str, int] = collections.Counter(xs)
    if len(totals) < sum(totals):
        counts = dict.fromkeys(counts, 0)
        for x, total in zip(xs, totals, strict=True):
            counts[x] += total
    firsts = dict(zip(xs[::-1], rows[::-1], strict=True))  # the first row is set last
    return {x: (count, firsts[x]) for x, count in counts.items()}


def _translate_all(texts: Sequence[str], table: dict[int, Any]) -> Sequence[str]:
    """Return strings with other letters, translated as one text: `describe_texts` takes a third less time."""
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts):
        return [x.translate(table) for x in texts]
    return joined.translate(table).split("\n")


def _layouts_of(
    pattern: re.Pattern[str],
    signatures: Sequence[str],
    texts: Sequence[str],
    rows: Sequence[Row],
    totals: Sequence[int],
) -> dict[str, Layout] | None:
    groups: dict[str, Signatures] = {}
    for some in (signatures[:_HEAD], signatures):
        for signature in dict.fromkeys(some):
            signs = signature
            for sign, repeated in _REPEATED.items():
                signs = repeated.sub(sign, signs)
            groups.setdefault(signs, {})[signature] = []
            if len(groups) > MOST_LAYOUTS:
                return None
    numbers = {signature: own for group in groups.values() for signature, own in group.items()}
    if len(numbers) == 1:
        numbers[signatures[0]].extend(range(len(signatures)))
    else:
        codes = {signature: code for code, signature in enumerate(numbers)}
        places = np.fromiter(map(codes.__getitem__, signatures), np.uint32, len(signatures))
        ends = np.cumsum(np.bincount(places, minlength=len(codes)))
        parts_of_rows = np.split(np.argsort(places, kind="stable"), ends[:-1])
        for own, part in zip(numbers.values(), parts_of_rows, strict=True):
            own.extend(part.tolist())
    layouts = {}
    for signs, group in groups.items():
        # Strings of one signature have their runs at the same places, and need not be split.
        is_many = _MANY * len(group) > sum(map(len, group.values()))
        parts = [group] if is_many else [{signature: own} for signature, own in group.items()]
        layouts[signs] = functools.reduce(
            Layout.merge, (_layout_of(pattern, part, texts, rows, totals) for part in parts)
        )
    return layouts


_MANY: Final = 20  # strings of a signature that are worth a look at each of their letters


def _layout_of(
    pattern: re.Pattern[str],
    signatures: Signatures,
    texts: Sequence[str],
    rows: Sequence[Row],
    totals: Sequence[int],
) -> Layout:
    firsts = {signature: rows[numbers[0]] for signature, numbers in signatures.items()}
    if sum(map(len, signatures.values())) < len(texts):
        numbers = sorted(itertools.chain.from_iterable(signatures.values()))
        texts, rows = [texts[i] for i in numbers], [rows[i] for i in numbers]
        totals = [totals[i] for i in numbers]
    return Layout(sum(totals), rows[0], tuple(_runs_of(pattern, firsts, texts, rows)))


def _runs_of(
    pattern: re.Pattern[str], firsts: Mapping[str, Row], texts: Sequence[str], rows: Sequence[Row]
) -> Iterator[Run]:
    """Yield the runs of strings of one layout, with the first row of each signature."""
    columns: Iterable[Sequence[str]] = itertools.repeat(texts)
    whole = "".join(texts) if len(firsts) == 1 else ""
    if len(firsts) > 1:
        columns = zip(*map(pattern.findall, texts), strict=True)
    runs_of = zip(*([*_RUN.finditer(signature)] for signature in firsts), strict=True)
    for runs, column in zip(runs_of, columns, strict=False):
        lengths: dict[int, Row] = {}
        for run, row in zip(runs, firsts.values(), strict=True):
            length = run.end() - run.start()
            lengths[length] = min(row, lengths.get(length, row))
        low, high = min(lengths), max(lengths)
        positions: tuple[Position, ...] = ()
        if runs[0][0][0] == "9":
            classes = {"9": rows[0]}
        elif low < high:
            words = "\n".join(column).translate(_LETTER_CLASSES)
            classes = {
                word: rows[words.count("\n", 0, i)] for word in "9FZfz" if (i := words.find(word)) >= 0
            }
        else:
            start = runs[0].start() if whole else 0
            letters, step = whole or "".join(column), len(column[0])
            columns_of_letters = (letters[i::step] for i in range(start, start + low))
            positions = tuple(_position(each, rows) for each in columns_of_letters)
            classes = functools.reduce(_merge_classes, (position.classes for position in positions))
        yield Run((low, lengths[low]), (high, lengths[high]), classes, positions)


def _position(letters: str, rows: Sequence[Row]) -> Position:
    letter = min(letters[: bisect.bisect_right(rows, rows[0])])  # a row may have several strings
    other = len(letters) - len(letters.lstrip(letter))  # the number of the first other letter
    words = letters.translate(_LETTER_CLASSES)
    classes = {word: rows[i] for word in "9FZfz" if (i := words.find(word)) >= 0}
    return Position(letter, rows[0], rows[other] if other < len(rows) else None, classes)


# --- the letters and signs of strings of any layout ------------------------------------------------------

MOST_SIGNS: Final = 40
MOST_NEW: Final = 5  # new letters and signs of the other rows that may join a place of the base rows

Signs = dict[str, dict[str, tuple[int, Row]] | None]
"""How often letters of a class, or a sign, stand anywhere, first or last, and the first row with one.

None stands for too many of them, and for all that stand anywhere in long strings.
"""

_BREAKS: Final = str.maketrans("", "", "\t\n\r")

TRAITS: Final[Mapping[str, Callable[[str], bool]]] = {
    "printable": lambda x: x.isascii() and x.isprintable(),
    "ascii": lambda x: x.isascii() and (x.isprintable() or x.translate(_BREAKS).isprintable()),
    "trimmed": lambda x: x == x.strip(),
    "no capitals": lambda x: x.isascii() and x == x.lower(),
    "no small": lambda x: x.isascii() and x == x.upper(),
}
"""The traits that any few strings show, each with a function that is true for a string with the trait."""

CASES: Final = {"no capitals": "[", "no small": "{"}
"""The traits of one case, which guards alone use, each with the first sign after the letters it lacks."""


def _signs_of(signatures: Sequence[str], counts: Sequence[int], rows: Sequence[Row]) -> Signs:
    """Return the letters and signs of strings by signature, with the count and the first row of each."""
    signs: Signs = dict.fromkeys(_PLACES)
    letters = sorted({*"".join(signatures)})
    if len(letters) <= MOST_SIGNS:
        has = {sign: [sign in signature for signature in signatures] for sign in letters}
        signs["any"] = {
            sign: (sum(itertools.compress(counts, own)), rows[own.index(True)]) for sign, own in has.items()
        }
    for name, at in (("start", slice(1)), ("end", slice(-1, None))):
        own = _occurrences([signature[at] for signature in signatures], rows, counts)
        own.pop("", None)
        signs[name] = own if len(own) <= MOST_SIGNS else None
    return signs


def merge_signs(a: Signs, b: Signs) -> Signs:
    """Return the letters and signs of both."""
    merged: Signs = {}
    for name in {**a, **b}:
        own, more = a.get(name, {}), b.get(name, {})
        merged[name] = None
        if own is not None and more is not None:
            both = dict(own)
            for sign, (count, row) in more.items():
                known, first = both.get(sign, (0, row))
                both[sign] = count + known, min(row, first)
            merged[name] = both if len(both) <= MOST_SIGNS else None
    return merged


_PLACES: Final = ("any", "start", "end")


def letters_pattern(base: Signs, rest: Signs, traits: Set[str]) -> tuple[str | None, set[Row], int]:
    """Return the pattern of the first, the last and all letters of strings that are not empty.

    A class lists letters and signs if the base strings show nearly all of their kind at a place, by the
    estimate of Chao (1984), and at most `MOST_NEW` of the others are new there. Else it is one of the traits.

    Args:
        base, rest: the letters and signs of the base rows and of the others; none if no class may list them.
        traits: the traits of all strings.

    Returns:
        The pattern, or None if it would exclude nothing; the rows that widen it; and the number of places
        where unknown rows have too many new letters and signs.
    """
    rows: set[Row] = set()
    listed: dict[str, set[str] | None] = dict.fromkeys(_PLACES)
    failed = 0
    for place, own in base.items():
        if not own or not _shows_nearly_all(own):
            continue
        more = rest.get(place, {})
        new = None if more is None else {sign: row for sign, (_, row) in more.items() if sign not in own}
        if new is None or len(new) > MOST_NEW:
            failed += 1
        else:
            rows.update(new.values())
            listed[place] = {*own, *new}
    is_trimmed, some, case = "trimmed" in traits, listed["any"], min(traits & CASES.keys(), default=None)
    if some is not None:
        inner, outer = _sign_class(some), _sign_class({*some} - set(string.whitespace))
    elif "ascii" in traits:
        ranges = "-~" if case is None else f"-{'@' if case == 'no capitals' else '`'}\\{CASES[case]}-~"
        inner, outer = ("[ " if "printable" in traits else r"[\t\n\r ") + ranges + "]", f"[!{ranges}]"
    else:
        inner, outer = _ANY, r"[^\s]"
    outer = outer if is_trimmed else inner
    first, last = (
        outer if (one := listed[place]) is None else _sign_class(one) for place in ("start", "end")
    )
    if {first, inner, last} == {_ANY}:
        return None, rows, failed
    return f"{first}({inner}*{last})?", rows, failed


_ANY: Final = r"[\s\S]"


def _shows_nearly_all(signs: Mapping[str, tuple[int, Row]]) -> bool:
    counts = [count for count, _ in signs.values()]
    is_few = len(signs) < MOST_SIGNS - MOST_NEW
    return is_few and counts.count(1) ** 2 <= 2 * max(counts.count(2), 1)  # at most one is unseen


def _sign_class(signs: set[str]) -> str:
    ranges = [_RANGES[sign] for sign in "Aa9" if sign in signs]
    others = [re.sub(r"([\\^\]\[-])", r"\\\1", sign) for sign in sorted(signs - {*"Aa9"})]
    return f"[{''.join([*ranges, *others])}]"


# --- from layouts to a pattern ---------------------------------------------------------------------------


class PatternWriter:
    """Writes the pattern that the strings of the base rows state, as wide as the other rows need.

    Args:
        is_loose: True if lengths are bounded as little as possible.
    """

    def __init__(self, is_loose: bool) -> None:
        self.is_loose = is_loose
        self.rows: set[Row] = set()  # the others that widen the pattern
        self.is_open = False  # True if some run may have any length

    def pattern(self, base: Mapping[str, Layout], rest: Mapping[str, Layout]) -> str:
        """Return the pattern of strings of few layouts."""
        parts: dict[str, tuple[bool, Row]] = {}
        for signs in {**base, **rest}:
            own, more = base.get(signs), rest.get(signs)
            first, none = (own or more or rest[signs]).first, (None,) * len(signs)
            pairs = zip(own.runs if own else none, more.runs if more else none, strict=False)
            text = "".join(self._run_pattern(*next(pairs)) if x in "9AaW" else _escape(x) for x in signs)
            if own is None:
                self.rows.add(first)
            # Layouts of the base rows first, in the order of rows, however the sketches were added up.
            order = own is None, first
            parts[text] = min(parts.get(text, order), order)
        return "|".join(sorted(parts, key=parts.__getitem__))

    def _run_pattern(self, base: Run | None, rest: Run | None) -> str:
        first = base or rest
        assert first is not None
        is_hex = base is not None and set(base.classes) in ({"9", "f"}, {"9", "F"})
        if base is None or rest is None:
            ends = (first.low, first.high)
        else:
            ends = min(base.low, rest.low), max(base.high, rest.high, key=lambda end: end[0])
        (low, low_row), (high, high_row) = ends
        classes = self._classes(base and base.classes, rest and rest.classes, is_hex)
        if base is None or low < base.low[0]:
            self.rows.add(low_row)
        is_open = low < high and (classes == {"9"} or is_hex or self.is_loose)
        self.is_open |= is_open
        if base is None or (high > base.high[0] and not (is_open and base.low[0] < base.high[0])):
            self.rows.add(high_row)
        if low < high or not first.positions or base is None:
            return _class_text(classes) + _repetition(low, None if is_open else high)
        more = rest.positions if rest is not None else (None,) * len(base.positions)
        letters = [self._position_text(a, b, is_hex) for a, b in zip(base.positions, more, strict=True)]
        return "".join(
            text + _repetition(n, n) for text, group in itertools.groupby(letters) if (n := len([*group]))
        )

    def _position_text(self, base: Position, rest: Position | None, is_hex: bool) -> str:
        if base.other is None and not base.letter.isdigit() and not is_hex:
            if rest is None or (rest.letter == base.letter and rest.other is None):
                return base.letter
            self.rows.add(rest.first if rest.letter != base.letter else rest.other or 0)
        return _class_text(self._classes(base.classes, rest and rest.classes, is_hex))

    def _classes(self, base: Classes | None, rest: Classes | None, is_hex: bool) -> set[str]:
        """Return the classes of both, where A to F is a separate class in hexadecimal digits alone."""
        own, more = _wide(base or {}, is_hex), _wide(rest or {}, is_hex)
        self.rows.update(row for word, row in more.items() if word not in own)
        return {*own, *more}


def _wide(classes: Classes, is_hex: bool) -> Classes:
    if is_hex:
        return classes
    wide: Classes = {}
    for word, row in classes.items():
        name = _RUNS[word]
        wide[name] = min(row, wide.get(name, row))
    return wide


_RANGES: Final = {"A": "A-Z", "Z": "A-Z", "F": "A-F", "a": "a-z", "z": "a-z", "f": "a-f", "9": "0-9"}


def _class_text(classes: set[str]) -> str:
    if classes == {"9"}:
        return r"\d"
    ranges = {_RANGES[word] for word in classes}
    ranges -= {each for each in ("A-F", "a-f") if f"{each[0]}-{'Z' if each[0] == 'A' else 'z'}" in ranges}
    return f"[{''.join(sorted(ranges, key='A-Z a-z A-F 0-9 a-f'.index))}]"


def _repetition(low: int, high: int | None) -> str:
    if high is None:
        return "+" if low == 1 else f"{{{low},}}"
    return f"{{{low},{high}}}" if low < high else f"{{{low}}}" if low > 1 else ""


def _escape(text: str) -> str:
    # Not re.escape, which escapes characters that JSON Schema's patterns must not escape.
    return re.sub(r"([\\^$.*+?{}\[\]|()])", r"\\\1", text)
