"""Witnesses from the leaves of two specs, lifted through the specs around them.

5 tells int_in(0, 10) from int_in(0, 5). So [5] tells lists of them apart, and {"n": 5, "code": "a"} maps of
them. Two parts at the same place are tested with the constants that the specs name. A refused value is
lifted: examples fill the rest of a map, and the other branches of a choice must refuse it, too. Both versions
then confirm the lifted value. A part without an example is left open: {"n": 5, "code": <any value of
is_code>} shows that n may no longer be 5, whatever a code is.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mxspec.base.lazy import lazy
from mxspec.base.messages.explanations import problems_text
from mxspec.changes.answers import SUCCESS, AnyValue, Compatibility, explain_witness
from mxspec.changes.borders.inner import is_leaf, leads_to_change, preds_before_change
from mxspec.changes.borders.leaf_borders import at_leaf, edges_up_to_error
from mxspec.changes.borders.parts import weight
from mxspec.changes.fillings import Fillings, is_whole, unproved_text, unwrap
from mxspec.changes.payload_parts import Openings
from mxspec.changes.proof import Proof, Version
from mxspec.changes.wire import OwnPayload, SentFields
from mxspec.predicates import is_any
from mxspec.specs.collections import CHECK_LIMIT, CollOf, Every
from mxspec.specs.core.lenses import ELEMENTS, ENTRY_KEYS, KEY, SAME, EntryValues, Retold, Steps
from mxspec.specs.core.parts import OPTIONAL, Part
from mxspec.specs.core.question import START, Place
from mxspec.specs.core.spec import Predicate, Reference, Spec
from mxspec.specs.logic import And
from mxspec.specs.maps import Keys, is_known
from mxspec.transform.schemas.json_kinds import JsonObject

_ANY: Final = Predicate(is_any)
_MOST_PAIRS: Final = 5000
_MOST_LENGTH: Final = 1000  # elements of a list made here
_MOST_UNPROVED: Final = 3  # parts named in an answer
_DEPTHS: Final = (1, 2, 3, 4, 6, 8, 12, 20)
_MOST_BRANCHES: Final = 3  # branches of a choice to compare: those most like the spec
_FEW: Final = 4  # constants that tell a pair of leaves apart
_MANY: Final = 12  # values kept for a pair of parts


class _Found:
    """The refused values found for a pair of parts so far, and the search for more."""

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
    """Pairs of parts, one from each version, at the same place of a value.

    Attributes:
        asked, other: the two versions.
        unproved: the texts of a few parts of other, from the first pairs without a proof.
    """

    def __init__(self, asked: Version, other: Version, fillings: Fillings, proof: Proof) -> None:
        self.asked, self.other, self.fillings, self._proof = asked, other, fillings, proof
        self.openings = fillings.openings, Openings(functools.partial(unwrap, other))
        self.unproved: dict[str, None] = {}
        self._known: dict[tuple[int, int, int], _Found] = {}
        self._open: dict[tuple[int, int], bool] = {}
        self._apart: dict[tuple[int, int], list[Any]] = {}
        self._deepest, self._is_cut = 0, False

    @lazy
    def answer(self) -> Compatibility | None:
        """The answer with a value that the other version refuses; the value has no open parts if possible."""
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
        # The first pair, the two whole specs, is known to lack a proof.
        if (id(a), id(b)) not in self._open:
            self._open[id(a), id(b)] = not self._open or not self._proof.covers_part(a, b)
        if not self._open[id(a), id(b)]:
            return
        own, accepts, _ = self.openings[0].of(a)
        accepts = accepts and not isinstance(own, JsonObject)  # it may require more than its parts do
        lifted = self._lift(own, self.openings[1].of(b).spec, place)
        is_unproved = lifted is None or isinstance(b, OwnPayload)
        if is_unproved and len(self.unproved) < _MOST_UNPROVED:  # the text of a large part takes milliseconds
            path = f" at {[*place.in_]}" if place.in_ else ""
            self.unproved[f"{unproved_text(b)}{path}"] = None
        if lifted is None:
            yield from self._leaves_apart(a, b, first, second)
            return
        is_found = False
        if len(place.in_) >= self._deepest:
            self._is_cut, lifted = True, iter(())
        for x in lifted:
            if self.asked.deadline.is_over:
                break
            if self._tells_apart(first, second, x) if is_whole(x) else accepts and self._refusal(b, x):
                is_found = True
                yield x
        if not is_found:
            yield from self._leaves_apart(a, b, first, second)

    def _leaves_apart(self, a: Spec, b: Spec, first: Version, second: Version) -> Iterator[Any]:
        """Yield a few values that tell a pair apart: constants, or else values near borders of two leaves."""
        if (id(a), id(b)) in self._apart:
            yield from self._apart[id(a), id(b)]
            return
        apart: list[Any] = []
        constants = itertools.takewhile(lambda x: not self.asked.deadline.is_over, self.fillings.constants)
        for several in (lambda: constants, lambda: self._values_near(a, b)):
            for x in several() if not apart else ():
                if self._tells_apart(first, second, x):
                    apart.append(x)
                    yield x
                if len(apart) == _FEW:
                    break
        self._apart[id(a), id(b)] = apart

    def _values_near(self, a: Spec, b: Spec) -> list[Any]:
        """Return values at the borders of two leaves, next to an example of the first."""
        x = self.fillings.of(a)
        if self.asked.deadline.is_over or isinstance(x, AnyValue) or not (is_leaf(a) and is_leaf(b)):
            return []
        several = map(edges_up_to_error, itertools.chain(at_leaf(b, x), at_leaf(a, x)))
        return sorted((new for _, new in itertools.chain.from_iterable(several)), key=weight)

    def _tells_apart(self, first: Version, second: Version, x: Any) -> bool:
        return first.verdict(x) is True and second.verdict(x) is False

    def _lift(self, a: Spec, b: Spec, place: Place) -> Iterator[Any] | None:
        """Return values for a pair, built from values for pairs of parts; None if there are no parts."""
        own, others = a.places(self.asked.table.find), b.places(self.other.table.find)
        choices, other_choices = [p for p in own if p.is_choice], [p for p in others if p.is_choice]
        if choices:
            return self._values_of_branches(choices, b, other_choices, place)
        if other_choices and not isinstance(a, Predicate):
            return chain(self._values(a, each.spec, place) for each in self._most_alike(a, other_choices))
        if whole := [part.spec for part in others if part.lens is SAME]:
            return chain(self._values(a, part, place) for part in whole)
        if whole := [part.spec for part in own if part.lens is SAME and not self._is_predicate(part.spec)]:
            rest = self.fillings.smallest(a)
            refused = chain(self._values(part, b, place) for part in whole)
            joined = ({**rest, **x} if type(x) is dict and type(rest) is dict else x for x in refused)
            return filter(is_whole, joined)
        return self._with_pieces(a, b, own, others, place) if own and others else None

    def _is_predicate(self, spec: Spec) -> bool:
        return isinstance(unwrap(self.asked, spec), Predicate)

    def _values_of_branches(
        self, choices: list[Part], b: Spec, others: list[Part], place: Place
    ) -> Iterator[Any]:
        """Yield values of branches that b refuses; a branch with a tag is compared with b's for that tag."""
        by_tag = {part.at: part.spec for part in others if isinstance(part.lens, Retold)}
        for part in choices:
            other = by_tag.get(part.at, b) if isinstance(part.lens, Retold) else b
            for x in self._values(part.spec, other, place):
                with contextlib.suppress(Exception):
                    yield part.lens.fill(part, x, x)

    def _most_alike(self, a: Spec, choices: list[Part]) -> list[Part]:
        """Return the branches most like a spec: first the same kind, then similar keys."""
        return sorted(choices, key=lambda part: self._likeness(a, part.spec), reverse=True)[:_MOST_BRANCHES]

    def _likeness(self, a: Spec, branch: Spec) -> tuple[bool, int]:
        other = self.openings[1].of(unwrap(self.other, branch)).spec
        keys = [spec.listed_keys() for spec in (a, other)]
        return type(a) is type(other), len(keys[0] & keys[1]) - len(keys[0] ^ keys[1])

    def _with_pieces(
        self, a: Spec, b: Spec, own: Sequence[Part], others: Sequence[Part], place: Place
    ) -> Iterator[Any] | None:
        """Return the smallest value of a, and copies of it with one piece that a part of b refuses."""
        least, full = self.fillings.smallest(a), self.fillings.smallest(a, 1)
        if isinstance(least, AnyValue) or isinstance(full, AnyValue):
            return None
        own = [*own, *self._open_keys(a, b)]
        mine: dict[Any, tuple[Part, Steps]] = {}
        for part in own:
            if not (pieces := part.pieces(full)):
                with contextlib.suppress(LookupError):
                    full = part.lens.fill(part, full, self.fillings.of(part.spec))
                    pieces = part.pieces(full)
            mine |= {(steps[0], part.lens is ENTRY_KEYS): (part, steps) for steps, _ in pieces if steps}
        for part in [part for part in own if isinstance(part.lens, EntryValues)][:1]:
            for key in b.listed_keys():
                mine.setdefault((key, False), (part, (key,)))
                full = full if key in full else {**full, key: None}

        def put_piece(part: Part, steps: Steps, x: Any) -> Any:
            whole = full if part.lens is ENTRY_KEYS or (part.lens is ELEMENTS and not least) else least
            return part.put(whole, steps, x)

        def exchanges() -> Iterator[Any]:
            yield least
            yield from (put_piece(*each, self.fillings.of(each[0].spec)) for each in mine.values())
            for other in others:
                for steps, _ in other.pieces(full):
                    for part, own_steps in filter(None, [mine.get((steps[0], other.lens is ENTRY_KEYS))]):
                        for x in self._values(part.spec, other.spec, place.part(steps[0])):
                            with contextlib.suppress(Exception):  # x has no hash
                                yield put_piece(part, own_steps, x)

        return itertools.chain(exchanges(), self._of_other_sizes(a, b))

    def _open_keys(self, a: Spec, b: Spec) -> list[Part]:
        """Return the parts of an open map at the keys that only b lists, and at a key that neither lists."""
        if not (a.takes_names or (isinstance(a, SentFields) and a.has_others)):
            return []
        names = [key for key in b.listed_keys() if key not in a.listed_keys()]
        known = [(key, Reference(key)) for key in names]
        specs = [(key, spec if is_known(spec, self.asked.table) else _ANY) for key, spec in known]
        return [Part(spec, OPTIONAL, key, KEY) for key, spec in (*specs, ("other", _ANY))]

    def _of_other_sizes(self, a: Any, b: Any) -> Iterator[Any]:
        """Yield collections of a size that b refuses, with equal elements, or with one that `every` skips."""
        if not (isinstance(a, Every) and isinstance(b, Every)):
            return
        (least, most), (lowest, highest) = a.options.sizes(), b.options.sizes()
        sizes = _sizes_apart(least, most, lowest, highest) + [2] * (b.options.distinct and most > 1)
        yield from (x for n in sizes if is_whole(x := self.fillings.smallest(a, n)) or type(x) is list)
        if isinstance(b, CollOf) and not isinstance(a, CollOf) and most > CHECK_LIMIT:
            # `every` checks every second element of such a list, and only the first elements of a tuple.
            refusing = (x for x in self.fillings.constants if self.other.part(b.pred).verdict(x) is False)
            part = self.fillings.of(a.pred)
            long = [[part] * (2 * CHECK_LIMIT - 1) + [x] for x in itertools.islice(refusing, _FEW)]
            yield from (*long, *map(tuple, long), *(tuple(x[-CHECK_LIMIT - 1 :]) for x in long))

    # --- refusals that hold for any value of the open parts -------------------------------------------------

    def _refusal(self, b: Spec, x: Any, place: Place = START) -> str | None:
        """Return why b refuses a value for all values of its open parts; None if that is not certain."""
        b = unwrap(self.other, b)
        if isinstance(x, AnyValue) or not is_known(b, self.other.table):
            return None
        part = self.other.part(b)
        if is_whole(x):
            return explain_witness(part, x, place) if part.verdict(x) is False else None
        spec, _, refuses = self.openings[1].of(b)
        return next(self._refusals(spec, x, place), None) if refuses else None

    def _refusals(self, spec: Any, x: Any, place: Place) -> Iterator[str]:
        yield from self._own_refusals(spec, x, place)
        places = spec.places(self.other.table.find)
        if isinstance(spec, And):
            seen = preds_before_change(spec.preds, lambda pred: leads_to_change(pred, self.other.table))
            places = places[: len(seen)]
        choices = [part for part in places if part.is_choice]
        by_method = [part for part in choices if isinstance(part.lens, Retold) and part.pieces(x)]
        texts = [self._refusal(part.spec, x, place) for part in by_method or choices]
        yield from [text for text in texts if text] if all(texts) else []
        for part in places if not choices else ():
            for steps, piece in part.pieces(x)[:CHECK_LIMIT]:
                text = self._refusal(part.spec, piece, place.part(steps[0]) if steps else place)
                yield from [text] if text else []

    def _own_refusals(self, spec: Any, x: Any, place: Place) -> Iterator[str]:
        """Yield the reasons why a kind refuses a value for all values of its pieces."""
        if isinstance(spec, Keys) and type(x) is dict and not isinstance(spec, JsonObject):
            missing = [place.problem(group.form(), x) for group in spec.required_keys if not group.is_in(x)]
            more = [key for key in x if spec.closed and key not in {*spec.key_specs, *spec.beside}]
            missing += [place.problem(("closed", *spec.key_specs), x)] if more else []
            yield from [problems_text(missing, spec)] if missing else []
        if isinstance(spec, Every) and type(x) is list:
            fault = spec.options.size_fault(len(x))
            yield from [problems_text([place.problem(fault, x)], spec)] if fault else []


chain = itertools.chain.from_iterable


def _sizes_apart(least: int, most: float, lowest: int, highest: float) -> list[int]:
    """Return sizes from least to most that are not within lowest to highest."""
    sizes = ([least] if least < lowest else []) + ([int(highest) + 1] if highest < most else [])
    return [n for n in sizes if n <= _MOST_LENGTH]
