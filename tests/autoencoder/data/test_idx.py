import contextlib
import gzip
import hashlib
import re
import shutil
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autoencoder.data import idx
from tests.autoencoder.edits import cut, device, folder, pipe, rewritten

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def digest(name):
    return hashlib.sha256(gzip.decompress((idx.EMBEDDED / f"{name}.gz").read_bytes())).hexdigest()


@pytest.mark.parametrize("name", [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS])
def test_the_embedded_files_are_the_ones_their_readme_describes(name):
    readme = (idx.EMBEDDED / "README.md").read_text()
    assert re.search(rf"{name} \| `(\w+)`", readme)[1] == digest(name)


def test_without_the_training_images_of_mnist_the_error_says_where_they_are(tmp_path, monkeypatch):
    for name in (TEST_IMAGES, TEST_LABELS):
        shutil.copy(idx.EMBEDDED / f"{name}.gz", tmp_path)
    monkeypatch.setattr(idx, "EMBEDDED", tmp_path)  # as a wheel has it
    monkeypatch.delenv("MXNET_DATA_DIR", raising=False)
    assert len(idx.load("t10k")) == 10_000
    words = "data/mnist of a clone .* as data_dir= in Python, --data-dir on the command line, or MXNET_DATA"
    with pytest.raises(idx.DataError, match=words):
        idx.load("train")


def test_the_embedded_files_are_the_published_mnist():
    assert digest(TRAIN_LABELS) == "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    assert digest(TEST_IMAGES) == "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"


@pytest.mark.parametrize(
    ("split", "count", "first"), [("train", 60000, [5, 0, 4, 1, 9]), ("t10k", 10000, [7, 2, 1, 0, 4])]
)
def test_mnist_loads_whole(split, count, first):
    mnist = idx.load(split)
    assert mnist.images.shape == (count, 784)
    assert mnist.images.dtype == np.float32
    assert (mnist.images.min(), mnist.images.max()) == (0.0, 1.0)
    assert mnist.labels[:5].tolist() == first
    assert mnist.shape == (28, 28)
    assert repr(mnist) == f"Dataset({count} images of 28x28)"


def write_folder(folder, train=3, test=2, size=(28, 28), suffix=""):
    for split, count in [("train", train), ("t10k", test)]:
        images = np.arange(count * size[0] * size[1], dtype=np.uint8).reshape(count, *size)
        idx.write_idx(folder / f"{split}-images-idx3-ubyte{suffix}", images)
        idx.write_idx(folder / f"{split}-labels-idx1-ubyte{suffix}", np.arange(count, dtype=np.uint8))
    return folder


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("size", [(28, 28), (5, 9), (1, 1), (64, 48)])
@pytest.mark.parametrize("count", [1, 7, 130])
def test_a_folder_with_any_number_and_size_of_images_loads(tmp_path, count, size, suffix):
    loaded = idx.load("train", write_folder(tmp_path, train=count, size=size, suffix=suffix))
    assert loaded.images.shape == (count, size[0] * size[1])
    assert loaded.shape == size


def test_the_environment_variable_names_the_folder_unless_one_is_given(tmp_path, monkeypatch, small_mnist):
    monkeypatch.setenv(idx.DATA_DIR_VARIABLE, str(write_folder(tmp_path)))
    assert len(idx.load("train")) == 3
    assert len(idx.load("train", small_mnist)) == 500
    monkeypatch.setenv(idx.DATA_DIR_VARIABLE, "")
    assert len(idx.load("t10k")) == 10000


def test_a_plain_file_wins_over_a_compressed_one(tmp_path):
    write_folder(tmp_path, train=3)
    idx.write_idx(tmp_path / f"{TRAIN_IMAGES}.gz", np.zeros((9, 28, 28), np.uint8))
    assert len(idx.load("train", tmp_path)) == 3


lengthen = rewritten(lambda content: content + b"\0")
empty = rewritten(lambda content: b"")
make_text = rewritten(lambda content: b"<html>404 not found</html>")
cut_in_header = rewritten(lambda content: content[:7])


def promise_terabytes(path):
    path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 1 << 20, 1 << 10, 1 << 10) + bytes(784))


def promise_more_than_there_is_memory(path):
    with path.open("wb") as file:  # which takes no place on the disk
        file.write(struct.pack(">HBB3I", 0, 8, 3, 1 << 20, 1 << 10, 1 << 10))
        file.truncate(16 + (1 << 40))


def copy_of(other):
    return lambda path: shutil.copy(path.with_name(other), path)


def resize(path):
    idx.write_idx(path, np.zeros((2, 14, 14), np.uint8))


def drop_one(path):
    idx.write_idx(path, idx.read_idx(path)[:-1])


def drop_all(path):
    for name in (TRAIN_IMAGES, TRAIN_LABELS):
        idx.write_idx(path.with_name(name), idx.read_idx(path.with_name(name))[:0])


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        (TRAIN_IMAGES, Path.unlink, "expected this file, plain or with .gz, found neither"),
        (TRAIN_LABELS, Path.unlink, "expected this file, plain or with .gz, found neither"),
        (TRAIN_IMAGES, cut, "expected 2352 values for the shape (3, 28, 28) that it declares, found 2351"),
        (TRAIN_IMAGES, cut_in_header, "expected 3 dimensions, found the end of the file"),
        (TRAIN_LABELS, lengthen, "expected 3 values for the shape (3,) that it declares, found 4"),
        (TRAIN_IMAGES, empty, "found an empty file"),
        (TRAIN_IMAGES, make_text, "expected an idx file of unsigned bytes, which begins with 00 00 08"),
        (TRAIN_IMAGES, folder, "expected a readable file"),
        (TRAIN_IMAGES, pipe, "it is not a regular file"),
        (TRAIN_LABELS, device, "it is not a regular file"),
        (TRAIN_IMAGES, promise_terabytes, "found 784; the file is truncated"),
        (TRAIN_IMAGES, promise_more_than_there_is_memory, "expected 1073741824 values or fewer"),
        (TRAIN_IMAGES, copy_of(TRAIN_LABELS), "expected images (three dimensions), found labels (one dim"),
        (TRAIN_LABELS, copy_of(TRAIN_IMAGES), "expected labels (one dimension), found images (three dim"),
        (TRAIN_LABELS, drop_one, "expected a label for each of the 3 images"),
        (TRAIN_IMAGES, drop_all, "expected images, found the shape (0, 28, 28)"),
        (TEST_IMAGES, resize, "expected images of 28x28 as in train-images-idx3-ubyte, found 14x14"),
    ],
)
def test_an_error_names_the_bad_file_what_was_expected_and_what_was_found(tmp_path, name, damage, words):
    damage(write_folder(tmp_path) / name)
    with pytest.raises(idx.DataError, match=re.escape(words)) as caught:
        idx.load("train", tmp_path)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize("damage", [cut, empty, make_text, cut_in_header])
def test_a_damaged_compressed_file_is_named(tmp_path, damage):
    path = write_folder(tmp_path, suffix=".gz") / f"{TRAIN_IMAGES}.gz"
    damage(path)
    with pytest.raises(idx.DataError, match=re.escape(str(path))):
        idx.load("train", tmp_path)


@pytest.mark.parametrize(
    ("head", "zeros", "words"),
    [
        ((10_000, 28, 28), 1 << 26, "found 7840001 or more; the file is too long"),
        ((1 << 10, 1 << 10, 1 << 10), 1 << 25, "found a compressed file of .* bytes, which has .* at most"),
        ((1 << 20, 1 << 10, 1 << 10), 784, "found a compressed file of .* bytes, which has .* at most"),
        ((1000, 28, 28), 784, "found 784; the file is truncated"),
    ],
    ids=["more than promised", "a bomb", "terabytes", "too few"],
)
def test_a_compressed_file_that_lies_is_refused_before_memory_is_taken(head, zeros, words, tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(struct.pack(">HBB3I", 0, 8, 3, *head))
        for _ in range(zeros >> 22):
            file.write(bytes(1 << 22))
        file.write(bytes(zeros & ((1 << 22) - 1)))
    tracemalloc.start()
    try:
        with pytest.raises(idx.DataError, match=words):
            idx.read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_every_flipped_byte_of_a_compressed_file_is_found_or_harmless(tmp_path):
    path = tmp_path / "labels.gz"
    idx.write_idx(path, np.arange(50, dtype=np.uint8))
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        with contextlib.suppress(idx.DataError):
            assert idx.read_idx(path).tolist() == list(range(50))


@pytest.mark.parametrize("dimensions", [*range(30, 36), 64, 65, 100, 254, 255])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_any_number_of_dimensions_is_read_or_refused_with_the_file(dimensions, suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    content = struct.pack(f">HBB{dimensions}I", 0, 8, dimensions, *[1] * dimensions) + b"\7"
    path.write_bytes(gzip.compress(content) if suffix else content)
    if dimensions <= 32:
        assert idx.read_idx(path).shape == (1,) * dimensions
        return
    with pytest.raises(idx.DataError, match=f"expected 32 dimensions or fewer, found {dimensions}") as caught:
        idx.read_idx(path)
    assert str(path) in str(caught.value)


def test_a_half_that_nobody_asked_for_may_be_missing(tmp_path):
    write_folder(tmp_path)
    (tmp_path / TEST_IMAGES).unlink()
    assert len(idx.load("train", tmp_path)) == 3


def test_an_unknown_split_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="no split 'test'; try one of 'train', 't10k'"):
        idx.load("test")


def test_images_and_labels_of_a_dataset_go_together():
    with pytest.raises(idx.DataError, match=r"expected images of shape \(2, 12\)"):
        idx.Dataset(np.zeros((3, 12), np.float32), np.array([1, 2]), (3, 4))


def test_only_unsigned_bytes_are_written(tmp_path):
    with pytest.raises(ValueError, match=r"not float64; try \.astype"):
        idx.write_idx(tmp_path / "x", np.zeros(3))
    assert not list(tmp_path.iterdir())


@given(
    array=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)),
    suffix=st.sampled_from(["", ".gz"]),
)
def test_a_written_idx_file_reads_back_the_same(array, suffix):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"array{suffix}"
        idx.write_idx(path, array)
        read = idx.read_idx(path)
    assert read.dtype == np.uint8
    assert read.shape == array.shape
    assert (read == array).all()
