"""The name of a column changes no verdict, in any library."""

import random

import pytest

import mxspec as s
from mxspec.frames.named_frames import frame_of, rows_of_frame
from tests.mxspec.frames.frames_of_tables import FRAMES
from tests.suites import rows_by_suite

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

HOSTILE = [
    *["^n$", "^.*$", "*", "**", "a.b", "{n}", "n.*", "$n", "(n)", "[n]", "a b", " ", "", "\t", "a\nb", "%s"],
    *["'", '"', '""', "`", "``", "\\", "--", ";", "a'b", 'a"b', "n\x00m", "\x00", "é", "e\u0301", "𝒳", "ß"],
    *["fit", "fits", "rows", "row", "answers", "answers 2", "reason", "value", "key 0", "n", "count", "?"],
    *["c0", "c1", "c2", "c10", "__index_level_0__", "select", "NULL", "true", "1", "0", "len", "x" * 300],
    *["n is whole", "n has gaps", "index", "level_0", "code", "cell", "frame", "columns", "temp", "rowid"],
]
HOSTILE += [f"{each}{i}" for i, each in enumerate(HOSTILE * 4)]


MAKERS = {
    name: lambda columns, make=make: make(pa.table(columns))
    for name, make in FRAMES.items()
    if name != "ibis"  # which takes few names
}
MAKERS |= {"polars": pl.DataFrame, "polars lazy": pl.LazyFrame}  # Arrow's names end for it at a zero byte


def rows_of(frame):
    return [*rows_of_frame(frame_of(frame))]


def check_names_change_no_verdict(make, names):
    """The answers to all questions about columns of these names are those about n0, n1, ..."""
    plain = [f"n{i}" for i in range(len(names))]
    own = dict(zip(plain, names, strict=True))
    for last in (3, 30):
        cells = {name: [i % 7, 1, 2, last if i % 2 else 3] for i, name in enumerate(plain)}
        specs = {name: s.int_in(0, 10) for name in plain} | {plain[0]: s.and_(int, lambda n: n < 20)}
        before = ask(specs, make(cells))
        after = ask(renamed(specs, own), make(renamed(cells, own)))
        assert after[0] == before[0] is (last == 3)
        assert after[1] == [[renamed(row, own) for row in rows] for rows in before[1]]
        assert after[2:] == before[2:]


def renamed(row, own):
    return {own.get(key, key): x for key, x in row.items()}


def ask(specs, frame):
    """The answers to all questions about a frame."""
    spec = s.keys(req_un=specs, closed=True)
    parts = [[*rows_of_frame(frame_of(each))] for each in s.split(spec, frame)]
    for row in parts[1]:
        row.popitem()  # the reasons, which name the columns
    problems = (s.explain_data(spec, frame) or {"problems": []})["problems"]
    counts = s.profile(spec, frame)
    fallbacks = s.frame(spec).fallbacks(frame)
    return s.valid(spec, frame), parts, len(problems), (counts.valid, counts.invalid), len(fallbacks)


def names_for(library):
    """The names that a library leaves as they are."""
    return [each for each in HOSTILE if library != "duckdb" or (each and "\x00" not in each)]


@pytest.mark.few(3)
@pytest.mark.parametrize("library", MAKERS)
def test_no_name_changes_a_verdict(library):
    draw = random.Random(library)
    names = draw.sample(names_for(library), 8)
    check_names_change_no_verdict(MAKERS[library], names)


@pytest.mark.parametrize("count", rows_by_suite(slow=[120], stress=[10_000]))
@pytest.mark.parametrize("library", MAKERS)
def test_none_of_hundreds_of_names_changes_a_verdict(library, count):
    names = names_for(library)
    check_names_change_no_verdict(
        MAKERS[library], random.Random(library).sample(names, min(count, len(names)))
    )


@pytest.mark.few(3)
@pytest.mark.filterwarnings("ignore:rows of new values")
@pytest.mark.parametrize("library", MAKERS)
def test_a_contract_of_columns_of_any_names_fits_its_rows(library):
    names = random.Random(library).sample(names_for(library), 6)
    columns = {name: [(i * j) % 50 for j in range(2000)] for i, name in enumerate(names, 1)}
    frame = MAKERS[library](columns)
    contract = s.infer(frame, ordered=False)
    assert contract.pred.listed_keys() >= {*names}
    assert s.valid(contract, frame)
    assert s.form(contract) == s.form(s.infer(pl.DataFrame(columns), ordered=False))


@pytest.mark.parametrize(
    "library",
    rows_by_suite(
        slow=["polars", "duckdb"], stress=[each for each in MAKERS if each not in ("polars", "duckdb")]
    ),
)
def test_six_hundred_columns_are_asked(library):
    names = [f"c{i}" for i in range(600)]
    frame = MAKERS[library]({name: [1, 2, 9] for name in names})
    for most, fits in ((10, True), (5, False)):
        spec = s.keys(req_un={name: s.int_in(0, most) for name in names})
        assert s.valid(spec, frame) is fits
        assert [s.profile(spec, part).total for part in s.split(spec, frame)] == ([3, 0] if fits else [2, 1])


def test_columns_of_pandas_have_any_names():
    names = [("a", 1), ("a", 2), ("b", "")]
    frame = pd.DataFrame([[1, 2, 3], [1, 20, 3]], columns=pd.MultiIndex.from_tuples(names, names=["x", "y"]))
    spec = s.keys(req_un=dict.fromkeys(names, s.int_in(0, 10)))
    fit, rest = s.split(spec, frame)
    assert [*fit.columns] == names
    assert rest.columns.names == ["x", "y"]
    assert [*rest.columns] == [*names, ("reason", "")]
    assert s.valid(spec, fit)
    assert not s.valid(spec, frame)
    odd = pd.DataFrame([[1, 2, 3]], columns=pd.Index([None, 7, (1, 2)], dtype=object))
    assert s.valid(s.keys(req_un={None: int, 7: int, (1, 2): int}, closed=True), odd)
