"""Hypothesis strategies made of other strategies, strategies of arrays, and the size of a draw.

A sample of ints begins 0, 0, -1, since it grows from small values to large ones, as clojure's does. Inside
at_size(3), an int is drawn as Hypothesis draws it, and then brought within 3 of 0. Without a size, as in a
test with `@given`, Hypothesis's value is returned as it is.
"""

from __future__ import annotations

import contextvars
import dataclasses
import functools
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.lazy import LateModule
from mxspec.base.values import short_repr
from mxspec.errors import GeneratorError, SpecError

if TYPE_CHECKING:
    import numpy as np
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy

    from mxspec.base.strategies.sampling import Effort

    Strategy = SearchStrategy[Any]
else:
    np = LateModule("numpy")
    st = LateModule("hypothesis.strategies")
    Strategy = Any  # a name for annotations, which cost no import of Hypothesis

# --- the size of a draw -----------------------------------------------------------------------------------

LARGEST: Final = 200
"""The sizes of a long sample are 0 to 199, again and again (clojure.test.check's number)."""

OF_ONE: Final = 30
"""The size of a single value, as generate draws it (clojure.test.check's number)."""

_SPECIAL: Final = 10  # the size from which infinities and NaN are drawn

_size: contextvars.ContextVar[int | None] = contextvars.ContextVar("size", default=None)


class at_size:
    """Set the size of the values that are drawn inside the block; None sets no size.

    This is a class, since a context of contextlib takes a microsecond more, and each value enters two or
    more.
    """

    __slots__ = ("_size", "_token")

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._token: contextvars.Token[int | None]

    def __enter__(self) -> None:
        self._token = _size.set(self._size)

    def __exit__(self, *error: object) -> None:
        _size.reset(self._token)


def enlarge(more: int) -> at_size:
    """Return a context with a larger size, if a size is set."""
    size = _size.get()
    return at_size(None if size is None else size + more)


effort: contextvars.ContextVar[Effort | None] = contextvars.ContextVar("effort", default=None)
"""The effort that draws, filters and `core.generation.accepts` count their steps for, or None."""

_STEPS_OF_A_DRAW: Final = 5


def count_draw() -> None:
    """Count one draw for the search in progress, if any."""
    search = effort.get()
    if search is not None:
        search.steps += _STEPS_OF_A_DRAW


def unit(origin: float) -> float:
    """Return the distance between floats near a bound: 1.0, or more if floats are rarer there."""
    return max(1.0, 1024 * math.ulp(origin)) if math.isfinite(origin) else 1.0


def _reach(size: int) -> int:
    """Return the greatest distance from the simplest number at a size: 0 1 1 3 3 7 7 15 15 31 ..."""
    return int(2 ** ((size + 1) // 2)) - 1


def _is_between(low: float | None, high: float | None, x: float) -> bool:
    return (low is None or low <= x) and (high is None or x <= high)


def strategy_by_size(nearer: Callable[..., Any]) -> Callable[..., Strategy]:
    """Return a function that makes a strategy of sized values from a strategy and more arguments of nearer.

    Args:
        nearer: a function from a size and a drawn value to the value that replaces it, simpler for a smaller
            size.
    """

    def strategy_of_sized(strategy: Strategy, *args: Any) -> Strategy:
        # Drawing from a composite takes 15 % less time than from strategy.map(nearer).
        @st.composite
        def draw_near(draw: Callable[[Strategy], Any]) -> Any:
            count_draw()
            size, x = _size.get(), draw(strategy)
            return x if size is None else nearer(size, x, *args)

        return draw_near()

    return strategy_of_sized


@strategy_by_size
def sized_ints(size: int, x: int, low: int | None = None, high: int | None = None) -> int:
    """Return a strategy of ints; in a sample they start near 0, or near the bound nearest to 0."""
    origin, reach = max(low, 0) if low is not None else min(high or 0, 0), _reach(size)
    distance = x - origin
    if -reach <= distance <= reach:
        return x
    # A number out of reach is folded back, so that all within reach are equally likely.
    distance = distance % (reach + 1) if distance > 0 else -(-distance % (reach + 1))
    return origin + distance if _is_between(low, high, origin + distance) else origin - distance


@strategy_by_size
def sized_floats(size: int, x: float, low: float | None = None, high: float | None = None) -> float:
    """Return a strategy of floats; in a sample they start near 0, or near the bound nearest to 0."""
    if size >= _SPECIAL and not math.isfinite(x):
        return x
    origin = float(max(low, 0.0) if low is not None else min(high or 0.0, 0.0))
    reach = _reach(size) * unit(origin)
    if math.isinf(origin) or abs(x - origin) <= reach:
        return x
    # Most floats are huge, and multiples of every reach; only their fractions differ.
    share = 2 * abs(math.frexp(x)[0]) - 1 if math.isfinite(x) else 1.0
    near = origin + math.copysign(share * reach, x - origin)
    return near if _is_between(low, high, near) else x


@strategy_by_size
def sized_decimals(size: int, x: Decimal) -> Decimal:
    """Return a strategy of decimals; in a sample they start near 0, with two decimal places."""
    if size >= _SPECIAL and not x.is_finite():
        return x
    digits = int("".join(map(str, x.as_tuple().digits)) or 0) if x.is_finite() else 0
    return Decimal(digits % (100 * _reach(size) + 1)).scaleb(-2).copy_sign(x)


@strategy_by_size
def sized_sequences(size: int, xs: Any, least: int = 0) -> Any:
    """Return a strategy of lists, texts or bytes; in a sample they start with few elements."""
    return xs[: max(least, size)]


# --- combinators ------------------------------------------------------------------------------------------

NEAR = 16  # the greatest distance from the bound, or from zero, of the most frequently drawn numbers


def as_strategy(gen: Any, what: str) -> Strategy:
    """Return the strategy that gen is or returns, or raise GeneratorError, which calls gen `what`."""
    from hypothesis.strategies import SearchStrategy

    strategy = gen() if callable(gen) else gen
    if not isinstance(strategy, SearchStrategy):
        raise GeneratorError(f"{what} must return a Hypothesis strategy, it returned {short_repr(strategy)}")
    return strategy


def with_repr(strategy: Strategy, text: str) -> Strategy:
    """Return a strategy that prints as text, the call that made it; otherwise it is the same.

    Hypothesis prints its own strategies in this way, by a private class. If a release moves the class, the
    strategy prints its parts.
    """
    try:
        from hypothesis.strategies._internal.lazy import LazyStrategy

        return LazyStrategy(lambda: strategy, (), {}, force_repr=text)
    except (ImportError, TypeError):
        return strategy


def fmap(f: Callable[[Any], Any], strategy: Strategy) -> Strategy:
    """Return a strategy of f(x) for every x of strategy (gen/fmap).

    Example:
        >>> import mxspec as s
        >>> s.generate(s.fmap(str, s.gen({7})), seed=0)
        '7'
    """
    if not hasattr(strategy, "map"):
        raise GeneratorError(f"fmap maps a strategy, not {short_repr(strategy)}; try fmap(f, gen(...))")
    return strategy.map(f)


def one_of(strategies: Iterable[Strategy]) -> Strategy:
    """Return a strategy of the values of any of strategies, the first being the simplest (gen/one-of)."""
    return st.one_of(*strategies)


def frequency(choices: Sequence[tuple[int, Strategy]]) -> Strategy:
    """Return a strategy that draws from several, each in proportion to its weight (gen/frequency).

    Weights with a sum of 11 at most shrink well: if a choice has a number of 10 or less, Hypothesis tries all
    choices before it.
    """
    turns = [strategy for weight, strategy in choices for _ in range(weight)]

    @st.composite
    def draw_one(draw: Callable[[Strategy], Any]) -> Any:
        return draw(turns[draw(st.integers(0, len(turns) - 1))])

    return draw_one()


def strategy_of_draws(draw_value: Callable[[Callable[[Strategy], Any]], Any]) -> Strategy:
    """Return a strategy of what a function returns, which gets a function that draws from a strategy."""
    return st.composite(draw_value)()


def just(x: Any) -> Strategy:
    """Return a strategy of x alone (gen/return)."""
    return st.just(x)


def defer(build: Callable[[], Strategy]) -> Strategy:
    """Return a strategy that build returns at the first draw (gen/delay).

    So a branch of a recursive spec is built only when it is drawn. Hypothesis looks through every strategy
    that it gets, and the branches of branches would be exponentially many.
    """
    built = functools.cache(build)

    @st.composite
    def draw_deferred(draw: Callable[[Strategy], Any]) -> Any:
        count_draw()
        return draw(built())

    return draw_deferred()


def tuples(strategies: Iterable[Strategy]) -> Strategy:
    """Return a strategy of tuples with one value of each strategy, in order (gen/tuple)."""
    return st.tuples(*strategies)


def lists(
    element: Strategy,
    min_size: int = 0,
    max_size: int | None = None,
    unique_by: Callable[[Any], Hashable] | None = None,
    *,
    what: str = "the collection",
) -> Strategy:
    """Return a strategy of lists (gen/vector, gen/vector-distinct), or raise GeneratorError about `what`."""
    if max_size is not None and min_size > max_size:
        raise no_value(what, f"{min_size} elements or more are required, and {max_size} or fewer")
    if min_size > MOST:
        raise no_value(what, f"{min_size} elements or more are too many to make")
    if max_size == 0:
        return st.builds(list)
    if max_size is not None and max_size > MOST:
        max_size = MOST
    many = sized_sequences(
        st.lists(element, min_size=min_size, max_size=max_size, unique_by=unique_by), min_size
    )
    if unique_by is None or not min_size:
        return many

    @st.composite
    def draw_distinct(draw: Callable[[Strategy], Any]) -> Any:
        with enlarge(4 * min_size):  # few small elements differ, so a larger size makes more
            return draw(many)

    return draw_distinct()


MOST: Final = 100_000
"""The most elements of one list. Hypothesis takes minutes for a million, and refuses more."""

_MOST_NUMBERS: Final = 1 << 24  # the most elements of one array
_MOST_DIMENSIONS: Final = 32  # numpy's own limit, until its version 2


def no_value(what: str, why: str) -> GeneratorError:
    """Return the error for a spec without valid values, with the reason."""
    return GeneratorError(f"{what} has no example: {why}")


def limit_different(what: str, least: int, most: int, there_are: float) -> int:
    """Return most, or the number of different elements if it is less; raise GeneratorError below least."""
    if least > there_are:
        why = f"it asks for {least} elements that differ, and there are {there_are:.0f} at most"
        raise no_value(what, why)
    return int(min(most, there_are))


def is_registered(tp: type) -> bool:
    """True if the user has registered a strategy of a type with Hypothesis.

    Only a private table records this. If a release of Hypothesis moves it, no strategy counts as registered.
    """
    try:
        from hypothesis.strategies._internal.types import _global_type_lookup

        return tp in _global_type_lookup
    except ImportError:
        return False


def of_type(tp: Any) -> Strategy:
    """Return Hypothesis's own strategy of a type, with a `RefusedInstance` where the class raises.

    Without one, a draw raises GeneratorError.
    """
    from hypothesis import errors

    strategy: Strategy = st.from_type(tp)

    @st.composite
    def instances(draw: Callable[[Strategy], Any]) -> Any:
        try:
            return draw(strategy)
        except errors.InvalidArgument as error:
            raise GeneratorError(
                f"unable to construct gen for: {getattr(tp, '__name__', tp)}: {error}; "
                "give one with s.with_gen(spec, lambda: strategy) or in overrides",
                failure="no-gen",
            ) from error
        except (errors.HypothesisException, SpecError, RecursionError):
            raise
        except Exception as error:  # from a validator, or from __init__
            return RefusedInstance(error)

    return instances()


@dataclasses.dataclass(frozen=True)
class RefusedInstance:
    """The example that stands for an instance that its class refused to make, with the exception."""

    error: Exception


def records(required: dict[Any, Strategy], optional: dict[Any, Strategy]) -> Strategy:
    """Return a strategy of dicts that hold every required key and any of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


def subsets(choices: Sequence[Any], min_size: int) -> Strategy:
    """Return a strategy of lists with at least min_size of the choices, each at most once, in their order."""
    indices = st.sets(st.integers(0, len(choices) - 1), min_size=min_size) if choices else st.just(set())
    return indices.map(lambda chosen: [choices[i] for i in sorted(chosen)])


def flat(strategy: Strategy) -> Strategy:
    """Return a strategy of the concatenations of the sequences in each value of strategy (gen/cat)."""
    return strategy.map(lambda parts: [x for part in parts for x in part])


def numpy_arrays(
    choices: Sequence[tuple[Any, dict[str, Any]]], shapes: Sequence[tuple[int | None, ...]] | None
) -> Strategy:
    """Return a strategy of numpy arrays.

    Args:
        choices: dtypes, the plainest first, each with the options of `from_dtype` for its elements; for
            floats, `special` has further values.
        shapes: the shapes to choose from, with None for any length, or None for any shape.
    """
    from hypothesis import errors
    from hypothesis.extra import numpy as npst

    for one in shapes or ():
        if len(one) > _MOST_DIMENSIONS or math.prod(1 if n is None else n for n in one) > _MOST_NUMBERS:
            raise no_value(f"an array of shape {one}", "it is too large to make")

    def elements(dtype: Any, special: Sequence[float] = (), **limits: Any) -> Strategy:
        if dtype.kind == "b":  # from_dtype takes no bounds for bools
            return st.integers(**limits).map(bool)
        if dtype.kind != "f":
            return npst.from_dtype(dtype, **limits)
        ordinary = []
        if limits:
            ordinary.append(npst.from_dtype(dtype, **limits))
            if limits["min_value"] < -NEAR and limits["max_value"] > NEAR:
                ordinary.insert(0, npst.from_dtype(dtype, min_value=-NEAR, max_value=NEAR))
        return st.one_of(*ordinary, *([st.sampled_from(special)] if special else []))

    # An example shrinks to a length of 1, since an empty array shows little.
    length = st.sampled_from([1, 2, 3, 4, 0])
    shape = (
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
        if shapes is None
        else st.one_of(*(st.tuples(*(length if n is None else st.just(n) for n in one)) for one in shapes))
    )
    try:
        for dtype, limits in choices:
            if dtype.kind == "V":  # Hypothesis supports some of these; only an attempt shows which
                elements(dtype, **limits).validate()
        return st.one_of(
            *(npst.arrays(dtype, shape, elements=elements(dtype, **limits)) for dtype, limits in choices)
        )
    except errors.InvalidArgument as error:
        raise GeneratorError(
            f"no array of dtype {choices[0][0]} can be made: {error}", failure="no-gen"
        ) from error


def standard_normal(n: int) -> Strategy:
    """Return a strategy of n standard normal numbers, float32 (n,), that shrink towards 0.

    The z of a generator of images: `s.def_model_spec(..., latent=lambda: s.standard_normal(16))`. They have
        two decimals, so that a failing example is short, and is the same if you type it in.

    Example:
        >>> import mxspec as s
        >>> z = s.generate(s.standard_normal(3), seed=0)
        >>> z.shape, z.dtype, bool((z == z.round(2)).all())
        ((3,), dtype('float32'), True)
    """

    # A composite, not a map: a map is often part of another map, and Hypothesis, which considers the two
    # alike, spends a third of a test on trying one instead of the other.
    @st.composite
    def numbers(draw: Callable[[Strategy], Any]) -> Any:
        # One draw of bytes instead of n draws of floats. Bytes shrink to zero, which stands for 0.0.
        drawn = np.frombuffer(draw(st.binary(min_size=n + 1, max_size=n + 1)), np.uint8)
        return _normal()[drawn[:n], drawn[n]]

    return numbers()


@functools.cache
def _normal() -> Any:
    """Return the standard normal numbers by two bytes, float32 (256, 256).

    The first byte selects one of 256 places with the same probability. Its low four bits are the sign, and an
    eighth of that half of the distribution, the nearest to 0 first. Its high bits are the place in the
    eighth. To make a byte smaller, Hypothesis tries 0, then clears the high bits, then halves and lowers the
    rest, so it ends after a dozen steps. The second byte counts only in the tail, beyond 2.66, which is one
    place of the first byte: it selects a place there. Several numbers share the second byte, since two of
    them are seldom in the tail.
    """
    import statistics

    quantiles = np.vectorize(statistics.NormalDist().inv_cdf)
    byte = np.arange(256)
    eighth, place, sign = byte % 16 // 2, byte // 16, 1 - byte % 2 * 2
    halves = quantiles(0.5 + (np.arange(128) + 0.5) / 256)
    halves[0] = 0.0
    normal = np.repeat(halves[eighth * 16 + place, None], 256, axis=1)
    normal[eighth * 16 + place == 127] = quantiles(1 - (1 - (byte + 0.5) / 256) / 256)
    return np.array((normal * sign[:, None]).round(2) + 0.0, np.float32)  # + 0.0 makes 0.0 of -0.0
