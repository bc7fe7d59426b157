"""The set of files that belong together in a folder, and the manifest that names them.

`manifest.json` holds the size and the SHA-256 of each file of a set, and a SHA-256 of its own. Whatever else
is in the folder does not count. A folder without a manifest, as MXNet's own `Module.save_checkpoint` leaves
it, is a set of all its files; reading one of them warns that damage to it can't be detected.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autoencoder.data.files import FileTooLargeError, read_file

MANIFEST = "manifest.json"
VERSION = 1  # of the manifest
LARGEST = 1 << 30  # bytes of a file in a folder without a manifest
_LARGEST_JSON = 1 << 24

# All that parsing JSON and unpacking its values can raise, whatever the content.
JSON_ERRORS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


class CheckpointError(ValueError):
    """A checkpoint is missing, damaged or another network's; the message names the file and what to do."""


class UncheckedWarning(UserWarning):
    """A folder has no manifest, so damage to its files may go unnoticed."""


T = TypeVar("T")
Error = Callable[[str], CheckpointError]  # takes the reason why a file can't be used


@dataclass(frozen=True)
class Entry:
    """The entry of a file in a manifest: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> "Entry":
        """Return the entry of a file with some content.

        >>> Entry.of(b"hello").size
        5
        """
        return cls(len(content), hashlib.sha256(content).hexdigest())

    def __str__(self) -> str:
        return f"{self.size} bytes with SHA-256 {self.sha256[:12]}..."


class FileSet:
    """The files of a folder that belong together.

    Args:
        folder: the folder.
        entries: what its manifest says, by the names of the files; None if it has none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("hello")
    ...     files = FileSet(folder, {"a.txt": Entry.of(b"hello"), "b.txt": Entry.of(b"")})
    ...     sorted(files.names()), files.read("a.txt", CheckpointError)
    (['a.txt', 'b.txt'], b'hello')
    """

    def __init__(self, folder: str | os.PathLike[str], entries: Mapping[str, Entry] | None) -> None:
        self.folder = Path(folder)
        self.entries = None if entries is None else dict(entries)
        self._has_warned = False

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> "FileSet":
        """Return the set that a folder holds now, which a training may replace at any time.

        Raises:
            CheckpointError: the manifest is damaged, or of another version.
        """
        path = Path(folder) / MANIFEST
        if not os.path.lexists(path):
            return cls(folder, None)
        try:
            return cls(folder, _entries(json.loads(read_file(path, _LARGEST_JSON))))
        except (OSError, *JSON_ERRORS) as error:
            raise CheckpointError(
                f"{path} is damaged, or another kind of file ({error}); to train anew: "
                f"python -m autoencoder train all, or train digits, with --model-dir {folder}"
            ) from error

    def names(self) -> set[str]:
        """Return the names of the files."""
        if self.entries is not None:
            return set(self.entries)
        return {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()

    def __contains__(self, name: str) -> bool:
        return (self.folder / name).is_file() if self.entries is None else name in self.entries

    def read(self, name: str, error: Error) -> bytes:
        """Return the content of a file.

        Args:
            name: its name.
            error: returns the error for a reason why the file can't be used.

        Raises:
            CheckpointError: the file is missing, not a regular file, or not the one in the manifest.
        """
        path = self.folder / name
        try:
            if self.entries is None:
                self._warn(path)
                return read_file(path, LARGEST)
            if name in self.entries:
                return self._read_checked(name, self.entries[name])
            if os.path.lexists(path):
                raise error(f"it is of another training, since {MANIFEST} does not name it")
            raise error("there is no such file")
        except FileNotFoundError:
            raise error("there is no such file") from None
        except OSError as reason:
            raise error(f"it is damaged, or another kind of file: {reason.strerror or reason}") from reason

    def digest(self, name: str, error: Error) -> str:
        """Return the SHA-256 of a file, in hexadecimal; arguments and errors are those of `read`."""
        if self.entries is not None and name in self.entries:
            return self.entries[name].sha256
        return hashlib.sha256(self.read(name, error)).hexdigest()

    def read_json(self, name: str, error: Error) -> Any:
        """Return the value in a JSON file; arguments and errors are those of `read`."""
        content = self.read(name, error)
        try:
            if len(content) > _LARGEST_JSON:
                raise ValueError(f"expected {_LARGEST_JSON} bytes or fewer, found {len(content)}")
            return json.loads(content.decode("utf-8"))
        except JSON_ERRORS as reason:
            raise error(f"it is damaged, or another kind of file: {reason}") from reason

    def _read_checked(self, name: str, entry: Entry) -> bytes:
        actual = ""
        plain, first = self.folder / name, self.folder / beside(name, entry)
        # A training that was just put in place renames its files one by one, see `edition`: a file may still
        # have its first name, and lose it between two attempts.
        for path in (plain, first, plain):
            try:
                content = read_file(path, entry.size)
            except FileTooLargeError as error:
                actual = str(error)
            except FileNotFoundError:
                if path is plain and not actual:
                    continue
            else:
                if Entry.of(content) == entry:
                    return content
                actual = str(Entry.of(content))
        if not actual:
            raise FileNotFoundError
        raise OSError(
            f"expected {entry}, as {MANIFEST} says, found {actual}; was it changed, or trained apart?"
        )

    def _warn(self, path: Path) -> None:
        if path.is_file() and not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"{self.folder} has no {MANIFEST}, which a training leaves: "
                "whether its files are whole, and belong together, can't be checked",
                UncheckedWarning,
                stacklevel=4,
            )


def read_whole(folder: str | os.PathLike[str], read: Callable[[FileSet], T]) -> T:
    """Return what a function reads from the set of files in a folder; call it again if the set is replaced.

    Raises:
        CheckpointError: the function raised it, and nobody has replaced the files.
    """
    files = FileSet.of(folder)
    while True:
        try:
            return read(files)
        except CheckpointError:
            now = FileSet.of(folder)
            if now.entries == files.entries:
                raise
            files = now


def beside(name: str, entry: Entry) -> str:
    """Return the name that a file is first written under, beside an older file of its name."""
    return f".{name}.{entry.sha256[:16]}.new"


def as_bytes(entries: Mapping[str, Entry]) -> bytes:
    """Return the content of a manifest."""
    files = {name: {"size": entry.size, "sha256": entry.sha256} for name, entry in sorted(entries.items())}
    content = {"version": VERSION, "files": files, "sha256": _digest_of(files)}
    return (json.dumps(content, indent=1) + "\n").encode()


def _entries(content: Any) -> dict[str, Entry]:
    if content["version"] != VERSION:
        raise ValueError(f"it is of version {content['version']!r}, this program reads {VERSION}")
    files = content["files"]
    if _digest_of(files) != content["sha256"]:
        raise ValueError("its own SHA-256 is another")
    for name in files:
        if Path(name).name != name:
            raise ValueError(f"{name!r} is not the name of a file")
    return {name: Entry(int(entry["size"]), str(entry["sha256"])) for name, entry in files.items()}


def _digest_of(files: Any) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
