"""Strategies of numbers and strings within bounds; bounds of any numeric type as ints and floats."""

from __future__ import annotations

import contextlib
import datetime
import math
import re
import sys
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.formats import format_of
from mxspec.base.lazy import LateModule
from mxspec.base.patterns import compile_pattern, size_of_example
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr

# --- bounds of numbers of any type ------------------------------------------------------------------------

if TYPE_CHECKING:
    from hypothesis import strategies as st
else:
    st = LateModule("hypothesis.strategies")


def float_from(low: Any, excluded: bool = False) -> float:
    """Return the least float that is at least a bound, or above it if the bound itself is excluded.

    Example:
        >>> float_from(10**400), float_from(None), float_from(0, excluded=True)
        (inf, -inf, 5e-324)
    """
    if low is None:
        return -math.inf
    try:
        near = float(low)
    except OverflowError:
        return math.inf if low > 0 else -sys.float_info.max
    is_beyond = near > low or (near == low and not excluded)
    return near if is_beyond else math.nextafter(near, math.inf)


def int_from(low: Any, excluded: bool = False) -> int | None:
    """Return the least int that is at least a bound, as `float_from` does; None if all ints are.

    Raises:
        ValueError: no int is above the bound.
    """
    if low == -math.inf:
        return None
    if low == math.inf or low != low:
        raise ValueError(f"no int is from {low!r}")
    least: int = math.ceil(low)
    return least + 1 if excluded and least == low else least


# --- ints, floats, texts and sequences, small ones first --------------------------------------------------

_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def ints(low: int | None = None, high: int | None = None) -> Strategy:
    if low is not None and high is not None:
        return st.integers(low, high)
    # Hypothesis's unbounded ints have some 128 bits; most values of a sample should be easy to read.
    near = []
    for reach in (combine.NEAR, combine.NEAR**3):
        first = low if low is not None else high - reach if high is not None else -reach
        last = high if high is not None else low + reach if low is not None else reach
        near.append(st.integers(first, last))
    return combine.sized_ints(st.one_of(*near, st.integers(low, high)), low, high)


def floats(infinite: bool = True, nan: bool = True) -> Strategy:
    """Return a strategy of all floats; infinite and nan decide if infinity and NaN are among them."""
    anything = st.floats(allow_infinity=infinite, allow_nan=nan)
    specials = [math.inf, -math.inf] * infinite + [math.nan] * nan
    rare = [(1, st.sampled_from(specials))] if specials else []
    near = st.floats(-combine.NEAR, combine.NEAR, width=16)
    return combine.sized_floats(combine.frequency([(6, near), (4, anything), *rare]))


def decimals(finite: bool = True) -> Strategy:
    """Return a strategy of decimals; few of them are infinite or NaN, and none with finite=True."""
    usual = st.decimals(allow_nan=False, allow_infinity=False)
    return combine.sized_decimals(usual if finite else combine.frequency([(9, usual), (1, st.decimals())]))


def decimals_of(digits: int | None, places: int | None) -> Strategy:
    """Return a strategy of decimals with at most so many digits and decimal places; some have few."""
    most = digits if digits is not None else (places or 0) + combine.NEAR
    numbers = [st.integers(1 - 10**n, 10**n - 1) for n in range(1, most + 1)]
    scales = st.integers(0, most if places is None else min(places, most))
    return st.builds(lambda n, scale: Decimal(n).scaleb(-scale), st.one_of(st.just(0), *numbers), scales)


def fractions(low: Any = None, high: Any = None) -> Strategy:
    """Return a strategy of fractions from low to high, both included.

    A fraction is drawn as an int and a part of 1: Hypothesis takes some milliseconds for its own fractions.
    """
    if low is not None and high is not None and high - low < 2:
        return st.fractions(low, high)
    first = None if low is None else math.ceil(low)
    last = None if high is None else math.floor(high) - 1
    return st.builds(lambda whole, n, d: whole + Fraction(n % d, d), ints(first, last), ints(0), ints(1))


def ratios() -> Strategy:
    return st.builds(lambda whole, n, d: whole + Fraction(1 + n % (d - 1), d), ints(), ints(0), ints(2))


def floats_between(low: Any = None, high: Any = None, infinite: bool = True) -> Strategy | None:
    """Return a strategy of the floats from low to high, numbers of any type, or None if the range is empty.

    Infinity is among them if infinite is True and it is within the bounds.
    """
    # + 0.0 makes 0.0 of -0.0: Hypothesis counts 0.0 as above -0.0.
    least, most = float_from(low), math.inf if high is None else -float_from(-high) + 0.0
    ends = [end for end in (math.inf, -math.inf) if infinite and least <= end <= most]
    least, most = max(least, -sys.float_info.max), min(most, sys.float_info.max)
    choices: list[tuple[int, Strategy]] = []
    if least <= most:
        near = combine.NEAR * combine.unit(least if high is None else most)
        start = least if high is None else most - near
        if (low is None or high is None) and start < start + near <= most:
            choices.append((6, st.floats(max(start, least), start + near)))
        choices.append((4, st.floats(least, most)))
    choices += [(1, st.sampled_from(ends))] if ends else []
    if not choices:
        return None
    strategy = combine.frequency(choices) if len(choices) > 1 else choices[0][1]
    if low is not None and high is not None:
        return strategy
    return combine.sized_floats(strategy, None if low is None else least, None if high is None else most)


def unit_floats() -> Strategy:
    return st.floats(0, 1)


def texts(least: int = 0, most: int | None = None) -> Strategy:
    """Return a strategy of strings: half alphanumeric, as in clojure.spec, half of any characters."""
    if least > combine.MOST:
        raise combine.no_value(f"a text of {least} characters or more", "it is too long to make")
    some = st.one_of(
        *(st.text(letters, min_size=least, max_size=most) for letters in (_ALPHANUMERIC, chars()))
    )
    return combine.sized_sequences(some, least)


def formatted_texts(
    pattern: str | None, name: str | None, least: str | None = None, most: str | None = None
) -> Strategy:
    """Return a strategy of strings that match a pattern or, without one, have a format, between two ends."""
    if pattern is not None:
        texts = texts_of(compile_pattern(pattern), fullmatch=True)
        if name == "number" and least is not None and most is not None:  # few texts are between them
            with contextlib.suppress(OverflowError):  # an end is infinite
                texts |= st.integers(math.floor(float(least)), math.ceil(float(most))).map(str)
        return texts
    kind = format_of(name or "")
    assert kind is not None
    if kind.kind == "uuid":
        return st.uuids().map(kind.write)
    if kind.pattern is not None:
        return texts_of(compile_pattern(kind.pattern), fullmatch=True)
    if kind.read is None:
        return st.ip_addresses(v=6).map(kind.write)
    low, high = (None if end is None else kind.read(end) for end in (least, most))
    if kind.kind is float:
        numbers = floats(False, False) if low is high is None else floats_between(low, high, infinite=False)
        assert numbers is not None
        return numbers.map(kind.write)
    # On some systems, strftime writes a year below 1000 with fewer digits.
    if kind.kind is datetime.datetime:
        zone = next((end.tzinfo for end in (low, high) if end is not None), None)
        low, high = (end and end.replace(tzinfo=None) for end in (low, high))
        moments = st.datetimes(low or datetime.datetime(1000, 1, 1), high or datetime.datetime.max)
        return moments.map(lambda moment: kind.write(moment.replace(tzinfo=zone)))
    return st.dates(low or datetime.date(1000, 1, 1), high or datetime.date.max).map(kind.write)


def texts_with(pattern: Any) -> Strategy | None:
    """Return a strategy of strings with a match of a pattern, or None if Python can't read the pattern."""
    try:
        return texts_of(re.compile(pattern))
    except re.error:
        return None


def texts_of(pattern: re.Pattern[Any], fullmatch: bool = False) -> Strategy:
    """Return a strategy of strings that match a pattern, as a whole or anywhere in them."""
    if size_of_example(pattern) > combine.MOST:
        raise combine.no_value(f"the pattern {short_repr(pattern.pattern)}", "it is too long to make")
    # By the characters of `chars` the first draw of a process takes .1 s, by Hypothesis's own 1.1 s.
    alphabet = {"alphabet": chars()} if isinstance(pattern.pattern, str) else {}
    return st.from_regex(pattern, fullmatch=fullmatch, **alphabet)


def chars() -> Strategy:
    """Return a strategy of characters, without surrogates, which can't be written to a file.

    `st.text()` has the same characters, but finds them by encoding each one: 3 s where no file has them yet.
    """
    return st.characters(exclude_categories=["Cs"])


def sized_text(as_bytes: bool, least: int, most: int | None) -> Strategy:
    """Return a strategy of strings, or of bytes, with a length from least to most."""
    if as_bytes and least <= combine.MOST:
        return combine.sized_sequences(st.binary(min_size=least, max_size=most), least)
    return texts(least, most)


def sized_lists(element: Strategy, least: int = 0, most: int | None = None) -> Strategy:
    return combine.sized_sequences(st.lists(element, min_size=least, max_size=most), least)


def scalars() -> Strategy:
    """Return a strategy of simple values of many types (gen/simple-type-printable)."""
    return st.one_of(ints(), texts(), st.booleans(), floats(nan=False), st.uuids())
