"""A type of value is one row: JSON, text, source, examples, borders, proofs and columns follow, and agree."""

import ast
import datetime as dt
import enum
import json
import pathlib

import jsonschema
import pytest

import mxspec as s
from mxspec.base.messages.text import jsonable
from mxspec.base.predicate_rows import ENDS, PredicateRow
from mxspec.base.value_types import VALUE_TYPES, value_type_of
from mxspec.changes.borders.constants import neighbours
from mxspec.promises.growing import content_digest
from tests.processes import run_fresh

PLAIN = {bool: True, int: 3, float: 1.5, complex: 1 + 2j, str: "a"}
"""Values of the types that JSON knows, and complex."""


def examples_of(row):
    """A value of each kind of a type."""
    own = [*row.kinds.values()] or [PLAIN.get(row.cls) or row.cls("a/b")]
    return [x for x in own if isinstance(x, row.cls)]


ROWS = list(VALUE_TYPES.values())
EXAMPLES = [(row, x) for row in ROWS for x in examples_of(row)]


def by_rows(examples):
    """Ask a test each example, under the name of its type and its text."""
    ids = [f"{row.cls.__name__} {x}" for row, x in examples]
    return pytest.mark.parametrize(("row", "x"), examples, ids=ids)


by_example = by_rows(EXAMPLES)
by_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cls.__name__)


def is_same(a, b):
    return type(a) is type(b) and repr(a) == repr(b)


# --- each door ----------------------------------------------------------------------------------------------


@by_example
def test_a_value_is_valid_and_conforms_to_itself(row, x):
    assert s.valid(row.cls, x)
    assert s.conform(row.cls, x) is x
    assert not s.valid(row.cls, None)


@by_row
def test_examples_are_values(row):
    drawn = s.sample(row.cls, 20)
    assert all(isinstance(x, row.cls) for x in drawn)
    assert row.cls is bool or len({*map(repr, drawn)}) > 2


@by_example
def test_json_comes_back_and_fits_its_schema(row, x):
    written = s.encode(row.cls, x)
    assert is_same(s.decode(row.cls, json.loads(json.dumps(written))), x)
    jsonschema.Draft202012Validator(s.json_schema(row.cls)).validate(written)
    assert not row.has_text or written == row.write(x)


@by_row
def test_a_row_says_its_json(row):
    assert {**s.json_schema(row.cls), "$schema": ""} == {"$schema": "", **row.json}


@by_example
def test_code_reads_and_writes_as_the_walk_does(row, x):
    spec = s.coll_of(s.keys(req_un={"x": row.cls}))
    rows = [{"x": x}, {"x": x}]
    written = s.encode(spec, rows)
    assert written == [{"x": s.encode(row.cls, x)}] * 2
    assert repr(s.decode(spec, written)) == repr(rows)


@by_row
def test_decode_leaves_other_texts(row):
    if row.has_text and not issubclass(row.cls, pathlib.PurePath):
        assert s.decode(row.cls, "\0no such value") == "\0no such value"  # which valid refuses


@by_example
def test_source_makes_the_value_again(row, x):
    spec = s.spec({x}) if row.cls.__hash__ else s.range_of(row.cls, x, x)
    names = {}
    exec(s.source(spec), names)
    assert repr(names["spec"]) == repr(spec)
    assert repr(s.source(names["spec"])) == repr(s.source(spec))


@by_example
def test_a_message_has_the_text_of_a_row(row, x):
    assert jsonable(x) == (
        row.words(x) if row.words else x if row.cls in (bool, int, float, str) else repr(x)
    )


@by_example
def test_a_digest_tells_values_apart(row, x):
    digests = {content_digest(each) for each in (x, *near(x))}
    assert len(digests) == len({*map(repr, (x, *near(x)))})


@by_example
def test_equal_values_are_of_one_type_where_a_row_says_so(row, x):
    others = [y for _, y in EXAMPLES if type(y) is not type(x)]
    others += [y for y in (*neighbours(x), *PLAIN.values(), 0, 0.0, "") if type(y) is not type(x)]
    if row.is_exact and row.cls is not bool:
        assert [y for y in others if y == x and y.__hash__] == []


# --- ranges -------------------------------------------------------------------------------------------------


def near(x):
    """The other values of the same type that are close to one, in order; none if they do not compare."""
    values = {repr(y): y for y in neighbours(x) if type(y) is type(x) and y != x and y == y}
    try:
        return sorted(values.values())
    except TypeError:
        return []


ORDERED = [(row, x) for row, x in EXAMPLES if row.has_order or row.cls in (int, float) if x == x and near(x)]
by_order = by_rows(ORDERED)


def test_types_with_an_order_are_many():
    assert len({row.cls for row, _ in ORDERED}) >= 10


@by_order
def test_a_range_is_proved_to_be_within_a_wider_one(row, x):
    below, above = min(x, *near(x)), max(x, *near(x))
    wide, narrow = s.range_of(row.cls, below, above), s.range_of(row.cls, x, x)
    assert str(s.check_compatible(narrow, wide)).startswith("proved")
    broken = s.check_compatible(wide, narrow)
    assert str(broken).startswith("broken")


@by_order
def test_a_range_is_drawn_within_its_ends(row, x):
    below, above = min(x, *near(x)), max(x, *near(x))
    spec = s.range_of(row.cls, below, above)
    assert all(below <= y <= above for y in s.sample(spec, 5))
    assert s.valid(spec, below)
    assert s.valid(spec, above)


@by_order
def test_a_guard_that_is_off_by_a_step_is_noticed(row, x):
    spec = s.range_of(row.cls, min(x, *near(x)), max(x, *near(x)))
    low, high = (limit for _, limit in spec.row.ends)
    beyond = [y for y in (*near(low), *near(high)) if not s.valid(spec, y)]
    assert s.check_guard(lambda y: s.valid(spec, y), spec, 60, untried="allow")
    assert not s.check_guard(lambda y: s.valid(spec, y) and y != low, spec, 60)
    assert not s.check_guard(lambda y: s.valid(spec, y) and y != high, spec, 60)
    assert not s.check_guard(lambda y: s.valid(spec, y) or y in beyond, spec, 60)


@by_order
def test_an_end_has_words(row, x):
    low = max(near(x))
    [problem] = s.explain_json(s.range_of(row.cls, low), x)
    assert f"of at least {low!r} is required" in problem["msg"]
    assert str(s.json_schema(s.range_of(row.cls, low))) != str(s.json_schema(row.cls))


def test_ends_are_said_once():
    for end in ENDS.values():
        row = PredicateRow(low=(3, end.is_open)) if end.is_low else PredicateRow(high=(3, end.is_open))
        assert row.ends == [(end, 3)]
        for x in (2, 3, 4):
            assert end.compare(x, 3) is end.test(3, x) is eval(f"{x} {end.sign} 3")
            schema = {end.keyword: 3}
            assert jsonschema.Draft202012Validator(schema).is_valid(x) is end.compare(x, 3)


# --- columns ------------------------------------------------------------------------------------------------

IN_FRAMES = [(row, x) for row, x in EXAMPLES if row.dtype is not None and getattr(x, "tzinfo", None) is None]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@by_rows(IN_FRAMES)
def test_a_column_has_the_values(library, row, x):
    pytest.importorskip("narwhals")
    pytest.importorskip(library)
    from mxspec.frames.new_frames import new_frame
    from mxspec.frames.verdicts import type_of_cells

    values = [x, *near(x)] if row.has_order else [x, x]
    frame = new_frame([{"x": y} for y in values], {"x": row.cls}, library)
    spec = s.frame(s.keys(req_un={"x": row.cls}))
    assert s.valid(spec, frame)
    assert not s.valid(s.frame(s.keys(req_un={"x": s.is_none})), frame)
    empty = new_frame([], {"x": row.cls}, library)
    assert s.valid(spec, empty)
    assert type_of_cells(s.spec(row.cls)) in (row.cls, None)
    if row.has_order:
        assert s.valid(s.frame(s.keys(req_un={"x": s.range_of(row.cls, min(values), max(values))})), frame)
        assert not s.valid(s.frame(s.keys(req_un={"x": s.range_of(row.cls, x, x)})), frame)


@by_row
def test_a_contract_out_of_data_has_the_type(row):
    rows = [{"x": x} for x in s.sample(row.cls, 120)]
    contract = s.infer(rows, refuse=0.5)
    assert all(s.valid(contract, each) for each in rows)
    assert not s.valid(contract, {"x": object()})


# --- the rows of classes ------------------------------------------------------------------------------------


def test_a_row_is_found_by_the_bases_of_a_class_in_order():
    class Day(dt.date):
        pass

    class Number(int):
        pass

    assert value_type_of(Day).cls is dt.date
    assert value_type_of(dt.datetime).cls is dt.datetime  # which is a date, too
    assert value_type_of(Number).cls is int
    assert value_type_of(bool).cls is bool
    assert value_type_of(type(pathlib.Path())).cls is pathlib.Path
    assert value_type_of(enum.Enum) is None


# --- a new type is one row ----------------------------------------------------------------------------------

LEVELS = """
import functools

@functools.total_ordering
class Level:
    def __init__(self, text):
        self.n = int(text.removeprefix("L"))
        assert 0 <= self.n <= 99

    def __repr__(self):
        return f"Level('L{self.n}')"

    def __str__(self):
        return f"L{self.n}"

    def __eq__(self, other):
        return self.n == other.n if type(other) is Level else NotImplemented

    def __lt__(self, other):
        return self.n < other.n if type(other) is Level else NotImplemented

    def __hash__(self):
        return hash(("level", self.n))
"""

ROW = """
    ValueType(
        levels.Level, _json_text(), str, levels.Level, str, kinds={"level": levels.Level("L1")},
        count=(lambda x: x.n, lambda n: levels.Level(f"L{n}"), 99),
        draw=lambda st: st.integers(0, 99).map(lambda n: levels.Level(f"L{n}")),
    ),
"""

ASKED = """
import importlib.util, sys

class WithRow:
    def find_spec(name, path, target=None):
        if name == "mxspec.base.value_types":
            return importlib.util.spec_from_file_location(name, f"{FOLDER}/value_types.py")

sys.path.insert(0, FOLDER)
sys.meta_path.insert(0, WithRow)
import mxspec as s
from levels import Level
from mxspec.promises.growing import content_digest

low, high = Level("L3"), Level("L7")
spec = s.range_of(Level, low, high)
names = {}
exec(s.source(spec), names)
drawn = s.sample(spec, 20)
print(*map(str, [
    s.encode(s.coll_of(Level), [low]), s.decode(s.coll_of(Level), ["L3"]), s.json_schema(Level)["type"],
    s.decode(Level, "no level"), names["spec"], {low <= x <= high for x in drawn},
    s.check_compatible(spec, s.range_of(Level, low, Level("L9"))),
    bool(s.check_compatible(spec, s.range_of(Level, low, Level("L6")))),
    bool(s.check_guard(lambda x: type(x) is Level and low < x <= high, spec, 60)),
    s.explain_json(spec, Level("L9"))[0]["input"], len(content_digest(low)),
]), sep="\\n")
"""

ANSWERS = [
    *("['L3']", "[Level('L3')]", "string", "no level"),
    *("range_of(Level, Level('L3'), Level('L7'))", "{True}", "proved: no valid value is refused"),
    *("False", "False", "L9", "32"),
]


def test_a_new_type_is_one_row(tmp_path):
    head, rows = "import uuid\n", "for row in ("
    table = (ROOT / "base" / "value_types.py").read_text(encoding="utf-8")
    assert table.count(head) == table.count(rows) == 1
    edited = table.replace(head, f"{head}import levels\n").replace(rows, rows + ROW)
    (tmp_path / "value_types.py").write_text(edited, encoding="utf-8")
    (tmp_path / "levels.py").write_text(LEVELS)
    assert run_fresh(f"FOLDER = {str(tmp_path)!r}\n{ASKED}").splitlines() == ANSWERS


# --- no list of types beside the table ----------------------------------------------------------------------

SPECIAL = {"date", "datetime", "time", "timedelta", "Decimal", "Fraction", "UUID"}
BUILTIN = {"bytes", "str", "int", "float", "bool", "complex"}
ROOT = pathlib.Path(__file__).parents[3] / "mxspec"

# Literals with several types of values that are no fact about a type, by file: their number, and the reason.
PERMITTED = {
    "base/predicate_rows.py": (3, "rows of predicates name their classes; types without missing values"),
    "base/strategies/by_predicate.py": (1, "strategies of numbers and texts, with sizes that mxspec chooses"),
    "base/strategies/moments.py": (1, "the types that it draws between two ends"),
    "base/strategies/narrowing.py": (1, "the types that it draws with few digits"),
    "changes/borders/constants.py": (1, "the steps of exact numbers to ints and floats"),
    "changes/borders/leaf_borders.py": (2, "edits of an int, a Decimal or a text"),
    "changes/borders/operands.py": (1, "classes that may be spied on, with their constructors"),
    "changes/facts.py": (1, "classes that collections.abc and numbers register"),
    "changes/sets/scalar_sets.py": (1, "classes that divide the sorts of plain data"),
    "changes/witnesses.py": (1, "numbers that no array holds"),
    "frames/columns.py": (2, "the plain value, and the bound, of a column of each kind"),
    "frames/frame_reasons.py": (1, "columns with cells that an engine groups by ranges"),
    "inference/delimited.py": (1, "the texts of cells of each type"),
    "inference/next_values.py": (1, "types with a next value in time"),
    "inference/order.py": (1, "types with values that are unequal to themselves"),
    "inference/planted_errors.py": (2, "types that a planted error may change or exchange"),
    "inference/profile.py": (1, "exact numbers, which Fraction takes as they are"),
    "inference/sketch.py": (1, "types with values that are counted by their digests"),
    "inference/wide_ends.py": (1, "numbers that may be infinite"),
    "models/copula.py": (1, "types with a rank between others"),
    "odcs.py": (3, "the words of ODCS for types"),
    "predicates.py": (1, "the definition of is_rational"),
    "specs/core/predicate_tests.py": (1, "classes that pandas' NaT is an instance of"),
    "specs/core/writer.py": (1, "names of types in compiled code"),
    "transform/encode_source.py": (1, "types with a test of the time zone in compiled code"),
    "transform/json_values.py": (2, "readers of numbers, which come as numbers or as texts"),
}


def types_in(node):
    """The names of the types of values in a literal of several."""
    elements = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else ()
    elements = [key for key in node.keys if key] if isinstance(node, ast.Dict) else elements
    named = (each.id if isinstance(each, ast.Name) else getattr(each, "attr", None) for each in elements)
    return {*named} & {*SPECIAL, *BUILTIN}


def test_no_literal_lists_types_of_values_beside_the_table():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.name != "value_types.py" and any(name in text for name in SPECIAL):
            lists = [types for node in ast.walk(ast.parse(text)) if len(types := types_in(node)) > 1]
            found[path.relative_to(ROOT).as_posix()] = sum(not types.isdisjoint(SPECIAL) for types in lists)
    assert {path: n for path, n in found.items() if n} == {path: n for path, (n, _) in PERMITTED.items()}
