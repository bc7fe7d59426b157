"""No error quotes more than a line of a value, in whichever argument of whichever public call it is."""

import pytest

import mxspec as s
from mxspec import errors
from tests.mxspec.large_values import FEW, LARGE, longest_quotes
from tests.public_names import NAMES

pytestmark = pytest.mark.few(3)

CALLS = {name: getattr(s, name) for name in NAMES if not name.startswith("is_") or "range" in name}
CALLS = {name: call for name, call in CALLS.items() if callable(call) and not isinstance(call, type)}
# To print, and to switch for the whole process.
CALLS = {name: call for name, call in CALLS.items() if name not in {"explain", "show", "set_explain_printer"}}
CALLS |= {
    "a call": lambda x: s.fspec(args=s.cat(a=int), ret=x).conform_arguments("a/f", None, [x], {}),
    "the errors of an error": lambda x: s.SpecError(x, value=x).errors(),
    "Valid": lambda x: s.Valid[x],
}


@pytest.mark.parametrize("name", CALLS)
def test_no_error_quotes_more_than_a_line_of_a_value(name):
    assert [*longest_quotes(CALLS[name], FEW)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_no_error_quotes_more_than_a_line_of_any_large_value(name):
    assert [*longest_quotes(CALLS[name], LARGE)] == []


def test_an_error_of_many_problems_counts_those_after_a_few_lines():
    s.check_asserts(True)
    try:
        with pytest.raises(s.SpecAssertionError) as caught:
            s.assert_(s.coll_of(int), ["q" * 300] * 1000)  # noqa: PT009
    finally:
        s.check_asserts(False)
    lines = str(caught.value).split("\n")
    assert (len(lines), lines[-1]) == (errors.MOST_MESSAGE_LINES, "... 977 more lines")
    assert len(caught.value.problems) == 1000
