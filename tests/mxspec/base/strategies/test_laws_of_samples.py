"""Every sample is valid: by the table of annotated-types, and within bounds of every kind, false ones too."""

import datetime
import decimal
import enum
import fractions
from typing import Annotated, Any, Literal

import annotated_types as at
import annotated_types.test_cases as cases
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from tests.row_ids import row_id

# Of these no value is both a datetime and comparable with the bound.
IMPOSSIBLE = (datetime.date(2000, 1, 1), decimal.Decimal("1.123"))


def is_possible(annotation: Any) -> bool:
    return not any(
        type(getattr(part, "gt", None)) in map(type, IMPOSSIBLE) for part in annotation.__metadata__
    )


@pytest.mark.parametrize(
    "tp", [case.annotation for case in cases.cases() if is_possible(case.annotation)], ids=row_id
)
def test_the_table_of_annotated_types(tp):
    spec = s.from_type(tp)
    assert all(s.valid(spec, x) for x in s.sample(spec, 12, seed=0))


@pytest.mark.parametrize("case", [*cases.cases()], ids=row_id)
def test_the_table_of_annotated_types_is_answered(case):
    spec = s.from_type(case.annotation)
    valid = [
        *filter(lambda x: isinstance(x, datetime.datetime) or is_possible(case.annotation), case.valid_cases)
    ]
    assert all(s.valid(spec, x) for x in valid)
    assert not any(s.valid(spec, x) for x in case.invalid_cases)


ZERO = datetime.timedelta(0)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (datetime.timedelta, ZERO, datetime.timedelta(1)), (datetime.timedelta, ZERO, None),
        (datetime.timedelta, None, ZERO), (datetime.timedelta, ZERO, ZERO),
        (datetime.time, datetime.time(0), datetime.time(1)), (datetime.time, None, datetime.time(0)),
        (datetime.date, datetime.date.min, datetime.date.min),
        (datetime.datetime, datetime.datetime.min, None),
        (int, 0, None), (int, None, 0), (int, 0, 0), (float, 0.0, None), (float, None, 0.0),
        (float, -0.0, 0.0),
        (float, None, -0.0), (s.is_number, 0, 0), (s.is_number, 0, None), (s.is_nat_int, 0, 0),
        (decimal.Decimal, decimal.Decimal(0), decimal.Decimal(0)),
        (fractions.Fraction, fractions.Fraction(0), None),
        (str, "", None), (str, None, ""), (str, "a", "b"), (bytes, b"", b"a"), (bool, False, True),
        (list, [], [1]), (tuple, (), (1,)), (np.float32, np.float32(0), None),
    ],
    ids=row_id,
)  # fmt: skip
def test_a_range_of_every_kind_with_bounds_that_are_false(kind, low, high):
    spec = s.range_of(kind, low, high)
    assert all(s.valid(spec, x) for x in s.sample(spec, 15, seed=0))


spans = st.one_of(st.none(), st.just(ZERO), st.timedeltas(datetime.timedelta(-2), datetime.timedelta(2)))


@given(low=spans, high=spans, least=st.booleans(), most=st.booleans())
def test_bounds_of_spans_of_time(low, high, least, most):
    lower = [] if low is None else [(at.Ge if least else at.Gt)(low)]
    upper = [] if high is None else [(at.Le if most else at.Lt)(high)]
    spec = s.from_type(Annotated[datetime.timedelta, *lower, *upper, "a note"])
    try:
        several = s.sample(spec, 5, seed=0)
    except s.GeneratorError:
        assert low is not None
        assert high is not None
        step = datetime.timedelta.resolution
        assert (low if least else low + step) > (high if most else high - step)
    else:
        assert all(s.valid(spec, x) for x in several)


Size = enum.IntEnum("Size", [f"S{n}" for n in range(300)])


@pytest.mark.parametrize(
    ("tp", "least"),
    [
        (Annotated[Literal[1, 2, 3], at.Gt(2)], 3),
        (Annotated[Literal[tuple(range(500))], at.Gt(498)], 499),
        (Annotated[Size, at.Ge(300)], 300),
        (Annotated[int, s.Valid[frozenset(range(500))], at.Gt(498)], 499),
        (Annotated[int, s.Valid[s.from_type(Literal[tuple(range(500))])], at.Gt(498)], 499),
    ],
    ids=["few", "literal", "enum", "set", "spec"],
)
def test_one_member_of_many_is_found(tp, least):
    assert {int(x) for x in s.sample(s.from_type(tp), 5, seed=0)} == {least}


def test_no_member_is_an_error_that_says_so():
    with pytest.raises(s.GeneratorError, match="no member of literal"):
        s.sample(s.from_type(Annotated[Literal[1, 2], at.Gt(2)]), 1)
