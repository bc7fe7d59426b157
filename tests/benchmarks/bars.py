"""The yardstick of each benchmark, and the bar that it has to reach."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """A way to compare two times in seconds.

    Attributes:
        value: from ours and theirs to the figure that is compared.
        at_least: whether the figure has to be the limit or more; else it has to be the limit or less.
        text: what follows the figure.
    """

    value: Callable[[float, float], float]
    at_least: bool
    text: str


KINDS = {
    "times its time": Kind(lambda ours, theirs: ours / theirs, False, "times its time"),
    "times as fast": Kind(lambda ours, theirs: theirs / ours, True, "times as fast"),
    "of its throughput": Kind(lambda ours, theirs: theirs / ours, True, "of its throughput"),
    "s": Kind(lambda ours, theirs: ours, False, "s"),
    "more": Kind(lambda ours, theirs: ours - theirs, False, "s more"),
}


@dataclass(frozen=True)
class Bar:
    """The bar of a benchmark: `kind` is one of KINDS."""

    kind: str
    limit: float

    def reached(self, ours: float, theirs: float) -> bool:
        """Return True if a time is good enough beside another.

        >>> at_most(1.5).reached(3, 2), times_as_fast(2).reached(3, 2), seconds_more(0.8).reached(3, 2)
        (True, False, False)
        """
        value, at_least, _ = KINDS[self.kind]
        return value(ours, theirs) >= self.limit if at_least else value(ours, theirs) <= self.limit

    def shown(self, ours: float, theirs: float) -> str:
        """The figure that is compared with the limit."""
        value, _, text = KINDS[self.kind]
        return f"{value(ours, theirs):.2f} {text}"

    def __str__(self) -> str:
        return f"at {'least' if KINDS[self.kind].at_least else 'most'} {self.limit:g}"


def at_most(times: float) -> Bar:
    return Bar("times its time", times)


def times_as_fast(times: float) -> Bar:
    return Bar("times as fast", times)


def of_throughput(share: float) -> Bar:
    return Bar("of its throughput", share)


def in_seconds(seconds: float) -> Bar:
    return Bar("s", seconds)


def seconds_more(seconds: float) -> Bar:
    return Bar("more", seconds)


@dataclass(frozen=True)
class Yardstick:
    """The peer that mxspec is measured against.

    Attributes:
        name: for the table.
        runs: the same work in one way or more, by name; the fastest of them counts.
        bar: how far to get beside it; None is for information.
    """

    name: str
    runs: Mapping[str, Callable[[], Any]] = field(repr=False)
    bar: Bar | None = None

    @classmethod
    def one(cls, name: str, run: Callable[[], Any], bar: Bar | None = None) -> "Yardstick":
        return cls(name, {"": run}, bar)
