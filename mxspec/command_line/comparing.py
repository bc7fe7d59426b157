"""The diff command: what changed between two files of specs, or two documents, and which of it breaks.

The files run in another process (`apart`). The result is a table for people, JSON for programs, or a line for
each break, which GitHub shows beside the file.
"""

import json
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import mxspec as s
from mxspec.base.messages.text import in_lines, in_one_line
from mxspec.changes.versions import NameChange
from mxspec.command_line.apart import run_apart
from mxspec.command_line.ending import escape_commands, own_stream, show_seconds
from mxspec.command_line.file_kinds import check_versions


def run_diff(
    files: Sequence[str], base: str | None, as_json: bool, github: bool, strict: bool, **options: Any
) -> int:
    """Print what changed for each name of a file of specs, or each part of a document.

    Args:
        files: the file, or without base the old and the new file; then the names to compare.
        base: the git revision to compare with.
        as_json: True to print JSON.
        github: True to print lines for GitHub annotations.
        strict: True to return 1 instead of 3.
        options: as in `compare_files`.

    Returns:
        0 if nothing breaks, 1 if something breaks, 3 if nothing breaks but a change is undecided.
    """
    if base is None and len(files) < 2:
        raise s.SpecError(f"diff compares two files, or --base REVISION and one; {files[0]} is one")
    check_versions(files, 1 + (base is None))
    try:
        with show_seconds("diff"):
            code, text, notes = run_apart(_compare_versions, files, base, as_json, github, strict, options)
    except s.SpecError as error:
        if as_json:  # a program reads standard output, a person standard error
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        if github:
            line = _annotation("error", files[base is None], "mxspec diff", str(error))
            print(line, file=own_stream(sys.stdout))
        raise
    for note in notes:
        print(in_one_line(f"mxspec diff: {note}"), file=sys.stderr)
    if text:
        print(text, file=own_stream(sys.stdout) if github and not as_json else sys.stdout)
    return int(code)


def _compare_versions(
    files: Sequence[str],
    base: str | None,
    as_json: bool,
    github: bool,
    strict: bool,
    options: Mapping[str, Any],
) -> tuple[int, str, list[str]]:
    """Return the exit code, the text and the notes of `run_diff`."""
    from mxspec.changes import versions
    from mxspec.changes.documents import changes as documents

    is_document = any(map(documents.is_document, files[: 1 + (base is None)]))
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", versions.SharedModulesWarning)
        if base is None:
            compare = documents.compare_documents if is_document else versions.compare_files
            changes = compare(files[0], files[1], files[2:], **options)
        else:
            since = documents.compare_document_with_revision
            changes = (since if is_document else versions.compare_with_revision)(
                files[0], base, files[1:], **options
            )
    if as_json:
        text = json.dumps([*map(versions.change_as_json, changes)], indent=1, ensure_ascii=False)
    elif github:
        text = "\n".join(_annotations(changes, files[base is None], strict=strict))
    else:
        shown = [change for change in changes if not is_document or change.change != "same"]
        count = len(changes) - len(shown)
        same = [f"{count:,} {'part is' if count == 1 else 'parts are'} the same"] * (count > 0)
        text = "\n".join([*([versions.changes_table(shown)] if shown else []), *same])
    is_open = any(change.is_undecided for change in changes)
    code = 1 if versions.breaking_names(changes) else 0 if not is_open else 1 if strict else 3
    return code, text, [str(note.message) for note in notes]


def _annotations(changes: Iterable[NameChange], file: str, *, strict: bool) -> Iterator[str]:
    """Yield a line for each change that breaks or may break something; GitHub shows it beside the file."""
    for change in changes:
        if change.is_breaking or change.is_undecided:
            level = "error" if change.is_breaking or strict else "warning"
            gone = "broken: there is no such name any more"
            text = gone if change.change == "removed" else repr(change.answer)
            yield _annotation(level, file, change.name, text)


def _annotation(level: str, file: str, title: str, text: str) -> str:
    """Return a command of GitHub's runner, with the escapes that the runner decodes."""
    file, title, text = (escape_commands(in_lines(part)) for part in (file, title, text))
    escapes = {"%": "%25", "\r": "%0D", "\n": "%0A"}
    data = str.maketrans(escapes)
    field = str.maketrans({**escapes, ":": "%3A", ",": "%2C"})
    return f"::{level} file={file.translate(field)},title={title.translate(field)}::{text.translate(data)}"
