"""How many files of mxspec a reader opens to follow a call."""

import sys
from pathlib import Path

import numpy as np
import pytest

import autoencoder.digits  # noqa: F401  # registers its specs
import mxspec as s

FOLDER = Path(s.__file__).parent


def files_entered(call):
    """Return the files of mxspec with a function that a call enters when it is made for the second time."""
    call()
    files = set()

    def note(frame, event, arg):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(FOLDER):
            files.add(path.relative_to(FOLDER).as_posix())

    outer = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(outer)
    return files


@pytest.fixture(scope="module")
def odd():
    """An odd digit, as an array of a program."""
    return np.array(s.generate("digits/odd-image", seed=3))


CALLS = {
    "valid of an image": (lambda odd: s.valid("digits/image", odd), 8),
    "valid of an image that is refused": (lambda odd: s.valid("digits/even-image", odd), 8),
    "explain of an image": (lambda odd: s.explain_str("digits/even-image", odd), 20),
    "explain of a text": (lambda odd: s.explain_str("digits/even-image", "a.png"), 20),
    "sample of images": (lambda odd: s.sample("digits/even-image", 3, seed=1), 22),
    "conform by a cat without a name": (lambda odd: s.conform(s.cat(n=int, name=str), [1, "a"]), 10),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_enters_few_files(call, odd):
    ask, most = CALLS[call]
    files = files_entered(lambda: ask(odd))
    assert 0 < len(files) <= most, sorted(files)
