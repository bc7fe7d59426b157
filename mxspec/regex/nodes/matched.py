"""The values that a regex has matched so far.

Each node of a regex carries what the elements so far have matched. That has to grow with every element and
must not be changed, because the ways on of an ambiguous regex share it; copying it would take quadratic time.
So it is a linked chain, to which a link is added in constant time, and which `plain` turns into lists and
dicts once, at the end.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final, final

from mxspec.predicates import Tagged


@final
class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()
"""The match of an optional part that matched nothing, as opposed to None (:clojure.spec.alpha/nil)."""


@final
class Matched:
    """A list of matches, or a dict of them by tag: a chain held by its last link.

    Args:
        keyed: True for a dict.
        before: the chain up to this link; the first link has none and holds no item.
        item: a match, or a pair of a tag and a match.
        spliced: True if the item is a chain whose items all belong to this one.
    """

    __slots__ = ("before", "item", "keyed", "spliced")

    def __init__(self, keyed: bool, before: Matched | None = None, item: Any = None, spliced: bool = False):
        self.keyed = keyed
        self.before = before
        self.item = item
        self.spliced = spliced

    def __bool__(self) -> bool:
        return self.before is not None

    def with_item(self, match: Any, tag: str | None = None) -> Matched:
        """Return the chain with one more match."""
        return Matched(self.keyed, self, match if tag is None else (tag, match))

    def with_items(self, matches: Matched) -> Matched:
        """Return the chain with all items of another chain."""
        return Matched(self.keyed, self, matches, spliced=True)

    def items(self) -> list[Any]:
        """Return the matches, or the pairs of tag and match, in order."""
        items: list[Any] = []
        link = self
        while link.before is not None:
            if link.spliced:
                items += reversed(link.item.items())
            else:
                items.append(link.item)
            link = link.before
        items.reverse()
        return items


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TaggedMatch:
    """The match of a branch of alt, with the branch's tag."""

    tag: str
    match: Any


def plain(match: Any) -> Any:
    """Return a match as the value that conform returns.

    Lists and dicts are made empty and filled later, one by one, as they may be nested to any depth.
    """
    # By type: isinstance would ask a value for its __class__, which may raise.
    if type(match) is not Matched and type(match) is not TaggedMatch:
        return None if match is NOTHING else match
    to_fill: list[tuple[Matched, Any]] = []
    value = _begun(match, to_fill)
    while to_fill:
        matched, values = to_fill.pop()
        if matched.keyed:
            for tag, item in matched.items():
                values[tag] = _begun(item, to_fill)
        else:
            for item in matched.items():
                is_whole = type(item) is not Matched and type(item) is not TaggedMatch and item is not NOTHING
                values.append(item if is_whole else _begun(item, to_fill))
    return value


def _begun(match: Any, to_fill: list[tuple[Matched, Any]]) -> Any:
    """Return a match as conform returns it, a list or dict that is still to be filled."""
    tags: list[str] = []
    while type(match) is TaggedMatch:
        tags.append(match.tag)
        match = match.match
    value = None if match is NOTHING else match
    if type(match) is Matched:
        value = {} if match.keyed else []
        to_fill.append((match, value))
    for tag in reversed(tags):
        value = Tagged((tag, value))
    return value
