"""The command line: `python -m autoencoder --help`."""

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

import mxspec as s
from autoencoder import auto_encoder, digits, discriminator, families, generator, model_specs, post
from autoencoder.data.idx import DataError
from autoencoder.data.images import pictures
from autoencoder.data.pictures import ImageFileError, read_image
from autoencoder.evaluation import report as evaluation
from autoencoder.generation import gan as adversarial
from autoencoder.networks import checkpoints, training
from autoencoder.networks import network as networks
from autoencoder.networks import run as runs
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.recognition import recogniser as recognition
from autoencoder.viz import im_sav

TRAIN: dict[str, Callable[..., object]] = {
    "autoencoder": auto_encoder.train,
    "discriminator": discriminator.train,
    "generator": generator.train,
}


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where the rest is to be read."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {number}")
    return number


_count.__name__ = "integer"  # argparse puts it into its message: invalid integer value: 'x'


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = OneLineParser(
        prog="python -m autoencoder",
        description="The networks and specs of the post, from the command line.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="train|post|sample|valid|evaluate")

    def command(name: str, run: Callable[..., int], text: str, example: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=f"example: python -m autoencoder {example}",
        )
        made.set_defaults(run=run)
        return made

    def model_dir(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--model-dir", help="folder of the checkpoints (default: those that ship with the package)"
        )

    train = command("train", _train, "train networks on a data set", "train discriminator --epochs 5")
    train.add_argument(
        "network",
        nargs="?",
        default="all",
        choices=[*TRAIN, "all", "digits"],
        help="a network of the post, all of them, or those of digits/..., which take 15 minutes or more and "
        "have their own numbers of epochs (default: %(default)s)",
    )
    runs.add_arguments(train)
    train.set_defaults(epochs=None)  # or a number that digits has no use for could not be told from none

    whole = command("post", _post, "run the post from top to bottom", "post --model-dir model")
    whole.add_argument(
        "--data-dir", help="folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)"
    )
    whole.add_argument("--output", default="results", help="folder for the pictures (default: %(default)s)")
    whole.add_argument(
        "--seed", type=int, default=0, help="makes the samples repeatable (default: %(default)s)"
    )
    model_dir(whole)

    sample = command("sample", _sample, "draw samples of a spec", "sample mnist/even-mnist-image -n 10")
    sample.add_argument("spec", help="a registered name, such as mnist/mnist-image")
    sample.add_argument("-n", type=_count, default=10, help="how many (default: %(default)s)")
    sample.add_argument("--seed", type=int, help="makes the samples repeatable (default: others each time)")
    sample.add_argument("-o", metavar="FILE", help="the picture (default: results/sample-NAME.jpg)")
    model_dir(sample)

    valid = command(
        "valid",
        _valid,
        "tell whether a picture fits a spec, and why not",
        "valid mnist/odd-mnist-image seven.png",
    )
    valid.add_argument("spec", help="a registered name, such as mnist/mnist-image")
    valid.add_argument("image", help="a picture of any size and mode; dark on light is turned")
    model_dir(valid)
    evaluate = command(
        "evaluate", evaluation.run, "measure the networks of digits/...", "evaluate --model-dir model"
    )
    evaluation.add_arguments(evaluate)
    return top


def _train(network: str, **options: Any) -> int:
    options = runs.in_words(options)
    epochs = options.pop("epochs")
    if network == "digits":
        if epochs is not None:
            raise DataError(
                "--epochs is for the networks of the post; those of digits have their own numbers"
            )
        recognition.train_recognition(**options)
        adversarial.train(**options)
        print(f"digits: checkpoints and pictures are in {options['model_dir']} and {options['output']}")
        return 0

    def work(name: str) -> None:
        TRAIN[name](epochs=epochs or networks.EPOCHS, **options)
        training.print_line(
            f"{name}: checkpoint and pictures are in {options['model_dir']} and {options['output']}"
        )

    side_by_side([functools.partial(work, name) for name in (TRAIN if network == "all" else [network])])
    return 0


def _post(model_dir: str | None, data_dir: str | None, output: str, seed: int) -> int:
    _use(model_dir, "mnist/mnist-image")
    post.run(data_dir, output, seed)
    return 0


def _sample(model_dir: str | None, spec: str, n: int, seed: int | None, o: str | None) -> int:
    models = _use(model_dir, spec)
    values = s.sample(spec, n, seed)
    if not all(isinstance(value, np.ndarray) for value in values):
        if o is not None:
            raise s.SpecError(f"{spec} has no pictures to write to {o}; leave -o out to see its values")
        print(*map(repr, values), sep="\n")
        return 0
    target = Path(o) if o else Path("results") / f"sample-{spec.replace('/', '-').removeprefix('mnist-')}.jpg"
    path = im_sav(target.name, target.parent, pictures(values, models.labels.shape))
    print(f"{path}: read as", *_read(models, values))
    return 0


def _valid(model_dir: str | None, spec: str, image: str) -> int:
    models = _use(model_dir, spec)
    picture = read_image(image, models.labels.shape)
    data = s.explain_data(spec, picture)
    if data is None:
        print(f"valid: {image} fits {spec}, it is read as {_read(models, [picture])[0]}")
        return 0
    print(f"invalid: {s.explain_str(spec, picture)}")
    return 1


def _use(model_dir: str | None, spec: str) -> families.Models:
    """Pick the models that a spec asks; in a namespace of its own, a folder's own specs are defined first."""
    namespace = spec.partition("/")[0]
    models: families.Models
    if namespace in ("mnist", "digits") or model_dir is None:
        family = digits if namespace == "digits" else model_specs
        folder, models = family.use_models(model_dir), family.models()
    else:
        folder, models = Path(model_dir), families.define(namespace, model_dir).models
    # On standard error: what a command answers stays alone on standard output.
    print(f"models: {folder}", file=sys.stderr)
    return models


def _read(models: families.Models, images: list[Any]) -> list[Any]:
    """What images are read as."""
    said = models.read_many(images)
    return [reading.label if isinstance(reading, s.Reading) else reading for reading in said]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 for an invalid value, 2 for what can't be done."""
    top = parser()
    options = vars(top.parse_args(argv))
    command, run = options.pop("command"), options.pop("run")
    try:
        code: int = run(**options)
    except (
        DataError,
        ImageFileError,
        checkpoints.CheckpointError,
        training.TrainingError,
        s.SpecError,
    ) as error:
        top.exit(2, f"python -m autoencoder {command}: {error}\n")
    except OSError as error:
        top.exit(2, f"python -m autoencoder {command}: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
