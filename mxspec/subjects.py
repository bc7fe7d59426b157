"""Modules that hand on the names of a subject, each imported at its first use.

`import mxspec.frames` imports none of the files of frames, and `mxspec.frames.split` is the function, though
a file has its name: the import system sets a file as an attribute of its folder, and here it may not.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from mxspec.addresses import PUBLIC, find_by_name, is_kept

# Modules that users call as if they were functions, and the calls to use instead.
_CALLS: Final = {
    "changes": "s.check_compatible(old, new) says if a new spec breaks those who rely on the old one",
    "clojure": "s.keys, s.cat and so on are the names of clojure.spec",
    "errors": "s.explain_json(spec, x) is the list of errors, s.explain(spec, x) prints them",
    "frames": "s.split(spec, frame) returns the rows that fit and those that do not",
    "functions": "s.fdef(args=..., ret=...) is the spec of a function, s.check(f) tests it",
    "inference": "s.infer(rows) returns the contract that rows state",
    "models": "s.def_model_spec(name, spec, discriminate, generate) registers a spec of a model",
    "near": "s.near_misses(spec) is a strategy of wrong values, s.check_guard(f, spec) asks f about such",
    "predicates": "a function of one argument is a spec by itself: s.and_(int, lambda x: x != 3)",
    "promises": "s.promise(spec) is the promise of a spec that s.infer made",
    "specs": "s.spec(pred, message='...') is the spec of a predicate",
    "transform": "s.decode(spec, x) reads JSON or strings, s.encode(spec, x) writes JSON",
}


class SubjectModule(ModuleType):
    """A module that completes to its `__all__`, imports names at first use, and answers a call with advice.

    Its file calls `hand_on`. `mxspec.specs` also has what pickles name.
    """

    def __getattr__(self, name: str) -> Any:
        for module, names in vars(self).get("_late", {}).items():
            if name in names.split():
                value = vars(self)[name] = getattr(importlib.import_module(module), name)
                return value
        if vars(self)["__name__"] == PUBLIC and is_kept(name):
            return find_by_name(name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in self.__all__):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return [*self.__all__]

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Raise a TypeError that names the call to use instead."""
        call = _CALLS[self.__name__.rpartition(".")[2]]
        raise TypeError(f"{self.__name__} is a module, which is not called; {call}")


def hand_on(name: str, late: Mapping[str, str]) -> None:
    """Make a module a SubjectModule; it calls this with its own name, once it has its `__all__`.

    Both are written out of the map in the docstring of the module, by `docs/reference/faces.py`.

    Args:
        name: the name of the module.
        late: the names that it hands on, in one string, by the module that defines them.

    Example:
        >>> import mxspec.frames
        >>> dir(mxspec.frames), mxspec.frames.split.__name__
        (['flag', 'frame', 'split'], 'split')
        >>> mxspec.errors(int, "x")
        Traceback (most recent call last):
        TypeError: mxspec.errors is a module, which is not called; ...
    """
    module = sys.modules[name]
    vars(module)["_late"] = late
    module.__class__ = SubjectModule
