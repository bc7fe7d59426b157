"""From a call to the sequence that an args spec sees, and back to the call.

The sequence holds the arguments as the signature orders them, however they were given:

- the positional parameters, each that was left out with its default;
- the elements of `*args`, spliced in;
- the values of the keyword-only parameters, in the order of the tags of the `s.cat` that carry their names,
  else in that of the signature; one that the cat has no tag for is there only if it was given;
- `**kwargs` as name, value, name, value, which `s.keys_star` takes.

Where the sequence does not fit, it is tried once more without the defaults at its end, as Clojure sees a call
of a shorter arity. A spec of maps (`s.keys`, `s.merge`) gets a dict of the arguments by name in its place,
and is asked once more without the defaults too.
"""

from __future__ import annotations

import contextvars
import dataclasses
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from mxspec.core.parts import specize
from mxspec.names.registry import find
from mxspec.regex.combinators import Amp, Cat, KeysStar, Sequenced
from mxspec.specs.logic import And
from mxspec.specs.maps import Keys, Merge
from mxspec.values.invalid import INVALID

Call = tuple[list[Any], dict[str, Any]]

_MISSING: Final = object()


@dataclasses.dataclass(frozen=True)
class Parameters:
    """The parameters of a function, by the way an argument gets to them."""

    positional: tuple[inspect.Parameter, ...] = ()
    rest: str | None = None
    named: tuple[inspect.Parameter, ...] = ()
    options: str | None = None

    def views(self, spec: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
        """What spec is asked about a call: first the whole of it, then a shorter form where there is one."""
        if takes_mapping(spec):
            given = self._by_name(args, kwargs)
            defaults = {
                p.name: p.default for p in (*self.positional, *self.named) if p.default is not p.empty
            }
            yield {**defaults, **given}
            yield given
            return
        values = self._in_order(tags(spec), args, kwargs)
        yield [value for value, _ in values]
        shorter = list(values)
        while shorter and shorter[-1][1]:
            shorter.pop()
        if len(shorter) < len(values):
            yield [value for value, _ in shorter]

    def _by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        given = {p.name: value for p, value in zip(self.positional, args, strict=False)}
        surplus = args[len(self.positional) :]
        if self.rest and surplus:
            given[self.rest] = list(surplus)
        return {**given, **kwargs}

    def _in_order(
        self, tagged: tuple[str, ...], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> list[tuple[Any, bool]]:
        """The arguments in order, each with whether it is a default that the call left out."""
        left = dict(kwargs)
        values: list[tuple[Any, bool]] = []
        # A call that Python would refuse is shown as far as it goes: up to the first parameter without an
        # argument, so that the spec names it, or with what is too much at the end.
        for p, value in itertools.zip_longest(
            self.positional, args[: len(self.positional)], fillvalue=_MISSING
        ):
            if value is not _MISSING:
                values.append((value, False))
            elif not _take(p, left, values):
                return values
        surplus = [(value, False) for value in args[len(self.positional) :]]
        values += surplus if self.rest else []
        for p in self._named_in_order(tagged):
            untagged = tagged and p.name not in tagged and p.name not in left and p.default is not p.empty
            if not untagged and not _take(p, left, values):
                return values
        values += [(x, False) for pair in left.items() for x in pair]
        return values + ([] if self.rest else surplus)

    def _named_in_order(self, tagged: tuple[str, ...]) -> list[inspect.Parameter]:
        return sorted(self.named, key=lambda p: tagged.index(p.name) if p.name in tagged else len(tagged))

    def call(self, spec: Any, values: Any) -> Call:
        """The positional and the keyword arguments of the call that spec sees as values."""
        if isinstance(values, Mapping):
            return self._call_by_name(dict(values))
        values = list(values or ())
        count = len(self.positional)
        head, tail = values[:count], values[count:]
        if not (self.named or self.options):
            return values, {}
        tagged = tags(spec)
        names = [p.name for p in self._named_in_order(tagged) if not tagged or p.name in tagged]
        pairs: list[Any] = []
        if self.rest is None:
            named, pairs = tail[: len(names)], tail[len(names) :]
            tail = []
        else:
            if self.options and ends_in_keys(spec):
                while len(tail) > 1 and isinstance(tail[-2], str):
                    pairs = [*tail[-2:], *pairs]
                    del tail[-2:]
            split = max(0, len(tail) - len(names))
            tail, named = tail[:split], tail[split:]
        keywords = dict(zip(names, named, strict=False))
        if self.options and len(pairs) % 2 == 0 and all(isinstance(key, str) for key in pairs[::2]):
            return [*head, *tail], {**keywords, **dict(zip(pairs[::2], pairs[1::2], strict=True))}
        return [*head, *tail, *pairs], keywords

    def _call_by_name(self, given: dict[str, Any]) -> Call:
        surplus = given.pop(self.rest, None) if self.rest else None
        args: list[Any] = []
        for p in self.positional:
            if p.name not in given or not (surplus or p.kind is p.POSITIONAL_ONLY):
                break
            args.append(given.pop(p.name))
        return [*args, *(surplus or ())], given


def _take(p: Any, left: dict[str, Any], values: list[tuple[Any, bool]]) -> bool:
    """Move the argument of p, or its default, from left to values; whether there is one."""
    if p.kind is not p.POSITIONAL_ONLY and p.name in left:
        values.append((left.pop(p.name), False))
    elif p.default is not p.empty:
        values.append((p.default, True))
    else:
        return False
    return True


def parameters_of(fn: Callable[..., Any], *, bound: bool = False) -> Parameters:
    """The parameters of fn, with bound without the first of them (self, cls).

    A function that does not tell its signature, as some of C, has its arguments in the order of the call.
    """
    try:
        found = list(inspect.signature(fn).parameters.values())
    except (ValueError, TypeError):
        return Parameters(rest="args", options="kwargs")
    if bound and found and found[0].kind in (inspect.Parameter.POSITIONAL_ONLY, _EITHER):
        del found[0]
    by_kind: dict[Any, list[inspect.Parameter]] = {}
    for p in found:
        by_kind.setdefault(p.kind, []).append(p)
    rest = by_kind.get(inspect.Parameter.VAR_POSITIONAL)
    options = by_kind.get(inspect.Parameter.VAR_KEYWORD)
    return Parameters(
        (*by_kind.get(inspect.Parameter.POSITIONAL_ONLY, ()), *by_kind.get(_EITHER, ())),
        rest[0].name if rest else None,
        tuple(by_kind.get(inspect.Parameter.KEYWORD_ONLY, ())),
        options[0].name if options else None,
    )


_EITHER: Final = inspect.Parameter.POSITIONAL_OR_KEYWORD


# --- what an args spec says of the order ------------------------------------------------------------------


def _core(spec: Any) -> Any:
    """The spec that first sees the arguments: without names, and_, amp and s.spec around it."""
    while True:
        if isinstance(spec, str):
            spec = find(spec)
        elif isinstance(spec, And) and spec.preds:
            spec = spec.preds[0]
        elif isinstance(spec, Amp):
            spec = spec.re
        elif isinstance(spec, Sequenced):
            spec = spec.regex
        else:
            return spec


def tags(spec: Any) -> tuple[str, ...]:
    """The tags of the cat that spec begins with, if it does."""
    core = _core(spec)
    return tuple(tag for tag, _ in core.branches) if isinstance(core, Cat) else ()


def ends_in_keys(spec: Any) -> bool:
    """Whether the last part of spec is a keys_star."""
    core = _core(spec)
    while isinstance(core, Cat) and core.branches:
        core = _core(core.branches[-1][1])
    return isinstance(core, KeysStar)


def takes_mapping(spec: Any) -> bool:
    """Whether spec is one of maps, and so of arguments by name."""
    return isinstance(_core(spec), (Keys, Merge))


# --- calling ----------------------------------------------------------------------------------------------


def first_fit(spec: Any, views: Iterator[Any]) -> tuple[Any, Any]:
    """The first view that spec accepts and what it conforms to, or else the first one and INVALID."""
    whole = next(views)
    args_spec = specize(spec)
    for view in itertools.chain([whole], views):
        conformed = args_spec.conform(view)
        if conformed is not INVALID:
            return view, conformed
    return whole, INVALID


def result_of(fn: Callable[..., Any], call: Call) -> Any:
    """What the call returns, and for an async function what that is when awaited.

    The function gets copies of the lists, dicts, sets and arrays in call: whoever called goes on to show or
    compare what was handed over, which fn may change.
    """
    args, kwargs = fresh(call[0]), fresh(call[1])
    returned = fn(*args, **kwargs)
    if not inspect.iscoroutine(returned):
        return returned
    import asyncio

    # A thread of its own has no running event loop, and takes none away from the one it would be run in.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, asyncio.run, returned).result()


def fresh(x: Any) -> Any:
    """x, with copies of the plain containers and arrays in it; what else there is stays the very object."""
    kind = type(x)
    if kind in (list, tuple):
        return kind(map(fresh, x))
    if kind is dict:
        return {key: fresh(value) for key, value in x.items()}
    if kind in (set, bytearray) or (hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "copy")):
        return x.copy()
    return x
