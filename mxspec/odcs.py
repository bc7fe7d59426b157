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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
from mxspec.specs.wrappers import nilable
from mxspec.transform.schemas.json_schema import json_pattern

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

_LENGTHS: Final = {"min_length": "minLength", "max_length": "maxLength"}
_TEXTS: Final = {**_LENGTHS, "pattern": "pattern", "format": "format"}
_CONSTANTS: Final[Mapping[Any, Collection[Any]]] = {is_true: {True}, is_false: {False}, is_none: {None}}
_COUNTS: Final = {"min_count": "minItems", "max_count": "maxItems", "distinct": "uniqueItems"}
_TERMS: Final = ("unique", "monotone", "missing", "min_rows", "max_rows", "occur")
_PROMISED: Final = (
    "rows", "confidence", "bounds", "widened", "of", "open", "columns", "count_as", "horizon", "remade",
    "always", "power", "kinds", "hardly", "files", "pool",
)  # fmt: skip


def _fail(path: str, words: str) -> NoReturn:
    raise SpecDefinitionError(f"{path or 'the contract'}: {words}")


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
    numbers = {
        key: _plain_argument(x, key) for key, x in arguments.items() if key not in (*_TERMS, "refuses")
    }
    is_closed, table = _object(own.form(), "", arguments.get("refuses"))
    table = {"name": name, **table}
    columns = {column["name"]: column for column in table["properties"]}
    quality: list[dict[str, Any]] = []
    if "refuses" in arguments:
        words = repr(getattr(own, "promise", ""))
        rule = {"name": "promise", "metric": "invalidValues", "description": words}
        quality.append({**rule, **_share_rule(arguments["refuses"]), **_custom(numbers)})
    table |= _custom({**is_closed, **({} if "refuses" in arguments else numbers)})
    if "min_rows" in arguments:
        quality.append({"metric": "rowCount", "mustBeGreaterOrEqualTo": arguments["min_rows"]})
    if "max_rows" in arguments:
        quality.append({"metric": "rowCount", "mustBeLessOrEqualTo": arguments["max_rows"]})
    for key, values in arguments.get("occur", {}).items():
        least = values if isinstance(values, Mapping) else dict.fromkeys(values, 0)
        pairs = [[_plain_end(x, str(key)), number] for x, number in least.items()]
        rules = columns[key].setdefault("quality", [])
        rules.append({"type": "custom", "engine": OWN, "implementation": {"occur": pairs}})
    for key in map(key_columns, arguments.get("unique", ())):
        own_columns = [columns[each] for each in key]
        if len(key) == 1:
            own_columns[0]["unique"] = True
        else:
            quality.append({"metric": "duplicateValues", "mustBe": 0, "arguments": {"properties": [*key]}})
    for key in arguments.get("monotone", ()):
        rules = columns[key].setdefault("quality", [])
        rules.append({"type": "custom", "engine": OWN, "implementation": "monotone"})
    for key, share in arguments.get("missing", {}).items():
        rules = columns[key].setdefault("quality", [])
        rules.append({"metric": "nullValues", **_share_rule(share)})
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
    own_type: Any
    match form:
        case _ if form is is_any:
            return _custom(own)
        case ("nilable", inner):
            return {**_property(inner, path, refuses, own), "required": False}
        case ("spec", inner):
            return _property(inner, path, refuses, own)
        case ("int_in", low, end):
            own_type, options = int, {"minimum": low, "maximum": end - 1}
        case ("inst_in", low, end):
            own_type, options = datetime.datetime, _end_options(path, minimum=low, exclusiveMaximum=end)
        case ("float_in", {**ends}) if ends.keys() <= {"min", "max"}:
            own_type, options = float, _end_options(path, minimum=ends.get("min"), maximum=ends.get("max"))
        case ("range_of", own_type, low, high) if own_type in _NAMES:
            options = _end_options(path, minimum=low, maximum=high)
        case ("str_in", {**ends}):
            own_type, options = str, {_TEXTS[str(key)]: x for key, x in ends.items() if key in _TEXTS}
            if "pattern" in options:
                words = f"ECMA-262 may read the pattern {options['pattern']!r} in another way"
                options["pattern"] = json_pattern(options["pattern"]) or _fail(path, words)
            own = {**own, **{str(key): x for key, x in ends.items() if key not in _TEXTS}}
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
        case _ if isinstance(form, (type, FunctionType)) and form in _NAMES:
            own_type, options = form, {}
        case _:
            _fail(path, f"ODCS has no word for {short_repr(form)}")
    return {**_type_words(own_type), **_options(options), "required": True, **_custom(own)}


def _type_words(own_type: Any) -> dict[str, Any]:
    physical = {"physicalType": _PHYSICAL[own_type]} if own_type in _PHYSICAL else {}
    return {"logicalType": _NAMES[own_type], **physical} if own_type is not None else {}


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"logicalTypeOptions": dict(options)} if options else {}


def _end_options(path: str, **ends: Any) -> dict[str, Any]:
    """Return the ends of a range, without missing ones."""
    has_zone = any(getattr(end, "tzinfo", None) is not None for end in ends.values())
    options = {name: _plain_end(end, path) for name, end in ends.items() if end is not None}
    return options | ({"timezone": True} if has_zone else {})


def _plain_end(x: Any, path: str) -> Any:
    """Return an end of a range, or a listed value, as JSON that reads back as the same value."""
    if x is None or isinstance(x, (str, bool)):
        return x
    if isinstance(x, (datetime.date, datetime.time)):
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

_SILENT: Final = (
    "id", "name", "description", "tags", "authoritativeDefinitions", "businessName", "physicalName",
    "examples", "classification", "criticalDataElement", "dataGranularityDescription",
    "transformSourceObjects", "transformLogic", "transformDescription", "partitioned", "partitionKeyPosition",
)  # fmt: skip
_SILENT_OF_DOCUMENTS: Final = (
    "id", "name", "description", "tags", "authoritativeDefinitions", "version", "status", "tenant", "servers",
    "dataProduct", "domain", "support", "price", "team", "roles", "contractCreatedTs",
)  # fmt: skip
_SILENT_OF_RULES: Final = (
    "id", "name", "description", "tags", "authoritativeDefinitions", "businessImpact", "dimension", "method",
    "schedule", "scheduler",
)  # fmt: skip
"""Keys that require nothing of rows, and are ignored."""

_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    datetime.date: datetime.date.fromisoformat, datetime.datetime: datetime.datetime.fromisoformat,
    datetime.time: datetime.time.fromisoformat, float: float, int: int, is_number: lambda x: x,
    Decimal: lambda x: Decimal(str(x)),
}  # fmt: skip


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
    _check(document, "", {"apiVersion", "kind", "schema"}, _SILENT_OF_DOCUMENTS)
    if document.get("kind") != "DataContract" or not str(document.get("apiVersion")).startswith("v3."):
        _fail("apiVersion", "a DataContract of v3 is required")
    tables = [*enumerate(_list(document.get("schema", []), "schema"))]
    if name is not None:
        tables = [(i, each) for i, each in tables if isinstance(each, dict) and each.get("name") == name]
    if len(tables) != 1:
        _fail("schema", f"{len(tables)} tables; name one of them")
    path, table = f"schema[{tables[0][0]}]", tables[0][1]
    _check(table, path, {"logicalType", "properties", "quality", "customProperties", "physicalType"}, _SILENT)
    own = _own(table, path)
    arguments: dict[str, Any] = {key: x for key, x in own.items() if key != "closed"}
    for i, rule in enumerate(_list(table.get("quality", []), f"{path}.quality")):
        for key, x in _rule_of_table(rule, f"{path}.quality[{i}]").items():
            arguments[key] = [*arguments.get(key, []), *x] if key == "unique" else x
    terms: dict[str, Any] = {"unique": [], "monotone": [], "missing": {}, "occur": {}}
    spec = _table_spec(table, path, own, arguments.get("refuses"), terms)
    terms["unique"] = [*_primary_key(table, path), *terms["unique"], *arguments.get("unique", [])]
    arguments |= {key: tuple(dict.fromkeys(x)) if isinstance(x, list) else x for key, x in terms.items() if x}
    for key in ("remade", "widened", "always", "hardly", "files"):
        if isinstance(arguments.get(key), list):
            arguments[key] = tuple(arguments[key])
    with _path_of_errors(path):
        return contract(spec, **arguments) if arguments else spec


def _primary_key(table: Mapping[str, Any], path: str) -> list[Any]:
    """Return a list with the primary key: its column, or the tuple of its columns in order."""
    parts = [column for column in table.get("properties", []) if column.get("primaryKey")]
    places = [column.get("primaryKeyPosition", -1) for column in parts]
    if not all(isinstance(place, int) for place in places):
        _fail(f"{path}.properties", "a primaryKeyPosition is an int")
    names = tuple(parts[i]["name"] for i in sorted(range(len(parts)), key=places.__getitem__))
    return [names if len(names) > 1 else names[0]] if names else []


@contextlib.contextmanager
def _path_of_errors(path: str) -> Iterator[None]:
    """Add the path of a part to an error without one."""
    try:
        yield
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        if str(error).startswith(path):
            raise
        raise SpecDefinitionError(f"{path}: {error}") from error


def _check(part: Any, path: str, known: Collection[str], silent: Collection[str]) -> None:
    if not isinstance(part, dict):
        _fail(path, f"a map is required, not {short_repr(part)}")
    for key in part:
        if key not in known and key not in silent:
            _fail(f"{path}.{key}".lstrip("."), f"mxspec reads no {key} here")


def _list(part: Any, path: str) -> Sequence[Any]:
    return part if isinstance(part, list) else _fail(path, f"a list is required, not {short_repr(part)}")


def _own(part: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the custom property `mxspec`."""
    properties = _list(part.get("customProperties", []), f"{path}.customProperties")
    for i, each in enumerate(properties):
        if not (
            isinstance(each, dict) and each.get("property") == OWN and isinstance(each.get("value"), dict)
        ):
            _fail(f"{path}.customProperties[{i}]", "mxspec does not know what it asks of rows")
    return dict(properties[0]["value"]) if properties else {}


def _words_of_rule(rule: Any, path: str) -> dict[str, Any]:
    """Return the requirements of a rule; a limit to a share becomes the key `share`."""
    if not isinstance(rule, dict):
        _fail(path, f"a map is required, not {short_repr(rule)}")
    words = {key: x for key, x in rule.items() if key not in _SILENT_OF_RULES}
    if words.get("type") == "library":
        words.pop("type")
    match words:
        case {"mustBe": 0} if words["mustBe"] is not False:
            words["share"] = 0.0 * words.pop("mustBe")
        case {"mustBeLessOrEqualTo": int() | float() as limit, "unit": "percent"} if limit is not True:
            words["share"] = float(Decimal(repr(limit)) / 100)
            del words["mustBeLessOrEqualTo"], words["unit"]
    return words


def _rule_of_table(rule: Any, path: str) -> dict[str, Any]:
    match _words_of_rule(rule, path):
        case {"metric": "rowCount", "mustBeGreaterOrEqualTo": int(least), **rest} if not rest:
            return {"min_rows": least}
        case {"metric": "rowCount", "mustBeLessOrEqualTo": int(most), **rest} if not rest:
            return {"max_rows": most}
        case {
            "metric": "duplicateValues",
            "share": 0.0,
            "arguments": {"properties": [str(), *_] as key, **more},
            **rest,
        } if not rest and not more:
            return {"unique": [tuple(key)]}
        case {"metric": "invalidValues", "share": share, **rest} if rest.keys() == {"customProperties"}:
            return {"refuses": share, **_own(rule, path)}
    return _fail(path, f"mxspec reads no such rule of a table: {short_repr(rule)}")


def _table_spec(
    part: Any, path: str, own: Mapping[str, Any], refuses: float | None, terms: dict[str, Any] | None
) -> Spec:
    """Return the spec of an object; if it is a table, add the terms of its columns to terms."""
    if part.get("logicalType", "object") != "object":
        _fail(f"{path}.logicalType", "a table is an object")
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for i, column in enumerate(_list(part.get("properties", []), f"{path}.properties")):
        at = f"{path}.properties[{i}]"
        if not (isinstance(column, dict) and isinstance(column.get("name"), str)):
            _fail(at, "a property has a name")
        if column["name"] in required.keys() | optional.keys():
            _fail(at, f"there are two properties {column['name']!r}")
        with _path_of_errors(at):
            spec, more = _column_spec(column, at, refuses, terms)
        (optional if more.pop("mayBeAbsent", False) else required)[column["name"]] = spec
        if more:
            _fail(f"{at}.customProperties", f"mxspec knows no {min(more)} here")
    return keys(req_un=required, opt_un=optional, closed=bool(own.get("closed", False)))


def _column_spec(
    column: Any, path: str, refuses: float | None, terms: dict[str, Any] | None
) -> tuple[Any, dict[str, Any]]:
    """Return the spec of a property, and the rest of its custom property."""
    known = {"logicalType", "logicalTypeOptions", "physicalType", "required", "quality", "customProperties"}
    _check(
        column, path, known | {"items", "properties", "unique", "primaryKey", "primaryKeyPosition"}, _SILENT
    )
    for key in ("required", "unique", "primaryKey"):
        if not isinstance(column.get(key, False), bool):
            _fail(f"{path}.{key}", "a bool is required")
    own, options, name = _own(column, path), dict(column.get("logicalTypeOptions", {})), column.get("name")
    values = None
    for i, rule in enumerate(_list(column.get("quality", []), f"{path}.quality")):
        at = f"{path}.quality[{i}]"
        listed = _rule_of_column(rule, at, name, refuses, terms)
        if listed is not None and (values is not None or options):
            _fail(at, "listed values stand alone")
        values = values if listed is None else listed
    for key in ("unique", "primaryKey"):
        if column.get(key) and terms is None:
            _fail(f"{path}.{key}", "only of a column")
    if column.get("unique") and terms is not None:
        terms["unique"].append(name)
    physical = str(column.get("physicalType", "")).lower()
    types = {text: tp for tp, text in _NAMES.items() if tp not in _PHYSICAL}
    kind = column.get("logicalType")
    own_type: Any = types.get(kind)
    if kind == "number":
        own_type = next((tp for text, tp in _NUMBERS.items() if physical.startswith(text)), is_number)
    if kind not in (None, "array", "object", *types):
        _fail(f"{path}.logicalType", f"there is no type {kind!r}")
    for key, wanted in (("items", "array"), ("properties", "object")):
        if key in column and (kind != wanted or values is not None):
            _fail(f"{path}.{key}", f"only of an {wanted}")
    if terms is not None and name in terms["occur"]:
        pairs = terms["occur"][name]
        numbers = {_listed_value(own_type, x, path): number for x, number in pairs}
        terms["occur"][name] = numbers if any(numbers.values()) else {*numbers}
    is_required = bool(column.get("required") or column.get("primaryKey"))
    if values is not None:
        spec: Any = _spec_of_values(values, own_type, path)
        if spec is is_none:
            return (_fail(path, "null is required") if is_required else is_none), own
    elif kind == "array":
        spec = _array_spec(column, path, options, refuses)
    elif kind == "object":
        _check(options, f"{path}.logicalTypeOptions", (), ())
        spec = _table_spec(column, path, {"closed": own.pop("closed", False)}, refuses, None)
    elif kind is None:
        _check(options, f"{path}.logicalTypeOptions", (), ())
        return (_fail(path, "required of any type") if is_required else is_any), own
    elif own_type is str:
        spec = _text_spec(path, options, own)
    else:
        spec = _range_spec(own_type, path, options)
    return (spec if is_required else nilable(spec)), own


_MOMENTS: Final = (datetime.date, datetime.datetime, datetime.time)


def _rule_of_column(
    rule: Any, path: str, name: Any, refuses: float | None, terms: dict[str, Any] | None
) -> list[Any] | None:
    """Return the values that a rule lists; a rule of another sort adds its term to terms."""
    match _words_of_rule(rule, path):
        case {
            "metric": "invalidValues",
            "arguments": {"validValues": list(values), **more},
            "share": limit,
            **rest,
        }:
            if more or rest or limit not in (0, refuses):
                _fail(path, f"mxspec reads no such rule of a column: {short_repr(rule)}")
            return values
        case {"metric": "duplicateValues", "share": 0.0, **rest} if not rest and terms is not None:
            terms["unique"].append(name)
        case {"metric": "nullValues", "share": share, **rest} if not rest and terms is not None:
            terms["missing"][name] = share
        case {"type": "custom", "engine": "mxspec", "implementation": "monotone", **rest} if (
            not rest and terms
        ):
            terms["monotone"].append(name)
        case {"type": "custom", "engine": "mxspec", "implementation": {"occur": pairs, **more}, **rest}:
            if more or rest or terms is None:
                _fail(path, f"mxspec reads no such rule of a column: {short_repr(rule)}")
            terms["occur"][name] = pairs
        case _:
            _fail(path, f"mxspec reads no such rule of a column: {short_repr(rule)}")
    return None


def _listed_value(own_type: Any, x: Any, path: str) -> Any:
    return x if own_type in (None, str, bool, is_number) else _read_value(own_type, x, path)


def _spec_of_values(values: list[Any], own_type: Any, path: str) -> Any:
    """Return the spec of listed values; `required` decides on a null among others."""
    others = [x for x in values if x is not None and x is not False]
    others = [_listed_value(own_type, x, path) for x in others]
    spec = set(others)
    if len(spec) < len(others) or not values:
        _fail(path, "listed values are several, and each stands once")
    if not any(x is False for x in values):
        return spec or is_none
    if others not in ([], [True]):
        _fail(path, "mxspec lists false beside true alone")
    return bool if others else is_false


def _array_spec(column: Any, path: str, options: Mapping[str, Any], refuses: float | None) -> Spec:
    _check(options, f"{path}.logicalTypeOptions", _COUNTS.values(), ())
    element, more = _column_spec(column.get("items", {}), f"{path}.items", refuses, None)
    if more:
        _fail(f"{path}.items.customProperties", f"mxspec knows no {min(more)} here")
    return coll_of(element, kind=is_list, **{key: options[x] for key, x in _COUNTS.items() if x in options})


def _text_spec(path: str, options: Mapping[str, Any], own: dict[str, Any]) -> Any:
    at = f"{path}.logicalTypeOptions"
    _check(options, at, _TEXTS.values(), ())
    arguments = {key: options[x] for key, x in _TEXTS.items() if x in options}
    arguments |= {key: own.pop(key) for key in ("least", "most") if key in own}
    if "format" in arguments and format_of(str(arguments["format"])) is None:
        _fail(f"{at}.format", f"mxspec knows no format {arguments['format']!r}")
    if "pattern" in arguments:
        arguments["pattern"] = _pattern_within(arguments["pattern"], f"{at}.pattern")
    return str_in(**arguments) if arguments else str


_ALIKE: Final = re.compile(r"(?:\\[^sS]|\[(?:\\[^sS]|[^\]\\])*\]|[^\\.\[])*")


def _pattern_within(pattern: Any, path: str) -> str:
    """Return the pattern of the whole text for an ECMA-262 pattern that is anchored on both sides."""
    text = str(pattern)
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
        _fail(path, f"mxspec reads {text!r} in another way; anchor it by ^ and $, without . and \\s")
    return inner


def _range_spec(own_type: Any, path: str, options: dict[str, Any]) -> Any:
    """Return the spec of numbers or moments."""
    at = f"{path}.logicalTypeOptions"
    names = {"minimum", "maximum", *({"exclusiveMaximum", "timezone"} if own_type in _MOMENTS else ())}
    _check(options, at, set() if own_type is bool else names, ())
    zone = options.pop("timezone", None)
    ends = {key: _read_value(own_type, x, f"{at}.{key}") for key, x in options.items()}
    zones = {getattr(end, "tzinfo", None) is not None for end in ends.values()}
    if zones - {bool(zone)} or (zone and not ends):
        _fail(f"{at}.timezone", "only the ends of a range say if there is a zone, and all of them")
    low, high, end = (ends.get(key) for key in ("minimum", "maximum", "exclusiveMaximum"))
    if end is not None:
        if own_type is not datetime.datetime or low is None or high is not None:
            _fail(f"{at}.exclusiveMaximum", "of timestamps, beside a minimum, it is the end of a range")
        return inst_in(low, end)
    if not ends:
        return own_type
    if low is not None and high is not None and own_type in (int, float):
        return int_in(low, high + 1) if own_type is int else float_in(low, high)
    return range_of(own_type, low, high)


def _read_value(own_type: Any, x: Any, path: str) -> Any:
    """Return an end of a range of a type, or a member of a set."""
    wanted = (str, int, float) if own_type is Decimal else str if own_type in _MOMENTS else (int, float)
    try:
        if isinstance(x, bool) or not isinstance(x, wanted) or (own_type is int and x != int(x)):
            raise ValueError
        return _READERS[own_type](x)
    except (ValueError, ArithmeticError):
        return _fail(path, f"{short_repr(x)} is no {_NAMES[own_type]}")
