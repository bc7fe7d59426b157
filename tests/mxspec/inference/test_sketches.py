"""Sketches of parts of the rows add up to that of all, wherever they were made."""

import collections
import itertools
import random

import pytest

import mxspec as s
from mxspec.inference.sketch import sketch_values
from tests.mxspec.inference.columns import COLUMNS, ROWS, column

pytestmark = pytest.mark.few(5)


RANDOM = random.Random(0)


@pytest.mark.parametrize("name", COLUMNS)
def test_sketches_of_chunks_add_up_to_the_sketch_of_all_rows(name):
    rows = [{"x": x, "i": i % 90} for i, x in enumerate(column(COLUMNS[name][0]))]
    cuts = [0, 100, 101, 900, ROWS]
    parts = [s.sketch(rows[a:b], start=a) for a, b in itertools.pairwise(cuts)]
    RANDOM.shuffle(parts)
    contract, whole = s.infer(sum(parts)), s.infer(rows)
    assert repr(contract) == repr(whole)
    assert s.promise(contract) == s.promise(whole)


@pytest.mark.slow
def test_sketches_of_rows_that_differ_from_chunk_to_chunk_add_up_too():
    rows = [{"form": f"{'x' * (i * 6 // ROWS)}-{i}", "by": {"k" * (i % 600): i}} for i in range(ROWS)]
    whole = s.infer(rows, refuse=0.1)
    for size in (150, 1000):
        parts = [s.sketch(rows[i : i + size], start=i) for i in range(0, ROWS, size)]
        contract = s.infer(sum(parts), refuse=0.1)
        assert (repr(contract), s.promise(contract)) == (repr(whole), s.promise(whole))


def infer_part(part):
    start, rows = part
    return s.sketch(rows, start=start)


@pytest.mark.stress
def test_dask_infers_the_contract_of_a_million_rows():
    distributed = pytest.importorskip("distributed")
    drawn = random.Random(9)
    rows = [{"age": int(drawn.gauss(50, 9)), "plan": drawn.choice("abc")} for _ in range(1_000_000)]
    parts = [(start, rows[start : start + 50_000]) for start in range(0, len(rows), 50_000)]
    with distributed.Client(n_workers=2, threads_per_worker=1) as client:
        contract = s.infer(client.submit(sum, client.map(infer_part, parts)).result())
    assert repr(contract) == repr(s.infer(rows))
    assert s.promise(contract) == s.promise(s.infer(rows))


def test_the_values_of_a_column_may_be_counted_elsewhere():
    drawn = random.Random(0)
    xs = drawn.choices([1, 2, 2.5, "a", "A-1", "2024-01-31", None, float("inf")], k=500)
    firsts = {}
    for i, x in enumerate(xs):
        firsts.setdefault(x, i)
    counts = collections.Counter(xs)
    counted = sketch_values([*firsts], [*firsts.values()], {i: counts[x] for x, i in firsts.items()})
    assert counted == sketch_values(xs, range(500))


@pytest.mark.parametrize("starts", [(0, 0), (0, 99), (99, 0), (0, 50)])
def test_sketches_of_rows_with_the_same_numbers_do_not_add_up(starts):
    first, second = (s.sketch(range(100), start=start) for start in starts)
    with pytest.raises(s.SpecDefinitionError, match=f"two sketches have a row of the number {max(starts)}"):
        first + second


def test_sketches_of_rows_with_gaps_between_them_add_up():
    parts = [s.sketch(range(100), start=start) for start in (500, 0, 100)]
    assert sum(parts).spans == ((0, 200), (500, 600))
    assert (s.sketch([]) + s.sketch([])).rows == 0
