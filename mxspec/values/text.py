"""Values as text that can always be had: their repr, or why there is none."""

from __future__ import annotations

import math
from typing import Final

_MOST_DIGITS: Final = 4000  # Python writes out ints of 4,300 digits, as it is set up


def shown(x: object) -> str:
    """Return repr(x), or what there is to say of a value that has none.

    Example:
        >>> shown([1]), shown(10**5000)
        ('[1]', '<int of 5001 digits>')
    """
    if type(x) is int and is_long(x):
        return f"<int of {math.floor(x.bit_length() * math.log10(2)) + 1} digits>"
    try:
        return repr(x)
    except RecursionError:
        return f"<{class_name(x)} that is nested too deeply>"
    except Exception as error:
        return f"<{class_name(x)} whose repr raises {class_name(error)}>"


def is_long(x: int) -> bool:
    """True if an int has too many digits to be written out."""
    return x.bit_length() > _MOST_DIGITS * 3


def class_name(x: object) -> str:
    """Return the name of the class of x, by type's own way: a metaclass may answer anything."""
    return str(type.__dict__["__name__"].__get__(type(x)))
