"""The commands split and flag: write rows that fit a contract to one file, and the others with reasons to
another; or all of them to one file, with a column of reasons.

A row is written as it stands in its file: the text of its cells, its line of JSON, or its values in Parquet.
So a CSV file becomes CSV files, and no value changes.
"""

import contextlib
import csv
import functools
import io
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import mxspec as s
from mxspec.base.files import replace_file, temporary_folder
from mxspec.base.messages.text import in_one_line
from mxspec.command_line.contracts import (
    Progress,
    count_terms,
    read_contract,
    read_whole,
    row_files,
    table_counts,
)
from mxspec.command_line.file_kinds import NOT_OF_ROWS, check_contract, check_contract_first, check_output
from mxspec.errors import Problem
from mxspec.frames.frame_columns import unused_name
from mxspec.frames.named_frames import NamedFrame, batches_of_frame, count_rows, frame_of
from mxspec.frames.split import REASON, row_reason
from mxspec.frames.warehouses import TableName, is_table_name, open_table, write_table
from mxspec.inference.delimited import Chunk, WrittenCells
from mxspec.inference.files import OPENERS, BrokenLine
from mxspec.specs.compiled import explanation_test, valid_each
from mxspec.specs.core.spec import Spec

CELLS: Final = "cells"
LINES: Final = "lines of JSON"
FRAMES: Final = "Parquet"
_KINDS: Final = {
    ".csv": CELLS, ".tsv": CELLS, ".jsonl": LINES, ".ndjson": LINES, ".json": "JSON", ".parquet": FRAMES,
}  # fmt: skip
"""What a file holds, by its suffix; with another suffix it holds what the files of the rows hold."""

Outcome: TypeAlias = tuple[int, int, list[str]]
"""The number of rows, the number that does not fit, and the broken terms of the table."""

Parts: TypeAlias = tuple[Sequence[Any], NamedFrame]
"""The rows for each target, and the rows that do not fit."""

Explain: TypeAlias = Callable[[Any], list[Problem]]


def run_split(spec: str, rows: Sequence[str], good: str | None, bad: str | None, **cells: Any) -> int:
    """Write the rows that fit a contract to one file, and the others to another, with a column `reason`.

    Args:
        spec: the file of the contract, which is run.
        rows: the files of the rows.
        good, bad: the files to write; None to skip one.
        cells: the options of files of cells.

    Returns:
        1 if a row does not fit, or all rows together break a term of the table, else 0.

    Raises:
        SpecDefinitionError: the files lack rows, or a file of this kind can't hold them.
    """
    if good is None and bad is None:
        raise s.SpecError("split writes --good FILE, --bad FILE, or both")
    if None not in (good, bad) and os.path.realpath(str(good)) == os.path.realpath(str(bad)):
        raise s.SpecError(f"--good and --bad are one file, {bad}")
    options = {"--good": good, "--bad": bad}
    files, targets = _files_to_write(spec, rows, options), [good or os.devnull, bad or os.devnull]
    contract = read_contract(Path(spec))
    if isinstance(files[0], TableName):
        return _report_rows(spec, bad, *_write_tables(contract, files[0], options, _split_table))
    outcome: list[Outcome] = []

    def write(*paths: Path) -> None:
        with PartWriter(targets[0], paths[0]) as fit, PartWriter(targets[1], paths[1], REASON) as rest:
            write_chunk = functools.partial(_split_chunk, contract, explanation_test(contract), fit, rest)
            outcome.append(_write_chunks("split", contract, files, write_chunk, cells))

    replace_file(Path(targets[0]), lambda fit: replace_file(Path(targets[1]), lambda rest: write(fit, rest)))
    return _report_rows(spec, bad, *outcome[0])


def run_flag(spec: str, rows: Sequence[str], target: str, **cells: Any) -> int:
    """Write all rows to one file, with a column `reason`, which is empty (null) for a row that fits.

    Args:
        spec: the file of the contract, which is run.
        rows: the files of the rows.
        target: the file to write.
        cells: the options of files of cells.

    Returns:
        1 if a row does not fit, or all rows together break a term of the table, else 0.

    Raises:
        SpecDefinitionError: the files lack rows, or a file of this kind can't hold them.
    """
    options = {"-o": target}
    files = _files_to_write(spec, rows, options)
    contract = read_contract(Path(spec))
    if isinstance(files[0], TableName):
        return _report_rows(spec, target, *_write_tables(contract, files[0], options, _flag_table))
    outcome: list[Outcome] = []

    def write(path: Path) -> None:
        with PartWriter(target, path, REASON) as writer:
            write_chunk = functools.partial(_flag_chunk, contract, explanation_test(contract), writer)
            outcome.append(_write_chunks("flag", contract, files, write_chunk, cells))

    replace_file(Path(target), write)
    return _report_rows(spec, target, *outcome[0])


def _files_to_write(spec: str, rows: Sequence[str], options: Mapping[str, str | None]) -> list[str]:
    """Return the files of rows.

    Raises:
        SpecError: a contract stands where rows do.
        SpecDefinitionError: a target is one of the files, or a table that rows of files do not go to.
    """
    check_contract_first(spec, rows)
    check_contract(spec)
    files = row_files(rows)
    for option, target in options.items():
        if target is not None:
            check_output(option, target, [spec, *files], NOT_OF_ROWS)
            if is_table_name(target) and not isinstance(files[0], TableName):
                words = f"{option} {TableName(target)} is a table, and {files[0]} is a file"
                raise s.SpecDefinitionError(f"{words}: rows are written as they are read")
    return files


def _report_rows(spec: str, target: str | None, total: int, invalid: int, problems: Sequence[str]) -> int:
    where = in_one_line(f"{spec}: {target}" if target else spec)
    print(f"{invalid:,} of {total:,} rows do not fit {where}" if invalid else f"all {total:,} rows fit")
    print("".join(f"of the table, {in_one_line(problem)}\n" for problem in problems), end="")
    return int(invalid > 0 or bool(problems))


def _write_tables(
    contract: Spec,
    source: TableName,
    options: Mapping[str, str | None],
    parts_of: Callable[[Spec, Any], Parts],
) -> Outcome:
    """Write rows of a table of a warehouse to tables of it, or to Parquet; return as `_write_chunks` does.

    The warehouse creates the table itself in one step, in place of one of the same name.

    Args:
        contract, source: the contract, and the table.
        options: the targets by their options; None to skip one.
        parts_of: returns the rows for each target, and the rows that do not fit.

    Raises:
        SpecDefinitionError: there are no rows, or a target is the source, another warehouse or another file.
    """
    targets = [TableName(each) if each and is_table_name(each) else each for each in options.values()]
    for option, target in zip(options, targets, strict=True):
        if isinstance(target, TableName) and (target.url != source.url or target.is_like(source)):
            raise s.SpecDefinitionError(
                f"{option} {target} is not another table of the warehouse of {source}; rows go to such a "
                "table, or to a file of Parquet"
            )
    is_written = any(isinstance(target, TableName) for target in targets)
    connection, table = open_table(source, writes=is_written)
    with contextlib.closing(connection):
        total = count_rows(frame_of(table))
        if not total:
            raise s.SpecDefinitionError(f"there are no rows in {source}, so nothing is written")
        parts, refused = parts_of(contract, table)
        terms = table_counts(contract)
        terms.add_rows(table)
        invalid = count_rows(refused)
        for part, target in zip(parts, targets, strict=True):
            if isinstance(target, TableName):
                write_table(connection, target, part)
            elif target is not None:
                replace_file(Path(target), functools.partial(_write_batches, part, target, source))
        return total, invalid, terms.problems()


def _split_table(contract: Spec, table: Any) -> Parts:
    parts = s.split(contract, table)
    return parts, frame_of(parts[1])


def _flag_table(contract: Spec, table: Any) -> Parts:
    flagged = _rows_with_reasons(contract, table)
    return [flagged], _with_a_reason(flagged)


def _rows_with_reasons(contract: Spec, table: Any) -> Any:
    return s.flag(contract, table, unused_name(REASON, frame_of(table).names))


def _with_a_reason(flagged: Any) -> NamedFrame:
    """Return the rows of a frame that have a value in its last column, the reason."""
    import narwhals as nw

    frame = frame_of(flagged)
    reasons = [nw.col(frame.own[name]) for name in frame.names[-1:]]  # none without columns, and so rows
    return frame.of(frame.frame.filter(*(~each.is_null() for each in reasons)))


def _write_batches(part: Any, target: str, source: str, path: Path) -> None:
    """Write the rows of a table to a Parquet file, a batch at a time."""
    import polars

    with PartWriter(target, path) as writer:
        frame = frame_of(part)
        for rows in batches_of_frame(frame):
            batch: Any = polars.from_arrow(rows.to_arrow())
            batch.columns = [*map(str, frame.names)]
            writer.add_frame(source, batch)


def _write_chunks(
    command: str,
    contract: Spec,
    files: Sequence[str],
    write_chunk: Callable[[str, Chunk], int],
    cells: Mapping[str, Any],
) -> Outcome:
    """Write the rows of files, and return how many there are, how many do not fit, and the broken terms.

    Args:
        command: the name of the command.
        contract, files: the contract, and the files of the rows.
        write_chunk: writes a chunk of a file, and returns how many of its rows do not fit.
        cells: the options of files of cells.
    """
    total = invalid = 0
    table = table_counts(contract)
    with Progress(command) as progress:
        for file in files:
            for chunk in read_whole(file, contract, progress, **cells):
                invalid += write_chunk(file, chunk)
                count_terms(table, chunk)
                total += len(chunk.numbers)
                progress.show(total)
    if not total:
        raise s.SpecDefinitionError(f"there are no rows in {', '.join(files)}, so nothing is written")
    return total, invalid, table.problems()


def _split_chunk(
    contract: Spec, explain: Explain, good: "PartWriter", bad: "PartWriter", file: str, chunk: Chunk
) -> int:
    if chunk.frame is not None:
        fit, rest = s.split(contract, chunk.frame)
        good.add_frame(file, fit)
        bad.add_frame(file, rest)
        return len(rest)
    reasons = _reasons_in(contract, explain, chunk)
    good.add(file, chunk, [(at, None) for at, reason in enumerate(reasons) if reason is None])
    others = [(at, reason) for at, reason in enumerate(reasons) if reason is not None]
    bad.add(file, chunk, others)
    return len(others)


def _flag_chunk(contract: Spec, explain: Explain, writer: "PartWriter", file: str, chunk: Chunk) -> int:
    if chunk.frame is not None:
        flagged = _rows_with_reasons(contract, chunk.frame)
        writer.add_frame(file, flagged)
        return count_rows(_with_a_reason(flagged))
    reasons = _reasons_in(contract, explain, chunk)
    writer.add(file, chunk, [*enumerate(reasons)])
    return len(reasons) - reasons.count(None)


def _reasons_in(contract: Spec, explain: Explain, chunk: Chunk) -> list[str | None]:
    """Return the reason of each row of a chunk, None if it fits."""
    rows = chunk.rows()
    judged = zip(rows, valid_each(contract, rows), strict=True)
    return [None if is_valid else _words_of_row(explain, row) for row, is_valid in judged]


def _words_of_row(explain: Explain, row: Any) -> str:
    return row.words if isinstance(row, BrokenLine) else row_reason(explain(row))


class PartWriter:
    """A writer of rows to a file, of the same kind as their source files.

    Args:
        target: the name of the file; its suffixes give its kind and its compression.
        path: the path to write to.
        reason: the name of a column of reasons, which is empty (null) for a row without one; or None.
    """

    def __init__(self, target: str, path: Path, reason: str | None = None) -> None:
        suffixes = [each.lower() for each in Path(target).suffixes]
        opener = OPENERS.get(suffixes.pop()) if suffixes and suffixes[-1] in OPENERS else None
        self._target, self._reason = target, reason
        self._kind = _KINDS.get(suffixes[-1]) if suffixes else None
        self._others = f"{target} is to be" if self._kind else "the files before it are"
        self._has_tabs = suffixes[-1:] == [".tsv"]
        self._file: Any = path.open("wb") if opener is None else opener(path, "wb")
        self._text = io.TextIOWrapper(self._file, "utf-8", "backslashreplace", newline="")
        self._cells: Any = None  # the columns and the separator of a file of cells
        self._stack = contextlib.ExitStack()
        self._folder: Path | None = None  # for the parts of a frame

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        with self._text, self._stack:
            if self._folder is not None and kind is None:
                self._join_frames(self._folder)

    def _check_kind(self, file: str, kind: str) -> None:
        if kind != (self._kind or kind):
            words = f"{file} is {kind}, and {self._others} {self._kind}"
            raise s.SpecDefinitionError(f"{words}: rows are written as they are read")
        self._kind = kind

    def add(self, file: str, chunk: Chunk, places: Sequence[tuple[int, str | None]]) -> None:
        """Write the rows at some places of a chunk, each with its reason, or None."""
        written = chunk.written
        if not isinstance(written, WrittenCells):
            self._check_kind(file, LINES)
            for at, reason in places:
                row: Any = written[at]
                text = row if chunk.has_lines else json.dumps(row, ensure_ascii=False)
                self._text.write(f"{text if self._reason is None else _line_with_reason(text, reason)}\n")
            return
        self._check_kind(file, CELLS)
        if self._cells is None:
            columns, more = [*written.columns], []
            if self._reason is not None:
                more = [unused_name(self._reason, columns)]
            self._cells = columns, written.separator
            self._write_cells([*columns, *more])
        columns, separator = self._cells
        if {*columns} != {*written.columns}:
            raise s.SpecDefinitionError(
                f"{file} has other columns than the files before it: {[*written.columns]}"
            )
        if separator != written.separator or (self._has_tabs and separator != "\t"):
            others = rf"{self._target} '\t'" if self._has_tabs else f"the files before it {separator!r}"
            words = f"{file} has {written.separator!r} between its cells, and {others}"
            raise s.SpecDefinitionError(f"{words}, which reads numbers in another way")
        own_columns = [written.columns[name] for name in columns]
        for at, reason in places:
            last = [] if self._reason is None else [reason or ""]
            self._write_cells([*(cells[at] for cells in own_columns), *last])

    def _write_cells(self, cells: list[str]) -> None:
        # Before Python 3.13, csv does not quote a lone carriage return.
        quoting = csv.QUOTE_ALL if "\r" in "".join(cells) else csv.QUOTE_MINIMAL
        options: Any = {"delimiter": self._cells[1], "lineterminator": "\n", "quoting": quoting}
        csv.writer(self._text, **options).writerow(cells)

    def add_frame(self, file: str, frame: Any) -> None:
        """Write the rows of a polars frame."""
        self._check_kind(file, FRAMES)
        if self._folder is None:
            self._folder = self._stack.enter_context(temporary_folder())
        number = len(os.listdir(self._folder))
        frame.write_parquet(self._folder / f"{number:09}.parquet")

    def _join_frames(self, folder: Path) -> None:
        import polars

        parts = sorted(folder.iterdir())
        try:
            polars.scan_parquet(parts).sink_parquet(folder / "whole.parquet")
        except polars.exceptions.PolarsError as error:
            words = str(error).strip().partition("\n")[0]
            raise s.SpecDefinitionError(f"the files do not make one {self._target}: {words}") from None
        with (folder / "whole.parquet").open("rb") as whole:
            shutil.copyfileobj(whole, self._file)


def _line_with_reason(text: str, reason: str | None) -> str:
    """Return the JSON of a row with its reason; a row other than a map stands under `row`.

    Example:
        >>> _line_with_reason('{"n": 1.50}', "n: not 2"), _line_with_reason("{7", "not JSON")
        ('{"n": 1.50, "reason": "n: not 2"}', '{"row": "{7", "reason": "not JSON"}')
    """
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = None
        text = json.dumps(text, ensure_ascii=False)
    if not isinstance(row, dict):
        text, row = f'{{"row": {text}}}', {"row": None}
    name = unused_name(REASON, row)
    comma = ", " if row else ""
    return f"{text[:-1].rstrip()}{comma}{json.dumps(name)}: {json.dumps(reason, ensure_ascii=False)}}}"
