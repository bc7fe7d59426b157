"""Every spec that can have an example has a generator, and where it can't have one the error says why."""

import abc
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import math
import typing
import zoneinfo
from decimal import Decimal
from typing import Annotated, Any

import annotated_types as at
import hypothesis
import pydantic
import pytest

import mxspec as s

pytestmark = pytest.mark.few(8)


def drawn(spec, n=9, seeds=range(2)):
    values = [x for seed in seeds for x in s.sample(spec, n, seed=seed)]
    assert all(s.valid(spec, x) for x in values)
    return values


# --- keys and members have a hash ---------------------------------------------------------------------------

s.def_("some/tree-key", s.or_(leaf=int))
s.def_("some/tree-key", s.or_(leaf=int, twigs=s.coll_of("some/tree-key")))


@dataclasses.dataclass(frozen=True)
class Point:
    where: Any


@pytest.mark.parametrize(
    "spec",
    [
        s.map_of(s.is_any, s.is_any), s.every_kv(s.is_any, s.is_any),
        s.map_of(s.is_any, s.is_any, min_count=3), s.map_of(s.is_any, s.map_of(s.is_any, s.is_any)),
        s.coll_of(s.is_any, kind=set), s.coll_of(s.is_any, kind=s.is_set, min_count=2),
        s.coll_of(s.is_any, kind=frozenset), s.coll_of(s.is_any, into=set, min_count=2),
        s.coll_of(s.is_any, into=dict), s.coll_of(s.is_any, kind=s.is_coll), s.every(s.is_any, kind=set),
        s.coll_of(s.coll_of(s.coll_of(s.is_any)), kind=set, min_count=1),
        s.coll_of(s.is_set, kind=set, min_count=1),
        s.coll_of(s.or_(a={1}, b=s.is_bool, c=s.is_zero), into=set, min_count=2),
        s.map_of(s.coll_of(int), int, min_count=2), s.map_of(s.spec(s.star(s.is_any)), int, min_count=1),
        s.map_of(s.nilable(s.is_any), int), s.map_of(s.and_(s.is_any, s.is_some), int),
        s.map_of(s.or_(m=s.map_of(int, int), xs=s.coll_of(s.or_(m=s.keys(), n=int))), int, min_count=2),
        s.map_of("some/tree-key", int, min_count=1),
        s.map_of(s.with_gen(s.is_any, lambda: s.gen(s.coll_of(int))), int, min_count=2),
        s.map_of(s.multi_spec(type, {int: s.is_int, str: s.is_str}, retag=lambda x, _: x), int),
        s.map_of(s.is_bool, int, count=2), s.from_type(set[Any]), s.from_type(dict[Any, Any]),
        s.from_type(dict[tuple[Any, ...], int]), s.from_type(dict[typing.Sequence[Any], int]),
        s.from_type(set[frozenset[Any]]), s.from_type(set[typing.AbstractSet[int]]), s.from_type(set[Point]),
        s.from_type(dict[Any | list[Any], int]),
    ],
    ids=repr,
)  # fmt: skip
def test_members_and_keys_have_a_hash(spec):
    assert any(len(x) > 0 for x in drawn(spec, seeds=[1]))


@pytest.mark.parametrize(
    ("spec", "empty"),
    [
        (s.map_of(s.tuple_(int, int), int), {}),
        (s.map_of(s.is_dict, int), {}),
        (s.coll_of(s.keys(), kind=set), set()),
        (s.coll_of(s.array(), kind=set), set()),
        (s.from_type(set[list[int]]), set()),
    ],
    ids=repr,
)
def test_where_nothing_has_a_hash_the_empty_one_is_left(spec, empty):
    assert drawn(spec, seeds=[1]) == [empty] * 9


# --- what leads back to itself ------------------------------------------------------------------------------


def define(**specs):
    """Register specs that name each other."""
    for name in specs:
        s.def_(f"some/{name}", int)
    for name, spec in specs.items():
        s.def_(f"some/{name}", spec)


define(
    colls=s.coll_of("some/colls"),
    tuples=s.coll_of(s.tuple_(int, "some/tuples")),
    sets=s.coll_of("some/sets", kind=s.is_set),
    maps=s.map_of(str, "some/maps"),
    everys=s.every("some/everys"),
    mutual_a=s.tuple_(int, "some/mutual_b"),
    mutual_b=s.map_of(str, "some/mutual_a"),
    number=int,
    children=s.coll_of("some/node"),
    node=s.keys(req=["some/number", "some/children"]),
    node_un=s.keys(req_un=["some/number", "some/children"]),
    merged=s.merge(s.keys(req=["some/number"]), s.keys(req=["some/children"])),
    group=s.keys(req=[s.or_keys("some/group", "some/number")]),
    collections=s.or_(xs=s.coll_of("some/collections"), m=s.map_of(str, "some/collections")),
    long_way=s.or_(a=s.tuple_("some/long_way"), b=s.tuple_(int, "some/way_out")),
    way_out=s.or_(back=s.tuple_("some/long_way"), out=int),
    nils=s.tuple_(s.nilable("some/nils"), s.nilable("some/nils"), s.nilable("some/nils")),
    multi=s.multi_spec("kind", {"leaf": s.keys(), "node": s.keys(req=["some/multi"])}),
    regex=s.cat(n=int, more=s.maybe("some/regex")),
    regex_alt=s.alt(a=int, b=s.cat(x=int, y="some/regex_alt")),
    regex_list=s.star(s.spec(s.cat(xs=s.star("some/regex_list")))),
    never_coll=s.coll_of("some/never_coll", min_count=1),
    never_tuple=s.tuple_(int, "some/never_tuple"),
    never_or=s.or_(a=s.tuple_("some/never_or"), b=s.tuple_(int, "some/never_or")),
    never_keys=s.keys(req=["some/never_keys"]),
    never_regex=s.cat(n=int, more="some/never_regex"),
    never_map=s.map_of(str, "some/never_map", min_count=1),
    dead_branch=s.or_(dead="some/never_tuple", live=int),
    dead_key=s.keys(opt=["some/never_tuple"], req=["some/number"]),
)
ENDLESS = ["never_coll", "never_tuple", "never_or", "never_keys", "never_regex", "never_map"]
ENDING = [
    *("colls", "tuples", "sets", "maps", "everys", "mutual_a", "mutual_b", "children", "node", "node_un"),
    *("merged", "group", "collections", "long_way", "way_out", "nils", "multi", "regex", "regex_alt"),
    *("regex_list", "dead_branch", "dead_key"),
]


@dataclasses.dataclass
class Tree:
    children: "list[Tree]"


@dataclasses.dataclass
class Chain:
    next: "Chain | None"


@dataclasses.dataclass
class Endless:
    next: "Endless"


@pytest.mark.parametrize(
    "spec", [*(f"some/{name}" for name in ENDING), *map(s.from_type, (Tree, Chain))], ids=repr
)
def test_a_recursive_spec_with_a_base_case_has_examples(spec):
    values = drawn(spec, n=5, seeds=[1])
    assert len(set(map(repr, values))) > 1
    assert max(len(repr(x)) for x in values) < 100_000


@pytest.mark.parametrize("spec", [*(f"some/{name}" for name in ENDLESS), s.from_type(Endless)], ids=repr)
def test_a_recursive_spec_without_a_base_case_is_an_error(spec):
    for whole in (spec, s.tuple_(spec), s.coll_of(spec, min_count=1)):
        with pytest.raises(s.GeneratorError, match="refers to itself, and has no branch that does not"):
            s.gen(whole)
    assert s.sample(s.coll_of(spec), 2) == [[], []]


def test_an_override_ends_an_endless_recursion():
    s.def_("some/given", s.tuple_(int, s.nilable(s.is_any)))
    s.def_("some/given", s.tuple_(int, "some/given_part"))
    s.def_("some/given_part", s.nonconforming("some/given"))
    with pytest.raises(s.GeneratorError, match="refers to itself"):
        s.gen("some/given")
    seven = s.tuple_(int, s.is_any)
    assert {x[1] for x in s.sample(s.gen(seven, {(1,): s.gen({7})}), 5)} == {7}


# --- numbers, and time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        s.float_in(min=0), s.float_in(min=math.inf), s.float_in(min=0, max=math.inf),
        s.from_type(Annotated[float, at.Ge(0)]), s.from_type(Annotated[float, at.Gt(1e308)]),
    ],
    ids=repr,
)  # fmt: skip
def test_infinity_is_drawn_within_infinite_bounds(spec):
    assert math.inf in drawn(spec, 99)


@pytest.mark.parametrize(
    "spec",
    [
        s.float_in(min=0, infinite=False),
        s.float_in(min=0, max=1e300),
        s.from_type(Annotated[float, at.Ge(0), at.Lt(math.inf)]),
    ],
    ids=repr,
)
def test_and_not_where_it_is_not(spec):
    assert all(map(math.isfinite, drawn(spec, 40)))


@pytest.mark.parametrize(
    "bounds",
    [
        {"min": fractions.Fraction(1, 10)},
        {"min": decimal.Decimal("0.1"), "max": decimal.Decimal("0.10001")},
        {"min": 10**400},
        {"max": -(10**400)},
        {"min": 2**53 + 1, "max": 2**53 + 3},
    ],
)
def test_bounds_of_floats_are_numbers_of_any_type(bounds):
    drawn(s.float_in(**bounds))


PLUS_12 = dt.timezone(dt.timedelta(hours=12))
LONDON = zoneinfo.ZoneInfo("Europe/London")


def day(n, tz=None):
    return dt.datetime(2020, 3, n, 1, 30, tzinfo=tz)


@pytest.mark.parametrize(
    "spec",
    [
        s.inst_in(day(1), day(2)), s.inst_in(day(1, dt.UTC), day(2, dt.UTC)),
        s.inst_in(day(1, PLUS_12), day(1, dt.UTC)), s.inst_in(day(28, LONDON), day(30, LONDON)),
        s.inst_in(dt.datetime.min, dt.datetime.min + dt.timedelta.resolution),
        s.from_type(Annotated[dt.date, at.Ge(dt.date(2020, 1, 1)), at.Lt(dt.date(2020, 1, 3))]),
        s.from_type(Annotated[dt.date, at.Interval(gt=dt.date(9999, 12, 30))]),
        s.from_type(Annotated[dt.datetime, at.Interval(ge=day(1), lt=day(2))]),
        s.from_type(Annotated[dt.datetime, at.Gt(day(1, dt.UTC)), at.Le(day(2, PLUS_12))]),
        s.from_type(Annotated[dt.datetime, at.Ge(day(1, dt.UTC)), at.Timezone(...)]),
        s.from_type(Annotated[dt.datetime, at.Ge(day(1, dt.UTC)), at.Timezone("Europe/London")]),
        s.from_type(Annotated[dt.time, at.Ge(dt.time(23, 59))]),
        s.from_type(Annotated[dt.time, at.Lt(dt.time(0, 1, tzinfo=dt.UTC))]),
        s.from_type(Annotated[dt.timedelta, at.Gt(dt.timedelta(0)), at.Le(dt.timedelta(microseconds=2))]),
        s.from_type(dt.date), s.from_type(dt.time),
        s.from_type(list[Annotated[dt.date, at.Ge(dt.date(2024, 2, 29))]]),
    ],
    ids=repr,
)  # fmt: skip
def test_moments_are_between_their_bounds(spec):
    assert drawn(spec)


@pytest.mark.parametrize(
    ("zone", "is_right", "is_wrong"),
    [
        (None, day(1), day(1, dt.UTC)),
        (..., day(1, PLUS_12), day(1)),
        ("UTC", day(1, dt.UTC), day(1, PLUS_12)),
        ("Europe/London", day(1, LONDON), day(1, dt.UTC)),
        (dt.UTC, day(1, dt.UTC), day(1)),
        (PLUS_12, day(1, PLUS_12), day(1, dt.UTC)),
    ],
)
def test_timezone_is_asked_for_and_made(zone, is_right, is_wrong):
    spec = s.from_type(Annotated[dt.datetime, at.Timezone(zone)])
    assert s.valid(spec, is_right)
    [problem] = s.explain_data(spec, is_wrong)["problems"]
    assert problem["pred"] == ("timezone", zone)
    drawn(spec)
    drawn(s.from_type(Annotated[dt.datetime, at.Ge(is_right), at.Timezone(zone)]))


# --- what can't have one ------------------------------------------------------------------------------------


class Nobody(enum.Enum):
    pass


class Abstract(abc.ABC):
    @abc.abstractmethod
    def method(self): ...


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: s.coll_of({1}, kind=set, min_count=2), "2 elements that differ, and there are 1 at most"),
        (lambda: s.coll_of(s.int_in(0, 3), distinct=True, count=5),
         "5 elements that differ, and there are 3"),
        (lambda: s.coll_of(s.nilable(bool), kind=set, min_count=4),
         "4 elements that differ, and there are 3"),
        (lambda: s.coll_of(s.tuple_(bool, bool), distinct=True, min_count=5), "there are 4 at most"),
        (lambda: s.map_of({1, 2}, int, min_count=3), "3 elements that differ, and there are 2 at most"),
        (lambda: s.from_type(Annotated[set[bool], at.MinLen(3)]), "3 elements that differ, and there are 2"),
        (lambda: s.from_type(Annotated[dict[bool, int], at.MinLen(3)]), "3 elements that differ"),
        (lambda: s.map_of(s.tuple_(int), int, min_count=1),
         "must have a hash, which nothing has that fits tuple_"),
        (lambda: s.coll_of(s.keys(), kind=set, count=1),
         "must have a hash, which nothing has that fits keys"),
        (lambda: s.and_(int, lambda n: n > 10, lambda n: n < 5), "no value is within all of its bounds"),
        (lambda: s.and_(float, lambda x: x > 1, lambda x: x < 1), "no value is within all of its bounds"),
        (lambda: s.and_(str, lambda x: len(x) > 3, lambda x: len(x) < 3), "no value is within all"),
        (lambda: s.and_(s.is_pos_int, lambda n: n < 0), "no value is within all of its bounds"),
        (lambda: s.from_type(Annotated[int, at.Ge(10), at.Le(5)]), "no value is within all of its bounds"),
        (lambda: s.from_type(Annotated[int, at.Gt(7), at.Lt(14), at.MultipleOf(7)]), "no multiple of 7"),
        (lambda: s.from_type(Annotated[str, at.Len(5, 3)]),
         "a length of 5 or more is required, and of 3 or less"),
        (lambda: s.from_type(Annotated[list[int], at.Len(5, 3)]),
         "5 elements or more are required, and 3 or fewer"),
        (lambda: s.from_type(Annotated[dt.date, at.Gt(dt.date.max)]), "no value is within all of its bounds"),
        (lambda: s.from_type(Annotated[dt.datetime, at.Ge(day(1)), at.Le(day(2, dt.UTC))]),
         "do not compare|bounds"),
        (lambda: s.from_type(Annotated[dt.datetime, at.Timezone(None), at.Timezone("UTC")]),
         "no value is within"),
        (lambda: s.from_type(Annotated[dt.datetime, at.Timezone("Mars/North")]), "no time zone 'Mars/North'"),
        (lambda: s.coll_of(int, count=10**7), "10000000 elements or more are too many"),
        (lambda: s.array(shape=(10**9, 10**9)), "too large to make"),
        (lambda: s.array(dtype="V3"), "no array of dtype"),
        (lambda: s.array(dtype=object), "unable to construct gen"),
        (lambda: s.array(dtype="uint8", min=300), "unable to construct gen"),
        (lambda: s.array(dtype="int8", max=-math.inf), "unable to construct gen"),
        (lambda: s.array(dtype="U3", finite=True), "unable to construct gen"),
        (lambda: s.array(dtype="complex64", min=0), "unable to construct gen"),
        (lambda: s.array(dtype="float64", min=math.inf, finite=True), "unable to construct gen"),
        (lambda: s.multi_spec("kind", {}), "unable to construct gen"),
        (lambda: s.from_type(Annotated[int, at.MultipleOf(5), at.Gt(1), at.Lt(4)]), "no multiple of 5"),
        (lambda: s.from_type(Annotated[int, at.MultipleOf(5), at.Gt("x")]), "not supported between"),
        (lambda: s.from_type(Annotated[int, at.MultipleOf(5), at.Lt(math.nan)]), "bounds"),
        (lambda: s.coll_of(bool, distinct=True, count=3), "3 elements that differ, and there are 2"),
        (lambda: s.spec(Nobody), "unable to construct gen"),
        (lambda: s.spec(Abstract), "abstract type"),
        (lambda: s.from_type(typing.Literal[()]), "unable to construct gen"),
    ],
)  # fmt: skip
def test_the_reason_is_said_by_a_spec_error(make, reason):
    for draw in (s.sample, s.generate, s.exercise):
        with pytest.raises(s.GeneratorError, match=reason):
            draw(make())


@pytest.mark.parametrize(
    "spec",
    [
        s.coll_of(int, min_count=30),
        s.coll_of(int, min_count=30, gen_max=2),
        s.coll_of(int, kind=set, count=25),
    ],
    ids=repr,
)
def test_a_minimal_count_may_exceed_the_default_maximum(spec):
    assert all(len(x) >= 25 for x in drawn(spec, 3, [1]))


def test_in_a_test_of_hypothesis_too():
    for name in ENDING:
        strategy = s.gen(f"some/{name}")
        settings = hypothesis.settings(
            database=None, max_examples=4, suppress_health_check=list(hypothesis.HealthCheck)
        )
        valid = functools.partial(s.valid, f"some/{name}")
        drawn = []
        settings(hypothesis.given(strategy)(lambda x: drawn.append(x)))()  # noqa: B023
        assert drawn
        assert all(map(valid, drawn))


def test_decimals_keep_to_bounds_and_places():
    price = s.from_type(Annotated[Decimal, pydantic.Field(gt=0, le=10_000, decimal_places=2)])
    assert all(0 < x <= 10_000 and x == round(x, 2) for x in s.sample(price, 100, seed=0))
