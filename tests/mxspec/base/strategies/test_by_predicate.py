"""Strategies out of predicates and out of other strategies."""

import collections
import decimal
import enum
import fractions
import functools
import operator
import sys
import warnings

import hypothesis
import pydantic
import pytest
from hypothesis import strategies as st

import mxspec as s
from mxspec import predicates as p
from mxspec.base.predicate_rows import ROWS
from mxspec.base.strategies import by_predicate, narrowing
from tests.row_ids import row_id


class Color(enum.Enum):
    RED = 1
    GREEN = 2


@pytest.mark.parametrize(
    "pred", [pred for pred in ROWS if by_predicate.for_predicate(pred) is not None], ids=row_id
)
def test_every_predicate_with_a_strategy_accepts_its_examples(pred):
    assert all(s.valid(pred, x) for x in s.sample(pred, 12, seed=1))


@pytest.mark.parametrize(
    ("pred", "accepted"),
    [
        ({1, 2}, {1, 2}),
        ({1, "x"}, {1, "x"}),
        (frozenset({None, False, 5}), {5}),
        (Color, {Color.RED, Color.GREEN}),
        (bool, {True, False}),
        (s.is_zero, {0}),
    ],
)
def test_a_small_space_is_drawn_whole(pred, accepted):
    assert set(s.sample(pred, 40, seed=1)) == accepted


@pytest.mark.parametrize("pred", [set(), {None}, s.is_even, s.is_pos, lambda x: x, s.is_callable], ids=row_id)
def test_other_predicates_have_no_strategy(pred):
    assert by_predicate.for_predicate(pred) is None
    with pytest.raises(
        s.GeneratorError, match=r"unable to construct gen at: \[\] for: .+; give one with s.with_gen"
    ):
        s.gen(pred)


def test_an_unhashable_callable_has_no_strategy():
    class Unhashable:
        __hash__ = None

        def __call__(self, x):
            return True

    assert by_predicate.for_predicate(Unhashable()) is None


def test_hypothesis_knows_of_further_types():
    assert all(isinstance(x, range) for x in s.sample(range, 5))
    assert all(isinstance(x, collections.abc.Hashable) for x in s.sample(collections.abc.Hashable, 5))


def test_texts_are_plain_and_otherwise():
    drawn = s.sample(str, 300, seed=1)
    plain = [x for x in drawn if x and x.isascii() and x.isalnum()]
    strange = [x for x in drawn if not x.isascii()]
    assert len(plain) > 60
    assert len(strange) > 60


# --- bounds -------------------------------------------------------------------------------------------------

NARROW = [
    s.and_(int, lambda n: 1000000 <= n < 1000010), s.and_(int, s.int_in(5000000, 5000010)),
    s.and_(int, {70, 80}), s.and_(s.spec(int), s.spec({70, 80})), s.and_({1, 2, 3}, s.is_odd),
    s.and_(s.is_int, s.is_even), s.and_(s.is_int, s.is_even, lambda n: n > 100),
    s.and_(s.is_number, s.int_in(0, 10)), s.and_(float, lambda x: 0 <= x <= 1),
    s.and_(float, lambda x: 0 < x < 1), s.and_(s.is_number, lambda x: x > 1000),
    s.and_(str, lambda x: len(x) > 3),
    s.and_(s.and_(int, lambda n: n > 1000000000), lambda n: n < 1000000005),
    s.and_(int, s.nilable(int), lambda n: n > -5), s.and_(s.float_in(0, 10), lambda x: x > 9.5),
]  # fmt: skip


@pytest.mark.parametrize("spec", NARROW, ids=row_id)
def test_the_range_of_predicates_bounds_the_drawing(spec):
    """With every element drawn in bounds, Hypothesis finds nothing to complain of."""
    many = s.coll_of(spec, min_count=20)

    @hypothesis.settings(database=None, max_examples=12)
    @hypothesis.given(s.gen(many))
    def check(xs):
        assert len(xs) >= 20
        assert s.valid(many, xs)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check()


def test_bounds_are_a_help_and_not_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis.internal.filtering", None)
    assert narrowing.narrow(st.integers(), int, [lambda n: n > 5])[1] is False
    assert all(n > -5 for n in s.sample(s.and_(int, lambda n: n > -5), 20, seed=1))
    with pytest.raises(s.GeneratorError, match="refused 100 values in a row"):
        s.sample(s.and_(int, lambda n: 1000000 <= n < 1000010))


def test_hypothesis_still_has_its_reader_of_predicates():
    """It is private: when a release moves or changes it, bounds no longer go into the drawing."""
    from hypothesis.internal.filtering import get_numeric_predicate_bounds, max_len, min_len

    read = get_numeric_predicate_bounds
    assert read(lambda n: 0 <= n < 10) == ({"min_value": 0, "max_value": 10, "exclude_max": True}, None)
    assert read(functools.partial(operator.le, 3)) == ({"min_value": 3}, None)
    bounds, rest = read(lambda xs: len(xs) > 2)
    assert bounds == {"min_value": 2, "exclude_min": True, "len": True}
    assert rest is not None
    assert min_len(2, "ab")
    assert not max_len(1, "ab")


@pytest.mark.parametrize(
    "pred", [functools.partial(bool), lambda x: x > 3 and len(x) > 2, lambda x: x is not None]
)
def test_a_predicate_that_hypothesis_can_not_read_sets_no_bounds(pred):
    strategy = st.integers()
    assert narrowing.narrow(strategy, int, [pred]) == (strategy, False)


def test_a_partial_of_an_operator_sets_bounds_that_hypothesis_can_not_read():
    assert all(
        n >= 10**400 for n in s.sample(s.and_(int, functools.partial(operator.le, 10**400)), 5, seed=1)
    )


@pytest.mark.parametrize(
    ("preds", "covered"),
    [
        ([], True),
        ([lambda n: n > 5], True),
        ([functools.partial(operator.le, 10**400)], True),
        ([lambda n: n > 5, lambda n: n <= 9], True),
        ([lambda n: n > 5, s.is_even], False),
        ([lambda n: n > 5 and n % 2 == 0], False),
    ],
)
def test_it_is_known_whether_bounds_are_all_that_is_asked(preds, covered):
    assert narrowing.narrow(st.integers(), int, preds)[1] is covered


@pytest.mark.parametrize("kind", [str, list, bytes, s.is_str])
def test_lengths_are_bounds_too(kind):
    spec = s.and_(kind, lambda xs: len(xs) > 30, lambda xs: len(xs) <= 33)
    assert {len(x) for x in s.sample(spec, 60, seed=1)} == {31, 32, 33}


def test_a_length_does_not_bound_an_unbounded_strategy():
    drawn = s.sample(s.and_(dict, lambda m: len(m) >= 3, lambda m: len(m) < 9), 30, seed=1)
    assert all(3 <= len(m) < 9 for m in drawn)


# --- combinators --------------------------------------------------------------------------------------------


def test_fmap_and_such_that():
    assert set(s.sample(s.fmap(str, s.gen({1, 2})), 20, seed=1)) == {"1", "2"}
    assert set(s.sample(s.such_that(s.is_even, s.gen({1, 2, 3, 4})), 30, seed=1)) == {2, 4}


def test_fmap_of_a_spec_is_told_how_to_get_its_strategy():
    with pytest.raises(s.GeneratorError, match=r"fmap maps a strategy, not int_in\(0, 5\); try fmap\(f, gen"):
        s.fmap(str, s.int_in(0, 5))


def test_such_that_gives_up_with_the_name_of_the_predicate():
    def never(x):
        return False

    with pytest.raises(s.GeneratorError, match=r"never.* refused 100 values in a row"):
        s.sample(s.such_that(never, s.gen(int)))
    with pytest.raises(s.GeneratorError, match="a rare thing refused 100 values in a row"):
        s.sample(s.such_that(never, s.gen(int), what="a rare thing"))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (s.and_(int, lambda n: n == 10**30), "failed: lambda n: n == 10 ** 30;"),
        (s.with_gen(int, lambda: s.gen({"a"})), "the last: an int is required, not 'a' - failed: int;"),
        (s.coll_of(s.with_gen(int, lambda: s.gen({"a"})), into=set, min_count=1),
         "the last: an int is required, not 'a' - failed: int;"),
        (s.amp(s.plus({1}), lambda xs: len(xs) > 900), "failed: lambda xs: len(xs) > 900;"),
        (s.coll_of({1}, kind=s.with_gen(lambda xs: xs == 3, lambda: s.gen({3}))),
         "failed: lambda xs: xs == 3;"),
    ],
)  # fmt: skip
def test_giving_up_says_why_the_last_value_was_refused(spec, words):
    with pytest.raises(s.GeneratorError) as raised:
        s.sample(spec)
    assert words in str(raised.value)


def test_such_that_in_a_property_is_an_assumption():
    @hypothesis.settings(database=None, max_examples=5, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(s.such_that(lambda x: False, st.none()))
    def check(x):
        raise AssertionError

    with pytest.raises(hypothesis.errors.Unsatisfiable):
        check()


@pytest.mark.parametrize("given", [lambda: 3, lambda: None])
def test_an_error_names_the_part_without_a_strategy(given):
    with pytest.raises(
        s.GeneratorError, match=r"the generator of .*int.* must return a Hypothesis strategy, it"
    ):
        s.sample(s.with_gen(int, given))


def test_instants_are_aware_unless_the_bounds_are_naive():
    assert all(x.tzinfo is not None for x in s.sample(s.is_inst, 20, seed=1))
    assert p.is_inst(s.generate(s.is_inst, seed=1))


@pytest.mark.parametrize(
    "spec",
    [
        s.and_(p.is_decimal, lambda x: 5 < x <= 5.25),
        s.and_(decimal.Decimal, lambda x: x < -(10**9)),
        s.and_(p.is_ratio, lambda x: 1 < x < 1.125),
        # so far from the small fractions that are drawn first that a value takes a second
        s.and_(fractions.Fraction, lambda x: x > 10**6),
        s.and_({None, "a", 3}, s.int_in(0, 5)),
    ],
    ids=row_id,
)
def test_bounds_of_numbers_that_are_exact_are_put_into_the_drawing(spec):
    assert all(s.valid(spec, x) for x in s.sample(spec, 8, seed=1))


@pytest.mark.parametrize(
    "pred", [s.float_in(0, 1), s.int_in(0, 9), lambda x: x > 3], ids=["floats", "ints", "fn"]
)
def test_a_value_that_can_not_be_compared_with_a_bound_is_refused(pred):
    with pytest.raises(s.GeneratorError, match="found no value"):
        s.sample(s.and_(s.is_uuid, pred), seed=1)


class EvenId(pydantic.BaseModel):
    id: int

    @pydantic.model_validator(mode="after")
    def check(self):
        if self.id % 2:
            raise ValueError("odd ids are taken")
        return self


class Unwilling:
    def __init__(self, id: int):
        raise OSError(f"no\n{'disk ' * 100}")


def test_an_example_that_its_class_refuses_to_make_is_drawn_again():
    for spec in (EvenId, s.from_type(EvenId), s.from_type(list[EvenId])):
        assert len(s.sample(spec, 30, seed=1)) == 30
    with pytest.raises(s.GeneratorError, match=r"Unwilling refused 100 values in a row, the last: OSError: "):
        s.sample(s.coll_of(Unwilling, min_count=1))
    with pytest.raises(s.GeneratorError) as raised:
        s.sample(Unwilling)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_strategy_is_never_asked_whether_it_is_true():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for spec in (
            s.with_gen(int, st.just(7)),
            s.spec(int, gen=st.just(7)),
            s.coll_of(int, gen=st.just([7])),
        ):
            repr(s.or_(a=spec))
            repr(s.with_gen(spec, st.just(8)))
            assert s.valid(spec, s.generate(spec))
        made = s.model_spec({1}, lambda x: 1, lambda n, z: z, latent=st.just(2))
        assert repr(made)
        assert s.sample(made, 2) == [2, 2]
        assert s.sample(int, 1, overrides={(): st.just(3)}) == [3]


@pytest.mark.few(6)
@pytest.mark.parametrize("pred", [s.is_nat_int, str, s.is_uri, {1, 2}], ids=row_id)
@pytest.mark.parametrize(
    "anything", [[s.is_any], [object], [s.is_any, object]], ids=["any", "object", "both"]
)
def test_what_follows_a_predicate_of_any_value_makes_the_examples(anything, pred):
    for seed in range(5):
        assert s.valid(pred, s.generate(s.and_(*anything, pred), seed=seed))
    assert s.sample(s.and_(*anything, pred), 20, seed=0) == s.sample(s.and_(pred, s.is_any), 20, seed=0)
