"""Where a tag chooses the branch of a union, the problems are those of that branch alone."""

import dataclasses
import itertools
from typing import Annotated, Literal

import msgspec
import pydantic
import pytest
from typing_extensions import TypedDict

import mxspec as s
from mxspec.changes.wire import wire
from mxspec.specs.core.spec import walk
from mxspec.transform.annotations.tagged_unions import TaggedUnion


class Cat(pydantic.BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog", "hound"]
    name: str


class Fish(pydantic.BaseModel):
    kind: Literal["fish"] = pydantic.Field(alias="type")
    fins: int


class Bird(pydantic.BaseModel):
    kind: Literal["bird"] = pydantic.Field(alias="type")
    wings: int


@dataclasses.dataclass
class Square:
    kind: Literal["square"]
    side: int


@dataclasses.dataclass
class Circle:
    kind: Literal["circle"]
    radius: int


class Home(TypedDict):
    kind: Literal["home"]
    rooms: int


class Field(TypedDict):
    kind: Literal["field"]
    acres: int


class Get(msgspec.Struct, tag=True):
    key: str


class Put(msgspec.Struct, tag=True):
    key: str
    value: int


class Order(pydantic.BaseModel):
    pet: Cat | Dog = pydantic.Field(discriminator="kind")
    others: list[Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]] = []


def tag_of(x):
    return x.get("kind") if isinstance(x, dict) else getattr(x, "kind", None)


KIND = pydantic.Field(discriminator="kind")
PET = Annotated[Cat | Dog, KIND]
SWIMMER = Annotated[Fish | Bird, KIND]
SHAPE = Annotated[Square | Circle, KIND]
PLACE = Annotated[Home | Field, KIND]
NESTED = Annotated[PET | Square, KIND]
BY_FUNCTION = Annotated[
    Annotated[Cat, pydantic.Tag("cat")] | Annotated[Dog, pydantic.Tag("dog")], pydantic.Discriminator(tag_of)
]

# A spec, a value, the chosen branch, and the place of the only problem.
CHOSEN = [
    (PET, {"kind": "cat"}, "Cat", ["lives"]),
    (PET, {"kind": "hound", "name": 1}, "Dog", ["name"]),
    (PET, {"kind": "cat", "lives": 9}, "Cat", []),
    (Annotated[Cat | Dog, pydantic.Discriminator("kind")], {"kind": "cat"}, "Cat", ["lives"]),
    (Annotated[Cat | Dog | None, KIND], {"kind": "cat"}, "Cat", ["lives"]),
    (PET | None, {"kind": "cat"}, "Cat", ["lives"]),
    (BY_FUNCTION, {"kind": "dog"}, "Dog", ["name"]),
    (SWIMMER, {"type": "bird"}, "Bird", ["wings"]),
    (SHAPE, {"kind": "circle", "radius": "x"}, "Circle", ["radius"]),
    (SHAPE, Circle("circle", "x"), "Circle", ["radius"]),
    (PLACE, {"kind": "home", "rooms": "x"}, "Home", ["rooms"]),
    (list[PET], [{"kind": "cat"}], "Cat", [0, "lives"]),
    (Get | Put, {"type": "Put", "key": "a"}, "Put", ["value"]),
    (Get | Put | None, {"type": "Get", "key": 1}, "Get", ["key"]),
    (s.multi_spec("kind", {"a": {"n": int}, "b": {"m": int}}), {"kind": "a"}, "a", ["n"]),
]


@pytest.mark.parametrize(("spec", "x", "branch", "loc"), CHOSEN, ids=[*map(str, range(len(CHOSEN)))])
def test_the_branch_of_the_tag_alone_is_explained(spec, x, branch, loc):
    [error] = s.explain_json(spec, x)
    assert error["loc"] == loc
    assert any(branch in str(step) for step in error["ctx"]["path"])


@pytest.mark.parametrize(
    ("spec", "x", "key", "tags"),
    [
        (PET, {"kind": "owl"}, "kind", "'cat', 'dog' or 'hound'"),
        (PET, {"kind": ["cat"]}, "kind", "'cat', 'dog' or 'hound'"),
        (SWIMMER, {"type": "owl"}, "type", "'fish' or 'bird'"),
        (Get | Put, {"type": "Post"}, "type", "'Get' or 'Put'"),
    ],
)
def test_a_wrong_tag_is_named_by_its_path_with_the_tags(spec, x, key, tags):
    [error] = s.explain_json(spec, x)
    assert (error["loc"], error["input"], error["type"]) == ([key], x[key], "enum")
    assert error["msg"] == f"{tags} is required"


@pytest.mark.parametrize(
    ("spec", "x", "key", "tags"),
    [
        (PET, {}, "kind", "'cat', 'dog', 'hound'"),
        (SWIMMER, {}, "type", "'fish', 'bird'"),
        (Get | Put, {"key": "a"}, "type", "'Get', 'Put'"),
        (s.multi_spec("kind", {"a": {"n": int}, "b": {"m": int}}), {}, "kind", "'a', 'b'"),
    ],
)
def test_a_missing_tag_is_named_by_its_key_with_the_tags(spec, x, key, tags):
    [error] = s.explain_json(spec, x)
    assert (error["loc"], error["type"]) == ([key], "missing")
    assert error["msg"] == f"key {key!r} is required; the tags are {tags}"
    assert f"the tags are {tags}" in s.explain_str(spec, x)


@pytest.mark.parametrize(
    ("spec", "x", "count"),
    [(PET, 5, 2), (PET, None, 2), (SHAPE, "circle", 2), (Get | Put, [1], 2), (Cat | Dog, {"kind": "cat"}, 3)],
)
def test_without_a_tag_or_a_discriminator_every_branch_is_explained(spec, x, count):
    assert len(s.explain_data(spec, x)["problems"]) >= count


def test_an_owner_names_the_part_behind_a_tag_by_its_path():
    x = {"pet": {"kind": "cat"}, "others": [{"kind": "dog", "name": "Rex"}, {"kind": "hound"}]}
    errors = s.explain_json(Order, x)
    assert [error["loc"] for error in errors] == [["pet", "lives"], ["others", 1, "name"]]


@pytest.mark.parametrize(
    ("pet", "loc", "kind", "words"),
    [
        ({"kind": "owl"}, ["pet", "kind"], "refused_by_pydantic", "expected tags: 'cat', 'dog', 'hound'"),
        ({}, ["pet", "kind"], "missing", "key 'kind' is required; Unable to extract tag"),
        (5, ["pet"], "refused_by_pydantic", "dictionary"),
    ],
)
def test_an_owner_names_a_tag_by_its_path(pet, loc, kind, words):
    [error] = s.explain_json(Order, {"pet": pet})
    assert (error["loc"], error["type"]) == (loc, kind)
    assert words in error["msg"]


def test_what_is_sent_for_a_tagged_union_is_explained_alike():
    for spec, put, place in ((s.from_type(PET), lambda x: x, []), (Order, lambda x: {"pet": x}, ["pet"])):
        errors = s.explain_json(wire(spec), put({"kind": "cat"}))
        assert [error["loc"] for error in errors] == [[*place, "lives"]]


def test_a_plain_union_has_no_tags():
    assert not any(type(spec) is TaggedUnion for spec in walk(s.from_type(Cat | Dog)))


def places_of_owner(tp, x):
    """The places of pydantic's errors, without the tag by which it chose; a wrong tag is at its key."""
    try:
        pydantic.TypeAdapter(tp).validate_python(x)
    except pydantic.ValidationError as error:
        is_tag = error.errors()[0]["type"].startswith("union_tag")
        return [["kind"]] if is_tag else [[*each["loc"][1:]] for each in error.errors()]
    return [[]]  # only decode makes an instance of it


def test_the_places_are_those_that_the_owner_names():
    kinds = [{}, *({"kind": kind} for kind in ("cat", "dog", "hound", "owl", 1, None))]
    lives = [{}, {"lives": 9}, {"lives": "x"}, {"lives": None, "fins": 1}]
    names = [{}, {"name": "Rex"}, {"name": 1}]
    for parts in itertools.product(kinds, lives, names):
        x = {key: value for part in parts for key, value in part.items()}
        assert [error["loc"] for error in s.explain_json(PET, x)] == places_of_owner(PET, x), x
