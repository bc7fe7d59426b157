"""Regexes that refer to themselves: the search by frames finds what derivatives leave, at any length."""

import itertools

import pytest

import mxspec as s
from mxspec.regex.matching import chart, search
from mxspec.regex.matching.chart import Chart
from mxspec.regex.nodes.node import conform_all

s.def_("search/tail", s.cat(n=int, more=s.maybe("search/tail")))
s.def_("search/branch", s.alt(a=s.cat(x=int, more="search/branch"), b=s.cat(x=int)))
s.def_("search/either", s.cat(n=int, more=s.maybe(s.alt(a="search/either", b="search/either"))))
s.def_("search/star", s.cat(n=int, more=s.star("search/star")))
s.def_("search/plus", s.cat(n=int, more=s.maybe(s.plus("search/plus"))))
s.def_("search/turns", s.star(s.alt(n=int, more=s.cat(x={"a"}, y="search/turns", z={"b"}))))
s.def_("search/amp", s.amp(s.cat(n=int, more=s.maybe("search/amp")), lambda m: m["n"] > 0))
s.def_("search/end", s.cat(n=int, more=s.maybe("search/end"), end=s.maybe(s.is_any)))
s.def_("search/odd", s.cat(n=int, more=s.maybe("search/even")))
s.def_("search/even", s.cat(m=s.is_any, more=s.maybe("search/odd"), end=s.star({"a"})))
s.def_("search/parens", s.cat(open={"a"}, inner=s.star("search/parens"), close={"b"}))
s.def_("search/options", s.cat(n=int, more=s.maybe("search/options"), options=s.keys_star()))
s.def_("search/amps", s.star(s.amp(s.plus({1, "a"}), lambda xs: len(xs) % 2 == 1)))
s.def_(
    "search/pushed", s.alt(m=s.cat(x={1}, m="search/pushed", y={0}), n=s.cat(x={1}, m="search/pushed"), e={1})
)
s.def_("search/second", int)
s.def_("search/first", s.cat(x={1}, more=s.star("search/second")))
s.def_("search/second", s.cat(y={1, 0}, more=s.star("search/first"), z=s.maybe({"a"})))
s.def_("search/choices", s.cat(*((k, s.maybe({1, "a"})) for k in "pqrs"), *((k, {1, 0}) for k in "tu")))
WORDS = "amps pushed first choices tail branch either star plus turns amp end odd parens options"
NAMES = [f"search/{word}" for word in WORDS.split()]
IN_PROPORTION = [f"search/{word}" for word in ("tail", "branch", "either", "star", "amp")]


@pytest.mark.parametrize("name", NAMES)
def test_the_search_and_the_chart_find_what_derivatives_leave(name):
    node = s.get_spec(name).node
    for length in range(6):
        for xs in itertools.product([1, 0, "a", "b"], repeat=length):
            by_derivatives = conform_all(node, xs)
            assert answered(search.matching(node, xs)) == by_derivatives, xs
            assert answered(Chart(node, xs).matching()) == by_derivatives, xs


def answered(steps):
    """Return what steps come to, with the answers to their requests."""
    answer = None
    while True:
        try:
            _, spec, x = steps.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = spec.conform(x)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_refused_is_explained(name):
    for length in range(5):
        for xs in itertools.product([1, 0, "a", "b"], repeat=length):
            assert (s.explain_data(name, list(xs)) is None) == s.valid(name, list(xs)), xs


LONG = 2000


@pytest.mark.parametrize("name", IN_PROPORTION)
def test_long_sequences_are_matched_whole(name):
    assert s.valid(name, [1] * LONG)
    assert s.conform(name, [1] * LONG) is not s.INVALID
    assert not s.valid(name, [1] * LONG + [None])


def test_parts_may_be_nested_in_a_long_sequence():
    xs = ["a"] * LONG + ["b"] * LONG
    assert s.valid("search/parens", xs)
    assert not s.valid("search/parens", xs[:-1])


AMBIGUOUS = [f"search/{word}" for word in ("plus", "first", "end", "odd", "both", "amps")]
s.def_("search/both", s.cat(n={1}, left=s.star("search/both"), right=s.star("search/both")))


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_regexes_of_very_many_ways_are_matched_whole(name):
    xs = [1] * (51 if name == "search/amps" else 301)
    assert s.valid(name, xs)
    assert leaves(s.conform(name, xs)) == len(xs)
    assert s.explain_data(name, xs) is None


@pytest.mark.parametrize("name", ["search/plus", "search/first", "search/both", "search/amps"])
def test_what_a_regex_of_very_many_ways_refuses_is_explained(name):
    xs = [1] * (51 if name == "search/amps" else 301)
    wrong = [*xs, "x", 1]
    assert not s.valid(name, wrong)
    problems = s.explain_data(name, wrong)["problems"]
    assert {(problem["in"][-1], problem["val"]) for problem in problems} == {(len(xs), "x")}


def test_what_only_some_pushes_fit_is_found_among_all():
    s.def_("search/pushes", s.alt(*((k, s.cat(x={1}, m="search/pushes", y={k})) for k in "abc"), ("e", {1})))
    xs = [1] * 31 + ["a", "b", "c"] * 10
    assert s.valid("search/pushes", xs)
    assert s.unform("search/pushes", s.conform("search/pushes", xs)) == xs
    assert not s.valid("search/pushes", xs[:-1])


def test_matches_that_take_too_much_memory_are_an_error_that_names_the_limit(monkeypatch):
    monkeypatch.setattr(chart, "MOST_BITS", 10_000)
    with pytest.raises(s.SpecError, match="take more than 10,000 bits"):
        s.valid("search/both", [1] * 200)


def test_a_regex_of_many_parts_is_matched_whole():
    parts = s.cat(*((f"p{i}", s.maybe({i})) for i in range(40)), *((f"q{i}", int) for i in range(150)))
    xs = [*range(40), *[7] * 150]
    assert s.conform(parts, xs)["p39"] == 39
    assert s.explain_data(parts, xs) is None
    assert s.explain_data(parts, [*xs, 7])["problems"][0]["reason"] == "Extra input"
    assert s.explain_data(parts, [*range(40), 7])["problems"][0]["reason"] == "Insufficient input"
    [problem] = s.explain_data(s.cat(p=parts, end=s.maybe("search/tail")), [*xs[:-1], "x"])["problems"]
    assert (problem["path"], problem["in"], problem["val"]) == (["p", "q149"], [189], "x")


@pytest.mark.parametrize("name", ["search/tail", "search/star"])
def test_what_was_matched_is_all_there(name):
    assert leaves(s.conform(name, [1] * LONG)) == LONG


def leaves(conformed):
    """Return how many elements a conformed value holds."""
    parts, count = [conformed], 0
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
        else:
            count += 1
    return count


@pytest.mark.parametrize("wrong", [0, LONG // 2, LONG])
def test_the_element_that_is_wrong_is_named(wrong):
    xs = [1] * LONG
    xs[wrong:wrong] = ["x"]
    [problem] = s.explain_data("search/tail", xs)["problems"]
    assert (problem["in"], problem["val"], problem["pred"]) == ([wrong], "x", int)
    assert problem["path"] == ["more"] * wrong + ["n"]


def test_explanations_grow_with_the_ways_and_not_with_the_elements():
    optional = s.cat(*((f"a{i}", s.maybe(int)) for i in range(25)))
    assert s.explain_data(optional, [1] * 13) is None
    [problem] = s.explain_data(optional, [1] * 13 + ["x"])["problems"]
    assert problem["in"] == [13]
    pathological = s.cat(
        *((f"o{i}", s.maybe({"a"})) for i in range(25)), *((f"r{i}", {"a"}) for i in range(25))
    )
    assert s.explain_data(pathological, ["a"] * 25) is None
    assert s.explain_data(pathological, ["a"] * 24)["problems"][0]["reason"] == "Insufficient input"
