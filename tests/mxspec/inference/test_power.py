"""The power of a spec, and the guards that stand in place of missing bounds."""

import datetime as dt
import decimal
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given

import mxspec as s
from mxspec.inference.planted_errors import rows_with_errors
from tests.mxspec.meaning import execute

DAY = dt.date(2025, 1, 1)


def rows_of(count=2000, seed=0, **columns):
    drawn = random.Random(seed)
    return [{name: make(i, drawn) for name, make in columns.items()} for i in range(count)]


def columns_of(contract):
    return s.form(contract)[1]["req_un"]


# --- guards ----------------------------------------------------------------------------------------------

DRIFTING = {
    "numbers": (lambda i, d: 20 + i / 50 + d.random(), [-1.0, 20_000.0, "30"], [19.0, 90.0]),
    "numbers of both signs": (lambda i, d: i / 50 - 20 + d.random(), [-9_000.0], [60.0, -60.0]),
    "names": (
        lambda i, d: f"{['Anna', 'Bob', 'Cleo', 'Dan'][i // 500]} {d.choice('abcdefg') * d.randrange(2, 9)}",
        [" Anna ab", "Anna ab ", "Änna ab", "A", "Anna " + "b" * 60],
        ["Eve hijk", "Zoe b"],
    ),
    "codes of small letters": (
        lambda i, d: f"{'abcdefgh'[i // 250]}{d.choice('stuvw') * 6}", ["ASSSSSS", "a"], ["zxxxxxx"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DRIFTING)
def test_a_column_that_drifts_keeps_magnitudes_signs_and_the_make_of_texts(kind):
    make, wrong, right = DRIFTING[kind]
    rows = rows_of(x=make, age=lambda i, d: d.randrange(18, 92))
    contract = s.infer(rows, refuse=0.05)
    assert [*s.promise(contract).open] == ["x"]
    assert all(s.valid(contract, row) for row in rows)
    assert [x for x in wrong if s.valid(contract, {**rows[0], "x": x})] == []
    assert [x for x in right if not s.valid(contract, {**rows[0], "x": x})] == []


@given(st.integers(0, 10**6), st.integers(1, 5), st.sampled_from([1, -1]), st.booleans())
def test_a_guard_accepts_all_rows_that_it_was_made_of(seed, power, sign, is_decimal):
    drawn = random.Random(seed)
    values = [sign * round(drawn.lognormvariate(power, 2) + i / 30, 2) for i in range(300)]
    rows = [{"x": decimal.Decimal(str(x)) if is_decimal else x, "y": drawn.random()} for x in values]
    for options in ({}, {"ordered": False}):
        contract = s.infer(rows, refuse=0.5, **options)
        assert [row for row in rows if not s.valid(contract, row)] == []
        assert s.form(execute(contract)) == s.form(contract)


def test_the_rows_of_new_units_and_years_pass_and_damaged_ones_do_not():
    rows = rows_of(
        year=lambda i, d: 1990,
        state=lambda i, d: d.choice(
            ["Ohio", "Iowa", "Utah", "Maine", "Texas", "Idaho", "Nevada", "Kansas", "Oregon", "Alaska"]
        ),
        v=lambda i, d: d.random(),
    )
    contract = s.infer(rows)
    assert s.promise(contract).always == ("year", "state")
    assert s.valid(contract, {"year": 1991, "state": "Hawaii", "v": 0.5})
    for wrong in ({"year": 1960}, {"year": 1990_000}, {"state": "Ohio "}, {"state": ""}, {"v": 7.0}):
        assert not s.valid(contract, {**rows[0], **wrong})


def test_guards_are_within_the_bound_of_the_promise():
    """Of contracts whose rows are like the later ones, guards and all, next to none breaks its promise."""
    broken = 0
    for seed in range(30):
        rows = rows_of(
            2000,
            seed,
            year=lambda i, d: 1990,
            x=lambda i, d: d.paretovariate(0.7),
            v=lambda i, d: d.gauss(0, 1),
        )
        contract = s.infer(rows[:800], refuse=0.05)
        refused = sum(not s.valid(contract, row) for row in rows[800:]) / 1200
        broken += refused > s.promise(contract).refuses_at_most
    assert broken <= 1


# --- power -----------------------------------------------------------------------------------------------


def test_power_is_of_all_errors_of_none_and_between():
    rows = rows_of(300, age=lambda i, d: d.randrange(18, 92), plan=lambda i, d: d.choice(["free", "pro"]))
    nothing = s.power(s.keys(), rows)
    assert (nothing.share, nothing.hardly) == (0.0, ("age", "plan"))
    some = s.power(s.keys(req_un={"age": s.int_in(0, 1000), "plan": str}), rows)
    tight = s.power(s.keys(req_un={"age": s.int_in(18, 92), "plan": {"free", "pro"}}), rows)
    assert 0 < some.share < tight.share <= 1
    assert some.hardly == ("plan",)
    assert some.kinds["decimal x 10"] < 0.2
    assert "sign" not in some.kinds  # it is always noticed


def test_errors_are_planted_in_rows_that_the_spec_accepts_alone():
    rows = [{"x": i} for i in range(100)]
    assert s.power(s.keys(req_un={"x": s.int_in(0, 50)}), rows).count > 0
    with pytest.raises(s.SpecDefinitionError, match="of 100 it accepts none"):
        s.power(s.keys(req_un={"x": str}), rows)
    with pytest.raises(s.SpecDefinitionError, match="no kind of error changes these rows"):
        s.power(s.is_any, [None] * 5)


@pytest.mark.parametrize(
    "row",
    [
        {"n": 5, "x": 2.5, "name": "Ada", "day": "2025-03-01", "at": DAY},
        *(7, 2.5, "Ada", DAY, dt.datetime(2025, 1, 1)),
    ],
)
def test_each_planted_row_differs_from_the_right_one_in_one_cell_or_two_are_swapped(row):
    for kind, key, wrong in rows_with_errors([row] * 3):
        if not isinstance(row, dict):
            assert (type(wrong), wrong) != (type(row), row)
            continue
        changed = {name for name in row if (type(wrong[name]), wrong[name]) != (type(row[name]), row[name])}
        assert changed == {key} if key is not None else len(changed) == 2 and kind == "swapped columns"


def test_a_promise_says_what_is_noticed_beside_the_next_values_that_it_is_not_about():
    rows = rows_of(year=lambda i, d: 1990, v=lambda i, d: d.random())
    contract = s.infer(rows)
    lines = repr(s.promise(contract)).splitlines()
    assert len(lines) == 3
    assert lines[0].endswith(", new values of 'year' aside")
    assert lines[1].startswith("notices ")
    assert s.promise(execute(contract)) == s.promise(contract)
    # A spec by hand that refuses the next year says so itself.
    by_hand = s.keys(req_un={"year": {1990}, "v": float})
    assert "of rows like these, new values of 'year' aside" in repr(s.power(by_hand, rows))


def test_the_power_at_hand_is_that_of_later_rows_that_are_like_these():
    def make(seed):
        return rows_of(
            1500,
            seed,
            age=lambda i, d: d.randrange(18, 92),
            plan=lambda i, d: d.choice(["free", "pro", "team"]),
            paid=lambda i, d: round(d.lognormvariate(3, 1), 2),
            note=lambda i, d: "".join(d.choices("abc def", k=12)),
        )

    contract = s.infer(make(0))
    later = s.power(contract, [row for row in make(1) if s.valid(contract, row)])
    assert abs(s.promise(contract).power.share - later.share) < 0.05


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), decimal.Decimal("sNaN"), 10**400, "", "é", None, b"x"]
)
def test_values_that_are_hard_to_change_are_planted_or_left_alone(value):
    rows = [{"x": value, "y": i} for i in range(50)]
    assert s.power(s.keys(req_un={"y": int}), rows).count > 3


@pytest.mark.parametrize(("names", "times"), [(40, 100), (200, 25), (60, 40)])
def test_a_larger_refuse_makes_no_set_where_a_smaller_one_makes_a_pattern(names, times):
    rows = [{"word": f"w{i:03}", "v": i * 7919 % 5003} for i in [*range(names)] * times]
    random.Random(0).shuffle(rows)
    forms = {repr(columns_of(s.infer(rows, refuse=refuse))["word"]) for refuse in (0.01, 0.02, 0.05, 0.25)}
    assert len(forms) == 1
