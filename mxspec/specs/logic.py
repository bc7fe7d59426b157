"""Specs of specs: and_, or_, nilable, conformer, nonconforming."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.core.batch import conform_at
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, explain_pred, form_of, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, exception_text
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.names.forms import Tag
from mxspec.predicates import Tagged, is_none
from mxspec.strategies import by_predicate, combine, sampling
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def and_(*preds: Any) -> Spec:
    """Every pred holds; each sees what the one before it conformed (s/and).

    Args:
        preds: specs, predicates, types, sets or names. Examples come from the first, the others filter them.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.and_(int, s.is_even), 6), s.conform(s.and_(int, s.is_even), 7)
        (6, INVALID)
    """
    return And(tuple(map(as_pred, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class And(Spec):
    # Whether its examples are no more than its preds can tell, so that it can be opened up into them.
    opens: ClassVar[bool] = True
    preds: tuple[Pred, ...]

    def conform(self, x: Any) -> Any:
        # All names are resolved first: an unknown one is an error even where it would not be reached.
        for spec in [specize(pred) for pred in self.preds]:
            x = spec.conform(x)
            if x is INVALID:
                break
        return x

    def batch_parts(self) -> Iterable[Pred]:
        return self.preds

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = list(xs)
        for spec in [specize(pred) for pred in self.preds]:
            fitting = [i for i, x in enumerate(conformed) if x is not INVALID]
            if not fitting:
                break
            for i, x in conform_at(spec, conformed, fitting):
                conformed[i] = x
        return conformed

    def unform(self, x: Any) -> Any:
        for pred in reversed(self.preds):
            x = specize(pred).unform(x)
        return x

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return explain_in_turn(self.preds, x, place)

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        if not self.preds:
            return by_predicate.for_predicate(object)
        first, *others = self._leaves(context)
        # A strategy given by hand is only filtered.
        covered = is_plain(first) and context.path not in context.overrides
        if covered:
            # A set or a range further on has all the values there are, and most of first's are none of them.
            first = next(filter(makes_few, others), first)
        made = strategy_of(first, context)
        if covered:
            # Up to the first spec that conforms, all preds see the value as it is drawn, and what they say of
            # its range can go into the drawing.
            bare = itertools.takewhile(lambda pred: isinstance(pred, Predicate), others)
            plain = [pred.pred for pred in bare if isinstance(pred, Predicate)]
            kind = first.pred if isinstance(first, Predicate) else None
            made, bounded = by_predicate.narrowed(made, kind, plain)
            if bounded and len(plain) == len(others):
                return made
        return sampling.such_that(lambda x: self.conform(x) is not INVALID, made, what=repr(self))

    def _leaves(self, context: GenContext) -> list[Pred]:
        """The preds with every and_ among them that makes no values of its own opened up."""
        leaves: list[Pred] = []
        for pred in self.preds:
            spec = specize(pred)
            own = spec.gen_fn or context.override((spec.name or spec, context.path), INVALID) is not INVALID
            if isinstance(spec, And) and spec.opens and not own:
                leaves += spec._leaves(context)
            else:
                leaves.append(pred if own else spec)
        return leaves

    def form(self) -> Any:
        return ("and_", *map(form_of, self.preds))


def is_plain(pred: Pred) -> bool:
    """Whether pred makes examples of its own, which it conforms to themselves."""
    return isinstance(pred, (Predicate, And)) and not pred.gen_fn


def makes_few(pred: Pred) -> bool:
    """Whether pred's examples are better to begin with than those of a predicate before it."""
    if not is_plain(pred):
        return False
    return not isinstance(pred, Predicate) or isinstance(pred.pred, (set, frozenset))


def explain_in_turn(preds: tuple[Pred, ...], x: Any, place: Place) -> list[Problem]:
    """The problems of the first pred that refuses, each seeing what the one before it conformed."""
    for pred in preds:
        conformed = specize(pred).conform(x)
        if conformed is INVALID:
            return explain_pred(pred, x, place)
        x = conformed
    return []


def or_(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """One of the preds holds; the first that does tags what it conformed (s/or).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are no Python names.
        tagged: `tag=pred`.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(small=s.int_in(0, 10), name=str), 3)
        ('small', 3)
        >>> s.conform(s.or_(("no name", s.is_none), ("name", str)), None)
        ('no name', None)
    """
    return Or(tagged_preds("or_", pairs, tagged))


def tagged_preds(
    what: str, pairs: tuple[tuple[str, Any], ...], tagged: dict[str, Any]
) -> tuple[tuple[str, Pred], ...]:
    """The branches of or_, cat and alt, checked."""
    branches: list[tuple[str, Pred]] = []
    for pair in (*pairs, *tagged.items()):
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise SpecDefinitionError(f"{what} takes tag=pred or ('tag', pred) pairs, not {pair!r}")
        branches.append((pair[0], as_pred(pair[1])))
    return tuple(branches)


def tagged_forms(branches: tuple[tuple[str, Pred], ...]) -> tuple[Any, ...]:
    """The branches as parts of a form."""
    return tuple((Tag(tag), form_of(pred)) for tag, pred in branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Or(Spec):
    branches: tuple[tuple[str, Pred], ...]

    def conform(self, x: Any) -> Any:
        for tag, spec in [(tag, specize(pred)) for tag, pred in self.branches]:
            conformed = spec.conform(x)
            if conformed is not INVALID:
                return Tagged((tag, conformed))
        return INVALID

    def batch_parts(self) -> Iterable[Pred]:
        return [pred for _, pred in self.branches]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed: list[Any] = [INVALID] * len(xs)
        refused = list(range(len(xs)))
        for tag, spec in [(tag, specize(pred)) for tag, pred in self.branches]:
            if not refused:
                break  # a branch that leads back here would go on asking about nothing
            for i, x in conform_at(spec, xs, refused):
                if x is not INVALID:
                    conformed[i] = Tagged((tag, x))
            refused = [i for i in refused if conformed[i] is INVALID]
        return conformed

    def unform(self, x: Any) -> Any:
        tag, conformed = untag(x, dict(self.branches), self)
        return specize(dict(self.branches)[tag]).unform(conformed)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.conform(x) is not INVALID:
            return []
        return [found for tag, pred in self.branches for found in explain_pred(pred, x, place.at(tag))]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        branches = [
            branch_strategy(pred, inside.at(tag))
            for tag, pred in self.branches
            if not inside.exhausted(self, tag)
        ]
        return combine.one_of(branches) if branches else None

    def form(self) -> Any:
        return ("or_", *tagged_forms(self.branches))


def branch_strategy(pred: Pred, context: GenContext) -> SearchStrategy[Any]:
    """The strategy of one branch, built when it is first drawn from."""
    return combine.lazy(lambda: strategy_of(pred, context))


def untag(x: Any, branches: dict[str, Any], spec: Spec) -> tuple[str, Any]:
    """The two parts of a tagged value, or an UnformError."""
    if not (isinstance(x, (tuple, list)) and len(x) == 2 and isinstance(x[0], str) and x[0] in branches):
        raise UnformError(
            f"{spec!r} unforms a pair of one of the tags {list(branches)} and a value, not {x!r}",
            spec=spec,
            value=x,
        )
    return x[0], x[1]


def nilable(pred: Any) -> Spec:
    """None, or what pred accepts (s/nilable).

    Example:
        >>> import mxspec as s
        >>> s.valid(s.nilable(int), None), s.valid(s.nilable(int), "x")
        (True, False)
    """
    return Nilable(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Nilable(Spec):
    pred: Pred

    def conform(self, x: Any) -> Any:
        return None if x is None else specize(self.pred).conform(x)

    def batch_parts(self) -> Iterable[Pred]:
        return [self.pred]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = list(xs)
        for i, x in conform_at(specize(self.pred), xs, [i for i, x in enumerate(xs) if x is not None]):
            conformed[i] = x
        return conformed

    def unform(self, x: Any) -> Any:
        return None if x is None else specize(self.pred).unform(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.conform(x) is not INVALID:
            return []
        return [
            *explain_pred(self.pred, x, place.at("pred")),
            place.at("nil").problem(is_none, x),
        ]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        branch = branch_strategy(self.pred, context.at("pred"))
        return combine.frequency([(1, combine.just(None)), (9, branch)])

    def form(self) -> Any:
        return ("nilable", form_of(self.pred))


def conformer(f: Callable[[Any], Any], unf: Callable[[Any], Any] | None = None) -> Spec:
    """A spec that conforms x to f(x); f answers INVALID for what it refuses (s/conformer).

    Args:
        f: the function; one that raises refuses.
        unf: its inverse, for unform.

    Example:
        >>> import mxspec as s
        >>> to_int = s.conformer(int, str)
        >>> s.conform(to_int, "12"), s.unform(to_int, 12), s.conform(to_int, "x")
        (12, '12', INVALID)
    """
    if not callable(f) or not (unf is None or callable(unf)):
        raise SpecDefinitionError(f"a conformer is made of callables, not of {f!r} and {unf!r}")
    return Conformer(f, unf)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Conformer(Spec):
    f: Callable[[Any], Any]
    unf: Callable[[Any], Any] | None = None

    def conform(self, x: Any) -> Any:
        try:
            return self.f(x)
        except RecursionError:
            raise
        except Exception:
            return INVALID

    def unform(self, x: Any) -> Any:
        if self.unf is None:
            raise UnformError(f"{self!r} has no function that unforms", spec=self, value=x)
        return self.unf(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        try:
            return [place.problem(self.form(), x)] if self.f(x) is INVALID else []
        except RecursionError:
            raise
        except Exception as error:
            return [place.problem(self.form(), x, reason=exception_text(error))]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return None

    def form(self) -> Any:
        return ("conformer", self.f) if self.unf is None else ("conformer", self.f, self.unf)


def nonconforming(spec: Any) -> Spec:
    """The same spec, but conform answers the value as it came (s/nonconforming).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.nonconforming(s.or_(id=int, name=str)), 7)
        7
    """
    return Nonconforming(as_pred(spec))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Nonconforming(Spec):
    constructive: ClassVar[bool] = False
    pred: Pred

    def conform(self, x: Any) -> Any:
        return INVALID if specize(self.pred).conform(x) is INVALID else x

    def batch_parts(self) -> Iterable[Pred]:
        return [self.pred]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        conformed = specize(self.pred).conform_batch(xs)
        return [INVALID if c is INVALID else x for x, c in zip(xs, conformed, strict=True)]

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return specize(self.pred).explain(x, place)

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return strategy_of(self.pred, context)

    def form(self) -> Any:
        return ("nonconforming", form_of(self.pred))
