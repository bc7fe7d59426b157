"""The parts of two versions of a document: parts to compare, and added or removed parts.

If the other version lacks `404`, its `4XX` or `default` is compared instead; for `text/csv`, its `text/*`. A
parameter, a header and the presence of a body are compared as objects with one property.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from mxspec.base.messages.text import in_one_line
from mxspec.changes.answers import Compatibility
from mxspec.changes.compatible import Direction
from mxspec.changes.documents.keywords import type_words
from mxspec.changes.documents.reading import CONTENTS, HOLDERS, NOTES, Document, DocumentNode
from mxspec.changes.versions import NameChange
from mxspec.transform.schemas.json_keywords import escape_step
from mxspec.transform.schemas.languages import JSON_SCHEMA, SchemaLanguage

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PLACES: Final = ("path", "query", "header", "cookie")
_OWN_HEADERS: Final = ("accept", "content-type", "authorization")
"""The headers that OpenAPI describes elsewhere."""

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/")
_SEQUENCES: Final = (
    "ndjson",
    "jsonl",
    "json-seq",
    "json-lines",
)  # many values, which a schema may mean one of


class DocumentPart(NamedTuple):
    """A part of two versions of a document.

    Attributes:
        name: its path and operation.
        old, new: its schemas, with all their references.
        direction: "requests" if clients send it, "responses" if servers do.
        hides: "readOnly" or "writeOnly", for properties not sent in this direction.
        lists: True if a sender sends only the properties that it lists; False for a JSON Schema.
        is_text: True if scalars are sent as text, as in a query.
        is_new: True if the old version lacks the part.
        unproved: the texts of other changes, which are not understood.
        bases: the files of the schemas, if `from_json_schema` must follow their references.
        language: the language of the schemas.
    """

    name: str
    old: Any
    new: Any
    direction: Direction
    hides: str = ""
    lists: bool = True
    is_text: bool = False
    is_new: bool = False
    unproved: tuple[str, ...] = ()
    bases: tuple[Path | None, Path | None] = (None, None)
    language: SchemaLanguage = JSON_SCHEMA


Row = DocumentPart | NameChange


def text_of_json(x: Any) -> str:
    """Return JSON text for comparing values: keys are sorted, and `1` is not `true`."""
    return json.dumps(x, sort_keys=True)


def parts_of_documents(old: Document, new: Document, direction: Direction, *, by_name: bool) -> Iterator[Row]:
    """Yield the parts of two versions of a document.

    Args:
        old, new: the versions, of one kind.
        direction: the direction of a JSON Schema.
        by_name: True to compare the definitions of a JSON Schema too. They are always compared if the schema
            has nothing else.
    """
    if old.kind == "OpenAPI":
        before, after = _operations(old), _operations(new)
        for key in before | after:
            if key in before and key in after:
                yield from _parts_of_operation(before[key], after[key])
            else:
                yield NameChange((before | after)[key].name, "added" if key in after else "removed")
        for word in ("webhooks", "security", "servers"):
            yield from _unread(old.top, new.top, word, word)
        schemes = [document.top.get("components") for document in (old, new)]
        yield from _unread(schemes[0], schemes[1], "security schemes", "securitySchemes")
    elif old.kind == "a list of tools":
        yield from _parts_of_tools(_tools(old), _tools(new))
    elif old.language is not JSON_SCHEMA:
        schema = new.top.value
        name = schema.get("name") if isinstance(schema, dict) else None
        label = in_one_line(name) if isinstance(name, str) else "#"
        yield DocumentPart(label, old.top.value, schema, direction, lists=False, language=old.language)
    else:
        yield from _parts_of_schema(old, new, direction, by_name=by_name)


# --- OpenAPI ----------------------------------------------------------------------------------------------


class _Operation(NamedTuple):
    name: str
    path: str
    item: DocumentNode
    node: DocumentNode


def _operations(document: Document) -> dict[tuple[str, str], _Operation]:
    """Return the operations by method and path; a parameter in a path may be renamed."""
    operations: dict[tuple[str, str], _Operation] = {}
    paths = document.top.get("paths").items()
    for path, item in ((path, item) for path, item in paths.items() if not path.startswith("x-")):
        shape = re.sub(r"\{[^}]*\}", "{}", path)
        for method in _METHODS:
            node, key = item.get(method), (method, path if (method, shape) in operations else shape)
            if node.value is not None:
                operations[key] = _Operation(f"{method.upper()} {in_one_line(path)}", path, item, node)
    return operations


def _parts_of_operation(old: _Operation, new: _Operation) -> Iterator[Row]:
    before, after = _parameters(old), _parameters(new)
    for key in before | after:
        a, b = before.get(key), after.get(key)
        node = (before | after)[key]
        label = f"{new.name} {node.value['in']} {in_one_line(node.value['name'])}"
        yield (
            NameChange(label, "removed")
            if b is None
            else _field_part(label, node.value["name"], a, b, "requests")
        )
    a, b = old.node.get("requestBody"), new.node.get("requestBody")
    label = f"{new.name} request body"
    if b.value is not None:
        there = [None if node.value is None else node for node in (a, b)]
        pair = [_object_of_one("body", node, node is not None, b) for node in there]
        yield DocumentPart(label, pair[0], pair[1], "requests", is_new=a.value is None)
        yield from _parts_of_content(label, a, b, "requests")
    elif a.value is not None:
        yield NameChange(label, "removed")
    yield from _parts_of_responses(new.name, old.node.get("responses"), new.node.get("responses"))
    for word in ("callbacks", "security", "servers"):
        yield from _unread(old.node, new.node, f"{new.name} {word}", word)


def _unread(old: DocumentNode, new: DocumentNode, label: str, word: str) -> Iterator[NameChange]:
    if text_of_json(old.get(word).value) != text_of_json(new.get(word).value):
        yield NameChange(label, "changed", _not_understood(f"{word} have changed, which are not understood"))


def _not_understood(*words: str) -> Compatibility:
    return Compatibility("not refuted", unproved=words)


def _parameters(operation: _Operation) -> dict[tuple[str, Any], DocumentNode]:
    """Return the parameters by place and name; parameters in a path by position."""
    positions = re.findall(r"\{([^}]*)\}", operation.path)
    parameters: dict[tuple[str, Any], DocumentNode] = {}
    for node in [*operation.item.get("parameters").elements(), *operation.node.get("parameters").elements()]:
        where, name = (node.get(word).value for word in ("in", "name"))
        if where not in _PLACES or not isinstance(name, str):
            raise node.error("expected a parameter with a name, in a path, query, header or cookie")
        if where == "path" and name in positions:
            parameters[where, positions.index(name)] = node
        elif where != "header" or name.lower() not in _OWN_HEADERS:
            parameters[where, name.lower() if where == "header" else name] = node
    return parameters


def _field_part(
    label: str, key: str, old: DocumentNode | None, new: DocumentNode | None, direction: Direction
) -> DocumentPart:
    """Return a parameter or a header as a part: an object with one property, sent as text."""
    node = old or new
    assert node is not None
    pair = [_object_of_one(key, x, False if x is None else _value_schema(x), node) for x in (old, new)]
    styles = [_style(x) for x in (old, new) if x is not None]
    changed = f"its style was {styles[0]} and is {styles[-1]}, which is not understood"
    unproved = (changed,) * (styles[0] != styles[-1])
    return DocumentPart(
        label, pair[0], pair[1], direction, is_text=True, is_new=old is None, unproved=unproved
    )


def _object_of_one(key: str, node: DocumentNode | None, schema: Any, other: DocumentNode) -> dict[str, Any]:
    """Return the schema of an object with one property; without a node, the property must be absent."""
    is_needed = node is not None and (node.get("required").value is True or node.value.get("in") == "path")
    head = {"type": "object", "properties": {key: schema}} | ({"required": [key]} if is_needed else {})
    return (node or other).document.bundle(head)


def _value_schema(node: DocumentNode) -> Any:
    """Return the schema of a parameter or a header, without null, which can't be sent as text."""
    contents = [*node.get("content").items().values()]
    schema = (contents[0] if contents else node).schema()
    if isinstance(schema, dict):
        some = {
            word: [x for x in schema.get(word, ()) if x != {"type": "null"}] for word in ("anyOf", "oneOf")
        }
        schema = schema | {word: parts for word, parts in some.items() if parts}
        kinds = [kind for kind in type_words(schema) if kind != "null"]
        schema = schema | ({"type": kinds} if kinds else {})
    return schema


def _style(node: DocumentNode) -> str:
    """Return a description of how a value is written as text."""
    for media in node.get("content").items():
        return media
    style = node.get("style").value or ("form" if node.value.get("in") in ("query", "cookie") else "simple")
    explode = node.get("explode").value
    return f"{style}{', exploded' if (style == 'form' if explode is None else explode) else ''}"


def _parts_of_content(
    label: str, old: DocumentNode, new: DocumentNode, direction: Direction
) -> Iterator[Row]:
    """Yield the parts of the media types of two bodies."""
    before, after = (
        {_media(key): x for key, x in node.get("content").items().items()} for node in (old, new)
    )
    for media in before | after:
        a, b = (_standing(nodes, media, f"{media.partition('/')[0]}/*", "*/*") for nodes in (before, after))
        name = f"{label} {media}"
        if a is None or b is None:
            is_wide = "*" in media and direction == "responses" and a is None
            wide = _not_understood(f"{media} has types that were not there before") if is_wide else None
            yield NameChange(name, "added" if a is None else "removed", wide)
            continue
        pair = [node.document.bundle(node.schema()) for node in (a, b)]
        if not _has_json_values(media, *pair) and text_of_json(pair[0]) != text_of_json(pair[1]):
            what = "XML" if "xml" in media else media
            yield NameChange(name, "changed", _not_understood(f"a body of {what}, which is not read as JSON"))
            continue
        words = []
        if text_of_json(a.get("encoding").value) != text_of_json(b.get("encoding").value):
            words.append("its encoding has changed, which is not understood")
        hides, is_text = "readOnly" if direction == "requests" else "writeOnly", media.startswith(_FORMS)
        yield DocumentPart(name, pair[0], pair[1], direction, hides, is_text=is_text, unproved=tuple(words))


def _media(key: str) -> str:
    """Return a media type without the charset UTF-8, which JSON implies."""
    return in_one_line(key.replace(" ", "").lower().removesuffix(";charset=utf-8"))


def _has_json_values(media: str, *schemas: Any) -> bool:
    """True if schemas speak of the values of a media type: JSON, YAML, a form, or whole texts."""
    if "json" in media or "yaml" in media or "*" in media or media.startswith(_FORMS):
        return not media.endswith(_SEQUENCES)
    are_texts = all(isinstance(x, dict) and type_words(x) == ["string"] for x in schemas)
    return are_texts and "xml" not in media


def _standing(nodes: Mapping[str, DocumentNode], *keys: str) -> DocumentNode | None:
    """Return the node of the first key present; the most specific key comes first."""
    return next((nodes[key] for key in keys if key in nodes), None)


def _parts_of_responses(label: str, old: DocumentNode, new: DocumentNode) -> Iterator[Row]:
    before, after = (
        {in_one_line(code.lower()): x for code, x in node.items().items() if not code.startswith("x-")}
        for node in (old, new)
    )
    for code in before | after:
        a, b = (_standing(nodes, code, f"{code[0]}xx", "default") for nodes in (before, after))
        name = f"{label} {code}"
        if a is not None and b is not None:
            yield from _parts_of_content(name, a, b, "responses")
            yield from _parts_of_headers(name, a, b)
        elif a is not None and (code[0] in "45" or (code == "default" and len(before) > 1)):
            yield NameChange(name, "changed", Compatibility("proved"))  # one error fewer breaks no client
        else:
            yield NameChange(name, "added" if a is None else "removed")


def _parts_of_headers(label: str, old: DocumentNode, new: DocumentNode) -> Iterator[Row]:
    before, after = (
        {key.lower(): (key, x) for key, x in n.get("headers").items().items()} for n in (old, new)
    )
    for key, (name, _) in (before | after).items():
        if key == "content-type":
            continue
        a, b = (nodes.get(key, (name, None))[1] for nodes in (before, after))
        label_of_it = f"{label} header {in_one_line(name)}"
        yield (
            NameChange(label_of_it, "added")
            if a is None
            else _field_part(label_of_it, name, a, b, "responses")
        )


# --- tools, and schemas on their own ----------------------------------------------------------------------


def _tools(document: Document) -> dict[str, DocumentNode]:
    tools = document.top.get("tools").elements()
    by_name = {str(tool.get("name").value): tool for tool in tools}
    if len(by_name) < len(tools):
        raise document.top.error("two tools have one name")
    return by_name


def _parts_of_tools(before: dict[str, DocumentNode], after: dict[str, DocumentNode]) -> Iterator[Row]:
    directions: dict[str, Direction] = {"inputSchema": "requests", "outputSchema": "responses"}
    for tool in before | after:
        name = f"tool {in_one_line(tool)}"
        if tool not in after or tool not in before:
            yield NameChange(name, "added" if tool in after else "removed")
            continue
        for word, direction in directions.items():
            values = [tools[tool].value.get(word) for tools in (before, after)]
            if None not in values:
                nodes = [
                    tools[tool].at(word, x).alone() for tools, x in zip((before, after), values, strict=True)
                ]
                pair = [node.document.bundle(node.document.schema(node), node.root) for node in nodes]
                yield DocumentPart(f"{name} {word}", pair[0], pair[1], direction)
            elif values != [None, None]:
                yield NameChange(f"{name} {word}", "added" if values[0] is None else "removed")


def _parts_of_schema(old: Document, new: Document, direction: Direction, *, by_name: bool) -> Iterator[Row]:
    before, after = _schemas_of(old), _schemas_of(new)
    says = any(schemas["#"].keys() - NOTES - HOLDERS - {"$schema", "$id"} for schemas in (before, after))
    for name in before | after:
        if by_name or (name == "#") == (says or len(before | after) == 1):
            label = in_one_line(name)
            if name not in before or name not in after:
                yield NameChange(label, "added" if name in after else "removed")
            elif name != "#" and any(each.base and _refers_to_root(each.top.value) for each in (old, new)):
                words = "a reference from a part to the whole document, which is not followed here"
                yield NameChange(label, "changed", _not_understood(words))
            else:
                a, b = bundle_schema(old, before[name]), bundle_schema(new, after[name])
                bases = (old.base, new.base)
                yield DocumentPart(
                    label, a, b, direction, lists=False, unproved=_changed_notes(old, new), bases=bases
                )


def _refers_to_root(schema: Any) -> bool:
    return re.search(r'"\$(ref|recursiveRef)": "#"', json.dumps(schema)) is not None


def _changed_notes(old: Document, new: Document) -> tuple[str, ...]:
    """Return texts about annotations that have changed where `from_json_schema` follows references."""
    if old.base is None and new.base is None:
        return ()
    words = (
        word for word in ("format", *CONTENTS) if _texts_of_keyword(old, word) != _texts_of_keyword(new, word)
    )
    return tuple(f"{word} has changed, which is an annotation" for word in words)


def _texts_of_keyword(document: Document, word: str) -> list[str]:
    return sorted(document.notes.get(word, {}).values())


def notes_of_documents(old: Document, new: Document) -> Iterator[NameChange]:
    """Yield one row of the keywords that no draft has, with the number of their places, if there are any."""
    words = []
    for word in sorted({*old.notes, *new.notes} - {"format", *CONTENTS}):
        before, after = _texts_of_keyword(old, word), _texts_of_keyword(new, word)
        words.append(f"{in_one_line(word)} ({len(after or before):,}{', changed' * (before != after)})")
    if words:
        yield NameChange(", ".join(words), "not looked at")


def _schemas_of(document: Document) -> dict[str, dict[str, Any]]:
    """Return a JSON Schema as `#`, and its definitions by pointer, as references."""
    value = document.top.value if isinstance(document.top.value, dict) else {"allOf": [document.top.value]}
    head, schemas = (
        {word: x for word, x in value.items() if word in {"$schema", "$id"} | HOLDERS},
        {"#": value},
    )
    for holder in sorted(HOLDERS):
        for name in value.get(holder) or ():
            schemas[f"#/{holder}/{name}"] = {**head, "$ref": f"#/{holder}/{escape_step(name)}"}
    return schemas


def bundle_schema(document: Document, schema: Any) -> dict[str, Any]:
    """Return a JSON Schema with the definitions that it refers to, unless its reader follows references."""
    if document.base is not None:
        document.note_all(document.top.alone())
        return schema  # type: ignore[no-any-return]
    return document.bundle(document.schema(dataclasses.replace(document.top.alone(), value=schema)))
