"""The nodes of a regex, and what they have matched.

What has been matched travels in the `ret` of each node, as a chain that grows in constant time and is turned
into lists and dicts once, at the end.

Nodes are immutable. Their fields `ps` and `p` hold other nodes, specs, or names that are looked up when they
are reached, so that a grammar may refer to itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final, final

from mxspec.names.registry import resolve
from mxspec.predicates import Tagged


@final
class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()
"""What an optional part has matched when it matched nothing (:clojure.spec.alpha/nil)."""


@final
class Matched:
    """A list, or a dict by tag, of what has been matched: a chain held by its last link."""

    __slots__ = ("before", "item", "keyed", "spliced")

    def __init__(self, keyed: bool, before: Matched | None = None, item: Any = None, spliced: bool = False):
        self.keyed = keyed
        self.before = before
        self.item = item
        self.spliced = spliced

    def __bool__(self) -> bool:
        return self.before is not None

    def plus(self, item: Any, tag: str | None = None) -> Matched:
        return Matched(self.keyed, self, item if tag is None else (tag, item))

    def plus_all(self, items: Matched) -> Matched:
        return Matched(self.keyed, self, items, spliced=True)

    def built(self) -> list[Any] | dict[str, Any]:
        chain: list[Matched] = []
        link = self
        while link.before is not None:
            chain.append(link)
            link = link.before
        if self.keyed:
            return {tag: built(item) for tag, item in (link.item for link in reversed(chain))}
        made: list[Any] = []
        for link in reversed(chain):
            if link.spliced:
                made.extend(built(link.item))
            else:
                made.append(built(link.item))
        return made


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TaggedMatch:
    """What a branch of alt has matched, with the branch's tag."""

    tag: str
    ret: Any


def built(ret: Any) -> Any:
    """A match as plain values."""
    if ret is NOTHING:
        return None
    # By type: isinstance would ask a value for its __class__, which may raise.
    if type(ret) is Matched:
        return ret.built()
    if type(ret) is TaggedMatch:
        return Tagged((ret.tag, built(ret.ret)))
    return ret


def amp_value(ret: Any) -> Any:
    """A match as the predicates of an amp see it: nothing is no None to them, as in clojure."""
    return ret if ret is NOTHING else built(ret)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A regex, as it is written or as derivatives leave it."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Accept(Node):
    """Matches nothing more; ret is what was matched."""

    ret: Any


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cat(Node):
    """ps one after the other, tagged by ks where there are tags; ret holds what came before them."""

    ps: tuple[Any, ...]
    ks: tuple[str, ...] | None
    ret: Matched
    is_plus: bool = False


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rep(Node):
    """p1, then any number of p2. p1 is p2 itself where no repetition has begun."""

    p1: Any
    p2: Any
    ret: Matched
    splice: bool = False


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Amp(Node):
    """What p1 matches, if its value satisfies preds in turn."""

    p1: Any
    preds: tuple[Any, ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Alt(Node):
    """Any of ps, the first being preferred, tagged by ks where there are tags."""

    ps: tuple[Any, ...]
    ks: tuple[str, ...] | None
    is_maybe: bool = False


def opened(p: Any) -> tuple[Any, str | None]:
    """The node or spec that p is or names, and the name it is registered under."""
    if isinstance(p, Node):
        return p, None
    spec = resolve(p) if isinstance(p, str) else p
    return (spec.node if spec.is_regex else spec), spec.name


# --- building nodes; None is the regex that matches nothing, not even the empty sequence --------------------


def cat_node(ps: tuple[Any, ...], ks: tuple[str, ...] | None, ret: Matched, is_plus: bool = False) -> Node:
    """A Cat whose leading accepted parts are moved into ret."""
    while ps and isinstance(ps[0], Accept):
        ret = ret.plus(ps[0].ret, ks[0] if ks else None)
        ps, ks = ps[1:], ks[1:] if ks else None
        if not ps:
            return Accept(ret)
    return Cat(ps, ks, ret, is_plus)


def rep_node(p1: Any, p2: Any, ret: Matched, splice: bool) -> Node:
    """A Rep; an accepted repetition is moved into ret and the next has not begun."""
    if isinstance(p1, Accept):
        return Rep(p2, p2, ret.plus(p1.ret), splice)
    return Rep(p1, p2, ret, splice)


def plus_node(p: Any) -> Node:
    """One p, then any number more, all in one list."""
    return Cat((p, Rep(p, p, Matched(keyed=False), splice=True)), None, Matched(keyed=False), is_plus=True)


def alt_node(ps: Sequence[Any], ks: Sequence[str] | None, repeats: bool = False) -> Node | None:
    """An Alt of those ps that can match at all."""
    if ks is not None:
        live = [(p, k) for p, k in zip(ps, ks, strict=True) if p is not None]
        if not live:
            return None
        if len(live) == 1 and isinstance(live[0][0], Accept):
            return Accept(TaggedMatch(live[0][1], live[0][0].ret))
        return Alt(tuple(p for p, _ in live), tuple(k for _, k in live))
    flat: list[Any] = []
    for p in ps:
        if p is not None:
            flat += p.ps if isinstance(p, Alt) and p.ks is None else [p]
    if len(flat) > 1 and not repeats:
        flat = _without_repeats(flat)
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else Alt(tuple(flat), None)


def _without_repeats(ps: list[Any]) -> list[Any]:
    """ps without those that differ from an earlier one in nothing but what they have matched.

    The earlier one is always preferred, so the later can never be chosen. Without this, a repetition within
    a repetition would double its alternatives at each element.
    """
    kept: dict[Any, Any] = {}
    for p in ps:
        kept.setdefault(_shape(p), p)
    return list(kept.values())


def _shape(p: Any) -> Any:
    """Equal for two nodes that match the same sequences in the same way from here on."""
    if isinstance(p, Accept):
        return "accept"
    if isinstance(p, Cat):
        return ("cat", p.ks, *map(_shape, p.ps))
    if isinstance(p, Rep):
        return ("rep", _shape(p.p1), _shape(p.p2), p.splice)
    if isinstance(p, Alt):
        return ("alt", p.ks, *map(_shape, p.ps))
    return id(p)  # what an Amp has matched decides whether its predicates hold, so no two are alike
