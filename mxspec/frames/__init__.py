"""Frames of pandas, polars, pyarrow, DuckDB, Dask and Spark, checked by their engine.

    the spec         frame
    the rows         split flag

    >>> import pandas as pd
    >>> from mxspec.frames import split
    >>> good, bad = split({"age": int}, pd.DataFrame({"age": [40, "x"]}))
    >>> len(good), list(bad["reason"])
    (1, ['age: an int is required'])

The engine of a frame checks a spec of maps. The spec sees cells as Python values.
"""

from typing import TYPE_CHECKING

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
if TYPE_CHECKING:
    from mxspec.frames.frame_spec import frame
    from mxspec.frames.split import flag, split

# fmt: off
__all__ = [
    "flag", "frame", "split",
]
# fmt: on

hand_on(
    __name__,
    {
        "mxspec.frames.frame_spec": "frame",
        "mxspec.frames.split": "flag split",
    },
)
