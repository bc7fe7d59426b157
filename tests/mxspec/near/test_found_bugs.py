"""The table of what check_guard finds in known packages is made again."""

import re
from pathlib import Path

import pytest

import mxspec as s

pytest.importorskip("fastjsonschema")
from tests.measurements.guards import found_bugs

PAGE = Path(__file__).parents[3] / "docs" / "test.md"


def rows_of(text):
    """The rows of the table: the package, its version, the function, the value, and what is against it."""
    head = f"| {' | '.join(found_bugs.HEAD)} |"
    lines = text.partition(head)[2].strip().split("\n\n")[0].splitlines()[1:]
    return [re.fullmatch(r"\| (\w+) (\S+) \| (.+) \| (.+) \| (.+) \|", line).groups() for line in lines]


@pytest.mark.slow
def test_each_row_of_the_page_still_shows_or_is_said_to_be_mended(capsys):
    found_bugs.main()
    printed, shown = rows_of(capsys.readouterr().out), rows_of(PAGE.read_text("utf-8"))
    assert len(shown) == len(found_bugs.FINDINGS) >= 5
    for now, then in zip(printed, shown, strict=True):
        has_changed = now[1] != then[1]
        assert (now[0], now[2], now[4]) == (then[0], then[2], then[4])
        assert now[3] == then[3] or (has_changed and now[3] == found_bugs.MENDED)


def raises(x):
    raise ValueError(x)


@pytest.mark.parametrize(
    "guard",
    [raises, lambda x: False, lambda x: x == 7, lambda x: x in (1, 2)],
    ids=["refuses", "is False", "the value alone, at no border", "agrees"],
)
def test_a_guard_without_the_difference_is_mended(guard):
    finding = found_bugs.Finding("click", "f", guard, s.int_in(1, 3), "high", 7, "more than 2")
    assert finding.row()[2] == found_bugs.MENDED


def test_a_value_that_the_spec_accepts_is_no_difference():
    finding = found_bugs.Finding("click", "f", lambda x: True, s.int_in(1, 3), "high", 2, "more than 2")
    assert finding.row()[2] == found_bugs.MENDED
