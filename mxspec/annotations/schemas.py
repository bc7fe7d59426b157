"""The specs of type annotations as JSON Schema."""

from __future__ import annotations

import dataclasses
from collections import abc
from typing import Any, Final

from mxspec.annotations.choices import Choice, Later
from mxspec.annotations.constraints import Condition, Constrained
from mxspec.annotations.containers.elements import Elements
from mxspec.annotations.containers.entries import Entries
from mxspec.annotations.containers.items import Items
from mxspec.annotations.containers.sized import Sized
from mxspec.annotations.literals import OneOf, Subclass
from mxspec.annotations.records import Attributes, Keyed, Record
from mxspec.annotations.typed import annotation_text
from mxspec.schemas.parts import Schema, all_of, any_of, at_least, at_most, json_number, note, types_in
from mxspec.schemas.predicates import enum_of
from mxspec.schemas.values import seen_as_it_came
from mxspec.schemas.writing import Schemas, schema_of
from mxspec.words.needs import form_text

_UNIQUE: Final[Schema] = {"type": "array", "uniqueItems": True}
# What else of JSON is of an abstract class than arrays.
_WIDER: Final[dict[type, tuple[str, ...]]] = {
    abc.Sequence: ("array", "string"),
    **dict.fromkeys((abc.Collection, abc.Iterable, abc.Reversible), ("array", "string", "object")),
}


@schema_of.register
def _elements(spec: Elements, schemas: Schemas) -> Schema:
    element = schemas.of(spec.element)
    if issubclass(spec.kind, abc.Set):
        return {**_UNIQUE, "items": element, **_sizes(spec, "Items")}
    if spec.kind in _WIDER:
        return {"type": list(_WIDER[spec.kind]), "items": element}
    return {"type": "array", "items": element, **_sizes(spec, "Items")}


@schema_of.register
def _entries(spec: Entries, schemas: Schemas) -> Schema:
    key, schema = schemas.of(spec.key), {"type": "object", "additionalProperties": schemas.of(spec.value)}
    schema |= _sizes(spec, "Properties")
    types = types_in(key)
    if types is not None and "string" not in types:
        return {**schema, **note(f"keys: {annotation_text(spec.key)}")}
    return {**schema, "propertyNames": key} if key else schema


def _sizes(spec: Sized, of: str) -> Schema:
    sizes: Schema = {f"min{of}": spec.least} if spec.least else {}
    return sizes if spec.most is None else {**sizes, f"max{of}": spec.most}


@schema_of.register
def _items(spec: Items, schemas: Schemas) -> Schema:
    items, n = [schemas.of(item) for item in spec.items], len(spec.items)
    return {"type": "array", **({"prefixItems": items} if items else {}), "minItems": n, "maxItems": n}


@schema_of.register
def _choice(spec: Choice, schemas: Schemas) -> Schema:
    return any_of(schemas.of(choice) for _, choice in spec.choices)


@schema_of.register
def _one_of(spec: OneOf, schemas: Schemas) -> Schema:
    return enum_of(list(spec.values)) or note(form_text(spec))


@schema_of.register
def _subclass(spec: Subclass, schemas: Schemas) -> Schema:
    return note(form_text(("subclass", *spec.bases)))


@schema_of.register
def _later(spec: Later, schemas: Schemas) -> Schema:
    return schemas.reference(id(spec), annotation_text(spec.tp), lambda: schemas.of(spec.spec))


@schema_of.register
def _record(spec: Record, schemas: Schemas) -> Schema:
    return schemas.reference(id(spec), annotation_text(spec.tp), lambda: _fields(spec, schemas))


def _fields(spec: Record, schemas: Schemas) -> Schema:
    properties = {name: schemas.of(field) for name, field in spec.fields.items()}
    required = [name for name in properties if _is_required(spec, name)]
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def _is_required(spec: Record, name: str) -> bool:
    if isinstance(spec, Keyed):
        return name in spec.required
    assert isinstance(spec, Attributes)
    if dataclasses.is_dataclass(spec.tp):
        field = next(field for field in dataclasses.fields(spec.tp) if field.name == name)
        return field.init and field.default is field.default_factory is dataclasses.MISSING
    return name not in getattr(spec.tp, "_field_defaults", {})


# --- conditions -------------------------------------------------------------------------------------------


@schema_of.register
def _constrained(spec: Constrained, schemas: Schemas) -> Schema:
    base = schemas.of(spec.base)
    seen = seen_as_it_came((spec.base, *(part.pred for part in spec.parts)), schemas)
    parts = spec.parts[: len(seen) - 1]
    return all_of([base, *(_condition(part, base, schemas) for part in parts)])


def _condition(part: Condition, base: Schema, schemas: Schemas) -> Schema:
    if part.limit is None:
        return schemas.of(part.pred)
    name, limit = part.form
    if name in ("ge", "gt"):
        return at_least(limit, "minimum" if name == "ge" else "exclusiveMinimum")
    if name in ("le", "lt"):
        return at_most(limit, "maximum" if name == "le" else "exclusiveMaximum")
    if name == "multiple_of":
        factor = json_number(limit, down=True)
        is_said = factor is not None and factor == limit and factor > 0
        return {"multipleOf": factor} if is_said else note(form_text(part.form))
    return _length("min" if name == "min_length" else "max", limit, base)


_LENGTHS: Final = {"string": "Length", "array": "Items", "object": "Properties"}


def _length(side: str, limit: Any, base: Schema) -> Schema:
    """Return the schema of a length of any of the types that base may be of."""
    types = types_in(base) or list(_LENGTHS)
    return {f"{side}{_LENGTHS[name]}": int(limit) for name in types if name in _LENGTHS}
