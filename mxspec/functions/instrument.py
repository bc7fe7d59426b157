"""Checks of calls as they happen: instrument, unstrument.

Clojure sets the var of a function. Here, `s.instrument(module.f)` replaces the attribute f of the module or
class, and the attribute f of every other module that holds the same function, as after `from module import
f`. Code that keeps the function under another name, in a list or in a closure keeps calling it unchecked.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import fnmatch
import functools
import inspect
import random
import sys
import types
from collections.abc import AsyncGenerator, Callable, Collection, Generator, Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec.base import names
from mxspec.base.forks import renewed_lock
from mxspec.base.messages import reasons
from mxspec.base.strategies.sampling import read_seed
from mxspec.base.values import short_repr
from mxspec.errors import (
    CallError,
    SpecDefinitionError,
    SpecError,
    UnknownSpecError,
    did_you_mean,
    warn_of_unmatched,
)
from mxspec.functions.arguments import parameters_of, test_of_calls
from mxspec.functions.fspec import FSpec
from mxspec.functions.locations import Location, function_name, locate, obstacle, property_text
from mxspec.questions.examples import generate, strategy_with, warn_of_unused_overrides
from mxspec.specs.core.generation import Overrides
from mxspec.specs.core.spec import specize

PARTS: Final = ("args", "ret", "fn")
"""The parts of a function's spec that `instrument` may check."""


@contextlib.contextmanager
def with_instrument_disabled() -> Iterator[None]:
    """Turn checks off inside the block, for this thread or task (stest/with-instrument-disabled).

    Other threads and tasks keep checking. Tasks that start in the block are unchecked until it ends. A block
    around a `yield` is in force for the caller too, until the generator leaves it: so is everything in a
    context variable (PEP 568).

    Example:
        >>> import mxspec as s
        >>> with s.with_instrument_disabled():
        ...     pass
    """
    block = _UncheckedBlock()
    _unchecked.set((*_unchecked.get(), block))
    try:
        yield
    finally:
        # No token resets it: a generator's block may end after a later one, or in another context.
        block.is_open = False
        _unchecked.set(tuple(other for other in _unchecked.get() if other.is_open))


@dataclasses.dataclass(eq=False)
class _UncheckedBlock:
    """A block without checks of calls.

    Attributes:
        is_open: False once the block has ended, for the tasks that were started in it.
    """

    is_open: bool = True


_unchecked: contextvars.ContextVar[tuple[_UncheckedBlock, ...]] = contextvars.ContextVar(
    "instrument_disabled", default=()
)

_EVERYWHERE: Final = (_UncheckedBlock(),)


def _is_checking() -> bool:
    blocks = _unchecked.get()
    return not blocks or not any(block.is_open for block in blocks)


@dataclasses.dataclass(frozen=True)
class InstrumentedFunction:
    """A replaced function, its place, and the checking function that stands there now."""

    place: Location
    raw: Any
    checking: Any


_instrumented: dict[str, InstrumentedFunction] = {}
_changing = renewed_lock()


def instrument(
    fns: Any = None,
    *,
    spec: Mapping[Any, Any] | None = None,
    stub: Collection[Any] = (),
    gen: Overrides | None = None,
    replace: Mapping[Any, Callable[..., Any]] | None = None,
    check: Collection[str] = ("args",),
    on_fail: Callable[[SpecError], object] | None = None,
    share: float = 1.0,
    seed: int | None = None,
) -> list[str]:
    """Check the calls of functions as they happen (stest/instrument; malli.dev/start!).

    A function is replaced in its module or class, as a var is in clojure. Code that bound it before, by
    `from shop import buy` or as a route of a web service, calls the plain function, unchecked: instrument
    first.

    As in clojure, only arguments are checked unless `check` adds more; `s.check` checks results. A call with
    invalid arguments raises CallError, which names the argument and the reason, before the function runs. An
    invalid result raises CallError after the call. An async function is checked when it is awaited, a
    generator function at its first element.

    In production `on_fail` reports the errors instead, and the call continues with its real result: at most
    one report for a call, since the result of wrong arguments is not checked. Functions that on_fail calls
    are not checked. If on_fail itself raises, the logger "mxspec" gets both errors, and the call still
    continues. With a share of .01 one call of a hundred is checked, by chance, in all its parts;
    docs/guard.md has the cost of the others.

    Args:
        fns: a function, its name, a pattern, a collection of these, or None for all that have a spec and a
            place. Names without a spec, or without a function, are passed over with a warning. A pattern is a
            module, or has `*`, `?` or `[...]` as file names do: "shop.*" is everything registered so far in
            the package shop and below it, "shop.orders/save_*" some functions of a module.
        spec: by function, an fspec to use instead of the registered one.
        stub: functions to replace by stubs, which return examples of their ret spec.
        gen: strategies for the stubs, as the overrides of `s.gen`.
        replace: by function, another function to call in its place; for a method, with self.
        check: the parts to check: any of "args", "ret" (the result, for an async function the awaited result)
            and "fn" (the relation of both, which have to be valid too).
        on_fail: a function that gets the error instead of the caller: a CallError, or another SpecError if a
            spec gives no answer.
        share: the share of calls that are checked, from 0 to 1.
        seed: an int to check the same calls of a function each time, counted from its first call.

    Returns:
        The names of the functions that are checked from now on.

    Warns:
        UnmatchedNameWarning: no function is checked for a name or a pattern, or an option names a function
            that does not exist.

    Raises:
        SpecDefinitionError: check names another part, on_fail can't be called or is async, or share is not
            from 0 to 1.
        UnknownSpecError: an option names a function without an fspec.
        SpecError: a function can't be replaced at its place: it stands inside another function, or is a
            class.

    Example:
        >>> import string
        >>> import mxspec as s
        >>> s.fdef(string.capwords, args=s.cat(text=str), ret=str)
        'string/capwords'
        >>> s.instrument(string.capwords)
        ['string/capwords']
        >>> string.capwords(3)
        Traceback (most recent call last):
        mxspec.errors.CallError: Call to string/capwords did not conform to spec.
        a string is required, not 3 - failed: str in: [0] at: ['text']
        >>> s.instrument(string.capwords, check=["args", "ret"], spec={string.capwords: s.fspec(ret=int)})
        ['string/capwords']
        >>> string.capwords("X")
        Traceback (most recent call last):
        mxspec.errors.CallError: Call to string/capwords did not conform to spec.
        an int is required, not 'X' - failed: int at: ['ret']
        >>> s.instrument("string.*", on_fail=lambda error: print("report:", error.problems[0]["path"]))
        ['string/capwords']
        >>> string.capwords("", None)
        report: []
        ''
        >>> s.unstrument("string")
        ['string/capwords']
    """
    fns = None if fns is None else each_asked(fns)
    specs = {function_name(fn): other for fn, other in (spec or {}).items()}
    stubs = [function_name(fn) for fn in each(stub)]
    targets = {function_name(fn): other for fn, other in (replace or {}).items()}
    parts = _checked_parts(check)
    _check_reporting(on_fail, share)
    seed = read_seed(seed)
    with_spec = dict.fromkeys((*function_specs(), *specs, *stubs, *targets))
    with _changing:
        if fns is None:
            chosen = [name for name in with_spec if obstacle(name) is None]
        else:
            named = each(fns, [name for name in with_spec if obstacle(name) is None])
            chosen = [_reachable(fn) for fn in named if function_name(fn) in with_spec]
        places = {name: place for name in chosen if (place := locate(name)) is not None}
        named = (
            fns if fns is not None else [name for name in with_spec if name.partition("/")[0] in sys.modules]
        )
        options = [name for name in (*specs, *stubs, *targets) if locate(name) is None]
        warn_of_unmatched_functions([*named, *options], places, with_spec)
        warn_of_unused_overrides([_spec_of(name, specs).ret for name in places if name in stubs], gen)
        records = {}
        for name, place in places.items():
            before = _instrumented.get(name)
            raw = (
                before.raw if before is not None and before.checking is place.raw_object else place.raw_object
            )
            function = raw.__func__ if isinstance(raw, (classmethod, staticmethod)) else raw
            contract = _spec_of(name, specs)
            target = targets.get(name, function)
            if name in stubs:
                target = _stub(contract, gen or {}, place.binds)
            draw = None if share == 1 else random.Random(None if seed is None else f"{seed} {name}").random
            report = _Reporting(on_fail, share, draw)
            checking = _checking_function(name, function, target, contract, parts, place.binds, report)
            if function is not raw:
                checking = type(raw)(checking)
            records[name] = InstrumentedFunction(place, raw, checking)
        for name, record in records.items():
            record.place.replace(record.place.raw_object, record.checking)
            _instrumented[name] = record
        return list(records)


def unstrument(fns: Any = None) -> list[str]:
    """Put back the original functions that `instrument` replaced (stest/unstrument).

    An attribute that was set to another value in the meantime is left alone.

    Args:
        fns: as in `instrument`; None for all instrumented functions.

    Returns:
        The names of the functions that were put back.

    Warns:
        UnmatchedNameWarning: a name or a pattern matches no function with a spec.

    Example:
        >>> import mxspec as s
        >>> import warnings
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     s.unstrument("doc/never-instrumented"), str(caught[0].message)
        ([], "'doc/never-instrumented' names no function with a spec; @s.fdef above a function gives it one")
    """
    fns = None if fns is None else each_asked(fns)
    with _changing:
        chosen = list(_instrumented) if fns is None else map(function_name, each(fns, _instrumented))
        known = [*_instrumented, *function_specs()]
        warn_of_unmatched_functions(fns or (), known, known)
        records = {name: _instrumented.pop(name) for name in chosen if name in _instrumented}
        return [name for name, r in records.items() if r.place.replace(r.checking, r.raw)]


def instrumentable_fns(
    *,
    spec: Mapping[Any, Any] | None = None,
    stub: Collection[Any] = (),
    replace: Mapping[Any, Callable[..., Any]] | None = None,
) -> set[str]:
    """Return the functions that `instrument` checks if it gets these options (stest/instrumentable-syms).

    Example:
        >>> import mxspec as s
        >>> "textwrap/indent" in s.instrumentable_fns()
        False
    """
    options = [*(spec or {}), *each(stub), *(replace or {})]
    return {name for name in (*function_specs(), *map(function_name, options)) if obstacle(name) is None}


@contextlib.contextmanager
def suspend_instrument(name: str) -> Iterator[None]:
    """Put the original function of a name back inside the block, and the checking one afterwards."""
    with _changing:
        record = _instrumented.get(name)
        was_there = record is not None and record.place.replace(record.checking, record.raw)
    try:
        yield
    finally:
        if record is not None and was_there:
            with _changing:
                record.place.replace(record.raw, record.checking)


# --- names ------------------------------------------------------------------------------------------------


def each(fns: Any, table: Iterable[str] = ()) -> list[Any]:
    """Return the functions and names in fns; a pattern becomes the names in a table that it matches."""

    table = list(table)
    return [
        part
        for fn in each_asked(fns)
        for part in ([name for name in table if _matches(fn, name)] if _is_pattern(fn) else [fn])
    ]


def each_asked(fns: Any) -> list[Any]:
    """Return a list of the functions, names and patterns in fns, which may be one of them.

    Raises:
        SpecError: fns is a property.
    """
    if isinstance(fns, property):
        raise SpecError(property_text(fns))
    if isinstance(fns, (str, classmethod)) or callable(fns):
        return [fns]
    if not isinstance(fns, Iterable):
        raise SpecError(f"functions, their names or a pattern of them are asked for, not {short_repr(fns)}")
    return [*fns]


def warn_of_unmatched_functions(fns: Iterable[Any], chosen: Collection[str], specs: Collection[str]) -> None:
    """Warn of functions, names and patterns that match none of the chosen names; specs has the others."""
    unmatched: dict[bool, list[str]] = {True: [], False: []}
    for fn in fns:
        is_pattern = _is_pattern(fn)
        name = fn if is_pattern else function_name(fn)
        is_chosen = any(_matches(fn, each) for each in chosen) if is_pattern else name in chosen
        if not is_chosen and "<locals>" not in name:
            unmatched[isinstance(fn, str)].append(name)
    known = [each for each in specs if obstacle(each) is None] if unmatched[True] else []

    def why(name: str) -> str:
        return (name in specs and obstacle(name)) or f"{short_repr(name)} names no function with a spec"

    vocabulary = sorted({word for each in known for word in _patterns_of(each)})
    for is_text, words in ((True, vocabulary), (False, [])):  # a function itself is no slip of a name
        warn_of_unmatched(unmatched[is_text], why, words, "; @s.fdef above a function gives it one")


def _patterns_of(name: str) -> list[str]:
    """Return a name, and the patterns of the modules and packages that it is in."""
    steps = name.partition("/")[0].split(".")
    modules = [".".join(steps[: i + 1]) for i in range(len(steps))]
    return [name, *modules, *(f"{module}.*" for module in modules)]


def _is_pattern(fn: object) -> bool:
    return isinstance(fn, str) and ("/" not in fn or any(mark in fn for mark in "*?["))


def _matches(pattern: str, name: str) -> bool:
    """True if a pattern matches a function's name, its module's name, or both with a dot between them."""
    texts = (name, name.partition("/")[0], name.replace("/", ".", 1))
    return any(fnmatch.fnmatchcase(text, pattern) for text in texts)


def function_specs() -> list[str]:
    """Return the names that stand for fspecs."""
    return [name for name in names.current.entries if isinstance(names.current.find(name), FSpec)]


def _reachable(fn: Any) -> str:
    """Return the name of fn, a function or an unknown name; raise SpecError if it can't be replaced."""
    name = function_name(fn)
    why = obstacle(name)
    # An unknown name is skipped; a function exists and must have a place.
    of_nothing = isinstance(fn, str) and locate(name) is None and "<locals>" not in name
    if why is not None and not of_nothing:
        raise SpecError(why, fn=name)
    return name


def _checked_parts(check: Collection[str]) -> frozenset[str]:
    """Return the parts of a spec to check, or raise SpecDefinitionError for an unknown part."""
    parts = [check] if isinstance(check, str) else list(check)
    for part in parts:
        if part not in PARTS:
            raise SpecDefinitionError(
                f"check takes any of 'args', 'ret' and 'fn', not {short_repr(part)}"
                f"{did_you_mean(str(part), PARTS)}"
            )
    return frozenset(parts)


def _check_reporting(on_fail: object, share: object) -> None:
    """Raise SpecDefinitionError for a wrong on_fail or share."""
    if on_fail is not None and (not callable(on_fail) or inspect.iscoroutinefunction(on_fail)):
        raise SpecDefinitionError(
            f"on_fail is a function of an error that is not async, not {short_repr(on_fail)}"
        )
    if isinstance(share, bool) or not (isinstance(share, (int, float)) and 0 <= share <= 1):
        raise SpecDefinitionError(
            f"share is a number from 0 to 1, the share of calls to check, not {short_repr(share)}"
        )


def _spec_of(name: str, specs: Mapping[str, Any]) -> FSpec:
    spec = specize(specs[name]) if name in specs else names.current.find(name)
    if spec is None:
        raise UnknownSpecError(
            f"Fn at {name} is not spec'ed; give it a spec with s.fdef or in spec=",
            failure="no-fspec",
            fn=name,
        )
    if not isinstance(spec, FSpec):
        raise SpecDefinitionError(
            f"the spec of {name} is not an fspec: {spec!r}", failure="no-fspec", fn=name
        )
    return spec


# --- the function that checks -----------------------------------------------------------------------------


def _stub(spec: FSpec, overrides: Overrides, binds: bool) -> Callable[..., Any]:
    """Return a stub for a function of spec: an example of spec, or a function that returns examples."""
    if spec.gen_fn is not None:
        example: Callable[..., Any] = generate(strategy_with(spec, overrides))
        return (lambda _, *args, **kwargs: example(*args, **kwargs)) if binds else example
    answers = strategy_with(spec.ret, overrides)
    return lambda *args, **kwargs: generate(answers)


@dataclasses.dataclass(frozen=True)
class _Reporting:
    """The choice of the calls to check, and the receiver of their errors.

    Attributes:
        on_fail: a function that gets the errors instead of the caller, or None.
        share: the share of calls that are checked.
        draw: a function that returns a random number from 0 to 1, in any thread; None to check all calls.
    """

    on_fail: Callable[[SpecError], object] | None
    share: float
    draw: Callable[[], float] | None

    def look(self, check: Callable[..., Any], *values: Any) -> Any:
        """Return the result of a check, or _REPORTED. An error also names the caller of the function."""
        # Functions that the spec itself calls are not checked, or a function in its own args spec would never
        # end.
        token = _unchecked.set(_EVERYWHERE)
        try:
            return check(*values)
        except Exception as error:
            if isinstance(error, CallError):
                error.data["caller"] = _caller()
            if self.on_fail is None:
                raise
            self._report(error)
            return _REPORTED
        finally:
            _unchecked.reset(token)

    def _report(self, error: Exception) -> None:
        assert self.on_fail is not None
        if not isinstance(error, SpecError):
            cause, error = error, SpecError(f"a call was not checked: {reasons.exception_text(error)}")
            error.__cause__ = cause
        try:
            self.on_fail(error)
        except Exception:
            # An error of on_fail is not the caller's. A handler of the log may raise too.
            with contextlib.suppress(Exception):
                import logging

                logging.getLogger("mxspec").exception(
                    "on_fail=%r raised; it was to report: %s", self.on_fail, error
                )


_REPORTED: Final = object()
"""The result of a check that failed and was reported."""


def _checking_function(
    name: str,
    function: Any,
    target: Callable[..., Any],
    spec: FSpec,
    parts: frozenset[str],
    binds: bool,
    report: _Reporting,
) -> Callable[..., Any]:
    """Return a function of the same kind as function, which checks its calls and passes them on to target.

    fn relates the conformed arguments to the conformed result, so a check of fn checks both.
    """
    contract = dataclasses.replace(
        spec, args=spec.args if parts & {"args", "fn"} else None, fn=spec.fn if "fn" in parts else None
    )
    checks_result = not parts.isdisjoint({"ret", "fn"})
    parameters = parameters_of(function, bound=binds)
    draw, share = report.draw, report.share
    # Only fn has a use for the conformed arguments.
    accepts = (
        None if contract.args is None or contract.fn is not None else test_of_calls(contract.args, parameters)
    )

    def check_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args = args[1:] if binds else args
        if accepts is not None:
            token = _unchecked.set(_EVERYWHERE)
            try:
                if accepts(args, kwargs):
                    return None
            except Exception:  # the whole check reports the error
                pass
            finally:
                _unchecked.reset(token)
        return report.look(contract.conform_arguments, name, parameters, args, kwargs)

    def check_returned(arguments: Any, returned: Any) -> None:
        if checks_result and arguments is not _REPORTED:
            report.look(contract.check_result, name, arguments, returned)

    def checked_call(*args: Any, **kwargs: Any) -> Any:
        # The draw comes first: a call that is not checked should cost little.
        if (draw is not None and draw() >= share) or not _is_checking():
            return target(*args, **kwargs)
        arguments = check_arguments(args, kwargs)
        returned = target(*args, **kwargs)
        check_returned(arguments, returned)
        return returned

    async def checked_coroutine(*args: Any, **kwargs: Any) -> Any:
        is_checked = (draw is None or draw() < share) and _is_checking()
        arguments = check_arguments(args, kwargs) if is_checked else None
        returned = target(*args, **kwargs)
        if inspect.isawaitable(returned):
            returned = await returned
        if is_checked:
            check_returned(arguments, returned)
        return returned

    def checked_generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return (yield from checked_call(*args, **kwargs))

    async def checked_async_generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        # The equivalent of `yield from`, which async functions lack (PEP 525).
        items = checked_call(*args, **kwargs)
        with contextlib.suppress(StopAsyncIteration):
            item = await anext(items)
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    await items.aclose()
                    raise
                except BaseException as error:
                    item = await items.athrow(error)
                else:
                    item = await items.asend(sent)

    wrapper: Callable[..., Any] = checked_call
    if inspect.iscoroutinefunction(function):
        wrapper = checked_coroutine
    elif inspect.isgeneratorfunction(function):
        wrapper = checked_generator
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & inspect.CO_ITERABLE_COROUTINE:  # made by types.coroutine
            wrapper = types.coroutine(wrapper)
    elif inspect.isasyncgenfunction(function):
        wrapper = checked_async_generator
    functools.update_wrapper(wrapper, function)
    # A wrapper's methods, such as cache_clear of functools.lru_cache, are in no __dict__.
    for attribute in dir(function):
        if not attribute.startswith("_") and not hasattr(wrapper, attribute):
            setattr(wrapper, attribute, getattr(function, attribute))
    return wrapper


def _caller() -> dict[str, str | int]:
    """Return the file, the line and the function of the nearest frame outside this file."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    assert frame is not None
    code = frame.f_code
    return {"file": code.co_filename, "line": frame.f_lineno, "function": code.co_qualname}
