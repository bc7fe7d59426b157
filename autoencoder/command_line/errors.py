"""The errors that are the user's to mend; a line says how, without a traceback."""

import mxspec as s
from autoencoder.data.idx import DataError
from autoencoder.data.pictures import ImageFileError
from autoencoder.networks.checkpoints import CheckpointError
from autoencoder.networks.mx import SettingError
from autoencoder.networks.resume import ResumeError
from autoencoder.networks.runtime import RuntimeNameError
from autoencoder.networks.training import TrainingError

ERRORS = (
    DataError,
    ImageFileError,
    CheckpointError,
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
