"""Files that have no end, or nothing to read yet, are refused at once wherever they are read."""

import gzip
import os
from pathlib import Path

import pytest

from autoencoder.data.idx import DataError, read_idx
from autoencoder.data.labels import LabelError, names_in
from autoencoder.data.pictures import ImageFileError, load_image
from autoencoder.data.storage import MANIFEST, CheckpointError, FileSet, ManifestEntry, open_file, read_file

# A regular file of 0 bytes, as Linux says, and of gigabytes when it is read.
ENDLESS = Path("/proc/self/pagemap")


@pytest.fixture
def endless(tmp_path):
    if not os.access(ENDLESS, os.R_OK):
        pytest.skip("needs Linux")
    path = tmp_path / "link"
    path.symlink_to(ENDLESS)
    return path


@pytest.mark.parametrize("largest", [None, 1 << 20])
def test_a_file_that_grows_while_it_is_read_is_refused(largest, endless):
    with pytest.raises(OSError, match="it had 0 bytes, and another number when it was read"):
        read_file(endless, largest)


@pytest.fixture
def waiting(monkeypatch, tmp_path):
    """A link to a file that has nothing to read yet, as /proc/kmsg is to those who may read it."""
    path = tmp_path / "link.gz"
    path.write_bytes(b"")
    read, write = os.pipe()
    os.set_blocking(read, False)
    open_ = os.open

    def open_waiting(name, *flags):
        return os.dup(read) if os.fspath(name) == str(path) else open_(name, *flags)

    monkeypatch.setattr("stat.S_ISREG", lambda mode: True)
    monkeypatch.setattr("os.open", open_waiting)
    yield path
    os.close(read)
    os.close(write)


def files_of(path):
    return FileSet(path.parent, {path.name: ManifestEntry.of(b"")})


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (lambda path: read_file(path, None), OSError),
        (lambda path: open_file(path).read(), OSError),
        (lambda path: open_file(path).read(16), OSError),
        (lambda path: gzip.GzipFile(fileobj=open_file(path)).read(16), OSError),
        (read_idx, DataError),
        (lambda path: names_in(None, str(path)), LabelError),
        (load_image, ImageFileError),
        (lambda path: files_of(path).read(path.name, CheckpointError), CheckpointError),
    ],
)
def test_a_file_with_nothing_to_read_yet_is_an_error(read, error, waiting):
    with pytest.raises(error, match="nothing to read yet"):
        read(waiting)


def test_a_file_of_labels_that_is_a_pipe_or_endless_is_refused(endless, tmp_path):
    os.mkfifo(tmp_path / "labels")
    with pytest.raises(LabelError, match="it is not a regular file"):
        names_in(None, str(tmp_path / "labels"))
    with pytest.raises(LabelError, match="it had 0 bytes"):
        names_in(None, str(endless))


def test_an_endless_manifest_is_refused(endless, tmp_path):
    endless.rename(tmp_path / MANIFEST)
    with pytest.raises(CheckpointError, match="it had 0 bytes"):
        FileSet.of(tmp_path)
