"""A report names each condition of the spec, with how often it was broken alone, and what never was."""

import datetime as dt
import json
import zlib
from decimal import Decimal

import numpy as np
import pytest

import mxspec as s
from tests.measurements.guards import guard_faults, measured_faults

CASES = guard_faults.CASES | measured_faults.CASES
ORDER = s.keys({"ship": {"post", "pickup"}, "address": s.optional(str)})
NEEDS = s.and_(ORDER, lambda o: o["ship"] == "pickup" or "address" in o)

# A spec, and some of its conditions.
CONDITIONS = [
    (s.int_in(0, 10), ["type int", "low 0", "low 0, just right", "high 10", "high 10, just right"]),
    (s.str_in("[A-Z]{2}-[0-9]+"), [
        "type str", "pattern [A-Z]{2}-[0-9]+", "pattern [A-Z]{2}-[0-9]+ (no [A-Z]{2})",
        "pattern [A-Z]{2}-[0-9]+ (no -)", "pattern [A-Z]{2}-[0-9]+ (no [0-9]+)"]),
    (s.is_uri, ["type str", f"pattern {s.predicates.URI}"]),
    ({"a", "b"}, ["no other member", "member 'a'", "member 'b'"]),
    (s.nilable(bool), ["None", "type bool"]),
    (s.coll_of(bool, min_count=1, max_count=3), [
        "type of a collection", "least length 1", "least length 1, just right", "greatest length 3",
        "greatest length 3, just right", "type bool in ['*']", "an element after the first in ['*']"]),
    (s.keys({"a": bool, "b": s.optional(bool)}, closed=True), [
        "type dict", "missing key 'a'", "missing key 'b'", "extra key", "type bool in ['a']",
        "type bool in ['b']"]),
    (NEEDS, [
        "a value with 'address'", "a value without 'address'",
        "lambda o: o['ship'] == 'pickup' or 'address' in o (a relation of 'ship' and 'address')"]),
    (s.and_(s.keys({"a": s.optional(bool), "b": s.optional(bool)}), lambda x: "a" in x or "b" in x), [
        "a value with 'a' and 'b'", "a value with 'a', without 'b'", "a value with 'b', without 'a'",
        "a value without 'a' and 'b'"]),
    (s.range_of(dt.time, dt.time(8), dt.time(18)), ["low datetime.time(8, 0)", "high datetime.time(18, 0)"]),
    (s.range_of(Decimal, Decimal("0.01")), ["low Decimal('0.01')", "low Decimal('0.01'), just right"]),
    (s.multi_spec("k", {"x": {"k": str, "n": bool}}), ["another tag", "type bool in ['n']"]),
    (s.array((2,), "float32", min=0), ["type or dtype", "low 0", "low 0, just right"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "conditions"), CONDITIONS)
def test_a_report_names_the_conditions_of_a_spec_and_each_is_broken(spec, conditions):
    report = s.check_guard(spec, spec)
    assert {*conditions} <= {str(each) for each in report.conditions}
    assert report.untried == ()
    n = len(report.conditions)
    assert repr(report).splitlines()[0] == f"agrees: {n} of {n} conditions broken alone"


def is_no_sum(x):
    return type(x) is int and x * 31_337 % 1_000_003 != 777


def is_no_check(x):
    return zlib.crc32(x.encode()) != 12_345


# A spec with a condition that no value near its examples breaks alone.
UNTRIED = [
    (s.with_gen(is_no_sum, lambda: s.gen(int)), "is_no_sum"),
    (s.and_(str, is_no_check), "is_no_check"),
    ({"xs": s.coll_of(bool, max_count=20_000)}, "greatest length 20000 in ['xs']"),
]


@pytest.mark.parametrize(("spec", "condition"), UNTRIED)
def test_what_was_never_broken_is_listed_and_the_report_is_not_true(spec, condition):
    report = s.check_guard(spec, spec)
    assert condition in report.untried
    assert not report
    assert not report.differs
    head, *_, last = repr(report).splitlines()
    assert "; never broken: " in head
    assert last == "  untried='allow' lets conditions be that were never broken"
    assert s.check_guard(spec, spec, untried="allow")
    data = json.loads(json.dumps(report.to_dict()))
    assert condition in data["untried"]
    assert not data["agrees"]


def test_where_a_relation_lets_nothing_lie_is_said_and_the_report_is_true():
    report = s.check_guard(CASES["an interval"].right, CASES["an interval"].spec)
    assert report
    assert "no right value was found at high 101, just right in ['low'], low -100, " in repr(report)
    [unmet, *_] = [each for each in report.to_dict()["conditions"] if each["found"] == 0]
    assert unmet["may_lack"]


def test_what_json_leaves_out_is_counted_and_is_the_choice_of_the_user():
    spec = s.float_in(0, 1, nan=False)
    report = s.check_guard(lambda x: type(x) is float and 0 <= x <= 1, spec, json=True)
    assert "1 left out by n, json or lax" in repr(report)
    assert report
    assert sum(each.asked == 0 for each in report.conditions) == 1


def test_a_scalar_of_numpy_is_labelled_and_alone_makes_no_right_guard_wrong():
    report = s.check_guard(lambda x: type(x) is int and 0 <= x < 10, s.int_in(0, 10))
    assert [type(miss.value) for miss in report.stricter] == [np.int64]
    assert repr(report).endswith(" - look-alike int64 for int (a scalar of numpy)")
    assert repr(report).startswith("agrees, numpy's scalars apart: 5 of 5 conditions broken alone")
    assert (bool(report), report.differs) == (True, False)


def test_a_spec_of_scalars_of_numpy_is_asked_as_any_other():
    spec = s.with_gen(
        s.spec(lambda x: isinstance(x, np.int64) and x < 5), lambda: s.gen(s.int_in(0, 5)).map(np.int64)
    )
    assert not s.check_guard(lambda x: isinstance(x, np.int64) and x < 3, spec, untried="allow")


def test_slips_against_one_pattern_are_one_line():
    report = s.check_guard(
        lambda x: isinstance(x["mail"], str), {"mail": s.str_in("[a-z]+@[a-z]+")}, lax=True
    )
    [line] = [line for line in repr(report).splitlines() if "pattern" in line and "lets pass" in line]
    assert line.startswith("  lets pass mail: ")
    assert " borders of the pattern, such as " in line
    assert "in a row" not in line


def test_the_part_alone_is_shown_by_its_path():
    spec = {"lines": s.coll_of({"n": s.int_in(0, 10)}, kind=list, min_count=1)}
    report = s.check_guard(
        lambda x: s.valid({"lines": s.coll_of({"n": s.int_in(0, 11)}, kind=list, min_count=1)}, x), spec
    )
    assert [line for line in repr(report).splitlines() if "high" in line] == [
        "  lets pass lines[0].n: 10 - high 10"
    ]


@pytest.mark.parametrize("word", ["pass", None, True, []])
def test_untried_is_a_word(word):
    with pytest.raises(s.SpecDefinitionError, match="untried is 'fail' or 'allow', not "):
        s.check_guard(int, int, untried=word)


FAULTS = [(name, words) for name, case in CASES.items() for words in case.faults]


@pytest.mark.few(6)
@pytest.mark.parametrize("name", CASES)
def test_a_right_guard_is_called_right(name):
    report = s.check_guard(CASES[name].right, CASES[name].spec)
    assert report, report


@pytest.mark.few(5)
@pytest.mark.parametrize(("name", "words"), FAULTS)
def test_a_fault_is_noticed(name, words):
    guard, x = CASES[name].faults[words]
    report = s.check_guard(guard, CASES[name].spec)
    assert report.differs, (report, x)


def test_optional_keys_that_are_not_paired_are_counted():
    spec = s.and_(s.keys({k: s.optional(bool) for k in "abcdefgh"}), lambda d: len(d) != 3)
    report = s.check_guard(spec, spec, untried="allow")
    assert any("2 more optional keys of lambda" in text for text in report.beyond)
    assert "too many to survey: 2 more optional keys" in str(report)
