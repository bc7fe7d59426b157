"""The comparison of two versions of a spec by the difference of their sets."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import mxspec.changes.sets.json_sets  # noqa: F401  (it registers kinds of specs)
from mxspec.changes.sets.differences import Differences
from mxspec.changes.sets.expressions import Piece, UnknownDifferenceError
from mxspec.changes.sets.spec_sets import SpecSets
from mxspec.core.budget import SECONDS

if TYPE_CHECKING:
    from mxspec.changes.proof import Proof, Version

_MOST_VALUES: Final = 100
_MOST_STEPS: Final = 120_000  # of a comparison with the usual limit: about a second at most


def compare_sets(
    old: Version, new: Version, proof: Proof, limit: float = SECONDS
) -> tuple[bool, Iterator[Any]]:
    """Return True if it is proved that new accepts every value of old, and values to try if it is not.

    Args:
        old, new: the versions.
        proof: a proof about both, which says which specs are the same.
        limit: the limit of the comparison, in seconds; the steps are in proportion.
    """
    within = Differences(proof, int(_MOST_STEPS * limit / SECONDS))
    within.old, within.new = SpecSets(old, within, new.twins), SpecSets(new, within, {})
    try:
        left = within.outside(within.old.of(old.spec), within.new.of(new.spec))
    except (UnknownDifferenceError, RecursionError):
        return False, iter(())
    return not left and not within.is_cut, _values_in_pieces(left, within)


def _values_in_pieces(left: tuple[Piece, ...], within: Differences) -> Iterator[Any]:
    """Yield values that may be in pieces."""
    within.allow_more_steps()
    with contextlib.suppress(UnknownDifferenceError, RecursionError):
        turns = itertools.zip_longest(*map(within.values, left), fillvalue=within)
        several = (x for turn in turns for x in turn if x is not within)
        yield from itertools.islice(several, _MOST_VALUES)
