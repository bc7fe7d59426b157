"""The commands that make networks and data and measure them: functions that return the exit code."""

import dataclasses
import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autoencoder import auto_encoder, discriminator, generator, model_specs, post
from autoencoder.checkpoints import onnx_files
from autoencoder.checkpoints.paths import epochs_of
from autoencoder.command_line.launch import launch
from autoencoder.data import folders
from autoencoder.data.edition import Edition, edition
from autoencoder.data.idx import DataError, folder_of
from autoencoder.data.labels import Labels, group, names_in
from autoencoder.data.manifest import CheckpointError
from autoencoder.evaluation import report
from autoencoder.generation import network as digit_generator
from autoencoder.generation.train import train_generator
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.progress import print_line, progress_bar
from autoencoder.recognition.recogniser import RECOGNITION_FILE, networks_of
from autoencoder.recognition.train import train_recognition
from autoencoder.training.group import JOINED, ROLE, SYNCHRONOUS, Group
from autoencoder.training.run import Run

TRAIN: dict[str, Callable[[Run], object]] = {
    "autoencoder": auto_encoder.train,
    "discriminator": discriminator.train,
    "generator": generator.train,
}


def train(
    network: str,
    labels: str | None,
    groups: Sequence[str],
    data_dir: str | None,
    kv_store: str | None,
    workers: int | None,
    servers: int,
    **options: Any,
) -> int:
    """Train a network of the post, all of them side by side, or those of digits.

    Args:
        network: the name of it, "all" or "digits".
        labels, groups: the names of labels and of groups of them, as a user gives them.
        data_dir: the folder of the data set.
        kv_store: "dist_sync" to train together with the other workers of a cluster.
        workers, servers: how many of them to start on this machine.
        options: of `Run`.
    """
    run = Run(
        data_dir=data_dir,
        names=names_in(folder_of(data_dir), labels),
        groups=dict(map(group, groups)),
        **options,
    )
    if network == "digits" and run.epochs is not None:
        raise DataError("--epochs is for the networks of the post; those of digits have their own numbers")
    names = list(TRAIN) if network == "all" else [network]
    if kv_store or workers:
        if network == "digits" or run.resume:
            raise DataError(
                "--kv-store and --workers are for the networks of the post, and not for --resume; "
                "try one without the other"
            )
        if workers and not os.environ.get(ROLE):
            words = {
                "--labels": labels,
                "--data-dir": data_dir,
                **{f"--{key.replace('_', '-')}": value for key, value in options.items() if key != "resume"},
            }
            given = [
                text for name, value in words.items() if value is not None for text in (name, str(value))
            ]
            given += [text for each in groups for text in ("--group", each)]
            command = ["-m", "autoencoder", "train", network, "--kv-store", SYNCHRONOUS, *given]
            launch(command, workers, servers, Path(run.output) / f"train-{network}", print_line)
            return 0
        return _train_together(names, run)
    with run.editing() as new:  # all of them are put in place as one
        run = dataclasses.replace(run, edition=new)
        if network == "digits":
            train_recognition(run)
            train_generator(run)
        else:
            side_by_side([functools.partial(TRAIN[name], run) for name in names])
    for name in names:
        print_line(f"{name}: checkpoints and pictures are in {run.model_dir} and {run.output}")
    return 0


def _train_together(names: Sequence[str], run: Run) -> int:
    """Train networks one after the other, as a worker of a group; the first worker saves them."""
    group = Group()
    print_line(f"worker {group.rank} of {group.size} {JOINED}")
    if group.rank == 0:
        with run.editing() as new:
            for name in names:
                TRAIN[name](dataclasses.replace(run, group=group, edition=new))
        print_line(f"{', '.join(names)}: checkpoints and pictures are in {run.model_dir} and {run.output}")
    else:
        for name in names:
            TRAIN[name](dataclasses.replace(run, group=group))
    return 0


def export(model_dir: str) -> int:
    """Write the networks of a folder in ONNX's format, beside their checkpoints."""
    if not Path(model_dir).is_dir():
        raise _no_checkpoints(model_dir)
    with edition(model_dir) as new:
        paths = _export(Path(model_dir), new)
    for path in paths:
        print_line(str(path))
    return 0


def _export(model_dir: Path, new: Edition) -> list[Path]:
    files = new.files
    labels = Labels.load(model_dir, files)
    networks = [
        auto_encoder.NETWORK,
        discriminator.network(len(labels)),
        generator.network(len(labels)),
        digit_generator.network(labels.shape, len(labels)),
    ]
    if RECOGNITION_FILE in files:
        networks += networks_of(model_dir, files)
    trained = {each.name: epochs_of(model_dir / each.name, 0, files) for each in networks}
    if not any(trained.values()):
        raise _no_checkpoints(model_dir)
    chosen = [network for network in networks if trained[network.name]]
    return [
        onnx_files.export(model_dir / network.name, trained[network.name], network, to=new)
        for network in progress_bar(chosen, "export", len(chosen), progress=True)
    ]


def _no_checkpoints(model_dir: str | Path) -> CheckpointError:
    return CheckpointError(
        f"{model_dir} has no checkpoints; to train some: "
        f"python -m autoencoder train all --model-dir {model_dir}"
    )


def run_post(model_dir: str | None, data_dir: str | None, output: str, seed: int) -> int:
    """Run the post."""
    print(f"models: {model_specs.use_models(model_dir)}", file=sys.stderr)
    post.run(data_dir, output, seed)
    return 0


def evaluate(others: Sequence[tuple[str, Path]], **options: Any) -> int:
    """Measure the networks of digits; the exit code is 1 if a bar is missed.

    Args:
        others: the names and folders of other data sets.
        options: options of `report.evaluate`.
    """
    return 1 if report.evaluate(**options, others=dict(others))["missed"] else 0


def from_folder(
    folder: str, data_dir: str, shape: tuple[int, int], whole: bool, test_share: float, seed: int
) -> int:
    """Turn a folder of pictures into idx files; the exit code is 1 if some can't be read."""
    converted = folders.from_folder(
        folder,
        data_dir,
        shape=shape,
        whole=whole,
        test_share=test_share,
        seed=seed,
        shown=lambda files: progress_bar(files, "pictures", len(files), progress=True),
    )
    for line in converted.skipped:
        print(f"skipped: {line}", file=sys.stderr)
    names = ", ".join(map(str, converted.labels.names))
    print(f"{data_dir}: {converted.train} images to train by and {converted.test} to test by, of {names}")
    print(f"to train: python -m autoencoder train digits --data-dir {data_dir}")
    return 1 if converted.skipped else 0


def draw(**options: Any) -> int:
    """Open a page where one draws; it answers until it is interrupted."""
    try:
        from autoencoder.web.serve import serve
    except ImportError as missing:
        raise ImportError(
            f"draw takes starlette and uvicorn: pip install 'mxspec[web]' ({missing})"
        ) from missing
    return serve(**options)
