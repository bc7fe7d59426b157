"""The JSON Schema of one spec as it is written, part by part."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Hashable
from typing import Final

from mxspec.api.compiled import Compilation
from mxspec.codegen.code import Code
from mxspec.core.parts import specize
from mxspec.core.spec import Pred, Spec
from mxspec.names import aliases
from mxspec.schemas.parts import Schema, note
from mxspec.words.needs import form_text

MOST_INLINE: Final = 500
"""How many parts with names are written where they stand: without `$defs`, two of each level double."""


class Schemas:
    """The schemas of the parts of one spec, of which those with names are written once.

    Args:
        inline: True to write a part with a name where it stands, for schemas that become part of another
            document; one that leads back to itself then allows anything from there on.
    """

    def __init__(self, *, inline: bool = False) -> None:
        self.definitions: dict[str, Schema] = {}
        self._keys: dict[Hashable, str] = {}
        self._inline = inline
        self._inside: list[Hashable] = []
        self._written = 0

    def of(self, pred: Pred) -> Schema:
        """Return the schema of a part."""
        if not isinstance(pred, str):
            return schema_of(pred, self)
        name = aliases(pred)[-1]
        return self.reference(name, name, lambda: schema_of(specize(name), self))

    def reference(self, key: Hashable, name: str, build: Callable[[], Schema]) -> Schema:
        """Return the schema that build makes, or a reference to it.

        Args:
            key: what tells it from others.
            name: what to call it.
            build: a function that makes it, in which it may be referred to.
        """
        if self._inline:
            self._written += 1
            if key in self._inside or self._written > MOST_INLINE:
                return note(f"{name}, again")
            self._inside.append(key)
            try:
                return {"title": name, **build()}
            finally:
                self._inside.pop()
        if key not in self._keys:
            self._keys[key] = word = self._word(name)
            self.definitions[word] = {}  # its place; build may come back here
            self.definitions[word] = {"title": name, **build()}
        return {"$ref": f"#/$defs/{self._keys[key]}"}

    def _word(self, name: str) -> str:
        """Return name in characters that every reader of schemas takes in a reference."""
        base = word = re.sub(r"[^A-Za-z0-9._-]", ".", name)
        numbers = itertools.count(2)
        while word in self.definitions:
            word = f"{base}-{next(numbers)}"
        return word

    def changes(self, pred: Pred) -> bool:
        """True if pred may conform a value to something else, which is what the next one sees."""
        return Code(Compilation(), refuse="").may_change(pred)


@functools.singledispatch
def schema_of(spec: Spec, schemas: Schemas) -> Schema:
    """Return the schema of a spec, by its kind; one that JSON Schema can't say allows anything."""
    return note(form_text(spec))
