"""Contracts out of rows in an order: what grows or drifts has no bound, and the promise lasts."""

import datetime as dt
import itertools
import math
import pickle
import random
from typing import NamedTuple

import pytest

import mxspec as s
from mxspec.inference.coins import numbers_of
from mxspec.inference.column_sketch import sketch
from mxspec.inference.order import OrderedColumn
from mxspec.inference.structure import Ease
from mxspec.promises.exchangeable import centred_ranks
from tests.measurements.contracts import halves
from tests.mxspec.meaning import execute

pytestmark = pytest.mark.few(3)

DAY = dt.date(2024, 1, 1)


def rows_of(n=1000, seed=0, **columns):
    """Rows with an age and a plan in any order, and other columns of their number and a drawn number."""
    drawn = random.Random(seed)
    return [
        {"age": drawn.randrange(18, 92), "plan": drawn.choice(["free", "pro"])}
        | {key: make(i, drawn.gauss(0, 1)) for key, make in columns.items()}
        for i in range(n)
    ]


def contract_of(rows, **options):
    contract = s.infer(rows, refuse=0.1, **options)
    return contract, dict(s.promise(contract).open), s.form(contract)[1]["req_un"]


# A column of the number of its row and noise; why it has no bound; what is left of it.
COLUMNS = {
    "a counter": (lambda i, x: i, "grows with the rows", ("range_of", int, 0, None)),
    "a counter that falls": (lambda i, x: -i, "falls with the rows", int),
    "a counter with gaps": (
        lambda i, x: 3 * i + round(abs(x)), "grows with the rows", ("range_of", int, 0, None),
    ),
    "a code": (
        lambda i, x: f"A-{i}", "grows with the rows",
        ("str_in", {"min_length": 2, "pattern": r"[!-`\{-~]([ -`\{-~]*[!-`\{-~])?"}),
    ),
    "days": (
        lambda i, x: DAY + dt.timedelta(i), "grows with the rows, so no end is stated",
        ("range_of", dt.date, DAY, None),
    ),
    "days as text": (
        lambda i, x: str(DAY + dt.timedelta(i)), "grows with the rows, so no end is stated",
        ("str_in", {"format": "date", "least": str(DAY)}),
    ),
    "years": (lambda i, x: 2000 + i // 200, "grows with the rows", ("range_of", int, 2000, None)),
    "a trend": (lambda i, x: i / 100 + x, "drifts with the rows", None),
    "a category for each part": (lambda i, x: f"lot {i // 100}", "grows with the rows", None),
    "another type": (lambda i, x: "x" if i > 600 else i % 7, "drifts with the rows", None),
    "values that are missing later": (
        lambda i, x: None if i > 600 and x > 0 else x, "drifts with the rows", None,
    ),
    "noise": (lambda i, x: x, None, None),
    "values that alternate": (lambda i, x: i % 2, None, None),
    "short cycles": (lambda i, x: i % 24, None, ("int_in", 0, 24)),
    "a constant": (lambda i, x: "v1", "will have new values", None),
}  # fmt: skip


NO_GUARD = ("a counter that falls", "another type", "values that are missing later")


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_that_grows_or_drifts_has_no_bound_and_is_named(kind):
    make, reason, left = COLUMNS[kind]
    contract, opened, columns = contract_of(rows_of(x=make))
    assert opened == ({} if reason is None else {"x": reason})
    assert left is None or columns["x"] == left
    assert (f"\n'x' {reason}" in s.promise(contract).explained) is (reason is not None)
    words = "no bound" if kind in NO_GUARD else "a guard alone"
    note = f"# {reason}" + f", so it has {words}" * ("days" not in kind)
    assert (note in s.source(contract)) is (reason is not None)
    assert s.valid(contract, rows_of(x=make)[0])


@pytest.mark.parametrize("kind", [kind for kind in COLUMNS if COLUMNS[kind][1]])
def test_shuffled_rows_have_bounds_but_for_the_end_of_their_days_and_serial_numbers(kind):
    rows = random.Random(1).sample(rows_of(x=COLUMNS[kind][0]), 1000)
    serial = {"x": "is a serial number"} if kind in ("a counter", "a counter that falls", "a code") else {}
    ends = {"x": "ends 2026-09-26, so no end is stated"} if "days" in kind else serial
    following = {"x": "will have new values"} if kind in ("years", "a constant") else ends
    assert contract_of(rows)[1] == following


@pytest.mark.parametrize(
    "groups", [None, "plan", lambda row: row["plan"]], ids=["rows", "a key", "a function"]
)
def test_a_promise_says_nothing_of_the_end_of_serial_numbers(groups):
    rows = random.Random(2).sample(rows_of(3000, id=lambda i, x: i, draw=lambda i, x: i * 7919 % 3001), 3000)
    rows = [row | {"plan": i // 5} for i, row in enumerate(rows)]
    _, opened, columns = contract_of(rows, groups=groups)
    assert opened.keys() - {"plan"} == {"id", "draw"}
    assert columns["id"] == ("range_of", int, 0, None)
    chance = [row | {"id": random.Random(3 + row["id"]).randrange(10**6)} for row in rows]
    assert "id" not in contract_of(chance, groups=groups)[1]


class Row(NamedTuple):
    """A row that is a record."""

    id: int
    age: int


@pytest.mark.parametrize(
    "make",
    [dict, lambda row: Row(**row), lambda row: [*row.values()], lambda row: row["id"]],
    ids=["maps", "records", "lists", "ints"],
)
def test_serial_numbers_of_any_rows_have_no_end(make):
    rows = random.Random(2).sample([{"id": i, "age": i % 74} for i in range(2000)], 2000)
    contract = s.infer([make(row) for row in rows])
    assert "is a serial number" in s.promise(contract).explained
    assert s.valid(contract, make({"id": 10**6, "age": 3}))


def test_a_counter_says_nothing_of_other_columns():
    contract, _, columns = contract_of(rows_of(id=lambda i, x: i))
    assert columns["age"] == ("int_in", 18, 92)
    assert {*contract.wide} <= {"id"}


@pytest.mark.parametrize(
    "clock", [lambda i, x: i, lambda i, x: i / 50 + x, lambda i, x: DAY + dt.timedelta(i * 7 % 30)],
    ids=["counter", "drift", "days of a month"],
)  # fmt: skip
def test_a_constant_beside_a_column_that_grows_may_change(clock):
    _, opened, columns = contract_of(rows_of(clock=clock, state=lambda i, x: "on"))
    assert opened["state"] == "has one value so far, beside a column that grows or drifts"
    assert columns["state"] == ("str_in", {"min_length": 1, "pattern": "[!-~]([ -~]*[!-~])?"})
    assert columns["age"] == ("int_in", 18, 92)


@pytest.mark.parametrize(
    "day", [
        lambda i: int(f"{DAY + dt.timedelta(7 * i):%Y%m%d}"), lambda i: DAY + dt.timedelta(7 * i),
        lambda i: f"{1950 + i // 12}-{1 + i % 12:02}-01",
        lambda i: dt.date(1950 + (i + 1) // 12, 1 + (i + 1) % 12, 1) - dt.timedelta(1),
        lambda i: dt.datetime(1600 + i // 4, 1 + 3 * (i % 4), 1),
        lambda i: DAY + dt.timedelta(i // 5 * 7 + i % 5),
    ],
    ids=["weeks as ints", "weeks", "months", "ends of months", "quarters", "working days"],
)  # fmt: skip
def test_shuffled_rows_of_a_regular_series_are_judged_in_its_order(day):
    rows = rows_of(at=lambda i, x: day(i), co2=lambda i, x: i / 50 + x)
    contract, opened, columns = contract_of(random.Random(5).sample(rows, 1000))
    assert opened.keys() == {"at", "co2"}
    assert opened["at"].startswith("ends ")
    assert columns["age"] == ("int_in", 18, 92)
    assert s.valid(contract, {**rows[-1], "at": day(1200), "co2": 99.0})


def test_days_of_birth_are_no_period():
    drawn = random.Random(5)
    born = [dt.date(1940, 1, 1) + dt.timedelta(drawn.randrange(25_000)) for _ in range(1000)]
    assert contract_of(rows_of(born=lambda i, x: born[i]))[1] == {}


def test_ints_that_are_days_but_for_one_are_numbers():
    rows = rows_of(at=lambda i, x: int(f"{DAY + dt.timedelta(7 * i):%Y%m%d}") if i else 2025_13_01)
    assert contract_of(random.Random(5).sample(rows, 1000))[1] == {"at": "will have new values"}


def test_a_column_that_has_gone_beyond_its_bounds_without_a_trend_is_widened():
    rows = rows_of(
        2000, x=lambda i, x: x + 4 * (i % 700 == 60) * (1 + i / 1000), price=lambda i, x: i / 50 + x
    )
    contract, _, columns = contract_of(rows)
    assert contract.wide == ("x", "price")
    low, high = columns["x"][1]["min"], columns["x"][1]["max"]
    assert low < min(row["x"] for row in rows) < max(row["x"] for row in rows) <= high
    far, near = {**rows[0], "x": 99.0}, {**rows[0], "age": 92}
    assert "beyond all of 2,000 rows" in s.explain_str(contract, far)
    assert "above 91, the most of 2,000 rows" in s.explain_str(contract, near)


def test_the_day_of_a_date_that_has_no_end_has_no_bound():
    rows = rows_of(
        at=lambda i, x: dt.datetime(2025, 2, 1, 5) + dt.timedelta(hours=i * 7919 % 672),
        day=lambda i, x: (dt.datetime(2025, 2, 1) + dt.timedelta(hours=i * 7919 % 672)).day,
        rank=lambda i, x: i * 31 % 28 + 1,
        month=lambda i, x: f"{(dt.datetime(2025, 2, 1) + dt.timedelta(hours=i * 7919 % 672)).month:02}",
        text=lambda i, x: str((dt.datetime(2025, 2, 1) + dt.timedelta(hours=i * 7919 % 672)).day),
    )
    _, opened, columns = contract_of(rows)
    assert opened == {
        "at": "ends 2025-03-01 04:00:00, so no end is stated",
        **dict.fromkeys(("day", "text"), "is the day of 'at'"),
        "month": "is the month of 'at'",
    }
    assert (columns["day"], columns["rank"]) == (("range_of", int, 0, None), ("int_in", 1, 29))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "text", [lambda x: x, str, "{:%Y/%m/%d %H:%M}".format, lambda x: f"{x.month}/{x.day}/{x.year}"],
    ids=["moments", "ISO 8601", "year first", "month first"],
)  # fmt: skip
def test_shuffled_rows_of_a_period_are_judged_in_the_order_of_its_days(text):
    at = [dt.datetime(2025, 3, 1) + dt.timedelta(hours=i * 744 // 1000) for i in range(1000)]
    rows = rows_of(at=lambda i, x: text(at[i]), warmth=lambda i, x: i / 50 + x, state=lambda i, x: "on")
    contract, opened, columns = contract_of(random.Random(5).sample(rows, 1000))
    assert opened.keys() == {"at", "warmth", "state"} == contract_of(rows)[1].keys()
    assert opened["at"].startswith("ends 2025-03-31")
    assert columns["age"] == ("int_in", 18, 92)
    assert s.promise(contract).horizon == 1000
    assert contract_of(random.Random(5).sample(rows, 1000), ordered=False)[1].keys() == {"at", "state"}


def test_a_column_that_orders_the_sample_alone_does_not_order_all_rows():
    at = [dt.date(2025, 3, 1) + dt.timedelta(i * 31 // 3000) for i in range(3000)]
    rows = rows_of(3000, at=lambda i, x: at[i], warmth=lambda i, x: i / 50 + x)
    rows = random.Random(5).sample(rows, 3000)
    sampled = {*numbers_of(coin for coin, _ in s.sketch(rows).sample)}
    rows[next(i for i in range(3000) if i not in sampled)]["at"] = "unknown"
    contract = s.infer(rows, refuse=0.99)
    assert [row for row in rows if not s.valid(contract, row)] == []
    assert contract.promise.open.keys() == {"at", "warmth"}


def test_texts_that_come_block_by_block_keep_no_pattern_but_a_format():
    rows = rows_of(
        tree=lambda i, x: f"plot {i // 500} tree {i // 20 % 25}", price=lambda i, x: f"{i / 50 + x:.2f}"
    )
    columns = contract_of(rows)[2]
    lower = r"[!-@\[-~]([ -@\[-~]*[!-@\[-~])?"
    assert columns["tree"] == ("str_in", {"min_length": 6, "pattern": lower})
    assert columns["price"][1]["format"] == "number"
    assert "pattern" not in columns["price"][1]


def test_the_order_may_mean_nothing_or_be_that_of_a_column():
    rows = rows_of(id=lambda i, x: i, price=lambda i, x: i / 50 + x)
    assert contract_of(rows, ordered=False)[1] == {"id": "is a serial number"}
    assert s.promise(s.infer({row["id"] / 2 for row in rows})).open == {}  # a set has no order
    shuffled = random.Random(0).sample(rows, len(rows))
    _, opened, _ = contract_of(shuffled, time="id")
    assert opened == {"id": "orders the rows", "price": "drifts with the rows"}


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (rows_of(), {"time": "day"}, "time='day' is a key of all rows"),
        (rows_of(x=lambda i, x: [i, "a"][i % 2]), {"time": "x"}, "with values that have an order"),
        (rows_of(), {"time": "age", "ordered": False}, "leave ordered=False out"),
        ([1.5] * 500, {"time": 0}, "time=0 is a key of all rows"),
        (
            [{"a": "x" if i > 500 else i % 9} for i in range(1000)], {},
            "no column keeps a bound or a type: 'a' drifts with the rows; try columns that last",
        ),
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_an_error_and_so_are_rows_that_keep_nothing(rows, options, message):
    with pytest.raises(s.SpecDefinitionError) as caught:
        s.infer(rows, 0.1, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([*range(1000)], ()),
        ([(i, i % 7) for i in range(1000)], 0),
        ([{"a": {"b": i}, "c": i % 7} for i in range(1000)], "a"),
    ],
)
def test_rows_of_any_kind_have_an_order(rows, path):
    contract = s.infer(rows)
    assert [*s.promise(contract).open] == [path]
    assert s.valid(contract, rows[-1])
    later = {0: (5000, 3), (): 5000, "a": {"a": {"b": 5000}, "c": 3}}[path]
    assert s.valid(contract, later)


def test_a_new_key_that_comes_late_may_be_missing_later():
    rows = [{"a": i % 7} | ({"b": i % 5} if i > 600 else {}) for i in range(1000)]
    contract = s.infer(rows, 0.1)
    assert [*s.promise(contract).open] == ["b"]
    assert all(s.valid(contract, row) for row in ({"a": 1}, {"a": 1, "b": 99}))


def test_sketches_of_parts_say_the_same_of_the_order():
    rows = rows_of(3000, id=lambda i, x: i, price=lambda i, x: i / 50 + x)
    parts = [sketch(rows[i : i + 700], start=i) for i in range(0, 3000, 700)]
    random.Random(0).shuffle(parts)
    contract, own = s.infer(sum(parts), 0.1), s.infer(rows, 0.1)
    assert s.source(contract) == s.source(own)
    assert [*s.promise(own).open] == ["id", "price"]
    pickled = s.infer(pickle.loads(pickle.dumps(sum(parts))), 0.1, time="id")
    assert [*s.promise(pickled).open] == ["id", "price"]


@pytest.mark.parametrize(
    "options",
    [{}, {"ordered": False}, {"time": "day"}, {"groups": "id"}],
    ids=["order", "none", "time", "groups"],
)
@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_in_an_order_makes_the_contract_of_its_rows(library, options):
    module = pytest.importorskip(library)
    make = module.Table.from_pylist if library == "pyarrow" else module.DataFrame
    rows = rows_of(
        1500,
        id=lambda i, x: i // 2,
        day=lambda i, x: dt.datetime(2024, 1, 1) + dt.timedelta(i),
        price=lambda i, x: i / 50 + x,
    )
    assert s.source(s.infer(make(rows), 0.1, **options)) == s.source(s.infer(iter(rows), 0.1, **options))


def test_a_coin_keeps_the_number_of_its_row():
    rows = [*range(0, 90_000, 30)]
    assert numbers_of(coin for coin, _ in sketch(rows, start=5).sample) == [
        5 + row // 30 for _, row in sketch(rows, start=5).sample
    ]


def test_a_written_contract_has_its_open_and_its_wide_columns():
    rows = rows_of(
        2000, x=lambda i, x: x + 4 * (i % 700 == 60) * (1 + i / 1000), price=lambda i, x: i / 50 + x
    )
    contract = s.infer(rows, 0.1)
    again = execute(contract)
    assert s.promise(again) == s.promise(contract)
    assert again.wide == contract.wide == ("x", "price")
    assert s.source(again).count("open={'price': 'drifts with the rows'}") == 1


def test_a_counter_is_a_term_of_the_table_where_all_rows_were_looked_at():
    assert s.infer(rows_of(900, id=lambda i, x: i), 0.1).table.monotone == ("id",)
    contract = s.infer(rows_of(1000, id=lambda i, x: i))
    table = execute(contract).table
    assert table == contract.table
    assert table.problems([{"id": 5000}, {"id": 5002}, {"id": 5001}]) == ["'id': 5001 comes after 5002"]
    assert s.infer(rows_of(1001, id=lambda i, x: i)).table.monotone == ()  # one row is not in the sample


def test_groups_come_in_an_order_too():
    drawn = random.Random(0)
    rows = [
        {"patient": f"P{i:05d}", "year": 2000 + i // 40, "x": drawn.gauss(0, 1)}
        for i in range(400)
        for _ in range(drawn.randrange(1, 6))
    ]
    contract = s.infer(rows, refuse=0.1, groups="patient")
    assert s.promise(contract).open == {"year": "grows with the rows"}


@pytest.mark.parametrize("seed", range(4))
def test_a_contract_of_the_first_half_keeps_its_promise_in_the_second(seed):
    prices = itertools.accumulate(random.Random(seed).gauss(0, 1) for _ in range(2000))
    walk = [*prices]
    rows = rows_of(
        2000,
        seed,
        id=lambda i, x: i,
        day=lambda i, x: str(DAY + dt.timedelta(i // 9)),
        walk=lambda i, x: walk[i],
    )
    own, later = rows[:1000], rows[1000:]
    contract = s.infer(own)
    assert sum(not s.valid(contract, row) for row in later) / 1000 <= s.promise(contract).refuses_at_most
    blind = s.infer(own, ordered=False)
    assert sum(not s.valid(blind, row) for row in later) / 1000 > s.promise(blind).refuses_at_most


def test_the_figures_of_tables_in_order_name_the_goals_that_are_missed():
    rows = rows_of(800, id=lambda i, x: 3 * i)
    lines = halves.report_order({"a": halves.measure_order("a", rows, 1)})
    assert "with ordered=False: 1 promised, 1 broken, 100.0%" in lines
    assert lines[-4:] == [
        "promises that are broken: 0 of 1, 0.0% (goal: at most 10%)",
        "columns that keep a bound: 2 of 3, 66.7% (goal: at least 60%)",
        "tables with a promise: 1 of 1, 100.0% (goal: at least 90%)",
        "shuffled rows that are said to have an order: 0 of 1, 0.0% (goal: at most 1%)",
    ]
    few = halves.measure_order("b", rows[:40], 0)
    assert "error" in few["order"]
    assert "tables with a promise: 1 of 2, 50.0% (goal: at least 90%): MISSED" in halves.report_order(
        {"a": halves.measure_order("a", rows, 1), "b": few}
    )


# --- columns that know nothing of the order beside one that does --------------------------------------------


def test_columns_beside_a_clock_keep_their_bounds():
    free = ("amount", "quantity", "currency", "age", "plan", "score", "note", "is_late")
    lost = []
    for seed in (1, 3):
        promise = s.promise(s.infer(halves.rows_beside_a_clock(2000, seed)))
        assert {"id", "at", "due"} <= promise.open.keys()
        lost += [column for column in free if column in promise.open]
    assert lost == []


def test_a_rare_value_that_the_first_rows_lack_costs_no_bound():
    rows = [
        {"n": i, "due": i + 40 * (i % 9), "currency": "CHF" if i % 100 == 99 else "EUR"} for i in range(2000)
    ]
    random.Random(3).shuffle(rows)
    kinds = [row.pop("currency") for row in rows]
    rows = [
        {**row, "currency": kind}
        for row, kind in zip(sorted(rows, key=lambda row: row["n"]), kinds, strict=True)
    ]
    promise = s.promise(s.infer(rows))
    assert promise.open == {"n": "grows with the rows", "due": "drifts with the rows"}


@pytest.mark.parametrize(
    "draw",
    [
        lambda r: r.randrange(90),
        lambda r: r.gauss(0, 9),
        lambda r: r.choice([1, 1.0, True, -0.0, math.nan, None]),
        lambda r: r.choice([r.gauss(0, 9), math.nan]),
        lambda r: dt.datetime(2024, 1, 1) + dt.timedelta(r.random() * 90),
        lambda r: f"INV-{r.randrange(999)}",
        lambda r: [r.randrange(9)],
    ],
)
@pytest.mark.parametrize("ease", [Ease.TIGHT, Ease.FROM])
def test_what_is_known_of_first_values_is_what_each_of_them_says(draw, ease):
    r = random.Random(1)
    xs = [draw(r) for _ in range(300)]
    column = OrderedColumn(xs)
    for size in (20, 300, 100):
        assert column.whole.sketch(size).place == sketch(xs[:size]).place
        asked = column.whole.contract(size, ease, {})
        refused = {i for i in range(size, 300) if not s.valid(asked.spec, xs[i])}
        assert column.whole.find_refused(asked, size, 300) == refused
        assert OrderedColumn(xs[:size], column.whole).ranks == centred_ranks(xs[:size])
