"""The commands and their options."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autoencoder.command_line import commands
from autoencoder.evaluation import rejection
from autoencoder.networks.checkpoints import SHIPPED
from autoencoder.networks.network import SEED
from autoencoder.networks.run import MODEL_DIR, OUTPUT

_DATA_DIR = "folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)"
_SHIPPED = "folder of the checkpoints (default: those that ship with the package)"
_SPEC = "a registered name, such as mnist/mnist-image"


class OneLineParser(argparse.ArgumentParser):
    """A parser that reports an error in one line and refers to --help for the rest."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2 and the message."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> OneLineParser:
    """Return the parser of the whole command line; `run` of its result is the function of the command."""
    top = OneLineParser(
        prog="python -m autoencoder",
        description="The networks and specs of the post, from the command line.",
    )
    add_command = top.add_subparsers(
        dest="command", required=True, metavar="train|export|post|sample|valid|evaluate"
    ).add_parser

    def command(name: str, run: Callable[..., int], text: str, example: str) -> argparse.ArgumentParser:
        options = add_command(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"example: python -m autoencoder {example}",
        )
        options.set_defaults(run=run)
        return options

    _add_train(
        command("train", commands.train, "train networks on a data set", "train discriminator --epochs 5")
    )
    _add_export(
        command(
            "export",
            commands.export,
            "write networks in ONNX's format, beside their checkpoints",
            "export --model-dir model",
        )
    )
    _add_post(command("post", commands.run_post, "run the post from top to bottom", "post --model-dir model"))
    _add_sample(
        command("sample", commands.sample, "draw samples of a spec", "sample mnist/even-mnist-image -n 10")
    )
    _add_valid(
        command(
            "valid",
            commands.valid,
            "tell whether a picture fits a spec, and why not",
            "valid mnist/odd-mnist-image seven.png",
        )
    )
    _add_evaluate(
        command(
            "evaluate",
            commands.evaluate,
            "measure the networks of digits/...; the exit code is 1 if a bar is missed",
            "evaluate --model-dir model",
        )
    )
    return top


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


def _add_sample(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("spec", help=_SPEC)
    add("-n", type=_at_least(1), dest="count", default=10, help="number of samples (default: %(default)s)")
    add("--seed", type=int, help="makes the samples repeatable (default: others each time)")
    add("-o", metavar="FILE", dest="target", help="the picture (default: results/sample-NAME.jpg)")
    add("--model-dir", help=_SHIPPED)


def _add_valid(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("spec", help=_SPEC)
    add("image", help="a picture of any size and mode; dark on light is turned")
    add("--model-dir", help=_SHIPPED)


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
    add(
        "--photograph",
        type=Path,
        metavar="FILE",
        help="a photograph whose pieces, and the edges in them, should be refused (default: none)",
    )
    add("--seed", type=int, default=rejection.SEED, help="makes pictures and samples (default: %(default)s)")


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
