"""Values as text: their repr, shortened."""

from __future__ import annotations

import reprlib
from typing import Any

from mxspec.values import class_name, is_long, repr_of
from mxspec.words.generated import origin_of
from mxspec.words.reasons import exception_text


class _Short(reprlib.Repr):
    """Long values shortened, arrays by their shape, type and range, generated ones by their call."""

    def __init__(self) -> None:
        super().__init__()
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 6
        self.maxstring = self.maxother = 80

    def repr1(self, x: object, level: int) -> str:
        try:
            # Of its class: a mock has every attribute.
            if hasattr(type(x), "shape") and hasattr(type(x), "dtype"):
                origin = origin_of(x)
                return array_text(x) if origin is None else origin.text
            return super().repr1(x, level)
        except Exception as error:
            return f"<{class_name(x)} whose repr raises {exception_text(error)}>"

    def repr_instance(self, x: object, level: int) -> str:
        text = repr(x)  # reprlib's own would leave out why there is none
        half = (self.maxother - 3) // 2
        return text if len(text) <= self.maxother else f"{text[:half]}...{text[half + 3 - self.maxother :]}"

    def repr_int(self, x: int, level: int) -> str:
        return repr_of(x) if type(x) is int and is_long(x) else super().repr_int(x, level)


def array_text(x: Any) -> str:
    """Return an array by its shape, dtype and range.

    Args:
        x: a numpy array, or what turns into one, such as MXNet's NDArray.

    Example:
        >>> import numpy as np
        >>> array_text(np.linspace(0, 1, 784, dtype="float32").reshape(1, 784))
        'array of shape (1, 784), float32, 0.0 to 1.0'
    """
    import numpy as np

    values = np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)
    text = f"array of shape {values.shape}, {values.dtype}"
    if values.size and values.dtype.kind in "biuf":
        numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if numbers.size:
            text += f", {numbers.min()} to {numbers.max()}"
        if numbers.size < values.size:
            text += f", {values.size - numbers.size} not finite"
    return text


_short = _Short()


def short(x: object) -> str:
    """Return the repr of x, shortened."""
    return _short.repr(x)
