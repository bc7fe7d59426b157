"""Values that may tell two specs apart.

Most often one of two specs names what tells them apart: a bound, a member, a key, a length. The values to try
are these constants and their neighbours (`mxspec.changes.borders.constants`), and examples with one part
replaced by such a value. Both specs check each value later, so a useless value costs time and does no harm.
"""

from __future__ import annotations

import collections
import itertools
import types
from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mxspec.base.values import is_hashable, repr_of
from mxspec.changes.borders.constants import Constants
from mxspec.changes.borders.parts import change_parts
from mxspec.predicates import is_number

_MOST_VARIANTS: Final = 25_000
_TURNS: Final = 2  # the number of times that one place of the examples is changed


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

        yield from change_parts(x, inner)

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
        yield {**x, 0: 0}  # after the keys of text, which JSON can express
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
