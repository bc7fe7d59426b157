"""The standing of a promise in a file, from one run to the next.

The file has the counts of each part, but no bets: reading it recounts the standing, so that a part can be
taken back, and little needs to be trusted.

A file of rows counts once, and so does its beginning: if a file grows, such as a month-to-date file, only its
new rows count (`mxspec.promises.counted_files`). Two days with the same bytes count as one. Standard input
counts each time, and so do profiles passed to `holds`.

The file has the counts of the last 1,000 parts, a few hundred bytes each, and is read through a spec: an
edited or damaged file is an error that names the place. It is replaced atomically, not if an editor wrote to
it meanwhile, and concurrent runs wait for each other, except on Windows and on file systems without locks,
where a warning states this. A changed contract is another promise, and an error shows where the two differ:
bounds, specs behind names, thresholds and the terms of the table are compared, but functions only by name.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import errno
import json
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mxspec.base.files import WAIT, content_of, locked_folder, replace_file
from mxspec.base.messages.text import in_lines
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.predicates import is_number
from mxspec.promises.counted_files import digests_of_beginnings, size_of
from mxspec.promises.production import (
    TERMS,
    Alarm,
    Bet,
    Content,
    PartCounts,
    PartRecord,
    Standing,
    check_same,
    count_part,
    first_standing,
    is_size,
    part_of,
)
from mxspec.promises.promise import Promise
from mxspec.promises.sequential import ABOVE
from mxspec.questions.operations import valid
from mxspec.specs.collections import coll_of, map_of, tuple_
from mxspec.specs.core.generation import first_problem_text
from mxspec.specs.core.spec import Spec
from mxspec.specs.logic import and_
from mxspec.specs.maps import keys
from mxspec.specs.ranges import int_in
from mxspec.specs.wrappers import nilable

PROMISE: Final = "a promise"
VERSION: Final = 2

_MOST_CONTENTS: Final = 1000  # remembered
_COUNT: Final = int_in(0, 2**53)


def is_part_of_all(counts: Mapping[str, Any]) -> bool:
    """True if the number of misjudged values is at most the number of values."""
    return bool(counts["misjudged"] <= counts["n"])


def is_share(share: Any) -> bool:
    """True for a number between 0 and 1."""
    return is_number(share) and 0 < share < 1


def is_weight(weight: Any) -> bool:
    """True for a number from 0 to 1."""
    return is_number(weight) and 0 <= weight <= 1


def is_line(text: Any) -> bool:
    """True for a text of one line, as a verdict names a part."""
    return isinstance(text, str) and len(text.splitlines()) <= 1


def _record(**fields: Any) -> Spec:
    counts = {"n": _COUNT, "misjudged": _COUNT}
    return and_(keys(req_un=counts | fields, closed=True), is_part_of_all)


_REASONS: Final = map_of(str, _COUNT)
_CONTENT: Final = _record(digest=str, size=_COUNT, reasons=_REASONS)
_PART: Final = _record(
    name=is_line,
    reasons=_REASONS,
    contents=coll_of(_CONTENT, kind=list),
    is_taken_back=bool,
    weight=is_weight,
)
_SHOWN: Final = coll_of(tuple_(str, _COUNT), max_count=3)
_ALARM: Final = _record(
    since=is_line, start=_COUNT, at=is_line, misjudged_before=_COUNT, n_before=_COUNT, frequent=_SHOWN,
    grown=_SHOWN,
)  # fmt: skip
_TERMS: Final = {
    "limit": is_share, "confidence": is_share, "spec": str, "digest": str, "of": is_line,
    "catches": bool, "looks": nilable(is_size), "unit": nilable(is_size),
}  # fmt: skip
_STATE: Final = keys(
    req_un={
        **_TERMS,
        "earlier": tuple_(_COUNT, _COUNT, _COUNT),
        "history": coll_of(_PART, kind=list),
        "alarm": nilable(_ALARM),
    },
    closed=True,
)


def update_state(
    path: str | os.PathLike[str],
    part: PartCounts | Mapping[Any, PartCounts],
    promise: Promise,
    name: str | None = None,
    looks: int | None = None,
    unit: int | None = None,
) -> Standing:
    """Return the standing of a promise after one more part, and keep it in a JSON file.

    The file is replaced atomically, so that a crash leaves the old file or the new one. Concurrent runs wait
    for each other. Remove the file to start anew, as after a repair.

    Args:
        path: the file; if it does not exist, this is the first part.
        part: the counts of the part; or a dict of the counts of files by their paths. A file counted before,
            as when a job runs again, is not counted again; if a file begins with the content of such a file,
            only its new rows count.
        promise, name, looks, unit: as in `look`.

    Raises:
        SpecDefinitionError: the file belongs to another promise, or is not such a state.
        OSError: the file can't be read or written.

    Warns:
        UserWarning: the folder of the file can't be locked, as on Windows.

    Example:
        >>> import mxspec as s, tempfile
        >>> state = Path(tempfile.mkdtemp(), "ages.json")
        >>> age, promise = s.int_in(0, 151), s.Promise(0.01, 0.99, 5000)
        >>> update_state(state, s.profile(age, [30] * 1000), promise, "Monday")
        holds: at most 0.5% are refused (certain 99% if values are independent), 1% may be; 0 of 1,000 values
        in 1 part
        >>> update_state(state, s.profile(age, [30] * 90 + [-1] * 10), promise, "Tuesday")
        suspect since Tuesday (certain 99% if values are independent): 10 of 100 values are refused since
        then, at most 1% may be; 10 of 1,100 values in 2 parts
        >>> take_back(state, "Tuesday").verdict
        'holds'
    """
    path = Path(path)
    files = part if isinstance(part, Mapping) else {None: part}
    start = first_standing(next(iter(files.values())), promise, looks, unit)
    with locked_state(path) as content:
        before = read_standing(path)
        before = start if before is None else dataclasses.replace(before, home=start.home)
        check_same(before, start)
        after = _count_files(before, files, name)
        if after.history is not before.history:
            _write_standing(path, after, content)
    return after


def take_back(path: str | os.PathLike[str], name: str) -> Standing:
    """Return the standing in a file with a part taken back, and save it there.

    Take back only values that should not have been a part, such as a truncated file, not values that
    displease: the certainty is about all counted parts. From then on, the standing names the part as taken
    back.

    Args:
        path, name: the file; the name of the part, as in `Standing.without`.

    Raises:
        SpecDefinitionError: the file is not such a state, or the name does not match exactly one part.
        OSError: the file can't be read or written.
    """
    path = Path(path)
    with locked_state(path) as content:
        standing = read_standing(path)
        if standing is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        after = standing.without(name)
        _write_standing(path, after, content)
    return after


def _count_files(before: Standing, files: Mapping[Any, PartCounts], name: str | None) -> Standing:
    """Return the standing after a part of some files, without what was counted before."""
    known = {each.digest: (part, each) for part in before.history for each in part.contents}
    total, contents = part_of(next(iter(files.values())), before, name), []
    total = dataclasses.replace(total, n=0, misjudged=0, reasons={})
    again: PartRecord | None = None
    n_again, is_new = 0, False
    for file, counts in sorted(files.items(), key=lambda item: size_of(item[0])):
        part = part_of(counts, before, name)
        digests = digests_of_beginnings(file, {each.size for _, each in known.values()})
        content = None
        if digests:
            content = Content(digests[max(digests)], max(digests), part.n, part.misjudged, part.reasons)
            earlier = [known[each] for _, each in sorted(digests.items()) if each in known]
            if earlier:
                again, old = earlier[-1]
                n_again += min(old.n, part.n)
                if old.digest == content.digest:
                    continue
                if old.n and before.of.startswith("groups"):  # groups may have more rows now
                    raise SpecDefinitionError(
                        f"{file} begins with the rows of {again.name}, and {before.of} of a file that grows "
                        "can't be told apart; give the new rows alone"
                    )
                part = _counts_beyond(part, old)
            known[content.digest] = total, content
            contents.append(content)
        is_new = True
        reasons = collections.Counter(total.reasons) + collections.Counter(part.reasons)
        total = dataclasses.replace(
            total, n=total.n + part.n, misjudged=total.misjudged + part.misjudged, reasons=dict(reasons)
        )
    after = count_part(before, dataclasses.replace(total, contents=tuple(contents))) if is_new else before
    if again is None or not (n_again or not is_new):
        return after
    newest = after.newest if is_new else again
    return dataclasses.replace(after, again=again.name, n_again=n_again, newest=newest)


def _counts_beyond(part: PartRecord, old: Content) -> PartRecord:
    """Return the counts of a part beyond a content that it begins with.

    A last line that was cut off then is one of the old values, so a count may fall by one.
    """
    n = max(0, part.n - old.n)
    reasons = collections.Counter(part.reasons)
    if "" in old.reasons:  # some counts are unknown
        reasons = collections.Counter({each: reasons[each] for each in old.reasons if each in reasons})
    reasons.subtract(old.reasons)
    misjudged = min(n, max(0, part.misjudged - old.misjudged))
    return dataclasses.replace(part, n=n, misjudged=misjudged, reasons=dict(+reasons))


# --- files of states ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked_state(path: Path) -> Iterator[bytes | None]:
    """Lock the folder of a state, so that concurrent runs wait for each other; yield the file's content."""
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise SpecDefinitionError(
            f"a state is a file in a folder, and there is no folder {folder}; make it first"
        )
    with locked_folder(folder, WAIT) as is_locked:
        if not is_locked:
            warnings.warn(f"{folder} can't be locked: of two runs at once a part may be lost", stacklevel=3)
        try:
            content = content_of(path)
        except OSError as error:  # the name is too long
            words = f"{short_repr(str(path))} is no file of a state: {error.strerror}"
            raise SpecDefinitionError(words) from None
        yield content


def read_state(path: Path, title: str, spec: Spec) -> dict[str, Any] | None:
    """Return the content of a state, or None without a file.

    Args:
        path: the file.
        title: the subject of the state.
        spec: the spec of the content.

    Raises:
        SpecDefinitionError: the file is not such a state; the message has the reason.
    """
    try:
        if not path.exists():
            return None
    except OSError as error:  # the name is too long
        raise SpecDefinitionError(
            f"{short_repr(str(path))} is no file of a state: {error.strerror}"
        ) from None
    try:
        content = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_dict_of, parse_constant=_refuse_constant
        )
        if not isinstance(content, dict) or content.pop("state", None) != title:
            raise ValueError('it has no "state": ' + json.dumps(title))
        if (version := content.pop("version", None)) != VERSION:
            raise ValueError(f"it is of version {short_repr(version)}, and this mxspec reads {VERSION}")
        if not valid(spec, content):
            raise ValueError(first_problem_text(spec, content))
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise SpecDefinitionError(
            f"{path} is not the state of {title}: {why}; name another file to start anew"
        ) from None
    return content


def write_state(path: Path, title: str, content: Mapping[str, Any], before: bytes | None) -> None:
    """Replace the content of a state atomically.

    Raises:
        FileChangedError: the file does not have the content from before, as `locked_state` yielded it.
    """
    content = {"state": title, "version": VERSION, **content}
    text = in_lines(json.dumps(content, ensure_ascii=False, allow_nan=False))
    replace_file(path, lambda temporary: temporary.write_text(text, encoding="utf-8"), before)


def _dict_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        [(twice, _), *_] = collections.Counter(key for key, _ in pairs).most_common()
        raise ValueError(f"the key {short_repr(twice)} is there twice")
    return content


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def read_standing(path: Path) -> Standing | None:
    """Return the standing in a file, or None without a file.

    Raises:
        SpecDefinitionError: the file is not such a state.
    """
    content = read_state(path, PROMISE, _STATE)
    if content is None:
        return None
    alarm = content["alarm"]
    if alarm is not None:
        shown = {key: tuple((reason, n) for reason, n in alarm[key]) for key in ("frequent", "grown")}
        alarm = Alarm(**alarm | shown)
    parts = [
        PartRecord(**part | {"contents": tuple(Content(**each) for each in part["contents"])})
        for part in content["history"]
    ]
    terms = Standing(
        **{key: content[key] for key in TERMS}, single=(Bet(),) * (0 if content["unit"] else len(ABOVE))
    )
    now = terms.recount(parts, tuple(content["earlier"]))
    return now if alarm is None else dataclasses.replace(now, alarm=alarm)


def _write_standing(path: Path, standing: Standing, before: bytes | None) -> None:
    left, history = _MOST_CONTENTS, []
    for part in reversed(standing.history):
        kept = part.contents[:left]
        left -= len(kept)
        history.append(dataclasses.asdict(dataclasses.replace(part, contents=kept)))
    alarm = None if standing.alarm is None else dataclasses.asdict(standing.alarm)
    terms = {key: getattr(standing, key) for key in TERMS}
    content = {**terms, "earlier": standing.earlier, "history": history[::-1], "alarm": alarm}
    write_state(path, PROMISE, content, before)
