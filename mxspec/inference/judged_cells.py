"""Files of cells judged by polars, which leaves to Python what it can't be sure of.

    5       an int to all           polars tests if it is in the range
    007     an int to some specs    Python reads the row, and judges it

polars reads the cells as text. First it is checked that polars and Python see the same cells: each line is a
record with all its cells, and quotes stand at the ends of cells. A cell has its type in polars only if it is
written as `mxspec.inference.delimited` reads this type. A row of such cells that fits in polars fits. All
others come with the chunk, for Python to judge. A million rows of 20 columns take a tenth of the time.
"""

from __future__ import annotations

import codecs
import collections
import csv
import datetime
import importlib.util
import io
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, Final

import numpy as np

from mxspec.base import names
from mxspec.base.value_types import VALUE_TYPES
from mxspec.errors import SpecDefinitionError
from mxspec.frames.frame_columns import BY_ROW
from mxspec.frames.named_frames import check_names
from mxspec.frames.verdicts import FrameRows, columns_within, parts_of_value
from mxspec.inference.bounded_bytes import begin_part
from mxspec.inference.delimited import (
    BOOL,
    BOOLS,
    DATE,
    FLOAT,
    INT,
    MOMENT,
    Chunk,
    ColumnReader,
    Dialect,
    Doubt,
    NumberedColumns,
    ReadColumn,
    Report,
    TextFile,
    cell_readers,
    column_specs,
    csv_reader,
    open_cells,
    read_chunk,
    read_columns,
    read_delimited,
    read_records,
)
from mxspec.specs.comparisons import Less
from mxspec.specs.core.spec import Spec, specize

LEAST: Final = 1 << 20
"""The least bytes of a file; a smaller one is read before polars is imported."""

PART: Final = 1 << 23
"""The bytes of rows that are judged together."""

MOST_DIFFERENT: Final = 10_000
"""The most texts of a column that Python reads for polars."""

MOST_IN_DOUBT: Final = 0.25
"""The greatest share of rows that polars leaves to Python; else Python reads the whole part."""


def judge_delimited(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    """Yield the rows of a file of cells, as `read_delimited` does, each chunk with its rows in doubt.

    The arguments and the errors are the same as in `read_delimited`.
    """
    specs = None if spec is None else column_specs(spec)
    if specs is None or not _has_polars():
        yield from read_delimited(file, dialect, spec, report)
        return
    with open_cells(file, dialect) as (text, dialect):
        readers = cell_readers(specs, file, dialect)
        for part in _judge_parts(file, text, dialect, readers, specize(spec)):
            if isinstance(part, Chunk):
                yield part
            else:
                yield read_chunk(readers, *part, dialect)


def _has_polars() -> bool:
    """True if polars and Narwhals are installed; they are imported once a file is large enough."""
    return all(map(importlib.util.find_spec, ("narwhals", "polars")))


def _judge_parts(
    file: TextFile, text: io.TextIOWrapper, dialect: Dialect, readers: Mapping[str, ReadColumn], spec: Spec
) -> Iterator[Chunk | NumberedColumns]:
    """Yield the chunks that polars judges, and the cells of rows that are left to Python."""
    parts = _whole_lines(text)
    part = next(parts, b"")
    header = _plain_header(part, text.encoding, dialect)
    judge = None if header is None else _Judge(spec, header, readers, dialect)
    if header is None or judge is None or not judge.has_answers():
        text.seek(0)
        yield from read_columns(file, text, dialect)
        return
    rest, before = part[part.index(b"\n") + 1 :], 1
    for part in itertools.chain([rest] if rest else [], parts):
        shape = _shape_of(part, judge.separator, len(header))
        if shape is None:  # a record may go on in the next part
            text.seek(0)
            for _ in range(before):
                next(text)
            yield from read_records(file, text, csv_reader(text, dialect), header, before)
            return
        chunk = judge.judge(part, before) if shape else None
        if chunk is not None:
            yield chunk
            before += len(chunk.numbers)
        else:
            reader = csv_reader(io.StringIO(part.decode(), newline=""), dialect)
            yield from read_records(file, text, reader, header, before)
            before += reader.line_num


# --- the lines of a file ------------------------------------------------------------------------------------

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'


def _whole_lines(text: io.TextIOWrapper) -> Iterator[bytes]:
    """Yield the bytes of a text, parts that end with a line."""
    text.seek(0)
    rest, is_first = b"", True
    begin_part(text)
    binary: Any = text.buffer
    while data := binary.read(PART):
        if is_first and data.startswith(codecs.BOM_UTF8) and text.encoding == "utf-8-sig":
            data = data.removeprefix(codecs.BOM_UTF8)
        is_first = False
        whole, newline, end = (rest + data).rpartition(b"\n")
        rest = end
        if newline:
            yield whole + newline
            begin_part(text)
    if rest:
        yield rest + b"\n"


def _plain_header(part: bytes, encoding: str, dialect: Dialect) -> list[str] | None:
    """Return the names of the columns, if the first line has two or more and no more than that."""
    separator = dialect.separator or ""
    if len(part) < LEAST or encoding.lower() not in ("utf-8", "utf-8-sig"):
        return None
    if len(separator) != 1 or not separator.isascii() or separator in '"\r\n':
        return None
    line = part[: part.index(b"\n") + 1]
    if line.count(b'"') % 2 or line.count(b"\r") != line.count(b"\r\n"):
        return None
    try:
        (header,) = csv_reader([line.decode()], dialect)
        check_names(header)
    except (UnicodeDecodeError, csv.Error, SpecDefinitionError):  # it is named when the file is read again
        return None
    return header if len(header) > 1 else None


def _shape_of(part: bytes, separator: str, width: int) -> bool | None:
    """Return True if each line is a record with all its cells, which every reader of cells sees alike.

    False if other lines are among them, such as blank ones, but the last record ends with the part; None if
    it may not end there.
    """
    if b"\0" in part or not _is_utf_8(part):
        return None
    if b"\r" in part and part.count(b"\r") != part.count(b"\r\n"):
        return None
    letters = np.frombuffer(part, np.uint8)
    quotes = np.flatnonzero(letters == _QUOTE) if b'"' in part else np.zeros(0, np.int64)
    ends = np.flatnonzero(letters == _NEWLINE)
    marks = np.flatnonzero(letters == ord(separator))
    if len(quotes):
        if not _enclose_cells(letters, quotes, ord(separator)):
            return None
        if (np.searchsorted(quotes, ends) % 2).any():  # a cell of several lines
            return False
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    starts = np.concatenate([[-1], ends[:-1]])
    if len(marks) != len(ends) * (width - 1) or (ends - starts).max() > csv.field_size_limit():
        return False
    if part.startswith(codecs.BOM_UTF8):  # polars would skip it, though it is in a cell
        return False
    of_lines = marks.reshape(len(ends), width - 1)
    return bool((of_lines[:, 0] > starts).all() and (of_lines[:, -1] < ends).all())


def _is_utf_8(part: bytes) -> bool:
    try:
        return part.isascii() or part.decode() is not None
    except UnicodeDecodeError:
        return False


def _enclose_cells(letters: Any, quotes: Any, separator: int) -> bool:
    """True if all quotes enclose cells, or are doubled within one.

    Each second quote ends a cell, unless the next quote follows directly, which then goes on with the cell.
    """
    if len(quotes) % 2:
        return False
    first, last = quotes[0::2], quotes[1::2]
    before = np.where(first > 0, letters[first - 1], _NEWLINE)
    after = letters[last + 1]  # the part ends with a newline
    outside = [separator, _NEWLINE, _QUOTE]
    return bool(np.isin(before, outside).all() and np.isin(after, [*outside, _RETURN]).all())


# --- the verdicts -------------------------------------------------------------------------------------------


class _Judge:
    """The verdicts of polars on rows of text.

    Args:
        spec: the spec of a row.
        header: the names of the columns.
        readers: the readers of the cells of each column.
        dialect: how the file is written.
    """

    def __init__(
        self, spec: Spec, header: Sequence[str], readers: Mapping[str, ReadColumn], dialect: Dialect
    ) -> None:
        self._spec, self._dialect = spec, dialect
        self._readers = {name: readers[name] for name in header}
        self._asked = _columns_asked(spec, header)
        self.separator = dialect.separator or ","

    def has_answers(self) -> bool:
        """True if polars can judge the rows."""
        return self._fitting(_TypedCells(b"", self._readers, self._asked, self._dialect)) is not None

    def judge(self, part: bytes, before: int) -> Chunk | None:
        """Return the rows of a part with those in doubt; None if these are too many.

        Args:
            part: lines that are records.
            before: the number of lines before them.
        """
        cells = _TypedCells(part, self._readers, self._asked, self._dialect)
        fitting = self._fitting(cells)
        if fitting is None or fitting.sum() < (1 - MOST_IN_DOUBT) * len(fitting):
            return None
        numbers = range(before + 1, before + 1 + len(fitting))
        places = (~fitting).arg_true().to_list()
        left = {name: cells.texts(name, places) for name in self._readers} if places else {}
        chunk = read_chunk(self._readers, [numbers[at] for at in places], left, self._dialect)
        return Chunk(numbers, cells, has_lines=True, doubt=Doubt(places, chunk))

    def _fitting(self, cells: _TypedCells) -> Any:
        """Return a column that is true where a row surely fits; None if only Python can tell."""
        rows = FrameRows(self._spec, cells.frame)
        if BY_ROW in rows.fallbacks.values():
            return None
        return rows.frame.select(fits=rows.fitting()).to_native()["fits"].fill_null(False) & cells.are_sure


def _columns_asked(spec: Spec, header: Sequence[str]) -> set[str]:
    """Return the columns of a file with cells that a spec of maps looks at."""
    listed = columns_within(spec)
    if listed is None:
        return {*header}
    compared = {key for own in parts_of_value(spec) if isinstance(own, Less) for key in own.keys}
    return {name for name in header if name in listed or name in compared or names.current.find(name)}


# --- the types of cells -------------------------------------------------------------------------------------

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT: Final = f"^{_DAY}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{{1,6}})?$"


class _TypedCells(Mapping[str, list[Any]]):
    """The values of cells by column, which Python gets when it looks them up.

    Args:
        part: the lines; b"" for none.
        readers: the readers of the columns.
        asked: the columns that polars types.
        dialect: how the file is written.

    Attributes:
        frame: the cells with their types, null where polars has none for them.
        are_sure: a column that is true where all cells of a row have the values that their readers read.
    """

    def __init__(
        self, part: bytes, readers: Mapping[str, ReadColumn], asked: Set[str], dialect: Dialect
    ) -> None:
        import polars as pl

        self._part = part.replace(b"\r\n", b"\n") if b"\r" in part else part
        self._readers, self._asked, self._separator = readers, asked, dialect.separator or ","
        self._known: dict[str, Any] = {}
        first = {next(iter(readers))}  # it has the number of rows
        texts = self._read_texts(asked or first)
        own = {name: f"c{i}" for i, name in enumerate(readers)}
        neutral = texts.rename({name: own[name] for name in texts.columns})
        typed = {
            name: _type_cells(read, neutral[own[name]], dialect)
            if name in asked
            else (pl.lit(None, dtype=pl.String), pl.lit(True))
            for name, read in readers.items()
        }
        values = [value.alias(f"{own[name]} value") for name, (value, _) in typed.items()]
        sure = [is_sure.fill_null(False).alias(own[name]) for name, (_, is_sure) in typed.items()]
        both = neutral.lazy().with_columns(*values, *sure).collect()  # together: a cell is read once
        self.frame = both.select(f"{each} value" for each in own.values())
        self._sure = both.select(own.values())
        self.are_sure = self._sure.select(pl.all_horizontal(pl.all())).to_series()
        self.frame.columns = self._sure.columns = [*readers]

    def _read_texts(self, asked: Set[str]) -> Any:
        """Read the texts of some columns."""
        import polars as pl

        places = {i: name for i, name in enumerate(self._readers) if name in asked}
        if self._part:
            texts = pl.read_csv(
                self._part,
                has_header=False,
                infer_schema=False,
                separator=self._separator,
                columns=[*places],
            ).with_columns(pl.all().fill_null(""))
            texts.columns = [*places.values()]
        else:
            texts = pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in places.values()})
        self._known |= {name: texts[name] for name in texts.columns}
        return texts

    def texts(self, name: str, places: Sequence[int]) -> list[str]:
        """Return some cells of a column as they are written."""
        if name not in self._known:
            self._read_texts(self._readers.keys() - self._known.keys())
        return self._known[name].gather(places).to_list()  # type: ignore[no-any-return]

    def __getitem__(self, name: str) -> list[Any]:
        values: list[Any] = self.frame[name].to_list()
        is_typed = name in self._asked
        places = (~self._sure[name]).arg_true().to_list() if is_typed else range(len(values))
        if places:
            for at, x in zip(places, self._readers[name](self.texts(name, places)), strict=True):
                values[at] = x
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


def _type_cells(read: ReadColumn, texts: Any, dialect: Dialect) -> tuple[Any, Any]:
    """Return the expression of the values of cells, and the expression of the cells that surely have them."""
    import polars as pl

    cell = pl.col(texts.name)
    is_missing = cell.is_in([*dialect.missing])
    if not isinstance(read, ColumnReader) or (read.kind is str and read.takes_none):
        return pl.when(~is_missing).then(cell), pl.lit(True)
    if read.kind is str:
        return cell, ~is_missing
    typed = _typed_expression(read.kind, cell)
    if typed is None:
        return _type_by_value(read, texts)
    value, is_sure = typed
    if read.takes_none:
        return pl.when(~is_missing).then(value), is_missing | is_sure
    return value, is_sure


def _typed_expression(kind: Any, cell: Any) -> tuple[Any, Any] | None:
    """Return the value of a cell that is written as its type, and what tells that it is; None for others."""
    import polars as pl

    value: Any
    if kind is INT:
        value = cell.cast(pl.Int64, strict=False)
        return value, value.cast(pl.String) == cell
    if kind is FLOAT:
        value = cell.cast(pl.Float64, strict=False)
        return value, value.is_finite() & cell.str.contains(f"^(?:{FLOAT.regex})$")
    if kind is BOOL:
        value = cell.replace_strict(BOOLS, default=None, return_dtype=pl.Boolean)
        return value, value.is_not_null()
    if kind is DATE:
        value = cell.str.to_date("%Y-%m-%d", strict=False)
        return value, (value >= datetime.date.min) & cell.str.contains(f"^{_DAY}$")
    if kind is MOMENT:
        seconds = cell.str.head(19).str.replace(" ", "T", literal=True)
        value = seconds.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
        fraction = cell.str.slice(20).str.pad_end(6, "0").cast(pl.Int64, strict=False)
        value += pl.duration(microseconds=fraction)  # half the time of %.f
        return value, (value >= datetime.datetime.min) & cell.str.contains(_MOMENT)
    return None


def _type_by_value(read: ReadColumn, texts: Any) -> tuple[Any, Any]:
    """Return the same expressions, of cells that Python reads, each different one once."""
    import polars as pl

    cell, different = pl.col(texts.name), texts.unique().to_list()
    if len(different) > MOST_DIFFERENT:
        return pl.lit(None), pl.lit(False)
    values = dict(zip(different, read(different), strict=True))
    kinds = collections.Counter(type(x) for x in values.values() if x is not None)
    kind = max(kinds, key=kinds.__getitem__, default=str)
    known = {text: x for text, x in values.items() if x is None or (type(x) is kind and _is_exact(x))}
    dtype = VALUE_TYPES[kind].dtype if kind in VALUE_TYPES else None
    if dtype is None:
        return pl.lit(None), pl.lit(False)
    value = cell.replace_strict(known, default=None, return_dtype=getattr(pl, dtype))
    return value, cell.is_in([*known])


def _is_exact(x: Any) -> bool:
    """True if polars has a value as it is, and a frame of it is judged as the value is."""
    if type(x) is int:
        return -(1 << 63) <= x < 1 << 63
    if type(x) is float:  # in a frame a whole one may be an int
        return math.isfinite(x) and not x.is_integer()
    return getattr(x, "tzinfo", None) is None
