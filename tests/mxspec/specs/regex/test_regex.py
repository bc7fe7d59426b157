"""cat, alt, star, plus, maybe, amp, keys_star: matching, taking back, explaining and making sequences."""

import collections

import pytest

import mxspec as s
from mxspec.base.values import NOTHING

s.def_("re/ints", s.star(int))
s.def_("re/port", s.int_in(0, 65536))
s.def_("re/list", s.cat(head=int, tail=s.maybe("re/list")))
TO_INT = s.conformer(int, str)


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (s.cat(a=int, b=str), (1, "x"), {"a": 1, "b": "x"}),
        (s.cat(a=int), "1", s.INVALID),
        (s.cat(a=int), {"a": 1}, s.INVALID),
        (s.cat(a=int), 1, s.INVALID),
        (s.cat(("a tag", int)), [1], {"a tag": 1}),
        (s.star(int), range(3), [0, 1, 2]),
        (s.star(int), collections.deque([1]), [1]),
    ],
)
def test_conform(spec, x, conformed):
    assert s.conform(spec, x) == conformed
    assert s.valid(spec, x) == (conformed is not s.INVALID)
    assert (s.explain_data(spec, x) is None) == (conformed is not s.INVALID)


@pytest.mark.parametrize(
    ("spec", "conformed", "x"),
    [
        (s.maybe(int), None, [None]),  # as clojure does
        (s.star(int), None, []),
        (s.cat(a=int), None, []),
        (s.amp(s.star(int), s.conformer(len, lambda n: [0] * n)), None, []),
        (s.amp(s.amp(s.keys_star(), s.is_some), s.is_any), None, []),
    ],
)
def test_an_empty_match_unforms_as_in_clojure(spec, conformed, x):
    assert s.unform(spec, conformed) == x


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (s.alt(n=int), 3),
        (s.alt(n=int), ("other", 3)),
        (s.star(int), 3),
        (s.cat(a=int), 3),
        (s.star(s.cat(a=int)), [3]),
        (s.amp(s.plus(int), s.conformer(len, lambda n: [0] * n)), None),
    ],
)
def test_a_value_that_is_not_conformed_can_not_be_unformed(spec, x):
    with pytest.raises(s.UnformError, match=r" unforms a .*, not | is nothing that .* conforms to"):
        s.unform(spec, x)


def test_a_conformer_without_an_inverse_in_a_regex_says_so():
    with pytest.raises(s.UnformError, match=r"conformer\(int\) has no function that unforms"):
        s.unform(s.amp(s.star(int), s.conformer(int)), [1])
    with pytest.raises(s.UnformError, match=r"conformer\(int\) has no function that unforms"):
        s.unform(s.star(s.conformer(int)), [1])


@pytest.mark.parametrize(
    ("spec", "x", "expected"),
    [
        (s.star(int), 3, [([], ("or_", s.is_none, s.is_sequential), None)]),
        (s.cat(a=int, b=str), [], [(["a"], int, "Insufficient input")]),
        (s.cat(a=int, b=str), [1], [(["b"], str, "Insufficient input")]),
        (s.cat(a=int, b=str), [1, 2], [(["b"], str, None)]),
        (s.cat(a=int), [1, 2], [([], ("cat", ("a", int)), "Extra input")]),
        (s.cat(), [1], [([], ("cat",), "Extra input")]),
        (s.star(int), [1, "x"], [([], int, None)]),
        (s.plus(int), [], [([], int, "Insufficient input")]),
        (s.maybe(int), [1, 2], [([], ("maybe", int), "Extra input")]),
        (s.alt(n=int, s=str), [None], [(["n"], int, None), (["s"], str, None)]),
        (s.alt(n=int, s=str), [], [([], ("alt", ("n", int), ("s", str)), "Insufficient input")]),
        (s.amp(s.plus(int), s.is_none), [], [([], ("plus", int), "Insufficient input")]),
        (s.amp(s.star(int), s.is_none), [1], [([], s.is_none, None)]),
        (s.amp(s.plus(int), s.is_none), ["x"], [([], int, None)]),
        (s.cat(a=s.spec(s.plus(int))), [[]], [(["a"], int, "Insufficient input")]),
        (s.cat(a="re/port"), [], [(["a"], "re/port", "Insufficient input")]),
        (s.cat(a=s.plus(s.alt(n=int))), [], [(["a"], ("alt", ("n", int)), "Insufficient input")]),
        (s.cat(a=s.nilable(int)), [], [(["a"], ("nilable", int), "Insufficient input")]),
        (s.amp(s.amp(s.plus(int)), len), [], [([], ("amp", ("plus", int)), "Insufficient input")]),
        (s.amp(s.cat(a=s.maybe(int), b=str)), [],
         [([], ("cat", ("a", ("maybe", int)), ("b", str)), "Insufficient input")]),
        (s.amp(s.cat(a=s.star(int), b="re/port")), [],
         [([], ("cat", ("a", ("star", int)), ("b", "re/port")), "Insufficient input")]),
    ],
)  # fmt: skip
def test_explain(spec, x, expected):
    found = s.explain_data(spec, x)["problems"]
    assert [(problem["path"], problem["pred"], problem.get("reason")) for problem in found] == expected


def test_the_name_of_a_regex_is_on_the_way():
    [problem] = s.explain_data("re/list", [1, "x"])["problems"]
    assert problem["via"][0] == "re/list"
    assert problem["in"] == [1]


def test_a_long_sequence_does_not_count_as_deep():
    assert len(s.conform(s.star(s.cat(a=int, b=s.maybe(str))), [1] * 5000)) == 5000
    assert len(s.conform(s.plus(int), [1] * 5000)) == 5000


@pytest.mark.parametrize(
    "left",
    [
        s.cat(a=s.maybe("re/left"), b=int), s.cat(a=s.star(int), b="re/left"), s.alt(a="re/left", b=int),
        s.star("re/left"), s.amp("re/left", s.is_any),
        s.cat(a=s.amp(s.maybe(int), s.is_any), b=s.alt(c=s.cat(), d=int), e=s.star(int), f="re/left"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_regex_that_comes_back_to_itself_before_an_element_is_an_error_or_an_answer(left):
    s.def_("re/left", s.cat(a=int))
    s.def_("re/left", left)
    for ask in (s.conform, s.explain_data):
        with pytest.raises(s.SpecError, match="refers to itself before it has matched an element"):
            ask("re/left", [1])


def test_an_empty_match_differs_from_a_match_of_none():
    assert repr(NOTHING) == "NOTHING"
    assert s.conform(s.cat(a=s.maybe(s.is_none)), [None]) == {"a": None}
    assert s.conform(s.cat(a=s.maybe(s.is_none)), []) == {}


def test_an_override_inside_a_regex_makes_elements_or_sequences():
    spec = s.cat(a="re/port", b="re/ints")
    drawn = s.sample(spec, 5, overrides={"re/port": s.gen({7}), "re/ints": s.gen(s.tuple_({1}, {2}))})
    assert drawn == [[7, 1, 2]] * 5
