"""Calls under contract: specs of functions, checked call by call or by generated calls.

    to specify       fdef fspec
    to test          check, which returns CheckResults, a CheckResult for each function
    to watch         instrument unstrument with_instrument_disabled

    >>> import mxspec as s
    >>> from mxspec.functions import fspec
    >>> s.valid(fspec(args=s.cat(n=s.int_in(0, 9)), ret=int), lambda n: n + 1)
    True

`mxspec.clojure` has more functions for tests: `check_fn`, `checkable_fns`, `summarize_results`.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.functions.check import CheckResult, CheckResults, check
    from mxspec.functions.fspec import fdef, fspec
    from mxspec.functions.instrument import instrument, unstrument, with_instrument_disabled

# fmt: off
__all__ = [
    "CheckResult", "CheckResults", "check", "fdef", "fspec", "instrument", "unstrument",
    "with_instrument_disabled",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.functions.check": "CheckResult CheckResults check",
        "mxspec.functions.fspec": "fdef fspec",
        "mxspec.functions.instrument": "instrument unstrument with_instrument_disabled",
    },
)
