"""The command line: `mxspec --help`, or `python -m autoencoder --help`."""

import sys
from collections.abc import Sequence

from mxspec.command_line.main import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value, 2 for an error, 3 for no answer.

    This is mxspec's command line, with the commands of this package, also where it is not installed. Without
    MXNet and ONNX Runtime, mxspec's own commands work; others say what to install.

    Args:
        argv: the arguments; None means the process's.

    Raises:
        SystemExit: an option, a network, the data or a folder can't be used; standard error says why.
    """
    from autoencoder.command_line.additions import add_commands

    return run_command(argv, "python -m autoencoder", [add_commands])


if __name__ == "__main__":
    sys.exit(main())
