"""The test of any guard for a promise about the values that it refuses: few that must pass, or many others.

A guard refused k of n values that were drawn from one source. `mxspec.promises.bounds` says what that
promises about the source.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterable
from typing import Any

from mxspec.api.examples import gen, sample
from mxspec.core.batch import BATCH_SIZE, call_batch, conform_each
from mxspec.core.generation import first_problem_text
from mxspec.core.question import refusal
from mxspec.core.spec import Spec, specize, text_of
from mxspec.errors import PromiseError, SpecDefinitionError, UnknownSpecError
from mxspec.forms import predicate_text
from mxspec.frames.cells import frame_of, is_frame, rows_of_frame
from mxspec.frames.verdicts import FrameRows, asks_for_maps
from mxspec.messages import reasons
from mxspec.promises.bounds import binomial_cdf, check_terms, min_scores, most_refused
from mxspec.promises.exchangeable import warn_of_order
from mxspec.promises.promise import Promise, share_text
from mxspec.strategies import sampling
from mxspec.values import INVALID, repr_of, short_repr


def check_promise(
    guard: Any,
    values: Any,
    refuse: float = 0.01,
    confidence: float = 0.99,
    *,
    catch: float | None = None,
    raises: type[Exception] | tuple[type[Exception], ...] | None = None,
    n: int | None = None,
    seed: int = 0,
    ordered: bool = True,
) -> Promise:
    """Promise that a guard refuses few of the values that must pass, or raise an AssertionError.

    The promise is about the source of the values: of all values like these at most the share refuse is
    refused, with a probability of at least confidence over the choice of the values (Clopper and Pearson).
    They have to be drawn independently, and nothing may have been fitted to them. With `catch`, the values
    are ones that must be refused, and the promise is that at least the share catch of such values is refused.

    A guard answers for one value: True lets it pass; False, a ValueError or an AssertionError refuses it. Any
    other answer is an error, since None, a score, a text or a coroutine says nothing by its truth;
    docs/recipes.md has the lambdas that make a bool of the outcomes of other libraries. Any other exception,
    such as the TypeError of a bug, or the error of a server that is down, is reraised.

    Args:
        guard: a function of one value, which may be `batched`; a pattern of `re`, which has to match in full;
            or a spec, a type, a set or a registered name.
        values: an iterable of values, such as a list, a file or the rows of an array or a DataFrame (dicts).
            Or a spec or a strategy: then values are drawn, and the promise is about such draws.
        refuse: the greatest refused share of the values that must pass, between 0 and 1.
        confidence: the probability of the promise, between 0 and 1.
        catch: the least refused share of the values that must be refused, between 0 and 1; refuse then has no
            meaning.
        raises: the exceptions by which the guard refuses, in place of ValueError and AssertionError. Then
            every answer lets the value pass.
        n: the number of values to draw of a spec or a strategy; by default the least that can promise this.
        seed: selects the drawn values.
        ordered: False if the order of the values means nothing, as that of shuffled ones.

    Returns:
        A `Promise` with `refuses_at_most` (or `refuses_at_least`), `confidence`, `rows` and `refused`.

    Raises:
        PromiseError: an AssertionError. The guard refused too many; the message has their number, the bound,
            and the shortest refused value. If values are drawn, it is shrunk.
        SpecDefinitionError: there are too few values for the promise, even if none is refused, and the
            message says how many are enough; an answer of the guard is neither True nor False; or an argument
            makes no sense.

    Warns:
        UserWarning: the misjudged values drift with their order, so that of those to come there may be more
            (`mxspec.promises.exchangeable`). The rows of a frame that its engine judges are not tested.

    Example:
        >>> import mxspec as s
        >>> def is_word(text):
        ...     return text.isalpha()
        >>> s.check_promise(is_word, ["Hello"] * 998 + ["co-op", "it's"])
        refuses at most 0.84% of such values (certain 99%): 1,000 values, 2 of them refused
        >>> s.check_promise(is_word, s.with_gen(str, lambda: s.gen({"", "a", "b!", "c?!"})))
        Traceback (most recent call last):
        ...
        mxspec.errors.PromiseError: is_word refuses ... of 459 values that must pass, the shortest: '' - False
        up to ...% of such values are refused (certain 99%), at most 1% may be
        >>> s.check_promise(is_word, ["?", "!", "- -"] * 20, catch=0.9)
        refuses at least 92.6% of such values (certain 99%): 60 values, 60 of them refused
    """
    what, term = ("refuse", refuse) if catch is None else ("catch", catch)
    check_terms(term, confidence, what)
    share = refuse if catch is None else 1 - catch  # of the values that the guard may misjudge
    needed = min_scores(share, confidence)
    tally = _Tally(_Guard.of(guard, raises), must_pass=catch is None)
    strategy = values if hasattr(values, "flatmap") and hasattr(values, "example") else None
    is_spec = isinstance(values, (Spec, str, type)) or not (hasattr(values, "__iter__") or is_frame(values))
    if strategy is None and is_spec:
        strategy = gen(values)
    if strategy is not None:
        values = sample(values, needed if n is None else n, seed)
    elif n is not None:
        raise SpecDefinitionError("n is the number of values to draw of a spec or a strategy, not of others")
    tally.add_all(values)
    if tally.n < needed and not tally.wrong:
        raise SpecDefinitionError(
            f"{tally.n:,} values can't promise with a confidence of {confidence} that at "
            f"{'most' if catch is None else 'least'} {term} of such values are refused, {needed:,} can; try "
            f"more values, a {'larger refuse' if catch is None else 'smaller catch'} or a smaller confidence"
        )
    bound = most_refused(tally.wrong, tally.n, confidence)
    if bound > share:
        if strategy is not None:
            tally.shrink(strategy, seed)
        raise PromiseError(tally.complaint(bound, share, confidence), value=tally.shortest)
    if ordered and strategy is None and len(tally.verdicts) == tally.n:
        warn_of_order(tally.verdicts, f"the answers of {tally.guard.text}", 2)
    refused = tally.wrong if catch is None else tally.n - tally.wrong
    at_most, at_least = (bound, 0.0) if catch is None else (1.0, 1 - bound)
    return Promise(at_most, confidence, tally.n, refused=refused, refuses_at_least=at_least)


@dataclasses.dataclass
class _Tally:
    """The number of values so far, and of those that the guard misjudges."""

    guard: _Guard
    must_pass: bool
    n: int = 0
    wrong: int = 0
    shortest: Any = None
    answer: Any = None
    verdicts: list[bool] = dataclasses.field(default_factory=list)

    def add_all(self, values: Any) -> None:
        """Ask the guard about values, or about the rows of a frame."""
        left = iter(self._rows_left(values) if is_frame(values) else values)
        while batch := list(itertools.islice(left, BATCH_SIZE)):
            self.n += len(batch)
            for x, (passes, answer) in zip(batch, self.guard.judge(batch), strict=True):
                self.verdicts.append(passes)
                if passes is not self.must_pass:
                    self.wrong += 1
                    if self.wrong == 1 or len(repr_of(x)) < len(repr_of(self.shortest)):
                        self.shortest, self.answer = x, answer

    def _rows_left(self, values: Any) -> Iterable[Any]:
        """Return the rows of a frame, without those that its engine has found to be judged rightly."""
        spec = self.guard.ask
        if not (isinstance(spec, Spec) and asks_for_maps(spec) and self.must_pass):
            return rows_of_frame(frame_of(values))
        rows = FrameRows(spec, values)
        rows.keep_verdicts()
        self.n += rows.count()[1]
        return (row for _, row in rows.refused_rows())

    def shrink(self, strategy: Any, seed: int) -> None:
        """Replace the shortest misjudged value by the smallest that Hypothesis finds."""

        def test(x: Any) -> tuple[Any] | None:
            [(passes, answer)] = self.guard.judge([x])
            return (answer,) if passes is not self.must_pass else None

        smallest = sampling.run_trials(strategy, test, self.n, seed, "the values").smallest
        if smallest is not None:
            self.shortest, [self.answer] = smallest.example, smallest.reason

    def complaint(self, bound: float, share: float, confidence: float) -> str:
        """Return the message about too many misjudged values."""
        if self.must_pass:
            verb, duty = "refuses", "must pass"
            worst, limit = f"up to {share_text(bound)}", f"at most {share_text(share)} may"
        else:
            verb, duty = "lets pass", "must be refused"
            worst = f"as few as {share_text(1 - bound, up=False)}"
            limit = f"at least {share_text(1 - share)} must"
        more, needed = _values_needed(self.wrong / self.n, share, confidence), min_scores(share, confidence)
        hint = f"; if it goes on like this, {more:,} values can promise it" if more else ""
        if not more and self.n < needed:
            hint = f"; it takes {needed:,} values or more to promise it"
        return (
            f"{self.guard.text} {verb} {self.wrong:,} of {self.n:,} values that {duty}, the shortest: "
            f"{self.guard.words(self.shortest, self.answer)}\n{worst} of such values are refused "
            f"(certain {100 * confidence:.10g}%), {limit} be{hint}"
        )


def _values_needed(wrong: float, share: float, confidence: float) -> int | None:
    """Return about how many values can promise a share if wrong is the misjudged share; None if none can."""
    if wrong >= 0.95 * share:
        return None
    n = min_scores(share, confidence)
    while binomial_cdf(math.ceil(wrong * n), n, share) > 1 - confidence:
        n = math.ceil(1.1 * n)
    return math.ceil(n / 100) * 100


# --- the answers of a guard -------------------------------------------------------------------------------

Verdict = tuple[bool, Any]
"""True if the guard lets a value pass; and its answer, or the exception that it raised."""


@dataclasses.dataclass(frozen=True)
class _Guard:
    """A guard, and the way to read its answers.

    Attributes:
        ask: a function of one value, or a spec.
        text: the guard in words.
        raises: the exceptions that refuse.
        reads: True if answers are read, False if they all let the value pass.
    """

    ask: Any
    text: str
    raises: tuple[type[Exception], ...]
    reads: bool

    @classmethod
    def of(cls, guard: Any, raises: Any) -> _Guard:
        refusals = (ValueError, AssertionError) if raises is None else raises
        refusals = refusals if isinstance(refusals, tuple) else (refusals,)
        if not all(isinstance(each, type) and issubclass(each, Exception) for each in refusals):
            raise SpecDefinitionError(
                f"raises is a class of exceptions, or several in a tuple, not {short_repr(raises)}"
            )
        if isinstance(guard, (Spec, str, type, set, frozenset)):
            return cls(specize(guard), text_of(guard), (), reads=False)
        if isinstance(guard, re.Pattern):
            pattern = guard
            return cls(lambda text: pattern.fullmatch(text) is not None, repr(pattern), refusals, reads=True)
        if not callable(guard):
            raise SpecDefinitionError(
                f"a guard is a function of one value, a pattern or a spec, not {short_repr(guard)}"
            )
        return cls(guard, predicate_text(guard), refusals, reads=raises is None)

    def judge(self, xs: list[Any]) -> list[Verdict]:
        """Return the verdict on each of xs."""
        if isinstance(self.ask, Spec):
            return [(each is not INVALID, None) for each in conform_each(self.ask, xs)]
        answers = call_batch(self.ask, xs)
        if answers is None:
            return list(map(self._judge_one, xs))
        return [(self._read(answer, x), answer) for x, answer in zip(xs, answers, strict=True)]

    def _judge_one(self, x: Any) -> Verdict:
        try:
            answer = self.ask(x)
        except (SpecDefinitionError, UnknownSpecError):  # these are ValueErrors, and bugs
            raise
        except self.raises as error:
            refusal(error)
            return False, error
        except Exception as error:
            words = f"{self.text} raises this for {short_repr(x)}; if it refuses so, try raises="
            error.add_note(words + type(error).__name__)
            raise
        return self._read(answer, x), answer

    def _read(self, answer: Any, x: Any) -> bool:
        """Return True if an answer lets a value pass.

        Raises:
            SpecDefinitionError: it is neither True nor False.
        """
        if not self.reads or isinstance(answer, bool) or _is_numpy_bool(answer):
            return not self.reads or bool(answer)
        raise SpecDefinitionError(
            f"{self.text} answers {short_repr(answer)} to {short_repr(x)}, but a guard answers True or "
            "False; wrap it in lambda x: ..., which compares a score or takes the bool of an outcome, or try "
            "raises=ValueError if it refuses by an exception alone"
        )

    def words(self, x: Any, answer: Any) -> str:
        """Return a value, and the guard's answer to it."""
        if isinstance(self.ask, Spec):
            is_valid = conform_each(self.ask, [x])[0] is not INVALID
            return short_repr(x) if is_valid else first_problem_text(self.ask, x)
        is_error = isinstance(answer, Exception)
        answer = bool(answer) if _is_numpy_bool(answer) else answer
        says = f"raises {reasons.exception_text(answer)}" if is_error else short_repr(answer)
        return f"{short_repr(x)} - {says}"


def _is_numpy_bool(x: Any) -> bool:
    return getattr(x, "shape", None) == () and getattr(x.dtype, "kind", None) == "b"
