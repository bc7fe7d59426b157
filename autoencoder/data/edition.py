"""A transaction on the set of files in a folder: its new edition becomes visible at one moment, or never.

Files are written beside the old ones, under names of their own (`manifest.beside`), and are on the disk
before the manifest that names them. Renaming the manifest is that moment. Then the files get their plain
names, by which MXNet reads them, one by one. A reader of the manifest knows both names, so a crash in between
does no harm, and the next edition finishes the renaming.
"""

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from autoencoder.data.files import naming, read_file, temporary_of, to_disk
from autoencoder.data.manifest import LARGEST, MANIFEST, Entry, FileSet, as_bytes, beside

try:
    import fcntl
except ImportError:  # on Windows, where two trainings in one folder go unnoticed
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
_RESUME = ".resume"
_NUMBERED = re.compile(r"(.+)-(\d{4,})\.(?:params|onnx)")
_OF_A_SET = re.compile(r"labels\.json|.+-(?:symbol|recognition)\.json|.+-\d{4,}\.(?:params|onnx)")
_LEFT_BESIDE = re.compile(r"\..+\.[0-9a-f]{16}\.new|\..+\.\d+-\d+\.tmp")


class FolderInUseError(OSError):
    """Another training writes to a folder; the message names both."""


class Edition:
    """The set of files that a folder is to hold; made by `edition`, for any number of threads.

    Attributes:
        folder: the folder.
        lock: held while the set is read and changed in one step.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._entries = _entries_in(folder)
        self._written: list[Path] = []

    @property
    def files(self) -> FileSet:
        """The set as it will be once the edition is in place."""
        with self.lock:
            return FileSet(self.folder, self._entries)

    def write(self, name: str, write: Callable[[Path], object]) -> Entry:
        """Write a file.

        Args:
            name: its name in the set.
            write: a function that writes its content to a path.

        Raises:
            OSError: it can't be written.
        """
        temporary = temporary_of(self.folder / name)
        try:
            with naming(self.folder / name):
                write(temporary)
                to_disk(temporary)
            entry = Entry.of(read_file(temporary, None))
            path = self.folder / beside(name, entry)
            with self.lock:
                os.replace(temporary, path)
                self._written.append(path)
                self._entries[name] = entry
        finally:
            temporary.unlink(missing_ok=True)
        return entry

    def drop(self, pattern: str) -> None:
        """Leave out the files whose whole names match a regular expression; they stay in the folder."""
        with self.lock:
            for name in [name for name in self._entries if re.fullmatch(pattern, name)]:
                del self._entries[name]

    def resume_path(self, name: str) -> Path:
        """Return the path of the state that a training saves after each epoch, to resume from."""
        return self.folder / f".{name}{_RESUME}"

    def _publish(self) -> None:
        to_disk(self.folder)  # the files beside, before the manifest names them
        temporary = temporary_of(self.folder / MANIFEST)
        try:
            with naming(self.folder / MANIFEST):
                temporary.write_bytes(as_bytes(self._entries))
                to_disk(temporary)
            os.replace(temporary, self.folder / MANIFEST)
        finally:
            temporary.unlink(missing_ok=True)
        to_disk(self.folder)
        _give_plain_names(self.folder, self._entries)

    def _forget(self) -> None:
        """Remove the files that were written, unless the manifest in place names them."""
        with contextlib.suppress(OSError):
            _give_plain_names(self.folder, FileSet.of(self.folder).entries or {})
            for path in self._written:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def edition(folder: str | os.PathLike[str], *, resume: bool = False) -> Iterator[Edition]:
    """Begin a new edition of the set of files in a folder, and put it in place at the end.

    First, what a killed training left in the folder is removed, or renamed if its manifest is in place.

    Args:
        folder: the folder, created if missing.
        resume: if True, keep the state that a training can resume from.

    Raises:
        FolderInUseError: another process, or thread, has begun one.
        CheckpointError: the manifest that is there is damaged.
        OSError: the folder can't be written to. Whatever is raised inside, the old set is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with edition(folder) as new:
    ...         _ = new.write("hello.txt", lambda path: path.write_text("hello"))
    ...         before = os.listdir(folder)
    ...     sorted(os.listdir(folder)), FileSet.of(folder).read("hello.txt", "")
    (['hello.txt', 'manifest.json'], b'hello')
    """
    folder = Path(folder)
    with _folder(folder), _locked(folder):
        _tidy(folder, resume)
        new = Edition(folder)
        try:
            yield new
            new._publish()
        finally:
            new._forget()
        for path in folder.glob(f".*{_RESUME}"):
            path.unlink(missing_ok=True)


def _entries_in(folder: Path) -> dict[str, Entry]:
    """Return the entries of the set in a folder; without a manifest, of the files that look like one."""
    files = FileSet.of(folder)
    if files.entries is not None:
        return dict(files.entries)
    names = {name for name in files.names() if _OF_A_SET.fullmatch(name) and name in files}
    numbered = [match for match in map(_NUMBERED.fullmatch, names) if match]
    last = {match[1]: 0 for match in numbered}
    for match in numbered:
        last[match[1]] = max(last[match[1]], int(match[2]))
    names -= {match[0] for match in numbered if int(match[2]) < last[match[1]]}
    return {name: Entry.of(read_file(folder / name, LARGEST)) for name in names}


def _give_plain_names(folder: Path, entries: dict[str, Entry]) -> None:
    first_names = {folder / beside(name, entry): folder / name for name, entry in entries.items()}
    waiting = {path: plain for path, plain in first_names.items() if path.is_file()}
    for path, plain in waiting.items():
        os.replace(path, plain)
    if waiting:
        to_disk(folder)


def _tidy(folder: Path, resume: bool) -> None:
    """Finish an edition whose manifest is in place, and remove all else that a killed process left."""
    if (entries := FileSet.of(folder).entries) is not None:
        _give_plain_names(folder, entries)
    for name in os.listdir(folder):
        if _LEFT_BESIDE.fullmatch(name) or (name.startswith(".") and name.endswith(_RESUME) and not resume):
            (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder if there is none; an error that leaves it empty removes it again."""
    is_new = not folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    path = folder / LOCK
    if fcntl is None:
        yield
        return
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 32).decode("ascii", "replace")
            os.close(descriptor)
            raise FolderInUseError(
                f"{folder} is written to by another training{f', process {owner}' if owner else ''}; "
                "wait for its end, or choose another folder by --model-dir"
            ) from None
        except OSError:  # a file system without locks, as some on networks are
            pass
        # Its owner may have removed the file between the open and the lock: then it locks nothing.
        with contextlib.suppress(FileNotFoundError):
            if os.stat(path).st_ino == os.fstat(descriptor).st_ino:
                break
        os.close(descriptor)
    try:
        with naming(path):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        try:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
