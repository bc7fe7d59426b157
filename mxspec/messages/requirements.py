"""The requirements of predicates and forms, one table: the type of an error, the words, the JSON Schema.

`explain`, `explain_json` and `json_schema` say the same things to a person, to a program and to other
languages, so a new predicate is one row here.
"""

from __future__ import annotations

import copy
import enum
import re
from collections import OrderedDict, abc, defaultdict, deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mxspec import predicates as p
from mxspec.formats import format_of
from mxspec.forms import call_text
from mxspec.messages.reasons import required_text
from mxspec.messages.text import head_of, is_json_scalar, json_number, text, words_of
from mxspec.values import short_repr, stable_order

Schema = dict[str, Any]


class Requirement(NamedTuple):
    """A requirement of a value.

    Attributes:
        type: the type of the error, a word for programs; pydantic's types keep their meaning.
        words: the requirement in words; for the head of a form, a function of the rest of the form.
        schema: the JSON Schema or None; for the head of a form, a function of the rest of the form.
    """

    type: str
    words: Any
    schema: Any = None


# --- predicates -------------------------------------------------------------------------------------------


def _type(*names: str, **keywords: Any) -> Schema:
    return {"type": names[0] if len(names) == 1 else list(names), **keywords}


def _pattern(regex: str) -> Schema:
    return _type("string", pattern=f"^{regex}$")


_NAME: Final = r"[^\s/]+"

# fmt: off
_ROWS: Final[list[tuple[Any, ...]]] = [
    ((p.is_any,), "predicate_failed", "any", {}),
    ((object,), "is_instance_of", "an instance of object", {}),
    ((p.is_some,), "some", "anything but None", {"not": _type("null")}),
    ((type(None), p.is_none), "none_required", "None", _type("null")),
    ((bool, p.is_bool), "bool_type", "True or False", _type("boolean")),
    ((p.is_true,), "true", "True", {"const": True}),
    ((p.is_false,), "false", "False", {"const": False}),
    ((p.is_callable,), "callable_type", "a function"),
    ((p.is_uuid,), "uuid_type", "a UUID", _type("string", format="uuid")),
    ((p.is_inst,), "datetime_type", "a datetime", _type("string", format="date-time")),

    ((int, p.is_int), "int_type", "an int", _type("integer")),
    ((p.is_even,), "even", "an even int", _type("integer", multipleOf=2)),
    ((p.is_odd,), "odd", "an odd int", {"type": "integer", "not": {"multipleOf": 2}}),
    ((p.is_pos_int,), "pos_int", "an int above 0", _type("integer", minimum=1)),
    ((p.is_neg_int,), "neg_int", "an int below 0", _type("integer", maximum=-1)),
    ((p.is_nat_int,), "nat_int", "an int from 0", _type("integer", minimum=0)),
    ((float, p.is_float), "float_type", "a float", _type("number")),
    ((p.is_nan,), "nan", "NaN", _type("number")),
    ((p.is_infinite,), "infinite", "an infinite float", _type("number")),
    ((p.is_number,), "number_type", "a number", _type("number")),
    ((p.is_pos,), "pos", "a number above 0", _type("number", exclusiveMinimum=0)),
    ((p.is_neg,), "neg", "a number below 0", _type("number", exclusiveMaximum=0)),
    ((p.is_zero,), "zero", "0", {"const": 0}),
    ((p.is_decimal,), "decimal_type", "a Decimal", _type("number", "string")),
    ((p.is_rational,), "rational_type", "an int, a Fraction or a Decimal", _type("number")),
    ((p.is_ratio,), "ratio_type", "a Fraction that is not whole"),

    ((str, p.is_str), "string_type", "a string", _type("string")),
    ((p.is_char,), "char", "a string of one character", _type("string", minLength=1, maxLength=1)),
    ((p.is_uri,), "uri", "a URI", _pattern(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")),
    ((p.is_ident,), "ident", "a name", _pattern(f"{_NAME}(/{_NAME})?")),
    ((p.is_simple_ident,), "simple_ident", "a name without a namespace", _pattern(_NAME)),
    ((p.is_qualified_ident,), "qualified_ident", "a name with a namespace", _pattern(f"{_NAME}/{_NAME}")),
    ((bytes, p.is_bytes), "bytes_type", "a bytes object", _type("string", format="binary")),
    ((bytearray,), "is_instance_of", "an instance of bytearray", _type("string", format="binary")),

    ((list, p.is_list), "list_type", "a list", _type("array")),
    ((tuple, p.is_tuple), "tuple_type", "a tuple", _type("array")),
    ((dict, p.is_dict), "dict_type", "a map", _type("object")),
    ((set, p.is_set), "set_type", "a set", _type("array", uniqueItems=True)),
    ((frozenset,), "frozen_set_type", "a frozenset", _type("array", uniqueItems=True)),
    ((p.is_coll,), "coll_type", "a collection", _type("array", "object")),
    ((p.is_sequential, p.is_indexed), "sequential_type", "a sequence", _type("array")),
    ((p.is_associative,), "associative_type", "a map or a list", _type("array", "object")),
    ((p.is_seqable,), "seqable_type", "something to iterate over",
     _type("array", "object", "string", "null")),
    ((p.is_empty,), "empty", "something empty", {"enum": [None, "", [], {}]}),
    *(((kind,), "is_instance_of", f"an instance of {kind.__name__}", _type("array", uniqueItems=True))
      for kind in (abc.Set, abc.MutableSet)),
    *(((kind,), "is_instance_of", f"an instance of {kind.__name__}", _type(*types)) for kind, types in [
        *((kind, ["object"]) for kind in (abc.Mapping, abc.MutableMapping, OrderedDict, defaultdict)),
        (deque, ["array"]), (abc.MutableSequence, ["array"]), (abc.Sequence, ["array", "string"]),
        *((kind, ["array", "string", "object"]) for kind in (abc.Collection, abc.Iterable, abc.Reversible)),
    ]),
]
# fmt: on

PREDICATES: Final = MappingProxyType({pred: Requirement(*row) for preds, *row in _ROWS for pred in preds})


# --- forms ------------------------------------------------------------------------------------------------


def range_text(low: Any, high: Any) -> str:
    """Return the text of a range; each end may be None."""
    if high is None:
        return f"of at least {low}"
    return f"of at most {high}" if low is None else f"from {low} to {high}"


def count_text(low: int, *high: int | None) -> str:
    """Return the text of the rest of the form of a count: one number, or two."""
    low_text, *high_text = (None if n is None else short_repr(n) for n in (low, *high))
    return range_text(low_text, *high_text) if high else f"of {low_text}"


def _float_in_text(options: Mapping[str, Any]) -> str:
    low, high = options.get("min"), options.get("max")
    words = "a float" if options.get("infinite", True) else "a finite float"
    if low is not None or high is not None:
        return f"{words} {range_text(low, high)}"
    return words if options.get("nan", True) else f"{words} other than NaN"


_JSON_NUMBERS: Final = (int, float, p.is_int, p.is_float, p.is_number)

_MOST_CHOICES: Final = 10


def _one_of(choices: Iterable[object]) -> str:
    texts = [short_repr(choice) for choice in choices]
    if len(texts) > _MOST_CHOICES:
        texts[_MOST_CHOICES:] = [f"{len(texts) - _MOST_CHOICES} more"]
    return " or ".join([", ".join(texts[:-1]), *texts[-1:]] if len(texts) > 1 else texts) or "nothing"


def keys_text(pred: tuple[Any, ...]) -> str:
    """Return the keys that a form requires: `key 'a'`, `(key 'a' or key 'b')`."""
    return str(FORMS[pred[0]].words(*pred[1:]))


def bound(number: object, keyword: str) -> Schema:
    """Return the schema of a bound of numbers, {} where JSON can't say it exactly."""
    exact = json_number(number)
    return {} if exact is None else {keyword: exact}


def _float_in_schema(options: Mapping[str, Any]) -> Schema:
    return _type("number", **bound(options.get("min"), "minimum"), **bound(options.get("max"), "maximum"))


def _inst_in_schema(start: Any, end: Any) -> Schema:
    words = f"from {start.isoformat()} up to {end.isoformat()}"
    return _type("string", format="date-time", description=words)


def _range_of_text(kind: Any, low: Any, high: Any) -> str:
    return f"{requirement(kind, None)[1]} {range_text(*(x and short_repr(x) for x in (low, high)))}"


def _range_of_schema(kind: Any, low: Any, high: Any) -> Schema:
    words = {} if kind in _JSON_NUMBERS else {"description": f"from {low} to {high}"}
    base = schema_of_form(kind) or {}
    return {**base, **words, **({} if words else {**bound(low, "minimum"), **bound(high, "maximum")})}


def _str_in_text(options: Mapping[str, Any] = MappingProxyType({})) -> str:
    low, high = options.get("min_length"), options.get("max_length")
    words = [f"{range_text(low or 0, high)} characters"] if low or high is not None else []
    words += [f"of the pattern {options['pattern']}"] if "pattern" in options else []
    kind = format_of(options.get("format", ""))
    words += [f"that is {kind.words}"] if kind else []
    return " ".join(["a string", *words])


def _str_in_schema(options: Mapping[str, Any] = MappingProxyType({})) -> Schema:
    keywords = {"min_length": "minLength", "max_length": "maxLength"}
    schema = _type("string", **{keywords[name]: n for name, n in options.items() if name in keywords})
    if "pattern" in options:
        schema["pattern"] = f"^(?:{options['pattern']})$"
    kind = format_of(options.get("format", ""))
    for keyword, value in ({} if kind is None else kind.schema or {"description": kind.words}).items():
        schema.setdefault(keyword, value)
    return schema


def _multiple_of_schema(factor: Any) -> Schema | None:
    number = json_number(factor)
    return {"multipleOf": number} if number is not None and number > 0 else None


def _lengths(side: str, length: int) -> Schema:
    return {f"{side}{what}": int(length) for what in ("Length", "Items", "Properties")}


def enum_of(values: Iterable[Any]) -> Schema | None:
    """Return an enum of the values JSON can represent, or None if a JSON value could equal one it cannot.

    Example:
        >>> enum_of([1, "a", (2,), b"c"])
        {'enum': [1, 'a']}
    """
    plain = [value.value if isinstance(value, enum.Enum) else value for value in values]
    scalars = [value for value in plain if not isinstance(value, (bytes, tuple, frozenset))]
    return {"enum": scalars} if scalars and all(map(is_json_scalar, scalars)) else None


MISSING: Final = "missing"

# fmt: off
_FORM_ROWS: Final[list[tuple[Any, ...]]] = [
    ("int_in", "int_in", lambda start, end: f"an int from {start} to {end - 1}",
     lambda start, end: _type("integer", **bound(start, "minimum"), **bound(end - 1, "maximum"))),
    ("float_in", "float_in", _float_in_text, _float_in_schema),
    ("inst_in", "inst_in", lambda start, end: f"a datetime from {start} up to {end}", _inst_in_schema),
    ("range_of", "range_of", _range_of_text, _range_of_schema),
    ("str_in", "str_in", _str_in_text, _str_in_schema),
    ("gt", "greater_than", lambda low: f"more than {short_repr(low)}",
     lambda low: bound(low, "exclusiveMinimum")),
    ("ge", "greater_than_equal", lambda low: f"at least {short_repr(low)}",
     lambda low: bound(low, "minimum")),
    ("lt", "less_than", lambda high: f"less than {short_repr(high)}",
     lambda high: bound(high, "exclusiveMaximum")),
    ("le", "less_than_equal", lambda high: f"at most {short_repr(high)}",
     lambda high: bound(high, "maximum")),
    ("multiple_of", "multiple_of", lambda factor: f"a multiple of {short_repr(factor)}", _multiple_of_schema),
    ("count", "too_short", lambda *counts: f"a count {count_text(*counts)}"),
    ("min_length", "too_short", lambda n: f"a length of at least {n}", lambda n: _lengths("min", n)),
    ("max_length", "too_long", lambda n: f"a length of at most {n}", lambda n: _lengths("max", n)),
    ("distinct", "distinct", lambda: "a collection of distinct elements"),
    ("literal", "enum", lambda *values: _one_of(values), lambda *values: enum_of(values)),
    ("subclass", "is_subclass_of", lambda *bases: f"a subclass of {_one_of(b.__name__ for b in bases)}"),
    ("contains", MISSING, lambda key: f"key {key!r}"),
    ("or", MISSING, lambda *keys: f"({' or '.join(map(keys_text, keys))})"),
    ("and", MISSING, lambda *keys: f"({' and '.join(map(keys_text, keys))})"),
    ("conformer", "conformer_failed", lambda *functions: form_text(("conformer", *functions))),
]
# fmt: on

FORMS: Final = MappingProxyType({head: Requirement(*row) for head, *row in _FORM_ROWS})
"""Requirements by the head of a form."""

BY_REASON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "array": "array_type",
        "shape": "array_shape",
        "dtype": "array_dtype",
        "finite": "array_finite",
        "min": "array_min",
        "max": "array_max",
        "model_spec": "not_recognised",
        "from_examples": "anomalous",
        "closed": "extra_forbidden",
        "multi_spec": "no_method",
        "apply": "call_failed",
        "pydantic": "refused_by_pydantic",
    }
)
"""The types of errors by the head of the form, for problems with a complete reason."""


# --- asked ------------------------------------------------------------------------------------------------

_LONGEST_FORM: Final = 300  # characters


def form_text(form: object) -> str:
    """Return a form as the call that makes its spec, truncated."""
    words = words_of(call_text, form)
    return words if len(words) <= _LONGEST_FORM else f"{words[: _LONGEST_FORM - 3]}..."


def names_lambda(words: str) -> bool:
    """True if words show the source of a lambda, which says nothing to whoever sent a value."""
    return re.search(r"\blambda\b", words) is not None


def _predicate_requirement(form: Any) -> Requirement | None:
    try:
        return PREDICATES.get(form)
    except Exception:  # not hashable, or a form with such a part
        return None


def requirement(form: Any, val: object) -> tuple[str, str]:
    """Return the type of the error of a failed form, and its requirement in words.

    Example:
        >>> requirement(int, "x"), requirement(("int_in", 0, 10), 12), requirement(("count", 1, 2), [])
        (('int_type', 'an int'), ('int_in', 'an int from 0 to 9'), ('too_short', 'a count from 1 to 2'))
    """
    row = _predicate_requirement(form)
    if row is not None:
        return row.type, row.words
    if isinstance(form, (set, frozenset)):
        return "enum", words_of(lambda members: _one_of(stable_order(members)), form)
    if isinstance(form, type):
        return "is_instance_of", f"an instance of {form.__name__}"
    head = head_of(form)
    if not head:
        return "predicate_failed", words_of(required_text, form)
    if head == "spec" and len(form) == 2:
        return requirement(form[1], val)
    row = FORMS.get(head)
    if row is None:
        return "spec", form_text(form)
    try:
        words = text(row.words(*form[1:]))
    except Exception:  # of a bound that is too long to be written out
        words = form_text(form)
    return ("too_long" if head == "count" and not _is_short(val, form[1]) else row.type), words


def _is_short(val: Any, least: int) -> bool:
    try:
        return bool(len(val) < least)
    except Exception:
        return False


def schema_of_form(form: Any) -> Schema | None:
    """Return the JSON Schema of a predicate, a type, a set or a form, or None without one.

    Example:
        >>> schema_of_form(int), schema_of_form(("ge", 3)), schema_of_form({"a"}), schema_of_form(callable)
        ({'type': 'integer'}, {'minimum': 3}, {'enum': ['a']}, None)
    """
    schema: Schema | None = None
    if (row := _predicate_requirement(form)) is not None:
        schema = copy.deepcopy(row.schema)
    elif isinstance(form, (set, frozenset)):
        schema = enum_of(stable_order(form))
    elif isinstance(form, type):
        schema = enum_of(form) if issubclass(form, enum.Enum) else None
    elif (row := FORMS.get(head_of(form))) is not None:
        schema = row.schema and row.schema(*form[1:])
    return schema


TYPES: Final = frozenset(
    {
        *(row.type for row in (*PREDICATES.values(), *FORMS.values())),
        *BY_REASON.values(),
        *("too_long", "spec", "predicate_failed", "is_instance_of", "enum"),
    }
)
"""The types of the errors that requirements have."""
