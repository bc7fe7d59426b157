"""INVALID, the answer in place of a value that does not fit."""

from __future__ import annotations

from typing import Final, final


@final
class Invalid:
    """The type of INVALID, of which there is one."""

    _one: Invalid | None = None

    def __new__(cls) -> Invalid:
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "INVALID"

    def __bool__(self) -> bool:
        # 0, None and False are lawful conformed values, so a truth test is a mistake either way.
        raise TypeError("INVALID has no truth value; compare with 'is INVALID' or ask s.is_invalid(...)")

    def __reduce__(self) -> str:
        return "INVALID"


INVALID: Final = Invalid()
"""The answer of conform for a value that does not fit (:clojure.spec.alpha/invalid)."""


def is_invalid(x: object) -> bool:
    """True for INVALID alone (s/invalid?).

    Example:
        >>> import mxspec as s
        >>> s.is_invalid(s.conform(int, "3")), s.is_invalid(s.conform(int, 0))
        (True, False)
    """
    return x is INVALID
