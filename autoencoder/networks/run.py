"""A whole run of a network, as the original's comment blocks do it: load, look, train, look, save."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

from autoencoder.data import labels
from autoencoder.data.idx import DataError, Dataset, folder_of, load
from autoencoder.networks import checkpoints, training
from autoencoder.networks import network as networks
from autoencoder.networks import predictor as inference
from autoencoder.networks.mx import mx
from autoencoder.viz import im_sav, save_curve

Folder = str | os.PathLike[str]


class Words(TypedDict, total=False):
    """The words of a data set, for those that want to ask its networks in them.

    names: what its labels are called, from 0 up; their numbers, unless given.
    groups: some labels by a name for them all, such as `{"vowel": ["a", "e", "i", "o", "u"]}`.
    """

    names: Sequence[str] | None
    groups: Mapping[str, Sequence[str]] | None


MODEL_DIR, OUTPUT = "model", "results"  # the original's
SHOWN = 100  # images in a picture: the original draws a batch

# Shows what a module makes of the test images: network, module, images, what their labels are called,
# "before" or "after", output folder.
Show = Callable[[networks.Network, mx.mod.Module, Dataset, labels.Labels, str, Path], None]


def run(
    network_of: Callable[[int], networks.Network],
    show: Show,
    data_dir: Folder | None,
    model_dir: Folder,
    output: Folder,
    epochs: int,
    seed: int,
    **words: Unpack[Words],
) -> training.Trained:
    """Train a network on a data set and leave a checkpoint and pictures behind.

    Args:
        network_of: from the number of labels to the network.
        show: is called before and after training.
        data_dir: as `data.load` takes it.
        model_dir: the folder for `labels.json` and the checkpoint: `NAME-symbol.json` and, after 3 epochs,
            `NAME-0003.params`.
        output: the folder for the pictures: `originals.jpg`, `curve-NAME.png` and what `show` draws.
        epochs: how many times to go through the images.
        seed: the same seed gives the same checkpoint.
        words: of `Words`.

    Raises:
        DataError, TrainingError, ValueError: as `data.load` and `training.train` do.
    """
    output = Path(output)
    images = load("train", data_dir)
    known = labels.of(images, **words)
    images, test = known.counted(images), known.counted(load("t10k", data_dir))
    network = network_of(len(known))
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))
    batch_size = min(networks.BATCH_SIZE, len(images))
    module = networks.build(network, images.images.shape[1], batch_size=batch_size, seed=seed)
    show(network, module, test, known, "before", output)
    trained = training.train(network, images, epochs, seed=seed, module=module)
    show(network, trained.module, test, known, "after", output)
    checkpoints.save(trained.module, Path(model_dir) / network.name, epochs)
    labels.save(known, model_dir)
    save_curve(network.name, network.metric, trained.values, output)
    return trained


def draw_predictions(
    network: networks.Network,
    module: mx.mod.Module,
    test: Dataset,
    known: labels.Labels,
    moment: str,
    output: Path,
) -> None:
    """Draw what a network whose outputs are images makes of the first test images, or of their labels."""
    inputs, _ = network.feed(test.images[:SHOWN], test.labels[:SHOWN])
    images = pictures(inference.predict(module, inputs), test.shape)
    im_sav(f"{network.name}-{moment}-training-preds", output, images)


def pictures(rows: networks.Array, shape: tuple[int, int]) -> networks.Array:
    """Images as rows (n, height * width) -> images as pictures (n, 1, height, width)."""
    return rows.reshape(-1, 1, *shape)


def add_arguments(parser: argparse.ArgumentParser, epochs: int | None = networks.EPOCHS) -> None:
    """Give a parser the options of `train`, under the names of its arguments.

    Args:
        parser: which one.
        epochs: how many there are by default; None where they can't be chosen.
    """
    add = parser.add_argument
    add("--data-dir", help="folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)")
    add("--model-dir", default=MODEL_DIR, help="folder for the checkpoint (default: %(default)s)")
    add("--output", default=OUTPUT, help="folder for the pictures (default: %(default)s)")
    if epochs is not None:
        add("--epochs", type=_at_least(1), default=epochs, help=f"default: {epochs}")
    add(
        "--seed",
        type=_at_least(0),
        default=networks.SEED,
        help="makes a run repeatable (default: %(default)s)",
    )
    add_words(parser)


def main(
    train: Callable[..., object],
    argv: Sequence[str] | None = None,
    description: str = "Train a network, save it, draw what it makes of images.",
    epochs: int | None = networks.EPOCHS,
) -> None:
    """The command line of a training: options in, `train` called with them.

    Args:
        train: takes the options of `add_arguments`.
        argv: the command line; None is the process's.
        description: for its help.
        epochs: as `add_arguments` takes it.

    Raises:
        SystemExit: the options or the data are no good, or a folder is; standard error says why.
    """
    parser = argparse.ArgumentParser(description=description)
    add_arguments(parser, epochs)
    options = vars(parser.parse_args(argv))
    try:
        train(**in_words(options))
    except (DataError, training.TrainingError, OSError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


def add_words(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options that `in_words` understands."""
    parser.add_argument(
        "--labels",
        metavar="NAMES",
        help="what the labels are called: a,b,c or a file with a name on each line "
        "(default: labels.txt in the data dir, else their numbers)",
    )
    parser.add_argument(
        "--group",
        action="append",
        metavar="NAME=A,B",
        help="a name for some labels, which becomes a spec: vowel=a,e,i,o,u; may be repeated",
    )


def in_words(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a command line, `labels` and `group` of them turned into `Words`.

    Raises:
        LabelError: they make no sense.

    >>> in_words({"data_dir": None, "labels": "a,b", "group": ["vowel=a"], "seed": 3})
    {'data_dir': None, 'seed': 3, 'names': ['a', 'b'], 'groups': {'vowel': ['a']}}
    """
    rest = dict(options)
    given, groups = rest.pop("labels"), rest.pop("group") or []
    return {
        **rest,
        "names": labels.names_in(folder_of(rest["data_dir"]), given),
        "groups": dict(map(labels.group, groups)),
    }


def _at_least(lowest: int) -> Callable[[str], int]:
    def integer(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"expected {lowest} or more, found {value}")
        return value

    return integer  # argparse puts this name into its own message: invalid integer value: 'x'
