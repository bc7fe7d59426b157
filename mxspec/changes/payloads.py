"""Classes with typed fields as what is sent of them: dicts of their fields.

Two versions of a class are two classes, and no instance of the one is an instance of the other. What both
take is a dict of fields, as JSON has it.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any

from mxspec.annotations.from_type import TypeReader
from mxspec.annotations.records import TypedDictSpec, is_typed_dict
from mxspec.core.spec import Spec, as_part
from mxspec.errors import SpecDefinitionError


@dataclasses.dataclass(frozen=True)
class Fields:
    """The fields of a class.

    Attributes:
        types: the annotation of each field, by the key that it is sent under.
        required: the keys that have to be there.
        closed: True if no other keys may be there.
    """

    types: Mapping[str, Any]
    required: frozenset[str]
    closed: bool = False


def payload_of(x: Any) -> Spec:
    """Return x as a spec: a class with typed fields as a dict of these, an annotation as `from_type` has it.

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
    is_annotation = hasattr(x, "__origin__") or type(x).__module__ in ("typing", "types", "typing_extensions")
    if isinstance(x, type) or (is_annotation and not callable(x)) or typing.get_origin(x) is not None:
        return PayloadReader({}).read(x)
    return as_part(x)


def fields_of(tp: type) -> Fields | None:
    """Return the fields of a dataclass, a NamedTuple or a pydantic model; None for other classes."""
    model_fields = getattr(tp, "__pydantic_fields__", None)
    if isinstance(model_fields, Mapping) and not dataclasses.is_dataclass(tp):
        keys = {name: field.validation_alias or field.alias or name for name, field in model_fields.items()}
        for name, key in keys.items():
            if not isinstance(key, str):
                raise SpecDefinitionError(
                    f"{tp.__name__}.{name} has several aliases, {key!r}; give a spec of it"
                )
        return Fields(
            {
                keys[name]: typing.Annotated[field.annotation, *field.metadata]
                if field.metadata
                else field.annotation
                for name, field in model_fields.items()
            },
            frozenset(keys[name] for name, field in model_fields.items() if field.is_required()),
            closed=getattr(tp, "model_config", {}).get("extra") == "forbid",
        )
    if dataclasses.is_dataclass(tp):
        fields = [field for field in dataclasses.fields(tp) if field.init]
        needed = {f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING}
        hints = typing.get_type_hints(tp, localns={tp.__name__: tp}, include_extras=True)
        return Fields({field.name: hints[field.name] for field in fields}, frozenset(needed))
    if issubclass(tp, tuple) and hasattr(tp, "_fields"):
        hints = typing.get_type_hints(tp, localns={tp.__name__: tp}, include_extras=True)
        names = tp._fields
        defaults = getattr(tp, "_field_defaults", {})
        return Fields({name: hints.get(name, Any) for name in names}, frozenset(names) - defaults.keys())
    return None


class PayloadReader(TypeReader):
    """A reader of annotations that takes classes with typed fields for dicts."""

    def plain(self, tp: Any) -> Spec:
        """Return the spec of an annotation without arguments."""
        fields = fields_of(tp) if isinstance(tp, type) else None
        if fields is None:
            return super().plain(tp)
        if tp not in self.references:
            marks: dict[str, Any] = {
                key: typing.Required[hint] if key in fields.required else typing.NotRequired[hint]
                for key, hint in fields.types.items()
            }
            spec = TypedDictSpec(
                tp=typing.TypedDict(tp.__name__, marks),  # type: ignore[operator]
                forward=self.names,
                spec_of=functools.partial(self.spec_of_field, tp),
                closed=fields.closed,
            )
            return self.reference(tp, lambda: spec)
        return self.references[tp]
