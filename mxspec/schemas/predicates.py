"""Predicates, types, sets and ranges as JSON Schema."""

from __future__ import annotations

import copy
import enum
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec import predicates as p
from mxspec.core.predicate import Predicate
from mxspec.schemas.parts import Schema, all_of, at_least, at_most, is_short, note
from mxspec.schemas.writing import Schemas, schema_of
from mxspec.specs.ranges import FloatIn, InstIn, IntIn
from mxspec.values import in_order
from mxspec.words.needs import form_text

_ANYTHING: Final[Schema] = {}
_BOOLEAN: Final = {"type": "boolean"}
_NULL: Final = {"type": "null"}
_BYTES: Final = {"type": "string", "format": "binary"}
_SET: Final = {"type": "array", "uniqueItems": True}
_OBJECT: Final = {"type": "object"}
_INTEGER: Final = {"type": "integer"}
_NUMBER: Final = {"type": "number"}
_STRING: Final = {"type": "string"}
_ARRAY: Final = {"type": "array"}
_ARRAY_OR_OBJECT: Final = {"type": ["array", "object"]}
_NAME: Final = r"[^\s/]+"

_SCHEMAS: Final[Mapping[Any, Schema]] = MappingProxyType(
    {
        **dict.fromkeys((object, p.is_any), _ANYTHING),
        **dict.fromkeys((int, p.is_int), _INTEGER),
        **dict.fromkeys((float, p.is_float, p.is_number, p.is_rational, p.is_nan, p.is_infinite), _NUMBER),
        **dict.fromkeys((str, p.is_str), _STRING),
        **dict.fromkeys((bool, p.is_bool), _BOOLEAN),
        **dict.fromkeys((type(None), p.is_none), _NULL),
        **dict.fromkeys((bytes, bytearray, p.is_bytes), _BYTES),
        **dict.fromkeys((list, tuple, p.is_list, p.is_tuple, p.is_sequential, p.is_indexed), _ARRAY),
        **dict.fromkeys((set, frozenset, p.is_set), _SET),
        **dict.fromkeys((dict, p.is_dict), _OBJECT),
        **dict.fromkeys((p.is_coll, p.is_associative), _ARRAY_OR_OBJECT),
        p.is_some: {"not": {"type": "null"}},
        p.is_true: {"const": True},
        p.is_false: {"const": False},
        p.is_even: {"type": "integer", "multipleOf": 2},
        p.is_odd: {"type": "integer", "not": {"multipleOf": 2}},
        p.is_pos: {"type": "number", "exclusiveMinimum": 0},
        p.is_neg: {"type": "number", "exclusiveMaximum": 0},
        p.is_zero: {"const": 0},
        p.is_pos_int: {"type": "integer", "minimum": 1},
        p.is_neg_int: {"type": "integer", "maximum": -1},
        p.is_nat_int: {"type": "integer", "minimum": 0},
        p.is_decimal: {"type": ["number", "string"]},
        p.is_char: {"type": "string", "minLength": 1, "maxLength": 1},
        p.is_uuid: {"type": "string", "format": "uuid"},
        p.is_inst: {"type": "string", "format": "date-time"},
        p.is_uri: {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"},
        p.is_simple_ident: {"type": "string", "pattern": f"^{_NAME}$"},
        p.is_qualified_ident: {"type": "string", "pattern": f"^{_NAME}/{_NAME}$"},
        p.is_ident: {"type": "string", "pattern": f"^{_NAME}(/{_NAME})?$"},
        p.is_seqable: {"type": ["array", "object", "string", "null"]},
        p.is_empty: {"enum": [None, "", [], {}]},
    }
)


@schema_of.register
def _predicate(spec: Predicate, schemas: Schemas) -> Schema:
    pred = spec.pred
    try:
        if pred in _SCHEMAS:
            return copy.deepcopy(_SCHEMAS[pred])
    except Exception:  # not hashable
        pass
    if isinstance(pred, (set, frozenset)):
        return enum_of(in_order(pred)) or note(form_text(pred))
    if isinstance(pred, type) and issubclass(pred, enum.Enum):
        return enum_of(list(pred)) or note(pred.__name__)
    return note(form_text(pred))


_SCALARS: Final = (str, int, float, bool, type(None))
_NOT_IN_JSON: Final = (bytes, tuple, frozenset)


def enum_of(values: list[Any]) -> Schema | None:
    """Return the schema of those of some values that JSON has, or None if it may have equals of others.

    Example:
        >>> enum_of([1, "a", (2,), b"c"])
        {'enum': [1, 'a']}
    """
    values = [value.value if isinstance(value, enum.Enum) else value for value in values]
    scalars = [value for value in values if not isinstance(value, _NOT_IN_JSON)]
    if not scalars or not all(type(value) in _SCALARS and _is_in_json(value) for value in scalars):
        return None
    return {"enum": scalars}


def _is_in_json(x: object) -> bool:
    if isinstance(x, float):
        return math.isfinite(x)
    return not isinstance(x, int) or is_short(x)


@schema_of.register
def _int_in(spec: IntIn, schemas: Schemas) -> Schema:
    return {"type": "integer", **at_least(spec.start), **at_most(spec.end - 1)}


@schema_of.register
def _float_in(spec: FloatIn, schemas: Schemas) -> Schema:
    return all_of([_NUMBER, at_least(spec.min), at_most(spec.max)])


@schema_of.register
def _inst_in(spec: InstIn, schemas: Schemas) -> Schema:
    words = f"from {spec.start.isoformat()} up to {spec.end.isoformat()}"
    return {"type": "string", "format": "date-time", **note(words)}
