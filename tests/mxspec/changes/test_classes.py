"""Classes of two versions: a class stands for what its senders send, and what it checks itself counts."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import ipaddress
import operator
import pathlib
import re
import textwrap
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Literal, NotRequired, TypedDict

import pydantic
import pydantic.dataclasses
import pytest
import typing_extensions
from pydantic import AfterValidator

import mxspec as s
from mxspec.base import names
from mxspec.changes.core_schemas import covers
from mxspec.changes.versions import compare_files
from mxspec.changes.wire import wire
from tests.executed import execute
from tests.row_ids import row_id


class Model(pydantic.BaseModel):
    x: int


class ModelMore(pydantic.BaseModel):
    x: int
    y: str = "a"


class ModelBounded(pydantic.BaseModel):
    x: int = pydantic.Field(1, le=5)
    y: str = "a"


class ModelNeeds(pydantic.BaseModel):
    x: int
    y: str


class Checked(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def _small(cls, x):
        if x > 5:
            raise ValueError("more than five")
        return x


class CheckedTogether(ModelMore):
    @pydantic.model_validator(mode="after")
    def _differ(self):
        if str(self.x) == self.y:
            raise ValueError("x is y")
        return self


class Strict(pydantic.BaseModel):
    x: pydantic.StrictInt


class Floats(pydantic.BaseModel):
    x: float


class Nested(pydantic.BaseModel):
    a: Model
    several: list[Model] = []


class NestedMore(pydantic.BaseModel):
    a: ModelMore
    several: list[ModelMore | None] = []


class Patterned(pydantic.BaseModel):
    x: int
    y: Annotated[str, pydantic.Field(pattern="^a")] = "a"


class ByName(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)
    x: int = pydantic.Field(alias="X")


class ByAlias(pydantic.BaseModel):
    x: int = pydantic.Field(alias="X")


class Day(pydantic.BaseModel):
    day: datetime.date


class Moment(pydantic.BaseModel):
    day: datetime.datetime


class ByEither(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)
    x: int = pydantic.Field(0, alias="X")


class ByOther(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)
    x: str = ""


Ints, SomeInts = pydantic.RootModel[list[int]], pydantic.RootModel[list[int | None]]


class Dict(TypedDict):
    x: int


class DictMore(TypedDict):
    x: int
    y: NotRequired[str]


class DictNeeds(TypedDict):
    x: int
    y: str


@dataclasses.dataclass
class Data:
    x: int


@dataclasses.dataclass
class DataMore:
    x: int
    y: str = "a"


@dataclasses.dataclass
class DataNeeds:
    x: int
    y: str


@dataclasses.dataclass
class DataChecked:
    x: int

    def __post_init__(self):
        if self.x < 0:
            raise ValueError("less than nothing")


@dataclasses.dataclass
class Pair:
    first: DataChecked
    rest: list[DataChecked]


@dataclasses.dataclass
class OrderedPair:
    first: DataChecked
    rest: list[DataChecked]

    def __post_init__(self):
        if any(each.x < self.first.x for each in self.rest):
            raise ValueError("the first is not the least")


@pydantic.dataclasses.dataclass
class Pydantic:
    x: int


@pydantic.dataclasses.dataclass
class PydanticMore:
    x: int
    y: str = "a"


@pydantic.dataclasses.dataclass
class PydanticBounded:
    x: int = pydantic.Field(gt=3)


@pytest.mark.parametrize(
    ("old", "new", "verdict", "witness"),
    [
        (Model, ModelMore, "proved", None), (ModelMore, Model, "proved", None),
        (Model, ModelNeeds, "broken", {"x": 0}), (Nested, NestedMore, "proved", None),
        (list[Model], list[ModelMore | None], "proved", None), (Model, Patterned, "proved", None),
        (ModelMore, Patterned, "broken", {"x": 0, "y": ""}),
        (Dict, DictMore, "broken", {"x": 0, "y": 0}), (Dict, DictNeeds, "broken", {"x": 0}),
        (DictMore, DictNeeds, "broken", {"x": 0}),
        (Data, DataMore, "proved", None),
        (DataMore, Data, "broken", {"x": 0, "y": ""}), (Data, DataNeeds, "broken", {"x": 0}),
        (Pydantic, PydanticMore, "proved", None), (PydanticBounded, Pydantic, "proved", None),
        (Pydantic, PydanticBounded, "broken", {"x": 0}),
        (Model, Checked, "broken", {"x": 6}), (Checked, Model, "proved", None),
        (Checked, Checked, "proved", None),
        (ModelMore, CheckedTogether, "broken", None), (CheckedTogether, ModelMore, "proved", None),
        (Model, Strict, "not refuted", None), (Strict, Model, "proved", None),
        (Model, Floats, "not refuted", None),
        (Moment, Day, "broken", None), (Day, Moment, "not refuted", None),
        (ByName, ByAlias, "not refuted", None), (ByAlias, ByName, "not refuted", None),
        (ByEither, ByOther, "not refuted", None), (Ints, SomeInts, "proved", None),
        (SomeInts, Ints, "broken", [None]),
        (Data, DataChecked, "broken", {"x": -1}), (DataChecked, Data, "proved", None),
        (DataChecked, DataChecked, "proved", None), (OrderedPair, Pair, "proved", None),
        (Pair, OrderedPair, "broken", {"first": {"x": 1}, "rest": [{"x": 0}]}),
        (Dict, Model, "not refuted", None), (Model, Dict, "proved", None),
    ],
    ids=row_id,
)  # fmt: skip
def test_what_was_sent_is_received(old, new, verdict, witness):
    answer = s.check_compatible(old, new, seed=0)
    assert answer.verdict == verdict
    if witness is not None:
        assert answer.witness == witness
    if verdict == "broken":
        assert s.valid(wire(old), answer.witness)
        assert not s.valid(wire(new), answer.witness)


def test_an_open_map_stays_open_beside_classes():
    old, new = s.keys(req_un={"x": int}), s.keys(req_un={"x": int}, opt_un={"y": str})
    assert s.check_compatible(old, new, seed=0).witness == {"x": 0, "y": 0}


def test_what_goes_out_is_read_by_the_old_version():
    assert s.check_compatible(ModelMore, Model, direction="responses").verdict == "proved"
    assert s.check_compatible(ModelNeeds, Model, direction="responses").witness == {"x": 0}


@dataclasses.dataclass
class DataFilled:
    x: int
    y: str


class ModelFilled(pydantic.BaseModel):
    x: int
    y: str


class ModelFilledByNone(pydantic.BaseModel):
    x: int
    y: str = None


class Inner(pydantic.BaseModel):
    below: "Inner | None" = None
    n: int = 0


class InnerNeeds(pydantic.BaseModel):
    below: "InnerNeeds | None"
    n: int


def test_what_a_name_stands_for_elsewhere_keeps_no_answer_from_its_proof():
    with names.look_up_in(names.current):
        s.def_(
            "outputs/asked", s.and_(ModelFilled, lambda model: model.x > 1)
        )  # may be a key of any open map
        answer = s.check_compatible({"a": ModelFilled}, {"a": ModelMore}, direction="responses", seed=0)
        assert answer.verdict == "proved"


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (ModelFilled, ModelMore, None), (DataFilled, DataMore, None), (InnerNeeds, Inner, None),
        ({"a": ModelFilled}, {"a": ModelMore}, None), (list[DataFilled], list[DataMore], None),
        (ModelFilled, ModelFilledByNone, "open"), (DictNeeds, DictMore, {"x": 0}),
        (DataFilled, Data, {"x": 0}), (ModelNeeds, ModelBounded, None),
        (ModelBounded, ModelMore, {"x": 6, "y": ""}),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_class_writes_its_defaults(old, new, witness):
    for answer in (
        s.check_compatible(old, new, direction="responses", seed=0),
        s.check_compatible(s.fspec(ret=old), s.fspec(ret=new), seed=0),
    ):
        if witness is None:
            assert answer.verdict == "proved"
        else:
            assert answer.verdict == ("not refuted" if witness == "open" else "broken")
            assert answer.witness == (None if witness == "open" else witness)
    if witness is None and old in (ModelFilled, DataFilled, ModelNeeds):  # as it is read, it breaks
        assert s.check_compatible(new, old).verdict == "broken"


def _written(text, **names):
    scope = {"pathlib": pathlib, "pydantic": pydantic, "Field": pydantic.Field, **names}
    execute("class Model(pydantic.BaseModel):\n    " + text.replace("; ", "\n    "), scope)
    return scope["Model"]


SERIALIZER = "@pydantic.field_serializer('n'); def f(self, n): return 'n'"
COMPUTED = "@pydantic.computed_field; def m(self) -> int: return 1"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("n: int", "n: int = Field(serialization_alias='N')", "serialization_alias of n"),
        ("n: int = Field(serialization_alias='N')", "n: int", "serialization_alias of n"),
        ("n: int", "n: int = Field(exclude=True)", "serialization_exclude of n"),
        ("n: int", f"n: int; {SERIALIZER}", "serialization of n"),
        ("n: int", f"n: int; {COMPUTED}", "computed_fields"),
        (f"n: int; {COMPUTED}", "n: int", "computed_fields"),
        ("n: int", "n: int; @pydantic.model_serializer; def f(self): return 1", "serialization"),
        ("n: int = Field(alias='N')", "n: int = Field(alias='N')", None),
        ("n: int = Field(exclude=True)", "n: int = Field(exclude=True)", None),
    ],
)
@pytest.mark.parametrize("is_nested", [False, True])
def test_what_a_model_writes_otherwise_is_not_proved(old, new, rule, is_nested):
    pair = [_written(text) for text in (old, new)]
    pair = [_written("x: list[Inner]", Inner=cls) for cls in pair] if is_nested else pair
    answer = s.check_compatible(*pair, direction="responses", num_tests=20, seed=0)
    assert answer.verdict == ("proved" if rule is None else "not refuted")
    assert rule is None or any(text.startswith("what Model writes, by ") for text in answer.unproved)
    if not is_nested and rule is not None:
        assert repr(answer).endswith(f"what Model writes, by {rule}")
        assert s.check_compatible(*pair).verdict == "proved"  # it reads alike


def test_the_reason_is_that_of_the_owner():
    answer = s.check_compatible(Model, Checked, seed=0)
    assert "Value error, more than five" in answer.new
    answer = s.check_compatible(Model, ModelNeeds, seed=0)
    assert answer.new == "key 'y' is required - value: {'x': 0}"


def test_a_payload_is_valid_if_the_class_accepts_it():
    pair = wire(OrderedPair)
    assert s.valid(pair, {"first": {"x": 1}, "rest": [{"x": 2}]})
    assert not s.valid(pair, {"first": {"x": 1}, "rest": [{"x": 0}]})
    assert not s.valid(pair, {"first": {"x": -1}, "rest": []})
    assert "the first is not the least" in s.explain_str(pair, {"first": {"x": 1}, "rest": [{"x": 0}]})
    assert all(s.valid(pair, x) for x in s.sample(pair, 5, seed=0))


def test_a_file_may_add_a_field_with_a_default(tmp_path):
    text = "import dataclasses, typing, mxspec as s\n@dataclasses.dataclass\nclass Data:\n    x: int\n{}\n"
    text += "class Dict(typing.TypedDict):\n    x: int\n{}\ns.def_('w/data', s.from_type(Data))\n"
    text += "s.def_('w/dict', s.from_type(Dict))\n"
    for name, lines in {
        "old": ("", ""),
        "more": ("    y: str = 'a'", "    y: typing.NotRequired[str]"),
        "needs": ("    y: str", "    y: str"),
    }.items():
        (tmp_path / f"{name}.py").write_text(text.format(*lines), encoding="utf-8")
    more = compare_files(tmp_path / "old.py", tmp_path / "more.py")
    assert [(change.name, change.answer.verdict) for change in more] == [
        ("w/data", "proved"),
        ("w/dict", "broken"),  # it is open: under a key that it does not list, anything was valid
    ]
    needs = compare_files(tmp_path / "old.py", tmp_path / "needs.py")
    assert [(change.name, change.answer.verdict) for change in needs] == [
        ("w/data", "broken"),
        ("w/dict", "broken"),
    ]


BY_TWO = "x: int = Field(validation_alias=pydantic.AliasChoices('a', 'b'))"
BY_PATHS = (
    "x: int = Field(validation_alias=pydantic.AliasPath('a', 0, 'n'));"
    " y: str = Field(validation_alias=pydantic.AliasPath('a', 1))"
)


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (BY_TWO, BY_TWO, None), (BY_TWO, BY_TWO + "; z: int = 0", None),
        (BY_TWO, BY_TWO + "; z: int", {"a": 0}), (BY_TWO, BY_TWO.replace("int", "str"), {"a": 0}),
        (BY_TWO, "x: int = Field(alias='b')", {"a": 0}), (BY_TWO, "x: int = Field(alias='a')", "open"),
        (BY_PATHS, BY_PATHS, None), (BY_PATHS, BY_PATHS + "; z: int = 0", None),
        (BY_PATHS, BY_PATHS.replace("str", "int"), {"a": [{"n": 0}, ""]}),
        (BY_PATHS, BY_PATHS + "; z: int = Field(validation_alias=pydantic.AliasPath('a', 2))",
         {"a": [{"n": 0}, ""]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_nested", [False, True])
def test_several_aliases_and_paths_are_keys_of_what_is_sent(old, new, witness, is_nested):
    pair = [_written(text) for text in (old, new)]
    pair = [_written("x: list[Inner]", Inner=cls) for cls in pair] if is_nested else pair
    answer = s.check_compatible(*pair, num_tests=20, seed=0)
    if witness in (None, "open"):
        assert answer.verdict == ("proved" if witness is None else "not refuted")
    else:
        assert answer.verdict == "broken"
        assert answer.witness == ({"x": [witness]} if is_nested else witness)


# --- core schemas -------------------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = "red"


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]


class Owl(pydantic.BaseModel):
    kind: Literal["owl"]


Pets = Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]
MorePets = Annotated[Owl | Cat | Dog, pydantic.Field(discriminator="kind")]
Bounded = pydantic.conint


def text(**constraints):
    return Annotated[str, pydantic.Field(**constraints)]


def digits(most, places):
    return pydantic.condecimal(max_digits=most, decimal_places=places)


class Lenient(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    x: int = pydantic.Field(strict=False)


class LessLenient(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    x: int


def is_a_or_none(x):
    if x not in ("a", None):
        raise ValueError(x)
    return x


# A type, another, and True if what pydantic accepts for the first is proved to be accepted for the other.
COVERED = [
    (int, int, True), (int, int | None, True), (int | None, int, False), (int, str | int, True),
    (int | str, int, False), (int, float, False), (bool, int, False), (int, object, True),
    (None, int | None, True),
    (Bounded(gt=3), Bounded(gt=3), True), (Bounded(gt=3), Bounded(gt=2), True),
    (Bounded(gt=2), Bounded(gt=3), False),
    (Bounded(le=3), Bounded(le=4), True), (Bounded(le=4), Bounded(le=3), False), (Bounded(ge=3), int, True),
    (Bounded(gt=3), Bounded(ge=3), False), (Bounded(multiple_of=4), Bounded(multiple_of=2), True),
    (Bounded(multiple_of=2), Bounded(multiple_of=4), False), (Bounded(strict=True), int, True),
    (int, Bounded(strict=True), False),
    (text(min_length=1), str, True), (text(min_length=1), text(min_length=2), False),
    (text(pattern="a"), text(pattern="a"), True), (text(pattern="a"), text(pattern="b"), False),
    (pydantic.constr(strip_whitespace=True), str, False),
    (str, pydantic.constr(strip_whitespace=True), False),
    (pydantic.constr(strip_whitespace=True, max_length=1), text(max_length=1), False),
    (Literal[1, 2], Literal[2, 1, 3], True), (Literal[1, True], Literal[1], False),
    (Literal["a"], str, True), (Literal["a"], text(min_length=2), False),
    (Literal["ab"], text(min_length=2), True),
    (Literal[1], int, True), (Literal[True], int, False), (Literal["a", 1], str, False),
    (Literal[3], Bounded(strict=True), False),
    (Sequence[int], Sequence[int | None], True), (Sequence[int | None], Sequence[int], False),
    (Sequence[int], list[int], False), (list[int], Sequence[int], False), (str, str | Sequence[str], True),
    (Literal["a"] | None, Annotated[Literal["a"] | None, AfterValidator(is_a_or_none)], True),
    (Literal["a", "b"], Annotated[Literal["a", "b"], AfterValidator(is_a_or_none)], False),
    (str, Annotated[str, AfterValidator(is_a_or_none)], False),
    (Colour, Colour, True), (list[int], list[int | None], True), (list[int | None], list[int], False),
    (set[int], set[int | None], False), (dict[str, int], dict[str, int | None], True),
    (dict[str, int], dict[str | int, int], False), (tuple[int, str], tuple[int | None, str], True),
    (tuple[int, ...], tuple[int, str], False), (tuple[int], list[int], False),
    (Annotated[int, pydantic.AfterValidator(abs)], int, True),
    (int, Annotated[int, pydantic.AfterValidator(abs)], False),
    (Annotated[int, pydantic.BeforeValidator(abs)], int, False), (Pets, MorePets, True),
    (MorePets, Pets, False),
    (Pets, Cat | Dog | None, True), (Cat | Dog, Pets, False), (Pets | None, MorePets | None, True),
    (digits(5, 1), digits(5, 3), False), (digits(5, 1), digits(5, None), True),
    (digits(4, 0), digits(5, 2), False),
    (tuple[int, Annotated[int, pydantic.Field(default=3)]], tuple[int, int], False),
    (Lenient, LessLenient, False), (datetime.datetime, datetime.date, False),
    (datetime.date, datetime.date, True),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "is_covered"), COVERED, ids=row_id)
def test_core_schemas_are_compared(old, new, is_covered):
    schemas = [pydantic.TypeAdapter(tp).core_schema for tp in (old, new)]
    assert covers(*schemas) is is_covered


CHECK = "@pydantic.field_validator('n'); @classmethod; def f(cls, v): return v"
ONLY_ZERO = "@pydantic.field_validator('n'); @classmethod; def f(cls, v): return 1 // v and v"
BY_CLASS = "@pydantic.field_validator('n'); @classmethod; def f(cls, v): return v + len(cls.model_fields)"
BY_OTHERS = "@pydantic.field_validator('n'); @classmethod; def f(cls, v, info): return v + len(info.data)"
AFTER = "@pydantic.model_validator(mode='after'); def g(self): return "
BY_FIELD, BY_ALL = AFTER + "self.n.bit_length() and self", AFTER + "len(repr(self)) and self"
PRIVATE = "_seen: int = pydantic.PrivateAttr(0); "
ENDS = "def model_post_init(self, context): "
BY_N, BY_M = PRIVATE + ENDS + "self._seen = 1 // self.n", PRIVATE + ENDS + "self._seen = 1 // self.m"
MADE = "_at: int = pydantic.PrivateAttr(default_factory=lambda: 1 // {}); "
NAMED = "model_config = pydantic.ConfigDict(populate_by_name=True{}); "
BEFORE = "@pydantic.model_validator(mode='before'); @classmethod; def g(cls, x): return x"

# The lines of a model in both versions, and whether it is proved that the new one accepts as much.
CHECKED = [
    ("n: int; " + CHECK, "n: int; m: int = 0; " + CHECK, True),
    ("n: int; " + CHECK, "n: int; " + ONLY_ZERO, False),
    ("n: int; " + BY_CLASS, "n: int; m: int = 0; " + BY_CLASS, False),
    ("m: int = 0; n: int; " + BY_OTHERS, "m: int = 0; n: int; " + BY_OTHERS, True),
    ("n: int; " + BY_OTHERS, "k: int = 0; n: int; " + BY_OTHERS, False),
    ("m: int; n: int; " + BY_OTHERS, "m: int | str; n: int; " + BY_OTHERS, False),
    ("n: int = Field(gt=1); " + CHECK, "n: int = Field(gt=0); " + CHECK, True),
    ("n: int; " + CHECK, "n: int | None; " + CHECK, True),
    ("n: int; " + CHECK, "n: int | str; " + CHECK, False),
    ("n: int; " + CHECK, "n: object; " + CHECK, False),
    ("n: int; " + BY_FIELD, "n: int; m: int = 0; " + BY_FIELD, True),
    ("n: int = 0; " + BY_FIELD, "n: int = 0; m: int = 0; " + BY_FIELD, True),
    ("n: int = 0; " + BY_FIELD, "n: int = 1; m: int = 0; " + BY_FIELD, False),
    ("n: int; " + BY_FIELD, "n: int | str; " + BY_FIELD, False),
    ("n: int; " + BY_ALL, "n: int; m: int = 0; " + BY_ALL, False),
    ("n: int; " + BEFORE, "n: int; m: int = 0; " + BEFORE, False),
    ("n: int; " + BEFORE, "n: int; " + BEFORE, True),
    ("n: list[int] | str", "n: list[int | None] | str", True),
    ("n: int | str", "n: int", False),
    ("n: pydantic.HttpUrl", "n: pydantic.HttpUrl; m: int = 0", True),
    ("n: str | pathlib.Path", "n: str | pathlib.Path; m: int = 0", True),
    ("n: int", "n: int | None; " + PRIVATE, True),
    ("n: int; " + BY_N, "n: int; m: int = 0; " + BY_N, True),
    ("n: int; " + BY_N, "n: int | str; " + BY_N, False),
    ("n: int; m: int = 1; " + BY_M, "n: int; m: int = 0; " + BY_M, False),
    ("n: int; " + PRIVATE, "n: int; " + BY_N, False),
    ("n: int; " + BY_N, "n: int; " + BY_N.replace("_seen: int", "_other: int"), False),
    ("n: int; " + BY_N + " + self._seen", "n: int; m: int = 0; " + BY_N + " + self._seen", True),
    ("n: int; " + ENDS + "repr(self)", "n: int; m: int = 0; " + ENDS + "repr(self)", False),
    ("n: int; " + MADE.format(1), "n: int; m: int = 0; " + MADE.format(1), True),
    ("n: int; " + MADE.format(1), "n: int; " + MADE.format(0), False),
    ("n: object = Field(alias='N')", NAMED.format("") + "n: object = Field(alias='N')", True),
    ("n: int = Field(0, alias='N')", NAMED.format("") + "n: int = Field(0, alias='N')", False),
    (NAMED.format("") + "n: object = Field(alias='N')", "n: object = Field(alias='N')", False),
    (
        "model_config = pydantic.ConfigDict(extra='forbid'); n: int = Field(0, alias='N')",
        NAMED.format(", extra='forbid'") + "n: int = Field(0, alias='N')",
        True,
    ),
    (
        "m: object = Field(alias='n'); n: object = Field(alias='N')",
        NAMED.format("") + "m: object = Field(alias='n'); n: object = Field(alias='N')",
        False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "is_covered"), CHECKED)
def test_a_validator_of_both_versions_refuses_the_same_of_the_same_values(old, new, is_covered):
    verdict = s.check_compatible(_written(old), _written(new), num_tests=5, seed=0).verdict
    assert (verdict == "proved") is is_covered


Fields = "@pydantic.field_validator('a'); @classmethod; def f(cls, v): return {1: v}[v]"  # it raises KeyError


def _in_union(text, first="Card", second="Transfer"):
    cards = _written(text)
    other = _written("b: int")
    return _written(f"pay: {first} | {second}", Card=cards, Transfer=other)


@pytest.mark.parametrize(
    ("old", "new", "is_covered"),
    [
        (_in_union("a: int"), _in_union("a: int; m: int = 0"), True),
        (_in_union("a: int; " + Fields), _in_union("a: int; m: int = 0; " + Fields), True),
        (_in_union("a: int"), _in_union("a: int; " + Fields), False),
        (_in_union("a: int = Field(gt=1); " + Fields), _in_union("a: int; " + Fields), False),
        (_in_union("a: int; " + Fields), _in_union("a: int; " + Fields, "int | Card"), False),
        (_in_union("a: int", "dict"), _in_union("a: int; " + Fields, "dict"), True),
        (_in_union("a: int", "dict", "Transfer"), _in_union("a: int; " + Fields, "dict", "Card"), False),
    ],
)
def test_a_union_calls_the_functions_of_all_its_choices(old, new, is_covered):
    verdict = s.check_compatible(old, new, num_tests=5, seed=0).verdict
    assert (verdict == "proved") is is_covered


class Tree(pydantic.BaseModel):
    below: "list[Tree]" = []


class TreeMore(pydantic.BaseModel):
    below: "list[TreeMore] | None" = []
    height: int = 0


class TreeOther(pydantic.BaseModel):
    below: "list[TreeOther]" = []
    height: int


def test_recursive_models_are_compared():
    assert s.check_compatible(Tree, TreeMore).verdict == "proved"
    assert s.check_compatible(Tree, TreeOther).witness == {}
    assert s.check_compatible(TreeMore, Tree).witness == {"below": None}


REQUIRED = [
    *(datetime.date, datetime.timedelta, decimal.Decimal, uuid.UUID, pathlib.Path, re.Pattern, enum.Enum),
    *(ipaddress.IPv4Address, Sequence[int], Mapping[str, int], collections.deque[int], frozenset[str]),
    *(collections.OrderedDict[str, int], collections.defaultdict[str, int], Literal["a", None], object),
    *(Iterable[int], Callable, type[int], fractions.Fraction, pydantic.AnyUrl, pydantic.SecretStr),
    *(pydantic.Json, pydantic.ByteSize, pydantic.PastDate, pydantic.AwareDatetime, pydantic.Base64Bytes),
]


@pytest.mark.parametrize("tp", REQUIRED, ids=row_id)
def test_a_required_field_of_any_type_stays_required_beside_a_further_field(tp):
    old = pydantic.create_model("Row", a=(tp, ...))
    new = pydantic.create_model("Row", a=(tp, ...), b=(int, 0))
    wider = pydantic.create_model("Row", a=(tp | None, ...))
    optional = pydantic.create_model("Row", a=(tp, None))
    pairs = [(old, new), (old, wider), (optional, new)]
    verdicts = [s.check_compatible(*pair, num_tests=5, seed=0, limit=1).verdict for pair in pairs]
    assert verdicts == ["proved", "proved", "broken"]


def test_members_of_an_enum_in_a_literal_are_compared_by_name_and_value(tmp_path):
    text = """
        import enum
        from typing import Literal
        import pydantic
        import mxspec as s
        class Kind(enum.Enum):
            A = "a"
            B = "b"
        class Row(pydantic.BaseModel):
            model_config = {"use_enum_values": True}
            kind: Literal[Kind.A] = Kind.A
        s.def_("shop/row", Row)
    """
    paths = tmp_path / "before.py", tmp_path / "contract.py"
    texts = text, text.replace("Literal[Kind.A]", "Literal[Kind.A, Kind.B]")
    for path, each in zip(paths, texts, strict=True):
        path.write_text(textwrap.dedent(each))
    [change] = compare_files(*paths)
    assert change.answer.verdict == "proved"
    [change] = compare_files(*paths[::-1])
    assert change.answer.verdict != "proved"


def test_a_witness_is_a_plain_text():
    answer = s.check_compatible(str, Literal["a"], seed=0)
    assert type(answer.witness) is str
    assert s.check_compatible(s.and_(str, {"a"}), Literal["a"], num_tests=20, seed=0).verdict != "broken"


@pytest.mark.parametrize(
    ("tp", "config", "verdict"),
    [
        (str, {}, "proved"),
        (str, {"str_max_length": 1}, "broken"),
        (str, {"str_max_length": 2}, "proved"),
        (Annotated[Literal["ab"], AfterValidator(is_a_or_none)], {}, "broken"),
    ],
    ids=row_id,
)
def test_a_constant_is_asked_under_the_config_of_its_model(tp, config, verdict):
    old = pydantic.create_model("Row", a=(Literal["ab"], ...), __config__=config)
    new = pydantic.create_model("Row", a=(tp, ...), __config__=config)
    assert s.check_compatible(old, new, num_tests=20, seed=0).verdict == verdict


def test_a_literal_of_a_strict_model_takes_more_than_an_int():
    class Old(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(strict=True)
        x: Literal[1]

    class New(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(strict=True)
        x: int

    assert not covers(Old.__pydantic_core_schema__, New.__pydantic_core_schema__)


def test_an_alias_that_leads_to_itself_is_a_spec():
    name = "Json"
    parts = [dict[str, name], list[name], str, int]
    old, new = (
        typing_extensions.TypeAliasType(name, functools.reduce(operator.or_, [*parts, *more]))
        for more in ((None,), (bool, None))
    )
    assert s.check_compatible(old, new).verdict == "proved"
    answer = s.check_compatible(new, old, seed=0)
    assert (answer.verdict, type(answer.witness)) == ("broken", bool)
