"""Numbers."""

from __future__ import annotations

import decimal
import fractions
import math
import numbers
from typing import Any


def is_number(x: object) -> bool:
    """True for a real number: int, float, Fraction, Decimal, a numpy real scalar; not of a bool (number?).

    Example:
        >>> is_number(1.5), is_number(True), is_number("1")
        (True, False, False)
    """
    return isinstance(x, (numbers.Real, decimal.Decimal)) and not isinstance(x, bool)


def is_int(x: object) -> bool:
    """True for an int that is not a bool (int?, integer?).

    Example:
        >>> is_int(3), is_int(True), is_int(3.0)
        (True, False, False)
    """
    return isinstance(x, int) and not isinstance(x, bool)


def is_pos_int(x: Any) -> bool:
    """True for an int above 0 (pos-int?).

    Example:
        >>> is_pos_int(1), is_pos_int(0)
        (True, False)
    """
    return is_int(x) and x > 0


def is_neg_int(x: Any) -> bool:
    """True for an int below 0 (neg-int?).

    Example:
        >>> is_neg_int(-1), is_neg_int(0)
        (True, False)
    """
    return is_int(x) and x < 0


def is_nat_int(x: Any) -> bool:
    """True for an int that is 0 or more (nat-int?).

    Example:
        >>> is_nat_int(0), is_nat_int(-1)
        (True, False)
    """
    return is_int(x) and x >= 0


def is_float(x: object) -> bool:
    """True for a float (float?, double?).

    Example:
        >>> is_float(1.0), is_float(1)
        (True, False)
    """
    return isinstance(x, float)


def is_decimal(x: object) -> bool:
    """True for a decimal.Decimal (decimal?).

    Example:
        >>> is_decimal(decimal.Decimal("1.5")), is_decimal(1.5)
        (True, False)
    """
    return isinstance(x, decimal.Decimal)


def is_rational(x: object) -> bool:
    """True for an int, a Fraction or a Decimal (rational?).

    Example:
        >>> is_rational(3), is_rational(fractions.Fraction(1, 3)), is_rational(0.5)
        (True, True, False)
    """
    return is_int(x) or isinstance(x, (fractions.Fraction, decimal.Decimal))


def is_ratio(x: object) -> bool:
    """True for a Fraction that is not a whole number (ratio?).

    Example:
        >>> is_ratio(fractions.Fraction(1, 3)), is_ratio(fractions.Fraction(3, 1))
        (True, False)
    """
    return isinstance(x, fractions.Fraction) and x.denominator != 1


def is_infinite(x: object) -> bool:
    """True for a float that is plus or minus infinity (infinite?).

    Example:
        >>> is_infinite(float("-inf")), is_infinite(1.0)
        (True, False)
    """
    return isinstance(x, float) and math.isinf(x)


def is_nan(x: object) -> bool:
    """True for a float that is not a number (NaN?).

    Example:
        >>> is_nan(float("nan")), is_nan(1.0)
        (True, False)
    """
    return isinstance(x, float) and math.isnan(x)


def is_even(x: Any) -> bool:
    """True for an int divisible by 2 (even?).

    Example:
        >>> is_even(4), is_even(3), is_even(4.0)
        (True, False, False)
    """
    return is_int(x) and x % 2 == 0


def is_odd(x: Any) -> bool:
    """True for an int not divisible by 2 (odd?).

    Example:
        >>> is_odd(3), is_odd(4)
        (True, False)
    """
    return is_int(x) and x % 2 == 1


def is_pos(x: Any) -> bool:
    """True for a number above 0 (pos?).

    Example:
        >>> is_pos(0.5), is_pos(0)
        (True, False)
    """
    return is_number(x) and bool(x > 0)


def is_neg(x: Any) -> bool:
    """True for a number below 0 (neg?).

    Example:
        >>> is_neg(-0.5), is_neg(0)
        (True, False)
    """
    return is_number(x) and bool(x < 0)


def is_zero(x: Any) -> bool:
    """True for a number equal to 0 (zero?).

    Example:
        >>> is_zero(0.0), is_zero(1), is_zero(False)
        (True, False, False)
    """
    return is_number(x) and bool(x == 0)
