"""The size of a regex, in parts and in ways: derivatives match small ones best."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

from mxspec.regex.nodes.amp import AmpNode
from mxspec.regex.nodes.element import ElementNode
from mxspec.regex.nodes.matched import plain
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import ReferenceNode
from mxspec.regex.nodes.repeat import RepeatNode
from mxspec.regex.nodes.ways import count
from mxspec.values.invalid import INVALID

MOST_PARTS: Final = 30
"""The number of parts of a regex up to which it is small."""

MOST_WAYS: Final = 50
"""The number of ways up to which derivatives go on with a regex that is not."""

_COUNT_EVERY: Final = 4  # elements, as to count the ways takes as long as a derivative


class TooManyWays(Exception):
    """A regex goes on in more ways than can be followed one by one."""


@dataclasses.dataclass(frozen=True)
class Size:
    """The facts that tell how a regex is best matched.

    Attributes:
        is_small: True if derivatives stay small. There are few parts, none by a name, which may lead back
            here, and no amp in a repetition: the ways into one never match alike, and double there.
        is_flat: True if besides no part asks another spec, so that derivatives need no steps.
    """

    is_small: bool
    is_flat: bool


def size_of(regex: Node) -> Size:
    """Return the size of a regex as it is written."""
    waiting = [(regex, False)]
    is_flat = True
    for _ in range(MOST_PARTS):
        if not waiting:
            return Size(is_small=True, is_flat=is_flat)
        node, repeats = waiting.pop()
        if isinstance(node, ReferenceNode) or (isinstance(node, AmpNode) and repeats):
            break
        is_flat = is_flat and not isinstance(node, AmpNode)
        is_flat = is_flat and not (isinstance(node, ElementNode) and node.spec.has_steps)
        repeats = repeats or isinstance(node, RepeatNode)
        waiting += [(part, repeats) for part in node.written()]
    return Size(is_small=False, is_flat=False)


def conform_all(regex: Node, xs: Iterable[Any], most_ways: int | None = None) -> Any:
    """Return the value of xs by the derivatives of regex, or INVALID.

    Raises:
        TooManyWays: it goes on in more than most_ways.
    """
    left = regex
    for i, x in enumerate(xs, 1):
        after = left.derivative(x)
        if after is None:
            return INVALID
        left = after
        if most_ways is not None and i % _COUNT_EVERY == 0 and count(left) > most_ways:
            raise TooManyWays
    return plain(left.match()) if left.nullable() else INVALID
