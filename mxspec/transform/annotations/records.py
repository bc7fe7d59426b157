"""Classes with typed fields as specs: dataclasses, NamedTuples, TypedDicts, classes of attrs and msgspec."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any, ClassVar, Final

from mxspec.base.fields import (
    StructTag,
    class_fields,
    has_typed_fields,
    init_only_names,
    is_struct,
    struct_tag,
)
from mxspec.base.lazy import LateModule, lazy
from mxspec.base.messages.reasons import decode_makes, exception_text, no_such_key
from mxspec.base.messages.requirements import Schema
from mxspec.base.strategies import by_predicate, combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, plain_text, short_repr
from mxspec.errors import Problem, SpecDefinitionError, SpecError
from mxspec.specs.core.generation import Context, strategy_of
from mxspec.specs.core.lenses import KEY
from mxspec.specs.core.parts import Part
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.core.writer import Code
from mxspec.specs.maps import Keys, RequiredKey
from mxspec.specs.reading import UnreadableValue, as_dict, attempt, call_guarded
from mxspec.transform.annotations.constraints import limits_of_validators, says_validators
from mxspec.transform.annotations.generics import hints_with_arguments, resolve_hint
from mxspec.transform.annotations.owners import attribute_of, attributes_of, has_conditions, why_refused_again
from mxspec.transform.schemas.json_schema import Schemas, schema_of

late: Final = LateModule("mxspec.transform.decode")  # which reads annotations itself


class UnresolvedNameError(SpecDefinitionError):
    """A forward reference to a name that is not defined, yet."""


def is_record(tp: object) -> bool:
    """True if tp is a class with typed fields."""
    return isinstance(tp, type) and (has_typed_fields(tp) or is_typed_dict(tp))


def is_typed_dict(tp: Any) -> bool:
    """True if tp is a TypedDict, of typing or of typing_extensions."""
    return isinstance(tp, type) and issubclass(tp, dict) and hasattr(tp, "__required_keys__")


def record(tp: type, names: Mapping[str, Any], spec_of: Callable[[Any], Spec], alias: Any = None) -> Spec:
    """Return the spec of a class with typed fields, by the arguments of `Record`."""
    if not is_typed_dict(tp):
        return RecordInstance(tp=tp, forward=names, spec_of=spec_of, alias=alias)
    # typing_extensions marks a TypedDict without a type for other keys by NoExtraItems.
    marks = repr(vars(tp).get("__extra_items__", "NoExtraItems"))
    if vars(tp).get("__closed__") or "NoExtraItems" not in marks:
        raise SpecDefinitionError(
            f"{tp.__name__} says of all its other keys what they are (closed, extra_items), which from_type "
            "does not know; put a spec into the metadata: Annotated[dict, s.Valid[s.keys(..., closed=True)]]"
        )
    return TypedDictSpec(tp=tp, forward=names, spec_of=spec_of, alias=alias)


def annotation_with(hint: Any, field: Any) -> Any:
    """Return the annotation of a field with the metadata of pydantic's field, if it is one."""
    if field is None or not field.metadata:
        return hint
    plain = hint.__origin__ if typing.get_origin(hint) is typing.Annotated else hint
    return typing.Annotated[plain, *field.metadata]


def hint_of_field(tp: Any, name: str, hints: Mapping[str, Any]) -> Any:
    """Return the annotation of a field, one of hints, with the conditions of attrs validators."""
    hint = hints.get(name, Any)
    if attribute_of(tp, name) is None:
        return hint
    limits = limits_of_validators(tp, name, hint)
    return typing.Annotated[hint, *limits] if limits else hint


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Record(Keys, inherits=True):
    """The fields of a class as keys with specs; they are read at the first use.

    Attributes:
        tp: the class.
        forward: types for forward references that the module of tp does not hold.
        spec_of: a function from the annotation of a field to its spec.
        alias: the class with arguments, such as Box[int]; None without.
        needed: True for each field that all examples have, False for the others.
    """

    tp: Any
    forward: Mapping[str, Any]
    spec_of: Callable[[Any], Spec]
    alias: Any = None

    is_required: ClassVar[Any]
    takes_names: ClassVar[bool] = False  # the class defines nothing about keys beside its fields

    def __post_init__(self) -> None:
        pass  # Keys computes its fields here; a record does so later

    @lazy
    def hints(self) -> Mapping[str, Any]:
        """The annotations; forward references are resolved in the module of the class and in names."""
        tp = self.tp
        try:
            # A class within a function has a name there only, not in its module, and most often refers to
            # itself.
            # Python 3.12 does not look up the variables of `class Box[T]` itself.
            variables = [each for cls in reversed(tp.__mro__) for each in getattr(cls, "__type_params__", ())]
            names = {**{each.__name__: each for each in variables}, tp.__name__: tp, **self.forward}
            # attr.ib(type=int) and attrs.make_class leave no annotation.
            hints = {each.name: each.type for each in attributes_of(tp) if each.type is not None}
            hints |= typing.get_type_hints(tp, localns=names, include_extras=True)
            return hints_with_arguments(hints, tp, self.alias, functools.partial(resolve_hint, names=names))
        except SpecDefinitionError:
            raise
        except NameError as error:
            raise UnresolvedNameError(
                f"an annotation of {tp.__name__} names {error.name!r}, which is not in its module; "
                f"say s.from_type({tp.__name__}, names={{{error.name!r}: ...}})"
            ) from error
        except Exception as error:
            raise SpecDefinitionError(
                f"the annotations of {tp.__name__} can't be read: {exception_text(error)}"
            ) from error

    @lazy  # type: ignore[misc]  # in place of a field
    def key_specs(self) -> Mapping[str, Spec]:
        """The spec of each field."""
        if self.specs:
            return self.specs
        # A TypedDict has hints alone. The hints of a dataclass have each ClassVar too, so take its fields.
        listed = has_typed_fields(self.tp)
        names = [field.name for field in class_fields(self.tp)] if listed else self.hints
        # A dataclass of pydantic has these, with Field(...) for x = ...
        fields = getattr(self.tp, "__pydantic_fields__", {})
        return {
            plain_text(name): self.spec_of(
                annotation_with(hint_of_field(self.tp, name, self.hints), fields.get(name))
            )
            for name in names
        }

    @lazy  # type: ignore[misc]
    def required_keys(self) -> tuple[RequiredKey, ...]:
        return tuple(RequiredKey(spec, key) for key, spec in self.key_specs.items() if self.is_required[key])

    @lazy  # type: ignore[misc]
    def optional_keys(self) -> tuple[RequiredKey, ...]:
        specs = self.key_specs.items()
        return tuple(RequiredKey(spec, key) for key, spec in specs if not self.is_required[key])

    def spec_at(self, key: Any, question: Question) -> Spec | None:
        # The comparison of a kind of str is its own code, which may raise.
        return self.key_specs.get(plain_text(key) if issubclass(type(key), str) else key)

    def form(self) -> Any:
        return ("from_type", self.tp if self.alias is None else self.alias)


class TypedDictSpec(Record, inherits=True):
    """A dict with the keys of a TypedDict; other keys are allowed."""

    kind: ClassVar[Any] = dict

    @lazy
    def is_required(self) -> Mapping[str, bool]:
        return self.needed_names()

    def needed_names(self) -> Mapping[str, bool]:
        """Return each key with True if it is required."""
        # Python ignores Required and NotRequired where annotations are strings.
        marks = {name: typing.get_origin(tp) for name, tp in self.hints.items()}
        keys = self.tp.__required_keys__
        return {
            name: mark is typing.Required or (name in keys and mark is not typing.NotRequired)
            for name, mark in marks.items()
        }

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        return as_dict(x) if call_guarded(lambda x: isinstance(x, dict), x) else None


class RecordInstance(Record, inherits=True):
    """An instance of a class with typed fields, which are valid. It conforms to itself.

    The `__post_init__` of the class runs again, and so do validators of attrs, since fields may have changed.
    """

    changes: ClassVar[bool | None] = False
    types: ClassVar[frozenset[str] | None] = None
    # The class may refuse the arguments that are drawn for it.
    constructive: ClassVar[bool] = False

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        raise LookupError  # the class may refuse what its fields accept

    def write_wrong_keys(self, code: Code, v: str) -> bool:
        return False  # its values are not dicts

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        # A struct has the method, which raises.
        config = self.tp.__struct_config__ if is_struct(self.tp) else None
        return self.tp.__hash__ is not None and (config is None or config.frozen or not config.eq)

    @property
    def kind(self) -> Any:
        return self.tp

    @lazy
    def arguments(self) -> Mapping[str, bool]:
        """The fields that the class is called with, each with True if its argument is required."""
        return {field.name: field.is_needed for field in class_fields(self.tp) if field.is_argument}

    @lazy
    def argument_names(self) -> Mapping[str, str]:
        """The name of the argument that becomes a field, by the name of the field."""
        return {field.name: field.argument for field in class_fields(self.tp)}

    @lazy
    def json_keys(self) -> Mapping[str, str]:
        """The fields that the class is called with, by their keys in JSON."""
        keys = {field.name: field.key for field in class_fields(self.tp)}
        return {keys.get(name, name): name for name in self.arguments}

    @lazy
    def struct(self) -> StructTag:
        """The form of the class in JSON, if it is a struct."""
        return struct_tag(self.tp)

    @lazy
    def init_only(self) -> Mapping[str, Spec]:
        """The specs of the InitVars: examples are made with them, and no instance keeps them."""
        hints = {name: self.hints[name] for name in init_only_names(self.tp)}
        types = {
            name: hint.type if type(hint) is dataclasses.InitVar else Any for name, hint in hints.items()
        }
        return {name: self.spec_of(tp) for name, tp in types.items()}

    def example_parts(self) -> Sequence[Part]:
        """Return the fields and the InitVars."""
        return [
            *super().example_parts(),
            *(Part(spec, at=name, lens=KEY) for name, spec in self.init_only.items()),
        ]

    @lazy
    def is_required(self) -> Mapping[str, bool]:
        return {name: name in self.arguments for name in self.key_specs}

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        names = self.key_specs
        try:
            return {name: getattr(x, name) for name in names} if isinstance(x, self.tp) else None
        except Exception as error:
            raise UnreadableValue(refusal(error)) from None

    def conform(self, x: Any, question: Question) -> Any:
        entries, _ = attempt(self._entries, x)
        if entries is None:
            return INVALID
        for name, spec in self.key_specs.items():
            if spec.conform(entries[name], question) is INVALID:
                return INVALID
        return INVALID if self.has_conditions and why_refused_again(x) is not None else x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if type(x) is dict:
            return self._explain_map(x, place, question)
        problems = super().explain(x, place, question)
        if problems or not self.has_conditions:
            return problems
        refused = why_refused_again(x)
        if refused is None:
            return []
        name, reason = refused
        if name is None:
            return [place.problem(self.kind, x, reason=reason)]
        return [place.part(name).problem(("validator", self.kind), getattr(x, name), reason=reason)]

    def _explain_map(self, x: dict[Any, Any], place: Place, question: Question) -> list[Problem]:
        """Return the problems of a map that decode makes no instance of: its keys, its values, the class."""
        try:
            read = late.decode(self, x)
        except SpecError as error:  # it is nested too deeply
            return [place.problem(self.kind, x, reason=exception_text(error))]
        if type(read) is not dict:
            problems = super().explain(read, place, question)
            return problems or [place.problem(self.kind, x, reason=decode_makes(self.kind))]
        tag = self.struct
        if tag.key in read and read[tag.key] != tag.value:
            return [place.into(tag.key).problem(("literal", tag.value), read[tag.key])]
        fields = self.json_keys
        missing = [key for key, name in fields.items() if self.arguments[name] and key not in read]
        problems = [place.problem(("contains", name), x) for name in missing]
        arguments = {}
        for key, value in read.items():
            if key == tag.key:
                continue
            if key not in fields and tag.is_open and not missing:  # else it may be a key misspelt
                continue
            if key not in fields:
                reason = no_such_key(key, [name for name in fields if name not in read])
                problems.append(place.into(key).problem(("closed", *fields), value, reason=reason))
                continue
            spec = self.key_specs[fields[key]]
            arguments[self.argument_names.get(fields[key], fields[key])] = value
            # The converted values are not known before; the class itself refuses wrong ones.
            is_converted = getattr(attribute_of(self.tp, fields[key]), "converter", None) is not None
            if not is_converted and spec.conform(value, question) is INVALID:
                problems += spec.explain(value, place.part(key).under(spec.name), question)
        if problems:
            return problems
        try:
            self.tp(**arguments)
        except Exception as error:
            return [place.problem(self.kind, x, reason=refusal(error))]
        return [place.problem(self.kind, x)]

    @lazy
    def said_by_specs(self) -> frozenset[str]:
        """The fields with validators of attrs that refuse nothing that the specs of the fields accept."""
        names = (each.name for each in attributes_of(self.tp))
        return frozenset(name for name in names if says_validators(self.tp, name, self.hints.get(name, Any)))

    @lazy
    def has_conditions(self) -> bool:
        """True for a class with a `__post_init__`, or with validators of attrs."""
        return has_conditions(self.tp)

    def build(self, values: Mapping[str, Any]) -> Any:
        """Return the instance that the class makes of values by the names of fields."""
        names = self.argument_names
        return self.tp(**{names.get(name, name): value for name, value in values.items()})

    def unform(self, x: Any, question: Question) -> Any:
        return x

    def write_valid(self, code: Code, v: str) -> None:
        code.refuse_if(f"not isinstance({v}, {code.const(self.tp)})")
        for name, spec in self.key_specs.items():
            part = code.name("e")
            # A name that Python would spell otherwise in source is left to getattr.
            plain = name.isascii() and name.isidentifier() and not iskeyword(name)
            code.line(f"{part} = {v}.{name}" if plain else f"{part} = getattr({v}, {code.const(name)})")
            code.valid(spec, part)
        if self.has_conditions:
            code.refuse_if(f"{code.const(why_refused_again)}({v}) is not None")

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        specs = {**{name: self._argument_spec(name) for name in self.arguments}, **self.init_only}
        arguments = {name: strategy_of(spec, inside.at(name)) for name, spec in specs.items()}
        instances = combine.fmap(self._build, combine.records(arguments, {}))
        return by_predicate.without_refused(instances, self.tp)

    def _argument_spec(self, name: str) -> Spec:
        """Return the spec of an argument: of the converter's parameter if that has an annotation."""
        attribute = attribute_of(self.tp, name)
        if attribute is not None and attribute.converter is not None:
            # attrs writes the annotation of the converter there, and none if it does not know it.
            hint = self.tp.__init__.__annotations__.get(self.argument_names[name], "")
            if hint is not Any and not isinstance(hint, str):
                return self.spec_of(hint)
        return self.key_specs[name]

    def _build(self, arguments: dict[str, Any]) -> Any:
        try:
            return self.build(arguments)
        except Exception as error:  # a __post_init__ with its own conditions
            return combine.RefusedInstance(error)


def record_of(tp: type, fields: Mapping[str, Any]) -> Spec:
    """Accept an instance of a class, if its attributes fit; it conforms to itself.

    Unlike in `from_type`, the specs of the attributes are not the annotations, and the class may be any: a
    dataclass, a NamedTuple, a class of attrs.

    Args:
        tp: the class; examples are made by calling it with its fields as keyword arguments.
        fields: the spec of each attribute.

    Example:
        >>> import collections, mxspec as s
        >>> Point = collections.namedtuple("Point", "x y")
        >>> unit = s.record_of(Point, {"x": s.float_in(0, 1), "y": s.float_in(0, 1)})
        >>> s.valid(unit, Point(0.5, 1.0)), s.valid(unit, Point(0.5, 2.0))
        (True, False)
    """
    if not isinstance(tp, type) or not isinstance(fields, Mapping):
        raise SpecDefinitionError(
            f"record_of takes a class and a mapping from field to spec, not {short_repr(tp)}"
        )
    parts = {plain_text(name): as_part(part) for name, part in fields.items()}
    return RecordOf(tp=tp, forward={}, spec_of=as_part, fields=parts)


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class RecordOf(RecordInstance, inherits=True):
    """An instance of a class, with other specs for the fields."""

    fields: Mapping[str, Spec]

    @lazy  # type: ignore[misc]
    def key_specs(self) -> Mapping[str, Spec]:
        return dict(self.fields)

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        fields = dict(zip(self.fields, specs, strict=True))
        return dataclasses.replace(self, fields=fields, gen_fn=None)

    @lazy
    def arguments(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.fields, True)

    def form(self) -> Any:
        return ("record_of", self.tp, {"fields": {name: part.form() for name, part in self.fields.items()}})


@schema_of.register
def _schema_of_attributes(spec: RecordInstance, schemas: Schemas) -> Schema:
    fields = {key: schemas.part_schema(spec.key_specs[name]) for key, name in spec.json_keys.items()}
    required = [key for key, name in spec.json_keys.items() if spec.arguments[name]]
    tag = spec.struct
    tagged: Schema = {} if tag.key is None else {tag.key: {"const": tag.value}}
    if tag.is_list:
        items = [*tagged.values(), *fields.values()]
        return {"type": "array", "prefixItems": items, "minItems": len(tagged) + len(required)}
    required = [*tagged, *required]
    return {
        "type": "object",
        "properties": {**tagged, **fields},
        **({"required": required} if required else {}),
    }
