"""The operations that every kind of spec answers.

The meaning of each is clojure.spec.alpha's; explain's problems come in its order.
"""

from __future__ import annotations

import copyreg
import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, EXPLAIN, UNFORM, Steps, ask
from mxspec.core.batch import Batchable
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.problems import Place
from mxspec.errors import Problem, UnknownSpecError
from mxspec.lazy import lazy
from mxspec.names.forms import call_text, predicate_text
from mxspec.names.registry import find

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Memo:
    """The memory of a spec, which is not part of its value.

    Attributes:
        compiled: its functions, see `mxspec.api.compiled`.
        asked: True once a question was asked of it.
    """

    __slots__ = ("asked", "compiled")

    def __init__(self) -> None:
        self.compiled: Any = None
        self.asked = False


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Spec(Batchable):
    """A spec: an immutable value that answers six questions. The functions of mxspec make specs.

    Of many values at once it is asked in batches (`mxspec.core.batch`).
    """

    name: str | None = dataclasses.field(default=None, kw_only=True)
    gen_fn: Callable[[], SearchStrategy[Any]] | None = dataclasses.field(default=None, kw_only=True)

    # True if every value of strategy() is valid by the way it is built, so that it needs no filter.
    constructive: ClassVar[bool] = True
    # True of a sequence regex, which splices into the regex around it.
    is_regex: ClassVar[bool] = False
    # True if its parts are asked about parts of the value, which then may contain itself.
    looks_inside: ClassVar[bool] = False

    # True if explain has no problem of a value that fits, so that the compiled valid may be asked first.
    explains_refusals_alone: ClassVar[bool] = False

    # A kind with parts says in steps what to ask of them, see mxspec.core.asking. One without has no steps,
    # and is asked without a request. Nor has one whose parts have none: the steps of its conform are one, and
    # 100 elements of such an or_ take 90 us in place of 150.
    has_steps: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "conforming" in vars(cls):
            cls.has_steps = vars(cls).get("has_steps", True)

    def conform(self, x: Any) -> Any:
        """Return x as this spec sees it, or INVALID."""
        if self.has_steps:
            return ask((CONFORM, self, x))
        steps = self.conforming(x)
        if steps is None:
            raise NotImplementedError
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
        raise AssertionError(f"{self!r} has steps")

    def conforming(self, x: Any) -> Steps | None:
        """Return the steps of conform."""
        return None

    def unform(self, x: Any) -> Any:
        """Return the value that conforms to x."""
        return x if self.unforming(x) is None else ask((UNFORM, self, x))

    def unforming(self, x: Any) -> Steps | None:
        """Return the steps of unform."""
        return None

    def explain(self, x: Any, place: Place) -> list[Problem]:
        """Return the problems of x, in clojure.spec's order."""
        if not type(self).has_steps:
            raise NotImplementedError
        problems: list[Problem] = ask((EXPLAIN, self, x, place))
        return problems

    def explaining(self, x: Any, place: Place) -> Steps | None:
        """Return the steps of explain."""
        return None

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        """Return a Hypothesis strategy for values of this spec, or None if it knows no way to make any."""
        raise NotImplementedError

    def least_height(self, context: GenContext, ask: Ask) -> float:
        """Return the height of the lowest example, see `mxspec.core.heights`; of its parts it may ask."""
        return 0.0

    def most_values(self, ask: Callable[[Pred], float]) -> float:
        """Return how many different values fit, at most; infinity where that is not known.

        Args:
            ask: a function that answers the same of a part.
        """
        return math.inf

    @lazy
    def memo(self) -> Memo:
        """Memory of what costs much to work out; neither copied nor pickled."""
        return Memo()

    # --- as code, see mxspec.codegen ------------------------------------------------------------------------

    # True if the code of this is always a function of its own.
    own_function: ClassVar[bool] = False

    def may_change(self, code: Code) -> bool:
        """True if conform may answer something else than the value itself."""
        return True

    def valid_expression(self, code: Code, v: str) -> str | None:
        """Return an expression that is true if v fits, or None for statements, which write_valid writes."""
        return code.by_conform(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        """Write statements that fall through where v fits."""
        raise NotImplementedError

    def write_conform(self, code: Code, v: str) -> str:
        """Write statements that conform v, and return the expression for it."""
        return code.conform_by_itself(self, v)

    # Explaining a map of 4 keys with a wrong value takes 2 us by these two, 9 us without.
    def write_wrong_part(self, code: Code, v: str) -> bool:
        """Write what returns a list of the one key whose value does not fit, None if more may be wrong.

        Returns:
            False if this kind writes nothing.
        """
        return False

    def explain_part(self, x: Any, key: Any, place: Place) -> list[Problem]:
        """Return the problems of x, of which only the part under key is wrong."""
        raise NotImplementedError

    def builtin_types(self, code: Code) -> Types:
        """Return the builtin types of the values that fit, for regexes that tell their parts by type."""
        return None

    def form(self) -> Any:
        """Return this spec as data."""
        raise NotImplementedError

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        """Return the same spec with examples from gen_fn()."""
        return dataclasses.replace(self, gen_fn=gen_fn, name=None)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.name is not None and find(self.name) is self:
            return registered, (self.name,)  # another process has its own, under the same name
        return self.reduce_by_value()

    def reduce_by_value(self) -> tuple[Any, ...]:
        """Return how a spec pickles that is not registered: as its fields."""
        return copyreg.__newobj__, (type(self),), self.__getstate__()  # type: ignore[attr-defined]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self  # immutable, as a function is, and perhaps with a network in it

    def __getstate__(self) -> dict[str, Any]:
        # The fields; what else is in the instance is worked out from them, and is worked out anew.
        fields = {field.name for field in dataclasses.fields(self) if field.init}
        return {name: value for name, value in self.__dict__.items() if name in fields}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Work out from the fields what is asked often."""

    def _without_steps_if_shallow(self, parts: Iterable[Pred]) -> None:
        """Note that no part has steps, if that is so; what a name stands for may change."""
        if all(isinstance(part, Spec) and not type(part).has_steps for part in parts):
            object.__setattr__(self, "has_steps", False)

    def standalone(self) -> Spec:
        """Return this spec, or for a sequence regex a spec that does not splice into another."""
        return self

    # --- in an annotation, Annotated[int, spec] ------------------------------------------------------------

    # What makes of a spec what pydantic reads; mxspec.annotations.valid knows it.
    for_pydantic: ClassVar[Callable[[Spec], Any]]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return self.for_pydantic().__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return self.for_pydantic().__get_pydantic_json_schema__(schema, handler)

    def __repr__(self) -> str:
        try:
            call = call_text(self.form())
        except RecursionError:
            return f"<{type(self).__name__} that is nested too deeply>"
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn else call


def registered(name: str) -> Spec:
    """Return the spec that was pickled by its name.

    Raises:
        UnknownSpecError: this process has not registered it.
    """
    spec: Spec | None = find(name)
    if spec is None:
        raise UnknownSpecError(
            f"no spec is registered under {name!r} in this process; a registered spec pickles by its name, "
            "so import the module that registers it first",
            spec=name,
        )
    return spec


Pred = Spec | str
"""A pred as a combinator keeps it: a spec, or a name that is looked up when it is used."""
