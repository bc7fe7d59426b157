"""Equivalence: two functions that answer alike on the examples of a spec, or the smallest difference."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from mxspec.api.examples import gen as gen_of
from mxspec.core.generation import Overrides
from mxspec.core.question import refusal
from mxspec.core.spec import specize, text_of
from mxspec.errors import CheckError, PromiseError, SpecDefinitionError
from mxspec.forms import predicate_text
from mxspec.functions.check import NUM_TESTS, CheckResult, new_seed, outcome
from mxspec.messages import reasons
from mxspec.models.model_spec import Reading, as_reading
from mxspec.predicates import is_number
from mxspec.promises.answers import Guard
from mxspec.promises.bounds import check_terms
from mxspec.promises.claims import Claim, Terms, decide, raise_unless_promised
from mxspec.promises.guards import values_of
from mxspec.promises.promise import Promise
from mxspec.promises.sequential import error_of, records
from mxspec.strategies.sampling import run_trials
from mxspec.values import short_repr

_NUMBERS: Final = frozenset("biuf")  # the kinds of dtypes with a difference of values


def check_equivalent(
    f: Callable[[Any], Any],
    g: Callable[[Any], Any],
    spec: Any,
    *,
    tolerance: float | None = None,
    same: Callable[[Any, Any], bool] | None = None,
    differ: float | None = None,
    confidence: float = 0.99,
    gen: Overrides | None = None,
    num_tests: int | None = None,
    seed: int | None = None,
) -> CheckResult:
    """Check that two functions answer alike on examples of a spec.

    Use it when one model replaces another: new weights, float16 instead of float32, another framework. In a
    test, `assert s.check_equivalent(old, new, spec)` fails with the smallest example with different answers.
    If one function raises, the other has to raise an exception of the same class.

    With `differ`, answers to a small share of the values may differ, as of a model in shadow of another. Then
    values are asked until it is known whether more do; the verdict is that of `check_promise`.

    Args:
        f, g: functions of one value, such as two discriminators or two generators.
        spec: the spec of that value; its generator makes the examples. With differ it may be an iterable of
            values, such as the requests of today in their order.
        tolerance: the largest difference of two numbers, also in arrays, collections and readings. None
            requires equal numbers, but of two readings only the same label, since confidences are seldom
            equal.
        same: a function that compares two answers; it replaces tolerance.
        differ: the share of the values whose answers may differ, between 0 and 1; None for no value.
        confidence: the probability that the verdict is right, if differ is given.
        gen, num_tests, seed: as in `check`; with differ, num_tests is the greatest number of examples.

    Returns:
        A `CheckResult`, true if no example told the functions apart. Otherwise
        `["ret"]["shrunk"]["smallest"]` is the smallest example that did, and `data["answers"]` of its
        "failure" has the two answers. With differ, it is true if the share is promised; "promise" is the
        `Promise`, or "failure" a PromiseError.

    Raises:
        SpecDefinitionError: f or g can't be called, or tolerance is negative or not a number.
        GeneratorError: spec has no generator, or its generator finds no valid value.

    Example:
        >>> import mxspec as s
        >>> s.check_equivalent(abs, lambda x: x if x > 0 else -x, int)
        passed: abs and lambda x: ..., 1000 tests
        >>> s.check_equivalent(abs, lambda x: x if x < 100 else 100, s.is_nat_int, seed=1)
        failed: 101: abs answers 101, but lambda x: ... answers 100
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
    pair = _Pair(f, g, same or (lambda a, b: is_same(a, b, tolerance)))
    seed = new_seed() if seed is None else seed
    if differ is not None:
        values = spec if gen is None else gen_of(spec, gen)
        return _check_share(pair, values, differ, confidence, num_tests, seed)
    num_tests = NUM_TESTS if num_tests is None else num_tests
    trials = run_trials(gen_of(spec, gen), pair.compare, num_tests, seed, text_of(spec))
    result = CheckResult(spec=specize(spec), sym=" and ".join(pair.names))
    result["ret"] = outcome(trials, num_tests, seed, short_repr)
    if trials.smallest is not None:
        result["failure"] = trials.smallest.reason
    return result


_DIFFER: Final = Terms("answer differently to", "values", "of such values are answered differently")


def _check_share(
    pair: _Pair, values: Any, differ: float, confidence: float, n: int | None, seed: int
) -> CheckResult:
    """Return the result for values, to a share of which the answers may differ."""
    check_terms(differ, confidence, "differ")

    def agree(x: Any) -> bool:
        error = pair.compare(x)
        if error is not None:
            raise error
        return True

    def words(x: Any, error: Any) -> str:
        return f"{short_repr(x)}: {error}"

    guard = Guard(agree, " and ".join(pair.names), (CheckError,), reads=True, describe=words)
    claim = Claim(guard, _DIFFER, differ, confidence, error_of(confidence))
    stream, strategy = values_of(values, n, seed, claim)
    decide(claim, stream)
    result = CheckResult(sym=guard.text)
    result["ret"] = {"num_tests": claim.n, "tried": claim.n, "seed": seed}
    try:
        raise_unless_promised([claim], None if strategy is None else lambda each: each.shrink(strategy, seed))
    except PromiseError as error:
        result["failure"] = error
        return result
    result["promise"] = Promise(claim.bound, confidence, claim.n, refused=claim.wrong)
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
    if isinstance(a, _RaisedAnswer) or isinstance(b, _RaisedAnswer):
        return (
            isinstance(a, _RaisedAnswer) and isinstance(b, _RaisedAnswer) and type(a.error) is type(b.error)
        )
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


@dataclasses.dataclass(frozen=True)
class _Pair:
    f: Callable[[Any], Any]
    g: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the two functions, made different if they are equal."""
        names = predicate_text(self.f), predicate_text(self.g)
        return names if names[0] != names[1] else (f"the first {names[0]}", "the second")

    def compare(self, x: Any) -> CheckError | None:
        """Return the error for different answers to x, or None."""
        a, b = _call_function(self.f, x), _call_function(self.g, x)
        if self.same(a, b):
            return None
        first, second = self.names
        return CheckError(
            f"{first} {_answer_text(a)}, but {second} {_answer_text(b)}",
            value=x,
            failure="not-equivalent",
            answers=(a, b),
        )


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
