"""Regexes of parts: cat, alt, amp, keys_star."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mxspec.codegen.expressions import Types
from mxspec.core.batch import conform_columns
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, form_of, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Pred, Spec
from mxspec.errors import SpecDefinitionError
from mxspec.lazy import lazy
from mxspec.names.forms import call_text
from mxspec.predicates import is_any, is_str
from mxspec.regex.loops import Ambiguous, Beginning, Loop, Match, follow, must_differ
from mxspec.regex.nodes.alt import AltNode
from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.cat import CatNode
from mxspec.regex.nodes.matched import Matched
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import node_of
from mxspec.specs.logic import tagged_forms, tagged_preds
from mxspec.specs.maps.key_groups import Key
from mxspec.specs.maps.keys import keys
from mxspec.specs.wrappers import Conformer
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


from mxspec.regex.regex import Regex
from mxspec.regex.repetitions import star


def cat(*pairs: tuple[str, Any], **tagged: Any) -> Spec:
    """Match the preds one after the other; conform to a dict by tag (s/cat).

    Args:
        pairs: `("tag", pred)` pairs, for tags that are not Python identifiers.
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

    @lazy
    def node(self) -> Node:
        return CatNode(tuple((tag, node_of(pred)) for tag, pred in self.branches), Matched(keyed=True))

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

    def toward(self, steps: list[Any]) -> Pred | None:
        return dict(self.branches).get(steps.pop()) if steps else None

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
    branches = tagged_preds("alt", pairs, tagged)
    if not branches:
        raise SpecDefinitionError("alt takes one branch or more")
    return Alt(branches)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Alt(Regex):
    branches: tuple[tuple[str, Pred], ...]

    @lazy
    def node(self) -> Node:
        return AltNode(tuple((tag, node_of(pred)) for tag, pred in self.branches))

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

    def toward(self, steps: list[Any]) -> Pred | None:
        return dict(self.branches).get(steps.pop()) if steps else None

    def form(self) -> Any:
        return ("alt", *tagged_forms(self.branches))


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

    @lazy
    def node(self) -> Node:
        return AmpNode(node_of(self.re), self.preds, self)

    def beginning(self, loop: Loop) -> Beginning:
        return loop.beginning(self.re)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        if loop.beginning(self.re).nullable:
            raise Ambiguous
        matched = loop.match(self.re, otherwise, after)
        for pred in self.preds:
            matched = loop.code.conform(pred, matched)
        return matched

    def toward(self, steps: list[Any]) -> Pred | None:
        return self.re

    def form(self) -> Any:
        return ("amp", form_of(self.re), *map(form_of, self.preds))


def keys_star(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], SearchStrategy[Any]] | None = None,
    *,
    closed: bool = False,
) -> Spec:
    """Match keys and values in turn; conform to the map of them as `keys` does (s/keys*).

    Args: as in `keys`.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/port", s.int_in(0, 65536))
        >>> s.conform(s.cat(host=str, options=s.keys_star(opt_un=["doc/port"])), ["localhost", "port", 80])
        {'host': 'localhost', 'options': {'port': 80}}
    """
    of_map = keys(req, opt, req_un, opt_un, gen, closed=closed)
    return KeysStar(of_map, gen_fn=functools.partial(_alternating, of_map))


def _alternating(of_map: Spec) -> SearchStrategy[Any]:
    """Return a strategy of the keys and values of maps, in turn."""
    maps = strategy_of(of_map, GenContext())
    return combine.fmap(lambda m: [x for item in m.items() for x in item], maps)


def _to_dict(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["k"]: pair["v"] for pair in pairs}


def _to_pairs(mapping: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"k": key, "v": value} for key, value in (mapping or {}).items()]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class KeysStar(Regex):
    keys: Spec

    @lazy
    def node(self) -> Node:
        pair = Cat((("k", Predicate(is_str, bare=True)), ("v", Predicate(is_any, bare=True))))
        return AmpNode(node_of(star(pair)), (Conformer(_to_dict, _to_pairs), self.keys), self)

    def form(self) -> Any:
        return ("keys_star", *self.keys.form()[1:])

    def __repr__(self) -> str:
        return call_text(self.form())
