"""A sample begins with small values and grows; trials shrink; a test of Hypothesis draws as ever."""

import inspect

import hypothesis
import hypothesis.errors
import pytest
from hypothesis import strategies as st

import mxspec as s
from mxspec.base.strategies import combine, sampling
from mxspec.functions.fspec import CONFORM_TRIALS, EXPLAIN_TRIALS
from tests.row_ids import row_id


def magnitude(x):
    return len(x) if hasattr(x, "__len__") else abs(x)


@pytest.mark.few(10)
@pytest.mark.parametrize(
    "spec",
    [
        int, float, str, bytes, list, s.is_pos_int, s.is_nat_int, s.is_neg_int, s.and_(int, s.is_even),
        s.float_in(min=0), s.float_in(max=3), s.coll_of(int), s.coll_of(int, kind=set), s.map_of(int, int),
        s.star(int), s.gen(int), s.is_ratio, s.is_rational, s.is_decimal, complex, s.from_type(list[int]),
        s.from_type(dict[int, str]),
    ],
    ids=row_id,
)  # fmt: skip
def test_the_first_values_are_small_and_later_ones_larger(spec):
    firsts = [magnitude(x) for seed in range(4) for x in s.sample(spec, 4, seed=seed)]
    assert max(firsts) <= 8
    assert max(map(magnitude, s.sample(spec, 40, seed=1)[25:])) > max(4, sum(firsts) / len(firsts))


def test_ten_ints_read_like_those_of_clojure():
    for seed in range(20):
        drawn = s.sample(int, 10, seed=seed)
        assert drawn[0] == 0
        assert all(abs(x) <= 2 ** ((i + 1) // 2) for i, x in enumerate(drawn))


def test_a_longer_sample_begins_with_a_shorter_one():
    assert s.sample(int, 30, seed=2)[:10] == s.sample(int, 10, seed=2)


def test_one_value_is_of_middling_size():
    drawn = [s.generate(int, seed=seed) for seed in range(60)]
    assert max(map(abs, drawn)) < 2**15
    assert sum(abs(x) > 100 for x in drawn) > 15


@pytest.mark.parametrize(
    "spec", [s.float_in(min=1e308), s.float_in(max=-1e300), s.float_in(min=1e17)], ids=repr
)
def test_values_near_a_bound_that_is_far_out_differ(spec):
    assert len(set(s.sample(spec, 20, seed=1))) > 10


@pytest.mark.parametrize("spec", [s.is_pos_int, s.float_in(min=2.5), s.float_in(max=-7), s.is_neg_int])
def test_values_near_their_bound_are_within_it(spec):
    assert all(s.valid(spec, x) for x in s.sample(spec, 250, seed=3))


def test_a_filter_that_refuses_all_small_values_is_given_larger_ones():
    assert all(
        x > 40 and x % 7 == 3 for x in s.sample(s.and_(int, lambda n: n % 7 == 3 and n > 40), 5, seed=1)
    )
    assert all(len(x) == 6 for x in s.sample(s.coll_of(int, kind=set, count=6), 5, seed=1))


def test_infinities_come_later():
    assert all(abs(x) < 100 for seed in range(30) for x in s.sample(float, 8, seed=seed))
    assert float("inf") in s.sample(s.float_in(min=0, infinite=True), 150, seed=1)


def test_in_a_test_of_hypothesis_values_have_no_size():
    largest = 0

    @hypothesis.seed(1)
    @hypothesis.settings(database=None, max_examples=200)
    @hypothesis.given(s.gen(int), st.data())
    def check(x, data):
        nonlocal largest
        largest = max(largest, abs(x))

    check()
    assert largest > 2**30


def test_sizes_start_again_after_many():
    with combine.at_size(None), combine.enlarge(3):
        assert combine._size.get() is None
    drawn = s.sample(int, combine.LARGEST + 1, seed=1)
    assert drawn[0] == drawn[-1] == 0


# --- trials: how many values are tried, and which one fails -------------------------------------------------


def test_a_strategy_without_values_is_an_error_that_names_it():
    with pytest.raises(s.GeneratorError, match="found no value for nothing"):
        sampling.run_trials(st.integers().filter(lambda n: False), lambda n: None, 10, 1, "nothing")


def test_a_strategy_that_runs_dry_is_one_too():
    drawn = []
    strategy = st.integers().filter(lambda n: not drawn and not drawn.append(n))
    with pytest.raises(s.GeneratorError, match="found no value for few"):
        sampling.run_trials(strategy, lambda n: None, 10, 1, "few")


def test_filters_in_filters_do_not_multiply_their_tries(monkeypatch):
    asked = []
    rare = s.such_that(lambda n: asked.append(n) or n % 30 == 0, st.integers(1, 1000))
    none = s.such_that(lambda xs: xs == "none", st.lists(rare, min_size=5, max_size=5))
    monkeypatch.setattr(sampling, "MOST_STEPS", 40_000)
    with pytest.raises(s.GeneratorError, match=r"found no value for draw_accepted\(\): "):
        s.sample(none, seed=1)
    assert 1000 < len(asked) < 2500  # 20 steps each, and those that pass; else 150 for each of 2,000 lists
    assert {n % 30 for n in s.sample(rare, 50, seed=1)} == {0}  # the steps are counted from value to value


def test_examples_of_an_ambiguous_regex_that_a_pred_refuses_take_a_number_of_steps(monkeypatch):
    refused = []
    spec = s.and_(s.star(s.star(s.star(int))), lambda xs: refused.append(xs))
    monkeypatch.setattr(sampling, "MOST_STEPS", 10_000)
    with pytest.raises(s.GeneratorError, match="found no value for and_"):
        s.sample(spec, seed=1)
    assert 5 < len(refused) < 500


def test_a_flaky_test_without_a_failure_raises_hypothesis_own_error():
    turn = iter(range(100_000))

    @st.composite
    def unsteady(draw):
        return draw(st.integers(0, 100) if next(turn) % 2 else st.text(min_size=3))

    with pytest.raises(hypothesis.errors.Flaky):
        sampling.run_trials(unsteady(), lambda x: None, 100, 1, "unsteady")


def test_the_public_names_keep_clojures_meaning_of_their_numbers():
    assert (CONFORM_TRIALS, EXPLAIN_TRIALS) == (21, 100)
    assert inspect.signature(s.exercise_fn).parameters["n"].default == 10
