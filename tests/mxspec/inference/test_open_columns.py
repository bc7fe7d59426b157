"""The law of columns without a bound: rows that go on as the rows did are not refused for them."""

import collections
import csv
import datetime as dt
import itertools
import random
import string

import pytest

import mxspec as s
from mxspec.inference.delimited import Dialect
from mxspec.inference.rows import read_chunks
from tests.mxspec.meaning import execute
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(2)

SEEDS = rows_by_suite(range(8), slow=range(8, 40), stress=range(40, 100))
DAY = dt.date(2024, 1, 1)
ROWS = 300


def in_base(number, letters):
    """A number in the digits of a base, as hexadecimal ones are."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, len(letters))
        digits = letters[digit] + digits
    return digits


def in_letters(number):
    """A, B, ... Z, AA, AB, ..., as the columns of a spreadsheet."""
    letters = ""
    while number >= 0:
        number, letter = divmod(number, 26)
        letters, number = string.ascii_uppercase[letter] + letters, number - 1
    return letters


# By the name of a layout: a function from the number of a row to its value.
COUNTERS = {
    "ints": int,
    "floats": float,
    "dates": lambda i: DAY + dt.timedelta(i),
    "texts of dates": lambda i: str(DAY + dt.timedelta(i)),
    "texts of ints": str,
    "texts of decimals": lambda i: f"{i / 100:.2f}",
    **{form: form.format for form in ("O-{}", "{:04}", "INV{:06}/x", "v{} (new)", "A{:02}", "no. {:,}")},
    **{form: form.format for form in ("{:x}", "{:X}", "0x{:04x}")},
    "letters": in_letters,
    "letters and digits": lambda i: f"{in_letters(i // 100)}{i % 100:02}",
    "any digits": lambda i: in_base(i, string.digits + string.ascii_uppercase),
    "two numbers": lambda i: f"{i // 60}-{i % 60:02}",
    "lots": lambda i: f"lot {i // 30}",
    "times": lambda i: f"after {dt.timedelta(minutes=i)}",
    "URLs": "https://example.com/{}".format,
    "mail": "user{}@example.com".format,
    "nested": lambda i: {"id": f"O-{i}", "lines": [f"{i}/1", f"{i}/2"]},
    "tagged": lambda i: {"kind": f"k{i // 60}", "ab"[i // 60 % 2]: i % 7},
}  # fmt: skip
PLAIN = [name for name in COUNTERS if name not in ("nested", "tagged")]


def rows_of(drawn, names, start, numbers):
    """Rows of some numbers: a column for each counter, and columns that do not count."""
    begin = {name: start + drawn.randrange(90) for name in names}
    return [
        {name: COUNTERS[name](begin[name] + i) for name in names}
        | {"qty": i * 7919 % 1009 % 20, "plan": "free" if i * 31 % 47 < 20 else "pro"}
        for i in numbers
    ]


def table(seed, kinds):
    """Rows that end near a power of ten, and later ones, up to a hundred times as far."""
    drawn = random.Random(seed)
    names = drawn.sample(kinds, drawn.randrange(1, 4))
    start = 10 ** drawn.randrange(3, 6) - drawn.randrange(ROWS, 2 * ROWS)
    numbers = [*range(ROWS + 200), *(10**k * j for k in range(3, 6) for j in (1, 3, 9))]
    rows = rows_of(drawn, names, start, numbers)
    own = rows[:ROWS]
    return (drawn.sample(own, ROWS) if drawn.random() < 0.3 else own), rows[ROWS:]


def as_texts(rows):
    return [{key: str(x) for key, x in row.items()} for row in rows]


def check_later_rows(contract, own, later):
    """Later rows fit, as far as the open columns go; so do all of them as a table."""
    opened = s.promise(contract).open
    for known, row in zip(itertools.cycle(own), later, strict=False):
        asked = {**known, **{key: row[key] for key in opened}}
        assert s.valid(contract, asked), s.explain_str(contract, asked)
    columns = [{key: row[key] for key in opened} for row in [*own[-1:], *later]]
    problems = contract.table.problems(columns) if opened else []
    assert [line for line in problems if line.startswith(tuple(map(repr, opened)))] == []
    return len(opened)


@pytest.mark.parametrize("seed", SEEDS)
def test_later_rows_are_not_refused_for_an_open_column(seed):
    own, later = table(seed, [*COUNTERS])
    key = next(iter(own[0]))
    numbers = {id(row): i // 3 for i, row in enumerate(own)}
    parts = s.sketch(own[:100]) + s.sketch(own[100:], start=100)
    options = [{}, {"refuse": 0.9}, {"ordered": False}, {"groups": lambda row: numbers[id(row)]}]
    if isinstance(own[0][key], (int, float, dt.date)):
        options.append({"time": key})
    contracts = [s.infer(own, **{"refuse": 0.2, **own_options}) for own_options in options]
    contracts += [s.infer(parts, refuse=0.2)]
    contracts += [*map(execute, contracts[:1])]
    for contract in contracts:
        check_later_rows(contract, own, later)


@pytest.mark.few(9)
@pytest.mark.parametrize("name", [name for name in COUNTERS if "x}" not in name.lower()])
def test_each_counter_is_open_in_the_order_of_its_rows(name):
    drawn = random.Random(name)
    rows = rows_of(drawn, [name], 9700 - 89, range(ROWS + 500))
    contract = s.infer(rows[:ROWS], refuse=0.2)
    assert name in s.promise(contract).open
    assert check_later_rows(contract, rows[:ROWS], rows[ROWS:])


@pytest.mark.parametrize("seed", SEEDS)
def test_later_rows_are_not_refused_by_any_door(seed, tmp_path):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    own, later = table(seed, PLAIN)
    for make in (pd.DataFrame, pl.DataFrame):
        check_later_rows(s.infer(make(own), refuse=0.2), own, later)
    texts, more = as_texts(own), as_texts(later)
    check_later_rows(s.infer(texts, refuse=0.2), texts, more)
    for path, rows in ((tmp_path / "own.csv", own), (tmp_path / "later.csv", later)):
        with path.open("w", newline="") as file:
            lines = csv.DictWriter(file, rows[0])
            lines.writeheader()
            lines.writerows(rows)
    contract = s.infer(tmp_path / "own.csv", refuse=0.2)
    own, later = (
        [row for chunk in read_chunks(path, contract, Dialect()) for row in chunk.rows()]
        for path in (tmp_path / "own.csv", tmp_path / "later.csv")
    )
    check_later_rows(contract, own, later)


def test_a_column_that_has_no_bound_tells_no_rows_apart():
    args = [{"a": i % 7} if i // 250 % 2 else {"b": i % 5} for i in range(8000)]
    rows = [{"lot": f"lot {i // 250}", "args": own} for i, own in enumerate(args)]
    contract = s.infer(rows, refuse=0.2)
    assert [*s.promise(contract).open] == ["lot"]
    assert s.valid(contract, {"lot": "lot 99", "args": {"a": 1}})


# --- texts of numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_texts_of_ints_have_the_range_of_the_ints_or_are_named(seed):
    drawn = random.Random(seed)
    low = drawn.choice([0, 1, 1, -40, 90, 1000])
    xs = [drawn.randrange(low, low + 10 ** drawn.randrange(1, 5)) for _ in range(ROWS)]
    rows = [{"id": str(9700 + i), "qty": str(x), "price": f"{drawn.random():.2f}"} for i, x in enumerate(xs)]
    contract = s.infer(rows, refuse=0.2)
    assert [row for row in [*rows, *s.sample(execute(contract), 3)] if not s.valid(contract, row)] == []
    if "qty" not in s.promise(contract).open:
        for wrong in (str(10**9), str(-(10**9)), str(10 * max(xs) + 9), "1.5", "x"):
            assert not s.valid(contract, {**rows[0], "qty": wrong})
    notes = collections.Counter(path[0] for path, note in contract.notes.items() if "widened" in note)
    assert {*contract.wide} == notes.keys() or contract.is_loose


def test_texts_of_ints_say_what_ints_say():
    drawn = random.Random(0)
    xs = [drawn.randrange(1, 121) for _ in range(1000)]
    (_, low, end), texts = s.form(s.infer(xs)), s.form(s.infer([*map(str, xs)]))
    assert texts == (
        "str_in",
        {"pattern": r"\d+", "format": "number", "least": f"{low}", "most": f"{end - 1}"},
    )


def test_texts_of_digits_of_one_length_or_with_other_texts_have_no_range():
    codes = [f"{i * 7919 % 100_000:05}" for i in range(1000)]
    assert s.form(s.infer(codes)) == ("str_in", {"pattern": r"\d{5}"})
    mixed = [f"{i * 7919 % 100_000}" for i in range(1000)]
    mixed[500] = "12x"
    contract = s.infer(mixed, refuse=0.05)
    assert "format" not in s.form(contract)[1]
    assert s.promise(contract).bounds >= 1
