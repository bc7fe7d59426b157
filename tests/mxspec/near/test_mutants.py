"""The score of a report: which mutants of the spec the answers of a guard tell apart from it."""

import datetime as dt
import re

import pydantic
import pytest

import mxspec as s
from mxspec.near.mutants import mutants_within, score_of
from mxspec.specs.core.spec import specize

ORDER = s.keys(
    {
        "code": s.str_in(r"[A-Z]{2}-[0-9]+(kg|g)?"),
        "n": s.int_in(1, 10),
        "kind": {"cake", "tea"},
        "lines": s.coll_of(s.int_in(0, 9), kind=s.is_list, min_count=1, max_count=3, distinct=True),
        "note": s.optional(s.nilable(s.str_in(max_length=4))),
    },
    closed=True,
)


def fits_order(x):
    if type(x) is not dict or not {"code", "n", "kind", "lines"} <= x.keys() <= {*ORDER.key_specs}:
        return False
    return (
        type(x["code"]) is str
        and re.fullmatch("[A-Z]{2}-[0-9]+(kg|g)?", x["code"]) is not None
        and (type(x["n"]) is int and 1 <= x["n"] < 10)
        and (type(x["kind"]) is str and x["kind"] in ("cake", "tea"))
        and (type(x["lines"]) is list and 1 <= len(x["lines"]) <= 3)
        and all(type(n) is int and 0 <= n < 9 for n in x["lines"])
        and len({*x["lines"]}) == len(x["lines"])
        and (x.get("note") is None or (type(x["note"]) is str and len(x["note"]) <= 4))
    )


def in_2019(x):
    return type(x) is dt.datetime and x.tzinfo is None and x.year == 2019


# A spec, a guard of it written by hand, and the least number of mutants.
RIGHT = [
    (s.int_in(1, 10), lambda x: type(x) is int and 1 <= x < 10, 7),
    (s.float_in(0, 1), lambda x: type(x) is float and 0 <= x <= 1, 7),
    (s.is_pos_int, lambda x: type(x) is int and x > 0, 4),
    (s.str_in(2, 4), lambda x: type(x) is str and 2 <= len(x) <= 4, 7),
    (s.inst_in(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)), in_2019, 6),
    (s.or_(n=int, t=s.nilable({"a", "b"})), lambda x: type(x) is int or x in (None, "a", "b"), 9),
    (s.tuple_(int, bool), lambda x: type(x) is list and [*map(type, x)] == [int, bool], 4),
    (ORDER, fits_order, 40),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "guard", "least"), RIGHT)
def test_a_right_guard_tells_all_mutants_apart(spec, guard, least):
    report = s.check_guard(guard, spec)
    score = report.score
    assert not report.differs
    assert (score.killed, score.unnoticed, score.alike, score.unmutated) == (score.all, (), (), ())
    assert score.all >= least
    assert f"  {score.all} of {score.all} mutants told apart" in str(report).splitlines()


# What another condition implies: is_even refuses all but ints; without its key, `relation` raises.
def relation(x):
    return x["a"] <= x["b"]


@pytest.mark.parametrize(
    ("spec", "unnoticed"),
    [
        (s.and_(int, s.is_even), ()),  # this is proved, so the mutant does not count
        (s.and_(s.keys({"a": int, "b": int}), relation), ()),  # each value without a key is still refused
    ],
)
def test_a_mutant_that_another_condition_implies_is_no_fault_of_the_guard(spec, unnoticed):
    score = s.check_guard(spec, spec).score
    assert (score.unnoticed, score.alike) == (unnoticed, ())
    assert score.killed == score.all - len(unnoticed) > 0


def test_a_guard_without_an_upper_bound_is_named_and_tells_all_else_apart():
    report = s.check_guard(lambda x: type(x) is int and x >= 1, s.int_in(1, 10))
    assert report.score.alike == ("range_of(int, 1, None)",)
    assert report.score.unnoticed == ()
    # Of the values that were asked, both differ from the spec at 10 alone.
    assert (report.score.killed, report.score.all) == (6, 8)
    assert "  your guard looks like: range_of(int, 1, None)" in str(report).splitlines()


UP_TO_10 = "n: int_in(1, 11)"  # between these, only 11 decides


def test_each_part_with_a_fault_is_named():
    def accept(x):
        return fits_order({**x, "n": 1}) and type(x["n"]) is int and 1 <= x["n"] <= 10

    def accept_more(x):
        return type(x) is dict and accept({"kind": "tea", **x})

    assert s.check_guard(accept, ORDER).score.alike == (UP_TO_10,)
    assert {*s.check_guard(accept_more, ORDER).score.alike} == {UP_TO_10, "key 'kind' optional"}


def mutants(spec):
    return [*mutants_within(specize(spec), {})]


SMALL = [
    s.int_in(1, 10),
    s.str_in("[A-Z]{2}-[0-9]+"),
    s.keys({"n": s.is_nat_int, "m": s.optional(str)}),
    s.coll_of({1, 2}, min_count=1, distinct=True),
    s.nilable(s.float_in(0, 1)),
    s.tuple_(str),
]


@pytest.mark.few(2)
@pytest.mark.parametrize("spec", SMALL)
def test_a_guard_that_is_a_mutant_is_not_told_apart_from_it(spec):
    several = mutants(spec)
    assert len(several) >= 2
    for mutant in several:
        made = mutant.make()
        report = s.check_guard(made, spec)
        score = report.score
        assert score.killed < score.all, str(mutant)
        assert report.hidden or any(str(mutant) in text.split(" or ") for text in score.alike), (
            str(mutant),
            score,
        )


def test_of_values_that_are_left_out_nothing_is_claimed():
    narrow = s.int_in(1, 10)
    score = s.check_guard(narrow, narrow, lax=True).score
    assert score.unnoticed == ("int_in(1, 10) of any type",)
    assert "would not have been noticed: int_in(1, 10) of any type" in str(
        s.check_guard(narrow, narrow, lax=True)
    )


def test_a_guard_that_refuses_all_shows_nothing():
    score = s.check_guard(lambda x: False, s.int_in(1, 10)).score
    assert (score.killed, score.alike, len(score.unnoticed)) == (0, (), score.all)


def test_the_guard_is_not_asked_again_and_names_may_change():
    s.def_("near_mutants/n", s.int_in(1, 10))
    asked = []
    report = s.check_guard(lambda x: asked.append(x) or (type(x) is int and 1 <= x < 10), "near_mutants/n")
    count = len(asked)
    s.def_("near_mutants/n", s.int_in(1, 6))  # of 6 to 9, the answers are of another spec
    assert report.score.alike == ()
    assert len(asked) == count


def test_each_place_of_a_name_is_mutated_and_recursion_ends():
    s.def_("near_mutants/age", s.int_in(0, 150))
    s.def_(
        "near_mutants/tree", s.keys(req=["near_mutants/age"], req_un={"kids": s.coll_of("near_mutants/tree")})
    )
    spec = s.tuple_("near_mutants/age", "near_mutants/tree")
    texts = [str(mutant) for mutant in mutants(spec)]
    assert {"0: int_in(1, 150)", "1.near_mutants/age: int_in(1, 150)"} <= {*texts}
    assert len(texts) == len({*texts})


class Sale(pydantic.BaseModel):
    n: int = pydantic.Field(ge=1, le=9)
    items: list[str] = pydantic.Field(max_length=2)


@pytest.mark.parametrize("seed", range(2))
def test_a_model_is_told_from_the_mutants_of_a_spec_without_its_source(seed):
    spec = s.keys({"n": s.int_in(1, 10), "items": s.coll_of(str, kind=s.is_list, max_count=3)})
    reports = [s.check_guard(Sale, spec, seed=seed, json=True, lax=True) for _ in range(2)]
    assert "items: count from 0 to 2" in str(reports[0])
    assert reports[0].score == reports[1].score


def test_a_kind_without_mutants_is_named():
    report = s.check_guard(s.cat(a=int), s.cat(a=int))
    assert report.score.unmutated == ("cat(a=int)",)
    assert "  not mutated: cat(a=int)" in str(report).splitlines()


def test_of_many_mutants_some_of_each_part_are_asked():
    wide, rest = (s.keys({f"k{i}": s.int_in(0, 10) for i in range(n)}) for n in (40, 39))
    right = dict.fromkeys(wide.key_specs, 5)
    xs = [right, {}, *({**right, key: n} for key in right for n in (-1, 10, 0, 9, None, True))]
    score = score_of(wide, [(x, s.valid(wide, x), s.valid(rest, x)) for x in xs])
    assert (score.all + score.left, score.all < 200) == (360, True)
    assert str(score).endswith(f" of {score.all} mutants told apart; {score.left} more left out")
    assert {text.partition(":")[0] for text in score.alike} == {"k39"}


def test_programs_get_the_score():
    score = s.check_guard(s.int_in(1, 10), s.int_in(1, 10)).to_dict()["score"]
    assert (score["killed"], score["all"], score["unnoticed"], score["left"]) == (8, 8, (), 0)


def test_a_key_that_a_relation_needs_is_not_optional():
    def ordered(d):
        return type(d) is dict and all(type(d.get(k)) is int for k in "ab") and d["a"] < d["b"]

    spec = s.and_({"a": int, "b": int, "c": int}, lambda d: d["a"] < d["b"])
    score = s.check_guard(lambda d: ordered(d) and type(d.get("c", 0)) is int, spec).score
    optional = [text for text in (*score.unnoticed, *score.alike) if "optional" in text]
    assert optional == ["key 'c' optional"]


for _name in "abc":
    s.def_(f"groups-of-mutants/{_name}", int)
GROUPS = s.keys(
    req_un=[s.or_keys("groups-of-mutants/a", s.and_keys("groups-of-mutants/b", "groups-of-mutants/c"))]
)


@pytest.mark.parametrize(
    ("rule", "lacking"),
    [(lambda d: "a" in d, "or_keys('groups-of-mutants/a')"),
     (lambda d: "b" in d and "c" in d, "or_keys(and_keys('groups-of-mutants/b', 'groups-of-mutants/c'))"),
     (lambda d: "a" in d or "b" in d, "or_keys('groups-of-mutants/a', and_keys('groups-of-mutants/b'))")],
)  # fmt: skip
def test_a_group_of_keys_has_its_mutants(rule, lacking):
    def accept(d):
        return type(d) is dict and all(type(d.get(k, 0)) is int for k in "abc") and rule(d)

    assert any(
        text.startswith(f"{lacking} in place of") for text in s.check_guard(accept, GROUPS).score.alike
    )
