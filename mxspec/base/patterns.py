"""Patterns of strings: a bound on the work of `re`, which finds patterns that take exponential time.

`re` tries one way to read a text after the other. `(a+)+` reads 40 letters `a` in 2**39 ways, and all of them
fail at a `b` behind. `a+b+` reads each text in one way, and `.*a.*b` in as many as it has letters.

We count the ways in the automaton of the pattern (Glushkov 1961): it has a state for each letter of the
pattern, and an edge for each step from one letter to the next. The ways into a state are at most those into
the states before it, where we add up only states that one text can reach together. The ways grow
exponentially if two of them part and meet again within a repetition (Weber and Seidl 1991). Both are searches
in the automaton of pairs. Where the automaton is not exact, it allows more than `re` does, never less:
`^`, `$`, `\\b` and lookarounds match everywhere, a backreference matches any text, an atomic group gives back
letters that it has read, unless it is a repetition of one letter.
"""

from __future__ import annotations

import bisect
import collections
import dataclasses
import functools
import importlib
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from mxspec.addresses import with_address
from mxspec.base.values import short_repr
from mxspec.errors import LimitError, SpecDefinitionError

MOST_STEPS: Final = 10_000_000
"""The greatest number of steps that a pattern may take with LETTERS letters: some tenths of a second."""

LETTERS: Final = 256
"""The number of letters that steps are counted for.

The bound of three repetitions that read the same letters, as `.*a.*b.*`, is 5,700,000 steps, a third of the
cube; that of four is above MOST_STEPS.
"""

MOST_CHARACTERS: Final = 10_000
"""The number of characters of a pattern; the bound on its steps takes some second for as many."""

_COPIES: Final = 64  # letters of a counted repetition that is written out; a larger one counts as unbounded
_MOST_STATES: Final = 30_000  # of a pattern with its lookarounds
_MOST_EDGES: Final = 100_000
_MOST_PAIRS: Final = 1_000_000  # looked at, in about half a second
_MOST_WORK: Final = 1_000_000  # ways that a count adds up, in some tenths of a second
_VERY_MANY_WAYS: Final = 10**12  # and more count as so many, which is above all bounds on steps


@functools.lru_cache(maxsize=1000)
def steps_to_match(pattern: str, letters: int = LETTERS) -> float:
    """Return a bound on the steps of `re` with texts of some letters: reads of a letter, and tries to end.

    It is infinite if the bound is above MOST_STEPS, if the pattern is too large to tell, and for LETTERS if
    longer texts take exponentially many steps.

    Example:
        >>> steps_to_match("[a-z]+(-[a-z]+)*"), steps_to_match("(a+)+"), steps_to_match("(a+)+", 10)
        (1024, inf, 3070)
    """
    return _bound_of(pattern, int(re.ASCII), False).steps(letters, MOST_STEPS)


@functools.lru_cache(maxsize=50)
def _bound_of(pattern: str, flags: int, is_search: bool) -> _Bound:
    parser: Any = importlib.import_module("re._parser")
    tree = parser.parse(pattern, flags)
    return _Bound(tree, tree.state.flags, _Size(), is_search)


@dataclasses.dataclass
class _Size:
    """The size of a pattern: its automata, including its lookarounds' automata, their states and edges."""

    states: int = 0
    edges: int = 0
    automata: int = 0


class _Bound:
    """The bound on the steps of a parsed pattern, for texts of any number of letters.

    A search starts at each place. If all that may follow the last letter of a match is its end, a place where
    it fails never reaches such a letter. The place where it succeeds is the last one, and is counted
    separately.
    """

    def __init__(self, tree: Any, flags: int, size: _Size, is_search: bool = False) -> None:
        size.automata += 1
        self._size = size
        self._automaton: Automaton | None = Automaton(size)
        self._inner: list[tuple[_Bound, int, bool]] = []
        try:
            self._automaton.add_pattern(tree, flags)
            starts_anew = is_search and not self._automaton.is_anchored
            for (_, inner_flags, is_first), several in self._automaton.lookarounds.items():
                inner = _Bound(several[0], inner_flags, size)
                self._inner.append((inner, len(several), is_first))
            self._is_restarted = starts_anew and not self._automaton.is_plain
            if starts_anew:
                self._automaton.start_anywhere()
                if self._automaton.is_plain:
                    self._automaton.end_at_last_letters()
                    self._inner.append((_Bound(tree, flags, size), 1, True))
        except TooLargeError:
            self._automaton = None

    @functools.cached_property
    def is_exponential(self) -> bool:
        """True if longer texts may take exponentially many steps, or the pattern is too large to tell."""
        most = _MOST_PAIRS // self._size.automata
        try:
            own = self._automaton is None or self._automaton.is_exponential(most)
        except TooLargeError:
            return True
        return own or any(inner.is_exponential for inner, _, _ in self._inner)

    @functools.cached_property
    def _near(self) -> list[set[int]]:
        assert self._automaton is not None
        return self._automaton.pairs(_MOST_PAIRS // self._size.automata)

    def steps(self, letters: int, most: float) -> float:
        """Return the bound for so many letters, infinity if it is above the most."""
        if self._automaton is None:
            return math.inf
        counted = min(most, MOST_STEPS_WITH_A_LONG_TEXT)
        try:
            if letters >= LETTERS and self.is_exponential:
                return math.inf
            steps = math.inf
            if letters <= LETTERS:  # the first bound is the cheaper one, and grows faster
                steps = count_steps(self._automaton, None, letters, counted)
            if steps > most:
                steps = count_steps(self._automaton, self._near, letters, counted)
        except TooLargeError:
            return math.inf
        # A lookaround starts again wherever it is reached; one before the first letter where a match does.
        starts = letters + 1 if self._is_restarted else 1
        for inner, times, is_first in self._inner:
            steps += (starts if is_first else steps) * times * inner.steps(letters, most)
        return steps if steps <= most else math.inf


# --- the longest text ---------------------------------------------------------------------------------------

MOST_STEPS_WITH_A_LONG_TEXT: Final = 100_000_000
"""The greatest number of steps with a text of more letters than LETTERS: half a second at most."""

MOST_LETTERS: Final = 8192
"""The number of letters up to which steps are counted where they grow faster than the text."""

_VERY_MANY: Final = 10_000_000  # letters, with which a pattern of linear time takes few steps for each
_STEPS_OF_A_LETTER: Final = 1000


@functools.lru_cache(maxsize=200)
def longest_text(pattern: str, flags: int = re.ASCII, is_search: bool = False) -> float:
    """Return the number of letters of the longest text that `re` reads soon, infinity in linear time.

    With is_search, `re` looks for a match that starts at any letter.

    Example:
        >>> longest_text("[a-z]+(-[a-z]+)*"), longest_text(".*a.*!"), longest_text(".*a.*b.*!")
        (inf, 7680, 576)
    """
    bound = _bound_of(pattern, int(flags), is_search)
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


def _check_length(x: str, pattern: str, most: float) -> None:
    """Raise LimitError for a text that is too long for a pattern that reads it in many ways."""
    if len(x) > most:
        raise LimitError(
            f"a text of {len(x):,} letters is too long for the pattern {pattern[:200]!r}, which may take "
            f"more than {MOST_STEPS_WITH_A_LONG_TEXT:,} steps with more than {most:,} letters, since it can "
            "read the same letters in many ways; let what follows a repetition begin with other letters, say "
            "a++ or (?>a+) for a repetition that gives nothing back, or ask for a max_length first"
        )


def size_of_example(pattern: re.Pattern[Any]) -> int:
    """Return the number of letters in an example of a pattern and of its lookaheads."""
    parser: Any = importlib.import_module("re._parser")
    return _size(parser.parse(pattern.pattern, pattern.flags), is_drawn=True)


# --- the door of patterns that may be a stranger's ----------------------------------------------------------


def check_pattern(pattern: Any, letters: int = LETTERS) -> None:
    """Raise SpecDefinitionError unless this is a pattern that reads whole texts of some letters soon."""
    if _bound_of_valid(pattern, False).steps(letters, MOST_STEPS) > MOST_STEPS:
        few = bisect.bisect_left(range(letters), True, key=lambda n: steps_to_match(pattern, n) > MOST_STEPS)
        raise SpecDefinitionError(
            f"the pattern {short_repr(pattern)} may take more than {MOST_STEPS:,} steps with a text of {few} "
            "letters, since it can read the same letters in many ways; let what follows a repetition begin "
            "with other letters, say a++ or (?>a+) for a repetition that gives nothing back, or set a "
            "max_length below that"
        )


def check_search(pattern: Any) -> None:
    """Raise SpecDefinitionError if this is no pattern, or takes exponential time."""
    bound = _bound_of_valid(pattern, True)
    if bound.is_exponential or bound.steps(1, MOST_STEPS) > MOST_STEPS:
        raise SpecDefinitionError(
            f"the pattern {short_repr(pattern)} may take exponentially many steps, since a repetition in it "
            "can read the same letters in many ways, or is too large to tell; let each turn of a repetition "
            "begin or end with letters that its turns have nowhere else, as in [a-z]+(-[a-z]+)*"
        )


def check_size(pattern: Any) -> None:
    """Raise SpecDefinitionError unless this is a string that is short enough for a pattern."""
    if not isinstance(pattern, str):
        raise SpecDefinitionError(f"a pattern is a string, not {short_repr(pattern)}")
    if len(pattern) > MOST_CHARACTERS:
        raise SpecDefinitionError(
            f"a pattern has {MOST_CHARACTERS:,} characters at most, not {len(pattern):,}; of many strings, a "
            "set is a spec, and an enum a schema"
        )


def _bound_of_valid(pattern: Any, is_search: bool) -> _Bound:
    check_size(pattern)
    try:
        compile_pattern(pattern)
        return _bound_of(pattern, int(re.ASCII), is_search)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise SpecDefinitionError(f"{short_repr(pattern)} is not a regular expression: {error}") from None


@with_address
def has_pattern(pattern: str, x: str) -> bool:
    """True if the whole of a string matches a regular expression; `\\d` is an ASCII digit.

    Raises:
        LimitError: a string of more than LETTERS letters is too long for the pattern.

    Example:
        >>> has_pattern(r"[A-Z]{2}-\\d{3}", "AB-123"), has_pattern(r"[A-Z]{2}-\\d{3}", "AB-1234")
        (True, False)
    """
    if len(x) > LETTERS:
        _check_length(x, pattern, longest_text(pattern))
    return compile_pattern(pattern).fullmatch(x) is not None


@functools.lru_cache(maxsize=1000)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern; its classes match ASCII alone, as in JSON Schema."""
    return re.compile(pattern, re.ASCII)


def has_match(pattern: Any, x: Any, flags: int = 0) -> bool:
    """True if a string has a match of a pattern, compiled or not, anywhere in it.

    Raises:
        LimitError: the string is too long for the pattern.
    """
    compiled, most = _search_of(pattern, flags)
    if isinstance(x, str) and len(x) > most:
        _check_length(x, compiled.pattern, most)
    return compiled.search(x) is not None


@functools.lru_cache(maxsize=1000)
def _search_of(pattern: Any, flags: int) -> tuple[re.Pattern[Any], float]:
    """Return a compiled pattern, and the number of letters of the longest text that it is searched in."""
    compiled = re.compile(pattern, flags)
    is_text = isinstance(compiled.pattern, str)
    return compiled, longest_text(compiled.pattern, compiled.flags, True) if is_text else math.inf


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


def letter_bits(op: str, argument: Any, flags: int) -> int:
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
        collections.Counter({key: min(count * n, _VERY_MANY_WAYS) for key, count in counter.items()})
        if n
        else collections.Counter()
    )


class Automaton:
    """The automaton of a pattern.

    Attributes:
        letters: the letters that lead to each state.
        edges: the edges of each state.
        loops: for each state the first state of the outermost repetition that it is in; else 0.
        lookarounds: the copies of each pattern in a lookaround, by its id, its flags, and True for one before
            the first letter.
        is_anchored: True if a match starts at the first letter alone.
        is_plain: True if a way that reaches a last letter is a match.
    """

    def __init__(self, size: _Size) -> None:
        self.letters: list[int] = [0]
        self.loops: list[int] = [0]
        self.edges: list[Edges] = [{}]
        self.lookarounds: dict[tuple[int, int, bool], list[Any]] = {}
        self.is_anchored, self.is_plain = False, True
        self._size = size
        self._is_at_start = True

    def _add_edge(self, state: int, other: int, following: int, ways: int) -> None:
        letters = self.letters[other] & following
        if letters:
            before = self.edges[state].get(other, (0, 0))
            self.edges[state][other] = letters | before[0], min(ways + before[1], _VERY_MANY_WAYS)
            self._size.edges += 1
            if self._size.edges > _MOST_EDGES:
                raise TooLargeError

    def add_pattern(self, tree: Any, flags: int) -> None:
        """Add the states of a pattern, and one last state, where every complete way ends."""
        start = PatternPart(collections.Counter(), collections.Counter([(START, ALL)]), 0)
        self._join(self._join(start, self._sequence(tree, flags)), self._letter(ALL))

    def start_anywhere(self) -> None:
        """Let a match start at each letter, as in a search."""
        self.edges[START][START] = ALL, 1

    def end_at_last_letters(self) -> None:
        """Leave out the edges to letters that a match may end with."""
        end = len(self.letters) - 1
        lasts = {state for state, edges in enumerate(self.edges) if end in edges}
        self.edges = [{x: edge for x, edge in edges.items() if x not in lasts} for edges in self.edges]

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
        return PatternPart(firsts, lasts, min(a.empties * b.empties, _VERY_MANY_WAYS))

    def _connect(self, a: PatternPart, b: PatternPart, times: int = 1) -> None:
        for (last, following), ways in a.lasts.items():
            for first, more in b.firsts.items():
                self._add_edge(last, first, following, ways * more * times)

    def _letter(self, letters: int) -> PatternPart:
        self._size.states += 1
        if self._size.states > _MOST_STATES:
            raise TooLargeError
        state = len(self.letters)
        self.letters.append(letters)
        self.loops.append(0)
        self.edges.append({})
        return PatternPart(collections.Counter([state]), collections.Counter([(state, ALL)]), 0)

    def _node(self, op: str, argument: Any, flags: int) -> PatternPart:
        self._is_at_start = self._is_at_start and op in ("AT", "ASSERT", "ASSERT_NOT", "SUBPATTERN")
        self.is_plain = self.is_plain and op in _PLAIN
        match op:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._letter(letter_bits(op, argument, flags))
            case "SUBPATTERN":
                return self._sequence(argument[3], flags_inside(argument, flags))
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
                key = id(argument[1]), flags, self._is_at_start
                self.lookarounds.setdefault(key, []).append(argument[1])
                return _EMPTY
            case "GROUPREF":
                return self._loop(self._letter(ALL), 1)
            case "GROUPREF_EXISTS":
                return self._one_of([self._sequence(branch or (), flags) for branch in argument[1:]])
            case "AT":
                is_first = str(argument) == "AT_BEGINNING_STRING" or (
                    str(argument) == "AT_BEGINNING" and not flags & re.MULTILINE
                )
                self.is_anchored = self.is_anchored or (self._is_at_start and is_first)
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
        if copies > 1 and copies * max(1, _size(inner)) > _COPIES:
            self.is_plain = False
            part = self._sequence(inner, flags)
            turns = self._loop(part, 1 + (part.empties > 0))
            if not part.empties:
                return turns._replace(empties=not least)
            # Each of the required turns may be empty or not.
            ways = min((2 + 2 * part.empties) ** min(least, 20), _VERY_MANY_WAYS)  # 4**20 is very many
            empties = min(turns.empties * ways, _VERY_MANY_WAYS)
            return turns._replace(firsts=_times(turns.firsts, ways), empties=empties)
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

    def pairs(self, most: int) -> list[set[int]]:
        """Return for each state the states that a text which leads there may lead to, too."""
        return self._pairs_from([START], self.edges, most)

    def is_exponential(self, most: int) -> bool:
        """True if two ways to read a text may part and meet again within a repetition."""
        inside = [
            {after: edge for after, edge in self.edges[state].items() if loop and self.loops[after] == loop}
            for state, loop in enumerate(self.loops)
        ]
        if any(ways > 1 for edges in inside for _, ways in edges.values()):
            return True
        near = self._pairs_from([state for state, edges in enumerate(inside) if edges], inside, most)
        return any(
            letters & inside[b][after][0]
            for a, others in enumerate(near)
            for b in others
            if a < b
            for after, (letters, _) in inside[a].items()
            if after in inside[b]
        )

    def _pairs_from(self, starts: list[int], edges: Sequence[Edges], most: int) -> list[set[int]]:
        """Return for each state the states that a text from the same start may lead to, too."""
        near: list[set[int]] = [set() for _ in self.letters]
        for start in starts:
            near[start].add(start)
        waiting = [(start, start) for start in starts]
        looked_at = 0
        while waiting:
            a, b = waiting.pop()
            looked_at += len(edges[a]) * len(edges[b])
            if looked_at > most:
                raise TooLargeError
            for after_a, (letters, _) in edges[a].items():
                for after_b, (others, _) in edges[b].items():
                    if after_b not in near[after_a] and letters & others:
                        near[after_a].add(after_b)
                        near[after_b].add(after_a)
                        waiting.append((after_a, after_b))
        return near


_PLAIN: Final = frozenset(
    {"LITERAL", "NOT_LITERAL", "ANY", "IN", "SUBPATTERN", "BRANCH", "MAX_REPEAT", "MIN_REPEAT"}
)
_UNBOUNDED: Final = importlib.import_module("re._constants").MAXREPEAT


def flags_inside(group: Any, flags: int) -> int:
    """Return the flags inside a group."""
    _, more, fewer, _ = group
    of_letters = re.ASCII | re.UNICODE
    inside: int = (flags & ~of_letters if more & of_letters else flags) & ~fewer | more
    return inside


def _single_letters(nodes: Any, flags: int) -> int | None:
    """Return the letters that a pattern of one letter matches; None for a longer pattern."""
    if len(nodes) != 1:
        return None
    op, argument = nodes[0]
    if str(op) == "SUBPATTERN":
        return _single_letters(argument[3], flags_inside(argument, flags))
    return (
        letter_bits(str(op), argument, flags) if str(op) in ("LITERAL", "NOT_LITERAL", "ANY", "IN") else None
    )


def _size(nodes: Any, is_drawn: bool = False) -> int:
    """Return the number of letters of a pattern, counted repetitions written out where they will be.

    With is_drawn, they are written out for an example: the least number of turns, of lookaheads too.
    """
    size = 0
    for op, argument in nodes:
        match str(op):
            case "SUBPATTERN":
                size += _size(argument[3], is_drawn)
            case "BRANCH":
                size += sum(_size(branch, is_drawn) for branch in argument[1])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                once = _size(inner, is_drawn)
                if is_drawn:
                    size += max(1, once) * max(1, least)
                    continue
                copies = max(1, least if most == _UNBOUNDED else most)
                size += once * copies if once * copies <= _COPIES else once
            case "ATOMIC_GROUP":
                size += _size(argument, is_drawn)
            case "ASSERT" if is_drawn:
                size += _size(argument[1], is_drawn)
            case "GROUPREF_EXISTS":
                size += sum(_size(branch or (), is_drawn) for branch in argument[1:])
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
    ways_to = {START: 1}  # of the states that a text of so many letters may lead to
    steps, work = 0, 0
    known, steps_then, then = ways_to, 0, -1
    for i in range(letters + 1):
        longer = {}
        for state in {after for each in ways_to for after in automaton.edges[each]}:
            work += sum(map(len, groups[state]))
            most_ways = max(sum(ways_to.get(p, 0) * n for p, n in group) for group in groups[state])
            longer[state] = min(most_ways, _VERY_MANY_WAYS)
        live = (
            max((sum(longer.get(x, 0) for x in near[each]) for each in longer), default=0)
            if near
            else (sum(longer.values()))
        )
        work += sum(len(near[each]) for each in longer) if near else 0
        steps, ways_to = steps + live, longer
        if longer == known:  # the ways repeat, as in (?:a{4})* after each four letters
            return steps + (steps - steps_then) * -((i - letters) // (i - then))
        if not i & (i - 1):
            known, steps_then, then = longer, steps, i
        if steps > most:
            return math.inf
        if work > _MOST_WORK:
            raise TooLargeError
    return steps


def _states_together(states: dict[int, int], near: list[set[int]] | None) -> list[list[tuple[int, int]]]:
    """Return groups of states that one text may lead to, each with its ways; a group may be too large."""
    if near is None:
        return [[*states.items()]]
    groups = {frozenset(near[state] & states.keys()) for state in states}
    return [[(state, states[state]) for state in group] for group in groups]
