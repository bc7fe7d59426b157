"""Arrays in pieces that numpy works on without giving up the GIL."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import Any, Final

_KEPT: Final = 500
"""numpy releases the GIL for more elements than this (NPY_BEGIN_THREADS_THRESHOLDED)."""

_MOST: Final = 4 * _KEPT


def pieces(values: Any) -> Sequence[Any]:
    """Return a numpy array as itself, or in pieces if it is small and other threads would wait for it.

    Work on a thousand numbers takes a microsecond. Where numpy gives up the GIL for it, a thread that waits
    takes it and this one has to wait in turn: 8 threads that ask about one image of 784 pixels each changed
    places 6 times an image, and got 0.42 of the throughput of one.
    """
    if not _KEPT < values.size <= _MOST or threading.active_count() == 1 or not values.flags.c_contiguous:
        return (values,)
    flat = values.reshape(-1)
    return [flat[start : start + _KEPT] for start in range(0, values.size, _KEPT)]


def extremes(values: Any) -> tuple[Any, Any]:
    """Return the least and the greatest of a numpy array's values, NaN for both if it is among them.

    Example:
        >>> import numpy as np
        >>> [float(x) for x in extremes(np.arange(784.0))]
        [0.0, 783.0]
    """
    import numpy as np

    parts = pieces(values)
    least = [np.minimum.reduce(part, axis=None) for part in parts]
    most = [np.maximum.reduce(part, axis=None) for part in parts]
    return functools.reduce(np.minimum, least), functools.reduce(np.maximum, most)
