"""The parts of what pydantic reads, each with the part of pydantic's schema that validates it.

A dict for a model Order is read as a whole. Open, it is a dict of fields, and its field books is a list of
dicts for a model Book; pydantic can validate each separately. Pydantic decides, with its conversions and the
validators of a field.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from mxspec.changes.core_schemas import Schema, choices_of, functions_in, list_of_sequence, sees_other_fields
from mxspec.changes.wire import ModelPayload, OwnPayload, SentFields
from mxspec.predicates import is_none
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.core.spec import Predicate, Spec, text_of
from mxspec.specs.logic import Or
from mxspec.specs.wrappers import Nilable
from mxspec.transform.annotations.owners import AskPydantic, is_accepted

_ANYTHING: Final[Schema] = {"type": "any"}
_AROUND: Final = {"function-after", "function-before", "function-wrap", "default", "definition-ref"}


@dataclasses.dataclass(frozen=True, eq=False)
class PartAdapter:
    """The adapter of a part of a model, instead of a TypeAdapter of pydantic."""

    core_schema: Any
    text: str

    @functools.cached_property
    def validate_python(self) -> Callable[[Any], Any]:
        from pydantic_core import SchemaValidator

        return SchemaValidator(self.core_schema).validate_python

    def __repr__(self) -> str:
        return self.text


class AskPart(AskPydantic, inherits=True):
    """A value that pydantic accepts as a part of a model, in its place."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", self.pred)


class OpenPayload(NamedTuple):
    """A payload as a spec of its parts.

    Attributes:
        spec: the spec, with payloads as its parts.
        accepts: True if a value is accepted when all its parts are.
        refuses: True if a value is refused when one of its parts is.
    """

    spec: Spec
    accepts: bool
    refuses: bool


class Openings:
    """Payloads that were opened; the same one for the same part, so that recursive models end."""

    def __init__(self, unwrap: Callable[[Spec], Spec]) -> None:
        self._unwrap = unwrap
        self._known: dict[int, tuple[Spec, OpenPayload]] = {}
        self._payloads: dict[tuple[int, int], tuple[Spec, Any, Spec]] = {}

    def of(self, spec: Spec) -> OpenPayload:
        """Return a payload as a spec of its parts; any other spec, or one without such parts, itself."""
        if id(spec) not in self._known:
            asked = spec.preds[-1] if isinstance(spec, ModelPayload) else None
            opened = self._open(spec, asked) if isinstance(asked, AskPydantic) else None
            if isinstance(spec, OwnPayload):
                opened = OpenPayload(spec.preds[0], accepts=False, refuses=False)
            self._known[id(spec)] = spec, opened or OpenPayload(spec, True, True)
        return self._known[id(spec)][1]

    def _open(self, spec: Any, asked: AskPydantic) -> OpenPayload | None:
        schema, definitions = asked.adapter.core_schema, {}
        if schema["type"] == "definitions":
            definitions = {each["ref"]: each for each in schema["definitions"]}
            schema = schema["schema"]
        part = self._unwrap(spec.preds[0])
        if isinstance(part, ModelPayload):
            part = part.preds[0]
        is_after, is_other = False, False  # the kinds of validators around the schema

        def target(schema: Schema) -> Schema:
            nonlocal is_after, is_other
            while schema["type"] in _AROUND:
                is_after |= schema["type"] == "function-after"
                is_other |= schema["type"] in ("function-before", "function-wrap")
                ref = schema.get("schema_ref")
                schema = schema["schema"] if ref is None else definitions[ref]
            return list_of_sequence(schema) or schema

        def payload(part: Spec, schema: Schema) -> Spec:
            own = schema if "schema_ref" not in schema else definitions[schema["schema_ref"]]
            if own["type"] == "model" and isinstance(self._unwrap(part), ModelPayload):
                return part
            key = id(self._unwrap(part)), id(own)
            if key not in self._payloads:
                whole = {"type": "definitions", "schema": schema, "definitions": [*definitions.values()]}
                adapter = PartAdapter(whole if definitions else schema, text_of(part))
                asks = AskPart(functools.partial(is_accepted, adapter), bare=True)
                self._payloads[key] = part, own, ModelPayload((part, asks))
            return self._payloads[key][2]

        schema = target(schema)
        if isinstance(part, SentFields) and schema["type"] == "model":
            inner = target(schema["schema"])
            if inner["type"] != "model-fields":
                return None
            # Other configs change conversions; a validator with info sees the other fields.
            is_plain = {*schema.get("config", {})} <= {"title", "extra_fields_behavior"}
            has_info = any(map(sees_other_fields, functions_in(inner["fields"])))
            is_other |= not is_plain or has_info or bool(schema.get("custom_init"))
            is_after |= bool(schema.get("post_init"))
            several = ((each.get("validation_alias", name), each) for name, each in inner["fields"].items())
            schemas = {key: each for key, each in several if isinstance(key, str)}  # not of several aliases
            if any(key not in schemas for key in part.key_specs):
                return None
            specs = {key: payload(x, schemas[key]["schema"]) for key, x in part.key_specs.items()}
            needed = {key for group in part.required_keys for key, _ in group.entries()}
            return OpenPayload(part.with_specs(specs, needed), not is_after and not is_other, not is_other)
        whole_of_parts = _with_schemas(part, schema, target, payload)
        return (
            None
            if whole_of_parts is None
            else OpenPayload(whole_of_parts, not is_after and not is_other, not is_other)
        )


def _with_schemas(
    part: Any, schema: Schema, target: Callable[[Schema], Schema], payload: Callable[[Spec, Schema], Spec]
) -> Spec | None:
    """Return a choice or a collection with payloads as its parts."""
    match part, schema["type"]:
        case Nilable(), "nullable":
            return dataclasses.replace(part, pred=payload(part.pred, schema["schema"]))
        case Or(), "nullable" | "union":
            schemas = [*choices_of(schema)]
            if len(schemas) == len(part.branches):
                several = zip(part.branches, schemas, strict=True)
                return dataclasses.replace(
                    part,
                    branches=tuple(
                        (tag, x if isinstance(x, Predicate) and x.pred is is_none else payload(x, each))
                        for (tag, x), each in several
                    ),
                )
        case HomogeneousMap(pred=Tuple(preds=(key, value)) as entry), "dict":
            value = payload(value, schema.get("values_schema", _ANYTHING))
            return dataclasses.replace(part, pred=dataclasses.replace(entry, preds=(key, value)))
        case Every(), "list":
            return dataclasses.replace(part, pred=payload(part.pred, schema.get("items_schema", _ANYTHING)))
        case Tuple(), "tuple" if len(part.preds) == len(schema["items_schema"]):
            parts = map(payload, part.preds, schema["items_schema"])
            return dataclasses.replace(part, preds=tuple(parts))
    return None
