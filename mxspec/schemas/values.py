"""Specs of specs, collections, maps and arrays as JSON Schema."""

from __future__ import annotations

from typing import Any

from mxspec.core.parts import as_pred, specize
from mxspec.core.spec import Pred
from mxspec.names import find
from mxspec.schemas.parts import Schema, all_of, any_of, at_least, at_most, note, types_in
from mxspec.schemas.writing import Schemas, schema_of
from mxspec.specs.arrays import ArraySpec, Shape
from mxspec.specs.collections.every import CHECK_LIMIT, Every
from mxspec.specs.collections.tuples import Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps.key_groups import Key, KeyGroup, qualified, unqualified
from mxspec.specs.maps.keys import Keys
from mxspec.specs.maps.merge import Merge
from mxspec.specs.multi import MultiSpec
from mxspec.specs.worded import Worded
from mxspec.specs.wrappers import Conformer, Nilable, Nonconforming
from mxspec.words.needs import form_text

_NULL: Schema = {"type": "null"}


# --- specs of specs ---------------------------------------------------------------------------------------


@schema_of.register
def _and(spec: And, schemas: Schemas) -> Schema:
    return all_of(schemas.of(pred) for pred in seen_as_it_came(spec.preds, schemas))


def seen_as_it_came(preds: tuple[Pred, ...], schemas: Schemas) -> list[Pred]:
    """Return the first of preds, up to one that may conform the value to something else."""
    seen = []
    for pred in preds:
        seen.append(pred)
        if schemas.changes(pred):
            break
    return seen


@schema_of.register
def _or(spec: Or, schemas: Schemas) -> Schema:
    return any_of(schemas.of(pred) for _, pred in spec.branches)


@schema_of.register
def _nilable(spec: Nilable, schemas: Schemas) -> Schema:
    return any_of([schemas.of(spec.pred), _NULL])


@schema_of.register
def _nonconforming(spec: Nonconforming, schemas: Schemas) -> Schema:
    return schemas.of(spec.pred)


@schema_of.register
def _worded(spec: Worded, schemas: Schemas) -> Schema:
    return all_of([schemas.of(spec.pred), note(spec.message)])


@schema_of.register
def _conformer(spec: Conformer, schemas: Schemas) -> Schema:
    return note(f"what {form_text(spec.f)} takes")


@schema_of.register
def _multi_spec(spec: MultiSpec, schemas: Schemas) -> Schema:
    choices = []
    for tag, method in spec.methods.items():
        schema = schemas.of(as_pred(method))
        if type(spec.dispatch) is str and type(tag) in (str, int, bool):
            tagged = {"properties": {spec.dispatch: {"const": tag}}, "required": [spec.dispatch]}
            schema = all_of([tagged, schema])
        choices.append(schema)
    if spec.default is not None:
        choices.append(schemas.of(spec.default))
    return any_of(choices)


# --- collections ------------------------------------------------------------------------------------------


@schema_of.register
def _tuple(spec: Tuple, schemas: Schemas) -> Schema:
    items = [schemas.of(pred) for pred in spec.preds]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


@schema_of.register
def _collection(spec: Every, schemas: Schemas) -> Schema:
    o = spec.options
    whole = {"type": ["array", "object"]} if o.kind is None else schemas.of(o.kind)
    types = types_in(whole)
    sizes = _sizes(o.min_count if o.count is None else o.count, o.max_count if o.count is None else o.count)
    most = o.max_count if o.count is None else o.count
    parts: list[Schema] = [whole]
    # `every` looks at some elements of a large collection; the first of a list is always among them.
    looks_at_all = spec.conforms_all or (most is not None and most <= CHECK_LIMIT)
    if types is None or "array" in types:
        element = schemas.of(spec.pred)
        parts.append({f"{name}Items": size for name, size in sizes.items()})
        if element:
            parts.append({"items": element} if looks_at_all else {"prefixItems": [element], **_some(spec)})
        if o.distinct:
            parts.append(
                {"uniqueItems": True} if _equal_as_in_clojure(element) else note("all elements differ")
            )
    if types is None or "object" in types:
        parts.append({f"{name}Properties": size for name, size in sizes.items()})
        parts.append(_entries(spec, schemas, looks_at_all))
    return all_of(parts)


def _some(spec: Every) -> Schema:
    return note(f"of many elements some are looked at: {form_text(spec.pred)}")


def _sizes(least: int | None, most: int | None) -> dict[str, int]:
    return {name: size for name, size in (("min", least), ("max", most)) if size is not None}


def _entries(spec: Every, schemas: Schemas, looks_at_all: bool) -> Schema:
    """Return what a collection says of the entries of an object."""
    if not spec.of_entries:
        # They are lists of two, which most elements are not.
        types = types_in(schemas.of(spec.pred))
        return {} if types is None or "array" in types else {"maxProperties": 0}
    if not looks_at_all:
        return _some(spec)
    assert isinstance(spec.pred, Tuple)
    key, value = (schemas.of(pred) for pred in spec.pred.preds)
    schema: Schema = {"additionalProperties": value} if value else {}
    types = types_in(key)
    if types is not None and "string" not in types:
        return {**schema, **note(f"keys: {form_text(spec.pred.preds[0])}")}
    return {"propertyNames": key, **schema} if key else schema


def _equal_as_in_clojure(schema: Schema) -> bool:
    """True if JSON Schema and clojure tell the values of a schema apart alike; 1 and 1.0 are one to it."""
    types = types_in(schema)
    return types is not None and set(types) <= {"string", "integer", "boolean", "null"}


# --- maps -------------------------------------------------------------------------------------------------


@schema_of.register
def _keys(spec: Keys, schemas: Schemas) -> Schema:
    properties = {key: schemas.of(name) if _is_known(name) else {} for key, name in spec.spec_names.items()}
    required: list[str] = []
    groups: list[Schema] = []
    for entries, key in ((spec.req, qualified), (spec.req_un, unqualified)):
        for entry in entries:
            if isinstance(entry, KeyGroup):
                groups.append(_group(entry, key))
            else:
                required.append(key(entry))
    schema: Schema = {"type": "object"}
    if properties:
        schema["properties"] = properties
    if required:
        schema["required"] = list(dict.fromkeys(required))
    if spec.closed:
        # Those of the other parts of a merge are in a schema beside this one, which it can't see.
        schema["properties"] = {**{key: {} for key in sorted(spec.beside)}, **properties}
        schema["additionalProperties"] = False
    return all_of([schema, *groups])


def _is_known(name: str) -> bool:
    return find(name) is not None


def _group(group: Key, key: Any) -> Schema:
    """Return the schema of the keys that a group asks for."""
    if not isinstance(group, KeyGroup):
        return {"required": [key(group)]}
    combine = any_of if group.call == "or_keys" else all_of
    return combine(_group(part, key) for part in group.parts)


@schema_of.register
def _merge(spec: Merge, schemas: Schemas) -> Schema:
    parts = spec.parts()
    is_plain = all(part is specize(pred) for part, pred in zip(parts, spec.preds, strict=True))
    return all_of(schemas.of(pred) for pred in (spec.preds if is_plain else parts))


# --- arrays -----------------------------------------------------------------------------------------------


@schema_of.register
def _array(spec: ArraySpec, schemas: Schemas) -> Schema:
    bounds = {**at_least(spec.min), **at_most(spec.max)}
    number = _number(spec.dtype, is_real=bool(bounds) or spec.finite) | bounds
    if spec.shapes is None:
        return {"type": "array", **note(f"lists of any depth of {number.get('type', 'value')}s")}
    return any_of(_nested(shape, number) for shape in spec.shapes)


def _number(dtype: Any, *, is_real: bool) -> Schema:
    """Return the schema of one number of an array, which is a real one where there are bounds."""
    import numpy as np

    if dtype is not None and not isinstance(dtype, np.dtype) and issubclass(dtype, np.integer):
        return {"type": "integer"}
    if not isinstance(dtype, np.dtype):
        return {"type": "number"} if is_real else {}
    types = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "U": "string", "S": "string"}
    return {"type": types[dtype.kind]} if dtype.kind in types else note(str(dtype))


def _nested(shape: Shape, number: Schema) -> Schema:
    """Return the schema of lists of lists, as deep and as long as a shape."""
    schema = number
    for length in reversed(shape):
        sizes = {} if length is None else {"minItems": length, "maxItems": length}
        schema = {"type": "array", **({"items": schema} if schema else {}), **sizes}
    return schema
