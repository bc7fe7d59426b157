"""Two versions of a function, compared by the calls that they take.

A change from `def price(x, n=1)` to `def price(x, *, n)` breaks the call price(0). Two things decide if a
signature takes a call: the number of arguments by position, and the names of the other arguments. For each
number, a signature needs some names and takes some. So the new version takes every call of the old one if,
for each number, it needs no further name, and takes every name that the old one takes. Arguments are
requests, the result is a response.

Functions that may be predicates, of one argument and a bool or without hints, are compared by the values that
they accept. If both have the same name, but the names or hints of their parameters differ, their calls are
compared too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from mxspec.changes.answers import (
    SUCCESS,
    AnyValue,
    Compatibility,
    FunctionCall,
    explain_witness,
    join_answers,
)
from mxspec.changes.fillings import Fillings, constants_of
from mxspec.changes.proof import Version, own_pair
from mxspec.changes.sameness import Sameness, is_same_object
from mxspec.changes.search import compare_values
from mxspec.errors import SpecError
from mxspec.functions.arguments import Parameters
from mxspec.functions.fspec import FSpec, spec_of_function
from mxspec.functions.hints import caller_parameters, takes_one_argument
from mxspec.predicates import is_any
from mxspec.questions.examples import sample
from mxspec.specs.collections import CollOf, HomogeneousMap
from mxspec.specs.core.budget import Deadline
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.regex.combinators import Cat, Star
from mxspec.specs.regex.matching import NestedRegex
from mxspec.specs.wrappers import Wrapper

_EXAMPLES: Final = 100  # of sequences of arguments

Compare = Callable[[Version, Version], Compatibility]
"""A function that compares two versions of a spec: the second has to accept all that the first accepts."""


def compare_functions(
    old: Version, new: Version, num_tests: int, seed: int, limit: float, compare_results: Compare
) -> Compatibility:
    """Compare two fspecs: new has to take every call that old took, and to return nothing that old did not.

    Args:
        old, new: the versions of the fspecs.
        num_tests, seed, limit: as in `check_compatible`.
        compare_results: a function that compares their results; new may have fewer.
    """
    functions = Functions(old, new, num_tests, seed, limit)
    first, second = functions.first, functions.second
    answers = [functions.compare_arguments()]
    if answers[0].verdict != "broken" and first.makes != second.makes:
        answers = [functions.compare_kinds()]
    if answers[0].verdict != "broken":
        result = compare_results(old.part(first.ret), new.part(second.ret))
        answers.append(dataclasses.replace(result, part="ret"))
    sameness = Sameness(old.table, new.table, new.twins, own=own_pair(old, new))
    if first.fn is not None and (second.fn is None or not sameness.is_same(first.fn, second.fn)):
        answers.append(Compatibility("not refuted", unproved=("fn, the relation of arguments and result",)))
    return join_answers(answers)


# --- functions and predicates ---------------------------------------------------------------------------


def are_predicates(*functions: Any) -> bool:
    """True if each function may be a predicate: `fdef` and hints do not state otherwise, and it takes one
    argument.
    """
    return all(
        spec_of_function(f) is None and ((p := caller_parameters(f)) is None or takes_one_argument(p))
        for f in functions
    )


def signature_of(function: Any) -> list[tuple[str, Any, Any]]:
    """Return the name, the kind and the annotation of each parameter."""
    return [(p.name, p.kind, p.annotation) for p in inspect.signature(function).parameters.values()]


# --- the calls that a signature takes -----------------------------------------------------------------------


class CallShape(NamedTuple):
    """The number of arguments by position, and the names of the others."""

    by_position: int
    names: frozenset[str]


def call_shapes(old: Parameters, new: Parameters) -> Iterator[tuple[CallShape, str]]:
    """Yield the smallest shapes of calls that old takes, each with a further name.

    Each number of arguments by position has a shape with the needed names alone (the further name is an empty
    string), and one for each name that may be added. One name that neither function knows stands for all such
    names.
    """
    names = {p.name for q in (old, new) for p in (*q.positional, *q.named)}
    other = next(name for i in itertools.count() if (name := f"other{i or ''}") not in names)
    for count in range(max(len(old.positional), len(new.positional)) + 2):
        keywords = old.keywords(count)
        if keywords is not None:
            yield CallShape(count, keywords.needed), ""
            for name in sorted({*names, other}):
                if keywords.take(name):
                    yield CallShape(count, keywords.needed | {name}), name


def refusal_of_shape(shape: CallShape, parameters: Parameters) -> str | None:
    """Return why a signature does not take calls of a shape; None if it does.

    Example:
        >>> from mxspec.functions.arguments import parameters_of
        >>> refusal_of_shape(CallShape(1, frozenset()), parameters_of(lambda x, *, n: x * n))
        "missing a required argument: 'n'"
    """
    keywords = parameters.keywords(shape.by_position)
    if keywords is None:
        most = len(parameters.positional)
        return (
            "too many positional arguments"
            if shape.by_position > most
            else "missing a positional-only argument"
        )
    for name in sorted(keywords.needed - shape.names):
        return f"missing a required argument: {name!r}"
    for name in sorted(shape.names):
        if not keywords.take(name):
            known = {p.name for p in (*parameters.positional, *parameters.named)}
            return (
                f"{'multiple values for' if name in known else 'got an unexpected keyword'} argument {name!r}"
            )
    return None


# --- the specs of arguments ---------------------------------------------------------------------------------

Slots = Mapping[str, Spec]
"""The spec of each parameter by name; for `*args` that of an element, for `**kwargs` that of a value."""


def slots_of(version: Version, function: FSpec) -> Slots | None:
    """Return the spec of each parameter if the args spec is a `cat` with one part for each, else None."""
    parameters = function.parameters
    assert parameters is not None
    singles = (*parameters.positional, *parameters.named)
    rest, options = ([name] if name is not None else [] for name in (parameters.rest, parameters.options))
    names = [*(p.name for p in parameters.positional), *rest]
    every = {*names, *(p.name for p in parameters.named), *options}
    if function.args is None:
        return dict.fromkeys(every, Predicate(is_any))
    args: Any = function.args
    while isinstance(args, (Reference, Wrapper)):
        args = args.pred if isinstance(args, Wrapper) else version.table.find(args.to)
    if not isinstance(args, Cat):
        return None
    order = [str(tag) for tag, _ in args.branches]
    slots: dict[str, Spec] = dict(zip(order, (part for _, part in args.branches), strict=True))
    is_in_order = order[: len(names)] == names and (not options or order[-1:] == options)
    if len(order) != len(slots) or slots.keys() != every or not is_in_order:
        return None
    if any(
        p.default is not p.empty and version.part(slots[p.name]).verdict(p.default) is not True
        for p in singles
    ):
        return None  # the spec refuses the default of the function itself
    for name in rest:
        part = slots[name]
        if not (isinstance(part, NestedRegex) and isinstance(part.regex, Star)):
            return None
        slots[name] = part.regex.part
    for name in options:
        part = slots[name]
        is_plain = isinstance(part, HomogeneousMap) and isinstance(part, CollOf)
        if not is_plain or part.options.sizes() != (0, math.inf):  # type: ignore[attr-defined]
            return None
        key, slots[name] = part.pred.preds  # type: ignore[attr-defined]
        if not (isinstance(key, Predicate) and key.pred is str):
            return None
    with version.in_force():
        return None if any(part.is_regex for part in slots.values()) else slots


class Functions:
    """Two versions of a function.

    Attributes:
        old, new: the versions.
        first, second: their specs.
        name: the name of the function in calls.
    """

    def __init__(self, old: Version, new: Version, num_tests: int, seed: int, limit: float) -> None:
        self.old, self.new, self.num_tests, self.seed, self.limit = old, new, num_tests, seed, limit
        self.first, self.second = resolve(old), resolve(new)
        to = old.spec.to if isinstance(old.spec, Reference) else None
        name = to if isinstance(to, str) else self.first.name
        self.name = str(name or "f").rpartition("/")[2].rpartition(".")[2]
        self.fillings = Fillings(old, new, constants_of(old))

    def compare_arguments(self) -> Compatibility:
        """Compare the arguments: new has to take every call that old took."""
        p, q = self.first.parameters, self.second.parameters
        if p is None or q is None:
            answer = self._compare(self.first.args, self.second.args)
            if answer.verdict == "proved" and p is not q:  # the names of arguments are unknown
                return Compatibility("not refuted")
            return dataclasses.replace(answer, part="args")
        slots = slots_of(self.old, self.first), slots_of(self.new, self.second)
        if slots[0] is None:
            return self._compare_by_examples(p, q, slots[0])
        for shape, _ in call_shapes(p, q):
            refusal = refusal_of_shape(shape, q)
            if refusal is not None:
                return self._answer_broken(self._fill(shape, p, slots[0], {}), refusal)
        if slots[1] is None:
            return self._compare_by_examples(p, q, slots[0])
        return self._compare_slots(p, q, slots[0], slots[1])

    def compare_kinds(self) -> Compatibility:
        """Return the answer for a function that became async or a generator, or stopped being one."""
        kinds = [f"a {makes}" if makes else "its result" for makes in (self.first.makes, self.second.makes)]
        p = self.first.parameters or Parameters()
        slots = slots_of(self.old, dataclasses.replace(self.first, parameters=p))
        call = FunctionCall(self.name, (AnyValue(self.first.args or Predicate(is_any)),), {})
        if slots is not None:
            call = self._fill(next(shape for shape, _ in call_shapes(p, p)), p, slots, {})
        answer = self._answer_broken(call, f"a call returns {kinds[1]}, where it returned {kinds[0]}")
        return dataclasses.replace(answer, part="ret")

    def _compare(self, first: Spec | None, second: Spec | None) -> Compatibility:
        versions = self.old.part(first), self.new.part(second)
        return compare_values(*versions, self.num_tests, self.seed, Deadline(self.limit))

    def _answer_broken(self, call: FunctionCall, words: str) -> Compatibility:
        return Compatibility("broken", call, SUCCESS, words, part="args")

    def _compare_slots(self, p: Parameters, q: Parameters, first: Slots, second: Slots) -> Compatibility:
        """Compare, for each argument, the specs of the parameters that take it in both versions."""
        answers: dict[tuple[str, str], Compatibility] = {}
        names = {x.name for x in (*q.positional, *q.named)}
        moved: tuple[str, ...] = ()  # a call with another meaning
        for shape, name in call_shapes(p, q):
            places: list[int | str] = [*range(shape.by_position), *([name] if name else [])]
            for place in places:
                pair = _slot(p, place), _slot(q, place)
                if pair in answers:
                    continue
                if pair[0] != pair[1] and pair[0] in names and not moved:  # the argument goes elsewhere
                    call = self._fill(shape, p, first, {})
                    moved = (f"the meaning of {call}, which passes {pair[1]!r} in place of {pair[0]!r}",)
                answers[pair] = answer = self._compare(first[pair[0]], second[pair[1]])
                if answer.verdict == "broken":
                    call = self._fill(shape, p, first, {place: answer.witness})
                    return self._answer_broken(call, str(answer.new))
        meaning = [Compatibility("not refuted", unproved=moved)] if moved else []
        return join_answers([*answers.values(), *meaning])

    def _fill(
        self, shape: CallShape, p: Parameters, slots: Slots, arguments: Mapping[int | str, Any]
    ) -> FunctionCall:
        """Return a call of a shape with some arguments, and examples for the others."""
        order = [x.name for x in (*p.positional, *p.named)]
        names = sorted(shape.names, key=lambda name: order.index(name) if name in order else len(order))

        def argument(place: int | str) -> Any:
            return arguments[place] if place in arguments else self.fillings.of(slots[_slot(p, place)])

        return FunctionCall(
            self.name,
            tuple(map(argument, range(shape.by_position))),
            {name: argument(name) for name in names},
        )

    # --- other args specs -----------------------------------------------------------------------------------

    def _compare_by_examples(self, p: Parameters, q: Parameters, slots: Slots | None) -> Compatibility:
        """Compare functions by examples of calls: an args spec looks at several arguments together."""
        answer = self._compare(self.first.args, self.second.args)
        args, other = self.first.args, self.second.args
        if answer.verdict == "proved" and _bind_alike(p, q) and args is not None and other is not None:
            with self.old.in_force():
                shown = p.shows(args)
            with self.new.in_force():
                if shown == q.shows(other):
                    return answer
        calls: list[FunctionCall] = []
        if slots is not None:
            calls += [self._fill(shape, p, slots, {}) for shape, _ in call_shapes(p, q)]
        if args is not None:
            sequences = [answer.witness] if answer.verdict == "broken" else []
            with self.old.in_force(), contextlib.suppress(SpecError):  # there may be no generator
                sequences += sample(args, min(self.num_tests, _EXAMPLES), self.seed)
            calls += [call for values in sequences for call in self._calls(p, args, values)]
        fitting = 0
        for call in calls:
            if self._refusal(self.old, self.first, call) is None:
                fitting += 1
                refusal = self._refusal(self.new, self.second, call)
                if refusal is not None:
                    return self._answer_broken(call, refusal)
        return Compatibility(
            "not refuted", examples=fitting, without=answer.without, ended_after=answer.ended_after
        )

    def _calls(self, p: Parameters, spec: Spec, values: Any) -> Iterator[FunctionCall]:
        """Yield calls with the same arguments: by position, by name where possible, and without the last
        ones.
        """
        args, kwargs = p.call(spec, values)
        yield FunctionCall(self.name, tuple(args), kwargs)
        start = sum(x.kind is x.POSITIONAL_ONLY for x in p.positional)
        if len(args) <= len(p.positional):
            names = [x.name for x in p.positional]
            for i in range(start, len(args)):
                by_name = dict(zip(names[i:], args[i:], strict=False))
                yield FunctionCall(self.name, tuple(args[:i]), {**by_name, **kwargs})
        for i in range(len(args)):
            yield FunctionCall(self.name, tuple(args[:i]), kwargs)

    def _refusal(self, version: Version, function: FSpec, call: FunctionCall) -> str | None:
        """Return why a version refuses a call; None if it takes the call, or gives no answer."""
        assert function.parameters is not None
        words = refusal_of_shape(CallShape(len(call.args), frozenset(call.kwargs)), function.parameters)
        if words is not None or function.args is None:
            return words
        part = version.part(function.args)
        views = [*function.parameters.views(function.args, call.args, call.kwargs)]
        if any(part.verdict(view) is not False for view in views):
            return None
        return explain_witness(part, views[0])


def resolve(version: Version) -> Any:
    """Return the spec of a version; for a name, the spec that it stands for."""
    spec = version.spec
    return spec.target(version.table.resolve)


def _slot(p: Parameters, place: int | str) -> str:
    """Return the parameter that takes the argument at a place: a position, or a name."""
    if isinstance(place, int):
        return p.positional[place].name if place < len(p.positional) else str(p.rest)
    by_name = [x.name for x in (*p.positional, *p.named) if x.kind is not x.POSITIONAL_ONLY]
    return place if place in by_name else str(p.options)


def _bind_alike(p: Parameters, q: Parameters) -> bool:
    """True if two signatures put the arguments of a call in the same order, with the same defaults."""
    rows = [[(x.name, x.kind) for x in (*r.positional, *r.named)] + [r.rest, r.options] for r in (p, q)]
    defaults = [tuple(x.default for x in (*r.positional, *r.named)) for r in (p, q)]
    return rows[0] == rows[1] and is_same_object(defaults[0], defaults[1])
