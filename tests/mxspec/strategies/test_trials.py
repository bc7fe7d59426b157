"""Trials: how many values are tried, and which one fails."""

import inspect

import hypothesis.errors
import hypothesis.strategies as st
import pytest

import mxspec as s
from mxspec.functions import fspec as functions
from mxspec.strategies import sampling


def test_a_strategy_without_values_is_an_error_that_names_it():
    with pytest.raises(s.GeneratorError, match="found no value for nothing"):
        sampling.run_trials(st.integers().filter(lambda n: False), lambda n: None, 10, 1, "nothing")


def test_a_strategy_that_runs_dry_is_one_too():
    drawn = []
    strategy = st.integers().filter(lambda n: not drawn and not drawn.append(n))
    with pytest.raises(s.GeneratorError, match="found no value for few"):
        sampling.run_trials(strategy, lambda n: None, 10, 1, "few")


def test_what_hypothesis_cannot_repeat_before_any_failure_is_its_own_error():
    turn = iter(range(100_000))

    @st.composite
    def unsteady(draw):
        return draw(st.integers(0, 100) if next(turn) % 2 else st.text(min_size=3))

    with pytest.raises(hypothesis.errors.Flaky):
        sampling.run_trials(unsteady(), lambda x: None, 100, 1, "unsteady")


def test_the_public_names_keep_clojures_meaning_of_their_numbers():
    assert (functions.CONFORM_TRIALS, functions.EXPLAIN_TRIALS) == (21, 100)
    assert inspect.signature(s.exercise_fn).parameters["n"].default == 10
