"""The split command: write rows that fit a contract to one file, and the others with reasons to another.

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
from typing import Any, Final

import mxspec as s
from mxspec.command_line.contracts import (
    Progress,
    check_contract_first,
    check_output,
    count_terms,
    read_contract,
    read_whole,
    row_files,
    table_counts,
)
from mxspec.core.spec import Spec
from mxspec.errors import Problem
from mxspec.files import replace_file, temporary_folder
from mxspec.frames.frame_columns import unused_name
from mxspec.frames.named_frames import batches_of_frame, count_rows, frame_of
from mxspec.frames.split import REASON, row_reason
from mxspec.frames.warehouses import TableName, is_table_name, open_table, write_table
from mxspec.inference.delimited import Chunk, WrittenCells
from mxspec.inference.files import OPENERS, BrokenLine
from mxspec.messages.text import in_one_line
from mxspec.specs.compiled import explanation_test, valid_each

CELLS: Final = "cells"
LINES: Final = "lines of JSON"
FRAMES: Final = "Parquet"
_KINDS: Final = {
    ".csv": CELLS, ".tsv": CELLS, ".jsonl": LINES, ".ndjson": LINES, ".json": "JSON", ".parquet": FRAMES,
}  # fmt: skip
"""What a file holds, by its suffix; with another suffix it holds what the files of the rows hold."""


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
    check_contract_first(spec, rows)
    files, targets = row_files(rows), [good or os.devnull, bad or os.devnull]
    for option, target in zip(("--good", "--bad"), targets, strict=True):
        check_output(option, target, [spec, *files])
    contract = read_contract(Path(spec))
    if isinstance(files[0], TableName):
        total, invalid, problems = _split_table(contract, files[0], good, bad)
        return _report_split(spec, bad, total, invalid, problems)
    outcome: list[tuple[int, int, list[str]]] = []

    def write(*paths: Path) -> None:
        with PartWriter(targets[0], paths[0]) as fit, PartWriter(targets[1], paths[1], REASON) as rest:
            outcome.append(_split_files(contract, files, fit, rest, cells))

    replace_file(Path(targets[0]), lambda fit: replace_file(Path(targets[1]), lambda rest: write(fit, rest)))
    return _report_split(spec, bad, *outcome[0])


def _report_split(spec: str, bad: str | None, total: int, invalid: int, problems: Sequence[str]) -> int:
    where = in_one_line(f"{spec}: {bad}" if bad else spec)
    print(f"{invalid:,} of {total:,} rows do not fit {where}" if invalid else f"all {total:,} rows fit")
    print("".join(f"of the table, {in_one_line(problem)}\n" for problem in problems), end="")
    return int(invalid > 0 or bool(problems))


def _split_table(
    contract: Spec, source: TableName, good: str | None, bad: str | None
) -> tuple[int, int, list[str]]:
    """Write the rows of a table of a warehouse to tables of it, or to Parquet; return as `_split_files` does.

    The warehouse makes a table of its own in one step, in place of one of the same name.

    Raises:
        SpecDefinitionError: there are no rows, or a target is the source, another warehouse or another file.
    """
    targets = [TableName(each) if each and is_table_name(each) else each for each in (good, bad)]
    for option, target in zip(("--good", "--bad"), targets, strict=True):
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
        parts = s.split(contract, table)
        terms = table_counts(contract)
        terms.add_rows(table)
        invalid = count_rows(frame_of(parts[1]))
        for part, target in zip(parts, targets, strict=True):
            if isinstance(target, TableName):
                write_table(connection, target, part)
            elif target is not None:
                replace_file(Path(target), functools.partial(_write_batches, part, target, source))
        return total, invalid, terms.problems()


def _write_batches(part: Any, target: str, source: str, path: Path) -> None:
    """Write the rows of a table to a Parquet file, a batch at a time."""
    import polars

    with PartWriter(target, path) as writer:
        frame = frame_of(part)
        for rows in batches_of_frame(frame):
            batch: Any = polars.from_arrow(rows.to_arrow())
            batch.columns = [*map(str, frame.names)]
            writer.add_frame(source, batch)


def _split_files(
    contract: Spec, files: Sequence[str], good: "PartWriter", bad: "PartWriter", cells: Mapping[str, Any]
) -> tuple[int, int, list[str]]:
    """Write the rows of files, and return how many there are, how many do not fit, and the broken terms."""
    total = invalid = 0
    table, explain = table_counts(contract), explanation_test(contract)
    with Progress("split") as progress:
        for file in files:
            for chunk in read_whole(file, contract, progress, **cells):
                if chunk.frame is not None:
                    fit, rest = s.split(contract, chunk.frame)
                    good.add_frame(file, fit)
                    bad.add_frame(file, rest)
                    invalid += len(rest)
                else:
                    rows = chunk.rows()
                    fits = [*valid_each(contract, rows)]
                    good.add(file, chunk, [(at, None) for at, is_valid in enumerate(fits) if is_valid])
                    judged = enumerate(zip(rows, fits, strict=True))
                    others = [(at, row) for at, (row, is_valid) in judged if not is_valid]
                    bad.add(file, chunk, [(at, _words_of_row(contract, explain, row)) for at, row in others])
                    invalid += len(others)
                count_terms(table, chunk)
                total += len(chunk.numbers)
                progress.show(total)
    if not total:
        raise s.SpecDefinitionError(f"there are no rows in {', '.join(files)}, so nothing is written")
    return total, invalid, table.problems()


def _words_of_row(contract: Spec, explain: Callable[[Any], list[Problem]], row: Any) -> str:
    return row.words if isinstance(row, BrokenLine) else row_reason(contract, explain(row))


class PartWriter:
    """A writer of rows to a file, of the same kind as their source files.

    Args:
        target: the name of the file; its suffixes give its kind and its compression.
        path: the path to write to.
        reason: the name of a column of reasons, or None.
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
        """Write the rows at some places of a chunk, each with its reason."""
        written = chunk.written
        if not isinstance(written, WrittenCells):
            self._check_kind(file, LINES)
            for at, reason in places:
                row: Any = written[at]
                text = row if chunk.has_lines else json.dumps(row, ensure_ascii=False)
                self._text.write(f"{text if reason is None else _line_with_reason(text, reason)}\n")
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
            self._write_cells([*(cells[at] for cells in own_columns), *([] if reason is None else [reason])])

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


def _line_with_reason(text: str, reason: str) -> str:
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
