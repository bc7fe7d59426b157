"""Checking calls as they happen: instrument, unstrument.

Clojure sets the var of a function. Here the attribute of its module or class is replaced, and so is every
other module's of the same name that holds the very function, as after `from module import function`. Whoever
keeps the function under another name, in a list or in a closure, goes on calling it unchecked.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
import inspect
import sys
import threading
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from mxspec.api.examples import gen as gen_of
from mxspec.api.examples import generate
from mxspec.core.context import Overrides
from mxspec.core.parts import specize
from mxspec.errors import CallError, SpecDefinitionError, SpecError, UnknownSpecError
from mxspec.functions.arguments import parameters_of
from mxspec.functions.contract import ARGS, Contract, checked_parts
from mxspec.functions.fspec import FSpec, function_name
from mxspec.functions.locate import Location, locate
from mxspec.names import find, registry

_enabled: contextvars.ContextVar[bool] = contextvars.ContextVar("instrument_enabled", default=True)


@contextlib.contextmanager
def with_instrument_disabled() -> Iterator[None]:
    """Turn checks off inside the block, for this thread or task (stest/with-instrument-disabled).

    Example:
        >>> import mxspec as s
        >>> with s.with_instrument_disabled():
        ...     pass
    """
    token = _enabled.set(False)
    try:
        yield
    finally:
        _enabled.reset(token)


@dataclasses.dataclass(frozen=True)
class Options:
    """The options of instrument, by the names of functions."""

    spec: Mapping[str, Any]
    stub: Collection[str]
    gen: Overrides
    replace: Mapping[str, Callable[..., Any]]
    check: frozenset[str] = frozenset({ARGS})

    def names(self) -> list[str]:
        return [*self.spec, *self.stub, *self.replace]


@dataclasses.dataclass(frozen=True)
class Instrumented:
    """A function that was replaced at a place, the checking one that replaced it, and the options of both."""

    place: Location
    raw: Any
    wrapped: Any
    options: Options

    @property
    def is_there(self) -> bool:
        """True if the checking function still stands at its place."""
        return vars(self.place.owner).get(self.place.attribute) is self.wrapped


_instrumented: dict[str, Instrumented] = {}
_changing = threading.RLock()


def instrument(
    fns: Any = None,
    *,
    spec: Mapping[Any, Any] | None = None,
    stub: Collection[Any] = (),
    gen: Overrides | None = None,
    replace: Mapping[Any, Callable[..., Any]] | None = None,
    check: Collection[str] = (ARGS,),
) -> list[str]:
    """Have the calls of functions checked as they happen (stest/instrument).

    As in clojure, only arguments are checked unless `check` says more; results are a matter for `s.check`. A
    call that its args spec refuses raises CallError, which says which argument is wrong and why, and the
    function is not called. One whose ret or fn spec refuses the result raises CallError after it.

    Args:
        fns: a function, its name, a collection of these, or None for all that have a spec and a place.
            Names without a spec, or without a function, are passed over.
        spec: by function, an fspec in place of the registered one.
        stub: functions that are not called; an example of their ret spec is returned instead.
        gen: strategies for the stubs, as the overrides of `s.gen`.
        replace: by function, another one that is called in its place, for a method with self.
        check: what is checked, any of "args", "ret" (the result; of an async function the awaited one) and
            "fn" (the relation of the two, which both have to fit for).

    Returns:
        The names of the functions that are checked from now on.

    Raises:
        SpecDefinitionError: check names something else.
        UnknownSpecError: an option names a function that has no fspec.
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
        3 - failed: str in: [0] at: ['text']
        >>> s.instrument(string.capwords, check=["args", "ret"], spec={string.capwords: s.fspec(ret=int)})
        ['string/capwords']
        >>> string.capwords("X")
        Traceback (most recent call last):
        mxspec.errors.CallError: Call to string/capwords did not conform to spec.
        'X' - failed: int at: ['ret']
        >>> s.unstrument(string.capwords)
        ['string/capwords']
    """
    options = Options(
        {function_name(fn): override for fn, override in (spec or {}).items()},
        [function_name(fn) for fn in each(stub)],
        gen or {},
        {function_name(fn): other for fn, other in (replace or {}).items()},
        checked_parts(check),
    )
    with_spec = dict.fromkeys((*_registered_names(), *options.names()))
    with _changing:
        if fns is None:
            names = [name for name in with_spec if _obstacle(name) is None]
        else:
            names = [_reachable(fn) for fn in each(fns) if function_name(fn) in with_spec]
        return [name for name in dict.fromkeys(names) if _instrument(name, options)]


def unstrument(fns: Any = None) -> list[str]:
    """Put back the very functions that `instrument` replaced (stest/unstrument).

    An attribute that somebody has set to something else in the meantime stays what it is.

    Args:
        fns: as in `instrument`; None for all that are instrumented.

    Returns:
        The names of the functions that were put back.

    Example:
        >>> import mxspec as s
        >>> s.unstrument("doc/never-instrumented")
        []
    """
    with _changing:
        names = list(_instrumented) if fns is None else [function_name(fn) for fn in each(fns)]
        return [name for name in names if _unstrument(name)]


def instrumentable_fns(
    *,
    spec: Mapping[Any, Any] | None = None,
    stub: Collection[Any] = (),
    replace: Mapping[Any, Callable[..., Any]] | None = None,
) -> set[str]:
    """Return the names of the functions that `instrument` checks if it gets these options.

    The original is stest/instrumentable-syms.

    Example:
        >>> import mxspec as s
        >>> "textwrap/indent" in s.instrumentable_fns()
        False
    """
    options = [*(spec or {}), *each(stub), *(replace or {})]
    return {name for name in (*_registered_names(), *map(function_name, options)) if _obstacle(name) is None}


def each(fns: Any) -> Collection[Any]:
    """Return the functions or names that fns is or holds."""
    if isinstance(fns, (str, classmethod)) or callable(fns):
        return [fns]
    return list(fns)


def is_function_spec(name: str) -> bool:
    """True if name stands for an fspec."""
    return isinstance(find(name), FSpec)


def _registered_names() -> list[str]:
    return [name for name in list(registry()) if is_function_spec(name)]


def _obstacle(name: str) -> str | None:
    """Return the reason why the function of that name can't be replaced, or None if it can."""
    place = locate(name)
    if place is None:
        inside = (
            "it stands inside another function" if "<locals>" in name else "nothing is there by that name"
        )
        return f"{name} can't be instrumented: {inside}"
    if isinstance(place.raw, type):
        return f"{name} can't be instrumented, since it is a class; give its __init__ a spec"
    if not (callable(place.raw) or isinstance(place.raw, classmethod)):
        return f"{name} can't be instrumented, since it is not a function: {place.raw!r}"
    return None


def _reachable(fn: Any) -> str:
    """Return the name of fn, which can be replaced or is the name of nothing.

    Raises:
        SpecError: fn can't be replaced.
    """
    name = function_name(fn)
    obstacle = _obstacle(name)
    # A name may be that of nothing, and is passed over; a function is there, and must have a place.
    of_nothing = isinstance(fn, str) and locate(name) is None and "<locals>" not in name
    if obstacle is not None and not of_nothing:
        raise SpecError(obstacle, fn=name)
    return name


def _instrument(name: str, options: Options) -> bool:
    place = locate(name)
    if place is None:
        return False
    before = _instrumented.get(name)
    current = place.raw
    raw = before.raw if before is not None and before.wrapped is current else current
    wrapped = _wrapped(name, raw, place, _spec_of(name, options), options)
    _replace(place, current, wrapped)
    _instrumented[name] = Instrumented(place, raw, wrapped, options)
    return True


def _unstrument(name: str) -> bool:
    record = _instrumented.pop(name, None)
    if record is None:
        return False
    was_there = record.is_there
    _replace(record.place, record.wrapped, record.raw)
    return was_there


@contextlib.contextmanager
def uninstrumented(name: str) -> Iterator[None]:
    """Put the function of that name back for the block, and instrument it again afterwards as it was."""
    with _changing:
        record = _instrumented.get(name)
        put_back = _unstrument(name)
    try:
        yield
    finally:
        if record is not None and put_back:
            with _changing:
                _instrument(name, record.options)


def _spec_of(name: str, options: Options) -> FSpec:
    override = options.spec.get(name)
    spec = find(name) if override is None else specize(override)
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


def _replace(place: Location, old: object, new: object) -> None:
    """Put new where old is: at place, and in every module that has it under the same name."""
    modules = (
        [] if place.in_class else [m for m in list(sys.modules.values()) if isinstance(m, types.ModuleType)]
    )
    for owner in [place.owner, *modules]:
        # By object's own way, since a lazy module is loaded by any other look at its attributes.
        if object.__getattribute__(owner, "__dict__").get(place.attribute) is old:
            try:
                setattr(owner, place.attribute, new)
            except (AttributeError, TypeError) as error:
                raise SpecError(f"{owner!r} does not let {place.attribute} be replaced: {error}") from error


# --- the function that checks -----------------------------------------------------------------------------


def _wrapped(name: str, raw: Any, place: Location, spec: FSpec, options: Options) -> Any:
    """Return the checking function in the shape of raw: a function, a class method or a static method."""
    function = raw.__func__ if isinstance(raw, (classmethod, staticmethod)) else raw
    binds = place.binds
    target = function
    if name in options.stub:
        target = _stub(spec, options.gen, binds)
    elif name in options.replace:
        target = options.replace[name]
    contract = Contract(name, parameters_of(function, bound=binds), spec, options.check)
    checking = _checking(contract, function, target, binds)
    return type(raw)(checking) if isinstance(raw, (classmethod, staticmethod)) else checking


def _stub(spec: FSpec, overrides: Overrides, binds: bool) -> Callable[..., Any]:
    """Return the function that is called in place of one of spec: an example of it, or one of examples."""
    if spec.gen_fn is not None:
        example: Callable[..., Any] = generate(spec, overrides=overrides)
        return (lambda _, *args, **kwargs: example(*args, **kwargs)) if binds else example
    answers = gen_of(spec.ret, overrides)
    return lambda *args, **kwargs: generate(answers)


def _checking(
    contract: Contract, function: Any, target: Callable[..., Any], binds: bool
) -> Callable[..., Any]:
    """Return a function that checks its calls, which it passes on to target."""

    def check(look: Callable[..., Any], *values: Any) -> Any:
        # Functions that the spec itself calls are not checked, or one in its own args spec would never end.
        token = _enabled.set(False)
        try:
            return look(*values)
        except CallError as error:
            error.data["caller"] = _caller()
            raise
        finally:
            _enabled.reset(token)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return check(contract.before, args[1:] if binds else args, kwargs)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def checked_when_awaited(*args: Any, **kwargs: Any) -> Any:
            is_checked = _enabled.get()
            arguments = before(args, kwargs) if is_checked else None
            returned = target(*args, **kwargs)
            if inspect.isawaitable(returned):
                returned = await returned
            if is_checked and contract.looks_after:
                check(contract.after, arguments, returned)
            return returned

        return checked_when_awaited

    if contract.looks_after:

        @functools.wraps(function)
        def checked_after(*args: Any, **kwargs: Any) -> Any:
            if not _enabled.get():
                return target(*args, **kwargs)
            arguments = before(args, kwargs)
            returned = target(*args, **kwargs)
            check(contract.after, arguments, returned)
            return returned

        return checked_after

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if _enabled.get():
            before(args, kwargs)
        return target(*args, **kwargs)

    return checked


def _caller() -> dict[str, str | int]:
    """Return the file, the line and the function of the nearest frame outside this file."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    assert frame is not None
    code = frame.f_code
    return {"file": code.co_filename, "line": frame.f_lineno, "function": code.co_qualname}
