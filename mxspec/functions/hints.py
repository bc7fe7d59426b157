"""The specs of a function's arguments and of its result, by its type hints.

`def f(a: int, *args: str, flag=False, **kwargs: float) -> int` has the args spec `cat(a=int,
args=spec(star(str)), flag=is_any, kwargs=map_of(str, from_type(float)))`.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mxspec.base import names
from mxspec.base.messages.reasons import exception_text
from mxspec.errors import SpecDefinitionError
from mxspec.functions.arguments import Parameters
from mxspec.functions.locations import locate
from mxspec.predicates import is_any
from mxspec.questions.operations import spec as define_spec
from mxspec.questions.operations import valid
from mxspec.specs.collections import map_of
from mxspec.specs.core.parts import Part
from mxspec.specs.core.spec import Predicate, Spec, as_part, specize
from mxspec.specs.logic import UnionType
from mxspec.specs.regex.combinators import cat, star
from mxspec.transform.annotations.constraints import literal
from mxspec.transform.annotations.from_type import ForwardRef, annotation_text, from_type
from mxspec.transform.annotations.owners import is_field_info
from mxspec.transform.annotations.records import UnresolvedNameError, is_typed_dict

# --- the signature of a function --------------------------------------------------------------------------

_KINDS: Final[tuple[Callable[[Any], bool], ...]] = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
)

# Their elements are known only to a caller who runs them.
_BY_CLASS: Final = (abc.Generator, abc.AsyncGenerator, abc.AsyncIterator, abc.AsyncIterable)


def has_hints(function: Any) -> bool:
    """True if a function has a type hint, even a hint with a name that is not defined yet."""
    try:
        signature = _signature(function)
    except UnresolvedNameError:
        return True
    except SpecDefinitionError:
        return False
    parameters = signature.parameters.values()
    hints = [*(p.annotation for p in parameters), signature.return_annotation]
    return any(hint is not signature.empty for hint in hints)


def _signature(function: Any) -> inspect.Signature:
    """Return the signature of a function, with its hints as they are written.

    Raises:
        UnresolvedNameError: a hint has a name that is not defined yet; Python 3.14 evaluates them here.
        SpecDefinitionError: the signature of the function is unknown.
    """
    function = getattr(function, "__func__", function)
    try:
        return inspect.signature(function)
    except NameError as error:
        raise UnresolvedNameError(f"a hint of {names.name_of_function(function)}: {error}") from error
    except Exception as error:  # as for some functions of C
        raise SpecDefinitionError(
            f"{names.name_of_function(function)} has no signature to take its args spec from "
            f"({exception_text(error)}); give args="
        ) from error


def _caller_parameters(function: Any, signature: inspect.Signature) -> list[inspect.Parameter]:
    """Return the parameters that a caller fills: for a method, all but self or cls."""
    parameters = list(signature.parameters.values())
    name = names.name_of_function(function)
    place = locate(name)
    outer = name.partition("/")[2].split(".")[:-1]
    if isinstance(function, staticmethod) or not parameters or not outer or outer[-1] == "<locals>":
        is_bound = False
    elif place is None:  # of a class that is being defined, or inside a function
        bound_by = isinstance(function, (classmethod, types.MethodType))
        is_bound = bound_by or parameters[0].name in ("self", "cls")
    else:
        is_bound = place.binds
    return parameters[is_bound:]


def caller_parameters(function: Any) -> Parameters | None:
    """Return the parameters that a caller fills; None for a function without a signature."""
    try:
        return Parameters.of(_caller_parameters(function, _signature(function)))
    except SpecDefinitionError:
        return None


def bound_name(function: Any) -> str | None:
    """Return the name of the parameter that a method is bound by, such as self, or None."""
    try:
        signature = _signature(function)
        is_bound = len(_caller_parameters(function, signature)) < len(signature.parameters)
    except SpecDefinitionError:  # a method of C
        return None
    return next(iter(signature.parameters)) if is_bound else None


def is_predicate(function: Any) -> bool:
    """True if a function has the hints of a predicate: it takes one argument and returns a bool."""
    parameters = caller_parameters(function)
    if parameters is None or "->" not in str(_signature(function)):
        return False
    hint = str(_signature(function)).rpartition("->")[2].strip(" '\"")  # a text, if hints are not evaluated
    is_bool = hint == "bool" or "TypeGuard[" in hint or "TypeIs[" in hint
    return is_bool and takes_one_argument(parameters)


def takes_one_argument(parameters: Parameters) -> bool:
    """True if a call with one argument is enough, as a predicate is called."""
    keywords = parameters.keywords(1)
    return keywords is not None and not keywords.needed


def kind_of_call(function: Any) -> str:
    """Return what a call makes instead of its result: "coroutine", "generator", or an empty string."""
    plain = getattr(function, "__func__", function)
    kinds = ("coroutine", "generator", "asynchronous generator")
    return next((kind for kind, is_kind in zip(kinds, _KINDS, strict=True) if is_kind(plain)), "")


def _scope(function: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the global names for the hints of a function, and the names of its class and type parameters."""
    plain = inspect.unwrap(getattr(function, "__func__", function))
    module = sys.modules.get(getattr(plain, "__module__", None) or "")
    place = locate(names.name_of_function(function))
    local = {p.__name__: p for p in getattr(plain, "__type_params__", ())}
    if place is not None and isinstance(place.owner, type):
        local |= {place.owner.__name__: place.owner, "Self": place.owner}
    else:  # of a class that is being defined, or inside a function
        local["Self"] = object
    return getattr(plain, "__globals__", vars(module) if module else {}), local


# --- from a hint to a spec --------------------------------------------------------------------------------


class HintSpec(ForwardRef, inherits=True):
    """The spec of the arguments or of the result, made at the first use, when all names are defined."""

    def parts(self) -> Sequence[Part]:
        try:
            return super().parts()
        except UnresolvedNameError:
            return ()

    def form(self) -> Any:
        try:
            return self.to.form()
        except UnresolvedNameError:
            return ("hints_of", vars(self)["tp"])

    def __reduce__(self) -> tuple[Any, ...]:
        return specize, (self.to,)


def arguments_spec(function: Any) -> Spec:
    """Return the args spec of a function by its hints: a `cat` of its parameters.

    A parameter without a hint takes anything. A parameter with a default takes the default too, even if its
    hint excludes it.

    Raises:
        SpecDefinitionError: a hint is not a spec; now, or at the first use if a name in it is not defined
            yet.
    """
    return _hint_spec(_arguments, function)


def result_spec(function: Any) -> Spec:
    """Return the ret spec of a function by its hints; for an async function, of the awaited result."""
    return _hint_spec(_result, function)


def _hint_spec(make: Callable[[Any], Spec], function: Any) -> HintSpec:
    """Return the spec that make returns; a wrong hint raises now, an unknown name may wait."""
    with contextlib.suppress(UnresolvedNameError):
        make(function)
    return HintSpec(function, {}, lambda: make(function))


def _arguments(function: Any) -> Spec:
    return cat(*_tagged_specs(function, _caller_parameters(function, _signature(function))))


def _tagged_specs(function: Any, parameters: list[inspect.Parameter]) -> Iterator[tuple[str, Spec]]:
    for p in parameters:
        what = f"parameter {p.name!r}"
        hint = p.annotation
        if is_field_info(p.default) and hint is not p.empty:  # as in `def f(x: int = Field(gt=0))`
            hint = typing.Annotated[hint, p.default]
        spec = _spec_of_hint(function, what, hint, as_options=p.kind is p.VAR_KEYWORD)
        if p.kind is p.VAR_POSITIONAL:
            spec = define_spec(star(spec))
        elif p.default is not p.empty and not valid(spec, p.default):
            text = annotation_text(p.annotation)
            spec = UnionType(((text, spec), ("default", literal((p.default,)))))
        yield p.name, spec


def _result(function: Any) -> Spec:
    if isinstance(function, type):
        return as_part(function)
    plain = getattr(function, "__func__", function)
    inner = inspect.unwrap(plain)
    # A decorator such as contextmanager makes another kind of function, and copies hints that are wrong for
    # it.
    if any(is_kind(plain) is not is_kind(inner) for is_kind in _KINDS):
        return as_part(is_any)
    return _spec_of_hint(function, "the result", _signature(function).return_annotation)


def _spec_of_hint(function: Any, what: str, hint: Any, *, as_options: bool = False) -> Spec:
    """Return the spec of a hint; as_options for all of `**kwargs`. Errors name the owner of the hint."""
    name = names.name_of_function(function)
    try:
        tp, scope = _evaluate(function, hint)
        spec = _spec_of_type(tp, scope)
    except NameError as error:
        raise UnresolvedNameError(
            f"the hint of {what} of {name} names {error.name!r}, which is not defined in its module; "
            f"import it there, or give {_option_for(what)}"
        ) from error
    except Exception as error:
        words = error if isinstance(error, SpecDefinitionError) else exception_text(error)
        kind = UnresolvedNameError if isinstance(error, UnresolvedNameError) else SpecDefinitionError
        raise kind(
            f"the hint of {what} of {name} is no spec: {words}; or give {_option_for(what)}"
        ) from error
    return map_of(str, spec) if as_options and typing.get_origin(tp) is not typing.Unpack else spec


def _spec_of_type(tp: Any, scope: Mapping[str, Any]) -> Spec:
    """Return the spec of a hint, by `from_type` or for a form that only hints of functions have."""
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if tp is inspect.Parameter.empty or isinstance(tp, (typing.ParamSpecArgs, typing.ParamSpecKwargs)):
        return as_part(is_any)
    if origin in (abc.Awaitable, abc.Coroutine):  # `check` awaits it, `instrument` does not
        return as_part(is_any)
    if isinstance(tp, Spec):
        return as_part(tp)
    if origin in _BY_CLASS:
        return as_part(origin)
    if getattr(origin, "_name", None) in ("TypeGuard", "TypeIs"):  # the latter is typing's from 3.13
        return as_part(bool)
    spec = from_type(args[0] if origin is typing.Unpack and is_typed_dict(args[0]) else tp, names=scope)
    # A cat holds the predicate itself, not s.spec(int).
    return as_part(spec.pred) if type(spec) is Predicate else spec


def _option_for(what: str) -> str:
    return "ret=" if what == "the result" else "args="


def _evaluate(function: Any, hint: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return a hint with the names in it resolved, and the names of its scope."""
    known, local = _scope(function)

    def carrier() -> None:
        pass

    carrier.__annotations__ = {"hint": hint}
    return typing.get_type_hints(carrier, known, local, include_extras=True)["hint"], local
