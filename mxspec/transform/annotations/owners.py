"""Validators that no spec expresses; their owners run them: pydantic, and the class of an instance.

`Annotated[str, AfterValidator(check)]` is a str that pydantic accepts too: first the spec of str checks a
value, then pydantic checks it by the whole annotation. So a value is valid only if both accept it, whatever
is in the metadata.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import datetime
import functools
import inspect
import json
import re
from collections.abc import Callable, Hashable, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from mxspec.addresses import with_address
from mxspec.base.fields import is_of_attrs, is_struct
from mxspec.base.forms import call_text
from mxspec.base.messages.reasons import exception_text
from mxspec.base.messages.requirements import Schema
from mxspec.base.values import short_repr
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Predicate
from mxspec.transform.schemas.json_schema import Schemas, schema_of

# --- pydantic ---------------------------------------------------------------------------------------------


class AskPydantic(Predicate, inherits=True):
    """A value that pydantic accepts, as `TypeAdapter(tp).validate_python` does.

    Its conversions count: it refuses "3" for `Annotated[int, Field(strict=True)]`, but not for int.

    Attributes:
        pred: a partial with the annotation or the class as its argument.
    """

    types: ClassVar[frozenset[str] | None] = None
    has_hash: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", functools.partial(is_accepted, _adapter_of(self.tp)))

    @property
    def tp(self) -> Any:
        """The annotation or the class."""
        return self.pred.args[0]

    @property
    def adapter(self) -> Any:
        """The TypeAdapter of tp."""
        return self.test.args[0]  # type: ignore[attr-defined]

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            self.test(x)
        except Exception as error:
            errors = getattr(error, "errors", None)
            if type(error).__name__ != "ValidationError" or errors is None:
                return [place.problem(self.form(), x, reason=refusal(error))]
            return [problem_of(each, self.form(), x, place) for each in errors(include_url=False)]
        return []

    def expression(self, code: Any, v: str) -> str:
        return str(code.meaning_expression(self, v))

    def form(self) -> Any:
        return ("pydantic", getattr(self.tp, "__origin__", self.tp))

    def __repr__(self) -> str:
        return call_text(self.form())


def ask_pydantic(tp: Any) -> AskPydantic:
    """Return the spec that lets pydantic validate values of an annotation or a class.

    Raises:
        SpecDefinitionError: pydantic is not installed, or can't validate tp.
    """
    return AskPydantic(functools.partial(is_accepted, tp), bare=True)


def problem_of(error: Any, form: Any, x: Any, place: Place) -> Problem:
    """Return an error of pydantic's as a problem, at the part of x that it leads to."""
    steps: list[Hashable] = [*error["loc"]]
    while steps:
        try:
            x = x[steps[0]]
        except Exception:  # the name of a branch, or of a key that is not there
            if len(steps) == 1 or not _is_chosen_tag(x, steps[0]):
                break
            steps.pop(0)
            continue
        place = place.into(steps.pop(0))
    if error["type"] == "missing" and len(steps) == 1:
        return place.problem(("contains", steps[0]), x)
    keys = [] if steps or type(x) is not dict else _keys_of_tag(error)
    if keys:  # a tag that is wrong, or missing
        key = next((key for key in keys if key in x), None)
        if key is None:
            return place.problem(("contains", keys[-1]), x, reason=error["msg"])
        return place.into(key).problem(form, x[key], reason=error["msg"])
    where = f"{'.'.join(map(str, steps))}: " if steps else ""
    return place.problem(form, x, reason=f"{where}{error['msg']}")


def _keys_of_tag(error: Any) -> list[str]:
    """Return the keys that the tag of a union may stand under, if an error is about the tag."""
    if error["type"] not in ("union_tag_invalid", "union_tag_not_found"):
        return []
    return re.findall("'([^']+)'", str(error["ctx"]["discriminator"]))


def _is_chosen_tag(x: Any, step: Hashable) -> bool:
    """True if a step of an error of pydantic's is a tag in a map that chose a branch."""
    return type(x) is dict and any(type(part) is str and part == step for part in x.values())


def takes_json(model: Any, x: Any) -> bool:
    """True if a pydantic model may read x: a map, or for a RootModel any value of JSON."""
    is_root = getattr(model, "__pydantic_root_model__", False)
    return type(x) is dict or (is_root and type(x) in (list, str, int, float, bool))


def read_model_map(model: Any, x: Any) -> Any:
    """Return the instance that a pydantic model makes of a value of JSON, or raise its error.

    A strict model takes a date as text from JSON alone.
    """
    try:
        return model.model_validate(x)
    except Exception:
        with contextlib.suppress(Exception):
            return model.model_validate_json(json.dumps(x))
        raise


def discriminator_of(tp: Any) -> Any:
    """Return the discriminator of an annotation, which alone chooses the branch of a union.

    Returns:
        The name of the field with the tag, or a function from a value to its tag; None if there is neither.
    """
    for part in getattr(tp, "__metadata__", ()):
        chosen_by = attribute(part, "discriminator")
        if chosen_by is not None:
            inner = attribute(chosen_by, "discriminator")  # in a Field it may be a Discriminator
            return chosen_by if inner is None else inner
    return None


@with_address
def is_accepted(adapter: Any, x: Any) -> bool:
    """True if pydantic accepts x, or reads what it writes for x as x; else it raises."""
    try:
        adapter.validate_python(x)
    except Exception:
        if not comes_back(adapter, x):
            raise
    return True


def gives(adapter: Any, x: Any, held: Any) -> bool:
    """True if pydantic makes the value held of x."""
    try:
        read = adapter.validate_python(x)
        return type(read) is type(held) and bool(read == held)
    except Exception:
        return False


def comes_back(adapter: Any, x: Any) -> bool:
    """True if pydantic writes x as a value that it reads as x: 3 for `Json[int]` as "3"."""
    try:
        written = adapter.dump_python(x, round_trip=True, warnings=False)
    except Exception:
        return False
    return gives(adapter, written, x)


def _adapter_of(tp: Any) -> Any:
    """Return pydantic's adapter of an annotation outside of any model."""
    try:
        import pydantic

        try:
            adapter = pydantic.TypeAdapter(tp, config=pydantic.ConfigDict(arbitrary_types_allowed=True))
        except pydantic.PydanticUserError as error:
            if error.code != "type-adapter-config-unused":  # the class has its own config
                raise
            adapter = pydantic.TypeAdapter(tp)
        adapter.rebuild(raise_errors=True)  # does nothing for a complete model
    except Exception as error:
        raise SpecDefinitionError(
            f"{short_repr(tp)} has metadata that only pydantic could judge a value by, and it can't "
            f"({exception_text(error).splitlines()[0]}); say it as a spec: Annotated[..., s.Valid[spec]]"
        ) from error
    return adapter


@schema_of.register
def _schema_of_pydantic(spec: AskPydantic, schemas: Schemas) -> Schema:
    """Return the keywords of pydantic's own schema, if it is one of a scalar."""
    try:
        schema: Schema = spec.adapter.json_schema()
    except Exception:  # pydantic has no JSON for the type
        schema = {}
    if schema.get("type") not in ("string", "integer", "number"):
        return {}
    return {
        key: value for key, value in schema.items() if key not in ("type", "title", "description", "default")
    }


def is_model(tp: Any) -> bool:
    """True for a pydantic model; a dataclass of pydantic is a record."""
    return isinstance(getattr(tp, "model_config", None), dict) and hasattr(tp, "__pydantic_fields__")


_MOMENTS: Final = {"date": datetime.date, "datetime": datetime.datetime}


def spec_of_pydantic(tp: Any, held_value: Callable[[type], Predicate]) -> tuple[Predicate, ...] | None:
    """Return the specs of a class, if pydantic checks more than that a value is an instance.

    It does for PastDate and AwareDatetime, which are never instantiated, for a model with
    `revalidate_instances`, which validates an instance again, and for a class with its own core schema.

    Args:
        tp: the class.
        held_value: a function that returns the spec of what pydantic reads a class as.
    """
    if is_model(tp):
        is_asked = tp.model_config.get("revalidate_instances", "never") != "never"
        return (Predicate(tp), ask_pydantic(tp)) if is_asked else None
    if not has_core_schema(tp):
        return None
    is_of_pydantic = tp.__module__.partition(".")[0] == "pydantic"
    if is_of_pydantic:
        asked = ask_pydantic(tp)
        kind = _MOMENTS.get(asked.adapter.core_schema["type"])
        if kind is not None:
            return Predicate(kind), asked
    return (held_value(tp),)


def has_core_schema(tp: Any) -> bool:
    """True for a class that tells pydantic how to read it; pydantic is installed then."""
    return has_attribute(tp, "__get_pydantic_core_schema__") and find_spec("pydantic") is not None


# --- what metadata is -------------------------------------------------------------------------------------

# Metadata of pydantic, annotated-types and Hypothesis that does not decide which values are accepted.
_OF_OTHER_THINGS: Final = frozenset(
    {"WithJsonSchema", "Examples", "SkipJsonSchema", "PlainSerializer", "WrapSerializer", "SerializeAsAny"}
    | {"Tag", "Unit", "Doc", "SearchStrategy"}
)
_VALIDATING: Final = (
    *("validate", "validator", "validators", "is_valid", "check", "checks", "constraint", "constraints"),
    *("predicate", "regex", "min", "max", "minimum", "maximum", "converter"),
)


def is_field_info(part: Any) -> bool:
    """True for what pydantic's Field(...) makes, and FastAPI's Query(...) and the like."""
    return any(
        base.__name__ == "FieldInfo" and base.__module__ == "pydantic.fields" for base in type(part).__mro__
    )


def is_of_other_things(part: Any) -> bool:
    """True for known metadata that is not a constraint."""
    return any(base.__name__ in _OF_OTHER_THINGS for base in type(part).__mro__)


def is_asked_of_pydantic(part: Any) -> bool:
    """True for metadata that pydantic alone can judge a value by."""
    if is_field_info(part):
        return part.discriminator is not None
    is_of_pydantic = type(part).__module__.partition(".")[0] in ("pydantic", "pydantic_core")
    return is_of_pydantic or has_attribute(part, "__get_pydantic_core_schema__")


def refuse_constraint(part: Any) -> None:
    """Raise SpecDefinitionError for unknown metadata that looks like a constraint.

    By typing's rule unknown metadata is skipped, since it may be about anything: words, units, a framework's
    injections. But a skipped constraint makes wrong values valid. So this refuses a metadata class of
    annotated-types (`BaseMetadata`) without a meaning here, a function that can be called with the value
    alone, a validator of attrs, and an object with an attribute that validates, such as `validate`.
    """
    bases = [(base.__module__, base.__name__) for base in type(part).__mro__]
    is_constraint = (
        ("annotated_types", "BaseMetadata") in bases
        or (not isinstance(part, type) and type(part).__module__.partition(".")[0] in ("attr", "attrs"))
        or (callable(part) and not isinstance(part, type) and _takes_a_value(part))
        or any(_is_validating(part, name) for name in _VALIDATING)
    )
    if is_constraint:
        raise SpecDefinitionError(
            f"{short_repr(part)} in the metadata of an annotation looks like a constraint, which from_type "
            "does not know; say it as a spec or a predicate: Annotated[..., s.Valid[spec]]"
        )


def _takes_a_value(function: Any) -> bool:
    """True if a function can be called with one argument."""
    try:
        inspect.signature(function).bind(None)
    except (TypeError, ValueError):  # other arguments, or no signature
        return False
    return True


def _is_validating(part: Any, name: str) -> bool:
    if isinstance(part, (type, str, bytes, int, float, complex, list, tuple, set, frozenset, dict)):
        return False
    value = attribute(part, name)
    return value is not None and (not name.startswith(("min", "max")) or not callable(value))


def attribute(part: Any, name: str) -> Any:
    """Return an attribute of a part of metadata, or None; an unknown part may raise anything."""
    try:
        return getattr(part, name, None)
    except Exception:
        return None


def has_attribute(part: Any, name: str) -> bool:
    return attribute(part, name) is not None


# --- the class of an instance -----------------------------------------------------------------------------


def has_conditions(tp: Any) -> bool:
    """True if a class with typed fields checks more than their types: by a hook, or attrs's validators."""
    return hook_of(tp) is not None or any(each.validator is not None for each in attributes_of(tp))


def hook_of(tp: Any) -> str | None:
    """Return the name of the method that the class runs at the end of its `__init__`, or None."""
    if is_of_attrs(tp):
        return "__attrs_post_init__" if hasattr(tp, "__attrs_post_init__") else None
    has_hook = hasattr(tp, "__post_init__") and (dataclasses.is_dataclass(tp) or is_struct(tp))
    return "__post_init__" if has_hook else None


def attributes_of(tp: Any) -> Sequence[Any]:
    """Return the attributes of a class of attrs; none for a different class."""
    attributes: Sequence[Any] = tp.__attrs_attrs__ if is_of_attrs(tp) else ()
    return attributes


def why_refused_again(x: Any) -> tuple[str | None, str] | None:
    """Return why the class of an instance refuses it as it is now, after the field at fault, if any; or None.

    Validators of attrs check their field again. The `__post_init__` of a dataclass or a struct, and the
    `__attrs_post_init__` of attrs, run on a copy. They accepted the instance once, but the fields may have
    changed since. A TypeError or an AttributeError means that a hook can't run again, on fields that it has
    converted.
    """
    for attribute in attributes_of(type(x)):
        if attribute.validator is not None:
            try:
                attribute.validator(x, attribute, getattr(x, attribute.name))
            except Exception as error:
                return attribute.name, refusal(error)
    hook = hook_of(type(x))
    if hook is None:
        return None
    try:
        again = copy.copy(x)
    except Exception:  # its __new__ requires arguments that no copy has
        return None
    try:
        getattr(again, hook)()
    except (TypeError, AttributeError):
        return None
    except Exception as error:
        return None, refusal(error)
    return None


def attribute_of(tp: Any, name: str) -> Any:
    """Return attrs's description of a class's field: its type, validator and converter; or None."""
    return next((each for each in attributes_of(tp) if each.name == name), None)
