"""Files, written whole or not at all, and read only if they are regular files."""

import contextlib
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

_TEMPORARY = re.compile(r"\..+\.(\d+)-\d+\.tmp")


class FileTooLargeError(OSError):
    """A file is larger than any that is useful."""


def read_file(path: Path, largest: int | None) -> bytes:
    """Return the content of a regular file.

    Args:
        path: the file; a link to one will do.
        largest: the largest number of bytes that is useful; None is any.

    Raises:
        FileTooLargeError: it has more bytes.
        OSError: it is missing, can't be read, or is a folder, a pipe or a device.

    >>> read_file(Path(os.devnull), None)
    Traceback (most recent call last):
    ...
    OSError: it is not a regular file
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if largest is not None and size > largest:
            raise FileTooLargeError(f"{size} bytes, where {largest} at most are expected")
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


def replace_files(writers: Mapping[Path, Callable[[Path], object]]) -> None:
    """Write several files so that a crash leaves the old ones whole.

    Every writer gets a temporary path beside its target. The files are renamed once all of them are on the
    disk, in the order of writers. Temporary files that killed processes left beside them are removed.

    Args:
        writers: for each target a function that writes its content to a path.

    Raises:
        OSError: a file cannot be written; the targets are as they were, the temporary files are gone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "new" / "hello.txt"
    ...     replace_files({path: lambda temporary: temporary.write_text("hello")})
    ...     path.read_text(), len(list(path.parent.iterdir()))
    ('hello', 1)
    """
    temporaries = {target: temporary_of(target) for target in writers}
    try:
        for target, write in writers.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(target.parent)
            with naming(target):
                write(temporaries[target])
                to_disk(temporaries[target])
        for target, temporary in temporaries.items():
            os.replace(temporary, target)
        for folder in {target.parent for target in writers}:
            to_disk(folder)
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def naming(target: Path) -> Iterator[None]:
    """Name the file in errors that do not name one, such as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise type(error)(error.errno, error.strerror, str(target)) from error


def temporary_of(target: Path) -> Path:
    """Return the path beside a file that this thread writes to first."""
    # Not tempfile.mkstemp: its files are private to the user, these get the permissions any new file gets.
    return target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.tmp")


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of processes that no longer run."""
    for name in os.listdir(folder):
        if (match := _TEMPORARY.fullmatch(name)) and not _is_running(int(match[1])):
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def _is_running(process: int) -> bool:
    if os.name == "nt":  # where os.kill(process, 0) is Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
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
