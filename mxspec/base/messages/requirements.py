"""The requirements of predicates and forms: the type of an error, the words, the JSON Schema.

`explain`, `explain_json` and `json_schema` state the same requirements for a person, a program and other
languages. The row of a predicate states its requirement; the requirement of a form is a row here.
"""

from __future__ import annotations

import copy
import enum
import functools
import itertools
import math
import re
from collections import OrderedDict, abc, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mxspec import predicates as p
from mxspec.base.fields import has_typed_fields
from mxspec.base.formats import format_of
from mxspec.base.forms import call_text
from mxspec.base.messages.reasons import required_text
from mxspec.base.messages.text import head_of, is_json_scalar, json_number, text, words_of
from mxspec.base.predicate_rows import (
    ENDS,
    ROWS,
    Bound,
    PredicateRow,
    accepted_members,
    row_of,
    row_of_form,
    whole,
)
from mxspec.base.value_types import VALUE_TYPES, value_type_of
from mxspec.base.values import short_repr

Schema = dict[str, Any]


class FormRequirement(NamedTuple):
    """The requirement of a form, by its head.

    Attributes:
        type: the type of the error, a word for programs; pydantic's types keep their meaning.
        words: a function from the rest of the form to the requirement in words.
        schema: a function from the rest of the form to the JSON Schema; or None.
    """

    type: str
    words: Any
    schema: Any = None


# --- predicates -------------------------------------------------------------------------------------------


def _type(*names: str, **keywords: Any) -> Schema:
    return {"type": names[0] if len(names) == 1 else list(names), **keywords}


# The JSON of the instances of a class: JSON's own values, or values that `decode` turns into instances. That
# of an exact number is a number or a text; among other numbers a number.
_JSON: Final[dict[Any, Schema]] = {
    type(None): _type("null"),
    **{cls: {**row.json} for cls, row in VALUE_TYPES.items() if isinstance(row.json["type"], str)},
    **dict.fromkeys((list, tuple, deque, abc.MutableSequence), _type("array")),
    **dict.fromkeys((set, frozenset, abc.Set, abc.MutableSet), _type("array", uniqueItems=True)),
    **dict.fromkeys((dict, OrderedDict, defaultdict, abc.Mapping, abc.MutableMapping), _type("object")),
    abc.Sequence: _type("array", "string"),
    **dict.fromkeys((abc.Collection, abc.Iterable, abc.Reversible), _type("array", "object", "string")),
}
_LENGTHS: Final = {"array": "Items", "object": "Properties", "string": "Length"}
_ORDER: Final = (*_LENGTHS, "number", "integer", "boolean", "null")

# The schemas that don't follow from classes or bounds.
_SCHEMAS: Final[dict[Any, Schema]] = {
    p.is_some: {"not": _type("null")},
    p.is_true: {"const": True},
    p.is_false: {"const": False},
    p.is_zero: {"const": 0},
    **dict.fromkeys((p.is_decimal, p.is_rational, p.is_ratio), _type("number", "string")),
    **{cls: {**row.json} for cls, row in VALUE_TYPES.items() if cls not in _JSON},
    p.is_empty: {"enum": [None, "", [], {}]},
}


def _types_in(schema: Schema) -> list[str]:
    return [schema["type"]] if isinstance(schema["type"], str) else schema["type"]


def _end_of(row: PredicateRow, *, up: bool) -> Bound | None:
    limit = row.low if up else row.high
    return whole(limit, up=up) if limit and row.classes == (int,) else limit


def _schema_of_row(row: PredicateRow) -> Schema | None:
    """Return the JSON Schema of a row, or None if JSON Schema can't express its classes or its factor."""
    if row.members is not None:
        return enum_of(row.members)
    schemas = [_JSON[cls] for cls in row.classes if cls in _JSON]
    names = {name for each in schemas for name in _types_in(each)}
    names -= {*["string"] * (str in row.excluded), *["integer"] * ("number" in names)}
    is_unknown = row.marks if row.classes == (object,) else not names
    if is_unknown or (row.factor is not None and not (json_number(row.factor) or 0) > 0):
        return None
    schema = _type(*(name for name in _ORDER if name in names)) if names else {}
    first = schemas[0] if schemas else {}
    schema |= {key: x for key, x in first.items() if all(each.get(key) == x for each in schemas)}
    schema |= _bounds_schema(_end_of(row, up=True), _end_of(row, up=False), names)
    if row.factor is not None:
        multiple = {"multipleOf": json_number(row.factor)}
        schema |= {"not": multiple} if row.remainder else multiple
    for side, length in (("min", row.least), ("max", row.most)):
        if length is not None:
            words = [_LENGTHS[name] for name in _LENGTHS if name in (names or _LENGTHS)]
            schema |= {f"{side}{word}": int(length) for word in words}
    if row.pattern is not None:
        schema["pattern"] = row.pattern  # Python's, of the whole text; json_schema translates it
    return schema


def _bounds_schema(low: Bound | None, high: Bound | None, names: Collection[str]) -> Schema:
    """Return the schema of bounds of values of some types of JSON, with words for what it can't express."""
    schema: Schema = {}
    is_said = "string" not in names  # JSON Schema can't bound the text of a decimal
    for end, limit in PredicateRow(low=low, high=high).ends:
        if not (isinstance(limit, float) and math.isinf(limit)):
            exact = bound(limit, end.keyword)
            schema |= exact
            is_said = is_said and bool(exact)
    return schema if is_said or not (low or high) else schema | {"description": _bounds_text(low, high)}


def _bounds_text(low: Bound | None, high: Bound | None) -> str:
    """Return bounds in words."""
    ends = PredicateRow(low=low, high=high).ends
    words = (end.words_of_two if len(ends) > 1 else end.words for end, _ in ends)
    return " ".join(f"{word} {_end_text(limit)}" for word, (_, limit) in zip(words, ends, strict=True))


def _end_text(x: Any) -> str:
    row = value_type_of(type(x))
    return short_repr(x) if isinstance(x, (str, bytes)) else words_of((row and row.words) or str, x)


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


_MOST_CHOICES: Final = 10


def _one_of(choices: Collection[object]) -> str:
    texts = [short_repr(choice) for choice in itertools.islice(choices, _MOST_CHOICES)]
    if len(choices) > _MOST_CHOICES:
        texts.append(f"{len(choices) - _MOST_CHOICES} more")
    return " or ".join([", ".join(texts[:-1]), *texts[-1:]] if len(texts) > 1 else texts) or "nothing"


def _enum_text(cls: type[enum.Enum]) -> str:
    """Return an enum with the values of its members: `Colour ('red' or 'blue')`."""
    return f"{cls.__name__} ({words_of(_one_of, allowed_values(cls))})"


def takes_json_text(form: object) -> bool:
    """True for a form of a map, a list or an instance with fields, which a text of JSON may hold."""
    row = row_of(form)
    is_container = row is not None and not {dict, list, abc.Mapping, abc.Sequence}.isdisjoint(row.classes)
    is_record = isinstance(form, type) and (has_typed_fields(form) or hasattr(form, "__pydantic_fields__"))
    return is_container or is_record


def keys_text(pred: tuple[Any, ...]) -> str:
    """Return the keys that a form requires: `key 'a'`, `(key 'a' or key 'b')`."""
    return str(FORMS[pred[0]].words(*pred[1:]))


def bound(number: object, keyword: str) -> Schema:
    """Return the schema of a bound of numbers, {} where JSON can't express it exactly."""
    exact = json_number(number)
    return {} if exact is None else {keyword: exact}


def _range_of_text(kind: Any, low: Any, high: Any) -> str:
    return f"{requirement(kind, None)[1]} {range_text(*(x and short_repr(x) for x in (low, high)))}"


def _range_of_schema(kind: Any, low: Any, high: Any) -> Schema:
    first, last = (None if limit is None else (limit, False) for limit in (low, high))
    base = schema_of_form(kind)
    if base is None:  # no JSON is known
        return {"description": _bounds_text(first, last)}
    return {**base, **_bounds_schema(first, last, _types_in(base) if "type" in base else ())}


def _str_in_text(options: Mapping[str, Any] = MappingProxyType({})) -> str:
    low, high = options.get("min_length"), options.get("max_length")
    words = [f"{range_text(low or 0, high)} characters"] if low or high is not None else []
    words += [f"of the pattern {options['pattern']}"] if "pattern" in options else []
    kind = format_of(options.get("format", ""))
    words += [f"that is {kind.words}{_ends_text(options)}"] if kind else []
    return " ".join(["a string", *words])


def _ends_text(options: Mapping[str, Any]) -> str:
    ends = options.get("least"), options.get("most")
    return "" if ends == (None, None) else f" {range_text(*ends)}"


def _str_in_schema(options: Mapping[str, Any] = MappingProxyType({})) -> Schema:
    schema = _range_schema("str_in", options) or {}
    kind = format_of(options.get("format", ""))
    for keyword, value in ({} if kind is None else kind.schema or {"description": kind.words}).items():
        schema.setdefault(keyword, value)
    if kind is not None and (ends := _ends_text(options)):
        schema["description"] = f"{kind.words}{ends}"
    return schema


_KEYWORD_WORDS: Final = {
    **{end.keyword: end.words if end.is_open else f"of {end.words}" for end in ENDS.values()},
    "multipleOf": "that is a multiple of",
}


def _json_schema_text(schema: Any, options: object = None) -> str:
    """Return the requirement of a number's schema in words, and any other schema as it is."""
    if isinstance(schema, bool):
        return "a value of JSON" if schema else "nothing"
    words = {"integer": "an integer", "number": "a number"}.get(schema.get("type"))
    if words is None or not schema.keys() <= {"type", *_KEYWORD_WORDS}:
        return f"a value of the schema {short_repr(schema)}"
    limits = (f"{_KEYWORD_WORDS[word]} {short_repr(x)}" for word, x in schema.items() if word != "type")
    return " ".join([words, *limits])


def _limit_text(words: str, limit: Any) -> str:
    return f"{words} {short_repr(limit)}"


def _less_text(*keys: Any) -> str:
    row = row_of_form(("less", *keys))
    return "" if row is None else row.words


def _range_schema(head: str, *rest: Any) -> Schema | None:
    row = row_of_form((head, *rest))
    return None if row is None else _schema_of_row(row)


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
     functools.partial(_range_schema, "int_in")),
    ("float_in", "float_in", _float_in_text, functools.partial(_range_schema, "float_in")),
    ("inst_in", "inst_in", lambda start, end: f"a datetime from {start} up to {end}",
     functools.partial(_range_schema, "inst_in")),
    ("range_of", "range_of", _range_of_text, _range_of_schema),
    ("str_in", "str_in", _str_in_text, _str_in_schema),
    *((head, kind, functools.partial(_limit_text, words), functools.partial(_range_schema, head))
      for head, kind, words in [
        *((name, end.type, end.words_of_number) for name, end in ENDS.items()),
        ("multiple_of", "multiple_of", "a multiple of"),
        ("min_length", "too_short", "a length of at least"),
        ("max_length", "too_long", "a length of at most"),
    ]),
    ("less", "less", _less_text, lambda *keys: {"description": _less_text(*keys)}),
    ("count", "too_short", lambda *counts: f"a count {count_text(*counts)}"),
    ("distinct", "distinct", lambda: "a collection of distinct elements"),
    ("literal", "enum", lambda *values: _one_of(values), lambda *values: enum_of(values)),
    ("subclass", "is_subclass_of", lambda *bases: f"a subclass of {_one_of([b.__name__ for b in bases])}"),
    ("contains", MISSING, lambda key: f"key {key!r}"),
    ("or", MISSING, lambda *keys: f"({' or '.join(map(keys_text, keys))})"),
    ("and", MISSING, lambda *keys: f"({' and '.join(map(keys_text, keys))})"),
    ("from_json_schema", "json_schema", _json_schema_text),
    ("conformer", "conformer_failed", lambda *functions: form_text(("conformer", *functions))),
]
# fmt: on

WORDS_ALONE: Final = frozenset({"count", "distinct", "literal", "subclass"})
"""The heads of forms that are no calls, so that only their words help."""

FORMS: Final = MappingProxyType({head: FormRequirement(*row) for head, *row in _FORM_ROWS})
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
    """True if words show the source of a lambda, which means nothing to the sender of a value."""
    return re.search(r"\blambda\b", words) is not None


def requirement(form: Any, val: object) -> tuple[str, str]:
    """Return the type of the error of a failed form, and its requirement in words.

    Example:
        >>> requirement(int, "x"), requirement(("int_in", 0, 10), 12), requirement(("count", 1, 2), [])
        (('int_type', 'an int'), ('int_in', 'an int from 0 to 9'), ('too_short', 'a count from 1 to 2'))
    """
    known = row_of(form)
    if known is not None and known.words:
        return known.type, known.words
    if isinstance(form, (set, frozenset)):
        return "enum", words_of(lambda members: _one_of(allowed_values(members)), form)
    if isinstance(form, type) and issubclass(form, enum.Enum):
        return "enum", f"a member of {_enum_text(form)}"
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
    except Exception:  # a bound is too long to be written out
        words = form_text(form)
    return ("too_long" if head == "count" and not _is_short(val, form[1]) else row.type), words


def allowed_values(form: Any) -> Collection[Any]:
    """Return the allowed values of a set, a Literal or an enum; none for a different form.

    Example:
        >>> allowed_values({"b", "a"}), allowed_values(("literal", 1, 2)), allowed_values(int)
        (('a', 'b'), (1, 2), ())
    """
    if isinstance(form, (set, frozenset)):
        return accepted_members(form)
    if isinstance(form, type) and issubclass(form, enum.Enum):
        return [member.value for member in form]
    return form[1:] if head_of(form) == "literal" else ()


def words_for_sender(form: Any, val: object) -> str:
    """Return a failed form in words for the sender of a value, who can't read code; "" without words.

    Example:
        >>> words_for_sender(int, "x"), words_for_sender(lambda n: n > 3, 1), words_for_sender("app/name", 1)
        ('an int', '', 'app/name')
    """
    if isinstance(form, str):
        return text(form)
    head = head_of(form)
    if _has_code(form) or (head and head not in FORMS and not (head == "spec" and len(form) == 2)):
        return ""
    return requirement(form, val)[1]


def _has_code(form: Any) -> bool:
    """True if the text of a form shows the source of a function, or the repr of an object."""
    if isinstance(form, (tuple, list)):
        return any(map(_has_code, form))
    if isinstance(form, dict):
        return any(map(_has_code, form.values()))
    if not callable(form) or isinstance(form, type):
        return False
    known = row_of(form)
    name = getattr(form, "__name__", "<lambda>")
    return not (known is not None and known.words) and (not isinstance(name, str) or "<" in name)


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
    if isinstance(form, (set, frozenset)):
        return enum_of(accepted_members(form))
    if isinstance(form, type) and issubclass(form, enum.Enum):
        return enum_of(form)
    if (known := row_of(form)) is not None and not isinstance(form, functools.partial):
        return copy.deepcopy(_SCHEMAS[form]) if form in _SCHEMAS else _schema_of_row(known)
    row = FORMS.get(head_of(form))
    return None if row is None or row.schema is None else row.schema(*form[1:])


TYPES: Final = frozenset(
    {
        *(row.type for row in ROWS.values()),
        *(row.type for row in FORMS.values()),
        *BY_REASON.values(),
        *("too_long", "spec", "predicate_failed", "is_instance_of", "enum"),
    }
)
"""The types of the errors that requirements have."""
