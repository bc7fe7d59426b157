"""The answers of a guard: its verdicts on values in order, one by one, in threads or as coroutines."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import dataclasses
import inspect
import itertools
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from mxspec.base.forms import predicate_text
from mxspec.base.messages import reasons
from mxspec.base.values import INVALID, short_repr
from mxspec.errors import SpecDefinitionError, UnknownSpecError
from mxspec.specs.core.batch import call_batch, check_whole, conform_each
from mxspec.specs.core.generation import first_problem_text
from mxspec.specs.core.question import refusal
from mxspec.specs.core.spec import Spec, is_written_spec, specize, text_of

_TOGETHER: Final = 256  # values in one call of a spec or a batched function

Answer = tuple[bool, Any]
"""True if the guard lets a value pass; and what it answered, or the exception that it raised."""

Judge = Callable[[list[Any]], list[Answer]]


@dataclasses.dataclass(frozen=True)
class Guard:
    """A guard, and the way to read its answers.

    Attributes:
        ask: a function of one value, or a spec.
        text: the guard as text.
        raises: the exceptions that mean a refusal.
        reads: True if answers are read, False if they all let the value pass.
        workers: the number of values checked at a time, in threads or as coroutines.
        describe: a function that describes a value and the guard's answer, in place of the default.
    """

    ask: Any
    text: str
    raises: tuple[type[BaseException], ...]
    reads: bool
    workers: int = 1
    describe: Callable[[Any, Any], str] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.workers, bool) or not isinstance(self.workers, int) or self.workers < 1:
            raise SpecDefinitionError(f"workers is an int from 1, not {short_repr(self.workers)}")

    @classmethod
    def of(cls, guard: Any, raises: Any, workers: Any = 1) -> Guard:
        refusals = exception_classes((ValueError, AssertionError) if raises is None else raises)
        is_other = isinstance(guard, (re.Pattern, list, tuple, type(None)))
        if isinstance(guard, (Spec, str, set, frozenset)) or (is_written_spec(guard) and not is_other):
            return cls(specize(guard), text_of(guard), (), False, workers)
        if isinstance(guard, re.Pattern):
            pattern = guard
            return cls(
                lambda text: pattern.fullmatch(text) is not None, repr(pattern), refusals, True, workers
            )
        if not callable(guard):
            raise SpecDefinitionError(
                f"a guard is a function of one value, a pattern or a spec, not {short_repr(guard)}"
            )
        check_whole(guard, "the guard")
        return cls(guard, predicate_text(guard), refusals, raises is None, workers)

    def judge_in_turn(self, xs: Iterable[Any]) -> Generator[tuple[Any, Answer]]:
        """Yield values with the answers, in the order of the values.

        A function gets one value at a time, or as many as there are workers; a spec and a batched function
        get 256 at a time. All these values are taken before the first of their answers is yielded.
        """
        left = iter(xs)
        with self.judging() as (judge, together):
            while window := list(itertools.islice(left, together)):
                yield from zip(window, judge(window), strict=True)

    @contextlib.contextmanager
    def judging(self) -> Iterator[tuple[Judge, int]]:
        """Give a function that judges values, with the number it takes per call."""
        if self._is_async:
            # Its own thread, since the caller may be in a loop; a single loop, since a client belongs to one.
            with ThreadPoolExecutor(1) as thread:
                runner = asyncio.Runner()
                try:
                    yield (
                        lambda xs: thread.submit(runner.run, self._judge_together(xs)).result(),
                        self.workers,
                    )
                finally:
                    thread.submit(runner.close).result()
        elif self.workers > 1:
            with ThreadPoolExecutor(self.workers) as threads:
                yield (
                    lambda xs: [each.result() for each in [self._submit(threads, x) for x in xs]],
                    self.workers,
                )
        else:
            together = _TOGETHER if isinstance(self.ask, Spec) or hasattr(self.ask, "batch") else 1
            yield self._judge, together

    @property
    def _is_async(self) -> bool:
        call = getattr(type(self.ask), "__call__", None)  # noqa: B004  # for a callable object
        return inspect.iscoroutinefunction(self.ask) or inspect.iscoroutinefunction(call)

    @property
    def _exceptions(self) -> tuple[type[BaseException], ...]:
        return (Exception, *self.raises)

    def _submit(self, threads: ThreadPoolExecutor, x: Any) -> Future[Answer]:
        return threads.submit(contextvars.copy_context().run, lambda: self._judge([x])[0])

    def _judge(self, xs: list[Any]) -> list[Answer]:
        if isinstance(self.ask, Spec):
            return [(each is not INVALID, None) for each in conform_each(self.ask, xs)]
        answers = call_batch(self.ask, xs)
        if answers is None:
            return list(map(self._judge_one, xs))
        return [(self._read(answer, x), answer) for x, answer in zip(xs, answers, strict=True)]

    def _judge_one(self, x: Any) -> Answer:
        try:
            answer = self.ask(x)
        except self._exceptions as error:
            return self._read_error(error, x)
        return self._read(answer, x), answer

    async def _judge_together(self, xs: list[Any]) -> list[Answer]:
        answers = await asyncio.gather(*map(self._await_one, xs), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers  # type: ignore[return-value]

    async def _await_one(self, x: Any) -> Answer:
        try:
            answer = await self.ask(x)
        except self._exceptions as error:
            return self._read_error(error, x)
        return self._read(answer, x), answer

    def _read_error(self, error: BaseException, x: Any) -> Answer:
        """Return the refusal by an exception, or reraise any other exception."""
        if isinstance(error, (SpecDefinitionError, UnknownSpecError)):  # ValueErrors, but bugs
            raise error
        if not isinstance(error, self.raises):
            words = f"{self.text} raises this for {short_repr(x)}; if it refuses so, try raises="
            error.add_note(words + type(error).__name__)
            raise error
        if isinstance(error, Exception):
            refusal(error)
        return False, error

    def _read(self, answer: Any, x: Any) -> bool:
        """Return True if an answer lets a value pass.

        Raises:
            SpecDefinitionError: the answer is neither True nor False.
        """
        verdict = as_bool(answer) if self.reads else True
        if verdict is not None:
            return verdict
        raise SpecDefinitionError(
            f"{self.text} answers {short_repr(answer)} to {short_repr(x)}, but a guard answers True or "
            "False; wrap it in lambda x: ..., which compares a score or takes the bool of an outcome, or try "
            "raises=ValueError if it refuses by an exception alone"
        )

    def words(self, x: Any, answer: Any) -> str:
        """Return a value, and the guard's answer to it, as text."""
        if self.describe is not None:
            return self.describe(x, answer)
        if isinstance(self.ask, Spec):
            is_valid = conform_each(self.ask, [x])[0] is not INVALID
            return short_repr(x) if is_valid else first_problem_text(self.ask, x)
        is_error = isinstance(answer, BaseException)
        verdict = as_bool(answer)
        answer = answer if verdict is None else verdict
        says = f"raises {reasons.exception_text(answer)}" if is_error else short_repr(answer)
        return f"{short_repr(x)} - {says}"


def exception_classes(raises: Any) -> tuple[type[Exception], ...]:
    """Return a class of exceptions, or several, as a tuple; raise SpecDefinitionError for anything else."""
    classes = raises if isinstance(raises, tuple) else (raises,)
    if not all(isinstance(each, type) and issubclass(each, Exception) for each in classes):
        raise SpecDefinitionError(
            f"raises is a class of exceptions, or several in a tuple, not {short_repr(raises)}"
        )
    return classes


def as_bool(x: Any) -> bool | None:
    """Return a bool of Python or numpy as a bool of Python; None for anything else."""
    is_bool = isinstance(x, bool) or (
        getattr(x, "shape", None) == () and getattr(x.dtype, "kind", None) == "b"
    )
    return bool(x) if is_bool else None
