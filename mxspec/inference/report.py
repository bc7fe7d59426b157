"""A page about a contract and a profile, to look at and to send: `profile.report("orders.html")`.

It has the columns with their bounds, what was seen of each as a picture, the reasons of refused rows with
examples, the terms of the table, the promise, and the shares of refused rows part by part out of a state.
"""

from __future__ import annotations

import collections
import datetime
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mxspec.base import names
from mxspec.base.files import replace_file
from mxspec.base.messages.html_page import html_bars, html_list, html_page, html_part, html_table, html_text
from mxspec.base.messages.requirements import requirement
from mxspec.base.messages.text import head_of
from mxspec.base.predicate_rows import UNKNOWN, PredicateRow, whole
from mxspec.base.value_types import value_type_of
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.frames.verdicts import columns_within, maps_within
from mxspec.inference.delimited import Chunk
from mxspec.inference.rows import read_chunks
from mxspec.predicates import is_gap, is_number
from mxspec.promises.promise import promise_of, share_text
from mxspec.promises.state_file import read_standing
from mxspec.specs.compiled import explanation_test
from mxspec.specs.core.parts import OPTIONAL
from mxspec.specs.core.question import Question
from mxspec.specs.core.spec import Spec
from mxspec.specs.maps import Keys
from mxspec.specs.wrappers import Nilable

if TYPE_CHECKING:
    from mxspec.inference.contract import Contract
    from mxspec.inference.profile import Profile
    from mxspec.promises.production import Standing

_EXAMPLES: Final = 3  # of a refused column
_BINS: Final = 24
_MOST_SEEN: Final = 2000  # rows that a picture is drawn of
_MOST_VALUES: Final = 8  # texts that have a bar each
_MOST_PARTS: Final = 90  # of a state, the last ones
_LONGEST: Final = 80  # characters of an example


def profile_html(
    profile: Profile,
    contract: Spec | None,
    chunks: Iterable[Chunk] | None = None,
    state: str | os.PathLike[str] | None = None,
) -> str:
    """Return the page about a profile, as HTML.

    Args:
        profile: the profile.
        contract: the spec of the rows, or None if it is not known.
        chunks: the rows that pictures are drawn of; None for the sample of the contract.
        state: the file of `mxspec valid --state`, or None.
    """
    counts = [
        [html_text(what), f"{n:,}", f"{n / max(1, profile.total):.2%}"]
        for what, n in (("valid", profile.valid), ("invalid", profile.invalid))
    ]
    parts = [html_table(f"{profile.total:,} {profile.of}", ["verdict", "number", "share"], counts)]
    if contract is not None and columns_within(contract):
        parts.append(_columns_html(contract, profile, _ColumnCells.of(contract, chunks)))
    of_rows = [
        [html_text("others" if reason is None else profile.texts.get(reason, reason)), f"{count:,}"]
        for reason, count in sorted(profile.reasons.items(), key=lambda item: -item[1])
    ]
    if of_rows:
        parts.append(html_table("Reasons of refused rows", ["reason", "number"], of_rows))
    lines = [*profile.table, *profile.followed]
    parts += [f"<h2>The table as a whole</h2>{html_list(lines)}"] if lines else []
    parts += [_promise_html(contract)] if contract is not None else []
    if state is not None:
        standing = read_standing(Path(state))
        if standing is None:
            raise SpecDefinitionError(f"{os.fspath(state)} has no state of a promise yet")
        parts.append(_trend_html(standing))
    return "\n".join(part for part in parts if part)


def contract_html(contract: Contract) -> str:
    """Return a contract for a notebook: its columns, the terms of the table and the promise."""
    columns = columns_within(contract)
    body = (
        _columns_html(contract, None, _ColumnCells.of(contract, None))
        if columns
        else html_text(repr(contract))
    )
    terms = html_list(term.words for term in contract.table.terms)
    return html_part(f"{body}{'<h2>Terms of the table</h2>' * bool(terms)}{terms}{_promise_html(contract)}")


def write_profile_page(
    path: str | os.PathLike[str],
    profile: Profile,
    contract: Spec | None,
    chunks: Iterable[Chunk] | None = None,
    state: str | os.PathLike[str] | None = None,
) -> None:
    """Write the page of a profile to a file; the arguments are the same as in `profile_html`."""
    now = datetime.datetime.now(datetime.UTC).isoformat(" ", "minutes")
    body = f"<p>{now[:16]} UTC</p>{profile_html(profile, contract, chunks, state)}"
    text = html_page(f"Profile of {profile.title or profile.spec}"[:200], body)
    replace_file(Path(path), lambda new: new.write_text(text, encoding="utf-8"))


# --- columns ------------------------------------------------------------------------------------------------


def _columns_html(contract: Spec, profile: Profile | None, seen: _ColumnCells | None) -> str:
    heads = ["column", "what is required"]
    heads += [f"a sample of {seen.rows:,} rows"] if seen is not None and seen.rows else []
    heads += ["refused", "three examples"] if profile is not None else []
    examples = {} if profile is None else _refused_cells(contract, profile)
    reasons = {} if profile is None else _reasons_by_column(contract, profile)
    rows = []
    for name, part, is_optional in _columns(contract):
        cells = [html_text(str(name)), html_text(_required_words(part) + ", or absent" * is_optional)]
        if seen is not None and seen.rows:
            cells.append(seen.picture(name, part))
        if profile is not None:
            own = reasons.get(name, [])
            words = (f"{text} ({n:,})" for text, n in own)
            cells.append(f'<span class="refused">{html_list(words)}</span>' if own else "none")
            cells.append(html_list(examples.get(name, ())[:_EXAMPLES]))
        rows.append(cells)
    return html_table("Columns", heads, rows)


def _columns(contract: Spec) -> Iterator[tuple[Any, Spec, bool]]:
    """Yield the columns of the maps of a spec, each with its spec, and True if it may be absent."""
    known = set()
    for spec in (each for each in maps_within(contract) if isinstance(each, Keys)):
        for part in spec.parts():
            own = spec.spec_at(part.at, Question(names.current)) if part.at is not None else None
            if own is not None and part.at not in known:
                known.add(part.at)
                yield part.at, own, part.role == OPTIONAL


def _required_words(part: Spec) -> str:
    form = part.form()
    is_nilable = head_of(form) == "nilable"
    return requirement(form[1] if is_nilable else form, None)[1] + ", or missing" * is_nilable


def _reasons_by_column(contract: Spec, profile: Profile) -> dict[Any, list[tuple[str, int]]]:
    """Return the reasons of refused cells by column, also of parts within cells, each with its number.

    A reason of `a.n` belongs to the column a, and to a column with that name.
    """
    reasons: dict[Any, list[tuple[str, int]]] = {}
    for masked, n in profile.reasons.items():
        text = "" if masked is None else profile.texts.get(masked, masked)
        for name, _, _ in _columns(contract):
            if text.startswith((f"{name}: ", f"{name}.")):
                reasons.setdefault(name, []).append((text.removeprefix(f"{name}: "), n))
    return reasons


def _refused_cells(contract: Spec, profile: Profile) -> dict[Any, list[str]]:
    """Return different examples of refused cells by column."""
    explain = explanation_test(contract)
    cells: dict[Any, dict[str, None]] = {}
    for refused in profile.refused:
        row = refused.value if isinstance(refused.value, Mapping) else {}
        steps = [[*problem["in"], None][0] for problem in explain(row)] if row else []
        for name in steps:
            if name in row:
                cells.setdefault(name, {})[short_repr(row[name])[:_LONGEST]] = None
    return {name: [*texts] for name, texts in cells.items()}


class _ColumnCells:
    """The cells of some rows by column.

    Attributes:
        rows: the number of rows.
    """

    def __init__(self, cells: Mapping[Any, Sequence[Any]], rows: int) -> None:
        self._cells, self.rows = cells, rows

    @staticmethod
    def of(contract: Spec, chunks: Iterable[Chunk] | None) -> _ColumnCells | None:
        """Return some of the rows, evenly from all of them; without chunks, of the contract."""
        if chunks is None:
            rows = getattr(contract, "sample", ())  # of a contract
            if not rows:
                return None
            chunks = read_chunks(rows)
        columns = [name for name, _, _ in _columns(contract)]
        kept: dict[Any, list[Any]] = {name: [] for name in columns}
        step, n, count = 1, 0, 0
        for chunk in chunks:
            size = len(chunk.numbers)
            places = range(-n % step, size, step)
            for name in columns:
                cells = chunk.column(name)
                kept[name] += [cells[i] for i in places]
            n, count = n + size, count + len(places)
            while count > 2 * _MOST_SEEN:  # take each second one from now on
                kept, step = {name: cells[::2] for name, cells in kept.items()}, 2 * step
                count = -(-count // 2)
        return _ColumnCells(kept, count)

    def picture(self, name: Any, part: Spec) -> str:
        """Return a picture of a column beside its bound, and how many cells are missing."""
        cells = self._cells[name]
        there = [x for x in cells if not is_gap(x)]
        gaps = f"<br>{(len(cells) - len(there)) / len(cells):.0%} missing" if len(there) < len(cells) else ""
        numbers = [*map(_as_number, there)]
        if there and None not in numbers:
            return _histogram_html(there, [x for x in numbers if x is not None], part) + gaps
        return _values_html(there) + gaps


def _as_number(x: Any) -> float | None:
    """Return a number or a moment as a float with its order; None for other values."""
    if isinstance(x, datetime.datetime):
        return x.replace(tzinfo=x.tzinfo or datetime.UTC).timestamp()
    if isinstance(x, datetime.date):
        return float(x.toordinal())
    try:
        return float(x) if is_number(x) and math.isfinite(x) else None
    except (OverflowError, ValueError):
        return None


def _histogram_html(values: Sequence[Any], numbers: Sequence[float], part: Spec) -> str:
    """Return the histogram of numbers or moments, with the range that is accepted behind it."""
    limits = _limits_of(part)
    ends = [None if limit is None else _as_number(limit) for limit in limits]
    known = [*numbers, *(end for end in ends if end is not None)]
    low, high = min(known), max(known)
    width = (high - low) or 1.0
    counts = collections.Counter(min(_BINS - 1, int((x - low) / width * _BINS)) for x in numbers)
    most = max(counts.values())
    sides = zip(ends, (0.0, 1.0), strict=True)
    first, last = (side if end is None else (end - low) / width for end, side in sides)
    least, greatest = (values[numbers.index(end)] for end in (min(numbers), max(numbers)))
    words = f"from {_value_text(least)} to {_value_text(greatest)}"
    pairs = zip(("from", "to"), limits, strict=True)
    accepted = " ".join(f"{word} {_value_text(limit)}" for word, limit in pairs if limit is not None)
    picture = html_bars(
        [counts[i] / most for i in range(_BINS)],
        f"histogram of {len(values):,} values {words}" + f"; accepted {accepted}" * bool(accepted),
        inside=(first, last) if accepted else None,
    )
    return f"{picture}<br>{html_text(words)}"


def _limits_of(part: Spec) -> tuple[Any, Any]:
    """Return the least and the greatest value that a spec accepts, None for no bound."""
    spec = part.target(names.current.resolve)
    row: PredicateRow = getattr(spec.pred if isinstance(spec, Nilable) else spec, "row", UNKNOWN)
    low, high = row.low, row.high
    if row.classes == (int,):
        low, high = low and whole(low, up=True), high and whole(high, up=False)
    return low and low[0], high and high[0]


def _values_html(values: Sequence[Any]) -> str:
    """Return bars of the most frequent values, if some repeat, or else a few of them."""
    if not values:
        return "no values"
    counts = collections.Counter(_value_text(x) for x in values)
    frequent = counts.most_common(_MOST_VALUES)
    if frequent[0][1] == 1 and len(values) > 1:
        return f"{len(counts):,} different values{html_list(text for text, _ in frequent[:_EXAMPLES])}"
    listed = [f"{text} {n / len(values):.1%}" for text, n in frequent]
    more = [f"{len(counts) - len(frequent):,} more"] if len(counts) > len(frequent) else []
    most = frequent[0][1]
    picture = html_bars([n / most for _, n in frequent], f"shares: {', '.join([*listed, *more])}")
    return f"{picture}{html_list([*listed, *more])}"


def _value_text(x: Any) -> str:
    row = value_type_of(type(x))
    return str(x) if row is not None and row.words is not None else short_repr(x)[:_LONGEST]


# --- the promise, and its trend -----------------------------------------------------------------------------


def _promise_html(contract: Spec) -> str:
    own = promise_of(contract)
    return "" if own is None else f"<h2>The promise</h2>{html_list(repr(own).splitlines())}"


def _trend_html(standing: Standing) -> str:
    """Return the shares of refused values of the last parts, as a picture and a table."""
    parts = [part for part in standing.history if not part.is_taken_back and part.n][-_MOST_PARTS:]
    shares = [part.misjudged / part.n for part in parts]
    top = max([*shares, standing.limit]) or 1.0
    words = (
        f"shares of refused {standing.of} in {len(parts):,} parts, up to {max(shares, default=0.0):.2%}; "
        f"at most {share_text(standing.limit)} are promised"
    )
    rows = (
        [html_text(part.name), f"{part.n:,}", f"{part.misjudged:,}", f"{share:.2%}"]
        for part, share in zip(reversed(parts), reversed(shares), strict=True)
    )
    picture = html_bars([share / top for share in shares], words, line=standing.limit / top)
    table = html_table("Parts, the last first", ["part", "number", "refused", "share"], rows)
    return (
        f"<h2>Part by part: {html_text(standing.verdict)}</h2><p>{picture}<br>{html_text(words)}</p>{table}"
    )
