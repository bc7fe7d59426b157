"""What check_compatible answers: proofs, witnesses, directions."""

import dataclasses
import datetime as dt
import enum
import functools
import operator
import re
import typing
from decimal import Decimal

import numpy as np
import pydantic
import pytest
from annotated_types import Ge, Len

import mxspec as s
from tests.row_ids import row_id

for name, spec in {
    "age": s.int_in(0, 151),
    "old": s.int_in(18, 151),
    "name": str,
    "next": "change/list",
    "list": s.keys(req_un=["change/age"], opt_un=["change/next"]),
}.items():
    if name == "next":
        s.def_("change/list", s.keys())
    s.def_(f"change/{name}", spec)
for name, most in {"long": None, "short": 0}.items():
    s.def_(f"change.{name}/tree", s.keys(opt_un=["change/age", f"change.{name}/kids"], closed=True))
    s.def_(f"change.{name}/kids", s.coll_of(f"change.{name}/tree", kind=list, max_count=most))


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Number(enum.IntEnum):
    ONE = 1


def is_short(x):
    return len(x) < 3


class Pair(typing.NamedTuple):
    n: int
    x: object = None


def row_of(n, x):
    return s.keys(req_un={"n": n, "x": x}, closed=True)


NEW_YEAR, LEAP_DAY = dt.date(2024, 1, 1), dt.date(2024, 2, 29)
LEAP_YEAR = s.and_(dt.date, {NEW_YEAR, LEAP_DAY})
tagged = s.or_(n=int, s=str)
A, B, AB = s.keys(req_un=["change/age"]), s.keys(req_un=["change/name"]), ["change/age", "change/name"]
row = pytest.mark.parametrize

PROVED = [
    (s.int_in(0, 5), s.int_in(0, 10)),
    (s.int_in(0, 5000), s.is_nat_int),
    (s.int_in(1, 5000), s.is_pos),
    (s.and_(int, s.is_even, functools.partial(operator.lt, 0)), s.and_(s.is_even, s.is_pos_int)),
    ({2, 4}, s.and_(int, s.is_even)),
    ({"a", "b"}, str),
    ({1, 2}, {1, 2, 3}),
    ({None}, str),  # of no values
    (Colour, Colour),
    (Number, int),
    (s.is_true, bool),
    (s.float_in(0, 1), s.float_in(-1, 1, infinite=False, nan=False)),
    (s.float_in(0, 1), s.is_float),
    (s.inst_in(dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1)), s.is_inst),
    (s.is_dict, s.is_coll),
    (s.is_list, s.is_sequential),
    (s.is_qualified_ident, s.is_ident),
    (int, s.nilable(int)),
    (s.nilable({1, 2}), s.or_(none=s.is_none, n=int)),
    (tagged, s.nonconforming(s.or_(s=str, x=s.is_number))),
    (s.and_(tagged, len), s.and_(tagged, len)),
    (s.and_(int, is_short), s.and_(is_short)),
    (s.and_(s.or_(n=s.int_in(0, 9), s=str), is_short), tagged),
    (s.coll_of(s.int_in(0, 5), kind=list, min_count=2), s.coll_of(int, min_count=1)),
    (s.coll_of(int), s.coll_of(tagged)),
    (s.coll_of(int, distinct=True, count=3), s.coll_of(int, distinct=True, max_count=3)),
    (s.coll_of(int, max_count=0), s.coll_of(str)),
    (s.coll_of(int), s.every(int)),
    (s.every(int, max_count=50), s.coll_of(int)),
    (s.tuple_(int, str), s.coll_of(tagged, kind=s.is_list, count=2)),
    (s.tuple_(int, int), s.plus(int)),
    (s.plus(s.alt(a=int, b=str)), s.nilable(s.coll_of(tagged))),
    (s.coll_of(int, kind=s.is_list, count=2), s.tuple_(int, s.is_number)),
    (s.map_of({"a", "b"}, int), s.map_of(str, s.nilable(int))),
    (s.keys(opt_un=AB, closed=True), s.map_of(str, s.or_(n=int, s=str))),
    (A, s.keys(opt_un=["change/age"])),
    (s.keys(req_un=AB), s.keys(req_un=[s.or_keys(*AB)])),
    (s.keys(req_un=[s.and_keys(*AB)]), s.keys(req_un=AB)),
    (s.keys(req=["change/age"]), s.keys(opt=["change/age", "change/old"])),  # names are keys of any map
    (s.keys(req_un=AB[:1], closed=True), s.keys(req_un=AB[:1], opt_un=AB[1:], closed=True)),
    (s.merge(A, B), s.keys(req_un=AB)),
    (s.keys(req_un=AB), s.merge(A, B)),
    ("change.short/tree", "change.long/tree"),
    ("change/list", "change/list"),
    (s.multi_spec("kind", {"a": A, "b": B}), s.multi_spec("kind", {"b": B, "a": s.keys(), "c": A})),
    (s.cat(a=int, b=s.maybe(str)), s.cat(a=s.plus(int), b=s.star(str))),
    (s.star(s.alt(a=int, b=str)), s.star(tagged)),
    (s.cat(a=s.star(int), b=s.star(int)), s.star(int)),
    (s.star(s.cat(a=int, b=int)), s.alt(a=s.star(int), b=s.star(str))),
    (s.cat(a=tagged, b=int), s.alt(x=s.cat(a=int, b=int), y=s.cat(a=str, b=int))),
    (s.amp(s.plus(int), is_short), s.star(int)),
    (s.amp(s.plus(int), is_short), s.amp(s.plus(int), is_short)),
    (s.keys_star(req_un=AB), s.nilable(s.keys_star(req_un=AB))),
    (s.array((2, 3), "float32", 0, 1), s.array((None, 3), "floating", -1, 1, finite=True)),
    (s.array(dtype="uint8"), s.array(min=0, max=255)),
    (s.from_type(list[int]), s.from_type(typing.Sequence[int | None])),
    (s.from_type(dict[str, int]), s.map_of(str, int)),
    (s.from_type(typing.Literal["a"]), {"a", "b"}),
    (s.from_type(tuple[int, str]), s.from_type(tuple[int | str, ...])),
    (s.from_type(typing.Annotated[str, Len(2, 5)]), s.from_type(typing.Annotated[str, Len(1, 5)])),
    (s.from_type(int), s.from_type(float)),
    (s.conformer(is_short), s.conformer(is_short)),
    # As infer writes them.
    (s.str_in(2, 5, pattern="[a-z]+"), s.str_in(1, 5)),
    (s.str_in(pattern="[a-z]+"), s.str_in(pattern="[a-z0-9]+")),
    (s.str_in(2, 5, pattern="[a-z]+"), s.str_in(pattern="[a-z]{1,9}")),
    (s.str_in(pattern=r"\d{4}-\d{2}"), s.str_in(7, 7)),
    (s.str_in(format="date"), s.str_in(format="date")),
    (s.range_of(dt.date, NEW_YEAR, LEAP_DAY), s.range_of(dt.date, NEW_YEAR)),
    (s.range_of(s.is_number, 0, 5), s.nilable(s.is_number)),
    (row_of(s.int_in(0, 9), dt.date), row_of(s.int_in(0, 99), s.nilable(dt.date))),
    (row_of(int, s.str_in(pattern="[a-z]+")), s.keys(req_un={"n": int}, opt_un={"x": s.str_in(), "y": int})),
    (s.record_of(Pair, {"n": s.int_in(0, 9), "x": str}), s.record_of(Pair, {"n": int})),
    # Collections of another kind, by their elements or entries.
    (s.map_of(str, int), s.coll_of(s.tuple_(str, int))),
    (s.keys(req_un={"n": int}, closed=True), s.coll_of(s.tuple_(str, int))),
    (s.every_kv(str, int), s.every(s.tuple_(str, int))),
    (s.every_kv(s.is_int, s.every_kv(s.is_int, int, kind=dict), min_count=1),
     s.every_kv(s.is_int, s.every_kv(s.is_int, int))),
    (s.map_of(str, int, kind=dict), s.every_kv(str, int, kind=dict)),
    (s.from_type(list[int]), s.from_type(typing.Iterable[int | str])),
    (s.from_type(set[int]), s.from_type(typing.Iterable[int | str])),
    (s.from_type(typing.Sequence[int]), s.from_type(typing.Iterable[int | str])),
    (s.spec(s.alt(a=str, b=int)), s.or_(a=s.is_seqable, b=int)),
    (s.map_of({"a", "b"}, int), s.map_of(str, int, max_count=2)),
]  # fmt: skip


@row(("old", "new"), PROVED, ids=row_id)
def test_a_wider_spec_is_proved(old, new):
    assert s.check_compatible(old, new).verdict == "proved"


BROKEN = [
    (s.int_in(0, 11), s.int_in(0, 10), 10),
    (s.int_in(0, 10), s.int_in(1, 10), 0),
    (bool, int, True),
    (int, bool, 0),
    ({1.0}, {1}, 1.0),
    ({1}, s.is_true, 1),
    ({Number.ONE}, Number, 1),
    ({"a", "b", "c"}, {"a", "b"}, "c"),
    (s.nilable(int), int, None),
    (s.float_in(0, 1), s.float_in(0, 0.5), 1.0),
    (s.from_type(float), float, 0),
    (s.from_type(str | None), str, None),
    (s.coll_of(int, kind=list), s.coll_of(int, kind=list, max_count=2), [0, 0, 0]),
    (s.coll_of(int, kind=list, min_count=1), s.coll_of(int, kind=list, min_count=2), [0]),
    (s.coll_of(int, kind=list), s.coll_of(int, kind=list, distinct=True), [0, 0]),
    (s.coll_of(int), s.coll_of(int, kind=list), ()),
    (s.tuple_(int), s.tuple_(int, int), [0]),
    (s.coll_of(tagged, kind=list), s.coll_of(int, kind=list), [""]),
    (s.keys(opt_un=["change/age"]), A, {}),
    (s.keys(), s.keys(closed=True), {"": 0}),
    (s.keys(req_un=[s.or_keys(*AB)], closed=True), s.keys(req_un=AB[1:]), {"age": 0}),
    ("change.long/tree", "change.short/tree", {"kids": [{}]}),
    (s.map_of({"a", "b", "c"}, int), s.map_of(str, int, max_count=2), {"a": 0, "b": 0, "c": 0}),
    (s.multi_spec("k", {"a": s.keys(), "b": s.keys()}), s.multi_spec("k", {"a": s.keys()}), {"k": "b"}),
    (s.multi_spec("k", {"a": s.keys()}, default=s.keys()),
     s.multi_spec("k", {"a": s.keys(), "b": A}, default=s.keys()), {"k": "b"}),
    (s.keys_star(opt_un=AB), s.keys_star(req_un=AB[:1]), []),
    (s.star(int), s.plus(int), []),
    (s.cat(a=int, b=s.maybe(str)), s.cat(a=int), [0, ""]),
    (s.and_(int, s.is_even), s.and_(int, lambda n: n % 4 == 0), 2),
    (s.and_(tagged, lambda pair: pair[0] == "n"), s.and_(tagged, lambda pair: pair[0] == "s"), 0),
    (s.str_in(2, 5, pattern="[a-z]+"), s.str_in(2, 4), "aaaaa"),
    (s.str_in(pattern="[A-Z]{2}-[0-9]{3,4}"), s.str_in(pattern="[A-Z]{2}-[0-9]{4}"), "AA-000"),
    (row_of(int, s.str_in(pattern="a*b|c{9}")), row_of(int, s.str_in(pattern="a*b")), {"n": 0, "x": "c" * 9}),
    (row_of(int, LEAP_YEAR), row_of(int, s.range_of(dt.date, None, NEW_YEAR)), {"n": 0, "x": LEAP_DAY}),
    (row_of(int, s.nilable({"a"})), row_of(int, {"a"}), {"n": 0, "x": None}),
    (s.record_of(Pair, {"n": int}), s.record_of(Pair, {"n": s.is_nat_int}), Pair(-1)),
]  # fmt: skip


@row(("old", "new", "witness"), BROKEN, ids=row_id)
def test_a_breaking_change_is_shown_by_a_small_value(old, new, witness):
    answer = s.check_compatible(old, new, seed=0)
    assert answer.verdict == "broken"
    assert not answer
    assert type(answer.witness) is type(witness)
    assert answer.witness == witness
    assert s.valid(old, witness)
    assert not s.valid(new, witness)
    assert (answer.old, answer.new) == ("Success!", s.explain_str(new, witness).strip())


@row(
    ("old", "new"),
    [
        # Nothing is refused, but no rule knows it.
        (s.keys_star(req_un=AB), s.keys_star(opt_un=AB[:1])),
        (s.str_in(pattern="[a-z]+"), s.str_in(pattern="(?i:[a-z]+)")),
        (s.str_in(format="uuid"), s.str_in(pattern="[0-9a-f-]+")),
        # Something is.
        ({1}, Number),  # 1, which is no member of Number
        ({"a"}, s.from_type(typing.Literal["a"])),  # a member of a StrEnum
        ({0.0}, s.from_type(typing.Literal[0])),
        (float, s.float_in(nan=False)),
        (s.is_number, float),
        (tuple, s.is_tuple),
        (object, s.is_some),
        (s.every(int), s.coll_of(int)),
        (s.coll_of(int), s.coll_of(tagged, into=set)),
        (s.coll_of(list), s.coll_of(list, into=set)),
        (s.and_(tagged, len), s.and_(int, len)),
        (s.amp(s.star(int), is_short), s.amp(s.star(int), lambda xs: len(xs) < 2)),
        (A, s.keys(req_un=["change/age"], opt_un=["change/name"])),  # the key had any value before
        (s.from_type(typing.Sequence[str]), s.coll_of(str)),  # text
        (s.array((2,), "float32"), s.array((2,), "float32", finite=True)),
        (s.array((2,), min=0), s.array((2,), min=0, finite=True)),
        (s.conformer(is_short), s.conformer(len)),
        (s.fspec(ret=int), s.fspec(args=s.cat(x=int), ret=int)),
        ({Decimal(1)}, int),
    ],
    ids=row_id,
)
def test_what_no_rule_proves_is_left_open(old, new):
    assert s.check_compatible(old, new, num_tests=20, seed=0).verdict != "proved"


def test_two_functions_are_not_compared_but_tried():
    answer = s.check_compatible(s.and_(str, is_short), s.and_(str, lambda x: len(x) <= 2), num_tests=50)
    assert answer.verdict == "not refuted"
    assert answer.examples >= 50
    assert bool(answer)
    assert repr(answer).startswith(f"not refuted: {answer.examples:,} examples")


def test_values_that_are_drawn_are_tried_too_and_shrunk():
    is_rare = s.with_gen(str, lambda: s.gen({"wxyz" * 3}))
    answer = s.check_compatible(is_rare, s.and_(str, lambda x: x != "wxyz" * 3), seed=0)
    assert answer.witness == "wxyz" * 3


def test_a_direction_says_which_way_a_spec_may_change():
    narrow, wide = s.int_in(0, 10), s.int_in(0, 20)
    assert s.check_compatible(narrow, wide)
    assert s.check_compatible(wide, narrow, direction="responses").verdict == "proved"
    answer = s.check_compatible(narrow, wide, direction="responses")
    assert (answer.verdict, answer.witness, answer.new) == ("broken", 10, "Success!")
    assert answer.old == "an int from 0 to 9 is required, not 10 - failed: int_in(0, 10)"
    with pytest.raises(s.SpecDefinitionError, match="'requests' or 'responses'"):
        s.check_compatible(narrow, wide, direction="both")


def test_arguments_may_widen_and_results_may_narrow():
    old = s.fspec(args=s.cat(x=s.int_in(0, 10)), ret=int)
    assert (
        s.check_compatible(old, s.fspec(args=s.cat(x=int, y=s.maybe(str)), ret=s.is_nat_int)).verdict
        == "proved"
    )
    answer = s.check_compatible(old, s.fspec(args=s.cat(x=s.int_in(0, 5)), ret=int))
    assert (answer.verdict, answer.part, answer.witness) == ("broken", "args", [5])
    answer = s.check_compatible(old, s.fspec(args=s.cat(x=int), ret=s.nilable(int)))
    assert (answer.verdict, answer.part, answer.witness) == ("broken", "ret", None)
    related = s.fspec(args=s.cat(x=s.int_in(0, 10)), ret=int, fn=is_short)
    assert s.check_compatible(related, old).verdict == "not refuted"


def test_a_function_is_compared_by_the_name_of_its_spec():
    s.def_("change/f", s.fspec(args=s.cat(x=int), ret=int))
    assert s.check_compatible("change/f", s.fspec(args=s.cat(x=tagged), ret=int)).verdict == "proved"


class User(pydantic.BaseModel):
    name: str
    tags: list[str] = []


class Tag(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    text: str = pydantic.Field(alias="t")


class NewUser(pydantic.BaseModel):
    name: str | None
    tags: list[str | Tag] = []


class OldTag(pydantic.BaseModel):
    text: str = pydantic.Field(alias="t")


@dataclasses.dataclass
class Point:
    x: typing.Annotated[int, Ge(0)]
    next: "Point | None" = None


@dataclasses.dataclass
class NewPoint:
    x: int
    next: "NewPoint | None" = None


class PointDict(typing.TypedDict):
    x: int


@row(
    ("old", "new", "verdict", "witness"),
    [
        (User, NewUser, "proved", None),
        (NewUser, User, "broken", {"name": None}),
        (OldTag, Tag, "broken", {"t": "", "": 0}),
        (Tag, OldTag, "proved", None),
        (Point, NewPoint, "proved", None),
        (NewPoint, Point, "broken", {"x": -1}),
        (Point, PointDict, "proved", None),
        (list[User], list[NewUser], "proved", None),
        (int | None, int, "broken", None),
    ],
    ids=row_id,
)
def test_classes_with_fields_stand_for_dicts_of_them(old, new, verdict, witness):
    answer = s.check_compatible(old, new, seed=0)
    assert (answer.verdict, answer.witness) == (verdict, witness)


def read(image):
    return int(image.max())


def test_models_are_compared_by_labels_and_input():
    images = s.array((2,), "float32", 0, 9)
    even = s.model_spec({0, 2, 4}, read, lambda label: np.full(2, label, "float32"), input=images)
    digit = s.model_spec(s.int_in(0, 10), read, input=s.array((None,), min=0, max=9))
    assert s.check_compatible(even, digit).verdict == "proved"
    assert s.check_compatible(even, images).verdict == "proved"
    answer = s.check_compatible(even, s.model_spec({0, 2}, read, input=images))
    assert answer.verdict == "broken"
    assert answer.witness.max() == 4


def test_the_arguments_are_named_where_they_are_wrong():
    with pytest.raises(s.UnknownSpecError, match="'change/nothing'"):
        s.check_compatible("change/nothing", int)
    with pytest.raises(s.UnknownSpecError, match="'change/nothing'"):
        s.check_compatible(s.coll_of("change/nothing"), int)
    with pytest.raises(s.SpecDefinitionError):
        s.check_compatible(3, int)


def test_the_repr_shows_the_value_and_the_reason():
    assert repr(s.check_compatible(int, int)) == "proved: no valid value is refused"
    answer = s.check_compatible(s.coll_of(s.nilable(int)), s.coll_of(int))
    assert (
        repr(answer)
        == "broken: [None] fits old, but new says\nan int is required, not None - failed: int in: [0]"
    )


TAGGED = s.multi_spec("kind", {"a": s.keys(req_un={"n": int}), "b": s.keys(req_un={"m": str})})
CLOSED = s.keys(req_un={"a": int}, opt_un={"b": int}, closed=True)
MAPS = s.keys(req_un={"a": int}), s.keys(req_un={"b": str})


def whole_multiple(n):
    return typing.Annotated[int, pydantic.Field(multiple_of=n)]


def model_of(hint):
    return pydantic.create_model("Model", n=(hint, ...))


# Two specs, and what is answered: the second covers the first, or refuses this.
RULES = [
    (model_of(whole_multiple(4)), model_of(whole_multiple(2)), None),
    (model_of(whole_multiple(2)), model_of(whole_multiple(4)), {"n": 2}),
    (s.every(int, max_count=5), s.coll_of(int), None), (s.coll_of(int), s.every(int), None),
    (s.every(int), s.coll_of(int), ...), (s.every(int, max_count=150), s.coll_of(int), ...),
    (s.keys(req_un={"kind": {"a"}, "n": int}), TAGGED, None),
    (s.keys(req_un={"kind": {"a", "b"}, "n": int, "m": str}), TAGGED, None),
    (s.keys(req_un={"kind": {"a", "c"}, "n": int}), TAGGED, {"kind": "c", "n": 0}),
    (s.keys(req_un={"kind": {"a"}, "n": str}), TAGGED, {"kind": "a", "n": ""}),
    (s.keys(req_un={"n": int}, opt_un={"kind": {"a"}}), TAGGED, {"n": 0}),
    (TAGGED, s.keys(req_un={"kind": {"a", "b"}}), None),
    (TAGGED, s.keys(req_un={"kind": {"a"}}), {"kind": "b", "m": ""}),
    (s.merge(*MAPS), s.keys(req_un={"a": int, "b": str}), None),
    (s.keys(req_un={"a": int, "b": str}), s.merge(*MAPS), None),
    (s.merge(*MAPS), s.keys(req_un={"a": int, "b": int}), {"a": 0, "b": ""}),
    (CLOSED, s.map_of(str, int, min_count=1, max_count=2), None),
    (CLOSED, s.map_of(str, int, max_count=1), {"a": 0, "b": 0}),
    (CLOSED, s.map_of(str, int, min_count=2), {"a": 0}),
    (CLOSED, s.map_of({"a"}, int), {"a": 0, "b": 0}),
    (s.map_of({"a", "b"}, int), s.map_of(str, int, max_count=2), None),
    (s.map_of({"a", "b"}, int), s.map_of(str, int, max_count=1), {"a": 0, "b": 0}),
    (s.map_of(str, int, min_count=2), s.map_of(str, int, min_count=1), None),
    (s.coll_of(int, kind=list, count=2), s.tuple_(int, int), None),
    (s.coll_of(int, kind=list, max_count=2), s.tuple_(int, int), []),
    (s.tuple_(int, int), s.coll_of(int, max_count=1), [0, 0]), (s.tuple_(int), s.tuple_(int, int), [0]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "witness"), RULES, ids=row_id)
def test_a_kind_of_spec_is_compared_with_another(old, new, witness):
    answer = s.check_compatible(old, new, num_tests=20, seed=0)
    assert answer.verdict == ("proved" if witness is None else "broken")
    assert witness in (None, ...) or answer.witness == witness


def test_a_witness_is_the_plainest():
    digits = [s.and_(str, re.compile(text).fullmatch) for text in (r"\d+", r"\d{1,3}")]
    assert s.check_compatible(*digits, seed=0).witness == "0000"
    assert s.check_compatible(s.str_in(pattern="[^x]+"), s.str_in(pattern="[^xy]+")).witness == "y"
    assert s.check_compatible(s.str_in(pattern=r"\w+"), s.str_in(pattern=r"\d+")).witness == "a"
