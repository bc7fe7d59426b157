"""The reader of JSON Schemas: `from_json_schema`.

A keyword of JSON Schema restricts one type and accepts all others: `minimum` accepts every string. So a
schema is read into facts (`mxspec.schemas.json_facts`), and the facts of `allOf` are joined. A reference is
read at its first use, so that a schema may refer to itself. A keyword that is not understood is an error that
begins with the path to it.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.api.operations import def_
from mxspec.core.budget import spend, within_budget
from mxspec.core.question import Place, Question
from mxspec.core.spec import Spec, specize
from mxspec.errors import LimitError, Problem, SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.lazy import LateModule
from mxspec.schemas.ecma_patterns import ecma_pattern, text_spec
from mxspec.schemas.json_facts import (
    JSON_TYPES,
    ArrayFacts,
    Coverage,
    Facts,
    NumberFacts,
    ObjectFacts,
    StringFacts,
    literal_spec,
)
from mxspec.schemas.json_files import document_bytes, folder_of_references, json_of_bytes
from mxspec.schemas.json_keywords import (
    DIALECT,
    DIALECT_7,
    DRAFT_7,
    DRAFT_2020_12,
    NOTES,
    KeywordValue,
    are_keys,
    escape_step,
    faults_of_json,
)
from mxspec.schemas.json_kinds import ANY, NO_VALUE, Contains, Not, OneOf, SchemaReference, json_type
from mxspec.specs.ranges import str_in
from mxspec.specs.wrappers import Wrapper
from mxspec.values import INVALID, short_repr

if TYPE_CHECKING:
    import referencing
    import referencing.jsonschema as dialects
else:
    referencing = LateModule("referencing")
    dialects = LateModule("referencing.jsonschema")


def from_json_schema(
    schema: Any,
    *,
    name: str | None = None,
    base: str | Path | None = None,
    assert_formats: bool = False,
    registry: Any = None,
) -> Spec:
    """Return the spec of a JSON Schema, of draft 7 or 2020-12.

    The spec accepts the values that the schema accepts: dicts, lists, strings, ints, finite floats, bools and
    None. As in JSON, 1.0 is an integer and equals 1. Its examples are such values, and conform changes none.

    Args:
        schema: the schema, a dict or a bool.
        name: a name to register the spec under.
        base: the file of the schema, or its folder: references to files are read from there. They may lead to
            files in the working folder if base is in it, else to files in the folder of base.
        assert_formats: True to check `format`, otherwise an annotation.
        registry: a `referencing.Registry` of other documents to refer to.

    Raises:
        SpecDefinitionError: a keyword is not understood, or a reference can't be resolved; the message begins
            with the path to it.
        LimitError: the schema takes too many steps to read.
        ImportError: the package `referencing` is not installed.

    Example:
        >>> import mxspec as s
        >>> age = {"type": "integer", "minimum": 0}
        >>> pet = s.from_json_schema({"properties": {"age": age}, "required": ["age"]})
        >>> s.valid(pet, {"age": 3}), s.valid(pet, {"age": -1}), s.valid(pet, "no object")
        (True, False, True)
        >>> s.check_compatible(s.from_json_schema({"maximum": 9}), s.from_json_schema({"maximum": 5})).verdict
        'broken'
    """
    arguments = {"base": base and str(base), "assert_formats": assert_formats, "registry": registry}
    options = {key: value for key, value in arguments.items() if value}
    with name_recursion_limit("the schema", None, SpecDefinitionError), within_budget():
        for fault in faults_of_json(schema):
            raise SpecDefinitionError(fault)
        schema = copy.deepcopy(schema)  # the caller may change it later
        spec = JsonSchemaSpec(_SchemaReader(base, assert_formats, registry).root(schema), schema, options)
    return spec if name is None else specize(def_(name, spec))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JsonSchemaSpec(Wrapper, inherits=True):
    """The spec of a JSON Schema.

    Attributes:
        schema: the schema; `json_schema` returns it.
        options: the other arguments of `from_json_schema`.
    """

    schema: Any
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = False

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return super().explain(x, place, question) if self.conform(x, question) is INVALID else []

    def __reduce__(self) -> tuple[Any, ...]:
        own, arguments = super().__reduce__()
        if isinstance(own, functools.partial):  # pickling needs a name
            own, arguments = _read_again, (self.schema, dict(self.options), self.name, self.gen_fn)
        return own, arguments

    def form(self) -> Any:
        return ("from_json_schema", self.schema, dict(self.options))

    def __repr__(self) -> str:
        return f"from_json_schema({short_repr(self.schema)})"


def _read_again(schema: Any, options: Any, name: str | None, gen_fn: Any) -> Spec:
    return dataclasses.replace(from_json_schema(schema, **options), name=name, gen_fn=gen_fn)


# --- places of a schema -----------------------------------------------------------------------------------

_FORMATS: Final = ("date", "ipv4", "ipv6", "uuid")  # which mxspec checks exactly as the standard says
_LIKE_SCHEMAS: Final = (dict, bool)
_Marks = dict[Any, frozenset[Any]]


@dataclasses.dataclass(frozen=True)
class _Node:
    """A schema with its path, the resolver of its references, and its draft."""

    schema: Any
    path: str
    resolver: Any
    dialect: Any

    @property
    def words(self) -> Mapping[str, KeywordValue]:
        """The keywords of its draft."""
        return DRAFT_7 if self.dialect is dialects.DRAFT7 else DRAFT_2020_12

    def fault(self, keyword: str, words: str) -> SpecDefinitionError:
        return SpecDefinitionError(f"{self.path}/{escape_step(keyword)}: {words}")


class _SchemaReader:
    """The reader of one document."""

    def __init__(self, base: str | Path | None, assert_formats: bool, registry: Any) -> None:
        try:
            self._registry = referencing.Registry() if registry is None else registry
        except ImportError as error:
            raise ImportError('JSON Schema needs referencing: pip install "mxspec[schema]"') from error
        try:
            folder = None if base is None else Path(base).absolute()
            if folder is not None and folder.is_dir():
                folder = folder / "schema.json"
        except (OSError, ValueError):  # too long, or with a NUL
            raise SpecDefinitionError(f"base is a file or a folder, not {short_repr(base)}") from None
        self._uri = "" if folder is None else folder.as_uri()
        if registry is None:
            known = folder_of_references(folder) if folder else None
            read = functools.partial(_read_file, known) if known else _know_metaschemas
            self._registry = referencing.Registry(retrieve=read)  # type: ignore[call-arg]
        self._assert_formats = assert_formats
        self._references: dict[int, SchemaReference] = {}
        self._known: dict[tuple[int, bool], Facts] = {}
        self._targets: dict[int, _Node] = {}
        self._known_marks: dict[tuple[int, int], _Marks] = {}
        self._open: set[int] = set()  # the schemas being read
        self._unread: list[SchemaReference] = []
        self._kept: list[Any] = []  # keeps alive the schemas behind the ids

    def root(self, schema: Any) -> Spec:
        """Return the spec of the document, and read all targets of its references."""
        if not isinstance(schema, _LIKE_SCHEMAS):
            raise SpecDefinitionError(f"#: a schema is an object, true or false, not {short_repr(schema)}")
        dialect = _dialect_of(schema, "#", dialects.DRAFT202012)
        if isinstance(schema, dict):
            self._check_words(_Node(schema, "#", None, dialect))
        resource = referencing.Resource.from_contents(schema, default_specification=dialect)
        registry = self._registry.with_resource(self._uri, resource)
        resolver = registry.resolver(base_uri=urllib.parse.urljoin(self._uri, resource.id() or ""))
        node = _Node(schema, "#", resolver, dialect)
        is_reference = isinstance(schema, dict) and "$ref" in schema
        spec: Spec = self._facts(node).spec() if is_reference else self._reference(node).to
        while self._unread:  # raise errors now, not at the first use
            self._unread.pop().to  # noqa: B018
        return spec

    # --- places ---------------------------------------------------------------------------------------------

    def _node_below(self, node: _Node, schema: Any, *steps: Any) -> _Node:
        """Return the node of a schema within another schema."""
        path = "/".join([node.path, *map(escape_step, steps)])
        if not isinstance(schema, _LIKE_SCHEMAS):
            raise SpecDefinitionError(
                f"{path}: a schema is an object, true or false, not {short_repr(schema)}"
            )
        return self._node_of(schema, path, node.resolver, node.dialect)

    def _node_of(self, schema: Any, path: str, resolver: Any, dialect: Any) -> _Node:
        dialect = _dialect_of(schema, path, dialect)
        if isinstance(schema, dict) and isinstance(schema.get("$id"), str):
            resolver = resolver.in_subresource(dialect.create_resource(schema))
        return _Node(schema, path, resolver, dialect)

    def _target(self, node: _Node) -> _Node:
        """Return the node that the reference of a node leads to."""
        key = id(node.schema)
        if key not in self._targets:
            self._kept.append(node.schema)
            self._targets[key] = self._find_target(node)
        return self._targets[key]

    def _find_target(self, node: _Node) -> _Node:
        ref = node.schema["$ref"]
        try:
            target = node.resolver.lookup(ref)
        except LimitError:
            raise
        except Exception as error:
            cause: BaseException = error
            while cause.__cause__ is not None:  # several errors wrap the cause
                cause = cause.__cause__
            raise node.fault("$ref", f"{short_repr(ref)} leads nowhere: {cause}") from None
        document, fragment = urllib.parse.urldefrag(ref)
        path = f"{document}#{fragment}"
        if not isinstance(target.contents, _LIKE_SCHEMAS):
            raise node.fault(
                "$ref", f"{short_repr(ref)} leads to {short_repr(target.contents)}, which is no schema"
            )
        own = _root_dialect(target.resolver, node.dialect)
        dialect = _dialect_of(target.contents, path, own)
        return _Node(target.contents, path, target.resolver, dialect)

    def _reference(self, node: _Node) -> SchemaReference:
        """Return the reference to a schema, the same object each time."""
        key = id(node.schema)
        if key not in self._references:
            self._kept.append(node.schema)
            self._references[key] = reference = SchemaReference(node.path, lambda: self._facts(node).spec())
            self._unread.append(reference)
        return self._references[key]

    def spec(self, node: _Node) -> Spec:
        """Return the spec of a schema; a reference if the schema is only a `$ref`."""
        schema = node.schema
        if isinstance(schema, dict) and "$ref" in schema:
            is_alone = node.dialect is dialects.DRAFT7 or not (schema.keys() & node.words.keys()) - {"$ref"}
            if is_alone:
                self._check_words(node)
                return self._reference(self._target(node))
        return self._facts(node).spec()

    # --- facts ----------------------------------------------------------------------------------------------

    def _facts(self, node: _Node, exact: bool = False) -> Facts:
        """Return the facts that a schema states.

        Args:
            node: the schema.
            exact: True for unevaluated keywords: distinguish which branches of anyOf a value fits.
        """
        schema = node.schema
        if schema is True or schema is False:
            return Facts() if schema else Facts(types={})
        key = id(schema)
        if key in self._open:  # the schema refers to itself for the same value
            if exact:
                raise node.fault("$ref", "unevaluated keywords around a schema that leads back to itself")
            return Facts(parts=(self._reference(node),))
        if (key, exact) not in self._known:
            self._open.add(key)
            self._kept.append(schema)
            try:
                self._check_words(node)
                looks = bool({"unevaluatedProperties", "unevaluatedItems"} & schema.keys())
                self._known[key, exact] = self._read(node, exact or looks)
            finally:
                self._open.discard(key)
        return self._known[key, exact]

    def _check_words(self, node: _Node) -> None:
        if node.dialect is dialects.DRAFT7 and "$ref" in node.schema:
            return  # draft 7 ignores the keywords beside it
        spend(len(node.schema))
        known = {**NOTES, **node.words}
        for word, value in node.schema.items():
            if word in known and not known[word].accepts(value):
                raise node.fault(word, f"{word} is {known[word].words}, not {short_repr(value)}")
            if word not in known and not word.startswith("x-"):
                raise node.fault(word, f"the keyword {word!r} is not understood{did_you_mean(word, known)}")

    def _read(self, node: _Node, exact: bool) -> Facts:
        schema = node.schema
        if "$ref" in schema and node.dialect is dialects.DRAFT7:
            return self._facts(self._target(node), exact)
        facts = _by_types(node).join(self._by_keywords(node))
        if "$ref" in schema:
            facts = facts.join(self._facts(self._target(node), exact))
        for i, each in enumerate(schema.get("allOf", ())):
            facts = facts.join(self._facts(self._node_below(node, each, "allOf", i), exact))
        for choice in self._choices(node, exact):
            facts = facts.join(Facts(choices=(tuple(choice),)))
        branches = [self._node_below(node, x, "oneOf", i) for i, x in enumerate(schema.get("oneOf", ()))]
        if branches and not self._are_apart(branches):
            facts = facts.join(Facts(parts=(OneOf(tuple(map(self.spec, branches))),)))
        if "not" in schema:
            facts = facts.join(self._refusal_facts(self._node_below(node, schema["not"], "not")))
        for word in ("enum", "const"):
            if word in schema:
                values = schema[word] if word == "enum" else [schema[word]]
                allowed = [x for x in values if json_type(x) in facts.types]
                facts = facts.join(Facts(literals=(literal_spec(allowed),)))
        if exact and {"unevaluatedProperties", "unevaluatedItems"} & schema.keys():
            facts = self._restrict_the_rest(node, facts)
        return facts

    # --- choices --------------------------------------------------------------------------------------------

    def _choices(self, node: _Node, exact: bool) -> Iterator[Sequence[Facts]]:
        """Yield the choices of a schema, each as a list of alternative facts."""
        schema = node.schema
        for word in ("anyOf", "oneOf"):
            if word not in schema:
                continue
            nodes = [self._node_below(node, each, word, i) for i, each in enumerate(schema[word])]
            several = [self._branch(each, exact) for each in nodes]
            if word == "anyOf" and not exact:
                yield several
            elif word == "anyOf":
                yield [*self._subsets(node, nodes, several)]
            else:
                yield several
        if "if" in schema and (exact or {"then", "else"} & schema.keys()):
            asked = self._node_below(node, schema["if"], "if")
            then, other = (
                self._facts(self._node_below(node, schema[word], word), exact) if word in schema else Facts()
                for word in ("then", "else")
            )
            yield [self._facts(asked, exact).join(then), self._refusal_facts(asked).join(other)]
        for word in ("dependencies", "dependentRequired", "dependentSchemas"):
            for key, needed in schema.get(word, {}).items():
                has_key = _objects(ObjectFacts(required=(key,)))
                if word != "dependentSchemas" and isinstance(needed, list):
                    if not are_keys(needed):
                        raise node.fault(word, f"{short_repr(needed)} is no list of keys")
                    more = _objects(ObjectFacts(required=tuple(needed)))
                else:
                    more = self._facts(self._node_below(node, needed, word, key), exact)
                others = {t: each for t, each in Facts().types.items() if t != "object"}
                without = _objects(ObjectFacts({key: (NO_VALUE,)}))
                yield [dataclasses.replace(without, types={**others, **without.types}), has_key.join(more)]

    def _branch(self, node: _Node, exact: bool) -> Facts:
        """Return the facts of a branch; a reference stays a reference until joined with other facts."""
        if not exact and isinstance(node.schema, dict) and node.schema.keys() == {"$ref"}:
            target = self._target(node)
            return Facts(parts=(self._reference(target),), late=lambda: self._facts(target))
        return self._facts(node, exact)

    def _subsets(self, node: _Node, nodes: Sequence[_Node], several: Sequence[Facts]) -> Iterator[Facts]:
        """Yield, for each set of branches, the facts of values that fit these branches and no others."""
        if len(nodes) > _MOST_BRANCHES:
            raise node.fault("anyOf", f"unevaluated keywords around more than {_MOST_BRANCHES} branches")
        for fits in itertools.product((True, False), repeat=len(nodes)):
            if any(fits):
                facts = Facts()
                for is_fitting, branch, own in zip(fits, nodes, several, strict=True):
                    facts = facts.join(own if is_fitting else self._refusal_facts(branch))
                yield facts

    def _refusal_facts(self, node: _Node) -> Facts:
        """Return the facts of the values that a schema refuses."""
        schema = node.schema
        if (
            isinstance(schema, dict)
            and schema.keys() == {"type"}
            and "integer" not in (schema["type"], *schema["type"])
        ):
            return Facts(
                types={t: each for t, each in Facts().types.items() if t not in _by_types(node).types}
            )
        spec = self.spec(node)
        return Facts(types={}) if spec is ANY else Facts() if spec is NO_VALUE else Facts(parts=(Not(spec),))

    def _are_apart(self, nodes: Sequence[_Node]) -> bool:
        """True if certainly no value fits two of the schemas."""
        marks = [self._marks(node, 0) for node in nodes]
        spend(len(marks) ** 2)
        return all(
            any(word in b and not a[word] & b[word] for word in a)
            for a, b in itertools.combinations(marks, 2)
        )

    def _marks(self, node: _Node, depth: int) -> _Marks:
        """Return the types and constants that tell the values of a schema from values of other schemas."""
        if not isinstance(node.schema, dict) or depth > _MOST_DEPTH:
            return {}
        key = id(node.schema), depth
        if key not in self._known_marks:
            self._kept.append(node.schema)
            self._known_marks[key] = self._find_marks(node, depth)
        return self._known_marks[key]

    def _find_marks(self, node: _Node, depth: int) -> _Marks:
        schema, marks = node.schema, _Marks()
        self._check_words(node)
        if "$ref" in schema:
            marks |= self._marks(self._target(node), depth + 1)
            if node.dialect is dialects.DRAFT7:
                return marks
        for i, each in enumerate(schema.get("allOf", ())):
            marks |= self._marks(self._node_below(node, each, "allOf", i), depth + 1)
        if "type" in schema:
            marks["type"] = frozenset(_by_types(node).types)
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if values is not None:
            marks["type"] = frozenset(map(json_type, values))
            if all(json_type(x) not in ("array", "object") for x in values):
                marks["value"] = frozenset((json_type(x), x) for x in values)
        if "object" in marks.get("type", ()) and len(marks["type"]) == 1:
            for key, part in schema.get("properties", {}).items():
                if key in schema.get("required", ()):
                    inner = self._marks(self._node_below(node, part, "properties", key), depth + 1)
                    marks |= {(key, word): known for word, known in inner.items()}
        return marks

    # --- keywords of one type -------------------------------------------------------------------------------

    def _by_keywords(self, node: _Node) -> Facts:
        """Return the facts of keywords for a single type, such as minimum."""
        schema = node.schema
        own: dict[str, Any] = dict(Facts().types)
        lows, highs, factors = (
            tuple((schema[word], word.startswith("exclusive")) for word in words if word in schema)
            for words in (_LOWS, _HIGHS, ("multipleOf",))
        )
        if lows or highs or factors:
            own["number"] = NumberFacts(lows=lows, highs=highs, factors=tuple(x for x, _ in factors))
        texts = [self._text(node, word) for word in ("pattern", "format") if word in schema]
        least, most = _count(schema, "minLength") or 0, _count(schema, "maxLength")
        own["string"] = StringFacts(least, most, sum(texts, ()))
        own["array"], elements = self._array(node)
        own["object"], keys = self._object(node)
        return Facts(types=own, coverage=keys.join(elements))

    def _text(self, node: _Node, word: str) -> tuple[Spec, ...]:
        """Return the specs of a pattern or a format."""
        text = node.schema[word]
        if word == "format":
            if not self._assert_formats:
                return ()
            if text not in _FORMATS:
                raise node.fault(word, f"the format {text!r} can't be checked{did_you_mean(text, _FORMATS)}")
            return (str_in(format=text),)
        try:
            return (text_spec(text),)
        except SpecDefinitionError as error:
            raise node.fault(word, str(error)) from None

    def _array(self, node: _Node) -> tuple[ArrayFacts, Coverage]:
        schema = node.schema
        items = schema.get("items", True)
        prefix, rest_word = schema.get("prefixItems", ()), "items"
        if isinstance(items, list):
            if node.dialect is not dialects.DRAFT7:
                raise node.fault("items", "a list of schemas is prefixItems in this draft")
            prefix, items, rest_word = items, schema.get("additionalItems", True), "additionalItems"
        rest = self.spec(self._node_below(node, items, rest_word))
        word = "prefixItems" if "prefixItems" in schema else "items"
        first = tuple(self.spec(self._node_below(node, each, word, i)) for i, each in enumerate(prefix))
        contains: tuple[Spec, ...] = ()
        if "contains" in schema:
            least, most = _count(schema, "minContains"), _count(schema, "maxContains")
            spec = self.spec(self._node_below(node, schema["contains"], "contains"))
            contains = (Contains(spec, 1 if least is None else least, most),)
        facts = ArrayFacts(
            _count(schema, "minItems") or 0,
            _count(schema, "maxItems"),
            schema.get("uniqueItems") is True,
            ((first, rest),) if first or rest is not ANY else (),
            contains,
        )
        return facts, Coverage(elements=len(first), all_elements=rest_word in schema)

    def _object(self, node: _Node) -> tuple[ObjectFacts, Coverage]:
        schema = node.schema
        listed = {
            key: (self.spec(self._node_below(node, each, "properties", key)),)
            for key, each in schema.get("properties", {}).items()
        }
        patterns: list[tuple[str, Spec]] = []
        for pattern, each in schema.get("patternProperties", {}).items():
            try:
                text = ecma_pattern(pattern)
            except SpecDefinitionError as error:
                raise node.fault("patternProperties", str(error)) from None
            patterns.append((text, self.spec(self._node_below(node, each, "patternProperties", pattern))))
        other = self.spec(
            self._node_below(node, schema.get("additionalProperties", True), "additionalProperties")
        )
        of_keys = self._node_below(node, schema.get("propertyNames", True), "propertyNames")
        key_spec = self._facts(of_keys).join(Facts(types={"string": StringFacts()})).spec()
        facts = ObjectFacts(
            listed,
            tuple(schema.get("required", ())),
            tuple(patterns),
            () if other is ANY else (other,),
            (key_spec,) if "propertyNames" in schema else (),
            _count(schema, "minProperties") or 0,
            _count(schema, "maxProperties"),
        )
        coverage = Coverage(
            frozenset(listed), tuple(text for text, _ in patterns), "additionalProperties" in schema
        )
        return facts, coverage

    # --- unevaluated keywords -------------------------------------------------------------------------------

    def _restrict_the_rest(self, node: _Node, facts: Facts) -> Facts:
        """Return facts with the demands of unevaluatedProperties and unevaluatedItems."""
        schema = node.schema
        if facts.count > _MOST_COMBINATIONS:
            raise node.fault(
                "unevaluatedProperties", f"there are more than {_MOST_COMBINATIONS} combinations"
            )
        ways = [*facts.combinations()]
        if "unevaluatedProperties" in schema:
            rest = self.spec(self._node_below(node, schema["unevaluatedProperties"], "unevaluatedProperties"))
            ways = [_without_other_keys(way, rest) for way in ways]
        if "unevaluatedItems" in schema:
            rest = self.spec(self._node_below(node, schema["unevaluatedItems"], "unevaluatedItems"))
            for way in ways:
                if "array" in way.types and way.types["array"].contains and rest is not ANY:
                    raise node.fault("unevaluatedItems", "it stands beside contains, which is not understood")
            ways = [_without_other_elements(way, rest) for way in ways]
        return Facts(choices=(tuple(ways),))


_MOST_BRANCHES: Final = 5
_MOST_COMBINATIONS: Final = 64
_MOST_DEPTH: Final = 8
_LOWS: Final = ("minimum", "exclusiveMinimum")
_HIGHS: Final = ("maximum", "exclusiveMaximum")


def _without_other_keys(way: Facts, rest: Spec) -> Facts:
    coverage = way.coverage
    if not coverage.all_keys and rest is not ANY and "object" in way.types:
        entries = dict.fromkeys(coverage.keys, (ANY,))
        own = ObjectFacts(
            entries, patterns=tuple((text, ANY) for text in coverage.patterns), additional=(rest,)
        )
        way = way.join(dataclasses.replace(Facts(), types={**Facts().types, "object": own}))
    return dataclasses.replace(way, coverage=dataclasses.replace(way.coverage, all_keys=True))


def _without_other_elements(way: Facts, rest: Spec) -> Facts:
    coverage = way.coverage
    if not coverage.all_elements and rest is not ANY and "array" in way.types:
        own = ArrayFacts(layers=(((ANY,) * coverage.elements, rest),))
        way = way.join(dataclasses.replace(Facts(), types={**Facts().types, "array": own}))
    return dataclasses.replace(way, coverage=dataclasses.replace(way.coverage, all_elements=True))


def _objects(facts: ObjectFacts) -> Facts:
    """Return the facts of objects alone."""
    return Facts(types={"object": facts})


def _by_types(node: _Node) -> Facts:
    """Return the facts of the keyword `type`."""
    if "type" not in node.schema:
        return Facts()
    asked = node.schema["type"]
    several = asked if isinstance(asked, list) else [asked]
    if not several:
        raise node.fault("type", "type is a type or a list of types, one or more, not []")
    types: dict[str, Any] = {}
    for word in several:
        if word not in (*JSON_TYPES, "integer"):
            raise node.fault("type", f"{short_repr(word)} is not a type of JSON Schema")
        if word != "integer":
            types[word] = Facts().types[word]
        elif "number" not in several:
            types["number"] = NumberFacts(whole=True)
    return Facts(types=types)


def _count(schema: Mapping[str, Any], word: str) -> int | None:
    return int(schema[word]) if word in schema else None


# --- documents --------------------------------------------------------------------------------------------


def _dialect_of(schema: Any, path: str, default: Any) -> Any:
    """Return the draft that a schema names, or the default."""
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    if uri is None:
        return default
    known = {DIALECT_7: dialects.DRAFT7, DIALECT: dialects.DRAFT202012}
    plain = uri.rstrip("#") if isinstance(uri, str) else uri
    if isinstance(plain, str) and plain.removeprefix("https") in {
        each.removeprefix("http") for each in known
    }:
        plain = f"http{plain.removeprefix('https')}"
    if plain not in known:
        drafts = " and ".join(known)
        raise SpecDefinitionError(f"{path}/$schema: {short_repr(uri)} is not read; drafts that are: {drafts}")
    return known[plain]


def _root_dialect(resolver: Any, default: Any) -> Any:
    """Return the draft of the document of a resolver."""
    try:
        contents = resolver.lookup("#").contents
    except Exception:  # an anchor of a document that names no place
        return default
    return _dialect_of(contents, "#", default)


def _read_file(folder: Path, uri: str) -> Any:
    """Return the document in a file of a folder, for `referencing`."""
    parsed = urllib.parse.urlsplit(uri)
    if parsed.scheme != "file":
        return _know_metaschemas(uri)
    file = Path(urllib.request.url2pathname(parsed.path)).resolve()
    if not file.is_relative_to(folder):
        raise ValueError(f"it is not in {folder}, where files are read")
    contents = json_of_bytes(document_bytes(file))
    return referencing.Resource.from_contents(contents, default_specification=dialects.DRAFT202012)


def _know_metaschemas(uri: str) -> Any:
    """Return a schema of JSON Schema itself, if its package is installed."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    return REGISTRY[uri]
