"""Values at the borders of two specs: those of one that the other is most likely to refuse, small ones first.

The constants in both specs (bounds and their neighbours, members, sizes, keys, tags) and a few values of
every type are the leaves. Of a spec with parts we take its smallest value, and then change one part at a
time. Each value is asked about afterwards, so none has to be right.
"""

from __future__ import annotations

import collections
import datetime
import enum
import functools
import itertools
import math
import types
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.annotations.records import RecordInstance
from mxspec.api.examples import sample
from mxspec.changes.facts import facts_of, members_of
from mxspec.core.spec import Predicate, Reference, Spec, walk
from mxspec.errors import SpecError
from mxspec.models.model_spec import ModelSpec
from mxspec.predicates import TaggedValue, is_number
from mxspec.regex.combinators import Alt, Amp, Cat, KeysStar, Maybe, Plus, RegexWithMessage, Star
from mxspec.regex.matching import NestedRegex, Regex
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, MultiSpec, RequiredKey, RequiredKeys
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.values import is_hashable, repr_of

_MOST: Final = 2000
"""The greatest number of values of one spec."""

_MOST_TURNS: Final = 3  # of a name within itself
_FEW: Final = 12

# One or two values of every type that a predicate may tell from the others.
LEAVES: Final[tuple[Any, ...]] = (
    *(None, 0, False, "", 0.0, True, 1, "a", 1.0, -1, 2, 3, 0.5, "b", "ab", -0.0, -1.0, "0", "1", "a b"),
    *("a/b", "a:b", "A", " ", "é", 10**20, -(10**20), 1.5, math.inf, -math.inf, math.nan, 1e300, 1j),
    *(b"", b"a", Decimal(0), Decimal("0.5"), Fraction(1, 2), Fraction(1), uuid.UUID(int=0)),
    *(datetime.date(2000, 1, 1), datetime.time(), datetime.timedelta()),
    *(datetime.datetime(2000, 1, 1), datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)),
    *(
        [],
        (),
        {},
        [0],
        (0,),
        ["a"],
        [0, 0],
        [None],
        {"a": 0},
        {0: 0},
        set(),
        frozenset(),
        {0},
        frozenset({0}),
    ),
    *(
        TaggedValue(("a", 0)),
        range(1),
        collections.deque(),
        types.MappingProxyType({}),
        bytearray(),
        len,
        int,
    ),
)

_EXTRA: Final[tuple[Any, ...]] = (None, 0, "a", 1.5, True, [], {}, -1, "")
"""Values under a key that a map may have besides its own."""


def weight(x: object) -> tuple[int, int, float]:
    """Return the size of a value: its parts, the length of its repr, and the sum of its numbers."""
    parts, total, waiting = 0, 0.0, [x]
    while waiting and parts < 10_000:
        part = waiting.pop()
        parts += 1
        if isinstance(part, (int, float)) and part == part:
            total += min(abs(part), 1e300)
        if isinstance(part, (list, tuple, Set)) and not isinstance(part, (str, bytes)):
            waiting += [*part]
        elif isinstance(part, Mapping):
            waiting += [*part.keys(), *part.values()]
    return parts, len(repr_of(x)), total


class Borders:
    """The values of a spec at its borders and those of another.

    Args:
        asked: the specs that the spec of the values leads to.
        others: those that the spec leads to which may refuse them.
        accepts: a function that says whether a value fits one of asked.
        resolve: a function from a name to the spec that it stands for there, or None.
    """

    def __init__(
        self,
        asked: Iterable[Spec],
        others: Iterable[Spec],
        accepts: Callable[[Spec, Any], bool],
        resolve: Callable[[Any], Spec | None],
    ) -> None:
        self._accepts, self._resolve = accepts, resolve
        self._sizes = {0, 1, 2}
        self._keys: dict[str, None] = {}
        self._tags: dict[Any, None] = {}
        self._lengths: set[int] = {0, 1, 2}
        self._dtypes: list[Any] = []
        self._leaves: dict[Hashable, Any] = {}
        self._known: dict[Hashable, list[Any]] = {}
        self._turns: collections.Counter[Any] = collections.Counter()
        constants: list[Any] = []
        for spec in (*others, *asked):
            constants += self._constants(spec)
        for x in (*LEAVES, *constants):
            self._leaves.setdefault(_identity(x), x)

    # --- constants ------------------------------------------------------------------------------------------

    def _constants(self, spec: Spec) -> Iterator[Any]:
        """Yield the constants of a spec, without its parts, and keep its sizes and keys."""
        if isinstance(spec, Predicate):
            yield from _plain_members(spec)
            if facts := facts_of(spec):
                for bound in (facts.low, facts.high):
                    yield from () if bound is None else _neighbours(bound[0])
                yield from () if facts.factor is None else _neighbours(facts.factor)
                for length in (facts.least, facts.most):
                    if length is not None and length < 1000:
                        yield from ("a" * n for n in (length - 1, length, length + 1) if n >= 0)
                        yield from ([0] * n for n in (length - 1, length, length + 1) if n >= 0)
            for constant in _constants_of(spec.pred):
                yield from _neighbours(constant)
        elif isinstance(spec, Every):
            o = spec.options
            for size in (o.count, o.min_count, o.max_count):
                self._sizes |= set() if size is None else {max(0, size - 1), size, size + 1}
        elif isinstance(spec, Tuple):
            self._sizes |= {len(spec.preds), len(spec.preds) + 1}
        elif isinstance(spec, Keys):
            self._keys |= dict.fromkeys(spec.key_specs)
        elif isinstance(spec, MultiSpec):
            self._tags |= dict.fromkeys(spec.methods)
            yield from spec.methods
            if isinstance(spec.dispatch, str):
                self._keys[spec.dispatch] = None
        elif isinstance(spec, ArraySpec):
            for limit in (spec.min, spec.max):
                yield from () if limit is None else _neighbours(limit)
            lengths = [n for shape in spec.shapes or () for n in shape if n is not None]
            self._lengths |= {m for n in lengths for m in (max(0, n - 1), n, n + 1)}
            self._dtypes += [] if spec.dtype is None else [spec.dtype]
        elif isinstance(spec, ModelSpec) and isinstance(spec.min_confidence, float):
            yield spec.min_confidence

    # --- values ---------------------------------------------------------------------------------------------

    def values(self, spec: Spec) -> list[Any]:
        """Return values that fit a spec, the smallest first."""
        name = spec.to if isinstance(spec, Reference) else None
        key = (name or id(spec), self._turns[name] if name else -1, sum(self._turns.values()))
        if key not in self._known:
            if name is not None:
                target = self._resolve(name)
                self._turns[name] += 1
                inner = [] if target is None or self._turns[name] > _MOST_TURNS else self.values(target)
                self._turns[name] -= 1
                self._known[key] = inner
            else:
                self._known[key] = self._fitting(spec)
        return self._known[key]

    def _fitting(self, spec: Spec) -> list[Any]:
        """Return the candidates that fit, each once."""
        fitting: dict[Hashable, Any] = {}
        for x in itertools.islice(self._candidates(spec), 4 * _MOST):
            if self._accepts(spec, x):
                fitting.setdefault(_identity(x), x)
                if len(fitting) == _MOST:
                    break
        if len(fitting) < 3 and not isinstance(spec, (Keys, Every, Regex)):
            for x in self._samples(spec):
                fitting.setdefault(_identity(x), x)
        return sorted(fitting.values(), key=weight)

    def _samples(self, spec: Spec) -> list[Any]:
        try:
            return sample(spec, _FEW, seed=0)
        except SpecError:
            return []

    def _candidates(self, spec: Spec) -> Iterator[Any]:
        if spec.gen_fn is not None:
            yield from self._samples(spec)
        match spec:
            case Reference():
                yield from self.values(spec)
            case Wrapper():
                yield from self.values(spec.pred)
            case NestedRegex():
                yield from self.values(spec.regex)
            case Nilable():
                yield from (None, *self.values(spec.pred))
            case Or():
                yield from _in_turn([self.values(branch) for _, branch in spec.branches])
            case And():
                yield from _in_turn([*map(self.values, spec.preds[:1]), [*self._leaves.values()]])
            case Merge():
                yield from self._maps([*_reached_maps(spec, self._resolve)])
                yield from _in_turn([self.values(pred) for pred in spec.preds])
            case MultiSpec():
                for tag, method in spec.all_methods().items():
                    for x in self.values(method):
                        yield from _with_tags(spec, x, [tag] if tag in spec.methods else self._tags)
                yield from _in_turn([self.values(method) for method in spec.all_methods().values()])
            case RecordInstance():
                yield from self._records(spec)
            case Keys():
                yield from self._maps([spec])
            case HomogeneousMap():
                yield from self._homogeneous_maps(spec)
            case Every():
                yield from self._collections(spec)
            case Tuple():
                xs = _one_by_one([self.values(pred) for pred in spec.preds])
                yield from map(spec.into, xs)
            case Regex():
                sequences = [*itertools.islice(self._sequences(spec), 2 * _MOST)]
                yield from sequences
                yield None
                yield from map(tuple, sequences[:_FEW])
            case ArraySpec():
                yield from self._arrays(spec)
            case ModelSpec():
                yield from self._samples(spec)
                yield from () if spec.input is None else self.values(spec.input)
            case _:
                yield from self._leaves.values()

    def _collections(self, spec: Every) -> Iterator[Any]:
        elements = self.values(spec.pred)
        least, most = spec.options.sizes()
        kinds: list[Callable[[Any], Any]] = [list, tuple, frozenset, set, collections.deque, iter]
        for x in self._leaves.values():
            if isinstance(x, (list, tuple, Set, Mapping, collections.deque, str, bytes, range)):
                yield x
        sizes = sorted(n for n in {*self._sizes, least, least + 1} if least <= n <= min(most, 300))
        for n in sizes if elements else ():
            for several in ([elements[0]] * n, elements[:n]):
                yield from (kind(several) for kind in kinds[:-1] if _goes(kind, several))
        base = max(1, least)
        for kind in kinds[:3] if elements and most else ():
            rest = elements[:base]
            if len(rest) < base and kind is not frozenset:
                rest = [*rest, *[elements[0]] * (base - len(rest))]
            for x in elements:
                several = [x, *[y for y in rest if y is not x]][: max(base, 1)]
                several += [elements[0]] * (base - len(several)) if kind is not frozenset else []
                if _goes(kind, several):
                    yield kind(several)
            for x in elements[: 2 * _FEW]:  # twice the same
                if _goes(kind, [x, x]):
                    yield kind([x, x])
        if not isinstance(spec, CollOf) and most > CHECK_LIMIT and elements:
            for x in _EXTRA:  # elements that are not looked at
                yield [elements[0], x, *[elements[0]] * (2 * CHECK_LIMIT)]
                yield (*[elements[0]] * CHECK_LIMIT, x)

    def _homogeneous_maps(self, spec: HomogeneousMap) -> Iterator[Any]:
        key_pred, value_pred = spec.pred.preds  # type: ignore[attr-defined]
        keys = [key for key in self.values(key_pred) if is_hashable(key)]
        keys += [key for key in self._keys if self._accepts(key_pred, key)]
        values = self.values(value_pred)
        least, most = spec.options.sizes()
        yield from ({}, types.MappingProxyType({}), [])
        if not keys or not values:
            return
        sizes = sorted(
            n for n in {*self._sizes, least, least + 1} if max(1, least) <= n <= min(most, len(keys))
        )
        for n in sizes:
            yield dict.fromkeys(keys[:n], values[0])
            yield dict(itertools.islice(zip(keys, itertools.cycle(values), strict=False), n))
        base = dict.fromkeys(keys[: max(1, least)], values[0])
        yield from (types.MappingProxyType(base), collections.OrderedDict(base))
        rest = dict([*base.items()][1:])
        for key in keys:
            yield {key: values[0], **{k: x for k, x in rest.items() if k != key}}
        for key in [*self._keys, keys[0]]:
            for x in values[: 10 * _FEW] if key in self._keys else values:
                yield {**rest, key: x}

    # --- maps with named keys -------------------------------------------------------------------------------

    def _maps(self, specs: list[Keys]) -> Iterator[Any]:
        parts: dict[str, list[Any]] = {}
        for spec in specs:
            for key, part in spec.key_specs.items():
                known = self._resolve(part.to) if isinstance(part, Reference) else part
                values = [*self._leaves.values()][:_FEW] if known is None else self.values(part)
                both = [x for x in values if key not in parts or any(x is y for y in parts[key])]
                parts[key] = both or [*parts.get(key, ()), *values]
        required = [one for spec in specs for one in spec.required_keys]
        bases = [
            {key: parts[key][0] for key in keys if parts.get(key)}
            for keys in itertools.islice(_key_sets(required), _FEW)
        ]
        full = {key: values[0] for key, values in parts.items() if values}
        for base in bases:
            yield base
            for key in parts:
                yield {k: x for k, x in full.items() if k != key or k in base}
                for x in parts[key]:
                    yield {**base, key: x}
                    yield {**full, key: x}
        for base in bases[:2]:
            yield types.MappingProxyType(base)
            yield collections.OrderedDict(base)
            for key in (*self._keys, "other"):
                if key not in parts:
                    yield from ({**base, key: x} for x in _EXTRA)
        if bases:
            yield {**bases[0], 0: 0}
        yield full

    def _records(self, spec: RecordInstance) -> Iterator[Any]:
        for arguments in self._maps([spec]):
            try:
                yield spec.tp(**{name: x for name, x in arguments.items() if name in spec.arguments})
            except Exception:  # of a class that refuses its arguments
                continue

    # --- sequences ------------------------------------------------------------------------------------------

    def _sequences(self, part: Spec) -> Iterator[list[Any]]:
        """Yield sequences that a part of a regex matches."""
        regex = part
        if isinstance(part, Reference):
            target = self._resolve(part.to)
            if target is None or not target.is_regex:
                yield from ([x] for x in self.values(part))
                return
            if self._turns[part.to] < _MOST_TURNS:
                self._turns[part.to] += 1
                inside = [*itertools.islice(self._sequences(target), _MOST // 4)]
                self._turns[part.to] -= 1
                yield from inside
            return
        match regex:
            case Plus() | Star():
                turns = [*itertools.islice(self._sequences(regex.part), _MOST)]
                yield from [[]] if isinstance(regex, Star) else []
                yield from turns
                yield from ([*turns[0], *turn] for turn in turns)
                yield from ([*turn, *turns[0]] for turn in turns[: 5 * _FEW])
                yield from ([*turns[0], *turns[0], *turn] for turn in turns[:_FEW])
            case Cat():
                yield from (
                    [x for some in several for x in some]
                    for several in _one_by_one([[*self._sequences(branch)] for _, branch in regex.branches])
                )
            case Alt():
                yield from _in_turn([[*self._sequences(branch)] for _, branch in regex.branches])
            case Maybe():
                yield from ([], *self._sequences(regex.part))
            case KeysStar():
                for x in self.values(regex.keys):
                    yield [part for item in x.items() for part in item]
            case Amp() | RegexWithMessage():
                yield from self._sequences(regex.part)
            case Regex():
                yield from self._samples(regex)
            case _:
                yield from ([x] for x in self.values(part))

    # --- arrays ---------------------------------------------------------------------------------------------

    def _arrays(self, spec: ArraySpec) -> Iterator[Any]:
        import numpy as np

        lengths = sorted(self._lengths)[:8]
        any_shapes: list[tuple[int | None, ...]] = [(1,), (), (0,), (2,), (1, 1), (None,)]
        shapes = [
            shape
            for asked in spec.shapes or any_shapes
            for shape in itertools.islice(
                itertools.product(*([n] if n is not None else lengths for n in asked)), 60
            )
        ]
        numbers = [
            x for x in self._leaves.values() if is_number(x) and not isinstance(x, (Decimal, Fraction))
        ]
        dtypes = [np.dtype(d) for d in self._dtypes if isinstance(d, np.dtype)]
        dtypes += [
            np.dtype(name) for name in ("float64", "float32", "int64", "uint8", "bool", "float16", "U1")
        ]
        dtypes += [np.dtype(name) for name in ("complex128", "int8", "uint64", "object", "longdouble")]
        dtypes = [dtype for dtype in dict.fromkeys(dtypes) if spec.takes_dtype(dtype)]
        small = sorted(shapes, key=lambda shape: math.prod(shape))
        for dtype in dtypes:
            for number in numbers if small else ():
                for shape in [s for s in small if math.prod(s)][:1] or small[:1]:
                    yield from _full_arrays(shape, number, dtype)
            for shape in small if dtype in dtypes[:2] else small[:2]:
                for number in [0, *(n for n in (spec.min, spec.max) if n is not None)]:
                    yield from _full_arrays(shape, number, dtype)


def _full_arrays(shape: Sequence[Any], number: Any, dtype: Any) -> Iterator[Any]:
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            yield np.full(shape, number, dtype)
    except (TypeError, ValueError, OverflowError):
        return


def _plain_members(spec: Predicate) -> list[Any]:
    """Return some members of a spec, none of a class that was made to be one of a subclass."""
    if isinstance(spec.pred, type) and issubclass(spec.pred, enum.Flag):
        flags = [*spec.pred]
        return [spec.pred(0), *flags, *(a | b for a, b in itertools.pairwise(flags))]
    return [x for x in (members_of(spec) or [])[:300] if not type(x).__name__.startswith("_")]


def specs_in(spec: Spec) -> list[Spec]:
    """Return a spec and all that it leads to."""
    return [*itertools.islice(walk(spec), 10_000)]


def _identity(x: Any) -> Hashable:
    if hasattr(x, "dtype") and hasattr(x, "tobytes"):
        return x.shape, str(x.dtype), x.tobytes()
    return type(x), repr_of(x)


def _neighbours(x: Any) -> Iterator[Any]:
    """Yield a constant and what lies next to it."""
    yield x
    if isinstance(x, bool) or not isinstance(x, (int, float, Decimal, Fraction)):
        if isinstance(x, datetime.datetime):
            yield from _moments_near(x)
        if isinstance(x, str):
            yield from (f"{x}a", x[:-1])
        return
    try:
        yield from (x - 1, x + 1)
        near = float(x)
        yield from (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
        yield from (math.floor(x), math.ceil(x), near - 0.5, near + 0.5)
    except (ArithmeticError, ValueError):
        return


def _moments_near(x: datetime.datetime) -> Iterator[datetime.datetime]:
    for step in (datetime.timedelta(microseconds=1), datetime.timedelta(days=1)):
        try:
            yield from (x - step, x + step)
        except OverflowError:
            continue


def _constants_of(pred: Any) -> list[Any]:
    """Return the constants in the code of a function."""
    while isinstance(pred, functools.partial):
        pred = pred.func
    constants = getattr(getattr(pred, "__code__", None), "co_consts", ())
    flat = [y for x in constants for y in (x if isinstance(x, (tuple, frozenset)) else (x,))]
    return [x for x in flat if isinstance(x, (int, float, str)) and x != getattr(pred, "__doc__", None)]


def _goes(kind: Any, xs: Sequence[Any]) -> bool:
    return kind not in (set, frozenset) or all(map(is_hashable, xs))


def _in_turn(lists: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """Yield the first of each list, then the second of each, and so on."""
    missing = object()
    for several in itertools.zip_longest(*lists, fillvalue=missing):
        yield from (x for x in several if x is not missing)


def _one_by_one(lists: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Yield the first of each list together, then change one at a time; around the first, and others."""
    if not all(lists):
        return
    bases = [[xs[0] for xs in lists], [xs[min(1, len(xs) - 1)] for xs in lists]]
    for base in bases:
        yield base
    for base in bases:
        for i, xs in enumerate(lists):
            yield from ([*base[:i], x, *base[i + 1 :]] for x in xs)


def _key_sets(required: Sequence[RequiredKey | RequiredKeys]) -> Iterator[frozenset[str]]:
    """Yield sets of keys that satisfy all of required."""
    for several in itertools.product(*map(_some_keys, required)):
        yield frozenset[str]().union(*several)


def _with_tags(spec: MultiSpec, x: Any, tags: Iterable[Any]) -> Iterator[Any]:
    """Yield a value of a method with each tag."""
    for tag in tags:
        try:
            yield spec.set_tag(x, tag)
        except Exception:  # a function of the user's
            yield x


def _some_keys(required: RequiredKey | RequiredKeys) -> list[frozenset[str]]:
    if isinstance(required, RequiredKey):
        return [frozenset({required.key})]
    inner = [_some_keys(choice) for choice in required.choices]
    if required.is_any:
        return [keys for some in inner for keys in some]
    return [frozenset[str]().union(*some) for some in itertools.islice(itertools.product(*inner), 64)]


def _reached_maps(spec: Spec, resolve: Callable[[Any], Spec | None], levels: int = 20) -> Iterator[Keys]:
    """Yield the specs with named keys that see the same map as a spec does."""
    target = resolve(spec.to) if isinstance(spec, Reference) else spec
    if isinstance(target, Keys):
        yield target
    elif isinstance(target, (Merge, And, Wrapper)) and levels:
        for part in target.parts():
            yield from _reached_maps(part.spec, resolve, levels - 1)


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
    if type(x) in (list, tuple):
        half = len(x) // 2
        yield from (x[half:], x[:half]) if half > 1 else ()
        yield from (x[:i] + x[i + 1 :] for i in range(len(x)))
        for i, part in enumerate(x):
            yield from (x[:i] + type(x)([smaller]) + x[i + 1 :] for smaller in _smaller(part))
    elif type(x) in (set, frozenset):
        yield from (type(x)(x - {part}) for part in sorted(x, key=repr_of))
        for part in sorted(x, key=repr_of):
            yield from (type(x)((x - {part}) | {smaller}) for smaller in _smaller(part))
    elif type(x) is dict:
        yield from ({k: v for k, v in x.items() if k is not key} for key in x)
        for key, part in x.items():
            yield from ({**x, key: smaller} for smaller in _smaller(part))
        for key in x:
            for smaller in _smaller(key):
                yield {smaller if k is key else k: v for k, v in x.items()}
    elif type(x) is str:
        yield from ("", "a", x[: len(x) // 2], x[len(x) // 2 :], "a" * len(x))
        yield from (x[:i] + x[i + 1 :] for i in range(len(x)))
    elif type(x) is int:
        yield from (0, 1, -1, -x, x // 2, x - 1, x + 1)
    elif type(x) is float and math.isfinite(x):
        yield from (0.0, 1.0, -1.0, -x, float(int(x)), round(x, 1), x / 2)
