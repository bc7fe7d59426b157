"""and_ and or_: specs with several parts for one value."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from mxspec.base.forms import Tag, call_text
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import by_predicate, combine, narrowing
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, plain_text, short_repr
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.predicates import TaggedValue, is_any
from mxspec.specs.comparisons import Less, draw_in_order
from mxspec.specs.core.generation import NEVER, Context, accepts, branch_strategy, filter_valid, strategy_of
from mxspec.specs.core.parts import ONE_OF, Part
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Find, Predicate, Reference, Spec, as_part
from mxspec.specs.core.writer import Code


@name_options()
def and_(*preds: Any) -> Spec:
    """Accept a value that all preds accept; each gets the conformed value of the previous one (s/and).

    Args:
        preds: specs, predicates, types, sets or names. The first makes the examples, the others filter them.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.and_(int, s.is_even), 6), s.conform(s.and_(int, s.is_even), 7)
        (6, INVALID)
    """
    return And(tuple(map(as_part, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class And(Spec):
    preds: tuple[Spec, ...]

    head: ClassVar[str] = "and_"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(pred) for pred in self.preds]

    def conform(self, x: Any, question: Question) -> Any:
        self.check_names(question)
        for pred in self.preds:
            x = pred.conform(x, question)
            if x is INVALID:
                break
        return x

    def unform(self, x: Any, question: Question) -> Any:
        for pred in reversed(self.preds):
            x = pred.unform(x, question)
        return x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        for pred in self.preds:
            conformed = pred.conform(x, question)
            if conformed is INVALID:
                return pred.explain(x, place.under(pred.name), question)
            x = conformed
        return []

    @property
    def most_values(self) -> float | None:  # type: ignore[override]
        # A pred after a conforming spec sees another value, so after the first only predicates count.
        if not self.preds:
            return math.inf
        bare = itertools.takewhile(lambda pred: isinstance(pred, Predicate), self.preds)
        few = [pred.most_values for pred in bare if pred.most_values is not None]
        return min(few) if few else None

    def strategy(self, context: Context) -> Strategy | None:
        if not self.preds:
            return by_predicate.for_predicate(object)
        # A comparison of two values of a map gives no hint about its other keys, so it comes last.
        first, *others = sorted(self._leaves(context), key=lambda pred: isinstance(pred, Less))
        # The strategy of with_gen is only filtered.
        covered = is_plain(first, context) and context.path not in context.overrides
        while covered and asks_nothing(first) and others and by_predicate_alone(others[0], context):
            first, *others = others
        if covered:
            # A later set or range has all valid values, and most values of the first pred are invalid.
            first = next((pred for pred in others if is_plain(pred, context) and not is_wide(pred)), first)
        members = first.members() if covered and isinstance(first, Predicate) else None
        if members is not None:
            fitting = [x for x in members if accepts(self, x, context.names)]
            if not fitting:
                raise combine.no_value(repr(self), f"no member of {first!r} fits the rest")
            return filter_valid(self, by_predicate.for_members(fitting), repr(self))
        strategy = strategy_of(first, context)
        if comparisons := [pred for pred in others if isinstance(pred, Less)]:
            strategy = draw_in_order(strategy, first, comparisons, context, And)
        if covered:
            # Up to the first conforming spec, all preds see the drawn value, so their bounds narrow the
            # strategy.
            bare = itertools.takewhile(lambda pred: isinstance(pred, Predicate), others)
            plain = [pred.pred for pred in bare if isinstance(pred, Predicate)]
            kind = first.pred if isinstance(first, Predicate) else None
            strategy, bounded = narrowing.narrow(strategy, kind, plain, repr(self))
            if bounded and len(plain) == len(others):
                return strategy
        return filter_valid(self, strategy, repr(self))

    def _leaves(self, context: Context) -> list[Spec]:
        """Return the preds; an inner and_ without a generator is replaced by its own preds."""
        leaves: list[Spec] = []
        for pred in self.preds:
            spec = context.target(pred)
            if spec is None or context.own_generator(spec) is not None:
                leaves.append(pred)
            elif isinstance(spec, And):
                leaves += spec._leaves(context)
            else:
                leaves.append(spec)
        return leaves

    def expression(self, code: Code, v: str) -> str | None:
        if code.source.may_change(self):
            return code.meaning_expression(self, v)
        tests = [code.expression(pred, v) for pred in self.preds]
        return None if None in tests else f"({' and '.join(map(str, tests)) or 'True'})"

    def write_valid(self, code: Code, v: str) -> None:
        for pred in self.preds:
            code.valid(pred, v)

    def write_conform(self, code: Code, v: str) -> str:
        for pred in self.preds:
            v = code.conform(pred, v)
        return v


def is_plain(pred: Spec, context: Context) -> bool:
    """True if pred makes examples, and conforms them to themselves."""
    return isinstance(pred, (Predicate, And)) and context.own_generator(pred) is None


def asks_nothing(pred: Spec) -> bool:
    """True if pred is a predicate that accepts any value."""
    # A subclass makes special examples, as the number of digits of a pydantic field does.
    return type(pred) is Predicate and (pred.pred is is_any or pred.pred is object)


def by_predicate_alone(pred: Spec, context: Context) -> bool:
    """True if pred is a predicate with a special strategy."""
    is_own = isinstance(pred, Predicate) and is_plain(pred, context)
    return is_own and by_predicate.for_predicate(pred.pred) is not None  # type: ignore[attr-defined]


def is_wide(pred: Spec) -> bool:
    """True if pred is a predicate without members, which makes more examples than a set or a range."""
    return isinstance(pred, Predicate) and pred.members() is None


def or_(*preds: Any, **tagged: Any) -> Spec:
    """Accept a value that a pred accepts; conform to a pair of its tag and its conformed value (s/or).

    Without tags, conform to what the first pred that accepts the value conforms it to.

    Args:
        preds: specs, predicates, types and so on; or `("tag", pred)` pairs, for tags that are not Python
            names.
        tagged: `tag=pred`.

    Raises:
        SpecDefinitionError: some of the preds have a tag, and some have none.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(small=s.int_in(0, 10), name=str), 3)
        ('small', 3)
        >>> s.conform(s.or_(("no name", s.is_none), ("name", str)), None)
        ('no name', None)
        >>> s.conform(s.or_(int, str), 3), s.valid(s.or_(int, str), 3.5)
        (3, False)
    """
    if not preds or tagged or any(map(is_tagged, preds)):
        return Or(tagged_parts("or_", preds, tagged))
    branches: dict[str, Spec] = {}
    if len(preds) == 2 and type(preds[0]) is str and "/" not in preds[0] and type(preds[1]) is not str:
        raise SpecDefinitionError(f"or_ takes tag=pred, ('tag', pred) pairs or preds, not {preds[0]!r}")
    for part in map(as_part, preds):
        text = part.to if type(part) is Reference else part.name or call_text(part.form())
        text = text if len(text) <= _LONGEST_STEP else f"{text[:_LONGEST_STEP]}..."
        branches[text if text not in branches else f"{text} {len(branches) + 1}"] = part
    return UnionType((*branches.items(),))


_LONGEST_STEP: Final = 60  # characters of a branch in a path


def is_tagged(pred: Any) -> bool:
    """True for a pair of a tag and a pred."""
    return type(pred) is tuple and len(pred) == 2 and issubclass(type(pred[0]), str)


Branches = tuple[tuple[str, Spec], ...]
"""The branches of or_, cat or alt: pairs of a tag and a part."""


def tagged_parts(what: str, pairs: tuple[tuple[str, Any], ...], tagged: dict[str, Any]) -> Branches:
    """Return the checked branches of or_, cat or alt."""
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise SpecDefinitionError(f"{what} takes tag=pred or ('tag', pred) pairs, not {short_repr(pair)}")
    named = [(plain_text(tag), pred) for tag, pred in pairs] + [*tagged.items()]
    return tuple((tag, as_part(pred)) for tag, pred in named)


def tagged_forms(branches: Branches) -> tuple[Any, ...]:
    """Return the branches as parts of a form."""
    return tuple((Tag(tag), part.form()) for tag, part in branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Or(Spec):
    branches: Branches

    changes: ClassVar[bool | None] = True
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(part, ONE_OF, tag) for tag, part in self.branches]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        if not self.branches:
            raise LookupError
        return of(self.branches[0][1])

    def conform(self, x: Any, question: Question) -> Any:
        self.check_names(question)
        for tag, part in self.branches:
            conformed = part.conform(x, question)
            if conformed is not INVALID:
                return TaggedValue((tag, conformed))
        return INVALID

    def unform(self, x: Any, question: Question) -> Any:
        part, conformed = untag(self, self.branches, x)
        return part.unform(conformed, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is not INVALID:
            return []
        problems: list[Problem] = []
        for tag, part in self.branches:
            problems += part.explain(x, place.choice(tag).under(part.name), question)
        return problems

    def are_alike(self, kind: type, find: Find) -> bool:
        return all(part.are_alike(kind, find) for _, part in self.branches)

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        parts = dict(self.branches)
        steps = inside.open_branches(self, self.branches)
        branches = [branch_strategy(parts[str(tag)], inside.at(tag)) for tag in steps]
        return combine.one_of(branches) if branches else None

    def expression(self, code: Code, v: str) -> str:
        tests = [code.test(part, v) for _, part in self.branches]
        return f"({' or '.join(tests)})" if tests else "False"

    def write_conform(self, code: Code, v: str) -> str:
        conformed = code.name("c")
        # A loop of one turn, since Python's parser allows at most 100 levels of `else:`.
        with code.block("while True:"):
            for tag, part in self.branches:
                value, fits = v, ""
                if code.source.may_change(part):
                    value = code.name("c")
                    code.line(f"{value} = {code.call_conform(part, v)}")
                    fits = f"{value} is not INVALID"
                with code.block(f"if {fits or code.test(part, v)}:"):
                    code.line(f"{conformed} = {self._tag_source(code, tag, value)}")
                    code.line("break")
            code.line(code.refuse)
        return conformed

    def _tag_source(self, code: Code, tag: str, value: str) -> str:
        """Return the source of the conformed value of a branch."""
        return f"TaggedValue(({code.const(tag)}, {value}))"

    def form(self) -> Any:
        return ("or_", *tagged_forms(self.branches))


def untag(spec: Spec, branches: Branches, x: Any) -> tuple[Spec, Any]:
    """Return the branch of a tagged pair, and its value; raise UnformError for anything else."""
    if type(x) in (TaggedValue, tuple, list) and len(x) == 2 and issubclass(type(x[0]), str):
        for tag, part in branches:
            if tag == str.__str__(x[0]):
                return part, x[1]
    tags = [tag for tag, _ in branches]
    raise UnformError(
        f"{spec!r} unforms a pair of one of the tags {tags} and a value, not {short_repr(x)}",
        spec=spec,
        value=x,
    )


class UnionType(Or, inherits=True):
    """One of several specs, without tags: the first spec that accepts a value conforms it.

    The steps of a path are the texts of the branches.
    """

    changes: ClassVar[bool | None] = None

    def conform(self, x: Any, question: Question) -> Any:
        for _, part in self.branches:
            conformed = part.conform(x, question)
            if conformed is not INVALID:
                return conformed
        return INVALID

    def unform(self, x: Any, question: Question) -> Any:
        # Without a tag, take the first branch that conforms the value that it unforms.
        for _, part in self.branches:
            try:
                unformed = part.unform(x, question)
            except UnformError:  # x is not a conformed value of this branch
                continue
            if part.conform(unformed, question) is not INVALID:
                return unformed
        return x

    def strategy(self, context: Context) -> Strategy | None:
        # Entries are counted by the branch, so that several unions of one record share them.
        branches = {tag: (part, context.target(part) or part) for tag, part in self.branches}
        heights = {tag: context.at(tag).height(part) for tag, (part, _) in branches.items()}
        open_ = [
            tag
            for tag, (_, of) in branches.items()
            if heights[tag] < NEVER and context.times(of) <= context.limit
        ]
        lowest = min(heights, key=heights.__getitem__)
        if not open_ and heights[lowest] < NEVER:
            open_ = [lowest]
        strategies = [
            branch_strategy(part, context.enter(of).at(tag))
            for tag, (part, of) in branches.items()
            if tag in open_
        ]
        return combine.one_of(strategies) if strategies else None

    def _tag_source(self, code: Code, tag: str, value: str) -> str:
        return value

    def form(self) -> Any:
        forms = [part.form() for _, part in self.branches]
        # A form of two items would read as a pair of a tag and a form.
        pairs = [is_tagged(form) and type(form[1]) is not dict for form in forms]
        return (
            "or_",
            *((*form, {}) if is_pair else form for form, is_pair in zip(forms, pairs, strict=True)),
        )
