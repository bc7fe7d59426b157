"""Values written in place of a spec: a value before the spec in a call, and a list."""

from __future__ import annotations

import inspect
import types
from typing import Any, Final

from mxspec.base import names
from mxspec.base.forms import call_text
from mxspec.base.values import is_hashable, short_repr
from mxspec.errors import SpecDefinitionError, SpecError, UnknownSpecError
from mxspec.predicates import is_qualified_ident
from mxspec.specs.core.spec import Spec, is_written_spec, specize, text_of, written_spec


def spec_before(spec: Any, x: Any) -> Spec:
    """Return the spec that the first argument of a call is or names; the error notes if the second is a spec.

    Example:
        >>> import mxspec as s
        >>> s.valid(3, int)
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: the arguments are swapped: valid(spec, x); the first is 3, the
        second is a spec
    """
    try:
        whole = specize(spec)
    except (UnknownSpecError, SpecDefinitionError) as error:
        is_name = issubclass(type(spec), str) and is_qualified_ident(spec)  # `__class__` may raise
        is_function = _is_function(x)
        if is_name and is_function:  # a name that is misspelt, or a text
            words = f"{error}; or the arguments are swapped: {_asking_call()}"
            raise type(error)(words, spec=error.spec) from None
        is_text = issubclass(type(x), str)
        is_data = issubclass(type(x), (set, frozenset)) or _is_dict_of_specs(x)
        is_spec = names.current.find(str.__str__(x)) is not None if is_text else is_data
        if is_name or not (is_function or is_spec):
            raise
        raise _swapped_error(type(error), spec) from None
    if type(spec) in _DATA and _is_function(x):  # a list, which none of them accepts
        raise _swapped_error(SpecDefinitionError, spec)
    return whole


_DATA: Final = (dict, range)  # kinds that are specs, and are values too


def _is_dict_of_specs(x: Any) -> bool:
    return type(x) is dict and bool(x) and all(map(_is_function, x.values()))


def _is_function(x: Any) -> bool:
    """True if x is a spec, a type, an annotation or a function."""
    is_annotation = type(x).__module__ in ("types", "typing") and is_written_spec(x)
    return is_annotation or issubclass(type(x), (Spec, type, types.FunctionType, types.BuiltinFunctionType))


def _swapped_error(error: type[SpecError], spec: Any) -> SpecError:
    words = f"the first is {short_repr(spec)}, the second is a spec"
    return error(f"the arguments are swapped: {_asking_call()}; {words}", spec=spec)


def _asking_call() -> str:
    """Return the call of mxspec that the program has made, such as `valid(spec, x)`."""
    frame, call = inspect.currentframe(), ""
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("mxspec."):
        code = frame.f_code
        if code.co_name.isidentifier() and not code.co_name.startswith("_"):
            call = f"{code.co_name}({', '.join(code.co_varnames[:2])})"
        frame = frame.f_back
    return call


# --- a list of specs ---------------------------------------------------------------------------------------


@written_spec.register(list)
@written_spec.register(tuple)
def _refuse_sequence(xs: Any, bare: bool) -> Spec:
    kind = list if issubclass(type(xs), list) else tuple
    parts = [*kind.__iter__(xs)]  # a subclass's own iterator may do anything
    words = "a form is read by s.from_form, and a tagged pair is an argument of s.or_"
    if kind is list or not parts or not issubclass(type(parts[0]), str):
        try:
            words = _words_for_parts(parts)
        except Exception:  # a value may raise at any look at it
            words = "s.coll_of(int) is one of lists of ints"
    raise SpecDefinitionError(f"a {kind.__name__} is no spec: {words}")


def _text_of_part(x: Any) -> str:
    """Return a part as it was written, if it is a spec or a small dict of types; else its short repr."""
    if isinstance(x, Spec) or callable(x):
        return text_of(x)
    is_of_types = type(x) is dict and len(x) < 4 and all(type(part) is type for part in x.values())
    text = call_text(x) if is_of_types and all(type(key) is str for key in x) else short_repr(x)
    return text if len(text) <= 100 else short_repr(x)


def _words_for_parts(parts: list[Any]) -> str:
    texts = [_text_of_part(x) for x in parts[:3]]
    args = ", ".join([*texts, *["..."] * (len(parts) > 3)])
    if parts and all(not isinstance(x, Spec) and not callable(x) and is_hashable(x) for x in parts):
        return f"one of these values is {{{args}}}"
    if len(parts) == 1:
        return f"a list of such values is s.coll_of({args})"
    return f"a list of as many values is s.tuple_({args}), one of them s.or_({args})"
