"""Collections of like elements: every, coll_of."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack

from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps, without_steps
from mxspec.core.parts import (
    as_pred,
    explain_pred,
    explaining_pred,
    form_of,
    specize,
)
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Spec
from mxspec.errors import Problem
from mxspec.predicates import is_coll, is_indexed, is_list, is_tuple
from mxspec.specs.collections.examples import MadeOfLike
from mxspec.specs.collections.options import CollectionOptions, checked
from mxspec.specs.collections.rebuilding import (
    MOST,
    TooManyError,
    collected,
    elements,
    items_of,
    replaced,
    type_of,
)
from mxspec.specs.collections.walking import write_elements
from mxspec.values.equality import are_distinct
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import elements_make_no

if TYPE_CHECKING:
    pass

CHECK_LIMIT: Final = 101
"""How many elements `every` looks at (clojure.spec.alpha/*coll-check-limit*)."""

ERROR_LIMIT: Final = 20
"""How many elements of `every` explain reports (clojure.spec.alpha/*coll-error-limit*)."""


def every(pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a collection if some of its elements fit; conform none of them (s/every).

    At most 101 elements are looked at, spread over a sequence, so that a large collection costs no more than
    a small one; explain looks at all and reports 20.

    Args:
        pred: what an element satisfies.
        options: any of `CollectionOptions`: kind, count, min_count, max_count, distinct, into, gen_max, gen.

    Raises:
        SpecDefinitionError: an option is unknown or makes no sense.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.every(int, min_count=1), [1, 2]), s.valid(s.every(int, min_count=1), [])
        (True, False)
    """
    return Every(as_pred(pred), checked(options), gen_fn=options.get("gen"))


def coll_of(pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a collection if every element fits, and conform all of them (s/coll-of).

    A sequence that makes its elements when asked, such as a range, may have more than can be walked through.
    Past a length of 100,000,000 one of its first 1,000 elements refuses it, or else it is a SpecError.

    Args:
        pred: what an element satisfies.
        options: any of `CollectionOptions`; into is also what conform makes.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.coll_of(s.or_(id=int, name=str)), [1, "x"])
        [('id', 1), ('name', 'x')]
        >>> s.valid(s.coll_of(int, distinct=True), [1, 1])
        False
    """
    return CollOf(as_pred(pred), checked(options), gen_fn=options.get("gen"))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Every(MadeOfLike):
    """A collection of which a sample of the elements is checked."""

    looks_inside: ClassVar[bool] = True

    call: ClassVar[str] = "every"
    conforms_all: ClassVar[bool] = False
    # True if the elements are the entries of a map.
    of_entries: ClassVar[bool] = False

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        spec = specize(self.pred)
        if not self._fits(x):
            return INVALID
        if self.conforms_all:
            if spec.is_batched:
                return self._rebuilt_in_batch(x, spec)
            return (yield from self._rebuilding(x, CONFORM, spec, without_steps(CONFORM, spec)))
        for _, conforming in _asking(spec, _some(x)):
            if (yield from conforming) is INVALID:
                return INVALID
        return x

    def unforming(self, x: Any) -> Steps:
        if x is None or not self.conforms_all:
            return x
        spec = specize(self.pred)
        return (yield from self._rebuilding(x, UNFORM, spec, without_steps(UNFORM, spec)))

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if problems := self._explain_whole(x, place):
            return problems
        refused = 0
        # Of more than can be walked through, those that valid looks at.
        looked_at = elements(x) if self.conforms_all or len(x) <= MOST else _some(x)
        try:
            for i, (element, conforming) in enumerate(_asking(specize(self.pred), looked_at)):
                if (yield from conforming) is not INVALID:
                    continue
                at = place.into(self._key(i, element))
                problems += yield from explaining_pred(self.pred, element, at)
                refused += 1
                if refused == ERROR_LIMIT and not self.conforms_all:
                    break
        except TooManyError:
            if not problems:
                raise
        if not problems and self.conforms_all:
            into = self.options.into or type_of(x)
            if into in (dict, set, frozenset) and (yield CONFORM, self, x) is INVALID:
                return [place.problem(self.form(), x, reason=elements_make_no(into))]
        return problems

    def form(self) -> Any:
        options = self.options.form()
        return (self.call, form_of(self.pred), *([options] if options else []))

    def _key(self, i: int, element: Any) -> Any:
        return i

    def _fits(self, x: Any) -> bool:
        o = self.options
        if isinstance(x, Iterator) or not (
            is_coll(x) if o.kind is None else specize(o.kind).conform(x) is not INVALID
        ):
            return False
        if o.count is not None and len(x) != o.count:
            return False
        if o.min_count is not None and len(x) < o.min_count:
            return False
        if o.max_count is not None and len(x) > o.max_count:
            return False
        return not o.distinct or are_distinct(elements(x))

    def _explain_whole(self, x: Any, place: Place) -> list[Problem]:
        o = self.options
        if o.kind is not None and specize(o.kind).conform(x) is INVALID:
            return explain_pred(o.kind, x, place)
        # To look at an iterator is to use it up, and it may have no end.
        if isinstance(x, Iterator) or (o.kind is None and not is_coll(x)):
            return [place.problem(is_coll, x)]
        if o.count is not None and len(x) != o.count:
            return [place.problem(("count", o.count), x)]
        low, high = o.min_count, o.max_count
        if (low is not None and len(x) < low) or (high is not None and len(x) > high):
            return [place.problem(("count", low or 0, high), x)]
        if o.distinct and not are_distinct(elements(x)):
            return [place.problem(("distinct",), x)]
        return []

    def _rebuilt_in_batch(self, x: Any, spec: Spec) -> Any:
        """Return x rebuilt as by `_rebuilding`, its elements conformed as one batch."""
        xs = x if type(x) is list else list(elements(x))
        conformed = spec.conform_batch(xs)
        if any(map(operator.is_, conformed, repeat(INVALID))):
            return INVALID
        if is_list(x) and self.options.into in (None, list) and all(map(operator.is_, conformed, xs)):
            return x
        rebuilding = self._rebuilding(x, CONFORM, spec)
        try:
            next(rebuilding)
            for answer in conformed:
                rebuilding.send(answer)
        except StopIteration as stop:
            return stop.value
        return INVALID  # it has changed meanwhile, and asks for more elements than it had

    def _rebuilding(self, x: Any, op: str, spec: Spec, convert: Callable[[Any], Any] | None = None) -> Steps:
        """Return x with every element converted, in the type that the options ask for; INVALID if one is.

        Args:
            convert: what to call where spec has no steps.
        """
        into = self.options.into
        if is_list(x) and into in (None, list):
            rebuilt = x
            for i, element in enumerate(elements(x)):
                converted = convert(element) if convert else (yield op, spec, element)
                if converted is INVALID:
                    return INVALID
                rebuilt = replaced(rebuilt, x, i, converted)
            return rebuilt
        if isinstance(x, Mapping) and (into is dict or (into is None and self.options.kind is not None)):
            return (yield from self._rebuilding_map(x, op, spec))
        converted_elements: list[Any] = []
        for element in elements(x):
            converted = convert(element) if convert else (yield op, spec, element)
            if converted is INVALID:
                return INVALID
            converted_elements.append(converted)
        try:
            return collected(converted_elements, into or type_of(x))
        except (TypeError, ValueError):  # entries that are not pairs, or members that can't be hashed
            return INVALID

    def _rebuilding_map(self, x: Mapping[Any, Any], op: str, spec: Spec) -> Steps:
        conform_keys = self.options.conform_keys
        rebuilt: Any = {} if conform_keys else x
        for entry in elements(x):
            converted = yield op, spec, entry
            if converted is INVALID:
                return INVALID
            if conform_keys:
                rebuilt[converted[0]] = converted[1]
            elif converted[1] is not entry[1]:
                rebuilt = dict(items_of(x)) if rebuilt is x else rebuilt
                rebuilt[entry[0]] = converted[1]
        return rebuilt

    def write_size(self, code: Code, v: str) -> None:
        """Write that v is refused for its size, or for equal elements."""
        o = self.options
        tests = [f"len({v}) != {code.const(o.count)}"] * (o.count is not None)
        tests += [f"len({v}) < {code.const(o.min_count)}"] * bool(o.min_count)
        tests += [f"len({v}) > {code.const(o.max_count)}"] * (o.max_count is not None)
        if o.distinct and not self.of_entries:  # the entries of a dict always are distinct
            tests.append(f"not {code.const(are_distinct)}({v})")
        if tests:
            code.refuse_if(" or ".join(tests))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CollOf(Every):
    call: ClassVar[str] = "coll_of"
    conforms_all: ClassVar[bool] = True

    @property
    def _keeps_lists(self) -> bool:
        """True if conform makes a list of a list, element by element."""
        return self.options.kind is None and self.options.into in (None, list)

    def may_change(self, code: Code) -> bool:
        return not self._keeps_lists or self.options.into is not None or code.may_change(self.pred)

    def valid_expression(self, code: Code, v: str) -> str | None:
        o = self.options
        # Elements of a set or a dict may not fit in there, which only conform finds out.
        written = o.kind is None and o.into in (None, list, tuple)
        return None if written and not code.spec(self.pred).is_batched else code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "list", "tuple"):
            self.write_size(code, v)
            write_elements(code, v, self.pred)

    def write_conform(self, code: Code, v: str) -> str:
        if not self._keeps_lists or code.spec(self.pred).is_batched:
            return code.conform_by_itself(self, v)
        with code.conform_if_plain(self, v, "list") as conformed:
            self.write_size(code, v)
            write_elements(code, v, self.pred, conformed)
        return conformed


def _some(x: Any) -> Iterable[Any]:
    """Return the elements that `every` looks at."""
    if is_indexed(x) and not is_tuple(x):
        # Not islice with a step, which would still walk through all of x.
        return (x[i] for i in range(0, len(x), max(1, len(x) // CHECK_LIMIT)))
    return islice(elements(x), CHECK_LIMIT)


def _asking(spec: Spec, xs: Iterable[Any]) -> Iterable[tuple[Any, Steps]]:
    """Return pairs of each of xs and the steps of conforming it, asked one by one unless spec is batched."""
    if not spec.is_batched:
        return ((x, _one(spec, x)) for x in xs)
    xs = list(xs)
    return ((x, _known(conformed)) for x, conformed in zip(xs, spec.conform_batch(xs), strict=True))


def _one(spec: Spec, x: Any) -> Steps:
    return (yield CONFORM, spec, x)


def _known(answer: Any) -> Steps:
    return answer
    yield  # which makes it a generator
