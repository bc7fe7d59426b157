"""Collections of like elements: every, coll_of."""

from __future__ import annotations

import contextlib
import dataclasses
import operator
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack

from mxspec.codegen.code import Code
from mxspec.core.asking import CONFORM, UNFORM, Steps, without_steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import (
    as_pred,
    branch_strategy,
    explain_pred,
    explaining_pred,
    form_of,
    most_values_of,
    specize,
    strategy_of,
)
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.predicates import is_coll, is_dict, is_indexed, is_list, is_set, is_tuple
from mxspec.specs.collections.options import CollectionOptions, Options, checked
from mxspec.specs.collections.rebuilding import (
    MOST,
    TooManyError,
    collected,
    elements,
    items_of,
    replaced,
    type_of,
)
from mxspec.strategies import combine, sampling
from mxspec.strategies.ordinary import by_predicate
from mxspec.values.equality import are_distinct, hashable, identity_key, is_hashable
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import elements_make_no

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CHECK_LIMIT: Final = 101
"""How many elements `every` looks at (clojure.spec.alpha/*coll-check-limit*)."""

ERROR_LIMIT: Final = 20
"""How many elements of `every` explain reports (clojure.spec.alpha/*coll-error-limit*)."""

# The largest collection that is generated of a spec that leads back to itself, and within another one of it.
_OUTER_MAX: Final = 5
_INNER_MAX: Final = 2


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
class Every(Spec):
    """A collection of which a sample of the elements is checked."""

    call: ClassVar[str] = "every"
    conforms_all: ClassVar[bool] = False
    # True if the elements are the entries of a map.
    of_entries: ClassVar[bool] = False

    pred: Pred
    options: Options

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

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        into = self._made_in(context)
        unique_by: Callable[[Any], Hashable] | None = None
        if into in (set, frozenset):
            unique_by = _itself
        elif into is dict:
            unique_by = _first
        elif self.options.distinct:
            unique_by = identity_key
        least, most = self._sizes(inside)
        there_are = self._most_different(into)
        if unique_by is not None and least > there_are:
            raise combine.no_value(
                repr(self), f"it asks for {least} elements that differ, and there are {there_are:.0f} at most"
            )
        if unique_by is not None and most > there_are:
            most = int(there_are)
        element = self._elements(inside, into) if most else combine.just(None)
        many = combine.lists(element, least, most, unique_by, what=repr(self))
        if into is None and self.options.kind is not None:
            # Only the kind knows how to make such a collection: take its examples for what they are made of.
            empty = strategy_of(self.options.kind, context)
            pairs = combine.tuples([empty, many])
            return self._filtered(combine.fmap(_made_like, pairs))
        of_type = many if into in (None, list) else combine.fmap(lambda xs: collected(xs, into), many)
        return of_type if self.options.kind is None else self._filtered(of_type)

    def _filtered(self, strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return sampling.such_that(lambda x: self.conform(x) is not INVALID, strategy, what=repr(self))

    def _made_in(self, context: GenContext) -> type | None:
        """Return the type that examples are made in, None for a list unless the kind knows better."""
        into = self.options.into
        if into is None and self.options.kind is not None:
            into = kind_type(self.options.kind)
        if not context.hashed:
            return into
        return frozenset if into is set else tuple if into is None and self.options.kind is None else into

    def _sizes(self, inside: GenContext) -> tuple[int, int]:
        """Return the least and the greatest number of elements; few within others of the same spec."""
        least, most = self.options.size()
        if not least and self._element_height(inside, inside.height_of) == NEVER:
            return 0, 0
        turns = inside.times(self) - 1
        if inside.leads_back(self):
            usual = _INNER_MAX if turns else _OUTER_MAX
            most = min(most, max(least, usual if turns <= inside.limit else 0))
        return least, most

    def _elements(self, inside: GenContext, into: type | None) -> SearchStrategy[Any]:
        """Return the strategy of the elements, with a hash where they need one."""
        # A part that leads back here is built at its first draw, or building would have no end.
        make = branch_strategy if inside.leads_back(self) else strategy_of
        if into in (set, frozenset):
            return make(self.pred, inside.hashable())
        if into is not dict:
            return make(self.pred, inside)
        entry = self._key_and_value()
        if entry is None:
            return sampling.such_that(
                _is_entry, make(self.pred, inside), what=f"an entry out of {self.pred!r}"
            )
        key, value = entry
        return combine.tuples([make(key, inside.at(0).hashable()), make(value, inside.at(1))])

    def _key_and_value(self) -> tuple[Pred, ...] | None:
        """Return the preds of a key and of a value, or None if the elements are not pairs of these."""
        return None

    def _element_height(self, context: GenContext, ask: Ask) -> float:
        into = self._made_in(context)
        entry = self._key_and_value() if into is dict else None
        if entry is not None:
            return max(ask(entry[0], context.at(0).hashable()), ask(entry[1], context.at(1)))
        return ask(self.pred, context.hashable() if into in (set, frozenset) else context)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        height = self._element_height(context, ask)  # asked in any case, to know what leads back here
        if context.hashed and not self._has_hashable(context):
            return NEVER
        return 1 + height if self.options.size()[0] else 0.0

    def _has_hashable(self, context: GenContext) -> bool:
        """True if an example may have a hash: a tuple or a frozenset, if the kind accepts it."""
        kind, into = self.options.kind, self._made_in(context)
        if into is dict or (
            into is not None and kind is not None and not by_predicate.has_hashable(_plain(kind))
        ):
            return False
        return into not in (list, set) or kind is None

    def _most_different(self, into: type | None) -> float:
        """Return how many elements can be different, at most."""
        entry = self._key_and_value() if into is dict else None
        return most_values_of(self.pred if entry is None else entry[0])


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
            element = code.name("e")
            if code.expression(self.pred, element) != "True":
                with walk(code, f"for {element} in {{}}:", v):
                    code.valid(self.pred, element)

    def write_conform(self, code: Code, v: str) -> str:
        if not self._keeps_lists or code.spec(self.pred).is_batched:
            return code.conform_by_itself(self, v)
        with code.conform_if_plain(self, v, "list") as conformed:
            self.write_size(code, v)
            code.line(f"{conformed} = {v}")
            i, element = code.name("i"), code.name("e")
            with walk(code, f"for {i}, {element} in enumerate({{}}):", v):
                code.put(code.conform(self.pred, element), element, conformed, v, i)
        return conformed


@contextlib.contextmanager
def walk(code: Code, head: str, v: str) -> Iterator[None]:
    """Write a loop over a list or tuple v, whose place in head is {}: over a copy where it might never end.

    A predicate may add to the list that it is asked about. To copy 1,000 ints takes a tenth of the time that
    checking them does, and what checks ints calls no predicate.
    """
    at = len(code.lines)
    with code.block(head.format(v)):
        yield
    if any(_CALLS.search(line) for line in code.lines[at + 1 :]):
        code.lines[at] = code.lines[at].replace(head.format(v), head.format(f"{v}[:]"))


_CALLS: Final = re.compile(r"\b(?:k|valid|conform)\d+\(")  # of what may be anybody's function


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


def kind_type(kind: Pred) -> type | None:
    """Return the builtin type that a kind stands for, or None."""
    spec = specize(kind)
    pred = spec.pred if isinstance(spec, Predicate) else None
    types = ((is_list, list), (is_tuple, tuple), (is_set, set), (is_dict, dict), (frozenset, frozenset))
    return next((type_ for test, type_ in types if pred is test or pred is type_), None)


def _plain(kind: Pred) -> Any:
    """Return the predicate that a kind is, or the kind itself."""
    spec = specize(kind)
    return spec.pred if isinstance(spec, Predicate) else spec


def _made_like(pair: tuple[Any, list[Any]]) -> Any:
    """Return elements as a collection like an example; INVALID if they do not go in there."""
    example, many = pair
    try:
        return collected(many, type_of(example))
    except (TypeError, ValueError):
        return INVALID


def _first(entry: Any) -> Hashable:
    key: Hashable = hashable(entry[0])
    return key


def _itself(x: Any) -> Hashable:
    key: Hashable = x
    return key


def _is_entry(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) == 2 and is_hashable(hashable(x[0]))
