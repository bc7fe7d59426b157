"""Inclusion of regexes: proofs that one matches every sequence that another does.

We follow the derivatives of both (inclusion of regular languages: Antimirov, "Rewriting regular
inequalities", 1995). The letters are the specs of elements in the first regex; one letter may lie within
another, and a value may fit several. The derivatives of the second are by what is known of a letter of the
first, so that they hold the ways that are certain (symbolic automata: D'Antoni and Veanes, 2014).
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

Fits = Callable[["Letter"], bool]
"""A function that says whether an element, of which something is known, is certain to fit a letter."""


class NotRegularError(Exception):
    """The error for a regex that can't be followed without its values."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Letter(Spec):
    """A spec of one element; its derivative is by a `Fits`."""

    spec: Spec

    def derivative(self, x: Any, question: Question) -> Spec | None:
        return Accept(None) if x(self) else None


def with_letters(part: Spec, table: Names, exact: bool, inside: tuple[str, ...] = ()) -> Spec:
    """Return a regex with letters for its elements, and regexes for their names.

    Args:
        part: the regex, or a part of one.
        table: the table for its names.
        exact: False to leave out the preds of `amp`, so that the regex may match more.
        inside: the names that lead here.

    Raises:
        NotRegularError: it leads back to itself, or has preds that matter.
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
        case Cat():  # and plus, which is a cat of one turn and more
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


def includes(new: Spec, old: Spec, cases: Callable[[Spec], Iterator[Fits]], table: Names) -> bool:
    """True if a regex of letters matches all that another does, as far as its derivatives are certain.

    Args:
        new, old: the regexes, of `with_letters`.
        cases: a function from a spec to what is known in each case of a value that fits it.
        table: the table for a question; letters ask no names.
    """
    question = Question(table)
    question.element = ElementState()

    def after(regex: Spec, x: Fits) -> tuple[Spec | None, Any]:
        """Return the derivative of a regex, and a key of what it matches."""
        # Numbers and steps are those of the whole question.
        question.element = ElementState(question.element.shapes, MOST_STEPS)
        left = regex.derivative(x, question)
        if not isinstance(left, Either):
            return left, left and shape(left, question)
        ways = {shape(way, question): way for way in left.ways}
        return Either(tuple(ways.values())), frozenset(ways)

    letters = [part for part in walk(old) if isinstance(part, Letter)]
    known = {letter: list(cases(letter.spec)) for letter in letters}
    waiting = [(old, new)]
    seen: set[Any] = set()
    try:
        while waiting:
            first, second = waiting.pop()
            if first.nullable(question) and not second.nullable(question):
                return False
            for letter, several in known.items():
                left, key = after(first, functools.partial(operator.is_, letter))
                if left is None:
                    continue
                for fits in several:
                    right, other = after(second, fits)
                    if right is None or len(seen) > _MOST_PAIRS:
                        return False
                    if (key, other) not in seen:
                        seen.add((key, other))
                        waiting.append((left, right))
    except LimitError:  # there are too many ways, or steps
        return False
    return True
