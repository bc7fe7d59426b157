"""Places of a schema, with their paths in messages, and the reader of a schema by its places.

    {"name": "Order", "fields": [{"name": "n", "type": "intt"}]}
    Order.n: there is no type 'intt'; did you mean 'int'?

A reader of a language is a `SchemaReader` with a function from a place to its spec.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, NoReturn

from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.specs.core.budget import spend
from mxspec.specs.core.rewriting import LateReference, walk_held
from mxspec.specs.core.spec import Spec, as_part


class SchemaPlace(NamedTuple):
    """A part of a schema, and its path in messages.

    Attributes:
        value: what stands there.
        path: the path from the whole to it.
        whole: the name of the whole, which has no path.

    Example:
        >>> SchemaPlace({"items": 3}, "a").get("items").fail("a schema is a name, not 3")
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: a.items: a schema is a name, not 3
    """

    value: Any
    path: str = ""
    whole: str = "the schema"

    def fail(self, words: str) -> NoReturn:
        """Raise SpecDefinitionError with the path."""
        raise SpecDefinitionError(f"{self.path or self.whole}: {words}")

    def part(self, value: Any, mark: str = "") -> SchemaPlace:
        """Return the place of a part; the mark extends the path."""
        return SchemaPlace(value, f"{self.path}{mark}".lstrip("."), self.whole)

    def get(self, word: str, *default: Any, mark: str | None = None) -> SchemaPlace:
        """Return the place below a word; fail if the word is missing and has no default."""
        if word not in self.value and not default:
            self.fail(f"{word!r} is missing in {short_repr(self.value)}")
        return self.part(self.value.get(word, *default), f".{word}" if mark is None else mark)

    def elements(self, words: str = "a list is required") -> list[SchemaPlace]:
        """Return the places of the elements of a list."""
        if not isinstance(self.value, list):
            self.fail(f"{words}, not {short_repr(self.value)}")
        spend(len(self.value))
        return [self.part(x, f"[{i}]") for i, x in enumerate(self.value)]

    def texts(self, word: str) -> list[str]:
        """Return the texts of the list below a word, [] without one."""
        texts = self.value.get(word, [])
        if not (isinstance(texts, list) and all(isinstance(x, str) for x in texts)):
            self.fail(f"{word} are a list of texts, not {short_repr(texts)}")
        return texts

    def check(self, *known: Collection[str]) -> None:
        """Fail if this is no map, or has a word that is not known."""
        if not isinstance(self.value, dict):
            self.fail(f"a map is required, not {short_repr(self.value)}")
        for word in self.value:
            if not any(word in words for words in known):
                self.get(word).fail(f"mxspec reads no {word} here")


class SchemaReader:
    """The reader of one schema. Types with names may use themselves, and stand after their uses.

    Attributes:
        builtin: the names of the types of the language.
        named: the types of the schema by their names; None while one is read.
    """

    builtin: Collection[str] = ()

    def __init__(self) -> None:
        self.named: dict[str, Spec | None] = {}
        self._uses: list[NamedType] = []

    def read(self, schema: Any) -> Spec:
        """Return the spec of a schema, as `json.loads` reads it.

        Raises:
            SpecDefinitionError: it is no schema, or nested too deep, or a name has no type.
        """
        with name_recursion_limit("the schema", None, SpecDefinitionError):
            spec = self.spec(SchemaPlace(schema))
            for use in self._uses:
                _ = use.to  # so that an unknown name is an error here
            return spec

    def spec(self, place: SchemaPlace) -> Spec:
        """Return the spec of a place."""
        raise NotImplementedError

    def reserve(self, name: str, place: SchemaPlace) -> None:
        """Reserve the name of a type; fail if there is such a type."""
        if name in self.named:
            place.fail(f"there are two types {name!r}")
        self.named[name] = None

    def use(self, name: str, place: SchemaPlace) -> Spec:
        """Return the type of a name, which the schema writes as it stands at the place."""

        def look_up() -> Spec:
            spec = self.named.get(name)
            if spec is None:
                word = str(place.value)
                place.fail(f"there is no type {word!r}{did_you_mean(word, [*self.builtin, *self.named])}")
            return spec

        self._uses.append(use := NamedType(name, look_up))
        return use


class NamedType(LateReference, inherits=True):
    """The use of a type by its name, which is its form: the type may be a part of itself."""

    def __init__(self, name: str, look_up: Callable[[], Spec]) -> None:
        super().__init__(look_up)
        vars(self)["type_name"] = name

    def form(self) -> Any:
        return ("named_type", vars(self)["type_name"])

    def __reduce__(self) -> tuple[Any, ...]:
        # pickle makes a spec out of its parts, so that none can be a part of itself.
        if any(isinstance(part, NamedType) and part.to is self.to for part in walk_held(self.to)):
            name = vars(self)["type_name"]
            raise pickle.PicklingError(
                f"the type {name!r} is a part of itself: pickle the schema, and read it again"
            )
        return as_part, (self.to,)
