"""Classes of attrs and msgspec are specs of their fields, as dataclasses are."""

import datetime
import json
import math
import typing
from typing import Annotated

import attr
import attrs
import msgspec
import pytest

import mxspec as s
from mxspec.base.fields import class_fields
from tests.processes import run_fresh

row = pytest.mark.parametrize
v = attrs.validators


@attrs.define
class Plain:
    x: int
    y: list[int] = attrs.Factory(list)


@attr.s
class Untyped:
    x = attr.ib(type=int)
    y = attr.ib(default=0, validator=v.instance_of(int))


@attrs.define
class Limited:
    _n: int = attrs.field(validator=[v.ge(3), v.lt(9)])
    word: str = attrs.field(default="a", validator=v.and_(v.min_len(1), v.max_len(4)))
    code: str | None = attrs.field(default=None, validator=v.optional(v.matches_re("[a-c]+")))
    kind: str = attrs.field(default="p", validator=v.in_(["p", "q"]))
    text: str = attrs.field(default="1", converter=str)


@attrs.define
class Weeks:
    days: int = attrs.field()
    left: int = attrs.field(init=False, default=0)

    @days.validator
    def _check_days(self, attribute, value):
        if value % 7:
            raise ValueError("no whole weeks")

    def __attrs_post_init__(self):
        if self.days < self.left:
            raise ValueError("fewer than are left")


@attrs.frozen
class Node:
    value: int
    children: list["Node"] = attrs.Factory(list)


class Animal(msgspec.Struct, tag_field="kind", rename="camel", kw_only=True):
    full_name: Annotated[str, msgspec.Meta(min_length=1, max_length=9)]
    legs: Annotated[int, msgspec.Meta(ge=0, le=8, multiple_of=2)] = 4
    age: int | msgspec.UnsetType = msgspec.UNSET


class Cat(Animal, tag="cat"):
    pass


class Dog(Animal, tag="dog"):
    seen: Annotated[datetime.datetime, msgspec.Meta(tz=True)] | None = None


class Point(msgspec.Struct, array_like=True, tag=True, frozen=True):
    x: float
    y: float | None = 0.0


class Home(msgspec.Struct):
    pets: list[Cat | Dog] = []
    at: Point | None = None
    tags: dict[str, int] = msgspec.field(default_factory=dict, name="marks")

    def __post_init__(self):
        if len(self.pets) > 3:
            raise ValueError("too many pets")


def changed(x, **fields):
    for name, value in fields.items():
        (setattr if isinstance(x, msgspec.Struct) else object.__setattr__)(x, name, value)
    return x


NAIVE = datetime.datetime(2020, 1, 1)
SUKI = Cat(full_name="Suki")

# A class, a wrong instance, and the steps to the problem.
WRONG = [
    (Plain, Plain("q"), ["x"]),
    (Plain, Plain(1, ["q"]), ["y", 0]),
    (Untyped, Untyped("q"), ["x"]),
    (Untyped, changed(Untyped(1), y="q"), ["y"]),
    (Limited, changed(Limited(3), _n=2), ["_n"]),
    (Limited, changed(Limited(3), _n=9), ["_n"]),
    (Limited, changed(Limited(3), word="aaaaa"), ["word"]),
    (Limited, changed(Limited(3), code="d"), ["code"]),
    (Limited, changed(Limited(3), kind="r"), ["kind"]),
    (Weeks, changed(Weeks(7), days=8), ["days"]),
    (Weeks, changed(Weeks(7), left=8), []),
    (Weeks, changed(Weeks(7), left="q"), ["left"]),
    (Node, Node(1, [Node(1, [Node("q")])]), ["children", 0, "children", 0, "value"]),
    (Cat, Cat(full_name="", legs=4), ["full_name"]),
    (Cat, Cat(full_name="Suki", legs=3), ["legs"]),
    (Cat, Cat(full_name="Suki", legs=10), ["legs"]),
    (Dog, Dog(full_name="Rex", seen=NAIVE), ["seen"]),
    (Point, Point("q"), ["x"]),
    (Point, Point(1.0, "q"), ["y"]),
    (Home, Home([Cat(full_name="")]), ["pets", 0, "full_name"]),
    (Home, changed(Home(), pets=[SUKI] * 4), []),
]
CLASSES = [Plain, Untyped, Limited, Weeks, Node, Cat, Dog, Point, Home]


@row(("cls", "x", "place"), WRONG)
def test_a_wrong_field_is_told_by_its_path(cls, x, place):
    assert not s.valid(cls, x)
    assert not s.valid(s.coll_of(cls), [x])
    assert s.conform(cls, x) is s.INVALID
    assert place in [problem["in"] for problem in s.explain_data(cls, x)["problems"]]


def floats_in(x):
    """The floats among the fields of an instance, and of those in its fields."""
    parts = [getattr(x, field.name) for field in class_fields(x)]
    return [part for part in parts if type(part) is float] + [y for part in parts for y in floats_in(part)]


@row("cls", CLASSES)
def test_examples_are_valid_and_come_back_from_json(cls):
    for x in s.sample(cls, 12, seed=1):
        assert s.valid(cls, x)
        assert s.explain_data(cls, x) is None
        if any(not math.isfinite(number) for number in floats_in(x)):
            with pytest.raises(s.EncodeError, match="JSON has no NaN and no infinity"):
                s.encode(cls, x)
        else:
            assert s.decode(cls, json.loads(json.dumps(s.encode(cls, x)))) == x


@row("cls", [Cat, Dog, Home, list[Cat | Dog]])
def test_msgspec_reads_what_encode_writes(cls):
    for x in s.sample(cls, 30, seed=2):
        written = json.dumps(s.encode(cls, x))
        assert msgspec.json.decode(written, type=cls) == x
        assert s.decode(cls, json.loads(msgspec.json.encode(x))) == x


@row(
    ("sent", "read"),
    [
        ({"kind": "cat", "fullName": "a"}, Cat(full_name="a")),
        ({"kind": "dog", "fullName": "a", "legs": 2}, Dog(full_name="a", legs=2)),
        ({"fullName": "a"}, None),
        ({"kind": "cow", "fullName": "a"}, None),
        ({"kind": "cat", "full_name": "a"}, None),
    ],
)
def test_the_tag_decides_on_the_struct(sent, read):
    decoded = s.decode(s.from_type(Cat | Dog), sent)
    assert decoded == (sent if read is None else read)
    assert s.valid(s.from_type(Cat | Dog), decoded) is (read is not None)


def test_a_map_is_explained_by_the_keys_of_json():
    data = s.explain_data(Cat, {"kind": "dog", "fullName": "a"})
    assert [(p["in"], p["pred"]) for p in data["problems"]] == [(["kind"], ("literal", "cat"))]
    data = s.explain_data(Cat, {"kind": "cat", "full_name": "a"})
    assert [p["in"] for p in data["problems"]] == [[], ["full_name"]]
    assert "fullName" in data["problems"][1]["reason"]


def test_a_converter_is_asked_and_not_its_annotation():
    assert s.decode(Limited, {"_n": 3, "text": 7}) == Limited(3, text="7")
    [problem] = s.explain_data(Limited, {"_n": 1, "text": 7})["problems"]
    assert problem["in"] == ["_n"]


def test_json_schema_has_limits_keys_and_tags():
    schema = s.json_schema(Cat)
    assert schema["properties"]["kind"] == {"const": "cat"}
    assert schema["properties"]["fullName"] == {"type": "string", "minLength": 1, "maxLength": 9}
    assert schema["required"] == ["kind", "fullName"]
    assert s.json_schema(Limited)["properties"]["_n"] == {
        "type": "integer",
        "minimum": 3,
        "exclusiveMaximum": 9,
    }
    assert s.json_schema(Point)["prefixItems"][0] == {"const": "Point"}


def test_an_annotation_that_cannot_be_read_is_an_error_with_its_name():
    @attrs.define
    class Unread:
        x: "Nowhere"  # noqa: F821

    class Odd(msgspec.Struct):
        x: typing.Annotated[int, lambda n: n > 3]

    with pytest.raises(s.SpecDefinitionError, match="Nowhere"):
        s.valid(Unread, Unread(1))
    with pytest.raises(s.SpecDefinitionError, match="lambda"):
        s.valid(Odd, Odd(1))


def limited_to(low):
    @attrs.define
    class Limit:
        x: int = attrs.field(validator=v.ge(low))

    return Limit


def struct_of(name="x", **options):
    return msgspec.defstruct("S", [(name, int)], **options)


@row(
    ("old", "new"),
    [
        (limited_to(2), limited_to(3)),
        (struct_of(tag="a"), struct_of(tag="b")),
        (struct_of("x_y"), struct_of("x_y", rename="camel")),
        (struct_of(), struct_of(array_like=True)),
    ],
)
def test_a_validator_a_tag_and_a_key_count_in_a_comparison(old, new):
    assert s.check_compatible(old, new, num_tests=20, seed=1).verdict == "broken"
    assert s.check_compatible({"k": old}, {"k": new}, num_tests=20, seed=1).verdict == "broken"


def test_neither_library_is_imported():
    asks = "import sys, mxspec as s; s.valid(int, 1); s.decode({'x': int}, {'x': 1})"
    assert run_fresh(f"{asks}; print({{'attr', 'msgspec'}} & {{*sys.modules}})").strip() == "set()"
    assert run_fresh(f"import attr; {asks}; print('attr' in sys.modules)").strip() == "True"
