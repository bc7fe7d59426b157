"""Multiples of a number within bounds are drawn, or it is an error; no other number ever is."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import annotated_types as at
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s

FACTORS = {
    int: st.integers(-1000, 1000),
    float: st.sampled_from([0.1, 0.01, 0.25, 2.0, 1e-3, 3.0, 1e300, 5e-324, 7, -0.5]),
    Decimal: st.decimals(Decimal("0.001"), 50, places=3) | st.integers(1, 30),
    Fraction: st.fractions(Fraction(1, 90), 9, max_denominator=90) | st.integers(1, 30),
}


@st.composite
def multiples(draw):
    """A kind of number, a factor, and ends of a range, or None."""
    kind = draw(st.sampled_from([*FACTORS]))
    factor = draw(FACTORS[kind].filter(bool))
    ends = st.none() | st.integers(-300, 300) | FACTORS[kind]
    return kind, factor, draw(ends), draw(st.booleans()), draw(ends), draw(st.booleans())


def annotated(kind, factor, low, is_low_open, high, is_high_open):
    bounds = [] if low is None else [(at.Gt if is_low_open else at.Ge)(low)]
    bounds += [] if high is None else [(at.Lt if is_high_open else at.Le)(high)]
    spec = kind
    for bound in [*bounds, at.MultipleOf(factor)]:
        spec = Annotated[spec, bound]
    return spec


def is_within(x, factor, low, is_low_open, high, is_high_open):
    return (
        x % factor == 0
        and (low is None or (x > low if is_low_open else x >= low))
        and (high is None or (x < high if is_high_open else x <= high))
    )


@given(case=multiples())
def test_each_example_is_a_multiple_within_the_bounds_and_a_wide_range_has_some(case):
    kind, factor, low, _, high, _ = case
    try:
        examples = s.sample(annotated(*case), 8, seed=1)
    except s.GeneratorError:
        # n times the factor is no float for most n, so floats may have none.
        is_wide = kind is not float and (low is None or high is None or high - low >= 2 * abs(factor))
        assert not is_wide
    else:
        assert all(type(x) is kind and is_within(x, *case[1:]) for x in examples)


@pytest.mark.parametrize(
    ("spec", "few"),
    [
        (Annotated[Decimal, at.Ge(1), at.MultipleOf(Decimal("0.01"))], None),
        (Annotated[Decimal, at.Gt(0), at.Lt(1), at.MultipleOf(Decimal("0.5"))], {Decimal("0.5")}),
        (Annotated[float, at.Ge(1), at.Le(3), at.MultipleOf(0.1)], {1.6}),
        (Annotated[float, at.Ge(1), at.Le(2), at.MultipleOf(-0.5)], {1.0, 1.5, 2.0}),
        (Annotated[float, at.Gt(1e300), at.MultipleOf(3)], None),
        (Annotated[Fraction, at.Gt(1), at.Lt(9), at.MultipleOf(4)], {Fraction(4), Fraction(8)}),
        (Annotated[Decimal, at.Ge(0), at.Lt(1), at.MultipleOf(Decimal("0.3")), at.MultipleOf(Decimal("0.2"))],
         {Decimal(0), Decimal("0.6")}),
    ],
    ids=str,
)  # fmt: skip
def test_multiples_are_found_in_narrow_ranges_and_in_open_ones(spec, few):
    examples = s.sample(spec, 30, seed=1)
    assert all(s.valid(spec, x) for x in examples)
    assert few is None or {*examples} == few


@pytest.mark.parametrize(
    "spec",
    [
        Annotated[float, at.Ge(1.7), at.Le(1.75), at.MultipleOf(0.1)],
        Annotated[Decimal, at.Gt(0), at.Lt(Decimal("0.01")), at.MultipleOf(Decimal("0.01"))],
        Annotated[Decimal, at.Ge(10**30), at.MultipleOf(Decimal("0.01"))],  # beyond the digits of a context
    ],
    ids=str,
)
def test_a_range_without_a_multiple_is_an_error(spec):
    with pytest.raises(s.GeneratorError):
        s.sample(spec, 3, seed=1)
