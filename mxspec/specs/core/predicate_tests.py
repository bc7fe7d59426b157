"""The tests of values that a predicate stands for: of a type, a set or a callable."""

from __future__ import annotations

import datetime
import enum
import types
from collections.abc import Callable, Set
from typing import Any, Final

from mxspec.base.forms import call_text
from mxspec.base.values import INVALID, same_kind, short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.predicates import PLAIN_TYPES, is_bool, is_float, is_int, is_str, scalar_value


def test_of(pred: Any) -> Callable[[Any], Any]:
    """Return the function that tests a value against a type, a set or a callable; refuse anything else."""
    kind = type(pred)
    if issubclass(kind, (set, frozenset)):
        return member_test(pred)
    if kind is type and pred in _TESTS:
        return _TESTS[pred]
    if issubclass(kind, type):
        return _instance_test(pred)
    if issubclass(kind, types.UnionType) or kind.__module__ in _TYPING or _has_origin(pred):
        raise _annotation_error(pred)
    if callable(pred):
        return pred  # type: ignore[no-any-return]
    raise SpecDefinitionError(
        f"{short_repr(pred)} is not a predicate; give a callable, a type, a set, a spec or the name of one"
        f"{_constant_hint(pred)}"
    )


def _constant_hint(x: Any) -> str:
    """Return a closing clause with the spec of a constant; an empty one if no set can hold it."""
    if x is False:
        return "; the constant is s.is_false"  # which is in no set
    if issubclass(type(x), enum.Enum) and x.name in type(x).__members__:
        return f"; the constant is {{{type(x).__name__}.{x._name_}}}"
    is_constant = type(x) in (bool, int, float, bytes) and x == x  # NaN is in no set
    return f"; the constant is {{{short_repr(x)}}}" if is_constant else ""


_TESTS: Final[dict[type, Callable[[Any], bool]]] = {
    int: is_int,  # to Python a bool is an int, to a reader of a spec it is not
    float: is_float,
    str: is_str,
    bool: is_bool,
}


def _has_origin(pred: Any) -> bool:
    try:
        return hasattr(pred, "__origin__")
    except Exception:  # an object may raise at any look at it
        return False


HAS_NAT: Final = (datetime.datetime, datetime.date)
"""The classes that pandas' NaT is an instance of, though it is a missing value."""

_TYPING: Final = ("typing", "typing_extensions")  # the modules with objects that are annotations


def _instance_test(tp: type) -> Callable[[Any], bool]:
    if type(tp) is not type:  # a metaclass may raise
        try:
            isinstance(None, tp)
        except TypeError:
            raise (protocol_error if is_unchecked_protocol(tp) else _annotation_error)(tp) from None
        except Exception:  # explain gives it as the reason
            pass
    if tp in HAS_NAT:
        return lambda x: type(x) is tp or (isinstance(x, tp) and scalar_value(x) is not None)
    return lambda x: isinstance(x, tp) or isinstance(scalar_value(x), tp)


def _annotation_error(tp: Any) -> SpecDefinitionError:
    return SpecDefinitionError(
        f"{short_repr(tp)} is a type annotation, which isinstance does not take; "
        f"say s.from_type({call_text(tp)})"
    )


def is_unchecked_protocol(tp: Any) -> bool:
    """True if tp is a Protocol without @runtime_checkable."""
    return bool(getattr(tp, "_is_protocol", False)) and not getattr(tp, "_is_runtime_protocol", False)


def protocol_error(tp: type) -> SpecDefinitionError:
    """Return the error of a Protocol without @runtime_checkable."""
    return SpecDefinitionError(
        f"{tp.__name__} is a Protocol that can't check a value; "
        "put @typing.runtime_checkable before it, which s.from_type(...) needs too"
    )


test_of.__test__ = False  # type: ignore[attr-defined]  # pytest collects by prefix


def member_test(elements: Set[Any]) -> Callable[[Any], bool]:
    """Return clojure's test of membership: 1, 1.0, Decimal(1) and True differ; None and False never pass."""
    # Copy the set now: another thread may change it.
    members = {e: e for e in [*elements] if e is not None and e is not False}

    def is_member(x: Any) -> bool:
        if type(x) not in PLAIN_TYPES:
            x = scalar_value(x)
        try:
            member = members.get(x, INVALID)
        except TypeError:  # unhashable, so it is in no set
            return False
        return member is not INVALID and same_kind(member, x)

    return is_member
