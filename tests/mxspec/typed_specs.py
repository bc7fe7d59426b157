"""Random specs with the types that JSON has not, for the laws of decode and encode."""

import dataclasses
import datetime as dt
import enum
import typing
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.random_specs import LEAVES, Building


class Suit(enum.Enum):
    HEARTS = "h"
    PAIR = ("s", 1)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    A = "a"
    DAY = "2019-10-11"


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Point(typing.NamedTuple):
    x: int
    day: dt.date


@dataclasses.dataclass
class Visit:
    at: dt.datetime
    level: Level | None = None


TYPES = [
    dt.date, dt.datetime, dt.time, dt.timedelta, uuid.UUID, Decimal, Fraction, complex, bytes, float,
    s.with_gen(Path, lambda: st.just(Path("/a/b"))),
    Suit, Level, Word, np.float32, np.int64, np.bool_, s.is_number, s.is_inst, s.is_rational,
    s.from_type(Point), s.from_type(Visit), s.from_type(typing.Literal[Level.LOW, 2, "x"]),
    s.spec({Word.A, 3}),
    s.from_type(dt.date | int | str), s.from_type(tuple[int, dt.date]), s.array((2,), "float32", 0, 1),
]  # fmt: skip


def types_in(x):
    """The type of a value, and those of its parts."""
    if isinstance(x, dict):
        return type(x), [(types_in(key), types_in(value)) for key, value in x.items()]
    if isinstance(x, list | tuple):
        return type(x), [types_in(part) for part in x]
    if isinstance(x, set | frozenset):
        return type(x), sorted(str(types_in(part)) for part in x)
    return type(x)


class TypedBuilding(Building):
    """Draws the parts of specs with types that JSON has not."""

    more_kinds = ("set_of", "array_of_type", "map_by_type", "record")
    leaves = st.sampled_from([*TYPES, *TYPES, *LEAVES])

    def set_of(self):
        kind = self.draw(st.sampled_from([set, frozenset]))
        return s.coll_of(self.draw(st.sampled_from([dt.date, int, Level, Word, float])), kind=kind, gen_max=3)

    def array_of_type(self):
        return s.coll_of(self.part(), kind=s.is_tuple, gen_max=3)

    def map_by_type(self):
        return s.map_of(self.draw(st.sampled_from([dt.date, int, Level, bool])), self.part(), gen_max=3)

    def record(self):
        names = self.draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True))
        return s.keys(req_un={name: self.part() for name in names}, closed=self.draw(st.booleans()))


texts = st.sampled_from(
    ["", "null", "1", "1.5", "true", "yes", "2019-10-11", "2019-10-11T12:00:00", "NaN", "h", "a", "P1DT2S",
     "1/3",
     "AP8=", "(1+2j)", "00000000-0000-0000-0000-000000000005", "1_0", " 1", "٣", "-Infinity", "1e400"]
)  # fmt: skip
json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 12), st.floats(), texts, st.integers(10**400, 10**401)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["kind", "a", "b", "x", "day", "law/a", "1", "2019-10-11"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
