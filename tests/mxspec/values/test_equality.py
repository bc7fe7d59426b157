"""Equality as clojure has it, at any depth."""

from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec import values

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


def nested(levels, x):
    for _ in range(levels):
        x = [x]
    return x


@settings(max_examples=200)
@given(st.lists(VALUES, max_size=5))
def test_numbers_are_equal_where_keys_are(xs):
    keys, numbers = [values.identity_key(x) for x in xs], values._numbers(xs)
    assert [[a == b for a in keys] for b in keys] == [[a == b for a in numbers] for b in numbers]


def test_deep_values_are_told_apart():
    distinct = s.coll_of(s.is_any, distinct=True)
    assert not s.valid(distinct, [nested(3000, 1), nested(3000, 1)])
    assert s.valid(distinct, [nested(3000, 1), nested(3000, True), nested(2999, 1)])


def test_what_contains_itself_equals_itself_alone():
    one, other = [], []
    one.append(one)
    other.append(other)
    assert values.are_distinct([one, other])
    assert not values.are_distinct([one, one])
