"""The schema of the sender, and the schema of the receiver.

A sender sends the properties that its version lists. It sends others only if it has `patternProperties`,
`additionalProperties` or `unevaluatedProperties`. Requests omit readOnly properties, responses omit writeOnly
properties, and neither is required there. If only the receiver lists a property, the sender's schema is
changed to state that the property is absent.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Container, Iterable
from typing import Any, Final

from mxspec.base.messages.text import in_one_line
from mxspec.changes.documents.keywords import (
    IN_PLACE,
    ITEMS,
    OPEN,
    in_place,
    ref_to,
    refs_in,
    subschemas,
    target_of,
    type_words,
    with_subschemas,
)
from mxspec.changes.documents.reading import CONTENTS
from mxspec.errors import SpecDefinitionError

_WIDER: Final = {"int32": "int64", "float": "double"}
_ASIDE: Final = {"readOnly", "writeOnly", "nullable"}


class Side:
    """A schema as seen by one side, the sender or the receiver.

    Args:
        bundle: the schema with its definitions.
        hides: "readOnly" or "writeOnly", for properties not sent in this direction, or "".
        taken: for the sender, the schema of the receiver, with its definitions.
        lists: True if the sender sends only what it lists.

    Attributes:
        schema: the new schema.
        formats: the formats that only the receiver has, and the keywords of contents that differ, as text.

    Raises:
        SpecDefinitionError: the sent properties are unknown.

    Example:
        >>> Side({"properties": {"a": True}}, taken={"properties": {"b": True}}, lists=True).schema
        {'properties': {'a': True, 'b': False}}
    """

    def __init__(
        self, bundle: dict[str, Any], hides: str = "", taken: Any = True, *, lists: bool = False
    ) -> None:
        self._old, self._hides, self._lists = bundle.get("$defs", {}), hides, lists
        self._others = taken.get("$defs", {}) if isinstance(taken, dict) else {}
        self._names: dict[Any, str] = {}
        self._new: dict[str, Any] = {}
        self.formats: dict[str, None] = {}
        top = self._at({word: x for word, x in bundle.items() if word != "$defs"}, [taken], "#")
        self.schema = {**top, **({"$defs": self._new} if self._new else {})}

    def _at(self, schema: Any, peers: Iterable[Any], place: str) -> Any:
        """Return the schema of a whole value; the peers are the other side's schemas for that value."""
        if not isinstance(schema, dict):
            return schema
        here, peers = in_place([schema], self._old), in_place(peers, self._others)
        changed = [f"the format {name!r}" for name in _new_formats(here, peers)]
        changed += [
            word for word in CONTENTS if peers and _texts_under(here, word) != _texts_under(peers, word)
        ]
        for words in changed:
            self.formats[f"{words} at {place}, which is an annotation"] = None
        if peers and any(x.get("nullable") for x in here) != any(x.get("nullable") for x in peers):
            raise SpecDefinitionError(f"{place}: nullable beside no type, in one version")
        hidden, unlisted = self._hidden_names([schema]), frozenset[str]()
        needed = {name for x in in_place([schema], self._old, {"allOf"}) for name in _required_names(x)}
        if beside := needed & self._hidden_names(here, IN_PLACE) - hidden:
            raise SpecDefinitionError(
                f"{place}: {min(beside)!r} is required, and {self._hides} in an alternative"
            )
        listed = _listed_names(here)
        if self._lists and listed and not any(x.get(word) for x in here for word in OPEN):
            unlisted = _listed_names(peers) - listed
        return self._in(schema, peers, hidden, unlisted, place)

    def _in(
        self, schema: Any, peers: list[Any], hidden: frozenset[str], unlisted: frozenset[str], place: str
    ) -> Any:
        """Return a schema of values without their hidden and unlisted properties."""
        if not isinstance(schema, dict):
            return schema
        own = {word: x for word, x in schema.items() if word not in _ASIDE}
        words = own.keys() - {"$schema"}
        is_one = len(words) == 1 and words <= {"$ref", "allOf", "anyOf", "oneOf"}
        inner = unlisted if is_one else frozenset()

        def change(word: str, name: str, part: Any) -> Any:
            if word in ("not", "if"):
                if refs_in(part) and (self._hides or self._lists):
                    raise SpecDefinitionError(
                        f"{place}: it is not known what is sent for a $ref below {word!r}"
                    )
                return part
            if word in IN_PLACE:
                return self._in(part, peers, hidden | self._hidden_names([part]), inner, place)
            if word == "properties":
                there = in_one_line(f"{place}/{name}")
                return name not in hidden and self._at(part, _value_schemas(peers, name), there)
            below = (
                _element_schemas(peers)
                if word in ITEMS
                else _value_schemas(peers, None)
                if word in OPEN
                else []
            )
            return self._at(part, below, f"{place}/{word}")

        new = with_subschemas(own, change)
        if hidden and "required" in new:
            new["required"] = [name for name in _required_names(new) if name not in hidden]
        if (name := target_of(schema)) is not None:
            key = name, hidden, inner, frozenset(map(id, peers))
            if key not in self._names:
                others = (f"{name}-{n}" for n in itertools.count(2))
                there = next(x for x in itertools.chain([name], others) if x not in self._new)
                self._names[key], self._new[there] = there, None  # a part may refer back to it
                old = self._old[name]
                self._new[there] = self._in(
                    old, peers, hidden | self._hidden_names([old]), inner, in_one_line(name)
                )
            new["$ref"] = ref_to(self._names[key])
        if unlisted and not inner:
            new["properties"] = {**new.get("properties", {}), **dict.fromkeys(sorted(unlisted), False)}
        return new

    def _hidden_names(
        self, schemas: Iterable[Any], words: Container[str] = frozenset({"allOf"})
    ) -> frozenset[str]:
        """Return the properties that schemas mark as not sent in this direction."""
        return frozenset(
            name
            for schema in in_place(schemas if self._hides else [], self._old, words)
            for word, name, part in subschemas(schema)
            if word == "properties"
            if any(x.get(self._hides) is True for x in in_place([part], self._old, {"allOf"}))
        )


def _required_names(schema: Any) -> list[Any]:
    names = schema.get("required")
    return names if isinstance(names, list) else []


def _listed_names(schemas: Iterable[Any]) -> frozenset[str]:
    """Return the names of properties that schemas list."""
    listed = (name for x in schemas for word, name, _ in subschemas(x) if word == "properties")
    return frozenset([*listed, *(name for x in schemas for name in _required_names(x))])


def _value_schemas(schemas: Iterable[Any], name: str | None) -> list[Any]:
    """Return the schemas of the value below a name; for None, below unlisted names."""
    parts = ((*part, name in (part[1], None)) for schema in schemas for part in subschemas(schema))
    return [part for word, _, part, is_named in parts if word in OPEN or (word == "properties" and is_named)]


def _element_schemas(schemas: Iterable[Any]) -> list[Any]:
    return [part for schema in schemas for word, _, part in subschemas(schema) if word in ITEMS]


def _texts_under(schemas: Iterable[Any], word: str) -> set[str]:
    return {json.dumps(x[word], sort_keys=True) for x in schemas if word in x}


def _new_formats(here: Iterable[Any], peers: Iterable[Any]) -> set[str]:
    """Return the formats that only the receiver has for a value."""

    def formats_of(schemas: Iterable[Any]) -> set[Any]:
        scalars = {"string", "integer", "number"}
        return {x.get("format") for x in schemas if "format" in x or scalars.intersection(type_words(x))}

    sent, taken = formats_of(here), formats_of(peers)
    wider = {name if name in taken else _WIDER.get(name, name) for name in sent}
    is_kept = sent == taken or (wider and wider <= taken - {None})
    return set() if is_kept else {str(name) for name in taken - {None}}
