"""and_, or_, nilable, conformer, nonconforming."""

import pytest

import mxspec as s
from mxspec.predicates import TaggedValue

ID_OR_NAME = s.or_(id=int, name=str)
TO_INT = s.conformer(int, str)


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (s.or_(), 1, s.INVALID),
        (s.or_(("a tag", int), b=str), 1, ("a tag", 1)),
        (TO_INT, "x", s.INVALID),
        (s.conformer(lambda x: s.INVALID), 1, s.INVALID),
    ],
)
def test_conform(spec, x, conformed):
    assert s.conform(spec, x) == conformed
    assert s.valid(spec, x) == (conformed is not s.INVALID)


def test_a_tagged_value_is_a_tuple_that_counts_as_a_list():
    tagged = s.conform(ID_OR_NAME, 3)
    assert isinstance(tagged, TaggedValue)
    assert s.is_list(tagged)


def test_a_tagged_value_may_be_unformed_from_a_list():
    assert s.unform(ID_OR_NAME, ["name", "x"]) == "x"


@pytest.mark.parametrize(
    ("spec", "x", "message"),
    [
        (s.conformer(int), 3, r"conformer\(int\) has no function that unforms"),
        (ID_OR_NAME, 3, r"unforms a pair of one of the tags \['id', 'name'\] and a value, not 3"),
        (ID_OR_NAME, ("other", 3), "unforms a pair of one of the tags"),
        (ID_OR_NAME, ("id",), "unforms a pair"),
    ],
)
def test_a_value_that_can_not_be_unformed_is_an_error(spec, x, message):
    with pytest.raises(s.UnformError, match=message) as raised:
        s.unform(spec, x)
    assert raised.value.value == x


@pytest.mark.parametrize("make", [s.and_, lambda *p: s.or_(*((str(i), x) for i, x in enumerate(p)))])
def test_an_unknown_name_is_an_error_even_where_it_is_not_reached(make):
    with pytest.raises(s.UnknownSpecError, match="logic/nothing"):
        s.valid(make(s.is_none, "logic/nothing"), None)


def test_a_conformer_that_raises_explains_why():
    [problem] = s.explain_data(TO_INT, "x")["problems"]
    assert problem["reason"] == "ValueError: invalid literal for int() with base 10: 'x'"
    [problem] = s.explain_data(s.conformer(lambda x: s.INVALID), "x")["problems"]
    assert "reason" not in problem
    assert s.explain_data(TO_INT, "1") is None


def test_and_explains_the_value_conformed_by_the_previous_predicate():
    [problem] = s.explain_data(s.and_(TO_INT, lambda x: x > 3), "1")["problems"]
    assert problem["val"] == 1
    assert s.explain_data(s.and_(TO_INT, s.is_int), "1") is None


def test_or_may_have_any_number_of_branches():
    digits = s.or_(*((f"is {i}", {i}) for i in range(500)))
    for _ in range(2):  # the second time it is compiled
        assert s.conform(digits, 499) == ("is 499", 499)
        assert not s.valid(digits, 500)
