"""Examples of specs: strategies, samples and exercises."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, overload

from mxspec.base import names
from mxspec.base.generated.origins import generated_arrays
from mxspec.base.messages.pictures import ExampleList
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine, sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr
from mxspec.errors import GeneratorError, SpecDefinitionError, name_recursion_limit, warn_of_unmatched
from mxspec.frames.frame_spec import FrameSpec, frame
from mxspec.specs.compiled import valid_each
from mxspec.specs.core.batch import batch_strategy_of, conform_each, sample_batches
from mxspec.specs.core.generation import RECURSION_LIMIT, Context, Overrides, strategy_of
from mxspec.specs.core.spec import Reference, Spec, as_part, specize, text_of

_STREAMED: Final = 100  # examples that a stream draws at a time
_MOST_ROWS: Final = 30  # of a frame that is an example


@name_options()
def gen(spec: Any, overrides: Overrides | None = None, *, recursion_limit: int = RECURSION_LIMIT) -> Strategy:
    """Return a Hypothesis strategy of valid values of spec (s/gen).

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        overrides: strategies, or functions of no argument that return a strategy, by the name of a spec or by
            a path (a tuple of tags, keys and indices).
        recursion_limit: the number of entries of a branching spec after which only branches that do not lead
            back to it are taken.

    Warns:
        UnmatchedNameWarning: a key of overrides leads to no part of spec, or is neither a name nor a path.

    Raises:
        GeneratorError: no generator for a part of spec; the message names its path and predicate.
        UnknownSpecError: spec, or a part of it, names nothing.

    Example:
        >>> from hypothesis import given
        >>> import mxspec as s
        >>> @given(s.gen(s.coll_of(s.int_in(0, 10), max_count=3)))
        ... def test_digits(xs):
        ...     assert len(xs) <= 3 and all(0 <= x < 10 for x in xs)
        >>> test_digits()
        >>> s.gen(s.int_in(0, 10))
        gen(int_in(0, 10))
    """
    sampling.check_count("recursion_limit", recursion_limit)
    warn_of_unused_overrides([spec], overrides)
    return strategy_with(spec, overrides, recursion_limit)


def strategy_with(spec: Any, overrides: Overrides | None, limit: int = RECURSION_LIMIT) -> Strategy:
    """Return the strategy of `gen`, with overrides that may be for other specs."""
    return combine.with_repr(_build(strategy_of, spec, overrides, limit), f"gen({text_of(spec)})")


def warn_of_unused_overrides(specs: Iterable[Any], overrides: Overrides | None) -> None:
    """Warn of each key of overrides that leads to no part of any of specs."""
    if not overrides:
        return
    if not isinstance(overrides, Mapping):
        raise SpecDefinitionError(
            f"overrides is a mapping from name or path to strategy, not {short_repr(overrides)}"
        )
    wholes = [as_part(spec) for spec in specs]
    known: set[str] = set()
    waiting, seen = [*wholes], set[int]()
    while waiting:
        spec = waiting.pop()
        if id(spec) not in seen:
            seen.add(id(spec))
            known |= {*names.current.aliases(spec.to if isinstance(spec, Reference) else spec.name)}
            waiting += [*(part.spec for part in spec.example_parts()), *_beside_parts(spec)]

    def is_used(key: Any) -> bool:
        if isinstance(key, (tuple, list)):
            return any(_leads_on(whole, tuple(key), set()) for whole in wholes)
        return key in known if isinstance(key, str) else id(key) in seen and key.name is None

    def why(key: Any) -> str:
        if isinstance(key, (str, tuple, list, Spec)):
            return f"{short_repr(key)} in overrides leads to no part"
        words = "which is neither the name of a spec nor a path, a tuple of tags, keys and indices"
        return f"overrides has no use for {short_repr(key)}, {words}"

    warn_of_unmatched([key for key in overrides if not is_used(key)], why, known)


def _beside_parts(spec: Spec) -> list[Spec]:
    """Return the specs in a spec that are not parts: the result of a function, the labels of a model."""
    fields = [value for value in vars(spec).values() if isinstance(value, Spec)]
    return [value for value in fields if not any(value is part.spec for part in spec.parts())]


def _leads_on(spec: Spec, path: tuple[Any, ...], seen: set[tuple[int, int]]) -> bool:
    """True if a path leads from a spec to a part of it, or to a spec in it that is not a part."""
    if not path or (id(spec), len(path)) in seen:
        return not path
    seen.add((id(spec), len(path)))
    return bool(_beside_parts(spec)) or any(
        _leads_on(part.spec, path if part.at is None else path[1:], seen)
        for part in spec.example_parts()
        if part.at is None or part.at == path[0]
    )


T = TypeVar("T")


def _build(build: Callable[[Spec, Context], T], spec: Any, overrides: Overrides | None, limit: int) -> T:
    """Return the result of build for the whole spec."""
    by_key = {tuple(key) if isinstance(key, list) else key: value for key, value in (overrides or {}).items()}
    context = Context(names.current, by_key, limit=limit)
    try:
        whole = specize(spec)
        without = context.without_example(whole)
        if without is whole:
            raise GeneratorError(
                f"{text_of(spec)} has no example: it refers to itself, and has no branch that does not",
                spec=spec,
            )
        if without is not None:
            raise GeneratorError(
                f"{text_of(spec)} has no example: the members of a set and the keys of a dict must have a "
                f"hash, which nothing has that fits {text_of(without)}",
                spec=spec,
            )
        return build(as_part(spec) if isinstance(spec, str) else whole, context)
    except RecursionError:
        raise GeneratorError(
            f"{text_of(spec)} refers to itself, and has no branch that does not, or is nested deeper than "
            f"Python's recursion limit of {sys.getrecursionlimit():,} lets examples be made of it"
        ) from None


@overload
def sample(
    spec: Any,
    n: int = 10,
    seed: int | None = None,
    *,
    overrides: Overrides | None = None,
    library: None = None,
) -> list[Any]: ...


@overload
def sample(
    spec: Any, n: int = 10, seed: int | None = None, *, overrides: Overrides | None = None, library: str
) -> Any: ...


@name_options()
def sample(
    spec: Any,
    n: int = 10,
    seed: int | None = None,
    *,
    overrides: Overrides | None = None,
    library: str | None = None,
) -> Any:
    """Return n examples of a spec or a strategy (gen/sample).

    The sizes of collections, texts, and ints and floats without bounds start small and grow from example to
    example. Values may repeat. The same seed gives the same values with the same versions of Hypothesis and
    numpy. A `batched` model makes and reads them in batches. A contract makes them as one matrix: 100,000
    rows take half a second. They are one table, which keeps the terms of the contract: no id repeats.

    Args:
        spec: an argument of `gen`, or a Hypothesis strategy.
        n: the number of examples.
        seed: an int, or None for new values at each call.
        overrides: as in `gen`.
        library: "pandas", "polars" or "pyarrow" for the examples of a spec of maps as the rows of a frame.

    Raises:
        GeneratorError: no generator for spec, or one that finds too few valid values; or so many rows
            can't keep the terms of a contract.

    Example:
        >>> import mxspec as s
        >>> xs = s.sample({"meow", "purr"}, seed=1)
        >>> len(xs), set(xs) <= {"meow", "purr"}, xs == s.sample({"meow", "purr"}, seed=1)
        (10, True, True)
        >>> s.sample(s.keys(req_un={"age": s.int_in(0, 99)}), 100, library="pandas").shape
        (100, 1)
    """
    frames = None if library is None else frame(spec, library=library)
    own = None if is_strategy(spec) else as_part(spec).target(names.current.resolve)
    if isinstance(own, FrameSpec) and overrides is None:
        return _sample_frames(own, n, seed)
    examples = _sample(spec, n, seed, overrides, None)
    if own is not None:
        examples = own.as_table(examples, seed)
    return examples if frames is None else frames.of_rows(examples)


def _sample_frames(spec: FrameSpec, n: int, seed: int | None) -> list[Any]:
    """Return n frames, of sizes that grow; their rows are drawn together."""
    sampling.check_count("the number of samples", n)
    source = random.Random(sampling.read_seed(seed))
    low, high = spec.sizes()
    most = _MOST_ROWS if high is None else min(high, _MOST_ROWS)
    sizes = [source.randint(low, max(low, min(low + 2 * i + 1, most))) for i in range(n)]
    rows = iter(_sample(spec.pred, sum(sizes), seed, None, None))
    return [spec.of_examples([*itertools.islice(rows, size)], source.getrandbits(32)) for size in sizes]


def sample_within(spec: Any, n: int, seed: int | None, search: sampling.Effort) -> list[Any]:
    """Return n examples, or as many as a search has steps for."""
    return _sample(spec, n, seed, None, None, search)


def _sample(
    spec: Any,
    n: int,
    seed: int | None,
    overrides: Overrides | None,
    size: int | None,
    search: sampling.Effort | None = None,
) -> list[Any]:
    """Return n examples, of a size or of sizes that grow."""
    sampling.check_count("the number of samples", n)
    warn_of_unused_overrides([spec], overrides)
    if is_strategy(spec):
        return as_examples(sampling.draw_values(spec, n, seed, repr(spec), size))
    batch_strategy = _build(batch_strategy_of, spec, overrides, RECURSION_LIMIT)
    if batch_strategy is None:
        strategy = _build(strategy_of, spec, overrides, RECURSION_LIMIT)
        with name_recursion_limit(text_of(spec), spec, GeneratorError):
            return as_examples(sampling.draw_values(strategy, n, seed, text_of(spec), size, search=search))
    return as_examples(
        sample_batches(batch_strategy, specize(spec), valid_each, n, seed, text_of(spec), size, search=search)
    )


def example_stream(spec: Any, seed: int) -> Iterator[Any]:
    """Yield independent examples of a spec or a strategy without end, all of the sizes that a test has.

    The same seed gives the same examples, however many are taken.
    """
    seeds = random.Random(sampling.read_seed(seed))
    batch_strategy: Any = None
    if is_strategy(spec):
        strategy, what = spec, repr(spec)
    else:
        what = text_of(spec)
        batch_strategy = _build(batch_strategy_of, spec, None, RECURSION_LIMIT)
        strategy = _build(strategy_of, spec, None, RECURSION_LIMIT) if batch_strategy is None else None
    while True:
        batch_seed = seeds.getrandbits(63)
        if batch_strategy is not None:
            yield from sample_batches(
                batch_strategy, specize(spec), valid_each, _STREAMED, batch_seed, what, sized=False
            )
        else:
            with name_recursion_limit(what, spec, GeneratorError):
                batch = sampling.draw_values(strategy, _STREAMED, batch_seed, what, sized=False)
            yield from batch


def is_strategy(x: Any) -> bool:
    """True for a strategy of Hypothesis, by its methods, to avoid an import of Hypothesis."""
    return hasattr(x, "flatmap") and hasattr(x, "example")


def generate(spec: Any, seed: int | None = None, *, overrides: Overrides | None = None) -> Any:
    """Return one example of a spec or a strategy, of middling size (gen/generate).

    Example:
        >>> import mxspec as s
        >>> s.valid(s.is_even, s.generate(s.and_(int, s.is_even), seed=3))
        True
    """
    return _sample(spec, 1, seed, overrides, combine.OF_ONE)[0]


def exercise(
    spec: Any, n: int = 10, seed: int | None = None, *, overrides: Overrides | None = None
) -> list[tuple[Any, Any]]:
    """Return n pairs of an example and the value that it conforms to (s/exercise).

    Example:
        >>> import mxspec as s
        >>> key = s.or_(id={7}, name={"Bo"})
        >>> set(s.exercise(key, 20, seed=5)) == {(7, ("id", 7)), ("Bo", ("name", "Bo"))}
        True
    """
    conforming = specize(spec)
    examples = sample(spec, n, seed, overrides=overrides)
    return as_examples(list(zip(examples, conform_each(conforming, examples), strict=True)))


def as_examples(xs: list[Any]) -> list[Any]:
    """Return a list of examples, as an `ExampleList` if the first has a generated array in it."""
    return ExampleList(xs) if generated_arrays(xs[:1]) else xs
