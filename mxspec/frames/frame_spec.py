"""The spec `frame`: all rows of a frame fit a spec of maps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from mxspec.base import names
from mxspec.base.lazy import lazy
from mxspec.base.messages.text import head_of
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.frames import columns, verdicts
from mxspec.frames.named_frames import check_no_frame, frame_of, is_frame, rows_of_frame
from mxspec.frames.new_frames import LIBRARIES, new_frame
from mxspec.specs.core.generation import Context, strategy_of
from mxspec.specs.core.lenses import Lens, Pieces, Steps
from mxspec.specs.core.parts import OPTIONAL, Part, may_change
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Spec, as_part, text_of
from mxspec.specs.maps import Keys

MOST_EXPLAINED: Final = 1000
"""The number of refused rows that become Python values to be explained; the first ones of the frame."""

_WANTED: Final = "a frame of pandas, polars, pyarrow, DuckDB, Dask or Spark is required"


@name_options()
def frame(spec: Any, *, library: str | None = None) -> FrameSpec:
    """Accept a frame if each of its rows, as a map from column to cell, fits a spec of maps.

    The engine that holds the frame answers: pandas, polars (eager and lazy), pyarrow, DuckDB, Dask, Spark. A
    missing cell is None. A whole number in a column of floats fits as an int too. Where the engine can't
    answer, as for a function, Python checks each different value of the column once; `fallbacks` names such
    columns. The first 1,000 refused rows are explained. A frame without rows fits if rows with its columns
    may fit.

    Wherever a spec of maps refuses a frame, `valid`, `explain` and their kin use this spec.

    Args:
        spec: a spec of maps, or its name.
        library: the library of the examples, "pandas", "polars" or "pyarrow"; by default the first one
            installed.

    Raises:
        SpecDefinitionError: the values of spec are not maps, or library is unknown.

    Example:
        >>> import pandas, mxspec as s
        >>> orders = s.frame(s.keys(req_un={"item": {"tea", "cake"}, "n": s.int_in(1, 10)}))
        >>> s.valid(orders, pandas.DataFrame({"item": ["tea", "cake"], "n": [1, 2]}))
        True
        >>> s.explain(orders, pandas.DataFrame({"item": ["tea", "cake"], "n": [1, 20]}))
        an int from 1 to 9 is required, not 20 - failed: int_in(1, 10) in: [1, 'n'] at: ['n']
    """
    part = as_part(spec)
    known = part.target(names.current.find)
    if known is not None and not verdicts.asks_for_maps(part):
        raise SpecDefinitionError(f"frame takes the spec of a row, which is a map, not {text_of(part)}")
    if library is not None and library not in LIBRARIES:
        raise SpecDefinitionError(
            f"frame makes examples of {', '.join(LIBRARIES)}, not of {short_repr(library)}"
            f"{did_you_mean(library, LIBRARIES) if isinstance(library, str) else ''}"
        )
    return FrameSpec(part, library)


@dataclasses.dataclass(frozen=True)
class Rows(Lens):
    """The rows of a frame."""

    frames: FrameSpec
    is_told = is_many = True

    def pieces(self, part: Part, x: Any) -> Pieces:
        return [((i,), row) for i, row in enumerate(rows_of_frame(frame_of(x)))]

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        if type(new) is not dict or not new:
            raise TypeError("a row is a dict with a key")
        rows = [*rows_of_frame(frame_of(x))]
        return self.frames.of_rows([*rows[: steps[0]], new, *rows[steps[0] + 1 :]])


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FrameSpec(Spec):
    """A frame of rows that fit a spec.

    Attributes:
        pred: the spec of a row.
        library: the library of examples.
    """

    pred: Spec
    library: str | None = None

    head: ClassVar[str] = "frame"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = False
    has_hash: ClassVar[bool] = False
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        return [Part(self.pred, OPTIONAL, lens=Rows(self))]

    def conform(self, x: Any, question: Question) -> Any:
        if not is_frame(x):
            if type(x) not in PLAIN:
                check_no_frame(x)
            return INVALID
        rows = verdicts.FrameRows(self.pred, x)
        if not rows.all_fit():
            return INVALID
        if not self._may_change(rows.columns):
            return x
        return [self.pred.conform(row, question) for row in rows.rows()]

    def _may_change(self, keys: Iterable[Any]) -> bool:
        """True if a row of these columns may conform to another value."""
        find = names.current.find
        others = [spec for key in keys if isinstance(key, str) and (spec := find(key)) is not None]
        return may_change(self.pred, find, others)

    def unform(self, x: Any, question: Question) -> Any:
        return [self.pred.unform(row, question) for row in x] if type(x) is list else x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if not is_frame(x):
            if type(x) not in PLAIN:
                check_no_frame(x)
            return [place.problem(self.form(), x, reason=_WANTED)]
        problems: list[Problem] = []
        rows = verdicts.FrameRows(self.pred, x)
        for number, row in rows.refused_rows(MOST_EXPLAINED):
            at = place if number is None else place.into(number)
            problems += self.pred.explain(row, at.under(self.pred.name), question)
        if not (problems or rows.all_fit()):  # no rows, and wrong keys
            row = dict.fromkeys(rows.columns)
            own = self.pred.explain(row, place.under(self.pred.name), question)
            problems = [each for each in own if each["val"] is row or head_of(each["pred"]) == "closed"]
        return problems

    def strategy(self, context: Context) -> Strategy | None:
        rows = combine.lists(strategy_of(self.pred, context), *self.sizes(), what="a table of the contract")
        return combine.fmap(self.of_examples, rows)

    def sizes(self) -> tuple[int, int | None]:
        """Return the least and the greatest number of rows of an example; None for any number."""
        return self.pred.target(names.current.resolve).table_sizes()

    def of_examples(self, rows: list[Any], seed: int | None = 0) -> Any:
        """Return examples of rows as a frame; for a contract, a frame that keeps the terms of a table."""
        return self.of_rows(self.pred.target(names.current.resolve).as_table(rows, seed))

    @lazy
    def _types(self) -> dict[Any, type | None]:
        """The type of the cells of each column; None if there are several."""
        return {
            key: columns.type_of_cells(part)
            for each in verdicts.maps_within(self.pred)
            if isinstance(each, Keys)
            for key, part in each.key_specs.items()
        }

    def of_rows(self, rows: Sequence[Any]) -> Any:
        """Return rows as a frame of the library."""
        return new_frame(rows, self._types, self.library)

    def form(self) -> Any:
        options = {} if self.library is None else {"library": self.library}
        return ("frame", self.pred.form(), *([options] if options else []))

    def fallbacks(self, x: Any) -> dict[Any, str]:
        """Return the columns that the engine of a frame can't check, with how each is checked instead.

        Example:
            >>> import pandas, mxspec as s
            >>> words = s.frame(s.keys(req_un={"word": str.islower, "n": int}))
            >>> words.fallbacks(pandas.DataFrame({"word": ["tea"], "n": [1]}))
            {'word': 'each different value is asked in Python'}
        """
        return dict(verdicts.FrameRows(self.pred, x).fallbacks)


# --- frames checked by a spec of maps ---------------------------------------------------------------------

PLAIN: Final = frozenset(
    {dict, list, tuple, set, frozenset, str, bytes, int, float, complex, bool, type(None)}
)
"""Types that are no frames, which are told by one look."""


_WITHOUT_FRAMES: Final = frozenset({"builtins", "numpy"})  # modules of the values most often refused


def spec_of_frames(spec: Spec, x: Any) -> FrameSpec | None:
    """Return the spec of frames for a spec of maps, if x is a frame; else None."""
    return FrameSpec(spec) if _is_frame_of_rows(spec, x) else None


def all_rows_fit(spec: Spec, x: Any) -> bool:
    """True if x is a frame, spec requires maps, and all rows of x fit it."""
    return _is_frame_of_rows(spec, x) and verdicts.FrameRows(spec, x).all_fit()


def _is_frame_of_rows(spec: Spec, x: Any) -> bool:
    """True if x is a frame, and spec requires maps, as its rows are.

    Raises:
        SpecDefinitionError: x is a frame that Narwhals can't read.
    """
    if type(x).__module__ in _WITHOUT_FRAMES:
        return False
    if is_frame(x):
        return verdicts.asks_for_maps(spec)
    if not issubclass(type(x), Mapping) and verdicts.asks_for_maps(spec):
        check_no_frame(x)
    return False
