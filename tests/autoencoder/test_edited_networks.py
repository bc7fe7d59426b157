"""Who changes a network of the post in its `get_symbol` can train it, ask its specs and draw with it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autoencoder.data import idx

pytestmark = [pytest.mark.mxnet, pytest.mark.slow]

ROOT = Path(__file__).parents[2]

CONVOLUTION = """\
    x = sym.Variable("input")  # (batch, pixels)
    x = sym.reshape(x, shape=(-1, 1, 28, 28))  # -> (batch, 1, 28, 28)
    x = sym.Convolution(x, name="conv1", kernel=(5, 5), stride=(2, 2), num_filter=8)  # -> (batch, 8, 12, 12)
    x = sym.Activation(x, name="relu1", act_type="relu")
    x = sym.flatten(x)  # -> (batch, 1152)
"""
INPUT = '    x = sym.Variable("input")  # (batch, pixels)\n'
DECODE2 = '    x = sym.FullyConnected(x, name="decode2", num_hidden=100)  # -> (batch, 100)\n'
# By file: what is replaced, and the layers that an error then names.
EDITS = {
    "auto_encoder": ({INPUT: CONVOLUTION}, ""),
    "discriminator": ({INPUT: CONVOLUTION, "num_hidden=50)": "num_hidden=60)"}, "relu1(relu)"),
    "generator": (
        {
            DECODE2: DECODE2.replace("decode2", "decode1b") + DECODE2,
            'name="sigmoid3", act_type="sigmoid"': 'name="tanh3", act_type="tanh"',
        },
        "tanh3(tanh), decode1b(100)",
    ),
}


def copy_edited(folder, names, ignored):
    """Copy the package into a folder, with other graphs in the files of some names, without some files."""
    shutil.copytree(
        ROOT / "autoencoder", folder / "autoencoder", ignore=shutil.ignore_patterns("__pycache__", *ignored)
    )
    for name in names:
        path = folder / "autoencoder" / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        for old, new in EDITS[name][0].items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def run(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def printed(folder, *arguments):
    process = run(folder, *arguments)
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a copy of the package in which all three have other graphs and are trained by their
    files, and what each file printed.

    The copy has the first 5,000 training images, which train in a tenth of the time.
    """
    folder = tmp_path_factory.mktemp("edited")
    copy_edited(folder, EDITS, ["*.onnx", "train-*"])
    for kind in ("images-idx3", "labels-idx1"):
        file = idx.EMBEDDED / f"train-{kind}-ubyte.gz"
        idx.write_idx(folder / file.relative_to(ROOT), idx.read_idx(file)[:5000])
    return folder, {name: printed(folder, f"autoencoder.{name}") for name in EDITS}


def test_edited_networks_work_from_their_training_to_their_specs(trained):
    folder, _ = trained
    answers = printed(folder, "autoencoder.model_specs", "model")
    assert "'odd-over-2-mnist-image', 'valid': False" in answers
    assert (folder / "results" / "sample-odd-over-2-mnist-image.jpg").exists()
    for name in EDITS:
        params = folder / "model" / f"{name.replace('_', '')}-0003.params"
        assert params.stat().st_size > 100_000


def test_the_command_trains_edited_networks_as_their_files_do(trained):
    folder, texts = trained
    lines = printed(folder, "autoencoder", "train", "all", "--model-dir", "by-command")
    for name, text in texts.items():
        network = name.replace("_", "")
        metrics = re.findall(r"epoch .+", text)
        assert re.findall(rf"(?<={network} )epoch .+", lines) == metrics != []
        params = f"{network}-0003.params"
        assert (folder / "by-command" / params).read_bytes() == (folder / "model" / params).read_bytes()
    assert "sample_values" in printed(folder, "autoencoder", "post", "--model-dir", "by-command")


@pytest.mark.parametrize("name", ["discriminator", "generator"])
def test_a_checkpoint_of_another_graph_is_an_error_of_one_line(name, tmp_path):
    copy_edited(tmp_path, [name], ["*.onnx", "train-*"])
    process = run(tmp_path, "autoencoder.model_specs")
    assert process.returncode == 1
    assert process.stdout == ""
    [line] = process.stderr.splitlines()
    assert line.startswith(f"model_specs: {tmp_path}/autoencoder/networks/model/{name}-symbol.json is not a ")
    assert EDITS[name][1] in line
    assert "found " in line
    assert line.endswith("; to train one: python -m autoencoder train all, and name its folder, model")
