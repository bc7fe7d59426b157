"""Specs inside annotations, for `from_type`, Hypothesis and pydantic: Valid."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.api.examples import gen
from mxspec.api.explain import explain_data, explanation
from mxspec.api.operations import valid
from mxspec.core.parts import as_pred
from mxspec.core.spec import Spec
from mxspec.errors import SpecError, UnknownSpecError
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
        """Return the schema of the type by pydantic's own rules, with the spec asked after it."""
        from pydantic.errors import PydanticSchemaGenerationError
        from pydantic_core import core_schema

        try:
            inner = handler(source)
        except PydanticSchemaGenerationError:
            # A type that pydantic knows nothing of, such as a numpy array.
            if not isinstance(source, type):
                raise
            inner = core_schema.is_instance_schema(source)
        return core_schema.no_info_after_validator_function(self._check_for_pydantic, inner)

    def _check_for_pydantic(self, x: Any) -> Any:
        try:
            return self.check(x)
        except UnknownSpecError as error:
            # As a ValueError it would be told to whoever sent the value, who can do nothing about it.
            raise LookupError(str(error)) from error

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON schema of the type, or an empty one, which allows anything, if it has none."""
        from pydantic.errors import PydanticInvalidForJsonSchema

        try:
            return handler(schema)
        except PydanticInvalidForJsonSchema:
            return {}


class Valid(Checked):
    """A spec as a part of an annotation: `Annotated[np.ndarray, s.Valid["mnist/mnist-image"]]`.

    `from_type` reads it, Hypothesis's `from_type` draws from the spec, and pydantic asks the spec after the
    type; the value stays as it came, whatever the spec conforms it to.

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
