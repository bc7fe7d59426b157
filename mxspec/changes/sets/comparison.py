"""The comparison of two versions of a spec by the difference of their sets."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import mxspec.changes.sets.json_sets  # noqa: F401  (it registers kinds of specs)
from mxspec.changes.sets.differences import Differences
from mxspec.changes.sets.expressions import Piece, Union, UnknownDifferenceError
from mxspec.changes.sets.spec_sets import SpecSets
from mxspec.core.budget import SECONDS

if TYPE_CHECKING:
    from mxspec.changes.proof import Proof, Version

_MOST_STEPS: Final = 60_000  # of a comparison with the usual limit: less than half a second
_MOST_VALUES: Final = 40


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
    return not left, _values_in_pieces(left, within)


def _values_in_pieces(left: tuple[Piece, ...], within: Differences) -> Iterator[Any]:
    """Yield values that may be in pieces."""
    within.allow_more_steps()
    with contextlib.suppress(UnknownDifferenceError, RecursionError):
        yield from itertools.islice(within.values(Union(left)), _MOST_VALUES)
