"""Atomic writes of files, and the manifest of the files that belong together in a folder."""

import contextlib
import errno
import hashlib
import io
import json
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from mxspec.base.files import (
    FolderLockedError,
    locked_folder,
    remove_abandoned,
    replace_file,
    sync_to_disk,
    temporary_file,
)
from mxspec.errors import BriefError

# --- files ------------------------------------------------------------------------------------------------


def read_file(path: Path, largest: int | None) -> bytes:
    """Return the content of a regular file.

    Args:
        path: the file or a link to it.
        largest: the maximum size in bytes; None means any size.

    Raises:
        OSError: the file is missing, unreadable or larger, grows, or is a folder, a pipe or a device.

    >>> read_file(Path(os.devnull), None)
    Traceback (most recent call last):
    ...
    OSError: it is not a regular file
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if largest is not None and size > largest:
            raise OSError(f"{size} bytes, where {largest} at most are expected")
        content = file.read(size + 1)
    if len(content) != size:
        raise OSError(f"it had {size} bytes, and another number when it was read; is it being written?")
    return content


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        OSError: the file is missing or unreadable, or is a folder, a pipe or a device.
    """
    # Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a regular file")
    return io.BufferedReader(_WaitlessFile(descriptor))


class _WaitlessFile(io.FileIO):
    """A file opened with O_NONBLOCK; where reading would block, as on /proc/kmsg, it is an error."""

    def readinto(self, buffer: Any) -> int:
        if (count := super().readinto(buffer)) is None:
            raise BlockingIOError(errno.EAGAIN, "it has nothing to read yet")
        return count

    def readall(self) -> bytes:
        if (content := super().readall()) is None:
            raise BlockingIOError(errno.EAGAIN, "it has nothing to read yet")
        return content


def check_writable(folder: Path) -> None:
    """Raise OSError if files can't be written to a folder, or the folder can't be created."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    with temporary_file(nearest / "probe", lambda path: path.write_bytes(b"")):
        pass


# --- the manifest -----------------------------------------------------------------------------------------

MANIFEST = "manifest.json"
VERSION = 1  # of the manifest
LARGEST = 1 << 30  # bytes of a file that `seal` reads
_LARGEST_JSON = 1 << 24
_OF_A_SET = re.compile(r"labels\.json|.+-(?:symbol|recognition)\.json|.+-\d{4,}\.(?:params|onnx)")
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}\.new")
_STATE = re.compile(r"\..+\.resume")

# All exceptions of parsing JSON and unpacking its values.
JSON_ERRORS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


class CheckpointError(BriefError):
    """A checkpoint is missing, damaged or of another network; the message says what to do."""


class FolderInUseError(OSError):
    """Another training is writing to the folder; the message names the folder."""


T = TypeVar("T")
Error = Callable[[str], CheckpointError]  # returns the error for a reason


@dataclass(frozen=True)
class ManifestEntry:
    """The entry of a file in a manifest: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> "ManifestEntry":
        """Return the manifest entry of a file's content.

        >>> ManifestEntry.of(b"hello").size
        5
        """
        return cls(len(content), hashlib.sha256(content).hexdigest())

    def __str__(self) -> str:
        return f"{self.size} bytes with SHA-256 {self.sha256[:12]}..."


class FileSet:
    """The files of a folder that belong together.

    Args:
        folder: the folder.
        entries: the entries of its manifest, by file name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("hello")
    ...     files = FileSet(folder, {"a.txt": ManifestEntry.of(b"hello"), "b.txt": ManifestEntry.of(b"")})
    ...     sorted(files.names()), files.read("a.txt", CheckpointError)
    (['a.txt', 'b.txt'], b'hello')
    """

    def __init__(self, folder: str | os.PathLike[str], entries: Mapping[str, ManifestEntry]) -> None:
        self.folder = Path(folder)
        self.entries = dict(entries)

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> "FileSet":
        """Return the current set of a folder, which a training may replace at any time.

        Raises:
            CheckpointError: the manifest is damaged, of another version, or missing beside files of networks.
        """
        path = Path(folder) / MANIFEST
        if not os.path.lexists(path):
            if names := _names_to_seal(folder):
                raise CheckpointError(
                    f"{folder} has {names[0]} but no {MANIFEST}, which says whether files are whole and "
                    f"belong together; if you trust them: python -m autoencoder seal --model-dir {folder}"
                )
            return FileSet(folder, {})
        try:
            return FileSet(folder, _read_entries(json.loads(read_file(path, _LARGEST_JSON))))
        except (OSError, *JSON_ERRORS) as error:
            raise CheckpointError(
                f"{path} is damaged, or another kind of file ({error}); to train anew: "
                f"python -m autoencoder train all, or train digits, with --model-dir {folder}"
            ) from error

    def names(self) -> set[str]:
        """Return the names of the files."""
        return set(self.entries)

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str, error: Error) -> bytes:
        """Return the content of a file.

        Args:
            name: its name.
            error: returns the error to raise for a reason.

        Raises:
            CheckpointError: the file is missing, not a regular file, or differs from the manifest.
        """
        content = self.read_if_there(name, error)
        if content is None:
            raise error("there is no such file")
        return content

    def read_if_there(self, name: str, error: Error) -> bytes | None:
        """Return the content of a file, None if it is missing; arguments and errors are as in `read`."""
        path = self.folder / name
        try:
            if name in self.entries:
                return self._read_checked(path, self.entries[name])
            if os.path.lexists(path):
                raise error(f"it is of another training, since {MANIFEST} does not name it")
            return None
        except FileNotFoundError:
            return None
        except OSError as reason:
            raise error(f"it is damaged, or another kind of file: {reason.strerror or reason}") from reason

    def read_json(self, name: str, error: Error) -> Any:
        """Return the value in a JSON file; arguments and errors are as in `read`."""
        content = self.read(name, error)
        try:
            if len(content) > _LARGEST_JSON:
                raise ValueError(f"expected {_LARGEST_JSON} bytes or fewer, found {len(content)}")
            return json.loads(content.decode("utf-8"))
        except JSON_ERRORS as reason:
            raise error(f"it is damaged, or another kind of file: {reason}") from reason

    def _read_checked(self, path: Path, entry: ManifestEntry) -> bytes:
        try:
            content = read_file(_first_path(path, entry), entry.size)
        except FileNotFoundError:  # it has been renamed in the meantime
            content = read_file(path, entry.size)
        if ManifestEntry.of(content) != entry:
            raise OSError(
                f"expected {entry}, as {MANIFEST} says, found {ManifestEntry.of(content)}; "
                "was it changed, or trained apart?"
            )
        return content


def seal(folder: str | os.PathLike[str]) -> list[str]:
    """Write the manifest of a folder without one, and return the names of the files in it.

    Files of networks are named there as they are, also where they are damaged: nothing looks into them.

    Raises:
        CheckpointError: the folder has a manifest, or no files of networks.
        OSError: a file can't be read, or the manifest not be written.
    """
    folder = Path(folder)
    if os.path.lexists(folder / MANIFEST):
        raise CheckpointError(f"{folder} has a {MANIFEST}; to write another one, remove it first")
    if not (names := _names_to_seal(folder)):
        raise CheckpointError(f"{folder} has no files of networks, such as discriminator-0003.params")
    entries = {name: ManifestEntry.of(read_file(folder / name, LARGEST)) for name in names}
    with _lock(folder):
        replace_file(folder / MANIFEST, lambda path: path.write_bytes(_as_bytes(entries)))
    return names


def _names_to_seal(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names of a folder's files that a manifest should name."""
    return sorted(filter(_OF_A_SET.fullmatch, os.listdir(folder))) if os.path.isdir(folder) else []


def read_consistent(folder: str | os.PathLike[str], read: Callable[[FileSet], T]) -> T:
    """Return the result of a function that reads a folder's files; retry if they are replaced meanwhile.

    Raises:
        CheckpointError: the function raised it, and the files were not replaced.
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


class Edition(FileSet):
    """The next set of files of a folder, created by `edition`; safe for threads.

    Attributes:
        lock: guards the set.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FileSet.of(folder).entries)
        self.lock = threading.RLock()

    def write(self, name: str, write: Callable[[Path], object]) -> None:
        """Write a file.

        Args:
            name: its name in the set.
            write: a function that writes its content to a path.

        Raises:
            OSError: the file can't be written.
        """
        path = self.folder / name
        with temporary_file(path, write) as temporary:
            entry = ManifestEntry.of(read_file(temporary, None))
            os.replace(temporary, _first_path(path, entry))
        with self.lock:
            self.entries[name] = entry

    def drop(self, pattern: str) -> None:
        """Remove the files with names that fully match a pattern from the set, not from the folder."""
        with self.lock:
            for name in [name for name in self.entries if re.fullmatch(pattern, name)]:
                del self.entries[name]


def resume_path(folder: Path, name: str) -> Path:
    """Return the path of the state of a network's training, saved after each epoch for resuming."""
    return folder / f".{name}.resume"


def resume_paths(folder: Path) -> list[Path]:
    """Return the paths of the states in a folder from which unfinished trainings resume."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(folder / name for name in filter(_STATE.fullmatch, names))


@contextlib.contextmanager
def edition(
    folder: str | os.PathLike[str], *, resume: bool = False, within: Edition | None = None
) -> Iterator[Edition]:
    """Begin a new edition of the files in a folder, and put it in place at the end.

    Before that, the leftovers of a killed training are removed, or renamed if its manifest was written.

    Args:
        folder: the folder, created if missing.
        resume: if True, keep the saved state of a training.
        within: an edition that was begun before; it is yielded, and nothing else is done.

    Raises:
        FolderInUseError: another process or thread has begun an edition.
        CheckpointError: the folder's manifest is damaged, or missing beside files of networks.
        OSError: the folder can't be written to. After any error the old set stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with edition(folder) as new:
    ...         new.write("hello.txt", lambda path: path.write_text("hello"))
    ...         before = os.listdir(folder)
    ...     sorted(os.listdir(folder)), "hello.txt" in before, FileSet.of(folder).read("hello.txt", "")
    (['hello.txt', 'manifest.json'], False, b'hello')
    """
    if within is not None:
        yield within
        return
    folder = Path(folder)
    is_new = not folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _lock(folder):
            _tidy(folder, keep_states=resume)
            new = Edition(folder)
            try:
                yield new
                sync_to_disk(folder)  # the files, before the manifest names them
                replace_file(folder / MANIFEST, lambda path: path.write_bytes(_as_bytes(new.entries)))
            except BaseException:
                with contextlib.suppress(OSError):
                    _tidy(folder, keep_states=True)
                raise
            _tidy(folder, keep_states=False)
    except BaseException:
        if is_new:
            with contextlib.suppress(OSError):  # it is not empty
                folder.rmdir()
        raise


def _tidy(folder: Path, *, keep_states: bool) -> None:
    """Finish an edition after its manifest was written, and remove all other unfinished files."""
    for name, entry in FileSet.of(folder).entries.items():
        if (first := _first_path(folder / name, entry)).is_file():
            os.replace(first, folder / name)
    sync_to_disk(folder)
    remove_abandoned(folder)
    for name in os.listdir(folder):
        if _UNFINISHED.fullmatch(name) or (_STATE.fullmatch(name) and not keep_states):
            (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    try:
        with locked_folder(folder):  # on Windows, two trainings in one folder are not detected
            yield
    except FolderLockedError:
        raise FolderInUseError(
            f"{folder} is written to by another training; "
            "wait for its end, or choose another folder by --model-dir"
        ) from None


def _first_path(path: Path, entry: ManifestEntry) -> Path:
    """Return the first path of a new file, beside the older file of that name."""
    return path.with_name(f".{path.name}.{entry.sha256[:16]}.new")


def _as_bytes(entries: Mapping[str, ManifestEntry]) -> bytes:
    """Return the content of a manifest."""
    files = {name: {"size": entry.size, "sha256": entry.sha256} for name, entry in sorted(entries.items())}
    content = {"version": VERSION, "files": files, "sha256": _digest_of(files)}
    return (json.dumps(content, indent=1) + "\n").encode()


def _read_entries(content: Any) -> dict[str, ManifestEntry]:
    if content["version"] != VERSION:
        raise ValueError(f"it is of version {content['version']!r}, this program reads {VERSION}")
    files = content["files"]
    if _digest_of(files) != content["sha256"]:
        raise ValueError("its own SHA-256 is another")
    for name in files:
        if Path(name).name != name:
            raise ValueError(f"{name!r} is not the name of a file")
    return {name: ManifestEntry(int(entry["size"]), str(entry["sha256"])) for name, entry in files.items()}


def _digest_of(files: Any) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
