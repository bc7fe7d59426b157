"""Groups that come in an order: what rows have, groups have, and the promise says it of groups."""

import random

import pytest

import mxspec as s
from mxspec.inference.horizon import refused_later
from mxspec.specs.core.spec import specize


def clinic(drawn, patients, alike=1, drift=0.0):
    """Return three visits of each patient; so many patients in a row have the same extremes."""
    rows = []
    for i in range(patients):
        usual = drawn.paretovariate(1) if i % alike == 0 else usual  # noqa: F821
        name = f"P{drawn.randrange(10**9):09d}"
        rows += [
            {
                "patient": name,
                "day": i,
                "age": drawn.randrange(18, 92),
                "sugar": usual * drawn.uniform(0.9, 1) + i * drift,
            }
            for _ in range(3)
        ]
    return rows


def without_days(rows):
    return [{key: x for key, x in row.items() if key != "day"} for row in rows]


def refused_share(contract, rows):
    patients = {row["patient"]: False for row in rows}
    for row in rows:
        patients[row["patient"]] |= not s.valid(contract, row)
    return sum(patients.values()) / len(patients)


def test_groups_that_drift_have_a_horizon_and_a_bound_of_groups_in_any_order():
    rows = without_days(clinic(random.Random(0), 400, drift=1))
    contract = s.infer(rows, refuse=0.1, groups="patient")
    promise = s.promise(contract)
    assert (promise.horizon, promise.remade[1], [*promise.open]) == (400, 200, ["sugar"])
    of = "groups by 'patient'"
    assert promise.explained.startswith(f"for the bounds of 1 of 2 columns: 400 {of}")
    assert f", for the next 400 {of}\n" in repr(promise)
    assert f" of the next 200 {of}" in promise.explained
    written = {}
    exec(s.source(contract), written)
    assert s.promise(written["spec"]) == promise
    names = {id(row): i // 3 for i, row in enumerate(rows)}
    by_function = s.promise(s.infer(rows, refuse=0.9, groups=lambda row: names[id(row)]))
    assert "for the next 400 groups\n" in repr(by_function)


def test_a_key_that_counts_up_is_no_order_of_its_groups():
    rows = clinic(random.Random(1), 400)
    names = {name: f"P{i:05d}" for i, name in enumerate(dict.fromkeys(row["patient"] for row in rows))}
    rows = [{**row, "patient": names[row["patient"]]} for row in without_days(rows)]
    promise = s.promise(s.infer(rows, refuse=0.1, groups="patient"))
    assert (promise.horizon, promise.remade, promise.count_as, promise.open) == (0, None, 0, {})


def test_no_rows_are_an_error_with_groups_and_time_too():
    with pytest.raises(s.SpecDefinitionError, match="a contract comes out of rows, and there are none"):
        s.infer([], groups="patient", time="day")


def test_the_earliest_row_of_a_group_is_its_first_with_time():
    drawn = random.Random(2)
    rows = clinic(drawn, 400, drift=0.1)
    mixed = drawn.sample(rows, len(rows))
    promise = s.promise(s.infer(mixed, refuse=0.1, groups="patient", time="day"))
    in_order = s.promise(s.infer(rows, refuse=0.1, groups="patient", time="day"))
    assert promise.open == in_order.open == {"day": "orders the rows", "sugar": "drifts with the rows"}
    assert promise.horizon == in_order.horizon == 400


@pytest.mark.few(1)
@pytest.mark.parametrize("alike", [10, 20])
def test_groups_count_as_fewer_where_neighbours_are_alike(alike):
    """In any order, 20 of 40 such promises would be broken; by the number of groups as it is, 4."""
    counted = broken = 0
    for seed in range(4):
        rows = without_days(clinic(random.Random(seed), 2000, alike))
        contract = s.infer(rows[:3000], refuse=0.25, groups="patient")
        promise = s.promise(contract)
        counted += 0 < promise.count_as < 1000
        broken += refused_share(contract, rows[3000:]) > promise.refuses_at_most
        assert (
            not promise.count_as
            or (f"neighbours are alike: 1,000 groups by 'patient' count as about {promise.count_as:,}")
            in promise.explained
        )
    assert counted
    assert not broken


def test_a_group_is_refused_once_by_a_contract_of_the_groups_before():
    groups = [[i, i + 0.5, i + 0.5] for i in range(160)]
    asked = []

    def contract_of(rows, count):
        asked.append((len(rows), count))
        return specize(int) if count < 100 else specize(s.is_any)

    assert refused_later(groups, contract_of) == (20, 80)
    assert asked == [(240, 80), (300, 100), (360, 120), (420, 140)]


def test_contracts_of_two_units_make_no_next_one():
    rows = without_days(clinic(random.Random(0), 400))
    from mxspec.notation.next_contract import next_contract

    by_rows, by_groups = s.infer(rows, refuse=0.1), s.infer(rows, refuse=0.1, groups="patient")
    words = "is about rows, and the next about groups by 'patient'"
    with pytest.raises(s.SpecDefinitionError, match=words):
        next_contract(by_rows, by_groups, 0, 100)
    assert s.promise(next_contract(by_groups, by_groups, 3, 400)).remade == (3, 400)
