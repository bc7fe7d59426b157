"""The operations that every kind of spec answers.

The meaning of each is clojure.spec.alpha's; explain's problems come in its order.
"""

from __future__ import annotations

import copyreg
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mxspec.core.batch import Batchable
from mxspec.core.context import GenContext
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.names.forms import call_text, predicate_text
from mxspec.names.registry import find, resolve

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Spec(Batchable):
    """A spec: an immutable value that answers six questions, made by the functions of mxspec.

    Of many values at once it is asked in batches (`mxspec.core.batch`).
    """

    name: str | None = dataclasses.field(default=None, kw_only=True)
    gen_fn: Callable[[], SearchStrategy[Any]] | None = dataclasses.field(default=None, kw_only=True)

    # True if every value of strategy() is valid by the way it is built, so that no filter is needed.
    constructive: ClassVar[bool] = True
    # True for a sequence regex, which splices into the regex around it.
    is_regex: ClassVar[bool] = False

    def conform(self, x: Any) -> Any:
        """Return x as this spec sees it, or INVALID."""
        raise NotImplementedError

    def unform(self, x: Any) -> Any:
        """Return the value that conform made x of."""
        return x

    def explain(self, x: Any, place: Place) -> list[Problem]:
        """Return what is wrong with x, in clojure.spec's order."""
        raise NotImplementedError

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        """Return a Hypothesis strategy of values of this spec, or None where there is no way to make any."""
        raise NotImplementedError

    def form(self) -> Any:
        """Return this spec as data."""
        raise NotImplementedError

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        """Return the same spec with examples from gen_fn()."""
        return dataclasses.replace(self, gen_fn=gen_fn, name=None)

    def __reduce__(self) -> Any:
        if self.name is not None and find(self.name) is self:
            return resolve, (self.name,)  # another process has its own, under the same name
        return copyreg.__newobj__, (type(self),), self.__getstate__()  # type: ignore[attr-defined]

    def __getstate__(self) -> dict[str, Any]:
        # The fields; what else is in the instance was worked out from them and is worked out anew.
        fields = {field.name for field in dataclasses.fields(self) if field.init}
        return {name: value for name, value in self.__dict__.items() if name in fields}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Work out from the fields what is asked often."""

    def standalone(self) -> Spec:
        """Return this spec, or for a sequence regex a spec that no longer splices into another."""
        return self

    def __repr__(self) -> str:
        call = call_text(self.form())
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn else call


Pred = Spec | str
"""What a combinator keeps of each pred it was given: a spec, or a name that is looked up when it is used."""
