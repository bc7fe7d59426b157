"""python -m autoencoder, in a real process where it matters, in this one where it does not."""

import configparser
import contextlib
import importlib
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

import mxspec as s
from autoencoder import auto_encoder, digits, discriminator, generator, model_specs
from autoencoder.__main__ import main
from autoencoder.command_line import additions
from autoencoder.digits.recognition import kinds
from autoencoder.networks.checkpoint import SHIPPED
from mxspec.command_line.main import main as mxspec_main
from tests.autoencoder.command_line.conftest import draw
from tests.autoencoder.networks.processes import run
from tests.processes import import_target
from tests.shown_commands import parsers, whole_parser

COMMANDS = [
    *("infer", "valid", "split", "flag", "take-back", "diff", "write", "guard", "profile"),
    *("specs", "explain", "sample", "draw"),
    *("train", "export", "seal", "evaluate", "data", "post"),
]
PAGE = Path(__file__).parents[2] / "docs" / "command_line.md"


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_shows_the_defaults_and_an_example(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    if command and command != ["data"]:
        assert f"example: python -m autoencoder {command[0]}" in text
        assert "default" in text or command == ["take-back"]  # which has no options


def test_help_says_what_each_argument_is_in_words_of_its_own():
    for options in parsers(whole_parser()):
        for action in options._actions:
            metavar = action.metavar or ""
            assert action.help or isinstance(action.choices, dict), (options.prog, action.dest)
            assert action.option_strings or metavar == metavar.upper().replace(" OR ", " or ") != ""
            # What has none is shown by its name, which says no more than the option.
            assert metavar or action.nargs == 0 or action.choices or "_" not in action.dest, action.dest


def test_each_command_has_a_function():
    runs = [options.get_default("run") for options in parsers(whole_parser())]
    assert runs.count(None) == 1  # data, a group
    assert all(callable(import_target(run)) for run in runs if run)


def test_help_of_valid_names_rows_beside_a_contract_and_pictures_beside_a_spec(capsys):
    with pytest.raises(SystemExit):
        main(["valid", "--help"])
    text = capsys.readouterr().out
    assert text.startswith(
        "usage: python -m autoencoder valid [OPTION...] (CONTRACT ROWS... | SPEC PICTURE...)"
    )
    rows, pictures = (text.index(f"options for {kind}:") for kind in ("rows", "pictures"))
    assert text.index("--json") < rows < text.index("--missing WORD") < pictures < text.index("--model-dir")


def test_help_and_the_page_list_the_commands_in_groups_data_before_digits(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert re.findall(r"^  ([a-z][a-z-]*) +[A-Z]", capsys.readouterr().out, re.MULTILINE) == COMMANDS
    shown = re.findall(r"^\| `mxspec ([^`]+)`", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [*dict.fromkeys(command.split()[0] for command in shown)] == COMMANDS
    for command in shown:
        whole_parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("command", ["mxspec", "python -m autoencoder"])
def test_both_names_lead_to_the_same_command_line(command, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", [f"/somewhere/{command}" if command == "mxspec" else "__main__.py"])
    with pytest.raises(SystemExit):
        main(["valid", "--help"])
    assert f"example: {command} valid" in " ".join(capsys.readouterr().out.split())


def test_the_console_script_is_mxspecs_command_line_to_which_this_package_adds():
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    name, target = (part.strip() for part in config["options.entry_points"]["console_scripts"].split("="))
    module, function = target.split(":")
    assert (name, getattr(importlib.import_module(module), function)) == ("mxspec", mxspec_main)
    name, target = (part.strip() for part in config["options.entry_points"]["mxspec.commands"].split("="))
    module, function = target.split(":")
    assert getattr(importlib.import_module(module), function) is additions.add_commands


def test_the_version_is_that_of_the_package(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mxspec {s.__version__}\n"


WRONG_USE = [
    ([], "the following arguments are required"),
    (["fly"], "invalid choice: 'fly'"),
    (["train", "generatr"], "invalid choice: 'generatr'"),
    (["train", "--epochs", "0"], "argument --epochs: expected 1 or more, found 0"),
    (["train", "digits", "--epochs", "5"], "the networks of digits have their own numbers"),
    (["train", "--data-dir", "/nowhere"], "/nowhere/train-images-idx3-ubyte: expected this file"),
    (["train", "generator", "--seed", "x"], "argument --seed: invalid integer value: 'x'"),
    (["train", "generator", "--output", "/dev/null/results"], "Not a directory"),
    (["train", "all", "--without-generator"], "--without-generator is for train digits, not for train all"),
    (["sample"], "the following arguments are required: SPEC"),
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
def test_wrong_use_exits_2_with_one_clear_line(argv, words, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in refused(*argv)
    assert not list(tmp_path.iterdir())


@pytest.mark.mxnet
def test_train_makes_checkpoints_and_pictures_that_post_sample_and_valid_use(
    small_mnist, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MXNET_DATA_DIR", str(small_mnist))
    six = draw(tmp_path / "six.png", 6)
    assert main(["train", "--epochs", "3"]) == 0
    trained = capsys.readouterr().out
    for name, metric in [("autoencoder", "mse"), ("discriminator", "accuracy"), ("generator", "mse")]:
        assert f"{name} epoch 3: {metric} " in trained
        assert (tmp_path / f"model/{name}-0003.params").exists()
        assert (tmp_path / f"model/{name}-symbol.json").exists()
        assert (tmp_path / f"results/curve-{name}.png").exists()
    monkeypatch.delenv("MXNET_DATA_DIR")
    try:
        code = None
        with contextlib.suppress(SystemExit):
            code = main(["post", "--model-dir", "model"])
        out, err = capsys.readouterr()
        # Three epochs of 500 images may leave a generator whose every image is misread: then that is said.
        assert code == 0 or "found no value for" in err
        assert "models: model\n" in err
        assert ">>> discriminate(my_test_image)" in out
        assert main(["valid", "mnist/mnist-image", six, "--model-dir", "model"]) == 0
        assert capsys.readouterr().err == "models: model\n"
    finally:
        model_specs.use_models()


@pytest.mark.mxnet
def test_export_makes_a_folder_that_answers_without_mxnet(tmp_path, capsys):
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


def test_sample_draws_a_picture_and_repeats_under_a_seed(tmp_path, capsys):
    sample = ["sample", "mnist/even-mnist-image", "-n", "12", "--seed", "5"]
    code, out, err = run(*sample, cwd=tmp_path)
    assert (code, err) == (0, "")
    assert out.startswith("results/sample-even-mnist-image.jpg: read as ")
    assert len(out.split("read as")[1].split()) == 12
    assert Image.open(tmp_path / "results/sample-even-mnist-image.jpg").size == (168, 126)
    assert main([*sample, "-o", str(tmp_path / "x" / "y.png")]) == 0
    assert capsys.readouterr().out.split("read as")[1] == out.split("read as")[1]
    assert Image.open(tmp_path / "x/y.png").format == "PNG"


def test_sample_prints_values_that_are_no_pictures(capsys):
    assert main(["sample", "mnist/mnist-number", "-n", "3", "--seed", "1"]) == 0
    assert all(0 <= int(line) <= 9 for line in capsys.readouterr().out.splitlines())


def test_a_file_that_cannot_be_written_is_named(tmp_path, refused):
    (tmp_path / "file").write_text("in the way")
    line = refused("sample", "mnist/mnist-image", "-n", "1", "-o", tmp_path / "file" / "x.png")
    assert str(tmp_path / "file") in line


def test_an_unknown_runtime_is_named_in_one_line(tmp_path, refused, monkeypatch):
    monkeypatch.setenv("AUTOENCODER_RUNTIME", "tensorflow")
    assert refused("sample", "digits/image", "-o", tmp_path / "x.png") == (
        "python -m autoencoder sample: AUTOENCODER_RUNTIME is 'mxnet' or 'onnx', not 'tensorflow'"
    )


def test_a_folder_without_a_manifest_is_refused_by_the_command_that_writes_one(tmp_path, capsys, refused):
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("manifest.json"))
    sample = ["sample", "mnist/mnist-image", "-n", "1", "-o", str(tmp_path / "x.png")]
    sample += ["--model-dir", str(folder)]
    command = f"python -m autoencoder seal --model-dir {folder}"
    assert refused(*sample).endswith(f"; if you trust them: {command}")
    try:
        assert [main(command.split()[3:]), main(sample)] == [0, 0]
    finally:
        model_specs.use_models()
    out = capsys.readouterr().out
    assert out.startswith(f"{folder / 'manifest.json'} names autoencoder-0003.onnx, ")
    assert (folder / "manifest.json").read_bytes() == (SHIPPED / "manifest.json").read_bytes()


def test_the_parser_which_loads_no_network_names_them_as_they_are_named():
    assert (
        tuple(module.network().name for module in (auto_encoder, discriminator, generator)) == additions.POST
    )
    assert additions.OF_DIGITS[1] == kinds.NAME
