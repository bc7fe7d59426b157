"""Files that are written whole or not at all, and their digests."""

import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path


def replace_files(writers: Mapping[Path, Callable[[Path], object]]) -> None:
    """Write several files so that a crash leaves the old ones whole.

    Every writer gets a temporary path beside its target. The files are renamed once all of them are on the
    disk, in the order of writers: the last one is the file that makes the set count.

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
    # Not tempfile.mkstemp: its files are private to the user, these get the permissions any new file gets.
    suffix = f"{os.getpid()}-{threading.get_ident()}"
    temporaries = {target: target.with_name(f".{target.name}.{suffix}.tmp") for target in writers}
    try:
        for target, write in writers.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            write(temporaries[target])
            _to_disk(temporaries[target])
        for target, temporary in temporaries.items():
            os.replace(temporary, target)
        for folder in {target.parent for target in writers}:
            _to_disk(folder)
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _to_disk(path: Path) -> None:
    if os.name == "nt":  # where a folder can't be opened, nor fsync called on what is open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
