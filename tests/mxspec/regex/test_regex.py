"""cat, alt, star, plus, maybe, amp, keys_star: matching, taking back, explaining and making sequences."""

import collections

import pytest

import mxspec as s
from mxspec.core.spec import NOTHING

s.def_("re/ints", s.star(int))
s.def_("re/port", s.int_in(0, 65536))
s.def_("re/list", s.cat(head=int, tail=s.maybe("re/list")))
EVEN = s.amp(s.star(int), lambda xs: len(xs) % 2 == 0)
TO_INT = s.conformer(int, str)


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (s.cat(), [], {}),
        (s.cat(), [1], s.INVALID),
        (s.cat(a=int, b=str), [1, "x"], {"a": 1, "b": "x"}),
        (s.cat(a=int, b=str), (1, "x"), {"a": 1, "b": "x"}),
        (s.cat(a=int, b=str), [1], s.INVALID),
        (s.cat(a=int, b=str), [1, "x", 2], s.INVALID),
        (s.cat(a=int), "1", s.INVALID),
        (s.cat(a=int), {"a": 1}, s.INVALID),
        (s.cat(a=int), 1, s.INVALID),
        (s.cat(("a tag", int)), [1], {"a tag": 1}),
        (s.star(int), None, []),
        (s.star(int), [], []),
        (s.star(int), [1, 2], [1, 2]),
        (s.star(int), range(3), [0, 1, 2]),
        (s.star(int), collections.deque([1]), [1]),
        (s.star(int), [1, "x"], s.INVALID),
        (s.plus(int), [], s.INVALID),
        (s.plus(int), [1, 2], [1, 2]),
        (s.maybe(int), [], None),
        (s.maybe(int), [1], 1),
        (s.maybe(int), [1, 2], s.INVALID),
        (s.alt(n=int, s=str), [1], ("n", 1)),
        (s.alt(n=int, s=str), ["x"], ("s", "x")),
        (s.alt(n=int, s=str), [], s.INVALID),
        (s.alt(n=int, all=s.star(int)), [1], ("n", 1)),  # the first that matches
        (s.alt(n=int, all=s.star(int)), [1, 2], ("all", [1, 2])),
        (EVEN, [1, 2], [1, 2]),
        (EVEN, [1], s.INVALID),
        (EVEN, [], None),  # nothing matched: clojure passes by what the preds make of it
        (s.amp(s.plus(int), len), [1, 2], [1, 2]),
        (s.amp(int, TO_INT), [1], 1),
        (s.cat(xs=s.star(int), name=s.maybe(str)), [1, 2, "x"], {"xs": [1, 2], "name": "x"}),
        (s.cat(xs=s.star(int), name=s.maybe(str)), [], {}),
        (s.cat(xs="re/ints", y=str), [1, 2, "x"], {"xs": [1, 2], "y": "x"}),
        (s.cat(xs=s.spec("re/ints"), y=str), [[1, 2], "x"], {"xs": [1, 2], "y": "x"}),
        (s.cat(xs=s.spec(s.star(int))), [[1]], {"xs": [1]}),
        (s.cat(xs=s.spec(s.star(int))), [1], s.INVALID),
        (s.star(s.cat(k=str, v=int)), ["a", 1, "b", 2], [{"k": "a", "v": 1}, {"k": "b", "v": 2}]),
        (s.star(s.cat(k=str, v=int)), ["a"], s.INVALID),
        (s.plus(s.alt(n=int, s=str)), [1, "x"], [("n", 1), ("s", "x")]),
        (s.star(s.star(int)), [1, 2], [[1, 2]]),
        (s.cat(a=s.star(int), b=s.star(int)), [1, 2], {"a": [1, 2]}),
        (s.cat(a=s.maybe(int), b=s.maybe(int)), [1], {"a": 1}),
        ("re/list", [1, 2], {"head": 1, "tail": {"head": 2}}),
        (s.keys_star(opt_un=["re/port"]), ["port", 80, "host", "x"], {"port": 80, "host": "x"}),
        (s.keys_star(opt_un=["re/port"]), ["port", -1], s.INVALID),
        (s.keys_star(req_un=["re/port"]), [], s.INVALID),
        (s.keys_star(opt_un=["re/port"]), ["port"], s.INVALID),
        (s.keys_star(opt_un=["re/port"]), [], None),
        (s.cat(a=int, more=s.keys_star(req_un=["re/port"])), [1, "port", 80], {"a": 1, "more": {"port": 80}}),
    ],
)
def test_conform(spec, x, conformed):
    assert s.conform(spec, x) == conformed
    assert s.valid(spec, x) == (conformed is not s.INVALID)
    assert (s.explain_data(spec, x) is None) == (conformed is not s.INVALID)


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (s.cat(a=int, b=str), [1, "x"]),
        (s.cat(a=TO_INT, b=s.star(TO_INT)), ["1", "2", "3"]),
        (s.star(s.alt(n=int, s=str)), [1, "x"]),
        (s.plus(s.cat(k=str, v=int)), ["a", 1, "b", 2]),
        (s.alt(n=int, s=str), ["x"]),
        (s.maybe(int), [1]),
        (EVEN, [1, 2]),
        (s.cat(xs=s.spec("re/ints"), y=str), [[1, 2], "x"]),
        (s.keys_star(opt_un=["re/port"]), ["port", 80]),
        (s.amp(s.star(TO_INT), sum), ["1", "2"]),
    ],
)
def test_unform_gives_the_elements_back(spec, x):
    assert s.unform(spec, s.conform(spec, x)) == x


@pytest.mark.parametrize(
    ("spec", "conformed", "x"),
    [
        (s.maybe(int), None, [None]),  # as clojure does
        (s.star(int), None, []),
        (s.cat(a=int), None, []),
        (s.amp(s.star(int), s.conformer(len, lambda n: [0] * n)), None, []),
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
        (
            s.amp(s.cat(a=s.maybe(int), b=str)),
            [],
            [([], ("cat", ("a", ("maybe", int)), ("b", str)), "Insufficient input")],
        ),
        (
            s.amp(s.cat(a=s.star(int), b="re/port")),
            [],
            [([], ("cat", ("a", ("star", int)), ("b", "re/port")), "Insufficient input")],
        ),
    ],
)
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
        s.cat(a=s.maybe("re/left"), b=int),
        s.cat(a=s.star(int), b="re/left"),
        s.alt(a="re/left", b=int),
        s.star("re/left"),
        s.amp("re/left", s.is_any),
        s.cat(a=s.amp(s.maybe(int), s.is_any), b=s.alt(c=s.cat(), d=int), e=s.star(int), f="re/left"),
    ],
    ids=repr,
)
def test_a_regex_that_comes_back_to_itself_before_an_element_is_an_error_or_an_answer(left):
    s.def_("re/left", s.cat(a=int))
    s.def_("re/left", left)
    for ask in (s.conform, s.explain_data):
        with pytest.raises(s.SpecError, match="refers to itself before it has matched an element"):
            ask("re/left", [1])


def test_alt_has_a_branch():
    with pytest.raises(s.SpecDefinitionError, match="alt takes one branch or more"):
        s.alt()


def test_an_empty_match_differs_from_a_match_of_none():
    assert repr(NOTHING) == "NOTHING"
    assert s.conform(s.cat(a=s.maybe(s.is_none)), [None]) == {"a": None}
    assert s.conform(s.cat(a=s.maybe(s.is_none)), []) == {}


@pytest.mark.parametrize(
    "spec",
    [
        s.cat(),
        s.cat(a=int, b=s.star(str)),
        s.alt(n=int, all=s.plus(str)),
        s.maybe(s.cat(k=str, v=int)),
        EVEN,
        s.star(s.alt(a=int, b=s.spec(s.star(str)))),
        s.spec("re/ints"),
        s.spec(s.star("re/port")),
        s.keys_star(req_un=["re/port"]),
        s.cat(a=s.keys_star(opt_un=["re/port"])),
        "re/list",
        s.star(s.with_gen(s.cat(a=int, b=int), lambda: s.gen(s.tuple_({1}, {2})))),
    ],
    ids=repr,
)
def test_examples_match(spec):
    drawn = s.sample(spec, 60, seed=1)
    assert all(s.valid(spec, x) for x in drawn)
    assert all(isinstance(x, list) for x in drawn)


def test_an_override_inside_a_regex_makes_elements_or_sequences():
    spec = s.cat(a="re/port", b="re/ints")
    drawn = s.sample(spec, 5, overrides={"re/port": s.gen({7}), "re/ints": s.gen(s.tuple_({1}, {2}))})
    assert drawn == [[7, 1, 2]] * 5


def test_the_recursion_of_a_regex_ends():
    s.def_("re/sexp", s.alt(n=int, call=s.spec(s.cat(op={"+"}, args=s.star("re/sexp")))))
    assert all(s.valid("re/sexp", x) for x in s.sample("re/sexp", 100, seed=1))


def test_the_recursion_of_a_star_ends():
    s.def_("re/nested", s.spec(s.star("re/ints")))
    s.def_("re/nested", s.spec(s.star("re/nested")))
    drawn = s.sample("re/nested", 60, seed=1)
    assert all(s.valid("re/nested", x) for x in drawn)
    assert any(any(x) for x in drawn)
