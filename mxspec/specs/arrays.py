"""Numpy arrays, and whatever turns into one: a shape, a dtype, bounds."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.base.forms import call_text
from mxspec.base.generated.origins import plain_array
from mxspec.base.lazy import LateModule
from mxspec.base.messages import reasons
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Spec
from mxspec.specs.core.writer import Code

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]
else:
    np = LateModule("numpy")

# --- numbers of numpy's types beside bounds ---------------------------------------------------------------


def ceil(bound: Any) -> Any:
    """Return the least whole number from bound on."""
    return bound if math.isinf(bound) else math.ceil(bound)


def floor(bound: Any) -> Any:
    """Return the greatest whole number up to bound."""
    return bound if math.isinf(bound) else math.floor(bound)


def int_range(dtype: Any) -> tuple[int, int]:
    """Return the least and the greatest number of an integer type, or of bool."""
    return (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def is_beyond(values: Array, name: str, bound: Any) -> Any:
    """Return an array of bools, True for values below a "min" or above a "max"."""
    compare = operator.lt if name == "min" else operator.gt
    if values.dtype.kind == "f":
        near = _nearest(values.dtype, float(bound))
        return compare(values.astype("float64"), float(bound)) if near is None else compare(values, near)
    least, most = int_range(values.dtype)
    limit = ceil(bound) if name == "min" else floor(bound)
    if least <= limit <= most:
        return compare(values, values.dtype.type(limit))
    return np.full(values.shape, compare(least, limit))


@functools.lru_cache
def _nearest(dtype: Any, bound: float) -> Any:
    """Return bound as a float of dtype, or None if it is beyond the range of dtype.

    numpy would convert it to infinity, and infinity would pass.
    """
    with np.errstate(over="ignore"):
        near = dtype.type(bound)
    return None if math.isinf(near) and not math.isinf(bound) else near


def pass_min_max(values: Array, low: Any, high: Any, finite: bool) -> bool:
    """True if a min-max check shows that all values are within bounds, and finite if required.

    That takes one pass for the minimum and one for the maximum. Where the answer is False, `is_beyond`
    decides. NaN makes both the minimum and the maximum NaN, which is within no bounds.
    """
    if low is None and high is None and not finite:
        return True
    kind = values.dtype.kind
    if kind not in "biuf" or not values.size:
        return False
    least, most = values.min(), values.max()
    if kind != "f":
        return (low is None or int(least) >= low) and (high is None or int(most) <= high)
    if finite and not (math.isfinite(least) and math.isfinite(most)):
        return False
    least_bound = None if low is None else _nearest(values.dtype, float(low))
    most_bound = None if high is None else _nearest(values.dtype, float(high))
    return (low is None or (least_bound is not None and bool(least >= least_bound))) and (
        high is None or (most_bound is not None and bool(most <= most_bound))
    )


def float_limits(dtype: Any, low: Any, high: Any) -> dict[str, Any]:
    """Return the least and the greatest finite number of dtype between the bounds; {} without any."""
    top = min(float(np.finfo(dtype).max), sys.float_info.max)
    with np.errstate(over="ignore"):
        least, most = (
            none if bound is None else float(dtype.type(float(bound)))
            for bound, none in ((low, -math.inf), (high, math.inf))
        )
    least, most = max(least, -top), min(most, top)
    return {"min_value": least, "max_value": most} if least <= most else {}


# --- arrays -----------------------------------------------------------------------------------------------

Shape = tuple[int | None, ...]

# The kinds of dtypes that dtype may name: numpy's abstract classes.
_KINDS: Final = (
    *("generic", "number", "integer", "signedinteger", "unsignedinteger"),
    *("inexact", "floating", "complexfloating", "flexible", "character"),
)
# The dtypes of examples if dtype leaves the choice, the plainest first.
_GENERATED: Final = (
    *("float64", "float32", "float16", "int64", "int32", "int16", "int8"),
    *("uint8", "uint16", "uint32", "uint64", "bool", "complex128", "complex64", "U4", "S4"),
)


@name_options()
def array(
    shape: Any = None,
    dtype: Any = None,
    min: float | None = None,
    max: float | None = None,
    finite: bool = False,
    hint: str | None = None,
) -> Spec:
    """Accept a numpy array, or anything with an `.asnumpy()` that makes one, such as MXNet's NDArray.

    conform returns the value itself. explain names the failed condition; for a condition on the numbers, it
    also names the count of failures, the index of the first (`index` in the problem) and its value.

    Args:
        shape: a tuple of lengths, None for any length; a list of such tuples to allow several shapes.
        dtype: a dtype (`"float32"`), or a kind of dtypes (`np.floating`, `"integer"`).
        min: the least value; read as a number of the array's own type, so that 0.1 is a float32's 0.1.
        max: the greatest value. NaN fails every bound.
        finite: if True, NaN and infinity are refused.
        hint: advice for a value that is not an array; it becomes a part of the reason.

    Raises:
        SpecDefinitionError: an argument makes no sense.

    Example:
        >>> import numpy as np, mxspec as s
        >>> image = s.array(shape=(None, 784), dtype="float32", min=0, max=1, finite=True)
        >>> s.valid(image, np.zeros((1, 784), "float32"))
        True
        >>> s.explain_data(image, np.zeros((28, 27), "float32"))["problems"][0]["reason"]
        'shape is (28, 27), (None, 784) is required'
        >>> s.explain_data(image, np.full((1, 784), 255, "float32"))["problems"][0]["reason"]
        'value 255.0 at (0, 0) is above max 1, the first of 784; are these 0 to 255? Then divide by 255'
    """
    for name, bound in (("min", min), ("max", max)):
        if bound is not None and not _is_bound(bound):
            raise SpecDefinitionError(f"{name} is a number or None, not {short_repr(bound)}")
    if min is not None and max is not None and not min <= max:
        raise SpecDefinitionError(f"array needs min <= max, not {short_repr(min)} and {short_repr(max)}")
    if not isinstance(finite, bool):
        raise SpecDefinitionError(f"finite is True or False, not {short_repr(finite)}")
    if not (hint is None or isinstance(hint, str)):
        raise SpecDefinitionError(f"hint is some words or None, not {short_repr(hint)}")
    return ArraySpec(_read_shapes(shape), _dtype(dtype), min, max, finite, hint)


def _is_bound(x: Any) -> bool:
    try:
        return not (isinstance(x, (bool, str, bytes)) or math.isnan(float(x)))
    except (TypeError, ValueError, OverflowError):
        return False


def _read_shapes(shape: Any) -> tuple[Shape, ...] | None:
    if shape is None:
        return None
    several = isinstance(shape, (list, tuple)) and shape and all(isinstance(x, (list, tuple)) for x in shape)
    return tuple(_read_shape(lengths, shape) for lengths in (shape if several else [shape]))


def _read_shape(lengths: Any, argument: Any) -> Shape:
    shape: list[int | None] = []
    for length in lengths if isinstance(lengths, (list, tuple)) else [lengths]:
        try:
            shape.append(None if length is None else operator.index(length))
        except TypeError:
            shape.append(-1)
        if isinstance(length, bool) or (shape[-1] or 0) < 0:
            raise SpecDefinitionError(
                "a shape is a tuple of lengths, each an int from 0, or None for any, "
                f"and several shapes are a list of them, not {short_repr(argument)}"
                + _collection_hint(argument)
            )
    return tuple(shape)


def _collection_hint(argument: Any) -> str:
    is_spec = isinstance(argument, (type, Spec))
    return f"; a list of such values is s.coll_of({call_text(argument)})" if is_spec else ""


def _dtype(dtype: Any) -> Any:
    """Return a numpy dtype, or the abstract class of dtypes that is meant or named."""
    if dtype is None:
        return None
    name = dtype.__name__ if isinstance(dtype, type) and issubclass(dtype, np.generic) else dtype
    if isinstance(name, str) and name in _KINDS:
        return getattr(np, name)
    try:
        return np.dtype(dtype)
    except (TypeError, ValueError, SyntaxError):
        near = did_you_mean(dtype, (*_GENERATED, *_KINDS)) if isinstance(dtype, str) else ""
        raise SpecDefinitionError(
            "dtype is a numpy dtype or a kind of them, such as 'float32' or 'floating', "
            f"not {short_repr(dtype)}{near}"
        ) from None


@dataclasses.dataclass(frozen=True)
class ArrayFault:
    """A failed condition of an array: its form, the reason, and the index of the first bad number."""

    pred: tuple[Any, ...]
    reason: str
    index: tuple[int, ...] | None = None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ArraySpec(Spec):
    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = True
    has_hash: ClassVar[bool] = False

    shapes: tuple[Shape, ...] | None
    dtype: Any
    min: float | None
    max: float | None
    finite: bool
    hint: str | None = None
    # The shapes without an open length: most arrays have one of these.
    exact: frozenset[Shape] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        fixed = (shape for shape in self.shapes or () if None not in shape)
        object.__setattr__(self, "exact", frozenset(fixed))

    def conform(self, x: Any, question: Question) -> Any:
        return x if self.fits(x) else INVALID

    def fits(self, x: Any) -> bool:
        # The first test accepts most arrays: without it an array of 784 numbers takes 10 us instead of 4.
        return self._plainly_fits(plain_array(x)) or next(self._faults(x), None) is None

    def expression(self, code: Code, v: str) -> str:
        return f"{code.source.method(self, 'fits')}({v})"

    def stack(self, xs: Sequence[Any]) -> Array | None:
        """Return xs as one array with a row for each, if all are valid and alike, else None.

        A check of one array takes microseconds, most of them for calls into numpy and few for its numbers. So
        we copy arrays of one shape and dtype into one array and check that. A network takes its batch as one
        array anyway. If the check fails, the caller checks the arrays one by one. "valid of 10,000 images"
        takes 26 ms in this way, 92 without.
        """
        xs = list(map(plain_array, xs)) if plain_array(xs[0]) is not xs[0] else xs
        first = xs[0]
        if not (type(first) is np.ndarray and first.ndim and first.size and first.dtype.kind in "biuf"):
            return None
        if not (self.fits_shape(first.shape) and self.takes_dtype(first.dtype)):
            return None
        stack = np.empty((len(xs), *first.shape), first.dtype)
        try:
            if set(map(type, xs)) != {np.ndarray} or set(map(len, xs)) != {len(first)}:
                return None
            # np.stack makes a view of each array: 9 ms for 10,000 images, concatenate takes 3.
            np.concatenate(xs, out=stack.reshape(-1, *first.shape[1:]), casting="no")
        except (TypeError, ValueError):  # one has a different shape or dtype
            return None
        return stack if self._is_within_bounds(stack) else None

    def _plainly_fits(self, x: Any) -> bool:
        """True if x is a numpy array, not of a subclass, that a min-max check shows to fit."""
        is_alike = type(x) is np.ndarray and self.fits_shape(x.shape) and self.takes_dtype(x.dtype)
        return is_alike and self._is_within_bounds(x)

    def _is_within_bounds(self, values: Array) -> bool:
        return pass_min_max(values, self.min, self.max, self.finite)

    def fits_shape(self, lengths: tuple[int, ...]) -> bool:
        return (
            self.shapes is None or lengths in self.exact or any(covers_shape(s, lengths) for s in self.shapes)
        )

    def with_all_lengths(self, array: Array) -> Array:
        """Return an array of empty lists, which end at a length of 0, in a shape and a dtype that fit.

        Any other array stays as it is.
        """
        if array.size:
            return array
        n = array.ndim
        shapes = [shape for shape in self.shapes or () if covers_shape(shape[:n], array.shape)]
        more = tuple(length or 0 for length in shapes[0][n:]) if shapes else ()
        dtype = array.dtype if self.takes_dtype(array.dtype) else next(iter(self._dtypes()), array.dtype)
        return np.empty(array.shape + more, dtype)

    def takes_dtype(self, dtype: Any) -> bool:
        """True if arrays of a dtype may fit."""
        return self.dtype is None or _is_of(dtype, self.dtype)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        problems = []
        for fault in self._faults(x):
            problem = place.problem(fault.pred, x, reason=fault.reason)
            if fault.index is not None:
                problem["index"] = fault.index
            problems.append(problem)
        return problems

    def _faults(self, x: Any) -> Iterator[ArrayFault]:
        # An object that comes through a boundary may raise wherever it is touched.
        try:
            values = _plain_array(x, self.hint)
            if isinstance(values, ArrayFault):
                yield values
                return
            yield from self._conditions(values)
        except Exception as error:
            refusal(error)
            yield ArrayFault(("array",), f"reading it raises {reasons.exception_text(error)}")

    def _conditions(self, values: Array) -> Iterator[ArrayFault]:
        if not self.fits_shape(values.shape):
            assert self.shapes is not None
            required = " or ".join(map(str, self.shapes))
            yield ArrayFault(("shape", *self.shapes), f"shape is {values.shape}, {required} is required")
        if not self.takes_dtype(values.dtype):
            name = _dtype_form(self.dtype)
            yield ArrayFault(("dtype", name), f"dtype is {values.dtype}, {name} is required")
            return
        with np.errstate(all="ignore"):
            yield from self._value_conditions(values)

    def _value_conditions(self, values: Array) -> Iterator[ArrayFault]:
        limits = [(name, bound) for name in ("min", "max") if (bound := getattr(self, name)) is not None]
        if not (self.finite or limits):
            return
        if values.dtype.kind not in ("biuf" if limits else "biufc"):
            kind = "real numbers" if limits else "numbers"
            pred = limits[0] if limits else ("finite",)
            yield ArrayFault(pred, f"dtype is {values.dtype}, {kind} are required")
            return
        if values.dtype.kind in "fc":
            bad = ~np.isfinite(values) if self.finite else np.isnan(values)
            if bad.any():
                value, index, more = _first_bad(values, bad)
                if not self.finite:
                    yield ArrayFault(limits[0], f"value {value} at {index} is not a number{more}", index)
                    return
                reason = f"value {value} at {index} is not finite"
                if more:
                    count = np.count_nonzero(bad)
                    reason = f"{count} of {values.size} values are not finite, the first at {index}: {value}"
                yield ArrayFault(("finite",), reason, index)
                return
        for name, bound in limits:
            bad = is_beyond(values, name, bound)
            if bad.any():
                value, index, more = _first_bad(values, bad)
                side = "below" if name == "min" else "above"
                # The commonest mistake with pictures: bytes in place of shares of white.
                are_bytes = name == "max" and bound == 1 and 1 < values.max() <= 255
                hint = "; are these 0 to 255? Then divide by 255" if are_bytes else ""
                reason = f"value {value} at {index} is {side} {name} {bound}{more}{hint}"
                yield ArrayFault((name, bound), reason, index)

    def strategy(self, context: Context) -> Strategy | None:
        choices = [(dtype, limits) for dtype in self._dtypes() if (limits := self._limits(dtype)) is not None]
        return combine.numpy_arrays(choices, self.shapes) if choices else None

    def _dtypes(self) -> list[Any]:
        if isinstance(self.dtype, np.dtype):
            return [self.dtype]
        return [d for name in _GENERATED if _is_of(d := np.dtype(name), self.dtype or np.number)]

    def _limits(self, dtype: Any) -> dict[str, Any] | None:
        """Return the options for elements of a dtype, or None if no array of it is valid."""
        bounded = self.min is not None or self.max is not None
        if dtype.kind in "biu":
            least, most = int_range(dtype)
            low = least if self.min is None or self.min <= least else ceil(self.min)
            high = most if self.max is None or self.max >= most else floor(self.max)
            return {"min_value": low, "max_value": high} if low <= high else None
        if dtype.kind == "f":
            limits = float_limits(dtype, self.min, self.max)
            extremes = () if self.finite else (math.inf, -math.inf, math.nan)
            special = [x for x in extremes if self._holds(x)]
            return (limits | {"special": special} if special else limits) or None
        if dtype.kind == "c" and not bounded:
            return {"allow_nan": False, "allow_infinity": False} if self.finite else {}
        return None if dtype.kind == "O" or bounded or self.finite else {}

    def _holds(self, x: float) -> bool:
        return (self.min is None or self.min <= x) and (self.max is None or x <= self.max)

    def form(self) -> Any:
        shapes = self.shapes and (self.shapes[0] if len(self.shapes) == 1 else list(self.shapes))
        options = {
            "shape": shapes,
            "dtype": None if self.dtype is None else _dtype_form(self.dtype),
            "min": self.min,
            "max": self.max,
            "finite": self.finite or None,
            "hint": self.hint,
        }
        options = {name: option for name, option in options.items() if option is not None}
        return ("array", *([options] if options else []))


def _dtype_form(dtype: Any) -> Any:
    """Return the required dtype, as the name that makes it again."""
    if not isinstance(dtype, np.dtype):
        return dtype.__name__
    return str(dtype) if dtype.names is None and dtype.subdtype is None else dtype


def _is_of(dtype: Any, required: Any) -> bool:
    return dtype == required if isinstance(required, np.dtype) else np.issubdtype(dtype, required)


def covers_shape(wide: Shape, shape: Shape) -> bool:
    """True if all arrays of a shape have a wide shape too; both may have open lengths."""
    return len(wide) == len(shape) and all(a in (None, b) for a, b in zip(wide, shape, strict=True))


def _plain_array(x: Any, hint: str | None) -> Array | ArrayFault:
    """Return x as a plain numpy array; a subclass may index and compare in its own way."""
    if isinstance(x, np.ndarray):
        if isinstance(x, np.ma.MaskedArray):
            return ArrayFault(("array",), reasons.MASKED)
        return np.asarray(x)
    if not callable(getattr(x, "asnumpy", None)):
        return ArrayFault(("array",), reasons.not_an_array(x, hint))
    try:
        values = x.asnumpy()
    except Exception as error:
        refusal(error)
        return ArrayFault(("array",), f"its asnumpy() raises {reasons.exception_text(error)}")
    if not isinstance(values, np.ndarray) or isinstance(values, np.ma.MaskedArray):
        kind = reasons.kind_text(values)
        return ArrayFault(("array",), f"its asnumpy() returns {kind}, an array is required")
    return np.asarray(values)


def _first_bad(values: Array, bad: Any) -> tuple[Any, tuple[int, ...], str]:
    """Return the first bad value, its index, and the number of bad values in words, "" for one."""
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), values.shape))
    count = np.count_nonzero(bad)
    return values[index], index, f", the first of {count}" if count > 1 else ""


def read_lists(x: Any, dtype: Any = None) -> Any:
    """Return nested lists of numbers, as JSON has them, as an array; return any other value unchanged.

    Args:
        x: the value.
        dtype: the dtype of the array, if it can hold the numbers; no bool is a number.

    Example:
        >>> read_lists([[1, 2]], _dtype("float32")), read_lists([[1], 2]), read_lists([0.5, True])
        (array([[1., 2.]], dtype=float32), [[1], 2], [0.5, True])
    """
    if not are_lists_of_few(x):
        return x
    try:
        array = np.asarray(x)
    except Exception:  # lists of several lengths, or an element that refuses
        return x
    if array.dtype.kind not in "biuf":
        return x
    if not isinstance(dtype, np.dtype) or dtype == array.dtype or dtype.kind not in "biuf":
        return array
    if array.size and "b" in (array.dtype.kind, dtype.kind):
        return array
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
        # A number beyond the range would be infinite, or another int.
        is_same = np.isfinite(cast) | ~np.isfinite(array) if dtype.kind == "f" else cast == array
    return cast if is_same.all() else array


_FEW_DIMENSIONS: Final = 8
_MOST_DIMENSIONS: Final = 32
_MOST_NUMBERS: Final = 20_000_000


def _may_never_end(kind: type) -> bool:
    """True if numpy would iterate over an instance of a class, and methods of the class decide how far."""
    if issubclass(kind, (str, bytes, tuple)):
        return False
    try:
        return hasattr(kind, "__getitem__") and not hasattr(kind, "dtype")
    except Exception:  # a metaclass may raise
        return True


def are_lists_of_few(x: Any) -> bool:
    """True if x is nested lists that may be an array: one length at each level, at most 20,000,000 elements.

    A list may hold another list many times, or itself. A list of a user's class may never end. Of True beside
    numbers numpy would make 1.
    """
    level, is_list = [x], type(x) is list
    for dimension in range(_MOST_DIMENSIONS):
        types = set(map(type, level))
        if types != {list}:
            has_bools = len(types) > 1 and not types.isdisjoint((bool, np.bool_))
            return is_list and not has_bools and not any(map(_may_never_end, types))
        lengths = set(map(len, level))
        is_shared = dimension > _FEW_DIMENSIONS and len(set(map(id, level))) < len(level)
        if len(lengths) > 1 or len(level) * max(lengths) > _MOST_NUMBERS or is_shared:
            return False
        level = [*itertools.chain.from_iterable(level)]
    return False


def without_array(x: Any) -> Any:
    """Return a numpy scalar as Python's, and so an array of one, as scikit-learn answers about one value."""
    if getattr(x, "shape", None) in ((), (1,), (1, 1)) and hasattr(x, "item"):
        return x.item()
    return x
