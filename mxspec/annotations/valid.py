"""Specs inside annotations, for `from_type`, Hypothesis and pydantic: Valid."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.annotations import for_pydantic
from mxspec.api.examples import gen
from mxspec.api.explain import explain_data, explanation
from mxspec.api.operations import valid
from mxspec.core.parts import as_pred
from mxspec.core.spec import Spec
from mxspec.errors import SpecError
from mxspec.strategies.deferred import Deferred

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclasses.dataclass(frozen=True, eq=False)
class Checked:
    """A spec as a part of Annotated's metadata, for pydantic."""

    spec: Spec | str

    def check(self, x: Any) -> Any:
        """Return x if it fits the spec.

        Raises:
            SpecError: it doesn't; the message is that of explain.
        """
        if not valid(self.spec, x):
            data = explain_data(self.spec, x)
            problems = data["problems"] if data else []
            raise SpecError(explanation(data), problems=problems, spec=self.spec, value=x)
        return x

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return for_pydantic.core_schema(self.spec, self.check, source, handler)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return for_pydantic.json_schema(self.spec, schema, handler)


def _checked(spec: Spec) -> Checked:
    return Checked(spec)


Spec.for_pydantic = _checked


class Valid(Checked):
    """A spec as a part of an annotation: `Annotated[np.ndarray, s.Valid["mnist/mnist-image"]]`.

    `from_type` reads it, Hypothesis's `from_type` draws from the spec, and pydantic asks the spec after the
    type; the value stays as it came, whatever the spec conforms it to. (A spec that stands there itself,
    without Valid, is read by `from_type` and asked by pydantic, but Hypothesis does not know it.)

    To pydantic each problem is an error of its own, as `explain_json` lists it, at its place in the value;
    its JSON schema is the type's with that of the spec. A numpy array may come as a list of numbers, or of
    such lists, as JSON has it, unless pydantic is strict, and goes into JSON as one.

    Args:
        spec: in brackets, a spec, a predicate, a type, a set or a name, which is looked up when it is used.

    Raises:
        SpecDefinitionError: spec is none of these.

    Example:
        >>> from typing import Annotated
        >>> import mxspec as s
        >>> Digit = Annotated[int, s.Valid[s.int_in(0, 10)]]
        >>> s.valid(s.from_type(list[Digit]), [1, 9]), s.valid(s.from_type(list[Digit]), [1, 10])
        (True, False)
    """

    # By this and __iter__ Hypothesis and pydantic take it for annotated-types' GroupedMetadata, and use its
    # parts in its place.
    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __class_getitem__(cls, spec: Any) -> Valid:
        return cls(as_pred(spec))

    def __iter__(self) -> Iterator[Deferred | Checked]:
        yield Deferred(functools.partial(gen, self.spec))
        yield Checked(self.spec)

    def __repr__(self) -> str:
        return f"Valid[{self.spec!r}]"

    def __eq__(self, other: object) -> bool:
        return self.spec == other.spec if isinstance(other, Valid) else NotImplemented

    def __hash__(self) -> int:
        return hash((Valid, self.spec))
