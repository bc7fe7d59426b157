"""A union tells the problems of the branch that fits best first, and keeps those of the others."""

import copy
import dataclasses
import pickle
from typing import Annotated, Literal, Optional, TypedDict

import pydantic
import pytest

import mxspec as s
from mxspec.base.messages.branches import Choice, told_problems


class Card(pydantic.BaseModel):
    kind: Literal["card"]
    number: str
    code: int


class Transfer(pydantic.BaseModel):
    kind: Literal["transfer"]
    account: str


@dataclasses.dataclass
class Point:
    x: int
    y: int


@dataclasses.dataclass
class Name:
    first: str
    last: str


class Cat(TypedDict):
    lives: int
    name: str


class Dog(TypedDict):
    name: str


PAYMENT = Card | Transfer
TRANSFER = {"kind": "transfer", "account": 7}
CARD = {"kind": "card", "number": 7, "code": 1}


@pytest.mark.parametrize(
    ("spec", "x", "paths"),
    [
        (PAYMENT, CARD, [["Card"], ["Transfer"], ["Transfer"]]),
        (PAYMENT, TRANSFER, [["Transfer"], ["Card"], ["Card"], ["Card"]]),
        (Annotated[PAYMENT, pydantic.Field(discriminator="kind")], TRANSFER, [["Transfer"]]),
        (s.or_(card=Card, transfer=Transfer), TRANSFER, [["transfer"], ["card"], ["card"], ["card"]]),
        (Point | Name, {"first": "Suki", "last": 1}, [["Name", "last"], *[["Point"]] * 4]),
        (Point | Name, Name("Suki", 1), [["Name", "last"], ["Point"]]),
        (Cat | Dog, {"name": 1}, [["Dog", "name"], ["Cat"], ["Cat", "name"]]),
        (s.or_(a={"kind": {"a"}}, b={"kind": {"b"}, "n": int}), {"kind": "b", "n": "x"},
         [["b", "n"], ["a", "kind"]]),
        (s.or_(str, s.int_in(0, 10)), 12, [["int_in(0, 10)"], ["str"]]),
        (int | list[str], [1], [["list[str]"], ["int"]]),
        (s.or_(s.nilable(int), {"a": int}), {"a": "x"},
         [["keys(req_un={'a': int})", "a"], ["nilable(int)", "pred"]]),
    ],
)  # fmt: skip
def test_the_branch_that_fits_best_leads(spec, x, paths):
    assert sorted(error["ctx"]["path"] for error in s.explain_json(spec, x)) == sorted(paths)
    assert s.explain_json(spec, x)[0]["ctx"]["path"] == paths[0]
    assert f"at: {paths[0]}" in s.explain_str(spec, x).splitlines()[0]
    assert len(s.explain_data(spec, x)["problems"]) >= len(paths)


def test_unions_in_a_union_and_beside_each_other_are_told_by_themselves():
    pair = s.tuple_(PAYMENT, s.nilable(s.or_(Card, s.or_(Transfer, int))))
    paths = [error["ctx"]["path"] for error in s.explain_json(pair, [TRANSFER, TRANSFER])]
    second = [1, "pred", "or_(Transfer, int)"]
    assert paths[0] == [0, "Transfer"]
    assert paths[4:6] == [[*second, "Transfer"], [*second, "int"]]
    assert s.explain_str(pair, [TRANSFER, TRANSFER]).splitlines()[0].endswith(f"at: {paths[4]}")


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (s.nilable(int), "x"),
        (s.nilable(s.coll_of(int)), ["x"]),
        (Optional[int], "x"),  # noqa: UP045
        (int | None, "x"),
        (None | int | list[str], "x"),
        (Cat | None, {"name": 1}),
        (s.or_(nothing=s.is_none, number=int), "x"),
        ({"a": s.nilable(s.nilable(int))}, {"a": "x"}),
        (s.tuple_(int | None, int | None), ["x", 2]),
    ],
)
def test_none_is_not_told_where_another_branch_says_what_is_wrong(spec, x):
    assert "is_none" in str([problem["pred"] for problem in s.explain_data(spec, x)["problems"]])
    assert "is_none" not in s.explain_str(spec, x)
    assert "none_required" not in [error["type"] for error in s.explain_json(spec, x)]
    with pytest.raises(s.ValidationError) as caught:
        s.validate(spec, x)
    assert str(caught.value) == s.explain_str(spec, x)
    assert caught.value.errors() == s.explain_json(spec, x)


@pytest.mark.parametrize(
    ("spec", "x"),
    [(s.is_none, 1), (s.or_(a=s.is_none, b=s.is_none), 1), ({"a": s.is_none, "b": int}, {"a": 1, "b": "x"})],
)
def test_none_is_told_where_nothing_else_is_said_of_the_value(spec, x):
    assert "is_none" in s.explain_str(spec, x)


def test_told_twice_is_told_alike():
    problems = s.explain_data(s.nilable(PAYMENT), TRANSFER)["problems"]
    told = told_problems(problems)
    assert told_problems(told) == told
    assert told_problems(problems[::-1])[0] == told[0]


def test_a_choice_is_the_text_that_it_says():
    choice = Choice("pred", 2)
    for same in (choice, copy.deepcopy(choice), pickle.loads(pickle.dumps(choice))):
        assert (same, repr(same), hash(same), same.depth) == ("pred", "'pred'", hash("pred"), 2)


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (s.or_(n=int, t=str), 1.5),
        (int | None, "x"),
        (s.nilable(PAYMENT), TRANSFER),
        (s.or_(s.nilable(s.coll_of(int)), s.coll_of(s.nilable(str))), [1.5, "x"]),
    ],
)
def test_past_what_is_shown_only_the_order_differs(spec, x):
    problems = s.explain_data(s.coll_of(spec), [x] * 30)["problems"]
    for deepest_first in (False, True):
        told = told_problems(problems, deepest_first=deepest_first)
        shown = told_problems(problems, deepest_first=deepest_first, most=10)
        assert shown[:10] == told[:10]
        assert sorted(map(repr, shown)) == sorted(map(repr, told))
