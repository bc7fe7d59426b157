"""Classes with typed fields as specs: dataclasses, NamedTuples, TypedDicts."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.core.generation import NEVER, Context, branch_strategy, strategy_of
from mxspec.core.problems import Place, refusal
from mxspec.core.question import Question
from mxspec.core.spec import NEEDED, OPTIONAL, Part, Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.lazy import lazy
from mxspec.schemas.json_schema import Schemas, schema_of
from mxspec.specs.reading import Unreadable, as_dict, guarded
from mxspec.strategies import combine
from mxspec.values import INVALID, repr_of
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


def record(tp: type, names: Mapping[str, Any], spec_of: Callable[[Any], Spec]) -> Record:
    """Return the spec of a class with typed fields.

    Args:
        tp: the class.
        names: types for forward references that the module of tp does not hold.
        spec_of: a function from the annotation of a field to its spec.
    """
    # typing_extensions marks by NoExtraItems a TypedDict that does not say what its other keys are.
    marks = repr(vars(tp).get("__extra_items__", "NoExtraItems"))
    if vars(tp).get("__closed__") or "NoExtraItems" not in marks:
        raise SpecDefinitionError(
            f"{tp.__name__} says of all its other keys what they are (closed, extra_items), which from_type "
            "does not know; put a spec into the metadata: Annotated[dict, s.Valid[s.keys(..., closed=True)]]"
        )
    return (Keyed if is_typed_dict(tp) else Attributes)(tp, names, spec_of)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Record(Spec):
    """The common part of dataclasses, NamedTuples and TypedDicts: fields, looked up when first used.

    Attributes:
        required: the fields without which none can be made.
    """

    tp: Any
    names: Mapping[str, Any]
    spec_of: Callable[[Any], Spec]

    # A class may refuse the arguments that are drawn for it.
    constructive: ClassVar[bool] = False
    most_values: ClassVar[float | None] = float("inf")
    required: ClassVar[Any]

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
    def fields(self) -> Mapping[str, Spec]:
        """The spec of each field."""
        if dataclasses.is_dataclass(self.tp):
            names = [field.name for field in dataclasses.fields(self.tp)]
        else:
            names = list(getattr(self.tp, "_fields", self.hints))
        return {name: self.spec_of(self.hints.get(name, Any)) for name in names}

    def form(self) -> Any:
        return ("from_type", self.tp)

    def expression(self, code: Code, v: str) -> str | None:
        return None


class Attributes(Record):
    """An instance of a dataclass or a NamedTuple whose every field fits. It conforms to itself."""

    changes: ClassVar[bool | None] = False

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return self.tp.__hash__ is not None

    @lazy
    def arguments(self) -> frozenset[str]:
        """The fields that the class is called with."""
        if dataclasses.is_dataclass(self.tp):
            return frozenset(field.name for field in dataclasses.fields(self.tp) if field.init)
        return frozenset(self.fields)

    @lazy
    def required(self) -> frozenset[str]:
        """The arguments that have no default."""
        if dataclasses.is_dataclass(self.tp):
            return frozenset(
                field.name
                for field in dataclasses.fields(self.tp)
                if field.init and field.default is field.default_factory is dataclasses.MISSING
            )
        return self.arguments - getattr(self.tp, "_field_defaults", {}).keys()

    def parts(self) -> Sequence[Part]:
        # Examples need no part for a field that the class fills in itself.
        return [
            Part(spec, NEEDED if name in self.arguments else OPTIONAL, name, is_piece=True)
            for name, spec in self.fields.items()
        ]

    def _values(self, x: Any) -> list[tuple[str, Spec, Any]] | None:
        """Return name, spec and value of each field, or None if x is no instance.

        Raises:
            Unreadable: x has lost a field, or raises when it is looked at.
        """
        fields = self.fields.items()
        try:
            return (
                [(name, spec, getattr(x, name)) for name, spec in fields] if isinstance(x, self.tp) else None
            )
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
            return [place.problem(self.tp, x, reason=str(error))]
        if values is None:
            return [place.problem(self.tp, x)]
        problems: list[Problem] = []
        for name, spec, value in values:
            if spec.conform(value, question) is INVALID:
                problems += spec.explain(value, place.part(name).under(spec.name), question)
        return problems

    def write_valid(self, code: Code, v: str) -> None:
        code.refuse_if(f"not isinstance({v}, {code.const(self.tp)})")
        for name, spec in self.fields.items():
            part = code.name("e")
            # A name that Python would spell otherwise in source is left to getattr.
            plain = type(name) is str and name.isascii() and name.isidentifier() and not iskeyword(name)
            code.line(f"{part} = {v}.{name}" if plain else f"{part} = getattr({v}, {code.const(name)})")
            code.valid(spec, part)

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        arguments = {
            name: strategy_of(spec, inside.at(name))
            for name, spec in self.fields.items()
            if name in self.arguments
        }
        return combine.fmap(self._built, combine.records(arguments, {}))

    def _built(self, arguments: dict[str, Any]) -> Any:
        try:
            return self.tp(**arguments)
        except Exception:  # a __post_init__ with conditions of its own; INVALID is filtered out
            return INVALID


class Keyed(Record):
    """A dict with the keys of a TypedDict; others may be there too. Its values are conformed."""

    has_hash: ClassVar[bool] = False
    types: ClassVar[frozenset[str] | None] = frozenset({"dict"})

    @lazy
    def required(self) -> frozenset[str]:
        """The keys that must be there."""
        # Where annotations are strings, Python has taken no notice of the Required and NotRequired in them.
        marked = {name: typing.get_origin(tp) for name, tp in self.hints.items()}
        keys: frozenset[str] = self.tp.__required_keys__
        return frozenset(
            name
            for name, mark in marked.items()
            if mark is typing.Required or (name in keys and mark is not typing.NotRequired)
        )

    def parts(self) -> Sequence[Part]:
        return [
            Part(spec, NEEDED if name in self.required else OPTIONAL, name, is_piece=True)
            for name, spec in self.fields.items()
        ]

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        """Return x as a plain dict, or None if it is not a dict."""
        return as_dict(x) if guarded(lambda x: isinstance(x, dict), x) else None

    def _present(self, entries: dict[Any, Any]) -> Iterator[tuple[str, Spec, Any]]:
        return ((name, spec, entries[name]) for name, spec in self.fields.items() if name in entries)

    def _missing(self, entries: dict[Any, Any]) -> list[str]:
        return [name for name in self.fields if name in self.required and name not in entries]

    def conform(self, x: Any, question: Question) -> Any:
        try:
            entries = self._entries(x)
        except Unreadable:
            return INVALID
        if entries is None or self._missing(entries):
            return INVALID
        changed = {}
        for name, spec, value in self._present(entries):
            conformed = spec.conform(value, question)
            if conformed is INVALID:
                return INVALID
            if conformed is not value:
                changed[name] = conformed
        return {**entries, **changed} if changed else x

    def unform(self, x: Any, question: Question) -> Any:
        if not isinstance(x, dict):
            raise UnformError(f"{self!r} unforms a dict, not {repr_of(x)}", spec=self, value=x)
        changed = {}
        for name, spec, value in self._present(x):
            unformed = spec.unform(value, question)
            if unformed is not value:
                changed[name] = unformed
        return {**x, **changed} if changed else x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            entries = self._entries(x)
        except Unreadable as error:
            return [place.problem(dict, x, reason=str(error))]
        if entries is None:
            return [place.problem(dict, x)]
        problems = [place.problem(("contains", name), x) for name in self._missing(entries)]
        for name, spec, value in self._present(entries):
            if spec.conform(value, question) is INVALID:
                problems += spec.explain(value, place.part(name).under(spec.name), question)
        return problems

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "dict"):
            self._write_values(code, v, lambda spec, value, name: code.valid(spec, value))

    def write_conform(self, code: Code, v: str) -> str:
        with code.conform_if_plain(self, v, "dict") as conformed:
            code.line(f"{conformed} = {v}")

            def write_value(spec: Spec, value: str, name: str) -> None:
                code.put(code.conform(spec, value), value, conformed, v, code.const(name))

            self._write_values(code, v, write_value)
        return conformed

    def _write_values(self, code: Code, v: str, write_value: Callable[[Spec, str, str], None]) -> None:
        """Write what looks up every key of a plain dict v.

        Args:
            code: where to.
            v: the dict.
            write_value: writes what is done with a value, from its spec, its variable and its key.
        """
        for name, spec in self.fields.items():
            value = code.name("e")
            code.line(f"{value} = {v}.get({code.const(name)}, MISSING)")
            if name in self.required:
                code.refuse_if(f"{value} is MISSING")
                write_value(spec, value, name)
            else:
                with code.block(f"if {value} is not MISSING:"):
                    write_value(spec, value, name)

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        required: dict[Any, SearchStrategy[Any]] = {}
        optional: dict[Any, SearchStrategy[Any]] = {}
        for name, spec in self.fields.items():
            if name in self.required:
                required[name] = strategy_of(spec, inside.at(name))
            elif not inside.exhausted(self, name) and inside.at(name).height(spec) < NEVER:
                optional[name] = branch_strategy(spec, inside.at(name))
        return combine.records(required, optional)


# --- the JSON Schema --------------------------------------------------------------------------------------


@schema_of.register
def _record(spec: Record, schemas: Schemas) -> Schema:
    properties = {name: schemas.of(field) for name, field in spec.fields.items()}
    required = [name for name in properties if name in spec.required]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}
