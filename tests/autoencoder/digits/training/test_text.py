"""Names and paths that are not text in UTF-8 are refused before anything is trained, or used as they are."""

import os

import pytest
from PIL import Image

from autoencoder.data.folders import from_folder
from autoencoder.data.labels import LabelError, Labels
from autoencoder.data.storage import CheckpointError
from autoencoder.networks.checkpoint import check_folder
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.networks.processes import run

BYTES = b"\xff"
OTHER = os.fsdecode(BYTES)


@pytest.mark.parametrize("names", [{"names": ("a", OTHER)}, {"names": ("a", "b"), "groups": {OTHER: ("a",)}}])
def test_a_name_that_no_file_can_hold_is_refused(names):
    with pytest.raises(LabelError, match=r"'\\udcff' of a label is not text in UTF-8; try a locale of UTF-8"):
        Labels((28, 28), **names)


def test_a_folder_of_pictures_whose_name_is_not_text_is_refused(tmp_path):
    for name in (b"cat", BYTES):
        folder = os.fsencode(tmp_path / "pets") + b"/" + name
        os.makedirs(folder)
        for number in (b"1", b"2"):
            Image.new("L", (9, 9)).save(os.fsdecode(folder + b"/" + number + b".png"))
    with pytest.raises(LabelError, match="is not text in UTF-8"):
        from_folder(tmp_path / "pets", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_model_folder_that_mxnet_cannot_write_to_is_refused_before_it_is_made(tmp_path):
    check_folder(tmp_path / "ä")
    with (
        pytest.raises(CheckpointError, match="is not a path in UTF-8"),
        TrainingRun(model_dir=tmp_path / OTHER).edit(),
    ):
        pytest.fail("it has begun")
    assert not list(tmp_path.iterdir())


def train(small_mnist, tmp_path, *options, **environment):
    folders = ["--data-dir", small_mnist, "--model-dir", tmp_path / "model", "--output", tmp_path / "out"]
    command = ["train", "discriminator", "--epochs", "1", *folders, *options]
    code, out, err = run(*command, cwd=tmp_path, environment=environment)
    return code, out, err.splitlines()


NAMES = "ä,b,c,d,e,f,g,h,i,j"
IN_ASCII = NAMES.encode().decode("ascii", "surrogateescape")  # as a process gets it whose locale is of ASCII


@pytest.mark.mxnet
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--labels", IN_ASCII], r"the name '\udcc3\udca4' of a label is not text in UTF-8"),
        (["--labels", OTHER + NAMES], "of a label is not text in UTF-8"),
        (["--labels", IN_ASCII[:2]], "expected the names of labels, a line each, found"),
        (["--group", f"{OTHER}=1,2"], r"the name '\udcff' of a label is not text in UTF-8"),
        (["--model-dir", OTHER], r"'\udcff' is not a path in UTF-8, as MXNet needs it"),
    ],
)
def test_train_says_at_once_and_in_a_line_what_is_not_text(
    options, words, small_mnist, tmp_path, refused, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert words in refused("train", "discriminator", "--data-dir", small_mnist, *options)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.mxnet
def test_the_line_is_printed_in_a_locale_of_ascii_too(small_mnist, tmp_path):
    code, out, errors = train(small_mnist, tmp_path, "--labels", NAMES, LC_ALL="C", PYTHONUTF8="0")
    assert (code, out, len(errors)) == (2, "", 1)
    assert r"the name '\udcc3\udca4' of a label is not text in UTF-8" in errors[0]
    assert not (tmp_path / "model").exists()


@pytest.mark.mxnet
@pytest.mark.slow
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_names_in_utf_8_and_a_folder_of_pictures_with_any_name_are_used(locale, small_mnist, tmp_path):
    output = f"{tmp_path}/out{OTHER}"
    code, _, errors = train(small_mnist, tmp_path, "--labels", NAMES, "--output", output, LC_ALL=locale)
    assert (code, errors) == (0, [])
    assert Labels.load(tmp_path / "model").names == tuple(NAMES.split(","))
    assert "curve-discriminator.png" in os.listdir(output)
