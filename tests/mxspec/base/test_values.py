"""Equality as clojure has it, at any depth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import values
from tests.mxspec.levels import nested

LEAVES = st.one_of(st.integers(-2, 2), st.booleans(), st.sampled_from([0.0, 1.0, "a", None]))
KEYS = st.sampled_from([1, 1.0, "a", True])
VALUES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3),
        st.tuples(parts, parts),
        st.dictionaries(KEYS, parts, max_size=2),
        st.frozensets(LEAVES, max_size=2),
    ),
    max_leaves=8,
)


def equal(a, b):
    """Equality as clojure has it, stated once more."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            any(equal(key, other) and equal(a[key], b[other]) for other in b) for key in a
        )
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return len(a) == len(b) and all(any(equal(x, y) for y in b) for x in a)
    return a == b and all(isinstance(a, kind) == isinstance(b, kind) for kind in (bool, float))


@settings(max_examples=200)
@given(st.lists(VALUES, max_size=5))
def test_two_values_have_one_key_just_if_they_are_equal(xs):
    keys = [values.identity_key(x) for x in xs]
    expected = [[equal(a, b) for a in xs] for b in xs]
    assert [[a == b for a in keys] for b in keys] == expected
    assert [[values.are_equal(a, b) for a in xs] for b in xs] == expected


def test_nan_is_equal_to_itself_a_list_to_a_tuple_and_arrays_are_by_their_elements():
    nan, x = float("nan"), np.array([1.0, float("nan")])
    assert values.are_equal({"a": [nan, x]}, {"a": (float("nan"), x.copy())})
    assert values.identity_key([1, (2,)]) == values.identity_key((1, [2]))
    for a, b in [({1}, [1]), (None, []), (1, True), (1, 1.0), (x, x[:1]), (x, np.array([1.0, 2.0]))]:
        assert not values.are_equal(a, b)
    assert not values.are_equal(np.zeros(2, "float32"), np.zeros(2, "int32"))


def in_list(x):
    return [x]


DISTINCT = s.coll_of(s.is_any, distinct=True)


def test_deep_values_are_told_apart():
    assert not s.valid(DISTINCT, [nested(1, in_list, 300), nested(1, in_list, 300)])
    assert s.valid(DISTINCT, [nested(1, in_list, 300), nested(True, in_list, 300), nested(1, in_list, 299)])


def own_list():
    xs = []
    xs.append(xs)
    return xs


@pytest.mark.parametrize(
    "xs", [[nested(1, in_list, 3000), nested(1, in_list, 3000)], [own_list(), own_list()]]
)
def test_endless_or_deep_values_exceed_a_limit(xs):
    for spec in (DISTINCT, DISTINCT):  # as it is, and compiled
        with pytest.raises(s.SpecError, match="nested too deeply to be compared"):
            s.valid(spec, xs)
    with pytest.raises(s.SpecError, match="nested too deeply to be compared"):
        s.explain_data(DISTINCT, xs)
