"""The commands that need no network: write, diff, infer, valid of rows. They run without a runtime."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import mxspec as s
from autoencoder.command_line import contracts

COMMANDS = ("write", "diff")

Add = Callable[..., Any]  # adds an option to a command, or a command


class OneLineParser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line and refers to --help."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and the message."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_command(
    add_parser: Add, prog: str, name: str, run: Callable[..., int] | None, text: str, example: str
) -> argparse.ArgumentParser:
    """Add a command and return its parser.

    Args:
        add_parser: a method of argparse.
        prog: the name of the program, as called.
        name: the name of the command.
        run: the function of the command, called with its options; None for a group of commands.
        text: its description, for --help.
        example: example arguments, for --help.
    """
    options: argparse.ArgumentParser = add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", epilog=f"example: {prog} {example}"
    )
    options.set_defaults(run=run)
    return options


def plain_parser(prog: str) -> OneLineParser:
    """Return the parser of these commands alone.

    Args:
        prog: the name of the program, as called.
    """
    top = OneLineParser(prog=prog)
    add_parser = top.add_subparsers(dest="command", required=True).add_parser
    add_plain_commands(lambda *command: add_command(add_parser, prog, *command))
    contracts.add_valid(lambda *command: add_command(add_parser, prog, *command))
    return top


def add_plain_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add these commands."""
    contracts.add_infer(command)

    text = "draft a test file for the specs and the functions that a module registers"
    add = command("write", run_write, text, "write shop.orders -o tests/test_orders.py").add_argument
    add("module", metavar="MODULE", help="a module, also one in this folder; it is imported")
    add("-o", metavar="FILE", dest="target", help="the file (default: print the text)")
    add("--force", action="store_true", help="write over a file that is there (default: refuse)")

    text = "tell which changes of a file of specs break something, and show a value that does"
    add = command("diff", run_diff, text, "diff main/contract.py contract.py user/user").add_argument
    add("old", type=Path, metavar="OLD", help="a Python file that registers specs, or defines `spec`")
    add("new", type=Path, metavar="NEW", help="the same file, as it is to become")
    add("names", nargs="*", metavar="NAME", help="the names to compare (default: all)")
    direction = (
        "requests: what comes in, which may only widen; responses: what goes out, which may only narrow; "
        "of a function the arguments are requests and the result is a response (default: %(default)s)"
    )
    add("--direction", choices=["requests", "responses"], default="requests", help=direction)
    tests = "the number of examples, where there is no proof (default: %(default)s)"
    add("-n", type=int, dest="num_tests", default=1000, metavar="N", help=tests)
    add("--seed", type=int, default=0, help="of the examples (default: %(default)s)")


def run_write(module: str, target: str | None, force: bool) -> int:
    """Draft a test file for what a module registers."""
    from mxspec.ghostwriter import write_tests

    path = None if target is None else Path(target)
    exists = s.SpecError(f"{target} is there already; --force writes over it, another -o beside it")
    if path is not None and path.exists() and not force:
        raise exists
    if os.getcwd() not in sys.path:  # as Python does with -m
        sys.path.insert(0, os.getcwd())
    text = write_tests(module)
    if path is None:
        print(text, end="")
        return 0
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise exists from None
    print(f"{path}: {text.count('def test_')} tests; to run them: python -m pytest {path}")
    return 0


def run_diff(old: Path, new: Path, names: Sequence[str], direction: Any, num_tests: int, seed: int) -> int:
    """Print what became of each name of a file of specs; return 1 if a change breaks something."""
    from mxspec.changes.versions import breaking_names, changes_table, compare_files

    changes = compare_files(old, new, names, direction=direction, num_tests=num_tests, seed=seed)
    print(changes_table(changes))
    return 1 if breaking_names(changes) else 0
