"""Laws of contracts, on random tables."""

import itertools
import random

import pytest

import mxspec as s
from tests.mxspec.meaning import execute
from tests.mxspec.random_tables import damage, table
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(2)

SEEDS = rows_by_suite(range(12), slow=range(12, 100), stress=range(100, 2000))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_contract_accepts_its_rows_and_its_examples_and_is_the_one_that_its_source_makes(seed):
    rows, drawn = table(seed), random.Random(seed)
    cuts = sorted({0, len(rows), *(drawn.randrange(1, len(rows)) for _ in range(3))})
    parts = [s.sketch(rows[a:b], start=a) for a, b in itertools.pairwise(cuts)]
    drawn.shuffle(parts)
    assert without_nan(sum(parts)) == without_nan(s.sketch(rows))
    contract, of_parts = infer(rows), infer(sum(parts))
    assert s.source(of_parts) == s.source(contract)
    assert [row for row in rows if not s.valid(contract, row)] == []
    assert [row for row in s.sample(contract, 5, seed=0) if not s.valid(contract, row)] == []
    read = execute(contract)
    assert (s.form(read), s.promise(read), read.table) == (
        s.form(contract),
        s.promise(contract),
        contract.table,
    )
    for row in rows[:20]:
        wrong = damage(row, drawn)
        own = s.explain_str(read, wrong).replace("the contract of ", "")
        assert own == s.explain_str(contract, wrong)
    s.json_schema(contract)


def infer(rows):
    """The contract of rows; of those whose every column drifts with their order, as if they came in none."""
    try:
        return s.infer(rows, refuse=0.99)
    except s.SpecDefinitionError as error:
        if "nothing is left to promise of rows in this order" not in str(error):
            raise
        return s.infer(rows, refuse=0.99, ordered=False)


def without_nan(sketch):
    """The parts of a sketch, and the numbers of the rows in its sample, which may hold NaN."""
    return sketch.eighths, [coin for coin, _ in sketch.sample]
