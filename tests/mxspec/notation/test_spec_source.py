"""The source of a spec defines the same spec."""

import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import operator
import sys
import types
import typing
import unicodedata
import uuid
import zoneinfo

import pytest

import mxspec as s
from tests.mxspec.base.test_forms import SPECS_BY_CALL
from tests.mxspec.meaning import execute
from tests.processes import run_fresh


class Color(enum.Enum):
    RED = 1


class Point(typing.NamedTuple):
    x: int
    y: int


s.def_("source/age", s.int_in(0, 151))
s.def_("source/years", "source/age")
s.def_("source/tree", s.keys(opt_un=["source/left", "source/years"]))
s.def_("source/left", "source/tree")

SPECS = [
    *(spec for call, spec in SPECS_BY_CALL.items() if "spec(positive)" not in call and "model" not in call),
    s.spec(frozenset({1, "a", None, ("b", 2)})), s.and_(int, functools.partial(operator.lt, 3)),
    s.or_(("class", int), ("b c", str)), s.or_(pairs=int), s.float_in(float("-inf"), 3.5),
    s.range_of(dt.date, dt.date(2019, 10, 11)),
    s.range_of(decimal.Decimal, decimal.Decimal("0.5"), decimal.Decimal(3)),
    s.range_of(fractions.Fraction, fractions.Fraction(1, 3)),
    s.range_of(dt.timedelta, dt.timedelta(1), dt.timedelta(days=3, seconds=5)),
    s.inst_in(dt.datetime(2019, 1, 1, tzinfo=dt.UTC), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
    s.inst_in(*(dt.datetime(year, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC")) for year in (2019, 2020))),
    s.spec({uuid.UUID(int=3), Color.RED}), s.spec(Color), s.spec(Point), s.str_in(1, 9, pattern=r"[a-z]+\d"),
    s.str_in(format="%d/%m/%Y"), s.record_of(Point, {"x": int, "y": s.nilable("source/age")}),
    s.keys(req_un={"a b": int, 3: str}, opt_un={"c": "source/age"}, closed=True),
    s.with_message(s.int_in(0, 10), "a digit, please"),
    s.array(shape=(None, 784), dtype="float32", min=0, max=1, finite=True),
    s.from_type(dict[str, list[int] | None]), s.from_type(typing.Annotated[int, s.int_in(0, 10)]),
    s.from_type(typing.Literal["won", 3]), s.from_type(typing.Any), s.from_type(tuple[Point, ...]),
    s.fspec(args=s.cat(a=int), ret=str),
]  # fmt: skip
VALUES = [
    None, 3, 12, -1, 2.5, "a", "ab1", "11/10/2019", [], [1, 2], [1, "x"], {"a": 1}, Point(1, 2), Color.RED,
]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_the_source_defines_the_same_spec(spec):
    again = execute(spec)
    assert repr(again) == repr(spec)
    assert [s.valid(again, x) for x in VALUES] == [s.valid(spec, x) for x in VALUES]
    if "partial(" not in repr(spec) and "Annotated" not in repr(spec):  # no two are equal
        assert s.form(again) == s.form(spec)


def test_the_source_defines_the_names_that_a_spec_refers_to():
    program = f"{s.source('source/tree')}\nprint(s.valid('source/tree', {{'left': {{'years': 200}}}}))"
    assert run_fresh(program) == "False\n"
    assert s.source("source/tree").count("s.def_(") == 4


def test_long_calls_are_broken_into_lines():
    options = {f"column number {i}": s.nilable(s.int_in(0, 10**9)) for i in range(9)}
    spec = s.keys(req_un=options, closed=True)
    lines = s.source(s.coll_of(spec)).splitlines()
    assert max(map(len, lines)) <= 100
    assert "    'column number 0': s.nilable(s.int_in(0, 1000000000))," in [line[4:] for line in lines]


def test_a_lambda_without_other_names_is_written():
    again = execute(s.and_(int, lambda n: n % 5 == 0))
    assert [s.valid(again, x) for x in (5, 7, "x")] == [True, False, False]


HUGE = 10**5000  # Python writes out no such int


@pytest.mark.parametrize(
    "spec",
    [
        s.int_in(-HUGE, HUGE), s.float_in(0, HUGE), s.spec({HUGE, -HUGE}), s.coll_of(int, max_count=HUGE),
        s.range_of(fractions.Fraction, fractions.Fraction(1, HUGE), fractions.Fraction(HUGE)),
        s.range_of(decimal.Decimal, decimal.Decimal(HUGE)), s.multi_spec("kind", {HUGE: int, -HUGE: str}),
        s.spec(functools.partial(operator.le, HUGE)), s.from_type(typing.Literal[HUGE, "a"]),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_number_of_many_digits_is_written(spec):
    again = execute(spec)
    assert s.source(again) == s.source(spec)
    assert all(s.valid(again, x) == s.valid(spec, x) for x in (HUGE, -HUGE, HUGE + 1, 3, 0.5))


TAGS = ["__debug__", "None", "class", "pairs", "\ufb01sh", "\uff26", "match", "self", "no name"]


@pytest.mark.parametrize("tag", TAGS)
def test_any_tag_and_any_key_are_written(tag):
    for spec in (
        s.or_((tag, int)), s.cat((tag, int)), s.alt((tag, int)), s.keys({tag: int}),
        s.multi_spec("kind", {tag: s.is_dict}), s.multi_spec(tag, {"a": s.is_dict}),
    ):  # fmt: skip
        again = execute(spec)
        assert s.source(again) == s.source(spec)
        for x in (3, [3], {tag: 3}, {"kind": tag}, {tag: "a"}):
            assert s.conform(again, x) == s.conform(spec, x)


@pytest.mark.parametrize("name", ["\ufb01sh", "\uff26ish", "\xaa", "__debug__"])
def test_a_name_that_python_reads_in_another_way_is_an_error(name, monkeypatch):
    module = types.ModuleType("zoo")
    for word in (name, unicodedata.normalize("NFKC", name)):
        setattr(module, word, type(word, (), {"__module__": "zoo", "__qualname__": word}))
    monkeypatch.setitem(sys.modules, "zoo", module)
    specs = [s.spec(getattr(module, name)), s.spec(functools.partial(dict, **{name: 1}))]
    if name != "__debug__":  # no enum has such a member
        specs.append(s.spec({enum.Enum("Fish", {name: 1, "other": 2})[name]}))
    for spec in specs:
        with pytest.raises(s.SpecDefinitionError, match="can't be written as source"):
            s.source(spec)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: s.spec(lambda x: x > LIMIT), "is a lambda that uses other names"),
        (lambda: s.spec(collections.Counter().update), "can't be imported by its name; pickle the spec"),
        (lambda: s.from_examples([[i % 7, i % 5] for i in range(600)]), "learnt from data; pickle the spec"),
    ],
)
def test_what_has_no_source(make, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.source(make())


LIMIT = 3
