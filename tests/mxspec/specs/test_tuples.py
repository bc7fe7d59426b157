"""tuple_."""

import pytest

import mxspec as s

PAIR = s.tuple_(int, s.or_(id=int, name=str))


def test_what_conforms_to_itself_is_not_copied_and_the_input_is_left_alone():
    x, y = [1, 2], [1, "x"]
    assert s.conform(s.tuple_(int, int), x) is x
    assert s.conform(PAIR, y) is not y
    assert y == [1, "x"]


@pytest.mark.parametrize("x", [[1], "ab", None, (1, ("id", 2))])
def test_what_can_not_be_unformed(x):
    with pytest.raises(s.UnformError, match="unforms a list of 2, not"):
        s.unform(PAIR, x)


def test_an_or_pair_can_be_checked_as_a_list():
    spec = s.and_(s.or_(a=int), s.tuple_({"a"}, int))
    assert s.conform(spec, 1) == ("a", 1)


def test_a_tuple_has_a_part():
    with pytest.raises(s.SpecDefinitionError, match="tuple_ takes one pred or more"):
        s.tuple_()
