"""Labelled images from idx files: the embedded MNIST, or any folder of four such files.

The format is described at http://yann.lecun.com/exdb/mnist/: two zero bytes, the type of the values, the
number of dimensions, each dimension as a big-endian 32-bit integer, then the values in row-major order.
"""

import contextlib
import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from autoencoder.data.storage import open_file
from mxspec.base.files import replace_file
from mxspec.errors import BriefError

SPLITS = ("train", "t10k")
DATA_DIR_VARIABLE = "MXNET_DATA_DIR"
_WAYS = f"data_dir= in Python, --data-dir on the command line, or {DATA_DIR_VARIABLE} in the environment"
EMBEDDED = Path(__file__).parent / "mnist"

LARGEST = 1 << 30  # values of a file
_MOST_COMPRESSED = 200  # bytes for each byte of a compressed file; digits have 5, a gzip bomb 1,000
_SMALL = 1 << 24  # values; a file this small can't exhaust memory
_MOST_DIMENSIONS = 32  # of an array of numpy 1
_LONGEST_HEAD = 4 + 4 * _MOST_DIMENSIONS
_UNSIGNED_BYTE = 0x08  # the type code of MNIST's values
_CONTENT = {1: "labels (one dimension)", 3: "images (three dimensions)"}


class DataError(BriefError):
    """A data file is missing, damaged or of another kind; the message says what to try."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled grey images, ready for a network.

    Attributes:
        images: float32 (n, height * width), 0.0 is black and 1.0 is white.
        labels: int64 (n,).
        shape: (height, width) of one image in pixels.

    >>> Dataset(np.zeros((2, 12), np.float32), np.array([7, 1]), (3, 4))
    Dataset(2 images of 3x4)
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        expected = (len(self.labels), math.prod(self.shape))
        if self.images.shape != expected:
            raise DataError(
                f"expected images of shape {expected} for {len(self.labels)} labels and {self.shape} pixels, "
                f"found {self.images.shape}; is there one row for each image?"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, rows: slice | npt.NDArray[np.int64]) -> "Dataset":
        """Return the images of some rows."""
        return Dataset(self.images[rows], self.labels[rows], self.shape)

    def __repr__(self) -> str:
        height, width = self.shape
        return f"Dataset({len(self)} images of {height}x{width})"


def load(split: str = "train", data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """Load the training or the test images of a data set.

    Args:
        split: "train", or "t10k" for the test images.
        data_dir: a folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same two for
            `t10k`, plain or with `.gz` (the plain file wins). None means the environment variable
            MXNET_DATA_DIR, or the MNIST of the package if it is not set. A wheel has its test images alone.

    Returns:
        All images and labels, in the order of the file.

    Raises:
        DataError: a file is missing or damaged, or does not go with the others.
        ValueError: split is something else.

    >>> load("t10k", EMBEDDED)
    Dataset(10000 images of 28x28)
    """
    if split not in SPLITS:
        raise ValueError(f"there is no split {split!r}; try one of {', '.join(map(repr, SPLITS))}")
    folder = folder_of(data_dir)
    images_path, labels_path = _find(folder, _images_name(split)), _find(folder, f"{split}-labels-idx1-ubyte")
    images, labels = _read(images_path, dimensions=3), _read(labels_path, dimensions=1)
    if len(images) != len(labels):
        raise DataError(
            f"{labels_path}: expected a label for each of the {len(images)} images of {images_path.name}, "
            f"found {len(labels)} labels; are both files of the same data set?"
        )
    if not images.size:
        raise DataError(f"{images_path}: expected images, found the shape {images.shape}; try another file")
    _check_same_size(folder, images_path, images.shape[1:])
    # White is 255 / 255 = 1.0. MXNet's MNISTIter divides by 256 instead.
    scaled = np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)
    _, height, width = images.shape
    return Dataset(scaled, labels.astype(np.int64), (height, width))


def folder_of(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of a data set: data_dir, else MXNET_DATA_DIR, else the embedded MNIST."""
    return Path(data_dir or os.environ.get(DATA_DIR_VARIABLE) or EMBEDDED)


def read_idx(path: str | os.PathLike[str]) -> npt.NDArray[np.uint8]:
    """Read an idx file of unsigned bytes.

    Args:
        path: the file; one that ends in `.gz` is decompressed.

    Returns:
        The array, uint8, of the shape in the file's header.

    Raises:
        DataError: the file is missing, is not an idx file, or has more or fewer values than its header says.
    """
    return _read(Path(path))


def write_idx(path: str | os.PathLike[str], array: npt.NDArray[np.uint8]) -> None:
    """Write an idx file; the same array makes the same bytes.

    Args:
        path: the file to write, compressed if it ends in `.gz`; its folder is created if missing.
        array: uint8, any shape.

    Raises:
        ValueError: the array is not one of unsigned bytes, or has more dimensions than `read_idx` reads.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_idx(f"{folder}/labels.gz", np.array([5, 0, 4], np.uint8))
    ...     read_idx(f"{folder}/labels.gz")
    array([5, 0, 4], dtype=uint8)
    """
    path = Path(path)
    if array.dtype != np.uint8:
        raise ValueError(f"an idx file holds unsigned bytes, not {array.dtype}; try .astype(np.uint8)")
    if array.ndim > _MOST_DIMENSIONS:
        raise ValueError(f"an idx file is read with {_MOST_DIMENSIONS} dimensions, not with {array.ndim}")
    header = struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    content = header + array.tobytes()
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)  # a time stamp would make every copy differ
    replace_file(path, lambda temporary: temporary.write_bytes(content))


def _images_name(split: str) -> str:
    return f"{split}-images-idx3-ubyte"


def _find(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    if folder == EMBEDDED:
        advice = (
            "a wheel has MNIST's test images alone; the folder autoencoder/data/mnist of a clone or of the "
            f"sdist has the training images too, so give its path as {_WAYS}"
        )
    else:
        advice = f"give another folder as {_WAYS}, or none at all for MNIST"
    raise DataError(f"{folder / name}: expected this file, plain or with .gz, found neither; {advice}")


def _check_same_size(folder: Path, path: Path, size: tuple[int, ...]) -> None:
    """Check that training and test images have the same size, as a network requires."""
    for name in map(_images_name, SPLITS):
        if not any((folder / candidate).exists() for candidate in (name, f"{name}.gz")):
            continue  # the other half of the data set may be missing
        other = _find(folder, name)
        with _open(other) as (file, _):
            other_size = _dimensions(other, file.read(16), dimensions=3)[1:]
        if other_size != size:
            raise DataError(
                f"{other}: expected images of {size[0]}x{size[1]} as in {path.name}, found "
                f"{other_size[0]}x{other_size[1]}; are both files of the same data set?"
            )


def _read(path: Path, dimensions: int | None = None) -> npt.NDArray[np.uint8]:
    with _open(path) as (file, size):
        shape = _dimensions(path, file.read(_LONGEST_HEAD), dimensions)
        start, expected = 4 + 4 * len(shape), math.prod(shape)

        def wrong(actual: str, is_short: bool) -> DataError:
            return DataError(
                f"{path}: expected {expected} values for the shape {shape} that it declares, found {actual}; "
                f"the file is {'truncated' if is_short else 'too long'}, try another copy"
            )

        # Check the size before allocating memory for the values.
        if path.suffix != ".gz" and size - start != expected:
            raise wrong(f"{size - start}", size - start < expected)
        if path.suffix == ".gz" and expected > max(_SMALL, most := size * _MOST_COMPRESSED):
            raise wrong(f"a compressed file of {size} bytes, which has {most} at most", True)
        # An axis of length 0 makes the product 0, but numpy still refuses the shape if other axes are huge.
        if math.prod(max(1, length) for length in shape) > LARGEST:
            raise DataError(
                f"{path}: expected {LARGEST} values or fewer, found the shape {shape}; "
                "try a part of the data set"
            )
        file.seek(start)
        content = file.read(expected)
        more = file.read(1)  # reading to the end verifies the checksum of a compressed file
        if len(content) < expected or more:
            raise wrong(f"{expected + 1} or more" if more else f"{len(content)}", not more)
    return np.frombuffer(content, np.uint8).reshape(shape)


def _dimensions(path: Path, content: bytes, dimensions: int | None = None) -> tuple[int, ...]:
    """Return the shape in the header of an idx file."""
    if len(content) < 4 or content[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        raise DataError(
            f"{path}: expected an idx file of unsigned bytes, which begins with 00 00 08, found "
            f"{content[:3].hex(' ') or 'an empty file'}; a compressed file needs a name that ends in .gz"
        )
    count = content[3]
    if dimensions not in (None, count):
        raise DataError(
            f"{path}: expected {_CONTENT[dimensions or 0]}, "
            f"found {_CONTENT.get(count, f'{count} dimensions')}; are the images and the labels swapped?"
        )
    if count > _MOST_DIMENSIONS:
        raise DataError(
            f"{path}: expected {_MOST_DIMENSIONS} dimensions or fewer, found {count}; is it an idx file?"
        )
    if len(content) < 4 + 4 * count:
        raise DataError(f"{path}: expected {count} dimensions, found the end of the file; try another copy")
    return struct.unpack_from(f">{count}I", content, 4)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[tuple[BinaryIO | gzip.GzipFile, int]]:
    """Open a file, through gzip if it ends in .gz; yield it and its size on disk in bytes."""
    try:
        with open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if path.suffix != ".gz":
                yield file, size
            else:
                with gzip.GzipFile(fileobj=file) as decompressed:
                    yield decompressed, size
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected an idx file, found no file; check the path") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: expected a readable file, found {error}; try another copy") from error
