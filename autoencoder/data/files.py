"""Files, written whole or not at all, and read only if they are regular files."""

import contextlib
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_TEMPORARY = re.compile(r"\..+\.(\d+)-\d+\.tmp")


def read_file(path: Path, largest: int | None) -> bytes:
    """Return the content of a regular file.

    Args:
        path: the file; a link to one will do.
        largest: the largest number of bytes that is useful; None is any.

    Raises:
        OSError: it is missing, has more bytes, can't be read, or is a folder, a pipe or a device.

    >>> read_file(Path(os.devnull), None)
    Traceback (most recent call last):
    ...
    OSError: it is not a regular file
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if largest is not None and size > largest:
            raise OSError(f"{size} bytes, where {largest} at most are expected")
        return file.read()


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file to read it.

    Raises:
        OSError: it is missing, can't be read, or is a folder, a pipe or a device.
    """
    # Without O_NONBLOCK, opening a pipe would wait until somebody writes to it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a regular file")
    return os.fdopen(descriptor, "rb")


def replace_file(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that a crash leaves the old one whole.

    Temporary files that killed processes left beside it are removed.

    Args:
        target: the file; its folder is created if missing.
        write: a function that writes the content to a path.

    Raises:
        OSError: the file can't be written; the old one is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "new" / "hello.txt"
    ...     replace_file(path, lambda temporary: temporary.write_text("hello"))
    ...     path.read_text(), len(list(path.parent.iterdir()))
    ('hello', 1)
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in os.listdir(target.parent):
        if (match := _TEMPORARY.fullmatch(name)) and not _is_running(int(match[1])):
            (target.parent / name).unlink(missing_ok=True)
    with temporary_file(target, write) as temporary:
        os.replace(temporary, target)
    to_disk(target.parent)


@contextlib.contextmanager
def temporary_file(target: Path, write: Callable[[Path], object]) -> Iterator[Path]:
    """Write a file beside another, yield its path once it is on the disk, and remove it if it stays there.

    Errors that name no file, such as that of a full disk, name the target.
    """
    # Not tempfile.mkstemp: its files are private to the user, these get the permissions any new file gets.
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        try:
            write(temporary)
            to_disk(temporary)
        except OSError as error:
            if error.errno is None or error.filename is not None:
                raise
            raise type(error)(error.errno, error.strerror, str(target)) from error
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":  # where os.kill(process, 0) is Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    return True


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if os.name == "nt":  # which opens no folder, and calls no fsync on a file that is open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
