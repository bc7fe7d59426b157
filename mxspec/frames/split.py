"""The fitting and the misfitting rows of a frame, with reasons: in two frames, or in a column."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mxspec.base import names
from mxspec.base.messages.branches import told_problems
from mxspec.base.messages.explanations import reason_of
from mxspec.base.messages.html_page import html_part, html_table, html_text
from mxspec.base.messages.requirements import requirement
from mxspec.base.messages.text import head_of
from mxspec.base.values import short_repr
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.frames.cells import column_values
from mxspec.frames.columns import conjunction
from mxspec.frames.frame_columns import PAIR, unused_name
from mxspec.frames.frame_spec import FrameSpec
from mxspec.frames.named_frames import count_rows, frame_of, is_frame
from mxspec.frames.verdicts import FrameRows, asks_for_maps
from mxspec.specs.compiled import explanation_test
from mxspec.specs.core.spec import Spec
from mxspec.specs.core.swapped import spec_before

MOST_REASONS: Final = 10_000
"""The number of refused rows that are explained in Python; the reason of a further one names its columns."""

REASON: Final = "reason"


class SplitFrames(tuple[Any, Any]):
    """The fitting and the misfitting rows; a notebook shows how many there are, and why."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        parts = [frame_of(part) for part in self]
        if not all(part.is_eager for part in parts):
            return html_part("<p>two lazy frames: the rows that fit, and the others with a reason</p>")
        rows = zip(("fit", "do not fit"), map(count_rows, parts), strict=True)
        body = html_table("Rows", ["verdict", "number"], ([words, f"{n:,}"] for words, n in rows))
        last: Any = parts[1].frame
        values = column_values(last.get_column(parts[1].own[parts[1].names[-1]])) if len(last) else []
        counts = collections.Counter(map(str, values)).most_common(MOST_SHOWN)
        reasons = ([html_text(reason), f"{n:,}"] for reason, n in counts)
        return html_part(body + html_table("Reasons", ["reason", "number"], reasons))


MOST_SHOWN: Final = 20
"""The number of reasons that a notebook shows."""


def split(spec: Any, frame: Any) -> tuple[Any, Any]:
    """Split a frame into the rows that fit a spec and the rows that do not, as frames of the same library.

    The second frame has an extra column `reason`, or `reason_2` if that name is taken: the reasons of the
    row by column, worded as in `explain`. The engine splits the rows. Python writes the reasons of the first
    10,000 refused rows. For further rows, and for all rows of a lazy frame, the engine lists the columns that
    do not fit, each with its requirement.

    Args:
        spec: a spec of maps, or its name; or a `frame` of it.
        frame: a frame of pandas, polars, pyarrow, DuckDB, Dask or Spark.

    Raises:
        SpecDefinitionError: frame is not a frame, or spec is not a spec of maps; or the frame is lazy, and
            spec has a function of whole rows.

    Warns:
        UserWarning: the frame is lazy, and different values of a column came to Python.

    Example:
        >>> import pandas, mxspec as s
        >>> order = s.keys(req_un={"item": {"tea", "cake"}, "n": s.int_in(1, 10)})
        >>> fit, rest = s.split(order, pandas.DataFrame({"item": ["tea", "cake", "te"], "n": [1, 20, 0]}))
        >>> len(fit), rest["reason"].to_list()
        (1, ['n: an int from 1 to 9 is required', "item: 'cake' or 'tea' is required; n: an int ..."])
    """
    rows = _rows_to_ask(spec, frame, "split")
    if not rows.columns:
        return SplitFrames((frame, frame))  # without rows
    fitting = rows.fitting()
    refused = rows.frame.filter(~fitting)
    if rows.is_eager:
        refused = refused.with_columns(_series_of_reasons(_reasons_of_refused(rows, refused), refused))
    else:
        refused = refused.with_columns(_short_reason(rows).alias(REASON))
    name = unused_name(REASON, rows.columns)
    fit = rows.table.native(rows.frame.filter(fitting))
    return SplitFrames((fit, rows.table.native(refused, reason=name)))


def flag(spec: Any, frame: Any, name: str = REASON) -> Any:
    """Return a frame with an extra column: the reasons of each row that does not fit, null where it fits.

    The reasons are as in `split`. A lazy frame stays lazy, and is read once for all its rows, fitting or not.
    A frame without columns stays as it is, since it lacks rows.

    Args:
        spec, frame: as in `split`.
        name: the name of the column.

    Raises:
        SpecDefinitionError: as in `split`; or the frame has a column of this name, ignoring case.

    Example:
        >>> import polars, mxspec as s
        >>> order = s.keys(req_un={"item": {"tea", "cake"}, "n": s.int_in(1, 10)})
        >>> frame = s.flag(order, polars.DataFrame({"item": ["tea", "cake", "te"], "n": [1, 20, 3]}))
        >>> frame["reason"].to_list()
        [None, 'n: an int from 1 to 9 is required', "item: 'cake' or 'tea' is required"]
    """
    rows = _rows_to_ask(spec, frame, "flag")
    if not isinstance(name, str):
        raise SpecDefinitionError(f"name= is the name of a column, not {short_repr(name)}")
    if unused_name(name, rows.columns) != name:
        raise SpecDefinitionError(f"the frame has a column {name!r} already; try flag(spec, frame, name=...)")
    if not rows.columns:
        return frame
    import narwhals as nw

    fitting = rows.fitting()
    if rows.is_eager:
        fits = rows.frame.select(fits=fitting)["fits"].to_list()
        reasons = iter(_reasons_of_refused(rows, rows.frame.filter(~fitting)))
        column: Any = _series_of_reasons([None if each else next(reasons) for each in fits], rows.frame)
    else:
        column = nw.when(~fitting).then(_short_reason(rows)).otherwise(nw.lit(None, nw.String)).alias(REASON)
    return rows.table.native(rows.frame.with_columns(column), reason=name)


def _rows_to_ask(spec: Any, frame: Any, function: str) -> FrameRows:
    """Return the rows of a frame, checked by a spec of maps.

    Raises:
        SpecDefinitionError: frame is not a frame, or spec is not a spec of maps.
    """
    whole = spec_before(spec, frame)
    row_spec = whole.pred if isinstance(whole, FrameSpec) else whole
    if not is_frame(frame):
        words = "pandas.DataFrame(rows) is one, and s.profile(spec, rows) asks a list of rows"
        raise SpecDefinitionError(f"{function} takes a frame, not {short_repr(frame)}; {words}")
    if not asks_for_maps(row_spec):
        raise SpecDefinitionError(f"{function} takes the spec of a row, which is a map, not {whole!r}")
    rows = FrameRows(row_spec, frame)
    if rows.columns:
        rows.keep_verdicts()
    return rows


def _reasons_of_refused(rows: FrameRows, refused: Any) -> list[str]:
    """Return the reasons of the first refused rows worded as in explain; for other rows, the columns."""
    explain = explanation_test(rows.spec)
    reasons = [row_reason(explain(row)) for _, row in rows.refused_rows(MOST_REASONS)]
    if len(refused) > len(reasons):
        rest = refused[len(reasons) :].select(_short_reason(rows).alias(REASON))
        reasons += rest[REASON].to_list()
    return reasons


def _series_of_reasons(reasons: list[str | None] | list[str], frame: Any) -> Any:
    import narwhals as nw

    return nw.new_series(REASON, reasons, nw.String, backend=frame.implementation)


def misfits(rows: FrameRows) -> Iterator[tuple[Any, Spec, Any]]:
    """Yield each column, its spec, and the expression of its cells that do not fit, or True.

    A comparison of two columns has PAIR for its column. It is checked on rows that fit all conditions before
    it, as in `explain`.
    """
    for i, ((name, _), (part, fits)) in enumerate(rows.parts.items()):
        if fits is not True and not rows.is_branching:
            fails = True if fits is False else ~fits
            before = (each for _, each in [*rows.parts.values()][:i]) if name is PAIR else ()
            yield name, part, conjunction([fails, *before])


def _form_beyond_name(part: Spec) -> Any:
    """Return the form of a spec, or of the spec that its name stands for."""
    form = part.form()
    target = names.current.find(form) if isinstance(form, str) else None
    return form if target is None else target.form()


def _short_reason(rows: FrameRows) -> Any:
    """Return the expression of the columns that do not fit, each with its requirement."""
    import narwhals as nw

    places = (("" if name is PAIR else f"{name}: ", *others) for name, *others in misfits(rows))
    words = [
        (nw.lit(f"; {place}{requirement(_form_beyond_name(part), None)[1]} is required"), fails)
        for place, part, fails in places
    ]
    # Snowflake's concat_ws is null if one of its arguments is null, so no argument is.
    texts = [
        text if fails is True else nw.when(fails).then(text).otherwise(nw.lit("")) for text, fails in words
    ]
    if not texts:
        return nw.lit(f"not {rows.spec!r}"[:MOST_LETTERS])
    return (nw.concat_str(*texts) if len(texts) > 1 else texts[0]).str.slice(2)


MOST_LETTERS: Final = 100
"""The length of the reason that is a whole spec."""


def row_reason(problems: Iterable[Problem]) -> str:
    """Return the reasons of a refused row by column, worded as in explain."""
    texts = []
    for where, problem in reasons_by_place(problems):
        text = reason_of(problem)
        texts.append(f"{where}: {text}" if where else text)
    return "; ".join(dict.fromkeys(texts))


def reasons_by_place(problems: Iterable[Problem]) -> list[tuple[str, Problem]]:
    """Return the deepest problem at each place in a value, with the place: the keys that the spec names.

    Example:
        >>> import mxspec as s
        >>> pair = s.keys(req_un={"a": s.nilable(int), "b": s.map_of(str, int)})
        >>> data = s.explain_data(pair, {"a": "x", "b": {"y": "z"}})
        >>> [(where, problem["pred"]) for where, problem in reasons_by_place(data["problems"])]
        [('a', <class 'int'>), ('b', <class 'int'>)]
    """
    by_place: dict[str, Problem] = {}
    for problem in told_problems(problems):
        steps = problem["in"] if head_of(problem["pred"]) == "closed" else problem["path"]
        words = {*_texts(steps)}
        where = ".".join(key for key in _texts(problem["in"]) if key in words)
        known = by_place.get(where)
        if known is None or _depth_of_problem(problem) > _depth_of_problem(known):
            by_place[where] = problem
    return [*by_place.items()]


def _texts(steps: Iterable[object]) -> Iterator[str]:
    """Return the texts among steps; a step may be a part of the value that refuses to be compared."""
    return (str.__str__(step) for step in steps if issubclass(type(step), str))


def _depth_of_problem(problem: Problem) -> tuple[int, int]:
    return len(problem["path"]), len(problem["in"])
