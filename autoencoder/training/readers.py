"""The training of recognition: two readers and a threshold calibrated on held-back digits."""

import functools
import json
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.idx import DataError, Dataset
from autoencoder.data.pictures import pictures
from autoencoder.data.storage import CheckpointError
from autoencoder.networks import checkpoint
from autoencoder.networks.predictor import Predictor, call_in_threads
from autoencoder.networks.runtime import MXNET
from autoencoder.progress import clock
from autoencoder.recognition import reader
from autoencoder.recognition.recogniser import RECOGNITION_FILE, VERSION, Recogniser
from autoencoder.training import loop
from autoencoder.training.augmentation import augment
from autoencoder.training.run import DEFAULT, SHOWN, TrainingRun, save_labels
from autoencoder.training.synthetic import negatives, positives
from autoencoder.training.synthetic.sources import ImageSource
from autoencoder.viz import im_sav, save_curve

ALPHA, CONFIDENCE = 0.01, 0.99  # at most 1% of all digits are refused, with a certainty of 99%
HELD_BACK = 0.1  # the share of the training images for calibration
NEGATIVES = 2.4  # for each training image


def train_recognition(run: TrainingRun = DEFAULT) -> Recogniser:
    """Train the readers, calibrate the threshold, and save both.

    Calibration uses a tenth of the training images, held back from training, and no test images. The model
    dir gets `labels.json`, the checkpoints `digits-reader-1-*` and `digits-reader-2-*`, and
    `digits-recognition.json`, valid only for these checkpoints. The output gets curves and a picture of
    negatives.

    Args:
        run: the settings; epochs None means reader.EPOCHS, or more for few images.

    Returns:
        The recogniser, loaded from the folder.

    Raises:
        DataError: images are smaller than 4x4, or a label has no images.
        TrainingError, OSError: as in `loop.train_epochs` and `checkpoint.save_module`.
    """
    with run.edit() as new:
        labels, dataset = run.load()
        labels.check_complete(dataset)
        readers = reader.readers(labels.shape, len(labels), len(negatives.GROUPS))
        held_back, images = _hold_back(dataset, run.seed)
        source = ImageSource.of(images, labels)
        training_set, about = _training_set(source, run)
        save_labels(labels, new)

        def train_reader(number: int) -> dict[str, Any]:
            """Train and save a reader; return its entry in `digits-recognition.json`."""
            network, epochs = readers[number], run.epochs
            if epochs is None:
                network, epochs = loop.stretch(network, reader.EPOCHS, len(training_set))
            trained = loop.train_epochs(
                network,
                training_set,
                epochs,
                seed=2 * run.seed + number,
                augment=lambda batch, random: augment(batch, labels.shape, random),
                progress=run.progress,
                report=run.report,
                bookmark=run.bookmark(network.name, labels, new),
            )
            # Half precision does no harm: calibration uses the networks as loaded from these files.
            prefix = new.folder / network.name
            path = checkpoint.save_module(trained.module, prefix, epochs, dtype="float16", to=new)
            save_curve(network.name, network.metric, trained.values, run.output)
            return {"epoch": epochs, "sha256": new.digest(path.name, CheckpointError)}

        entries = call_in_threads([functools.partial(train_reader, number) for number in range(len(readers))])
        ensemble = reader.ensemble(source.frame, len(labels), len(negatives.GROUPS))
        new.drop(rf"{reader.NAME}-\d{{4,}}\.onnx")  # of other readers
        prefix, epoch = new.folder / ensemble.name, entries[0]["epoch"]
        verdicts = Predictor(prefix, epoch, ensemble, runtime=MXNET, files=new)(held_back.images)
        threshold = calibrate(verdicts[:, 0], "digits" if source.are_digits else "images")
        content = {
            "version": VERSION,
            "labels": len(labels),
            "names": list(labels.names),
            "groups": negatives.GROUPS,
            "frame": source.frame.as_data(),
            "networks": {network.name: entry for network, entry in zip(readers, entries, strict=True)},
            "about": about,
            "calibration": threshold_data(threshold),
        }
        new.write(RECOGNITION_FILE, lambda path: path.write_text(json.dumps(content), encoding="utf-8"))
        run.report(
            f"recognition: at most {threshold.alpha:.1%} of {threshold.of} are refused with a certainty of "
            f"{threshold.confidence:.0%}, set on {threshold.n}"
        )
        return Recogniser(run.model_dir, files=new)


def _training_set(source: ImageSource, run: TrainingRun) -> tuple[Dataset, dict[str, int]]:
    """Return the training images of the readers, and the number of each kind."""
    images = source.dataset
    with clock("digits-reader: drawing negatives", run.progress):
        further, further_labels = positives.training_positives(source, run.seed)
        others, groups = negatives.training_negatives(source, round(len(images) * NEGATIVES), run.seed)
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


def calibrate(scores: npt.NDArray[Any], of: str) -> s.ConformalThreshold:
    """Return the conformal threshold of the scores (n,) of held-back images.

    Alpha is ALPHA, or for fewer than 459 images the smallest that their number can guarantee.

    Args:
        scores: the scores of images held back from training.
        of: the name of the images in messages, such as "digits".

    >>> calibrate(np.arange(1000.0), "digits").alpha, round(calibrate(np.arange(50.0), "digits").alpha, 2)
    (0.01, 0.09)
    """
    # Rounded as in the file, so that loading restores the same threshold.
    rounded = np.round(np.asarray(scores, np.float64), 4)
    attainable = 1 - (1 - CONFIDENCE) ** (1 / len(scores))
    return s.conformal(rounded, max(ALPHA, attainable * (1 + 1e-9)), CONFIDENCE, of=of)


def threshold_data(threshold: s.ConformalThreshold) -> dict[str, Any]:
    """Return a threshold as values for JSON."""
    return {
        "alpha": threshold.alpha,
        "confidence": threshold.confidence,
        "of": threshold.of,
        "scores": list(threshold.scores),
    }


def _hold_back(dataset: Dataset, seed: int) -> tuple[Dataset, Dataset]:
    """Return a random tenth of a data set, and the rest."""
    order = np.random.default_rng(seed).permutation(len(dataset))
    count = max(1, round(len(dataset) * HELD_BACK))
    if count == len(dataset):
        raise DataError("a single image can't be held back and learnt from; try a larger data set")
    return dataset.rows(order[:count]), dataset.rows(order[count:])
