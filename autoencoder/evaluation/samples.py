"""Measures of generated digits, beside real test digits and those of the post's generator.

The judge is trained on the half of the training digits that the choice of the generator never saw; see
`training.judge` for its measures. There is also the classification accuracy score (Ravuri and Vinyals 2019,
"Classification Accuracy Score for Conditional Generative Models"): the share of real test digits that a
reader reads right after it has learnt from generated digits alone.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autoencoder.data.idx import Dataset
from autoencoder.generation.network import DigitGenerator, styles
from autoencoder.networks.mx import is_installed
from autoencoder.networks.side_by_side import side_by_side
from autoencoder.progress import clock
from autoencoder.training.judge import Judge, Measures, Reader, Yardstick, halves

SAMPLES = 10_000
TEACHING = 20_000  # digits that a reader learns from for the classification accuracy score
JUDGE_SEED = 0  # of the judge, and of the readers that learn from digits

COLUMNS = {"samples": "samples", "real": "test images", "post": "the post"}


def evaluate(
    generate: DigitGenerator,
    train: Dataset,
    test: Dataset,
    *,
    seed: int,
    samples: int = SAMPLES,
    teaching: int = TEACHING,
    post: Callable[[Any], Any] | None = None,
    readers: Mapping[str, Reader] | None = None,
    progress: bool = True,
) -> dict[str, Any]:
    """Measure a generator of digits.

    Args:
        generate: the generator.
        train: the digits that it was trained on.
        test: other digits.
        seed: the seed of the samples; those of training are small numbers.
        samples: the number of samples, equally many of each label.
        teaching: the number of other samples, equally many of each label, that a reader learns from, and of
            training digits that another learns from.
        post: the post's generator, to be measured as well: returns one image of each label.
        readers: other readers, by name, of the digits of style 0.
        progress: as `loop.train` takes it.

    Returns:
        `samples`, `real` (the test digits) and, if it is there, `post`, each a dict of `Measures`;
        `plain`, for each reader the lowest probability that it gives to the label of a digit of style 0;
        `teaching`, the classification accuracy scores of samples and of real training digits. All of it is
        ready for JSON. It is empty without MXNet, which trains the judge.
    """
    if not is_installed():
        return {}
    count = len(generate.labels)
    teaching_sets = [_samples_to_learn(generate, train.shape, teaching, seed), _some(train, teaching)]
    judge, *learners = side_by_side(
        [
            functools.partial(Judge, digits, count, JUDGE_SEED, progress=progress, report=lambda line: None)
            for digits in (halves(train)[1], *teaching_sets)
        ]
    )
    each = np.arange(count)
    labels = np.repeat(each, max(2, samples // count))
    with clock("samples", progress):
        yardstick = Yardstick(judge, train)
        measures = {
            "samples": yardstick.measure(generate(labels, styles(len(labels), seed)), labels),
            "real": yardstick.measure(test.images, test.labels),
        }
        if post is not None:
            measures["post"] = yardstick.measure(post(each)[labels], labels)
    plain = generate(each)
    result: dict[str, Any] = {name: values._asdict() for name, values in measures.items()}
    everybody = {"judge": judge.probabilities, **(readers or {})}
    result["plain"] = {name: float(read(plain)[each, each].min()) for name, read in everybody.items()}
    scores = [
        float((learner.probabilities(test.images).argmax(axis=1) == test.labels).mean())
        for learner in learners
    ]
    result["teaching"] = dict(zip(("samples", "real"), scores, strict=True))
    return result


def _samples_to_learn(generate: DigitGenerator, shape: tuple[int, int], size: int, seed: int) -> Dataset:
    """Return samples, equally many of each label, other than those that are measured."""
    count = len(generate.labels)
    labels = np.repeat(np.arange(count), max(2, size // count))
    return Dataset(generate(labels, styles(len(labels), [seed, 1])), labels, shape)


def _some(train: Dataset, size: int) -> Dataset:
    """Return a number of random training digits, or all if there are fewer."""
    rows = np.random.default_rng(JUDGE_SEED).permutation(len(train))[:size]
    return Dataset(train.images[rows], train.labels[rows], train.shape)


def table(result: Mapping[str, Any]) -> str:
    """Return a result of `evaluate` as a table."""
    columns = [name for name in COLUMNS if name in result]
    if not columns:
        return "generated digits are not measured: training their judge takes MXNet"
    rows = {name: [result[column][name] for column in columns] for name in Measures._fields}
    rows["teaching"] = [result["teaching"][name] for name in ("samples", "real")]
    rows |= {f"plain, {name}": [value] for name, value in result["plain"].items()}
    lines = [" " * 16 + "".join(f"{COLUMNS[name]:>13}" for name in columns)]
    lines += [f"  {name:14}" + "".join(f"{value:13.4f}" for value in values) for name, values in rows.items()]
    return "\n".join(lines)
