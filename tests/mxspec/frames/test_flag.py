"""flag: a frame with the reasons of its rows in a column, which are those of split, by every door."""

import collections
import importlib
import re

import pytest

import mxspec as s
from mxspec.frames.named_frames import frame_of, rows_of_frame
from tests.mxspec.frames import random_frames
from tests.mxspec.frames.test_frame_spec import MAKERS, ORDER, ORDERS, ROWS, pd, pl
from tests.suites import rows_by_suite

N = "n: an int from 1 to 9 is required"


def reasons_of(frame, name):
    return [row[name] for row in rows_of_frame(frame_of(frame))]


def attempt_split(spec, frame):
    try:
        return s.split(spec, frame), None
    except s.SpecDefinitionError as error:
        return None, str(error)


def check_flag(spec, frame, name="why"):
    """Check the reasons of flag by those of split, or that both raise the same error."""
    parts, refusal = attempt_split(spec, frame)
    if refusal is not None:
        with pytest.raises(s.SpecDefinitionError, match=re.escape(refusal)):
            s.flag(spec, frame, name=name)
        return None
    fit, rest = parts
    flagged = s.flag(spec, frame, name=name)
    assert type(flagged) is type(frame)
    own, refused = frame_of(flagged), frame_of(rest)
    assert [*own.names] == [*frame_of(frame).names, name]
    reasons = reasons_of(flagged, name)
    expected = reasons_of(rest, refused.names[-1])
    there = [each for each in reasons if each is not None]
    if own.is_eager:
        assert there == expected
    assert collections.Counter(there) == collections.Counter(expected)
    assert reasons.count(None) == sum(1 for _ in rows_of_frame(frame_of(fit)))
    return reasons


@pytest.mark.parametrize("library", MAKERS)
def test_reasons_stand_beside_the_rows(library):
    make = MAKERS[library]
    frame = make(ROWS)
    reasons = [None, N, f"item: 'cake' or 'tea' is required; {N}"]
    assert check_flag(ORDER, frame) == check_flag(s.frame(ORDER), frame) == reasons
    assert reasons_of(s.flag(ORDER, frame), "reason") == reasons
    assert s.valid(ORDER, frame) is False
    for part in (make(ROWS[:1]), make(ROWS[1:])):
        check_flag(ORDER, part)


@pytest.mark.parametrize("seed", rows_by_suite([0], slow=range(1, 12)))
def test_random_frames_are_flagged_as_they_are_split(seed):
    for note, table, spec in random_frames.questions(f"flag {seed}", 6):
        for library, frame in random_frames.libraries(table):
            if table.num_columns:
                reasons = check_flag(spec, frame)
                if reasons is not None and frame_of(frame).is_eager:
                    expected, _ = random_frames.verdicts_one_by_one(spec, frame)
                    assert [each is None for each in reasons] == expected, (note, library)


def test_the_name_is_free_or_an_error():
    frame = pl.DataFrame({"reason": [1, 20], "c0": [1, 1]})
    spec = s.keys(req_un={"reason": s.int_in(0, 10)})
    for name in ("reason", "Reason", "C0"):
        with pytest.raises(s.SpecDefinitionError, match=f"has a column '{name}' already; try flag"):
            s.flag(spec, frame, name=name)
    with pytest.raises(s.SpecDefinitionError, match="name= is the name of a column, not 3"):
        s.flag(spec, frame, name=3)
    assert s.flag(spec, frame, name="c1").columns == ["reason", "c0", "c1"]
    assert s.flag(spec, frame, name="^x$").columns[-1] == "^x$"


def test_the_index_and_the_levels_of_pandas_stay():
    names = [("a", 1), ("b", "")]
    frame = pd.DataFrame([[1, 2], [20, 3]], index=[7, 7], columns=pd.MultiIndex.from_tuples(names))
    flagged = s.flag(s.keys(req_un={("a", 1): s.int_in(0, 10)}), frame)
    assert ([*flagged.index], [*flagged.columns]) == ([7, 7], [*names, ("reason", "")])
    assert flagged["reason"].isna().tolist() == [True, False]


def test_what_is_no_frame_or_no_row_is_an_error():
    with pytest.raises(s.SpecDefinitionError, match="flag takes a frame"):
        s.flag(ORDER, ROWS)
    with pytest.raises(s.SpecDefinitionError, match="flag takes the spec of a row"):
        s.flag(int, pd.DataFrame())
    empty = pd.DataFrame()
    assert s.flag(ORDER, empty) is empty


def test_a_lazy_frame_is_asked_nothing_and_many_rows_have_short_reasons(monkeypatch):
    monkeypatch.setattr(importlib.import_module("mxspec.frames.split"), "MOST_REASONS", 1)
    check_flag(ORDER, MAKERS["polars"](ROWS))
    asked = []
    lazy = pl.LazyFrame(ROWS, infer_schema_length=None).map_batches(lambda x: (asked.append(1), x)[1])
    flagged = s.flag(ORDER, lazy)
    assert asked == []
    assert flagged.collect()["reason"].null_count() == 1


@pytest.mark.slow
def test_a_table_of_ibis_is_flagged_by_one_query():
    ibis = pytest.importorskip("ibis")
    table = ibis.table({"plan": "string", "n": "int64"}, name="orders")
    query = ibis.to_sql(s.flag(ORDERS, table), dialect="postgres")
    assert query.count('FROM "orders"') == 1
    rows = [{"plan": "free", "n": 3}, {"plan": "fre", "n": 3}, {"plan": "pro", "n": 30}]
    check_flag(ORDERS, ibis.memtable(rows))
