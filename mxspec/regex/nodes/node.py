"""The questions that every kind of node answers.

A regex is matched by its derivatives (Brzozowski 1964; Might, Darais, Spiewak 2011). The derivative of a
regex by an element is the regex of what may follow that element. A sequence matches if, after one derivative
for each of its elements, the regex that is left is nullable, that is, matches the empty sequence.

Example:
    >>> import mxspec as s
    >>> from mxspec.regex.nodes.matched import plain
    >>> regex = s.cat(n=int, names=s.star(str)).node
    >>> left = regex.derivative(1)
    >>> left.describe(), left.nullable(), plain(left.match())
    (('cat', ('names', ('star', <class 'str'>))), True, {'n': 1})
    >>> left = left.derivative("x")
    >>> left.describe(), left.nullable(), plain(left.match())
    (('cat', ('names', ('star', <class 'str'>))), True, {'n': 1, 'names': ['x']})
    >>> left.derivative(2) is None
    True

So a node is a regex as it is written, or what derivatives left of one and what its elements have matched so
far (see `matched`). Most kinds are both: the derivative of a cat is the cat of what is left of its first part
and of its other parts. Unforming and making examples is for what is written alone.
"""

from __future__ import annotations

import abc
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mxspec.core.asking import Request, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.problems import Bundle, Place
from mxspec.core.spec import Spec
from mxspec.errors import Problem
from mxspec.regex.nodes.matched import NOTHING, Matched, plain
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Asked(NamedTuple):
    """An element, with the answers of the specs that were asked about it, by their ids."""

    x: Any
    answers: Mapping[int, Any]


def conform_element(spec: Spec, x: Any) -> Any:
    """Return what spec conforms an element to, which may be Asked."""
    if type(x) is not Asked:
        return spec.conform(x)
    return x.answers[id(spec)] if id(spec) in x.answers else spec.conform(x.x)


class Node(abc.ABC):
    """A regex, as it is written or as derivatives leave it. Nodes are immutable."""

    __slots__ = ()

    # --- matching -----------------------------------------------------------------------------------------

    @abc.abstractmethod
    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        """Return the regex of what may follow x, or None if this can't begin with x.

        Args:
            keep_equal: True to keep ways on that match alike from here, False to keep the first of them.
        """

    @abc.abstractmethod
    def nullable(self) -> bool:
        """True if this matches the empty sequence.

        The kinds loop over their parts: any(...) and all(...) would take a frame more at each level, and a
        third from the depth that a regex may be nested to.
        """

    @abc.abstractmethod
    def match(self) -> Any:
        """Return what has been matched, if nothing follows."""

    def added_to(self, before: Matched, tag: str | None) -> Matched:
        """Return what was matched before this, and what this has matched unless it is nothing."""
        match = self.match()
        return before if match is NOTHING else before.with_item(match, tag)

    def match_or_nothing(self) -> Any:
        """Return what has been matched, and NOTHING for a list or a dict that is still empty."""
        return self.match()

    @abc.abstractmethod
    def shape(self) -> Hashable:
        """Return a key that is equal for nodes that match alike from here, whatever they have matched."""

    def written(self) -> Iterable[Node]:
        """Return the parts that this was written of."""
        return ()

    def begun(self) -> Iterable[Node]:
        """Return the parts that derivatives have left, if this is a part that has begun around them."""
        return ()

    # --- explaining ---------------------------------------------------------------------------------------

    @abc.abstractmethod
    def describe(self) -> Any:
        """Return what is left to match as data."""

    @abc.abstractmethod
    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        """Return why this can't go on with rest, or can't end if rest is empty.

        Among the problems are requests, to be replaced by the problems that are the answers.
        """

    def insufficient(self, place: Place) -> list[Problem | Request]:
        """Return the one problem of a sequence that ends before this has matched."""
        return [place.problem(self.describe(), [], reason="Insufficient input")]

    # --- of a regex as it is written ----------------------------------------------------------------------

    def unforming(self, x: Any) -> Steps:
        """Return the elements that this conformed to x, in steps."""
        raise NotImplementedError

    def strategy(self, context: GenContext) -> SearchStrategy[Any]:
        """Return a strategy of lists of elements that match (re-gen)."""
        override = override_at(context)
        return self.own_strategy(context) if override is None else override

    def own_strategy(self, context: GenContext) -> SearchStrategy[Any]:
        """Return the strategy where there is no override."""
        raise NotImplementedError

    def least_height(self, context: GenContext, ask: Ask) -> float:
        """Return the height of the lowest example, see `mxspec.core.heights`."""
        return 0.0

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        """Return the parts that may be asked to match the first element."""
        return ()

    def skippable(self, above: frozenset[int]) -> bool:
        """True if this is nullable. In a part that leads back to one above, that turn counts as not nullable.

        Args:
            above: the ids of the nodes on the way here.
        """
        return False

    def left_recursive(self, above: frozenset[int] = frozenset()) -> bool:
        """True if this leads back to itself before it has matched an element, so that no derivative ends."""
        if id(self) in above:
            return True
        inside = above | {id(self)}
        return any(part.left_recursive(inside) for part in self.left_corners(inside))


class OptionalNode(Node):
    """A node of one part, which may be left out."""

    __slots__ = ()

    part: Node

    def written(self) -> Iterable[Node]:
        return (self.part,)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        self.part.least_height(context, ask)  # to know what it leads back to
        return 0.0

    def left_corners(self, above: frozenset[int]) -> Iterable[Node]:
        return (self.part,)

    def skippable(self, above: frozenset[int]) -> bool:
        return True


class Joined(list[Any]):
    """Elements as a list of lists, some of which may be joined lists again; copied into one at the end."""

    def flat(self) -> list[Any]:
        """Return the elements."""
        elements: list[Any] = []
        waiting: list[Any] = [self]
        while waiting:
            some = waiting.pop()
            if type(some) is Joined:
                waiting += reversed(some)
            else:
                elements += some
        return elements


def conform_all(regex: Node, xs: Iterable[Any]) -> Any:
    """Return the value of xs by regex, or INVALID."""
    left = regex
    for x in xs:
        after = left.derivative(x)
        if after is None:
            return INVALID
        left = after
    return plain(left.match()) if left.nullable() else INVALID


def override_at(context: GenContext, *names: str | None) -> SearchStrategy[Any] | None:
    """Return the strategy that the caller gave for one of names or for the path, if there is one."""
    override = context.override((*names, context.path))
    if override is None:
        return None
    return combine.as_strategy(override, what=f"the override at {list(context.path)}")


def answered(problems: Iterable[Any]) -> Steps:
    """Return problems, with the answers to requests in place of those that are among them."""
    complete: list[Any] = []
    for problem in problems:
        if not isinstance(problem, tuple):
            complete.append(problem)
        elif answer := (yield problem):
            complete.append(Bundle(answer, problem[3]))
    return complete
