"""Values that may tell two specs apart, and how to make such a value smaller.

int_in(0, 10) and int_in(0, 5) name 0, 5 and 10. So 4, 5, 6, 9 and the like are tried, and 5 tells the two
apart. Most often one of two specs names what tells them apart: a bound, a member, a key, a length. The values
to try are these constants and their neighbours, a few values of every type, and examples with one part
replaced by such a value. Both specs check each value later, so a useless value costs time and does no harm.
"""

from __future__ import annotations

import collections
import copyreg
import dataclasses
import datetime
import enum
import functools
import inspect
import itertools
import math
import operator
import types
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.annotations.owners import AskPydantic
from mxspec.changes.core_schemas import functions_in
from mxspec.changes.sameness import field_values
from mxspec.core.spec import Spec
from mxspec.fields import class_fields, has_typed_fields
from mxspec.predicates import TaggedValue, is_coll, is_int, is_number
from mxspec.specs.collections import CHECK_LIMIT
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.values import is_hashable, repr_of

LEAVES: Final[tuple[Any, ...]] = (
    *(None, 0, False, "", 0.0, True, 1, "a", 1.0, -1, 2, 3, 0.5, "b", "ab", -0.0, -1.0, "0", "1", "a b"),
    *("a/b", "a:b", "A", " ", "é", 10**20, -(10**20), 1.5, math.inf, -math.inf, math.nan, 1e300, 1j),
    *(b"", b"a", Decimal(0), Decimal("0.5"), Fraction(1, 2), Fraction(1), uuid.UUID(int=0)),
    *(datetime.date(2000, 1, 1), datetime.time(), datetime.timedelta()),
    *(datetime.datetime(2000, 1, 1), datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)),
    *([], (), {}, [0], (0,), ["a"], [0, 0], [None], {"a": 0}, {0: 0}, set(), frozenset(), {0}),
    *(frozenset({0}), TaggedValue(("a", 0)), range(1), collections.deque(), types.MappingProxyType({})),
    *(bytearray(), len, int),
)
"""One or two values of every type that a predicate may tell from the others."""

_MOST_PARTS: Final = 10_000  # the parts of a value that count for its size
_MANY: Final = 120  # the greatest length that is tried
_MOST_VARIANTS: Final = 25_000
_TURNS: Final = 2  # the number of times that one place of the examples is changed
_UNKNOWN_KEY: Final = "other"


def weight(x: object) -> tuple[int, int, int, float]:
    """Return the size of a value: its parts, the length of its repr, the number of letters that are neither
    letters nor digits of ASCII, and the sum of its numbers.
    """
    parts, odd, total = 0, 0, 0.0
    waiting: list[Any] = [x]
    while waiting and parts < _MOST_PARTS:
        part = waiting.pop()
        parts += 1
        if isinstance(part, (int, float)) and part == part:
            total += min(abs(part), 1e300)
        if type(part) is str:
            odd += 0 if part.isascii() and part.isalnum() else sum(map(_is_odd, part[:_MOST_PARTS]))
        if type(part) in (str, int):
            continue
        waiting += _elements_of(part)
    return parts, len(repr_of(x)), odd, total


def _is_odd(letter: str) -> bool:
    return not (letter.isascii() and letter.isalnum())


def _elements_of(x: Any) -> Iterable[Any]:
    """Return the keys and values of a map, or some elements of another collection."""
    if isinstance(x, Mapping):
        return [*x.keys(), *x.values()]
    return itertools.islice(x, _MOST_PARTS) if is_coll(x) else ()


def pieces_of(x: object) -> Iterator[Any]:
    """Yield a value and everything in it at any depth, up to a limit."""
    waiting: list[Any] = [x]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        piece = waiting.pop()
        yield piece
        waiting += [part for _, part in parts_of(piece)]


def holds_instance(x: object, classes: Set[type]) -> bool:
    """True if a value is one of some classes or an instance of one, or holds such a value at any depth."""
    waiting: list[Any] = [x]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_PARTS:
        part = waiting.pop()
        if type(part) in (str, int, float, bool, types.NoneType) or id(part) in seen:
            continue
        seen.add(id(part))
        own = part if isinstance(part, type) else type(part)
        if not classes.isdisjoint(own.__mro__):
            return True
        waiting += _elements_of(part)
        if not isinstance(part, (type, types.ModuleType, types.FunctionType)):
            slots = copyreg._slotnames(own)  # type: ignore[attr-defined]
            waiting += [*getattr(part, "__dict__", {}).values(), *(getattr(part, x, None) for x in slots)]
    return False


def with_plain_parts(x: Any) -> Any:
    """Return a value with dicts and lists in place of the other mappings and sequences that are tried."""
    if type(x) in (dict, collections.OrderedDict, types.MappingProxyType):
        return {key: with_plain_parts(part) for key, part in x.items()}
    if type(x) in (list, collections.deque):
        return [*map(with_plain_parts, x)]
    return tuple(map(with_plain_parts, x)) if type(x) is tuple else x


# --- constants --------------------------------------------------------------------------------------------


class Constants:
    """The constants that specs name, to try them and what lies next to them.

    Attributes:
        values: values at borders, with those of every type, the smallest first.
        lengths: the lengths of collections, texts and arrays.
        keys: the keys of maps.
        dispatches: the keys that hold the tag of a `multi_spec`.
        dtypes: the dtypes of arrays.
    """

    def __init__(self, specs: Iterable[Spec]) -> None:
        named: list[Any] = []
        self.keys: dict[Any, None] = {_UNKNOWN_KEY: None}
        self.dispatches: dict[str, None] = {}
        for spec in specs:
            named += [y for x in field_values(spec) for y in _constants_in(x)]
            if isinstance(spec, AskPydantic):
                several = functions_in(spec.adapter.core_schema)
                named += [y for each in several for y in _constants_in(inspect.unwrap(each["function"]))]
            if isinstance(spec, Keys):
                self.keys |= dict.fromkeys(spec.key_specs)
            if isinstance(spec, MultiSpec):
                named += spec.methods
                self.dispatches |= {spec.dispatch: None} if isinstance(spec.dispatch, str) else {}
        self.keys |= self.dispatches
        self.dtypes = dict.fromkeys([*_DTYPES, *(x for x in named if hasattr(x, "itemsize"))])
        # A named int may be a length, as in min_count=3; CHECK_LIMIT is the length that `every` looks at.
        near = [*dict.fromkeys(x for x in named if is_int(x) and 0 < x < _MANY), CHECK_LIMIT]
        self.lengths = sorted({0, 1, 2, *(n + step for n in near for step in (-1, 0, 1))})
        texts = ["a" * n for n in self.lengths]
        values = {(type(x), repr_of(x)): x for one in named for x in _neighbours(one)}
        values |= {(type(x), repr_of(x)): x for x in (*texts, *LEAVES)}
        self.values = sorted(values.values(), key=weight)


_DTYPES: Final = (
    *("float64", "float32", "int64", "uint8", "bool", "float16", "U1"),
    *("complex128", "int8", "uint64", "object", "longdouble"),
)


def _constants_in(x: Any) -> Iterator[Any]:
    """Yield the constants in a field of a spec, without those of the specs in it."""
    match x:
        case Spec() | (str(), Spec()) | None:  # a branch has a tag, which no value has
            return
        case tuple() | list() | set() | frozenset() | Mapping():
            several: Iterable[Any] = x
        case functools.partial():
            several = (x.func, *x.args)
        case types.MethodType():
            several = (x.__func__,)
        case types.FunctionType():
            several = [
                y for y in x.__code__.co_consts if y != x.__doc__ and not isinstance(y, types.CodeType)
            ]
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
        yield from _constants_in(part)


def _neighbours(x: Any) -> Iterator[Any]:
    """Yield a constant and what lies next to it."""
    near: list[Callable[[Any], Any]] = []
    if isinstance(x, str):
        near = [lambda x: x + "a", lambda x: x[:-1]]
    elif isinstance(x, datetime.date):
        steps = datetime.timedelta(days=1), datetime.timedelta(microseconds=1)
        near = [functools.partial(operator.add, sign * step) for step in steps for sign in (-1, 1)]
    elif is_number(x):
        near = [float, math.floor, math.ceil, lambda x: x - 1, lambda x: x + 1]
        near += [lambda x: float(x) - 0.5, lambda x: float(x) + 0.5]
        near += [lambda x: math.nextafter(x, math.inf), lambda x: math.nextafter(x, -math.inf)]
    yield x
    for function in near:
        try:
            yield function(x)
        except (ArithmeticError, ValueError):  # beyond the range of its type
            continue


# --- examples with another part ---------------------------------------------------------------------------


def parts_of(x: Any) -> list[tuple[Hashable, Any]]:
    """Return the parts of a value, each after the step to it; the step to a key of a dict is a tuple."""
    if type(x) in (list, tuple):
        return [*enumerate(x)]
    if isinstance(x, (set, frozenset)):
        return [(part, part) for part in sorted(x, key=repr_of)]
    if type(x) is dict:
        return [*x.items(), *(((key,), key) for key in x)]
    fields = class_fields(x) if has_typed_fields(type(x)) else ()
    return [(field.name, getattr(x, field.name)) for field in fields if field.is_argument]


def with_part(x: Any, step: Any, new: Any) -> Any:
    """Return a value with another part at a step; raise any exception if it can't be there."""
    if type(x) in (list, tuple):
        return type(x)([*x[:step], new, *x[step + 1 :]])
    if isinstance(x, (set, frozenset)):
        return type(x)((x - {step}) | {new})
    if type(x) is not dict:
        return x._replace(**{step: new}) if hasattr(x, "_replace") else dataclasses.replace(x, **{step: new})
    if isinstance(step, tuple) and step not in x:
        return {(new if (key,) == step else key): part for key, part in x.items()}
    return {**x, step: new}


def _change_parts(x: Any, change: Callable[[Hashable, Any], Iterator[Any]]) -> Iterator[Any]:
    """Yield copies of a value, each with one part changed."""
    for step, part in parts_of(x):
        for new in change(step, part):
            try:
                yield with_part(x, step, new)
            except Exception:  # the part can't be there, such as a list in a set
                continue


def variants_of(examples: Iterable[Any], constants: Constants) -> Iterator[Any]:
    """Yield copies of examples with one part replaced, left out, or repeated.

    Each place is changed in a few examples only. The keys, types and tags that lead to a part are its place.
    """
    seen: collections.Counter[Hashable] = collections.Counter()

    def variants(x: Any, path: tuple[Any, ...]) -> Iterator[Any]:
        tags = (repr_of(x[key]) for key in constants.dispatches if key in x) if type(x) is dict else ()
        path = (*path, type(x), *tags)
        seen[path] += 1
        if seen[path] <= _TURNS:
            yield from constants.values
            yield from _other_forms(x, constants)

        def inner(step: Any, part: Any) -> Iterator[Any]:
            if type(x) in (list, tuple):
                # The fourth element of a list and all later ones are one place.
                step = min(step, 3)
            return variants(part, (*path, step if step in constants.keys or type(step) is int else None))

        yield from _change_parts(x, inner)

    several = itertools.chain.from_iterable(variants(x, ()) for x in examples)
    yield from itertools.islice(several, _MOST_VARIANTS)


def _other_forms(x: Any, constants: Constants) -> Iterator[Any]:
    """Yield a value in other forms: a collection of other lengths and kinds, a map with other keys."""
    lengths = constants.lengths
    if type(x) in (list, tuple, str, bytes) and x:
        for n in lengths:
            yield from (x[:1] * n, (x * (n // len(x) + 1))[:n])
    if type(x) in (list, tuple, set, frozenset):
        kinds = (list, tuple, frozenset, set, collections.deque)
        yield from (
            kind(x) for kind in kinds if kind is not type(x) and (len(x) < 9) and all(map(is_hashable, x))
        )
    if isinstance(x, (set, frozenset)):
        yield from (x | {new} for new in constants.values if is_hashable(new))
    if type(x) is dict:
        yield from (types.MappingProxyType(x), collections.OrderedDict(x))
        yield from (
            {**x, key: new} for key in constants.keys if key not in x for new in constants.values[:25]
        )
        yield {**x, 0: 0}  # after the keys of text, which JSON can say
        keys = [*x, *(chr(97 + i) for i in range(26) if chr(97 + i) not in x)]
        value = next(iter(x.values()), 0)
        yield from ({key: x.get(key, value) for key in keys[:n]} for n in lengths if n <= len(keys))
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        yield from _other_arrays(x, constants)


def _other_arrays(x: Any, constants: Constants) -> Iterator[Any]:
    import numpy as np

    numbers = [n for n in constants.values if is_number(n) and not isinstance(n, (Decimal, Fraction))]
    shapes = [(*x.shape[:i], n, *x.shape[i + 1 :]) for i in range(x.ndim) for n in constants.lengths]
    number = x.flat[0] if x.size else 0
    several = [(shape, number, x.dtype) for shape in [*shapes, (), (1,), (1, 1)]]
    several += [(x.shape, n, x.dtype) for n in numbers]
    several += [(x.shape, n, dtype) for dtype in constants.dtypes for n in (0, number)]
    for shape, n, dtype in several:
        try:
            with np.errstate(all="ignore"):
                yield np.full(shape, n, dtype)
        except (TypeError, ValueError, OverflowError):
            continue


# --- smaller values ---------------------------------------------------------------------------------------

_MOST_STEPS: Final = 3000


def shrink(x: Any, is_wanted: Callable[[Any], bool]) -> Any:
    """Return a smaller value that is still wanted, with parts left out and others made smaller."""
    steps = 0
    while True:
        size = weight(x)
        # The first smaller value that is still wanted starts the search anew.
        for smaller in _smaller(x):
            steps += 1
            if steps > _MOST_STEPS:
                return x
            if weight(smaller) < size and is_wanted(smaller):
                x = smaller
                break
        else:
            return x


def _smaller(x: Any) -> Iterator[Any]:
    """Yield values that are a little smaller than x."""
    if type(x) in (list, tuple, str):
        half = len(x) // 2
        yield from (x[half:], x[:half]) if half > 1 else ()
        yield from (x[:i] + x[i + 1 :] for i in range(len(x)))
    if type(x) in (set, frozenset):
        yield from (x - {part} for part in sorted(x, key=repr_of))
    if type(x) is dict:
        yield from ({k: part for k, part in x.items() if k is not key} for key in x)
    if type(x) is str:
        yield from ("", "a", "a" * len(x))
        yield from (x[:i] + plain + x[i + 1 :] for i, c in enumerate(x) if _is_odd(c) for plain in "a0A")
    if hasattr(x, "dtype") and hasattr(x, "shape") and x.size:
        yield from (x.take([0], axis) for axis in range(x.ndim))
        for number in (0, x.min(), x.max()) if x.dtype.kind in "iuf" else ():
            filled = x.copy()
            filled.fill(number)
            yield filled
    if type(x) is int:
        yield from (0, 1, -1, -x, x // 2, x - 1, x + 1)
    if type(x) is float and math.isfinite(x):
        yield from (0.0, 1.0, -1.0, -x, float(int(x)), round(x, 1), x / 2)
    yield from _change_parts(x, lambda _, part: _smaller(part))
