"""Type annotations as specs, composed of the specs of their parts."""

from __future__ import annotations

import collections
import dataclasses
import functools
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mxspec.addresses import make_by_name, reduce_by_name, with_address
from mxspec.base.fields import struct_tag
from mxspec.base.forms import call_text
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.predicates import is_any, is_none
from mxspec.specs.core.predicate_tests import is_unchecked_protocol, protocol_error
from mxspec.specs.core.rewriting import LateReference
from mxspec.specs.core.spec import Predicate, Spec, written_spec
from mxspec.specs.logic import And, UnionType
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.annotations import constraints, containers
from mxspec.transform.annotations.converted import held_value
from mxspec.transform.annotations.generics import default_of_variable
from mxspec.transform.annotations.model_instances import ModelInstance
from mxspec.transform.annotations.owners import has_core_schema, is_model, spec_of_pydantic
from mxspec.transform.annotations.records import UnresolvedNameError, is_record, record
from mxspec.transform.annotations.tagged_unions import TaggedUnion

# Marks on the annotation of a field; they do not concern its value.
_MARKS: Final = (typing.ClassVar, typing.Final, typing.Required, typing.NotRequired)

_MOST_PARTS: Final = 100_000
"""The greatest number of parts of an annotation, each counted as often as it is written."""

_MOST_ARGUMENTS: Final = 200
"""How often one annotation may give arguments to a generic class."""


def from_type(tp: Any, *, names: Mapping[str, Any] | None = None) -> Spec:
    """Return a type annotation as a spec.

    It understands classes; `None`, `Any`, `object`, `Never`, `LiteralString` (which is `str`), and in a class
    `Self`; `list[int]` and the other builtin and abstract collections; `tuple[int, str]` and
    `tuple[int, ...]`, which are Python tuples; `Union`, `Optional` and `X | Y`; `Literal`; `NDArray` of
    numpy.typing; `type[X]`; `Callable`, without its arguments; `Annotated` with
    annotated-types' metadata, specs and `Valid`; NewType, TypeVar; dataclasses, NamedTuples, TypedDicts,
    classes of attrs, msgspec's Structs with their `Meta`, also generic ones with arguments, and Enums;
    forward references, also to the class being defined.

    As everywhere in mxspec, `int` excludes bool. `float` accepts an int too, and `complex` an int and a
    float, as the typing specification has it; the predicate `float` does not. A collection conforms to itself
    with its elements conformed, a union to the value as conformed by its first member that accepts it,
    without a tag, and an instance of a dataclass or NamedTuple to itself. An iterator is valid by its type
    alone.

    No condition of the metadata is dropped. If pydantic alone can judge one, it checks the whole annotation,
    after its type: a pattern, digits, strict, a discriminator, a validator. The `__post_init__` of a
    dataclass or a struct and the `__attrs_post_init__` of attrs are run again, on a copy, and validators of
    attrs check their fields again. An InitVar is an argument of examples, and no instance keeps it. An
    instance of a pydantic model was checked when it was made; it is checked again if the model sets
    `revalidate_instances`. Its examples are drawn from the annotations of its fields, and made and validated
    by the model. Metadata that is not known and looks like a constraint is an error: a metadata class of
    annotated-types, a function that can be called with the value alone, a validator of attrs, an object with
    an attribute such as `validate` or `min`. All other metadata, such as words, is skipped, as typing
    requires.

    Args:
        tp: the annotation.
        names: from a forward reference to its type, for references that the module of the surrounding class
            does not define.

    Raises:
        SpecDefinitionError: tp, or a part of it, is not an annotation that a value can be checked by, or
            its metadata has a constraint that is not known.

    Example:
        >>> from typing import Annotated, Literal
        >>> import mxspec as s
        >>> scores = s.from_type(dict[Literal["won", "lost"], list[int | None]])
        >>> s.valid(scores, {"won": [3, None]}), s.valid(scores, {"drawn": []})
        (True, False)
        >>> s.explain(scores, {"won": ["3"]})
        an int is required, not '3'; ... - failed: int in: ['won', 1, 0] at: [1, 'int']
    """
    annotation = Annotation(tp, dict(names or {}))
    return annotation.pred if type(annotation.pred) in (Predicate, ModelInstance) else annotation


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Annotation(Wrapper, inherits=True):
    """The spec of an annotation. Its form is the annotation, and it pickles as that.

    Attributes:
        pred: the spec composed of the parts of the annotation.
        tp: the annotation.
        names: the targets of forward references.
    """

    pred: Spec = dataclasses.field(init=False)
    tp: Any
    names: Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "pred", TypeReader(self.names).read(self.tp))

    def form(self) -> Any:
        return ("from_type", self.tp)

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        # The result is not the annotation any more.
        return specs[0] if self.name is None else Wrapper(specs[0], name=self.name)


class ForwardRef(LateReference, inherits=True):
    """A class with typed fields, an alias or a name: a part of an annotation that may lead back to itself.

    Like the name of a spec, it is looked up for each question, so that it may be defined later, and it
    remembers its answers.

    Args:
        tp: the annotation.
        names: as in `Annotation`.
        look_up: a function that returns the spec it stands for.
    """

    def __init__(self, tp: Any, names: Mapping[str, Any], look_up: Callable[[], Spec]) -> None:
        super().__init__(look_up)
        vars(self).update(tp=tp, names=names)

    def form(self) -> Any:
        return ("from_type", vars(self)["tp"])

    def __reduce__(self) -> tuple[Any, ...]:
        return make_by_name, (Annotation.__name__, vars(self)["tp"], vars(self)["names"])


class TypeReader:
    """A reader of annotations. Each call of from_type has its own, for references to the class itself."""

    __reduce_ex__ = reduce_by_name

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = dict(names)
        self.references: dict[Any, ForwardRef] = {}
        self.records: dict[Any, ForwardRef] = {}  # by class, or by a class with arguments as it is written
        self.parts = 0
        self.given: collections.Counter[type] = collections.Counter()
        self.owner: Any = None  # Self stands for the class with the fields that are read

    def read(self, tp: Any) -> Spec:
        """Return the spec of an annotation; errors in the fields of classes are raised now.

        A forward reference in a field may wait for its name.
        """
        try:
            spec = self.spec(tp)
            looked_into: set[Any] = set()
            while ahead := [key for key in self.records if key not in looked_into]:
                for key in ahead:
                    looked_into.add(key)
                    try:
                        self.records[key].to.parts()
                    except UnresolvedNameError:
                        continue
        except RecursionError:
            raise SpecDefinitionError(
                "the annotation is nested deeper than Python's recursion limit of "
                f"{sys.getrecursionlimit():,} lets from_type follow"
            ) from None
        return spec

    def spec(self, tp: Any) -> Spec:
        self.parts += 1
        if self.parts > _MOST_PARTS:
            raise SpecDefinitionError(
                f"the annotation has more than {_MOST_PARTS:,} parts, each as often as it is written; "
                "make a class or an alias of a part that is written more than once"
            )
        if tp is None or tp is type(None):
            return Predicate(is_none)
        if tp is Any or tp is object:
            return Predicate(is_any)
        if isinstance(tp, (str, typing.ForwardRef)):
            return self._spec_of_name(tp if isinstance(tp, str) else tp.__forward_arg__)
        if isinstance(tp, typing.NewType):
            return self.spec(tp.__supertype__)
        if isinstance(tp, typing.TypeVar):
            if (default := default_of_variable(tp)) is not None:
                return self.spec(default[0])
            if tp.__constraints__:
                return self._union(tp.__constraints__)
            return Predicate(is_any) if tp.__bound__ is None else self.spec(tp.__bound__)
        if containers.is_alias(tp):
            self.names[tp.__name__] = tp
            return self.reference(tp, lambda: self.spec(containers.expand_alias(tp)))
        origin = typing.get_origin(tp)
        if containers.is_alias(origin):
            if containers.is_array_class(typing.get_origin(expanded := containers.expand_alias(tp))):
                return self.spec(expanded)
            return self.reference(tp, lambda: self.spec(expanded))
        if origin is None:
            return self.plain(tp)
        if origin is typing.Annotated:
            return constraints.annotated_spec(self.spec(tp.__origin__), tp)
        return self._generic(tp, origin, typing.get_args(tp))

    def plain(self, tp: Any) -> Spec:
        """Return the spec of an annotation without arguments."""
        if tp in _MARKS:
            return Predicate(is_any)
        if tp is float or tp is complex:
            return constraints.PromotingType(tp)
        if tp in (typing.Never, typing.NoReturn):
            return constraints.literal(())
        if tp is typing.LiteralString:
            return Predicate(str)
        if tp is typing.Self and (owner := self.owner or self.names.get("Self")) is not None:
            return self.spec(owner)
        if not isinstance(tp, type):
            raise _refusal(tp)
        if is_unchecked_protocol(tp):
            raise protocol_error(tp)
        if not is_record(tp):
            asked = spec_of_pydantic(tp, held_value)
            if is_model(tp):
                return And((model_instance(tp), *asked[1:])) if asked else model_instance(tp)
            if asked is None:
                return Predicate(tp)
            return asked[0] if len(asked) == 1 else And(asked)
        return self.record(tp, tp)

    def record(self, tp: Any, cls: type) -> Spec:
        """Return the one reference to a class with typed fields, which tp may give arguments."""
        key = _identity_of(tp)
        if key not in self.records:
            self.given[cls] += 1
            if self.given[cls] > _MOST_ARGUMENTS:
                raise SpecDefinitionError(
                    f"{cls.__name__} has other arguments in more than {_MOST_ARGUMENTS} places, as in "
                    f"{short_repr(tp)}; a class that gives itself other arguments has no end"
                )
            spec_of = functools.partial(self.spec_of_field, tp)
            fields = record(cls, self.names, spec_of, None if tp is cls else tp)
            self.records[key] = ForwardRef(tp, self.names, lambda: fields)
        return self.records[key]

    def spec_of_field(self, owner: Any, tp: Any) -> Spec:
        outer, self.owner = self.owner, owner
        try:
            return self.spec(tp)
        finally:
            self.owner = outer

    def _generic(self, tp: Any, origin: Any, args: tuple[Any, ...]) -> Spec:
        """Return the spec of an annotation with arguments."""
        if origin is typing.Literal:
            return constraints.literal(args)
        if origin in (typing.Union, types.UnionType):
            return self._union(args)
        if origin in _MARKS or getattr(origin, "_name", None) == "ReadOnly":  # typing's from 3.13
            return self.spec(args[0])
        if any(
            getattr(arg, "__unpacked__", False) or typing.get_origin(arg) is typing.Unpack for arg in args
        ):
            raise _refusal(tp)
        if origin is tuple and tp is not typing.Tuple:  # noqa: UP006  # tuple[()] has no arguments either
            if len(args) == 2 and args[1] is ...:
                return containers.collection_of(tuple, self.spec(args[0]))
            return containers.TupleType(tuple(map(self.spec, args)))
        if args and origin is abc.Callable:
            return constraints.CallableType(origin, tp=tp)
        if not args:
            return self.plain(origin)
        if is_record(origin):
            return self.record(tp, origin)
        if origin in containers.COLLECTIONS:
            return containers.collection_of(origin, *map(self.spec, args))
        if containers.is_array_class(origin) and (arrays := containers.array_of(*args)) is not None:
            return constraints.ConstrainedType((Predicate(origin), arrays), arrays)
        if origin is type:
            return self._class(tp, args[0])
        raise _refusal(tp)

    def _union(self, members: tuple[Any, ...]) -> Spec:
        branches = tuple((annotation_text(member), self.spec(member)) for member in members)
        if any(isinstance(member, type) and struct_tag(member).key is not None for member in members):
            return TaggedUnion(branches, choices=members)
        return UnionType(branches)

    def _class(self, tp: Any, base: Any) -> Spec:
        is_union = typing.get_origin(base) in (typing.Union, types.UnionType)
        members = typing.get_args(base) if is_union else (base,)
        if Any in members:
            return Predicate(type)
        if not all(map(_takes_subclasses, members)):
            raise _refusal(tp)
        return constraints.subclass_of(members)

    def _spec_of_name(self, name: str) -> Spec:
        if name not in self.names:
            raise SpecDefinitionError(
                f"{name!r} is a forward reference; say what it names: from_type(..., names={{{name!r}: ...}})"
            )
        tp = self.names[name]
        if is_record(tp) or containers.is_alias(tp):  # they have their own reference
            return self.spec(tp)
        return self.reference(name, lambda: self.spec(tp))

    def reference(self, tp: Any, look_up: Callable[[], Spec]) -> Spec:
        """Return the one reference to a class, an alias or a name."""
        if tp not in self.references:
            self.references[tp] = ForwardRef(tp, self.names, look_up)
        return self.references[tp]


def _takes_subclasses(tp: object) -> bool:
    try:  # a Protocol may refuse
        return isinstance(tp, type) and issubclass(object, tp) in (True, False)
    except TypeError:
        return False


def annotation_text(tp: object) -> str:
    """Return tp as a reader would have typed it.

    Example:
        >>> annotation_text(int), annotation_text(list[int]), annotation_text(None)
        ('int', 'list[int]', 'None')
    """
    return "None" if tp is type(None) else call_text(tp)


def _refusal(tp: object) -> SpecDefinitionError:
    is_typing = isinstance(tp, type) or type(tp).__module__ in ("typing", "typing_extensions", "types")
    text = annotation_text(tp) if is_typing else short_repr(tp)
    return SpecDefinitionError(
        f"{text} is not an annotation that a value can be checked against; from_type takes "
        "classes, None, Any, collections (list[int], tuple[int, ...], Mapping[str, int], ...), unions, "
        "Literal, NDArray, type[X], Callable, Annotated, NewType, TypeVar, dataclasses, NamedTuples, "
        "TypedDicts and Enums; for anything else put a spec into the metadata: Annotated[..., s.Valid[spec]]"
    )


# --- wherever a spec is taken -----------------------------------------------------------------------------

_MOST_KNOWN: Final = 1000
_known: dict[Any, tuple[Any, Spec]] = {}  # the annotation keeps the ids of its parts in use


@with_address
def known_annotation(tp: Any, bare: bool = False) -> Spec:
    """Return the spec of an annotation without its own names, the same object each time: it keeps its code.

    Example:
        >>> known_annotation(list[int]) is known_annotation(list[int])
        True
    """
    key = _identity_of(tp)
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[key] = tp, from_type(tp)
    return known[1]


def _identity_of(tp: Any) -> Any:
    """Return a key that annotations share if they are written alike; 1 and True are equal but not alike."""
    if type(tp) not in ANNOTATIONS or (args := getattr(tp, "__args__", None)) is None:
        return id(tp)
    metadata = getattr(tp, "__metadata__", ())
    origin = getattr(tp, "__origin__", None)
    is_unpacked = getattr(tp, "__unpacked__", False)
    return type(tp), id(origin), is_unpacked, (*map(_identity_of, args),), (*map(id, metadata),)


@functools.lru_cache(_MOST_KNOWN)
def model_instance(tp: type, bare: bool = False) -> ModelInstance:
    """Return the spec of a pydantic model, the same each time: a model may be a part of itself."""
    return ModelInstance(tp, bare, spec_of=known_annotation)


T = typing.TypeVar("T")

ANNOTATIONS: Final = {
    *(type(tp) for tp in (list[int], int | None, typing.List[int], typing.List, typing.Tuple)),  # noqa: UP006
    *(type(tp) for tp in (abc.Callable[[int], int], typing.Callable[[int], int], typing.Callable)),
    *(type(tp) for tp in (typing.Optional[int], typing.Literal[1], typing.Annotated[int, 1])),  # noqa: UP045
    *(type(tp) for tp in (typing.Never, T, typing.NewType("New", int), typing.ForwardRef("New"))),
}
"""The classes of annotations that are no classes themselves."""


def is_annotation(x: object) -> bool:
    """True for an annotation that is not a class.

    Example:
        >>> is_annotation(list[int]), is_annotation(int | None), is_annotation(int), is_annotation(len)
        (True, True, False, False)
    """
    return type(x) in ANNOTATIONS or containers.is_alias(x)


for _kind in ANNOTATIONS:
    written_spec.register(_kind, known_annotation)


@written_spec.register(object)
def _spec_of_other(x: Any, bare: bool) -> Spec:
    """Return the spec of an alias of the statement `type`, which has several classes, or of a predicate."""
    return known_annotation(x) if containers.is_alias(x) else Predicate(x, bare=bare)


@written_spec.register(type)
def _spec_of_instances(tp: type, bare: bool) -> Spec:
    """Return the spec of the instances of a class, with their fields if these have types."""
    known = _SPECS_OF_TYPES[bare].get(tp) if type(tp) is type else None
    if known is not None:
        return known
    try:
        has_more = tp is Any or is_record(tp)
        if not has_more and is_model(tp):
            if tp.model_config.get("revalidate_instances", "never") == "never":  # type: ignore[attr-defined]
                return model_instance(tp, bare)
            has_more = True
        has_more = has_more or has_core_schema(tp)
    except Exception:  # a metaclass may raise at any question
        has_more = False
    return known_annotation(tp) if has_more else Predicate(tp, bare=bare)


# Made once: `valid(int, 3)` takes half the time.
_SPECS_OF_TYPES: Final[list[dict[Any, Spec]]] = [
    {tp: Predicate(tp, bare=bare) for tp in (int, str, float, bool, list, dict, tuple, set, bytes)}
    for bare in (False, True)
]
