"""Strings, numbers and members that have code as their text, for tests that none of it runs."""

import enum

RAN = []
"""What has run."""

CODE = f"__import__({__name__!r}, fromlist=['RAN']).RAN.append(1)"


class Text(str):
    """A string as the plain one, but for its text."""

    def __repr__(self):
        return CODE

    def __format__(self, spec):
        return CODE

    __str__ = __repr__


class Named(str):
    """An honest string of a subclass, with the repr of another string."""

    def __repr__(self):
        return "'another'"


class Whole(int):
    __repr__ = __str__ = lambda self: CODE
    __format__ = lambda self, spec: CODE  # noqa: E731


class Real(float):
    __repr__ = __str__ = lambda self: CODE
    __format__ = lambda self, spec: CODE  # noqa: E731


class Member(str, enum.Enum):  # noqa: UP042  # of StrEnum, str is the plain string's
    A = "a"
    B = "b/a"

    def __repr__(self):
        return CODE

    __str__ = __repr__


def text(x):
    return Text(x)


def named(x):
    return Named(x)


def member(x):
    return Member(x) if x in ("a", "b/a") else Text(x)
