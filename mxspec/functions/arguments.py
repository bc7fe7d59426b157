"""From a call to the sequence that an args spec sees, and back to the call.

`def f(a, b=1, *rest, flag=False)` gets the call f(0, flag=True): the args spec sees [0, 1, True]. The
sequence holds the arguments in the order of the signature, also arguments passed by name:

- the positional parameters, with defaults where the call leaves them out;
- the elements of `*args`; or all of them as one list, if the part with that name in the `s.cat` is a nested
  sequence: `args=s.spec(s.star(int))`;
- the values of the keyword-only parameters, in the order of their tags in the `s.cat`, without a cat in the
  order of the signature; one without a tag is there only if the call passes it;
- `**kwargs` as name, value, name, value, which `s.keys_star` takes; or as one dict, if the part with that
  name in the `s.cat` is not a regex: `kwargs=s.map_of(str, int)`.

If the spec refuses the sequence, it gets another one without the defaults at its end, as Clojure sees a call
of a shorter arity. A spec of maps (`s.keys`, `s.merge`) gets a dict of the arguments by name instead of a
sequence, first with the defaults and then without.
"""

from __future__ import annotations

import contextvars
import dataclasses
import inspect
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from mxspec.base import names
from mxspec.base.strategies.combine import Strategy
from mxspec.base.strategies.sampling import such_that
from mxspec.specs.compiled import valid_test
from mxspec.specs.core.parts import NEEDED
from mxspec.specs.core.spec import Spec, text_of
from mxspec.specs.maps import Keys, Merge
from mxspec.specs.regex.combinators import Cat, KeysStar
from mxspec.specs.regex.matching import NestedRegex

Call = tuple[list[Any], dict[str, Any]]


class Keywords(NamedTuple):
    """The names that the arguments of a call may have, by its signature.

    Attributes:
        needed: the parameters without a default that no positional argument fills.
        named: the parameters that may be passed by name.
        filled: the names that `**kwargs` does not take, since positional arguments fill them; None without
            `**kwargs`.
    """

    needed: frozenset[str]
    named: frozenset[str]
    filled: frozenset[str] | None

    def take(self, name: str) -> bool:
        """True if an argument may have this name."""
        return name in self.named or (self.filled is not None and name not in self.filled)


@dataclasses.dataclass(frozen=True)
class Parameters:
    """The parameters of a function, by the way that they take arguments.

    Attributes:
        positional: the parameters that a positional argument may fill.
        rest: the name of `*args`, if there is one.
        named: the keyword-only parameters.
        options: the name of `**kwargs`, if there is one.
    """

    positional: tuple[inspect.Parameter, ...] = ()
    rest: str | None = None
    named: tuple[inspect.Parameter, ...] = ()
    options: str | None = None

    @classmethod
    def of(cls, parameters: Iterable[inspect.Parameter]) -> Parameters:
        """Return the parameters of a signature."""
        parameters = list(parameters)
        by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return cls(
            tuple(p for p in parameters if p.kind in by_position),
            next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None),
            tuple(p for p in parameters if p.kind is p.KEYWORD_ONLY),
            next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), None),
        )

    def keywords(self, count: int) -> Keywords | None:
        """Return the names that a call needs and takes if it has a number of positional arguments.

        None for too many positional arguments, or too few for the positional-only parameters.
        """
        if count > len(self.positional) and self.rest is None:
            return None
        left = self.positional[count:]
        if any(p.kind is p.POSITIONAL_ONLY and p.default is p.empty for p in left):
            return None
        by_name = [p for p in (*left, *self.named) if p.kind is not p.POSITIONAL_ONLY]
        filled = {p.name for p in self.positional[:count] if p.kind is not p.POSITIONAL_ONLY}
        return Keywords(
            frozenset(p.name for p in by_name if p.default is p.empty),
            frozenset(p.name for p in by_name),
            frozenset(filled) if self.options is not None else None,
        )

    def views(self, spec: Spec, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
        """Yield a call as spec sees it: with the defaults, then, if it has any, without them."""
        core = _core(spec)
        if isinstance(core, (Keys, Merge)):
            by_name = self._arguments_by_name(args, kwargs)
            parameters = (*self.positional, *self.named)
            yield {**{p.name: p.default for p in parameters if p.default is not p.empty}, **by_name}
            yield by_name
            return
        sequence = list(self._arguments_in_order(_branches(core), args, kwargs))
        yield [value for value, _ in sequence]
        if sequence and sequence[-1][1]:
            while sequence and sequence[-1][1]:
                sequence.pop()
            yield [value for value, _ in sequence]

    def first_view(self, spec: Spec) -> Callable[[Sequence[Any], Mapping[str, Any]], list[Any] | None] | None:
        """Return a function from the usual calls to the first of their views, which are lists; or None.

        It returns None for a call that Python would refuse. It holds until a name in spec is redefined.
        """
        core = _core(spec)
        if isinstance(core, (Keys, Merge)) or self.rest is not None or self.options is not None:
            return None
        tagged, count = tuple(_branches(core)), len(self.positional)
        parameters = [
            (p.name if p.kind is not p.POSITIONAL_ONLY else None, p.default)
            for p in (*self.positional, *self._sort_named(tagged))
        ]
        no_default = inspect.Parameter.empty
        unseen = {p.name for p in self.named if tagged and p.name not in tagged}  # if the call leaves it out

        def view(args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any] | None:
            values, left = [*args], len(kwargs)
            if len(values) > count:
                return None
            for name, default in parameters[len(values) :]:
                if name is not None and name in kwargs:
                    values.append(kwargs[name])
                    left -= 1
                elif default is no_default:
                    return None
                elif name not in unseen:
                    values.append(default)
            return None if left else values

        return view

    def shows(self, spec: Spec) -> tuple[Any, ...]:
        """Return a key for the view that spec gets of a call: specs with the same key see the same."""
        core = _core(spec)
        branches = _branches(core)
        takes = self._takes_list(branches), self._takes_dict(branches)
        return isinstance(core, (Keys, Merge)), tuple(branches), takes

    def _arguments_by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        by_name = {p.name: value for p, value in zip(self.positional, args, strict=False)}
        surplus = args[len(self.positional) :]
        rest = {self.rest: list(surplus)} if self.rest and surplus else {}
        return {**by_name, **rest, **kwargs}

    def _arguments_in_order(
        self, branches: Mapping[str, Spec], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Iterator[tuple[Any, bool]]:
        """Yield the arguments in order, each with True if it is a default.

        A call that Python would refuse is shown up to the first parameter without an argument, so that the
        spec names this parameter, or with its surplus arguments at the end.
        """
        left, count, tagged = dict(kwargs), len(self.positional), tuple(branches)
        surplus = [(value, False) for value in args[count:]]
        if self._takes_list(branches):
            surplus = [([value for value, _ in surplus], False)]
        yield from ((value, False) for value in args[:count])
        for p in (*self.positional[len(args) :], None, *self._sort_named(tagged)):
            if p is None:
                yield from surplus if self.rest else ()
            elif p.kind is not p.POSITIONAL_ONLY and p.name in left:
                yield left.pop(p.name), False
            elif p.default is p.empty:
                return
            elif p.kind is not p.KEYWORD_ONLY or not tagged or p.name in tagged:
                yield p.default, True
        if self._takes_dict(branches):
            yield left, False
        else:
            yield from ((x, False) for pair in left.items() for x in pair)
        yield from () if self.rest else surplus

    def _takes_list(self, branches: Mapping[str, Spec]) -> bool:
        """True if a part of a cat takes all of `*args` as a list."""
        return self.rest is not None and isinstance(branches.get(self.rest), NestedRegex)

    def _takes_dict(self, branches: Mapping[str, Spec]) -> bool:
        """True if a part of a cat takes all of `**kwargs` as a dict."""
        part = None if self.options is None else branches.get(self.options)
        return part is not None and not part.is_regex

    def _sort_named(self, tagged: Sequence[str]) -> list[inspect.Parameter]:
        return sorted(self.named, key=lambda p: tagged.index(p.name) if p.name in tagged else len(tagged))

    def call(self, spec: Spec, values: Iterable[Any] | None) -> Call:
        """Return the positional and the keyword arguments of the call that spec sees as values."""
        args, named, options = self._split(spec, values)
        return args, {**named, **options}

    def callable_values(self, spec: Spec, strategy: Strategy) -> Strategy:
        """Return a strategy of the values for spec that are a call in Python.

        It excludes calls with the name of a parameter among `**kwargs`.
        """
        own = {p.name for p in (*self.positional, *self.named) if p.kind is not p.POSITIONAL_ONLY}
        if self.options is None or not own:
            return strategy
        return such_that(lambda values: own.isdisjoint(self._split(spec, values)[2]), strategy, text_of(spec))

    def _split(
        self, spec: Spec, values: Iterable[Any] | None
    ) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
        """Return the positional arguments, those by name, and `**kwargs`, of the call seen as values."""
        if isinstance(values, Mapping):
            return *self._call_by_name(dict(values)), {}
        values, branches = list(values or ()), _branches(_core(spec))
        takes_list = self._takes_list(branches)
        if not (self.named or self.options or takes_list):
            return values, {}, {}
        count, tagged = len(self.positional), tuple(branches)
        shown = [p.name for p in self._sort_named(tagged) if not tagged or p.name in tagged]
        options = dict(values.pop()) if values and self._takes_dict(branches) else {}
        head, tail, pairs = values[:count], values[count:], []
        if takes_list:
            head, named, tail = [*head, *tail[0]], tail[1:], []
        elif self.rest is None:
            named, pairs, tail = tail[: len(shown)], tail[len(shown) :], []
        else:
            while self.options and ends_in_keys(spec) and len(tail) > 1 and isinstance(tail[-2], str):
                pairs = [*tail[-2:], *pairs]
                del tail[-2:]
            split = max(0, len(tail) - len(shown))
            tail, named = tail[:split], tail[split:]
        by_name = dict(zip(shown, named, strict=False))
        keys = pairs[::2]
        if self.options and len(pairs) % 2 == 0 and all(isinstance(key, str) for key in keys):
            return [*head, *tail], by_name, {**options, **dict(zip(keys, pairs[1::2], strict=True))}
        return [*head, *tail, *pairs], by_name, options

    def _call_by_name(self, kwargs: dict[str, Any]) -> Call:
        surplus = kwargs.pop(self.rest, None) if self.rest else None
        args: list[Any] = []
        for p in self.positional:
            if p.name not in kwargs or not (surplus or p.kind is p.POSITIONAL_ONLY):
                break
            args.append(kwargs.pop(p.name))
        return [*args, *(surplus or ())], kwargs


def test_of_calls(spec: Spec, parameters: Parameters) -> Callable[[Sequence[Any], Mapping[str, Any]], bool]:
    """Return a test that is true for a call that spec accepts in its first view; False decides nothing.

    The view and the code of the spec are made once for each table of names: .9 us a call instead of 5.4.
    """
    newest: tuple[Callable[[], names.Names | None], Any, Any] = (lambda: None), None, None

    def accepts(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        nonlocal newest
        table, view, test = newest
        if table() is not names.current:
            now = names.current
            view, test = parameters.first_view(spec), valid_test(spec)
            newest = weakref.ref(now), view, test
        values = None if view is None else view(args, kwargs)
        return values is not None and test(values)

    return accepts


def parameters_of(fn: Callable[..., Any], *, bound: bool = False) -> Parameters:
    """Return the parameters of fn; if bound, without the first of them (self, cls).

    For a function of C without a signature: any arguments, in the order of the call.
    """
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except Exception:  # as for some functions of C; and attributes of a callable may raise
        return ANY_PARAMETERS
    whole = Parameters.of(parameters)
    return dataclasses.replace(whole, positional=whole.positional[1:]) if bound else whole


ANY_PARAMETERS = Parameters(rest="args", options="kwargs")
"""The parameters of a function that takes anything."""

# --- the order that an args spec requires -----------------------------------------------------------------


def _core(spec: Spec) -> Spec:
    """Return the first spec that sees the arguments, inside names, and_, amp, s.spec and messages."""
    seen: set[int] = set()
    while not isinstance(spec, (Cat, Keys, Merge)) and id(spec) not in seen:
        seen.add(id(spec))
        parts = spec.parts() if spec.by_parts or spec.is_regex else ()
        if parts and parts[0].role == NEEDED and not parts[0].is_piece:
            if spec.is_regex and not parts[0].spec.is_regex:
                break  # an amp of one argument
            spec = parts[0].spec
    return spec


def tags(spec: Spec) -> tuple[str, ...]:
    """Return the tags of the cat that spec begins with; an empty tuple if it begins with another spec."""
    return tuple(_branches(_core(spec)))


def _branches(core: Spec) -> dict[str, Spec]:
    """Return the parts of a cat by tag; an empty dict for another spec."""
    return {str(tag): part for tag, part in core.branches} if isinstance(core, Cat) else {}


def ends_in_keys(spec: Spec) -> bool:
    """True if the last part of spec is a keys_star."""
    core = _core(spec)
    while isinstance(core, Cat) and core.branches:
        core = _core(core.branches[-1][1])
    return isinstance(core, KeysStar)


# --- calling ----------------------------------------------------------------------------------------------


def copy_call(call: Call) -> Call:
    """Return a call with copies of its plain containers and arrays; all other objects are the same.

    The function may change its arguments, and the caller shows or compares the originals afterwards.
    """
    return copy_containers(call[0]), copy_containers(call[1])


def copy_containers(x: Any) -> Any:
    """Return a value with copies of its plain containers and arrays, at any depth."""
    kind = type(x)
    if kind in (list, tuple):
        return kind(map(copy_containers, x))
    if kind is dict:
        return {key: copy_containers(value) for key, value in x.items()}
    if kind in (set, bytearray) or (hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "copy")):
        return x.copy()
    return x


def result_of(fn: Callable[..., Any], call: Call) -> Any:
    """Call fn, and return its result; of an async function, the awaited one."""
    args, kwargs = call
    returned = fn(*args, **kwargs)
    if not inspect.iscoroutine(returned):
        return returned
    import asyncio

    # This thread may have a running event loop, and another can't run inside it; a new thread is free.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.copy_context().run, asyncio.run, returned).result()
