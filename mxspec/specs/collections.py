"""Collections of like elements: every, coll_of, every_kv, map_of."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack

from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, explain_pred, form_of, specize, strategy_of
from mxspec.core.predicate import Predicate
from mxspec.core.problems import Place, explains_errors, refuses_errors
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.predicates import is_coll, is_dict, is_indexed, is_list, is_set, is_tuple
from mxspec.specs.collection_options import BUILTIN, CollectionOptions, Options, checked
from mxspec.specs.tuples import Tuple, replaced
from mxspec.strategies import combine, sampling
from mxspec.values.equality import are_distinct, hashable, identity_key
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CHECK_LIMIT: Final = 101
"""How many elements `every` looks at (clojure.spec.alpha/*coll-check-limit*)."""

ERROR_LIMIT: Final = 20
"""How many elements of `every` explain reports (clojure.spec.alpha/*coll-error-limit*)."""


def every(pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """A collection, of which some elements are checked and none conformed (s/every).

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
    """A collection, of which every element is checked and conformed (s/coll-of).

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


def every_kv(key_pred: Any, value_pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """A map, of which some entries are checked and none conformed (s/every-kv).

    Args:
        key_pred: what a key satisfies.
        value_pred: what a value satisfies.
        options: any of `CollectionOptions`; into is dict unless said.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.every_kv(str, int), {"a": 1}), s.valid(s.every_kv(str, int), {"a": "b"})
        (True, False)
    """
    entry = Tuple((as_pred(key_pred), as_pred(value_pred)))
    return EveryKV(entry, checked({"into": dict, **options}), gen_fn=options.get("gen"))


def map_of(
    key_pred: Any, value_pred: Any, *, conform_keys: bool = False, **options: Unpack[CollectionOptions]
) -> Spec:
    """A map, of which every entry is checked and every value conformed (s/map-of).

    Args:
        key_pred: what a key satisfies.
        value_pred: what a value satisfies.
        conform_keys: whether keys are conformed too.
        options: any of `CollectionOptions`; kind is a Mapping and into is dict unless said.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.map_of(str, s.nilable(int)), {"a": 1, "b": None})
        {'a': 1, 'b': None}
    """
    entry = Tuple((as_pred(key_pred), as_pred(value_pred)))
    made = checked({"kind": is_dict, "into": dict, **options}, conform_keys)
    return MapOf(entry, made, gen_fn=options.get("gen"))


# --- implementation ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Every(Spec):
    """Checks a sample of the elements; its subclasses check all, or entries of maps."""

    call: ClassVar[str] = "every"
    conforms_all: ClassVar[bool] = False

    pred: Pred
    options: Options

    @refuses_errors
    def conform(self, x: Any) -> Any:
        spec = specize(self.pred)
        if not self._fits(x):
            return INVALID
        if self.conforms_all:
            return self._rebuilt_in_batch(x, spec) if spec.is_batched else self._rebuilt(x, spec.conform)
        return INVALID if any(conformed is INVALID for _, conformed in _asked(spec, _some(x))) else x

    def unform(self, x: Any) -> Any:
        if x is None or not self.conforms_all:
            return x
        return self._rebuilt(x, specize(self.pred).unform)

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        whole = self._explain_whole(x, place)
        if whole:
            return whole
        spec = specize(self.pred)
        failing = (
            explain_pred(self.pred, element, place.into(self._key(i, element)))
            for i, (element, conformed) in enumerate(_asked(spec, elements(x)))
            if conformed is INVALID
        )
        limit = None if self.conforms_all else ERROR_LIMIT
        found = [found for problems in islice(failing, limit) for found in problems]
        if not found and self.conforms_all:
            into = self.options.into or _type_of(x)
            if into in (dict, set, frozenset) and self.conform(x) is INVALID:
                return [place.problem(self.form(), x, reason=f"its elements make no {into.__name__}")]
        return found

    def form(self) -> Any:
        given = self.options.given()
        return (self.call, form_of(self.pred), *([given] if given else []))

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
        """Return x rebuilt as by `_rebuilt`, its elements conformed as one batch."""
        xs = x if type(x) is list else list(elements(x))
        conformed = spec.conform_batch(xs)
        if any(map(operator.is_, conformed, repeat(INVALID))):
            return INVALID
        if is_list(x) and self.options.into in (None, list) and all(map(operator.is_, conformed, xs)):
            return x
        in_turn = iter(conformed)
        return self._rebuilt(x, lambda element: next(in_turn))

    def _rebuilt(self, x: Any, convert: Callable[[Any], Any]) -> Any:
        """x with convert done to every element, into what the options ask for; INVALID if convert says so."""
        into = self.options.into
        if is_list(x) and into in (None, list):
            return _rebuilt_list(x, convert)
        if isinstance(x, Mapping) and (into is dict or (into is None and self.options.kind is not None)):
            return self._rebuilt_map(x, convert)
        made: list[Any] = []
        for element in elements(x):
            converted = convert(element)
            if converted is INVALID:
                return INVALID
            made.append(converted)
        try:
            return _collected(made, into or _type_of(x))
        except (TypeError, ValueError):  # entries that are no pairs, or members that can't be hashed
            return INVALID

    def _rebuilt_map(self, x: Mapping[Any, Any], convert: Callable[[Any], Any]) -> Any:
        conform_keys = self.options.conform_keys
        made: Any = {} if conform_keys else x
        for entry in elements(x):
            converted = convert(entry)
            if converted is INVALID:
                return INVALID
            if conform_keys:
                made[converted[0]] = converted[1]
            elif converted[1] is not entry[1]:
                made = dict(x) if made is x else made
                made[entry[0]] = converted[1]
        return made

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        element = strategy_of(self.pred, context)
        return self._strategy(element, context)

    def _strategy(self, element: SearchStrategy[Any], context: GenContext) -> SearchStrategy[Any]:
        o = self.options
        least, most = o.size()
        into = o.into
        if into is None and o.kind is not None:
            into = kind_type(o.kind)
        key: Callable[[Any], Hashable] | None = None
        if into in (set, frozenset):
            key = identity_key
        elif into is dict:
            key = _first_key
        elif o.distinct:
            key = identity_key
        many = combine.lists(element, least, most, unique_by=key)
        if into is None and o.kind is not None:
            # Only the kind knows how to make such a collection: take its examples for what they are made of.
            empty = strategy_of(o.kind, context)
            pairs = combine.tuples([empty, many])
            return sampling.such_that(
                lambda x: self.conform(x) is not INVALID,
                combine.fmap(lambda pair: _collected(pair[1], _type_of(pair[0])), pairs),
                what=repr(self),
            )
        made = many if into in (None, list) else combine.fmap(lambda xs: _collected(xs, into), many)
        if o.kind is None:
            return made
        return sampling.such_that(lambda x: self.conform(x) is not INVALID, made, what=repr(self))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CollOf(Every):
    call: ClassVar[str] = "coll_of"
    conforms_all: ClassVar[bool] = True


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class EveryKV(Every):
    call: ClassVar[str] = "every_kv"

    def _key(self, i: int, element: Any) -> Any:
        return element[0] if isinstance(element, (list, tuple)) and element else None

    def form(self) -> Any:
        assert isinstance(self.pred, Tuple)
        given = self.options.given()
        # Both have these unless told otherwise.
        if given.get("into") is dict:
            del given["into"]
        if self.conforms_all and given.get("kind") is is_dict:
            del given["kind"]
        return (self.call, *map(form_of, self.pred.preds), *([given] if given else []))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MapOf(EveryKV):
    call: ClassVar[str] = "map_of"
    conforms_all: ClassVar[bool] = True


def elements(x: Any) -> Iterable[Any]:
    """The elements of a collection; those of a map are its entries, as clojure has it."""
    if isinstance(x, Mapping):
        return ([key, value] for key, value in x.items())
    # A collection that goes on past its own length might do so for ever.
    return x if type(x) in BUILTIN else islice(x, len(x))


def _some(x: Any) -> Iterable[Any]:
    """The elements that `every` looks at."""
    if is_indexed(x) and not is_tuple(x):
        # Not islice with a step, which would still walk through all of x.
        return (x[i] for i in range(0, len(x), max(1, len(x) // CHECK_LIMIT)))
    return islice(elements(x), CHECK_LIMIT)


def _asked(spec: Spec, xs: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Return pairs of each of xs and what spec conforms it to, asked one by one unless spec is batched."""
    if not spec.is_batched:
        return ((x, spec.conform(x)) for x in xs)
    xs = list(xs)
    return zip(xs, spec.conform_batch(xs), strict=True)


def _rebuilt_list(x: Any, convert: Callable[[Any], Any]) -> Any:
    made = x
    for i, element in enumerate(x):
        converted = convert(element)
        if converted is INVALID:
            return INVALID
        made = replaced(made, x, i, converted)
    return made


def _type_of(x: Any) -> type:
    """The builtin type that a collection like x is rebuilt in."""
    if isinstance(x, Mapping):
        return dict
    if isinstance(x, Set):
        return frozenset if isinstance(x, frozenset) else set
    return list if is_list(x) or not isinstance(x, Sequence) else tuple


def _collected(made: list[Any], into: type | None) -> Any:
    """made in a collection of another type."""
    if into is None or into is list:
        return made
    if into is dict:
        return {hashable(key): value for key, value in made}
    if into in (set, frozenset):
        return into(map(hashable, made))
    return into(made)


def kind_type(kind: Pred) -> type | None:
    """The builtin type that a kind stands for, where it is one."""
    spec = specize(kind)
    pred = spec.pred if isinstance(spec, Predicate) else None
    known = ((is_list, list), (is_tuple, tuple), (is_set, set), (is_dict, dict))
    return next((made for test, made in known if pred is test or pred is made), None)


def _first_key(entry: Any) -> Hashable:
    key: Hashable = hashable(entry[0])
    return key
