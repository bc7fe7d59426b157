"""Folders of pictures, one for each label, converted into the idx files of a data set."""

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
import PIL.Image

from autoencoder.data.idx import DataError, write_idx
from autoencoder.data.labels import NAMES_FILE, Labels
from autoencoder.data.pictures import MNIST, Frame, ImageFileError, load_image
from mxspec.base.files import replace_file

MOST_LABELS = 256  # the numbers that a byte of an idx file can hold
TEST_SHARE = 0.15

Folder = str | os.PathLike[str]
Picture = tuple[Path, int]  # a file, and the number of its label


@dataclass(frozen=True)
class ConversionResult:
    """The result of `from_folder`.

    Attributes:
        labels: the names of the labels, and the size of the images.
        train, test: the numbers of training and test images.
        skipped: a line for each picture that is left out: its path and the reason.
        ignored: the files beside the labels' folders that are not pictures, such as a README.md.
    """

    labels: Labels
    train: int
    test: int
    skipped: tuple[str, ...]
    ignored: tuple[Path, ...] = ()


def files_in(paths: Sequence[Folder]) -> Iterator[Path]:
    """Yield files, and for a folder all files below it, sorted, without hidden files.

    A missing file is yielded too: its reader reports it, and continues with the next.

    Raises:
        ImageFileError: a folder is empty.
    """
    for path in map(Path, paths):
        files = list(_files_below(path)) if path.is_dir() else [path]
        if not files:
            raise ImageFileError(f"{path}: there are no files in this folder")
        yield from files


def from_folder(
    folder: Folder,
    output: Folder,
    *,
    shape: tuple[int, int] = MNIST.shape,
    whole: bool = False,
    test_share: float = TEST_SHARE,
    seed: int = 0,
    progress: Callable[[list[Picture]], Iterable[Picture]] = iter,
) -> ConversionResult:
    """Convert a folder of pictures into a data set: `labels.json` and four idx files.

    Args:
        folder: contains a folder for each label, named after it, with its pictures at any depth. Consecutive
            whole numbers are the labels themselves; other names are written to `labels.txt`.
        output: the folder for the files, created if missing.
        shape: (height, width) of the images in pixels.
        whole: if True, scale the whole picture, as for photographs; else cut out its ink, scale it and
            centre it as in MNIST.
        test_share: the share of each label's pictures for testing; at least one of two pictures.
        seed: the seed of the random choice of test pictures.
        progress: wraps the pictures while they are read, as a progress bar does.

    Raises:
        DataError: a label without pictures, too few pictures for a test half, too many labels, or an output
            inside the folder.

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as place:
    ...     for number, name in enumerate(["cat", "cat", "dog", "dog"]):
    ...         (Path(place) / "pets" / name).mkdir(parents=True, exist_ok=True)
    ...         Image.new("L", (9, 9), 50 * number).save(Path(place) / "pets" / name / f"{number}.png")
    ...     converted = from_folder(Path(place) / "pets", Path(place) / "data", whole=True)
    >>> converted.labels.names, converted.train, converted.test
    (('cat', 'dog'), 2, 2)
    """
    folder, output = Path(folder), Path(output)
    if output.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"{output}: expected a folder outside of {folder}, where each folder is a label")
    labels, names = _labels(folder, shape)
    files = [(file, number) for number, name in enumerate(names) for file in _files_below(folder / name)]
    stray = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    ignored = [path for path in stray if path.suffix.lower() not in PIL.Image.registered_extensions()]
    skipped = [f"{path}: this file is in no label's folder" for path in stray if path not in ignored]
    frame = Frame.plain(shape) if whole else _frame(shape)
    images, numbers = [], []
    for file, number in progress(files):
        try:
            grey = load_image(file, frame)
        except ImageFileError as error:
            skipped.append(str(error))
            continue
        if frame.bare and not grey.any():
            skipped.append(f"{file}: there is no ink in this picture; --whole keeps pictures as they are")
        else:
            images.append(np.rint(grey.reshape(shape) * 255).astype(np.uint8))
            numbers.append(number)
    if missing := [name for number, name in enumerate(names) if number not in numbers]:
        raise DataError(
            f"{folder / missing[0]}: expected pictures of this label, but no file can be used; "
            "try other files, or remove the folder"
        )
    rows = np.array(numbers)
    in_test = _test_rows(rows, test_share, np.random.default_rng(seed))
    if not len(in_test):
        raise DataError(f"{folder}: expected two or more pictures of some label, to leave one for testing")
    order = np.random.default_rng([seed, 1]).permutation(len(rows))
    pictures, is_test = np.stack(images), np.isin(order, in_test)
    for split, part in (("train", order[~is_test]), ("t10k", order[is_test])):
        write_idx(output / f"{split}-images-idx3-ubyte", pictures[part])
        write_idx(output / f"{split}-labels-idx1-ubyte", (rows[part] + labels.first).astype(np.uint8))
    labels.save(output)
    if labels.names == tuple(names):
        text = "\n".join(names) + "\n"
        replace_file(output / NAMES_FILE, lambda path: path.write_text(text, encoding="utf-8"))
    else:  # remove the names of an earlier data set
        (output / NAMES_FILE).unlink(missing_ok=True)
    return ConversionResult(labels, len(rows) - len(in_test), len(in_test), tuple(skipped), tuple(ignored))


def _labels(folder: Path, shape: tuple[int, int]) -> tuple[Labels, list[str]]:
    """Return the labels of a folder, and the names of its folders in their order."""
    if not folder.is_dir():
        raise DataError(f"{folder}: expected a folder with a folder of pictures for each label, found none")
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise DataError(
            f"{folder}: expected a folder for each label, as in {folder / 'cat' / '1.png'}, found none"
        )
    if len(names) > MOST_LABELS:
        raise DataError(f"{folder}: expected {MOST_LABELS} labels or fewer, found {len(names)}")
    if all(name.isdecimal() and str(int(name)) == name for name in names):
        names.sort(key=int)
        first, last = int(names[0]), int(names[-1])
        if last - first + 1 == len(names) and last < MOST_LABELS:
            return Labels(shape, tuple(range(first, last + 1)), first=first), names
    return Labels(shape, tuple(names)), names


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _frame(shape: tuple[int, int]) -> Frame:
    """Return MNIST's frame in another size."""
    if shape == MNIST.shape:
        return MNIST
    (height, width), (tall, wide) = shape, MNIST.shape
    box = (max(1, round(MNIST.box[0] * height / tall)), max(1, round(MNIST.box[1] * width / wide)))
    pen = MNIST.pen * min(height / tall, width / wide)
    return dataclasses.replace(MNIST, shape=shape, box=box, centre=(height / 2, width / 2), pen=pen)


def _test_rows(
    numbers: npt.NDArray[np.int64], share: float, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the rows of the test images: a share of each label, at least one row but not all."""
    rows = []
    for number in np.unique(numbers):
        of_label = random.permutation(np.flatnonzero(numbers == number))
        count = min(max(1, round(share * len(of_label))), len(of_label) - 1)
        rows.append(of_label[:count])
    return np.concatenate(rows)
