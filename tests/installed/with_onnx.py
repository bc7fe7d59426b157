"""Use the networks on ONNX Runtime, where MXNet is not installed; the argument is the path of README."""

import doctest
import importlib.util
import signal
import subprocess
import sys
import urllib.request
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


# The post shows images to train with, which the wheel does not have: the error says where they are.
README = Path(sys.argv[1])
post = autoencoder("post", "--output", "results")
assert (post.returncode, len(post.stderr.splitlines())) == (2, 1), post
assert "autoencoder/data/mnist of a clone or of the sdist has the training images" in post.stderr, post
post = autoencoder("post", "--output", "results", "--data-dir", README.parent / "autoencoder/data/mnist")
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

# README's examples give the answers that it shows, and its command serves a page.
failures, examples = doctest.testfile(
    str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
)
assert examples > 10 > failures == 0, (failures, examples)
assert "$ mxspec draw\n" in README.read_text("utf-8")
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores
server = subprocess.Popen([command, "draw", "--no-browser"], stdout=subprocess.PIPE, text=True)
address = server.stdout.readline().split()[2]
page = urllib.request.urlopen(address, timeout=60).read()
assert b"<canvas" in page, page
server.send_signal(signal.SIGINT)
assert server.wait(60) in (0, 130), server.returncode

# Measuring needs scikit-learn and training MXNet, and a line says so.
measured = autoencoder("evaluate", "--output", "results")
assert measured.returncode == 2, measured
assert 'pip install "mxspec[evaluate]"' in measured.stderr.splitlines()[-1], measured.stderr
train = autoencoder("train", "generator", "--model-dir", "model")
assert train.returncode == 2, train
assert 'pip install "mxspec[mxnet]"' in train.stderr.splitlines()[-1], train.stderr
