"""Two versions of a class, compared as dicts of their fields, or instance by instance.

Two versions of a class are two Python classes, and an instance of one is no instance of the other. Both take
a dict of fields, as JSON has it (`payload_of`). If two files define an enum, a dataclass or a NamedTuple
under one name, the two classes are twins: each version reads an instance of the other class as its own, a
member by its value, a record by its fields (`as_twin`).
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import typing
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from mxspec.annotations.from_type import TypeReader, from_type, is_annotation
from mxspec.annotations.owners import AskPydantic, ask_pydantic, has_conditions
from mxspec.annotations.records import TypedDictSpec, hint_of_field, is_typed_dict
from mxspec.core.generation import accepts
from mxspec.core.question import Place, Question
from mxspec.core.spec import Predicate, Reference, Spec, as_part
from mxspec.errors import Problem, SpecDefinitionError, SpecError
from mxspec.fields import class_fields, has_typed_fields, struct_tag
from mxspec.predicates import TaggedValue
from mxspec.specs.collections import Every, MapOf, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.values import INVALID


class Fields(NamedTuple):
    """The fields of a class.

    Attributes:
        types: the annotation of each field, by its key in the dict.
        required: the keys that have to be there.
        closed: True if no other keys may be there.
        asks: True if the class has conditions of its own, so that only the class knows if a dict fits.
    """

    types: Mapping[str, Any]
    required: set[str]
    closed: bool = False
    asks: bool = False


def fields_of(tp: Any) -> Fields | None:
    """Return the fields of a dataclass, a NamedTuple or a pydantic model; None for other classes."""
    if has_model_fields(tp):
        return _fields_of_pydantic(tp, tp.__pydantic_fields__)
    if _class_kind(tp) != "record":
        return None
    hints = typing.get_type_hints(tp, localns={tp.__name__: tp}, include_extras=True)
    tag = struct_tag(tp)
    if tag.is_list:
        return None
    fields = [field for field in class_fields(tp) if field.is_argument]
    types = {field.key: hint_of_field(tp, field.name, hints) for field in fields}
    needed = {field.key for field in fields if field.is_needed}
    tagged = {} if tag.key is None else {tag.key: typing.Literal[tag.value]}
    return Fields({**tagged, **types}, {*tagged, *needed}, closed=True, asks=has_conditions(tp))


def has_model_fields(tp: Any) -> bool:
    """True for a class with fields of pydantic."""
    return isinstance(getattr(tp, "__pydantic_fields__", None), Mapping)


def _class_kind(cls: type) -> str:
    return "enum" if isinstance(cls, enum.EnumType) else "record" if has_typed_fields(cls) else "other"


def _argument_names(cls: Any) -> tuple[list[str], set[str]]:
    """Return the names of the arguments of a record, and of those without a default."""
    fields = [field for field in class_fields(cls) if field.is_argument]
    return [field.name for field in fields], {field.name for field in fields if field.is_needed}


def _fields_of_pydantic(tp: Any, models: Mapping[str, Any]) -> Fields:
    types: dict[str, Any] = {}
    required = set()
    for name, field in models.items():
        key = field.validation_alias or field.alias or name
        if not isinstance(key, str):
            raise SpecDefinitionError(f"{tp.__name__}.{name} has several aliases, {key!r}; give a spec of it")
        annotation = field.annotation
        types[key] = typing.Annotated[annotation, *field.metadata] if field.metadata else annotation
        required |= {key} if field.is_required() else set()
    config = getattr(tp, "model_config", None) or getattr(tp, "__pydantic_config__", None) or {}
    return Fields(types, required, closed=config.get("extra") == "forbid", asks=True)


# --- as dicts ---------------------------------------------------------------------------------------------


def payload_of(x: Any, names: Mapping[str, Any] = MappingProxyType({})) -> Spec:
    """Return x as a spec: a class with typed fields is a dict of them, an annotation is what `from_type`
    reads, with names for forward references.

    A sender's dict for a pydantic model has values of the annotated types. On the receiving side pydantic
    alone decides, with its conversions.

    Example:
        >>> import dataclasses, mxspec as s
        >>> @dataclasses.dataclass
        ... class Pet:
        ...     name: str
        ...     legs: int = 4
        >>> s.valid(payload_of(Pet), {"name": "Suki"}), s.valid(payload_of(Pet), {"legs": 4})
        (True, False)
    """
    if isinstance(x, type) and fields_of(x) is None and not is_typed_dict(x):
        return as_part(x)
    return PayloadReader(names).read(x) if isinstance(x, type) or is_annotation(x) else as_part(x)


class PayloadReader(TypeReader):
    """A reader of annotations that makes a dict of each class with typed fields.

    A pydantic model checks the whole dict, and so does a dataclass with a `__post_init__`.
    """

    def plain(self, tp: Any) -> Spec:
        """Return the spec of an annotation without arguments."""
        if isinstance(tp, type) and tp in self.references:
            return self.references[tp]
        if isinstance(tp, type) and getattr(tp, "__pydantic_root_model__", False):
            root = tp.__pydantic_fields__["root"]  # type: ignore[attr-defined]
            inner = typing.Annotated[root.annotation, *root.metadata] if root.metadata else root.annotation
            return self.reference(tp, lambda: _model_payload(tp, self.spec_of_field(tp, inner)))
        fields = fields_of(tp) if isinstance(tp, type) else None
        if fields is None:
            return super().plain(tp)
        marks: dict[str, Any] = {
            key: typing.Required[hint] if key in fields.required else typing.NotRequired[hint]
            for key, hint in fields.types.items()
        }
        spec = Payload(
            tp=typing.TypedDict(tp.__name__, marks),  # type: ignore[operator]
            forward=self.names,
            spec_of=functools.partial(self.spec_of_field, tp),
            closed=fields.closed,
            cls=tp,
        )
        if not fields.asks:
            return self.reference(tp, lambda: spec)
        if hasattr(tp, "__pydantic_fields__"):
            return self.reference(tp, lambda: _model_payload(tp, spec))
        return self.reference(tp, lambda: And((spec, AskClass(tp, bare=True, payload=spec))))


def _model_payload(tp: type, spec: Spec) -> ModelPayload:
    """Return the spec of the payload of a pydantic model, with spec for its fields."""
    return ModelPayload((spec, ask_pydantic(tp)))


class ModelPayload(And, inherits=True):
    """A dict for a pydantic model. As it is sent, both preds decide; as it is received, the last one alone,
    and the first one explains.
    """

    def conform(self, x: Any, question: Question) -> Any:
        if question.unsent is not None:
            return super().conform(x, question)
        return self.preds[-1].conform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if question.unsent is not None:
            return super().explain(x, place, question)
        problems = self.preds[-1].explain(x, place, question)
        return (problems and self.preds[0].explain(x, place, question)) or problems


def fields_decide(spec: ModelPayload) -> bool:
    """True if each field of a model is checked by its annotation alone: the model has no validators."""
    asked, fields = spec.preds[-1], spec.preds[0]
    schema = asked.adapter.core_schema if isinstance(asked, AskPydantic) else {"type": "any"}
    return (
        isinstance(fields, Payload)
        and schema["type"] == "model"
        and not (schema.get("custom_init") or schema.get("post_init"))
        and {*schema.get("config", {})} <= {"title", "extra_fields_behavior"}  # others change conversions
        and not fields.cls.__pydantic_decorators__.field_validators  # type: ignore[attr-defined]
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Payload(TypedDictSpec, inherits=True):
    """A dict of the fields of a class. As it is sent, it has no key that another version alone lists.

    Attributes:
        cls: the class.
    """

    cls: type

    def needed_names(self) -> Mapping[str, bool]:
        # Without the key, a dataclass has its default, which is valid or not.
        needed = super().needed_names()
        return {name: is_needed or not self._has_valid_default(name) for name, is_needed in needed.items()}

    def _has_valid_default(self, name: str) -> bool:
        default = dataclasses.MISSING if has_model_fields(self.cls) else default_of(self.cls, name)
        if default is dataclasses.MISSING:  # or a factory makes it
            return True
        try:
            return accepts(from_type(typing.get_args(self.hints[name])[0], names=self.forward), default)
        except SpecError:
            return True

    def conform(self, x: Any, question: Question) -> Any:
        conformed = super().conform(x, question)
        if question.unsent and conformed is not INVALID and not question.unsent.isdisjoint(x):
            strays = question.unsent.intersection(x) - self.key_specs.keys()
            return INVALID if strays else conformed
        return conformed


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class AskClass(Predicate, inherits=True):
    """A predicate for the dicts that a class makes an instance of.

    Attributes:
        payload: the spec of the dict; its class has a `__post_init__`.
    """

    payload: Payload = dataclasses.field(compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", functools.partial(_is_made_of, self.payload))
        object.__setattr__(self, "pred", functools.partial(_is_made_of, self.payload.cls))  # type: ignore[arg-type]

    def form(self) -> Any:
        return self.payload.cls


def _is_made_of(payload: Payload, x: Any) -> bool:
    """Return True if the fields in x make an instance of the class; otherwise the class raises."""
    instance_of(payload, x)
    return True


def instance_of(spec: Spec, x: Any, find: Callable[[Any], Spec | None] = lambda name: name) -> Any:
    """Return a value with instances of the classes in place of the dicts of their fields.

    Find returns the spec of a name in spec.
    """

    def inner(part: Spec, x: Any) -> Any:
        return instance_of(part, x, find)

    match spec:
        case Reference():
            target = find(spec.to)
            return x if target is None else inner(target, x)
        case Wrapper() | Nilable():
            return x if x is None else inner(spec.pred, x)
        case And():
            last = spec.preds[-1]
            if isinstance(last, AskPydantic) and isinstance(last.tp, type):
                return last.adapter.validate_python(x)
            return inner(spec.preds[0], x)
        case Or():
            part = next(part for _, part in spec.branches if accepts(part, x))
            return inner(part, x)
        case Keys():
            fields = {
                key: inner(spec.key_specs[key], y) if key in spec.key_specs else y for key, y in x.items()
            }
            return _made_of(spec.cls, fields) if isinstance(spec, Payload) else fields
        case Tuple():
            return spec.into(inner(part, y) for part, y in zip(spec.preds, x, strict=True))
        case MapOf():
            parts = spec.pred.preds  # type: ignore[attr-defined]
            return {inner(parts[0], key): inner(parts[1], y) for key, y in x.items()}
        case Every() if type(x) in (list, tuple, set, frozenset, collections.deque):
            return type(x)(inner(spec.pred, y) for y in x)
    return x


def _made_of(cls: Any, fields: Mapping[str, Any]) -> Any:
    """Return the instance of a class with values by their keys in JSON."""
    arguments = {field.key: field.argument for field in class_fields(cls)}
    tag = struct_tag(cls).key
    return cls(**{arguments.get(key, key): value for key, value in fields.items() if key != tag})


# --- twins -------------------------------------------------------------------------------------------------

Twins = Mapping[Any, Any]
"""A map from the classes of one version to their twins in the other."""


class NoTwinError(Exception):
    """The error for an instance that the other version of its class can't have."""


def twins_of(classes: Iterable[type], others: Iterable[type]) -> dict[type, type]:
    """Return a map from each class to the class of the same name among others.

    Example:
        >>> first, second = (enum.Enum("Colour", "RED") for _ in range(2))
        >>> twins_of([first], [second]) == {first: second}
        True
    """
    by_name = {(cls.__module__, cls.__qualname__): cls for cls in others}
    pairs = {cls: by_name.get((cls.__module__, cls.__qualname__), cls) for cls in classes}
    return {
        cls: twin
        for cls, twin in pairs.items()
        if twin is not cls and _class_kind(cls) == _class_kind(twin) != "other"
    }


def reads_all(cls: Any, twin: Any) -> bool:
    """True if every instance of a record has a twin, whatever its fields hold."""
    if _class_kind(cls) != "record" or hasattr(twin, "__post_init__"):
        return False
    own, _ = _argument_names(cls)
    names, needed = _argument_names(twin)
    return needed <= set(own) <= set(names)


def needs_no_more(cls: Any, twin: Any) -> bool:
    """True if the twin of a record is called without every argument that the record is called without."""
    return _argument_names(twin)[1] <= _argument_names(cls)[1]


def default_of(cls: Any, name: str) -> Any:
    """Return the default of a field of a record; dataclasses.MISSING if it has none, or a factory."""
    return next(
        (field.default for field in class_fields(cls) if name in (field.name, field.key)), dataclasses.MISSING
    )


def twin_of_member(x: enum.Enum, twin: Any) -> Any:
    """Return the member of another version of an enum that has the value of x, which `encode` writes.

    A value that equals nothing but itself, such as a function, is told by the name of its member.

    Raises:
        NoTwinError: no member has the value.
    """
    if isinstance(x, enum.Flag):
        return twin(x.value)
    value: Any = x.value
    for member in twin:
        if type(member.value) is type(value) and member.value == value:
            return member
    is_own = type(value).__eq__ is object.__eq__  # type: ignore[comparison-overlap]
    if is_own and x.name in twin.__members__:
        return twin[x.name]
    raise NoTwinError(f"no member of {type(x).__name__} has the value {value!r} in the other version")


def as_twin(x: Any, twins: Twins) -> Any:
    """Return a value with each instance replaced by its twin, an instance of the other version's class.

    Raises:
        NoTwinError: the other class has no such instance.
    """
    if not twins:
        return x
    twin = twins.get(type(x))
    try:
        if isinstance(x, enum.Enum):
            return x if twin is None else twin_of_member(x, twin)
        if has_typed_fields(type(x)) and (twin is not None or isinstance(x, tuple)):
            fields = [field for field in class_fields(x) if field.is_argument]
            return (twin or type(x))(**{f.argument: as_twin(getattr(x, f.name), twins) for f in fields})
    except NoTwinError:
        raise
    except Exception as error:  # of a class that refuses its arguments
        raise NoTwinError(f"{type(x).__name__} has no {x!r} in the other version: {error}") from error
    if type(x) in (list, tuple, set, frozenset, collections.deque, TaggedValue):
        return type(x)([as_twin(part, twins) for part in x])
    if type(x) in (dict, collections.OrderedDict, MappingProxyType):
        return type(x)({as_twin(key, twins): as_twin(part, twins) for key, part in x.items()})
    return x
