"""Contracts in the Open Data Contract Standard 3.1: to_odcs writes them, and from_odcs reads them as data.

    s.contract(s.keys(req_un={"n": s.int_in(0, 10)}), rows=5000, refuses=0.01)
    ->  a required property n, an integer from 0 to 9; at most 1 percent of the rows are invalid

A promise becomes the threshold of a quality rule, and terms of a table become rules of the standard's
library. The custom property `mxspec` holds the facts that the standard can't express and that other readers
can ignore: the numbers of a promise, keys that may be absent, closed maps. Everything else that only one side
can express raises an error with its path: nothing is dropped.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from types import FunctionType
from typing import Any, Final, NoReturn

from mxspec.base.formats import format_of
from mxspec.base.values import short_repr, stable_order
from mxspec.errors import SpecDefinitionError
from mxspec.inference.contract import Contract, contract
from mxspec.inference.terms import key_columns
from mxspec.predicates import is_any, is_false, is_list, is_none, is_number, is_true
from mxspec.specs.collections import coll_of
from mxspec.specs.core.digests import spec_digest
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.maps import keys
from mxspec.specs.wrappers import nilable
from mxspec.transform.schemas.facts import ValueFacts, facts_of_form
from mxspec.transform.schemas.json_schema import json_pattern
from mxspec.transform.schemas.places import SchemaPlace

VERSION_OF_ODCS: Final = "v3.1.0"
OWN: Final = "mxspec"
"""The custom property for facts that the standard can't express."""

_NAMES: Final = {
    bool: "boolean", int: "integer", is_number: "number", float: "number", Decimal: "number", str: "string",
    datetime.date: "date", datetime.datetime: "timestamp", datetime.time: "time",
}  # fmt: skip
_PHYSICAL: Final = {float: "double", Decimal: "decimal"}
_NUMBERS: Final = {
    "double": float, "float": float, "real": float, "decimal": Decimal, "numeric": Decimal,
    "int": int, "bigint": int, "smallint": int,
}  # fmt: skip
"""The types that tell numbers apart, by the beginning of a physical type."""

_MOMENTS: Final = (datetime.date, datetime.datetime, datetime.time)

_LENGTHS: Final = {"min_length": "minLength", "max_length": "maxLength"}
_TEXTS: Final = {**_LENGTHS, "pattern": "pattern", "format": "format"}
_CONSTANTS: Final[Mapping[Any, Collection[Any]]] = {is_true: {True}, is_false: {False}, is_none: {None}}
_COUNTS: Final = {"min_count": "minItems", "max_count": "maxItems", "distinct": "uniqueItems"}
_RULES: Final = {
    "min_rows": {"metric": "rowCount", "mustBeGreaterOrEqualTo": int},
    "max_rows": {"metric": "rowCount", "mustBeLessOrEqualTo": int},
    "unique": {"metric": "duplicateValues", "share": 0.0, "arguments": {"properties": list}},
    "refuses": {"metric": "invalidValues", "share": float, "customProperties": list},
}
_RULES_OF_COLUMNS: Final = {
    "values": {"metric": "invalidValues", "arguments": {"validValues": list}, "share": float},
    "unique": {"metric": "duplicateValues", "share": 0.0},
    "missing": {"metric": "nullValues", "share": float},
    "monotone": {"type": "custom", "engine": OWN, "implementation": "monotone"},
    "occur": {"type": "custom", "engine": OWN, "implementation": {"occur": list}},
}
"""The rules of terms; a type stands for a value of the term, and `share` for a limit to the invalid rows."""

_PROMISED: Final = (
    "rows", "confidence", "bounds", "widened", "of", "open", "columns", "count_as", "horizon", "remade",
    "always", "power", "kinds", "hardly", "files", "pool",
)  # fmt: skip


def _fail(path: str, words: str) -> NoReturn:
    SchemaPlace(None, path, "the contract").fail(words)


# --- a contract as a document -----------------------------------------------------------------------------


def to_odcs(
    spec: Any, name: str = "rows", *, version: str = "1.0.0", status: str = "active"
) -> dict[str, Any]:
    """Return a contract as a document of the Open Data Contract Standard, for json.dumps or yaml.safe_dump.

    Args:
        spec: a contract out of data, or a spec of maps with named columns.
        name: the name of the table.
        version, status: the fields of the document; its id is the digest of the spec.

    Raises:
        SpecDefinitionError: the standard can't express a part of it; the message has the path.

    Example:
        >>> import mxspec as s
        >>> document = to_odcs(s.contract(s.keys(req_un={"n": s.int_in(0, 10)}), rows=5000, refuses=0.01))
        >>> [column] = document["schema"][0]["properties"]
        >>> column["logicalType"], column["logicalTypeOptions"], column["required"]
        ('integer', {'minimum': 0, 'maximum': 9}, True)
        >>> rule = document["schema"][0]["quality"][0]
        >>> rule["metric"], rule["mustBeLessOrEqualTo"], rule["unit"]
        ('invalidValues', 1.0, 'percent')
        >>> s.form(from_odcs(document))
        ('keys', {'req_un': {'n': ('int_in', 0, 10)}})
    """
    own = specize(spec)
    arguments = own.arguments() if isinstance(own, Contract) else {}
    terms = {"unique", "monotone", "missing", "min_rows", "max_rows", "occur", "refuses"}
    numbers = {key: _plain_argument(x, key) for key, x in arguments.items() if key not in terms}
    is_closed, table = _object(own.form(), "", arguments.get("refuses"))
    table = {"name": name, **table}
    columns = {column["name"]: column for column in table["properties"]}
    quality: list[dict[str, Any]] = []
    if "refuses" in arguments:
        words = repr(getattr(own, "promise", ""))
        rule = {"name": "promise", "metric": "invalidValues", "description": words}
        quality.append({**rule, **_share_rule(arguments["refuses"]), **_custom(numbers)})
    table |= _custom({**is_closed, **({} if "refuses" in arguments else numbers)})
    quality += [_rule_of(_RULES[key], arguments[key]) for key in ("min_rows", "max_rows") if key in arguments]

    def add_rule(key: str, term: str, x: Any) -> None:
        columns[key].setdefault("quality", []).append(_rule_of(_RULES_OF_COLUMNS[term], x))

    for key, values in arguments.get("occur", {}).items():
        least = values if isinstance(values, Mapping) else dict.fromkeys(values, 0)
        add_rule(key, "occur", [[_plain_end(x, str(key)), number] for x, number in least.items()])
    for key in arguments.get("monotone", ()):
        add_rule(key, "monotone", None)
    for key, share in arguments.get("missing", {}).items():
        add_rule(key, "missing", share)
    for key in map(key_columns, arguments.get("unique", ())):
        if len(key) == 1:
            columns[key[0]]["unique"] = True
        else:
            quality.append(_rule_of(_RULES["unique"], [*key]))
    table |= {"quality": quality} if quality else {}
    head = {"apiVersion": VERSION_OF_ODCS, "kind": "DataContract", "id": spec_digest(own)}
    return {**head, "name": name, "version": version, "status": status, "schema": [table]}


def _plain_argument(x: Any, path: str) -> Any:
    """Return an argument of a contract as JSON."""
    if path not in _PROMISED:
        _fail(path, "ODCS has no word for this term")
    if isinstance(x, Mapping) and not all(isinstance(key, str) for key in x):
        _fail(path, f"not all of {short_repr([*x])} are names")
    return [*x] if isinstance(x, tuple) else x


def _custom(own: Mapping[str, Any]) -> dict[str, Any]:
    return {"customProperties": [{"property": OWN, "value": dict(own)}]} if own else {}


def _share_rule(share: float) -> dict[str, Any]:
    return {"mustBeLessOrEqualTo": float(Decimal(repr(share)) * 100), "unit": "percent"}


def _rule_of(rule: Any, x: Any) -> Any:
    """Return the rule of a term, with the value of the term."""
    if not isinstance(rule, dict):
        return x if isinstance(rule, type) else rule
    new = {key: _rule_of(part, x) for key, part in rule.items() if key != "share"}
    return new | ({} if "share" not in rule else _share_rule(x) if rule["share"] is float else {"mustBe": 0})


def _object(form: Any, path: str, refuses: float | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the custom property of a map, and its properties."""
    if not (isinstance(form, tuple) and form[0] == "keys" and isinstance(form[-1], Mapping)):
        _fail(path, f"columns are keys with their specs, not {short_repr(form)}")
    options: Mapping[str, Any] = form[-1]
    if others := options.keys() - {"req_un", "opt_un", "closed"}:
        _fail(path, f"ODCS has no word for {min(others)} of keys")
    properties = []
    for group, own in (("req_un", {}), ("opt_un", {"mayBeAbsent": True})):
        parts = options.get(group, {})
        if not (isinstance(parts, dict) and all(isinstance(key, str) for key in parts)):
            _fail(path, f"columns are texts with their specs, not {short_repr(parts)}")
        for key, part in parts.items():
            column = _property(part, f"{path}.{key}".lstrip("."), refuses, own)
            properties.append({"name": key, **column})
    is_closed = {"closed": True} if options.get("closed") else {}
    return is_closed, {"logicalType": "object", "properties": properties}


def _property(form: Any, path: str, refuses: float | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column, or an element of a list, without its name; its custom property includes own."""
    match form:
        case _ if form is is_any:
            return _custom(own)
        case ("nilable", inner):
            return {**_property(inner, path, refuses, own), "required": False}
        case ("spec", inner):
            return _property(inner, path, refuses, own)
        case FunctionType() if form in _CONSTANTS:
            return {**_property_of_values(_CONSTANTS[form], path, refuses), **_custom(own)}
        case set() | frozenset():  # none accepts None or False
            members = [x for x in form if x is not None and x is not False]
            return {**_property_of_values(members, path, refuses), **_custom(own)}
        case ("coll_of", element, {"kind": kind, **counts}) if kind in (list, is_list):
            if not counts.keys() <= {*_COUNTS}:
                _fail(path, f"ODCS has no word for {short_repr(form)}")
            array = _options({_COUNTS[str(key)]: x for key, x in counts.items()})
            items = {"items": _property(element, f"{path}[]", refuses, {})}
            return {"logicalType": "array", **array, **items, "required": True, **_custom(own)}
        case ("keys", _):
            is_closed, whole = _object(form, path, refuses)
            return {**whole, "required": True, **_custom({**is_closed, **own})}
    facts = facts_of_form(form)
    if facts is None or facts.kind not in _NAMES:
        _fail(path, f"ODCS has no word for {short_repr(form)}")
    ends = {"minimum": facts.low, "maximum": facts.high, "exclusiveMaximum": facts.end}
    options = {name: _plain_end(end, path) for name, end in ends.items() if end is not None}
    options |= {_TEXTS[key]: x for key, x in facts.text.items() if key in _TEXTS}
    if any(getattr(end, "tzinfo", None) is not None for end in ends.values()):
        options["timezone"] = True
    if "pattern" in options:
        words = f"ECMA-262 may read the pattern {options['pattern']!r} in another way"
        options["pattern"] = json_pattern(options["pattern"]) or _fail(path, words)
    own = {**own, **{key: x for key, x in facts.text.items() if key not in _TEXTS}}
    return {**_type_words(facts.kind), **_options(options), "required": True, **_custom(own)}


def _type_words(own_type: Any) -> dict[str, Any]:
    physical = {"physicalType": _PHYSICAL[own_type]} if own_type in _PHYSICAL else {}
    return {"logicalType": _NAMES[own_type], **physical} if own_type is not None else {}


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"logicalTypeOptions": dict(options)} if options else {}


def _plain_end(x: Any, path: str) -> Any:
    """Return an end of a range, or a listed value, as JSON that reads back as the same value."""
    if x is None or isinstance(x, (str, int)):
        return x
    if isinstance(x, _MOMENTS):
        return x.isoformat()
    if not math.isfinite(x) or (isinstance(x, Decimal) and Decimal(repr(float(x))) != x):
        _fail(path, f"{x!r} is no number of JSON")
    return float(x) if isinstance(x, Decimal) else x


def _property_of_values(members: Collection[Any], path: str, refuses: float | None) -> dict[str, Any]:
    """Return a column of listed values."""
    types = {type(x) for x in members if x is not None}
    if not members or not types <= _NAMES.keys() or (len(types) > 1 and not types <= {bool, int, float, str}):
        _fail(path, f"ODCS has no word for {short_repr(members)}")
    values = [_plain_end(x, path) for x in stable_order(members)]
    rule = {"metric": "invalidValues", "arguments": {"validValues": values}}
    threshold = {"mustBe": 0} if refuses is None else _share_rule(refuses)
    named = _type_words(*types if len(types) == 1 else [None])
    return {**named, "required": None not in members, "quality": [{**rule, **threshold}]}


# --- a document as a contract -----------------------------------------------------------------------------

_NOTES: Final = ("id", "name", "description", "tags", "authoritativeDefinitions")
_SILENT: Final = (
    *_NOTES, "businessName", "physicalName", "examples", "classification", "criticalDataElement",
    "dataGranularityDescription", "transformSourceObjects", "transformLogic", "transformDescription",
    "partitioned", "partitionKeyPosition",
)  # fmt: skip
_SILENT_OF_DOCUMENTS: Final = (
    *_NOTES, "version", "status", "tenant", "servers", "dataProduct", "domain", "support", "price", "team",
    "roles", "contractCreatedTs",
)  # fmt: skip
_SILENT_OF_RULES: Final = (*_NOTES, "businessImpact", "dimension", "method", "schedule", "scheduler")
"""Keys that require nothing of rows, and are ignored."""

_WORDS: Final = {"logicalType", "physicalType", "properties", "quality", "customProperties"}
_WORDS_OF_COLUMNS: Final = {
    *_WORDS, "logicalTypeOptions", "required", "items", "unique", "primaryKey", "primaryKeyPosition"
}  # fmt: skip
_TYPES: Final = {word: own_type for own_type, word in _NAMES.items() if own_type not in _PHYSICAL}


def from_odcs(document: Any, name: str | None = None) -> Spec:
    """Return the contract in a document of the Open Data Contract Standard; no code in it is run.

    Args:
        document: the document as `json.loads` or `yaml.safe_load` reads it.
        name: the name of the table, where the document has several.

    Raises:
        SpecDefinitionError: it is not such a document, or requires something of rows that mxspec can't
            express; the message has the path. The owner, the price and the location of the data are ignored.

    Example:
        >>> column = {"name": "n", "logicalType": "integer", "required": True}
        >>> document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "1", "version": "1"}
        >>> document |= {"status": "active", "schema": [{"name": "rows", "properties": [column]}]}
        >>> from_odcs(document)
        keys(req_un={'n': int})
        >>> column["logicalTypeOptions"] = {"multipleOf": 5}
        >>> from_odcs(document)
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: schema[0].properties[0].logicalTypeOptions.multipleOf: mxspec ...
    """
    contents = SchemaPlace(document, whole="the contract")
    contents.check({"apiVersion", "kind", "schema"}, _SILENT_OF_DOCUMENTS)
    if document.get("kind") != "DataContract" or not str(document.get("apiVersion")).startswith("v3."):
        contents.get("apiVersion", None).fail("a DataContract of v3 is required")
    tables = contents.get("schema", []).elements()
    if name is not None:
        tables = [each for each in tables if isinstance(each.value, dict) and each.value.get("name") == name]
    if len(tables) != 1:
        contents.get("schema", []).fail(f"{len(tables)} tables; name one of them")
    [table] = tables
    table.check(_WORDS, _SILENT)
    own = _own(table)
    arguments: dict[str, Any] = {key: x for key, x in own.items() if key != "closed"}
    for rule in table.get("quality", []).elements():
        term, x = _term_of(rule, _RULES, "table")
        if term == "unique":
            x = [*arguments.get("unique", []), tuple(x)]
        arguments |= {term: x, **(_own(rule) if term == "refuses" else {})}
    terms: dict[str, Any] = {"unique": [], "monotone": [], "missing": {}, "occur": {}}
    spec = _table_spec(table, own, arguments.get("refuses"), terms)
    terms["unique"] = [*_primary_key(table), *terms["unique"], *arguments.get("unique", [])]
    arguments |= {key: tuple(dict.fromkeys(x)) if isinstance(x, list) else x for key, x in terms.items() if x}
    for key in ("remade", "widened", "always", "hardly", "files"):
        if isinstance(arguments.get(key), list):
            arguments[key] = tuple(arguments[key])
    with _path_of_errors(table):
        return contract(spec, **arguments) if arguments else spec


def _primary_key(table: SchemaPlace) -> list[Any]:
    """Return a list with the primary key: its column, or the tuple of its columns in order."""
    parts = [column for column in table.value.get("properties", []) if column.get("primaryKey")]
    places = [column.get("primaryKeyPosition", -1) for column in parts]
    if not all(isinstance(place, int) for place in places):
        table.get("properties").fail("a primaryKeyPosition is an int")
    names = tuple(parts[i]["name"] for i in sorted(range(len(parts)), key=places.__getitem__))
    return [names if len(names) > 1 else names[0]] if names else []


@contextlib.contextmanager
def _path_of_errors(place: SchemaPlace) -> Iterator[None]:
    """Add the path of a part to an error without one."""
    try:
        yield
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        if str(error).startswith(place.path):
            raise
        raise SpecDefinitionError(f"{place.path}: {error}") from error


def _own(place: SchemaPlace) -> dict[str, Any]:
    """Return the custom property `mxspec`."""
    properties = place.get("customProperties", []).elements()
    for each in properties:
        x = each.value
        if not (isinstance(x, dict) and x.get("property") == OWN and isinstance(x.get("value"), dict)):
            each.fail("mxspec does not know what it asks of rows")
    return dict(properties[0].value["value"]) if properties else {}


def _term_of(place: SchemaPlace, rules: Mapping[str, Any], whole: str) -> tuple[str, Any]:
    """Return the term of a rule and its value; for listed values, these and the share."""
    if not isinstance(place.value, dict):
        place.fail(f"a map is required, not {short_repr(place.value)}")
    words = {key: x for key, x in place.value.items() if key not in _SILENT_OF_RULES}
    if words.get("type") == "library":
        words.pop("type")
    match words:
        case {"mustBe": 0} if words["mustBe"] is not False:
            words["share"] = 0.0 * words.pop("mustBe")
        case {"mustBeLessOrEqualTo": int() | float() as limit, "unit": "percent"} if limit is not True:
            words["share"] = float(Decimal(repr(limit)) / 100)
            del words["mustBeLessOrEqualTo"], words["unit"]
    for term, rule in rules.items():
        if (values := _values_in(words, rule)) is not None:
            return term, values if term == "values" else [*values, None][0]
    return place.fail(f"mxspec reads no such rule of a {whole}: {short_repr(place.value)}")


def _values_in(words: Any, rule: Any) -> list[Any] | None:
    """Return the values of the term in the words of its rule; None if they are another rule."""
    if isinstance(rule, type):
        return [words] if isinstance(words, rule) and not isinstance(words, bool) else None
    if not isinstance(rule, dict):
        return [] if words == rule else None
    if not isinstance(words, dict) or words.keys() != rule.keys():
        return None
    parts = [_values_in(words[key], part) for key, part in rule.items()]
    return None if None in parts else [x for values in parts for x in values or ()]


def _table_spec(
    table: SchemaPlace, own: Mapping[str, Any], refuses: float | None, terms: dict[str, Any] | None
) -> Spec:
    """Return the spec of an object; if it is a table, add the terms of its columns to terms."""
    if table.value.get("logicalType", "object") != "object":
        table.get("logicalType").fail("a table is an object")
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for column in table.get("properties", []).elements():
        name = column.value.get("name") if isinstance(column.value, dict) else None
        if not isinstance(name, str):
            column.fail("a property has a name")
        if name in required.keys() | optional.keys():
            column.fail(f"there are two properties {name!r}")
        with _path_of_errors(column):
            spec, more = _column_spec(column, refuses, terms)
        (optional if more.pop("mayBeAbsent", False) else required)[name] = spec
        if more:
            column.get("customProperties").fail(f"mxspec knows no {min(more)} here")
    return keys(req_un=required, opt_un=optional, closed=bool(own.get("closed", False)))


def _column_spec(
    column: SchemaPlace, refuses: float | None, terms: dict[str, Any] | None
) -> tuple[Any, dict[str, Any]]:
    """Return the spec of a property, and the rest of its custom property."""
    column.check(_WORDS_OF_COLUMNS, _SILENT)
    part, own, options = column.value, _own(column), column.get("logicalTypeOptions", {})
    for key in ("required", "unique", "primaryKey"):
        if not isinstance(part.get(key, False), bool):
            column.get(key).fail("a bool is required")
        if key != "required" and part.get(key) and terms is None:
            column.get(key).fail("only of a column")
    name, kind, values = part.get("name"), part.get("logicalType"), None
    for rule in column.get("quality", []).elements():
        listed = _values_of_rule(rule, name, refuses, terms)
        if listed is not None and (values is not None or options.value):
            rule.fail("listed values stand alone")
        values = values if listed is None else listed
    if part.get("unique") and terms is not None:
        terms["unique"].append(name)
    own_type: Any = _TYPES.get(kind)
    if kind == "number":
        physical = str(part.get("physicalType", "")).lower()
        own_type = next((tp for text, tp in _NUMBERS.items() if physical.startswith(text)), is_number)
    if kind not in (None, "array", "object", *_TYPES):
        column.get("logicalType").fail(f"there is no type {kind!r}")
    for key, wanted in (("items", "array"), ("properties", "object")):
        if key in part and (kind != wanted or values is not None):
            column.get(key).fail(f"only of an {wanted}")
    if terms is not None and name in terms["occur"]:
        numbers = {_listed_value(own_type, x, column): number for x, number in terms["occur"][name]}
        terms["occur"][name] = numbers if any(numbers.values()) else {*numbers}
    is_required = bool(part.get("required") or part.get("primaryKey"))
    spec: Any
    if values is not None:
        spec = _spec_of_values(values, own_type, column)
        if spec is is_none:
            return (column.fail("null is required") if is_required else is_none), own
    elif kind == "array":
        spec = _array_spec(column, options, refuses)
    elif kind == "object":
        options.check()
        spec = _table_spec(column, {"closed": own.pop("closed", False)}, refuses, None)
    elif kind is None:
        options.check()
        return (column.fail("required of any type") if is_required else is_any), own
    else:
        facts = _text_facts(options, own) if own_type is str else _range_facts(own_type, options)
        spec = facts.spec()
    return (spec if is_required else nilable(spec)), own


def _values_of_rule(
    rule: SchemaPlace, name: Any, refuses: float | None, terms: dict[str, Any] | None
) -> list[Any] | None:
    """Return the values that a rule lists; a rule of another sort adds its term to terms."""
    term, x = _term_of(rule, _RULES_OF_COLUMNS, "column")
    if term == "values" and x[1] in (0, refuses):
        listed: list[Any] = x[0]
        return listed
    if term == "values" or terms is None:
        rule.fail(f"mxspec reads no such rule of a column: {short_repr(rule.value)}")
    if isinstance(terms[term], list):
        terms[term].append(name)
    else:
        terms[term][name] = x
    return None


def _listed_value(own_type: Any, x: Any, place: SchemaPlace) -> Any:
    return x if own_type in (None, str, bool, is_number) else _read_value(own_type, place.part(x))


def _spec_of_values(values: list[Any], own_type: Any, place: SchemaPlace) -> Any:
    """Return the spec of listed values; `required` decides on a null among others."""
    others = [x for x in values if x is not None and x is not False]
    others = [_listed_value(own_type, x, place) for x in others]
    spec = set(others)
    if len(spec) < len(others) or not values:
        place.fail("listed values are several, and each stands once")
    if not any(x is False for x in values):
        return spec or is_none
    if others not in ([], [True]):
        place.fail("mxspec lists false beside true alone")
    return bool if others else is_false


def _array_spec(column: SchemaPlace, options: SchemaPlace, refuses: float | None) -> Spec:
    options.check(_COUNTS.values())
    items = column.get("items", {})
    element, more = _column_spec(items, refuses, None)
    if more:
        items.get("customProperties").fail(f"mxspec knows no {min(more)} here")
    counts = {key: options.value[word] for key, word in _COUNTS.items() if word in options.value}
    return coll_of(element, kind=is_list, **counts)


def _text_facts(options: SchemaPlace, own: dict[str, Any]) -> ValueFacts:
    options.check(_TEXTS.values())
    text = {key: options.value[word] for key, word in _TEXTS.items() if word in options.value}
    text |= {key: own.pop(key) for key in ("least", "most") if key in own}
    if "format" in text and format_of(str(text["format"])) is None:
        options.get("format").fail(f"mxspec knows no format {text['format']!r}")
    if "pattern" in text:
        text["pattern"] = _pattern_within(options.get("pattern"))
    return ValueFacts(str, text=text)


_ALIKE: Final = re.compile(r"(?:\\[^sS]|\[(?:\\[^sS]|[^\]\\])*\]|[^\\.\[])*")


def _pattern_within(place: SchemaPlace) -> str:
    """Return the pattern of the whole text for an ECMA-262 pattern that is anchored on both sides."""
    text = str(place.value)
    inner = text.removeprefix("^").removesuffix("$")
    if inner.startswith("(?:") and inner.endswith(")"):
        inner = inner[3:-1]
    is_whole = text in (f"^{inner}$", f"^(?:{inner})$")
    try:
        is_alike = is_whole and json_pattern(inner) is not None
    except re.error:
        is_alike = False
    is_grouped = "|" not in inner or text != f"^{inner}$"
    is_shared = _ALIKE.fullmatch(inner.replace(r"[\s\S]", "")) is not None
    if not (is_alike and is_grouped and (is_shared or json_pattern(inner) == text)):
        place.fail(f"mxspec reads {text!r} in another way; anchor it by ^ and $, without . and \\s")
    return inner


def _range_facts(own_type: Any, options: SchemaPlace) -> ValueFacts:
    """Return the facts of numbers or moments."""
    words = {"minimum", "maximum", *({"exclusiveMaximum", "timezone"} if own_type in _MOMENTS else ())}
    options.check(() if own_type is bool else words)
    zone = options.value.get("timezone")
    ends = {key: _read_value(own_type, options.get(key)) for key in options.value if key != "timezone"}
    zones = {getattr(end, "tzinfo", None) is not None for end in ends.values()}
    if zones - {bool(zone)} or (zone and not ends):
        problem = "only the ends of a range say if there is a zone, and all of them"
        options.get("timezone", None).fail(problem)
    low, high, end = (ends.get(key) for key in ("minimum", "maximum", "exclusiveMaximum"))
    if end is not None and (own_type is not datetime.datetime or low is None or high is not None):
        options.get("exclusiveMaximum").fail("of timestamps, beside a minimum, it is the end of a range")
    return ValueFacts(own_type, low, high, end)


def _read_value(own_type: Any, place: SchemaPlace) -> Any:
    """Return an end of a range of a type, or a member of a set."""
    x, wanted = place.value, (str, int, float) if own_type is Decimal else (int, float)
    try:
        if own_type in _MOMENTS:
            return own_type.fromisoformat(x)
        if isinstance(x, bool) or not isinstance(x, wanted) or (own_type is int and x != int(x)):
            raise ValueError
        return x if own_type is is_number else own_type(str(x) if own_type is Decimal else x)
    except (TypeError, ValueError, ArithmeticError):
        return place.fail(f"{short_repr(x)} is no {_NAMES[own_type]}")
