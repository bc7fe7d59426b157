"""The way from the name of a function, "module/qualname", to its module or class, and attribute."""

from __future__ import annotations

import dataclasses
import sys
import types
from typing import Any

from mxspec.errors import SpecError


@dataclasses.dataclass(frozen=True)
class Location:
    """An attribute of a module or of a class."""

    owner: types.ModuleType | type
    attribute: str

    @property
    def raw(self) -> Any:
        """The object there: of a class or static method the method object, not the function in it."""
        return vars(self.owner)[self.attribute]

    @property
    def in_class(self) -> bool:
        """True for an attribute of a class."""
        return isinstance(self.owner, type)

    @property
    def binds(self) -> bool:
        """True if the function there gets an argument, self or cls, that its spec leaves out."""
        return self.in_class and not isinstance(self.raw, staticmethod)

    @property
    def needs_instance(self) -> bool:
        """True for a method that is called on an instance."""
        return self.binds and not isinstance(self.raw, classmethod)


def locate(name: str) -> Location | None:
    """Return the location of the function of that name, or None if it has none outside of other functions."""
    module, _, qualname = name.partition("/")
    owner: Any = sys.modules.get(module)
    *outer, attribute = qualname.split(".")
    for part in outer:
        owner = getattr(owner, part, None)
        if not isinstance(owner, type):
            return None
    return Location(owner, attribute) if attribute in getattr(owner, "__dict__", ()) else None


def find_function(name: str) -> Any:
    """Return the function of that name, a class method bound to its class.

    Raises:
        SpecError: there is no such function.
    """
    place = locate(name)
    if place is None:
        raise SpecError(
            f"there is no function {name}; its module must be imported, and the function must not be local "
            "to another",
            failure="no-fn",
            fn=name,
        )
    return getattr(place.owner, place.attribute)
