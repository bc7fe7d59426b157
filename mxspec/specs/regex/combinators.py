"""The kinds of regexes: cat, alt, star, plus, maybe, amp, keys_star, with_message.

Each kind is one class, as it is written and as derivatives leave it. `derivative(x)` returns the regex of the
sequences that may follow x, or None if the regex can't begin with x. `nullable()` is true if it may end here,
and `value()` is its match then. The field of the matches so far is not compared:
`mxspec.specs.regex.matching.shape` leaves it out. `first_set` and the `write_` methods are for
`mxspec.specs.regex.loops`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from mxspec.addresses import with_address
from mxspec.base import names
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, NOTHING
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.predicates import is_any, is_dict, is_sequential, is_str
from mxspec.specs.core.generation import NEVER, Context, filter_valid, strategy_of
from mxspec.specs.core.lenses import INDEX, MATCHES
from mxspec.specs.core.parts import NEEDED, ONE_OF, OPTIONAL, Part
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Accept, Find, Predicate, Spec, as_part, specize
from mxspec.specs.core.writer import Types
from mxspec.specs.key_groups import Key
from mxspec.specs.logic import And, Branches, tagged_forms, tagged_parts, untag
from mxspec.specs.maps import keys
from mxspec.specs.reading import as_dict, call_guarded, elements, items
from mxspec.specs.regex.loops import AmbiguousRegex, FirstSet, Loop, Match, follow, must_differ
from mxspec.specs.regex.matching import (
    ElementState,
    Matches,
    Regex,
    TaggedMatch,
    add_match,
    check_ways,
    either,
    plain_value,
    sequences_of,
    unform_part,
)
from mxspec.specs.wrappers import Conformer, WithMessage, checked_message, with_reason


def cat(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Match the preds one after the other; conform to a dict by tag (s/cat).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are not Python identifiers.
        tagged: `tag=pred`. The dict leaves out the tag of a part that matched nothing.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(name=str, ages=s.star(int)), ["Bo", 3, 4])
        {'name': 'Bo', 'ages': [3, 4]}
    """
    return Cat(tagged_parts("cat", pairs, tagged))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Cat(Regex, inherits=True):
    """The remaining parts, and the matches of the parts before them. Only the first may have begun."""

    branches: Branches
    before: Matches = dataclasses.field(default=Matches(dict), compare=False)

    drops_empty: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(part, NEEDED, tag, lens=MATCHES) for tag, part in self.branches]

    def places(self, find: Find) -> Sequence[Part]:
        fixed = [*itertools.takewhile(lambda part: not part.is_regex, (part for _, part in self.branches))]
        others = [each for each in super().places(find) if not any(each.spec is part for part in fixed)]
        return [*(Part(part, NEEDED, i, INDEX) for i, part in enumerate(fixed)), *others]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        if not self.branches:
            return None
        question.steps += 1
        (tag, head), rest = self.branches[0], self.branches[1:]
        after = head.derivative(x, question)
        if isinstance(after, Accept):
            before = self.before.add(after.matched, tag)
            after = Cat(rest, before) if rest else Accept(before)
        elif after is not None:
            after = Cat(((tag, after), *rest), self.before)
        if not rest or not head.nullable(question):
            return after
        skipped = Cat(rest, add_match(self.before, head, tag, question))
        return either(question, after, skipped.derivative(x, question))

    def nullable(self, question: Question) -> bool:
        for _, part in self.branches:
            if type(part).is_regex is False:
                return False  # one element: the cheap test comes first, since a regex may be deep
        for _, part in self.branches:
            if not part.nullable(question):
                return False
        return True

    def value(self, question: Question) -> Any:
        if not self.branches:
            return self.before
        tag, head = self.branches[0]
        return add_match(self.before, head, tag, question)

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        for tag, part in self.branches:
            if len(self.branches) == 1 or not part.nullable(question):
                place = place if tag is None else place.at(tag)
                return part.stuck(rest, place.under(part.name), question)
        return []

    def unform(self, x: Any, question: Question) -> list[Any]:
        if x is None:
            return []
        if not (type(x) is dict or call_guarded(is_dict, x)):
            raise self.cant_unform(x, "a map by its tags")
        by_tag = as_dict(x)
        branches = call_guarded(
            lambda by_tag: [(part, by_tag[tag]) for tag, part in self.branches if tag in by_tag], by_tag
        )
        return [element for part, match in branches for element in unform_part(part, match, question)]

    def strategy(self, context: Context) -> Strategy:
        return combine.flat(
            combine.tuples([sequences_of(part, context.at(tag)) for tag, part in self.branches])
        )

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        code = loop.code
        parts = [loop.first_set(part) for _, part in self.branches]
        if all(part.nullable for part in parts):
            raise AmbiguousRegex
        matches: dict[str, Match] = {}
        begun = False
        for i, ((tag, branch), part) in enumerate(zip(self.branches, parts, strict=True)):
            next_firsts = follow(parts[i + 1 :], after)
            if not part.nullable:
                matches[tag] = Match(loop.match(branch, code.refuse if begun else otherwise, next_firsts))
                begun = True
                continue
            # With an optional part before the first required one, it would be open whether cat has begun.
            regex = loop.regex(branch)
            if regex is None or (not begun and otherwise != code.refuse):
                raise AmbiguousRegex
            matches[tag] = regex.write_optional(loop, next_firsts)
        conformed = code.name("c")
        if all(match.present is None for match in matches.values()):
            items = ", ".join(f"{code.const(tag)}: {match.value}" for tag, match in matches.items())
            code.line(f"{conformed} = {{{items}}}")
            return conformed
        code.line(f"{conformed} = {{}}")
        for tag, match in matches.items():
            with code.block(f"if {match.present}:") if match.present else contextlib.nullcontext():
                code.line(f"{conformed}[{code.const(tag)}] = {match.value}")
        return conformed

    def form(self) -> Any:
        return ("cat", *tagged_forms(self.branches))


def alt(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Match one of the preds, the first being preferred; conform to a pair of its tag and value (s/alt).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are not Python identifiers.
        tagged: `tag=pred`.

    Raises:
        SpecDefinitionError: there are no branches.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.star(s.alt(n=int, s=str)), [1, "x"])
        [('n', 1), ('s', 'x')]
    """
    branches = tagged_parts("alt", pairs, tagged)
    if not branches:
        raise SpecDefinitionError("alt takes one branch or more")
    return Alt(branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Alt(Regex, inherits=True):
    """The remaining branches in order of preference."""

    branches: Branches

    def parts(self) -> Sequence[Part]:
        return [Part(part, ONE_OF, tag, lens=MATCHES) for tag, part in self.branches]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        question.steps += 1
        live: list[tuple[str, Spec]] = []
        for tag, part in self.branches:
            after = part.derivative(x, question)
            if after is not None:
                live.append((tag, after))
        question.element.branches += len(live)
        check_ways(question, question.element.branches, self)
        if len(live) == 1 and isinstance(live[0][1], Accept):
            return Accept(TaggedMatch(live[0][0], live[0][1].matched))
        return Alt(tuple(live)) if live else None

    def nullable(self, question: Question) -> bool:
        for _, part in self.branches:
            if part.nullable(question):
                return True
        return False

    def value(self, question: Question) -> Any:
        for tag, part in self.branches:
            if part.nullable(question):
                return TaggedMatch(tag, part.value(question))
        return NOTHING

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        if not rest:
            return place.missing(self)
        return [
            problem
            for tag, part in self.branches
            for problem in part.stuck(rest, place.at(tag).under(part.name), question)
        ]

    def unform(self, x: Any, question: Question) -> list[Any]:
        part, value = untag(self, self.branches, x)
        return unform_part(part, value, question)

    def strategy(self, context: Context) -> Strategy:
        inside = context.enter(self)
        parts = dict(self.branches)
        tags = inside.open_branches(self, self.branches) or [self.branches[0][0]]
        return combine.one_of(
            combine.defer(functools.partial(sequences_of, parts[str(tag)], inside.at(tag))) for tag in tags
        )

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        code = loop.code
        parts = [loop.first_set(part) for _, part in self.branches]
        if any(part.nullable for part in parts):
            raise AmbiguousRegex
        if any(loop.regex(part) for _, part in self.branches):
            # If all branches are single elements, the first that fits is right whatever follows.
            for i, part in enumerate(parts):
                must_differ(part.firsts, tuple(first for rest in parts[i + 1 :] for first in rest.firsts))
        conformed = code.name("c")
        code.line(f"{conformed} = MISSING")
        for i, (tag, branch) in enumerate(self.branches):
            condition = "i < n" if not i else f"{conformed} is MISSING and i < n"
            with loop.match_once(branch, after, condition) as matched:
                code.line(f"{conformed} = TaggedValue(({code.const(tag)}, {matched}))")
        with code.block(f"if {conformed} is MISSING:"):
            code.line(otherwise)
        return conformed

    def form(self) -> Any:
        return ("alt", *tagged_forms(self.branches))


@name_options()
def star(pred: Any) -> Spec:
    """Match pred any number of times, zero included; conform to a list (s/*).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.star(int), [1, 2]), s.conform(s.star(int), []), s.conform(s.star(int), ["x"])
        ([1, 2], [], INVALID)
    """
    part = as_part(pred)
    return Star(part, part)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Star(Regex, inherits=True):
    """The rest of the current turn, then any number of further turns.

    Attributes:
        turn: the rest of the current turn; part itself if it has not begun.
        part: the repeated part.
        before: the matches of the finished turns.
    """

    turn: Spec
    part: Spec
    before: Matches = dataclasses.field(default=Matches(list), compare=False)

    head: ClassVar[str] = "star"
    drops_empty: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(self.part, OPTIONAL, lens=MATCHES)]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        # x may continue the current turn, or begin the next turn if the current one may end here. The first
        # way is preferred. If Accept states that x finishes the turn, the next turn starts afresh, and no way
        # to stay in the finished turn is kept.
        question.steps += 1
        kind = type(self)
        after = self.turn.derivative(x, question)
        if isinstance(after, Accept):
            after = kind(self.part, self.part, self.before.add(after.matched))
        elif after is not None:
            after = kind(after, self.part, self.before)
        # We don't skip a turn that has not begun, even if it is nullable: the next turn is the same regex, so
        # skipping would never end. clojure overflows its stack there.
        if self.turn is self.part or not self.turn.nullable(question):
            return after
        over = add_match(self.before, self.turn, None, question)
        return either(question, after, kind(self.part, self.part, over).derivative(x, question))

    def nullable(self, question: Question) -> bool:
        return self.turn is self.part or self.turn.nullable(question)

    def value(self, question: Question) -> Any:
        return add_match(self.before, self.turn, None, question)

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        return self.turn.stuck(rest, place.under(self.turn.name), question)

    def unform(self, x: Any, question: Question) -> list[Any]:
        return unform_turns(self, self.part, x, question)

    def strategy(self, context: Context) -> Strategy:
        return turns_of(self, self.part, context)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return write_turns(loop, self.part, None, after)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        matched = write_turns(loop, self.part, None, follow)
        return Match(matched, present=matched)


class MoreTurns(Star, inherits=True):
    """The turns of plus after the first; their matches go into the same list."""

    head: ClassVar[str] = "plus"
    is_spliced: ClassVar[bool] = True


def unform_turns(regex: Regex, part: Spec, x: Any, question: Question) -> list[Any]:
    """Return the elements of the turns of a repetition that conforms to x."""
    if x is None:
        return []
    if not call_guarded(is_sequential, x):
        raise regex.cant_unform(x, "a list of its turns")
    unformed: list[Any] = []
    for i, turn in enumerate([*elements(x)]):
        try:
            unformed += unform_part(part, turn, question)
        except UnformError:
            # For an ambiguous plus, clojure conforms the turns after the first to a nested list.
            if not i or not call_guarded(is_sequential, turn):
                raise
            unformed += unform_turns(regex, part, turn, question)
    return unformed


def turns_of(regex: Regex, part: Spec, context: Context) -> Strategy:
    """Return a strategy of any number of turns of a repetition."""
    inside = context.enter(regex)
    if inside.height(part) == NEVER or inside.times(regex) > inside.limit:
        return combine.just([])
    turn = combine.defer(lambda: sequences_of(part, inside))
    # A nested repetition gets few turns: their number multiplies from level to level.
    return combine.flat(combine.lists(turn, max_size=5 if inside.times(regex) == 1 else 2))


def write_turns(loop: Loop, part: Spec, otherwise: str | None, after: tuple[Types, ...]) -> str:
    """Write a loop that matches part. It must match once if `otherwise` is the statement for a failure."""
    beginning = loop.first_set(part)
    if beginning.nullable:
        raise AmbiguousRegex
    must_differ(beginning.firsts, after)
    code, matched = loop.code, loop.code.name("c")
    code.line(f"{matched} = []")
    after = (*beginning.firsts, *after)
    if otherwise is not None:
        code.line(f"{matched}.append({loop.match(part, otherwise, after)})")
    with code.block("while i < n:"):
        code.line(f"{matched}.append({loop.match(part, 'break', after)})")
    return matched


@name_options()
def plus(pred: Any) -> Spec:
    """Match pred once or more; conform to a list (s/+).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.plus(int), [1, 2]), s.conform(s.plus(int), [])
        ([1, 2], INVALID)
    """
    part = as_part(pred)
    first: Any = (None, part)
    more: Any = (None, MoreTurns(part, part))
    return Plus((first, more), Matches(list))


class Plus(Cat, inherits=True):
    """One turn and any number more, all in one list. Its derivatives are cats."""

    @property
    def part(self) -> Spec:
        return self.branches[0][1]

    def parts(self) -> Sequence[Part]:
        return [Part(self.part, NEEDED, lens=MATCHES)]

    def unform(self, x: Any, question: Question) -> list[Any]:
        return unform_turns(self, self.part, x, question)

    def strategy(self, context: Context) -> Strategy:
        first = combine.defer(lambda: sequences_of(self.part, context.enter(self)))
        return combine.flat(combine.tuples([first, turns_of(self, self.part, context)]))

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return write_turns(loop, self.part, otherwise, after)

    def form(self) -> Any:
        return ("plus", self.part.form())


@name_options()
def maybe(pred: Any) -> Spec:
    """Match pred or nothing; conform to its value or None (s/?).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(name=str, age=s.maybe(int)), ["Bo"])
        {'name': 'Bo'}
    """
    return Maybe(as_part(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Maybe(Regex, inherits=True):
    """A part or nothing. Its derivative is that of the part: it is optional only before it begins."""

    part: Spec

    head: ClassVar[str] = "maybe"

    def parts(self) -> Sequence[Part]:
        return [Part(self.part, OPTIONAL, lens=MATCHES)]

    @property
    def instead(self) -> str:  # type: ignore[override]
        return f"maybe is a part of a sequence; nilable({self.part!r}) accepts None and such a value"

    def derivative(self, x: Any, question: Question) -> Spec | None:
        return self.part.derivative(x, question)

    def nullable(self, question: Question) -> bool:
        return True

    def value(self, question: Question) -> Any:
        return self.part.value(question) if self.part.nullable(question) else NOTHING

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        if not rest:
            return place.missing(self)
        return self.part.stuck(rest, place.under(self.part.name), question)

    def unform(self, x: Any, question: Question) -> list[Any]:
        try:
            return [self.part.unform(x, question)]  # one element, even for a regex, as in clojure
        except UnformError:
            if x is None:
                return []
            raise

    def strategy(self, context: Context) -> Strategy:
        inside = context.enter(self)
        if inside.height(self.part) == NEVER or inside.times(self) > inside.limit:
            return combine.just([])
        # Hypothesis shrinks to the first choice, nothing.
        return combine.one_of([combine.just([]), combine.defer(lambda: sequences_of(self.part, inside))])

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        beginning = loop.first_set(self.part)
        if beginning.nullable:
            raise AmbiguousRegex
        must_differ(beginning.firsts, follow)
        matched = loop.code.name("c")
        loop.code.line(f"{matched} = MISSING")
        with loop.match_once(self.part, follow) as value:
            loop.code.line(f"{matched} = {value}")
        return Match(matched, present=f"{matched} is not MISSING")


def amp(re: Any, *preds: Any) -> Spec:
    """Match re if its value satisfies preds, each seeing what the one before it conformed (s/&).

    Args:
        re: a regex, or a spec of one element.
        preds: specs, predicates, types, sets or names; the regex conforms to the value of the last one.

    Example:
        >>> import mxspec as s
        >>> pairs = s.amp(s.star(int), lambda xs: len(xs) % 2 == 0)
        >>> s.valid(pairs, [1, 2]), s.valid(pairs, [1])
        (True, False)
    """
    return Amp(as_part(re), And(tuple(map(as_part, preds))))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Amp(Regex, inherits=True):
    """A part with preds on its value.

    The preds depend on the matches so far, so two ways with equal parts may still differ. But two ways that
    began at the same element have read the same elements, and the same derivatives led them to the same
    part. So the shape has the number of elements read, in place of the part.

    Attributes:
        part: the rest of the part.
        preds: the preds as an `and_`.
        taken: the number of elements that the part has read.
    """

    part: Spec = dataclasses.field(compare=False)
    preds: And
    taken: int = 0

    def parts(self) -> Sequence[Part]:
        return [Part(self.part)]

    def derivative(self, x: Any, question: Question) -> Spec | None:
        # A turn of a repetition that begins here is the same in all ways, and so is what is left of it.
        derivatives: dict[int, tuple[Any, Spec | None]] = question.element.derivatives
        known = derivatives.get(id(self))
        if known is None:
            question.steps += 1
            after = self.part.derivative(x, question)
            if isinstance(after, Accept):
                conformed = self.preds.conform(plain_value(after.matched), question)
                after = None if conformed is INVALID else Accept(conformed)
            elif after is not None:
                after = Amp(after, self.preds, self.taken + 1)
            known = derivatives[id(self)] = self, after
        return known[1]

    def nullable(self, question: Question) -> bool:
        return self.part.nullable(question) and self._conform_match(question) is not INVALID

    def _conform_match(self, question: Question) -> Any:
        """Return the value of the part if it ends here as the preds conform it, or INVALID."""
        known = question.element.endings.get(id(self))
        if known is None:
            match = self._match(self.part, question)
            known = question.element.endings[id(self)] = self, self.preds.conform(match, question)
        return known[1]

    def _match(self, part: Spec, question: Question) -> Any:
        """Return the value of a part for the preds: an empty match is NOTHING, not None, as in clojure."""
        value = part.value(question)
        return NOTHING if value is NOTHING else plain_value(value)

    def value(self, question: Question) -> Any:
        part = self.part.target(question.names.resolve)
        value = part.value(question)
        if value is NOTHING or (isinstance(part, Regex) and part.drops_empty and not value):
            return NOTHING  # the preds do not conform an empty match, as in clojure
        conformed = self._conform_match(question)
        return NOTHING if conformed is INVALID else conformed

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        after = self.part.derivative(rest[0], question) if rest else self.part
        if after is None:
            return self.part.stuck(rest, place.under(self.part.name), question)
        if rest or after.nullable(question):
            return self.preds.explain(self._match(after, question), place, question)
        return place.missing(self.part)

    def unform(self, x: Any, question: Question) -> list[Any]:
        if x is None:
            question.element = question.element or ElementState()  # outside a match there is none yet
            if self.part.nullable(question):
                return []  # an empty match, which no pred has conformed
        return unform_part(self.part, self.preds.unform(x, question), question)

    def strategy(self, context: Context) -> Strategy:
        return filter_valid(self, sequences_of(self.part, context), repr(self))

    def first_set(self, loop: Loop) -> FirstSet:
        return loop.first_set(self.part)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        # If the part is one element, a repetition calls the preds with None before a turn begins.
        if loop.first_set(self.part).nullable or loop.regex(self.part) is None:
            raise AmbiguousRegex
        matched = loop.match(self.part, otherwise, after)
        for pred in self.preds.preds:
            matched = loop.code.conform(pred, matched)
        return matched

    def form(self) -> Any:
        return ("amp", self.part.form(), *(pred.form() for pred in self.preds.preds))


def keys_star(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], Strategy] | None = None,
    *,
    closed: bool = False,
) -> Spec:
    """Match alternating keys and values; conform to a map as `keys` does (s/keys*).

    Args: as in `keys`.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/port", s.int_in(0, 65536))
        >>> s.conform(s.cat(host=str, options=s.keys_star(opt_un=["doc/port"])), ["localhost", "port", 80])
        {'host': 'localhost', 'options': {'port': 80}}
    """
    pair = Cat((("k", Predicate(is_str, bare=True)), ("v", Predicate(is_any, bare=True))))
    of_map = keys(req, opt, req_un, opt_un, gen, closed=closed)
    return KeysStar(star(pair), And((Conformer(_to_dict, _to_pairs), of_map)))


@with_address
def _to_dict(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["k"]: pair["v"] for pair in pairs}


@with_address
def _to_pairs(mapping: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [{"k": key, "v": value} for key, value in items(mapping or {})]


class KeysStar(Amp, inherits=True):
    """Pairs of a key and a value; together they are a map that fits a `keys`."""

    @property
    def keys(self) -> Spec:
        return self.preds.preds[1]

    def parts(self) -> Sequence[Part]:
        return [Part(self.keys, lens=MATCHES)]

    def strategy(self, context: Context) -> Strategy:
        plain = dataclasses.replace(context, hashed=False)
        return combine.fmap(lambda m: [x for item in m.items() for x in item], strategy_of(self.keys, plain))

    def form(self) -> Any:
        return ("keys_star", *self.keys.form()[1:])


def with_message(spec: Any, message: str) -> Spec:
    """Return a spec with the author's message for invalid values.

    The message is the `reason` of its problems, and replaces their text in `explain` and in the `msg` of
    `errors()`. It holds for the parts of the spec too, except for parts that have a message: the innermost
    message wins. A sequence regex still splices into others.

    Args:
        spec: a spec, a predicate, a type, a set or a name.
        message: a sentence for the sender of the value.

    Raises:
        SpecDefinitionError: message is not a string with text in it.

    Example:
        >>> import mxspec as s
        >>> age = s.with_message(s.int_in(0, 151), "an age is given in whole years")
        >>> s.explain(s.coll_of(age), [40, 4.5])
        an age is given in whole years - value: 4.5 in: [1]
        >>> command = s.cat(verb=str, ages=s.with_message(s.plus(int), "say one age or more"))
        >>> s.explain(command, ["add", "x"])
        say one age or more - value: 'x' in: [1] at: ['ages']
    """
    message = checked_message(message)
    if isinstance(spec, str) and names.current.find(spec) is None:
        return WithMessage(as_part(spec), message)
    resolved = specize(spec)
    part = as_part(spec) if isinstance(spec, str) else resolved
    return RegexWithMessage(part, message) if resolved.is_regex else WithMessage(part, message)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RegexWithMessage(Regex, inherits=True):
    """A regex with a message that replaces the reasons of its problems."""

    part: Spec
    message: str

    def parts(self) -> Sequence[Part]:
        return [Part(self.part)]

    def _target(self) -> Any:
        return specize(self.part)

    @property
    def drops_empty(self) -> bool:  # type: ignore[override]
        return bool(self._target().drops_empty)

    @property
    def is_spliced(self) -> bool:  # type: ignore[override]
        return bool(self._target().is_spliced)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return with_reason(super().explain(x, place, question), self.message, self.form())

    def derivative(self, x: Any, question: Question) -> Spec | None:
        after = self.part.derivative(x, question)
        return after if after is None or isinstance(after, Accept) else RegexWithMessage(after, self.message)

    def nullable(self, question: Question) -> bool:
        return self.part.nullable(question)

    def value(self, question: Question) -> Any:
        return self.part.value(question)

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        problems = self.part.stuck(rest, place.under(self.part.name), question)
        return with_reason(problems, self.message, self.form())

    def unform(self, x: Any, question: Question) -> list[Any]:
        return unform_part(self.part, x, question)

    def strategy(self, context: Context) -> Strategy:
        return sequences_of(self.part, context)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return loop.match(self.part, otherwise, after)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        regex = loop.regex(self.part)
        if regex is None:
            raise AmbiguousRegex
        return regex.write_optional(loop, follow)

    def form(self) -> Any:
        return ("with_message", self.part.form(), self.message)
