"""The command line: `python -m autoencoder --help`."""

import sys
from collections.abc import Sequence

import mxspec as s

try:
    from autoencoder.command_line.parser import parser
    from autoencoder.data.idx import DataError
    from autoencoder.data.pictures import ImageFileError
    from autoencoder.networks.checkpoints import CheckpointError
    from autoencoder.networks.runtime import RuntimeNameError
    from autoencoder.networks.training import TrainingError
except ImportError as missing:
    if __name__ != "__main__":
        raise
    print(f"python -m autoencoder: {missing}", file=sys.stderr)
    sys.exit(2)

ERRORS = (
    DataError,
    ImageFileError,
    CheckpointError,
    RuntimeNameError,
    TrainingError,
    s.SpecError,
    ImportError,
    OSError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value or a missed bar, 2 for an error.

    Args:
        argv: the command line; None is that of the process.

    Raises:
        SystemExit: the options, the networks, the data or a folder can't be used; standard error says why.
    """
    top = parser()
    options = vars(top.parse_args(argv))
    command, run = options.pop("command"), options.pop("run")
    try:
        code: int = run(**options)
    except ERRORS as error:
        top.exit(2, f"python -m autoencoder {command}: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
