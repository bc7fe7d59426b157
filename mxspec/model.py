"""Specs out of models: a classifier says what is valid, a generator makes examples.

Nothing here knows what a model is: discriminate and generate are callables.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar, Unpack, overload

from mxspec import generators
from mxspec.api import def_
from mxspec.core import (
    INVALID,
    Overrides,
    Path,
    Pred,
    Problem,
    Seen,
    Spec,
    as_pred,
    exception_text,
    explain_pred,
    form_of,
    problem,
    specize,
    strategy_of,
)
from mxspec.errors import SpecDefinitionError, did_you_mean
from mxspec.forms import required_text
from mxspec.predicates import is_number
from mxspec.registry import check_name

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TOGETHER = 1000  # values that a model is asked about at once; it copies them, so not all there are
F = TypeVar("F", bound=Callable[..., Any])


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a classifier says of a value; `discriminate` may return one in place of a bare label.

    Attributes:
        label: the label, or None where the value has none of those that the classifier knows.
        confidence: how sure it is of the label, 0 to 1.
        score: how foreign the value is to it; the larger, the more.
        threshold: the largest score that it accepts.
        reason: why there is no label, in words.

    Example:
        >>> import mxspec as s
        >>> vowel = s.model_spec({"a", "e"}, lambda x: s.Reading(x, confidence=0.6), str, min_confidence=0.9)
        >>> s.explain(vowel, "a")
        'a' - failed: read as 'a' (0.60), but a confidence of 0.9 is required
    """

    label: Any
    confidence: float | None = None
    score: float | None = None
    threshold: float | None = None
    reason: str | None = None

    def data(self) -> dict[str, Any]:
        """What is known, as parts of a problem."""
        known = {
            "label": self.label,
            "confidence": self.confidence,
            "score": self.score,
            "threshold": self.threshold,
        }
        return {key: value for key, value in known.items() if value is not None}


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
        return _reading(self.discriminate(x))

    def read_many(self, xs: Sequence[Any]) -> list[Reading | Exception]:
        """What discriminate says of each of xs, asked once for all where it can be."""
        batch = getattr(self.discriminate, "batch", None)
        if batch is None or len(xs) < 2:
            return [_tried(self.read, x) for x in xs]
        readings: list[Reading | Exception] = []
        for start in range(0, len(xs), TOGETHER):
            some = xs[start : start + TOGETHER]
            try:
                said = list(batch(some))
            except Exception:
                said = []  # one of them is to blame; which, only asking one by one can tell
            alone = len(said) != len(some)
            readings += [_tried(self.read, x) for x in some] if alone else map(_reading, said)
        return readings

    def accepts(self, reading: Reading) -> bool:
        """Whether a value that reads so is valid."""
        sure = self.min_confidence is None or (reading.confidence or 0.0) >= self.min_confidence
        return (
            reading.label is not None
            and sure
            and specize(self.label_spec).conform(reading.label) is not INVALID
        )

    def conform(self, x: Any) -> Any:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return INVALID
        try:
            reading = self.read(x)
        except Exception:
            return INVALID
        return x if self.accepts(reading) else INVALID

    @property
    def asks_together(self) -> bool:
        return hasattr(self.discriminate, "batch")

    def conform_many(self, xs: Sequence[Any]) -> list[Any]:
        fit = [self.input is None or specize(self.input).conform(x) is not INVALID for x in xs]
        readings = iter(self.read_many([x for x, fits in zip(xs, fit, strict=True) if fits]))
        return [
            x if fits and self._accepted(next(readings)) else INVALID for x, fits in zip(xs, fit, strict=True)
        ]

    def _accepted(self, reading: Reading | Exception) -> bool:
        return isinstance(reading, Reading) and self.accepts(reading)

    def explain(self, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
        if self.input is not None and specize(self.input).conform(x) is INVALID:
            return explain_pred(self.input, path, via, in_, x)
        try:
            reading = self.read(x)
        except Exception as error:
            return [problem(path, self.form(), x, via, in_, reason=exception_text(error))]
        if self.accepts(reading):
            return []
        found = problem(path, self.form(), x, via, in_, reason=self._reason(reading))
        return [{**found, **reading.data()}]

    def _reason(self, reading: Reading) -> str:
        if reading.label is None:
            return f"not recognised: {reading.reason or 'read as none of the labels'}"
        sure = "" if reading.confidence is None else f" ({reading.confidence:.2f})"
        refused = specize(self.label_spec).explain((), (), (), reading.label)
        required = " and ".join(dict.fromkeys(required_text(found["pred"]) for found in refused))
        if not refused:
            required = f"a confidence of {self.min_confidence}"
        return f"read as {reading.label!r}{sure}, but {required} is required"

    def strategy(self, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any] | None:
        labels = strategy_of(self.label_spec, overrides, path, seen)
        if self.latent is None:
            return generators.fmap(lambda label: copied(self.generate(label)), labels)
        latent = generators.made_by(self.latent, what="latent")
        return generators.fmap(
            lambda drawn: copied(self.generate(*drawn)), generators.tuples([labels, latent])
        )

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


def _reading(said: Any) -> Reading:
    reading = said if isinstance(said, Reading) else Reading(said)
    label = reading.label
    if getattr(label, "shape", None) == () and hasattr(label, "item"):
        return dataclasses.replace(reading, label=label.item())
    return reading


def _tried(read: Callable[[Any], Reading], x: Any) -> Reading | Exception:
    try:
        return read(x)
    except Exception as error:
        return error


def batched(many: Callable[..., Any]) -> Callable[[F], F]:
    """A decorator for discriminate or generate that says how to ask about many values at once.

    Args:
        many: for discriminate, a function from a sequence of values to that many labels or readings; for
            generate, from a sequence of labels, and with latent one of what latent drew, to that many values.
            Each has to be what the decorated function answers by itself. One that raises is asked one by one.

    Example:
        >>> import mxspec as s
        >>> @s.batched(lambda words: [len(word) for word in words])
        ... def length(word):
        ...     return len(word)
        >>> short = s.model_spec(s.int_in(0, 4), length, lambda n: "x" * n)
        >>> s.valid(s.coll_of(short), ["a", "ab", "abc"])
        True
    """

    def with_batch(one: F) -> F:
        one.batch = many  # type: ignore[attr-defined]
        return one

    return with_batch


def copied(x: Any) -> Any:
    """A copy of x: a model may hand out the buffer that its next answer overwrites."""
    return x.copy() if hasattr(x, "copy") else copy.copy(x)


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
