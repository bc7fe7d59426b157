"""The sets of predicates, by their rows: a row of ints from 0 is the ints from 0."""

from __future__ import annotations

import dataclasses
import enum
import itertools
import numbers
from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.predicate_rows import UNKNOWN, PredicateRow, accepted_members
from mxspec.changes.facts import is_subclass, members_of
from mxspec.changes.inclusion import Regex, language_of
from mxspec.changes.sets.expressions import (
    NO_VALUES,
    Cell,
    Complement,
    Constant,
    Members,
    OtherValues,
    Union,
    ValueSet,
)
from mxspec.changes.sets.list_sets import SEQUENCES, SETS, TUPLES, CollectionSet
from mxspec.changes.sets.map_sets import DICTS, MAPS, MapSet
from mxspec.changes.sets.scalar_sets import (
    BOTH,
    INF,
    KNOWN_CLASSES,
    OWN_SORTS,
    PLAIN,
    TOP,
    FloatSet,
    InstanceSet,
    IntSet,
    Kinds,
    TextSet,
    float_at,
    int_at,
)
from mxspec.predicates import TaggedValue
from mxspec.specs.core.spec import Predicate
from mxspec.transform.annotations.constraints import Literal

if TYPE_CHECKING:
    from mxspec.changes.sets.spec_sets import SpecSets

_TRUE_OF_INTS: Final = {"not nan", "not infinite", "whole", "json number"}
_OF_FLOATS: Final = {"not nan", "not infinite", "nan", "infinite", "json number"}
_TEXTS: Final = {str, bytes, bytearray, memoryview}
_SORTS: Final = (int, float, str, type(None), list, tuple, set, frozenset, dict, Mapping, Sequence, Set)


def set_of_predicate(spec: Predicate, side: SpecSets) -> ValueSet:
    """Return the set of a predicate."""
    members = members_of(spec)
    if members is not None:
        return _set_of_members(spec, members, side)
    row, language = side.row_of(spec), language_of(spec.pred)
    if spec.row is UNKNOWN and language is not None:
        return Union((TextSet(every=(language,)), side.rough(spec, Complement(TextSet()))))
    if row is UNKNOWN or row.members is not None or "unknown" in row.marks:
        return side.rough(spec)
    exact, over = _cells_of_classes(row, side)
    sure: list[ValueSet] = []
    unsure: list[ValueSet] = [*over]
    known = dataclasses.replace(row, marks=row.marks & _TRUE_OF_INTS & _OF_FLOATS)
    for cell in exact:
        own = cell if row.is_of_classes else _with_conditions(cell, row, language)
        if own is not None:
            sure.append(own)
        else:  # the conditions that it can express are an upper bound
            unsure.append(_with_conditions(cell, known, language) or cell)
    return Union((*sure, *[side.rough(spec, Union(tuple(unsure)))] * bool(unsure)))


# --- members ----------------------------------------------------------------------------------------------


def _set_of_members(spec: Predicate, members: list[Any], side: SpecSets) -> ValueSet:
    """Return the set of all members of a spec; a Literal takes no instance of a subclass for a text."""
    kinds = PLAIN if isinstance(spec, Literal) else BOTH
    is_set = isinstance(spec.pred, (set, frozenset))  # the members of a set are listed in all their sorts
    plain = accepted_members(spec.pred) if is_set else members
    cells: list[ValueSet] = []
    words, ints, others = set[str](), set[int](), list[Any]()
    for x in plain:
        if x is None or type(x) is bool:
            cells.append(Constant(x))
        elif type(x) is str:
            words.add(x)
        elif type(x) is int:
            ints.add(x)
        elif type(x) is float and x and x == x:
            cells.append(FloatSet(x, x, False, kinds=kinds))
        else:
            others.append(x)
    if others:
        return Members(spec, side, tuple(members))
    cells += _int_runs(sorted(ints), kinds)
    return Union((*cells, *[TextSet(words=frozenset(words), kinds=kinds)] * bool(words)))


def _int_runs(ints: list[int], kinds: Kinds) -> Iterator[IntSet]:
    """Yield cells with ints in order: one cell where all of them have one distance, else one for each run."""
    steps = {b - a for a, b in itertools.pairwise(ints)}
    if len(steps) == 1:
        [step] = steps
        yield IntSet(ints[0], ints[-1], step, frozenset({ints[0] % step}), kinds)
        return
    for _, run in itertools.groupby(enumerate(ints), lambda pair: pair[1] - pair[0]):
        several = [x for _, x in run]
        yield IntSet(several[0], several[-1], kinds=kinds)


# --- classes ----------------------------------------------------------------------------------------------


def _cells_of_classes(row: PredicateRow, side: SpecSets) -> tuple[list[Cell], list[ValueSet]]:
    """Return cells that have instances of the classes of a row alone, and sets with all others."""
    exact: list[Cell] = []
    over: list[ValueSet] = []
    for cls in row.classes:
        cells = [*_cells_of(cls, row, side)]
        exact += cells
        if not cells:
            over.append(OtherValues() if _has_no_plain_data(cls) else side.within.every)
            exact += (cell for tp in _classes_below(cls) for cell in _cells_of(tp, row, side))
        elif cls is numbers.Real or (cls is Sequence and memoryview not in row.excluded):
            over.append(OtherValues())
    for cls in row.excluded:
        if cls is memoryview:
            continue
        gone = [*_cells_of(cls, row, side)]
        if gone and not (cls in KNOWN_CLASSES and cls not in OWN_SORTS):
            exact = [part for cell in exact for part in _without(cell, gone)]
        else:  # it is not known which values it takes out
            return [], [*over, *exact]
    return exact, over


def _classes_below(cls: Any) -> list[type]:
    """Return the largest known classes with no instance that is not one of a class."""
    below = [tp for tp in _SORTS if is_subclass(tp, cls)]
    return [tp for tp in below if not any(tp is not other and issubclass(tp, other) for other in below)]


def _without(cell: Cell, gone: list[Cell]) -> Iterator[Cell]:
    """Yield a cell without whole kinds of values."""
    for other in gone:
        match cell, other:
            case (CollectionSet() | MapSet(), CollectionSet() | MapSet()) if type(cell) is type(other):
                cell = dataclasses.replace(cell, kinds=cell.kinds - other.kinds)
            case (Constant(), Constant()) if cell.x is other.x:
                return
            case (InstanceSet(), InstanceSet()) if cell.cls is other.cls:
                return
            case (IntSet(), IntSet()) | (FloatSet(), FloatSet()) | (TextSet(), TextSet()):
                return
    yield cell


def _cells_of(cls: Any, row: PredicateRow, side: SpecSets) -> Iterator[Cell]:
    """Yield cells with the instances of a class; nothing for a class that is not known."""
    every = side.within.every
    kinds = _KINDS_OF_COLLECTIONS.get(cls) if isinstance(cls, type) else None
    if kinds is not None:
        yield CollectionSet(kinds, rest=every)
    if cls is Sequence:  # unless the row leaves them out, texts are sequences
        yield from (cell for tp in _TEXTS - {*row.excluded, memoryview} for cell in _cells_of(tp, row, side))
    elif cls is int:
        yield from (IntSet(), Constant(True), Constant(False))
    elif cls is bool:
        yield from (Constant(True), Constant(False))
    elif cls is float:
        yield FloatSet()
    elif cls is str:
        yield TextSet()
    elif cls is type(None):
        yield Constant(None)
    elif cls in (dict, Mapping):
        yield MapSet(DICTS if cls is dict else MAPS, rest=((every, every),))
    elif cls is object:
        yield from every.parts  # type: ignore[misc]
    elif cls is numbers.Real:
        yield from (IntSet(), Constant(True), Constant(False), FloatSet(), InstanceSet.of(Fraction))
    elif cls in KNOWN_CLASSES:
        yield InstanceSet.of(cls)


_KINDS_OF_COLLECTIONS: Final[dict[Any, frozenset[str]]] = {
    **{cls: frozenset({cls.__name__}) for cls in (list, set, frozenset)},
    tuple: TUPLES,
    TaggedValue: frozenset({"tagged"}),
    Set: SETS,
    Sequence: SEQUENCES,
}


def _has_no_plain_data(cls: Any) -> bool:
    """True if no instance of a class belongs to the sorts of plain data."""
    if type(cls) not in (type, enum.EnumType):
        return False
    return not any(issubclass(tp, cls) or issubclass(cls, tp) for tp in _SORTS)


# --- conditions -------------------------------------------------------------------------------------------


def _with_conditions(cell: Cell, row: PredicateRow, language: Regex | None) -> ValueSet | None:
    """Return a cell of all instances under the conditions of a row; None if it can't express them."""
    marks = row.marks - {row.pattern}
    has_order = row.low is not None or row.high is not None or row.factor is not None
    has_length = row.least is not None or row.most is not None
    is_plain = not (has_length or row.pattern or row.zones)
    try:
        match cell:
            case IntSet() if is_plain and marks <= _TRUE_OF_INTS:
                return _ints_of(row)
            case FloatSet() if is_plain and marks <= _OF_FLOATS and row.factor is None:
                return _floats_of(row, marks)
            case InstanceSet() if is_plain and not marks and row.factor is None:
                return InstanceSet.of(cell.cls, row.low, row.high)
            case TextSet() if not (has_order or marks or row.zones):
                patterns = () if row.pattern is None else (language,)
                if None not in patterns:
                    return TextSet(*_sizes_of(row), every=patterns)  # type: ignore[arg-type]
            case CollectionSet() | MapSet() if not (has_order or marks or row.zones or row.pattern):
                low, high = _sizes_of(row)
                return dataclasses.replace(cell, low=low, high=high)
    except Exception:  # bounds that do not compare
        return None
    return None


def _ints_of(row: PredicateRow) -> ValueSet | None:
    low, high = int_at(row.low, is_low=True), int_at(row.high, is_low=False)
    if row.factor is None:
        return IntSet(low, high)
    if type(row.factor) is not int or type(row.remainder) is not int or row.factor <= 0:
        return None
    return IntSet(low, high, row.factor, frozenset({row.remainder % row.factor}))


def _floats_of(row: PredicateRow, marks: frozenset[str]) -> ValueSet | None:
    low, high = float_at(row.low, is_low=True), float_at(row.high, is_low=False)
    has_order = row.low is not None or row.high is not None
    if "nan" in marks:
        is_void = has_order or bool(marks & {"not nan", "infinite", "json number"})
        return NO_VALUES if is_void else FloatSet(INF, -INF, True)
    if "infinite" in marks:
        infinite = Union((FloatSet(INF, INF, False), FloatSet(-INF, -INF, False)))
        return None if has_order or marks & {"not infinite", "json number"} else infinite
    if marks & {"not infinite", "json number"}:
        low, high = max(low, -TOP), min(high, TOP)
    return FloatSet(low, high, not (has_order or marks & {"not nan", "json number"}))


def _sizes_of(row: PredicateRow) -> tuple[int, float]:
    if not all(n is None or type(n) is int for n in (row.least, row.most)):
        raise TypeError
    return max(0, row.least or 0), INF if row.most is None else row.most
