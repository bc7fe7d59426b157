"""Depth: answers do not depend on how deep a value is nested, nor on how deep the caller stands."""

import sys

import pytest
from hypothesis import given, settings

import mxspec as s
from mxspec.api import compiled
from mxspec.core import asking
from tests.mxspec.test_laws import same, specs, values

DEEP = 1200  # levels, more than Python's recursion limit has frames

s.def_("deep/coll", s.coll_of("deep/coll"))
s.def_("deep/pair", s.or_(leaf=int, pair=s.tuple_(int, "deep/pair")))
s.def_("deep/map", s.or_(leaf=int, map=s.map_of(str, "deep/map")))
s.def_("deep/n", int)
s.def_("deep/next", s.nilable(s.keys(req_un=["deep/n"], opt_un=["deep/next"])))
s.def_("deep/more", s.nilable(s.merge(s.keys(req_un=["deep/n"]), s.keys(opt_un=["deep/more"]))))
s.def_("deep/and", s.and_(s.coll_of("deep/and"), s.is_list))
KINDS = {"list": s.tuple_("deep/tag"), "int": int}
s.def_("deep/tag", s.multi_spec(lambda x: type(x).__name__, KINDS, retag=lambda x, _: x))
s.def_("deep/cat", s.spec(s.cat(n=int, inner=s.maybe("deep/cat"))))
s.def_("deep/options", s.spec(s.keys_star(opt_un=["deep/options"])))
s.def_("deep/json", s.or_(n=int, list=s.coll_of("deep/json"), map=s.map_of(str, "deep/json")))
s.def_("deep/plain", s.nonconforming(s.coll_of("deep/plain")))

# Of each spec: the innermost value, one that does not fit, and what makes a value one level deeper.
NESTED = {
    "deep/coll": ([], "x", lambda x: [x]),
    "deep/pair": (1, "x", lambda x: [1, x]),
    "deep/map": (1, "x", lambda x: {"a": x}),
    "deep/next": ({"n": 1}, {"n": "x"}, lambda x: {"n": 1, "next": x}),
    "deep/more": ({"n": 1}, {"n": "x"}, lambda x: {"n": 1, "more": x}),
    "deep/and": ([], "x", lambda x: [x]),
    "deep/tag": (1, None, lambda x: [x]),
    "deep/cat": ([1], ["x"], lambda x: [1, x]),
    "deep/options": ([], ["options", 1], lambda x: ["options", x]),
    "deep/json": (1, "x", lambda x: {"a": x}),
    "deep/plain": ([], "x", lambda x: [x]),
}


def nested(x, deeper, levels):
    for _ in range(levels):
        x = deeper(x)
    return x


def levels(x):
    """Return how deep a value is nested, without recursion."""
    count, inner = 0, [x]
    while inner:
        count += 1
        parts = [part.values() if isinstance(part, dict) else part for part in inner]
        inner = [
            part for some in parts if isinstance(some, (list, tuple, type({}.values()))) for part in some
        ]
    return count


def at_frame(depth, ask):
    """Return what ask answers to a caller at a depth of Python's stack."""
    frame, here = sys._getframe(), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1
    return ask() if here >= depth else at_frame(depth, ask)


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("frame", [10, 500, 900])
def test_a_deep_value_is_answered_from_any_frame(name, frame):
    innermost, wrong, deeper = NESTED[name]
    right, wrong = nested(innermost, deeper, DEEP), nested(wrong, deeper, DEEP)
    assert at_frame(frame, lambda: s.valid(name, right)) is True
    assert at_frame(frame, lambda: s.valid(name, wrong)) is False
    assert at_frame(frame, lambda: s.conform(name, wrong)) is s.INVALID
    assert at_frame(frame, lambda: s.explain_data(name, right)) is None


@pytest.mark.parametrize("name", NESTED)
def test_a_deep_value_conforms_and_unforms(name):
    innermost, _, deeper = NESTED[name]
    x = nested(innermost, deeper, DEEP)
    assert levels(s.unform(name, s.conform(name, x))) == levels(x)


@pytest.mark.parametrize(
    "name", ["deep/coll", "deep/and", "deep/tag", "deep/cat", "deep/options", "deep/plain"]
)
def test_a_deep_value_is_explained(name):
    _, wrong, deeper = NESTED[name]
    x = nested(wrong, deeper, DEEP)
    [problem] = s.explain_data(name, x)["problems"]
    assert len(problem["in"]) >= DEEP
    assert len(s.explain_str(name, x)) < 1000


@pytest.mark.parametrize("name", ["deep/coll"])
def test_a_hundred_thousand_levels_are_followed(name):
    innermost, wrong, deeper = NESTED[name]
    assert s.valid(name, nested(innermost, deeper, 100_000))
    assert not s.valid(name, nested(wrong, deeper, 100_000))


def test_branches_that_both_lead_back_do_not_double_the_questions():
    asked = []
    either = s.or_(a=s.tuple_("deep/either"), b=s.coll_of("deep/either"), leaf=lambda x: asked.append(x))
    s.def_("deep/either", either)
    assert s.get_spec("deep/either").conform(nested(1, lambda x: [x], 60)) is s.INVALID
    assert len(asked) < 10_000


class Counted:
    """A leaf that counts how often it is looked at."""

    looks = 0


def looks(x):
    Counted.looks += isinstance(x, Counted)
    return False


# Of each: the spec, several parts of which lead back to one value, and what makes a value a level deeper.
SEVERAL_WAYS = {
    "or": (lambda t: s.or_(a=s.tuple_(t), b=s.tuple_(t), leaf=looks), lambda x: [x]),
    "or of collections": (
        lambda t: s.or_(a=s.coll_of(t), b=s.coll_of(t, count=1), leaf=looks),
        lambda x: [x],
    ),
    "or of maps": (lambda t: s.or_(a=s.map_of(str, t), b=s.map_of(str, t), leaf=looks), lambda x: {"a": x}),
    "and": (
        lambda t: s.or_(a=s.and_(s.or_(p=s.tuple_(t), q=s.tuple_(t))), leaf=looks),
        lambda x: [x],
    ),
    "regex": (lambda t: s.or_(a=s.spec(s.cat(x=t)), b=s.spec(s.star(t)), leaf=looks), lambda x: [x]),
}


@pytest.mark.parametrize("several", SEVERAL_WAYS)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data])
def test_several_ways_to_the_same_part_do_not_multiply_with_the_levels(several, ask):
    spec, deeper = SEVERAL_WAYS[several]
    s.def_("deep/several", int)
    s.def_("deep/several", spec("deep/several"))
    Counted.looks = 0
    ask("deep/several", nested(Counted(), deeper, 40))
    assert Counted.looks < 5000  # 2 to the 40th otherwise


def test_answers_that_are_remembered_are_those_of_the_value_that_they_were_given_for():
    s.def_("deep/twice", int)
    s.def_("deep/twice", s.or_(a=s.tuple_("deep/twice", int), b=s.tuple_("deep/twice", str), leaf=int))
    x = [[[1, "x"], 2], "y"]
    assert s.conform("deep/twice", x) == ("b", [("a", [("b", [("leaf", 1), "x"]), 2]), "y"])
    assert s.unform("deep/twice", s.conform("deep/twice", x)) == x
    assert not s.valid("deep/twice", [x, None])


def test_problems_in_each_level_are_all_there_and_cost_no_more_each():
    s.def_("deep/each", int)
    s.def_("deep/each", s.tuple_(int, s.nilable("deep/each")))
    x = nested(None, lambda x: ["x", x], DEEP)
    problems = s.explain_data("deep/each", x)["problems"]
    assert [len(problem["in"]) for problem in problems if problem["val"] == "x"] == [*range(1, DEEP + 1)]
    deepest = max(problems, key=lambda problem: len(problem["in"]))
    assert deepest["in"][-2:] == [1, 0]
    assert list(deepest["in"]) == [1] * (DEEP - 1) + [0]


def test_a_text_of_very_many_problems_counts_the_rest():
    text = s.explain_str(s.coll_of(int), ["x"] * 5000)
    assert text.count("\n") == 1000
    assert text.endswith("... 4,000 more problems")


def test_a_predicate_that_takes_any_error_for_a_refusal_has_stack_left_to_answer():
    def is_counted(x):
        try:
            return sum(1 for _ in iter(x)) >= 0 and recursing(30)
        except Exception:
            return False

    def recursing(n):
        return n == 0 or recursing(n - 1)

    s.def_("deep/counted", s.and_(is_counted, s.coll_of("deep/counted")))
    assert s.valid("deep/counted", nested([], lambda x: [x], DEEP))


def test_a_caller_at_the_end_of_the_stack_gets_an_answer_or_an_error():
    limit = sys.getrecursionlimit()
    errors = 0
    for frame in range(limit - 60, limit - 2, 3):
        try:
            assert at_frame(frame, lambda: s.valid("deep/json", {"a": [1, {"b": 2}]}))
        except (s.SpecError, RecursionError):
            errors += 1
    assert errors


def test_a_spec_that_refers_to_itself_without_looking_into_the_value_is_an_error():
    s.def_("deep/itself", s.or_(a=int))
    s.def_("deep/itself", s.or_(a="deep/itself"))
    with pytest.raises(s.SpecError, match="refers to itself without looking into the value"):
        s.valid("deep/itself", [1])


def test_levels_without_end_are_an_error_that_names_the_limit(monkeypatch):
    monkeypatch.setattr(asking, "LIMIT", 500)
    s.def_("deep/endless", s.and_(int))
    s.def_("deep/endless", s.and_(s.conformer(lambda x: [x]), "deep/endless"))
    with pytest.raises(s.SpecError, match="nested deeper than 500 levels"):
        s.valid("deep/endless", 1)


@settings(deadline=None, max_examples=50)
@given(specs(), values)
def test_without_stack_the_answers_are_the_same(spec, x):
    named = s.nilable(spec)
    s.def_("deep/law", named)
    ordinary = s.valid("deep/law", x), s.conform("deep/law", x), s.explain_data("deep/law", x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "LEVELS", 0)
        patch.setattr(asking, "REMEMBER_FROM", 0)
        s.def_("deep/law", named)
        deep = s.valid("deep/law", x), s.conform("deep/law", x), s.explain_data("deep/law", x)
    assert same(ordinary[1], deep[1])
    assert ordinary[0] == deep[0]
    assert (ordinary[2] is None) == (deep[2] is None)
