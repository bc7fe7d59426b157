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

    def plain(self) -> list[Any] | dict[str, Any]:
        """Return the list or the dict."""
        links: list[Matched] = []
        link = self
        while link.before is not None:
            links.append(link)
            link = link.before
        if self.keyed:
            return {tag: plain(match) for tag, match in (link.item for link in reversed(links))}
        values: list[Any] = []
        for link in reversed(links):
            if link.spliced:
                values.extend(plain(link.item))
            else:
                values.append(plain(link.item))
        return values


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TaggedMatch:
    """The match of a branch of alt, with the branch's tag."""

    tag: str
    match: Any


def plain(match: Any) -> Any:
    """Return a match as the value that conform returns."""
    if match is NOTHING:
        return None
    # By type: isinstance would ask a value for its __class__, which may raise.
    if type(match) is Matched:
        return match.plain()
    if type(match) is TaggedMatch:
        return Tagged((match.tag, plain(match.match)))
    return match
