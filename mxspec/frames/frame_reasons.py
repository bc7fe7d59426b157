"""The reasons why rows of a frame are refused, counted by its engine.

    n: int_in(1, 10), 700,000 cells that do not fit  ->  ("n", "an int from 1 to 9 is required"): 700,000

The engine groups misfitting cells by what their reason depends on: for a range, the bound that a cell breaks;
for other specs, its value. Python explains one cell of each group, but only the 10,000 most frequent values;
the others get the spec as their reason. Unhashable cells are not grouped.
"""

from __future__ import annotations

import collections
import datetime
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mxspec.base import names
from mxspec.base.forms import call_text
from mxspec.base.messages.explanations import reason_of
from mxspec.base.messages.text import head_of
from mxspec.base.predicate_rows import PredicateRow
from mxspec.errors import Problem
from mxspec.frames.cells import column_values
from mxspec.frames.columns import Cells, NotAskedError, disjunction, verdict_of_row
from mxspec.frames.frame_columns import PAIR
from mxspec.frames.named_frames import whole_columns
from mxspec.frames.split import MOST_REASONS, misfits, reasons_by_place
from mxspec.frames.verdicts import FrameRows, maps_within
from mxspec.specs.compiled import explanation_test
from mxspec.specs.core.question import Question
from mxspec.specs.core.spec import Predicate, Reference, Spec, walk
from mxspec.specs.logic import And, Or, UnionType
from mxspec.specs.maps import Keys
from mxspec.specs.ranges import FloatIn, InstIn, IntIn, RangeOf
from mxspec.specs.wrappers import Nilable, Wrapper

Reason = tuple[str, str]
"""The keys that lead to what is refused in a row, and why it is."""


def count_reasons(rows: FrameRows, refused: int) -> dict[Reason, int] | None:
    """Return how often each reason of refused rows occurs; None if the engine can't judge each column."""
    if rows.is_branching or not all(isinstance(name, str) for name in rows.columns):
        return None
    explain = explanation_test(rows.spec)
    counts: collections.Counter[Reason] = collections.Counter()
    strays: list[Reason] = []
    if not rows.may_fit() and not _ask_columns(rows):
        return None
    by_name: dict[str, list[tuple[Spec, Any]]] = {}
    comparisons = []
    for name, part, fails in misfits(rows):
        if name is PAIR:
            comparisons.append((part, fails))
        else:
            by_name.setdefault(name, []).append((part, fails))
    if rows.may_fit() and not (by_name or comparisons):
        return None
    for part, fails in comparisons:
        counts += _count_comparison(rows, part, fails)
    for _, row in () if rows.may_fit() else rows.refused_rows(1):  # each row has the same keys
        problems = explain(row)
        strays = _reasons(reasons_by_place(each for each in problems if head_of(each["pred"]) == "closed"))
        wrong = _reasons(pair for pair in reasons_by_place(problems) if not pair[0])
        counts.update(dict.fromkeys([*strays, *wrong], refused))
    empty = dict.fromkeys(rows.columns)
    whole = {*whole_columns(rows.own_frame())}
    for name, parts in by_name.items():
        for x, count in _cell_groups(rows, name, parts):
            if name in rows.floats and x is not None and x is not _REST and math.isfinite(x):
                x = int(x) if name in whole else float(x)
            problems = [] if x is _REST else explain(rows.as_read({**empty, name: x}))
            reasons = _reasons(reasons_by_place(problems))
            own_reasons = [reason for reason in reasons if f"{reason[0]}.".startswith(f"{name}.")]
            words = "; ".join(call_text(part.form()) for part, _ in parts)
            counts.update(dict.fromkeys(own_reasons or [(name, words)], int(count)))
            counts.subtract({stray: int(count) for stray in strays if stray[0] == name})  # cells tell more
    return dict(+counts)


def _count_comparison(rows: FrameRows, part: Spec, fails: Any) -> collections.Counter[Reason]:
    """Return the number of rows that break a comparison of two columns, by the reason of one of them."""
    import narwhals as nw

    broken: Any = rows.frame.lazy()
    broken = broken if fails is True else broken.filter(fails)
    count = int(broken.select(nw.len()).collect().item())
    refused = FrameRows(part, rows.table.of(broken)).refused_rows(1) if count else ()
    return collections.Counter(
        {("", reason_of(problem)): count for _, row in refused for problem in explanation_test(part)(row)}
    )


def _reasons(places: Iterable[tuple[str, Problem]]) -> list[Reason]:
    """Return each reason once, worded as in a profile."""
    return [*dict.fromkeys((where, reason_of(problem)) for where, problem in places)]


def _ask_columns(rows: FrameRows) -> bool:
    """Check the cells of each column, though the keys are wrong; False if a column can't be checked."""
    maps = [*maps_within(rows.spec)]
    if len(maps) != 1 or not isinstance(maps[0], Keys):
        return False
    try:
        for name in rows.columns:
            part = maps[0].spec_at(name, Question(names.current))
            if part is not None:
                rows.column(name, part)
    except NotAskedError:
        return False
    return True


# --- cells in groups --------------------------------------------------------------------------------------

_RANGES: Final = frozenset(
    {Predicate, Reference, And, Or, UnionType, Nilable, Wrapper, IntIn, FloatIn, RangeOf, InstIn}
)
_BOUNDED: Final = (int, float, str, datetime.date, datetime.datetime)


_REST: Final = object()
"""The cells of a column that are not explained one by one."""


def _cell_groups(rows: FrameRows, name: Any, parts: list[tuple[Spec, Any]]) -> Iterator[tuple[Any, int]]:
    """Yield one cell of each group of misfitting cells, with the size of the group."""
    import narwhals as nw

    column = rows.col(name)
    missing: Any = column.is_null()
    refused: Any = rows.frame.lazy()
    fails = disjunction([fails for _, fails in parts])
    if fails is not True:
        refused = refused.filter(fails)
    apart: list[tuple[Any, Any]] = [(None, missing)]
    if name in rows.floats:
        nan = column.is_nan() if rows.engine.has_nan else missing
        apart.append((None if rows.engine.is_of_pandas else math.nan, ~missing & nan))
        missing = missing | nan
    for x, own in apart:
        if count := int(refused.filter(own).select(nw.len()).collect().item()):
            yield x, count
    there = refused.filter(~missing)
    views = rows.views(name)
    if views is None or any(cells.kind in (list, dict) for cells in views):
        few = there.select(value=column).head(MOST_REASONS).collect().get_column("value")
        yield from zip(column_values(few), itertools.repeat(1), strict=False)
        yield _REST, int(there.select(nw.len()).collect().item()) - len(few)
        return
    tests = _tests_of_range(rows, views, [part for part, _ in parts])
    if tests is None:
        groups = there.select(value=column).group_by("value").agg(nw.len().alias("n")).collect()
        groups = groups.sort("n", descending=True)
    else:
        keys = {f"key {i}": test for i, test in enumerate(tests)} or {"key 0": column.is_null()}
        cells = there.select(column.alias("value"), **keys)
        groups = cells.group_by(*keys).agg(nw.col("value").min(), nw.len().alias("n")).collect()
    values, numbers = rows.table.values(name, groups.get_column("value")), groups.get_column("n").to_list()
    yield from zip(values[:MOST_REASONS], numbers[:MOST_REASONS], strict=True)
    yield _REST, sum(numbers[MOST_REASONS:])


def _tests_of_range(rows: FrameRows, views: list[Cells], parts: list[Spec]) -> list[Any] | None:
    """Return the expressions that decide the reason of a cell; None if something else decides it too."""
    tests: list[Any] = []
    for each in itertools.chain.from_iterable(walk(part.target(names.current.resolve)) for part in parts):
        if type(each) not in _RANGES:
            return None
        if isinstance(each, Predicate):
            row = each.row
            others = (row.factor, row.least, row.most, row.pattern)
            has_texts = any(isinstance(x, str) for x in row.members or ())
            if any(x is not None for x in others) or row.zones or row.marks or has_texts:
                return None
            tests += [side for _, limit in row.ends for cells in views for side in _sides(limit, cells)]
    if not views or views[0].kind not in _BOUNDED or any(test is None for test in tests):
        return None
    tests += [rows.is_whole(views[1]), views[0].is_finite()] if views[0].kind is float else []
    return [test for test in tests if not isinstance(test, bool)]


def _sides(limit: Any, cells: Cells) -> list[Any]:
    """Return the expressions for cells at least, and at most, a limit; [None] if the engine can't compare."""
    if cells.kind is str:
        return [None] if isinstance(limit, str) else []
    bounds = PredicateRow(low=(limit, False)), PredicateRow(high=(limit, False))
    try:
        return [verdict_of_row(row, cells) for row in bounds]
    except NotAskedError:
        return [None]
