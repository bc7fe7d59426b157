"""The command line: `mxspec --help`, or `python -m autoencoder --help`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from autoencoder.command_line import ending


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value or a missed bar, 2 for an error.

    Without the libraries that networks need, `--version` still works; other commands say what to install.
    Ctrl-C and SIGTERM end the process, with exit codes 130 and 143.

    Args:
        argv: the arguments; None is those of the process.

    Raises:
        SystemExit: the options, the networks, the data or a folder can't be used; standard error says why.
    """
    prog = "mxspec" if Path(sys.argv[0]).stem == "mxspec" else "python -m autoencoder"
    arguments = sys.argv[1:] if argv is None else list(argv)
    with ending.without_readers(prog) as output, ending.by_signals(prog):
        code = _run(prog, arguments)
        output.flush()
        return code if output.is_well else 2


def _run(prog: str, arguments: Sequence[str]) -> int:
    # These imports take a second or two, in which a command can be interrupted.
    import mxspec as s

    if arguments == ["--version"]:
        print(f"mxspec {s.__version__}")
        return 0
    try:
        import autoencoder.networks  # noqa: F401  # first, since it says what to install where there is no runtime
        from autoencoder.command_line.errors import ERRORS, one_line_warnings
        from autoencoder.command_line.parser import parser
    except ImportError as missing:
        print(f"{prog}: {missing}", file=sys.stderr)
        sys.exit(2)
    top = parser(prog)
    options = vars(top.parse_args(arguments))
    command, run = options.pop("command"), options.pop("run")
    options.pop("source", None)
    try:
        with one_line_warnings(prog):
            code: int = run(**options)
    except ERRORS as error:
        top.exit(2, f"{prog} {command}: {error or type(error).__name__}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
