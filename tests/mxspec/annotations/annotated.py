"""Classes, aliases and values that the tests of annotations share."""

import collections
import collections.abc as c
import dataclasses
import enum
import typing as t
from typing import Annotated

import annotated_types as at
import numpy as np
import typing_extensions

import mxspec as s


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Tree:
    value: Annotated[int, at.Ge(0), at.Lt(10)]
    left: "Tree | None" = None
    right: "Tree | None" = None
    children: "list[Tree]" = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Span:
    """Has a condition of its own, which no annotation tells."""

    low: int
    high: int
    width: int = dataclasses.field(init=False)
    kind: t.ClassVar[str] = "span"

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("low is at most high")
        self.width = self.high - self.low


@dataclasses.dataclass
class Linked:
    next: "t.Self | None" = None


@dataclasses.dataclass
class Endless:
    inner: "Endless"


@dataclasses.dataclass
class Reading:
    score: float
    by_name: dict[str, float] = dataclasses.field(default_factory=dict)


class Movie(t.TypedDict, total=False):
    title: t.Required[str]
    year: "t.Annotated[int, at.Ge(1888)]"
    cast: "t.Required[list[str | s_or]]"
    sequel: "t.NotRequired[Movie]"


class Loop(t.TypedDict):
    loop: "Loop"


s_or = Annotated[t.Any, s.Valid[s.or_(id=int)]]


class Point(t.NamedTuple):
    x: int
    y: t.Literal[None, False, 1] = 1


Bare = collections.namedtuple("Bare", "a b")
UserId = t.NewType("UserId", int)
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
Number = t.TypeVar("Number", int, float)
Short = t.TypeVar("Short", bound=Annotated[str, at.MaxLen(2)])
Free = t.TypeVar("Free")
Alias = typing_extensions.TypeAliasType("Alias", list["Alias"] | int)


@t.runtime_checkable
class Closable(t.Protocol):
    def close(self): ...


class Unchecked(t.Protocol):
    def close(self): ...


class Extended(typing_extensions.TypedDict):
    """Not of typing, which is another class before Python 3.13."""

    a: typing_extensions.ReadOnly[int]
    b: typing_extensions.NotRequired[str]


class Closed(typing_extensions.TypedDict, closed=True):
    a: int


class OfInts(typing_extensions.TypedDict, extra_items=int):
    a: str


class Touchy:
    """Raises where it is asked for an attribute or its repr, as metadata that is none of ours may."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")


def tree(**given_):
    return Tree(**{"value": 1, **given_})


GENERATED = [
    *(int, str, None, t.Any, Color, list, dict[str, int], list[list[int]], set[int], frozenset[str]),
    *(tuple[int, str], tuple[int, ...], tuple[()], int | str | None, t.Literal["a", None, False], type[int]),
    *(c.Sequence[int], c.Set[int], c.Iterable[int], c.Mapping[str, int], collections.deque[int]),
    *(collections.OrderedDict[int, int], collections.defaultdict[int, int], c.MutableMapping[int, int]),
    *(c.Callable[[int], int], UserId, Number, Short, Alias, Tree, Span, Movie, Point, Bare, list[Tree]),
    Annotated[int, at.Ge(0), at.Lt(10)],
    Annotated[int, at.Gt(10**6), at.Lt(10**6 + 3)],
    Annotated[int, at.Interval(ge=1000, le=3000), at.MultipleOf(700)],
    Annotated[int, at.MultipleOf(10**6)],
    Annotated[float, at.Gt(0.5), at.Lt(0.75)],
    Annotated[float, at.MultipleOf(1)],
    Annotated[str, at.Len(30, 40)],
    Annotated[bytes, at.MinLen(30)],
    Annotated[str, at.MaxLen(3), at.Predicate(str.islower)],
    Annotated[list[int], at.Len(40)],
    Annotated[set[int], at.Len(5, 5)],
    Annotated[dict[int, int], at.Len(25, 26)],
    Annotated[tuple[int, ...], at.MaxLen(2)],
    Annotated[int, at.Predicate(s.is_even)],
    Annotated[np.ndarray, s.Valid[s.array((2, 2), "float32")]],
    Annotated[int, s.int_in(5, 9), at.Gt(6)],
]
