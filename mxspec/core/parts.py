"""The parts of specs, which specs themselves, what walks them and what writes them as code all speak of."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mxspec.core.spec import Spec

NEEDED: Final = "needed"
OPTIONAL: Final = "optional"
ONE_OF: Final = "one of several"


class Part(NamedTuple):
    """A part of a spec.

    Attributes:
        spec: the part, always a spec.
        role: NEEDED in every value, OPTIONAL, or ONE_OF several alternatives.
        at: the tag, key or index that leads to it in a path; None if there is none.
        is_piece: True if it is asked about pieces of the value, False if about the value itself.
        is_hashed: True if its values have to have a hash, as the members of a set and the keys of a dict.
    """

    spec: Spec
    role: str = NEEDED
    at: Hashable = None
    is_piece: bool = False
    is_hashed: bool = False
