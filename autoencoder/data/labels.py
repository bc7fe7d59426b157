"""The labels of a data set: their names, groups of them, and the size of its images.

Training saves them beside the checkpoints in `labels.json`, so networks answer with these names.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.pictures import LONGEST_SIDE
from autoencoder.data.storage import JSON_ERRORS, CheckpointError, Edition, FileSet, edition, read_file
from mxspec.base.values import short_repr
from mxspec.errors import did_you_mean

LABELS_FILE = "labels.json"
NAMES_FILE = "labels.txt"  # beside the idx files, with the name of a label on each line
_LARGEST = 1 << 20  # bytes of it

Name = int | str


class LabelError(DataError):
    """A label or the name of a label is unknown or invalid; the message says what to try."""


class LabelFileError(LabelError, CheckpointError):
    """`labels.json` is damaged, so its checkpoints can't be used."""


@dataclass(frozen=True)
class Labels:
    """The names of the labels of a data set, and the size of its images.

    Attributes:
        shape: (height, width) of an image in pixels.
        names: the names of label 0, label 1 and so on; numbers for labels without names.
        groups: named sets of labels, `{"vowel": ("a", "e", "i", "o", "u")}`.
        first: the number of label 0 in the data set; some data sets count from 1.

    >>> letters = Labels((28, 28), ("a", "b", "c"), {"vowel": ("a",)})
    >>> len(letters), letters.number("b"), letters.name(2)
    (3, 1, 'c')
    """

    shape: tuple[int, int]
    names: tuple[Name, ...]
    groups: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)
    first: int = 0

    def __post_init__(self) -> None:
        height, width = self.shape
        if not (1 <= height <= LONGEST_SIDE and 1 <= width <= LONGEST_SIDE and self.names):
            raise LabelError(
                f"images have 1 to {LONGEST_SIDE} pixels a side, and labels, found {height}x{width} and "
                f"{self.names}"
            )
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise LabelError(f"the names of labels differ, but {twice!r} appears twice")
        for name in (*self.names, *self.groups):
            _check_text(name)
        for group, members in self.groups.items():
            if not members:
                raise LabelError(f"the group {group!r} has no labels; try {group}={self.names[0]}")
            for member in members:
                self.number(member)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def pixels(self) -> int:
        """The number of pixels of an image."""
        return self.shape[0] * self.shape[1]

    def name(self, number: int) -> Name:
        """Return the name of a label."""
        return self.names[number]

    def number(self, name: Any) -> int:
        """Return the number of the label with a name.

        Raises:
            LabelError: no label has that name.
        """
        if getattr(name, "shape", None) == ():  # a scalar of numpy
            name = name.item()
        # Compare types, since True == 1 == 1.0, and True is not the name of label 1.
        for number, label in enumerate(self.names):
            if type(label) is type(name) and label == name:
                return number
        first, last = self.names[0], self.names[-1]
        if isinstance(first, int) and isinstance(last, int) and last - first == len(self) - 1:
            names = f"{first} to {last}"
        else:
            names = ", ".join(map(repr, self.names[:30])) + (", ..." if len(self) > 30 else "")
        raise LabelError(
            f"the labels are {names}, and {short_repr(name)} is not one of them{self._advice(name)}"
        )

    def _advice(self, name: Any) -> str:
        """Return how to write the label that a name stands for, as text, number or misspelling."""
        if isinstance(name, float) and name.is_integer():
            name = int(name)
        text = name if isinstance(name, str) else short_repr(name)
        if (label := next((label for label in self.names if str(label) == text), None)) is not None:
            return f"; write {label!r}"
        return did_you_mean(name, map(str, self.names)) if isinstance(name, str) else ""

    def count_from_zero(self, dataset: Dataset) -> Dataset:
        """Return the data set with labels counted from 0.

        Raises:
            DataError: an image has another label.
        """
        if not self.first:
            as_floats(dataset.labels, len(self))
            return dataset
        last = self.first + len(self) - 1
        outside = np.flatnonzero((dataset.labels < self.first) | (dataset.labels > last))
        if outside.size:
            raise DataError(
                f"expected labels within {self.first}..{last}, found {dataset.labels[outside[0]]} at image "
                f"{outside[0]}; are both halves of the same data set?"
            )
        return replace(dataset, labels=dataset.labels - self.first)

    def check_complete(self, dataset: Dataset) -> None:
        """Check that a data set has images of every label, as some networks require.

        Raises:
            DataError: a label without images.
        """
        counts = np.bincount(dataset.labels - self.first, minlength=len(self))
        missing = np.flatnonzero(counts == 0)
        if missing.size:
            names = ", ".join(str(self.name(label)) for label in missing[:10]) + ", ..." * (missing.size > 10)
            raise DataError(
                f"expected training images of each of the {len(self)} labels, found no image of {names}; "
                "try labels without gaps, and as many names"
            )

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        names: Sequence[str] | None = None,
        groups: Mapping[str, Sequence[str]] | None = None,
    ) -> "Labels":
        """Return the labels of a data set.

        Args:
            dataset: the training images; the labels range from their smallest label to their largest.
            names: the names of the labels, counted from 0 if they are enough, else from the smallest label;
                None means their numbers.
            groups: named sets of labels.

        Raises:
            LabelError: more labels than names are given, a name appears twice, or a group has an unknown
                label.

        >>> dataset = Dataset(np.zeros((3, 6), np.float32), np.array([0, 2, 1]), (2, 3))
        >>> Labels.of(dataset, ["a", "b", "c"]).names
        ('a', 'b', 'c')
        """
        first, last = int(dataset.labels.min()), int(dataset.labels.max())
        if names is not None and len(names) <= last - first:
            raise LabelError(
                f"there are {last - first + 1} labels, {first} to {last}, but {len(names)} names for them: "
                f"{', '.join(names)}"
            )
        if names is not None and len(names) > last:
            first = 0
        labels: Sequence[Name] = range(first, last + 1) if names is None else names
        # Users type the members of a group as text, even if labels are numbers.
        by_text = {str(name): name for name in labels}
        members = {
            group: tuple(by_text.get(name, name) for name in texts) for group, texts in (groups or {}).items()
        }
        return cls(dataset.shape, tuple(labels), members, first)

    def save(self, folder: str | os.PathLike[str], to: Edition | None = None) -> None:
        """Write `labels.json` into a folder.

        Args:
            folder: the folder.
            to: the edition to write to; None begins one for this file.
        """
        groups = {group: list(members) for group, members in self.groups.items()}
        content = {"shape": self.shape, "labels": self.names, "groups": groups, "first": self.first}
        text = json.dumps(content, ensure_ascii=False) + "\n"
        with edition(folder, within=to) as new:
            new.write(LABELS_FILE, lambda path: path.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, folder: str | os.PathLike[str], files: FileSet | None = None) -> "Labels":
        """Read `labels.json` of a folder; without such a file, return the ten digits.

        Args:
            folder: the folder.
            files: the folder's set of files; None means the current one.

        Raises:
            CheckpointError: the file is damaged; it is a LabelError as well.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Labels((20, 16), ("a", "b")).save(folder)
        ...     Labels.load(folder)
        Labels(shape=(20, 16), names=('a', 'b'), groups={}, first=0)
        """
        path = Path(folder) / LABELS_FILE
        files = files or FileSet.of(folder)
        if LABELS_FILE not in files and not os.path.lexists(path):
            return DIGITS

        def error(reason: str) -> LabelFileError:
            reason = reason.removeprefix("it is damaged, or another kind of file: ")
            return LabelFileError(
                f"{path} is damaged, or another kind of file ({reason}); train anew: "
                "python -m autoencoder train all, or train digits"
            )

        content = files.read_json(LABELS_FILE, error)
        try:
            height, width = map(_check_whole, content["shape"])
            groups = {group: tuple(_check_names(members)) for group, members in content["groups"].items()}
            return cls(
                (height, width),
                tuple(_check_names(content["labels"])),
                groups,
                _check_whole(content["first"]),
            )
        except JSON_ERRORS as reason:
            raise error(str(reason) or repr(reason)) from reason


def _check_whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"expected a whole number, found {value!r}")
    return value


def _check_names(value: Any) -> list[Name]:
    if type(value) is not list or {type(name) for name in value} not in ({str}, {int}):
        raise TypeError(f"expected a list of names, found {value!r:.60}")
    return value


def _check_text(name: Name) -> None:
    """Check that a name can be written; arguments in another encoding have surrogates in them."""
    try:
        str(name).encode("utf-8")
    except UnicodeEncodeError:
        raise LabelError(
            f"the name {name!r} of a label is not text in UTF-8; "
            "try a locale of UTF-8, such as LC_ALL=C.UTF-8"
        ) from None


DIGITS = Labels((28, 28), tuple(range(10)))


def names_in(data_dir: str | os.PathLike[str] | None, text: str | None = None) -> list[str] | None:
    """Return the names of labels from a user's text.

    Args:
        data_dir: the folder of the data set; without a text, its `labels.txt` is read.
        text: names separated by commas, or the path of a file with a name on each line.

    Returns:
        The names; None without text and file.

    Raises:
        LabelError: the file can't be read, or is empty.

    >>> names_in(None, "cat, dog")
    ['cat', 'dog']
    """
    path = Path(text) if text and "," not in text else None
    if text and path is None:
        return [name.strip() for name in text.split(",")]
    if path is None:
        path = Path(data_dir) / NAMES_FILE if data_dir else None
        if path is None or not path.is_file():
            return None
    try:
        lines = read_file(path, _LARGEST).decode("utf-8").splitlines()
        names = [line.strip() for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(
            f"{path}: expected the names of labels, a line each, found {error}; try another file, or names "
            "with commas between"
        ) from None
    if not names:
        raise LabelError(f"{path}: expected the names of labels, a line each, found none")
    return names


def group_of(text: str) -> tuple[str, list[str]]:
    """Return the name and the members of a group of labels from a user's text.

    Raises:
        LabelError: the text is not of the form name=a,b.

    >>> group_of("vowel=a, e")
    ('vowel', ['a', 'e'])
    """
    name, equals, members = text.partition("=")
    names = [member.strip() for member in members.split(",") if member.strip()]
    if not name.strip() or not equals or not names:
        raise LabelError(f"a group of labels is given as vowel=a,e,i,o,u, not as {text!r}")
    return name.strip(), names


def check_digits(labels: Labels, folder: str | os.PathLike[str], namespace: str) -> None:
    """Check that labels are the ten digits.

    Raises:
        LabelError: the labels are not the digits; `families.define` makes specs of any labels.
    """
    if labels.names != DIGITS.names:
        names = ", ".join(map(str, labels.names[:12])) + (", ..." if len(labels) > 12 else "")
        raise LabelError(
            f"{namespace}/... are specs of the digits 0 to 9, but the labels in {folder} are {names}; try a "
            "namespace of their own, such as my/image, or families.define in Python"
        )


def as_floats(labels: npt.NDArray[Any], count: int) -> npt.NDArray[np.float32]:
    """Return labels as the float32 (n,) input of a network.

    Args:
        labels: (n,) whole numbers.
        count: the number of labels.

    Raises:
        DataError: a label is not within 0..count - 1; MXNet would silently learn a wrong class.

    >>> as_floats(np.array([7, 2]), 10)
    array([7., 2.], dtype=float32)
    """
    outside = np.flatnonzero((labels < 0) | (labels >= count))
    if outside.size:
        first = outside[0]
        raise DataError(
            f"expected labels within 0..{count - 1}, found {labels[first]} at image {first}, "
            f"and {outside.size} such labels in all; try a data set of {count} classes"
        )
    return labels.astype(np.float32)
