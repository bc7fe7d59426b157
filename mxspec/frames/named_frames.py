"""Frames with neutral column names, c0, c1, ..., which keep the original names beside them.

An engine may read a name: polars takes `^x$` for a pattern and `*` for all columns, Spark `a.b` for a field.
So each column is first renamed by its position, every expression uses c0 or c1, and results get the original
names back.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mxspec.base.lazy import lazy
from mxspec.base.values import class_name
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import NEEDS_NARWHALS, column_values, is_of_library, is_series

if TYPE_CHECKING:
    import narwhals as nw

    from mxspec.frames.engines import Engine

    Frame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

CHUNK: Final = 10_000
"""The number of rows that are Python values at one time."""

_EXACT: Final = 2**53  # beyond it, a float stands for several ints


def is_frame(x: Any) -> bool:
    """True for a frame that Narwhals reads. It imports no library.

    Example:
        >>> is_frame({"age": [3]})
        False
    """
    if type(x).__module__ == "builtins":
        return False  # early: no other value imports the rows of engines, which take 1 ms of `import mxspec`
    from mxspec.frames.engines import CLASSES

    return is_of_library(x, CLASSES) or type(x) is NamedFrame


def check_no_frame(x: Any) -> None:
    """Refuse a table of a library that Narwhals does not read.

    Raises:
        SpecDefinitionError: x is such a table.
    """
    tp = type(x)
    is_table = any(each.__name__.endswith(("DataFrame", "LazyFrame")) for each in tp.__mro__)
    is_table = is_table or (_has_any(tp, _TO_ROWS) and _has_any(tp, _TO_COLUMNS))
    if is_table and not (issubclass(tp, Mapping) or is_series(x)):
        raise SpecDefinitionError(
            f"Narwhals reads no {class_name(x)} of {tp.__module__}; make it one of pandas, polars or pyarrow"
        )


_TO_ROWS: Final = ("to_pandas", "toPandas", "to_arrow", "__arrow_c_stream__", "__dataframe__")
_TO_COLUMNS: Final = ("columns", "column_names", "schema", "__dataframe__")


def _has_any(tp: type, members: Sequence[str]) -> bool:
    """True if a class defines one of the names; calls none of its methods."""
    return any(member in vars(base) for base in tp.__mro__ for member in members)


@dataclasses.dataclass(frozen=True, eq=False)
class NamedFrame:
    """A frame with neutral column names.

    Attributes:
        frame: the frame of Narwhals; its columns are c0, c1, ..., and any added columns.
        names: the original names of the columns.
        engine: the engine that holds its native frame.
        labels: the columns attribute for pandas and its kin; else the names.
        schema: the type of each column; collecting the frame may change it.
    """

    frame: Frame
    names: tuple[Any, ...]
    engine: Engine
    labels: Any
    schema: Mapping[Any, Any]

    @lazy
    def own(self) -> dict[Any, str]:
        """The neutral name of each column."""
        return {name: f"c{i}" for i, name in enumerate(self.names)}

    @property
    def is_eager(self) -> bool:
        """True if the rows are in memory and have an order."""
        import narwhals as nw

        return isinstance(self.frame, nw.DataFrame)

    def of(self, frame: Any) -> NamedFrame:
        """Return the same columns with other rows, without added columns."""
        return dataclasses.replace(self, frame=frame.select(*self.own.values()))

    def select(self, names: Iterable[Any]) -> NamedFrame:
        """Return some of the columns."""
        names = [*names]
        frame = self.frame.select(*(self.own[name] for name in names))
        renamed = frame.rename({self.own[name]: f"c{i}" for i, name in enumerate(names)})
        schema = {name: self.schema[name] for name in names}
        return NamedFrame(renamed, tuple(names), self.engine, names, schema)

    def values(self, name: Any, cells: Any) -> list[Any]:
        """Return cells of a column as Python values; DuckDB's ints of 128 bits are collected as Decimals."""
        values = column_values(cells)
        return as_ints(values) if is_huge(self.schema.get(name)) else values

    def native(self, frame: Any, **added: str) -> Any:
        """Return these columns and named added ones as a native frame with the original names."""
        names = [*self.own.values(), *added]
        labels = self.labels
        for each in added.values():
            labels = [*labels, each] if isinstance(labels, list) else labels.insert(len(labels), each)
        return self.engine.rename(frame.select(*names).to_native(), names, labels)


def frame_of(x: Any) -> NamedFrame:
    """Return a frame of any library with neutral column names.

    Raises:
        SpecDefinitionError: Narwhals is not installed, or can't read x; or two columns share a name.
    """
    if isinstance(x, NamedFrame):
        return x
    try:
        import narwhals as nw
    except ImportError as missing:
        raise SpecDefinitionError(f"{NEEDS_NARWHALS} ({missing})") from missing
    from mxspec.frames.engines import engine_of

    native: Any = _as_table(x)
    engine = engine_of(native)
    labels = _labels_of(native)
    names = [*labels]
    check_names(names)
    try:
        renamed = engine.rename(native, names, [f"c{i}" for i in range(len(names))])
        frame = nw.from_native(renamed)
    except TypeError as error:
        raise SpecDefinitionError(
            f"Narwhals reads no {class_name(x)} of {type(x).__module__}: {str(error).partition(chr(10))[0]}"
        ) from None
    types = frame.collect_schema().values()
    return NamedFrame(frame, tuple(names), engine, labels, dict(zip(names, types, strict=True)))


def _as_table(x: Any) -> Any:
    """Return the native frame behind a Narwhals frame; record batches of pyarrow become a table."""
    name = type(x).__name__
    if type(x).__module__.partition(".")[0] == "narwhals":
        return x.to_native()
    if name == "RecordBatchReader":
        return x.read_all()
    if name == "RecordBatch":
        import pyarrow

        return pyarrow.Table.from_batches([x])
    return x


def check_names(names: Sequence[Any]) -> None:
    """Check that no two columns share a name.

    Raises:
        SpecDefinitionError: two do.
    """
    twice = [name for name, count in collections.Counter(names).items() if count > 1]
    if twice:
        raise SpecDefinitionError(f"two columns have the name {twice[0]!r}; a row is a dict, which has one")


def _labels_of(native: Any) -> Any:
    """Return the column names; for pandas, its column index."""
    if hasattr(native, "collect_schema"):  # reading the columns of a lazy frame of polars warns
        return [*native.collect_schema().names()]
    labels = native.column_names if hasattr(native, "column_names") else native.columns
    return [*labels] if isinstance(labels, (list, tuple)) else labels


# --- rows ---------------------------------------------------------------------------------------------------


def rows_of_frame(frame: NamedFrame) -> Iterator[dict[Any, Any]]:
    """Yield the rows of a frame as dicts, reading one chunk of rows at a time.

    Example:
        >>> import pandas
        >>> frame = pandas.DataFrame({"age": [3, None], "name": ["Bo", None]})
        >>> [*rows_of_frame(frame_of(frame))]
        [{'age': 3, 'name': 'Bo'}, {'age': None, 'name': None}]
    """
    for columns in columns_of_frame(frame):
        yield from rows_of_columns(columns)


def rows_of_columns(columns: Mapping[Any, list[Any]]) -> Iterator[dict[Any, Any]]:
    """Yield the rows of columns of the same length."""
    names = [*columns]
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(names, cells, strict=True))


def count_rows(frame: NamedFrame) -> int:
    """Return the number of rows, which the engine of a frame counts."""
    import narwhals as nw

    return int(frame.frame.lazy().select(nw.len()).collect().item())


def columns_of_frame(frame: NamedFrame, *, streams: bool = False) -> Iterator[dict[Any, list[Any]]]:
    """Yield the values of each column, a chunk of rows at a time.

    Args:
        frame: the frame.
        streams: True for a table of a warehouse that is read in batches; until the last one, no other query
            may use its connection.
    """
    whole = whole_columns(frame)
    for part in batches_of_frame(frame) if streams else eager_parts(frame):
        for start in range(0, len(part), CHUNK):
            chunk = part[start : start + CHUNK]
            columns = {name: column_values(chunk.get_column(own)) for name, own in frame.own.items()}
            yield columns | {name: as_ints(columns[name]) for name in whole}


def eager_parts(frame: NamedFrame) -> Iterator[nw.DataFrame[Any]]:
    """Yield the parts of a frame in memory; those of an engine with parts, Dask, are read one by one."""
    import narwhals as nw

    own = collect_frame(frame).frame
    if isinstance(own, nw.DataFrame):
        yield own
    else:
        parts: Any = own.to_native()
        yield from (nw.from_native(part.compute(), eager_only=True) for part in parts.partitions)


def batches_of_frame(frame: NamedFrame) -> Iterator[nw.DataFrame[Any]]:
    """Yield the rows of a lazy frame in batches of Arrow, which its engine sends one by one."""
    import narwhals as nw
    import pyarrow

    native: Any = frame.frame.to_native()
    assert frame.engine.batches is not None, frame.engine.name
    with _named_errors(frame.engine):
        for batch in frame.engine.batches(native, CHUNK):
            yield nw.from_native(pyarrow.Table.from_batches([batch]), eager_only=True)


def collect_frame(frame: NamedFrame) -> NamedFrame:
    """Load a lazy frame into memory; one that is read part by part stays lazy.

    Raises:
        SpecDefinitionError: Ibis can't bring a column, such as one of intervals.
    """
    import narwhals as nw

    if isinstance(frame.frame, nw.DataFrame) or frame.engine.has_parts:
        return frame
    return dataclasses.replace(frame, frame=collect_cells(frame.frame, frame.engine))


def collect_cells(frame: nw.LazyFrame[Any], engine: Engine) -> nw.DataFrame[Any]:
    """Load a lazy frame into memory.

    Raises:
        SpecDefinitionError: Ibis can't bring a column, such as one of intervals.
    """
    with _named_errors(engine):
        return frame.collect()


@contextlib.contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    """Name Ibis in its errors about cells that it can't bring."""
    try:
        yield
    except Exception as error:
        if not engine.is_of_ibis:
            raise
        what = str(error).partition("\n")[0]
        raise SpecDefinitionError(
            f"Ibis can't bring the cells, {what}; cast them in the engine first"
        ) from error


def whole_columns(frame: NamedFrame, is_of_pandas: bool = False) -> list[Any]:
    """Return the columns that hold whole numbers in a column type other than int.

    In pandas and Dask these are float columns with only missing or whole cells. In DuckDB they are 128-bit
    ints, which arrive as Decimals.

    Args:
        frame: a frame.
        is_of_pandas: True if pandas wrote the frame that another library has read.
    """
    import narwhals as nw

    huge = [name for name, dtype in frame.schema.items() if is_huge(dtype)]
    names = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    if not names or not (is_of_pandas or frame.engine.is_of_pandas):
        return huge
    is_whole = []
    for name in names:
        own = frame.own[name]
        column = nw.col(own)
        fits = ((column.floor() == column) & (column.abs() <= _EXACT)) | column.is_null() | column.is_nan()
        is_whole += [
            fits.all().alias(f"{own} is whole"),
            (column.is_null() | column.is_nan()).any().alias(f"{own} has gaps"),
        ]
    verdicts = frame.frame.lazy().select(*is_whole).collect().row(0)
    return huge + [name for i, name in enumerate(names) if verdicts[2 * i] and verdicts[2 * i + 1]]


def is_huge(dtype: Any) -> bool:
    """True for the type of 128-bit ints."""
    return str(dtype) in ("Int128", "UInt128")


def as_ints(values: list[Any]) -> list[Any]:
    """Return whole numbers as ints, and None as None."""
    return [None if x is None else int(x) for x in values]
