"""Sketches of frames, column by column: each equals the sketch of the rows, which need not be made.

Numbers and moments are numpy arrays. In other columns each different value becomes a Python value once, and
its layout is found once. Columns of values without an order and a hash, such as lists, are sketched value by
value. Rows become dicts only if they hold maps, or if examples are made from them.
"""

from __future__ import annotations

import bisect
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.lazy import LateModule
from mxspec.errors import name_recursion_limit
from mxspec.frames.cells import column_values
from mxspec.frames.named_frames import (
    as_ints,
    eager_parts,
    frame_of,
    is_frame,
    rows_of_columns,
    whole_columns,
)
from mxspec.inference.coins import coins_of
from mxspec.inference.delimited import Chunk
from mxspec.inference.rows import read_chunks, rows_of
from mxspec.inference.sketch import (
    MOST_DIGESTS,
    MOST_VALUES,
    SHARE,
    Apart,
    Kind,
    Shape,
    Sketch,
    Values,
    join_digests,
    rows_to_keep,
    sketch_numbered,
    sketch_values,
    sorted_keys,
    value_digests,
)

if TYPE_CHECKING:
    import narwhals as nw
    import numpy as np

    from mxspec.frames.named_frames import NamedFrame

    Array = np.ndarray[Any, np.dtype[Any]]
else:
    np = LateModule("numpy")

_PARTS: Final = range(3)
_TOGETHER: Final = 50_000  # rows
_NONE: Final = type(None)
_HEAD: Final = 1 << 16  # values that show whether few are different


def sketch(rows: Any, *, start: int = 0) -> Sketch:
    """Return the sketch of some rows, which `infer` takes in place of the rows.

    Distribute the rows over processes or machines (Dask, Ray, Spark), and add up their sketches. The sum is
    the same however the rows are cut into chunks.

    Args:
        rows: as in `infer`.
        start: the number of the first of these rows among all rows. If two rows share a number, their
            sketches don't add up.

    Example:
        >>> import mxspec as s
        >>> rows = [{"age": i % 90} for i in range(2000)]
        >>> parts = [s.sketch(rows[i : i + 500], start=i) for i in (500, 0, 1500, 1000)]
        >>> sum(parts) == s.sketch(rows), s.form(s.infer(sum(parts))) == s.form(s.infer(rows))
        (True, True)
    """
    if isinstance(rows, os.PathLike):
        return _sketch_chunks(join_chunks(read_chunks(rows)), start)
    if is_frame(rows):
        whole = sketch_frame(frame_of(rows), start)
        if whole is not None:
            return whole
    values = rows_of(rows)
    whole = sketch_numbered(values, range(start, start + len(values)), start)
    columns = whole.columns
    if columns is not None:
        for key, place in columns.values.items():
            cells = (row[key] for row in values if key in row)
            whole.apart[key] = join_digests(value_digests(cells)) if place.may_be_apart else None
    return whole


def sketch_file(path: os.PathLike[Any]) -> tuple[Sketch, Sequence[Any]]:
    """Return the sketch of a file, made while reading it, and its rows, made when needed."""
    kept = []

    def keep_chunks() -> Iterator[Chunk]:
        for chunk in join_chunks(read_chunks(path)):
            yield chunk
            shared = chunk.columns and dict(_share_texts(chunk.columns))
            kept.append(chunk._replace(numbers=range(len(chunk.numbers)), columns=shared))

    return _sketch_chunks(keep_chunks(), 0), LateRows(kept)


def _sketch_chunks(chunks: Iterable[Chunk], start: int) -> Sketch:
    whole: Any = 0
    for chunk in chunks:
        whole += sketch_chunk(chunk, start)
        start += len(chunk.numbers)
    return whole or Sketch((Values(), Values(), Values()), [])


def _share_texts(columns: Mapping[Any, list[Any]]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield columns with one object for equal texts: 1,000,000 texts of three words take 8 MB, not 60."""
    for name, cells in columns.items():
        texts: dict[Any, Any] = {}
        yield name, [texts.setdefault(x, x) for x in cells] if {*map(type, cells)} <= {str, _NONE} else cells


class LateRows(Sequence[Any]):
    """The rows of chunks; a chunk of columns makes its rows on demand, and does not keep them."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = [
            chunk if chunk.columns else Chunk(chunk.numbers, values=chunk.rows()) for chunk in chunks
        ]
        self._ends = [*itertools.accumulate(len(chunk.numbers) for chunk in chunks)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Any]:
        for chunk in self._chunks:
            yield from chunk.values if chunk.columns is None else rows_of_columns(chunk.columns)

    def __getitem__(self, i: Any) -> Any:
        k = bisect.bisect_right(self._ends, i)
        chunk = self._chunks[k]
        at = i - self._ends[k] + len(chunk.numbers)
        if chunk.columns is None:
            return chunk.values[at]
        return {name: cells[at] for name, cells in chunk.columns.items()}


def join_chunks(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Yield fewer and larger chunks of columns, since each value is counted once in a chunk."""
    joined = Chunk(())
    for chunk in chunks:
        own, more = joined.columns, chunk.columns
        if own and more and own.keys() == more.keys() and len(joined.numbers) < _TOGETHER:
            for name, cells in more.items():
                own[name] += cells
            joined = Chunk([*joined.numbers, *chunk.numbers], own)
        else:
            if len(joined.numbers):
                yield joined
            joined = chunk
    if len(joined.numbers):
        yield joined


def sketch_chunk(chunk: Chunk, start: int) -> Sketch:
    """Return the sketch of rows that were read together; start is the number of the first."""
    if chunk.frame is None and chunk.columns:
        whole = sketch_columns(chunk.columns, len(chunk.numbers), start=start)
        if whole is not None:
            return whole
    return sketch(chunk.batch, start=start)


def sketch_frame(frame: NamedFrame, start: int = 0) -> Sketch | None:
    """Return the sketch of the rows of a frame, or None if they hold maps.

    Args:
        frame: the frame.
        start: the number of its first row.
    """
    whole = frozenset(whole_columns(frame))
    total: Any = 0
    for part in eager_parts(frame):
        if not len(part) or not part.columns:
            continue  # a row without columns does not count
        columns = {name: part.get_column(own) for name, own in frame.own.items()}
        own = sketch_columns(columns, len(part), whole, start)
        if own is None:
            return None
        total += own
        start += len(part)
    return total or Sketch((Values(), Values(), Values()), [])


def sketch_columns(
    columns: Mapping[Any, Any], length: int, whole: frozenset[Any] = frozenset(), start: int = 0
) -> Sketch | None:
    """Return the sketch of the rows that columns make, or None if they hold maps.

    Args:
        columns: columns of Narwhals, or lists of values.
        length: the number of rows.
        whole: the names of the columns of floats that are ints.
        start: the number of the first row.
    """
    coins = coins_of(np.arange(start, start + length, dtype=np.uint64))
    parts = np.minimum(coins % np.uint64(SHARE), 2).astype(np.uint8)
    rows = [np.flatnonzero(parts == k) for k in _PARTS]
    shapes: list[dict[Any, Values]] = [{} for _ in _PARTS]
    apart: Apart = {}
    with name_recursion_limit("a row", None):
        for name, column in columns.items():
            places = _sketch_column(column, name in whole, rows, start)
            if places is None:
                return None
            for shape, place in zip(shapes, places, strict=True):
                shape[name] = place
            is_apart = all(place.may_be_apart for place in places)
            apart[name] = join_digests(_all_digests(column, name in whole)) if is_apart else None
    key = sorted_keys(tuple(columns))
    eighths = []
    for own, values in zip(rows, shapes, strict=True):
        place = Values()
        if len(own):
            kind = Kind("map", len(own), start + int(own[0]))
            kind.tell_apart({key: Shape(kind.count, kind.first, values)})
            place.kinds["map"] = kind
        eighths.append(place)
    size = rows_to_keep(start + length)
    drawn = np.arange(length) if length <= size else np.argpartition(coins, size)[:size]
    drawn = drawn[np.argsort(coins[drawn])]
    cells = {name: _cells(column, drawn, name in whole) for name, column in columns.items()}
    kept = [*zip(coins[drawn].tolist(), rows_of_columns(cells), strict=True)]
    return Sketch((eighths[0], eighths[1], eighths[2]), kept, ((start, start + length),), None, apart)


def _all_digests(column: Any, is_whole: bool) -> Array:
    """Return the digests of all values of a column of ints, strings or UUIDs."""
    is_list = isinstance(column, Sequence)
    numbers = _numbers_in(column) if is_list else _numbers_of(column, is_whole)
    if numbers is not None and numbers[0].dtype.kind == "i":
        return coins_of(numbers[0].view(np.uint64))  # type: ignore[no-any-return]
    values = column if is_list else column_values(column)
    return value_digests(as_ints(values) if is_whole else values)  # type: ignore[no-any-return]


def _cells(column: Any, numbers: Array, is_whole: bool = False) -> list[Any]:
    """Return some cells of a column as Python values."""
    if isinstance(column, Sequence):
        return [column[i] for i in numbers.tolist()]
    values = column_values(column[numbers])
    return as_ints(values) if is_whole else values


# --- columns ----------------------------------------------------------------------------------------------


def _sketch_column(column: Any, is_whole: bool, rows: Sequence[Array], start: int) -> list[Values] | None:
    """Return the sketches of a column, one for each part of the rows, or None if it holds maps."""
    if not isinstance(column, Sequence):
        if (numbers := _numbers_of(column, is_whole)) is not None:
            return _sketch_numbers(column, *numbers, rows, start)
        if (codes := _codes_of(column)) is not None:
            return [_sketch_codes(column, codes, is_whole, own, start) for own in rows]
        column = as_ints(column_values(column)) if is_whole else column_values(column)
    elif (numbers := _numbers_in(column)) is not None:
        return _sketch_numbers(column, *numbers, rows, start)
    if any(issubclass(tp, Mapping) for tp in {*map(type, column)}):
        return None
    return [
        sketch_values([column[i] for i in own.tolist()], (own + start).tolist()) if len(own) else Values()
        for own in rows
    ]


def _numbers_of(column: nw.Series[Any], is_whole: bool) -> tuple[Array, Array] | None:
    """Return the numbers or the moments of a column, and their rows; None for other columns."""
    import narwhals as nw

    dtype = column.dtype
    zone = getattr(dtype, "time_zone", None)
    plain = (nw.Date, nw.Datetime, nw.Duration, nw.Boolean, nw.Float32, nw.Float64)
    is_small = dtype.is_integer() and dtype not in (nw.Int128, nw.UInt128)
    if zone not in (None, "UTC") or not (is_small or isinstance(dtype, plain)):
        return None  # moments in other zones follow a clock that is set back once a year
    there = np.flatnonzero(~column.is_null().to_numpy())
    cells = column.drop_nulls()
    numbers = (cells if zone is None else cells.dt.replace_time_zone(None)).to_numpy()
    if numbers.dtype.kind == "f":
        numbers = numbers.astype(np.float64)
        if column.implementation.is_pandas_like():
            is_number = ~np.isnan(numbers)
            numbers, there = numbers[is_number], there[is_number]
        if is_whole:
            numbers = numbers.astype(np.int64)
    elif numbers.dtype.kind in "iu":
        if len(numbers) and numbers.max() > _MOST:  # such an int has a different digest
            return None
        numbers = numbers.astype(np.int64)
    elif numbers.dtype.kind in "Mm":
        moments = numbers.view(np.int64) if numbers.dtype.itemsize == 8 else numbers
        if np.datetime_data(numbers.dtype)[0] == "ns" and (moments % 1000).any():
            return None  # Python's moments end at microseconds
    elif numbers.dtype.kind != "b":
        return None
    return numbers, there


_MOST: Final = (1 << 63) - 1
_TYPES: Final[Mapping[type, Any]] = {int: "int64", float: "float64", bool: "bool"}


def _numbers_in(cells: Sequence[Any]) -> tuple[Array, Array] | None:
    """Return the numbers in a list of numbers and missing cells, and their rows; None for other lists."""
    types = {*map(type, cells)}
    has_gaps = type(None) in types
    types.discard(type(None))
    if len(types) != 1 or (tp := types.pop()) not in _TYPES:
        return None
    there = [i for i, x in enumerate(cells) if x is not None] if has_gaps else range(len(cells))
    try:
        numbers = np.array([cells[i] for i in there] if has_gaps else cells, _TYPES[tp])
    except OverflowError:
        return None
    return numbers, np.asarray(there, np.int64)


def _codes_of(column: nw.Series[Any]) -> Array | None:
    """Return the code of each row's value, the same for equal values; None if a value may lack a hash."""
    import narwhals as nw

    if not isinstance(
        column.dtype, (nw.String, nw.Categorical, nw.Enum, nw.Decimal, nw.Datetime, nw.Time, nw.Binary)
    ):
        return None
    native: Any = column.to_native()
    if column.implementation.is_pandas_like():
        if str(native.dtype) == "object":
            import pandas as pd  # type: ignore[import-not-found, import-untyped, unused-ignore]

            if pd.api.types.infer_dtype(native, skipna=True) not in _OF_ONE_TYPE:
                return None  # 1, 1.0 and True would be one value, and a list can't be hashed
        codes, _ = native.factorize()
    elif column.implementation.is_pyarrow():
        codes = native.combine_chunks().dictionary_encode().indices.cast("int64").fill_null(-1).to_numpy()
    elif native.head(_HEAD).n_unique() == min(_HEAD, len(native)) and native.n_unique() == len(native):
        codes = np.arange(len(native))  # 1,000,000 texts take 0.05 s, and 0.46 s by the join
    else:
        cells = native.alias("cell").to_frame()
        different = cells.unique().with_row_index("code")
        joined = cells.join(different, on="cell", how="left", nulls_equal=True, maintain_order="left")
        codes = joined["code"].to_numpy()
    return np.asarray(codes, np.int64) + 1


_OF_ONE_TYPE: Final = frozenset({"string", "empty", "bytes", "decimal", "date", "time"})
"""The kinds of pandas' object columns where equal values share a type."""


def _sketch_codes(column: nw.Series[Any], codes: Array, is_whole: bool, rows: Array, start: int) -> Values:
    """Return the sketch of some rows of a column, by the codes of its values."""
    if not len(rows):
        return Values()
    counts, firsts = _count_codes(codes[rows])
    order = np.argsort(firsts)
    numbers = rows[firsts[order]]
    counts = counts[order]
    several = np.flatnonzero(counts > 1)
    counts_of = zip((numbers[several] + start).tolist(), counts[several].tolist(), strict=True)
    return sketch_values(_cells(column, numbers, is_whole), (numbers + start).tolist(), dict(counts_of))


def _count_codes(codes: Array) -> tuple[Array, Array]:
    """Return how often each code occurs, and where it occurs first."""
    counts = np.bincount(codes)
    firsts = np.empty(len(counts), np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]  # the last of several is kept
    different = np.flatnonzero(counts)
    return counts[different], firsts[different]


# --- numbers and moments ----------------------------------------------------------------------------------


def _sketch_numbers(
    column: nw.Series[Any] | Sequence[Any],
    numbers: Array,
    there: Array,
    rows: Sequence[Array],
    start: int,
) -> list[Values]:
    has_all = len(there) == len(column)
    values = numbers
    if not has_all:
        is_there = np.zeros(len(column), bool)
        is_there[there] = True
        values = np.zeros(len(column), numbers.dtype)
        values[there] = numbers
    places = []
    for own in rows:
        kinds: dict[Any, Kind] = {}
        some = own if has_all else own[is_there[own]]
        missing = own[:0] if has_all else own[~is_there[own]]
        if len(missing):
            kinds["none"] = Kind("none", len(missing), start + int(missing[0]))
        xs = values[some]
        if xs.dtype.kind == "f" and (is_nan := np.isnan(xs)).any():
            kinds["nan"] = Kind("nan", int(is_nan.sum()), start + int(some[is_nan][0]))
            xs, some = xs[~is_nan], some[~is_nan]
        if len(xs):
            kind = (
                _moment_kind(column, xs, some, start)
                if xs.dtype.kind in "Mm"
                else _number_kind(xs, some, start)
            )
            kinds[kind.word] = kind
        places.append(Values(kinds))
    return places


def _moment_kind(column: Any, xs: Array, rows: Array, start: int) -> Kind:
    ends = rows[sorted({int(xs.argmin()), int(xs.argmax())})]
    [kind] = sketch_values(_cells(column, ends), (ends + start).tolist()).kinds.values()
    kind.count, kind.first = len(xs), start + int(rows[0])
    return kind


def _number_kind(xs: Array, rows: Array, start: int) -> Kind:
    kind = Kind({"b": "bool", "f": "float"}.get(xs.dtype.kind, "int"), len(xs), start + int(rows[0]))
    if kind.word != "bool":
        low, high = int(xs.argmin()), int(xs.argmax())  # of several the first
        kind.lows["value"] = xs[low].item(), start + int(rows[low])
        kind.highs["value"] = xs[high].item(), start + int(rows[high])
    kind.values = _few_values(xs, rows, start)
    if kind.word == "int":
        kind.digests = _digests(xs)
    return kind


def _few_values(xs: Array, rows: Array, start: int) -> dict[Any, tuple[int, int]] | None:
    """Return how often each different value occurs, and the first row with it; None if there are too many."""
    different = np.unique(xs[:_HEAD])
    while len(different) <= MOST_VALUES:
        codes = np.searchsorted(different, xs).clip(max=len(different) - 1)
        others = xs[different[codes] != xs]
        if not len(others):
            counts, firsts = _count_codes(codes)
            order = np.argsort(firsts)
            numbers = (rows[firsts[order]] + start).tolist()
            occurrences = zip(counts[order].tolist(), numbers, strict=True)
            return dict(zip(xs[firsts[order]].tolist(), occurrences, strict=True))
        different = np.union1d(different, others[:_HEAD])
    return None


def _digests(xs: Array) -> dict[int, int]:
    """Return the smallest digests of ints, and how often each occurs."""
    digests = coins_of(xs.view(np.uint64))
    for some in (digests[digests < np.uint64(1 << 56)], digests):  # if there are many ints, these are enough
        different, counts = np.unique(some, return_counts=True)
        if len(different) >= MOST_DIGESTS:
            break
    return dict(zip(different[:MOST_DIGESTS].tolist(), counts[:MOST_DIGESTS].tolist(), strict=True))
