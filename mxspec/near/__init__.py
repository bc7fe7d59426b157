"""Values near the borders of a spec, wrong in one part alone or just right, and the guards they test.

    examples         near_misses
    of a guard       check_guard
    of test data     untouched

    >>> import mxspec as s
    >>> from mxspec.near import check_guard
    >>> bool(check_guard(lambda n: 0 <= n < 10, s.int_in(0, 10), lax=True))
    True
    >>> bool(check_guard(lambda n: 0 <= n <= 10, s.int_in(0, 10), lax=True))
    False

A border is where a spec turns from right to wrong, such as the least number that it accepts.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.near.guard import check_guard, untouched
    from mxspec.near.misses import near_misses

# fmt: off
__all__ = [
    "check_guard", "near_misses", "untouched",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.near.guard": "check_guard untouched",
        "mxspec.near.misses": "near_misses",
    },
)
