"""The commands that make and measure networks and data; each function returns the exit code."""

import dataclasses
import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autoencoder import auto_encoder, discriminator, generator, model_specs, post
from autoencoder.checkpoints import onnx_files
from autoencoder.checkpoints.paths import epochs_of
from autoencoder.command_line.launch import launch
from autoencoder.data import folders
from autoencoder.data.edition import Edition, edition
from autoencoder.data.idx import DataError, folder_of
from autoencoder.data.labels import Labels, group_of, names_in
from autoencoder.data.manifest import CheckpointError
from autoencoder.evaluation import report
from autoencoder.generation import network as digit_generator
from autoencoder.generation.train import train_generator
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.progress import print_line, progress_bar
from autoencoder.recognition.recogniser import RECOGNITION_FILE, network_of
from autoencoder.recognition.train import train_recognition
from autoencoder.training import post_run
from autoencoder.training.group import JOINED, ROLE, SYNCHRONOUS, Group
from autoencoder.training.run import Run

TRAIN: dict[str, Callable[[Run], object]] = {
    name: functools.partial(post_run.train, name) for name in post_run.NETWORKS
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
        labels, groups: the names of labels and of groups of them, as a user types them.
        data_dir: the folder of the data set.
        kv_store: "dist_sync" to train together with the other workers of a cluster.
        workers, servers: the number of each to start on this machine.
        options: further attributes of `Run`.
    """
    run = Run(
        data_dir=data_dir,
        names=names_in(folder_of(data_dir), labels),
        groups=dict(map(group_of, groups)),
        **options,
    )
    is_digits = network == "digits"
    if is_digits and run.epochs is not None:
        raise DataError("--epochs is for the networks of the post; those of digits have their own numbers")
    names = list(TRAIN) if network == "all" else [network]
    if not (kv_store or workers):
        return _train_alone(names, run)
    if is_digits or run.resume:
        raise DataError(
            "--kv-store and --workers are for the networks of the post, and not for --resume; "
            "try one without the other"
        )
    if not workers or os.environ.get(ROLE):
        return _train_together(names, run)
    arguments = _arguments({"labels": labels, "data_dir": data_dir, **options}, groups)
    command = ["-m", "autoencoder", "train", network, "--kv-store", SYNCHRONOUS, *arguments]
    launch(command, workers, servers, Path(run.output) / f"train-{network}", print_line)
    return 0


def _arguments(options: Mapping[str, Any], groups: Sequence[str]) -> list[str]:
    """Return the options of `train` as arguments for a worker."""
    texts = {
        f"--{name.replace('_', '-')}": str(value)
        for name, value in options.items()
        if name != "resume" and value is not None
    }
    of_groups = (text for group in groups for text in ("--group", group))
    return [*(text for option in texts.items() for text in option), *of_groups]


def _train_alone(names: Sequence[str], run: Run) -> int:
    """Train networks side by side, or those of digits, in this process."""
    with run.editing() as new:  # all of them are put in place as one
        run = dataclasses.replace(run, edition=new)
        if names == ["digits"]:
            train_recognition(run)
            train_generator(run)
        else:
            side_by_side([functools.partial(TRAIN[name], run) for name in names])
    for name in names:
        print_line(f"{name}: checkpoints and pictures are in {run.model_dir} and {run.output}")
    return 0


def _train_together(names: Sequence[str], run: Run) -> int:
    """Train networks one after the other, as a worker of a group; worker 0 saves them."""
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
        networks.append(network_of(model_dir, files))
    epochs = {
        network.name: epochs_of(model_dir / (network.parts or (network,))[0].name, 0, files)
        for network in networks
    }
    if not any(epochs.values()):
        raise _no_checkpoints(model_dir)
    trained = [network for network in networks if epochs[network.name]]
    return [
        onnx_files.export(model_dir / network.name, epochs[network.name], network, to=new)
        for network in progress_bar(trained, "export", len(trained), progress=True)
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
        progress=lambda files: progress_bar(files, "pictures", len(files), progress=True),
    )
    for line in converted.skipped:
        print(f"skipped: {line}", file=sys.stderr)
    names = ", ".join(map(str, converted.labels.names))
    print(f"{data_dir}: {converted.train} images to train with and {converted.test} to test with, of {names}")
    print(f"to train: python -m autoencoder train digits --data-dir {data_dir}")
    return 1 if converted.skipped else 0


def draw(**options: Any) -> int:
    """Open a page where one draws, and serve it until interrupted."""
    try:
        from autoencoder.web.serve import serve
    except ImportError as missing:
        raise ImportError(
            f"draw needs starlette and uvicorn: pip install 'mxspec[web]' ({missing})"
        ) from missing
    return serve(**options)
