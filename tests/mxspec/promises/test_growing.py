"""Values that grow between runs: at their end they keep a promise, anywhere else they are an error."""

import collections
import dataclasses
import datetime
import json
import re
import types

import numpy as np
import pytest

import mxspec as s
from mxspec.promises.growing import GrowingValues, content_digest
from tests.measurements.promises import betting
from tests.processes import run_fresh


def ask(values, state, **options):
    """Return the verdict of a check that never refuses, or raise what is no verdict."""
    try:
        s.check_promise(lambda x: True, values, state=state, ordered=False, **options)
    except s.PromiseError as error:
        return error.data["verdict"]
    return "promised"


BEFORE = [*range(300)]


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (BEFORE, "undecided"),
        ([*BEFORE, *range(1000, 1300)], "promised"),
        ([1000, *BEFORE], None),
        ([*range(500), *BEFORE], "promised"),
        (BEFORE[::-1], None),
        (BEFORE[1:], None),
        (BEFORE[:-1], None),
        ([*BEFORE[:-1], 1000, BEFORE[-1]], None),
        ([], None),
    ],
)
def test_values_may_grow_at_their_end_alone(tmp_path, now, verdict):
    state = tmp_path / "values.json"
    assert ask(BEFORE, state) == "undecided"
    kept = state.read_bytes()
    if verdict is None:
        with pytest.raises(
            s.SpecDefinitionError, match=r"add new values at the end, .* remove .*values\.json"
        ):
            ask(now, state)
        assert state.read_bytes() == kept
    else:
        assert ask(now, state) == verdict
        assert json.loads(state.read_text())["n"] == {"undecided": 300, "promised": 496}[verdict]


def test_what_was_not_asked_may_change_and_another_guard_asks_the_same_values(tmp_path):
    state = tmp_path / "values.json"
    assert ask([*range(600)], state) == "promised"
    assert ask([*range(496), *range(9000)], state) == "promised"
    with pytest.raises(s.PromiseError):
        s.check_promise(lambda x: x > 5, [*range(600)], state=state)
    assert json.loads(state.read_text())["n"] == 496
    with pytest.raises(s.SpecDefinitionError, match="these are 400 values, and not the 496"):
        ask([*range(400)], state)


@pytest.mark.parametrize("options", [{"by": lambda x: x % 2}, {"groups": lambda x: x // 2}])
def test_groups_grow_at_the_end_too(tmp_path, options):
    state = tmp_path / "values.json"
    ask([*range(40)], state, **options)
    ask([*range(50)], state, **options)
    assert json.loads(state.read_text())["n"] == (50 if "by" in options else 25)
    with pytest.raises(s.SpecDefinitionError, match="add new values at the end"):
        ask([*range(20), 99, *range(20, 60)], state, **options)


def test_a_set_has_no_order():
    for values in ({"Ada", "Bo"}, frozenset([1, 2])):
        with pytest.raises(
            s.SpecDefinitionError, match="a set has no order, and another one in each process"
        ):
            s.check_promise(lambda x: True, values)


def test_the_inputs_of_a_test_that_is_mostly_right_are_the_same_in_the_next_run(tmp_path):
    state = tmp_path / "inputs.json"

    def run(inputs, seed=0):
        @s.mostly(0.9, state=state, seed=seed, text=inputs)
        def check(text):
            assert text

        check()

    run(s.spec({"a", "b", "c"}))
    run(s.spec({"a", "b", "c"}))
    for inputs, seed in ((s.spec({"a", "b", "c"}), 1), (s.spec({"a", "aa", "b", "c"}), 0)):
        with pytest.raises(s.SpecDefinitionError, match="add new values at the end"):
            run(inputs, seed)
    with pytest.raises(s.SpecDefinitionError, match="keeps the inputs that are drawn, and check has none"):

        @s.mostly(0.9, state=state)
        def check():
            pass


def test_another_run_that_asked_other_values_in_the_meantime_is_an_error(tmp_path):
    one, other = (GrowingValues(tmp_path / "values.json") for _ in range(2))
    assert [*one.compare("abc"), *other.compare("abd")] == [*"abcabd"]
    one.keep()
    with pytest.raises(s.SpecDefinitionError, match="the first 3 values are not those"):
        other.keep()
    third = GrowingValues(tmp_path / "values.json")
    assert [*third.compare("abcd")] == [*"abcd"]
    third.keep(2)
    assert json.loads((tmp_path / "values.json").read_text())["n"] == 3


@pytest.mark.parametrize("text", ["{}", '{"state": "growing values", "version": 2, "n": -1, "digest": ""}'])
def test_another_file_is_an_error(tmp_path, text):
    (tmp_path / "values.json").write_text(text)
    with pytest.raises(
        s.SpecDefinitionError, match=r"is not the state of growing values: .*; name another file"
    ):
        ask([1], tmp_path / "values.json")


Point = dataclasses.make_dataclass("Point", ["x", "y"])
LARGE = np.arange(5000)
CONTENTS = [
    None, True, 1, 1.0, "1", b"1", "a\ud800", 10**30, float("nan"), datetime.date(2024, 1, 1),
    datetime.datetime(2024, 1, 1), [1], (1,), [[1]], [1, 2], [12], {"a": 1}, {"a": [1]}, {"a"}, {"a", "b"},
    collections.OrderedDict(a=1), Point(1, 2), Point(1, [2]), LARGE, LARGE[::-1], LARGE.astype("int32"),
    LARGE.reshape(50, 100), np.float32(1), {"x": LARGE}, {"x": LARGE + (LARGE == 2500)},
]  # fmt: skip


def test_different_contents_have_different_digests():
    assert len({content_digest(x) for x in CONTENTS}) == len(CONTENTS)


def test_a_digest_is_one_in_every_process():
    program = """
        from tests.mxspec.promises.test_growing import CONTENTS, content_digest
        print(*(content_digest(x).hex() for x in CONTENTS))
    """
    here = " ".join(content_digest(x).hex() for x in CONTENTS)
    assert run_fresh(program, PYTHONHASHSEED="1").strip() == here


@pytest.mark.parametrize(
    "x", [object(), lambda: 1, types.SimpleNamespace(a=1), np.array([object()]), [object()]]
)
def test_a_content_that_can_not_be_told_is_an_error(x):
    with pytest.raises(s.SpecDefinitionError, match=re.escape("can't be told; give texts, numbers, dates")):
        content_digest(x)


def test_a_set_that_grows_at_its_end_is_seldom_promised_wrongly_and_one_that_grows_elsewhere_often():
    shares = {where: betting.grown_sets(where, runs=400, share=0.0105) for where in ("end", "front")}
    assert shares["end"] <= 0.01
    assert shares["front"] > 0.05
