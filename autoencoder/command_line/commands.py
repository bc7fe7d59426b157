"""The commands that make networks and data and measure them: functions that return the exit code."""

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from autoencoder import auto_encoder, discriminator, generator, model_specs, post
from autoencoder.data import folders
from autoencoder.data.idx import DataError, folder_of
from autoencoder.data.labels import Labels, group, names_in
from autoencoder.evaluation import report
from autoencoder.generation import network as digit_generator
from autoencoder.generation.train import train_generator
from autoencoder.networks import onnx_files
from autoencoder.networks.checkpoints import CheckpointError, epochs_of
from autoencoder.networks.run import Run
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.networks.training import print_line, shown
from autoencoder.recognition.recogniser import RECOGNITION_FILE, networks_of
from autoencoder.recognition.train import train_recognition

TRAIN: dict[str, Callable[[Run], object]] = {
    "autoencoder": auto_encoder.train,
    "discriminator": discriminator.train,
    "generator": generator.train,
}


def train(
    network: str, labels: str | None, groups: Sequence[str], data_dir: str | None, **options: Any
) -> int:
    """Train a network of the post, all of them side by side, or those of digits."""
    run = Run(
        data_dir=data_dir,
        names=names_in(folder_of(data_dir), labels),
        groups=dict(map(group, groups)),
        **options,
    )
    place = f"in {run.model_dir} and {run.output}"
    if network == "digits":
        if run.epochs is not None:
            raise DataError(
                "--epochs is for the networks of the post; those of digits have their own numbers"
            )
        train_recognition(run)
        train_generator(run)
        print(f"digits: checkpoints and pictures are {place}")
        return 0

    def work(name: str) -> None:
        TRAIN[name](run)
        print_line(f"{name}: checkpoint and pictures are {place}")

    side_by_side([functools.partial(work, name) for name in (TRAIN if network == "all" else [network])])
    return 0


def export(model_dir: str) -> int:
    """Write the networks of a folder in ONNX's format, beside their checkpoints."""
    labels = Labels.load(model_dir)
    networks = [
        auto_encoder.NETWORK,
        discriminator.network(len(labels)),
        generator.network(len(labels)),
        digit_generator.network(labels.shape, len(labels)),
    ]
    if (Path(model_dir) / RECOGNITION_FILE).is_file():
        networks += networks_of(model_dir)
    trained = {each.name: epochs_of(Path(model_dir) / each.name, 0) for each in networks}
    if not any(trained.values()):
        raise CheckpointError(
            f"{model_dir} has no checkpoints; to train some: "
            f"python -m autoencoder train all --model-dir {model_dir}"
        )
    for network in shown(networks, "export", len(networks), progress=True):
        if epoch := trained[network.name]:
            tqdm.write(
                str(onnx_files.export(Path(model_dir) / network.name, epoch, network)), file=sys.stdout
            )
    return 0


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
        shown=lambda files: shown(files, "pictures", len(files), progress=True),
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
