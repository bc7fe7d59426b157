"""What the images of a data set are of: their size, the names of their labels, and groups of these.

Training leaves this beside the checkpoints, in `labels.json`, so that networks of any data set can be asked
in its own words.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.files import replace_files
from autoencoder.data.idx import DataError, Dataset
from mxspec.errors import did_you_mean

FILE = "labels.json"
NAMES_FILE = "labels.txt"  # beside the idx files: the names of the labels, a line each

Name = int | str


class LabelError(DataError):
    """A label, or what names the labels, is not what it has to be; the message says what to try."""


@dataclass(frozen=True)
class Labels:
    """The words for the numbers that images are labelled with.

    Attributes:
        shape: (height, width) of an image in pixels.
        names: what label 0 is called, label 1, and so on; the numbers themselves where there are no names.
        groups: some labels by a name for them all, `{"vowel": ("a", "e", "i", "o", "u")}`.
        first: what the data set has for label 0; there are some that count from 1.

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
        if height < 1 or width < 1 or not self.names:
            raise LabelError(f"images have pixels and labels, found {height}x{width} and {self.names}")
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise LabelError(f"the names of labels differ, but {twice!r} is there twice")
        for group, members in self.groups.items():
            if not members:
                raise LabelError(f"the group {group!r} has no labels; try {group}={self.names[0]}")
            for member in members:
                self.number(member)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def pixels(self) -> int:
        """How many pixels an image has."""
        return self.shape[0] * self.shape[1]

    def name(self, number: int) -> Name:
        """What a label is called."""
        return self.names[number]

    def number(self, name: Any) -> int:
        """The number of the label with a name.

        Raises:
            LabelError: there is none.
        """
        if getattr(name, "shape", None) == ():  # a scalar of numpy
            name = name.item()
        # A bool is an int to Python, and a float equals one; neither is the name of a label.
        found = [i for i, known in enumerate(self.names) if type(known) is type(name) and known == name]
        if not found:
            if isinstance(self.names[0], int):
                kinds = f"{self.names[0]} to {self.names[-1]}"
            else:
                kinds = ", ".join(map(repr, self.names[:30])) + (", ..." if len(self) > 30 else "")
            near = did_you_mean(name, map(str, self.names)) if isinstance(name, str) else ""
            raise LabelError(f"the labels are {kinds}, and {name!r} is none of them{near}")
        return found[0]

    def counted(self, dataset: Dataset) -> Dataset:
        """A data set of these labels, with labels that count from 0.

        Raises:
            DataError: one of its labels is none of these.
        """
        if not self.first:
            numbers(dataset.labels, len(self))
            return dataset
        last = self.first + len(self) - 1
        outside = np.flatnonzero((dataset.labels < self.first) | (dataset.labels > last))
        if outside.size:
            raise DataError(
                f"expected labels within {self.first}..{last}, found {dataset.labels[outside[0]]} at image "
                f"{outside[0]}; are both halves of the same data set?"
            )
        return replace(dataset, labels=dataset.labels - self.first)


DIGITS = Labels((28, 28), tuple(range(10)))


def of(
    dataset: Dataset, names: Sequence[str] | None = None, groups: Mapping[str, Sequence[str]] | None = None
) -> Labels:
    """The labels of a data set.

    Args:
        dataset: its training half; the smallest and the largest of its labels are taken for the first and the
            last there are.
        names: what the labels are called, from the first up, or from 0 where there are names for these too;
            None for their numbers.
        groups: some labels by a name for them all.

    Raises:
        LabelError: there are more labels than names, or a name is there twice, or a group has another.

    >>> of(Dataset(np.zeros((3, 6), np.float32), np.array([0, 2, 1]), (2, 3)), ["a", "b", "c"]).names
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
    known: Sequence[Name] = range(first, last + 1) if names is None else names
    # What is typed is text, also where labels are numbers.
    by_text = {str(name): name for name in known}
    given = {
        group: tuple(by_text.get(member, member) for member in members)
        for group, members in (groups or {}).items()
    }
    return Labels(dataset.shape, tuple(known), given, first)


def names_in(data_dir: str | os.PathLike[str] | None, given: str | None = None) -> list[str] | None:
    """The names of labels, as a user gives them.

    Args:
        data_dir: the folder of the data set; `labels.txt` in it is read where nothing is given.
        given: names with commas between, or the path of a file with one on each line.

    Returns:
        The names, or None where there are none.

    Raises:
        LabelError: the file can't be read, or is empty.

    >>> names_in(None, "cat, dog")
    ['cat', 'dog']
    """
    path = Path(given) if given and "," not in given else None
    if given and path is None:
        return [name.strip() for name in given.split(",")]
    if path is None:
        path = Path(data_dir) / NAMES_FILE if data_dir else None
        if path is None or not path.is_file():
            return None
    try:
        names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(
            f"{path}: expected the names of labels, a line each, found {error}; try another file, or names "
            "with commas between"
        ) from None
    if not names:
        raise LabelError(f"{path}: expected the names of labels, a line each, found none")
    return names


def group(text: str) -> tuple[str, list[str]]:
    """A group of labels, as a user gives it.

    Raises:
        LabelError: the text has another form.

    >>> group("vowel=a, e")
    ('vowel', ['a', 'e'])
    """
    name, equals, members = text.partition("=")
    found = [member.strip() for member in members.split(",") if member.strip()]
    if not name.strip() or not equals or not found:
        raise LabelError(f"a group of labels is given as vowel=a,e,i,o,u, not as {text!r}")
    return name.strip(), found


def save(labels: Labels, folder: str | os.PathLike[str]) -> None:
    """Write `labels.json` into a folder."""
    groups = {group: list(members) for group, members in labels.groups.items()}
    content = {"shape": labels.shape, "labels": labels.names, "groups": groups, "first": labels.first}
    text = json.dumps(content, ensure_ascii=False) + "\n"
    replace_files({Path(folder) / FILE: lambda temporary: temporary.write_text(text, encoding="utf-8")})


def load(folder: str | os.PathLike[str]) -> Labels:
    """Read what `save` wrote; a folder without it has networks of digits.

    Raises:
        LabelError: the file is damaged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(Labels((20, 16), ("a", "b")), folder)
    ...     load(folder)
    Labels(shape=(20, 16), names=('a', 'b'), groups={}, first=0)
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return DIGITS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        height, width = map(int, content["shape"])
        groups = {str(group): tuple(members) for group, members in content["groups"].items()}
        return Labels((height, width), tuple(content["labels"]), groups, int(content["first"]))
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise LabelError(f"{path} is damaged, or another kind of file ({error}); train anew") from error


def check_digits(labels: Labels, folder: str | os.PathLike[str], namespace: str) -> None:
    """See that labels are those of the ten digits.

    Raises:
        LabelError: they are others; specs of their own can be made of them.
    """
    if labels.names != DIGITS.names:
        found = ", ".join(map(str, labels.names[:12])) + (", ..." if len(labels) > 12 else "")
        raise LabelError(
            f"{namespace}/... are specs of the digits 0 to 9, but the labels in {folder} are {found}; try a "
            "namespace of their own, such as my/image, or families.define in Python"
        )


def numbers(labels: npt.NDArray[Any], count: int) -> npt.NDArray[np.float32]:
    """Labels as a network takes them, float32 (n,).

    Args:
        labels: (n,) whole numbers.
        count: how many labels there are.

    Raises:
        DataError: a label is not within 0..count - 1. MXNet would take it, and learn something else from it.

    >>> numbers(np.array([7, 2]), 10)
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
