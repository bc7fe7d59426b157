"""The tool that measures promises over years runs, and misses no goal in its smallest size."""

import pytest

from tests.measurements.promises import years


@pytest.mark.slow
def test_the_tables_of_years_are_printed_and_no_goal_is_missed(capsys):
    assert years.main(["--runs", "100", "--years", "1"]) == 0
    text = capsys.readouterr().out
    assert "Real files, each given twice, counted as the days apart: 1 of 1." in text
    assert text.count("error at the second look in 20 of 20") == 2
    assert "missed" not in text
