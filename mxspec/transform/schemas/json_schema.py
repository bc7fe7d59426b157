"""The JSON Schema of any spec, made by a visitor of its parts.

and_(int_in(0, 10), is_even) becomes {"type": "integer", "minimum": 0, "maximum": 8, "multipleOf": 2}. Parts
that see the whole value are combined: `all_of` for required parts, `any_of` for alternatives, null for an
optional part. A kind of spec with parts that see pieces of the value has a function here, by class. The table
of requirements has the schemas of predicates, and of forms without parts.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import itertools
import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from mxspec.base import names
from mxspec.base.forms import predicate_text
from mxspec.base.messages.requirements import Schema, bound, form_text, names_lambda, schema_of_form
from mxspec.base.messages.text import WIDEST_INT, head_of, jsonable, words_of
from mxspec.frames.engine_patterns import shared_pattern
from mxspec.frames.frame_spec import FrameSpec
from mxspec.models.model_spec import LearntSpec, ModelSpec
from mxspec.questions.examples import sample
from mxspec.questions.operations import valid
from mxspec.specs.arrays import ArraySpec, Shape, int_range
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.core.digests import spec_digest
from mxspec.specs.core.parts import NEEDED, ONE_OF, Part, may_change
from mxspec.specs.core.spec import Predicate, Reference, Spec, as_part, specize
from mxspec.specs.maps import Keys, Merge, RequiredKey, RequiredKeys, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.ranges import Range
from mxspec.specs.regex.combinators import Alt, Amp, Cat, Maybe, Plus, RegexWithMessage, Star
from mxspec.specs.regex.matching import Regex
from mxspec.specs.wrappers import Conformer, WithMessage
from mxspec.transform.schemas.from_json_schema import JsonSchemaSpec
from mxspec.transform.schemas.json_keywords import DIALECT, draft_of
from mxspec.transform.schemas.json_kinds import SchemaPredicate

# --- schemas put together by their keywords ---------------------------------------------------------------

# The intersection of two values of each keyword.
_NARROWER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    "required": lambda a, b: list(dict.fromkeys((*a, *b))),
    "description": lambda a, b: a if b in a else f"{a}; {b}",
    "examples": lambda a, b: b,
    "title": lambda a, b: a,
}
# Interdependent keywords: two schemas with keywords of one group are not merged.
_BOUND: Final = (
    {"properties", "additionalProperties", "patternProperties", "unevaluatedProperties"},
    {"prefixItems", "items", "unevaluatedItems"},
)
_LENGTHS: Final = {"string": "Length", "array": "Items", "object": "Properties"}


def note(words: str) -> Schema:
    """Return a schema that allows anything, with a description."""
    return {"description": words}


def types_in(schema: Schema) -> list[str] | None:
    """Return the types in a schema, or None."""
    types = schema.get("type")
    return [types] if isinstance(types, str) else types


def allows(schema: Schema, type_: str) -> bool:
    """True unless a schema lists types without this one."""
    types = types_in(schema)
    return types is None or type_ in types


def all_of(schemas: Iterable[Schema]) -> Schema:
    """Return the intersection of schemas, merged into one if possible.

    Example:
        >>> all_of([{"type": "number", "minimum": 0}, {"type": "integer", "maximum": 9}])
        {'type': 'integer', 'minimum': 0, 'maximum': 9}
        >>> all_of([{"anyOf": [{}]}, {"anyOf": [{"type": "null"}]}])
        {'allOf': [{'anyOf': [{}]}, {'anyOf': [{'type': 'null'}]}]}
    """
    merged: Schema = {}
    apart: list[Schema] = []
    for schema in schemas:
        if schema.get("additionalProperties") is True:  # the default
            schema = {keyword: schema[keyword] for keyword in schema if keyword != "additionalProperties"}
        both = _merge_schemas(merged, schema)
        if both is None:
            apart.append(schema)
        else:
            merged = both
    for type_, length in _LENGTHS.items():
        if not allows(merged, type_):
            merged = {key: merged[key] for key in merged if key not in (f"min{length}", f"max{length}")}
    if not apart:
        return merged
    if "allOf" in merged:
        return {**merged, "allOf": [*merged["allOf"], *apart]}
    return {"allOf": [merged, *apart]}


def _merge_schemas(a: Schema, b: Schema) -> Schema | None:
    """Return the intersection of two schemas as one, or None if they can't be merged."""
    if any(a.keys() & keywords and b.keys() & keywords for keywords in _BOUND):
        return None
    merged = dict(a)
    for keyword, value in b.items():
        if keyword not in a or a[keyword] == value:
            merged[keyword] = value
        elif keyword == "type":
            types = _common_types(types_in(a) or [], types_in(b) or [])
            if not types:
                return None
            merged["type"] = types[0] if len(types) == 1 else types
        elif keyword in _NARROWER:
            merged[keyword] = _NARROWER[keyword](a[keyword], value)
        else:
            return None
    return merged


def _common_types(a: list[str], b: list[str]) -> list[str]:
    """Return the types that both lists allow; an integer is a number."""
    wide = [{*types, "integer"} if "number" in types else set(types) for types in (a, b)]
    return [name for name in dict.fromkeys((*a, *b)) if name in wide[0] & wide[1]]


def any_of(schemas: Iterable[Schema]) -> Schema:
    choices: list[Schema] = []
    for schema in schemas:
        if schema not in choices:
            choices.append(schema)
    if {} in choices:
        return {}
    return choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {"not": {}}


# --- the schema of a spec ---------------------------------------------------------------------------------


MOST_INLINE: Final = 500
"""The greatest number of named parts to inline: without `$defs` they double at each level."""

_TOO_DEEP: Final = "nested too deeply to be said"


def json_schema(spec: Any) -> Schema:
    """Return the JSON Schema (2020-12) of a spec.

    The schema accepts every JSON value that the spec accepts. It may accept more: JSON Schema can't express a
    predicate, a conformer and the order of most regexes, so `description` explains them, as it does a pattern
    with flags, lookarounds or backreferences. Arrays are lists with their shapes, moments are text, as
    `decode` reads them, names are `$defs`. A collection without a kind may be an empty map, as in clojure,
    and so may its JSON. The schema of a model spec is the schema of its input, with a description and three
    generated examples.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.

    Raises:
        UnknownSpecError: spec or a part of it is an unknown name.

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
    read = specize(spec)
    if isinstance(read, JsonSchemaSpec) and isinstance(read.schema, dict):
        return {"$schema": DIALECT, **copy.deepcopy(_with_base(read))}
    schemas = Schemas()
    try:
        schema = schemas.part_schema(as_part(spec))
    except RecursionError:
        return {"$schema": DIALECT, **note(_TOO_DEEP)}
    if schema.keys() == {"$ref"} and not _refers(schemas.definitions, schema["$ref"]):
        schema = schemas.definitions.pop(schema["$ref"].rpartition("/")[2])
    definitions = {"$defs": schemas.definitions} if schemas.definitions else {}
    return {"$schema": DIALECT, **schema, **definitions}


def _with_base(spec: JsonSchemaSpec) -> Schema:
    """Return the schema that a spec was read from; its references keep their targets."""
    base = spec.options.get("base")
    return {**({} if base is None else _id_of(spec, Path(base).absolute().as_uri())), **spec.schema}


def _id_of(spec: JsonSchemaSpec, uri: str) -> Schema:
    draft = draft_of(spec.schema.get("$schema"))
    return {"$id" if draft is None else draft.id_word: uri}


def _refers(schema: Any, reference: str) -> bool:
    """True if schema or a part of it is the reference."""
    if isinstance(schema, dict):
        return schema.get("$ref") == reference or any(_refers(part, reference) for part in schema.values())
    return isinstance(schema, list) and any(_refers(part, reference) for part in schema)


def add_title(name: str, schema: Schema) -> Schema:
    """Return the schema of a name, with its title and its registered description."""
    words = [part for part in (names.current.doc(name), schema.get("description")) if part]
    return {"title": name, **schema, **({"description": "; ".join(words)} if words else {})}


def inline_schema(spec: Any) -> Schema:
    """Return the JSON Schema of a spec as part of another document, without its own `$defs`."""
    try:
        return Schemas(inline=True).part_schema(as_part(spec))
    except RecursionError:
        return note(_TOO_DEEP)


class Schemas:
    """The schemas of the parts of one spec; the schema of a named part is written once.

    Args:
        inline: True to write named parts in place, for a schema inside another document; a recursive part
            then allows anything.
    """

    def __init__(self, *, inline: bool = False) -> None:
        self.definitions: dict[str, Schema] = {}
        self._keys: dict[Hashable, str] = {}
        self._inline = inline
        self._inside: list[Hashable] = []
        self._written = 0
        self._is_worded = False

    def note(self, words: str) -> Schema:
        """Return a schema with words as its description; empty if a message replaces words about a lambda."""
        return {} if self._is_worded and names_lambda(words) else note(words)

    @contextlib.contextmanager
    def message_scope(self, is_worded: bool = True) -> Iterator[None]:
        """Inside the block, note whether a message states the requirement."""
        outer, self._is_worded = self._is_worded, is_worded
        try:
            yield
        finally:
            self._is_worded = outer

    def part_schema(self, part: Spec) -> Schema:
        if not isinstance(part, Reference):
            return schema_of(part, self)
        spec, form = specize(part), part.form()
        # A class with typed fields is its own name.
        name = names.current.aliases(form)[-1] if isinstance(form, str) else form_text(form[-1])
        return self.reference(spec, name, lambda: schema_of(spec, self))

    def of_all(self, parts: Iterable[Spec]) -> list[Schema]:
        return [self.part_schema(part) for part in parts]

    def reference(self, key: Hashable, name: str, build: Callable[[], Schema]) -> Schema:
        """Return a reference to the schema of a name, or inline the schema itself; key is its identity."""
        if self._inline:
            self._written += 1
            if key in self._inside or self._written > MOST_INLINE:
                return note(f"{name}, again")
            self._inside.append(key)
            try:
                return add_title(name, build())
            finally:
                self._inside.pop()
        if key not in self._keys:
            self._keys[key] = word = self._word(name)
            self.definitions[word] = {}  # reserve the word: build may recurse
            with self.message_scope(False):  # other parts may refer to it, without the message
                self.definitions[word] = add_title(name, build())
        return {"$ref": f"#/$defs/{self._keys[key]}"}

    def document(self, name: str, write: Callable[..., Schema]) -> Schema:
        """Return a schema; its own definitions become `name.Other` among the definitions here.

        Args:
            name: the name.
            write: pydantic's model_json_schema of a class.
        """
        prefixes = (f"{_safe_word(name)}{f'-{n}' if n > 1 else ''}." for n in itertools.count(1))
        for prefix in prefixes:
            schema = write(ref_template=f"#/$defs/{prefix}{{model}}")
            definitions = {prefix + word: each for word, each in schema.pop("$defs", {}).items()}
            if self._inline and definitions:  # inline, they would be lost
                break
            if all(self.definitions.get(word, each) == each for word, each in definitions.items()):
                self.definitions.update(definitions)
                return schema
        return note(f"a map of the fields of {name}")

    def _word(self, name: str) -> str:
        """Return name in characters that every schema reader accepts in a reference."""
        base = word = _safe_word(name)
        numbers = itertools.count(2)
        while word in self.definitions:
            word = f"{base}-{next(numbers)}"
        return word


def _safe_word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", ".", name)


# --- by the parts -----------------------------------------------------------------------------------------


@functools.singledispatch
def schema_of(spec: Spec, schemas: Schemas) -> Schema:
    """Return the schema of a spec: by its kind, or by the roles of its parts; else a schema for anything."""
    parts = spec.parts()
    if not parts or not spec.by_parts or any(part.is_piece for part in parts):
        return schemas.note(form_text(spec))
    role = parts[0].role
    if role == NEEDED:
        return all_of(schemas.of_all(first_parts(parts)))
    choices = schemas.of_all(part.spec for part in parts)
    return any_of(choices if role == ONE_OF else [*choices, {"type": "null"}])


@schema_of.register
def _schema_that_was_read(spec: JsonSchemaSpec, schemas: Schemas) -> Schema:
    """Return the schema of a part, under its own name if its references must stay within it."""
    if not isinstance(spec.schema, dict):
        return {} if spec.schema else {"not": {}}
    if not _OF_PLACES & {*_words_in(spec.schema)}:
        return copy.deepcopy({**spec.schema})
    name = f"urn:json-schema:{spec_digest(spec)}"
    return schemas.reference(
        spec, "schema", lambda: {"$schema": DIALECT, **_id_of(spec, name), **copy.deepcopy(_with_base(spec))}
    )


_OF_PLACES: Final = frozenset({"$ref", "$id", "$anchor", "$dynamicAnchor", "$schema"})


def _words_in(schema: Any) -> Iterator[str]:
    """Yield the keys of a JSON value at any depth."""
    inner: Iterable[Any] = schema if isinstance(schema, list) else ()
    if isinstance(schema, dict):
        yield from schema
        inner = schema.values()
    for part in inner:
        yield from _words_in(part)


@schema_of.register
def _schema_of_predicate(spec: SchemaPredicate, schemas: Schemas) -> Schema:
    schema = spec.schema()
    return {**schema} if isinstance(schema, dict) else {} if schema else {"not": {}}


@schema_of.register(Predicate)
@schema_of.register(Range)
def _schema_by_form(spec: Spec, schemas: Schemas) -> Schema:
    form = spec.form()
    if head_of(form) == "spec":  # a lone predicate
        form = form[1]
    schema = schema_of_form(form)
    if schema is None:
        return schemas.note(form_text(form))
    if "pattern" in schema:
        pattern = json_pattern(schema.pop("pattern"))
        schema |= schemas.note(form_text(form)) if pattern is None else {"pattern": pattern}
    return schema


_PLAIN: Final = re.compile(
    r"(?:[A-Za-z0-9 _,:;@%&=<>~'\"!#/+*?|()-]|\\\.|\{\d+(?:,\d*)?\}"
    r"|\[\^?(?:[A-Za-z0-9 _,:;@%=<>'\"#/+*?.]-?)+\])*"
)
_TOKENS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def json_pattern(pattern: str) -> str | None:
    r"""Return a pattern for whole texts in the syntax of ECMA-262, which Python reads too.

    The classes match ASCII alone. A pattern of plain letters, classes and repetitions stays as it is.

    Returns:
        None if JSON Schema can't express the pattern, or might read it differently: with flags, lookarounds,
        backreferences, atomic groups or possessive repetitions.

    Example:
        >>> json_pattern("[A-Z]{2}-[0-9]+|x"), json_pattern(r"\d\S"), json_pattern("(?i)a")
        ('^(?:[A-Z]{2}-[0-9]+|x)$', '^(?:[0-9][^\\x09-\\x0d\\x20])$', None)
    """
    negated = ("\\D", "\\S", "\\W")
    text = _TOKENS.sub(lambda token: f"[^{token[0].lower()}]" if token[0] in negated else token[0], pattern)
    shared = shared_pattern(text)
    if shared is None:
        return None
    plain = pattern if "|" in pattern else pattern.removeprefix("^").removesuffix("$")
    if _PLAIN.fullmatch(plain) and "(?" not in plain:
        return f"^(?:{plain})$" if "|" in plain else f"^{plain}$"
    return shared.replace("(?s:.)", r"[\s\S]").removesuffix(r"\z") + "$"


def first_parts(parts: Iterable[Part]) -> list[Spec]:
    """Return the parts that see the value itself: up to the first one that may change it."""
    seen = []
    for part in parts:
        seen.append(part.spec)
        # Registered keys that a map does not list are omitted: its schema ignores them.
        if may_change(part.spec, names.current.find, at_names=()):
            break
    return seen


@schema_of.register
def _with_message(spec: WithMessage, schemas: Schemas) -> Schema:
    with schemas.message_scope():
        schema = schemas.part_schema(spec.pred)
    return all_of([schema, note(spec.message)])


@schema_of.register
def _conformer(spec: Conformer, schemas: Schemas) -> Schema:
    return schemas.note(f"what {form_text(spec.f)} takes")


# --- maps -------------------------------------------------------------------------------------------------


@schema_of.register
def _keys(spec: Keys, schemas: Schemas) -> Schema:
    properties = {
        key: schemas.part_schema(part) if is_known(part, names.current) else {}
        for key, part in spec.key_specs.items()
        if isinstance(key, str)
    }
    schema: Schema = {"type": "object", **({"properties": properties} if properties else {})}
    if spec.closed:
        # Keys of the other parts of a merge are allowed here, and have a schema elsewhere.
        schema["properties"] = {**{key: {} for key in sorted(spec.beside)}, **properties}
        schema["additionalProperties"] = False
    return all_of([schema, *map(_required_keys, spec.required_keys)])


def _required_keys(entry: RequiredKey | RequiredKeys) -> Schema:
    if isinstance(entry, RequiredKey):
        return {"required": [entry.key]} if isinstance(entry.key, str) else {}
    return (any_of if entry.is_any else all_of)(map(_required_keys, entry.choices))


@schema_of.register
def _merge(spec: Merge, schemas: Schemas) -> Schema:
    return all_of(schemas.of_all(spec.open_parts(names.current.find)))


@schema_of.register
def _multi_spec(spec: MultiSpec, schemas: Schemas) -> Schema:
    choices = []
    for tag, method in spec.methods.items():
        schema = schemas.part_schema(as_part(method))
        if type(spec.dispatch) is str and type(tag) in (str, int, bool):
            tagged = {"properties": {spec.dispatch: {"const": tag}}, "required": [spec.dispatch]}
            schema = all_of([tagged, schema])
        choices.append(schema)
    return any_of(choices if spec.default is None else [*choices, schemas.part_schema(spec.default)])


# --- collections ------------------------------------------------------------------------------------------


@schema_of.register
def _tuple(spec: Tuple, schemas: Schemas) -> Schema:
    n = len(spec.preds)
    items = {"prefixItems": schemas.of_all(spec.preds)} if n else {}  # prefixItems must not be empty
    return {"type": "array", **items, "minItems": n, "maxItems": n}


@schema_of.register
def _frame_schema(spec: FrameSpec, schemas: Schemas) -> Schema:
    return {"type": "array", "items": schemas.part_schema(spec.pred)}


@schema_of.register
def _collection(spec: Every, schemas: Schemas) -> Schema:
    o = spec.options
    least, most = o.sizes()
    whole = {"type": ["array", "object"]} if o.kind is None else schemas.part_schema(o.kind)
    # `every` checks some elements of a large collection, always including the first of a list.
    looks_at_all = isinstance(spec, CollOf) or most <= CHECK_LIMIT
    some = schemas.note(f"of many elements some are looked at: {form_text(spec.pred)}")
    parts: list[Schema] = [whole]
    element = schemas.part_schema(spec.pred)
    if allows(whole, "array"):
        parts.append(_sizes("Items", least, most))
        if element:
            parts.append({"items": element} if looks_at_all else {"prefixItems": [element], **some})
        if o.distinct:
            parts.append({"uniqueItems": True} if _differ_alike(element) else note("all elements differ"))
    if allows(whole, "object"):
        # The elements of a map are its entries, lists of two; most element specs refuse them.
        entry = _entry_in(element, schemas)
        if entry is None:
            parts += [{"maxProperties": 0}] if not least else _without_objects(parts)
        else:
            parts.append(_sizes("Properties", least, most))
            named = isinstance(spec, HomogeneousMap)
            words = form_text(spec.pred.preds[0]) if named and isinstance(spec.pred, Tuple) else ""
            parts.append(_entries_schema(*entry, words, schemas) if looks_at_all else some if named else {})
    return all_of(parts)


def _without_objects(parts: list[Schema]) -> list[Schema]:
    """Remove objects from the types of the first part, or return the schema that refuses them."""
    types = types_in(parts[0])
    if types is None:
        return [{"not": {"type": "object"}}]
    others = [name for name in types if name != "object"]
    parts[0] = {**parts[0], "type": others[0] if len(others) == 1 else others} if others else {"not": {}}
    return []


def _entry_in(
    element: Schema, schemas: Schemas, inside: tuple[str, ...] = ()
) -> tuple[Schema, Schema] | None:
    """Return the schemas of the key and the value of an element; None if an element can't be an entry.

    An element schema that is not understood allows any entry.
    """
    reference = element.get("$ref")
    if reference is not None:
        target = schemas.definitions.get(reference.rpartition("/")[2])
        known = target is not None and reference not in inside
        return _entry_in(target, schemas, (*inside, reference)) if target and known else ({}, {})
    listed = element.get("enum", [element["const"]] if "const" in element else None)
    is_scalar = listed is not None and not any(isinstance(each, list) for each in listed)
    if is_scalar or not allows(element, "array") or element.get("not") == {}:
        return None
    if element.get("minItems", 0) > 2 or element.get("maxItems", 2) < 2:
        return None
    required = [_entry_in(each, schemas, inside) for each in element.get("allOf", ())]
    choices = [_entry_in(each, schemas, inside) for each in element.get("anyOf", ())]
    fitting = [choice for choice in choices if choice is not None]
    if None in required or (choices and not fitting):
        return None
    items = element.get("items", {})
    if "prefixItems" in element or items:
        key, value = [*element.get("prefixItems", ()), items, items][:2]
        return key, value
    return (any_of(key for key, _ in fitting), any_of(value for _, value in fitting)) if fitting else ({}, {})


def _sizes(what: str, least: float, most: float) -> Schema:
    return {**({f"min{what}": least} if least else {}), **({f"max{what}": most} if most < math.inf else {})}


def _differ_alike(schema: Schema) -> bool:
    """True if JSON Schema and clojure agree which values are equal; in JSON Schema, 1 equals 1.0."""
    types = types_in(schema)
    return types is not None and set(types) <= {"string", "integer", "boolean", "null"}


def _entries_schema(key: Schema, value: Schema, words: str, schemas: Schemas) -> Schema:
    """Return the schema of objects by the schemas of keys and values; words describe keys other than text."""
    schema: Schema = {"additionalProperties": value} if value else {}
    if not allows(key, "string"):
        return {**schema, **(schemas.note(f"keys: {words}") if words else {})}
    return {"propertyNames": key, **schema} if key else schema


# --- sequences --------------------------------------------------------------------------------------------


class ElementRun(NamedTuple):
    """A run of least to most elements with one schema; most may be infinite."""

    element: Schema
    least: float = 1
    most: float = 1

    @property
    def is_one(self) -> bool:
        return self.least == self.most == 1


class Runs(NamedTuple):
    """The runs that a part of a regex matches, in order; is_exact if it matches every such sequence."""

    runs: Sequence[ElementRun]
    is_exact: bool = True

    def union(self) -> ElementRun:
        """Return one run for the elements of all runs."""
        least, most = sum(run.least for run in self.runs), sum(run.most for run in self.runs)
        return ElementRun(any_of(run.element for run in self.runs), least, most)


# A recursive regex: its sequences are unknown.
_ANY: Final = Runs([ElementRun({}, 0, math.inf)], is_exact=False)


@schema_of.register
def _regex(spec: Regex, schemas: Schemas) -> Schema:
    runs, is_exact = _runs(spec, schemas)
    _, least, most = Runs(runs).union()
    prefix = [run.element for run in itertools.takewhile(lambda run: run.is_one, runs)]
    rest = runs[len(prefix) :]
    # As in clojure, null is an empty sequence too.
    items = Runs(rest).union().element if rest else {}
    schema = {
        "type": "array" if least else ["array", "null"],
        **({"prefixItems": prefix} if prefix else {}),
        **({"items": items} if items else {}),
        **_sizes("Items", least, most),
    }
    in_words = {} if is_exact and len(rest) < 2 else schemas.note(f"in the order of {form_text(spec)}")
    return all_of([schema, in_words])


@schema_of.register
def _regex_with_message(spec: RegexWithMessage, schemas: Schemas) -> Schema:
    with schemas.message_scope():
        schema = _regex(spec, schemas)
    return all_of([schema, note(spec.message)])


def _runs(part: Spec, schemas: Schemas, inside: tuple[Spec, ...] = ()) -> Runs:
    """Return the runs of a part of a regex; inside has the enclosing named regexes."""
    regex = specize(part)
    if not regex.is_regex:
        return Runs([ElementRun(schemas.part_schema(part))])
    if isinstance(part, Reference):
        return _ANY if regex in inside else _runs(regex, schemas, (*inside, regex))
    match part:
        case Star() | Plus():
            runs, is_exact = _runs(part.part, schemas, inside)
            element, least, _ = Runs(runs).union()
            turns = ElementRun(element, least if isinstance(part, Plus) else 0, math.inf)
            return Runs([turns], is_exact and len(runs) == 1)
        case Maybe():
            runs, is_exact = _runs(part.part, schemas, inside)
            optional = [run._replace(least=0) for run in runs]
            return Runs(optional, is_exact and len(runs) == 1 and runs[0].is_one)
        case Cat():
            several = [_runs(branch, schemas, inside) for _, branch in part.branches]
            return Runs([run for runs, _ in several for run in runs], all(one.is_exact for one in several))
        case Alt():
            several = [_runs(branch, schemas, inside) for _, branch in part.branches]
            unions = [one.union() for one in several]
            element = any_of(run.element for run in unions)
            choice = ElementRun(element, min(run.least for run in unions), max(run.most for run in unions))
            return Runs([choice], choice.is_one and all(one.is_exact for one in several))
        case Amp():
            return Runs(_runs(part.part, schemas, inside).runs, is_exact=False)
        case RegexWithMessage():
            with schemas.message_scope():
                return _runs(part.part, schemas, inside)
    return _ANY


# --- arrays and models ------------------------------------------------------------------------------------


@schema_of.register
def _array(spec: ArraySpec, schemas: Schemas) -> Schema:
    bounds = bound(spec.min, "minimum") | bound(spec.max, "maximum")
    number = all_of([_number(spec.dtype, is_real=bool(bounds) or spec.finite), bounds])
    if spec.shapes is None:
        kinds = " or ".join(f"{kind}s" for kind in types_in(number) or ["value"])
        return {"type": "array", **note(f"lists of any depth of {kinds}")}
    return any_of(_schema_of_shape(shape, number) for shape in spec.shapes)


_KINDS: Final = {
    "b": "boolean", "i": "integer", "u": "integer", "f": "number", "U": "string", "S": "string"
}  # fmt: skip


def _number(dtype: Any, *, is_real: bool) -> Schema:
    """Return the schema of one number of an array; a number with bounds is real."""
    import numpy as np

    if isinstance(dtype, np.dtype):
        if dtype.kind in "iu" and dtype.itemsize < WIDEST_INT // 8:
            least, most = int_range(dtype)
            return {"type": "integer", "minimum": least, "maximum": most}
        return {"type": _KINDS[dtype.kind]} if dtype.kind in _KINDS else note(str(dtype))
    if dtype is not None and issubclass(dtype, np.integer):
        return {"type": "integer"}
    if dtype is None or dtype is np.generic:
        return {"type": ["number", "boolean"]} if is_real else {}
    return {"type": "number"} if is_real or np.issubdtype(np.float64, dtype) else {}


def _schema_of_shape(shape: Shape, number: Schema) -> Schema:
    """Return the schema of nested lists with the depth and the lengths of a shape."""
    schema = number
    for length in reversed(shape):
        sizes = {} if length is None else _sizes("Items", length, length)
        schema = {"type": "array", **({"items": schema} if schema else {}), **sizes}
    return schema


@schema_of.register
def _model_spec(spec: ModelSpec, schemas: Schemas) -> Schema:
    reader = words_of(predicate_text, spec.discriminate)
    words = schemas.note(f"{reader} gives it a label that fits {form_text(spec.label_spec.form())}")
    return all_of(
        [words, {} if spec.input is None else schemas.part_schema(spec.input), examples_schema(spec)]
    )


@schema_of.register
def _learnt_spec(spec: LearntSpec, schemas: Schemas) -> Schema:
    parts = [schemas.part_schema(part.spec) for part in spec.parts()]
    return all_of([note(spec.requirement()), *parts, examples_schema(spec)])


EXAMPLES: Final = 3
DECIMALS: Final = 4  # in the numbers of an example, if still valid after rounding


def examples_schema(spec: Spec) -> Schema:
    """Return a schema with examples, the same every time; an empty schema if the model makes none."""
    try:
        return {"examples": [_as_json(x, spec) for x in sample(spec, EXAMPLES, seed=0)]}
    except Exception:  # a model may raise anything
        return {}


def _as_json(x: Any, spec: Spec) -> Any:
    """Return an example as JSON; an array becomes lists."""
    if not (hasattr(x, "tolist") and hasattr(x, "dtype")):
        return jsonable(x)
    rounded = x.round(DECIMALS) if x.dtype.kind == "f" else x
    # A rounded float32 has more digits as a float, so the floats are rounded again.
    return _round_numbers((rounded if valid(spec, rounded) else x).tolist())


def _round_numbers(x: Any) -> Any:
    if isinstance(x, list):
        return list(map(_round_numbers, x))
    return round(x, DECIMALS + 3) if isinstance(x, float) else jsonable(x)
