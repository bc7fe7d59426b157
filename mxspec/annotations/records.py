"""Classes with typed fields as specs: dataclasses, NamedTuples, TypedDicts."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Iterator, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.annotations.typed import Typed
from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import branch_strategy, explaining_pred, strategy_of
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Spec
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.lazy import lazy
from mxspec.specs.collections.rebuilding import converting_values
from mxspec.strategies import combine
from mxspec.values import INVALID
from mxspec.values import shown
from mxspec.words.reasons import exception_text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]


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


def hints_of(tp: type, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the annotations of a class, with forward references looked up in its module and in names.

    Raises:
        UnresolvedNameError: one names nothing, yet.
    """
    try:
        # A class within a function has no name in its module, and most often it refers to itself.
        return typing.get_type_hints(tp, localns={tp.__name__: tp, **names}, include_extras=True)
    except NameError as error:
        raise UnresolvedNameError(
            f"an annotation of {tp.__name__} names {error.name!r}, which is not in its module; "
            f"say s.from_type({tp.__name__}, names={{{error.name!r}: ...}})"
        ) from error
    except Exception as error:
        raise SpecDefinitionError(
            f"the annotations of {tp.__name__} can't be read: {exception_text(error)}"
        ) from error


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Record(Typed):
    """The common part of dataclasses, NamedTuples and TypedDicts: fields, looked up when first used."""

    looks_inside: ClassVar[bool] = True

    # A class may refuse the arguments that are drawn for it.
    constructive: ClassVar[bool] = False

    hints: Callable[[], Mapping[str, Any]]
    spec_of: Callable[[Any], Spec]

    @lazy
    def fields(self) -> Mapping[str, Spec]:
        """The spec of each field."""
        hints = self.hints()
        if dataclasses.is_dataclass(self.tp):
            names = [field.name for field in dataclasses.fields(self.tp)]
        else:
            names = list(getattr(self.tp, "_fields", hints))
        return {name: self.spec_of(hints.get(name, Any)) for name in names}


class Attributes(Record):
    """An instance of a dataclass or a NamedTuple whose every field fits. It conforms to itself."""

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if not isinstance(x, self.tp):
            return INVALID
        for name, spec in self.fields.items():
            if (yield CONFORM, spec, getattr(x, name)) is INVALID:
                return INVALID
        return x

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not isinstance(x, self.tp):
            return [place.problem(self.tp, x)]
        problems: list[Problem] = []
        for name, spec in self.fields.items():
            if (yield CONFORM, spec, getattr(x, name)) is INVALID:
                problems += yield from explaining_pred(spec, getattr(x, name), place.part(name))
        return problems

    def may_change(self, code: Code) -> bool:
        return False

    def valid_expression(self, code: Code, v: str) -> None:
        return None

    def write_valid(self, code: Code, v: str) -> None:
        code.refuse_if(f"not isinstance({v}, {code.const(self.tp)})")
        for name, spec in self.fields.items():
            part = code.name("e")
            # A name that Python would spell otherwise in source is left to getattr.
            plain = type(name) is str and name.isascii() and name.isidentifier() and not iskeyword(name)
            code.line(f"{part} = {v}.{name}" if plain else f"{part} = getattr({v}, {code.const(name)})")
            code.valid(spec, part)

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        arguments = {
            name: strategy_of(spec, inside.at(name))
            for name, spec in self.fields.items()
            if name in self._arguments()
        }
        return combine.fmap(self._built, combine.records(arguments, {}))

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [
            ask(spec, context.at(name)) for name, spec in self.fields.items() if name in self._arguments()
        ]
        return NEVER if context.hashed and self.tp.__hash__ is None else 1 + max(heights, default=0)

    def _arguments(self) -> set[str]:
        """Return the fields that the class is called with."""
        if dataclasses.is_dataclass(self.tp):
            return {field.name for field in dataclasses.fields(self.tp) if field.init}
        return set(self.fields)

    def _built(self, arguments: dict[str, Any]) -> Any:
        try:
            return self.tp(**arguments)
        except Exception:  # a __post_init__ with conditions of its own; INVALID is filtered out
            return INVALID


class Keyed(Record):
    """A dict with the keys of a TypedDict; others may be there too. Its values are conformed."""

    @lazy
    def required(self) -> frozenset[str]:
        """The keys that must be there."""
        # Where annotations are strings, Python has taken no notice of the Required and NotRequired in them.
        marked = {name: typing.get_origin(tp) for name, tp in self.hints().items()}
        keys: frozenset[str] = self.tp.__required_keys__
        return frozenset(
            name
            for name, mark in marked.items()
            if mark is typing.Required or (name in keys and mark is not typing.NotRequired)
        )

    def _present(self, x: Any) -> Iterator[tuple[str, Spec]]:
        return ((name, spec) for name, spec in self.fields.items() if name in x)

    def _missing(self, x: Any) -> list[str]:
        return [name for name in self.fields if name in self.required and name not in x]

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if not isinstance(x, dict) or self._missing(x):
            return INVALID
        return (yield from self._converting(x, CONFORM))

    def unforming(self, x: Any) -> Steps:
        if not isinstance(x, dict):
            raise UnformError(f"{self!r} unforms a dict, not {shown(x)}", spec=self, value=x)
        return (yield from self._converting(x, UNFORM))

    def _converting(self, x: dict[Any, Any], op: str) -> Steps:
        return converting_values(x, ((name, x[name], spec) for name, spec in self._present(x)), op)

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not isinstance(x, dict):
            return [place.problem(dict, x)]
        problems = [place.problem(("contains", name), x) for name in self._missing(x)]
        for name, spec in self._present(x):
            if (yield CONFORM, spec, x[name]) is INVALID:
                problems += yield from explaining_pred(spec, x[name], place.part(name))
        return problems

    def may_change(self, code: Code) -> bool:
        return any(map(code.may_change, self.fields.values()))

    def valid_expression(self, code: Code, v: str) -> None:
        return None

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

    def strategy(self, context: GenContext) -> Strategy | None:
        inside = context.entered(self)
        required: dict[Any, Strategy] = {}
        optional: dict[Any, Strategy] = {}
        for name, spec in self.fields.items():
            if name in self.required:
                required[name] = strategy_of(spec, inside.at(name))
            elif not inside.exhausted(self, name) and inside.at(name).height(spec) < NEVER:
                optional[name] = branch_strategy(spec, inside.at(name))
        return combine.records(required, optional)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = {name: ask(spec, context.at(name)) for name, spec in self.fields.items()}
        needed = [height for name, height in heights.items() if name in self.required]
        return NEVER if context.hashed else 1 + max(needed, default=0)


def record(
    tp: type, again: Callable[[Any], Spec], spec_of: Callable[[Any], Spec], names: Mapping[str, Any]
) -> Record:
    """Return the spec of a class with typed fields.

    Args:
        tp: the class.
        again: a function from an annotation to its spec, from the start.
        spec_of: a function from the annotation of a field to its spec.
        names: types for forward references that the module of tp does not hold.
    """
    # typing_extensions marks by NoExtraItems a TypedDict that does not say what its other keys are.
    marks = repr(vars(tp).get("__extra_items__", "NoExtraItems"))
    if vars(tp).get("__closed__") or "NoExtraItems" not in marks:
        raise SpecDefinitionError(
            f"{tp.__name__} says of all its other keys what they are (closed, extra_items), which from_type "
            "does not know; put a spec into the metadata: Annotated[dict, s.Valid[s.keys(..., closed=True)]]"
        )
    kind = Keyed if is_typed_dict(tp) else Attributes
    return kind(tp, again, functools.partial(hints_of, tp, names), spec_of)
