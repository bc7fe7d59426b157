"""Next month's contract out of last month's and its rows: wider than either, with the counts of all steps."""

import dataclasses
import datetime as dt
import random

import pytest

import mxspec as s
from mxspec.inference.contract import Contract
from mxspec.inference.table_terms import TableTerms
from mxspec.notation.next_contract import next_contract
from tests.mxspec.meaning import execute


def month(number, n=1500, seed=0):
    drawn = random.Random(f"{seed} {number}")
    return [
        {
            "day": dt.date(2025, number, drawn.randrange(28) + 1),
            "month": number,
            "age": drawn.randrange(18, 80 + number),
            "plan": drawn.choice(["free", "pro"] + ["team"] * (number > 3)),
            "code": f"A-{drawn.randrange(10**5):05d}",
            "price": drawn.choice([None, round(drawn.uniform(number, 9), 2)]),
        }
        for _ in range(n)
    ]


def test_a_next_contract_accepts_what_either_did_and_refuses_no_more_than_promised():
    old = s.infer(month(3))
    for number in (4, 5, 6):
        rows = month(number)
        new, refused = s.infer(rows), sum(not s.valid(old, row) for row in rows)
        both = next_contract(old, new, refused, len(rows))
        before = s.promise(old).remade or (0, 0)
        assert s.promise(both).remade == (before[0] + refused, before[1] + 1500)
        assert s.promise(both).refuses_at_most == s.promise(new).refuses_at_most
        assert s.promise(both).open.keys() == {"day", "month"}
        assert all(
            s.valid(both, row)
            for row in [*month(number - 1), *rows]
            if s.valid(old, row) or s.valid(new, row)
        )
        assert s.source(execute(both)) == s.source(both)
        old = both
    assert not s.valid(old, {**rows[0], "plan": "gold"})
    assert "for the next 1,500 rows\n" in repr(s.promise(old))
    made = s.promise(old).remade
    assert f"contracts made like this refused {made[0]:,} of the next 5,000 rows" in s.promise(old).explained


# The rows of a column before and now, and the form that accepts both; None for that of the rows now.
@pytest.mark.parametrize(
    ("old", "new", "form"),
    [
        ("ab", "bc", {"a", "b", "c"}),
        (range(60), range(40, 90), ("int_in", 0, 90)),
        ([x / 8 for x in range(60)], [x / 8 for x in range(90)], ("float_in", {"min": 0.0, "max": 11.125})),
        ([None, *range(60)], range(60), ("nilable", ("int_in", 0, 60))),
        (["2001-01-01", "2019-05-01"], ["2003-01-01", "2023-05-01"],
         ("str_in", {"format": "date", "least": "2001-01-01", "most": "2023-05-01"})),
        ([dt.date(2001, 1, 1), dt.date(2019, 1, 1)], [dt.date(2003, 1, 1), dt.date(2023, 1, 1)],
         ("range_of", dt.date, dt.date(2001, 1, 1), dt.date(2023, 1, 1))),
        ("ab", range(60), ("int_in", 0, 60)),
    ],
)  # fmt: skip
def test_columns_are_joined(old, new, form):
    rows = [[{"x": xs[i % len(xs)]} for i in range(2000)] for xs in (old, new)]
    for each in rows:
        random.Random(0).shuffle(each)
    both = next_contract(*(s.infer(each, 0.1) for each in rows), 0, 2000)
    assert isinstance(both, Contract)
    assert s.form(both)[1]["req_un"]["x"] == form


def test_a_key_that_one_of_them_lacks_is_optional():
    old, new = (s.infer([{"a": i % 7, key: i % 9} for i in range(2000)]) for key in "bc")
    both = next_contract(old, new, 2000, 2000)
    assert s.form(both)[1].keys() == {"req_un", "opt_un", "closed"}
    assert [s.valid(both, row) for row in ({"a": 1}, {"a": 1, "b": 2, "c": 3}, {"a": 1, "d": 2})] == [
        True,
        True,
        False,
    ]


def test_values_that_occur_in_both_or_were_stated_by_hand_still_do():
    row = s.keys(req_un=dict.fromkeys("abc", str))
    occurs = ({"a": {"x": 9, "y": 3, "z": 0}, "b": {"x"}}, {"a": {"x": 5, "w": 4}}, {"c": {"x": 7}})
    last, new, other = (s.contract(row, rows=9, refuses=0.1, occur=occur) for occur in occurs)
    assert next_contract(last, new, 0, 9).table.occur == {"a": {"x": 9, "z": 0}, "b": {"x"}}
    assert next_contract(new, other, 0, 9).table.occur == {}


def test_terms_that_were_stated_by_hand_stay():
    by_hand = {"min_rows": 3, "max_rows": 5000, "fresh": {"at": dt.timedelta(days=2)}, "depends": {"b": "a"}}
    by_hand["unique"] = (("a", "b"),)
    table = TableTerms(shares={"n": {1: (0, 0.5)}}, **by_hand)
    new = s.infer([{"n": i % 90} for i in range(1000)])
    last = dataclasses.replace(new, table=table)
    assert next_contract(last, new, 0, 1000).table.arguments() == {**by_hand, "shares": {"n": {1: (0, 0.5)}}}
