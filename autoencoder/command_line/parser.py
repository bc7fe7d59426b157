"""The commands and their options.

A command names its function, such as `asking.run_specs`, which is imported once it is called: so the commands
about rows load no network, and work without a runtime.
"""

import argparse
import functools
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import mxspec as s

PROG = "python -m autoencoder"
POST = ("autoencoder", "discriminator", "generator")  # the networks of the post
OF_DIGITS = (
    "digits",
    "digits-kinds",
    "digits-generator",
    "digits-styles",
)  # all of them, and the steps that may run alone

Add = Callable[..., Any]  # adds an option to a command, or a command

_DATA_DIR = "folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)"
_SHIPPED = "folder of the checkpoints (default: those that ship with the package)"
_SPEC = "a registered name, such as digits/image"
_PICTURES = "of any size and mode; dark on light is inverted"
DIFF_CODES = (
    "Exit codes: 0 if nothing breaks, 1 if something does, 3 if that is undecided of a name and nothing else "
    "breaks, 2 for an error."
)
_ROWS = (
    "files of rows: .csv, .tsv, .jsonl, .json or .parquet, which may be compressed (.gz, .bz2, .xz, .zst), "
    "folders of them, or patterns such as 'nights/*.parquet'; - is standard input"
)
_RUN = "which is run: name only files that you trust"
_CONTRACT = f"a file of Python that defines `spec`, as infer writes it, {_RUN}"


class OneLineParser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line and refers to --help."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and the message."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser(prog: str = PROG) -> OneLineParser:
    """Return the parser of the command line; the attribute `run` of its result names the command's function.

    Args:
        prog: the name of the program, as called.
    """
    description = "Specs of data and of pictures, and the networks behind them."
    top = OneLineParser(
        prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"mxspec {s.__version__}")
    names = top.add_subparsers(dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS)
    command = functools.partial(_add_command, names.add_parser, prog)
    top.usage = "%(prog)s [-h] [--version] COMMAND ..."
    lists = []
    for title, add_commands in _GROUPS.items():
        before = len(names.choices)
        add_commands(command)
        added = list(names.choices.items())[before:]
        lists.append(f"{title}:\n" + "\n".join(_describe(name, options) for name, options in added))
    top.epilog = "\n\n".join([*lists, f"{prog} COMMAND --help says more of a command"])
    return top


def _describe(name: str, options: argparse.ArgumentParser) -> str:
    """Return a line of --help for a command, or two."""
    text = textwrap.fill(options.description or "", 78, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return f"  {name:10}{text[12:]}"


def _add_command(
    add_parser: Add, prog: str, name: str, run: str | None, text: str, *examples: str
) -> argparse.ArgumentParser:
    """Add a command and return its parser.

    Args:
        add_parser: a method of argparse.
        prog: the name of the program, as called.
        name: the name of the command.
        run: the module here and the function that is called with the options; None for a group of commands.
        text: its description, for --help.
        examples: example arguments, for --help, each of which stays on a line to copy.
    """
    options: argparse.ArgumentParser = add_parser(
        name,
        help=text,
        description=textwrap.fill(f"{text[0].upper()}{text[1:]}.", 78),
        epilog="\n".join(f"example: {prog} {example}" for example in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.set_defaults(run=run)
    return options


def _add_data_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands about rows of data and specs of any kind; but for pictures they need no network."""
    text = "write a contract that rows of data fit, with a promise for rows to come"
    add = command("infer", "contracts.run_infer", text, "infer rows.jsonl -o contract.py").add_argument
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    target = "the contract, which is Python (default: standard output)"
    add("-o", metavar="FILE", dest="target", help=target)
    refuse = "the greatest share of such rows that may be refused (default: %(default)s)"
    add("--refuse", type=_parse_share, default=0.01, metavar="SHARE", help=refuse)
    confidence = "the probability that this share is kept (default: %(default)s)"
    add("--confidence", type=_parse_share, default=0.99, metavar="SHARE", help=confidence)
    add("--name", help="a name to register the contract under, such as shop/order")
    add(
        "--time",
        dest="order_by",
        metavar="COLUMN",
        help="the column that orders the rows (default: their own order)",
    )
    add("--unordered", action="store_true", help="the order of the rows means nothing")
    groups = "count the values of a column, such as patient, in place of rows, and promise of these"
    add("--groups", metavar="COLUMN", help=groups)
    update = (
        "the contract before these rows: make the next one out of it and them, write it to -o or over FILE, "
        "and print the change as diff does"
    )
    add("--update", metavar="FILE", help=update)
    _add_cells(add)

    text = "tell whether rows of data fit a contract, or pictures a spec, and why not"
    examples = ["valid contract.py monday.csv", "valid digits/even-image six.png"]
    options = command("valid", "pictures.run_valid", text, *examples)
    options.usage = "%(prog)s [OPTION...] (CONTRACT ROWS... | SPEC PICTURE...)"
    add = options.add_argument
    spec = f"{_CONTRACT}; or for pictures {_SPEC}"
    add("spec", metavar="CONTRACT or SPEC", help=spec)
    files = f"{_ROWS}; or files of pictures, or folders of them, {_PICTURES}"
    add("files", nargs="+", metavar="ROWS or PICTURE", help=files)
    _add_json(add)
    add = options.add_argument_group("options for rows").add_argument
    most = "the number of refused rows to print (default: 20; with --json all)"
    add("--most", type=_integer_from(0), metavar="N", help=most)
    state = (
        "keep in FILE, run after run, if the promise of the contract still holds; a few rows may then be "
        "refused, and the exit code is 1 if the promise is broken, for ever, and 3 if these rows alone have "
        "too many refusals for it, or break a term of the table (default: 1 if a row or a term is broken)"
    )
    add("--state", metavar="FILE", help=state)
    promise = "with --state, the share of rows that may be refused (default: the promise of the contract)"
    add("--promise", type=_parse_share, metavar="SHARE", help=promise)
    unit = "with --state, the most rows that depend on each other, 1 if none do (default: nothing is known)"
    add("--unit", type=_integer_from(1), metavar="N", help=unit)
    warn = "a column whose problems are told, and do not change the exit code; may be repeated"
    add("--warn", action="append", default=[], metavar="COLUMN", help=warn)
    add("--junit", metavar="FILE", help="write the checks of the columns as JUnit's XML, which CI shows")
    add("--prometheus", metavar="FILE", help="write the counts as Prometheus' text, for its node exporter")
    add("--openlineage", metavar="FILE", help="write an event of OpenLineage, with the checks of each file")
    _add_cells(add)
    _add_lookup(options.add_argument_group("options for pictures").add_argument)

    text = "write the rows of data that fit a contract to one file, and the others with reasons to another"
    example = "split contract.py monday.csv --good fit.csv --bad refused.csv"
    add = command("split", "splitting.run_split", text, example).add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    good = "the rows that fit, of the kind that the rows are, such as .csv.gz (default: none)"
    add("--good", metavar="FILE", help=good)
    add("--bad", metavar="FILE", help="the others, with one column more, `reason` (default: none)")
    _add_cells(add)

    text = "take a part back from a state of valid, such as a file that was cut off"
    add = command(
        "take-back", "contracts.run_take_back", text, "take-back state.json monday.csv"
    ).add_argument
    add("state", metavar="STATE", help="the file of --state")
    add("name", metavar="NAME", help="the part as a verdict names it, or a piece of its name")

    text = "tell which changes of specs, schemas or an API break something, and show a value that does"
    examples = [
        "diff --base main contract.py",
        "diff old.py new.py user/user",
        "diff --base main openapi.json",
    ]
    options = command("diff", "contracts.run_diff", text, *examples)
    options.usage = "%(prog)s [OPTION...] (--base REVISION FILE | OLD NEW) [NAME...]"
    options.epilog = f"{textwrap.fill(DIFF_CODES, 78)}\n\n{options.epilog}"
    add = options.add_argument
    files = (
        f"a Python file that registers specs, or defines `spec`, {_RUN}; or a JSON Schema, OpenAPI or a list "
        "of MCP's tools (.json, .yaml); as it is now, or without --base the file as it was, and as it is, of "
        "which one may be a class, as models.py:User; then the names to compare (default: all)"
    )
    add("files", nargs="+", metavar="FILE", help=files)
    base = "a branch, a tag or a commit, whose whole tree the old version is run in (default: none)"
    add("--base", metavar="REVISION", help=base)
    direction = (
        "requests: what comes in, which may only widen; responses: what goes out, which may only narrow; "
        "functions, OpenAPI and tools say it themselves of each part (default: %(default)s)"
    )
    add("--direction", choices=["requests", "responses"], default="requests", help=direction)
    add("--strict", action="store_true", help="end with 1 for what is undecided, too")
    tests = "the number of examples, where there is no proof (default: %(default)s)"
    add("-n", type=int, dest="num_tests", default=1000, metavar="N", help=tests)
    add("--seed", type=int, default=0, help="of the examples (default: %(default)s)")
    github = "print a line for each break, and each change that is undecided, which GitHub shows at the file"
    add("--github", action="store_true", help=github)
    _add_json(add)

    text = "draft a test file for the specs and the functions that a module registers"
    example = "write shop.orders -o tests/test_orders.py"
    add = command("write", "contracts.run_write", text, example).add_argument
    add("module", metavar="MODULE", help="a module, also one in this folder; it is imported")
    add("-o", metavar="FILE", dest="target", help="the file (default: print the text)")
    negative = "draft tests that a guard, which you put in, refuses values that are just wrong"
    add("--negative", action="store_true", help=negative)
    add("--force", action="store_true", help="write over a file that is there (default: refuse)")

    text = "count the rows of data that fit a contract, and the reasons of the others by column"
    add = command("profile", "contracts.run_profile", text, "profile contract.py new.csv").add_argument
    add("spec", metavar="CONTRACT", help=_CONTRACT)
    add("rows", nargs="+", metavar="ROWS", help=_ROWS)
    state = "keep in FILE, run after run, limits that follow the columns without a bound, and name the jumps"
    add("--state", metavar="FILE", help=state)
    _add_cells(add)
    _add_json(add)


def _add_picture_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that ask networks about pictures."""
    text = "list the registered specs, each with its form and an example"
    add = command("specs", "asking.run_specs", text, "specs digits").add_argument
    add("namespaces", nargs="*", metavar="NAMESPACE", help="such as digits (default: all)")
    _add_seed(add, "makes the examples repeatable")
    _add_json(add)
    _add_lookup(add)

    text, example = "tell why a picture does not fit a spec, and draw it", "six.png --picture why.png"
    add = command("explain", "asking.run_explain", text, f"explain digits/odd-image {example}").add_argument
    add("spec", metavar="SPEC", help=_SPEC)
    add("image", metavar="PICTURE", help=f"a file {_PICTURES}")
    drawn = "draw what the network was shown, what it drew again, and the difference (default: none)"
    add("--picture", metavar="FILE", dest="target", help=drawn)
    _add_json(add)
    _add_lookup(add)

    text = "draw samples of a spec of pictures, or print those of another"
    add = command("sample", "asking.run_sample", text, "sample digits/even-image -n 12 --sheet").add_argument
    add("spec", metavar="SPEC", help=_SPEC)
    add(
        "-n",
        type=_integer_from(1),
        dest="count",
        metavar="N",
        default=10,
        help="number of samples (default: %(default)s)",
    )
    add("--seed", type=int, help="makes the samples repeatable (default: others each time)")
    picture = "the picture (default: results/sample-NAME.jpg, and with --sheet results/sheet-NAME.png)"
    add("-o", metavar="FILE", dest="target", help=picture)
    add("--sheet", action="store_true", help="write the label and the confidence below each sample")
    _add_lookup(add)

    text = "open a page where you draw, and specs answer"
    add = command("draw", "commands.run_draw", text, "draw --spec digits/odd-image").add_argument
    add("--spec", default="digits/image", help=f"the spec to begin with, {_SPEC} (default: %(default)s)")
    host = "the address to listen at; any other is open to the network (default: %(default)s)"
    add("--host", default="127.0.0.1", help=host)
    add(
        "--port", type=_integer_from(0), default=0, help="the port; 0 takes a free one (default: %(default)s)"
    )
    add("--no-browser", dest="browser", action="store_false", help="print the address, and open no browser")
    add("--seed", type=_integer_from(0), help="makes the samples repeatable (default: others each time)")
    _add_lookup(add)


def _add_training_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that train, measure and export networks, and convert data."""
    text = "train networks on a data set"
    add = command("train", "train.run_train", text, "train discriminator --epochs 5").add_argument
    networks = (
        f"{', '.join(POST)}: a network of the post; all: these three; digits: the networks of digits/..., "
        "which take an hour and a half, or less for fewer than 60,000 images, and have their own numbers of "
        "epochs; or one step of these: "
        "digits-kinds names what is refused, in 40 minutes, digits-generator draws, and digits-styles "
        "turns the styles of a trained generator to slant, thickness and width, in seconds "
        "(default: %(default)s)"
    )
    choices = [*POST, "all", *OF_DIGITS]
    add("network", nargs="?", default="all", choices=choices, metavar="NETWORK", help=networks)
    add("--data-dir", metavar="DIR", help=_DATA_DIR)
    checkpoints = "folder for the checkpoints (default: %(default)s)"
    add("--model-dir", default="model", metavar="DIR", help=checkpoints)
    _add_output(add)
    epochs = "the number of epochs of each network of the post (default: 3)"
    add("--epochs", type=_integer_from(1), metavar="N", help=epochs)
    cluster = "train a network of the post on many machines, as a cluster's launcher says in DMLC_* variables"
    add("--kv-store", choices=["dist_sync"], help=cluster)
    workers = "train a network of the post in this number of processes on this machine (default: in one)"
    add("--workers", type=_integer_from(1), metavar="N", help=workers)
    servers = "processes that add up the gradients of the workers (default: %(default)s)"
    add("--servers", type=_integer_from(1), default=1, metavar="N", help=servers)
    without = "train what reads pictures in digits/... alone; digits-generator adds the generator later"
    add("--without-generator", action="store_false", dest="with_generator", help=without)
    resume = "resume after the last epoch that a training with the same options has finished"
    add("--resume", action="store_true", help=resume)
    _add_seed(add, "makes a run repeatable")
    labels = (
        "the names of the labels: a,b,c or a file with a name on each line "
        "(default: labels.txt in the data dir, else their numbers)"
    )
    add("--labels", metavar="NAMES", help=labels)
    groups = "a name for some labels, which becomes a spec: vowel=a,e,i,o,u; may be repeated"
    add("--group", action="append", dest="groups", default=[], metavar="NAME=A,B", help=groups)

    text = "write networks in ONNX's format, beside their checkpoints"
    add = command("export", "commands.run_export", text, "export --model-dir model").add_argument
    checkpoints = "folder of the checkpoints (default: %(default)s)"
    add("--model-dir", default="model", metavar="DIR", help=checkpoints)

    text = "write the manifest of networks that another program saved, if you trust them"
    add = command("seal", "commands.run_seal", text, "seal --model-dir model").add_argument
    add("--model-dir", default="model", metavar="DIR", help=checkpoints)

    text = "measure the networks of digits/..., or those of another data set"
    add = command("evaluate", "commands.run_evaluate", text, "evaluate --model-dir model").add_argument
    add("--model-dir", metavar="DIR", help=_SHIPPED)
    add("--data-dir", metavar="DIR", help=_DATA_DIR)
    _add_output(add, "figures, and the page with its pictures")
    other = (
        "folder of another data set's idx files, such as Fashion-MNIST's, all of which should be refused; "
        "may be repeated (default: none)"
    )
    add(
        "--other",
        action="append",
        type=_parse_named_folder,
        dest="others",
        default=[],
        metavar="NAME=FOLDER",
        help=other,
    )
    add("--seed", type=int, help="makes other pictures and samples than those of the figures (default: none)")

    data = command("data", None, "make data sets of pictures", "data from-folder letters letters-data")
    kinds = data.add_subparsers(dest="source", required=True, metavar="SOURCE")
    text = "turn folders of pictures, one for each label, into the idx files that train reads"
    prog = data.prog.removesuffix(" data")
    kind = functools.partial(_add_command, kinds.add_parser, prog, "from-folder", "commands.run_from_folder")
    add = kind(text, "data from-folder letters letters-data").add_argument
    add("folder", metavar="DIR", help="a folder with a folder of pictures for each label, as DIR/cat/1.png")
    add("data_dir", metavar="OUT", help="folder for the idx files, labels.json and labels.txt")
    shape = "height and width of the images in pixels (default: 28x28)"
    add("--shape", type=_parse_shape, default=(28, 28), metavar="HxW", help=shape)
    whole = "keep the whole picture, as for photographs (default: cut out the ink and centre it)"
    add("--whole", action="store_true", help=whole)
    share = "the share of each label's pictures to test with (default: %(default)s)"
    add("--test-share", type=_parse_share, default=0.15, metavar="SHARE", help=share)
    _add_seed(add, "decides which ones")

    text = "run the post from top to bottom"
    add = command("post", "commands.run_post", text, "post --model-dir model").add_argument
    add("--data-dir", metavar="DIR", help=_DATA_DIR)
    _add_output(add)
    add("--seed", type=int, default=0, help="makes the samples repeatable (default: %(default)s)")
    add("--model-dir", metavar="DIR", help=_SHIPPED)


def _add_seed(add: Add, text: str) -> None:
    add("--seed", type=_integer_from(0), default=0, help=f"{text} (default: %(default)s)")


def _add_output(add: Add, content: str = "pictures") -> None:
    add("--output", default="results", metavar="DIR", help=f"folder for the {content} (default: %(default)s)")


def _add_json(add: Add) -> None:
    add("--json", dest="as_json", action="store_true", help="print JSON")


def _add_cells(add: Add) -> None:
    """Add the options of files of cells."""
    separator = "the character between the cells of a CSV, or tab (default: sniffed)"
    add("--sep", type=_parse_separator, dest="separator", metavar="CHARACTER", help=separator)
    add("--encoding", help="of a file of text, such as cp1252 (default: UTF-8, or by its first bytes)")
    missing = "a cell that is missing, beside the empty one; may be repeated (default: NA, NULL and the like)"
    add("--missing", action="append", metavar="WORD", help=missing)


def _add_lookup(add: Add) -> None:
    """Add the options that select modules and networks."""
    modules = (
        "a module that registers specs of your own, such as one in this folder; it is run; may be repeated"
    )
    add("--import", action="append", dest="modules", default=[], metavar="MODULE", help=modules)
    add("--model-dir", metavar="DIR", help=_SHIPPED)


def _parse_named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.rpartition("=")
    # Two parts of the path: many folders are called `raw`.
    return (name if equals else "/".join(Path(folder).parts[-2:])), Path(folder)


def _integer_from(lowest: int) -> Callable[[str], int]:
    def integer(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"expected {lowest} or more, found {value}")
        return value

    return integer  # argparse quotes this name: invalid integer value: 'x'


def _parse_separator(text: str) -> str:
    separator = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(separator) != 1 or separator in '"\r\n':
        raise argparse.ArgumentTypeError(f"expected one character, such as ; or tab, found {text!r}")
    return separator


def _parse_share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, found {text}")
    return value


def _parse_shape(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and 4 <= min(int(height), int(width)) <= 1024):
        raise argparse.ArgumentTypeError(
            f"expected a height and a width from 4 up, such as 28x28, found {text!r}"
        )
    return int(height), int(width)


_GROUPS = {
    "rows of data, and specs of any kind": _add_data_commands,
    "digits and other pictures, which networks read": _add_picture_commands,
    "networks, and the post": _add_training_commands,
}
