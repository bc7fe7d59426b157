"""Equivalence: two functions that answer alike on the examples of a spec, or the smallest difference."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mxspec.base.forms import predicate_text
from mxspec.base.messages import reasons
from mxspec.base.strategies.sampling import run_trials
from mxspec.base.values import short_repr
from mxspec.errors import CheckError, PromiseError, SpecDefinitionError
from mxspec.functions.check import NUM_TESTS, CheckResult, new_seed, outcome
from mxspec.models.model_spec import Reading, as_reading
from mxspec.predicates import is_number
from mxspec.promises.answers import Guard, as_bool, exception_classes
from mxspec.promises.bounds import check_terms
from mxspec.promises.claims import Claim, Terms, decide, raise_unless_promised
from mxspec.promises.guards import values_of
from mxspec.promises.promise import Promise, certain, share_text
from mxspec.promises.sequential import error_of, records
from mxspec.questions.examples import gen as gen_of
from mxspec.specs.core.generation import Overrides
from mxspec.specs.core.question import refusal
from mxspec.specs.core.spec import specize, text_of

_NUMBERS: Final = frozenset("biuf")  # the kinds of dtypes with a difference of values


def check_equivalent(
    f: Callable[[Any], Any],
    g: Callable[[Any], Any],
    spec: Any,
    *,
    tolerance: float | None = None,
    same: Callable[[Any, Any], bool] | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] = (),
    differ: float | None = None,
    confidence: float = 0.99,
    gen: Overrides | None = None,
    num_tests: int | None = None,
    seed: int | None = None,
) -> CheckResult:
    """Check that two functions answer alike on examples of a spec.

    Use it when one model replaces another: new weights, float16 instead of float32, another framework. In a
    test, `assert s.check_equivalent(old, new, spec)` fails with the smallest example with different answers.
    Both are called with one value at a time, even if they are `batched`. An exception does not count as an
    answer: two models that raise alike for all values, as of a wrong shape, would be equal. It counts if
    `raises` names its class; then the other function has to raise an exception of the same class.

    With `differ`, answers to a small share of the values may differ, as for a model that shadows another.
    Then values are tried until it is known whether more do; the verdict comes from `check_promise`.

    Args:
        f, g: functions of one value, such as two discriminators or two generators.
        spec: the spec of that value; its generator makes the examples. With differ it may be an iterable of
            values, such as the requests of today in their order.
        tolerance: the largest difference of two numbers, also in arrays, collections and readings. None
            requires equal numbers, but of two readings only the same label, since confidences are seldom
            equal.
        same: a function that compares two answers, and returns True or False; it replaces tolerance.
        raises: a class of exceptions that are answers, or several in a tuple.
        differ: the share of the values that may get different answers, between 0 and 1; None for no value.
        confidence: the probability that the verdict is right, if differ is given.
        gen, num_tests, seed: as in `check`; with differ, num_tests is the greatest number of examples.

    Returns:
        A `CheckResult`, true if no example told the functions apart; `["ret"]["both_raised"]` counts the
        calls that raised in both. Otherwise `["ret"]["shrunk"]["smallest"]` is the smallest example that did,
        and `data["answers"]` of its "failure" has the two answers. With differ, it is true if the share is
        promised; "promise" is the `Promise`, or "failure" a PromiseError.

    Raises:
        SpecDefinitionError: f or g can't be called, spec is values without differ, tolerance is negative or
            not a number, raises does not hold classes of exceptions, or same returns something other than
            True or False.
        GeneratorError: no generator for spec, or one that finds no valid value.

    Example:
        >>> import mxspec as s
        >>> s.check_equivalent(abs, lambda x: x if x > 0 else -x, int)
        passed: abs and lambda x: ..., 1000 tests
        >>> s.check_equivalent(abs, lambda x: x if x < 100 else 100, s.is_nat_int, seed=1)
        failed: 101: abs answers 101, but lambda x: ... answers 100
        >>> s.check_equivalent(int, float, str, seed=1)
        failed: '': both raise ValueError: ..., which is an answer only with raises=ValueError
        >>> s.check_equivalent(float, lambda x: x * 1.001, s.int_in(0, 100), tolerance=0.1)
        passed: float and lambda x: ..., 1000 tests
        >>> s.check_equivalent(round, int, [x / 100 for x in range(5000)], differ=0.6)
        passed: round and int differ on at most ...% of such values (certain 99%): ... values, ... of them
    """
    for function in (f, g):
        if not callable(function):
            raise SpecDefinitionError(
                f"check_equivalent compares functions of one value, not {short_repr(function)}"
            )
    if tolerance is not None and not (is_number(tolerance) and tolerance >= 0):
        raise SpecDefinitionError(f"tolerance is a number from 0, or None, not {short_repr(tolerance)}")
    pair = _Pair(f, g, same or (lambda a, b: is_same(a, b, tolerance)), exception_classes(raises))
    seed = new_seed() if seed is None else seed
    if differ is not None:
        values = spec if gen is None else gen_of(spec, gen)
        return _check_share(pair, values, differ, confidence, num_tests, seed)
    _check_no_values(spec)
    num_tests = NUM_TESTS if num_tests is None else num_tests
    trials = run_trials(gen_of(spec, gen), pair.compare, num_tests, seed, text_of(spec))
    result = CheckResult(spec=specize(spec), sym=" and ".join(pair.names))
    result["ret"] = outcome(trials, num_tests, seed, short_repr) | {"both_raised": pair.both_raised}
    if trials.smallest is not None:
        result["failure"] = trials.smallest.reason
    return result


def _check_no_values(spec: Any) -> None:
    """Raise SpecDefinitionError if values stand in the place of their spec."""
    try:
        specize(spec)
    except SpecDefinitionError:
        if isinstance(spec, Iterable) and not isinstance(spec, str):
            words = f"check_equivalent draws examples of a spec, and {short_repr(spec)} is values"
            example = "check_equivalent(f, g, values, differ=0.01) asks about them"
            raise SpecDefinitionError(
                f"{words}; {example}, and bounds the share with different answers"
            ) from None
        raise


_DIFFER: Final = Terms("give no equal answers to", "values", "of such values get no equal answers")


@dataclasses.dataclass(frozen=True, repr=False)
class EqualAnswers(Promise):
    """A bound on the share of values that two functions answer differently, as `refuses_at_most`.

    Example:
        >>> EqualAnswers(0.01, 0.99, 496, refused=0)
        differ on at most 1% of such values (certain 99%): 496 values, 0 of them
    """

    def __repr__(self) -> str:
        share = share_text(self.refuses_at_most)
        counts = f"{self.rows:,} {self.of}, {self.refused:,} of them"
        return f"differ on at most {share} of such {self.of} {certain(self.confidence)}: {counts}"


def _check_share(
    pair: _Pair, values: Any, differ: float, confidence: float, n: int | None, seed: int
) -> CheckResult:
    """Return the result for values, where the answers to a share of them may differ."""
    check_terms(differ, confidence, "differ")
    text = " and ".join(pair.names)
    pair.names = pair.short_names()

    def agree(x: Any) -> bool:
        error = pair.compare(x)
        if error is not None:
            raise error
        return True

    def words(x: Any, error: Any) -> str:
        return f"{short_repr(x)}: {error}"

    guard = Guard(agree, text, (CheckError,), reads=True, describe=words)
    claim = Claim(guard, _DIFFER, differ, confidence, error_of(confidence))
    stream, strategy = values_of(values, n, seed, claim)
    decide(claim, stream)
    result = CheckResult(sym=guard.text)
    result["ret"] = {
        "num_tests": claim.n,
        "tried": claim.n,
        "seed": seed,
        "both_raised": pair.both_raised,
    }
    try:
        raise_unless_promised([claim], None if strategy is None else lambda each: each.shrink(strategy, seed))
    except PromiseError as error:
        result["failure"] = error
        return result
    result["promise"] = EqualAnswers(claim.bound, confidence, claim.n, refused=claim.wrong)
    records.append(repr(result))
    return result


def is_same(a: Any, b: Any, tolerance: float | None = None) -> bool:
    """Return True if two answers are alike; `check_equivalent` explains tolerance.

    Example:
        >>> from mxspec import Reading
        >>> is_same([1, {"a": 2.0}], (1, {"a": 2.01}), 0.1), is_same(1, 1.01)
        (True, False)
        >>> is_same(Reading(4, confidence=0.9), 4), is_same(Reading(4, 0.9), Reading(4, 0.7), 0.1)
        (True, False)
    """
    if isinstance(a, Reading) or isinstance(b, Reading):
        return _same_readings(as_reading(a), as_reading(b), tolerance)
    if any(hasattr(x, "__array__") or hasattr(x, "asnumpy") for x in (a, b)):
        return _same_arrays(a, b, tolerance)
    if is_number(a) and is_number(b):
        return bool(a == b) or (a != a and b != b) or (tolerance is not None and _is_near(a, b, tolerance))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(is_same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(is_same(a[key], b[key], tolerance) for key in a)
    return bool(a == b)


def _is_near(a: Any, b: Any, tolerance: float) -> bool:
    try:
        return bool(abs(float(a) - float(b)) <= tolerance)
    except OverflowError:  # an int beyond all floats
        return False


def _same_readings(a: Reading, b: Reading, tolerance: float | None) -> bool:
    if a.label != b.label or (a.score_reason is None) != (b.score_reason is None):
        return False
    numbers = ((a.confidence, b.confidence), (a.score, b.score))
    return tolerance is None or all(is_same(x, y, tolerance) for x, y in numbers)


def _same_arrays(a: Any, b: Any, tolerance: float | None) -> bool:
    import numpy as np

    a, b = (np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x) for x in (a, b))
    if not {a.dtype.kind, b.dtype.kind} <= _NUMBERS:
        return bool(np.array_equal(a, b))
    with np.errstate(invalid="ignore"):  # infinity minus infinity, which are equal
        is_near = a.shape == b.shape and np.allclose(a, b, rtol=0, atol=tolerance or 0, equal_nan=True)
    return bool(is_near)


@dataclasses.dataclass(frozen=True)
class _RaisedAnswer:
    error: BaseException


@dataclasses.dataclass
class _Pair:
    """Two functions to compare.

    Attributes:
        f, g: the functions.
        same: a function that compares two answers.
        raises: the classes of exceptions that are answers.
        both_raised: the number of calls so far that raised in both.
        names: the names of the functions, made different if they are equal.
    """

    f: Callable[[Any], Any]
    g: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    raises: tuple[type[Exception], ...]
    both_raised: int = 0
    names: tuple[str, str] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        first, second = predicate_text(self.f), predicate_text(self.g)
        self.names = (first, second) if first != second else (f"the first {first}", "the second")

    def short_names(self) -> tuple[str, str]:
        """Return the names for a sentence that follows the names: a lambda has the source as its name."""
        first, second = self.names
        return "the first" if "lambda" in first else first, "the second" if "lambda" in second else second

    def compare(self, x: Any) -> CheckError | None:
        """Return the error for different answers to x, or None."""
        a, b = _call_function(self.f, x), _call_function(self.g, x)
        first, second = self.names
        words, failure = f"{first} {_answer_text(a)}, but {second} {_answer_text(b)}", "not-equivalent"
        if isinstance(a, _RaisedAnswer) and isinstance(b, _RaisedAnswer):
            self.both_raised += 1
            if type(a.error) is type(b.error):
                if isinstance(a.error, self.raises):
                    return None
                text, name = reasons.exception_text(a.error), type(a.error).__name__
                words, failure = f"both raise {text}, which is an answer only with raises={name}", "no-answer"
        elif not isinstance(a, _RaisedAnswer) and not isinstance(b, _RaisedAnswer) and self._are_same(a, b):
            return None
        return CheckError(words, value=x, failure=failure, answers=(a, b))

    def _are_same(self, a: Any, b: Any) -> bool:
        answer = self.same(a, b)
        verdict = as_bool(answer)
        if verdict is None:
            raise SpecDefinitionError(
                f"same returns True or False, not {short_repr(answer)} "
                f"as for {short_repr(a)} and {short_repr(b)}"
            )
        return verdict


def _call_function(f: Callable[[Any], Any], x: Any) -> Any:
    try:
        return f(x)
    except (Exception, SystemExit) as error:
        refusal(error)
        return _RaisedAnswer(error)


def _answer_text(answer: Any) -> str:
    if isinstance(answer, _RaisedAnswer):
        return f"raises {reasons.exception_text(answer.error)}"
    if isinstance(answer, Reading):
        return f"says {reasons.reading_text(answer.label, answer.confidence, answer.reason)}"
    return f"answers {short_repr(answer)}"
