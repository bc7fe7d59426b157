"""From a call to the sequence that an args spec sees, and back to the call.

The sequence holds the arguments in the order of the signature, even those that the call passes by name:

- the positional parameters, with the defaults of those that the call leaves out;
- the elements of `*args`, spliced in;
- the values of the keyword-only parameters, in the order of the tags of the `s.cat` that carry their names,
  else in that of the signature; one without a tag in the cat is there only if the call passes it;
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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from mxspec.core.parts import specize
from mxspec.names import find
from mxspec.regex.combinators import Amp, Cat, KeysStar
from mxspec.regex.regex import Sequenced
from mxspec.regex.worded import WordedRegex
from mxspec.specs.logic import And
from mxspec.specs.maps.keys import Keys
from mxspec.specs.maps.merge import Merge
from mxspec.specs.worded import Worded
from mxspec.values import INVALID

Call = tuple[list[Any], dict[str, Any]]


@dataclasses.dataclass
class _Sequence:
    """The arguments of a call as an args spec sees them.

    Attributes:
        values: the arguments, and the defaults of those that the call leaves out.
        defaults: the number of defaults at the end.
    """

    values: list[Any]
    defaults: int = 0

    def add(self, values: Iterable[Any]) -> None:
        """Append arguments of the call."""
        before = len(self.values)
        self.values += values
        if len(self.values) > before:
            self.defaults = 0

    def take(self, p: inspect.Parameter, left: dict[str, Any]) -> bool:
        """Append the argument of p out of left, or else its default; False if there is neither."""
        if p.kind is not p.POSITIONAL_ONLY and p.name in left:
            self.values.append(left.pop(p.name))
            self.defaults = 0
        elif p.default is not p.empty:
            self.values.append(p.default)
            self.defaults += 1
        else:
            return False
        return True


@dataclasses.dataclass(frozen=True)
class Parameters:
    """The parameters of a function, by the way in which they take arguments.

    Attributes:
        positional: the parameters that an argument reaches by its position.
        rest: the name of `*args`, if there is one.
        named: the keyword-only parameters.
        options: the name of `**kwargs`, if there is one.
    """

    positional: tuple[inspect.Parameter, ...] = ()
    rest: str | None = None
    named: tuple[inspect.Parameter, ...] = ()
    options: str | None = None

    def views(self, spec: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
        """Yield a call as spec sees it: first with the defaults, then without them if there are any."""
        if takes_mapping(spec):
            by_name = self._by_name(args, kwargs)
            yield {**self._defaults(), **by_name}
            yield by_name
            return
        sequence = self._in_order(tags(spec), args, kwargs)
        yield sequence.values
        if sequence.defaults:
            yield sequence.values[: -sequence.defaults]

    def _defaults(self) -> dict[str, Any]:
        parameters = (*self.positional, *self.named)
        return {p.name: p.default for p in parameters if p.default is not p.empty}

    def _by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        by_name = {p.name: value for p, value in zip(self.positional, args, strict=False)}
        surplus = args[len(self.positional) :]
        if self.rest and surplus:
            by_name[self.rest] = list(surplus)
        return {**by_name, **kwargs}

    def _in_order(self, tagged: tuple[str, ...], args: Sequence[Any], kwargs: Mapping[str, Any]) -> _Sequence:
        left = dict(kwargs)
        count = len(self.positional)
        sequence, surplus = _Sequence(list(args[:count])), args[count:]
        # A call that Python would refuse is shown as far as it goes: up to the first parameter without an
        # argument, so that the spec names it, or with what is too much at the end.
        for p in self.positional[len(args) :]:
            if not sequence.take(p, left):
                return sequence
        sequence.add(surplus if self.rest else ())
        for p in self._named_in_order(tagged):
            untagged = tagged and p.name not in tagged and p.name not in left and p.default is not p.empty
            if not untagged and not sequence.take(p, left):
                return sequence
        sequence.add(x for pair in left.items() for x in pair)
        sequence.add(() if self.rest else surplus)
        return sequence

    def _named_in_order(self, tagged: tuple[str, ...]) -> list[inspect.Parameter]:
        return sorted(self.named, key=lambda p: tagged.index(p.name) if p.name in tagged else len(tagged))

    def call(self, spec: Any, values: Iterable[Any] | None) -> Call:
        """Return the positional and the keyword arguments of the call that spec sees as values."""
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

    def _call_by_name(self, kwargs: dict[str, Any]) -> Call:
        surplus = kwargs.pop(self.rest, None) if self.rest else None
        args: list[Any] = []
        for p in self.positional:
            if p.name not in kwargs or not (surplus or p.kind is p.POSITIONAL_ONLY):
                break
            args.append(kwargs.pop(p.name))
        return [*args, *(surplus or ())], kwargs


def parameters_of(fn: Callable[..., Any], *, bound: bool = False) -> Parameters:
    """Return the parameters of fn; if bound, without the first of them (self, cls).

    A function without a signature, as some of C, has its arguments in the order of the call.
    """
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except Exception:  # some of C have none, and a callable's own attributes may raise
        return Parameters(rest="args", options="kwargs")
    if bound and parameters and parameters[0].kind in (inspect.Parameter.POSITIONAL_ONLY, _EITHER):
        del parameters[0]
    by_kind: dict[object, list[inspect.Parameter]] = {}
    for p in parameters:
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


# --- the order that an args spec asks for -----------------------------------------------------------------


def _core(spec: Any) -> Any:
    """Return the spec that first sees the arguments: without names, and_, amp, s.spec, messages around it."""
    while True:
        if isinstance(spec, str):
            spec = find(spec)
        elif isinstance(spec, And) and spec.preds:
            spec = spec.preds[0]
        elif isinstance(spec, (Amp, WordedRegex)):
            spec = spec.re
        elif isinstance(spec, Worded):
            spec = spec.pred
        elif isinstance(spec, Sequenced):
            spec = spec.regex
        else:
            return spec


def tags(spec: Any) -> tuple[str, ...]:
    """Return the tags of the cat that spec begins with, or none if it begins with another spec."""
    core = _core(spec)
    return tuple(tag for tag, _ in core.branches) if isinstance(core, Cat) else ()


def ends_in_keys(spec: Any) -> bool:
    """True if the last part of spec is a keys_star."""
    core = _core(spec)
    while isinstance(core, Cat) and core.branches:
        core = _core(core.branches[-1][1])
    return isinstance(core, KeysStar)


def takes_mapping(spec: Any) -> bool:
    """True if spec is a spec of maps, and so of arguments by name."""
    return isinstance(_core(spec), (Keys, Merge))


# --- calling ----------------------------------------------------------------------------------------------


def first_fit(spec: Any, views: Iterator[Any]) -> tuple[Any, Any]:
    """Return the first view that spec accepts and its conformed value, or the first view and INVALID."""
    whole = next(views)
    args_spec = specize(spec)
    for view in itertools.chain([whole], views):
        conformed = args_spec.conform(view)
        if conformed is not INVALID:
            return view, conformed
    return whole, INVALID


def result_of(fn: Callable[..., Any], call: Call) -> Any:
    """Call fn, and return its result; of an async function, the awaited one.

    fn gets copies of the lists, dicts, sets and arrays in call, as it may change them, and the caller goes on
    to show or compare the originals.
    """
    args, kwargs = fresh(call[0]), fresh(call[1])
    returned = fn(*args, **kwargs)
    if not inspect.iscoroutine(returned):
        return returned
    import asyncio

    # This thread may have a running event loop, in which another can't run; a thread of its own has none.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, asyncio.run, returned).result()


def fresh(x: Any) -> Any:
    """Return x with copies of the plain containers and arrays in it, and the same objects for all else."""
    kind = type(x)
    if kind in (list, tuple):
        return kind(map(fresh, x))
    if kind is dict:
        return {key: fresh(value) for key, value in x.items()}
    if kind in (set, bytearray) or (hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "copy")):
        return x.copy()
    return x
