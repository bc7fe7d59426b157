"""The keys of a map that a relation between parts looks at: present, absent, or with another value."""

from __future__ import annotations

import inspect
import itertools
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mxspec.base import names
from mxspec.base.predicate_rows import row_of
from mxspec.changes.borders.constants import constants_in
from mxspec.changes.borders.inner import is_leaf, spec_behind
from mxspec.changes.borders.leaf_borders import Border, preds_of
from mxspec.near.sites import MISSING, Examples, relations_of
from mxspec.specs.core.lenses import KEY, SAME
from mxspec.specs.core.parts import OPTIONAL, Part
from mxspec.specs.core.spec import Predicate, Spec, text_of
from mxspec.specs.logic import And
from mxspec.specs.maps import is_known

_MOST_KEYS: Final = 24
_MOST_RELATED: Final = 6  # optional keys of a relation that are paired
_MOST_MEMBERS: Final = 12
_DEEPEST: Final = 3


class PartUnderKey(NamedTuple):
    """A part under a key of a map, which may lie in a map under other keys.

    Attributes:
        around: the parts on the way, from the outside.
        part: the part.
    """

    around: tuple[Part, ...]
    part: Part

    @property
    def is_optional(self) -> bool:
        """True if the map may lack the key."""
        return self.part.role == OPTIONAL

    def members(self) -> Sequence[Any]:
        """Return the values of the part, if they are a few that it names."""
        rows = [row_of(pred.pred) for pred in preds_of(self.part.spec) if isinstance(pred, Predicate)]
        values = [row.values for row in rows if row is not None and row.values is not None]
        return values[0][:_MOST_MEMBERS] if values and len(rows) == 1 else ()

    def with_piece(self, x: Any, piece: Any) -> Any:
        """Return a copy of x with a value under the key; raise any exception if x has no such map."""
        return self._with_change(x, lambda inner: self._put_piece(inner, piece))

    def with_example(self, x: Any, examples: Examples) -> Any:
        """Return x if it has the key, or else a copy with an example under it."""
        if self.is_in(x):
            return x
        piece = examples.one(self.part.spec)
        if piece is MISSING:
            raise LookupError
        return self.with_piece(x, piece)

    def without(self, x: Any) -> Any:
        """Return a copy of x without the key."""
        return self._with_change(x, lambda inner: {key: y for key, y in inner.items() if key != self.part.at})

    def is_in(self, x: Any) -> bool:
        """True if a map has the key."""
        pieces = [((), x)]
        for part in (*self.around, self.part):
            pieces = [each for _, inner in pieces for each in part.pieces(inner)]
        return bool(pieces)

    def _put_piece(self, inner: Any, piece: Any) -> Any:
        pieces = self.part.pieces(inner)
        lens = self.part.lens
        return self.part.put(inner, pieces[0][0], piece) if pieces else lens.fill(self.part, inner, piece)

    def _with_change(self, x: Any, change: Any) -> Any:
        if not self.around:
            return change(x)
        first, *rest = self.around
        [(steps, inner)] = first.pieces(x)
        return first.put(x, steps, PartUnderKey((*rest,), self.part)._with_change(inner, change))

    def __str__(self) -> str:
        return ".".join(str(part.at) for part in (*self.around, self.part))


def keys_within(spec: Spec) -> list[PartUnderKey]:
    """Return the keys of a map, and of the maps under its keys, up to a limit."""
    return [*_keys_in(spec, ())][:_MOST_KEYS]


def keys_left_out(spec: And) -> Iterator[str]:
    """Yield as text how many optional keys of relations are not paired, or not looked for."""
    keys = [*_keys_in(spec, ())]
    for pred in relations_of(spec):
        related = _optional_keys_of(pred, keys)
        left = len(related) - len([keyed for keyed in related[:_MOST_RELATED] if keyed in keys[:_MOST_KEYS]])
        if left:
            yield f"{left} more optional keys of {text_of(pred)}"


def _keys_in(spec: Spec, around: tuple[Part, ...], depth: int = 0) -> Iterator[PartUnderKey]:
    inner = spec_behind(spec)
    if depth > _DEEPEST or is_leaf(inner):
        return
    for part in inner.places(names.current.find):
        if not is_known(part.spec, names.current):
            continue
        if part.lens is SAME and not part.is_choice:
            yield from _keys_in(part.spec, around, depth + 1)
        elif part.lens is KEY:
            yield PartUnderKey(around, part)
    for part in inner.places(names.current.find):
        if part.lens is KEY and is_known(part.spec, names.current):
            yield from _keys_in(part.spec, (*around, part), depth + 1)


def keys_of_relation(pred: Spec, keys: list[PartUnderKey]) -> list[PartUnderKey]:
    """Return the optional keys that a relation names; all, if it names no key; up to a limit."""
    return _optional_keys_of(pred, keys)[:_MOST_RELATED]


def _optional_keys_of(pred: Spec, keys: list[PartUnderKey]) -> list[PartUnderKey]:
    function: Any = inspect.unwrap(pred.pred) if isinstance(pred, Predicate) else None
    named = constants_of_function(pred)
    code, space = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    calls = code is None or code.co_freevars or any(name in space for name in _names_in(code))
    is_open = calls or not any(keyed.part.at in named for keyed in keys)
    return [keyed for keyed in keys if keyed.is_optional and (is_open or keyed.part.at in named)]


def constants_of_function(pred: Spec) -> list[Any]:
    """Return the constants that the function of a predicate names."""
    return [*constants_in(inspect.unwrap(pred.pred))] if isinstance(pred, Predicate) else []


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        yield from _names_in(inner) if isinstance(inner, types.CodeType) else ()


def presences(
    pred: Spec, keys: list[PartUnderKey]
) -> Iterator[tuple[tuple[PartUnderKey, ...], tuple[bool, ...]]]:
    """Yield each pair of the optional keys of a relation, and each alone, with whether they are present."""
    optional = keys_of_relation(pred, keys)
    for some in itertools.combinations(optional, min(2, len(optional)) or 1):
        yield from ((some, has) for has in itertools.product((True, False), repeat=len(some)))


def presence_of(some: Sequence[PartUnderKey], has: Sequence[bool]) -> Border:
    """Return the border of the values with and without some keys."""
    there, gone = (
        [repr(str(k)) for k, is_there in zip(some, has, strict=True) if is_there is way]
        for way in (True, False)
    )
    words = [f"with {' and '.join(there)}"] * bool(there) + [f"without {' and '.join(gone)}"] * bool(gone)
    return Border("presence", ", ".join(words))


def presences_of(spec: And) -> dict[Border, Callable[[Any], bool]]:
    """Return the presences of keys that the relations of an `and_` look at, each with its test."""
    keys = keys_within(spec)
    several = [each for pred in relations_of(spec) for each in presences(pred, keys)]

    def holds(some: Sequence[PartUnderKey], has: Sequence[bool]) -> Callable[[Any], bool]:
        return lambda x: all(keyed.is_in(x) is is_there for keyed, is_there in zip(some, has, strict=True))

    return {presence_of(some, has): holds(some, has) for some, has in several}


def words_of_keys(pred: Spec, keys: list[PartUnderKey]) -> str:
    """Return which keys a relation names, as " (a relation of 'a' and 'b')"; nothing if it names none."""
    named = constants_of_function(pred)
    some = [*dict.fromkeys(repr(str(keyed)) for keyed in keys if keyed.part.at in named)]
    return f" (a relation of {' and '.join(some[:4])})" if some else ""
