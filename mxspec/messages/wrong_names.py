"""Names from other libraries that users look for here, and the calls to use instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from mxspec.errors import did_you_mean

_TYPE: Final = "a type is a spec by itself: s.valid(int, x), s.coll_of(str)"
_SET: Final = "a set is a spec by itself: s.valid({'a', 'b'}, x)"
_KEYS: Final = "s.keys({'name': str, 'age': s.optional(int)}) is the spec of a map, and so is the dict alone"
_VALIDATE: Final = "s.validate(spec, x) returns x or raises, and s.valid(spec, x) is True or False"

# The right call, and the names of it elsewhere.
_ELSEWHERE: Final = {
    "s.valid(spec, x) asks that": (
        "is_valid isvalid check_valid is_valid_value matches isinstance is_type Validator Value "
        "TypeCompiler Compile compile"
    ),
    _VALIDATE: (
        "TypeAdapter check_type model_validate ensure validator validators assert_valid must attempt "
        "validated validate_or_raise Invalid MultipleInvalid SchemaError SchemaErrors"
    ),
    "s.conform(spec, x) returns the conformed value or INVALID, s.explain_data(spec, x) says why": (
        "safe_parse safeParse try_validate destructure"
    ),
    "s.unform(spec, x) returns the value that conforms to x": "unparse unconform",
    "s.decode(spec, json.loads(text)) reads JSON, and s.validate(spec, x) checks it": (
        "loads from_json parse_raw parse_json load_json read_json model_validate_json validate_json"
    ),
    "s.decode(spec, x) reads what json.loads returns or, with strings=True, text; s.validate checks it": (
        "parse parse_obj load coerce structure convert validate_python validate_strings cast Cast Coerce "
        "Convert preprocess deserialize from_dict normalize normalized string_transformer json_transformer "
        "transformer decoder reader pre_load post_load"
    ),
    "s.check_compatible(old, new) says if a new spec breaks those who rely on the old one": (
        "diff compare breaking breaks is_compatible is_breaking compatible check_breaking is_subset "
        "is_superset Diff Extends is_assignable"
    ),
    "s.near_misses(spec) draws values that are just wrong, s.check_guard(guard, spec) asks a guard of them": (
        "negatives invalid invalid_values mutate mutations mutants boundary_values boundaries edge_cases "
        "fuzz near_miss wrong wrong_values check_endpoint test_guard"
    ),
    "s.untouched(spec, values) lists the borders that values never come to": "coverage uncovered missed",
    "s.from_json_schema(schema) reads a JSON Schema, and s.json_schema(spec) writes one": (
        "from_schema from_openapi from_jsonschema read_schema to_json_schema to_jsonschema "
        "model_json_schema toJSONSchema jsonschema openapi"
    ),
    "s.source(spec) writes a spec as Python, s.form(spec) as data": (
        "to_script to_source to_python to_yaml to_code dump_schema"
    ),
    "s.is_dict accepts a map": "is_map is_mapping is_object is_associative_map",
    "s.is_list accepts a list, s.is_sequential any sequence": "is_vector is_seq is_array is_sequence",
    "s.is_ident accepts a name, s.is_qualified_ident one with a namespace": (
        "is_keyword is_symbol is_simple_keyword is_qualified_keyword is_simple_symbol is_qualified_symbol "
        "keyword symbol"
    ),
    "s.is_float accepts a float, s.float_in(0, 1) one of a range": "is_double double_in double Double",
    "s.is_int accepts an int": "is_integer is_int64",
    "s.is_str accepts a string": "is_string is_text",
    "s.is_bool accepts True and False": "is_boolean",
    "s.is_callable accepts a function": "is_fn is_ifn is_function",
    "s.maybe(spec) is a part of a sequence that may be missing, s.optional(spec) such a key of a map": (
        "opt question question_mark zero_or_one Maybe"
    ),
    "s.star(spec) is any number of elements in a sequence": "zero_or_more many repeat",
    "s.plus(spec) is one element or more in a sequence": "one_or_more some_of",
    "s.cat(name=spec, ...) has parts, one after the other, s.alt(name=spec, ...) is one of them": (
        "catn altn concat cat_of ExactSequence ordered"
    ),
    "s.keys_star(...) is a sequence of keys and values, s.keys({...}) a map": "keys_ keysstar",
    "the number of tests is an option: s.check(f, num_tests=100)": "num_tests max_examples quick_check",
    "s.array(shape, dtype) accepts a numpy array, s.coll_of(spec) a collection": "array_of ndarray NDArray",
    "s.encode(spec, x) writes JSON": "dump dumps to_json serialize unstructure model_dump to_dict encoder",
    "s.explain_str(spec, x) is the text, s.explain_json(spec, x) the list of errors": (
        "humanize errors_of explain_text why problems error_messages expound expound_str explain_result "
        "explain_results explain_error error_list prettify flatten treeify format_error formatError Errors "
        "humanize_error iter_errors explain_list"
    ),
    "s.with_message(spec, '...') has words of its own, s.set_explain_printer(f) changes the words of all": (
        "defmsg custom_printer printer Msg message error_message error_map"
    ),
    "s.instrument(f) checks the calls of f by its hints or s.fdef": (
        "validate_call validate_arguments typechecked beartype check_types check_io check_input "
        "check_output start start_ wrap decorate"
    ),
    "s.fdef(f, args=s.cat(n=int), ret=int) is the spec of a function": (
        "function_schema fn_spec defn Defn fun args returns"
    ),
    _KEYS: (
        "object Object BaseModel Schema Model Struct struct schema nested Nested TypedDict model "
        "create_model dict_ Dict hash_map fields Fields typed_dict interface dataclass document"
    ),
    "s.keys({...}, closed=True) refuses other keys": (
        "strict strict_object strictObject closed forbid_extra closed_schema extra forbid Strict close "
        "PREVENT_EXTRA EXCLUDE RAISE purge_unknown additional_properties"
    ),
    "s.keys({...}) lets other keys be there": (
        "passthrough loose loose_object looseObject allow_unknown ALLOW_EXTRA INCLUDE open open_schema "
        "catchall"
    ),
    "s.select(spec, {'name', 'age'}) is the spec of some of the keys": (
        "pick Pick select_keys only get get_in Pluck get_key REMOVE_EXTRA"
    ),
    "s.without(spec, 'age') is the spec without some keys": (
        "omit Omit dissoc drop remove_keys drop_keys exclude Exclude"
    ),
    "s.optional_keys(spec) has no required keys, s.required_keys(spec) no optional ones": (
        "partial Partial deep_partial deepPartial deepRequired"
    ),
    "s.merge(spec, {'age': int}) has the keys of both": (
        "extend assoc add_keys with_keys Composite safe_extend safeExtend inherit"
    ),
    "s.optional(spec) marks a key that may be missing: s.keys({'a': int, 'b': s.optional(str)})": (
        "required Required not_required NotRequired exact_optional exactOptional require Undefined "
        "undefined missing"
    ),
    "a field is a key of s.keys({'n': s.int_in(min=0)}); s.float_in, s.str_in and s.range_of too": (
        "Field field attrib ib conint confloat constr conlist column"
    ),
    _TYPE: (
        "string String Str str_ int_ int32 Int Integer integer float_ Float boolean Boolean Bool bool_ "
        "instance_of is_instance_of instance type_ bytes_ int str float bool bytes type instanceof "
        "InstanceOf bigint BigInt binary Raw UUID uuid guid"
    ),
    _SET: (
        "enum Enum one_of OneOf isin in_ literal Literal member is_in choice choices const Const constant "
        "In allowed Equal equal_to eq Eq KeyOf keyof oneof anyOf_ ContainsOnly"
    ),
    "s.is_number accepts any number, int and float their own": "number Number numeric Numeric real Real",
    "s.or_(int, str) accepts what one of them does": (
        "union Union any_of anyOf either AnyOf alternative alternatives anyof oneOf xor try_ orn Or SomeOf"
    ),
    "s.and_(int, s.is_even) accepts what both accept; a function is a spec": (
        "all_of allOf intersection both refine AllOf chain pipe constrained And All allof Intersect "
        "intersect superRefine super_refine check_with andn"
    ),
    "s.nilable(spec) accepts None too": (
        "nullable Optional maybe_none none_or nullish allow_none Nullable NoneOr"
    ),
    "s.coll_of(spec) accepts a collection of such values": (
        "list_of List list_ vector Vector seq sequence set_of Set deep_iterable ForEach Sequence iterable "
        "each_item list set coll collection Array Unordered each sequential frozenset items"
    ),
    "s.coll_of(spec, distinct=True) lets no element repeat": (
        "unique Unique distinct uniqueItems unique_items"
    ),
    "s.tuple_(int, str) accepts a list of as many values": "tuple Tuple tuple_of fixed_tuple",
    "s.map_of(key, value) is a map of any keys, s.keys({...}) one of certain keys": (
        "map Map mapping Mapping record Record dict_of map_from deep_mapping dict keysrules valuesrules"
    ),
    "s.int_in(min=1, max=5), s.float_in(0, 1) and s.range_of(kind, low, high) have bounds": (
        "gt ge lt le Gt Ge Lt Le min max Min Max min_value max_value in_range Range between range_ interval "
        "Interval positive negative greater_than less_than Clamp nonnegative non_negative minimum maximum "
        "at_least at_most"
    ),
    "s.range_of(datetime.date, low, high) is a range of dates, and of decimals or anything with an order": (
        "date_in time_in datetime_in timedelta_in decimal_in date_range date_between before after past "
        "future condecimal condate range_in"
    ),
    "s.str_in('a+') accepts what matches a pattern as a whole": (
        "re regex Regex Regexp str_re pattern Pattern matches_re str_matches match RegExp Match regexp "
        "TemplateLiteral template_literal str_contains str_startswith str_endswith startswith endswith "
        "contains"
    ),
    "s.str_in(max_length=5) bounds a string, s.coll_of(int, max_count=5) a collection": (
        "max_len min_len Length length Len min_length max_length max_size min_size str_length minlength "
        "maxlength nonempty non_empty not_empty NonEmpty size"
    ),
    "s.str_in(format='email') has formats, and 'url', 'date', 'datetime', 'ipv4'": (
        "email Email EmailStr url URL Url uri HttpUrl ipv4 ip is_email is_url date Date datetime DateTime "
        "IPv4 isoDate iso_date FqdnUrl hostname Datetime ip_address"
    ),
    "a function is a spec by itself: s.and_(int, lambda x: x != 3)": (
        "Check predicate Predicate pred func function custom not_ check_fn_of fn satisfies Not NoneOf "
        "none_of NotIn notin not_in isnt noneof disallow validates validates_schema field_validator "
        "element_wise when IsTrue"
    ),
    "s.frame({'a': int}) is the spec of a frame, and s.valid({'a': int}, df) asks its rows": (
        "DataFrameSchema DataFrameModel Column DataFrame SeriesSchema SchemaModel check_frame "
        "validate_frame Series dataframe df Index"
    ),
    "s.infer(rows) writes the contract of rows, s.split({'age': int}, frame) returns those that fit": (
        "expect expectation expectations ExpectationSuite Checkpoint DataContext get_context infer_schema "
        "provide provider profiler suite from_data learn genson from_dataframe Expectation"
    ),
    "s.is_any accepts anything": "any Any any_ unknown Unknown anything Extra object_",
    "an empty set accepts nothing: s.valid(set(), x) is False": "never Never NoReturn nothing forbidden",
    "s.is_none accepts None": "is_nil is_null none None_ null Null nil void",
    "s.multi_spec(key, {tag: spec}) chooses by a tag": (
        "discriminated_union discriminatedUnion variant dispatch multi tagged_union Discriminator"
    ),
    "s.decode(spec, x, defaults={...}) fills in what is missing": (
        "default Default with_default defaults DefaultTo SetTo default_values prefault"
    ),
    "a name may be used before its spec: s.def_('app/tree', s.coll_of('app/tree'))": (
        "lazy ref Ref recursive defer Recursive link Self fwd forward_ref"
    ),
    "s.def_('app/name', spec) registers a spec": (
        "define register defspec def_spec add_spec spec_def set_spec rename_spec schema_registry"
    ),
    "s.gen(spec) is a Hypothesis strategy, s.sample(spec) a list of examples": (
        "strategy example examples generator arbitrary fake Fake Faker faker mock Mock build factory "
        "Factory Create random rand fixture samples draw from_spec strategies_of"
    ),
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
    call = _CALLS.get("expect" if name.startswith("expect_") else name)
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
