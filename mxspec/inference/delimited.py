"""Rows of cells between separators, such as CSV, read as they are written, column by column.

The separator and the encoding are sniffed. A cell that is empty, or a word such as NA, is missing. Without a
spec, a column has the type that all its cells fit: true and false, ints, floats, with a decimal comma where
the separator is not a comma, dates and moments of ISO 8601. Anything else is text, and so is `001`. With a
spec, the cells of a column are read as its spec requires. `1,000` may be 1 or 1000: it is a number only if
another cell of the column, such as `7,5`, shows that the comma is decimal.

A contract requires a type, and its cells are read as this type: `5.0` is the int 5 (`5.000` is not, it may be
5000), `19.90` is in {9.99, 19.9}, and NA is text where the contract lists it. `mxspec infer` names a word
that it read as missing in a column of codes of at most four letters, and a column that would hold numbers but
for a word such as `-`. A byte that is not UTF-8, or a row with too many or too few cells, is an error that
names its line.

A column is matched against the pattern of its type as one text, and read by one loop; only cells that do not
match are decoded, each different one once.
"""

from __future__ import annotations

import codecs
import collections
import contextlib
import csv
import datetime
import decimal
import functools
import io
import itertools
import math
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

from mxspec.base import names
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import column_values
from mxspec.frames.named_frames import check_names, frame_of, rows_of_columns, rows_of_frame
from mxspec.inference.bounded_bytes import begin_part
from mxspec.questions.operations import form, valid
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.logic import And
from mxspec.specs.maps import Keys
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.decode import decode

MISSING: Final = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "NaN", "nan", "NaT", "None"}
)
"""The cells that are missing values."""

SEPARATORS: Final = ("\t", ";", "|", ",")  # if two fit alike, the first: a comma may be decimal
RECORDS: Final = 500  # read together; 10,000 leave the cache, and a pass takes twice the time
_MOST_CELLS: Final = 1_000_000  # of records that are read together
_MOST_KEPT: Final = 1 << 28  # bytes of cells; the rest of a file is read again once the types are known
_SAMPLE: Final = 1 << 16  # bytes or characters that show the separator and the encoding


class WrittenCells(NamedTuple):
    """Rows of cells as a file has them.

    Attributes:
        columns: the cells by column.
        separator: the character between them.
    """

    columns: Mapping[str, Sequence[str]]
    separator: str


class Chunk(NamedTuple):
    """Rows that were read together.

    Attributes:
        numbers: the number of the line of each row, or else of the row, from 1.
        columns: the values of the rows by column; None where the keys differ by row.
        values: the rows, if columns is None.
        frame: the rows as a frame of polars, if they are one.
        has_lines: True if the numbers are line numbers.
        missing: for each column of text, how often each word was read as missing.
        written: the rows as the file has them, if a spec read them: cells, or the lines or values of JSON.
        doubt: the rows that may not fit the spec, if an engine has judged all rows; else None.
    """

    numbers: Sequence[int]
    columns: Mapping[str, list[Any]] | None = None
    values: Sequence[Any] = ()
    frame: Any = None
    has_lines: bool = False
    missing: Mapping[str, Mapping[str, int]] = {}
    written: WrittenCells | Sequence[Any] = ()
    doubt: Doubt | None = None

    @property
    def batch(self) -> Any:
        """The rows as a spec checks them: a frame, or a list."""
        return self.rows() if self.frame is None else self.frame

    def column(self, name: Any) -> list[Any]:
        """Return the values of a column, None where a row lacks it."""
        if self.frame is not None:
            frame = self.frame
            return column_values(frame[name]) if name in frame.columns else [None] * len(frame)
        if self.columns is not None:
            return self.columns.get(name) or [None] * len(self.numbers)
        return [row.get(name) if isinstance(row, Mapping) else None for row in self.values]

    def rows(self) -> Sequence[Any]:
        """Return the rows, as dicts if they are kept in columns."""
        if self.frame is not None:
            return [*rows_of_frame(frame_of(self.frame))]
        return self.values if self.columns is None else [*rows_of_columns(self.columns)]


class Doubt(NamedTuple):
    """Rows of a chunk that may not fit; an engine has found that the others do.

    Attributes:
        places: their places in the chunk, from 0.
        chunk: the rows.
    """

    places: Sequence[int]
    chunk: Chunk


class Dialect(NamedTuple):
    """The format of a file of cells.

    Attributes:
        separator: the character between cells; None to sniff it.
        encoding: the encoding of the text; None to sniff it by a byte order mark, or else UTF-8.
        missing: the cells that are missing values.
    """

    separator: str | None = None
    encoding: str | None = None
    missing: frozenset[str] = MISSING


class TextFile(NamedTuple):
    """A file of text.

    Attributes:
        name: its name, for messages.
        open: a function that opens it to read bytes, and can be called again.
    """

    name: str
    open: Callable[[], BinaryIO]


Report = Callable[[int], object]
"""A function that is called with the number of rows so far."""

ReadColumn = Callable[[Sequence[str]], list[Any]]
"""A function from the cells of a column to their values."""

NumberedColumns = tuple[Sequence[int], Mapping[str, Sequence[str]]]
"""The cells of each column of some rows, with the numbers of their lines."""


def read_delimited(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    """Yield the rows of a file of cells.

    Without a spec (None), the cells are kept as they are written until all of them have decided the types.

    Raises:
        SpecDefinitionError: a row has more or fewer cells than the first, two columns have one name, or the
            file is not in this encoding; the message names the line.
    """
    with open_cells(file, dialect) as (text, dialect):
        if spec is None:
            yield from _read_typed(file, text, dialect, report)
        else:
            yield from _read_by_spec(file, text, dialect, spec)


def _read_by_spec(file: TextFile, text: io.TextIOWrapper, dialect: Dialect, spec: Any) -> Iterator[Chunk]:
    specs = column_specs(spec)
    if specs is None:
        for numbers, columns in read_columns(file, text, dialect):
            texts = {name: _read_text(dialect.missing, cells) for name, cells in columns.items()}
            values = [decode(spec, row, strings=True) for row in rows_of_columns(texts)]
            written = WrittenCells(columns, dialect.separator or ",")
            yield Chunk(numbers, values=values, has_lines=True, written=written)
        return
    readers = cell_readers(specs, file, dialect)
    for numbers, columns in read_columns(file, text, dialect):
        yield read_chunk(readers, numbers, columns, dialect)


def cell_readers(
    specs: Mapping[str, Spec], file: TextFile, dialect: Dialect
) -> collections.defaultdict[str, ReadColumn]:
    """Return the reader of each column; a column without a spec is text."""
    commas = functools.cache(functools.partial(_columns_with_commas, file, dialect))
    as_text: ReadColumn = functools.partial(_read_text, dialect.missing)
    return collections.defaultdict(
        lambda: as_text,
        {
            name: ColumnReader(part, dialect, lambda name=name: name in commas())  # type: ignore[misc]
            for name, part in specs.items()
        },
    )


def read_chunk(
    readers: Mapping[str, ReadColumn],
    numbers: Sequence[int],
    columns: Mapping[str, Sequence[str]],
    dialect: Dialect,
) -> Chunk:
    """Return rows with the values of their cells."""
    values_of = {name: readers[name](cells) for name, cells in columns.items()}
    written = WrittenCells(columns, dialect.separator or ",")
    return Chunk(numbers, values_of, has_lines=True, written=written)


def _read_typed(file: TextFile, text: io.TextIOWrapper, dialect: Dialect, report: Report) -> Iterator[Chunk]:
    """Yield the rows of a file; all cells of a column decide its type."""
    types: dict[str, _ColumnType] = {}
    kept: collections.deque[tuple[Sequence[int], Any]] = collections.deque()
    total = size = 0
    for numbers, columns in read_columns(file, text, dialect):
        types = types or {name: _ColumnType(dialect) for name in columns}
        own = {name: types[name].add(cells) for name, cells in columns.items()}
        if size < _MOST_KEPT:
            size += sum(map(_bytes_of_cells, own.values()))
            kept.append((numbers, own))
        total += len(numbers)
        report(total)
    readers = {name: read for name, each in types.items() if (read := each.reader()) is not None}
    as_text: ReadColumn = functools.partial(_read_text, dialect.missing)
    parts = _take_kept(kept)
    if size >= _MOST_KEPT:
        text.seek(0)
        parts = itertools.chain(parts, itertools.islice(read_columns(file, text, dialect), len(kept), None))
    for numbers, columns in parts:
        values_of = {name: readers.get(name, as_text)(cells) for name, cells in columns.items()}
        words = _missing_words(columns, readers, dialect.missing)
        yield Chunk(numbers, values_of, has_lines=True, missing=words)


def _take_kept(kept: collections.deque[tuple[Sequence[int], Any]]) -> Iterator[NumberedColumns]:
    """Yield the columns that were kept, and let go of each."""
    while kept:
        numbers, own = kept.popleft()
        yield numbers, {name: x[:-1].split("\n") if isinstance(x, str) else x for name, x in own.items()}


def _bytes_of_cells(cells: str | Sequence[str]) -> int:
    return sys.getsizeof(cells) if isinstance(cells, str) else sum(map(sys.getsizeof, cells))


def _missing_words(
    columns: Mapping[str, Sequence[str]], typed: Collection[str], missing: frozenset[str]
) -> dict[str, Mapping[str, int]]:
    """Return how often each word for a missing cell occurs in columns of text."""
    return {
        name: collections.Counter(cell for cell in cells if cell and cell in missing)
        for name, cells in columns.items()
        if name not in typed and not missing.isdisjoint(cells)
    }


# --- records ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def open_cells(file: TextFile, dialect: Dialect) -> Iterator[tuple[io.TextIOWrapper, Dialect]]:
    """Open a file of cells; yield it with its dialect, after sniffing what is not given."""
    with open_text(file, dialect.encoding) as text:
        separator = dialect.separator
        if separator is None:
            separator = _sniff_separator(text.read(_SAMPLE))
            text.seek(0)
        yield text, Dialect(separator, text.encoding, dialect.missing)


def sniff_encoding(head: bytes) -> str:
    """Return the encoding that the first bytes of a file show: a byte order mark, or zeros of UTF-16."""
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
    marks |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # UTF-32 begins alike
    for mark, encoding in marks.items():
        if head.startswith(mark):
            return encoding
    if head[1:2] == b"\0" and b"\0" not in head[:64:2]:
        return "utf-16-le"
    if head[:1] == b"\0" and b"\0" not in head[1:64:2]:
        return "utf-16-be"
    return "utf-8"


@contextlib.contextmanager
def open_text(file: TextFile, encoding: str | None) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; without an encoding, its first bytes decide it.

    Raises:
        SpecDefinitionError: it is not in this encoding; the message names the byte and its line.
    """
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise SpecDefinitionError(
            f"no encoding is called {encoding!r}; try utf-8, utf-16 or cp1252"
        ) from None
    with file.open() as binary:
        if encoding is None:
            encoding = sniff_encoding(binary.read(_SAMPLE))
            binary.seek(0)
        with io.TextIOWrapper(binary, encoding, newline="") as text:
            try:
                yield text
            except UnicodeDecodeError as error:
                raise SpecDefinitionError(_words_of_byte(file, encoding, error)) from None


def _words_of_byte(file: TextFile, encoding: str, error: UnicodeDecodeError) -> str:
    where = file.name
    with file.open() as binary:  # its text was decoded ahead of the last line read
        for number, line in enumerate(binary, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as own:
                error, where = own, f"{file.name}:{number}"
                break
    byte = error.object[error.start]
    return f"{where}: the byte 0x{byte:02x} is not {encoding}; try --encoding cp1252, or what the file is in"


def _sniff_separator(sample: str) -> str:
    """Return the separator that splits a sample into rows of one length, the longest if several do."""
    best, most = ",", (False, 1)
    for separator in SEPARATORS:
        with contextlib.suppress(csv.Error):
            widths = [
                len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row
            ]
            whole = widths[:-1] if len(sample) == _SAMPLE else widths  # the last row may be cut
            if whole and (len({*whole}) == 1, whole[0]) > most and whole[0] > 1:
                best, most = separator, (len({*whole}) == 1, whole[0])
    return best


def read_columns(file: TextFile, text: io.TextIOWrapper, dialect: Dialect) -> Iterator[NumberedColumns]:
    """Yield the cells of each column, some rows at a time, with the numbers of their lines."""
    begin_part(text)
    reader = csv_reader(text, dialect)
    header: list[str]
    try:
        header = next(filter(None, reader), [])
        try:
            check_names(header)
        except SpecDefinitionError as error:
            raise SpecDefinitionError(f"{file.name}: {error}") from None
    except csv.Error as error:
        raise SpecDefinitionError(f"{file.name}:{reader.line_num}: {_words_of_csv(error)}") from None
    yield from read_records(file, text, reader, header)


def csv_reader(lines: Iterable[str], dialect: Dialect) -> Any:
    """Return a reader of the records in lines of cells."""
    return csv.reader(lines, delimiter=dialect.separator or ",", strict=True)


def read_records(
    file: TextFile, text: io.TextIOWrapper, reader: Any, header: Sequence[str], before: int = 0
) -> Iterator[NumberedColumns]:
    """Yield the columns of the records that are left, with the numbers of their lines.

    Args:
        file, text: the file, and its text.
        reader: a reader of the records.
        header: the names of the columns.
        before: the number of lines before the first one of the reader.
    """
    try:
        line = before + reader.line_num + 1
        while records := _take_records(reader):
            begin_part(text)
            if len(header) == 1:  # then a blank line is a missing value
                records = [record or [""] for record in records]
            numbers: Sequence[int] = range(line, line + len(records))
            is_plain = before + reader.line_num == numbers[-1] and {*map(len, records)} == {len(header)}
            if not is_plain:
                numbers, records = _number_records(file, records, line, len(header))
            line = before + reader.line_num + 1
            if records:
                yield numbers, dict(zip(header, zip(*records, strict=True), strict=True))
    except csv.Error as error:
        number = before + reader.line_num
        raise SpecDefinitionError(f"{file.name}:{number}: {_words_of_csv(error)}") from None


def _take_records(reader: Iterator[list[str]]) -> list[list[str]]:
    """Return the next records, as many as fit in memory."""
    records, left = [], _MOST_CELLS
    for record in itertools.islice(reader, RECORDS):
        records.append(record)
        left -= len(record)
        if left < 0:
            break
    return records


def _number_records(
    file: TextFile, records: Sequence[list[str]], line: int, width: int
) -> tuple[list[int], list[list[str]]]:
    """Return the records that are not blank, with the number of the first line of each."""
    numbers, whole = [], []
    for record in records:
        if len(record) == width:
            numbers.append(line)
            whole.append(record)
        elif record:
            raise SpecDefinitionError(
                f"{file.name}:{line}: a row of {len(record)} cells, and the first has {width}"
            )
        line += 1 + sum(len(_BREAK.findall(cell)) for cell in record)
    return numbers, whole


_BREAK: Final = re.compile("\r\n|\r|\n")


def _words_of_csv(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return f"a cell has more than {csv.field_size_limit():,} characters; is a quote left open?"
    return "a quote is left open" if "unexpected end" in text else text


# --- types of cells -----------------------------------------------------------------------------------------

_INT: Final = "0|-?[1-9][0-9]*"
_DIGITS: Final = "(?:0|[1-9][0-9]*)"  # without the leading zeros of codes such as 007
FLOAT_TEXT: Final = rf"-?(?:{_DIGITS}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?inf"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"


class CellType(NamedTuple):
    """A type of cells.

    Attributes:
        regex: what a cell matches.
        read: a function from a cell to its value, which may raise a ValueError.
    """

    regex: str
    read: Callable[[str], Any]


BOOLS: Final = {
    text: word == "true" for word in ("true", "false") for text in (word, word.title(), word.upper())
}

BOOL: Final = CellType("|".join(BOOLS), BOOLS.__getitem__)
INT: Final = CellType(_INT, int)
WHOLE: Final = CellType(rf"(?:{_INT})\.0", lambda cell: int(cell[:-2]))
FLOAT: Final = CellType(FLOAT_TEXT, float)
WHOLE_COMMA: Final = CellType(rf"(?:{_INT}),0", WHOLE.read)
COMMA: Final = CellType(FLOAT_TEXT.replace(r"\.", ","), lambda cell: float(cell.replace(",", ".")))
DATE: Final = CellType(_DATE, datetime.date.fromisoformat)
MOMENT: Final = CellType(f"{_DATE}[T ]{_TIME}", datetime.datetime.fromisoformat)
DECIMAL: Final = CellType(FLOAT_TEXT.removesuffix("|-?inf"), decimal.Decimal)
_THOUSANDS: Final = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""A number with another value if the comma, or the point, separates thousands."""

_ORDER: Final = (BOOL, INT, WHOLE, FLOAT, WHOLE_COMMA, COMMA, DATE, MOMENT)
_FLOATS: Final = {WHOLE: FLOAT, WHOLE_COMMA: COMMA}
_WIDER: Final = {INT: (FLOAT, COMMA), WHOLE: (FLOAT,), WHOLE_COMMA: (COMMA,)}
"""The types that all cells of a type fit, too."""


def read_cells(kind: CellType, cells: Sequence[str], missing: frozenset[str]) -> list[Any] | None:
    """Return the values of cells, or None if a cell is neither missing nor of the type.

    Example:
        >>> read_cells(INT, ["1", "NA", "-20"], MISSING), read_cells(INT, ["1", "007"], MISSING)
        ([1, None, -20], None)
    """
    text = _join_cells(cells)
    has_gaps = None if text is None else _match_text(kind, text, missing)
    if has_gaps is None:
        return None
    try:
        if has_gaps:
            values = [None if cell in missing else kind.read(cell) for cell in cells]
        else:
            values = [*map(kind.read, cells)]
    except ValueError:  # the 31st of February, or more digits than Python reads
        return None
    if kind in (FLOAT, COMMA) and not _INFINITE.isdisjoint(values):
        infinite = (cell for cell, x in zip(cells, values, strict=True) if x in _INFINITE)
        return values if all(cell.endswith("inf") for cell in infinite) else None  # others are too large
    return values


def _join_cells(cells: Sequence[str]) -> str | None:
    """Return cells as one text with a line for each; None if a cell has several lines."""
    text = "\n".join(cells) + "\n"
    return text if text.count("\n") == len(cells) else None


def _match_text(kind: CellType, text: str, missing: frozenset[str]) -> bool | None:
    """Return None if a cell is neither missing nor written as the type; else whether one is missing."""
    if _column_pattern(kind, _NONE).fullmatch(text):
        return False
    return True if missing and _column_pattern(kind, missing).fullmatch(text) else None


_INFINITE: Final = frozenset({math.inf, -math.inf})
_NONE: Final[frozenset[str]] = frozenset()


@functools.lru_cache(maxsize=100)
def _column_pattern(kind: CellType, missing: frozenset[str]) -> re.Pattern[str]:
    # Possessive: otherwise the engine keeps a place to return to for each cell.
    return re.compile(f"(?:(?:{'|'.join([kind.regex, *map(re.escape, sorted(missing))])})\n)*+")


def _read_text(missing: frozenset[str], cells: Sequence[str]) -> list[Any]:
    return [*cells] if missing.isdisjoint(cells) else [None if cell in missing else cell for cell in cells]


def _fit_cells(kind: CellType, cells: Sequence[str], text: str, missing: frozenset[str]) -> bool | None:
    """Return None if a cell, a line of a text, is not of a type; else whether one is missing.

    A cell is read only if it may fail although it matches: a day, or a number that may be too large.
    """
    has_gaps = _match_text(kind, text, missing)
    may_fail = kind in (DATE, MOMENT) or (kind in (FLOAT, COMMA) and ("e" in text or "E" in text))
    if has_gaps is not None and (may_fail or max(map(len, cells)) >= _LONG):
        return has_gaps if read_cells(kind, cells, missing) is not None else None
    return has_gaps


_LONG: Final = 300  # digits: a float may not hold so many


def _shows_comma(cells: Sequence[str]) -> bool:
    """True if a cell is a number with a comma that is decimal, and does not separate thousands."""
    return any("," in x and _POINTED.fullmatch(x) and not _THOUSANDS.fullmatch(x) for x in cells)


def _columns_with_commas(file: TextFile, dialect: Dialect) -> frozenset[str]:
    """Return the columns of a file where the comma is decimal, by all their cells."""
    shown, others = set(), set()
    with open_text(file, dialect.encoding) as text:
        for _, columns in read_columns(file, text, dialect):
            for name, cells in columns.items():
                if name not in shown and _shows_comma(cells):
                    shown.add(name)
                if any(_SIGNED.fullmatch(x) and not _POINTED.fullmatch(x) for x in cells):
                    others.add(name)
    return frozenset(shown - others)


_SIGNED: Final = re.compile("-?[0-9.,]*[.,][0-9.,]*")


class _ColumnType:
    """The type of the cells of a column; all of them decide it, some at a time.

    pandas writes ints beside missing values as whole floats, so such a column holds ints.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._missing, self._has_commas = dialect.missing, dialect.separator != ","
        self._kind: CellType | None = None
        self._is_text = self._has_gaps = self._shows_comma = self._is_large = False

    def add(self, cells: Sequence[str]) -> str | Sequence[str]:
        """Add cells, and return what is kept: one text with a line for each, or the cells."""
        text = _join_cells(cells)
        if self._kind is None and self._missing.issuperset(cells):
            self._has_gaps = True
        else:
            self._is_text = self._is_text or text is None or not self._fits(cells, text)
        return cells if text is None else text

    def _fits(self, cells: Sequence[str], text: str) -> bool:
        own = self._kind
        for kind in _ORDER if own is None else (own, *_WIDER.get(own, ())):
            may_be = self._has_commas or kind not in (COMMA, WHOLE_COMMA)
            has_gaps = _fit_cells(kind, cells, text, self._missing) if may_be else None
            if has_gaps is not None:
                self._kind = kind
                self._has_gaps |= has_gaps
                self._shows_comma |= kind in (COMMA, WHOLE_COMMA) and _shows_comma(cells)
                if kind in _WIDER and len(max(cells, key=len)) >= _LONG:
                    self._is_large |= read_cells(_WIDER[kind][0], cells, self._missing) is None
                return True
        return False

    def reader(self) -> ReadColumn | None:
        """Return a reader of the cells, None for text."""
        kind = self._kind
        if kind is None or self._is_text or (kind in (COMMA, WHOLE_COMMA) and not self._shows_comma):
            return None
        kind = kind if self._has_gaps else _FLOATS.get(kind, kind)
        if self._is_large and kind in (FLOAT, COMMA):  # it has ints that no float holds
            return None
        return functools.partial(_read_known, self._missing, kind)


def _read_known(missing: frozenset[str], kind: CellType, cells: Sequence[str]) -> list[Any]:
    values = read_cells(kind, cells, missing)
    if values is None:
        raise SpecDefinitionError("the file has changed while it was read")
    return values


# --- cells as a spec requires -------------------------------------------------------------------------------


def column_specs(spec: Any) -> dict[str, Spec] | None:
    """Return the specs of the columns that a spec of maps lists, or None for another spec.

    Example:
        >>> import mxspec as s
        >>> column_specs(s.keys(req_un={"age": int}))
        {'age': int}
    """
    whole = specize(spec)
    while not isinstance(whole, Keys):
        whole = whole.target(names.current.resolve)
        if isinstance(whole, (Wrapper, And)):
            whole = whole.parts()[0].spec
        elif not isinstance(whole, Keys):
            return None
    return dict(whole.key_specs)


_MOST_KNOWN: Final = 100_000  # cells, with the value of each
_POINTED: Final = re.compile(COMMA.regex)
_WHOLE: Final = re.compile(rf"({_INT})[.,]0*")


class ColumnReader:
    """The reader of the cells of a column as its spec requires.

    A missing cell is None if the spec accepts None, and any cell that the spec accepts stays. Otherwise a
    cell is the value that `decode` reads from its text, or from another text of the same value.

    Args:
        spec: the spec.
        dialect: how the file is written.
        shows_commas: a function that tells if a cell of the column shows that the comma is decimal.
    """

    def __init__(self, spec: Spec, dialect: Dialect, shows_commas: Callable[[], bool]) -> None:
        self.spec, self.missing = spec, dialect.missing
        self.has_commas, self.shows_commas = dialect.separator != ",", shows_commas
        self.takes_none = valid(spec, None)
        self.kind = _type_asked(form(spec))
        self._known: dict[str, Any] = {}

    def __call__(self, cells: Sequence[str]) -> list[Any]:
        if self.kind is str:
            if self.takes_none or self.missing.isdisjoint(cells):
                return _read_text(self.missing, cells)
        elif self.kind is not None:
            values = read_cells(self.kind, cells, self.missing if self.takes_none else _NONE)
            if values is not None:
                return values
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        for cell in {*cells} - self._known.keys():
            self._known[cell] = self._read(cell)
        return [*map(self._known.__getitem__, cells)]

    def _read(self, cell: str) -> Any:
        if cell in self.missing:
            value = None if self.takes_none else decode(self.spec, cell, strings=True)
            return value if valid(self.spec, value) else None
        if self.kind is str:  # as in a column without a missing cell
            return cell
        values = []
        for text in self._texts(cell):
            value = decode(self.spec, text, strings=True)
            if valid(self.spec, value):
                return value
            values.append(value)
        return next((value for value in values if type(value) is not str), cell)

    def _texts(self, cell: str) -> Iterator[str]:
        """Yield the texts of a value."""
        yield cell
        may_be_thousands = _THOUSANDS.fullmatch(cell) is not None
        if "," in cell and _POINTED.fullmatch(cell):
            if not self.has_commas or (may_be_thousands and not self.shows_commas()):
                return
            yield cell.replace(",", ".")
        if (whole := _WHOLE.fullmatch(cell)) and not may_be_thousands:
            yield whole[1]
        if re.fullmatch(_DATE, cell):
            yield f"{cell} 00:00:00"  # pandas writes moments that are all midnights as dates
        elif re.fullmatch(f"{_DATE}[T ]00:00(:00(\\.0+)?)?", cell):
            yield cell[:10]


_TYPES: Final[dict[Any, Any]] = {
    bool: BOOL, int: INT, float: FLOAT, str: str, decimal.Decimal: DECIMAL, datetime.date: DATE,
    datetime.datetime: MOMENT,
}  # fmt: skip


def _type_asked(asked: Any) -> Any:
    """Return the type that a form requires of its cells, str for text; None if several types fit."""
    match asked:
        case type():
            return _TYPES.get(asked)
        case ("nilable" | "spec", inner):
            return _type_asked(inner)
        case ("int_in" | "float_in" | "str_in" | "inst_in" as kind, *_):
            return {"int_in": INT, "float_in": FLOAT, "str_in": str, "inst_in": MOMENT}[kind]
        case ("range_of", type() as kind, *_):
            return _TYPES.get(kind)
        case set() | frozenset():
            kinds = {type(member) for member in asked}
            return _TYPES.get(kinds.pop()) if len(kinds) == 1 else None
    return None
