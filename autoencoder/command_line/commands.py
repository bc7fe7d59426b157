"""The commands that make and measure networks and data; each function returns an exit code."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import autoencoder.networks  # noqa: F401  # first: it says what to install if there is no runtime
from autoencoder import auto_encoder, discriminator, generator, model_specs, post
from autoencoder.data import folders
from autoencoder.data.labels import Labels
from autoencoder.data.storage import MANIFEST, CheckpointError, check_writable, edition, seal
from autoencoder.digits import digit_generator
from autoencoder.digits.recognition import kinds
from autoencoder.digits.recognition.recogniser import RECOGNITION_FILE, network_of
from autoencoder.networks import onnx
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.progress import print_line, progress_bar
from mxspec.base.messages.text import in_one_line


def run_export(model_dir: str) -> int:
    """Write the networks of a folder in ONNX format, beside their checkpoints."""
    folder = Path(model_dir)
    none = CheckpointError(
        f"{model_dir} has no checkpoints; to train some: "
        f"python -m autoencoder train all --model-dir {model_dir}"
    )
    if not folder.is_dir():
        raise none
    with edition(folder) as new:
        labels = Labels.load(folder, new)
        networks = [
            *(file.network(len(labels), labels.pixels) for file in (auto_encoder, discriminator, generator)),
            digit_generator.generator_network(labels.shape, len(labels)),
            kinds.network(labels.shape),
        ]
        if RECOGNITION_FILE in new:
            networks.append(network_of(folder, new))
        epochs = {
            network.name: epochs_of(folder / (network.parts or (network,))[0].name, 0, new)
            for network in networks
        }
        trained = [network for network in networks if epochs[network.name]]
        if not trained:
            raise none
        paths = [
            onnx.export_onnx(folder / network.name, epochs[network.name], network, to=new)
            for network in progress_bar(trained, "export", len(trained), progress=True)
        ]
    for path in paths:
        print_line(str(path))
    return 0


def run_seal(model_dir: str) -> int:
    """Write the missing manifest of a folder of networks."""
    print(f"{Path(model_dir) / MANIFEST} names {', '.join(seal(model_dir))}")
    return 0


def run_post(model_dir: str | None, data_dir: str | None, output: str, seed: int) -> int:
    """Run the post."""
    folder = model_specs.use_models(model_dir)
    if model_dir is not None:
        print(f"models: {folder}", file=sys.stderr)
    post.run(data_dir, output, seed)
    return 0


def run_evaluate(others: Sequence[tuple[str, Path]], **options: Any) -> int:
    """Measure the networks of digits.

    Args:
        others: the names and folders of other data sets.
        options: options of `report.evaluate`; None for its default.
    """
    from autoencoder.evaluation import report

    options = {name: value for name, value in options.items() if value is not None}
    check_writable(Path(options["output"]))  # before minutes of measuring
    report.evaluate(**options, others=dict(others))
    return 0


def run_from_folder(folder: str, data_dir: str, **options: Any) -> int:
    """Convert a folder of pictures into idx files; return 1 if a picture can't be used."""
    converted = folders.from_folder(
        folder,
        data_dir,
        progress=lambda files: progress_bar(files, "pictures", len(files), progress=True),
        **options,
    )
    for path in converted.ignored:
        print(in_one_line(f"ignored: {path}: this file is no picture"), file=sys.stderr)
    for line in converted.skipped:
        print(in_one_line(f"skipped: {line}"), file=sys.stderr)
    names = ", ".join(map(str, converted.labels.names))
    print(f"{data_dir}: {converted.train} images to train with and {converted.test} to test with, of {names}")
    print(f"to train: python -m autoencoder train digits --data-dir {data_dir}")
    return 1 if converted.skipped else 0


def run_draw(**options: Any) -> int:
    """Serve the drawing page until interrupted."""
    from autoencoder.web.serve import serve

    return serve(**options)
