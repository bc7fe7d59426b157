"""Annotations, dicts and other things in place of a spec, in every call that takes one."""

import dataclasses
import datetime as dt
import re
import typing
from collections import abc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.transform.annotations.from_type import known_annotation
from tests.mxspec.random_values import values
from tests.row_ids import row_id


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


class Movie(typing.TypedDict):
    title: str
    year: typing.NotRequired[int]


class Pair(typing.NamedTuple):
    left: int
    right: str


T = typing.TypeVar("T", int, str)
Number = typing.NewType("Number", int)

ANNOTATIONS = [
    list[int], dict[str, int], tuple[int, str], tuple[int, ...], set[int], abc.Sequence[str],
    typing.List[int], int | None,  # noqa: UP006
    typing.Optional[int], typing.Union[int, str], typing.Literal[1, "a", None],  # noqa: UP007, UP045
    typing.Annotated[int, s.int_in(0, 10)], typing.Annotated[int, s.Valid[s.is_even]], typing.Any,
    Point, Movie, Pair, T, Number, list[Point | Movie], type[int], abc.Callable[[int], int],
]  # fmt: skip
VALUES = [1, 11, "a", None, [1], ["a"], {"a": 1}, (1, "a"), Point(1), Point("1"), Pair(1, "a"), Pair("a", 1),
          {"title": "Up"}, {"title": 3}, {1}, int, len, 1.5]  # fmt: skip


@pytest.mark.parametrize("tp", ANNOTATIONS, ids=row_id)
def test_an_annotation_is_the_spec_that_from_type_reads(tp):
    spec = s.from_type(tp)
    name = s.def_("anywhere/annotation", tp)
    for x in VALUES:
        verdict = s.valid(spec, x)
        assert s.valid(tp, x) is s.valid(name, x) is verdict
        assert s.valid(s.and_(tp), x) is s.valid(s.keys({"k": tp}), {"k": x}) is verdict
        assert s.valid(s.coll_of(tp), [x]) is s.valid(s.cat(k=tp), [x]) is s.valid(s.or_(tp), x) is verdict
        assert s.explain_str(tp, x) == s.explain_str(spec, x)
        assert [e["msg"] for e in s.explain_json(tp, x)] == [e["msg"] for e in s.explain_json(spec, x)]


@pytest.mark.parametrize("tp", [*ANNOTATIONS[:-2]], ids=row_id)
def test_it_has_the_examples_and_the_schema_of_that_spec(tp):
    assert [str(x) for x in s.sample(tp, 3, seed=1)] == [str(x) for x in s.sample(s.from_type(tp), 3, seed=1)]
    assert s.json_schema(tp) == s.json_schema(s.from_type(tp))
    assert s.from_form(s.form(s.keys({"k": tp}))).form() == s.form(s.keys({"k": tp}))


def test_it_keeps_its_code_where_it_is_written_again():
    assert known_annotation(list[int | None]) is known_annotation(list[int | None])
    assert s.valid(list[int], [1] * 1000)
    assert vars(known_annotation(list[int]))["_compiled"].is_compiled


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (typing.Literal[1], typing.Literal[True]), (int | str, str | int), (list[bool], list[int]),
        (typing.Annotated[float, s.float_in(0, 1)], typing.Annotated[float, s.float_in(0, 2)]),
        (tuple[int], tuple[int, ...]), (tuple[()], tuple), (abc.Callable[[int], str], abc.Callable[..., str]),
    ],
    ids=row_id,
)  # fmt: skip
def test_annotations_that_are_unlike_have_specs_of_their_own(one, other):
    assert known_annotation(one) is not known_annotation(other)


def test_every_other_call_takes_them():
    assert s.decode(dict[int, set[dt.date]], {"3": ["2019-10-11"]}) == {3: {dt.date(2019, 10, 11)}}
    assert s.decode(Point, {"x": 1, "y": 2}) == s.decode(s.from_type(Point), {"x": 1, "y": 2})
    assert s.check_compatible(int, int | None).verdict == "proved"
    assert s.check_compatible({"a": int}, {"a": int | None}).verdict == "proved"
    assert s.check_compatible({"a": int}, {"a": int, "b": int}).verdict == "broken"
    assert len(s.exercise(int | None, 3)) == 3
    assert s.conform(s.fspec(args=s.cat(x=int), ret=int | None), abs) is abs

    @s.fdef(args=s.cat(xs=list[int]), ret=int | None)
    def first(xs):
        return xs[0] if xs else None

    assert s.exercise_fn(first, 2)


def test_a_class_without_typed_fields_and_a_plain_type_mean_what_they_did():
    assert [s.valid(float, x) for x in (1.0, 1)] == [True, False]
    assert [s.valid(list[float], x) for x in ([1.0], [1])] == [True, True]  # as typing has it
    assert s.valid(dt.date, dt.datetime(2019, 10, 11))
    assert s.form(s.and_(dt.date)) == ("and_", dt.date)


# --- dicts, ranges, patterns, unions -----------------------------------------------------------------------

PERSON = {"name": str, "age": s.optional(s.int_in(0, 150)), "pets": s.optional(str)}


@pytest.mark.parametrize(
    "x", [{}, {"name": "Bo"}, {"name": 3}, {"name": "Bo", "age": -1}, {"name": "Bo", "z": 1}, 3]
)
def test_a_dict_is_the_keys_of_it(x):
    spec = s.keys(req_un={"name": str}, opt_un={"age": s.int_in(0, 150), "pets": str})
    assert s.keys(PERSON).form() == spec.form()
    assert s.valid(PERSON, x) is s.valid(s.keys(PERSON), x) is s.valid(spec, x)
    assert s.explain_str(PERSON, x) == s.explain_str(spec, x)


def test_a_dict_is_open_unless_it_is_closed():
    assert s.valid({"a": int}, {"a": 1, "b": 2})
    assert not s.valid(s.keys({"a": int}, closed=True), {"a": 1, "b": 2})


def test_a_typed_dicts_mark_of_a_missing_key_is_understood():
    assert s.keys({"a": typing.NotRequired[int]}).form() == s.keys({"a": s.optional(int)}).form()


def test_a_dict_goes_wherever_a_spec_does():
    order = {"item": str, "sizes": s.coll_of({"n": int})}
    assert s.decode({"day": dt.date}, {"day": "2019-10-11"}) == {"day": dt.date(2019, 10, 11)}
    assert s.json_schema(order)["required"] == ["item", "sizes"]
    assert all(s.valid(order, x) for x in s.sample(order, 5, seed=1))
    assert s.explain_json(order, {"item": "x", "sizes": [{"n": "1"}]})[0]["loc"] == ["sizes", 0, "n"]
    namespace = {}
    exec(s.source(s.keys(order)), namespace)
    assert s.form(s.def_("anywhere/order", order) and s.get_spec("anywhere/order")) == s.form(s.keys(order))


@given(
    st.integers(-10, 10),
    st.integers(-10, 10),
    st.integers(1, 4),
    st.one_of(st.integers(-12, 12), st.booleans(), st.floats()),
)
def test_a_range_is_its_members(start, stop, step, x):
    members = range(start, stop, step)
    if members:
        assert s.valid(members, x) is (type(x) is int and x in members)


@given(st.text("ab\n", max_size=4))
def test_a_pattern_is_that_of_str_in(text):
    pattern = re.compile("a+b?")
    assert s.valid(pattern, text) is s.valid(s.str_in("a+b?"), text) is (pattern.fullmatch(text) is not None)


@given(values)
def test_a_union_without_tags_conforms_to_what_its_branch_does(x):
    plain, tagged = s.or_(int, s.coll_of(str), None), s.or_(a=int, b=s.coll_of(str), c=s.is_none)
    conformed = s.conform(tagged, x)
    assert s.conform(plain, x) == (s.INVALID if conformed is s.INVALID else conformed[1]) or x != x
    assert s.valid(plain, x) is (conformed is not s.INVALID)


@pytest.mark.parametrize(
    "spec",
    [
        s.or_(int, str), s.or_(s.nilable(int), s.nilable(str)), s.or_(s.or_(nilable=int), s.or_(int, None)),
        s.coll_of(s.or_(int, s.keys({"a": int}))),
    ],
)  # fmt: skip
def test_its_form_leads_back(spec):
    again = s.from_form(s.form(spec))
    assert (s.form(again), repr(again)) == (s.form(spec), repr(spec))
    for x in s.sample(spec, 10, seed=1):
        assert s.unform(again, s.conform(spec, x)) == x


def test_branches_that_are_written_alike_are_apart_in_a_path():
    spec = s.or_(s.coll_of(int), s.coll_of(int), str)
    assert [problem["path"] for problem in s.explain_data(spec, 3)["problems"]] == [
        ["coll_of(int)"],
        ["coll_of(int) 2"],
        ["str"],
    ]
    assert len(s.sample(spec, 5)) == 5


@pytest.mark.parametrize("guard", [{"n": int}, dict[str, int], range(5), int | None], ids=row_id)
def test_a_guard_is_one_too(guard):
    x = {"n": 1} if s.valid(guard, {"n": 1}) else 1
    assert s.check_promise(guard, [x] * 600).refused == 0
