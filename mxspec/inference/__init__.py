"""Specs out of data: contracts of rows, and profiles of many values.

    a contract       infer contract sketch power
    many values      profile, which returns a Profile

    >>> import mxspec as s
    >>> from mxspec.inference import profile
    >>> print(profile(s.int_in(0, 150), [1, 2, 200]))
    profile of 3 values by int_in(0, 150)
    valid                                                                  2  66.67%
    invalid                                                                1  33.33%
      an int from 0 to 149 is required                                     1  33.33%

A frame is its rows here, as everywhere. `mxspec.promises` has the bounds of a contract.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.inference.column_sketch import sketch
    from mxspec.inference.contract import contract
    from mxspec.inference.from_rows import infer
    from mxspec.inference.planted_errors import power
    from mxspec.inference.profile import Profile, profile

# fmt: off
__all__ = [
    "Profile", "contract", "infer", "power", "profile", "sketch",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.inference.column_sketch": "sketch",
        "mxspec.inference.contract": "contract",
        "mxspec.inference.from_rows": "infer",
        "mxspec.inference.planted_errors": "power",
        "mxspec.inference.profile": "Profile profile",
    },
)
