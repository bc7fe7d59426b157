"""The bytes of a file, read in bounded parts, however much a few of them unpack to."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Final

from mxspec.errors import SpecDefinitionError

MOST_TOGETHER: Final = 1 << 27
"""The most bytes of rows in memory at a time."""

MOST_OF_LINE: Final = 1 << 25
"""The most bytes of a line."""

TIMES: Final = 50
"""A file that is read whole may unpack to so many times its size on disk, plus MOST_TOGETHER."""


class BoundedBytes(io.BufferedIOBase):
    """A file of bytes that raises an error if a line, or a part kept in memory, is too long.

    Args:
        binary: the file.
        name: its name, for the error.
        size: its bytes on the disk.

    Attributes:
        left: the bytes that may be read until the next part begins.

    Example:
        >>> import io
        >>> binary = BoundedBytes(io.BytesIO(b"a" * 2**26), "rows.csv", 0)
        >>> binary.begin_part()
        >>> binary.read()
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: rows.csv has a line of more than 32 MB
    """

    def __init__(self, binary: BinaryIO, name: str, size: int) -> None:
        self._binary, self._name = binary, name
        self._most = MOST_TOGETHER + TIMES * size
        self.seek(0)

    def begin_part(self) -> None:
        """Begin the next part, once the bytes read before are released."""
        self.left, self._longest = MOST_TOGETHER, MOST_OF_LINE

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the start, the only place to go to."""
        if offset or whence:
            raise io.UnsupportedOperation("a file is read in its order")
        self.left, self._longest, self._line = self._most, self._most, 0
        return self._binary.seek(0)

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size >= 0:
            return self.read1(size)
        parts = []
        while part := self.read1(1 << 16):
            parts.append(part)
        return b"".join(parts)

    def read1(self, size: int = -1) -> bytes:
        data = self._binary.read(size if size > 0 else 1 << 16)
        self.left -= len(data)
        end = max(data.rfind(b"\n"), data.rfind(b"\r"))
        self._line = self._line + len(data) if end < 0 else len(data) - end - 1
        if self.left < 0:
            raise SpecDefinitionError(
                f"{self._name} unpacks to more than is kept in memory: {MOST_TOGETHER >> 20} MB and {TIMES} "
                "times the file; many rows are lines of JSON, or of cells"
            )
        if self._line > self._longest:
            raise SpecDefinitionError(f"{self._name} has a line of more than {MOST_OF_LINE >> 20} MB")
        return data

    def readline(self, size: int | None = -1) -> bytes:
        return self._binary.readline(MOST_OF_LINE)

    def close(self) -> None:
        self._binary.close()
        super().close()


def begin_part(text: Any) -> None:
    """Begin the next part of a text, once the rows read before are released."""
    if isinstance(text.buffer, BoundedBytes):
        text.buffer.begin_part()
