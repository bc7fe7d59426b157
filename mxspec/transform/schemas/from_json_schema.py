"""The reader of JSON Schemas: `from_json_schema`.

A keyword of JSON Schema restricts one type and accepts all others: `minimum` accepts every string. So a
schema is read into facts (`mxspec.transform.schemas.json_facts`), and the facts of `allOf` are joined. A
reference is read at its first use, so that a schema may refer to itself. A keyword that is not understood is
an error that begins with the path to it.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import os
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from mxspec.addresses import with_address
from mxspec.base.lazy import LateModule
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import LimitError, Problem, SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.questions.operations import def_
from mxspec.specs.core.budget import spend, within_budget
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.ranges import str_in
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.schemas.ecma_patterns import ecma_pattern, text_spec
from mxspec.transform.schemas.json_facts import (
    JSON_TYPES,
    ArrayFacts,
    Coverage,
    Facts,
    NumberFacts,
    ObjectFacts,
    StringFacts,
    literal_spec,
)
from mxspec.transform.schemas.json_files import document_bytes, folder_of_references, json_of_bytes
from mxspec.transform.schemas.json_keywords import (
    DRAFT_4,
    DRAFT_2020_12,
    DRAFTS,
    NOTES,
    WORDS,
    SchemaDraft,
    are_keys,
    draft_of,
    escape_step,
    fault_of_unknown,
    faults_of_json,
    is_keyword,
)
from mxspec.transform.schemas.json_kinds import (
    ANY,
    NO_VALUE,
    Contains,
    Not,
    OneOf,
    SchemaReference,
    json_type,
)

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
    unknown: Literal["note", "note all", "error"] = "note",
) -> Spec:
    """Return the spec of a JSON Schema, of draft 4, 6, 7, 2019-09 or 2020-12.

    The spec accepts the values that the schema accepts: dicts, lists, strings, ints, finite floats, bools and
    None. As in JSON, 1.0 is an integer and equals 1. Its examples are such values, and conform changes none.

    Args:
        schema: the schema, a dict or a bool.
        name: a name to register the spec under.
        base: the file of the schema, or its folder: references to files are read from there. They may lead to
            files in the working folder if base is in it, else to files in the folder of base.
        assert_formats: True to check `format`, otherwise an annotation.
        registry: a `referencing.Registry` of other documents to refer to.
        unknown: what becomes of a keyword that no draft has. "note" takes it as an annotation, as the
            standard does, and lists it in `notes` of the spec, unless it looks like a known one (`requird`),
            which is an error; "note all" lists that, too; "error" takes none.

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
        >>> s.from_json_schema({"items": {"markdownDescription": "..."}}).notes
        {'markdownDescription': ('#/items',)}
    """
    if unknown not in _UNKNOWN:
        raise SpecDefinitionError(f"unknown is one of {', '.join(_UNKNOWN)}, not {short_repr(unknown)}")
    arguments = {"base": base and str(base), "assert_formats": assert_formats, "registry": registry}
    arguments["unknown"] = unknown if unknown != "note" else None
    options = {key: value for key, value in arguments.items() if value}
    with name_recursion_limit("the schema", None, SpecDefinitionError), within_budget():
        for fault in faults_of_json(schema):
            raise SpecDefinitionError(fault)
        schema = copy.deepcopy(schema)  # the caller may change it later
        reader = _SchemaReader(base, assert_formats, registry, unknown)
        spec = JsonSchemaSpec(reader.root(schema), schema, options, reader.notes)
    return spec if name is None else specize(def_(name, spec))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JsonSchemaSpec(Wrapper, inherits=True):
    """The spec of a JSON Schema.

    Attributes:
        schema: the schema; `json_schema` returns it.
        options: the other arguments of `from_json_schema`.
        notes: the keywords that are taken as annotations, since no draft has them, with the paths of their
            schemas.
    """

    schema: Any
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

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


@with_address
def _read_again(schema: Any, options: Any, name: str | None, gen_fn: Any) -> Spec:
    return dataclasses.replace(from_json_schema(schema, **options), name=name, gen_fn=gen_fn)


# --- places of a schema -----------------------------------------------------------------------------------

_FORMATS: Final = ("date", "ipv4", "ipv6", "uuid")  # which mxspec checks exactly as the standard states
_LIKE_SCHEMAS: Final = (dict, bool)
_MAY_BE_BOOL: Final = {"additionalItems", "additionalProperties"}  # in draft 4
_REFERENCES: Final = ("$ref", "$recursiveRef")
_Marks = dict[Any, frozenset[Any]]


@dataclasses.dataclass(frozen=True)
class _Node:
    """A schema with its path, the resolver of its references, and its draft."""

    schema: Any
    path: str
    resolver: Any
    draft: SchemaDraft

    def fault(self, keyword: str, words: str) -> SpecDefinitionError:
        return SpecDefinitionError(f"{self.path}/{escape_step(keyword)}: {words}")


class _SchemaReader:
    """The reader of one document."""

    def __init__(
        self, base: str | Path | None, assert_formats: bool, registry: Any, unknown: str = "note"
    ) -> None:
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
        self._folder = folder_of_references(folder) if folder else None
        self._is_own = registry is None
        self._assert_formats, self._unknown = assert_formats, unknown
        self.notes: dict[str, tuple[str, ...]] = {}
        self._references: dict[int, SchemaReference] = {}
        self._known: dict[tuple[int, bool], Facts] = {}
        self._targets: dict[tuple[int, str], _Node] = {}
        self._known_marks: dict[tuple[int, int], _Marks] = {}
        self._open: set[int] = set()  # the schemas being read
        self._unread: list[SchemaReference] = []
        self._kept: list[Any] = []  # keeps alive the schemas behind the ids

    def root(self, schema: Any) -> Spec:
        """Return the spec of the document, and read all targets of its references."""
        if not isinstance(schema, _LIKE_SCHEMAS):
            call = "; json.loads reads a text, as of Path('schema.json').read_text()"
            hint = call if isinstance(schema, (str, bytes, os.PathLike)) else ""
            words = f"a schema is an object, true or false, not {short_repr(schema)}"
            raise SpecDefinitionError(f"#: {words}{hint}")
        draft = _draft_of(schema, "#", DRAFT_2020_12)
        if isinstance(schema, dict):
            self._check_words(_Node(schema, "#", None, draft))
        if self._is_own:
            read = functools.partial(_read_file, self._folder, draft) if self._folder else _know_metaschemas
            self._registry = referencing.Registry(retrieve=read)  # type: ignore[call-arg]
        resource = _specification(draft).create_resource(schema)
        registry = self._registry.with_resource(self._uri, resource)
        resolver = registry.resolver(base_uri=urllib.parse.urljoin(self._uri, resource.id() or ""))
        node = self._root = _Node(schema, "#", resolver, draft)
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
        if node.draft is DRAFT_4 and type(schema) is bool and steps[0] in {*node.schema} - _MAY_BE_BOOL:
            raise SpecDefinitionError(f"{path}: a schema of draft 4 is an object, not {schema}")
        draft = _draft_of(schema, path, node.draft)
        return _Node(schema, path, _within(schema, node.resolver, draft), draft)

    def _target(self, node: _Node, word: str) -> _Node:
        """Return the node that a reference of a node leads to."""
        key = id(node.schema), word
        if key not in self._targets:
            self._kept.append(node.schema)
            self._targets[key] = self._find_target(node, word)
        return self._targets[key]

    def _find_target(self, node: _Node, word: str) -> _Node:
        """Return the node that a reference leads to.

        A `$recursiveRef` leads to `#`; if that has a `$recursiveAnchor`, to the outermost document that has
        one, among the documents that lead there. So it leads to the root, if `#` is the root; else it is not
        read.
        """
        ref = node.schema[word]
        try:
            target = node.resolver.lookup(ref)
        except LimitError:
            raise
        except Exception as error:
            cause: BaseException = error
            while cause.__cause__ is not None:  # several errors wrap the cause
                cause = cause.__cause__
            raise node.fault(word, f"{short_repr(ref)} leads nowhere: {cause}") from None
        document, fragment = urllib.parse.urldefrag(ref)
        path = f"{document}#{fragment}"
        if not isinstance(target.contents, _LIKE_SCHEMAS):
            raise node.fault(
                word, f"{short_repr(ref)} leads to {short_repr(target.contents)}, which is no schema"
            )
        has_anchor = isinstance(target.contents, dict) and target.contents.get("$recursiveAnchor") is True
        if word == "$recursiveRef" and has_anchor and target.contents is not self._root.schema:
            raise node.fault(word, "a $recursiveAnchor of another document is not followed")
        outer = _root_draft(target.resolver, node.draft)
        draft, resolver = _draft_of(target.contents, path, outer), target.resolver
        if draft is not outer:  # its `id` is none in the draft around it
            resolver = _within(target.contents, resolver, draft)
        return _Node(target.contents, path, resolver, draft)

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
        for word in _references_of(node):
            if node.draft.is_ref_alone or not (schema.keys() & node.draft.words.keys()) - {word}:
                self._check_words(node)
                return self._reference(self._target(node, word))
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
        schema, draft = node.schema, node.draft
        if draft.is_ref_alone and "$ref" in schema:
            return  # the keywords beside it are ignored
        spend(len(schema))
        for word, value in schema.items():
            name = "$id" if word == draft.id_word else word
            if not is_keyword(word, draft):
                self._note(node, word)
            elif (known := draft.words.get(word) or NOTES.get(name)) and not known.accepts(value):
                raise node.fault(word, f"{word} is {known.words}, not {short_repr(value)}")

    def _note(self, node: _Node, word: str) -> None:
        """Note a keyword that is not understood, or raise an error."""
        fault = fault_of_unknown(word, node.draft)
        if self._unknown == "error" and not fault:
            fault = did_you_mean(word, (*NOTES, *node.draft.words))
        elif fault is None or (self._unknown == "note all" and word not in WORDS):
            self.notes[word] = tuple(dict.fromkeys((*self.notes.get(word, ()), node.path)))
            return
        raise node.fault(word, f"the keyword {word!r} is not understood{fault}")

    def _read(self, node: _Node, exact: bool) -> Facts:
        schema = node.schema
        if "$ref" in schema and node.draft.is_ref_alone:
            return self._facts(self._target(node, "$ref"), exact)
        facts = _by_types(node).join(self._by_keywords(node))
        for word in _references_of(node):
            facts = facts.join(self._facts(self._target(node, word), exact))
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
            target = self._target(node, "$ref")
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
        for word in _references_of(node):
            marks |= self._marks(self._target(node, word), depth + 1)
            if node.draft.is_ref_alone:
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
        lows, highs = _bounds(node, "minimum"), _bounds(node, "maximum")
        factors = (schema["multipleOf"],) if "multipleOf" in schema else ()
        if lows or highs or factors:
            own["number"] = NumberFacts(lows=lows, highs=highs, factors=factors)
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
            if node.draft is DRAFT_2020_12:
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
_UNKNOWN: Final = ("note", "note all", "error")


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


_WORDS_FOR_TYPES: Final = {
    "int": "integer",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "None": "null",
}


def _near_type(word: object) -> str:
    """Return a clause with the type of JSON that a word of Python, or a misspelt word, stands for."""
    if not isinstance(word, str):
        return ""
    return did_you_mean(_WORDS_FOR_TYPES.get(word, word), (*JSON_TYPES, "integer"))


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
            near = _near_type(word)
            raise node.fault("type", f"{short_repr(word)} is not a type of JSON Schema{near}")
        if word != "integer":
            types[word] = Facts().types[word]
        elif "number" not in several:
            types["number"] = NumberFacts(whole=True, is_int=node.draft is DRAFT_4)
    return Facts(types=types)


def _bounds(node: _Node, word: str) -> tuple[tuple[Any, bool], ...]:
    """Return the bounds of minimum or maximum, and for each whether it is exclusive."""
    schema, exclusive = node.schema, f"exclusive{word.title()}"
    if node.draft is not DRAFT_4:
        return tuple((schema[each], each == exclusive) for each in (word, exclusive) if each in schema)
    if exclusive in schema and word not in schema:
        raise node.fault(exclusive, f"it stands beside {word} in draft 4, and there is none")
    return ((schema[word], schema.get(exclusive, False)),) if word in schema else ()


def _count(schema: Mapping[str, Any], word: str) -> int | None:
    return int(schema[word]) if word in schema else None


# --- documents --------------------------------------------------------------------------------------------


def _references_of(node: _Node) -> list[str]:
    """Return the keywords of a schema that refer to another one."""
    if not isinstance(node.schema, dict):
        return []
    return [word for word in _REFERENCES if word in node.schema and word in node.draft.words]


def _specification(draft: SchemaDraft) -> Any:
    """Return a draft, as `referencing` knows it."""
    return dialects.specification_with(draft.uri)


def _within(schema: Any, resolver: Any, draft: SchemaDraft) -> Any:
    """Return the resolver of the references in a schema, which may have a name."""
    if not (isinstance(schema, dict) and isinstance(schema.get(draft.id_word), str)):
        return resolver
    return resolver.in_subresource(_specification(draft).create_resource(schema))


def _draft_of(schema: Any, path: str, default: SchemaDraft) -> SchemaDraft:
    """Return the draft that a schema names, or the default."""
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    draft = default if uri is None else draft_of(uri)
    if draft is None:
        drafts = ", ".join(each.uri for each in DRAFTS)
        raise SpecDefinitionError(f"{path}/$schema: {short_repr(uri)} is not read; drafts that are: {drafts}")
    return draft


def _root_draft(resolver: Any, default: SchemaDraft) -> SchemaDraft:
    """Return the draft of the document of a resolver."""
    try:
        contents = resolver.lookup("#").contents
    except Exception:  # an anchor of a document that names no place
        return default
    return _draft_of(contents, "#", default)


def _read_file(folder: Path, draft: SchemaDraft, uri: str) -> Any:
    """Return the document in a file of a folder, for `referencing`."""
    parsed = urllib.parse.urlsplit(uri)
    if parsed.scheme != "file":
        return _know_metaschemas(uri)
    # Imported late: it brings the clients of HTTP, a tenth of `import mxspec`.
    from urllib.request import url2pathname

    file = Path(url2pathname(parsed.path)).resolve()
    if not file.is_relative_to(folder):
        raise ValueError(f"it is not in {folder}, where files are read")
    contents = json_of_bytes(document_bytes(file))
    return referencing.Resource.from_contents(contents, default_specification=_specification(draft))


def _know_metaschemas(uri: str) -> Any:
    """Return a schema of JSON Schema itself, if its package is installed."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    return REGISTRY[uri]
