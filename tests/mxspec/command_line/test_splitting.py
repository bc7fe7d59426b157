"""The commands split and flag, and files of rows by their folder or a pattern."""

import csv
import gzip
import json
import os
import random

import pytest

import mxspec as s
from mxspec.command_line.splitting import _line_with_reason

pytestmark = pytest.mark.few(2)

CONTRACT = """
import datetime
import mxspec as s
spec = s.keys(req_un={
    "n": s.int_in(0, 10),
    "price": s.float_in(0, 100),
    "day": s.range_of(datetime.date, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)),
    "word": s.nilable({"tea", "NA", "two\\nlines", 'a "quote"', "a;b"}),
})
"""
CELLS = {
    "n": ["3", "5.0", "007", "", "NA", "12", "x"],
    "price": ["1.50", "1e1", "100000000000000000000001", "nan", "7"],
    "day": ["2026-03-01", "2026-03-01 00:00:00", "1999-01-01", "03/01/2026"],
    "word": ["tea", "NA", "", "two\nlines", 'a "quote"', "a;b", "\r", "café", " tea"],
}


@pytest.fixture
def contract(tmp_path):
    path = tmp_path / "contract.py"
    path.write_text(CONTRACT)
    return path


def rows_of_cells(drawn, count):
    return [{name: drawn.choice(cells) for name, cells in CELLS.items()} for _ in range(count)]


def write_cells(path, rows, separator=","):
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, [*rows[0]], delimiter=separator)
        lines.writeheader()
        lines.writerows(rows)
    return path


def read_cells(path, separator=","):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", newline="", encoding="utf-8") as file:
        return [*csv.DictReader(file, delimiter=separator)]


def without_reason(row):
    return {key: cell for key, cell in row.items() if key != "reason"}


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".txt", ".tsv"])
@pytest.mark.parametrize("seed", range(4))
def test_each_row_of_cells_goes_to_one_of_two_files_as_it_is_written(seed, suffix, contract, tmp_path, ask):
    drawn, separator = random.Random(seed), "\t" if suffix == ".tsv" else ",;|"[seed % 3]
    rows = rows_of_cells(drawn, 400)
    source = write_cells(tmp_path / f"rows{suffix}", rows, separator)
    good, bad = tmp_path / f"good{suffix}", tmp_path / f"bad{suffix}"
    options = ("--sep", separator)
    code, text = ask("split", contract, source, "--good", good, "--bad", bad, *options)
    fit, rest = read_cells(good, separator), read_cells(bad, separator)
    assert (code, text) == (1, f"{len(rest):,} of 400 rows do not fit {contract}: {bad}\n")
    assert {"reason", *CELLS} == {*rest[0]}
    assert all(row["reason"] for row in rest)
    left = [*map(without_reason, rest)]
    for row in rows:  # in their order
        if fit and fit[0] == row:
            fit.pop(0)
        else:
            assert left.pop(0) == row
    assert not fit
    assert not left
    assert ask("valid", contract, good, *options)[0] == 0
    listed = ask("valid", contract, source, "--json", *options)[1]
    assert [each["errors"] for each in listed["refused"]] == [
        each["errors"] for each in ask("valid", contract, bad, "--json", *options)[1]["refused"]
    ]
    assert listed["invalid"] == len(rest) > 100


LINES = [
    '{"n": 3, "price": 1.50, "day": "2026-03-01", "word": "tea"}',
    '{"n":30, "price": 1.500000000000000000001, "day": "2026-03-01", "word": "te\\u0061"}',
    '{"n": 3, "price": 1.5, "day": "2026-03-01"',
    '{"n": 3, "n": 4, "price": 1.5, "day": "2026-03-01", "word": "tea"}',
    "[1, 2]",
    "{}",
    '{"n": 3, "price": 1.5, "day": "1999-03-01", "word": null, "reason": "own"}',
    '{"n": 4, "price": 1.5, "day": "2026-03-01", "word": null, "reason": "own"}',
]


def test_lines_of_json_stay_as_they_are_and_broken_ones_are_refused(contract, tmp_path, ask):
    source, good, bad = (tmp_path / f"{name}.jsonl" for name in ("rows", "good", "bad"))
    source.write_text("\n\n".join(LINES))
    code, text = ask("split", contract, source, "--good", good, "--bad", bad)
    assert (code, text) == (1, f"6 of 8 rows do not fit {contract}: {bad}\n")
    assert good.read_text().splitlines() == [LINES[0], LINES[-1]]
    written = bad.read_text().splitlines()
    assert written[0] == f'{LINES[1][:-1]}, "reason": "n: an int from 0 to 9 is required"}}'
    rows = [*map(json.loads, written)]
    assert [row.get("row") for row in rows] == [None, LINES[2], None, [1, 2], None, None]
    assert written[2].startswith(LINES[3][:-1])
    assert rows[1]["reason"].startswith(f"{source}:5 is not JSON")
    assert "'n'" in rows[2]["reason"]
    assert without_reason(rows[4]) == {}
    assert rows[5]["reason"] == "own"
    assert rows[5]["reason_2"].startswith("day: ")


def test_a_list_of_json_becomes_lines(contract, tmp_path, ask):
    source, good = tmp_path / "rows.json", tmp_path / "good.jsonl"
    rows = [json.loads(LINES[0]), {**json.loads(LINES[0]), "word": "\ud800"}]
    source.write_text(json.dumps(rows))
    bad = tmp_path / "bad.jsonl.gz"
    assert ask("split", contract, source, "--good", good, "--bad", bad)[0] == 1
    assert json.loads(good.read_text()) == rows[0]
    with gzip.open(bad, "rt") as file:
        assert without_reason(json.loads(file.read())) == rows[1]


def frame_of(polars, numbers):
    return polars.DataFrame({"n": numbers, "price": [1.5] * len(numbers), "word": ["tea"] * len(numbers)})


FRAMES = CONTRACT.replace('    "day"', '    # "day"')


def test_parquet_becomes_parquet(contract, tmp_path, ask):
    polars = pytest.importorskip("polars")
    contract.write_text(FRAMES)
    nights = tmp_path / "nights"
    nights.mkdir()
    (nights / "_SUCCESS").touch()
    (nights / ".part.crc").touch()
    frame_of(polars, [1, 20, 3]).write_parquet(nights / "a.parquet")
    frame_of(polars, [4, 5]).write_parquet(nights / "b.parquet")
    good, bad = tmp_path / "good.parquet", tmp_path / "bad.parquet"
    for rows in (nights, nights / "*.parquet", nights / "?.parquet"):
        code, text = ask("split", contract, rows, "--good", good, "--bad", bad)
        assert (code, text) == (1, f"1 of 5 rows do not fit {contract}: {bad}\n")
        assert polars.read_parquet(good).equals(frame_of(polars, [1, 3, 4, 5]))
        assert polars.read_parquet(bad).rows() == [(20, 1.5, "tea", "n: an int from 0 to 9 is required")]
    assert ask("split", contract, good, "--bad", bad) == (0, "all 4 rows fit\n")
    assert polars.read_parquet(bad).is_empty()
    assert polars.read_parquet(bad).columns == ["n", "price", "word", "reason"]


def test_files_are_read_in_the_order_of_their_names(contract, tmp_path, ask):
    (tmp_path / "nights").mkdir()
    rows = [{"n": str(n), "price": "1", "day": "2026-03-01", "word": "tea"} for n in range(9)]
    for name, place in (("b.csv.gz", 1), ("c.csv", 2), ("a.csv", 0)):
        write_cells(tmp_path / "nights" / name, rows[3 * place : 3 * place + 3])
    good = tmp_path / "good.csv"
    for pattern in (tmp_path / "nights", tmp_path / "n*" / "*.csv*"):
        assert ask("split", contract, pattern, "--good", good) == (0, "all 9 rows fit\n")
        assert read_cells(good) == rows
        assert ask("valid", contract, pattern) == (0, "all 9 rows fit\n")
        assert ask("profile", contract, pattern, "--json")[1]["total"] == 9
    write_cells(tmp_path / "nights" / "b2.csv", [{**rows[0], "n": "20"}])
    assert f"{tmp_path}/nights/b2.csv:2: " in ask("valid", contract, tmp_path / "nights")[1]
    (tmp_path / "ages").mkdir()
    for name, way in (("a", 1), ("b", -1)):
        ages = "".join(f"{i % 74}\n" for i in range(1000)[::way])
        (tmp_path / "ages" / f"{name}.csv").write_text(f"age\n{ages}")
    out = tmp_path / "ages.py"
    assert "2,000 rows" in ask("infer", tmp_path / "ages", "-o", out, "--unordered", "--why")[1]
    assert ask("valid", out, tmp_path / "ages") == (0, "all 2,000 rows fit\n")


def test_a_file_keeps_its_mode_and_its_link_and_nothing_else_is_left(contract, tmp_path, ask, refused):
    source = write_cells(tmp_path / "rows.csv", rows_of_cells(random.Random(0), 50))
    own, link, bad = tmp_path / "own.csv", tmp_path / "link.csv", tmp_path / "bad.csv"
    own.write_text("")
    own.chmod(0o640)
    link.symlink_to(own)
    assert ask("split", contract, source, "--good", link, "--bad", bad)[0] == 1
    assert link.is_symlink()
    assert own.stat().st_mode & 0o777 == 0o640
    assert {*os.listdir(tmp_path)} == {"contract.py", "rows.csv", "own.csv", "link.csv", "bad.csv"}
    before = [own.read_bytes(), bad.read_bytes()]
    with source.open("a") as file:
        file.write("1,2\n")
    assert "a row of 2 cells" in refused("split", contract, source, "--good", link, "--bad", bad)
    assert [own.read_bytes(), bad.read_bytes()] == before
    assert {*os.listdir(tmp_path)} == {"contract.py", "rows.csv", "own.csv", "link.csv", "bad.csv"}


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("rows.csv", "split writes --good FILE, --bad FILE, or both"),
        ("rows.csv --good a.csv --bad ./a.csv", "--good and --bad are one file, ./a.csv"),
        ("rows.csv --bad rows.csv", "--bad rows.csv would be written over rows.csv, which it comes from"),
        ("rows.csv --good contract.py", "--good contract.py would be written over contract.py, which"),
        (
            "rows.csv --good a.jsonl",
            "rows.csv is cells, and a.jsonl is to be lines of JSON: rows are",
        ),
        ("rows.jsonl --good a.json", "rows.jsonl is lines of JSON, and a.json is to be JSON: rows are"),
        (
            "rows.csv rows.jsonl --good a",
            "rows.jsonl is lines of JSON, and the files before it are cells: ",
        ),
        ("rows.csv --bad a.tsv", r"rows.csv has ',' between its cells, and a.tsv '\t', which reads"),
        (
            "rows.csv semicolon.csv --bad a.csv",
            "semicolon.csv has ';' between its cells, and the files ",
        ),
        (
            "rows.csv other.csv --bad a.csv",
            "other.csv has other columns than the files before it: ['m', ",
        ),
        ("empty --good a.csv", "the folder empty has no files of rows"),
        ("days --good a.csv", "days has folders, such as day=1, whose names are not read as a column; "),
        ("none*.csv --good a.csv", "no file fits none*.csv"),
        ("rows.csv --bad duckdb:///a.db#x", "--bad duckdb:///a.db#x is a table, and rows.csv is a file: "),
        ("header.csv --good a.csv", "there are no rows in header.csv, so nothing is written"),
    ],
)
def test_what_cannot_be_split_is_a_line_and_leaves_no_file(argv, message, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    files = {
        "contract.py": "import mxspec as s\nspec = s.keys(opt_un={'n': s.int_in(0, 10)})\n",
        "rows.csv": "n,word\n1,tea\n20,tea\n",
        "semicolon.csv": "n;word\n1;tea\n",
        "other.csv": "m,word\n1,tea\n",
        "header.csv": "n,word\n",
        "rows.jsonl": '{"n": 1}\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for folder in ("empty", "days/day=1"):
        (tmp_path / folder).mkdir(parents=True)
    assert message in refused("split", "contract.py", *argv.split())
    assert {*os.listdir()} == {*files, "empty", "days"}
    assert (tmp_path / "rows.csv").read_text() == files["rows.csv"]


def test_a_broken_term_of_the_table_is_told(tmp_path, ask):
    contract, rows, good = (tmp_path / name for name in ("contract.py", "rows.csv", "good.csv"))
    contract.write_text("import mxspec as s\nspec = s.contract(s.keys(req_un={'n': int}), unique=('n',))\n")
    rows.write_text("n\n1\n1\n")
    code, text = ask("split", contract, rows, "--good", good)
    problem = "of the table, 'n': 1 value repeats: 1 (2 times, again in row 2)"
    assert (code, text) == (1, f"all 2 rows fit\n{problem}\n")


@pytest.mark.parametrize("text", [*LINES, "3", '"text"', "{ }", '{"a": {"reason": 1}}', "not JSON", ""])
def test_a_line_with_a_reason_is_the_line_and_a_reason(text):
    row = json.loads(_line_with_reason(text, 'so "it" is\n'))
    [name] = [key for key, x in row.items() if x == 'so "it" is\n']
    rest = {key: x for key, x in row.items() if key != name}
    try:
        known = json.loads(text)
    except ValueError:
        known = text
    assert rest == (known if isinstance(known, dict) else {"row": known})


@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".jsonl", ".json", ".parquet"])
def test_flag_writes_each_row_and_says_why_it_does_not_fit_as_split_does(suffix, contract, tmp_path, ask):
    polars = pytest.importorskip("polars")
    contract.write_text(FRAMES)
    rows = [{"n": n, "price": 1.5, "word": "tea"} for n in (1, 20, 3, -1)]
    source, flagged, bad = (tmp_path / f"{name}{suffix}" for name in ("rows", "flagged", "bad"))
    if suffix == ".parquet":
        polars.DataFrame(rows).write_parquet(source)
    elif suffix in (".jsonl", ".json"):
        lines = [*map(json.dumps, rows)]
        source.write_text("\n".join(lines) if suffix == ".jsonl" else f"[{','.join(lines)}]")
        flagged, bad = (path.with_suffix(".jsonl") for path in (flagged, bad))
    else:
        write_cells(source, rows, "\t" if ".tsv" in suffix else ",")
    code, text = ask("flag", contract, source, "-o", flagged)
    assert (code, text) == (1, f"2 of 4 rows do not fit {contract}: {flagged}\n")
    assert ask("split", contract, source, "--bad", bad)[0] == 1
    listed, refused = (written_rows(path) for path in (flagged, bad))
    assert [row["reason"] or None for row in listed] == [None, "n: an int from 0 to 9 is required"] * 2
    assert [row for row in listed if row["reason"]] == refused
    assert [int(row["n"]) for row in listed] == [1, 20, 3, -1]
    assert {*os.listdir(tmp_path)} == {each.name for each in (contract, source, flagged, bad)}


def written_rows(path):
    if path.suffix == ".parquet":
        return pytest.importorskip("polars").read_parquet(path).to_dicts()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return read_cells(path, "\t" if ".tsv" in path.suffixes else ",")


def test_flag_keeps_a_column_reason_and_cells_as_they_are_written(tmp_path, ask):
    contract, rows, flagged = (tmp_path / name for name in ("contract.py", "rows.csv", "flagged.csv"))
    contract.write_text("import mxspec as s\nspec = s.contract(s.keys(req_un={'n': int}), unique=('n',))\n")
    rows.write_text('n,Reason\n007,"a, b"\n7,\nx,1\n')
    code, text = ask("flag", contract, rows, "-o", flagged)
    assert code == 1
    assert text.startswith(f"1 of 3 rows do not fit {contract}: {flagged}\n")
    assert flagged.read_text() == 'n,Reason,reason_2\n007,"a, b",\n7,,\nx,1,n: an int is required\n'
    rows.write_text("n\n1\n1\n")
    code, text = ask("flag", contract, rows, "-o", flagged)
    assert (code, text.partition("\n")[0]) == (1, "all 2 rows fit")
    assert "1 value repeats" in text


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("rows.csv", "the following arguments are required: -o"),
        ("rows.csv -o rows.csv", "-o rows.csv would be written over rows.csv, which it comes from"),
        ("rows.csv -o contract.py", "-o contract.py would be written over contract.py, which it comes from"),
        ("rows.csv -o a.jsonl", "rows.csv is cells, and a.jsonl is to be lines of JSON: rows are"),
        ("header.csv -o a.csv", "there are no rows in header.csv, so nothing is written"),
        ("rows.csv -o duckdb:///a.db#x", "-o duckdb:///a.db#x is a table, and rows.csv is a file: rows are"),
    ],
)
def test_what_cannot_be_flagged_is_a_line_and_leaves_no_file(argv, message, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    files = {
        "contract.py": "import mxspec as s\nspec = s.keys(opt_un={'n': s.int_in(0, 10)})\n",
        "rows.csv": "n,word\n1,tea\n20,tea\n",
        "header.csv": "n,word\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert message in refused("flag", "contract.py", *argv.split())
    assert {*os.listdir()} == {*files}
    assert all((tmp_path / name).read_text() == text for name, text in files.items())


def test_the_library_splits_alike(contract, tmp_path, ask):
    polars = pytest.importorskip("polars")
    contract.write_text(FRAMES)
    names = {}
    exec(FRAMES, names)
    frame = frame_of(polars, [1, 20, 3])
    frame.write_parquet(tmp_path / "a.parquet")
    bad = tmp_path / "bad.parquet"
    ask("split", contract, tmp_path / "a.parquet", "--bad", bad)
    assert polars.read_parquet(bad).equals(s.split(names["spec"], frame)[1])
