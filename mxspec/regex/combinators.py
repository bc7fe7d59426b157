"""Sequences by regular expressions over their elements: cat, alt, star, plus, maybe, amp, keys_star.

A regex inside another is a part of it, not a sequence in the sequence; `s.spec(regex)` is the latter.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.batch import conform_columns
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, form_of, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, explains_errors, refuses_errors
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, SpecError, UnformError
from mxspec.names.forms import call_text
from mxspec.predicates import is_any, is_none, is_sequential, is_str
from mxspec.regex import nodes
from mxspec.regex.derivatives import conform_all, recurs_at_once, unform_all
from mxspec.regex.explain import explain_all
from mxspec.regex.generate import regex_strategy
from mxspec.regex.loops import Ambiguous, Beginning, Loop, Match, follow, must_differ
from mxspec.specs.key_groups import Key
from mxspec.specs.logic import tagged_forms, tagged_preds
from mxspec.specs.maps import keys
from mxspec.specs.rebuilding import elements
from mxspec.specs.wrappers import Conformer
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Regex(Spec):
    """A regex of elements, which as a spec of its own is one of whole sequences."""

    is_regex: ClassVar[bool] = True
    constructive: ClassVar[bool] = False

    @functools.cached_property
    def node(self) -> nodes.Node:
        """The node that matching begins with."""
        raise NotImplementedError

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if not (x is None or is_sequential(x)):
            return INVALID
        try:
            return conform_all(self, () if x is None else elements(x))
        except RecursionError:
            if recurs_at_once(self):
                raise _endless(self, x) from None
            raise

    def unform(self, x: Any) -> Any:
        try:
            return unform_all(self, x)
        except (TypeError, KeyError, ValueError, IndexError) as error:
            if isinstance(error, SpecError):
                raise
            raise UnformError(f"{x!r} is nothing that {self!r} conforms to", spec=self, value=x) from error

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if not (x is None or is_sequential(x)):
            return [place.problem(("or_", is_none, is_sequential), x)]
        try:
            return explain_all(self, [] if x is None else list(elements(x)), place)
        except RecursionError:
            if recurs_at_once(self):
                raise _endless(self, x) from None
            raise

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return regex_strategy(self, context)

    own_function: ClassVar[bool] = True

    def valid_expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        by_derivatives = f"{code.own_conform(self)}({v})"
        try:
            with code.attempt():
                with code.block(f"if {v} is None:"):
                    code.line(f"{v} = ()")
                with code.block(f"elif type({v}) is not list and type({v}) is not tuple:"):
                    code.line(f"return {by_derivatives}")
                code.line(f"n = len({v})")
                return Loop(code, v).whole(self)
        except Ambiguous:
            return by_derivatives

    def beginning(self, loop: Loop) -> Beginning:
        """Return what a match may begin with; Ambiguous where that is not known."""
        raise Ambiguous

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        """Write a match of at least one element, as `Loop.match` does."""
        raise Ambiguous

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        """Write a match that may be empty, of a part of cat."""
        raise Ambiguous

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        return dataclasses.replace(self, gen_fn=gen_fn)

    def standalone(self) -> Spec:
        return Sequenced(self)


def _endless(spec: Spec, x: Any) -> SpecError:
    return SpecError(
        f"{spec!r} refers to itself before it has matched an element, and so without end; "
        "star and plus repeat a part",
        spec=spec,
        value=x,
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sequenced(Spec):
    """A regex that matches one element, which is a sequence."""

    constructive: ClassVar[bool] = False
    regex: Regex

    def conform(self, x: Any) -> Any:
        return self.regex.conform(x)

    def batch_parts(self) -> Iterable[Pred]:
        return [self.regex]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        return self.regex.conform_batch(xs)

    def unform(self, x: Any) -> Any:
        return self.regex.unform(x)

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return self.regex.explain(x, place)

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return regex_strategy(self.regex, context)

    own_function: ClassVar[bool] = True

    def valid_expression(self, code: Code, v: str) -> str:
        return f"({code.call_conform(self, v)} is not INVALID)"

    def write_conform(self, code: Code, v: str) -> str:
        return self.regex.write_conform(code, v)

    def form(self) -> Any:
        return ("spec", form_of(self.regex))


def cat(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """The parts one after the other; conforms to a dict by tag (s/cat).

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
    def node(self) -> nodes.Node:
        tags, preds = tuple(tag for tag, _ in self.branches), tuple(pred for _, pred in self.branches)
        return nodes.cat_node(preds, tags, nodes.Matched(keyed=True))

    def batch_parts(self) -> Iterable[Pred]:
        return [pred for _, pred in self.branches]

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        tags, specs = [tag for tag, _ in self.branches], [specize(pred) for _, pred in self.branches]
        # Where each part is one element, its elements in all of xs are a column.
        plain = all(type(x) in (list, tuple) and len(x) == len(specs) for x in xs)
        if not (specs and plain) or any(spec.is_regex for spec in specs):
            return super().conform_batch(xs)
        return [
            INVALID if any(part is INVALID for part in row) else dict(zip(tags, row, strict=True))
            for row in conform_columns(specs, xs)
        ]

    def beginning(self, loop: Loop) -> Beginning:
        parts = []
        for _, pred in self.branches:
            parts.append(loop.beginning(pred))
            if not parts[-1].nullable:
                break
        nullable = all(part.nullable for part in parts)
        return Beginning(tuple(first for part in parts for first in part.firsts), nullable)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        code = loop.code
        parts = [loop.beginning(pred) for _, pred in self.branches]
        if all(part.nullable for part in parts):
            raise Ambiguous
        matches: dict[str, Match] = {}
        begun = False
        for i, ((tag, pred), part) in enumerate(zip(self.branches, parts, strict=True)):
            next_firsts = follow(parts[i + 1 :], after)
            if not part.nullable:
                matches[tag] = Match(loop.match(pred, code.refuse if begun else otherwise, next_firsts))
                begun = True
                continue
            # An optional part before the first needed one would leave it open whether cat has begun.
            regex = loop.regex(pred)
            if regex is None or (not begun and otherwise != code.refuse):
                raise Ambiguous
            matches[tag] = regex.write_optional(loop, next_firsts)
        conformed = code.name("c")
        if all(match.present is None for match in matches.values()):
            items = ", ".join(f"{tag!r}: {match.value}" for tag, match in matches.items())
            code.line(f"{conformed} = {{{items}}}")
            return conformed
        code.line(f"{conformed} = {{}}")
        for tag, match in matches.items():
            with code.block(f"if {match.present}:") if match.present else contextlib.nullcontext():
                code.line(f"{conformed}[{tag!r}] = {match.value}")
        return conformed

    def form(self) -> Any:
        return ("cat", *tagged_forms(self.branches))


def alt(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """One of the parts; conforms to the tag and what it made (s/alt).

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
    def node(self) -> nodes.Node:
        return nodes.Alt(tuple(pred for _, pred in self.branches), tuple(tag for tag, _ in self.branches))

    def beginning(self, loop: Loop) -> Beginning:
        parts = [loop.beginning(pred) for _, pred in self.branches]
        firsts = tuple(first for part in parts for first in part.firsts)
        return Beginning(firsts, any(part.nullable for part in parts))

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        code = loop.code
        parts = [loop.beginning(pred) for _, pred in self.branches]
        if any(part.nullable for part in parts):
            raise Ambiguous
        if any(loop.regex(pred) for _, pred in self.branches):
            # Branches of one element each end alike, so the first that fits is right whatever follows.
            for i, part in enumerate(parts):
                must_differ(part.firsts, tuple(first for rest in parts[i + 1 :] for first in rest.firsts))
        conformed = code.name("c")
        code.line(f"{conformed} = MISSING")
        for i, (tag, pred) in enumerate(self.branches):
            condition = "i < n" if not i else f"{conformed} is MISSING and i < n"
            with loop.once(pred, after, condition) as matched:
                code.line(f"{conformed} = Tagged(({tag!r}, {matched}))")
        with code.block(f"if {conformed} is MISSING:"):
            code.line(otherwise)
        return conformed

    def form(self) -> Any:
        return ("alt", *tagged_forms(self.branches))


def star(pred: Any) -> Spec:
    """Any number of pred, also none; conforms to a list (s/*).

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
    def node(self) -> nodes.Node:
        return nodes.Rep(self.pred, self.pred, nodes.Matched(keyed=False))

    def beginning(self, loop: Loop) -> Beginning:
        return Beginning(loop.beginning(self.pred).firsts, True)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return _write_repetition(loop, self.pred, None, after)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        matched = _write_repetition(loop, self.pred, None, follow)
        return Match(matched, present=matched)

    def form(self) -> Any:
        return ("star", form_of(self.pred))


def plus(pred: Any) -> Spec:
    """One pred or more; conforms to a list (s/+).

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
    def node(self) -> nodes.Node:
        return nodes.plus_node(self.pred)

    def beginning(self, loop: Loop) -> Beginning:
        return loop.beginning(self.pred)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return _write_repetition(loop, self.pred, otherwise, after)

    def form(self) -> Any:
        return ("plus", form_of(self.pred))


def _write_repetition(loop: Loop, pred: Pred, otherwise: str | None, after: tuple[Types, ...]) -> str:
    """Write a loop that matches pred, at least once if otherwise says what to do where it does not begin."""
    part = loop.beginning(pred)
    if part.nullable:
        raise Ambiguous
    must_differ(part.firsts, after)
    code, matched = loop.code, loop.code.name("c")
    code.line(f"{matched} = []")
    after = (*part.firsts, *after)
    if otherwise is not None:
        code.line(f"{matched}.append({loop.match(pred, otherwise, after)})")
    with code.block("while i < n:"):
        code.line(f"{matched}.append({loop.match(pred, 'break', after)})")
    return matched


def maybe(pred: Any) -> Spec:
    """One pred or none; conforms to what it made, or None (s/?).

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
    def node(self) -> nodes.Node:
        return nodes.Alt((self.pred, nodes.Accept(nodes.NOTHING)), None, is_maybe=True)

    def beginning(self, loop: Loop) -> Beginning:
        return Beginning(loop.beginning(self.pred).firsts, True)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        part = loop.beginning(self.pred)
        if part.nullable:
            raise Ambiguous
        must_differ(part.firsts, follow)
        matched = loop.code.name("c")
        loop.code.line(f"{matched} = MISSING")
        with loop.once(self.pred, follow) as value:
            loop.code.line(f"{matched} = {value}")
        return Match(matched, present=f"{matched} is not MISSING")

    def form(self) -> Any:
        return ("maybe", form_of(self.pred))


def amp(re: Any, *preds: Any) -> Spec:
    """What re matches, if its value satisfies preds, each seeing what the one before it conformed (s/&).

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
    def node(self) -> nodes.Node:
        return nodes.Amp(self.re, self.preds)

    def beginning(self, loop: Loop) -> Beginning:
        return loop.beginning(self.re)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        if loop.beginning(self.re).nullable:
            raise Ambiguous
        matched = loop.match(self.re, otherwise, after)
        for pred in self.preds:
            matched = loop.code.conform(pred, matched)
        return matched

    def form(self) -> Any:
        return ("amp", form_of(self.re), *map(form_of, self.preds))


def keys_star(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], SearchStrategy[Any]] | None = None,
) -> Spec:
    """Keys and values in turn, conformed as the map that `keys` would see (s/keys*).

    Args: as in `keys`.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/port", s.int_in(0, 65536))
        >>> s.conform(s.cat(host=str, options=s.keys_star(opt_un=["doc/port"])), ["localhost", "port", 80])
        {'host': 'localhost', 'options': {'port': 80}}
    """
    made = keys(req, opt, req_un, opt_un, gen)

    def alternating() -> SearchStrategy[Any]:
        maps = strategy_of(made, GenContext())
        return combine.fmap(lambda m: [x for item in m.items() for x in item], maps)

    return KeysStar(made, gen_fn=alternating)


def _to_dict(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["k"]: pair["v"] for pair in pairs}


def _to_pairs(made: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"k": key, "v": value} for key, value in (made or {}).items()]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class KeysStar(Regex):
    keys: Spec

    @functools.cached_property
    def node(self) -> nodes.Node:
        pair = Cat((("k", Predicate(is_str, bare=True)), ("v", Predicate(is_any, bare=True))))
        return nodes.Amp(Star(pair), (Conformer(_to_dict, _to_pairs), self.keys))

    def form(self) -> Any:
        return ("keys_star", *self.keys.form()[1:])

    def __repr__(self) -> str:
        return call_text(self.form())
