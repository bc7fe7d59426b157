"""Errors as JSON, in the shape of pydantic's."""

import collections
import datetime
import decimal
import enum
import json
import math
import pathlib
import re
import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.base.messages.explanations import ERROR_TYPES, error_list, problems_text, reason_of
from mxspec.base.messages.text import MOST_PARTS, jsonable
from mxspec.base.values import short_repr
from mxspec.errors import LimitError
from tests.mxspec.any_values import SPECS, VALUES

s.def_("json/name", str)
s.def_("json/age", s.int_in(0, 151))
s.def_("json/user", s.keys(req_un=["json/name"], opt_un=["json/age"]))
s.def_("json/users", s.coll_of("json/user"))
s.def_("json/big", s.and_(int, lambda n: n > 9))
IMAGE = s.array((2, 2), "float64", min=0, max=1, finite=True)
LABEL = s.model_spec(s.and_(int, s.is_odd), lambda x: s.Reading(x, confidence=1.0), int)
TOOL = s.multi_spec("tool", {"search": {"q": str}, "fetch": {"url": str}})
CONFORMAL = s.model_spec({"a"}, lambda x: s.Reading("a", score=x), len, threshold=2.0)


class Color(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    ONE = 1


class Silent:
    def __repr__(self):
        raise RuntimeError("no words")


def as_text(x):
    """x as any program may write it: without NaN, in UTF-8."""
    return json.dumps(x, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("spec", "x", "kind", "loc", "message"),
    [
        (int, "x", "int_type", [], "an int is required"),
        (s.is_even, 3, "even", [], "an even int is required"),
        ({"b", "a"}, "c", "enum", [], "'a' or 'b' is required"),
        ({1}, 2, "enum", [], "1 is required"),
        (set(range(30)), 40, "enum", [], "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 20 more is required"),
        (Color, 1, "enum", [],
         "a member of Color (1) is required; s.decode(Color, x) makes a Color of an int"),
        (dict, '{"a": 1}', "dict_type", [], "a map is required; a text of JSON: json.loads reads it"),
        (s.coll_of(int), b"[1]", "coll_type", [],
         "a collection is required; a text of JSON: json.loads reads it"),
        (
            s.str_in(9), "[1]", "str_in", [],
            "a string of at least 9 characters is required; 3 is 6 too few",
        ),
        (lambda n: n > 3, 1, "predicate_failed", [], "n > 3 is required"),
        ("json/big", 1, "predicate_failed", [], "n > 9 is required"),
        (s.int_in(0, 10), 10, "int_in", [], "an int from 0 to 9 is required"),
        (s.float_in(0, 1), 2.0, "float_in", [], "a float from 0 to 1 is required"),
        (s.float_in(max=1), 2.0, "float_in", [], "a float of at most 1 is required"),
        (s.float_in(infinite=False), math.inf, "float_in", [], "a finite float is required"),
        (s.coll_of(int, count=2), [1], "too_short", [], "a count of 2 is required; 1 is 1 too few"),
        (
            s.coll_of(int, max_count=1), [1, 2], "too_long", [],
            "a count from 0 to 1 is required; 2 is 1 too many",
        ),
        (
            s.coll_of(int, min_count=1), [], "too_short", [],
            "a count of at least 1 is required; 0 is 1 too few",
        ),
        (
            s.coll_of(int, distinct=True), [1, 1], "distinct", [],
            "a collection of distinct elements is required",
        ),
        (s.coll_of(int), [1, "x"], "int_type", [1], "an int is required"),
        (s.map_of(str, int), {"a": "x"}, "int_type", ["a", 1], "an int is required"),
        (s.map_of(int, int), {(1, "a"): 2}, "int_type", ["(1, 'a')", 0], "an int is required"),
        ("json/user", {}, "missing", ["name"], "key 'name' is required"),
        ("json/user", {"nme": ""}, "missing", ["name"], "key 'name' is required; did you mean 'nme'?"),
        ("json/users", [{"name": "", "age": -1}], "int_in", [0, "age"], "an int from 0 to 150 is required"),
        (
            s.keys(req_un=[s.or_keys("json/name", "json/age")]), {}, "missing", [],
            "(key 'name' or key 'age') is required",
        ),
        (IMAGE, [[0, 0]], "array_type", [], "an array is required, not a list; np.asarray(x) makes one"),
        (IMAGE, np.zeros((2, 1)), "array_shape", [], "shape is (2, 1), (2, 2) is required"),
        (IMAGE, np.array([[0, 0.5], [-3, 0]]), "array_min", [1, 0], "value -3.0 at (1, 0) is below min 0"),
        (LABEL, 6, "read_as", [], "read as 6 (1.00), but odd is required"),
        (LABEL, None, "not_recognised", [], "not recognised: read as none of the labels"),
        (CONFORMAL, 3.5, "read_as", [], "read as 'a', but a score of 3.5 is above the threshold of 2"),
        (TOOL, {"tool": "serch"}, "no_method", ["tool"],
         "'serch' is none of 'search', 'fetch'; did you mean 'search'?"),
        (TOOL, {"tool": None}, "no_method", ["tool"], "None is none of 'search', 'fetch'"),
        (TOOL, {"tool": ["search"]}, "no_method", ["tool"], "['search'] is none of 'search', 'fetch'"),
        (TOOL, {"tol": "search"}, "missing", ["tool"],
         "key 'tool' is required; did you mean 'tol'?; the tags are 'search', 'fetch'"),
        (TOOL, [1], "dict_type", [], "a map is required"),
        (s.coll_of(TOOL), [{}], "missing", [0, "tool"],
         "key 'tool' is required; the tags are 'search', 'fetch'"),
        (s.multi_spec("k", {}), {"k": 1}, "no_method", ["k"], "1 is a tag, and there are none"),
        (s.multi_spec(type, {int: int}, retag=lambda x, tag: x), "x", "no_method", [],
         "<class 'str'> is none of <class 'int'>"),
        (s.with_message(TOOL, "a tool"), {}, "missing", ["tool"], "a tool"),
        (s.cat(n=int), [1, 2], "extra_input", [1], "Extra input"),
        (s.cat(n=int), [], "insufficient_input", [], "Insufficient input: an int is required"),
        (s.conformer(int), "x", "conformer_failed", [], None),
        (s.fspec(args=s.cat(x=int), ret=int), str, "int_type", [],
         "an int is required; s.decode(int, x, strings=True) reads it"),
        (s.from_type(list[int]), ["x"], "int_type", [0], "an int is required"),
        (s.from_type(dict[str, int]), {"a": None}, "int_type", ["a", 1], "an int is required"),
    ],
)  # fmt: skip
def test_an_error_has_a_value_a_place_and_a_reason(spec, x, kind, loc, message):
    [error] = s.explain_json(spec, x)
    assert (error["type"], error["loc"]) == (kind, loc)
    assert message is None or error["msg"] == message
    assert as_text(error)


def test_the_context_has_the_form_the_spec_the_path_and_the_reading():
    [error] = s.explain_json("json/users", [{"name": 1}])
    assert error["ctx"] == {
        "pred": "str",
        "spec": "'json/users'",
        "path": ["name"],
        "via": ["json/users", "json/user", "json/name"],
    }
    [error] = s.explain_json(LABEL, 6)
    assert (error["ctx"]["label"], error["ctx"]["confidence"]) == (6, 1.0)
    [error] = s.explain_json(CONFORMAL, 3.5)
    assert (error["ctx"]["score"], error["ctx"]["threshold"]) == (3.5, 2.0)


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        ("json/user", {"name": "Bo"}),
        # explain_data, as clojure's, has problems of these.
        (s.merge(s.keys(), dict), {}),
        (s.multi_spec("a", {1: dict}, default=dict), {}),
    ],
)
def test_a_valid_value_has_no_errors(spec, x):
    assert s.explain_json(spec, x) == []


@pytest.mark.parametrize("name", VALUES)
def test_every_spec_and_value_has_errors_that_json_takes(name):
    for spec in SPECS:
        try:
            errors = s.explain_json(spec, VALUES[name])
        except LimitError as error:
            assert "in itself" in name or "deep" in name
            as_text(error.errors())
            continue
        assert bool(errors) != s.valid(spec, VALUES[name])
        assert len(as_text(errors)) < 200_000
        for error in errors:
            assert error.keys() == {"type", "loc", "msg", "input", "ctx"}
            assert error["type"] in ERROR_TYPES
            assert all(type(step) in (str, int) for step in error["loc"])
            assert error["msg"]


@pytest.mark.parametrize("name", VALUES)
def test_a_line_of_explain_is_the_sentence_of_its_error_with_the_value(name):
    for spec in SPECS:
        try:
            data = s.explain_data(spec, VALUES[name])
        except LimitError:
            continue
        for problem in [] if data is None else data["problems"]:
            line = problems_text([problem], spec)
            [error] = error_list([problem], spec)
            value = f", not {short_repr(problem['val'])}"
            words = re.sub(r"\.\.\. \([\d,]+ characters\)$", "", error["msg"])  # a long one is cut
            assert line.replace(value, "", 1).startswith(words)
            assert value in line or f" - value: {value.removeprefix(', not ')}" in line
            assert reason_of(problem).startswith(words) or words.startswith(reason_of(problem))


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())  # surrogates among them
    | st.binary()
    | st.datetimes()
    | st.decimals()
    | st.sampled_from([Color.RED, Number.ONE, len, int, s.INVALID, 10**3000, np.float32("inf")]),
    lambda parts: (
        st.lists(parts)
        | st.dictionaries(st.none() | st.integers() | st.text() | st.floats(), parts)
        | st.frozensets(st.integers() | st.text())
        | st.tuples(parts, parts)
    ),
    max_leaves=20,
)
NOTHING = s.spec(lambda x: False)


@given(ANYTHING)
def test_every_refused_value_is_converted_to_json(x):
    [error] = s.explain_json(NOTHING, x)
    assert json.loads(as_text(error))["msg"] == "False is required"
    [*errors] = s.explain_json(s.map_of(NOTHING, NOTHING), {x if isinstance(x, str) else "k": x})
    as_text(errors)


@pytest.mark.parametrize(
    ("x", "json_"),
    [
        (float("nan"), "NaN"),
        (-math.inf, "-Infinity"),
        (2**62, 2**62),
        (2**70, str(2**70)),
        (Number.ONE, 1),
        (np.int64(3), 3),
        (np.float64("nan"), "NaN"),
        (np.array([1, 2]), "array of shape (2,), int64, 1 to 2"),
        ({2, 1}, [1, 2]),
        ({1: "a", "1": "b"}, {"1": "a", "1 (str)": "b"}),
        (b"\xff", "b'\\xff'"),
        ("\ud800", "\\ud800"),
        (datetime.datetime(2019, 10, 11), "2019-10-11T00:00:00"),
        (decimal.Decimal("1.50"), "1.50"),
        (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (pathlib.PurePosixPath("a"), "a"),
        (collections.OrderedDict(a=(1,)), {"a": [1]}),
        (len, "len"),
        (int, "int"),
        (s.int_in(0, 3), "int_in(0, 3)"),
    ],
)
def test_values_that_json_lacks_become_text(x, json_):
    assert jsonable(x) == json_
    assert type(jsonable(x)) is type(json_)


def test_long_and_endless_values_are_cut_off():
    endless = []
    endless += [endless, endless]
    assert len(as_text(jsonable(endless))) < 30 * MOST_PARTS
    assert len(jsonable(list(range(10**6)))) <= MOST_PARTS + 1
    assert len(jsonable("x" * 10**6)) < 2000


def endlessly(self, *args):
    while True:
        yield 1


@pytest.mark.parametrize(
    ("x", "json_"),
    [
        (type("EndlessList", (list,), {"__iter__": endlessly})([1]), [1]),
        (type("EndlessSet", (set,), {"__iter__": endlessly})([1]), [1]),
        (type("EndlessDict", (dict,), {"items": endlessly, "__iter__": endlessly})(a=1), {"a": 1}),
        (type("Liar", (str,), {"upper": None})("a"), "a"),
        (type("Seven", (int,), {"__int__": lambda self: "x"})(7), 7),
    ],
)
def test_a_subclass_is_converted_like_its_base(x, json_):
    assert jsonable(x) == json_
    assert as_text(jsonable(x))


def test_the_page_for_programs_has_all_types_of_errors():
    page = (pathlib.Path(s.__file__).parents[1] / "docs" / "validate.md").read_text(encoding="utf-8")
    types = page.partition("<details><summary>The types of errors")[2].partition("</summary>")[2]
    assert set(re.findall(r"`([a-z_]+)`", types.partition("An error that is not")[0])) == ERROR_TYPES


def test_an_error_that_is_about_no_value_is_one_without_a_place():
    with pytest.raises(s.UnknownSpecError) as caught:
        s.valid("json/nobody", 1)
    [error] = caught.value.errors()
    assert (error["type"], error["loc"]) == ("unknown_spec_error", [])
    assert error["msg"].startswith("no spec is registered under 'json/nobody'")
    assert as_text(error)


def test_a_long_way_is_whole():
    s.def_("json/deep", s.nilable(s.tuple_("json/deep")))
    x = 1
    for _ in range(100):
        x = [x]
    *_, deepest = sorted(s.explain_json("json/deep", x), key=lambda error: len(error["loc"]))
    assert deepest["loc"] == [0] * 100
    assert deepest["ctx"]["path"] == ["pred", 0] * 100 + ["pred"]
    assert deepest["ctx"]["via"] == ["json/deep"] * 101
