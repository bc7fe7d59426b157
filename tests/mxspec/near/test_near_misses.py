"""What near_misses draws: the borders of each kind of spec, and the plainest value of a test that fails."""

import dataclasses
import enum
import typing

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pydantic
import pytest
from hypothesis import HealthCheck, settings

import mxspec as s
from mxspec.near.misses import near_values


class Order(pydantic.BaseModel):
    item: str = pydantic.Field(min_length=1, max_length=3)
    n: int = pydantic.Field(1, ge=1, le=10)


@dataclasses.dataclass
class Point:
    x: int
    name: str = ""


class Movie(typing.TypedDict):
    title: str


class Colour(enum.Enum):
    RED = 1


ROWS = [{"id": i, "n": i % 7 + 1, "kind": "ab"[i % 2]} for i in range(1000)]
PETS = {"dog": {"kind": {"dog"}, "n": int}, "cat": {"kind": {"cat"}, "t": str}}
AGES = {
    "properties": {"age": {"type": "integer", "minimum": 0}},
    "required": ["age"],
    "additionalProperties": False,
}
LINES = s.coll_of(s.int_in(1, 9), min_count=1, max_count=3)
BILL = s.with_gen(
    s.and_({"lines": LINES, "total": int}, lambda bill: bill["total"] == sum(bill["lines"])),
    lambda: s.gen(LINES).map(lambda lines: {"lines": lines, "total": sum(lines)}),
)
PASSWORDS = {"name": s.str_in(1, 9), "password": s.str_in(8, 20), "again": s.str_in(8, 20)}
SIGN_UP = s.with_gen(
    s.and_(PASSWORDS, lambda x: x["password"] == x["again"]),
    lambda: s.gen(PASSWORDS).map(lambda x: {**x, "again": x["password"]}),
)
TREE = s.def_("near/tree", s.keys({"n": s.int_in(0, 3), "kids": s.coll_of("near/tree", max_count=2)}))
DIGIT = s.with_gen(s.and_(str, s.conformer(int, str), s.int_in(1, 9)), lambda: st.integers(1, 8).map(str))
SIZE = s.model_spec(s.int_in(1, 4), lambda x: round(float(x.max())), lambda n: np.full((2,), float(n)))

# A spec, and its borders: the path to the part, the border, a wrong part and a right one; * is any, - none.
BORDERS = {
    "a range of ints": (s.int_in(1, 10), "low 1 | 0 | 1", "high 10 | 10 | 9"),
    "look-alikes of an int": (
        s.int_in(3, 4),
        "look-alike str for int | '3' | -",
        "look-alike float for int | 3.0 | -",
        "look-alike bool for int | True | -",
        "look-alike int64 for int | - | *",
        "type None for int | None | -",
    ),
    "a range of floats": (
        s.float_in(0, 1),
        "low 0 | -0.5 | 0.0",
        "high 1 | 1.5 | 1.0",
        "value 'nan' | nan | -",
        "value 'inf' | inf | -",
        "look-alike int for float | 0 | -",
    ),
    "lengths of a text": (
        s.str_in(min_length=2, max_length=2),
        "least length 2 | * | *",
        "greatest length 2 | * | *",
        "look-alike bytes for str | * | -",
    ),
    "a pattern": (s.str_in("[a-z]{2}-[0-9]+"), "pattern [a-z]{2}-[0-9]+ (part 1 longer) | * | -"),
    "members": ({"tea"}, "member 'tea' | 'teaa' | 'tea'"),
    "members of an enum": (Colour,
        "look-alike int for Colour | 1 | -", "look-alike str for Colour | 'RED' | -"),
    "a remainder": (s.and_(int, lambda n: n % 5 == 0), "condition lambda n: n % 5 == 0 | * | *"),
    "a constant of a function": (s.and_(int, lambda n: n < 100), "high 100 | 100 | 99"),
    "the length of a list": (
        s.coll_of(s.int_in(5, 6), min_count=1, max_count=2),
        "least length 1 | [] | [5]",
        "greatest length 2 | [5, 5, 5] | [5, 5]",
        "*: look-alike str for int | '5' | -",
        "*: high 6 | 6 | 5",
    ),
    "distinct elements": (s.coll_of({5, 6}, distinct=True, min_count=2, max_count=2), "repeat | * | -"),
    "a tuple": (s.tuple_({5}, {6}),
        "least length 2 | * | *", "greatest length 2 | * | *", "1: member 6 | * | 6"),
    "entries of a map": (
        s.map_of({"a"}, s.int_in(1, 9), min_count=1),
        "least length 1 | {} | *",
        "*: look-alike bytes for str | * | -",
        "*: low 1 | * | *",
    ),
    "keys": (
        s.keys({"name": int, "note": s.optional(int)}),
        "missing key 'name' | * | -",
        "renamed key 'name' | * | -",
        "missing key 'note' | - | *",
        "extra key | - | *",
        "name: look-alike float for int | * | -",
    ),
    "a closed map": (s.keys({"n": {5}}, closed=True), "extra key | {'n': 5, 'other': 0} | -"),
    "both maps of a merge": (s.merge({"a": int}, {"b": int}),
        "missing key 'a' | * | -", "missing key 'b' | * | -"),
    "a typed dict": (Movie, "missing key 'title' | {} | -", "title: type None for str | None | -"),
    "a sequence": (
        s.cat(name={"a"}, n=s.int_in(5, 6)),
        "count 'without the first' | [5] | -",
        "count 'up to the first' | ['a'] | -",
        "count 'one more' | * | -",
        "count 'none' | [] | -",
        "order two exchanged, first | [5, 'a'] | -",
        "1: high 6 | 6 | 5",
    ),
    "a repetition": (s.plus({5}), "count 'none' | [] | -", "count 'the first twice' | - | *"),
    "None": (s.nilable(s.int_in(5, 6)), "None | - | None", "high 6 | 6 | 5"),
    "the branches of a union": (s.or_(n={5}, t={"a"}), "branch n | - | 5", "branch t | - | 'a'"),
    "tags by a key": (
        s.multi_spec("kind", PETS),
        "tag | * | -",
        "tag 'dog' | * | *",
        "missing key 'n' | {'kind': 'dog'} | -",
        "missing key 't' | {'kind': 'cat'} | -",
    ),
    "tags by a function": (
        s.multi_spec(lambda pet: pet["kind"], PETS, retag="kind"),
        "tag | * | *",
        "missing key 't' | {'kind': 'cat'} | -",
    ),
    "a relation of parts": (
        BILL,
        "relation * | * | *",
        "lines: least length 1 | [] | *",
        "lines.*: low 1 | 0 | 1",
        "lines.*: high 9 | 9 | 8",
    ),
    "what a conformer makes": (DIGIT, "condition int_in(1, 9) | * | *"),
    "an array": (
        s.array((2, 3), "float32", min=0, max=1),
        "low 0 | * | *",
        "high 1 | * | *",
        "value 'nan' | * | -",
        "shape 'one more on axis 0' | * | -",
        "shape '(3, 2)' | * | -",
        "dtype 'float64' | * | -",
    ),
    "the labels of a model": (SIZE, "label 0 | * | -", "label 4 | * | -", "label 3 | - | *", "noise | * | *"),
    "the arguments of a function": (
        s.fspec(args=s.cat(n=s.int_in(5, 6))),
        "count 'none' | [] | -",
        "count 'one more' | * | -",
        "0: high 6 | 6 | 5",
    ),
    "a frame": (s.frame({"n": s.int_in(1, 5)}),
        "*.n: low 1 | 0 | 1", "*.n: high 5 | 5 | 4", "type list | [] | -"),
    "a contract out of data": (
        s.infer(ROWS),
        "n: low 1 | 0 | 1",
        "n: high 8 | 8 | 7",
        "kind: member 'a' | * | 'a'",
        "missing key 'id' | * | -",
    ),
    "a JSON Schema": (
        s.from_json_schema(AGES),
        "age: low 0 | -1 | 0",
        "age: look-alike float for int | - | *",
        "extra key | * | -",
    ),
    "a pydantic model": (
        Order,
        "item: least length 1 | '' | *",
        "n: low 1 | 0 | 1",
        "n: high 10 | 11 | 10",
        "missing key 'item' | * | -",
        "missing key 'n' | - | *",
    ),
    "instances of a dataclass": (Point,
        "x: look-alike float for int | * | -", "name: type None for str | None | -"),
    "a recursive tree": (
        "near/tree",
        "n: low 0 | -1 | 0",
        "kids: greatest length 2 | * | *",
        "kids.*.n: low 0 | -1 | 0",
        "kids.*: missing key 'kids' | * | -",
    ),
}  # fmt: skip


def part_of(miss):
    """The part of a value that is at the border; of a frame the cell."""
    x, path = miss.value, miss.path
    if isinstance(x, pd.DataFrame) and len(path) == 2:
        return x[path[1]].tolist()[path[0]]
    for step in path:
        x = x[step] if isinstance(x, (dict, list, tuple)) else getattr(x, step)
    return x


def is_found(row, misses):
    """True if each side of a border has what its row says."""
    border, *sides = map(str.strip, row.split(" | "))
    where, _, border = (
        border.rpartition(": ") if ": " in border and "lambda" not in border else ("", "", border)
    )
    for side, text in zip(("wrong", "right"), sides, strict=True):
        there = [
            miss
            for miss in misses
            if ".".join(map(str, miss.where)) == where
            and (str(miss.border) == border or (border.endswith("*") and miss.border.kind == border[:-2]))
            and miss.side == side
        ]
        parts = {repr(part_of(miss)) for miss in there} if text not in "*-" else set()
        if not (text in parts or (text == "*" and there) or (text == "-" and not there)):
            return False
    return True


@pytest.mark.few(12)
@pytest.mark.parametrize("kind", BORDERS)
def test_a_kind_of_spec_has_its_borders(kind):
    spec, *rows = BORDERS[kind]
    misses = near_values(spec, 300)
    found = sorted({(miss.side, ".".join(map(str, miss.where)), str(miss.border)) for miss in misses})
    assert [row for row in rows if not is_found(row, misses)] == [], found


# A spec, a guard with a fault, and the plainest wrong value that it lets pass.
SHRUNK = [
    (s.int_in(1, 10), lambda x: isinstance(x, int) and 1 <= x <= 10, 10),
    (s.int_in(1, 10), lambda x: type(x) is int, 0),
    (s.str_in(min_length=2, max_length=4), lambda x: type(x) is str, "0"),
    (s.str_in(min_length=2, max_length=4), lambda x: type(x) is str and len(x) > 2, "00000"),
    (s.str_in("[a-z]{2}-[0-9]"), lambda x: type(x) is str, "a-0"),
    (s.coll_of(s.int_in(0, 9), max_count=3), lambda x: type(x) is list and len(x) <= 3, [-1]),
    ({"item": {"tea"}, "n": s.int_in(1, 10)}, lambda x: type(x) is dict and "n" not in x, {"item": "tea"}),
    ({"item": {"tea"}, "n": int}, lambda x: "item" in x and "n" in x, {"item": "teaa", "n": 0}),
    (s.cat(name=str, n=int), lambda x: type(x) is list and len(x) == 2, [0, ""]),
    (s.fspec(args=s.cat(n=s.int_in(1, 5), t=str)), lambda x: len(x) == 2 and type(x[0]) is int, [0, ""]),
]


@pytest.mark.few(4)
@pytest.mark.parametrize(("spec", "guard", "plainest"), SHRUNK)
def test_a_test_that_fails_shrinks_to_a_plain_wrong_value(spec, guard, plainest):
    def passes(x):
        try:
            return guard(x)
        except TypeError:
            return False

    quick = settings(
        database=None,
        derandomize=True,
        deadline=None,
        max_examples=300,
        suppress_health_check=[*HealthCheck],
    )
    miss = hypothesis.find(s.near_misses(spec), lambda miss: passes(miss.value), settings=quick)
    assert miss.value == plainest
    assert not s.valid(spec.args if spec is SHRUNK[-1][0] else spec, miss.value)


def test_two_parts_that_must_be_equal_are_wrong_in_one_way():
    wrong = [miss for miss in near_values(SIGN_UP, 300) if miss.side == "wrong"]
    lengths = {(str(miss.border), miss.path[0]) for miss in wrong if "length" in miss.border.kind}
    for where in ("password", "again"):
        assert lengths >= {("least length 8", where), ("greatest length 20", where)}
    for miss in wrong:
        problems = s.explain_data(SIGN_UP, miss.value)["problems"]
        if len(problems) > 1:
            assert miss.value["password"] == miss.value["again"]
            assert {each["in"][0] for each in problems} == {"password", "again"}
            assert all(f"in: {each['in']}" in miss.problem for each in problems)


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (s.cat(x=int, y=str), list),
        (s.cat(x=int, rest=s.star(int)), list),
        (s.tuple_(int, str), list),
        (s.keys({"x": int}), dict),
    ],
)
def test_near_misses_of_a_function_are_arguments_of_calls(args, kind):
    misses = s.sample(s.near_misses(s.fspec(args=args)), 60, seed=0)
    assert {type(miss.value) for miss in misses} == {kind}


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: s.near_misses(int, side="x"), s.SpecDefinitionError, "side is 'wrong' or 'right', not 'x'"),
        (lambda: s.near_misses(s.is_any), s.GeneratorError, "no value near the examples of is_any is wrong"),
        (lambda: s.near_misses(s.spec(lambda x: x)), s.GeneratorError, "unable to construct gen"),
        (lambda: s.near_misses("near/unknown"), s.UnknownSpecError, "near/unknown"),
        (lambda: s.near_misses(s.coll_of({1}, distinct=True, min_count=2)), s.GeneratorError, ""),
    ],
)
def test_an_error_names_the_limit(make, error, words):
    with pytest.raises(error) as caught:
        make()
    assert words in str(caught.value)


def test_the_right_side_is_valid_and_at_a_border():
    misses = s.sample(s.near_misses({"n": s.int_in(1, 10)}, side="right"), 40, seed=0)
    assert {miss.side for miss in misses} == {"right"}
    assert {1, 9} <= {miss.value["n"] for miss in misses}
    assert all(miss.problem is None and s.valid({"n": s.int_in(1, 10)}, miss.value) for miss in misses)


def test_what_pydantic_converts_is_called_lax():
    for miss in near_values(Order, 300):
        if miss.side == "wrong":
            try:
                Order.model_validate(miss.value)
            except pydantic.ValidationError:
                assert not miss.lax, miss
            else:
                assert miss.lax, miss
