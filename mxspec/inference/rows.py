"""One reader of rows from any source: frames, files, arrays, and anything else to iterate over.

From each source, a cell is a Python value. Numbers of numpy become int, float and bool, a Timestamp becomes a
datetime with a zone of zoneinfo, a category its value, a struct a dict; nanoseconds are cut to microseconds.
Rows of sqlite3 and of structured arrays become dicts. The index of pandas is not a column
(`frame.reset_index()` makes it one), and two columns of one name are an error. pandas and Dask allow no gaps
in a column of ints, so a column of floats with gaps and otherwise only whole numbers is read as ints, also
from a Parquet or a CSV file that pandas wrote. Moments in a zone are bounded in UTC.

Some sources lose distinctions. Their contracts state less, and contracts of other sources accept their rows:

- CSV can't tell text from missing, if it is NA or empty; text from numbers, if a column holds nothing else; a
  Decimal from a float; whole floats with gaps from ints. A CSV that pandas wrote can't tell moments that are
  all midnights from dates.
- JSON can't tell dates, moments and Decimals from text. A contract that requires dates reads them; a contract
  out of JSON requires text.
- pandas can't tell whole floats with gaps from ints. Those nested in lists stay as they are.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mxspec.base.values import class_name
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import column_values, is_series
from mxspec.frames.named_frames import CHUNK, check_no_frame, columns_of_frame, frame_of, is_frame
from mxspec.inference.delimited import Chunk, Dialect, Report
from mxspec.inference.files import read_path


def rows_of(rows: Any) -> Sequence[Any]:
    """Return rows as a sequence; the rows of a frame or a table as dicts.

    Args:
        rows: as in `read_chunks`.

    Raises:
        SpecDefinitionError: rows is a single value, or can't be read.

    Example:
        >>> import pandas
        >>> rows_of(pandas.DataFrame({"age": [3, None], "name": ["Bo", "Al"]}))
        [{'age': 3, 'name': 'Bo'}, {'age': None, 'name': 'Al'}]
    """
    if isinstance(rows, (list, tuple)):
        return with_names(rows)
    return [row for chunk in read_chunks(rows) for row in chunk.rows()]


def read_chunks(
    rows: Any,
    spec: Any = None,
    dialect: Dialect = Dialect(),  # noqa: B008  # it is frozen
    report: Report = lambda rows: None,
    *,
    judges: bool = False,
) -> Iterator[Chunk]:
    """Yield rows, some at a time, with their numbers.

    Missing cells are None: NaN, NaT and pd.NA of pandas and Dask, and the null of Arrow. Values are Python's.

    Args:
        rows: a frame of pandas, polars, pyarrow, DuckDB, Dask or Spark, or a column of one; a path
            (`pathlib.Path`) of a file, `Path("-")` for standard input; an array of numpy; or values to
            iterate over, such as dicts or records.
        spec: the spec that decodes the cells of a file. Without a spec, a column of a CSV has the type that
            all its cells fit.
        dialect: the separator and the encoding of a file, and its words for missing cells.
        report: a function that is called with the number of rows that a first reading has passed.
        judges: as in `read_path`.

    Raises:
        SpecDefinitionError: rows is a single value; or the file can't be read: the message names the line.
        OSError, ImportError: as in `read_path`.
    """
    if isinstance(rows, os.PathLike):
        yield from read_path(os.fspath(rows), spec, dialect, report, judges=judges)
    elif is_frame(rows):
        yield from chunks_of_columns(columns_of_frame(frame_of(rows)))
    else:
        left = iter(_values_of(rows))
        numbers = itertools.count(1)
        while values := [*itertools.islice(left, CHUNK)]:
            yield Chunk([*itertools.islice(numbers, len(values))], values=with_names(values))


def chunks_of_columns(parts: Iterable[dict[Any, list[Any]]]) -> Iterator[Chunk]:
    """Yield the chunks of a frame with columns that come part by part."""
    start = 0
    for columns in parts:
        length = len(next(iter(columns.values()), ()))
        yield Chunk(range(start + 1, start + length + 1), columns)
        start += length


def _values_of(rows: Any) -> Iterable[Any]:
    values: Iterable[Any] = rows
    if is_series(rows):
        values = column_values(rows)
    elif hasattr(rows, "tolist") and hasattr(rows, "shape"):  # an array; tolist loses the names of fields
        has_fields = _is_kind(type(rows), "numpy", "ndarray") and rows.dtype.names
        values = rows if has_fields else rows.tolist()
    else:
        check_rows(rows)
    return values


def check_rows(rows: Any) -> None:
    """Check that rows are several values.

    Raises:
        SpecDefinitionError: they are one, such as a text or a dict.
    """
    check_no_frame(rows)
    is_several = isinstance(rows, Iterable) or hasattr(type(rows), "__getitem__")  # as a data set of PyTorch
    if isinstance(rows, (str, bytes, Mapping)) or not is_several:
        hint = "; a file of rows is a pathlib.Path" if isinstance(rows, str) else ""
        raise SpecDefinitionError(
            f"rows are a list, a DataFrame or anything else to iterate over, not one {class_name(rows)}{hint}"
        )


def with_names(rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows as dicts if they have names but are not maps: rows of sqlite3 and structured arrays.

    Example:
        >>> import numpy as np
        >>> with_names([*np.array([(3, "Bo")], dtype=[("age", int), ("name", "U9")])])
        [{'age': 3, 'name': 'Bo'}]
    """
    tp = type(rows[0]) if rows else None
    if _is_kind(tp, "sqlite3", "Row"):
        return [dict(row) for row in rows]
    if _is_kind(tp, "numpy", "void") and (names := rows[0].dtype.names):
        return [dict(zip(names, row.item(), strict=True)) for row in rows]
    return rows


def _is_kind(tp: Any, module: str, name: str) -> bool:
    """True for a class of a library, or a subclass. It imports nothing, and calls no method of a value."""
    return any((each.__module__, each.__name__) == (module, name) for each in getattr(tp, "__mro__", ()))
