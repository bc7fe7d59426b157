"""The changes of a document, part by part: same, proved, broken (with a value) or undecided."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mxspec.base import names
from mxspec.base.values import identity_key, short_repr
from mxspec.changes.answers import Compatibility, join_answers
from mxspec.changes.compatible import Direction, check_compatible, compare_versions
from mxspec.changes.documents.keywords import type_words, with_subschemas
from mxspec.changes.documents.parts import (
    DocumentPart,
    bundle_schema,
    notes_of_documents,
    parts_of_documents,
    text_of_json,
)
from mxspec.changes.documents.reading import SUFFIXES, Document
from mxspec.changes.documents.sides import Side
from mxspec.changes.proof import Version
from mxspec.changes.trees import OwnModules, checkout, tree_of
from mxspec.changes.versions import NameChange
from mxspec.errors import SpecError, UnknownSpecError, did_you_mean, name_recursion_limit
from mxspec.functions.check import NUM_TESTS
from mxspec.questions.operations import valid
from mxspec.specs.core.budget import SECONDS, Budget, Deadline, OutOfTimeError, read_limit
from mxspec.specs.core.spec import Spec, as_part
from mxspec.transform.schemas.from_json_schema import from_json_schema
from mxspec.transform.schemas.json_files import folder_of_references
from mxspec.transform.schemas.json_schema import json_schema
from mxspec.transform.schemas.languages import JSON_SCHEMA

_CLASS: Final = re.compile(r"(.+\.py):(\w+)")
_SCALARS: Final = ["string", "integer", "number", "boolean"]


def compare_documents(
    old: str | Path,
    new: str | Path,
    only: Sequence[str] = (),
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = 0,
    limit: float = SECONDS,
) -> list[NameChange]:
    """Return the change of each part of a document, or between a JSON Schema and a class.

    Args:
        old, new: files of JSON, or of YAML if PyYAML is installed; one may be a class, as `module.py:Class`.
        only: names of parts, or the words that names begin with; by default all parts.
        direction: the direction of a JSON Schema; each part of OpenAPI and MCP has its own.
        num_tests, seed: as in `check_compatible`.
        limit: as in `check_compatible`, for each part. The documents are read within the limit for each begun
            megabyte, and all parts are compared within 30 times the limit; what is left then is undecided.

    Raises:
        SpecError: a file can't be read, has an unknown kind or version, or refers to something missing.
        UnknownSpecError: a name in only is in neither document.

    Example:
        >>> import json, pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name, most in {"old.json": 9, "new.json": 5}.items():
        ...     _ = (folder / name).write_text(json.dumps({"type": "integer", "maximum": most}))
        >>> [change] = compare_documents(folder / "old.json", folder / "new.json")
        >>> change.name, change.answer.verdict, change.answer.witness
        ('#', 'broken', 6)
    """
    options = {"num_tests": num_tests, "seed": seed, "limit": limit}
    if any(_CLASS.fullmatch(str(file)) for file in (old, new)):
        return _compare_class(old, new, direction, options)
    first, second = ((Path(file), str(file), folder_of_references(Path(file))) for file in (old, new))
    return _compare(first, second, only, direction, options)


def compare_document_with_revision(
    file: str | Path,
    revision: str,
    only: Sequence[str] = (),
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = 0,
    limit: float = SECONDS,
) -> list[NameChange]:
    """Return the change of each part of a document since a revision of its git repository.

    Args:
        file: a file of JSON or YAML, in a repository.
        revision: a branch, a tag or a commit.
        only, direction, num_tests, seed, limit: as in `compare_documents`.

    Raises:
        SpecError: as in `compare_documents`; or the revision does not exist, or lacks the file.
    """
    with checkout(Path(file), revision) as (base, top, inside):
        first, second = (base / inside, f"{inside} of {revision}", base), (top / inside, str(file), top)
        options = {"num_tests": num_tests, "seed": seed, "limit": limit}
        return _compare(first, second, only, direction, options)


def is_document(file: str) -> bool:
    """True for the name of a JSON or YAML file, or of a class as `module.py:Class`."""
    return file.endswith(SUFFIXES) or _CLASS.fullmatch(file) is not None


# --- the parts of two documents ---------------------------------------------------------------------------

_Source = tuple[Path, str, Path]
"""The file of a document, its name in messages, and the folder with the files that it may refer to."""

_TIMES: Final = 30
"""The time of all parts together, in limits of one."""

_MEGABYTE: Final = 1_000_000


def _compare(
    old: _Source, new: _Source, only: Sequence[str], direction: Direction, options: Mapping[str, Any]
) -> list[NameChange]:
    """Return the changes of two documents; what no time is left for is undecided."""
    limit = read_limit(options["limit"])
    late = Compatibility("not refuted", ended_after=limit)
    whole, reading = Deadline(limit, _TIMES), Deadline(limit, _megabytes(old[0]) + _megabytes(new[0]))
    rows: list[DocumentPart | NameChange] = []
    try:
        with Budget(reading).in_force():
            rows.extend(_read_parts(old, new, direction, by_name=bool(only)))
        unread = []
    except OutOfTimeError:
        unread = [NameChange("the parts that were not read", "changed", late)]
    for word in only:
        if not unread and not any(_is_named(row.name, word) for row in rows):
            raise UnknownSpecError(
                f"neither document has {word!r}{did_you_mean(word, [row.name for row in rows])}", spec=word
            )
    answers: dict[str, Compatibility] = {}  # many operations share schemas

    def answer(part: DocumentPart) -> Compatibility:
        """Return the answer about a part; the same two schemas get the same answer."""
        if whole.is_over:
            return late
        question = text_of_json([*part[1:8], *map(str, part.bases)])
        if question not in answers:
            answers[question] = _answer(part, options)
        return answers[question]

    some = [row for row in rows if _is_asked_for(row, only)]
    return [row if isinstance(row, NameChange) else _document_change(row, answer) for row in some] + unread


def _megabytes(file: Path) -> int:
    """Return the size of a file in megabytes, at least 1."""
    with contextlib.suppress(OSError):
        return file.stat().st_size // _MEGABYTE + 1
    return 1


def _read_parts(
    old: _Source, new: _Source, direction: Direction, *, by_name: bool
) -> Iterator[DocumentPart | NameChange]:
    """Read two documents, and yield their parts."""
    before, after = Document(*old), Document(*new)
    if before.kind != after.kind:
        raise SpecError(f"{before.label} is {before.kind}, and {after.label} is {after.kind}")
    with name_recursion_limit(f"{before.label} or {after.label}", None):
        yield from parts_of_documents(before, after, direction, by_name=by_name)
        yield from notes_of_documents(before, after)


def _is_asked_for(row: DocumentPart | NameChange, only: Sequence[str]) -> bool:
    is_note = isinstance(row, NameChange) and row.change == "not looked at"
    return not only or is_note or any(_is_named(row.name, word) for word in only)


def _is_named(name: str, word: str) -> bool:
    return f"{name} ".startswith((f"{word} ", f"tool {word} ")) or name.endswith(f"s/{word}")


def _document_change(part: DocumentPart, answer_of: Callable[[DocumentPart], Compatibility]) -> NameChange:
    """Return the change of a part."""
    is_whole = part.bases == (None, None)  # else another file may have changed
    if is_whole and text_of_json(part.old) == text_of_json(part.new) and not part.unproved:
        return NameChange(part.name, "same")
    answer = answer_of(part)
    if part.unproved:
        answer = join_answers([answer, Compatibility("not refuted", unproved=part.unproved)])
    if part.is_new:
        return NameChange(part.name, "added", None if answer.verdict == "proved" else answer)
    return NameChange(part.name, "changed", answer)


def _answer(part: DocumentPart, options: Mapping[str, Any]) -> Compatibility:
    """Return the answer about a part: its schemas are read and compared within one limit."""
    deadline = Deadline(options["limit"])
    sent, taken = part.old, part.new
    if is_answer := part.direction == "responses":
        sent, taken = taken, sent
    try:
        with Budget(deadline).in_force():
            is_json = part.language is JSON_SCHEMA
            sides = functools.partial(_json_sides, part) if is_json else part.language.sides
            sender, taker, undecided = sides(sent, taken)
        pair = (taker, sender) if is_answer else (sender, taker)
        versions = [Version(spec, names.current) for spec in pair]
        answer = compare_versions(*versions, direction=part.direction, deadline=deadline, **options)
    except OutOfTimeError as error:
        return Compatibility("not refuted", ended_after=error.limit)
    except (SpecError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        return Compatibility("not refuted", unproved=(f"not understood: {reason}",))
    if answer.verdict == "proved" and undecided:
        return Compatibility("not refuted", unproved=undecided)
    if answer.verdict == "broken" and part.language is JSON_SCHEMA:
        x = answer.witness
        if part.is_text and _may_be_taken(taker, x):
            words = f"{short_repr(x)} is not valid, and its text may be"
            return Compatibility("not refuted", unproved=(words,))
        if not _is_confirmed(sender, taker, x):
            return Compatibility("not refuted", unproved=(f"{short_repr(x)}, which is not confirmed",))
    return answer


def _json_sides(part: DocumentPart, sent: Any, taken: Any) -> tuple[Spec, Spec, tuple[str, ...]]:
    """Return the specs of what is sent and of what is taken, and the formats that they do not decide."""
    formats: tuple[str, ...] = ()
    if part.bases == (None, None):
        taken = _taking_text(taken) if part.is_text else taken
        side = Side(sent, part.hides, taken, lists=part.lists)
        sent, taken, formats = side.schema, Side(taken, part.hides).schema, tuple(side.formats)
    bases = part.bases[::-1] if part.direction == "responses" else part.bases
    return from_json_schema(sent, base=bases[0]), from_json_schema(taken, base=bases[1]), formats


def _is_confirmed(sender: Spec, taker: Spec, x: Any) -> bool:
    """True if one side sends a value and the other refuses it, or if part of the value is undecided."""
    try:
        value = json.loads(json.dumps(x))
    except TypeError:
        return True
    return valid(sender, value) and not valid(taker, value)


# --- values that are sent as text --------------------------------------------------------------------------


def _taking_text(schema: Any) -> Any:
    """Return a schema that takes any scalar wherever it took any text."""
    if not isinstance(schema, dict):
        return schema
    new = with_subschemas(schema, lambda word, name, part: _taking_text(part))
    if "$defs" in new:
        new["$defs"] = {name: _taking_text(part) for name, part in new["$defs"].items()}
    return new | (
        {"type": _SCALARS} if type_words(new) == ["string"] and new.keys() <= {"type", "format"} else {}
    )


def _leaves_with(x: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(x, dict):
        return {key: _leaves_with(y, change) for key, y in x.items()}
    return [_leaves_with(y, change) for y in x] if isinstance(x, list) else change(x)


def _may_be_taken(taker: Spec, x: Any) -> bool:
    """True if the text of a value is valid, read as text or as scalars; or if a part is null, not text.

    A list of one element has the text of its element; an empty list is absent.
    """
    leaves: list[Any] = []
    _leaves_with(x, leaves.append)

    def read(leaf: Any) -> Any:
        with contextlib.suppress(ValueError):
            scalar = json.loads(leaf) if isinstance(leaf, str) else leaf
            return scalar if isinstance(scalar, int | float) else leaf
        return leaf

    def write(leaf: Any) -> Any:
        return json.dumps(leaf) if isinstance(leaf, int | float) else leaf

    shapes = [x]
    if isinstance(x, dict):
        shapes.append({key: y if isinstance(y, list) else [y] for key, y in x.items()})
        one = {key: y for key, y in x.items() if not isinstance(y, list) or len(y) == 1}
        some = {key: y for key, y in x.items() if y != []}
        shapes += [{key: y[0] if isinstance(y, list) else y for key, y in one.items()}] * (one == some)
    return None in leaves or any(
        valid(taker, _leaves_with(y, change)) for y in shapes for change in (read, write)
    )


# --- a schema and a class ---------------------------------------------------------------------------------


def _compare_class(
    old: str | Path, new: str | Path, direction: Direction, options: Mapping[str, Any]
) -> list[NameChange]:
    """Return the change between a JSON Schema and a class. The sender sends only listed properties."""
    is_old = (match := _CLASS.fullmatch(str(old))) is not None
    other = _CLASS.fullmatch(str(new))
    match = match or other
    if match is None or (is_old and other is not None):
        raise SpecError("classes of two files are compared as specs: define `spec` there, or register them")
    path, name = match.groups()
    file = Path(new if is_old else old)
    late = NameChange(name, "changed", Compatibility("not refuted", ended_after=options["limit"]))
    try:
        with _reading(file, options):
            document = Document(file, str(file), folder_of_references(file))
    except OutOfTimeError:
        return [late]
    modules = OwnModules(tree_of(Path(path)))
    with names.look_up_in(names.Names(names.current.entries)), names.keep_origins():
        model = vars(modules.load()).get(name)
        if not isinstance(model, type) or document.kind != "a JSON Schema":
            problem = f"{document.label} is {document.kind}, {path} has "
            raise SpecError(f"{problem}{short_repr(model)} as {name}; a JSON Schema and a class are compared")
        with modules.in_force():
            spec = as_part(model)
            try:
                with _reading(file, options):
                    schema = bundle_schema(document, document.top.value)
                    if document.base is None and is_old == (direction == "responses"):
                        schema = Side(schema, taken=json_schema(spec), lists=True).schema
                    part = from_json_schema(schema, base=document.base)
            except OutOfTimeError:
                return [late]
            pair = (spec, part) if is_old else (part, spec)
            answer = check_compatible(*pair, direction=direction, **options)
            if answer.verdict == "broken" and not _is_value_of_json(answer.witness):
                words = f"{short_repr(answer.witness)}, which is no JSON"
                answer = Compatibility("not refuted", unproved=(words,))
            return [NameChange(name, "changed", answer), *notes_of_documents(document, document)]


def _reading(file: Path, options: Mapping[str, Any]) -> contextlib.AbstractContextManager[None]:
    """Return a block that reads a document within its budget."""
    return Budget(Deadline(options["limit"], _megabytes(file))).in_force()


def _is_value_of_json(x: Any) -> bool:
    with contextlib.suppress(TypeError, ValueError):
        return identity_key(json.loads(json.dumps(x, allow_nan=False))) == identity_key(x)
    return False
