"""Every number of examples and every seed is checked before it gets to Hypothesis or to random."""

import pytest

import mxspec as s


def same(x):
    return x


CALLS = s.fspec(args=s.cat(x=int), ret=int)
FEW = s.and_(int, lambda x: x > 3)

COUNTS = {
    "sample": lambda n: s.sample(int, n),
    "exercise": lambda n: s.exercise(int, n),
    "exercise_fn": lambda n: s.exercise_fn(same, n, spec=CALLS),
    "check_fn": lambda n: s.check_fn(same, CALLS, num_tests=n),
    "check_equivalent": lambda n: s.check_equivalent(same, abs, s.is_nat_int, num_tests=n),
    "check_equivalent with differ": lambda n: s.check_equivalent(same, same, int, num_tests=n, differ=0.5),
    "check_compatible": lambda n: s.check_compatible(FEW, s.and_(FEW, s.is_int), num_tests=n),
    "check_promise": lambda n: s.check_promise(s.is_int, int, n=n),
    "recursion_limit": lambda n: s.gen(int, recursion_limit=n),
    "gen_max": lambda n: s.every(int, gen_max=n),
}
SEEDS = {
    "sample": lambda seed: s.sample(int, 1, seed),
    "sample of a strategy": lambda seed: s.sample(s.gen(int), 1, seed),
    "generate": lambda seed: s.generate(int, seed),
    "exercise": lambda seed: s.exercise(int, 1, seed),
    "exercise_fn": lambda seed: s.exercise_fn(same, 1, seed, spec=CALLS),
    "check_fn": lambda seed: s.check_fn(same, CALLS, num_tests=1, seed=seed),
    "check_equivalent": lambda seed: s.check_equivalent(same, same, int, num_tests=1, seed=seed),
    "check_compatible": lambda seed: s.check_compatible(FEW, s.and_(FEW, s.is_int), num_tests=1, seed=seed),
    "check_promise": lambda seed: s.check_promise(s.is_int, int, seed=seed),
    "instrument": lambda seed: s.instrument([], share=0.5, seed=seed),
}
# With these a call makes no example, which it may be asked for, or tries its tests no time, which it may not.
FROM_ONE = ("check_fn", "check_equivalent", "check_equivalent with differ", "check_promise")


@pytest.mark.parametrize("n", [-1, 1.5, "3", True, float("nan")], ids=repr)
@pytest.mark.parametrize("name", COUNTS)
def test_a_number_that_counts_nothing_is_an_error_with_the_number(name, n):
    with pytest.raises(s.SpecDefinitionError, match=r" an int from [01], not "):
        COUNTS[name](n)


@pytest.mark.parametrize("name", COUNTS)
def test_no_tests_are_an_error_and_no_examples_are_none(name):
    if name in FROM_ONE:
        with pytest.raises(s.SpecDefinitionError, match="an int from 1, not 0"):
            COUNTS[name](0)
    else:
        COUNTS[name](0)


@pytest.mark.parametrize("seed", [1.5, "abc", True], ids=repr)
@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_that_is_no_int_is_an_error(name, seed):
    with pytest.raises(s.SpecDefinitionError, match="seed is an int, or None for new values, not "):
        SEEDS[name](seed)


@pytest.mark.parametrize("seed", [0, -1, 10**30, None], ids=repr)
@pytest.mark.parametrize("name", SEEDS)
def test_any_int_is_a_seed(name, seed):
    SEEDS[name](seed)
