"""The verdicts of a spec of maps on the rows of a frame, as one expression that its engine answers.

`keys(req_un={"age": int_in(0, 150), "id": is_id})` becomes one column of booleans: an expression of Narwhals
over `age`, and for `id` membership in the set of its valid values. No engine can call the function `is_id`,
so Python checks each different id once. The verdict on a row equals `valid`, with one difference: a
whole number in a column of floats is also taken as an int, since pandas stores ints with gaps as floats by
default.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.base import names
from mxspec.base.lazy import lazy
from mxspec.errors import SpecDefinitionError, SpecError
from mxspec.frames.columns import (
    Cells,
    FrameValues,
    NotAskedError,
    Verdict,
    check_methods,
    conjunction,
    disjunction,
    type_of_cells,
    verdict,
    verdict_by_kind,
)
from mxspec.frames.frame_columns import BY_ROW, MOST_LISTED, FrameColumns
from mxspec.frames.named_frames import rows_of_frame, whole_columns
from mxspec.predicates import is_dict
from mxspec.specs.collections import HomogeneousMap
from mxspec.specs.comparisons import Less
from mxspec.specs.compiled import valid_test
from mxspec.specs.core.parts import may_change
from mxspec.specs.core.question import Question
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.maps import Keys, Merge
from mxspec.specs.multi_specs import MultiSpec

if TYPE_CHECKING:
    import narwhals as nw

    from mxspec.frames.named_frames import NamedFrame

# --- specs of maps ----------------------------------------------------------------------------------------


def parts_of_value(spec: Spec) -> Iterator[Spec]:
    """Yield a spec and its parts that see the same value; for a name, its spec."""
    waiting, seen = [spec], set()
    while waiting:
        own = waiting.pop().target(names.current.resolve)
        if id(own) in seen:
            continue
        seen.add(id(own))
        yield own
        if own.by_parts and not isinstance(own, (Keys, HomogeneousMap)):
            waiting += [part.spec for part in own.parts() if not part.is_piece]


def maps_within(spec: Spec) -> Iterator[Spec]:
    """Yield the specs of maps that see the same value as a spec."""
    for own in parts_of_value(spec):
        if isinstance(own, HomogeneousMap) or (isinstance(own, Keys) and own.kind is is_dict):
            yield own


def columns_within(spec: Spec) -> dict[Any, None] | None:
    """Return the keys that the maps of a spec list, in order; None if it may take maps of other keys.

    Example:
        >>> import mxspec as s
        >>> [*columns_within(s.nilable(s.keys(req_un={"a": int}, opt_un={"b": int})))]
        ['a', 'b']
        >>> columns_within(s.map_of(str, int)), columns_within(s.spec(int))
        (None, {})
    """
    columns: dict[Any, None] = {}
    try:
        parts = [*parts_of_value(spec)]
    except SpecError:  # a name without a spec so far
        return None
    for own in parts:
        if isinstance(own, Keys):
            columns |= dict.fromkeys((*own.key_specs, *own.beside))
        elif isinstance(own, MultiSpec) and not callable(own.dispatch):
            columns[own.dispatch] = None
        elif isinstance(own, HomogeneousMap):
            return None
    rows = [own.row for own in parts if isinstance(own, Predicate)]
    is_open = any(row.members is None and (row.marks or issubclass(dict, row.classes)) for row in rows)
    return None if is_open and not columns else columns


def asks_for_maps(spec: Spec) -> bool:
    """True if the values of a spec are maps, as the rows of a frame are."""
    return next(maps_within(spec), None) is not None or isinstance(spec, Less)


# --- verdicts by kinds of specs ---------------------------------------------------------------------------


def _columns_of(subject: FrameValues) -> FrameColumns:
    """Return the columns that the spec checks; Python checks cells that are maps."""
    if not isinstance(subject, FrameColumns):
        raise NotAskedError
    return subject


@verdict_by_kind.register
def _verdict_of_keys(spec: Keys, subject: FrameValues) -> Verdict:
    if isinstance(subject, Cells):
        return _verdict_of_fields(spec, subject)
    rows = _columns_of(subject)
    check_methods(spec, Keys, "conform", "_entries", "_key_faults")
    if not all(required.is_in(rows.columns) for required in spec.required_keys):
        return False
    if spec.closed and not (spec.key_specs.keys() | spec.beside).issuperset(rows.columns):
        return False
    parts = [(name, spec.spec_at(name, Question(names.current))) for name in rows.columns]
    return conjunction([rows.column(name, part) for name, part in parts if part is not None])


def _verdict_of_fields(spec: Keys, cells: Cells) -> Verdict:
    """Return the expression of structs with fields that fit."""
    if spec.kind is not is_dict:
        raise NotAskedError
    check_methods(spec, Keys, "conform", "_entries", "_key_faults")
    if cells.kind is not dict:
        return False
    if cells.fields is None:
        raise NotAskedError
    if not all(required.is_in(cells.fields) for required in spec.required_keys):
        return False
    if spec.closed and not (spec.key_specs.keys() | spec.beside).issuperset(cells.fields):
        return False
    parts = [(judge, spec.spec_at(name, Question(names.current))) for name, judge in cells.fields.items()]
    return conjunction([judge(part, cells.side) for judge, part in parts if part is not None])


@verdict_by_kind.register
def _verdict_of_less(spec: Less, subject: FrameValues) -> Verdict:
    check_methods(spec, Less, "conform", "__post_init__")
    return _columns_of(subject).comparison(spec)


@verdict_by_kind.register
def _verdict_of_merge(spec: Merge, subject: FrameValues) -> Verdict:
    return conjunction([verdict(part, _columns_of(subject)) for part in spec.open_parts(names.current.find)])


@verdict_by_kind.register
def _verdict_by_tag(spec: MultiSpec, subject: FrameValues) -> Verdict:
    """Return the expression for the few tags in a column."""
    rows = _columns_of(subject)
    tag = spec.dispatch
    if callable(tag) or rows.asks_names:
        raise NotAskedError
    with rows.branching():
        if tag not in rows.columns:
            method = spec.method_of(None)
            return False if method is None else verdict(method, rows)
        views = rows.views(tag)
        if not views or views[0].kind not in (str, int):
            raise NotAskedError
        tags = rows.different_values(tag, MOST_LISTED)
        by_method: dict[int, tuple[Spec, list[Hashable]]] = {}
        for value in tags:
            method = spec.method_of(value)
            if method is not None:
                by_method.setdefault(id(method), (method, []))[1].append(value)
        missing: Verdict = rows.col(tag).is_null()
        verdicts: list[Verdict] = []
        for method, values in by_method.values():
            listed = [value for value in values if value is not None]
            is_tag = disjunction(
                [
                    views[0].expr.is_in(listed) if listed else False,
                    missing if None in values else False,
                ]
            )
            verdicts.append(conjunction([is_tag, verdict(method, rows)]))
        return disjunction(verdicts)


_NUMBER: Final = object()
"""The key of the number of a row."""


# --- the rows of a frame ----------------------------------------------------------------------------------


class FrameReader(FrameColumns):
    """The rows of a frame as a spec of maps reads them: a whole number in a column of floats may be an int.

    Attributes:
        spec: the spec.
    """

    def __init__(self, spec: Spec, x: Any) -> None:
        super().__init__(x)
        self.spec = spec

    def rows(self) -> Iterator[dict[Any, Any]]:
        """Yield the rows in order, with whole numbers as floats or as ints, whichever fit."""
        valid = valid_test(self.spec)
        for row in rows_of_frame(self.own_frame()):
            readings = [*self._readings(row)]
            yield row if not readings or valid(row) else next(filter(valid, readings), readings[0])

    def fits(self, row: dict[Any, Any], valid: Callable[[Any], bool]) -> bool:
        """True if a row fits, as it is or with whole floats as ints."""
        return valid(row) or any(map(valid, self._readings(row)))

    def _readings(self, row: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        """Yield a row with the whole numbers in columns of floats as the specs have them, then as ints."""
        if self.floats:
            yield self.as_read(row)
            whole = {name: int(x) for name in self.floats if type(x := row[name]) is float and x.is_integer()}
            yield {**row, **whole}

    def is_seen_by(self, spec: Spec, before: Sequence[Spec]) -> bool:
        if not isinstance(spec, Less):
            return super().is_seen_by(spec, before)
        return all(_keeps_values(own, spec.keys) for each in before for own in parts_of_value(each))

    @lazy
    def _specs_of_floats(self) -> dict[Any, tuple[list[Callable[[Any], bool]], set[type | None]]]:
        maps = [spec for spec in maps_within(self.spec) if isinstance(spec, Keys)]
        specs = {
            name: [spec for each in maps if (spec := each.spec_at(name, Question(names.current))) is not None]
            for name in self.floats
        }
        return {
            name: ([*map(valid_test, each)], {*map(type_of_cells, each)})
            for name, each in specs.items()
            if each
        }

    def as_read(self, row: dict[Any, Any]) -> dict[Any, Any]:
        """Return a row with whole numbers in columns of floats as the type that fits or the spec wants."""
        changed: dict[Any, Any] = {}
        for name, (tests, kinds) in self._specs_of_floats.items():
            x = row[name]
            if type(x) is float and x.is_integer():
                other: Any = int(x)
            elif type(x) is int:
                other = float(x)
            else:
                continue
            fits, other_fits = [valid(x) for valid in tests], [valid(other) for valid in tests]
            is_better = any(b and not a for a, b in zip(fits, other_fits, strict=True))
            if is_better or (kinds == {type(other)} and not any(fits)):
                changed[name] = other
        return {**row, **changed} if changed else row

    def own_frame(self) -> NamedFrame:
        """Return the frame with its original columns."""
        return self.table.of(self.frame)


def _keeps_values(spec: Spec, keys: Sequence[Any]) -> bool:
    """True if it is sure that conform leaves the values under some keys of a map as they are.

    The parts of a spec that see the same value are checked, too.
    """
    if isinstance(spec, Keys):
        parts = [spec.spec_at(key, Question(names.current)) for key in keys]
        return not any(part is not None and may_change(part, names.current.find) for part in parts)
    if isinstance(spec, HomogeneousMap):
        return not may_change(spec, names.current.find)
    return isinstance(spec, Merge) or spec.changes is False or (spec.changes is None and spec.by_parts)


class FrameRows(FrameReader):
    """The rows of a frame, and a spec of maps that checks them.

    Attributes:
        spec: the spec.
        test: the expression of the rows that fit, or True or False for all rows; None if a lazy frame must
            be read row by row.
    """

    def __init__(self, spec: Spec, x: Any) -> None:
        super().__init__(spec, x)
        self.test: Verdict | None
        try:
            self.test = verdict(spec, self)
        except (NotAskedError, RecursionError):
            self.fallbacks = {None: BY_ROW}
            self.parts = {}
            self.test = self._ask_rows() if self.is_eager else None

    def _ask_rows(self) -> Verdict:
        return self.add_answers([fits for fits, _ in self._verdicts()]) if self.columns else True

    def _verdicts(self) -> Iterator[tuple[bool, dict[Any, Any]]]:
        """Yield the verdict of Python on each row, and the row."""
        valid = valid_test(self.spec)
        return ((self.fits(row, valid), row) for row in rows_of_frame(self.own_frame()))

    def keep_verdicts(self) -> None:
        """Store the verdicts as one column that answers all later questions, if the frame is in memory."""
        if self.is_eager and not isinstance(self.test, bool):
            import narwhals as nw

            self.frame = self.frame.with_columns(self.fitting().alias("fits"))
            self.test = nw.col("fits")

    def fitting(self) -> nw.Expr:
        """Return the expression of the rows that fit.

        Raises:
            SpecDefinitionError: only Python can check the rows, and the frame is lazy.
        """
        if self.test is None:
            raise SpecDefinitionError(
                f"{self.frame.implementation.name.lower()} can't be asked all that the spec asks, and the "
                "frame is lazy; collect it first"
            )
        if not isinstance(self.test, bool):
            return self.test
        is_null: nw.Expr = self.col(self.columns[0]).is_null()  # a literal lacks a length
        always: nw.Expr = is_null | ~is_null
        return always if self.test else ~always

    def count(self) -> tuple[int, int]:
        """Return the number of rows and the number of rows that fit, in one pass."""
        return self.count_and_ask({})[:2]

    def count_and_ask(self, questions: Mapping[str, nw.Expr]) -> tuple[int, int, Any]:
        """Return the numbers of `count`, and the answers to aggregates by name, in one pass.

        The answers are a frame of one row, or None without columns or when Python checks each row.
        """
        import narwhals as nw

        if not self.columns:
            return 0, 0, None
        if self.test is None:
            counts = collections.Counter(fits for fits, _ in self._verdicts())
            return counts.total(), counts[True], None
        fits = self.fitting()
        number = self.engine.count_of(fits)
        answers = self.frame.lazy().select(rows=nw.len(), fit=number, **questions).collect()
        return int(answers["rows"].item()), int(answers["fit"].item() or 0), answers

    def all_fit(self) -> bool:
        """True if all rows fit; without rows, if rows of these columns may fit."""
        if self.test is None:
            return all(fits for fits, _ in self._verdicts()) and self.may_fit()
        if self.test is True:
            return True
        rows, fitting = self.count()
        return rows == fitting and (rows > 0 or self.may_fit())

    def may_fit(self) -> bool:
        """True if rows of columns with these names may fit, whatever the cells hold."""
        if not self.columns:
            return True  # a list made of no rows
        self.asks_names = True
        try:
            return verdict(self.spec, self) is not False
        except (NotAskedError, RecursionError):
            return True
        finally:
            self.asks_names = False

    def refused_rows(self, most: int | None = None) -> Iterator[tuple[int | None, dict[Any, Any]]]:
        """Yield the rows that do not fit with their numbers; None in a frame without an order.

        Args:
            most: the number of rows to stop after, or None for all.
        """
        if not self.columns or most == 0:
            return
        if self.test is None:
            yield from self._refused_one_by_one(most)
            return
        import narwhals as nw

        frame: Any = self.frame
        number = f"c{len(self.columns)}"
        has_numbers = self.is_eager or self.engine.numbers_rows
        if has_numbers:
            # Narwhals numbers the rows of a lazy frame only by the order of a column, polars as they are.
            frame = (
                frame.with_row_index(number)
                if self.is_eager
                else nw.from_native(frame.to_native().with_row_index(number))
            )
        frame = frame.filter(~self.fitting())
        if most is not None:
            frame = frame.head(most)
        whole = set(whole_columns(self.own_frame()))
        keys = (*self.columns, _NUMBER) if has_numbers else self.table.names
        table = dataclasses.replace(self.table, names=keys)
        for row in rows_of_frame(table.of(frame)):
            at = row.pop(_NUMBER, None)
            for name in self.floats:
                if row[name] is not None and math.isfinite(row[name]):
                    row[name] = int(row[name]) if name in whole else float(row[name])
            yield at, self.as_read(row)

    def _refused_one_by_one(self, most: int | None) -> Iterator[tuple[int | None, dict[Any, Any]]]:
        has_order = self.engine.numbers_rows
        numbered = enumerate(self._verdicts())
        refused = ((i if has_order else None, self.as_read(row)) for i, (fits, row) in numbered if not fits)
        yield from itertools.islice(refused, most)
