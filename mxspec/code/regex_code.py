"""Straight loops for those regexes that never have two ways to go on.

A regex is deterministic here if, at each element, at most one part of it can take the element: the
alternatives of alt begin with different types, and what may follow a repetition or an optional part can't
begin like it. Then the derivative never branches, and matching is a loop. All others are left to the
derivatives.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from mxspec import predicates as p
from mxspec.code.conform_code import ConformInliner
from mxspec.code.writer import Writer
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Pred, Spec
from mxspec.regex.combinators import Alt, Amp, Cat, Maybe, Plus, Star
from mxspec.specs.logic import And, Nilable, Or
from mxspec.specs.maps import Keys
from mxspec.specs.ranges import FloatIn, InstIn, IntIn
from mxspec.specs.tuples import Tuple

Types = frozenset[str] | None  # the builtin types that a value may be of; None is any

_TYPES: dict[Any, str] = {
    **dict.fromkeys((str, p.is_str, p.is_char, p.is_ident, p.is_qualified_ident, p.is_simple_ident), "str"),
    **dict.fromkeys((int, p.is_int, p.is_even, p.is_odd, p.is_pos_int, p.is_nat_int, p.is_neg_int), "int"),
    **dict.fromkeys((float, p.is_float), "float"),
    **dict.fromkeys((bool, p.is_bool, p.is_true, p.is_false), "bool"),
    **dict.fromkeys((type(None), p.is_none), "none"),
    **dict.fromkeys((dict, p.is_dict), "dict"),
    **dict.fromkeys((list, p.is_list), "list"),
}


class Ambiguous(Exception):
    """A regex that may go on in more than one way, or whose ways are not known here."""


@dataclasses.dataclass(frozen=True)
class _Part:
    """A part of a regex: what it may begin with, and whether it can match nothing."""

    firsts: tuple[Types, ...]
    nullable: bool


class Sequencer:
    """Writes deterministic regexes, and raises Ambiguous at others.

    Args:
        inliner: writes the elements.
    """

    def __init__(self, inliner: ConformInliner) -> None:
        self.inliner = inliner
        self._inside: list[int] = []

    # --- what a regex may begin with ----------------------------------------------------------------------

    def part(self, pred: Pred) -> _Part:
        spec = self.inliner.spec(pred)
        if id(spec) in self._inside:
            raise Ambiguous  # it refers to itself, so that no loop would end
        self._inside.append(id(spec))
        try:
            return self._part(spec)
        finally:
            self._inside.pop()

    def _part(self, spec: Spec) -> _Part:
        if isinstance(spec, Cat):
            firsts: list[Types] = []
            for _, pred in spec.branches:
                part = self.part(pred)
                firsts += part.firsts
                if not part.nullable:
                    return _Part(tuple(firsts), False)
            return _Part(tuple(firsts), True)
        if isinstance(spec, Alt):
            parts = [self.part(pred) for _, pred in spec.branches]
            return _Part(
                tuple(first for part in parts for first in part.firsts), any(p.nullable for p in parts)
            )
        if isinstance(spec, (Star, Maybe)):
            return _Part(self.part(spec.pred).firsts, True)
        if isinstance(spec, Plus):
            return self.part(spec.pred)
        if isinstance(spec, Amp):
            return self.part(spec.re)
        if spec.is_regex:
            raise Ambiguous
        return _Part((self.types(spec),), False)

    def types(self, pred: Pred) -> Types:
        """The builtin types that values of a spec are of."""
        spec = self.inliner.spec(pred)
        if isinstance(spec, IntIn):
            return frozenset({"int"})
        if isinstance(spec, FloatIn):
            return frozenset({"float"})
        if isinstance(spec, InstIn):
            return frozenset({"inst"})
        if isinstance(spec, Keys):
            return frozenset({"dict"})
        if isinstance(spec, Tuple):
            return frozenset({"list"})
        if isinstance(spec, And) and spec.preds:
            return self.types(spec.preds[0])
        if isinstance(spec, Nilable):
            inner = self.types(spec.pred)
            return None if inner is None else inner | {"none"}
        if isinstance(spec, Or):
            return _union([self.types(pred) for _, pred in spec.branches])
        if isinstance(spec, Predicate):
            return _predicate_types(spec.pred)
        return None

    # --- statements ---------------------------------------------------------------------------------------

    def sequence(self, w: Writer, spec: Spec, v: str) -> str:
        """Match all of the sequence v, whose length is n; returns the expression for what was matched."""
        w.line("i = 0")
        made = self.match(w, spec, v, w.refuse, ())
        with w.block("if i != n:"):
            w.line(w.refuse)
        return made

    def match(self, w: Writer, pred: Pred, v: str, otherwise: str, after: tuple[Types, ...]) -> str:
        """Match pred at v[i], or do otherwise where its first element does not fit; nothing is taken then.

        Args:
            after: what may follow.
        """
        spec = self.inliner.spec(pred)
        if not spec.is_regex:
            return self._match_element(w, spec, v, otherwise)
        if id(spec) in self._inside:
            raise Ambiguous
        self._inside.append(id(spec))
        made = self._match(w, spec, v, otherwise, after)
        self._inside.pop()
        return made

    def _match(self, w: Writer, spec: Spec, v: str, otherwise: str, after: tuple[Types, ...]) -> str:
        if isinstance(spec, Cat):
            return self._match_cat(w, spec, v, otherwise, after)
        if isinstance(spec, Alt):
            return self._match_alt(w, spec, v, otherwise, after)
        if isinstance(spec, (Star, Plus)):
            return self._match_repetition(w, spec, v, otherwise, after)
        if isinstance(spec, Amp) and not self.part(spec.re).nullable:
            made = self.match(w, spec.re, v, otherwise, after)
            for pred in spec.preds:
                made = self.inliner.make(w, pred, made)
            return made
        raise Ambiguous  # maybe and the like are matched by the cat around them

    def _match_element(self, w: Writer, spec: Spec, v: str, otherwise: str) -> str:
        element = w.name("e")
        with w.block("if i >= n:"):
            w.line(otherwise)
        w.line(f"{element} = {v}[i]")
        if self.inliner.changes(spec):
            made = w.name("c")
            w.line(f"{made} = {self.inliner.conform_call(spec, element)}")
            with w.block(f"if {made} is INVALID:"):
                w.line(otherwise)
        else:
            made = element
            test = self.inliner.test(spec, element) or self.inliner.outlined(spec, element)
            if test != "True":
                with w.block(f"if not {test}:"):
                    w.line(otherwise)
        w.line("i += 1")
        return made

    def _match_cat(self, w: Writer, spec: Cat, v: str, otherwise: str, after: tuple[Types, ...]) -> str:
        made = w.name("c")
        parts = [(tag, self.inliner.spec(pred), self.part(pred)) for tag, pred in spec.branches]
        if not parts or all(part.nullable for _, _, part in parts):
            raise Ambiguous
        pairs: list[str] = []
        optional: list[tuple[str, str, str]] = []
        begun = False
        for index, (tag, inner, part) in enumerate(parts):
            follow = _follow([rest for _, _, rest in parts[index + 1 :]], after)
            if not part.nullable:
                matched = self.match(w, inner, v, w.refuse if begun else otherwise, follow)
                pairs.append(f"{tag!r}: {matched}")
                optional.append((tag, matched, "True"))
                begun = True
                continue
            # An optional part before the first needed one would leave it open whether cat has begun.
            if not begun and otherwise != w.refuse:
                raise Ambiguous
            optional.append(self._match_optional(w, tag, inner, part, v, follow))
        if len(pairs) == len(parts):
            w.line(f"{made} = {{{', '.join(pairs)}}}")
            return made
        w.line(f"{made} = {{}}")
        for tag, matched, present in optional:
            if present == "True":
                w.line(f"{made}[{tag!r}] = {matched}")
            else:
                with w.block(f"if {present}:"):
                    w.line(f"{made}[{tag!r}] = {matched}")
        return made

    def _match_optional(
        self, w: Writer, tag: str, spec: Spec, part: _Part, v: str, follow: tuple[Types, ...]
    ) -> tuple[str, str, str]:
        """A part of cat that may match nothing: its tag, what it matched, and whether it did."""
        if isinstance(spec, Star):
            made = self._match_repetition(w, spec, v, "break", follow)
            return tag, made, made
        if not isinstance(spec, Maybe):
            raise Ambiguous
        _must_differ(part.firsts, follow)
        inner = self.part(spec.pred)
        if inner.nullable:
            raise Ambiguous
        made = w.name("c")
        w.line(f"{made} = MISSING")
        with w.block("while i < n:"):  # once at most
            w.line(f"{made} = {self.match(w, spec.pred, v, 'break', follow)}")
            w.line("break")
        return tag, made, f"{made} is not MISSING"

    def _match_repetition(
        self, w: Writer, spec: Star | Plus, v: str, otherwise: str, after: tuple[Types, ...]
    ) -> str:
        part = self.part(spec.pred)
        if part.nullable:
            raise Ambiguous
        _must_differ(part.firsts, after)
        made = w.name("c")
        w.line(f"{made} = []")
        follow = (*part.firsts, *after)
        if isinstance(spec, Plus):
            w.line(f"{made}.append({self.match(w, spec.pred, v, otherwise, follow)})")
        with w.block("while i < n:"):
            w.line(f"{made}.append({self.match(w, spec.pred, v, 'break', follow)})")
        return made

    def _match_alt(self, w: Writer, spec: Alt, v: str, otherwise: str, after: tuple[Types, ...]) -> str:
        made = w.name("c")
        parts = [(tag, self.inliner.spec(pred), self.part(pred)) for tag, pred in spec.branches]
        if any(part.nullable for _, _, part in parts):
            raise Ambiguous
        if not all(not inner.is_regex for _, inner, _ in parts):
            # Branches of one element each end alike, so the first that fits is right whatever follows.
            for index, (_, _, part) in enumerate(parts):
                _must_differ(
                    part.firsts, tuple(first for _, _, rest in parts[index + 1 :] for first in rest.firsts)
                )
        w.line(f"{made} = MISSING")
        for index, (tag, inner, _) in enumerate(parts):
            with w.block("while i < n:" if not index else f"while {made} is MISSING and i < n:"):
                w.line(f"{made} = Tagged(({tag!r}, {self.match(w, inner, v, 'break', after)}))")
                w.line("break")
        with w.block(f"if {made} is MISSING:"):
            w.line(otherwise)
        return made


def _follow(parts: list[_Part], after: tuple[Types, ...]) -> tuple[Types, ...]:
    """What may come after a part of cat: the beginnings of the next ones, up to the first that is needed."""
    firsts: list[Types] = []
    for part in parts:
        firsts += part.firsts
        if not part.nullable:
            return tuple(firsts)
    return (*firsts, *after)


def _must_differ(these: tuple[Types, ...], those: tuple[Types, ...]) -> None:
    for first in these:
        for other in those:
            if first is None or other is None or first & other:
                raise Ambiguous


def _union(types: list[Types]) -> Types:
    known = [some for some in types if some is not None]
    return frozenset().union(*known) if len(known) == len(types) else None


def _predicate_types(pred: Any) -> Types:
    if isinstance(pred, (set, frozenset)):
        names = {_TYPES.get(type(e)) for e in pred}
        return None if None in names else frozenset(name for name in names if name)
    try:
        name = _TYPES.get(pred)
    except TypeError:
        return None
    return None if name is None else frozenset({name})
