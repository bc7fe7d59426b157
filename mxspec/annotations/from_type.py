"""Type annotations as specs."""

from __future__ import annotations

import collections
import functools
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping
from typing import Any, Final

import mxspec.annotations.schemas  # noqa: F401  # the schemas of the specs that are made here
from mxspec.annotations.choices import Choice, Later
from mxspec.annotations.constraints import annotated
from mxspec.annotations.containers.elements import Elements
from mxspec.annotations.containers.entries import Entries
from mxspec.annotations.containers.items import Items
from mxspec.annotations.literals import OneOf, Subclass
from mxspec.annotations.records import Record, UnresolvedNameError, is_record, record
from mxspec.annotations.typed import annotation_text
from mxspec.core.predicate import Predicate
from mxspec.core.spec import Spec
from mxspec.errors import SpecDefinitionError
from mxspec.predicates import is_any, is_none

_COLLECTIONS: Final = (
    *(list, set, frozenset, collections.deque),
    *(abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet),
    *(abc.Collection, abc.Iterable, abc.Iterator, abc.Reversible),
)
_MAPPINGS: Final = (
    dict,
    abc.Mapping,
    abc.MutableMapping,
    collections.OrderedDict,
    collections.defaultdict,
)
# Marks on the annotation of a field, which say nothing of its value.
_MARKS: Final = (typing.ClassVar, typing.Final, typing.Required, typing.NotRequired)


def from_type(tp: Any, *, names: Mapping[str, Any] | None = None) -> Spec:
    """Return a type annotation as a spec.

    Understood are classes; `None`, `Any`, `object`; `list[int]` and the other builtin and abstract
    collections; `tuple[int, str]` and `tuple[int, ...]`, which are Python tuples; `Union`, `Optional` and
    `X | Y`; `Literal`; `type[X]`; `Callable`, of which the arguments can't be seen; `Annotated` with
    annotated-types' metadata, specs and `Valid`; NewType, TypeVar; dataclasses, NamedTuples, TypedDicts and
    Enums; forward references, also to what is being defined.

    As everywhere in mxspec, `int` excludes bool, and `float` excludes int. A collection conforms to
    itself with its elements conformed, a union to the value as its first member that accepts it sees it,
    without a tag, and an instance of a dataclass or NamedTuple to itself. An iterator is taken for its type.

    Args:
        tp: the annotation.
        names: forward references and the types that they stand for, as far as the module of the class that
            holds them does not say.

    Raises:
        SpecDefinitionError: tp, or a part of it, is not an annotation that a value can be checked by.

    Example:
        >>> from typing import Annotated, Literal
        >>> import mxspec as s
        >>> scores = s.from_type(dict[Literal["won", "lost"], list[int | None]])
        >>> s.valid(scores, {"won": [3, None]}), s.valid(scores, {"drawn": []})
        (True, False)
        >>> s.explain(scores, {"won": ["3"]})
        '3' - failed: int in: ['won', 1, 0] at: [1, 'int']
        '3' - failed: is_none in: ['won', 1, 0] at: [1, 'None']
    """
    reader = _Reader(names or {})
    try:
        spec = reader.spec(tp)
        reader.look_into_records()
    except RecursionError:
        raise SpecDefinitionError(
            "the annotation is nested deeper than Python's recursion limit of "
            f"{sys.getrecursionlimit():,} lets from_type follow"
        ) from None
    return spec


class _Reader:
    """Turns annotations into specs; each from_type has its own, where what names itself finds itself."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = dict(names)
        self.records: dict[type, Record] = {}
        self.later: dict[Any, Spec] = {}
        self.again: Callable[[Any], Spec] = functools.partial(from_type, names=names) if names else from_type

    def look_into_records(self) -> None:
        """Report errors in the fields of classes now; forward references may wait for their names."""
        looked_into: set[type] = set()
        while ahead := [tp for tp in self.records if tp not in looked_into]:
            for tp in ahead:
                looked_into.add(tp)
                try:
                    _ = self.records[tp].fields
                except UnresolvedNameError:
                    continue

    def spec(self, tp: Any) -> Spec:
        if tp is None or tp is type(None):
            return Predicate(is_none)
        if tp is Any or tp is object:
            return Predicate(is_any)
        if isinstance(tp, (str, typing.ForwardRef)):
            return self._forward(tp)
        if isinstance(tp, typing.NewType):
            return self.spec(tp.__supertype__)
        if isinstance(tp, typing.TypeVar):
            return self._variable(tp)
        if type(tp).__name__ == "TypeAliasType":  # typing's from 3.12, typing_extensions' before
            self.names[tp.__name__] = tp
            return self._later(tp, lambda: self.spec(tp.__value__))
        origin = typing.get_origin(tp)
        if origin is None:
            return self._plain(tp)
        if origin is typing.Annotated:
            return annotated(tp, self.again, self.spec(tp.__origin__), tp.__metadata__)
        return self._generic(tp, origin, typing.get_args(tp))

    def _plain(self, tp: Any) -> Spec:
        """Return the spec of an annotation without arguments."""
        if tp in _MARKS:
            return Predicate(is_any)
        if not isinstance(tp, type):
            raise _refused(tp)
        if getattr(tp, "_is_protocol", False) and not getattr(tp, "_is_runtime_protocol", False):
            raise SpecDefinitionError(
                f"{tp.__name__} is a Protocol that can't be asked about a value; "
                "put @typing.runtime_checkable before it"
            )
        if not is_record(tp):
            return Predicate(tp)
        if tp not in self.records:
            self.records[tp] = record(tp, self.again, self.spec, self.names)
        return self.records[tp]

    def _generic(self, tp: Any, origin: Any, args: tuple[Any, ...]) -> Spec:
        """Return the spec of an annotation with arguments."""
        if origin is typing.Literal:
            return OneOf(tp, self.again, args)
        if origin in (typing.Union, types.UnionType):
            return self._union(tp, args)
        if origin in _MARKS or getattr(origin, "_name", None) == "ReadOnly":  # typing's from 3.13
            return self.spec(args[0])
        if any(getattr(arg, "__unpacked__", False) or _is_unpack(arg) for arg in args):
            raise _refused(tp)
        if origin is tuple and tp is not typing.Tuple:  # noqa: UP006  # tuple[()] has no arguments either
            return self._tuple(tp, args)
        if not args or origin is abc.Callable:
            return self._plain(origin)
        if origin in _COLLECTIONS:
            return Elements(tp, self.again, origin, self.spec(args[0]))
        if origin in _MAPPINGS:
            return Entries(tp, self.again, origin, self.spec(args[0]), self.spec(args[1]))
        if origin is type:
            return self._class(tp, args[0])
        raise _refused(tp)

    def _union(self, tp: Any, members: tuple[Any, ...]) -> Spec:
        return Choice(
            tp, self.again, tuple((annotation_text(member), self.spec(member)) for member in members)
        )

    def _tuple(self, tp: Any, args: tuple[Any, ...]) -> Spec:
        if len(args) == 2 and args[1] is ...:
            return Elements(tp, self.again, tuple, self.spec(args[0]))
        return Items(tp, self.again, tuple(map(self.spec, args)))

    def _class(self, tp: Any, base: Any) -> Spec:
        members = (
            typing.get_args(base) if typing.get_origin(base) in (typing.Union, types.UnionType) else [base]
        )
        if Any in members:
            return Predicate(type)
        if not all(isinstance(member, type) for member in members):
            raise _refused(tp)
        return Subclass(tp, self.again, tuple(members))

    def _variable(self, tp: typing.TypeVar) -> Spec:
        if tp.__constraints__:
            return self._union(tp, tp.__constraints__)
        return Predicate(is_any) if tp.__bound__ is None else self.spec(tp.__bound__)

    def _forward(self, tp: str | typing.ForwardRef) -> Spec:
        name = tp if isinstance(tp, str) else tp.__forward_arg__
        if name not in self.names:
            raise SpecDefinitionError(
                f"{name!r} is a forward reference; say what it names: from_type(..., names={{{name!r}: ...}})"
            )
        return self._later(name, lambda: self.spec(self.names[name]))

    def _later(self, tp: Any, resolve: Callable[[], Spec]) -> Spec:
        """Return the one spec of an alias or a name, which may lead back to itself."""
        if tp not in self.later:
            self.later[tp] = Later(tp, self.again, resolve)
        return self.later[tp]


def _is_unpack(arg: Any) -> bool:
    return typing.get_origin(arg) is typing.Unpack


def _refused(tp: object) -> SpecDefinitionError:
    return SpecDefinitionError(
        f"{annotation_text(tp)} is not an annotation that a value can be checked against; from_type takes "
        "classes, None, Any, collections (list[int], tuple[int, ...], Mapping[str, int], ...), unions, "
        "Literal, type[X], Callable, Annotated, NewType, TypeVar, dataclasses, NamedTuples, TypedDicts and "
        "Enums; for anything else put a spec into the metadata: Annotated[..., s.Valid[spec]]"
    )
