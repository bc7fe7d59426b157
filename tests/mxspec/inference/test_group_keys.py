"""A column whose new values break a contract of the others may be the key of groups, and is named."""

import random
import warnings

import pytest

import mxspec as s
from mxspec.inference.group_keys import group_key_of
from mxspec.inference.order import columns_of
from tests.mxspec.inference.test_contract import patients


def shuffled(rows, seed=0):
    rows = [*rows]
    random.Random(seed).shuffle(rows)
    return rows


@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rename", [str, lambda x: int(x[1:]) * 7 % 1009], ids=["text", "number"])
def test_rows_of_patients_are_warned_of_and_the_key_has_no_bound(count, seed, rename):
    rows = shuffled(patients(random.Random(seed), count))
    rows = [{**row, "patient": rename(row["patient"])} for row in rows]
    with pytest.warns(
        UserWarning, match="rows of new values of 'patient' are refused at .*Then groups='patient'"
    ):
        contract = s.infer(rows, refuse=0.1)
    assert s.promise(contract).open == {"patient": "may be a key of groups"}
    assert s.form(contract)[1]["req_un"]["patient"] in (int, ("str_in", {"pattern": r"P\d{5}"}))
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
