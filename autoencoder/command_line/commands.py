"""The commands that make and measure networks and data; each function returns the exit code."""

import dataclasses
import functools
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autoencoder import auto_encoder, discriminator, generator, model_specs, post
from autoencoder.command_line.parser import OF_DIGITS, POST
from autoencoder.data import folders
from autoencoder.data.idx import DataError, folder_of
from autoencoder.data.labels import Labels, group_of, names_in
from autoencoder.data.storage import MANIFEST, CheckpointError, check_writable, edition, seal
from autoencoder.digits import digit_generator
from autoencoder.digits.recognition import kinds
from autoencoder.digits.recognition.recogniser import RECOGNITION_FILE, network_of
from autoencoder.networks import onnx
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.network import EPOCHS, Network
from autoencoder.networks.predictor import call_in_threads
from autoencoder.networks.progress import print_line, progress_bar

_MAINS = dict(zip(POST, (auto_encoder.main, discriminator.main, generator.main), strict=True))
_NETWORKS: dict[str, Callable[[int], Network]] = {
    "autoencoder": lambda labels: auto_encoder.NETWORK,
    "discriminator": discriminator.network,
    "generator": generator.network,
}

_WORKER = "import sys; from autoencoder.__main__ import main; sys.exit(main())"


def run_train(
    network: str,
    labels: str | None,
    groups: Sequence[str],
    data_dir: str | None,
    kv_store: str | None,
    workers: int | None,
    servers: int,
    argv: Sequence[str],
    with_generator: bool = True,
    **options: Any,
) -> int:
    """Train a network of the post, all of them in parallel, the networks of digits, or a step of theirs.

    Args:
        network: the name of a network, "all" or "digits"; or another of OF_DIGITS, which joins the others of
            a folder.
        labels, groups: the labels and groups of labels, as typed by the user.
        data_dir: the folder of the data set.
        kv_store: "dist_sync" to train with the other workers of a cluster.
        workers, servers: the numbers of processes to start on this machine.
        argv: the arguments of the command line, passed to each worker.
        with_generator: False leaves out the generator of "digits".
        options: further attributes of `TrainingRun`.
    """
    from autoencoder.digits.training.all_networks import train_all
    from autoencoder.digits.training.gan import train_generator
    from autoencoder.digits.training.kinds import train_kinds
    from autoencoder.digits.training.learning import train_epochs
    from autoencoder.digits.training.rotation import train_styles
    from autoencoder.networks.run import TrainingRun
    from autoencoder.networks.workers import ROLE, WorkerGroup, launch

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
    if (kv_store or workers) and (is_of_digits or run.resume):
        raise DataError(
            "--kv-store and --workers are for the networks of the post, and not for --resume; "
            "try one without the other"
        )
    if workers and not os.environ.get(ROLE):
        launch(_WORKER, argv, workers, servers, Path(run.output) / f"train-{network}")
        return 0
    if not is_of_digits:
        check_writable(Path(run.output))
    group = WorkerGroup() if kv_store or workers else None
    if group is not None and group.rank > 0:  # worker 0 saves
        trained, images = run.load()
        epochs = EPOCHS if run.epochs is None else run.epochs
        for name in names:
            described = _NETWORKS[name](len(trained))
            train_epochs(described, images, epochs, seed=run.seed, report=None, group=group)
        return 0
    with run.edit() as new:  # the files of all networks replace the old ones together
        run = dataclasses.replace(run, edition=new, group=group)
        if network == "digits":
            train_all(run, with_generator=with_generator)
        elif network in alone:
            alone[network](run)
        else:  # all workers of a group train in the same order
            calls = [functools.partial(_MAINS[name], run) for name in names]
            call_in_threads(calls, most=None if group is None else 1)
    for name in names:
        print_line(f"{name}: checkpoints and pictures are in {run.model_dir} and {run.output}")
    if network in ("all", "digits"):
        spec, folder = _image_spec(network, data_dir), run.model_dir
        example = f"sample {spec}" if with_generator else f"valid {spec} FILE"
        aim = "to see samples" if with_generator else "to ask about a picture"
        print_line(f"{aim}: python -m autoencoder {example} --model-dir {folder}")
    return 0


def _image_spec(network: str, data_dir: str | None) -> str:
    """Return the name of the spec of images for networks that were trained on a data set.

    >>> _image_spec("digits", None), _image_spec("all", None), _image_spec("digits", "data/my shapes")
    ('digits/image', 'mnist/mnist-image', 'my-shapes/image')
    """
    if data_dir is None:
        return "digits/image" if network == "digits" else "mnist/mnist-image"
    namespace = re.sub(r"[^A-Za-z0-9]+", "-", Path(data_dir).resolve().name).strip("-")
    return f"{namespace if namespace[:1].isalpha() else 'own'}/image"


def run_export(model_dir: str) -> int:
    """Write the networks of a folder in ONNX's format, beside their checkpoints."""
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
            auto_encoder.NETWORK,
            discriminator.network(len(labels)),
            generator.network(len(labels)),
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
    """Write the manifest of a folder of networks that has none."""
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
        options: options of `report.evaluate`; None means its default.
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
        print(f"ignored: {path}: this file is no picture", file=sys.stderr)
    for line in converted.skipped:
        print(f"skipped: {line}", file=sys.stderr)
    names = ", ".join(map(str, converted.labels.names))
    print(f"{data_dir}: {converted.train} images to train with and {converted.test} to test with, of {names}")
    print(f"to train: python -m autoencoder train digits --data-dir {data_dir}")
    return 1 if converted.skipped else 0


def run_draw(**options: Any) -> int:
    """Serve the drawing page until interrupted."""
    try:
        from autoencoder.web.serve import serve
    except ImportError as missing:
        raise ImportError(
            f'draw needs fastapi and uvicorn: pip install "mxspec[web]" ({missing})'
        ) from missing
    return serve(**options)
