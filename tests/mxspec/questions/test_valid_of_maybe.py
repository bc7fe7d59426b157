"""A maybe that is asked about one value warns, once of each spec: elsewhere it accepts None or the value."""

import warnings

import pytest

import mxspec as s


@pytest.mark.parametrize(
    ("part", "values", "count"),
    [(int, [3, 4, 5], 1), (int, ["tea", 3], 1), (int, ["tea", [3], None], 0), (str, ["tea", "cup"], 1)],
)
def test_a_maybe_warns_of_one_value_once(part, values, count):
    spec = s.maybe(part)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for value in values:
            s.valid(spec, value)
    assert [warning.category for warning in caught] == [s.UnmatchedNameWarning] * count
    assert all("nilable" in str(warning.message) for warning in caught)
