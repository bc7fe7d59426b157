"""Generated arrays: they remember the call that made them, which is their repr, and their reading.

numpy prints a picture as two hundred lines of numbers; nobody can read or paste them.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

_NUMBERS: Final = "biuf"  # the kinds of dtypes of arrays that can be remembered


@dataclasses.dataclass
class Origin:
    """Where a generated array comes from.

    Attributes:
        call: the call that makes the same array, as text, or a function that returns the text.
        label: the label that the array was generated for.
        reading: the first reading by the discriminator of its spec, or None.
        content: the shape, the dtype and a checksum of the generated numbers.
    """

    call: str | Callable[[], str]
    label: Any = None
    reading: Any = None
    content: tuple[Any, ...] = ()

    @property
    def text(self) -> str:
        if not isinstance(self.call, str):
            self.call = self.call()
        return self.call

    def is_of(self, x: Any) -> bool:
        """True if an array has not changed since it was generated."""
        return _array_content(x) == self.content


def _array_content(x: Any) -> tuple[Any, ...]:
    array = plain_array(x)
    return array.shape, array.dtype, zlib.crc32(array.tobytes())


def remember(x: Any, call: str | Callable[[], str], label: Any = None) -> Any:
    """Return a copy of an array that remembers the call that made it; its repr is that call.

    To all other code the copy is a numpy array: isinstance confirms it, and its slices, copies, pickles,
    files and all results of computations are plain arrays. After a change of its numbers, it prints as numpy
    prints it.

    Args:
        x: a numpy array of numbers; any other value is returned unchanged.
        call: Python source, or a function that returns it; it is called only when needed.
        label: the label that x was generated for.

    Example:
        >>> import numpy as np
        >>> import mxspec as s
        >>> image = s.remember(np.zeros((1, 4)), "draw(7)", label=7)
        >>> image, image + 1, image.origin.label
        (draw(7), array([[1., 1., 1., 1.]]), 7)
        >>> image[0, 0] = 1
        >>> image
        array([[1., 0., 0., 0.]])
    """
    import numpy as np

    from mxspec.base.generated.generated_array import GeneratedArray

    if type(x) not in (np.ndarray, GeneratedArray) or x.dtype.kind not in _NUMBERS:
        return x
    array = GeneratedArray(x.shape, x.dtype)
    array[...] = x
    array.origin = Origin(call, label, content=_array_content(array))
    return array


def copy_of(x: Any) -> Any:
    """Return a copy of a generated array with its origin, or None for x without an origin."""
    origin = origin_of(x)
    return None if origin is None else remember(x, origin.call, origin.label)


def origin_of(x: Any) -> Origin | None:
    """Return the origin of a generated array; None for a changed one and for any other value."""
    origin: Origin | None = x.origin if _is_generated(x) else None
    return origin if origin is not None and origin.is_of(x) else None


def keep_reading(x: Any, reading: Any) -> None:
    """Make a generated array remember its first reading; ignore any other value."""
    if _is_generated(x) and x.origin is not None and x.origin.reading is None:
        x.origin.reading = reading


def plain_array(x: Any) -> Any:
    """Return x, as a view of numpy's own type if it is a generated array."""
    return x.plain_view() if _is_generated(x) else x


def _is_generated(x: object) -> bool:
    # The class is in a file that imports numpy, so that programs without arrays never import it.
    try:
        return getattr(type(x), "is_generated", False) is True
    except Exception:  # a metaclass may raise
        return False


# --- several generated arrays -------------------------------------------------------------------------------


def generated_arrays(x: Any, depth: int = 4) -> list[Any]:
    """Return the generated arrays in a value, each once: itself, or arrays in its lists, tuples and dicts."""
    if origin_of(x) is not None:
        return [x]
    kind = type(x)  # the property `__class__` of an object may raise
    if not depth or not issubclass(kind, (list, tuple, Mapping)):
        return []
    try:
        parts = [*(x.values() if issubclass(kind, Mapping) else x)]
    except Exception:  # of the value's own methods
        return []
    arrays = [array for part in parts for array in generated_arrays(part, depth - 1)]
    return list({id(array): array for array in arrays}.values())


def remembered_labels(images: Iterable[Any]) -> list[object]:
    """Return the labels of generated images, or an empty list unless all have an origin."""
    origins = [origin_of(image) for image in images]
    return [] if None in origins else [getattr(origin, "label", "") for origin in origins]
