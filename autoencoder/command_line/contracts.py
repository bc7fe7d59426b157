"""The commands that need no network: infer and valid of rows of data, write and diff of specs."""

import csv
import json
import math
import os
import re
import runpy
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import mxspec as s
from autoencoder.data.storage import replace_file
from mxspec.core.spec import Spec, specize

AFTER: Final = 2.0  # seconds; shorter work shows no progress
_CHUNK: Final = 10_000  # rows
# Numbers without a zero too many, which codes such as 007 have.
_WRITTEN: Final[Mapping[type, re.Pattern[str]]] = {
    int: re.compile(r"0|-?[1-9][0-9]*"),
    float: re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?|\.[0-9]+)"),
}


def run_infer(
    rows: Sequence[str], target: str | None, refuse: float, confidence: float, name: str | None
) -> int:
    """Write the contract of rows, and print its promise."""
    sketch: Any = 0
    start = 0
    with Progress("infer") as progress:
        for file in rows:
            values = [row for _, row in read_rows(Path(file), progress=progress)]
            for i in range(0, len(values), _CHUNK):
                part = values[i : i + _CHUNK]
                sketch += s.sketch(part, start=start)
                start += len(part)
                progress.show(start)
    contract = s.infer(sketch or [], refuse, confidence, name=name)
    source = s.source(contract)
    if target is None:
        print(source, end="")
    else:
        replace_file(Path(target), lambda path: path.write_text(source, encoding="utf-8"))
    print(f"{target or 'contract'}: {s.promise(contract)}", file=sys.stdout if target else sys.stderr)
    return 0


def run_valid(
    spec: str, images: Sequence[str], as_json: bool, modules: Sequence[str], model_dir: str | None
) -> int:
    """Tell whether rows fit a contract, or pictures a spec; return 1 if one does not."""
    if spec.endswith(".py"):
        if modules or model_dir:
            raise s.SpecError(f"--import and --model-dir are for pictures, and {spec} is a contract of rows")
        return run_valid_rows(spec, images, as_json)
    import autoencoder.networks  # noqa: F401  # first: it says what to install if there is no runtime
    from autoencoder.command_line import asking

    return asking.run_valid_pictures(model_dir, modules, spec, images, as_json)


def run_valid_rows(spec: str, images: Sequence[str], as_json: bool) -> int:
    """Print each row that does not fit a contract, and why; return 1 if there is one.

    Args:
        spec: the file of the contract, which is run.
        images: the files of the rows.
        as_json: True to print JSON.
    """
    contract = read_contract(Path(spec))
    refused, total = [], 0
    with Progress("valid") as progress:
        for file in images:
            for line, row in read_rows(Path(file), contract, progress):
                total += 1
                if not s.valid(contract, row):
                    refused.append({"file": file, "row": line, "errors": s.explain_json(contract, row)})
                    if not as_json:
                        progress.clear()
                        reasons = s.explain_str(contract, row).replace("\n", "\n    ")
                        print(f"{file}:{line}: {reasons}")
                if total % _CHUNK == 0:
                    progress.show(total)
    if as_json:
        print(json.dumps({"total": total, "refused": refused}, indent=1, ensure_ascii=False))
    else:
        print(
            f"{len(refused):,} of {total:,} rows do not fit {spec}" if refused else f"all {total:,} rows fit"
        )
    return 1 if refused else 0


def read_contract(path: Path) -> Spec:
    """Return the spec that a file of Python defines as `spec`; the file is run.

    Raises:
        SpecDefinitionError: it defines none, or it raises, be it SystemExit.
        OSError: the file can't be read.
    """
    path.read_bytes()  # raises if it can't be
    try:
        spec = runpy.run_path(str(path)).get("spec")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too, by which it would decide the exit code
        reason = str(error).partition("\n")[0]
        raise s.SpecDefinitionError(f"{path} raises {type(error).__name__}: {reason}") from error
    if spec is None:
        raise s.SpecDefinitionError(f"{path} defines no `spec`; mxspec infer rows.jsonl -o {path} writes one")
    return specize(spec)


def run_write(module: str, target: str | None, force: bool) -> int:
    """Draft a test file for what a module registers."""
    from mxspec.ghostwriter import write_tests

    path = None if target is None else Path(target)
    exists = s.SpecError(f"{target} is there already; --force writes over it, another -o beside it")
    if path is not None and path.exists() and not force:
        raise exists
    if os.getcwd() not in sys.path:  # as Python does with -m
        sys.path.insert(0, os.getcwd())
    text = write_tests(module)
    if path is None:
        print(text, end="")
        return 0
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise exists from None
    print(f"{path}: {text.count('def test_')} tests; to run them: python -m pytest {path}")
    return 0


def run_diff(files: Sequence[str], base: str | None, as_json: bool, strict: bool, **options: Any) -> int:
    """Print what became of each name of a file of specs.

    Args:
        files: the file, or without base the old and the new one; then the names to compare.
        base: the revision of git to compare with.
        as_json: True to print JSON.
        strict: True to return 1 in place of 3.
        options: those of `compare_files`.

    Returns:
        0 if nothing breaks, 1 if something does, 3 if nothing does but a change is undecided.
    """
    from mxspec.changes import versions

    if base is None and len(files) < 2:
        raise s.SpecError(f"diff compares two files, or --base REVISION and one; {files[0]} is one")
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", versions.SharedModulesWarning)
        if base is None:
            changes = versions.compare_files(files[0], files[1], files[2:], **options)
        else:
            changes = versions.compare_with_revision(files[0], base, files[1:], **options)
    for note in notes:
        print(f"mxspec diff: {note.message}", file=sys.stderr)
    if as_json:
        print(json.dumps([*map(versions.change_as_json, changes)], indent=1, ensure_ascii=False))
    else:
        print(versions.changes_table(changes))
    if versions.breaking_names(changes):
        return 1
    is_open = any(change.is_undecided for change in changes)
    return 0 if not is_open else 1 if strict else 3


# --- files of rows ---------------------------------------------------------------------------------------


def read_rows(
    path: Path, contract: Spec | None = None, progress: "Progress | None" = None
) -> Iterator[tuple[int, Any]]:
    """Yield the rows of a file, each with the number of its line, or its own from 1.

    The cells of a .csv file are text. A contract decodes them; without one, a column of numbers is read as
    numbers, and an empty cell is None.

    Raises:
        SpecDefinitionError: the file is of another kind, or a line of it is not JSON.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.DictReader(file)
            rows = ((lines.line_num, row) for row in lines)
            if contract is None:
                yield from _read_by_columns([*rows])
            else:
                yield from ((number, s.decode(contract, row, strings=True)) for number, row in rows)
    elif kind in (".jsonl", ".ndjson"):
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _read_json(line, f"{path}:{number}")
                if progress is not None and number % _CHUNK == 0:
                    progress.show(number)
    elif kind == ".json":
        rows_of_file = _read_json(path.read_text(encoding="utf-8"), str(path))
        if not isinstance(rows_of_file, list):
            raise s.SpecDefinitionError(f"{path} is a JSON {type(rows_of_file).__name__}, not a list of rows")
        yield from enumerate(rows_of_file, 1)
    elif kind == ".parquet":
        yield from enumerate(_read_parquet(path), 1)
    else:
        raise s.SpecDefinitionError(f"{path} is none of .jsonl, .json, .csv and .parquet")


def _read_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise s.SpecDefinitionError(f"{where} is not JSON: {error}") from None


def _read_parquet(path: Path) -> list[Any]:
    try:
        import pyarrow.parquet  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as missing:
        raise ImportError(f"reading {path} needs pyarrow: pip install pyarrow ({missing})") from missing
    rows: list[Any] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def _read_by_columns(rows: Sequence[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, Any]]:
    """Yield rows of text with the columns that hold numbers alone as numbers."""
    readers: dict[str, Callable[[str], Any]] = {}
    for key in {key for _, row in rows for key in row}:
        cells = [cell for _, row in rows if (cell := row.get(key))]
        readers[key] = next((kind for kind in _WRITTEN if all(_is_written(kind, x) for x in cells)), str)
    for number, row in rows:
        yield number, {key: readers[key](cell) if cell else None for key, cell in row.items()}


def _is_written(kind: type, cell: str) -> bool:
    return _WRITTEN[kind].fullmatch(cell) is not None and math.isfinite(float(cell))


# --- progress --------------------------------------------------------------------------------------------


class Progress:
    """A line on standard error with a number of rows, if it is a terminal and the work takes a while."""

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
            print(f"\r{self._title}: {rows:,} rows", end="", file=sys.stderr, flush=True)
            self._is_shown = True

    def clear(self) -> None:
        """Clear the line."""
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._is_shown = False
