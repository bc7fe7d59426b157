"""polars judges the cells of a file as Python does, or leaves the rows to it."""

import datetime as dt
import decimal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.command_line.main import main
from mxspec.inference import judged_cells
from mxspec.inference.delimited import Dialect
from mxspec.inference.rows import read_chunks

pytest.importorskip("polars")

D = decimal.Decimal
DAY, NOON = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12)

# fmt: off
CELLS = {
    "int": ["0", "-0", "007", "+5", "5.0", "5,0", "1_0", " 5", "5 ", "٣", "99", "-1", "9223372036854775808",
            "-9223372036854775808", "1e3", "1,000"],
    "float": ["0.5", ".5", "5.", "-.5", "1e5", "1E-5", "1e999", "inf", "-inf", "nan", "NaN", "Infinity",
              "00.5", "0.1e", "1.7976931348623157e308", "2.4703282292062327208e-324", "9007199254740993",
              "5,5", "-0.0", "+1.5", "1__0", "0x10", "5e-324", "0.30000000000000004"],
    "bool": ["true", "True", "TRUE", "tRUE", "false", "0", "1", "yes"],
    "date": ["2024-02-29", "2023-02-29", "2024-2-29", "0000-01-01", "0001-01-01", "9999-12-31", "+024-01-01",
             " 024-01-01", "2024-02-29 00:00:00", "2024/02/29", "10000-01-01"],
    "moment": [
        "2024-02-29T12:00:00", "2024-02-29 12:00:00.5", "2024-02-29T12:00:00.123456",
        "2024-02-29T12:00:00.1234567", "2024-02-29T24:00:00", "2024-02-29T12:00:60",
        "2024-02-29T12:00", "2024-02-29T12:00:00Z", "2024-02-29",
        "2024-02-29 12:00:00+02:00", "0000-01-01T00:00:00", "2024-02-30T00:00:00", "0001-01-01 00:00:00",
        "9999-12-31T23:59:59.999999", "2024-02-29t12:00:00",
    ],
    "text": ["", "NA", "null", "None", "a", " a ", "é", "😀", "a b", "#", "\\", "a\\\"b", "\ufeff", "%"],
    "marks": ['"', '""', '"a"b', "a,b", "a;b", "a\nb", "a\r\nb", "a\rb", "\0", "\t"],
}
COLUMNS = [
    s.int_in(-5, 100), s.nilable(s.int_in(0, 100)), int, {0, 5, 7}, s.and_(int, s.is_even),
    s.float_in(-1, 100), s.nilable(float), float, {0.5, 5.0}, s.float_in(0, 100, nan=True, infinite=True),
    bool, s.nilable(bool), dt.date, s.nilable(s.range_of(dt.date, DAY, dt.date(2025, 1, 1))),
    dt.datetime, s.inst_in(dt.datetime(2024, 1, 1), dt.datetime(2025, 1, 1)), s.nilable(dt.datetime),
    str, s.nilable(str), s.str_in(pattern="[a-z]+"), s.str_in(min_length=1, max_length=3), {"NA", "a", ""},
    s.range_of(D, D(0), D(10)), s.nilable(D), s.or_(n=int, t=str), s.or_(n=float, none={None}), s.is_number,
    s.nilable(s.or_(d=dt.date, n=int)), s.is_nan, s.str_in(format="date"), s.is_any, lambda x: x is not None,
]
# fmt: on


@st.composite
def files(draw):
    """Return the bytes of a file, a contract of its columns, and how it is read."""
    separator = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    width = draw(st.integers(1, 3))
    pools = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=width, max_size=width))
    is_hostile = draw(st.booleans())
    cells = [st.sampled_from(CELLS[pool] + (CELLS["text"] + CELLS["marks"]) * is_hostile) for pool in pools]
    rows = draw(st.lists(st.tuples(*cells), min_size=1, max_size=12))
    names = [f"c{i}" for i in range(width)]
    quoting = draw(st.sampled_from(["minimal", "all", "none"]))
    lines = [separator.join(_written(cell, separator, quoting) for cell in row) for row in [names, *rows]]
    for _ in range(draw(st.integers(0, 2)) * is_hostile):
        strays = ["", separator, '"', "a", separator.join("abcd"), " "]
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(strays)))
    text = end.join(lines) + end * draw(st.booleans())
    encoding = draw(st.sampled_from(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "cp1252"]))
    data = text.encode(encoding, "replace")
    specs = {name: draw(st.sampled_from(COLUMNS)) for name in names}
    if draw(st.booleans()) and width > 1:
        del specs[names[-1]]
    contract = s.keys(req_un=specs, closed=draw(st.booleans()))
    if draw(st.integers(0, 4)) == 0 and width > 1:
        contract = s.and_(contract, s.less(*names[:2], or_equal=True))
    missing = draw(st.sampled_from([None, frozenset({"", "5", "-1", "a"})]))
    options = {} if missing is None else {"missing": missing}
    return data, contract, Dialect(separator if draw(st.booleans()) else None, **options)


def _written(cell, separator, quoting):
    needs_quotes = quoting == "all" or (quoting == "minimal" and any(x in cell for x in f'{separator}"\r\n'))
    return '"' + cell.replace('"', '""') + '"' if needs_quotes else cell


def answers(path, contract, dialect, judges):
    """Return the rows by their numbers with their verdicts, or the error."""
    rows = []
    try:
        for chunk in read_chunks(path, contract, dialect, judges=judges):
            doubted = range(len(chunk.numbers)) if chunk.doubt is None else chunk.doubt.places
            left = chunk if chunk.doubt is None else chunk.doubt.chunk
            assert [chunk.numbers[at] for at in doubted] == [*left.numbers]
            known = dict(zip(doubted, left.rows(), strict=True))
            for at, (number, row) in enumerate(zip(chunk.numbers, chunk.rows(), strict=True)):
                fits = at not in known or s.valid(contract, known[at])
                # A refused cell, such as 0 beside {0.5}, is a number if all cells read with it are some.
                rows.append((number, repr(row) if fits else "", fits))
    except s.SpecError as error:
        return f"{type(error).__name__}: {error}"
    return rows


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(judged_cells, "LEAST", 0)
    monkeypatch.setattr(judged_cells, "PART", 40)
    monkeypatch.setattr(judged_cells, "MOST_IN_DOUBT", 0.8)


@given(files())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_both_readings_give_the_same_rows_and_verdicts(small_parts, file):
    data, contract, dialect = file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        path.write_bytes(data)
        by_python, by_polars = (answers(path, contract, dialect, judges) for judges in (False, True))
        are_errors = isinstance(by_python, str) and isinstance(by_polars, str)
        assert by_polars == by_python or are_errors  # of two faults, either may be named


GOOD = {
    "n": (s.int_in(0, 100), ["5", "0", "99"]),
    "gaps": (s.nilable(int), ["", "NA", "-3"]),
    "x": (s.float_in(0, 10), ["0.5", "5.", "1e0"]),
    "is": (bool, ["true", "False", "TRUE"]),
    "day": (s.nilable(dt.date), ["2024-02-29", "", "0001-01-01"]),
    "at": (s.inst_in(dt.datetime(2000, 1, 1), NOON), ["2024-02-29T11:59:59.5", "2001-01-01 00:00:00"]),
    "text": (s.str_in(max_length=5), ["é", "a,b", '"a"']),
    "mixed": (s.nilable(s.or_(n=int, t=str)), ["a", "b", ""]),
    "other": (None, ["", "x", "1"]),
}


def test_polars_leaves_no_row_with_usual_cells_to_python(small_parts, monkeypatch, tmp_path):
    monkeypatch.setattr(judged_cells, "PART", 400)
    specs = {name: spec for name, (spec, _) in GOOD.items() if spec is not None}
    rows = [[cells[i % len(cells)] for _, cells in GOOD.values()] for i in range(20)]
    lines = [",".join(_written(cell, ",", "minimal") for cell in row) for row in [[*GOOD], *rows]]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    chunks = [*read_chunks(path, s.keys(req_un=specs), judges=True)]
    assert len(chunks) > 2
    assert [chunk.doubt and [*chunk.doubt.places] for chunk in chunks] == [[]] * len(chunks)


@pytest.mark.parametrize(("bad", "error"), [
    (b"1,2,3\n", "rows.csv:32: a row of 3 cells, and the first has 2"),
    (b"1\n", "rows.csv:32: a row of 1 cells, and the first has 2"),
    (b'1,"2\n', "a quote is left open"),
    (b'1,"2"3\n', "rows.csv:32: ',' expected after '\"'"),
    (b"1,\xff\n", "rows.csv:32: the byte 0xff is not utf-8"),
    (b"1," + b"2" * 200_000 + b"\n", "rows.csv:32: a cell has more than 131,072 characters"),
])  # fmt: skip
def test_what_is_no_row_is_the_same_error(small_parts, tmp_path, bad, error):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 30 + bad + b"1,2\n" * 30)
    contract = s.keys(req_un={"a": int, "b": int})
    by_python, by_polars = (answers(path, contract, Dialect(), judges) for judges in (False, True))
    assert by_polars == by_python
    assert error in by_polars


@pytest.mark.parametrize("options", [[], ["--json"], ["--warn", "n"]])
def test_the_command_prints_the_same(monkeypatch, tmp_path, capsys, options):
    contract, path = tmp_path / "contract.py", tmp_path / "rows.csv"
    terms = 'unique=("id",), monotone=("id",), missing={"x": 0.1}, min_rows=1000'
    columns = '"id": int, "n": s.int_in(0, 100), "x": s.nilable(s.float_in(0, 1)), "t": {"a", "b"}'
    contract.write_text(f"import mxspec as s\nspec = s.contract(s.keys(req_un={{{columns}}}), {terms})")
    lines = [f"{i},{i % 100},{'' if i % 9 == 0 else i % 10 / 10},{'ab'[i % 2]}" for i in range(300)]
    lines[50], lines[51], lines[200], lines[201] = "50,007,0.5,a", "5,100,2.5,c", "", '7,5,"0,5",b'
    path.write_text("\n".join(["id,n,x,t", *lines, ""]))
    printed = []
    for least in (1 << 30, 0):
        monkeypatch.setattr(judged_cells, "LEAST", least)
        monkeypatch.setattr(judged_cells, "PART", 1000)
        code = main(["valid", str(contract), str(path), *options])
        printed.append((code, capsys.readouterr().out))
    assert printed[0] == printed[1]
    assert "100" in printed[0][1]
