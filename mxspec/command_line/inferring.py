"""The command infer: a contract of files of rows, and the next one out of the last and new rows.

    mxspec infer march.csv -o contract.py             ->  contract.py, and contract.py.pool
    mxspec infer --update contract.py april.csv       ->  the contract of both, if april.csv keeps the promise
    mxspec infer --update contract.py may.csv         ->  exit 1, and nothing is written, if it breaks it

The pool is the sketch of all rows so far (`mxspec.command_line.pools`), so any number of new rows makes the
next contract. Rows that break the promise may be wrong; `--accept` takes them in.
"""

import collections
import dataclasses
import hashlib
import itertools
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import mxspec as s
from mxspec.base.files import content_of, replace_file, replace_unchanged, temporary_folder
from mxspec.base.messages.text import in_one_line
from mxspec.command_line.contracts import Progress, print_source, read_all, read_contract, row_files
from mxspec.command_line.ending import show_seconds
from mxspec.command_line.file_kinds import (
    check_contract,
    check_contract_first,
    check_output_contract,
    check_row_files,
)
from mxspec.command_line.pools import Pool, pool_file, read_pool
from mxspec.frames.split import MOST_REASONS
from mxspec.inference.column_sketch import join_chunks, sketch_chunk
from mxspec.inference.contract import Contract
from mxspec.inference.delimited import COMMA, FLOAT, Chunk
from mxspec.inference.profile import GroupCounts, profile_rows
from mxspec.inference.sketch import Sketch
from mxspec.notation.next_contract import next_contract
from mxspec.promises.bounds import binomial_cdf
from mxspec.promises.counted_files import CountedFiles
from mxspec.promises.promise import share_text

SHORT: Final = 4  # letters, as in codes
FLOAT_OR_COMMA: Final = re.compile(f"{FLOAT.regex}|{COMMA.regex}")
REASONS: Final = 3  # of rows that only the new contract accepts
BREAKS: Final = 0.01  # so many rows are refused with this probability while the promise is kept


def run_infer(
    rows: Sequence[str],
    target: str | None,
    refuse: float,
    confidence: float,
    name: str | None,
    order_by: str | None = None,
    unordered: bool = False,
    update: str | None = None,
    groups: str | None = None,
    force: bool = False,
    accept: bool = False,
    why: bool = False,
    **cells: Any,
) -> int:
    """Write the contract of rows, and print its promise; return 1 if new rows break the promise before.

    Args:
        rows: the files of the rows.
        target: the file of the contract; None to print the contract, or with update to write that file.
        refuse, confidence: as in `infer`.
        name: a name for the contract.
        order_by, unordered: as time and ordered of `infer`.
        update: the file of an earlier contract; the new contract also accepts what the old one accepts, and
            the change is printed as by `mxspec diff`. It is made of the new rows and of the pool of the old
            contract, if there is one.
        groups: the column to count the values of, instead of rows; then all rows are kept in memory, and
            there is no pool.
        force: True to write over an edited contract.
        accept: True to take in rows that break the promise before.
        why: True to print the reasons of the promise.
        cells: the options of files of cells.

    A file counts once: what was counted before is left out, and said so.

    Raises:
        SpecError: target was edited since `infer` wrote it, or is another file; or the pool is another one.
        FileChangedError: another process or an editor wrote to the contract meanwhile.
    """
    if update is not None:
        check_contract_first(update, rows)
        check_contract(update)
    check_row_files(rows)
    rows = row_files(rows)
    if target is not None:
        check_output_contract(target, rows)
    place = Path(target or update or os.devnull)
    is_updated = update is not None and place.exists() and os.path.samefile(place, update)
    before = ... if force and not is_updated else content_of(place)
    if isinstance(before, bytes) and before and not is_updated and not _is_as_inferred(before):
        raise s.SpecError(
            f"{target} is there already, edited or not by infer; --force writes over it, another -o beside it"
        )
    old = None if update is None else _contract_to_update(update, rows)
    pool = None if old is None or update is None or groups is not None else read_pool(Path(update), old.pool)
    counted = CountedFiles(() if old is None else old.files)
    rows, n_before = _new_files(rows, counted, groups)
    if not rows:
        if target is not None and update is not None and not is_updated:
            _copy_contract(Path(update), place, before)
        print(f"{target or update}: nothing changes")
        return 0
    judged = None
    if old is not None:
        judged = _judge_by_contract(old, rows, n_before, groups, cells)
        if judged.breaks_promise and not accept:
            print(judged.words(f"{update} promised at most {share_text(old.promise.refuses_at_most)}"))
            print("so the promise is broken, and nothing is taken in; if these rows are right, --accept does")
            return 1
    read = _read_rows(rows, counted, pool, groups, cells)
    with show_seconds("infer"):
        contract = s.infer(
            read.sketch or read.rows,
            refuse,
            confidence,
            name=name,
            groups=groups,
            time=order_by,
            ordered=not unordered,
        )
    messages: list[str] = []  # once the contract is written
    if old is not None and judged is not None:
        contract, target = next_contract(old, contract, judged.misfits, judged.asked), target or update
        if judged.misfits:
            messages.append(judged.words("the new contract takes them in"))
    is_file = target is not None and (not place.exists() or place.is_file())
    pool_after = Pool.of(read.sketch) if is_file and groups is None else None
    digest = "" if pool_after is None else pool_after.digest
    contract = dataclasses.replace(contract, files=counted.texts, pool=digest)
    source = s.source(contract)
    if update is not None:
        messages.append(_change_of(update, source))
    if target is not None and not is_updated:  # an updated contract keeps edits and earlier rows
        source += _line_of_digest(source)
    if target is None:
        print_source(source)
    else:
        replace_unchanged(place, lambda path: path.write_text(source, encoding="utf-8"), before)
        if pool_after is not None:
            pool_after.write(place)
    print("".join(f"{text}\n" for text in messages), end="")
    if target is not None or why:  # else it stands in the source alone
        _print_promise(contract.promise, target, is_pooled=pool_after is not None, why=why)
    for hint in read.hints(contract.sample):
        print(in_one_line(hint), file=sys.stderr)
    return 0


def _print_promise(promise: s.Promise, target: str | None, *, is_pooled: bool, why: bool) -> None:
    """Print a promise and, if wanted, its reasons: beside a contract in a file, else on standard error."""
    lines = promise.lines(target or "CONTRACT", is_pooled=is_pooled)
    lines[0] = f"{target or 'contract'}: {lines[0]}"
    for line in [*lines, *(promise.explained.splitlines() if why else ())]:
        print(in_one_line(line), file=sys.stdout if target else sys.stderr)


def _copy_contract(update: Path, place: Path, before: Any) -> None:
    """Write a contract that does not change to another file, with its pool."""
    source = update.read_text(encoding="utf-8")
    source += "" if _is_as_inferred(source.encode()) else _line_of_digest(source)
    replace_unchanged(place, lambda path: path.write_text(source, encoding="utf-8"), before)
    if isinstance(pool := content_of(pool_file(update)), bytes):
        replace_file(pool_file(place), lambda path: path.write_bytes(pool))


class _JudgedRows(NamedTuple):
    """The verdict of the contract before on new rows.

    Attributes:
        profile: the counts, with reasons.
        asked: the number of rows, or of groups, that had not been counted before.
        breaks_promise: True if more are refused than a kept promise explains.
    """

    profile: s.Profile
    asked: int
    breaks_promise: bool

    @property
    def misfits(self) -> int:
        """The number of refused rows."""
        return self.profile.invalid

    def words(self, after: str) -> str:
        """Return text about the refused rows, with reasons."""
        of = self.profile.of if self.profile.of != "values" else "rows"
        head = f"{self.misfits:,} of {self.profile.total:,} {of} do not fit the contract before; {after}:"
        frequent = collections.Counter(self.profile.reasons).most_common(REASONS)
        lines = (f"  {count:,}: {in_one_line(reason or 'other reasons')}" for reason, count in frequent)
        return "\n".join([head, *lines])


def _judge_by_contract(
    old: Contract, rows: Sequence[str], n_before: int, groups: str | None, cells: Mapping[str, Any]
) -> _JudgedRows:
    """Return the verdict of a contract on files, without the n_before rows that it has counted.

    Raises:
        SpecDefinitionError: its promise is about rows and the next about groups, or the other way round.
    """
    if old.promise.of.startswith("groups") != (groups is not None):
        own = "rows" if groups is None else f"groups by {groups!r}"
        words = f"the promise so far is about {old.promise.of}, and the next about {own}"
        raise s.SpecDefinitionError(f"{words}; infer both with the same groups")
    profile, counts = profile_rows(old, []), None if groups is None else GroupCounts(old, groups)
    with Progress("valid") as progress:
        for chunk in read_all(rows, old, progress, **cells):
            if counts is None:
                profile = profile_rows(old, chunk.batch, MOST_REASONS, profile)
                progress.show(profile.total)
            else:
                counts.add(chunk.rows())
    profile = profile if counts is None else counts.profile
    asked = max(profile.invalid, profile.total - n_before)
    share = old.promise.refuses_at_most
    chance = 1 - binomial_cdf(profile.invalid - 1, asked, share) if profile.invalid and share < 1 else 1.0
    return _JudgedRows(profile, asked, chance <= BREAKS)


@dataclasses.dataclass
class _ReadRows:
    """The rows of files, read for a contract.

    Attributes:
        sketch: their sketch, added to the pool's; 0 for groups.
        rows: the rows themselves, for groups.
        count: the number of new rows.
        words: by column, the words that were read as missing.
        texts: by text column, its cells, where all are numbers but for one word.
    """

    sketch: Any
    rows: list[Any]
    count: int = 0
    words: dict[str, collections.Counter[str]] = dataclasses.field(default_factory=dict)
    texts: dict[str, collections.Counter[str] | None] = dataclasses.field(default_factory=dict)

    def hints(self, sample: Iterable[Any]) -> Iterator[str]:
        """Yield hints about words for missing cells."""
        for column, own in self.texts.items():
            if own is not None and (hint := _hint_of_missing(column, own, self.words.get(column, ()))):
                yield hint
        for column, word, count in _words_like_codes(self.words, sample):
            note = f"{word!r} in {column!r} was read as missing, {count:,} times of {self.count:,}"
            yield f"{note}; if it is a code as the others are, --missing '' keeps it"


def _read_rows(
    files: Sequence[str],
    counted: CountedFiles,
    pool: Sketch | None,
    groups: str | None,
    cells: Mapping[str, Any],
) -> _ReadRows:
    """Return the rows of files, added to a pool, and count the files."""
    read = _ReadRows(pool or 0, [])
    first = pool.spans[-1][1] if pool is not None else 0
    with Progress("infer") as progress:
        chunks = itertools.chain.from_iterable(
            counted.count(file, read_all([file], None, progress, **cells)) for file in files
        )
        for chunk in join_chunks(_noting_words(chunks, read.words, read.texts)):
            if groups is None:
                read.sketch += sketch_chunk(chunk, first + read.count)
            else:
                read.rows += chunk.rows()
            read.count += len(chunk.numbers)
            progress.show(read.count)
    return read


def _contract_to_update(update: str, rows: Sequence[str]) -> Contract:
    """Return the contract of a file, for an update from rows that can be read twice."""
    old = read_contract(Path(update))
    if not isinstance(old, Contract):
        words = f"{update} is no contract that infer wrote, with a promise to renew"
        raise s.SpecDefinitionError(f"{words}; mxspec infer ROWS -o FILE writes one")
    if "-" in rows:
        raise s.SpecDefinitionError(
            "--update reads the rows twice, by the old contract and for the new one; "
            "write standard input to a file first"
        )
    return old


def _new_files(rows: Sequence[str], counted: CountedFiles, groups: str | None) -> tuple[list[str], int]:
    """Return the files that were not counted before, and how many of their first rows were.

    Raises:
        SpecDefinitionError: groups of a file that grows are requested.
    """
    new, n_before = [], 0
    for file in rows:
        if counted.knows(file):
            print(f"{file}: its rows were counted before, and are left out", file=sys.stderr)
        elif (own := counted.rows_before(file)) and groups is not None:
            raise s.SpecDefinitionError(
                f"{file} begins with rows that were counted before, and groups of a file that grows can't be "
                "told apart; give the new rows alone"
            )
        else:
            n_before += own
            counted.add(file, 0)
            new.append(file)
    return new, n_before


def _line_of_digest(source: str) -> str:
    """Return the last line of a contract of `infer`, which shows that the text above it was not edited."""
    return f"# as mxspec infer wrote it: {hashlib.sha256(source.encode()).hexdigest()[:16]}\n"


def _is_as_inferred(content: bytes) -> bool:
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    source = text.removesuffix("\n").rpartition("\n")[0] + "\n"
    return text == source + _line_of_digest(source)


def _change_of(update: str, source: str) -> str:
    """Return the changes from a contract's file to its new source, as `diff` prints them."""
    from mxspec.changes import versions

    with temporary_folder() as folder:
        after = folder / Path(update).name
        after.write_text(source, encoding="utf-8")
        return versions.changes_table(versions.compare_files(update, str(after)))


def _noting_words(
    chunks: Iterable[Chunk],
    words: dict[str, collections.Counter[str]],
    texts: dict[str, collections.Counter[str] | None],
) -> Iterator[Chunk]:
    """Yield chunks, and count their words that were read as missing.

    In texts, the cells of each text column are counted, with all numbers as one cell, "". None stands for a
    column with several words.
    """
    for chunk in chunks:
        for column, cells in (chunk.columns if chunk.has_lines and chunk.columns else {}).items():
            counts = texts.setdefault(column, collections.Counter())
            if counts is not None:
                if type(next((x for x in cells if x is not None), "")) is str:
                    counts.update("" if _is_written_number(x) else x for x in cells if x is not None)
                if len(counts) > 2 or not counts:
                    texts[column] = None
        for column, own in chunk.missing.items():
            words.setdefault(column, collections.Counter()).update(own)
        yield chunk


def _is_written_number(cell: str) -> bool:
    return FLOAT_OR_COMMA.fullmatch(cell) is not None


def _hint_of_missing(column: str, counts: Mapping[str, int], words: Iterable[str]) -> str | None:
    """Return a hint if all cells of a column are numbers except for one word, such as - for missing cells."""
    others = [word for word in counts if word]
    if not others or counts.get("", 0) <= counts[others[0]]:
        return None
    options = " ".join(
        f"--missing{'=' if word[0] == '-' != word else ' '}{shlex.quote(word)}" for word in (*others, *words)
    )
    numbers = f"{counts['']:,} numbers and {counts[others[0]]:,} of {others[0]!r}"
    return f"column {column!r} is text: {numbers}; try {options}"


def _words_like_codes(
    words: Mapping[str, Mapping[str, int]], rows: Iterable[Any]
) -> Iterator[tuple[str, str, int]]:
    """Yield a column, a missing word and its count if all other cells are as short, in the same case."""
    rows = [row for row in rows if isinstance(row, dict)]
    for column, own in words.items():
        others = {x for row in rows if isinstance(x := row.get(column), str)}
        for word, count in own.items():
            is_alike = [len(x) <= SHORT and x.isalpha() and x.isupper() == word.isupper() for x in others]
            if word.isalpha() and is_alike and all(is_alike):
                yield column, word, count
