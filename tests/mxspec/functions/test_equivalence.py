"""check_equivalent: two functions that answer alike, or the smallest example that tells them apart."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import mxspec as s


def raise_value_error(x):
    raise ValueError(f"no {x}")


def raise_key_error(x):
    raise KeyError(x)


@pytest.mark.parametrize(
    ("f", "g"),
    [
        (abs, lambda x: max(x, -x)),
        (lambda x: float("nan"), lambda x: float("nan")),
        (lambda x: [x, {"half": x / 2}], lambda x: (x, {"half": 0.5 * x})),
        (lambda x: np.array([x, 1.5]), lambda x: np.array([x, 1.5], np.float16).astype(np.float64)),
        (lambda x: np.array([math.inf, math.nan]), lambda x: np.array([math.inf, math.nan])),
        (lambda x: np.array(["a"]), lambda x: np.array(["a"])),
        (lambda x: s.Reading(x, confidence=0.9), lambda x: s.Reading(x, confidence=0.8)),
        (lambda x: s.Reading(x, confidence=0.9), lambda x: x),
    ],
)
def test_functions_that_answer_alike_are_equivalent(f, g):
    assert s.check_equivalent(f, g, s.int_in(-50, 50), num_tests=60, seed=1)


@pytest.mark.parametrize(
    ("f", "g", "smallest", "words"),
    [
        (lambda x: x, lambda x: min(x, 6), 7, "answers 7, but lambda x: min(x, 6) answers 6"),
        (lambda x: x % 5 == 4, lambda x: False, 4, "answers True, but lambda x: False answers False"),
        (lambda x: 1.0, lambda x: 1.0 + x / 1000, 1, "answers 1.0, but"),
        (lambda x: [1], lambda x: [1] * (1 + x // 9), 9, r"answers [1], but"),
        (lambda x: {"a": 1}, lambda x: {"a" if x < 3 else "b": 1}, 3, "answers {'b': 1}"),
        (lambda x: np.zeros(2), lambda x: np.zeros(2 + x // 8), 8, "array of shape (3,)"),
        (lambda x: np.zeros(2), lambda x: np.full(2, float(x > 5)), 6, "1.0 to 1.0"),
        (lambda x: np.array(["a"]), lambda x: np.array(["a" * (1 + (x > 2))]), 3, "array of shape (1,), <U2"),
        (lambda x: s.Reading(x), lambda x: s.Reading(None if x == 9 else x, reason="ink"), 9,
         "not recognised: ink"),
        (lambda x: s.Reading(1, 0.9), lambda x: s.Reading(1 if x < 2 else 7, 0.8), 2,
         "says read as 7 (0.80)"),
        (lambda x: 0, lambda x: 0 if x < 4 else raise_value_error(x), 4, "raises ValueError"),
    ],
)  # fmt: skip
def test_the_smallest_example_tells_functions_apart(f, g, smallest, words):
    result = s.check_equivalent(f, g, s.int_in(0, 50), seed=1)
    assert not result
    assert result["ret"]["shrunk"]["smallest"] == smallest
    assert words in str(result["failure"])
    assert repr(result).startswith(f"failed: {smallest}: ")
    assert not s.check_equivalent(g, f, s.int_in(0, 50), seed=1)


@pytest.mark.parametrize(
    ("a", "b", "difference"),
    [
        (1, 1.25, 0.25),
        (Decimal("1.5"), 1.25, 0.25),
        (Fraction(1, 2), 1, 0.5),
        ([1, (2, 3)], (1, [2, 3.5]), 0.5),
        ({"x": np.zeros(3)}, {"x": np.array([0, 0.125, 0])}, 0.125),
        (np.float32(1), 1.5, 0.5),
        (s.Reading(3, confidence=0.5, score=1.0), s.Reading(3, confidence=0.75, score=1.0), 0.25),
        (s.Reading(3, confidence=0.5, score=1.0), s.Reading(3, confidence=0.5, score=1.5), 0.5),
    ],
)
def test_numbers_may_differ_by_the_tolerance(a, b, difference):
    def is_equivalent(tolerance):
        return bool(s.check_equivalent(lambda _: a, lambda _: b, s.is_none, num_tests=1, tolerance=tolerance))

    assert is_equivalent(difference)
    assert not is_equivalent(difference * 0.9)
    if not isinstance(a, s.Reading):
        assert not is_equivalent(None)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (10**400, 10**400 + 1),  # beyond all floats
        (True, "True"),
        (s.Reading(3, confidence=0.5), s.Reading(3)),
        (s.Reading(3, score=2.0, threshold=1.0), s.Reading(3, score=2.0, threshold=3.0)),
        ([1, 2], [1, 2, 3]),
        (None, 0),
    ],
)
def test_no_tolerance_makes_these_alike(a, b):
    assert not s.check_equivalent(lambda _: a, lambda _: b, s.is_none, num_tests=1, tolerance=1.0)


def test_a_comparison_of_ones_own_decides_in_place_of_the_usual_one():
    def same(a, b):
        return a.lower() == b.lower()

    assert s.check_equivalent(str.upper, str.lower, {"a", "Bc", "d1", ""}, same=same, num_tests=50)
    assert not s.check_equivalent(str.upper, str.lower, {"a", "Bc", "d1", ""}, num_tests=50, seed=1)


def test_the_answers_are_in_the_failure():
    result = s.check_equivalent(lambda x: x, lambda x: 0, s.int_in(0, 5), seed=1)
    assert result["failure"].data["answers"] == (1, 0)
    assert s.summarize_results([result], summary=bool) == {"total": 1, "not-equivalent": 1}


@pytest.mark.parametrize("differ", [None, 0.01])
@pytest.mark.parametrize(
    ("g", "raises", "is_equal"),
    [
        (raise_value_error, (), False),
        (raise_value_error, KeyError, False),
        (raise_value_error, ValueError, True),
        (raise_value_error, (KeyError, Exception), True),
        (raise_key_error, Exception, False),
        (lambda x: x, ValueError, False),
    ],
)
def test_an_exception_is_an_answer_only_if_it_is_named(g, raises, is_equal, differ):
    values = s.int_in(0, 10**6) if differ is None else range(1000)
    result = s.check_equivalent(raise_value_error, g, values, raises=raises, differ=differ, seed=1)
    assert bool(result) is is_equal
    n = result["ret"]["both_raised"]
    assert repr(result).endswith(f"; both raise for {n:,}") is is_equal
    if is_equal:
        assert n == result["ret"]["num_tests"]
    elif g is raise_value_error:
        words = "0: both raise ValueError: no 0, which is an answer only with raises=ValueError"
        assert words in str(result["failure"] if differ else repr(result))


def test_a_comparison_sees_answers_alone():
    assert not s.check_equivalent(raise_value_error, abs, int, same=lambda a, b: True, num_tests=5)


@pytest.mark.parametrize("differ", [None, 0.01])
@pytest.mark.parametrize("reply", ["no", None, 0, 1, np.zeros(2)], ids=repr)
def test_a_comparison_returns_true_or_false(reply, differ):
    with pytest.raises(s.SpecDefinitionError, match=r"same returns True or False, not .* as for 0 and 0"):
        s.check_equivalent(lambda x: 0, lambda x: 0, s.int_in(0, 50), same=lambda a, b: reply, differ=differ)


@pytest.mark.parametrize("reply", [True, np.True_, np.array(True)], ids=type)
def test_a_comparison_may_return_a_bool_of_numpy(reply):
    assert s.check_equivalent(lambda x: 0, lambda x: 0, int, same=lambda a, b: reply, num_tests=5)


def test_raises_has_classes_of_exceptions():
    with pytest.raises(s.SpecDefinitionError, match=r"raises is a class of exceptions, .*, not 3"):
        s.check_equivalent(abs, abs, int, raises=3)


def test_a_batched_function_is_called_with_one_value_at_a_time():
    sizes = []
    one = s.batched(lambda xs: sizes.append(len(xs)) or xs)(lambda x: x)
    assert s.check_equivalent(one, abs, s.int_in(0, 50), num_tests=50)
    assert s.check_equivalent(one, abs, range(1000), differ=0.01)
    assert sizes == []


def test_of_arrays_the_first_is_shown_with_its_place():
    rows = np.arange(3000.0).reshape(1000, 3)
    result = s.check_equivalent(lambda row: row[0] >= 30, lambda row: True, rows[::-1], differ=0.01)
    assert result
    result = s.check_equivalent(lambda row: row[0] >= 30, lambda row: True, rows, differ=0.01)
    assert "2 of 2 values, the first, value 1: array of shape (3,), float64, 0.0 to 2.0: " in repr(result)


def test_a_spec_without_a_generator_is_an_error():
    with pytest.raises(s.GeneratorError):
        s.check_equivalent(abs, abs, s.spec(lambda x: False))


# --- answers to a small share of the values may differ ----------------------------------------------------


def test_a_share_that_differs_is_promised_on_a_stream_as_soon_as_it_is_known():
    requests = iter(range(10**9))
    result = s.check_equivalent(lambda x: x % 1000, lambda x: min(x % 1000, 995), requests, differ=0.01)
    assert result
    assert (result["promise"].rows, next(requests)) == (496, 496)
    assert (
        repr(result["promise"]) == "differ on at most 1% of such values (certain 99%): 496 values, 0 of them"
    )
    assert repr(result).endswith(repr(result["promise"]))


@pytest.mark.parametrize(
    ("values", "smallest"), [(s.int_in(0, 1000), 40), (range(0, 1000, 7), 42), ([*range(0, 900, 3)], 42)]
)
def test_a_share_that_is_too_large_is_refuted_with_a_value_and_both_answers(values, smallest):
    result = s.check_equivalent(str, lambda x: str(x) if x < 40 else "?", values, differ=0.01, seed=1)
    assert not result
    failure = result["failure"]
    assert failure.data["verdict"] == "refuted"
    assert failure.value == smallest
    assert f"the shortest: {smallest}: str answers '{smallest}', but the second answers '?'" in str(failure)
    assert "more than 1% of such values get no equal answers (certain 99%)" in repr(result)
    assert repr(result).count("lambda") == 1


def test_values_that_end_too_early_are_a_failure_that_says_how_many_would_do():
    result = s.check_equivalent(abs, abs, range(100), differ=0.05, confidence=0.95)
    assert result["promise"].rows == 65
    result = s.check_equivalent(abs, abs, range(30), differ=0.05, confidence=0.95)
    assert not result
    assert "if it goes on like this, 35 more values decide it" in repr(result)


def test_a_share_is_a_number_between_0_and_1():
    with pytest.raises(s.SpecDefinitionError, match="differ is a number between 0 and 1, not 5"):
        s.check_equivalent(abs, abs, int, differ=5)


@pytest.mark.parametrize(
    "values", [[1, 2], (1, 2), [{"n": 1}], iter([1])], ids=["list", "tuple", "maps", "iterator"]
)
def test_values_in_the_place_of_their_spec_are_an_error_that_names_differ(values):
    with pytest.raises(
        s.SpecDefinitionError, match=r"draws examples of a spec, and .+ is values; .*differ=0\.01"
    ):
        s.check_equivalent(abs, abs, values)
