"""The state of a promise between two runs: what is read, what counts, and runs at the same time."""

import functools
import json
import operator
import os
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import mxspec as s
from mxspec.base import files
from mxspec.promises import production
from mxspec.promises.production import look
from mxspec.promises.state_file import read_standing, take_back, update_state
from tests.mxspec.promises.test_production import PROMISE, day
from tests.suites import rows_by_suite

PATH = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_a_state_goes_on_where_it_was_left(tmp_path):
    rng = np.random.default_rng(0)
    days = [day(int(rng.binomial(200, share)), 200) + day(1, 2, None) for share in [0.004] * 30 + [0.08] * 9]
    path, standing = tmp_path / "state.json", None
    for i, each in enumerate(days):
        standing = look(each, PROMISE, standing, f"day {i}")
        assert update_state(path, each, PROMISE, f"day {i}") == standing
    assert standing.verdict == "broken"
    assert [*tmp_path.iterdir()] == [path]
    assert path.stat().st_size < 20_000


def test_a_state_that_can_not_be_written_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    update_state(path, day(0, 10), PROMISE)
    before = path.read_bytes()

    def fail(*args):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        update_state(path, day(0, 10), PROMISE)
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]


@pytest.fixture
def state(tmp_path):
    """The path and the content of a state of two parts, of which one is taken back."""
    path = tmp_path / "state.json"
    for name in ("Monday", "Tuesday"):
        update_state(path, day(1, 10), PROMISE, name)
    take_back(path, "Tuesday")
    return path, json.loads(path.read_text())


def edited(content, keys, value):
    """Return JSON with another value at some keys, which is put as it is."""
    content = json.loads(json.dumps(content))
    *above, last = keys
    functools.reduce(operator.getitem, above, content)[last] = "HERE"
    return json.dumps(content).replace('"HERE"', value)


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (["history"], '"3"', "a list is required, not '3' - failed: list in: ['history']"),
        (["history", 0, "n"], "NaN", "NaN is not a number"),
        (["history", 0, "n"], "Infinity", "Infinity is not a number"),
        (["history", 0, "n"], "-1", "not -1 - failed: .* in: ['history', 0, 'n']"),
        (["history", 0, "n"], "true", "an int is required, not True - failed: int"),
        (["history", 0, "n"], "10.0", "an int is required, not 10.0; s.decode"),
        (["history", 0, "n"], "1" + "0" * 30, "in: ['history', 0, 'n']"),
        (["history", 0, "misjudged"], "11", "failed: is_part_of_all in: ['history', 0]"),
        (["history", 0, "weight"], "1.5", "failed: is_weight"),
        (["history", 0, "is_taken_back"], "0", "True or False is required, not 0 - failed: bool"),
        (["history", 0, "reasons"], '{"a": 1, "a": 2}', "the key 'a' is there twice"),
        (["history", 0, "more"], "1", "no such key"),
        (["history"], "[" * 10**5 + "]" * 10**5, "nested too deeply"),
        (["limit"], "1.5", "failed: is_share"),
        (["limit"], "1e999", "failed: is_share"),
        (["version"], "1", "it is of version 1, and this mxspec reads 2"),
        (["version"], "null", "it is of version None"),
        (["state"], '"another"', """it has no "state": "a promise\""""),
        (["earlier"], "[1, 2]", "a count of 3 .* in: ['earlier']"),
        (["alarm"], "{}", "key 'n' is required"),
        ([], "", "Expecting value"),
        ([], "{}", 'it has no "state"'),
        ([], "[]", 'it has no "state"'),
        ([], "null", 'it has no "state"'),
        ([], '{"verdict": "holds", "bets": [1], "alarm": null, "grown": []}', 'it has no "state"'),
    ],
)
def test_what_is_no_state_is_refused_by_name_and_stays(state, keys, value, words):
    path, content = state
    text = edited(content, keys, value) if keys else value
    path.write_text(text)
    for ask in (lambda: update_state(path, day(0, 10), PROMISE), lambda: take_back(path, "Monday")):
        with pytest.raises(s.SpecDefinitionError) as error:
            ask()
        assert str(error.value).startswith(f"{path} is not the state of a promise: ")
        assert re.search(words.replace("[", r"\["), str(error.value))
        assert str(error.value).endswith("name another file to start anew")
        assert len(str(error.value)) < 1000
        assert path.read_text() == text


def test_a_long_history_is_read_as_it_was_and_an_old_alarm_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(production, "KEPT", 5)
    path, standing = tmp_path / "state.json", None
    for i in range(60):
        part = day(40 * (20 < i < 30), 100)
        standing = look(part, PROMISE, standing, f"day {i}")
        assert update_state(path, part, PROMISE, f"day {i}") == standing
    assert standing.verdict == "broken"
    assert json.loads(path.read_text())["earlier"] == [54, 360, 5400]


def test_a_state_keeps_its_link_and_its_permissions(tmp_path):
    path, link = tmp_path / "kept" / "state.json", tmp_path / "link.json"
    path.parent.mkdir()
    update_state(path, day(0, 10), PROMISE)
    path.chmod(0o640)
    link.symlink_to(path)
    assert update_state(link, day(0, 10), PROMISE).parts == 2
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["kept", "link.json", "state.json"]


def test_of_runs_at_once_no_part_is_lost(tmp_path):
    program = """
        import sys, mxspec as s
        from mxspec.promises.state_file import update_state
        part = s.profile(s.int_in(0, 151), [30] * 99 + [-1])
        input()
        for i in range(5):
            update_state(sys.argv[1], part, s.Promise(0.1, 0.99, 0), f"run {sys.argv[2]}.{i}")
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "state.json")]
    runs = [
        subprocess.Popen([*command, str(i)], stdin=subprocess.PIPE, env=os.environ | PATH, text=True)
        for i in range(4)
    ]
    for run in runs:  # which wait for it, so that they begin together
        run.stdin.write("\n")
        run.stdin.flush()
    assert [run.wait() for run in runs] == [0] * 4
    standing = read_standing(tmp_path / "state.json")
    names = [part.name for part in standing.history]
    assert sorted(names) == sorted(f"run {i}.{j}" for i in range(4) for j in range(5))
    assert (standing.parts, standing.n, standing.misjudged) == (20, 2000, 20)
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_without_locks_a_warning_says_what_may_be_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    (tmp_path / "new").mkdir()
    with pytest.warns(UserWarning, match=r"new can't be locked: of two runs at once a part may be lost"):
        assert update_state(tmp_path / "new" / "state.json", day(0, 10), PROMISE).parts == 1


def test_a_state_makes_no_folder(tmp_path):
    with pytest.raises(s.SpecDefinitionError, match=r"there is no folder .*misspelt; make it first"):
        update_state(tmp_path / "misspelt" / "state.json", day(0, 10), PROMISE)
    assert [*tmp_path.iterdir()] == []


# --- what was counted before --------------------------------------------------------------------------------

ROW = s.keys(req_un={"n": s.int_in(0, 10)})


def counted_of(path):
    return {path: s.profile(ROW, path)}


def rows_text(values):
    return "".join(f"{x}\n" for x in ["n", *values])


def days_of(seed, days, share=0.05):
    rng = np.random.default_rng(seed)
    return [
        [int(x) for x in np.where(rng.random(40) < share, 30, rng.integers(0, 10, 40))] for _ in range(days)
    ]


@pytest.mark.parametrize("seed", rows_by_suite([0], slow=[1, 2]))
@pytest.mark.parametrize("kind", ["grows", "grows, no end of line", "twice", "again later", "in pieces"])
def test_rows_that_come_again_count_once(tmp_path, kind, seed):
    """The standing of files that overlap is that of the days apart."""
    promise = s.Promise(0.05, 0.99, 0)
    days, alone, state = days_of(seed, 12), tmp_path / "alone.json", tmp_path / "state.json"
    file = tmp_path / "rows.csv"
    for i, own in enumerate(days):
        file.write_text(rows_text(own))
        expected = update_state(alone, counted_of(file), promise, f"day {i}")
        so_far = [x for each in days[: i + 1] for x in each]
        if kind.startswith("grows"):
            file.write_text(rows_text(so_far).rstrip("\n" if "no end" in kind else ""))
            standing = update_state(state, counted_of(file), promise, f"day {i}")
            assert (standing.n_again, standing.again) == (40 * i, f"day {i - 1}" if i else None)
        elif kind == "in pieces":
            older = tmp_path / "older.csv"
            older.write_text(rows_text(days[i - 1]) if i else "n\n")
            standing = update_state(state, counted_of(older) | counted_of(file), promise, f"day {i}")
            assert standing.n_again == (40 if i else 0)
        else:
            update_state(state, counted_of(file), promise, f"day {i}")
            if kind == "again later":
                file.write_text(rows_text(days[i // 2]))
            before = state.read_bytes()
            copy = file.rename(tmp_path / "copy.csv")
            standing = update_state(state, counted_of(copy), promise, "another")
            assert state.read_bytes() == before
            assert (
                f"40 of these values were counted before, in day {i // 2 if 'later' in kind else i}"
                in repr(standing)
            )
        counts = [(part.n, part.misjudged, dict(part.reasons)) for part in standing.history]
        assert counts == [(part.n, part.misjudged, dict(part.reasons)) for part in expected.history]
        assert (standing.verdict, standing.bets) == (expected.verdict, expected.bets)


def test_a_bad_night_is_taken_back_by_name_and_stays_out_of_a_file_that_grows(tmp_path):
    file, state = tmp_path / "rows.csv", tmp_path / "state.json"
    for i, own in enumerate([[3] * 100, [30] * 100, [3] * 100]):
        with file.open("a") as text:
            text.write(rows_text(own) if not i else rows_text(own)[2:])
        standing = update_state(state, counted_of(file), PROMISE, f"2026-11-0{i + 1} (rows.csv)")
        if i == 1:
            assert standing.verdict == "suspect"
            standing = take_back(state, "2026-11-02 (rows.csv)")
    assert (standing.parts, standing.n, standing.misjudged) == (2, 200, 0)
    assert repr(standing).endswith("taken back: 2026-11-02 (rows.csv)")
    for name, words in [
        ("rows.csv", "2 parts are called 'rows.csv'"),
        ("2026-11-02", "none of the 2 parts is called '2026-11-02'"),
        ("11-01", "none of the 2 parts is called '11-01'"),
    ]:
        with pytest.raises(s.SpecDefinitionError, match=words):
            take_back(state, name)
    assert take_back(state, "2026-11-03").n == 100
    with pytest.raises(FileNotFoundError):
        take_back(tmp_path / "none.json", "Monday")


def test_groups_of_a_file_that_grows_are_refused_and_a_file_that_comes_again_is_not(tmp_path):
    promise, file = s.Promise(0.1, 0.99, 0, of="groups by 'n'"), tmp_path / "rows.csv"
    file.write_text(rows_text([1, 2, 2]))
    for _ in range(2):
        standing = update_state(tmp_path / "s.json", {file: s.profile(ROW, file, groups="n")}, promise)
        assert (standing.parts, standing.n) == (1, 2)
    file.write_text(rows_text([1, 2, 2, 30]))
    with pytest.raises(s.SpecDefinitionError, match="of a file that grows can't be told apart"):
        update_state(tmp_path / "s.json", {file: s.profile(ROW, file, groups="n")}, promise)


@pytest.mark.parametrize(
    ("part", "promise"),
    [
        (day(0, 10), s.Promise(0.02, 0.99, 5000)),
        (day(0, 10), s.Promise(0.01, 0.9, 5000)),
        (day(0, 10), s.Promise(0.01001, 0.99, 5000)),
        (s.Profile("name", 10), PROMISE),
    ],
)
def test_another_promise_starts_anew(tmp_path, part, promise):
    update_state(tmp_path / "state", day(0, 10), PROMISE)
    words = r"the parts so far are of (at most 1% refused, certain 0\.99; |another spec: 'age' and 'name')"
    with pytest.raises(s.SpecDefinitionError, match=words):
        update_state(tmp_path / "state", part, promise)
    with pytest.raises(s.SpecDefinitionError, match=r"1% refused, certain 0\.99, 365 looks; start anew"):
        update_state(tmp_path / "state", day(0, 10), PROMISE, looks=365)
