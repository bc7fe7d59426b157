"""Comparisons of two values of a map: in rows, words, forms, examples, near misses, changes and frames."""

import datetime as dt
import math
import pickle
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.near.misses import near_values
from tests.row_ids import row_id

NAN = float("nan")
MOMENT = dt.datetime(2024, 2, 29, 12, 30)
LESS = "'a' less than 'b' is required"


@pytest.mark.parametrize(
    ("row", "is_less", "is_at_most"),
    [
        ({"a": 1, "b": 2}, True, True),
        ({"a": 2, "b": 2}, False, True),
        ({"a": 3, "b": 2}, False, False),
        ({"a": 2**53 + 1, "b": 2.0**53}, False, False),
        ({"a": Decimal("0.1"), "b": 0.1}, True, True),
        ({"a": np.int8(1), "b": np.float32(1.5)}, True, True),
        ({"a": "a", "b": "b"}, True, True),
        ({"a": MOMENT, "b": MOMENT + MOMENT.resolution}, True, True),
        *(({"a": 1, "b": gap}, True, True) for gap in (None, NAN, Decimal("NaN"))),
        *(({"a": gap, "b": 1}, True, True) for gap in (None, NAN, Decimal("NaN"))),
        ({"a": 1}, True, True),
        ({"b": 1}, True, True),
        ({}, True, True),
        ({"a": "1", "b": 2}, False, False),
        ({"a": MOMENT, "b": MOMENT.replace(tzinfo=dt.UTC)}, False, False),
        ({"a": MOMENT, "b": MOMENT.date()}, False, False),
        ({"a": {}, "b": {}}, False, False),
        ([1, 2], False, False),
        (None, False, False),
    ],
    ids=str,
)
def test_a_map_is_valid_if_its_values_are_in_order_or_one_is_missing(row, is_less, is_at_most):
    assert s.valid(s.less("a", "b"), row) is is_less
    assert s.valid(s.less("a", "b", or_equal=True), row) is is_at_most


def test_a_missing_value_of_pandas_is_missing():
    pd = pytest.importorskip("pandas")
    for gap in (pd.NA, pd.NaT):
        assert s.valid(s.less("a", "b"), {"a": gap, "b": 1})


@pytest.mark.parametrize("keys", [("a", "a"), ("a", None), (["a"], "b"), (1.5, "b")])
def test_the_keys_are_two_different_texts_or_ints(keys):
    with pytest.raises(s.SpecDefinitionError, match="less takes two different keys of a map, as in"):
        s.less(*keys)


STAY = s.and_({"start": dt.date, "end": s.nilable(dt.date)}, s.less("start", "end"))


def test_words_name_both_keys_and_values_that_do_not_compare():
    day = dt.date(2024, 2, 29)
    [problem] = s.explain_json(STAY, {"start": day, "end": day})
    assert (problem["type"], problem["msg"]) == ("less", "'start' less than 'end' is required")
    [problem] = s.explain_json(s.less("a", "b", or_equal=True), {"a": "x", "b": 1})
    assert problem["msg"].startswith("'a' at most 'b' is required; TypeError: '<=' not supported between")
    words = s.explain_str(STAY, {"start": day, "end": day})
    assert words.startswith("'start' less than 'end' is required, not {'end': ")
    assert words.endswith(" - failed: less('start', 'end')")
    assert s.json_schema(STAY)["description"] == "'start' less than 'end'"


@pytest.mark.parametrize("spec", [STAY, s.less("a", 1, or_equal=True)], ids=repr)
def test_it_writes_itself(spec):
    scope = {}
    exec(s.source(spec), scope)
    for again in (scope["spec"], s.from_form(s.form(spec)), pickle.loads(pickle.dumps(spec))):
        assert s.form(again) == s.form(spec)


# --- examples ---------------------------------------------------------------------------------------------

PAIRS = {
    "equal bounds": (s.int_in(0, 10), s.int_in(0, 10)),
    "the lesser one is larger": (s.int_in(100, 200), s.int_in(0, 103)),
    "one value": (s.int_in(5, 100), s.int_in(0, 7)),
    "dates and None": (dt.date, s.nilable(dt.date)),
    "floats": (s.float_in(0, 1), s.float_in(-1, 0.1)),
    "texts": (str, str),
    "any numbers": (float, int),
}


@pytest.mark.few(3)
@pytest.mark.parametrize("name", PAIRS)
def test_examples_are_in_order_without_many_draws(name):
    a, b = PAIRS[name]
    spec = s.and_({"a": a, "b": b}, s.less("a", "b"))
    rows = s.sample(spec, 300, seed=3)
    assert all(s.valid(spec, row) for row in rows)
    assert len({repr(row) for row in rows}) > (1 if name == "one value" else 3)


def test_a_comparison_may_stand_before_the_keys():
    spec = s.and_(s.less("a", "b"), {"a": s.int_in(0, 9), "b": s.int_in(0, 9), "c": str})
    assert all(s.valid(spec, row) and "c" in row for row in s.sample(spec, 50, seed=1))
    assert s.sample(s.less("a", "b"), 5, seed=1) != []


def test_json_is_read_before_it_is_compared():
    assert s.decode(STAY, {"start": "2024-02-29", "end": "2024-03-01"})["end"] == dt.date(2024, 3, 1)
    assert not s.valid(STAY, s.decode(STAY, {"start": "2024-02-29", "end": "2024-02-29"}))


@given(st.data())
def test_examples_of_several_comparisons_are_in_order(data):
    bounds = st.tuples(st.integers(-50, 50), st.integers(1, 60)).map(
        lambda ends: s.int_in(ends[0], sum(ends))
    )
    parts = {key: data.draw(bounds) for key in "abc"}
    spec = s.and_(parts, s.less("a", "b", or_equal=True), s.less("b", "c", or_equal=True))
    least = -sys.maxsize
    for part in parts.values():  # the least chain of values; beyond a bound there is no map
        least = max(least, part.start)
        if least >= part.end:
            return
    row = s.sample(spec, 1, seed=data.draw(st.integers(0, 5)))[0]
    assert s.valid(spec, row), row


def test_a_table_keeps_the_order_beside_its_terms():
    spec = s.and_({"id": s.int_in(0, 10**6), "a": s.int_in(0, 50), "b": s.int_in(0, 50)}, s.less("a", "b"))
    rows = s.sample(s.contract(spec, unique=("id",), monotone=("id",)), 200, seed=1)
    assert len({row["id"] for row in rows}) == 200
    assert all(row["a"] < row["b"] for row in rows)


# --- borders and changes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("or_equal", [False, True])
def test_near_misses_stand_at_the_border(or_equal):
    spec = s.and_({"a": s.int_in(0, 100), "b": s.int_in(0, 100)}, s.less("a", "b", or_equal=or_equal))
    sides = {}
    for miss in near_values(spec, 1000):
        row = miss.value
        if (
            isinstance(row, dict)
            and [*map(type, row.values())] == [int, int]
            and miss.border.kind == "relation"
        ):
            sides.setdefault(row["b"] - row["a"], set()).add(miss.side)
    assert {n: sides.get(n) for n in (-1, 0, 1)} == {
        -1: {"wrong"},
        0: {"right" if or_equal else "wrong"},
        1: {"right"},
    }
    report = s.check_guard(lambda row: row["a"] < row["b"] + or_equal + 1, spec)
    assert any("relation less" in str(miss) for miss in report.missed), report


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (s.less("a", "b"), s.less("a", "b", or_equal=True), "proved"),
        (s.less("a", "b"), s.less("a", "b"), "proved"),
        (s.less("a", "b", or_equal=True), s.less("a", "b"), "broken"),
        (s.less("a", "b"), s.less("b", "a"), "broken"),
        (s.less("a", "b"), s.is_dict, "proved"),
        (s.is_dict, s.less("a", "b"), "broken"),
    ],
    ids=row_id,
)
def test_a_change_is_proved_where_one_order_follows_from_the_other(old, new, verdict):
    ints = s.keys(req_un={"a": int, "b": int}, closed=True)  # whatever names other tests register
    assert s.check_compatible(s.and_(ints, old), s.and_(ints, new)).verdict == verdict


def test_a_text_is_another_key_than_the_number_that_it_writes():
    assert s.check_compatible(s.less("a", 1), s.less("a", "1")).verdict != "proved"


# --- frames -----------------------------------------------------------------------------------------------


def test_an_engine_compares_columns_and_reasons_name_the_condition():
    pl = pytest.importorskip("polars")
    spec = s.and_({"a": s.int_in(0, 100), "b": s.nilable(int), "list": s.coll_of(int)}, s.less("a", "b"))
    cells = {"a": [1, 2, 3, 200, 5, 6], "b": [2, 2, None, 1, 4, 9], "list": [[1]] * 6}
    frame = pl.DataFrame(cells)
    for each in (frame, frame.lazy()):
        fit, rest = (part.lazy().collect() for part in s.split(spec, each))
        assert fit["a"].to_list() == [1, 3, 6]
        assert rest["reason"].to_list() == [LESS, "a: an int from 0 to 99 is required", LESS]
        assert s.profile(spec, each).reasons == {
            "'a' less than 'b' is required": 2,
            "a: an int from # to # is required": 1,
        }
    assert s.frame(spec).fallbacks(frame) == {}


def test_a_value_that_conform_changes_is_compared_in_python():
    pl = pytest.importorskip("polars")
    number = s.conformer(lambda n: -n)
    spec = s.and_({"a": number, "b": number}, s.less("a", "b"))
    frame = pl.DataFrame({"a": [1, 3], "b": [2, 2]})
    assert s.split(spec, frame)[0]["a"].to_list() == [3]
    with pytest.raises(s.SpecDefinitionError, match="the frame is lazy"):
        s.split(spec, frame.lazy())


def test_a_column_named_none_is_no_comparison():
    pd = pytest.importorskip("pandas")
    names = pd.Index([None, "a", "b"], dtype=object)
    frame = pd.DataFrame([[1, 1, 2], [200, 1, 2], [3, 9, 2]], columns=names)
    spec = s.and_(s.keys(req_un={None: s.int_in(0, 100), "a": int, "b": int}), s.less("a", "b"))
    reasons = s.split(spec, frame)[1]["reason"].to_list()
    assert reasons == ["an int from 0 to 99 is required", LESS]


def test_reasons_of_many_rows_are_counted_by_the_engine():
    pl = pytest.importorskip("polars")
    rows = 30_000
    frame = pl.DataFrame({"a": range(rows), "b": [10] * rows}).with_columns(c=pl.lit(1))
    spec = s.and_({"a": s.int_in(0, 20_000), "b": int, "c": int}, s.less("a", "b"))
    for each in (frame, frame.lazy()):
        assert s.profile(spec, each).reasons == {
            "'a' less than 'b' is required": 19_990,
            "a: an int from # to # is required": 10_000,
        }


def test_what_is_less_is_less_or_equal_even_of_a_class_that_has_that_comparison_alone():
    class Ticket:
        def __lt__(self, other):
            return True

    x = {"a": Ticket(), "b": Ticket()}
    assert s.valid(s.less("a", "b"), x)
    assert s.valid(s.less("a", "b", or_equal=True), x)
    assert s.check_compatible(s.less("a", "b"), s.less("a", "b", or_equal=True)).verdict == "proved"


INTS = [0, 1, -1, 2**31 - 1, 2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**54 + 1, 2**62 + 1]
INTS += [2**63 - 1, 2**63 - 512, 2**63 - 513, -(2**63), -(2**63) + 1, -(2**53) - 1]
NEAR = {math.nextafter(float(x), end) for x in INTS for end in (float(x), math.inf, -math.inf)}
FLOATS = sorted(NEAR | {0.5, -0.5, math.inf, -math.inf, 2.0**63, -(2.0**64), 5e-324})


@pytest.mark.parametrize("or_equal", [False, True])
@pytest.mark.parametrize("keys", [("a", "b"), ("b", "a")], ids="-".join)
@pytest.mark.parametrize(("dtype", "low", "high"), [
    ("Int64", -(2**63), 2**63), ("Int32", -(2**31), 2**31), ("UInt64", 0, 2**63), ("UInt32", 0, 2**32),
])  # fmt: skip
def test_engines_compare_ints_with_floats_exactly(keys, or_equal, dtype, low, high):
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    pairs = [(x, y) for x in INTS if low <= x < high for y in FLOATS]
    spec = s.less(*keys, or_equal=or_equal)
    fitting = [i for i, (x, y) in enumerate(pairs) if s.valid(spec, {"a": x, "b": y})]
    ints = pl.Series([x for x, _ in pairs], dtype=getattr(pl, dtype))
    frame = pl.DataFrame({"i": range(len(pairs)), "a": ints, "b": [y for _, y in pairs]})
    assert fitting
    assert s.split(spec, frame)[0]["i"].to_list() == fitting
    assert s.split(spec, frame.to_arrow())[0]["i"].to_pylist() == fitting
    assert s.split(spec, frame.to_pandas())[0]["i"].tolist() == fitting
    with duckdb.connect() as connection:
        found = s.split(spec, connection.from_arrow(frame.to_arrow()))[0].fetchall()
    assert sorted(i for i, *_ in found) == fitting
