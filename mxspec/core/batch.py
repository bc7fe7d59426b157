"""Batch functions: many values that a model is asked about, or makes, in one call.

A network takes far less time for a thousand images at once than for a thousand one by one. `ask_spec` in
`mxspec.core.question` gathers the values that are asked about together.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mxspec.core.generation import Context
from mxspec.core.question import ask_spec, refusal
from mxspec.core.spec import Spec
from mxspec.strategies import sampling
from mxspec.values import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

F = TypeVar("F", bound=Callable[..., Any])

BATCH_SIZE: Final = 1000
"""The number of values that a model is asked about, or makes, in one call: not all, since it copies them."""


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
        refusal(error)
        return None
    return answers if len(answers) == len(columns[0]) else None


# --- examples ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class BatchStrategy:
    """A way to make examples in batches: their parts are drawn one by one, then made into examples together.

    Attributes:
        parts: a strategy of what one example is made of.
        make: a function from a list of parts to as many examples, some of which may not be valid.
    """

    parts: SearchStrategy[Any]
    make: Callable[[list[Any]], list[Any]]


def batch_strategy_of(part: Spec, context: Context) -> BatchStrategy | None:
    """Return how examples of a part are made in batches, or None where they are drawn one by one."""
    spec = context.target(part)
    if spec is None or context.own_generator(spec) is not None:
        return None
    strategy: Callable[[Context], BatchStrategy | None] | None = getattr(spec, "batch_strategy", None)
    return strategy and strategy(context)


def sample_batches(
    strategy: BatchStrategy, spec: Spec, n: int, seed: int | None, what: str, size: int | None = None
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
            valid = [x for x, c in zip(batch, conform_each(spec, batch), strict=True) if c is not INVALID]
            examples += valid
            refused = 0 if valid else refused + count
            if refused > sampling.MAX_REFUSALS:
                raise drawing.gives_up(f"{what} refused {sampling.TRIES} values in a row")
        return examples[:n]

    return sampling.outside_test(sample)


def conform_each(spec: Spec, xs: Sequence[Any]) -> list[Any]:
    """Return what each of xs conforms to; models are asked about all of them in one call."""
    return ask_spec(lambda question: [spec.conform(x, question) for x in xs], spec)
