"""The common part of all specs of annotations: the annotation."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from typing import Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.core.problems import Place, explains_errors, refuses_errors
from mxspec.core.spec import Spec
from mxspec.errors import Problem
from mxspec.forms import predicate_text
from mxspec.values import INVALID
from mxspec.values import shown


def annotation_text(tp: object) -> str:
    """Return tp as a reader would have typed it.

    Example:
        >>> annotation_text(int), annotation_text(list[int]), annotation_text(None)
        ('int', 'list[int]', 'None')
    """
    if type(tp) is not types.GenericAlias and isinstance(tp, type):
        return "None" if tp is type(None) else str(type.__dict__["__name__"].__get__(tp))
    return shown(tp).removeprefix("typing.")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Typed(Spec):
    """The spec of a type annotation, which is its form; it pickles as that."""

    explains_refusals_alone: ClassVar[bool] = True

    tp: Any
    # from_type, with what forward references are looked up in.
    again: Callable[[Any], Spec]

    def form(self) -> Any:
        return ("from_type", self.tp)

    def __repr__(self) -> str:
        call = f"from_type({annotation_text(self.tp)})"
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn else call

    def reduce_by_value(self) -> tuple[Any, ...]:
        return _unpickled, (self.again, self.tp, self.name, self.gen_fn)


def _unpickled(again: Callable[[Any], Spec], tp: Any, name: str | None, gen_fn: Any) -> Spec:
    spec = again(tp)
    # Not a copy of it where that is the same: a class that names itself is to find the spec itself.
    return spec if name is None and gen_fn is None else dataclasses.replace(spec, name=name, gen_fn=gen_fn)


class Whole(Typed):
    """An annotation that accepts a value as a whole, or refuses it; there are no parts to conform."""

    def accepts(self, x: Any) -> bool:
        """True if x fits; what x itself raises counts as a refusal."""
        raise NotImplementedError

    def required(self) -> Any:
        """Return the form that problems name."""
        raise NotImplementedError

    @refuses_errors
    def conform(self, x: Any) -> Any:
        return x if self.accepts(x) else INVALID

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        return [] if self.accepts(x) else [place.problem(self.required(), x)]

    def may_change(self, code: Code) -> bool:
        return False

    def valid_expression(self, code: Code, v: str) -> str:
        return f"{code.source.method(self, 'accepts')}({v})"
