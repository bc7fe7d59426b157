"""The law of doors: a contract accepts its own rows by every door, and all doors make one contract."""

import functools
import itertools
import random
import warnings

import pytest

import mxspec as s
from mxspec.inference.rows import read_chunks
from tests.mxspec.inference import doors
from tests.mxspec.random_tables import RandomTable
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(1)

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

FRAMES = {
    "pandas": lambda table: pd.DataFrame(table.columns),
    "polars": lambda table: pl.DataFrame(table.columns),
    "pyarrow": lambda table: pa.table(table.columns),
}
FILES = {
    "csv": doors.write_csv,
    "jsonl": doors.write_jsonl,
    "parquet": doors.write_parquet,
    "csv of pandas": doors.write_csv_of_pandas,
    "parquet of pandas": doors.write_parquet_of_pandas,
}
# A door that can't tell all that is in a table, and the rows that come in by it.
READS = {
    "pandas": doors.as_pandas_reads,
    "csv": doors.as_csv_reads,
    "jsonl": doors.as_json_reads,
    "csv of pandas": doors.as_csv_of_pandas_reads,
    "parquet of pandas": doors.as_pandas_reads,
}

infer = functools.partial(s.infer, refuse=0.95, confidence=0.5)  # of few rows, too


def refused_text(contract, rows):
    """The words about the first of some rows that does not fit, None if all fit."""
    if not isinstance(rows, list):
        return None if s.valid(contract, rows) else s.explain_str(contract, rows)
    return next((s.explain_str(contract, row) for row in rows if not s.valid(contract, row)), None)


def check_doors(seed, folder):
    """Ask the contract of each door about the rows of every door; return the number of questions."""
    table = RandomTable(seed)
    sources = {"dicts": table.rows}
    sources |= {door: make(table) for door, make in FRAMES.items()}
    files = {door: write(table, folder) for door, write in FILES.items()}
    contracts = {door: infer(rows) for door, rows in sources.items()}
    for door, (path, dialect) in files.items():
        contracts[door] = infer([row for chunk in read_chunks(path, None, dialect) for row in chunk.rows()])
    asked = 0
    for door, contract in contracts.items():
        own = READS[door](table) if door in READS else table.rows
        is_whole = repr(own) == repr(table.rows)
        of_dicts = contracts["dicts"] if is_whole else infer(own)
        assert s.form(contract) == s.form(of_dicts), (seed, door, table.types)
        others = contracts.keys()
        if is_whole and door != "dicts":
            continue  # the same contract has been asked
        # A door that can't tell all makes another contract, which its own rows are asked about alone; but for
        # the ints of pandas, which only dicts tell from floats.
        if not is_whole:
            others = others - {"dicts"} if READS[door] is doors.as_pandas_reads else {door}
        for other in others:
            if other in files:
                path, dialect = files[other]
                batches = [chunk.batch for chunk in read_chunks(path, contract, dialect)]
            else:
                batches = [sources[other]]
            for rows in batches:
                refused = refused_text(contract, rows)
                assert refused is None, (seed, door, other, table.types, refused)
            asked += 1
    return asked


@pytest.fixture(autouse=True)
def zones_are_kept(monkeypatch):
    # pyspark.pandas, which pandera imports, sets it, and then pyarrow makes tables of other moments.
    monkeypatch.delenv("PYARROW_IGNORE_TIMEZONE", raising=False)


@pytest.mark.parametrize("seeds", [range(4), pytest.param(range(4, 30), marks=pytest.mark.slow)], ids=str)
def test_a_contract_accepts_its_own_rows_by_every_door(seeds, tmp_path):
    assert sum(check_doors(seed, tmp_path) for seed in seeds) >= 9 * len(seeds)


MANY = [range(start, start + 100) for start in range(1100, 3000, 100)]


@pytest.mark.parametrize("seeds", rows_by_suite(slow=[range(1000, 1030)], stress=MANY), ids=str)
def test_a_contract_accepts_its_own_rows_by_every_door_of_many_tables(seeds, tmp_path):
    for seed in seeds:
        check_doors(seed, tmp_path)


def patients(drawn, n):
    """Rows of patients that are alike, shuffled."""
    levels = {f"P{i}": drawn.gauss(0, 5) for i in range(max(2, n // 100))}
    names = drawn.choices([*levels], k=n)
    return [
        {"patient": x, "sugar": levels[x] + drawn.gauss(0, 0.1), "sex": "mf"[int(x[1:]) % 2]} for x in names
    ]


def log_of(drawn, n):
    """Rows in an order, with neighbours that are alike, and cells that are missing in stretches."""
    level, rows = 0.0, []
    for i in range(n):
        level = 0.95 * level + drawn.gauss(0, 1)
        note = None if i // 200 % 5 == 0 else drawn.choice(["ok", "late"])
        rows.append({"at": 10**6 + 3 * i, "heat": round(level, 3), "note": note, "day": 1 + i * 28 // n})
    return rows


TABLES = {"patients": patients, "a log": log_of}


def parts_of(rows):
    """The sum of the sketches of parts of rows."""
    cuts = [0, len(rows) // 7, len(rows) // 2, len(rows)]
    return sum(s.sketch(rows[a:b], start=a) for a, b in itertools.pairwise(cuts))


DOORS = {
    "pandas": lambda rows, folder: pd.DataFrame(rows),
    "polars": lambda rows, folder: pl.DataFrame(rows, infer_schema_length=None),
    "csv": lambda rows, folder: csv_of(rows, folder),
    "a generator": lambda rows, folder: (row for row in rows),
    "parts": lambda rows, folder: parts_of(rows),
}


def csv_of(rows, folder):
    pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / "rows.csv")
    return folder / "rows.csv"


@pytest.mark.parametrize(
    ("n", "options"),
    [
        (10, {"refuse": 0.9}),
        (300, {"refuse": 0.5}),
        (1001, {"refuse": 0.5}),
        (1500, {"refuse": 0.3, "ordered": False}),
        (6000, {"refuse": 0.3}),
        pytest.param(20_000, {"refuse": 0.2}, marks=pytest.mark.slow),
        pytest.param(20_001, {"refuse": 0.2}, marks=pytest.mark.slow),
        pytest.param(50_000, {"refuse": 0.2}, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)
def test_a_table_makes_one_contract_with_one_warning_by_every_door_at_every_size(make, n, options, tmp_path):
    rows, answers = make(random.Random(n), n), {}
    for door, come_in in {"dicts": lambda rows, folder: rows, **DOORS}.items():
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always")
            contract = s.infer(come_in(rows, tmp_path), **options)
        answers[door] = s.source(contract), [str(note.message) for note in notes]
    assert {door: answer for door, answer in answers.items() if answer != answers["dicts"]} == {}
    if make is patients and 1500 <= n <= 20_000:  # of more rows, a sample is looked at
        assert "Then groups='patient'" in answers["dicts"][1][-1]


@pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)
def test_groups_make_one_contract_by_every_door(make, tmp_path):
    key, rows = ("patient" if make is patients else "day"), make(random.Random(3), 3000)
    contracts = {
        door: s.infer(come_in(rows, tmp_path), refuse=0.9, groups=key)
        for door, come_in in {"dicts": lambda rows, folder: rows, **DOORS}.items()
        if door != "parts"
    }
    assert len({*map(s.source, contracts.values())}) == 1
