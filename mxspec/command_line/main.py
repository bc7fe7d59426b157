"""The program: `mxspec --help`, or `python -m mxspec --help`.

No exception makes an exit code that reads as a verdict: only a command that returns one ends with 0, 1 or 3.
Whatever is raised, by mxspec, a contract, a module, a predicate or a package that adds commands, also
SystemExit and KeyboardInterrupt, ends with 2 and one line on standard error; only an Exception of a predicate
means that its value does not fit, as everywhere. (Ctrl-C itself raises nothing, see `ending`.) An entry point
that raises is left out, and the command goes on without it.
"""

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mxspec.base.messages.text import in_one_line
from mxspec.base.values import class_name, plain_text, short_repr
from mxspec.command_line import ending
from mxspec.errors import did_you_mean

if TYPE_CHECKING:
    from mxspec.command_line.commands import Commands, OneLineParser

Package = Callable[["Commands"], None]

GROUP: Final = "mxspec.commands"
"""The group of entry points by which a package adds its commands: `name = module:function`."""

TRACEBACK: Final = "MXSPEC_TRACEBACK"
"""The environment variable that requests the traceback of each error."""

CODES: Final = (0, 1, 2, 3)
OF_DIGITS: Final = ("draw", "train", "export", "seal", "evaluate", "data", "post")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0, 1 for an invalid value, 2 for an error, 3 for no answer.

    Ctrl-C and SIGTERM end the process, with exit codes 130 and 143.

    Args:
        argv: the arguments; None for the arguments of the process.

    Raises:
        SystemExit: an option, the data or a folder can't be used; standard error has the reason.
    """
    return run_command(argv, "python -m mxspec")


def run_command(argv: Sequence[str] | None, module: str, packages: Iterable[Package] = ()) -> int:
    """Run a command, as `main` does.

    Args:
        argv: the arguments; None for the arguments of the process.
        module: the name of the program, if not called as `mxspec`.
        packages: functions that add commands, besides the entry points.
    """
    prog = "mxspec" if Path(sys.argv[0]).stem == "mxspec" else module
    arguments = sys.argv[1:] if argv is None else list(argv)
    with ending.guard_output(prog) as output, ending.end_by_signals(prog):
        try:
            code = _run(prog, arguments, packages)
        except ending.Exit:
            raise
        except BaseException as error:
            _report(f"{prog}: {_words_of(error)}")
            code = 2
        output.flush()
    return code if output.is_well else 2


def _run(prog: str, arguments: Sequence[str], packages: Iterable[Package]) -> int:
    # These imports take a while; Ctrl-C already works.
    import mxspec as s

    if arguments == ["--version"]:
        print(f"mxspec {s.__version__}")
        return 0
    top = _parser_with(prog, packages)
    if (word := next(iter(arguments), "")) in OF_DIGITS and word not in top.commands():
        install = 'pip install "mxspec-digits[onnx]"'
        top.exit(2, f"{prog}: {word} is a command of mxspec-digits, which is not installed: {install}\n")
    options = vars(top.parse_args(arguments))
    command, (name, _, function) = options.pop("command"), options.pop("run").rpartition(".")
    if "argv" in options:
        options["argv"] = arguments
    ours = "mxspec", name.partition(".")[0]
    try:
        code = getattr(importlib.import_module(name), function)(**options)
    except BaseException as error:
        top.exit(2, f"{prog} {command}: {_words_of(error, ours)}")
    if type(code) is not int or code not in CODES:
        top.exit(2, f"{prog} {command}: it returns {short_repr(code)}, and an exit code is 0, 1, 2 or 3")
    return code


def _words_of(error: BaseException, ours: Sequence[str] = ("mxspec",)) -> str:
    """Return the line about an exception; print its traceback, if the environment requests it.

    Args:
        error: the exception; a foreign one may itself raise in `str`.
        ours: the packages that raise errors that a user can mend, as the system does.
    """
    if os.environ.get(TRACEBACK):
        with contextlib.suppress(BaseException):
            print("".join(traceback.format_exception(error)), end="", file=sys.stderr)
    is_ours = isinstance(error, Exception) and str(type(error).__module__).partition(".")[0] in ours
    if is_ours or isinstance(error, (OSError, ImportError, MemoryError, Warning)):
        with contextlib.suppress(BaseException):
            if isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
                return _words_of_missing(Path(error.filename))
            if isinstance(error, IsADirectoryError) and isinstance(error.filename, str):
                return f"{error.filename} is a folder; here a file is asked for"
            return plain_text(str(error)) or class_name(error)
    words = ending.error_words(error)
    if isinstance(error, Exception):
        return f"{words}, a fault of mxspec or of code that it runs; {TRACEBACK}=1 prints where"
    return f"code that it runs raises {words}; {TRACEBACK}=1 prints where"


def _words_of_missing(path: Path) -> str:
    """Return the line about a missing file, with the nearest name in its folder."""
    beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    folder = "" if path.parent.is_dir() else f", and no folder {path.parent}"
    return f"there is no file {path}{folder}{did_you_mean(path.name, beside)}"


def _report(text: str) -> None:
    """Print a line on standard error, if that is possible."""
    with contextlib.suppress(BaseException):
        print(in_one_line(text), file=sys.stderr)


def _parser_with(prog: str, packages: Iterable[Package]) -> "OneLineParser":
    """Return the parser with the commands of packages, but nothing of an entry point that raises."""
    from mxspec.command_line.parser import parser

    added = [*packages]
    top = None
    for name, add_commands in _installed_packages(prog):
        if any(add_commands is each for each in added):
            continue
        try:
            top = parser(prog, [*added, add_commands])
        except BaseException as error:
            _leave_out(prog, name, error)
        else:
            added.append(add_commands)
    return top or parser(prog, added)


def _installed_packages(prog: str) -> Iterator[tuple[str, Package]]:
    """Yield the names of entry points and their functions; report any that can't be imported.

    A missing package adds no commands, even if a build left its metadata in this folder.
    """
    import importlib.metadata

    try:
        points = sorted(importlib.metadata.entry_points(group=GROUP))
    except Exception as error:  # a file of entry points without its syntax
        _leave_out(prog, "all packages", error)
        return
    for point in points:
        try:
            add_commands = point.load()
        except BaseException as error:
            is_absent = type(error) is ModuleNotFoundError and error.name == point.module.partition(".")[0]
            if not is_absent:
                _leave_out(prog, point.name, error)
        else:
            yield point.name, add_commands


def _leave_out(prog: str, name: str, error: BaseException) -> None:
    _report(f"{prog}: the commands of {name} are left out, {ending.error_words(error)}")
