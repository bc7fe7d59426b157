"""The class of arrays with an origin, in a separate file, since numpy is imported late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

_OWN: Final = frozenset({"base", "flags", "generated_text", "origin", "plain_view", "resize", "setflags"})


class GeneratedArray(np.ndarray[Any, Any]):
    """A numpy array that remembers its origin and prints as that, until its numbers are changed.

    Its slices, copies, pickles, files and all results of computations are plain numpy arrays. numpy gives the
    result of a method the type of the array, and offers no hook to choose another type. So we look methods up
    on a plain view, except methods about the array itself.
    """

    is_generated = True
    origin: Any = None

    def __getattribute__(self, name: str) -> Any:
        is_own = name in _OWN or name.startswith("_")
        return super().__getattribute__(name) if is_own else getattr(self.plain_view(), name)

    def plain_view(self) -> Array:
        """Return a view of numpy's own type."""
        return np.ndarray.view(self, np.ndarray)

    def __getitem__(self, key: Any) -> Any:
        return self.plain_view()[key]

    def __copy__(self) -> Any:
        return self.plain_view().copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.plain_view().copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.plain_view().__reduce_ex__(protocol)

    def __array_wrap__(self, array: Array, context: Any = None, return_scalar: bool = True) -> Any:
        # It is this array itself that an operator has changed in place.
        return array[()] if return_scalar and not array.ndim and array is not self else array

    def __array_prepare__(self, array: Array, context: Any = None) -> Array:
        return array  # numpy 1 calls this before the operator, and numpy 2 does not

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(func, types, args, kwargs)
        return result.plain_view() if isinstance(result, GeneratedArray) else result

    def __repr__(self) -> str:
        return repr(self.plain_view()) if (text := self.generated_text()) is None else text

    def __str__(self) -> str:
        return str(self.plain_view()) if (text := self.generated_text()) is None else text

    def generated_text(self) -> str | None:
        """Return the call that made this array, or None if its numbers were changed since."""
        is_as_generated = self.origin is not None and self.origin.is_of(self)
        return self.origin.text if is_as_generated else None
