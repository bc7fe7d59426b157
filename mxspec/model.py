"""Specs out of models: a classifier says what is valid, a generator makes examples.

Nothing here knows what a model is: discriminate and generate are callables.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, overload

from mxspec import generators
from mxspec.api import def_
from mxspec.core import (
    INVALID,
    Overrides,
    Path,
    Problem,
    Seen,
    Spec,
    as_pred,
    exception_text,
    form_of,
    problem,
    specize,
    strategy_of,
)
from mxspec.errors import SpecDefinitionError
from mxspec.forms import call_text
from mxspec.registry import check_name

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ModelSpec(Spec):
    """Valid is what discriminate reads as a label of label_spec; examples are generate of such labels."""

    constructive: ClassVar[bool] = False
    label_spec: Spec | str
    discriminate: Callable[[Any], Any]
    generate: Callable[[Any], Any]
    doc: str | None = None

    def label(self, x: Any) -> Any:
        """What discriminate says of x, with a scalar of a numeric library as Python's own."""
        label = self.discriminate(x)
        return label.item() if getattr(label, "shape", None) == () and hasattr(label, "item") else label

    def conform(self, x: Any) -> Any:
        try:
            label = self.label(x)
        except Exception:
            return INVALID
        return INVALID if label is None or specize(self.label_spec).conform(label) is INVALID else x

    def explain(self, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
        try:
            label = self.label(x)
        except Exception as error:
            return [self._problem(path, x, via, in_, exception_text(error))]
        if label is None:
            return [self._problem(path, x, via, in_, "read as none of the labels")]
        refused = specize(self.label_spec).explain((), (), (), label)
        if not refused:
            return []
        required = " and ".join(dict.fromkeys(call_text(found["pred"]) for found in refused))
        return [
            {
                **self._problem(path, x, via, in_, f"read as {label!r}, but {required} is required"),
                "label": label,
            }
        ]

    def _problem(self, path: Path, x: Any, via: Path, in_: Path, reason: str) -> Problem:
        return problem(path, self.form(), x, via, in_, reason=reason)

    def strategy(self, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any] | None:
        labels = strategy_of(self.label_spec, overrides, path, seen)
        return generators.fmap(lambda label: copied(self.generate(label)), labels)

    def form(self) -> Any:
        return ("model_spec", form_of(self.label_spec), self.discriminate, self.generate)


def copied(x: Any) -> Any:
    """A copy of x: a model may hand out the buffer that its next answer overwrites."""
    return x.copy() if hasattr(x, "copy") else copy.copy(x)


def model_spec(
    label_spec: Any,
    discriminate: Callable[[Any], Any],
    generate: Callable[[Any], Any],
    *,
    doc: str | None = None,
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
    return ModelSpec(as_pred(label_spec), discriminate, generate, doc)


@overload
def def_model_spec(
    name: str, spec: Any, discriminate: Callable[[Any], Any], generate: Callable[[Any], Any]
) -> str: ...


@overload
def def_model_spec(
    name: str, *, discriminate: Callable[[Any], Any], generate: Callable[[Any], Any]
) -> Callable[[Callable[[], Any]], str]: ...


def def_model_spec(name: str, spec: Any = None, discriminate: Any = None, generate: Any = None) -> Any:
    """Register under name a spec made of a model's two halves (the post's def-model-spec).

    Valid is a value whose label, `discriminate(value)`, spec accepts. Examples are `generate(label)` for
    labels from spec's own strategy; they shrink as the labels do, and one that discriminate does not read as
    such a label is never handed out.

    Args:
        name: a qualified name.
        spec: the spec of the labels. Left out, def_model_spec is a decorator for a function that returns it.
        discriminate: a function from value to label; None means that the value has none of the labels. One
            that raises refuses the value, and the exception is the reason.
        generate: a function from label to value.

    Returns:
        name, also in place of the decorated function.

    Raises:
        SpecDefinitionError: name is not qualified, or discriminate or generate can't be called.

    Example:
        >>> import mxspec as s
        >>> s.def_model_spec("doc/short-word", s.int_in(1, 4), len, lambda n: "x" * n)
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
        return def_(name, model_spec(spec, discriminate, generate))

    def register_labels(labels: Callable[[], Any]) -> str:
        return def_(name, model_spec(labels(), discriminate, generate, doc=labels.__doc__))

    return register_labels
