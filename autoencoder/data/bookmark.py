"""Bookmarks: the files from which an interrupted training resumes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autoencoder.data.pictures import Array
from autoencoder.data.storage import JSON_ERRORS, LARGEST, read_file
from mxspec.base.files import replace_file
from mxspec.errors import BriefError

_NUMBERS = "numbers"
_SAMPLED = 100  # the number of images in the digest of a data set


class ResumeError(BriefError):
    """A training can't be resumed; the message says why and what to do."""


class TrainingState(NamedTuple):
    """The state of a training.

    Attributes:
        arrays: arrays by name, such as parameters.
        numbers: values for JSON, such as the states of random generators.
    """

    arrays: dict[str, Array]
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Bookmark:
    """The file of the state of a training.

    Attributes:
        path: the file.
        about: the settings that must not change before resuming, such as the seed; values for JSON.
        resume: if False, ignore the file and start over.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bookmark = Bookmark(Path(folder) / "x", {"seed": 0}, True)
    ...     bookmark.save(TrainingState({"w": np.ones(2)}, {"epoch": 3}))
    ...     bookmark.load()
    TrainingState(arrays={'w': array([1., 1.])}, numbers={'epoch': 3})
    """

    path: Path
    about: Mapping[str, Any]
    resume: bool

    def of(self, **about: Any) -> Bookmark:
        """Return the bookmark with further settings that must not change."""
        return Bookmark(self.path, {**self.about, **about}, self.resume)

    def save(self, state: TrainingState) -> None:
        """Replace the saved state.

        Raises:
            OSError: the file can't be written.
        """
        text = json.dumps({"about": self.about, _NUMBERS: state.numbers})
        arrays = {f"array {name}": value for name, value in state.arrays.items()}
        # In memory first: on a full disk, numpy leaves a file object that raises when it is freed.
        content = io.BytesIO()
        np.savez(content, **{_NUMBERS: np.frombuffer(text.encode(), np.uint8)}, **arrays)
        replace_file(self.path, lambda path: path.write_bytes(content.getbuffer()))

    def load(self) -> TrainingState | None:
        """Return the saved state; None without a file, or if `resume` is False.

        Raises:
            ResumeError: the file is damaged, or belongs to another training.
        """
        if not self.resume or not self.path.exists():
            return None
        try:
            state = read_file(self.path, LARGEST)
            with np.load(io.BytesIO(state), allow_pickle=False) as file:
                if sum(member.file_size for member in file.zip.infolist()) > len(state):
                    raise ValueError("compressed arrays")  # which `save` does not write, and may be enormous
                content = json.loads(file[_NUMBERS].tobytes())
                arrays = {name.removeprefix("array "): file[name] for name in file.files if name != _NUMBERS}
            about, numbers = dict(content["about"]), dict(content[_NUMBERS])
        except (OSError, EOFError, MemoryError, zipfile.BadZipFile, *JSON_ERRORS) as error:
            raise ResumeError(
                f"{self.path}: expected the state of a training, found {error}; "
                "leave --resume out to begin anew"
            ) from error
        for key, value in self.about.items():
            if about.get(key) != value:
                raise ResumeError(
                    f"{self.path} is of another training: expected {key} {value}, "
                    f"found {about.get(key)}; give the options of that training, or leave --resume out to "
                    "begin anew"
                )
        return TrainingState(arrays, numbers)


def digest_of(images: Array, labels: Array) -> str:
    """Return a digest of the labels of a data set and of some of its images, in hexadecimal.

    Both are arrays of n rows, in either order.
    """
    digest = hashlib.sha256()
    for rows in (images, labels):
        some = rows[:: max(1, len(rows) // _SAMPLED)] if rows.ndim > 1 else rows
        digest.update(np.ascontiguousarray(some).tobytes())
    return digest.hexdigest()[:16]
