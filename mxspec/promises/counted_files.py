"""Files that count once: each is known by the digest of its bytes, whatever its name.

    march.csv, counted, and given again as copy.csv  ->  known
    april.csv, to date, counted on the 10th          ->  on the 20th, its first 300 rows are known

A file that grew, such as a month-to-date file, begins with the bytes that were counted. Other growth is not
recognized: compressed files, Parquet, a JSON list with its closing bracket, rows sorted anew or changed, and
the same row in two files. Standard input can be read only once, so it counts each time.
"""

from __future__ import annotations

import collections
import hashlib
import os
from collections.abc import Iterable, Iterator, Set, Sized
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeVar

MOST_FILES: Final = 100  # remembered in a contract

_BLOCK: Final = 1 << 20  # bytes


class NumberedRows(Protocol):
    """Rows that were read together."""

    @property
    def numbers(self) -> Sized: ...


Chunk = TypeVar("Chunk", bound=NumberedRows)


class CountedFile(NamedTuple):
    """A counted file: its digest, its number of bytes, and its number of rows."""

    digest: str
    size: int
    rows: int

    def __str__(self) -> str:
        return f"{self.digest} {self.size} {self.rows}"


class CountedFiles:
    """The files that a contract counts.

    Args:
        texts: what is known of those so far, as the attribute `texts` gives it.

    Example:
        >>> import tempfile
        >>> march = Path(tempfile.mkdtemp(), "march.csv")
        >>> _ = march.write_text("1,2,")
        >>> counted = CountedFiles([])
        >>> counted.knows(march), counted.add(march, 2), counted.knows(march), counted.texts
        (False, None, True, ('... 4 2',))
        >>> _ = march.write_text("1,2,3,")
        >>> counted.knows(march), counted.rows_before(march)
        (False, 2)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._files = {}
        for text in texts:
            digest, size, rows = text.split()
            self._files[digest] = CountedFile(digest, int(size), int(rows))

    @property
    def texts(self) -> tuple[str, ...]:
        """The digest, the number of bytes and the number of rows of each file; of many, of the last 100."""
        return tuple(map(str, [*self._files.values()][-MOST_FILES:]))

    def knows(self, file: Any) -> bool:
        """Return True if all bytes of a file were counted."""
        digests = self._digests(file)
        return bool(digests) and digests[max(digests)] in self._files

    def rows_before(self, file: Any) -> int:
        """Return how many of the first rows of a file were counted."""
        known = [each for _, each in sorted(self._digests(file).items()) if each in self._files]
        return self._files[known[-1]].rows if known else 0

    def add(self, file: Any, rows: int) -> None:
        """Count a file of so many rows; one that can be read only once is forgotten."""
        if digests := self._digests(file):
            size = max(digests)
            self._files[digests[size]] = CountedFile(digests[size], size, rows)

    def count(self, file: Any, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Yield the chunks of the rows of a file, and count it."""
        rows = 0
        for chunk in chunks:
            rows += len(chunk.numbers)
            yield chunk
        self.add(file, rows)

    def _digests(self, file: Any) -> dict[int, str]:
        return digests_of_beginnings(file, {each.size for each in self._files.values()})


def digests_of_beginnings(file: Any, sizes: Set[int]) -> dict[int, str]:
    """Return the digests of the beginnings of a file by their sizes, and of the whole file.

    The result is empty for a source that can be read only once, such as standard input.
    """
    if not is_file(file):
        return {}
    digest, size, digests = hashlib.sha256(), 0, {}
    ends = collections.deque(sorted(sizes))
    with open(file, "rb") as content:
        while True:
            while ends and ends[0] == size:
                digests[ends.popleft()] = digest.hexdigest()[:16]
            block = content.read(min(_BLOCK, ends[0] - size) if ends else _BLOCK)
            if not block:
                break
            digest.update(block)
            size += len(block)
    return digests | {size: digest.hexdigest()[:16]}


def size_of(file: Any) -> int:
    """Return the bytes of a file; 0 for other sources."""
    return os.stat(file).st_size if is_file(file) else 0


def is_file(file: Any) -> bool:
    """Return True for the path of a file that can be read again."""
    return file is not None and Path(file).is_file()
