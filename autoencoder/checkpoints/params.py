"""The format of MXNet's parameter files, read without MXNet, which trusts every length in them.

A file is the number 0x112, a reserved one, the number of arrays and the arrays, then as many names. An array
is a magic number, its storage, its number of axes and their lengths, a device, a type and the values; all of
it is little-endian (`NDArray::Save` in MXNet's `src/ndarray/ndarray.cc`).
"""

import math
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

_LIST = 0x112
_ARRAY = {0xF993FAC9, 0xF993FACA}  # the second where shapes are numpy's
_DENSE = 0
# The device that an array was saved from: a processor, a graphics processor, or memory shared by both.
_DEVICES = {1, 2, 3, 5}
_TYPES: dict[int, Any] = {0: np.float32, 2: np.float16}
_MOST_AXES = 32


class ParamsError(ValueError):
    """The content is not that of a file of parameters; the message says what was expected at which byte."""


class _Reader:
    """Reads numbers and bytes one after the other, and never past the end."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def number(self, kind: str) -> int:
        return int(struct.unpack("<" + kind, self.bytes(struct.calcsize(kind)))[0])

    def bytes(self, count: int) -> bytes:
        return bytes(self.content[self.skip(count) : self.place])

    def skip(self, count: int) -> int:
        rest = len(self.content) - self.place
        if not 0 <= count <= rest:
            raise self.error(f"{count} bytes", f"{rest} until the end of the file")
        self.place += count
        return self.place - count

    def error(self, expected: str, actual: object) -> ParamsError:
        return ParamsError(f"expected {expected} at byte {self.place}, found {actual}")


def read_params(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the named arrays of a file of parameters, float32 or float16, in its order.

    Args:
        content: that of the file. No array is made before all lengths are checked against it.

    Raises:
        ParamsError: it is another kind of file, damaged, or has arrays of another type or without names.
    """
    reader = _Reader(content)
    if len(content) < 8 or (magic := reader.number("Q")) != _LIST:
        start = f"{magic:#x}" if len(content) >= 8 else f"{len(content)} bytes"
        raise ParamsError(f"expected a file of parameters, which begins with {_LIST:#x}, found {start}")
    if reserved := reader.number("Q"):
        raise reader.error("0", reserved)
    arrays = [_array(reader) for _ in range(_count(reader, "arrays", 32))]
    names = [_name(reader) for _ in range(_count(reader, "names", 8))]
    if len(names) != len(arrays) or len(set(names)) < len(names):
        raise reader.error(f"{len(arrays)} different names", names[:12])
    if reader.place != len(content):
        raise reader.error("the end of the file", f"{len(content) - reader.place} bytes more")
    return {
        name: np.frombuffer(content, kind, math.prod(shape), start).reshape(shape)
        for name, (kind, shape, start) in zip(names, arrays, strict=True)
    }


def _count(reader: _Reader, of: str, least: int) -> int:
    count = reader.number("Q")
    if count > (len(reader.content) - reader.place) // least:
        raise reader.error(f"a number of {of} that the file has room for", count)
    return count


def _array(reader: _Reader) -> tuple[Any, tuple[int, ...], int]:
    """Return the type of an array, its shape, and where its values begin."""
    if (magic := reader.number("I")) not in _ARRAY:
        raise reader.error("an array of MXNet 1", f"{magic:#x}")
    if (storage := reader.number("i")) != _DENSE:
        raise reader.error("a dense array", f"storage {storage}")
    axes = reader.number("i")
    if not 0 < axes <= _MOST_AXES:
        raise reader.error(f"1 to {_MOST_AXES} axes", axes)
    shape = tuple(reader.number("q") for _ in range(axes))
    if min(shape) < 1:
        raise reader.error("axes of length 1 or more", shape)
    if (device := reader.number("i")) not in _DEVICES or reader.number("i") < 0:
        raise reader.error("a device", device)
    if (number := reader.number("i")) not in _TYPES:
        raise reader.error("values of float32 or float16", f"type {number}")
    kind = np.dtype(_TYPES[number]).newbyteorder("<")
    return kind, shape, reader.skip(math.prod(shape) * kind.itemsize)


def _name(reader: _Reader) -> str:
    try:
        return reader.bytes(reader.number("Q")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise reader.error("a name", error) from None
