"""Regexes as automata over specs: whether one matches every sequence that another does.

The letters of an automaton are specs of elements. One letter may lie within another, and a value may fit
several, so the automata are not made deterministic beforehand. We follow the states of the first and, with
each, the set of states of the second that are reached for certain: by the letters that cover the letter of
the first (inclusion of regular languages by derivatives, Antimirov 1995; of symbolic automata, D'Antoni and
Veanes 2014).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Final

from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.names import Names
from mxspec.predicates import is_any
from mxspec.regex.combinators import Alt, Amp, Cat, Maybe, RegexWithMessage, Star
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, Tuple

_MOST_STATES: Final = 2000
_MOST_PAIRS: Final = 5000


class NotRegularError(Exception):
    """The error for a regex that no automaton matches exactly, or only a large one."""


@dataclasses.dataclass
class Automaton:
    """States, numbered from 0, where a sequence starts; it may end in `end`.

    Attributes:
        steps: for each state the letters that it reads, each with the next state.
        skips: for each state those that it goes on to without a letter.
        end: the last state.
    """

    steps: list[list[tuple[Spec, int]]] = dataclasses.field(default_factory=lambda: [[]])
    skips: list[list[int]] = dataclasses.field(default_factory=lambda: [[]])
    end: int = 0

    def state(self) -> int:
        """Return a new state."""
        if len(self.steps) > _MOST_STATES:
            raise NotRegularError
        self.steps.append([])
        self.skips.append([])
        return len(self.steps) - 1

    def read(self, start: int, letter: Spec) -> int:
        """Return the state that is reached from start by a letter."""
        self.steps[start].append((letter, self.state()))
        return len(self.steps) - 1

    def closure(self, states: set[int]) -> frozenset[int]:
        """Return all states that are reached without a letter."""
        waiting = [*states]
        while waiting:
            more = set(self.skips[waiting.pop()]) - states
            states |= more
            waiting += more
        return frozenset(states)


def automaton_of(spec: Spec, table: Names, *, exact: bool) -> Automaton:
    """Return the automaton of the sequences that a regex, a tuple or a collection matches.

    Args:
        spec: the spec; of a collection, the automaton may match more.
        table: the table for its names.
        exact: False to leave out the preds of `amp`, which no automaton knows; it then matches more.

    Raises:
        NotRegularError: there is none.
    """
    automaton = Automaton()
    if isinstance(spec, Tuple):
        for pred in spec.preds:
            automaton.end = automaton.read(automaton.end, pred)
    elif isinstance(spec, Every):
        _add_elements(automaton, spec)
    else:
        automaton.end = _add_regex(automaton, spec, 0, table, exact, ())
    return automaton


def _add_elements(automaton: Automaton, spec: Every) -> None:
    least, most = spec.options.sizes()
    # `every` looks at some elements of a long sequence.
    letter = spec.pred if isinstance(spec, CollOf) or most <= CHECK_LIMIT else Predicate(is_any)
    for _ in range(least):
        automaton.end = automaton.read(automaton.end, letter)
    if most == math.inf:
        automaton.steps[automaton.end].append((letter, automaton.end))
        return
    ends = []
    for _ in range(least, int(most)):
        ends.append(automaton.end)
        automaton.end = automaton.read(automaton.end, letter)
    for end in ends:
        automaton.skips[end].append(automaton.end)


def _add_regex(
    automaton: Automaton, part: Spec, start: int, table: Names, exact: bool, inside: tuple[str, ...]
) -> int:
    """Add a part of a regex after a state, and return the state at its end."""
    if isinstance(part, Reference):
        regex = table.find(part.to)
        if regex is None or not regex.is_regex:
            return automaton.read(start, part)
        if part.to in inside:  # its language may not be regular
            raise NotRegularError
        return _add_regex(automaton, regex, start, table, exact, (*inside, part.to))
    if not part.is_regex:
        return automaton.read(start, part)

    def add(part: Spec, start: int) -> int:
        return _add_regex(automaton, part, start, table, exact, inside)

    match part:
        case Cat():  # and plus, which is a cat of one turn and more
            for _, branch in part.branches:
                start = add(branch, start)
            return start
        case Star():
            turn = automaton.state()
            automaton.skips[start].append(turn)
            automaton.skips[add(part.part, turn)].append(turn)
            return turn
        case Alt():
            ends = [add(branch, _skip(automaton, start)) for _, branch in part.branches]
        case Maybe():
            ends = [start, add(part.part, _skip(automaton, start))]
        case RegexWithMessage():
            return add(part.part, start)
        case Amp():
            if exact and not all(isinstance(p, Predicate) and p.pred is is_any for p in part.preds.preds):
                raise NotRegularError
            return add(part.part, start)
        case _:
            raise NotRegularError
    end = automaton.state()
    for last in ends:
        automaton.skips[last].append(end)
    return end


def _skip(automaton: Automaton, start: int) -> int:
    state = automaton.state()
    automaton.skips[start].append(state)
    return state


Follow = Callable[[Spec, list[tuple[Spec, int]]], list[set[int]]]
"""A function from a letter of one automaton and the steps of the other to the sets of states reached there.

There is one set for each case of a value of the letter; it has the states that are reached for certain.
"""


def includes(new: Automaton, old: Automaton, follow: Follow) -> bool:
    """True if new matches all that old does, as far as follow is certain."""
    live = _states_before_end(old)
    start = (0, new.closure({0}))
    waiting, seen = [start], {start}
    while waiting:
        first, second = waiting.pop()
        for state in old.closure({first}):
            if state == old.end and new.end not in second:
                return False
            for letter, after in old.steps[state]:
                if after not in live:
                    continue
                steps = [step for other in second for step in new.steps[other]]
                for states in follow(letter, steps):
                    pair = (after, new.closure(states))
                    if not states or len(seen) > _MOST_PAIRS:
                        return False
                    if pair not in seen:
                        seen.add(pair)
                        waiting.append(pair)
    return True


def _states_before_end(automaton: Automaton) -> set[int]:
    """Return the states from which the end can be reached."""
    before: dict[int, set[int]] = {}
    for state in range(len(automaton.steps)):
        for after in (*automaton.skips[state], *(after for _, after in automaton.steps[state])):
            before.setdefault(after, set()).add(state)
    live, waiting = {automaton.end}, [automaton.end]
    while waiting:
        more = before.get(waiting.pop(), set()) - live
        live |= more
        waiting += more
    return live
