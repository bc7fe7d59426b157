"""Random tables in all libraries, and random specs of their rows, for the law that a frame is its rows."""

import datetime as dt
import functools
import itertools
import random
from decimal import Decimal
from typing import ClassVar

import mxspec as s
from mxspec.frames.named_frames import frame_of, rows_of_frame
from tests.conformance.corpus import built
from tests.mxspec.random_specs import TYPES, Building, Level, Word, as_data
from tests.mxspec.random_tables import draw_cells

NOW = dt.datetime(2024, 2, 29, 12, 30)
UTC = dt.UTC
TEXTS = [
    "", "a", "b", "ab", "AB-12", "AB-1٣", "AB-12\n", "\nAB-12", "001", "é", "e\u0301", "𝒳", "K", "K", "ſ",
    "ß", "a b", "a\u2028b", "a\r\n", "2024-01-01", "x" * 300, "true", "-", "[a]", "a.b", "\x00", "Σ", "ς",
]  # fmt: skip
VALUES = {
    "int64": [0, 1, -1, 2, 3, 9, 10, -7, 2**53 + 1, 2**63 - 1, -(2**63)],
    "int8": [0, 1, -1, 2, 5, 9, 10, 127, -128],
    "uint8": [0, 1, 2, 9, 10, 255],
    "uint64": [0, 1, 9, 10, 2**63, 2**64 - 1],
    "double": [0.0, -0.0, 0.5, 1.0, 2.0, 3.0, -1.0, 10.0, 9.99, 0.1, 1e16, 1e308, 5e-324, 2.0**53],
    "wild double": [0.0, 1.0, 0.5, float("inf"), float("-inf"), float("nan"), -3.0, 2.0**63],
    "float": [0.0, 1.0, 0.5, 0.1, 2.0, 16777216.0],
    "string": TEXTS,
    "dictionary": ["red", "green", "a", "AB-12"],
    "bool": [True, False],
    "date32": [dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date(1960, 5, 5), dt.date(2200, 1, 1)],
    "timestamp[us]": [
        NOW,
        NOW + dt.timedelta(microseconds=1),
        dt.datetime(1960, 1, 1),
        dt.datetime(2030, 1, 1),
    ],
    "timestamp[ns]": [NOW, dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2030, 1, 1)],
    "timestamp[ms]": [NOW, dt.datetime(9000, 1, 1), dt.datetime(1, 1, 1), dt.datetime(2030, 1, 1)],
    "timestamp[us, UTC]": [NOW.replace(tzinfo=UTC), dt.datetime(2030, 1, 1, tzinfo=UTC)],
    "timestamp[us, Europe/Berlin]": [NOW.replace(tzinfo=UTC), dt.datetime(2030, 1, 1, tzinfo=UTC)],
    "duration[us]": [dt.timedelta(0), dt.timedelta(days=1), dt.timedelta(microseconds=-1)],
    "decimal": [Decimal("1.50"), Decimal("2.00"), Decimal("-0.01")],
    "binary": [b"", b"a", b"\xff"],
    "list": [[1, 2], [], [3]],
    "struct": [{"a": 1}, {"a": 12}],
    "null": [None],
}


BOUNDS = [
    0, 1, 2, 9, 10, -1, 127, 128, -129, 256, 2**53 + 1, 2**63, -(2**70), 10**400, 0.5, 1.0, 0.1, 1e308,
    Decimal("1.5"),
]  # fmt: skip
MOMENTS = [
    NOW, NOW + dt.timedelta(microseconds=1), dt.datetime.min, dt.datetime.max, dt.datetime(2025, 1, 1),
    dt.datetime(1600, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999),
]  # fmt: skip
DAYS = [dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date.min, dt.date.max]
PATTERNS = [
    "a|b", "[A-Z]{2}-\\d{2}", "[a-z]*", ".*", "(?:a|b)+", "[^a]", "\\w+", "\\s?a.*", "^a$", "a$", "[^A-Z]*",
    "(?i)k", "\\D+", "(a)\\1", "é|e\u0301", "[\\d-]+", "a{0}", "(?=a)a", ".", "..", "a*?b?", "[a-z\\s.]+",
    "\\[a\\]", "", "[à-ü]", "𝒳", "[\\x00-\\x7f]*", "\\S+", "[^\\s]([\\s\\S]*[^\\s])?",
    "[!-~]([\\t\\n\\r -~]*[!-~])?", "(?>a|ab)", "a++",
]  # fmt: skip


class Cells(Building):
    """Draws specs of a cell: of every kind, and mostly of one that the cell may have."""

    KINDS: ClassVar = {"leaf": 33, "nilable": 2, "or": 1, "and": 1, "message": 1, "nonconforming": 1}
    LEAVES = (
        lambda r: s.int_in(
            *sorted(r.sample([0, 1, 2, 9, 10, -8, 128, 2**53 + 1, 2**63, -(2**70), 10**400], 2))
        ),
        lambda r: s.int_in(0, 10),
        lambda r: s.float_in(*sorted(r.choices(BOUNDS, k=2)), nan=r.random() < 0.5),
        lambda r: s.float_in(infinite=r.random() < 0.5, nan=r.random() < 0.5),
        lambda r: s.float_in(0, 1),
        lambda r: s.range_of(s.is_number, *sorted(r.choices(BOUNDS, k=2))),
        lambda r: s.str_in(r.choice([None, 0, 1]), r.choice([1, 2, 5])),
        lambda r: s.str_in(pattern=r.choice(PATTERNS)),
        lambda r: s.str_in(1, 9, pattern=r.choice(PATTERNS)),
        lambda r: s.str_in(format=r.choice(["date", "number", "uuid"])),
        lambda r: s.range_of(dt.date, *sorted(r.choices(DAYS, k=2))),
        lambda r: s.range_of(dt.datetime, *sorted(r.sample(MOMENTS, 2))),
        lambda r: s.inst_in(*sorted(r.sample(MOMENTS, 2))),
        lambda r: s.inst_in(*(each.replace(tzinfo=UTC) for each in sorted(r.sample(MOMENTS, 2)))),
        lambda r: s.range_of(str, "a", "b"),
        lambda r: r.choice([int, float, str, bool, dt.date, dt.datetime, Decimal, bytes, list, dict, object]),
        lambda r: r.choice(
            [s.is_int, s.is_even, s.is_odd, s.is_pos, s.is_zero, s.is_nat_int, s.is_number, s.is_any]
        ),
        lambda r: r.choice(
            [s.is_nan, s.is_infinite, s.is_none, s.is_some, s.is_true, s.is_inst, s.is_empty, s.is_char]
        ),
        lambda r: r.choice([s.is_uuid, s.is_ident, s.is_neg_int, s.is_decimal, s.is_rational, Level, Word]),
        lambda r: {1, "a", 0.5, dt.date(2024, 2, 29)},
        lambda r: {0, 2, 10, 2**53 + 1, -(2**70)},
        lambda r: {0.0, 2.0, float("inf"), "AB-12", Level.LOW, Word.A},
        lambda r: frozenset({"a", "red", "AB-12\n", "\ud800", "é"}),
        lambda r: set(),
        lambda r: s.from_type(r.choice([int | None, float, list[int], str | int])),
        lambda r: s.and_(int, lambda n: n % 3 == 0),
        lambda r: s.and_(str, str.islower),
        lambda r: s.coll_of(int),
        lambda r: r.choice(TYPES),
        lambda r: s.keys(req_un={"a": s.int_in(0, 10)}),
        lambda r: s.conformer(lambda x: x),
        lambda r: "frames/small",
        lambda r: s.spec(lambda x: len(x) > 1),
    )

    def leaf_(self, depth=0, own=None):
        return as_data(self.random.choice(self.LEAVES)(self.random))

    def later(self, depth, most=3):
        return [self.part(depth)]

    def message_(self, depth, own):
        return as_data(s.with_message(built(self.part(depth)), "not so"))


s.def_("frames/small", s.int_in(0, 5))
s.def_("frames/word", s.nilable(str))


def table(draw, kinds=tuple(VALUES)):
    """A random table of pyarrow."""
    import pyarrow as pa

    n = draw.choice([0, 1, 3, 8, 20])
    columns = {}
    for name in draw.sample(["n", "m", "kind", "frames/word", "word", "x y"], draw.randint(1, 4)):
        kind = draw.choice(kinds)
        few = draw.sample(VALUES[kind], draw.randint(1, len(VALUES[kind])))
        cells = draw_cells(draw, lambda r, i, few=few: r.choice(few), n, missing=draw.choice([0, 0, 0.3, 1]))
        columns[name] = pa.array(cells, _type(kind, pa))
    return pa.table(columns)


def _type(kind, pa):
    if kind.startswith("timestamp"):
        unit, _, zone = kind[10:-1].partition(", ")
        return pa.timestamp(unit, zone or None)
    return {
        "wild double": pa.float64(),
        "double": pa.float64(),
        "float": pa.float32(),
        "date32": pa.date32(),
        "dictionary": pa.dictionary(pa.int32(), pa.string()),
        "decimal": pa.decimal128(10, 2),
        "bool": pa.bool_(),
        "list": pa.list_(pa.int64()),
        "struct": pa.struct({"a": pa.int64()}),
        "duration[us]": pa.duration("us"),
    }.get(kind) or getattr(pa, kind)()


# Ranges whose ends are cells, by their type: at an end an engine and Python differ first.
BETWEEN = {
    int: lambda a, b: s.int_in(a, b + 1),
    float: s.float_in,
    **{tp: functools.partial(s.range_of, tp) for tp in (str, dt.date, dt.datetime, Decimal)},
}


class Rows(Cells):
    """Draws specs of rows with some of the keys of a table, and at times one that no row has."""

    KINDS: ClassVar = {
        "keys": 8, "merge": 1, "and": 1, "long": 1, "or": 1, "nilable": 1, "message": 1, "multi-spec": 1,
        "by-length": 1, "map-of": 1, "names": 1,
    }  # fmt: skip
    DISPATCHED: ClassVar = {"kind": ["a", "red", 1]}

    def __init__(self, random, tbl):
        super().__init__(random)
        self.columns = tbl.to_pydict()

    def cell(self, name=None):
        """Draw a spec of a cell, at times of those from a cell of the column to another one."""
        cells = [x for x in self.columns.get(name, ()) if type(x) in BETWEEN and x == x]
        if not cells or self.random.random() < 0.7:
            return built(Cells(self.random).spec(3))
        return BETWEEN[type(cells[0])](*sorted(self.random.choices(cells, k=2)))

    def keys_(self, depth=0, own=None):
        r = self.random
        several = [(name, self.cell(name)) for name in self.columns if r.random() < 0.7]
        cut = r.randint(0, len(several))
        extra = {"gone": int} if r.random() < 0.1 else {}
        groups = {"req_un": dict(several[:cut]), "opt_un": {**dict(several[cut:]), **extra}}
        return as_data(s.keys(**groups, closed=r.random() < 0.2))

    leaf_ = keys_

    def later(self, depth, most=3):
        return [self.keys_()]

    def long_(self, depth, own):
        return {"op": "and", "args": [self.keys_(), as_data(lambda row: len(row) > 1)]}

    def by_length_(self, depth, own):
        methods = {n: built(self.keys_()) for n in (1, 2)}
        return as_data(s.multi_spec(lambda row: len(row), methods, retag="kind"))

    def map_of_(self, depth, own):
        return as_data(s.map_of(str, self.cell()))

    def names_(self, depth, own):
        either = s.keys(req=[s.or_keys("frames/word", "frames/small")])
        return as_data(self.random.choice([either, s.keys(opt_un=["frames/small"], req=["frames/word"])]))


def libraries(tbl):
    """The same table in each library."""
    import duckdb
    import pandas as pd
    import polars as pl

    plain = tbl.to_pandas()
    plain.index = [7] * len(plain)
    yield "pandas", plain
    yield "pandas with Arrow's types", tbl.to_pandas(types_mapper=pd.ArrowDtype)
    yield "polars", pl.from_arrow(tbl)
    yield "polars, lazy", pl.from_arrow(tbl).lazy()
    yield "pyarrow", tbl
    # DuckDB has no names for dictionaries of Arrow without rows
    yield "DuckDB", duckdb.from_arrow(tbl)


def fits_one_by_one(spec, row, floats):
    """True if a row fits, its whole numbers in columns of floats read as ints or as floats."""
    whole = [key for key in floats if isinstance(row[key], int | float) and float(row[key]).is_integer()]
    readings = itertools.product(*([float(row[key]), int(row[key])] for key in whole))
    return any(s.valid(spec, {**row, **dict(zip(whole, reading, strict=True))}) for reading in readings)


def verdicts_one_by_one(spec, frame):
    """The verdicts on the rows of a frame, and the rows."""
    read = frame_of(frame)
    floats = [name for name, dtype in read.schema.items() if dtype.is_float()]
    rows = [*rows_of_frame(read)]
    return [fits_one_by_one(spec, row, floats) for row in rows], rows


def questions(seed, n, kinds=tuple(VALUES)):
    """Random tables with a spec of their rows each."""
    for i in range(n):
        draw = random.Random(f"{seed} {i}")
        tbl = table(draw, kinds)
        yield f"{seed} {i}", tbl, built(Rows(draw, tbl).spec(2))
