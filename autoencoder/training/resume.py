"""Bookmarks: the state of a training after each epoch, from which it resumes as if never interrupted."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autoencoder.data.files import replace_file
from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array
from autoencoder.data.manifest import JSON_ERRORS

_NUMBERS = "numbers"
_SAMPLED = 100  # the number of images whose digest distinguishes data sets


class ResumeError(ValueError):
    """A training can't be resumed; the message says why, and what to do."""


class State(NamedTuple):
    """The state of a training.

    Attributes:
        arrays: arrays by name, such as parameters.
        numbers: values for JSON, such as the states of random generators.
    """

    arrays: dict[str, Array]
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Bookmark:
    """The file that holds the state of one training.

    Attributes:
        path: the file.
        about: what has to be the same for a training to resume, such as its seed; values for JSON.
        resume: if False, ignore the file and begin anew.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bookmark = Bookmark(Path(folder) / "x", {"seed": 0}, True)
    ...     bookmark.save(State({"w": np.ones(2)}, {"epoch": 3}))
    ...     bookmark.load()
    State(arrays={'w': array([1., 1.])}, numbers={'epoch': 3})
    """

    path: Path
    about: Mapping[str, Any]
    resume: bool

    def of(self, **about: Any) -> "Bookmark":
        """Return the bookmark with further facts that have to be the same."""
        return Bookmark(self.path, {**self.about, **about}, self.resume)

    def save(self, state: State) -> None:
        """Write a state in place of the one before.

        Raises:
            OSError: it can't be written.
        """
        text = json.dumps({"about": self.about, _NUMBERS: state.numbers})
        arrays = {f"array {name}": value for name, value in state.arrays.items()}
        # In memory first: on a full disk, numpy leaves a file object that complains when it is freed.
        content = io.BytesIO()
        np.savez(content, **{_NUMBERS: np.frombuffer(text.encode(), np.uint8)}, **arrays)
        replace_file(self.path, lambda path: path.write_bytes(content.getbuffer()))

    def load(self) -> State | None:
        """Return the state that was saved last, None if there is none or it is to be ignored.

        Raises:
            ResumeError: the file is damaged, or of another training.
        """
        if not self.resume or not self.path.exists():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as file:
                content = json.loads(file[_NUMBERS].tobytes())
                arrays = {name.removeprefix("array "): file[name] for name in file.files if name != _NUMBERS}
            about, numbers = dict(content["about"]), dict(content[_NUMBERS])
        except (OSError, EOFError, zipfile.BadZipFile, *JSON_ERRORS) as error:
            raise ResumeError(
                f"{self.path}: expected the state of a training, found {error}; "
                "leave --resume out to begin anew"
            ) from error
        for key, value in self.about.items():
            if about.get(key) != value:
                raise ResumeError(
                    f"{self.path} is of another training: expected {key} {value}, "
                    f"found {about.get(key)}; leave --resume out to begin anew"
                )
        return State(arrays, numbers)


def digest_of(dataset: Dataset) -> str:
    """Return a digest of the labels of a data set and of some of its images, in hexadecimal."""
    some = np.ascontiguousarray(dataset.images[:: max(1, len(dataset) // _SAMPLED)])
    return hashlib.sha256(np.ascontiguousarray(dataset.labels).tobytes() + some.tobytes()).hexdigest()[:16]
