"""Specs out of models: a classifier decides which values are valid, a generator makes examples."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final, Generic, TypedDict, TypeVar, Unpack, overload

from mxspec.addresses import reduce_by_name
from mxspec.base import names
from mxspec.base.forms import predicate_text
from mxspec.base.generated.origins import copy_of, keep_reading, origin_of, remember
from mxspec.base.lazy import lazy
from mxspec.base.messages import reasons
from mxspec.base.messages.text import argument_text, callee_text, generated_call
from mxspec.base.messages.wrong_options import no_option
from mxspec.base.names import Names, check_name
from mxspec.base.strategies import combine, sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.strategies.reporting import ExampleReporter, record_call
from mxspec.base.values import INVALID, is_hashable, short_repr, stable_order
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.predicates import is_nan, is_number
from mxspec.promises.conformal import ConformalThreshold
from mxspec.questions.operations import def_, problems_at
from mxspec.specs.arrays import ArraySpec, without_array
from mxspec.specs.core.batch import (
    BATCH_SIZE,
    BatchStrategy,
    batch_strategy_of,
    call_batch,
    check_whole,
    has_batch_function,
)
from mxspec.specs.core.generation import Context, accepts, first_problem_text, strategy_of
from mxspec.specs.core.lenses import UNTOLD
from mxspec.specs.core.parts import NEEDED, OPTIONAL, Part
from mxspec.specs.core.question import START, Place, Question, ask_spec, refusal
from mxspec.specs.core.spec import Find, Spec, as_part, registered_spec, specize, text_of
from mxspec.specs.core.writer import Code

_ROUNDING: Final = 1e-3  # of a confidence: the mean of several, in float16, may be 1.0005
_MOST_READ: Final = 300  # training examples that a classifier reads one by one, for their labels


# --- the answers of a model -------------------------------------------------------------------------------

T = TypeVar("T")


class OnDemand(Generic[T]):
    """A field of a dataclass with a value, or with a function that is called when the value is first read."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type | None = None) -> T | None:
        if instance is None:
            return None  # the field's default
        value = vars(instance)[self._name]
        if callable(value):
            value = vars(instance)[self._name] = value()
        return value  # type: ignore[no-any-return]

    def __set__(self, instance: object, value: T | Callable[[], T | None] | None) -> None:
        vars(instance)[self._name] = value


@dataclasses.dataclass(frozen=True)
class Reading:
    """The answer of a classifier; `discriminate` may return one in place of a bare label.

    Attributes:
        label: the label, or None if the classifier recognises no label.
        confidence: the confidence in the label, 0 to 1; any other number, NaN too, is a ValueError.
        score: the anomaly score of the value, a number; larger is more anomalous. Anything else is a
            ValueError.
        threshold: the largest accepted score, a number or the result of `conformal`; among thresholds by
            label, the label of the reading selects one.
        reason: the reason for a missing label, in words; or a function that returns it, called when it is
            first needed, so that `valid` does not pay for it.
        looks_like: what a value without a label looks like, a stable word for programs such as "letter"; or
            a function, as for reason. None if nothing is known.
        p_value: the conformal p-value of the score, 0 to 1: the probability that an in-distribution value
            has a score at least as large. None without a conformal threshold.
        remark: what a reader of the label should know, in words that follow "read as 7", such as "without
            the line under it". None for nothing.

    Example:
        >>> import mxspec as s
        >>> vowel = s.model_spec({"a", "e"}, lambda x: s.Reading(x, confidence=0.6), str, min_confidence=0.9)
        >>> s.explain(vowel, "a")
        read as 'a' (0.60), but a confidence of 0.9 is required - value: 'a'
    """

    __reduce_ex__ = reduce_by_name

    label: Any
    confidence: float | None = None
    score: float | None = None
    threshold: float | ConformalThreshold | None = None
    reason: OnDemand[str] = OnDemand()
    p_value: OnDemand[float] = OnDemand()
    looks_like: OnDemand[str] = OnDemand()
    remark: str | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __post_init__(self) -> None:
        for name in ("label", "confidence", "score"):
            object.__setattr__(self, name, without_array(getattr(self, name)))
        if self.confidence is not None and not is_confidence(self.confidence):
            raise ValueError(
                f"the confidence of a reading is a number from 0 to 1, not {short_repr(self.confidence)}"
            )
        if self.score is not None and type(self.score) not in (float, int):
            if not is_number(self.score):
                raise ValueError(f"the score of a reading is a number, not {short_repr(self.score)}")
            object.__setattr__(self, "score", float(self.score))  # a signalling NaN raises here
        if isinstance(self.threshold, ConformalThreshold) and vars(self)["p_value"] is None:
            object.__setattr__(self, "p_value", self._p_value)

    def _p_value(self) -> float | None:
        limit = self.limit(self.threshold)
        if self.score is None or not isinstance(limit, ConformalThreshold):
            return None
        return limit.p_value(self.score)

    @property
    def score_reason(self) -> str | None:
        """The reason why the threshold refuses the score, or None if it accepts it."""
        if self.threshold is None or self.within(self.threshold):
            return None
        limit = self.limit(self.threshold)
        if limit is None:
            return reasons.no_threshold(self.label)
        if self.score is not None and isinstance(limit, ConformalThreshold):
            return limit.why_not(self.score)
        return reasons.score_too_large(self.score, float(limit))

    def limit(self, threshold: float | ConformalThreshold | None) -> float | ConformalThreshold | None:
        """Return the threshold for the label of this reading, None if its label has none."""
        return threshold.for_label(self.label) if isinstance(threshold, ConformalThreshold) else threshold

    def within(self, threshold: float | ConformalThreshold) -> bool:
        """True if there is a score, and it is at most threshold."""
        limit = self.limit(threshold)
        return self.score is not None and limit is not None and self.score <= float(limit)

    def facts(self) -> dict[str, Any]:
        """Return the facts that are not None, as keys of a Problem."""
        limit = self.limit(self.threshold)
        facts = {
            "label": self.label,
            "confidence": self.confidence,
            "score": self.score,
            "threshold": None if limit is None else float(limit),
            "p_value": self.p_value,
            "looks_like": self.looks_like if self.label is None else None,
            "remark": self.remark,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}

    def problem(self, problem: Problem) -> Problem:
        """Return a problem of the value that was read, with the facts of this reading."""
        facts: Any = self.facts()
        return {**problem, **facts}


def is_confidence(x: Any) -> bool:
    """True if x is a number from 0 to 1, give or take the rounding of a float16."""
    if type(x) is float and 0 <= x <= 1:  # a fifth of the time of the next line
        return True
    return is_number(x) and -_ROUNDING <= x <= 1 + _ROUNDING  # NaN is not


def as_reading(answer: Any) -> Reading:
    return answer if isinstance(answer, Reading) else Reading(answer)


def as_answers(batch: Any) -> list[Any]:
    """Return the answers in a batch as plain labels if all of them are plain, else as readings."""
    # tolist converts all numbers of an array to Python's in one call.
    answers = batch.tolist() if getattr(batch, "ndim", None) == 1 else list(batch)
    return answers if are_plain(answers) else list(map(as_reading, answers))


# Not float, as a spec may tell 0.0 from -0.0, nor int and bool together, as it may tell 1 from True.
_PLAIN: Final = frozenset({int, str, bool, bytes, type(None)})


def are_plain(answers: Iterable[Any]) -> bool:
    """True if all answers are bare labels, and no spec can tell equal ones apart."""
    types = set(map(type, answers))
    return types <= _PLAIN and not types >= {int, bool}


# --- the specs --------------------------------------------------------------------------------------------

_BAD_INPUT: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    StopIteration,
    RecursionError,
    MemoryError,
)


def refusal_by_model(error: Exception, model: Callable[..., Any]) -> str:
    """Return the reason of a refusal by an exception of a model; reraise one that is no verdict on the value.

    Python raises the exceptions of `_BAD_INPUT` for a wrong value, numpy a MemoryError for one that needs too
    much, and PyTorch a RuntimeError for a wrong shape, but a subclass if a GPU is out of memory. A
    ConnectionError of a server that is down is no evidence about the value, and its message may hold a
    password: it is for the log, not for the client.
    """
    reason = refusal(error)
    if not isinstance(error, _BAD_INPUT) and type(error) is not RuntimeError:
        name = predicate_text(model)
        error.add_note(f"{name} raised this; a model refuses a value by ValueError, TypeError or the like")
        raise error
    return reason


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class LearntSpec(Spec):
    """A spec that was learnt from examples. They are numbered, from 0 for the most typical one."""

    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def requirement(self) -> str:
        """Return the words for what it requires beside its parts."""
        raise NotImplementedError

    def count_examples(self) -> int:
        """Return the number of examples."""
        raise NotImplementedError

    def example(self, i: int) -> Any:
        """Return the example with a number, as the spec draws it."""
        raise NotImplementedError

    def strategy_by_label(
        self, labels: Iterable[tuple[Any, Sequence[int]]], spec_text: str | None
    ) -> Strategy:
        """Return a strategy of examples that shrink to the first label, and in it to the most typical one.

        Args:
            labels: pairs of a label and the numbers of its examples.
            spec_text: the source of this spec, if it has no name.
        """
        raise NotImplementedError


NEARLY: Final = 1e-4
"""A value of a batch with a score this near to a threshold is read again, alone; rounding is a hundred times
smaller.
"""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelSpec(Spec):
    """A spec of values that discriminate reads as a label of label_spec; generate makes examples of labels.

    If generate is None, the examples are the input's.
    """

    label_spec: Spec
    discriminate: Callable[[Any], Any]
    generate: Callable[..., Any] | None
    input: Spec | None = None
    min_confidence: float | None = None
    latent: Spec | Callable[[], Strategy] | None = None
    threshold: float | ConformalThreshold | None = None
    others: Callable[[Any], Iterable[Any]] | None = None

    by_parts: ClassVar[bool] = True  # a value fits the input, where one is needed
    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = True
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        # Examples are made of labels, or of inputs; neither needs a hash.
        is_made = self.generate is not None
        label = Part(self.label_spec, NEEDED if is_made else OPTIONAL, lens=UNTOLD)
        return [label] if self.input is None else [label, Part(self.input, OPTIONAL if is_made else NEEDED)]

    def places(self, find: Find) -> Sequence[Part]:
        return [] if self.input is None else [Part(self.input)]  # a label is no piece of the value

    def conform(self, x: Any, question: Question) -> Any:
        waits = has_batch_function(self.discriminate)
        return x if question.accepts(self, x, waits=waits) else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.input is not None and self.input.conform(x, question) is INVALID:
            return self.input.explain(x, place.under(self.input.name), question)
        try:
            reading = self.read(x)
            self._admits_reading(reading)  # raises if a score or a confidence is not a number
        except Exception as error:
            return [place.problem(self.form(), x, reason=refusal_by_model(error, self.discriminate))]
        return [] if self.accepts_reading(reading) else [self.problem(x, reading, place)]

    def accepts(self, x: Any, is_label: Callable[[Any], bool]) -> bool:
        """True if discriminate reads x, a valid input, as a label that is_label accepts."""
        return self._accepted_reading(x, is_label) is not None

    def problem(self, x: Any, reading: Reading, place: Place) -> Problem:
        """Return the problem of a value with a reading that is not accepted."""
        return reading.problem(place.problem(self.form(), x, reason=self._reason(reading)))

    def read(self, x: Any) -> Reading:
        return self.judge(self.discriminate(x))

    def judge(self, answer: Any) -> Reading:
        """Return an answer of discriminate as a Reading, with the threshold of this spec if it has one."""
        reading = as_reading(answer)
        if self.threshold is None:
            return reading
        return dataclasses.replace(reading, threshold=self.threshold, p_value=None)

    def accepts_reading(self, reading: Reading, is_label: Callable[[Any], bool] | None = None) -> bool:
        """True if a value with this reading is valid; is_label is a predicate for labels."""
        if self.min_confidence is not None or self.threshold is not None:
            try:
                if not self._admits_reading(reading):
                    return False
            except Exception as error:
                refusal(error)
                return False
        if reading.label is None or reading.label is INVALID:
            return False
        return (is_label or self._is_label_in(None))(reading.label)

    def _is_label_in(self, table: Names | None) -> Callable[[Any], bool]:
        """Return a predicate of labels; it looks names up in a table."""
        return functools.partial(accepts, self.label_spec, table=table)

    def _admits_reading(self, reading: Reading) -> bool:
        """True if the confidence is high enough and the score is low enough."""
        sure = self.min_confidence is None or (reading.confidence or 0.0) >= self.min_confidence
        near = self.threshold is None or reading.within(self.threshold)
        return bool(sure and near)

    def _accepted_reading(self, x: Any, is_label: Callable[[Any], bool] | None = None) -> Reading | None:
        """Return the reading of a valid input, or None if the spec refuses it."""
        try:
            reading = as_reading(self.discriminate(x))
        except Exception as error:
            refusal_by_model(error, self.discriminate)
            return None
        if not self.accepts_reading(reading, is_label):
            return None
        keep_reading(x, reading)
        return reading

    def _reason(self, reading: Reading) -> str:
        """Return the reason why the spec refuses a value with this reading."""
        if reading.label is None:
            return reasons.not_recognised(reading.reason or reading.score_reason)
        is_label = self._is_label_in(None)(reading.label)
        refused = [] if is_label else problems_at(START, self.label_spec, reading.label)
        is_anomalous = self.threshold is not None and not refused
        messages = [problem["message"] for problem in refused if "message" in problem]
        return reasons.read_as(
            reading.label,
            reading.confidence,
            required=_alternatives(refused),
            min_confidence=self.min_confidence,
            but=messages[0] if messages else reading.score_reason if is_anomalous else None,
            remark=reading.remark,
        )

    # --- many values --------------------------------------------------------------------------------------

    def accepts_each(self, xs: Sequence[Any], table: Names | None = None) -> Sequence[bool]:
        """Return a verdict for each of xs; a `batched` discriminate gets many in one call."""
        table = table or names.current
        accepted: list[bool] = []
        for start in range(0, len(xs), BATCH_SIZE):
            accepted += self._accepts_some(xs[start : start + BATCH_SIZE], table)
        return accepted

    def _accepts_some(self, xs: Sequence[Any], table: Names) -> list[bool]:
        """Return a verdict for each of xs, at most BATCH_SIZE values."""
        places, values = self._input(xs, table)
        answers = call_batch(self.discriminate, values, as_list=as_answers)
        if answers is None:
            is_label = self._is_label_in(table)
            accepted = [self.accepts(xs[i], is_label) for i in places]
        else:
            accepted = self._accept(answers, values, table)
            if places and origin_of(xs[places[0]]) is not None:
                for i, answer in zip(places, answers, strict=True):
                    keep_reading(xs[i], as_reading(answer))
        if len(accepted) == len(xs):
            return accepted
        by_place = dict(zip(places, accepted, strict=True))
        return [by_place.get(i, False) for i in range(len(xs))]

    def judge_all(self, xs: Sequence[Any], *, filled: bool = True) -> list[tuple[Reading, bool] | None]:
        """Return the reading and the verdict for each of xs, at most BATCH_SIZE; None for an invalid input.

        With filled, the batch is padded to BATCH_SIZE, so that no reading depends on the number of values.
        """
        judged: list[tuple[Reading, bool] | None] = [None] * len(xs)
        places, _ = self._input(xs, names.current)
        values = [xs[i] for i in places]
        batch = fill_batch(values) if filled else values
        answers = call_batch(self.discriminate, batch, as_list=as_answers) if values else []
        for row, i in enumerate(places):
            reading = None if answers is None else as_reading(answers[row])
            if reading is None or self._is_near(reading):
                reading = self._read_one(xs[i])
            judged[i] = self.judge(reading), self.accepts_reading(reading)
        return judged

    def _read_one(self, x: Any) -> Reading:
        """Return the reading of one value; if discriminate raises, a reading without a label."""
        try:
            return as_reading(self.discriminate(x))
        except Exception as error:
            return Reading(None, reason=refusal_by_model(error, self.discriminate))

    def _accept(self, answers: list[Any], values: Sequence[Any], table: Names) -> list[bool]:
        """Return a verdict for each answer of discriminate to values."""
        if self.min_confidence is None and self.threshold is None and are_plain(answers):
            # The label spec checks each label once, and no Reading is made for a value: "valid of 10,000
            # images" takes 26 ms instead of 34.
            is_label = self._is_label_in(table)
            labels = {label for label in set(answers) if label is not None and is_label(label)}
            return [label in labels for label in answers]
        readings = list(map(as_reading, answers))

        def accept(question: Question) -> list[bool]:
            def is_label(label: Any) -> bool:
                return self.label_spec.conform(label, question) is not INVALID

            return [self.accepts_reading(reading, is_label) for reading in readings]

        # One question about all labels takes 0.1 us a label; a question for each takes 1.5 us.
        accepted = ask_spec(accept, self.label_spec, table)
        for i in filter(lambda i: self._is_near(readings[i]), range(len(readings))):
            accepted[i] = self.accepts(values[i], self._is_label_in(table))
        return accepted

    def _is_near(self, reading: Reading) -> bool:
        """True if rounding may decide: a network sums in another order for a batch than for one value."""
        if self.min_confidence is None and self.threshold is None:
            return False
        pairs = ((reading.confidence, self.min_confidence), (reading.score, reading.limit(self.threshold)))
        try:
            return any(
                value is not None
                and border is not None
                and abs(value - float(border)) <= NEARLY * max(1.0, abs(float(border)))
                for value, border in pairs
            )
        except Exception as error:
            refusal(error)
            return False

    def _input(self, xs: Sequence[Any], table: Names) -> tuple[Sequence[int], Sequence[Any]]:
        """Return the indices of the valid inputs in xs, and these inputs as a list or a stacked array."""
        if self.input is None:
            return range(len(xs)), xs
        spec = specize(self.input)
        if isinstance(spec, ArraySpec) and has_batch_function(self.discriminate) and len(xs) > 1:
            stack: Any = spec.stack(xs)
            if stack is not None:
                return range(len(xs)), stack
        conformed = ask_spec(lambda question: [spec.conform(x, question) for x in xs], spec, table)
        places = [i for i, answer in enumerate(conformed) if answer is not INVALID]
        return places, [xs[i] for i in places]

    def strategy(self, context: Context) -> Strategy | None:
        telling = ExampleReporter(self.name or "model spec")
        if self.generate is None:
            drawn = self._inputs(context)
        else:
            drawn = self.arguments(dataclasses.replace(context, hashed=False))
        make = None if self.generate is None else self.make
        return sampling.such_that(
            lambda x: self._admits(x, telling),
            drawn,
            text_of(self.name or self),
            make=make,
            why_refused=lambda x: first_problem_text(self, x),
        )

    def _inputs(self, context: Context) -> Strategy:
        """Return a strategy of examples of input; if input was learnt, they shrink as the labels do."""
        inputs = self.input
        assert inputs is not None
        source = context.target(inputs)
        if not isinstance(source, LearntSpec) or context.own_generator(source) is not None:
            return strategy_of(inputs, context)
        text = "spec.input" if self.name is None else f"s.get_spec({self.name!r}).input"

        def build() -> Strategy:
            is_label = self._is_label_in(None)
            labels = [(label, numbers) for label, numbers in self._labels_of_examples if is_label(label)]
            return source.strategy_by_label(labels, text) if labels else strategy_of(inputs, context)

        return combine.defer(build)

    @lazy
    def _labels_of_examples(self) -> list[tuple[Any, list[int]]]:
        """The labels that discriminate reads in the training examples of input, in order.

        Each label comes with the numbers of its examples, the most typical one first. A call for each example
        takes long, so a discriminate without a batch function reads only some of them.
        """
        source = specize(self.input)
        assert isinstance(source, LearntSpec)
        n = source.count_examples()
        most = n if has_batch_function(self.discriminate) else min(n, _MOST_READ)
        numbers_of: dict[Any, list[int]] = {}
        numbers = [i * n // most for i in range(most)]
        for start in range(0, most, BATCH_SIZE):
            some = numbers[start : start + BATCH_SIZE]
            for i, judged in zip(
                some, self.judge_all(list(map(source.example, some)), filled=False), strict=True
            ):
                if judged is not None and judged[0].label is not None and is_hashable(judged[0].label):
                    numbers_of.setdefault(judged[0].label, []).append(i)
        return [(label, numbers_of[label]) for label in stable_order(numbers_of)]

    def _admits(self, x: Any, telling: ExampleReporter) -> bool:
        """True if an example is valid; a property test then reports its reading."""
        if self.input is not None and not accepts(self.input, x):
            return False
        reading = self._accepted_reading(x)
        if reading is None:
            return False

        def note() -> str:
            words = reasons.reading_text(reading.label, reading.confidence, reading.reason)
            return f"{short_repr(x)} is {words}"

        telling.tell(x, short_repr(reading.label), reading.confidence, note)
        return True

    @property
    def reads_many(self) -> bool:
        return has_batch_function(self.discriminate)

    def batch_strategy(self, context: Context) -> BatchStrategy | None:
        if self.generate is None:
            assert self.input is not None
            return batch_strategy_of(self.input, context)
        if not (has_batch_function(self.generate) or has_batch_function(self.discriminate)):
            return None
        return BatchStrategy(self.arguments(context), self.make_all)

    def arguments(self, context: Context, label_spec: Spec | None = None) -> Strategy:
        """Return a strategy of the arguments of generate: a label, and a latent if the spec has one.

        Args:
            label_spec: the spec of the labels; by default the label spec of this spec.
        """
        labels = strategy_of(self.label_spec if label_spec is None else label_spec, context)
        latent = [] if self.latent is None else [self.latents(context.at("latent"))]
        return combine.tuples([labels, *latent])

    def latents(self, context: Context | None = None) -> Strategy:
        """Return the strategy of the latents of a spec with latents."""
        if isinstance(self.latent, Spec):
            return strategy_of(self.latent, context or Context(names.current))
        return combine.as_strategy(self.latent, what="latent")

    def make(self, arguments: tuple[Any, ...]) -> Any:
        """Return a copy of generate's answer, valid or not; an array remembers the arguments."""
        assert self.generate is not None, "there are no arguments without it"
        return self._copy(self.generate(*arguments), arguments)

    def _copy(self, x: Any, arguments: tuple[Any, ...]) -> Any:
        """Return a copy of x: a model may return a buffer and overwrite it at the next call."""
        if (copy_ := copy_of(x)) is not None:
            return copy_
        generate, name = self.generate, self.name
        assert generate is not None, "there are no arguments without it"
        if (array := remember(x, lambda: generated_call(generate, arguments, name), arguments[0])) is not x:
            return array
        value = x.copy() if hasattr(x, "copy") else copy.copy(x)
        texts = [functools.partial(argument_text, argument) for argument in arguments]
        record_call(value, functools.partial(callee_text, generate, name), texts)
        return value

    def make_all(self, calls: list[tuple[Any, ...]]) -> list[Any]:
        """Return generate's answers to several tuples of arguments, in one call if it is `batched`."""
        assert self.generate is not None, "there are no arguments without it"
        values = call_batch(self.generate, *map(list, zip(*calls, strict=True)))
        return list(map(self.make, calls)) if values is None else list(map(self._copy, values, calls))

    def expression(self, code: Code, v: str) -> str:
        accepted = (
            f"{code.source.method(self, 'accepts')}({v}, lambda x: {code.call_valid(self.label_spec, 'x')})"
        )
        return accepted if self.input is None else f"({code.call_valid(self.input, v)} and {accepted})"

    def form(self) -> Any:
        options = {
            "input": self.input and self.input.form(),
            "min_confidence": self.min_confidence,
            "latent": self.latent.form() if isinstance(self.latent, Spec) else self.latent,
            "threshold": self.threshold,
        }
        options = {name: value for name, value in options.items() if value is not None}
        return (
            "model_spec",
            self.label_spec.form(),
            self.discriminate,
            self.generate,
            *([options] if options else []),
        )


def _alternatives(problems: list[Problem]) -> list[list[Any]]:
    """Return the forms of problems, with the forms of the branches of an or_ in one list.

    Branches have different paths at one place of the value; two missing keys of a map have one path. Steps
    are compared by identity: they may be parts of the value, which need not compare or have a hash.
    """
    groups: list[list[Any]] = []
    for _, at_place in itertools.groupby(problems, key=lambda problem: (*map(id, problem["in"]),)):
        here = list(at_place)
        are_branches = len({(*map(id, problem["path"]),) for problem in here}) == len(here)
        forms = [problem["pred"] for problem in here]
        groups += [forms] if are_branches else [[form] for form in forms]
    return groups


def fill_batch(values: list[Any]) -> list[Any]:
    """Return one or more values, padded to BATCH_SIZE with copies of the first."""
    return values + values[:1] * (BATCH_SIZE - len(values))


# --- the functions that make model specs ------------------------------------------------------------------


class ModelOptions(TypedDict, total=False):
    """The options of a model spec, which `def_model_spec` explains."""

    input: Any
    min_confidence: float | None
    latent: Spec | str | Callable[[], Strategy] | None
    threshold: float | ConformalThreshold | None
    others: Callable[[Any], Iterable[Any]] | None


def model_spec(
    label_spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any] | None = None,
    **options: Unpack[ModelOptions],
) -> Spec:
    """Return a spec made of the two halves of a model, unregistered, with the arguments of `def_model_spec`.

    Example:
        >>> import mxspec as s
        >>> word = s.model_spec(s.int_in(1, 4), discriminate=len, generate=lambda n: "x" * n)
        >>> s.valid(word, "abc"), s.valid(word, "abcde"), len(s.generate(word, seed=1)) < 4
        (True, False, True)
        >>> s.explain(word, "abcde")
        read as 5, but int_in(1, 4) is required - value: 'abcde'
        >>> def read(x):
        ...     return s.Reading("big" if x > 100 else "small", score=x)
        >>> size = s.model_spec({"big", "small"}, read, len, threshold=s.conformal(range(3000)))
        >>> s.explain(size, 2990.5)
        read as 'big', but anomaly score above 99.7% of 3,000 examples, the limit is 99% - value: 2990.5
    """
    known = ["discriminate", "generate", *ModelOptions.__annotations__]
    if unknown := [name for name in options if name not in known]:
        near = "".join(did_you_mean(name, known) for name in unknown)
        raise SpecDefinitionError(no_option("a model spec", unknown, near))
    may_be_left_out = options.get("input") is not None and options.get("latent") is None
    if not callable(discriminate):
        raise SpecDefinitionError(
            f"discriminate is a function of one argument, not {short_repr(discriminate)}"
        )
    check_whole(discriminate, "discriminate")
    check_whole(generate, "generate")
    if not callable(generate) and not (generate is None and may_be_left_out):
        raise SpecDefinitionError(
            f"generate is a function of one argument, not {short_repr(generate)}; "
            "it may be left out where there is input, whose examples are then the model's, and no latent"
        )
    input_, min_confidence = options.get("input"), options.get("min_confidence")
    if min_confidence is not None and not (is_number(min_confidence) and 0 <= min_confidence <= 1):
        raise SpecDefinitionError(f"min_confidence is a number from 0 to 1, not {short_repr(min_confidence)}")
    latent = options.get("latent")
    if isinstance(latent, str):
        latent = as_part(latent)
    elif not (latent is None or isinstance(latent, Spec) or callable(latent) or hasattr(latent, "flatmap")):
        raise SpecDefinitionError(
            f"latent is a spec or a function that returns a strategy, not {short_repr(latent)}"
        )
    threshold = options.get("threshold")
    is_threshold = isinstance(threshold, ConformalThreshold) or (
        is_number(threshold) and not is_nan(threshold)
    )
    if threshold is not None and not is_threshold:
        raise SpecDefinitionError(
            f"threshold is a number or what s.conformal returns, not {short_repr(threshold)}"
        )
    others = options.get("others")
    if not (others is None or callable(others)):
        raise SpecDefinitionError(
            f"others is a function from a label to values without one, not {short_repr(others)}"
        )
    return ModelSpec(
        as_part(label_spec),
        discriminate,
        generate,
        None if input_ is None else as_part(input_),
        min_confidence,
        latent,
        threshold,
        others,
    )


@overload
def def_model_spec(
    name: str,
    spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any] | None = None,
    **options: Unpack[ModelOptions],
) -> str: ...


@overload
def def_model_spec(
    name: str,
    *,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any] | None = None,
    **options: Unpack[ModelOptions],
) -> Callable[[Callable[[], Any]], Spec]: ...


def def_model_spec(
    name: str,
    spec: Any = None,
    discriminate: Any = None,
    generate: Any = None,
    **options: Unpack[ModelOptions],
) -> Any:
    """Register a spec made of the two halves of a model (the post's def-model-spec).

    A value is valid if spec accepts its label, `discriminate(value)`. Examples are `generate(label)` for
    labels of spec. They shrink as the labels do, and every example is valid by discriminate.

    Args:
        name: a qualified name.
        spec: the spec of the labels. Without it, def_model_spec decorates a function that returns the spec.
        discriminate: a function from value to label or `Reading`; None means that it recognises no label,
            and an array of one label is that label. If it raises what a wrong value raises (ValueError,
            TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, StopIteration,
            MemoryError, a plain RuntimeError), the value is invalid, and the exception is the reason. Any
            other, such as the ConnectionError of a server that is down, is no verdict, and reraised by every
            check of the spec.
        generate: a function from label to value, or from label and latent. Collections, samples, `profile`
            and `check_promise` call a `batched` discriminate or generate with many values; `check`, and a
            test with `gen`, call them with one. Without generate, examples are the inputs that discriminate
            reads as labels of spec.
        options: `input`, a spec of the raw value, checked before discriminate; `min_confidence`, the least
            accepted confidence, 0 to 1; `latent`, a spec or a function of no argument that returns a
            strategy, for a second argument of generate; `threshold`, the largest accepted score, a number or
            the result of `conformal`; `others`, a function from a label to values of a different kind, such
            as letters that a reader of digits may read as 7: `near_misses` uses those without a label.

    Returns:
        name; in place of the decorated function, the spec that name stands for.

    Raises:
        SpecDefinitionError: name is not qualified, discriminate or generate can't be called, or an option is
            unknown or makes no sense.

    Example:
        >>> import mxspec as s
        >>> s.def_model_spec("doc/short-word", s.int_in(1, 4), len, lambda n: "x" * n, input=str)
        'doc/short-word'
        >>> @s.def_model_spec("doc/even-word", discriminate=len, generate=lambda n: "x" * n)
        ... def even_word():
        ...     return s.and_(s.int_in(0, 20), s.is_even)
        >>> s.valid(even_word, "word"), s.valid(even_word, "odd")
        (True, False)
    """
    check_name(name)
    if spec is not None:
        return def_(name, model_spec(spec, discriminate, generate, **options))

    def register_labels(labels: Callable[[], Any]) -> Spec:
        spec = model_spec(labels(), discriminate, generate, **options)
        return registered_spec(def_(name, spec, doc=inspect.getdoc(labels)))

    return register_labels
