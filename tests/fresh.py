"""A clone of the repository and an environment in which nothing is installed, as a newcomer has them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMAGES = "autoencoder/data/mnist"  # in a clone it has the images to train with


def make_environment(folder):
    """Make a clone and an empty environment in a folder; return the clone and the variables of a shell."""
    clone, environment = folder / "clone", folder / "environment"
    own = {"build", "dist", "model"}
    shutil.copytree(
        ROOT, clone, ignore=lambda folder, names: hidden(names, own if folder == str(ROOT) else set())
    )
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    variables = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    variables |= {"PATH": os.pathsep.join([str(environment / "bin"), os.environ["PATH"]])}
    # Byte code of all modules would take a third of the time, and an example imports few of them.
    return clone, variables | {"MXNET_DATA_DIR": str(clone / IMAGES), "PIP_COMPILE": "0"}


def hidden(names, own):
    """The names of what is no part of a clone: what git ignores, and folders that begin with a dot."""
    return {name for name in names if name.startswith(".") or name in own or name == "__pycache__"}
