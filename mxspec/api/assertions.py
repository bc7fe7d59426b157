"""Assertions by spec, which can be turned on and off: assert_."""

from __future__ import annotations

import os
from typing import Any, TypeVar

from mxspec.api.explain import refusal
from mxspec.api.operations import valid
from mxspec.errors import SpecAssertionError

T = TypeVar("T")

VARIABLE = "MXSPEC_CHECK_ASSERTS"
"""The environment variable that says whether assertions are checked from the start; "true" turns them on."""

_checked: bool | None = None


def is_check_asserts() -> bool:
    """True if `assert_` checks, as `check_asserts` or MXSPEC_CHECK_ASSERTS has it (s/check-asserts?).

    Example:
        >>> import mxspec as s
        >>> s.check_asserts(True)
        True
        >>> s.is_check_asserts()
        True
        >>> s.check_asserts(False)
        False
    """
    if _checked is None:
        return os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes", "on")
    return _checked


def check_asserts(flag: bool) -> bool:
    """Turn the checks of `assert_` on or off, and return flag (s/check-asserts).

    Example:
        >>> import mxspec as s
        >>> s.check_asserts(False), s.assert_(int, "not checked")
        (False, 'not checked')
    """
    global _checked
    _checked = bool(flag)
    return _checked


def assert_(spec: Any, x: T) -> T:
    """Return x if it fits spec or assertions are off, as they are at first (s/assert).

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: any value.

    Raises:
        SpecAssertionError: assertions are on, and x does not fit; `problems` and the message say why.

    Example:
        >>> import mxspec as s
        >>> s.assert_(int, "seven")
        'seven'
        >>> s.check_asserts(True)
        True
        >>> s.assert_(int, "seven")
        Traceback (most recent call last):
        mxspec.errors.SpecAssertionError: Spec assertion failed
        'seven' - failed: int
        >>> s.check_asserts(False)
        False
    """
    if not is_check_asserts() or valid(spec, x):
        return x
    raise refusal(SpecAssertionError, "Spec assertion failed", spec, x, failure="assertion-failed")
