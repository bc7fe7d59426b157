"""Frames of examples: rows as a frame of a named library, or of one that is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mxspec.base.value_types import VALUE_TYPES
from mxspec.errors import SpecDefinitionError

LIBRARIES: Final = ("pandas", "polars", "pyarrow")
"""The libraries that examples are frames of, in the order in which they are looked for."""


Columns = dict[Any, list[Any]]
Types = Mapping[Any, type | None]


def new_frame(
    rows: Sequence[Mapping[Any, Any]], columns: Mapping[Any, type | None], library: str | None = None
) -> Any:
    """Return rows as a frame; its columns are the keys common to all rows.

    Args:
        rows: the rows.
        columns: the keys in order, each with the type of its cells, which the cells alone may not show; or
            None.
        library: one of LIBRARIES, or None for the first one installed.

    Raises:
        SpecDefinitionError: the library is not installed, or no library is.

    Example:
        >>> new_frame([{"n": 1}, {"n": 2, "m": 3}], {"n": int, "m": int}, "pandas")["n"].to_list()
        [1, 2]
    """
    if library is None:
        library = next((each for each in LIBRARIES if importlib.util.find_spec(each) is not None), None)
    try:
        module = importlib.import_module(library or LIBRARIES[0])
    except ImportError as missing:
        wanted = library or " or ".join(LIBRARIES)
        raise SpecDefinitionError(f"examples of frames take {wanted}: {missing}") from missing
    # A missing cell would become None, which no row had there.
    keys = [
        key for key in dict.fromkeys([*columns, *(rows[0] if rows else ())]) if all(key in x for x in rows)
    ]
    cells = {key: [row[key] for row in rows] for key in keys}
    return _MAKERS[library or LIBRARIES[0]](module, cells, columns)


def _of_pandas(pandas: Any, cells: Columns, types: Types) -> Any:
    columns = {}
    for name, column in cells.items():
        # Pandas would convert other types: True and 1 become 1.0 beside NaN.
        kind = None if column else types.get(name)
        known = None if kind is None else VALUE_TYPES[kind].dtype_of_pandas
        dtype = None if _are_alike(column) else known or object
        columns[name] = pandas.Series(column, dtype=dtype)
    return pandas.DataFrame(columns)


def _of_polars(polars: Any, cells: Columns, types: Types) -> Any:
    columns = []
    for name, column in cells.items():
        dtype = None if _has_values(column) else types.get(name)
        try:
            columns.append(polars.Series(str(name), column, dtype, strict=True))
        except Exception:  # values of several types, or ints beyond 64 bits
            columns.append(polars.Series(str(name), column, dtype=polars.Object))
    return polars.DataFrame(columns)


def _of_pyarrow(pyarrow: Any, cells: Columns, types: Types) -> Any:
    columns = {}
    for name, column in cells.items():
        kind = None if _has_values(column) else types.get(name)
        shown = [] if kind is None else [VALUE_TYPES[kind].example]
        columns[str(name)] = pyarrow.array([*shown, *column])[len(shown) :]
    return pyarrow.table(columns)


def _has_values(column: Sequence[Any]) -> bool:
    return any(x is not None for x in column)


_MAKERS: Final = dict(zip(LIBRARIES, (_of_pandas, _of_polars, _of_pyarrow), strict=True))


def _are_alike(column: Sequence[Any]) -> bool:
    types = {type(x) for x in column}
    return len(types) == 1 or types == {int, type(None)} or types == {str, type(None)}
