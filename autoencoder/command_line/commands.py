"""The work of each command: a function of its options that returns the exit code."""

import dataclasses
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mxspec as s
from autoencoder import auto_encoder, digits, discriminator, families, generator, model_specs, post
from autoencoder.data.edition import Edition, edition
from autoencoder.data.idx import DataError, folder_of
from autoencoder.data.images import pictures
from autoencoder.data.labels import Labels, group, names_in
from autoencoder.evaluation import report
from autoencoder.generation import network as digit_generator
from autoencoder.generation.train import train_generator
from autoencoder.models import Models
from autoencoder.networks import onnx_files
from autoencoder.networks.checkpoints import CheckpointError, epochs_of
from autoencoder.networks.run import Run
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.networks.training import print_line
from autoencoder.recognition.recogniser import RECOGNITION_FILE, networks_of
from autoencoder.recognition.train import train_recognition
from autoencoder.viz import im_sav

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
    if network == "digits" and run.epochs is not None:
        raise DataError("--epochs is for the networks of the post; those of digits have their own numbers")
    names = list(TRAIN) if network == "all" else [network]
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


def export(model_dir: str) -> int:
    """Write the networks of a folder in ONNX's format, beside their checkpoints."""
    if not Path(model_dir).is_dir():
        raise _no_checkpoints(model_dir)
    with edition(model_dir) as new:
        return _export(Path(model_dir), new)


def _export(model_dir: Path, new: Edition) -> int:
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
    for network in networks:
        if epoch := trained[network.name]:
            print(onnx_files.export(model_dir / network.name, epoch, network, to=new))
    return 0


def _no_checkpoints(model_dir: str | Path) -> CheckpointError:
    return CheckpointError(
        f"{model_dir} has no checkpoints; to train some: "
        f"python -m autoencoder train all --model-dir {model_dir}"
    )


def run_post(model_dir: str | None, data_dir: str | None, output: str, seed: int) -> int:
    """Run the post."""
    _use_models(model_dir, "mnist/mnist-image")
    post.run(data_dir, output, seed)
    return 0


def sample(model_dir: str | None, spec: str, count: int, seed: int | None, target: str | None) -> int:
    """Draw samples of a spec into a picture, or print them if they are not images."""
    models = _use_models(model_dir, spec)
    values = s.sample(spec, count, seed)
    if not all(isinstance(value, np.ndarray) for value in values):
        if target is not None:
            raise s.SpecError(f"{spec} has no pictures to write to {target}; leave -o out to see its values")
        print(*map(repr, values), sep="\n")
        return 0
    name = f"sample-{spec.replace('/', '-').removeprefix('mnist-')}.jpg"
    path = Path(target) if target else Path("results") / name
    written = im_sav(path.name, path.parent, pictures(values, models.labels.shape))
    print(f"{written}: read as", *_labels(models, values))
    return 0


def valid(model_dir: str | None, spec: str, image: str) -> int:
    """Tell whether a picture fits a spec; the exit code is 1 if not."""
    models = _use_models(model_dir, spec)
    picture = models.normalised(image)
    if s.explain_data(spec, picture) is None:
        print(f"valid: {image} fits {spec}, it is read as {_labels(models, [picture])[0]}")
        return 0
    print(f"invalid: {s.explain_str(spec, picture)}")
    return 1


def evaluate(others: Sequence[tuple[str, Path]], **options: Any) -> int:
    """Measure the networks of digits; the exit code is 1 if a bar is missed.

    Args:
        others: the names and folders of other data sets.
        options: options of `report.evaluate`.
    """
    return 1 if report.evaluate(**options, others=dict(others))["missed"] else 0


def _use_models(model_dir: str | None, spec: str) -> Models:
    """Pick the models that a spec asks; in a namespace of its own, a folder's own specs are defined first."""
    namespace = spec.partition("/")[0]
    if namespace in ("mnist", "digits") or model_dir is None:
        family = digits.family if namespace == "digits" else model_specs.family
        folder = family.use_models(model_dir)
    else:
        family, folder = families.define(namespace, model_dir), Path(model_dir)
    # On standard error: what a command answers stays alone on standard output.
    print(f"models: {folder}", file=sys.stderr)
    return family.models


def _labels(models: Models, images: list[Any]) -> list[Any]:
    readings = models.read_many(images)
    return [reading.label if isinstance(reading, s.Reading) else reading for reading in readings]
