"""Pictures as somebody may have them, and a way to run the command line here."""

import numpy as np
import pytest
from PIL import Image

from autoencoder import model_specs
from autoencoder.__main__ import main
from tests.processes import ask_by


def draw(path, digit, size=(200, 200)):
    """Write a digit as somebody may have drawn it: large, dark on light."""
    grey = model_specs.first_image(digit).reshape(28, 28)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(((1 - grey) * 255).astype(np.uint8)).resize(size).save(path)
    return str(path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with a 3, a 6 in a folder within, a file that is no picture, and one that is hidden."""
    folder = tmp_path_factory.mktemp("pictures")
    draw(folder / "three.png", 3)
    draw(folder / "more" / "six.png", 6)
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden").write_text("nobody sees this")
    return folder


@pytest.fixture
def ask(capsys):
    """Run a command; return its exit code and its standard output, as JSON where that is asked for."""
    return ask_by(main, capsys)
