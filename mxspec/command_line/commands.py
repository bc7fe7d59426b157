"""The commands of a program: their parsers, their help, and a way for packages to add commands.

A command names its function, such as `mxspec.command_line.inferring.run_infer`, which is imported only when
called: so `--help` and the commands for rows load no network.
"""

import argparse
import sys
import textwrap
from collections.abc import Callable
from typing import Any, NoReturn

import mxspec as s
from mxspec.base.messages.text import in_one_line
from mxspec.command_line import ending

REQUIRED = "the following arguments are required"  # argparse's words
UNRECOGNIZED = "unrecognized arguments"
Add = Callable[..., Any]  # adds an option to a command, or a command


class OneLineParser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line and refers to --help."""

    color = property(lambda self: False, lambda self, _: None)  # Python 3.14 would put codes into the help

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Exit with a code; the message is one line on standard error, whatever it is joined of."""
        if message:
            print(in_one_line(message.rstrip("\n")), file=sys.stderr)
        raise ending.Exit(status)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments, and keep them for the error about them; a command takes no others."""
        self._arguments = sys.argv[1:] if args is None else [*args]
        options, others = super().parse_known_args(args, namespace)
        if others and not hasattr(options, "command"):  # a command's own parser
            self.error(f"unrecognized arguments: {' '.join(others)}")
        return options, others

    def error(self, message: str) -> NoReturn:
        """Print the message, and exit with code 2; of too few files or too many it says what they are."""
        title, _, listed = message.partition(": ")
        if title in (REQUIRED, UNRECOGNIZED) and listed[0] != "-":
            from mxspec.command_line.file_kinds import kind_of

            kinds = {each: kind_of(each) for each in self._arguments if each[:1] != "-"}
            files = "".join(f"; {each} is {kind}" for each, kind in kinds.items() if kind)
            names = [str(each.metavar or each.dest) for each in self._actions if not each.option_strings]
            takes = f"it takes {', then '.join(names)}{files}"
            if files:  # too few: any of them may be the one that is missing
                message = takes if title == REQUIRED else f"{message}; {takes}"
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")

    def commands(self) -> list[str]:
        """Return the names of the commands."""
        return [name for action in self._actions for name in action.choices or () if action.dest == "command"]

    def argument(self, name: str) -> argparse.Action:
        """Return an argument by its name, to change its texts."""
        return next(action for action in self._actions if action.dest == name)


class Commands:
    """The commands of a program, and its --help, which lists them in groups.

    A package adds commands with a function that takes this object, as `autoencoder` does, and an entry point:

        [options.entry_points]
        mxspec.commands =
            shop = shop.commands:add_commands

    Args:
        prog: the name of the program, as called.

    Example:
        >>> commands = Commands("mxspec")
        >>> commands.group("orders", "shop")
        >>> options = commands.add("count", "orders.run_count", "count the orders", "count monday.csv")
        >>> _ = options.add_argument("file", help="a file of orders")
        >>> commands.whole_parser().parse_args(["count", "monday.csv"])
        Namespace(command='count', file='monday.csv', run='shop.orders.run_count')
    """

    def __init__(self, prog: str) -> None:
        self.prog = prog
        self.parser = OneLineParser(
            prog=prog,
            description=textwrap.fill((s.__doc__ or "").partition("\n")[0], 78),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.parser.add_argument("--version", action="version", version=f"mxspec {s.__version__}")
        self._names = self.parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS
        )
        self.parser.usage = "%(prog)s [-h] [--version] COMMAND ..."  # late: a command's begins with it
        self._groups: dict[str, list[OneLineParser]] = {}
        self._package = ""

    def __getitem__(self, name: str) -> OneLineParser:
        """Return the parser of a command, to add options to it."""
        options: OneLineParser = self._names.choices[name]
        return options

    def group(self, title: str, package: str) -> None:
        """Begin a group of commands in --help; modules of a package define their functions."""
        self._groups[title], self._package = [], package

    def add(self, name: str, run: str | None, text: str, *examples: str) -> OneLineParser:
        """Add a command to the last group, and return its parser.

        Args:
            name: the name of the command.
            run: the module and the function to call with the options, such as `orders.run_count`; it returns
                the exit code, an int from 0 to 3, and anything else is an error. If `argv` is an option, its
                value is all arguments. None for a group of commands.
            text: the description for --help.
            examples: example arguments for --help, each on a line to copy.
        """
        run = run and f"{self._package}.{run}"
        options = new_command(self._names.add_parser, self.prog, name, run, text, *examples)
        [*_, group] = self._groups.values()
        group.append(options)
        return options

    def describe(self, name: str, text: str, *examples: str) -> None:
        """Set the description and the examples of a command."""
        _describe(self[name], self.prog, text, *examples)

    def whole_parser(self) -> OneLineParser:
        """Return the parser of the program; its help lists the commands added so far."""
        lists = [
            f"{title}:\n" + "\n".join(map(_lines_of, group)) for title, group in self._groups.items() if group
        ]
        self.parser.epilog = "\n\n".join([*lists, f"{self.prog} COMMAND --help says more of a command"])
        return self.parser


def new_command(
    add_parser: Add, prog: str, name: str, run: str | None, text: str, *examples: str
) -> OneLineParser:
    """Add a command to the program or to a group of commands, and return its parser.

    Args:
        add_parser: a method of argparse.
        prog: the name of the program, as called.
        run: the function, with its module and its package.
        name, text, examples: as in `Commands.add`.
    """
    options: OneLineParser = add_parser(name, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.set_defaults(run=run)
    _describe(options, prog, text, *examples)
    return options


def _describe(options: OneLineParser, prog: str, text: str, *examples: str) -> None:
    options.description = textwrap.fill(f"{text[0].upper()}{text[1:]}.", 78)
    options.epilog = "\n".join(f"example: {prog} {example}" for example in examples)


def _lines_of(options: OneLineParser) -> str:
    """Return the one or two lines of --help for a command."""
    text = textwrap.fill(options.description or "", 78, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return f"  {options.prog.split()[-1]:10}{text[12:]}"
