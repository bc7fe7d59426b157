"""Generic classes with typed fields: each annotation is read with the arguments of the class it stands in."""

import contextlib
import dataclasses
import pickle
import sys
import typing
from typing import Annotated, Generic, NamedTuple, Optional, ParamSpec, Self, TypeVar

import attrs
import msgspec
import pydantic
import pytest
import typing_extensions

import mxspec as s

T, U = TypeVar("T"), TypeVar("U")
Whole = TypeVar("Whole", bound=int)
Texts = typing_extensions.TypeVar("Texts", default=str)
Twice = typing_extensions.TypeVar("Twice", default=list[T])
P = ParamSpec("P")


@dataclasses.dataclass
class Box(Generic[T]):
    x: T


class IntBox(Box[int]):
    pass


class TextBox(Box[str]):
    pass


@dataclasses.dataclass
class Pair(Box[T], Generic[T, U]):
    y: U


@dataclasses.dataclass
class Third(Pair[int, U], Generic[U]):
    z: list[U]


@dataclasses.dataclass
class Fourth(Third[str]):
    pass


@dataclasses.dataclass
class Loose(Box, Generic[T]):
    w: T


@dataclasses.dataclass
class Left(Box[int]):
    left: int = 0


@dataclasses.dataclass
class Right(Box[T], Generic[T]):
    right: T | None = None


@dataclasses.dataclass
class Both(Left, Right[int]):
    pass


@dataclasses.dataclass
class Node(Generic[T]):
    v: T
    next: Optional["Node[T]"] = None


@dataclasses.dataclass
class Itself(Generic[T]):
    v: T
    next: Self | None = None


@dataclasses.dataclass
class Defaults(Generic[T, Texts]):
    a: T
    b: Texts


@dataclasses.dataclass
class Lists(Generic[T, Twice]):
    a: T
    b: Twice


@dataclasses.dataclass
class Bounded(Generic[Whole]):
    a: Whole


class LaterBox(Box["Later"]):
    pass


@dataclasses.dataclass
class Later:
    n: int


@dataclasses.dataclass
class Limited(Generic[T]):
    a: Annotated[T, s.Valid[s.int_in(0, 5)]]


@attrs.define
class AttrsBox(Generic[T]):
    x: T


@attrs.define
class AttrsInts(AttrsBox[list[int]]):
    y: str = ""


@attrs.define
class BareBox(Generic[T]):
    x = attrs.field(type=T)


class BareInts(BareBox[int]):
    pass


class StructBox(msgspec.Struct, Generic[T]):
    x: T


class StructInts(StructBox[list[int]]):
    y: str = ""


class TypedBox(typing_extensions.TypedDict, Generic[T]):
    x: T


class TypedInts(TypedBox[list[int]]):
    y: str


class TupleBox(NamedTuple, Generic[T]):
    x: T


class TupleInts(TupleBox[list[int]]):
    pass


@pydantic.dataclasses.dataclass
class PydanticBox(Generic[T]):
    x: T


@dataclasses.dataclass
class Calls(Generic[P, T]):
    f: typing.Callable[P, T]


@dataclasses.dataclass
class Endless(Generic[T]):
    v: T
    next: "Endless[list[T]] | None" = None


CASES = [
    (Box[int], {"x": 1}, {"x": "a"}),
    (IntBox, {"x": 1}, {"x": "a"}),
    (list[Box[list[int]]], [{"x": [1]}], [{"x": ["a"]}]),
    (Pair[int, str], {"x": 1, "y": "a"}, {"x": 1, "y": 1}),
    (Pair[int, str], {"x": 1, "y": "a"}, {"x": "a", "y": "a"}),
    (Fourth, {"x": 1, "y": "a", "z": ["a"]}, {"x": 1, "y": 1, "z": ["a"]}),
    (Fourth, {"x": 1, "y": "a", "z": ["a"]}, {"x": "a", "y": "a", "z": ["a"]}),
    (Fourth, {"x": 1, "y": "a", "z": ["a"]}, {"x": 1, "y": "a", "z": [1]}),
    (Both, {"x": 1, "right": 1}, {"x": "a", "right": 1}),
    (Both, {"x": 1, "right": 1}, {"x": 1, "right": "a"}),
    (Node[int], {"v": 1, "next": {"v": 2}}, {"v": 1, "next": {"v": "a"}}),
    (Itself[int], {"v": 1, "next": {"v": 2}}, {"v": 1, "next": {"v": "a"}}),
    (Defaults[int], {"a": 1, "b": "b"}, {"a": 1, "b": 1}),
    (Defaults[int, int], {"a": 1, "b": 1}, {"a": 1, "b": "b"}),
    (Lists[int], {"a": 1, "b": [1]}, {"a": 1, "b": ["b"]}),
    (Bounded, {"a": 1}, {"a": "a"}),
    (LaterBox, {"x": {"n": 1}}, {"x": {"n": "a"}}),
    (Limited[int], {"a": 4}, {"a": 5}),
    (AttrsBox[int], {"x": 1}, {"x": "a"}),
    (AttrsInts, {"x": [1]}, {"x": ["a"]}),
    (BareBox[int], {"x": 1}, {"x": "a"}),
    (BareInts, {"x": 1}, {"x": "a"}),
    (StructBox[int], {"x": 1}, {"x": "a"}),
    (StructInts, {"x": [1]}, {"x": ["a"]}),
    (TypedBox[int], {"x": 1}, {"x": "a"}),
    (TypedInts, {"x": [1], "y": ""}, {"x": ["a"], "y": ""}),
    (TupleBox[int], {"x": 1}, {"x": "a"}),
    (TupleInts, {"x": [1]}, {"x": ["a"]}),
    (PydanticBox[int], {"x": 1}, {"x": "a"}),
]


OWNERS = {
    "pydantic": lambda tp, x: pydantic.TypeAdapter(tp).validate_python(x),
    "msgspec": lambda tp, x: msgspec.convert(x, tp),
}
with contextlib.suppress(ImportError):  # it is no package of the core's tests
    import cattrs

    OWNERS["cattrs"] = lambda tp, x: cattrs.structure(x, tp)

# No owner has a default of another variable, a reference in a base, a spec, or a NamedTuple's base.
NOT_ASKED = (Lists, LaterBox, Limited, TupleInts)


def owner_reads(owner, tp, x):
    try:
        OWNERS[owner](tp, x)
    except Exception:  # it refuses the value, or the class
        return False
    return True


@pytest.mark.parametrize(("tp", "right", "wrong"), CASES, ids=lambda x: repr(x)[-30:])
def test_every_door_reads_the_arguments(tp, right, wrong):
    said = [(owner_reads(owner, tp, right), owner_reads(owner, tp, wrong)) for owner in OWNERS]
    is_asked = "cattrs" in OWNERS and getattr(tp, "__origin__", tp) not in NOT_ASKED
    assert (True, False) in said or not is_asked
    made, other = (s.decode(tp, x) for x in (right, wrong))
    assert (s.valid(tp, made), s.valid(tp, other)) == (True, False)
    assert s.explain_data(tp, made) is None
    assert s.explain_data(tp, other)["problems"]
    assert s.valid(tp, s.decode(tp, s.encode(tp, made)))
    for x in s.sample(tp, 10, seed=1):
        assert s.valid(tp, s.decode(tp, s.encode(tp, x)))
    schema = s.json_schema(tp)
    assert s.valid(s.from_json_schema(schema), right)
    assert not s.valid(s.from_json_schema(schema), wrong)
    assert s.check_compatible(tp, tp).verdict == "proved"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (IntBox, TextBox, "broken"),
        (Box[int], Box[str], "broken"),
        (Box[int], Box[int | str], "proved"),
        (Node[int], Node[int | None], "proved"),
        (Node[int | None], Node[int], "broken"),
        (StructBox[int], StructBox[str], "broken"),
        (PydanticBox[int], PydanticBox[str], "broken"),
        (Box, Box[int], "broken"),
        (Box[int], Box, "proved"),
        (Defaults[int], Defaults[int, str], "proved"),
    ],
)
def test_a_change_of_an_argument_is_a_change(old, new, verdict):
    assert s.check_compatible(old, new, num_tests=50, seed=1).verdict == verdict


def test_an_unknown_argument_is_any_value():
    assert s.valid(Box, Box("a"))
    assert s.valid(Loose[int], Loose("a", 1))  # the base has no arguments
    assert not s.valid(Loose[int], Loose("a", "b"))


def test_classes_with_other_arguments_are_told_apart_in_one_spec():
    spec = s.tuple_(Box[int], Box[str])
    assert s.valid(spec, [Box(1), Box("a")])
    assert not s.valid(spec, [Box("a"), Box(1)])
    assert len(s.json_schema(spec)["prefixItems"]) == 2


def test_problems_and_forms_name_the_arguments():
    assert "at: ['next', 'Node[int]', 'v']" in s.explain_str(Node[int], {"v": 1, "next": {"v": "a"}})
    assert s.form(s.from_type(Box[int])) == ("from_type", Box[int])
    spec = pickle.loads(pickle.dumps(s.from_type(list[Box[int]])))
    assert (s.valid(spec, [Box(1)]), s.valid(spec, [Box("a")])) == (True, False)


def test_what_has_no_arguments_that_are_types_is_refused_by_name():
    with pytest.raises(s.SpecDefinitionError, match="Calls has the parameter ~P, a ParamSpec"):
        s.from_type(Calls[[int], str])
    with pytest.raises(s.SpecDefinitionError, match="Endless has other arguments in more than 200 places"):
        s.from_type(Endless[int])


Tree = typing_extensions.TypeAliasType("Tree", int | list["Tree"])


def test_an_alias_leads_to_itself():
    spec = s.from_type(Tree)
    assert (s.valid(spec, [1, [2, []]]), s.valid(spec, [1, ["a"]])) == (True, False)
    assert all(s.valid(spec, s.decode(spec, s.encode(spec, x))) for x in s.sample(spec, 10, seed=1))
    assert s.check_compatible(spec, s.or_(n=int, xs=list)).verdict == "proved"
    boxes = typing_extensions.TypeAliasType("boxes", dict[str, Box[T]], type_params=(T,))
    spec = s.from_type(boxes[int])
    assert (s.valid(spec, {"a": Box(1)}), s.valid(spec, {"a": Box("a")})) == (True, False)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the statement `type` came with Python 3.12")
def test_the_statements_of_python_312():
    space: dict[str, typing.Any] = {"dataclasses": dataclasses, "__name__": __name__}
    text = "type Tree[T] = T | list[Tree[T]]\n@dataclasses.dataclass\nclass Own[T]:\n    x: T\n"
    text += "    n: 'Own[T] | None' = None\n"
    exec(text, space)
    spec = s.from_type(space["Tree"][int])
    assert (s.valid(spec, [1, [2]]), s.valid(spec, [1, ["a"]])) == (True, False)
    own = space["Own"]
    assert (s.valid(own[int], own(1)), s.valid(own[int], own("a"))) == (True, False)
