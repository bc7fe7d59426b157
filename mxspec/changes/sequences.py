"""Whether one regex matches every sequence that another does.

We follow the derivatives of both (inclusion of regular languages: Antimirov, "Rewriting regular inequalities",
1995). The letters are the specs of elements in the first regex; one letter may lie within another, and a
value may fit several. The derivatives of the second are by what is known of a letter of the first, so that
they hold the ways that are certain (symbolic automata: D'Antoni and Veanes, 2014).
"""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from mxspec.core.question import Question
from mxspec.core.spec import Accept, Predicate, Reference, Spec, walk
from mxspec.errors import LimitError
from mxspec.names import Names
from mxspec.predicates import is_any
from mxspec.regex.combinators import Alt, Amp, Cat, Maybe, RegexWithMessage, Star
from mxspec.regex.matching import Either, begin_element, shape
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, Tuple

_MOST_PAIRS: Final = 5000
_MANY: Final = 60  # elements; a regex of so many is deep

Fits = Callable[[Spec], bool]
"""A function that says whether an element, of which something is known, is certain to fit a spec."""


class NotRegularError(Exception):
    """The error for a regex that can't be followed without its values."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Letter(Spec):
    """A spec of one element; its derivative is by a `Fits`."""

    spec: Spec

    def derivative(self, x: Any, question: Question) -> Spec | None:
        return Accept(None) if x(self) else None


def regex_of(spec: Spec, table: Names, *, exact: bool) -> Spec:
    """Return a regex of letters that matches what a regex, a tuple or a collection does.

    Args:
        spec: the spec; of a collection, the regex may match more.
        table: the table for its names.
        exact: False to leave out the preds of `amp`, so that the regex may match more.

    Raises:
        NotRegularError: there is none.
    """
    if isinstance(spec, Tuple):
        return _cat(map(Letter, spec.preds))
    if not isinstance(spec, Every):
        return _with_letters(spec, table, exact, ())
    least, most = spec.options.sizes()
    # `every` looks at some elements of a long sequence.
    pred = spec.pred if isinstance(spec, CollOf) or most <= CHECK_LIMIT else Predicate(is_any)
    least = min(least, _MANY)
    if most == math.inf or most - least > _MANY:
        turn = Letter(pred)
        more: Spec = Star(turn, turn)
    else:
        more = _cat([])
        for _ in range(least, int(most)):
            more = Maybe(_cat([Letter(pred), more]))
    return _cat([*(Letter(pred) for _ in range(least)), more])


def _cat(parts: Iterable[Spec]) -> Spec:
    return Cat(tuple(("", part) for part in parts))


def _with_letters(part: Spec, table: Names, exact: bool, inside: tuple[str, ...]) -> Spec:
    """Return a part of a regex with letters for its elements, and regexes for their names."""
    regex = part
    if isinstance(part, Reference):
        if part.to in inside:  # its language may not be regular
            raise NotRegularError
        regex, inside = table.find(part.to) or part, (*inside, part.to)
    if isinstance(regex, Reference) or not regex.is_regex:
        return Letter(part)

    def inner(part: Spec) -> Spec:
        return _with_letters(part, table, exact, inside)

    match regex:
        case Cat():  # and plus, which is a cat of one turn and more
            return _cat([inner(branch) for _, branch in regex.branches])
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


def letters_in(regex: Spec) -> list[Letter]:
    """Return the letters of a regex."""
    return [part for part in walk(regex) if isinstance(part, Letter)]


def includes(new: Spec, old: Spec, cases: Callable[[Spec], Iterator[Fits]], table: Names) -> bool:
    """True if a regex of letters matches all that another does, as far as its derivatives are certain.

    Args:
        new, old: the regexes, of `regex_of`.
        cases: a function from a spec to what is known in each case of a value that fits it.
        table: the table for a question; letters ask no names.
    """
    question = Question(table)

    def after(regex: Spec, x: Callable[[Letter], bool]) -> tuple[Spec | None, Any]:
        """Return the derivative of a regex, and a key of what it matches."""
        shapes = question.shapes
        begin_element(question)
        question.shapes = shapes  # its numbers hold for the whole question
        left = regex.derivative(x, question)
        if not isinstance(left, Either):
            return left, left and shape(left, question)
        ways = {shape(way, question): way for way in left.ways}
        return Either(tuple(ways.values())), frozenset(ways)

    known = {letter: list(cases(letter.spec)) for letter in letters_in(old)}
    waiting, seen = [(old, new)], set()
    try:
        while waiting:
            first, second = waiting.pop()
            if first.nullable(question) and not second.nullable(question):
                return False
            for letter, several in known.items():
                left, key = after(first, functools.partial(operator.is_, letter))
                for fits in several if left is not None else ():
                    right, other = after(second, lambda new, fits=fits: fits(new.spec))
                    if right is None or len(seen) > _MOST_PAIRS:
                        return False
                    if (key, other) not in seen:
                        seen.add((key, other))
                        waiting.append((left, right))
    except LimitError:  # there are too many ways
        return False
    return True
