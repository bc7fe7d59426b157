"""A sequence against its regex by derivatives, element by element: what does not match, and why.

The derivatives are near to clojure.spec's, so that the problems are the same ones, in the same order. Where a
regex refers to itself and a sequence is long they would be nested without bound; then the ways of a search
(`mxspec.regex.matching.search`), which found the element in question, are explained one by one.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.core.asking import EXPLAIN, Steps
from mxspec.core.parts import form_of
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import Tag
from mxspec.regex.matching.chart import Chart
from mxspec.regex.matching.frames import AltFrame, AmpFrame, CatFrame, Frame, RepeatFrame
from mxspec.regex.matching.search import Search, Way
from mxspec.regex.matching.size import TooManyWays
from mxspec.regex.nodes.accept import AcceptNode
from mxspec.regex.nodes.cat import Parts
from mxspec.regex.nodes.matched import NOTHING, plain
from mxspec.regex.nodes.node import Asked, Node, answered
from mxspec.regex.nodes.ways import count
from mxspec.specs.logic import And
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import EXTRA_INPUT, INSUFFICIENT_INPUT

FAITHFUL_WAYS: Final = 50
"""The number of ways up to which explain follows every way on of an ambiguous regex."""

MOST_WAYS: Final = 500
"""The number of ways up to which explain follows those that do not match alike."""

DEEP: Final = 100
"""The number of frames around an element from which on derivatives would be nested too deep."""


def explaining_all(regex: Node, xs: Sequence[Any], place: Place, *, is_flat: bool = False) -> Steps:
    """Return the problems of xs by regex, in clojure.spec's order, in steps.

    Args:
        regex: the regex as it is written.
        xs: the elements.
        place: the place of the sequence.
        is_flat: True if derivatives need no search before them (`mxspec.regex.matching.size`).
    """
    try:
        if is_flat:
            return (yield from _explaining_by_derivatives(regex, xs, itertools.repeat({}), place))
        return (yield from _explaining_by_ways(regex, xs, place))
    except TooManyWays:
        return (yield from Chart(regex, xs).explaining(place))


def _explaining_by_ways(regex: Node, xs: Sequence[Any], place: Place) -> Steps:
    search = Search(regex)
    answers: list[Mapping[int, Any]] = []
    ways = search.ways
    is_deep = False
    for x in xs:
        ways = search.ways
        is_deep = is_deep or any(frame.depth > DEEP for _, frame in ways)
        yield from search.take(x)
        answers.append(search.answers)
        if not search.ways:
            break
    else:
        ways = search.ways
        if ways and (yield from search.result()) is not INVALID:
            return []
    index = len(answers) - 1 if xs and not search.ways else len(answers)
    is_deep = is_deep or any(frame.depth > DEEP for _, frame in ways)
    if ways and (is_deep or (search.is_faithful and len(ways) == 1)):
        rest = list(xs[index:])
        here = place.into(index) if rest else place
        problems: list[Problem] = []
        for way in ways:
            problems += yield from explain_way(search, way, rest, here)
        return problems or [_extra_input(regex, rest, here)]
    return (yield from _explaining_by_derivatives(regex, xs, answers, place))


def _explaining_by_derivatives(
    regex: Node, xs: Sequence[Any], answers: Iterable[Mapping[int, Any]], place: Place
) -> Steps:
    """Return the problems of xs by regex.

    clojure keeps every way on of an ambiguous regex and reports a problem once for each. conform can do with
    the first of those that match alike from here (see `one_of`), but explain would then report less often
    than clojure. On the other hand these ways may double with each element, and the explanation of a long
    sequence would never end. So explain keeps them all until there are more than FAITHFUL_WAYS, to say there
    what clojure says, and from then on the first of those that match alike.
    """
    left = regex
    is_faithful = True
    for i, (x, known) in enumerate(zip(xs, answers, strict=False)):
        ways = count(left)
        if ways > MOST_WAYS and not is_faithful:
            raise TooManyWays
        is_faithful = is_faithful and ways <= FAITHFUL_WAYS
        after = left.derivative(Asked(x, known) if known else x, keep_equal=is_faithful)
        if after is None:
            here, rest = place.into(i), list(xs[i:])
            stopped_at = regex if isinstance(left, AcceptNode) else left
            return (yield from answered(left.explain(rest, here))) or [_extra_input(stopped_at, rest, here)]
        left = after
    return [] if left.nullable() else (yield from answered(left.explain([], place)))


def _extra_input(stopped_at: Node, rest: list[Any], place: Place) -> Problem:
    """Return the problem of a sequence that goes on when nothing more can follow."""
    return place.problem(stopped_at.describe(), rest, reason=EXTRA_INPUT)


def explain_way(search: Search, way: Way, rest: list[Any], place: Place) -> Steps:
    """Return why an element that has matched in a frame can't be followed by rest.

    As derivatives are explained: the outermost frame in which something else is in the way than what goes on
    inside it says what that is.
    """
    inside = list(_from_inside(way))
    while inside:
        frame, may_end, is_over, describe = inside.pop()
        if isinstance(frame, CatFrame):
            may_end = is_over or (may_end and bool(frame.rest))
            if may_end and not is_over:
                may_end = (yield from search.over_in(way, frame)) is not None  # preds may refuse
            if may_end:
                return (yield from _explain_parts(frame.rest, is_over, rest, place))
            place = place if frame.tag is None else place.at(frame.tag)
        elif isinstance(frame, RepeatFrame):
            if is_over:
                return (yield from answered(frame.part.explain(rest, place)))
        elif not rest and not may_end:
            form = ("alt", (Tag(frame.tag), describe())) if isinstance(frame, AltFrame) else describe()
            return [place.problem(form, [], reason=INSUFFICIENT_INPUT)]
        elif isinstance(frame, AltFrame):
            if is_over:
                return []
            place = place.at(frame.tag)
        elif isinstance(frame, AmpFrame) and not rest:
            over = yield from search.over_in(way, frame)
            match = over.match()
            value = NOTHING if match is NOTHING else plain(match)
            return (yield from answered([(EXPLAIN, And(frame.node.preds), value, place)]))
    return []


def _explain_parts(parts: Parts, are_all: bool, rest: list[Any], place: Place) -> Steps:
    """Return why the parts of a cat that have not begun can't go on with rest.

    Args:
        parts: the parts.
        are_all: False if another one has begun.
        rest: the elements that are left.
        place: that of the cat.
    """
    for tag, part in parts:
        if (are_all and len(parts) == 1) or not part.nullable():
            return (yield from answered(part.explain(rest, place if tag is None else place.at(tag))))
    return [] if rest or not parts else [place.problem(None, [], reason=INSUFFICIENT_INPUT)]


def _from_inside(way: Way) -> Iterator[tuple[Frame, bool, bool, Callable[[], Any]]]:
    """Yield each frame of a way, the innermost first, with what is inside it.

    Yields:
        The frame; True if all inside it may end, as far as can be told without asking preds; True if there is
        nothing left inside it to match; and a function that describes what is left.
    """
    may_end = is_over = True
    describe: Callable[[], Any] = AcceptNode(None).describe
    _, frame = way
    while frame.depth:
        yield frame, may_end, is_over, describe
        describe = functools.partial(_describe, way, frame)
        if isinstance(frame, CatFrame):
            may_end = may_end and all(part.nullable() for _, part in frame.rest)
            is_over = is_over and not frame.rest
        elif isinstance(frame, RepeatFrame):
            is_over = False
        frame = frame.outer


def _describe(way: Way, outermost: Frame) -> Any:
    """Return what is left to match of a way, up to a frame, as data."""
    form: Any = ("cat",)
    is_over = True
    _, frame = way
    while True:
        if isinstance(frame, CatFrame):
            begun = () if is_over else ((frame.tag, form),)
            parts = (*begun, *((tag, part.describe()) for tag, part in frame.rest))
            form = ("cat", *((Tag("_" if tag is None else tag), part) for tag, part in parts))
            is_over = is_over and not frame.rest
        elif isinstance(frame, RepeatFrame):
            form = ("plus" if frame.splice else "star", frame.part.describe())
            is_over = False
        elif isinstance(frame, AltFrame) and not is_over:
            form = ("alt", (Tag(frame.tag), form))
        elif isinstance(frame, AmpFrame):
            form = ("amp", form, *map(form_of, frame.node.preds))
        if frame is outermost:
            return form
        frame = frame.outer
