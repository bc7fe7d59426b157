"""Ambiguous regexes and those that refer to themselves: their answers, and the limits of their cost."""

import itertools
import random

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.errors import LimitError
from mxspec.specs.core.question import START, Question
from mxspec.specs.regex import matching

# --- regexes that refer to themselves, and ambiguous ones ---------------------------------------------------

s.def_("matching/tail", s.cat(n=int, more=s.maybe("matching/tail")))
s.def_("matching/branch", s.alt(a=s.cat(x=int, more="matching/branch"), b=s.cat(x=int)))
s.def_("matching/turns", s.star(s.alt(n=int, more=s.cat(x={"a"}, y="matching/turns", z={"b"}))))
s.def_("matching/amp", s.amp(s.cat(n=int, more=s.maybe("matching/amp")), lambda m: m["n"] > 0))
s.def_("matching/end", s.cat(n=int, more=s.maybe("matching/end"), end=s.maybe(s.is_any)))
s.def_("matching/parens", s.cat(open={"a"}, inner=s.star("matching/parens"), close={"b"}))
s.def_("matching/amps", s.star(s.amp(s.plus({1, "a"}), lambda xs: len(xs) % 2 == 1)))
s.def_("matching/plus", s.cat(n=int, more=s.maybe(s.plus("matching/plus"))))
s.def_("matching/both", s.cat(n={1}, left=s.star("matching/both"), right=s.star("matching/both")))
s.def_(
    "matching/pushed",
    s.alt(m=s.cat(x={1}, m="matching/pushed", y={0}), n=s.cat(x={1}, m="matching/pushed"), e={1}),
)
WORDS = ["tail", "branch", "turns", "amp", "end", "parens", "amps", "plus", "both", "pushed"]
NAMES = [f"matching/{word}" for word in WORDS]


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_sequence_is_explained(name):
    for length in range(5):
        for xs in itertools.product([1, 0, "a", "b"], repeat=length):
            assert (s.explain_data(name, list(xs)) is None) == s.valid(name, list(xs)), xs


@pytest.mark.parametrize("name", ["matching/tail", "matching/branch", "matching/amp"])
def test_a_regex_may_refer_to_itself_at_its_end(name):
    assert s.valid(name, [1] * 200)
    assert not s.valid(name, [1] * 200 + [None])


def test_a_recursive_regex_names_the_element_that_is_wrong():
    [problem] = s.explain_data("matching/tail", [1] * 100 + ["x"])["problems"]
    assert (problem["in"], problem["val"], problem["pred"]) == ([100], "x", int)
    assert problem["path"] == ["more"] * 100 + ["n"]


def test_parts_may_be_nested():
    xs = ["a"] * 100 + ["b"] * 100
    assert s.valid("matching/parens", xs)
    assert not s.valid("matching/parens", xs[:-1])


@pytest.mark.parametrize("name", ["matching/tail", "matching/parens"])
def test_a_sequence_that_nests_a_regex_too_deeply_is_an_error_that_says_so(name):
    with pytest.raises(s.SpecError, match=r"nested too deeply: .* recursion limit of"):
        s.valid(name, [1] * 600 if name == "matching/tail" else ["a"] * 600)


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("matching/plus", s.valid),
        ("matching/pushed", s.valid),
        *(("matching/both", ask) for ask in (s.valid, s.conform, s.explain_data)),
    ],
)
def test_a_regex_of_very_many_ways_is_an_error_that_names_the_part(name, ask):
    with pytest.raises(s.SpecError, match=rf"ambiguous: there are more than 5,000 ways .*{name}"):
        ask(name, [1] * 60)


AMP = s.amp(s.star(int), lambda xs: True)
MANY_STEPS = {
    "star(amp(plus(int)": s.star(s.amp(s.plus(int), lambda xs: len(xs) % 2 == 1)),
    "cat(b=amp(star(int)": s.star(s.cat(a=AMP, b=AMP)),
    "cat(c=amp(star(int)": s.cat(a=AMP, b=AMP, c=AMP),
}


@pytest.mark.few(3)
@pytest.mark.parametrize("part", MANY_STEPS)
@pytest.mark.parametrize(
    "ask",
    [
        lambda spec, xs, question: spec.conform(xs, question),
        lambda spec, xs, question: spec.explain(xs, START, question),
    ],
    ids=["conform", "explain"],
)
def test_a_sequence_that_takes_too_many_steps_is_an_error_that_names_the_part(part, ask, monkeypatch):
    monkeypatch.setattr(matching, "MOST_STEPS", 10_000)
    question = Question(names.current)
    with pytest.raises(LimitError, match="takes more than 10,000 steps, and 150 for each") as raised:
        ask(s.spec(MANY_STEPS[part]), [1] * 1000, question)
    assert f"to go on with {part}" in str(raised.value)
    assert 10_000 < question.steps < 100_000


@pytest.mark.parametrize("part", MANY_STEPS)
def test_a_compiled_spec_has_the_limit_of_the_interpreter(part, monkeypatch):
    monkeypatch.setattr(matching, "MOST_STEPS", 3000)
    for n in (5, 200):
        answers = []
        for spec in (s.coll_of(s.spec(MANY_STEPS[part])), s.def_("matching/steps", MANY_STEPS[part])):
            try:
                answers.append(s.valid(spec, [[1] * n] if spec != "matching/steps" else [1] * n))
            except LimitError as error:
                answers.append(str(error))
        assert answers[0] == answers[1]
        assert (answers[0] is True) == (n == 5)


def test_a_regex_with_few_ways_reads_sequences_of_any_length(monkeypatch):
    monkeypatch.setattr(matching, "MOST_STEPS", 100)
    assert s.valid(s.star(s.star(int)), [1] * 3000)
    assert s.valid(s.cat(a=s.star(int), b=s.star(int), c=s.star(s.is_any)), [1] * 1000)


@pytest.mark.parametrize(
    ("regex", "xs"),
    [
        (s.star(s.star(s.star(int))), [1] * 60),
        (s.star(s.amp(s.plus(int), lambda xs: len(xs) % 2 == 1)), [1] * 40),
        (s.cat(a=s.star(s.star(int)), b=s.star(s.alt(x=s.star(int), y=s.star(int)))), [1] * 60),
        (s.cat(*((f"a{i}", s.maybe(int)) for i in range(25))), [1] * 13),
        (
            s.cat(*((f"o{i}", s.maybe({"a"})) for i in range(25)), *((f"r{i}", {"a"}) for i in range(25))),
            ["a"] * 25,
        ),
        (s.cat(*((f"p{i}", s.maybe({i})) for i in range(40)), q=s.plus(int)), [*range(40), 7, 7]),
    ],
    ids=["stars", "amps", "alts", "optional", "exponential to backtracking", "many parts"],
)
def test_an_ambiguous_regex_does_not_double_with_each_element(regex, xs):
    assert s.valid(regex, xs)
    assert s.explain_data(regex, xs) is None
    assert {len(problem["in"]) for problem in s.explain_data(regex, [*xs, "x"])["problems"]} <= {1}


def test_the_ways_on_ask_a_spec_once_about_an_element():
    asked = []
    inner = s.spec(s.plus(s.plus(lambda x: not asked.append(x))))
    middle = s.spec(s.plus(s.plus(inner)))
    xs = [[[(i, j, k) for k in range(5)] for j in range(5)] for i in range(5)]
    assert s.valid(s.plus(s.plus(middle)), xs)
    assert len(asked) == len(set(asked)) == 125


@pytest.mark.parametrize(
    "nest", [s.star, lambda amp: s.star(s.star(amp)), lambda amp: s.star(s.amp(s.plus(amp)))]
)
def test_the_ways_on_ask_the_pred_of_an_amp_once_about_a_run_of_elements(nest):
    asked = []
    regex = nest(s.amp(s.plus(int), lambda xs: not asked.append(tuple(xs))))
    assert s.valid(regex, list(range(12)))
    assert len(asked) == len(set(asked)) > 12


@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data])
def test_a_compiled_spec_finds_too_many_ways_with_no_more_work(ask, monkeypatch):
    monkeypatch.setattr(matching, "_MOST", 200)
    asked = []
    regex = s.spec(s.star(s.star(s.amp(s.plus(int), lambda xs: not asked.append(1)))))
    counts = []
    for spec in (regex, s.def_("matching/compiled", s.map_of(str, regex))):  # what has a name is compiled
        xs = list(range(50))
        with pytest.raises(s.SpecError, match=r"ambiguous: there are more than 200 ways .* star\(amp\(plus"):
            ask(spec, xs if spec is regex else {"a": xs})
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1]


def test_a_spec_in_a_nested_regex_and_around_it_is_asked_about_the_elements_of_each():
    digit = s.spec(int)
    regex = s.alt(pair=s.spec(s.cat(x=digit, y=str)), digits=s.amp(s.star(digit), s.is_any))
    problems = s.explain_data(regex, [[5]])["problems"]
    assert [(problem["path"], problem["val"]) for problem in problems] == [
        (["pair", "y"], []),
        (["digits"], [5]),
    ]


def random_regex(source, depth):
    """Return a regex that is likely to be ambiguous."""
    kind = source.choice(["cat", "alt", "star", "plus", "maybe", "amp", "element"]) if depth else "element"
    if kind == "element":
        return source.choice([int, s.is_any, {1, "a"}, s.or_(a=int, b=s.is_any)])
    if kind in ("cat", "alt"):
        parts = [(f"t{i}", random_regex(source, depth - 1)) for i in range(source.randint(1, 3))]
        return getattr(s, kind)(*parts)
    if kind == "amp":
        return s.amp(random_regex(source, depth - 1), lambda x: True)
    return getattr(s, kind)(random_regex(source, depth - 1))


def test_dropping_ways_of_one_shape_changes_no_answer(monkeypatch):
    for seed in range(400):
        source = random.Random(seed)
        regex = s.spec(random_regex(source, depth=4))
        xs = [source.choice([1, 1, 1, "a"]) for _ in range(source.randint(0, 7))]
        answers = []
        for most in (-1, 10**9):  # always dropped, and never
            monkeypatch.setattr(matching, "_MANY", most)
            answers.append(s.conform(regex, xs))
        assert answers[0] == answers[1], (regex, xs)


def test_explanations_grow_with_the_ways_and_not_with_the_elements():
    optional = s.cat(*((f"a{i}", s.maybe(int)) for i in range(25)))
    [problem] = s.explain_data(optional, [1] * 13 + ["x"])["problems"]
    assert problem["in"] == [13]
