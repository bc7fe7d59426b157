"""Values that one spec accepts and another may refuse: where to look, and how to make them small.

What tells two specs apart is most often in one of them: a bound, a member, a key, a length. So the values to
try are these constants and what lies next to them, a few values of every type, and what comes of an example
if one of its parts is such a value. Each is asked about, so that none has to be right.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import functools
import itertools
import math
import types
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.changes.facts import MemberSubclass, facts_of, members_of
from mxspec.core.spec import Predicate, Spec
from mxspec.models.model_spec import ModelSpec
from mxspec.predicates import TaggedValue, is_number
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, Every, Tuple
from mxspec.specs.maps import Keys, MultiSpec
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

_MANY: Final = 300  # the greatest length that is tried
_MOST_VARIANTS: Final = 10_000
_TURNS: Final = 3  # of one place in the examples
_UNKNOWN_KEY: Final = "other"


def weight(x: object) -> tuple[int, int, float]:
    """Return the size of a value: its parts, the length of its repr, and the sum of its numbers."""
    parts, total, waiting = 0, 0.0, [x]
    while waiting and parts < 10_000:
        part = waiting.pop()
        parts += 1
        if isinstance(part, (int, float)) and part == part:
            total += min(abs(part), 1e300)
        if isinstance(part, (list, tuple, Set)):
            waiting += [*part]
        elif isinstance(part, Mapping):
            waiting += [*part.keys(), *part.values()]
    return parts, len(repr_of(x)), total


# --- constants --------------------------------------------------------------------------------------------


class Constants:
    """What specs name: values at their borders, lengths, keys and dtypes.

    Attributes:
        values: the values, with those of every type, the smallest first.
        lengths: the lengths of collections and arrays.
        keys: the keys of maps.
        dtypes: the dtypes of arrays.
    """

    def __init__(self, specs: Iterable[Spec]) -> None:
        self.lengths, self.keys, self.dtypes = {0, 1, 2}, {_UNKNOWN_KEY: None}, dict.fromkeys(_DTYPES)
        values: dict[Hashable, Any] = {}
        for x in itertools.chain(LEAVES, *map(self._of, specs)):
            values.setdefault((type(x), repr_of(x)), x)
        self.values = sorted(values.values(), key=weight)

    def _of(self, spec: Spec) -> Iterator[Any]:
        """Yield the constants of a spec without its parts, and keep its lengths, keys and dtypes."""
        match spec:
            case Predicate():
                yield from _members(spec)
                facts = facts_of(spec)
                bounds = [bound[0] for bound in (facts.low, facts.high) if bound] if facts else []
                lengths = [facts.least, facts.most] if facts else []
                for constant in (*bounds, *_constants_in(spec.pred), *([facts.factor] if facts else [])):
                    yield from _neighbours(constant)
                for length in self._note_lengths(lengths):
                    yield from ("a" * length, [0] * length)
            case Every():
                self._note_lengths([*spec.options.sizes(), CHECK_LIMIT])
            case Tuple():
                self._note_lengths([len(spec.preds)])
            case Keys():
                self.keys |= dict.fromkeys(spec.key_specs)
            case MultiSpec():
                yield from spec.methods
                self.keys |= {spec.dispatch: None} if isinstance(spec.dispatch, str) else {}
            case ArraySpec():
                for bound in (spec.min, spec.max):
                    yield from _neighbours(bound)
                self._note_lengths([n for shape in spec.shapes or () for n in shape])
                self.dtypes |= {spec.dtype: None} if hasattr(spec.dtype, "kind") else {}
            case ModelSpec() if spec.min_confidence is not None:
                yield spec.min_confidence

    def _note_lengths(self, lengths: Iterable[float | None]) -> list[int]:
        """Return lengths and their neighbours, as far as they are not too long to try."""
        near = [int(n) + step for n in lengths if n is not None and n < _MANY for step in (-1, 0, 1)]
        self.lengths |= {n for n in near if n >= 0}
        return [n for n in near if n >= 0]


_DTYPES: Final = (
    *("float64", "float32", "int64", "uint8", "bool", "float16", "U1"),
    *("complex128", "int8", "uint64", "object", "longdouble"),
)


def _members(spec: Predicate) -> list[Any]:
    if isinstance(spec.pred, type) and issubclass(spec.pred, enum.Flag):
        flags = [*spec.pred]
        return [spec.pred(0), *flags, *(a | b for a, b in itertools.pairwise(flags))]
    return [x for x in (members_of(spec) or [])[:_MANY] if not isinstance(x, MemberSubclass)]


def _constants_in(pred: Any) -> list[Any]:
    """Return the constants in the code of a function."""
    while isinstance(pred, functools.partial):
        pred = pred.func
    constants = getattr(getattr(pred, "__code__", None), "co_consts", ())
    flat = [y for x in constants for y in (x if isinstance(x, (tuple, frozenset)) else (x,))]
    return [x for x in flat if isinstance(x, (int, float, str)) and x != getattr(pred, "__doc__", None)]


def _neighbours(x: Any) -> Iterator[Any]:
    """Yield a constant and what lies next to it; nothing for None."""
    near: tuple[Callable[[], Any], ...] = ()
    if isinstance(x, str):
        near = (lambda: x + "a", lambda: x[:-1])
    elif isinstance(x, datetime.date):
        steps = (datetime.timedelta(days=1), datetime.timedelta(microseconds=1))
        near = tuple(lambda step=step, sign=sign: x + sign * step for step in steps for sign in (-1, 1))
    elif is_number(x):
        near = (
            *(lambda: x - 1, lambda: x + 1, lambda: float(x), lambda: float(x) - 0.5, lambda: float(x) + 0.5),
            *(lambda: math.nextafter(x, math.inf), lambda: math.nextafter(x, -math.inf)),
            *(lambda: math.floor(x), lambda: math.ceil(x)),
        )
    yield from () if x is None else (x,)
    for make in near:
        try:
            yield make()
        except (ArithmeticError, ValueError):  # beyond the range of its type
            continue


# --- examples with another part ---------------------------------------------------------------------------

Place = tuple[Hashable, Any, Callable[[Any], Any]]
"""A step into a value, the part there, and a function that returns the value with another part there."""


def places_in(x: Any) -> list[Place]:
    """Return the places in a value; some functions raise at a part that can't be there."""
    if isinstance(x, (set, frozenset)):
        return [(None, part, lambda new, part=part: type(x)((x - {part}) | {new})) for part in x]
    if hasattr(x, "_replace"):  # of a NamedTuple
        fields = [(name, getattr(x, name)) for name in x._fields]
        return [(name, part, lambda new, name=name: x._replace(**{name: new})) for name, part in fields]
    if type(x) in (list, tuple):
        return [(i, x[i], lambda new, i=i: type(x)([*x[:i], new, *x[i + 1 :]])) for i in range(len(x))]
    if type(x) is dict:
        values: list[Place] = [(key, x[key], lambda new, key=key: {**x, key: new}) for key in x]
        rename = lambda key, new: {(new if k is key else k): part for k, part in x.items()}  # noqa: E731
        return values + [(("key",), key, functools.partial(rename, key)) for key in x]
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        names = [field.name for field in dataclasses.fields(x) if field.init]
        put = lambda name, new: dataclasses.replace(x, **{name: new})  # noqa: E731
        return [(name, getattr(x, name), functools.partial(put, name)) for name in names]
    return []


def variants_of(examples: Iterable[Any], constants: Constants) -> Iterator[Any]:
    """Yield examples with one of their parts replaced, left out, or there several times.

    Each place is done in a few examples only, a place being told by the keys and types that lead to it.
    """
    seen: collections.Counter[Hashable] = collections.Counter()

    def variants(x: Any, path: tuple[Hashable, ...]) -> Iterator[Any]:
        path = (*path, type(x))
        seen[path] += 1
        if seen[path] <= _TURNS:
            yield from constants.values
            yield from _other_forms(x, constants)
        for step, part, put in places_in(x):
            for new in variants(part, (*path, min(step, 3) if isinstance(step, int) else step)):
                try:
                    yield put(new)
                except Exception:  # it can't be there, as a list in a set
                    continue

    several = itertools.chain.from_iterable(variants(x, ()) for x in examples)
    yield from itertools.islice(several, _MOST_VARIANTS)


def _other_forms(x: Any, constants: Constants) -> Iterator[Any]:
    """Yield a collection of other lengths and kinds, a map with other keys, an array of others."""
    lengths = sorted(constants.lengths)
    if type(x) in (list, tuple, str, bytes) and x:
        for n in lengths:
            yield from (x[:1] * n, (x * (n // len(x) + 1))[:n])
    if type(x) in (list, tuple, set, frozenset):
        kinds = (list, tuple, frozenset, set, collections.deque)
        yield from (kind(x) for kind in kinds if kind is not type(x) and (len(x) < 9) and all(map(is_hashable, x)))
    if isinstance(x, (set, frozenset)):
        yield from (x | {new} for new in constants.values if is_hashable(new))
    if type(x) is dict:
        yield from (types.MappingProxyType(x), collections.OrderedDict(x))
        yield {**x, 0: 0}
        yield from ({**x, key: new} for key in constants.keys if key not in x for new in constants.values[:40])
        keys = [*x, *(chr(97 + i) for i in range(26) if chr(97 + i) not in x)]
        value = next(iter(x.values()), 0)
        yield from ({key: x.get(key, value) for key in keys[:n]} for n in lengths if n <= len(keys))
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        yield from _other_arrays(x, constants)


def _other_arrays(x: Any, constants: Constants) -> Iterator[Any]:
    import numpy as np

    numbers = [n for n in constants.values if is_number(n) and not isinstance(n, (Decimal, Fraction))]
    shapes = [(*x.shape[:i], n, *x.shape[i + 1 :]) for i in range(x.ndim) for n in sorted(constants.lengths)]
    number = x.flat[0] if x.size else 0
    several = [(shape, number, x.dtype) for shape in [*shapes, (), (1,), (1, 1)]]
    several += [(x.shape, n, dtype) for dtype in (x.dtype, *constants.dtypes) for n in numbers]
    for shape, n, dtype in several:
        try:
            with np.errstate(all="ignore"):
                yield np.full(shape, n, dtype)
        except (TypeError, ValueError, OverflowError):
            continue


# --- smaller values ---------------------------------------------------------------------------------------

_MOST_STEPS: Final = 3000


def shrink(x: Any, is_wanted: Callable[[Any], bool]) -> Any:
    """Return a smaller value that is wanted, by leaving parts out and making others smaller."""
    steps = 0
    while True:
        for smaller in _smaller(x):
            steps += 1
            if steps > _MOST_STEPS:
                return x
            if weight(smaller) < weight(x) and is_wanted(smaller):
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
    if type(x) is int:
        yield from (0, 1, -1, -x, x // 2, x - 1, x + 1)
    if type(x) is float and math.isfinite(x):
        yield from (0.0, 1.0, -1.0, -x, float(int(x)), round(x, 1), x / 2)
    for _, part, put in places_in(x):
        for new in _smaller(part):
            try:
                yield put(new)
            except Exception:  # it can't be there
                continue
