"""A predicate, a type or a set as a spec."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Set
from typing import TYPE_CHECKING, Any

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types, expression, types_of
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.problems import Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.names.forms import call_text, predicate_text
from mxspec.predicates import is_float, is_int
from mxspec.strategies.ordinary import by_predicate
from mxspec.values.equality import same_kind
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import exception_text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predicate(Spec):
    """A predicate, a type or a set as a spec."""

    pred: Any
    # A bare predicate was written inside another spec, without s.spec(...) around it. clojure.spec reports
    # it in merge and in the methods of multi_spec whether it holds or not, because it has no explain* there.
    bare: bool = False
    test: Callable[[Any], Any] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", test_of(self.pred))

    def conform(self, x: Any) -> Any:
        try:
            return x if self.test(x) else INVALID
        except Exception as error:
            pass_on(error)
            # A predicate that raises on a value has not accepted it; explain carries the exception.
            return INVALID

    def explain(self, x: Any, place: Place) -> list[Problem]:
        try:
            if self.test(x):
                return []
        except Exception as error:
            pass_on(error)
            return [place.problem(self.pred, x, reason=exception_text(error))]
        return [place.problem(self.pred, x)]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        return by_predicate.for_predicate(self.pred, context.hashed)

    def least_height(self, context: GenContext, ask: Ask) -> float:
        return NEVER if context.hashed and not by_predicate.has_hashable(self.pred) else 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        return by_predicate.most_values(self.pred)

    def may_change(self, code: Code) -> bool:
        return False

    def valid_expression(self, code: Code, v: str) -> str:
        call = f"{code.const(self.test)}({v})"
        if isinstance(self.pred, (set, frozenset)):
            if self.pred and all(type(element) is str for element in self.pred):
                return f"({v} in {code.const(self.pred)} if type({v}) is str else {call})"
            return call
        plain = expression(self.pred, v)
        if plain is None and isinstance(self.pred, type):
            return f"isinstance({v}, {code.const(self.pred)})"
        return plain or call

    def builtin_types(self, code: Code) -> Types:
        return types_of(self.pred)

    def form(self) -> Any:
        return self.pred if self.bare else ("spec", self.pred)

    def __repr__(self) -> str:
        gen = f", gen={predicate_text(self.gen_fn)}" if self.gen_fn else ""
        return call_text(self.pred) if self.bare and not gen else f"spec({call_text(self.pred)}{gen})"


def test_of(pred: Any) -> Callable[[Any], Any]:
    """Return the function that decides if a value satisfies a type, a set or a callable.

    Raises:
        SpecDefinitionError: pred is none of these.
    """
    if isinstance(pred, (set, frozenset)):
        return member_test(pred)
    if pred is int:
        return is_int  # bool is an int to Python, not to a reader of a spec
    if pred is float:
        return is_float
    if isinstance(pred, type):
        return lambda x: isinstance(x, pred)
    if hasattr(pred, "__origin__") or isinstance(pred, types.UnionType):
        raise SpecDefinitionError(f"{pred!r} is a type annotation; say s.from_type({pred!r})")
    if callable(pred):
        return pred  # type: ignore[no-any-return]
    raise SpecDefinitionError(
        f"{pred!r} is not a predicate; give a callable, a type, a set, a spec or the name of one"
    )


test_of.__test__ = False  # type: ignore[attr-defined]  # pytest collects by prefix


def member_test(elements: Set[Any]) -> Callable[[Any], bool]:
    """Return the test of membership as clojure has it: 1, 1.0 and True differ; None and False never pass."""
    members = {e: e for e in elements if e is not None and e is not False}

    def is_member(x: Any) -> bool:
        try:
            member = members.get(x, INVALID)
        except TypeError:  # unhashable, so it is in no set
            return False
        return member is not INVALID and same_kind(member, x)

    return is_member
