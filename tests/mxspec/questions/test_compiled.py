"""Compiled specs mean what conform means."""

import copy
import re
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.predicates import TaggedValue
from mxspec.specs.compiled import CompiledSpec
from mxspec.specs.core.question import START
from mxspec.specs.core.spec import as_part, specize
from mxspec.specs.ranges import IntIn
from mxspec.specs.wrappers import Nilable
from tests.mxspec import meaning
from tests.mxspec.levels import nested
from tests.mxspec.random_specs import examples, specs
from tests.mxspec.random_values import same, values


class Word(str):
    """A str that is not exactly one."""


class Number(int):
    """An int that is not exactly one."""


def compiled_now(spec):
    return CompiledSpec(specize(spec), names.current)


def agree(spec, x):
    """The compiled functions answer what conform and explain do, and leave x alone."""
    spec = specize(spec)
    compiled, before = compiled_now(spec), copy.deepcopy(x)
    expected = meaning.conform(spec, x)
    assert same(compiled.conform(x), expected)
    assert compiled.valid(x) is (expected is not s.INVALID)
    assert same(compiled.explainer(START)(x), meaning.explain(spec, x))
    assert same(x, before)


@examples
@given(specs(), values)
def test_compiled_specs_agree_with_conform_on_any_value(spec, x):
    agree(spec, x)


@examples
@given(specs(), st.lists(values, min_size=2, max_size=5))
def test_compiled_specs_explain_a_value_after_others_of_its_type(spec, xs):
    for whole, around in WHOLES:
        whole = specize(whole(spec))
        explain = compiled_now(whole).explainer(START)
        for x in map(around, xs):
            assert same(explain(x), meaning.explain(whole, x))


WHOLES = (
    (lambda spec: spec, lambda x: x),
    (lambda spec: s.keys({"a": spec, "b": int}), lambda x: {"b": "x", "a": x}),
    (lambda spec: s.coll_of(s.spec(spec)), lambda x: [x, 1, x]),
    (lambda spec: s.keys({"a": s.coll_of(s.spec(spec))}), lambda x: {"a": [x, "x", x]}),
)
"""Each with specs around a spec, and values around a value."""


def test_problems_share_no_list():
    """A user who changes one answer does not change the next."""
    s.def_("test-compiler/shares", s.keys({"a": s.nilable(str), "b": s.coll_of(int)}))
    expected = [["a", "pred"], ["a", "nil"], ["b"]]
    for x in (3, 4, 5):
        problems = s.explain_data("test-compiler/shares", {"a": x, "b": [1, "x"]})["problems"]
        assert [problem["path"] for problem in problems] == expected
        assert [problem["val"] for problem in problems] == [x, x, "x"]
        for problem in problems:
            for steps in (problem["path"], problem["via"], problem["in"]):
                steps.append("changed")


class Telling(Nilable, inherits=True):
    """A nilable that gives a reason out of the value."""

    def explain(self, x, place, question):
        return (
            [] if self.conform(x, question) is not s.INVALID else [place.problem("telling", x, f"it is {x}")]
        )


def test_a_kind_that_explains_differently_is_asked_each_time():
    s.def_("test-compiler/telling", s.keys({"a": Telling(as_part(str))}))
    for x in (3, 4):
        [problem] = s.explain_data("test-compiler/telling", {"a": x})["problems"]
        assert problem["reason"] == f"it is {x}"


class Odd(IntIn):
    """A user's kind, which adds a condition to a base whose refused ints are alike."""

    def conform(self, x, question):
        return super().conform(x, question) if type(x) is int and x % 2 else s.INVALID


ODD = Odd(s.int_in(0, 10).preds, 0, 10)


@pytest.mark.parametrize("spec", [ODD, s.keys({"a": ODD}), s.coll_of(ODD)])
def test_a_kind_that_adds_a_condition_to_a_base_is_asked_each_time(spec):
    explain = compiled_now(spec).explainer(START)
    for x in (2, 20, "x", 4, 30, None):
        for whole in (x, {"a": x}, [x, 3]):
            assert same(explain(whole), meaning.explain(spec, whole))


@pytest.mark.parametrize("wrong", [1, 10, 11])
def test_a_long_list_with_wrong_elements_is_explained(wrong):
    xs = [*range(50), *["x"] * wrong]
    for around, steps in ((lambda x: x, []), (lambda x: s.keys({"a": x}), ["a"])):
        name = s.def_("test-compiler/long", around(s.coll_of(int)))
        x = {"a": xs} if steps else xs
        for _ in range(2):
            problems = s.explain_data(name, x)["problems"]
            assert [problem["in"] for problem in problems] == [[*steps, 50 + i] for i in range(wrong)]


@examples
@given(specs(), st.integers(0, 10**6))
def test_compiled_specs_agree_with_conform_on_their_own_examples(spec, seed):
    for x in s.sample(spec, 3, seed=seed):
        assert compiled_now(spec).valid(x)
        agree(spec, x)


s.def_("test-compiler/name", str)
s.def_("test-compiler/age", s.int_in(0, 151))
s.def_("test-compiler/tree", s.or_(leaf=int, node=s.tuple_("test-compiler/tree", "test-compiler/tree")))
s.def_("test-compiler/chain", s.nilable(s.keys(opt_un=["test-compiler/chain"])))
s.def_(
    "test-compiler/pairs", s.star(s.cat(key=str, value=s.alt(n=int, more=s.nilable("test-compiler/pairs"))))
)

PERSON = s.keys(req_un=["test-compiler/name"], opt_un=["test-compiler/age"])
TABLE = [
    (int, [1, True, 1.0, "1", None, Number(3)]),
    (str, ["", Word("x"), b"", None]),
    (float, [1.0, 1, float("inf")]),
    (bool, [True, 1]),
    (s.is_even, [2, 3, Number(4), True, "2"]),
    (s.int_in(0, 10), [0, 9, 10, Number(5), True, 3.0, "x", None]),
    ({"a", "b"}, ["a", Word("a"), "c", 1, [], None]),
    ({1, None, False}, [1, 1.0, True, None, False]),
    (set(), [1]),
    (s.nilable(PERSON), [None, {"name": "x"}, {}]),
    (s.and_(), [1, None]),
    (s.and_(PERSON, lambda x: "age" in x), [{"name": "x"}, {"name": "x", "age": 3}, 4]),
    (s.or_(), [1]),
    (s.or_(a=PERSON, b=s.coll_of(int), c=str), [{"name": "x"}, [1], (1,), "x", 3, {}]),
    (PERSON, [{"name": "x", "age": 3}, {"name": Word("x")}, {"age": 3}, {"name": 1, "age": 999}, [], None]),
    (PERSON, [{"name": "x", "test-compiler/age": 999}, {"name": "x", "test-compiler/age": 9, 3: 4}]),
    (s.keys(req=["test-compiler/none"], opt=["test-compiler/gone"]), [{}, {"test-compiler/none": 1}]),
    (s.keys(req_un=[s.or_keys("test-compiler/name", s.and_keys("test-compiler/age", "test-compiler/x"))]),
     [{}, {"name": "x"}, {"age": 1}, {"age": 1, "x": 2}, {"age": -1, "x": 2}]),
    (s.merge(PERSON, s.keys(req=["test-compiler/age"])),
     [{"name": "x", "test-compiler/age": 3}, {"name": "x"}, 3]),
    (s.merge(PERSON, s.is_dict), [{"name": "x"}, {}]),
    (s.tuple_(int, s.or_(a=int, b=str)), [[1, 2], (1, 2), [1], [1, None], TaggedValue(("a", "b")), None]),
    (s.coll_of(s.or_(a=int, b=str)), [[1, "x"], (1, "x"), {1}, {}, {"k": 1}, [None], "x", iter([])]),
    (s.coll_of(int, min_count=1, max_count=2), [[], [1], [1, 2, 3], (1,), {1, 2}]),
    (s.coll_of(int, count=2, distinct=True), [[1, 2], [1, 1], [1, True], (1, 2)]),
    (s.coll_of(s.nilable(int), into=list), [[1], (1, None), {1}, ["x"]]),
    (s.coll_of(int, into=set), [[1, 1], ["x"]]),
    (s.coll_of(s.is_any, into=dict), [[["a", 1]], [1], [[[], 1]]]),
    (s.coll_of(int, kind=s.is_tuple), [(1,), [1]]),
    (s.map_of(str, s.or_(a=int, b=str)), [{"k": 1}, {1: 1}, {}, [["k", 1]], None]),
    (s.map_of(str, int, conform_keys=True), [{"k": 1}, {"k": "x"}]),
    (s.map_of(str, int, max_count=1), [{"k": 1}, {"k": 1, "l": 2}]),
    (s.every(int), [[1] * 300, ["x"], [1] * 300 + ["x"]]),
    (s.nonconforming(s.or_(a=int, b=str)), [1, None]),
    (s.conformer(lambda x: x + 1), [1, "x"]),
    ("test-compiler/tree", [1, [1, 2], [[1, 2], 3], [1], ["x", 1]]),
    ("test-compiler/chain", [None, {}, {"chain": {"chain": None}}, {"chain": 3}]),
    (s.multi_spec("kind", {"a": PERSON}), [{"kind": "a", "name": "x"}, {"kind": "b"}, 3]),
    (lambda x: x[0], [[1], [0], [], None, {}]),
    (s.coll_of(lambda x: x > 1), [[2], ["x"], [0]]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "xs"), TABLE, ids=[str(i) for i in range(len(TABLE))])
def test_compiled_specs_agree_with_conform(spec, xs):
    for x in xs:
        if not hasattr(x, "__next__"):
            agree(spec, x)


LOOPS = [
    s.star(int), s.plus(s.cat(key=str, value=int)), s.cat(a=int, b=s.star(str), c=s.maybe(bool)),
    s.cat(a=s.maybe(int), b=str), s.star(s.alt(n=int, pair=s.cat(key=str, value=int))),
    s.alt(n=int, any=s.is_number), s.amp(s.plus(int), lambda xs: len(xs) % 2 == 0),
    s.cat(xs=s.spec(s.star(int)), y=s.or_(a=int, b=str)), s.star(s.or_(a=int, b=s.tuple_(int))),
    s.cat(kind={"x", "y"}, rest=s.star(s.int_in(0, 3))), s.star(s.cat(n=s.nilable(int), k=s.keys())),
]  # fmt: skip
BY_DERIVATIVES = [
    s.cat(a=s.star(int), b=s.star(int)), s.star(s.maybe(int)), s.star(s.cat(a=int, b=s.maybe(int))),
    s.cat(a=s.maybe(s.is_number), b=s.is_number), s.alt(a=s.cat(x=int, y=int), b=s.cat(x=int, y=str)),
    s.amp(s.star(int), s.is_any), s.keys_star(), s.maybe(int), s.cat(), s.cat(a=s.cat(b=s.star(int))),
]  # fmt: skip
sequences = st.lists(st.sampled_from([0, 1, 7, "x", "y", True, None, [1], [], {}, 1.5]), max_size=5)


@pytest.mark.few(10)
@pytest.mark.parametrize("regex", [*LOOPS, *BY_DERIVATIVES], ids=repr)
def test_compiled_regexes_agree_with_the_derivatives(regex):
    @settings(examples, max_examples=10)
    @given(st.one_of(sequences, sequences.map(tuple), st.none(), st.just("xy"), st.just(range(2))))
    def check(xs):
        agree(regex, xs)
        agree(s.spec(regex), xs)
        agree(s.coll_of(s.spec(regex)), [xs, xs])

    check()
    for x in s.sample(regex, 20, seed=1):
        agree(regex, x)


@pytest.mark.parametrize("regex", LOOPS, ids=repr)
def test_a_deterministic_regex_becomes_a_loop(regex):
    assert "n = len(x)" in compiled_now(regex).source


@pytest.mark.parametrize("regex", BY_DERIVATIVES, ids=repr)
def test_an_ambiguous_regex_is_left_to_the_derivatives(regex):
    assert "n = len(x)" not in compiled_now(regex).source


def test_a_recursive_regex_is_left_to_the_derivatives():
    agree("test-compiler/pairs", ["a", 1, "b", ["c", 2]])
    agree("test-compiler/pairs", ["a", 1, "b", ["c", "d"]])


def test_redefinition_takes_effect_at_once_everywhere():
    s.def_("test-compiler/changing", int)
    outer = s.def_("test-compiler/outer", s.coll_of(s.nilable("test-compiler/changing")))
    anonymous = s.tuple_("test-compiler/outer")
    for _ in range(3):
        assert s.valid(outer, [1, None])
        assert s.valid(anonymous, [[1]])
    s.def_("test-compiler/changing", str)
    assert not s.valid(outer, [1, None])
    assert not s.valid(anonymous, [[1]])
    assert s.conform(outer, ["x"]) == ["x"]
    s.def_("test-compiler/alias", "test-compiler/outer")
    assert s.valid("test-compiler/alias", ["x"])
    s.def_("test-compiler/changing", None)
    with pytest.raises(s.UnknownSpecError):
        s.valid(outer, ["x"])
    s.def_("test-compiler/changing", int)
    assert s.valid(outer, [1])


def test_a_key_that_is_registered_later_counts_from_then_on():
    later = s.def_("test-compiler/later-map", s.keys(opt_un=["test-compiler/later"]))
    for _ in range(3):
        assert s.valid(later, {"later": "x", "test-compiler/stranger": "x"})
    s.def_("test-compiler/later", int)
    assert not s.valid(later, {"later": "x"})
    s.def_("test-compiler/stranger", int)
    assert not s.valid(later, {"test-compiler/stranger": "x"})
    s.def_("test-compiler/stranger", None)
    assert s.valid(later, {"later": 1, "test-compiler/stranger": "x"})


def test_a_spec_that_is_used_where_it_is_written_is_compiled_at_its_second_use():
    spec = s.coll_of(int)
    assert s.valid(spec, [1])
    assert "_compiled" not in vars(spec)
    assert s.valid(spec, [1])
    assert vars(spec)["_compiled"].is_compiled


def test_source_can_be_read():
    source = s.compiled_source(s.coll_of(s.nilable(int), min_count=1))
    compile(source, "source", "exec")
    assert "# coll_of(nilable(int), min_count=1)" in source
    assert "len(x) < 1" in source
    assert "None" in source
    assert s.compiled_source(s.tuple_("test-compiler/nowhere")).endswith(" is not compiled\n")


# Python nests 20 loops, 100 indentations and 200 brackets at most.
LARGE = {
    "40 loops": (nested(int, s.coll_of, 40), nested(1, lambda x: [x], 40), nested("x", lambda x: [x], 40)),
    "250 brackets": (nested(int, s.nilable, 250), 1, "x"),
    "250 expressions": (nested(int, lambda spec: s.and_(spec, int), 250), 1, "x"),
    "300 branches": (s.or_(*((f"t{i}", s.tuple_(s.or_(n={i}))) for i in range(300))), [299], [300]),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_spec_of_any_size_is_answered(name):
    spec, right, wrong = LARGE[name]
    for _ in range(3):
        assert s.valid(spec, right)
        assert not s.valid(spec, wrong)
        assert s.conform(spec, wrong) is s.INVALID
        assert s.explain_data(spec, wrong) is not None


@pytest.mark.parametrize("double", [s.tuple_, s.map_of])
def test_a_spec_that_refers_to_each_part_twice_is_compiled_in_proportion(double):
    s.def_("test-compiler/twice0", int)
    for i in range(40):  # all written out, it would be 10^12 parts
        part = f"test-compiler/twice{i}"
        s.def_(f"test-compiler/twice{i + 1}", double(part, part))
    assert s.valid("test-compiler/twice40", "x") is False
    assert len(s.compiled_source("test-compiler/twice40")) < 2_000_000


def test_a_traceback_shows_the_compiled_line():
    @s.conformer
    def interrupt(x):
        raise KeyboardInterrupt

    valid = compiled_now(s.coll_of(interrupt)).valid
    with pytest.raises(KeyboardInterrupt) as interrupted:
        valid([1])
    assert "for e1 in x[:]:" in s.compiled_source(s.coll_of(interrupt))
    shown = "".join(traceback.format_exception(interrupted.value))
    assert f'File "{valid.__code__.co_filename}", line ' in shown
    assert re.search(r"if not \(k\d+\(e1\) is not INVALID\):", shown)


@pytest.mark.parametrize("twice", [lambda p: s.or_(a=p, b=p), lambda p: s.and_(p, p)], ids=["or_", "and_"])
def test_a_name_that_is_asked_about_twice_at_each_of_forty_levels_is_answered(twice, clean_names):
    spec, right, wrong = int, 1, "x"
    for level in range(40):
        spec = s.def_(f"test-compiler/twice-{level}", twice(s.tuple_(spec)))
        right, wrong = [right], [wrong]
    for _ in range(2):  # at the second time it would be compiled
        assert s.valid(spec, right)
        assert not s.valid(spec, wrong)
        assert s.conform(spec, wrong) is s.INVALID


def test_a_spec_that_doubles_at_each_of_forty_levels_is_an_error_with_a_remedy():
    with pytest.raises(s.SpecDefinitionError, match=r"is too large; register a part .* with s\.def_"):
        nested(int, lambda spec: s.or_(a=spec, b=spec), 40)
