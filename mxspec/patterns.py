"""Patterns of strings: a bound on the work of `re`, which finds patterns that take exponential time.

`re` tries one way to read a text after the other. `(a+)+` reads 40 letters `a` in 2**39 ways, and all of them
fail at a `b` behind. `a+b+` reads each text in one way, and `.*a.*b` in as many as it has letters.

We count the ways in the automaton of the pattern (Glushkov 1961): it has a state for each letter of the
pattern, and an edge for each step from one letter to the next. The ways into a state are at most those into
the states before it, where we add up only states that one text can reach together. The ways grow
exponentially if two of them part and meet again within a repetition (Weber and Seidl 1991). Both are searches
in the automaton of pairs. Where the automaton does not say all, it allows more than `re` does, never less:
`^`, `$`, `\\b` and lookarounds match everywhere, a backreference matches any text, an atomic group gives back
what it has read, unless it is a repetition of one letter.
"""

from __future__ import annotations

import collections
import functools
import importlib
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from mxspec.errors import LimitError

MOST_STEPS: Final = 10_000_000
"""The greatest number of steps that a pattern may take with LETTERS letters: some tenths of a second."""

LETTERS: Final = 256
"""The number of letters that steps are counted for.

The bound of three repetitions that read the same letters, as `.*a.*b.*`, is 5,700,000 steps, a third of the
cube; that of four is above MOST_STEPS.
"""

_COPIES: Final = 64  # letters of a counted repetition that is written out; a larger one counts as unbounded
_MOST_EDGES: Final = 100_000
_MOST_PAIRS: Final = 1_000_000  # looked at, in about half a second


@functools.lru_cache(maxsize=1000)
def steps_to_match(pattern: str, letters: int = LETTERS) -> float:
    """Return a bound on the steps of `re` with texts of some letters: reads of a letter, and tries to end.

    It is infinite if the bound is above MOST_STEPS, if the pattern is too large to tell, and for LETTERS if
    longer texts take exponentially many steps.

    Example:
        >>> steps_to_match("[a-z]+(-[a-z]+)*"), steps_to_match("(a+)+"), steps_to_match("(a+)+", 10)
        (1024, inf, 3070)
    """
    parser: Any = importlib.import_module("re._parser")
    tree = parser.parse(pattern, re.ASCII)
    return _Bound(tree, tree.state.flags).steps(letters, MOST_STEPS)


class _Bound:
    """The bound on the steps of a parsed pattern, for texts of any number of letters."""

    def __init__(self, tree: Any, flags: int) -> None:
        self._automaton: Automaton | None = Automaton()
        self._inner: list[tuple[_Bound, bool]] = []
        try:
            self._automaton.add_pattern(tree, flags)
            for inner, inner_flags, is_first in self._automaton.lookarounds:
                self._inner.append((_Bound(inner, inner_flags), is_first))
        except TooLargeError:
            self._automaton = None

    @functools.cached_property
    def _is_exponential(self) -> bool:
        return self._automaton is None or self._automaton.is_exponential()

    @functools.cached_property
    def _near(self) -> list[set[int]]:
        assert self._automaton is not None
        return self._automaton.pairs()

    def steps(self, letters: int, most: float) -> float:
        """Return the bound for so many letters, infinity if it is above the most."""
        if self._automaton is None:
            return math.inf
        counted = min(most, MOST_STEPS_WITH_A_LONG_TEXT)
        try:
            if letters >= LETTERS and self._is_exponential:
                return math.inf
            steps = math.inf
            if letters <= LETTERS:  # the first bound is the cheaper one, and grows faster
                steps = count_steps(self._automaton, None, letters, counted)
            if steps > most:
                steps = count_steps(self._automaton, self._near, letters, counted)
        except TooLargeError:
            return math.inf
        # A lookaround starts again wherever it is reached; one before the first letter starts once.
        for inner, is_first in self._inner:
            steps += (1 if is_first else steps) * inner.steps(letters, most)
        return steps if steps <= most else math.inf


# --- the longest text ---------------------------------------------------------------------------------------

MOST_STEPS_WITH_A_LONG_TEXT: Final = 100_000_000
"""The greatest number of steps with a text of more letters than LETTERS: half a second at most."""

MOST_LETTERS: Final = 8192
"""The number of letters up to which steps are counted where they grow faster than the text."""

_VERY_MANY: Final = 10_000_000  # letters, with which a pattern of linear time takes few steps for each
_STEPS_OF_A_LETTER: Final = 1000


@functools.lru_cache(maxsize=200)
def longest_text(pattern: str, flags: int = re.ASCII) -> float:
    """Return the number of letters of the longest text that `re` reads soon, infinity in linear time.

    Example:
        >>> longest_text("[a-z]+(-[a-z]+)*"), longest_text(".*a.*!"), longest_text(".*a.*b.*!")
        (inf, 7680, 576)
    """
    parser: Any = importlib.import_module("re._parser")
    tree = parser.parse(pattern, flags)
    bound = _Bound(tree, tree.state.flags)
    if bound.steps(_VERY_MANY, _STEPS_OF_A_LETTER * _VERY_MANY) < math.inf:
        return math.inf
    most = MOST_STEPS_WITH_A_LONG_TEXT
    short = 0
    while short < MOST_LETTERS and bound.steps(2 * short or 1, most) < math.inf:
        short = 2 * short or 1
    for step in (short // 2, short // 4, short // 8):
        if short < MOST_LETTERS and step and bound.steps(short + step, most) < math.inf:
            short += step
    return short


def check_length(x: str, pattern: str, flags: int = re.ASCII) -> None:
    """Raise LimitError for a text that is too long for a pattern that reads it in many ways."""
    most = longest_text(pattern, flags)
    if len(x) > most:
        raise LimitError(
            f"a text of {len(x):,} letters is too long for the pattern {pattern[:200]!r}, which may take "
            f"more than {MOST_STEPS_WITH_A_LONG_TEXT:,} steps with more than {most:,} letters, since it can "
            "read the same letters in many ways; let what follows a repetition begin with other letters, say "
            "a++ or (?>a+) for a repetition that gives nothing back, or ask for a max_length first"
        )


def has_pattern(pattern: str, x: str) -> bool:
    """True if the whole of a string matches a regular expression; `\\d` is an ASCII digit.

    Raises:
        LimitError: a string of more than LETTERS letters is too long for the pattern.

    Example:
        >>> has_pattern(r"[A-Z]{2}-\\d{3}", "AB-123"), has_pattern(r"[A-Z]{2}-\\d{3}", "AB-1234")
        (True, False)
    """
    if len(x) > LETTERS:
        check_length(x, pattern)
    return compile_pattern(pattern).fullmatch(x) is not None


@functools.lru_cache(maxsize=1000)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern; its classes are of ASCII, as in JSON Schema."""
    return re.compile(pattern, re.ASCII)


def has_match(pattern: Any, x: Any) -> bool:
    """True if a string has a match of a pattern, compiled or not, anywhere in it.

    Raises:
        LimitError: the string is too long for the pattern at one place of it.
    """
    compiled = re.compile(pattern)
    if isinstance(compiled.pattern, str) and isinstance(x, str):
        check_length(x, compiled.pattern, compiled.flags)
    return compiled.search(x) is not None


class TooLargeError(Exception):
    """The error for an automaton with too many edges or pairs."""


# --- letters: sets as bits ----------------------------------------------------------------------------------

_CATEGORIES: Final = {
    "DIGIT": re.compile(r"\d", re.ASCII),
    "SPACE": re.compile(r"\s", re.ASCII),
    "WORD": re.compile(r"\w", re.ASCII),
}
_OTHERS: Final = 128  # the bit of all letters beyond ASCII: sets of them count as overlapping
ALL: Final = (1 << 129) - 1


def _range(low: int, high: int) -> int:
    bits = (1 << min(high, 127) + 1) - (1 << low) if low < 128 else 0
    return bits | (1 << _OTHERS if high > 127 else 0)


def _category(name: str, flags: int) -> int:
    """Return the letters of a class such as CATEGORY_NOT_DIGIT."""
    _, _, kind = name.rpartition("_")
    bits = sum(1 << i for i in range(128) if _CATEGORIES[kind].match(chr(i)))
    if "NOT" in name:
        return ALL & ~bits
    return bits if flags & re.ASCII else bits | 1 << _OTHERS


def _letters(op: str, argument: Any, flags: int) -> int:
    """Return the letters that a node of one letter matches, or more of them."""
    if op == "ANY":
        return ALL if flags & re.DOTALL else ALL & ~(1 << ord("\n"))
    if flags & re.IGNORECASE and not flags & re.ASCII:
        return ALL  # some letters beyond ASCII have their other case in it
    if op == "NOT_LITERAL":
        return ALL & ~_add_case(_range(argument, argument), flags) | 1 << _OTHERS
    if op == "LITERAL":
        bits = _range(argument, argument)
    else:
        negates = bool(argument) and str(argument[0][0]) == "NEGATE"
        bits = 0
        for kind, value in argument[negates:]:
            match str(kind):
                case "LITERAL":
                    bits |= _range(value, value)
                case "RANGE":
                    bits |= _range(*value)
                case _:
                    bits |= _category(str(value), flags)
        if negates:
            return ALL & ~_add_case(bits, flags) | 1 << _OTHERS
    return _add_case(bits, flags)


def _add_case(bits: int, flags: int) -> int:
    if not flags & re.IGNORECASE:
        return bits
    cased = "".join(chr(i) for i in range(128) if bits >> i & 1).swapcase()
    return bits | sum(1 << ord(letter) for letter in cased if not bits >> ord(letter) & 1)


# --- automata -----------------------------------------------------------------------------------------------

START: Final = 0

Edges = dict[int, tuple[int, int]]
"""From the states after a state to the letters of the edge and its number of ways."""


class PatternPart(NamedTuple):
    """A part of a pattern in the automaton.

    Attributes:
        firsts: the states that it may begin with, each with the number of ways to it.
        lasts: the states that it may end with, each with the letters that may follow and the number of ways.
        empties: the number of ways to match the empty text.
    """

    firsts: collections.Counter[int]
    lasts: collections.Counter[tuple[int, int]]
    empties: int


_EMPTY: Final = PatternPart(collections.Counter(), collections.Counter(), 1)


def _times(counter: collections.Counter[Any], n: int) -> collections.Counter[Any]:
    return (
        collections.Counter({key: count * n for key, count in counter.items()})
        if n
        else collections.Counter()
    )


class Automaton:
    """The automaton of a pattern.

    Attributes:
        letters: the letters that lead to each state.
        edges: the edges of each state.
        loops: for each state the first state of the outermost repetition that it is in; else 0.
        lookarounds: the patterns in lookarounds, their flags, and True for those before the first letter.
    """

    def __init__(self) -> None:
        self.letters: list[int] = [0]
        self.loops: list[int] = [0]
        self.edges: list[Edges] = [{}]
        self.lookarounds: list[tuple[Any, int, bool]] = []
        self._size = 0
        self._is_at_start = True

    def _add_edge(self, state: int, other: int, following: int, ways: int) -> None:
        letters = self.letters[other] & following
        if letters:
            before = self.edges[state].get(other, (0, 0))
            self.edges[state][other] = letters | before[0], ways + before[1]
            self._size += 1
            if self._size > _MOST_EDGES:
                raise TooLargeError

    def add_pattern(self, tree: Any, flags: int) -> None:
        """Add the states of a pattern, and one last state, where every complete way ends."""
        start = PatternPart(collections.Counter(), collections.Counter([(START, ALL)]), 0)
        self._join(self._join(start, self._sequence(tree, flags)), self._letter(ALL))

    def _sequence(self, nodes: Iterable[Any], flags: int) -> PatternPart:
        whole = _EMPTY
        for op, argument in nodes:
            whole = self._join(whole, self._node(str(op), argument, flags))
        return whole

    def _join(self, a: PatternPart, b: PatternPart) -> PatternPart:
        self._connect(a, b)
        # Most parts match no empty text; with their sums, the automaton of a long text takes four times as
        # long.
        firsts = a.firsts + _times(b.firsts, a.empties) if a.empties else a.firsts
        lasts = b.lasts + _times(a.lasts, b.empties) if b.empties else b.lasts
        return PatternPart(firsts, lasts, a.empties * b.empties)

    def _connect(self, a: PatternPart, b: PatternPart, times: int = 1) -> None:
        for (last, following), ways in a.lasts.items():
            for first, more in b.firsts.items():
                self._add_edge(last, first, following, ways * more * times)

    def _letter(self, letters: int) -> PatternPart:
        state = len(self.letters)
        self.letters.append(letters)
        self.loops.append(0)
        self.edges.append({})
        return PatternPart(collections.Counter([state]), collections.Counter([(state, ALL)]), 0)

    def _node(self, op: str, argument: Any, flags: int) -> PatternPart:
        self._is_at_start = self._is_at_start and op in ("AT", "ASSERT", "ASSERT_NOT", "SUBPATTERN")
        match op:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._letter(_letters(op, argument, flags))
            case "SUBPATTERN":
                return self._sequence(argument[3], _flags_inside(argument, flags))
            case "BRANCH":
                return self._one_of([self._sequence(branch, flags) for branch in argument[1]])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                letters = _single_letters(inner, flags)
                is_run = op == "POSSESSIVE_REPEAT" and most == _UNBOUNDED and flags & re.ASCII
                if is_run and letters is not None:
                    return self._run(letters, least)
                return self._repeat(inner, least, most, flags)
            case "ATOMIC_GROUP":
                if len(argument) == 1 and str(argument[0][0]) == "MAX_REPEAT":
                    return self._node("POSSESSIVE_REPEAT", argument[0][1], flags)
                return self._sequence(argument, flags)
            case "ASSERT" | "ASSERT_NOT":
                self.lookarounds.append((argument[1], flags, self._is_at_start))
                return _EMPTY
            case "GROUPREF":
                return self._loop(self._letter(ALL), 1)
            case "GROUPREF_EXISTS":
                return self._one_of([self._sequence(branch or (), flags) for branch in argument[1:]])
            case "AT":
                return _EMPTY
            case _:
                raise TooLargeError  # of a later Python

    def _one_of(self, parts: list[PatternPart]) -> PatternPart:
        firsts: collections.Counter[int] = collections.Counter()
        lasts: collections.Counter[tuple[int, int]] = collections.Counter()
        for part in parts:
            firsts.update(part.firsts)
            lasts.update(part.lasts)
        return PatternPart(firsts, lasts, sum(part.empties for part in parts))

    def _repeat(self, inner: Any, least: int, most: int, flags: int) -> PatternPart:
        is_unbounded = most == _UNBOUNDED
        copies = least if is_unbounded else most
        if copies > 1 and copies * _size(inner) > _COPIES:
            part = self._sequence(inner, flags)
            turns = self._loop(part, 1 + (part.empties > 0))
            if not part.empties:
                return turns._replace(empties=not least)
            # Each of the required turns may be empty or not.
            ways = (2 + 2 * part.empties) ** least
            return turns._replace(firsts=_times(turns.firsts, ways), empties=turns.empties * ways)
        whole = _EMPTY
        for i in range(least):
            part = self._sequence(inner, flags)
            if is_unbounded and i == least - 1 and not part.empties:
                return self._join(whole, self._loop(part, 1)._replace(empties=0))
            whole = self._join(whole, part)
        if is_unbounded:
            return self._join(whole, self._loop(self._sequence(inner, flags), 1))
        optional = _EMPTY
        for _ in range(most - least):
            turn = self._join(self._sequence(inner, flags), optional)
            optional = turn._replace(empties=turn.empties + 1)
        return self._join(whole, optional)

    def _loop(self, part: PatternPart, times: int) -> PatternPart:
        """Return any number of turns of a part; re ends a repetition at an empty turn."""
        self._connect(part, part, times)
        if part.firsts:
            first = min(part.firsts)
            self.loops[first:] = [first] * (len(self.loops) - first)
        empties = 1 + part.empties
        return PatternPart(part.firsts, _times(part.lasts, empties), empties)

    def _run(self, letters: int, least: int) -> PatternPart:
        """Return as many letters of a set as possible, without giving any back."""
        part = self._loop(self._letter(letters), 1)
        [(state, _)] = part.lasts
        # Sets of letters beyond ASCII may differ where the bit is the same.
        following = ALL & ~letters | 1 << _OTHERS
        run = PatternPart(part.firsts, collections.Counter([(state, following)]), 1)
        return run._replace(empties=0) if least else run

    def pairs(self) -> list[set[int]]:
        """Return for each state the states that a text which leads there may lead to, too."""
        return self._pairs_from([START], self.edges)

    def is_exponential(self) -> bool:
        """True if two ways to read a text may part and meet again within a repetition."""
        inside = [
            {after: edge for after, edge in self.edges[state].items() if loop and self.loops[after] == loop}
            for state, loop in enumerate(self.loops)
        ]
        if any(ways > 1 for edges in inside for _, ways in edges.values()):
            return True
        near = self._pairs_from([state for state, edges in enumerate(inside) if edges], inside)
        return any(
            letters & inside[b][after][0]
            for a, others in enumerate(near)
            for b in others
            if a < b
            for after, (letters, _) in inside[a].items()
            if after in inside[b]
        )

    def _pairs_from(self, starts: list[int], edges: Sequence[Edges]) -> list[set[int]]:
        """Return for each state the states that a text from the same start may lead to, too."""
        near: list[set[int]] = [set() for _ in self.letters]
        for start in starts:
            near[start].add(start)
        waiting = [(start, start) for start in starts]
        looked_at = 0
        while waiting:
            a, b = waiting.pop()
            looked_at += len(edges[a]) * len(edges[b])
            if looked_at > _MOST_PAIRS:
                raise TooLargeError
            for after_a, (letters, _) in edges[a].items():
                for after_b, (others, _) in edges[b].items():
                    if after_b not in near[after_a] and letters & others:
                        near[after_a].add(after_b)
                        near[after_b].add(after_a)
                        waiting.append((after_a, after_b))
        return near


_UNBOUNDED: Final = importlib.import_module("re._constants").MAXREPEAT


def _flags_inside(group: Any, flags: int) -> int:
    """Return the flags inside a group."""
    _, more, fewer, _ = group
    of_letters = re.ASCII | re.UNICODE
    inside: int = (flags & ~of_letters if more & of_letters else flags) & ~fewer | more
    return inside


def _single_letters(nodes: Any, flags: int) -> int | None:
    """Return the letters of a pattern of one letter, or None of another pattern."""
    if len(nodes) != 1:
        return None
    op, argument = nodes[0]
    if str(op) == "SUBPATTERN":
        return _single_letters(argument[3], _flags_inside(argument, flags))
    return _letters(str(op), argument, flags) if str(op) in ("LITERAL", "NOT_LITERAL", "ANY", "IN") else None


def _size(nodes: Any) -> int:
    """Return the number of letters of a pattern, counted repetitions written out where they will be."""
    size = 0
    for op, argument in nodes:
        match str(op):
            case "SUBPATTERN":
                size += _size(argument[3])
            case "BRANCH":
                size += sum(map(_size, argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                once = _size(inner)
                copies = max(1, least if most == _UNBOUNDED else most)
                size += once * copies if once * copies <= _COPIES else once
            case "ATOMIC_GROUP":
                size += _size(argument)
            case "GROUPREF_EXISTS":
                size += sum(_size(branch or ()) for branch in argument[1:])
            case _:
                size += 1
    return size


# --- counting -----------------------------------------------------------------------------------------------


def count_steps(
    automaton: Automaton, near: list[set[int]] | None, letters: int, most: float = MOST_STEPS
) -> float:
    """Return a bound on the number of edges on all ways to read the worst text of some letters, and to end.

    Args:
        automaton: the automaton.
        near: for each state the states that one text may lead to, too; None for all.
        letters: the number of letters.
        most: the bound is infinite above that, unless it grows by the same number with each letter.
    """
    before: list[dict[int, int]] = [{} for _ in automaton.letters]
    for state, edges in enumerate(automaton.edges):
        for after, (_, ways) in edges.items():
            before[after][state] = ways
    groups = [_states_together(states, near) for states in before]
    everywhere = (
        [dict.fromkeys(states, 1) for states in near] if near else [dict.fromkeys(range(len(before)), 1)]
    )
    ways_to = [1] + [0] * (len(before) - 1)
    steps = 0
    for i in range(letters + 1):
        longer = [
            max((sum(ways_to[p] * n for p, n in group) for group in each), default=0) for each in groups
        ]
        live = max(sum(longer[state] for state in states) for states in everywhere)
        if longer == ways_to:
            return steps + live * (letters + 1 - i)
        steps, ways_to = steps + live, longer
        if steps > most:
            return math.inf
    return steps


def _states_together(states: dict[int, int], near: list[set[int]] | None) -> list[list[tuple[int, int]]]:
    """Return groups of states that one text may lead to, each with its ways; a group may be too large."""
    if near is None:
        return [[*states.items()]]
    groups = {frozenset(near[state] & states.keys()) for state in states}
    return [[(state, states[state]) for state in group] for group in groups]
