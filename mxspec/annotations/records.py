"""Classes with typed fields as specs: dataclasses, NamedTuples, TypedDicts."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.core.generation import Context, strategy_of
from mxspec.core.problems import Place, refusal
from mxspec.core.question import Question
from mxspec.core.spec import NEEDED, OPTIONAL, Part, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.lazy import lazy
from mxspec.schemas.json_schema import Schemas, schema_of
from mxspec.specs.maps import Keys, RequiredKey
from mxspec.specs.reading import Unreadable
from mxspec.strategies import combine
from mxspec.values import INVALID
from mxspec.words.reasons import exception_text
from mxspec.words.requirements import Schema

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from mxspec.writer import Code


class UnresolvedNameError(SpecDefinitionError):
    """A forward reference to a name that is not defined, yet."""


def is_record(tp: object) -> bool:
    """True if tp is a class whose fields have types."""
    return isinstance(tp, type) and (
        dataclasses.is_dataclass(tp)
        or is_typed_dict(tp)
        or (issubclass(tp, tuple) and hasattr(tp, "_fields"))
    )


def is_typed_dict(tp: Any) -> bool:
    """True if tp is a TypedDict, of typing or of typing_extensions, whose are classes of another kind."""
    return isinstance(tp, type) and issubclass(tp, dict) and hasattr(tp, "__required_keys__")


def record(tp: type, names: Mapping[str, Any], spec_of: Callable[[Any], Spec]) -> Spec:
    """Return the spec of a class with typed fields.

    Args:
        tp: the class.
        names: types for forward references that the module of tp does not hold.
        spec_of: a function from the annotation of a field to its spec.
    """
    fields = Fields(tp, names, spec_of)
    if not is_typed_dict(tp):
        return Attributes(fields)
    # typing_extensions marks by NoExtraItems a TypedDict that does not say what its other keys are.
    marks = repr(vars(tp).get("__extra_items__", "NoExtraItems"))
    if vars(tp).get("__closed__") or "NoExtraItems" not in marks:
        raise SpecDefinitionError(
            f"{tp.__name__} says of all its other keys what they are (closed, extra_items), which from_type "
            "does not know; put a spec into the metadata: Annotated[dict, s.Valid[s.keys(..., closed=True)]]"
        )
    return Keyed(fields=fields)


@dataclasses.dataclass(frozen=True)
class Fields:
    """The fields of a class, looked up when they are first used; the arguments are those of `record`."""

    tp: Any
    names: Mapping[str, Any]
    spec_of: Callable[[Any], Spec]

    @lazy
    def hints(self) -> Mapping[str, Any]:
        """The annotations, with forward references looked up in the module of the class and in names."""
        tp = self.tp
        try:
            # A class within a function has no name in its module, and most often it refers to itself.
            return typing.get_type_hints(tp, localns={tp.__name__: tp, **self.names}, include_extras=True)
        except NameError as error:
            raise UnresolvedNameError(
                f"an annotation of {tp.__name__} names {error.name!r}, which is not in its module; "
                f"say s.from_type({tp.__name__}, names={{{error.name!r}: ...}})"
            ) from error
        except Exception as error:
            raise SpecDefinitionError(
                f"the annotations of {tp.__name__} can't be read: {exception_text(error)}"
            ) from error

    @lazy
    def specs(self) -> Mapping[str, Spec]:
        """The spec of each field."""
        fields = getattr(self.tp, "__dataclass_fields__", None)
        names = getattr(self.tp, "_fields", self.hints) if fields is None else fields
        return {name: self.spec_of(self.hints.get(name, Any)) for name in names}

    @property
    def form(self) -> tuple[str, Any]:
        """The form of the spec."""
        return ("from_type", self.tp)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Keyed(Keys):
    """A dict with the keys of a TypedDict; others may be there too."""

    fields: Fields = dataclasses.field(kw_only=True)

    kind: ClassVar[Any] = dict

    def __post_init__(self) -> None:
        pass  # the keys are looked up when they are first used

    @lazy
    def listed(self) -> Mapping[str, Spec]:  # type: ignore[override]
        """The spec of each key."""
        return self.fields.specs

    @lazy
    def _split(self) -> tuple[tuple[RequiredKey, ...], tuple[RequiredKey, ...]]:
        # Where annotations are strings, Python has taken no notice of the Required and NotRequired in them.
        marks = {name: typing.get_origin(tp) for name, tp in self.fields.hints.items()}
        required, optional = [], []
        for name, spec in self.listed.items():
            is_required = name in self.fields.tp.__required_keys__ and marks[name] is not typing.NotRequired
            keys = required if is_required or marks[name] is typing.Required else optional
            keys.append(RequiredKey(spec, name))
        return tuple(required), tuple(optional)

    @property
    def required(self) -> tuple[RequiredKey, ...]:  # type: ignore[override]
        """The keys that must be there."""
        return self._split[0]

    @property
    def optional(self) -> tuple[RequiredKey, ...]:  # type: ignore[override]
        """The keys that may be there."""
        return self._split[1]

    def _is_kind(self, x: Any) -> bool:
        return isinstance(x, dict)

    def spec_at(self, key: Any, question: Question) -> Spec | None:
        return self.listed.get(key)

    def form(self) -> Any:
        return self.fields.form


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Attributes(Spec):
    """An instance of a dataclass or a NamedTuple whose every field fits. It conforms to itself."""

    fields: Fields

    changes: ClassVar[bool | None] = False
    most_values: ClassVar[float | None] = float("inf")
    # The class may refuse the arguments that are drawn for it.
    constructive: ClassVar[bool] = False

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return self.fields.tp.__hash__ is not None

    @lazy
    def arguments(self) -> Mapping[str, bool]:
        """The fields that the class is called with, each with True if it has no default."""
        if not dataclasses.is_dataclass(self.fields.tp):
            defaults = getattr(self.fields.tp, "_field_defaults", {})
            return {name: name not in defaults for name in self.fields.specs}
        fields = dataclasses.fields(self.fields.tp)
        return {f.name: f.default is f.default_factory is dataclasses.MISSING for f in fields if f.init}

    def parts(self) -> Sequence[Part]:
        # Examples need no part for a field that the class fills in itself.
        return [
            Part(spec, NEEDED if name in self.arguments else OPTIONAL, name, is_piece=True)
            for name, spec in self.fields.specs.items()
        ]

    def _values(self, x: Any) -> list[tuple[str, Spec, Any]] | None:
        """Return name, spec and value of each field, or None if x is no instance.

        Raises:
            Unreadable: x has lost a field, or raises when it is looked at.
        """
        fields = self.fields.specs.items()
        try:
            if not isinstance(x, self.fields.tp):
                return None
            return [(name, spec, getattr(x, name)) for name, spec in fields]
        except Exception as error:
            raise Unreadable(refusal(error)) from None

    def conform(self, x: Any, question: Question) -> Any:
        try:
            values = self._values(x)
        except Unreadable:
            return INVALID
        if values is None:
            return INVALID
        for _, spec, value in values:
            if spec.conform(value, question) is INVALID:
                return INVALID
        return x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            values = self._values(x)
        except Unreadable as error:
            return [place.problem(self.fields.tp, x, reason=str(error))]
        if values is None:
            return [place.problem(self.fields.tp, x)]
        problems: list[Problem] = []
        for name, spec, value in values:
            if spec.conform(value, question) is INVALID:
                problems += spec.explain(value, place.part(name).under(spec.name), question)
        return problems

    def expression(self, code: Code, v: str) -> str | None:
        return None

    def write_valid(self, code: Code, v: str) -> None:
        code.refuse_if(f"not isinstance({v}, {code.const(self.fields.tp)})")
        for name, spec in self.fields.specs.items():
            part = code.name("e")
            # A name that Python would spell otherwise in source is left to getattr.
            plain = type(name) is str and name.isascii() and name.isidentifier() and not iskeyword(name)
            code.line(f"{part} = {v}.{name}" if plain else f"{part} = getattr({v}, {code.const(name)})")
            code.valid(spec, part)

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        specs = self.fields.specs
        arguments = {name: strategy_of(specs[name], inside.at(name)) for name in self.arguments}
        return combine.fmap(self._built, combine.records(arguments, {}))

    def _built(self, arguments: dict[str, Any]) -> Any:
        try:
            return self.fields.tp(**arguments)
        except Exception:  # a __post_init__ with conditions of its own; INVALID is filtered out
            return INVALID

    def form(self) -> Any:
        return self.fields.form


@schema_of.register
def _schema_of_attributes(spec: Attributes, schemas: Schemas) -> Schema:
    properties = {name: schemas.of(field) for name, field in spec.fields.specs.items()}
    required = [name for name, is_required in spec.arguments.items() if is_required]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}
