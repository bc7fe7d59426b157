"""Batch functions: a model answers, or makes, many values in one call.

A network takes far less time for a batch of a thousand images than for a thousand one by one. `ask_spec` in
`mxspec.specs.core.question` gathers the values for one call.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

from mxspec.base.strategies import sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.specs.core.generation import Context, first_problem_text
from mxspec.specs.core.question import ask_spec, refusal
from mxspec.specs.core.spec import Spec

F = TypeVar("F", bound=Callable[..., Any])

BATCH_SIZE: Final = 1000
"""The greatest number of values in one call of a model; it bounds the memory of their copies."""


def batched(many: Callable[..., Any]) -> Callable[[F], F]:
    """Return a decorator that gives discriminate or generate a function of many values.

    Args:
        many: for discriminate, a function from a sequence of values to as many labels or readings; for
            generate, a function from a list of labels (and a list of latents) to as many values. Each answer
            must equal the decorated function's. If many raises, or returns another number of answers, the
            decorated function is called for each value.

    The sequence is a list, or one array with a value in each row: if an input spec (`s.array`) has stacked
    the values, `np.asarray(xs)` makes no copy.

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
        if not callable(one):
            raise _half_error("a value was asked of", many)
        try:
            one.batch = many  # type: ignore[attr-defined]
        except AttributeError:  # a builtin or a bound method takes no attribute, so wrap it
            around: Any = functools.partial(one)
            around.batch = many
            return cast(F, around)
        return one

    with_batch.lacks_function = True  # type: ignore[attr-defined]
    return with_batch


def check_whole(fn: Any, role: str) -> None:
    """Raise SpecDefinitionError if fn is `batched` without the function that it decorates.

    Args:
        fn: a function.
        role: its role, such as "embed".
    """
    if getattr(fn, "lacks_function", False) is True:
        raise _half_error(f"{role} is", fn)


def _half_error(start: str, fn: Callable[..., Any]) -> SpecDefinitionError:
    return SpecDefinitionError(
        f"{start} s.batched(many) without the function of one value, which it decorates: {short_repr(fn)}; "
        "try s.batched(many)(lambda x: many([x])[0])"
    )


def has_batch_function(fn: Callable[..., Any]) -> bool:
    """True if fn is `batched`."""
    return hasattr(fn, "batch")


def call_batch(
    fn: Callable[..., Any], *columns: Sequence[Any], as_list: Callable[[Any], list[Any]] = list
) -> list[Any] | None:
    """Return the answers of the batch function of fn to columns of arguments, or None.

    None tells the caller to call fn for each value: for fewer than two calls, without a batch function, or if
    the batch function raised (perhaps because of one argument) or returned another number of answers.
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


@dataclasses.dataclass(frozen=True)
class BatchStrategy:
    """The examples of a spec, made in batches.

    Attributes:
        parts: a strategy of the parts of one example.
        make: a function from the parts of many examples to as many examples, valid or not.
        draw: a function from a source of random numbers and n to the parts of n examples, which takes less
            time than n draws of `parts`; or None.
    """

    parts: Strategy
    make: Callable[[list[Any]], list[Any]]
    draw: Callable[[random.Random, int], list[Any]] | None = None


def batch_strategy_of(part: Spec, context: Context) -> BatchStrategy | None:
    """Return the strategy of batches of examples of a part, or None without a batch function."""
    spec = context.target(part)
    if spec is None or context.own_generator(spec) is not None:
        return None
    return spec.batch_strategy(context)


def sample_batches(
    strategy: BatchStrategy,
    spec: Spec,
    valid_each: Callable[[Spec, list[Any]], list[bool]],
    n: int,
    seed: int | None,
    what: str,
    size: int | None = None,
    *,
    sized: bool = True,
    search: sampling.Effort | None = None,
) -> list[Any]:
    """Return n examples of spec, made and checked in batches; sizes and search are as in `draw_values`.

    The next batch replaces the examples that spec refuses, by `valid_each`.

    Raises:
        GeneratorError: spec refused as many examples in a row as a filter would draw.
    """

    def sample() -> list[Any]:
        drawing = sampling.Drawing(
            strategy.parts, seed, what, size, sized=sized, search=search, draw=strategy.draw
        )
        examples: list[Any] = []
        refused = steps = 0
        while len(examples) < n:
            # As many as are missing, or more if few were accepted, so that few batches are needed.
            count = min(max(n - len(examples), refused), BATCH_SIZE)
            drawn = drawing.take(count)
            batch = strategy.make(drawn)
            valid = [*itertools.compress(batch, valid_each(spec, batch))]
            examples += valid
            if len(drawn) < count:
                break
            refused, steps = (0, drawing.effort.steps) if valid else (refused + count, steps)
            if refused > sampling.MAX_REFUSALS or drawing.effort.steps - steps > sampling.MOST_STEPS:
                why = functools.partial(first_problem_text, spec, batch[-1])
                raise drawing.gives_up(sampling.refusals_text(what, refused, why))
        return examples[:n]

    return sampling.outside_test(sample)


def conform_each(spec: Spec, xs: Sequence[Any]) -> list[Any]:
    """Return the conformed values of xs; a model gets all of them in one call."""
    return ask_spec(lambda question: [spec.conform(x, question) for x in xs], spec)
