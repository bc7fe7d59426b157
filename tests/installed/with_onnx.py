"""Use the networks where they run on ONNX Runtime, and MXNet is not installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import mxspec as s
from autoencoder import digits
from autoencoder.model_specs import first_image

assert "site-packages" in digits.__file__, digits.__file__
assert importlib.util.find_spec("mxnet") is None

# Digits are read, told from what is none, made, and drawn.
assert [digits.discriminate(first_image(digit)) for digit in range(10)] == list(range(10))
assert not s.valid("digits/image", 1 - first_image(3))
images = s.sample("digits/even-image", 30, seed=0)
assert {digits.discriminate(image) for image in images} == {0, 2, 4, 6, 8}


def autoencoder(*arguments):
    return subprocess.run(
        [sys.executable, "-I", "-m", "autoencoder", *arguments], capture_output=True, text=True
    )


post = autoencoder("post", "--output", "results")
assert post.returncode == 0, post.stderr
assert len(list(Path("results").glob("sample-*.jpg"))) == 4, sorted(Path("results").iterdir())
drawn = autoencoder("sample", "digits/odd-image", "-o", "odd.png")
assert drawn.returncode == 0, drawn.stderr
valid = autoencoder("valid", "digits/image", "odd.png")
assert valid.returncode == 1, valid

# The same by the other name.
command = Path(sys.executable).with_name("mxspec")
listed = subprocess.run([command, "specs", "digits"], capture_output=True, text=True, check=True)
assert "digits/odd-image" in listed.stdout, listed
drawn = ["sample", "digits/odd-image", "-n", "1", "--seed", "1", "-o", "one.png"]
subprocess.run([command, *drawn], capture_output=True, check=True)
why = ["explain", "digits/even-image", "one.png", "--picture", "why.png"]
explained = subprocess.run([command, *why], capture_output=True, text=True)
assert (explained.returncode, Path("why.png").is_file()) == (1, True), explained

# Measuring needs scikit-learn and training MXNet, and a line says so.
measured = autoencoder("evaluate", "--output", "results")
assert measured.returncode == 2, measured
assert 'pip install ".[evaluate]"' in measured.stderr.splitlines()[-1], measured.stderr
train = autoencoder("train", "generator", "--model-dir", "model")
assert train.returncode == 2, train
assert 'pip install ".[mxnet]"' in train.stderr.splitlines()[-1], train.stderr
