"""The training of recognition: both networks, and the threshold that they are calibrated to."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autoencoder.data.files import digest, replace_files
from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.images import pictures
from autoencoder.networks import checkpoints, training
from autoencoder.networks.epochs import stretched
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import Predictor
from autoencoder.networks.run import DEFAULT, SHOWN, Run
from autoencoder.recognition import negatives, reader, reconstruction
from autoencoder.recognition.calibration import Calibration, calibrate
from autoencoder.recognition.recogniser import RECOGNITION_FILE, VERSION, Recogniser, networks
from autoencoder.viz import im_sav, save_curve

HELD_BACK = 0.1  # the share of the training digits that no network learns from, for the calibration
NEGATIVES = 1.0  # negatives for each digit that the reader learns from


def train_recognition(run: Run = DEFAULT, epochs: tuple[int, int] | None = None) -> Recogniser:
    """Train the autoencoder and the reader, set the threshold, and leave everything in a folder.

    A tenth of the training digits is held back, for the threshold alone; the test digits play no part. The
    model dir gets `labels.json`, the checkpoints `digits-autoencoder-*` and `digits-reader-*`, and last
    `digits-recognition.json`, which holds only for the two beside it. The output gets curves, and a picture
    of some negatives.

    Args:
        run: the data, the folders and the rest.
        epochs: the epochs of the autoencoder and of the reader. None is run.epochs for both; without these
            too it is 8 and 12, or more if there are few digits.

    Returns:
        The recogniser, loaded from the folder.

    Raises:
        DataError: images are smaller than 4x4, or there are none of a label.
        TrainingError, OSError: as `training.train` and `checkpoints.save` do.
    """
    labels, dataset = run.load()
    labels.check_complete(dataset)
    classes = len(labels)
    both = networks(labels.shape, classes)
    held_back, digits = _split(dataset, run.seed)
    mixture = _with_negatives(digits, classes, run.seed)
    _draw_negatives(mixture, len(digits), run)
    if epochs is None and run.epochs is not None:
        epochs = run.epochs, run.epochs
    entries = {
        network.name: _train_network(network, lesson, count, run)
        for network, lesson, count in _lessons(both, (digits, mixture), epochs)
    }
    line = _calibrate(both, entries, held_back, classes, run)
    content = {
        "version": VERSION,
        "shape": digits.shape,
        "labels": classes,
        "networks": entries,
        "about": {"seed": run.seed, "digits": len(digits), "negatives": len(mixture) - len(digits)},
        "calibration": line.as_data(),
    }
    labels.save(run.model_dir)
    path = Path(run.model_dir) / RECOGNITION_FILE
    replace_files({path: lambda temporary: temporary.write_text(json.dumps(content))})
    run.report(
        f"recognition: at most {line.unexplained_allowed:.3f} unexplained and "
        f"{line.other_allowed:.3f} other, set on {line.held_back} digits"
    )
    return Recogniser(run.model_dir)


def _train_network(network: Network, dataset: Dataset, epochs: int, run: Run) -> dict[str, Any]:
    """Train a network, save it, and return its entry in `digits-recognition.json`."""
    trained = training.train(
        network, dataset, epochs, seed=run.seed, progress=run.progress, report=run.report
    )
    # Half as many bytes on the disk, and the same answers: the calibration is set on what is loaded again.
    path = checkpoints.save(trained.module, Path(run.model_dir) / network.name, epochs, dtype="float16")
    save_curve(network.name, network.metric, trained.values, run.output)
    return {"epoch": epochs, "sha256": digest(path)}


def _calibrate(
    both: Sequence[Network], entries: dict[str, dict[str, Any]], held_back: Dataset, classes: int, run: Run
) -> Calibration:
    draw, read = (
        Predictor(Path(run.model_dir) / network.name, entries[network.name]["epoch"], network)
        for network in both
    )
    unexplained = reconstruction.unexplained(held_back.images, draw(held_back.images))
    return calibrate(unexplained, read(held_back.images)[:, classes].astype(np.float64))


def _lessons(
    both: Sequence[Network], datasets: Sequence[Dataset], epochs: Sequence[int] | None
) -> Iterator[tuple[Network, Dataset, int]]:
    """Yield each network with its data set and its number of epochs."""
    usual = reconstruction.EPOCHS, reader.EPOCHS
    for network, dataset, count in zip(both, datasets, epochs or usual, strict=True):
        if epochs is None:
            network, count = stretched(network, count, len(dataset))
        yield network, dataset, count


def _split(dataset: Dataset, seed: int) -> tuple[Dataset, Dataset]:
    """Return a random tenth of a data set, and the rest."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    count = max(1, round(len(dataset) * HELD_BACK))
    if count == len(dataset):
        raise DataError("a single image can't be held back and learnt from; try a larger data set")
    parts = np.split(order, [count])
    held_back, rest = (Dataset(dataset.images[part], dataset.labels[part], dataset.shape) for part in parts)
    return held_back, rest


def _with_negatives(digits: Dataset, classes: int, seed: int) -> Dataset:
    others = negatives.for_training(digits, round(len(digits) * NEGATIVES), seed)
    labels = np.concatenate([digits.labels, np.full(len(others), classes)])
    return Dataset(np.concatenate([digits.images, others]), labels, digits.shape)


def _draw_negatives(mixture: Dataset, digits: int, run: Run) -> None:
    """Draw some of the negatives, which come after the digits, from all of their kinds."""
    some = mixture.images[digits:][:: max(1, (len(mixture) - digits) // SHOWN)][:SHOWN]
    im_sav("digits-negatives", run.output, pictures(some, mixture.shape))
