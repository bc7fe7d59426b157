"""Whatever comes in, valid, conform and explain answer: they do not raise, hang or change anything."""

import contextlib
import copy
import json
import re

import hypothesis
import pytest
from hypothesis import strategies as st

import mxspec as s
from mxspec.errors import LimitError
from tests.mxspec.any_values import SPECS, VALUES, HostileList, Letter, Number, WordlessStr
from tests.mxspec.random_specs import Anything, specs
from tests.mxspec.random_values import same

LIMIT = "the limit"


def answer(ask, spec, x):
    """The answer of a question, or LIMIT where a limit was reached, which the error names."""
    try:
        return ask(spec, x)
    except LimitError as error:
        names_limit = re.search("nested too deeply|the value contains itself", str(error))
        return LIMIT if names_limit else error


@pytest.mark.parametrize("name", VALUES)
def test_every_spec_answers(name):
    x = VALUES[name]
    for spec in SPECS:
        valid = answer(s.valid, spec, x)
        assert valid == LIMIT or isinstance(valid, bool)
        conformed = answer(s.conform, spec, x)
        explained = answer(s.explain_data, spec, x)
        if valid == LIMIT:
            assert (conformed, explained) == (LIMIT, LIMIT)
            continue
        assert (conformed is not s.INVALID) == valid
        # What bare preds of a merge and the sample that every takes leave open is no matter here.
        assert (explained is None) == valid
        words = s.explain_str(spec, x)
        assert isinstance(words, str)
        assert len(words) < 200_000


@pytest.mark.parametrize(
    ("spec", "name", "reason"),
    [
        (s.coll_of(int), "hostile list", "RuntimeError: no"),
        (s.keys(req_un=["any/int"]), "hostile dict", "RuntimeError: no"),
        (s.star(int), "hostile list", "RuntimeError: no"),
        (s.tuple_(int), "hostile", "RuntimeError: class"),
        (s.int_in(0, 3), "hostile", "RuntimeError: class"),
        (int, "hostile", "RuntimeError: class"),
    ],
)
def test_the_error_raised_by_a_value_is_the_reason(spec, name, reason):
    [problem] = s.explain_data(spec, VALUES[name])["problems"]
    assert problem["reason"] == reason


def test_the_branch_after_a_hostile_one_is_tried():
    assert s.conform(s.or_(numbers=s.coll_of(int), other=s.is_any), HostileList([1]))[0] == "other"


def test_iterators_are_not_used_up():
    numbers = iter([1, 2, 3])
    for spec in SPECS:
        s.explain_data(spec, numbers)
    # A predicate or conformer of the user may use it up; the specs themselves do not.
    for spec in (s.coll_of(int, kind=s.is_any), s.every(int, kind=s.is_any), s.star(int), s.map_of(int, int)):
        numbers = iter([1, 2, 3])
        assert not s.valid(spec, numbers)
        assert s.explain_data(spec, numbers) is not None
        assert list(numbers) == [1, 2, 3]


# --- random specs -------------------------------------------------------------------------------------------

# Names of values, since Hypothesis looks into what it draws.
drawn_names = st.recursive(
    st.sampled_from([name for name in VALUES if "deep" not in name and name != "generator"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["kind", "a", "law/a", "key", "member"]), inner, max_size=3),
    ),
    max_leaves=4,
)
KEYS = {"key": WordlessStr("b"), "member": Number.ONE}


def built(names):
    """The value of names, or of a list, a tuple or a dict of names."""
    if isinstance(names, str):
        return VALUES[names]
    if isinstance(names, dict):
        return {KEYS.get(key, key): built(name) for key, name in names.items()}
    return type(names)(map(built, names))


def answers_alike(spec, x):
    valid = answer(s.valid, spec, x)
    for _ in range(2):  # the second time it is compiled
        assert answer(s.valid, spec, x) is valid
        conformed, explained = answer(s.conform, spec, x), answer(s.explain_data, spec, x)
        if valid == LIMIT:
            assert (conformed, explained) == (LIMIT, LIMIT)
            return
        assert (conformed is not s.INVALID) == valid
        if explained == LIMIT:  # it follows each branch, also of a union that refers to itself
            return
        assert (explained is None) == valid
        assert isinstance(s.explain_str(spec, x), str)
    assert (json.loads(json.dumps(s.explain_json(spec, x), allow_nan=False)) == []) == valid
    unform_or_refuse(spec, x)


def unform_or_refuse(spec, x):
    with contextlib.suppress(s.SpecError):
        s.unform(spec, x)


def run(examples):
    @hypothesis.settings(
        max_examples=examples, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(specs(Anything), drawn_names)
    def check(spec, names):
        answers_alike(spec, built(names))

    check()


def test_random_specs_answer_any_value():
    run(100)


@pytest.mark.stress
def test_many_random_specs_answer_any_value():
    run(20_000)


@pytest.mark.parametrize("name", ["no words", "str without words", "long int", "odd class", "member"])
def test_unform_refuses_values_it_can_not_invert(name):
    x = VALUES[name]
    for spec in SPECS:
        unform_or_refuse(spec, x)


# --- what a spec is made of ---------------------------------------------------------------------------------


class Injected(str):
    """Would be code, if what it says of itself went into source."""

    def __repr__(self):
        return "0)) or __import__('os').abort() or ((0"

    __str__ = __repr__

    def __format__(self, spec):
        return repr(self)


class InjectedInt(int):
    __repr__ = Injected.__repr__
    __str__ = Injected.__repr__
    __format__ = Injected.__format__


class InjectedCall:
    def __call__(self, x):
        return True

    def __repr__(self):
        return "\n    import os; os.abort()\r\x00\ud800\u2028"


@pytest.mark.parametrize(
    "spec",
    [
        s.or_((Injected("a"), int), (Letter.A, str)), s.cat((Injected("a"), int)),
        s.star(s.alt((Injected("a"), int), ("b", str))),
        s.keys(req=[Injected("any/int")], opt_un=[Injected("any/int")]),
        s.keys(req=[s.or_keys(Injected("any/int"), Injected("any/x"))]),
        s.int_in(InjectedInt(0), InjectedInt(5)), s.int_in(Number.ONE, 5),
        s.coll_of(int, min_count=InjectedInt(1), max_count=InjectedInt(2)),
        s.coll_of(int, count=InjectedInt(1)), s.spec({Injected("a"), InjectedInt(3)}),
        s.coll_of(InjectedCall()), s.spec(InjectedCall()), s.tuple_(Injected("any/int")),
        s.multi_spec(Injected("kind"), {Injected("a"): int}),
    ],
)  # fmt: skip
def test_nothing_in_a_spec_puts_code_into_its_source(spec):
    source = s.compiled_source(spec)
    compile(source, "source", "exec")
    assert "abort" not in "".join(line.partition("#")[0] for line in source.splitlines())
    for x in (1, "a", [1], {"any/int": 1}, {"int": 1}, ["b"], None):
        answers_alike(spec, x)


def test_a_list_that_a_predicate_adds_to_is_walked_once():
    seen = []

    def adds(element):
        seen.append(element)
        growing.append(element)
        return True

    for spec in (
        s.coll_of(adds),
        s.star(adds),
        s.every(adds),
        s.coll_of(s.or_(a=adds)),
        s.coll_of(s.nilable(adds)),
    ):
        for _ in range(3):
            growing = [1, 2, 3]
            s.valid(spec, growing)
            s.conform(spec, growing)
            s.explain_data(spec, growing)
    assert len(seen) < 2000


def test_the_value_is_left_as_it_was():
    for spec in SPECS:
        for x in ([1, "x", {"a": [1]}], {"a": 1, "any/int": 2, "kind": "a"}, {1, 2}, ("a", [1])):
            before = copy.deepcopy(x)
            if spec is not len:
                s.conform(spec, x)
                s.explain_data(spec, x)
            assert same(x, before)
