"""Folders of pictures as data sets."""

import json

import numpy as np
import pytest
from PIL import Image

from autoencoder.__main__ import main
from autoencoder.data import idx
from autoencoder.data.folders import files_in, from_folder
from autoencoder.data.idx import DataError
from autoencoder.data.labels import Labels, names_in
from autoencoder.data.pictures import load_image


def write(folder, counts, size=(40, 40)):
    """Write so many pictures of each label: a bar that tells by its place and width which it is."""
    for name, count in counts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            picture = Image.new("L", size, "white")
            picture.paste(0, (4, 4, 8 + len(name), 8 + 2 * number))
            picture.save(folder / name / f"{number}.png")
    return folder


def test_every_picture_is_in_one_half_normalised_as_a_file_is_that_is_read(tmp_path):
    folder = write(tmp_path / "pets", {"cat": 10, "horse": 7})
    converted = from_folder(folder, tmp_path / "data")
    halves = [idx.load(split, tmp_path / "data") for split in idx.SPLITS]
    assert [len(half) for half in halves] == [converted.train, converted.test] == [14, 3]
    images = {image.tobytes() for half in halves for image in half.images}
    read = [
        np.rint(load_image(file) * 255).astype(np.float32) / np.float32(255) for file in folder.rglob("*.png")
    ]
    assert images == {image.tobytes() for image in read}
    assert all(set(half.labels) == {0, 1} for half in halves)


def test_the_names_are_those_that_training_asks_for(tmp_path):
    from_folder(write(tmp_path / "pets", {"horse": 2, "cat": 2}), tmp_path / "data")
    assert names_in(tmp_path / "data") == ["cat", "horse"]
    assert Labels.load(tmp_path / "data") == Labels((28, 28), ("cat", "horse"))
    labels = Labels.of(idx.load("train", tmp_path / "data"), names_in(tmp_path / "data"))
    assert labels == Labels.load(tmp_path / "data")


@pytest.mark.parametrize(
    ("names", "expected", "first"),
    [
        (["0", "1", "2"], (0, 1, 2), 0),
        ([str(number) for number in range(1, 12)], tuple(range(1, 12)), 1),
        (["0", "2"], ("0", "2"), 0),
        (["01", "02"], ("01", "02"), 0),
    ],
)
def test_numbers_without_gaps_are_the_labels_themselves(tmp_path, names, expected, first):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "labels.txt").write_text("of\nanother\nset\n")
    from_folder(write(tmp_path / "pictures", dict.fromkeys(names, 2)), tmp_path / "data")
    train = idx.load("train", tmp_path / "data")
    labels = Labels.of(train, names_in(tmp_path / "data"))
    assert (labels.names, labels.first) == (expected, first)
    assert labels == Labels.load(tmp_path / "data")


def test_the_seed_decides_which_are_tested_by(tmp_path):
    folder = write(tmp_path / "pets", {"cat": 12, "horse": 12})
    tests = []
    for place, seed in [("a", 1), ("b", 1), ("c", 2)]:
        from_folder(folder, tmp_path / place, seed=seed, test_share=0.25)
        tests.append(idx.load("t10k", tmp_path / place).images)
    assert (tests[0] == tests[1]).all()
    assert (tests[0] != tests[2]).any()
    assert len(tests[0]) == 6


@pytest.mark.parametrize("whole", [False, True])
def test_images_have_the_shape_that_is_asked_for(tmp_path, whole):
    from_folder(
        write(tmp_path / "pets", {"cat": 2, "dog": 2}), tmp_path / "data", shape=(20, 16), whole=whole
    )
    train = idx.load("train", tmp_path / "data")
    assert train.shape == (20, 16)
    # Whole pictures stay light; ink that is cut out is light on black.
    assert (np.median(train.images) > 0.9) == whole


def test_an_unreadable_file_is_named_and_skipped(tmp_path, capsys):
    folder = write(tmp_path / "pets", {"cat": 3, "dog": 3})
    (folder / "cat" / "notes.txt").write_text("no picture")
    (folder / "stray.png").write_bytes((folder / "cat" / "0.png").read_bytes())
    (folder / ".thumbs").write_text("hidden")
    assert main(["data", "from-folder", str(folder), str(tmp_path / "data")]) == 1
    out, err = capsys.readouterr()
    assert [line.partition(": PNG, JPEG,")[0] for line in err.splitlines()] == [
        f"skipped: {folder}/stray.png: this file is in no label's folder",
        f"skipped: {folder}/cat/notes.txt: this is not a picture in a format that is read",
    ]
    assert out.splitlines()[0] == f"{tmp_path}/data: 4 images to train with and 2 to test with, of cat, dog"
    content = json.loads((tmp_path / "data" / "labels.json").read_text())
    assert content["labels"] == ["cat", "dog"]


def test_a_picture_without_ink_is_named_and_skipped(tmp_path, capsys):
    folder = write(tmp_path / "pets", {"cat": 3, "dog": 3})
    Image.new("L", (60, 60), 240).save(folder / "cat" / "blank.png")
    command = ["data", "from-folder", str(folder), str(tmp_path / "data")]
    assert main(command) == 1
    assert f"skipped: {folder}/cat/blank.png: there is no ink in this picture" in capsys.readouterr().err
    assert main([*command, "--whole"]) == 0
    assert len(idx.load("train", tmp_path / "data").images) == 5


def test_files_beside_the_folders_that_are_no_pictures_are_ignored_with_a_word(tmp_path, capsys):
    folder = write(tmp_path / "pets", {"cat": 3, "dog": 3})
    (folder / "README.md").write_text("about cats")
    assert main(["data", "from-folder", str(folder), str(tmp_path / "data")]) == 0
    assert capsys.readouterr().err == f"ignored: {folder}/README.md: this file is no picture\n"


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "expected a folder for each label"),
        ({"cat": 0, "dog": 3}, "cat: expected pictures of this label, but no file can be used"),
        ({"cat": 1, "dog": 1}, "expected two or more pictures of some label"),
        ({f"label {number}": 0 for number in range(257)}, "expected 256 labels or fewer, found 257"),
    ],
)
def test_folders_that_are_no_data_set_say_why(tmp_path, counts, words):
    (tmp_path / "pictures").mkdir()
    write(tmp_path / "pictures", counts)
    with pytest.raises(DataError, match=words):
        from_folder(tmp_path / "pictures", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_the_output_may_not_become_a_label(tmp_path):
    folder = write(tmp_path / "pets", {"cat": 2})
    with pytest.raises(DataError, match=r"expected a folder outside of .*/pets"):
        from_folder(folder, folder / "data")


@pytest.mark.parametrize("options", [["--shape", "28"], ["--shape", "2x28"], ["--test-share", "1"]])
def test_options_that_make_no_sense_are_wrong_use(tmp_path, options, refused):
    assert "expected a" in refused("data", "from-folder", tmp_path, tmp_path / "data", *options)


def test_files_are_listed_by_name_and_hidden_ones_are_not(tmp_path):
    for name in ["b/2", "b/.x/3", "a", ".c"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [*files_in([tmp_path / "b" / "2", tmp_path])] == [
        tmp_path / "b/2",
        tmp_path / "a",
        tmp_path / "b/2",
    ]
    assert [*files_in([tmp_path / "nowhere"])] == [tmp_path / "nowhere"]  # whoever reads it says so
