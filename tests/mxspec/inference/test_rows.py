"""One reader reads the rows of whatever holds them."""

import bz2
import dataclasses
import datetime
import gzip
import io
import json
import lzma
import sqlite3
import sys

import numpy as np
import pytest

import mxspec as s
from mxspec.inference.rows import read_chunks, rows_of
from tests.mxspec.frames.test_cells import EVERY_FRAME, MAKERS

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

ROWS = [{"n": i, "name": f"é{i}" if i % 3 else None} for i in range(5)]


@dataclasses.dataclass
class Pet:
    name: str


def csv_text(rows):
    return "n,name\n" + "".join(f"{row['n']},{row['name'] or ''}\n" for row in rows)


def jsonl_text(rows):
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def parquet(rows):
    polars = pytest.importorskip("polars")
    data = io.BytesIO()
    polars.DataFrame(rows).write_parquet(data)
    return data.getvalue()


CONTENTS = {
    ".csv": lambda: csv_text(ROWS).encode(),
    ".tsv": lambda: csv_text(ROWS).replace(",", "\t").encode(),
    ".CSV": lambda: csv_text(ROWS).encode("utf-16"),
    ".jsonl": lambda: jsonl_text(ROWS).encode(),
    ".ndjson": lambda: ("\n" + jsonl_text(ROWS)).encode("utf-8-sig"),
    ".json": lambda: json.dumps(ROWS).encode("utf-16"),
    ".parquet": lambda: parquet(ROWS),
}


def zstandard(data):
    try:
        from compression import zstd
    except ImportError:
        zstd = pytest.importorskip("backports.zstd")
    return zstd.compress(data)


COMPRESSED = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
}


@pytest.mark.parametrize("compression", COMPRESSED)
@pytest.mark.parametrize("kind", CONTENTS)
def test_a_file_is_read_by_its_suffixes(kind, compression, tmp_path):
    path = tmp_path / f"rows.v2{kind}{compression}"
    path.write_bytes(COMPRESSED[compression](CONTENTS[kind]()))
    assert rows_of(path) == ROWS


@pytest.mark.parametrize("compression", COMPRESSED)
@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".json", ".parquet"])
def test_the_first_bytes_of_standard_input_tell_what_it_is(kind, compression, tmp_path, monkeypatch):
    content = json.dumps(ROWS).encode() if kind == ".json" else CONTENTS[kind]()
    data = io.BytesIO(COMPRESSED[compression](content))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert rows_of(tmp_path.__class__("-")) == ROWS


@pytest.mark.few(3)
@pytest.mark.parametrize("library", EVERY_FRAME)
def test_rows_of_a_frame_are_dicts_and_make_the_contract_of_the_dicts(library):
    rows = [{"n": i % 40 if i % 7 else None, "name": f"n{i % 3}", "x": i / 3} for i in range(900)]
    frame = MAKERS[library]({key: [row[key] for row in rows] for key in rows[0]})
    if library not in ("duckdb", "spark"):  # which have no order
        assert rows_of(frame) == rows
    contract = s.infer(frame, refuse=0.1)
    assert s.form(contract) == s.form(s.infer(rows, refuse=0.1)) or library in ("duckdb", "spark")
    assert s.profile(contract, frame).valid == s.profile(contract, rows).valid == 900
    assert s.check_promise(contract, frame, refuse=0.1) == s.check_promise(contract, rows, refuse=0.1)
    assert sum([s.sketch(frame)]).rows == 900


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (range(3), [0, 1, 2]),
        ((x for x in "ab"), ["a", "b"]),
        ([Pet("Bo")], [Pet("Bo")]),
        ({1}, [1]),
    ],
)
def test_other_rows_are_as_they_are(values, rows):
    assert rows_of(values) == rows


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_column_is_its_values(library):
    column = pytest.importorskip(library).Series([1.5, None])
    assert rows_of(column) == [1.5, None]


@pytest.mark.parametrize("rows", ["rows.csv", b"rows", {"a": 1}, 3, None])
def test_one_value_is_no_rows(rows):
    with pytest.raises(s.SpecDefinitionError, match="rows are a list, a DataFrame or anything else"):
        rows_of(rows)


def test_rows_of_a_file_are_profiled_as_the_spec_reads_them(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"day": "2024-05-01", "n": 3}\n{"day": "2024-05-02", "n": 3.5}\n{"day": "x", "n": 3}\n')
    profile = s.profile(s.keys(req_un={"day": datetime.date, "n": int}), path)
    assert (profile.valid, profile.invalid) == (1, 2)


def test_chunks_are_numbered_through(monkeypatch):
    monkeypatch.setattr("mxspec.inference.rows.CHUNK", 2)
    assert [[*chunk.numbers] for chunk in read_chunks(range(5))] == [[1, 2], [3, 4], [5]]


# --- files that can't be read -------------------------------------------------------------------------------

CSV = csv_text(ROWS * 2000).encode()
# fmt: off
BROKEN = {
    "rows.parquet": (lambda: parquet(ROWS)[:-20], "can't be read: "),
    "none.parquet": (lambda: b"hello", "can't be read: "),
    "rows.csv.gz": (lambda: gzip.compress(CSV)[:-20], "ended before the end-of-stream marker"),
    "none.csv.gz": (lambda: b"hello", "can't be read: Not a gzipped file"),
    "rows.csv.bz2": (lambda: bz2.compress(CSV)[:-20], "ended before the end-of-stream marker"),
    "rows.csv.xz": (lambda: lzma.compress(CSV)[:-20], "ended before the end-of-stream marker"),
    "rows.csv.zst": (lambda: zstandard(CSV)[:-20], "ended before the end-of-stream marker"),
    "rows.json": (lambda: b"{}", "is a JSON dict, not a list of rows"),
    "cut.json": (lambda: b"[1, 2", "is not JSON"),
    "deep.json": (lambda: b"[" * 200_000 + b"]" * 200_000, "is JSON that is nested too deeply"),
    "deep.jsonl": (lambda: b"1\n" + b"[" * 200_000 + b"]" * 200_000, "deep.jsonl:2 is JSON that is nested"),
    "twice.jsonl": (lambda: b'{"a": 1, "b": 2, "a": 3}', "twice.jsonl:1: two columns have the name 'a'"),
    "cp1252.json": (lambda: b'[1,\n"\xe9"]', "cp1252.json:2: the byte 0xe9 is not utf-8"),
    "cut.jsonl": (lambda: b'{"a": 1}\n{"a"\n', "cut.jsonl:2 is not JSON"),
    "cp1252.jsonl": (lambda: b'{"a": 1}\n"\xe9"\n', "cp1252.jsonl:2: the byte 0xe9 is not utf-8"),
    "long.jsonl": (lambda: b"9" * 5000, "long.jsonl:1 is not JSON"),
    "rows.txt": (lambda: b"a,b\n", "rows.txt is none of .csv, .tsv"),
    "rows.text": (lambda: b"a,b\n", "--sep , reads it as cells between commas"),
    "utf16.txt": (lambda: "a,b\n".encode("utf-16"), "--sep , reads it as cells between commas"),
    "book.xlsx": (lambda: b"PK\x03\x04\x14\0\x06\0", "export it as CSV or Parquet, or read it as a frame"),
}
# fmt: on


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_an_error_in_one_line(name, tmp_path):
    make, message = BROKEN[name]
    (tmp_path / name).write_bytes(make())
    with pytest.raises(s.SpecDefinitionError) as raised:
        rows_of(tmp_path / name)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        rows_of(tmp_path / "none.csv")


NAMED = [{"age": i % 70, "name": "ab"[i % 2]} for i in range(40)]


def rows_of_sqlite():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute("create table t(age int, name text)")
    connection.executemany("insert into t values (:age, :name)", NAMED)
    return connection.execute("select * from t")


HOLDERS = {
    "sqlite3": rows_of_sqlite,
    "a list of sqlite3": lambda: rows_of_sqlite().fetchall(),
    "a structured array": lambda: np.array(
        [tuple(row.values()) for row in NAMED], dtype=[("age", "i4"), ("name", "U1")]
    ),
    "a batch of Arrow": lambda: pa.Table.from_pylist(NAMED).to_batches()[0],
    "a reader of Arrow": lambda: pa.Table.from_pylist(NAMED).to_reader(max_chunksize=7),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_rows_with_names_are_dicts_whatever_holds_them(holder):
    assert rows_of(HOLDERS[holder]()) == NAMED
    person = s.keys(req_un={"age": s.int_in(0, 39), "name": str})
    assert s.profile(person, HOLDERS[holder]()) == s.profile(person, NAMED)


@pytest.mark.parametrize("values", ["rows.csv", b"rows", {"age": [3]}])
def test_a_profile_takes_several_values(values):
    with pytest.raises(s.SpecDefinitionError, match="rows are a list, a DataFrame"):
        s.profile(str, values)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (lambda: pd.DataFrame(index=range(3)), "3 rows has no columns"),
    ],
)
@pytest.mark.parametrize("ask", [s.profile, s.split, s.valid])
def test_columns_that_no_engine_can_be_asked_about_are_an_error(frame, words, ask):
    with pytest.raises(s.SpecDefinitionError, match=words):
        ask(s.keys(req_un={"a": int}), frame())


def test_columns_of_several_levels_make_a_contract():
    columns = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])
    frame = pd.DataFrame([[1, 2], [3, 4]] * 500, columns=columns)
    contract = s.infer(frame, ordered=False)
    assert s.form(contract) == s.form(s.infer([*rows_of(frame)], ordered=False))
    assert s.valid(contract, frame)
    assert not s.valid(contract, frame + 3)


@pytest.mark.filterwarnings("error")
def test_a_lazy_frame_is_read_without_a_warning():
    frame = pytest.importorskip("polars").LazyFrame({"age": [18, 20]})
    assert s.profile(s.keys(req_un={"age": int}), frame).valid == 2
    assert s.sketch(frame) == s.sketch([{"age": 18}, {"age": 20}])


class DataSet:
    """Values by their numbers, as those of PyTorch."""

    def __getitem__(self, i):
        return [3, 40][i]


def test_values_by_their_numbers_are_several():
    assert rows_of(DataSet()) == [3, 40]
    assert s.profile(int, DataSet()).valid == 2
