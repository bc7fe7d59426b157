"""The test of any guard for a promise: the share of values that it refuses wrongly, or lets pass wrongly."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, overload

from mxspec.base.strategies import combine
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.frames.named_frames import frame_of, is_frame, rows_of_frame
from mxspec.frames.verdicts import FrameReader, asks_for_maps
from mxspec.promises.answers import Guard
from mxspec.promises.bounds import check_terms
from mxspec.promises.claims import CATCH, REFUSE, Claim, decide, decide_groups, raise_unless_promised
from mxspec.promises.exchangeable import warn_of_order
from mxspec.promises.growing import GrowingValues
from mxspec.promises.promise import Promise
from mxspec.promises.repeats import RepeatedValues
from mxspec.promises.sequential import error_of, records, values_to_decide
from mxspec.questions.examples import example_stream, gen, is_strategy
from mxspec.specs.core.spec import Spec

_MOST_DRAWN = 20  # times as many values as a faultless guard needs


@overload
def check_promise(
    guard: Any,
    values: Any,
    refuse: float = 0.01,
    confidence: float = 0.99,
    *,
    catch: float | None = None,
    by: None = None,
    groups: Callable[[Any], Any] | Hashable | None = None,
    state: str | os.PathLike[str] | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] | None = None,
    workers: int = 1,
    n: int | None = None,
    seed: int = 0,
    ordered: bool = True,
) -> Promise: ...


@overload
def check_promise(
    guard: Any,
    values: Any,
    refuse: float = 0.01,
    confidence: float = 0.99,
    *,
    catch: float | None = None,
    by: Callable[[Any], Any] | Hashable,
    groups: None = None,
    state: str | os.PathLike[str] | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] | None = None,
    workers: int = 1,
    n: int | None = None,
    seed: int = 0,
    ordered: bool = True,
) -> dict[Any, Promise]: ...


def check_promise(
    guard: Any,
    values: Any,
    refuse: float = 0.01,
    confidence: float = 0.99,
    *,
    catch: float | None = None,
    by: Callable[[Any], Any] | Hashable | None = None,
    groups: Callable[[Any], Any] | Hashable | None = None,
    state: str | os.PathLike[str] | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] | None = None,
    workers: int = 1,
    n: int | None = None,
    seed: int = 0,
    ordered: bool = True,
) -> Promise | dict[Any, Promise]:
    """Promise that a guard refuses few of the values that must pass, or raise an AssertionError.

    The promise is about the source of the values: at most the share refuse of all values like these is
    refused. The values must be drawn independently, and nothing may have been fitted to them. With `catch`,
    the values must be refused, and the promise is that at least the share catch of such values is refused.

    The guard checks values in order, until the promise is known to hold or not to hold. A verdict and its
    bound are wrong with a probability of at most 1 - confidence, however often you look: run it again, add
    values at the end, check until the verdict is known. Only a different order for each run, or values added
    before the end, would void that (`mxspec.promises.sequential`): `state` detects them.

    A guard answers for one value: True lets it pass; False, a ValueError or an AssertionError refuses it. Any
    other answer is an error, since the truth of None, a score or a text means nothing; docs/recipes.md has
    lambdas that turn the outcomes of other libraries into a bool. Any other exception, such as the TypeError
    of a bug, or the error of a server that is down, is reraised.

    Args:
        guard: a function of one value, which may be `batched` or a coroutine function; a pattern of `re`,
            which must match in full; or a spec, a type, a set or a registered name.
        values: an iterable of values, such as a list, a file or the rows of an array or a DataFrame (dicts);
            not a set, which is unordered. Or a spec or a strategy, such as `near_misses(spec)`: then values
            are drawn, and the promise is about such draws.
        refuse: the greatest refused share of the values that must pass, between 0 and 1.
        confidence: the probability that the verdict is right, between 0 and 1. In pytest,
            `--mxspec-confidence` bounds the error of all promises of a run together.
        catch: the least refused share of the values that must be refused, between 0 and 1; refuse is then
            ignored.
        by: a function from a value to its group, or a key of the values. Each group gets a verdict, and the
            confidence is for all verdicts together: the k-th group that appears may spend the share
            1 / (k (k + 1)) of the error, so it needs more values. All values are read.
        groups: a function or a key as `by`, if values of a group are alike, such as the rows of a patient.
            Then groups are counted, and the promise is about groups: a group with a misjudged value is
            misjudged. All values are read.
        state: a file that keeps a digest of the checked values. In the next run, even of a different guard,
            they must be the first values.
        raises: the exceptions that mean a refusal, in place of ValueError and AssertionError. Then every
            returned answer lets the value pass.
        workers: the number of values checked at a time, in threads, or as coroutines of one loop. Verdicts
            are read in the order of the values, and are the same for any number.
        n: the greatest number of values to draw from a spec or a strategy; by default 20 times as many as a
            faultless guard needs.
        seed: selects the drawn values; a smaller n draws the first values of a larger n.
        ordered: False if the order of the values means nothing, as after a shuffle.

    Returns:
        A `Promise` with `refuses_at_most` (or `refuses_at_least`), `confidence`, `rows` and `refused`; with
        `by`, a dict of one for each group.

    Raises:
        PromiseError: an AssertionError; `data["verdict"]` is "refuted" or "undecided". The message has the
            number of misjudged values, and the shortest of them (for arrays, the first), which is shrunk if
            values are drawn. Refuted: the guard misjudges more. Undecided: the values ended, and the message
            states how many more would decide (`data["more"]`).
        SpecDefinitionError: an answer of the guard is neither True nor False, an argument is invalid, or the
            first values are not the ones checked before.

    Warns:
        UserWarning: the answers, up to the deciding one, drift with their order: the misjudged values come
            early, or together (`mxspec.promises.exchangeable`). If they become ever more frequent, the claim
            is undecided or refuted, unless it was decided before. Or texts occur more evenly than draws do:
            if they are copies, the promise is too strong.

    Example:
        >>> import mxspec as s
        >>> def is_word(text):
        ...     return text.isalpha()
        >>> words = [a + b for a in "abcdefghijklmnopqrstuvwxyzäöüéè" for b in "abcdefghijklmnopqrstuvwxyz"]
        >>> s.check_promise(is_word, [*words, "co-op", "it's"])
        refuses at most 1% of such values (certain 99%): 496 values, 0 of them refused
        >>> s.check_promise(is_word, words[:100])
        Traceback (most recent call last):
        ...
        mxspec.errors.PromiseError: is_word refuses 0 of 100 values that must pass
        not known yet: at most 1% of such values are refused (certain 99%); if it goes on
        like this, 396 more values decide it
        >>> s.check_promise(is_word, s.with_gen(str, lambda: s.gen({"", "a", "b!", "c?!"})))
        Traceback (most recent call last):
        ...
        mxspec.errors.PromiseError: is_word refuses ... of ... values that must pass, the shortest: '' - False
        more than 1% of such values are refused (certain 99%)
        >>> s.check_promise(is_word, [f"{word}?" for word in words], catch=0.9)
        refuses at least 90.1% of such values (certain 99%): 48 values, 48 of them refused
        >>> rows = [{"name": "Ada", "town": i % 600} for i in range(1200)]
        >>> s.check_promise(lambda row: row["name"].isalpha(), rows, groups="town")
        refuses at most 1% of such groups by 'town' (certain 99%): 496 groups by 'town', 0 of them refused
    """
    what, term = ("refuse", refuse) if catch is None else ("catch", catch)
    check_terms(term, confidence, what)
    limit = refuse if catch is None else 1 - catch
    terms = REFUSE if catch is None else CATCH
    if groups is not None:
        if by is not None:
            raise SpecDefinitionError("by= asks for a promise of each group, groups= for one about groups")
        terms = terms.for_groups("groups" if callable(groups) else f"groups by {groups!r}")
    claim = Claim(Guard.of(guard, raises, workers), terms, limit, confidence, error_of(confidence))
    stream, strategy = values_of(values, n, seed, claim)
    group_of = _function_of(by)
    units: Iterator[Any] = stream if groups is None else iter(_groups_of(stream, _function_of(groups)))
    grown = None if state is None else GrowingValues(state)
    repeats = RepeatedValues()
    if strategy is None and groups is None and by is None:
        units = repeats.count(units)
    units = units if grown is None else grown.compare(units)
    claims = decide(claim, units, group_of) if groups is None else decide_groups(claim, units)
    if grown is not None:
        grown.keep(claim.n if group_of is None else None)
    raise_unless_promised(
        claims.values(),
        None
        if strategy is None
        else lambda each: each.shrink(
            strategy, seed, lambda x: group_of is None or claims[group_of(x)] is each
        ),
    )
    repeats.warn(stacklevel=2)
    if ordered and strategy is None:
        for each in claims.values():
            what = f"the answers of {each.guard.text}{each.group}"
            warn_of_order(each.mistakes, what, len(claims), 2)
    of = terms.things.partition(" that ")[0]
    promises = {group: _promise_of(each, of) for group, each in claims.items()}
    records.extend(f"{claim.guard.text}{claims[group].group}: {each}" for group, each in promises.items())
    return promises[None] if group_of is None else promises


def _promise_of(claim: Claim, of: str) -> Promise:
    if not claim.terms.must_pass:
        refused, at_least = claim.n - claim.wrong, 1 - claim.bound
        return Promise(1.0, claim.confidence, claim.n, refused=refused, refuses_at_least=at_least, of=of)
    return Promise(claim.bound, claim.confidence, claim.n, refused=claim.wrong, of=of)


def _function_of(key: Any) -> Callable[[Any], Any] | None:
    return key if key is None or callable(key) else lambda x: x[key]


def _groups_of(values: Iterable[Any], group_of: Any) -> Iterable[list[Any]]:
    """Return the values of each group, in order of the groups' first appearance."""
    groups: dict[Any, list[Any]] = {}
    for x in values:
        groups.setdefault(group_of(x), []).append(x)
    return groups.values()


def values_of(values: Any, n: Any, seed: int, claim: Claim) -> tuple[Iterator[Any], Any]:
    """Return an iterator over values or draws, and the strategy of the draws or None.

    Args:
        values: an iterable, a frame, a spec or a strategy.
        n: the greatest number of values to draw, None for the default.
        seed: selects the draws.
        claim: the claim about the values, which sets the default.
    """
    if isinstance(values, (set, frozenset)):
        raise SpecDefinitionError(
            "a set has no order, and another one in each process; give its values as a list, new ones at its "
            "end, or s.spec(...) of the set to draw from it"
        )
    if is_frame(values):
        of_rows = isinstance(claim.guard.ask, Spec) and asks_for_maps(claim.guard.ask)
        values = FrameReader(claim.guard.ask, values).rows() if of_rows else rows_of_frame(frame_of(values))
    if is_strategy(values):
        values = combine.with_repr(combine.fmap(_value_of_miss, values), repr(values))
    is_drawn = is_strategy(values) or isinstance(values, (Spec, str, type)) or not hasattr(values, "__iter__")
    if not is_drawn:
        if n is not None:
            raise SpecDefinitionError(
                "n is the number of values to draw of a spec or a strategy, not of others"
            )
        return iter(values), None
    strategy = values if is_strategy(values) else gen(values)
    return itertools.islice(example_stream(values, seed), most_drawn(n, claim)), strategy


def _value_of_miss(x: Any) -> Any:
    """Return the value of a near miss, or anything else as it is."""
    return x.value if getattr(type(x), "is_near_miss", False) else x


def most_drawn(n: Any, claim: Claim) -> int:
    """Return the greatest number of values to draw: n, or the default."""
    if n is None:
        return _MOST_DRAWN * (values_to_decide(0, 0, claim.limit, claim.error) or 0)
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise SpecDefinitionError(f"n is the number of values to draw, an int from 1, not {short_repr(n)}")
    return min(n, sys.maxsize)
