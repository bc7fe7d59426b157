"""The training of recognition: two readers and a threshold calibrated on held-back digits."""

import collections
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.labels import Labels
from autoencoder.data.picture_files import save_curve
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import Edition
from autoencoder.digits.recognition import reader
from autoencoder.digits.recognition.recogniser import (
    RECOGNITION_FILE,
    VERSION,
    Recogniser,
    joint_confidence,
    threshold_of,
)
from autoencoder.digits.training import learning
from autoencoder.digits.training.augmentation import augment
from autoencoder.digits.training.synthetic import negatives, positives
from autoencoder.digits.training.synthetic.sources import ImageSource
from autoencoder.networks import checkpoint
from autoencoder.networks.network import Network
from autoencoder.networks.predictor import Predictor, call_in_threads
from autoencoder.networks.progress import clock
from autoencoder.networks.run import DEFAULT, SHOWN, TrainingRun, save_labels
from autoencoder.networks.runtime import MXNET
from autoencoder.viz import im_sav

ALPHA, CONFIDENCE = 0.01, 0.99  # at most 1% of all digits are refused, with a certainty of 99%
BY_LABEL = 0.85  # for each of ten labels; for all together it is 99.99%
# The share of images for calibration; the smaller without a promise by label.
HELD_BACK, FEW = 0.25, 0.1
PER_LABEL = 600  # held-back images that a label needs for its own promise, half of them at least
NEGATIVES = 3.0  # for each image


def train_recognition(run: TrainingRun = DEFAULT) -> Recogniser:
    """Train the readers, calibrate the threshold, and save both.

    Calibration uses a quarter of the training images, or a tenth of few, held back from training, and no test
    images. The model dir gets `labels.json`, the checkpoints `digits-reader-1-*` and `digits-reader-2-*`, and
    `digits-recognition.json`, valid only for these checkpoints. The output gets curves and a picture of
    negatives.

    Args:
        run: the settings; epochs None means reader.EPOCHS, or more for few images.

    Returns:
        The recogniser, loaded from the folder.

    Raises:
        DataError: images smaller than 4x4, or a label without images.
        TrainingError, OSError: as in `learning.train_epochs` and `checkpoint.save_module`.
    """
    with run.edit() as new:
        labels, dataset = run.load()
        labels.check_complete(dataset)
        readers = reader.readers(labels.shape, len(labels), len(negatives.GROUPS))
        held_back, images = _hold_back(dataset, len(labels), run.seed)
        source = ImageSource.of(images, labels)
        training_set, about = _training_set(source, round(len(dataset) * NEGATIVES), run)
        save_labels(labels, new)

        def train_reader(number: int) -> dict[str, Any]:
            """Train and save a reader; return its entry in `digits-recognition.json`."""
            path, epochs = train_and_save(
                readers[number], reader.EPOCHS, training_set, 2 * run.seed + number, labels, run, new
            )
            return {"epoch": epochs, "sha256": new.entries[path.name].sha256}

        entries = call_in_threads([functools.partial(train_reader, number) for number in range(len(readers))])
        ensemble = reader.ensemble(source.frame, len(labels), len(negatives.GROUPS))
        new.drop(rf"{reader.NAME}-\d{{4,}}\.onnx")  # of other readers
        prefix, epoch = new.folder / ensemble.name, entries[0]["epoch"]
        verdicts = Predictor(prefix, epoch, ensemble, runtime=MXNET, files=new)(held_back.images)
        nearest = verdicts[:, len(reader.COLUMNS) :].argmax(axis=1)
        read_as = [labels.names[number] for number in nearest]
        calibration = calibrate(verdicts[:, 0], "digits" if source.are_digits else "images", read_as)
        content = {
            "version": VERSION,
            "labels": len(labels),
            "names": list(labels.names),
            "groups": negatives.GROUPS,
            "frame": source.frame.as_data(),
            "networks": {network.name: entry for network, entry in zip(readers, entries, strict=True)},
            "about": about,
            "calibration": calibration,
        }
        new.write(RECOGNITION_FILE, lambda path: path.write_text(json.dumps(content), encoding="utf-8"))
        of_each = f", and of each label of {BY_LABEL:.0%}" if "read_as" in calibration else ""
        run.report(
            f"recognition: on average, at most {calibration['alpha']:.1%} of {calibration['of']} are refused "
            f"with a certainty of {CONFIDENCE:.0%}{of_each}, set on {len(held_back)}"
        )
        return Recogniser(run.model_dir, files=new)


def train_and_save(
    network: Network,
    epochs: int,
    training_set: Dataset,
    seed: int,
    labels: Labels,
    run: TrainingRun,
    new: Edition,
) -> tuple[Path, int]:
    """Train a network of a reader's kind on altered images and save it, with the curve of its accuracy.

    Args:
        network, training_set, seed: as in `learning.train_epochs`.
        epochs: the number unless the run sets one; more for few images.
        labels: the labels of the run's data set.
        run, new: the settings, and the edition of its folder.

    Returns:
        The file of the parameters and the number of epochs.
    """
    if run.epochs is None:
        network, epochs = learning.stretch(network, epochs, len(training_set))
    else:
        epochs = run.epochs
    trained = learning.train_epochs(
        network,
        training_set,
        epochs,
        seed=seed,
        augment=lambda batch, random: augment(batch, labels.shape, random),
        progress=run.progress,
        report=run.report,
        bookmark=run.bookmark(network.name, labels, new),
    )
    # Half precision does no harm: calibration uses the networks as loaded from these files.
    path = checkpoint.save_module(trained.module, new.folder / network.name, epochs, dtype="float16", to=new)
    save_curve(network.name, network.metric, trained.values, run.output)
    return path, epochs


def _training_set(source: ImageSource, count: int, run: TrainingRun) -> tuple[Dataset, dict[str, int]]:
    """Return the training images of the readers, with about count negatives, and the number of each kind."""
    images = source.dataset
    with clock("digits-reader: drawing negatives", run.progress):
        further, further_labels = positives.training_positives(source, run.seed)
        others, groups = negatives.training_negatives(source, count, run.seed)
    # Others are sorted by kind, so this takes some of each.
    some = others[:: max(1, len(others) // SHOWN)][:SHOWN]
    im_sav("digits-negatives", run.output, pictures(some, images.shape))
    training_set = Dataset(
        np.concatenate([images.images, further, others]),
        np.concatenate([images.labels, further_labels, source.labels + groups]),
        images.shape,
    )
    about = {"seed": run.seed, "digits": len(images), "drawn": len(further), "negatives": len(others)}
    return training_set, about


def calibrate(scores: npt.NDArray[Any], of: str, read_as: Sequence[Any]) -> dict[str, Any]:
    """Return the arguments of `threshold_of`, as values for JSON, from the scores (n,) of held-back images.

    Each label has its own threshold if all labels have enough scores. Its promise holds with a certainty of
    BY_LABEL for each label, and of CONFIDENCE for all together: with CONFIDENCE for each, only half the
    permitted share of digits would be refused, and more pictures of other things accepted. Else one threshold
    serves all labels; alpha is ALPHA, or for fewer than 459 images the smallest that their number can
    guarantee.

    Args:
        scores: the scores of images held back from training.
        of: the name of the images in messages, such as "digits".
        read_as: the label that is read in each.

    >>> calibration = calibrate(np.arange(9000.0), "digits", [*range(10)] * 900)
    >>> calibration["alpha"], len(calibration["read_as"])
    (0.01, 9000)
    >>> calibration = calibrate(np.arange(50.0), "digits", [3, 7] * 25)
    >>> round(calibration["alpha"], 2), "read_as" in calibration
    (0.09, False)
    """
    # Rounded as in the file, so that loading restores the same threshold.
    rounded = np.round(np.asarray(scores, np.float64), 4)
    attainable = 1 - (1 - CONFIDENCE) ** (1 / len(scores))
    calibration = {"alpha": max(ALPHA, attainable * (1 + 1e-9)), "confidence": CONFIDENCE, "of": of}
    if min(collections.Counter(read_as).values()) >= PER_LABEL / 2:
        order = sorted(range(len(rounded)), key=lambda row: (str(read_as[row]), rounded[row]))
        by_label = calibration | {
            "confidence": BY_LABEL,
            "scores": rounded[order].tolist(),
            "read_as": [read_as[row] for row in order],
        }
        if joint_confidence(threshold_of(**by_label)) >= CONFIDENCE:
            return by_label
    return calibration | {"scores": np.sort(rounded).tolist()}


def held_back_share(images: int, labels: int) -> float:
    """Return the share of images that is held back for calibration.

    >>> held_back_share(24_000, 10), held_back_share(23_000, 10)
    (0.25, 0.1)
    """
    return HELD_BACK if images * HELD_BACK >= labels * PER_LABEL else FEW


def _hold_back(dataset: Dataset, labels: int, seed: int) -> tuple[Dataset, Dataset]:
    """Return a random quarter of a data set with some labels, or a tenth of a small one, and the rest."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    count = max(1, round(len(dataset) * held_back_share(len(dataset), labels)))
    if count == len(dataset):
        raise DataError("a single image can't be held back and learnt from; try a larger data set")
    return dataset.rows(order[:count]), dataset.rows(order[count:])
