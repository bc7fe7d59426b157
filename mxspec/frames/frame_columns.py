"""The columns of a frame: the Python types of their cells, and the cells that fit a spec.

The engine checks a column of strings; Python checks a column of pandas' objects that are not all strings.
Where an engine can't answer, it tells what surely fits and what may fit. Python checks each different value
between them once, and the answers are joined back by value. In memory, Python checks each cell of lists,
Decimals and datetimes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import decimal
import functools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.forms import call_text
from mxspec.base.lazy import lazy
from mxspec.base.value_types import VALUE_TYPES
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import column_values
from mxspec.frames.columns import (
    PLAIN_VALUES,
    Cells,
    FrameValues,
    NotAskedError,
    Verdict,
    conjunction,
    disjunction,
    verdict,
)
from mxspec.frames.comparisons import compare_cells
from mxspec.frames.lazy_joins import JOINED_BY, left_join
from mxspec.frames.named_frames import CHUNK, collect_cells, frame_of
from mxspec.specs.comparisons import Less
from mxspec.specs.compiled import valid_test
from mxspec.specs.core.spec import Spec

if TYPE_CHECKING:
    import narwhals as nw

    from mxspec.frames.named_frames import Frame, NamedFrame

MOST_LISTED: Final = 10_000
"""The number of different values that an engine which holds no rows in memory is sent back as a list."""

PAIR: Final = object()
"""In place of the name of a column, for a comparison of two."""

BY_VALUE: Final = "each different value is asked in Python"
BY_CELL: Final = "each cell is asked in Python"
BY_ROW: Final = "each row is asked in Python"


_STEPS: Final = {"s": 1_000_000, "ms": 1000}
"""The microseconds between two moments of a column by its unit."""

_ALIKE: Final = frozenset(
    {type(None), str, int, *(cls for cls, row in VALUE_TYPES.items() if row.is_exact and not row.has_zones)}
)
"""The types with equal values that are alike: 0.0 and -0.0 are not, nor are Decimals or moments of zones."""


# --- the columns of a frame -------------------------------------------------------------------------------


class FrameColumns(FrameValues):
    """The columns of a frame, with the expressions that check them.

    Attributes:
        table: the frame with neutral column names.
        frame: its Narwhals frame, plus columns of Python's answers.
        columns: the names of its columns.
        floats: the names of the columns of floats.
        engine: the abilities of the engine.
        fallbacks: the columns that the engine can't check, each with how it is checked instead.
        parts: the expressions of columns, with their specs, by the name (or PAIR) and the id of the spec.
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
        self.engine = self.table.engine
        self._kept: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._unnested: dict[tuple[Any, int, bool | None], tuple[Spec, Any]] = {}
        self._is_inside = False
        self.is_branching = False
        self.asks_names = False

    @property
    def is_eager(self) -> bool:
        """True if the rows are in memory and have an order."""
        return self.table.is_eager

    def col(self, name: Any) -> nw.Expr:
        """Return the expression of a column."""
        return self._columns_by_name[name]

    @lazy
    def _element(self) -> nw.Expr:
        import narwhals as nw

        return nw.col("element")

    @lazy
    def _columns_by_name(self) -> dict[Any, nw.Expr]:
        import narwhals as nw

        return {name: nw.col(own) for name, own in self.table.own.items()}

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

    def comparison(self, spec: Less) -> Verdict:
        """Return the expression of the rows with two values in order, or without one of them."""
        first, second = spec.keys
        if self.asks_names or first not in self.columns or second not in self.columns:
            return True
        if (PAIR, id(spec)) not in self.parts:
            gaps: Verdict = disjunction([*self._gaps(first), *self._gaps(second)])
            for name in spec.keys:
                self._check_type(name)
            try:
                fitting = compare_cells(self._only_cells(first), self._only_cells(second), spec.or_equal)
            except NotAskedError:
                fitting = self._ask_pairs(spec, gaps)
            self.parts[PAIR, id(spec)] = spec, disjunction([gaps, fitting])
        return self.parts[PAIR, id(spec)][1]

    def _only_cells(self, name: Any) -> Cells:
        """Return the cells of a column with values of one type; floats also stand for ints."""
        views = self.views(name)
        if not views:
            raise NotAskedError
        return views[0]

    def _gaps(self, name: Any) -> list[Any]:
        """Return the expressions of the missing cells of a column."""
        c = self.col(name)
        has_nan = name in self.floats and self.engine.has_nan
        return [c.is_null(), *([c.is_nan()] if has_nan else [])]

    def _ask_pairs(self, spec: Less, gaps: Any) -> Verdict:
        """Return the verdict on two columns; Python compares each pair of cells, each once if lazy."""
        import narwhals as nw

        columns = [self.table.own[name] for name in spec.keys]
        fits = valid_test(spec)
        asked: Any = self.frame
        if not self.is_eager:
            if not self.engine.is_known:
                raise NotAskedError
            keys = dict(zip(JOINED_BY, map(nw.col, columns), strict=True))
            pairs = self.frame.lazy().filter(~gaps).select(**keys)
            asked = collect_cells(pairs.unique(), self.engine)
            columns = [*JOINED_BY]
            self._warn(" and ".join(map(repr, spec.keys)), spec, len(asked))
        own = zip(spec.keys, columns, strict=True)
        cells = (self.table.values(name, asked.get_column(column)) for name, column in own)
        answers = [fits(dict(zip(spec.keys, pair, strict=True))) for pair in zip(*cells, strict=True)]
        self.fallbacks |= dict.fromkeys(spec.keys, BY_CELL if self.is_eager else BY_VALUE)
        if self.is_eager:
            return self.add_answers(answers)
        return self._join_answers([self.table.own[name] for name in spec.keys], asked, answers)

    def _column(self, name: Any, part: Spec) -> Verdict:
        dtype, c = self.schema[name], self.col(name)
        self._check_type(name)
        try:
            return self._cells_that_fit(name, dtype, c, part, None)
        except (NotAskedError, RecursionError):
            pass
        try:
            sure, possible = (self._values_that_fit(name, dtype, c, part, side) for side in (False, True))
        except RecursionError:
            sure, possible = False, True
        fitting = self._ask_values(name, part, sure, possible)
        return self._with_missing(dtype, c, fitting, valid_test(part))

    def _cells_that_fit(self, name: Any, dtype: Any, c: Any, part: Spec, side: bool | None) -> Verdict:
        """Return the expression of cells that fit a spec, missing ones too."""
        fitting = self._values_that_fit(name, dtype, c, part, side)
        return self._with_missing(dtype, c, fitting, valid_test(part))

    def _values_that_fit(self, name: Any, dtype: Any, c: Any, part: Spec, side: bool | None) -> Verdict:
        """Return the expression of values that fit a spec, as far as they are not missing.

        Raises:
            NotAskedError: the engine can't judge some of them, and there is no side.
        """
        views = self._views(name, dtype, c)
        if views is None:
            return Cells(object, c, side=side).in_doubt(False, True)
        if not views:
            return self._fitting_bools(c, valid_test(part))
        return disjunction(
            [
                conjunction([self.is_whole(cells), verdict(part, dataclasses.replace(cells, side=side))])
                for cells in views
            ]
        )

    def _keep(self, c: Any, what: str, expr: Any) -> Any:
        """Add an expression over a column to the frame, and return its column."""
        import narwhals as nw

        if c is self._element:
            return expr  # from a different frame
        if (id(c), what) not in self._kept:
            name = f"kept {len(self._kept)}"
            self.frame = self.frame.with_columns(expr.alias(name))
            self._kept[id(c), what] = c, nw.col(name)
        return self._kept[id(c), what][1]

    def _check_type(self, name: Any) -> None:
        """Refuse a column of a type that Ibis does not know.

        Raises:
            SpecDefinitionError: it has such a type.
        """
        if self.engine.is_of_ibis and (tp := self._native_column(name).type()).is_unknown():
            raise SpecDefinitionError(
                f"the column {name!r} has a type that Ibis does not know, {getattr(tp, 'raw_type', tp)}; "
                "cast it in the engine first"
            )

    def views(self, name: Any) -> list[Cells] | None:
        """Return the cells of a column as each Python type that they may have; None for unknown types."""
        return self._views(name, self.schema[name], self.col(name))

    def _views(self, name: Any, dtype: Any, c: Any) -> list[Cells] | None:
        """Return the views of a column, or of a field of its structs: then c is no column."""
        import narwhals as nw

        keep = functools.partial(self._keep, c)
        cells = functools.partial(Cells, expr=c, engine=self.engine, keep=keep)
        if dtype == nw.Boolean:
            return []
        if dtype.is_integer():
            return self._views_of_ints(name, dtype, cells)
        if dtype.is_float():
            wide = c.cast(nw.Float64) if dtype != nw.Float64 else c  # keeps a bound from rounding to 32 bits
            own = dataclasses.replace(cells(float), expr=wide)
            is_column = c is self._columns_by_name.get(name)  # rows read whole numbers of columns as ints too
            return [own, *([dataclasses.replace(own, kind=int, is_whole=True)] if is_column else [])]
        if dtype == nw.String:
            texts = self._texts(name)
            return None if texts is None else [cells(str, has_regexes=texts)]
        if dtype in (nw.Categorical, nw.Enum) and self.engine.reads_categories:
            return [dataclasses.replace(cells(str, has_regexes=True), expr=c.cast(nw.String))]
        if dtype == nw.Datetime:
            return self._views_of_moments(dtype, cells)
        if dtype == nw.Duration:
            unit = getattr(dtype, "time_unit", "us")
            has_lengths = self.engine.has_intervals
            return (
                [cells(datetime.timedelta, step=_STEPS.get(unit, 1), is_fine=unit == "ns")]
                if has_lengths
                else None
            )
        if dtype == nw.Decimal:
            places = getattr(dtype, "scale", None)
            return (
                None if places is None else [cells(decimal.Decimal, scale=places, **_ends_of_decimals(dtype))]
            )
        if dtype == nw.Array:
            return [cells(list, size=dtype.shape[0])]
        if dtype == nw.List:
            of_column = c is self._columns_by_name.get(name) and self.engine.unnests
            elements = functools.partial(self._lists_that_fit, name, dtype.inner) if of_column else None
            return [cells(list, elements=elements)]
        if dtype == nw.Struct:
            return [cells(dict, fields=self._fields(name, dtype, c))]
        others = ((cls, row.dtype) for cls, row in VALUE_TYPES.items() if row.dtype is not None)
        return next(([cells(cls)] for cls, name in others if dtype == getattr(nw, name)), None)

    def _views_of_ints(self, name: Any, dtype: Any, cells: Callable[..., Cells]) -> list[Cells] | None:
        digits = "".join(filter(str.isdigit, str(dtype)))
        if not digits.isdigit():
            return None
        bits = int(digits)
        is_unsigned = dtype.is_unsigned_integer()
        low, high = (0, (1 << bits) - 1) if is_unsigned else (-1 << bits - 1, (1 << bits - 1) - 1)
        is_arrow = self._is_arrow(name)
        if high >= 1 << 63 and (is_arrow or not self.engine.compares_uint64):
            return None  # Arrow compares them as 63-bit ints
        return [cells(int, low=low, high=high, has_remainders=not is_arrow)]

    def _views_of_moments(self, dtype: Any, cells: Callable[..., Cells]) -> list[Cells]:
        zone = getattr(dtype, "time_zone", None)
        unit = getattr(dtype, "time_unit", "us")
        if unit != "ns":
            return [cells(datetime.datetime, zone=zone, step=_STEPS.get(unit, 1))]
        offset = None if zone is None else datetime.UTC
        ends = (datetime.datetime(1677, 9, 22), datetime.datetime(2262, 4, 11))
        first, last = (end.replace(tzinfo=offset) for end in ends)
        return [cells(datetime.datetime, low=first, high=last, zone=zone, is_fine=True)]

    def _fields(self, name: Any, dtype: Any, c: Any) -> dict[str, Any]:
        """Return the functions that judge the fields of structs."""
        if self.engine.is_of_pandas:
            return dict.fromkeys((field.name for field in dtype.fields), _not_asked)
        return {
            field.name: functools.partial(self._cells_that_fit, name, field.dtype, c.struct.field(field.name))
            for field in dtype.fields
        }

    def _native_column(self, name: Any) -> Any:
        frame: Any = self.frame.to_native()
        return frame[self.table.own[name]]

    def _is_arrow(self, name: Any) -> bool:
        """True for a column of pandas or Dask with an Arrow type."""
        return self.engine.is_of_pandas and hasattr(self._native_column(name).dtype, "pyarrow_dtype")

    def _texts(self, name: Any) -> bool | None:
        """Return True if the engine searches strings, False if Python does, None if not all are strings.

        Some engines behind Ibis ignore the case of texts, or lack a pattern for the end of a text.
        """
        if not self.engine.compares_texts:
            return None
        if not self.engine.is_of_pandas or self._is_arrow(name):
            return self.engine.searches_texts
        native = self._native_column(name)
        if str(native.dtype) != "object":
            return bool(getattr(native.dtype, "storage", None) == "pyarrow")
        if not self.is_eager:
            return None
        import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return False if pd.api.types.infer_dtype(native, skipna=True) in ("string", "empty") else None

    def _with_missing(self, dtype: Any, c: Any, fitting: Verdict, valid: Callable[[Any], bool]) -> Verdict:
        """Extend a verdict on the cells that are not missing to all cells."""
        missing: Verdict = c.is_null()
        if dtype.is_float():
            nan: Verdict = c.is_nan() if self.engine.has_nan else False
            if self.engine.is_of_pandas:
                missing = disjunction([missing, nan])  # Arrow and pandas' own types tell NaN from null
            else:
                # The NaN of a row is not the same object as the NaN in a set.
                fitting = _with_answer(fitting, nan, valid(float("nan")))
        return _with_answer(fitting, missing, valid(None))

    def is_whole(self, cells: Cells) -> Verdict:
        """Return the expression of the whole numbers in a column of floats; True for other cells."""
        if not cells.is_whole:
            return True
        x, is_finite = cells.expr, cells.is_finite()
        if self.engine.floors:
            return conjunction([x.floor() == x, is_finite])
        import narwhals as nw

        is_large: Any = x.abs() >= 1 << 53  # whole, if it is a number
        small = nw.when(is_large | ~is_finite).then(nw.lit(0.5)).otherwise(x)
        return disjunction([small.floor() == small, conjunction([is_large, is_finite])])

    def _fitting_bools(self, c: Any, valid: Callable[[Any], bool]) -> Verdict:
        verdicts: dict[tuple[bool, bool], Verdict] = {
            (True, True): True,
            (True, False): c,
            (False, True): ~c,
            (False, False): False,
        }
        return verdicts[valid(True), valid(False)]

    # --- checks in Python ----------------------------------------------------------------------------------

    def _ask_values(self, name: Any, part: Spec, sure: Verdict, possible: Verdict) -> Verdict:
        """Return the verdict on a column; Python checks each different value in doubt once.

        Args:
            name, part: the column, and its spec.
            sure, possible: the expressions of values that surely fit, and that may fit.
        """
        import narwhals as nw

        if possible is False or sure is True:
            return sure
        valid = valid_test(part)
        fits = functools.partial(fits_as_number, valid) if name in self.floats else valid
        views = self.views(name)
        is_plain = (views[0].kind if views else None) in PLAIN_VALUES
        if self.is_eager and not is_plain:
            return self._ask_cells(name, fits)
        if (self.engine.hashes_cells and not is_plain) or not self.engine.is_known:
            raise NotAskedError
        doubtful = [~self.col(name).is_null(), possible, True if sure is False else ~sure]
        if name in self.floats and self.engine.has_nan:
            doubtful.append(~self.col(name).is_nan())
        asked = self._different_cells(name, conjunction(doubtful))
        if not len(asked):
            return sure
        if name in self.floats and fits(0.0) is not fits(-0.0):
            raise NotAskedError  # an engine takes them for one value
        self.fallbacks[name] = BY_VALUE
        answers: list[bool] = []
        values: list[Any] = []
        for start in range(0, len(asked), CHUNK):
            some = self.table.values(name, asked[start : start + CHUNK].get_column("value"))
            answers += map(fits, some)
            values += some if is_plain and (self.is_eager or len(asked) <= MOST_LISTED) else []
        if not self.is_eager:
            self._warn(repr(name), part, len(asked))
        if True not in answers:
            return sure
        if False not in answers:
            return possible
        if values and views:
            good = [x for x, answer in zip(values, answers, strict=True) if answer]
            return disjunction([sure, conjunction([possible, views[0].is_in(good)])])
        column = self.table.own[name]
        if self._is_interval(name):
            self.frame = self.frame.with_columns(self.col(name).cast(nw.String).alias("key"))
            column = "key"
        return disjunction([sure, self._join_answers([column], asked, answers)])

    def _lists_that_fit(self, name: Any, inner: Any, part: Spec, side: bool | None) -> Verdict:
        """Return the expression of lists with elements that fit; the engine unnests different lists."""
        import narwhals as nw

        fitting = self._cells_that_fit(name, inner, self._element, part, side)
        lists: Any = self.col(name)
        if isinstance(fitting, bool):
            return True if fitting else lists.list.len() == 0
        if (name, id(part), side) not in self._unnested:
            answer = f"answers {len(self.frame.collect_schema().names())}"
            different = self.frame.lazy().filter(lists.list.len() > 0).select(key=lists).unique()
            elements = different.with_columns(element=nw.col("key")).explode("element")
            misfits = elements.filter(~fitting).select("key").unique()
            bad: Any = misfits.with_columns(nw.lit(True).alias(answer))
            joined = left_join(self.frame.lazy(), [self.table.own[name]], bad, answer)
            self.frame = joined.collect() if self.is_eager else joined
            self._unnested[name, id(part), side] = part, nw.col(answer).is_null()
        return self._unnested[name, id(part), side][1]  # type: ignore[no-any-return]

    def _different_cells(self, name: Any, doubtful: Verdict) -> Any:
        """Return the different cells of a column where an expression is true, as a frame in memory.

        An interval of a month is equal to one of 30 days for DuckDB, but not as a text.
        """
        import narwhals as nw

        column = self.col(name)
        key = column.cast(nw.String) if self._is_interval(name) else column
        rows: Any = self.frame.lazy()
        cells = rows.filter(doubtful).select(value=column, key=key)
        return collect_cells(cells.unique(subset=["key"], keep="any"), self.engine)

    def _is_interval(self, name: Any) -> bool:
        import narwhals as nw

        return bool(self.schema[name] == nw.Duration) and not self.engine.has_intervals

    def _warn(self, name: str, part: Spec, n: int) -> None:
        warnings.warn(
            f"{self.engine.name} can't judge {call_text(part.form())} of column {name}: "
            f"{n:,} different values came to Python",
            stacklevel=2,
        )

    def _join_answers(self, columns: Sequence[str], asked: Any, answers: list[bool]) -> Verdict:
        """Join the cells that fit to the lazy frame, and return the expression of their rows."""
        import narwhals as nw

        answer = f"answers {len(self.frame.collect_schema().names())}"
        fits = nw.new_series(answer, answers, nw.Boolean, backend=asked.implementation)
        good = asked.with_columns(fits).filter(nw.col(answer)).select(*JOINED_BY[: len(columns)], answer)
        self.frame = left_join(self.frame, columns, good, answer)  # type: ignore[arg-type]
        return ~nw.col(answer).is_null()

    def different_values(self, name: Any, most: int) -> list[Any]:
        """Return the different values of a column, or raise NotAskedError if there are too many."""
        if not self.engine.is_known:
            raise NotAskedError
        different = self.frame.lazy().select(value=self.col(name)).unique().head(most + 1)
        values = self.table.values(name, collect_cells(different, self.engine).get_column("value"))
        if len(values) > most:
            raise NotAskedError
        return values

    def _ask_cells(self, name: Any, fits: Callable[[Any], bool]) -> Verdict:
        """Return the verdict on a column in memory; Python checks each cell."""
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


def _not_asked(part: Spec, side: bool | None) -> Verdict:
    return Cells(object, None, side=side).in_doubt(False, True)


def _ends_of_decimals(dtype: Any) -> dict[str, Any]:
    """Return the least and the greatest Decimal of a type."""
    digits = (9,) * (getattr(dtype, "precision", None) or 38)
    return {name: decimal.Decimal((sign, digits, -dtype.scale)) for name, sign in (("low", 1), ("high", 0))}


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
