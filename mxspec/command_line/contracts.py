"""The commands for rows and contracts, which need no network: valid, profile, and write."""

import ast
import collections
import contextlib
import dataclasses
import datetime
import glob
import importlib
import itertools
import json
import os
import runpy
import sys
import tempfile
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import mxspec as s
from mxspec.base import names
from mxspec.base.files import FileChangedError, replace_unchanged
from mxspec.base.messages.explanations import reason_of
from mxspec.base.messages.text import in_lines, in_one_line
from mxspec.command_line.ending import AFTER, error_words, escape_commands, own_stream, show_seconds
from mxspec.command_line.file_kinds import (
    NOT_OF_PAGES,
    check_contract,
    check_contract_first,
    check_modules,
    check_order,
    check_output,
    check_row_files,
    check_state,
    kind_of,
)
from mxspec.command_line.reports import Result, is_warning, write_reports
from mxspec.frames.named_frames import columns_of_frame, count_rows, frame_of
from mxspec.frames.split import MOST_REASONS, reasons_by_place
from mxspec.frames.verdicts import FrameRows
from mxspec.frames.warehouses import TableName, is_table_name, open_table
from mxspec.inference.contract import Contract
from mxspec.inference.delimited import MISSING, Chunk, Dialect
from mxspec.inference.files import STANDARD_INPUT
from mxspec.inference.following import follow_columns
from mxspec.inference.profile import GroupCounts, profile_rows
from mxspec.inference.report import write_profile_page
from mxspec.inference.rows import chunks_of_columns, read_chunks
from mxspec.inference.table_terms import TableCounts, TableTerms
from mxspec.promises import state_file
from mxspec.promises.production import Standing
from mxspec.promises.promise import promise_of
from mxspec.specs.compiled import valid_each
from mxspec.specs.core.spec import Spec, specize

FOR_PICTURES: Final = 'pip install "mxspec-digits[onnx]"'
"""The number of refused rows that are printed."""


def print_source(source: str) -> None:
    """Print Python source, which has to mean the same after it was printed.

    Raises:
        SpecError: it has text that is escaped where it is printed, such as `##vso[...]`, a command to CI.
    """
    if escape_commands(in_lines(source)) != source:
        raise s.SpecError("the source has text that would control a terminal or CI; write it to a file by -o")
    print(source, end="")


def row_files(rows: Sequence[str]) -> list[str]:
    """Return the files of rows, including files in a folder and files that match a pattern, sorted by name.

    Files with names that begin with a dot or `_`, such as Spark's `_SUCCESS`, are skipped.

    Raises:
        SpecDefinitionError: a folder lacks files, or contains folders; or nothing matches a pattern.
    """
    files: list[str] = []
    for name in rows:
        if is_table_name(name):
            if len(rows) > 1:
                raise s.SpecDefinitionError(f"{TableName(name)} is a table, which is asked by itself")
            return [TableName(name)]
        is_pattern = not Path(name).exists() and any(sign in name for sign in "*?[")
        paths = sorted(glob.glob(name, recursive=True)) if is_pattern else [name]
        if not paths:
            raise s.SpecDefinitionError(f"no file fits {name}")
        files += itertools.chain.from_iterable(map(_files_within, paths))
    return files


def _files_within(path: str) -> list[str]:
    """Return the files of a folder, or else the path itself."""
    if not Path(path).is_dir():
        return [path]
    files = sorted(each for each in Path(path).iterdir() if each.name[0] not in "._")
    for each in files:
        if each.is_dir():
            words = f"{path} has folders, such as {each.name}, whose names are not read as a column"
            raise s.SpecDefinitionError(f"{words}; '{path}/**/*.parquet' reads the files without them")
    if not files:
        raise s.SpecDefinitionError(f"the folder {path} has no files of rows")
    return [*map(str, files)]


def run_valid(
    spec: str,
    files: Sequence[str],
    as_json: bool,
    most: int | None,
    whole: bool,
    state: str | None,
    promise: float | None,
    unit: int | None,
    warn: Sequence[str],
    junit: str | None,
    prometheus: str | None,
    openlineage: str | None,
    **cells: Any,
) -> int:
    """Print whether rows fit a contract; return 1 if a row does not.

    Raises:
        SpecError: --state is missing, or spec is not a Python file.
    """
    if state is None and (promise, unit) != (None, None):
        raise s.SpecError("--promise and --unit are about what --state FILE watches; add --state FILE")
    check_order(spec, files)
    if not kind_of(spec) and "/" in spec:
        raise s.SpecError(
            f"{spec} is no contract: its name does not end with .py; for pictures: {FOR_PICTURES}"
        )
    check_contract(spec)
    check_row_files(files)
    if state is not None:
        check_state(state)
    reports = {"junit": junit, "prometheus": prometheus, "openlineage": openlineage}
    return run_valid_rows(spec, files, as_json, most, whole, state, promise, unit, warn, reports, **cells)


def run_valid_rows(
    spec: str,
    files: Sequence[str],
    as_json: bool,
    most: int | None = None,
    whole: bool = False,
    state: str | None = None,
    share: float | None = None,
    unit: int | None = None,
    warn: Sequence[str] = (),
    reports: Mapping[str, str | None] = types.MappingProxyType({}),
    **cells: Any,
) -> int:
    """Print the profile of rows by a contract, and rows that do not fit it, with their reasons.

    Args:
        spec: the file of the contract, which is run.
        files: the files of the rows.
        as_json: True to print JSON, with all refused rows.
        most: the number of refused rows to print, by default three of each reason, or all in JSON.
        whole: True to print all refused rows.
        state: a file that keeps the standing of the promise between runs; these rows are its next part.
        share: the share of rows that may be refused; None for the promise of the contract.
        unit: the greatest number of rows that depend on each other; None if unknown.
        warn: columns with problems that are printed, but do not affect the exit code.
        reports: files to write the result to, by their format, as in `write_reports`.
        cells: the options of files of cells.

    Returns:
        1 if a row does not fit, or all rows together break a term of the table. With state, rows may be
        refused: 1 if the promise is broken; or else 3 if these rows alone have more refusals than the promise
        explains, or break a term of the table. Else 0.

    Raises:
        SpecDefinitionError: the files lack rows, state lacks a promise, or a file changed while it was read.
    """
    started, contract, files = time.monotonic(), read_contract(Path(spec)), row_files(files)
    for name, target in reports.items():
        if target is not None:
            check_output(f"--{name}", target, [spec, *files], NOT_OF_PAGES)
    if warn and state is not None:
        raise s.SpecError("--state watches a promise about all columns, and --warn leaves some out")
    others = s.without(contract, *warn) if warn else contract
    promise = None if state is None else promise_to_watch(contract, spec, share)
    listed: list[dict[str, Any]] = []
    shown_rows = RowListing(contract, most, whole)
    nothing, table = profile_rows(contract, []), table_counts(contract)
    total, parts, key = nothing, {}, None if promise is None else group_key(promise)
    profiles, serious = dict.fromkeys(files, nothing), dict.fromkeys(files, 0)
    with Progress("valid") as progress:
        for file in files:
            passed, own = 0, nothing
            groups = None if key is None else GroupCounts(contract, key)
            for chunk in read_whole(file, contract, progress, judges=True, **cells):
                refused = own.invalid
                places, doubtful = chunk.doubt or (range(len(chunk.numbers)), chunk)
                own += dataclasses.replace(nothing, valid=len(chunk.numbers) - len(places))
                own = profile_rows(contract, doubtful.batch, MOST_REASONS, own)
                shown = most if as_json else shown_rows.most
                shown = None if shown is None else max(0, shown - total.invalid - refused)
                for at, row in refused_rows(contract, doubtful, shown) if own.invalid > refused else ():
                    number = None if at is None else doubtful.numbers[at]
                    if as_json:
                        place: dict[str, Any] = {"file": file}
                        place |= {} if at is None else {"row": passed + places[at] + 1}
                        place |= {"line": number} if chunk.has_lines else {}
                        listed.append({**place, "errors": s.explain_json(contract, row)})
                    else:
                        shown_rows.add(f"{in_one_line(file)}:{'' if number is None else f'{number}:'}", row)
                if own.invalid > refused:
                    serious[file] += _count_refused(others, doubtful, warn) if warn else own.invalid - refused
                if groups is not None:
                    groups.add(chunk.batch)
                count_terms(table, chunk)
                passed += len(chunk.numbers)
                progress.show(total.total + own.total)
            total += own
            profiles[file] += own
            parts[file] = own if groups is None else groups.profile
    if not total.total:
        raise s.SpecDefinitionError(f"there are no rows in {', '.join(files)}, so nothing is checked")
    standing, problems = None, table.problems()
    if state is not None and promise is not None:
        standing = state_file.update_state(state, parts, promise, part_name(files), unit=unit)
    left = sum(serious.values())
    if standing is None:
        code = int(left > 0 or not all(is_warning(problem, warn) for problem in problems))
    else:
        code = 1 if standing.verdict == "broken" else 3 if standing.excess is not None or problems else 0
    seconds = time.monotonic() - started
    result = Result(spec, contract, profiles, serious, problems, warn, standing, code, seconds)
    write_reports(result, **reports)
    if as_json:
        counts: dict[str, Any] = {"total": total.total, "invalid": total.invalid, "refused": listed}
        counts["table"] = problems
        if warn:
            counts["warned"] = total.invalid - left
        if standing is not None:
            counts["promise"] = standing_as_json(standing)
        print(json.dumps(counts, indent=1, ensure_ascii=False))
    else:
        if total.invalid:
            print(total)
            shown_rows.print(total.invalid)
        print(
            f"{total.invalid:,} of {total.total:,} rows do not fit {in_one_line(spec)}"
            if total.invalid
            else f"all {total.total:,} rows fit"
        )
        if left < total.invalid:
            print(f"{total.invalid - left:,} of these by columns of --warn alone")
        print("".join(f"of the table, {in_one_line(problem)}\n" for problem in problems), end="")
        if standing is not None:
            print(f"too many: {standing.excess}\n" * (standing.excess is not None) + str(standing))
    return code


class RowListing:
    """The lines of refused rows, kept in a file until the reasons are counted.

    Args:
        contract: the contract.
        most: the number of rows; None for three of each reason.
        is_whole: True for all rows.

    Attributes:
        most: the number of rows to look at, None for all.
    """

    def __init__(self, contract: Spec, most: int | None, is_whole: bool) -> None:
        self.most = None if is_whole else MOST_REASONS if most is None else most
        self._by_reason = most is None and not is_whole
        self._contract = contract
        self._seen: collections.Counter[tuple[str, str]] = collections.Counter()
        self._shown = 0
        self._file = tempfile.SpooledTemporaryFile(MOST_IN_MEMORY, "w+", encoding="utf-8", newline="\n")  # noqa: SIM115

    def add(self, place: str, row: Any) -> None:
        """Keep the line of a row, unless three rows with its reasons are kept."""
        if self._by_reason:
            problems = (s.explain_data(self._contract, row) or {"problems": []})["problems"]
            reasons = {(where, reason_of(problem)) for where, problem in reasons_by_place(problems)}
            if reasons and all(self._seen[reason] >= ROWS_OF_REASON for reason in reasons):
                return
            self._seen.update(reasons)
        words = s.explain_str(self._contract, row).replace("\n", "\n    ")
        self._file.write(f"{place} {in_lines(words)}\n")
        self._shown += 1

    def print(self, n: int) -> None:
        """Print the lines, and how many of n rows have none."""
        self._file.seek(0)
        for line in self._file:
            print(line, end="")
        self._file.close()
        if self._by_reason and (left := n - self._shown):
            print(f"... {left:,} more {'row' if left == 1 else 'rows'}; --all lists each")


ROWS_OF_REASON: Final = 3
"""The number of rows that are listed of each reason."""

MOST_IN_MEMORY: Final = 1 << 20  # characters


def _count_refused(spec: Spec, chunk: Chunk, columns: Sequence[str]) -> int:
    """Return how many rows of a chunk do not fit a spec when some columns are ignored."""
    if chunk.frame is not None:
        frame = frame_of(chunk.frame)
        if left := [name for name in frame.names if name not in columns]:
            count, fitting = FrameRows(spec, frame.select(left)).count()
            return count - fitting
    rows = [
        {key: x for key, x in row.items() if key not in columns} if isinstance(row, Mapping) else row
        for row in chunk.rows()
    ]
    return [*valid_each(spec, rows)].count(False)


def run_take_back(state: str, name: str) -> int:
    """Take back a part from the state of a promise, and print its standing; return 1 if it stays broken."""
    check_state(state)
    standing = state_file.take_back(state, name)
    print(standing)
    return int(standing.verdict == "broken")


def promise_to_watch(contract: Spec, spec: str, share: float | None) -> s.Promise:
    """Return the promise that --state watches: the contract's, or one for a share with the same certainty.

    Raises:
        SpecDefinitionError: neither exists.
    """
    promise = promise_of(contract)
    if share is not None:
        return s.Promise(share, 0.99 if promise is None else promise.confidence, 0)
    if promise is None:
        raise s.SpecDefinitionError(
            f"{spec} promises nothing that --state can watch; try --promise 0.01 if 1% of rows may be refused"
        )
    return promise


def group_key(promise: s.Promise) -> Any:
    """Return the key of the column with the groups of a promise; None if the promise is about rows.

    Raises:
        SpecDefinitionError: a function made the groups.
    """
    if not promise.of.startswith("groups"):
        return None
    with contextlib.suppress(ValueError, SyntaxError):
        return ast.literal_eval(promise.of.removeprefix("groups by "))
    raise s.SpecDefinitionError(
        f"the promise is about {promise.of}, and --state knows groups by the key of a column"
    )


def file_stamp(file: str) -> tuple[int, int]:
    """Return a stamp that changes when a file is written to."""
    if not Path(file).is_file():
        return 0, 0
    status = os.stat(file)
    return status.st_size, status.st_mtime_ns


def time_now() -> str:
    """Return the current time in UTC, in ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def part_name(files: Sequence[str]) -> str:
    """Return a name for the rows of files, with the date."""
    others = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
    return in_one_line(f"{datetime.date.today()} ({files[0]}{others})")


def standing_as_json(standing: Standing) -> dict[str, Any]:
    """Return a standing as values for json.dumps, without its bets."""
    return {
        "verdict": standing.verdict,
        "since": standing.since,
        "suspect_since": None if standing.suspicion is None else standing.suspicion.since,
        "refuses_at_most": standing.limit,
        "confidence": standing.confidence,
        "parts": standing.parts,
        "total": standing.n,
        "invalid": standing.misjudged,
        "more_often": [[*pair] for pair in standing.alarm.grown] if standing.alarm else [],
        "counted_before": standing.again,
        "taken_back": [part.name for part in standing.history if part.is_taken_back],
        "excess": standing.excess,
    }


def run_profile(
    spec: str,
    rows: Sequence[str],
    as_json: bool,
    state: str | None = None,
    page: str | None = None,
    trend: str | None = None,
    **cells: Any,
) -> int:
    """Print the profile of rows under a contract.

    Args:
        spec: the file of the contract, which is run.
        rows: the files of the rows.
        as_json: True to print JSON.
        state: a file that keeps limits between runs, for the columns without a bound.
        page: a file of HTML to write, with a picture of each column.
        trend: the state of a promise, which the page shows part by part.
        cells: the options of files of cells.

    Raises:
        SpecDefinitionError: the files lack rows.
    """
    check_contract_first(spec, rows)
    for each in (state, trend):
        if each is not None:
            check_state(each)
    contract, rows = read_contract(Path(spec)), row_files(rows)
    if trend is not None and page is None:
        raise s.SpecError("--trend is about the page that --html FILE writes; add --html FILE")
    if page is not None:
        check_output("--html", page, [spec, *rows, *([trend] if trend else [])], NOT_OF_PAGES)
    total, table = profile_rows(contract, []), table_counts(contract)
    with contextlib.ExitStack() as stack:
        progress = stack.enter_context(Progress("profile"))
        followed = None if state is None else stack.enter_context(follow_columns(contract, state))
        for file in rows:
            is_new = followed is not None and not followed.knows(file)
            is_table = isinstance(file, TableName)
            chunks = (
                read_whole(file, contract, progress)
                if is_table
                else read_all([file], contract, progress, **cells)
            )
            for chunk in chunks:
                total = profile_rows(contract, chunk.batch, MOST_REASONS, total)
                count_terms(table, chunk)
                if followed is not None and is_new:
                    for part in read_all([file], contract, progress) if is_table else (chunk,):
                        followed.add(part, f"{file}:")
                progress.show(total.total)
        if not total.total:
            raise s.SpecDefinitionError(f"there are no rows in {', '.join(rows)}, so nothing is counted")
    lines = () if followed is None else followed.lines()
    total = dataclasses.replace(total, table=table.lines(), followed=lines)
    if as_json:
        source = {"time": time_now(), "mxspec": s.__version__, "contract": spec, "files": [*rows]}
        print(json.dumps({**total.to_dict(), **source}, indent=1, ensure_ascii=False))
    else:
        print(total)
    if page is not None:
        with Progress("pictures") as progress:
            is_read_again = STANDARD_INPUT not in rows
            again = read_all(rows, contract, progress, **cells) if is_read_again else None
            write_profile_page(page, total, contract, again, trend)
    return 0


def table_counts(contract: Spec) -> TableCounts:
    """Return empty counts for the table terms of a contract."""
    return TableCounts(contract.table if isinstance(contract, Contract) else TableTerms())


def count_terms(table: TableCounts, chunk: Chunk) -> None:
    """Count the rows of a chunk; the engine of a warehouse counts its own."""
    if chunk.frame is not None and not frame_of(chunk.frame).is_eager:
        table.add_rows(chunk.frame)
    else:
        table.add(chunk)


def refused_rows(contract: Spec, chunk: Chunk, most: int | None) -> Iterator[tuple[int | None, Any]]:
    """Yield the first misfitting rows of a chunk, each with its place; the engine of a frame decides.

    Rows of a warehouse have no order, and None for their place.
    """
    if most == 0:
        return
    if chunk.frame is not None:
        yield from FrameRows(contract, chunk.frame).refused_rows(most)
        return
    rows = [*chunk.rows()]
    judged = enumerate(zip(rows, valid_each(contract, rows), strict=True))
    yield from itertools.islice(((at, row) for at, (row, fits) in judged if not fits), most)


def read_all(
    files: Sequence[str],
    spec: Spec | None,
    progress: "Progress",
    separator: str | None = None,
    encoding: str | None = None,
    missing: Sequence[str] | None = None,
    judges: bool = False,
) -> Iterator[Chunk]:
    """Yield the rows of files.

    Args:
        files: the paths, `-` for standard input.
        spec: the spec to decode their cells with, or None.
        progress: shows the number of rows of a first reading.
        separator, encoding: for files of cells; None to detect them.
        missing: the words for missing cells, besides the empty cell; None for the usual words.
        judges: as in `read_path`.
    """
    words = MISSING if missing is None else frozenset(["", *missing])
    for file in files:
        if isinstance(file, TableName):
            table = frame_of(open_table(file)[1])
            yield from chunks_of_columns(columns_of_frame(table, streams=True))
        else:
            dialect = Dialect(separator, encoding, words)
            yield from read_chunks(Path(file), spec, dialect, progress.show, judges=judges)


def read_whole(file: str, spec: Spec, progress: "Progress", **cells: Any) -> Iterator[Chunk]:
    """Yield the rows of a file, as `read_all` does; a table of a warehouse as one chunk in its engine.

    Raises:
        SpecDefinitionError: the file changed meanwhile.
    """
    if isinstance(file, TableName):
        table = open_table(file)[1]
        yield Chunk(range(1, count_rows(frame_of(table)) + 1), frame=table)
        return
    stamp = file_stamp(file)
    yield from read_all([file], spec, progress, **cells)
    if stamp != file_stamp(file):
        raise s.SpecDefinitionError(f"{file} changed while it was read; run it again")


_RUN: Final = "<run_path>"  # the module that runpy runs a file as


def read_contract(path: Path) -> Spec:
    """Run a Python file, and return the spec that it defines as `spec`.

    Raises:
        SpecError: it is a file of another kind, which is not run.
        SpecDefinitionError: it does not define spec, or it raises, even SystemExit.
        OSError: the file can't be read.
    """
    check_contract(str(path))
    path.read_bytes()  # raises if unreadable
    before = names.current
    try:
        spec = runpy.run_path(str(path)).get("spec")
    except BaseException as error:  # SystemExit and KeyboardInterrupt too; Ctrl-C itself raises nothing
        raise s.SpecDefinitionError(f"{path} raises {error_words(error)}") from error
    if spec is None:
        defined = names.current.defined_since(before.log.defined, before.version) or ()
        own = [name for name in dict.fromkeys(defined) if names.origins.get(name) == _RUN]
        example = f'spec = "{own[0]}"' if len(own) == 1 else "spec = ..."
        raise s.SpecDefinitionError(f"{path} defines no `spec`; write `{example}` in it")
    return specize(spec)


def import_modules(modules: Sequence[str]) -> None:
    """Import modules, including from the current folder, as Python does with `-m`.

    Raises:
        ImportError: a module does not exist.
        SpecDefinitionError: a module raises another exception, even SystemExit.
    """
    check_modules(modules)
    if modules and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            raise
        except BaseException as error:
            raise s.SpecDefinitionError(f"{module} raises {error_words(error)}") from error


def run_write(module: str, target: str | None, force: bool, negative: bool) -> int:
    """Draft tests of a module's specs, or tests that guards refuse values that are just wrong."""
    from mxspec.ghostwriter import write_negative_tests, write_tests

    path = None if target is None else Path(target)
    exists = s.SpecError(f"{target} is there already; --force writes over it, another -o beside it")
    if path is not None and path.exists() and not force:
        raise exists
    import_modules([module])
    with show_seconds("write"):
        text = write_negative_tests(module) if negative else write_tests(module)
    if path is None:
        print_source(text)
        return 0
    try:
        before = ... if force else None
        replace_unchanged(path, lambda temporary: temporary.write_text(text, encoding="utf-8"), before)
    except FileChangedError:
        raise exists from None
    name = in_one_line(str(path))
    print(f"{name}: {text.count('def test_')} tests; to run them: python -m pytest {name}")
    return 0


# --- progress --------------------------------------------------------------------------------------------


class Progress:
    """A line with the number of rows on standard error, if that is a terminal and the work takes a while."""

    def __init__(self, title: str) -> None:
        self._title, self._end = title, time.monotonic() + AFTER
        self._is_shown = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()

    def show(self, rows: int) -> None:
        """Show the number of rows so far."""
        if sys.stderr.isatty() and time.monotonic() > self._end:
            text = f"\r{self._title}: {rows:,} rows"
            print(text, end="", file=own_stream(sys.stderr), flush=True)
            self._is_shown = True

    def clear(self) -> None:
        """Clear the line."""
        if self._is_shown:
            print("\r\x1b[K", end="", file=own_stream(sys.stderr), flush=True)
            self._is_shown = False
