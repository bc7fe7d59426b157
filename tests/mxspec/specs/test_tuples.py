"""tuple_."""

import pytest

import mxspec as s

PAIR = s.tuple_(int, s.or_(id=int, name=str))


@pytest.mark.parametrize(
    ("x", "conformed"),
    [
        ([1, "x"], [1, ("name", "x")]),
        ([1, 2], [1, ("id", 2)]),
        ([1], s.INVALID),
        ([1, 2, 3], s.INVALID),
        (["x", 1], s.INVALID),
        ((1, 2), s.INVALID),
        ("ab", s.INVALID),
        (None, s.INVALID),
    ],
)
def test_conform(x, conformed):
    assert s.conform(PAIR, x) == conformed


def test_what_conforms_to_itself_is_not_copied_and_the_input_is_left_alone():
    x, y = [1, 2], [1, "x"]
    assert s.conform(s.tuple_(int, int), x) is x
    assert s.conform(PAIR, y) is not y
    assert y == [1, "x"]


def test_unform():
    assert s.unform(PAIR, [1, ("name", "x")]) == [1, "x"]


@pytest.mark.parametrize("x", [[1], "ab", None, (1, ("id", 2))])
def test_what_can_not_be_unformed(x):
    with pytest.raises(s.UnformError, match="unforms a list of 2, not"):
        s.unform(PAIR, x)


@pytest.mark.parametrize(
    ("x", "problems"),
    [
        ("x", [([], s.is_list, [])]),
        ([1], [([], ("count", 2), [])]),
        (["x", None], [([0], int, [0]), ([1, "id"], int, [1]), ([1, "name"], str, [1])]),
    ],
)
def test_explain(x, problems):
    found = s.explain_data(PAIR, x)["problems"]
    assert [(problem["path"], problem["pred"], problem["in"]) for problem in found] == problems


def test_an_or_pair_can_be_checked_as_a_list():
    spec = s.and_(s.or_(a=int), s.tuple_({"a"}, int))
    assert s.conform(spec, 1) == ("a", 1)


def test_a_tuple_has_a_part():
    with pytest.raises(s.SpecDefinitionError, match="tuple_ takes one pred or more"):
        s.tuple_()


def test_examples_are_lists_of_the_parts():
    assert all(s.valid(PAIR, x) and type(x) is list for x in s.sample(PAIR, 30, seed=1))


@pytest.mark.parametrize(
    ("spec", "x", "annotation"),
    [
        (s.tuple_(float, s.nilable(int)), (1.0, 2), "tuple[...]"),
        (s.tuple_(float, float), (1.0, 2.0), "tuple[float, float]"),
    ],
)
def test_a_python_tuple_is_told_of_the_spec_that_takes_it(spec, x, annotation):
    reason = f"is a tuple, which s.from_type({annotation}) takes"
    assert s.explain_data(spec, x)["problems"][0]["reason"] == reason
    assert s.explain_json(spec, x)[0]["msg"] == f"a list is required; {reason}"
    assert "reason" not in s.explain_data(spec, (1.0,))["problems"][0]
    assert s.valid(s.from_type(tuple[float, float]), (1.0, 2.0))
