r"""Inclusion of string patterns: every string that [a-z]{2,5} matches, \w+ matches too.

A pattern without lookaround and backreferences is a regular expression. Its derivative by a letter matches
the rest of each string that begins with that letter (Brzozowski, "Derivatives of regular expressions", 1964):
abc? by "a" is bc?. We follow the derivatives of both patterns by the same letters. If the first may end where
the second may not, the letters so far are a string that only the first matches. Without such a place, the
second pattern includes the first. Letters that no set tells apart lead to the same derivatives, so one of
them is tried. The work is bounded; beyond the bound the question stays undecided.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import string
import types
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from mxspec.base.patterns import has_match, has_pattern
from mxspec.base.predicate_rows import has_length_from, has_length_to, own_pattern
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.logic import And
from mxspec.specs.ranges import StrIn

Regex = tuple[Any, ...]
"""("none",), ("end",), ("set", bounds), ("cat", first, rest), ("alt", ways) or ("rep", part, least, most).

The bounds of a set are the starts and ends of its ranges, in turn: (48, 58) are the digits. A most of None is
no limit.
"""

_NONE: Final[Regex] = ("none",)
_END: Final[Regex] = ("end",)
_LIMIT: Final = 0x110000
_ANY: Final[Regex] = ("set", (0, _LIMIT))
# In ASCII: the first and the last letter of each range.
_CLASSES: Final = {"DIGIT": "09", "SPACE": "\t\r  ", "WORD": "09AZ__az"}
_PLAIN: Final = [*map(ord, string.ascii_lowercase + string.digits + string.ascii_uppercase + " -_.,:/@")]
_IGNORED: Final = re.UNICODE | re.ASCII | re.VERBOSE | re.DOTALL | re.MULTILINE
_MOST_STEPS: Final = 20_000
_STEPS_BETWEEN: Final = 100  # two looks at the clock
_MOST_WAYS: Final = 200
_MOST_CHARACTERS: Final = 1500  # more take seconds
_MOST_SPECS: Final = 12  # specs of strings that are compared, on each side


class UndecidedError(Exception):
    """The error for a pattern that is not regular, or that would take too long."""


def language_of(pred: Any) -> Regex | None:
    """Return a regex for the strings that a predicate accepts, or None if they are not known.

    Example:
        >>> language_of({"a"}), language_of(len)
        (('set', (97, 98)), None)
    """
    try:
        match pred:
            case functools.partial(func=f, args=(str(pattern),)) if f is has_pattern:
                return _read_pattern(pattern, int(re.ASCII))
            case functools.partial(func=f, args=(pattern,)) if f is has_match:
                compiled = re.compile(pattern)
                return _read_pattern(compiled.pattern, compiled.flags, is_search=True)
            case functools.partial(func=f, args=(int(count),)) if f is has_length_from:
                return _rep(_ANY, count, None)
            case functools.partial(func=f, args=(int(count),)) if f is has_length_to:
                return _rep(_ANY, 0, count)
            case types.BuiltinMethodType(
                __name__="fullmatch", __self__=re.Pattern(pattern=str(text)) as compiled
            ):
                return _read_pattern(text, compiled.flags)
            case types.FunctionType() if (own := own_pattern(pred)) is not None:
                return _read_pattern(own, int(re.ASCII))
            case set() | frozenset() if pred and all(type(x) is str for x in pred):
                return _alt(
                    functools.reduce(lambda rest, c: _cat(_letter(c), rest), x[::-1], _END) for x in pred
                )
    except (UndecidedError, RecursionError):
        pass
    return None


def pattern_of(spec: Spec) -> Regex | None:
    """Return a regex for the strings that a spec accepts, if it is a predicate of strings, else None."""
    return language_of(spec.pred) if isinstance(spec, Predicate) else None


def strings_apart(asked: Iterable[Spec], other: Iterable[Spec], is_over: Callable[[], bool]) -> Iterator[str]:
    """Yield strings that the pattern and lengths of a spec of asked accept, and one of other refuses, until
    is_over returns True.
    """
    several = [[[*_preds_of(spec)] for spec in specs] for specs in (asked, other)]
    firsts = [[x for p in preds if (x := pattern_of(p))] for preds in several[0]]
    seconds = [x for preds in several[1] for p in preds if (x := pattern_of(p))]
    firsts = [x for x in firsts if x][:_MOST_SPECS]
    pairs = itertools.product(firsts, [*dict.fromkeys(seconds)][:_MOST_SPECS])
    for known, goal in pairs:
        if goal in known:
            continue
        if is_over():
            return
        with contextlib.suppress(UndecidedError, RecursionError):
            text = string_outside(known, goal, is_over)
            if text is not None:
                yield text


def _preds_of(spec: Spec) -> Iterator[Spec]:
    """Yield the preds of a spec of strings, also within another one; nothing of other specs."""
    if isinstance(spec, (StrIn, And)):
        for pred in spec.preds:
            yield from [pred] if isinstance(pred, Predicate) else _preds_of(pred)
    elif isinstance(spec, Predicate) and isinstance(spec.pred, functools.partial):
        yield spec


def string_outside(
    known: Sequence[Regex], goal: Regex, is_over: Callable[[], bool] = lambda: False
) -> str | None:
    """Return the shortest string that all of known match and goal does not; None without one.

    Args:
        known, goal: the regexes.
        is_over: a function that returns True when there is no more time.

    Raises:
        UndecidedError: it would take too long.
    """
    letters = _letter_of_each_sort((*known, goal))
    derive = functools.cache(_derivative)
    start = tuple(known), goal
    waiting: list[tuple[tuple[Regex, ...], Regex, str]] = [(*start, "")]
    seen, steps = {start}, 0
    for firsts, second, text in waiting:  # it grows; the shortest string comes first
        if all(map(_is_nullable, firsts)) and not _is_nullable(second):
            return text
        for letter in letters:
            steps += 1
            if steps > _MOST_STEPS or (steps % _STEPS_BETWEEN == 0 and is_over()):
                raise UndecidedError
            after = tuple(derive(first, letter) for first in firsts), derive(second, letter)
            if _NONE not in after[0] and after not in seen:
                seen.add(after)
                waiting.append((*after, text + chr(letter)))
    return None


def has_text(regex: Regex, text: str) -> bool:
    """True if a regex matches a text."""
    return _is_nullable(functools.reduce(_derivative, map(ord, text), regex))


def texts_of_length(least: int, most: int | None) -> Regex:
    """Return a regex for all texts with at least and at most so many letters; a most of None is no limit."""
    return _rep(_ANY, least, most)


def union_of_regexes(regexes: Iterable[Regex]) -> Regex:
    """Return a regex for the texts that one of several regexes matches.

    Raises:
        UndecidedError: there are too many.
    """
    return _alt(regexes)


# --- derivatives --------------------------------------------------------------------------------------------


def _letter_of_each_sort(regexes: Iterable[Regex]) -> list[int]:
    """Return one letter of each group that the sets of regexes do not tell apart, the plainest first."""
    # The bounds of all sets cut the letters into groups.
    bounds, waiting = {0, _LIMIT}, [*regexes]
    while waiting:
        kind, *parts = waiting.pop()
        if kind == "set":
            bounds |= {*parts[0]}
        waiting += (
            parts[0] if kind == "alt" else [part for part in parts if type(part) is tuple and kind != "set"]
        )
    groups = itertools.pairwise(sorted(bounds))
    letters = (next((c for c in _PLAIN if start <= c < end), start) for start, end in groups)
    return sorted(letters, key=lambda c: _PLAIN.index(c) if c in _PLAIN else _LIMIT + c)


def _is_nullable(regex: Regex) -> bool:
    match regex:
        case ("cat", first, rest):
            return _is_nullable(first) and _is_nullable(rest)
        case ("alt", ways):
            return any(map(_is_nullable, ways))
        case ("rep", part, least, _):
            return least == 0 or _is_nullable(part)
    return regex is _END


def _derivative(regex: Regex, letter: int) -> Regex:
    """Return the regex of what may follow a letter."""
    match regex:
        case ("set", bounds):
            return _END if bisect_right(bounds, letter) % 2 else _NONE
        case ("cat", first, rest):
            # If the first part may be empty, the letter may also begin the rest.
            after = _cat(_derivative(first, letter), rest)
            return _alt([after, _derivative(rest, letter)]) if _is_nullable(first) else after
        case ("alt", ways):
            return _alt(_derivative(way, letter) for way in ways)
        case ("rep", part, least, most):
            left = None if most is None else most - 1
            return _cat(_derivative(part, letter), _rep(part, max(0, least - 1), left))
    return _NONE


def _cat(first: Regex, rest: Regex) -> Regex:
    if first is _NONE or rest is _NONE:
        return _NONE
    if first is _END or rest is _END:
        return rest if first is _END else first
    return ("cat", first[1], _cat(first[2], rest)) if first[0] == "cat" else ("cat", first, rest)


def _alt(ways: Iterable[Regex]) -> Regex:
    several = frozenset(x for way in ways if way is not _NONE for x in (way[1] if way[0] == "alt" else [way]))
    if len(several) > _MOST_WAYS:
        raise UndecidedError
    return ("alt", several) if len(several) > 1 else next(iter(several), _NONE)


def _rep(part: Regex, least: int, most: int | None) -> Regex:
    if most == 0 or part is _END:
        return _END
    return part if (least, most) == (1, 1) else ("rep", part, least, most)


# --- from a pattern to a regex ------------------------------------------------------------------------------


def _read_pattern(pattern: str, flags: int, is_search: bool = False) -> Regex:
    """Return the regex of a pattern for the whole of a string, or for a match anywhere in it."""
    if len(pattern) > _MOST_CHARACTERS:
        raise UndecidedError
    with warnings.catch_warnings():  # compiling the pattern has shown them
        warnings.simplefilter("ignore", FutureWarning)
        tree = parser.parse(pattern, flags & ~re.UNICODE if flags & re.ASCII else flags)
    flags = tree.state.flags
    if not is_search:
        return _read_items(tree, flags, is_first=True, is_last=True)
    if flags & re.MULTILINE:
        raise UndecidedError
    items, before, after = [*tree], _rep(_ANY, 0, None), _rep(_ANY, 0, None)
    if items and items[0][0] is ops.AT and items[0][1] in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
        items, before = items[1:], _END
    if items and items[-1][0] is ops.AT and items[-1][1] in (ops.AT_END, ops.AT_END_STRING):
        # "$" also matches before a line feed at the end.
        after = _END if items[-1][1] is ops.AT_END_STRING else _rep(_letter("\n"), 0, 1)
        items = items[:-1]
    return _cat(before, _cat(_read_items(items, flags, is_first=False, is_last=False), after))


def _read_items(items: Iterable[Any], flags: int, *, is_first: bool, is_last: bool) -> Regex:
    """Return the regex of a part of a pattern; an anchor may stand only at an end of the whole pattern."""
    if flags & ~_IGNORED:
        raise UndecidedError
    items = [*items]
    parts = []
    for i, (op, argument) in enumerate(items):
        first = is_first and all(one is ops.AT for one, _ in items[:i])
        last = is_last and all(one is ops.AT for one, _ in items[i + 1 :])
        parts.append(_read_item(op, argument, flags, first, last))
    return functools.reduce(lambda rest, part: _cat(part, rest), reversed(parts), _END)


def _read_item(op: Any, argument: Any, flags: int, is_first: bool, is_last: bool) -> Regex:
    inner = functools.partial(_read_items, flags=flags, is_first=is_first, is_last=is_last)
    if op is ops.AT and not flags & re.MULTILINE:
        at_start = argument in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)
        at_end = argument in (ops.AT_END, ops.AT_END_STRING)
        if (at_start and is_first) or (at_end and is_last):
            return _END
    elif op is ops.LITERAL:
        return _letter(chr(argument))
    elif op is ops.NOT_LITERAL:
        return _set([(argument, argument + 1)], is_negated=True)
    elif op is ops.ANY:
        return _ANY if flags & re.DOTALL else _set([(10, 11)], is_negated=True)
    elif op is ops.IN:
        pairs = [pair for kind, item in argument for pair in _ranges_of(kind, item, flags)]
        return _set(pairs, is_negated=argument[0][0] is ops.NEGATE)
    elif op is ops.BRANCH:
        return _alt(map(inner, argument[1]))
    elif op is ops.SUBPATTERN:
        _, more, less, part = argument
        return inner(part, flags=(flags | more) & ~less)
    elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
        least, most, part = argument
        return _rep(
            _read_items(part, flags, is_first=False, is_last=False),
            least,
            None if most is ops.MAXREPEAT else most,
        )
    raise UndecidedError


def _ranges_of(op: Any, argument: Any, flags: int) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of the ranges of an item of a set."""
    if op is ops.LITERAL:
        yield argument, argument + 1
    elif op is ops.RANGE:
        yield argument[0], argument[1] + 1
    elif op is ops.CATEGORY and flags & re.ASCII:
        _, *negated, name = str(argument).split("_")
        text = _CLASSES[name]
        pairs = [(ord(text[i]), ord(text[i + 1]) + 1) for i in range(0, len(text), 2)]
        bounds = _set(pairs, is_negated=bool(negated))[1]
        yield from zip(bounds[::2], bounds[1::2], strict=True)
    elif op is not ops.NEGATE:
        raise UndecidedError


def _letter(c: str) -> Regex:
    return ("set", (ord(c), ord(c) + 1))


def _set(pairs: Iterable[tuple[int, int]], is_negated: bool = False) -> Regex:
    """Return the set of the letters in ranges, or of all others."""
    bounds: list[int] = []
    for start, end in sorted(pairs):
        if bounds and start <= bounds[-1]:
            bounds[-1] = max(bounds[-1], end)
        else:
            bounds += [start, end]
    if is_negated:  # the other letters have the same bounds, except for the two ends
        bounds = sorted({0, _LIMIT} ^ {*bounds})
    return ("set", tuple(bounds)) if bounds else _NONE
