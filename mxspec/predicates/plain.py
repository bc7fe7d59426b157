"""None, truth, and values of a few types of their own."""

from __future__ import annotations

import datetime
import uuid


def is_any(x: object) -> bool:
    """True for everything (clojure.core/any?).

    Example:
        >>> is_any(None), is_any(3)
        (True, True)
    """
    return True


def is_some(x: object) -> bool:
    """True for everything but None (some?).

    Example:
        >>> is_some(0), is_some(None)
        (True, False)
    """
    return x is not None


def is_none(x: object) -> bool:
    """True for None (nil?).

    Example:
        >>> is_none(None), is_none(0)
        (True, False)
    """
    return x is None


def is_true(x: object) -> bool:
    """True for True alone, not of 1 (true?).

    Example:
        >>> is_true(True), is_true(1)
        (True, False)
    """
    return x is True


def is_false(x: object) -> bool:
    """True for False alone, not of 0 (false?).

    Example:
        >>> is_false(False), is_false(0)
        (True, False)
    """
    return x is False


def is_bool(x: object) -> bool:
    """True for True and False (boolean?).

    Example:
        >>> is_bool(False), is_bool(0)
        (True, False)
    """
    return isinstance(x, bool)


def is_uuid(x: object) -> bool:
    """True for a uuid.UUID (uuid?).

    Example:
        >>> is_uuid(uuid.UUID(int=0)), is_uuid("0")
        (True, False)
    """
    return isinstance(x, uuid.UUID)


def is_inst(x: object) -> bool:
    """True for a moment: a datetime.datetime (inst?).

    Example:
        >>> is_inst(datetime.datetime(2019, 10, 11)), is_inst("2019-10-11")
        (True, False)
    """
    return isinstance(x, datetime.datetime)


def is_callable(x: object) -> bool:
    """True for anything that can be called (ifn?, fn?).

    Example:
        >>> is_callable(len), is_callable(3)
        (True, False)
    """
    return callable(x)
