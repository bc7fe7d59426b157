"""Commands that are killed at any moment leave the old files or the new ones, and the next run cleans up."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencoder import digits, model_specs
from autoencoder.data.storage import CheckpointError, FileSet

pytestmark = [
    pytest.mark.stress,
    pytest.mark.mxnet,
    pytest.mark.skipif(os.name == "nt", reason="needs signals"),
]

COMMAND = "import sys; from autoencoder.__main__ import main; sys.exit(main(sys.argv[1:]))"
# With as little work as there can be between the moments at which files are written.
QUICKLY = """
    import sys
    from autoencoder.digits.training import gan, tuning
    from autoencoder.digits.training import learning
    gan.FEWEST_STEPS, gan.EPOCHS, learning.FEWEST_STEPS = 2, 1, 2
    tuning.LEARNT, tuning.MEASURED, tuning.CANDIDATES = 1000, 500, 50
    from autoencoder.digits.recognition import kinds, reader
    reader.EPOCHS = kinds.EPOCHS = 1
"""


def start(program, *command, cwd):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program) + COMMAND, *map(str, command)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def contents(folder):
    files = FileSet.of(folder)
    return {name: files.read(name, CheckpointError) for name in files.names()}


def left(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("network", "program", "times", "load"),
    [("all", "", 50, model_specs.load), ("digits", QUICKLY, 12, digits.load)],
)
def test_a_training_that_is_killed_leaves_the_old_set_or_the_new_one(
    network, program, times, load, small_mnist, tmp_path
):
    model = tmp_path / "model"
    options = ["--data-dir", small_mnist, "--model-dir", model, "--output", tmp_path / "out"]
    sets, took = [], 0.0
    for seed in (1, 2):
        began = time.monotonic()
        assert start(program, "train", network, *options, "--seed", seed, cwd=tmp_path).wait(600) == 0
        took = time.monotonic() - began
        sets.append(contents(model))
    random, killed, current = np.random.default_rng(0), 0, 1
    while killed < times:
        process = start(program, "train", network, *options, "--seed", 2 - current, cwd=tmp_path)
        time.sleep(took * random.uniform(0.3, 1.0))
        process.kill()
        if process.wait() == -9:
            killed += 1
        assert contents(model) in sets
        current = sets.index(contents(model))
        load(model, "mxnet")
    assert start(program, "train", network, *options, "--seed", 1, cwd=tmp_path).wait(600) == 0
    assert contents(model) == sets[0]
    assert not left(model)
    assert not left(tmp_path / "out")


@pytest.mark.parametrize(("command", "times"), [(["post"], 15), (["evaluate"], 4)])
def test_pictures_are_whole_whenever_a_command_is_killed(command, times, tmp_path):
    output = tmp_path / "out"
    began = time.monotonic()
    assert start("", *command, "--output", output, cwd=tmp_path).wait(1200) in (0, 1)
    took, random = time.monotonic() - began, np.random.default_rng(0)
    for _ in range(times):
        process = start("", *command, "--output", output, cwd=tmp_path)
        time.sleep(took * random.uniform(0.3, 1.0))
        process.kill()
        process.wait()
        for path in output.glob("[!.]*.[jp][pn]g"):
            with Image.open(path) as picture:
                picture.load()
    assert start("", *command, "--output", output, cwd=tmp_path).wait(1200) in (0, 1)
    assert not left(output)
