"""int_in, float_in, inst_in."""

import datetime as dt
import math

import pytest

import mxspec as s
from mxspec.base.own_rows import meets
from mxspec.base.predicate_rows import PredicateRow, row_of_form

NAN, INF = math.nan, math.inf
DAY, NEXT = dt.datetime(2019, 10, 11), dt.datetime(2019, 10, 12)
ZONED, ZONED_NEXT = DAY.replace(tzinfo=dt.UTC), NEXT.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("spec", "accepted", "refused"),
    [
        (s.int_in(0, 10), [0, 9], [-1, 10, 3.0, True, "3", None]),
        (s.float_in(), [0.0, NAN, INF, -INF], [0, "0", None]),
        (s.float_in(0, 1), [0.0, 1.0, 0.5], [-0.1, 1.1, NAN, INF, 1, True]),
        (s.float_in(min=0), [0.0, INF], [-0.1, NAN]),
        (s.float_in(max=0, infinite=False), [-1.0], [-INF, 0.1]),
        (s.float_in(nan=False), [INF], [NAN]),
        (s.float_in(infinite=False), [NAN, 1.0], [INF, -INF]),
        (s.inst_in(DAY, NEXT), [DAY, NEXT - dt.timedelta(microseconds=1)], [NEXT, ZONED, DAY.date(), 0]),
        (s.inst_in(ZONED, ZONED_NEXT), [ZONED], [DAY, ZONED_NEXT]),
    ],
    ids=repr,
)
def test_a_range_accepts_the_values_within_it(spec, accepted, refused):
    for x in accepted:
        assert s.conform(spec, x) is x
        assert s.unform(spec, x) is x
        assert s.explain_data(spec, x) is None
    for x in refused:
        assert s.conform(spec, x) is s.INVALID
        assert len(s.explain_data(spec, x)["problems"]) == 1


@pytest.mark.parametrize(
    ("spec", "x", "pred"),
    [
        (s.int_in(0, 10), 10, ("int_in", 0, 10)),
        (s.int_in(0, 10), "x", int),
        (s.float_in(0, 1), 2.0, ("float_in", {"min": 0, "max": 1})),
        (s.float_in(0, 1), 1, float),
        (s.inst_in(DAY, NEXT), NEXT, ("inst_in", DAY, NEXT)),
        (s.inst_in(DAY, NEXT), 3, s.is_inst),
    ],
)
def test_the_problem_is_the_type_or_the_range(spec, x, pred):
    assert [problem["pred"] for problem in s.explain_data(spec, x)["problems"]] == [pred]


@pytest.mark.parametrize(
    "spec",
    [
        s.int_in(-3, 3), s.int_in(10**9, 10**9 + 3), s.float_in(), s.float_in(0, 1), s.float_in(min=1000),
        s.float_in(max=-1000, infinite=False), s.float_in(infinite=False, nan=False),
        s.float_in(infinite=False), s.inst_in(DAY, NEXT), s.inst_in(ZONED, ZONED_NEXT),
        s.and_(s.inst_in(DAY, NEXT), lambda when: when.hour < 12), s.and_(s.is_inst, s.inst_in(DAY, NEXT)),
        s.and_(float, s.float_in(1000, 1001)),
    ],
    ids=repr,
)  # fmt: skip
def test_examples_lie_in_the_range(spec):
    drawn = s.sample(spec, 100, seed=1)
    assert all(s.valid(spec, x) for x in drawn)
    assert len(set(map(repr, drawn))) > 2


@pytest.mark.parametrize(
    ("x", "inside"),
    [(0, True), (9, True), (10, False), (-1, False), (1.0, False), (True, False), (None, False)],
)
def test_is_int_in_range(x, inside):
    assert s.is_int_in_range(0, 10, x) is inside


@pytest.mark.parametrize(("x", "inside"), [(DAY, True), (NEXT, False), (ZONED, False), (None, False)])
def test_is_inst_in_range(x, inside):
    assert s.is_inst_in_range(DAY, NEXT, x) is inside


RANGES = [
    s.int_in(0, 10), s.int_in(-3, 1), s.int_in(min=3), s.int_in(max=3), s.float_in(0, 1), s.float_in(max=0.5),
    s.float_in(), s.inst_in(DAY, NEXT), s.range_of(int, 1, 3), s.range_of(s.is_number, 0, 9),
    s.range_of(dt.date, dt.date(2019, 10, 11)), s.range_of(str, "a", "b"), s.str_in(), s.str_in(1, 3),
    s.str_in("[ab]+"), s.str_in(2, pattern="[ab]*"), s.str_in(max_length=0),
]  # fmt: skip
NEAR = [
    None, True, False, -4, -3, 0, 1, 2, 3, 4, 9, 10, 0.0, 0.5, 1.0, 1.5, 9.5, INF, NAN, "", "a", "ab", "abc",
    "abcd", "c", b"a", [], [1], DAY, DAY.date(), NEXT, ZONED,
]  # fmt: skip


@pytest.mark.parametrize("spec", RANGES, ids=repr)
def test_the_row_of_a_range_says_what_it_accepts(spec):
    assert spec.row == row_of_form(s.form(spec))
    for x in NEAR:
        assert meets(spec.row, x) == s.valid(spec, x), x


@pytest.mark.parametrize(
    ("form", "row"),
    [
        (("count", 2), PredicateRow(least=2, most=2)),
        (("count", 2, None), PredicateRow(least=2)),
        (("count", 0, 3), PredicateRow(least=0, most=3)),
        (("min_length", 2), PredicateRow(least=2)),
        (("ge", 2), PredicateRow(low=(2, False))),
        (("lt", 2), PredicateRow(high=(2, True))),
        (
            ("float_in", {"nan": False}),
            PredicateRow("float_in", classes=(float,), marks=frozenset({"not nan"})),
        ),
        (("range_of", s.is_pos, 1, 2), None),
        (("cat", ("a", int)), None),
        ((), None),
    ],
)
def test_the_form_of_a_length_has_a_row(form, row):
    assert row_of_form(form) == row
