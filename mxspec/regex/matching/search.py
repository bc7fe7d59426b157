"""Any regex against a sequence, however deep the grammar nests, in time in proportion where it can be.

The derivative of a regex that refers to itself is one level deeper after each element, and to take the next
derivative is to go down all levels. Here the levels are frames (`mxspec.regex.matching.frames`), and a way to
match is an element that has matched, in its frame. Each step asks what may follow:

- the parts that may begin inside the same frame come first, then, where all inside a frame may end, what
  follows the frame. That is the order of derivatives, in which the first of several ways is preferred.
- Of ways after which the same may follow, all but the first are dropped, since they are never preferred.
  So a repetition in a repetition does not double its ways at each element, and there are as few ways as there
  are different ends of the grammar.
- Nothing is done about frames after which nothing can follow, or nothing that takes the next element. So the
  end of `cat(n=int, more=maybe("q/ns"))`, in whatever many frames, takes no time until the sequence ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from mxspec.core.asking import CONFORM, Steps
from mxspec.core.parts import specize
from mxspec.core.spec import Spec
from mxspec.errors import UnknownSpecError
from mxspec.names.registry import find as find_spec
from mxspec.regex.matching.chart import Chart
from mxspec.regex.matching.frames import (
    END,
    AltFrame,
    AmpFrame,
    CatFrame,
    Ended,
    Frame,
    Key,
    Onward,
    RepeatFrame,
    satisfying,
)
from mxspec.regex.matching.size import TooManyWays
from mxspec.regex.nodes.alt import AltNode
from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.cat import CatNode, Parts
from mxspec.regex.nodes.element import ElementNode
from mxspec.regex.nodes.matched import Matched, plain
from mxspec.regex.nodes.maybe import MaybeNode
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import ReferenceNode
from mxspec.regex.nodes.repeat import RepeatNode
from mxspec.values.invalid import INVALID

Way = tuple[Any, Frame]
"""A way to match: what the last element conformed to, and the frame that it is in."""


def matching(regex: Node, xs: Iterable[Any]) -> Steps:
    """Return the value of xs by regex, or INVALID, in steps."""
    search = Search(regex)
    begun: list[Any] = []
    rest = iter(xs)
    try:
        for x in rest:
            begun.append(x)
            yield from search.take(x)
            if not search.ways:
                return INVALID
    except TooManyWays:
        return (yield from Chart(regex, [*begun, *rest]).matching())
    if not begun:
        return plain(regex.match()) if regex.nullable() else INVALID
    return (yield from search.result())


EASY: Final = 1000
"""The number of ways that a search looks at, of all elements, before it is given up."""

_PARTS_IN_A_LOOK: Final = 16

USUAL: Final = 30
"""The number of ways for an element up to which it goes on all the same."""


class _Unasked(Exception):
    """A spec with parts, whose answer has to be asked for in steps."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec


class Search:
    """The ways to match the elements so far.

    Attributes:
        ways: the ways, the first being preferred.
        answers: what specs with parts conform the last element to, by their ids.
        is_faithful: False if a way was dropped, or an amp has come to its end, so that derivatives may
            explain more often or elsewhere.
    """

    def __init__(self, regex: Node) -> None:
        self.ways: list[Way] = []
        self.answers: dict[int, Any] = {}
        self.is_faithful = True
        self._regex: Node | None = regex
        self._bottom = Frame(None, END)
        self._onwards: dict[Hashable, Onward] = {}
        self._nullable: dict[Key, bool] = {}
        self._letters: dict[int, Hashable] = {}
        self._add_nothing: dict[int, bool] = {}
        # The frames inside which there are several ways that match alike, of which one is left.
        self._forked: set[Frame] = set()
        # Those inside which there are several ways: what is around two ways next to each other.
        self._forks: set[Frame] = set()
        self._index = 0
        self._looks = 0
        self._begin_step(None)

    def _begin_step(self, x: Any) -> None:
        self._x = x
        self._next: list[Way] = []
        self._follows: dict[int, Frame] = {}
        self._leaves: dict[int, Any] = {}
        self.answers = {}
        self._alive: dict[Key, bool] = {}
        self._covered: set[Frame] = set()

    def take(self, x: Any) -> Steps:
        """Go on by x, in every way that there is."""
        self._begin_step(x)
        if self._regex is not None:
            yield from self._asking(self._enter, self._regex, self._bottom)
            self._regex = None
        # The frames that may be left, each inside the one before it, with what has ended in them first.
        open_frames: list[tuple[Frame, Ended]] = []
        for match, frame in self.ways:
            while open_frames and not open_frames[-1][0].is_around(frame):
                yield from self._leave(open_frames)
            yield from self._open(open_frames, frame, Ended(match, is_all=True))
        while open_frames:
            yield from self._leave(open_frames)
        self.ways = self._next
        frames = [frame for _, frame in self.ways]
        self._forks = {frame.common(other) for frame, other in itertools.pairwise(frames)}
        self._index += 1

    def result(self) -> Steps:
        """Return the value of the elements so far, or INVALID."""
        closed: set[Frame] = set()
        for match, frame in self.ways:
            if not frame.onward.may_end:
                continue
            over = yield from self.over_in((match, frame), self._bottom, closed)
            if over is not None:
                return plain(over.match())
        return INVALID

    def over_in(self, way: Way, around: Frame, closed: set[Frame] | None = None) -> Steps:
        """Return what is inside a frame as it is over, or None if it may not end with the last element.

        Args:
            way: the way whose element is the last.
            around: the frame.
            closed: the frames of amps that have been asked, to which this adds: whether their preds hold is
                decided by the way that is preferred inside.
        """
        match, frame = way
        over: Ended | None = Ended(match, is_all=True)
        while frame is not around and over is not None:
            if not isinstance(frame, AmpFrame):
                # It is known to be so unless a name could not be looked up.
                skips = not (isinstance(frame, CatFrame) and frame.rest) or _are_nullable(frame.rest)
                over = self._ended(frame, over) if skips else None
            elif closed is not None and frame in closed:
                over = None
            else:
                if closed is not None:
                    closed.add(frame)
                over = yield from satisfying(frame.node, over)
            frame = frame.outer
        return over

    def _ended(self, frame: Frame, inner: Ended) -> Ended:
        if frame in self._forked or frame in self._forks:
            # What one of several ways matched is one item to clojure, also in a plus.
            inner = Ended(inner.match())
        over = frame.ended(inner)
        # Where the inside could not go on, the part to come matches nothing, and adds its match.
        # Most often that is nothing; see `ElementNode.match` for when it is not.
        to_come = frame.to_come() if inner.is_all else None
        if to_come is not None and not self._adds_nothing(to_come[1]):
            tag, part = to_come
            if sum(frame.is_around(other) for _, other in self.ways) == 1:
                return over.with_part(part, tag)
        return over

    def _adds_nothing(self, part: Node) -> bool:
        """True if a part that has not begun adds nothing to a repetition of it."""
        adds_nothing = self._add_nothing.get(id(part))
        if adds_nothing is None:
            adds_nothing = self._add_nothing[id(part)] = not part.added_to(_NONE, None)
        return adds_nothing

    # --- leaving frames -----------------------------------------------------------------------------------

    def _open(self, open_frames: list[tuple[Frame, Ended]], frame: Frame, over: Ended) -> Steps:
        """Note that the inside of frame is over, unless it was in a way preferred to this."""
        if open_frames and open_frames[-1][0] is frame:
            return
        if frame.onward.keys and (yield from self._asking(self._goes_on, frame)):
            open_frames.append((frame, over))

    def _leave(self, open_frames: list[tuple[Frame, Ended]]) -> Steps:
        """Begin what may follow inside the last of open_frames, and open the frame around it."""
        self._look()
        frame, inner = open_frames.pop()
        over: Ended | None
        if isinstance(frame, AmpFrame):
            over = yield from satisfying(frame.node, inner)
            if over is None:
                return
        else:
            over = self._ended(frame, inner)
        if frame in self._covered:
            # A repetition at the end of a turn of an equal one begins anew for that one too.
            if not (yield from self._asking(self._goes_on, frame.beyond)):
                return
        elif isinstance(frame, CatFrame) and frame.rest:
            yield from self._asking(self._enter, frame.after(inner), frame.outer)
        elif isinstance(frame, RepeatFrame):
            yield from self._asking(self._enter, frame.anew(frame.ended(inner)), frame.outer)
        if isinstance(frame, CatFrame) and not self._may_skip(frame.rest):
            return
        yield from self._open(open_frames, frame.outer, over)

    def _goes_on(self, frame: Frame) -> bool:
        """True if what follows frame may take the element."""
        return any(self._is_alive(key, parts) for key, parts in frame.onward.keys.items())

    def _is_alive(self, key: Key, parts: Parts) -> bool:
        alive = self._alive.get(key)
        if alive is None:
            kept = self._next, self._follows, self._covered, self.is_faithful
            self._next, self._follows, self._covered = [], {}, set()
            try:
                self._enter(CatNode(parts, _NONE), self._bottom)
                alive = self._alive[key] = bool(self._next)
            finally:
                self._next, self._follows, self._covered, self.is_faithful = kept
        return alive

    # --- entering parts -----------------------------------------------------------------------------------

    def _asking(self, fn: Callable[..., Any], *args: Any) -> Steps:
        """Call fn, again and again until all specs of elements that it asks about have an answer."""
        count = len(self._next)
        while True:
            try:
                return fn(*args)
            except _Unasked as unasked:
                spec = unasked.spec
            for _, frame in self._next[count:]:
                del self._follows[frame.onward.follows]
            del self._next[count:]
            self.answers[id(spec)] = yield CONFORM, spec, self._x

    def _enter(self, node: Node, frame: Frame) -> None:
        """Begin node in frame, by the element."""
        if isinstance(node, ElementNode):
            self._take_element(node.spec, frame)
        elif isinstance(node, ReferenceNode):
            spec = specize(node.pred)
            if spec.is_regex:
                self._enter(spec.node, frame)  # type: ignore[attr-defined]
            else:
                self._take_element(spec, frame)
        elif isinstance(node, CatNode):
            self._enter_cat(node, frame)
        elif isinstance(node, AltNode):
            for tag, branch in node.branches:
                self._enter(branch, AltFrame(frame, tag))
        elif isinstance(node, MaybeNode):
            self._enter(node.part, frame)
        elif isinstance(node, RepeatNode):
            repeat = RepeatFrame(
                frame, self._after_turn(node.part, frame), node.part, node.before, node.splice
            )
            if frame.decides.is_same_repetition(node.part):
                self._covered.add(frame.decides)
                self._forked.add(frame.decides.outer)
                self.is_faithful = False
            self._enter(node.part, repeat)
        elif isinstance(node, AmpNode):
            key = ("&", id(node), self._index, frame.onward.follows)
            self._enter(node.part, AmpFrame(frame, self._onward(key, frame.onward.keys, frame), node))

    def _enter_cat(self, node: CatNode, frame: Frame) -> None:
        parts, before = node.parts, node.before
        while parts:
            self._looks += len(parts) // _PARTS_IN_A_LOOK  # the key of what is left takes them all
            (tag, head), *_ = parts
            rest = parts[1:]
            self._enter(head, CatFrame(frame, self._after_part(rest, frame), tag, rest, before))
            if not (rest and head.nullable()):
                return
            before = head.added_to(before, tag)
            parts = rest

    def _look(self) -> None:
        self._looks += 1
        if self._looks > EASY and self._looks > USUAL * self._index:
            raise TooManyWays

    def _take_element(self, spec: Spec, frame: Frame) -> None:
        self._look()
        follows = frame.onward.follows
        conformed = self._conformed(spec)
        if conformed is INVALID:
            return
        if follows in self._follows:
            # Never preferred to the way that is there, and alive for as long.
            self.is_faithful = False
            self._forked.add(frame.common(self._follows[follows]))
        else:
            self._follows[follows] = frame
            self._next.append((conformed, frame))
            if isinstance(frame.decides, AmpFrame):
                self.is_faithful = False

    def _conformed(self, spec: Spec) -> Any:
        key = id(spec)
        if key in self._leaves:
            return self._leaves[key]
        if key in self.answers:
            return self.answers[key]
        if spec.has_steps:
            raise _Unasked(spec)
        conformed = self._leaves[key] = spec.conform(self._x)
        return conformed

    # --- what may follow ----------------------------------------------------------------------------------

    def _after_part(self, rest: Parts, frame: Frame) -> Onward:
        if not rest:
            return frame.onward
        key = self._key(rest)
        onward = self._onwards.get((key, frame.onward.follows))
        if onward is not None:
            return onward
        may_skip = self._may_skip(rest)
        keys = {key: rest, **frame.onward.keys} if may_skip else {key: rest}
        return self._onward((key, frame.onward.follows), keys, frame, may_skip)

    def _after_turn(self, part: Node, frame: Frame) -> Onward:
        parts = ((None, part),)
        key = (("*", self._letter(part)),)
        return self._onward((key, frame.onward.follows), {key: parts, **frame.onward.keys}, frame)

    def _onward(self, key: Hashable, keys: dict[Key, Parts], frame: Frame, may_skip: bool = True) -> Onward:
        onward = self._onwards.get(key)
        if onward is None:
            may_end = may_skip and frame.onward.may_end
            onward = self._onwards[key] = Onward(len(self._onwards) + 1, keys, may_end)
        return onward

    def _may_skip(self, rest: Parts) -> bool:
        key = self._key(rest)
        may_skip = self._nullable.get(key)
        if may_skip is None:
            try:
                may_skip = self._nullable[key] = _are_nullable(rest)
            except UnknownSpecError:
                return True  # an error only where it is reached, which is when it is entered or skipped
        return may_skip

    def _key(self, parts: Parts) -> Key:
        return tuple([self._letter(part) for _, part in parts])

    def _letter(self, node: Node) -> Hashable:
        """Return a key that is equal for parts that match alike."""
        letter = self._letters.get(id(node))
        if letter is None:
            if isinstance(node, ElementNode):
                letter = id(node.spec)
            elif isinstance(node, ReferenceNode):
                letter = node.pred if (spec := find_spec(node.pred)) is None else id(spec)
            elif isinstance(node, RepeatNode):
                letter = ("*", self._letter(node.part))
            else:
                letter = id(node)
            self._letters[id(node)] = letter
        return letter


_NONE = Matched(keyed=False)


def _are_nullable(parts: Parts) -> bool:
    return all(part.nullable() for _, part in parts)
