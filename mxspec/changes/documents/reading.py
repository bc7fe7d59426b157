"""Documents in JSON and YAML, their kinds, and their schemas with all references."""

from __future__ import annotations

import dataclasses
import graphlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from mxspec.base.messages.text import in_one_line
from mxspec.base.values import short_repr
from mxspec.changes.documents.keywords import IN_PLACE, ref_to, refs_in, subschemas, unescape, with_subschemas
from mxspec.changes.documents.yaml_values import values_of_yaml
from mxspec.errors import LimitError, SpecError
from mxspec.specs.core.budget import spend
from mxspec.transform.schemas.json_files import document_bytes, json_of_bytes
from mxspec.transform.schemas.json_keywords import (
    DIALECT,
    DRAFT_2020_12,
    DRAFTS,
    draft_of,
    escape_step,
    fault_of_unknown,
    is_json_schema,
    is_keyword,
)
from mxspec.transform.schemas.languages import (
    JSON_SCHEMA,
    LANGUAGES,
    SUFFIXES_OF_LANGUAGES,
    schema_language_of,
)

SUFFIXES: Final = (".json", ".yaml", ".yml", *SUFFIXES_OF_LANGUAGES)
HOLDERS: Final = frozenset({"$defs", "definitions"})
NOTES: Final = {"$anchor", "$comment", "default", "deprecated", "description", "examples", "title"}
"""The keywords that no value depends on."""

_NOTES_OF_OPENAPI: Final = {"discriminator", "example", "externalDocs", "xml"}
_DIALECTS: Final = (None, DIALECT, "https://spec.openapis.org/oas/3.1/dialect/base")
_FOR_READER: Final = re.compile(r'"\$(anchor|dynamicAnchor|dynamicRef|recursiveRef|id)":|"\$ref": "(?!#[/"])')
_FOR_READER_4: Final = re.compile(
    r'"\$(anchor|dynamicAnchor|dynamicRef|recursiveRef|id)":|"\$ref": "(?!#[/"])|"id": "'
)
"""References and names in a JSON Schema below its own `$id`, or `id` in draft 4, that its reader resolves."""

CONTENTS: Final = ("contentEncoding", "contentMediaType", "contentSchema")


@dataclasses.dataclass(frozen=True)
class DocumentNode:
    """A value in a document, and its place.

    Attributes:
        document: the document.
        file: the file of the value, possibly another one that the document refers to.
        pointer: its JSON pointer there.
        value: the value, or None.
        root: the pointer of the enclosing schema, if `#` means that schema and not the document.
        dialect: "openapi" for schemas of OpenAPI 3.0, the draft for schemas of draft 4, 6 and 7.
    """

    document: Document
    file: Path
    pointer: str
    value: Any
    root: str = ""
    dialect: str = ""

    def error(self, problem: str) -> SpecError:
        """Return an error that names the place."""
        label = self.document.label if self.file == self.document.file else self.file.name
        return SpecError(f"{label}: {in_one_line(f'#{self.pointer}')}: {problem}")

    def follow(self) -> DocumentNode:
        """Follow `$ref`s from this node, and return the node at the end."""
        node, passed = self, set()
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            if (node.file, node.pointer) in passed:
                raise self.error("the $ref leads back to itself")
            passed.add((node.file, node.pointer))
            node = node.document.target(node, node.value["$ref"])
        return node

    def at(self, key: str, value: Any) -> DocumentNode:
        """Return the node of a value below this one."""
        return dataclasses.replace(self, pointer=f"{self.pointer}/{escape_step(key)}", value=value)

    def items(self) -> dict[str, DocumentNode]:
        """Return the entries of an object, following `$ref`s."""
        return {key: self.get(key) for key in self._object()}

    def get(self, key: str) -> DocumentNode:
        """Return the node below a key, following a `$ref`."""
        return self.at(key, self._object().get(key)).follow()

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict | None):
            raise self.error(f"expected an object, found {short_repr(self.value)}")
        return self.value or {}

    def elements(self) -> list[DocumentNode]:
        """Return the elements of a list, following `$ref`s."""
        if not isinstance(self.value, list | None):
            raise self.error(f"expected a list, found {short_repr(self.value)}")
        return [self.at(str(i), x).follow() for i, x in enumerate(self.value or [])]

    def schema(self) -> Any:
        """Return the schema below the key `schema`, as `Document.schema`; without one, any value fits."""
        return self.document.schema(self.at("schema", self._object().get("schema", True)))

    def alone(self) -> DocumentNode:
        """Return this node as a separate schema, with `#` as its root."""
        draft = draft_of(self.value.get("$schema")) if isinstance(self.value, dict) else None
        dialect = draft.name if draft is not None and draft.is_ref_alone else ""
        return dataclasses.replace(self, root=self.pointer, dialect=dialect)


class Document:
    """A document, with the files that it refers to.

    Args:
        file: its file.
        label: its name in messages.
        folder: the folder with all files that it may refer to.

    Attributes:
        kind: "a JSON Schema", "OpenAPI", "a list of tools" or the name of a schema of another language.
        language: the language of its schemas.
        top: its root.
        base: the file of a JSON Schema with references that only `from_json_schema` can follow, or None.
        notes: the annotations in the schemas that were read, as text, by keyword and place: the keywords that
            no draft has, `format`, and the keywords of contents.

    Raises:
        SpecError: the file can't be read, or has an unknown kind or version.
    """

    def __init__(self, file: Path, label: str, folder: Path) -> None:
        self.file, self.label, self._folder = file.resolve(), in_one_line(label), folder.resolve()
        self._contents = {self.file: _read_document(self.file, self.label)}
        self._places: dict[tuple[str, str], DocumentNode] = {}
        self._definitions: dict[tuple[str, str], tuple[Any, list[str]]] = {}  # each with its references
        top = self._contents[self.file]
        version = str(top.get("openapi", "")) if isinstance(top, dict) else ""
        self.language = schema_language_of(self.file.name, top) or JSON_SCHEMA
        is_json = self.language is JSON_SCHEMA
        self.kind = _kind_of_document(top, version, self.label) if is_json else self.language.name
        self.base, self.notes = None, dict[str, dict[tuple[Path, str], str]]()
        if isinstance(top, dict) and self.kind == "a JSON Schema":
            is_4 = "draft-04" in str(top.get("$schema"))
            text = json.dumps({word: x for word, x in top.items() if word not in ("$id", "id")})
            self.base = self.file if (_FOR_READER_4 if is_4 else _FOR_READER).search(text) else None
        self.top = DocumentNode(
            self, self.file, "", top, dialect="openapi" if version.startswith("3.0") else ""
        )

    def target(self, node: DocumentNode, ref: str) -> DocumentNode:
        """Return the node that a `$ref` leads to."""
        path, _, fragment = ref.partition("#")
        file = (node.file.parent / unquote(path)).resolve() if path else node.file
        if ":" in path or not file.is_relative_to(self._folder):
            raise node.error(f"the $ref {ref!r} leads out of {self._folder}, where files are read")
        if file not in self._contents:
            self._contents[file] = _read_document(file, f"{file.name}, a $ref of {self.label},")
        pointer = (node.root if file == node.file else "") + unquote(fragment)
        value, steps = self._contents[file], [unescape(step) for step in pointer.split("/")]
        for step in steps[1:]:
            if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            elif isinstance(value, dict) and step in value:
                value = value[step]
            else:
                raise node.error(f"the $ref {ref!r} leads nowhere")
        if steps[0]:
            raise node.error(f"the $ref {ref!r} is no JSON pointer")
        return dataclasses.replace(node, file=file, pointer=pointer, value=value)

    def schema(self, node: DocumentNode) -> Any:
        """Return a schema in draft 2020-12; each of its `$ref`s leads to a definition that `bundle` adds."""
        if not isinstance(node.value, dict):
            return node.value
        spend(len(node.value))
        notes = NOTES | HOLDERS | (_NOTES_OF_OPENAPI if self.kind == "OpenAPI" else set())
        notes |= {"$id", "id"} if node.pointer == node.root else set()
        notes |= {"$schema"} if node.value.get("$schema") == DIALECT else set()
        new = {word: x for word, x in node.value.items() if word not in notes and not word.startswith("x-")}
        ref = new.get("$ref")
        if isinstance(ref, str) and ":" not in ref.partition("#")[0]:
            new["$ref"] = ref_to(self._name_of(self.target(node, ref)))
            if node.dialect:  # these dialects ignore keywords beside a $ref
                return {word: new[word] for word in ("$schema", "$ref") if word in new}
        if node.dialect == "openapi":
            _modernise(new)
        self._note(node, new)
        places = {
            (word, name): node.at(word, x).at(name, x) if name else node.at(word, x)
            for word, name, x in subschemas(new)
        }
        return with_subschemas(new, lambda word, name, x: self.schema(places[word, name]))

    def _note(self, node: DocumentNode, schema: Mapping[str, Any]) -> None:
        draft = next((draft for draft in DRAFTS if draft.name == node.dialect), DRAFT_2020_12)
        for word, x in schema.items():
            is_unknown = not is_keyword(word, draft) and fault_of_unknown(word, draft) is None
            if is_unknown or word in ("format", *CONTENTS):
                self.notes.setdefault(word, {})[node.file, node.pointer] = json.dumps(x, sort_keys=True)

    def note_all(self, node: DocumentNode) -> None:
        """Note the annotations of a schema and of its parts, if `from_json_schema` reads it as it is."""
        self._note(node, node.value)
        maps = [(word, x) for word in HOLDERS if isinstance(x := node.value.get(word), dict)]
        held = ((word, name, x) for word, several in maps for name, x in several.items())
        for word, name, x in (*subschemas(node.value), *held):
            if isinstance(x, dict):
                self.note_all(node.at(word, None).at(name, x) if name else node.at(word, x))

    def bundle(self, schema: Any, root: str = "") -> dict[str, Any]:
        """Return a result of `schema` with the definitions that it refers to."""
        definitions: dict[str, Any] = {}
        todo, count = refs_in(schema), len(self._definitions)
        while todo:
            name = todo.pop()
            spend()
            if name not in definitions:
                if (root, name) not in self._definitions:
                    new = self.schema(self._places[root, name])
                    self._definitions[root, name] = new, refs_in(new)
                definitions[name], refs = self._definitions[root, name]
                todo += refs
        try:
            if len(self._definitions) > count:
                graph = {name: refs_in(x, IN_PLACE) for name, x in definitions.items()}
                graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            circle = in_one_line(" to ".join(error.args[1]))
            raise SpecError(f"{self.label}: a $ref leads back to itself: {circle}") from error
        head = schema if isinstance(schema, dict) else {"allOf": [schema]}
        return {**head, **({"$defs": definitions} if definitions else {})}

    def _name_of(self, node: DocumentNode) -> str:
        """Return the name of a definition, the same for every version of the document."""
        path = "" if node.file == self.file else os.path.relpath(node.file, self.file.parent)
        *_, holder, last = ("", *node.pointer.split("/"))
        if holder in (*HOLDERS, "schemas"):
            name = f"{path}#{last}" if path else unescape(last)
            other = self._places.setdefault((node.root, name), node)
            if (other.file, other.pointer) == (node.file, node.pointer):
                return name
        self._places[node.root, f"{path}#{node.pointer}"] = node
        return f"{path}#{node.pointer}"


def _modernise(schema: dict[str, Any]) -> None:
    """Change a schema of OpenAPI 3.0 to draft 2020-12. `nullable` has meaning only beside a type."""
    kind = schema.get("type")
    if schema.get("nullable") is False or (schema.get("nullable") is True and isinstance(kind, str)):
        schema |= {"type": [kind, "null"]} if schema.pop("nullable") else {}
    for end in ("Minimum", "Maximum"):
        word, bound = f"exclusive{end}", end.lower()
        if isinstance(schema.get(word), bool) and schema.pop(word) and bound in schema:
            schema[word] = schema.pop(bound)


def _kind_of_document(top: Any, version: str, label: str) -> str:
    keys = top if isinstance(top, dict) else {}
    if "swagger" in keys:
        raise SpecError(f"{label} is Swagger {keys['swagger']}; convert it to OpenAPI 3.0 or 3.1")
    dialect = keys.get("jsonSchemaDialect")
    if version and (not re.match(r"3\.[01](\.|$)", version) or dialect not in _DIALECTS):
        raise SpecError(
            f"{label} is OpenAPI {version} of {dialect or 'its own dialect'}; 3.0 and 3.1 are compared"
        )
    draft = str(keys.get("$schema", DIALECT))
    if draft_of(draft) is None:
        names = ", ".join(each.name for each in DRAFTS)
        raise SpecError(f"{label} is a JSON Schema of {in_one_line(draft)}; {names} are compared")
    if version or isinstance(keys.get("tools"), list):
        return "OpenAPI" if version else "a list of tools"
    if not is_json_schema(top):
        others = (f", no {each.name.partition(' ')[2]}" for each in LANGUAGES if each is not JSON_SCHEMA)
        kinds = f"no JSON Schema, no OpenAPI{''.join(others)} and no list of tools"
        raise SpecError(f"{label} is {kinds}: {short_repr(top)}")
    return "a JSON Schema"


# --- files ------------------------------------------------------------------------------------------------


def _read_document(file: Path, label: str) -> Any:
    """Return the content of a JSON or YAML file as JSON values."""
    try:
        data = document_bytes(file)
        if file.name.endswith((".json", *SUFFIXES_OF_LANGUAGES)):
            return json_of_bytes(data)
        return _read_yaml(data)
    except ImportError as missing:
        raise SpecError(f'{label} is read by PyYAML: pip install "mxspec[schema]" ({missing})') from missing
    except LimitError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        reason = (
            "it is nested too deep" if isinstance(error, RecursionError) else " ".join(str(error).split())
        )
        raise SpecError(f"{label} can't be read as a document: {reason}") from error


def _read_yaml(data: bytes) -> Any:
    """Return the value of a YAML document; one that is JSON, which YAML 1.2 includes, is read as JSON."""
    try:
        return json_of_bytes(data)
    except LimitError:
        raise
    except (ValueError, RecursionError):
        return values_of_yaml(data)
