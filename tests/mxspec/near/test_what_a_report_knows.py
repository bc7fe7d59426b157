"""The report of a guard says no more than it knows: what was asked, how often, and what was not."""

import dataclasses
import re
from typing import Annotated

import attrs
import msgspec
import pydantic
import pytest

import mxspec as s
from mxspec.near.sites import sites_of
from mxspec.specs.core.spec import specize

ORDER = s.keys(req_un={"item": {"tea", "cake"}, "tags": s.coll_of(str, max_count=3)})


def test_a_guard_may_change_what_it_is_asked_about():
    def accept(x):
        is_valid = s.valid(ORDER, x)
        if isinstance(x, dict):
            for part in x.values():
                if isinstance(part, list):
                    part.append(object())
            x.clear()
        return is_valid

    assert s.check_guard(accept, ORDER)


def test_a_test_may_change_a_near_miss():
    misses = s.near_misses(ORDER, side="right")
    for _ in range(3):
        for miss in s.sample(misses, 30, seed=1):
            assert s.valid(ORDER, miss.value), miss
            if isinstance(miss.value, dict) and isinstance(miss.value.get("tags"), list):
                miss.value["tags"].append(object())


def test_each_value_counts_once():
    asked = []
    report = s.check_guard(
        lambda x: asked.append((type(x), repr(x))) or s.valid(s.int_in(0, 9), x), s.int_in(0, 9)
    )
    assert report.values == len(set(asked))


WIDE = s.keys(req_un={f"k{i}": s.int_in(0, 10) for i in range(40)})


def test_every_border_is_asked_unless_a_number_is_given():
    rest = s.keys(req_un={f"k{i}": s.int_in(0, 10) for i in range(39)})
    report = s.check_guard(lambda x: s.valid(rest, x), WIDE)
    assert {"low 0", "high 10"} <= {str(miss.border) for miss in report.missed if miss.path == ("k39",)}
    assert report.left == 0
    few = s.check_guard(lambda x: s.valid(rest, x), WIDE, n=40)
    assert few.left > 0
    assert f"not asked: {few.left} more sides of borders" in repr(few)


# One fault in a part of many elements, which most examples have, and one in a part beside it.
def fits_basket(x):
    return fits_country(x) and all(type(n) is int and 1 <= n < 9 for n in x["counts"])


def fits_country(x):
    return (
        type(x) is dict
        and x.keys() == {"country", "counts"}
        and type(x["country"]) is str
        and re.fullmatch(r"[A-Z]{2}\d", x["country"]) is not None  # other digits, too
        and type(x["counts"]) is list
        and len(x["counts"]) > 0
    )


BASKET = s.keys(
    {"country": s.str_in("[A-Z]{2}[0-9]"), "counts": s.coll_of(s.int_in(1, 10), kind=list, min_count=1)},
    closed=True,
)


@pytest.mark.few(2)
@pytest.mark.parametrize("seed", range(6))
def test_a_fault_of_one_part_is_not_blamed_on_another_and_hides_none(seed):
    report = s.check_guard(fits_basket, BASKET, seed=seed, json=True, lax=True)
    assert {(str(miss.border), miss.where) for miss in report.stricter if miss.path} == {
        ("high 10", ("counts", "*"))
    }
    assert {miss.path for miss in report.missed} == {("country",)}
    assert [miss.path for miss in report.stricter][-1] in ((), ("counts", 0))
    assert not report.hidden


@pytest.mark.parametrize(("n", "most"), [(1, 8), (40, 41), (200, 200)])
def test_a_guard_is_asked_about_n_values_and_of_few_about_seven_examples_more(n, most):
    asked = []
    report = s.check_guard(lambda x: asked.append(x) or s.valid(BASKET, x), BASKET, n)
    assert report.values <= len(asked) <= most


def test_of_a_guard_that_refuses_all_no_border_is_told():
    report = s.check_guard(lambda x: False, BASKET)
    assert [(miss.path, miss.where) for miss in report.stricter] == [((), ())]
    assert (bool(report), report.missed, report.hidden) == (False, (), True)
    assert "no example passes, so what it notices is unknown" in repr(report)


@pytest.mark.parametrize(
    ("spec", "beyond"),
    [
        (set(range(100)), ()),
        (set(range(100_000)), ("99,900 more members of {0, 1, 2, 3, 4, 5, ...}",)),
        (s.keys(req_un={f"k{i}": int for i in range(130)}), ("30 more keys of keys(",)),
        (s.keys(req_un={f"k{i}": int for i in range(500)}), ("101 more parts", "400 more keys of keys(")),
    ],
)
def test_what_is_too_much_to_survey_is_named(spec, beyond):
    _, found = sites_of(specize(spec))
    assert len(found) == len(beyond)
    assert all(map(str.startswith, found, beyond))


@pytest.mark.slow
def test_a_report_says_what_was_too_much_to_survey_in_few_words():
    members = set(range(100_000))
    text = repr(s.check_guard(lambda x: type(x) is int and 0 <= x < 100_000, members, n=60))
    assert "too many to survey: 99,900 more members of {0, 1, 2, 3, 4, 5, ...}" in text
    assert len(text) < 700


class Line(pydantic.BaseModel):
    n: int


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"a": s.is_any, "n": int}, "no wrong value was found of is_any at ['a']"),
        (s.coll_of(Line), "no wrong value was found of the fields of Line at ['*']"),
    ],
)
def test_a_part_of_which_nothing_wrong_is_known_is_named(spec, words):
    assert words in repr(s.check_guard(spec, spec))


@attrs.define
class OfAttrs:
    n: Annotated[int, s.int_in(0, 9)]


class OfMsgspec(msgspec.Struct):
    n: Annotated[int, msgspec.Meta(ge=0, lt=9)]


@dataclasses.dataclass
class OfFields:
    n: Annotated[int, s.int_in(0, 9)]


@pytest.mark.parametrize("cls", [OfAttrs, OfMsgspec, OfFields])
def test_the_fields_of_an_instance_are_asked(cls):
    report = s.check_guard(lambda x: isinstance(x, cls) and type(x.n) is int and 0 <= x.n <= 9, cls)
    assert [(miss.value, miss.path) for miss in report.missed] == [(cls(9), ("n",))]


class OfEvenLength(type(s.coll_of(int))):
    def conform(self, x, question):
        conformed = super().conform(x, question)
        return conformed if conformed is s.INVALID or len(x) % 2 == 0 else s.INVALID


def test_the_condition_of_a_subclass_is_met():
    ints = s.coll_of(int)
    even = OfEvenLength(ints.pred, ints.options)
    assert {len(miss.value) % 2 for miss in s.check_guard(ints, even).missed} == {1}


def test_a_conversion_is_labelled():
    assert "n: '0' - look-alike str for int (a conversion)" in repr(s.check_guard(Line, Line))
    assert s.check_guard(Line, Line, lax=True)


def test_a_near_miss_is_certified_by_the_names_of_today():
    s.def_("near/n", s.int_in(0, 10))
    misses = s.near_misses({"n": "near/n"})
    s.def_("near/n", s.is_any)
    with pytest.raises(s.GeneratorError, match="have changed since near_misses was called"):
        s.sample(misses, 300, seed=1)
