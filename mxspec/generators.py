"""From predicates to Hypothesis strategies, and from strategies to values.

This is the one place that imports Hypothesis, and only when a strategy is asked for, so that checking values
costs no such import.
"""

from __future__ import annotations

import contextvars
import datetime
import enum
import fractions
import functools
import operator
import random
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from mxspec import predicates as p
from mxspec.errors import GeneratorError
from mxspec.forms import in_order

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[Any]
    GenFn = Callable[[], Strategy]

TRIES = 100
"""How many values are drawn before a filter gives up; clojure's number, where Hypothesis takes 3."""

_NEAR = 16  # how far from its bound, or from zero, the nearest part of the numbers stays
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MAX_BYTES = 1 << 22  # the largest buffer a sample may be read from

# The predicate that gave up during a draw by `draws`, for its message.
_gave_up: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("gave_up", default=None)


# --- strategies out of other strategies -------------------------------------------------------------------


def made_by(gen_fn: Any, what: str) -> Strategy:
    """The strategy that gen_fn is or returns, or a GeneratorError that says what returned none."""
    from hypothesis.strategies import SearchStrategy

    made = gen_fn() if callable(gen_fn) else gen_fn
    if not isinstance(made, SearchStrategy):
        raise GeneratorError(f"{what} must return a Hypothesis strategy, it returned {made!r}")
    return made


def fmap(f: Callable[[Any], Any], strategy: Strategy) -> Strategy:
    """A strategy of f(x) for every x of strategy (gen/fmap).

    Example:
        >>> import mxspec as s
        >>> s.generate(s.fmap(str, s.gen({7})), seed=0)
        '7'
    """
    return strategy.map(f)


def such_that(pred: Callable[[Any], Any], strategy: Strategy, what: str | None = None) -> Strategy:
    """A strategy of those values of strategy that pred accepts, each drawn at most 100 times (gen/such-that).

    Args:
        pred: a predicate of one argument.
        strategy: a Hypothesis strategy.
        what: the name of pred in the message of a sample that finds no value; by default pred's own.

    Example:
        >>> import mxspec as s
        >>> s.generate(s.such_that(s.is_even, s.gen({1, 2, 3})), seed=0)
        2
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    @st.composite
    def that(draw: Callable[[Strategy], Any]) -> Any:
        for _ in range(TRIES):
            x = draw(strategy)
            if pred(x):
                return x
        gave_up = _gave_up.get()
        if gave_up is not None:
            gave_up.append(what or repr(pred))
        return reject()

    return that()


def one_of(strategies: Iterable[Strategy]) -> Strategy:
    """A strategy of the values of any of strategies, the first being the simplest (gen/one-of)."""
    from hypothesis import strategies as st

    return st.one_of(*strategies)


def just(x: Any) -> Strategy:
    """A strategy of x alone (gen/return)."""
    from hypothesis import strategies as st

    return st.just(x)


def lazy(build: Callable[[], Strategy]) -> Strategy:
    """The strategy that build returns, built at the first draw (gen/delay).

    A branch of a recursive spec is built only when it is taken: Hypothesis looks through every strategy that
    it is handed, and the branches of branches would be exponentially many.
    """
    from hypothesis import strategies as st

    built = functools.cache(build)

    @st.composite
    def later(draw: Callable[[Strategy], Any]) -> Any:
        return draw(built())

    return later()


def tuples(strategies: Iterable[Strategy]) -> Strategy:
    """A strategy of tuples of one value of each strategy, in order (gen/tuple)."""
    from hypothesis import strategies as st

    return st.tuples(*strategies)


def lists(
    element: Strategy,
    min_size: int = 0,
    max_size: int | None = None,
    unique_by: Callable[[Any], Hashable] | None = None,
) -> Strategy:
    """A strategy of lists (gen/vector, gen/vector-distinct)."""
    from hypothesis import strategies as st

    return st.lists(element, min_size=min_size, max_size=max_size, unique_by=unique_by)


def records(required: dict[Any, Strategy], optional: dict[Any, Strategy]) -> Strategy:
    """A strategy of dicts that hold every required key and any of the optional ones."""
    from hypothesis import strategies as st

    return st.fixed_dictionaries(required, optional=optional)


def subsets(choices: Sequence[Any], min_size: int) -> Strategy:
    """A strategy of lists of at least min_size of choices, each at most once, in their order."""
    from hypothesis import strategies as st

    indices = st.sets(st.integers(0, len(choices) - 1), min_size=min_size) if choices else st.just(set())
    return indices.map(lambda chosen: [choices[i] for i in sorted(chosen)])


def flat(strategy: Strategy) -> Strategy:
    """A strategy of the concatenations of the sequences in each value of strategy (gen/cat)."""
    return strategy.map(lambda parts: [x for part in parts for x in part])


# --- strategies out of predicates -------------------------------------------------------------------------


def ints(low: int | None = None, high: int | None = None) -> Strategy:
    """A strategy of ints from low to high, both included."""
    from hypothesis import strategies as st

    if low is not None and high is not None:
        return st.integers(low, high)
    # Bytes read as an unbounded int are some 128 bits long; most samples should be ones to look at.
    near = []
    for reach in (_NEAR, _NEAR**3):
        first = low if low is not None else high - reach if high is not None else -reach
        last = high if high is not None else low + reach if low is not None else reach
        near.append(st.integers(first, last))
    return st.one_of(*near, st.integers(low, high))


def floats(
    low: float | None = None, high: float | None = None, infinite: bool = True, nan: bool = True
) -> Strategy:
    """A strategy of floats from low to high, both included."""
    from hypothesis import strategies as st

    unbounded = low is None and high is None
    anything = st.floats(low, high, allow_infinity=infinite and None, allow_nan=nan and unbounded)
    if infinite and not unbounded:
        # Hypothesis keeps infinity out of a range with a bound on its side unless the bound is infinite.
        ends = [float("inf")] * (high is None) + [float("-inf")] * (low is None)
        anything = st.one_of(anything, *map(st.just, ends))
    if nan and not unbounded:
        anything = st.one_of(anything, st.just(float("nan")))
    return st.one_of(st.floats(-_NEAR, _NEAR, width=16), anything) if unbounded else anything


def texts() -> Strategy:
    """A strategy of strings, half of them of letters and digits as in clojure.spec, half of anything."""
    from hypothesis import strategies as st

    return st.one_of(st.text(_ALPHANUMERIC), st.text())


def instants(low: datetime.datetime | None = None, high: datetime.datetime | None = None) -> Strategy:
    """A strategy of moments from low to high, both included; aware (UTC) unless the bounds are naive."""
    from hypothesis import strategies as st

    first = (low or datetime.datetime.min).replace(tzinfo=None)
    last = (high or datetime.datetime.max).replace(tzinfo=None)
    given = low or high
    zone = given.tzinfo if given else datetime.UTC
    return st.datetimes(first, last, timezones=st.sampled_from([zone]))


def scalars() -> Strategy:
    """A strategy of simple values of many types (gen/simple-type-printable)."""
    from hypothesis import strategies as st

    return st.one_of(ints(), texts(), st.booleans(), floats(nan=False), st.uuids())


def _idents(qualified: bool) -> Strategy:
    from hypothesis import strategies as st

    part = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
    return st.builds("{}/{}".format, part, part) if qualified else part


def _collections() -> list[Strategy]:
    from hypothesis import strategies as st

    simple = scalars()
    return [
        st.lists(simple),
        st.dictionaries(simple, simple),
        st.sets(simple),
        st.lists(simple).map(tuple),
    ]


@functools.cache
def _by_predicate() -> dict[Any, GenFn]:
    """The strategies of the named predicates and of Python's own types."""
    from hypothesis import strategies as st

    def list_of_simple() -> Strategy:
        return st.lists(scalars())

    def tuple_of_simple() -> Strategy:
        return st.lists(scalars()).map(tuple)

    def dict_of_simple() -> Strategy:
        return st.dictionaries(scalars(), scalars())

    def set_of_simple() -> Strategy:
        return st.sets(scalars())

    def anything() -> Strategy:
        return st.one_of(st.none(), scalars(), *_collections())

    return {
        p.is_any: anything,
        p.is_some: lambda: st.one_of(scalars(), *_collections()),
        p.is_none: st.none,
        p.is_true: lambda: st.just(True),
        p.is_false: lambda: st.just(False),
        p.is_bool: st.booleans,
        p.is_number: lambda: st.one_of(ints(), floats()),
        p.is_int: ints,
        p.is_pos_int: lambda: ints(1),
        p.is_neg_int: lambda: ints(None, -1),
        p.is_nat_int: lambda: ints(0),
        p.is_float: floats,
        p.is_decimal: lambda: st.decimals(allow_nan=False, allow_infinity=False),
        p.is_rational: lambda: st.one_of(ints(), st.fractions()),
        p.is_ratio: lambda: such_that(p.is_ratio, st.fractions()),
        p.is_nan: lambda: st.just(float("nan")),
        p.is_infinite: lambda: st.sampled_from([float("inf"), float("-inf")]),
        p.is_zero: lambda: st.just(0),
        p.is_str: texts,
        p.is_char: st.characters,
        p.is_ident: lambda: st.one_of(_idents(False), _idents(True)),
        p.is_simple_ident: lambda: _idents(False),
        p.is_qualified_ident: lambda: _idents(True),
        p.is_uri: lambda: st.uuids().map("http://{}.com".format),
        p.is_uuid: st.uuids,
        p.is_inst: instants,
        p.is_bytes: st.binary,
        p.is_coll: lambda: st.one_of(*_collections()),
        p.is_sequential: lambda: st.one_of(list_of_simple(), tuple_of_simple()),
        p.is_indexed: list_of_simple,
        p.is_list: list_of_simple,
        p.is_tuple: tuple_of_simple,
        p.is_dict: dict_of_simple,
        p.is_set: set_of_simple,
        p.is_associative: lambda: st.one_of(dict_of_simple(), list_of_simple()),
        p.is_seqable: lambda: st.one_of(st.none(), *_collections(), texts()),
        p.is_empty: lambda: st.sampled_from([None, (), [], {}, set(), ""]),
        object: anything,
        int: ints,
        float: floats,
        bool: st.booleans,
        str: texts,
        bytes: st.binary,
        list: list_of_simple,
        tuple: tuple_of_simple,
        dict: dict_of_simple,
        set: set_of_simple,
        frozenset: lambda: st.frozensets(scalars()),
        complex: st.complex_numbers,
        fractions.Fraction: st.fractions,
        datetime.datetime: instants,
    }


def for_predicate(pred: Any) -> Strategy | None:
    """The built-in strategy of a predicate, a type or a set, or None (gen/gen-for-pred)."""
    from hypothesis import strategies as st

    if isinstance(pred, (set, frozenset)):
        # None and False are never valid members; the order is fixed so that a seed means the same everywhere.
        members = in_order(e for e in pred if e is not None and e is not False)
        return st.sampled_from(members) if members else None
    if isinstance(pred, type) and issubclass(pred, enum.Enum):
        return st.sampled_from(list(pred))
    try:
        found = _by_predicate().get(pred)
    except TypeError:  # an unhashable callable
        return None
    if found is not None:
        return found()
    return st.from_type(pred) if isinstance(pred, type) else None


def narrowed(strategy: Strategy, pred: Callable[[Any], Any]) -> tuple[Strategy, bool]:
    """strategy within the bounds that pred sets, and whether these are all that pred asks.

    `.filter(pred)` would do the first, but what it can't turn into bounds it tries three times, which is too
    few for a predicate like is_even in every element of a list. So only the bounds go to Hypothesis, and the
    caller filters the rest. Bounds are a help, never needed: without Hypothesis's reader of predicates, or
    where it can't read one, strategy comes back as it was.
    """
    try:
        from hypothesis.internal.filtering import get_numeric_predicate_bounds

        bounds, rest = get_numeric_predicate_bounds(pred)
    except Exception:
        return strategy, False
    if bounds.get("len"):
        return (strategy.filter(pred), True) if rest is None else (strategy, False)
    low, high = bounds.get("min_value"), bounds.get("max_value")
    if low is not None:
        strategy = strategy.filter(
            functools.partial(operator.lt if bounds.get("exclude_min") else operator.le, low)
        )
    if high is not None:
        strategy = strategy.filter(
            functools.partial(operator.gt if bounds.get("exclude_max") else operator.ge, high)
        )
    return strategy, rest is None and (low is not None or high is not None)


# --- values out of strategies -----------------------------------------------------------------------------


def draws(strategy: Strategy, n: int, seed: int | None, what: str) -> list[Any]:
    """n values of strategy, each drawn by itself, so that they repeat as chance has it.

    Hypothesis's own runner never draws a value twice and stops when a small space is used up, and
    `.example()` is for interactive use alone; so the values are read from random bytes through the public
    fuzzing hook.

    Raises:
        GeneratorError: no value is found, with the name of the predicate that refused them all.
    """
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        return _draws(strategy, n, seed, what)
    # Hypothesis refuses @given within a running test, where it would multiply the work; here nothing is
    # searched or shrunk inside, so a thread of its own is all that is needed.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_draws, strategy, n, seed, what).result()


def _draws(strategy: Strategy, n: int, seed: int | None, what: str) -> list[Any]:
    from hypothesis import given, settings

    drawn: list[Any] = []

    @settings(database=None)
    @given(strategy)
    def take(x: Any) -> None:
        drawn.append(x)

    read = take.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    source = random.Random(seed)
    size, refused = 512, 0
    gave_up: list[str] = []
    token = _gave_up.set(gave_up)
    try:
        while len(drawn) < n:
            before = len(drawn), len(gave_up)
            read(source.randbytes(size))
            if len(drawn) > before[0]:
                size, refused = max(512, size // 2), 0
                continue
            refused += 1
            if len(gave_up) == before[1]:
                size *= 2  # most likely the value needed more bytes than there were
            if size > _MAX_BYTES or refused > 20:
                why = f"{gave_up[-1]} refused {TRIES} values in a row" if gave_up else "all were refused"
                raise GeneratorError(
                    f"found no value for {what}: {why}; a generator that makes valid ones helps: "
                    "s.with_gen(spec, lambda: strategy)"
                )
    finally:
        _gave_up.reset(token)
    return drawn
