"""The report of an evaluation: a JSON file, pictures, and a page of Markdown, which is printed as well.

The numbers are reproducible for the same files and seed.
"""

import importlib.metadata
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mxspec as s
from autoencoder.digits.recognition.recogniser import NONE, joint_confidence
from autoencoder.evaluation import measures, plots
from autoencoder.evaluation.measures import Evaluation, Subject, measure
from autoencoder.evaluation.page import JSON, as_text, page, write_page
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.progress import clock
from autoencoder.networks.run import OUTPUT, Folder
from mxspec.base.files import replace_file

COUNT = 500  # probes of each kind
SEED = 20_191_011  # training uses small seeds


def evaluate(
    model_dir: Folder = SHIPPED,
    data_dir: Folder | None = None,
    output: Folder = OUTPUT,
    *,
    others: Mapping[str, Path] | None = None,
    seed: int = SEED,
    count: int = COUNT,
    sample_count: int = measures.SAMPLES,
    teaching_count: int = measures.TEACHING,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Measure the networks of `train digits` in a folder; write `evaluation.json`, `README.md` and pictures.

    A README.md in the output folder that no evaluation wrote stays as it is.

    Args:
        model_dir: the folder of the checkpoints. If it has the post's discriminator and generator, they are
            measured for comparison.
        data_dir: the data set of the networks, as in `idx.load`.
        output: the folder for the files.
        others: folders of other data sets by name; the networks should refuse all their test images.
        seed: the seed of the probes and of the samples.
        count: the number of probes of each kind.
        sample_count, teaching_count: as in `measures.measure_generator`.
        progress: if True, show a bar on standard error where that is a terminal.
        report: called with each line of output.

    Returns:
        The content of `evaluation.json`: `data`, `checkpoints`, `seeds`, `versions`, `reading`,
        `coverage`, `calibration`, `threshold`, `accepted`, `recognition`, `names` and `generator`.

    Raises:
        ImportError: scikit-learn is not installed.
        CheckpointError, DataError: the networks or the images can't be read, or don't match.
    """
    measures.load_metrics()  # before minutes of measuring
    subject = Subject.load(model_dir, data_dir)
    kinds = measures.make_probes(subject.test, count, seed, progress=progress)
    kinds |= {name: subject.images_of(name, path) for name, path in (others or {}).items()}
    evaluation = measure(
        subject,
        kinds,
        {},
        seed=seed,
        sample_count=sample_count,
        teaching_count=teaching_count,
        progress=progress,
    )
    result = evaluation_data(evaluation)
    report(as_text(page(result)))
    paths = write_report(result, evaluation, Path(output), progress=progress)
    report(f"written: {', '.join(map(str, paths))}")
    return result


def evaluation_data(evaluation: Evaluation) -> dict[str, Any]:
    """Return the results as values for JSON, with None for numbers that are not finite."""
    subject, recognition = evaluation.subject, evaluation.recognition
    coverage = measures.coverage(subject.test.labels, recognition.labels, recognition.confidence)
    threshold = subject.recogniser.threshold
    brier_score = measures.load_metrics().brier_score_loss
    by_label = threshold if isinstance(threshold, s.LabelThresholds) else None
    library = {"mxnet": "mxnet", "onnx": "onnxruntime"}[subject.recogniser.runtime]
    data: dict[str, Any] = _for_json(
        {
            "data": {
                "shape": subject.labels.shape,
                "labels": subject.labels.names,
                "training images": len(subject.train),
                "test images": len(subject.test),
            },
            "checkpoints": subject.checkpoints(),
            "seeds": {"pictures and samples": evaluation.seed, "judge": measures.JUDGE_SEED},
            "versions": {name: importlib.metadata.version(name) for name in (library, "numpy")},
            "reading": _reading_figures(evaluation),
            "coverage": coverage,
            "calibration": {
                "bins": [each._asdict() for each in evaluation.bins],
                "expected calibration error": measures.expected_calibration_error(evaluation.bins),
                "brier score": float(brier_score(evaluation.right, recognition.confidence)),
            },
            "threshold": {
                "alpha": threshold.alpha,
                "confidence": threshold.confidence,
                "set on": threshold.n,
                "value": float(threshold),
                "by label": [] if by_label is None else [float(each) for _, each in by_label.items],
                "together": None if by_label is None else joint_confidence(by_label),
            },
            "accepted": measures.accepted_groups(
                subject.test, recognition.labels != NONE, subject.labels.names
            ),
            "recognition": {name: figure._asdict() for name, figure in evaluation.figures().items()},
            "names": {kind: {"names": names} for kind, names in evaluation.names.items()},
            "generator": evaluation.generated,
        }
    )
    return data


def _reading_figures(evaluation: Evaluation) -> dict[str, Any]:
    subject, recall = evaluation.subject, measures.recall(evaluation.matrix)
    figures = {
        "accuracy": float(evaluation.right.mean()),
        "recognised": float((evaluation.recognition.labels != NONE).mean()),
        "confusion": evaluation.matrix.tolist(),
        "recall": dict(zip(map(str, subject.labels.names), recall, strict=True)),
    }
    if subject.discriminate is not None:
        numbers = subject.discriminate(subject.test.images).argmax(axis=1)
        figures["accuracy of the post's discriminator"] = float((numbers == subject.test.labels).mean())
    return figures


def _for_json(value: Any) -> Any:
    """Return a value with lists for tuples, and None for NaN and infinities."""
    if isinstance(value, dict):
        return {key: _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_report(
    result: Mapping[str, Any],
    evaluation: Evaluation,
    output: Path,
    *,
    bars: Mapping[str, float] | None = None,
    progress: bool = False,
) -> list[Path]:
    """Write a result, its page and the pictures of its evaluation, with bars if given; return the paths."""
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path = output / JSON
    replace_file(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    written = write_page(output)
    with clock("pictures", progress):
        return [path, *filter(None, [written]), *plots.draw_plots(evaluation, output, bars or {})]
