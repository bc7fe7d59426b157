"""The columns of a frame: the Python types of their cells, and the cells that fit a spec.

The engine checks a column of strings; Python checks a column of pandas' objects that are not all strings.
Where no engine can answer, Python checks each different value once, and a cell fits if its value does. For
lists, Decimals and datetimes Python checks each cell.
"""

from __future__ import annotations

import contextlib
import datetime
import decimal
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.spec import Spec
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import column_values
from mxspec.frames.columns import (
    Cells,
    FrameValues,
    NotAskedError,
    Verdict,
    conjunction,
    disjunction,
    verdict,
)
from mxspec.frames.engines import engine_of
from mxspec.frames.named_frames import frame_of
from mxspec.specs.compiled import valid_test

if TYPE_CHECKING:
    import narwhals as nw

    from mxspec.frames.named_frames import Frame, NamedFrame

MOST_LISTED: Final = 10_000
"""The number of different values that an engine which holds no rows in memory is sent back as a list."""

BY_VALUE: Final = "each different value is asked in Python"
BY_CELL: Final = "each cell is asked in Python"
BY_ROW: Final = "each row is asked in Python"


_STEPS: Final = {"s": 1_000_000, "ms": 1000}
"""The microseconds between two moments of a column by its unit."""

_ALIKE: Final = frozenset({str, bytes, int, bool, datetime.date, type(None)})
"""The types with equal values that are alike: 0.0 and -0.0 are not, nor are Decimals or moments of zones."""


# --- the columns of a frame -------------------------------------------------------------------------------


class FrameColumns(FrameValues):
    """The columns of a frame, with the expressions that check them.

    Attributes:
        table: the frame with neutral column names.
        frame: its Narwhals frame, plus columns of Python's answers.
        columns: the names of its own columns.
        floats: the names of the columns of floats.
        engine: what the engine can be asked.
        fallbacks: the columns that the engine can't check, each with how it is checked instead.
        parts: the expressions of columns, with their specs, by the name and the id of the spec.
        is_branching: True if a row need not fit all parts.
        asks_names: True while only the names of the columns count, and every cell fits.
    """

    def __init__(self, x: Any) -> None:
        self.table: NamedFrame = frame_of(x)
        self.frame: Frame = self.table.frame
        self.schema: Mapping[Any, Any] = self.table.schema
        self.columns: list[Any] = [*self.schema]
        if self.is_eager and not self.columns and len(x):
            raise SpecDefinitionError(f"a frame of {len(x):,} rows has no columns: nothing to ask")
        self.floats = [name for name in self.columns if self.schema[name].is_float()]
        self.fallbacks: dict[Any, str] = {}
        self.parts: dict[tuple[Any, int], tuple[Spec, Verdict]] = {}
        self.engine = engine_of(self.table)
        self._is_inside = False
        self.is_branching = False
        self.asks_names = False

    @property
    def is_eager(self) -> bool:
        """True if the rows are in memory and have an order."""
        return self.table.is_eager

    def col(self, name: Any) -> nw.Expr:
        """Return the expression of a column."""
        import narwhals as nw

        return nw.col(self.table.own[name])

    @property
    def cells(self) -> Cells:
        return Cells(dict, None)

    # --- columns --------------------------------------------------------------------------------------------

    def column(self, name: Any, part: Spec) -> Verdict:
        """Return the expression of the cells of a column that fit a spec."""
        if self.asks_names:
            return True
        key = (name, id(part))
        if key not in self.parts:
            if name in self.floats and any(other == name for other, _ in self.parts) and not self._is_inside:
                raise NotAskedError  # a number can't be a float for one part and an int for the other
            self.parts[key] = part, self._column(name, part)
        return self.parts[key][1]

    def _column(self, name: Any, part: Spec) -> Verdict:
        valid = valid_test(part)
        views = self.views(name)
        try:
            if views is None:
                raise NotAskedError
            if not views:  # booleans
                return self._fitting_bools(name, valid)
            fitting = disjunction(
                [conjunction([self.is_whole(cells), verdict(part, cells)]) for cells in views]
            )
        except (NotAskedError, RecursionError):
            self.fallbacks[name] = BY_VALUE
            fitting = self._ask_values(name, valid, views)
        return self._with_missing(name, fitting, valid)

    def views(self, name: Any) -> list[Cells] | None:
        """Return the cells of a column as each Python type that they may have; None for unknown types.

        Raises:
            SpecDefinitionError: Ibis does not know the type.
        """
        import narwhals as nw

        dtype, c = self.schema[name], self.col(name)
        if self.table.library == "ibis" and self._native_column(name).type().is_unknown():
            tp = getattr(self._native_column(name).type(), "raw_type", None)
            raise SpecDefinitionError(
                f"the column {name!r} has a type that Ibis does not know, {tp}; cast it in the engine first"
            )
        if dtype == nw.Boolean:
            return []
        if dtype.is_integer():
            digits = "".join(filter(str.isdigit, str(dtype)))
            if not digits.isdigit():
                return None
            bits = int(digits)
            low, high = (
                (0, (1 << bits) - 1) if dtype.is_unsigned_integer() else (-1 << bits - 1, (1 << bits - 1) - 1)
            )
            is_arrow = self._is_arrow(name)
            if high >= 1 << 63 and (is_arrow or self.frame.implementation.is_pyarrow()):
                return None  # Arrow compares them as 63-bit ints
            return [Cells(int, c, low, high, engine=self.engine, has_remainders=not is_arrow)]
        if dtype.is_float():
            wide = c.cast(nw.Float64) if dtype != nw.Float64 else c  # keeps a bound from rounding to 32 bits
            return [
                Cells(float, wide, engine=self.engine),
                Cells(int, wide, is_whole=True, engine=self.engine),
            ]
        if dtype == nw.String:
            texts = self._texts(name)
            return None if texts is None else [Cells(str, c, has_regexes=texts)]
        if dtype in (nw.Categorical, nw.Enum) and self.frame.implementation.is_polars():
            return [Cells(str, c.cast(nw.String), has_regexes=True)]
        if dtype == nw.Date:
            return [Cells(datetime.date, c, engine=self.engine)]
        if dtype == nw.Datetime:
            zone = getattr(dtype, "time_zone", None)
            unit = getattr(dtype, "time_unit", "us")
            if unit != "ns":
                return [Cells(datetime.datetime, c, zone=zone, step=_STEPS.get(unit, 1))]
            offset = None if zone is None else datetime.UTC
            ends = (datetime.datetime(1677, 9, 22), datetime.datetime(2262, 4, 11))
            first, last = (end.replace(tzinfo=offset) for end in ends)
            return [Cells(datetime.datetime, c, first, last, zone)]
        if dtype == nw.Duration and not self.engine.has_intervals:
            return None  # the length of a month varies
        others: dict[Any, type] = {
            nw.Decimal: decimal.Decimal,
            nw.Duration: datetime.timedelta,
            nw.Time: datetime.time,
            nw.Binary: bytes,
            nw.List: list,
            nw.Array: list,
            nw.Struct: dict,
        }
        return next(([Cells(kind, c)] for tp, kind in others.items() if dtype == tp), None)

    @property
    def is_of_pandas(self) -> bool:
        """True for a frame of pandas or its kin, with NaN for a missing cell."""
        return self.table.is_of_pandas

    def _native_column(self, name: Any) -> Any:
        frame: Any = self.frame.to_native()
        return frame[self.table.own[name]]

    def _is_arrow(self, name: Any) -> bool:
        """True for a column of pandas or Dask with an Arrow type."""
        return self.is_of_pandas and hasattr(self._native_column(name).dtype, "pyarrow_dtype")

    def _texts(self, name: Any) -> bool | None:
        """Return True if the engine searches strings, False if Python does, None if not all are strings.

        Some engines behind Ibis ignore the case of texts, or lack a pattern for the end of a text.
        """
        if self.table.library == "ibis":
            return self.engine.searches_texts if self.engine.compares_texts else None
        if not self.is_of_pandas or self._is_arrow(name):
            return True
        native = self._native_column(name)
        if str(native.dtype) != "object":
            return bool(getattr(native.dtype, "storage", None) == "pyarrow")
        if not self.is_eager:
            return None
        import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return False if pd.api.types.infer_dtype(native, skipna=True) in ("string", "empty") else None

    def _with_missing(self, name: Any, fitting: Verdict, valid: Callable[[Any], bool]) -> Verdict:
        """Extend a verdict on the cells that are not missing to all cells."""
        missing: Verdict = self.col(name).is_null()
        if name in self.floats:
            nan: Verdict = self.col(name).is_nan() if self.engine.has_nan else False
            if self.is_of_pandas:
                missing = disjunction([missing, nan])  # Arrow and pandas' own types tell NaN from null
            else:
                # The NaN of a row is not the same object as the NaN in a set.
                fitting = _with_answer(fitting, nan, valid(float("nan")))
        return _with_answer(fitting, missing, valid(None))

    def is_whole(self, cells: Cells) -> Verdict:
        """Return the expression of the whole numbers in a column of floats; True for other cells."""
        if not cells.is_whole:
            return True
        if not self.engine.floors:
            return cells.expr % 1 == 0  # type: ignore[no-any-return]
        return conjunction([cells.expr.floor() == cells.expr, cells.is_finite()])

    def _fitting_bools(self, name: Any, valid: Callable[[Any], bool]) -> Verdict:
        c = self.col(name)
        verdicts: dict[tuple[bool, bool], Verdict] = {
            (True, True): True,
            (True, False): c,
            (False, True): ~c,
            (False, False): False,
        }
        return self._with_missing(name, verdicts[valid(True), valid(False)], valid)

    # --- checks in Python ----------------------------------------------------------------------------------

    def _ask_values(self, name: Any, valid: Callable[[Any], bool], views: list[Cells] | None) -> Verdict:
        """Return the verdict on a column; Python checks each different value once."""
        fits = functools.partial(fits_as_number, valid) if name in self.floats else valid
        if not views or views[0].kind not in (str, int, float, datetime.date):
            return self._ask_cells(name, fits)
        different = self.different_values(name, math.inf if self.is_eager else MOST_LISTED)
        values = [x for x in different if x is not None and x == x]
        if 0.0 in values and views[0].kind is float and fits(0.0) is not fits(-0.0):
            return self._ask_cells(name, fits)  # an engine takes them for one value
        good: list[Any] = []
        bad: list[Any] = []
        for x in values:
            (good if fits(x) else bad).append(x)
        if not good or not bad:
            return not bad
        expr = views[0].expr
        return expr.is_in(good) if len(good) <= len(bad) else ~expr.is_in(bad)  # type: ignore[no-any-return]

    def different_values(self, name: Any, most: float) -> list[Any]:
        """Return the different values of a column, or raise NotAskedError if there are too many."""
        if self.table.library == "ibis" and not self.table.backend:
            raise NotAskedError
        different = self.frame.lazy().select(value=self.col(name)).unique()
        if most < math.inf:
            different = different.head(int(most) + 1)
        values = self.table.values(name, different.collect().get_column("value"))
        if len(values) > most:
            raise NotAskedError
        return values

    def _ask_cells(self, name: Any, fits: Callable[[Any], bool]) -> Verdict:
        """Return the verdict on a column; Python checks each cell."""
        if not self.is_eager:
            raise NotAskedError
        self.fallbacks[name] = BY_CELL
        answers: dict[Any, bool] = {}
        verdicts = []
        frame: Any = self.frame
        for x in column_values(frame.get_column(self.table.own[name])):
            if type(x) not in _ALIKE:
                verdicts.append(fits(x))
                continue
            answer = answers.get((type(x), x))
            if answer is None:
                answer = answers[type(x), x] = fits(x)
            verdicts.append(answer)
        return self.add_answers(verdicts)

    def add_answers(self, verdicts: list[bool]) -> Verdict:
        """Add a column of answers to the frame, and return its expression."""
        import narwhals as nw

        name = f"answers {len(self.frame.collect_schema().names())}"
        series = nw.new_series(name, verdicts, nw.Boolean, backend=self.frame.implementation)
        self.frame = self.frame.with_columns(series)
        return nw.col(name)

    @contextlib.contextmanager
    def branching(self) -> Iterator[None]:
        """Note that a row may fit the spec without fitting the part in the block."""
        before, self._is_inside = self._is_inside, True
        self.is_branching = True
        yield
        self._is_inside = before


def _with_answer(fitting: Verdict, others: Any, fits: bool) -> Verdict:
    """Return a verdict with a different answer for some cells."""
    if fitting is fits or others is False:
        return fitting
    return disjunction([fitting, others]) if fits else conjunction([fitting, ~others])


def fits_as_number(valid: Callable[[Any], bool], x: Any) -> bool:
    """True if a float fits, or is whole and fits as an int."""
    if valid(x):
        return True
    if type(x) is float and x.is_integer():
        return valid(int(x))
    return type(x) is int and valid(float(x))


def unused_name(name: str, taken: Iterable[Any]) -> str:
    """Return an unused column name: the name itself, or the name and a number."""
    taken = {str(each).casefold() for each in taken}  # DuckDB and Spark ignore case
    numbered = (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3)))
    return next(each for each in numbered if each.casefold() not in taken)
