"""Witnesses from the leaves of two specs, lifted through what is around them.

5 tells int_in(0, 10) from int_in(0, 5). So [5] tells lists of them apart, and {"n": 5, "code": "a"} maps of
them. Two parts that stand at the same place are compared with the constants that the specs name. The value
that is refused is lifted: examples fill the rest of a map, and the other branches of a choice have to refuse
it. A lifted value is certified by both versions. A part without an example is left open: {"n": 5, "code":
<any value of is_code>} shows that n may no longer be 5, whatever a code is.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mxspec.annotations.records import RecordInstance
from mxspec.borders.inner import is_leaf, preds_before_change
from mxspec.borders.leaf_borders import at_leaf, edges_up_to_error
from mxspec.borders.parts import weight
from mxspec.changes.answers import SUCCESS, AnyValue, Compatibility, explain_witness
from mxspec.changes.cases import leads_to_change
from mxspec.changes.fillings import MOST_LENGTH, Fillings, accepts_lists, is_whole, unproved_text, unwrap
from mxspec.changes.payload_parts import Openings
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.wire import ModelPayload, OwnPayload, SentFields
from mxspec.core.question import START, Place
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.lazy import lazy
from mxspec.messages.explanations import problems_text
from mxspec.predicates import is_any
from mxspec.schemas.json_kinds import JsonObject
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.wrappers import Nilable
from mxspec.values import is_hashable

_ANY: Final = Predicate(is_any)
_MOST_PAIRS: Final = 5000
MOST_UNPROVED: Final = 3
"""The most unproved parts in an answer."""

_DEPTHS: Final = (1, 2, 3, 4, 6, 8, 12, 20)
_MOST_BRANCHES: Final = 3  # of a choice, the branches most like the compared spec
_FEW: Final = 4  # constants that are tried around a leaf
_MANY: Final = 12  # values that are tried around a pair of larger parts


class _Found:
    """The values that were refused for a pair of parts so far, and the search for more."""

    def __init__(self, rest: Iterator[Any]) -> None:
        self.values: list[Any] = []
        self._rest = rest
        self._is_running = False

    def __iter__(self) -> Iterator[Any]:
        for i in range(_MANY):
            if i == len(self.values) and not self._is_running:  # else the pair is a part of itself
                self._is_running = True
                self.values += itertools.islice(self._rest, 1)
                self._is_running = False
            if i >= len(self.values):
                return
            yield self.values[i]


class Leaves:
    """Pairs of parts, one of each version, that stand at the same place of a value.

    Attributes:
        asked, other: the versions.
        unproved: the second parts of the first pairs without a proof, as text.
    """

    def __init__(self, asked: Version, other: Version, fillings: Fillings) -> None:
        self.asked, self.other, self.fillings = asked, other, fillings
        self.openings = fillings.openings, Openings(functools.partial(unwrap, other))
        self.unproved: dict[str, None] = {}
        self._known: dict[tuple[int, int, int], _Found] = {}
        self._apart: dict[tuple[int, int], list[Any] | None] = {}
        self._deepest, self._is_cut = 0, False

    @lazy
    def answer(self) -> Compatibility | None:
        """The answer with a value that the other version refuses, without open parts if possible."""
        for self._deepest in _DEPTHS:  # the breaks near the top come first
            self._is_cut = False
            refused = self._values(self.asked.spec, self.other.spec, START)
            for first in refused:
                x = first if is_whole(first) else next(filter(is_whole, refused), first)
                return Compatibility("broken", x, SUCCESS, self._refusal(self.other.spec, x))
            if not self._is_cut or self.asked.deadline.is_over:
                return None
        return None

    # --- values for a pair ----------------------------------------------------------------------------------

    def _values(self, a: Spec, b: Spec, place: Place) -> Iterator[Any]:
        """Yield values of a that b refuses."""
        a, b = unwrap(self.asked, a), unwrap(self.other, b)
        key = id(a), id(b), self._deepest - len(place.in_)
        if key not in self._known:
            if len(self._known) > _MOST_PAIRS:
                return
            self._known[key] = _Found(self._search(a, b, place))
        yield from self._known[key]

    def _search(self, a: Spec, b: Spec, place: Place) -> Iterator[Any]:
        first, second = self.asked.part(a), self.other.part(b)
        if (id(a), id(b)) not in self._apart:
            several = itertools.takewhile(lambda x: not self.asked.deadline.is_over, self.fillings.constants)
            # The whole is known to be without a proof.
            is_open = not self._apart or not is_covered(first, second)
            apart = (x for x in several if self._tells_apart(first, second, x))
            several_apart = [*itertools.islice(apart, _FEW)] if is_open else []
            if is_open and not several_apart:
                near = (x for x in self._values_near(a, b) if self._tells_apart(first, second, x))
                several_apart = [*itertools.islice(near, _FEW)]
            self._apart[id(a), id(b)] = several_apart if is_open else None
        constants = self._apart[id(a), id(b)]
        if constants is None:
            return
        yield from constants
        own, accepts, _ = self.openings[0].of(a)
        accepts = accepts and not isinstance(own, JsonObject)  # it may require more than its parts do
        lifted = self._lift(own, self.openings[1].of(b).spec, place)
        is_unproved = lifted is None or isinstance(b, OwnPayload)
        if is_unproved and len(self.unproved) < MOST_UNPROVED:  # the text of a large part takes milliseconds
            path = f" at {[*place.in_]}" if place.in_ else ""
            self.unproved[f"{unproved_text(b)}{path}"] = None
        if lifted is None:
            return
        if len(place.in_) >= self._deepest:
            self._is_cut = True
            return
        for x in lifted:
            if self.asked.deadline.is_over:
                break
            if self._tells_apart(first, second, x) if is_whole(x) else accepts and self._refusal(b, x):
                yield x

    def _values_near(self, a: Spec, b: Spec) -> list[Any]:
        """Return values at the borders of two leaves, next to an example of the first."""
        x = self.fillings.of(a)
        if self.asked.deadline.is_over or isinstance(x, AnyValue) or not (is_leaf(a) and is_leaf(b)):
            return []
        several = map(edges_up_to_error, itertools.chain(at_leaf(b, x), at_leaf(a, x)))
        return sorted((new for _, new in itertools.chain.from_iterable(several)), key=weight)

    def _tells_apart(self, first: Version, second: Version, x: Any) -> bool:
        return first.verdict(x) is True and second.verdict(x) is False

    def _lift(self, a: Any, b: Any, place: Place) -> Iterator[Any] | None:
        """Return values of a pair that hold values of pairs of their parts; None for a pair without parts."""
        chain = itertools.chain.from_iterable
        match a, b:
            case Or(), _:
                return chain(self._values(branch, b, place) for _, branch in a.branches)
            case Nilable(), _:
                return self._values(a.pred, b, place)
            case _, Nilable():
                return self._values(a, b.pred, place)
            case _, Or() if not isinstance(a, Predicate):
                branches = sorted(
                    (each for _, each in b.branches), key=lambda each: self._likeness(a, each), reverse=True
                )
                return chain(self._values(a, each, place) for each in branches[:_MOST_BRANCHES])
            case _, And() if not isinstance(b, ModelPayload):
                return chain(self._values(a, pred, place) for pred in b.preds)
            case And(), _ if not isinstance(a, ModelPayload):
                parts = [pred for pred in a.preds if not isinstance(unwrap(self.asked, pred), Predicate)]
                refused = chain(self._values(pred, b, place) for pred in parts)
                return filter(is_whole, refused) if parts else None
            case Merge(), _:
                parts = [unwrap(self.asked, part) for part in a.open_parts(self.asked.table.find)]
                several = [self.fillings.of_keys(part) for part in parts if isinstance(part, Keys)]
                rest = {key: x for each in several for key, x in each.items()}
                refused = chain(self._values(part, b, place) for part in parts)
                return ({**rest, **x} for x in refused if type(x) is dict and is_whole((x, rest)))
            case _, Merge():
                return chain(self._values(a, part, place) for part in b.open_parts(self.other.table.find))
            case (RecordInstance(), _) | (_, RecordInstance()):
                return None
            case Keys(), Keys():
                return self._maps(a, b, place)
            case Keys(), HomogeneousMap(pred=Tuple(preds=(_, value))):
                entries = self.fillings.of_keys(a)
                return (
                    {**entries, key: x}
                    for key, part in a.key_specs.items()
                    for x in self._values(part, value, place.part(key))
                )
            case HomogeneousMap(), HomogeneousMap():
                return self._entries(a, b, place)
            case HomogeneousMap(pred=Tuple(preds=(_, value))), Keys() if (
                a.options.sizes()[0] <= 1 <= a.options.sizes()[1]
            ):
                return (
                    {key: x}
                    for key, part in b.key_specs.items()
                    for x in self._values(value, part, place.part(key))
                    if is_whole(x)
                )
            case Tuple(), Tuple() if len(a.preds) == len(b.preds):
                return self._places(a, b.preds, place)
            case Tuple(), Every() if not isinstance(b, HomogeneousMap):
                return self._places(a, [b.pred] * len(a.preds), place)
            case Every(), Every() if a.options.sizes()[1]:
                return self._lists(a, b, place)
            case MultiSpec(), MultiSpec() if isinstance(a.dispatch, str) and a.dispatch == b.dispatch:
                return chain(self._methods(a, b, tag, place) for tag in a.methods)
        return None

    def _likeness(self, a: Spec, branch: Spec) -> tuple[bool, int]:
        """Return how much a branch of the other version is like a spec: their kind, and the keys of maps."""
        other = self.openings[1].of(unwrap(self.other, branch)).spec
        keys = [spec.key_specs.keys() if isinstance(spec, Keys) else set() for spec in (a, other)]
        return type(a) is type(other), len(keys[0] & keys[1]) - len(keys[0] ^ keys[1])

    def _maps(self, a: Keys, b: Keys, place: Place) -> Iterator[Any]:
        entries = self.fillings.of_keys(a)
        if not all(group.is_in(entries) for group in b.required_keys):
            yield entries
        is_open = not a.closed and (a.has_others if isinstance(a, SentFields) else True)
        if b.closed:
            for key in (*a.key_specs, *["other"] * is_open):
                if key not in b.key_specs:
                    yield {**entries, key: self.fillings.of(self._own(a, key))}
        for key, part in b.key_specs.items():
            if key in a.key_specs or is_open:
                for x in self._values(self._own(a, key), part, place.part(key)):
                    yield {**entries, key: x}

    def _own(self, a: Keys, key: Any) -> Spec:
        own = a.key_specs.get(key) or Reference(key)
        return own if is_known(own, self.asked.table) else _ANY

    def _entries(self, a: Any, b: Any, place: Place) -> Iterator[Any]:
        key, value = a.pred.preds
        (least, most), (lowest, highest) = a.options.sizes(), b.options.sizes()
        if least <= 1 <= most:
            for x in self._values(value, b.pred.preds[1], place.part("key")):
                yield {self.fillings.of(key): x}
            for x in self._values(key, b.pred.preds[0], place.part(0)):
                yield from [{x: self.fillings.of(value)}] if is_whole(x) else []
        part = self.fillings.of(value)
        for n in _sizes_apart(least, most, lowest, highest):
            yield from [{f"{i}": part for i in range(n)}] if is_whole(part) else []

    def _lists(self, a: Every, b: Every, place: Place) -> Iterator[Any]:
        (least, most), (lowest, highest) = a.options.sizes(), b.options.sizes()
        part = self.fillings.of(a.pred)
        lists = [[part] * n for n in _sizes_apart(least, most, lowest, highest)]
        lists += [[part] * max(2, least)] if b.options.distinct and most > 1 else []
        if isinstance(b, CollOf) and not isinstance(a, CollOf) and most > CHECK_LIMIT:
            # `every` looks at every second element of such a list, and at the first ones of a tuple.
            refusing = (x for x in self.fillings.constants if self.other.part(b.pred).verdict(x) is False)
            long = [[part] * (2 * CHECK_LIMIT - 1) + [x] for x in itertools.islice(refusing, _FEW)]
            yield from (*long, *map(tuple, long), *(tuple(x[-CHECK_LIMIT - 1 :]) for x in long))
        refused = ([x, *[part] * (least - 1)] for x in self._values(a.pred, b.pred, place.into(0)))
        for x in itertools.chain(lists, refused):
            if accepts_lists(a):
                yield x
            elif is_whole(x):
                yield from (x, tuple(x))
                yield from ({*x}, frozenset(x)) if all(map(is_hashable, x)) else ()

    def _places(self, a: Tuple, parts: Sequence[Spec], place: Place) -> Iterator[Any]:
        values = [*map(self.fillings.of, a.preds)]
        for i, part in enumerate(parts):
            for x in self._values(a.preds[i], part, place.part(i)):
                several = [*values[:i], x, *values[i + 1 :]]
                yield several
                yield from [tuple(several)] if is_whole(several) else []

    def _methods(self, a: MultiSpec, b: MultiSpec, tag: Any, place: Place) -> Iterator[Any]:
        """Yield maps with a tag, if the method of a is a map that may hold the tag."""
        key, method, other = a.dispatch, a.method_of(tag), b.method_of(tag)
        own = unwrap(self.asked, method) if method is not None else None
        if not isinstance(own, Keys):
            return
        is_free = not (own.closed or key in own.key_specs or is_known(Reference(str(key)), self.asked.table))
        refused = iter([self.fillings.of_keys(own)]) if other is None else self._values(own, other, place)
        several = ({**x, key: tag} for x in refused if type(x) is dict)
        yield from several if is_free else filter(is_whole, several)

    # --- what is refused, whatever stands for its open parts ------------------------------------------------

    def _refusal(self, b: Spec, x: Any, place: Place = START) -> str | None:
        """Return why b refuses a value, whatever stands for its open parts; None if that is not sure."""
        b = unwrap(self.other, b)
        if isinstance(x, AnyValue) or not is_known(b, self.other.table):
            return None
        part = self.other.part(b)
        if is_whole(x):
            return explain_witness(part, x, place) if part.verdict(x) is False else None
        spec, _, refuses = self.openings[1].of(b)
        return next(self._refusals(spec, x, place), None) if refuses else None

    def _refusals(self, spec: Any, x: Any, place: Place) -> Iterator[str]:
        inner: Iterator[tuple[Spec, Any, Place]] = iter(())
        match spec:
            case Or():
                texts = [self._refusal(branch, x, place) for _, branch in spec.branches]
                yield from [text for text in texts if text] if all(texts) else []
            case Nilable():
                inner = iter([(spec.pred, x, place)])
            case And() if not isinstance(spec, ModelPayload):
                seen = preds_before_change(spec.preds, lambda pred: leads_to_change(pred, self.other.table))
                inner = ((pred, x, place) for pred in seen)
            case Merge():
                inner = ((part, x, place) for part in spec.open_parts(self.other.table.find))
            case RecordInstance():
                return
            case JsonObject() if type(x) is dict:
                inner = ((spec.key_specs[k], y, place.part(k)) for k, y in x.items() if k in spec.key_specs)
            case Keys() if type(x) is dict:
                missing = [place.problem(g.form(), x) for g in spec.required_keys if not g.is_in(x)]
                yield from [problems_text(missing, spec)] if missing else []
                more = [key for key in x if spec.closed and key not in {*spec.key_specs, *spec.beside}]
                yield from (
                    [problems_text([place.problem(("closed", *spec.key_specs), x)], spec)] if more else []
                )
                inner = ((spec.key_specs[k], y, place.part(k)) for k, y in x.items() if k in spec.key_specs)
            case HomogeneousMap() if type(x) is dict:
                inner = ((spec.pred.preds[1], y, place.part(key)) for key, y in x.items())  # type: ignore[attr-defined]
            case Every() if type(x) is list and not isinstance(spec, HomogeneousMap):
                fault = spec.options.size_fault(len(x))
                yield from [problems_text([place.problem(fault, x)], spec)] if fault else []
                inner = ((spec.pred, y, place.into(i)) for i, y in enumerate(x[:CHECK_LIMIT]))
            case Tuple() if type(x) is list and len(x) == len(spec.preds):
                inner = ((spec.preds[i], y, place.part(i)) for i, y in enumerate(x))
            case MultiSpec() if type(x) is dict and is_whole(tag := x.get(spec.dispatch)):
                method = spec.method_of(tag)
                if method is None:
                    yield problems_text([place.problem(spec.form(), x, "no method")], spec)
                else:
                    inner = iter([(method, x, place)])
        yield from filter(None, itertools.starmap(self._refusal, inner))


def _sizes_apart(least: int, most: float, lowest: int, highest: float) -> list[int]:
    """Return sizes between least and most that are not between lowest and highest."""
    sizes = ([least] if least < lowest else []) + ([int(highest) + 1] if highest < most else [])
    return [n for n in sizes if n <= MOST_LENGTH]
