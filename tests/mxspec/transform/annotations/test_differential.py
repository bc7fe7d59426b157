"""Annotations accept what typeguard and pydantic's strict mode agree to accept."""

import typing as t

import pydantic
import pytest
import typeguard
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s

SCALARS = [int, float, complex, str, bool, bytes, None, t.Any, t.Literal[1, "a"], t.Literal[b"b", None]]

numbers = st.sampled_from([0, 1, -3, True, False, 1.5, float("inf"), 2j])
scalars = st.one_of(numbers, st.sampled_from(["", "a", b"b", b"", None]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(scalars, max_size=3),
        st.frozensets(scalars, max_size=3),
        st.dictionaries(scalars, inner, max_size=3),
    ),
    max_leaves=6,
)
hashable = st.sampled_from(SCALARS)
annotations = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        inner.map(lambda tp: list[tp]),
        hashable.map(lambda tp: set[tp]),
        hashable.map(lambda tp: frozenset[tp]),
        inner.map(lambda tp: tuple[tp, ...]),
        st.lists(inner, min_size=1, max_size=3).map(lambda tps: tuple[tuple(tps)]),
        st.tuples(hashable, inner).map(lambda tps: dict[tps]),
        st.lists(inner, min_size=1, max_size=3).map(lambda tps: t.Union[tuple(tps)]),  # noqa: UP007
    ),
    max_leaves=4,
)
near = st.tuples(annotations, st.integers(0, 2**32)).map(
    lambda pair: (pair[0], s.generate(s.from_type(pair[0]), seed=pair[1]))
)


def typeguard_accepts(tp, x):
    try:
        typeguard.check_type(x, tp, collection_check_strategy=typeguard.CollectionCheckStrategy.ALL_ITEMS)
    except typeguard.TypeCheckError:
        return False
    return True


def pydantic_accepts(tp, x):
    try:
        pydantic.TypeAdapter(tp).validate_python(x, strict=True)
    except pydantic.ValidationError:
        return False
    return True


def check_as_others(tp, x):
    accepted = typeguard_accepts(tp, x)
    if accepted == pydantic_accepts(tp, x):
        spec = s.from_type(tp)
        assert s.valid(spec, x) == accepted == (s.explain_data(spec, x) is None)


@given(annotations, values)
def test_any_value(tp, x):
    check_as_others(tp, x)


@given(near)
def test_a_value_of_the_annotation(pair):
    check_as_others(*pair)


@pytest.mark.parametrize(("tp", "x"), [(float, 1), (list[float], [1]), (dict[str, float | None], {"a": 1})])
def test_an_int_where_a_float_is_annotated(tp, x):
    assert typeguard_accepts(tp, x)
    assert pydantic_accepts(tp, x)
    check_as_others(tp, x)
