"""Files that are replaced at once, and folders that are locked while they are."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

_TEMPORARY: Final = re.compile(r"\..+\.(\d+)-\d+\.tmp")
_PAUSE: Final = 0.02  # seconds between two attempts


class FolderLockedError(OSError):
    """A folder is locked by another process or thread."""


def replace_file(target: Path, write: Callable[[Path], object]) -> None:
    """Replace a file atomically: a crash leaves the old file or the new one.

    A link stays one, and a file keeps its permissions; a pipe is written to. Temporary files of killed
    processes in its folder are removed.

    Args:
        target: the file; its folder is created if missing.
        write: a function that writes the content to a path.

    Raises:
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
    target = Path(os.path.realpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in os.listdir(target.parent):
        if (match := _TEMPORARY.fullmatch(name)) and not _is_running(int(match[1])):
            (target.parent / name).unlink(missing_ok=True)
    with temporary_file(target, write) as temporary:
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    sync_to_disk(target.parent)


@contextlib.contextmanager
def temporary_file(target: Path, write: Callable[[Path], object]) -> Iterator[Path]:
    """Write a temporary file beside the target, sync it, yield its path, and remove it afterwards.

    Errors without a file name, such as "disk full", get the name of the target.
    """
    # tempfile.mkstemp would make the file private; this one gets the permissions of any new file.
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        try:
            write(temporary)
            sync_to_disk(temporary)
        except OSError as error:
            if error.errno is None or error.filename is not None:
                raise
            raise type(error)(error.errno, error.strerror, str(target)) from error
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":  # os.kill(process, 0) is Ctrl-C there
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # the process of another user
        return True
    return True


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
