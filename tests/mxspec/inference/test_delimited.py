"""Files of cells are read as they are written, by columns."""

import datetime as dt
import decimal
import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.bounded_bytes import BoundedBytes
from mxspec.inference.delimited import Dialect
from mxspec.inference.rows import read_chunks

NOON = dt.datetime(2024, 5, 1, 12)
D = decimal.Decimal


def read(text, folder, spec=None, dialect=None, encoding="utf-8", name="rows.csv"):
    """The numbered rows of a file with a text."""
    path = Path(folder) / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    chunks = [*read_chunks(path, spec, dialect or Dialect())]
    return [pair for chunk in chunks for pair in zip(chunk.numbers, chunk.rows(), strict=True)]


def column(cells, folder, spec=None, separator=";", **options):
    """The values of a column, of a file that has another one beside it."""
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    text = "".join(f"{cell}{separator}end\n" for cell in ["x", *quoted])
    spec = None if spec is None else s.keys(req_un={"x": spec})
    return [row["x"] for _, row in read(text, folder, spec, **options)]


# fmt: off
@pytest.mark.parametrize(("cells", "values"), [
    (["1", "-20", "0"], [1, -20, 0]),
    (["1", "2.5"], [1.0, 2.5]),
    (["1.50", "2e3", ".5", "inf"], [1.5, 2000.0, 0.5, float("inf")]),
    (["1,5", "2"], [1.5, 2.0]),
    (["1,5", "2.5"], ["1,5", "2.5"]),
    (["1,500", "0,25"], [1.5, 0.25]),
    (["1,500", "2"], ["1,500", "2"]),
    (["1,500", "1,500,000"], ["1,500", "1,500,000"]),
    (["001", "2"], ["001", "2"]),
    (["+1", "2"], ["+1", "2"]),
    (["1 000", "2"], ["1 000", "2"]),
    (["1_000", "2"], ["1_000", "2"]),
    (["٣", "2"], ["٣", "2"]),
    (["9" * 5000, "2"], ["9" * 5000, "2"]),
    (["1e999", "2"], ["1e999", "2"]),
    (["true", "FALSE", "True"], [True, False, True]),
    (["yes", "no"], ["yes", "no"]),
    (["2024-05-01", "2024-12-31"], [NOON.date(), dt.date(2024, 12, 31)]),
    (["2024-05-01", "2024-02-31"], ["2024-05-01", "2024-02-31"]),
    (["2024-05-01 12:00", "2024-05-01T12:00:00.0"], [NOON, NOON]),
    (["2024-05-01T12:00:00Z"], [NOON.replace(tzinfo=dt.UTC)]),
    (["2024-05-01", "2024-05-01 12:00"], ["2024-05-01", "2024-05-01 12:00"]),
    (["1", "", "NA", "null", "NaN", "n/a", "#N/A", "None"], [1, *[None] * 7]),
    (["", "NULL"], [None, None]),
    (["a", "", "NA", "na"], ["a", None, None, "na"]),
    (["two\nlines", 'a "b"', "c;d", " e "], ["two\nlines", 'a "b"', "c;d", " e "]),
    (["1\n2", "3"], ["1\n2", "3"]),
    (["1\n", "3"], ["1\n", "3"]),
])
def test_all_cells_of_a_column_decide_its_type(cells, values, tmp_path):
    assert repr(column(cells, tmp_path)) == repr(values)


@pytest.mark.parametrize(("spec", "cells", "values"), [
    (s.int_in(0, 100), ["5", "5.0", "5,0", "007", "x", "5.5"], [5, 5, 5, 7, "x", "5.5"]),
    (s.int_in(0, 100), ["1,000", "1.000", "7,0"], ["1,000", "1.000", 7]),
    (s.int_in(0, 100), ["1,000", "28,00"], ["1,000", 28]),
    (s.int_in(0, 2000), ["1000.000", "0,000"], [1000, 0]),
    (float, ["1,000", "7"], ["1,000", 7.0]),
    (float, ["1,000", "1.000"], ["1,000", 1.0]),
    (float, ["1,000", "1,250", "0,5"], [1.0, 1.25, 0.5]),
    (float, ["1,000", "0,5", "1,000,000"], ["1,000", 0.5, "1,000,000"]),
    (s.nilable(D), ["1,000", "7,5", ""], [D("1.000"), D("7.5"), None]),
    (float, ["5", "5.50", "5,5", "1e3", "x"], [5.0, 5.5, 5.5, 1000.0, "x"]),
    ({5.0, 9.99, 19.9}, ["9.99", "19.90", "5.00", "5", "9,99", "7"], [9.99, 19.9, 5.0, 5.0, 9.99, "7"]),
    ({1, 2}, ["1", "2.0"], [1, 2]),
    (str, ["5", "NA", "", "1,5"], ["5", "NA", "", "1,5"]),
    (s.nilable(str), ["5", "NA", ""], ["5", None, None]),
    ({"NA", "EU"}, ["NA", "EU", ""], ["NA", "EU", None]),
    (s.nilable(int), ["5", "NA", "", "x"], [5, None, None, "x"]),
    (s.or_(float=float, nan=s.is_nan), ["1.5", "NaN"], [1.5, float("nan")]),
    (s.int_in(0, 10), ["", "5"], [None, 5]),
    (bool, ["true", "0", "x"], [True, False, "x"]),
    (D, ["1.50", "x"], [D("1.50"), "x"]),
    (dt.date, ["2024-05-01", "2024-05-01 00:00:00", "2024-05-01 12:00:00"],
     [NOON.date(), NOON.date(), "2024-05-01 12:00:00"]),
    (dt.datetime, ["2024-05-01 12:00:00", "2024-05-01"], [NOON, dt.datetime(2024, 5, 1)]),
    (s.str_in(format="date"), ["2024-05-01"], ["2024-05-01"]),
])
def test_a_spec_decides_what_the_cells_of_a_column_are(spec, cells, values, tmp_path):
    assert repr(column(cells, tmp_path, spec)) == repr(values)
# fmt: on


@pytest.mark.parametrize("spec", [s.int_in(0, 2000), float, D, s.nilable(float), {1, 28, 1000, 7}, None])
@pytest.mark.parametrize("cell", ["1,000", "28,00", "7,0", "7,", "0,5"])
def test_a_comma_is_in_no_number_where_commas_separate(spec, cell, tmp_path):
    for cells in ([cell], [cell, "1"], [cell, "7,5"]):
        assert column(cells, tmp_path, spec, separator=",")[0] == cell


NUMBERS = st.from_regex(r"\A-?[0-9]{1,4}([.,][0-9]{0,4}){0,2}\Z")


@given(
    st.lists(NUMBERS, min_size=1, max_size=4), st.sampled_from(",;\t"), st.sampled_from([int, float, D, None])
)
def test_a_cell_is_read_as_one_number_or_stays_text(cells, separator, asked):
    with tempfile.TemporaryDirectory() as folder:
        values = column(cells, folder, asked, separator)
    shows = [x for x in cells if x.count(",") == 1 and "." not in x and not is_of_thousands(x)]
    for cell, x in zip(cells, values, strict=True):
        if isinstance(x, str):
            assert x == cell
        elif "," not in cell:
            assert float(x) == float(cell)
            assert not (asked is int and is_of_thousands(cell))
        else:
            assert separator != ","
            assert float(x) == float(cell.replace(",", "."))
            assert shows or not is_of_thousands(cell)


def is_of_thousands(cell):
    """True if a sign between digits may be one between thousands."""
    whole, _, rest = cell.lstrip("-").replace(",", ".").partition(".")
    return len(whole) <= 3 and not whole.startswith("0") and len(rest) == 3 and rest.isdigit()


def test_the_values_of_a_column_are_those_that_decode_reads(tmp_path):
    specs = {"n": int, "x": s.nilable(float), "t": str, "d": dt.date}
    rows = "n,x,t,d\n" + "".join(
        f"{i},{i / 4 if i % 3 else ''},t{i},2024-01-0{i % 9 + 1}\n" for i in range(99)
    )
    spec = s.keys(req_un=specs, closed=True)
    cells = [dict(zip(specs, line.split(","), strict=True)) for line in rows.splitlines()[1:]]
    assert [row for _, row in read(rows, tmp_path, spec)] == [
        s.decode(spec, row, strings=True) for row in cells
    ]


def test_rows_of_a_spec_without_columns_are_decoded_one_by_one(tmp_path):
    spec = s.or_(of_a=s.keys(req_un={"a": s.nilable(int)}, closed=True), of_b=s.keys(req_un={"b": int}))
    assert read("a\n1\n2\n", tmp_path, spec) == [(2, {"a": 1}), (3, {"a": 2})]


def test_a_type_is_that_of_all_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("mxspec.inference.delimited.RECORDS", 2)
    text = "a;b;c;d;e\n;1;1;1;true\n;2;2;2;false\n1;3;3.5;3,5;x\n2;;;;\n"
    rows = [row for _, row in read(text, tmp_path)]
    assert [[*row.values()] for row in rows] == [
        [None, 1, 1.0, 1.0, "true"],
        [None, 2, 2.0, 2.0, "false"],
        [1, 3, 3.5, 3.5, "x"],
        [2, None, None, None, None],
    ]


def test_ints_that_no_float_holds_are_text_beside_floats(tmp_path, monkeypatch):
    monkeypatch.setattr("mxspec.inference.delimited.RECORDS", 2)
    large = "9" * 400
    for cells in ([large, "1", "2.5"], ["2.5", "1", large], [large + ".0", "1.0"], [large, "1", "1,5"]):
        assert column(cells, tmp_path) == cells
    assert column([large, "1", "2"], tmp_path) == [int(large), 1, 2]


@pytest.mark.parametrize("most_kept", [1 << 20, 10_000, 0])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_file_is_opened_once_and_read_once_if_its_cells_are_kept(suffix, most_kept, tmp_path, monkeypatch):
    monkeypatch.setattr("mxspec.inference.delimited._MOST_KEPT", most_kept)
    monkeypatch.setattr("mxspec.inference.delimited._SAMPLE", 1000)
    lines = [f'{i};"a\n{i}";{i}' for i in range(9000)]
    content = "\n".join(["n;t;x", *lines, "-;b;1,5"]).encode()
    read_bytes = []

    class CountedBytes(BoundedBytes):
        def __init__(self, *args):
            read_bytes.append(0)
            super().__init__(*args)

        def read1(self, size=-1):
            data = super().read1(size)
            read_bytes[-1] += len(data)
            return data

    monkeypatch.setattr("mxspec.inference.files.BoundedBytes", CountedBytes)
    (tmp_path / f"rows{suffix}").write_bytes(gzip.compress(content) if suffix == ".csv.gz" else content)
    rows = [row for chunk in read_chunks(tmp_path / f"rows{suffix}") for row in chunk.rows()]
    assert rows[7] == {"n": "7", "t": "a\n7", "x": 7.0}
    assert (len(rows), rows[-1]) == (9001, {"n": "-", "t": "b", "x": 1.5})
    assert len(read_bytes) == 1
    assert read_bytes[0] - len(content) < 20_000 or most_kept < 1 << 20


# --- dialects -----------------------------------------------------------------------------------------------


# fmt: off
@pytest.mark.parametrize("text", [
    "a,b\n1.5,x\n",
    "a;b\n1,5;x\n",
    "a\tb\n1,5\tx\n",
    "a|b\n1.5|x\n",
    '"a","b"\n"1.5","x"\n',
    "a,b\r\n1.5,x\r\n",
    "a,b\r1.5,x\r",
    "\na,b\n\n1.5,x\n\n",
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_separator_and_encoding_are_sniffed(text, encoding, tmp_path):
    assert [row for _, row in read(text, tmp_path, encoding=encoding)] == [{"a": 1.5, "b": "x"}]


@pytest.mark.parametrize(("text", "options", "rows"), [
    ("a:b\n1:x\n", Dialect(":"), [{"a": 1, "b": "x"}]),
    ("a\n1,5\n", Dialect(";"), [{"a": 1.5}]),
    ("a,b\né,x\n".encode("cp1252"), Dialect(None, "cp1252"), [{"a": "é", "b": "x"}]),
    ("a,b\nNA,-\n", Dialect(missing=frozenset({"-"})), [{"a": "NA", "b": None}]),
    ("text\none; two\nthree\n", Dialect(), [{"text": "one; two"}, {"text": "three"}]),
])
def test_a_dialect_may_be_stated(text, options, rows, tmp_path):
    assert [row for _, row in read(text, tmp_path, dialect=options)] == rows


def test_a_row_has_the_number_of_its_first_line(tmp_path):
    text = 'a,b\n1,"two\nlines"\n\n2,"x\r\ny"\r\n3,z\n'
    assert [number for number, _ in read(text, tmp_path)] == [2, 5, 7]


@pytest.mark.parametrize(("text", "message"), [
    ("a,b\n1,2\n3,4,5\n", "rows.csv:3: a row of 3 cells, and the first has 2"),
    ('a,b\n1,"x\ny"\n3\n', "rows.csv:4: a row of 1 cells, and the first has 2"),
    ("a,b,a\n1,2,3\n", "rows.csv: two columns have the name 'a'"),
    ('a,b\n1,"x\n2,y\n', "rows.csv:3: a quote is left open"),
    ('a,b\n1,"' + "x" * 200_000 + '"\n', "rows.csv:2: a cell has more than 131,072 characters"),
    ("a,b\n1,x\n2,é\n".encode("cp1252"), "rows.csv:3: the byte 0xe9 is not utf-8; try --encoding cp1252"),
])
def test_what_is_no_table_is_named_by_its_line(text, message, tmp_path):
    with pytest.raises(s.SpecDefinitionError) as raised:
        read(text, tmp_path)
    assert message in str(raised.value)
# fmt: on


def test_an_encoding_that_nobody_knows_is_an_error(tmp_path):
    with pytest.raises(s.SpecDefinitionError, match="no encoding is called 'latin-99'"):
        read("a,b\n1,2\n", tmp_path, dialect=Dialect(None, "latin-99"))
