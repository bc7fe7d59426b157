"""Specs out of models: a classifier says what is valid, a generator makes examples.

Nothing here knows what a model is: discriminate and generate are callables.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack, overload

from mxspec.api.operations import def_
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, explain_pred, form_of, specize, strategy_of
from mxspec.core.problems import START, Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError, did_you_mean
from mxspec.models.reading import Reading, Verdicts, are_plain, as_labels, as_reading, copied, together
from mxspec.names.registry import check_name
from mxspec.predicates import is_number
from mxspec.strategies import combine
from mxspec.strategies.sampling import TOGETHER, Recipe
from mxspec.values.invalid import INVALID
from mxspec.words import reasons

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelSpec(Spec):
    """Valid is what discriminate reads as a label of label_spec; examples are generate of such labels."""

    constructive: ClassVar[bool] = False
    label_spec: Pred
    discriminate: Callable[[Any], Any]
    generate: Callable[..., Any]
    input: Pred | None = None
    min_confidence: float | None = None
    latent: Callable[[], SearchStrategy[Any]] | None = None
    doc: str | None = None

    def read(self, x: Any) -> Reading:
        """What discriminate says of x, with a scalar of a numeric library as Python's own."""
        return as_reading(self.discriminate(x))

    def accepts(self, reading: Reading) -> bool:
        """Whether a value that reads so is valid."""
        return self._accepts(reading, Verdicts(specize(self.label_spec)))

    def _accepts(self, reading: Reading, labels: Verdicts) -> bool:
        sure = self.min_confidence is None or (reading.confidence or 0.0) >= self.min_confidence
        return sure and labels.of(reading.label)

    def conform(self, x: Any) -> Any:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return INVALID
        return x if self._is_accepted(x, Verdicts(specize(self.label_spec))) else INVALID

    def _is_accepted(self, x: Any, labels: Verdicts) -> bool:
        try:
            reading = self.read(x)
        except Exception as error:
            pass_on(error)
            return False
        return self._accepts(reading, labels)

    @property
    def batches(self) -> bool:
        return hasattr(self.discriminate, "batch")

    def conform_many(self, xs: Sequence[Any]) -> list[Any]:
        labels = Verdicts(specize(self.label_spec))
        chunks = [xs[start : start + TOGETHER] for start in range(0, len(xs), TOGETHER)]
        conformed = [self._conformed(chunk, labels) for chunk in chunks]
        if type(xs) is list and all(map(operator.is_, conformed, chunks)):
            return xs
        return [x for chunk in conformed for x in chunk]

    def _conformed(self, xs: Sequence[Any], labels: Verdicts) -> Sequence[Any]:
        """conform of each of xs, which are few enough for one batch; xs itself if it may be."""
        spec = None if self.input is None else specize(self.input)
        rows = xs if spec is None else spec.gathered(xs) if self.batches else None
        if rows is None:
            assert spec is not None
            fit = [conformed is not INVALID for conformed in spec.conform_many(xs)]
            fitting = [x for x, fits in zip(xs, fit, strict=True) if fits]
            verdicts = iter(self._are_accepted(fitting, fitting, labels))
            accepted = [fits and next(verdicts) for fits in fit]
        else:
            accepted = self._are_accepted(xs, rows, labels)
        if rows is not None and rows is not xs and all(accepted):
            return xs  # all of them are arrays, so none of them is INVALID itself
        return [x if valid else INVALID for x, valid in zip(xs, accepted, strict=True)]

    def _are_accepted(self, xs: Sequence[Any], rows: Sequence[Any], labels: Verdicts) -> list[bool]:
        """Whether each of xs is read as one of the labels; rows are the same values, for the batch."""
        said = together(self.discriminate, rows, as_list=as_labels)
        if said is None:
            return [self._is_accepted(x, labels) for x in xs]
        if self.min_confidence is None and are_plain(said):
            return labels.of_plain(said)
        return [self._accepts(as_reading(answer), labels) for answer in said]

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return explain_pred(self.input, x, place)
        try:
            reading = self.read(x)
        except Exception as error:
            pass_on(error)
            return [place.problem(self.form(), x, reason=reasons.exception_text(error))]
        if self.accepts(reading):
            return []
        problem = place.problem(self.form(), x, reason=self._reason(reading))
        problem.update(reading.data())
        return [problem]

    def _reason(self, reading: Reading) -> str:
        if reading.label is None:
            return reasons.not_recognised(reading.reason)
        refused = [problem["pred"] for problem in specize(self.label_spec).explain(reading.label, START)]
        return reasons.read_as(
            reading.label, reading.confidence, required=refused, min_confidence=self.min_confidence
        )

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return combine.fmap(self._made, self._parts(context))

    def recipe(self, context: GenContext) -> Recipe | None:
        if not (hasattr(self.generate, "batch") or self.batches):
            return None
        return Recipe(self._parts(context), self._made_together)

    def _parts(self, context: GenContext) -> SearchStrategy[tuple[Any, ...]]:
        """What generate is called with."""
        labels = strategy_of(self.label_spec, context)
        latent = [] if self.latent is None else [combine.made_by(self.latent, what="latent")]
        return combine.tuples([labels, *latent])

    def _made(self, parts: tuple[Any, ...]) -> Any:
        return copied(self.generate(*parts))

    def _made_together(self, parts: list[tuple[Any, ...]]) -> list[Any]:
        values = together(self.generate, *map(list, zip(*parts, strict=True)))
        return list(map(self._made, parts)) if values is None else list(map(copied, values))

    def form(self) -> Any:
        given = {
            "input": self.input and form_of(self.input),
            "min_confidence": self.min_confidence,
            "latent": self.latent,
        }
        options = {key: value for key, value in given.items() if value is not None}
        return (
            "model_spec",
            form_of(self.label_spec),
            self.discriminate,
            self.generate,
            *([options] if options else []),
        )


class ModelOptions(TypedDict, total=False):
    """What a model spec may be told besides its labels and the two halves of its model.

    input: a spec of the raw value, asked before discriminate.
    min_confidence: the least confidence, 0 to 1, of the readings that discriminate returns.
    latent: a function of no argument that returns a strategy; what it draws is the second argument of
        generate, so that there are many values of one label.
    """

    input: Any
    min_confidence: float | None
    latent: Callable[[], SearchStrategy[Any]] | None


def model_spec(
    label_spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any],
    *,
    doc: str | None = None,
    **options: Unpack[ModelOptions],
) -> Spec:
    """A spec of what a model tells apart, not registered; `def_model_spec` says what the arguments are.

    Example:
        >>> import mxspec as s
        >>> word = s.model_spec(s.int_in(1, 4), discriminate=len, generate=lambda n: "x" * n)
        >>> s.valid(word, "abc"), s.valid(word, "abcde"), len(s.generate(word, seed=1)) < 4
        (True, False, True)
        >>> s.explain(word, "abcde")
        'abcde' - failed: read as 5, but int_in(1, 4) is required
    """
    for role, fn in (("discriminate", discriminate), ("generate", generate)):
        if not callable(fn):
            raise SpecDefinitionError(f"{role} is a function of one argument, not {fn!r}")
    for name in options.keys() - ModelOptions.__annotations__.keys():
        near = did_you_mean(name, ModelOptions.__annotations__)
        raise SpecDefinitionError(f"a model spec has no option {name!r}{near}")
    input_, least = options.get("input"), options.get("min_confidence")
    if least is not None and not (is_number(least) and 0 <= least <= 1):
        raise SpecDefinitionError(f"min_confidence is a number from 0 to 1, not {least!r}")
    return ModelSpec(
        as_pred(label_spec),
        discriminate,
        generate,
        None if input_ is None else as_pred(input_),
        least,
        options.get("latent"),
        doc,
    )


@overload
def def_model_spec(
    name: str,
    spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any],
    **options: Unpack[ModelOptions],
) -> str: ...


@overload
def def_model_spec(
    name: str,
    *,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any],
    **options: Unpack[ModelOptions],
) -> Callable[[Callable[[], Any]], str]: ...


def def_model_spec(
    name: str,
    spec: Any = None,
    discriminate: Any = None,
    generate: Any = None,
    **options: Unpack[ModelOptions],
) -> Any:
    """Register under name a spec made of a model's two halves (the post's def-model-spec).

    Valid is a value whose label, `discriminate(value)`, spec accepts. Examples are `generate(label)` for
    labels from spec's own strategy; they shrink as the labels do, and one that discriminate does not read as
    such a label is never handed out.

    Args:
        name: a qualified name.
        spec: the spec of the labels. Left out, def_model_spec is a decorator for a function that returns it.
        discriminate: a function from value to label, or to a `Reading`; None means that the value has none of
            the labels. One that raises refuses the value, and the exception is the reason.
        generate: a function from label to value; with latent, from label and what latent draws.
            Where either of the two is `batched`, collections, samples and checks ask it about many at once.
        options: any of `ModelOptions`: input, min_confidence, latent.

    Returns:
        name, also in place of the decorated function.

    Raises:
        SpecDefinitionError: name is not qualified, discriminate or generate can't be called, or an option is
            unknown or makes no sense.

    Example:
        >>> import mxspec as s
        >>> s.def_model_spec("doc/short-word", s.int_in(1, 4), len, lambda n: "x" * n, input=str)
        'doc/short-word'
        >>> @s.def_model_spec("doc/even-word", discriminate=len, generate=lambda n: "x" * n)
        ... def even_word():
        ...     "Words of an even length."
        ...     return s.and_(s.int_in(0, 20), s.is_even)
        >>> s.valid(even_word, "word"), s.valid(even_word, "odd")
        (True, False)
    """
    check_name(name)
    if spec is not None:
        return def_(name, model_spec(spec, discriminate, generate, **options))

    def register_labels(labels: Callable[[], Any]) -> str:
        return def_(name, model_spec(labels(), discriminate, generate, doc=labels.__doc__, **options))

    return register_labels
