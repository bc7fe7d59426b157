"""The verdicts on a frame are those on its rows, in every library."""

import datetime as dt
import random

import hypothesis
import pytest
from hypothesis import strategies as st

import mxspec as s
from mxspec.frames.engine_patterns import shared_pattern
from mxspec.frames.frame_columns import BY_CELL, BY_ROW, BY_VALUE
from mxspec.frames.verdicts import FrameRows
from tests.mxspec.frames.random_frames import (
    PATTERNS,
    TEXTS,
    libraries,
    questions,
    table,
    verdicts_one_by_one,
)
from tests.mxspec.random_specs import specs

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pytestmark = pytest.mark.filterwarnings("ignore")  # of casts, of time zones, of lazy schemas


def check_frame(spec, frame, note):
    """The number of rows that fit, and the refused ones with their numbers, are those of the rows."""
    expected, rows = verdicts_one_by_one(spec, frame)
    asked = FrameRows(s.spec(spec), frame)
    assert asked.count() == (len(rows), sum(expected)), note
    assert asked.all_fit() is s.valid(spec, frame), note
    assert not rows or s.valid(spec, frame) is all(expected), note  # without rows the columns are asked
    numbers = [i for i, _ in asked.refused_rows()]
    assert numbers in ([i for i, fits in enumerate(expected) if not fits], [None] * expected.count(False)), (
        note
    )
    return asked


@pytest.mark.few(1)
@pytest.mark.parametrize("seed", ["a", "b"])
def test_a_frame_fits_as_its_rows_do(seed):
    pytest.importorskip("duckdb")
    for note, tbl, spec in questions(seed, 6):
        for library, frame in libraries(tbl):
            check_frame(spec, frame, (note, library))


@pytest.mark.slow
def test_many_frames_fit_as_their_rows_do():
    pytest.importorskip("duckdb")
    for note, tbl, spec in questions("slow", 200):
        for library, frame in libraries(tbl):
            check_frame(spec, frame, (note, library))


CELLS = pa.table(
    {
        "n": pa.array([0, 1, 9, 10, None, -3]),
        "x": pa.array([0.0, 0.5, 1.0, 2.0, None, float("nan")]),
        "text": pa.array(["x", "y", "", None, "p", "3"]),
        "flag": pa.array([True, False, None, True, True, False]),
        "parts": pa.array([[1], ["2"][:0], None, [3, 4], [1], [1]], pa.list_(pa.int64())),
        "row": pa.array([{"p": 1}, None, {"p": 3}, {"p": 1}, {"p": 1}, {"p": 12}]),
    }
)
FRAMES = {library: frame for library, frame in libraries(CELLS) if library in ("pandas", "polars", "pyarrow")}


NAN = float("nan")


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "spec", [{0.0, 5.0}, {-0.0, 1}, {0, 5}, {NAN, 5.0}, s.or_({0.0}, {5.0}), s.and_(float, {-0.0})]
)
@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.int64()])
def test_zeros_and_nan_are_members_of_a_set_in_a_frame_as_in_rows(spec, kind):
    values = [0.0, -0.0, 5.0, None] if kind == pa.int64() else [0.0, -0.0, 5.0, NAN, None, 7.5]
    for library, frame in libraries(pa.table({"d": pa.array(values, pa.float64()).cast(kind)})):
        check_frame(s.keys(req_un={"d": spec}), frame, library)


@hypothesis.settings(max_examples=5, deadline=None)
@hypothesis.given(specs(depth=2), st.sampled_from([*FRAMES]))
def test_random_specs_of_cells_are_asked_as_by_row(spec, library):
    for name in CELLS.column_names:
        check_frame(s.keys(opt_un={name: spec}), FRAMES[library], (name, library))


def test_an_inferred_contract_fits_the_frames_of_its_rows():
    for i in range(6):
        draw = random.Random(i)
        tbl = table(
            draw, kinds=("int64", "int8", "double", "string", "bool", "date32", "timestamp[us]", "decimal")
        )
        tbl = pa.concat_tables([tbl] * 60) if tbl.num_rows else tbl
        if tbl.num_rows < 100:
            continue
        contract = s.infer(tbl.to_pylist(), refuse=0.3, confidence=0.9)
        for library, frame in libraries(tbl):
            if library != "DuckDB":
                check_frame(contract, frame, (i, library))


LEFT = [
    # a cell of the frame, its spec, and how it is asked: None is by the engine
    ([1, 2], s.int_in(0, 9), None),
    ([1, None], s.nilable(s.int_in(0, 9)), None),
    (["a"], s.str_in(pattern=r"[a-z]\d?"), None),
    (["a"], s.str_in(pattern=r"(?=a)a"), BY_VALUE),
    (["a"], s.str_in(format="date"), None),
    (["2024-02-29T1"], s.str_in(format="datetime"), None),
    (["2024-02-29T12:30:00.1"], s.str_in(format="datetime"), BY_VALUE),
    ([b"a"], s.and_(bytes, s.is_empty), BY_CELL),
    ([[1]], s.coll_of(s.is_any, kind=list, count=2), None),
    (["a"], s.and_(str, str.islower), BY_VALUE),
    ([[1]], s.coll_of(int), None),
    ([[1]], s.coll_of(int, distinct=True), BY_CELL),
    ([{"a": 1}], s.keys(req_un={"a": int}), None),
]


@pytest.mark.parametrize(("cells", "spec", "how"), LEFT, ids=range(len(LEFT)))
def test_the_columns_that_the_engine_cannot_be_asked_about_are_named(cells, spec, how):
    frame = pl.DataFrame({"x": cells, "y": cells})
    rows = s.frame(s.keys(req_un={"x": spec, "y": s.is_any}))
    assert rows.fallbacks(frame) == ({} if how is None else {"x": how})
    assert s.valid(rows, frame) is s.valid(spec, cells[0])


def test_a_spec_of_whole_rows_is_asked_row_by_row():
    of_rows = s.frame(s.and_(s.keys(req_un={"a": int, "b": int}), lambda row: row["a"] <= row["b"]))
    frame = pl.DataFrame({"a": [1, 5], "b": [2, 3]})
    assert of_rows.fallbacks(frame) == {None: BY_ROW}
    assert not s.valid(of_rows, frame)
    assert s.valid(of_rows, frame[:1])
    assert s.valid(of_rows, frame[:1].lazy())


def test_a_row_has_no_more_columns_than_its_frame():
    closed = s.keys(req_un={"a": s.coll_of(int)}, closed=True)
    assert s.valid(s.and_(closed, lambda row: len(row) == 1), pl.DataFrame({"a": [[1], [2]]}))


WHOLE = [
    (s.int_in(0, 10), [1.0, 2.0], True),
    (s.int_in(0, 10), [1.5], False),
    (s.int_in(0, 10), [10.0], False),
    (s.int_in(0, 10), [float("inf")], False),
    (s.nilable(int), [1.0, None], True),
    (s.float_in(0, 10), [1.0, None], False),
    (s.nilable(s.float_in(0, 10)), [1.0, None], True),
    ({1, 2}, [1.0, 2.0], True),
    (s.is_even, [2.0], True),
    (s.is_even, [3.0], False),
    (s.int_in(0, 2**53 + 2), [2.0**53], True),
    (s.range_of(int, 2**53 + 1), [2.0**53], False),
]


@pytest.mark.parametrize(("spec", "cells", "fits"), WHOLE, ids=range(len(WHOLE)))
def test_a_whole_number_in_a_column_of_floats_is_an_int_too(spec, cells, fits):
    row = s.keys(req_un={"x": spec})
    for frame in (
        pd.DataFrame({"x": cells}, dtype="float64"),
        pl.DataFrame({"x": cells}, schema={"x": pl.Float64}),
    ):
        assert s.valid(row, frame) is fits
        assert (s.explain_data(row, frame) is None) is fits
        assert len(s.split(row, frame)[1]) == (
            0 if fits else len(s.explain_data(row, frame)["problems"][0]["in"]) - 1
        )
    assert not s.valid(s.keys(req_un={"x": s.int_in(0, 10)}), {"x": 1.0})  # a row is no frame


@pytest.mark.parametrize("spec", [s.nilable(s.int_in(0, 10)), s.or_(none=s.is_none, few=s.int_in(0, 10))])
def test_a_whole_number_that_is_refused_is_explained_as_an_int_beside_halves(spec):
    row = s.keys(req_un={"x": spec})
    frame = pd.DataFrame({"x": [1, None, 300, 2.5]})
    first, second = (s.explain_str(row, each) for each in ({"x": 300}, {"x": 2.5}))
    told = s.explain_str(row, frame)
    assert told.count("\n") == f"{first}\n{second}".count("\n")
    assert "300 - failed" in told
    assert "300.0" not in told


def test_nan_is_missing_in_pandas_and_a_number_in_polars():
    floats, gaps = s.keys(req_un={"x": float}), s.keys(req_un={"x": s.nilable(s.float_in(0, 1))})
    cells = {"x": [0.5, float("nan")]}
    assert [s.valid(spec, pd.DataFrame(cells)) for spec in (floats, gaps)] == [False, True]
    assert [s.valid(spec, pl.DataFrame(cells)) for spec in (floats, gaps)] == [True, False]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_bound_beyond_a_column_is_no_error(make):
    frame = (
        make({"x": [1, 2]}).astype({"x": "int8"})
        if make is pd.DataFrame
        else make({"x": [1, 2]}, schema={"x": pl.Int8})
    )
    for spec, fits in (
        (s.int_in(-(10**30), 10**30), True),
        (s.int_in(300, 10**30), False),
        (s.range_of(s.is_number, 0.5, 2.5), True),
        ({1, 2, 10**30}, True),
    ):
        assert s.valid(s.keys(req_un={"x": spec}), frame) is fits


@pytest.mark.parametrize("tp", ["int64", "uint64"])
def test_ints_of_arrow_are_asked_as_others(tp):
    cells = [0, 1, 9, 10, 2**64 - 1 if tp == "uint64" else 127]
    for library, frame in libraries(pa.table({"n": pa.array(cells, tp)})):
        for spec in (s.is_even, s.int_in(0, 2**63), {1, 9, 2**63}):
            check_frame(s.keys(req_un={"n": spec}), frame, (library, spec))


def test_zones_are_told_from_none():
    at = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    zoned = pl.DataFrame({"at": [at]}).with_columns(pl.col("at").dt.convert_time_zone("Asia/Tokyo"))
    year = at.replace(year=2025)
    fits = {"at": s.inst_in(at, year)}, {"at": s.inst_in(at.replace(tzinfo=None), year.replace(tzinfo=None))}
    assert [s.valid(s.keys(req_un=each), zoned) for each in fits] == [True, False]


def test_objects_of_pandas_are_asked_each():
    class Odd:
        __hash__ = None

    frame = pd.DataFrame({"x": pd.Series(["a"] * 200 + [1, True, 1.0, Odd()], dtype=object)})
    for spec, refused in ((str, 4), (s.is_any, 0), (s.or_(a=str, b=int), 3), ({"a", 1}, 3)):
        assert len(s.split(s.keys(req_un={"x": spec}), frame)[1]) == refused


@pytest.mark.parametrize("pattern", PATTERNS)
def test_engines_and_python_read_a_shared_pattern_alike(pattern):
    shared = shared_pattern(pattern)
    if shared is None:
        return
    expected = [s.valid(s.str_in(pattern=pattern), text) for text in TEXTS]
    assert pl.Series(TEXTS).str.contains(shared).to_list() == expected
    assert pa.compute.match_substring_regex(pa.array(TEXTS), shared).to_pylist() == expected


UNSHARED = [
    "(?i)k",
    "(a)\\1",
    "(?=a)a",
    "(?>a|ab)",
    "a++",
    "a\\b",
    "\\D+",
    "(?:a{500}){3}",
    "(?i:a)b",
    "(?<!a)b",
]


def test_the_patterns_of_free_text_are_shared():
    texts = [*TEXTS, "a", "a b", "a\nb", "é日\r\n 𝒳", " a", "a\t", "\x1c", ""]
    for pattern in ("[^\\s]([\\s\\S]*[^\\s])?", "[!-~]([\\t\\n\\r -~]*[!-~])?", "[A-Z]([\\s\\S]*[ é])?"):
        shared = shared_pattern(pattern)
        expected = [s.valid(s.str_in(pattern=pattern), text) for text in texts]
        assert pl.Series(texts).str.contains(shared).to_list() == expected
        assert pa.compute.match_substring_regex(pa.array(texts), shared).to_pylist() == expected


@pytest.mark.parametrize("pattern", UNSHARED)
def test_a_pattern_that_engines_may_read_otherwise_is_not_shared(pattern):
    assert shared_pattern(pattern) is None
