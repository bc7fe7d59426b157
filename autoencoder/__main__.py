"""The command line: `mxspec --help`, or `python -m autoencoder --help`."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from mxspec.command_line import ending

OF_DATA = ("contracts", "splitting")  # the modules of commands that stand in mxspec


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value, 2 for an error, 3 for no answer.

    Without MXNet and ONNX Runtime only `--version`, `write`, `diff` and the commands about rows work; others
    say what to install.
    Ctrl-C and SIGTERM end the process, with exit codes 130 and 143.

    Args:
        argv: the arguments; None is those of the process.

    Raises:
        SystemExit: an option, a network, the data or a folder can't be used; standard error says why.
    """
    prog = "mxspec" if Path(sys.argv[0]).stem == "mxspec" else "python -m autoencoder"
    arguments = sys.argv[1:] if argv is None else list(argv)
    with ending.guard_output(prog) as output, ending.end_by_signals(prog):
        code = _run(prog, arguments)
        output.flush()
    return code if output.is_well else 2


def _run(prog: str, arguments: Sequence[str]) -> int:
    # These imports take a second or two; Ctrl-C already works.
    import mxspec as s

    if arguments == ["--version"]:
        print(f"mxspec {s.__version__}")
        return 0
    from autoencoder.command_line.parser import parser

    top = parser(prog)
    options = vars(top.parse_args(arguments))
    command, (module, function) = options.pop("command"), options.pop("run").split(".")
    try:
        if module not in (*OF_DATA, "pictures"):
            import autoencoder.networks  # noqa: F401  # it says what to install if there is no runtime
        package = "mxspec" if module in OF_DATA else "autoencoder"
        run = getattr(importlib.import_module(f"{package}.command_line.{module}"), function)
    except ImportError as missing:
        top.exit(2, f"{prog}: {missing}\n")
    options.pop("source", None)
    if command == "train":
        options["argv"] = arguments
    try:
        code: int = run(**options)
    except SystemExit as end:  # of a contract or of a module that --import names; a command raises none
        top.exit(2, f"{prog} {command}: code that it runs raises SystemExit: {end}\n")
    except Exception as error:
        # A user can fix errors of these packages and of the system.
        is_ours = type(error).__module__.partition(".")[0] in ("autoencoder", "mxspec")
        if not (is_ours or isinstance(error, (OSError, ImportError, MemoryError, Warning))):
            raise
        top.exit(2, f"{prog} {command}: {error or type(error).__name__}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
