"""The JSON Schema of any spec: json_schema."""

from __future__ import annotations

from typing import Any, Final

from mxspec.core.parts import specize

# These hold the schemas of the kinds.
from mxspec.schemas import models, predicates, sequences, values  # noqa: F401
from mxspec.schemas.parts import Schema, note
from mxspec.schemas.writing import Schemas

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TOO_DEEP: Final = "nested too deeply to be said"


def json_schema(spec: Any) -> Schema:
    """Return the JSON Schema (2020-12) of a spec.

    Every value of JSON that the spec accepts, the schema accepts. It may accept more: what JSON Schema can't
    say (a predicate, a conformer, the order of most regexes) stands in words in `description`. Arrays are
    lists of their shapes, moments are text, names are `$defs`. The schema of a model spec is that of its
    input, with a description and three generated examples.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.

    Raises:
        UnknownSpecError: spec, or a part of it, names nothing.

    Example:
        >>> import mxspec as s
        >>> s.json_schema(s.coll_of(s.int_in(0, 10), kind=list, min_count=1))["items"]
        {'type': 'integer', 'minimum': 0, 'maximum': 9}
        >>> _ = s.def_("doc/tree", s.keys(req_un=["doc/value"], opt_un=["doc/left"]))
        >>> _ = s.def_("doc/value", int), s.def_("doc/left", "doc/tree")
        >>> schema = s.json_schema("doc/tree")
        >>> schema["$ref"], schema["$defs"]["doc.tree"]["properties"]
        ('#/$defs/doc.tree', {'value': {'$ref': '#/$defs/doc.value'}, 'left': {'$ref': '#/$defs/doc.tree'}})
    """
    schemas = Schemas()
    try:
        schema = schemas.of(spec if isinstance(spec, str) else specize(spec))
    except RecursionError:
        return {"$schema": DIALECT, **note(_TOO_DEEP)}
    if "$ref" in schema:
        word = schema["$ref"].rpartition("/")[2]
        if not _refers(schemas.definitions, schema["$ref"]):
            schema = schemas.definitions.pop(word)
    definitions = {"$defs": schemas.definitions} if schemas.definitions else {}
    return {"$schema": DIALECT, **schema, **definitions}


def _refers(schema: Any, reference: str) -> bool:
    """True if a part of schema is the reference."""
    if isinstance(schema, dict):
        return schema.get("$ref") == reference or any(_refers(part, reference) for part in schema.values())
    return isinstance(schema, list) and any(_refers(part, reference) for part in schema)


def inline_schema(spec: Any) -> Schema:
    """Return the JSON Schema of a spec as a part of another document, without `$defs` of its own."""
    try:
        return Schemas(inline=True).of(spec if isinstance(spec, str) else specize(spec))
    except RecursionError:
        return note(_TOO_DEEP)
