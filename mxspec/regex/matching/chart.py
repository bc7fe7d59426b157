"""A regex of very many ways against a sequence, in polynomial time: a chart of which part matches where.

The ways of an ambiguous grammar may double with each element, and a search that follows them one by one would
never end. The chart asks of each part and each index once at which lengths a match may end there, and shares
the answer among all that contain the part: parsing by dynamic programming (Earley 1970). The lengths are the
bits of an int, so that the ends of a cat are those of its first part, each shifted and added by `|`: a
thousand elements of a grammar where everything may follow everything take some tenths of a second.

Of the ways to match a span, derivatives prefer the same one whatever is around it: the first branch of an alt
that fits, and of a cat or a repetition the longest first part or turn with which the rest fits. So the value
is read off the chart from the outside in, and is the one that derivatives find, but for one thing. To clojure
what several ways of a repetition in `plus` matched is one item of its list. A chart knows no ways, and puts
all turns of a `plus` into one list.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

from mxspec.core.asking import CONFORM, EXPLAIN, Steps
from mxspec.core.parts import find_name, form_of, specize
from mxspec.core.problems import Place
from mxspec.errors import Problem, SpecError
from mxspec.names.forms import call_text
from mxspec.regex.matching.frames import Ended, satisfying
from mxspec.regex.nodes.alt import AltNode
from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.cat import CatNode
from mxspec.regex.nodes.element import ElementNode
from mxspec.regex.nodes.matched import NOTHING, Matched, TaggedMatch, plain
from mxspec.regex.nodes.maybe import MaybeNode
from mxspec.regex.nodes.node import Node, answered
from mxspec.regex.nodes.reference import ReferenceNode
from mxspec.regex.nodes.repeat import PlusNode, RepeatNode
from mxspec.specs.logic import And
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import EXTRA_INPUT

MOST_BITS: Final = 4_000_000_000
"""The number of bits of all lengths together, half a gigabyte of them, up to which a chart is filled."""

_ENDS: Final = "ends"
_VALUE: Final = "value"

Entry = tuple[str, Node, int, int]
"""`(_ENDS, node, i, k)`: the lengths of the matches of node from index i on, of a cat without its first k
parts. `(_VALUE, node, i, j)`: what node matches from index i up to j."""

Filling = Generator[Any, Any, Any]
"""The steps of one entry: it yields other entries and requests, and is sent the answers."""


class Chart:
    """The matches of the parts of a regex in a sequence.

    Args:
        regex: the regex as it is written.
        xs: the elements.
    """

    def __init__(self, regex: Node, xs: Sequence[Any]) -> None:
        self._regex = regex
        self._xs = xs
        self._entries: dict[Entry, Any] = {}
        self._above: dict[Entry, Entry] = {}  # the entry that first asked for one
        self._nodes: dict[Any, Node] = {}
        self._forced: dict[tuple[RepeatNode, int], dict[int, tuple[Matched, Any]]] = {}
        self._bits = 0
        # The index up to which elements match, the entries of elements that fail there, and of amps.
        self._furthest = 0
        self._failed: list[Entry] = []
        self._refused: list[tuple[Entry, Any]] = []

    def matching(self) -> Steps:
        """Return the value of the elements, or INVALID, in steps."""
        node, n = self._node(self._regex), len(self._xs)
        ends = yield from self._filling((_ENDS, node, 0, 0))
        if not ends >> n & 1:
            return INVALID
        if not n:
            return plain(node.match())
        over = yield from self._filling((_VALUE, node, 0, n))
        return plain(over.match())

    def explaining(self, place: Place) -> Steps:
        """Return why the elements do not match, in steps: a problem for each spec that can't go on, once."""
        if (yield from self.matching()) is not INVALID:
            return []
        here, rest = self._furthest, self._xs[self._furthest :]
        problems: list[Problem] = []
        if rest:
            reported: set[str] = set()
            for entry in self._failed:
                node, at = entry[1], self._place(entry, place.into(here))
                assert isinstance(node, ElementNode)
                pred = find_name(node.pred) or call_text(form_of(node.spec))
                if pred in reported:
                    continue
                reported.add(pred)
                problems += yield from answered(node.explain([*rest], at))
        elif self._failed:
            problems += self._failed[0][1].insufficient(self._place(self._failed[0], place))  # type: ignore[arg-type]
        if not problems:
            for entry, value in self._refused:
                preds = And(entry[1].preds)  # type: ignore[attr-defined]
                problems += yield from answered([(EXPLAIN, preds, value, self._place(entry, place))])
        return problems or [place.into(here).problem(self._regex.describe(), [*rest], reason=EXTRA_INPUT)]

    # --- entries ------------------------------------------------------------------------------------------

    def _filling(self, entry: Entry) -> Steps:
        """Return an entry, filled in with all that it takes; without Python's stack, as there may be many."""
        entries = self._entries
        waiting: list[tuple[Entry, Filling]] = []
        request: Any = entry
        while True:
            if request[0] is CONFORM:
                answer = yield request
            elif (answer := entries.get(request)) is None:
                if request in entries:
                    raise RecursionError("a part of the regex begins with itself")
                entries[request] = None
                if waiting:
                    self._above[request] = waiting[-1][0]
                _, node, i, k = request
                waiting.append(
                    (request, self._ends(node, i, k) if request[0] is _ENDS else self._value(*request[1:]))
                )
            while True:
                if not waiting:
                    return answer
                entry, filling = waiting[-1]
                try:
                    request = filling.send(answer)
                    break
                except StopIteration as stop:
                    answer = entries[entry] = stop.value
                    waiting.pop()

    def _ends(self, node: Node, i: int, k: int) -> Filling:
        """Return the lengths of the matches of node from i on, as bits."""
        if isinstance(node, ElementNode):
            return (yield from self._ends_of_element(node, i))
        ends = 0
        if isinstance(node, CatNode):
            if k == len(node.parts):
                return 1
            first = yield _ENDS, self._node(node.parts[k][1]), i, 0
            if k == len(node.parts) - 1:
                return first
            while first:
                length = (first & -first).bit_length() - 1
                ends |= (yield _ENDS, node, i + length, k + 1) << length
                # In a plus, all is known that may follow where another turn ends.
                first &= ~ends if isinstance(node, PlusNode) else ~(1 << length)
        elif isinstance(node, RepeatNode):
            turn = yield _ENDS, self._node(node.part), i, 0
            ends = 1  # and no turn of nothing, after which there would be another one
            while turn := turn & ~ends:  # all is known that may follow where another turn ends
                length = (turn & -turn).bit_length() - 1
                ends |= (yield _ENDS, node, i + length, 0) << length
        elif isinstance(node, AltNode):
            for _, branch in node.branches:
                ends |= yield _ENDS, self._node(branch), i, 0
        elif isinstance(node, MaybeNode):
            ends = 1 | (yield _ENDS, self._node(node.part), i, 0)
        elif isinstance(node, AmpNode):
            of_part = yield _ENDS, self._node(node.part), i, 0
            for length in _bits(of_part):
                if node.nullable() if not length else (yield _VALUE, node, i, i + length) is not INVALID:
                    ends |= 1 << length
        else:
            raise NotImplementedError(type(node))
        self._bits += ends.bit_length()
        if self._bits > MOST_BITS:
            raise SpecError(
                f"{len(self._xs):,} elements match this regex in too many ways: the lengths of the matches "
                f"of its parts take more than {MOST_BITS:,} bits"
            )
        return ends

    def _ends_of_element(self, node: ElementNode, i: int) -> Filling:
        fits = False
        if i < len(self._xs):
            x, spec = self._xs[i], node.spec
            # Two nodes of one spec are one entry, see _node.
            conformed = (yield CONFORM, spec, x) if spec.has_steps else spec.conform(x)
            fits = conformed is not INVALID
            if fits:
                self._entries[_VALUE, node, i, i + 1] = Ended(conformed, is_all=True)
        if i + fits > self._furthest:
            self._furthest = i + fits
            self._failed.clear()
            self._refused.clear()
        if not fits and i == self._furthest:
            self._failed.append((_ENDS, node, i, 0))
        return 2 if fits else 0

    def _node(self, part: Node) -> Node:
        """Return the node that a part stands for, one for all elements of a spec."""
        if isinstance(part, ReferenceNode):
            node = self._nodes.get(part.pred)
            if node is None:
                spec: Any = specize(part.pred)
                node = self._nodes[part.pred] = (
                    spec.node if spec.is_regex else self._node(ElementNode(spec, part.pred))
                )
            return node
        return self._nodes.setdefault(part.spec, part) if isinstance(part, ElementNode) else part

    # --- values -------------------------------------------------------------------------------------------

    def _value(self, node: Node, i: int, j: int) -> Filling:
        """Return what node matches from i up to j, an `Ended`; it is known that it does, but of an amp.

        Of an amp INVALID, if its preds refuse.
        """
        if isinstance(node, CatNode):
            return (yield from self._value_of_cat(node, i, j))
        if isinstance(node, RepeatNode):
            part = self._node(node.part)
            i, matched, inner = yield from self._forced_turns(node, part, i, j)
            while i < j:
                length = yield from self._longest(part, (node, 0), i, j)
                inner = yield _VALUE, part, i, i + length
                matched = inner.added_to(matched, None)
                i += length
            if inner.is_all:  # then the next turn has matched nothing, and adds that; see Search
                matched = node.part.added_to(matched, None)
            return Ended(matched, container=True, splice=node.splice)
        if isinstance(node, AltNode):
            for tag, branch in node.branches:
                if self._entries[_ENDS, self._node(branch), i, 0] >> (j - i) & 1:
                    inner = yield _VALUE, self._node(branch), i, j
                    return Ended(TaggedMatch(tag, inner.match()), is_all=inner.is_all)
        if isinstance(node, AmpNode):
            inner = yield _VALUE, self._node(node.part), i, j
            over = yield from satisfying(node, inner)
            if over is None:
                if j == self._furthest:
                    match = inner.match()
                    value = NOTHING if match is NOTHING else plain(match)
                    self._refused.append(((_ENDS, node, i, 0), value))
                return INVALID
            return over
        assert isinstance(node, MaybeNode)
        return (yield _VALUE, self._node(node.part), i, j)

    def _forced_turns(self, node: RepeatNode, part: Node, i: int, j: int) -> Filling:
        """Return the end, the match and the last of those turns from i up to j that have one length only.

        They are the same whatever j is, and an amp asks for all that there are.
        """
        forced = self._forced.setdefault((node, i), {i: (node.before, None)})
        last = next(reversed(forced))
        while last < j and j not in forced:
            lengths = self._entries[_ENDS, part, last, 0] & ~1
            if lengths & (lengths - 1):
                break
            inner = yield _VALUE, part, last, last + lengths.bit_length() - 1
            matched = inner.added_to(forced[last][0], None)
            last += lengths.bit_length() - 1
            forced[last] = (matched, inner)
        end = j if j in forced else last if last < j else i
        return end, *forced[end]

    def _value_of_cat(self, node: CatNode, i: int, j: int) -> Filling:
        matched, is_all = node.before, True
        for k, (tag, written) in enumerate(node.parts):
            if i == j:
                # What comes after the last element has not begun. Of several parts derivatives see the first.
                return Ended(written.added_to(matched, tag) if is_all else matched, container=True)
            part = self._node(written)
            is_last = k == len(node.parts) - 1
            length = j - i if is_last else (yield from self._longest(part, (node, k + 1), i, j))
            if length:
                inner = yield _VALUE, part, i, i + length
                matched, is_all = inner.added_to(matched, tag), inner.is_all
                i += length
            else:
                matched = written.added_to(matched, tag)
        return Ended(matched, container=True, is_all=is_all)

    def _longest(self, part: Node, rest: tuple[Node, int], i: int, j: int) -> Filling:
        """Return the length of the longest match of part from i on after which the rest goes to j."""
        entries, (node, k) = self._entries, rest
        lengths = entries[_ENDS, part, i, 0] & ((2 << (j - i)) - 1)
        while True:
            length: int = lengths.bit_length() - 1
            ends = entries.get((_ENDS, node, i + length, k))
            if ends is None:
                ends = yield _ENDS, node, i + length, k
            if ends >> (j - i - length) & 1:
                return length
            lengths ^= 1 << length

    # --- places -------------------------------------------------------------------------------------------

    def _place(self, entry: Entry, place: Place) -> Place:
        """Return the place of an entry in the regex, by the way that came to it first."""
        inner, steps = entry[1], []
        while (above := self._above.get(entry)) is not None:
            _, node, _, k = entry = above
            parts = node.parts[k : k + 1] if isinstance(node, CatNode) else ()
            parts = node.branches if isinstance(node, AltNode) else parts
            written = [(None, node.part)] if isinstance(node, (RepeatNode, MaybeNode, AmpNode)) else parts
            for tag, part in written:
                if node is not inner and self._node(part) is inner:
                    name = specize(part.pred).name if isinstance(part, ReferenceNode) else None
                    steps.append((tag, name if not isinstance(inner, ElementNode) else None))
                    break
            inner = node
        for tag, name in reversed(steps):
            place = (place if tag is None else place.at(tag)).under(name)
        return place


def _bits(lengths: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, the lowest first."""
    while lengths:
        lowest = lengths & -lengths
        yield lowest.bit_length() - 1
        lengths ^= lowest
