"""Changes of specs: a proof that the new version accepts what the old one did, or a value that it refuses.

    of a spec        check_compatible, which returns a Compatibility
    of a function    check_equivalent

    >>> import mxspec as s
    >>> from mxspec.changes import check_compatible
    >>> check_compatible(s.int_in(0, 10), s.int_in(0, 9))
    broken: 9 fits old, but new says
    an int from 0 to 8 is required, not 9 - failed: int_in(0, 9)

Where nothing is proved, generated values are tried, and the answer states this.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.changes.answers import Compatibility
    from mxspec.changes.compatible import check_compatible
    from mxspec.functions.equivalence import check_equivalent

# fmt: off
__all__ = [
    "Compatibility", "check_compatible", "check_equivalent",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.changes.answers": "Compatibility",
        "mxspec.changes.compatible": "check_compatible",
        "mxspec.functions.equivalence": "check_equivalent",
    },
)
