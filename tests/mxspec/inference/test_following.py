"""Limits that follow: of any values few lie outside, a jump is named, and parts follow as the whole does."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.following import FollowingLimits, follow_columns

METER = s.contract(
    s.keys(req_un={"kwh": float, "plan": {"day", "night"}, "note": str}),
    rows=1000,
    refuses=0.01,
    open={"kwh": "grows with the rows", "note": "drifts with the rows"},
    columns=3,
)


def readings(n, start=0):
    drawn = random.Random(start)
    return [{"kwh": (start + i) * 3 + drawn.random(), "plan": "day", "note": "-"} for i in range(n)]


@settings(max_examples=50)
@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 1e3, -1e3, 1e9, -1e300, 1e300]), min_size=60, max_size=600))
def test_of_any_values_at_most_nine_and_a_hundredth_lie_outside(xs):
    limits = FollowingLimits()
    for x in [*xs, *xs]:
        limits.count(x)
    assert limits.outside <= 9 + limits.n / 100
    assert 0 <= limits.width <= 5.5


@pytest.mark.parametrize(
    "series",
    [lambda i, d: i, lambda i, d: 7.0, lambda i, d: i**3, lambda i, d: 100 + d.gauss(i / 9, 3)],
    ids=["counter", "constant", "cube", "drift"],
)
def test_values_a_hundred_times_too_large_are_jumps_one_after_the_other(series):
    drawn, limits, found = random.Random(0), FollowingLimits(), 0
    for i in range(1, 2000):
        x = series(i, drawn)
        is_wrong = i > 100 and i % 40 == 0
        words = limits.count(100 * x if is_wrong else x)
        found += is_wrong and words is not None
        assert is_wrong or words is None
    assert found == 47


def test_a_third_jump_in_succession_is_a_new_level():
    limits = FollowingLimits()
    words = [limits.count(x) for x in [*range(100), *range(5000, 5100)]]
    assert [i for i, each in enumerate(words) if each] == [100, 101, 102]
    assert words[100] == "a jump to 5000, after 50 to 99"


def test_parts_follow_as_the_whole_does_and_a_part_that_comes_again_does_not(tmp_path):
    rows = readings(600)
    rows[450] = {**rows[450], "kwh": 1e6}
    whole = s.profile(METER, rows, state=tmp_path / "whole.json")
    for i in range(3):
        part = tmp_path / f"{i}.json"
        part.write_text(json.dumps(rows[200 * i : 200 * (i + 1)]), encoding="utf-8")
        lines = s.profile(METER, part, state=tmp_path / "parts.json").followed
    assert lines[1].partition("by now; ")[2] == whole.followed[1].partition("by now; ")[2]
    assert whole.followed[2].startswith("  suspect: a jump to 1e+06, after ")
    assert whole.followed[2].endswith(" in row 451")
    assert lines[2].endswith("in row 51")
    assert lines[3] == whole.followed[3] == "without numbers, and not followed: 'note'"
    states = [json.loads((tmp_path / f"{name}.json").read_text()) for name in ("whole", "parts")]
    assert states[0]["columns"] == states[1]["columns"]
    before = (tmp_path / "parts.json").read_bytes()
    again = s.profile(METER, tmp_path / "1.json", state=tmp_path / "parts.json")
    assert again.followed[1] == f"{tmp_path / '1.json'} was followed before, and is not followed again"
    assert (tmp_path / "parts.json").read_bytes() == before


def test_lines_are_in_the_profile_and_not_in_a_sum(tmp_path):
    one = s.profile(METER, readings(40), state=tmp_path / "state")
    assert str(one).endswith("\n".join(one.followed))
    assert one.to_dict()["followed"] == [*one.followed]
    assert one.followed[1].endswith("0 of 0 by now; none yet, 40 of 50 values are known")
    two = s.profile(METER, readings(40, start=40), state=tmp_path / "state")
    assert (one + s.profile(METER, [])).followed == one.followed
    assert (one + two).followed == ("limits follow the rows of one part after the other, not of a sum",)
    by_groups = s.profile(METER, readings(40, start=80), groups="plan", state=tmp_path / "state")
    assert (by_groups.total, by_groups.followed[1].split(";")[0]) == (
        1,
        "'kwh': 0 of 40 values lie outside, 0 of 70 by now",
    )


@pytest.mark.parametrize(
    ("spec", "values", "line"),
    [
        (s.int_in(0, 9), [1, 2], "all columns have bounds, so that there is none to follow"),
        (METER, iter(readings(3)), "no limits follow, as such values are not kept"),
    ],
)
def test_what_is_not_followed_is_said(spec, values, line, tmp_path):
    assert s.profile(spec, values, state=tmp_path / "state").followed == (line,)


def test_values_that_are_no_numbers_are_left_out(tmp_path):
    rows = readings(100)
    odd = [None, True, "12", float("nan"), float("inf"), 10**400, [1]]
    mixed = [{**row, "kwh": odd[i % 7]} if i % 2 else row for i, row in enumerate(rows)]
    profile = s.profile(METER, mixed, state=tmp_path / "state")
    assert "0 of 0 values lie outside, 0 of 0 by now; " in profile.followed[1]
    assert len(json.loads((tmp_path / "state").read_text())["columns"][0]["limits"]["last"]) == 50
    numbers = s.contract(int, rows=100, refuses=0.1, open={(): "grows with the rows"}, columns=1)
    followed = s.profile(numbers, [*range(200), 10**6], state=tmp_path / "numbers").followed
    assert followed[2] == "  suspect: a jump to 1e+06, after 150 to 199 in row 201"


def test_a_state_that_is_none_is_an_error_and_a_run_that_fails_leaves_it(tmp_path):
    state = tmp_path / "state"
    s.profile(METER, readings(60), state=state)
    before = state.read_bytes()
    with pytest.raises(ZeroDivisionError), follow_columns(METER, state):
        raise ZeroDivisionError
    assert state.read_bytes() == before
    state.write_bytes(before.replace(b'"outside": 0', b'"outside": -1'))
    with pytest.raises(
        s.SpecDefinitionError, match=r"is not the state of limits that follow: .*name another file"
    ):
        s.profile(METER, readings(60), state=state)
