"""Batches: many values that a spec is asked about, or makes, in one go.

A network takes far less time for a thousand images at once than for a thousand one by one. Whoever has many
values at hand (a collection, `sample`, `exercise`, `check`) therefore hands them to `conform_batch`. A kind
of spec passes them on to its parts, to each part those that it has to decide, as a smaller batch. At the end
of the way is a spec with a batch function of its own: that of a model. The answers are those of conform,
value by value, and only the number of calls differs. A spec of which no part has a batch function is not
asked in batches.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mxspec.core.context import GenContext
from mxspec.core.problems import pass_on
from mxspec.names.registry import find
from mxspec.strategies import sampling
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

F = TypeVar("F", bound=Callable[..., Any])

BATCH_SIZE: Final = 1000
"""How many values a model is asked about, or makes, in one call. It copies them, so not all there are."""


# --- what a spec answers ------------------------------------------------------------------------------------


class Batchable:
    """The questions of batches that every spec answers; by default it takes values one by one."""

    def conform(self, x: Any) -> Any:
        raise NotImplementedError

    @property
    def has_batch(self) -> bool:
        """True if this spec itself, its parts aside, has a batch function."""
        return False

    def batch_parts(self) -> Iterable[Batchable | str]:
        """Return the parts that conform_batch hands batches on to."""
        return ()

    @property
    def is_batched(self) -> bool:
        """True if this spec or a part of it has a batch function, which makes conform_batch worth calling."""
        waiting: list[Batchable] = [self]
        seen = {id(self)}
        while waiting:
            spec = waiting.pop()
            if spec.has_batch:
                return True
            parts = [find(part) if isinstance(part, str) else part for part in spec.batch_parts()]
            waiting += [part for part in parts if part is not None and id(part) not in seen]
            seen.update(map(id, parts))
        return False

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        """Return what each of xs conforms to."""
        return [self.conform(x) for x in xs]

    def batch_strategy(self, context: GenContext) -> BatchStrategy | None:
        """Return how examples are made in batches, or None where they are drawn one by one."""
        return None


def conform_at(spec: Batchable, xs: Sequence[Any], places: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Conform those of xs at some places, as one batch; yield each place and what its value conforms to."""
    return zip(places, spec.conform_batch([xs[i] for i in places]), strict=True)


def conform_columns(specs: Sequence[Batchable], rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Conform rows with a value for each spec, each column as one batch; yield the conformed rows."""
    columns = [spec.conform_batch([row[i] for row in rows]) for i, spec in enumerate(specs)]
    return zip(*columns, strict=True)


class Stacking:
    """A spec of arrays, which looks at many of them as one array: their stack.

    To ask one array for its shape, dtype and bounds takes microseconds, most of them for calls into numpy and
    few for its numbers. Arrays that are alike are therefore copied into one, end to end, and that is asked:
    one shape, one dtype, one minimum and one maximum. The copy is no loss. A network takes its batch as one
    array in any case, and is given this one, which `np.asarray` does not copy again. A stack can't tell which
    of its rows does not fit: if one does not, or if the arrays are not alike, they are asked one by one.
    "valid of 10,000 images" takes 26 ms in this way, 92 without.
    """

    def stack(self, xs: Sequence[Any]) -> Any:
        """Return xs, one or more, as the rows of one array if all of them fit and are alike, else None."""
        raise NotImplementedError


# --- batch functions ----------------------------------------------------------------------------------------


def batched(many: Callable[..., Any]) -> Callable[[F], F]:
    """Return a decorator for discriminate or generate that says how to ask about many values at once.

    Args:
        many: for discriminate, a function from a sequence of values to that many labels or readings; for
            generate, from a list of labels, and with latent one of what latent drew, to that many values.
            Each has to be what the decorated function answers by itself. One that raises, or answers for
            more or fewer, is asked one by one.

    The sequence is a list, or one array whose rows are the values: `np.asarray(xs)` costs no copy where an
    input spec (`s.array`) has put them together to look at them.

    Example:
        >>> import mxspec as s
        >>> @s.batched(lambda words: [len(word) for word in words])
        ... def length(word):
        ...     return len(word)
        >>> @s.batched(lambda numbers: ["x" * n for n in numbers])
        ... def word(n):
        ...     return "x" * n
        >>> short = s.model_spec(s.int_in(0, 4), length, word)
        >>> s.valid(s.coll_of(short), ["a", "ab", "abc"])  # one call of the first function above
        True
        >>> set(s.sample(short, 50, seed=1)) == {"", "x", "xx", "xxx"}  # one of each
        True
    """

    def with_batch(one: F) -> F:
        try:
            one.batch = many  # type: ignore[attr-defined]
        except AttributeError:  # a builtin or a bound method, which takes no attribute; one around it does
            around: Any = functools.partial(one)
            around.batch = many
            return cast(F, around)
        return one

    return with_batch


def has_batch_function(fn: Callable[..., Any]) -> bool:
    """True if fn is `batched`."""
    return hasattr(fn, "batch")


def call_batch(
    fn: Callable[..., Any], *columns: Sequence[Any], as_list: Callable[[Any], list[Any]] = list
) -> list[Any] | None:
    """Return what the batch function of fn answers for columns of arguments, or None.

    None means that fn is to be asked one by one: there are fewer than two calls to make, fn has no batch
    function, or that one raised (one of the arguments may be to blame for it) or answered for more or fewer.
    """
    batch = getattr(fn, "batch", None)
    if batch is None or len(columns[0]) < 2:
        return None
    try:
        answers = as_list(batch(*columns))
    except Exception as error:
        pass_on(error)
        return None
    return answers if len(answers) == len(columns[0]) else None


# --- examples -----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class BatchStrategy:
    """A way to make examples in batches: their parts are drawn one by one, then made into examples together.

    Attributes:
        parts: a strategy of what one example is made of.
        make: a function from a list of parts to as many examples, some of which may not be valid.
    """

    parts: SearchStrategy[Any]
    make: Callable[[list[Any]], list[Any]]


def sample_batches(
    strategy: BatchStrategy, spec: Batchable, n: int, seed: int | None, what: str, size: int | None = None
) -> list[Any]:
    """Return n examples of spec, made and checked in batches.

    Those that spec refuses are made up for in the next batch.

    Raises:
        GeneratorError: as many examples were refused in a row as a filter would have drawn.
    """

    def sample() -> list[Any]:
        drawing = sampling.Drawing(strategy.parts, seed, what, size)
        examples: list[Any] = []
        refused = 0
        while len(examples) < n:
            # As many as are missing; more where few were accepted, so that there are not many batches.
            count = min(max(n - len(examples), refused), BATCH_SIZE)
            batch = strategy.make(drawing.take(count))
            valid = [x for x, c in zip(batch, spec.conform_batch(batch), strict=True) if c is not INVALID]
            examples += valid
            refused = 0 if valid else refused + count
            if refused > sampling.MAX_REFUSALS:
                raise drawing.gives_up(f"{what} refused {sampling.TRIES} values in a row")
        return examples[:n]

    return sampling.outside_test(sample)
