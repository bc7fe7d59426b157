"""Sequences by regular expressions over their elements: cat, alt, star, plus, maybe, amp, keys_star.

A regex inside another matches some of the same elements. `s.spec(regex)` matches one element, which is a
sequence of its own.

The specs here are what a user writes. `node` is what matches, explains, unforms and makes examples.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, form_of, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, explains_errors, refuses_errors
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, SpecError, UnformError
from mxspec.names.forms import call_text
from mxspec.predicates import is_any, is_none, is_sequential, is_str
from mxspec.regex.nodes.alt import AltNode
from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.cat import CatNode
from mxspec.regex.nodes.matched import Matched
from mxspec.regex.nodes.matching import conform_all, explain_all
from mxspec.regex.nodes.maybe import MaybeNode
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import node_of
from mxspec.regex.nodes.repeat import plus_node, star_node
from mxspec.specs.collections import elements
from mxspec.specs.logic import Conformer, tagged_forms, tagged_preds
from mxspec.specs.maps import Key, keys
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Regex(Spec):
    """A spec of the sequences that a regex matches from their first element to their last."""

    is_regex: ClassVar[bool] = True
    constructive: ClassVar[bool] = False

    @functools.cached_property
    def node(self) -> Node:
        """The regex before it has matched anything."""
        raise NotImplementedError

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if not (x is None or is_sequential(x)):
            return INVALID
        try:
            return conform_all(self.node, () if x is None else elements(x))
        except RecursionError:
            self._refuse_left_recursion(x)
            raise

    def unform(self, x: Any) -> Any:
        try:
            return self.node.unform(x)
        except SpecError:
            raise
        except (TypeError, KeyError, ValueError, IndexError) as error:
            raise UnformError(f"{x!r} is nothing that {self!r} conforms to", spec=self, value=x) from error

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if not (x is None or is_sequential(x)):
            return [place.problem(("or_", is_none, is_sequential), x)]
        try:
            return explain_all(node_of(self), [] if x is None else list(elements(x)), place)
        except RecursionError:
            self._refuse_left_recursion(x)
            raise

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return node_of(self).strategy(context)

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        return dataclasses.replace(self, gen_fn=gen_fn)

    def standalone(self) -> Spec:
        return Sequenced(self)

    def _refuse_left_recursion(self, x: Any) -> None:
        if self.node.left_recursive():
            raise SpecError(
                f"{self!r} refers to itself before it has matched an element, and so without end; "
                "star and plus repeat a part",
                spec=self,
                value=x,
            ) from None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sequenced(Spec):
    """A regex that matches one element, which is a sequence."""

    constructive: ClassVar[bool] = False
    regex: Regex

    def conform(self, x: Any) -> Any:
        return self.regex.conform(x)

    def asked_in_turn(self) -> Iterable[Pred]:
        return [self.regex]

    def conform_many(self, xs: Sequence[Any]) -> list[Any]:
        return self.regex.conform_many(xs)

    def unform(self, x: Any) -> Any:
        return self.regex.unform(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return self.regex.explain(x, place)

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return node_of(self.regex).strategy(context)

    def form(self) -> Any:
        return ("spec", form_of(self.regex))


def cat(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Match the preds one after the other; conform to a dict by tag (s/cat).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are no Python names.
        tagged: `tag=pred`. A tag whose part matched nothing is not in the dict.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(name=str, ages=s.star(int)), ["Bo", 3, 4])
        {'name': 'Bo', 'ages': [3, 4]}
    """
    return Cat(tagged_preds("cat", pairs, tagged))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Cat(Regex):
    branches: tuple[tuple[str, Pred], ...]

    @functools.cached_property
    def node(self) -> Node:
        return CatNode(tuple((tag, node_of(pred)) for tag, pred in self.branches), Matched(keyed=True))

    def asked_in_turn(self) -> Iterable[Pred]:
        return [pred for _, pred in self.branches]

    def conform_many(self, xs: Sequence[Any]) -> list[Any]:
        specs = [(tag, specize(pred)) for tag, pred in self.branches]
        # Where each part is one element, the parts can be asked about in turn, each with all of its elements.
        plain = all(type(x) in (list, tuple) and len(x) == len(specs) for x in xs)
        if not (specs and plain) or any(spec.is_regex for _, spec in specs):
            return super().conform_many(xs)
        columns = [spec.conform_many([x[i] for x in xs]) for i, (_, spec) in enumerate(specs)]
        tags = [tag for tag, _ in specs]
        return [
            INVALID if any(part is INVALID for part in row) else dict(zip(tags, row, strict=True))
            for row in zip(*columns, strict=True)
        ]

    def form(self) -> Any:
        return ("cat", *tagged_forms(self.branches))


def alt(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Match one of the preds, the first being preferred; conform to a pair of its tag and value (s/alt).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are no Python names.
        tagged: `tag=pred`.

    Raises:
        SpecDefinitionError: there are no branches.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.star(s.alt(n=int, s=str)), [1, "x"])
        [('n', 1), ('s', 'x')]
    """
    branches = tagged_preds("alt", pairs, tagged)
    if not branches:
        raise SpecDefinitionError("alt takes one branch or more")
    return Alt(branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Alt(Regex):
    branches: tuple[tuple[str, Pred], ...]

    @functools.cached_property
    def node(self) -> Node:
        return AltNode(tuple((tag, node_of(pred)) for tag, pred in self.branches))

    def form(self) -> Any:
        return ("alt", *tagged_forms(self.branches))


def star(pred: Any) -> Spec:
    """Match pred any number of times, also none; conform to a list (s/*).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.star(int), [1, 2]), s.conform(s.star(int), []), s.conform(s.star(int), ["x"])
        ([1, 2], [], INVALID)
    """
    return Star(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Star(Regex):
    pred: Pred

    @functools.cached_property
    def node(self) -> Node:
        return star_node(node_of(self.pred))

    def form(self) -> Any:
        return ("star", form_of(self.pred))


def plus(pred: Any) -> Spec:
    """Match pred once or more; conform to a list (s/+).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.plus(int), [1, 2]), s.conform(s.plus(int), [])
        ([1, 2], INVALID)
    """
    return Plus(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Plus(Regex):
    pred: Pred

    @functools.cached_property
    def node(self) -> Node:
        return plus_node(node_of(self.pred))

    def form(self) -> Any:
        return ("plus", form_of(self.pred))


def maybe(pred: Any) -> Spec:
    """Match pred or nothing; conform to its value or None (s/?).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(name=str, age=s.maybe(int)), ["Bo"])
        {'name': 'Bo'}
    """
    return Maybe(as_pred(pred))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Maybe(Regex):
    pred: Pred

    @functools.cached_property
    def node(self) -> Node:
        return MaybeNode(node_of(self.pred), self.pred)

    def form(self) -> Any:
        return ("maybe", form_of(self.pred))


def amp(re: Any, *preds: Any) -> Spec:
    """Match re if its value satisfies preds, each seeing what the one before it conformed (s/&).

    Args:
        re: a regex, or a spec of one element.
        preds: specs, predicates, types, sets or names; the last one's value is what the regex conforms to.

    Example:
        >>> import mxspec as s
        >>> pairs = s.amp(s.star(int), lambda xs: len(xs) % 2 == 0)
        >>> s.valid(pairs, [1, 2]), s.valid(pairs, [1])
        (True, False)
    """
    return Amp(as_pred(re), tuple(map(as_pred, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Amp(Regex):
    re: Pred
    preds: tuple[Pred, ...]

    @functools.cached_property
    def node(self) -> Node:
        return AmpNode(node_of(self.re), self.preds, self)

    def form(self) -> Any:
        return ("amp", form_of(self.re), *map(form_of, self.preds))


def keys_star(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], SearchStrategy[Any]] | None = None,
) -> Spec:
    """Match keys and values in turn; conform to the map of them as `keys` does (s/keys*).

    Args: as in `keys`.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/port", s.int_in(0, 65536))
        >>> s.conform(s.cat(host=str, options=s.keys_star(opt_un=["doc/port"])), ["localhost", "port", 80])
        {'host': 'localhost', 'options': {'port': 80}}
    """
    of_map = keys(req, opt, req_un, opt_un, gen)

    def alternating() -> SearchStrategy[Any]:
        maps = strategy_of(of_map, GenContext())
        return combine.fmap(lambda m: [x for item in m.items() for x in item], maps)

    return KeysStar(of_map, gen_fn=alternating)


def _to_dict(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["k"]: pair["v"] for pair in pairs}


def _to_pairs(mapping: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"k": key, "v": value} for key, value in (mapping or {}).items()]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class KeysStar(Regex):
    keys: Spec

    @functools.cached_property
    def node(self) -> Node:
        pair = Cat((("k", Predicate(is_str, bare=True)), ("v", Predicate(is_any, bare=True))))
        return AmpNode(node_of(Star(pair)), (Conformer(_to_dict, _to_pairs), self.keys), self)

    def form(self) -> Any:
        return ("keys_star", *self.keys.form()[1:])

    def __repr__(self) -> str:
        return call_text(self.form())
