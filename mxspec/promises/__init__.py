"""Promises about refusals: thresholds and bounds with a stated confidence, and the test of a guard.

    of a spec        promise, which returns a Promise; Standing says if it still holds, Power what it notices
    of a guard       check_promise
    in a test        mostly
    of a threshold   conformal accept, which return ConformalThreshold, LabelThresholds and Acceptance

    >>> from mxspec.promises import conformal
    >>> conformal([i / 1000 for i in range(1000)], alpha=0.05)
    ConformalThreshold(0.965, n=1000, alpha=0.05, confidence=0.99, of='examples')

`infer` and `contract`, in `mxspec.inference`, make the spec of rows; `promise` returns the promise of a spec.
`update_state` and `take_back` keep the file that `mxspec valid --state` has.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.promises.accept import Acceptance, accept
    from mxspec.promises.conformal import ConformalThreshold, LabelThresholds, conformal
    from mxspec.promises.guards import check_promise
    from mxspec.promises.mostly import mostly
    from mxspec.promises.power import Power
    from mxspec.promises.production import Standing
    from mxspec.promises.promise import Promise, promise
    from mxspec.promises.state_file import take_back as take_back
    from mxspec.promises.state_file import update_state as update_state

# fmt: off
__all__ = [
    "Acceptance", "ConformalThreshold", "LabelThresholds", "Power", "Promise", "Standing", "accept",
    "check_promise", "conformal", "mostly", "promise",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.promises.accept": "Acceptance accept",
        "mxspec.promises.conformal": "ConformalThreshold LabelThresholds conformal",
        "mxspec.promises.guards": "check_promise",
        "mxspec.promises.mostly": "mostly",
        "mxspec.promises.power": "Power",
        "mxspec.promises.production": "Standing",
        "mxspec.promises.promise": "Promise promise",
        "mxspec.promises.state_file": "take_back update_state",
    },
)
