"""Options shared by several commands, and the readers of their values."""

import argparse
import math
from collections.abc import Callable

from mxspec.command_line.commands import Add


def add_json(add: Add) -> None:
    """Add --json."""
    add("--json", dest="as_json", action="store_true", help="print JSON")


def add_seed(add: Add, text: str) -> None:
    """Add --seed; the text explains its effect."""
    add("--seed", type=integer_from(0), default=0, help=f"{text} (default: %(default)s)")


def add_modules(add: Add) -> None:
    """Add the option that names modules to import."""
    modules = (
        "a module that registers specs of your own, such as one in this folder; it is run; may be repeated"
    )
    add("--import", action="append", dest="modules", default=[], metavar="MODULE", help=modules)


def add_cells(add: Add) -> None:
    """Add the options for files of cells."""
    separator = "the character between the cells of a CSV, or tab (default: sniffed)"
    add("--sep", type=parse_separator, dest="separator", metavar="CHARACTER", help=separator)
    add("--encoding", help="of a file of text, such as cp1252 (default: UTF-8, or by its first bytes)")
    missing = "a cell that is missing, beside the empty one; may be repeated (default: NA, NULL and the like)"
    add("--missing", action="append", metavar="WORD", help=missing)


def integer_from(lowest: int) -> Callable[[str], int]:
    """Return a reader of integers not below the lowest."""

    def integer(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"expected {lowest} or more, found {value}")
        return value

    return integer  # argparse quotes this name: invalid integer value: 'x'


def parse_separator(text: str) -> str:
    """Return the character between cells."""
    separator = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(separator) != 1 or separator in '"\r\n':
        raise argparse.ArgumentTypeError(f"expected one character, such as ; or tab, found {text!r}")
    return separator


def parse_seconds(text: str) -> float:
    """Return a positive number of seconds."""
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a positive number of seconds, found {text}")
    return value


def parse_share(text: str) -> float:
    """Return a share between 0 and 1."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, found {text}")
    return value
