"""The generator of random specs, for laws, frames and the real clojure.spec.

    specs()               what clojure.spec has
    specs(Anything)       arrays, models, functions and annotations as well
    specs(TypedBuilding)  with types that JSON has not, for the laws of decode and encode
    specs(Laborious)      that may ask much

Hypothesis draws these. `Building` has a method for each kind; a door that understands other kinds, or has
leaves of its own, is a subclass: frames/random_frames.py has that of frames, tests/conformance/fuzz/specs.py
that of Clojure.
"""

import collections
import dataclasses
import datetime as dt
import enum
import functools
import os
import random
import typing
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import annotated_types
import hypothesis
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import mxspec as s
from tests.conformance.corpus import built
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


def is_not_negative(x):
    """True for most examples of any spec, so that each has some."""
    return not (type(x) is int and x < 0)


CONFORMERS = [
    s.with_gen(
        s.conformer(lambda x: x + 1 if s.is_int(x) else s.INVALID, lambda x: x - 1),
        lambda: st.integers(-3, 12),
    ),
    s.with_gen(s.conformer(lambda x: [x], lambda x: x[0]), lambda: st.sampled_from([0, "x"])),
]


# --- all kinds --------------------------------------------------------------------------------------------

REGEXES = ("cat", "alt", "star", "plus", "maybe", "amp", "keys*")


COLLECTIONS = {"coll-of", "every", "map-of", "every-kv"}
HAVE = {"kind": {"coll-of", "every"}, "conform-keys": {"map-of"}}
HAVE["distinct"] = HAVE["into"] = HAVE["kind"]


def as_data(spec):
    """Return a spec as data that only `built` understands."""
    return {"is": spec}


def resolve(data, defs):
    """Return what a name stands for, through aliases; data itself if it is no name of these."""
    for _ in defs:
        data = defs.get(data["ref"], {"pred": "any?"}) if "ref" in data else data
    return data


def is_regex(data, defs):
    return resolve(data, defs).get("op") in REGEXES


def nullable(data, defs, depth=0):
    """True if a regex may match no element; a predicate of an amp may refuse that all the same."""
    data = resolve(data, defs)
    op = data.get("op")
    if op in ("star", "maybe", "keys*") or depth > 8:
        return True
    if op in ("plus", "amp"):
        return nullable(data["arg"], defs, depth + 1)
    if op in ("cat", "alt"):
        decide = all if op == "cat" else any
        return decide(nullable(arg, defs, depth + 1) for _, arg in data["args"])
    return False


class Chance(random.Random):
    """Chance that Hypothesis decides on, so that what is drawn by it shrinks.

    Hypothesis also tries one part of what it has drawn in the place of another one. It takes for alike what
    the same strategy has drawn, so each way to choose has its strategy, and a part of a spec has its own.
    """

    def __init__(self, draw):
        super().__init__(0)
        self.draw = draw

    def choice(self, several):
        return self.draw(st.sampled_from(several))

    def choices(self, several, weights):
        repeated = [x for x, weight in zip(several, weights, strict=True) for _ in range(weight)]
        return [self.choice(repeated)]

    def sample(self, several, k):
        return self.draw(st.permutations(several))[:k]

    def randint(self, least, most):
        return self.draw(st.integers(least, most))

    def random(self):
        return 0.99 - self.draw(st.integers(0, 99)) / 100  # shrinks to where nothing more is drawn


class Building:
    """Draws specs of all kinds of clojure.spec, as data of the corpus, which `built` makes specs of.

    A method draws each kind. Another user is a subclass, which says which kinds its door understands, and
    what they are made of. The specs of this class have examples.

    Attributes:
        random: decides: a random.Random, or a Chance.
        lossless: if True, unform is the inverse of conform.
        weights: the kinds that are drawn, with their weights.
        defs: what the names stand for, if they are of this case alone.
    """

    KINDS: ClassVar = {
        "leaf": 14, "or": 3, "nilable": 3, "nonconforming": 3, "and": 3, "tuple": 3, "coll-of": 2, "every": 1,
        "map-of": 4, "every-kv": 3, "regex": 6, "keys": 3, "merge": 3, "multi-spec": 3,
    }  # fmt: skip
    more_kinds = ()
    leaves = (*({"is": leaf} for leaf in [*LEAVES, {1, 2, "x"}]), *({"ref": name} for name in NAMES))
    names = (*NAMES,)
    TAGS = ("p", "q", "r")
    DISPATCHED: ClassVar = {"kind": TAGS}  # the keys of multi-specs, and their values
    OPTIONS: ClassVar = {
        "kind": ["vector?", "list?", "sequential?"], "min-count": [0, 1], "conform-keys": [True]
    }  # fmt: skip
    SHARE = 0.5  # of collections that have an option
    ALWAYS: ClassVar = {"gen-max": 3}

    def __init__(self, random, lossless=False):
        self.random = random
        self.lossless = lossless
        self.weights = dict(self.KINDS)
        self.defs = {}
        for kind in ("conformer", "sequence") if lossless else self.more_kinds:
            self.weights[kind] = self.weights.get(kind, 0) + 3

    def spec(self, depth, own=None, kind=None):
        """Draw a spec; own is the name that is being defined, if any, to which a part may refer again."""
        kind = kind or (self.kind(self.weights) if depth > 0 else "leaf")
        return getattr(self, kind.replace("-", "_").replace("*", "_star") + "_")(depth, own)

    def kind(self, kinds):
        """Draw one of some kinds by their weights."""
        kinds = [kind for kind in self.weights if kind in kinds]  # leaves first, to which specs shrink
        return self.random.choices(kinds, [self.weights[kind] for kind in kinds])[0]

    def part(self, depth, own=None):
        if isinstance(self.random, Chance):
            return self.random.draw(data_of_specs(type(self), depth - 1, self.lossless))
        return self.spec(depth - 1, own)

    def smaller(self, depth, own=None):
        """Draw a part with values that are smaller, so that its name may come again."""
        return {"ref": own} if own and self.random.random() < 0.3 else self.part(depth, own)

    def made(self, depth):
        """Return a random spec with less depth, no data."""
        return built(self.part(depth))

    def leaf_(self, depth=0, own=None):
        return self.random.choice(self.leaves)

    # --- combinators ---------------------------------------------------------------------------------------

    def tags(self, most=3):
        return self.random.sample(self.TAGS, self.random.randint(1, most))

    def or_(self, depth, own):
        return {"op": "or", "args": [[tag, self.part(depth, own)] for tag in self.tags(len(self.TAGS))]}

    def later(self, depth, most=3):
        """Draw the preds for what another spec conforms to: the later ones of `and`, those of `amp`."""
        return [self.random.choice([{"pred": "any?"}, {"is": is_not_negative}])]

    def and_(self, depth, own):
        return {"op": "and", "args": [self.part(depth, own), *self.later(depth)]}

    def _around(self, op, depth, own):
        return {"op": op, "arg": self.part(depth, own)}

    nilable_ = functools.partialmethod(_around, "nilable")
    nonconforming_ = functools.partialmethod(_around, "nonconforming")
    spec_ = functools.partialmethod(_around, "spec")

    def tuple_(self, depth, own):
        return {"op": "tuple", "args": [self.smaller(depth, own) for _ in range(self.random.randint(1, 3))]}

    def options(self, op):
        """Draw the options of a collection that its kind has."""
        r, opts = self.random, dict(self.ALWAYS)
        for name, several in self.OPTIONS.items():
            if op in HAVE.get(name, COLLECTIONS) and r.random() < self.SHARE:
                opts[name] = r.choice(several)
        if opts.get("min-count", 0) > opts.get("max-count", 9):
            del opts["min-count"]
        return {"opts": opts} if opts else {}

    def coll_of_(self, depth, own, op="coll-of"):
        return {"op": op, "arg": self.smaller(depth, own), **self.options(op)}

    def key_of_map(self):
        return {"pred": self.random.choice(["string?", "int?"])}

    def map_of_(self, depth, own, op="map-of"):
        return {"op": op, "args": [self.key_of_map(), self.smaller(depth, own)], **self.options(op)}

    def every_(self, depth, own):
        return self.coll_of_(depth, own, "every")

    def every_kv_(self, depth, own):
        return self.map_of_(depth, own, "every-kv")

    def keys_(self, depth, own=None, op="keys"):
        r, data = self.random, {"op": op}
        names = [*self.names, *([own] if own else [])]
        for group in ("req", "opt", "req-un", "opt-un"):
            if names and r.random() < 0.4:
                data[group] = [self.key_entry(names, group) for _ in range(r.randint(1, 2))]
        return data

    def key_entry(self, names, group, depth=2):
        r = self.random
        if depth and group.startswith("req") and r.random() < 0.2:
            parts = [self.key_entry(names, group, depth - 1) for _ in range(2)]
            return {r.choice(["or", "and"]): parts}
        return r.choice(names)

    def on_map(self, depth, own):
        """Draw a spec of maps, as a method of multi-spec."""
        return self.keys_(depth, own)

    part_of_merge = on_map

    def merge_(self, depth, own):
        parts = range(self.random.randint(1, 3))
        return {"op": "merge", "args": [self.part_of_merge(depth, own) for _ in parts]}

    def multi_spec_(self, depth, own):
        r = self.random
        key = r.choice([*self.DISPATCHED])
        values = r.sample(self.DISPATCHED[key], r.randint(1, 3))
        methods = [[value, self.on_map(depth, own)] for value in values]
        if r.random() < 0.25:
            methods.append([{"$default": True}, self.on_map(depth, own)])
        return {"op": "multi-spec", "dispatch": key, "retag": key, "methods": methods}

    # --- regexes -------------------------------------------------------------------------------------------

    def regex_(self, depth, own):
        kind = self.random.choice(["cat", "alt", "star", "plus", "amp"])
        return {"op": "spec", "arg": self.spec(depth, own, kind)}

    def item(self, depth, own, may_skip=True, may_recur=False):
        """Draw an element of a regex, or a regex in its place.

        Args:
            may_skip: False in an `alt`.
            may_recur: True if own may come again here, because something was consumed.
        """
        # A repetition of what may match nothing overflows clojure's stack, and maybe does not unform.
        skipped = ["star"] if self.lossless else ["star", "maybe"]
        kind, part = self.random.choice([None, "plus", *(skipped if may_skip else [])]), self.part(depth)
        return {"op": kind, "arg": part} if kind else part

    def cat_(self, depth, own):
        parts = []
        for tag in self.tags():
            consumed = any(not nullable(part, self.defs) for _, part in parts)
            parts.append([tag, self.item(depth, own, may_recur=consumed)])
        return {"op": "cat", "args": parts}

    def alt_(self, depth, own):
        return {"op": "alt", "args": [[tag, self.item(depth, own, may_skip=False)] for tag in self.tags()]}

    def star_(self, depth, own, op="star"):
        for _ in range(20):
            item = self.item(depth, own, may_skip=False)
            if not nullable(item, self.defs):  # a repetition of one would overflow Clojure's stack
                return {"op": op, "arg": item}
        return {"op": op, "arg": {"pred": "int?"}}

    def plus_(self, depth, own):
        # No repetition of repetitions: one of dozens of elements takes half a minute to match here.
        return {"op": "plus", "arg": self.part(depth)}

    def maybe_(self, depth, own):
        return {"op": "maybe", "arg": self.item(depth, own)}

    def in_amp(self):
        """Draw the kind of the regex in an amp; what conforms to None does not lead back from a choice."""
        return "plus" if self.lossless else self.random.choice(["star", "plus"])

    def amp_(self, depth, own):
        part = self.spec(depth - 1, own, self.in_amp())
        return {"op": "amp", "arg": part, "preds": self.later(depth, most=2)}

    def keys_star_(self, depth, own):
        return self.keys_(depth, own, "keys*")

    def conformer_(self, depth, own):
        return {"is": self.random.choice(CONFORMERS)}

    def sequence_(self, depth, own):
        return self.sequence(depth - 1)

    def sequence(self, depth, consumes=False):
        """Draw regexes within each other, each of which leads back from what it conforms to.

        Args:
            consumes: if True, the regex matches one element at least, as star and plus ask of their part.
        """
        kinds = ["cat", "alt", "plus", "element"] + ([] if consumes else ["star", "amp"])
        kind = self.random.choice(kinds) if depth > 0 else "element"
        if kind in ("cat", "alt"):
            also = consumes and kind == "alt"
            parts = [["p", self.sequence(depth - 1, consumes)], ["q", self.sequence(depth - 1, also)]]
            return {"op": kind, "args": parts}
        if kind in ("plus", "star"):
            return {"op": kind, "arg": self.sequence(depth - 1, True)}
        if kind == "amp":
            # A repetition of repetitions here may go on in thousands of ways, which takes minutes to match.
            part = {"op": "plus", "arg": self.sequence(0, True)}
            return {"op": "amp", "arg": part, "preds": [{"pred": "any?"}]}
        # Elements that fit several parts are what makes a regex ambiguous.
        if self.random.random() < 0.5:
            return {"is": self.random.choice([int, s.is_any])}
        return {"op": "spec", "arg": self.part(max(depth, 0) + 1)}


@st.composite
def data_of_specs(draw, building, depth, lossless, kind=None):
    return building(Chance(draw), lossless).spec(depth, kind=kind)


def specs(building=Building, *, depth=3, lossless=False, kind=None):
    """Return a strategy of random specs.

    Args:
        building: the class that draws them.
        depth: how many specs are within each other, at most.
        lossless: if True, unform is the inverse of conform.
        kind: the kind, if it is not any.
    """
    return data_of_specs(building, depth, lossless, kind).map(built)


# --- arrays, models, functions and annotations as well ---------------------------------------------------


def unsure(x):
    return s.Reading(x, confidence=0.5, score=x, reason="no")


class Anything(Building):
    """Draws specs of all kinds: arrays, models, functions and annotations as well."""

    more_kinds = ("array", "model-spec", "fspec", *5 * ["annotation"])

    def array_(self, depth, own):
        r = self.random
        shape = r.choice([None, (None,), (3,), [(2, 2), (3,)]])
        dtype = r.choice([None, "float32", "O", "number"])
        bounds = r.choice([{}, {"min": 0}, {"min": 0, "max": 1, "finite": True}])
        return as_data(s.array(shape, dtype, **bounds))

    def model_spec_(self, depth, own):
        r = self.random
        discriminate = one = r.choice([len, lambda x: x, lambda x: x[0], unsure])
        options = r.choice([{}, {"min_confidence": 0.9}, {"threshold": 0.5}])
        if r.random() < 0.5:
            discriminate = s.batched(lambda xs: list(map(one, xs)))(lambda x: one(x))
        input_ = {"input": self.made(depth)} if r.random() < 0.5 else {}
        return as_data(s.model_spec(self.made(depth), discriminate, str, **options, **input_))

    def fspec_(self, depth, own):
        args = s.cat(x=self.random.choice([int, str]))
        return as_data(s.fspec(args=args, ret=self.made(depth)))

    def type(self, depth):
        """Draw an annotation, with a random spec in it or one of Python's types."""
        if self.random.random() < 0.5:
            return typing.Annotated[typing.Any, s.Valid[self.made(depth)]]
        return self.random.choice([int, str, None, Letter, Number, "Own", typing.Literal["a", 1, None]])

    def annotation_(self, depth, own):
        a, b = self.type(depth), self.type(depth)
        field = dataclasses.make_dataclass("Record", [("a", a), ("x", b)])
        tp = self.random.choice(
            [
                *(list[a], set[a], frozenset[a], tuple[a, ...], tuple[a, b], tuple[()], typing.Any),
                *(collections.deque[a], collections.abc.Sequence[a], collections.abc.Iterable[a]),
                *(dict[a, b], dict[str, a], collections.abc.Mapping[str, a], typing.Union[a, b, list[a]]),  # noqa: UP007
                *(typing.TypedDict("Keys", {"a": a, "kind": b}), field),
                typing.TypedDict("Some", {"a": a, "kind": b}, total=False),
                typing.Annotated[list[a], slice(1, 2), annotated_types.Predicate(len)],
            ]
        )
        return as_data(s.from_type(tp, names={"Own": tp}))


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
    """Draws specs with types that JSON has not."""

    more_kinds = ("set", "map-by-type", "record")
    leaves = (*map(as_data, [*TYPES, *TYPES, *LEAVES]),)

    def set_(self, depth, own):
        r = self.random
        element, kind = r.choice([dt.date, int, Level, Word, float]), r.choice([set, frozenset])
        return as_data(s.coll_of(element, kind=kind, gen_max=3))

    def map_by_type_(self, depth, own):
        key = self.random.choice([dt.date, int, Level, bool])
        return as_data(s.map_of(key, self.made(depth), gen_max=3))

    def record_(self, depth, own):
        r = self.random
        names = r.sample("abc", r.randint(1, 3))
        return as_data(s.keys(req_un={name: self.made(depth) for name in names}, closed=r.random() < 0.5))


# --- what takes long --------------------------------------------------------------------------------------


class Laborious(Anything):
    """Draws specs that may ask much: parts that contradict each other, and regexes of regexes."""

    more_kinds = (*Anything.more_kinds, "sequence", "conformer", "and", *REGEXES)

    def later(self, depth, most=3):
        return [self.part(depth)]

    def star_(self, depth, own, op="star"):
        return {"op": op, "arg": self.part(depth)}
