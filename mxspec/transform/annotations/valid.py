"""Specs inside annotations, for `from_type`, Hypothesis and pydantic: Valid."""

from __future__ import annotations

import functools
import operator
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.addresses import reduce_by_name
from mxspec.base import names
from mxspec.base.lazy import LateModule
from mxspec.base.messages.branches import told_problems
from mxspec.base.messages.explanations import error_list
from mxspec.base.messages.reasons import required_lists
from mxspec.base.messages.requirements import BY_REASON, names_lambda, words_for_sender
from mxspec.base.messages.text import head_of, jsonable, text
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import short_repr
from mxspec.errors import ErrorDetails, Problem, SpecError
from mxspec.questions.examples import gen
from mxspec.questions.operations import explain_data, valid
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.core.parts import ONE_OF
from mxspec.specs.core.spec import Reference, Spec, annotation_parts, as_part, specize, written_spec
from mxspec.specs.wrappers import WithMessage
from mxspec.transform.annotations.containers import array_of, expand_alias, is_array_class
from mxspec.transform.schemas.json_schema import all_of, inline_schema, types_in

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema, InitErrorDetails


late: Final = LateModule("mxspec.transform.decode")  # which reads annotations itself


def core_schema(spec: Spec, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """Return pydantic's schema of a type, then of a check by a spec."""
    from pydantic.errors import PydanticSchemaGenerationError
    from pydantic_core import core_schema as schemas

    try:
        inner = handler(source)
    except PydanticSchemaGenerationError:
        # A type that pydantic does not know, such as a numpy array.
        source = expand_alias(source)
        args = typing.get_args(source)
        if is_array_class(typing.get_origin(source) or source) and (not args or array_of(*args)):
            inner = _array_schema(spec, source)
        elif isinstance(source, type):
            inner = schemas.is_instance_schema(source)
        else:
            raise
    return _with_check(inner, spec)


def _with_check(inner: CoreSchema, spec: Spec) -> CoreSchema:
    """Return a schema, followed by a check by a spec."""
    from pydantic_core import core_schema as schemas

    metadata = {"pydantic_js_functions": [functools.partial(_json_schema, spec)]}
    check = functools.partial(_check_value, spec)
    read = functools.partial(_check_value, spec, reads_json=True)
    # FastAPI hands on JSON as values of Python, so these are read too, unless pydantic is strict.
    check_or_read = schemas.lax_or_strict_schema(
        schemas.no_info_plain_validator_function(read), schemas.no_info_plain_validator_function(check)
    )
    # In validate_json, a wrapped type would get values of Python, which strict types refuse.
    return schemas.json_or_python_schema(
        schemas.no_info_after_validator_function(read, inner, metadata=metadata),
        schemas.chain_schema(
            [schemas.no_info_wrap_validator_function(_validate_value, inner), check_or_read],
            metadata=metadata,
        ),
    )


MOST_ERRORS: Final = 20
"""The number of errors of one value for the sender of it; one more counts the others."""

_LONGEST_INPUT: Final = 1000  # characters of JSON


def _validate_value(x: Any, validate: Callable[[Any], Any]) -> Any:
    """Return x as pydantic validates it for the type, else raise errors that are short.

    pydantic's own errors quote whatever was sent: NaN, which no answer in JSON can hold, or 200 kB.
    """
    from pydantic_core import ValidationError

    try:
        return validate(x)
    except ValidationError as error:
        errors: list[Any] = [
            {**each, "msg": text(each["msg"]), "ctx": jsonable(each.get("ctx", {}))}
            for each in error.errors(include_url=False)
        ]
    raise _short_error(errors)


def _short_error(errors: list[Any]) -> Exception:
    """Return pydantic's error of a list of errors: the first, with inputs that are short."""
    from pydantic_core import ValidationError

    left_out = len(errors) - MOST_ERRORS
    errors = errors[:MOST_ERRORS]
    if left_out > 0:
        more = {"type": "more_errors", "loc": (), "msg": f"{left_out:,} more errors", "input": None}
        errors.append({**more, "ctx": {}})
    lines = [_line_error(each | {"input": _short_input(each["input"])}) for each in errors]
    return ValidationError.from_exception_data("spec", lines)


def _short_input(x: Any) -> Any:
    """Return a value as JSON for its sender, as text if it is long."""
    import json

    plain = jsonable(x)
    return plain if len(json.dumps(plain)) <= _LONGEST_INPUT else text(short_repr(x))


def _check_value(spec: Spec, x: Any, *, reads_json: bool = False) -> Any:
    """Return x if it fits, or else its decoded value; raise an error for each problem of that value."""
    asked = spec.to if isinstance(spec, Reference) else spec
    try:
        asked_value = _as_array(spec, x)
        if valid(asked, asked_value):
            return x
        if reads_json:
            asked_value = late.decode(asked, x)
            if valid(asked, asked_value):
                return asked_value
        data = explain_data(asked, asked_value)
    except SpecError as error:
        # The spec is at fault, for instance an unknown name. A ValueError would become an error message for
        # the sender of the value, who can't fix it.
        raise LookupError(str(error)) from error
    if data is None:
        return asked_value
    # pydantic puts the place of the field before these places.
    problems = told_problems(data["problems"])
    errors = error_list(problems, asked, advice=False)
    for problem, details in zip(problems, errors, strict=True):
        _hide_code(details, problem, asked)
        part = _part_at(x, problem["in"], problem["val"])
        if part is not problem["val"]:
            details["input"] = jsonable(part)
        if "message" in problem:
            continue
        is_json = type(part) is list or (reads_json and type(part) in _JSON_TYPES)
        if details["type"] == "array_type" and is_json:
            details["msg"] = required_lists(None if problem["in"] else _shapes_of(spec))
        elif details["type"] == "array_shape" and type(part) is list:
            details["msg"] = required_lists(problem["pred"][1:], problem["val"].shape)
    raise _short_error([*errors])


def _hide_code(details: ErrorDetails, problem: Problem, asked: Any) -> None:
    """Replace the forms in an error by their words, for a sender who can't read the code of a predicate."""
    form = problem["pred"]
    words = words_for_sender(form, problem["val"])
    if form is not None and not words and "message" not in problem and head_of(form) not in BY_REASON:
        reason = problem.get("reason")
        details["msg"] = f"{UNSAID} is required{f'; {reason}' if reason else ''}"
    whole = asked if isinstance(asked, str) else specize(asked).form()
    path = ["..." if type(step) is str and names_lambda(step) else step for step in details["ctx"]["path"]]
    details["ctx"] |= {"pred": words, "spec": words_for_sender(whole, None), "path": path}


UNSAID: Final = "a value that fits a condition of this place"
"""The words of a predicate that has only code."""

_JSON_TYPES: Final = (dict, str, int, float, bool, type(None))


def _part_at(x: Any, steps: Sequence[Any], otherwise: Any) -> Any:
    """Return the part of x that keys and indices lead to; decode may have changed the way there."""
    try:
        return functools.reduce(operator.getitem, steps, x)
    except Exception:
        return otherwise


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


def _array_schema(spec: Spec, source: Any) -> CoreSchema:
    """Return the schema of numpy arrays, which JSON writes as lists; a check by a spec follows."""
    from pydantic_core import core_schema as schemas

    is_array: Any = schemas.is_instance_schema(typing.get_origin(source) or source)
    args = typing.get_args(source)
    annotated = array_of(*args) if args else None
    read_by = spec  # it decides the dtype of a list
    if annotated is not None:
        is_array = _with_check(is_array, annotated)
        if annotated.dtype is not None or _arrays_of(spec) is None:
            read_by = annotated
    convert = functools.partial(_read_lists, read_by, spec)
    listed = schemas.no_info_before_validator_function(convert, is_array)
    return schemas.json_or_python_schema(
        json_schema=listed,
        python_schema=schemas.lax_or_strict_schema(lax_schema=listed, strict_schema=is_array),
        serialization=schemas.plain_serializer_function_ser_schema(
            lambda array: array.tolist(), when_used="json"
        ),
    )


def _read_lists(read_by: Spec, spec: Spec, x: Any) -> Any:
    """Return lists of numbers as an array with the dtype of read_by, for spec to check.

    Errors speak of lists, as the sender of JSON does.
    """
    from pydantic_core import PydanticCustomError

    array = _as_array(read_by, x)
    arrays = _arrays_of(spec) or _arrays_of(read_by)
    shapes = None if arrays is None else arrays.shapes
    if not is_array_class(type(array)) and not hasattr(array, "dtype"):
        words = _message_of(spec) or required_lists(shapes)
        raise PydanticCustomError("array_type", "{words}", {"words": words})
    if type(x) is list and arrays is not None and not arrays.fits_shape(array.shape):
        words = _message_of(spec) or required_lists(shapes, array.shape)
        raise PydanticCustomError("array_shape", "{words}", {"words": words})
    return array


def _shapes_of(spec: Spec) -> Sequence[Sequence[int | None]] | None:
    arrays = _arrays_of(spec)
    return None if arrays is None else arrays.shapes


def _message_of(spec: Spec) -> str | None:
    """Return the author's message of a spec, or None."""
    reached = spec.target(names.current.find)
    return reached.message if isinstance(reached, WithMessage) else None


def _as_array(spec: Spec, x: Any) -> Any:
    """Return a nested list of numbers as the array that spec requires; return other values unchanged.

    JSON writes arrays as lists. The array gets the dtype of the spec if it can hold the numbers.
    """
    arrays = _arrays_of(spec)
    return x if arrays is None else late.decode(arrays, x)


def _arrays_of(spec: Spec) -> ArraySpec | None:
    """Return the spec of arrays that a value meets first, or None if it meets another kind first."""
    reached = spec.target(names.current.find)
    if reached is None or isinstance(reached, ArraySpec):
        return reached
    whole = [part for part in reached.parts() if not part.is_piece] if reached.by_parts else []
    return _arrays_of(whole[0].spec) if whole and whole[0].role != ONE_OF else None


# --- the schema -------------------------------------------------------------------------------------------


def _json_schema(spec: Spec, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Return the JSON schema of the type, if any, combined with the schema of the spec."""
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
    """Return the types in a schema or its choices, or None if one does not state its types."""
    choices = [types_in(choice) for choice in schema.get("anyOf", [schema])]
    return None if None in choices else {name for types in choices for name in types or ()}


class SpecMetadata:
    """A spec as a part of an annotation, as pydantic and `from_type` read it.

    Attributes:
        spec: the spec, or the name of one, which is looked up at each use.
    """

    __reduce_ex__ = reduce_by_name

    def __init__(self, spec: Any) -> None:
        part = as_part(spec)
        self.spec: Spec | str = part.to if isinstance(part, Reference) else part

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema(as_part(self.spec), source, handler)

    def __repr__(self) -> str:
        return f"{type(self).__name__}[{self.spec!r}]"

    def __eq__(self, other: object) -> bool:
        return self.spec == other.spec if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self.spec))


@written_spec.register
def _spec_in_metadata(metadata: SpecMetadata, bare: bool) -> Spec:
    return as_part(metadata.spec) if bare else specize(metadata.spec)


class StrategyMetadata:
    """A group of metadata with a strategy in it (annotated_types.GroupedMetadata).

    Only Hypothesis iterates over it, so only its users import Hypothesis, which takes longer than most
    checks.
    """

    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __init__(self, spec: Spec | str) -> None:
        self._spec = spec

    def __repr__(self) -> str:
        return f"StrategyMetadata({self._spec!r})"

    def __iter__(self) -> Iterator[Strategy]:
        if "hypothesis.strategies" in sys.modules:
            yield combine.defer(functools.partial(gen, self._spec))


@annotation_parts.register
def _of_spec(spec: Spec) -> Iterator[Strategy | StrategyMetadata | SpecMetadata]:
    return metadata(spec)


def metadata(spec: Spec | str) -> Iterator[Strategy | StrategyMetadata | SpecMetadata]:
    """Yield the metadata for a spec in an annotation: its strategy for Hypothesis, the spec for pydantic."""
    examples = StrategyMetadata(spec)
    yield from [*examples] or [examples]
    yield SpecMetadata(spec)


class Valid(SpecMetadata):
    """A spec as a part of an annotation: `Annotated[np.ndarray, s.Valid["mnist/mnist-image"]]`.

    `from_type` reads it, Hypothesis's `from_type` draws from the spec, and pydantic calls the spec after the
    type. A value that fits stays the same, whatever its conformed value is. Any other value is read as JSON,
    by `decode`, so that what the JSON schema offers is accepted: by `validate_json`, and by
    `validate_python`, as FastAPI calls it, unless it is strict. A spec without Valid around it does as well;
    a name, a predicate or a set needs it.

    To pydantic each problem is a separate error, as `explain_json` lists it, at its place in the value;
    its JSON schema combines the schemas of the type and the spec. A numpy array may come as a nested list, as
    in JSON, unless pydantic is strict, and goes into JSON as one. An array or None is
    `Annotated[np.ndarray, s.Valid[spec]] | None`: the union stands around the annotation, since pydantic does
    not know the array without Valid.

    Args:
        spec: in brackets, a spec, a predicate, a type, a set or a name; a name is looked up at each use.

    Raises:
        SpecDefinitionError: spec is something else.

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
        return cls(spec)

    def __iter__(self) -> Iterator[Strategy | StrategyMetadata | SpecMetadata]:
        return metadata(self.spec)
