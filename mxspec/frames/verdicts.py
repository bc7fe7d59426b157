"""The verdicts of a spec of maps on the rows of a frame, as one expression that its engine answers.

`keys(req_un={"age": int_in(0, 150), "id": str_in(format="uuid")})` becomes one column of booleans: an
expression of Narwhals over `age`, and for `id`, which no engine can be asked about, the members of the set of
its valid values, each of which is asked once. The verdict on a row is that of `valid`, with one difference: a
whole number in a column of floats fits as an int too, as pandas has no other column of ints with gaps.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from mxspec import names
from mxspec.core.parts import may_change
from mxspec.core.question import Question
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import SpecDefinitionError
from mxspec.frames.cells import column_values, frame_of, rows_of_frame, whole_columns
from mxspec.frames.columns import Cells, NotAskedError, Verdict, all_of, any_of, cell_verdict, verdict_of_row
from mxspec.specs.collections import HomogeneousMap
from mxspec.specs.compiled import valid_test
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge, MultiSpec
from mxspec.specs.wrappers import Nilable, Nonconforming, Wrapper

if TYPE_CHECKING:
    import narwhals as nw

    from mxspec.frames.cells import Frame

MOST_LISTED: Final = 10_000
"""The number of different values that an engine which holds no rows in memory is sent back as a list."""

BY_VALUE = "each different value is asked in Python"
BY_ROW = "each row is asked in Python"


# --- specs of maps ----------------------------------------------------------------------------------------


def maps_within(spec: Spec) -> Iterator[Spec]:
    """Yield the specs of maps that see the same value as a spec does."""
    waiting, seen = [spec], set()
    while waiting:
        own = waiting.pop().target(names.current.resolve)
        if id(own) in seen:
            continue
        seen.add(id(own))
        if isinstance(own, (Keys, HomogeneousMap)):
            yield own
        elif isinstance(own, (And, Or, Merge, MultiSpec, Nilable, Wrapper)):
            waiting += [part.spec for part in own.parts()]


def asks_for_maps(spec: Spec) -> bool:
    """True if the values of a spec are maps, so that a frame is the rows of it."""
    return next(maps_within(spec), None) is not None


# --- the rows of a frame ----------------------------------------------------------------------------------


class FrameRows:
    """The rows of a frame, and a spec of maps that they are asked about.

    Attributes:
        frame: the frame of Narwhals, with columns of answers that Python gave beside its own.
        columns: the names of its own columns.
        test: the expression of the rows that fit, or True or False of all; None if a lazy frame has to be
            read row by row.
        fallbacks: for each column that its engine can't be asked about, how it is; None for whole rows.
        parts: the expressions of columns, with their specs, by the name and the id of the spec.
        is_branching: True if a row need not fit all of the parts.
    """

    def __init__(self, spec: Spec, x: Any) -> None:
        self.spec = spec
        self.frame: Frame = frame_of(x)
        self.schema: Mapping[Any, Any] = self.frame.collect_schema()
        self.columns = self.schema.names()  # type: ignore[attr-defined]
        self.question = Question(names.current)
        self.fallbacks: dict[Any, str] = {}
        self.parts: dict[tuple[Any, int], tuple[Spec, Verdict]] = {}
        self.floats = [name for name in self.columns if self.schema[name].is_float()]
        self._valid: dict[int, tuple[Spec, Callable[[Any], bool]]] = {}
        self._is_inside = False
        self.is_branching = False
        self.test: Verdict | None
        try:
            self.test = row_verdict(spec, self)
        except (NotAskedError, RecursionError):
            self.fallbacks = {None: BY_ROW}
            self.parts = {}
            self.test = self._ask_rows() if self.is_eager else None

    @property
    def is_eager(self) -> bool:
        """True if the rows are in memory and have an order."""
        import narwhals as nw

        return isinstance(self.frame, nw.DataFrame)

    def valid_test(self, spec: Spec) -> Callable[[Any], bool]:
        """Return the test of a spec, which is compiled once."""
        known = self._valid.get(id(spec))
        if known is None:
            known = self._valid[id(spec)] = spec, valid_test(spec)
        return known[1]

    # --- columns --------------------------------------------------------------------------------------------

    def column(self, name: Any, part: Spec) -> Verdict:
        """Return the expression of the cells of a column that fit a spec."""
        key = (name, id(part))
        if key not in self.parts:
            if name in self.floats and any(other == name for other, _ in self.parts) and not self._is_inside:
                raise NotAskedError  # a number can't be a float for one part and an int for the other
            self.parts[key] = part, self._column(name, part)
        return self.parts[key][1]

    def _column(self, name: Any, part: Spec) -> Verdict:
        valid = self.valid_test(part)
        views = self._views(name)
        try:
            if views is None:
                raise NotAskedError
            if not views:  # booleans
                return self._fitting_bools(name, valid)
            fitting = any_of([all_of([self._whole(cells), cell_verdict(part, cells)]) for cells in views])
        except (NotAskedError, RecursionError):
            self.fallbacks[name] = BY_VALUE
            fitting = self._ask_values(name, valid, views)
        return self._with_missing(name, fitting, valid)

    def _views(self, name: Any) -> list[Cells] | None:
        """Return the cells of a column as the types of Python that they may have; None for unknown ones."""
        import narwhals as nw

        dtype, c = self.schema[name], nw.col(name)
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
            return [Cells(int, c, low, high)]
        if dtype.is_float():
            wide = c.cast(nw.Float64) if dtype != nw.Float64 else c  # a bound is not rounded to 32 bits
            return [Cells(float, wide), Cells(int, wide, is_whole=True)]
        if dtype == nw.String:
            texts = self._texts(name)
            return None if texts is None else [Cells(str, c, has_regexes=texts)]
        if dtype in (nw.Categorical, nw.Enum) and self.frame.implementation.is_polars():
            return [Cells(str, c.cast(nw.String), has_regexes=True)]
        if dtype == nw.Date:
            return [Cells(datetime.date, c)]
        if dtype == nw.Datetime:
            zone = getattr(dtype, "time_zone", None)
            if getattr(dtype, "time_unit", "us") != "ns":
                return [Cells(datetime.datetime, c, zone=zone)]
            offset = None if zone is None else datetime.UTC
            ends = (datetime.datetime(1677, 9, 22), datetime.datetime(2262, 4, 11))
            low, high = (end.replace(tzinfo=offset) for end in ends)
            return [Cells(datetime.datetime, c, low, high, zone)]
        return None

    def _texts(self, name: Any) -> bool | None:
        """Return True for strings that the engine searches, False if Python does, None if not all are strings."""
        if not (self.frame.implementation.is_pandas() or self.frame.implementation.is_dask()):
            return True
        native: Any = self.frame.to_native()[name]
        dtype: Any = native.dtype
        if getattr(dtype, "storage", None) == "pyarrow" or hasattr(dtype, "pyarrow_dtype"):
            return True
        if str(dtype) != "object":
            return False
        if not self.is_eager:
            return None
        import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return False if pd.api.types.infer_dtype(native, skipna=True) in ("string", "empty") else None

    def _missing(self, name: Any) -> Verdict:
        import narwhals as nw

        c = nw.col(name)
        is_pandas = self.frame.implementation.is_pandas() or self.frame.implementation.is_dask()
        if is_pandas and name in self.floats:
            native: Any = self.frame.to_native()[name].dtype
            if type(native).__module__.partition(".")[0] != "numpy":
                return c.is_null() | c.is_nan()
        return c.is_null()

    def _with_missing(self, name: Any, fitting: Verdict, valid: Callable[[Any], bool]) -> Verdict:
        """Return the verdict on all cells, of a verdict on those that are there."""
        import narwhals as nw

        is_pandas = self.frame.implementation.is_pandas() or self.frame.implementation.is_dask()
        if name in self.floats and not is_pandas and fitting is not valid(math.nan):
            is_nan = nw.col(name).is_nan()
            fitting = any_of([fitting, is_nan]) if valid(math.nan) else all_of([fitting, ~is_nan])
        if fitting is valid(None):
            return fitting
        missing = self._missing(name)
        return any_of([fitting, missing]) if valid(None) else all_of([fitting, ~missing])

    def _whole(self, cells: Cells) -> Verdict:
        if not cells.is_whole:
            return True
        return (cells.expr.floor() == cells.expr) & cells.expr.is_finite()  # type: ignore[no-any-return]

    def _fitting_bools(self, name: Any, valid: Callable[[Any], bool]) -> Verdict:
        import narwhals as nw

        c = nw.col(name)
        verdicts: dict[tuple[bool, bool], Verdict] = {
            (True, True): True,
            (True, False): c,
            (False, True): ~c,
            (False, False): False,
        }
        return self._with_missing(name, verdicts[valid(True), valid(False)], valid)

    # --- asked in Python ------------------------------------------------------------------------------------

    def _ask_values(self, name: Any, valid: Callable[[Any], bool], views: list[Cells] | None) -> Verdict:
        """Return the verdict on a column by asking each different value once."""
        fits = functools.partial(fits_as_number, valid) if name in self.floats else valid
        if not views or views[0].kind is datetime.datetime:
            return self._ask_cells(name, fits)
        different = (
            self.frame.select(name).unique() if self.is_eager else self.frame.lazy().select(name).unique()
        )
        if not self.is_eager:
            different = different.head(MOST_LISTED + 2)  # of a missing value, and one too many
        values = column_values(different.lazy().collect()[name])
        values = [x for x in values if x is not None and x == x]
        if 0.0 in values and views[0].kind is float and fits(0.0) is not fits(-0.0):
            return self._ask_cells(name, fits)  # they are one value to an engine
        if not self.is_eager and len(values) > MOST_LISTED:
            raise NotAskedError
        good, bad = [], []
        for x in values:
            (good if fits(x) else bad).append(x)
        if not good or not bad:
            return not bad
        expr = views[0].expr
        return expr.is_in(good) if len(good) <= len(bad) else ~expr.is_in(bad)  # type: ignore[no-any-return]

    def _ask_cells(self, name: Any, fits: Callable[[Any], bool]) -> Verdict:
        """Return the verdict on a column as a column of answers, one for each cell."""
        if not self.is_eager:
            raise NotAskedError
        answers: dict[Any, bool] = {}
        verdicts = []
        for x in column_values(self.frame[name]):  # type: ignore[index]
            key = (type(x), x)
            try:
                answer = answers.get(key)
            except TypeError:  # it has no hash
                verdicts.append(fits(x))
                continue
            if answer is None:
                answer = fits(x)
                if x != 0:  # 0.0 and -0.0 are equal
                    answers[key] = answer
            verdicts.append(answer)
        return self._answers(verdicts)

    def _ask_rows(self) -> Verdict:
        valid = self.valid_test(self.spec)
        return self._answers([self.fits(row, valid) for row in rows_of_frame(self.frame)])

    def _answers(self, verdicts: list[bool]) -> Verdict:
        """Return the expression of a column of answers, which is put beside those of the frame."""
        import narwhals as nw

        name = unused_name("answers", self.frame.collect_schema().names())
        series = nw.new_series(name, verdicts, nw.Boolean, backend=self.frame.implementation)
        self.frame = self.frame.with_columns(series)  # type: ignore[arg-type]
        return nw.col(name)

    # --- rows -----------------------------------------------------------------------------------------------

    def fits(self, row: dict[Any, Any], valid: Callable[[Any], bool]) -> bool:
        """True if a row fits, or does with whole floats as ints."""
        return valid(row) or any(map(valid, self._readings(row)))

    def _readings(self, row: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        """Yield a row with whole numbers of columns of floats as the specs have them, then as ints."""
        if self.floats:
            yield self.as_read(row)
            whole = {name: int(x) for name in self.floats if type(x := row[name]) is float and x.is_integer()}
            yield {**row, **whole}

    @functools.cached_property
    def _specs_of_floats(self) -> dict[Any, list[Callable[[Any], bool]]]:
        maps = [spec for spec in maps_within(self.spec) if isinstance(spec, Keys)]
        specs = {
            name: [spec for each in maps if (spec := each.spec_at(name, self.question)) is not None]
            for name in self.floats
        }
        return {name: [*map(self.valid_test, each)] for name, each in specs.items() if each}

    def as_read(self, row: dict[Any, Any]) -> dict[Any, Any]:
        """Return a row with whole numbers of columns of floats as the type that fits, if one does."""
        changed: dict[Any, Any] = {}
        for name, tests in self._specs_of_floats.items():
            x = row[name]
            if type(x) is float and x.is_integer():
                other: Any = int(x)
            elif type(x) is int:
                other = float(x)
            else:
                continue
            if any(not valid(x) and valid(other) for valid in tests):
                changed[name] = other
        return {**row, **changed} if changed else row

    def own_frame(self) -> Frame:
        """Return the frame with the columns that it came with."""
        return self.frame.select(self.columns)

    def fitting(self) -> nw.Expr:
        """Return the expression of the rows that fit.

        Raises:
            SpecDefinitionError: it takes Python to tell, and the frame is lazy.
        """
        import narwhals as nw

        if self.test is None:
            raise SpecDefinitionError(
                f"{self.frame.implementation.name.lower()} can't be asked all that the spec asks, and its rows "
                "are not in memory; collect the frame first"
            )
        if not isinstance(self.test, bool):
            return self.test
        is_null = nw.col(self.columns[0]).is_null()  # a literal has no length
        return is_null | ~is_null if self.test else is_null & ~is_null

    def count(self) -> tuple[int, int]:
        """Return the number of rows, and of those that fit, in one pass."""
        import narwhals as nw

        if self.test is None:
            valid = self.valid_test(self.spec)
            verdicts = [self.fits(row, valid) for row in rows_of_frame(self.frame)]
            return len(verdicts), sum(verdicts)
        fit = nw.col(self.columns[0]).is_null().sum() if isinstance(self.test, bool) else self.test.sum()
        if not self.columns:
            return 0, 0
        frame = self.frame.lazy().select(rows=nw.len(), fit=fit).collect()
        rows, fitting = frame.row(0)
        if isinstance(self.test, bool):
            fitting = rows if self.test else 0
        return int(rows), int(fitting or 0)

    def all_fit(self) -> bool:
        """True if all rows fit."""
        if self.test is None:
            valid = self.valid_test(self.spec)
            return all(self.fits(row, valid) for row in rows_of_frame(self.frame))
        if self.test is True:
            return True
        rows, fitting = self.count()
        return rows == fitting

    def refused(self, most: int | None = None) -> Iterator[tuple[int | None, dict[Any, Any]]]:
        """Yield the rows that do not fit with their numbers, None in a frame without an order.

        Args:
            most: the number of rows to stop after, or None for all.
        """
        if self.test is None:
            yield from self._refused_one_by_one(most)
            return
        frame: Any = self.frame
        number = unused_name("row", frame.collect_schema().names())
        if self.is_eager:
            frame = frame.with_row_index(number)
        elif frame.implementation.is_polars():
            import narwhals as nw

            frame = nw.from_native(frame.to_native().with_row_index(number))
        frame = frame.filter(~self.fitting())
        if most is not None:
            frame = frame.head(most)
        whole = set(whole_columns(self.own_frame()))
        for row in rows_of_frame(
            frame.select([*([number] if number in frame.collect_schema() else []), *self.columns])
        ):
            at = row.pop(number, None)
            for name in self.floats:
                if row[name] is not None and math.isfinite(row[name]):
                    row[name] = int(row[name]) if name in whole else float(row[name])
            yield at, self.as_read(row)

    def _refused_one_by_one(self, most: int | None) -> Iterator[tuple[int | None, dict[Any, Any]]]:
        valid = self.valid_test(self.spec)
        n = 0
        for i, row in enumerate(rows_of_frame(self.frame)):
            if not self.fits(row, valid):
                yield (i if self.frame.implementation.is_polars() else None), self.as_read(row)
                n += 1
                if n == most:
                    return

    @contextlib.contextmanager
    def branching(self) -> Iterator[None]:
        """Note in the block that a row need not fit what is asked there."""
        before, self._is_inside = self._is_inside, True
        self.is_branching = True
        yield
        self._is_inside = before


def fits_as_number(valid: Callable[[Any], bool], x: Any) -> bool:
    """True if a float of a column fits, or is whole and fits as an int."""
    if valid(x):
        return True
    if type(x) is float and x.is_integer():
        return valid(int(x))
    return type(x) is int and valid(float(x))


def unused_name(name: str, taken: Iterable[Any]) -> str:
    """Return a name that no column has: the name itself, or with a number behind it."""
    taken = set(taken)
    numbered = (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)


# --- verdicts by kinds of specs ---------------------------------------------------------------------------


def row_verdict(spec: Spec, rows: FrameRows) -> Verdict:
    """Return the expression that is true for the rows that fit a spec.

    Raises:
        NotAskedError: the rows have to be asked in Python.
    """
    return row_verdict_by_kind(spec.target(names.current.resolve), rows)


@functools.singledispatch
def row_verdict_by_kind(spec: Spec, rows: FrameRows) -> Verdict:
    """Return the expression of a kind of spec; of one without a method the rows are asked in Python."""
    raise NotAskedError


def _check_methods(spec: Spec, kind: type[Spec], *methods: str) -> None:
    if any(getattr(type(spec), method) is not getattr(kind, method) for method in methods):
        raise NotAskedError


@row_verdict_by_kind.register
def _rows_by_keys(spec: Keys, rows: FrameRows) -> Verdict:
    _check_methods(spec, Keys, "conform", "_entries", "_key_faults")
    if not all(required.is_in(rows.columns) for required in spec.required_keys):
        return False
    if spec.closed and not (spec.key_specs.keys() | spec.beside).issuperset(rows.columns):
        return False
    parts = [(name, spec.spec_at(name, rows.question)) for name in rows.columns]
    return all_of([rows.column(name, part) for name, part in parts if part is not None])


@row_verdict_by_kind.register
def _rows_by_merge(spec: Merge, rows: FrameRows) -> Verdict:
    return all_of([row_verdict(part, rows) for part in spec.open_parts(names.current.find)])


@row_verdict_by_kind.register
def _rows_by_and(spec: And, rows: FrameRows) -> Verdict:
    _check_methods(spec, And, "conform")
    if any(may_change(pred, names.current.find) for pred in spec.preds[:-1]):
        raise NotAskedError
    return all_of([row_verdict(pred, rows) for pred in spec.preds])


@row_verdict_by_kind.register
def _rows_by_or(spec: Or, rows: FrameRows) -> Verdict:
    _check_methods(spec, Or, "conform")
    with rows.branching():
        return any_of([row_verdict(part, rows) for _, part in spec.branches])


@row_verdict_by_kind.register
def _rows_by_nilable(spec: Nilable, rows: FrameRows) -> Verdict:
    return row_verdict(spec.pred, rows)


@row_verdict_by_kind.register
def _rows_by_wrapper(spec: Wrapper, rows: FrameRows) -> Verdict:
    if type(spec).conform is not Nonconforming.conform:
        _check_methods(spec, Wrapper, "conform")
    return row_verdict(spec.pred, rows)


@row_verdict_by_kind.register
def _rows_by_reference(spec: Reference, rows: FrameRows) -> Verdict:
    return row_verdict(spec, rows)


@row_verdict_by_kind.register
def _rows_by_predicate(spec: Predicate, rows: FrameRows) -> Verdict:
    _check_methods(spec, Predicate, "conform", "__post_init__")
    if isinstance(spec.pred, (set, frozenset)):
        return False  # a dict has no hash
    return verdict_of_row(spec.row, Cells(dict, None))


@row_verdict_by_kind.register
def _rows_by_tag(spec: MultiSpec, rows: FrameRows) -> Verdict:
    """Return the expression by the tags in a column, of which there are few."""
    import narwhals as nw

    tag = spec.dispatch
    if callable(tag):
        raise NotAskedError
    with rows.branching():
        if tag not in rows.columns:
            method = spec.method_of(None)
            return False if method is None else row_verdict(method, rows)
        views = rows._views(tag)
        if not views or views[0].kind not in (str, int):
            raise NotAskedError
        different = rows.frame.lazy().select(tag).unique().head(MOST_LISTED + 1).collect()
        tags = column_values(different[tag])
        if len(tags) > MOST_LISTED:
            raise NotAskedError
        by_method: dict[int, tuple[Spec, list[Hashable]]] = {}
        for value in tags:
            method = spec.method_of(value)
            if method is not None:
                by_method.setdefault(id(method), (method, []))[1].append(value)
        verdicts: list[Verdict] = []
        for method, values in by_method.values():
            listed = [value for value in values if value is not None]
            is_tag = any_of(
                [
                    views[0].expr.is_in(listed) if listed else False,
                    nw.col(tag).is_null() if None in values else False,
                ]
            )
            verdicts.append(all_of([is_tag, row_verdict(method, rows)]))
        return any_of(verdicts)
