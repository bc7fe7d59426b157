"""The languages of schemas, a row each: how a document is known, read and compared.

`mxspec diff` compares the files of each row. For JSON Schema there is more: OpenAPI and lists of tools
hold it in parts, in files that refer to each other (`mxspec.changes.documents`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from mxspec.specs.core.spec import Spec
from mxspec.transform.schemas.avro import avro_sides, from_avro, is_avro
from mxspec.transform.schemas.from_json_schema import from_json_schema
from mxspec.transform.schemas.json_keywords import is_json_schema

Sides = tuple[Spec, Spec, tuple[str, ...]]
"""The specs of what is sent and of what is taken, and the questions that their comparison does not decide."""


class SchemaLanguage(NamedTuple):
    """A language of schemas.

    Attributes:
        name: the name of one of its schemas in messages, with an article.
        suffixes: the ends of the names that only its files have; they hold JSON.
        is_schema: a test for a document that is one of its schemas, unless an earlier language knows it.
        read: a function from a schema to the spec of the values that it describes.
        resolve: a function from a schema that is sent and one that is taken to their sides; None if a schema
            takes the values that it describes.
    """

    name: str
    suffixes: tuple[str, ...]
    is_schema: Callable[[Any], bool]
    read: Callable[[Any], Spec]
    resolve: Callable[[Any, Any], Sides] | None = None

    def sides(self, sent: Any, taken: Any) -> Sides:
        """Return the two sides of a comparison of two schemas."""
        return self.resolve(sent, taken) if self.resolve else (self.read(sent), self.read(taken), ())


JSON_SCHEMA: Final = SchemaLanguage("a JSON Schema", (), is_json_schema, from_json_schema)
LANGUAGES: Final = (
    SchemaLanguage("an Avro schema", (".avsc",), is_avro, from_avro, avro_sides),
    JSON_SCHEMA,
)
"""The languages; a document is of the first one that knows it."""

SUFFIXES_OF_LANGUAGES: Final = tuple(suffix for each in LANGUAGES for suffix in each.suffixes)


def schema_language_of(file: str, document: Any) -> SchemaLanguage | None:
    """Return the language of a document, by the name of its file or by what it holds, or None.

    Example:
        >>> schema_language_of("order.avsc", "int").name, schema_language_of("order.json", {"items": {}}).name
        ('an Avro schema', 'a JSON Schema')
    """
    by_name = (each for each in LANGUAGES if file.endswith(each.suffixes))
    return next(by_name, None) or next((each for each in LANGUAGES if each.is_schema(document)), None)
