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

import collections
import datetime
import decimal
import itertools
import re
import uuid
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Final, Literal, NamedTuple

from mxspec.base.values import short_repr
from mxspec.predicates import is_nan, is_none
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.core.budget import spend
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.logic import UnionType
from mxspec.specs.maps import keys
from mxspec.specs.ranges import float_in, str_in
from mxspec.specs.regex.combinators import with_message
from mxspec.transform.schemas.facts import ValueFacts
from mxspec.transform.schemas.json_kinds import NO_VALUE
from mxspec.transform.schemas.places import SchemaPlace, SchemaReader

_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_MOST_DIGITS: Final = 1_000  # of a decimal
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
    return _AvroReader("described").read(schema)


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
    writer, reader = _AvroReader("written"), _AvroReader("taken")
    specs = writer.read(written), reader.read(taken)
    notes = sorted(writer.logical_types ^ reader.logical_types)
    logical = (f"the logical type {name} at {path or 'the top'}, which only one has" for path, name in notes)
    return *specs, (*logical, *reader.undecided)


def is_avro(schema: Any) -> bool:
    """True for a record, an enum or a fixed, which no JSON Schema has as its type."""
    return isinstance(schema, dict) and schema.get("type") in [*_NAMED]


# --- the types --------------------------------------------------------------------------------------------


def _is_utf8(x: Any) -> bool:
    """True for bytes that are text in UTF-8."""
    try:
        return isinstance(x, bytes) and str(x, "utf-8") is not None
    except UnicodeDecodeError:
        return False


def _union_of(specs: Sequence[Spec]) -> Spec:
    return specs[0] if len(specs) == 1 else UnionType(tuple((str(i), x) for i, x in enumerate(specs)))


_MOST_FLOAT: Final = 3.4028234663852886e38
_FLOATS: Final = [float_in(min=-_MOST_FLOAT, max=_MOST_FLOAT), as_part({inf, -inf}), as_part(is_nan)]
_LONG: Final = ValueFacts(int, -(2**63), 2**63 - 1).spec()
_PRIMITIVES: Final[Mapping[str, Sequence[Spec]]] = {
    "null": [as_part(is_none)],
    "boolean": [as_part(bool)],
    "int": [ValueFacts(int, -(2**31), 2**31 - 1).spec()],
    "long": [_LONG],
    "float": [_union_of(_FLOATS), _LONG],
    "double": [as_part(float), _LONG],
    "bytes": [as_part(bytes), as_part(str)],
    "string": [as_part(str), with_message(as_part(_is_utf8), "bytes of text in UTF-8 are required")],
}
"""The spec of the values of a type, and the specs of what its reader takes besides."""

_NAMED: Final[Mapping[str, type]] = {"record": dict, "enum": str, "fixed": str}
_OTHERS: Final = {**_NAMED, "array": list, "map": dict}
"""The types with parts or a name, and the types of their defaults."""

_LOGICAL: Final = {
    ("date", "int"): ValueFacts(datetime.date),
    ("time-millis", "int"): ValueFacts(datetime.time),
    ("time-micros", "long"): ValueFacts(datetime.time),
    ("timestamp-millis", "long"): ValueFacts(datetime.datetime, zone=True),
    ("timestamp-micros", "long"): ValueFacts(datetime.datetime, zone=True),
    ("local-timestamp-millis", "long"): ValueFacts(datetime.datetime, zone=False),
    ("local-timestamp-micros", "long"): ValueFacts(datetime.datetime, zone=False),
    ("uuid", "string"): ValueFacts(uuid.UUID),
}
"""The facts of logical types, by the types that hold them; a reader passes over any other but decimal."""


# --- the reader -------------------------------------------------------------------------------------------


class _AvroReader(SchemaReader):
    """The reader of one schema.

    Args:
        mode: the values that its specs accept: described, written or taken.

    Attributes:
        logical_types: the path and the text of each logical type.
        undecided: the questions about what is taken that readers of Avro answer differently.
    """

    builtin = (*_PRIMITIVES, *_OTHERS)

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode: Final[Mode] = mode
        self._is_taken: Final = mode == "taken"
        self._top = ""  # the name of a record at the top, with which paths in messages begin
        self.logical_types: set[tuple[str, str]] = set()
        self.undecided: list[str] = []

    def spec(self, place: SchemaPlace, space: str = "") -> Spec:
        """Return the spec of a place in a namespace."""
        spend()
        schema = place.value
        if isinstance(schema, list):
            return self._union(place, space)
        if isinstance(schema, str) and schema in _PRIMITIVES:
            own = _PRIMITIVES[schema]
            return _union_of(own) if self._is_taken else own[0]
        if isinstance(schema, str):
            full = schema if "." in schema or not space else f"{space}.{schema}"
            return self.use(full, place)
        if not isinstance(schema, dict):
            place.fail(f"a schema is a name, a list or an object, not {short_repr(schema)}")
        if "logicalType" in schema:
            words = (schema.get(word) for word in ("logicalType", "precision", "scale"))
            text = " ".join(str(word) for word in words if word is not None)
            self.logical_types.add((self._plain_path(place), text))
        kind = schema.get("type")
        if isinstance(kind, str) and kind in _NAMED:
            return self._define(place, space)
        if self._mode == "described" and (facts := _logical_facts(place)):
            return facts.spec()
        if kind == "array":
            return coll_of(self.spec(place.get("items", mark="[]"), space), kind=list)
        if kind == "map":
            return map_of(str, self.spec(place.get("values", mark="{}"), space))
        return self.spec(place.part(kind), space)

    def _plain_path(self, place: SchemaPlace) -> str:
        """Return a path without the name at the top and without places in a union, which may differ."""
        return re.sub(r"<\d+>", "", place.path.removeprefix(self._top))

    def _union(self, place: SchemaPlace, space: str) -> Spec:
        branches = place.value
        if not branches or any(isinstance(each, list) for each in branches):
            place.fail("a union is a list of schemas, none of them a list")
        kinds = [each.get("type") if isinstance(each, dict) else each for each in branches]
        alone = [str(kind) for kind in kinds if kind not in [*_NAMED]]
        if len({*alone}) < len(alone):
            place.fail("a union has each type once, but for records, enums and fixed of other names")
        specs = [self.spec(place.part(each, f"<{i}>"), space) for i, each in enumerate(branches)]
        if self._is_taken:
            self._note_questions(place, kinds)
        return _union_of(specs)

    def _note_questions(self, place: SchemaPlace, kinds: Sequence[Any]) -> None:
        """Note types that a name does not tell apart, without its namespace, and text before bytes.

        For bytes, some readers take the first type that bytes may become, which is text.
        """
        named = [each for each in place.value if isinstance(each, dict) and each["type"] in [*_NAMED]]
        names = [name for each in named for name in {each["name"], *each.get("aliases", ())}]
        names += [each for each in place.value if isinstance(each, str) and each not in _PRIMITIVES]
        where = f"a union at {self._plain_path(place) or 'the top'}"
        if len({name.rpartition(".")[2] for name in names}) < len(names):
            self.undecided.append(f"{where} with two types of one name")
        if "bytes" in kinds and "string" in kinds[: kinds.index("bytes")]:
            self.undecided.append(
                f"{where} with string before bytes, by which some readers take bytes for text"
            )

    def _define(self, place: SchemaPlace, space: str) -> Spec:
        full = _full_name(place, space)
        kind = place.value["type"]
        if not place.path and kind != "fixed":
            self._top = full
            place = place.part(place.value, full)
        self.reserve(full, place)
        reads = {"record": self._spec_of_record, "enum": self._spec_of_enum, "fixed": self._spec_of_fixed}
        spec = reads[kind](place, full.rpartition(".")[0])
        if self._mode != "described":
            names = _names_taken(full, place.texts("aliases")) if self._is_taken else {full}
            spec = tuple_(names, spec)
        self.named[full] = spec
        return spec

    def _spec_of_fixed(self, place: SchemaPlace, space: str) -> Spec:
        size = place.get("size", mark="").value
        if type(size) is not int or size < 0:
            place.fail(f"the size of a fixed is a number of bytes, not {short_repr(size)}")
        if self._mode != "described":
            return as_part({size})
        return (_logical_facts(place) or ValueFacts(bytes, size=size)).spec()

    def _spec_of_enum(self, place: SchemaPlace, space: str) -> Spec:
        symbols, enum = place.texts("symbols"), place.value
        if not symbols or len({*symbols}) < len(symbols):
            place.fail("the symbols of an enum are several texts, each once")
        if "default" in enum and enum["default"] not in symbols:
            place.fail(f"the default {short_repr(enum['default'])} is no symbol of the enum")
        return as_part(str if self._is_taken and "default" in enum else {*symbols})

    def _spec_of_record(self, place: SchemaPlace, space: str) -> Spec:
        ways, names_of = [], dict[str, list[str]]()
        for element in place.get("fields", mark="").elements("the fields of a record are a list"):
            field = element.value
            name = field.get("name") if isinstance(field, dict) else None
            if not isinstance(name, str) or name in names_of:
                place.fail(f"a field has a name of its own, unlike {short_repr(field)}")
            at = place.part(field, f".{name}")
            spec = self.spec(at.get("type", mark=""), space)
            aliases = at.texts("aliases") if self._is_taken else []
            names_of[name] = names = [*dict.fromkeys((name, *aliases))]
            ways.append([_Way({each: spec}, dict.fromkeys({*names} - {each}, NO_VALUE)) for each in names])
            if self._is_taken and "default" in field:
                absent = _Way({}, {name: spec} if len(names) == 1 else dict.fromkeys(names, NO_VALUE))
                ways[-1] = [absent] if len(names) == 1 else [*ways[-1], absent]
                if not _may_be_default(field["default"], field["type"]):
                    default = f"with a default of another type, {short_repr(field['default'])}"
                    self.undecided.append(f"{self._plain_path(at)} {default}")
        counts = collections.Counter(itertools.chain(*names_of.values()))
        shared = [name for name, names in names_of.items() if any(counts[each] > 1 for each in names)]
        more = "which shares a name or an alias with another field"
        self.undecided += [f"{self._plain_path(place)}.{name}, {more}" for name in shared]
        chosen = [*itertools.islice(itertools.product(*ways), _MOST_CHOICES + 1)]
        if len(chosen) > _MOST_CHOICES:
            place.fail(f"aliases of fields give more than {_MOST_CHOICES} ways to write the record")
        return _union_of([self._map(way) for way in chosen])

    def _map(self, ways: Sequence[_Way]) -> Spec:
        needed = {name: spec for way in ways for name, spec in way.needed.items()}
        others = {name: spec for way in ways for name, spec in way.others.items() if name not in needed}
        return keys(req_un=needed, opt_un=others, closed=not self._is_taken)


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


def _full_name(place: SchemaPlace, space: str) -> str:
    name, own_space = place.get("name", mark="").value, place.value.get("namespace", space)
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or not isinstance(own_space, str):
        place.fail(f"{short_repr(name)} is no name of Avro: letters, digits and _, with points between")
    return name if "." in name or not own_space else f"{own_space}.{name}"


def _logical_facts(place: SchemaPlace) -> ValueFacts | None:
    """Return the facts of a logical type; None if there is none, or if readers pass it over."""
    name, kind = (place.value.get(word) for word in ("logicalType", "type"))
    if name != "decimal" or kind not in ("bytes", "fixed"):
        return _LOGICAL.get((name, kind)) if isinstance(name, str) and isinstance(kind, str) else None
    precision, scale = place.value.get("precision"), place.value.get("scale", 0)
    if type(precision) is not int or type(scale) is not int or not 0 <= scale <= precision <= _MOST_DIGITS:
        words = f"a decimal of precision {short_repr(precision)} and scale {short_repr(scale)}"
        place.fail(f"{words}; the scale is at most the precision, and that at most {_MOST_DIGITS:,}")
    return ValueFacts(decimal.Decimal, precision=precision, scale=scale)


def _may_be_default(x: Any, schema: Any) -> bool:
    """True if a default is of the type of a schema, or of a branch of a union, or the type has a name."""
    if isinstance(schema, list):
        return any(_may_be_default(x, each) for each in schema)
    if isinstance(schema, dict):
        return _may_be_default(x, schema["type"])
    if schema in _PRIMITIVES:
        return accepts(_union_of(_PRIMITIVES[schema]), x)
    return isinstance(x, _OTHERS.get(schema, object))
