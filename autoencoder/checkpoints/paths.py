"""The names of the files of a checkpoint, and the folder of those that ship with the package.

A network NAME after 3 epochs is `NAME-symbol.json` and `NAME-0003.params` in MXNet's format, and
`NAME-0003.onnx` in ONNX's. The folder and the name are called the prefix, as MXNet does.
"""

import os
import re
from pathlib import Path

from autoencoder.data.manifest import FileSet

SHIPPED = Path(__file__).parent.parent / "networks" / "model"


def symbol_path(prefix: str | os.PathLike[str]) -> Path:
    """Return the path of the graph of a checkpoint."""
    return Path(f"{os.fspath(prefix)}-symbol.json")


def params_path(prefix: str | os.PathLike[str], epoch: int) -> Path:
    """Return the path of the parameters of a checkpoint."""
    return Path(f"{os.fspath(prefix)}-{epoch:04d}.params")


def onnx_path(prefix: str | os.PathLike[str], epoch: int) -> Path:
    """Return the path of a network in ONNX's format."""
    return Path(f"{os.fspath(prefix)}-{epoch:04d}.onnx")


def epochs_of(prefix: str | os.PathLike[str], otherwise: int, files: FileSet | None = None) -> int:
    """Return the number of epochs of a checkpoint, of the longest trained one if there are several.

    A file in ONNX's format counts as well as one in MXNet's.

    Args:
        prefix: the folder and the name.
        otherwise: the answer if there is no checkpoint.
        files: as `load` takes them.

    >>> epochs_of(SHIPPED / "discriminator", 1), epochs_of(SHIPPED / "nothing", 1)
    (3, 1)
    """
    path = Path(prefix)
    pattern = re.compile(rf"{re.escape(path.name)}-(\d{{4,}})\.(?:params|onnx)")
    matches = [pattern.fullmatch(name) for name in (files or FileSet.of(path.parent)).names()]
    return max((int(match[1]) for match in matches if match), default=otherwise)
