"""Specs inside annotations, for `from_type`, Hypothesis and pydantic: Valid."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec import names
from mxspec.api.examples import gen
from mxspec.api.operations import explain_data, valid
from mxspec.core.spec import ONE_OF, Reference, Spec, as_part
from mxspec.errors import ErrorDetails, SpecError
from mxspec.messages.explanations import error_list
from mxspec.schemas.json_schema import all_of, inline_schema, types_in
from mxspec.specs.arrays import ArraySpec
from mxspec.strategies import combine

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema, InitErrorDetails


# --- a spec as pydantic asks it ---------------------------------------------------------------------------


def core_schema(spec: Spec, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """Return pydantic's schema of a type, with a spec asked after it."""
    from pydantic.errors import PydanticSchemaGenerationError
    from pydantic_core import core_schema as schemas

    try:
        inner = handler(source)
    except PydanticSchemaGenerationError:
        # A type that pydantic knows nothing of, such as a numpy array.
        if not isinstance(source, type):
            raise
        is_array = _is_array_type(source)
        inner = _array_schema(spec, source) if is_array else schemas.is_instance_schema(source)
    return schemas.no_info_after_validator_function(
        functools.partial(_check_value, spec),
        inner,
        metadata={"pydantic_js_functions": [functools.partial(_json_schema, spec)]},
    )


def _check_value(spec: Spec, x: Any) -> Any:
    """Return x if it fits, else raise an error for each problem."""
    asked = spec.to if isinstance(spec, Reference) else spec
    try:
        data = None if valid(asked, _as_array(spec, x)) else explain_data(asked, _as_array(spec, x))
    except SpecError as error:
        # The spec is at fault, for instance an unknown name. A ValueError would become an error message for
        # the sender of the value, who can't fix it.
        raise LookupError(str(error)) from error
    if data is None:
        return x
    from pydantic_core import ValidationError

    # pydantic puts the place of the field before the places of these.
    lines = map(_line_error, error_list(data["problems"], asked))
    raise ValidationError.from_exception_data("spec", list(lines))


def _line_error(error: ErrorDetails) -> InitErrorDetails:
    from pydantic_core import InitErrorDetails, PydanticCustomError

    message, context = error["msg"], error["ctx"]
    if any(f"{{{name}}}" in message for name in context):
        # pydantic would fill in the facts there; it fills in each text only once, so a text inside msg is
        # safe.
        message, context = "{msg}", {**context, "msg": message}
    kind = PydanticCustomError(error["type"], message, context)
    return InitErrorDetails(type=kind, loc=tuple(error["loc"]), input=error["input"])


# --- arrays -----------------------------------------------------------------------------------------------


def _is_array_type(source: type) -> bool:
    numpy = sys.modules.get("numpy")  # who has the class has imported it
    return numpy is not None and source is numpy.ndarray


def _array_schema(spec: Spec, source: type) -> CoreSchema:
    """Return the schema of numpy arrays; in JSON they are lists."""
    from pydantic_core import core_schema as schemas

    is_array = schemas.is_instance_schema(source)
    listed = schemas.no_info_before_validator_function(functools.partial(_as_array, spec), is_array)
    return schemas.json_or_python_schema(
        json_schema=listed,
        python_schema=schemas.lax_or_strict_schema(lax_schema=listed, strict_schema=is_array),
        serialization=schemas.plain_serializer_function_ser_schema(_to_list, when_used="json"),
    )


def _to_list(array: Any) -> Any:
    return array.tolist()


def _as_array(spec: Spec, x: Any) -> Any:
    """Return a nested list of numbers as the array that spec requires; return other values unchanged.

    JSON has no arrays. The array gets the dtype of the spec if it can hold the numbers.
    """
    if type(x) is not list or (arrays := _arrays_of(spec)) is None:
        return x
    import numpy as np

    try:
        array = np.asarray(x)
    except (TypeError, ValueError, OverflowError, Warning):  # lists of several lengths
        return x
    if array.dtype.kind not in "biuf":
        return x
    dtype = arrays.dtype
    if not isinstance(dtype, np.dtype) or dtype == array.dtype or dtype.kind not in "biuf":
        return array
    cast = array.astype(dtype)
    return cast if np.can_cast(array.dtype, dtype, "same_kind") or (cast == array).all() else array


def _arrays_of(spec: Spec) -> ArraySpec | None:
    """Return the spec of arrays that a value meets first, or None if it meets another kind first."""
    reached = names.current.find(spec.to) if isinstance(spec, Reference) else spec
    if reached is None or isinstance(reached, ArraySpec):
        return reached
    whole = [part for part in reached.parts() if not part.is_piece]
    return _arrays_of(whole[0].spec) if whole and whole[0].role != ONE_OF else None


# --- the schema -------------------------------------------------------------------------------------------


def _json_schema(spec: Spec, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Return the JSON schema of the type, if there is one, combined with that of the spec."""
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        of_type = handler(schema)
    except PydanticInvalidForJsonSchema:
        of_type = {}
    of_spec = inline_schema(spec)
    return of_type if _is_text_for_other(of_type, of_spec) else all_of([of_type, of_spec])


def _is_text_for_other(of_type: dict[str, Any], of_spec: dict[str, Any]) -> bool:
    """True if JSON has text for the values of a type, and the schema of the spec has another type.

    An example is Decimal, a number for the spec.
    """
    written, known = _all_types(of_type), _all_types(of_spec)
    return known is not None and written is not None and "string" in written - known


def _all_types(schema: dict[str, Any]) -> set[str] | None:
    """Return the types in a schema or its choices, or None if one has no types."""
    choices = [types_in(choice) for choice in schema.get("anyOf", [schema])]
    return None if None in choices else {name for types in choices for name in types or ()}


# --- Valid ------------------------------------------------------------------------------------------------

# pydantic calls this method of a spec in an annotation.
Spec.__get_pydantic_core_schema__ = core_schema  # type: ignore[attr-defined]


class StrategyMetadata:
    """A group of metadata with a strategy in it (annotated_types.GroupedMetadata).

    Only Hypothesis iterates over it, so only its users import Hypothesis, which takes longer than most
    checks.
    """

    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __init__(self, spec: Spec | str) -> None:
        self._spec = spec

    def __iter__(self) -> Iterator[SearchStrategy[Any]]:
        if "hypothesis.strategies" in sys.modules:
            yield combine.defer(functools.partial(gen, self._spec))


class Valid:
    """A spec as a part of an annotation: `Annotated[np.ndarray, s.Valid["mnist/mnist-image"]]`.

    `from_type` reads it, Hypothesis's `from_type` draws from the spec, and pydantic asks the spec after the
    type; the value stays the same, whatever its conformed value is. (`from_type` and pydantic understand
    a spec without Valid around it too, but Hypothesis does not.)

    To pydantic each problem is an error of its own, as `explain_json` lists it, at its place in the value;
    its JSON schema combines those of the type and the spec. A numpy array may come as a nested list, as in
    JSON, unless pydantic is strict, and goes into JSON as one.

    Args:
        spec: in brackets, a spec, a predicate, a type, a set or a name; a name is looked up at each use.

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

    def __init__(self, spec: Any) -> None:
        part = as_part(spec)
        self.spec: Spec | str = part.to if isinstance(part, Reference) else part

    def __class_getitem__(cls, spec: Any) -> Valid:
        return cls(spec)

    def __iter__(self) -> Iterator[SearchStrategy[Any] | StrategyMetadata | Spec]:
        examples = StrategyMetadata(self.spec)
        yield from [*examples] or [examples]
        yield as_part(self.spec)

    def __repr__(self) -> str:
        return f"Valid[{self.spec!r}]"

    def __eq__(self, other: object) -> bool:
        return self.spec == other.spec if isinstance(other, Valid) else NotImplemented

    def __hash__(self) -> int:
        return hash((Valid, self.spec))
