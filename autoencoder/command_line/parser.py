"""The commands and their options."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import mxspec as s
from autoencoder.checkpoints.paths import SHIPPED
from autoencoder.command_line import asking, commands
from autoencoder.data import folders
from autoencoder.evaluation import report
from autoencoder.networks.network import SEED
from autoencoder.training.group import SYNCHRONOUS
from autoencoder.training.run import MODEL_DIR, OUTPUT

PROG = "python -m autoencoder"

_DATA_DIR = "folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)"
_SHIPPED = "folder of the checkpoints (default: those that ship with the package)"
_SPEC = "a registered name, such as digits/image"


class OneLineParser(argparse.ArgumentParser):
    """A parser that reports an error in one line and refers to --help for the rest."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and the message."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser(prog: str = PROG) -> OneLineParser:
    """Return the parser of the whole command line; `run` in its result is the function of the command.

    Args:
        prog: the name that the program was called by.
    """
    top = OneLineParser(prog=prog, description="Specs of data and of pictures, and the networks behind them.")
    top.add_argument("--version", action="version", version=f"mxspec {s.__version__}")
    names = "|".join(command.name for command in COMMANDS)
    add_command = top.add_subparsers(dest="command", required=True, metavar=names).add_parser
    for command in COMMANDS:
        options = _described(add_command, command.name, command.text, f"{prog} {command.example}")
        options.set_defaults(run=command.run)
        command.add_options(options)
    return top


def _described(add_command: Any, name: str, text: str, example: str) -> argparse.ArgumentParser:
    """Add a command with its description and an example, and return its parser."""
    options: argparse.ArgumentParser = add_command(
        name, help=text, description=f"{text[0].upper()}{text[1:]}.", epilog=f"example: {example}"
    )
    return options


def _add_train(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add(
        "network",
        nargs="?",
        default="all",
        choices=[*commands.TRAIN, "all", "digits"],
        help="a network of the post, all of them, or those of digits/..., which take 40 minutes or more and "
        "have their own numbers of epochs (default: %(default)s)",
    )
    add("--data-dir", help=_DATA_DIR)
    add("--model-dir", default=MODEL_DIR, help="folder for the checkpoint (default: %(default)s)")
    add("--output", default=OUTPUT, help="folder for the pictures (default: %(default)s)")
    add("--epochs", type=_at_least(1), help="default: 3")
    add(
        "--kv-store",
        choices=[SYNCHRONOUS],
        help="train a network of the post on many machines, described by a cluster's launcher in the "
        "environment variables DMLC_*",
    )
    add("--workers", type=_at_least(1), help="train in this number of processes on this machine")
    add(
        "--servers",
        type=_at_least(1),
        default=1,
        help="processes that add up the gradients of the workers (default: %(default)s)",
    )
    add(
        "--resume",
        action="store_true",
        help="resume after the last epoch that a training with the same options has finished",
    )
    add("--seed", type=_at_least(0), default=SEED, help="makes a run repeatable (default: %(default)s)")
    add(
        "--labels",
        metavar="NAMES",
        help="the names of the labels: a,b,c or a file with a name on each line "
        "(default: labels.txt in the data dir, else their numbers)",
    )
    add(
        "--group",
        action="append",
        dest="groups",
        default=[],
        metavar="NAME=A,B",
        help="a name for some labels, which becomes a spec: vowel=a,e,i,o,u; may be repeated",
    )


def _add_export(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--model-dir", default=MODEL_DIR, help="folder of the checkpoints (default: %(default)s)"
    )


def _add_post(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("--data-dir", help=_DATA_DIR)
    add("--output", default=OUTPUT, help="folder for the pictures (default: %(default)s)")
    add("--seed", type=int, default=0, help="makes the samples repeatable (default: %(default)s)")
    add("--model-dir", help=_SHIPPED)


def _add_specs(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("namespaces", nargs="*", metavar="NAMESPACE", help="such as digits (default: all)")
    add("--seed", type=_at_least(0), default=0, help="makes the examples repeatable (default: %(default)s)")
    _add_json(options)
    _add_lookup(options)


def _add_json(options: argparse.ArgumentParser) -> None:
    options.add_argument("--json", dest="as_json", action="store_true", help="print JSON")


def _add_lookup(options: argparse.ArgumentParser) -> None:
    """Add the options by which specs are found."""
    add = options.add_argument
    add(
        "--import",
        action="append",
        dest="modules",
        default=[],
        metavar="MODULE",
        help="a module that registers specs of your own, such as one in this folder; may be repeated",
    )
    add("--model-dir", help=_SHIPPED)


def _add_valid(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("spec", help=_SPEC)
    add(
        "images",
        nargs="+",
        metavar="PICTURE",
        help="files, or folders of them, of any size and mode; dark on light is inverted",
    )
    _add_json(options)
    _add_lookup(options)


def _add_explain(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("spec", help=_SPEC)
    add("image", metavar="PICTURE", help="a file of any size and mode; dark on light is inverted")
    add(
        "--picture",
        metavar="FILE",
        dest="target",
        help="draw what the network was shown, what it drew again, and the difference (default: none)",
    )
    _add_json(options)
    _add_lookup(options)


def _add_sample(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("spec", help=_SPEC)
    add("-n", type=_at_least(1), dest="count", default=10, help="number of samples (default: %(default)s)")
    add("--seed", type=int, help="makes the samples repeatable (default: others each time)")
    add("-o", metavar="FILE", dest="target", help="the picture (default: results/sample-NAME.jpg)")
    add(
        "--sheet",
        action="store_true",
        help="write the label and the confidence below each sample (default: results/sheet-NAME.png)",
    )
    _add_lookup(options)


def _add_draw(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("--spec", default="digits/image", help=f"the spec to begin with, {_SPEC} (default: %(default)s)")
    add(
        "--host",
        default="127.0.0.1",
        help="the address to listen at; any other is open to the network (default: %(default)s)",
    )
    add("--port", type=_at_least(0), default=0, help="the port; 0 takes a free one (default: %(default)s)")
    add("--no-browser", dest="browser", action="store_false", help="print the address, and open no browser")
    add("--seed", type=_at_least(0), help="makes the samples repeatable (default: others each time)")
    _add_lookup(options)


def _add_data(options: argparse.ArgumentParser) -> None:
    add_source = options.add_subparsers(dest="source", required=True, metavar="from-folder").add_parser
    prog = options.prog.removesuffix(" data")
    from_folder = _described(
        add_source,
        "from-folder",
        "turn folders of pictures, one for each label, into the idx files that train reads",
        f"{prog} data from-folder letters letters-data",
    )
    from_folder.set_defaults(run=commands.from_folder)
    add = from_folder.add_argument
    add(
        "folder",
        metavar="DIR",
        help="a folder with a folder of pictures for each label, such as DIR/cat/1.png",
    )
    add("data_dir", metavar="OUT", help="folder for the idx files, labels.json and labels.txt")
    add(
        "--shape",
        type=_shape,
        default=(28, 28),
        metavar="HxW",
        help="height and width of the images in pixels (default: 28x28)",
    )
    add(
        "--whole",
        action="store_true",
        help="keep the whole picture, as for photographs (default: cut out the ink and centre it)",
    )
    add(
        "--test-share",
        type=_share,
        default=folders.TEST_SHARE,
        help="the share of each label's pictures to test with (default: %(default)s)",
    )
    add("--seed", type=_at_least(0), default=0, help="decides which ones (default: %(default)s)")


def _add_evaluate(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("--model-dir", default=SHIPPED, help=_SHIPPED)
    add("--data-dir", help=_DATA_DIR)
    add("--output", default=OUTPUT, help="folder for the files (default: %(default)s)")
    add(
        "--other",
        action="append",
        type=_named_folder,
        metavar="NAME=FOLDER",
        dest="others",
        default=[],
        help="folder of another data set's idx files, such as Fashion-MNIST's, all of which should be "
        "refused; may be repeated (default: none)",
    )
    add("--seed", type=int, default=report.SEED, help="makes pictures and samples (default: %(default)s)")


def _named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.rpartition("=")
    # Without a name, the last two parts of the path: many folders are called `raw`.
    return (name if equals else "/".join(Path(folder).parts[-2:])), Path(folder)


def _at_least(lowest: int) -> Callable[[str], int]:
    def integer(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"expected {lowest} or more, found {value}")
        return value

    return integer  # argparse puts this name into its own message: invalid integer value: 'x'


def _shape(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and 4 <= min(int(height), int(width)) <= 1024):
        raise argparse.ArgumentTypeError(
            f"expected a height and a width from 4 up, such as 28x28, found {text!r}"
        )
    return int(height), int(width)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, found {text}")
    return value


class Command(NamedTuple):
    """A command.

    Attributes:
        name: its name.
        run: the function that does it, called with its options; None if it has commands of its own.
        text: what it does, for --help.
        example: arguments to begin with.
        add_options: adds its options to its parser.
    """

    name: str
    run: Callable[..., int] | None
    text: str
    example: str
    add_options: Callable[[argparse.ArgumentParser], None]


COMMANDS = (
    Command(
        "specs",
        asking.specs,
        "list the registered specs, each with its form and an example",
        "specs digits",
        _add_specs,
    ),
    Command(
        "valid",
        asking.valid,
        "tell whether pictures fit a spec, and why not",
        "valid digits/odd-image seven.png scans/",
        _add_valid,
    ),
    Command(
        "explain",
        asking.explain,
        "tell why a picture does not fit a spec, and draw it",
        "explain digits/odd-image six.png --picture why.png",
        _add_explain,
    ),
    Command(
        "sample",
        asking.sample,
        "draw samples of a spec",
        "sample digits/even-image -n 12 --sheet",
        _add_sample,
    ),
    Command(
        "draw",
        commands.draw,
        "open a page where you draw, and specs answer",
        "draw --spec digits/odd-image",
        _add_draw,
    ),
    Command(
        "train",
        commands.train,
        "train networks on a data set",
        "train discriminator --epochs 5",
        _add_train,
    ),
    Command(
        "export",
        commands.export,
        "write networks in ONNX's format, beside their checkpoints",
        "export --model-dir model",
        _add_export,
    ),
    Command(
        "evaluate",
        commands.evaluate,
        "measure the networks of digits/..., or those of another data set",
        "evaluate --model-dir model",
        _add_evaluate,
    ),
    Command("data", None, "make data sets of pictures", "data from-folder letters letters-data", _add_data),
    Command(
        "post", commands.run_post, "run the post from top to bottom", "post --model-dir model", _add_post
    ),
)
