"""What annotations accept, conform to and refuse, how their specs read, which are no specs; examples."""

import collections
import collections.abc as c
import copy
import dataclasses
import datetime
import enum
import itertools
import pickle
import typing as t
from typing import Annotated

import annotated_types as at
import numpy as np
import numpy.typing as npt
import pydantic
import pytest
import typing_extensions
from hypothesis import given, settings

import mxspec as s
from tests.mxspec.levels import nested


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
    Annotated[int, at.Ge(0), at.Lt(10)], Annotated[int, at.Gt(10**6), at.Lt(10**6 + 3)],
    Annotated[int, at.Interval(ge=1000, le=3000), at.MultipleOf(700)], Annotated[int, at.MultipleOf(10**6)],
    Annotated[float, at.Gt(0.5), at.Lt(0.75)], Annotated[float, at.MultipleOf(1)],
    Annotated[str, at.Len(30, 40)], Annotated[bytes, at.MinLen(30)],
    Annotated[str, at.MaxLen(3), at.Predicate(str.islower)], Annotated[list[int], at.Len(40)],
    Annotated[set[int], at.Len(5, 5)], Annotated[dict[int, int], at.Len(25, 26)],
    Annotated[tuple[int, ...], at.MaxLen(2)], Annotated[int, at.Predicate(s.is_even)],
    Annotated[np.ndarray, s.Valid[s.array((2, 2), "float32")]], Annotated[int, s.int_in(5, 9), at.Gt(6)],
]  # fmt: skip


@pytest.mark.parametrize(
    ("tp", "right", "wrong"),
    [
        (int, [0, -3], [True, 1.0, "1", None]),
        (float, [1.0, 1], [True, "1", None, 1j]),
        (complex, [1j, 1.0, 1], [True, "1"]),
        (list[float], [[1, 2.0], [1] * 100, [1.0] * 99 + [1]], [[True], [1.0] * 99 + [True]]),
        (float | None, [1, None], [True]),
        (Reading, [Reading(1), Reading(1.0, {"a": 1})], [Reading(True), Reading(1, {"a": "1"})]),
        (bool, [True], [1]),
        (str, ["", "a"], [b"a"]),
        (None, [None], [0, False]),
        (type(None), [None], [0]),
        (t.Any, [None, 1], []),
        (object, [None, 1], []),
        (datetime.date, [datetime.date(2019, 10, 11)], ["2019-10-11"]),
        (Color, [Color.RED], [1, "RED"]),
        (list, [[], [1]], [()]),
        (t.List, [[1]], [()]),  # noqa: UP006
        (t.Tuple, [(1, 2)], [[]]),  # noqa: UP006
        (list[int], [[], [1, 2]], [(1,), ["1"], [True], None]),
        (set[int], [set(), {1}], [frozenset((1,)), {"1"}, [1]]),
        (frozenset[int], [frozenset((1,))], [{1}]),
        (collections.deque[int], [collections.deque([1])], [[1], collections.deque("a")]),
        (c.Sequence[int], [[1], (1,), range(3), b"ab"], [{1}, "ab", iter([1])]),
        (c.Sequence[str], ["ab", ["ab"]], [b"ab"]),
        (c.Set[int], [{1}, frozenset((1,)), {1: 2}.keys()], [[1]]),
        (c.Collection[int], [[1], {1: "x"}], [iter([1]), ["a"]]),
        (c.Iterable[int], [[1], iter(["not", "looked", "into"]), itertools.count()], [["a"], 3]),
        (c.Iterator[int], [iter([1])], [[1]]),
        (dict[str, int], [{}, {"a": 1}], [{"a": "1"}, {1: 1}, [("a", 1)]]),
        (c.Mapping[str, int], [{"a": 1}, collections.ChainMap({"a": 1})], [{"a": None}]),
        (collections.OrderedDict[str, int], [collections.OrderedDict(a=1)], [{"a": 1}]),
        (tuple[int, str], [(1, "a")], [[1, "a"], (1,), (1, 2), (1, "a", 3)]),
        (tuple[int, ...], [(), (1, 2)], [[1], ("a",)]),
        (tuple[()], [()], [(1,), []]),
        (tuple, [(), (1, "a")], [[]]),
        (int | None, [1, None], ["1", True]),
        (t.Optional[int], [1, None], ["1"]),  # noqa: UP045
        (t.Union[int, str], [1, "1"], [None, 1.0]),  # noqa: UP007
        (t.Literal["a", 1, None, False], ["a", 1, None, False], [True, 0, 1.0, "b", [], {}]),
        (t.Literal[Color.RED], [Color.RED], [Color.BLUE, 1]),
        (type[int], [int, bool], [str, 1]),
        (type[int | str], [int, str], [float]),
        (type[t.Any], [int, str], [1]),
        (c.Callable[[int], str], [len, int], [1]),
        (c.Callable, [len], [None]),
        (Closable, [open], []),
        (UserId, [1], ["1"]),
        (Number, [1, 1.0], ["1"]),
        (t.Never, [], [None, 1]),
        (list[t.NoReturn], [[]], [[1]]),
        (t.LiteralString, ["a"], [1]),
        (Linked, [Linked(), Linked(Linked())], [Linked(1), 1]),
        (npt.NDArray[np.float32], [np.zeros(2, "f4"), np.zeros((2, 2), "f4")],
         [np.zeros(2), [0.0], np.float32(1)]),
        (npt.NDArray[np.floating], [np.zeros(2, "f4"), np.zeros(())], [np.zeros(2, "i4"), None]),
        (npt.NDArray[t.Any], [np.zeros(2), np.array(["a"])], [[1]]),
        (npt.NDArray, [np.zeros(2)], [[1]]),
        (np.ndarray[t.Any, np.dtype], [np.zeros(2)], [[1]]),
        (np.ndarray[tuple[int, t.Literal[2]], np.dtype[np.int64]], [np.zeros((5, 2), "i8")],
         [np.zeros(2, "i8")]),
        (np.ndarray[tuple[int, ...], np.dtype[np.bool_]], [np.zeros((5, 2), "?")], [np.zeros(2)]),
        (list[npt.NDArray[np.uint8] | None], [[np.zeros(1, "u1"), None]], [[np.zeros(1)]]),
        (Short, ["ab"], ["abc", 1]),
        (Free, [1, None], []),
        (t.ClassVar[int], [1], ["1"]),
        (t.Final[int], [1], ["1"]),
        (t.Final, [1, "1"], []),
        (Alias, [1, [1, [2]]], ["1", [["1"]]]),
        (t.Hashable, [1], [[]]),
        (Annotated[int, at.Ge(0), at.Lt(10)], [0, 9], [-1, 10, "3", 3.0]),
        (Annotated[int, at.Gt(0), at.Le(10)], [1, 10], [0, 11]),
        (Annotated[float, at.Interval(gt=0, le=1)], [0.5, 1.0], [0.0, float("nan")]),
        (Annotated[int, at.MultipleOf(3), at.MultipleOf(2)], [0, 6, -6], [2, 3]),
        (Annotated[str, at.Len(1, 2)], ["a", "ab"], ["", "abc", 1]),
        (Annotated[list[int], at.Len(1, 2)], [[1], [1, 2]], [[], [1, 2, 3], ["a"]]),
        (Annotated[dict[str, int], at.MinLen(1)], [{"a": 1}], [{}]),
        (Annotated[Annotated[list[int], at.MaxLen(4)], at.MinLen(1), at.MaxLen(2)], [[1]], [[], [1, 2, 3]]),
        (Annotated[str, 1:3], ["a"], ["", "abcd"]),
        (Annotated[int, at.Predicate(s.is_even)], [2], [3]),
        (Annotated[int, at.Unit("m"), at.doc("how long"), "note", None], [2], ["2"]),
        (Annotated[int, pydantic.Field(gt=3, description="x")], [4], [3]),
        (Annotated[int, s.int_in(0, 3)], [2], [3]),
        (Annotated[int, s.Valid[s.int_in(0, 3)], at.Gt(0)], [2], [0, 3]),
        (Annotated[np.ndarray, s.Valid[s.array((2,))]], [np.zeros(2)], [np.zeros(3), [0, 0]]),
        (Annotated[int, at.Lt("x")], [], [1]),
        (Tree, [tree(), tree(left=tree(), children=[tree()])],
         [None, tree(value=10), tree(left=tree(value="1"))]),
        (Span, [Span(1, 2)], [(1, 2)]),
        (Movie, [{"title": "M", "cast": []}, {"title": "M", "cast": ["a"], "more": 1}], [{}, {"title": "M"}]),
        (Point, [Point(1), Point(1, None)], [(1, 1), Point("1"), Point(1, True)]),
        (Extended, [{"a": 1}, {"a": 1, "b": "x"}, {"a": 1, "c": 3}], [{}, {"a": "x"}, {"a": 1, "b": 2}, 3]),
        (Annotated[int, at.Not(s.is_even)], [1], [2]),
        (Annotated[int, at.Predicate(at.Not(s.is_even))], [1], [2]),
        (Annotated[int, Touchy(), at.Ge(0)] | str, [1, "x"], [-1, None]),
        (t.Literal[1, True, b"a", 0], [1, True, b"a", 0], [1.0, False, 0.0, "a"]),
        (Annotated[datetime.datetime, at.Timezone(datetime.UTC)],
         [datetime.datetime(2019, 10, 11, tzinfo=datetime.UTC)], [datetime.datetime(2019, 10, 11)]),
        (Bare, [Bare(1, None)], [(1, 2)]),
        (list[Point], [[Point(1)]], [[(1, 1)]]),
    ],
)  # fmt: skip
def test_an_annotation_accepts_its_values(tp, right, wrong):
    spec = s.from_type(tp)
    for x in right:
        if x is open:
            with open(__file__) as file:
                assert s.valid(spec, file)
            continue
        assert s.conform(spec, x) is x
        assert s.explain_data(spec, x) is None
    for x in wrong:
        assert s.conform(spec, x) is s.INVALID
        assert s.explain_data(spec, x)["problems"]
        assert s.explain_str(spec, x)


@pytest.mark.parametrize(
    ("tp", "x", "problems"),
    [
        (list[int], [1, "a"], [([], int, "a", [1])]),
        (list[int], 3, [([], list, 3, [])]),
        (dict[str, list[int]], {"a": ["x"]}, [([1], int, "x", ["a", 1, 0])]),
        (dict[str, int], {1: 1}, [([0], str, 1, [1, 0])]),
        (tuple[int, str], (1, 2), [([1], str, 2, [1])]),
        (tuple[int, str], (1,), [([], ("count", 2), (1,), [])]),
        (tuple[int, str], [1], [([], tuple, [1], [])]),
        (int | None, "x", [(["int"], int, "x", []), (["None"], s.is_none, "x", [])]),
        (t.Literal["a", None], 3, [([], ("literal", "a", None), 3, [])]),
        (type[int], str, [([], ("subclass", int), str, [])]),
        (Annotated[int, at.Ge(0)], -1, [([], ("ge", 0), -1, [])]),
        (Annotated[int, at.Ge(0)], "1", [([], int, "1", [])]),
        (Annotated[int, at.MultipleOf(2)], 3, [([], ("multiple_of", 2), 3, [])]),
        (Annotated[str, at.MinLen(2)], "a", [([], ("min_length", 2), "a", [])]),
        (Annotated[list[int], at.MinLen(2)], [1], [([], ("count", 2, None), [1], [])]),
        (Annotated[int, at.Predicate(s.is_even)], 3, [([], s.is_even, 3, [])]),
        (Annotated[int, s.int_in(0, 3)], 3, [([], ("int_in", 0, 3), 3, [])]),
        (Tree, Tree(1, Tree(-1)), None),
        (Tree, 1, [([], Tree, 1, [])]),
        (Point, Point("x"), [(["x"], int, "x", ["x"])]),
        (Movie, 1, [([], dict, 1, [])]),
        (
            Movie,
            {"year": 1700},
            [
                ([], ("contains", "title"), {"year": 1700}, []),
                ([], ("contains", "cast"), {"year": 1700}, []),
                (["year"], ("ge", 1888), 1700, ["year"]),
            ],
        ),
    ],
)
def test_problems_have_a_reason_and_a_place(tp, x, problems):
    found = s.explain_data(s.from_type(tp), x)["problems"]
    if problems is None:
        assert (found[0]["path"], found[0]["in"]) == (["left", "Tree", "value"], ["left", "value"])
        return
    assert [(one["path"], one["pred"], one["val"], one["in"]) for one in found] == problems


def test_parts_conform_and_a_union_adds_no_tag():
    tagged = Annotated[t.Any, s.or_(id=int, name=str)]
    for tp, x, conformed in [
        (list[tagged], [1, "a"], [("id", 1), ("name", "a")]),
        (tuple[tagged, ...], (1,), (("id", 1),)),
        (tuple[tagged, int], (1, 1), (("id", 1), 1)),
        (set[tagged], {1}, {("id", 1)}),
        (frozenset[tagged], frozenset((1,)), frozenset((("id", 1),))),
        (collections.deque[tagged], collections.deque([1]), collections.deque([("id", 1)])),
        (c.Sequence[tagged], range(1), [("id", 0)]),
        (dict[str, tagged], {"a": 1, "b": "c"}, {"a": ("id", 1), "b": ("name", "c")}),
        (tagged | None, 1, ("id", 1)),
        (Movie, {"title": "M", "cast": [1]}, {"title": "M", "cast": [("id", 1)]}),
    ]:
        spec = s.from_type(tp)
        for _ in range(2):  # the second time it is compiled
            assert s.conform(spec, x) == conformed
        assert s.unform(spec, conformed) == (list(x) if isinstance(x, range) else x)


def test_unform_leads_back_by_the_first_member_that_can():
    tagged = Annotated[t.Any, s.or_(id=int)]
    for tp, x, back in [
        (tagged | Annotated[str, s.conformer(str.lower)] | str, ("id", 1), 1),
        (tagged | Annotated[str, s.conformer(str.lower)] | str, "a", "a"),
        (int | str, 2.5, 2.5),
        (dict[str, int] | list[int], [], []),
        (dict[str, int] | list[int] | None, None, None),
        (Annotated[int, at.Ge(0)], 3, 3),
        (Alias, [1], [1]),
    ]:
        assert s.unform(s.from_type(tp), x) == back
    with pytest.raises(s.UnformError):
        s.unform(s.from_type(list[int]), (1,))


@pytest.mark.parametrize(
    ("tp", "message"),
    [
        (3, "3 is not an annotation that a value can be checked against; from_type takes classes"),
        (t.TypeGuard[int], "TypeGuard[int] is not an annotation"),
        (c.Generator[int, None, None], "collections.abc.Generator[int, None, None] is not an annotation"),
        (list[t.Self], "Self is not an annotation"),
        (type["x"], "is not an annotation"),  # noqa: F821
        (np.ndarray["x", np.dtype], "s.Valid[spec]"),
        (type[Unchecked], "Unchecked] is not an annotation"),
        (Unchecked, "put @typing.runtime_checkable before it"),
        ("Node", "'Node' is a forward reference; say what it names: from_type(..., names={'Node': ...})"),
        (list["Node"], "'Node' is a forward reference"),  # noqa: F821
        (dataclasses.make_dataclass("Odd", [("x", t.ParamSpec("P"))]), "~P is not an annotation"),
        (
            dataclasses.make_dataclass("Odd", [("x", "int |")]),
            "the annotations of Odd can't be read: SyntaxError",
        ),
        (tuple[int, *tuple[str, ...]], "tuple[int, *tuple[str, ...]] is not an annotation"),
        (tuple[t.Unpack[tuple[int, ...]]], "is not an annotation"),  # noqa: UP044
        (Closed, "Closed says of all its other keys what they are"),
        (OfInts, "OfInts says of all its other keys what they are"),
        (nested(int, lambda tp: list[tp], 2000), "nested deeper than Python's recursion limit of 1,000"),
    ],
)
def test_an_annotation_that_is_not_understood_is_refused_in_words(tp, message):
    with pytest.raises(s.SpecDefinitionError) as error:
        s.from_type(tp)
    assert message in str(error.value)


def test_forward_references_are_looked_up_when_they_are_used():
    @dataclasses.dataclass
    class Local:
        inner: "Local | None"
        other: "Other"

    waiting = s.from_type(Local)
    with pytest.raises(
        s.SpecDefinitionError, match=r"names 'Other', which is not in its module; say s.from_type"
    ):
        s.valid(waiting, Local(None, None))

    class Other:
        pass

    spec = s.from_type(Local, names={"Other": Other})
    assert s.valid(spec, Local(Local(None, Other()), Other()))
    assert not s.valid(spec, Local(Local(None, 1), Other()))


def test_an_attribute_that_is_gone_is_a_problem():
    x = tree()
    del x.value
    assert not s.valid(s.from_type(Tree), x)
    (found,) = s.explain_data(s.from_type(Tree), x)["problems"]
    assert "no attribute 'value'" in found["reason"]


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        (list[int], "from_type(list[int])"),
        (int | None, "from_type(int | None)"),
        (t.Literal["a", None], "from_type(Literal['a', None])"),
        (Tree, "from_type(Tree)"),
        (tuple[int, ...], "from_type(tuple[int, ...])"),
        (Annotated[int, s.Valid["x/y"]], "from_type(Annotated[int, Valid['x/y']])"),
    ],
)
def test_a_spec_reads_as_the_call_that_made_it_and_pickles(tp, text):
    spec = s.from_type(tp)
    assert repr(spec) == text
    assert s.form(spec) == ("from_type", tp)
    assert repr(pickle.loads(pickle.dumps(spec))) == repr(copy.deepcopy(spec)) == text


def test_a_generator_is_kept_by_name_and_copy():
    spec = s.with_gen(s.from_type(list[int]), list)
    assert repr(spec) == "with_gen(from_type(list[int]), list)"
    s.def_("annotations-kept/xs", s.from_type(list[int]))
    assert pickle.loads(pickle.dumps(s.get_spec("annotations-kept/xs"))).name == "annotations-kept/xs"
    assert s.explain_data("annotations-kept/xs", ["a"])["problems"][0]["via"] == ["annotations-kept/xs"]


def test_an_annotation_that_is_written_in_itself_too_often_is_an_error():
    tp = int
    for _ in range(60):
        tp = tuple[tp, tp]
    with pytest.raises(s.SpecDefinitionError, match="more than 100,000 parts"):
        s.from_type(tp)


def test_an_annotation_of_arrays_has_examples_a_form_and_a_schema():
    spec = s.from_type(npt.NDArray[np.float32])
    assert {x.dtype for x in s.sample(spec, 20, seed=1)} == {np.dtype("float32")}
    assert (
        s.explain_data(spec, np.zeros(2))["problems"][0]["reason"] == "dtype is float64, float32 is required"
    )
    assert s.json_schema(spec)["type"] == "array"
    assert s.valid(pickle.loads(pickle.dumps(spec)), np.zeros(2, "f4"))


# --- examples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tp", GENERATED, ids=str)
def test_generated_values_are_valid(tp):
    spec = s.from_type(tp)
    for x in s.sample(spec, 8, seed=1):
        assert s.valid(spec, x), s.explain_str(spec, x)


@settings(max_examples=25)
@given(s.gen(s.from_type(Tree)))
def test_generated_trees_are_valid_and_end(x):
    assert s.valid(s.from_type(Tree), x)
    assert 0 <= x.value < 10


def test_optional_keys_end():
    drawn = s.sample(s.from_type(Movie), 200, seed=1)
    assert 3 <= max(str(x).count("sequel") for x in drawn) <= 5


def test_json_is_generated_in_depth():
    spec = s.from_type(Json, names={"Json": Json})
    drawn = s.sample(spec, 100, seed=1)
    assert all(s.valid(spec, x) for x in drawn)
    assert any(isinstance(x, list) and any(isinstance(y, dict) for y in x) for x in drawn)


@pytest.mark.parametrize("tp", [Endless, Loop])
def test_a_type_without_examples_is_an_error(tp):
    with pytest.raises(s.GeneratorError, match="refers to itself"):
        s.generate(s.from_type(tp))


class RaisingKey(str):
    """A key that compares by code of its own."""

    __slots__ = ()

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = str.__hash__


def test_a_key_that_raises_when_it_is_compared_is_looked_up_by_its_text():
    spec = s.from_type(t.TypedDict("Point", {"a": int}))
    assert [*s.unform(spec, {RaisingKey("a"): 1}).values()] == [1]


@dataclasses.dataclass
class Sum:
    a: int
    b: dataclasses.InitVar[int]
    c: "dataclasses.InitVar[int]" = 0
    d: dataclasses.InitVar = None
    total: int = dataclasses.field(init=False)

    def __post_init__(self, b: int, c: int, d: t.Any) -> None:
        self.total = self.a + b + c


def test_a_dataclass_with_arguments_that_it_does_not_keep_has_examples():
    examples = s.sample(Sum, 20, seed=1)
    assert all(s.valid(Sum, x) for x in examples)
    assert len({x.total - x.a for x in examples}) > 2
    [fixed] = s.sample(Sum, 1, seed=1, overrides={("b",): s.gen({100}), ("c",): s.gen({1000})})
    assert fixed.total - fixed.a == 1100


def test_what_the_class_raises_is_the_reason_why_it_has_no_example():
    @dataclasses.dataclass
    class Never:
        a: int

        def __post_init__(self) -> None:
            raise ValueError("nothing is right")

    with pytest.raises(
        s.GeneratorError, match=r"Never refused 100 values .* the last: ValueError: nothing is"
    ):
        s.sample(Never)
