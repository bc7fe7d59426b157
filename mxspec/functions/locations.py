"""From the name of a function to the function and its place."""

from __future__ import annotations

import dataclasses
import sys
import types
from typing import Any

from mxspec.base import names
from mxspec.base.values import short_repr
from mxspec.errors import SpecError


@dataclasses.dataclass(frozen=True)
class Location:
    """An attribute of a module or of a class."""

    owner: types.ModuleType | type
    attribute: str

    @property
    def raw_object(self) -> Any:
        """The object there; for a class or static method the method object, not the function in it."""
        return vars(self.owner).get(self.attribute)

    @property
    def binds(self) -> bool:
        """True if the function there gets an argument, self or cls, that its spec leaves out."""
        return isinstance(self.owner, type) and not isinstance(self.raw_object, staticmethod)

    @property
    def needs_instance(self) -> bool:
        """True for a method that is called on an instance."""
        return self.binds and not isinstance(self.raw_object, classmethod)

    def replace(self, old: object, new: object) -> bool:
        """Put new in the place of old, here and in every module with this attribute; True if old was here."""
        was_here = self.raw_object is old
        modules = [] if isinstance(self.owner, type) else list(sys.modules.values())
        for owner in [self.owner, *(m for m in modules if isinstance(m, types.ModuleType))]:
            # Any other look at the attributes of a lazy module would load it.
            if object.__getattribute__(owner, "__dict__").get(self.attribute) is old:
                try:
                    setattr(owner, self.attribute, new)
                except (AttributeError, TypeError) as error:
                    words = f"{short_repr(owner)} does not let {self.attribute} be replaced: {error}"
                    raise SpecError(words) from error
        return was_here


def function_name(fn: object) -> str:
    """Return the name of a function; a name is returned itself."""
    return names.check_name(fn) if isinstance(fn, str) else names.name_of_function(fn)


def locate(name: str) -> Location | None:
    """Return the location of a function by name, or None if it is missing or inside another function."""
    module, _, qualname = name.partition("/")
    owner: Any = sys.modules.get(module)
    *outer, attribute = qualname.split(".")
    for part in outer:
        owner = getattr(owner, part, None)
        if not isinstance(owner, type):
            return None
    return Location(owner, attribute) if attribute in getattr(owner, "__dict__", ()) else None


def find_function(name: str) -> Any:
    """Return the function of a name, a class method bound to its class, or raise SpecError."""
    place = locate(name)
    if place is None:
        raise SpecError(
            f"there is no function {name}; its module must be imported, and the function must not be local "
            "to another",
            failure="no-fn",
            fn=name,
        )
    return getattr(place.owner, place.attribute)


def property_text(x: property) -> str:
    """Return the reason why a property can't have its own spec, and what to do."""
    name = getattr(x.fget, "__qualname__", "f")
    call = f"s.check_fn({name}.fget, s.fspec(args=s.cat(self=...), ret=...))"
    return f"{name} is a property; {call} checks the function in it"


def obstacle(name: str) -> str | None:
    """Return the reason why the function of a name can't be replaced, or None if it can."""
    place = locate(name)
    if place is None:
        is_local = "<locals>" in name
        why = "it stands inside another function" if is_local else "nothing is there by that name"
        return f"{name} can't be instrumented: {why}"
    if isinstance(place.raw_object, type):
        return f"{name} can't be instrumented, since it is a class; give its __init__ a spec"
    if isinstance(place.raw_object, property):
        return f"{name} can't be instrumented: {property_text(place.raw_object)}"
    if not (callable(place.raw_object) or isinstance(place.raw_object, classmethod)):
        return f"{name} can't be instrumented, since it is not a function: {short_repr(place.raw_object)}"
    return None
