"""The difference of two sets: pieces with every value of the first that lies outside the second.

Three operations follow an expression. `subtract` and `meet` return at least the values that they should, and
`is_void` is True for certain only. So a difference without pieces is a proof. A piece is no more than a
promise: its values are tried.

A pair of sets may come up again while its difference is computed. It is then about a part of the value, and
has no pieces, since values are finite (coinduction; Amadio and Cardelli,
"Subtyping recursive types", 1993). If it gets pieces after
all, what assumed the opposite is forgotten.
"""

from __future__ import annotations

import contextlib
import enum
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mxspec.changes.inclusion import (
    Regex,
    UndecidedError,
    language_of,
    string_outside,
    texts_of_length,
    union_of_regexes,
)
from mxspec.changes.sets.expressions import (
    NO_VALUES,
    Cell,
    Complement,
    Constant,
    Intersection,
    LazySet,
    Members,
    OtherValues,
    Piece,
    RoughSet,
    Union,
    UnknownDifferenceError,
    ValueSet,
)
from mxspec.changes.sets.list_sets import CollectionSet
from mxspec.changes.sets.map_sets import MapSet
from mxspec.changes.sets.scalar_sets import INF, OWN_SORTS, PLAIN, SUB, FloatSet, InstanceSet, IntSet, TextSet
from mxspec.changes.sets.sequence_sets import SequenceSet, tree_of_lists
from mxspec.changes.wire import OnInstance
from mxspec.specs.core.spec import Spec

if TYPE_CHECKING:
    from mxspec.changes.sameness import Sameness
    from mxspec.changes.sets.spec_sets import SpecSets
    from mxspec.specs.core.budget import Deadline

_STEPS_BETWEEN: Final = 500  # two looks at the clock
_MOST_PIECES: Final = 200  # that are followed; if others are left out, nothing is proved
_MOST_COMPARED: Final = 400  # pairs of cells that are compared to see that two sets are apart
_MOST_VALUES: Final = 40  # values of a set that are made
_MOST_PIECES_OF_VALUES: Final = 12
_OF_COLLECTIONS: Final = (MapSet, CollectionSet, SequenceSet)
_KINDS_OF_OTHERS: Final = frozenset({"other map", "other sequence", "other set"})


class Differences:
    """Differences between sets of two versions.

    Attributes:
        sameness, validators: tests for equal specs, and for equal functions that pydantic calls. Such a
            function sees pydantic's result for the same input, and no instance of the other version.
        every: the set of all values.
        old, new: the sets of the specs of both versions.
        is_cut: True if some pieces were left out, so that nothing is proved.
    """

    old: SpecSets
    new: SpecSets

    def __init__(self, sameness: Sameness) -> None:
        self.sameness, self.is_cut = sameness, False
        self.validators = replace(sameness, twins={}, _known={}, _differ={})
        self._outside: dict[tuple[int, int], tuple[Piece, ...]] = {}
        self._rests: dict[tuple[int, int], ValueSet] = {}
        self._open: dict[tuple[int, int], int] = {}  # the place of each pair among the frames
        self._frames: list[set[tuple[int, int]]] = []  # for each open pair, the open pairs that it assumes
        self._assumed = 0  # how often an open pair was assumed to have no pieces
        self._pieces: dict[int, list[Piece]] = {}
        self._void: dict[int, bool] = {}
        self._apart: dict[tuple[int, int], bool] = {}
        self._both: dict[tuple[int, int], ValueSet] = {}
        self._same: dict[tuple[int, int], bool] = {}
        self._equal: dict[Any, ValueSet] = {}
        self._texts: dict[Any, list[str] | None] = {}
        self._reading: set[int] = set()
        self._values: dict[int, tuple[list[Any], Iterator[Any]]] = {}
        self._making: set[int] = set()  # the sets that a value is being made of
        self._kept: list[Any] = []  # keeps alive the objects behind the ids in keys
        self.every = Union()
        cells: list[Cell] = [IntSet(), TextSet(), FloatSet(), *map(Constant, (None, True, False))]
        cells += [CollectionSet(rest=self.every), MapSet(rest=((self.every, self.every),))]
        cells += [*map(InstanceSet.of, OWN_SORTS), OtherValues()]
        object.__setattr__(self.every, "parts", tuple(cells))  # it is a part of itself

    def allow(self, steps: int, deadline: Deadline, share: float) -> None:
        """Allow so many steps until a share of the time of a deadline is over."""
        self._left, self._deadline, self._share = steps, deadline, share

    def step(self) -> None:
        """Count a step; raise UnknownDifferenceError if none is left, or no time."""
        self._left -= 1
        if self._left < 0:
            self._deadline.has_ended = True
            raise UnknownDifferenceError
        if self._left % _STEPS_BETWEEN == 0 and self._is_over():
            raise UnknownDifferenceError

    def _is_over(self) -> bool:
        return self._deadline.is_after(self._share)

    # --- the pieces of a set ------------------------------------------------------------------------------

    def pieces(self, x: ValueSet) -> list[Piece]:
        """Return pieces with all values of a set."""
        if isinstance(x, Piece):
            return [x]
        key = id(x)
        if key in self._pieces:
            return self._pieces[key]
        if key in self._reading:
            raise UnknownDifferenceError  # a name that leads to itself without looking into the value
        self._kept.append(x)
        self._reading.add(key)
        assumed = self._assumed
        try:
            pieces = [piece for piece in self._read(x) if not self.is_void_piece(piece)]
        finally:
            self._reading.discard(key)
        if assumed == self._assumed:
            self._pieces[key] = pieces
        return pieces

    def _read(self, x: ValueSet) -> list[Piece]:
        match x:
            case LazySet():
                return self.pieces(x.get())
            case Union():
                return [piece for part in x.parts for piece in self.pieces(part)]
            case Intersection():
                pieces = self.pieces(x.parts[0] if x.parts else self.every)
                for part in x.parts[1:]:
                    pieces = [q for p in pieces for q in self.meet(p, part)]
                return pieces
            case Complement():
                return self.subtract(self.pieces(self.every), x.part)
            case RoughSet():
                return [replace(piece, has=(*piece.has, x)) for piece in self.pieces(x.over)]
            case Members():
                return [Piece(Constant(value)) for value in x.values]
            case Cell():
                return [Piece(x)]
        raise TypeError(x)

    def is_void(self, x: ValueSet) -> bool:
        """True if it is certain that a set, of a part of a value, is empty."""
        if x is self.every:
            return False
        key = id(x)
        if key not in self._void:
            self._kept.append(x)
            self._void[key], assumed = False, self._assumed  # while it is asked
            reading, self._reading = self._reading, set()  # it is about a part
            try:
                is_void = not self.pieces(x)
            finally:
                self._reading = reading
                del self._void[key]
            if assumed != self._assumed:
                return is_void
            self._void[key] = is_void
        return self._void[key]

    def is_void_piece(self, piece: Piece) -> bool:
        """True if it is certain that a piece is empty."""
        self.step()
        return any(x is y for x in piece.has for y in piece.lacks) or piece.cell.is_void(self)

    # --- what is in pieces and not in a set ---------------------------------------------------------------

    def subtract(self, pieces: Iterable[Piece], x: ValueSet) -> list[Piece]:
        """Return pieces with at least the values of pieces that are not in a set."""
        pieces = [*pieces]
        if x is self.every or not pieces:
            return []
        self.step()
        match x:
            case LazySet():
                return self.subtract(pieces, x.get())
            case Union():
                for part in x.parts:
                    pieces = self.subtract(pieces, part)
                return pieces
            case Intersection():
                return [*{id(p): p for part in x.parts for p in self.subtract(pieces, part)}.values()]
            case Complement():
                return [q for p in pieces for q in self.meet(p, x.part) if not self.is_void_piece(q)]
            case Piece():
                is_exact = not (x.has or x.lacks) and not _has_more_than_said(x.cell)
                return self.subtract(pieces, x.cell) if is_exact else pieces
            case RoughSet():
                unsure = [p for p in pieces if not self._fits(p, x)]
                unread = [p for p in unsure if not x.side.can_read(p, x.spec)]
                read = self.subtract([p for p in unsure if p not in unread], x.under)
                return [replace(p, lacks=(*p.lacks, x)) for p in (*unread, *read)]
        several = (q for p in pieces for q in self._subtract_cell(p, x))
        left = [*itertools.islice((p for p in several if not self.is_void_piece(p)), _MOST_PIECES + 1)]
        self.is_cut = self.is_cut or len(left) > _MOST_PIECES
        return left[:_MOST_PIECES]

    def _subtract_cell(self, piece: Piece, x: ValueSet) -> Iterator[Piece]:
        """Yield pieces with what is in a piece and not in a cell or among members."""
        cell = piece.cell
        if isinstance(cell, Constant) and not isinstance(x, Constant):
            is_in = x.side.accepts(x.spec, cell.x) if isinstance(x, Members) else self._holds(x, cell.x)
            yield from [] if is_in else [piece]
        elif type(cell) is type(x) or (isinstance(cell, SequenceSet) and isinstance(x, CollectionSet)):
            yield from (replace(piece, cell=part) for part in cell.minus(x, self))
        elif isinstance(cell, CollectionSet) and isinstance(x, SequenceSet) and cell.kinds & x.kinds:
            yield replace(piece, cell=replace(cell, kinds=cell.kinds - x.kinds))
            if cell.is_described_by_regex:
                own = SequenceSet(tree_of_lists(cell), kinds=cell.kinds & x.kinds)
                yield from (replace(piece, cell=part) for part in own.minus(x, self))
            else:
                yield replace(piece, cell=replace(cell, kinds=cell.kinds & x.kinds))
        else:
            yield piece

    def _holds(self, x: ValueSet, value: Any) -> bool:
        """True if it is certain that a cell holds a value that is neither None nor a bool."""
        if value is None or isinstance(value, bool):
            return False
        parts = (
            part
            for piece in self._pieces_of_value(value)
            for part in (piece.cell.minus(x, self) if type(piece.cell) is type(x) else [piece.cell])
        )
        return all(part.is_void(self) for part in parts)

    def _pieces_of_value(self, x: Any) -> list[Piece]:
        """Return pieces with a value, and none that differs from it in sort."""
        kinds = PLAIN if type(x) in (int, float, str) and not isinstance(x, enum.Enum) else SUB
        if isinstance(x, bool):
            return [Piece(Constant(x))]
        if isinstance(x, int):
            return [Piece(IntSet(int(x), int(x), kinds=kinds))]
        if isinstance(x, float):
            low, high = (INF, -INF) if math.isnan(x) else (float(x), float(x))
            return [Piece(FloatSet(low, high, math.isnan(x), kinds=kinds))]
        if isinstance(x, str):
            return [Piece(TextSet(words=frozenset({str.__str__(x)}), kinds=kinds))]
        if type(x) in (list, tuple):
            parts = tuple(Union(tuple(self._pieces_of_value(part))) for part in x)
            return [Piece(CollectionSet(frozenset({type(x).__name__}), parts, low=len(x), high=len(x)))]
        return [Piece(Constant(x))]

    def equal_values(self, values: Sequence[Any]) -> ValueSet:
        """Return a set with every value that equals one of several: beside 1 also 1.0 and True."""
        own = frozenset(values)
        if own not in self._equal:
            words = frozenset(str.__str__(x) for x in own if isinstance(x, str))
            several = [part for x in own if not isinstance(x, str) for part in _equal_cells(x)]
            self._equal[own] = Union((*[TextSet(words=words)] * bool(words), *several))
        return self._equal[own]

    # --- what is in a piece and in a set ------------------------------------------------------------------

    def meet(self, piece: Piece, x: ValueSet) -> list[Piece]:
        """Return pieces with at least the values that are in a piece and in a set."""
        self.step()
        if x is self.every:
            return [piece]
        match x:
            case LazySet():
                return self.meet(piece, x.get())
            case Union():
                several = [q for part in x.parts for q in self.meet(piece, part)]
                return [*{(id(q.cell), q.has, q.lacks): q for q in several}.values()]
            case Intersection():
                pieces = [piece]
                for part in x.parts:
                    pieces = [q for p in pieces for q in self.meet(p, part)]
                return pieces
            case Complement():
                return self.subtract([piece], x.part)
            case RoughSet():
                if any(each is x for each in piece.lacks):
                    return []
                return [replace(q, has=(*q.has, x)) for q in self.meet(piece, x.over)]
            case Piece():
                several = self.meet(piece, x.cell)
                return [replace(q, has=q.has + x.has, lacks=q.lacks + x.lacks) for q in several]
            case Members():
                if isinstance(piece.cell, Constant):
                    return [piece] if x.side.may_accept(x.spec, piece.cell.x) else []
                return [replace(piece, cell=Constant(y)) for y in x.values if self._may_hold(piece.cell, y)]
            case Cell():
                return [replace(piece, cell=cell) for cell in self._meet_cells(piece.cell, x)]
        raise TypeError(x)

    def _meet_cells(self, a: Cell, b: Cell) -> list[Cell]:
        if type(a) is type(b):
            return [a.meet(b, self)]
        if isinstance(a, Constant) or isinstance(b, Constant):
            one, other = (a, b) if isinstance(a, Constant) else (b, a)
            return [one] if isinstance(one, Constant) and self._may_hold(other, one.x) else []
        if isinstance(a, SequenceSet) and isinstance(b, CollectionSet):
            return [a.meet(b, self)]
        if isinstance(a, CollectionSet) and isinstance(b, SequenceSet):
            # Else only one of them is kept.
            return [b.meet(a, self) if a.is_of_elements else a]
        if isinstance(a, InstanceSet) or isinstance(b, InstanceSet):
            own, other = (a, b) if isinstance(a, InstanceSet) else (b, a)
            return _meet_instances(own, other) if isinstance(own, InstanceSet) else []
        return []

    def _may_hold(self, cell: Cell, x: Any) -> bool:
        """False if it is certain that a cell does not hold a value."""
        if x is None or isinstance(x, bool):
            return isinstance(cell, Constant) and cell.x is x
        if isinstance(x, (int, float, str)):
            [piece] = self._pieces_of_value(x)
            if type(piece.cell) is type(cell):
                return not piece.cell.meet(cell, self).is_void(self)
            return isinstance(cell, (InstanceSet, Constant))
        return not isinstance(cell, (IntSet, FloatSet, TextSet))

    def may_meet(self, x: ValueSet, y: ValueSet) -> bool:
        """False if it is certain that two sets have no value in common."""
        return any(not self.is_void_piece(q) for p in self.pieces(x) for q in self.meet(p, y))

    def both(self, x: ValueSet, y: ValueSet) -> ValueSet:
        """Return the intersection of two sets, one object for each pair."""
        if x is y or y is self.every:
            return x
        if x is self.every:
            return y
        key = id(x), id(y)
        if key not in self._both:
            self._kept += [x, y]
            self._both[key] = NO_VALUES if NO_VALUES in (x, y) else Intersection((x, y))
        return self._both[key]

    def are_apart(self, x: ValueSet, y: ValueSet) -> bool:
        """True if it is easy to see that two sets, of a part of a value, have no value in common."""
        if self.every in (x, y):
            return False
        key = id(x), id(y)
        if key not in self._apart:
            self._kept += [x, y]
            self._apart[key], assumed = False, self._assumed  # while it is asked
            reading, self._reading = self._reading, set()
            try:
                are_apart = self._have_other_sorts(self.pieces(x), self.pieces(y))
            finally:
                self._reading = reading
                del self._apart[key]
            if assumed != self._assumed:
                return are_apart
            self._apart[key] = are_apart
        return self._apart[key]

    def _have_other_sorts(self, own: list[Piece], others: list[Piece]) -> bool:
        if len(own) * len(others) > _MOST_COMPARED:
            return False
        return not any(self._may_share(p.cell, q.cell) for p in own for q in others)

    def _may_share(self, a: Cell, b: Cell) -> bool:
        if isinstance(a, _OF_COLLECTIONS) and isinstance(b, _OF_COLLECTIONS):
            return isinstance(a, MapSet) == isinstance(b, MapSet) and bool(a.kinds & b.kinds)
        return any(not cell.is_void(self) for cell in self._meet_cells(a, b))

    def may_be_twins(self, x: Any, y: Any) -> bool:
        """True if a member of an enum may stand for a member of its twin in the other version."""
        twins = self.sameness.twins
        if twins.get(type(x)) is not type(y) and twins.get(type(y)) is not type(x):
            return False
        return not isinstance(x, enum.Enum) or x.name == y.name or bool(x.value == y.value)

    # --- parts of a value ---------------------------------------------------------------------------------

    def outside(self, own: ValueSet, asked: ValueSet) -> tuple[Piece, ...]:
        """Return pieces with every value of a part in one set that lies outside a second set."""
        if asked is self.every or own is NO_VALUES or (own is asked and not isinstance(own, RoughSet)):
            return ()
        key = id(own), id(asked)
        if key in self._outside:
            return self._outside[key]
        if key in self._open:
            self._assumed += 1
            for frame in self._frames[self._open[key] :]:
                frame.add(key)
            return ()
        self._kept += [own, asked]
        if self._are_same(own, asked):
            self._outside[key] = ()
            return ()
        self._open[key] = len(self._frames)
        self._frames.append(set())
        reading, self._reading = self._reading, set()
        try:
            pieces = tuple(self.subtract(self._differing_pieces(own, asked), asked))
        finally:
            self._reading = reading
            used = self._frames.pop()
            del self._open[key]
        if pieces and key in used:  # some values were left out under a wrong assumption
            pieces = (*pieces, *self.pieces(own))
        if not used - {key}:
            self._outside[key] = pieces
        return pieces

    def rest_of(self, own: ValueSet, asked: ValueSet) -> ValueSet | None:
        """Return the values outside a second set as a set, one object for each pair; None without pieces."""
        pieces = self.outside(own, asked)
        key = id(own), id(asked)
        if not pieces or key not in self._outside:
            return Union(pieces) if pieces else None
        if key not in self._rests:
            self._rests[key] = Union(pieces)
        return self._rests[key]

    def _differing_pieces(self, own: ValueSet, asked: ValueSet) -> list[Piece]:
        """Return the pieces of a set without the branches that both sets share."""
        mine, others = self._branches(own), self._branches(asked)
        if len(mine) > 1 and len(others) > 1:
            mine = [x for x in mine if not any(self._are_same(x, y) for y in others)]
        return [piece for x in mine for piece in self.pieces(x)]

    def _branches(self, x: ValueSet, depth: int = 5) -> list[ValueSet]:
        """Return the specs in a union."""
        own = x.get() if isinstance(x, LazySet) else x
        if depth and isinstance(own, Union) and any(isinstance(part, LazySet) for part in own.parts):
            return [branch for part in own.parts for branch in self._branches(part, depth - 1)]
        return [x]

    def _are_same(self, a: ValueSet, b: ValueSet) -> bool:
        """True if two sets belong to one spec in both versions."""
        if not (isinstance(a, LazySet) and isinstance(b, LazySet)) or a.spec is None or b.spec is None:
            return False
        if a.side is not self.old or b.side is not self.new or type(a.spec) is not type(b.spec):
            return False
        key = id(a), id(b)
        if key not in self._same:
            self._kept += [a, b]
            self._same[key] = self.is_same(a.spec, b.spec)
        return self._same[key]

    def is_same(self, old: Any, new: Any) -> bool:
        """True if the specs of both versions are one; the reader of a class sees no instance of the other."""
        return (self.validators if isinstance(new, OnInstance) else self.sameness).is_same(old, new)

    def _fits(self, piece: Piece, x: RoughSet) -> bool:
        """True if it is certain that all values of a piece fit the spec of a set between two others."""
        if any(each is x for each in piece.has):
            return True
        if not isinstance(x.spec, Spec):
            return False
        if isinstance(piece.cell, Constant) and x.side.accepts(x.spec, piece.cell.x):
            return True
        return x.side is self.new and self.new.follows(piece, x.spec)

    # --- texts and values ---------------------------------------------------------------------------------

    def text_in(self, cell: TextSet) -> list[str] | None:
        """Return a shortest text of a described set in a list, an empty list if it is not known, and None if
        there is none.
        """
        key = cell.low, cell.high, cell.every, cell.none, cell.without
        if key not in self._texts:
            lengths = texts_of_length(cell.low, None if cell.high == INF else int(cell.high))
            self._texts[key] = []
            with contextlib.suppress(UndecidedError, RecursionError):
                text = string_outside([*cell.every, lengths], _regex_of_others(cell), self._is_over)
                self._texts[key] = None if text is None else [text]
        return self._texts[key]

    def some_value(self, x: ValueSet, turn: int) -> list[Any]:
        """Return a value that a set may have in a list; an empty list if none is known."""
        several = [*itertools.islice(self.values(x), turn + 1)]
        return several[-1:]

    def values(self, x: ValueSet) -> Iterator[Any]:
        """Yield values that a set may have, the plainest of each of its pieces first.

        The values of a set are made once, since large maps have many parts of few sets. While the next one is
        made, a set that is a part of itself has no more than those before.
        """
        key = id(x)
        if key not in self._values:
            self._kept.append(x)
            self._values[key] = [], self._new_values(x)
        values, more = self._values[key]
        for i in range(_MOST_VALUES):
            if i == len(values):
                if key in self._making:
                    return
                self._making.add(key)
                try:
                    values += itertools.islice(more, 1)
                finally:
                    self._making.discard(key)
            if i == len(values):
                return
            yield values[i]

    def _new_values(self, x: ValueSet) -> Iterator[Any]:
        several = [piece.cell.values(self) for piece in self.pieces(x)[:_MOST_PIECES_OF_VALUES]]
        for turn in itertools.zip_longest(*several, fillvalue=self):
            for value in turn:
                if value is not self:
                    self.step()
                    yield value


def _has_more_than_said(cell: Cell) -> bool:
    """True if a cell of pieces has values without the entry or the element that it is about."""
    match cell:
        case MapSet():
            return bool(cell.extra)
        case CollectionSet():
            return bool(cell.some) or cell.repeats
        case SequenceSet():
            return bool(cell.without)
    return False


def _equal_cells(x: Any) -> Iterator[Cell]:
    """Yield cells with every value that equals x, which is no text."""
    if not isinstance(x, (bool, int, float)):
        yield Constant(x)
        return
    if x in (0, 1):
        yield Constant(bool(x))
    if math.isfinite(x) and int(x) == x:
        yield IntSet(int(x), int(x))
    is_exact = abs(x) < 2**53
    yield FloatSet(float(x), float(x), False) if is_exact else FloatSet()


def _meet_instances(own: InstanceSet, other: Cell) -> list[Cell]:
    """Return cells with the instances of a class that are also in a cell of a different sort."""
    if isinstance(other, OtherValues):
        return [] if own.cls in OWN_SORTS else [own]
    # No class derives from a date and an int or a dict, but one may derive from a date and Mapping.
    is_other = isinstance(other, _OF_COLLECTIONS) and not other.kinds.isdisjoint(_KINDS_OF_OTHERS)
    return [own] if is_other and own.cls not in OWN_SORTS else []


def _regex_of_others(cell: TextSet) -> Regex:
    """Return a regex for the texts that a cell leaves out."""
    words = [language_of({word}) for word in cell.without]
    return union_of_regexes([*cell.none, *(word for word in words if word is not None)])
