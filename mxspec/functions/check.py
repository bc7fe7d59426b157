"""Check functions against their specs, by calling them on generated arguments: check."""

from __future__ import annotations

import pprint
import random
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mxspec.base import names
from mxspec.base.forms import predicate_text
from mxspec.base.messages.pictures import readings_text
from mxspec.base.messages.reasons import exception_text
from mxspec.base.messages.text import argument_text
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies.sampling import Trials, run_trials
from mxspec.base.values import short_repr
from mxspec.errors import CheckError, GeneratorError, SpecError
from mxspec.functions.arguments import parameters_of
from mxspec.functions.fspec import FSpec
from mxspec.functions.instrument import (
    each,
    each_asked,
    function_specs,
    suspend_instrument,
    warn_of_unmatched_functions,
)
from mxspec.functions.locations import find_function, function_name, locate
from mxspec.questions.examples import strategy_with, warn_of_unused_overrides
from mxspec.questions.operations import describe
from mxspec.specs.core.generation import Overrides
from mxspec.specs.core.question import START
from mxspec.specs.core.spec import text_of

NUM_TESTS = 1000
"""The number of calls that check makes (the num-tests of clojure.spec.test.alpha)."""

_LATENT: Final = 32  # the longest array that is shown in full

_FAILED = "Specification-based check failed"


class CheckResult(dict[str, Any]):
    """The result of checking one function: true if it passed; its repr shows the smallest call that fails.

    Keys: "spec", "sym" (the name of the function, if it has one), "failure" (the exception, if any), and if
    the function was called "ret", a dict of

    - "result": True, or the exception;
    - "pass": True if result is True;
    - "num_tests": the number of requested calls, or of the calls up to the first that failed;
    - "tried": the number of different calls, which is less if the args spec runs out of them;
    - "seed": the seed that makes the same calls again;
    - if a call failed, "fail", its arguments, and "shrunk", a dict of the smallest such call: "smallest", its
      arguments, "call", the same as text, and its "result".

    `check_equivalent` adds "both_raised" to "ret", the number of calls that raised in both functions, and
    with differ "promise", the `Promise` that it makes.
    """

    def __bool__(self) -> bool:
        return "failure" not in self

    def __repr__(self) -> str:
        name = self.get("sym", "function")
        both_raised = self.get("ret", {}).get("both_raised")
        end = f"; both raise for {both_raised:,}" if both_raised else ""
        if "promise" in self:
            return f"passed: {name} {self['promise']}{end}"
        if self:
            return f"passed: {name}, {self['ret']['num_tests']} tests{end}"
        failure = self["failure"]
        words = str(failure) if isinstance(failure, SpecError) else f"raised {exception_text(failure)}"
        words = words.removeprefix(f"{_FAILED}\n")
        shrunk = self.get("ret", {}).get("shrunk")
        if shrunk:
            read = readings_text(shrunk["smallest"])
            name = f"{shrunk['call']}{f', {read}' if read else ''}"
        return f"failed: {words if words.startswith(f'{name} ') else f'{name}: {words}'}"


class CheckResults(list[CheckResult]):
    """The results of `check`: true if they exist and are all true."""

    def __bool__(self) -> bool:
        return len(self) > 0 and all(self)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) if len(self) else "nothing to check: no function with an fspec"


@name_options()
def check(
    fns: Any = None,
    gen: Overrides | None = None,
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
    *,
    spec: Mapping[Any, Any] | None = None,
) -> CheckResults:
    """Call functions with arguments made from their args specs, and check ret and fn (stest/check).

    In a test, `assert s.check(function)` fails with the smallest call that fails. An instrumented function is
    checked without its instrumentation, and is instrumented again afterwards.

    Calls are made one at a time, up to the first that fails; one that raises an exception or SystemExit does.
    ret is checked after each call.

    Args:
        fns: a function, its name, a pattern as in `instrument`, a collection of these, or None for all of
            `checkable_fns()`. Functions without an fspec are passed over. Give a method bound to an instance.
            A dict names callables without a name, such as a lambda: {"shop/upper": str.upper}.
        gen: strategies by names or paths in the args specs, as the overrides of `s.gen`.
        num_tests: the number of calls of each function, from 1.
        seed: an int for the same calls every time.
        spec: by function, an fspec to use instead of the registered one.

    Returns:
        A list of a `CheckResult` for each function, true if all passed.

    Raises:
        SpecError: a name does not name a function, or num_tests or seed is not such an int.
        GeneratorError: the generator of an args spec finds no valid value.

    Example:
        >>> import mxspec as s
        >>> @s.fdef(args=s.cat(x=int), ret=s.is_str)
        ... def name_of(x):
        ...     return str(x) if x < 6 else None
        >>> results = s.check(name_of, seed=1)
        >>> results
        failed: mxspec.functions.check/name_of(6): a string is required, not None - failed: is_str at: ['ret']
        >>> bool(results), results[0]["ret"]["shrunk"]["smallest"]
        (False, [6])
    """
    overriding = {function_name(fn): other for fn, other in (spec or {}).items()}
    results = CheckResults()
    if isinstance(fns, Mapping):
        for name, fn in fns.items():
            contract = overriding.get(function_name(name), names.current.find(name))
            results.append(_check_contract(name, fn, contract, gen, num_tests, seed))
        return results
    checkable = sorted(checkable_fns(spec=spec))
    fns = None if fns is None else each_asked(fns)
    known = [*function_specs(), *overriding]
    warn_of_unmatched_functions([*(fns or ()), *(spec or ())], known, known)
    named = checkable if fns is None else each(fns, checkable)
    contracts = [overriding.get(name, names.current.find(name)) for name in map(function_name, named)]
    warn_of_unused_overrides([c.args for c in contracts if isinstance(c, FSpec) and c.args is not None], gen)
    for fn in named:
        name = function_name(fn)
        contract = overriding.get(name, names.current.find(name))
        if name in overriding or isinstance(contract, FSpec):
            with suspend_instrument(name):
                results.append(_check_contract(name, _function(fn, name), contract, gen, num_tests, seed))
    return results


def check_fn(
    fn: Callable[..., Any] | None,
    spec: Any,
    gen: Overrides | None = None,
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
) -> CheckResult:
    """Check a function against an fspec that need not be registered (stest/check-fn).

    Args:
        fn: any callable.
        spec: an fspec, or the name of one.
        gen, num_tests, seed: as in `check`.

    Returns:
        A `CheckResult` without "sym".

    Example:
        >>> import mxspec as s
        >>> s.check_fn(abs, s.fspec(args=s.cat(x=int), ret=s.is_nat_int), num_tests=50, seed=1)
        passed: function, 50 tests
    """
    return _check_contract(None, fn, spec, gen, num_tests, seed)


def checkable_fns(*, spec: Mapping[Any, Any] | None = None) -> set[str]:
    """Return the names of the functions that `check()` calls (stest/checkable-syms).

    These have a registered fspec, or one in spec, can be found by name, and need no instance.

    Example:
        >>> import mxspec as s
        >>> "textwrap/indent" in s.checkable_fns()
        False
    """
    places = {name: locate(name) for name in (*function_specs(), *map(function_name, spec or ()))}
    return {name for name, place in places.items() if place is not None and not place.needs_instance}


def summarize_results(
    results: Iterable[CheckResult], summary: Callable[[CheckResult], Any] | None = None
) -> dict[str, int]:
    """Print a summary of each result, and count them by kind (stest/summarize-results).

    Args:
        results: the results of `check`.
        summary: a function from a result to the object to print, `abbrev_result` by default.

    Returns:
        "total", and the number of each kind of result: "check-passed", "check-threw", and the kind of a
        failure in its `data["failure"]`: "check-failed", "no-args-spec", "no-fn", "no-fspec", "no-gen",
        "instrument".

    Example:
        >>> import mxspec as s
        >>> passed = s.check_fn(abs, s.fspec(args=s.cat(x=int), ret=int), num_tests=10)
        >>> s.summarize_results([passed], summary=bool)
        True
        {'total': 1, 'check-passed': 1}
    """
    counts = {"total": 0}
    for result in results:
        pprint.pprint((summary or abbrev_result)(result), sort_dicts=False)
        counts["total"] += 1
        kind = _kind(result)
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def abbrev_result(result: CheckResult) -> dict[str, Any]:
    """Return a result in short: the name, and for a failure also the reason (stest/abbrev-result).

    Example:
        >>> import mxspec as s
        >>> s.abbrev_result(s.check_fn(abs, s.fspec(ret=int)))
        {'spec': ('fspec', {'ret': 'int'}), 'failure': {'failure': 'no-args-spec'}}
    """
    if result:
        return {key: value for key, value in result.items() if key not in ("spec", "ret")}
    short_form = {key: value for key, value in result.items() if key != "ret"}
    short_form["spec"] = None if result["spec"] is None else describe(result["spec"])
    short_form["failure"] = _facts(result["failure"])
    return short_form


def _facts(failure: BaseException) -> Any:
    """Return the facts of a SpecError from a check; another exception is returned itself."""
    if not (isinstance(failure, SpecError) and "failure" in failure.data):
        return failure
    about = {"problems": failure.problems, "spec": failure.spec, "value": failure.value}
    return {**(about if failure.problems else {}), **failure.data}


def _kind(result: CheckResult) -> str:
    failure = result.get("failure")
    kind = failure.data.get("failure") if isinstance(failure, SpecError) else None
    return "check-passed" if result else str(kind or "check-threw")


def _function(fn: Any, name: str) -> Any:
    """Return the function to call, without the wrapper of instrument; None if it needs an instance."""
    place = locate(name)
    if isinstance(fn, types.MethodType):
        raw = fn if place is None else place.raw_object
        return types.MethodType(getattr(raw, "__func__", raw), fn.__self__)
    if place is not None and place.needs_instance:
        return None
    return find_function(name) if isinstance(fn, str) or place is not None else fn


def _check_contract(
    name: str | None, f: Any, spec: Any, overrides: Overrides | None, num_tests: int, seed: int | None
) -> CheckResult:
    contract = names.current.find(spec) if isinstance(spec, str) else spec
    result = CheckResult(spec=contract)
    if name is not None:
        result["sym"] = name
    if f is None:
        what = f"{name} needs an instance; check the method of one" if name else "no function to check"
        result["failure"] = CheckError(what, failure="no-fn")
    elif not isinstance(contract, FSpec):
        result["failure"] = CheckError(f"no fspec to check with, but {short_repr(spec)}", failure="no-fspec")
    elif contract.args is None:
        result["failure"] = CheckError(f"no args spec in {contract!r}", failure="no-args-spec")
    else:
        seed = new_seed() if seed is None else seed
        result["ret"] = _quick_check(name or predicate_text(f), f, contract, overrides, num_tests, seed)
        reason = result["ret"].get("shrunk", result["ret"])["result"]
        if reason is not True:
            result["failure"] = reason
    return result


def new_seed() -> int:
    """Return a seed that differs from call to call, even if the random module was seeded."""
    return random.SystemRandom().getrandbits(32)


def _quick_check(
    name: str, f: Callable[..., Any], spec: FSpec, overrides: Overrides | None, num_tests: int, seed: int
) -> dict[str, Any]:
    parameters, args = parameters_of(f), spec.args
    assert args is not None

    def test(values: Any) -> BaseException | None:
        refusal = spec.refusal(f, parameters, values)
        if refusal is None:
            return None
        if refusal.error is not None:
            return refusal.error
        place, value = START.at(refusal.role), refusal.value
        return refusal.as_error(CheckError, _FAILED, place, failure="check-failed", args=values, val=value)

    def call_text(values: Any) -> str:
        positional, named = parameters.call(args, values)
        shown = [*map(_argument, positional), *(f"{key}={_argument(value)}" for key, value in named.items())]
        return f"{name}({', '.join(shown)})"

    try:
        strategy = parameters.callable_values(args, strategy_with(args, overrides))
        trials = run_trials(strategy, test, num_tests, seed, text_of(args))
    except GeneratorError as error:
        if error.data.get("failure") != "no-gen":
            raise
        return {"result": error}
    return outcome(trials, num_tests, seed, call_text)


def _argument(x: Any) -> str:
    """Return an argument as text; an array of a few numbers in full, which shows more than their range."""
    is_latent = getattr(x, "ndim", None) == 1 and getattr(x, "size", _LATENT + 1) <= _LATENT
    return argument_text(x) if is_latent else short_repr(x)


def outcome(trials: Trials, num_tests: int, seed: int, call_text: Callable[[Any], str]) -> dict[str, Any]:
    """Return the outcome of trials as the "ret" of a `CheckResult`; call_text returns a call as text."""
    counts = {"tried": trials.tried, "seed": seed}
    first, smallest = trials.first, trials.smallest
    if first is None or smallest is None:
        return {"result": True, "pass": True, "num_tests": num_tests, **counts}
    call = call_text(smallest.example)
    return {
        "result": first.reason,
        "pass": False,
        "num_tests": trials.tried,
        **counts,
        "fail": first.example,
        "shrunk": {"smallest": smallest.example, "call": call, "result": smallest.reason},
    }
