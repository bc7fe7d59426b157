"""Terms of a table that the engine of a frame counts: what they say is what they say of its rows."""

import datetime as dt
import random

import pytest

from mxspec.frames import named_frames
from mxspec.frames.named_frames import frame_of, rows_of_frame
from mxspec.inference.table_terms import TableTerms
from tests.mxspec.frames import random_frames
from tests.suites import rows_by_suite

pl = pytest.importorskip("polars")
NOW = dt.datetime(2024, 6, 1)


def random_terms(draw, rows, names):
    """Terms about some columns of rows, and at times about one that no row has."""
    names = [*names, "gone"]

    def some():
        return draw.sample(names, draw.randint(0, min(3, len(names))))

    def value(name):
        values = [x for row in rows if (x := row.get(name)) is not None and x.__hash__ and x == x]
        return draw.choice([*values, 7, "x", True])

    return TableTerms(
        unique=tuple(some()),
        monotone=tuple(some()),
        missing={name: draw.choice([0.0, 0.3]) for name in some()},
        fresh={name: dt.timedelta(days=draw.choice([1, 9999])) for name in some()},
        occur={name: {value(name), value(name)} for name in some()},
        shares={name: {value(name): (0.4, 0.5)} for name in some()},
        depends={name: draw.choice(names) for name in some()},
        inside={name: other for name in some() if (other := draw.choice(names)) != name},
        max_rows=draw.choice([None, 3]),
    )


@pytest.mark.parametrize("seed", rows_by_suite([0], slow=range(1, 20)))
def test_a_frame_says_of_its_terms_what_its_rows_say(seed):
    for note, table, _ in random_frames.questions(f"terms {seed}", 12):
        draw = random.Random(note)
        for library, frame in random_frames.libraries(table):
            rows = [*rows_of_frame(frame_of(frame))]
            terms = random_terms(draw, rows, table.column_names)
            assert terms.problems(frame, now=NOW) == terms.problems(rows, now=NOW), (note, library, terms)


# Terms of a frame of engines, and if its rows are read.
FRAME = {
    "id": [1, 2, 3],
    "code": ["a", None, "b"],
    "other": ["b", "c", "a"],
    "share": [0.5, None, float("nan")],
    "at": [dt.datetime(2024, 5, 31, hour) for hour in range(3)],
    "is_new": [True, False, None],
    "tags": [["a"], None, ["b"]],
}
READS = {
    "rows": ({"min_rows": 3, "max_rows": 3}, False),
    "missing": ({"missing": {"code": 0.9, "share": 0.9, "is_new": 0.9}}, False),
    "missing lists": ({"missing": {"tags": 0.9}}, True),
    "no repeat": ({"unique": ("id",)}, False),
    "no repeat beside gaps": ({"unique": ("code",)}, False),
    "fresh": ({"fresh": {"at": dt.timedelta(days=2)}}, False),
    "values": ({"occur": {"code": {"a", "b"}, "is_new": {True}, "id": {1}}}, False),
    "floats": ({"occur": {"share": {0.5}}}, True),
    "shares": ({"shares": {"code": {"a": (0.4, 0.6)}}}, False),
    "order": ({"monotone": ("id",)}, "lazy"),
    "order of texts": ({"monotone": ("code",)}, "lazy"),
    "order of floats": ({"monotone": ("share",)}, True),
    "inside": ({"inside": {"code": "other"}}, False),
    "pairs": ({"depends": {"code": "id"}}, True),
}


@pytest.mark.parametrize("case", READS)
@pytest.mark.parametrize("is_lazy", [False, True])
def test_the_rows_are_read_only_where_the_engine_is_not_exact(case, is_lazy, monkeypatch):
    terms, is_read = READS[case]
    read = []
    original = named_frames.eager_parts
    monkeypatch.setattr(named_frames, "eager_parts", lambda frame: (read.append(frame), original(frame))[1])
    frame = pl.DataFrame(FRAME)
    assert TableTerms(**terms).problems(frame.lazy() if is_lazy else frame, now=NOW) == []
    assert bool(read) is (is_lazy if is_read == "lazy" else is_read)
