"""Cells of sequences by a regex that positions can't express, such as int str int str and so on.

They are compared by derivatives (Antimirov, "Rewriting regular inequalities", 1995; with sets for letters,
D'Antoni and Veanes, "Minimization of symbolic automata", 2014): elements are split into pieces until each set
in the regexes holds all of a piece or nothing of it.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mxspec.changes.sets.expressions import Cell, Piece, Union, UnknownDifferenceError, ValueSet
from mxspec.changes.sets.list_sets import SEQUENCES, CollectionSet

if TYPE_CHECKING:
    from mxspec.changes.sets.differences import Differences

Tree = tuple[Any, ...]
"""("set", set), ("cat", *trees), ("alt", *trees) or ("star", tree)."""

FAILS: Final[Tree] = ("alt",)
"""The regex of no sequence."""

ENDS: Final[Tree] = ("cat",)
"""The regex of the empty sequence."""

_MOST_PIECES: Final = 60
_MOST_STATES: Final = 300
_LONGEST: Final = 20  # the most elements of a list that becomes a regex


@dataclasses.dataclass(frozen=True, eq=False)
class SequenceSet(Cell):
    """Sequences that match a regex.

    Attributes:
        tree: the regex.
        without: regexes that none of them matches.
        kinds: their kinds.
    """

    tree: Tree
    without: tuple[Tree, ...] = ()
    kinds: frozenset[str] = SEQUENCES

    def minus(self, other: SequenceSet | CollectionSet, within: Differences) -> Iterator[Cell]:
        yield replace(self, kinds=self.kinds - other.kinds)
        both = replace(self, kinds=self.kinds & other.kinds)
        if isinstance(other, CollectionSet) and not other.is_described_by_regex:
            yield both
        elif both.kinds:
            tree = other.tree if isinstance(other, SequenceSet) else tree_of_lists(other)
            yield replace(both, without=(*both.without, tree))

    def meet(self, other: SequenceSet | CollectionSet, within: Differences) -> Cell:
        both = replace(self, kinds=self.kinds & other.kinds)
        if isinstance(other, CollectionSet) and other.is_of_elements:
            return replace(both, tree=_tree_within(self.tree, other.rest, within))
        return both

    def is_void(self, within: Differences) -> bool:
        return not self.kinds or self._shortest(within) is None

    def values(self, within: Differences) -> Iterator[Any]:
        elements = self._shortest(within)
        if elements is not None:
            yield elements if "list" in self.kinds else tuple(elements)

    def _shortest(self, within: Differences) -> list[Any] | None:
        """Return the elements of a shortest sequence, or None if it is certain that there is none."""
        start, letters = (self.tree, *self.without), _Letters(within)
        seen: set[tuple[Tree, ...]] = {start}
        waiting: list[tuple[tuple[Tree, ...], list[Any]]] = [(start, [])]
        for (own, *others), elements in waiting:  # it grows; the shortest sequence comes first
            if nullable(own) and not any(map(nullable, others)):
                return elements
            for piece in letters.pieces(own, others):
                state = (
                    letters.rest_after(own, piece, is_certain=False),
                    *(letters.rest_after(tree, piece, is_certain=True) for tree in others),
                )
                if state[0] != FAILS and state not in seen:
                    if len(seen) > _MOST_STATES:
                        raise UnknownDifferenceError
                    seen.add(state)
                    x = within.some_value(Union(tuple(piece)), 0) or [None]
                    waiting.append((state, [*elements, *x]))
        return None


class _Letters:
    """The sets in regexes, as letters; each fact about a piece and a letter is found once."""

    def __init__(self, within: Differences) -> None:
        self._within = within
        self._pieces: dict[Any, list[list[Piece]]] = {}
        self._holds: dict[tuple[int, int, bool], bool] = {}

    def pieces(self, own: Tree, others: list[Tree]) -> list[list[Piece]]:
        """Return pieces of the first element of a regex, split by all sets that the regexes begin with."""
        firsts = dict.fromkeys(_firsts(own))
        letters = dict.fromkeys(first for tree in (own, *others) for first in _firsts(tree))
        key = frozenset(firsts), frozenset(letters)
        if key not in self._pieces:
            self._pieces[key] = self._split(firsts, letters)
        return self._pieces[key]

    def _split(self, firsts: Iterable[ValueSet], letters: Iterable[ValueSet]) -> list[list[Piece]]:
        within = self._within
        groups = [[piece] for first in firsts for piece in within.pieces(first)]
        for letter in letters:
            split: list[list[Piece]] = []
            for group in groups:
                inside = [q for p in group for q in within.meet(p, letter) if not within.is_void_piece(q)]
                outside = within.subtract(group, letter)
                split += [inside, outside] if inside and outside else [group]
            groups = split
            if len(groups) > _MOST_PIECES:
                raise UnknownDifferenceError
        return groups

    def _has(self, piece: list[Piece], letter: ValueSet, *, is_certain: bool) -> bool:
        """True if a letter holds all of a piece for certain, or may hold some of it."""
        key = id(piece), id(letter), is_certain
        if key not in self._holds:
            within = self._within
            if is_certain:
                self._holds[key] = not within.subtract(piece, letter)
            else:
                several = (q for p in piece for q in within.meet(p, letter))
                self._holds[key] = any(not within.is_void_piece(q) for q in several)
        return self._holds[key]

    def rest_after(self, tree: Tree, piece: list[Piece], *, is_certain: bool) -> Tree:
        """Return the regex of what may follow an element of a piece, or of what follows for certain."""
        kind, *parts = tree
        after = functools.partial(self.rest_after, piece=piece, is_certain=is_certain)
        if kind == "set":
            return ENDS if self._has(piece, parts[0], is_certain=is_certain) else FAILS
        if kind == "alt":
            return alternative(*map(after, parts))
        if kind == "star":
            return concatenation(after(parts[0]), tree)
        if not parts:
            return FAILS
        first, *others = parts
        rest = concatenation(after(first), *others)
        return alternative(rest, after(concatenation(*others))) if nullable(first) else rest


def _firsts(tree: Tree) -> list[ValueSet]:
    """Return the sets that the first element of a sequence may be in."""
    kind, *parts = tree
    if kind == "set":
        return parts
    if kind != "cat":
        return [first for part in parts for first in _firsts(part)]
    count = sum(1 for _ in itertools.takewhile(nullable, parts)) + 1
    return [first for part in parts[:count] for first in _firsts(part)]


def _tree_within(tree: Tree, elements: ValueSet, within: Differences) -> Tree:
    """Return the regex of the sequences of some elements that match a regex."""
    kind, *parts = tree
    if kind == "set":
        return "set", within.both(parts[0], elements)
    return kind, *(_tree_within(part, elements, within) for part in parts)


def nullable(tree: Tree) -> bool:
    """True if a regex matches the empty sequence."""
    kind, *parts = tree
    if kind == "cat":
        return all(map(nullable, parts))
    return kind == "star" or (kind == "alt" and any(map(nullable, parts)))


def alternative(*trees: Tree) -> Tree:
    """Return the regex of either of several regexes."""
    several = dict.fromkeys(x for tree in trees for x in (tree[1:] if tree[0] == "alt" else (tree,)))
    return next(iter(several)) if len(several) == 1 else ("alt", *several)


def concatenation(*trees: Tree) -> Tree:
    """Return the regex of several regexes, one after the other."""
    several = tuple(x for tree in trees for x in (tree[1:] if tree[0] == "cat" else (tree,)))
    if FAILS in several:
        return FAILS
    return several[0] if len(several) == 1 else ("cat", *several)


def tree_of_lists(cell: CollectionSet) -> Tree:
    """Return the regex of lists by position.

    Raises:
        UnknownDifferenceError: the cell has more conditions, or the lists are long.
    """
    most = cell.low if math.isinf(cell.high) else cell.high
    if not cell.is_described_by_regex or most > _LONGEST:
        raise UnknownDifferenceError
    count = max(len(cell.heads), int(most)) if math.isinf(cell.high) else int(most)
    tree: Tree = ("star", ("set", cell.rest)) if math.isinf(cell.high) else ENDS
    for i in reversed(range(count)):
        tree = concatenation(("set", cell.at(i)), tree)
        tree = tree if i < cell.low else alternative(ENDS, tree)
    return tree


def by_position(tree: Tree) -> CollectionSet | None:
    """Return the lists of a regex that only has a set for each position; None for a different regex."""
    kind, *parts = tree
    if kind == "set":
        return CollectionSet(SEQUENCES, (parts[0],), low=1, high=1)
    if tree == ENDS:
        return CollectionSet(SEQUENCES, high=0)
    if kind == "star" and parts[0][0] == "set":
        return CollectionSet(SEQUENCES, rest=parts[0][1])
    if kind == "alt" and len(parts) == 2 and ENDS in parts:
        own = by_position(parts[0] if parts[1] == ENDS else parts[1])
        return replace(own, low=0) if own is not None and own.low <= 1 else None
    if kind == "cat" and parts and parts[0][0] == "set":
        rest = by_position(concatenation(*parts[1:]))
        if rest is not None:
            return replace(rest, heads=(parts[0][1], *rest.heads), low=rest.low + 1, high=rest.high + 1)
    return None
