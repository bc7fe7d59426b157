"""The parts of a regex that have begun, as a stack: what was matched in them, and what may follow.

A frame is a part that has begun, without its innermost part, to which the frame inside belongs. Frames are
immutable and shared by all ways that come through the same beginning, so that one more level costs one more
frame however deep it lies.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, NamedTuple

from mxspec.core.asking import CONFORM, Steps
from mxspec.core.parts import specize
from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.cat import CatNode, Parts
from mxspec.regex.nodes.matched import NOTHING, Matched, TaggedMatch, plain
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.repeat import RepeatNode
from mxspec.values.invalid import INVALID

Key = tuple[Hashable, ...]
"""A way on from a frame, equal for frames that go on alike."""


class Ended:
    """A part that has matched and is over; it answers what a `Node` does.

    Args:
        match: its match.
        container: True of a cat or a repetition, whose match counts as nothing if it is empty.
        splice: True of the repetition in a plus, whose matches go into the list of the first.
        is_all: True if it could not go on.
    """

    __slots__ = ("_container", "_match", "_splice", "is_all")

    def __init__(
        self, match: Any, container: bool = False, splice: bool = False, is_all: bool = False
    ) -> None:
        self.is_all = is_all
        self._match = match
        self._container = container
        self._splice = splice

    def with_part(self, part: Node, tag: str | None) -> Ended:
        """Return the same after a part that has matched nothing."""
        return Ended(part.added_to(self._match, tag), self._container, self._splice)

    def match(self) -> Any:
        return self._match

    def match_or_nothing(self) -> Any:
        return (self._match or NOTHING) if self._container else self._match

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        match = self._match
        if self._container:
            if not match:
                return before
            return before.with_items(match) if self._splice else before.with_item(match, tag)
        return before if match is NOTHING else before.with_item(match, tag)


class Onward(NamedTuple):
    """The ways on from a frame.

    Attributes:
        follows: a number, equal for frames after which the same may follow, whatever was matched.
        keys: the several things that may go on from the frame or, past it, from a frame around it, with the
            parts to ask; empty where only the end of the sequence can follow.
        may_end: True if the sequence may end here, as far as can be told without asking preds.
    """

    follows: int
    keys: dict[Key, Parts]
    may_end: bool


END: Final = Onward(0, {}, True)


class Frame:
    """A part that has begun, in the frame `outer`; by itself, what is around a whole regex.

    Attributes:
        outer: the frame around it.
        depth: how many frames are around it.
        onward: what may follow.
        decides: the nearest frame, this one or one around it, that does more than hand on the match inside.
        repeats: the part that may follow any number of times, where just that may follow inside this.
        beyond: the frame around this, or around the outermost of those that repeat the same and end here too.
    """

    __slots__ = ("_jump", "beyond", "decides", "depth", "onward", "outer", "repeats")

    def __init__(self, outer: Frame | None, onward: Onward) -> None:
        self.outer = outer or self
        self.onward = onward
        self.depth = 0
        self.repeats: Node | None = None
        self.beyond: Frame = self.outer
        self.decides: Frame = self
        self._jump: Frame = self
        if outer is not None:
            self.depth = outer.depth + 1
            self.decides = outer.decides
            jump = outer._jump
            is_even = outer.depth - jump.depth == jump.depth - jump._jump.depth
            self._jump = jump._jump if is_even else outer

    def is_around(self, other: Frame) -> bool:
        """True if other is this frame or inside it. Jumps make it take logarithmic time (Myers, 1983)."""
        while other.depth > self.depth:
            other = other._jump if other._jump.depth >= self.depth else other.outer
        return other is self

    def _repeat(self, part: Node) -> None:
        """Note that part may follow any number of times."""
        around = self.outer.decides
        if around.is_same_repetition(part):
            self.beyond = around.beyond
        self.repeats = part

    def is_same_repetition(self, part: Node) -> bool:
        """True if just part may follow inside this, any number of times."""
        return self.repeats is not None and self.repeats.shape() == part.shape()

    def common(self, other: Frame) -> Frame:
        """Return the innermost frame around, or the same as, both this and other."""
        here = self
        while not here.is_around(other):
            here = here._jump if not here._jump.is_around(other) else here.outer
        return here

    def to_come(self) -> tuple[str | None, Node] | None:
        """Return the part that would begin next inside this frame, with its tag."""
        return None

    def ended(self, inner: Ended) -> Ended:
        """Return this part as it is over, after inner."""
        raise NotImplementedError


class CatFrame(Frame):
    """The parts of a cat after one that has begun, and what came before it."""

    __slots__ = ("before", "rest", "tag")

    def __init__(self, outer: Frame, onward: Onward, tag: str | None, rest: Parts, before: Matched) -> None:
        super().__init__(outer, onward)
        self.tag = tag
        self.rest = rest
        self.before = before
        if rest:
            self.decides = self
            [(_, first), *others] = rest
            if isinstance(first, RepeatNode) and not others:
                self._repeat(first.part)

    def ended(self, inner: Ended) -> Ended:
        is_all = inner.is_all and not self.rest
        return Ended(inner.added_to(self.before, self.tag), container=True, is_all=is_all)

    def to_come(self) -> tuple[str | None, Node] | None:
        return self.rest[0] if self.rest else None

    def after(self, inner: Ended) -> CatNode:
        """Return the cat that is left once inner is over."""
        return CatNode(self.rest, inner.added_to(self.before, self.tag))


class RepeatFrame(Frame):
    """A repetition, one of whose turns has begun."""

    __slots__ = ("before", "part", "splice")

    def __init__(self, outer: Frame, onward: Onward, part: Node, before: Matched, splice: bool) -> None:
        super().__init__(outer, onward)
        self.part = part
        self.before = before
        self.splice = splice
        self._repeat(part)
        self.decides = self

    def ended(self, inner: Ended) -> Ended:
        return Ended(inner.added_to(self.before, None), container=True, splice=self.splice)

    def anew(self, over: Ended) -> RepeatNode:
        """Return the repetition at its next turn."""
        return RepeatNode(self.part, self.part, over.match(), self.splice)

    def to_come(self) -> tuple[str | None, Node] | None:
        return None, self.part


class AltFrame(Frame):
    """The branch of an alt that was taken."""

    __slots__ = ("tag",)

    def __init__(self, outer: Frame, tag: str) -> None:
        super().__init__(outer, outer.onward)
        self.tag = tag

    def ended(self, inner: Ended) -> Ended:
        return Ended(TaggedMatch(self.tag, inner.match()), is_all=inner.is_all)


class AmpFrame(Frame):
    """The preds that the match of a part has to satisfy, which are asked where the part may end."""

    __slots__ = ("node",)

    def __init__(self, outer: Frame, onward: Onward, node: AmpNode) -> None:
        super().__init__(outer, onward)
        self.node = node
        self.decides = self


def satisfying(node: AmpNode, inner: Ended) -> Steps:
    """Return an amp as it is over, with the value that its preds conform it to, or None if they refuse."""
    match = inner.match()
    value = NOTHING if match is NOTHING else plain(match)
    for pred in node.preds:
        value = yield CONFORM, specize(pred), value
        if value is INVALID:
            return None
    # Not what preds conform it to, if there is nothing: so does clojure.
    return Ended(NOTHING if inner.match_or_nothing() is NOTHING else value, is_all=inner.is_all)
