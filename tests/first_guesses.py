"""First guesses of users of other libraries, and what each gets.

A guess works, and has its result here, or raises an error that names the right call.
"""

import dataclasses
import datetime
import re
import typing

import mxspec as s


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Movie(typing.TypedDict):
    title: str
    year: typing.NotRequired[int]


class Pair(typing.NamedTuple):
    left: int
    right: str


def error_of(spec, x):
    """The error that validate raises."""
    try:
        s.validate(spec, x)
    except s.ValidationError as error:
        return error


NAMES = {
    "s": s, "re": re, "error_of": error_of,
    "datetime": datetime, "Point": Point, "Movie": Movie, "Pair": Pair,
    **{name: getattr(typing, name) for name in ("Annotated", "Any", "Literal", "Optional", "Union")},
}  # fmt: skip
"""The names in a guess, beside numpy as np and pandas as pd."""


class Says(str):
    """Words that the error has to have."""

    __slots__ = ()


GUESSES = {
    "pydantic": [
        ("s.validate(int, 7)", 7),
        ("s.validate(int, 'seven')", Says("an int is required, not 'seven' - failed: int")),
        ("issubclass(s.ValidationError, ValueError)", True),
        ("s.is_valid(int, 7)", Says("s.valid(spec, x)")),
        ("s.valid(list[int], [1, 2])", True),
        ("s.valid(dict[str, list[int]], {'a': ['x']})", False),
        ("s.valid(int | None, None)", True),
        ("s.valid(Optional[int], 'x')", False),
        ("s.valid(Union[int, str], 'x')", True),
        ("s.valid(Literal['a', 'b'], 'c')", False),
        ("s.valid(Annotated[int, s.int_in(0, 10)], 11)", False),
        ("s.valid(Any, object())", True),
        ("s.valid(Movie, {'title': 'Up'})", True),
        ("s.valid(Movie, {'title': 3})", False),
        ("s.valid(Pair, Pair(1, 'x'))", True),
        ("s.valid(datetime.date, datetime.date(2019, 10, 11))", True),
        ("s.validate({'name': str}, {'name': 'Bo'})", {"name": "Bo"}),
        ("s.valid({'user': {'name': str}}, {'user': {'name': 3}})", False),
        ("s.TypeAdapter(list[int])", Says("s.validate")),
        ("s.BaseModel", Says("s.keys")),
        ("s.Field(gt=0)", Says("s.int_in")),
        ("s.regex('a+')", Says("s.str_in('a+')")),
        ("s.validate_call", Says("s.instrument")),
        ("s.parse_obj(int, '3')", Says("s.decode")),
        ("s.model_validate", Says("s.validate")),
        ("s.def_('age', int)", Says("'app/age'")),
        ("s.valid('age', 1)", Says("'app/age'")),
        ("s.valid('int', 1)", Says("int without quotes")),
        *((f"s.{name}", Says("s.decode(spec, json.loads(text))"))
          for name in ("loads", "from_json", "model_validate_json", "validate_json")),
        ("error_of(int, 'x').json()", Says("json.dumps(error.errors())")),
        ("error_of(int, 'x').error_count()", Says("len(error.errors())")),
        ("len(error_of(int, 'x').errors())", 1),
        ("s.explain_str(Point, '{\"x\": 1, \"y\": 2}')", Says("json.loads")),
        ("s.explain_str(Point, {'x': 1, 'y': 2})", Says("s.decode(Point, x)")),
        ("s.explain_str(Point, {'x': 1})", Says("key 'y' is required")),
        *((f"s.{name}", Says("s.check_compatible")) for name in ("diff", "breaking")),
        *((f"s.{name}", Says("s.near_misses(spec)"))
          for name in ("negatives", "invalid", "fuzz")),
        ("bool(s.check_guard(lambda n: type(n) is int and 1 <= n <= 3, s.int_in(1, 3)))", False),
        ("bool(s.check_guard(s.int_in(1, 3), s.int_in(1, 3)))", True),
        *((f"s.{name}", Says("from_json_schema(schema)")) for name in ("to_json_schema", "from_schema")),
        ("s.validate({'x': 1}, {'x': int})", Says("swapped: validate(spec, x)")),
        ("s.validate('a', {'x': int})", Says("swapped: validate(spec, x)")),
        ("s.validate([1], list[int])", Says("swapped: validate(spec, x)")),
        ("s.valid({'a': None}, {'a': 3})", False),
        ("s.sample(int, 2, np.int64(3)) == s.sample(int, 2, 3)", True),
        ("s.generate(int, np.uint8(3)) == s.generate(int, 3)", True),
        ("s.exercise(int, 3, {'a/b': int})", Says("overrides={...}")),
        ("s.sample(int, 3, [1])", Says("seed is an int, or None for new values")),
        ("s.check(len, n=20)", Says("num_tests=20")),
        ("s.keys({'a': int}, title=str)", Says("s.keys({'title': str})")),
        ("s.str_in(description='a name')", Says("doc='...'")),
    ],
    "attrs": [
        ("s.valid(Point, Point(1, 2))", True),
        ("s.valid(Point, Point('1', 2))", False),
        ("s.instance_of(int)", Says("a type is a spec")),
        ("s.valid(s.optional(int), None)", Says("nilable(int)")),
        ("s.gt(0)", Says("s.int_in")),
        ("s.max_len(5)", Says("s.str_in(max_length=5)")),
        ("s.not_", Says("lambda")),
    ],
    "pandera": [
        ("s.DataFrameSchema({'a': int})", Says("s.frame")),
        ("s.Column(int)", Says("s.frame")),
        ("s.Check(lambda x: x > 0)", Says("a function is a spec")),
        ("s.isin(['a'])", Says("a set is a spec")),
        ("s.in_range(0, 10)", Says("s.int_in")),
        ("s.valid(int, np.int64(3))", True),
        ("type(s.conform(int, np.int64(3)))", int),
        ("s.valid(s.int_in(0, 10), np.uint8(12))", False),
        ("s.valid(float, np.float32(.5))", True),
        ("s.valid({1, 2}, np.int64(2))", True),
        ("s.valid(bool, np.bool_(True))", True),
        ("s.valid(s.nilable(int), pd.NA)", True),
        ("s.valid({'a': int}, pd.DataFrame({'a': [1, 2]}))", True),
        ("s.valid(s.is_inst, pd.Timestamp('2019-10-11'))", True),
    ],
    "marshmallow": [
        ("s.Integer()", Says("a type is a spec")),
        ("s.List(int)", Says("s.coll_of")),
        ("s.load(int, '3')", Says("s.decode")),
        ("s.dump(int, 3)", Says("s.encode")),
        ("s.Range(min=1, max=5)", Says("s.int_in")),
        ("s.valid(s.int_in(min=1, max=5), 5)", True),
        ("s.valid(s.int_in(max=5), 6)", False),
        ("s.valid(s.float_in(0, 1), .5)", True),
        ("s.valid(s.str_in('a+'), 'aaa')", True),
        ("s.valid(re.compile('a+'), 'b')", False),
        ("s.valid(range(5), 5)", False),
    ],
    "clojure": [
        *((f"s.{name}", Says(call)) for name, call in {
            "is_nil": "s.is_none", "is_map": "s.is_dict", "is_vector": "s.is_list",
            "is_keyword": "s.is_ident", "is_double": "s.is_float", "opt": "s.maybe",
            "zero_or_more": "s.star",
            "one_or_more": "s.plus", "double_in": "s.float_in", "re": "s.str_in", "keys_": "s.keys_star",
            "num_tests": "num_tests=100", "array_of": "s.array", "is_string": "s.is_str",
            "is_fn": "s.is_callable",
        }.items()),
        ("s.keys(req_un={'a': s.optional(str)})", Says("without req_un")),
        ("s.keys(opt_un={'a': s.optional(str)})", Says("opt_un={...}")),
        ("s.or_('name', str)", Says("tag=pred")),
        ("s.cat('name', str)", Says("tag=pred")),
        ("s.multi_spec(len, 'key')", Says("multi_spec(dispatch, {tag: spec})")),
        ("s.explain_str(s.multi_spec('tool', {'search': {'q': str}}), {'tool': 'serch'})",
         Says("did you mean 'search'?")),
        ("s.valid({'i': [{'x': int}]}, {})", Says("s.coll_of({'x': int})")),
        ("s.valid([{'x': int}, {'y': int}], {})", Says("s.or_({'x': int}, {'y': int})")),
    ],
    "malli": [
        ("s.conform(s.or_(int, str), 'x')", "x"),
        ("s.conform(s.or_(s.coll_of(int), None), None)", None),
        ("s.explain_str(s.maybe(int), 3)", Says("nilable(int)")),
        ("s.valid([int], [1])", Says("s.coll_of(int)")),
        ("s.valid((int, str), [1, 'x'])", Says("s.tuple_(int, str)")),
        ("s.valid({str: int}, {'a': 1})", Says("s.map_of(str, int)")),
        ("s.vector(int)", Says("s.coll_of")),
        ("s.map(str, int)", Says("s.map_of")),
        ("s.enum('a', 'b')", Says("a set is a spec")),
        ("s.re('a+')", Says("s.str_in")),
        ("s.cat(int, str)", Says("tag=pred")),
        ("s.humanize", Says("s.explain_str")),
        ("s.coerce(int, '3')", Says("s.decode")),
        ("s.get({'a': int}, 'a')", Says("s.select")),
        ("s.dissoc({'a': int}, 'a')", Says("s.without")),
        ("s.assoc({'a': int}, 'b', str)", Says("s.merge")),
        ("s.select_keys({'a': int}, ['a'])", Says("s.select")),
        ("s.closed_schema({'a': int})", Says("closed=True")),
        ("s.catn(('a', int))", Says("s.cat(")),
        ("s.provide([{'a': 1}])", Says("s.infer")),
        ("s.start_()", Says("s.instrument")),
        ("s.unparse(int, 3)", Says("s.unform")),
        ("s.coll_of(int, min=1)", Says("min_count=1")),
        ("s.coll_of(int, max=9)", Says("max_count=9")),
        ("s.coll_of(int, size=3)", Says("count=3")),
        ("s.map_of(str, int, min=1)", Says("min_count=1")),
        ("s.tuple_(int, min=1)", Says("s.coll_of(int, min_count=1)")),
        ("s.coll_of(str, min=1, max=5)",
         Says("a collection has no options 'min', 'max'; say min_count=1, max_count=5")),
        ("s.coll_of(str, max=5)", Says("; max_count=5 is the largest number of elements")),
        ("s.coll_of(str, zzz=1, min=3)", Says("no options 'zzz', 'min'; min_count=3 is the least")),
    ],
    "zod": [
        ("s.object({'name': str})", Says("s.keys")),
        ("s.string()", Says("a type is a spec")),
        ("s.number()", Says("s.is_number")),
        ("s.array(int)", Says("s.coll_of(int)")),
        ("s.union([int, str])", Says("s.or_")),
        ("s.or_([int, str])", Says("or_(int, str)")),
        ("s.valid({'cur': 'EUR'}, {})", Says("for app; the constant is {'EUR'}")),
        ("s.valid('EUR', 'EUR')", Says("for app; the constant is {'EUR'}")),
        ("s.valid({'n': 1}, {'n': 1})", Says("; the constant is {1}")),
        ("s.nullable(int)", Says("s.nilable")),
        ("s.valid(s.keys({'a': int, 'b': s.optional(str)}), {'a': 1})", True),
        ("s.valid(s.keys({'a': int}, closed=True), {'a': 1, 'b': 2})", False),
        ("s.email()", Says("s.str_in(format='email')")),
        ("s.refine(int, lambda x: x > 0)", Says("s.and_")),
        ("s.keys(name=str)", Says("s.keys({'name': str})")),
        ("s.int_in(ge=0)", Says("int_in takes start, end, min, max, not 'ge'; s.int_in(min=0) has")),
        ("s.int_in(ge=2, lt=5)", Says("not 'ge', 'lt'; say s.int_in(min=2, max=5 - 1)")),
        ("s.float_in(gt=-2.5)", Says("s.and_(float, lambda x: x > -2.5)")),
        ("s.float_in(ge=1)", Says("s.float_in(min=1)")),
        ("s.str_in(regex='b, c', max=5)", Says("say s.str_in(pattern='b, c', max_length=5)")),
        ("s.keys(name=str, n=s.optional(int))", Says("is s.keys({'name': str, 'n': optional(int)})")),
        ("s.keys({'a': int}, close=True)", Says("did you mean 'closed'?")),
        ("s.dict", Says("s.map_of")),
        ("s.pick({'a': int}, 'a')", Says("s.select")),
        ("s.omit({'a': int}, 'a')", Says("s.without")),
        ("s.extend({'a': int}, {'b': int})", Says("s.merge")),
        ("s.partial({'a': int})", Says("s.optional_keys")),
        ("s.never()", Says("an empty set accepts nothing")),
        ("s.valid(set(), 1)", False),
        ("s.nilable(int, default=0)", Says("defaults={...}")),
        ("s.str_in(regex='a+')", Says("s.str_in(pattern='a+')")),
        ("s.str_in(email=True)", Says("format='email'")),
        ("s.str_in(trim=True)", Says("strip=True")),
        ("s.and_(int, message='even')", Says("s.with_message")),
        ("s.multi_spec('kind', {'a': int}, discriminator='kind')", Says("comes first")),
    ],
    "cerberus": [
        ("s.str_in(nullable=True)", Says("s.nilable")),
        ("s.document_error_handler", Says("mxspec has no 'document_error_handler'")),
        ("s.errors({'a': int}, {})", Says("s.explain_json")),
    ],
    "voluptuous": [
        ("s.Required('a')", Says("s.optional")),
        ("s.Any(int, str)", Says("s.is_any")),
        ("s.keys({'a': int}, required=True)", Says("s.optional(int)")),
        ("s.keys({'a': int}, extra='forbid')", Says("s.keys({...}, closed=True)")),
    ],
    "great_expectations": [
        ("s.frame({'a': int}, unique='a')", Says("s.contract(spec, unique='a')")),
        ("s.frame({'a': int}, strict=True)", Says("closed=True")),
        ("s.infer([{'a': 1}], threshold=0.1)", Says("refuse=0.01")),
        ("s.coll_of(int, unique=True)", Says("distinct=True")),
    ],
    "typebox": [
        ("s.cast(int, '3')", Says("s.decode")),
        ("s.coll_of(int, minItems=1)", Says("min_count")),
        ("s.coll_of(int, uniqueItems=True)", Says("distinct=True")),
        ("s.keys({'a': int}, additionalProperties=False)", Says("closed=True")),
        ("s.int_in(minimum=1)", Says("s.int_in(min=1)")),
        ("s.float_in(exclusiveMinimum=0)", Says("lambda x: x > 0")),
        ("s.int_in(multipleOf=5)", Says("x % 5 == 0")),
    ],
    "joi": [
        ("s.required()", Says("s.optional")),
        ("s.date_in('2019-10-11', None)", Says("s.range_of(datetime.date")),
        ("s.range_of(datetime.date, after=3)", Says("s.range_of(datetime.date, low, high)")),
    ],
    "names that are near": [
        ("s.stat", Says("mxspec has no 'stat'")),
        ("s.kyes({'a': int})", Says("did you mean 'keys'?")),
        ("s.Keys({'a': int})", Says("did you mean 'keys'?")),
        ("s.check_comp(int, str)", Says("did you mean 'check_compatible'?")),
        ("s.transform(int, '3')", Says("s.decode")),
        ("s.promises(int)", Says("s.promise(spec)")),
        ("s.predicates(int)", Says("a function of one argument is a spec")),
        ("s.sample(int, size=3)", Says("s.sample(spec, 3)")),
        ("s.sample(int, 3, random_state=1)", Says("seed=1")),
        ("s.array(ndim=2)", Says("shape=(None, 3)")),
        ("s.check_compatible(int, str, mode='backward')", Says("direction='responses'")),
        ("s.coll_of(int, min_cout=1)", Says("did you mean 'min_count'?")),
    ],
}  # fmt: skip


WORDS = {
    "Hypothesis": {
        "integers": "a type is a spec", "floats": "a type is a spec", "text": "a type is a spec",
        "booleans": "a type is a spec", "lists": "s.coll_of(spec)", "sampled_from": "s.valid({'a', 'b'}, x)",
        "one_of": "s.or_(int, str)", "given": "s.gen(spec)", "from_regex": "s.str_in('a+')",
        "builds": "s.gen(spec)", "dictionaries": "s.map_of(key, value)", "tuples": "s.tuple_(int, str)",
        "just": "a set is a spec", "fixed_dictionaries": "s.keys({'name': str",
    },
    "pydantic": {
        "BaseModel": "s.keys({'name': str", "TypeAdapter": "s.validate(spec, x)", "Field": "s.int_in(min=1",
        "model_validate": "s.validate(spec, x)", "model_validate_json": "json.loads(text)",
        "model_dump": "s.encode(spec, x)", "model_json_schema": "s.json_schema(spec)",
        "conint": "s.int_in(min=1", "constr": "s.str_in('a+')", "conlist": "s.coll_of(spec)",
        "EmailStr": "format='email'", "validate_call": "s.instrument(f)",
        "field_validator": "a function is a spec",
    },
    "pandera": {
        "DataFrameSchema": "s.frame(", "DataFrameModel": "s.frame(", "Column": "s.frame(",
        "Check": "a function",
        "isin": "a set is a spec", "in_range": "s.int_in(min=1", "str_matches": "s.str_in('a+')",
        "nullable": "s.nilable(spec)", "unique": "distinct=True", "coerce": "s.decode(spec, x)",
        "infer_schema": "s.infer(rows)", "check_types": "s.frame(",
    },
    "malli": {
        "vector": "s.coll_of(spec)", "map": "s.map_of(key, value)", "enum": "a set is a spec",
        "re": "s.str_in('a+')", "fn": "a function is a spec", "humanize": "s.explain_str(spec, x)",
        "provide": "s.infer(rows)", "closed_schema": "closed=True", "select_keys": "s.select(spec",
        "dissoc": "s.without(spec", "catn": "s.cat(name=spec", "multi": "s.multi_spec(key",
    },
    "JSON Schema": {
        "object": "s.keys({'name': str", "string": "a type is a spec", "integer": "a type is a spec",
        "const": "a set is a spec", "anyOf": "s.or_(int, str)", "allOf": "s.and_(int",
        "properties": "s.keys({'name': str", "additionalProperties": "closed=True",
        "minimum": "s.int_in(min=1",
        "minLength": "s.str_in(max_length=5)", "pattern": "s.str_in('a+')", "uniqueItems": "distinct=True",
    },
}  # fmt: skip
"""The words that users of five libraries type first, and the call that each is told."""


def answer(guess, **names):
    """What a guess gives: its result, or the words of its error."""
    try:
        return eval(guess, {**NAMES, **names})
    except Exception as error:
        return Says(error)


def is_right(guess, expected, **names):
    """True if a guess has the expected result, or words that have the expected ones in them."""
    got = answer(guess, **names)
    if isinstance(expected, Says):  # an explanation is one as well as an error
        return isinstance(got, str) and expected in got
    return type(got) is type(expected) and got == expected
