"""Random specs of every kind, of which a law takes those that it is about.

    specs()               what clojure.spec has
    specs(Anything)       arrays, models, functions and annotations as well
    specs(TypedBuilding)  with types that JSON has not, for the laws of decode and encode
    specs(Laborious)      that may ask much

A class that draws more is a subclass of one of them, with a method for each kind.
"""

import collections
import dataclasses
import datetime as dt
import enum
import os
import typing
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import annotated_types
import hypothesis
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.any_values import Letter, Number

# The same specs each time, so that no change fails by chance. RANDOM=1 draws others and more (make fuzz).
IS_RANDOM = bool(os.environ.get("RANDOM"))
examples = settings(
    max_examples=100 if IS_RANDOM else 25,
    derandomize=not IS_RANDOM,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
)

LEAVES = [int, str, bool, s.is_none, s.is_nat_int, s.spec(int), s.int_in(0, 10), s.float_in(0, 1), s.is_any]
NAMES = {f"law/{name}": spec for name, spec in zip("abcdef", LEAVES, strict=False)}
for name, spec in NAMES.items():
    s.def_(name, spec)
s.def_("law/kind", str)
# A name whose values conform to something else.
NAMES["law/pair"] = s.def_("law/pair", s.cat(p=int, q=s.star(str)))

CONFORMERS = [
    s.with_gen(
        s.conformer(lambda x: x + 1 if s.is_int(x) else s.INVALID, lambda x: x - 1),
        lambda: st.integers(-3, 12),
    ),
    s.with_gen(s.conformer(lambda x: [x], lambda x: x[0]), lambda: st.sampled_from([0, "x"])),
]

leaves = st.sampled_from([*LEAVES, {1, 2, "x"}, *NAMES])
names = st.lists(st.sampled_from(sorted(NAMES)), unique=True, max_size=2)


class Building:
    """Draws the parts of one spec; each method makes a combinator of them."""

    more_kinds = ()
    leaves = leaves

    def __init__(self, draw, depth, lossless):
        self.draw = draw
        self.depth = depth
        self.lossless = lossless

    def part(self):
        """A random spec, less deep than this one, with the same kinds in it."""
        return self.draw(specs(type(self), depth=self.depth - 1, lossless=self.lossless))

    def tags(self):
        return self.draw(st.lists(st.sampled_from(["p", "q", "r"]), min_size=1, max_size=3, unique=True))

    def or_(self):
        return s.or_(*((tag, self.part()) for tag in self.tags()))

    def nilable(self):
        return s.nilable(self.part())

    def nonconforming(self):
        return s.nonconforming(self.part())

    def and_(self):
        return s.and_(self.part(), s.is_any)

    def tuple_(self):
        return s.tuple_(*(self.part() for _ in self.tags()))

    def collection(self):
        make = self.draw(st.sampled_from([s.coll_of, s.every]))
        kind = self.draw(st.sampled_from([None, s.is_list, s.is_tuple, s.is_sequential]))
        return make(self.part(), kind=kind, min_count=self.draw(st.integers(0, 1)), gen_max=3)

    def map_of(self):
        return s.map_of(str, self.part(), gen_max=3)

    def every_kv(self):
        return s.every_kv(s.is_int, self.part(), gen_max=3)

    def element(self, *more):
        """A part of a regex that consumes, unless more makes it optional."""
        return self.draw(st.sampled_from([lambda part: part, s.plus, *more]))(self.part())

    def regex(self):
        # A repetition of what may match nothing overflows clojure's stack, and maybe does not unform.
        optional = [s.star] if self.lossless else [s.star, s.maybe]
        kind = self.draw(st.sampled_from(["cat", "alt", "star", "plus"]))
        if kind == "cat":
            return s.spec(s.cat(*((tag, self.element(*optional)) for tag in self.tags())))
        if kind == "alt":
            return s.spec(s.alt(*((tag, self.element()) for tag in self.tags())))
        return s.spec(s.star(self.element()) if kind == "star" else s.plus(self.part()))

    def conformer(self):
        return self.draw(st.sampled_from(CONFORMERS))

    def sequence(self):
        return self.draw(regexes(self.depth - 1, type(self)))

    def keys(self):
        groups = ("req", "opt", "req_un", "opt_un")
        return s.keys(**{group: self.draw(names) for group in groups})

    def merge(self):
        return s.merge(self.keys(), self.keys())

    def multi_spec(self):
        return s.multi_spec("kind", {tag: s.keys(opt_un=self.draw(names)) for tag in self.tags()})

    def amp(self):
        if self.lossless:
            # As in Clojure, no element conforms to None, which a choice around it cannot lead back. And no
            # repetition of repetitions: one of dozens of elements takes half a minute to match here.
            return s.spec(s.amp(s.plus(self.part()), s.is_any))
        return s.spec(s.amp(s.star(self.element()), s.is_any))

    def map_with_keys_conformed(self):
        return s.map_of(self.draw(st.sampled_from([int, str])), self.part(), conform_keys=True, gen_max=2)


KINDS = ["or_", "nilable", "nonconforming", "and_", "tuple_", "collection", "map_of", "every_kv", "regex"]
KINDS += ["keys", "merge", "multi_spec", "amp", "map_with_keys_conformed"]


@st.composite
def specs(draw, building=Building, *, depth=3, lossless=False, kind=None):
    """A random spec: a leaf, or a combinator of specs less deep.

    Args:
        building: a class whose methods make the combinators; its more_kinds names those of its own.
        depth: how many specs are within each other, at most.
        lossless: if True, unform is the inverse of conform.
        kind: the combinator, if it is not any.
    """
    if kind is None:
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            return draw(building.leaves)
        kind = draw(
            st.sampled_from([*KINDS, *(["conformer", "sequence"] if lossless else building.more_kinds)])
        )
    return getattr(building(draw, depth, lossless), kind)()


@st.composite
def regexes(draw, depth, building, consumes=False):
    """Regexes within each other, each of which leads back from what it conforms to.

    Args:
        consumes: if True, the regex matches one element at least, as star and plus ask of what they repeat.
    """

    def part(consumes):
        return draw(regexes(depth - 1, building, consumes))

    kinds = ["cat", "alt", "plus", "element"] + ([] if consumes else ["star", "amp"])
    kind = draw(st.sampled_from(kinds)) if depth > 0 else "element"
    if kind == "cat":
        return s.cat(p=part(consumes), q=part(False))
    if kind == "alt":
        return s.alt(p=part(consumes), q=part(consumes))
    if kind == "plus":
        return s.plus(part(True))
    if kind == "star":
        return s.star(part(True))
    if kind == "amp":
        # A repetition of repetitions here may go on in thousands of ways, which takes minutes to match.
        return s.amp(s.plus(draw(regexes(0, building, True))), s.is_any)
    # Elements that fit several parts are what makes a regex ambiguous.
    return (
        draw(st.sampled_from([int, s.is_any]))
        if draw(st.booleans())
        else s.spec(draw(specs(building, depth=depth, lossless=True)))
    )


# --- arrays, models, functions and annotations as well ---------------------------------------------------


def unsure(x):
    return s.Reading(x, confidence=0.5, score=x, reason="no")


class Anything(Building):
    """Draws specs of all kinds: arrays, models, functions and annotations as well."""

    more_kinds = ("array", "model_spec", "fspec", *5 * ["annotation"])

    def array(self):
        shape = self.draw(st.sampled_from([None, (None,), (3,), [(2, 2), (3,)]]))
        dtype = self.draw(st.sampled_from([None, "float32", "O", "number"]))
        bounds = self.draw(st.sampled_from([{}, {"min": 0}, {"min": 0, "max": 1, "finite": True}]))
        return s.array(shape, dtype, **bounds)

    def model_spec(self):
        discriminate = one = self.draw(st.sampled_from([len, lambda x: x, lambda x: x[0], unsure]))
        options = self.draw(st.sampled_from([{}, {"min_confidence": 0.9}, {"threshold": 0.5}]))
        if self.draw(st.booleans()):
            discriminate = s.batched(lambda xs: list(map(one, xs)))(lambda x: one(x))
        input_ = {"input": self.part()} if self.draw(st.booleans()) else {}
        return s.model_spec(self.part(), discriminate, str, **options, **input_)

    def fspec(self):
        return s.fspec(args=s.cat(x=self.draw(st.sampled_from([int, str]))), ret=self.part())

    def type(self):
        """An annotation, with a random spec in it or one of Python's types."""
        if self.draw(st.booleans()):
            return typing.Annotated[typing.Any, s.Valid[self.part()]]
        return self.draw(
            st.sampled_from([int, str, None, Letter, Number, "Own", typing.Literal["a", 1, None]])
        )

    def annotation(self):
        a, b = self.type(), self.type()
        field = dataclasses.make_dataclass("Record", [("a", a), ("x", b)])
        tp = self.draw(
            st.sampled_from(
                [
                    *(list[a], set[a], frozenset[a], tuple[a, ...], tuple[a, b], tuple[()], typing.Any),
                    *(collections.deque[a], collections.abc.Sequence[a], collections.abc.Iterable[a]),
                    *(dict[a, b], dict[str, a], collections.abc.Mapping[str, a], typing.Union[a, b, list[a]]),  # noqa: UP007
                    *(typing.TypedDict("Keys", {"a": a, "kind": b}), field),
                    typing.TypedDict("Some", {"a": a, "kind": b}, total=False),
                    typing.Annotated[list[a], slice(1, 2), annotated_types.Predicate(len)],
                ]
            )
        )
        return s.from_type(tp, names={"Own": tp})


# --- types that JSON has not ------------------------------------------------------------------------------


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


# --- what takes long --------------------------------------------------------------------------------------


class Laborious(Anything):
    """Draws specs that may ask much: parts that contradict each other, and regexes of regexes."""

    more_kinds = (*Anything.more_kinds, "sequence", "conformer", *2 * ["conjunction", "repetition"])

    def conjunction(self):
        return s.and_(self.part(), self.part())

    def repetition(self):
        kind = self.draw(st.sampled_from(["amp", "cat", "alt", "star", "plus", "maybe"]))
        if kind == "amp":
            return s.amp(s.star(self.part()), self.part())
        if kind in ("cat", "alt"):
            return getattr(s, kind)(p=self.part(), q=self.part())
        return getattr(s, kind)(self.part())
