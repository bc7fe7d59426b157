"""Regexes and their matches: derivatives followed through a sequence, for conform and for explain.

We match a regex by its derivatives (Brzozowski 1964; Might, Darais, Spiewak 2011). The derivative of a regex
by an element is the regex of the sequences that may follow the element. To match a sequence, we take one
derivative for each element; the sequence matches if the last one is nullable, that is, matches the empty
sequence. A derivative also carries the matches so far. So one class describes a regex as it is written and as
derivatives leave it: the derivative of a cat is a cat.

Example:
    >>> import mxspec as s
    >>> from mxspec.specs.core.question import ask_spec
    >>> regex = s.cat(n=int, names=s.star(str))
    >>> def derivative(regex, x):
    ...     def ask(question):
    ...         question.element = ElementState()
    ...         return regex.derivative(x, question)
    ...     return ask_spec(ask, regex)
    >>> left = derivative(regex, 1)
    >>> left, ask_spec(left.nullable, regex), plain_value(ask_spec(left.value, regex))
    (cat(names=star(str)), True, {'n': 1})
    >>> left = derivative(left, "x")
    >>> left, ask_spec(left.nullable, regex), plain_value(ask_spec(left.value, regex))
    (cat(names=star(str)), True, {'n': 1, 'names': ['x']})
    >>> derivative(left, 2) is None
    True

An ambiguous regex has several derivatives by one element; `Either` holds them in order of preference. clojure
follows all of them, and their number may grow exponentially. Two derivatives of equal shape accept the same
continuations and differ only in their matches so far. The first one wins whatever follows, so we drop the
second (`shape`), and polynomially many remain.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from mxspec.addresses import reduce_by_name
from mxspec.base.messages import reasons
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, NOTHING, short_repr
from mxspec.errors import LimitError, Problem, UnformError
from mxspec.predicates import TaggedValue, is_none, is_sequential
from mxspec.specs.core.generation import Context, strategy_of
from mxspec.specs.core.lenses import MATCHES
from mxspec.specs.core.parts import NEEDED, ONE_OF, OPTIONAL, Part
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Accept, Find, Reference, Spec, walk
from mxspec.specs.core.writer import Code, Types
from mxspec.specs.reading import UnreadableValue, call_guarded, elements
from mxspec.specs.regex.loops import AmbiguousRegex, FirstSet, Loop, Match

# --- matches ----------------------------------------------------------------------------------------------


class Matches:
    """A list of matches, or a dict of matches by tag, as an immutable linked list.

    It grows with every element, and the derivatives of an ambiguous regex share its links. A list or a dict
    would be copied at every element, in quadratic time. The first link holds no match. `plain_value` makes
    the list or the dict at the end, and for the preds of an amp.
    """

    __reduce_ex__ = reduce_by_name

    __slots__ = ("before", "is_spliced", "listed", "match", "tag", "type")

    def __init__(
        self,
        type: type,
        before: Matches | None = None,
        match: Any = None,
        tag: str | None = None,
        is_spliced: bool = False,
    ) -> None:
        self.type, self.before, self.match, self.tag, self.is_spliced = type, before, match, tag, is_spliced
        self.listed: list[Any] | None = None

    def __bool__(self) -> bool:
        return self.before is not None

    def add(self, match: Any, tag: str | None = None) -> Matches:
        return Matches(self.type, self, match, tag)

    def splice(self, matches: Matches) -> Matches:
        """Return the matches followed by all of others."""
        return Matches(self.type, self, matches, is_spliced=True)

    def pairs(self) -> list[tuple[str | None, Any]]:
        pairs: list[tuple[str | None, Any]] = []
        link = self
        while link.before is not None:
            pairs += reversed(link.match.pairs()) if link.is_spliced else [(link.tag, link.match)]
            link = link.before
        pairs.reverse()
        return pairs

    def items(self) -> list[Any]:
        """Return the matches as a new list.

        An amp needs it after each element. So each link takes over the list of a link before it, and adds
        what has been matched since.
        """
        since: list[Any] = []
        link = self
        while link.before is not None and link.listed is None:
            since += reversed(link.match.items()) if link.is_spliced else [link.match]
            link = link.before
        if link.before is None:  # the first link, which threads may share
            listed = since[::-1]
        else:
            listed, link.listed = link.listed or [], None
            listed += reversed(since)
        if self.before is not None:
            self.listed = listed
        return listed[:]


class TaggedMatch(NamedTuple):
    tag: str
    match: Any


_MATCHES: Final = {Matches, TaggedMatch, type(NOTHING)}


def plain_value(match: Any) -> Any:
    """Return a match as a conformed value."""
    if type(match) is Matches:
        if match.type is dict:
            return {tag: plain_value(item) for tag, item in match.pairs()}
        items = match.items()
        return items if _MATCHES.isdisjoint(map(type, items)) else [plain_value(item) for item in items]
    if type(match) is TaggedMatch:
        return TaggedValue((match.tag, plain_value(match.match)))
    return None if match is NOTHING else match


def add_match(before: Matches, part: Spec, tag: str | None, question: Question) -> Matches:
    """Return the matches before a part, followed by the match of the part unless it matched nothing."""
    while isinstance(part, Reference):
        part = question.names.resolve(part.to)
    if not isinstance(part, Regex):
        return before  # a spec of one element that has not been read yet
    value = part.value(question)
    # A cat or a star that matched nothing leaves no trace, not even an empty dict or list; an alt or a maybe
    # shows it by NOTHING. None would not do: it is the match of an element that is None.
    if value is NOTHING or (part.drops_empty and not value):
        return before
    return before.splice(value) if part.is_spliced else before.add(value, tag)


# --- the state at one element -----------------------------------------------------------------------------


class ElementState:
    """The state of a regex while it reads one element of a sequence.

    Many derivatives read an element: of all ways, and of each turn that may be skipped. The memos make each
    of them once. Their keys are ids, and they keep the objects alive, so that no id is used twice.

    Attributes:
        shapes: the numbers of shapes of regexes, by shape and by the id of the regex.
        derivatives: the derivatives of specs of one element, and of amps, by the id of the spec.
        endings: the matches of ambiguous regexes and of amps if they end here, by the id of the regex.
        ways: the number of ways of ambiguous regexes.
        branches: the number of live branches of alts.
        deriving: the names of regexes with a derivative in progress.
        most_steps: the number of `Question.steps` at which an ambiguous regex gives up.
    """

    __slots__ = ("branches", "derivatives", "deriving", "endings", "most_steps", "shapes", "ways")

    def __init__(self, shapes: dict[Any, Any] | None = None, most_steps: float = math.inf) -> None:
        self.shapes: dict[Any, Any] = {} if shapes is None else shapes
        self.derivatives: dict[int, tuple[Any, Any]] = {}
        self.endings: dict[int, tuple[Any, Any]] = {}
        self.ways = 0
        self.branches = 0
        self.deriving: set[str] = set()
        self.most_steps = most_steps


# --- the questions of a regex -----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Regex(Spec):
    """A spec of the sequences that it matches as a whole, and a part of a sequence inside another regex."""

    is_regex: ClassVar[bool] = True
    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = True
    most_values: ClassVar[float | None] = float("inf")

    # True if the surrounding match leaves out an empty match of this.
    drops_empty: ClassVar[bool] = False
    # True if the matches of this go into the list around it.
    is_spliced: ClassVar[bool] = False
    # The words for a value that is no sequence.
    instead: ClassVar[str | None] = None

    def places(self, find: Find) -> Sequence[Part]:
        elements = [part for part in walk(self, lambda part: part.is_regex) if not part.is_regex]
        return [Part(part, OPTIONAL, lens=MATCHES) for part in elements]

    def conform(self, x: Any, question: Question) -> Any:
        left: Spec = self
        outer = question.element  # from a regex with a pred that calls this one
        try:
            most_steps = question.steps + MOST_STEPS
            question.element = ElementState(None, most_steps)
            for element in sequence_elements(x):
                most_steps += STEPS_AN_ELEMENT
                question.element = ElementState(None, most_steps)
                after = left.derivative(element, question)
                if after is None:
                    return INVALID
                left = after
            return plain_value(left.value(question)) if left.nullable(question) else INVALID
        except UnreadableValue:
            return INVALID
        finally:
            question.element = outer

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            xs = [*sequence_elements(x)]
        except UnreadableValue as error:
            pred = ("or_", is_none, is_sequential)
            return [place.problem(pred, x, reason=str(error) or self.instead)]
        # The same walk as in conform. Where it stops, the last regex that was left explains: it knows the
        # tags on the path and the parts that could have matched next. It reports the whole rest of the
        # sequence if it has no part to blame.
        left: Spec = self
        outer = question.element
        most_steps = question.steps + MOST_STEPS
        question.element = ElementState(None, most_steps)
        try:
            for i, element in enumerate(xs):
                most_steps += STEPS_AN_ELEMENT
                question.element = ElementState(None, most_steps)
                after = left.derivative(element, question)
                if after is None:
                    rest, place = xs[i:], place.into(i)
                    problems = left.stuck(rest, place.under(left.name), question)
                    whole = self if isinstance(left, Accept) else left
                    return problems or [place.problem(whole.form(), rest, reason=reasons.EXTRA_INPUT)]
                left = after
            return [] if left.nullable(question) else left.stuck([], place.under(left.name), question)
        finally:
            question.element = outer

    def unform(self, x: Any, question: Question) -> list[Any]:
        """Return the elements of a sequence that conforms to x."""
        raise NotImplementedError

    def cant_unform(self, x: Any, what: str) -> UnformError:
        """Return the error for a value that is not a conformed value of this."""
        return UnformError(f"{self!r} unforms {what}, not {short_repr(x)}", spec=self, value=x)

    # --- as code, see `mxspec.specs.regex.loops` ------------------------------------------------------------

    def first_set(self, loop: Loop) -> FirstSet:
        """Return the first set, by the parts: needed ones follow each other."""
        beginnings = []
        for part in self.parts():
            beginnings.append(loop.first_set(part.spec))
            if part.role == NEEDED and not beginnings[-1].nullable:
                break
        role = self.parts()[0].role if beginnings else NEEDED
        nullable = (any if role == ONE_OF else all)(each.nullable for each in beginnings)
        firsts = tuple(first for each in beginnings for first in each.firsts)
        return FirstSet(firsts, nullable or role == OPTIONAL)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        """Write a match of at least one element, as `Loop.match` does."""
        raise AmbiguousRegex

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        """Write a match of an optional part of cat."""
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


def sequence_elements(x: Any) -> Any:
    """Return the elements of a sequence; None is the empty sequence.

    Raises:
        UnreadableValue: x is not a sequence (the message is empty then), or x raises.
    """
    if type(x) is list or type(x) is tuple:
        return x[:]
    if x is None:
        return ()
    if not call_guarded(is_sequential, x):
        raise UnreadableValue
    return elements(x)


def unform_part(part: Spec, x: Any, question: Question) -> list[Any]:
    """Return the elements of a part of a sequence that conforms to x."""
    while isinstance(part, Reference) and part.is_regex:
        part = question.names.resolve(part.to)
    unformed = part.unform(x, question)
    return unformed if part.is_regex else [unformed]


def sequences_of(part: Spec, context: Context) -> Strategy:
    """Return a strategy of lists of elements that a part matches (re-gen)."""
    spec = context.target(part)
    if spec is None or not spec.is_regex:
        return combine.fmap(lambda x: [x], strategy_of(part, context))
    # A generator makes whole sequences here, which the regex around this splices. It may belong to the regex,
    # or to the name that led to it.
    by_hand = context.own_generator(spec)
    if by_hand is None and isinstance(part, Reference):
        by_hand = context.override(part.to)
    if by_hand is not None:
        return combine.as_strategy(by_hand, what=f"the generator of {spec!r}")
    strategy = spec.strategy(context)
    assert strategy is not None  # each regex has one
    return strategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class NestedRegex(Spec):
    """A regex that matches one element, itself a sequence."""

    regex: Spec

    head: ClassVar[str] = "spec"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = True
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        return [Part(self.regex)]

    # The names of regexes splice and remember nothing, so a shared sequence is remembered here.

    def conform(self, x: Any, question: Question) -> Any:
        known = question.answers.get(("nested", id(self), id(x)))
        if known is None:
            known = question.answers["nested", id(self), id(x)] = [x, self.regex.conform(x, question)]
        return known[1]

    def unform(self, x: Any, question: Question) -> Any:
        known = question.answers.get(("unform", id(self), id(x)))
        if known is None:
            known = question.answers["unform", id(self), id(x)] = [x, self.regex.unform(x, question)]
        return known[1]

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if question.is_explained(id(self), x):
            return [place.problem(self.form(), x, reason=reasons.AS_BEFORE)]
        return self.regex.explain(x, place, question)

    def strategy(self, context: Context) -> Strategy | None:
        return sequences_of(self.regex, context)

    def expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self.regex, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        return code.conform(self.regex, v)


# --- ambiguity --------------------------------------------------------------------------------------------

# clojure keeps all ways, and two of its answers show it: explain reports a problem for each way, and plus
# adds its match as one item while there are several ways. Up to _MANY ways we keep them all too, and give the
# same answers. From there on exponential growth is likely, so we keep the first way of each shape; the
# conformed value stays the same, since a later way of that shape could never win.

_MANY: Final = 40
"""The number of ways at one element from which ways of equal shape are merged."""

_MOST: Final = 5000
"""The greatest number of ways at one element."""

MOST_STEPS: Final = 150_000
"""The number of derivatives, about a second's work, that may follow the ways of one sequence."""

STEPS_AN_ELEMENT: Final = 150
"""The number of further ones for each element, so that a regex with few ways reads any number of them."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Either(Regex, inherits=True):
    """The ways to go on with an ambiguous regex, in order of preference."""

    ways: tuple[Spec, ...]

    head: ClassVar[str] = "either"

    def parts(self) -> Sequence[Part]:
        return [Part(way, ONE_OF) for way in self.ways]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        afters = []
        for way in self.ways:
            afters.append(way.derivative(x, question))
        left = either(question, *afters)
        # If merging left one way of several, clojure still has several, and its plus adds their match as one
        # item. An Either of one way keeps that answer.
        if left is None or isinstance(left, Either) or len(self.ways) > 1:
            return left
        return Either((left,))

    def nullable(self, question: Question) -> bool:
        return self._ending(question) is not None

    def value(self, question: Question) -> Any:
        ending = self._ending(question)
        return NOTHING if ending is None else ending[0]

    def _ending(self, question: Question) -> tuple[Any] | None:
        """Return the match of the first way that may end here, or None if no way may.

        Each level of a nested regex needs it twice, as nullable and as value. Without the memo the time
        would double with each level.
        """
        endings: dict[int, tuple[Any, tuple[Any] | None]] = question.element.endings
        known = endings.get(id(self))
        if known is None:
            ending = None
            for way in self.ways:
                if way.nullable(question):
                    ending = (way.value(question),)
                    break
            known = endings[id(self)] = self, ending
        return known[1]

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        if not rest:
            return place.missing(self)
        return [problem for way in self.ways for problem in way.stuck(rest, place.under(way.name), question)]


def either(question: Question, *afters: Spec | None) -> Spec | None:
    """Return the regex of several derivatives in order of preference; None is a failed one."""
    live = [after for after in afters if after is not None]
    if len(live) < 2:
        return live[0] if live else None
    ways = [way for after in live for way in (after.ways if isinstance(after, Either) else (after,))]
    element = question.element
    element.ways += len(live)
    if element.ways > _MANY:
        first: dict[Hashable, Spec] = {}
        for way in ways:
            first.setdefault(shape(way, question), way)
        ways = list(first.values())
    check_ways(question, element.ways, ways[-1])
    return Either(tuple(ways))


def check_ways(question: Question, count: int, way: Spec) -> None:
    """Raise LimitError if there are too many ways, or they took too many steps; the message names one."""
    if count <= _MOST and question.steps <= question.element.most_steps:
        return
    if count > _MOST:
        limit = f"there are more than {_MOST:,} ways"
    else:
        limit = f"it takes more than {MOST_STEPS:,} steps, and {STEPS_AN_ELEMENT} for each element,"
    raise LimitError(
        f"ambiguous: {limit} to go on with {short_repr(way)}; tell its parts apart by what they begin with",
        spec=way,
    )


def shape(way: Any, question: Question) -> Hashable:
    """Return a key that is equal for two ways that accept the same continuations.

    The key is the kind of the regex and the keys of its fields, except for its matches so far: each kind
    marks that field with `compare=False`. Two ways of equal keys have equal derivatives by every element, so
    the preferred one stays preferred to the end. Ways of different keys may still accept the same
    continuations; keeping both costs time and changes no answer.

    A way is as deep as its regex is nested, and its key would be too. So each different key gets a number,
    and the keys around it hold the number (hash consing): a key has the size of one level, and the memo by id
    makes each level once an element.
    """
    kind: Any = type(way)
    if kind is tuple:
        return tuple([shape(part, question) for part in way])
    shapes = question.element.shapes
    known: tuple[Any, Hashable] | None = shapes.get(id(way))
    if known is not None:
        return known[1]
    if not isinstance(way, Regex):  # a name, an end, a spec of one element, a tag or a number
        return way.to if kind is Reference else Accept if kind is Accept else way
    key = (kind, *[shape(getattr(way, name), question) for name in _fields_to_compare(kind)])
    known = shapes[id(way)] = way, ("shape", shapes.setdefault(key, len(shapes)))
    return known[1]


@functools.cache
def _fields_to_compare(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.compare)
