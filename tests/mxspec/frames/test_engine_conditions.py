"""The law of engines: each condition of each type has the verdict of a row, on every engine, at its edges."""

import ast
import datetime as dt
import functools
import gc
import itertools
import operator
import random
import re
import uuid
import warnings
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import formats
from mxspec.base.formats import has_format
from mxspec.base.predicate_rows import ROWS, is_in_zone, is_multiple
from mxspec.frames.engine_formats import patterns_of_format
from mxspec.frames.engines import ENGINES as ROWS_OF_ENGINES
from mxspec.frames.named_frames import frame_of, rows_of_frame
from mxspec.frames.verdicts import FrameRows
from tests.mxspec.frames.frames_of_tables import (
    ABSENT,
    FRAMES,
    in_duckdb,
    in_ibis,
    in_lazy_polars,
    in_pandas,
    in_polars,
    in_pyarrow,
)
from tests.mxspec.frames.random_frames import fits_one_by_one
from tests.mxspec.frames.test_engines import in_dask, in_spark  # noqa: F401
from tests.suites import rows_by_suite

pa = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.filterwarnings("ignore")

UTC = dt.UTC
NOON = dt.datetime(2024, 2, 29, 12, 30)
# fmt: off
EDGES_OF_TIME = [NOON, NOON + dt.timedelta(microseconds=1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999)]
DATES = ["2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29", "0001-01-01", "0000-01-01", "20240229",
         "2024-2-29", "2024-02-29\n", "2024-13-01", "2024-W09-4", "٢٠٢٤-02-29"]
MOMENTS = ["2024-02-29T12:30", "2024-02-29 12:30:00", "2024-02-29T12:30:00.000", "2024-02-29T12:30:00.000001",
           "2024-02-29T12:30Z", "2024-02-29T12:30+02:00", "2024-02-29T24:00", "2024-W09-4T12:30",
           "2024-02-29T12:30:00.1", "2024-02-29T1230", "2024-02-29"]
NUMBERS = [
    "0",
    "-0",
    "1.50",
    "007",
    "+1",
    ".5",
    "5.",
    "1e3",
    "1e999",
    "nan",
    "١",
    "1 ",
    "9" * 40,
    "1_0",
    "2.0",
]
MAILS = ["a@b.org", "a.b+c@x-y.co.uk", "a@b", "@b.org", "a@b.org ", "ä@b.org", "a@-b.org", "A@B.ORG",
    "a@b..org",
         "a" * 64 + "@b.org", "a" * 65 + "@b.org"]
URLS = ["http://a.b/c?d#e", "https://x", "ftp://a.b", "http://", "http://a b", "http://a:80", "http://ä.de"]
MACHINES = ["10.0.0.1", "256.0.0.1", "01.0.0.1", "1.2.3", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
            "::ffff:1.2.3.4", "fe80::1%e", ":::", "1::2::3", "12345::"]
UUIDS = [str(uuid.UUID(int=7**40)), str(uuid.UUID(int=0)).upper(), "x" * 36, uuid.UUID(int=1).hex]
OTHERS = ["", "a", "b", "aa", "é", "e\u0301", "𝒳", "K", "ſ", "\x00", "a/b", "x y", "a\u2028b", "29/02/2024",
          "30/02/2024", "29/2/2024", "Σ", "x" * 300, "\U0010ffff", "\uffff"]

# The type of Arrow and the values of each column; each has a missing cell too.
COLUMNS = {
    "int8": ("int8", [0, 1, -1, 2, 9, 127, -128]),
    "int64": ("int64", [0, 1, -1, 2, 9, 10, 2**53 + 1, 2**63 - 1, -(2**63)]),
    "uint64": ("uint64", [0, 1, 2, 10, 2**63, 2**64 - 1]),
    "double": ("float64", [0.0, -0.0, 0.5, 1.0, 2.0, -3.0, 1e16, 5e-324, 2.0**63]),
    "wild double": ("float64", [0.0, 1.5, float("inf"), float("-inf"), float("nan")]),
    "float": ("float32", [0.0, 0.1, 1.0, 16777216.0]),
    "decimal": (pa.decimal128(10, 2), [*map(Decimal, ("1.50", "2.00", "-0.01", "0.00", "99999999.99"))]),
    "wide decimal": (pa.decimal128(38, 0), [*map(Decimal, ("0", "1", "9" * 38, "-" + "9" * 38))]),
    "bool": ("bool", [True, False]),
    "date": ("date32", [dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date(1960, 5, 5), dt.date(9999, 12,
        31)]),
    **{f"moment {unit}": (pa.timestamp(unit), [x.replace(microsecond=0), x, dt.datetime(2262, 1, 1)])
       for unit, x in (("s", NOON), ("ms", NOON), ("us", EDGES_OF_TIME[1]), ("ns", EDGES_OF_TIME[2]))},
    **{f"moment in {zone}": (pa.timestamp("us", zone), [x.replace(tzinfo=UTC) for x in EDGES_OF_TIME])
       for zone in ("UTC", "Europe/Berlin")},
    "time": (pa.time64("us"), [dt.time(0), dt.time(10, 30), dt.time(10, 30, 0, 1), dt.time.max]),
    **{f"duration {unit}": (pa.duration(unit), [dt.timedelta(0), dt.timedelta(days=1),
        dt.timedelta(days=-1), own])
       for unit, own in (("s", dt.timedelta(seconds=1)), ("ms", dt.timedelta(milliseconds=-1)),
                         ("us", dt.timedelta(microseconds=-1)), ("ns", dt.timedelta(microseconds=1)))},
    "bytes": ("binary", [b"", b"a", b"ab", b"\xff"]),
    **{f"texts of {name}": ("string", texts) for name, texts in {
        "dates": DATES, "moments": MOMENTS, "numbers": NUMBERS, "mails": MAILS + URLS,
            "machines": MACHINES + UUIDS,
        "others": OTHERS}.items()},
    "list": (pa.list_(pa.int64()), [[], [1], [1, 2], [2, 1], [None], [1, 1], [300]]),
    "list of texts": (pa.list_(pa.string()), [[], ["a"], ["a", None], ["b", "a"]]),
    "array": (pa.list_(pa.int64(), 2), [[1, 2], [None, 2]]),
    "struct": (pa.struct({"a": pa.int64(), "b": pa.string()}),
               [{"a": 1, "b": "x"}, {"a": None, "b": "x"}, {"a": 12, "b": None}]),
    "struct of floats": (pa.struct({"a": pa.float64()}), [{"a": 1.0}, {"a": 0.5}, {"a": None}]),
    "struct in a struct": (pa.struct({"a": pa.struct({"b": pa.bool_()})}), [{"a": {"b": True}}, {"a": None}]),
    "null": ("null", []),
}

LIMITS = [
    0, 1, 2, -1, 9, 127, 128, 2**53 + 1, 2**63, 2**64 - 1, -(2**70), 10**400, 0.5, 1.0, 0.1, 1e308,
        float("inf"),
    Decimal("1.5"), Decimal("1.499"), Decimal("-0.01"), Decimal("1e60"), dt.date(2024, 2, 29), dt.date(1, 1,
        1),
    *EDGES_OF_TIME, dt.datetime.max, dt.datetime.min, NOON.replace(tzinfo=UTC),
    EDGES_OF_TIME[2].replace(tzinfo=dt.timezone(dt.timedelta(hours=5))), dt.time(10, 30), dt.time.max,
        dt.time(0),
    dt.time(10, 30, tzinfo=UTC), dt.timedelta(0), dt.timedelta(days=1), dt.timedelta(microseconds=-1),
    dt.timedelta.max, dt.timedelta(microseconds=1500), "", "a", "b", "é", "\U0010ffff", b"", b"a", b"\xff",
]
# fmt: on
FORMATS = [*formats.FORMATS, "%d/%m/%Y", "%-d/%-m/%Y", "%b %Y"]
ENDS = [
    {"format": "date", "least": "1900-01-01", "most": "2024-02-29"},
    {"format": "datetime", "least": "2024-02-29T12:30", "most": "2024-02-29 12:30:00"},
    {"format": "datetime", "least": "2024-02-29T12:30+00:00"},
    {"format": "number", "least": "0", "most": "1.5"},
    {"format": "number", "least": "-1e3"},
    {"format": "%d/%m/%Y", "most": "29/02/2024"},
]
KINDS = [
    int,
    float,
    str,
    bool,
    bytes,
    list,
    dict,
    tuple,
    object,
    Decimal,
    dt.date,
    dt.datetime,
    dt.time,
    dt.timedelta,
]


def conditions():
    """All conditions, by their words."""
    own = [*KINDS, *(pred for pred in ROWS if not isinstance(pred, type))]
    for limit in LIMITS:
        own += [s.spec(functools.partial(test, limit)) for test in (operator.le, operator.lt, operator.ge)]
        own.append({limit})
    own += [
        {*LIMITS[:12]},
        {*map(str, range(3)), "a", 1},
        set(),
        {Decimal("1.50"), dt.time(10, 30), NOON, b"a"},
    ]
    own += [s.str_in(format=name) for name in FORMATS] + [s.str_in(**ends) for ends in ENDS]
    own += [
        s.str_in(1, 2),
        s.str_in(pattern="[a-z]+"),
        s.str_in(pattern=r"(?=a)\w+"),
        s.str_in(0, 9, pattern=r"\S*"),
    ]
    own += [s.spec(functools.partial(is_multiple, 2)), s.spec(functools.partial(is_multiple, 0.5))]
    own += [s.spec(functools.partial(is_in_zone, zone)) for zone in (None, ..., "UTC", "Europe/Berlin", UTC)]
    own += [
        s.coll_of(int, kind=list),
        s.coll_of(s.is_any, kind=list, min_count=1, max_count=2),
        s.every(s.int_in(0, 9)),
    ]
    own += [
        s.coll_of(s.nilable(str), count=2),
        s.coll_of(int, distinct=True),
        s.coll_of(s.is_any, kind=list, count=2),
    ]
    own += [
        s.keys(req_un={"a": int}),
        s.keys(req_un={"a": s.nilable(s.int_in(0, 9)), "b": s.nilable(s.str_in(1, 2))}),
    ]
    own += [
        s.keys(opt_un={"a": float}),
        s.keys(req_un={"gone": int}),
        s.keys(opt_un={"a": s.is_any}, closed=True),
    ]
    own += [s.keys(req_un={"a": s.nilable(s.keys(req_un={"b": s.is_true}))}), s.map_of(str, s.is_any)]
    own += [s.and_(s.str_in(1, 9), str.islower), s.or_(a=s.int_in(0, 2), b=s.str_in(format="uuid"), c=bool)]
    own += [
        s.or_({0.0}, {5.0, "a"}),
        s.or_(s.int_in(0, 2), s.str_in(1, 2)),
        s.or_({0}, s.and_(float, lambda x: x < 2)),
    ]
    own += [s.nilable(s.str_in(format="number")), s.and_(s.is_number, lambda x: x > 0)]
    return own


ENGINES = [*FRAMES.values()]
QUICK = [make for make in ENGINES if make is not in_ibis]


def check_conditions(make, names, some=None, draw=None):
    """Ask conditions of the columns of an engine, and of their rows; return their number."""
    asked, differ = 0, []
    for name in names:
        tp, values = COLUMNS[name]
        tp = getattr(pa, tp)() if isinstance(tp, str) and tp != "bool" else pa.bool_() if tp == "bool" else tp
        frame = make(pa.table({"x": pa.array([*values, None, *values[:1]], tp)}))
        read = frame_of(frame)
        rows = [*rows_of_frame(read)]
        floats = ["x"] if read.schema["x"].is_float() else []
        for spec in conditions() if some is None else draw.sample(conditions(), some):
            for own in (spec,) if asked % 4 else (s.nilable(spec),):
                part = s.keys(req_un={"x": own})
                wanted = [row for row in rows if fits_one_by_one(part, row, floats)]
                asked += 1
                try:
                    of_frame = FrameRows(part, frame)
                    counts = len(rows), len(wanted)
                    count = counts if asked % 8 else of_frame.count()
                    fit = [*rows_of_frame(of_frame.table.of(of_frame.frame.filter(of_frame.fitting())))]
                except Exception as error:
                    differ.append((name, own, f"{type(error).__name__}: {str(error)[:200]}"))
                    continue
                if count != counts or texts_of(fit) != texts_of(wanted):
                    differ.append((name, own, fit, wanted))
    assert not differ, f"{len(differ)} of {asked} differ: {differ[:5]}"
    return asked


def texts_of(rows):
    """The cells as sorted texts; without a missing cell, pandas has floats for ints no more."""
    cells = [row["x"] for row in rows]
    return sorted(repr(int(x) if isinstance(x, float) and x.is_integer() else x) for x in cells)


def columns_of(make):
    return [name for name in COLUMNS if name not in ABSENT.get(make.__name__, ())]


@pytest.mark.parametrize("make", QUICK)
def test_some_conditions_are_asked_of_each_engine_as_of_rows(make):
    draw = random.Random(make.__name__)
    check_conditions(make, draw.sample(columns_of(make), 6), 4, draw)


@pytest.mark.slow
@pytest.mark.parametrize("make", ENGINES)
def test_more_conditions_are_asked_of_each_column_of_each_engine_as_of_rows(make):
    check_conditions(make, columns_of(make), 20, random.Random(make.__name__))


@pytest.mark.stress
@pytest.mark.parametrize("make", ENGINES)
def test_all_conditions_are_asked_of_each_engine_as_of_rows(make):
    assert check_conditions(make, columns_of(make)) > 5_000


@pytest.mark.parametrize("count", rows_by_suite(slow=[4], stress=[12]))
def test_some_conditions_are_asked_of_dask_as_of_rows(in_dask, count):  # noqa: F811
    draw = random.Random(0)
    names = [
        "int64",
        "double",
        "wild double",
        "bool",
        "texts of dates",
        "texts of numbers",
        "texts of others",
    ]
    check_conditions(in_dask, names, count, draw)


@pytest.mark.slow
def test_some_conditions_are_asked_of_spark_as_of_rows(in_spark):  # noqa: F811
    draw = random.Random(0)
    names = ["int64", "double", "wild double", "bool", "date", "texts of dates", "texts of moments"]
    names += ["texts of numbers", "texts of machines", "decimal", "list", "struct", "moment us"]
    check_conditions(in_spark, names, 2, draw)


# --- two columns -------------------------------------------------------------------------------------------

PAIRED = [
    *("int64", "int8", "uint64", "double", "wild double", "float", "bool", "decimal", "date", "time"),
    *("texts of others", "moment s", "moment us", "moment ns", "moment in UTC", "moment in Europe/Berlin"),
    *("bytes", "duration us", "duration ns", "list", "struct"),
]  # fmt: skip
ENDS_OF_INTS = [2**53 + 1, 2**63 - 1, -(2**63), 2**53, -(2**53) - 1]
ENDS_OF_FLOATS = [2.0**53, 2.0**63, -(2.0**63), 2.0**53 + 2, -0.0, float("inf"), 1.5]


def cells_of(name):
    """The type of a column, and its cells, with the ends at which floats and ints part."""
    tp, values = COLUMNS[name]
    tp = (pa.bool_() if tp == "bool" else getattr(pa, tp)()) if isinstance(tp, str) else tp
    more = {"int64": ENDS_OF_INTS, "double": ENDS_OF_FLOATS}.get(name, [])
    return tp, [*values[:8], *more, None]


def check_comparisons(make, pairs):
    """Compare two columns of an engine, and of their rows, in each way; return the number of questions."""
    asked, differ = 0, []
    for name, other in pairs:
        (tp, values), (other_tp, others) = cells_of(name), cells_of(other)
        cells = [*itertools.product(values, others)]
        columns = {"x": pa.array([a for a, _ in cells], tp), "y": pa.array([b for _, b in cells], other_tp)}
        frame = make(pa.table({**columns, "i": range(len(cells))}))
        rows = [*rows_of_frame(frame_of(frame))]
        for spec in (s.less("x", "y"), s.less("y", "x", or_equal=True)):
            part = s.and_({"i": int}, spec)
            wanted = sorted(row["i"] for row in rows if s.valid(part, row))
            asked += 1
            try:
                of_frame = FrameRows(part, frame)
                fit = [*rows_of_frame(of_frame.table.of(of_frame.frame.filter(of_frame.fitting())))]
            except Exception as error:
                differ.append((name, other, spec, f"{type(error).__name__}: {str(error)[:200]}"))
                continue
            if (own := sorted(row["i"] for row in fit)) != wanted:
                differ.append((name, other, spec, [cells[i] for i in {*own} ^ {*wanted}][:4]))
    assert not differ, f"{len(differ)} of {asked} differ: {differ[:6]}"
    return asked


def pairs_of(make):
    own = [name for name in PAIRED if name in columns_of(make)]
    return [*itertools.product(own, own)]


@pytest.mark.parametrize("make", [in_polars, in_lazy_polars, in_pandas, in_duckdb])
def test_some_columns_are_compared_by_each_engine_as_in_rows(make):
    draw = random.Random(make.__name__)
    same = [(name, name) for name in draw.sample(PAIRED[:12], 3)]
    check_comparisons(make, [*same, ("int64", "double"), *draw.sample(pairs_of(make), 3)])


@pytest.mark.slow
@pytest.mark.parametrize("make", ENGINES)
def test_more_columns_are_compared_by_each_engine_as_in_rows(make):
    check_comparisons(make, random.Random(make.__name__).sample(pairs_of(make), 120))


@pytest.mark.stress
@pytest.mark.parametrize("make", ENGINES)
def test_all_columns_are_compared_by_each_engine_as_in_rows(make):
    assert check_comparisons(make, pairs_of(make)) > 400


@pytest.mark.parametrize("count", rows_by_suite(slow=[5], stress=[16]))
def test_some_columns_are_compared_by_dask_as_in_rows(in_dask, count):  # noqa: F811
    names = ["int64", "double", "bool", "texts of others"]
    check_comparisons(in_dask, random.Random(0).sample([*itertools.product(names, names)], count))


@pytest.mark.parametrize("count", rows_by_suite(slow=[5], stress=[15]))
def test_some_columns_are_compared_by_spark_as_in_rows(in_spark, count):  # noqa: F811
    draw = random.Random(0)
    names = [
        "int64",
        "double",
        "wild double",
        "bool",
        "date",
        "texts of others",
        "decimal",
        "moment us",
    ]
    same = [(name, name) for name in names]
    pairs = [*same, ("int64", "double"), *draw.sample([*itertools.product(names, names)], 6)]
    check_comparisons(in_spark, draw.sample(pairs, count))


# --- values that come ---------------------------------------------------------------------------------------

MANY = 11_000
# The cells of a column by the number of the row, and a condition that no engine can judge.
IN_PYTHON = {
    "texts": (lambda i: f"{i:x}", s.and_(str, str.isdigit), pa.string()),
    "ints": (lambda i: i, s.and_(int, lambda n: n % 3 == 0), pa.int64()),
    "floats": (lambda i: i / 4, s.and_(float, lambda x: x % 1 == 0.5), pa.float64()),
    "lists": (
        lambda i: [i % 100, i],
        s.coll_of(s.and_(int, lambda n: n < 9000), kind=list),
        pa.list_(pa.int64()),
    ),
    "structs": (lambda i: {"a": i}, s.keys(req_un={"a": lambda n: n % 2}), pa.struct({"a": pa.int64()})),
    "decimals": (lambda i: Decimal(i) / 4, s.and_(Decimal, lambda x: x % 1 == 0), pa.decimal128(10, 2)),
    "times": (lambda i: dt.time(i % 24, i % 60, i % 59, i), lambda x: x.second > 9, pa.time64("us")),
    "moments": (lambda i: NOON + dt.timedelta(days=i / 100), lambda x: x.day > 9, pa.timestamp("us")),
    "bytes": (lambda i: b"x%d" % i, lambda x: x.endswith(b"7"), pa.binary()),
}


@pytest.mark.parametrize("make", [in_lazy_polars, in_duckdb, pytest.param(in_ibis, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", rows_by_suite(["lists"], slow=[*IN_PYTHON]))
def test_many_different_values_come_and_join_back(make, name):
    value, spec, tp = IN_PYTHON[name]
    cells = [None if i % 7 == 0 else value(i // 2) for i in range(2 * MANY)]
    table = pa.table({"i": range(2 * MANY), "x": pa.array(cells, tp)})
    part = s.keys(req_un={"x": s.nilable(spec), "i": s.int_in(0, 20_000)})
    valid = s.spec(spec)
    wanted = [i for i, x in enumerate(cells) if i < 20_000 and (x is None or s.valid(valid, x))]
    with pytest.warns(UserWarning, match=r"can't judge .* of column 'x': [0-9,]+ different values came"):
        fit, rest = s.split(part, make(table))
    ids = lambda frame: sorted(row["i"] for row in rows_of_frame(frame_of(frame)))  # noqa: E731
    assert ids(fit) == wanted
    assert ids(rest) == sorted({*range(2 * MANY)} - {*wanted})
    flagged = [row["reason"] is None for row in rows_of_frame(frame_of(s.flag(part, make(table))))]
    assert (sum(flagged), len(flagged)) == (len(wanted), 2 * MANY)
    assert s.profile(part, make(table)).valid == len(wanted)


@pytest.mark.parametrize("make", [in_lazy_polars, in_duckdb])
def test_two_columns_come_and_join_back_in_one_frame(make):
    cells = [[i % 3, i] for i in range(300)]
    table = pa.table({"i": range(300), "x": pa.array(cells), "y": pa.array(cells[::-1])})
    short = s.coll_of(s.int_in(0, 200), kind=list)
    fit, _ = s.split(s.keys(req_un={"x": short, "y": short}), make(table))
    gc.collect()  # an engine keeps the answers
    assert sorted(row["i"] for row in rows_of_frame(frame_of(fit))) == [*range(100, 200)]


def test_only_values_in_doubt_come():
    texts = [f"2024-02-{1 + i % 28:02}T10:00" for i in range(50_000)] + [
        "2024-02-29T1000:01",
        "x",
        "2024-W09-4T10:00",
    ]
    frame = pytest.importorskip("polars").LazyFrame({"at": texts})
    with pytest.warns(UserWarning, match="of column 'at': 2 different values came to Python") as warned:
        assert s.profile({"at": s.str_in(format="datetime")}, frame).invalid == 2
    assert len(warned) == 1


@pytest.mark.parametrize("format_name", ["uuid", "date", "number", "email", "url", "ipv4", "ipv6"])
@pytest.mark.parametrize("make", [in_lazy_polars, in_duckdb, in_pyarrow])
def test_no_value_comes_of_what_an_engine_judges(make, format_name):
    frame = make(pa.table({"x": [*DATES, *NUMBERS, *MAILS, *URLS, *MACHINES, *UUIDS, *OTHERS]}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert s.frame({"x": s.str_in(format=format_name)}).fallbacks(frame) == {}


# The cells of a column, and a condition that engines judge.
JUDGED = {
    "elements of lists": (
        [[1, 2], [], [None, 3], [300], None],
        s.coll_of(s.nilable(s.int_in(0, 9)), max_count=2),
    ),
    "texts in lists": ([["a"], ["ä", "b"], []], s.coll_of(s.str_in(pattern="[a-z]"), kind=list)),
    "fields": (
        [{"a": 1.5, "b": "x"}, {"a": None, "b": ""}],
        s.keys(req_un={"a": float, "b": s.str_in(1, 2)}),
    ),
    "decimals": ([Decimal("1.50"), Decimal("7.25")], s.range_of(Decimal, Decimal("1.499"), Decimal(2))),
    "times": ([dt.time(1), dt.time(23)], s.range_of(dt.time, dt.time(2), None)),
    "bounded texts": (["a", "b", "é"], s.range_of(str, "a", "b")),
    "bounded dates": (DATES, s.str_in(format="date", least="2000-01-01")),
}


@pytest.mark.parametrize("name", JUDGED)
@pytest.mark.parametrize(
    "make", [in_polars, in_lazy_polars, in_duckdb, pytest.param(in_ibis, marks=pytest.mark.slow)]
)
def test_no_value_comes_of_other_conditions_that_an_engine_judges(make, name):
    cells, spec = JUDGED[name]
    part = s.keys(req_un={"x": spec})
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        rows = FrameRows(part, make(pa.table({"x": cells})))
        assert rows.count() == (len(cells), sum(s.valid(part, {"x": x}) for x in cells))
        assert rows.fallbacks == {}


@pytest.mark.parametrize("name", [*FORMATS[:-1], *(["datetime"] * 2)])
@given(data=st.data())
def test_the_patterns_of_a_format_hold_what_they_say(name, data):
    known = [*DATES, *MOMENTS, *NUMBERS, *MAILS, *URLS, *MACHINES, *UUIDS, *OTHERS]
    texts = st.sampled_from(known).flatmap(
        lambda x: st.sampled_from([x, x.upper(), x[:-1], x + "0", "0" + x[1:]])
    )
    x = data.draw(texts | st.lists(st.sampled_from("0123456789abf:.-/TZ+@"), max_size=20).map("".join))
    sure, possible = (re.compile(each, re.ASCII).fullmatch(x) for each in patterns_of_format(name))
    assert bool(sure) <= has_format(name, x) <= bool(possible)


# The words that are about columns in memory, of three libraries, or about files, and about no engine.
NO_ENGINES = {
    "cells": {"pandas", "pyarrow"},  # the values of columns
    "column_sketch": {"pyarrow"},
    "files": {"pandas"},  # which wrote a file
    "frame_columns": {"pyarrow"},  # which holds the texts of pandas
    "judged_cells": {"polars"},  # which judges texts of files
    "new_frames": {"pandas", "polars", "pyarrow"},  # the frames of examples
    "warehouses": {"duckdb"},  # in addresses
}


def test_an_engine_is_named_in_its_row_alone():
    named = {}
    for path in Path(s.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            word = node.attr.removeprefix("is_") if isinstance(node, ast.Attribute) else word
            if isinstance(word, str) and word in ROWS_OF_ENGINES:
                named.setdefault(path.stem, set()).add(word)
    assert named == {**NO_ENGINES, "engines": {*ROWS_OF_ENGINES}}
