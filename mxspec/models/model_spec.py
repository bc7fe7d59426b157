"""Specs out of models: a classifier says what is valid, a generator makes examples.

Nothing here knows what a model is: discriminate and generate are callables.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec import names
from mxspec.core.batch import BATCH_SIZE, BatchStrategy, batch_strategy_of, call_batch, has_batch_function
from mxspec.core.generation import Context, accepts, strategy_of
from mxspec.core.predicate import specize, text_of
from mxspec.core.problems import START, Place, refusal
from mxspec.core.question import Question, ask
from mxspec.core.spec import NEEDED, OPTIONAL, Part, Spec
from mxspec.errors import Problem
from mxspec.models.conformal import ConformalThreshold
from mxspec.models.reading import Reading, are_plain, as_answers, as_reading
from mxspec.names import Names
from mxspec.specs.arrays import ArraySpec
from mxspec.strategies import combine, sampling
from mxspec.strategies.telling import Telling, record_call
from mxspec.values import INVALID
from mxspec.words import reasons
from mxspec.words.calls import argument_text, callee_text, generated_call
from mxspec.words.generated import copy_of, keep_reading, origin_of, remember
from mxspec.words.values import short

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from mxspec.writer import Code

NEARLY: Final = 1e-4
"""How near to a threshold a value of a batch is asked about alone: some hundred times what rounding is."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelSpec(Spec):
    """Valid is what discriminate reads as a label of label_spec; examples are generate of such labels.

    Where generate is None, they are examples of the input.
    """

    label_spec: Spec
    discriminate: Callable[[Any], Any]
    generate: Callable[..., Any] | None
    input: Spec | None = None
    min_confidence: float | None = None
    latent: Callable[[], SearchStrategy[Any]] | None = None
    threshold: float | ConformalThreshold | None = None

    changes: ClassVar[bool | None] = False
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        # Examples are made of labels, or else of inputs, which need no hash of their own.
        is_made = self.generate is not None
        label = Part(self.label_spec, NEEDED if is_made else OPTIONAL, is_piece=True)
        return [label] if self.input is None else [label, Part(self.input, OPTIONAL if is_made else NEEDED)]

    # --- one value ----------------------------------------------------------------------------------------

    def conform(self, x: Any, question: Question) -> Any:
        known = question.verdicts.get((id(self), id(x)))
        if known is None:
            if question.waiting is not None and has_batch_function(self.discriminate):
                question.waiting.setdefault(self, []).append(x)
                return x  # for the time being
            fits = self.input is None or accepts(self.input, x, question.names)
            known = (x, fits and self.accepts(x, self._is_label_in(question.names)))
            question.verdicts[id(self), id(x)] = known
        return x if known[1] else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.input is not None and self.input.conform(x, question) is INVALID:
            return self.input.explain(x, place.under(self.input.name), question)
        try:
            reading = self.read(x)
            self._admits_reading(reading)  # which raises if a score or a confidence is no number
        except Exception as error:
            return [place.problem(self.form(), x, reason=refusal(error))]
        return [] if self.accepts_reading(reading) else [self.problem(x, reading, place)]

    def accepts(self, x: Any, is_label: Callable[[Any], bool]) -> bool:
        """True if x, which fits the input, is read as what is_label is true of."""
        return self._accepted_reading(x, is_label) is not None

    def problem(self, x: Any, reading: Reading, place: Place) -> Problem:
        """Return the problem of a value with a reading that is not accepted."""
        problem = place.problem(self.form(), x, reason=self._reason(reading))
        problem.update(reading.facts())  # type: ignore[typeddict-item]  # mypy wants all keys of a Problem
        return problem

    def read(self, x: Any) -> Reading:
        """Return what discriminate says of x."""
        return self.judge(self.discriminate(x))

    def judge(self, answer: Any) -> Reading:
        """Return an answer of discriminate as a Reading, by the threshold of this spec if it has one."""
        reading = as_reading(answer)
        if self.threshold is None:
            return reading
        return dataclasses.replace(reading, threshold=self.threshold, p_value=None)

    def accepts_reading(self, reading: Reading, is_label: Callable[[Any], bool] | None = None) -> bool:
        """True if a value with this reading is valid; is_label says whether a label is one."""
        if self.min_confidence is not None or self.threshold is not None:
            try:
                if not self._admits_reading(reading):
                    return False
            except Exception as error:
                refusal(error)
                return False
        return reading.label is not None and (is_label or self._is_label_in(None))(reading.label)

    def _is_label_in(self, table: Names | None) -> Callable[[Any], bool]:
        """Return the function that is true of labels, which are looked up in a table of names."""
        return functools.partial(accepts, self.label_spec, table=table)

    def _admits_reading(self, reading: Reading) -> bool:
        """True if a reading is sure enough, and not too foreign."""
        sure = self.min_confidence is None or (reading.confidence or 0.0) >= self.min_confidence
        near = self.threshold is None or reading.within(self.threshold)
        return bool(sure and near)

    def _accepted_reading(self, x: Any, is_label: Callable[[Any], bool] | None = None) -> Reading | None:
        """Return the reading of a value that fits the input, if it is accepted."""
        try:
            reading = as_reading(self.discriminate(x))
        except Exception as error:
            refusal(error)
            return None
        if not self.accepts_reading(reading, is_label):
            return None
        keep_reading(x, reading)
        return reading

    def _reason(self, reading: Reading) -> str:
        """Return why a value with this reading is refused."""
        if reading.label is None:
            return reasons.not_recognised(reading.reason or reading.strangeness)
        refused = self._label_problems(reading.label)
        is_strange = self.threshold is not None and not refused
        messages = [problem["message"] for problem in refused if "message" in problem]
        return reasons.read_as(
            reading.label,
            reading.confidence,
            required=[problem["pred"] for problem in refused],
            min_confidence=self.min_confidence,
            but=messages[0] if messages else reading.strangeness if is_strange else None,
        )

    def _label_problems(self, label: Any) -> list[Problem]:
        """Return why the label spec refuses a label, if it does."""
        if self._is_label_in(None)(label):
            return []
        labels = specize(self.label_spec)
        return ask(lambda question: labels.explain(label, START, question), labels)

    # --- many values --------------------------------------------------------------------------------------

    def accepts_each(self, xs: Sequence[Any], table: Names | None = None) -> Sequence[bool]:
        """Return which of xs fit; discriminate is asked about many in one call where it is `batched`."""
        table = table or names.current
        accepted: list[bool] = []
        for start in range(0, len(xs), BATCH_SIZE):
            accepted += self._accepts_some(xs[start : start + BATCH_SIZE], table)
        return accepted

    def _accepts_some(self, xs: Sequence[Any], table: Names) -> list[bool]:
        """Return which of xs, few enough for one call of discriminate, fit."""
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

    def judged(self, xs: Sequence[Any], *, filled: bool = True) -> list[tuple[Reading, bool] | None]:
        """Return the reading of each of xs, up to BATCH_SIZE, and True if it is accepted; None for no input.

        The batch is filled up to one size, so that no reading depends on how many others there are; not if
        filled is False.
        """
        judged: list[tuple[Reading, bool] | None] = [None] * len(xs)
        places, _ = self._input(xs, names.current)
        values = [xs[i] for i in places]
        batch = filled_up(values) if filled else values
        answers = call_batch(self.discriminate, batch, as_list=as_answers) if values else []
        for row, i in enumerate(places):
            reading = None if answers is None else as_reading(answers[row])
            if reading is None or self._is_near(reading):
                reading = self._read_alone(xs[i])
            judged[i] = self.judge(reading), self.accepts_reading(reading)
        return judged

    def _read_alone(self, x: Any) -> Reading:
        """Return the reading of a value; one without a label where discriminate raises."""
        try:
            return as_reading(self.discriminate(x))
        except Exception as error:
            refusal(error)
            return Reading(None, reason=reasons.exception_text(error))

    def _accept(self, answers: list[Any], values: Sequence[Any], table: Names) -> list[bool]:
        """Return which answers of discriminate, one for each of values, are accepted."""
        if self.min_confidence is None and self.threshold is None and are_plain(answers):
            # The label spec is asked once about each label, and there is no Reading for each value: "valid of
            # 10,000 images" takes 26 ms in place of 34.
            is_label = self._is_label_in(table)
            labels = {label for label in set(answers) if label is not None and is_label(label)}
            return [label in labels for label in answers]
        readings = list(map(as_reading, answers))

        def accept(question: Question) -> list[bool]:
            def is_label(label: Any) -> bool:
                return self.label_spec.conform(label, question) is not INVALID

            return [self.accepts_reading(reading, is_label) for reading in readings]

        # The labels of all are one question, which takes 0.1 us for each; a question for each takes 1.5 us.
        accepted = ask(accept, self.label_spec, table)
        for i in filter(lambda i: self._is_near(readings[i]), range(len(readings))):
            accepted[i] = self.accepts(values[i], self._is_label_in(table))
        return accepted

    def _is_near(self, reading: Reading) -> bool:
        """True if rounding may decide: a network adds up in another order for a batch than for one value."""
        if self.min_confidence is None and self.threshold is None:
            return False
        pairs = ((reading.confidence, self.min_confidence), (reading.score, self.threshold))
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
        """Return the places of those of xs that fit the input spec, and themselves, as a list or a stack."""
        if self.input is None:
            return range(len(xs)), xs
        spec = specize(self.input)
        if isinstance(spec, ArraySpec) and has_batch_function(self.discriminate) and len(xs) > 1:
            stack: Any = spec.stack(xs)
            if stack is not None:
                return range(len(xs)), stack
        conformed = ask(lambda question: [spec.conform(x, question) for x in xs], spec, table)
        places = [i for i, answer in enumerate(conformed) if answer is not INVALID]
        return places, [xs[i] for i in places]

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        telling = Telling(self.name or "model spec")
        if self.generate is None:
            assert self.input is not None
            drawn = strategy_of(self.input, context)
        else:
            drawn = self.arguments(dataclasses.replace(context, hashed=False))
        make = None if self.generate is None else self.make
        return sampling.such_that(
            lambda x: self._admits(x, telling), drawn, text_of(self.name or self), make=make
        )

    def _admits(self, x: Any, telling: Telling) -> bool:
        """True if an example is valid, of which a property test then says how it was read."""
        if self.input is not None and not accepts(self.input, x):
            return False
        reading = self._accepted_reading(x)
        if reading is None:
            return False

        def note() -> str:
            words = reasons.reading_text(reading.label, reading.confidence, reading.reason)
            return f"{short(x)} is {words}"

        telling.tell(x, short(reading.label), reading.confidence, note)
        return True

    def batch_strategy(self, context: Context) -> BatchStrategy | None:
        """Return how examples are made in batches, or None where they are drawn one by one."""
        if self.generate is None:
            assert self.input is not None
            return batch_strategy_of(self.input, context)
        if not (has_batch_function(self.generate) or has_batch_function(self.discriminate)):
            return None
        return BatchStrategy(self.arguments(context), self.make_all)

    def arguments(self, context: Context, label_spec: Spec | None = None) -> SearchStrategy[tuple[Any, ...]]:
        """Return a strategy of what generate is called with: a label, and with latent what that draws.

        Args:
            label_spec: the spec of the labels, where it is to be another than that of the model spec.
        """
        labels = strategy_of(self.label_spec if label_spec is None else label_spec, context)
        latent = [] if self.latent is None else [combine.as_strategy(self.latent, what="latent")]
        return combine.tuples([labels, *latent])

    def make(self, arguments: tuple[Any, ...]) -> Any:
        """Return a copy of what generate makes of its arguments, valid or not; an array remembers these."""
        assert self.generate is not None, "there are no arguments without it"
        return self._copy(self.generate(*arguments), arguments)

    def _copy(self, x: Any, arguments: tuple[Any, ...]) -> Any:
        """Return a copy of x: a model may hand out the buffer that its next answer overwrites."""
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
        """Return what generate makes of each of some arguments, in one go where it can."""
        assert self.generate is not None, "there are no arguments without it"
        values = call_batch(self.generate, *map(list, zip(*calls, strict=True)))
        return list(map(self.make, calls)) if values is None else list(map(self._copy, values, calls))

    # --- code and form ------------------------------------------------------------------------------------

    def expression(self, code: Code, v: str) -> str:
        accepted = (
            f"{code.source.method(self, 'accepts')}({v}, lambda x: {code.call_valid(self.label_spec, 'x')})"
        )
        return accepted if self.input is None else f"({code.call_valid(self.input, v)} and {accepted})"

    def form(self) -> Any:
        options = {
            "input": self.input and self.input.form(),
            "min_confidence": self.min_confidence,
            "latent": self.latent,
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


def filled_up(values: list[Any]) -> list[Any]:
    """Return values, one or more, and copies of the first of them up to BATCH_SIZE."""
    return values + values[:1] * (BATCH_SIZE - len(values))
