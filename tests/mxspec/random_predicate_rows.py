"""Random rows, and predicates that accept what a row does, by code that it shares with nobody."""

import itertools
import re
from decimal import Decimal

from hypothesis import strategies as st

from mxspec.base.predicate_rows import PredicateRow

KINDS = {
    "an int": ((int,), (bool,)),
    "a float": ((float,), ()),
    "a number": ((int, float, Decimal), (bool,)),
    "a string": ((str,), ()),
    "a list": ((list,), ()),
    "a string or None": ((str, type(None)), ()),
}
LIMITS = st.one_of(st.integers(-4, 4), st.sampled_from([-2.5, -0.5, 0.5, 1.5, 2.5]))
BOUNDS = st.none() | st.tuples(LIMITS, st.booleans())
LENGTHS = st.none() | st.integers(0, 3)
PATTERNS = ["[ab]+", "a|b", "[0-9]{1,2}", "a?b?"]


@st.composite
def rows(draw):
    """Rows that may accept nothing, with conditions that fit the classes."""
    words = draw(st.sampled_from([*KINDS]))
    classes, excluded = KINDS[words]
    row = {"type": "any_row", "words": words, "classes": classes, "excluded": excluded}
    if words == "a string or None":
        return PredicateRow(**row)
    if words in ("a string", "a list"):
        pattern = draw(st.sampled_from([None, *PATTERNS])) if words == "a string" else None
        return PredicateRow(**row, least=draw(LENGTHS), most=draw(LENGTHS), pattern=pattern)
    factor = draw(st.none() | st.integers(1, 6)) if words == "an int" else None
    remainder = draw(st.integers(0, (factor or 1) - 1))
    return PredicateRow(**row, low=draw(BOUNDS), high=draw(BOUNDS), factor=factor, remainder=remainder)


def accepts(row, x):
    """True if a row accepts a value."""
    if not isinstance(x, row.classes) or isinstance(x, row.excluded):
        return False
    if isinstance(x, Decimal) and x.is_nan():  # which can't be compared
        return row.low is row.high is None
    if row.low is not None and not (x > row.low[0] if row.low[1] else x >= row.low[0]):
        return False
    if row.high is not None and not (x < row.high[0] if row.high[1] else x <= row.high[0]):
        return False
    if row.factor is not None and x % row.factor != row.remainder:
        return False
    if row.least is not None and len(x) < row.least:
        return False
    if row.most is not None and len(x) > row.most:
        return False
    return row.pattern is None or re.fullmatch(row.pattern, x) is not None


def predicate_of(row):
    """A new predicate that accepts what a row does."""
    return lambda x: accepts(row, x)


NUMBERS = sorted({n + step for n in range(-14, 15) for step in (-0.5, 0, 0.5)})
TEXTS = ["".join(letters) for n in range(4) for letters in itertools.product("ab1", repeat=n)]
VALUES = [
    *(int(n) for n in NUMBERS if n == int(n)), *map(float, NUMBERS), *TEXTS, *([0] * n for n in range(5)),
    *(True, False, None, {}, {"a": 1}, 2.0**60, 10**20, Decimal("0.5"), Decimal(2), b"a", (1,)),
    *(float("inf"), float("-inf"), float("nan"), Decimal("NaN"), Decimal("-Infinity")),
]  # fmt: skip
"""Values that rows may tell apart: numbers at and between the limits, short texts, lists, and others."""
