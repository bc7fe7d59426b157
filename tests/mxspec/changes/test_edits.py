"""Random edits whose truth is known: no wrong proof, and breaking ones are found."""

import pytest

from mxspec.changes.witnesses import weight
from tests.mxspec.changes import quality


def check(seeds, proved):
    """Check edits; of the harmless ones the share proved has to be proved, the others may be left open."""
    results = list(quality.answers(seeds, num_tests=20))
    table = quality.counts(results)
    breaking = sum(n for (is_breaking, _), n in table.items() if is_breaking)
    assert not table[True, "proved"]
    assert not table[False, "broken"]
    assert table[True, "broken"] >= 0.98 * breaking
    assert table[False, "proved"] >= proved * (len(results) - breaking)
    sizes = sorted(weight(answer.witness)[0] for _, answer, *_ in results if answer.verdict == "broken")
    assert sizes[len(sizes) // 2] <= 4


def test_breaking_edits_are_found_and_harmless_ones_proved():
    check(range(1000, 1060), proved=0.9)


@pytest.mark.slow
def test_more_breaking_edits_are_found():
    check(range(2000, 2500), proved=0.85)
