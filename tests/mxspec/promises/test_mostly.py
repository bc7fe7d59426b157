"""Tests that are right most of the time: run until it is known, on drawn inputs and on those of pytest."""

import asyncio
import inspect
import itertools
import random
import re

import pytest
from hypothesis import strategies as st

import mxspec as s


def test_a_test_that_is_always_right_passes_after_as_many_runs_as_it_takes():
    runs = itertools.count()

    @s.mostly(0.95)
    def test_it():
        next(runs)

    assert test_it() is None
    assert next(runs) == 98


@pytest.mark.parametrize(("share", "passes"), [(0.99, True), (0.8, False)])
def test_a_test_that_is_sometimes_wrong_passes_if_it_is_right_often_enough(share, passes):
    rng = random.Random(1)

    @s.mostly(0.95)
    def test_answer():
        assert rng.random() < share, "a wrong answer"

    if passes:
        test_answer()
        return
    with pytest.raises(s.PromiseError) as raised:
        test_answer()
    assert isinstance(raised.value, AssertionError)
    first, *_, last = str(raised.value).splitlines()
    assert re.search(
        r"test_answer fails in \d+ of \d+ runs, the shortest: AssertionError: a wrong answer", first
    )
    assert last == "fewer than 95% of such runs are right (certain 99%)"


def test_an_open_test_fails_and_says_how_many_runs_would_decide():
    test = s.mostly(0.95, n=50)(lambda: None)
    with pytest.raises(
        s.PromiseError, match=r"not known yet: at least 95% of such runs are right.*this, 48 more runs decide"
    ):
        test()


def test_inputs_are_drawn_and_the_smallest_failure_is_shown():
    @s.mostly(0.95, xs=s.coll_of(s.int_in(0, 100)), y=st.integers(0, 9))
    def test_sum(xs, y):
        assert sum(xs) < 100

    with pytest.raises(s.PromiseError, match=r"shortest: xs=\[\d+(, \d+)?\], y=0 - AssertionError") as raised:
        test_sum()
    assert sum(raised.value.value["xs"]) == 100


def test_what_is_not_drawn_comes_from_the_caller():
    seen = []

    @s.mostly(0.5, word=s.spec({"a", "b"}))
    def test_words(server, word, *, times=2):
        seen.append((server, word, times))

    assert [*inspect.signature(test_words).parameters] == ["server", "times"]
    test_words("here", times=3)
    assert {each[1:] for each in seen} == {("a", 3), ("b", 3)}
    assert {each[0] for each in seen} == {"here"}


class TestMethods:
    @s.mostly(0.9, x=s.int_in(0, 10))
    def test_a_method_gets_its_instance_and_pytest_its_fixtures(self, x, tmp_path):
        assert isinstance(self, TestMethods)
        assert tmp_path.is_dir()
        assert 0 <= x < 10


@pytest.mark.parametrize("word", ["ab", "cd"])
@s.mostly(0.9, n=100)
def test_parameters_are_those_of_pytest(word):
    assert len(word) == 2


@pytest.mark.parametrize("workers", [1, 8])
def test_a_coroutine_function_becomes_a_test(workers):
    running, most = 0, 0

    @s.mostly(0.95, workers=workers, x=int)
    async def test_later(x):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        assert isinstance(x, int)

    assert not inspect.iscoroutinefunction(test_later)
    test_later()
    assert most == workers


def test_a_call_of_pytest_fail_is_wrong_and_a_skip_is_a_skip():
    with pytest.raises(s.PromiseError, match="Failed: no"):
        s.mostly(0.9)(lambda: pytest.fail("no"))()
    with pytest.raises(pytest.skip.Exception):
        s.mostly(0.9)(lambda: pytest.skip("no"))()


def raise_key_error():
    raise KeyError("x")


def test_a_bug_is_raised_unless_it_is_named():
    with pytest.raises(KeyError):
        s.mostly(0.9)(raise_key_error)()
    with pytest.raises(s.PromiseError, match="KeyError: 'x'"):
        s.mostly(0.9, raises=KeyError)(raise_key_error)()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: s.mostly(95), "share is a number between 0 and 1, not 95"),
        (lambda: s.mostly(0.9, y=int)(lambda x: None), "has no argument 'y' to draw"),
        (lambda: s.mostly(0.9)(lambda: False)(), "returns False, but a test returns nothing"),
        (lambda: s.mostly(0.9, x="no/name")(lambda x: None)(), "no spec is registered"),
    ],
)
def test_what_makes_no_sense_is_an_error(make, message):
    with pytest.raises(s.SpecError, match=message):
        make()
