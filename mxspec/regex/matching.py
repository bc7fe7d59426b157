"""Regexes and their matches: derivatives followed through a sequence, for conform and for explain.

A regex is matched by its derivatives (Brzozowski 1964; Might, Darais, Spiewak 2011). The derivative of a
regex by an element is the regex of what may follow that element. A sequence matches if, after one derivative
for each of its elements, the regex that is left is nullable, that is, matches the empty sequence. So a regex
is what was written, or what derivatives left of that, together with what its elements have matched so far:
the derivative of a cat is a cat.

Example:
    >>> import mxspec as s
    >>> from mxspec.core.question import ask_spec
    >>> regex = s.cat(n=int, names=s.star(str))
    >>> left = ask(lambda question: regex.derivative(1, question), regex)
    >>> left, ask(left.nullable, regex), plain_value(ask(left.value, regex))
    (cat(names=star(str)), True, {'n': 1})
    >>> left = ask(lambda question: left.derivative("x", question), regex)
    >>> left, ask(left.nullable, regex), plain_value(ask(left.value, regex))
    (cat(names=star(str)), True, {'n': 1, 'names': ['x']})
    >>> ask(lambda question: left.derivative(2, question), regex) is None
    True

Where a regex is ambiguous, a derivative has several ways on, the first being preferred (`Either`). clojure
follows them all, which may be exponentially many. Two that match alike from here differ only in what they
have matched so far, and the first of them is preferred to the end, so the others can be dropped: equality of
ways leaves out what was matched (`shape`), and there are polynomially many.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from mxspec.core.generation import Context, strategy_of
from mxspec.core.question import Place, Question
from mxspec.core.spec import NOTHING, ONE_OF, Accept, Part, Reference, Spec, insufficient_input
from mxspec.errors import LimitError, Problem, UnformError
from mxspec.messages import reasons
from mxspec.messages.text import short_repr
from mxspec.predicates import TaggedValue, is_none, is_sequential
from mxspec.regex.loops import AmbiguousRegex, FirstSet, Loop, Match
from mxspec.specs.reading import UnreadableValue, call_guarded, elements
from mxspec.strategies import combine
from mxspec.values import INVALID, repr_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from mxspec.writer import Code, Types

# --- what has been matched --------------------------------------------------------------------------------


class Matches:
    """A list of matches, or a dict of them by tag, as an immutable linked list.

    It grows with every element, and the ways on of an ambiguous regex share it. The first link holds no
    match. `plain_value` makes a list or a dict of it once, at the end.
    """

    __slots__ = ("before", "is_spliced", "match", "tag", "type")

    def __init__(
        self,
        type: type,
        before: Matches | None = None,
        match: Any = None,
        tag: str | None = None,
        is_spliced: bool = False,
    ) -> None:
        self.type, self.before, self.match, self.tag, self.is_spliced = type, before, match, tag, is_spliced

    def __bool__(self) -> bool:
        return self.before is not None

    def add(self, match: Any, tag: str | None = None) -> Matches:
        """Return the matches and one more."""
        return Matches(self.type, self, match, tag)

    def splice(self, matches: Matches) -> Matches:
        """Return the matches and all of others."""
        return Matches(self.type, self, matches, is_spliced=True)

    def pairs(self) -> list[tuple[str | None, Any]]:
        """Return pairs of a tag and a match."""
        pairs: list[tuple[str | None, Any]] = []
        link = self
        while link.before is not None:
            pairs += reversed(link.match.pairs()) if link.is_spliced else [(link.tag, link.match)]
            link = link.before
        pairs.reverse()
        return pairs


class TaggedMatch(NamedTuple):
    """The match of a branch of alt."""

    tag: str
    match: Any


def plain_value(match: Any) -> Any:
    """Return a match as the value that conform returns."""
    if type(match) is Matches:
        if match.type is dict:
            return {tag: plain_value(item) for tag, item in match.pairs()}
        return [plain_value(item) for _, item in match.pairs()]
    if type(match) is TaggedMatch:
        return TaggedValue((match.tag, plain_value(match.match)))
    return None if match is NOTHING else match


def add_match(before: Matches, part: Spec, tag: str | None, question: Question) -> Matches:
    """Return what was matched before a part, and what the part has matched if it has matched anything."""
    while isinstance(part, Reference):
        part = question.names.resolve(part.to)
    if not isinstance(part, Regex):
        return before  # one element, which is still to come
    value = part.value(question)
    if value is NOTHING or (part.drops_empty and not value):
        return before
    return before.splice(value) if part.is_spliced else before.add(value, tag)


# --- the questions of a regex -----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Regex(Spec):
    """A spec of the sequences that it matches as a whole, and a part of a sequence inside another regex."""

    is_regex: ClassVar[bool] = True
    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = True
    most_values: ClassVar[float | None] = float("inf")

    # True if a match of nothing does not show in what is around it.
    drops_empty: ClassVar[bool] = False
    # True if what it has matched goes into the list around it.
    is_spliced: ClassVar[bool] = False

    def conform(self, x: Any, question: Question) -> Any:
        left: Spec = self
        counts = question.ways, question.branches, question.deriving
        known = question.shapes, question.endings, question.elements
        try:
            for element in sequence_elements(x):
                begin_element(question)
                after = left.derivative(element, question)
                if after is None:
                    return INVALID
                left = after
        except UnreadableValue:
            return INVALID
        finally:
            question.ways, question.branches, question.deriving = counts
            question.shapes, question.endings, question.elements = known
        return plain_value(left.value(question)) if left.nullable(question) else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            xs = [*sequence_elements(x)]
        except UnreadableValue as error:
            pred = ("or_", is_none, is_sequential)
            return [place.problem(pred, x, reason=str(error) or None)]
        left: Spec = self
        for i, element in enumerate(xs):
            begin_element(question)
            after = left.derivative(element, question)
            if after is None:
                rest, place = xs[i:], place.into(i)
                problems = left.stuck(rest, place.under(left.name), question)
                whole = self if isinstance(left, Accept) else left
                return problems or [place.problem(whole.form(), rest, reason=reasons.EXTRA_INPUT)]
            left = after
        return [] if left.nullable(question) else left.stuck([], place.under(left.name), question)

    def unform(self, x: Any, question: Question) -> list[Any]:
        """Return the elements that conform to x."""
        raise NotImplementedError

    def cant_unform(self, x: Any, what: str) -> UnformError:
        """Return the error for a value that this conforms nothing to."""
        return UnformError(f"{self!r} unforms {what}, not {repr_of(x)}", spec=self, value=x)

    # --- as code, see `mxspec.regex.loops` ------------------------------------------------------------------

    def first_set(self, loop: Loop) -> FirstSet:
        """Return what a match may begin with; AmbiguousRegex where that is not known."""
        raise AmbiguousRegex

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        """Write a match of at least one element, as `Loop.match` does."""
        raise AmbiguousRegex

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        """Write a match that may be empty, of a part of cat."""
        raise AmbiguousRegex

    def expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        by_derivatives = f"{code.source.meaning(self)}({v})"
        try:
            with code.attempt():
                with code.block(f"if {v} is None:"):
                    code.line(f"{v} = ()")
                with code.block(f"elif type({v}) is not list and type({v}) is not tuple:"):
                    code.line(f"return {by_derivatives}")
                code.line(f"n = len({v})")
                return Loop(code, v).match_all(self)
        except AmbiguousRegex:
            return by_derivatives


def begin_element(question: Question) -> None:
    """Forget what was counted at the element before."""
    question.ways, question.branches, question.deriving = 0, 0, set()
    question.shapes, question.endings, question.elements = {}, {}, {}


def sequence_elements(x: Any) -> Any:
    """Return the elements of a sequence, none of None.

    Raises:
        UnreadableValue: x is not a sequence, without a message, or raises.
    """
    if type(x) is list or type(x) is tuple:
        return x[:]
    if x is None:
        return ()
    if not call_guarded(is_sequential, x):
        raise UnreadableValue
    return elements(x)


def unform_part(part: Spec, x: Any, question: Question) -> list[Any]:
    """Return the elements that a part of a sequence conformed to x."""
    while isinstance(part, Reference) and part.is_regex:
        part = question.names.resolve(part.to)
    unformed = part.unform(x, question)
    return unformed if part.is_regex else [unformed]


def sequences_of(part: Spec, context: Context) -> SearchStrategy[Any]:
    """Return a strategy of the lists of elements that a part matches (re-gen)."""
    spec = context.target(part)
    if spec is None or not spec.is_regex:
        return combine.fmap(lambda x: [x], strategy_of(part, context))
    by_hand = context.own_generator(spec)
    if by_hand is None and isinstance(part, Reference):
        by_hand = context.override(part.to)
    if by_hand is not None:
        return combine.as_strategy(by_hand, what=f"the generator of {spec!r}")
    strategy = spec.strategy(context)
    assert strategy is not None  # regexes always have one
    return strategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class NestedRegex(Spec):
    """A regex that matches one element, which is a sequence."""

    regex: Spec

    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = True
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        return [Part(self.regex)]

    def conform(self, x: Any, question: Question) -> Any:
        return self.regex.conform(x, question)

    def unform(self, x: Any, question: Question) -> Any:
        return self.regex.unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return self.regex.explain(x, place, question)

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        return sequences_of(self.regex, context)

    def expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self.regex, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.regex, v)

    def form(self) -> Any:
        return ("spec", self.regex.form())


# --- ambiguity --------------------------------------------------------------------------------------------

_MANY: Final = 30
"""The number of ways on, at one element, from which those that match alike are followed once.

Up to there they are all followed, as explain reports a problem for each, and as plus splices what it has
matched another way while there are several.
"""

_MOST: Final = 5000
"""The greatest number of ways on, at one element, that are different."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Either(Regex):
    """The several ways on of an ambiguous regex, the first being preferred."""

    ways: tuple[Spec, ...]

    def parts(self) -> Sequence[Part]:
        return [Part(way, ONE_OF) for way in self.ways]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        afters = []
        for way in self.ways:
            afters.append(way.derivative(x, question))
        left = either(question, *afters)
        # One that is left of several which match alike is several to clojure, where plus adds it as one item.
        if left is None or isinstance(left, Either) or len(self.ways) > 1:
            return left
        return Either((left,))

    def nullable(self, question: Question) -> bool:
        return self._ending(question) is not None

    def value(self, question: Question) -> Any:
        ending = self._ending(question)
        return NOTHING if ending is None else ending[0]

    def _ending(self, question: Question) -> tuple[Any] | None:
        """Return what has been matched by the first way that may end here, or None if no way may.

        It is worked out once an element, as what is nested in many levels is asked again at each.
        """
        known = question.endings.get(id(self))
        if known is None:
            ending = None
            for way in self.ways:
                if way.nullable(question):
                    ending = (way.value(question),)
                    break
            known = question.endings[id(self)] = (self, ending)
        return known[1]

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        if not rest:
            return insufficient_input(self, place)
        return [problem for way in self.ways for problem in way.stuck(rest, place.under(way.name), question)]

    def form(self) -> Any:
        return ("either", *(way.form() for way in self.ways))


def either(question: Question, *afters: Spec | None) -> Spec | None:
    """Return the regex that goes on by any of several ways, the first being preferred. One that is None ends.

    Raises:
        LimitError: there are too many ways.
    """
    live = [after for after in afters if after is not None]
    if len(live) < 2:
        return live[0] if live else None
    ways = [way for after in live for way in (after.ways if isinstance(after, Either) else (after,))]
    question.ways += len(live)
    if question.ways > _MANY:
        ways = list({shape(way, question): way for way in reversed(ways)}.values())[::-1]
    check_ways(question.ways, ways[-1])
    return Either(tuple(ways))


def check_ways(count: int, way: Spec) -> None:
    """Raise LimitError if there are too many ways to go on with, of which way is one."""
    if count > _MOST:
        raise LimitError(
            f"ambiguous: there are more than {_MOST:,} ways to go on with {short_repr(way)}; "
            "tell its parts apart by what they begin with",
            spec=way,
        )


def shape(way: Any, question: Question) -> Hashable:
    """Return a key that is equal for two ways that match alike from here, whatever they have matched.

    Each shape has a number, of which those around it are made, so that it is worked out once, however deep.
    """
    if isinstance(way, tuple):
        return tuple([shape(part, question) for part in way])
    if isinstance(way, Reference):
        return way.to
    if not isinstance(way, Regex):
        element: Hashable = way  # a spec of one element, a tag or a number
        return element
    known: tuple[Any, int] | None = question.shapes.get(id(way))
    if known is None:
        kind: Any = type(way)
        key = (kind, *[shape(getattr(way, name), question) for name in _fields_to_compare(kind)])
        number = question.shapes.setdefault(key, len(question.shapes))
        known = question.shapes[id(way)] = (way, number)
    return "shape", known[1]


@functools.cache
def _fields_to_compare(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.compare)
