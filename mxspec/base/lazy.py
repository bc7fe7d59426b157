"""Modules that are imported, and attributes that are computed, at the first use.

Attributes are computed by any number of threads and without a lock.

functools.cached_property of Python 3.11 holds a lock, one for all instances, while it works. A thread that
first checks a star within a cat, and one that first checks a cat within a star, then wait for each other for
ever.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LateModule:
    """A module that is imported at the first use of one of its attributes; used attributes are kept.

    So `import mxspec` imports neither numpy nor Hypothesis.

    Example:
        >>> json = LateModule("json")
        >>> json.dumps([1])
        '[1]'
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # a program that looks at all names of a module gets these
            raise AttributeError(attribute)
        value = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, value)
        return value


class lazy(Generic[T]):
    """Turn a method without arguments into an attribute that is computed once, at the first use.

    Threads that begin together may each work it out, and all get the result of the first to finish.

    Example:
        >>> class Word(str):
        ...     @lazy
        ...     def letters(self):
        ...         return set(self)
        >>> word = Word("see")
        >>> sorted(word.letters), word.letters is word.letters
        (['e', 's'], True)
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> T:
        if instance is None:  # an attribute of the class itself
            return self  # type: ignore[return-value]
        # Python looks into the instance first, so that this is not called again. setdefault is atomic, so
        # that all threads get the value of one of them.
        value: T = vars(instance).setdefault(self._name, self._compute(instance))
        return value
