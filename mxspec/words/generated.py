"""Generated values: arrays that remember the call that made them, in their repr, and how they were read.

A picture as numpy prints it is two hundred lines of numbers, which nobody can read and nobody pastes.
"""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

from mxspec.words import reasons
from mxspec.words.sheet import draw_sheet, grey_of

_SHEET: Final = 200  # pictures on a sheet
_NUMBERS: Final = "biuf"  # the kinds of numpy's dtypes whose arrays are remembered


class Read(Protocol):
    """The part of a `Reading` that is put in words."""

    @property
    def label(self) -> Any: ...

    @property
    def confidence(self) -> float | None: ...


@dataclasses.dataclass
class Origin:
    """Where a generated array comes from.

    Attributes:
        call: the call that makes the same array as text, or a function that returns that.
        label: the label that it was generated for.
        reading: what the discriminator of its spec said of it, or None if that was not asked.
        digest: a checksum of the array as it was generated.
    """

    call: str | Callable[[], str]
    label: Any = None
    reading: Read | None = None
    digest: int = 0

    @property
    def text(self) -> str:
        """The call as text."""
        if not isinstance(self.call, str):
            self.call = self.call()
        return self.call


# --- arrays that remember -----------------------------------------------------------------------------------


def remember(x: Any, call: str | Callable[[], str], label: Any = None) -> Any:
    """Return a copy of an array that remembers the call that made it; its repr is that call.

    To everybody else the copy is a numpy array: isinstance says so, and what is computed from it, its slices,
    copies, pickles and files are plain arrays. Once its numbers are changed, it prints as numpy prints them.

    Args:
        x: a numpy array of numbers; anything else is returned as it is.
        call: Python source, or a function that returns it, which is called when it is needed.
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

    if not isinstance(x, np.ndarray) or x.dtype.kind not in _NUMBERS or type(x) not in _kinds():
        return x
    array = np.ndarray.__new__(_generated_array(), x.shape, x.dtype)
    array[...] = x
    array.origin = Origin(call, label, digest=_digest(array))
    return array


def copy_of(x: Any) -> Any:
    """Return a copy of an array that remembers what x does, or None if x remembers nothing."""
    origin = origin_of(x)
    return None if origin is None else remember(x, origin.call, origin.label)


def origin_of(x: object) -> Origin | None:
    """Return where a generated array comes from; None of anything else, and of one that was changed since."""
    if not _is_generated(x):
        return None
    origin: Origin | None = x.origin  # type: ignore[attr-defined]
    return origin if origin is not None and origin.digest == _digest(x) else None


def _is_generated(x: object) -> bool:
    try:
        return getattr(type(x), "is_generated", False) is True
    except Exception:  # a metaclass may raise
        return False


def plain(x: Any) -> Any:
    """Return x, as a view of numpy's own type if it is a generated array."""
    if not _is_generated(x):
        return x
    import numpy as np

    return np.ndarray.view(x, np.ndarray)


def generated_in(x: object, depth: int = 4) -> Iterator[Any]:
    """Yield the generated arrays in a value: itself, or those in its lists, tuples and dicts."""
    if origin_of(x) is not None:
        yield x
    elif depth and isinstance(x, (list, tuple)):
        for element in x:
            yield from generated_in(element, depth - 1)
    elif depth and isinstance(x, Mapping):
        for element in x.values():
            yield from generated_in(element, depth - 1)


def keep_reading(x: object, reading: Read) -> None:
    """Have a generated array remember its first reading; anything else is left as it is."""
    if _is_generated(x):
        origin: Origin | None = x.origin  # type: ignore[attr-defined]
        if origin is not None and origin.reading is None:
            origin.reading = reading


def _digest(x: Any) -> int:
    import numpy as np

    return zlib.crc32(np.ascontiguousarray(plain(x)).view(np.uint8).data) if x.size else 0


@functools.cache
def _kinds() -> frozenset[type]:
    import numpy as np

    return frozenset({np.ndarray, _generated_array()})


@functools.cache
def _generated_array() -> Any:
    """Return the class of arrays that remember, which is made when it is needed: numpy is imported late."""
    import numpy as np

    class GeneratedArray(np.ndarray[Any, Any]):
        """A numpy array that remembers where it comes from. Only its own numbers do: whatever numpy makes of
        it, by a function, a method or a slice, is an array of numpy's own type."""

        is_generated = True
        origin: Origin | None = None

        def __repr__(self) -> str:
            origin = origin_of(self)
            return repr(plain(self)) if origin is None else origin.text

        def __str__(self) -> str:
            origin = origin_of(self)
            return str(plain(self)) if origin is None else origin.text

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            out = options.get("out")
            if out is not None:
                options["out"] = tuple(map(plain, out))
            result = getattr(ufunc, method)(*map(plain, inputs), **options)
            return result if out is None else out[0] if len(out) == 1 else out

        def __array_function__(self, func: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
            result = super().__array_function__(func, kinds, args, kwargs)
            if isinstance(result, (list, tuple)):
                return type(result)(map(plain, result)) if type(result) in (list, tuple) else result
            return plain(result)

    def delegate(name: str) -> Any:
        method = getattr(np.ndarray, name)

        @functools.wraps(method)
        def on_plain(self: Any, *args: Any, **kwargs: Any) -> Any:
            return method(plain(self), *args, **kwargs)

        return on_plain if callable(method) else property(lambda self: getattr(plain(self), name))

    special = {"__getitem__", "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__"}
    views = {"T", "mT", "real", "imag"} & set(dir(np.ndarray))  # numpy 1 has no mT
    methods = {name for name in dir(np.ndarray) if name[0] != "_" and callable(getattr(np.ndarray, name))}
    for name in special | views | methods - {"resize"}:  # resize needs the array that owns the numbers
        setattr(GeneratedArray, name, delegate(name))
    return GeneratedArray


# --- many of them -------------------------------------------------------------------------------------------


def readings_text(x: object) -> str:
    """Return how the generated arrays in a value were read, each a part of the text; "" where there are none.

    Example:
        >>> import mxspec as s
        >>> readings_text([1, "no array"])
        ''
    """
    readings = [array.origin.reading for array in generated_in(x)]
    return ", ".join(
        reasons.reading_text(reading.label, reading.confidence, None)
        for reading in readings
        if reading is not None
    )


class Examples(list[Any]):
    """A list of examples with generated arrays in them, which prints one a line and how it was read.

    The lines are Python, readings are comments. A notebook shows pictures as a sheet of them.
    """

    def __repr__(self) -> str:
        lines = []
        for example in self:
            reading = readings_text(_first_of_each(example))
            lines.append(f"    {example!r},{'  # ' if reading else ''}{reading}")
        return "\n".join(["[", *lines, "]"])

    def _repr_png_(self) -> bytes | None:
        """Return the sheet that a notebook shows; None, for the lines, where not each holds one picture."""
        arrays = [array for example in self for array in _first_of_each(example)]
        pictures = [_picture_of(array) for array in arrays[:_SHEET]]
        if len(arrays) != len(self) or not all(picture is not None for picture in pictures):
            return None
        labels = [readings_text(array).removeprefix("read as ") for array in arrays[:_SHEET]]
        title = f"the first {_SHEET} of {len(arrays):,}" if len(arrays) > _SHEET else ""
        try:
            return draw_sheet(pictures, labels, title=title)._repr_png_()
        except ImportError:  # without Pillow
            return None


def _picture_of(array: Any) -> Any:
    """Return an array as grey bytes, None unless it has rows of numbers from 0 to 1."""
    grey = grey_of(array)
    is_one = grey is not None and min(grey.shape) > 1 and array.min() >= 0 and array.max() <= 1
    return grey if is_one else None


def _first_of_each(example: Any) -> list[Any]:
    """Return the generated arrays in an example, the same array once: what is conformed often is itself."""
    return list({id(array): array for array in generated_in(example)}.values())


def as_examples(xs: list[Any]) -> list[Any]:
    """Return a list of examples, as Examples if the first has a generated array in it."""
    return Examples(xs) if any(True for _ in generated_in(xs[:1])) else xs
