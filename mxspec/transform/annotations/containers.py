"""Kinds of annotations alone: collections of a class, arrays, Python's tuples, unions without tags."""

from __future__ import annotations

import collections
import copy
import functools
import sys
import typing
from collections import abc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, ClassVar, Final

from mxspec.base.messages.requirements import Schema
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.predicates import is_dict
from mxspec.specs import reading
from mxspec.specs.arrays import ArraySpec, array
from mxspec.specs.collections import CollOf, MapOf, Options, Tuple, write_elements
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.core.writer import Code
from mxspec.transform.schemas.json_schema import Schemas, all_of, schema_of

# --- collections ------------------------------------------------------------------------------------------

_LIKE_LISTS: Final = (
    list,
    tuple,
    set,
    frozenset,
    collections.deque,
    abc.MutableSequence,
    Set,
    abc.MutableSet,
)
_ITERABLES: Final = (Sequence, Collection, Iterable, Iterator, abc.Reversible)
_MAPPINGS: Final = (dict, Mapping, abc.MutableMapping, collections.OrderedDict, collections.defaultdict)
_UNHASHABLE: Final = (list, set, collections.deque, Mapping, abc.MutableSequence, abc.MutableSet)

COLLECTIONS: Final = (*_LIKE_LISTS, *_ITERABLES, *_MAPPINGS)
"""The classes that `collection_of` knows."""


def collection_of(cls: type, *parts: Spec) -> Spec:
    """Return the spec of one of COLLECTIONS, with the spec of an element, or of a key and a value."""
    kind = Predicate(cls)
    if cls in _MAPPINGS:
        return HomogeneousMapping(Tuple(parts[:2]), Options(kind, into=dict))
    return (HomogeneousIterable if cls in _ITERABLES else HomogeneousCollection)(parts[0], Options(kind))


class ClassCollection(CollOf, inherits=True):
    """A collection of a class."""

    @property
    def cls(self) -> Any:
        assert isinstance(self.options.kind, Predicate)
        return self.options.kind.pred

    def _walk(self, x: Any) -> Iterable[Any]:
        # Unform has not checked before.
        if type(x) is not self.cls and not reading.call_guarded(lambda x: isinstance(x, self.cls), x):
            raise reading.UnreadableValue(f"it is no {self.cls.__name__}")
        return reading.elements(x)


class HomogeneousCollection(ClassCollection, inherits=True):
    """A homogeneous collection of a class; it conforms to itself or to a collection of that class."""

    changes: ClassVar[bool | None] = None

    def _rebuild(self, x: Any, before: list[Any], after: list[Any]) -> Any:
        if reading.keep_unchanged(before, after) is before:
            return x
        if isinstance(x, collections.deque):
            return type(x)(after)
        into = reading.type_of(x) if isinstance(x, Set) else tuple if isinstance(x, tuple) else list
        rebuilt = reading.collect(after, into)
        return INVALID if rebuilt is None else rebuilt

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return not issubclass(self.cls, _UNHASHABLE)

    def _example_type(self) -> type:
        if issubclass(self.cls, Set):
            return frozenset if self.cls is frozenset else set
        return tuple if self.cls is tuple else list

    def _example_size(self, inside: Context) -> tuple[int, int]:
        least, most = super()._example_size(inside)
        # A record that holds a list of itself may also lead there by its other fields.
        turns = inside.times(inside.target(self.pred) or self.pred)
        return least, min(most, max(least, 2 if turns <= inside.limit else 0)) if turns else most

    def _collect(self, many: Strategy, into: type | None, context: Context) -> Strategy:
        assert into is not None
        make: Callable[[list[Any]], Any] = functools.partial(reading.collect, into=into)
        if self.cls is collections.deque:
            make = collections.deque
        return combine.fmap(iter if self.cls is Iterator else make, many)

    @property
    def plain_types(self) -> Sequence[str]:  # type: ignore[override]
        # The builtin subclasses of this class with the same iteration.
        sequences = [tp.__name__ for tp in (list, tuple) if issubclass(tp, self.cls)]
        return sequences or [tp.__name__ for tp in (set, frozenset) if issubclass(tp, self.cls)]

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        self.write_size(code, v)
        write_elements(code, v, self.pred, conformed, is_set=issubclass(self.cls, Set))


class HomogeneousIterable(HomogeneousCollection, inherits=True):
    """A homogeneous Sequence, Collection, Iterable or the like, which may be a map, text or an iterator.

    The elements of a map are its keys. An iterator is valid by its type, since reading would consume it. A
    letter is its own first letter, so a recursive annotation may look up the same letter again. The inner
    question then gets False: a letter can't be valid because it is valid.
    """

    def conform(self, x: Any, question: Question) -> Any:
        inner = self._about_elements(x, question)
        return INVALID if inner is None else super().conform(x, inner)

    def unform(self, x: Any, question: Question) -> Any:
        return x if issubclass(type(x), str) else super().unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        inner = self._about_elements(x, question)
        if inner is None:
            return [place.problem(self.form(), x, reason="a letter is its own first letter")]
        return super().explain(x, place, inner)

    def _about_elements(self, x: Any, question: Question) -> Question | None:
        """Return the question for the elements of x, or None for a letter with a question in progress.

        A letter gets a new question, without the answers that depend on outer questions.
        """
        if type(x) is not str or len(x) != 1:
            return question
        asked = question.answers.get(_LETTER, [])
        if self in asked:
            return None
        inner = copy.copy(question)
        inner.answers = {_LETTER: [*asked, self]}
        return inner

    def _is_whole(self, x: Any) -> bool:
        """True if x can't be read without being consumed."""
        return reading.call_guarded(lambda x: isinstance(x, Iterator) or not isinstance(x, Collection), x)

    def _fault(self, x: Any, question: Question) -> Any:
        o = self.options
        if o.min_count is o.max_count is None and o.kind and self._is_whole(x):
            return None if o.kind.conform(x, question) is not INVALID else o.kind
        return super()._fault(x, question)

    def _walk(self, x: Any) -> Iterable[Any]:
        if self._is_whole(x):
            return ()
        return [key for key, _ in reading.items(x)] if reading.call_guarded(is_dict, x) else super()._walk(x)

    def _explained_elements(self, x: Any) -> Iterable[Any]:
        return () if self._is_whole(x) else super()._explained_elements(x)


_LETTER: Final = ("letter",)  # a key among the answers, for letters with a question in progress


@schema_of.register
def _schema_of_iterables(spec: HomogeneousIterable, schemas: Schemas) -> Schema:
    # Of an object, these are its keys.
    kind = Predicate(spec.cls)
    return all_of([schemas.part_schema(kind), {"items": schemas.part_schema(spec.pred)}])


class HomogeneousMapping(ClassCollection, MapOf, inherits=True):
    """A homogeneous map of a class; it conforms to itself, or to a dict if a value changes."""

    def _collect(self, many: Strategy, into: type | None, context: Context) -> Strategy:
        make: dict[type, Callable[[Any], Any]] = {
            collections.OrderedDict: collections.OrderedDict,
            collections.defaultdict: functools.partial(collections.defaultdict, None),
        }
        return combine.fmap(make.get(self.cls, dict), many)


class TupleType(Tuple, inherits=True):
    """A Python tuple of one element for each pred."""

    into: ClassVar[type] = tuple
    kind: ClassVar[Any] = tuple
    types: ClassVar[frozenset[str] | None] = None
    plain_types: ClassVar[Sequence[str]] = ("tuple",)
    has_hash: ClassVar[bool] = True

    def _is_kind(self, x: Any) -> bool:
        return isinstance(x, tuple)


# --- arrays -----------------------------------------------------------------------------------------------


def is_alias(tp: object) -> bool:
    """True for an alias of the statement `type`."""
    return type(tp).__name__ == "TypeAliasType"  # typing's from 3.12, typing_extensions' before


def expand_alias(tp: Any) -> Any:
    """Return the annotation that an alias stands for, with its arguments; any other annotation as it is.

    numpy's NDArray is an alias from numpy 2.5 on.
    """
    if is_alias(tp):
        return tp.__value__
    origin = typing.get_origin(tp)
    return origin.__value__[typing.get_args(tp)] if is_alias(origin) else tp


def is_array_class(tp: object) -> bool:
    """True for numpy.ndarray; whoever has the class has imported numpy."""
    return tp is getattr(sys.modules.get("numpy"), "ndarray", None) and tp is not None


def array_of(shape: Any, dtype: Any) -> ArraySpec | None:
    """Return the spec of numpy.ndarray[shape, dtype], or None if no spec can express the arguments.

    Args:
        shape: `Any`, `tuple[int, ...]`, or a tuple of `int` for any length and `Literal[28]` for one.
        dtype: `Any`, or numpy.dtype of a type of numbers, as in `numpy.typing.NDArray[numpy.float32]`.
    """
    shape = expand_alias(shape)
    lengths = typing.get_args(shape)
    if shape is Any or lengths[1:] == (...,):
        shapes = None
    elif typing.get_origin(shape) is tuple:
        shapes = [_length_of(length) for length in lengths]
    else:
        return None
    scalar = next(iter(typing.get_args(dtype)), Any)
    if isinstance(scalar, typing.TypeVar):
        scalar = scalar.__bound__ or Any
    try:
        spec = array(None if shapes is None else tuple(shapes), None if scalar is Any else scalar)
    except SpecDefinitionError:
        return None
    assert isinstance(spec, ArraySpec)
    return spec


def _length_of(tp: Any) -> Any:
    is_length = typing.get_origin(tp) is typing.Literal and len(typing.get_args(tp)) == 1
    return typing.get_args(tp)[0] if is_length else None if tp in (int, Any) else tp
