"""The time of a process to its first answer, beside one that only imports what is needed for it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.bars import Yardstick, seconds_more

IMPORT_NUMPY = "import numpy"
# mxnet 1.9.1 reads np.bool, which numpy dropped in 1.24.
IMPORT_MXNET = "import numpy; numpy.bool = bool; import mxnet"


def process(folder: Path, *arguments: str) -> Callable[[], None]:
    """A Python process from its start to its end, in a folder of its own; its byte code has been written.

    With PYTHONDONTWRITEBYTECODE set, each process would compile all modules of an editable install.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )

    run()
    return run


def test_command_line(compare: Any, tmp_path: Path) -> None:
    picture = tmp_path / "ten.jpg"
    sample = process(
        tmp_path, "-m", "autoencoder", "sample", "mnist/mnist-image", "-n", "10", "-o", str(picture)
    )
    assert picture.stat().st_size
    compare(
        "sample of 10 images from the command line",
        sample,
        Yardstick.one(
            "a process that imports MXNet", process(tmp_path, "-c", IMPORT_MXNET), seconds_more(0.8)
        ),
        rounds=7,
        calls=1,
        take="min",
    )


def test_import(compare: Any, tmp_path: Path) -> None:
    compare(
        "import mxspec",
        process(tmp_path, "-c", f"{IMPORT_NUMPY}; import mxspec"),
        Yardstick.one(
            "a process that imports numpy", process(tmp_path, "-c", IMPORT_NUMPY), seconds_more(0.1)
        ),
        rounds=15,
        calls=1,
        take="min",
    )
