"""Frames of examples: rows as a frame of the library that somebody asks for, or has."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mxspec.errors import SpecDefinitionError

LIBRARIES: Final = ("pandas", "polars", "pyarrow")
"""The libraries that examples are frames of, in the order in which they are looked for."""


def new_frame(rows: Sequence[Mapping[Any, Any]], columns: Sequence[Any], library: str | None = None) -> Any:
    """Return rows as a frame; its columns are the keys that all rows have, of no rows those that are named.

    Raises:
        SpecDefinitionError: the library is not installed, or none is.

    Example:
        >>> new_frame([{"n": 1}, {"n": 2, "m": 3}], ["n", "m"], "pandas")["n"].to_list()
        [1, 2]
    """
    if library is None:
        library = next((each for each in LIBRARIES if importlib.util.find_spec(each) is not None), None)
    try:
        module = importlib.import_module(library or LIBRARIES[0])
    except ImportError as missing:
        wanted = library or " or ".join(LIBRARIES)
        raise SpecDefinitionError(f"examples of frames take {wanted}: {missing}") from missing
    # A cell that is missing would be None, which no row had there.
    keys = [
        key for key in dict.fromkeys([*columns, *(rows[0] if rows else ())]) if all(key in x for x in rows)
    ]
    cells = {key: [row[key] for row in rows] for key in keys}
    return _MAKERS[library or LIBRARIES[0]](module, cells)


def _of_pandas(pandas: Any, cells: dict[Any, list[Any]]) -> Any:
    # Of other types than these it would make its own: True and 1 become 1.0 beside NaN.
    return pandas.DataFrame(
        {
            name: pandas.Series(column, dtype=None if _are_alike(column) else object)
            for name, column in cells.items()
        }
    )


def _of_polars(polars: Any, cells: dict[Any, list[Any]]) -> Any:
    columns = []
    for name, column in cells.items():
        try:
            columns.append(polars.Series(str(name), column, strict=True))
        except Exception:  # of values of several types, or of ints beyond 64 bits
            columns.append(polars.Series(str(name), column, dtype=polars.Object))
    return polars.DataFrame(columns)


def _of_pyarrow(pyarrow: Any, cells: dict[Any, list[Any]]) -> Any:
    return pyarrow.table({str(name): pyarrow.array(column) for name, column in cells.items()})


_MAKERS: Final = dict(zip(LIBRARIES, (_of_pandas, _of_polars, _of_pyarrow), strict=True))


def _are_alike(column: Sequence[Any]) -> bool:
    types = {type(x) for x in column}
    return len(types) == 1 or types == {int, type(None)} or types == {str, type(None)}
