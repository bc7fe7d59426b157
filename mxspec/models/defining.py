"""The functions that make model specs: model_spec, def_model_spec."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

from mxspec.api.operations import def_
from mxspec.core.predicate import part_of
from mxspec.core.spec import Spec
from mxspec.errors import SpecDefinitionError, did_you_mean
from mxspec.models.conformal import ConformalThreshold
from mxspec.models.model_spec import ModelSpec
from mxspec.names import check_name
from mxspec.predicates import is_nan, is_number

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class ModelOptions(TypedDict, total=False):
    """The options of a model spec, besides its labels and the two halves of its model.

    input: a spec of the raw value, asked before discriminate.
    min_confidence: the least confidence, 0 to 1, of the readings that discriminate returns.
    latent: a function of no argument that returns a strategy; what it draws is the second argument of
        generate, so that there are many values of one label.
    threshold: the largest score, a number or what `conformal` returns, of the readings that discriminate
        returns; it takes the place of the reading's own.
    """

    input: Any
    min_confidence: float | None
    latent: Callable[[], SearchStrategy[Any]] | None
    threshold: float | ConformalThreshold | None


def model_spec(
    label_spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[..., Any] | None = None,
    **options: Unpack[ModelOptions],
) -> Spec:
    """Return a spec of what a model tells apart, unregistered; the arguments are those of `def_model_spec`.

    Example:
        >>> import mxspec as s
        >>> word = s.model_spec(s.int_in(1, 4), discriminate=len, generate=lambda n: "x" * n)
        >>> s.valid(word, "abc"), s.valid(word, "abcde"), len(s.generate(word, seed=1)) < 4
        (True, False, True)
        >>> s.explain(word, "abcde")
        'abcde' - failed: read as 5, but int_in(1, 4) is required
        >>> def read(x):
        ...     return s.Reading("big" if x > 100 else "small", score=x)
        >>> size = s.model_spec({"big", "small"}, read, len, threshold=s.conformal(range(3000)))
        >>> s.explain(size, 2990.5)
        2990.5 - failed: read as 'big', but stranger than 99.7% of 3,000 examples, 99% are allowed
    """
    may_be_left_out = options.get("input") is not None and options.get("latent") is None
    if not callable(discriminate):
        raise SpecDefinitionError(f"discriminate is a function of one argument, not {discriminate!r}")
    if not callable(generate) and not (generate is None and may_be_left_out):
        raise SpecDefinitionError(
            f"generate is a function of one argument, not {generate!r}; "
            "it may be left out where there is input, whose examples are then the model's, and no latent"
        )
    for name in options.keys() - ModelOptions.__annotations__.keys():
        near = did_you_mean(name, ModelOptions.__annotations__)
        raise SpecDefinitionError(f"a model spec has no option {name!r}{near}")
    input_, min_confidence = options.get("input"), options.get("min_confidence")
    if min_confidence is not None and not (is_number(min_confidence) and 0 <= min_confidence <= 1):
        raise SpecDefinitionError(f"min_confidence is a number from 0 to 1, not {min_confidence!r}")
    threshold = options.get("threshold")
    if not (threshold is None or isinstance(threshold, ConformalThreshold) or _is_threshold(threshold)):
        raise SpecDefinitionError(f"threshold is a number or what s.conformal returns, not {threshold!r}")
    return ModelSpec(
        part_of(label_spec),
        discriminate,
        generate,
        None if input_ is None else part_of(input_),
        min_confidence,
        options.get("latent"),
        threshold,
    )


def _is_threshold(x: object) -> bool:
    """True if x is a number that scores compare with."""
    return is_number(x) and not is_nan(x)


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
) -> Callable[[Callable[[], Any]], str]: ...


def def_model_spec(
    name: str,
    spec: Any = None,
    discriminate: Any = None,
    generate: Any = None,
    **options: Unpack[ModelOptions],
) -> Any:
    """Register a spec made of the two halves of a model (the post's def-model-spec).

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
            Left out, examples are those of the input that are read as such a label.
        options: any of `ModelOptions`: input, min_confidence, latent, threshold.

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
        ...     return s.and_(s.int_in(0, 20), s.is_even)
        >>> s.valid(even_word, "word"), s.valid(even_word, "odd")
        (True, False)
    """
    check_name(name)
    if spec is not None:
        return def_(name, model_spec(spec, discriminate, generate, **options))

    def register_labels(labels: Callable[[], Any]) -> str:
        return def_(name, model_spec(labels(), discriminate, generate, **options))

    return register_labels
