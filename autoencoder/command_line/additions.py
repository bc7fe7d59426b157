"""The commands that this package adds to mxspec's: to read pictures, train and measure."""

import argparse
from collections.abc import Callable
from pathlib import Path

from mxspec.command_line.commands import Add, Commands, OneLineParser, new_command
from mxspec.command_line.options import add_modules, add_seed, integer_from, parse_share
from mxspec.command_line.parser import VALID

POST = ("autoencoder", "discriminator", "generator")  # the networks of the post
OF_DIGITS = (
    "digits",
    "digits-kinds",
    "digits-generator",
    "digits-styles",
)  # all of these, and the steps that may run alone

_DATA_DIR = "folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)"
_SHIPPED = "folder of the checkpoints (default: those that ship with the package)"
_SPEC = "a registered name, such as digits/image"
_PICTURES = "of any size and mode; dark on light is inverted"
_HERE = "autoencoder.command_line"


def add_commands(commands: Commands) -> None:
    """Add the commands of this package, and pictures to mxspec's commands."""
    _add_pictures(commands)
    commands.group("pictures that you draw, networks, and the post", _HERE)
    _add_draw(commands.add)
    _add_training_commands(commands.add, commands.prog)


def _add_pictures(commands: Commands) -> None:
    """Let mxspec's commands for specs read and draw pictures too."""
    text = "tell whether rows of data fit a contract, or pictures a spec, and why not"
    commands.describe("valid", text, VALID, "valid digits/even-image six.png")
    options = commands["valid"]
    options.set_defaults(run=f"{_HERE}.pictures.run_picture_valid")
    options.usage = "%(prog)s [OPTION...] (CONTRACT ROWS... | SPEC PICTURE...)"
    spec, files = options.argument("spec"), options.argument("files")
    spec.metavar, spec.help = "CONTRACT or SPEC", f"{spec.help}; or for pictures {_SPEC}"
    files.metavar = "ROWS or PICTURE"
    files.help = f"{files.help}; or files of pictures, or folders of them, {_PICTURES}"
    pictures = options.add_argument_group("options for pictures").add_argument
    add_modules(pictures)
    _add_models(pictures)

    options = commands["specs"]
    options.set_defaults(run=f"{_HERE}.pictures.run_picture_specs")
    commands.describe("specs", "list the registered specs, each with its form and an example", "specs digits")
    options.argument("namespaces").help = "such as digits (default: all)"
    _add_models(options.add_argument)

    options, why = commands["explain"], "six.png --picture why.png"
    options.set_defaults(run=f"{_HERE}.pictures.run_picture_explain")
    text = "tell why a picture or another value does not fit a spec, and draw it"
    commands.describe("explain", text, f"explain digits/odd-image {why}", "explain contract.py row.json")
    value = options.argument("value")
    value.metavar, value.help = "PICTURE or VALUE", f"a file {_PICTURES}; or {value.help}"
    drawn = "draw what the network was shown, what it drew again, and the difference (default: none)"
    options.add_argument("--picture", metavar="FILE", dest="target", help=drawn)
    _add_models(options.add_argument)

    options = commands["sample"]
    options.set_defaults(run=f"{_HERE}.pictures.run_picture_sample")
    text = "draw samples of a spec of pictures, or print those of another"
    commands.describe("sample", text, "sample digits/even-image -n 12 --sheet", "sample contract.py -n 3")
    add = options.add_argument
    picture = "the picture (default: results/sample-NAME.jpg, and with --sheet results/sheet-NAME.png)"
    add("-o", metavar="FILE", dest="target", help=picture)
    add("--sheet", action="store_true", help="write the label and the confidence below each sample")
    _add_models(add)


def _add_draw(command: Callable[..., OneLineParser]) -> None:
    """Add the command that serves the page where you draw."""
    text = "open a page where you draw, and specs answer"
    add = command("draw", "commands.run_draw", text, "draw --spec digits/odd-image").add_argument
    add("--spec", default="digits/image", help=f"the spec to begin with, {_SPEC} (default: %(default)s)")
    host = "the address to listen at; any other is open to the network (default: %(default)s)"
    add("--host", default="127.0.0.1", help=host)
    add("--port", type=integer_from(0), default=0, help="the port; 0 takes a free one (default: %(default)s)")
    add("--no-browser", dest="browser", action="store_false", help="print the address, and open no browser")
    add("--seed", type=integer_from(0), help="makes the samples repeatable (default: others each time)")
    add_modules(add)
    _add_models(add)


def _add_training_commands(command: Callable[..., OneLineParser], prog: str) -> None:
    """Add the commands that train, measure and export networks, and convert data."""
    text = "train networks on a data set"
    options = command("train", "train.run_train", text, "train discriminator --epochs 5")
    add = options.add_argument
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
    add("--epochs", type=integer_from(1), metavar="N", help=epochs)
    without = "train what reads pictures in digits/... alone; digits-generator adds the generator later"
    add("--without-generator", action="store_false", dest="with_generator", help=without)
    resume = "resume after the last epoch that a training with the same options has finished"
    add("--resume", action="store_true", help=resume)
    add_seed(add, "makes a run repeatable")
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
    kinds = data.add_subparsers(required=True, metavar="SOURCE")
    text = "turn folders of pictures, one for each label, into the idx files that train reads"
    run, example = f"{_HERE}.commands.run_from_folder", "data from-folder letters letters-data"
    add = new_command(kinds.add_parser, prog, "from-folder", run, text, example).add_argument
    add("folder", metavar="DIR", help="a folder with a folder of pictures for each label, as DIR/cat/1.png")
    add("data_dir", metavar="OUT", help="folder for the idx files, labels.json and labels.txt")
    shape = "height and width of the images in pixels (default: 28x28)"
    add("--shape", type=_parse_shape, default=(28, 28), metavar="HxW", help=shape)
    whole = "keep the whole picture, as for photographs (default: cut out the ink and centre it)"
    add("--whole", action="store_true", help=whole)
    share = "the share of each label's pictures to test with (default: %(default)s)"
    add("--test-share", type=parse_share, default=0.15, metavar="SHARE", help=share)
    add_seed(add, "decides which ones")

    text = "run the post from top to bottom"
    add = command("post", "commands.run_post", text, "post --model-dir model").add_argument
    add("--data-dir", metavar="DIR", help=_DATA_DIR)
    _add_output(add)
    add("--seed", type=int, default=0, help="makes the samples repeatable (default: %(default)s)")
    add("--model-dir", metavar="DIR", help=_SHIPPED)


def _add_output(add: Add, content: str = "pictures") -> None:
    add("--output", default="results", metavar="DIR", help=f"folder for the {content} (default: %(default)s)")


def _add_models(add: Add) -> None:
    add("--model-dir", metavar="DIR", help=_SHIPPED)


def _parse_named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.rpartition("=")
    # Two parts of the path: many folders are called `raw`.
    return (name if equals else "/".join(Path(folder).parts[-2:])), Path(folder)


def _parse_shape(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and 4 <= min(int(height), int(width)) <= 1024):
        raise argparse.ArgumentTypeError(
            f"expected a height and a width from 4 up, such as 28x28, found {text!r}"
        )
    return int(height), int(width)
