"""The share of rows that a contract promises to refuse: who keeps it, and what it costs."""

import contextlib
import dataclasses
import datetime as dt
import decimal
import itertools
import math
import pickle
import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.wide_ends import round_outwards
from mxspec.notation.next_contract import next_contract


def test_a_name_and_other_specs_keep_the_promise():
    numbers = [*range(500)] * 2
    contract = s.infer(numbers, name="test-infer/number", ordered=False)
    promise = s.promise("test-infer/number")
    assert contract is s.get_spec("test-infer/number")
    assert promise == s.promise(s.infer(numbers, ordered=False))
    s.def_("test-infer/again", contract)
    assert s.promise("test-infer/again") == promise
    assert s.promise(s.with_gen(contract, lambda: st.just(3))) == promise
    assert pickle.loads(pickle.dumps(contract)) is contract
    assert s.explain_data("test-infer/number", -1)["problems"][0]["via"] == ["test-infer/number"]
    assert s.promise(int) is None


def test_a_closed_contract_lets_a_merge_add_keys():
    contract = s.infer([{"a": i % 9} for i in range(1000)])
    merged = s.merge(contract, s.keys(req_un={"b": int}))
    assert s.valid(merged, {"a": 1, "b": 2})
    assert not s.valid(merged, {"a": 1, "b": 2, "c": 3})


def test_as_many_rows_as_the_error_says_are_enough():
    def rows(n):
        drawn = random.Random(3)
        return [{"a": drawn.gauss(0, 1), "b": drawn.gauss(0, 1)} for _ in range(n)]

    with pytest.raises(s.SpecDefinitionError) as error:
        s.infer(rows(200))
    needed = int(str(error.value).partition("some ")[2].partition(" can")[0].replace(",", ""))
    assert s.promise(s.infer(rows(needed))).refuses_at_most <= 0.01


@pytest.mark.few(6)
@pytest.mark.parametrize("outlier", [1e308, -1e308, 1e12])
@pytest.mark.parametrize("at", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("n", [500, 2000])
def test_an_outlier_in_a_column_that_grows_asks_for_no_rows_that_would_not_do(outlier, at, n):
    def rows(n):
        return [{"x": outlier if i == int(at * n) else float(i), "y": i * 7 % 13} for i in range(n)]

    try:
        s.infer(rows(n))
    except s.SpecDefinitionError as error:
        needed = int(str(error).partition("some ")[2].partition(" can")[0].replace(",", ""))
        assert needed <= 4 * n
        assert s.promise(s.infer(rows(needed))).refuses_at_most <= 0.01


def test_columns_with_neighbours_too_alike_for_a_promise_have_a_guard():
    rows = [{"x": 1e308 if i == 200 else float(i), "y": i * 7 % 13} for i in range(2000)]
    contract = s.infer(rows)
    assert s.promise(contract).open == {"x": "is too alike among neighbours"}
    assert s.promise(contract).count_as == 0
    assert s.valid(contract, {"x": 2500.0, "y": 5})
    assert not s.valid(contract, {"x": -2500.0, "y": 5})
    assert not s.valid(contract, {"x": 1.0, "y": 14})


@pytest.mark.slow
def test_the_error_asks_for_more_rows_than_there_are_and_mostly_for_enough():
    def rows(seed, n):
        drawn = random.Random(seed)
        number = decimal.Decimal if seed % 2 else float
        return [
            {f"c{j}": number(f"{drawn.lognormvariate(3, 1):.2f}") for j in range(1 + 3 * (seed % 4))}
            for _ in range(n)
        ]

    asked = are_enough = 0
    for seed, n in itertools.product(range(6), (200, 500, 1000, 1500)):
        try:
            s.infer(rows(seed, n), refuse=0.006)
        except s.SpecDefinitionError as error:
            needed = int(re.search(r"some ([0-9,]+) can", str(error))[1].replace(",", ""))
            assert needed > n
            asked += 1
            with contextlib.suppress(s.SpecDefinitionError):
                are_enough += bool(s.infer(rows(seed, needed), refuse=0.006))
    assert asked >= 12
    assert are_enough >= 0.6 * asked


@dataclasses.dataclass
class Visit:
    at: int
    who: str


ROWS_OF = {
    "maps": lambda i: {"a": i, "b": "xyz"[i % 3]},
    "empty maps": lambda i: {},
    "a key that is optional": lambda i: {"a": i} | ({"b": 1} if i % 3 else {}),
    "maps in maps": lambda i: {"a": {"b": i}, "c": [i]},
    "records": lambda i: Visit(i, "Bo"),
    "texts": str,
    "nothing": lambda i: None,
    "lists": lambda i: [i] * (i % 3),
    "tagged maps": lambda i: {"t": "ab"[i % 2], "ab"[i % 2]: i},
    "dates": lambda i: {"at": dt.date(2020, 1, 1) + dt.timedelta(i)},
    "values of several types": lambda i: [1, "a", None, 2.5][i % 4],
    "many keys": lambda i: {f"k{i * 7 % 50}": i},
}


@pytest.mark.few(4)
@pytest.mark.parametrize("make", ROWS_OF.values(), ids=ROWS_OF)
def test_of_any_number_of_rows_there_is_a_contract_that_they_fit_or_an_error(make):
    made = []
    for n, refuse in itertools.product((1, 5, 9, 10, 20, 39, 40, 100), (0.5, 0.95)):
        rows = [make(i) for i in range(n)]
        with contextlib.suppress(s.SpecDefinitionError):
            made.append(s.infer(rows, refuse, 0.9))
            assert s.valid(s.coll_of(made[-1]), rows)
    for old, new in itertools.product(made, made):
        both = next_contract(old, new, 0, 10)
        assert s.promise(both).rows == s.promise(new).rows
        assert s.source(both)
    assert made or make is ROWS_OF["dates"]


def test_an_error_names_the_columns_that_cost_most_and_a_share_that_can_be_promised():
    drawn = random.Random(3)
    rows = [
        {"n": drawn.randrange(90), "text": "x" * drawn.choices([3, 900], [400, 1])[0]} for _ in range(1000)
    ]
    with pytest.raises(s.SpecDefinitionError, match=r"the columns .* are 'text' \(\d+\)") as error:
        s.infer(rows)
    share = float(re.search(r"refuse=([0-9.]+),", str(error.value))[1])
    assert s.promise(s.infer(rows, refuse=share)).refuses_at_most <= share
    needed = re.search(r"some ([0-9,]+) can", str(error.value))
    assert needed is None or int(needed[1].replace(",", "")) <= 30_000


def test_ranges_are_widened_where_the_tight_contract_would_refuse_more():
    drawn = random.Random(5)
    rows = [{f"c{i}": drawn.uniform(0, 10) for i in range(20)} for _ in range(2000)]
    contract = s.infer(rows)
    assert s.promise(contract).refuses_at_most <= 0.01
    assert s.valid(contract, rows[0] | {"c3": 10.0})
    words = s.explain_str(contract, rows[0] | {"c3": 15000.0})
    assert words.startswith("above 10.")
    assert "beyond all of 2,000 rows - value: 15000.0 in: ['c3']" in words
    tight = s.infer(rows, refuse=0.1)
    assert not s.valid(tight, rows[0] | {"c3": 10.0})


@pytest.mark.parametrize("shortest", [0, 3])
def test_the_empty_string_is_not_let_in_by_widening(shortest):
    drawn = random.Random(5)
    rows = [
        {**{f"c{i}": drawn.uniform(0, 10) for i in range(20)}, "text": "é" * (shortest + i % 200), "one": 1.5}
        for i in range(2000)
    ]
    contract = s.infer(rows)
    assert s.valid(contract, rows[0] | {"text": "é" * (200 + shortest), "c3": 10.0})
    assert s.valid(contract, rows[0] | {"text": ""}) == (shortest == 0)
    assert s.valid(contract, rows[0] | {"one": 1.6})
    assert s.promise(contract).always == ("one",)


@given(st.floats(-1e15, 1e15), st.floats(1e-6, 1e15))
def test_widened_floats_are_outside_and_have_two_digits_of_the_width(low, width):
    high = low + width
    assume(high > low)
    wide = round_outwards(low, high, (high - low, high - low))
    assert wide[0] <= low - (high - low)
    assert wide[1] >= high + (high - low)
    unit = math.floor(math.log10(high - low)) - 1
    assert all(decimal.Decimal(repr(end)).normalize().as_tuple().exponent >= unit for end in wide if end)


def test_the_row_that_makes_lists_differ_in_length_carries_the_contract_though_ranges_are_wide():
    drawn = random.Random(5)
    rows = [{**{f"c{i}": drawn.uniform(0, 10) for i in range(20)}, "xs": [1, 2]} for _ in range(4000)]
    longer = [row if i != 1234 else {**row, "xs": [1, 2, 2]} for i, row in enumerate(rows)]
    same, differ = s.infer(rows), s.infer(longer)
    assert "beyond all of" in s.explain_str(same, rows[0] | {"c3": 15000.0})
    assert not s.valid(same, longer[1234])
    assert s.valid(differ, longer[1234])
    assert s.promise(differ).bounds == s.promise(same).bounds + 1
