"""Inclusion of regexes: proofs that one matches every sequence that another matches.

star(alt(n=int, t=str)) includes star(int): after an int both regexes are the same as before, and both may
end.

We follow the derivatives of both (inclusion of regular languages: Antimirov, "Rewriting regular
inequalities", 1995). The letters are the specs of elements in the first regex. One letter may lie within
another, and a value may fit several letters. So the derivative of the second regex by a letter of the first
keeps only the ways that are certain for every value of that letter (symbolic automata: D'Antoni and Veanes,
2014).
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

from mxspec.core.question import Question
from mxspec.core.spec import Accept, Predicate, Reference, Spec, walk
from mxspec.errors import LimitError
from mxspec.names import Names
from mxspec.predicates import is_any
from mxspec.regex.combinators import Alt, Amp, Cat, Maybe, RegexWithMessage, Star
from mxspec.regex.matching import MOST_STEPS, Either, ElementState, shape

_MOST_PAIRS: Final = 5000
_MOST_REPEATED: Final = 20

Fits = Callable[["Letter"], bool]
"""A function that says if an element is certain to fit a letter, from what is known of the element."""


class NotRegularError(Exception):
    """The error for a regex that can't be followed without its values."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Letter(Spec):
    """A spec of one element; its derivative takes a `Fits` instead of the element."""

    spec: Spec

    def derivative(self, x: Any, question: Question) -> Spec | None:
        return Accept(None) if x(self) else None


def with_letters(part: Spec, table: Names, exact: bool, inside: tuple[str, ...] = ()) -> Spec:
    """Return a regex with a letter for each element, and with each name replaced by its regex.

    Args:
        part: the regex, or a part of one.
        table: the table for its names.
        exact: False to leave out the preds of `amp`, so that the regex may match more.
        inside: the names that lead here.

    Raises:
        NotRegularError: the regex leads back to itself, or an `amp` in it has preds that matter.
    """
    regex = part
    if isinstance(part, Reference):
        if part.to in inside:  # its language may not be regular
            raise NotRegularError
        regex, inside = table.find(part.to) or part, (*inside, part.to)
    if isinstance(regex, Reference) or not regex.is_regex:
        return Letter(part)

    def inner(part: Spec) -> Spec:
        return with_letters(part, table, exact, inside)

    match regex:
        case Cat():  # plus is one too: a cat of one turn and a star
            return Cat(tuple(("", inner(branch)) for _, branch in regex.branches))
        case Star():
            turn = inner(regex.part)
            return Star(turn, turn)
        case Alt():
            return Alt(tuple((tag, inner(branch)) for tag, branch in regex.branches))
        case Maybe():
            return Maybe(inner(regex.part))
        case RegexWithMessage():
            return inner(regex.part)
        case Amp() if not exact or all(
            isinstance(pred, Predicate) and pred.pred is is_any for pred in regex.preds.preds
        ):
            return inner(regex.part)
    raise NotRegularError


def repeat_letter(letter: Letter, least: int) -> Spec:
    """Return the regex of at least so many elements that fit one letter."""
    first = (("", letter),) * min(least, _MOST_REPEATED)
    return Cat((*first, ("", Star(letter, letter))))


def includes(new: Spec, old: Spec, cases: Callable[[Spec], Iterator[Fits]], table: Names) -> bool:
    """True if it is certain that new matches every sequence that old matches; both consist of letters.

    Args:
        new, old: the regexes, of `with_letters`.
        cases: a function from a spec to a `Fits` for each case of a value that fits the spec.
        table: the table for a question; letters ask no names.
    """
    question = Question(table)
    question.element = ElementState()

    def after(regex: Spec, x: Fits) -> tuple[Spec | None, Any]:
        """Return the derivative of a regex, and a key of what it matches."""
        # A new state for each derivative; the numbers of shapes and the limit of steps hold for the question.
        question.element = ElementState(question.element.shapes, MOST_STEPS)
        left = regex.derivative(x, question)
        if not isinstance(left, Either):
            return left, left and shape(left, question)
        ways = {shape(way, question): way for way in left.ways}
        return Either(tuple(ways.values())), frozenset(ways)

    letters = [part for part in walk(old) if isinstance(part, Letter)]
    # A letter of the first regex is split into cases, since its values may take different ways.
    known = {letter: list(cases(letter.spec)) for letter in letters}
    waiting = [(old, new)]
    seen: set[Any] = set()
    try:
        while waiting:
            first, second = waiting.pop()
            # A sequence that ends here is matched by the first regex alone.
            if first.nullable(question) and not second.nullable(question):
                return False
            for letter, several in known.items():
                left, key = after(first, functools.partial(operator.is_, letter))
                if left is None:
                    continue
                # In each case of the element, the second regex has to continue.
                for fits in several:
                    right, other = after(second, fits)
                    if right is None or len(seen) > _MOST_PAIRS:
                        return False
                    # A pair that was seen proves nothing new: the walk ends when no new pair comes up.
                    if (key, other) not in seen:
                        seen.add((key, other))
                        waiting.append((left, right))
    except LimitError:  # too many ways, or steps
        return False
    return True
