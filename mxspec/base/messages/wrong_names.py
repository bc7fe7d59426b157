"""Words of other libraries that users type here, and the calls to use instead.

They are the first words of users of Hypothesis, pydantic, pandera, malli, JSON Schema and Clojure; a test has
a list of guesses. For any other word the nearest name is told.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from mxspec.errors import did_you_mean

# The right call, and the words for it elsewhere.
_ELSEWHERE: Final = {
    "s.valid(spec, x) asks that": "is_valid isinstance check_type",
    "s.validate(spec, x) returns x or raises": "TypeAdapter model_validate SchemaError SchemaErrors",
    "s.explain_str(spec, x) is the text, s.explain_json(spec, x) the errors": "humanize",
    "s.decode(spec, json.loads(text)) reads JSON": "model_validate_json validate_json loads from_json",
    "s.decode(spec, x) reads what json.loads returns or, with strings=True, text": (
        "parse parse_obj validate_python coerce decoder load cast convert transformer json_transformer"
    ),
    "s.encode(spec, x) writes JSON": "model_dump dump dumps to_json encoder",
    "s.unform(spec, x) returns the value that conforms to x": "unparse",
    "s.from_json_schema(schema) reads a JSON Schema, and s.json_schema(spec) writes one": (
        "model_json_schema to_json_schema from_schema schema_of jsonschema"
    ),
    "s.source(spec) writes a spec as Python": "to_script to_yaml",
    "s.keys({'name': str, 'age': s.optional(int)}) is the spec of a map, and so is the dict alone": (
        "BaseModel create_model object properties dataclass TypedDict Model fixed_dictionaries schema"
    ),
    "s.keys({...}, closed=True) refuses other keys": "closed_schema additionalProperties strict extra",
    "s.keys({...}) lets other keys be there": "open_schema",
    "s.optional(spec) marks a key that may be missing: s.keys({'a': int, 'b': s.optional(str)})": (
        "required NotRequired Required"
    ),
    "s.select(spec, {'name', 'age'}) is the spec of some of the keys": "select_keys get get_in pick",
    "s.without(spec, 'age') is the spec without some keys": "dissoc omit drop",
    "s.merge(spec, {'age': int}) has the keys of both": "assoc extend",
    "s.optional_keys(spec) has no required keys, s.required_keys(spec) no optional ones": "partial",
    "s.map_of(key, value) is a map of any keys, s.keys({...}) one of certain keys": (
        "map dict dictionaries Dict Mapping patternProperties propertyNames mapping"
    ),
    "s.coll_of(spec) accepts a collection of such values": (
        "lists List vector seq set sets list items iterables conlist sequential frozensets Sequence"
    ),
    "s.coll_of(spec, distinct=True) lets no element repeat": "unique uniqueItems unique_items",
    "s.tuple_(int, str) accepts a list of as many values": "tuple tuples prefixItems Tuple",
    "a type is a spec by itself: s.valid(int, x), s.coll_of(str)": (
        "string text integer integers int str float floats boolean booleans bool binary bytes uuid uuids "
        "UUID StrictInt Integer String instance_of"
    ),
    "s.is_number accepts any number, int and float their own": "number numbers",
    "a set is a spec by itself: s.valid({'a', 'b'}, x)": "enum sampled_from isin Literal const just",
    "s.or_(int, str) accepts what one of them does": "one_of union Union anyOf oneOf orn any_of",
    "s.and_(int, s.is_even) accepts what both accept; a function is a spec": "allOf andn all_of intersection",
    "a function is a spec by itself: s.and_(int, lambda x: x != 3)": (
        "fn Check validator field_validator not_ notin assume filter predicate refine"
    ),
    "s.nilable(spec) accepts None too": "nullable Optional none_or",
    "s.is_none accepts None": "null nil none None_ is_nil",
    "s.is_any accepts anything": "any Any anything unknown",
    "an empty set accepts nothing: s.valid(set(), x) is False": "nothing never",
    "s.int_in(min=1, max=5), s.float_in(0, 1) and s.range_of(kind, low, high) have bounds": (
        "ge gt le lt conint confloat in_range between minimum maximum Field greater_than less_than min max "
        "exclusiveMinimum exclusiveMaximum Interval Range Ge Gt Le Lt"
    ),
    "s.range_of(datetime.date, low, high) is a range of dates, and of decimals or anything with an order": (
        "dates datetimes times decimals condate condecimal date_in"
    ),
    "s.str_in('a+') accepts what matches a pattern as a whole": (
        "re regex from_regex pattern str_matches constr str_contains str_startswith str_endswith"
    ),
    "s.str_in(max_length=5) bounds a string, s.coll_of(int, max_count=5) a collection": (
        "max_length min_length str_length maxLength minLength minItems maxItems max_len min_len"
    ),
    "s.str_in(format='email') has formats, and 'url', 'date', 'datetime', 'ipv4'": (
        "email emails EmailStr HttpUrl url uri ip_addresses date datetime"
    ),
    "s.frame({'a': int}) is the spec of a frame, and s.valid({'a': int}, df) asks its rows": (
        "DataFrameSchema DataFrameModel SchemaModel Column DataFrame Series check_types data_frames"
    ),
    "s.infer(rows) writes the contract of rows, s.split({'age': int}, frame) returns those that fit": (
        "infer_schema provide provider expect"
    ),
    "s.multi_spec(key, {tag: spec}) chooses by a tag": "multi dispatch discriminator Discriminator",
    "s.decode(spec, x, defaults={...}) fills in what is missing": "default defaults default_factory",
    "a name may be used before its spec: s.def_('app/tree', s.coll_of('app/tree'))": "ref recursive",
    "s.def_('app/name', spec) registers a spec": "register register_type_strategy",
    "s.with_message(spec, '...') has words of its own": "error_message",
    "s.gen(spec) is a Hypothesis strategy, s.sample(spec) a list of examples": (
        "strategy example examples generator builds composite draw given"
    ),
    "s.instrument(f) checks the calls of f by its hints or s.fdef": "validate_call start_",
    "s.fdef(f, args=s.cat(n=int), ret=int) is the spec of a function": "function_schema",
    "s.check_compatible(old, new) says if a new spec breaks those who rely on the old one": "diff breaking",
    "s.near_misses(spec) draws values that are just wrong": "invalid negatives fuzz",
    "the number of tests is an option: s.check(f, num_tests=100)": "num_tests max_examples settings",
    "s.cat(name=spec, ...) has parts, one after the other, s.alt(name=spec, ...) is one of them": "catn altn",
    "s.maybe(spec) is a part of a sequence that may be missing, s.optional(spec) such a key of a map": "opt",
    "s.star(spec) is any number of elements in a sequence": "zero_or_more",
    "s.plus(spec) is one element or more in a sequence": "one_or_more",
    "s.keys_star(...) is a sequence of keys and values, s.keys({...}) a map": "keys_",
    "s.is_dict accepts a map": "is_map",
    "s.is_list accepts a list, s.is_sequential any sequence": "is_vector is_seq",
    "s.is_ident accepts a name, s.is_qualified_ident one with a namespace": "is_keyword keyword",
    "s.is_float accepts a float, s.float_in(0, 1) one of a range": "is_double double double_in",
    "s.is_int accepts an int": "is_integer",
    "s.is_str accepts a string": "is_string",
    "s.is_bool accepts True and False": "is_boolean",
    "s.is_callable accepts a function": "is_fn",
    "s.array(shape, dtype) accepts a numpy array, s.coll_of(spec) a collection": "array_of arrays ndarray",
}  # fmt: skip

_CALLS: Final = {name: call for call, names in _ELSEWHERE.items() for name in names.split()}


def no_such_name(name: str, names: Iterable[str]) -> str:
    """Return the words for a name unknown to mxspec, with the call to use instead, or the nearest name.

    Args:
        name: the name.
        names: the names of mxspec.

    Example:
        >>> no_such_name("is_valid", [])
        "mxspec has no 'is_valid'; s.valid(spec, x) asks that"
        >>> no_such_name("conforn", ["conform"])
        "mxspec has no 'conforn'; did you mean 'conform'?"
    """
    call = _CALLS.get(name)
    return f"mxspec has no {name!r}{f'; {call}' if call else did_you_mean(name, _alike(name, names))}"


def _alike(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that a typing or memory slip may have meant; difflib finds more.

    Example:
        >>> [_alike(name, ["frame", "keys", "check_compatible"]) for name in ("fake", "kyes")]
        [[], ['keys']]
    """
    word = name.lower()
    return [
        other
        for other in names
        if sorted(other.lower()) == sorted(word)
        or (len(word) > 3 and other.startswith(word))
        or difflib.SequenceMatcher(None, word, other.lower()).ratio() >= LEAST_ALIKE
    ]


LEAST_ALIKE: Final = 0.8
"""The share of letters that two names have in common, as difflib counts: `fake` and `frame` have 0.67."""
