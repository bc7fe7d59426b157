"""The law of sketches: that of a frame is that of its rows, in all libraries, for all types of columns."""

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference.column_sketch import join_chunks, sketch_chunk, sketch_file
from mxspec.inference.delimited import Chunk
from mxspec.inference.layouts import describe_texts, merge_layouts, merge_signs
from mxspec.inference.rows import read_chunks, rows_of
from mxspec.inference.sketch import value_digests

pytestmark = pytest.mark.few(3)

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

from tests.mxspec.frames import random_frames  # noqa: E402
from tests.mxspec.inference import columns_of_all_types  # noqa: E402
from tests.mxspec.inference.columns_of_all_types import comparable  # noqa: E402
from tests.mxspec.random_tables import COLUMNS, RandomTable  # noqa: E402
from tests.suites import rows_by_suite  # noqa: E402


def sketch_of_rows(rows, start=0):
    """The sketch of rows, row by row."""
    return comparable(s.sketch(rows, start=start))


def check_random_frames(seed):
    """Compare the sketches of two random tables in all libraries; return the number of frames."""
    draw = random.Random(seed)
    table, small = RandomTable(seed, draw.choice([5, 60, 400])), random_frames.table(draw)
    frames = [
        pd.DataFrame(table.columns),
        pl.DataFrame(table.columns, strict=False),
        pa.table(table.columns),
        *(frame for _, frame in random_frames.libraries(pa.concat_tables([small] * draw.choice([1, 40])))),
    ]
    compared = 0
    for frame in frames:
        try:
            rows = rows_of(frame)
        except (ValueError, OverflowError):  # a moment that Python has none for
            continue
        assert comparable(s.sketch(frame, start=seed)) == sketch_of_rows(rows, seed), (seed, type(frame))
        compared += 1
    return compared


@pytest.mark.parametrize("last", ["z", None, "a6.6@shop.org"], ids=repr)
def test_texts_that_all_differ_are_counted_as_their_rows_are(last):
    texts = [f"{'abc'[i % 3] * (1 + i % 2)}{i}.{i % 7}@shop.org" for i in range(1 << 16)] + [last, "x"]
    cells = [{"mail": x} for x in texts]
    assert comparable(s.sketch(pl.DataFrame({"mail": texts}), start=3)) == sketch_of_rows(cells, 3)


def test_the_sketch_of_a_frame_is_that_of_its_rows():
    pytest.importorskip("duckdb")
    assert sum(map(check_random_frames, range(4))) > 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1160, 40))
def test_the_sketches_of_many_frames_are_those_of_their_rows(seed):
    assert sum(map(check_random_frames, range(seed, seed + 40))) > 300


@pytest.mark.parametrize("n", [1, 7, 100, pytest.param(3000, marks=pytest.mark.slow)])
def test_the_sketch_of_a_column_of_any_type_is_that_of_its_rows(n):
    for name, frame in columns_of_all_types.frames(n):
        assert comparable(s.sketch(frame, start=3)) == sketch_of_rows(rows_of(frame), 3), name


@pytest.mark.slow
def test_the_sketch_of_more_values_than_are_looked_at_first_is_that_of_the_rows():
    n = 90_000
    columns = columns_of_all_types.arrays(n)
    for name in ("large ints", "201 ints", "a late int", "NaN", "whole floats"):
        for frame in (pd.DataFrame({"x": columns[name]}), pl.DataFrame({"x": columns[name]})):
            assert comparable(s.sketch(frame)) == sketch_of_rows(rows_of(frame)), name


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_sketches_of_parts_of_a_frame_add_up_to_that_of_the_frame(make):
    columns = RandomTable(5, 900).columns | {"code": [f"C-{i * i % 991}" for i in range(900)]}
    frame, rows = make(columns), rows_of(make(columns))
    parts = [make({name: xs[i : i + 250] for name, xs in columns.items()}) for i in range(0, 900, 250)]
    total = sum(s.sketch(part, start=250 * i) for i, part in enumerate(parts))
    assert comparable(total) == comparable(s.sketch(frame)) == sketch_of_rows(rows)


def test_the_contract_of_a_frame_is_that_of_its_rows():
    draw = random.Random(2)
    names = ("int", "plan", "invoice", "day", "counter", "coupon")
    rows = [{name: COLUMNS[name](draw, i) for name in names} for i in range(1500)]
    of_rows = s.infer(rows, refuse=0.1)
    for frame in (pd.DataFrame(rows), pl.DataFrame(rows), pl.LazyFrame(rows), pa.Table.from_pylist(rows)):
        contract = s.infer(frame, refuse=0.1)
        assert s.source(contract) == s.source(of_rows)
        assert contract.sample == of_rows.sample
        assert s.valid(contract, frame)


def test_copies_of_rows_of_a_frame_are_told():
    draw = random.Random(0)
    rows = [{"a": draw.random(), "b": draw.randrange(5)} for _ in range(2000)]
    copies = draw.choices(rows[:400], k=2000)
    many = [{"a": draw.randrange(300), "b": draw.randrange(5)} for _ in range(5000)]
    apart = [{"a": i // 2, "b": i} for i in range(2000)]  # two of each, and no copies
    for make in (pd.DataFrame, pl.DataFrame, pa.Table.from_pylist, list):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for each in (rows, many, apart):
                s.infer(make(each))
        with pytest.warns(UserWarning, match="of 2,000 rows are equal to another row") as own:
            s.infer(make(copies))
        with pytest.warns(UserWarning, match="rows are equal") as of_rows:
            s.infer(copies)
        assert str(own[0].message) == str(of_rows[0].message)


def test_chunks_of_columns_are_sketched_as_their_rows_and_joined():
    columns = columns_of_all_types.lists(300) | {
        name: xs.tolist() for name, xs in columns_of_all_types.arrays(300).items() if xs.dtype.kind in "iufb"
    }
    maps = {name: columns.pop(name) for name in ["map"]}
    for own in (columns, maps):
        rows = [dict(zip(own, cells, strict=True)) for cells in zip(*own.values(), strict=True)]
        chunks = [
            Chunk(range(i, i + 100), {name: xs[i : i + 100] for name, xs in own.items()})
            for i in range(0, 300, 100)
        ]
        assert comparable(sum(sketch_chunk(chunk, chunk.numbers[0]) for chunk in chunks)) == sketch_of_rows(
            rows
        )
        [joined] = join_chunks(chunks)
        assert comparable(sketch_chunk(joined, 0)) == sketch_of_rows(rows)
    frames = [Chunk(range(2), frame=pl.DataFrame({"x": [1, 2]}))] * 2
    assert [*join_chunks(frames)] == frames
    [chunk] = read_chunks(pd.DataFrame(columns))
    assert comparable(sketch_chunk(chunk, 0)) == comparable(s.sketch(pd.DataFrame(columns)))


def check_texts(seed):
    """Compare the layouts and signs of strings with the sum of those of each string."""
    draw = random.Random(seed)
    name = draw.choice(["code", "hex", "any hex", "invoice", "plate", "mail", "number text", "text", "words"])
    firsts, counts = {}, {}
    for i in range(draw.choice([2, 9, 60, 200])):
        text = COLUMNS[name](draw, i) + draw.choice(["", "", "", "\n", "-x", "Z9"])
        firsts.setdefault(text, i // 2 if seed % 2 else i)  # a group has several strings in one row
        counts[text] = counts.get(text, 0) + 1
    parts = [describe_texts({x: row}, counts) for x, row in firsts.items()]
    layouts, signs = parts[0]
    for more, more_signs in parts[1:]:
        layouts, signs = merge_layouts(layouts, more), merge_signs(signs, more_signs)
    assert describe_texts(firsts, counts) == (layouts, signs), (name, [*firsts])


def test_the_layouts_of_strings_are_the_sum_of_those_of_each():
    for seed in range(40):
        check_texts(seed)


@pytest.mark.parametrize("seeds", rows_by_suite(slow=[range(120, 700)], stress=[range(700, 2500)]), ids=str)
def test_the_layouts_of_many_strings_are_the_sum_of_those_of_each(seeds):
    for seed in seeds:
        check_texts(seed)


@given(st.lists(st.text(max_size=70) | st.sampled_from(["", "a", "a\0", "é", "\ud800"]), max_size=30))
def test_the_digest_of_a_text_is_that_of_it_alone_in_any_company(texts):
    alone = sorted(int(value_digests([text])[0]) for text in texts)
    assert sorted(value_digests(texts).tolist()) == alone


def test_texts_that_differ_by_one_character_have_other_digests():
    keys = [f"{kind}{i:06d}{end}" for kind in "AB" for i in range(20_000) for end in ("", "x", "é")]
    assert len(set(value_digests(keys).tolist())) == len(keys)


def test_rows_of_a_file_are_sketched_as_they_are_read_and_made_when_they_are_asked_for(tmp_path):
    cells = tmp_path / "rows.csv"
    cells.write_text("id,plan\n" + "".join(f"{i},{'pro' if i % 3 else ''}\n" for i in range(5000)))
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"id": 7}\n[8]\n')
    for path in (cells, lines):
        rows = rows_of(path)
        sketch, late = sketch_file(path)
        assert comparable(sketch) == sketch_of_rows(rows)
        assert [*late] == rows == [late[i] for i in range(len(late))]
