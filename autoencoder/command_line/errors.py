"""The errors that a user can fix, reported in one line without a traceback."""

import contextlib
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import mxspec as s
from autoencoder.data.idx import DataError
from autoencoder.data.manifest import CheckpointError, UncheckedWarning
from autoencoder.data.pictures import ImageFileError
from autoencoder.networks.mx import SettingError
from autoencoder.networks.runtime import RuntimeNameError
from autoencoder.training.group import GroupError
from autoencoder.training.loop import TrainingError
from autoencoder.training.resume import ResumeError


@contextlib.contextmanager
def one_line_warnings(prog: str) -> Iterator[None]:
    """Show an UncheckedWarning in one line, once for each folder; other warnings as usual."""
    original, printed = warnings.showwarning, set()

    def show(message: Warning | str, category: type[Warning], *place: Any, **options: Any) -> None:
        if not issubclass(category, UncheckedWarning):
            original(message, category, *place, **options)
        elif str(message) not in printed:
            printed.add(str(message))
            print(f"{prog}: {message}", file=sys.stderr)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = original


ERRORS = (
    DataError,
    ImageFileError,
    CheckpointError,
    GroupError,
    RuntimeNameError,
    ResumeError,
    SettingError,
    TrainingError,
    s.SpecError,
    ImportError,
    OSError,
    MemoryError,
    Warning,  # where warnings are errors, as with python -W error
)
