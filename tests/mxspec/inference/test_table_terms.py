"""TableTerms and TableCounts: what rows break together, chunk by chunk and in frames."""

import collections
import datetime as dt
import decimal
import functools
import hashlib
import itertools
import math
import random
import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.column_sketch import join_chunks, sketch, sketch_chunk
from mxspec.inference.delimited import Chunk
from mxspec.inference.inferred_terms import terms_of
from mxspec.inference.rows import read_chunks
from mxspec.inference.table_terms import TableCounts, TableTerms

TERMS = TableTerms(unique=("id",), missing={"coupon": 0.3, "n": 0.0}, min_rows=3)
MISSING = st.sampled_from([None, math.nan, decimal.Decimal("NaN")])
KEYS = st.one_of(MISSING, st.integers(-2, 6), st.sampled_from(["a", "b", 1.0, (1,), [1]]))
ROWS = st.lists(
    st.fixed_dictionaries({"id": KEYS, "n": st.just(1)}, optional={"coupon": MISSING | st.just("x")}),
    max_size=12,
)


def broken_terms(rows):
    """Return the columns that break a term, counted in the plainest way."""
    ids = [repr(x) if isinstance(x, list) else x for row in rows if is_there(x := row["id"])]
    missing = sum(not is_there(row.get("coupon")) for row in rows)
    return {
        "rows": len(rows) < 3,
        "'id'": max(collections.Counter(ids).values(), default=0) > 1,
        "'coupon'": not TERMS.allows_missing("coupon", missing, len(rows)),
    }


def is_there(x):
    return not (x is None or x != x)


@given(ROWS, st.integers(0, 12), st.booleans())
def test_chunks_say_what_all_rows_say(rows, cut, by_column):
    counts = TableCounts(TERMS)
    for part in (rows[:cut], rows[cut:]):
        if by_column:
            columns = {key: [row.get(key) for row in part] for key in ("id", "coupon", "n")}
            counts.add(Chunk(range(len(part)), columns))
        else:
            counts.add(Chunk(range(len(part)), values=part))
    problems = counts.problems()
    assert problems == TERMS.problems(rows)
    texts = {"rows": "at least 3 are required", "'id'": "'id': ", "'coupon'": "'coupon': missing"}
    assert {key: any(text in each for each in problems) for key, text in texts.items()} == broken_terms(rows)


def test_values_that_repeat_are_counted_and_the_first_three_are_named_with_their_rows():
    rows = [{"id": x} for x in [1, 2, None, 1, 3, 2, 2, 4, 5, 5, 4, 3]]
    for step in (1, 2, 3, 12):
        counts = TableCounts(TableTerms(unique=("id",)))
        for start in range(0, 12, step):
            counts.add(Chunk(range(step), values=rows[start : start + step]))
        named = "1 (2 times, again in row 4), 2 (3 times, again in row 6), 5 (2 times, again in row 10)"
        assert counts.problems() == [f"'id': 5 values repeat: {named}, ..."]


@given(st.lists(st.integers(-2, 6) | MISSING, max_size=8), st.integers(0, 8))
def test_the_first_fall_is_named_also_between_chunks(xs, cut):
    terms = TableTerms(monotone=("id",))
    counts = TableCounts(terms)
    for part in (xs[:cut], xs[cut:]):
        counts.add(Chunk(range(len(part)), {"id": part}))
    values = [x for x in xs if is_there(x)]
    falls = [f"'id': {b} comes after {a}" for a, b in itertools.pairwise(values) if b < a]
    assert counts.problems() == terms.problems([{"id": x} for x in xs]) == falls[:1]


def test_rows_that_count_up_as_codes_do_not_fall():
    rows = [{"id": f"A-{i}", "n": i} for i in range(500, 1500)]
    table = s.infer(rows, refuse=0.1).table
    assert (table.monotone, table.problems(rows)) == (("id", "n"), [])
    assert table.problems(rows[:10] + rows[8:]) == [
        "'id': 2 values repeat: 'A-508' (2 times, again in row 11), 'A-509' (2 times, again in row 12)",
        "'n': 2 values repeat: 508 (2 times, again in row 11), 509 (2 times, again in row 12)",
        "'id': 'A-508' comes after 'A-509'",
        "'n': 508 comes after 509",
    ]
    rows = [{"no": f"no. {i:,}", "letter": chr(65 + i // 9)} for i in range(500, 1000)]
    assert s.infer(rows, refuse=0.1).table.monotone == ()  # no. 1,000 comes next


def test_rows_that_are_no_maps_have_no_values():
    [problem] = TableTerms(unique=("id",), missing={"n": 0.1}).problems([3, [4], "x"] * 20)
    assert problem == "'n': missing in 60 of 60 rows, at most 10% may be"


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_says_what_its_rows_say(library):
    module = pytest.importorskip(library)
    rows = [{"id": i % 90, "coupon": None, "n": 1, "other": "x"} for i in range(100)]
    make = module.Table.from_pylist if library == "pyarrow" else module.DataFrame
    assert (
        TERMS.problems(make(rows))
        == TERMS.problems(rows)
        == [
            "'id': 10 values repeat: 0 (2 times, again in row 91), 1 (2 times, again in row 92), "
            "2 (2 times, again in row 93), ...",
            "'coupon': missing in 100 of 100 rows, at most 30% may be",
        ]
    )
    assert TableTerms(min_rows=101).problems(make(rows)) == ["100 rows, at least 101 are required"]
    assert TableTerms(missing={"gone": 0.0}).problems(make(rows))


def test_terms_and_rows_are_one_spec_where_both_are_asked():
    frame = pytest.importorskip("polars").DataFrame({"id": [1, 2, 2]})
    order = s.contract(s.keys(req_un={"id": int}), rows=100, refuses=0.5, unique=["id"])
    whole = s.and_(s.frame(order), lambda df: not order.table.problems(df))
    assert s.valid(order, frame)
    assert s.valid(s.frame(order), frame)  # each row fits
    assert [s.valid(whole, each) for each in (frame, frame[:2])] == [False, True]


# --- the law of terms: the table that a contract came from keeps them --------------------------------------

IDS = {
    "int": lambda i: i * 7919 - 3000,
    "large int": lambda i: i + (1 << 63),
    "str": lambda i: f"C{i:06d}",
    "uuid": lambda i: uuid.UUID(int=i * i),
    "float": lambda i: i / 7,
}


def table_of_ids(seed):
    """Return rows with columns of ids: some repeat in a few rows, some are missing, some count up."""
    drawn = random.Random(seed)
    length = drawn.choice([120, 700, 2500])
    columns = {}
    for name, make in IDS.items():
        ids = [*range(length)]
        for _ in range(drawn.choice([0, 0, 1, 3])):
            ids[drawn.randrange(length)] = ids[drawn.randrange(length)]
        if drawn.random() < 0.7:
            drawn.shuffle(ids)
        gaps = drawn.choice([0, 0, 0.1])
        missing = drawn.choice([None, math.nan]) if name == "int" else None
        columns[name] = [missing if drawn.random() < gaps else make(i) for i in ids]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def doors(rows, folder):
    """Yield what infer takes by each door, and the table that it stands for."""
    pd, pl, pa = map(pytest.importorskip, ("pandas", "polars", "pyarrow"))
    yield "dicts", rows, rows
    yield "iterator", iter(rows), rows
    parts = [s.sketch(rows[i : i + 331], start=i) for i in range(0, len(rows), 331)]
    yield "sketches", sum(random.Random(0).sample(parts, len(parts))), rows
    plain = [
        {
            name: x if x == x and not isinstance(x, uuid.UUID) else str(x) if x == x else None
            for name, x in row.items()
        }
        for row in rows
    ]
    plain = [{name: x for name, x in row.items() if name != "large int"} for row in plain]
    for make in (pd.DataFrame, pl.DataFrame, pa.Table.from_pylist):
        yield make.__module__, make(plain), make(plain)
    frame = pl.DataFrame(plain)
    frame.write_csv(folder / "rows.csv")
    frame.write_parquet(folder / "rows.parquet")
    for path in (folder / "rows.csv", folder / "rows.parquet"):
        yield path.name, path, path
        total, start = 0, 0
        for chunk in join_chunks(read_chunks(path)):  # as the command does
            total += sketch_chunk(chunk, start)
            start += len(chunk.numbers)
        yield f"chunks of {path.name}", total, path


@pytest.mark.parametrize("seed", [0, pytest.param(range(1, 8), marks=pytest.mark.slow)])
def test_the_table_that_a_contract_came_from_keeps_its_terms_by_every_door(seed, tmp_path):
    for each in seed if isinstance(seed, range) else [seed]:
        rows = table_of_ids(each)
        for door, source, table in doors(rows, tmp_path):
            terms = s.infer(source, refuse=0.95, confidence=0.5).table
            assert terms.problems(table) == [], (each, door)
            for name in ("large int", "str"):  # and of ids that count up it claims all that holds
                values = [x for row in rows if (x := row[name]) is not None and x == x]
                is_there = name != "large int" or door in ("dicts", "iterator", "sketches")
                assert (name in terms.unique) == (is_there and len({*values}) == len(values)), (
                    each,
                    door,
                    name,
                )


# The values of a column without a repeat, and if that is no chance.
APART = {
    "100 of 10,000,000": ([random.Random(0).randrange(10**7) for _ in range(100)], False),
    "2,000 of 10,000,000": (random.Random(0).sample(range(10**7), 2000), False),
    "5,000 serial": ([*range(5000)], True),
    "100 serial": ([*range(10**9, 10**9 + 100)], True),
    "99 serial": ([*range(99)], False),
    "5,000 serial, shuffled": (random.Random(0).sample(range(5000), 5000), True),
    "5,000 codes that count up": ([f"A-{i:09d}" for i in range(5000)], True),
    "5,000 codes of 10^9": ([f"A-{i * 199_999:09d}" for i in range(5000)], False),
    "days of two years": ([str(dt.date(2023, 1, 1) + dt.timedelta(i)) for i in range(730)], True),
    "500 UUIDs": ([uuid.UUID(int=(i + 1) * 7**40) for i in range(500)], False),
    "5,000 UUIDs": ([uuid.UUID(int=(i + 1) * 7**40) for i in range(5000)], True),
    "500 hashes": ([hashlib.md5(bytes([i % 256, i // 256])).hexdigest() for i in range(500)], False),
    "5,000 hashes": ([hashlib.md5(bytes([i % 256, i // 256])).hexdigest() for i in range(5000)], True),
    "500 titles": ([f"{'abcde'[i % 5]} x {'y' * (i // 5)}" for i in range(500)], False),
}


@pytest.mark.parametrize("case", APART)
def test_no_repeat_is_a_term_where_values_at_random_would_have_repeated(case):
    values, is_sure = APART[case]
    table = s.infer([{"id": x} for x in values], refuse=0.3, ordered=False).table
    assert table.unique == (("id",) if is_sure else ())


def plans(n, seed, of=(("free", 600), ("pro", 390), ("team", 3), ("gone", 1))):
    drawn = random.Random(seed)
    names, weights = zip(*of, strict=True)
    return [{"plan": drawn.choices(names, weights)[0], "is_new": drawn.random() < 0.1} for _ in range(n)]


def test_a_value_that_many_rows_have_occurs():
    table = s.infer(plans(2000, 0)).table
    assert {column: [*values] for column, values in table.occur.items()} == {
        "plan": ["free", "pro"],
        "is_new": [False, True],
    }
    assert max(table.occur["plan"].values()) < 30
    assert table.problems(plans(2000, 1)) == table.problems(plans(5, 2)) == []
    left = [row for row in plans(2000, 1) if row["plan"] != "pro"]
    assert table.problems(left) == [f"'plan': none of {len(left):,} rows has 'pro'"]


@pytest.mark.parametrize("share", [0.002, 0.01, pytest.param(0.05, marks=pytest.mark.slow)])
def test_false_alarms_about_values_that_occur_are_within_the_confidence(share):
    """1,000 tables of 500 rows, each with the next table, of 500 rows and of 50: 1% may have an alarm."""
    alarms = 0
    sizes = np.random.default_rng(0).binomial(500, share, 1000)

    @functools.cache
    def least_of(count):
        """The rows that a table needs to have an "a", of terms of a table with as many of them."""
        rows = sketch([{"x": "a" if i < count else "b"} for i in range(500)])
        return terms_of(rows, 0.99, categories={"x"}).occur.get("x", {}).get("a")

    for seed, count in enumerate(sizes.tolist()):
        least = least_of(count)
        drawn = random.Random(seed)
        for n in (500, 50) if least is not None else ():
            alarms += n >= least and not any(drawn.random() < share for _ in range(n))
    assert alarms <= 10


def test_one_repeat_in_many_rows_is_no_key():
    ids = random.Random(0).sample(range(25_000), 19_999)
    rows = [{"id": f"C{i:06d}", "n": i} for i in (*ids, ids[0])]
    assert s.infer(rows, ordered=False).table.unique == ()
    assert s.infer(rows[1:], ordered=False).table.unique == ("id", "n")


@pytest.mark.parametrize(
    ("missing", "is_stated"),
    [
        (lambda i, drawn: drawn.random() < 0.02, True),
        (lambda i, drawn: i // 250 % 8 in (1, 5) and drawn.random() < 0.2, False),  # in blocks
        (lambda i, drawn: drawn.random() < i / 20_000, False),  # more and more
    ],
)
@pytest.mark.parametrize("ordered", [True, False])
def test_a_share_of_missing_values_is_stated_where_the_order_says_nothing_of_it(missing, is_stated, ordered):
    drawn = random.Random(1)
    rows = [
        {"a": None if missing(i, drawn) else drawn.gauss(0, 1), "b": drawn.gauss(0, 1)} for i in range(2000)
    ]
    table = s.infer(rows, refuse=0.2, ordered=ordered).table
    assert ("a" in table.missing) == (is_stated or not ordered)


def test_a_column_that_drifts_states_no_share_of_missing_values():
    drawn = random.Random(2)
    rows = [
        {"a": None if drawn.random() < 0.02 else drawn.gauss(i // 300 % 3 * 4, 1), "b": drawn.random()}
        for i in range(2000)
    ]
    contract = s.infer(rows, refuse=0.2)
    assert "a" in s.promise(contract).open
    assert contract.table.missing == {}
