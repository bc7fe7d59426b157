"""From what a user writes to a spec: a predicate, a type, a set, a name."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Set
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec import names
from mxspec.core.problems import Place, refusal
from mxspec.core.question import Question
from mxspec.core.spec import Reference, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.forms import call_text, predicate_text
from mxspec.names import check_name
from mxspec.predicates import is_float, is_int
from mxspec.strategies.ordinary import by_predicate
from mxspec.values import INVALID, same_kind
from mxspec.writer import predicate_expression, types_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from mxspec.core.generation import Context
    from mxspec.writer import Code


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predicate(Spec):
    """A predicate, a type or a set as a spec.

    Attributes:
        pred: what the user wrote.
        bare: True if it was written inside another spec, without s.spec(...) around it. clojure.spec reports
            it in merge and in the methods of multi_spec whether it holds or not: it has no explain* there.
        test: the function that decides.
    """

    pred: Any
    bare: bool = False
    test: Callable[[Any], Any] = dataclasses.field(init=False)

    changes: ClassVar[bool | None] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", test_of(self.pred))

    def conform(self, x: Any, question: Question) -> Any:
        try:
            return x if self.test(x) else INVALID
        except Exception as error:  # what a predicate raises on, it has not accepted; explain says why
            refusal(error)
            return INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        reason = None
        try:
            if self.test(x) and not self.bare:
                return []
        except Exception as error:
            reason = refusal(error)
        return [place.problem(self.pred, x, reason=reason)]

    @property
    def types(self) -> frozenset[str] | None:  # type: ignore[override]
        return types_of(self.pred)

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return by_predicate.has_hashable(self.pred)

    @property
    def most_values(self) -> float:  # type: ignore[override]
        return by_predicate.most_values(self.pred)

    def strategy(self, context: Context) -> SearchStrategy[Any] | None:
        return by_predicate.for_predicate(self.pred, context.hashed)

    def expression(self, code: Code, v: str) -> str:
        call = f"{code.const(self.test)}({v})"
        if isinstance(self.pred, (set, frozenset)):
            if self.pred and all(type(element) is str for element in self.pred):
                return f"({v} in {code.const(self.pred)} if type({v}) is str else {call})"
            return call
        plain = predicate_expression(self.pred, v)
        if plain is None and isinstance(self.pred, type):
            return f"isinstance({v}, {code.const(self.pred)})"
        return plain or call

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


# --- what a user writes -----------------------------------------------------------------------------------


def part_of(x: Any) -> Spec:
    """Return an argument of a combinator as a part: a spec, a reference, or a predicate marked as bare."""
    if isinstance(x, Spec):
        check_size(x)
        return x
    if isinstance(x, str):
        return Reference(check_name(x))
    return Predicate(x, bare=True)


MOST_PARTS: Final = 1_000_000
"""The greatest number of parts of a part of a spec, each counted as often as it is written."""


def check_size(spec: Spec) -> int:
    """Return the number of parts in a spec, each counted as often as it is written.

    Raises:
        SpecDefinitionError: they are more than MOST_PARTS. An `or_` of two branches that are one spec asks it
            twice about a value, one of two such 4 times; after 40 levels there would be no end of it. A name
            remembers what it has answered, and counts as one part.
    """
    kept = vars(spec)
    size: int | None = kept.get("_size")
    if size is None:
        size = kept["_size"] = 1 + sum(
            1 if isinstance(part.spec, Reference) else check_size(part.spec) for part in spec.parts()
        )
    if size > MOST_PARTS:
        raise SpecDefinitionError(
            f"a spec of {size:,} parts, each counted as often as it is written, is too large; register a "
            "part that is written more than once with s.def_, and write its name",
        )
    return size


def specize(x: Any) -> Spec:
    """Return the spec that x is or names.

    Raises:
        UnknownSpecError: x is a name that nothing is registered under.
        SpecDefinitionError: x is neither a spec, a name nor a predicate.
    """
    if isinstance(x, Reference):
        return x.target()
    if isinstance(x, Spec):
        return x
    if isinstance(x, str):
        spec: Spec = names.current.resolve(x)
        return spec
    return Predicate(x)


def text_of(x: Any) -> str:
    """Return a spec, a predicate or a name as messages call it."""
    if isinstance(x, Predicate):
        return predicate_text(x.pred) if not isinstance(x.pred, (set, frozenset)) else repr(x)
    return repr(x) if isinstance(x, (Spec, str)) else predicate_text(x)
