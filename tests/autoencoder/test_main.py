"""python -m autoencoder, in real processes where it matters, in this one where it does not."""

import configparser
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mxspec as s
from autoencoder import digits, model_specs
from autoencoder.__main__ import main
from autoencoder.networks.checkpoint import SHIPPED

COMMANDS = [
    "specs",
    "valid",
    "explain",
    "sample",
    "draw",
    "train",
    "export",
    "evaluate",
    "data",
    "post",
    "write",
]


def run(*args: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autoencoder", *args],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def six_png(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A 6 as somebody may have drawn it: large, dark on light."""
    path = tmp_path_factory.mktemp("pictures") / "six.png"
    grey = model_specs.first_image(6).reshape(28, 28)
    Image.fromarray(((1 - grey) * 255).astype(np.uint8)).resize((200, 200)).save(path)
    return str(path)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_shows_the_defaults_and_an_example(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    if command and command != ["data"]:
        assert f"example: python -m autoencoder {command[0]}" in text
        assert "default" in text


@pytest.mark.parametrize("command", ["mxspec", "python -m autoencoder"])
def test_both_names_lead_to_the_same_command_line(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [f"/somewhere/{command}" if command == "mxspec" else "__main__.py"])
    with pytest.raises(SystemExit):
        main(["valid", "--help"])
    assert f"example: {command} valid" in " ".join(capsys.readouterr().out.split())


def test_the_console_script_is_this_command_line() -> None:
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    name, target = (part.strip() for part in config["options.entry_points"]["console_scripts"].split("="))
    module, function = target.split(":")
    assert (name, getattr(importlib.import_module(module), function)) == ("mxspec", main)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mxspec {s.__version__}\n"


WRONG_USE = [
    ([], "the following arguments are required"),
    (["fly"], "invalid choice: 'fly'"),
    (["train", "generatr"], "invalid choice: 'generatr'"),
    (["train", "--epochs", "0"], "expected 1 or more, found 0"),
    (["train", "digits", "--epochs", "5"], "the networks of digits have their own numbers"),
    (["train", "--data-dir", "/nowhere"], "/nowhere"),
    (["train", "digits", "--workers", "2"], "--workers are for the networks of the post"),
    (["train", "generator", "--workers", "2", "--resume"], "and not for --resume"),
    (["train", "generator", "--kv-store", "dist_sync", "--resume"], "and not for --resume"),
    (["train", "all", "--workers", "0"], "expected 1 or more, found 0"),
    pytest.param(
        ["train", "discriminator", "--kv-store", "dist_sync"],
        "DMLC_PS_ROOT_PORT, DMLC_NUM_WORKER, DMLC_NUM_SERVER are missing; try --workers 2",
        marks=pytest.mark.mxnet,
    ),
    (["sample"], "the following arguments are required: spec"),
    (["sample", "mnist/mnist-imag"], "did you mean 'mnist/mnist-image'?"),
    (["sample", "mnist/mnist-image", "-n", "0"], "expected 1 or more, found 0"),
    (["sample", "mnist/mnist-image", "-n", "ten"], "invalid integer value: 'ten'"),
    (["sample", "mnist/mnist-number", "-o", "x.png"], "has no pictures"),
    pytest.param(
        ["sample", "mnist/mnist-image", "--model-dir", "/nowhere"],
        "/nowhere: there is no such folder; to train networks into it: python -m autoencoder train discr",
        marks=pytest.mark.mxnet,
    ),
    (["explain", "mnist/mnist-image", "/nowhere.png"], "/nowhere.png: there is no such file"),
    (["post", "--data-dir", "/nowhere"], "/nowhere"),
    (["export", "--model-dir", "/nowhere"], "/nowhere has no checkpoints; to train some: python -m autoenc"),
]


@pytest.mark.parametrize(("argv", "words"), WRONG_USE)
def test_wrong_use_exits_2_with_one_clear_line(
    argv: list[str],
    words: str,
    refused: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused(*argv)


@pytest.mark.mxnet
def test_train_makes_checkpoints_and_pictures_that_post_sample_and_valid_use(
    small_mnist: Path, tmp_path: Path, six_png: str
) -> None:
    trained = run("train", "--epochs", "3", cwd=tmp_path, MXNET_DATA_DIR=str(small_mnist))
    assert trained.returncode == 0, trained.stderr
    for name, metric in [("autoencoder", "mse"), ("discriminator", "accuracy"), ("generator", "mse")]:
        assert f"{name} epoch 3: {metric} " in trained.stdout
        assert (tmp_path / f"model/{name}-0003.params").exists()
        assert (tmp_path / f"model/{name}-symbol.json").exists()
        assert (tmp_path / f"results/curve-{name}.png").exists()
    post = run("post", "--model-dir", "model", cwd=tmp_path)
    # Three epochs of 500 images may leave a generator whose every image is misread, and that is then said.
    assert post.returncode == 0 or "found no value for" in post.stderr, post.stderr
    assert "models: model\n" in post.stderr
    assert ">>> discriminate(my_test_image)" in post.stdout
    read = run("valid", "mnist/mnist-image", six_png, "--model-dir", "model", cwd=tmp_path)
    assert read.returncode == 0
    assert "models: model\n" in read.stderr


@pytest.mark.mxnet
def test_export_makes_a_folder_that_answers_without_mxnet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.onnx"))
    assert main(["export", "--model-dir", str(folder)]) == 0
    files = sorted(folder.glob("*.onnx"))
    assert sorted(capsys.readouterr().out.split()) == list(map(str, files))
    assert [file.name for file in files] == sorted(file.name for file in SHIPPED.glob("*.onnx"))
    for path in [*folder.glob("*.params"), *folder.glob("*-symbol.json")]:
        path.unlink()
    for models in (model_specs.load(folder, "onnx"), digits.load(folder, "onnx")):
        answer = models.read(models.generate(3))
        assert getattr(answer, "label", answer) == 3


def test_sample_draws_a_picture_and_repeats_under_a_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run("sample", "mnist/even-mnist-image", "-n", "12", "--seed", "5", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert first.stdout.startswith("results/sample-even-mnist-image.jpg: read as ")
    assert len(first.stdout.split("read as")[1].split()) == 12
    assert Image.open(tmp_path / "results/sample-even-mnist-image.jpg").size == (168, 126)
    again = str(tmp_path / "x" / "y.png")
    assert main(["sample", "mnist/even-mnist-image", "-n", "12", "--seed", "5", "-o", again]) == 0
    assert capsys.readouterr().out.split("read as")[1] == first.stdout.split("read as")[1]
    assert Image.open(tmp_path / "x/y.png").format == "PNG"


def test_sample_prints_values_that_are_no_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "mnist/mnist-number", "-n", "3", "--seed", "1"]) == 0
    assert all(0 <= int(line) <= 9 for line in capsys.readouterr().out.splitlines())


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "file").write_text("in the way")
    line = refused("sample", "mnist/mnist-image", "-n", "1", "-o", tmp_path / "file" / "x.png")
    assert str(tmp_path / "file") in line


def test_an_unknown_runtime_is_named_in_one_line(tmp_path):
    done = run("sample", "digits/image", "-o", "x.png", cwd=tmp_path, AUTOENCODER_RUNTIME="tensorflow")
    line = "python -m autoencoder sample: AUTOENCODER_RUNTIME is 'mxnet' or 'onnx', not 'tensorflow'"
    assert (done.returncode, done.stderr.splitlines()) == (2, [line])


def test_a_folder_without_a_manifest_is_one_line(tmp_path: Path) -> None:
    # In a process of its own, as the line is printed once a process.
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("manifest.json"))
    sampled = run(
        "sample", "mnist/mnist-image", "-n", "1", "-o", "x.png", "--model-dir", folder, cwd=tmp_path
    )
    assert sampled.returncode == 0, sampled.stderr
    assert sampled.stderr.splitlines() == [
        f"python -m autoencoder: {folder} has no manifest.json, which a training leaves: "
        "whether its files are whole, and belong together, can't be checked",
        f"models: {folder}",
    ]
