"""Avro: the spec of the values that a schema describes, or that one schema writes for another.

    {"type": "record", "name": "Order", "fields": [{"name": "n", "type": "int"}]}

    described  {"n": 3}, as fastavro reads it
    written    ("Order", {"n": 3}), in a comparison of two schemas
    taken      ("Order", {"n": 3, ...}), whatever else the writer has

A reader resolves a writer's schema against its own: it takes an int for a long, skips fields that it lacks,
and fills in defaults. It decides by the types and names of the schemas, not by values: it refuses the int 3
where it has a string, and a record of a different name though the fields are the same. So a comparison keeps
the name of a record, an enum or a fixed beside its value, as fastavro does in a union; a fixed stands for its
size.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import itertools
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, Final, Literal, NamedTuple, NoReturn

from mxspec.base.strategies import simple
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.predicates import is_nan, is_none
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.core.budget import spend
from mxspec.specs.core.rewriting import LateReference
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.logic import UnionType, and_
from mxspec.specs.maps import keys
from mxspec.specs.ranges import float_in, int_in, range_of, str_in
from mxspec.transform.schemas.json_kinds import NO_VALUE

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
NAMED: Final = ("record", "enum", "fixed")
_TYPES: Final = (*PRIMITIVES, *NAMED, "array", "map")
_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_MOST_CHOICES: Final = 16  # of names of fields, for fields with aliases and without a default

Mode = Literal["described", "written", "taken"]


def from_avro(schema: Any) -> Spec:
    """Return the spec of the values of an Avro schema, as Python values: what fastavro reads and writes.

    Args:
        schema: the schema, as `json.loads` reads it.

    Raises:
        SpecDefinitionError: it is no Avro schema; the message has the path.

    Example:
        >>> import mxspec as s
        >>> fields = [{"name": "n", "type": "int"}, {"name": "note", "type": ["null", "string"]}]
        >>> order = from_avro({"type": "record", "name": "Order", "fields": fields})
        >>> s.valid(order, {"n": 3, "note": None}), s.valid(order, {"n": 2**31, "note": None})
        (True, False)
    """
    return _read_avro(schema, "described")


def avro_sides(written: Any, taken: Any) -> tuple[Spec, Spec, tuple[str, ...]]:
    """Return the specs of the values that one schema writes and another takes, and the undecided questions.

    Args:
        written: the schema of the writer, as `json.loads` reads it.
        taken: the schema of the reader.

    Raises:
        SpecDefinitionError: one is no Avro schema; the message has the path.

    Example:
        >>> import mxspec as s
        >>> written, taken, _ = avro_sides("int", ["null", "long"])
        >>> s.check_compatible(written, taken).verdict, s.check_compatible(taken, written).verdict
        ('proved', 'broken')
    """
    notes = sorted({*_logical_types(written)} ^ {*_logical_types(taken)})
    logical = (f"the logical type {name} at {path or 'the top'}, which only one has" for path, name in notes)
    undecided = (*logical, *_ambiguous_unions(taken), *_ambiguous_fields(taken))
    return _read_avro(written, "written"), _read_avro(taken, "taken"), undecided


def _read_avro(schema: Any, mode: Mode) -> Spec:
    with name_recursion_limit("the schema", None, SpecDefinitionError):
        reader = _AvroReader(mode)
        spec = reader.spec(schema, "", "")
        for reference in reader.references:
            _ = reference.to  # so that an unknown name is an error here
        return spec


# --- the reader -------------------------------------------------------------------------------------------


class _AvroReader:
    """The reader of one schema.

    Args:
        mode: the values that its specs accept: described, written or taken.

    Attributes:
        references: the uses of names, which may lead back to where they stand.
    """

    def __init__(self, mode: Mode) -> None:
        self._mode: Final[Mode] = mode
        self._named: dict[str, Spec | None] = {}
        self.references: list[LateReference] = []

    def spec(self, schema: Any, path: str, space: str) -> Spec:
        """Return the spec of a schema at a path, in a namespace."""
        spend()
        if isinstance(schema, list):
            return self._union(schema, path, space)
        if isinstance(schema, str):
            return self._primitive(schema, path) if schema in PRIMITIVES else self._use(schema, path, space)
        if not isinstance(schema, dict):
            _no_schema(path, f"a schema is a name, a list or an object, not {short_repr(schema)}")
        kind = schema.get("type")
        if isinstance(kind, (list, dict)):
            return self.spec(kind, path, space)
        if self._mode == "described" and (logical := _LOGICAL.get((schema.get("logicalType"), kind))):
            spec = logical(schema, path)
            if kind == "fixed":
                self._named[_full_name(schema, path, space)] = spec
            return spec
        if kind == "array":
            return coll_of(self.spec(_entry(schema, "items", path), f"{path}[]", space), kind=list)
        if kind == "map":
            return map_of(str, self.spec(_entry(schema, "values", path), f"{path}{{}}", space))
        if kind in NAMED:
            return self._define(schema, path, space)
        return self.spec(kind, path, space)

    def _primitive(self, name: str, path: str) -> Spec:
        if self._mode == "taken" and name in _PROMOTED:
            return _union_of([_PRIMITIVES[each] for each in _PROMOTED[name]])
        return _PRIMITIVES[name]

    def _union(self, schemas: Sequence[Any], path: str, space: str) -> Spec:
        if not schemas or any(isinstance(each, list) for each in schemas):
            _no_schema(path, "a union is a list of schemas, none of them a list")
        kinds = [each.get("type") if isinstance(each, dict) else each for each in schemas]
        alone = [str(kind) for kind in kinds if kind not in NAMED]
        if len({*alone}) < len(alone):
            _no_schema(path, "a union has each type once, but for records, enums and fixed of other names")
        return _union_of([self.spec(each, f"{path}<{i}>", space) for i, each in enumerate(schemas)])

    def _use(self, name: str, path: str, space: str) -> Spec:
        full = name if "." in name or not space else f"{space}.{name}"

        def look_up() -> Spec:
            spec = self._named.get(full)
            if spec is None:
                _no_schema(path, f"there is no type {name!r}{did_you_mean(name, [*_TYPES, *self._named])}")
            return spec

        self.references.append(reference := LateReference(look_up))
        return reference

    def _define(self, schema: Mapping[str, Any], path: str, space: str) -> Spec:
        full = _full_name(schema, path, space)
        if full in self._named:
            _no_schema(path, f"there are two types {full!r}")
        self._named[full] = None
        kind, inner = schema["type"], full.rpartition(".")[0]
        if kind == "record":
            spec = self._record(schema, path or full, inner)
        elif kind == "enum":
            spec = self._enum(schema, path or full)
        else:
            size = _entry(schema, "size", path)
            if type(size) is not int or size < 0:
                _no_schema(path, f"the size of a fixed is a number of bytes, not {short_repr(size)}")
            spec = _bytes_of(size) if self._mode == "described" else as_part({size})
        if self._mode != "described":
            aliases = _texts(schema, "aliases", path) if self._mode == "taken" else []
            spec = tuple_(_names_taken(full, aliases) if self._mode == "taken" else {full}, spec)
        self._named[full] = spec
        return spec

    def _enum(self, schema: Mapping[str, Any], path: str) -> Spec:
        symbols = _texts(schema, "symbols", path)
        if not symbols or len({*symbols}) < len(symbols):
            _no_schema(path, "the symbols of an enum are several texts, each once")
        if "default" in schema and schema["default"] not in symbols:
            _no_schema(path, f"the default {short_repr(schema['default'])} is no symbol of the enum")
        return as_part(str if self._mode == "taken" and "default" in schema else {*symbols})

    def _record(self, schema: Mapping[str, Any], path: str, space: str) -> Spec:
        fields = _entry(schema, "fields", path)
        if not isinstance(fields, list):
            _no_schema(path, f"the fields of a record are a list, not {short_repr(fields)}")
        seen, ways = set[str](), []
        for field in fields:
            name = field.get("name") if isinstance(field, dict) else None
            if not isinstance(name, str) or name in seen:
                _no_schema(path, f"a field has a name of its own, unlike {short_repr(field)}")
            seen.add(name)
            at = f"{path}.{name}"
            spec = self.spec(_entry(field, "type", at), at, space)
            names = (name, *(_texts(field, "aliases", at) if self._mode == "taken" else ()))
            ways.append([_Way({each: spec}, dict.fromkeys({*names} - {each}, NO_VALUE)) for each in names])
            if self._mode == "taken" and "default" in field:
                absent = _Way({}, {name: spec} if len(names) == 1 else dict.fromkeys(names, NO_VALUE))
                ways[-1] = [absent] if len(names) == 1 else [*ways[-1], absent]
        chosen = [*itertools.islice(itertools.product(*ways), _MOST_CHOICES + 1)]
        if len(chosen) > _MOST_CHOICES:
            _no_schema(path, f"aliases of fields give more than {_MOST_CHOICES} ways to write the record")
        return _union_of([self._map(way) for way in chosen])

    def _map(self, ways: Sequence[_Way]) -> Spec:
        needed = {name: spec for way in ways for name, spec in way.needed.items()}
        others = {name: spec for way in ways for name, spec in way.others.items() if name not in needed}
        return keys(req_un=needed, opt_un=others, closed=self._mode != "taken")


class _Way(NamedTuple):
    """A way to write a field: under one of its names, and under no other, or not at all."""

    needed: Mapping[str, Spec]
    others: Mapping[str, Spec]


def _names_taken(full: str, aliases: Sequence[str]) -> Spec:
    """Return the spec of the names of a type that a reader takes for its own.

    The namespace counts in an alias that has one.
    """
    plain = {full.rpartition(".")[2], *(alias for alias in aliases if "." not in alias)}
    words = "|".join(map(re.escape, sorted(plain)))
    exact = {alias for alias in aliases if "." in alias}
    return _union_of([str_in(pattern=rf"(.*\.)?({words})"), *([as_part(exact)] if exact else [])])


def _union_of(specs: Sequence[Spec]) -> Spec:
    return specs[0] if len(specs) == 1 else UnionType(tuple((str(i), x) for i, x in enumerate(specs)))


# --- values -----------------------------------------------------------------------------------------------


def _is_utf8(x: Any) -> bool:
    """True for bytes that are text in UTF-8."""
    try:
        return isinstance(x, bytes) and str(x, "utf-8") is not None
    except UnicodeDecodeError:
        return False


_MOST_FLOAT: Final = 3.4028234663852886e38
_PRIMITIVES: Final[Mapping[str, Spec]] = {
    "null": as_part(is_none),
    "boolean": as_part(bool),
    "int": int_in(-(2**31), 2**31),
    "long": int_in(-(2**63), 2**63),
    "float": _union_of([float_in(min=-_MOST_FLOAT, max=_MOST_FLOAT), as_part({inf, -inf}), as_part(is_nan)]),
    "double": as_part(float),
    "bytes": as_part(bytes),
    "string": as_part(str),
    "text in bytes": as_part(_is_utf8),
}
_PROMOTED: Final = {
    "float": ("float", "long"),
    "double": ("double", "long"),
    "bytes": ("bytes", "string"),
    "string": ("string", "text in bytes"),
}
"""The types that a reader of a type takes, where they are not all among its values."""


@dataclasses.dataclass(frozen=True)
class _OfSize:
    """True for bytes of a size."""

    size: int

    def __call__(self, x: Any) -> bool:
        return isinstance(x, bytes) and len(x) == self.size


@dataclasses.dataclass(frozen=True)
class _OfScale:
    """True for a Decimal of at most some digits after the point."""

    scale: int

    def __call__(self, x: Any) -> bool:
        return isinstance(x, decimal.Decimal) and x.is_finite() and -int(x.as_tuple().exponent) <= self.scale


def _bytes_of(size: int) -> Spec:
    return dataclasses.replace(as_part(_OfSize(size)), gen_fn=lambda: simple.sized_text(True, size, size))


def _has_zone(x: Any) -> bool:
    """True for a datetime with a time zone."""
    return isinstance(x, datetime.datetime) and x.utcoffset() is not None


def _has_no_zone(x: Any) -> bool:
    """True for a datetime without a time zone."""
    return isinstance(x, datetime.datetime) and x.utcoffset() is None


def _decimals(schema: Mapping[str, Any], path: str) -> Spec:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if type(precision) is not int or type(scale) is not int or not 0 <= scale <= precision:
        _no_schema(path, f"a decimal of precision {short_repr(precision)} and scale {short_repr(scale)}")
    most = decimal.Decimal((0, (9,) * precision, -scale))
    spec = and_(range_of(decimal.Decimal, -most, most), _OfScale(scale))
    return dataclasses.replace(spec, gen_fn=lambda: simple.decimals_of(precision, scale))


def _spec_alone(pred: Any) -> Callable[[Mapping[str, Any], str], Spec]:
    return lambda schema, path: as_part(pred)


_MOMENTS: Final = {
    has_zone: _spec_alone(and_(datetime.datetime, _has_zone if has_zone else _has_no_zone))
    for has_zone in (True, False)
}
_LOGICAL: Final[Mapping[Any, Callable[[Mapping[str, Any], str], Spec]]] = {
    ("date", "int"): _spec_alone(datetime.date),
    ("time-millis", "int"): _spec_alone(datetime.time),
    ("time-micros", "long"): _spec_alone(datetime.time),
    ("timestamp-millis", "long"): _MOMENTS[True],
    ("timestamp-micros", "long"): _MOMENTS[True],
    ("local-timestamp-millis", "long"): _MOMENTS[False],
    ("local-timestamp-micros", "long"): _MOMENTS[False],
    ("uuid", "string"): _spec_alone(uuid.UUID),
    ("decimal", "bytes"): _decimals,
    ("decimal", "fixed"): _decimals,
}
"""The specs of logical types, by the types that hold them; a reader passes over any other logical type."""


# --- what a comparison does not decide --------------------------------------------------------------------


def _parts(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a schema and all schemas within, with their paths."""
    yield path, schema
    if isinstance(schema, list):
        for each in schema:
            yield from _parts(each, path)
    elif isinstance(schema, dict):
        for word, mark in (("type", ""), ("items", "[]"), ("values", "{}")):
            if isinstance(schema.get(word), (dict, list)):
                yield from _parts(schema[word], path + mark)
        fields = schema.get("fields")
        for field in fields if isinstance(fields, list) else ():
            if isinstance(field, dict):
                yield from _parts(field.get("type"), f"{path}.{field.get('name')}")


def _logical_types(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each logical type."""
    for path, part in _parts(schema):
        if isinstance(part, dict) and "logicalType" in part:
            words = (part["logicalType"], part.get("precision"), part.get("scale"))
            yield path, " ".join(str(word) for word in words if word is not None)


def _ambiguous_unions(schema: Any) -> Iterator[str]:
    """Yield the unions of a reader with two types of one name, apart from namespaces, or alias."""
    for path, part in _parts(schema):
        if isinstance(part, list):
            named = [each for each in part if isinstance(each, dict) and each.get("type") in NAMED]
            used = [each for each in part if isinstance(each, str) and each not in PRIMITIVES]
            names = [n for each in named for n in (each.get("name"), *(each.get("aliases") or ()))] + used
            if len({str(name).rpartition(".")[2] for name in names}) < len(names):
                yield f"a union at {path or 'the top'} with two types of one name"


def _ambiguous_fields(schema: Any) -> Iterator[str]:
    """Yield the fields of a reader with an alias that is also a name or an alias of another field.

    Yield a default of another type, too: some readers refuse such a schema.
    """
    for path, part in _parts(schema):
        fields = part.get("fields") if isinstance(part, dict) else None
        fields = [each for each in fields if isinstance(each, dict)] if isinstance(fields, list) else []
        names = [name for each in fields for name in {each.get("name"), *(each.get("aliases") or ())}]
        for each in fields:
            own = {each.get("name"), *(each.get("aliases") or ())}
            if any(names.count(name) > 1 for name in own):
                yield f"{path}.{each.get('name')}, which shares a name or an alias with another field"
            if "default" in each and not _may_be_default(each["default"], each.get("type")):
                default = short_repr(each["default"])
                yield f"{path}.{each.get('name')} with a default of another type, {default}"


_JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    **dict.fromkeys(("int", "long"), (int,)),
    **dict.fromkeys(("float", "double"), (int, float)),
    **dict.fromkeys(("bytes", "string", "enum", "fixed"), (str,)),
    "array": (list,),
    **dict.fromkeys(("map", "record"), (dict,)),
}


def _may_be_default(x: Any, schema: Any) -> bool:
    """True if a default has the JSON type of a schema, or of a branch of a union."""
    if isinstance(schema, list):
        return any(_may_be_default(x, each) for each in schema)
    kind = schema.get("type") if isinstance(schema, dict) else schema
    if isinstance(kind, (dict, list)):
        return _may_be_default(x, kind)
    types = _JSON_TYPES.get(kind, (object,)) if isinstance(kind, str) else (object,)
    return isinstance(x, types) and (not isinstance(x, bool) or bool in types or object in types)


# --- words of a schema ------------------------------------------------------------------------------------


def _no_schema(path: str, words: str) -> NoReturn:
    raise SpecDefinitionError(f"{path or 'the schema'}: {words}")


def _entry(schema: Mapping[str, Any], word: str, path: str) -> Any:
    return (
        schema[word] if word in schema else _no_schema(path, f"{word!r} is missing in {short_repr(schema)}")
    )


def _texts(schema: Mapping[str, Any], word: str, path: str) -> list[str]:
    texts = schema.get(word, [])
    if not (isinstance(texts, list) and all(isinstance(x, str) for x in texts)):
        _no_schema(path, f"{word} are a list of texts, not {short_repr(texts)}")
    return texts


def _full_name(schema: Mapping[str, Any], path: str, space: str) -> str:
    name, own_space = _entry(schema, "name", path), schema.get("namespace", space)
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or not isinstance(own_space, str):
        _no_schema(path, f"{short_repr(name)} is no name of Avro: letters, digits and _, with points between")
    return name if "." in name or not own_space else f"{own_space}.{name}"
