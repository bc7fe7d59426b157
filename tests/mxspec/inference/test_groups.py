"""Rows in groups, such as the visits of a patient, are promised by the group; the key of groups is found."""

import random
import re
import warnings

import pytest

import mxspec as s
from mxspec.inference.group_keys import group_key_of
from mxspec.inference.order import columns_of
from tests.suites import rows_by_suite


def patients(r, n):
    """Visits of patients, alike among those of one patient."""
    for i in range(n):
        usual = {f"c{j}": r.gauss(0, 5) for j in range(3)}
        for _ in range(r.randrange(5, 30)):
            yield {"patient": f"P{i:05d}", **{key: round(r.gauss(x, 0.1), 3) for key, x in usual.items()}}


@pytest.mark.parametrize("seed", rows_by_suite(range(3), slow=range(3, 60)))
def test_the_promise_of_groups_holds_for_new_groups(seed):
    r = random.Random(seed)
    contract = s.infer(patients(r, 250), refuse=0.1, groups="patient")
    new = [*patients(r, 300)]
    refused = {row["patient"]: False for row in new}
    for row in new:
        refused[row["patient"]] |= not s.valid(contract, row)
    promise = s.promise(contract)
    assert sum(refused.values()) / 300 <= promise.refuses_at_most <= 0.1
    assert re.search(r"250 groups by 'patient', \d+ of them sets? a bound\n", promise.explained)
    renamed = ({**row, "patient": "P77777"} for row in new)
    assert [s.valid(contract, row) for row in renamed] == [s.valid(contract, row) for row in new]


def test_groups_are_a_column_or_a_function():
    rows = [*patients(random.Random(0), 200)]
    by_key = s.infer(rows, refuse=0.06, groups="patient")
    without = [{key: row[key] for key in ("c0", "c1", "c2")} for row in rows]
    names = {id(row): rows[i]["patient"] for i, row in enumerate(without)}
    by_function = s.infer(without, refuse=0.06, groups=lambda row: names[id(row)])
    assert s.promise(by_function).refuses_at_most == s.promise(by_key).refuses_at_most


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([{"a": 1}] * 900, {"groups": "b"}, "groups='b' is a key of all rows, not of {'a': 1}"),
        ([1] * 900, {"groups": "b"}, "groups='b' is a key of all rows, not of 1"),
        ([{"a": [1]}] * 900, {"groups": "a"}, "the groups of rows can't be told apart: unhashable type"),
        ([{"a": i % 12} for i in range(900)], {"groups": "a"}, "12 groups by 'a' can't promise"),
        (s.sketch([{"a": 1}] * 900), {"groups": "a"}, "groups= takes the rows themselves"),
    ],
)
def test_groups_that_make_no_sense_are_an_error(rows, options, words):
    with pytest.raises(s.SpecDefinitionError, match=re.escape(words)):
        s.infer(rows, **options)


def test_copies_of_rows_are_told():
    drawn = random.Random(0)
    rows = [{"a": drawn.random(), "b": drawn.randrange(5)} for _ in range(2000)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s.infer(rows)
        s.infer([{"a": drawn.randrange(300), "b": drawn.randrange(5)} for _ in range(5000)])
    with pytest.warns(UserWarning, match="of 2,000 rows are equal to another row"):
        s.infer(drawn.choices(rows[:400], k=2000))


# --- a column that may be the key of groups ---------------------------------------------------------------


def shuffled(rows, seed=0):
    rows = [*rows]
    random.Random(seed).shuffle(rows)
    return rows


@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("seed", rows_by_suite([0], slow=[1, 2]))
@pytest.mark.parametrize("rename", [str, lambda x: int(x[1:]) * 7 % 1009], ids=["text", "number"])
def test_rows_of_patients_are_warned_of_and_the_key_has_no_bound(count, seed, rename):
    rows = shuffled(patients(random.Random(seed), count))
    rows = [{**row, "patient": rename(row["patient"])} for row in rows]
    with pytest.warns(
        UserWarning, match="rows of new values of 'patient' are refused at .*Then groups='patient'"
    ):
        contract = s.infer(rows, refuse=0.1)
    moved = dict.fromkeys(("c0", "c1", "c2"), "moves with 'patient'")
    opened = dict(s.promise(contract).open)
    assert opened.pop("patient") == "may be a key of groups"
    assert opened
    assert opened.items() <= moved.items()
    form = s.form(contract)[1]["req_un"]["patient"]
    assert form == ("range_of", int, 0, None) or (form[0] == "str_in" and "max_length" not in form[1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s.infer(rows, refuse=0.5, groups="patient")


@pytest.mark.parametrize(
    "kind", ["any rows", "ages that others have", "a synonym of the key", "few values", "no value twice"]
)
def test_columns_whose_new_values_break_nothing_are_no_keys(kind):
    drawn = random.Random(1)
    rows = [
        {"age": drawn.randrange(18, 92), "plan": drawn.choice("abc"), "x": drawn.gauss(0, 1)}
        for _ in range(1500)
    ]
    for i, row in enumerate(rows):
        row |= {
            "any rows": {},
            "ages that others have": {"sugar": row["age"] + drawn.randrange(9)},
            "a synonym of the key": {"born": 2025 - row["age"]},
            "few values": {"price": {"a": 1, "b": 20, "c": 300}[row["plan"]] + drawn.random()},
            "no value twice": {"id": i * 7919 % 10007},
        }[kind]
    assert group_key_of(columns_of(rows), ()) is None


def test_columns_that_are_shuffled_apart_have_no_key():
    columns = columns_of([*patients(random.Random(0), 100)])
    drawn = random.Random(1)
    assert group_key_of(columns, ()) == (("patient",), pytest.approx(0.15, abs=0.1))
    found = [
        group_key_of({path: drawn.sample(xs, len(xs)) for path, xs in columns.items()}, ()) for _ in range(20)
    ]
    assert found == [None] * 20


@pytest.mark.parametrize("effect", [0, 5])
def test_a_level_above_groups_is_warned_of(effect):
    """Patients of one site are alike, so a contract of some sites refuses patients of the others."""
    warned = 0
    for seed in range(6):
        drawn = random.Random(seed)
        rows = []
        for site in range(24):
            mean = drawn.gauss(0, effect) if effect else 0
            for patient in range(20):
                sugar = mean + drawn.gauss(0, 0.3 if effect else 1)
                name = f"P{site:02}{patient:02}"
                rows.append(
                    [{"site": f"S{site:02}", "patient": name, "sugar": sugar + i / 99} for i in range(3)]
                )
        drawn.shuffle(rows)
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always")
            s.infer([row for own in rows for row in own], refuse=0.1, groups="patient")
        assert len(notes) <= 1
        warned += any("rows of new values of 'site' are refused at" in str(note.message) for note in notes)
    assert warned == 0 if effect == 0 else warned >= 3
