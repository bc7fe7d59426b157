"""The program: `mxspec --help`, or `python -m mxspec --help`."""

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mxspec.command_line import ending

if TYPE_CHECKING:
    from mxspec.command_line.commands import Commands

GROUP: Final = "mxspec.commands"
"""The group of entry points by which a package adds its commands: `name = module:function`."""

OF_DIGITS: Final = ("draw", "train", "export", "seal", "evaluate", "data", "post")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value, 2 for an error, 3 for no answer.

    Ctrl-C and SIGTERM end the process, with exit codes 130 and 143.

    Args:
        argv: the arguments; None for the arguments of the process.

    Raises:
        SystemExit: an option, the data or a folder can't be used; standard error says why.
    """
    return run_command(argv, "python -m mxspec")


def run_command(
    argv: Sequence[str] | None, module: str, packages: Iterable[Callable[["Commands"], None]] = ()
) -> int:
    """Run a command, as `main` does.

    Args:
        argv: the arguments; None for the arguments of the process.
        module: the name of the program, if not called as `mxspec`.
        packages: functions that add commands, besides the entry points.
    """
    prog = "mxspec" if Path(sys.argv[0]).stem == "mxspec" else module
    arguments = sys.argv[1:] if argv is None else list(argv)
    with ending.guard_output(prog) as output, ending.end_by_signals(prog):
        code = _run(prog, arguments, packages)
        output.flush()
    return code if output.is_well else 2


def _run(prog: str, arguments: Sequence[str], packages: Iterable[Callable[["Commands"], None]]) -> int:
    # These imports take a while; Ctrl-C already works.
    import mxspec as s

    if arguments == ["--version"]:
        print(f"mxspec {s.__version__}")
        return 0
    from mxspec.command_line.parser import parser

    top = parser(prog, dict.fromkeys([*packages, *_installed_packages(prog)]))
    if (word := next(iter(arguments), "")) in OF_DIGITS and word not in top.commands():
        install = 'pip install "mxspec-digits[onnx]"'
        top.exit(2, f"{prog}: {word} is a command of mxspec-digits, which is not installed: {install}\n")
    options = vars(top.parse_args(arguments))
    command, (name, _, function) = options.pop("command"), options.pop("run").rpartition(".")
    if "argv" in options:
        options["argv"] = arguments
    ours = {"mxspec", name.partition(".")[0]}
    try:
        code: int = getattr(importlib.import_module(name), function)(**options)
    except SystemExit as end:  # from a contract or a module of --import; commands don't raise it
        top.exit(2, f"{prog} {command}: code that it runs raises SystemExit: {end}\n")
    except Exception as error:
        # A user can fix errors from these packages and from the system.
        is_ours = type(error).__module__.partition(".")[0] in ours
        if not (is_ours or isinstance(error, (OSError, ImportError, MemoryError, Warning))):
            raise
        top.exit(2, f"{prog} {command}: {error or type(error).__name__}\n")
    return code


def _installed_packages(prog: str) -> Iterator[Callable[["Commands"], None]]:
    """Yield the functions of installed packages that add commands; report any that can't be imported.

    A missing package adds no commands, even if a build left its metadata in this folder.
    """
    import importlib.metadata

    for point in sorted(importlib.metadata.entry_points(group=GROUP)):
        try:
            add_commands = point.load()
        except Exception as error:
            if isinstance(error, ImportError) and error.name == point.module.partition(".")[0]:
                continue
            reason = f"{type(error).__name__}: {error}"
            print(f"{prog}: the commands of {point.name} are left out, {reason}", file=sys.stderr)
        else:
            yield add_commands
