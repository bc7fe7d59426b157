"""The next values of a column: a promise names what is refused whole, in any notation."""

import datetime as dt
import random
import warnings

import pytest

import mxspec as s
from mxspec.notation.next_contract import next_contract
from tests.mxspec.meaning import execute
from tests.suites import rows_by_suite

DAY = dt.date(2025, 3, 1)
NOON = dt.datetime(2025, 3, 1, 12)
NOTATIONS = [
    *("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%m/%d/%Y", "%Y/%m/%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y"),
    *("%Y%m%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m", "%Y%m", "%b %Y", "%B", "%b", "W%V", "%Y-W%V", "Q1", "%Y Q1"),
]


def values_of_month(write, month, n, drawn):
    """Values of the days of a month, at random."""
    moments = [dt.datetime(2025, month, 1 + drawn.randrange(28), drawn.randrange(24)) for _ in range(n)]
    return [write(x) for x in moments]


WRITERS = {
    **{text: (lambda x, text=text: x.strftime(text)) for text in NOTATIONS},
    "int of a day": lambda x: int(x.strftime("%Y%m%d")),
    "int of a month": lambda x: int(x.strftime("%Y%m")),
    "number of a month": lambda x: x.month,
    "seconds of Unix": lambda x: int(x.replace(tzinfo=dt.UTC).timestamp()),
    "milliseconds of Unix": lambda x: int(x.replace(tzinfo=dt.UTC).timestamp()) * 1000,
    "a date": lambda x: x.date(),
    "a moment": lambda x: x,
}


@pytest.mark.few(10)
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_of_a_file_of_march_april_is_accepted_or_the_promise_says_that_it_is_refused(write):
    drawn = random.Random(0)
    rows, later = (
        [{"c": x, "v": drawn.random()} for x in values_of_month(write, month, 1500, drawn)]
        for month in (3, 4)
    )
    contract = s.infer(rows)
    refused = sum(not s.valid(contract, {**row, "v": rows[0]["v"]}) for row in later) / len(later)
    assert refused <= 0.01 or s.promise(contract).always == ("c",)


@pytest.mark.few(10)
@pytest.mark.parametrize(
    ("name", "make", "is_named"),
    [
        ("year", lambda i, drawn: 1990, True),
        ("c", lambda i, drawn: 1990, True),
        ("c", lambda i, drawn: True, True),
        ("c", lambda i, drawn: 1.5, True),
        ("c", lambda i, drawn: None, True),
        ("c", lambda i, drawn: drawn.choice([None, "only"]), True),
        ("state", lambda i, drawn: drawn.choice(["NY", "CA", "TX", "WA"]), True),
        ("patient", lambda i, drawn: f"P{drawn.randrange(40):03d}", True),  # a set of 40
        ("patient", lambda i, drawn: f"P{drawn.randrange(900):03d}", False),  # a pattern: a new one fits
        ("age", lambda i, drawn: drawn.randrange(18, 92), False),
        ("plan", lambda i, drawn: drawn.choice(["free", "pro", "team"]), False),
        ("month", lambda i, drawn: drawn.randrange(1, 13), False),
        ("month", lambda i, drawn: drawn.randrange(4), True),  # no quarters
        ("school", lambda i, drawn: drawn.randrange(1, 32), True),  # no days
        ("quarter", lambda i, drawn: drawn.randrange(1, 5), False),
        ("modelyear", lambda i, drawn: drawn.randrange(6), True),
        ("time", lambda i, drawn: drawn.randrange(6), True),
        ("air_time", lambda i, drawn: drawn.randrange(6), False),
        ("date", lambda i, drawn: 2000 + drawn.randrange(30) / 12, True),
        ("weekday", lambda i, drawn: drawn.choice(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), False),
        ("id", lambda i, drawn: i, False),  # it has no bound
        ("userid", lambda i, drawn: drawn.choice([11, 12, 15, 19]), True),
        ("paid", lambda i, drawn: drawn.choice([11, 12, 15, 19]), False),  # a word that ends like one of ids
        ("year", lambda i, drawn: drawn.choice([1990.0, 1991.0]), True),
        ("at", lambda i, drawn: dt.datetime(2025, 1 + i % 4, 1, tzinfo=dt.UTC), True),
        ("year", lambda i, drawn: drawn.choice([1990.0, float("inf")]), False),
        ("c", lambda i, drawn: NOON + dt.timedelta(0, 9999 * drawn.randrange(5)), True),
        (
            "c",
            lambda i, drawn: NOON.replace(tzinfo=dt.UTC) + dt.timedelta(0, 9999 * drawn.randrange(5)),
            True,
        ),
        ("c", lambda i, drawn: dt.datetime.max.replace(tzinfo=dt.UTC), False),  # nothing comes next
        ("c", lambda i, drawn: dt.date.max, False),
        ("paid", lambda i, drawn: 4.5 * drawn.randrange(1, 40), False),
        ("price", lambda i, drawn: round(drawn.lognormvariate(3, 1), 2), False),
    ],
)
def test_columns_are_named_where_a_next_value_is_likely_and_refused(name, make, is_named):
    drawn = random.Random(1)
    rows = [{name: make(i, drawn), "v": drawn.random()} for i in range(2000)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        promise = s.promise(s.infer(rows, refuse=0.05))
    assert promise.always == ((name,) if is_named else ())
    assert (f", new values of '{name}' aside\n" in repr(promise)) == is_named


def test_a_written_contract_and_the_next_one_keep_what_is_always_refused():
    drawn = random.Random(2)
    old, new = (
        s.infer([{"year": year, "v": drawn.random(), "state": drawn.choice("abcd")} for _ in range(2000)])
        for year in (1990, 1991)
    )
    assert s.promise(old).always == ("year", "state")
    assert s.promise(execute(old)) == s.promise(old)
    both = next_contract(old, new, 2000, 2000)
    assert s.promise(both).always == ("year", "state")
    assert s.valid(both, {"year": 1992, "v": 0.5, "state": "a"})
    assert not s.valid(both, {"year": 1920, "v": 0.5, "state": "a"})
    assert not s.valid(both, {"year": 1992, "v": 0.5, "state": "e"})  # of few values it stays a set
    opened = next_contract(s.contract(s.keys(req_un={"year": int, "v": float, "state": {"a"}})), new, 0, 0)
    assert s.promise(opened).always == ("state",)


@pytest.mark.parametrize(("names", "is_kept"), [("abc", True), ("abcde", True), ("abcdef", False)])
def test_a_few_units_keep_their_set_and_many_have_a_guard(names, is_kept):
    drawn = random.Random(3)
    contract = s.infer([{"state": drawn.choice(names), "v": drawn.random()} for _ in range(2000)])
    assert s.promise(contract).always == ("state",)
    assert s.valid(contract, {"state": "g", "v": 0.5}) != is_kept


def schools(drawn, names):
    """Pupils in any order, with a score of their own, and with the size and the mean of their schools."""
    rows = []
    for name in names:
        school = {"school": name, "size": drawn.randrange(90, 900), "mean": drawn.gauss(0, 9)}
        rows += [{**school, "score": drawn.gauss(50, 9)} for _ in range(25)]
    return drawn.sample(rows, len(rows))


@pytest.mark.parametrize("seed", rows_by_suite([0, 1], slow=range(2, 12)))
def test_what_moves_with_a_unit_has_a_guard_and_other_units_keep_the_promise(seed):
    drawn = random.Random(seed)
    first, later = (schools(drawn, range(start, start + 60)) for start in (0, 60))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        contract = s.infer(first)
    promise = s.promise(contract)
    assert promise.open.keys() == {"school", "size", "mean"}
    assert promise.open["mean"].startswith("moves with ")
    assert sum(not s.valid(contract, row) for row in later) / len(later) <= promise.refuses_at_most
    assert not s.valid(contract, {**later[0], "score": 500.0})  # its own bound stays
    assert not s.valid(contract, {**later[0], "size": -1})


def test_rows_of_units_that_say_nothing_keep_all_bounds():
    drawn = random.Random(0)
    rows = [{"school": 7 * i % 61, "size": 90 + i * i % 801, "mean": drawn.gauss(0, 9)} for i in range(1500)]
    assert s.promise(s.infer(rows)).open.keys() <= {"school"}
