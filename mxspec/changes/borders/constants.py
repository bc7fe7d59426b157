"""The constants in specs, and their neighbours.

int_in(0, 10) and int_in(0, 5) contain 0, 5 and 10, so 4, 5, 6, 9 and the like lie at their borders.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import inspect
import math
import operator
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.base.value_types import VALUE_TYPES, value_type_of
from mxspec.base.values import is_hashable, repr_of, stable_order
from mxspec.changes.borders.parts import weight
from mxspec.predicates import TaggedValue, is_int, is_number
from mxspec.specs.collections import CHECK_LIMIT
from mxspec.specs.core.spec import Spec
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec

LEAVES: Final[tuple[Any, ...]] = (
    *(None, 0, False, "", 0.0, True, 1, "a", 1.0, -1, 2, 3, 0.5, "b", "ab", -0.0, -1.0, "0", "1", "a b"),
    *("a/b", "a:b", "A", " ", "é", 10**20, -(10**20), 1.5, math.inf, -math.inf, math.nan, 1e300, 1j),
    *(b"a", Decimal("0.5"), Fraction(1, 2), Fraction(1)),
    *(x for row in VALUE_TYPES.values() for x in row.kinds.values()),
    *([], (), {}, [0], (0,), ["a"], [0, 0], [None], {"a": 0}, {0: 0}, set(), frozenset(), {0}),
    *(frozenset({0}), TaggedValue(("a", 0)), range(1), collections.deque(), types.MappingProxyType({})),
    *(len, int),
)
"""One or two values of every type that a predicate may tell from the others."""

_MANY: Final = 120  # the greatest length to try
_UNKNOWN_KEY: Final = "other"

# Fields that do not decide a value, and fields that another field repeats with names resolved.
_PASSED_OVER: Final = frozenset(
    {"name", "gen_fn", "message", "before", "hint", "gen_max", "req", "opt", "req_un", "opt_un"}
    | {
        "methods",
        "_parts",
        "forward",
        "spec_of",
        "fields",
        "specs",
        "test",
        "bare",
        "choices",
        "discriminator",
    }
)


def field_values(x: Any) -> list[Any]:
    """Return the fields of a spec, or of a part of a spec, that decide which values fit."""
    # A regex marks fields that its matcher ignores by compare=False, such as the regex within an amp, but
    # they still decide. The kinds in mxspec.changes mark what they were made of, which does not.
    is_own = type(x).__module__.startswith("mxspec.changes.")
    fields = [field for field in dataclasses.fields(x) if field.name not in _PASSED_OVER]
    return [getattr(x, field.name) for field in fields if field.compare or not is_own]


_LEAVES_BY_REPR: Final = {(type(x), repr_of(x)): x for x in LEAVES}


class Constants:
    """The constants in specs, to try with their neighbours.

    Attributes:
        values: values at borders, and values of every type, the smallest first.
        lengths: the lengths of collections, texts and arrays.
        keys: the keys of maps.
        dispatches: the keys that hold the tags of a `multi_spec`.
        dtypes: the dtypes of arrays.
    """

    def __init__(self, specs: Iterable[Spec], functions: Iterable[Any] = ()) -> None:
        named: list[Any] = [y for each in functions for y in constants_in(inspect.unwrap(each))]
        self.keys: dict[Any, None] = {_UNKNOWN_KEY: None}
        self.dispatches: dict[str, None] = {}
        for spec in specs:
            named += [y for x in field_values(spec) for y in constants_in(x)]
            if isinstance(spec, Keys):
                self.keys |= dict.fromkeys(spec.key_specs)
            if isinstance(spec, MultiSpec):
                named += spec.methods
                self.dispatches |= {spec.dispatch: None} if isinstance(spec.dispatch, str) else {}
        self.keys |= self.dispatches
        dtypes = (x for x in named if hasattr(x, "itemsize") and is_hashable(x))
        self.dtypes = dict.fromkeys([*_DTYPES, *dtypes])
        # An int may be a length, as in min_count=3; CHECK_LIMIT is the length that `every` checks.
        near = [*dict.fromkeys(x for x in named if is_int(x) and 0 < x < _MANY), CHECK_LIMIT]
        self.lengths = sorted({0, 1, 2, *(n + step for n in near for step in (-1, 0, 1))})
        texts = ["a" * n for n in self.lengths]
        values = {(type(x), repr_of(x)): x for one in named for x in neighbours(one)}
        values |= {(str, repr_of(x)): x for x in texts} | _LEAVES_BY_REPR
        self.values = sorted(values.values(), key=weight)


_DTYPES: Final = (
    *("float64", "float32", "int64", "uint8", "bool", "float16", "U1"),
    *("complex128", "int8", "uint64", "object", "longdouble"),
)


def constants_in(x: Any) -> Iterator[Any]:
    """Yield the constants in a field of a spec, but not in the specs within it."""
    match x:
        case Spec() | (str(), Spec()) | None:  # the tag of a branch is in no value
            return
        case set() | frozenset():
            several: Iterable[Any] = stable_order(x)
        case tuple() | list() | Mapping():
            several = x
        case functools.partial():
            several = (x.func, *x.args)
        case types.MethodType():
            several = (x.__func__,)
        case types.FunctionType():
            several = [*_constants_of_code(x.__code__, x.__doc__)]
        case enum.EnumType():
            several = list(x)
            yield from (*several, *([x(0)] if issubclass(x, enum.Flag) else []))
            return
        case _ if dataclasses.is_dataclass(x) and not isinstance(x, type):
            several = field_values(x)
        case _:
            yield x
            return
    for part in several:
        yield from constants_in(part)


def _constants_of_code(code: types.CodeType, doc: str | None) -> Iterator[Any]:
    for x in code.co_consts:
        if isinstance(x, types.CodeType):
            yield from _constants_of_code(x, None)
        elif x != doc:
            yield x


def neighbours(x: Any) -> Iterator[Any]:
    """Yield a constant and its neighbours."""
    near: list[Callable[[Any], Any]] = []
    if isinstance(x, str):
        near = [lambda x: x + "a", lambda x: x[:-1]]
    elif isinstance(x, bool):
        near = [operator.not_]
    elif isinstance(x, (Decimal, Fraction)):
        near = [lambda x: type(x)(math.floor(x)), lambda x: type(x)(math.ceil(x)), float, math.floor]
    elif is_number(x):
        near = [float, math.floor, math.ceil, lambda x: x - 1, lambda x: x + 1]
        near += [lambda x: float(x) - 0.5, lambda x: float(x) + 0.5]
        near += [lambda x: math.nextafter(x, math.inf), lambda x: math.nextafter(x, -math.inf)]
    yield x
    row = value_type_of(type(x))
    yield from [] if row is None else row.neighbours(x)
    for function in near:
        try:
            yield function(x)
        except (ArithmeticError, ValueError):  # beyond the range of its type
            continue
