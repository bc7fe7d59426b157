"""Mistakes of beginners: each is told with what was asked, what was there, and what to try."""

import contextlib
import dataclasses
import datetime
import io
import warnings
from pathlib import Path

import pytest

import mxspec as s


class Cat:
    """A class without fields."""


@dataclasses.dataclass
class Point:
    x: int


def double(x):
    return 2 * x


NAMES = {"s": s, "datetime": datetime, "Path": Path, "Cat": Cat, "Point": Point, "double": double}

SWAPPED = "the arguments are swapped"
NAME = "a spec's name reads 'namespace/name'"
NO_FUNCTION = "names no function with a spec"
FDEF = "@s.fdef above a function"

# The mistake; then words for what was asked, what was there, and what to try.
MISTAKES = {
    "a value or a name in place of a spec": [
        ("s.valid('app/nosuch', 3)", "no spec is registered under", "'app/nosuch'", ""),
        ("s.valid('age', 3)", "no spec is registered", "'age'", "say 'app/age'"),
        ("s.valid('int', 3)", "no spec is registered", "'int'", "int without quotes"),
        ("s.valid('EUR', 'EUR')", "no spec is registered", "'EUR'", "the constant is {'EUR'}"),
        ("s.valid(5, 5)", "give a callable, a type, a set", "5 is not a predicate", "the constant is {5}"),
        ("s.valid(True, True)", "give a callable", "True is not", "the constant is {True}"),
        ("s.valid(None, None)", "a spec inside of others only", "None", "s.is_none"),
        ("s.valid({}, {})", "names no key", "{}", "any map is s.is_dict"),
        ("s.valid([int], [1])", "is no spec", "a list", "s.coll_of(int)"),
        ("s.valid((int, str), (1, 'a'))", "is no spec", "a tuple", "s.tuple_(int, str)"),
        ("s.valid({str: int}, {'a': 1})", "are keys", "not str", "s.map_of(str, int)"),
        ("s.valid({'cur': 'EUR'}, {})", NAME, "'EUR' does not", "the constant is {'EUR'}"),
        ("s.valid({'n': [1, 2]}, {})", "is no spec", "a list", "one of these values is {1, 2}"),
        ("s.sample(3)", "give a callable", "3 is not a predicate", "the constant is {3}"),
        ("s.generate([1, 2])", "is no spec", "a list", "one of these values is {1, 2}"),
        ("s.near_misses([1, 2])", "is no spec", "a list", "one of these values is {1, 2}"),
        ("s.check_compatible(3, 4)", "give a callable", "3 is not a predicate", "the constant is {3}"),
        ("s.json_schema({'n': 3})", "give a callable", "3 is not a predicate", "the constant is {3}"),
        ("s.check_equivalent(abs, abs, [1, 2])", "examples of a spec", "[1, 2] is values", "differ=0.01"),
        ("s.source(3)", "give a callable", "3 is not a predicate", "the constant is {3}"),
    ],
    "arguments that are swapped": [
        ("s.valid(3, int)", SWAPPED, "the first is 3", "valid(spec, x)"),
        ("s.valid({'n': 3}, {'n': int})", SWAPPED, "the first is {'n': 3}", "valid(spec, x)"),
        ("s.validate({'n': 3}, {'n': int})", SWAPPED, "the first is {'n': 3}", "validate(spec, x)"),
        ("s.explain({'n': 3}, {'n': int})", SWAPPED, "the first is {'n': 3}", "explain(spec, x)"),
        ("s.explain_json([1], list[int])", SWAPPED, "the first is [1]", "explain_json(spec, x)"),
        ("s.conform(3, int)", SWAPPED, "the first is 3", "conform(spec, x)"),
        ("s.profile([{'n': 1}], {'n': int})", SWAPPED, "[{'n': 1}]", "profile(spec, values)"),
        ("s.split([{'n': 1}], {'n': int})", SWAPPED, "[{'n': 1}]", "split(spec, frame)"),
        ("s.def_(int, 'app/age')", SWAPPED, "the first is <class 'int'>", "def_(name, spec)"),
    ],
    "a value that a spec refuses": [
        ("s.explain(int, '3')", "an int is required", "not '3'", "s.decode(int, x, strings=True) reads it"),
        ("s.explain(float, '3.5')", "a float is required", "not '3.5'", "s.decode(float, x, strings=True)"),
        ("s.explain(bool, 'true')", "True or False is required", "not 'true'", "s.decode(bool, x, strings"),
        ("s.explain(datetime.date, '2025-01-01')", "date is required", "not '2025-01-01'",
         "s.decode(datetime.date, x) reads it"),
        ("s.explain(datetime.date, '2025-02-30')", "date is required", "not '2025-02-30'", "has no day 30"),
        ("s.explain(float, 3)", "a float is required", "not 3", "s.decode(float, x) makes a float"),
        ("s.explain(int, 3.0)", "an int is required", "not 3.0", "s.decode(int, x) makes an int"),
        ("s.explain(s.int_in(1, 10), 10)", "an int from 1 to 9 is required", "not 10", "int_in(1, 10)"),
        ("s.explain({'meow', 'purr'}, 'mew')", "'meow' or 'purr' is required", "'mew'", "mean 'meow'?"),
        ("s.explain({'meow', 'purr'}, 'MEOW')", "'meow' or 'purr' is required", "'MEOW'", "mean 'meow'?"),
        ("s.explain({1, 2}, '1')", "1 or 2 is required", "not '1'", "s.decode(spec, x, strings=True)"),
        ("s.explain({'name': str}, {'nme': 'Bo'})", "key 'name' is required", "'Bo'", "mean 'nme'?"),
        ("s.explain(s.keys({'age': int}, closed=True), {'age': 3, 'agee': 3})", "no such key", "3",
         "in: ['agee']"),
        ("s.explain({'n': int}, '{\"n\": 3}')", "a map is required", "'{\"n\": 3}'", "json.loads reads it"),
        ("s.explain(s.tuple_(int, str), (1,))", "a list is required", "(1,)", "takes a tuple of 2, not 1"),
        ("s.explain(s.tuple_(int, str), [1])", "a count of 2 is required", "[1]", "1 is 1 too few"),
        ("s.explain(list, (1, 2))", "a list is required", "(1, 2)", "list(x) makes one"),
        ("s.explain(Point, {'x': 1})", "an instance of Point is required", "{'x': 1}", "s.decode(Point, x)"),
        ("s.explain(Point, Point)", "an instance of Point is required", "<class", "Point(...) makes one"),
        ("s.explain(Cat, Cat)", "an instance of Cat is required", "<class", "Cat(...) makes one"),
        ("s.explain(int, int)", "an int is required", "<class 'int'>", "int(...) makes one"),
        ("s.explain(s.array((2,)), [1, 2])", "an array is required", "a list", "np.asarray(x) makes one"),
        ("s.explain(s.str_in(1, 3), 'four')", "from 1 to 3 characters", "'four'", "4 is 1 too many"),
        ("s.explain(s.str_in(format='email'), 'suki')", "an e-mail address", "'suki'", "it has no '@'"),
        ("s.valid(s.maybe(int), 3)", "a part of a sequence", "refuses 3", "nilable(int) accepts"),
        ("s.explain(s.maybe(int), 3)", "is_sequential", "not 3", "nilable(int) accepts None"),
        ("s.valid(s.optional(int), 3)", "marks a key of a map", "optional(int)", "nilable(int)"),
        ("s.encode({'n': s.int_in(0, 5)}, {'n': 99})", "an int from 0 to 4", "not 99", "values that fit"),
        ("s.encode({'n': int}, {'m': 1})", "key 'n' is required", "{'m': 1}", "values that fit"),
        ("s.encode(int, '3')", "an int is required", "not '3'", "s.decode(int, x, strings=True)"),
    ],
    "an argument of the wrong type": [
        ("s.def_('age', int)", NAME, "'age' does not", "say 'app/age'"),
        ("s.def_('app/age', 3)", "give a callable", "3 is not a predicate", "the constant is {3}"),
        ("s.def_('app/age', 'int')", "no spec is registered", "'int'", "int without quotes"),
        ("s.keys(req_un=['name'])", NAME, "'name' does not", "say 'app/name'"),
        ("s.keys('name')", "keys takes lists of names", "not 'name'", "s.keys({'name': str})"),
        ("s.keys(name=str)", "keys takes req, opt", "not 'name'", "s.keys({'name': str})"),
        ("s.keys({'name': 'str'})", NAME, "'str' does not", "str without quotes"),
        ("s.int_in('1', '9')", "two ints", "'1' and '9'", "in ascending order"),
        ("s.int_in(9, 1)", "two ints", "9 and 1", "in ascending order"),
        ("s.int_in(5)", "two ints", "5 and None", "int_in(min=0)"),
        ("s.float_in('0', 1)", "are numbers", "'0'", "the bounds of float_in"),
        ("s.str_in('[a-z')", "a regular expression", "'[a-z'", "unterminated character set"),
        ("s.str_in(format='e-mail')", "a format of strings", "'e-mail'", "did you mean 'email'?"),
        ("s.range_of(datetime.date, '2025-01-01', '2025-02-01')", "a type and one or two values of it",
         "'2025-01-01'", "in ascending order"),
        ("s.coll_of(int, min_count='1')", "an int from 0", "not '1'", "min_count"),
        ("s.or_('int', 'str')", NAME, "'int' does not", "int without quotes"),
        ("s.and_([int, s.is_even])", "is no spec", "a list", "s.or_(int, is_even)"),
        ("s.cat(int, str)", "tag=pred", "<class 'int'>", "('tag', pred) pairs"),
        ("s.sample(int, '5')", "an int from 0", "not '5'", "the number of samples"),
        ("s.sample(double)", "unable to construct gen", "double", "s.with_gen(spec, lambda: strategy)"),
        ("s.with_gen(int, [1, 2])", "a function that returns a strategy", "[1, 2]", "lambda: s.gen("),
        ("s.infer({'n': 1})", "rows are a list", "not one dict", "a DataFrame"),
        ("s.infer('orders.csv')", "rows are a list", "not one str", "a file of rows is a pathlib.Path"),
        ("s.infer([1, 2])", "a confidence of 0.99", "2 rows", "try more rows"),
        ("s.promise(int)", "promises nothing", "int", "s.infer(rows) makes a spec that does"),
        ("s.instrument('nosuch.*')", NO_FUNCTION, "'nosuch.*'", FDEF),
        ("s.instrument(double)", NO_FUNCTION, "double'", FDEF),
        ("s.instrument(3)", "functions, their names or a pattern", "not 3", ""),
        ("s.check(double)", NO_FUNCTION, "double'", FDEF),
        ("s.split({'n': int}, [{'n': 1}])", "split takes a frame", "[{'n': 1}]", "s.profile(spec, rows)"),
        ("s.untouched({'n': int}, {'n': 1})", "a list of values", "{'n': 1}", "[{'n': 1}]"),
        ("s.from_json_schema('schema.json')", "an object, true or false", "'schema.json'", "json.loads"),
        ("s.from_json_schema({'type': 'int'})", "a type of JSON Schema", "'int'", "mean 'integer'?"),
    ],
}  # fmt: skip
ROWS = [row for rows in MISTAKES.values() for row in rows]


def told(mistake):
    """All that a mistake says: the text of its error, its warnings, and what it prints."""
    out = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            eval(mistake, NAMES)
        except s.SpecError as error:
            print(error)
    return "\n".join([out.getvalue(), *(str(each.message) for each in caught)])


@pytest.mark.parametrize(("mistake", "asked", "there", "advice"), ROWS, ids=[row[0] for row in ROWS])
def test_a_mistake_is_told_with_what_was_asked_what_was_there_and_what_to_try(mistake, asked, there, advice):
    words = told(mistake)
    assert all(part in words for part in (asked, there, advice)), words


def test_there_are_ninety_two_of_them_and_each_is_there_once():
    assert len(ROWS) == len({row[0] for row in ROWS}) == 92
