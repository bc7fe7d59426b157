"""All figures of the networks of a folder, on a data set that matches them, and pictures of the figures.

Reading and recognition are measured on all test images (`reading`, `rejection`), generated digits by a judge
(`samples`). The same files and seed give the same numbers.
"""

import importlib.metadata
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoencoder import discriminator, generator
from autoencoder.checkpoints.paths import SHIPPED, epochs_of
from autoencoder.data import idx
from autoencoder.data.files import replace_files
from autoencoder.data.idx import Dataset
from autoencoder.data.labels import DIGITS, Labels
from autoencoder.data.manifest import FileSet
from autoencoder.evaluation import adversarial, plots, reading, rejection, samples
from autoencoder.generation.network import NAME, DigitGenerator
from autoencoder.inference.predictor import Predictor
from autoencoder.networks.mx import is_installed
from autoencoder.networks.network import Network
from autoencoder.progress import clock
from autoencoder.recognition.recogniser import NONE, Recogniser
from autoencoder.synthetic.source import look_like_digits
from autoencoder.training.run import OUTPUT, Folder

JSON = "evaluation.json"


@dataclass(frozen=True)
class Subject:
    """The networks to measure, and the data set to measure them on.

    Attributes:
        model_dir: the folder of the checkpoints.
        recogniser, generate: the networks of `train digits`.
        discriminate, draw: the post's discriminator and generator; None if they are not in the folder.
        train, test: the data set.
    """

    model_dir: Path
    recogniser: Recogniser
    generate: DigitGenerator
    discriminate: Predictor | None
    draw: Predictor | None
    train: Dataset
    test: Dataset

    @classmethod
    def load(cls, model_dir: Folder, data_dir: Folder | None) -> "Subject":
        """Load the networks of a folder, and a data set that matches them.

        Raises:
            CheckpointError, DataError: they can't be read, or don't match.
        """
        files = FileSet.of(model_dir)
        recogniser, generate = Recogniser(model_dir, files=files), DigitGenerator(model_dir, files=files)
        labels = generate.labels
        train, test = idx.load("train", data_dir), idx.load("t10k", data_dir)
        rejection.check_size(test, recogniser, "the test images")
        return cls(
            Path(model_dir),
            recogniser,
            generate,
            _post(files, discriminator.network(len(labels))),
            _post(files, generator.network(len(labels))),
            labels.zero_based(train),
            labels.zero_based(test),
        )

    @property
    def labels(self) -> Labels:
        """The labels of the networks and of the data set."""
        return self.generate.labels

    def checkpoints(self) -> list[str]:
        """Return the names of the files that are measured."""
        epochs = dict(self.recogniser.epochs) | {NAME: self.generate.epochs}
        for name, network in (("discriminator", self.discriminate), ("generator", self.draw)):
            if network is not None:
                epochs[name] = epochs_of(self.model_dir / name, 0)
        return sorted(f"{name}-{number:04d}.params" for name, number in epochs.items())


def evaluate(
    model_dir: Folder = SHIPPED,
    data_dir: Folder | None = None,
    output: Folder = OUTPUT,
    *,
    others: Mapping[str, Path] | None = None,
    photograph: Path | None = None,
    seed: int = rejection.SEED,
    count: int = rejection.COUNT,
    sample_count: int = samples.SAMPLES,
    teaching_count: int = samples.TEACHING,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Measure the networks of `train digits` in a folder, and write `evaluation.json` and pictures.

    Args:
        model_dir: the folder of the checkpoints. The post's discriminator and generator are measured for
            comparison if they are in it.
        data_dir: the data set that the networks were trained on, as `idx.load` takes it.
        output: the folder for the files.
        others: folders of idx files of other data sets by name, whose images should all be refused.
        photograph: a file whose pieces, and the edges in them, should be refused.
        seed: the seed of the pictures and of the samples.
        count: the number of pictures of each kind.
        sample_count: the number of samples, equally many of each label.
        teaching_count: the number of digits for the classification accuracy score, see `samples.evaluate`.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with each line of output.

    Returns:
        The content of `evaluation.json`: `data`, `checkpoints`, `seeds`, `versions`, `reading`,
        `coverage`, `calibration`, `threshold`, `recognition`, `adversary`, `generator`, and `missed`, a line
        for each bar that was not reached. Only MNIST's test images have bars.

    Raises:
        CheckpointError, DataError: the networks or the images can't be read, or don't match.
    """
    subject = Subject.load(model_dir, data_dir)
    are_digits = subject.labels == DIGITS and look_like_digits(subject.test)
    barred = are_digits and rejection.are_mnist(subject.test)
    pictures = rejection.Pictures(others or {}, photograph, count, seed)
    evaluation = _recognition(subject, pictures, are_digits, barred, progress)
    generated = samples.evaluate(
        subject.generate,
        subject.train,
        subject.test,
        seed=seed,
        samples=sample_count,
        teaching=teaching_count,
        post=subject.draw,
        readers={} if subject.discriminate is None else {"post": subject.discriminate},
        barred=barred,
        progress=progress,
        report=lambda line: None,
    )
    with clock("adversary", progress):
        adversary = _adversary(subject)
    figures = rejection.figures(evaluation.recognition, subject.test, evaluation.probes, evaluation.accepted)
    result: dict[str, Any] = _for_json(
        {
            "data": _data(subject),
            "checkpoints": subject.checkpoints(),
            "seeds": {"pictures and samples": seed, "judge": samples.JUDGE_SEED},
            "versions": _versions(subject),
            "reading": _reading(subject, evaluation),
            "coverage": _coverage(evaluation),
            "calibration": _calibration(evaluation),
            "threshold": _threshold(subject.recogniser),
            "adversary": adversary,
            "recognition": rejection.as_data(figures),
            "generator": generated,
            "missed": [*rejection.missed(figures), *generated["missed"]],
        }
    )
    path = _write(result, Path(output))
    with clock("pictures", progress):
        paths = plots.draw(evaluation, Path(output))
    report(table(result, figures))
    report(f"written: {', '.join(map(str, [path, *paths]))}")
    return result


def _recognition(
    subject: Subject, pictures: rejection.Pictures, are_digits: bool, barred: bool, progress: bool
) -> plots.Evaluation:
    """Measure reading and recognition."""
    recogniser, test = subject.recogniser, subject.test
    with clock("test images", progress):
        recognition = recogniser.recognise(test.images)
    probes = rejection.refuse(
        recogniser, test, pictures, are_digits=are_digits, barred=barred, progress=progress
    )
    accepted: dict[str, rejection.Figure] = {}
    if are_digits:
        accepted = rejection.accept(recogniser, test, pictures, barred=barred, progress=progress)
    return plots.Evaluation(
        subject.labels,
        reading.confusion(test.labels, recognition.labels, len(subject.labels)),
        reading.reliability(recognition.confidence, recognition.nearest == test.labels),
        recognition,
        probes,
        accepted,
        subject.generate,
        test,
        pictures.seed,
    )


def table(result: Mapping[str, Any], figures: Mapping[str, rejection.Figure]) -> str:
    """Return the result of `evaluate` as lines for people."""
    data, read, calibration = result["data"], result["reading"], result["calibration"]
    barred = any(figure.bar is not None for figure in figures.values())
    recall = {name: share for name, share in read["recall"].items() if share is not None}
    worst = sorted(recall, key=lambda name: recall[name])[:3]
    height, width = data["shape"]
    lines = [
        f"{data['test images']} test images of {height}x{width} with {len(data['labels'])} labels",
        f"  read right                       {read['accuracy']:7.2%}",
        f"  recognised and read right, worst {', '.join(f'{name}: {recall[name]:.2%}' for name in worst)}",
        f"  expected calibration error       {calibration['expected calibration error']:7.4f}",
        f"  Brier score                      {calibration['brier score']:7.4f}",
    ]
    if (post := read.get("accuracy of the post's discriminator")) is not None:
        lines.insert(2, f"  by the post's discriminator      {post:7.2%}")
    lines += ["", "  least confidence      accepted   errors among them"]
    for each in result["coverage"]:
        least = "any" if each["min_confidence"] is None else each["min_confidence"]
        lines.append(f"  {least:<20} {each['accepted']:9.2%} {each['errors']:18.3%}")
    if (adversary := result["adversary"]) is not None:
        lines += [
            "",
            f"  changed by {adversary['distance']} a pixel along the gradient, accepted and read as another: "
            f"{adversary['fooled']:.1%} of {adversary['images']}",
        ]
    lines += ["", rejection.table(figures), "", samples.table(result["generator"], barred)]
    lines += ["", *(f"missed: {line}" for line in result["missed"])] if result["missed"] else []
    return "\n".join(lines)


def _post(files: FileSet, network: Network) -> Predictor | None:
    """Return a network of the post, None if it is not in the set."""
    prefix = files.folder / network.name
    epochs = epochs_of(prefix, 0, files)
    return Predictor(prefix, epochs, network, files=files) if epochs else None


def _data(subject: Subject) -> dict[str, Any]:
    return {
        "shape": list(subject.labels.shape),
        "labels": list(subject.labels.names),
        "training images": len(subject.train),
        "test images": len(subject.test),
    }


def _versions(subject: Subject) -> dict[str, str]:
    library = {"mxnet": "mxnet", "onnx": "onnxruntime"}[subject.recogniser.runtime]
    return {name: importlib.metadata.version(name) for name in (library, "numpy")}


def _reading(subject: Subject, evaluation: plots.Evaluation) -> dict[str, Any]:
    test, recognition = evaluation.test, evaluation.recognition
    recall = reading.recall(evaluation.matrix)
    figures = {
        "accuracy": float((recognition.nearest == test.labels).mean()),
        "recognised": float((recognition.labels != NONE).mean()),
        "confusion": evaluation.matrix.tolist(),
        "recall": dict(zip(map(str, evaluation.labels.names), recall, strict=True)),
    }
    if subject.discriminate is not None:
        numbers = subject.discriminate(test.images).argmax(axis=1)
        figures["accuracy of the post's discriminator"] = float((numbers == test.labels).mean())
    return figures


def _coverage(evaluation: plots.Evaluation) -> list[dict[str, Any]]:
    recognition = evaluation.recognition
    rows = reading.coverage(evaluation.test.labels, recognition.labels, recognition.confidence)
    return [row._asdict() for row in rows]


def _calibration(evaluation: plots.Evaluation) -> dict[str, Any]:
    recognition, bins = evaluation.recognition, list(evaluation.bins)
    right = recognition.nearest == evaluation.test.labels
    return {
        "bins": [each._asdict() for each in bins],
        "expected calibration error": reading.expected_calibration_error(bins),
        "brier score": reading.brier_score(recognition.confidence, right),
    }


def _threshold(recogniser: Recogniser) -> dict[str, Any]:
    threshold = recogniser.threshold
    return {
        "alpha": threshold.alpha,
        "confidence": threshold.confidence,
        "set on": threshold.n,
        "value": float(threshold),
    }


def _adversary(subject: Subject) -> dict[str, Any] | None:
    """Return the success of an adversary, or None without MXNet, which has the gradients."""
    if not is_installed():
        return None
    count = min(adversarial.COUNT, len(subject.test) // 2)
    share = adversarial.fooled(subject.recogniser, subject.model_dir, subject.test, count)
    return {"distance": adversarial.DISTANCE, "steps": adversarial.STEPS, "images": count, "fooled": share}


def _write(result: Mapping[str, Any], output: Path) -> Path:
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path = output / JSON
    replace_files({path: lambda temporary: temporary.write_text(text, encoding="utf-8")})
    return path


def _for_json(value: Any) -> Any:
    """Return the value with None for numbers that JSON does not have, such as NaN."""
    if isinstance(value, dict):
        return {key: _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
