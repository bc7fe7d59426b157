"""Rows of whatever type fit their contract: of numpy and of attrs, of NaN, of zones, of any depth."""

import datetime as dt
import decimal
import fractions
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.inference.columns import ROWS
from tests.mxspec.meaning import execute


def test_the_rows_of_a_data_frame_are_maps():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [i % 90 for i in range(ROWS)], "plan": ["free", "pro"] * (ROWS // 2)})
    assert s.form(s.infer(frame)) == s.form(s.infer(frame.to_dict("records")))


@pytest.mark.parametrize(
    ("rows", "of"), [(iter(range(2000)), 2000), (range(2000), 2000), (tuple([1.5] * 900), 900)]
)
def test_rows_are_anything_to_iterate_over(rows, of):
    assert s.promise(s.infer(rows)).rows == of


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    rows = [{"i": np.int64(i % 50), "f": np.float64(i), "t": np.str_("ab"[i % 2])} for i in range(ROWS)]
    contract = s.infer(rows)
    assert all(s.valid(contract, row) for row in rows)
    assert s.valid(contract, {"i": 3, "f": 3.0, "t": "a"})
    assert not s.valid(contract, {"i": np.int64(50), "f": 3.0, "t": "a"})
    assert s.form(execute(contract)) == s.form(contract)
    assert s.form(s.infer(np.arange(ROWS))) == s.form(s.infer(range(ROWS)))


def test_a_row_that_is_too_deep_is_an_error():
    row = []
    for _ in range(2000):
        row = [row]
    with pytest.raises(s.SpecError, match="deeper than Python's recursion limit"):
        s.infer([row] * 1000)


def test_objects_of_attrs_are_rows():
    attrs = pytest.importorskip("attrs")
    User = attrs.make_class("User", ["name", "age"])
    contract = s.infer([User("ab"[i % 2], i % 90) for i in range(ROWS)])
    assert s.valid(contract, User("a", 3))
    assert not s.valid(contract, User("a", 90))
    assert isinstance(s.generate(contract, seed=0), User)


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.dates())
VALUES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.lists(part, max_size=3), st.dictionaries(st.sampled_from("abc"), part, max_size=3), st.tuples(part)
    ),
    max_leaves=6,
)


@given(st.lists(VALUES, min_size=1, max_size=6), st.integers(200, 900))
@settings(max_examples=20, deadline=None)
def test_all_rows_fit_their_contract(values, n):
    drawn = random.Random(n)
    rows = [drawn.choice(values) for _ in range(n)]
    contract = s.infer(rows, refuse=0.6)
    assert all(s.valid(contract, row) for row in rows)
    assert repr(execute(contract)) == repr(contract)


MORNING = dt.datetime(2024, 1, 1, 8)
# fmt: off
MIXED = {
    "float32 and NaN": [np.float32(i / 2) if i % 7 else np.float32("nan") for i in range(900)],
    "Decimal and NaN": [decimal.Decimal(i) if i % 7 else decimal.Decimal("NaN") for i in range(900)],
    "Decimal and sNaN": [decimal.Decimal(i) if i % 7 else decimal.Decimal("sNaN") for i in range(900)],
    "Fraction and NaN": [fractions.Fraction(i, 3) if i % 7 else math.nan for i in range(900)],
    "int, float and NaN": [i if i % 7 else math.nan if i % 2 else i / 2 for i in range(900)],
    "moments with a zone and without":
        [(MORNING + dt.timedelta(hours=i)).replace(tzinfo=None if i % 7 else dt.UTC) for i in range(900)],
    "times with a zone and without":
        [dt.time(i % 24, i % 60, tzinfo=None if i % 7 else dt.UTC) for i in range(900)],
}
# fmt: on


@pytest.mark.few(4)
@pytest.mark.parametrize("name", MIXED)
def test_what_cannot_be_compared_is_a_kind_of_its_own(name):
    rows = [{"x": x} for x in MIXED[name]]
    contract = s.infer(rows, refuse=0.2)
    assert [row for row in rows if not s.valid(contract, row)] == []
    parts = [s.sketch(rows[i : i + 300], start=i) for i in (300, 0, 600)]
    assert s.form(s.infer(sum(parts), refuse=0.2)) == s.form(contract)


def test_a_column_that_grows_and_is_infinite_at_times_has_a_contract_of_its_rows():
    rows = [{"a": float(i) if i % 50 else float("inf"), "b": i} for i in range(3000)]
    contract = s.infer(rows, refuse=0.25)
    assert all(s.valid(contract, row) for row in rows)
