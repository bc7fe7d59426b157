"""Files of rows: CSV, TSV, JSON, lines of JSON and Parquet, compressed or not, and standard input."""

from __future__ import annotations

import bz2
import contextlib
import functools
import gzip
import io
import itertools
import json
import lzma
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mxspec.base.files import temporary_folder
from mxspec.base.values import class_name
from mxspec.errors import SpecDefinitionError, SpecError
from mxspec.frames.named_frames import CHUNK, check_names, frame_of, whole_columns
from mxspec.inference.bounded_bytes import BoundedBytes, begin_part
from mxspec.inference.delimited import (
    Chunk,
    Dialect,
    Report,
    TextFile,
    open_text,
    read_delimited,
    sniff_encoding,
)
from mxspec.inference.judged_cells import judge_delimited
from mxspec.questions.operations import valid
from mxspec.transform.decode import decode

STANDARD_INPUT: Final = "-"

MOST_OF_INPUT: Final = 1 << 32
"""The most bytes of standard input: their copy lies in the temporary folder, which may be in memory."""

_MOST_LETTERS: Final = 1 << 25  # of lines of JSON in one chunk
_FRAME: Final = 100_000  # rows of a frame in one chunk


def read_path(
    path: str | Path, spec: Any, dialect: Dialect, report: Report, *, judges: bool = False
) -> Iterator[Chunk]:
    """Yield the rows of a file, some at a time.

    Args:
        path: a file with the suffix `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.json` or `.parquet`, compressed if
            `.gz`, `.bz2`, `.xz` or `.zst` follows; or `-`, standard input: its first bytes tell its kind.
        spec: the spec that decodes cells of text, and JSON that does not fit it; or None.
        dialect: how a file of cells is written. A file with another suffix is read as cells if the dialect
            has a separator.
        report: a function that is called with the number of rows so far.
        judges: True to read a large file of cells in parts that polars judges, each with its rows in doubt.

    Raises:
        SpecDefinitionError: the file has an unknown kind, or can't be read as its kind.
        OSError: it can't be opened.
        ImportError: it needs a library that is not installed.
    """
    is_input = str(path) == STANDARD_INPUT
    name = "standard input" if is_input else str(path)
    with _file_on_disk(path, is_input) as local:
        suffixes = _sniff_suffixes(local) if is_input else [each.lower() for each in local.suffixes]
        opener = OPENERS[suffixes.pop()] if suffixes and suffixes[-1] in OPENERS else open
        file = TextFile(name, functools.partial(_open_bounded, opener, local, name))
        read = _READERS.get("".join(suffixes[-1:]))
        if is_input and not suffixes:
            read = _READERS[_sniff_kind(file)]
        if read is None and dialect.separator is None:
            hint = "--sep , reads it as cells between commas"
            with file.open() as binary:  # a missing file raises its own error
                if b"\0" in (head := binary.read(1000)) and sniff_encoding(head) == "utf-8":
                    hint = "export it as CSV or Parquet, or read it as a frame, as pandas.read_excel does"
            raise SpecDefinitionError(f"{name} is none of {', '.join(_READERS)}; {hint}")
        try:
            if judges and read in (None, read_delimited, _read_tabs):
                separator = dialect.separator or ("\t" if read is _read_tabs else None)
                read, dialect = judge_delimited, Dialect(separator, *dialect[1:])
            yield from (read or read_delimited)(file, dialect, spec, report)
        except (SpecError, ImportError, MemoryError):
            raise
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # of polars
                raise
            if isinstance(error, OSError) and error.filename is not None:
                raise
            reason = str(error).strip().partition("\n")[0]
            raise SpecDefinitionError(f"{name} can't be read: {reason or type(error).__name__}") from error


@contextlib.contextmanager
def _file_on_disk(path: str | Path, is_input: bool) -> Iterator[Path]:
    if not is_input:
        local = Path(path)
        if local.exists() and not (local.is_file() or local.is_dir()):
            raise SpecDefinitionError(f"{path} is no regular file; - reads standard input, such as a pipe")
        yield local
        return
    with contextlib.ExitStack() as stack:
        copy: Any = stack.enter_context(tempfile.TemporaryFile())  # without a name, it ends with the process
        place = Path(f"/proc/self/fd/{copy.fileno()}")
        if not place.exists():  # not on Linux
            place = stack.enter_context(temporary_folder()) / "rows"
            copy = stack.enter_context(place.open("wb"))
        size = 0
        while part := sys.stdin.buffer.read(1 << 20):
            size += len(part)
            if size > MOST_OF_INPUT:
                most = f"more than {MOST_OF_INPUT >> 30} GB"
                raise SpecDefinitionError(f"standard input has {most}; write it to a file, and name that")
            copy.write(part)
        copy.flush()
        yield place


def _open_bounded(opener: Callable[..., Any], path: Path, name: str) -> Any:
    return BoundedBytes(opener(path, "rb"), name, path.stat().st_size)


# --- what a file is -----------------------------------------------------------------------------------------


def _open_zstandard(path: Path, mode: str) -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # of Python 3.14
    except ImportError:
        try:
            from backports import zstd  # type: ignore[import-not-found, unused-ignore]
        except ImportError as missing:
            raise ImportError(f"reading {path} needs backports.zstd: pip install backports.zstd") from missing
    return zstd.open(path, mode)


OPENERS: Final[Mapping[str, Callable[..., Any]]] = {
    ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": _open_zstandard,
}  # fmt: skip
"""The functions that open a compressed file, by its last suffix."""

_MAGIC: Final = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}


def _sniff_suffixes(path: Path) -> list[str]:
    with path.open("rb") as binary:
        head = binary.read(8)
    return [suffix for magic, suffix in _MAGIC.items() if head.startswith(magic)]


def _sniff_kind(file: TextFile) -> str:
    with file.open() as binary:
        head = binary.read(1000).lstrip()
    if head.startswith(b"PAR1"):
        return ".parquet"
    return ".json" if head.startswith(b"[") else ".jsonl" if head.startswith(b"{") else ".csv"


# --- rows of each kind --------------------------------------------------------------------------------------


def _read_tabs(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    return read_delimited(file, Dialect(dialect.separator or "\t", *dialect[1:]), spec, report)


def _read_json(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    with open_text(file, dialect.encoding) as text:
        rows = _load_json(text.read(), file.name)
    if not isinstance(rows, list):
        raise SpecDefinitionError(f"{file.name} is a JSON {class_name(rows)}, not a list of rows")
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        numbers = range(start + 1, start + len(part) + 1)
        yield Chunk(numbers, values=_fit_json(spec, part), written=() if spec is None else part)


def _read_lines(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    with open_text(file, dialect.encoding) as text:
        begin_part(text)
        lines = ((number, line) for number, line in enumerate(text, 1) if line.strip())
        while part := [*_take_lines(lines)]:
            begin_part(text)
            rows = [_load_line(line, f"{file.name}:{number}", spec) for number, line in part]
            numbers = [number for number, _ in part]
            written = () if spec is None else [line.strip() for _, line in part]
            yield Chunk(numbers, values=_fit_json(spec, rows), has_lines=True, written=written)


def _take_lines(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the next lines, as many as fit in memory."""
    size = 0
    for number, line in itertools.islice(lines, CHUNK):
        yield number, line
        size += len(line)
        if size > _MOST_LETTERS:
            return


class BrokenLine:
    """A line that is not JSON. It takes the place of a row, and fits no spec of rows."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return f"<{self.words}>"


def _load_line(line: str, where: str, spec: Any) -> Any:
    """Return the row of a line, or a `BrokenLine` if the line is not JSON and the spec refuses that."""
    try:
        return _load_json(line, where)
    except SpecDefinitionError as error:
        broken = BrokenLine(str(error))
        if spec is None or valid(spec, broken):
            raise
        return broken


def _load_json(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_dict_of_pairs)
    except SpecDefinitionError as error:
        raise SpecDefinitionError(f"{where}: {error}") from None
    except ValueError as error:
        raise SpecDefinitionError(
            f"{where} is not JSON: {error if text.strip() else 'it is empty'}"
        ) from None
    except RecursionError:
        raise SpecDefinitionError(f"{where} is JSON that is nested too deeply") from None


def _dict_of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        check_names([key for key, _ in pairs])
    return row


def _fit_json(spec: Any, rows: Sequence[Any]) -> Sequence[Any]:
    """Return rows; the spec decodes each row that does not fit it, since JSON writes dates as text."""
    return rows if spec is None else [row if valid(spec, row) else decode(spec, row) for row in rows]


def _read_parquet(file: TextFile, dialect: Dialect, spec: Any, report: Report) -> Iterator[Chunk]:
    try:
        import polars
    except ImportError as missing:
        raise ImportError(f'reading {file.name} needs polars: pip install "mxspec[frames]"') from missing
    with file.open() as binary:
        content = io.BytesIO(binary.read())
    is_of_pandas = "pandas" in polars.read_parquet_metadata(content)
    content.seek(0)
    frame = polars.read_parquet(content)
    if is_of_pandas:  # it writes the numbers of rows as a column
        frame = frame.drop([name for name in frame.columns if re.fullmatch(r"__index_level_\d+__", name)])
    if is_of_pandas and spec is None:  # its ints with gaps are floats; a spec of ints takes them for ints
        whole = whole_columns(frame_of(frame), is_of_pandas=True)
        frame = frame.with_columns(frame[name].cast(polars.Int64) for name in whole)
    for start in range(0, frame.height, _FRAME):
        part = frame.slice(start, _FRAME)
        yield Chunk(range(start + 1, start + part.height + 1), frame=part)


_READERS: Final[Mapping[str, Callable[[TextFile, Dialect, Any, Report], Iterator[Chunk]]]] = {
    ".csv": read_delimited, ".tsv": _read_tabs, ".jsonl": _read_lines, ".ndjson": _read_lines,
    ".json": _read_json, ".parquet": _read_parquet,
}  # fmt: skip
