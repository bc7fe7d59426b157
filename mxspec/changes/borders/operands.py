"""The operands that a function compares a value with, noted by a spy in place of the value.

In `lambda x: x["start"] < x["end"]`, a spy of x["start"] learns x["end"] at `<`. A spy is an instance of a
subclass of int, float, str and so on. Its operators note the other operand, and return spies.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

_OPERATORS: Final = (
    *("lt", "le", "gt", "ge", "eq", "ne", "contains"),
    *(
        "add",
        "radd",
        "sub",
        "rsub",
        "mul",
        "rmul",
        "truediv",
        "rtruediv",
        "floordiv",
        "mod",
        "round",
        "abs",
        "neg",
    ),
)
_COMPARISONS: Final = ("lt", "le", "gt", "ge", "eq", "ne")
_METHODS: Final = ("startswith", "endswith", "removeprefix", "index", "find")
_MOST: Final = 20


def operands_of(function: Any, x: Any, put: Callable[[Any], Any]) -> list[Any]:
    """Return the values of x's type that a function compares x with.

    Args:
        function: a function of one value.
        x: the value, or a part of the function's value.
        put: a function from x to the function's value.

    Example:
        >>> operands_of(lambda row: row["n"] <= row["most"] + 1, 3, lambda n: {"n": n, "most": 9})
        [10]
    """
    if type(x) not in _SPIED or isinstance(function, (set, frozenset, type)):
        return []
    met: list[Any] = []
    with contextlib.suppress(Exception):  # the function refuses the spy
        function(put(_spy_of(x, x, met)))
    operands = {(type(y), repr(y)): y for y in met[:_MOST] if type(y) is type(x) and y != x}
    return [*operands.values()]


def _spy_of(x: Any, of: Any, met: list[Any]) -> Any:
    """Return a spy of x, computed from the value `of`; it notes the operands that it meets in met."""
    kind = type(x)
    methods: dict[str, Any] = {"__hash__": kind.__hash__, "__slots__": ()}

    def operator(name: str) -> Any:
        own = getattr(kind, name)

        def call(self: Any, *others: Any) -> Any:
            plain = _value_of_spy(self)
            for other in map(_value_of_spy, others):
                met.append(other)
                if type(other) is type(plain) and name.strip("_") in _COMPARISONS:
                    with contextlib.suppress(TypeError, ArithmeticError):
                        met.append(of + (other - plain))  # the value may be part of a sum
                        met.extend([] if plain == of else [of - (other - plain)])  # or subtracted
            answer = own(plain, *map(_value_of_spy, others))
            return _spy_of(answer, of, met) if type(answer) in _SPIED and type(answer) is not bool else answer

        return call

    names = [f"__{name}__" for name in _OPERATORS] + [*_METHODS]
    methods |= {name: operator(name) for name in names if hasattr(kind, name)}
    spy: Any = type(f"Spy{kind.__name__}", (kind,), methods)
    return _SPIED[kind](spy, x)


def _value_of_spy(x: Any) -> Any:
    """Return the value of a spy, or anything else as it is."""
    kind: Any = type(x)
    base = kind.__bases__[0]
    return _SPIED[base](base, x) if base in _SPIED and kind.__name__ == f"Spy{base.__name__}" else x


def _moment(kind: Any, x: Any) -> Any:
    day = x.year, x.month, x.day
    if not isinstance(x, datetime.datetime):
        return kind(*day)
    return kind(*day, x.hour, x.minute, x.second, x.microsecond, x.tzinfo, fold=x.fold)


_SPIED: Final[dict[Any, Callable[[Any, Any], Any]]] = {
    int: lambda kind, x: kind(int.__int__(x)),
    float: lambda kind, x: kind(float.__float__(x)),
    str: lambda kind, x: kind(str.__str__(x)),
    Decimal: lambda kind, x: kind(Decimal.__str__(x)),
    datetime.date: _moment,
    datetime.datetime: _moment,
    datetime.timedelta: lambda kind, x: kind(x.days, x.seconds, x.microseconds),
}
