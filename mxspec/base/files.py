"""Files that are replaced in one step, temporary files and folders, and folders that are locked.

A temporary file or folder is locked (flock) by the process that made it until that process ends, however it
ends. So whoever can take the lock knows that the owner is dead, in another container too: locks belong to the
kernel, process numbers do not. The name tells to which run of a kernel the lock belongs. If it was a
different run, as on a second machine with a shared folder, or if the system has no such locks, files and
folders that were written to within a day stay.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

WAIT: Final = 600.0
"""The seconds to wait for a lock that a different process holds."""

_TEMPORARY: Final = re.compile(r"\.mxspec-(.+)-[0-9a-f]{16}\.tmp")
_UNLOCKED: Final = "unlocked"
_DAY: Final = 86_400.0  # seconds
_PAUSE: Final = 0.02  # seconds between two attempts


class FolderLockedError(OSError):
    """A folder is locked by another process or thread."""


class FileChangedError(OSError):
    """A file is no longer what it was, so it is not replaced."""


def replace_file(
    target: Path, write: Callable[[Path], object], before: bytes | types.EllipsisType | None = ...
) -> None:
    """Replace a file atomically: a crash leaves the old file or the new one.

    A link stays one, and a file keeps its permissions; a pipe is written to. Temporary files of dead
    processes in its folder are removed.

    Args:
        target: the file; its folder is created if missing.
        write: a function that writes the content to a path.
        before: the content that the file must still have, as `content_of` returned it; by default any.

    Raises:
        FileChangedError: the file has another content by now.
        OSError: the file can't be written; the old one stays.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "new" / "hello.txt"
        ...     replace_file(path, lambda temporary: temporary.write_text("hello"))
        ...     path.read_text(), len(list(path.parent.iterdir()))
        ('hello', 1)
    """
    if target.exists() and not (target.is_file() or target.is_dir()):  # a pipe, or a terminal
        write(target)
        return
    real = Path(os.path.realpath(target))
    real.parent.mkdir(parents=True, exist_ok=True)
    with temporary_file(real, write) as temporary:
        if real.exists():
            temporary.chmod(stat.S_IMODE(real.stat().st_mode))
        if before is not ... and content_of(real) != before:
            raise FileChangedError(f"{target} was written to meanwhile, and is left as it is; run it again")
        os.replace(temporary, real)
    sync_to_disk(real.parent)


def replace_unchanged(
    target: Path, write: Callable[[Path], object], before: bytes | types.EllipsisType | None
) -> None:
    """Replace a file as `replace_file` does, if it has the content from before, under the lock of its folder.

    So nothing is lost that another process writes in this way. An editor takes no lock: what it saves between
    the check and the replacement, the next call of the system, is lost. Where folders can't be locked, as on
    Windows, this is true of other processes too.

    Raises:
        FolderLockedError: the folder stays locked.
        FileChangedError, OSError: as in `replace_file`.
    """
    folder = Path(os.path.realpath(target)).parent
    folder.mkdir(parents=True, exist_ok=True)
    with locked_folder(folder, WAIT):
        replace_file(target, write, before)


def content_of(path: Path) -> bytes | None:
    """Return the content of a file; None if there is none, or it is a pipe."""
    return path.read_bytes() if path.is_file() else None


@contextlib.contextmanager
def temporary_file(target: Path, write: Callable[[Path], object]) -> Iterator[Path]:
    """Write a temporary file beside the target, sync it, yield its path, and remove it afterwards.

    Errors with its name, or without one, such as "disk full", get the name of the target.
    """
    # tempfile.mkstemp would make the file private; this one gets the permissions of any new file.
    try:
        with temporary_path(target.parent, lambda path: path.touch(exist_ok=False)) as temporary:
            write(temporary)
            sync_to_disk(temporary)
            yield temporary
    except OSError as error:
        is_named = error.filename is not None
        if error.errno is None or (is_named and not _TEMPORARY.fullmatch(Path(str(error.filename)).name)):
            raise
        raise type(error)(error.errno, error.strerror, str(target)) from error


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a private temporary folder, yield it, and remove it afterwards."""
    with temporary_path(Path(tempfile.gettempdir()), lambda path: path.mkdir(0o700)) as folder:
        yield folder


@contextlib.contextmanager
def temporary_path(folder: Path, make: Callable[[Path], object]) -> Iterator[Path]:
    """Make a temporary file or folder, yield its path, and remove it afterwards.

    Those of dead processes in the same folder are removed now.

    Args:
        folder: the folder to make it in.
        make: a function that makes it at a path.
    """
    remove_abandoned(folder)
    path, lock = _make_locked(folder, make)
    try:
        yield path
    finally:
        _unlink(path)
        if lock is not None:
            os.close(lock)


def _make_locked(folder: Path, make: Callable[[Path], object]) -> tuple[Path, int | None]:
    """Make a temporary path; return it with its open lock, None where there are no locks."""
    owner = _running_kernel()
    while True:
        path = folder / f".mxspec-{owner}-{secrets.token_hex(8)}.tmp"
        make(path)
        if owner == _UNLOCKED:
            return path, None
        try:
            lock = _open_locked(path, fcntl.LOCK_EX)
        except FileNotFoundError:  # another process removed it before it was locked
            continue
        except OSError:
            _unlink(path)
            owner = _UNLOCKED
            continue
        if path.exists():
            return path, lock
        os.close(lock)


def _open_locked(path: Path, how: int) -> int:
    lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(lock, how)
    except OSError:
        os.close(lock)
        raise
    return lock


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files and folders that dead processes have left in a folder."""
    for name in os.listdir(folder):
        match = _TEMPORARY.fullmatch(name)
        with contextlib.suppress(OSError):  # it is locked, gone, or belongs to a different user
            if match and match[1] == _running_kernel() != _UNLOCKED:
                lock = _open_locked(folder / name, fcntl.LOCK_EX | fcntl.LOCK_NB)
                try:
                    _unlink(folder / name)
                finally:
                    os.close(lock)
            elif match and time.time() - (folder / name).lstat().st_mtime > _DAY:
                _unlink(folder / name)


def _unlink(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _running_kernel() -> str:
    """Return a name for this run of this machine's kernel, which all its containers share."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return boot.read_text().strip() if fcntl is not None and boot.exists() else _UNLOCKED


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    if os.name == "nt":  # Windows can't open folders, or sync files open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked_folder(folder: Path, seconds: float = 0.0) -> Iterator[bool]:
    """Lock a folder against other processes and threads that lock it too; a process that dies unlocks it.

    Args:
        folder: the folder.
        seconds: how long to wait for the lock.

    Returns:
        True in the block; False where locks are missing: on Windows, and on some network file systems.

    Raises:
        FolderLockedError: it is still locked.

    Example:
        >>> with locked_folder(Path("."), 60) as is_locked:
        ...     pass
    """
    if fcntl is None:
        yield False
        return
    descriptor, end = os.open(folder, os.O_RDONLY), time.monotonic() + seconds
    try:
        is_locked = None
        while is_locked is None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_locked = True
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise FolderLockedError(f"{folder} is in use by another process") from None
                time.sleep(_PAUSE)
            except OSError:
                is_locked = False
        yield is_locked
    finally:
        os.close(descriptor)
