"""INVALID, what counts as a predicate, predicate specs, and the operations that everybody uses."""

import copy
import enum
import functools
import pickle
import typing

import numpy as np
import pytest
import typing_extensions

import mxspec as s
from mxspec.base import names
from mxspec.errors import LimitError
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import START, Question
from mxspec.specs.core.spec import Predicate
from tests.row_ids import row_id


class Color(enum.Enum):
    RED = 1
    GREEN = 2


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), lambda x: type(x)()],
    ids=["copy", "deepcopy", "pickle", "type"],
)
def test_there_is_one_invalid(again):
    assert again(s.INVALID) is s.INVALID


def test_the_truth_value_of_invalid_is_an_error_with_a_remedy():
    with pytest.raises(TypeError, match=r"compare with 'is INVALID' or ask s.is_invalid"):
        bool(s.INVALID)
    assert repr(s.INVALID) == "INVALID"


@pytest.mark.parametrize("x", [0, None, False, "", [], "INVALID"])
def test_nothing_else_is_invalid(x):
    assert not s.is_invalid(x)
    assert s.is_invalid(s.INVALID)


@pytest.mark.parametrize(
    ("pred", "accepted", "refused"),
    [
        (int, [0, 10**30], [True, 1.0, "1"]),
        (float, [0.5], [1, "0.5", True]),
        (bool, [True, False], [0, None]),
        (str, ["x"], [b"x", None]),
        (list, [[1]], [(1,), None]),
        (Color, [Color.RED], [1, "RED", None]),
        (Exception, [ValueError("x")], ["x"]),
        ({1, "a", None, False}, [1, "a"], [1.0, True, None, False, "b", [1]]),
        (frozenset({1.0}), [1.0], [1, 2]),
        ({(1, 2)}, [(1, 2)], [(1.0, 2), (True, 2), [1, 2]]),
        (set(), [], [1, None]),
        (str.isdigit, ["1"], ["x", 1, None]),
        (functools.partial(max, 0), [1], [0, "x"]),
        (lambda x: [x] if x else None, [1], [0]),
    ],
    ids=row_id,
)
def test_a_predicate_is_a_callable_a_type_or_a_set(pred, accepted, refused):
    for x in accepted:
        assert s.conform(pred, x) is x
        assert s.explain_data(pred, x) is None
    for x in refused:
        assert s.conform(pred, x) is s.INVALID
        assert s.explain_data(pred, x)["problems"][0]["pred"] is pred


@pytest.mark.parametrize(
    "members", [{True, False}, {None, 1}, {None, False, "a"}, {False}, {0, 1}, {2}], ids=row_id
)
def test_an_error_of_a_set_says_that_it_never_accepts_its_none_and_false(members):
    for x in (None, False):
        (problem,) = s.explain_data(members, x)["problems"]
        is_member = any(each is x for each in members)
        assert ("a set accepts neither None nor False" in problem.get("reason", "")) is is_member
        (error,) = s.explain_json(members, x)
        words = error["msg"].partition(" is required")[0]
        assert not {"None", "False"} & set(words.replace(",", "").split())
        assert x not in [each for each in s.json_schema(members).get("enum", []) if type(each) is type(x)]


@pytest.mark.parametrize("pred", [1, {"a": 1}, 1.5], ids=row_id)
def test_other_values_are_not_predicates(pred):
    with pytest.raises(
        s.SpecDefinitionError, match="is not a predicate; give a callable, a type, a set, a spec or"
    ):
        s.nilable(pred)


Alias = typing_extensions.TypeAliasType("Alias", int)
UserId = typing.NewType("UserId", int)
Free = typing.TypeVar("Free")


class Movie(typing.TypedDict):
    title: str


ANNOTATIONS = [
    list[int], int | str, typing.Any, typing.Never, typing.NoReturn, typing.Self, Free, UserId, Alias,
]  # fmt: skip
ANNOTATIONS += [typing.LiteralString, typing.Optional, typing.Literal[1], typing.List, Movie]  # noqa: UP006


def form_or_error(make, annotation):
    try:
        return s.form(make(annotation))
    except s.SpecDefinitionError as error:
        return str(error)


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=row_id)
def test_a_type_annotation_is_no_predicate_but_what_from_type_reads(annotation):
    with pytest.raises(s.SpecDefinitionError, match=r"is a type annotation, .*; say s.from_type\(.*\)"):
        Predicate(annotation)
    expected = form_or_error(s.from_type, annotation)
    assert form_or_error(s.spec, annotation) == expected
    assert form_or_error(lambda tp: s.nilable(tp).pred, annotation) == expected


class Unchecked(typing.Protocol):
    def close(self): ...


def test_a_protocol_has_to_be_runtime_checkable():
    with pytest.raises(s.SpecDefinitionError, match=r"put @typing\.runtime_checkable before it"):
        s.valid(Unchecked, 1)
    assert s.valid(typing.SupportsIndex, 1)


class Moody(type):
    def __instancecheck__(cls, x):
        raise OSError("not today")


def test_a_class_whose_check_raises_anything_else_refuses_with_the_reason():
    assert "OSError: not today" in s.explain_str(Moody("C", (), {}), 1)


@pytest.mark.parametrize(
    ("pred", "x", "reason"),
    [
        (lambda x: x > 3, "a", "TypeError: '>' not supported between instances of 'str' and 'int'"),
        (lambda x: x["k"], {}, "KeyError: 'k'"),
        (lambda x: x > 3, np.zeros(2), "ValueError: The truth value of an array with more than one element"),
        (lambda x: 1 / x, 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_predicate_that_raises_is_a_failed_one_with_the_reason(pred, x, reason):
    assert s.conform(pred, x) is s.INVALID
    assert s.explain_data(pred, x)["problems"][0]["reason"].startswith(reason)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_goes_through(interruption):
    def interrupted(x):
        raise interruption

    with pytest.raises(interruption):
        s.valid(interrupted, 1)


def test_the_base_spec_answers_nothing():
    spec, question = s.Spec(), Question(names.current)
    for ask in (lambda: spec.conform(1, question), lambda: spec.explain(1, START, question)):
        with pytest.raises(NotImplementedError):
            ask()
    assert spec.strategy(Context(names.current)) is None
    assert spec.form() is spec
    assert list(spec.parts()) == []


def test_a_spec_is_immutable():
    with pytest.raises(AttributeError):
        s.nilable(int).pred = str


def endless(x):
    return endless(x)


@pytest.mark.parametrize(
    "spec", [endless, s.conformer(endless), s.nilable(endless), s.coll_of(endless)], ids=row_id
)
def test_a_predicate_that_goes_too_deep_refuses(spec):
    x = [1] if s.is_spec(spec) and "coll_of" in repr(spec) else 1
    assert not s.valid(spec, x)
    assert s.conform(spec, x) is s.INVALID
    assert s.explain_data(spec, x)["problems"][0]["reason"] == "nested too deeply"


NESTED = {
    "and_": lambda inner: s.and_(inner),
    "or_": lambda inner: s.or_(a=inner),
    "nilable": lambda inner: s.nilable(inner),
    "coll_of": lambda inner: s.coll_of(inner),
    "merge": lambda inner: s.merge(inner),
    "cat": lambda inner: s.spec(s.cat(a=inner)),
    "star": lambda inner: s.star(inner),
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_spec_that_is_nested_too_deeply_says_so(kind):
    spec = int
    for _ in range(2000):
        spec = NESTED[kind](spec)
    assert repr(spec).endswith("that is nested too deeply>")
    assert {spec: 1}[spec] == 1
    for ask in (s.form, s.describe, s.generate):
        with pytest.raises(s.SpecError, match="recursion limit of"):
            ask(spec)


@pytest.mark.parametrize("kind", ["and_", "or_", "nilable", "cat"])
def test_a_spec_that_is_nested_deeper_than_the_stack_is_an_error_that_says_how_deep(kind):
    spec, x = int, 1
    for _ in range(2000):
        spec, x = NESTED[kind](spec), [x] if kind == "cat" else x
    for _ in range(2):  # the second time it is compiled, where it can be
        for ask in (s.valid, s.conform, s.explain_data):
            with pytest.raises(LimitError, match=r"nested too deeply: .* [\d,]+ specs deep"):
                ask(spec, x)


@pytest.mark.parametrize("kind", ["and_", "or_", "nilable", "coll_of", "cat"])
def test_a_hundred_specs_within_each_other_are_answered(kind):
    spec, x = int, 1
    for _ in range(100):
        spec, x = NESTED[kind](spec), [x] if kind in ("cat", "coll_of") else x
    for _ in range(2):
        assert s.valid(spec, x)
        assert s.explain_data(spec, x) is None
        assert not s.valid(spec, {"x": 1})
        assert s.explain_data(spec, {"x": 1})


# --- operations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "is_spec", "is_regex"),
    [
        (s.spec(int), True, False),
        (s.nilable(int), True, False),
        (s.star(int), False, True),
        (s.spec(s.star(int)), True, False),
        (int, False, False),
        ("api/int", False, False),
        (None, False, False),
    ],
    ids=repr,
)
def test_specs_and_regexes_are_told_apart(x, is_spec, is_regex):
    assert (s.is_spec(x), s.is_regex(x)) == (is_spec, is_regex)


def test_a_name_given_to_spec_stays_its_name():
    s.def_("api/int", int)
    assert s.spec("api/int").name == "api/int"
    s.def_("api/ints", s.star(int))
    wrapped = s.spec("api/ints")
    assert wrapped.name == "api/ints"
    assert s.conform(s.cat(a=wrapped, b=int), [[1, 2], 3]) == {"a": [1, 2], "b": 3}


def test_with_gen_leaves_the_original_and_its_name_alone():
    s.def_("api/int", int)
    made = s.with_gen("api/int", lambda: s.gen({5}))
    assert made.name is None
    assert s.generate(made) == 5
    assert s.get_spec("api/int").gen_fn is None


def test_a_function_that_recurses_too_deep_can_not_unform():
    def endless(x):
        return endless(x)

    with pytest.raises(s.UnformError, match="nested too deeply"):
        s.unform(s.conformer(abs, endless), 1)
