"""The command `train`: networks of the post and of digits, into a folder that is complete at any time.

The functions of its file train a network of the post: `get_symbol`, `get_module`, `train`. This module adds
the rest: other data and labels, resuming, checks for NaN.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import autoencoder.networks  # noqa: F401  # first: it says what to install if there is no runtime
from autoencoder import auto_encoder, discriminator, generator
from autoencoder.auto_encoder import train
from autoencoder.command_line.additions import OF_DIGITS, POST
from autoencoder.data import idx
from autoencoder.data.bookmark import Bookmark
from autoencoder.data.idx import DataError, Dataset, folder_of
from autoencoder.data.labels import Labels, group_of, names_in
from autoencoder.data.picture_files import save_curve
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import check_writable
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import binding, load_mxnet
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, seed_mxnet, symbol_for
from autoencoder.networks.predictor import call_in_threads
from autoencoder.networks.progress import print_line
from autoencoder.networks.run import SHOWN, TrainingResult, TrainingRun, Watch, save_labels
from autoencoder.viz import im_sav

_FILES: dict[str, ModuleType] = dict(zip(POST, (auto_encoder, discriminator, generator), strict=True))


def run_train(
    network: str,
    labels: str | None,
    groups: Sequence[str],
    data_dir: str | None,
    with_generator: bool = True,
    **options: Any,
) -> int:
    """Train a network of the post, all of them in parallel, the networks of digits, or one of their steps.

    Args:
        network: the name of a network, "all" or "digits"; or another name in OF_DIGITS, to join the other
            networks of a folder.
        labels, groups: the labels and groups of labels, as typed by the user.
        data_dir: the folder of the data set.
        with_generator: False to omit the generator of "digits".
        options: other attributes of `TrainingRun`.
    """
    from autoencoder.digits.training.all_networks import train_all
    from autoencoder.digits.training.gan import train_generator
    from autoencoder.digits.training.kinds import train_kinds
    from autoencoder.digits.training.rotation import train_styles

    run = TrainingRun(
        data_dir=data_dir,
        names=names_in(folder_of(data_dir), labels),
        groups=dict(map(group_of, groups)),
        **options,
    )
    names = POST if network == "all" else (network,)
    alone = dict(zip(OF_DIGITS[1:], (train_kinds, train_generator, train_styles), strict=True))
    is_of_digits = network in OF_DIGITS
    if network == "digits" and run.epochs is not None:
        raise DataError(
            "--epochs is for the networks of the post; the networks of digits have their own numbers"
        )
    if not with_generator and network != "digits":
        raise DataError(f"--without-generator is for train digits, not for train {network}")
    load_mxnet()  # before looking for data: if it is not installed, the error says so
    if not is_of_digits:
        check_writable(Path(run.output))
    with run.edit() as new:  # the files of all networks replace the old ones together
        run = dataclasses.replace(run, edition=new)
        if network == "digits":
            train_all(run, with_generator=with_generator)
        elif network in alone:
            alone[network](run)
        else:
            calls = [functools.partial(train_network, name, run) for name in names]
            # A batch of another size makes Module bind again, which two threads must not do at the same time.
            is_even = not len(idx.load("train", data_dir)) % BATCH_SIZE
            call_in_threads(calls, most=None if is_even else 1)
    for name in names:
        print_line(f"{name}: checkpoints and pictures are in {run.model_dir} and {run.output}")
    if network in ("all", "digits"):
        spec, folder = _image_spec(network, data_dir), run.model_dir
        example = f"sample {spec}" if with_generator else f"valid {spec} FILE"
        aim = "to see samples" if with_generator else "to ask about a picture"
        print_line(f"{aim}: python -m autoencoder {example} --model-dir {folder}")
    return 0


def _image_spec(network: str, data_dir: str | None) -> str:
    """Return the name of the spec of images for networks trained on a data set.

    >>> _image_spec("digits", None), _image_spec("all", None), _image_spec("digits", "data/my shapes")
    ('digits/image', 'mnist/mnist-image', 'my-shapes/image')
    """
    if data_dir is None:
        return "digits/image" if network == "digits" else "mnist/mnist-image"
    namespace = re.sub(r"[^A-Za-z0-9]+", "-", Path(data_dir).resolve().name).strip("-")
    return f"{namespace if namespace[:1].isalpha() else 'own'}/image"


# --- a network of the post --------------------------------------------------------------------------------


def train_network(name: str, run: TrainingRun) -> TrainingResult:
    """Train a network of the post into a folder, with pictures before and after.

    Args:
        name: "autoencoder", "discriminator" or "generator".
        run: the data, the folders and the other options.

    Raises:
        DataError, TrainingError, ResumeError, ValueError, OSError: as in `TrainingRun` and
            `Watch`.
    """
    with run.edit() as new:
        labels, images = run.load()
        test = labels.count_from_zero(idx.load("t10k", run.data_dir))
        im_sav("originals", run.output, pictures(images.images[:SHOWN], labels.shape))
        words = {"names": labels.names, "report": run.report} if name == "discriminator" else {}
        training = _Training(name, run, labels, images)
        show = functools.partial(
            _FILES[name].show_predictions, training.module, test, output=run.output, **words
        )
        show("before")
        values = training.go_on(run.bookmark(name, labels, new))
        show("after")
        save_labels(labels, new)
        checkpoint.save_module(training.module, Path(run.model_dir) / name, len(values), to=new)
        save_curve(name, training.network.metric, values, run.output)
        return TrainingResult(training.module, values)


class _Training:
    """A module of a file of the post, and its training images.

    Args:
        name, run: as in `train_network`.
        labels, images: the results of `run.load`.
    """

    def __init__(self, name: str, run: TrainingRun, labels: Labels, images: Dataset) -> None:
        from autoencoder.networks.training import Batches  # late: it imports MXNet

        file = _FILES[name]
        self._run, self.network = run, file.network(len(labels), labels.pixels)
        fed = self.network.feed(images.images, images.labels)
        title = name if run.progress else ""
        self._train_data = Batches(*fed, seed=run.seed, title=title)
        with seed_mxnet(run.seed), binding:
            self.module = file.get_module(symbol_for(self.network), self._train_data)

    def go_on(self, bookmark: Bookmark) -> list[float]:
        """Train the module from the beginning or from a bookmark; return the metric of each epoch."""
        from autoencoder.networks.training import metric_of

        run, network = self._run, self.network
        epochs = EPOCHS if run.epochs is None else run.epochs
        watch = Watch(network, self.module, self._train_data, epochs, report=run.report, bookmark=bookmark)
        train(self.module, self._train_data, metric_of(network.metric), epochs, watch.end_epoch)
        return [*watch.values]
