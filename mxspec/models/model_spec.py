"""Specs out of models: a classifier says what is valid, a generator makes examples.

Nothing here knows what a model is: discriminate and generate are callables.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.core.batch import BATCH_SIZE, BatchStrategy, Stacking, call_batch, has_batch_function
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import (
    batch_strategy_of,
    explain_pred,
    form_of,
    specize,
    strategy_of,
    text_of,
)
from mxspec.core.problems import START, Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem
from mxspec.models.conformal import ConformalThreshold
from mxspec.models.reading import Reading, are_plain, as_answers, as_reading
from mxspec.strategies import combine, sampling
from mxspec.strategies.telling import Telling, record_call
from mxspec.values.invalid import INVALID
from mxspec.words import reasons
from mxspec.words.calls import argument_text, callee_text, generated_call
from mxspec.words.generated import copy_of, keep_reading, origin_of, remember
from mxspec.words.values import short

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NEARLY: Final = 1e-4
"""How near to a threshold a value of a batch is asked about alone: some hundred times what rounding is."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelSpec(Spec):
    """Valid is what discriminate reads as a label of label_spec; examples are generate of such labels.

    Where generate is None, they are examples of the input.
    """

    label_spec: Pred
    discriminate: Callable[[Any], Any]
    generate: Callable[..., Any] | None
    input: Pred | None = None
    min_confidence: float | None = None
    latent: Callable[[], SearchStrategy[Any]] | None = None
    threshold: float | ConformalThreshold | None = None

    # --- one value ----------------------------------------------------------------------------------------

    def conform(self, x: Any) -> Any:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return INVALID
        return x if self._accepted_reading(x, specize(self.label_spec)) is not None else INVALID

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return explain_pred(self.input, x, place)
        try:
            reading = self.read(x)
            self._admits_reading(reading)  # which raises if a score or a confidence is no number
        except Exception as error:
            pass_on(error)
            return [place.problem(self.form(), x, reason=reasons.exception_text(error))]
        return [] if self.accepts(reading) else [self.problem(x, reading, place)]

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

    def accepts(self, reading: Reading) -> bool:
        """True if a value with this reading is valid."""
        return self._accepts(reading, specize(self.label_spec))

    def _accepts(self, reading: Reading, labels: Spec) -> bool:
        if self.min_confidence is None and self.threshold is None:
            return is_label(reading.label, labels)
        try:
            is_admitted = self._admits_reading(reading)
        except Exception as error:
            pass_on(error)
            return False
        return is_admitted and is_label(reading.label, labels)

    def _admits_reading(self, reading: Reading) -> bool:
        """True if a reading is sure enough, and not too foreign."""
        sure = self.min_confidence is None or (reading.confidence or 0.0) >= self.min_confidence
        near = self.threshold is None or reading.within(self.threshold)
        return bool(sure and near)

    def _accepted_reading(self, x: Any, labels: Spec) -> Reading | None:
        """Return the reading of a value that fits the input, if it is accepted."""
        try:
            reading = as_reading(self.discriminate(x))
        except Exception as error:
            pass_on(error)
            return None
        if not self._accepts(reading, labels):
            return None
        keep_reading(x, reading)
        return reading

    def _accepts_value(self, x: Any, labels: Spec) -> bool:
        return self._accepted_reading(x, labels) is not None

    def _reason(self, reading: Reading) -> str:
        """Return why a value with this reading is refused."""
        if reading.label is None:
            return reasons.not_recognised(reading.reason or reading.strangeness)
        refused = specize(self.label_spec).explain(reading.label, START)
        is_strange = self.threshold is not None and not refused
        messages = [problem["message"] for problem in refused if "message" in problem]
        return reasons.read_as(
            reading.label,
            reading.confidence,
            required=[problem["pred"] for problem in refused],
            min_confidence=self.min_confidence,
            but=messages[0] if messages else reading.strangeness if is_strange else None,
        )

    # --- many values --------------------------------------------------------------------------------------

    @property
    def has_batch(self) -> bool:
        return has_batch_function(self.discriminate)

    def conform_batch(self, xs: Sequence[Any]) -> list[Any]:
        labels = specize(self.label_spec)
        conformed: list[Any] = []
        for start in range(0, len(xs), BATCH_SIZE):
            conformed += self._conform_one_call(xs[start : start + BATCH_SIZE], labels)
        return conformed

    def _conform_one_call(self, xs: Sequence[Any], labels: Spec) -> Sequence[Any]:
        """Return what each of xs conforms to, which are few enough for one call of discriminate."""
        places, values = self._input(xs)
        answers = call_batch(self.discriminate, values, as_list=as_answers)
        accepted = (
            [self._accepts_value(xs[i], labels) for i in places]
            if answers is None
            else self._accept(answers, values, labels)
        )
        if answers is not None and places and origin_of(xs[places[0]]) is not None:
            for i, answer in zip(places, answers, strict=True):
                keep_reading(xs[i], as_reading(answer))
        if len(accepted) == len(xs) and all(accepted):
            return xs  # saves 0.2 to 0.7 of the 27 ms of "valid of 10,000 images"
        conformed: list[Any] = [INVALID] * len(xs)
        for i, is_accepted in zip(places, accepted, strict=True):
            if is_accepted:
                conformed[i] = xs[i]
        return conformed

    def judged(self, xs: Sequence[Any], *, filled: bool = True) -> list[tuple[Reading, bool] | None]:
        """Return the reading of each of xs, up to BATCH_SIZE, and True if it is accepted; None for no input.

        The batch is filled up to one size, so that no reading depends on how many others there are; not if
        filled is False.
        """
        labels = specize(self.label_spec)
        judged: list[tuple[Reading, bool] | None] = [None] * len(xs)
        places, _ = self._input(xs)
        values = [xs[i] for i in places]
        batch = filled_up(values) if filled else values
        answers = call_batch(self.discriminate, batch, as_list=as_answers) if values else []
        for row, i in enumerate(places):
            reading = None if answers is None else as_reading(answers[row])
            if reading is None or self._is_near(reading):
                reading = self._read_alone(xs[i])
            judged[i] = self.judge(reading), self._accepts(reading, labels)
        return judged

    def _read_alone(self, x: Any) -> Reading:
        """Return the reading of a value; one without a label where discriminate raises."""
        try:
            return as_reading(self.discriminate(x))
        except Exception as error:
            pass_on(error)
            return Reading(None, reason=reasons.exception_text(error))

    def _accept(self, answers: list[Any], values: Sequence[Any], labels: Spec) -> list[bool]:
        """Return which answers of discriminate, one for each of values, are accepted."""
        if self.min_confidence is None and self.threshold is None and are_plain(answers):
            # The label spec is asked once about each label, and there is no Reading for each value: "valid of
            # 10,000 images" takes 26 ms in place of 34.
            accepted = {label for label in set(answers) if is_label(label, labels)}
            return [label in accepted for label in answers]
        return [
            self._accepts_value(values[i], labels)
            if self._is_near(reading)
            else self._accepts(reading, labels)
            for i, reading in enumerate(map(as_reading, answers))
        ]

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
            pass_on(error)
            return False

    def _input(self, xs: Sequence[Any]) -> tuple[Sequence[int], Sequence[Any]]:
        """Return the places of those of xs that fit the input spec, and themselves, as a list or a stack."""
        if self.input is None:
            return range(len(xs)), xs
        spec = specize(self.input)
        stack = spec.stack(xs) if self.has_batch and isinstance(spec, Stacking) else None
        if stack is not None:
            return range(len(xs)), stack
        places = [i for i, conformed in enumerate(spec.conform_batch(xs)) if conformed is not INVALID]
        return places, [xs[i] for i in places]

    # --- examples -----------------------------------------------------------------------------------------

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        telling = Telling(self.name or "model spec")
        drawn = (
            strategy_of(self.input, context)
            if self.generate is None
            else self.arguments(dataclasses.replace(context, hashed=False))
        )
        make = None if self.generate is None else self.make
        return sampling.such_that(
            lambda x: self._admits(x, telling), drawn, text_of(self.name or self), make=make
        )

    def least_height(self, context: GenContext, ask: Ask) -> float:
        made_of = self.input if self.generate is None else self.label_spec
        return ask(made_of, dataclasses.replace(context, hashed=False))

    def _admits(self, x: Any, telling: Telling) -> bool:
        """True if an example is valid, of which a property test then says how it was read."""
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return False
        reading = self._accepted_reading(x, specize(self.label_spec))
        if reading is None:
            return False

        def note() -> str:
            words = reasons.reading_text(reading.label, reading.confidence, reading.reason)
            return f"{short(x)} is {words}"

        telling.tell(x, short(reading.label), reading.confidence, note)
        return True

    def batch_strategy(self, context: GenContext) -> BatchStrategy | None:
        if self.generate is None:
            return batch_strategy_of(self.input, context)
        if not (has_batch_function(self.generate) or self.has_batch):
            return None
        return BatchStrategy(self.arguments(context), self.make_all)

    def arguments(
        self, context: GenContext, label_spec: Pred | None = None
    ) -> SearchStrategy[tuple[Any, ...]]:
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

    def form(self) -> Any:
        options = {
            "input": self.input and form_of(self.input),
            "min_confidence": self.min_confidence,
            "latent": self.latent,
            "threshold": self.threshold,
        }
        options = {name: value for name, value in options.items() if value is not None}
        return (
            "model_spec",
            form_of(self.label_spec),
            self.discriminate,
            self.generate,
            *([options] if options else []),
        )


def filled_up(values: list[Any]) -> list[Any]:
    """Return values, one or more, and copies of the first of them up to BATCH_SIZE."""
    return values + values[:1] * (BATCH_SIZE - len(values))


def is_label(label: Any, labels: Spec) -> bool:
    """True if label is one, which None is not, and labels accepts it."""
    return label is not None and labels.conform(label) is not INVALID
